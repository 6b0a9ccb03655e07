// SPDX-License-Identifier: Apache-2.0
#include "app/child_program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace porteur {
namespace {

constexpr std::size_t output_max = 64 * 1024;

std::vector<std::string> environment_with(const std::map<std::string, std::string>& more) {
    std::vector<std::string> out;
    for (char** each = environ; each && *each; ++each) {
        const std::string_view entry(*each);
        if (!more.contains(std::string(entry.substr(0, entry.find('='))))) out.emplace_back(entry);
    }
    for (const auto& [name, value] : more) out.push_back(name + "=" + value);
    return out;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> out;
    for (auto& word : words) out.push_back(word.data());
    out.push_back(nullptr);
    return out;
}

}  // namespace

Result<ChildEnded> run_child(const std::vector<std::string>& words, const std::map<std::string, std::string>& more) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return failure(ErrorKind::unavailable, std::string("no pipe: ") + std::strerror(errno));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
    auto arguments = words;
    auto environment = environment_with(more);
    pid_t child = 0;
    const int wrong = ::posix_spawnp(&child, arguments.front().c_str(), &actions, nullptr, pointers_to(arguments).data(), pointers_to(environment).data());
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    ChildEnded out;
    char piece[4096];
    for (ssize_t count = 0; wrong == 0 && ((count = ::read(ends[0], piece, sizeof piece)) > 0 || (count < 0 && errno == EINTR));)
        if (count > 0 && out.output.size() < output_max) out.output.append(piece, static_cast<std::size_t>(count));
    ::close(ends[0]);
    if (wrong != 0) return failure(ErrorKind::unavailable, porteur::quoted(words.front()) + " cannot be run: " + std::strerror(wrong));
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    out.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return out;
}

}  // namespace porteur
