// SPDX-License-Identifier: Apache-2.0
#pragma once

// What must hold after a run of the fault matrix: the invariants, and the letter of its cell.

#include "invariants.hpp"
#include "matrix_process.hpp"

namespace porteur::testing {

void check_run(const MatrixCase& each, FarEnd& far, const Surroundings& around, const std::vector<SinkMail>& mails, int deaths, Invariants& all);

}  // namespace porteur::testing
