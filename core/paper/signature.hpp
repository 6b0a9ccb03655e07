// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include <porteur/json.hpp>

#include "paper/letter.hpp"

namespace porteur::paper {

/// A drawn signature: its lines, moved to the corner and scaled so that the longer side is 10,000.
struct Drawing {
    std::vector<Stroke> strokes;
    std::int64_t width = 0, height = 0;
    friend bool operator==(const Drawing&, const Drawing&) = default;
};

/// Reads the `d` of an SVG path: M, L, H, V, C, S, Q, T, Z, large and small; curves become short
/// lines. Arcs (A) are not taken: no pen draws them.
/// @errors  invalid_input: where it stops being a path; it is empty; more than 20,000 points
/// @threads any
/// @source  SVG 2, chapter 9 (paths)
Result<Drawing> drawing_of_path(std::string_view path);

/// Reads strokes as a drawing surface of a browser gives them: [[[x,y],[x,y],...],...]; numbers
/// beyond the second of a point (pressure, time) are passed over.
/// @errors  invalid_input: which stroke or point is wrong; it is empty; more than 20,000 points
/// @threads any
Result<Drawing> drawing_of_strokes(const json::value& strokes);

}  // namespace porteur::paper
