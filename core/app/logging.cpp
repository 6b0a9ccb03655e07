// SPDX-License-Identifier: Apache-2.0
#include "app/logging.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <porteur/json.hpp>

namespace porteur {
namespace {

bool as_json = false;

/// Control bytes would let a carrier's words forge lines of ours, or steer the terminal of whoever reads them: those of ASCII, and in
/// UTF-8 those of ISO 6429 (U+0080 to U+009F, among them one that stands for ESC [), the ends of line and paragraph U+2028 and
/// U+2029, and what turns the direction of writing (U+202A to U+202E, U+2066 to U+2069).
/// @return how many bytes at the front are such a letter
std::size_t steering_size(std::string_view rest) {
    const auto byte = [&](std::size_t at) { return at < rest.size() ? static_cast<unsigned char>(rest[at]) : 0U; };
    if (byte(0) < 0x20 || byte(0) == 0x7F) return 1;
    if (byte(0) == 0xC2) return byte(1) >= 0x80 && byte(1) <= 0x9F ? 2 : 0;
    if (byte(0) != 0xE2) return 0;
    const bool turns = (byte(1) == 0x80 && byte(2) >= 0xA8 && byte(2) <= 0xAE) || (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9);
    return turns ? 3 : 0;
}

std::string visible(std::string_view text) {
    if (as_json) {
        std::string out;
        detail::write_text(out, text);
        return out;
    }
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto steering = steering_size(text.substr(at));
        if (steering == 0) {
            out += text[at++];
            continue;
        }
        for (const auto end = at + steering; at < end; ++at) {
            const auto byte = static_cast<unsigned char>(text[at]);
            out += "\\x";
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
    return out;
}

spdlog::level::level_enum level_of(LogLevel level) {
    switch (level) {
        case LogLevel::trace: return spdlog::level::trace;
        case LogLevel::debug: return spdlog::level::debug;
        case LogLevel::info: return spdlog::level::info;
        case LogLevel::warning: return spdlog::level::warn;
        case LogLevel::error: return spdlog::level::err;
    }
    return spdlog::level::info;
}

}  // namespace

void start_logging(const LogSection& settings) {
    as_json = settings.format == LogFormat::json;
    auto logger = spdlog::stderr_color_mt("porteurd");
    logger->set_pattern(as_json ? R"({"at":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","text":%v})" : "%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
    logger->set_level(level_of(settings.level));
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

void change_log_level(LogLevel level) { spdlog::default_logger_raw()->set_level(level_of(level)); }
bool logs_debug() { return spdlog::default_logger_raw()->should_log(spdlog::level::debug); }
void log_debug(std::string_view text) { spdlog::debug("{}", visible(text)); }
void log_info(std::string_view text) { spdlog::info("{}", visible(text)); }
void log_warning(std::string_view text) { spdlog::warn("{}", visible(text)); }
void log_error(std::string_view text) { spdlog::error("{}", visible(text)); }

}  // namespace porteur
