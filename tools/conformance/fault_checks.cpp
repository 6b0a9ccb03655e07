// SPDX-License-Identifier: Apache-2.0
// F: at each request of each conversation the carrier fails in one way, and is well again after it. The outcome is
// delivered as docs/effects.md has the host deliver it.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "conformance/check.hpp"
#include "conformance/play.hpp"

namespace porteur::conformance {
namespace {

/// What is delivered instead of the answer; none: this effect does not meet it.
using Fault = Completion (*)(const Effect& effect);

bool is_once(const Effect& effect) { return effect.guarantee == PORTEUR_ONCE; }

/// A lost outcome as the host tells it.
Completion lost(const Effect& effect, std::string_view message) {
    return failure_of(is_once(effect) ? ErrorKind::in_doubt : ErrorKind::unavailable, message);
}

enum class Internal { forbidden, allowed };

/// Once for each step of an operation where a try costs much, however many conversations come by it.
enum class Places { all, each_step_once };

/// How a body looks from afar.
enum class Form { nothing, no_json, list, object, value };

Form form_of(const std::string& body) {
    if (body.empty()) return Form::nothing;
    const auto value = parse_json(body);
    if (!value) return Form::no_json;
    return value->is_array() ? Form::list : value->is_object() ? Form::object : Form::value;
}

/// In which forms the carrier answers each step when all is well, as far as the conversations show.
class Forms {
public:
    explicit Forms(const Subject& subject) {
        for (const auto& one : subject.conversations)
            for (std::size_t at = 0; at < one.exchanges.size(); ++at) {
                const auto* effect = completed_by(one, at);
                const auto& given = one.exchanges[at].done.front();
                const auto status = status_of(given);
                if (effect != nullptr && given.kind == ErrorKind::none && status >= 200 && status < 300)
                    of_step_[name(one, *effect)].insert(form_of(given.body));
            }
    }
    /// What an answer that nobody can understand tells of the step that it looks up: nothing, unless it may be the
    /// carrier's own way to say that there is none: an empty list from one that gives lists, no body from one that gives
    /// none.
    Telling telling(const Conversation& one, const Effect& effect, const Completion& given) const {
        const auto form = form_of(given.body);
        const auto found = of_step_.find(name(one, effect));
        const bool may_be_meant = (form == Form::nothing || form == Form::list) && found != of_step_.end() && found->second.contains(form);
        return may_be_meant ? Telling::by_its_status : Telling::nothing;
    }

private:
    static std::string name(const Conversation& one, const Effect& effect) { return one.operation + "/" + without_count(effect.step); }
    std::map<std::string, std::set<Form>> of_step_;
};

/// Whether the host takes a failure of this kind for the end of the order, or for a request that was certainly not carried out.
/// `internal` is neither: once a step may have left, the host takes it for in_doubt (core/engine/operation_run.cpp).
bool forgets_a_doubt(ErrorKind kind) { return kind != ErrorKind::in_doubt && kind != ErrorKind::internal; }

/// What is wrong with an end after a look-up that was answered so that nobody can understand it; empty: nothing.
std::string wrong_after_strange_look_up(const Play& play, const Effect& look_up) {
    const auto& end = play.turn();
    if (!play.is_doubted(head_text(look_up, "looks_up")) || end.state != PORTEUR_FAILED || !forgets_a_doubt(end.error.kind)) return {};
    return "the look-up was answered with nothing that can be understood, and it " + told(end) + "; wanted in_doubt";
}

enum class Answers { understood, strange };

/// @param internal  a plugin may call an answer a defect that it cannot have expected here, and nobody could understand
/// @param answers   strange: what nobody can understand tells nothing of a step that is looked up, whatever its status
Outcome with_fault(const Subject& subject, Fault fault, Internal internal, Answers answers = Answers::understood, Places places = Places::all) {
    const auto plugin = Plugin::at(subject.library.string());
    const Forms forms(subject);
    std::set<std::string> steps;
    std::size_t tried = 0;
    for (const auto& each : subject.conversations) {
        for (const auto at : places_of(each)) {
            const auto* met = completed_by(each, at);
            if (met == nullptr || met->kind != PORTEUR_FX_HTTP) continue;
            const auto effect = *met;
            if (places == Places::each_step_once && !steps.insert(each.operation + "/" + without_count(effect.step)).second) continue;
            Play play(plugin, each);
            if (const auto departed = play.replay(at); !departed.empty()) return failed(each.name + ": " + departed);
            ++tried;
            auto given = fault(effect);
            const auto telling = answers == Answers::strange ? forms.telling(each, effect, given) : Telling::by_its_status;
            play.deliver(effect.seq, std::move(given), telling);
            const auto wrong = play.go_on();
            const auto where = each.name + ", at " + name_of(effect) + ": ";
            if (!wrong.empty()) return failed(where + wrong);
            const auto& end = play.turn();
            if (internal == Internal::forbidden && end.state == PORTEUR_FAILED && end.error.kind == ErrorKind::internal)
                return failed(where + "it " + told(end) + "; that is the carrier's trouble and no defect");
            if (telling == Telling::nothing)
                if (const auto forgotten = wrong_after_strange_look_up(play, effect); !forgotten.empty()) return failed(where + forgotten);
        }
    }
    return tried == 0 ? none_met(subject, "no conversation asks the carrier anything by HTTP") : passed(tried);
}

template <int status>
Completion answers_with(const Effect&) {
    return answer(status, R"({"error":"refused","message":"no"})");
}

Outcome timeout(const Subject& subject) {
    return with_fault(subject, [](const Effect& effect) { return lost(effect, "no answer in time"); }, Internal::forbidden);
}
Outcome reset(const Subject& subject) {
    return with_fault(subject, [](const Effect& effect) { return lost(effect, "the connection closed before the answer"); }, Internal::forbidden);
}
Outcome refused_401(const Subject& subject) {
    return with_fault(subject, [](const Effect&) { return failure_of(ErrorKind::unauthorized, "the carrier does not take the credentials"); }, Internal::forbidden);
}
Outcome refused_403(const Subject& subject) { return with_fault(subject, answers_with<403>, Internal::forbidden); }
Outcome missing_404(const Subject& subject) { return with_fault(subject, answers_with<404>, Internal::allowed); }
Outcome conflict_409(const Subject& subject) { return with_fault(subject, answers_with<409>, Internal::allowed); }
Outcome unprocessable_422(const Subject& subject) { return with_fault(subject, answers_with<422>, Internal::allowed); }
Outcome throttled_429(const Subject& subject) {
    return with_fault(subject, [](const Effect&) { return failure_of(ErrorKind::throttled, "the carrier asks for a wait of 30 s"); }, Internal::forbidden);
}
Outcome broken_500(const Subject& subject) {
    return with_fault(subject, [](const Effect& effect) { return lost(effect, "the carrier answered 500"); }, Internal::forbidden);
}
Outcome busy_503(const Subject& subject) {
    return with_fault(
        subject,
        [](const Effect& effect) { return is_once(effect) ? lost(effect, "the carrier answered 503") : failure_of(ErrorKind::throttled, "the carrier answered 503"); },
        Internal::forbidden
    );
}
Outcome cut_json(const Subject& subject) {
    return with_fault(subject, [](const Effect&) { return answer(200, R"({"id":"7","status":"comp)"); }, Internal::allowed, Answers::strange);
}
Outcome html(const Subject& subject) {
    return with_fault(
        subject, [](const Effect&) { return answer(200, "<!doctype html><html><body><h1>Maintenance</h1></body></html>", "text/html"); }, Internal::allowed, Answers::strange
    );
}
Outcome empty(const Subject& subject) {
    return with_fault(subject, [](const Effect&) { return answer(200, {}, {}); }, Internal::allowed, Answers::strange);
}
Outcome huge(const Subject& subject) {
    return with_fault(subject, [](const Effect&) { return answer(200, "{\"text\":\"" + std::string(10 << 20, 'x') + "\"}"); }, Internal::allowed, Answers::strange, Places::each_step_once);
}
/// A look-up whose answer has all its members, and one of them is of another type: as a reader by the carrier's own names meets it.
Outcome look_ups_of_another_type(const Subject& subject) {
    const auto plugin = Plugin::at(subject.library.string());
    std::size_t tried = 0;
    for (const auto& each : subject.conversations)
        for (const auto at : places_of(each)) {
            const auto* met = completed_by(each, at);
            if (met == nullptr || head_text(*met, "looks_up").empty()) continue;
            const auto effect = *met;
            const auto& recorded = each.exchanges[at].done.front();
            const auto body = recorded.kind == ErrorKind::none && status_of(recorded) / 100 == 2 ? parse_json(recorded.body) : failure(ErrorKind::internal, "");
            // One alone holds what was looked for; which of several does, nobody knows.
            if (!body || !body->is_object() || body->get_object().size() != 1) continue;
            auto changed = body->get_object();
            const auto member = std::string(changed.begin()->key());
            if (!changed.begin()->value().is_structured()) continue;
            changed.begin()->value() = 5;
            Play play(plugin, each);
            if (const auto departed = play.replay(at); !departed.empty()) return failed(each.name + ": " + departed);
            ++tried;
            play.deliver(effect.seq, answer(static_cast<int>(status_of(recorded)), canonical(changed)), Telling::nothing);
            auto wrong = play.go_on();
            if (wrong.empty()) wrong = wrong_after_strange_look_up(play, effect);
            if (!wrong.empty()) return failed(each.name + ", at " + name_of(effect) + " answered with 5 for " + member + ": " + wrong);
        }
    return passed(tried);
}

Outcome other_type(const Subject& subject) {
    static constexpr std::array bodies{"[]", "{}", "\"text\"", "7", "null", R"({"id":[],"status":{},"numbers":"none","orders":7,"items":{},"data":false})"};
    std::size_t tried = 0;
    static std::size_t which;
    for (which = 0; which < bodies.size(); ++which) {
        auto outcome = with_fault(subject, [](const Effect&) { return answer(200, bodies[which]); }, Internal::allowed, Answers::strange);
        if (outcome.verdict != Verdict::passed) return outcome;
        tried += outcome.tried;
    }
    auto outcome = look_ups_of_another_type(subject);
    outcome.tried += tried;
    return outcome;
}

// ---- a word that nobody knows

constexpr std::string_view unknown_word = "porteur-knows-no-such-word";

/// Each text that is `word`, as a way to it that `at` gives.
void texts_that_are(const json::value& in, std::string_view word, const std::string& way, std::vector<std::string>& out) {
    constexpr std::size_t most = 32;
    if (out.size() >= most) return;
    if (in.is_string() && std::string_view(in.get_string()) == word) out.push_back(way);
    if (in.is_array())
        for (std::size_t each = 0; each < in.get_array().size(); ++each) texts_that_are(in.get_array()[each], word, way + "/" + std::to_string(each), out);
    if (in.is_object())
        for (const auto& [key, value] : in.get_object()) {
            std::string part;
            for (const char letter : std::string_view(key)) part += letter == '~' ? "~0" : letter == '/' ? "~1" : std::string(1, letter);
            texts_that_are(value, word, way + "/" + part, out);
        }
}

/// What a result says under a key; empty where it says none.
std::string output_text(const Turn& turn, std::string_view key) {
    const auto output = turn.state == PORTEUR_DONE ? parse_json(turn.output) : failure(ErrorKind::internal, "");
    const auto* found = output && output->is_object() ? output->get_object().if_contains(key) : nullptr;
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

/// The carrier's word stands in the result, so that one knows which member of an answer it was read from.
Outcome no_state_is_guessed(const Subject& subject) {
    const auto plugin = Plugin::at(subject.library.string());
    std::size_t tried = 0;
    for (const auto& each : subject.conversations) {
        const auto word = output_text(each.last(), "carrier_word");
        if (word.empty() || output_text(each.last(), "state").empty()) continue;
        for (const auto at : places_of(each)) {
            const auto* met = completed_by(each, at);
            const auto& recorded = each.exchanges[at].done.front();
            if (met == nullptr || met->kind != PORTEUR_FX_HTTP || recorded.kind != ErrorKind::none) continue;
            const auto effect = *met;
            const auto body = parse_json(recorded.body);
            std::vector<std::string> ways;
            if (body) texts_that_are(*body, word, {}, ways);
            for (const auto& way : ways) {
                auto changed = *body;
                boost::system::error_code none;
                *changed.find_pointer(way, none) = json::string(unknown_word);
                Play play(plugin, each);
                if (const auto departed = play.replay(at); !departed.empty()) return failed(each.name + ": " + departed);
                ++tried;
                auto given = recorded;
                given.body = canonical(changed);
                play.deliver(effect.seq, std::move(given));
                const auto where = each.name + ", at " + name_of(effect) + " with an unknown word at " + way + ": ";
                if (const auto wrong = play.go_on(); !wrong.empty()) return failed(where + wrong);
                const bool asks_a_person = std::ranges::any_of(play.asked(), [](const Effect& one) { return one.kind == PORTEUR_FX_MANUAL; });
                const auto state = output_text(play.turn(), "state");
                // That it was refused stands in another member, and the word is only why: a person is told in any case.
                const bool is_known_refusal = (state == "rejected" || state == "exception") && state == output_text(each.last(), "state");
                if (!asks_a_person && !is_known_refusal && output_text(play.turn(), "carrier_word") == unknown_word && !state.empty())
                    return failed(where + "it says " + state + " of a word that it cannot know; end it as internal with the word as its code, so that a person is asked");
            }
        }
    }
    return tried == 0 ? none_met(subject, "no conversation ends with the carrier's word as one of its answers has it") : passed(tried);
}

/// Unless the operation goes on without this answer, and says so with its result.
Outcome bad_credentials_end_it(const Subject& subject) {
    const auto plugin = Plugin::at(subject.library.string());
    std::size_t tried = 0;
    for (const auto& each : subject.conversations)
        for (const auto at : places_of(each)) {
            const auto* met = completed_by(each, at);
            if (met == nullptr || met->kind != PORTEUR_FX_HTTP) continue;
            const auto effect = *met;
            Play play(plugin, each);
            if (const auto departed = play.replay(at); !departed.empty()) return failed(each.name + ": " + departed);
            ++tried;
            const auto refuse = [](const Effect& one) {
                return one.kind == PORTEUR_FX_HTTP ? failure_of(ErrorKind::unauthorized, "the carrier does not take the credentials") : Completion{};
            };
            play.deliver(effect.seq, refuse(effect));
            if (const auto wrong = play.go_on(refuse); !wrong.empty()) return failed(each.name + ", at " + name_of(effect) + ": " + wrong);
            // What the carrier had refused before stays refused.
            const bool ends_as_ever = each.last().state == PORTEUR_FAILED && each.last().error == play.turn().error;
            if (play.turn().state == PORTEUR_FAILED && !ends_as_ever && play.turn().error.kind != ErrorKind::unauthorized &&
                play.turn().error.kind != ErrorKind::in_doubt)
                return failed(each.name + ", at " + name_of(effect) + ": it " + told(play.turn()) + ", wanted unauthorized");
        }
    return tried == 0 ? none_met(subject, "no conversation asks the carrier anything by HTTP") : passed(tried);
}

/// A ONCE effect of each conversation whose outcome is lost; the look-ups are answered by `answered`.
Outcome after_a_lost_outcome(const Subject& subject, Completion (*answered)(const Effect&)) {
    const auto plugin = Plugin::at(subject.library.string());
    std::size_t tried = 0;
    for (const auto& each : subject.conversations)
        for (const auto at : places_of(each)) {
            const auto* met = completed_by(each, at);
            if (met == nullptr || !is_once(*met)) continue;
            const auto effect = *met;
            Play play(plugin, each);
            if (const auto departed = play.replay(at); !departed.empty()) return failed(each.name + ": " + departed);
            ++tried;
            play.deliver(effect.seq, failure_of(ErrorKind::in_doubt, "the connection closed before the answer"));
            // Sending it again without a look-up that was answered is found by the play itself.
            const auto wrong = play.go_on([&](const Effect& one) { return head_text(one, "looks_up") == effect.step ? answered(one) : Completion{}; });
            const auto where = each.name + ", the outcome of " + name_of(effect) + " being lost: ";
            if (!wrong.empty()) return failed(where + wrong);
            const bool has_looked = std::ranges::any_of(play.asked(), [&](const Effect& one) { return head_text(one, "looks_up") == effect.step; });
            const auto& end = play.turn();
            if (!has_looked && end.state == PORTEUR_DONE && end.output.find("in_doubt") == std::string::npos)
                return failed(where + "it is done, has not looked whether it was carried out, and tells of no doubt in its result");
            if (!has_looked && end.state == PORTEUR_FAILED && end.error.kind != ErrorKind::in_doubt)
                return failed(where + "it " + told(end) + ", and has not looked whether it was carried out; wanted a look-up, or in_doubt");
            if (has_looked && answered(effect).kind != ErrorKind::none && end.state == PORTEUR_FAILED && end.error.kind != ErrorKind::in_doubt)
                return failed(where + "the look-up was not answered, and it " + told(end) + "; wanted in_doubt");
        }
    return tried == 0 ? none_met(subject, "no conversation has a ONCE effect") : passed(tried);
}

Outcome looks_before_it_sends_again(const Subject& subject) {
    return after_a_lost_outcome(subject, [](const Effect&) { return Completion{}; });
}
Outcome stays_in_doubt_without_an_answer(const Subject& subject) {
    return after_a_lost_outcome(subject, [](const Effect&) { return failure_of(ErrorKind::unavailable, "no route to the carrier"); });
}

constexpr auto checks = std::to_array<Check>({
    {"F1", "ends in order when the carrier does not answer in time", timeout},
    {"F2", "ends in order when the connection closes before the answer", reset},
    {"F3", "ends in order when the credentials are refused once", refused_401},
    {"F4", "ends in order at 403", refused_403},
    {"F5", "ends in order at 404", missing_404},
    {"F6", "ends in order at 409", conflict_409},
    {"F7", "ends in order at 422", unprocessable_422},
    {"F8", "ends in order when the carrier asks for a wait", throttled_429},
    {"F9", "ends in order at 500", broken_500},
    {"F10", "ends in order at 503", busy_503},
    {"F11", "ends in order at half of an answer", cut_json},
    {"F12", "ends in order at a page of HTML", html},
    {"F13", "ends in order at an empty answer", empty},
    {"F14", "ends in order at an answer of ten megabytes", huge},
    {"F15", "ends in order at answers of another type", other_type},
    {"F16", "fails as unauthorized when the credentials are refused for good", bad_credentials_end_it},
    {"F17", "looks whether a ONCE step was carried out before it is sent again", looks_before_it_sends_again},
    {"F18", "stays in doubt when nobody answers the look-up", stays_in_doubt_without_an_answer},
    {"F19", "guesses no state from a word that it cannot know", no_state_is_guessed},
});

}  // namespace

std::span<const Check> fault_checks() { return checks; }

}  // namespace porteur::conformance
