// SPDX-License-Identifier: Apache-2.0
// porteurd and the service manager that starts it: what it tells (sd_notify), the socket that it is given, and the
// watchdog, which hears nothing when the engine's thread hangs. The test is the service manager.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../faults/http_client.hpp"
#include "../support/daemon_host.hpp"

namespace porteur::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

/// Where a service manager listens to its services.
class Ear {
public:
    Ear() {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        // The folder of a test can be deeper than such an address may be long.
        if (!mkdtemp(folder_)) throw std::runtime_error("mkdtemp failed");
        path = std::string(folder_) + "/notify";
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        if (bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw std::runtime_error("bind failed");
    }
    ~Ear() {
        close(socket_);
        fs::remove_all(folder_);
    }
    Ear(const Ear&) = delete;
    Ear& operator=(const Ear&) = delete;

    /// The next message within so long.
    std::optional<std::string> next(std::chrono::milliseconds most) const {
        pollfd wait{socket_, POLLIN, 0};
        if (poll(&wait, 1, static_cast<int>(most.count())) <= 0) return std::nullopt;
        char text[2048];
        const auto count = recv(socket_, text, sizeof text, 0);
        return std::string(text, count > 0 ? static_cast<std::size_t>(count) : 0);
    }
    /// The next one that is no word of the watchdog.
    std::string next_word() const {
        for (;;) {
            auto message = next(30s);
            if (!message) return "nothing within 30 s";
            if (*message != "WATCHDOG=1") return *message;
        }
    }

    std::string path;

private:
    char folder_[32] = "/tmp/porteur.notify.XXXXXX";
    int socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

class ServiceManager : public ::testing::Test {
protected:
    ServiceManager() {
        fs::create_directories(here.path / "plugins");
        settings("");
        output_of({PORTEUR_DAEMON, "--config", config, "init"});
    }

    void settings(const std::string& more) const {
        here.write(
            "config/porteur.toml",
            "store = \"sqlite:../data/porteur.db\"\nkey = { file = \"../data/porteur.key\" }\n"
            "[documents]\nfolder = \"../data/documents\"\n[plugins]\nfolders = [\"../plugins\"]\n[api]\nport = 0\n" + more
        );
    }
    void start(std::vector<std::string> environment) {
        environment.insert(environment.begin(), {"/usr/bin/env", "NOTIFY_SOCKET=" + ear.path});
        environment.insert(environment.end(), {PORTEUR_DAEMON, "--config", config});
        daemon = Program::serve(environment, here.path / "porteurd.log");
    }
    std::string log() const {
        std::ifstream file(here.path / "porteurd.log");
        return {std::istreambuf_iterator<char>(file), {}};
    }

    const Folder here;
    const std::string config = here.path / "config";
    const Ear ear;
    Program daemon;
};

TEST_F(ServiceManager, HearsOfStartReloadAndStop) {
    start({});
    const auto listening = "listening on http://127.0.0.1:" + std::to_string(daemon.port());
    EXPECT_EQ(ear.next_word(), "READY=1\nSTATUS=" + listening);

    kill(daemon.pid(), SIGHUP);
    EXPECT_THAT(ear.next_word(), MatchesRegex("RELOADING=1\nMONOTONIC_USEC=[1-9][0-9]+\nSTATUS=reading the settings again"));
    EXPECT_EQ(ear.next_word(), "READY=1\nSTATUS=" + listening);

    kill(daemon.pid(), SIGTERM);
    EXPECT_THAT(ear.next_word(), StartsWith("STOPPING=1\n"));
    EXPECT_TRUE(daemon.ended_within(30s));
}

TEST_F(ServiceManager, HearsInOneLineWhyTheOldSettingsAreKept) {
    start({});
    EXPECT_THAT(ear.next_word(), StartsWith("READY=1\n"));
    settings("prot = 1\n");
    kill(daemon.pid(), SIGHUP);
    EXPECT_THAT(ear.next_word(), StartsWith("RELOADING=1\n"));
    const auto kept = ear.next_word();
    EXPECT_THAT(kept, AllOf(StartsWith("READY=1\nSTATUS=listening on "), HasSubstr("; the old settings are kept: "), HasSubstr("prot")));
    EXPECT_EQ(std::ranges::count(kept, '\n'), 1);
}

TEST_F(ServiceManager, HearsTheWatchdogOfOneThatStandsByAndTakesOver) {
    settings("[cluster]\nnode = \"first\"\n");
    auto first = Program::serve({PORTEUR_DAEMON, "--config", config}, here.path / "first.log");
    settings("[cluster]\nnode = \"second\"\n");
    auto second = Program::launch({"/usr/bin/env", "NOTIFY_SOCKET=" + ear.path, "WATCHDOG_USEC=600000", PORTEUR_DAEMON, "--config", config}, here.path / "porteurd.log");
    std::string ready;
    while (!ready.starts_with("READY=1\nSTATUS=standing by on ")) {
        ready = ear.next(30s).value_or("nothing within 30 s");
        ASSERT_NE(ready, "nothing within 30 s") << log();
    }
    const auto is_fed = [&] {
        for (const auto end = std::chrono::steady_clock::now() + 5s; std::chrono::steady_clock::now() < end;)
            if (ear.next(600ms) == "WATCHDOG=1") return true;
        return false;
    };
    for (int word = 0; word < 3; ++word) EXPECT_TRUE(is_fed()) << "while it stands by";
    first.kill();
    const auto end = std::chrono::steady_clock::now() + 30s;
    for (std::string word; !word.starts_with("READY=1\nSTATUS=listening on ");) {
        word = ear.next(600ms).value_or("");
        ASSERT_NE(word, "") << "silent for the whole of the watchdog's time while it takes over";
        ASSERT_LT(std::chrono::steady_clock::now(), end) << log();
    }
    for (int word = 0; word < 3; ++word) EXPECT_TRUE(is_fed()) << "when it works";
    second.kill();
}

TEST_F(ServiceManager, HearsTheWatchdogAtHalfItsTime) {
    const auto before = std::chrono::steady_clock::now();
    start({"WATCHDOG_USEC=600000"});
    EXPECT_THAT(ear.next_word(), StartsWith("READY=1\n"));
    for (int word = 1; word <= 3; ++word) {
        EXPECT_EQ(ear.next(30s), "WATCHDOG=1");
        // A busy machine makes it later, and nothing makes it sooner.
        EXPECT_GE(std::chrono::steady_clock::now() - before, word * 300ms);
    }
}

TEST_F(ServiceManager, HearsNoWatchdogWhereItAskedForNone) {
    start({});
    EXPECT_THAT(ear.next(30s).value_or(""), StartsWith("READY=1\n"));
    EXPECT_EQ(ear.next(700ms), std::nullopt);
}

/// Stops one thread of another process, and no other of it.
class FrozenThread {
public:
    explicit FrozenThread(pid_t thread) : thread_(thread) {
        if (ptrace(PTRACE_SEIZE, thread_, nullptr, nullptr) != 0) return;
        int status = 0;
        frozen = ptrace(PTRACE_INTERRUPT, thread_, nullptr, nullptr) == 0 && waitpid(thread_, &status, __WALL) == thread_;
    }
    void let_go() {
        if (std::exchange(frozen, false)) ptrace(PTRACE_DETACH, thread_, nullptr, nullptr);
    }
    ~FrozenThread() { let_go(); }
    FrozenThread(const FrozenThread&) = delete;
    FrozenThread& operator=(const FrozenThread&) = delete;

    bool frozen = false;

private:
    pid_t thread_;
};

/// The thread of that name, as `top -H` shows it.
pid_t thread_of(pid_t process, const std::string& name) {
    for (const auto& each : fs::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
        std::string called;
        std::getline(std::ifstream(each.path() / "comm"), called);
        if (called == name) return std::stoi(each.path().filename());
    }
    return 0;
}

TEST_F(ServiceManager, HearsNothingWhileTheEnginesThreadHangsThoughTheApiAnswers) {
    start({"WATCHDOG_USEC=600000"});
    EXPECT_THAT(ear.next_word(), StartsWith("READY=1\n"));
    EXPECT_EQ(ear.next(30s), "WATCHDOG=1");
    const auto engine = thread_of(daemon.pid(), "engine");
    ASSERT_GT(engine, 0);

    FrozenThread hung(engine);
    if (!hung.frozen) GTEST_SKIP() << "this machine lets nobody stop a thread of another process (ptrace)";
    // One word may lie here already, and another be under way for an answer from before.
    int late = 0;
    while (late <= 2 && ear.next(1500ms)) ++late;
    EXPECT_LE(late, 2) << "a daemon whose engine hangs would never be started again";
    EXPECT_EQ(http(daemon.port(), "GET", "/healthz").value_or(HttpReply{}).status, 200) << "only one thread hangs";

    hung.let_go();
    EXPECT_EQ(ear.next(30s), "WATCHDOG=1");
}

/// A socket that listens on loopback, left open for what is started.
struct Listener {
    Listener() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (bind(socket, reinterpret_cast<const sockaddr*>(&address), size) != 0 || listen(socket, 16) != 0) throw std::runtime_error("listen failed");
        getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(address.sin_port);
    }
    ~Listener() { close(socket); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// The command that starts porteurd with this socket as its third descriptor, and `more` as others.
    std::vector<std::string> command(const std::string& config, int count = 1) const {
        return {"/bin/bash", "-c",
                "exec 3<&" + std::to_string(socket) + " 4<&" + std::to_string(socket) +
                    "; export LISTEN_PID=$$ LISTEN_FDS=" + std::to_string(count) + "; exec " PORTEUR_DAEMON " --config '" + config + "' 2>&1"};
    }

    const int socket = fcntl(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), F_DUPFD, 20);
    unsigned port = 0;
};

TEST_F(ServiceManager, GivesASocketThatPorteurdServesInPlaceOfItsOwn) {
    const Listener given;
    settings("address = \"192.0.2.1\"\n");  // of documentation: nobody can listen there
    daemon = Program::serve(given.command(config), here.path / "porteurd.log");
    EXPECT_EQ(daemon.port(), given.port);
    EXPECT_EQ(http(given.port, "GET", "/healthz").value_or(HttpReply{}).status, 200);
}

/// Waits for the other end to connect to a listener. @return whether it did
bool is_connected_to(const Listener& listener) {
    pollfd wait{listener.socket, POLLIN, 0};
    return poll(&wait, 1, 30'000) == 1;
}

TEST_F(ServiceManager, EndsAStartThatWaitsForItsDatabaseWithZeroAndAtOnce) {
    const Listener silent;  // takes connections, and answers nothing: a start that lasts
    here.write(
        "config/porteur.toml",
        "store = \"postgresql://porteur@127.0.0.1:" + std::to_string(silent.port) + "/porteur?sslmode=disable\"\n"
        "key = { file = \"../data/porteur.key\" }\n[documents]\nfolder = \"../data/documents\"\n[plugins]\nfolders = [\"../plugins\"]\n[api]\nport = 0\n"
    );
    for (const int signal : {SIGTERM, SIGINT}) {
        const auto started = fork();
        ASSERT_GE(started, 0);
        if (started == 0) {
            setenv("NOTIFY_SOCKET", ear.path.c_str(), 1);
            const auto log = open((here.path / "porteurd.log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
            dup2(log, STDERR_FILENO);
            execl(PORTEUR_DAEMON, "porteurd", "--config", config.c_str(), nullptr);
            _exit(127);
        }
        ASSERT_TRUE(is_connected_to(silent)) << log();
        const auto taken = accept4(silent.socket, nullptr, nullptr, SOCK_CLOEXEC);
        ::kill(started, signal);
        const auto handle = static_cast<int>(syscall(SYS_pidfd_open, started, 0));
        pollfd wait{handle, POLLIN, 0};
        const bool ended = poll(&wait, 1, 10'000) == 1;
        close(handle);
        close(taken);
        if (!ended) ::kill(started, SIGKILL);
        int status = 0;
        ASSERT_EQ(waitpid(started, &status, 0), started);
        EXPECT_TRUE(ended) << "it waited for its database";
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status << "\n" << log();
        EXPECT_THAT(ear.next_word(), StartsWith("STOPPING=1\n"));
    }
    EXPECT_THAT(log(), HasSubstr("stopping; nothing was under way"));
}

TEST_F(ServiceManager, IsToldThatPorteurdTakesOneSocketOnly) {
    const Listener given;
    const auto ended = run(given.command(config, 2));
    EXPECT_EQ(ended.status, 1);
    EXPECT_EQ(
        ended.output,
        "porteurd: the service manager gave 2 sockets to listen on, and porteurd takes one; leave one ListenStream= in porteurd.socket\n"
    );
}

TEST_F(ServiceManager, IsToldWhenWhatItGaveDoesNotListen) {
    const auto ended = run(
        {"/bin/bash", "-c", "exec 3</dev/null; export LISTEN_PID=$$ LISTEN_FDS=1; exec " PORTEUR_DAEMON " --config '" + config + "' 2>&1"}
    );
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.output, HasSubstr("is no listening TCP socket; write ListenStream=ADDRESS:PORT in porteurd.socket"));
}

}  // namespace
}  // namespace porteur::testing
