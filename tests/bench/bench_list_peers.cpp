// SPDX-License-Identifier: Apache-2.0
#include "bench_list_peers.hpp"

#include <arpa/inet.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "bench_client.hpp"
#include "bench_processes.hpp"
#include "support/look_again.hpp"

namespace porteur::bench {
namespace {

namespace fs = std::filesystem;

void say(const std::string& text) { std::fprintf(stderr, "bench: %s\n", text.c_str()); }

bool done(const std::string& command) { return std::system(command.c_str()) == 0; }

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + with.size())) text.replace(at, what.size(), with);
    return text;
}

/// The script that makes the table, with as many rows.
std::string making(const fs::path& script, std::int64_t rows) {
    std::ostringstream text;
    text << std::ifstream(script).rdbuf();
    return replaced(text.str(), "CNT", std::to_string(rows));
}

/// The same for PostgreSQL, which has no pragmas, and names the values of a series otherwise.
std::string for_postgresql(const std::string& text, std::int64_t rows) {
    std::istringstream lines(text);
    std::string out;
    for (std::string line; std::getline(lines, line);)
        if (!line.starts_with("pragma")) out += line + '\n';
    out = replaced(out, "printf('%09d', 100000000 + (value*7919)%899999999)", "(100000000 + (value::bigint*7919)%899999999)");
    out = replaced(out, "from generate_series(1,", "from generate_series(1::bigint, ");
    return replaced(out, std::to_string(rows) + ");", std::to_string(rows) + ") as value;") + "vacuum;\n";
}

bool takes_connections(std::uint16_t port) {
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool is_there = ::connect(probe, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
    ::close(probe);
    return is_there;
}

}  // namespace

std::optional<fs::path> peers_folder(const std::string& part, const std::vector<std::string>& packages) {
    const char* named = std::getenv("PORTEUR_PEERS");
    const fs::path source = PORTEUR_SOURCE;
    const auto scripts = (named ? fs::path(named) : source.parent_path() / "shared/peers") / part;
    if (!fs::exists(scripts)) {
        say("the peers are left out: there is no folder " + scripts.string() + "; PORTEUR_PEERS names the one above it");
        return std::nullopt;
    }
    const auto folder = source / "build/peers";
    fs::create_directories(folder);
    for (const auto& each : fs::directory_iterator(scripts)) {
        fs::copy_file(each.path(), folder / each.path().filename(), fs::copy_options::overwrite_existing);
        fs::permissions(folder / each.path().filename(), fs::perms::owner_write, fs::perm_options::add);
    }
    const auto is_there = [&](const std::string& each) { return fs::exists(folder / "node_modules" / each); };
    if (!std::ranges::all_of(packages, is_there)) {
        std::string words;
        for (const auto& each : packages) words += " " + each;
        say("installing the peers' packages under " + folder.string() + ":" + words);
        // What has to be compiled finds node's headers on this machine, where they are.
        const std::string headers = fs::exists("/usr/include/node") ? "npm_config_nodedir=/usr " : "";
        if (!done("cd '" + folder.string() + "' && " + headers + "npm install --no-audit --no-fund" + words + " >&2")) {
            say("the peers are left out: npm could not install them");
            return std::nullopt;
        }
    }
    return folder;
}

std::unique_ptr<ListPeer> ListPeer::start(std::int64_t rows, const fs::path& work, const PostgresServer* server) {
    const auto folder = peers_folder("api", server ? std::vector<std::string>{"fastify", "pg"} : std::vector<std::string>{"fastify", "better-sqlite3"});
    if (!folder) return nullptr;
    const auto script = work / "peer.sql";
    const auto text = making(*folder / "gen.sql", rows);
    std::ofstream(script) << (server ? for_postgresql(text, rows) : text);
    const auto database = work / "list-peer.db";
    if (server) server->make_database("numbers");
    if (!done(server ? "psql -q -v ON_ERROR_STOP=1 '" + server->address() + "numbers' -f '" + script.string() + "' >&2"
                     : "sqlite3 '" + database.string() + "' <'" + script.string() + "' >&2")) {
        say("fastify is left out: its table cannot be made");
        return nullptr;
    }
    std::unique_ptr<ListPeer> peer(new ListPeer);
    peer->name_ = server ? "fastify+pg" : "fastify+better-sqlite3";
    peer->can_search_ = !server;
    peer->port_ = free_port();
    const auto port = std::to_string(peer->port_);
    const auto address = server ? server->address() : std::string();
    peer->process_ = ::fork();
    if (peer->process_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        pin(0);
        if (::chdir(folder->c_str()) != 0) ::_exit(127);
        ::dup2(2, 1);
        if (server) {
            ::setenv("PG", address.c_str(), 1);
            ::execlp("node", "node", "fastify_pg.mjs", port.c_str(), nullptr);
        }
        ::execlp("node", "node", "fastify_sqlite.mjs", database.c_str(), port.c_str(), nullptr);
        ::_exit(127);
    }
    for (int tries = 0; tries < 200; ++tries) {
        if (takes_connections(peer->port_)) return peer;
        if (::waitpid(peer->process_, nullptr, WNOHANG) == peer->process_) {
            peer->process_ = -1;
            break;
        }
        porteur::testing::look_again_in(std::chrono::milliseconds(50));
    }
    say(peer->name_ + " is left out: it does not start");
    return nullptr;
}

ListPeer::~ListPeer() {
    if (process_ <= 0) return;
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
}

}  // namespace porteur::bench
