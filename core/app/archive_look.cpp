// SPDX-License-Identifier: Apache-2.0
#include "app/archive_look.hpp"

#include "app/pop3_settings.hpp"
#include "mail/reading.hpp"

namespace porteur {

Result<bool> is_in_archive(
    const Pop3Server& archive, const std::string& message_id, std::stop_token stop
) {
    auto settings = pop3_settings(archive);
    if (!settings) return std::unexpected(std::move(settings).error());
    settings->headers_only = true;
    settings->newest_first = true;
    settings->mail_count_max = 500;
    bool found = false;
    const auto visited = fetch_new_mail(
        *settings, [](std::string_view) { return false; },
        [&](const FetchedMail& mail) -> Result<void> {
            const auto read = read_mail(mail.bytes);
            found = read && read->message_id == message_id;
            if (found) return failure(ErrorKind::cancelled, "found");  // the rest need not be read
            return {};
        },
        std::move(stop)
    );
    if (!visited && !found) return std::unexpected(visited.error());
    return found;
}

}  // namespace porteur
