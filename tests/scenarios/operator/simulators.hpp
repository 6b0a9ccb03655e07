// SPDX-License-Identifier: Apache-2.0
#pragma once

// The carriers' simulators, as the tests of an operator's day start and script them.

#include <stdexcept>
#include <string>

#include "../../faults/http_client.hpp"
#include "../support/daemon_host.hpp"

namespace porteur::testing {

/// Starts a simulator on a port of its own.
inline Program simulator(const std::string& name, Words options) {
    options.insert(options.begin(), std::string(PORTEUR_SIMULATORS_DIR) + "/" + name);
    options.insert(options.end(), {"--port", "0"});
    return Program::serve(options, "/dev/stderr");
}

/// Where it, or any other program of the test, listens.
inline std::string url(const Program& program) {
    return "http://127.0.0.1:" + std::to_string(program.port());
}

/// Has a simulator behave as wished from now on. @throws std::runtime_error it does not take that
inline void script(const Program& simulator, const json::value& wish) {
    const auto done = http(simulator.port(), "POST", "/_sim/script", {}, json::serialize(wish));
    if (!done || done->status != 200) throw std::runtime_error("the simulator took no script");
}

}  // namespace porteur::testing
