// SPDX-License-Identifier: Apache-2.0
#include "plugins/sandbox.hpp"

#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <span>
#include <system_error>

namespace porteur {
namespace {

#ifdef PORTEUR_SANITIZED
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

ProcessPage* shared_page = nullptr;

// Nothing here but what may be done in a signal handler.
void on_forbidden_call(int, siginfo_t* about, void*) {
    if (shared_page)
        shared_page->forbidden_call.store(static_cast<std::uint32_t>(about->si_syscall) + 1);
    ::syscall(SYS_exit_group, forbidden_exit_code);
}

struct FilterEnd {
    void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, FilterEnd>;

std::unexpected<Error> failed(const char* what, int error) {
    return failure(
        ErrorKind::internal, std::string("the plugin process cannot lock itself: ") + what + ": " +
                                 std::generic_category().message(error)
    );
}

// No way out, not even while the library loads.
constexpr auto denied_always = std::to_array<int>({
    SCMP_SYS(socket),
    SCMP_SYS(socketpair),
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(kill),
    SCMP_SYS(tkill),
    SCMP_SYS(pidfd_open),
    SCMP_SYS(pidfd_send_signal),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(mount),
    SCMP_SYS(umount2),
    SCMP_SYS(chroot),
    SCMP_SYS(pivot_root),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(bpf),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(init_module),
    SCMP_SYS(finit_module),
    SCMP_SYS(kexec_load),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(setuid),
    SCMP_SYS(setgid),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(rename),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat),
    SCMP_SYS(chmod),
    SCMP_SYS(fchmodat),
    SCMP_SYS(chown),
    SCMP_SYS(truncate),
    SCMP_SYS(symlink),
    SCMP_SYS(symlinkat),
    SCMP_SYS(link),
    SCMP_SYS(linkat),
    SCMP_SYS(mknod),
    SCMP_SYS(mknodat),
});

// What a sanitizer build denies once the library is loaded.
constexpr auto denied_after = std::to_array<int>({
    SCMP_SYS(open),
    SCMP_SYS(openat),
    SCMP_SYS(openat2),
    SCMP_SYS(creat),
    SCMP_SYS(clone),
    SCMP_SYS(clone3),
    SCMP_SYS(memfd_create),
});

// What computing, answering and dying need. The descriptors are those that are open: no call here
// makes another.
constexpr auto allowed = std::to_array<int>({
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(recvmsg),
    SCMP_SYS(recvfrom),
    SCMP_SYS(sendmsg),
    SCMP_SYS(sendto),
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
    SCMP_SYS(restart_syscall),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(sched_yield),
});

// Harmless questions that the C library asks of its streams: answered with an error, not with
// death.
constexpr auto answered_no = std::to_array<int>({
    SCMP_SYS(ioctl),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
});

int add_all(void* filter, std::uint32_t action, std::span<const int> calls) {
    for (const int call : calls)
        // A call that this machine does not have needs no rule.
        if (const int wrong = seccomp_rule_add(filter, action, call, 0);
            wrong != 0 && wrong != -EDOM)
            return wrong;
    return 0;
}

Result<void> install(Filter filter) {
    // Most calls are read and write: a tree finds them in a few comparisons instead of one for each
    // rule.
    seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (const int wrong = seccomp_load(filter.get()); wrong != 0)
        return failed("seccomp_load", -wrong);
    return {};
}

Result<void> deny(std::span<const int> calls, std::span<const int> more) {
    Filter filter(seccomp_init(SCMP_ACT_ALLOW));
    if (!filter) return failed("seccomp_init", ENOMEM);
    int wrong = add_all(filter.get(), SCMP_ACT_TRAP, calls);
    if (wrong == 0) wrong = add_all(filter.get(), SCMP_ACT_TRAP, more);
    if (wrong != 0) return failed("seccomp_rule_add", -wrong);
    return install(std::move(filter));
}

Result<void> allow_listed() {
    Filter filter(seccomp_init(SCMP_ACT_TRAP));
    if (!filter) return failed("seccomp_init", ENOMEM);
    int wrong = add_all(filter.get(), SCMP_ACT_ALLOW, allowed);
    if (wrong == 0) wrong = add_all(filter.get(), SCMP_ACT_ERRNO(EPERM), answered_no);
    // Memory, but never memory that can be executed.
    const scmp_arg_cmp not_executable{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0};
    for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)})
        if (wrong == 0)
            wrong = seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call, 1, &not_executable);
    // abort() sends itself a signal.
    const scmp_arg_cmp itself{0, SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid()), 0};
    if (wrong == 0)
        wrong = seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &itself);
    if (wrong != 0) return failed("seccomp_rule_add", -wrong);
    return install(std::move(filter));
}

int limit(int resource, std::uint64_t to) {
    const rlimit both{to, to};
    return ::setrlimit(static_cast<__rlimit_resource>(resource), &both);
}

}  // namespace

Result<void> limit_process(std::uint64_t memory_max_bytes, pid_t parent) {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return failed("PR_SET_PDEATHSIG", errno);
    // The daemon may have died before the line above.
    if (::getppid() != parent) return failed("its daemon", ESRCH);
    if (::prctl(PR_SET_DUMPABLE, 0) != 0) return failed("PR_SET_DUMPABLE", errno);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("PR_SET_NO_NEW_PRIVS", errno);
    if (::chdir("/") != 0) return failed("chdir", errno);
    ::umask(077);
    if (limit(RLIMIT_CORE, 0) != 0 || limit(RLIMIT_NPROC, 0) != 0 ||
        limit(RLIMIT_NOFILE, 16) != 0 || limit(RLIMIT_FSIZE, 0) != 0 ||
        limit(RLIMIT_MEMLOCK, 0) != 0)
        return failed("setrlimit", errno);
    if (!sanitized && memory_max_bytes != 0 && limit(RLIMIT_AS, memory_max_bytes) != 0)
        return failed("RLIMIT_AS", errno);
    return deny(denied_always, {});
}

Result<void> lock_process(ProcessPage& page) {
    shared_page = &page;
    struct sigaction action{};
    action.sa_sigaction = on_forbidden_call;
    action.sa_flags = SA_SIGINFO;
    if (::sigaction(SIGSYS, &action, nullptr) != 0) return failed("sigaction", errno);
    return sanitized ? deny(denied_after, {}) : allow_listed();
}

}  // namespace porteur
