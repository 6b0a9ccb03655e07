// SPDX-License-Identifier: Apache-2.0
#pragma once

// A file of numbers into an empty inventory over HTTP: from the request to the end of its job, each
// number checked, every row written for good.

#include <cstdint>
#include <string>

#include "bench_processes.hpp"

namespace porteur::bench {

struct ImportRun {
    std::string store_name;
    std::int64_t rows = 0;
    PostgresServer* server = nullptr;  ///< where the store is PostgreSQL's
};

void measure_import(const ImportRun& run);

}  // namespace porteur::bench
