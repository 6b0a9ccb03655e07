// SPDX-License-Identifier: Apache-2.0
#include "order_view.hpp"

#include <algorithm>

#include <porteur/phrase.hpp>

namespace porteur::cli {
namespace {

std::string from_to(const json::value& order) {
    const auto losing = member(order, "losing_account");
    const auto named = member_at(order, {"request", "losing_carrier"});
    const auto from = losing.empty() ? named : losing;
    return (from.empty() ? "" : from + " -> ") + member(order, "account");
}

Cell state_cell(const Session& session, const json::value& order) {
    const auto state = member(order, "state");
    return {session.word("state", state), colour_of(state)};
}

Cell delivery_cell(const Session& session, const json::value& order) {
    const auto delivery = member(order, "delivery");
    return {delivery == "idle" ? "" : session.word("delivery", delivery), colour_of(delivery)};
}

std::string full_name(const json::value& order) {
    const auto first = member_at(order, {"request", "end_user", "authorized_person", "first_name"});
    const auto last = member_at(order, {"request", "end_user", "authorized_person", "last_name"});
    return first + (first.empty() || last.empty() ? "" : " ") + last;
}

bool delivery_waits(const json::value& order) {
    const auto delivery = member(order, "delivery");
    return delivery == "waiting_for_person" || (delivery == "in_doubt" && member(order, "due").empty());
}

}  // namespace

std::string path_of_orders(const std::string& group) { return "/v1/" + group + "-orders"; }

std::string path_of_order(const std::string& group, const std::string& id, std::string_view rest) {
    return path_of_orders(group) + "/" + encoded(id) + std::string(rest);
}

std::optional<ExitCode> standing_of(const json::value& order) {
    const auto state = member(order, "state");
    if (state == "completed") return ExitCode::done;
    for (const auto* end : {"partial", "cancelled", "rejected", "expired"})
        if (state == end) return ExitCode::refused;
    const auto delivery = member(order, "delivery");
    // An order in parts has no time of its own: its parts have.
    if (!list_member(order, "parts").empty()) {
        if (delivery_waits(order)) return ExitCode::waits_for_person;
        return std::nullopt;
    }
    // Without a time to look again, nothing of ours moves it: a draft nobody has sent, an order in
    // doubt whose look-up found nothing.
    const bool rests =
        member(order, "due").empty() && (delivery == "idle" || delivery == "in_doubt");
    if (delivery == "waiting_for_person" || rests) return ExitCode::waits_for_person;
    return std::nullopt;
}

std::string next_step(const std::string& group, const json::value& order) {
    if (standing_of(order) != ExitCode::waits_for_person) return {};
    const auto id = member(order, "id");
    const auto command = [&](const std::string& verb, const std::string& rest = {}) {
        return "porteur " + group + " " + verb + " " + id + rest;
    };
    const auto state = member(order, "state");
    const auto& verdicts = list_member(order, "settle");
    const auto settles = [&](std::string_view verdict) {
        return std::ranges::any_of(verdicts, [&](const auto& each) { return each == json::value(verdict); });
    };
    for (const auto& part : list_member(order, "parts"))
        if (delivery_waits(part)) return phrase("look at the part that waits: {1}", "porteur " + group + " show " + member(part, "id"));
    if (member(order, "delivery") == "in_doubt") {
        const auto found = command("settle", " found_at_carrier --carrier-id ID");
        return settles("not_carried_out") ? phrase("ask the carrier, then: {1} (or not_carried_out)", found)
                                          : phrase("ask the carrier, then: {1}", found);
    }
    if (group == "release")
        return verdicts.empty() ? std::string() : command("settle", " VERDICT") + " (" + joined(verdicts, ", ") + ")";
    if (!member(order, "waiting_operation").empty())
        return phrase("porteur {1}, or porteur {2}", group + " answer " + id + " CHOICE", group + " settle " + id + " VERDICT");
    if (state == "cancel_pending" && settles("not_carried_out"))
        return phrase("{1}, once the carrier has called it off", command("settle", " not_carried_out"));
    if (state == "draft" && member(order, "problem").empty()) return command("submit");
    if (state == "draft") return phrase("porteur {1}, then: porteur {2}", group + " amend " + id + " ...", group + " submit " + id);
    if (state == "exception") return command("fix", " ... --submit");
    if (state == "completed") return phrase("{1}, once they have left", command("settle", " left"));
    if (state == "alternates_offered") return command("fix", " --number NUMBER --submit");
    if (state == "needs_documents") return command("fix", " --document TYPE=FILE --submit");
    if (verdicts.size() == 1) return command("settle", " " + joined(verdicts, " "));
    return verdicts.empty() ? std::string() : command("settle", " VERDICT") + " (" + joined(verdicts, ", ") + ")";
}

void print_short(Session& session, const std::string& group, const json::value& order) {
    auto line = member(order, "id") + "  " + session.word("state", member(order, "state"));
    const auto delivery = member(order, "delivery");
    if (!delivery.empty() && delivery != "idle") line += ", " + session.word("delivery", delivery);
    session.print_line(line, colour_of(member(order, "state")));
    const auto problem = member(order, "problem");
    if (!problem.empty()) session.tell(phrase("problem: {1:text}", problem));
    const auto next = next_step(group, order);
    if (!next.empty()) session.tell(phrase("next: {1:text}", next));
}

void print_order(Session& session, const std::string& group, const json::value& order) {
    Facts facts;
    facts.line("Order", Cell(member(order, "id"), Colour::bold));
    facts.line("Reference", member(order, "reference"));
    facts.line("Account", from_to(order));
    facts.line("State", state_cell(session, order));
    facts.line("Delivery", delivery_cell(session, order));
    facts.line("Problem", member(order, "problem"));
    facts.line("Next step", session.tongue().text(next_step(group, order)));
    facts.line("Part of", member(order, "parent"));
    facts.line("Corrected", joined(list_member(order, "corrected_fields"), " "));
    facts.line("Carrier's id", member(order, "carrier_id"));
    facts.line("Carrier's word", member_at(order, {"progress", "carrier_word"}));
    facts.line("FOC date", session.tongue().date(member_at(order, {"progress", "foc"})));
    facts.line("Wished date", session.tongue().date(member_at(order, {"request", "requested_date"})));
    facts.line("End user", member_at(order, {"request", "end_user", "name"}));
    facts.line("Signed by", full_name(order));
    if (const auto attempt = member(order, "attempt"); attempt != "1")
        facts.line("Attempt", attempt);
    facts.line("Created", local_time(member(order, "created")));
    facts.line("Updated", local_time(member(order, "updated")));
    if (!member(order, "due").empty()) facts.line("Looked at", local_time(member(order, "due")));
    session.print(facts);

    Table numbers({heading("NUMBER"), heading("STATE"), heading("REASON"), heading("CARRIER'S WORD")});
    for (const auto& number : list_member(order, "numbers"))
        numbers.add({
            member(number, "number"),
            state_cell(session, number),
            session.word("reason", member(number, "reason")),
            member(number, "carrier_word"),
        });
    if (!numbers.empty()) session.print_line("");
    session.print(numbers);

    const auto* progress = order.is_object() ? order.get_object().if_contains("progress") : nullptr;
    Table refusals({heading("REFUSED"), heading("CARRIER'S CODE"), heading("CARRIER'S WORDS"), heading("CORRECT")});
    if (progress)
        for (const auto& each : list_member(*progress, "rejections"))
            refusals.add({
                Cell(session.word("reason", member(each, "reason")), Colour::red),
                member(each, "code"),
                member(each, "text"),
                joined(list_member(each, "fields"), " "),
            });
    if (!refusals.empty()) session.print_line("");
    session.print(refusals);

    Table parts({heading("PART"), heading("REFERENCE"), heading("STATE"), heading("DELIVERY"), heading("NUMBERS"), heading("CARRIER'S ID"), heading("PROBLEM")});
    for (const auto& part : list_member(order, "parts"))
        parts.add({
            member(part, "id"),
            member(part, "reference"),
            state_cell(session, part),
            delivery_cell(session, part),
            std::to_string(list_member(part, "numbers").size()),
            member(part, "carrier_id"),
            member(part, "problem"),
        });
    if (!parts.empty()) session.print_line("");
    session.print(parts);

    const auto* request = order.is_object() ? order.get_object().if_contains("request") : nullptr;
    Table documents({heading("DOCUMENT"), heading("TYPE"), heading("NAME"), heading("ISSUED"), heading("SIGNED"), heading("GOOD UNTIL")});
    if (request)
        for (const auto& document : list_member(*request, "documents"))
            documents.add({
                member(document, "id"),
                session.word("document", member(document, "type")),
                member(document, "name"),
                member(document, "issued_on"),
                member(document, "signed_on"),
                member(document, "expires_on"),
            });
    if (!documents.empty()) session.print_line("");
    session.print(documents);
}

void print_timeline_entry(Session& session, const json::value& entry, std::string_view part) {
    const auto source = member(entry, "source");
    const auto* data = entry.is_object() ? entry.get_object().if_contains("data") : nullptr;
    const auto to = data ? member(*data, "to") : std::string();
    session.print_line(
        local_time(member(entry, "at")) + "  " + padded(printable(source), 12) + "  " +
            (part.empty() ? "" : printable(part) + ": ") + member(entry, "text"),
        colour_of(to)
    );
}

}  // namespace porteur::cli
