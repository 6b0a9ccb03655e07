// SPDX-License-Identifier: Apache-2.0
// porteur-plugin: what authors of plugins use. `porteur plugin COMMAND ...` runs it.
#include <exception>
#include <functional>
#include <iostream>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "conformance/replay_program.hpp"
#include "docs_command.hpp"
#include "doctor_command.hpp"
#include "lint_command.hpp"
#include "new_command.hpp"
#include "run_command.hpp"
#include "validate_command.hpp"

using namespace porteur::plugin_tool;

int main(int count, char** words) try {
    using namespace porteur::conformance;
    // Not for people: a check has this program replay what it gives it, in a process that begins anew.
    if (count == 4 && words[1] == std::string_view(replay_command)) {
        std::cout << replay_here(words[2], words[3]) << std::flush;
        return 0;
    }
    const std::vector<Command> commands{
        new_command(),
        run_command(),
        record_command(),
        validate_command(),
        grade_command(),
        doctor_command(),
        docs_command(),
        lint_command(),
    };

    CLI::App app("Makes and judges carrier plugins.", "porteur plugin");
    app.set_help_flag("-h,--help", "print this help");
    app.set_version_flag("--version", "porteur-plugin " PORTEUR_VERSION, "print the version");
    app.require_subcommand(1);
    std::function<ExitStatus()> chosen;
    for (const auto& command : commands) {
        auto* added = app.add_subcommand(command.name, command.help);
        const auto run = command.prepare(*added);
        added->callback([&chosen, run] { chosen = run; });
    }
    try {
        app.parse(count, words);
    } catch (const CLI::Success& asked) {
        return app.exit(asked);
    } catch (const CLI::ParseError& wrong) {
        // The command's own help, as far as one was named.
        const auto named = app.get_subcommands();
        const auto command = named.empty() ? std::string() : named.back()->get_name() + " ";
        std::cerr << "porteur plugin: " << wrong.what() << "; see 'porteur plugin " << command << "--help'\n";
        return static_cast<int>(ExitStatus::usage);
    }
    return static_cast<int>(chosen());
} catch (const std::exception& defect) {
    std::cerr << "porteur plugin: a defect: " << defect.what() << "; please report it\n";
    return static_cast<int>(ExitStatus::failed);
}
