// SPDX-License-Identifier: Apache-2.0
// A carrier's answers may be anything: another version of its API, a proxy's page, half a document,
// or what an attacker wrote.
#include <porteur/json.hpp>

#include "finding.hpp"
#include "plugins/canonical_check.hpp"
#include "plugins/turn_check.hpp"
#include "talk.hpp"

using namespace porteur;
using fuzz::must;

namespace {

constexpr int answers_after_the_last = 64;  ///< "unavailable", until the operation is called off
constexpr int turns_to_undo_max = 8;        ///< as the testkit's cut_everywhere()
constexpr std::size_t requests_in_a_row_max = 1200;
constexpr std::size_t answers_max = 1500;

/// What holds for each turn of each plugin, whatever the carrier says: the host's own checks, and
/// what a host cannot see.
class Judge {
public:
    void take(const testkit::Turn& turn) {
        must(
            turn.returned == PORTEUR_OK,
            "the plugin returned " + std::to_string(turn.returned) + ": " + turn.error.message
        );
        Turn as_host;
        as_host.state = turn.state == PORTEUR_WAITING ? Turn::State::waiting
                        : turn.state == PORTEUR_DONE  ? Turn::State::done
                                                      : Turn::State::failed;
        as_host.output = turn.output;
        for (const auto& each : turn.effects)
            as_host.effects.push_back(
                {each.seq, static_cast<EffectKind>(each.kind),
                 static_cast<Guarantee>(each.guarantee), each.step, each.head, each.body}
            );
        if (const auto fits = sequence_.check(as_host); !fits)
            fuzz::finding("the plugin " + fits.error().message);
        for (const auto& each : turn.effects) check_name(each);
        if (turn.state == PORTEUR_FAILED) check_failure(turn.error);
    }

    void answered(const testkit::Effect& effect, const testkit::Completion& completion) {
        sequence_.delivered(1);
        if (effect.guarantee == PORTEUR_ONCE && completion.kind == ErrorKind::in_doubt)
            doubted_.push_back(effect.step);
        if (effect.guarantee == PORTEUR_SAFE && completion.kind == ErrorKind::none) {
            const auto head = parse_json(effect.head);
            const auto* of = head->get_object().if_contains("looks_up");
            if (of && of->is_string()) std::erase(doubted_, std::string_view(of->get_string()));
        }
        const bool goes_on_by_itself = effect.kind == PORTEUR_FX_HTTP ||
                                       effect.kind == PORTEUR_FX_NOW ||
                                       effect.kind == PORTEUR_FX_PROGRESS;
        in_a_row_ = goes_on_by_itself ? in_a_row_ + 1 : 0;
        must(in_a_row_ < requests_in_a_row_max, "the plugin asks the carrier without end");
    }
    void cancelled() { sequence_.cancelled(); }

private:
    // As the testkit: names are unique, but for the second try of a ONCE step whose doubt was
    // looked into.
    void check_name(const testkit::Effect& effect) {
        if (effect.kind == PORTEUR_FX_NOW || effect.kind == PORTEUR_FX_RANDOM ||
            effect.kind == PORTEUR_FX_PROGRESS)
            return;
        if (std::ranges::find(names_, effect.step) == names_.end())
            return names_.push_back(effect.step);
        must(
            effect.guarantee == PORTEUR_ONCE,
            "the step name " + effect.step + " stands for two effects"
        );
        must(
            std::ranges::find(doubted_, effect.step) == doubted_.end(),
            "the ONCE step " + effect.step + " is sent again without a look-up that was answered"
        );
    }
    static void check_failure(const Error& error) {
        must(
            error.kind > ErrorKind::none && error.kind <= ErrorKind::internal,
            "the plugin failed as the unknown kind " + std::to_string(static_cast<int>(error.kind))
        );
        must(!error.message.empty(), "the plugin failed without a message");
        must(!error.message.starts_with("the plugin threw"), error.message);
    }

    TurnSequence sequence_{false};
    std::vector<std::string> names_, doubted_;
    std::size_t in_a_row_ = 0;
};

/// One run; what was delivered is kept, so that it can be delivered again.
class Run {
public:
    explicit Run(const fuzz::Talk& talk)
        : talk_(talk), run_(testkit::Plugin::linked(), talk.operation, talk.input, talk.settings) {
        began_ = run_.first().returned == PORTEUR_OK;
        must(
            began_ || run_.first().returned == PORTEUR_E_FAILED ||
                run_.first().returned == PORTEUR_E_UNSUPPORTED,
            "the plugin does not begin: " + run_.first().error.message
        );
        if (began_) take(run_.first());
    }

    void go() {
        if (!began_) return;
        std::size_t next = 0, count = 0;
        int left = answers_after_the_last;
        while (waits() && count++ < answers_max && left > 0) {
            static const fuzz::Said away{.kind = ErrorKind::unavailable, .head = {}, .body = {}};
            const bool more = next < talk_.said.size();
            const auto& said = more ? talk_.said[next] : away;
            if (!more) --left;
            if (!said.again) ++next;
            answer(said);
        }
        if (waits()) call_off();
    }

    /// The same completions in another run give the same bytes: this is how an operation goes on
    /// after a crash.
    void again() const {
        testkit::OneRun run(
            testkit::Plugin::linked(), talk_.operation, talk_.input, talk_.settings
        );
        must(run.first() == turns_.front(), "the same beginning gives another turn");
        for (std::size_t index = 0; index < delivered_.size(); ++index) {
            const auto turn =
                delivered_[index].empty() ? run.cancel() : run.step(delivered_[index]);
            must(turn == turns_[index + 1], "the same outcomes give another turn");
        }
    }
    bool began() const { return began_; }

private:
    bool waits() const { return turns_.back().state == PORTEUR_WAITING; }

    void take(testkit::Turn turn) {
        judge_.take(turn);
        for (const auto& each : turn.effects) open_.push_back(each);
        turns_.push_back(std::move(turn));
    }
    void answer(const fuzz::Said& said) {
        must(!open_.empty(), "the plugin waits for nothing");
        const auto at = open_.begin() + static_cast<std::ptrdiff_t>(said.which % open_.size());
        const auto completion = fuzz::fitted(*at, said);
        judge_.answered(*at, completion);
        open_.erase(at);
        delivered_.push_back({completion});
        take(run_.step({completion}));
    }
    void call_off() {
        open_.clear();
        judge_.cancelled();
        delivered_.emplace_back();
        take(run_.cancel());
        for (int turn = 0; waits(); ++turn) {
            must(turn < turns_to_undo_max, "an operation that was called off does not end");
            answer({.kind = ErrorKind::cancelled, .head = {}, .body = {}});
        }
    }

    const fuzz::Talk& talk_;
    testkit::OneRun run_;
    Judge judge_;
    bool began_ = false;
    std::vector<testkit::Effect> open_;
    std::vector<testkit::Turn> turns_;
    std::vector<std::vector<testkit::Completion>> delivered_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const auto talk = fuzz::read_talk({reinterpret_cast<const char*>(data), size});
    // What a host gives is checked JSON; what is none would only try Boost's parser.
    const auto input = parse_json(talk.input), settings = parse_json(talk.settings);
    if (!input || !settings || !settings->is_object()) return -1;
    // What a plugin kept comes back as it gave it: without fractions.
    if (!check_canonical_json(canonical(*input))) return -1;
    Run run(talk);
    run.go();
    if (run.began()) run.again();
    return 0;
}
