// SPDX-License-Identifier: Apache-2.0
#include "plugins/scan_child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <span>

#include "plugins/host_process.hpp"

namespace porteur {
namespace {

using Clock = std::chrono::steady_clock;

// What one child printed before it ended, and how it ended.
struct Printed {
    std::string text;
    std::string end;
};

constexpr std::size_t printed_max_bytes = 64 << 20;

Checked<LibraryContent> refused(std::string found, std::string mend) {
    return std::unexpected(LibraryRefusal{
        LibraryCheck::content, std::string(scan_ended_field), "one that ends", std::move(found),
        std::move(mend)
    });
}

Printed run_child(
    const std::filesystem::path& program, std::span<const std::filesystem::path> paths,
    std::chrono::milliseconds time_limit
) {
    Printed out;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return {{}, system_text("no pipe", errno)};
    OwnedFd reading(ends[0]), writing(ends[1]);
    std::vector<std::string> arguments{"--scan"};
    for (const auto& path : paths) arguments.push_back(path.string());
    const auto pid = start_host_process(program, arguments, writing.get(), -1, {});
    writing.reset();
    if (!pid) return {{}, pid.error().message};

    const auto deadline = Clock::now() + time_limit;
    bool late = false;
    while (true) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd ready{reading.get(), POLLIN, 0};
        const int found =
            left.count() <= 0 ? 0 : ::poll(&ready, 1, static_cast<int>(left.count()) + 1);
        if (found < 0 && errno == EINTR) continue;
        late = found == 0;
        if (found <= 0) break;
        char buffer[16384];
        const auto got = ::read(reading.get(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0 || out.text.size() > printed_max_bytes) break;
        out.text.append(buffer, static_cast<std::size_t>(got));
    }
    ::kill(*pid, SIGKILL);  // without effect on one that has ended
    int status = 0;
    while (::waitpid(*pid, &status, 0) < 0 && errno == EINTR) {
    }
    out.end = late ? "one that took longer than " + std::to_string(time_limit.count()) + " ms"
                   : "one that " + end_text(status);
    return out;
}

}  // namespace

std::vector<Checked<LibraryContent>> scan_in_child(
    const std::filesystem::path& program, const std::vector<std::filesystem::path>& paths,
    std::chrono::milliseconds time_limit
) {
    std::vector<Checked<LibraryContent>> outcomes;
    while (outcomes.size() < paths.size()) {
        const auto printed =
            run_child(program, std::span(paths).subspan(outcomes.size()), time_limit);
        std::string_view rest = printed.text;
        for (auto end = rest.find('\n'); end != rest.npos && outcomes.size() < paths.size();
             end = rest.find('\n')) {
            auto line = read_scan_line(rest.substr(0, end));
            outcomes.push_back(
                line ? std::move(*line) : refused("one that printed something else", "report it")
            );
            rest.remove_prefix(end + 1);
        }
        if (outcomes.size() < paths.size())
            outcomes.push_back(refused(printed.end, "rebuild the library; it may be damaged"));
    }
    return outcomes;
}

}  // namespace porteur
