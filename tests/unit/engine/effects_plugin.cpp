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

Op<PurchaseProgress> purchase(PurchaseOrder order) {
    if (order.reference == "three") co_return co_await three();
    if (order.reference == "twenty") co_return co_await twenty();
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
