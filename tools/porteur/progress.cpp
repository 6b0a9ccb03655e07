// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

#include <fmt/core.h>

#include <ostream>
#include <utility>

namespace porteur::cli {

using namespace std::chrono_literals;

Progress::Progress(Surroundings& around, std::string what)
    : around_(around), what_(std::move(what)), began_(around.now()), shown_at_(began_) {}

Progress::~Progress() { hide(); }

bool Progress::is_due(bool is_end) {
    if (!around_.err_is_terminal) return false;
    const auto now = around_.now();
    if (now - began_ < 1s || (shown_ && now - shown_at_ < 100ms && !is_end)) return false;
    shown_at_ = now;
    return true;
}

void Progress::write(const std::string& line) {
    shown_ = true;
    // Back to the first column, clear to the end of the line (ECMA-48, EL).
    around_.err << "\r\x1b[K" << line << std::flush;
}

void Progress::update(std::size_t bytes_done, std::size_t bytes_all) {
    if (!is_due(bytes_all > 0 && bytes_done >= bytes_all)) return;
    if (bytes_all > 0)
        return write(fmt::format(
            "{} {} {} of {}", what_, bar_text(bytes_done, bytes_all), size_text(bytes_done),
            size_text(bytes_all)
        ));
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(shown_at_ - began_).count();
    write(fmt::format("{} … {} s", what_, seconds));
}

void Progress::update_count(std::size_t done, std::size_t all) {
    if (is_due(done >= all)) write(fmt::format("{} {} {}/{}", what_, bar_text(done, all), done, all));
}

void Progress::update_so_far(std::size_t done) {
    if (is_due(false)) write(fmt::format("{} … {}", what_, done));
}

void Progress::hide() {
    if (std::exchange(shown_, false)) around_.err << "\r\x1b[K" << std::flush;
}

std::string size_text(std::size_t bytes) {
    if (bytes < 1000) return fmt::format("{} B", bytes);
    if (bytes < 1000 * 1000) return fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3);
    return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

std::string bar_text(std::size_t done, std::size_t all) {
    constexpr std::size_t width = 20;
    const auto part = done * width / all;
    std::string bar(part, '=');
    if (part < width) bar += '>';
    bar.resize(width, ' ');
    return fmt::format("[{}] {:3} %", bar, done * 100 / all);
}

}  // namespace porteur::cli
