// SPDX-License-Identifier: Apache-2.0
// Durable orders per second, end to end: purchases are taken in and kept at so many in flight; each is
// validated, submitted once, asked for until the carrier says completed, and stored with its result. All
// parts are the daemon's own: engine, store with sealing and synced commits, the acme plugin, the client
// at the carrier over loopback HTTP. The carrier is carrier/bench_carrier.cpp.
//
//     tools/bench orders [--peers] [--store sqlite|postgresql] [--isolation none|process]
//                        [--in-flight N] [--orders N]
//
// Without a choice: all of them. Each figure is of a process of its own; cpu_s is that process, and
// carrier_cpu_s, store_cpu_s (PostgreSQL) and plugin_cpu_s stand beside it.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include "bench_peers.hpp"
#include "bench_world.hpp"

namespace porteur::bench {
namespace {

using Steady = std::chrono::steady_clock;

struct Wish {
    std::string store;
    Isolation isolation = Isolation::none;
    int in_flight = 32;
    int orders = 0;
};

double own_cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) { return double(time.tv_sec) + double(time.tv_usec) / 1e6; };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// What is read at the beginning and at the end of the counted part.
struct Reading {
    Steady::time_point at = Steady::now();
    double cpu = own_cpu_seconds();
    double carrier_cpu = 0;
    double store_cpu = 0;
    double plugin_cpu = 0;
    StoreCounters store;
};

class Driver {
public:
    Driver(Host& host, const Wish& wish, std::function<Reading()> read)
        : host_(host), wish_(wish), read_(std::move(read)), warm_up_(std::max(wish.orders / 10, wish.in_flight)),
          all_(warm_up_ + wish.orders), began_(static_cast<std::size_t>(all_)) {
        latencies_.reserve(static_cast<std::size_t>(wish.orders));
        host_.engine().on_rest([this](const Order& order) { ended(order); });
    }

    void run() {
        if (auto started = host_.engine().start(); !started) stop(started.error().message);
        for (int at = 0; at < wish_.in_flight; ++at) next();
        host_.io().run();
    }

    Reading first, last;
    std::vector<double> latencies_;

private:
    void next() {
        if (created_ == all_) return;
        boost::asio::co_spawn(host_.io(), create(created_++), [](std::exception_ptr thrown) {
            if (thrown) std::rethrow_exception(thrown);
        });
    }

    Async<void> create(int number) {
        began_[static_cast<std::size_t>(number)] = Steady::now();
        Order draft;
        draft.tenant = 1;
        draft.kind = OrderKind::purchase;
        draft.account = "acme";
        draft.reference = std::to_string(number);
        draft.request = purchase_request(number);
        auto change = submit_order(draft, host_.clock().now(), "api");
        if (!change) stop(change.error().message);
        auto made = co_await host_.engine().create(std::move(change->order), std::move(change->entries), {});
        if (!made) stop(made.error().message);
    }

    void ended(const Order& order) {
        if (order.state != OrderState::completed)
            stop("order " + order.reference + " came to rest uncompleted: " + order.problem);
        ++ended_;
        if (ended_ == warm_up_) first = read_();
        if (ended_ > warm_up_) {
            const auto took = Steady::now() - began_[static_cast<std::size_t>(std::stoi(order.reference))];
            latencies_.push_back(std::chrono::duration<double, std::milli>(took).count());
        }
        if (ended_ == all_) {
            last = read_();
            host_.io().stop();
        }
        next();
    }

    Host& host_;
    Wish wish_;
    std::function<Reading()> read_;
    int warm_up_;
    int all_;
    int created_ = 0;
    int ended_ = 0;
    std::vector<Steady::time_point> began_;
};

double percentile(std::vector<double>& sorted, double part) {
    return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(part * double(sorted.size())))];
}

/// One figure. @return the JSON object without its closing brace, and orders per second
std::pair<std::string, double> measure(const Wish& wish, const std::filesystem::path& folder, const PostgresServer* database) {
    static int run_number = 0;
    const auto name = "run" + std::to_string(++run_number);
    std::filesystem::create_directories(folder / name);
    if (database) database->make_database(name);
    const CarrierProcess carrier;
    const auto said = in_child([&](FILE* out) {
        Host host({.store = database ? database->address() + name : "sqlite:" + (folder / name / "porteur.db").string(),
                   .isolation = wish.isolation, .carrier_port = carrier.port(), .folder = folder / name});
        Driver driver(host, wish, [&] {
            Reading reading;
            reading.carrier_cpu = cpu_seconds(carrier.process());
            reading.store_cpu = database ? cpu_seconds_of_children(database->process()) : 0;
            reading.plugin_cpu = cpu_seconds_of_children(::getpid());
            reading.store = host.store().counters();
            return reading;
        });
        driver.run();
        const auto& [from, to] = std::pair(driver.first, driver.last);
        const double orders = wish.orders;
        const double seconds = std::chrono::duration<double>(to.at - from.at).count();
        const auto memory = memory_now();
        auto& sorted = driver.latencies_;
        std::ranges::sort(sorted);
        const double cpu = to.cpu - from.cpu;
        fmt::print(out, "{:.1f}\n{{\"store\":\"{}\",\"isolation\":\"{}\",\"in_flight\":{},\"orders\":{},\"orders_per_s\":{:.0f},"
                   "\"p50_ms\":{:.2f},\"p99_ms\":{:.2f},\"cpu_s\":{:.2f},\"cpu_us_per_order\":{:.0f},\"rss_mb\":{:.1f},"
                   "\"private_mb\":{:.1f},\"commits_per_order\":{:.2f},\"writes_per_order\":{:.2f},\"carrier_cpu_s\":{:.2f},"
                   "\"store_cpu_s\":{:.2f},\"plugin_cpu_s\":{:.2f}",
                   orders / seconds, wish.store, wish.isolation == Isolation::none ? "none" : "process", wish.in_flight, wish.orders,
                   orders / seconds, percentile(sorted, 0.5), percentile(sorted, 0.99), cpu, cpu * 1e6 / orders, memory.rss_mb,
                   memory.private_mb, double(to.store.transactions - from.store.transactions) / orders,
                   double(to.store.commits - from.store.commits) / orders, to.carrier_cpu - from.carrier_cpu,
                   to.store_cpu - from.store_cpu, to.plugin_cpu - from.plugin_cpu);
    });
    if (carrier.stat("duplicates") != 0) stop("the carrier has an order twice");
    const auto all = wish.orders + std::max(wish.orders / 10, wish.in_flight);
    if (carrier.stat("orders") != all) stop("the carrier does not have every order once");
    std::error_code ignored;  // removed at the end anyway
    std::filesystem::remove_all(folder / name, ignored);
    const auto line_end = said.find('\n');
    if (line_end == said.npos) stop("the measurement said nothing");
    return {said.substr(line_end + 1), std::strtod(said.c_str(), nullptr)};
}

}  // namespace
}  // namespace porteur::bench

int main(int argc, char** argv) {
    using namespace porteur;
    using namespace porteur::bench;
    std::vector<std::string> stores{"sqlite", "postgresql"};
    std::vector<Isolation> isolations{Isolation::none, Isolation::process};
    std::vector<int> in_flights{1, 32, 128};
    int orders = 0;
    bool with_peers = false;
    for (int at = 1; at < argc; ++at) {
        const std::string word = argv[at];
        if (word == "--peers") {
            with_peers = true;
            continue;
        }
        if (++at == argc) stop(word + " needs a value");
        const std::string value = argv[at];
        if (word == "--store")
            stores = {value};
        else if (word == "--isolation")
            isolations = {value == "process" ? Isolation::process : Isolation::none};
        else if (word == "--in-flight")
            in_flights = {std::stoi(value)};
        else if (word == "--orders")
            orders = std::stoi(value);
        else
            stop("unknown option " + word);
    }
    const WorkFolder folder;
    std::optional<PostgresServer> database;
    if (with_peers || std::ranges::find(stores, "postgresql") != stores.end()) database.emplace(folder.path());
    std::optional<Peers> peers;
    if (with_peers) {
        // build/release/bench/bench_orders stands three folders below the source tree.
        const auto program = std::filesystem::read_symlink("/proc/self/exe");
        peers.emplace(program.parent_path().parent_path().parent_path().parent_path(), folder.path());
        if (peers->there()) database->make_database("dbos_sys");
    }
    for (const auto& store : stores)
        for (const auto in_flight : in_flights)
            for (const auto isolation : isolations) {
                Wish wish{store, isolation, in_flight, orders > 0 ? orders : in_flight == 1 ? 2000 : 20'000};
                auto [line, rate] = measure(wish, folder.path(), store == "postgresql" ? &*database : nullptr);
                if (peers && peers->there()) {
                    // In turn, so that what disturbs the machine disturbs both.
                    if (const auto dbos = peers->dbos(in_flight == 1 ? 300 : 2000, in_flight, *database))
                        line += fmt::format(",\"ratio_dbos\":{:.1f}", rate / *dbos);
                    if (const auto bullmq = peers->bullmq(in_flight == 1 ? 1000 : 6000, in_flight))
                        line += fmt::format(",\"ratio_bullmq\":{:.2f}", rate / *bullmq);
                }
                fmt::print("{}}}\n", line);
                std::fflush(stdout);
            }
}
