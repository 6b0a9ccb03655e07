// SPDX-License-Identifier: Apache-2.0
#include "app/pop3_settings.hpp"

#include "settings/secret.hpp"

namespace porteur {

Result<Pop3Settings> pop3_settings(const Pop3Server& server) {
    Pop3Settings out;
    out.server = {
        .host = server.host,
        .port = server.port,
        .security = server.security,
        .ca_file = server.ca_file.string()
    };
    out.user = server.user;
    auto password = read_secret(server.password);
    if (!password) return std::unexpected(std::move(password).error());
    out.password = std::move(*password);
    out.command_timeout = server.timeout;
    out.delete_taken = server.delete_taken;
    return out;
}

}  // namespace porteur
