// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>

#include <sys/resource.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "server.hpp"
#include "simulation.hpp"

namespace porteur::sim {
namespace {

constexpr const char* admin_help = R"(
Admin routes (no login):
  POST /_sim/faults    a JSON list that replaces the fault rules; each rule:
                       {"match":{"method":"POST","path_prefix":"/orders"},"fault":"drop_after",
                        "every":5 | "probability":0.2,"seed":7, "times":3, "delay_ms":300,
                        "retry_after_s":2, "status":502, "acts":true}
                       "every" fires on each Nth matching request; without it and without
                       "probability", on each. The first rule that matches and is due decides.
                       none         nothing happens (shields requests from later rules)
                       delay        acts at once, answers delay_ms later
                       429          does not act; Retry-After when retry_after_s is given
                       500_before   does not act, answers 500
                       500_after    acts, answers 500
                       drop_before  does not act, closes the connection
                       drop_after   acts, closes the connection without an answer
                       slow_body    acts, sends the answer in eight pieces, delay_ms (100) apart
                       half_answer  acts, sends half of the answer's bytes, closes
                       garbage      acts, answers 200 with bytes that are no JSON
                       html         an HTML page with "status" (200, 502); acts only with "acts":true
                       act_late     closes the connection at once, acts delay_ms (300) later
  POST /_sim/clock     {"speed":1000} {"speed":0} {"advance_s":86400} {"now":"2026-11-23T15:00:00Z"}
  GET  /_sim/clock     the carrier's time and speed
  GET  /_sim/journal   {"lines":[{"method","path","key","requests","acted","faults"}]}: which requests
                       came how often under which key, and how often they were carried out
  GET  /_sim/received  {"orders":[...carried out...],"order_count":N,"requests":[...newest...]};
                       ?requests=0 leaves the requests out, ?from=N&limit=M pages the orders,
                       ?reference=R gives one reference's orders
  GET  /_sim/stats     counts: requests, carried out, duplicates (same reference again), the most
                       orders per reference and per number, by kind, per number, faults used;
                       ?brief=1 leaves the counts per number out
  POST /_sim/script    what the carrier shall do; see below
  POST /_sim/reset     forgets orders, requests, rules, scripts; the clock is the real time again

POST /_sim/script for this carrier:
)";

TlsFiles tls_of([[maybe_unused]] const Options& options) {
#ifdef PORTEUR_SIMULATOR_TLS
    TlsFiles files{options.text("--tls-certificate"), options.text("--tls-key")};
    if (files.certificate.empty() != files.key.empty()) {
        throw std::invalid_argument("--tls-certificate and --tls-key go together");
    }
    return files;
#else
    return {};
#endif
}

std::string first_line(const Program& program, const Server& server) {
    if (!program.opens_with_json) return "listening on " + server.url();
    return json::serialize(json::object{{"simulator", program.name}, {"url", server.url()}});
}

void raise_descriptor_limit() {
    // 1,000 connections and the rest do not fit into the usual soft limit of 1,024.
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 65'536);
    setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

std::vector<Option> all_options(const Program& program) {
    std::vector<Option> options = {
        {"--port", "PORT", "0", "port on 127.0.0.1; 0 lets the system choose"},
        {"--clock-speed", "FACTOR", "1", "carrier seconds in one real second; 0 stops the clock"},
        {"--log-size", "COUNT", "10000", "how many requests /_sim/received remembers"},
#ifdef PORTEUR_SIMULATOR_TLS
        {"--tls-certificate", "FILE", "", "serves HTTPS with this chain (PEM), and --tls-key"},
        {"--tls-key", "FILE", "", "the private key (PEM)"},
#endif
    };
    options.insert(options.end(), program.options.begin(), program.options.end());
    return options;
}

std::string help_of(const Program& program) {
    std::string help = program.name + " - " + program.about + "\n\nOptions:\n";
    for (const auto& option : all_options(program)) {
        auto left = "  " + option.name + (option.value_name.empty() ? "" : " " + option.value_name);
        left.resize(std::max<std::size_t>(left.size() + 1, 26), ' ');
        help += left + option.help;
        if (!option.value_name.empty() && !option.otherwise.empty()) {
            help += " (" + option.otherwise + ")";
        }
        help += "\n";
    }
    return help + admin_help + program.script_help;
}

int run_program(const Program& program, int argc, char** argv) {
    const std::vector<std::string> given(argv + 1, argv + argc);
    if (std::ranges::find(given, "--help") != given.end()) {
        std::fputs(help_of(program).c_str(), stdout);
        return 0;
    }
    try {
        const auto options = Options::parse(all_options(program), given);
        const auto port = options.whole("--port");
        if (port > 65'535) throw std::invalid_argument("--port is more than 65535");
        raise_descriptor_limit();
        Simulation simulation(
            [&](World world) { return program.make(world, options); }, options.whole("--log-size")
        );
        simulation.clock().set_speed(options.number("--clock-speed"));
        Server server(simulation, static_cast<std::uint16_t>(port), tls_of(options));
        server.stop_on_signals();
        std::puts(first_line(program, server).c_str());
        std::fflush(stdout);
        server.run();
        return 0;
    } catch (const std::exception& wrong) {
        std::fprintf(stderr, "%s: %s\n", program.name.c_str(), wrong.what());
        return 2;
    }
}

}  // namespace porteur::sim
