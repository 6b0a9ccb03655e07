// SPDX-License-Identifier: Apache-2.0
#include "chain.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <stdexcept>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "../../faults/http_client.hpp"

namespace porteur::testing {
namespace {

namespace fs = std::filesystem;

const fs::path judge_folder = fs::path(PORTEUR_SOURCE_DIR) / "tools/simulators/judge";

std::string program(const char* name) { return std::string(PORTEUR_SIMULATORS_DIR) + "/" + name; }

fs::path specs_folder() {
    if (const char* given = std::getenv("PORTEUR_SPECS")) return given;
    return fs::path(PORTEUR_SOURCE_DIR) / "../shared/specs";
}

/// Runs the judge's own installation. @return why it cannot be had, or nothing
std::optional<std::string> install_judge() {
    FILE* output = popen((judge_folder / "install").c_str(), "r");
    if (output == nullptr) return "the judge's installation cannot be started";
    std::string text;
    for (char piece[256]; fgets(piece, sizeof piece, output) != nullptr;) text += piece;
    const int status = pclose(output);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return std::nullopt;
    while (text.ends_with('\n')) text.pop_back();
    return text.empty() ? "the judge's installation failed" : text.substr(text.rfind('\n') + 1);
}

/// A line of deviations.txt: what may differ from the API file, and why.
struct Deviation {
    std::string line;
    std::regex exchange;    ///< against "carrier METHOD /path"
    std::string violation;  ///< a piece of prism's words
};

std::vector<Deviation> deviations() {
    std::vector<Deviation> all;
    std::ifstream file(fs::path(PORTEUR_SOURCE_DIR) / "tests/scenarios/judged/deviations.txt");
    if (!file) throw std::runtime_error("deviations.txt is not there");
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.starts_with('#')) continue;
        const auto first = line.find(" | ");
        const auto second = line.find(" | ", first == line.npos ? first : first + 3);
        if (second == line.npos) throw std::runtime_error("deviations.txt: no reason in: " + line);
        all.push_back(
            {line, std::regex(line.substr(0, first)), line.substr(first + 3, second - first - 3)}
        );
    }
    return all;
}

/// The deviations that were met in this run.
std::set<std::string>& met() {
    static std::set<std::string> lines;
    return lines;
}

/// By carrier; see answers_judged.
std::map<std::string, std::set<std::string>>& judged_answers() {
    static std::map<std::string, std::set<std::string>> answers;
    return answers;
}

/// "/SipTrunks/7005551212/Dids?PageSize=9" is "/SipTrunks/{}/Dids"; so are names that are escaped.
std::string route_of(const std::string& path) {
    std::string out;
    std::string part;
    const auto add = [&] {
        const bool is_id = part.find_first_of("0123456789%") != part.npos && part != "v2";
        out += is_id ? "{}" : part;
        part.clear();
    };
    for (const char letter : path.substr(0, path.find('?'))) {
        if (letter != '/') {
            part += letter;
            continue;
        }
        add();
        out += '/';
    }
    add();
    return out;
}

json::value body_of(const std::optional<HttpReply>& reply, const char* who) {
    if (!reply || reply->status != 200)
        throw std::runtime_error(
            std::string(who) + " does not answer" + (reply ? ": " + reply->body : "")
        );
    return json::parse(reply->body);
}

}  // namespace

JudgedCarrier ringcentral() {
    return {
        "ringcentral",
        "ringcentral",
        "ringcentral.json",
        {program("sim-ringcentral"), "--light", "0", "--medium", "0", "--heavy", "0", "--auth", "0"
        },
        {}
    };
}

JudgedCarrier thinktel() {
    // Base paths are no part of prism's routes. A week of the carrier passes in four seconds.
    return {
        "thinktel",
        "thinktel",
        "thinktel.json",
        {program("sim-thinktel"), "--base-path", "", "--clock-speed", "150000"},
        {}
    };
}

JudgedCarrier genesys() {
    // The login host is not in the API file.
    return {
        "genesys",
        "genesys_sms",
        "genesys.json",
        {program("sim-genesys"), "--clock-speed", "60"},
        {"/oauth/token"}
    };
}

std::optional<std::string> why_left_out(const JudgedCarrier& carrier) {
    const auto spec = specs_folder() / carrier.spec;
    if (!fs::exists(spec))
        return "left out: the carrier's API file " + carrier.spec +
               " is not here; name the folder of the API files in PORTEUR_SPECS";
    static const auto missing = install_judge();
    return missing;
}

Chain::Chain(JudgedCarrier carrier) : carrier_(std::move(carrier)) {
    auto simulator = carrier_.simulator;
    simulator.insert(simulator.end(), {"--port", "0"});
    simulator_ = Program::serve(simulator, "/dev/stderr");
    // A program is started by its path here, so that node is found as a shell would find it.
    std::vector<std::string> relay{
        "/usr/bin/env", "node", judge_folder / "relay.mjs", specs_folder() / carrier_.spec,
        "http://127.0.0.1:" + std::to_string(simulator_.port())
    };
    relay.insert(relay.end(), carrier_.past_the_judge.begin(), carrier_.past_the_judge.end());
    relay_ = Program::serve(relay, "/dev/stderr");
}

void Chain::lose_answer(const std::string& method, const std::string& path_part) {
    const json::object wish{{"method", method}, {"path_part", path_part}};
    body_of(http(relay_.port(), "POST", "/_judge/lose", {}, json::serialize(wish)), "the relay");
}

json::value Chain::admin(const std::string& route, const json::value& body) {
    return body_of(
        http(simulator_.port(), "POST", "/_sim/" + route, {}, json::serialize(body)),
        "the simulator"
    );
}

json::array Chain::carried_out() {
    const auto answer = http(simulator_.port(), "GET", "/_sim/received?requests=0");
    return body_of(answer, "the simulator").at("orders").as_array();
}

std::vector<std::string> deviations_not_met() {
    std::vector<std::string> lines;
    for (const auto& each : deviations())
        if (!met().contains(each.line)) lines.push_back(each.line);
    return lines;
}

std::set<std::string> answers_judged(const std::string& carrier) {
    return judged_answers()[carrier];
}

std::set<std::string>& operations_judged(const std::string& plugin) {
    static std::map<std::string, std::set<std::string>> names;
    return names[plugin];
}

std::set<std::string> operations_of_descriptor(const std::string& plugin) {
    std::ifstream file(fs::path(PORTEUR_SOURCE_DIR) / "plugins" / plugin / "descriptor.toml");
    std::set<std::string> names;
    static const std::regex table(R"(^\[operations\.([a-z_]+)\].*)");
    std::smatch found;
    for (std::string line; std::getline(file, line);)
        if (std::regex_match(line, found, table)) names.insert(found[1]);
    return names;
}

std::vector<std::string> Chain::judge() {
    const auto report = body_of(http(relay_.port(), "GET", "/_judge/report"), "the relay");
    const auto allowed = deviations();
    std::vector<std::string> asked;
    int judged = 0, past = 0, excused = 0;
    exchanges_ = report.at("exchanges").as_array().size();
    for (const auto& each : report.at("exchanges").as_array()) {
        const auto method = std::string(each.at("method").as_string());
        const auto path = std::string(each.at("path").as_string());
        asked.push_back(method + " " + path.substr(0, path.find('?')));
        if (!each.at("judged").as_bool()) {
            ++past;
            continue;
        }
        ++judged;
        answers_.insert(asked.back() + " " + std::to_string(each.at("status").as_int64()));
        judged_answers()[carrier_.name].insert(
            method + " " + route_of(path) + " " + json::serialize(each.at("status"))
        );
        if (each.at("violation").is_null()) continue;
        const auto words = std::string(each.at("violation").as_string());
        const auto exchange = carrier_.name + " " + method + " " + path;
        const auto excuse = std::ranges::find_if(allowed, [&](const Deviation& deviation) {
            return std::regex_match(exchange, deviation.exchange) &&
                   words.find(deviation.violation) != words.npos;
        });
        if (excuse != allowed.end()) {
            ++excused;
            met().insert(excuse->line);
            std::printf("judged: allowed: %s\n", excuse->line.c_str());
            continue;
        }
        ADD_FAILURE() << exchange << " (" << each.at("status") << ") is not as " << carrier_.spec
                      << " has it:\n"
                      << words.substr(0, 1500);
    }
    std::ranges::sort(asked);
    asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
    std::printf(
        "judged: %s: %d exchanges by %s, %d allowed deviations, %d past the judge\n",
        carrier_.name.c_str(), judged, carrier_.spec.c_str(), excused, past
    );
    EXPECT_GT(judged, 0);
    return asked;
}

}  // namespace porteur::testing
