// SPDX-License-Identifier: Apache-2.0
#include "any_order.hpp"

#include <porteur/phrase.hpp>

#include "order_view.hpp"

namespace porteur::cli {

Outcome<Reply> of_any_kind(Client& client, const std::string& id, const std::string& rest) {
    for (const char* kind : {"port", "purchase", "release"}) {
        auto reply = client.get(path_of_order(kind, id, rest));
        if (reply || reply.error().code != ExitCode::not_found) return reply;
    }
    return trouble(ExitCode::not_found, phrase("there is no order {1} in this account", quoted(id, 40)));
}

}  // namespace porteur::cli
