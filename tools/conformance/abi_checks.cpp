// SPDX-License-Identifier: Apache-2.0
// A: plugin.h as it is meant, R1 to R6. The calls are made by hand, as a host of another age would make them.
#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <optional>
#include <thread>

#include <porteur/plugin.h>

#include "conformance/check.hpp"
#include "conformance/play.hpp"
#include "conformance/whereabouts.hpp"
#include "plugins/turn_check.hpp"

namespace porteur::conformance {
namespace {

using Entry = decltype(&porteur_entry_v0);

/// The library, and a host of the age that is wanted.
class Loaded {
public:
    explicit Loaded(const Subject& subject) : library_(dlopen(subject.library.c_str(), RTLD_NOW | RTLD_LOCAL)) {
        if (library_ == nullptr) throw std::runtime_error(std::string("it does not load: ") + dlerror());
        entry_ = reinterpret_cast<Entry>(dlsym(library_, PORTEUR_ENTRY_SYMBOL));
        if (entry_ == nullptr) throw std::runtime_error("it has no " PORTEUR_ENTRY_SYMBOL);
    }
    Entry entry() const { return entry_; }
    const porteur_plugin& plugin() {
        auto why = error();
        const auto* table = entry_(&host(), &why);
        if (table == nullptr) throw std::runtime_error("it refuses this host: " + std::string(why.message));
        return *table;
    }
    static porteur_error error() {
        porteur_error out{};
        out.size = sizeof out;
        return out;
    }
    static porteur_host& host(std::uint32_t minor = PORTEUR_ABI_MINOR) {
        static porteur_host one;
        one = {.size = sizeof one,
               .abi_minor = minor,
               .name = {"conformance", 11},
               .version = {"1", 1},
               .log = [](const porteur_host*, porteur_view, std::int32_t, porteur_view) noexcept {},
               .get_extension = [](const porteur_host*, const char*) noexcept -> const void* { return nullptr; }};
        return one;
    }

private:
    void* library_;  // never closed: the process ends
    Entry entry_ = nullptr;
};

porteur_view view(std::string_view text) { return {text.data(), text.size()}; }

/// An operation begun by hand; ends with this.
struct Begun {
    std::int32_t returned = PORTEUR_OK;
    porteur_op* op = nullptr;
    porteur_error why = Loaded::error();
    const porteur_plugin* table = nullptr;

    Begun(const porteur_plugin& plugin, std::string_view operation, std::string_view input) : table(&plugin) {
        returned = plugin.op_begin(&Loaded::host(), view(operation), view(input), &op, &why);
    }
    Begun(const Begun&) = delete;
    ~Begun() {
        if (op != nullptr) table->op_end(op);
    }
};

constexpr std::string_view empty_input = R"({"input":{},"settings":{}})";

std::optional<std::string> wrong_text(const char* name, std::string_view text, std::size_t room) {
    if (std::memchr(text.data(), 0, room) == nullptr) return std::string(name) + " is not ended by a zero";
    return std::nullopt;
}

Outcome entry_is_quick(const Subject& subject) {
    const Loaded loaded(subject);
    auto why = Loaded::error();
    const auto began = std::chrono::steady_clock::now();
    static_cast<void>(loaded.entry()(&Loaded::host(), &why));
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    // Ten are wanted; a loaded machine is not the plugin's fault.
    return took.count() <= 100 ? passed() : failed("it took " + std::to_string(took.count()) + " ms");
}

Outcome entry_is_the_same_again(const Subject& subject) {
    const Loaded loaded(subject);
    auto why = Loaded::error();
    const auto* first = loaded.entry()(&Loaded::host(), &why);
    return loaded.entry()(&Loaded::host(), &why) == first ? passed() : failed("the second call gave another table");
}

Outcome table_is_whole(const Subject& subject) {
    Loaded loaded(subject);
    const auto& plugin = loaded.plugin();
    if (plugin.size < offsetof(porteur_plugin, get_extension)) return failed("the table is " + std::to_string(plugin.size) + " bytes long");
    if (plugin.op_begin == nullptr || plugin.op_step == nullptr || plugin.op_cancel == nullptr || plugin.op_end == nullptr)
        return failed("op_begin, op_step, op_cancel or op_end is not there");
    return passed();
}

Outcome agrees_with_the_descriptor(const Subject& subject) {
    Loaded loaded(subject);
    const auto& plugin = loaded.plugin();
    const std::string id(plugin.id.ptr, plugin.id.len), version(plugin.version.ptr, plugin.version.len);
    if (id != subject.descriptor.id) return failed("its id is " + quoted(id) + ", and " + quoted(subject.descriptor.id) + " in the descriptor");
    if (version != subject.descriptor.version)
        return failed("its version is " + quoted(version) + ", and " + quoted(subject.descriptor.version) + " in the descriptor");
    return passed();
}

/// @param is_known  the host speaks what the plugin needs
Outcome with_a_host_of(const Subject& subject, std::uint32_t minor) {
    const Loaded loaded(subject);
    auto why = Loaded::error();
    const auto* table = loaded.entry()(&Loaded::host(minor), &why);
    if (table != nullptr) return passed();
    if (why.kind == PORTEUR_KIND_NONE || why.message[0] == '\0') return failed("it refuses a host of minor " + std::to_string(minor) + " and does not say why");
    if (subject.descriptor.abi_minor > static_cast<int>(minor)) return passed();
    return failed("it refuses a host of minor " + std::to_string(minor) + ": " + why.message);
}
Outcome takes_an_old_host(const Subject& subject) {
    auto outcome = with_a_host_of(subject, 0);
    if (outcome.verdict != Verdict::passed) return outcome;
    Loaded loaded(subject);
    const auto needed = loaded.plugin().abi_minor;
    if (static_cast<int>(needed) == subject.descriptor.abi_minor) return outcome;
    return failed("it needs a host of minor " + std::to_string(needed) + ", and of " + std::to_string(subject.descriptor.abi_minor) + " in the descriptor");
}
Outcome takes_a_new_host(const Subject& subject) { return with_a_host_of(subject, 999); }

/// A struct of a later host: what is behind the known part is not the plugin's.
template <class Known>
struct Longer {
    Known known{};
    char more[64];

    Longer() : Longer(Known{}) {}
    explicit Longer(const Known& from) : known(from) {
        known.size = sizeof *this;
        std::memset(more, untouched, sizeof more);
    }
    bool is_written() const {
        return std::ranges::any_of(more, [](char each) { return each != untouched; });
    }

private:
    static constexpr char untouched = 0x5A;
};

/// One operation, in a host whose structs are all longer. @return what is wrong; empty: nothing
std::string written_beyond(const porteur_plugin& table, const Longer<porteur_host>& host, std::string_view operation, std::string_view envelope, const Conversation* conversation) {
    Longer<porteur_error> why;
    Longer<porteur_turn> turn;
    std::vector<Longer<porteur_completion>> rows;
    const auto written = [&](const char* by) -> std::string {
        const bool completion = std::ranges::any_of(rows, &Longer<porteur_completion>::is_written);
        const auto* what = why.is_written() ? "porteur_error" : turn.is_written() ? "porteur_turn" : host.is_written() ? "porteur_host" : completion ? "porteur_completion" : nullptr;
        return what == nullptr ? std::string() : std::string(by) + " writes beyond the " + what + " that it knows";
    };
    porteur_op* op = nullptr;
    table.op_begin(&host.known, view(operation), view(envelope), &op, &why.known);
    if (auto wrong = written("op_begin"); !wrong.empty() || op == nullptr) return wrong;
    const auto step = [&](const std::vector<testkit::Completion>& done) {
        rows.clear();
        for (const auto& each : done)
            rows.emplace_back(porteur_completion{0, each.seq, static_cast<std::int32_t>(each.kind), 0, view(each.head), view(each.body)});
        std::vector<const porteur_completion*> list;
        for (const auto& each : rows) list.push_back(&each.known);
        turn = {};
        return table.op_step(op, list.data(), static_cast<std::uint32_t>(list.size()), &turn.known, &why.known);
    };
    auto returned = step({});
    auto wrong = written("op_step");
    if (conversation != nullptr)
        for (const auto& each : conversation->exchanges) {
            if (!wrong.empty() || returned != PORTEUR_OK) break;
            returned = step(each.done);
            wrong = written("op_step");
        }
    if (wrong.empty() && returned == PORTEUR_OK && turn.known.state == PORTEUR_WAITING) {
        turn = {};
        table.op_cancel(op, view("called off"), &turn.known, &why.known);
        wrong = written("op_cancel");
    }
    table.op_end(op);
    return wrong;
}

Outcome takes_longer_structs(const Subject& subject) {
    const Loaded loaded(subject);
    const Longer<porteur_host> host(Loaded::host());
    Longer<porteur_error> why;
    const auto* table = loaded.entry()(&host.known, &why.known);
    if (why.is_written() || host.is_written()) return failed(std::string("its entry writes beyond the ") + (why.is_written() ? "porteur_error" : "porteur_host") + " that it knows");
    if (table == nullptr) return failed(std::string("it refuses a host whose structs are longer: ") + why.known.message);
    std::size_t tried = 0;
    const auto fits = [&](std::string_view operation, std::string_view envelope, const Conversation* conversation) {
        ++tried;
        return written_beyond(*table, host, operation, envelope, conversation);
    };
    // A refusal, which writes an error; and each operation as far as it comes by itself, where it is called off.
    auto wrong = fits("teleport_numbers", empty_input, nullptr);
    for (const auto& each : subject.descriptor.operations)
        if (wrong.empty()) wrong = fits(each.name, empty_input, nullptr);
    for (const auto& each : subject.conversations) {
        if (!wrong.empty()) break;
        whereabouts().stand_at(each, 0);
        const auto envelope = "{\"input\":" + each.input + ",\"settings\":" + each.settings + "}";
        if (wrong = fits(each.operation, envelope, &each); !wrong.empty()) wrong = each.name + ": " + wrong;
    }
    return wrong.empty() ? passed(tried) : failed(wrong);
}

Outcome has_no_unknown_extension(const Subject& subject) {
    Loaded loaded(subject);
    const auto& plugin = loaded.plugin();
    if (!PORTEUR_HAS(&plugin, porteur_plugin, get_extension) || plugin.get_extension == nullptr) return passed();
    for (const char* name : {"", "porteur.nothing/1", "porteur.nothing/1 and more", "nothing"})
        if (plugin.get_extension(name) != nullptr) return failed("it has an extension " + quoted(name));
    return passed(4);
}

Outcome refuses_an_unknown_operation(const Subject& subject) {
    Loaded loaded(subject);
    const auto& plugin = loaded.plugin();
    for (const auto name : {std::string_view(), std::string_view("teleport_numbers"), std::string_view("check_account "), std::string_view("purchase\0x", 10)}) {
        const Begun begun(plugin, name, empty_input);
        if (begun.returned != PORTEUR_E_UNSUPPORTED) return failed("it answers " + std::to_string(begun.returned) + " to the operation " + quoted(name) + ", wanted PORTEUR_E_UNSUPPORTED");
        if (begun.op != nullptr) return failed("it gives an operation with a failure");
    }
    return passed(4);
}

Outcome begins_what_it_declares(const Subject& subject) {
    Loaded loaded(subject);
    const auto& plugin = loaded.plugin();
    for (const auto& each : subject.descriptor.operations) {
        const Begun begun(plugin, each.name, empty_input);
        if (begun.returned == PORTEUR_E_UNSUPPORTED) return failed("it declares " + each.name + ", and has it not");
        if (begun.returned == PORTEUR_E_BUG) return failed(each.name + " throws at its beginning: " + begun.why.message);
        if (begun.returned == PORTEUR_OK && begun.op == nullptr) return failed(each.name + " begins with PORTEUR_OK, and gives nothing");
        if (begun.returned != PORTEUR_OK && begun.op != nullptr) return failed(each.name + " fails at its beginning, and gives an operation");
    }
    return passed(subject.descriptor.operations.size());
}

Outcome has_nothing_undeclared(const Subject& subject) {
    Loaded loaded(subject);
    const auto& plugin = loaded.plugin();
    std::size_t tried = 0;
    for (const auto& each : interface_operations) {
        if (find_named(subject.descriptor.operations, each.name)) continue;
        ++tried;
        const Begun begun(plugin, each.name, empty_input);
        if (begun.returned != PORTEUR_E_UNSUPPORTED) return failed("it has " + std::string(each.name) + ", and does not declare it");
    }
    return passed(tried);
}

Outcome ends_in_every_state(const Subject& subject) {
    const auto plugin = Plugin::at(subject.library.string());
    std::size_t tried = 0;
    for (const auto& each : subject.conversations)
        for (std::size_t length = 0; length <= each.exchanges.size(); ++length, ++tried) {
            Play play(plugin, each);
            if (const auto wrong = play.replay(length); !wrong.empty()) return failed(each.name + ": " + wrong);
        }  // op_end is called here
    return tried == 0 ? none_met(subject, "no conversation leads it anywhere") : passed(tried);
}

Outcome takes_strange_inputs(const Subject& subject) {
    Loaded loaded(subject);
    const auto& plugin = loaded.plugin();
    std::string large = R"({"input":{"reference":")" + std::string(1 << 20, 'x') + R"("},"settings":{}})";
    std::string deep;
    for (int level = 0; level < 5000; ++level) deep += "[";
    const std::array inputs{std::string(), std::string("{"), std::string("null"), std::string("[]"), std::string(R"({"input":null,"settings":null})"),
                            std::string("\xff\xfe"), std::move(large), std::move(deep), std::string(R"({"input":{"numbers":"no list","quantity":"many"},"settings":[]})")};
    std::size_t tried = 0;
    for (const auto& each : subject.descriptor.operations)
        for (const auto& input : inputs) {
            ++tried;
            const Begun begun(plugin, each.name, input);
            if (begun.returned == PORTEUR_E_BUG) return failed(each.name + " throws at the input " + quoted(input, 60) + ": " + begun.why.message);
            if (begun.op == nullptr) continue;
            porteur_turn turn{};
            turn.size = sizeof turn;
            auto why = Loaded::error();
            if (plugin.op_step(begun.op, nullptr, 0, &turn, &why) == PORTEUR_E_BUG)
                return failed(each.name + " throws at the input " + quoted(input, 60) + ": " + why.message);
        }
    return passed(tried);
}

Outcome keeps_no_view(const Subject& subject) {
    // All that a host lends is overwritten after each call: in another way than while the conversation was written,
    // or what a plugin reads too late would be the same then and now.
    constexpr char scrubbed = '?';
    const auto plugin = Plugin::at(subject.library.string());
    for (const auto& each : subject.conversations) {
        Play play(plugin, each, scrubbed);
        if (const auto wrong = play.replay(each.exchanges.size()); !wrong.empty()) return failed(each.name + ": " + wrong);
    }
    return subject.conversations.empty() ? none_met(subject, {}) : passed(subject.conversations.size());
}

Outcome writes_whole_errors(const Subject& subject) {
    Loaded loaded(subject);
    const auto& plugin = loaded.plugin();
    struct Guarded {
        porteur_error error;
        char guard[32];
    } why{};
    std::memset(&why, 0x5A, sizeof why);
    why.error.size = sizeof why.error;
    porteur_op* op = nullptr;
    plugin.op_begin(&Loaded::host(), view("teleport_numbers"), view(empty_input), &op, &why.error);
    for (const char each : why.guard)
        if (each != 0x5A) return failed("it writes beyond the error's end");
    for (const auto& [name, text] : {std::pair("reason", std::string_view(why.error.reason, sizeof why.error.reason)), std::pair("code", std::string_view(why.error.code, sizeof why.error.code)),
                                     std::pair("message", std::string_view(why.error.message, sizeof why.error.message))})
        if (const auto wrong = wrong_text(name, text, text.size())) return failed(*wrong);
    if (why.error.message[0] == '\0') return failed("its refusal says nothing");
    return passed();
}

Outcome is_several_at_once(const Subject& subject) {
    if (subject.conversations.empty()) return none_met(subject, {});
    const auto plugin = Plugin::at(subject.library.string());
    constexpr std::size_t threads_count = 8, ops_of_a_thread = 8;
    std::atomic<std::size_t> next{0};
    std::array<std::string, threads_count> wrong;
    std::vector<std::thread> threads;
    for (auto& mine : wrong)
        threads.emplace_back([&] {
            // Eight of them are under way at once in each thread, one step after another in turn.
            std::vector<std::pair<const Conversation*, std::unique_ptr<Play>>> plays;
            for (std::size_t each = 0; each < ops_of_a_thread; ++each) {
                const auto& one = subject.conversations[next++ % subject.conversations.size()];
                plays.emplace_back(&one, std::make_unique<Play>(plugin, one));
            }
            for (const auto& [one, play] : plays)
                if (const auto departed = play->replay(one->exchanges.size()); !departed.empty() && mine.empty()) mine = one->name + ": " + departed;
        });
    for (auto& each : threads) each.join();
    for (const auto& each : wrong)
        if (!each.empty()) return failed(each);
    return passed(threads_count * ops_of_a_thread);
}

/// What the host's own check says of the turns of a conversation; empty: nothing.
std::string refused_turn(const Conversation& one, bool pure) {
    TurnSequence host(pure);
    const auto refused = [&](const Turn& theirs) -> std::string {
        if (theirs.returned != PORTEUR_OK) return {};
        if (auto wrong = wrong_effect_count(theirs.effects.size()); !wrong.empty()) return wrong;
        ::porteur::Turn turn;
        turn.state = theirs.state == PORTEUR_WAITING  ? ::porteur::Turn::State::waiting
                     : theirs.state == PORTEUR_DONE ? ::porteur::Turn::State::done
                                                      : ::porteur::Turn::State::failed;
        turn.output = theirs.output;
        for (const auto& each : theirs.effects)
            turn.effects.push_back({each.seq, static_cast<EffectKind>(each.kind), static_cast<Guarantee>(each.guarantee), each.step, each.head, each.body});
        const auto fits = host.check(turn);
        return fits ? std::string() : fits.error().message;
    };
    if (auto wrong = refused(one.first); !wrong.empty()) return wrong;
    for (const auto& [done, turn] : one.exchanges) {
        host.delivered(done.size());
        if (auto wrong = refused(turn); !wrong.empty()) return wrong;
    }
    return {};
}

Outcome asks_as_a_host_takes_it(const Subject& subject) {
    for (const auto& one : subject.conversations) {
        const auto* operation = find_named(subject.descriptor.operations, one.operation);
        if (auto wrong = refused_turn(one, operation != nullptr && operation->pure); !wrong.empty()) return failed(one.name + ", which a host refuses: " + wrong);
    }
    return subject.conversations.empty() ? none_met(subject, {}) : passed(subject.conversations.size());
}

constexpr auto checks = std::to_array<Check>({
    {"A1", "has an entry that is quick", entry_is_quick},
    {"A2", "gives the same table each time", entry_is_the_same_again},
    {"A3", "has a whole table", table_is_whole},
    {"A4", "has the id and version of its descriptor", agrees_with_the_descriptor},
    {"A5", "takes the oldest host that it says it does", takes_an_old_host},
    {"A6", "takes a host of the far future", takes_a_new_host},
    {"A7", "takes structs that are longer than it knows, and leaves their tails alone", takes_longer_structs},
    {"A8", "has no extension that nobody has heard of", has_no_unknown_extension},
    {"A9", "refuses an operation that there is not", refuses_an_unknown_operation},
    {"A10", "begins each operation that it declares", begins_what_it_declares},
    {"A11", "has no operation that it does not declare", has_nothing_undeclared},
    {"A12", "can be ended in every state", ends_in_every_state},
    {"A13", "takes inputs that are empty, huge, deep or none at all", takes_strange_inputs},
    {"A14", "keeps nothing that was lent to it for a call", keeps_no_view},
    {"A15", "writes errors that are whole and say something", writes_whole_errors},
    {"A16", "runs 64 operations at once on eight threads", is_several_at_once},
    {"A17", "asks and ends in the form that a host takes", asks_as_a_host_takes_it},
});

}  // namespace

std::span<const Check> abi_checks() { return checks; }

}  // namespace porteur::conformance
