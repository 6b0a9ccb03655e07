// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <utility>
#include <vector>

#include <porteur/phrase.hpp>

#include "exit_code.hpp"

namespace porteur::cli {

/// Why a command did not do what was asked. The message reads "what was seen; what to do"; the
/// program's name is put before it when it is printed.
struct Trouble {
    ExitCode code = ExitCode::failed;
    std::string message;
    std::vector<std::string> details = {};  ///< more about it, a line each
    friend bool operator==(const Trouble&, const Trouble&) = default;
};

template <class T>
using Outcome = std::expected<T, Trouble>;

/// The failed side of an Outcome: `return trouble(ExitCode::usage, "...")`.
inline std::unexpected<Trouble> trouble(ExitCode code, std::string message) {
    return std::unexpected(Trouble{.code = code, .message = std::move(message), .details = {}});
}

/// Hands the failure of one Outcome on as that of another.
template <class T>
std::unexpected<Trouble> passed_on(const Outcome<T>& outcome) {
    return std::unexpected(outcome.error());
}

}  // namespace porteur::cli
