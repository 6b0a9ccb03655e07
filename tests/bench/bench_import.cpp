// SPDX-License-Identifier: Apache-2.0
#include "bench_import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>

#include <porteur/json.hpp>

#include "bench_client.hpp"
#include "support/look_again.hpp"

namespace porteur::bench {
namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

double seconds_since(Steady::time_point began) { return std::chrono::duration<double>(Steady::now() - began).count(); }

constexpr int companies = 500;
constexpr double patience = 600;  // seconds
constexpr std::array users{"Reception", "Sales", "Support", "Anna Martin", "Bob Smith", "Fax", "Night bell", "Émile Roy"};

/// Numbers in use in Canada, France, Britain and Germany, in the order of nothing.
std::string file_of(std::int64_t rows) {
    static constexpr std::array begins{"+1514", "+331", "+44207", "+4930"};
    static constexpr std::array digits{7, 8, 7, 7};
    std::string out = "Number,Used by,Use type,Company,Provider,Tags,Cost\r\n";
    for (std::int64_t at = 0; at < rows; ++at) {
        const auto country = static_cast<std::size_t>(at % 4);
        // 2,000,003 is prime, so that no number comes twice; the first digit is one that is in use everywhere.
        const auto mixed = at / 4 * 7919 % 2'000'003;
        const auto local = country == 1 ? 40'000'000 + mixed * 9 : 2'000'000 + mixed;
        const bool is_held = at % 5 != 4;
        const bool is_used = is_held && at % 3 != 0;
        out += fmt::format(
            "{}{:0{}},{},{},{},{},{},1.50 CAD\r\n", begins[country], local, digits[country],
            is_used ? fmt::format("{} {}", users[static_cast<std::size_t>(at % 8)], at % 9001) : "", is_used ? (at % 4 == 0 ? "service" : "user") : "",
            is_held ? fmt::format("Company {}", at % companies) : "", at % 2 ? "openphone" : "notify", at % 20 == 0 ? "vip" : ""
        );
    }
    return out;
}

/// What a program of porteurd's prints.
std::string said_by_porteurd(const fs::path& config, std::initializer_list<const char*> words) {
    std::string command = std::string(PORTEUR_DAEMON) + " --config " + config.string();
    for (const auto* word : words) command += std::string(" ") + word;
    FILE* out = ::popen(command.c_str(), "r");
    std::string said;
    std::array<char, 512> line;
    while (out && std::fgets(line.data(), line.size(), out) != nullptr) said += line.data();
    if (!out || ::pclose(out) != 0) stop(command + " failed: " + said);
    while (said.ends_with('\n')) said.pop_back();
    return said;
}

void write_settings(const fs::path& config, const std::string& store) {
    fs::create_directories(config / "carriers");
    fs::create_directories(config.parent_path() / "data");
    fs::create_directory_symlink(fs::path(PORTEUR_SOURCE) / "config/data", config / "data");
    std::ofstream(config / "porteur.toml") << "store = \"" << store << "\"\nkey = { file = \"../data/porteur.key\" }\n[api]\nport = 0\n"
                                           << "[documents]\nfolder = \"../data/documents\"\n[plugins]\nfolders = [\"" << PORTEUR_PLUGINS << "\"]\n";
    for (const auto* name : {"openphone", "notify"})
        std::ofstream(config / "carriers" / (std::string(name) + ".toml")) << "plugin = \"other\"\n[settings]\ncarrier = \"" << name << "\"\n";
}

}  // namespace

void measure_import(const ImportRun& run) {
    const auto file = file_of(run.rows);
    std::vector<double> times;
    for (int round = 0; round < 3; ++round) {
        const WorkFolder folder;
        const auto config = folder.path() / "config";
        std::string store = "sqlite:../data/porteur.db";
        if (run.server) {
            const auto name = "import" + std::to_string(round);
            run.server->make_database(name);
            store = run.server->address() + name;
        }
        write_settings(config, store);
        said_by_porteurd(config, {"init"});
        const auto token = said_by_porteurd(config, {"token", "create", "--name", "bench"});
        const DaemonProcess daemon(config, false);
        Caller caller(daemon.port(), token);
        for (int each = 0; each < companies; ++each)
            caller.post("/v1/tenants", "application/json", fmt::format(R"({{"kind":"company","name":"Company {}","parent":1}})", each));
        const auto cpu_before = cpu_seconds(daemon.process());
        const auto began = Steady::now();
        const auto job = parse_json(caller.post("/v1/number-imports?region=CA", "text/csv", file));
        if (!job) stop("an import answers no job");
        const std::string id(job->at("id").as_string());
        const auto sent = seconds_since(began);
        for (;;) {
            const auto now = parse_json(caller.get("/v1/number-jobs/" + id));
            if (now->at("state").as_string() != "running") {
                const auto changed = now->at("changed").as_int64();
                if (now->at("state").as_string() != "done" || changed != run.rows) stop("an import ended so: " + json::serialize(*now) + " " + std::string(caller.get("/v1/number-jobs/" + id + "/results?limit=3")));
                break;
            }
            if (seconds_since(began) > patience) stop("an import has not ended after ten minutes");
            porteur::testing::look_again_in(std::chrono::milliseconds(20));
        }
        times.push_back(seconds_since(began));
        fmt::print(
            stderr, "import: {:.2f} s, sent in {:.2f} s, {:.2f} s of CPU, {:.0f} MB in memory at most\n", times.back(), sent,
            cpu_seconds(daemon.process()) - cpu_before, status_mb(daemon.process(), "VmHWM")
        );
    }
    std::ranges::sort(times);
    fmt::print(
        R"({{"op":"import","rows":{},"store":"{}","value":{:.2f},"unit":"s","peer":null,"ratio":null,"rows_per_second":{:.0f}}})" "\n", run.rows,
        run.store_name, times[times.size() / 2], static_cast<double>(run.rows) / times[times.size() / 2]
    );
}

}  // namespace porteur::bench
