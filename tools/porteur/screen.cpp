// SPDX-License-Identifier: Apache-2.0
#include "screen.hpp"

#include <algorithm>
#include <csignal>
#include <ostream>

#include <sys/ioctl.h>
#include <unistd.h>

#include "text.hpp"

namespace porteur::cli {
namespace {

// The other screen, and no cursor on it. @source xterm control sequences, DECSET 1049 and 25
constexpr std::string_view enter = "\x1b[?1049h\x1b[?25l\x1b[H";
constexpr std::string_view leave = "\x1b[?25h\x1b[?1049l";

/// In a signal's handler nothing else may be called. @source signal-safety(7)
void write_now(std::string_view text) {
    while (!text.empty()) {
        const auto count = ::write(STDOUT_FILENO, text.data(), text.size());
        if (count <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

void on_end(int signal) {
    write_now(leave);
    if (signal == SIGINT) ::_exit(0);  // the way to leave it, and no failure
    std::signal(signal, SIG_DFL);
    ::raise(signal);
}

void on_stop(int) {
    write_now(leave);
    ::raise(SIGSTOP);
    write_now(enter);
}

void on(int signal, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART | SA_NODEFER;
    ::sigaction(signal, &action, nullptr);
}

std::size_t lines_in(const std::vector<Section>& sections) {
    std::size_t count = 0;
    for (const auto& each : sections) count += each.lines.size() + (each.title.empty() ? 0 : 1);
    return count;
}

}  // namespace

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::string cut_to(std::string_view line, std::size_t columns) {
    std::string out;
    std::size_t width = 0, before_last = 0;  // where the "…" goes
    bool is_painted = false;
    for (std::size_t at = 0; at < line.size();) {
        if (line.substr(at).starts_with("\x1b[")) {
            const auto end = std::min(line.find('m', at), line.size() - 1);
            is_painted = true;
            out += line.substr(at, end - at + 1);
            at = end + 1;
            continue;
        }
        auto end = at + 1;
        while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) ++end;
        const auto letter = line.substr(at, end - at);
        const auto wide = display_width(letter);
        if (width + wide > columns) {
            out.resize(before_last);
            return out + "…" + (is_painted ? "\x1b[0m" : "");
        }
        out += letter;
        if (width + wide < columns) before_last = out.size();  // the mark fits behind it
        width += wide;
        at = end;
    }
    return out;
}

std::vector<std::string> fitted(std::vector<Section> sections, ScreenSize size) {
    std::vector<std::size_t> left_out(sections.size(), 0);
    while (lines_in(sections) > size.rows) {
        std::size_t longest = sections.size();
        for (std::size_t at = 0; at < sections.size(); ++at) {
            const auto& each = sections[at];
            // One that loses its first line gets one that says so.
            if (each.lines.size() <= each.kept + 1 + (left_out[at] > 0 ? 0 : 1)) continue;
            if (longest == sections.size() || each.lines.size() > sections[longest].lines.size()) longest = at;
        }
        if (longest == sections.size()) break;
        auto& shortened = sections[longest];
        if (left_out[longest] > 0) {
            shortened.lines.pop_back();  // what said so
            shortened.lines.pop_back();
            ++left_out[longest];
        } else {
            shortened.lines.resize(shortened.lines.size() - 2);
            left_out[longest] = 2;
        }
        const auto count = left_out[longest];
        shortened.lines.push_back(shortened.more ? shortened.more(count) : "… " + std::to_string(count));
    }
    std::vector<std::string> out;
    for (const auto& each : sections) {
        if (!each.title.empty()) out.push_back(cut_to(each.title, size.columns));
        for (const auto& line : each.lines) out.push_back(cut_to(line, size.columns));
    }
    if (out.size() > size.rows) out.resize(size.rows);
    return out;
}

LiveScreen::LiveScreen(std::ostream& out) : out_(out) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) on(signal, on_end);
    on(SIGTSTP, on_stop);
    out_ << enter << std::flush;
}

LiveScreen::~LiveScreen() {
    out_ << leave << std::flush;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}) std::signal(signal, SIG_DFL);
}

void LiveScreen::draw(const std::vector<std::string>& lines) {
    std::string frame = "\x1b[H";
    for (std::size_t at = 0; at < lines.size(); ++at) {
        frame += lines[at] + "\x1b[K";
        // No line break after the last: on a full screen it would move all of it up.
        if (at + 1 < lines.size()) frame += "\r\n";
    }
    out_ << frame << "\x1b[J" << std::flush;
}

ScreenSize screen_size() {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
    return {.columns = size.ws_col, .rows = size.ws_row};
}

}  // namespace porteur::cli
