// SPDX-License-Identifier: Apache-2.0
#include "codes.hpp"

#include <algorithm>
#include <array>

#include <porteur/json_at.hpp>
#include <porteur/model/phone_number.hpp>

namespace ringcentral {

using namespace porteur;

namespace {

struct Refusal {
    std::string code, message;
};

/// The first of `errors`, or the same keys at the top as some v1 bodies have them.
Refusal refusal_in(const std::string& body) {
    const auto parsed = parse_json(body);
    if (!parsed) return {};
    const auto& errors = list_at(*parsed, "errors");
    const auto& first = errors.empty() ? *parsed : errors.front();
    auto code = text_at(first, "errorCode");
    return {code.empty() ? text_at(*parsed, "errorCode") : code, text_at(first, "message")};
}

ErrorKind kind_of(std::string_view code) {
    if (code.starts_with("OAU-") || code == "CMN-401" || code == "CMN-402")
        return ErrorKind::unauthorized;
    if (code == "CMN-109") return ErrorKind::unsupported;
    if (code == "CMN-201" || code == "CMN-203") return ErrorKind::unavailable;
    if (code.starts_with("CMN-30") || code == "CMN-310") return ErrorKind::throttled;
    return ErrorKind::none;
}

struct KindRow {
    std::string_view word, why;
};
constexpr auto payment_types = std::to_array<KindRow>({
    {"External", "it is forwarded to RingCentral from another carrier, which holds it"},
    {"ExternalNumberProvider", "another provider holds it"},
    {"ExternalNumberProviderTollFree", "another provider holds it"},
    {"BusinessMobileNumberProvider", "a mobile operator holds it"},
    {"Mobile", "a mobile operator holds it"},
});
constexpr auto usage_types = std::to_array<KindRow>({
    {"ForwardedNumber", "it is forwarded to RingCentral from another carrier, which holds it"},
    {"ForwardedCompanyNumber", "it is forwarded to RingCentral from another carrier, which holds it"
    },
    {"ConferencingNumber", "it is a conference number of RingCentral's own"},
    {"MeetingsNumber", "it is a meetings number of RingCentral's own"},
    {"ELIN", "it only locates emergency calls"},
});

std::string_view find(const auto& table, std::string_view word) {
    const auto* row = std::ranges::find(table, word, &KindRow::word);
    return row == table.end() ? std::string_view() : row->why;
}

}  // namespace

void require_ok(const Answer& answer) {
    if (answer.ok()) return;
    const auto refusal = refusal_in(answer.body());
    const auto words =
        refusal.message.empty() ? std::string() : quoted(masked_numbers(refusal.message), 160);
    if (const auto kind = kind_of(refusal.code); kind != ErrorKind::none)
        fail(
            kind, Reason::none, refusal.code,
            "ringcentral: " + refusal.code + (words.empty() ? "" : ": " + words)
        );
    answer.require_ok(Reason::other, refusal.code, words);
}

std::string_view why_not_portable(std::string_view payment_type, std::string_view usage_type) {
    const auto why = find(payment_types, payment_type);
    return why.empty() ? find(usage_types, usage_type) : why;
}

bool is_confirmed(std::string_view account_status) { return account_status == "Confirmed"; }

bool is_paid(std::string_view billing_plan_type) {
    return billing_plan_type == "Regular" || billing_plan_type == "Initial";
}

}  // namespace ringcentral
