// SPDX-License-Identifier: Apache-2.0
#pragma once

// Programs that the fault tests start, kill and start again. Their output goes to files, but for
// the line that says where they listen.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace porteur::testing {

/// A started program. It is killed when the object goes.
class Program {
public:
    Program() = default;
    Program(Program&& other) noexcept;
    Program& operator=(Program&& other) noexcept;
    ~Program();

    /// Starts it and waits until it says "listening on http://127.0.0.1:PORT".
    /// @param errors_to  a file that its standard error is appended to
    /// @errors  throws std::runtime_error when it ends first or says nothing for 30 seconds
    static Program serve(const std::vector<std::string>& words, const std::string& errors_to);

    /// Starts it and waits for nothing. It inherits no open file of the test's.
    static Program launch(const std::vector<std::string>& words, const std::string& errors_to);

    unsigned port() const { return port_; }
    bool was_started() const { return pid_ > 0; }
    pid_t pid() const { return pid_; }

    /// Waits at most so long. @return whether it has ended by itself
    bool ended_within(std::chrono::milliseconds most) const;
    /// Waits at most so long for its end. @return its exit status, 128 and the number of the signal that ended it;
    /// nothing: it lives on
    std::optional<int> status_within(std::chrono::milliseconds most);
    /// SIGKILL, and waits until it is gone.
    void kill();
    /// Its children whose name begins so (the kernel keeps 15 characters). @threads any
    std::vector<pid_t> children(const std::string& name) const;

private:
    Program(pid_t pid, int output);

    pid_t pid_ = -1;
    int pidfd_ = -1;
    int output_ = -1;
    unsigned port_ = 0;
};

/// How a program ended, and what it wrote on its standard output.
struct Ended {
    int status = -1;  ///< its exit status; -1 when a signal ended it
    std::string output;
};

/// Runs a program to its end, which has to come within a minute.
Ended run(const std::vector<std::string>& words, const std::string& errors_to = "/dev/stderr");

/// Runs a program to its end. @return its standard output
/// @errors  throws std::runtime_error when it does not exit with 0
std::string output_of(const std::vector<std::string>& words);

}  // namespace porteur::testing
