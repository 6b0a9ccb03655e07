// SPDX-License-Identifier: Apache-2.0
#pragma once

// One carrier for a judged test: our simulator, and before it the carrier's own API file, by which
// every request of the plugin and every answer of the simulator is judged
// (tools/simulators/judge/relay.mjs).

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <porteur/json.hpp>

#include "../../faults/program.hpp"

namespace porteur::testing {

struct JudgedCarrier {
    std::string name;                         ///< as in deviations.txt
    std::string plugin;                       ///< id of the plugin that talks to it
    std::string spec;                         ///< the API file
    std::vector<std::string> simulator;       ///< program and options
    std::vector<std::string> past_the_judge;  ///< paths that the file does not describe
};

JudgedCarrier ringcentral();
JudgedCarrier thinktel();
JudgedCarrier genesys();

/// Why the carrier cannot be judged here: no API file, no node, no prism-cli. Nothing if it can.
std::optional<std::string> why_left_out(const JudgedCarrier& carrier);

/// The lines of deviations.txt that no judge() of this run has needed yet.
std::vector<std::string> deviations_not_met();

/// Which kinds of answers of a carrier were judged in this run, as "GET /SipTrunks/{}/Dids 200": a
/// part of a path with a digit in it stands as {}.
std::set<std::string> answers_judged(const std::string& carrier);

/// The operations of a plugin that ran before the judge in this run. SmallHost adds its own; a test
/// whose daemon runs one adds it. The end of a run of all tests counts them (coverage.cpp).
std::set<std::string>& operations_judged(const std::string& plugin);

/// The operations in a plugin's descriptor.
std::set<std::string> operations_of_descriptor(const std::string& plugin);

/// @errors  the constructor throws std::runtime_error when something does not start
class Chain {
public:
    explicit Chain(JudgedCarrier carrier);

    /// Where the plugin's host is to send its requests.
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }
    unsigned port() const { return relay_.port(); }
    /// The next answer to such a request is lost on its way back; the simulator has acted.
    void lose_answer(const std::string& method, const std::string& path_part);
    /// Tells the simulator by one of its admin routes, such as "script".
    json::value admin(const std::string& route, const json::value& body);
    /// What the simulator really carried out.
    json::array carried_out();
    /// Fails the test for each violation that deviations.txt does not allow, and prints how many
    /// exchanges were judged. @return what was asked, as "GET /path", once each
    std::vector<std::string> judge();
    /// What judge() has seen so far, with the status that answered it: "GET /path 200".
    const std::set<std::string>& answers() const { return answers_; }
    /// How many exchanges judge() has seen so far.
    std::size_t exchanges() const { return exchanges_; }

private:
    JudgedCarrier carrier_;
    Program simulator_;
    Program relay_;
    std::set<std::string> answers_;
    std::size_t exchanges_ = 0;
};

}  // namespace porteur::testing
