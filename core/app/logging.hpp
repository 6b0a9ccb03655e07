// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "settings/settings.hpp"

namespace porteur {

/// Sends the log to standard error, as people or machines read it. @threads any, once
void start_logging(const LogSection& settings);

/// Of a running log; its form stays. @threads any
void change_log_level(LogLevel level);
/// Whether anybody sees what log_debug says: ask before a text is made that costs. @threads any
bool logs_debug();

/// One line each; never a secret, never a whole telephone number. Control bytes are made visible. @threads any
void log_debug(std::string_view text);
void log_info(std::string_view text);
void log_warning(std::string_view text);
void log_error(std::string_view text);

}  // namespace porteur
