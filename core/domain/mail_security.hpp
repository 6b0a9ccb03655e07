// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace porteur {

/// How a connection to a mail server is protected.
enum class MailSecurity {
    starttls,            ///< plain greeting, then TLS; refused where the server does not offer it
    tls,                 ///< TLS from the first byte (465, 995)
    plaintext_loopback,  ///< no TLS; refused unless the address is a loopback one
};

}  // namespace porteur
