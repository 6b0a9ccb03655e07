// SPDX-License-Identifier: Apache-2.0
#include "plugins/plugin_process.hpp"

#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include <porteur/phrase.hpp>

#include "plugins/canonical_check.hpp"
#include "plugins/host_process.hpp"
#include "plugins/process_page.hpp"
#include "plugins/receive_buffer.hpp"
#include "plugins/turn_check.hpp"

namespace porteur {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t line_size_max_bytes = 1000;

// What a call is for, in the words of somebody who has never seen a system call.
std::string_view purpose_of(std::string_view call) {
    struct Purpose {
        std::string_view call, purpose;
    };
    static constexpr auto purposes = std::to_array<Purpose>({
        {"open", to_translate("open a file")},
        {"openat", to_translate("open a file")},
        {"openat2", to_translate("open a file")},
        {"creat", to_translate("open a file")},
        {"socket", to_translate("open a socket")},
        {"socketpair", to_translate("open a socket")},
        {"connect", to_translate("open a socket")},
        {"bind", to_translate("open a socket")},
        {"listen", to_translate("open a socket")},
        {"execve", to_translate("start a program")},
        {"execveat", to_translate("start a program")},
        {"fork", to_translate("start a process")},
        {"vfork", to_translate("start a process")},
        {"clone", to_translate("start a process or thread")},
        {"clone3", to_translate("start a process or thread")},
        {"ptrace", to_translate("look into a process")},
        {"kill", to_translate("signal a process")},
        {"tgkill", to_translate("signal a process")},
        {"tkill", to_translate("signal a process")},
        {"unlink", to_translate("remove a file")},
        {"unlinkat", to_translate("remove a file")},
        {"nanosleep", to_translate("sleep")},
        {"clock_nanosleep", to_translate("sleep")},
        {"getrandom", to_translate("take random bytes")},
        {"mmap", to_translate("make code at run time")},
        {"mprotect", to_translate("make code at run time")},
    });
    for (const auto& each : purposes)
        if (each.call == call) return each.purpose;
    return to_translate("leave its process");
}

std::string forbidden_text(std::uint32_t number) {
    const std::unique_ptr<char, decltype(&std::free)> name(
        seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, static_cast<int>(number)), &std::free
    );
    const std::string call = name ? name.get() : "system call " + std::to_string(number);
    return phrase(
        "tried to {1:text} ({2}), which a plugin process may not", purpose_of(call), call
    );
}

class Process final : public PluginProcess, public std::enable_shared_from_this<Process> {
public:
    Process(asio::any_io_executor executor, Listener listener, std::size_t frame_size_max)
        : executor_(executor),
          listener_(std::move(listener)),
          frame_size_max_(frame_size_max),
          socket_(executor),
          output_(executor),
          ended_(executor) {}
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process() override {
        if (page_) ::munmap(page_, process_page_size_bytes);
    }

    Result<void> begin(const CheckedLibrary& library, const ProcessOptions& options) {
        const auto no = [](const char* what) {
            return failure(ErrorKind::unavailable, system_text(what, errno));
        };
        int sockets[2], pipe[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
            return no("no socket pair");
        OwnedFd ours(sockets[0]), theirs(sockets[1]);
        if (::pipe2(pipe, O_CLOEXEC) != 0) return no("no pipe");
        OwnedFd reading(pipe[0]), writing(pipe[1]);
        const OwnedFd page(::memfd_create("porteur-plugin", MFD_CLOEXEC));
        if (!page || ::ftruncate(page.get(), process_page_size_bytes) != 0)
            return no("no shared page");
        void* const mapped = ::mmap(
            nullptr, process_page_size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, page.get(), 0
        );
        if (mapped == MAP_FAILED) return no("no shared page");
        page_ = new (mapped) ProcessPage;

        const auto program =
            options.host_program.empty() ? default_host_program() : options.host_program;
        const auto pid = start_host_process(
            program,
            {"--serve", std::to_string(::getpid()), std::to_string(options.memory_max_bytes)},
            writing.get(), writing.get(), {theirs.get(), page.get()}
        );
        if (!pid) return std::unexpected(pid.error());
        pid_ = *pid;
        if (::clock_getcpuclockid(pid_, &cpu_clock_) != 0) cpu_clock_ = -1;
        OwnedFd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
        if (!handle) {
            const auto wrong = no("no process handle");
            abandon();
            return wrong;
        }
        socket_.assign(asio::local::stream_protocol(), ours.release());
        socket_.native_non_blocking(true);
        output_.assign(reading.release());
        output_.native_non_blocking(true);
        ended_.assign(handle.release());

        write_load(
            out_,
            {library.copy.string(), expectation_of(library.descriptor), options.turn_size_max_bytes}
        );
        flush();
        receive();
        read_output();
        ended_.async_wait(
            asio::posix::stream_descriptor::wait_read,
            [self = shared_from_this()](error_code wrong) {
                if (!wrong) self->on_end();
            }
        );
        return {};
    }

    std::string& out() override { return out_; }

    void flush() override {
        if (flush_posted_ || sending_) return;
        flush_posted_ = true;
        asio::post(executor_, [self = shared_from_this()] {
            self->flush_posted_ = false;
            self->send();
        });
    }

    void flush_now() override {
        if (!sending_ && !out_.empty()) send();
    }

    void kill(std::string why) override {
        if (killed_.empty()) killed_ = std::move(why);
        kill_it();
    }

    bool has_unread() override {
        char byte;
        return ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
    }

    std::chrono::nanoseconds cpu_time() override {
        timespec used{};
        if (cpu_clock_ == -1 || ::clock_gettime(cpu_clock_, &used) != 0) return {};
        return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
    }

    void abandon() override {
        listener_ = {};
        over_ = true;
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
            }
            pid_ = -1;
        }
        close();
    }

private:
    // Never with -1, which would be every process there is.
    void kill_it() const {
        if (pid_ > 0) ::kill(pid_, SIGKILL);
    }

    void close() {
        error_code none;
        socket_.close(none);
        output_.close(none);
        ended_.close(none);
    }

    // As much as the socket takes; the rest when there is room again.
    void send() {
        while (!over_ && sent_ < out_.size()) {
            const auto put = ::send(
                socket_.native_handle(), out_.data() + sent_, out_.size() - sent_,
                MSG_NOSIGNAL | MSG_DONTWAIT
            );
            if (put < 0 && errno == EINTR) continue;
            if (put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
                sending_ = true;
                socket_.async_wait(
                    asio::socket_base::wait_write,
                    [self = shared_from_this()](error_code wrong) {
                        self->sending_ = false;
                        if (!wrong) self->send();
                    }
                );
                return;
            }
            if (put < 0) break;  // it has ended; ended_ will say so
            sent_ += static_cast<std::size_t>(put);
        }
        sent_ = 0;
        if (out_.capacity() > 1 << 20)
            out_ = {};
        else
            out_.clear();
    }

    void receive() {
        const auto room = in_.room();
        socket_.async_read_some(
            asio::buffer(room.data(), room.size()),
            [self = shared_from_this()](error_code wrong, std::size_t count) {
                if (wrong == asio::error::operation_aborted || self->over_) return;
                if (wrong) {
                    // A process that has closed its end is of no more use.
                    self->kill_it();
                    return;
                }
                self->in_.add(count);
                self->take_frames();
                if (!self->over_) self->receive();
            }
        );
    }

    void take_frames() {
        std::size_t used = 0;
        bool broken = false;
        while (!over_ && killed_.empty()) {
            const auto frame = next_frame(in_.bytes().substr(used), frame_size_max_, broken);
            if (!frame) break;
            used += frame->size;
            if (!listener_.frame(*frame)) broken = true;
            if (broken) break;
        }
        if (broken) kill(phrase("it sent a frame that the daemon does not understand"));
        in_.drop(used);
        const auto told = listener_.received;  // may end us
        if (told) told();
    }

    void read_output() {
        output_.async_wait(
            asio::posix::stream_descriptor::wait_read,
            [self = shared_from_this()](error_code wrong) {
                if (wrong || self->over_) return;
                if (self->take_output() != 0) self->read_output();
            }
        );
    }

    // Whole lines go to the listener; what a plugin writes without ever ending a line is cut into
    // some. Gives what read() gave: 0 when nobody can write any more.
    ssize_t take_output() {
        char buffer[4096];
        const auto got = ::read(output_.native_handle(), buffer, sizeof buffer);
        if (got <= 0) return got;
        line_.append(buffer, static_cast<std::size_t>(got));
        std::size_t begin = 0;
        for (auto end = line_.find('\n'); end != line_.npos; end = line_.find('\n', begin)) {
            tell_line(std::string_view(line_).substr(begin, end - begin));
            begin = end + 1;
        }
        line_.erase(0, begin);
        if (line_.size() > line_size_max_bytes) {
            tell_line(line_);
            line_.clear();
        }
        return got;
    }

    void tell_line(std::string_view line) {
        last_line_ = plain_text(line, line_size_max_bytes);
        if (listener_.printed && !last_line_.empty()) listener_.printed(last_line_);
    }

    void on_end() {
        // Answers that it gave before its end count.
        while (!over_ && killed_.empty()) {
            const auto room = in_.room();
            const auto got =
                ::recv(socket_.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
            if (got <= 0) break;
            in_.add(static_cast<std::size_t>(got));
            take_frames();
        }
        if (over_) return;
        for (int chunk = 0; chunk < 64 && take_output() > 0;) ++chunk;
        if (!line_.empty()) tell_line(line_);
        over_ = true;
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = -1;
        close();

        ProcessEnd end;
        end.current_op = page_->current_op.load();
        if (const auto call = page_->forbidden_call.load(); call != 0 && killed_.empty())
            end.reason = forbidden_text(call - 1);
        else if (!killed_.empty())
            end.reason = phrase("was killed: {1:text}", killed_);
        else
            end.reason = end_text(status) +
                         (last_line_.empty()
                              ? std::string()
                              : "; " + phrase("it last wrote {1:quoted}", quoted(last_line_, 200)));
        if (const auto told = std::move(listener_.ended)) told(std::move(end));
    }

    asio::any_io_executor executor_;
    Listener listener_;
    std::size_t frame_size_max_;
    asio::local::stream_protocol::socket socket_;
    asio::posix::stream_descriptor output_;
    asio::posix::stream_descriptor ended_;  // a pidfd: readable when the process has ended
    pid_t pid_ = -1;
    clockid_t cpu_clock_ = -1;
    ProcessPage* page_ = nullptr;
    ReceiveBuffer in_;
    std::string out_;
    std::size_t sent_ = 0;
    bool flush_posted_ = false, sending_ = false, over_ = false;
    std::string killed_;  // why; empty = not by us
    std::string line_, last_line_;
};

}  // namespace

Result<std::shared_ptr<PluginProcess>> PluginProcess::start(
    asio::any_io_executor executor, const CheckedLibrary& library, const ProcessOptions& options,
    Listener listener
) {
    // A turn's bytes, its fields around them, and a log line.
    const std::size_t frame_size_max =
        options.turn_size_max_bytes + effects_per_turn_max * 64 + (64 << 10);
    auto process = std::make_shared<Process>(executor, std::move(listener), frame_size_max);
    if (auto begun = process->begin(library, options); !begun)
        return std::unexpected(std::move(begun).error());
    return process;
}

}  // namespace porteur
