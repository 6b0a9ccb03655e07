// SPDX-License-Identifier: Apache-2.0
#pragma once

// The quality scale: what a plugin has reached is counted, never claimed. Docs: docs/plugins/grades.md.

#include <string>
#include <vector>

#include "conformance/report.hpp"

namespace porteur::conformance {

struct Grade {
    char letter = 'F';                ///< 'E' listed, 'D' loads, 'C' works, 'B' robust; 'F': not even listed
    std::vector<std::string> wanting; ///< ids of what keeps it from the next letter
};

/// The letter that a check belongs to. @param id  "R2"
char letter_of(std::string_view id) noexcept;
std::string_view name_of_grade(char letter) noexcept;

/// @param report  of all checks: what was not run has not passed
Grade grade_of(const Report& report);

}  // namespace porteur::conformance
