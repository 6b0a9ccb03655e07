// SPDX-License-Identifier: Apache-2.0
#include "codes.hpp"

#include <algorithm>
#include <array>

#include <porteur/json_at.hpp>

namespace genesys {

using namespace porteur;

namespace {

struct CodeRow {
    std::string_view code;
    Reason reason;
};
constexpr auto codes = std::to_array<CodeRow>({
    {"phone.number.unavailable", Reason::number_taken},
    {"phone.number.duplicate", Reason::duplicate_order},
    {"unexpected.phone.number.type", Reason::service_type_wrong},
    {"requires.an.address", Reason::address_required},
    {"requires.local.address", Reason::address_required},
    {"invalid.address", Reason::address_mismatch},
    {"requires.verified.identity.document", Reason::documents_required},
    {"phone.number.requires.a.bundle", Reason::documents_required},
    {"invalid.short.code.operation", Reason::unsupported_by_gaining},
    {"request.conflict", Reason::cannot_change_now},
    {"provisioning.action.in.progress", Reason::cannot_change_now},
    {"recipient.has.flow", Reason::cannot_change_now},
});

}  // namespace

Reason reason_of(std::string_view code) {
    const auto* row = std::ranges::find(codes, code, &CodeRow::code);
    return row == codes.end() ? Reason::other : row->reason;
}

bool wants_papers(std::string_view code) {
    return code == "requires.verified.identity.document" ||
           code == "phone.number.requires.a.bundle";
}
bool wants_address(std::string_view code) {
    return code == "requires.an.address" || code == "requires.local.address";
}

std::string code_in(const Answer& answer) {
    const auto parsed = parse_json(answer.body());
    return parsed ? text_at(*parsed, "code") : std::string();
}
std::string message_in(const Answer& answer) {
    const auto parsed = parse_json(answer.body());
    return parsed ? text_at(*parsed, "message") : std::string();
}

void require_ok(const Answer& answer) {
    if (answer.ok()) return;
    const auto code = code_in(answer), words = message_in(answer);
    answer.require_ok(
        reason_of(code), code, words.empty() ? words : quoted(masked_numbers(words), 160)
    );
}

OrderState state_of(
    std::string_view status, std::string_view provisioning_state, std::string_view action
) {
    if (provisioning_state == "Failed") return OrderState::rejected;
    if (action == "Delete" && provisioning_state == "Running") return OrderState::cancel_pending;
    if (status == "ACTIVE")
        return provisioning_state == "Running" ? OrderState::activating : OrderState::completed;
    if (status == "INITIATED" || status == "PENDING" || status.empty())
        return OrderState::submitted;
    if (status == "PORTING") return OrderState::activating;
    if (status == "PENDING_CANCELLATION") return OrderState::cancel_pending;
    if (status == "INVALID") return OrderState::rejected;
    fail(
        ErrorKind::internal, Reason::none, std::string(status),
        "genesys: unknown state " + quoted(status) +
            " of a number; a person must look at the inventory"
    );
}

}  // namespace genesys
