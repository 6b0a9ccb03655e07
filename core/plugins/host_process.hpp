// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

#include <porteur/result.hpp>

namespace porteur {

/// A file descriptor that is closed with its owner.
class OwnedFd {
public:
    OwnedFd() = default;
    explicit OwnedFd(int fd) : fd_(fd) {}
    OwnedFd(OwnedFd&& other) noexcept : fd_(other.release()) {}
    OwnedFd& operator=(OwnedFd&& other) noexcept {
        reset(other.release());
        return *this;
    }
    ~OwnedFd() { reset(); }

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    int release() { return std::exchange(fd_, -1); }
    void reset(int fd = -1);

private:
    int fd_ = -1;
};

/// The plugin process's program: beside the running one, where it is installed and built.
std::filesystem::path default_host_program();

/// Starts the plugin process's program with an empty environment, no signal mask and its standard
/// input at /dev/null, as a group of its own (so that a Ctrl-C at the terminal reaches the daemon
/// only). It has no descriptors but 0 to 2 and those given here, which become 3, 4 and so on.
///
/// @param output     its standard output
/// @param error      its standard error; -1 = /dev/null
/// @param given      what becomes 3, 4, ...
/// @errors           unavailable: the system's reason
/// @threads          one that lives as long as the process is wanted: it dies with the thread
Result<pid_t> start_host_process(
    const std::filesystem::path& program, const std::vector<std::string>& arguments, int output,
    int error, const std::vector<int>& given
);

/// How a process ended, for a person: "crashed with SIGSEGV", "ended by itself with code 3".
std::string end_text(int wait_status);

/// "the function failed: No such file or directory"
std::string system_text(std::string_view what, int error);

}  // namespace porteur
