// SPDX-License-Identifier: Apache-2.0
#include "codes.hpp"

#include <algorithm>
#include <array>

#include <porteur/json_at.hpp>
#include <porteur/phrase.hpp>

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

struct TellingRow {
    std::string_view code;
    ErrorKind kind;
    bool lost = false;  ///< after a purchase, the inventory is asked
};
// The others, as CARRIERS.md 2.4 has them. Nothing reads them by their code: the status that each
// comes with tells the same. Here they are for the plugin's page, and for the tests that try them.
constexpr auto told_by_status = std::to_array<TellingRow>({
    {"authentication.required", ErrorKind::unauthorized},
    {"bad.credentials", ErrorKind::unauthorized},
    {"ip.not.authorized", ErrorKind::unauthorized},
    {"missing.permissions", ErrorKind::unauthorized},
    {"missing.any.permissions", ErrorKind::unauthorized},
    {"not.authorized", ErrorKind::unauthorized},
    {"missing.division.permission", ErrorKind::unauthorized},
    {"app.not.authorized.for.scope", ErrorKind::unauthorized},
    {"not.found", ErrorKind::rejected},
    {"request.entity.too.large", ErrorKind::rejected},
    {"unsupported.media.type", ErrorKind::rejected},
    {"client.timeout", ErrorKind::unavailable, true},
    {"internal.server.error", ErrorKind::unavailable, true},
    {"service.unavailable", ErrorKind::unavailable, true},
    {"request.timeout", ErrorKind::unavailable, true},
    {"too.many.requests.retry.after", ErrorKind::throttled},
    {"too.many.requests", ErrorKind::throttled},
});

struct StateRow {
    std::string_view word;
    OrderState state;
};
constexpr auto number_states = std::to_array<StateRow>({
    {"INITIATED", OrderState::submitted},
    {"PENDING", OrderState::submitted},
    {"PORTING", OrderState::activating},
    {"ACTIVE", OrderState::completed},
    {"PENDING_CANCELLATION", OrderState::cancel_pending},
    {"INVALID", OrderState::rejected},
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
    const bool running = provisioning_state == "Running";
    if (provisioning_state == "Failed") return OrderState::rejected;
    if (action == "Delete" && running) return OrderState::cancel_pending;
    if (status.empty()) return OrderState::submitted;
    const auto* row = std::ranges::find(number_states, status, &StateRow::word);
    if (row != number_states.end())
        return row->state == OrderState::completed && running ? OrderState::activating : row->state;
    fail(
        ErrorKind::internal, Reason::none, std::string(status),
        "genesys: " + phrase(
                          "unknown state {1} of a number; a person must look at the inventory",
                          quoted(status)
                      )
    );
}

CarrierWords carrier_words() {
    CarrierWords all;
    for (const auto& row : codes)
        all.push_back(
            {"error code", std::string(row.code),
             "rejected, " + std::string(text_of(row.reason)) +
                 (wants_papers(row.code)    ? "; a purchase goes on by mail"
                  : wants_address(row.code) ? "; a purchase goes on with the order's address"
                  : row.field.empty()       ? ""
                                            : ", to correct: " + std::string(row.field)),
             {{"answer", "code", std::string(row.code), {}}}}
        );
    for (const auto& row : told_by_status)
        all.push_back(
            {"error code", std::string(row.code),
             std::string(name_of(row.kind)) + ", told by its HTTP status" +
                 (row.lost ? "; after a purchase the inventory is asked" : ""),
             {{"answer", "code", std::string(row.code), {}}}}
        );
    for (const auto& row : number_states)
        all.push_back(
            {"phoneNumberStatus", std::string(row.word),
             boost::describe::enum_to_string(row.state, ""),
             {{"answer", "phoneNumberStatus", std::string(row.word), "check_purchase"}}}
        );
    for (const auto& [word, means] :
         {std::pair{"Running", "under way: an active number is activating, one to be deleted is cancel_pending"},
          {"Completed", "as the number's status says"},
          {"Failed", "rejected, for the reason of its error's code"}})
        all.push_back({"provisioningStatus.state", word, means, {{"answer", "provisioningStatus/state", word, "check_purchase"}}});
    return all;
}

}  // namespace genesys
