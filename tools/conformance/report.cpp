// SPDX-License-Identifier: Apache-2.0
#include "conformance/report.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <new>
#include <optional>
#include <sstream>

#include <fmt/format.h>

#include "conformance/child_process.hpp"
#include "conformance/grade.hpp"
#include "conformance/whereabouts.hpp"

namespace porteur::conformance {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t shown_of_errors_max = 400;

/// Valid UTF-8 whatever a plugin wrote.
std::string printable(std::string_view text) {
    std::string out;
    for (const char each : text) out += (each >= ' ' && each < 127) || each == '\n' ? each : '?';
    while (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
}

/// What a check says on its pipe.
std::string line_of(const Outcome& outcome) {
    // What a plugin or a carrier said may be no text at all, and a line that cannot be read would say nothing.
    const auto text = parse_json(canonical(json::value(json::string(outcome.text)))) ? outcome.text : printable(outcome.text);
    return canonical(json::object{{"text", text}, {"tried", outcome.tried}, {"verdict", static_cast<int>(outcome.verdict)}});
}
std::optional<Outcome> read_line(std::string_view line) {
    const auto value = parse_json(line);
    if (!value || !value->is_object()) return std::nullopt;
    const auto& all = value->get_object();
    const auto *text = all.if_contains("text"), *tried = all.if_contains("tried"), *verdict = all.if_contains("verdict");
    if (!text || !tried || !verdict || !text->is_string() || !verdict->is_int64()) return std::nullopt;
    return Outcome{static_cast<Verdict>(verdict->get_int64()), std::string(text->get_string()), tried->to_number<std::size_t>()};
}

Outcome try_it(const Check& check, const Subject& subject) {
    try {
        return check.run(subject);
    } catch (const std::exception& wrong) {
        return failed(wrong.what());
    }
}

/// A page that a forked process writes and this one reads.
class SharedPage {
public:
    SharedPage() : at_(::mmap(nullptr, sizeof(Whereabouts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
        if (at_ == MAP_FAILED) throw std::runtime_error(std::strerror(errno));
        new (at_) Whereabouts{};
    }
    SharedPage(const SharedPage&) = delete;
    ~SharedPage() { ::munmap(at_, sizeof(Whereabouts)); }
    Whereabouts& operator*() const { return *static_cast<Whereabouts*>(at_); }

private:
    void* at_;
};

/// A check under way in a process of its own.
class Running {
public:
    Running(const Check& check, const Subject& subject, std::chrono::seconds limit) : check_(check), subject_(subject), began_(Clock::now()), limit_(limit) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error(std::strerror(errno));
        errors_ = ::memfd_create("errors", MFD_CLOEXEC);
        child_ = ::fork();
        if (child_ < 0) throw std::runtime_error(std::strerror(errno));
        if (child_ == 0) {
            ::close(ends[0]);
            run(ends[1]);
        }
        ::close(ends[1]);
        told_ = ends[0];
    }
    Running(const Running&) = delete;
    ~Running() {
        if (told_ >= 0) ::close(told_);
        if (errors_ >= 0) ::close(errors_);
    }

    int fd() const { return told_; }
    const Check& check() const { return check_; }
    bool is_late() const { return Clock::now() - began_ > limit_; }
    std::chrono::milliseconds took() const { return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began_); }

    /// Takes what it said. @return whether it has ended
    bool take() {
        std::array<char, 4096> piece;
        const auto got = ::read(told_, piece.data(), piece.size());
        if (got > 0) line_.append(piece.data(), static_cast<std::size_t>(got));
        return got <= 0;
    }
    Outcome end() {
        const bool late = is_late();
        if (late) ::kill(child_, SIGKILL);
        int status = 0;
        ::waitpid(child_, &status, 0);
        const auto where = (*page_).told(subject_);
        if (late) return failed("it did not end in " + std::to_string(limit_.count()) + " s" + where);
        if (WIFSIGNALED(status)) return failed("the plugin ended the process: " + std::string(::strsignal(WTERMSIG(status))) + where + last_errors());
        if (auto outcome = read_line(line_)) return std::move(*outcome);
        return failed("the plugin ended the process with exit status " + std::to_string(WEXITSTATUS(status)) + where + last_errors());
    }

private:
    [[noreturn]] void run(int told) {
        end_with_parent();
        report_to(*page_, began_ + limit_);
        const int nowhere = ::open("/dev/null", O_RDWR);
        ::dup2(nowhere, STDIN_FILENO);
        ::dup2(nowhere, STDOUT_FILENO);
        ::dup2(errors_, STDERR_FILENO);
        const rlimit no_core{0, 0};
        ::setrlimit(RLIMIT_CORE, &no_core);
#ifndef PORTEUR_SANITIZED
        // A plugin that takes all memory takes none of the machine's others.
        constexpr rlim_t room = rlim_t{4} << 30U;
        const rlimit memory{room, room};
        ::setrlimit(RLIMIT_AS, &memory);
#endif
        const auto line = line_of(try_it(check_, subject_));
        static_cast<void>(!::write(told, line.data(), line.size()));
        // Nothing of the plugin's runs at the end.
        ::_exit(0);
    }
    std::string last_errors() const {
        std::string text(shown_of_errors_max, 0);
        const auto size = ::lseek(errors_, 0, SEEK_END);
        const auto from = std::max<off_t>(0, size - static_cast<off_t>(shown_of_errors_max));
        const auto got = ::pread(errors_, text.data(), text.size(), from);
        text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
        text = printable(text);
        return text.empty() ? text : "; it wrote: " + text;
    }

    const Check& check_;
    const Subject& subject_;
    SharedPage page_;
    Clock::time_point began_;
    std::chrono::seconds limit_;
    int told_ = -1, errors_ = -1;
    pid_t child_ = -1;
    std::string line_;
};

Entry entry_of(const Check& check, Outcome outcome, std::chrono::milliseconds took, const Descriptor& descriptor) {
    Entry out{std::string(check.id), std::string(check.sentence), Ending::passed, std::move(outcome.text), outcome.tried, took};
    const auto exemption = std::ranges::find(descriptor.exemptions, check.id, &Exemption::rule);
    const bool is_exempt = exemption != descriptor.exemptions.end();
    if (outcome.verdict == Verdict::passed) {
        if (!is_exempt) return out;
        out.ending = Ending::failed;
        out.text = "it passes, and the descriptor exempts it: take [[exempt]] rule = \"" + out.id + "\" away";
        return out;
    }
    out.ending = outcome.verdict == Verdict::nothing ? Ending::nothing : Ending::failed;
    if (is_exempt && outcome.verdict != Verdict::failed_for_all) {
        out.ending = Ending::exempt;
        out.text = exemption->reason;
    }
    return out;
}

/// What is wrong with an exemption whatever the check finds; empty: nothing.
std::string wrong_exemption(const Exemption& one) {
    const bool holds_for_all = one.rule.front() == 'L' || one.rule.front() == 'A' || one.rule.front() == 'S' || one.rule == "F17" || one.rule == "F18";
    if (holds_for_all) return "the descriptor exempts " + one.rule + ", and no carrier is a reason for that: nothing is exempt from L, A, S, F17 and F18";
    constexpr std::ptrdiff_t words_min = 3;
    std::istringstream words(one.reason);
    if (std::distance(std::istream_iterator<std::string>(words), {}) < words_min)
        return "the descriptor exempts " + one.rule + " with the reason " + quoted(one.reason) + "; say in a sentence why it does not fit this carrier";
    return {};
}

std::string xml(std::string_view text) {
    std::string out;
    for (const char each : text) {
        switch (each) {
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '&': out += "&amp;"; break;
            case '"': out += "&quot;"; break;
            default: out += each < ' ' && each != '\n' && each != '\t' ? '?' : each;
        }
    }
    return out;
}

}  // namespace

std::vector<Check> all_checks() {
    std::vector<Check> out;
    for (const auto group : {static_checks(), abi_checks(), conversation_checks(), replay_checks(), fault_checks(), secret_checks(), budget_checks(), proof_checks(), fuzz_checks()})
        out.insert(out.end(), group.begin(), group.end());
    return out;
}

std::string_view word_of(Ending ending) noexcept {
    switch (ending) {
        case Ending::passed: return "passed";
        case Ending::failed: return "failed";
        case Ending::exempt: return "exempt";
        case Ending::nothing: return "nothing to try";
    }
    return "failed";
}

std::size_t Report::count(Ending ending) const {
    return static_cast<std::size_t>(std::ranges::count(entries, ending, &Entry::ending));
}

Result<Report> run_checks(const Subject& subject, const Wish& wish) {
    const auto all = all_checks();
    for (const auto& each : subject.descriptor.exemptions)
        if (std::ranges::find(all, std::string_view(each.rule), &Check::id) == all.end())
            return failure(ErrorKind::invalid_input, "the descriptor exempts " + quoted(each.rule) + ", and there is no such check; porteur plugin validate --list names them all");
    for (const auto& each : subject.descriptor.exemptions)
        if (auto wrong = wrong_exemption(each); !wrong.empty()) return failure(ErrorKind::invalid_input, std::move(wrong));
    std::vector<Check> wanted;
    for (const auto& name : wish.only)
        if (std::ranges::none_of(all, [&](const Check& each) { return each.id == name || (name.size() == 1 && each.id.front() == name.front()); }))
            return failure(ErrorKind::invalid_input, "there is no check " + quoted(name) + "; porteur plugin validate --list names them all");
    for (const auto& each : all)
        if (wish.only.empty() || std::ranges::any_of(wish.only, [&](const std::string& name) { return each.id == name || (name.size() == 1 && each.id.front() == name.front()); }))
            wanted.push_back(each);

    Report out{subject.descriptor.id, subject.descriptor.version, std::vector<Entry>(wanted.size()), subject.conversations.size(), subject.seed};
    const auto keep = [&](std::size_t at, Outcome outcome, std::chrono::milliseconds took) {
        out.entries[at] = entry_of(wanted[at], std::move(outcome), took, subject.descriptor);
        if (wish.told) wish.told(out.entries[at]);
    };
    if (wish.in_process) {
        for (std::size_t at = 0; at < wanted.size(); ++at) {
            const auto began = Clock::now();
            auto outcome = try_it(wanted[at], subject);
            keep(at, std::move(outcome), std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began));
        }
        return out;
    }
    std::vector<std::pair<std::size_t, std::unique_ptr<Running>>> running;
    for (std::size_t next = 0; next < wanted.size() || !running.empty();) {
        while (next < wanted.size() && running.size() < std::max(wish.at_once, 1U)) {
            running.emplace_back(next, std::make_unique<Running>(wanted[next], subject, wish.limit));
            ++next;
        }
        std::vector<pollfd> heard;
        for (const auto& [_, each] : running) heard.push_back({each->fd(), POLLIN, 0});
        constexpr int look_at_limits_ms = 200;
        ::poll(heard.data(), heard.size(), look_at_limits_ms);
        for (std::size_t each = running.size(); each-- > 0;) {
            auto& [at, one] = running[each];
            const bool ended = heard[each].revents != 0 && one->take();
            if (!ended && !one->is_late()) continue;
            const auto took = one->took();
            keep(at, one->end(), took);
            running.erase(running.begin() + static_cast<std::ptrdiff_t>(each));
        }
    }
    return out;
}

std::string as_text(const Report& report, bool with_colour) {
    const auto paint = [with_colour](const char* colour, std::string_view text) {
        return with_colour ? fmt::format("\033[{}m{}\033[0m", colour, text) : std::string(text);
    };
    std::string out;
    std::string untried;
    for (const auto& each : report.entries) {
        // L looks at the file, and says itself what it has not come to.
        if (report.conversations == 0 && each.ending == Ending::nothing && each.id.front() != 'L') {
            untried += (untried.empty() ? "" : " ") + each.id;
            continue;
        }
        const auto* colour = each.ending == Ending::passed ? "32" : each.ending == Ending::failed ? "31" : "33";
        const auto mark = each.ending == Ending::passed ? "ok" : each.ending == Ending::failed ? "FAILED" : each.ending == Ending::exempt ? "exempt" : "wanting";
        out += paint(colour, fmt::format("{:<8}", mark)) + fmt::format("{:<5}{}", each.id, each.sentence);
        if (each.ending == Ending::passed) out += each.tried == 0 ? " (does not apply)" : each.tried > 1 ? fmt::format(" ({} times)", each.tried) : "";
        out += '\n';
        if (!each.text.empty() && each.ending != Ending::passed) out += "             " + each.text + '\n';
    }
    if (!untried.empty())
        out += paint("33", "wanting ") + " " + untried + "\n             there is no conversation to try these on: name the plugin's test program with --tests, or write tests that play one\n";
    out += fmt::format(
        "\n{} {}: {} checks over {} conversations: {} passed, {} failed, {} exempt, {} with nothing to try\n", report.plugin, report.version, report.entries.size(),
        report.conversations, report.count(Ending::passed), report.count(Ending::failed), report.count(Ending::exempt), report.count(Ending::nothing)
    );
    return out;
}

std::string as_json(const Report& report) {
    json::array checks;
    for (const auto& each : report.entries)
        checks.push_back(json::object{{"ending", word_of(each.ending)}, {"id", each.id}, {"ms", each.took.count()}, {"sentence", each.sentence}, {"text", each.text}, {"tried", each.tried}});
    return canonical(json::object{
               {"checks", std::move(checks)},
               {"conversations", report.conversations},
               {"exempt", report.count(Ending::exempt)},
               {"failed", report.count(Ending::failed)},
               {"nothing_to_try", report.count(Ending::nothing)},
               {"passed", report.count(Ending::passed)},
               {"plugin", report.plugin},
               {"run", report.entries.size()},
               {"seed", report.seed},
               {"version", report.version}
           }) +
           '\n';
}

std::string as_junit(const Report& report) {
    std::string out = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n",
        report.entries.size(), report.count(Ending::failed) + report.count(Ending::nothing), report.count(Ending::exempt), xml(report.plugin), report.entries.size(),
        report.count(Ending::failed) + report.count(Ending::nothing), report.count(Ending::exempt)
    );
    for (const auto& each : report.entries) {
        out += fmt::format("<testcase classname=\"{}.{}\" name=\"{} {}\" time=\"{:.3f}\"", xml(report.plugin), each.id.front(), each.id, xml(each.sentence), static_cast<double>(each.took.count()) / 1e3);
        if (each.ending == Ending::passed)
            out += "/>\n";
        else if (each.ending == Ending::exempt)
            out += fmt::format("><skipped message=\"{}\"/></testcase>\n", xml(each.text));
        else
            out += fmt::format("><failure message=\"{}\"/></testcase>\n", xml(each.text));
    }
    return out + "</testsuite>\n</testsuites>\n";
}

}  // namespace porteur::conformance
