// SPDX-License-Identifier: Apache-2.0
#pragma once

// `porteurd backup`, `restore`, `key` and `doctor`: what whoever keeps a porteurd does beside it.

#include <string>

namespace CLI {
class App;
}

namespace porteur {

class OperatorCommands {
public:
    /// @param version  of this porteurd
    OperatorCommands(CLI::App& app, std::string version);

    /// Whether one of them was named on the command line, after it was parsed.
    bool chosen() const;
    /// Runs it. @param config  where the settings are @return its exit status
    int run(const std::string& config) const;

private:
    int backup(const std::string& config) const;
    int restore(const std::string& config) const;
    int rotate(const std::string& config) const;
    int show_keys(const std::string& config) const;

    std::string version_;
    CLI::App* backup_ = nullptr;
    CLI::App* restore_ = nullptr;
    CLI::App* doctor_ = nullptr;
    CLI::App* key_command_ = nullptr;
    CLI::App* rotate_ = nullptr;
    CLI::App* show_ = nullptr;
    std::string folder_, key_, server_;
    bool check_ = false, as_json_ = false, leave_unreadable_ = false;
};

}  // namespace porteur
