// SPDX-License-Identifier: Apache-2.0
// The inventory with a million numbers (or ten): a page of the list, a search in a column, a page sorted by
// each column, over HTTP at a daemon of its own on one core, the client on another. Authorisation is in
// each figure: each request carries a token that is looked up, and sees what its account may see.
//
//     tools/bench numbers [--rows N] [--store sqlite|postgresql] [--peers] [OP...]
//         prints one JSON object for each: op, rows, store, value, unit, peer, ratio, and what else is known;
//         OP: list search sort csv pdf import (all of them unless some are named)
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <fstream>
#include <functional>
#include <random>
#include <set>
#include <thread>

#include "access/token.hpp"
#include "bench_client.hpp"
#include "bench_exports.hpp"
#include "bench_import.hpp"
#include "bench_list_peers.hpp"
#include "bench_world.hpp"
#include "inventory/number_directory.hpp"

namespace porteur::bench {
namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point began) { return std::chrono::duration<double>(Steady::now() - began).count(); }

// ------------------------------------------------------------------ the numbers

constexpr std::array accounts{"thinktel", "ringcentral", "genesys", "openphone", "notify"};
constexpr std::array users{"Reception", "Sales", "Support", "Anna Martin", "Bob Smith", "Fax", "Night bell", "Émile Roy"};
constexpr int companies = 500;

NumberRow row_of(std::int64_t at, NumberDirectory& directory, std::vector<StoredClass>& made) {
    static constexpr std::array countries{"FR", "US", "GB", "DE"};
    static constexpr std::array prefixes{"33", "1", "44", "49"};
    static constexpr std::array states{NumberState::in_service, NumberState::in_service, NumberState::in_service, NumberState::assigned,
                                       NumberState::available,  NumberState::available,  NumberState::port_in_pending};
    const auto country = static_cast<std::size_t>(at % 4);
    NumberRow row;
    row.key = *number_key(fmt::format("+{}{}", prefixes[country], 100'000'000 + (at * 7919) % 899'999'999));
    const bool in_pool = at % 5 == 4;
    const bool used = !in_pool && at % 3 != 0;
    row.tenant = in_pool ? 1 : 2 + at % companies;  // make_companies() makes them
    if (used) row.used_by = fmt::format("{} {}", users[static_cast<std::size_t>(at % 8)], at % 9001);
    const bool active = at % 10 < 7;
    row.class_id = directory.id_of(
        {.account = accounts[static_cast<std::size_t>(at / 7 % 5)],
         .country = countries[country],
         .type = at % 11 == 0 ? "toll_free" : at % 3 == 0 ? "mobile" : "local",
         .state = states[static_cast<std::size_t>(at % 7)],
         .use = used ? (at % 4 == 0 ? UseType::service : UseType::user) : UseType::none,
         .active = active},
        made
    );
    row.features = "voice sms";
    row.tags = at % 20 == 0 ? "vip" : "";
    row.cost = "1.50 CAD";
    row.source = "import";
    row.created = row.updated = Instant{std::chrono::milliseconds{1'790'000'000'000 + at}};
    if (active) row.first_call = row.created;
    row.version = 1;
    return row;
}

double fill(const std::string& address, std::int64_t count) {
    const StoreSeal seal{Sealing(MasterKey(std::string(MasterKey::size, 'k')))};
    auto store = Store::open({.address = address, .holder = "bench"}, seal, [](std::function<void()> run) { run(); });
    if (!store) stop(store.error().message);
    auto book = open_number_book(**store);
    NumberDirectory directory;
    std::vector<std::int64_t> order(static_cast<std::size_t>(count));
    const auto began = Steady::now();
    constexpr std::int64_t piece = 20'000;
    for (std::int64_t from = 0; from < count; from += piece) {
        NumberChanges changes;
        CountChanges counts;
        for (auto at = from; at < std::min(count, from + piece); ++at) {
            auto row = row_of(at, directory, changes.new_classes);
            counts.add(row.class_id, row.tenant, 1);
            changes.rows.push_back({std::nullopt, std::move(row)});
        }
        std::ranges::sort(changes.rows, {}, [](const NumberWrite& each) { return each.after.key; });
        changes.counts = directory.after(counts);
        if (auto written = book->write(changes); !written) stop(written.error().message);
        directory.take(changes);
    }
    return seconds_since(began);
}

// ------------------------------------------------------------------ the measurements

struct Run {
    std::string store_name;
    std::int64_t rows;
    std::uint16_t port;
    pid_t daemon;
    std::string token;
};

/// What the peer of the same run had, and how many times as well we did.
struct Beside {
    std::string peer;
    double value = 0, ratio = 0;
};

void print(const Run& run, const std::string& op, double value, const std::string& unit, const std::string& more = {}, const std::optional<Beside>& beside = {}) {
    const auto peer = beside ? fmt::format(R"("{}","ratio":{:.2f},"peer_value":{:.2f})", beside->peer, beside->ratio, beside->value)
                             : std::string(R"(null,"ratio":null)");
    fmt::print(
        R"({{"op":"{}","rows":{},"store":"{}","value":{:.2f},"unit":"{}","peer":{}{}}})" "\n", op, run.rows, run.store_name, value, unit, peer, more
    );
    std::fflush(stdout);
}

void make_companies(const Run& run) {
    Caller caller(run.port, run.token);
    for (int each = 0; each < companies; ++each)
        caller.post("/v1/tenants", "application/json", fmt::format(R"({{"kind":"company","name":"Company {}","parent":1}})", each));
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

struct Rate {
    double pages_a_second = 0, cpu_us = 0;  ///< of the server's CPU a page
};

/// Several connections ask for pages as fast as they go, for three seconds.
Rate rate_of(std::uint16_t port, pid_t server, const std::string& token, int round, const std::function<std::string(std::mt19937_64&)>& target) {
    std::atomic<long> pages{0};
    const auto end = Steady::now() + std::chrono::seconds(3);
    const auto cpu_before = cpu_seconds(server);
    const auto began = Steady::now();
    std::vector<std::thread> threads;
    for (int each = 0; each < 4; ++each)
        threads.emplace_back([&, each] {
            pin(1);
            std::mt19937_64 chance(static_cast<unsigned>(round * 10 + each));
            Caller caller(port, token);
            while (Steady::now() < end) {
                caller.get(target(chance));
                ++pages;
            }
        });
    for (auto& each : threads) each.join();
    return {static_cast<double>(pages) / seconds_since(began), (cpu_seconds(server) - cpu_before) / static_cast<double>(pages) * 1e6};
}

/// Pages in the order of the numbers, from anywhere, of those that are active; the peer's are of one tenant, as its
/// script has them.
/// @param of_company  each page is of one company's numbers, else of everybody's
void measure_list(const Run& run, bool of_company, const ListPeer* peer) {
    std::vector<double> rates, theirs, ratios;
    const auto ours_target = [&](std::mt19937_64& chance) {
        // A cursor is a number: anywhere in the list.
        const auto key = *number_key(fmt::format("+{}{}", chance() % 2 ? "33" : "44", 100'000'000 + chance() % 899'999'999));
        const auto whose = of_company ? fmt::format("&tenant={}", 2 + chance() % companies) : "";
        return fmt::format("/v1/numbers?status=active&limit=100&cursor=number%2B.{}{}", key, whose);
    };
    const auto their_target = [&](std::mt19937_64& chance) {
        return fmt::format("/numbers?tenant={}&status=active&after={}&limit=100", chance() % 500, chance() % static_cast<std::uint64_t>(run.rows / 2));
    };
    for (int round = 0; round < 5; ++round) {
        const auto ours = rate_of(run.port, run.daemon, run.token, round, ours_target);
        rates.push_back(ours.pages_a_second);
        fmt::print(stderr, "list{}: {:.0f}/s, {:.0f} us of CPU a page\n", of_company ? " of a company" : "", ours.pages_a_second, ours.cpu_us);
        if (!peer) continue;
        const auto beside = rate_of(peer->port(), peer->process(), {}, round, their_target);
        theirs.push_back(beside.pages_a_second);
        ratios.push_back(ours.pages_a_second / beside.pages_a_second);
        fmt::print(stderr, "list, {}: {:.0f}/s, {:.0f} us of CPU a page\n", peer->name(), beside.pages_a_second, beside.cpu_us);
    }
    print(
        run, "list", median(rates), "requests/s", of_company ? R"(,"of":"company")" : R"(,"of":"everybody")",
        peer ? std::optional(Beside{peer->name(), median(theirs), median(ratios)}) : std::nullopt
    );
}

double p99(std::vector<double> times) {
    std::ranges::sort(times);
    return times[std::min(times.size() - 1, times.size() * 99 / 100)];
}

double timed(Caller& caller, const std::string& target) {
    const auto began = Steady::now();
    caller.get(target);
    return seconds_since(began) * 1'000;
}

/// A part of a number, anywhere in it, or of a user's name. The peer's script looks for the beginning of a number.
void measure_search(const Run& run, const ListPeer* peer) {
    pin(1);
    Caller caller(run.port, run.token);
    std::mt19937_64 chance(7);
    std::vector<double> all;
    for (const int digits : {3, 4, 5, 6, 7}) {
        std::vector<double> times;
        for (int each = 0; each < 200; ++each) {
            auto part = std::to_string(chance() % 10'000'000 + 10'000'000).substr(1, static_cast<std::size_t>(digits));
            times.push_back(timed(caller, "/v1/numbers?number=" + part));
        }
        fmt::print(stderr, "search: {} digits, p99 {:.2f} ms\n", digits, p99(times));
        all.insert(all.end(), times.begin(), times.end());
    }
    std::vector<double> times;
    for (int each = 0; each < 300; ++each) {
        static constexpr std::array parts{"recep", "martin", "ni", "bell%20", "smith%2042", "emile", "zzz", "s%201234", "fax%2077"};
        times.push_back(timed(caller, fmt::format("/v1/numbers?used_by={}&sort={}", parts[chance() % parts.size()], each % 2 ? "number" : "used_by")));
    }
    fmt::print(stderr, "search: names, p99 {:.2f} ms\n", p99(times));
    all.insert(all.end(), times.begin(), times.end());
    std::optional<Beside> beside;
    if (peer && peer->can_search()) {
        Caller theirs(peer->port(), {});
        std::vector<double> beginnings;
        for (const int digits : {3, 4, 5, 6, 7})
            for (int each = 0; each < 200; ++each) {
                const auto part = std::to_string(chance() % 10'000'000 + 10'000'000).substr(1, static_cast<std::size_t>(digits));
                beginnings.push_back(timed(theirs, "/search?prefix=%2B33" + part));
            }
        beside = {peer->name() + ", which looks for beginnings alone", p99(beginnings), p99(beginnings) / p99(all)};
    }
    print(run, "search", p99(all), "ms", {}, beside);
}

void measure_sort(const Run& run) {
    pin(1);
    Caller caller(run.port, run.token);
    std::vector<double> all;
    for (const auto* column : {"number", "used_by", "company", "var", "use_type", "provider", "status", "state", "country", "type"}) {
        std::vector<double> times;
        for (const auto* way : {"", "-"}) {
            std::string cursor;
            for (int page = 0; page < 50; ++page) {
                const auto began = Steady::now();
                const auto body = caller.get(fmt::format("/v1/numbers?sort={}{}&cursor={}", way, column, cursor));
                times.push_back(seconds_since(began) * 1'000);
                cursor = body.substr(16, body.find('"', 16) - 16);
                if (const auto plus = cursor.find('+'); plus != std::string::npos) cursor.replace(plus, 1, "%2B");
            }
        }
        fmt::print(stderr, "sort by {}: p99 {:.2f} ms\n", column, p99(times));
        all.insert(all.end(), times.begin(), times.end());
    }
    print(run, "sort", p99(all), "ms");
}

int run(int count, char** words) {
    std::int64_t rows = 1'000'000;
    std::string store_name = "sqlite";
    std::set<std::string> ops;
    bool with_peers = false;
    for (int at = 1; at < count; ++at) {
        const std::string word = words[at];
        if (word == "--rows" && at + 1 < count)
            rows = std::atoll(words[++at]);
        else if (word == "--store" && at + 1 < count)
            store_name = words[++at];
        else if (word == "--peers")
            with_peers = true;
        else
            ops.insert(word);
    }
    const auto wanted = [&](const char* op) { return ops.empty() || ops.contains(op); };

    const WorkFolder folder;
    const auto config = folder.path() / "config";
    fs::create_directories(config);
    fs::create_directories(folder.path() / "data");
    std::unique_ptr<PostgresServer> server;
    std::string address = "sqlite:" + (folder.path() / "data/porteur.db").string(), in_settings = "sqlite:../data/porteur.db";
    if (store_name == "postgresql") {
        server = std::make_unique<PostgresServer>(folder.path() / "pg");
        server->make_database("porteur");
        address = in_settings = server->address() + "porteur";
    }
    std::ofstream(folder.path() / "data/porteur.key") << std::string(64, 'a') << '\n';
    fs::permissions(folder.path() / "data/porteur.key", fs::perms(0400));
    std::ofstream(config / "porteur.toml") << "store = \"" << in_settings << "\"\nkey = { file = \"../data/porteur.key\" }\n[api]\nport = 0\n"
                                           << "[documents]\nfolder = \"../data/documents\"\n[plugins]\nfolders = [\"../plugins\"]\n";
    fs::create_directories(folder.path() / "plugins");
    const auto token = make_token();
    Run known{.store_name = store_name, .rows = rows, .port = 0, .daemon = 0, .token = token};
    const bool is_filled = std::ranges::any_of(std::array{"list", "search", "sort", "csv", "pdf"}, wanted);
    const auto filled = !is_filled ? "0" : in_child([&](FILE* out) { fmt::print(out, "{}", fill(address, rows)); });
    fmt::print(stderr, "filled in {} s\n", filled);
    if (is_filled) in_child([&](FILE*) {
        const StoreSeal seal{Sealing(MasterKey(std::string(MasterKey::size, 'k')))};
        auto store = Store::open({.address = address, .holder = "bench"}, seal, [](std::function<void()> go) { go(); });
        if (!store) stop(store.error().message);
        const TokenRow row{.id = 1, .tenant = 1, .name = "bench", .hash = hash_of_token(token), .scope = "operator", .created = Instant{}, .expires = {}, .revoked = {}};
        if (auto added = (*store)->add_token(row); !added) stop(added.error().message);
    });
    if (wanted("list") || wanted("search") || wanted("sort")) {
        const DaemonProcess daemon(config);
        known.port = daemon.port();
        known.daemon = daemon.process();
        make_companies(known);
        const auto peer = with_peers && (wanted("list") || wanted("search")) ? ListPeer::start(rows, folder.path(), server.get()) : nullptr;
        if (wanted("list"))
            for (const bool of_company : {false, true}) measure_list(known, of_company, peer.get());
        if (wanted("search")) measure_search(known, peer.get());
        if (wanted("sort")) measure_sort(known);
    }
    if (wanted("import")) {
        const ImportRun imported{.store_name = store_name, .rows = std::min<std::int64_t>(rows, 1'000'000), .server = server.get()};
        measure_import(imported);
    }
    if (wanted("csv") || wanted("pdf")) {
        // One thread reads, another sends; the client is one of those that share the cores.
        const DaemonProcess daemon(config, false);
        known.port = daemon.port();
        make_companies(known);
        const ExportRun exported{.store_name = store_name, .rows = rows, .port = daemon.port(), .daemon = daemon.process(), .token = token,
                                 .work = folder.path(), .sqlite_file = folder.path() / "data/porteur.db", .server = server.get(),
                                 .with_peers = with_peers};
        if (wanted("csv")) measure_csv(exported);
        if (wanted("pdf")) measure_pdf(exported);
    }
    return 0;
}

}  // namespace
}  // namespace porteur::bench

int main(int count, char** words) { return porteur::bench::run(count, words); }
