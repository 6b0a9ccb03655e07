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
    std::string_view field;  ///< what to correct; empty where nothing in the order can mend it
};
// Every code of a purchase, an address and a release that speaks of what was asked for. The others
// speak of the account (401, 403), the line (408, 5xx, 429) or of us (404, 413, 415), and are told
// by their status.
constexpr auto codes = std::to_array<CodeRow>({
    {"phone.number.unavailable", Reason::number_taken, "/numbers"},
    {"phone.number.duplicate", Reason::duplicate_order, "/numbers"},
    {"invalid.e164.number", Reason::other, "/numbers"},
    {"unexpected.country.code", Reason::mixed_countries, "/country"},
    {"unexpected.phone.number.type", Reason::service_type_wrong, "/number_type"},
    {"requires.an.address", Reason::address_required, "/address"},
    {"requires.local.address", Reason::address_required, "/address"},
    {"invalid.address", Reason::address_mismatch, "/address"},
    {"requires.verified.identity.document", Reason::documents_required, "/documents"},
    {"phone.number.requires.a.bundle", Reason::documents_required, "/documents"},
    {"invalid.short.code.operation", Reason::unsupported_by_gaining, "/number_type"},
    {"invalid.property", Reason::other, ""},
    {"invalid.value", Reason::other, ""},
    {"constraint.validation", Reason::other, ""},
    {"bad.request", Reason::other, ""},
    {"request.conflict", Reason::cannot_change_now, ""},
    {"provisioning.action.in.progress", Reason::cannot_change_now, ""},
    {"recipient.has.flow", Reason::cannot_change_now, ""},
});

}  // namespace

Reason reason_of(std::string_view code) {
    const auto* row = std::ranges::find(codes, code, &CodeRow::code);
    return row == codes.end() ? Reason::other : row->reason;
}

std::vector<std::string> fields_of(std::string_view code) {
    const auto* row = std::ranges::find(codes, code, &CodeRow::code);
    if (row == codes.end() || row->field.empty()) return {};
    return {std::string(row->field)};
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
