// SPDX-License-Identifier: Apache-2.0
// porteur-plugin-host: a plugin in a process of its own.
//
//   porteur-plugin-host --scan PATH...              reads libraries, prints one line of JSON for
//   each porteur-plugin-host --serve PARENT MEMORY_MAX   serves frames on descriptor 3, page on 4
//
// The daemon starts it; it is of no use to people.

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "plugins/canonical_check.hpp"
#include "plugins/landlock.hpp"
#include "plugins/library_scan.hpp"
#include "plugins/library_store.hpp"
#include "plugins/loaded_library.hpp"
#include "plugins/plugin_calls.hpp"
#include "plugins/plugin_frames.hpp"
#include "plugins/receive_buffer.hpp"
#include "plugins/sandbox.hpp"

#ifdef PORTEUR_SANITIZED
// The environment is empty, so the options stand here. A crash stays a plain signal: the daemon
// says what it was, and a report would open files, which the filter forbids.
extern "C" const char* __asan_default_options() {
    return "symbolize=0:handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigfpe=0:handle_sigill="
           "0:"
           "detect_leaks=0:allocator_may_return_null=1:use_sigaltstack=0";
}
extern "C" const char* __ubsan_default_options() { return "symbolize=0"; }
extern "C" const char* __tsan_default_options() {
    return "symbolize=0:handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigfpe=0:handle_sigill="
           "0:"
           "report_signal_unsafe=0";
}
#endif

namespace porteur {
namespace {

constexpr int socket_fd = 3;
constexpr int page_fd = 4;
constexpr std::size_t request_size_max_bytes = 256 << 20;
constexpr std::size_t flush_size_bytes = 64 << 10;
constexpr std::size_t log_line_size_max_bytes = 4096;
constexpr std::size_t log_batch_size_max_bytes = 256 << 10;
// Answers wait for one another no longer than this, so that a slow step does not hold back the
// rest.
constexpr std::chrono::milliseconds answer_wait_max{1};

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "porteur-plugin-host: %s\n", why.c_str());
    std::_Exit(70);
}

// ------------------------------------------------------------------ --scan

std::optional<std::string_view> mapped(const char* path) {
    const int file = ::open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct stat about{};
    if (file < 0 || ::fstat(file, &about) != 0 || about.st_size <= 0 ||
        static_cast<std::size_t>(about.st_size) > library_size_max_bytes)
        return std::nullopt;
    const auto size = static_cast<std::size_t>(about.st_size);
    void* const bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    ::close(file);
    if (bytes == MAP_FAILED) return std::nullopt;
    return std::string_view(static_cast<const char*>(bytes), size);
}

int scan(const std::vector<const char*>& paths) {
    static ProcessPage page;
    std::vector<std::optional<std::string_view>> files;
    for (const char* path : paths) files.push_back(mapped(path));
    if (auto limited = limit_process(0, ::getppid()); !limited) give_up(limited.error().message);
    if (auto locked = lock_process(page); !locked) give_up(locked.error().message);
    for (const auto& bytes : files) {
        auto outcome = bytes ? scan_library(*bytes)
                             : Checked<LibraryContent>(std::unexpected(LibraryRefusal{
                                   LibraryCheck::content, "the copy", "one that can be read",
                                   "unreadable", "see the rights of the store's folder"
                               }));
        const auto line = scan_line(outcome) + "\n";
        std::string_view rest = line;
        while (!rest.empty()) {
            const auto put = ::write(1, rest.data(), rest.size());
            if (put < 0 && errno == EINTR) continue;
            if (put <= 0) return 1;
            rest.remove_prefix(static_cast<std::size_t>(put));
        }
    }
    return 0;
}

// ------------------------------------------------------------------ --serve

class Server {
public:
    explicit Server(ProcessPage& page)
        : page_(page),
          face_([this](int level, std::string_view, std::string_view json) { log(level, json); }) {}

    [[noreturn]] void run() {
        while (true) {
            receive();
            std::size_t used = 0;
            bool broken = false;
            while (const auto frame =
                       next_frame(in_.bytes().substr(used), request_size_max_bytes, broken)) {
                handle(*frame);
                used += frame->size;
            }
            if (broken) give_up("the daemon sent a frame that is too large");
            in_.drop(used);
            flush();
        }
    }

private:
    using Clock = std::chrono::steady_clock;

    void receive() {
        const auto room = in_.room();
        ssize_t got = 0;
        do got = ::recv(socket_fd, room.data(), room.size(), 0);
        while (got < 0 && errno == EINTR);
        if (got <= 0) std::_Exit(0);  // the daemon has closed, or is gone
        in_.add(static_cast<std::size_t>(got));
    }

    void flush() {
        std::string_view rest = out_;
        while (!rest.empty()) {
            const auto put = ::send(socket_fd, rest.data(), rest.size(), MSG_NOSIGNAL);
            if (put < 0 && errno == EINTR) continue;
            if (put <= 0) std::_Exit(0);
            rest.remove_prefix(static_cast<std::size_t>(put));
        }
        if (out_.capacity() > 4 * flush_size_bytes)
            out_ = {};
        else
            out_.clear();
        logged_ = 0;
    }

    void handle(const Frame& frame) {
        FrameReader in(frame.fields);
        if (frame.type == FrameType::load) return load(frame.fields);
        if (!calls_) give_up("the daemon sent a call before the library");
        const auto op = in.number<std::uint64_t>();
        if (out_.empty()) first_answer_ = Clock::now();
        page_.current_op.store(op, std::memory_order_relaxed);
        switch (frame.type) {
            case FrameType::begin: {
                const auto operation = in.text();
                const auto input = in.text();
                if (!in.whole()) give_up("the daemon sent a broken frame");
                answer(op, calls_->begin(op, operation, input));
                break;
            }
            case FrameType::step: {
                const auto count = in.number<std::uint32_t>();
                outcomes_.clear();
                for (std::uint32_t index = 0; index < count && in.good(); ++index) {
                    auto& outcome = outcomes_.emplace_back();
                    outcome.seq = in.number<std::uint32_t>();
                    outcome.kind = in.number<std::int32_t>();
                    outcome.head = in.text();
                    outcome.body = in.text();
                }
                if (!in.whole()) give_up("the daemon sent a broken frame");
                answer(op, calls_->step(op, outcomes_));
                break;
            }
            case FrameType::cancel: {
                const auto why = in.text();
                if (!in.whole()) give_up("the daemon sent a broken frame");
                answer(op, calls_->cancel(op, why));
                break;
            }
            case FrameType::end:
                calls_->end(op);
                break;
            default:
                give_up("the daemon sent an unknown frame");
        }
        page_.current_op.store(0, std::memory_order_relaxed);
        if (out_.size() >= flush_size_bytes ||
            (!out_.empty() && Clock::now() - first_answer_ > answer_wait_max))
            flush();
    }

    void load(std::string_view fields) {
        auto order = read_load(fields);
        if (!order || calls_) give_up("the daemon sent a broken order to load");
        if (auto kept = keep_to_libraries(order->path); !kept) give_up(kept.error().message);
        const auto plugin = load_library(order->path, order->expected, face_, [this] {
            if (auto locked = lock_process(page_); !locked) give_up(locked.error().message);
        });
        if (!plugin) {
            write_refused(out_, plugin.error());
            return;
        }
        calls_.emplace(*plugin, face_.abi(), order->turn_size_max_bytes);
        FrameWriter(out_, FrameType::loaded);
    }

    void answer(std::uint64_t op, const Result<Turn>& turn) {
        if (turn)
            write_turn(out_, op, *turn);
        else
            FrameWriter(out_, FrameType::broke).number(op).text(turn.error().message);
    }

    void log(int level, std::string_view json) {
        const auto text = plain_text(json, log_line_size_max_bytes);
        logged_ += text.size();
        // A plugin that floods its log within one step loses lines, not the process.
        if (logged_ > log_batch_size_max_bytes) return;
        FrameWriter(out_, FrameType::log).number(static_cast<std::int32_t>(level)).text(text);
    }

    ProcessPage& page_;
    HostFace face_;
    std::optional<PluginCalls> calls_;
    std::vector<PluginCalls::Outcome> outcomes_;
    ReceiveBuffer in_;
    std::string out_;
    std::size_t logged_ = 0;
    Clock::time_point first_answer_{};
};

template <class T>
T number_of(const char* text) {
    T value{};
    const std::string_view view(text);
    const auto read = std::from_chars(view.data(), view.data() + view.size(), value);
    if (read.ec != std::errc{} || read.ptr != view.data() + view.size())
        give_up("an argument is no number");
    return value;
}

[[noreturn]] void serve(pid_t parent, std::uint64_t memory_max_bytes) {
    void* const page =
        ::mmap(nullptr, process_page_size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, page_fd, 0);
    if (page == MAP_FAILED) give_up("the shared page is not there");
    ::close(page_fd);
    // Whole lines, in memory that is there already: the C library would else ask about the stream
    // when the plugin first prints, with calls that are forbidden by then.
    static char lines[4096];
    std::setvbuf(stdout, lines, _IOLBF, sizeof lines);
    if (auto limited = limit_process(memory_max_bytes, parent); !limited)
        give_up(limited.error().message);
    Server(*static_cast<ProcessPage*>(page)).run();
}

}  // namespace
}  // namespace porteur

int main(int count, char** arguments) {
    const std::string_view mode = count > 1 ? arguments[1] : "";
    if (mode == "--scan") return porteur::scan({arguments + 2, arguments + count});
    if (mode == "--serve" && count == 4)
        porteur::serve(
            porteur::number_of<pid_t>(arguments[2]), porteur::number_of<std::uint64_t>(arguments[3])
        );
    std::fputs("porteur-plugin-host is started by porteurd; it is of no use by hand\n", stderr);
    return 64;
}
