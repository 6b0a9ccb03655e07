// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace porteur::testing {
namespace {

struct Started {
    pid_t pid;
    int output;
};

enum class Inherits { all, nothing };

Started start(const std::vector<std::string>& words, const std::string& errors_to, Inherits what = Inherits::all) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
    std::vector<char*> line;
    for (const auto& word : words) line.push_back(const_cast<char*>(word.c_str()));
    line.push_back(nullptr);
    const pid_t pid = fork();
    if (pid < 0) throw std::runtime_error("fork failed");
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);  // nothing is left behind when the test itself is killed
        dup2(ends[1], STDOUT_FILENO);
        if (const int errors = open(errors_to.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
            errors >= 0)
            dup2(errors, STDERR_FILENO);
        // A socket of the test's that lived on here would stay open when the test closes it.
        if (what == Inherits::nothing) close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
        execv(line[0], line.data());
        _exit(127);
    }
    close(ends[1]);
    return {pid, ends[0]};
}

/// Reads until `enough` holds or the other end closes. @return what was read
template <class Enough>
std::string read_until(int from, std::chrono::milliseconds most, const Enough& enough) {
    const auto end = std::chrono::steady_clock::now() + most;
    std::string text;
    while (!enough(text)) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            end - std::chrono::steady_clock::now()
        );
        pollfd wait{from, POLLIN, 0};
        if (left.count() <= 0 || poll(&wait, 1, static_cast<int>(left.count())) <= 0) break;
        char piece[4096];
        const auto count = read(from, piece, sizeof piece);
        if (count <= 0) break;
        text.append(piece, static_cast<std::size_t>(count));
    }
    return text;
}

}  // namespace

Program::Program(Program&& other) noexcept { *this = std::move(other); }

Program& Program::operator=(Program&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(pidfd_, other.pidfd_);
    std::swap(output_, other.output_);
    std::swap(port_, other.port_);
    return *this;
}

Program::~Program() { kill(); }

Program::Program(pid_t pid, int output) : pid_(pid), pidfd_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))), output_(output) {}

Program Program::launch(const std::vector<std::string>& words, const std::string& errors_to) {
    const auto [pid, output] = start(words, errors_to, Inherits::nothing);
    return {pid, output};
}

Program Program::serve(const std::vector<std::string>& words, const std::string& errors_to) {
    const auto [pid, output] = start(words, errors_to);
    Program made(pid, output);
    const std::string before = "://127.0.0.1:";  // http or https
    const auto place = [&](const std::string& read) { return read.find(before, std::min(read.find("listening on http"), read.size())); };
    const auto text = read_until(output, std::chrono::seconds(30), [&](const std::string& read) {
        const auto at = place(read);
        return at != read.npos && read.find('\n', at) != read.npos;
    });
    const auto at = place(text);
    if (at == text.npos) throw std::runtime_error(words[0] + " does not listen; see " + errors_to);
    made.port_ = static_cast<unsigned>(std::stoul(text.substr(at + before.size())));
    return made;
}

bool Program::ended_within(std::chrono::milliseconds most) const {
    pollfd wait{pidfd_, POLLIN, 0};
    return poll(&wait, 1, static_cast<int>(most.count())) > 0;
}

std::optional<int> Program::status_within(std::chrono::milliseconds most) {
    if (!ended_within(most)) return std::nullopt;
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void Program::kill() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    if (pidfd_ >= 0) close(pidfd_);
    if (output_ >= 0) close(output_);
    pid_ = pidfd_ = output_ = -1;
}

std::vector<pid_t> Program::children(const std::string& name) const {
    std::vector<pid_t> found;
    std::error_code gone;
    for (const auto& thread :
         std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/task", gone)) {
        std::ifstream list(thread.path() / "children");
        for (pid_t child = 0; list >> child;) {
            std::string called;
            std::getline(std::ifstream("/proc/" + std::to_string(child) + "/comm"), called);
            if (!called.empty() && name.starts_with(called)) found.push_back(child);
        }
    }
    return found;
}

Ended run(const std::vector<std::string>& words, const std::string& errors_to) {
    const auto [pid, output] = start(words, errors_to);
    Ended ended;
    ended.output =
        read_until(output, std::chrono::seconds(60), [](const std::string&) { return false; });
    close(output);
    int status = 0;
    waitpid(pid, &status, 0);
    if (WIFEXITED(status)) ended.status = WEXITSTATUS(status);
    return ended;
}

std::string output_of(const std::vector<std::string>& words) {
    auto ended = run(words);
    if (ended.status != 0) throw std::runtime_error(words[0] + " failed");
    return std::move(ended.output);
}

}  // namespace porteur::testing
