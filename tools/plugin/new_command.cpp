// SPDX-License-Identifier: Apache-2.0
#include "new_command.hpp"

#include <iostream>
#include <map>
#include <memory>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "new_plugin.hpp"

namespace porteur::plugin_tool {
namespace {

constexpr const char* program = "porteur plugin new: ";

struct Options {
    std::string name, api, folder;
    std::vector<std::string> operations;
};

ExitStatus ended(const Error& why) {
    std::cerr << program << why.message << "\n";
    return why.kind == ErrorKind::invalid_input ? ExitStatus::usage : ExitStatus::failed;
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& each : words) out += (out.empty() ? "" : ", ") + each;
    return out;
}

void report(const NewPlugin& wanted, const WrittenPlugin& plugin, const std::string& folder) {
    auto& out = std::cout;
    out << folder << ": " << plugin.files.size()
        << " files\noperations: " << joined(plugin.operations) << "\n";
    for (const auto& each : plugin.added) out << "added: " << each << "\n";
    for (const auto& each : plugin.not_called)
        out << "not called by porteurd so far: " << each << "\n";
    out << "\nBuild and test it:\n"
        << "  cmake -S " << folder << " -B " << folder
        << "/build -G Ninja -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19\n"
        << "  cmake --build " << folder << "/build\n"
        << "  ctest --test-dir " << folder << "/build --output-on-failure\n\n"
        << plugin.left.size()
        << " tests, all of LeftToFillIn, fail until you have put the carrier's own where they say; "
        << folder << "/README.md tells more of " << wanted.name << ".\n";
}

ExitStatus run(const Options& options) {
    static const std::map<std::string, Api> apis{
        {"rest", Api::rest}, {"mail", Api::mail}, {"portal", Api::portal}
    };
    const auto api = apis.find(options.api);
    if (api == apis.end())
        return ended(
            {.kind = ErrorKind::invalid_input,
             .message = "--api " + quoted(options.api) + " is none of mail, portal, rest"}
        );
    const NewPlugin wanted{options.name, api->second, options.operations};
    const auto plugin = make_plugin(wanted);
    if (!plugin) return ended(plugin.error());
    const auto folder = options.folder.empty() ? options.name : options.folder;
    if (const auto written = write_plugin(*plugin, folder); !written) return ended(written.error());
    report(wanted, *plugin, folder);
    return ExitStatus::done;
}

std::string all_operations() {
    std::string text = "Operations:";
    std::size_t width = 80;
    for (const auto& each : known_operations()) {
        if (width + each.size() > 76) {
            text += "\n ";
            width = 1;
        }
        text += " " + each;
        width += each.size() + 1;
    }
    return text;
}

std::function<ExitStatus()> prepare(CLI::App& app) {
    const auto options = std::make_shared<Options>();
    app.add_option(
           "NAME", options->name, "what the plugin is called: small letters, digits and underscores"
    )
        ->required()
        ->type_name("");
    app.add_option(
           "--api", options->api,
           "how the carrier takes orders: by HTTP, by mail to a desk, or by hand in a portal"
    )
        ->required()
        ->type_name("rest|mail|portal");
    app.add_option("--ops", options->operations, "what the plugin can do, with commas; see below")
        ->required()
        ->delimiter(',')
        ->type_name("NAME,...");
    app.add_option(
           "--folder", options->folder, "where it is written; as the plugin is called, here"
    )
        ->type_name("FOLDER");
    app.footer(all_operations());
    return [options] { return run(*options); };
}

}  // namespace

Command new_command() {
    return {
        "new", "write a new plugin that builds, with tests that say what is left to fill in",
        prepare
    };
}

}  // namespace porteur::plugin_tool
