// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <string>

#include <porteur/result.hpp>

#include "settings/settings.hpp"

namespace porteur {

/// Whether the copy of a mail lies in the archive's mailbox. Reads headers only, the newest mails
/// first and at most 500 of them; deletes nothing.
///
/// @errors  as fetch_new_mail (mail/pop3.hpp)
/// @threads any; blocks
Result<bool> is_in_archive(
    const Pop3Server& archive, const std::string& message_id, std::stop_token stop = {}
);

}  // namespace porteur
