// SPDX-License-Identifier: Apache-2.0
#include "plugins/host_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <system_error>

#include <porteur/phrase.hpp>

namespace porteur {

void OwnedFd::reset(int fd) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
}

std::filesystem::path default_host_program() {
    std::error_code none;
    return std::filesystem::read_symlink("/proc/self/exe", none).parent_path() /
           "porteur-plugin-host";
}

std::string system_text(std::string_view what, int error) {
    return std::string(what) + ": " + std::generic_category().message(error);
}

Result<pid_t> start_host_process(
    const std::filesystem::path& program, const std::vector<std::string>& arguments, int output,
    int error, const std::vector<int>& given
) {
    // First out of the way of the numbers that they will get.
    std::vector<OwnedFd> sources;
    const auto lift = [&](int fd) {
        sources.emplace_back(::fcntl(fd, F_DUPFD_CLOEXEC, 16));
        return sources.back().get();
    };
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, lift(output), 1);
    if (error >= 0)
        posix_spawn_file_actions_adddup2(&actions, lift(error), 2);
    else
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    int next = 3;
    for (const int fd : given) posix_spawn_file_actions_adddup2(&actions, lift(fd), next++);
    posix_spawn_file_actions_addclosefrom_np(&actions, next);

    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
    );

    std::vector<std::string> texts{program.string()};
    texts.insert(texts.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (auto& text : texts) argv.push_back(text.data());
    argv.push_back(nullptr);
    char* environment[] = {nullptr};

    pid_t pid = -1;
    const int failed =
        ::posix_spawn(&pid, program.c_str(), &actions, &attributes, argv.data(), environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failed != 0)
        return failure(
            ErrorKind::unavailable,
            system_text(
                program.string() + ": " +
                    phrase("the plugin process {1:text}", phrase("does not start")),
                failed
            )
        );
    return pid;
}

std::string end_text(int wait_status) {
    if (WIFEXITED(wait_status))
        return phrase("ended by itself with code {1}", WEXITSTATUS(wait_status));
    if (!WIFSIGNALED(wait_status)) return phrase("ended");
    const int number = WTERMSIG(wait_status);
    const char* name = ::sigabbrev_np(number);
    return name ? phrase("crashed with SIG{1}", name) : phrase("crashed with signal {1}", number);
}

}  // namespace porteur
