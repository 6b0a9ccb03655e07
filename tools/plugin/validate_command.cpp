// SPDX-License-Identifier: Apache-2.0
#include "validate_command.hpp"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>

#include <CLI/App.hpp>
#include <fmt/format.h>

#include "conformance/grade.hpp"
#include "judged_plugin.hpp"

namespace porteur::plugin_tool {
namespace {

struct Words {
    JudgeWish judge;
    std::string only, junit, at_least;
    bool as_json = false, lists = false, why_not = false;
};

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(',', at), text.size());
        if (end > at) out.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

ExitStatus complain(const Error& error) {
    std::cerr << "porteur plugin: " << error.message << '\n';
    return error.kind == ErrorKind::invalid_input ? ExitStatus::usage : ExitStatus::failed;
}

/// At a terminal, how far it is.
std::function<void(const conformance::Entry&)> progress(std::size_t all) {
    if (::isatty(STDERR_FILENO) == 0) return {};
    return [all, done = std::size_t{0}](const conformance::Entry& entry) mutable {
        ++done;
        std::fprintf(stderr, "\r\033[K%zu of %zu: %s %s", done, all, entry.id.c_str(), std::string(word_of(entry.ending)).c_str());
        if (done == all) std::fputs("\r\033[K", stderr);
        std::fflush(stderr);
    };
}

ExitStatus list_checks() {
    for (const auto& each : conformance::all_checks()) fmt::print("{:<5}{}  {}\n", each.id, conformance::letter_of(each.id), each.sentence);
    return ExitStatus::done;
}

ExitStatus validate(Words& words) {
    if (words.lists) return list_checks();
    words.judge.checks.only = split(words.only);
    if (words.only.empty()) words.judge.checks.told = progress(conformance::all_checks().size());
    const auto report = judge(words.judge);
    if (!report) return complain(report.error());
    if (!words.junit.empty()) {
        std::ofstream out(words.junit);
        out << conformance::as_junit(*report);
        if (!out.flush()) return complain({ErrorKind::unavailable, "cannot write " + words.junit});
    }
    std::cout << (words.as_json ? conformance::as_json(*report) : conformance::as_text(*report, ::isatty(STDOUT_FILENO) != 0)) << std::flush;
    const bool is_good = report->count(conformance::Ending::failed) + report->count(conformance::Ending::nothing) == 0;
    return is_good ? ExitStatus::done : ExitStatus::found_wrong;
}

/// E, D, C, B: the lower letter stands later in the alphabet.
bool is_missed(char reached, const std::string& wanted) { return !wanted.empty() && reached > wanted.front(); }

ExitStatus grade(Words& words) {
    words.judge.checks.told = progress(conformance::all_checks().size());
    const auto report = judge(words.judge);
    if (!report) return complain(report.error());
    const auto reached = conformance::grade_of(*report);
    const bool missed = is_missed(reached.letter, words.at_least);
    if (words.as_json) {
        json::array wanting(reached.wanting.begin(), reached.wanting.end());
        std::cout << canonical(json::object{{"grade", std::string(1, reached.letter)}, {"name", conformance::name_of_grade(reached.letter)}, {"plugin", report->plugin}, {"version", report->version}, {"wanting", std::move(wanting)}})
                  << '\n';
    } else {
        fmt::print("grade: {}\n", reached.letter);
        if (words.why_not || missed)
            for (const auto& id : reached.wanting)
                for (const auto& each : report->entries)
                    if (each.id == id) fmt::print("{:<5}{}\n     {}\n", id, each.sentence, each.text.empty() ? std::string(word_of(each.ending)) : each.text);
    }
    return missed ? ExitStatus::found_wrong : ExitStatus::done;
}

std::function<ExitStatus()> prepare_validate(CLI::App& app) {
    auto words = std::make_shared<Words>();
    add_judge_options(app, words->judge);
    app.add_option("--only", words->only, "checks or groups of them: R2,F")->type_name("IDS");
    app.add_flag("--list", words->lists, "name each check, the grade that wants it, and its sentence; run none");
    app.add_flag("--json", words->as_json, "for programs");
    app.add_option("--junit", words->junit, "write a report for CI as well")->type_name("FILE");
    app.add_flag("--in-process", words->judge.checks.in_process, "run the checks in this process, for a debugger");
    app.add_option("--reproduce", words->judge.seed, "begin with this seed, which a failure has named")->type_name("SEED");
    return [words] { return validate(*words); };
}

std::function<ExitStatus()> prepare_grade(CLI::App& app) {
    auto words = std::make_shared<Words>();
    add_judge_options(app, words->judge);
    app.add_flag("--why-not", words->why_not, "say what keeps it from the next grade");
    app.add_option("--at-least", words->at_least, "fail, and say why, below this grade: B")->check(CLI::IsMember({"E", "D", "C", "B"}))->type_name("GRADE");
    app.add_flag("--json", words->as_json, "for programs");
    return [words] { return grade(*words); };
}

}  // namespace

Command validate_command() { return {"validate", "try a plugin against every rule, each in a process of its own", prepare_validate}; }
Command grade_command() { return {"grade", "say which grade a plugin has reached: E listed, D loads, C works, B robust", prepare_grade}; }

}  // namespace porteur::plugin_tool
