// SPDX-License-Identifier: Apache-2.0
#include "paper/paper_lock.hpp"

#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

namespace porteur::paper {
namespace {

#ifdef PORTEUR_SANITIZED
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

struct FilterEnd {
    void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, FilterEnd>;

constexpr auto allowed = std::to_array<int>({
    SCMP_SYS(read),
    SCMP_SYS(pread64),
    SCMP_SYS(readv),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(close),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(brk),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(sched_yield),
    SCMP_SYS(getrandom),
});

// Asked by the C library of its streams; an error does them no harm.
constexpr auto answered_no = std::to_array<int>({
    SCMP_SYS(ioctl),
    SCMP_SYS(newfstatat),
});

constexpr auto denied = std::to_array<int>({
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(openat2),
    SCMP_SYS(creat),
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(socket),
    SCMP_SYS(socketpair),
    SCMP_SYS(connect),
    SCMP_SYS(ptrace),
    SCMP_SYS(kill),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(rename),
    SCMP_SYS(renameat2),
});

std::unexpected<Error> failed(const char* what, int error) {
    return failure(
        ErrorKind::internal, std::string("porteur-paper cannot lock itself: ") + what + ": " +
                                 std::generic_category().message(error)
    );
}

int limit(__rlimit_resource resource, std::uint64_t to) {
    const rlimit both{to, to};
    return ::setrlimit(resource, &both);
}

template <std::size_t Count>
int add_all(const Filter& filter, std::uint32_t action, const std::array<int, Count>& calls) {
    for (const int call : calls)
        if (const int wrong = seccomp_rule_add(filter.get(), action, call, 0);
            wrong != 0 && wrong != -EDOM)
            return wrong;
    return 0;
}

}  // namespace

Result<void> limit_paper(std::uint64_t memory_max_bytes) {
    if (::prctl(PR_SET_DUMPABLE, 0) != 0) return failed("PR_SET_DUMPABLE", errno);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("PR_SET_NO_NEW_PRIVS", errno);
    if (limit(RLIMIT_CORE, 0) != 0 || limit(RLIMIT_FSIZE, 0) != 0 ||
        limit(RLIMIT_CPU, paper_cpu_max_s) != 0)
        return failed("setrlimit", errno);
    if (!sanitized && memory_max_bytes != 0 && limit(RLIMIT_AS, memory_max_bytes) != 0)
        return failed("RLIMIT_AS", errno);
    return {};
}

Result<void> lock_paper() {
    const Filter filter(seccomp_init(sanitized ? SCMP_ACT_ALLOW : SCMP_ACT_KILL_PROCESS));
    if (!filter) return failed("seccomp_init", ENOMEM);
    int wrong = 0;
    if (sanitized) {
        wrong = add_all(filter, SCMP_ACT_KILL_PROCESS, denied);
    } else {
        wrong = add_all(filter, SCMP_ACT_ALLOW, allowed);
        if (wrong == 0) wrong = add_all(filter, SCMP_ACT_ERRNO(EPERM), answered_no);
        // Memory, but never memory that can be executed.
        const scmp_arg_cmp not_executable{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0};
        for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)})
            if (wrong == 0)
                wrong =
                    seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call, 1, &not_executable);
    }
    if (wrong == 0) wrong = seccomp_load(filter.get());
    if (wrong != 0) return failed("seccomp", -wrong);
    return {};
}

}  // namespace porteur::paper
