// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "surroundings.hpp"

namespace porteur::cli {

/// One line on the terminal that says what takes so long; appears after a second, and goes away
/// when it is destroyed. Where standard error is no terminal nothing is written.
///
/// @threads one
class Progress {
public:
    /// @param what  "waiting for http://127.0.0.1:8480"
    /// @param around  outlives this
    Progress(Surroundings& around, std::string what);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Says how far it is; 0 bytes in all: only for how long.
    void update(std::size_t bytes_done = 0, std::size_t bytes_all = 0);
    /// The same in pieces of which there are so many in all, which is not 0.
    void update_count(std::size_t done, std::size_t all);
    /// The same where nobody knows how many there will be: only how many there were.
    void update_so_far(std::size_t done);
    /// Takes the line away until the next update, so that other lines can be written.
    void hide();

private:
    /// Whether the line is to be written now.
    bool is_due(bool is_end);
    void write(const std::string& line);

    Surroundings& around_;
    std::string what_;
    std::chrono::steady_clock::time_point began_, shown_at_;
    bool shown_ = false;
};

/// "820 B", "3.0 kB", "1.2 MB": by 1,000, one digit after the point. @threads any
std::string size_text(std::size_t bytes);

/// "[=========>          ]  45 %" @param done  at most `all`, which is not 0
std::string bar_text(std::size_t done, std::size_t all);

}  // namespace porteur::cli
