// SPDX-License-Identifier: Apache-2.0
// S, B and Z: what may not be told, what an operation may cost, and answers that nobody thought of.
#include <malloc.h>
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>

#include <porteur/model/phone_number.hpp>

#ifdef PORTEUR_SANITIZED
#include <sanitizer/allocator_interface.h>
#endif

#include "conformance/check.hpp"
#include "conformance/personal.hpp"
#include "conformance/play.hpp"
#include "conformance/whereabouts.hpp"

namespace porteur::conformance {
namespace {

/// Calls `see` for each effect of each conversation, with the conversation.
template <class See>
std::string each_effect(const Subject& subject, See see) {
    const auto of_turn = [&](const Conversation& one, const Turn& turn) {
        for (const auto& each : turn.effects)
            if (auto wrong = see(one, each); !wrong.empty()) return one.name + ", at " + name_of(each) + ": " + wrong;
        return std::string();
    };
    for (const auto& one : subject.conversations) {
        if (auto wrong = of_turn(one, one.first); !wrong.empty()) return wrong;
        for (const auto& each : one.exchanges)
            if (auto wrong = of_turn(one, each.turn); !wrong.empty()) return wrong;
    }
    return {};
}

/// A run in which every outcome is as it was, and that is told to nobody.
class Rerun {
public:
    Rerun(const Plugin& plugin, const Conversation& one) : one_(at_its_beginning(one)), run_(plugin, one.operation, one.input, one.settings) {}
    /// Delivers the outcomes of the next exchange. @return false: there is none
    bool step() {
        if (at_ == one_.exchanges.size()) return false;
        whereabouts().stand_at(one_, at_ + 1);
        run_.step(one_.exchanges[at_++].done);
        return true;
    }
    void to_its_end() {
        while (step()) continue;
    }

private:
    static const Conversation& at_its_beginning(const Conversation& one) {
        whereabouts().stand_at(one, 0);
        return one;
    }
    const Conversation& one_;
    OneRun run_;
    std::size_t at_ = 0;
};

// ------------------------------------------------------------------ S

Outcome names_secrets_that_there_are(const Subject& subject) {
    if (subject.conversations.empty()) return none_met(subject, {});
    std::size_t tried = 0;
    const auto wrong = each_effect(subject, [&](const Conversation&, const Effect& effect) -> std::string {
        const auto head = parse_json(effect.head);
        const auto* secrets = head && head->is_object() ? head->get_object().if_contains("secrets") : nullptr;
        if (!secrets || !secrets->is_array()) return {};
        for (const auto& each : secrets->get_array()) {
            const auto* name = each.is_object() ? each.get_object().if_contains("name") : nullptr;
            if (!name || !name->is_string()) return "a secret without a name";
            const std::string text(name->get_string());
            ++tried;
            if (!text.starts_with("order.") && !find_named(subject.descriptor.secrets, text)) return "it names the secret " + quoted(text) + ", which the descriptor does not";
        }
        return {};
    });
    return wrong.empty() ? passed(tried) : failed(wrong);
}

/// @source sdk/include/porteur/result.hpp: "never a telephone number in full"
Outcome messages_keep_numbers_to_themselves(const Subject& subject) {
    std::size_t tried = 0;
    for (const auto& one : subject.conversations) {
        if (one.last().state != PORTEUR_FAILED) continue;
        auto message = one.last().error.message;
        // The SDK's own example of a number is nobody's, though a test may have called it so.
        if (const auto at = message.find(PhoneNumber::json_wanted); at != std::string::npos) message.erase(at, PhoneNumber::json_wanted.size());
        for (const auto& number : numbers_in(one.input)) {
            ++tried;
            if (tells_number(message, number)) return failed(one.name + " fails with a telephone number in full: " + one.last().error.message);
        }
    }
    return tried == 0 ? none_met(subject, "no conversation that fails is about a number") : passed(tried);
}

Outcome keeps_account_data_out_of_addresses(const Subject& subject) {
    if (subject.conversations.empty()) return none_met(subject, {});
    std::size_t tried = 0;
    const auto wrong = each_effect(subject, [&](const Conversation& one, const Effect& effect) -> std::string {
        if (effect.kind != PORTEUR_FX_HTTP) return {};
        const auto account = account_in(one.input);
        if (account.empty()) return {};
        ++tried;
        for (const auto& text : address_of(effect))
            if (text.find(account) != std::string::npos) return "the account number stands in the address, which servers keep in their logs";
        return {};
    });
    return wrong.empty() ? passed(tried) : failed(wrong);
}

/// A host that hears what a plugin logs.
struct Hearing {
    porteur_host host = testkit::quiet_host();
    std::vector<std::string> lines;

    Hearing() {
        host.log = [](const porteur_host* self, porteur_view, std::int32_t, porteur_view line) noexcept {
            // The host is the first member, so that it has the address of the whole.
            const_cast<Hearing*>(reinterpret_cast<const Hearing*>(self))->lines.emplace_back(line.ptr == nullptr ? "" : std::string(line.ptr, line.len));
        };
    }
};

Outcome logs_nothing_personal(const Subject& subject) {
    if (subject.conversations.empty()) return none_met(subject, {});
    Hearing hearing;
    const auto plugin = Plugin::at(subject.library.string(), hearing.host);
    std::size_t tried = 0;
    for (const auto& one : subject.conversations) {
        hearing.lines.clear();
        Rerun(plugin, one).to_its_end();
        for (const auto& line : hearing.lines) {
            ++tried;
            const auto account = account_in(one.input);
            const auto numbers = numbers_in(one.input);
            const bool is_told = std::ranges::any_of(numbers, [&](const std::string& number) { return tells_number(line, number); });
            if (is_told || (!account.empty() && line.find(account) != std::string::npos)) return failed(one.name + " logs a telephone or account number in full: " + quoted(line, 200));
        }
    }
    return tried == 0 ? none_met(subject, "it logs nothing") : passed(tried);
}

// ------------------------------------------------------------------ B

/// How long a step keeps its host's thread: what it computes, and what it waits of its own will. That others had the
/// processor meanwhile is no fault of the plugin's.
class Stopwatch {
public:
    double ms() const {
        const auto computed = processor_ms() - processor_before_;
        const auto passed = std::chrono::duration<double, std::milli>(Clock::now() - before_).count();
        return waits() > waits_before_ ? passed : computed;
    }

private:
    using Clock = std::chrono::steady_clock;
    static double processor_ms() {
        timespec now{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
        return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
    }
    static long waits() {
        rusage all{};
        ::getrusage(RUSAGE_THREAD, &all);
        return all.ru_nvcsw;
    }
    Clock::time_point before_ = Clock::now();
    double processor_before_ = processor_ms();
    long waits_before_ = waits();
};

/// What is wrong with how long the steps of one run took; empty: nothing.
std::string too_slow(const Plugin& plugin, const Conversation& one) {
    constexpr double step_ms_max = 50;
    Stopwatch watch;
    Rerun run(plugin, one);
    for (std::size_t at = 0; at <= one.exchanges.size(); ++at) {
        if (at > 0) {
            watch = {};
            run.step();
        }
        if (const auto took = watch.ms(); took > step_ms_max)
            return one.name + ": step " + std::to_string(at + 1) + " took " + std::to_string(static_cast<int>(took)) + " ms of its thread";
    }
    return {};
}

Outcome steps_are_quick(const Subject& subject) {
    if (subject.conversations.empty()) return none_met(subject, {});
    // Slow once may be the first touch of a page: it is tried again.
    constexpr int tries = 4;
    const auto plugin = Plugin::at(subject.library.string());
    std::size_t steps = 0;
    for (const auto& one : subject.conversations) {
        auto wrong = too_slow(plugin, one);
        for (int again = 1; again < tries && !wrong.empty(); ++again) wrong = too_slow(plugin, one);
        if (!wrong.empty()) return failed(wrong);
        steps += one.exchanges.size() + 1;
    }
    return passed(steps);
}

Outcome asks_with_measure(const Subject& subject) {
    if (subject.conversations.empty()) return none_met(subject, {});
    constexpr std::size_t effects_max = 400;
    for (const auto& one : subject.conversations) {
        auto count = one.first.effects.size();
        for (const auto& each : one.exchanges) count += each.turn.effects.size();
        if (count > effects_max) return failed(one.name + " asks for " + std::to_string(count) + " effects, at most " + std::to_string(effects_max) + " are well");
    }
    return passed(subject.conversations.size());
}

std::size_t allocated() {
#ifdef PORTEUR_SANITIZED
    return __sanitizer_get_current_allocated_bytes();  // the sanitizer's own heap, of which mallinfo knows nothing
#else
    const auto all = mallinfo2();
    return all.uordblks + all.hblkhd;
#endif
}

Outcome holds_little_memory(const Subject& subject) {
    if (subject.conversations.empty()) return none_met(subject, {});
    constexpr std::size_t bytes_of_an_operation_max = 4 << 20;
    const auto plugin = Plugin::at(subject.library.string());
    for (const auto& one : subject.conversations) {
        const auto before = allocated();
        Rerun run(plugin, one);
        // While it waits, where a host has thousands of them; what it frees at its end was held until then.
        for (std::size_t at = 0; at <= one.exchanges.size(); ++at) {
            if (at > 0) run.step();
            const auto now = allocated();
            if (now > before + bytes_of_an_operation_max)
                return failed(one.name + " holds " + std::to_string((now - before) >> 10U) + " kB after step " + std::to_string(at + 1) + "; at most 4,096 are well");
        }
    }
    return passed(subject.conversations.size());
}

Outcome gives_memory_back(const Subject& subject) {
    if (subject.conversations.empty()) return none_met(subject, {});
    const auto plugin = Plugin::at(subject.library.string());
    constexpr std::size_t runs = 20, bytes_max = 64;
    // Each conversation alone: what one of them leaks is little beside all of them.
    for (const auto& one : subject.conversations) {
        const auto run_it = [&] { Rerun(plugin, one).to_its_end(); };
        for (int warm = 0; warm < 3; ++warm) run_it();
        const auto before = allocated();
        for (std::size_t each = 0; each < runs; ++each) run_it();
        const auto after = allocated();
        // What a library keeps for itself once is no leak; a byte for each run is.
        if (after > before && (after - before) / runs > bytes_max)
            return failed(one.name + ": " + std::to_string((after - before) / runs) + " bytes stay behind of each run");
    }
    return passed(runs * subject.conversations.size());
}

// ------------------------------------------------------------------ Z

/// A value of an answer, changed as nobody would think of.
void change(json::value& value, std::mt19937_64& chance) {
    if (value.is_object() && !value.get_object().empty() && chance() % 8 != 0) {
        auto& object = value.get_object();
        auto at = object.begin() + static_cast<std::ptrdiff_t>(chance() % object.size());
        if (chance() % 4 == 0)
            object.erase(at);
        else
            change(at->value(), chance);
        return;
    }
    if (value.is_array() && !value.get_array().empty() && chance() % 8 != 0) {
        auto& array = value.get_array();
        auto& one = array[chance() % array.size()];
        if (chance() % 4 == 0)
            array.push_back(json::value(one));
        else
            change(one, chance);
        return;
    }
    switch (chance() % 9) {
        case 0: value = nullptr; break;
        case 1: value = json::array{}; break;
        case 2: value = json::object{}; break;
        case 3: value = ""; break;
        case 4: value = std::string(100'000, 'x'); break;
        case 5: value = std::numeric_limits<std::int64_t>::min(); break;
        case 6: value = true; break;
        case 7: value = "\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\x9e"; break;
        default: value = static_cast<std::int64_t>(chance());
    }
}

std::string changed(const std::string& body, std::mt19937_64& chance) {
    if (auto value = parse_json(body); value && chance() % 4 != 0) {
        change(*value, chance);
        return json::serialize(*value);
    }
    std::string out = body.empty() ? "x" : body;
    for (auto times = chance() % 6 + 1; times > 0; --times) {
        const auto at = chance() % out.size();
        if (chance() % 3 == 0)
            out.erase(at, chance() % 8 + 1);
        else
            out[at] = static_cast<char>(chance());
        if (out.empty()) out = "x";
    }
    return out;
}

Outcome takes_any_answer(const Subject& subject) {
    if (subject.conversations.empty()) return none_met(subject, {});
    const auto plugin = Plugin::at(subject.library.string());
    const auto end = std::chrono::steady_clock::now() + subject.fuzzing;
    std::size_t tried = 0;
    // Each try has a seed of its own, so that the one that failed can be had again alone.
    for (auto seed = subject.seed; std::chrono::steady_clock::now() < end; ++seed) {
        std::mt19937_64 chance(seed);
        whereabouts().draw(seed);
        const auto& one = subject.conversations[chance() % subject.conversations.size()];
        if (one.exchanges.empty()) continue;
        const auto at = chance() % one.exchanges.size();
        Play play(plugin, one);
        if (const auto departed = play.replay(at); !departed.empty()) return failed(one.name + ": " + departed);
        auto given = one.exchanges[at].done.front();
        given.body = changed(given.body, chance);
        ++tried;
        play.deliver(given.seq, given);
        if (const auto wrong = play.go_on(); !wrong.empty()) return failed("seed " + std::to_string(seed) + ", " + one.name + ": " + wrong + "; the answer was " + quoted(given.body, 200));
    }
    return tried == 0 ? none_met(subject, "no conversation has an answer") : passed(tried);
}

constexpr auto secrets = std::to_array<Check>({
    {"S1", "names no secret but those of its descriptor and of the order", names_secrets_that_there_are},
    {"S2", "tells no telephone number in full in its errors", messages_keep_numbers_to_themselves},
    {"S3", "puts no account number into an address", keeps_account_data_out_of_addresses},
    {"S4", "tells no telephone or account number in full in its log", logs_nothing_personal},
});
constexpr auto budgets = std::to_array<Check>({
    {"B1", "takes at most 50 ms for a step", steps_are_quick},
    {"B2", "asks for at most 400 effects in one operation", asks_with_measure},
    {"B3", "holds at most four megabytes for an operation", holds_little_memory},
    {"B4", "gives back what it took", gives_memory_back},
});
constexpr auto fuzzing = std::to_array<Check>({
    {"Z1", "takes any answer whatever", takes_any_answer},
});

}  // namespace

std::span<const Check> secret_checks() { return secrets; }
std::span<const Check> budget_checks() { return budgets; }
std::span<const Check> fuzz_checks() { return fuzzing; }

}  // namespace porteur::conformance
