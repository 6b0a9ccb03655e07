// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

namespace porteur::paper {

/// One file in a ZIP container. The views point into the container's bytes.
struct ZipPart {
    std::string_view name;
    std::string_view packed;  ///< its bytes as they lie there
    bool deflated = false;    ///< else they are stored as they are
    std::uint32_t size = 0;   ///< unpacked, as the container says
    std::uint32_t crc = 0;
};

struct ZipRules {
    std::size_t parts_max = 5000;
    std::uint64_t part_max_bytes = 128 << 20;      ///< unpacked
    std::uint64_t unpacked_max_bytes = 512 << 20;  ///< of all parts together
};

/// Finds the parts by the container's directory and by each part's own head, which must agree:
/// readers that go by the one or the other must not see two different documents. Takes hostile
/// bytes: every offset and count is checked, and nothing is allocated by a number that the file
/// gives.
///
/// @errors   invalid_input: why it is not taken: cut short, encrypted, names that lead elsewhere or
/// stand
///           twice, a kind of packing that no spreadsheet has, too much in it
/// @threads  any; computes only
/// @source   APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16
Result<std::vector<ZipPart>> parts_of_zip(std::string_view bytes, const ZipRules& rules);

/// Unpacks a part, piece by piece, and checks its size and sum.
/// @errors   invalid_input: it is damaged, or not as large as it says
Result<void> unpack(const ZipPart& part, const std::function<void(std::string_view)>& take);

/// The same as one text. @errors  also when it has more than `size_max`
Result<std::string> unpacked(const ZipPart& part, std::size_t size_max);

}  // namespace porteur::paper
