// SPDX-License-Identifier: Apache-2.0
#include "tongue/words.hpp"

#include <algorithm>
#include <array>

#include <porteur/phrase.hpp>

namespace porteur {
namespace {

// xgettext finds labels by this, with the kind as their context.
constexpr std::string_view word_in(const char*, std::string_view label) { return label; }


// clang-format off
constexpr auto table = std::to_array<Word>({
    {"state", "draft", word_in("state", "draft"), to_translate("being filled in and checked; the carrier has not acknowledged it")},
    {"state", "needs_documents", word_in("state", "needs documents"), to_translate("a document is missing or was refused")},
    {"state", "submitted", word_in("state", "submitted"), to_translate("the carrier has it")},
    {"state", "accepted", word_in("state", "accepted"), to_translate("the losing carrier agrees; no date yet")},
    {"state", "confirmed", word_in("state", "confirmed"), to_translate("there is a FOC date")},
    {"state", "activating", word_in("state", "activating"), to_translate("numbers are moving now")},
    {"state", "in_review", word_in("state", "in review"), to_translate("the seller looks at documents, or has the number on order")},
    {"state", "alternates_offered", word_in("state", "alternates offered"), to_translate("the seller offers other numbers than those asked for")},
    {"state", "exception", word_in("state", "exception"), to_translate("refused for a reason that a correction can mend")},
    {"state", "supplement_pending", word_in("state", "supplement pending"), to_translate("a correction is at the carrier")},
    {"state", "cancel_pending", word_in("state", "cancel pending"), to_translate("the carrier was asked to call it off")},
    {"state", "completed", word_in("state", "completed"), to_translate("every number has arrived")},
    {"state", "partial", word_in("state", "partial"), to_translate("some numbers arrived, the others never will by this order")},
    {"state", "cancelled", word_in("state", "cancelled"), to_translate("called off")},
    {"state", "rejected", word_in("state", "rejected"), to_translate("refused for good")},
    {"state", "expired", word_in("state", "expired"), to_translate("a deadline passed and nobody acted")},

    {"kind", "port", word_in("kind", "port order"), to_translate("numbers move from one carrier to another")},
    {"kind", "purchase", word_in("kind", "purchase order"), to_translate("numbers are bought")},

    {"delivery", "idle", word_in("delivery", "idle"), to_translate("nothing is on its way")},
    {"delivery", "sending", word_in("delivery", "sending"), to_translate("written down, and perhaps under way")},
    {"delivery", "in_doubt", word_in("delivery", "in doubt"), to_translate("it may have been carried out; the carrier is asked before anything is sent again")},
    {"delivery", "retry_at", word_in("delivery", "to be tried again"), to_translate("certainly not carried out; sent again at a known time")},
    {"delivery", "waiting_for_person", word_in("delivery", "waiting for a person"), to_translate("only a person can go on")},

    {"number_type", "local", word_in("number_type", "local")},
    {"number_type", "mobile", word_in("number_type", "mobile")},
    {"number_type", "national", word_in("number_type", "national")},
    {"number_type", "toll_free", word_in("number_type", "toll-free")},
    {"number_type", "shared_cost", word_in("number_type", "shared cost")},
    {"number_type", "short_code", word_in("number_type", "short code")},

    {"end_user_kind", "business", word_in("end_user_kind", "business")},
    {"end_user_kind", "individual", word_in("end_user_kind", "individual")},

    {"action", "port_out", word_in("action", "numbers leave")},
    {"action", "port_in", word_in("action", "numbers come in")},
    {"action", "purchase", word_in("action", "numbers are bought")},

    {"document", "loa", word_in("document", "letter of authorization")},
    {"document", "invoice", word_in("document", "invoice")},
    {"document", "csr", word_in("document", "customer service record")},
    {"document", "resporg", word_in("document", "RespOrg letter")},
    {"document", "id", word_in("document", "identity document")},
    {"document", "address_proof", word_in("document", "proof of address")},
    {"document", "registration", word_in("document", "company registration")},
    {"document", "poa", word_in("document", "power of attorney")},
    {"document", "tax", word_in("document", "tax document")},
    {"document", "court", word_in("document", "court document")},
    {"document", "signature", word_in("document", "signature")},
    {"document", "other", word_in("document", "other document")},

    {"due", "draft_expiry", word_in("due", "draft grows old"), to_translate("the draft should be submitted or called off")},
    {"due", "document_age", word_in("due", "document too old"), to_translate("a letter of authorization, or a statement, is too old")},
    {"due", "document_expiry", word_in("due", "document expires"), to_translate("the day that a document says it is good until, while the carrier has not taken the order")},
    {"due", "expected_answer", word_in("due", "answer expected"), to_translate("the carrier should have answered")},
    {"due", "freeze", word_in("due", "no changes from here"), to_translate("from here on nothing can be changed before the FOC")},
    {"due", "foc", word_in("due", "FOC"), to_translate("the day on which the numbers move")},
    {"due", "task", word_in("due", "task"), to_translate("work, a doubt or an exception has waited for a person for long")},
    {"due", "follow_up", word_in("due", "follow-up"), to_translate("the daemon looks at the order again")},

    {"who", "person", word_in("who", "a person")},
    {"who", "carrier", word_in("who", "the carrier")},
    {"who", "daemon", word_in("who", "Porteur")},

    {"mail_state", "taken", word_in("mail_state", "taken"), to_translate("safe in the store; its order is told in a moment")},
    {"mail_state", "matched", word_in("mail_state", "matched"), to_translate("its order was told")},
    {"mail_state", "waiting", word_in("mail_state", "waiting"), to_translate("a person has to look")},
    {"mail_state", "settled", word_in("mail_state", "settled"), to_translate("a person has looked")},

    {"mail_match", "address_token", word_in("mail_match", "reply address")},
    {"mail_match", "message_id", word_in("mail_match", "answer to a mail of the order")},
    {"mail_match", "subject_reference", word_in("mail_match", "reference in the subject")},
    {"mail_match", "carrier_domain", word_in("mail_match", "address of the carrier")},
    {"mail_match", "nothing", word_in("mail_match", "nothing")},
    {"mail_match", "person", word_in("mail_match", "a person")},

    {"health", "ok", word_in("health", "ok")},
    {"health", "degraded", word_in("health", "degraded")},
    {"health", "down", word_in("health", "down")},

    {"webhook_off", "by_person", word_in("webhook_off", "switched off by a person")},
    {"webhook_off", "failing", word_in("webhook_off", "switched off, as it kept failing")},
    {"webhook_off", "gone", word_in("webhook_off", "switched off, as it said that it is gone")},

    {"operation_state", "open", word_in("operation_state", "under way")},
    {"operation_state", "done", word_in("operation_state", "done")},
    {"operation_state", "failed", word_in("operation_state", "failed")},
    {"operation_state", "parked", word_in("operation_state", "parked")},

    {"target", "trunk", word_in("target", "trunk")},
    {"target", "offering", word_in("target", "offering")},

    {"requirement", "text", word_in("requirement", "text")},
    {"requirement", "document", word_in("requirement", "document")},
    {"requirement", "address", word_in("requirement", "address")},
    {"requirement", "action", word_in("requirement", "action")},

    {"operation", "requirements", word_in("operation", "requirements")},
    {"operation", "validate", word_in("operation", "validation")},
    {"operation", "split", word_in("operation", "split")},
    {"operation", "read_mail", word_in("operation", "reading the mail")},
    {"operation", "read_webhook", word_in("operation", "reading the web hook")},
    {"operation", "check_account", word_in("operation", "check of the account")},
    {"operation", "list_numbers", word_in("operation", "list of numbers")},
    {"operation", "preflight", word_in("operation", "preflight")},
    {"operation", "release_packet", word_in("operation", "release packet")},
    {"operation", "check_release", word_in("operation", "check of the release")},
    {"operation", "check_portability", word_in("operation", "portability check")},
    {"operation", "discover", word_in("operation", "look into the account")},
    {"operation", "list_targets", word_in("operation", "list of targets")},
    {"operation", "submit_port", word_in("operation", "submission of the port")},
    {"operation", "check_port", word_in("operation", "check of the port")},
    {"operation", "supplement_port", word_in("operation", "supplement to the port")},
    {"operation", "cancel_port", word_in("operation", "cancellation of the port")},
    {"operation", "activate_port", word_in("operation", "activation of the port")},
    {"operation", "search_numbers", word_in("operation", "search of numbers")},
    {"operation", "reserve_numbers", word_in("operation", "reservation of numbers")},
    {"operation", "purchase", word_in("operation", "purchase")},
    {"operation", "check_purchase", word_in("operation", "check of the purchase")},
    {"operation", "cancel_purchase", word_in("operation", "cancellation of the purchase")},
    {"operation", "release_numbers", word_in("operation", "release of numbers")},

    {"entry", "created", word_in("entry", "created")},
    {"entry", "amended", word_in("entry", "amended")},
    {"entry", "document_added", word_in("entry", "document added")},
    {"entry", "advice", word_in("entry", "advice")},
    {"entry", "document_expiring", word_in("entry", "document expiring")},
    {"entry", "submit_wanted", word_in("entry", "submission wanted")},
    {"entry", "split", word_in("entry", "split")},
    {"entry", "preflight_passed", word_in("entry", "preflight passed")},
    {"entry", "preflight_finding", word_in("entry", "preflight finding")},
    {"entry", "state_changed", word_in("entry", "state changed")},
    {"entry", "word_ignored", word_in("entry", "word ignored")},
    {"entry", "progress", word_in("entry", "progress")},
    {"entry", "refused", word_in("entry", "refused")},
    {"entry", "not_sent", word_in("entry", "not sent")},
    {"entry", "retry", word_in("entry", "to be tried again")},
    {"entry", "outcome_lost", word_in("entry", "outcome lost")},
    {"entry", "outcome_proved", word_in("entry", "outcome proved")},
    {"entry", "outcome_unproved", word_in("entry", "outcome not proved")},
    {"entry", "in_doubt", word_in("entry", "in doubt")},
    {"entry", "unauthorized", word_in("entry", "credentials refused")},
    {"entry", "parked", word_in("entry", "waits for a person")},
    {"entry", "task_opened", word_in("entry", "task opened")},
    {"entry", "task_reminder", word_in("entry", "task still open")},
    {"entry", "answered", word_in("entry", "answered")},
    {"entry", "event_received", word_in("entry", "event received")},
    {"entry", "settled_by_person", word_in("entry", "settled by a person")},
    {"entry", "cancel_wanted", word_in("entry", "cancellation wanted")},
    {"entry", "cancel_refused", word_in("entry", "cancellation refused")},
    {"entry", "called_off", word_in("entry", "called off")},
    {"entry", "left", word_in("entry", "numbers have left")},
    {"entry", "stuck", word_in("entry", "stuck")},
    {"entry", "comment", word_in("entry", "comment")},
    {"entry", "received", word_in("entry", "mail received")},
    {"entry", "read", word_in("entry", "mail read")},
    {"entry", "bounced", word_in("entry", "mail bounced")},
    {"entry", "dismissed", word_in("entry", "mail dismissed")},
    {"entry", "missed", word_in("entry", "deadline missed")},
    {"entry", "disabled", word_in("entry", "web hook switched off")},
    {"entry", "test", word_in("entry", "test")},

    {"reason", "ACCOUNT_NUMBER_REQUIRED", word_in("reason", "account number required"), to_translate("the losing carrier's account number is missing")},
    {"reason", "ACCOUNT_NUMBER_MISMATCH", word_in("reason", "account number mismatch"), to_translate("the account number is not the one on file")},
    {"reason", "PIN_REQUIRED", word_in("reason", "PIN required"), to_translate("the port-out PIN is missing")},
    {"reason", "PIN_INVALID", word_in("reason", "PIN invalid"), to_translate("the port-out PIN is wrong")},
    {"reason", "ADDRESS_MISMATCH", word_in("reason", "address mismatch"), to_translate("the service address is not the one on file")},
    {"reason", "POSTAL_CODE_MISMATCH", word_in("reason", "postal code mismatch"), to_translate("the postal code is not the one on file")},
    {"reason", "NAME_MISMATCH", word_in("reason", "name mismatch"), to_translate("the customer's name is not the one on file")},
    {"reason", "AUTHORIZED_PERSON_MISMATCH", word_in("reason", "authorized person mismatch"), to_translate("the person who signed is not authorized on the account")},
    {"reason", "BTN_MISMATCH", word_in("reason", "billing number mismatch"), to_translate("the billing telephone number is not the account's")},
    {"reason", "BTN_PORTING_WITH_REMAINDER", word_in("reason", "billing number leaves while others stay"), to_translate("the billing number would leave while others stay; name a new one")},
    {"reason", "PORT_SCOPE_WRONG", word_in("reason", "port scope wrong"), to_translate("said to be a full port and is a partial one, or the reverse")},
    {"reason", "SERVICE_TYPE_WRONG", word_in("reason", "service type wrong"), to_translate("said to be business and is residential, or the reverse")},
    {"reason", "NUMBER_NOT_ON_ACCOUNT", word_in("reason", "number not on the account"), to_translate("the number is not on that account")},
    {"reason", "NUMBER_INACTIVE", word_in("reason", "number inactive"), to_translate("the number is disconnected or suspended")},
    {"reason", "NOT_PORTABLE", word_in("reason", "not portable"), to_translate("the number cannot be ported at all")},
    {"reason", "RATE_CENTER_NOT_COVERED", word_in("reason", "rate center not covered"), to_translate("the gaining carrier does not serve the number's area")},
    {"reason", "PENDING_ORDER_AT_LOSING", word_in("reason", "order pending at the losing carrier"), to_translate("another order on the account must end first")},
    {"reason", "FREEZE_OR_LOCK", word_in("reason", "freeze or lock"), to_translate("the customer had the number frozen; they must lift it")},
    {"reason", "SPECIAL_FEATURE", word_in("reason", "special feature"), to_translate("a feature such as a hunt group or DSL must be taken off first")},
    {"reason", "LOA_REQUIRED", word_in("reason", "letter of authorization required"), to_translate("the letter of authorization is missing")},
    {"reason", "LOA_ILLEGIBLE", word_in("reason", "letter of authorization illegible"), to_translate("the letter of authorization cannot be read")},
    {"reason", "LOA_EXPIRED", word_in("reason", "letter of authorization expired"), to_translate("the letter of authorization is too old")},
    {"reason", "DUE_DATE_UNMET", word_in("reason", "date cannot be met"), to_translate("the asked date cannot be met, or was missed")},
    {"reason", "DUE_DATE_TOO_SOON", word_in("reason", "date too soon"), to_translate("the asked date is too near")},
    {"reason", "DUE_DATE_CLOSED_HOURS", word_in("reason", "date out of hours"), to_translate("the asked date is a holiday, or outside working hours")},
    {"reason", "FOC_EXPIRED", word_in("reason", "FOC expired"), to_translate("the committed date passed without activation")},
    {"reason", "TAX_ID_REQUIRED", word_in("reason", "tax number required"), to_translate("the customer's tax number is missing or wrong")},
    {"reason", "PREPAID_LINE", word_in("reason", "prepaid line"), to_translate("the line is prepaid and has rules of its own")},
    {"reason", "SPLIT_REQUIRED", word_in("reason", "split required"), to_translate("the numbers may not share one order")},
    {"reason", "SPLIT_TOO_MANY", word_in("reason", "too many parts"), to_translate("the order would fall into more parts than the carrier takes")},
    {"reason", "SV_CONFLICT", word_in("reason", "conflict in the number registry"), to_translate("the losing carrier objects in the number registry")},
    {"reason", "SV_FAILURE", word_in("reason", "failure of the number registry"), to_translate("the number registry failed")},
    {"reason", "LOSING_CARRIER_SILENT", word_in("reason", "losing carrier silent"), to_translate("the losing carrier does not answer")},
    {"reason", "CANNOT_CHANGE_NOW", word_in("reason", "cannot be changed now"), to_translate("too late, or too early, to change the order")},
    {"reason", "CANNOT_CANCEL_NOW", word_in("reason", "cannot be cancelled now"), to_translate("too late to call the order off")},
    {"reason", "INTERNAL_PORT", word_in("reason", "internal port"), to_translate("both sides are the same carrier; another procedure applies")},
    {"reason", "TOLLFREE_SPARE", word_in("reason", "toll-free number spare"), to_translate("the toll-free number belongs to nobody; buy it instead")},
    {"reason", "TOLLFREE_UNAVAILABLE", word_in("reason", "toll-free number unavailable"), to_translate("the toll-free number cannot be had now")},
    {"reason", "TOLLFREE_RESPORG", word_in("reason", "RespOrg refuses"), to_translate("the organization responsible for the toll-free number refuses or is another")},
    {"reason", "MULTIPLE_MISMATCH", word_in("reason", "several mismatches"), to_translate("several data are not those on file")},
    {"reason", "DUPLICATE_ORDER", word_in("reason", "duplicate order"), to_translate("the carrier already has an order for this number")},
    {"reason", "MIXED_COUNTRIES", word_in("reason", "mixed countries"), to_translate("the numbers are of several countries or kinds")},
    {"reason", "UNSUPPORTED_BY_GAINING", word_in("reason", "unsupported by the gaining carrier"), to_translate("the gaining carrier does not take such numbers")},
    {"reason", "NUMBER_TAKEN", word_in("reason", "number taken"), to_translate("somebody else bought the number first")},
    {"reason", "INSUFFICIENT_FUNDS", word_in("reason", "insufficient funds"), to_translate("the account's balance does not cover it")},
    {"reason", "ADDRESS_REQUIRED", word_in("reason", "address required"), to_translate("the purchase needs an address")},
    {"reason", "DOCUMENTS_REQUIRED", word_in("reason", "documents required"), to_translate("the purchase needs documents")},
    {"reason", "DOCUMENT_REFUSED", word_in("reason", "document refused"), to_translate("a document was looked at and refused")},
    {"reason", "OTHER", word_in("reason", "other reason"), to_translate("none of these; the carrier's own words are kept beside it")},
});
// clang-format on

}  // namespace

std::span<const Word> all_words() noexcept { return table; }

const Word* find_word(std::string_view kind, std::string_view code) noexcept {
    const auto found = std::ranges::find_if(table, [&](const Word& each) { return each.code == code && each.kind == kind; });
    return found == table.end() ? nullptr : &*found;
}

}  // namespace porteur
