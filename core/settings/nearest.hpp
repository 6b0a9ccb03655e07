// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace porteur {

/// How many letters must be changed, added, left out or swapped with their neighbour to make one
/// word of the other. @threads any
std::size_t edit_distance(std::string_view left, std::string_view right);

/// The word that was probably meant; empty if none is within a third of its letters (at least one).
/// Case does not count. @threads any
std::string_view nearest(std::string_view word, std::span<const std::string> known);

/// The end of a message about a word that is not known: `; did you mean "isolation"?`, or, when
/// nothing is near, `; known are: a, b, c`. @threads any
std::string suggestion(std::string_view word, std::span<const std::string> known);

}  // namespace porteur
