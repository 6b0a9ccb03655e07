// SPDX-License-Identifier: Apache-2.0
#include "conformance/replay_program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "conformance/conversation_file.hpp"
#include "conformance/play.hpp"

namespace porteur::conformance {
namespace {

constexpr int conversations_fd = 3;  // in the other process

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {
        if (fd_ < 0) throw std::runtime_error(std::strerror(errno));
    }
    Descriptor(const Descriptor&) = delete;
    ~Descriptor() { close(); }
    int get() const { return fd_; }
    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }

private:
    int fd_;
};

void write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(fd, text.data(), text.size());
        if (written < 0) throw std::runtime_error(std::strerror(errno));
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

std::string read_all(int fd) {
    std::string out;
    std::array<char, 4096> piece;
    for (ssize_t got = 0; (got = ::read(fd, piece.data(), piece.size())) > 0;) out.append(piece.data(), static_cast<std::size_t>(got));
    return out;
}

struct FileActions {
    posix_spawn_file_actions_t actions;
    FileActions() { posix_spawn_file_actions_init(&actions); }
    FileActions(const FileActions&) = delete;
    ~FileActions() { posix_spawn_file_actions_destroy(&actions); }
};

}  // namespace

std::string replay_elsewhere(const Subject& subject, const std::filesystem::path& folder, const std::vector<std::pair<std::string, std::string>>& environment) {
    std::string lines;
    for (const auto& each : subject.conversations) lines += testkit::text_of(each, subject.descriptor.id) + '\n';
    const Descriptor file(::memfd_create("conversations", MFD_CLOEXEC));
    write_all(file.get(), lines);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error(std::strerror(errno));
    const Descriptor reading(ends[0]);
    Descriptor writing(ends[1]);

    FileActions with;
    posix_spawn_file_actions_addchdir_np(&with.actions, folder.c_str());
    posix_spawn_file_actions_adddup2(&with.actions, writing.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&with.actions, file.get(), conversations_fd);
    const auto program = subject.program.string(), library = subject.library.string(), from = "/proc/self/fd/" + std::to_string(conversations_fd);
    std::vector<std::string> texts;
    for (const auto& [name, value] : environment) texts.push_back(name + "=" + value);
    std::vector<char*> names;
    for (auto& each : texts) names.push_back(each.data());
    names.push_back(nullptr);
    std::array<char*, 5> words{const_cast<char*>(program.c_str()), const_cast<char*>(replay_command), const_cast<char*>(library.c_str()), const_cast<char*>(from.c_str()), nullptr};
    pid_t child = 0;
    if (const int wrong = posix_spawn(&child, program.c_str(), &with.actions, nullptr, words.data(), names.data()); wrong != 0)
        throw std::runtime_error("cannot start " + program + ": " + std::strerror(wrong));
    writing.close();
    auto told = read_all(reading.get());
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) return "the process was ended by " + std::string(strsignal(WTERMSIG(status)));
    if (told.empty() && WEXITSTATUS(status) != 0) return "the process ended with " + std::to_string(WEXITSTATUS(status));
    return told;
}

std::string replay_here(const std::filesystem::path& library, const std::filesystem::path& conversations) {
    const auto plugin = Plugin::at(library.string());
    std::ifstream in(conversations, std::ios::binary);
    for (std::string line; std::getline(in, line);) {
        const auto one = read_conversation(line);
        if (!one) return one.error().message;
        Play play(plugin, *one);
        if (const auto departed = play.replay(one->exchanges.size()); !departed.empty()) return one->name + ": " + departed;
    }
    return {};
}

}  // namespace porteur::conformance
