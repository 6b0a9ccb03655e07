// SPDX-License-Identifier: Apache-2.0
// C and P: what the conversations show that it can, and what they must show before it is trusted with money.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "conformance/check.hpp"
#include "conformance/play.hpp"

namespace porteur::conformance {
namespace {

bool is_no(ErrorKind kind) {
    return kind == ErrorKind::rejected || kind == ErrorKind::invalid_input || kind == ErrorKind::unauthorized || kind == ErrorKind::unsupported;
}

json::object output_of(const Conversation& conversation) {
    const auto output = parse_json(conversation.last().output);
    return output && output->is_object() ? output->get_object() : json::object();
}

std::string state_of(const Conversation& conversation) {
    const auto output = output_of(conversation);
    const auto* state = output.if_contains("state");
    return state && state->is_string() ? std::string(state->get_string()) : std::string();
}

/// Whether one of a list in the output is so.
template <class Is>
bool any_entry(const json::object& output, std::string_view key, Is is) {
    const auto* found = output.if_contains(key);
    return found && found->is_array() && std::ranges::any_of(found->get_array(), [&](const json::value& each) { return each.is_object() && is(each.get_object()); });
}

/// What validate, preflight, release_packet and check_account find: a warning is no refusal.
bool blocks(const json::object& problem) {
    const auto* blocking = problem.if_contains("blocking");
    return blocking && blocking->is_bool() && blocking->get_bool();
}

/// One number of those that were to be given back, as `cancelled` is what was wanted of it.
bool is_refused(const json::object& number) {
    const auto* state = number.if_contains("state");
    return state && state->is_string() && (state->get_string() == "exception" || state->get_string() == "rejected");
}

bool says_no(const Conversation& conversation) {
    const auto& last = conversation.last();
    if (last.state == PORTEUR_FAILED) return is_no(last.error.kind);
    static const std::set<std::string> refused{"exception", "rejected", "cancelled", "expired", "alternates_offered"};
    const auto output = output_of(conversation);
    return refused.contains(state_of(conversation)) || any_entry(output, "rejections", [](const json::object&) { return true; }) ||
           any_entry(output, "problems", blocks) || any_entry(output, "numbers", is_refused);
}

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& each : names) out += (out.empty() ? "" : ", ") + each;
    return out;
}

Outcome each_succeeds(const Subject& subject) {
    std::vector<std::string> wanting;
    for (const auto& each : subject.descriptor.operations)
        if (std::ranges::none_of(subject.conversations, [&](const Conversation& one) { return one.operation == each.name && one.last().state == PORTEUR_DONE; }))
            wanting.push_back(each.name);
    if (!wanting.empty()) return failed("no conversation in which it succeeds: " + joined(wanting) + "; write a test that plays one to its result");
    return passed(subject.descriptor.operations.size());
}

Outcome each_is_refused(const Subject& subject) {
    std::vector<std::string> wanting;
    std::size_t tried = 0;
    for (const auto& each : subject.descriptor.operations) {
        // What a pure operation says is its own, and no carrier's; `validate` alone is there to say no.
        if (each.pure && each.name != "validate") continue;
        ++tried;
        if (std::ranges::none_of(subject.conversations, [&](const Conversation& one) { return one.operation == each.name && says_no(one); }))
            wanting.push_back(each.name);
    }
    if (!wanting.empty()) return failed("no conversation in which the carrier says no: " + joined(wanting) + "; write a test that plays its refusal");
    return passed(tried);
}

Outcome bad_credentials_are_found(const Subject& subject) {
    const auto& about = subject.descriptor;
    if (about.auth.scheme == AuthScheme::none && about.secrets.empty()) return none_met(subject, "it has no credentials");
    if (!find_named(subject.descriptor.operations, "check_account")) return failed("it has no check_account");
    const auto finds = [](const Conversation& one) {
        return one.operation == "check_account" && one.last().state == PORTEUR_FAILED && one.last().error.kind == ErrorKind::unauthorized;
    };
    if (std::ranges::any_of(subject.conversations, finds)) return passed();
    return failed("no conversation in which check_account fails as unauthorized");
}

Outcome limitations_are_said(const Subject& subject) {
    if (!subject.descriptor.limitations.empty()) return passed(subject.descriptor.limitations.size());
    return failed("the descriptor says no [[limitation]]: what can the carrier not do? If there is nothing, exempt this check and say why");
}

// ------------------------------------------------------------------ P

std::map<ErrorKind, std::string> kinds_reached(const Subject& subject) {
    std::map<ErrorKind, std::string> out;
    for (const auto& each : subject.conversations)
        if (each.last().state == PORTEUR_FAILED) out.try_emplace(each.last().error.kind, each.name);
    return out;
}

bool asks_the_carrier(const Subject& subject) {
    return std::ranges::any_of(subject.conversations, [](const Conversation& one) {
        const auto asks = [](const Turn& turn) { return std::ranges::any_of(turn.effects, [](const Effect& each) { return each.kind == PORTEUR_FX_HTTP; }); };
        return asks(one.first) || std::ranges::any_of(one.exchanges, [&](const auto& each) { return asks(each.turn); });
    });
}

Outcome each_kind_of_error_is_reached(const Subject& subject) {
    const auto reached = kinds_reached(subject);
    std::vector<ErrorKind> wanted{ErrorKind::invalid_input, ErrorKind::rejected};
    if (asks_the_carrier(subject)) wanted.insert(wanted.end(), {ErrorKind::unauthorized, ErrorKind::unavailable});
    std::vector<std::string> wanting;
    for (const auto each : wanted)
        if (!reached.contains(each)) wanting.emplace_back(name_of(each));
    if (!wanting.empty()) return failed("no conversation ends as " + joined(wanting));
    return passed(wanted.size());
}

/// Each ONCE step, by its operation, and whether a conversation lost its outcome; a step of a loop is played once.
Outcome lost_outcomes_are_played(const Subject& subject) {
    std::map<std::string, bool> once;
    for (const auto& one : subject.conversations) {
        std::map<std::uint32_t, std::string> open;
        const auto note = [&](const Turn& turn) {
            for (const auto& each : turn.effects)
                if (each.guarantee == PORTEUR_ONCE && (each.kind == PORTEUR_FX_HTTP || each.kind == PORTEUR_FX_MAIL)) {
                    open[each.seq] = one.operation + "/" + without_count(each.step);
                    once.try_emplace(open[each.seq], false);
                }
        };
        note(one.first);
        for (const auto& [done, then] : one.exchanges) {
            for (const auto& each : done)
                if (each.kind == ErrorKind::in_doubt && open.contains(each.seq)) once[open[each.seq]] = true;
            note(then);
        }
    }
    if (once.empty()) return none_met(subject, "no conversation has a ONCE step");
    std::vector<std::string> wanting;
    for (const auto& [step, is_played] : once)
        if (!is_played) wanting.push_back(step);
    if (!wanting.empty()) return failed("no conversation in which the outcome is lost of " + joined(wanting));
    return passed(once.size());
}

/// What carries something out. @source docs/plugins/contract.md, "Guarantees"
bool changes_something(std::string_view operation) {
    static constexpr auto names = std::to_array<std::string_view>(
        {"submit_port", "supplement_port", "cancel_port", "activate_port", "purchase", "cancel_purchase", "release_numbers", "reserve_numbers"}
    );
    return std::ranges::find(names, operation) != names.end();
}

/// A request whose method says that it changes something, and that the host nevertheless sends again by itself. A look-up is none.
bool repeats_a_change(const Effect& effect) {
    static constexpr auto methods = std::to_array<std::string_view>({"POST", "PUT", "PATCH", "DELETE"});
    return effect.kind == PORTEUR_FX_HTTP && effect.guarantee == PORTEUR_SAFE && std::ranges::find(methods, head_text(effect, "method")) != methods.end() &&
           head_text(effect, "looks_up").empty();
}

/// Whether it carries something out in the way that the operation's table promises.
bool carries_out(const Effect& effect, Idempotency promised) {
    const bool leaves = effect.kind == PORTEUR_FX_HTTP || effect.kind == PORTEUR_FX_MAIL;
    if (leaves && effect.guarantee == PORTEUR_ONCE) return true;
    if (leaves && effect.guarantee == PORTEUR_KEYED && promised == Idempotency::key) return true;
    // A person does it, and is asked whether it was done.
    return effect.kind == PORTEUR_FX_MANUAL && promised == Idempotency::none;
}

template <class Each>
void for_each_effect(const Conversation& conversation, Each each) {
    std::ranges::for_each(conversation.first.effects, each);
    for (const auto& exchange : conversation.exchanges) std::ranges::for_each(exchange.turn.effects, each);
}

/// Steps that a [[exempt]] rule = "P4" names in its reason, as "purchase/search".
bool is_named_in_reason(const Subject& subject, const std::string& step) {
    const auto is_part = [](char letter) { return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' || letter == '/'; };
    return std::ranges::any_of(subject.descriptor.exemptions, [&](const Exemption& each) {
        if (each.rule != "P4") return false;
        for (auto at = each.reason.find(step); at != std::string::npos; at = each.reason.find(step, at + 1)) {
            const auto end = at + step.size();
            if ((at == 0 || !is_part(each.reason[at - 1])) && (end == each.reason.size() || !is_part(each.reason[end]))) return true;
        }
        return false;
    });
}

std::string wanted_of(const OperationSpec& operation) {
    if (operation.idempotency == Idempotency::key) return "a KEYED or ONCE step, as its table promises a key: write .keyed()";
    const std::string table = operation.idempotency == Idempotency::none ? "" : ", as its table promises a look-up after a lost outcome";
    return "a ONCE step" + table + ": write .once()";
}

/// The host repeats a SAFE request by itself, and nothing of a ONCE step's rules holds for it: F17, F18 and P2 would have nothing to look at.
Outcome changes_are_never_repeated(const Subject& subject) {
    std::size_t tried = 0;
    bool is_exempt = false;
    for (const auto& operation : subject.descriptor.operations) {
        if (!changes_something(operation.name)) continue;
        bool ends_well = false, has_carried_out = false, has_exempt_step = false;
        std::string repeated;
        for (const auto& one : subject.conversations) {
            if (one.operation != operation.name) continue;
            bool here = false;
            for_each_effect(one, [&](const Effect& effect) {
                here = here || carries_out(effect, operation.idempotency);
                if (!repeats_a_change(effect)) return;
                const auto step = operation.name + "/" + without_count(effect.step);
                if (is_named_in_reason(subject, step)) has_exempt_step = true;
                else if (repeated.empty())
                    repeated = one.name + ": " + name_of(effect) + " is sent SAFE, so that the host sends it again by itself and what it does is done twice; write .once() or .keyed(), or, where it really does no harm twice, name " + step +
                               " in the reason of an [[exempt]] rule = \"P4\"";
            });
            if (one.last().state != PORTEUR_DONE) continue;
            ends_well = true;
            has_carried_out = has_carried_out || here;
        }
        if (!repeated.empty()) return failed_for_all(std::move(repeated));
        tried += ends_well ? 1 : 0;
        // C1 says where it never ends well.
        if (ends_well && !has_carried_out && !(has_exempt_step && operation.idempotency == Idempotency::none))
            return failed_for_all(operation.name + " ends well in its conversations, and in none of them after " + wanted_of(operation));
        is_exempt = is_exempt || has_exempt_step;
    }
    if (is_exempt) return failed("what is sent SAFE is named in the descriptor");
    return tried == 0 ? none_met(subject, "no operation of it carries something out") : passed(tried);
}

Outcome progress_is_told_whole(const Subject& subject) {
    std::vector<std::string> wanting;
    std::size_t tried = 0;
    for (const auto* operation : {"check_port", "check_purchase"}) {
        if (!find_named(subject.descriptor.operations, operation)) continue;
        ++tried;
        std::set<std::string> states;
        for (const auto& one : subject.conversations) {
            if (one.operation != operation) continue;
            if (one.last().state == PORTEUR_DONE) states.insert(state_of(one));
            // To the host an exception all the same.
            if (one.last().state == PORTEUR_FAILED && one.last().error.kind == ErrorKind::rejected) states.insert("exception");
        }
        const auto reaches = [&](std::initializer_list<const char*> some) { return std::ranges::any_of(some, [&](const char* each) { return states.contains(each); }); };
        if (!reaches({"submitted", "accepted", "confirmed", "activating", "in_review"})) wanting.push_back(std::string(operation) + ": under way");
        if (!reaches({"completed"})) wanting.push_back(std::string(operation) + ": completed");
        if (!reaches({"exception", "rejected", "expired", "alternates_offered"})) wanting.push_back(std::string(operation) + ": refused");
    }
    if (tried == 0) return none_met(subject, "it has neither check_port nor check_purchase");
    if (!wanting.empty()) return failed("no conversation tells of " + joined(wanting));
    return passed(tried);
}

constexpr auto works = std::to_array<Check>({
    {"C1", "has a conversation of each operation in which it succeeds", each_succeeds},
    {"C2", "has a conversation of each operation in which the carrier says no", each_is_refused},
    {"C3", "finds bad credentials when the account is checked", bad_credentials_are_found},
    {"C4", "says what the carrier cannot do", limitations_are_said},
    // C5 asked for a help of each setting and secret, which L4 does: its number is not given again.
});
constexpr auto proofs = std::to_array<Check>({
    {"P1", "ends in each kind of error that a carrier brings about", each_kind_of_error_is_reached},
    {"P2", "has a conversation in which the outcome of each ONCE step is lost", lost_outcomes_are_played},
    {"P3", "tells of orders that are under way, completed and refused", progress_is_told_whole},
    {"P4", "sends nothing that changes something in a way that the host repeats by itself", changes_are_never_repeated},
});

}  // namespace

std::span<const Check> conversation_checks() { return works; }
std::span<const Check> proof_checks() { return proofs; }

}  // namespace porteur::conformance
