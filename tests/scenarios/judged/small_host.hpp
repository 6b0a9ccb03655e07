// SPDX-License-Identifier: Apache-2.0
#pragma once

// The smallest host that performs effects for real: for the operations that no route of the API
// begins. The plugin runs in this process; requests leave through the daemon's own client.

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include <porteur/json.hpp>

namespace porteur::testing {

class SmallHost {
public:
    /// @param folder   for its settings, its store and a copy of the plugin
    /// @param account  the text of the account's file; what it names below [secrets] is written too
    SmallHost(
        std::filesystem::path folder, const std::string& plugin_file, const std::string& account,
        const std::map<std::string, std::string>& secrets
    );
    ~SmallHost();

    /// Runs one operation to its end.
    /// @errors  fails the test and gives null when the operation fails
    json::value run(const std::string& operation, const json::value& input);
    /// What the person answers who is asked from now on; "done" without a text at first.
    void answer_tasks(std::string choice, std::string text = {});

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace porteur::testing
