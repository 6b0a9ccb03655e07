// SPDX-License-Identifier: Apache-2.0
#pragma once

// All numbers as a file, over HTTP: measured at the client from the request to the last byte, with
// the daemon's memory meanwhile; beside programs that write the same rows and columns.

#include <filesystem>
#include <string>

#include "bench_processes.hpp"

namespace porteur::bench {

struct ExportRun {
    std::string store_name;
    std::int64_t rows = 0;
    std::uint16_t port = 0;
    pid_t daemon = 0;
    std::string token;
    std::filesystem::path work;         ///< for what the peers read and write
    std::filesystem::path sqlite_file;  ///< the store, where it is SQLite's
    const PostgresServer* server = nullptr;
    bool with_peers = false;
};

void measure_csv(const ExportRun& run);
/// Of 100,000 rows, or of all where there are fewer.
void measure_pdf(const ExportRun& run);

}  // namespace porteur::bench
