// SPDX-License-Identifier: Apache-2.0
#include "codes.hpp"

#include <algorithm>
#include <array>

#include <porteur/json_at.hpp>
#include <porteur/model/phone_number.hpp>
#include <porteur/phrase.hpp>

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

struct CodeRow {
    std::string_view code;
    ErrorKind kind;
};
// What the status alone would tell wrongly: some of these come with 403, which is not about the
// credentials, or with 400, which is.
constexpr auto error_codes = std::to_array<CodeRow>({
    {"CMN-101", ErrorKind::rejected},     // bad parameter, 400 or 403
    {"CMN-102", ErrorKind::rejected},     // resource not found, 400 or 404
    {"CMN-103", ErrorKind::rejected},     // bad JSON
    {"CMN-109", ErrorKind::unsupported},  // feature not available, 403
    {"CMN-120", ErrorKind::rejected},     // invalid URI
    {"CMN-201", ErrorKind::unavailable},  // temporarily unavailable
    {"CMN-203", ErrorKind::unavailable},  // internal
    {"CMN-301", ErrorKind::throttled},    // rate limited, and the four below
    {"CMN-302", ErrorKind::throttled},
    {"CMN-303", ErrorKind::throttled},
    {"CMN-304", ErrorKind::throttled},
    {"CMN-310", ErrorKind::throttled},
    {"CMN-401", ErrorKind::unauthorized},  // application permission missing
    {"CMN-402", ErrorKind::unauthorized},  // administrator required
    {"CMN-403", ErrorKind::rejected},      // limits of an extension, 403
    {"CMN-404", ErrorKind::rejected},
    {"OAU-123", ErrorKind::unauthorized},  // bad Authorization header
    {"OAU-128", ErrorKind::unauthorized},  // token expired
    {"OAU-129", ErrorKind::unauthorized},  // token corrupted
    {"OAU-140", ErrorKind::unauthorized},  // wrong credentials of the owner
    {"OAU-146", ErrorKind::unauthorized},  // wrong credentials of the client
    {"OAU-147", ErrorKind::unauthorized},  // locked out, 400
    {"OAU-149", ErrorKind::unauthorized},  // token that cannot be read
});

ErrorKind kind_of(std::string_view code) {
    const auto* row = std::ranges::find(error_codes, code, &CodeRow::code);
    if (row != error_codes.end()) return row->kind;
    // What is not documented: OAU is all about the credentials.
    return code.starts_with("OAU-") ? ErrorKind::unauthorized : ErrorKind::none;
}

constexpr std::string_view forwarded =
    to_translate("it is forwarded to RingCentral from another carrier, which holds it");
constexpr std::string_view other_provider = to_translate("another provider holds it");
constexpr std::string_view mobile = to_translate("a mobile operator holds it");
constexpr std::string_view contact_center =
    to_translate("it serves the contact center; have it taken off there first");

struct KindRow {
    std::string_view word;
    Verdict verdict;
};
constexpr auto payment_types = std::to_array<KindRow>({
    {"Local", {}},
    {"TollFree", {}},
    {"External", {Leaving::cannot, forwarded}},
    {"ExternalNumberProvider", {Leaving::cannot, other_provider}},
    {"ExternalNumberProviderTollFree", {Leaving::cannot, other_provider}},
    {"BusinessMobileNumberProvider", {Leaving::cannot, mobile}},
    {"Mobile", {Leaving::cannot, mobile}},
});
// v1 and v2 together: the two have different words for what lies in stock.
constexpr auto usage_types = std::to_array<KindRow>({
    {"MainCompanyNumber", {}},
    {"AdditionalCompanyNumber", {}},
    {"CompanyNumber", {}},
    {"DirectNumber", {}},
    {"CompanyFaxNumber", {}},
    {"PhoneLine", {}},
    {"Inventory", {}},
    {"NumberPool", {}},
    {"NumberStorage", {}},
    {"ContactCenterNumber", {Leaving::ask, contact_center}},
    {"IntegrationNumber", {Leaving::ask, to_translate("it serves an integration; have it taken off there first")}
    },
    {"ForwardedNumber", {Leaving::cannot, forwarded}},
    {"ForwardedCompanyNumber", {Leaving::cannot, forwarded}},
    {"ConferencingNumber", {Leaving::cannot, to_translate("it is a conference number of RingCentral's own")}},
    {"MeetingsNumber", {Leaving::cannot, to_translate("it is a meetings number of RingCentral's own")}},
    {"ELIN", {Leaving::cannot, to_translate("it only locates emergency calls")}},
    {"FmcBusinessMobileNumber", {Leaving::cannot, mobile}},
    {"InventoryFmcBusinessMobileNumber", {Leaving::cannot, mobile}},
    {"BusinessMobileNumber", {Leaving::cannot, mobile}},
    {"PartnerBusinessMobileNumber", {Leaving::cannot, mobile}},
    {"NumberPoolPartnerBusinessMobileNumber", {Leaving::cannot, mobile}},
    {"InventoryPartnerBusinessMobileNumber", {Leaving::cannot, mobile}},
    {"InventoryMobileNumber", {Leaving::cannot, mobile}},
});

Verdict find(const auto& table, std::string_view word) {
    const auto* row = std::ranges::find(table, word, &KindRow::word);
    if (row != table.end()) return row->verdict;
    // Left out by RingCentral, the other word decides.
    if (word.empty()) return {};
    return {Leaving::ask, to_translate("its kind is not one that is known to leave")};
}

struct WordRow {
    std::string_view word, meaning;  ///< empty where all is well
};
constexpr auto number_statuses = std::to_array<WordRow>({
    {"Normal", ""},
    {"Pending", to_translate("it is still on its way into RingCentral")},
    {"PortedIn", to_translate("RingCentral has it as external, its way in not completed")},
    {"Temporary", to_translate("it only stands in for a number that is on its way into RingCentral")},
    {"Unknown", to_translate("RingCentral does not say what became of it")},
});
constexpr auto account_statuses = std::to_array<WordRow>({
    {"Confirmed", ""},
    {"Initial", to_translate("its set-up has not been completed")},
    {"Unconfirmed", to_translate("nobody has confirmed it yet")},
    {"Disabled", to_translate("it is switched off")},
});
constexpr auto status_reasons = std::to_array<WordRow>({
    {"SuspendedVoluntarily", to_translate("suspended at the customer's wish; have RingCentral resume it")},
    {"SuspendedInvoluntarily", to_translate("suspended by RingCentral; settle what is open there")},
    {"CancelledVoluntarily", to_translate("cancelled by the customer; ask RingCentral at once to restore it")},
    {"CancelledInvoluntarily", to_translate("cancelled by RingCentral; ask it at once to restore the account")},
});
constexpr auto billing_types = std::to_array<WordRow>({
    {"Regular", ""},
    {"Initial", ""},
    {"Suspended", to_translate("billing is suspended; settle what is open at RingCentral")},
    {"Trial", to_translate("it is a trial; only a paid account's numbers are the customer's")},
    {"TrialNoCC", to_translate("it is a trial; only a paid account's numbers are the customer's")},
    {"Free", to_translate("it is free of charge; only a paid account's numbers are the customer's")},
});

std::string_view meaning(const auto& table, std::string_view word, std::string_view otherwise) {
    const auto* row = std::ranges::find(table, word, &WordRow::word);
    return row == table.end() ? otherwise : row->meaning;
}

}  // namespace

void require_ok(const Answer& answer) {
    if (answer.ok()) return;
    const auto refusal = refusal_in(answer.body());
    const auto words =
        refusal.message.empty() ? std::string() : quoted(masked_numbers(refusal.message), 160);
    if (const auto kind = kind_of(refusal.code); kind != ErrorKind::none)
        fail(
            kind, kind == ErrorKind::rejected ? Reason::other : Reason::none, refusal.code,
            "ringcentral: " + refusal.code + (words.empty() ? "" : ": " + words)
        );
    answer.require_ok(Reason::other, refusal.code, words);
}

Verdict verdict_on(std::string_view payment_type, std::string_view usage_type) {
    const auto by_payment = find(payment_types, payment_type);
    const auto by_usage = find(usage_types, usage_type);
    return by_usage.leaving > by_payment.leaving ? by_usage : by_payment;
}

std::string_view why_not_in_service(std::string_view status) {
    return meaning(number_statuses, status, to_translate("only a number in service (Normal) can leave"));
}

std::string why_not_active(std::string_view account_status, std::string_view status_reason) {
    auto why = std::string(meaning(account_statuses, account_status, to_translate("only Confirmed is active")));
    if (!why.empty() && !status_reason.empty())
        why += ": " + std::string(meaning(status_reasons, status_reason, to_translate("ask RingCentral why")));
    return why;
}

std::string why_not_paid(std::string_view billing_plan_type) {
    return std::string(
        meaning(billing_types, billing_plan_type, to_translate("the account has to be in good standing"))
    );
}

CarrierWords carrier_words() {
    CarrierWords all;
    const auto add = [&](std::string kind, std::string_view word, std::string means, std::string path,
                         std::string operation = {}) {
        all.push_back(
            {std::move(kind), std::string(word), std::move(means),
             {{"answer", std::move(path), std::string(word), std::move(operation)}}}
        );
    };
    for (const auto& row : error_codes)
        add("errorCode", row.code, std::string(name_of(row.kind)), "errorCode");
    const auto add_kinds = [&](const char* kind, const auto& rows) {
        for (const auto& row : rows)
            add(kind, row.word,
                row.verdict.leaving == Leaving::may
                    ? std::string("may leave")
                    : std::string(row.verdict.leaving == Leaving::ask ? "SPECIAL_FEATURE: "
                                                                      : "NOT_PORTABLE: ") +
                          std::string(row.verdict.why),
                std::string("records/") + kind, "preflight");
    };
    add_kinds("paymentType", payment_types);
    add_kinds("usageType", usage_types);
    const auto add_words = [&](const char* kind, const auto& rows, const char* good, std::string bad,
                               const char* path, const char* operation = "") {
        for (const auto& row : rows)
            add(kind, row.word, row.meaning.empty() ? good : bad + std::string(row.meaning), path,
                operation);
    };
    add_words("status of a number", number_statuses, "in service", "NUMBER_INACTIVE: ", "records/status",
              "preflight");
    add_words("status of the account", account_statuses, "active", "not active: ", "status", "check_account");
    add_words("statusInfo.reason", status_reasons, "", "not active: ", "statusInfo/reason");
    add_words("billingPlan.type", billing_types, "in good standing", "not in good standing: ", "billingPlan/type");
    return all;
}

}  // namespace ringcentral
