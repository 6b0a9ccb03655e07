// SPDX-License-Identifier: Apache-2.0
#include "support/postgres_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

/// SOCI 4.0's PostgreSQL backend does not give back the text of a statement's parameters: 100 bytes for
/// each statement that is prepared, not for each run of one.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libsoci_postgresql\n"; }

namespace porteur::testing {
namespace {

int free_port() {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const bool bound = bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                       getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    close(listener);
    return bound ? ntohs(address.sin_port) : 0;
}

bool run(const std::string& command) { return std::system(command.c_str()) == 0; }

}  // namespace

std::string PostgresServer::as_server(const std::string& command) const {
    // PostgreSQL refuses to run as root.
    return geteuid() == 0 ? "cd / && runuser -u postgres -- " + command : command;
}

PostgresServer::PostgresServer() {
    programs_ = "/usr/lib/postgresql/15/bin";
    if (!std::filesystem::exists(programs_ / "initdb")) {
        trouble_ = "PostgreSQL 15 is not installed (tools/setup does)";
        return;
    }
    std::string pattern = (std::filesystem::temp_directory_path() / "porteur-postgres-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
        trouble_ = "no temporary folder can be made";
        return;
    }
    folder_ = pattern;
    if (geteuid() == 0) run("chown postgres " + folder_.string());
    const auto data = (folder_ / "data").string(), log = (folder_ / "log").string();
    if (!run(as_server((programs_ / "initdb").string() + " -D " + data + " -A trust -U postgres -E UTF8 --locale=C.UTF-8 -N > /dev/null"))) {
        trouble_ = "initdb failed";
        return;
    }
    // Others look for free ports too, and one of them may be faster.
    for (int tried = 0; tried < 5 && !running_; ++tried) {
        port_ = free_port();
        // Servers and processes of ours die in tests, never the machine: what the kernel was given is kept.
        const std::string options = "-c fsync=off -c full_page_writes=off -p " + std::to_string(port_) + " -c listen_addresses=127.0.0.1 -c unix_socket_directories=" + folder_.string();
        running_ = run(as_server((programs_ / "pg_ctl").string() + " -D " + data + " -l " + log + " -w -t 60 -o '" + options + "' start > /dev/null"));
    }
    if (running_) return;
    std::ifstream in(log);
    std::ostringstream text;
    text << in.rdbuf();
    trouble_ = "the server does not start: " + text.str();
}

PostgresServer::~PostgresServer() {
    if (running_) run(as_server((programs_ / "pg_ctl").string() + " -D " + (folder_ / "data").string() + " -m immediate stop > /dev/null"));
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

bool PostgresServer::restart() {
    const auto command = (programs_ / "pg_ctl").string() + " -D " + (folder_ / "data").string() + " -l " + (folder_ / "log").string();
    return run(as_server(command + " -m immediate -w -t 60 restart > /dev/null"));
}

std::string PostgresServer::fresh_database(const std::string& name) {
    const std::string server = " -h 127.0.0.1 -p " + std::to_string(port_) + " -U postgres ";
    run((programs_ / "createdb").string() + server + name);
    return "postgresql:host=127.0.0.1 port=" + std::to_string(port_) + " user=postgres dbname=" + name;
}

}  // namespace porteur::testing
