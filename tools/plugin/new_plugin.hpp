// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

namespace porteur::plugin_tool {

/// How a carrier takes orders.
enum class Api { rest, mail, portal };

/// What `porteur plugin new` was asked for.
struct NewPlugin {
    std::string name;  ///< "acme_west"
    Api api = Api::rest;
    std::vector<std::string> operations;  ///< "purchase"
};

/// A plugin to be written.
struct WrittenPlugin {
    std::map<std::string, std::string> files;  ///< by path in its folder: "src/acme_west.cpp"
    std::vector<std::string>
        operations;  ///< those asked for and those that they need, as the interface has them
    std::vector<std::string> added;       ///< one line each: which was added, and why
    std::vector<std::string> not_called;  ///< operations that the host knows and never calls so far
    std::vector<std::string> left;  ///< tests that fail until the author has filled something in
};

/// Every operation that may be chosen, in the order of the interface. @threads any
std::vector<std::string> known_operations();

/// Writes nothing yet.
/// @errors invalid_input: the name, or an operation that is none
Result<WrittenPlugin> make_plugin(const NewPlugin& wanted);

/// Puts the files into a folder that is not there or empty: all of them or none.
/// @errors invalid_input: there is something; unavailable: it cannot be written
Result<void> write_plugin(const WrittenPlugin& plugin, const std::filesystem::path& folder);

}  // namespace porteur::plugin_tool
