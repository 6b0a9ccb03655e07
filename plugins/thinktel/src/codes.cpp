// SPDX-License-Identifier: Apache-2.0
#include "codes.hpp"

#include <algorithm>
#include <array>

#include <porteur/phrase.hpp>

#include "services.hpp"

namespace thinktel {

using namespace porteur;

namespace {

struct StatusRow {
    std::string_view word;
    StatusMeaning meaning;
};

constexpr auto statuses = std::to_array<StatusRow>({
    {"PENDING", {OrderState::submitted, false, to_translate("ThinkTel has not sent it to the losing carrier yet")}
    },
    {"SUBMITTED", {OrderState::submitted, false, to_translate("sent to the losing carrier")}},
    {"CONFIRMED", {OrderState::confirmed, false, ""}},
    {"CONFIRMEDwDATECHANGE",
     {OrderState::confirmed, false, to_translate("confirmed for another date than was asked for")}},
    {"CONFIRMEDwEXCEPTION",
     {OrderState::confirmed, false, to_translate("confirmed with an exception: ask ThinkTel's porting team which")
     }},
    {"COMPLETED", {OrderState::completed, true, ""}},
    {"REJECTED", {OrderState::exception, true, ""}},
    {"HOLD", {OrderState::exception, false, to_translate("on hold: ask ThinkTel's porting team why")}},
    {"RESCHEDULED", {OrderState::confirmed, false, to_translate("moved to another date")}},
    {"CANCELLATIONPENDING", {OrderState::cancel_pending, false, ""}},
    {"CANCELLED", {OrderState::cancelled, true, ""}},
    // Which numbers were cancelled is not told, and the others go on: neither an end nor harmless.
    {"PARTIALCANCELLATION",
     {OrderState::exception, false,
      to_translate("part of the numbers was cancelled: ask ThinkTel's porting team which")}},
    {"FULLCANCELLATION", {OrderState::cancelled, true, ""}},
    {"EXPIRED", {OrderState::expired, true, ""}},
});

// "Closed" is an end, but not which: a person has to ask.
constexpr auto assessments = std::to_array<StatusRow>({
    {"Pending", {OrderState::submitted, false, to_translate("pending on ThinkTel's dashboard")}},
    {"Click-To-Port",
     {OrderState::accepted, false, to_translate("ready to be ported on ThinkTel's dashboard, no day told yet")}},
    {"Internal", {OrderState::submitted, false, to_translate("ported inside ThinkTel, says its dashboard")}},
});

constexpr std::string_view reply_names[] = {
    "Rejected", "Accepted", "Deferred", "Conditional", "Error"
};

struct FieldRow {
    std::string_view field;
    Reason reason;
    std::string_view pointer;
};

constexpr auto fields = std::to_array<FieldRow>({
    {"AN", Reason::account_number_mismatch, "/account_number"},
    {"ATN", Reason::btn_mismatch, "/btn"},
    {"BTN", Reason::btn_mismatch, "/btn"},
    {"EATN", Reason::btn_mismatch, "/btn"},
    {"NAME", Reason::name_mismatch, "/end_user/name"},
    {"EU NAME", Reason::name_mismatch, "/end_user/name"},
    {"SANO", Reason::address_mismatch, "/service_address/house_number"},
    {"SASN", Reason::address_mismatch, "/service_address/street"},
    {"SATH", Reason::address_mismatch, "/service_address/street_type"},
    {"SASD", Reason::address_mismatch, "/service_address/street_direction"},
    {"SASS", Reason::address_mismatch, "/service_address/street_direction"},
    {"LV1", Reason::address_mismatch, "/service_address/unit"},
    {"UNIT", Reason::address_mismatch, "/service_address/unit"},
    {"CITY", Reason::address_mismatch, "/service_address/city"},
    {"STATE", Reason::address_mismatch, "/service_address/region"},
    {"PROV", Reason::address_mismatch, "/service_address/region"},
    {"ZIP", Reason::postal_code_mismatch, "/service_address/postal_code"},
    {"PC", Reason::postal_code_mismatch, "/service_address/postal_code"},
    {"POSTAL", Reason::postal_code_mismatch, "/service_address/postal_code"},
    {"PIN", Reason::pin_invalid, "/pin"},
    {"DDD", Reason::due_date_unmet, "/requested_date"},
    {"DDDO", Reason::due_date_unmet, "/requested_date"},
    {"AGAUTH", Reason::loa_required, "/documents"},
    {"AUTHNM", Reason::authorized_person_mismatch, "/end_user/authorized_person"},
    {"PORTED #", Reason::number_not_on_account, "/numbers"},
    {"PORTEDNBR", Reason::number_not_on_account, "/numbers"},
    {"DISC #", Reason::number_not_on_account, "/disconnect"},
    {"DISCNBR", Reason::number_not_on_account, "/disconnect"},
});

struct CodeRow {
    std::string_view code;
    Reason reason;
};

constexpr auto reject_codes = std::to_array<CodeRow>({
    {"1L", Reason::due_date_unmet},
    {"1M", Reason::due_date_unmet},
    {"1N", Reason::due_date_unmet},
    {"6A", Reason::number_not_on_account},
    {"6B", Reason::internal_port},
    {"6C", Reason::multiple_mismatch},
    {"6D", Reason::number_inactive},
    {"6E", Reason::due_date_unmet},
    {"6F", Reason::due_date_unmet},
    {"6H", Reason::losing_carrier_silent},
    {"6J", Reason::losing_carrier_silent},
    {"6K", Reason::not_portable},
    {"6L", Reason::due_date_unmet},
    {"6M", Reason::pending_order_at_losing},
    {"6N", Reason::pending_order_at_losing},
    {"6P", Reason::freeze_or_lock},
    {"6R", Reason::split_required},
    {"7B", Reason::not_portable},
    {"7C", Reason::prepaid_line},
    {"8A", Reason::account_number_mismatch},
    {"8B", Reason::tax_id_required},
    {"8C", Reason::pin_invalid},
    {"8D", Reason::postal_code_mismatch},
    {"8E", Reason::name_mismatch},
    {"8F", Reason::name_mismatch},
    {"8G", Reason::name_mismatch},
});

struct WordRow {
    /// In lower case; '|' separates what must all be there. Whole words, but for one that ends
    /// with '*': it may go on.
    std::string_view words;
    Reason reason;
};

// From the telling to the general: the first row that fits decides.
constexpr auto sentences = std::to_array<WordRow>({
    {"rate center*|not", Reason::rate_center_not_covered},
    {"rate center*|cannot", Reason::rate_center_not_covered},
    {"rate centre*|not", Reason::rate_center_not_covered},
    {"rate centre*|cannot", Reason::rate_center_not_covered},
    {"respons*|org*", Reason::tollfree_resporg},
    {"resp org*", Reason::tollfree_resporg},
    {"resporg*", Reason::tollfree_resporg},
    {"toll*|cannot be combined", Reason::split_required},
    {"toll*|same request", Reason::split_required},
    {"toll*|mix*", Reason::split_required},
    {"date*|past", Reason::due_date_unmet},
    {"date*|passed", Reason::due_date_unmet},
    {"already|disconnected", Reason::number_inactive},
    {"already|port", Reason::duplicate_order},
    {"already|ported", Reason::duplicate_order},
    {"already|porting", Reason::duplicate_order},
    {"duplicate*", Reason::duplicate_order},
    {"pending order*", Reason::pending_order_at_losing},
    {"letter of auth*|expired", Reason::loa_expired},
    {"letter of auth*|old", Reason::loa_expired},
    {"letter of auth*|illegible", Reason::loa_illegible},
    {"letter of auth*|unreadable", Reason::loa_illegible},
    {"letter of auth*", Reason::loa_required},
    {"loa|illegible", Reason::loa_illegible},
    {"loa|expired", Reason::loa_expired},
    {"loa|required", Reason::loa_required},
    {"loa|missing", Reason::loa_required},
    {"account number*|required", Reason::account_number_required},
    {"account number*", Reason::account_number_mismatch},
    {"postal*", Reason::postal_code_mismatch},
    {"zip code*", Reason::postal_code_mismatch},
    {"pin|required", Reason::pin_required},
    {"passcode*", Reason::pin_invalid},
    {"pin", Reason::pin_invalid},
    {"address*", Reason::address_mismatch},
    {"street*", Reason::address_mismatch},
    {"authorized", Reason::authorized_person_mismatch},
    {"billing telephone*", Reason::btn_mismatch},
    {"btn", Reason::btn_mismatch},
    {"customer name*", Reason::name_mismatch},
    {"name*|match*", Reason::name_mismatch},
    {"name*|mismatch*", Reason::name_mismatch},
    {"not portable", Reason::not_portable},
    {"cannot be ported", Reason::not_portable},
    {"can not be ported", Reason::not_portable},
    {"not on|account*", Reason::number_not_on_account},
    {"does not belong", Reason::number_not_on_account},
    {"disconnected", Reason::number_inactive},
    {"not active", Reason::number_inactive},
    {"inactive", Reason::number_inactive},
    {"freeze", Reason::freeze_or_lock},
    {"frozen", Reason::freeze_or_lock},
    {"locked", Reason::freeze_or_lock},
    {"date*|soon*", Reason::due_date_too_soon},
    {"number*|not available", Reason::number_taken},
    {"no longer available", Reason::number_taken},
    {"due date*", Reason::due_date_unmet},
    {"port date*", Reason::due_date_unmet},
    {"prepaid", Reason::prepaid_line},
    {"too many", Reason::split_too_many},
});

/// In lower case, each word between blanks: " the pin is wrong ". Letters of other alphabets stay.
std::string in_words(std::string_view text) {
    std::string out = " ";
    for (char letter : text) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
        const bool of_word = (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                             static_cast<unsigned char>(letter) >= 0x80;
        if (of_word)
            out += letter;
        else if (out.back() != ' ')
            out += ' ';
    }
    if (out.back() != ' ') out += ' ';
    return out;
}

bool has_words(std::string_view text, std::string_view words) {
    const bool goes_on = words.ends_with('*');
    if (goes_on) words.remove_suffix(1);
    return text.find(" " + std::string(words) + (goes_on ? "" : " ")) != text.npos;
}

bool has_all(std::string_view text, std::string_view words) {
    while (true) {
        const auto bar = words.find('|');
        if (!has_words(text, words.substr(0, bar))) return false;
        if (bar == words.npos) return true;
        words.remove_prefix(bar + 1);
    }
}

}  // namespace

std::optional<StatusMeaning> meaning_of(std::string_view status) {
    const auto* found = std::ranges::find(statuses, status, &StatusRow::word);
    if (found == statuses.end()) return std::nullopt;
    return found->meaning;
}

std::optional<StatusMeaning> meaning_of_assessment(std::string_view assessment) {
    const auto* found = std::ranges::find(assessments, assessment, &StatusRow::word);
    if (found == assessments.end()) return std::nullopt;
    return found->meaning;
}

std::string name_of_reply(std::int64_t reply) {
    if (reply >= 0 && reply < std::ssize(reply_names)) return std::string(reply_names[reply]);
    return "reply " + std::to_string(reply);
}

Rejection rejection_of(const RejectedField& rejected) {
    Rejection ours;
    ours.code = rejected.code;
    ours.text = rejected.remarks;
    if (const auto* row = std::ranges::find(fields, rejected.field, &FieldRow::field);
        row != fields.end()) {
        ours.reason = row->reason;
        ours.fields = {std::string(row->pointer)};
        return ours;
    }
    // The code is the carrier's own word; its remarks are anybody's.
    const auto* row = std::ranges::find(reject_codes, rejected.code, &CodeRow::code);
    ours.reason = row != reject_codes.end() ? row->reason : reason_in(rejected.remarks);
    ours.fields = fields_of(ours.reason);
    return ours;
}

Reason reason_in(std::string_view words) {
    const auto text = in_words(words);
    for (const auto& row : sentences)
        if (has_all(text, row.words)) return row.reason;
    return Reason::other;
}

std::vector<std::string> fields_of(Reason reason) {
    switch (reason) {
        case Reason::account_number_required:
        case Reason::account_number_mismatch:
            return {"/account_number"};
        case Reason::pin_required:
        case Reason::pin_invalid:
            return {"/pin"};
        case Reason::address_mismatch:
            return {"/service_address"};
        case Reason::postal_code_mismatch:
            return {"/service_address/postal_code"};
        case Reason::name_mismatch:
            return {"/end_user/name"};
        case Reason::authorized_person_mismatch:
            return {"/end_user/authorized_person"};
        case Reason::btn_mismatch:
            return {"/btn"};
        case Reason::number_not_on_account:
        case Reason::number_inactive:
        case Reason::not_portable:
        case Reason::rate_center_not_covered:
        case Reason::split_required:
        case Reason::split_too_many:
            return {"/numbers"};
        case Reason::loa_required:
        case Reason::loa_illegible:
        case Reason::loa_expired:
        case Reason::tollfree_resporg:
            return {"/documents"};
        case Reason::due_date_unmet:
        case Reason::due_date_too_soon:
            return {"/requested_date"};
        case Reason::tax_id_required:
            return {"/end_user/tax_id"};
        default:
            return {};
    }
}

CarrierWords carrier_words() {
    CarrierWords all;
    const auto add = [&](std::string kind, std::string_view word, std::string means,
                         std::string operation = {}) {
        CarrierWord::Place place{"answer", kind, std::string(word), std::move(operation)};
        all.push_back({std::move(kind), std::string(word), std::move(means), {std::move(place)}});
    };
    const auto text = [](const StatusMeaning& meaning) {
        std::string out = boost::describe::enum_to_string(meaning.state, "");
        if (!meaning.note.empty()) out += ": " + std::string(meaning.note);
        if (meaning.ended) out += "; its numbers may be submitted again";
        return out;
    };
    for (const auto& row : statuses) add("Status", row.word, text(row.meaning), "check_port");
    for (const auto& row : assessments) add("Assessment", row.word, text(row.meaning), "check_port");
    add("Assessment", "Closed", "an end, but not which: a person asks ThinkTel", "check_port");
    for (std::int64_t reply = 0; reply < std::ssize(reply_names); ++reply)
        add("Reply", std::to_string(reply),
            std::string(reply_names[reply]) +
                (reply == accepted_reply   ? ": done"
                 : reply == rejected_reply ? ": refused, for the reason that its Message tells"
                                           : ": neither done nor refused; never sent again by itself"));
    for (const auto& row : fields)
        add("FLD ABBR", row.field,
            std::string(text_of(row.reason)) + ", to correct: " + std::string(row.pointer));
    for (const auto& row : reject_codes) {
        auto means = std::string(text_of(row.reason));
        for (const auto& field : fields_of(row.reason)) means += ", to correct: " + field;
        add("RJCT CODE", row.code, std::move(means));
    }
    for (std::int64_t type = 1; service_of_type(type); ++type)
        add("Type", std::to_string(type),
            "an offering that is " + std::string(name_of(*service_of_type(type))));
    return all;
}

}  // namespace thinktel
