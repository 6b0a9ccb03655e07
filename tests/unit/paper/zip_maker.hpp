// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace porteur::paper::testing {

/// A part of a container, and what a careful or hostile program may write about it.
struct MadePart {
    std::string name, bytes;
    bool deflate = true;
    std::uint16_t flags = 0;
    std::string name_in_head = {};  ///< empty: the same
    std::int64_t size_said = -1;    ///< unpacked; -1: as it is
    std::uint32_t crc_change = 0;
};

/// A ZIP container, as spreadsheet programs write them.
std::string zip_of(const std::vector<MadePart>& parts, const std::string& comment = {});

/// Small spreadsheets with the parts that real ones have, and these besides.
std::string xlsx_with(const std::vector<MadePart>& more = {}, const std::string& more_types = {});
std::string ods_with(const std::vector<MadePart>& more = {}, const std::string& more_manifest = {});

}  // namespace porteur::paper::testing
