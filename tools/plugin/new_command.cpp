// SPDX-License-Identifier: Apache-2.0
#include "new_command.hpp"

#include <iostream>
#include <map>
#include <memory>
#include <optional>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "new_plugin.hpp"
#include "openapi_plugin.hpp"
#include "plugin_file.hpp"

namespace porteur::plugin_tool {
namespace {

constexpr const char* program = "porteur plugin new: ";

struct Options {
    std::string name, api, folder;
    std::vector<std::string> operations;
    std::string document;  ///< of OpenAPI; empty: none
    ApiChoice chosen;
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

void report(const OpenApi& api) {
    auto& out = std::cout;
    out << "\nFrom the OpenAPI " << api.version << " document: " << api.operations.size() << " requests in src/client.hpp, " << api.records.size()
        << " structs in src/wire.hpp, and their tests in tests/wire_test.cpp\n";
    if (api.base_url.empty()) out << "The document names no address that could stand in the descriptor as base_url.\n";
    for (const auto& each : api.left_out) out << "left out: " << each << "\n";
}

Result<OpenApi> api_of(const Options& options) {
    const auto within = [&](const Error& error) { return failure(error.kind, options.document + ": " + error.message); };
    const auto text = bytes_of(options.document);
    if (!text) return std::unexpected(text.error());
    const auto document = read_api_document(*text);
    if (!document) return within(document.error());
    auto api = read_api(*document, options.chosen);
    if (!api) return within(api.error());
    return api;
}

/// With a document the rest may be left to be chosen later.
Options with_defaults(Options options) {
    if (options.document.empty()) return options;
    if (options.api.empty()) options.api = "rest";
    if (options.operations.empty()) options.operations = {"check_account"};
    return options;
}

ExitStatus run(const Options& given) {
    const auto options = with_defaults(given);
    for (const auto& [value, name] : {std::pair{options.api.empty(), "--api"}, std::pair{options.operations.empty(), "--ops"}})
        if (value) return ended({.kind = ErrorKind::invalid_input, .message = std::string(name) + " is required; see 'porteur plugin new --help'"});
    if (options.document.empty() && (!options.chosen.operations.empty() || !options.chosen.paths.empty()))
        return ended({.kind = ErrorKind::invalid_input, .message = "--operations and --paths choose from a document; name it with --from-openapi"});
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
    auto plugin = make_plugin(wanted);
    if (!plugin) return ended(plugin.error());
    std::optional<OpenApi> api_document;
    if (!options.document.empty()) {
        auto read = api_of(options);
        if (!read) return ended(read.error());
        if (const auto added = add_api(*read, wanted.name, *plugin); !added) return ended(added.error());
        api_document = std::move(*read);
    }
    const auto folder = options.folder.empty() ? options.name : options.folder;
    if (const auto written = write_plugin(*plugin, folder); !written) return ended(written.error());
    report(wanted, *plugin, folder);
    if (api_document) report(*api_document);
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
        ->type_name("rest|mail|portal");
    app.add_option("--ops", options->operations, "what the plugin can do, with commas; see below")
        ->delimiter(',')
        ->type_name("NAME,...");
    app.add_option(
           "--folder", options->folder, "where it is written; as the plugin is called, here"
    )
        ->type_name("FOLDER");
    auto* document = app.add_option(
        "--from-openapi", options->document,
        "also write requests, structs and their tests from an OpenAPI document (2.0, 3.0, 3.1; JSON or YAML); --api is rest then, and "
        "--ops check_account, unless given"
    );
    document->type_name("FILE");
    app.add_option("--operations", options->chosen.operations, "of the document: operationId, or \"GET /orders\"; all where none is chosen")
        ->delimiter(',')
        ->type_name("ID,...");
    app.add_option("--paths", options->chosen.paths, "of the document: a path, with all below it")->delimiter(',')->type_name("/PATH,...");
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
