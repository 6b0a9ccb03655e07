// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mail/pop3.hpp"
#include "settings/settings.hpp"

namespace porteur {

/// The client's settings for a configured mailbox, with its password read anew.
/// @errors  what reading the secret says
/// @threads any
Result<Pop3Settings> pop3_settings(const Pop3Server& server);

}  // namespace porteur
