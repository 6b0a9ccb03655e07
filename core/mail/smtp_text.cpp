// SPDX-License-Identifier: Apache-2.0
#include "mail/smtp_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "mail/text_codec.hpp"

namespace porteur {

SmtpAbilities read_smtp_abilities(const std::string& reply) {
    SmtpAbilities found;
    std::size_t at = reply.find('\n');
    while (at != reply.npos) {
        const auto end = reply.find('\n', at + 1);
        const std::string line =
            lower_ascii(reply.substr(at + 1, end == reply.npos ? end : end - at - 1));
        const std::string_view word = line.size() > 4 ? std::string_view(line).substr(4) : "";
        if (word == "starttls") found.starttls = true;
        if (word == "dsn") found.dsn = true;
        if (word == "8bitmime") found.eight_bit = true;
        if (word == "pipelining") found.pipelining = true;
        if (word.starts_with("size ")) {
            std::from_chars(word.data() + 5, word.data() + word.size(), found.size_max);
        }
        if (word.starts_with("auth ") || word.starts_with("auth=")) {
            found.auth_plain = found.auth_plain || word.find("plain") != word.npos;
            found.auth_login = found.auth_login || word.find("login") != word.npos;
        }
        at = end;
    }
    return found;
}

std::string to_xtext(std::string_view text) {
    std::string out;
    for (const char letter : text) {
        if (letter > 0x20 && letter < 0x7F && letter != '+' && letter != '=') {
            out += letter;
        } else {
            out += fmt::format("+{:02X}", static_cast<unsigned char>(letter));
        }
    }
    return out;
}

std::string base64_word(std::string_view bytes) {
    std::string out;
    for (const char letter : encode_base64_lines(bytes)) {
        if (letter != '\r' && letter != '\n') out += letter;
    }
    return out;
}

Result<std::string> to_wire(std::string_view mime) {
    constexpr std::size_t line_bytes_max = 998;
    std::string wire;
    wire.reserve(mime.size() + mime.size() / 50 + 8);
    while (!mime.empty()) {
        // LF first, which memchr finds fast; a CR before it is nearly always the one that belongs
        // there.
        const auto line_feed = mime.find('\n');
        const auto end = std::min(mime.substr(0, line_feed).find('\r'), line_feed);
        const auto line = mime.substr(0, end);
        if (line.size() > line_bytes_max || line.find('\0') != line.npos) {
            return failure(
                ErrorKind::invalid_input,
                "mail: a line " + quoted(line) +
                    " is longer than 998 bytes or holds a NUL; mails are made by render_mail()"
            );
        }
        if (line.starts_with('.')) wire += '.';
        wire += line;
        wire += "\r\n";
        if (end == mime.npos) break;
        const bool pair = mime[end] == '\r' && end + 1 < mime.size() && mime[end + 1] == '\n';
        mime.remove_prefix(end + (pair ? 2 : 1));
    }
    wire += ".\r\n";
    return wire;
}

}  // namespace porteur
