// SPDX-License-Identifier: Apache-2.0
#include "app/logging.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <porteur/json.hpp>

namespace porteur {
namespace {

bool as_json = false;

/// Bytes below a blank would let a carrier's words forge lines of ours.
std::string visible(std::string_view text) {
    if (as_json) {
        std::string out;
        detail::write_text(out, text);
        return out;
    }
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (byte >= 0x20 && byte != 0x7F) {
            out += letter;
        } else {
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
