// SPDX-License-Identifier: Apache-2.0
// @source Linux, Documentation/userspace-api/landlock.rst; the C library has no functions for it
#include "plugins/landlock.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace porteur {
namespace {

#ifdef PORTEUR_SANITIZED
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

struct Fd {
    int fd = -1;
    explicit Fd(long opened) : fd(static_cast<int>(opened)) {}
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd() {
        if (fd >= 0) ::close(fd);
    }
};

std::unexpected<Error> failed(const char* what, int error) {
    return failure(
        ErrorKind::internal, std::string("the plugin process cannot lock itself: Landlock: ") + what +
                                 ": " + std::generic_category().message(error)
    );
}

/// Every way to use a file that a version knows: what is not handled stays allowed.
std::uint64_t all_ways(int version) {
    // Of versions 1, 2 (moving between folders), 3 (truncating), 5 (ioctl of devices).
    constexpr std::array<int, 6> ways{0, 13, 14, 15, 15, 16};
    return (std::uint64_t{1} << static_cast<unsigned>(
                ways[static_cast<std::size_t>(std::min<int>(version, ways.size() - 1))]
            )) -
           1;
}

/// @return false: the kernel refuses. A file that is not there needs no rule.
bool allow_reading(int rules, const char* path, bool is_folder) {
    const Fd file(::open(path, O_PATH | O_CLOEXEC | (is_folder ? O_DIRECTORY : 0)));
    if (file.fd < 0) return errno == ENOENT || errno == ENOTDIR;
    landlock_path_beneath_attr rule{};
    rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
    rule.parent_fd = file.fd;
    return ::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

}  // namespace

int landlock_version() noexcept {
    const auto version =
        ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return version > 0 ? static_cast<int>(version) : 0;
}

Result<void> keep_to_libraries(const std::filesystem::path& library) {
    const int version = landlock_version();
    if (version == 0) return {};
    landlock_ruleset_attr handled{};
    handled.handled_access_fs = all_ways(version);
    const Fd rules(::syscall(
        SYS_landlock_create_ruleset, &handled, sizeof handled.handled_access_fs, 0
    ));
    if (rules.fd < 0) return failed("the rules", errno);
    for (const char* folder : {"/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"})
        if (!allow_reading(rules.fd, folder, true)) return failed(folder, errno);
    if (!allow_reading(rules.fd, "/etc/ld.so.cache", false)) return failed("/etc/ld.so.cache", errno);
    if (!allow_reading(rules.fd, library.c_str(), false)) return failed(library.c_str(), errno);
    // The runtime of the sanitizers looks at its own process.
    if (sanitized && !allow_reading(rules.fd, "/proc", true)) return failed("/proc", errno);
    if (::syscall(SYS_landlock_restrict_self, rules.fd, 0) != 0) return failed("to itself", errno);
    return {};
}

}  // namespace porteur
