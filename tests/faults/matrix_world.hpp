// SPDX-License-Identifier: Apache-2.0
#pragma once

// Runs one cell of the fault matrix with one seed: processes that die, are stopped, lose their database or their
// carrier, and go on from the same store until all is done; then every invariant is checked, and whether the fault struck
// the operation that it was aimed at.

#include <chrono>
#include <memory>
#include <string>

#include "invariants.hpp"
#include "matrix_far_end.hpp"
#include "support/postgres_server.hpp"

namespace porteur::testing {

struct MatrixRun {
    Invariants invariants = {};
    int strikes = 0;  ///< how often the fault met its operation
    int deaths = 0;   ///< processes that died, or ended because their store could not be believed
    int points = 0;   ///< crash points that the first process passed while the operation was at work
    /// How long a second daemon took to hear that the store is taken; only where one asked.
    std::chrono::milliseconds refused_after{0};
    std::string log = {};

    const std::vector<std::string>& findings() const { return invariants.findings(); }
};

/// A place for runs, one after another. @threads one, with no other in the process
class MatrixWorld {
public:
    /// @param server  this world's own: it is crashed; null: SQLite
    MatrixWorld(std::string folder, PostgresServer* server);
    ~MatrixWorld();

    MatrixRun run(MatrixCase each);

private:
    MatrixRun live(const MatrixCase& each);
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace porteur::testing
