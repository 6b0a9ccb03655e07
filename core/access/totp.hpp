// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace porteur {

// Codes of an authenticator: six digits, a new one every 30 seconds, SHA-1, as every authenticator
// takes them.
// @source RFC 6238, and RFC 4226 for the code of one step

/// 160 random bits, base 32. @threads any
std::string make_totp_secret();

/// What an authenticator reads as a QR code. @threads any
/// @source  "Key URI Format" of Google Authenticator's wiki (read 2026-11)
std::string totp_uri(std::string_view secret, std::string_view login);

/// The step that a time is in.
constexpr std::int64_t totp_step_at(std::chrono::sys_time<std::chrono::milliseconds> at) noexcept {
    return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count() / 30;
}

/// The code of a step; empty where the secret is no base 32. @threads any
std::string totp_code(std::string_view secret, std::int64_t step);

/// The step that a code belongs to: this one, the one before or the one after, as clocks differ;
/// none that is not after `used`, so that a code works once. @threads any
std::optional<std::int64_t> totp_step_of(
    std::string_view code, std::string_view secret, std::int64_t now, std::int64_t used
);

/// Ten codes for whoever has lost the authenticator, each good once: "f3k9-2mxp-7qwd". @threads any
std::vector<std::string> make_recovery_codes();
/// What is kept of one, however it is written: blanks, dashes and capitals aside. @threads any
std::string hash_of_recovery_code(std::string_view code);

}  // namespace porteur
