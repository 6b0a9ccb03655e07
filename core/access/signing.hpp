// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <porteur/result.hpp>

namespace porteur {

/// Signs bytes with a secret that whoever asks never sees.
///
/// @param algorithm  "hmac-sha256", "hmac-sha1" or "rsa-sha256" (PKCS #1 v1.5)
/// @param encoding   how the signature is written: "hex" (lower case), "base64" or "base64url" (without =)
/// @param secret     the HMAC's key as it is, or a private RSA key in PEM
/// @errors   unsupported: another algorithm or encoding; unauthorized: the secret is no RSA key.
///           No message holds the secret
/// @threads  any
/// @source   RFC 2104, RFC 8017 section 8.2, RFC 4648
Result<std::string> signature_of(
    std::string_view algorithm, std::string_view encoding, std::string_view secret, std::string_view bytes
);

}  // namespace porteur
