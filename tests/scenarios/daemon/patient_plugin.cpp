// SPDX-License-Identifier: Apache-2.0
// Buys three things at once, signs, waits for the carrier's word, and asks a person.
#include <porteur/sdk.hpp>

using namespace porteur;

namespace {

Op<PurchaseProgress> purchase(PurchaseOrder order) {
    std::vector<HttpRequest> requests;
    for (const char* step : {"buy-1", "buy-2", "buy-3"}) requests.push_back(http().post(step, "/orders").field("ref", order.reference).once());
    const auto bought = co_await together(std::move(requests));
    for (const auto& each : bought) each.require_ok();

    const auto signature = co_await sign("sign", Signing::hmac_sha256, "auth_token", "order " + order.reference);
    const auto told = co_await event("answer", "webhook", std::chrono::hours(24)).where("ticket", bought.front().text("/id"));
    if (!told) fail(ErrorKind::in_doubt, Reason::none, "", "nobody told");
    const auto answer = co_await manual("check", "Check the invoice", "It came with " + told->body + ".").choice("right").text_required();

    PurchaseProgress progress;
    progress.carrier_id = signature + " " + answer.text;
    progress.carrier_word = "completed";
    progress.state = OrderState::completed;
    co_return progress;
}

}  // namespace

PORTEUR_PLUGIN("patient", "1.0.0", PORTEUR_OPERATION(purchase))
