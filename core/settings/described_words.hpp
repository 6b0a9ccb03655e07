// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

namespace porteur {

class TableReader;

/// A word of the carrier's that a plugin knows, as stands behind its descriptor: what its tables
/// make of it, and the test that sent it through. Written by the plugin's tests
/// (porteur/testkit/words.hpp).
struct DescribedWord {
    std::string kind;   ///< "Status"
    std::string word;   ///< "CONFIRMEDwEXCEPTION"
    std::string means;  ///< "confirmed: ..."
    std::string test;   ///< "FollowUp.EveryStatusWordMovesTheOrderAsItMeans"
    friend bool operator==(const DescribedWord&, const DescribedWord&) = default;
};

/// Names the keys of [words]; toml_reader.hpp says how that is used.
void read_words(TableReader& in, std::vector<DescribedWord>& words);

/// The words of a descriptor, in the order of its file; none if it tells none.
///
/// @param toml  as parse_descriptor takes it
/// @errors      invalid_input: it is no TOML
/// @threads     any; no state, no I/O
Result<std::vector<DescribedWord>> words_in_descriptor(
    std::string_view toml, std::string_view where
);

}  // namespace porteur
