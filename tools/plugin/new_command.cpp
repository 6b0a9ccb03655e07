// SPDX-License-Identifier: Apache-2.0
#include "new_command.hpp"

#include <iostream>
#include <memory>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace porteur::plugin_tool {
namespace {

std::function<ExitStatus()> prepare(CLI::App& app) {
    const auto name = std::make_shared<std::string>();
    app.add_option("NAME", *name, "what the plugin is called: small letters, digits and underscores")
        ->required()
        ->type_name("");
    return [name] {
        std::cerr << "porteur plugin new: not yet\n";
        return ExitStatus::failed;
    };
}

}  // namespace

Command new_command() {
    return {"new", "write a new plugin that builds, with tests that say what is left to fill in", prepare};
}

}  // namespace porteur::plugin_tool
