// SPDX-License-Identifier: Apache-2.0
// What the words of a plugin's sources tell: nothing is compiled, so that what hangs on types or on the preprocessor stays
// unseen, and a rule says nothing where it cannot tell.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "lint_findings.hpp"
#include "settings/text_forms.hpp"
#include "settings/told_descriptor.hpp"
#include "settings/url_template.hpp"
#include "source_words.hpp"

namespace porteur::plugin_tool {
namespace {

using Words = std::vector<SourceWord>;
using Kind = SourceWord::Kind;

// ---- names that a plugin has no use for

struct Banned {
    std::string_view rule;
    std::string_view name;
    bool called;  ///< only where "(" follows, as others may bear the name
    std::string_view mend;
};

constexpr auto banned = std::to_array<Banned>({
    {"clock", "system_clock", false, ask_now},
    {"clock", "steady_clock", false, ask_now},
    {"clock", "high_resolution_clock", false, ask_now},
    {"clock", "utc_clock", false, ask_now},
    {"clock", "clock_gettime", true, ask_now},
    {"clock", "gettimeofday", true, ask_now},
    {"clock", "timespec_get", true, ask_now},
    {"clock", "localtime", true, ask_now},
    {"clock", "localtime_r", true, ask_now},
    {"clock", "mktime", true, ask_now},
    {"clock", "current_zone", true, ask_now},
    {"waiting", "this_thread", false, ask_sleep},
    {"waiting", "usleep", true, ask_sleep},
    {"waiting", "nanosleep", true, ask_sleep},
    {"waiting", "sleep", true, ask_sleep},
    {"waiting", "clock_nanosleep", true, ask_sleep},
    {"threads", "thread_local", false, no_threads},
    {"threads", "_Thread_local", false, no_threads},
    {"threads", "jthread", false, no_threads},
    {"threads", "mutex", false, no_threads},
    {"threads", "shared_mutex", false, no_threads},
    {"threads", "condition_variable", false, no_threads},
    {"threads", "pthread_create", true, no_threads},
    {"threads", "thrd_create", true, no_threads},
    {"chance", "random_device", false, ask_chance},
    {"chance", "mt19937", false, ask_chance},
    {"chance", "mt19937_64", false, ask_chance},
    {"chance", "default_random_engine", false, ask_chance},
    {"chance", "rand", true, ask_chance},
    {"chance", "srand", true, ask_chance},
    {"chance", "rand_r", true, ask_chance},
    {"chance", "drand48", true, ask_chance},
    {"chance", "getrandom", true, ask_chance},
    {"chance", "getentropy", true, ask_chance},
    {"chance", "arc4random", true, ask_chance},
    {"environment", "getenv", true, own_settings},
    {"environment", "secure_getenv", true, own_settings},
    {"environment", "setenv", true, own_settings},
    {"environment", "environ", false, own_settings},
    {"environment", "setlocale", true, own_settings},
    {"environment", "getpid", true, own_settings},
    {"environment", "gethostname", true, own_settings},
    {"outside", "ifstream", false, ask_host},
    {"outside", "ofstream", false, ask_host},
    {"outside", "fstream", false, ask_host},
    {"outside", "filesystem", false, ask_host},
    {"outside", "fopen", true, ask_host},
    {"outside", "opendir", true, ask_host},
    {"outside", "socket", true, ask_host},
    {"outside", "getaddrinfo", true, ask_host},
    {"outside", "popen", true, ask_host},
    {"outside", "fork", true, ask_host},
    {"outside", "execv", true, ask_host},
    {"outside", "execve", true, ask_host},
    {"outside", "execvp", true, ask_host},
    {"outside", "posix_spawn", true, ask_host},
    {"outside", "dlopen", true, ask_host},
    {"output", "cout", false, say_in_answer},
    {"output", "cerr", false, say_in_answer},
    {"output", "clog", false, say_in_answer},
    {"output", "printf", true, say_in_answer},
    {"output", "puts", true, say_in_answer},
    {"output", "putchar", true, say_in_answer},
    {"output", "println", true, say_in_answer},
    {"output", "syslog", true, say_in_answer},
});
// Words that others bear too, so that only std:: before them tells.
constexpr auto banned_of_std = std::to_array<Banned>({
    {"clock", "time", true, ask_now},
    {"clock", "clock", true, ask_now},
    {"threads", "thread", false, no_threads},
    {"threads", "async", true, no_threads},
    {"environment", "locale", false, own_settings},
    {"outside", "system", true, ask_host},
    {"output", "print", true, say_in_answer},
});

class Source {
public:
    Source(const LintFile& file, const LintDescriptor& descriptor, Findings& findings) : file_(file), descriptor_(descriptor), findings_(findings), words_(words_in_source(file.text)) {}

    const Words& words() const { return words_; }
    const SourceWord& at(std::size_t place) const {
        static const SourceWord none;
        return place < words_.size() ? words_[place] : none;
    }
    bool is(std::size_t place, std::string_view text) const { return at(place).is(text); }
    bool is_member(std::size_t place) const { return place > 0 && (is(place - 1, ".") || is(place - 1, "->")); }
    void add(std::string_view rule, std::size_t place, std::string text, std::string mend) { add_at(rule, at(place).line, std::move(text), std::move(mend)); }
    void add_at(std::string_view rule, std::uint32_t line, std::string text, std::string mend) { findings_.add(rule, file_.name, line, std::move(text), std::move(mend)); }

    void look() {
        for (std::size_t place = 0; place < words_.size(); ++place) {
            look_for_banned(place);
            look_for_changing_state(place);
            if (at(place).kind == Kind::text) look_at_text(place);
        }
        look_for_fill_in();
        look_for_french();
    }

private:
    void report(const Banned& each, std::size_t place, const std::string& name) {
        add(each.rule, place, name + " is not a plugin's to use: a replay would find something else", std::string(each.mend));
    }
    void look_for_banned(std::size_t place) {
        const auto& word = at(place);
        if (word.kind != Kind::name || is_member(place)) return;
        const bool is_of_std = place >= 2 && is(place - 1, "::") && is(place - 2, "std");
        // Somebody's own function of that name, or a declaration of one: "int sleep(...)", "desk::sleep(...)".
        const bool is_of_others = place >= 2 && is(place - 1, "::") && at(place - 2).kind == Kind::name && !is_of_std && !is(place - 2, "chrono");
        const auto fits = [&](const Banned& each) { return word.text == each.name && (!each.called || is(place + 1, "(")); };
        const auto* found = std::ranges::find_if(banned, fits);
        const bool is_declared = place > 0 && at(place - 1).kind == Kind::name && !is(place - 1, "return") && !is(place - 1, "co_return") && !is(place - 1, "else");
        if (found != banned.end() && !is_of_others && !(found->called && is_declared)) report(*found, place, word.text);
        const auto* of_std = std::ranges::find_if(banned_of_std, fits);
        if (of_std != banned_of_std.end() && is_of_std) report(*of_std, place, "std::" + word.text);
        // C's own: time(NULL), time(0), time(&now).
        if (word.text == "time" && is(place + 1, "(") && (is(place + 2, "nullptr") || is(place + 2, "NULL") || is(place + 2, "0") || is(place + 2, "&")) && !is_of_std)
            report({"clock", "time", true, ask_now}, place, "time()");
    }

    /// "static" before something that may change: no const in it, and no parenthesis of a function.
    void look_for_changing_state(std::size_t place) {
        if (!is(place, "static") || at(place).kind != Kind::name) return;
        if (place > 0 && (is(place - 1, "constexpr") || is(place - 1, "const") || is(place - 1, "inline"))) return;
        int depth = 0;
        for (auto next = place + 1; next < std::min(place + 40, words_.size()); ++next) {
            const auto& word = at(next);
            if (word.kind == Kind::text) continue;
            // A pointer to const may change itself; that is left to validate.
            if (word.text == "const" || word.text == "constexpr" || word.text == "constinit" || word.text == "using" || word.text == "struct" || word.text == "enum") return;
            if (word.text == "<") ++depth;
            if (word.text == ">") --depth;
            if (depth > 0) continue;
            if (word.text == "(" || word.text == "operator") return;
            if (word.text == "=" || word.text == ";" || word.text == "{" || word.text == "[") {
                add("changing-state", place, quoted(at(next - 1).text) + " is kept from one operation to another, and from one account to another", "make it a variable of the operation; if it never changes, make it const");
                return;
            }
        }
    }

    void look_at_text(std::size_t place) {
        const auto& text = at(place).text;
        look_for_credential(place, text);
        for (const std::string_view scheme : {"https://", "http://"}) {
            const auto from = text.find(scheme);
            if (from == text.npos) continue;
            const auto rest = std::string_view(text).substr(from + scheme.size());
            const std::string host(rest.substr(0, rest.find_first_of("/:?#\" )\\")));
            // A sentence for people may lead anywhere; an address alone is where a request goes.
            if (from != 0 || text.find(' ') != text.npos || host.empty() || host.find('.') == host.npos) continue;
            const auto& hosts = descriptor_.about.http.hosts;
            if (std::ranges::none_of(hosts, [&](const std::string& pattern) { return fits(host, pattern); }))
                add("host-not-listed", place, quoted(host) + " is not among http.hosts: the host of the plugin refuses it", "add it to http.hosts, or write a path alone, which base_url completes");
        }
    }
    /// Whether a host is one of a pattern's: a setting in braces stands for anything.
    static bool fits(std::string_view host, std::string_view pattern) {
        const auto open = pattern.find('{'), close = pattern.rfind('}');
        if (open == pattern.npos || close == pattern.npos) return host == pattern;
        return host.size() >= open && host.starts_with(pattern.substr(0, open)) && host.ends_with(pattern.substr(close + 1));
    }

    void look_for_credential(std::size_t place, std::string_view text) {
        static constexpr auto openings = std::to_array<std::string_view>({"-----BEGIN ", "sk_live_", "sk_test_", "xoxb-", "xoxp-", "ghp_", "glpat-", "AIza", "eyJhbGciOi"});
        const auto is_letter = [](char letter) { return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z'); };
        const bool opens = std::ranges::any_of(openings, [&](auto each) { return text.starts_with(each); });
        const bool is_key_of_aws = text.size() == 20 && text.starts_with("AKIA") && std::ranges::all_of(text, is_letter);
        const auto with_scheme = [&](std::string_view scheme) { return text.starts_with(scheme) && text.size() >= scheme.size() + 8 && text.find(' ', scheme.size()) == text.npos; };
        // The name of a secret is no secret: "/password" beside "pin".
        const auto says_password = [&] {
            if (place < 2 || !is(place - 1, "=") || text.size() < 6) return false;
            const auto& name = at(place - 2).text;
            return at(place - 2).kind == Kind::name && (name.ends_with("password") || name.ends_with("api_key") || name.ends_with("secret") || name.ends_with("token")) && text.find_first_of("0123456789") != text.npos &&
                   descriptor_.about.secrets.end() == std::ranges::find(descriptor_.about.secrets, text, &SecretSpec::name);
        };
        if (opens || is_key_of_aws || with_scheme("Bearer ") || with_scheme("Basic ") || says_password())
            add("secret-in-source", place, "a text looks like a credential (not shown)", "make it a secret of the descriptor; the host puts it in, by [auth] or .secret(...)");
    }

    void look_for_fill_in() {
        std::uint32_t line = 1;
        for (std::size_t from = 0; from < file_.text.size(); ++line) {
            const auto end = std::min(file_.text.find('\n', from), file_.text.size());
            const auto text = std::string_view(file_.text).substr(from, end - from);
            if (const auto mark = text.find("fill in: the_author_says_"); mark != text.npos)
                add_at("fill-in", line, std::string(text.substr(mark)), "put there what your carrier has, and delete the line");
            from = end + 1;
        }
    }

    /// "x.label_en = ..." wants label_fr somewhere in the file, where the file has any French at all.
    void look_for_french() {
        std::set<std::string> french;
        for (const auto& word : words_)
            if (word.kind == Kind::name && word.text.ends_with("_fr")) french.insert(word.text);
        if (french.empty()) return;
        std::set<std::string> told;
        for (std::size_t place = 0; place < words_.size(); ++place) {
            const auto& text = at(place).text;
            if (at(place).kind != Kind::name || !text.ends_with("_en") || !is_member(place)) continue;
            const auto twin = text.substr(0, text.size() - 3) + "_fr";
            if (!french.contains(twin) && told.insert(text).second)
                add("french-missing", place, text + " is given, and " + twin + " is not", "give " + twin + " as well");
        }
    }

    const LintFile& file_;
    const LintDescriptor& descriptor_;
    Findings& findings_;
    Words words_;
};

// ---- requests

struct Step {
    const Source* source;
    std::size_t place;   ///< of its method
    std::string name;    ///< empty: made while it runs
    bool is_keyed = false, is_safe = false, is_look_up = false, has_literal = false;
};

/// The end of the statement that a word stands in: its semicolon, or the brace that closes it.
std::size_t statement_end(const Source& source, std::size_t place) {
    int depth = 0;
    for (; place < source.words().size(); ++place) {
        if (source.is(place, "(") || source.is(place, "{") || source.is(place, "[")) ++depth;
        if (source.is(place, ")") || source.is(place, "}") || source.is(place, "]")) --depth;
        if (depth < 0 || (depth == 0 && source.is(place, ";"))) return place;
    }
    return place;
}

/// The name of the variable that a statement gives its value to; empty if there is none.
std::string variable_of(const Source& source, std::size_t place) {
    for (auto at = place; at > 0 && at + 12 > place; --at) {
        if (source.is(at, ";") || source.is(at, "{") || source.is(at, "}")) break;
        if (source.is(at, "=") && source.at(at - 1).kind == Kind::name) return source.at(at - 1).text;
    }
    return {};
}

void look_at_guarantee(const Source& source, std::size_t from, std::size_t to, Step& step) {
    for (auto at = from; at < to; ++at) {
        if (!source.is_member(at) || !source.is(at + 1, "(")) continue;
        if (source.is(at, "keyed")) step.is_keyed = true;
        if (source.is(at, "safe")) step.is_safe = true;
        if (source.is(at, "looks_up")) step.is_look_up = true;
    }
}

/// `.post("create-order", "/orders")...`; what reads is of no interest.
std::vector<Step> steps_of(const Source& source) {
    static constexpr auto methods = std::to_array<std::string_view>({"post", "put", "patch", "del"});
    std::vector<Step> out;
    for (std::size_t place = 0; place < source.words().size(); ++place) {
        if (!source.is_member(place) || !source.is(place + 1, "(") || !source.is(place - 2, ")")) continue;
        if (std::ranges::find(methods, source.at(place).text) == methods.end()) continue;
        Step step{&source, place, {}};
        const auto& first = source.at(place + 2);
        if (first.kind == Kind::text && source.is(place + 3, ",")) {
            step.name = first.text;
            step.has_literal = true;
        }
        const auto end = statement_end(source, place);
        look_at_guarantee(source, place, end, step);
        if (const auto variable = variable_of(source, place); !variable.empty())
            // What is said of it later: "request.keyed();".
            for (auto at = end; at < std::min(end + 200, source.words().size()); ++at)
                if (source.is(at, variable) && source.is(at + 1, ".")) look_at_guarantee(source, at, statement_end(source, at), step);
        out.push_back(std::move(step));
    }
    return out;
}

struct LookUps {
    std::set<std::string> names;
    bool has_others = false;  ///< of a step whose name is made while it runs
};

LookUps look_ups_of(const std::vector<Source>& sources) {
    LookUps out;
    for (const auto& source : sources)
        for (std::size_t place = 0; place < source.words().size(); ++place) {
            if (!source.is(place, "looks_up") || !source.is_member(place) || !source.is(place + 1, "(")) continue;
            if (source.at(place + 2).kind == Kind::text && source.is(place + 3, ")")) out.names.insert(source.at(place + 2).text);
            else out.has_others = true;
        }
    return out;
}

/// What carries nothing out: what it sends SAFE by POST only asks, as a search does.
bool only_asks(std::string_view operation) {
    static constexpr auto changing = std::to_array<std::string_view>(
        {"submit_port", "supplement_port", "cancel_port", "activate_port", "purchase", "cancel_purchase", "release_numbers", "reserve_numbers"}
    );
    return std::ranges::find(interface_operations, operation, &InterfaceOperation::name) != interface_operations.end() && std::ranges::find(changing, operation) == changing.end();
}

/// The function whose body a word stands in, as far as words tell: the last one that begins before it. Empty: none.
std::string function_around(const Source& source, std::size_t place) {
    static constexpr auto no_functions = std::to_array<std::string_view>({"if", "for", "while", "switch", "catch", "return", "co_return", "co_await"});
    for (auto at = place; at-- > 0;) {
        if (source.at(at).kind != Kind::name || !source.is(at + 1, "(") || source.is_member(at) || at == 0) continue;
        if (std::ranges::find(no_functions, source.at(at).text) != no_functions.end()) continue;
        const auto& before = source.at(at - 1);
        // "Op<void> name(", "int name(", "T& name(".
        if (before.kind != Kind::name && !before.is(">") && !before.is("&") && !before.is("*")) continue;
        int depth = 0;
        auto close = at + 1;
        for (; close < place; ++close) {
            if (source.is(close, "(")) ++depth;
            if (source.is(close, ")") && --depth == 0) break;
        }
        if (close < place && source.is(close + 1, "{")) return source.at(at).text;
    }
    return {};
}

void check_safe_changes(Source& source, const Step& step) {
    if (!step.is_safe || step.is_look_up || only_asks(function_around(source, step.place))) return;
    source.add("safe-change", step.place, (step.name.empty() ? "a step" : quoted(step.name)) + " is sent by ." + source.at(step.place).text + "() and is .safe(): after a lost answer the host sends it again by itself, and buys twice what it buys",
               "write .once() and look it up, or .keyed(); if it only asks, or does no harm twice, say so: // lint: allow safe-change: why");
}

void check_requests(const LintDescriptor& descriptor, std::vector<Source>& sources, Findings& findings) {
    const auto& operations = descriptor.about.operations;
    const auto looks = look_ups_of(sources);
    const auto offers = [&](auto wanted) { return std::ranges::any_of(operations, [&](const OperationSpec& each) { return wanted(each.idempotency); }); };
    const bool is_looked_up = offers([](Idempotency each) { return each == Idempotency::query || each == Idempotency::list; });
    const bool has_key = offers([](Idempotency each) { return each == Idempotency::key; });
    bool is_keyed = false;
    for (auto& source : sources)
        for (const auto& step : steps_of(source)) {
            is_keyed = is_keyed || step.is_keyed;
            check_safe_changes(source, step);
            if (step.is_keyed && !has_key)
                source.add("keyed-without-key", step.place, (step.name.empty() ? "a step" : quoted(step.name)) + " is keyed, and no operation says where the carrier looks for the key",
                           R"(write idempotency = "key" with key and window at its operation, or .once())");
            if (step.is_keyed || step.is_safe || !is_looked_up) continue;
            // The second of "buy", "buy-2" is the same step.
            const auto names_it = [&](const std::string& each) { return step.name == each || step.name.starts_with(each + "-"); };
            const bool is_found = step.has_literal ? looks.has_others || std::ranges::any_of(looks.names, names_it) : looks.has_others || !looks.names.empty();
            if (!is_found)
                source.add("once-without-look-up", step.place, (step.name.empty() ? "a ONCE step" : "the ONCE step " + quoted(step.name)) + " is looked up by no request: after a lost outcome nobody knows whether it was carried out",
                           fmt::format("ask for it where in_doubt() says so, with .looks_up(\"{}\"); if the carrier knows a repeat by a key, write .keyed(); if it only reads, .safe()", step.name.empty() ? "its-name" : step.name));
        }
    if (has_key && !is_keyed && !sources.empty())
        for (const auto& each : operations)
            if (each.idempotency == Idempotency::key)
                findings.add("key-not-used", descriptor.file, descriptor.line_of({"operations", each.name, "idempotency"}), "the key of " + each.name + " is sent by no request: none is .keyed()", "write .keyed() at its request, or say what the carrier offers instead");
}

// ---- both together

/// Whether a text stands in the sources as a literal, or begins with one that ends in "-": "find-" + step.
bool is_written(const std::vector<Source>& sources, std::string_view text, bool may_be_made) {
    for (const auto& source : sources)
        for (const auto& word : source.words()) {
            if (word.kind != Kind::text) continue;
            if (word.text == text) return true;
            if (may_be_made && word.text.size() >= 3 && word.text.ends_with('-') && text.starts_with(word.text)) return true;
        }
    return false;
}

void check_operations(const LintDescriptor& descriptor, std::vector<Source>& sources, Findings& findings) {
    std::map<std::string, std::pair<Source*, std::size_t>> written;
    for (auto& source : sources)
        for (std::size_t place = 0; place < source.words().size(); ++place)
            if (source.is(place, "PORTEUR_OPERATION") && source.is(place + 1, "(")) {
                // The last name: PORTEUR_OPERATION(acme::purchase)
                auto last = place + 2;
                while (source.is(last + 1, "::")) last += 2;
                written.try_emplace(source.at(last).text, &source, last);
            }
    const bool is_by_macro = !written.empty();
    for (const auto& each : descriptor.about.operations) {
        const bool is_there = is_by_macro ? written.contains(each.name) : is_written(sources, each.name, false);
        if (!is_there)
            findings.add("operation-not-written", descriptor.file, descriptor.line_of({"operations", each.name}), each.name + " is declared, and nothing in the sources carries it out",
                         is_by_macro ? fmt::format("write PORTEUR_OPERATION({}) at PORTEUR_PLUGIN, or take the table out", each.name) : "write it, or take the table out");
        if (!each.lookup_step.empty() && !is_written(sources, each.lookup_step, true))
            findings.add("lookup-step-not-written", descriptor.file, descriptor.line_of({"operations", each.name, "lookup_step"}), fmt::format("the step {} of {} is asked for nowhere in the sources", quoted(each.lookup_step), each.name),
                         "name the step that looks the order up, as http().get(\"STEP\", ...) has it");
    }
    for (const auto& [name, where] : written)
        if (find_named(descriptor.about.operations, name) == nullptr)
            where.first->add("operation-not-declared", where.second, name + " is in the library, and not in the descriptor: the host never calls it", fmt::format("write [operations.{}] in descriptor.toml, or take it out", name));
}

/// Settings that an address names: "https://api.{region}".
std::set<std::string> in_addresses(const Descriptor& about) {
    std::set<std::string> out;
    auto patterns = about.http.hosts;
    patterns.push_back(about.base_url);
    patterns.push_back(about.auth.token_url);
    for (const auto& each : patterns)
        if (const auto names = template_names(each)) out.insert(names->begin(), names->end());
    return out;
}

/// Variables of the account's settings in a source: "mine = co_await account_settings()", "const AccountSettings& mine".
std::set<std::string> settings_variables(const Source& source) {
    std::set<std::string> out;
    for (std::size_t place = 0; place < source.words().size(); ++place) {
        if (source.at(place).kind != Kind::name) continue;
        if (source.is(place, "account_settings") && place >= 3 && source.is(place - 1, "co_await") && source.is(place - 2, "=")) out.insert(source.at(place - 3).text);
        if (source.is(place, "AccountSettings")) {
            const auto name = source.is(place + 1, "&") ? place + 2 : place + 1;
            if (source.at(name).kind == Kind::name) out.insert(source.at(name).text);
        }
    }
    return out;
}

/// A setting that no descriptor has is always empty, and nobody can give it.
void check_settings_read(const LintDescriptor& descriptor, Source& source) {
    static constexpr auto readers = std::to_array<std::string_view>({"text", "number", "flag", "data"});
    const auto variables = settings_variables(source);
    for (std::size_t place = 3; place < source.words().size(); ++place) {
        if (!source.is_member(place) || !source.is(place + 1, "(") || std::ranges::find(readers, source.at(place).text) == readers.end()) continue;
        const auto& name = source.at(place + 2);
        // A JSON pointer is an answer's.
        if (name.kind != Kind::text || name.text.empty() || name.text.starts_with('/')) continue;
        const bool is_at_once = place >= 5 && source.is(place - 2, ")") && source.is(place - 3, ")") && source.is(place - 5, "account_settings");
        const bool is_by_variable = source.at(place - 2).kind == Kind::name && variables.contains(source.at(place - 2).text) && !source.is_member(place - 2);
        if ((is_at_once || is_by_variable) && find_named(descriptor.about.settings, name.text) == nullptr)
            source.add("setting-not-declared", place, "the setting " + name.text + " is read, and the descriptor has none of that name: it is always empty", fmt::format("write [settings.{}] with type and help in descriptor.toml, or take it out", name.text));
    }
}

void check_names(const LintDescriptor& descriptor, std::vector<Source>& sources, Findings& findings) {
    for (auto& each : sources) check_settings_read(descriptor, each);
    const auto& about = descriptor.about;
    const auto named = in_addresses(about);
    for (const auto& each : about.settings)
        if (!named.contains(each.name) && !is_written(sources, each.name, false))
            findings.add("setting-not-read", descriptor.file, descriptor.line_of({"settings", each.name}), "the setting " + each.name + " changes nothing: no source reads it", "read it with account_settings(), or take it out");
    const auto& auth = about.auth;
    const std::set<std::string> of_auth{auth.user, auth.password, auth.token, auth.client_id, auth.client_secret, auth.jwt, about.webhook ? about.webhook->secret : std::string()};
    for (const auto& each : about.secrets)
        if (!of_auth.contains(each.name) && !is_written(sources, each.name, false))
            findings.add("secret-not-used", descriptor.file, descriptor.line_of({"secrets", each.name}), "nothing uses the secret " + each.name + ", and each account has to have it", "name it in [auth], in [inbound.webhook] or with .secret(...), or take it out");
}

}  // namespace

void lint_sources(const LintDescriptor& descriptor, const std::vector<LintFile>& files, Findings& findings) {
    std::vector<Source> sources;
    sources.reserve(files.size());
    for (const auto& each : files) sources.emplace_back(each, descriptor, findings);
    for (auto& each : sources) each.look();
    if (!descriptor.root) return;
    check_operations(descriptor, sources, findings);
    check_names(descriptor, sources, findings);
    check_requests(descriptor, sources, findings);
}

}  // namespace porteur::plugin_tool
