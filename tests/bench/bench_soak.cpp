// SPDX-License-Identifier: Apache-2.0
// The daemon at a steady load for long: purchases come in over HTTP so many a second, are sent, asked for and
// completed, while somebody else reads orders and lists. Does its memory grow, does the API stay quick, and does the database grow
// by the same for each order from the first minute to the last?
//
//     tools/bench soak [--minutes N] [--rate N] [--isolation process|none]
//         prints one JSON object a line: each minute, then the whole
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <fstream>
#include <mutex>
#include <thread>
#include <vector>

#include "access/token.hpp"
#include "bench_client.hpp"
#include "bench_world.hpp"

namespace porteur::bench {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

struct Wishes {
    int minutes = 1;
    int rate = 1000;
    std::string isolation = "process";
};

constexpr int senders = 24;
/// So many numbers are bought again and again, so that the inventory does not grow: what is measured is the work.
constexpr int numbers = 2'000;

double ms_since(Steady::time_point began) { return std::chrono::duration<double, std::milli>(Steady::now() - began).count(); }

/// Private memory, MB: what would go with the process.
double private_mb(pid_t process) {
    std::ifstream in("/proc/" + std::to_string(process) + "/smaps_rollup");
    long all = 0;
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("Private_Clean:") || line.starts_with("Private_Dirty:")) all += std::strtol(line.c_str() + 14, nullptr, 10);
    return static_cast<double>(all) / 1024;
}

double size_mb(const fs::path& file) {
    std::error_code absent;
    const auto bytes = fs::file_size(file, absent);
    return absent ? 0 : static_cast<double>(bytes) / 1'048'576;
}

double nth(std::vector<double> values, double part) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    return values[std::min(values.size() - 1, static_cast<std::size_t>(part * static_cast<double>(values.size())))];
}

/// MB an hour, by least squares.
double slope_an_hour(const std::vector<std::pair<double, double>>& minutes_and_mb) {
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (const auto& [at, mb] : minutes_and_mb) n += 1, x += at, y += mb, xx += at * at, xy += at * mb;
    const double spread = n * xx - x * x;
    return spread == 0 ? 0 : 60 * (n * xy - x * y) / spread;
}

/// What the callers saw since it was last asked.
class Times {
public:
    void add(double ms) {
        const std::lock_guard lock(mutex_);
        all_.push_back(ms);
    }
    std::vector<double> take() {
        const std::lock_guard lock(mutex_);
        return std::exchange(all_, {});
    }

private:
    std::mutex mutex_;
    std::vector<double> all_;
};

void write(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
    fs::permissions(file, fs::perms(0600));
}

/// Told once that it is over; until then one waits for a time.
class Over {
public:
    /// @return  whether it is over
    bool wait_until(Steady::time_point time) {
        std::unique_lock lock(mutex_);
        return moved_.wait_until(lock, time, [this] { return is_so_; });
    }
    void tell() {
        {
            const std::lock_guard lock(mutex_);
            is_so_ = true;
        }
        moved_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable moved_;
    bool is_so_ = false;
};

struct Load {
    Over over;
    std::atomic<long> accepted{0};
    Times posts, reads;
    std::mutex mutex;
    std::string last_order;  ///< an id
};

/// Sends its share on its own beat; what it is late by it makes up for at once, so that a pause of the daemon shows.
void send_orders(Load& load, std::uint16_t port, const std::string& token, int which, int rate) {
    Caller caller(port, token, "sender-" + std::to_string(which));
    const auto beat = std::chrono::nanoseconds(1s) * senders / rate;
    auto due = Steady::now() + beat * which / senders;
    for (long order = which; !load.over.wait_until(due); order += senders, due += beat) {
        const auto body = fmt::format(R"({{"account":"acme","reference":"soak-{}","submit":true,"request":{{"numbers":["+1416{}"]}}}})", order, 5'550'000 + order % numbers);
        const auto answer = caller.post("/v1/purchase-orders", "application/json", body);
        // From when it was due: a caller that had to wait for the one before waited all the same.
        load.posts.add(ms_since(due));
        ++load.accepted;
        if (const auto at = answer.find(R"("id":")"); at != answer.npos && order % 50 == 0) {
            const std::lock_guard lock(load.mutex);
            load.last_order = answer.substr(at + 6, answer.find('"', at + 6) - at - 6);
        }
    }
}

/// Somebody at the console: an order, then a page of the list, twenty times a second.
void read_orders(Load& load, std::uint16_t port, const std::string& token) {
    Caller caller(port, token);
    auto due = Steady::now();
    for (int turn = 0; !load.over.wait_until(due); ++turn, due += 50ms) {
        std::string id;
        {
            const std::lock_guard lock(load.mutex);
            id = load.last_order;
        }
        const auto began = Steady::now();
        caller.get(turn % 2 == 0 && !id.empty() ? "/v1/purchase-orders/" + id : "/v1/purchase-orders?limit=50");
        load.reads.add(ms_since(began));
    }
}

int run(const Wishes& wishes) {
    const WorkFolder folder;
    const auto config = folder.path() / "config";
    const CarrierProcess carrier;
    write(config / "porteur.toml", "store = \"sqlite:../data/porteur.db\"\nkey = { file = \"../data/porteur.key\" }\n[api]\nport = 0\n[api.limits]\nconnections_per_address_max = 500\n"
          "[documents]\nfolder = \"../data/documents\"\n[plugins]\nfolders = [\"" PORTEUR_PLUGINS "\"]\nisolation = \"" + wishes.isolation + "\"\n[log]\nlevel = \"warning\"\n");
    write(config / "carriers/acme.toml", fmt::format("plugin = \"acme\"\nbase_url = \"http://127.0.0.1:{}\"\nrate = \"100000/s\"\ncheck_interval = \"1s\"\n"
          "[secrets]\naccount_sid = {{ file = \"secrets/word\" }}\nauth_token = {{ file = \"secrets/word\" }}\n", carrier.port()));
    write(config / "secrets/word", "bench\n");
    fs::create_directories(folder.path() / "data");
    const auto settings = load_settings(config);
    if (!settings) stop(settings.error().message);
    if (auto made = init(*settings); !made) stop(made.error().message);
    const auto token = create_token(*settings, {.tenant = 1, .name = "soak", .scope = "operator", .valid_for = {}});
    if (!token) stop(token.error().message);
    const DaemonProcess daemon(config, false);
    const auto database = folder.path() / "data/porteur.db";

    Load load;
    std::vector<std::thread> threads;
    for (int each = 0; each < senders; ++each)
        threads.emplace_back([&, each] { send_orders(load, daemon.port(), *token, each, wishes.rate); });
    threads.emplace_back([&] { read_orders(load, daemon.port(), *token); });

    const auto began = Steady::now();
    std::vector<std::pair<double, double>> memory;  // of the second half: the caches have filled
    std::vector<double> all_reads, all_posts, growth;
    double size_before = size_mb(database);
    long accepted_before = 0;
    for (int minute = 1; minute <= wishes.minutes; ++minute) {
        for (int part = 1; part <= 6; ++part) {
            load.over.wait_until(began + 1min * (minute - 1) + 10s * part);
            if (minute > wishes.minutes / 2) memory.emplace_back(minute - 1 + part / 6.0, private_mb(daemon.process()));
        }
        const auto reads = load.reads.take(), posts = load.posts.take();
        all_reads.insert(all_reads.end(), reads.begin(), reads.end());
        all_posts.insert(all_posts.end(), posts.begin(), posts.end());
        const long accepted = load.accepted, completed = carrier.stat("orders");
        const double size = size_mb(database);
        growth.push_back((size - size_before) * 1'048'576 / static_cast<double>(std::max(1L, accepted - accepted_before)));
        fmt::print(R"({{"op":"minute","minute":{},"accepted":{},"at_the_carrier":{},"read_p99_ms":{:.2f},"accept_p99_ms":{:.2f},"private_mb":{:.1f},"database_mb":{:.0f},"bytes_an_order":{:.0f},"wal_mb":{:.0f}}})" "\n",
                   minute, accepted, completed, nth(reads, 0.99), nth(posts, 0.99), private_mb(daemon.process()), size, growth.back(), size_mb(database.string() + "-wal"));
        std::fflush(stdout);
        size_before = size;
        accepted_before = accepted;
    }
    load.over.tell();
    for (auto& each : threads) each.join();
    const double seconds = std::chrono::duration<double>(Steady::now() - began).count();
    const long accepted = load.accepted;
    // What was accepted is carried out, each once.
    Over patience;
    for (const auto end = Steady::now() + 60s; carrier.stat("orders") < accepted && Steady::now() < end;) patience.wait_until(Steady::now() + 50ms);
    const long carried_out = carrier.stat("orders"), doubled = carrier.stat("duplicates");
    fmt::print(
        R"({{"op":"soak","store":"sqlite","isolation":"{}","minutes":{},"wanted_a_second":{},"accepted_a_second":{:.0f},"accepted":{},"carried_out":{},"doubled":{},)"
        R"("read_p50_ms":{:.2f},"read_p99_ms":{:.2f},"accept_p50_ms":{:.2f},"accept_p99_ms":{:.2f},"private_mb":{:.1f},"slope_mb_an_hour":{:.2f},)"
        R"("bytes_an_order_first_minute":{:.0f},"bytes_an_order_last_minute":{:.0f},"cpu_us_an_order":{:.0f}}})" "\n",
        wishes.isolation, wishes.minutes, wishes.rate, static_cast<double>(accepted) / seconds, accepted, carried_out, doubled, nth(all_reads, 0.5), nth(all_reads, 0.99),
        nth(all_posts, 0.5), nth(all_posts, 0.99), private_mb(daemon.process()), slope_an_hour(memory), growth.front(), growth.back(),
        cpu_seconds(daemon.process()) * 1e6 / static_cast<double>(std::max(1L, accepted))
    );
    if (carried_out != accepted || doubled != 0) stop(fmt::format("{} orders were accepted, {} carried out, {} twice", accepted, carried_out, doubled));
    return 0;
}

int number_in(const char* text, int most) {
    int value = 0;
    const auto read = std::from_chars(text, text + std::strlen(text), value);
    if (read.ec != std::errc{} || *read.ptr != '\0' || value < 1 || value > most) stop(std::string(text) + " is not a number from 1 to " + std::to_string(most));
    return value;
}

}  // namespace
}  // namespace porteur::bench

int main(int count, char** words) {
    using namespace porteur::bench;
    Wishes wishes;
    for (int at = 1; at < count; at += 2) {
        const std::string_view word = words[at];
        if (at + 1 == count) stop(std::string(word) + " wants a value");
        if (word == "--minutes") wishes.minutes = number_in(words[at + 1], 24 * 60);
        else if (word == "--rate") wishes.rate = number_in(words[at + 1], 100'000);
        else if (word == "--isolation") wishes.isolation = words[at + 1];
        else stop("unknown option " + std::string(word) + "; there are --minutes, --rate and --isolation");
    }
    return run(wishes);
}
