// SPDX-License-Identifier: Apache-2.0
#include "conformance/child_process.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <system_error>

namespace porteur::conformance {
namespace {

using Clock = std::chrono::steady_clock;

int left_ms(Clock::time_point end) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

/// @return whether there was something before the end
bool comes(int fd, Clock::time_point end) {
    pollfd heard{fd, POLLIN, 0};
    for (;;) {
        const auto ready = ::poll(&heard, 1, left_ms(end));
        if (ready > 0) return true;
        if (ready == 0 && Clock::now() >= end) return false;
        if (ready < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
    }
}

bool ends_in_time(pid_t child, int told, Clock::time_point end, std::string& said) {
    std::array<char, 4096> piece;
    for (bool is_open = told >= 0; is_open;) {
        if (!comes(told, end)) return false;
        const auto got = ::read(told, piece.data(), piece.size());
        if (got > 0) said.append(piece.data(), static_cast<std::size_t>(got));
        is_open = got > 0 || (got < 0 && errno == EINTR);
    }
    const int process = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
    if (process < 0) throw std::system_error(errno, std::generic_category(), "pidfd_open");
    const bool in_time = comes(process, end);
    ::close(process);
    return in_time;
}

}  // namespace

Ended hear_out(pid_t child, int told, std::chrono::milliseconds limit) {
    Ended out;
    out.in_time = ends_in_time(child, told, Clock::now() + limit, out.told);
    if (!out.in_time) ::kill(::getpgid(child) == child ? -child : child, SIGKILL);
    while (::waitpid(child, &out.status, 0) < 0 && errno == EINTR) continue;
    return out;
}

void end_with_parent() noexcept {
    const auto parent = ::getppid();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // It may have gone in between.
    if (::getppid() != parent) ::_exit(1);
}

std::string told_of_status(int status) {
    if (WIFSIGNALED(status)) return "ended by " + std::string(::strsignal(WTERMSIG(status)));
    return "ended with exit status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace porteur::conformance
