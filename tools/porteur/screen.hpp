// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace porteur::cli {

/// How large a terminal is, in characters.
struct ScreenSize {
    std::size_t columns = 80;
    std::size_t rows = 24;
};

/// A part of what is shown: a title above lines, of which the last may be left out where there is no
/// room. The first `kept` lines stay, as headings do.
struct Section {
    std::string title;  ///< empty: none
    std::vector<std::string> lines;
    std::size_t kept = 1;
    /// What stands for lines that are left out: gets how many.
    std::string (*more)(std::size_t count) = nullptr;
};

/// A text's lines, without their ends.
std::vector<std::string> lines_of(std::string_view text);

/// The first `columns` columns of a line; where it is longer, the last of them is "…". Colours
/// (SGR sequences) take no room and are ended. @threads any
std::string cut_to(std::string_view line, std::size_t columns);

/// The lines of all sections on a screen of this size, or fewer. Where there is no room, lines are
/// taken from the longest section, again and again. @threads any
std::vector<std::string> fitted(std::vector<Section> sections, ScreenSize size);

/// A terminal's other screen, which is drawn anew again and again; what was there before comes back
/// when it ends, by Ctrl-C and other signals too, and while it is stopped by Ctrl-Z. One at a time.
///
/// @threads one
class LiveScreen {
public:
    /// @param out  the terminal on standard output
    explicit LiveScreen(std::ostream& out);
    ~LiveScreen();
    LiveScreen(const LiveScreen&) = delete;
    LiveScreen& operator=(const LiveScreen&) = delete;

    /// Writes over what is there, in one piece and without clearing first, so that nothing flickers.
    void draw(const std::vector<std::string>& lines);

private:
    std::ostream& out_;
};

/// The terminal of standard output as it is now; 80 by 24 where it does not say.
ScreenSize screen_size();

}  // namespace porteur::cli
