// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "bench_processes.hpp"

namespace porteur::bench {

/// Other programs that do the same work: scripts for Node that stand outside this project, in the folder
/// that PORTEUR_PEERS names, or else in ../shared/peers beside the source tree. They are measured against
/// the same carrier program.
class Peers {
public:
    /// Says aloud what is left out, and why.
    Peers(const std::filesystem::path& source, const std::filesystem::path& work);
    bool there() const { return !folder_.empty(); }

    /// Orders per second; nothing if the peer cannot be measured here.
    std::optional<double> dbos(int orders, int in_flight, const PostgresServer& database);
    std::optional<double> bullmq(int orders, int in_flight);

private:
    std::optional<double> run(const std::string& variables, const std::string& script, int orders, int in_flight);
    std::filesystem::path folder_;  ///< with the scripts and node_modules; empty: there are none
    std::filesystem::path work_;
};

}  // namespace porteur::bench
