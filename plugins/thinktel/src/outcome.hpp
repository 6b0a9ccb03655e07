// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a request ended once a number is bought. From then on nothing may end the operation as if it
// had not been: the host would buy again.

#include <optional>
#include <string>

#include <porteur/http.hpp>
#include <porteur/json_at.hpp>
#include <porteur/op.hpp>

namespace thinktel {

struct Outcome {
    enum class Kind { accepted, refused, lost, failed };
    Kind kind = Kind::failed;
    std::string words;          ///< ThinkTel's own, or why it failed
    porteur::json::value body;  ///< where there is one

    bool accepted() const { return kind == Kind::accepted; }
};

/// Reads an answer with Reply. `lost`: it may have been carried out; `failed`: it was not, or is
/// for a person. Ends no operation. @threads [op]
Outcome outcome_of(const porteur::Answer& answer);

/// As the descriptor's settle, where the host has not waited: an answer that tells neither yes nor
/// no. @threads [op]
porteur::Op<void> settle_unless_in_doubt(const porteur::Answer& answer, std::string step);

}  // namespace thinktel
