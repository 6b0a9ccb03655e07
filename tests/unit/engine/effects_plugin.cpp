// SPDX-License-Identifier: Apache-2.0
#include "effects_plugin.hpp"

#include <porteur/sdk.hpp>

namespace porteur::testing {
namespace {

PurchaseProgress completed(std::string carrier_id) {
    PurchaseProgress progress;
    progress.carrier_id = std::move(carrier_id);
    progress.carrier_word = "completed";
    progress.state = OrderState::completed;
    return progress;
}

/// Asks three things at once; the answers, in the order of asking, are the order's id at the carrier.
Op<PurchaseProgress> three() {
    std::vector<HttpRequest> requests;
    for (const char* step : {"one", "two", "three"}) requests.push_back(http().get(step, std::string("/") + step));
    const auto answers = co_await together(std::move(requests));
    std::string all;
    for (const auto& each : answers) all += each.text("/is");
    co_return completed(all);
}

/// Twenty at once.
Op<PurchaseProgress> twenty() {
    std::vector<HttpRequest> requests;
    for (int at = 0; at < 20; ++at) requests.push_back(http().get("ask-" + std::to_string(at), "/" + std::to_string(at)));
    const auto answers = co_await together(std::move(requests));
    co_return completed(std::to_string(answers.size()));
}

/// A question, half a minute, and another one.
Op<PurchaseProgress> pause() {
    const auto before = co_await http().get("before", "/before");
    co_await sleep_for("pause", std::chrono::seconds(30));
    const auto after = co_await http().get("after", "/after");
    co_return completed(before.text("/is") + after.text("/is"));
}

/// Two that must not leave twice, and a question beside them.
Op<PurchaseProgress> two_once() {
    std::vector<HttpRequest> requests;
    requests.push_back(http().post("buy-a", "/a").field("what", "a").once());
    requests.push_back(http().get("ask", "/ask"));
    requests.push_back(http().post("buy-b", "/b").field("what", "b").once());
    const auto answers = co_await together(std::move(requests));
    std::string all;
    for (const auto& each : answers) all += each.in_doubt() ? "?" : each.text("/is");
    co_return completed(all);
}

/// Waits a day for the carrier's word about this ticket.
Op<PurchaseProgress> wait_for_event() {
    const auto told = co_await event("answer", "webhook", std::chrono::hours(24)).where("ticket", "T-1").where("type", "done");
    if (!told) co_return completed("nobody came");
    co_return completed(told->key("by") + ":" + told->body);
}

/// The same after something that must not happen twice.
Op<PurchaseProgress> buy_then_wait() {
    const auto bought = co_await http().post("buy", "/buy").field("what", "a").once();
    bought.require_ok();
    co_return co_await wait_for_event();
}

Op<PurchaseProgress> bad_event() {
    const auto told = co_await event("answer", "webhook", std::chrono::hours(24));
    co_return completed(told ? "?" : "!");
}

Op<PurchaseProgress> ask_person() {
    const auto answer = co_await manual("call", "Call Acme about the order", "Their number is in the contract.")
                            .choice("done").choice("refused").text_required().remind_every(std::chrono::hours(24));
    if (answer.choice == "refused") fail(ErrorKind::rejected, Reason::other, "", answer.text);
    co_return completed(answer.text);
}

Op<PurchaseProgress> signed_request() {
    const auto signature = co_await sign("sign", Signing::hmac_sha256, "api_secret", "order 17").as(SignatureText::base64);
    co_return completed(signature);
}

/// Asks one after the other, for as long as it is let.
Op<PurchaseProgress> many(int count) {
    for (int at = 0; at < count; ++at) {
        const auto answer = co_await http().get("ask-" + std::to_string(at), "/" + std::to_string(at));
        answer.require_ok();
    }
    co_return completed(std::to_string(count));
}

Op<PurchaseProgress> buy_then_many() {
    const auto bought = co_await http().post("buy", "/buy").field("what", "a").once();
    bought.require_ok();
    co_return co_await many(10);
}

Op<PurchaseProgress> many_then_buy() {
    co_await many(10);
    const auto bought = co_await http().post("buy", "/buy").field("what", "a").once();
    bought.require_ok();
    co_return completed("bought");
}

Op<PurchaseProgress> purchase(PurchaseOrder order) {
    if (order.reference.starts_with("event")) co_return co_await wait_for_event();
    if (order.reference == "buy-event") co_return co_await buy_then_wait();
    if (order.reference == "bad-event") co_return co_await bad_event();
    if (order.reference == "person") co_return co_await ask_person();
    if (order.reference == "sign") co_return co_await signed_request();
    if (order.reference == "many") co_return co_await many(10);
    if (order.reference == "buy-many") co_return co_await buy_then_many();
    if (order.reference == "many-buy") co_return co_await many_then_buy();
    if (order.reference == "three") co_return co_await three();
    if (order.reference == "twenty") co_return co_await twenty();
    if (order.reference == "pause") co_return co_await pause();
    if (order.reference == "two-once") co_return co_await two_once();
    fail(ErrorKind::internal, Reason::none, "", "the test asks for " + order.reference);
}

constexpr auto table = std::to_array<boundary::Operation>({PORTEUR_OPERATION(purchase)});

constexpr porteur_plugin plugin{
    .size = sizeof(porteur_plugin),
    .abi_minor = 0,
    .id = {"effects", 7},
    .version = {"1.0.0", 5},
    .sdk = {"porteur-sdk-cpp/0.1", 19},
    .op_begin = [](const porteur_host*, porteur_view operation, porteur_view input, porteur_op** out,
                   porteur_error* err) noexcept -> std::int32_t { return boundary::begin(table, operation, input, out, err); },
    .op_step = [](porteur_op* op, const porteur_completion* const* done, std::uint32_t count, porteur_turn* turn,
                  porteur_error* err) noexcept -> std::int32_t { return boundary::step(op, done, count, turn, err); },
    .op_cancel = [](porteur_op* op, porteur_view why, porteur_turn* turn, porteur_error* err) noexcept -> std::int32_t {
        return boundary::cancel(op, why, turn, err);
    },
    .op_end = [](porteur_op* op) noexcept { delete op; },
    .get_extension = [](const char*) noexcept -> const void* { return nullptr; },
};

}  // namespace

const porteur_plugin* effects_plugin() { return &plugin; }

}  // namespace porteur::testing
