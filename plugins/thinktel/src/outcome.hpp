// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a request ended once a number is bought. From then on nothing may end the operation as if it
// had not been: the host would buy again.

#include <chrono>
#include <optional>
#include <string>

#include <porteur/http.hpp>
#include <porteur/json_at.hpp>
#include <porteur/op.hpp>
#include <porteur/settle.hpp>

namespace thinktel {

struct Outcome {
    enum class Kind { accepted, refused, lost, failed };
    Kind kind = Kind::failed;
    std::string words;          ///< ThinkTel's own, or why it failed
    porteur::json::value body;  ///< where there is one
    bool called_off = false;    ///< the order was, while this was waited for

    bool accepted() const { return kind == Kind::accepted; }
};

/// Reads an answer with Reply. `lost`: it may have been carried out; `failed`: it was not, or is
/// for a person. Ends no operation. @threads [op]
Outcome outcome_of(const porteur::Answer& answer);

/// The descriptor's, for porteur::settle_unless_in_doubt.
inline constexpr std::chrono::seconds settle{60};

}  // namespace thinktel
