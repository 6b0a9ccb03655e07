// SPDX-License-Identifier: Apache-2.0
#include "api/strict_head.hpp"

#include <algorithm>
#include <array>
#include <bitset>

#include <porteur/result.hpp>

namespace porteur {
namespace {

bool is_token_letter(char letter) {
    // RFC 9110, section 5.6.2
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(letter) != std::string_view::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_token_letter);
}

bool is_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

bool same(std::string_view left, std::string_view lower_case) {
    return std::ranges::equal(left, lower_case, [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    });
}

/// Of a field that says how long the body is blanks alone are taken away: a tab there is read in two ways, and nobody
/// sends one who means well.
std::string_view without_blanks(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// Fields that mean something to us and of which there can be one only.
constexpr auto single = std::to_array<std::string_view>(
    {"host", "content-length", "transfer-encoding", "content-type", "content-encoding", "expect",
     "authorization", "idempotency-key", "if-match", "last-event-id"}
);
enum Single { host, content_length, transfer_encoding, content_type, content_encoding, expect };

HeadProblem refused(std::string detail, int status = 400) {
    return {.status = status, .detail = std::move(detail)};
}

std::optional<HeadProblem> check_request_line(
    std::string_view line, const ApiLimits& limits, bool& is_1_0
) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == line.npos || first == last || !is_token(line.substr(0, first)))
        return refused("the request line is not \"METHOD target HTTP/1.1\"");
    const auto target = line.substr(first + 1, last - first - 1);
    const auto version = line.substr(last + 1);
    if (target.size() > limits.url_size_max_bytes)
        return refused(
            "the target has " + std::to_string(target.size()) + " bytes; at most " +
                std::to_string(limits.url_size_max_bytes) + " are taken",
            414
        );
    is_1_0 = version == "HTTP/1.0";
    if (version != "HTTP/1.1" && !is_1_0)
        return refused(
            "version " + quoted(version, 20) + "; only HTTP/1.1 and HTTP/1.0 are spoken",
            version.starts_with("HTTP/") ? 505 : 400
        );
    if (!target.starts_with('/') || target.starts_with("//"))
        return refused(
            "the target " + quoted(target, 40) + " is not a path that begins with one \"/\""
        );
    for (const char letter : target)
        if (letter <= ' ' || letter > '~' || letter == '#' || letter == '\\')
            return refused("the target has a byte that must be percent-encoded or is not allowed");
    return std::nullopt;
}

}  // namespace

std::optional<HeadProblem> check_head(std::string_view head, const ApiLimits& limits) {
    if (head.size() > limits.header_size_max_bytes)
        return refused(
            "the request line and header fields have more than " +
                std::to_string(limits.header_size_max_bytes) + " bytes",
            431
        );
    bool is_1_0 = false;
    std::size_t line_count = 0;
    std::bitset<single.size()> seen;
    std::array<std::string_view, single.size()> value_of{};

    for (std::size_t begin = 0; begin < head.size();) {
        const auto end = head.find("\r\n", begin);
        if (end == head.npos) return refused("a line does not end with CR LF");
        const auto line = head.substr(begin, end - begin);
        begin = end + 2;
        for (const char letter : line)
            if ((static_cast<unsigned char>(letter) < 0x20 && letter != '\t') || letter == 0x7F)
                return refused("a control byte in the head; lines end with CR LF and nothing else");
        if (line_count++ == 0) {
            if (auto problem = check_request_line(line, limits, is_1_0)) return problem;
            continue;
        }
        if (line.empty()) {
            if (begin != head.size()) return refused("an empty line within the head");
            break;
        }
        if (line_count - 1 > limits.header_count_max)
            return refused(
                "more than " + std::to_string(limits.header_count_max) + " header fields", 431
            );
        const auto colon = line.find(':');
        if (colon == line.npos || !is_token(line.substr(0, colon)))
            return refused(
                "the header line " + quoted(line.substr(0, std::min(colon, std::size_t{40})), 40) +
                " is folded, or its name is not a name followed by a colon at once"
            );
        const auto found = std::ranges::find_if(single, [&](auto name) {
            return same(line.substr(0, colon), name);
        });
        if (found == single.end()) continue;
        const auto which = static_cast<std::size_t>(found - single.begin());
        if (seen[which]) return refused("the field " + std::string(*found) + " stands there twice");
        seen[which] = true;
        const auto value = line.substr(colon + 1);
        value_of[which] = which == content_length || which == transfer_encoding ? without_blanks(value) : trimmed(value);
    }

    if (!is_1_0 && (!seen[host] || value_of[host].empty()))
        return refused("there is no Host field");
    if (seen[host] && value_of[host].find_first_of(" \t,/@?#\\") != std::string_view::npos)
        return refused("the Host field is not a host");
    if (seen[content_length] &&
        (!is_digits(value_of[content_length]) || value_of[content_length].size() > 18))
        return refused(
            "Content-Length " + quoted(value_of[content_length], 40) + " is not a number of bytes"
        );
    if (seen[transfer_encoding]) {
        if (is_1_0) return refused("HTTP/1.0 knows no Transfer-Encoding");
        if (seen[content_length])
            return refused("Content-Length and Transfer-Encoding together; send one of them");
        if (!same(value_of[transfer_encoding], "chunked"))
            return refused(
                "Transfer-Encoding " + quoted(value_of[transfer_encoding], 40) +
                    "; only \"chunked\" is taken",
                501
            );
    }
    if (seen[content_encoding] && !same(value_of[content_encoding], "identity"))
        return refused(
            "Content-Encoding " + quoted(value_of[content_encoding], 40) +
                " is not taken; send the body as it is",
            415
        );
    if (seen[expect] && !same(value_of[expect], "100-continue"))
        return refused("Expect " + quoted(value_of[expect], 40) + " cannot be met", 417);
    return std::nullopt;
}

}  // namespace porteur
