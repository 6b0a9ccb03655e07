// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <porteur/json.hpp>

#include "outcome.hpp"

namespace porteur::cli {

/// A drawn signature in a file, as the API takes it: {"path": ...} for an SVG picture or the `d` of
/// a path alone, {"strokes": ...} for JSON, be it the list alone or an object with it.
/// @errors  usage: it is none of these
/// @threads any
Outcome<json::object> drawn_signature(std::string_view text);

}  // namespace porteur::cli
