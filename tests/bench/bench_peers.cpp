// SPDX-License-Identifier: Apache-2.0
#include "bench_peers.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace porteur::bench {
namespace {

void say(const std::string& text) { std::fprintf(stderr, "bench: %s\n", text.c_str()); }

std::string output_of(const std::string& command) {
    std::string said;
    FILE* pipe = ::popen(command.c_str(), "r");
    if (!pipe) return said;
    char bytes[4096];
    while (const auto got = std::fread(bytes, 1, sizeof bytes, pipe)) said.append(bytes, got);
    ::pclose(pipe);
    return said;
}

bool can_run(const std::string& program) { return std::system(("command -v " + program + " >/dev/null").c_str()) == 0; }

}  // namespace

Peers::Peers(const std::filesystem::path& source, const std::filesystem::path& work) : work_(work) {
    const char* named = std::getenv("PORTEUR_PEERS");
    const auto scripts = named ? std::filesystem::path(named) : source.parent_path() / "shared/peers";
    if (!std::filesystem::exists(scripts / "common.mjs")) {
        say("the peers are left out: there are no scripts in " + scripts.string() + "; PORTEUR_PEERS names another folder");
        return;
    }
    // Packages stay from run to run under build/, which nobody commits.
    const auto folder = source / "build/peers";
    std::filesystem::create_directories(folder);
    for (const auto& each : std::filesystem::directory_iterator(scripts))
        if (each.path().extension() == ".mjs")
            std::filesystem::copy_file(each.path(), folder / each.path().filename(), std::filesystem::copy_options::overwrite_existing);
    if (!std::filesystem::exists(folder / "node_modules/@dbos-inc")) {
        say("installing the peers' packages (dbos-sdk, bullmq) under " + folder.string());
        const auto command = "cd '" + folder.string() + "' && npm install --no-audit --no-fund @dbos-inc/dbos-sdk bullmq ioredis >&2";
        if (std::system(command.c_str()) != 0) {
            say("the peers are left out: npm could not install them");
            return;
        }
    }
    folder_ = folder;
}

std::optional<double> Peers::run(const std::string& variables, const std::string& script, int orders, int in_flight) {
    const CarrierProcess carrier;
    const auto said = output_of("cd '" + folder_.string() + "' && env CARRIER_PORT=" + std::to_string(carrier.port()) + " N=" +
                                std::to_string(orders) + " C=" + std::to_string(in_flight) + " " + variables + " timeout 120 node " +
                                script + " 2>&1 | tail -1");
    const auto at = said.find("\"orders_per_s\":");
    if (at == said.npos) {
        say(script + " gave no figure: " + said);
        return std::nullopt;
    }
    say("peer " + said.substr(0, said.find('\n')));
    return std::strtod(said.c_str() + at + 15, nullptr);
}

std::optional<double> Peers::dbos(int orders, int in_flight, const PostgresServer& database) {
    if (!there()) return std::nullopt;
    return run("PG=" + database.address(), "dbos.mjs", orders, in_flight);
}

std::optional<double> Peers::bullmq(int orders, int in_flight) {
    if (!there()) return std::nullopt;
    if (!can_run("redis-server")) {
        say("BullMQ is left out: there is no redis-server on this machine");
        return std::nullopt;
    }
    const auto port = free_port();
    const auto folder = work_ / "redis";
    std::filesystem::create_directories(folder);
    const auto pid_file = folder / "pid";
    // As durable as we are: every write is synced.
    const auto started = std::system(("redis-server --port " + std::to_string(port) + " --bind 127.0.0.1 --dir '" + folder.string() +
                                      "' --appendonly yes --appendfsync always --save '' --daemonize yes --pidfile '" +
                                      pid_file.string() + "' >/dev/null")
                                         .c_str());
    if (started != 0) {
        say("BullMQ is left out: redis-server does not start");
        return std::nullopt;
    }
    const auto rate = run("REDIS=" + std::to_string(port) + " JOURNAL=1 TAG='aof always'", "bullmq.mjs", orders, in_flight);
    if (std::system(("kill $(cat '" + pid_file.string() + "')").c_str()) != 0) say("redis-server did not stop");
    return rate;
}

}  // namespace porteur::bench
