// SPDX-License-Identifier: Apache-2.0
// What a plugin's step costs: in the daemon, across the process boundary with one and with 32 under
// way, and beside it a bare socket-pair round trip between two processes with frames of the same
// size. The rounds are interleaved, so that what disturbs the machine disturbs all of them; medians
// are printed. Before that, twenty plugins start that nobody has seen, in the daemon and isolated.
//
//   bench_plugin [ROUNDS [OPERATIONS [profile]]]     profile: the step in the daemon alone, for a profiler

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "plugins/in_daemon_runner.hpp"
#include "plugins/plugin_catalog.hpp"
#include "plugins/plugin_frames.hpp"
#include "plugins/process_runner.hpp"
#include "settings/descriptor_toml.hpp"

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace porteur;
using Clock = std::chrono::steady_clock;

// A purchase of acme: one order is sent, its answer ends the operation. Two steps.
constexpr std::string_view operation = "purchase";
constexpr std::string_view input =
    R"({"input":{"numbers":["+12025550123"],"reference":"01JC2V8Z3WQ9K4T7"},"settings":{}})";
const Completion answer{
    1, ErrorKind::none, R"({"status":201})", R"({"id":"A-1029384","status":"pending"})"
};
constexpr std::size_t steps_per_operation = 2;

[[noreturn]] void stop(const std::string& why) {
    std::fprintf(stderr, "bench_plugin: %s\n", why.c_str());
    std::exit(1);
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

asio::awaitable<void> run_operations(
    PluginRunner& runner, std::uint64_t first, std::uint64_t count, std::size_t& left
) {
    for (std::uint64_t op = first; op < first + count; ++op) {
        auto turn = co_await runner.begin(op, std::string(operation), std::string(input));
        if (!turn) stop(turn.error().message);
        std::vector<Completion> done{answer};
        turn = co_await runner.step(op, std::move(done));
        if (!turn) stop(turn.error().message);
        if (turn->state != Turn::State::done) stop("acme did not end: " + turn->error.message);
        runner.end(op);
    }
    --left;
}

/// Nanoseconds per step, by the wall and of this process's CPU.
struct Cost {
    double wall, cpu;
};

double cpu_now() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) * 1e9 + static_cast<double>(used.tv_nsec);
}

Cost measure(
    asio::io_context& io, PluginRunner& runner, std::uint64_t operations, std::size_t in_flight
) {
    std::size_t left = in_flight;
    const auto each = operations / in_flight;
    const auto began = Clock::now();
    const double cpu_began = cpu_now();
    for (std::size_t lane = 0; lane < in_flight; ++lane)
        asio::co_spawn(
            io, run_operations(runner, 1 + lane * each, each, left),
            [](std::exception_ptr thrown) {
                if (thrown) std::rethrow_exception(thrown);
            }
        );
    io.restart();
    while (left != 0) io.run_one();
    const std::chrono::duration<double, std::nano> took = Clock::now() - began;
    const auto steps = static_cast<double>(each * in_flight * steps_per_operation);
    return {took.count() / steps, (cpu_now() - cpu_began) / steps};
}

// ------------------------------------------------------------------ the bare round trip

void send_all(int fd, const char* bytes, std::size_t size) {
    while (size != 0) {
        const auto put = ::send(fd, bytes, size, MSG_NOSIGNAL);
        if (put <= 0) std::_Exit(0);
        bytes += put;
        size -= static_cast<std::size_t>(put);
    }
}

bool receive_all(int fd, char* into, std::size_t size) {
    while (size != 0) {
        const auto got = ::recv(fd, into, size, 0);
        if (got <= 0) return false;
        into += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

struct Sizes {
    std::size_t begin, first_turn, step, last_turn;
};

/// The frames that measure() sends and gets.
Sizes frame_sizes(asio::io_context& io, PluginRunner& runner) {
    std::string frame;
    Sizes sizes{};
    FrameWriter(frame, FrameType::begin).number(std::uint64_t{1}).text(operation).text(input);
    sizes.begin = frame.size();
    frame.clear();
    write_step(frame, 1, std::vector<Completion>{answer});
    sizes.step = frame.size();
    bool done = false;
    const auto ask = [](PluginRunner& asked, Sizes& out, bool& over) -> asio::awaitable<void> {
        std::string bytes;
        auto turn = co_await asked.begin(1, std::string(operation), std::string(input));
        write_turn(bytes, 1, *turn);
        out.first_turn = bytes.size();
        bytes.clear();
        std::vector<Completion> outcome{answer};
        turn = co_await asked.step(1, std::move(outcome));
        write_turn(bytes, 1, *turn);
        out.last_turn = bytes.size();
        asked.end(1);
        over = true;
    };
    asio::co_spawn(io, ask(runner, sizes, done), [](std::exception_ptr) {});
    io.restart();
    while (!done) io.run_one();
    return sizes;
}

class BarePair {
public:
    explicit BarePair(const Sizes& sizes) : sizes_(sizes), bytes_(64 << 10, 'x') {
        int ends[2];
        if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) stop("no socket pair");
        child_ = ::fork();
        if (child_ == 0) {
            ::close(ends[0]);
            while (receive_all(ends[1], bytes_.data(), sizes_.begin)) {
                send_all(ends[1], bytes_.data(), sizes_.first_turn);
                if (!receive_all(ends[1], bytes_.data(), sizes_.step)) break;
                send_all(ends[1], bytes_.data(), sizes_.last_turn);
            }
            std::_Exit(0);
        }
        ::close(ends[1]);
        fd_ = ends[0];
    }
    ~BarePair() {
        ::close(fd_);
        ::waitpid(child_, nullptr, 0);
    }

    double measure(std::uint64_t operations) {
        const auto began = Clock::now();
        for (std::uint64_t round = 0; round < operations; ++round) {
            send_all(fd_, bytes_.data(), sizes_.begin);
            receive_all(fd_, bytes_.data(), sizes_.first_turn);
            send_all(fd_, bytes_.data(), sizes_.step);
            receive_all(fd_, bytes_.data(), sizes_.last_turn);
        }
        const std::chrono::duration<double, std::nano> took = Clock::now() - began;
        return took.count() / static_cast<double>(operations * steps_per_operation);
    }

private:
    Sizes sizes_;
    std::string bytes_;
    pid_t child_ = -1;
    int fd_ = -1;
};

// ------------------------------------------------------------------ twenty plugins

constexpr int plugins_count = 20;

std::string file_bytes(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The library under another id of the same length: in its descriptor, and in its table.
std::string renamed(std::string bytes, const std::string& id) {
    const auto put = [&](const std::string& before, std::string_view old) {
        const auto at = bytes.find(before);
        if (at == bytes.npos) stop("acme.so has no " + std::string(old) + " to rename");
        bytes.replace(at + before.find(old), old.size(), id);
    };
    put("id = \"acme\"", "acme");
    put(std::string("\0acme\0", 6), "acme");
    return bytes;
}

/// Private memory of a process in kB: what goes when it ends.
long private_kb(pid_t process) {
    std::ifstream in("/proc/" + std::to_string(process) + "/smaps_rollup");
    long all = 0;
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("Private_Clean:") || line.starts_with("Private_Dirty:")) all += std::strtol(line.c_str() + 14, nullptr, 10);
    return all;
}

std::vector<pid_t> children() {
    std::vector<pid_t> out;
    for (const auto& thread : fs::directory_iterator("/proc/self/task")) {
        std::ifstream in(thread.path() / "children");
        for (pid_t each = 0; in >> each;) out.push_back(each);
    }
    return out;
}

void begin_one(asio::io_context& io, PluginRunner& runner) {
    std::size_t left = 1;
    asio::co_spawn(io, run_operations(runner, 1, 1, left), [](std::exception_ptr thrown) {
        if (thrown) std::rethrow_exception(thrown);
    });
    io.restart();
    while (left != 0) io.run_one();
}

struct Start {
    double cold_ms = 0, scan_ms = 0;
    double private_mb = 0;           ///< of the daemon's side, what it grew by
    double process_private_mb = 0;  ///< of one idle plugin process
};

/// From twenty files that nobody has seen to twenty plugins that have carried out an operation each.
Start start_here(const fs::path& plugins, const fs::path& store, bool isolated) {
    const auto before_kb = private_kb(::getpid());
    CatalogOptions options;
    options.parse = parse_descriptor;
    options.store = store;
    options.host_program = PORTEUR_BENCH_HOST_PROGRAM;
    asio::io_context io;
    Start out;
    const auto began = Clock::now();
    const auto since = [began] { return std::chrono::duration<double, std::milli>(Clock::now() - began).count(); };
    PluginCatalog catalog(options);
    catalog.scan({plugins});
    if (catalog.libraries().size() != plugins_count) stop("one of twenty was refused: " + catalog.refusals().at(0).text());
    out.scan_ms = since();
    std::vector<std::unique_ptr<PluginRunner>> runners;
    for (const auto& [_, library] : catalog.libraries()) {
        if (isolated) {
            ProcessOptions process;
            process.host_program = PORTEUR_BENCH_HOST_PROGRAM;
            runners.push_back(make_process_runner(io.get_executor(), library, process));
        } else {
            auto made = make_in_daemon_runner(library, {});
            if (!made) stop(made.error().text());
            runners.push_back(std::move(*made));
        }
    }
    for (auto& each : runners) begin_one(io, *each);
    out.cold_ms = since();
    out.private_mb = static_cast<double>(private_kb(::getpid()) - before_kb) / 1024;
    const auto hosts = isolated ? children() : std::vector<pid_t>();
    for (const auto each : hosts) out.process_private_mb += static_cast<double>(private_kb(each)) / 1024 / static_cast<double>(hosts.size());
    return out;
}

/// In a process of its own, as a library once loaded stays.
Start start_elsewhere(const fs::path& plugins, const fs::path& store, bool isolated) {
    int ends[2];
    if (::pipe(ends) != 0) stop("no pipe");
    const pid_t child = ::fork();
    if (child == 0) {
        const auto took = start_here(plugins, store, isolated);
        const bool told = ::write(ends[1], &took, sizeof took) == static_cast<ssize_t>(sizeof took);
        std::_Exit(told ? 0 : 1);
    }
    ::close(ends[1]);
    Start out;
    const bool heard = ::read(ends[0], &out, sizeof out) == static_cast<ssize_t>(sizeof out);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!heard || status != 0) stop("twenty plugins did not start");
    return out;
}

void measure_starts(const fs::path& root, std::uint64_t rounds) {
    const auto plugins = root / "twenty";
    fs::create_directory(plugins);
    fs::permissions(plugins, fs::perms(0755));
    const auto acme = file_bytes(PORTEUR_BENCH_PLUGIN);
    for (int each = 0; each < plugins_count; ++each) {
        const auto id = "ac" + std::string(each < 10 ? "0" : "") + std::to_string(each);
        std::ofstream(plugins / (id + ".so"), std::ios::binary) << renamed(acme, id);
        fs::permissions(plugins / (id + ".so"), fs::perms(0644));
    }
    std::vector<Start> here, elsewhere;
    for (std::uint64_t round = 0; round <= rounds; ++round) {
        const auto store = root / ("store-" + std::to_string(round));
        const auto in_daemon = start_elsewhere(plugins, store / "daemon", false), isolated = start_elsewhere(plugins, store / "isolated", true);
        if (round == 0) continue;  // the files come into the machine's memory
        here.push_back(in_daemon);
        elsewhere.push_back(isolated);
    }
    const auto middle = [](const std::vector<Start>& starts, double Start::* what) {
        std::vector<double> values;
        for (const auto& each : starts) values.push_back(each.*what);
        return median(std::move(values));
    };
    std::printf(
        "{\"bench\":\"plugin\",\"where\":\"daemon\",\"plugins\":%d,\"cold_start_ms\":%.1f,\"scan_ms\":%.1f,\"must_ms\":80,\"private_mb\":%.1f,\"must_private_mb\":20}\n", plugins_count,
        middle(here, &Start::cold_ms), middle(here, &Start::scan_ms), middle(here, &Start::private_mb)
    );
    std::printf(
        "{\"bench\":\"plugin\",\"where\":\"process\",\"plugins\":%d,\"cold_start_ms\":%.1f,\"scan_ms\":%.1f,\"must_ms\":250,\"daemon_private_mb\":%.1f,\"private_mb_of_an_idle_process\":%.2f}\n", plugins_count,
        middle(elsewhere, &Start::cold_ms), middle(elsewhere, &Start::scan_ms), middle(elsewhere, &Start::private_mb), middle(elsewhere, &Start::process_private_mb)
    );
}

}  // namespace

int main(int count, char** arguments) {
    const std::uint64_t rounds = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 7;
    const std::uint64_t operations = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 10'000;
    if (rounds == 0 || operations < 32)
        stop("usage: bench_plugin [ROUNDS [OPERATIONS]], at least 1 and 32");

    auto name = (fs::temp_directory_path() / "porteur-bench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) stop("no temporary folder");
    const fs::path root = fs::canonical(name);
    fs::create_directory(root / "plugins");
    fs::permissions(root / "plugins", fs::perms(0755));
    fs::copy_file(PORTEUR_BENCH_PLUGIN, root / "plugins/acme.so");
    fs::permissions(root / "plugins/acme.so", fs::perms(0644));
    const bool is_profiled = count > 3;
    if (!is_profiled) measure_starts(root, rounds);
    CatalogOptions options;
    options.parse = parse_descriptor;
    options.store = root / "store";
    options.host_program = PORTEUR_BENCH_HOST_PROGRAM;
    PluginCatalog catalog(options);
    const auto scan_began = Clock::now();
    catalog.scan({root / "plugins"});
    const std::chrono::duration<double, std::milli> scan_took = Clock::now() - scan_began;
    if (!catalog.libraries().contains("acme"))
        stop("acme was refused: " + catalog.refusals().at(0).text());
    const auto& acme = catalog.libraries().at("acme");

    {
        asio::io_context io;
        auto in_daemon = make_in_daemon_runner(acme, {});
        if (!in_daemon) stop(in_daemon.error().text());
        if (is_profiled) {
            const auto cost = measure(io, **in_daemon, operations * rounds, 1);
            std::printf("{\"ns_per_step\":%.0f,\"cpu_ns_per_step\":%.0f}\n", cost.wall, cost.cpu);
            return 0;
        }
        ProcessOptions process_options;
        process_options.host_program = PORTEUR_BENCH_HOST_PROGRAM;
        const auto start_began = Clock::now();
        const auto process = make_process_runner(io.get_executor(), acme, process_options);
        const auto sizes = frame_sizes(io, *process);  // and the process is up
        const std::chrono::duration<double, std::milli> start_took = Clock::now() - start_began;
        BarePair bare(sizes);
        std::vector<double> here, here_cpu, one, many, many_cpu, pair, ratio;
        for (std::uint64_t round = 0; round <= rounds; ++round) {
            const double now_pair = bare.measure(operations);
            const auto now_one = measure(io, *process, operations, 1);
            const auto now_many = measure(io, *process, operations, 32);
            const auto now_here = measure(io, **in_daemon, operations * 4, 1);
            if (round == 0) continue;  // memory and caches warm up
            pair.push_back(now_pair);
            one.push_back(now_one.wall);
            many.push_back(now_many.wall);
            many_cpu.push_back(now_many.cpu);
            here.push_back(now_here.wall);
            here_cpu.push_back(now_here.cpu);
            ratio.push_back(now_one.wall / now_pair);
        }
        std::printf(
            "{\"bench\":\"plugin\",\"where\":\"daemon\",\"in_flight\":1,\"ns_per_step\":%.0f,"
            "\"cpu_ns_per_step\":%.0f,\"must_ns\":2000,"
            "\"rounds\":%llu}\n",
            median(here), median(here_cpu), static_cast<unsigned long long>(rounds)
        );
        std::printf(
            "{\"bench\":\"plugin\",\"where\":\"socket_pair\",\"in_flight\":1,\"ns_per_round_trip\":"
            "%.0f,"
            "\"frame_bytes\":[%zu,%zu,%zu,%zu]}\n",
            median(pair), sizes.begin, sizes.first_turn, sizes.step, sizes.last_turn
        );
        std::printf(
            "{\"bench\":\"plugin\",\"where\":\"process\",\"in_flight\":1,\"ns_per_step\":%.0f,"
            "\"ratio_socket_pair\":%.2f,\"must_ratio\":2}\n",
            median(one), median(ratio)
        );
        std::printf(
            "{\"bench\":\"plugin\",\"where\":\"process\",\"in_flight\":32,\"ns_per_step\":%.0f,"
            "\"daemon_cpu_ns_per_step\":%.0f,"
            "\"steps_per_s\":%.0f}\n",
            median(many), median(many_cpu), 1e9 / median(many)
        );
        std::printf(
            "{\"bench\":\"plugin\",\"where\":\"start\",\"scan_ms\":%.1f,\"process_up_ms\":%.1f}\n",
            scan_took.count(), start_took.count()
        );
    }
    std::error_code none;
    fs::remove_all(root, none);
    return 0;
}
