// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace porteur {

/// What one caller of the API may cost. Tests inject short times.
/// @source RELIABILITY.md 4.6; the last four are our own
struct ApiLimits {
    std::uint64_t header_size_max_bytes = 8 << 10;  ///< request line and fields together
    std::uint32_t header_count_max = 100;
    std::uint64_t url_size_max_bytes = 4 << 10;
    std::uint64_t body_size_max_bytes = 1 << 20;     ///< JSON
    std::uint32_t json_depth_max = 32;               ///< at most what parse_json() takes, which is this
    std::uint64_t upload_size_max_bytes = 20 << 20;  ///< streamed, never whole in memory
    std::uint64_t table_size_max_bytes = 256 << 20;  ///< of a file of rows; streamed as well
    std::chrono::milliseconds header_timeout{10'000};
    std::chrono::milliseconds body_grace{10'000
    };  ///< after it a body must keep body_rate_min_bytes
    std::uint64_t body_rate_min_bytes = 500;  ///< a second; for answers that nobody reads too
    std::chrono::milliseconds idle_timeout{60'000};  ///< between two requests
    std::uint32_t connections_per_address_max = 64;
    std::uint32_t connections_max = 2000;
    std::chrono::milliseconds linger_timeout{2'000
    };  ///< for reading on after a refusal, see Wire::linger
    std::chrono::milliseconds event_keep_alive{15'000};  ///< a comment when there are no events
    std::chrono::milliseconds search_deadline{5'000};    ///< of available-numbers, unless asked
    std::chrono::milliseconds ask_deadline{30'000};      ///< of other questions to a carrier
    std::uint32_t streams_at_once = 4;            ///< answers that are made while they are sent; a PDF counts twice
    std::uint64_t stream_ahead_bytes = 512 << 10;  ///< of each, what its reader has not taken yet
    std::uint64_t pdf_rows_max = 100'000;          ///< a PDF lies in memory until its last page is known
};

}  // namespace porteur
