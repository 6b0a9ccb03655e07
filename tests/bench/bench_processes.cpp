// SPDX-License-Identifier: Apache-2.0
#include "bench_processes.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace porteur::bench {
namespace {

std::filesystem::path own_folder() { return std::filesystem::read_symlink("/proc/self/exe").parent_path(); }

std::string whole(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
}

/// The number in kB after "Name:" of /proc/self/status.
double status_mb(const std::string& status, const std::string& name) {
    const auto at = status.find("\n" + name + ":");
    return at == status.npos ? 0 : std::strtod(status.c_str() + at + name.size() + 2, nullptr) / 1024;
}

}  // namespace

void stop(const std::string& why) {
    std::fprintf(stderr, "bench: %s\n", why.c_str());
    std::exit(1);
}

WorkFolder::WorkFolder() {
    // /tmp may be in memory, where nothing is ever synced; /var/tmp outlives a restart.
    std::string name = "/var/tmp/porteur-bench-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) stop("no folder can be made under /var/tmp");
    path_ = name;
    std::filesystem::permissions(path_, std::filesystem::perms(0755));
}

WorkFolder::~WorkFolder() {
    std::error_code ignored;  // a folder that stays is a nuisance, not a wrong figure
    std::filesystem::remove_all(path_, ignored);
}

double cpu_seconds(pid_t process) {
    const auto text = whole("/proc/" + std::to_string(process) + "/stat");
    const auto name_end = text.rfind(')');
    if (name_end == text.npos) return 0;
    std::istringstream in(text.substr(name_end + 1));
    std::string word;
    double ticks = 0;
    for (int at = 3; in >> word && at <= 15; ++at)  // fields 14 and 15: utime, stime
        if (at >= 14) ticks += std::strtod(word.c_str(), nullptr);
    return ticks / double(::sysconf(_SC_CLK_TCK));
}

double status_mb(pid_t process, const std::string& name) {
    std::ifstream in("/proc/" + std::to_string(process) + "/status");
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(name + ":"))
            return std::strtod(line.c_str() + name.size() + 1, nullptr) / 1024;
    return 0;
}

double cpu_seconds_of_children(pid_t process) {
    double sum = 0;
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
        std::istringstream children(whole(task.path() / "children"));
        for (pid_t each; children >> each;) sum += cpu_seconds(each);
    }
    return sum;
}

Memory memory_now() {
    const auto status = whole("/proc/self/status");
    return {status_mb(status, "VmRSS"), status_mb(status, "RssAnon")};
}

std::uint16_t free_port() {
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &length) != 0)
        stop("no port is free on 127.0.0.1");
    ::close(probe);
    return ntohs(address.sin_port);
}

// ------------------------------------------------------------------ the carrier

CarrierProcess::CarrierProcess(int look_ups_until_completed) {
    const auto program = own_folder() / "support/bench-carrier";
    const auto look_ups = std::to_string(look_ups_until_completed);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) stop("no pipe to the carrier");
    process_ = ::fork();
    if (process_ == 0) {
        ::dup2(ends[1], STDOUT_FILENO);
        ::execl(program.c_str(), program.c_str(), look_ups.c_str(), nullptr);
        ::_exit(127);
    }
    ::close(ends[1]);
    FILE* out = ::fdopen(ends[0], "r");
    int port = 0;
    if (std::fscanf(out, "%d", &port) != 1) stop("the carrier " + program.string() + " does not start");
    std::fclose(out);
    port_ = static_cast<std::uint16_t>(port);
}

CarrierProcess::~CarrierProcess() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
}

long CarrierProcess::stat(const std::string& name) const {
    const int file = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string answer(4096, '\0');
    const std::string_view request = "GET /stats HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    if (::connect(file, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::send(file, request.data(), request.size(), MSG_NOSIGNAL) < 0)
        stop("the carrier is gone");
    const auto got = ::recv(file, answer.data(), answer.size(), 0);
    ::close(file);
    answer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    const auto at = answer.find("\"" + name + "\":");
    return at == answer.npos ? -1 : std::strtol(answer.c_str() + at + name.size() + 3, nullptr, 10);
}

// ------------------------------------------------------------------ PostgreSQL

PostgresServer::PostgresServer(const std::filesystem::path& folder) : folder_(folder / "postgresql"), port_(free_port()) {
    std::filesystem::create_directories(folder_);
    const auto data = (folder_ / "data").string();
    if (::geteuid() == 0 && std::system(("chown postgres " + folder_.string()).c_str()) != 0)
        stop("there is no user postgres to run the server as");
    if (std::system(command("initdb -D " + data + " -A trust -U postgres -E UTF8 --locale=C.UTF-8").c_str()) != 0)
        stop("PostgreSQL's initdb failed; postgresql-15 must be installed");
    const auto options = "-c listen_addresses=127.0.0.1 -c port=" + std::to_string(port_) +
                         " -c unix_socket_directories=" + folder_.string() + " -c shared_buffers=256MB -c max_wal_size=4GB -c min_wal_size=1GB";
    if (std::system(command("pg_ctl -D " + data + " -l " + folder_.string() + "/log -w -o \"" + options + "\" start").c_str()) != 0)
        stop("PostgreSQL does not start");
    std::ifstream(folder_ / "data/postmaster.pid") >> process_;
    recycle_log();
}

/// A server that has run for a while writes its log over old segments; a new one makes each first, 16 MB of zeros
/// that every commit meanwhile waits for (some 45 ms). Here it gets its old segments before anything is measured.
void PostgresServer::recycle_log() const {
    std::string words = "psql -h 127.0.0.1 -p " + std::to_string(port_) + " -U postgres -q";
    for (int segment = 0; segment < 24; ++segment)
        words += " -c \"select pg_logical_emit_message(false, 'bench', 'x')\" -c 'select pg_switch_wal()'";
    if (std::system(command(words + " -c checkpoint -c checkpoint").c_str()) != 0) stop("PostgreSQL's log cannot be prepared");
}

PostgresServer::~PostgresServer() {
    if (std::system(command("pg_ctl -D " + (folder_ / "data").string() + " -m immediate -w stop").c_str()) != 0)
        std::fprintf(stderr, "bench: PostgreSQL did not stop (process %d)\n", process_);
}

std::string PostgresServer::command(const std::string& words) const {
    const auto whole = "/usr/lib/postgresql/15/bin/" + words + " >/dev/null";
    // From a folder that the user may stand in.
    if (::geteuid() != 0) return whole;
    return "cd / && runuser -u postgres -- " + whole;
}

std::string PostgresServer::address() const { return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/"; }

void PostgresServer::make_database(const std::string& name) const {
    if (std::system(command("createdb -h 127.0.0.1 -p " + std::to_string(port_) + " -U postgres " + name).c_str()) != 0)
        stop("the database " + name + " cannot be made");
}

}  // namespace porteur::bench
