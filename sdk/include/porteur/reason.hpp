// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace porteur {

// The canonical reasons of a refusal: what the carriers of the field call by a hundred names.
// Each is written once, here; docs/vocabulary.md lists the same names and a test compares the two.
#define PORTEUR_REASONS(X)                                        \
    X(account_number_required, "ACCOUNT_NUMBER_REQUIRED")         \
    X(account_number_mismatch, "ACCOUNT_NUMBER_MISMATCH")         \
    X(pin_required, "PIN_REQUIRED")                               \
    X(pin_invalid, "PIN_INVALID")                                 \
    X(address_mismatch, "ADDRESS_MISMATCH")                       \
    X(postal_code_mismatch, "POSTAL_CODE_MISMATCH")               \
    X(name_mismatch, "NAME_MISMATCH")                             \
    X(authorized_person_mismatch, "AUTHORIZED_PERSON_MISMATCH")   \
    X(btn_mismatch, "BTN_MISMATCH")                               \
    X(btn_porting_with_remainder, "BTN_PORTING_WITH_REMAINDER")   \
    X(port_scope_wrong, "PORT_SCOPE_WRONG")                       \
    X(service_type_wrong, "SERVICE_TYPE_WRONG")                   \
    X(number_not_on_account, "NUMBER_NOT_ON_ACCOUNT")             \
    X(number_inactive, "NUMBER_INACTIVE")                         \
    X(not_portable, "NOT_PORTABLE")                               \
    X(rate_center_not_covered, "RATE_CENTER_NOT_COVERED")         \
    X(pending_order_at_losing, "PENDING_ORDER_AT_LOSING")         \
    X(freeze_or_lock, "FREEZE_OR_LOCK")                           \
    X(special_feature, "SPECIAL_FEATURE")                         \
    X(loa_required, "LOA_REQUIRED")                               \
    X(loa_illegible, "LOA_ILLEGIBLE")                             \
    X(loa_expired, "LOA_EXPIRED")                                 \
    X(due_date_unmet, "DUE_DATE_UNMET")                           \
    X(due_date_too_soon, "DUE_DATE_TOO_SOON")                     \
    X(due_date_closed_hours, "DUE_DATE_CLOSED_HOURS")             \
    X(foc_expired, "FOC_EXPIRED")                                 \
    X(tax_id_required, "TAX_ID_REQUIRED")                         \
    X(prepaid_line, "PREPAID_LINE")                               \
    X(split_required, "SPLIT_REQUIRED")                           \
    X(split_too_many, "SPLIT_TOO_MANY")                           \
    X(sv_conflict, "SV_CONFLICT")                                 \
    X(sv_failure, "SV_FAILURE")                                   \
    X(losing_carrier_silent, "LOSING_CARRIER_SILENT")             \
    X(cannot_change_now, "CANNOT_CHANGE_NOW")                     \
    X(cannot_cancel_now, "CANNOT_CANCEL_NOW")                     \
    X(internal_port, "INTERNAL_PORT")                             \
    X(tollfree_spare, "TOLLFREE_SPARE")                           \
    X(tollfree_unavailable, "TOLLFREE_UNAVAILABLE")               \
    X(tollfree_resporg, "TOLLFREE_RESPORG")                       \
    X(multiple_mismatch, "MULTIPLE_MISMATCH")                     \
    X(duplicate_order, "DUPLICATE_ORDER")                         \
    X(mixed_countries, "MIXED_COUNTRIES")                         \
    X(unsupported_by_gaining, "UNSUPPORTED_BY_GAINING")           \
    X(number_taken, "NUMBER_TAKEN")                               \
    X(insufficient_funds, "INSUFFICIENT_FUNDS")                   \
    X(address_required, "ADDRESS_REQUIRED")                       \
    X(documents_required, "DOCUMENTS_REQUIRED")                   \
    X(document_refused, "DOCUMENT_REFUSED")                       \
    X(other, "OTHER")

/// A canonical reason of a refusal.
/// @source DOMAIN.md 1.5; names joined by a slash there are separate reasons with the first one's
///         prefix. The numbers are not stored anywhere; the texts are, and never change.
enum class Reason : std::uint8_t {
    none = 0,
#define PORTEUR_REASON_ENUMERATOR(name, text) name,
    PORTEUR_REASONS(PORTEUR_REASON_ENUMERATOR)
#undef PORTEUR_REASON_ENUMERATOR
};

namespace detail {
inline constexpr auto reason_texts = std::to_array<std::pair<Reason, std::string_view>>({
#define PORTEUR_REASON_PAIR(name, text) {Reason::name, text},
    PORTEUR_REASONS(PORTEUR_REASON_PAIR)
#undef PORTEUR_REASON_PAIR
});
}  // namespace detail

/// "PIN_INVALID"; empty for Reason::none. @threads any
constexpr std::string_view text_of(Reason reason) noexcept {
    for (const auto& [each, text] : detail::reason_texts)
        if (each == reason) return text;
    return {};
}

/// The reason with this text; none for an empty text, nothing for an unknown one. @threads any
constexpr std::optional<Reason> reason_from(std::string_view text) noexcept {
    if (text.empty()) return Reason::none;
    for (const auto& [each, name] : detail::reason_texts)
        if (name == text) return each;
    return std::nullopt;
}

}  // namespace porteur
