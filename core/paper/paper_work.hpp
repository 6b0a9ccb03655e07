// SPDX-License-Identifier: Apache-2.0
#pragma once

// What porteurd and its program porteur-paper say to each other. The program does one piece of work
// and ends: the name of the work is its first argument, the rules the second (canonical JSON), the
// bytes come as a file at descriptor 0, and the answer goes to descriptor 1: '+' and what was made,
// or '-' and {"kind","message"} of why not.

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/describe.hpp>

namespace porteur::paper {

inline constexpr std::string_view check_work = "check-pdf";
inline constexpr std::string_view spreadsheet_work = "check-spreadsheet";
inline constexpr std::string_view letter_work = "write-letter";

inline constexpr char made_mark = '+';
inline constexpr char refused_mark = '-';

/// Rules of `check-pdf`. Its answer is PdfAnswer.
struct CheckWork {
    std::int64_t pages_max = 200;
    std::int64_t memory_max_bytes = 0;
};
BOOST_DESCRIBE_STRUCT(CheckWork, (), (pages_max, memory_max_bytes))

struct PdfAnswer {
    std::int64_t pages = 0;
    bool repaired = false;
};
BOOST_DESCRIBE_STRUCT(PdfAnswer, (), (pages, repaired))

/// Rules of `check-spreadsheet`. Its answer is SpreadsheetAnswer.
struct SpreadsheetWork {
    std::int64_t memory_max_bytes = 0;
};
BOOST_DESCRIBE_STRUCT(SpreadsheetWork, (), (memory_max_bytes))

struct SpreadsheetAnswer {
    std::string content_type;  ///< what it is by what is in it
};
BOOST_DESCRIBE_STRUCT(SpreadsheetAnswer, (), (content_type))

/// Rules of `write-letter`. Its bytes are the letter's JSON, a line end, and the picture of the
/// signature, if there is one. Its answer is the PDF.
struct LetterWork {
    std::string font_folder;
    std::int64_t memory_max_bytes = 0;
};
BOOST_DESCRIBE_STRUCT(LetterWork, (), (font_folder, memory_max_bytes))

struct PaperRefusal {
    std::string kind;  ///< "invalid_input" or another ErrorKind's name
    std::string message;
};
BOOST_DESCRIBE_STRUCT(PaperRefusal, (), (kind, message))

}  // namespace porteur::paper
