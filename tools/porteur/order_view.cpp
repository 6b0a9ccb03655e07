// SPDX-License-Identifier: Apache-2.0
#include "order_view.hpp"

#include <algorithm>

namespace porteur::cli {
namespace {

std::string from_to(const json::value& order) {
    const auto losing = member(order, "losing_account");
    const auto named = member_at(order, {"request", "losing_carrier"});
    const auto from = losing.empty() ? named : losing;
    return (from.empty() ? "" : from + " -> ") + member(order, "account");
}

Cell state_cell(const json::value& order) {
    const auto state = member(order, "state");
    return {state, colour_of(state)};
}

Cell delivery_cell(const json::value& order) {
    const auto delivery = member(order, "delivery");
    return {delivery == "idle" ? "" : delivery, colour_of(delivery)};
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
    for (const auto& part : list_member(order, "parts"))
        if (delivery_waits(part)) return "look at the part that waits: porteur " + group + " show " + member(part, "id");
    if (member(order, "delivery") == "in_doubt")
        return "ask the carrier, then: " + command("settle", " found_at_carrier --carrier-id ID") +
               " (or not_carried_out)";
    if (state == "draft" && member(order, "problem").empty()) return command("submit");
    if (state == "draft") return command("amend", " ...") + ", then: " + command("submit");
    if (state == "exception") return command("fix", " ... --submit");
    if (state == "completed") return command("settle", " left") + ", once they have left";
    if (state == "alternates_offered") return command("fix", " --number NUMBER --submit");
    if (state == "needs_documents") return command("fix", " --document TYPE=FILE --submit");
    return command("settle", " VERDICT") + ", or " + command("answer", " CHOICE");
}

void print_short(Session& session, const std::string& group, const json::value& order) {
    auto line = member(order, "id") + "  " + member(order, "state");
    const auto delivery = member(order, "delivery");
    if (!delivery.empty() && delivery != "idle") line += ", " + delivery;
    session.print_line(line, colour_of(member(order, "state")));
    const auto problem = member(order, "problem");
    if (!problem.empty()) session.print_line("problem: " + problem);
    const auto next = next_step(group, order);
    if (!next.empty()) session.print_line("next: " + next);
}

void print_order(Session& session, const std::string& group, const json::value& order) {
    Facts facts;
    facts.add("Order", Cell(member(order, "id"), Colour::bold));
    facts.add("Reference", member(order, "reference"));
    facts.add("Account", from_to(order));
    facts.add("State", state_cell(order));
    facts.add("Delivery", delivery_cell(order));
    facts.add("Problem", member(order, "problem"));
    facts.add("Next step", next_step(group, order));
    facts.add("Part of", member(order, "parent"));
    facts.add("Corrected", joined(list_member(order, "corrected_fields"), " "));
    facts.add("Carrier's id", member(order, "carrier_id"));
    facts.add("Carrier's word", member_at(order, {"progress", "carrier_word"}));
    facts.add("FOC date", member_at(order, {"progress", "foc"}));
    facts.add("Wished date", member_at(order, {"request", "requested_date"}));
    facts.add("End user", member_at(order, {"request", "end_user", "name"}));
    facts.add("Signed by", full_name(order));
    if (const auto attempt = member(order, "attempt"); attempt != "1")
        facts.add("Attempt", attempt);
    facts.add("Created", local_time(member(order, "created")));
    facts.add("Updated", local_time(member(order, "updated")));
    if (!member(order, "due").empty()) facts.add("Looked at", local_time(member(order, "due")));
    session.print(facts);

    Table numbers({"NUMBER", "STATE", "REASON", "CARRIER'S WORD"});
    for (const auto& number : list_member(order, "numbers"))
        numbers.add({
            member(number, "number"),
            state_cell(number),
            member(number, "reason"),
            member(number, "carrier_word"),
        });
    if (!numbers.empty()) session.print_line("");
    session.print(numbers);

    const auto* progress = order.is_object() ? order.get_object().if_contains("progress") : nullptr;
    Table refusals({"REFUSED", "CARRIER'S CODE", "CARRIER'S WORDS", "CORRECT"});
    if (progress)
        for (const auto& each : list_member(*progress, "rejections"))
            refusals.add({
                Cell(member(each, "reason"), Colour::red),
                member(each, "code"),
                member(each, "text"),
                joined(list_member(each, "fields"), " "),
            });
    if (!refusals.empty()) session.print_line("");
    session.print(refusals);

    Table parts({"PART", "REFERENCE", "STATE", "DELIVERY", "NUMBERS", "CARRIER'S ID", "PROBLEM"});
    for (const auto& part : list_member(order, "parts"))
        parts.add({
            member(part, "id"),
            member(part, "reference"),
            state_cell(part),
            delivery_cell(part),
            std::to_string(list_member(part, "numbers").size()),
            member(part, "carrier_id"),
            member(part, "problem"),
        });
    if (!parts.empty()) session.print_line("");
    session.print(parts);

    const auto* request = order.is_object() ? order.get_object().if_contains("request") : nullptr;
    Table documents({"DOCUMENT", "TYPE", "NAME", "ISSUED", "SIGNED"});
    if (request)
        for (const auto& document : list_member(*request, "documents"))
            documents.add({
                member(document, "id"),
                member(document, "type"),
                member(document, "name"),
                member(document, "issued_on"),
                member(document, "signed_on"),
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
