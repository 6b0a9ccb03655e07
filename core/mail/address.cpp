// SPDX-License-Identifier: Apache-2.0
#include "mail/address.hpp"

#include <algorithm>

#include "mail/header_text.hpp"
#include "mail/text_codec.hpp"

namespace porteur {
namespace {

bool is_letter_or_digit(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9');
}

bool is_atom(char letter) {
    return is_letter_or_digit(letter) ||
           std::string_view("!#$%&'*+-/=?^_`{|}~").find(letter) != std::string_view::npos;
}

bool is_dot_atom(std::string_view text) {
    if (text.empty() || text.front() == '.' || text.back() == '.') return false;
    if (text.find("..") != text.npos) return false;
    return std::ranges::all_of(text, [](char letter) { return letter == '.' || is_atom(letter); });
}

bool is_host_name(std::string_view text) {
    if (text.empty() || text.size() > 253) return false;
    std::size_t label = 0;
    char before = '.';
    for (const char letter : text) {
        if (letter == '.') {
            if (label == 0 || before == '-') return false;
            label = 0;
        } else if (!is_letter_or_digit(letter) && (letter != '-' || label == 0)) {
            return false;
        } else if (++label > 63) {
            return false;
        }
        before = letter;
    }
    return label > 0 && before != '-';
}

bool is_address(std::string_view text) {
    const auto at = text.rfind('@');
    return text.size() <= 254 && at != text.npos && at <= 64 && is_dot_atom(text.substr(0, at)) &&
           is_host_name(text.substr(at + 1));
}

/// One element of an address list, being collected.
struct Element {
    std::string phrase;
    std::string angle;
    bool has_angle = false;

    void finish(std::vector<Mailbox>& list) {
        const std::string address(trimmed(has_angle ? angle : phrase));
        if (is_address(address)) {
            list.push_back(
                {.name = has_angle ? decode_header_text(trimmed(phrase)) : "", .address = address}
            );
        }
        *this = {};
    }
};

}  // namespace

Result<void> check_address(std::string_view address, std::string_view field) {
    if (is_address(address)) return {};
    return failure(
        ErrorKind::invalid_input, std::string(field) + ": " + quoted(address) +
                                      " is not a mail address; write it as name@example.org"
    );
}

std::vector<Mailbox> read_mailboxes(std::string_view field) {
    constexpr std::size_t mailboxes_max = 1000;
    std::vector<Mailbox> list;
    Element element;
    int comment_depth = 0;
    bool in_quotes = false;
    bool in_angle = false;
    for (std::size_t at = 0; at < field.size() && list.size() < mailboxes_max; ++at) {
        const char letter = field[at];
        std::string& target = in_angle ? element.angle : element.phrase;
        if (letter == '\\' && (in_quotes || comment_depth > 0) && at + 1 < field.size()) {
            ++at;
            if (comment_depth == 0) target += field[at];
        } else if (comment_depth > 0) {
            if (letter == '(') ++comment_depth;
            if (letter == ')') --comment_depth;
        } else if (letter == '"') {
            in_quotes = !in_quotes;
        } else if (in_quotes) {
            target += letter;
        } else if (letter == '(') {
            ++comment_depth;
        } else if (letter == '<') {
            in_angle = true;
            element.has_angle = true;
            element.angle.clear();
        } else if (letter == '>') {
            in_angle = false;
        } else if (!in_angle && letter == ':') {
            element = {};  // the name of a group
        } else if (!in_angle && (letter == ',' || letter == ';')) {
            element.finish(list);
        } else if (letter != '\r' && letter != '\n') {
            target += letter;
        }
    }
    if (list.size() < mailboxes_max) element.finish(list);
    return list;
}

std::string domain_of(std::string_view address) {
    const auto at = address.rfind('@');
    return at == address.npos ? std::string() : lower_ascii(address.substr(at + 1));
}

}  // namespace porteur
