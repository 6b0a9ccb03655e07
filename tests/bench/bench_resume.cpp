// SPDX-License-Identifier: Apache-2.0
// A host that was killed with many orders in flight: from opening the store anew to the first effect that
// leaves, and the private memory that the waiting orders take. Half of the orders are due at once, the
// others within the next hour.
//
//     tools/bench resume [orders]      prints one JSON object for each store
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

#include <future>

#include "bench_world.hpp"

namespace porteur::bench {
namespace {

using Steady = std::chrono::steady_clock;

/// Orders at the carrier, as a kill leaves them.
void fill(Store& store, int orders) {
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    constexpr int each_commit = 500;
    std::vector<std::future<bool>> under_way;
    for (int from = 0; from < orders; from += each_commit) {
        Commit commit;
        for (int at = from; at < std::min(orders, from + each_commit); ++at) {
            Order order;
            order.id = now.time_since_epoch().count() * (1 << 20) + at;
            order.tenant = 1;
            order.kind = OrderKind::purchase;
            order.account = "acme";
            order.shard = shard_of(order.account);
            order.reference = std::to_string(at);
            order.state = OrderState::submitted;
            order.stage = Stage::follow;
            order.carrier_id = "1";
            order.created = order.updated = now;
            order.submitted = now;
            order.due = at % 2 == 0 ? now - std::chrono::milliseconds(at) : now + std::chrono::minutes(5) + std::chrono::milliseconds(at * 30);
            order.request = purchase_request(at);
            order.progress = R"({"carrier_id":"1","carrier_word":"pending","state":"submitted"})";
            commit.new_orders.push_back(std::move(order));
        }
        auto promise = std::make_shared<std::promise<bool>>();
        under_way.push_back(promise->get_future());
        store.commit(std::move(commit), [promise](Result<void> done) {
            if (!done) stop(done.error().message);
            promise->set_value(true);
        });
    }
    for (auto& each : under_way) each.get();
}

void fill_store(const std::string& address, int orders) {
    in_child([&](FILE*) {
        const StoreSeal seal{Sealing(MasterKey(std::string(MasterKey::size, 'k')))};
        auto store = Store::open({.address = address, .holder = "bench"}, seal, [](std::function<void()> run) { run(); });
        if (!store) stop(store.error().message);
        fill(**store, orders);
    });
}

std::string resume(const std::string& name, const HostSettings& settings, int orders) {
    return in_child([&](FILE* out) {
        const auto began = Steady::now();
        Host host(settings);
        const auto before = memory_now();
        const auto opened = Steady::now();
        if (auto started = host.engine().start(); !started) stop(started.error().message);
        const auto started = Steady::now();
        const auto after = memory_now();
        // Two seconds of work show what the orders under way take.
        boost::asio::steady_timer end(host.io(), std::chrono::seconds(2));
        end.async_wait([&](boost::system::error_code) { host.io().stop(); });
        host.io().run();
        if (host.performer().count() == 0) stop("no effect left within two seconds");
        const auto working = memory_now();
        const auto counters = host.engine().counters();
        const auto ms = [](Steady::duration time) { return std::chrono::duration<double, std::milli>(time).count(); };
        fmt::print(out,
                   "{{\"store\":\"{}\",\"orders\":{},\"first_effect_ms\":{:.1f},\"open_ms\":{:.1f},\"engine_start_ms\":{:.1f},"
                   "\"engine_start_to_first_effect_ms\":{:.1f},\"private_before_mb\":{:.1f},\"private_started_mb\":{:.1f},"
                   "\"private_working_mb\":{:.1f},\"effects_in_2s\":{},\"waiting\":{},\"running\":{}}}\n",
                   name, orders, ms(host.performer().first() - began), ms(opened - began), ms(started - opened),
                   ms(host.performer().first() - opened), before.private_mb, after.private_mb, working.private_mb,
                   host.performer().count(), counters.waiting, counters.running);
    });
}

}  // namespace
}  // namespace porteur::bench

int main(int argc, char** argv) {
    using namespace porteur::bench;
    const int orders = argc > 1 ? std::atoi(argv[1]) : 100'000;
    if (orders < 2) stop("usage: tools/bench resume [orders]");
    const WorkFolder folder;
    const PostgresServer database(folder.path());
    database.make_database("porteur");
    const CarrierProcess carrier(1'000'000'000);
    for (const std::string name : {"sqlite", "postgresql"}) {
        const auto address = name == "sqlite" ? "sqlite:" + (folder.path() / "porteur.db").string() : database.address() + "porteur";
        fill_store(address, orders);
        const auto line = resume(name, {.store = address, .isolation = porteur::Isolation::none, .carrier_port = carrier.port(),
                                        .folder = folder.path()}, orders);
        std::fputs(line.c_str(), stdout);
        std::fflush(stdout);
    }
}
