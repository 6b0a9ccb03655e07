// SPDX-License-Identifier: Apache-2.0
#pragma once

// porteurd with accounts at simulated carriers, and the command line that speaks to it.

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <porteur/json.hpp>

#include "../../faults/program.hpp"

namespace porteur::testing {

using Words = std::vector<std::string>;

/// A folder that goes with the test, unless the test failed: then it says where it is.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    /// Writes a file that only its owner may read, with the folders above it.
    std::filesystem::path write(const std::string& name, const std::string& text) const;
    /// The smallest PDF that is one.
    std::filesystem::path paper(const std::string& name) const;

    const std::filesystem::path path;
};

/// @errors  std::runtime_error when something does not start
class DaemonHost {
public:
    /// Adds an account, before start().
    /// @param text     its file, without [secrets]
    /// @param secrets  each is written to a file
    /// @param more     what follows [secrets], such as [settings]
    void account(
        const std::string& name, const std::string& plugin, const std::string& text,
        const std::map<std::string, std::string>& secrets, const std::string& more = {}
    );
    /// @param mail  the table [mail], if there is one
    void start(const std::string& mail = {});

    /// Kills the daemon (SIGKILL) and starts it again.
    void kill_and_start();
    /// Waits at most so long. @return whether the daemon has ended by itself
    bool ended_within(std::chrono::milliseconds most) const { return daemon_.ended_within(most); }
    unsigned port() const { return daemon_.port(); }

    /// Runs the command line with --json.
    Ended porteur(const Words& words) const;
    /// What the last run of it said on standard error.
    std::string errors() const;
    /// The same, where it has to end with 0. @errors std::runtime_error when it does not
    json::value told(const Words& words) const;
    /// Runs a command of a shell in the folder, with porteur on its PATH and its token and URL set.
    Ended shell(const std::string& command) const;
    const Folder& folder() const { return folder_; }

private:
    Folder folder_;
    Program daemon_;
};

/// Where the built plugin lies.
std::string plugin_file(const std::string& id);
/// Today, UTC, as 2026-11-25.
std::string today();

/// The credentials that the simulators take.
extern const std::map<std::string, std::string> ringcentral_secrets, thinktel_secrets,
    genesys_secrets;

/// The text of an account at a simulator, or at what stands before it.
std::string ringcentral_account(const std::string& url);
std::string thinktel_account(const std::string& url);
std::string genesys_account(const std::string& url);
/// [mail] that sends to this port.
std::string mail_settings(unsigned smtp_port);

/// The message in what an SMTP client said, as it was before the dots were doubled.
std::string message_in(const std::string& smtp_dialogue);

}  // namespace porteur::testing
