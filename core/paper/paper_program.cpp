// SPDX-License-Identifier: Apache-2.0
#include "paper/paper_program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <porteur/json.hpp>

namespace porteur::paper {
namespace {

namespace fs = std::filesystem;

// A letter has some 100 kB and the picture of its signature.
constexpr std::size_t answer_max_bytes = 64 << 20;

std::unexpected<Error> broken(std::string_view what, int error) {
    return failure(
        ErrorKind::unavailable,
        "documents: " + std::string(what) + ": " + std::generic_category().message(error)
    );
}

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }
    int get() const { return fd_; }
    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }

private:
    int fd_;
};

/// Starts the program with these two descriptors, no others, and nothing in its environment.
Result<pid_t> start(
    const fs::path& program, std::string_view work, const std::string& rules, int input, int output
) {
    // Out of the way of the numbers that they get.
    const Descriptor from(::fcntl(input, F_DUPFD_CLOEXEC, 16));
    const Descriptor to(::fcntl(output, F_DUPFD_CLOEXEC, 16));
    if (from.get() < 0 || to.get() < 0) return broken("no descriptor is free", errno);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, from.get(), 0);
    posix_spawn_file_actions_adddup2(&actions, to.get(), 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
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
    std::array<std::string, 3> texts{program.string(), std::string(work), rules};
    std::array<char*, 4> words{texts[0].data(), texts[1].data(), texts[2].data(), nullptr};
    char* environment[] = {nullptr};
    pid_t pid = -1;
    const int wrong =
        ::posix_spawn(&pid, program.c_str(), &actions, &attributes, words.data(), environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (wrong != 0) return broken(program.string() + " does not start", wrong);
    return pid;
}

struct Heard {
    std::string text;
    bool late = false;
    int status = 0;
};

Heard listen(pid_t pid, int from, std::chrono::milliseconds time_max) {
    using Clock = std::chrono::steady_clock;
    Heard heard;
    const auto deadline = Clock::now() + time_max;
    while (true) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd ready{from, POLLIN, 0};
        const int found =
            left.count() <= 0 ? 0 : ::poll(&ready, 1, static_cast<int>(left.count()) + 1);
        if (found < 0 && errno == EINTR) continue;
        heard.late = found == 0;
        if (found <= 0) break;
        std::array<char, 65536> buffer;
        const auto got = ::read(from, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0 || heard.text.size() > answer_max_bytes) break;
        heard.text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    if (heard.late || heard.text.size() > answer_max_bytes) ::kill(pid, SIGKILL);
    while (::waitpid(pid, &heard.status, 0) < 0 && errno == EINTR) {
    }
    return heard;
}

ErrorKind kind_of(std::string_view name) {
    for (const auto kind : {ErrorKind::invalid_input, ErrorKind::unavailable})
        if (name == name_of(kind)) return kind;
    return ErrorKind::internal;
}

}  // namespace

PaperFile::PaperFile(PaperFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), size_(other.size_) {}

PaperFile::~PaperFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Result<PaperFile> PaperFile::make() {
    const int descriptor = ::memfd_create("porteur-paper", MFD_CLOEXEC);
    if (descriptor < 0) return broken("no file in memory can be made", errno);
    return PaperFile(descriptor);
}

Result<void> PaperFile::append(std::string_view bytes) {
    size_ += bytes.size();
    while (!bytes.empty()) {
        const auto count = ::write(descriptor_, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return broken("a file in memory cannot be written", errno);
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

PaperProgram::PaperProgram(fs::path program, PaperLimits limits)
    : program_(std::move(program)), limits_(limits) {}

fs::path PaperProgram::beside_this_one() {
    std::error_code none;
    return fs::read_symlink("/proc/self/exe", none).parent_path() / "porteur-paper";
}

Result<std::string> PaperProgram::run(
    std::string_view work, const std::string& rules, const PaperFile& bytes,
    std::string_view blamed, std::string_view advice
) const {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return broken("no pipe", errno);
    const Descriptor reading(ends[0]);
    Descriptor writing(ends[1]);
    const auto pid = start(program_, work, rules, bytes.descriptor(), writing.get());
    writing.close();
    if (!pid) return std::unexpected(pid.error());
    auto heard = listen(*pid, reading.get(), limits_.time_max);

    const bool ended_well = WIFEXITED(heard.status) && WEXITSTATUS(heard.status) == 0;
    if (!heard.late && ended_well && heard.text.starts_with(made_mark))
        return std::move(heard.text).substr(1);
    if (!heard.late && ended_well && heard.text.starts_with(refused_mark))
        if (auto refusal = from_text<PaperRefusal>(std::string_view(heard.text).substr(1)))
            return failure(kind_of(refusal->kind), std::move(refusal->message));
    // It was killed by a bound of its own, or it crashed: either way the document is to blame.
    const bool slow =
        heard.late || (WIFSIGNALED(heard.status) &&
                       (WTERMSIG(heard.status) == SIGXCPU || WTERMSIG(heard.status) == SIGKILL));
    return failure(
        ErrorKind::invalid_input, std::string(blamed) +
                                      (slow ? " takes too long to be read" : " cannot be read") +
                                      std::string(advice)
    );
}

Result<PdfAnswer> PaperProgram::check_pdf(const PaperFile& pdf, std::uint32_t pages_max) const {
    const CheckWork rules{
        .pages_max = pages_max,
        .memory_max_bytes = static_cast<std::int64_t>(limits_.memory_max_bytes + pdf.size())
    };
    auto answer =
        run(check_work, to_text(rules), pdf, "the PDF", "; print it into a new PDF and send that");
    if (!answer) return std::unexpected(std::move(answer).error());
    return from_text<PdfAnswer>(*answer);
}

Result<SpreadsheetAnswer> PaperProgram::check_spreadsheet(const PaperFile& sheet) const {
    const SpreadsheetWork rules{
        .memory_max_bytes = static_cast<std::int64_t>(limits_.memory_max_bytes + sheet.size())
    };
    auto answer = run(
        spreadsheet_work, to_text(rules), sheet, "the spreadsheet", "; save it anew and send that"
    );
    if (!answer) return std::unexpected(std::move(answer).error());
    return from_text<SpreadsheetAnswer>(*answer);
}

Result<std::string> PaperProgram::write_letter(
    const Letter& letter, std::string_view picture, const fs::path& font_folder
) const {
    auto bytes = PaperFile::make();
    if (!bytes) return std::unexpected(std::move(bytes).error());
    const auto text = to_text(letter);
    for (const auto part : {std::string_view(text), std::string_view("\n"), picture})
        if (auto done = bytes->append(part); !done) return std::unexpected(done.error());
    const LetterWork rules{
        .font_folder = font_folder.string(),
        .memory_max_bytes = static_cast<std::int64_t>(limits_.memory_max_bytes + bytes->size())
    };
    return run(
        letter_work, to_text(rules), *bytes, "/signature: the picture",
        "; save it anew as PNG or JPEG"
    );
}

}  // namespace porteur::paper
