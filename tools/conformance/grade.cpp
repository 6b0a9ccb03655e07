// SPDX-License-Identifier: Apache-2.0
#include "conformance/grade.hpp"

#include <algorithm>
#include <array>

namespace porteur::conformance {

char letter_of(std::string_view id) noexcept {
    switch (id.empty() ? '\0' : id.front()) {
        case 'L': return 'E';
        case 'A': return 'D';
        case 'C': return 'C';
        case 'Z': return 'A';
        default: return 'B';
    }
}

std::string_view name_of_grade(char letter) noexcept {
    switch (letter) {
        case 'E': return "listed";
        case 'D': return "loads";
        case 'C': return "works";
        case 'B': return "robust";
        default: return "not listed";
    }
}

Grade grade_of(const Report& report) {
    Grade out;
    const auto all = all_checks();
    for (const char letter : std::array{'E', 'D', 'C', 'B'}) {
        for (const auto& check : all) {
            if (letter_of(check.id) != letter) continue;
            const auto found = std::ranges::find(report.entries, check.id, &Entry::id);
            if (found == report.entries.end() || (found->ending != Ending::passed && found->ending != Ending::exempt)) out.wanting.emplace_back(check.id);
        }
        if (!out.wanting.empty()) return out;
        out.letter = letter;
    }
    return out;
}

}  // namespace porteur::conformance
