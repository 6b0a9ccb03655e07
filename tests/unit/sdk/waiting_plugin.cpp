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

}  // namespace

PORTEUR_PLUGIN("waiting", "1.0.0", PORTEUR_OPERATION(check_account))
