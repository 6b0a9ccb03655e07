// SPDX-License-Identifier: Apache-2.0
#include "lint_command.hpp"

#include <algorithm>
#include <iostream>
#include <memory>

#include <CLI/App.hpp>
#include <fmt/format.h>

#include <porteur/json.hpp>

#include "lint.hpp"

namespace porteur::plugin_tool {
namespace {

struct Words {
    std::vector<std::string> plugins;
    bool as_json = false, lists = false, is_strict = false;
};

ExitStatus complain(const Error& error) {
    std::cerr << "porteur plugin lint: " << error.message << '\n';
    return error.kind == ErrorKind::invalid_input ? ExitStatus::usage : ExitStatus::failed;
}

ExitStatus list_rules() {
    for (const auto& each : lint_rules()) fmt::print("{:<24}{:<9}{}\n", each.id, name_of(each.severity), each.sentence);
    return ExitStatus::done;
}

std::string place_of(const LintFinding& finding) { return finding.line == 0 ? finding.file : fmt::format("{}:{}", finding.file, finding.line); }

json::value to_json(const LintFinding& each) {
    return {{"rule", each.rule}, {"severity", std::string(name_of(each.severity))}, {"file", each.file}, {"line", each.line}, {"text", each.text}, {"mend", each.mend}};
}

ExitStatus run(const Words& words) {
    if (words.lists) return list_rules();
    if (words.plugins.empty()) return complain({ErrorKind::invalid_input, "name the folder of a plugin, or its library; see 'porteur plugin lint --help'"});
    std::vector<LintFinding> found;
    for (const auto& each : words.plugins) {
        const auto subject = read_lint_subject(each);
        if (!subject) return complain(subject.error());
        std::ranges::move(lint(*subject), std::back_inserter(found));
    }
    const auto count = [&](Severity severity) { return static_cast<std::size_t>(std::ranges::count(found, severity, &LintFinding::severity)); };
    const auto errors = count(Severity::error), warnings = count(Severity::warning);
    if (words.as_json) {
        json::array list;
        for (const auto& each : found) list.push_back(to_json(each));
        std::cout << canonical(json::object{{"errors", errors}, {"findings", std::move(list)}, {"warnings", warnings}}) << '\n';
    } else {
        for (const auto& each : found) fmt::print("{}: {}: {}; {} [{}]\n", place_of(each), name_of(each.severity), each.text, each.mend, each.rule);
        fmt::print("{} error{}, {} warning{}\n", errors, errors == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
    }
    return errors > 0 || (words.is_strict && warnings > 0) ? ExitStatus::found_wrong : ExitStatus::done;
}

std::function<ExitStatus()> prepare(CLI::App& app) {
    auto words = std::make_shared<Words>();
    app.add_option("PLUGIN", words->plugins, "folders with descriptor.toml and sources, or libraries, of which there is less to see")->type_name("");
    app.add_flag("--strict", words->is_strict, "fail on warnings as well");
    app.add_flag("--json", words->as_json, "for programs");
    app.add_flag("--list", words->lists, "name each rule with its severity and sentence; look at nothing");
    app.footer("A comment on the line, or on the one above it, allows what it names: '// lint: allow RULE: why'. docs/plugins/lint.md has the rules.");
    return [words] { return run(*words); };
}

}  // namespace

Command lint_command() { return {"lint", "advice on a plugin's folder or library that needs no build", prepare}; }

}  // namespace porteur::plugin_tool
