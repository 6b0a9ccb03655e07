// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include <porteur/reason.hpp>

namespace porteur {

/// What the host does next about a failure. The numbers are those of plugin.h (PORTEUR_KIND_*).
enum class ErrorKind : std::int32_t {
    none = 0,           ///< no failure; only in completions
    invalid_input = 1,  ///< nothing was sent; the caller mends the input
    unsupported = 2,    ///< nothing was sent; another way is offered
    unauthorized = 3,   ///< the account stops; a person is asked
    rejected = 4,       ///< the carrier said no; never sent again as it is
    throttled = 5,      ///< certainly not carried out; sent again after the carrier's wait
    unavailable = 6,    ///< certainly not carried out; sent again with back-off
    in_doubt = 7,       ///< may have been carried out; looked up before anything else
    cancelled = 8,      ///< called off; only effects that undo may follow
    internal = 9,       ///< a defect of ours; an attempt that may have left counts as in_doubt
};

/// The name of a kind as it stands in logs, journals and documents: "in_doubt".
/// Unknown numbers give "internal". @threads any
constexpr std::string_view name_of(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::none: return "none";
        case ErrorKind::invalid_input: return "invalid_input";
        case ErrorKind::unsupported: return "unsupported";
        case ErrorKind::unauthorized: return "unauthorized";
        case ErrorKind::rejected: return "rejected";
        case ErrorKind::throttled: return "throttled";
        case ErrorKind::unavailable: return "unavailable";
        case ErrorKind::in_doubt: return "in_doubt";
        case ErrorKind::cancelled: return "cancelled";
        case ErrorKind::internal: return "internal";
    }
    return "internal";
}

/// Why something did not work: a kind, which tells the host what to do next, and a message, which
/// tells a person where it was, what was seen and what to do. Never a secret in it, never a
/// telephone number in full.
struct Error {
    ErrorKind kind = ErrorKind::internal;
    std::string message;
    Reason reason = Reason::none;          ///< canonical reason of a refusal, DOMAIN.md 1.5
    std::string code = {};                 ///< the carrier's own code, verbatim
    std::chrono::seconds retry_after{0};   ///< the carrier's wish; 0 = none

    friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
using Result = std::expected<T, Error>;

/// The failed side of a Result: `return failure(ErrorKind::invalid_input, "...")`.
inline std::unexpected<Error> failure(ErrorKind kind, std::string message) {
    return std::unexpected(Error{.kind = kind, .message = std::move(message)});
}

/// @return bytes of the UTF-8 character at `text`'s beginning, 0 where there is none (RFC 3629: no
///     overlong form, no surrogate, nothing above U+10FFFF)
inline std::size_t utf8_size(std::string_view text) {
    const auto byte = [&](std::size_t at) { return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U; };
    const auto follows = [&](std::size_t at, unsigned least = 0x80, unsigned most = 0xBF) {
        return byte(at) >= least && byte(at) <= most;
    };
    const auto lead = byte(0);
    if (text.empty()) return 0;
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF)
        return follows(1, lead == 0xE0 ? 0xA0 : 0x80, lead == 0xED ? 0x9F : 0xBF) && follows(2) ? 3 : 0;
    if (lead >= 0xF0 && lead <= 0xF4)
        return follows(1, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF) && follows(2) && follows(3) ? 4 : 0;
    return 0;
}

/// Foreign text made fit for a message: in double quotes, cut after `length_max` bytes (never inside
/// a UTF-8 character), control bytes and bytes that are no UTF-8 as \xNN, quotes and backslashes
/// escaped. @threads any
inline std::string quoted(std::string_view text, std::size_t length_max = 80) {
    static constexpr char digits[] = "0123456789abcdef";
    bool cut = false;
    if (text.size() > length_max) {
        std::size_t end = length_max;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
        text = text.substr(0, end);
        cut = true;
    }
    std::string out = "\"";
    while (!text.empty()) {
        const auto size = utf8_size(text);
        const auto byte = static_cast<unsigned char>(text.front());
        if (byte == '"' || byte == '\\') out += '\\';
        if (size == 0 || byte < 0x20 || byte == 0x7F) {
            out += "\\x";
            out += digits[byte >> 4];
            out += digits[byte & 15];
        } else {
            out += text.substr(0, size);
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    out += cut ? "…\"" : "\"";
    return out;
}

/// Without these, a std::string would find std::quoted wherever <iomanip> has come in.
inline std::string quoted(const std::string& text, std::size_t length_max = 80) {
    return quoted(std::string_view(text), length_max);
}
inline std::string quoted(const char* text, std::size_t length_max = 80) {
    return quoted(std::string_view(text), length_max);
}

}  // namespace porteur
