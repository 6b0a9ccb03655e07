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

#include "conformance/child_process.hpp"
#include "conformance/conversation_file.hpp"
#include "conformance/play.hpp"
#include "conformance/whereabouts.hpp"

namespace porteur::conformance {
namespace {

constexpr int conversations_fd = 3, place_fd = 4;  // in the other process

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

/// The name of the conversation that the other process has begun, of which it may say nothing more.
std::string place_told(int fd) {
    std::array<char, 200> name;
    const auto got = ::pread(fd, name.data(), name.size(), 0);
    return got > 0 ? "; it was in " + std::string(name.data(), static_cast<std::size_t>(got)) : std::string();
}
void tell_place(const std::string& name) {
    static_cast<void>(!::ftruncate(place_fd, 0));
    static_cast<void>(!::pwrite(place_fd, name.data(), name.size(), 0));
}

/// What is left of this check's own time, but for what it needs to say so itself.
std::chrono::milliseconds time_left() {
    using namespace std::chrono;
    const auto end = deadline();
    if (!end) return hours{24};  // for a debugger
    const auto left = ceil<milliseconds>(*end - steady_clock::now());
    return left - left / 10;
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
    const Descriptor place(::memfd_create("place", MFD_CLOEXEC));
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error(std::strerror(errno));
    const Descriptor reading(ends[0]);
    Descriptor writing(ends[1]);

    FileActions with;
    posix_spawn_file_actions_addchdir_np(&with.actions, folder.c_str());
    posix_spawn_file_actions_adddup2(&with.actions, writing.get(), STDOUT_FILENO);
    // First to where neither of them is, as one may stand where the other has to.
    constexpr int aside = 100;
    posix_spawn_file_actions_adddup2(&with.actions, file.get(), aside);
    posix_spawn_file_actions_adddup2(&with.actions, place.get(), aside + 1);
    posix_spawn_file_actions_adddup2(&with.actions, aside, conversations_fd);
    posix_spawn_file_actions_adddup2(&with.actions, aside + 1, place_fd);
    posix_spawn_file_actions_addclose(&with.actions, aside);
    posix_spawn_file_actions_addclose(&with.actions, aside + 1);
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
    const auto limit = time_left();
    auto ended = hear_out(child, reading.get(), limit);
    if (!ended.in_time) return "it did not end" + place_told(place.get()) + "; it was ended after " + std::to_string(std::chrono::ceil<std::chrono::seconds>(limit).count()) + " s";
    if (WIFSIGNALED(ended.status) || (ended.told.empty() && WEXITSTATUS(ended.status) != 0))
        return "the process " + told_of_status(ended.status) + place_told(place.get());
    return std::move(ended.told);
}

std::string replay_here(const std::filesystem::path& library, const std::filesystem::path& conversations) {
    end_with_parent();
    const auto plugin = Plugin::at(library.string());
    std::ifstream in(conversations, std::ios::binary);
    for (std::string line; std::getline(in, line);) {
        const auto one = read_conversation(line);
        if (!one) return one.error().message;
        tell_place(one->name);
        Play play(plugin, *one);
        if (const auto departed = play.replay(one->exchanges.size()); !departed.empty()) return one->name + ": " + departed;
    }
    return {};
}

}  // namespace porteur::conformance
