// SPDX-License-Identifier: Apache-2.0
#pragma once

// A mail as its parts, and the two forms that it travels in: plain text and HTML.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace genesys {

/// A paragraph, rows of "label: value", or a list with a heading.
struct LetterPart {
    std::string paragraph;
    std::vector<std::pair<std::string, std::string>> rows;
    std::vector<std::string> items;
};

struct Letter {
    std::string subject;
    std::string language;  ///< "en" or "fr"
    std::vector<LetterPart> parts;

    /// Adds a row to the last part. An empty value adds nothing; line breaks in a value become
    /// blanks, so that nobody's field can look like another one.
    void row(std::string_view label, std::string_view value);

    std::string text() const;
    /// The same in the same order; everything is escaped, and nothing is loaded from elsewhere.
    std::string html() const;
};

/// Control characters as blanks. @threads any
std::string one_line(std::string_view text);

}  // namespace genesys
