// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a carrier says, word by word: the tables by which a plugin reads its answers, in a form that
// a page can print and a test can go through.

#include <string>
#include <vector>

namespace porteur {

/// One word of the carrier's, and what the plugin takes it for. Made from the very table that the
/// plugin reads by, so that the two cannot differ.
struct CarrierWord {
    /// Where a conversation has it: `source` is "answer" (the carrier's, or a person's), "input" or
    /// "result" of the operation; `path` is the end of the way to it, without the places in lists:
    /// "RejectDetails/RJCT CODE".
    struct Place {
        std::string source, path, text;  ///< an empty text is any
        std::string operation = {};      ///< the only one that understands it; empty = any
    };

    std::string kind;   ///< as the carrier calls it: "Status"
    std::string word;   ///< verbatim: "CONFIRMEDwEXCEPTION"
    std::string means;  ///< a state, a reason, a kind of failure of ours, and what it asks for
    std::vector<Place> places;  ///< one is enough; empty = in an answer, at `kind`, as `word`
};

using CarrierWords = std::vector<CarrierWord>;

}  // namespace porteur
