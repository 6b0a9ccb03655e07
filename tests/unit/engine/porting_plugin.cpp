// SPDX-License-Identifier: Apache-2.0
#include "porting_plugin.hpp"

#include <porteur/sdk.hpp>

namespace porteur::testing {
namespace {

template <class T>
T given_on(const auto& answer) {
    auto read = from_json<T>(answer.json());
    if (!read) fail(ErrorKind::internal, Reason::none, "", read.error().message);
    return std::move(*read);
}

std::vector<NumberGroup> split(NumberList list) {
    NumberGroup local, toll_free;
    local.note_en = "local";
    toll_free.note_en = "toll-free";
    for (const auto& each : list.numbers) (each.text().starts_with("+1800") ? toll_free : local).numbers.push_back(each);
    std::vector<NumberGroup> groups;
    for (auto* each : {&local, &toll_free})
        if (!each->numbers.empty()) groups.push_back(*each);
    return groups;
}

Op<Findings> preflight(PortOrder order) {
    const auto answer = co_await http().get("look", "/records/" + std::to_string(order.numbers.size()));
    co_return given_on<Findings>(answer);
}

Op<PortProgress> submit_port(PortOrder order) {
    if (order.comment == "by hand") {
        const auto word = co_await manual("call", "Call the carrier about " + order.reference, "Its desk takes orders by telephone.").choice("done");
        PortProgress progress;
        progress.carrier_id = word.text;
        co_return progress;
    }
    const auto answer = co_await http().post("submit", "/ports").field("ref", order.reference + "/" + std::to_string(order.attempt)).once();
    co_return given_on<PortProgress>(answer);
}

Op<PortProgress> check_port(OrderReference order) {
    const auto answer = co_await http().get("look", "/ports/" + order.carrier_id);
    co_return given_on<PortProgress>(answer);
}

Op<PortProgress> supplement_port(Supplement supplement) {
    json::array fields;
    for (const auto& each : supplement.fields) fields.emplace_back(each);
    const auto answer = co_await http().post("supplement", "/ports/" + supplement.order.carrier_id + "/supplements")
                            .field("fields", canonical(fields)).field("postal_code", supplement.corrected.service_address.postal_code).once();
    co_return given_on<PortProgress>(answer);
}

Op<PortProgress> cancel_port(OrderReference order) {
    const auto answer = co_await http().post("cancel", "/ports/" + order.carrier_id + "/cancel").once();
    co_return given_on<PortProgress>(answer);
}

Op<ReleaseWatch> check_release(OrderReference order) {
    const auto answer = co_await http().get("look", "/leaving/" + order.reference);
    co_return given_on<ReleaseWatch>(answer);
}

constexpr auto table = std::to_array<boundary::Operation>({
    PORTEUR_OPERATION(split), PORTEUR_OPERATION(preflight), PORTEUR_OPERATION(submit_port), PORTEUR_OPERATION(check_port),
    PORTEUR_OPERATION(supplement_port), PORTEUR_OPERATION(cancel_port), PORTEUR_OPERATION(check_release),
});

constexpr porteur_plugin plugin{
    .size = sizeof(porteur_plugin),
    .abi_minor = 0,
    .id = {"porting", 7},
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

const porteur_plugin* porting_plugin() { return &plugin; }

}  // namespace porteur::testing
