// SPDX-License-Identifier: Apache-2.0
// A plugin that waits for events, persons and signatures, for the test of the testkit.
#include <porteur/sdk.hpp>

using namespace porteur;

namespace {

Op<AccountCheck> check_account(Nothing) {
    const auto signature = co_await sign("sign", Signing::hmac_sha256, "api_secret", "hello");
    const auto told = co_await event("answer", "webhook", std::chrono::hours(1)).where("ticket", signature);
    AccountCheck check;
    if (told) {
        check.identity = told->key("by") + " " + told->body;
        co_return check;
    }
    const auto answer = co_await manual("call", "Call them", "At once.").choice("done").text_required().remind_every(std::chrono::hours(2));
    check.identity = answer.choice + " " + answer.text;
    co_return check;
}

/// Asks for as many things at once as the settings say, all of them under names that begin as they say.
Op<std::vector<CarrierNumber>> list_numbers(Nothing) {
    const auto mine = co_await account_settings();
    const auto name = mine.text("name");
    std::vector<HttpRequest> requests;
    for (std::int64_t at = 0; at < mine.number("count", 1); ++at)
        requests.push_back(http().get(name + (at == 0 ? "" : std::to_string(at)), "/" + std::string(static_cast<std::size_t>(mine.number("size", 0)), 'x')));
    co_await together(std::move(requests));
    co_return std::vector<CarrierNumber>{};
}

}  // namespace

PORTEUR_PLUGIN("waiting", "1.0.0", PORTEUR_OPERATION(check_account), PORTEUR_OPERATION(list_numbers))
