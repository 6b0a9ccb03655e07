// SPDX-License-Identifier: Apache-2.0
#include "mail/message.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "mail/header_text.hpp"
#include "mail/message_id.hpp"
#include "mail/text_codec.hpp"

namespace porteur {
namespace {

using namespace std::chrono;

constexpr std::size_t subject_bytes_max = 998;
constexpr std::size_t name_bytes_max = 255;
constexpr std::size_t references_max = 50;

/// Refuses text that could end a header line, or that no reader would show as it was meant.
Result<void> check_text(std::string_view text, std::size_t bytes_max, std::string_view field) {
    if (text.size() > bytes_max) {
        return failure(
            ErrorKind::invalid_input,
            fmt::format("{}: {} bytes is more than {}; shorten it", field, text.size(), bytes_max)
        );
    }
    if (!is_valid_utf8(text)) {
        return failure(
            ErrorKind::invalid_input, fmt::format("{}: {} is not UTF-8 text", field, quoted(text))
        );
    }
    if (const auto control = find_control(text)) {
        return failure(
            ErrorKind::invalid_input,
            fmt::format(
                "{}: {} holds the control character U+{:04X}; take it out", field, quoted(text),
                static_cast<std::uint32_t>(*control)
            )
        );
    }
    return {};
}

bool is_content_type(std::string_view text) {
    const auto is_token = [](std::string_view part) {
        return !part.empty() && std::ranges::all_of(part, [](char letter) {
            return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                   (letter >= '0' && letter <= '9') ||
                   std::string_view("!#$&^_.+-").find(letter) != std::string_view::npos;
        });
    };
    const auto slash = text.find('/');
    return text.size() <= 70 && slash != text.npos && is_token(text.substr(0, slash)) &&
           is_token(text.substr(slash + 1));
}

/// A file that came in a mail may say that it is a part with parts in it. In base64 that is forbidden, and readers would look for the
/// parts, and show none. @source RFC 2045, section 6.4
std::string travelling_type(const std::string& content_type) {
    const auto type = lower_ascii(content_type.substr(0, content_type.find('/')));
    return type == "multipart" || type == "message" ? "application/octet-stream" : content_type;
}

Result<void> check_mailbox(const Mailbox& mailbox, const std::string& field) {
    if (auto checked = check_text(mailbox.name, name_bytes_max, field + ".name"); !checked) {
        return checked;
    }
    return check_address(mailbox.address, field + ".address");
}

Result<void> check_files(const std::vector<MailFile>& files, const MailLimits& limits) {
    std::size_t total = 0;
    for (const MailFile& file : files) total += file.bytes.size();
    if (total > limits.files_bytes_max) {
        return failure(
            ErrorKind::invalid_input, fmt::format(
                                          "files: {} bytes together is more than the {} that may "
                                          "travel in one mail; send fewer "
                                          "or smaller ones",
                                          total, limits.files_bytes_max
                                      )
        );
    }
    for (std::size_t at = 0; at < files.size(); ++at) {
        const std::string field = fmt::format("files[{}]", at);
        if (files[at].name.empty()) {
            return failure(ErrorKind::invalid_input, field + ".name: is empty; name the file");
        }
        if (auto checked = check_text(files[at].name, name_bytes_max, field + ".name"); !checked) {
            return checked;
        }
        if (!is_content_type(files[at].content_type)) {
            return failure(
                ErrorKind::invalid_input, field +
                                              ".content_type: " + quoted(files[at].content_type) +
                                              " is no media type; write it as application/pdf"
            );
        }
    }
    return {};
}

Result<void> check_mail(const OutgoingMail& mail, const MailLimits& limits) {
    if (auto checked = check_files(mail.files, limits); !checked) return checked;
    if (auto checked = check_message_id(mail.message_id, "message_id"); !checked) return checked;
    if (auto checked = check_mailbox(mail.from, "from"); !checked) return checked;
    if (mail.to.empty() || mail.to.size() > limits.recipient_count_max) {
        return failure(
            ErrorKind::invalid_input,
            fmt::format(
                "to: {} recipients; a mail has 1 to {}", mail.to.size(), limits.recipient_count_max
            )
        );
    }
    for (std::size_t at = 0; at < mail.to.size(); ++at) {
        if (auto checked = check_mailbox(mail.to[at], fmt::format("to[{}]", at)); !checked) {
            return checked;
        }
    }
    if (!mail.reply_to.empty()) {
        if (auto checked = check_address(mail.reply_to, "reply_to"); !checked) return checked;
    }
    if (!mail.in_reply_to.empty()) {
        if (auto checked = check_message_id(mail.in_reply_to, "in_reply_to"); !checked)
            return checked;
    }
    if (mail.references.size() > references_max) {
        return failure(
            ErrorKind::invalid_input,
            fmt::format(
                "references: {} message ids; keep the first and the last {}",
                mail.references.size(), references_max - 1
            )
        );
    }
    for (std::size_t at = 0; at < mail.references.size(); ++at) {
        const auto field = fmt::format("references[{}]", at);
        if (auto checked = check_message_id(mail.references[at], field); !checked) return checked;
    }
    if (auto checked = check_text(mail.subject, subject_bytes_max, "subject"); !checked)
        return checked;
    if (!is_valid_utf8(mail.text)) return failure(ErrorKind::invalid_input, "text: is not UTF-8 text");
    if (!is_valid_utf8(mail.html)) return failure(ErrorKind::invalid_input, "html: is not UTF-8 text");
    return {};
}

std::string date_text(sys_seconds date) {
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = floor<std::chrono::days>(date);
    const year_month_day ymd(day);
    const hh_mm_ss time(date - day);
    return fmt::format(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", days[weekday(day).c_encoding()],
        static_cast<unsigned>(ymd.day()), months[static_cast<unsigned>(ymd.month()) - 1],
        static_cast<int>(ymd.year()), time.hours().count(), time.minutes().count(),
        time.seconds().count()
    );
}

void put_mailboxes(std::string& out, std::string_view header, const std::vector<Mailbox>& list) {
    std::size_t column = header.size() + 2;
    out += fmt::format("{}: ", header);
    for (std::size_t at = 0; at < list.size(); ++at) {
        if (at > 0) {
            out += ",\r\n ";
            column = 1;
        }
        if (list[at].name.empty()) {
            out += list[at].address;
            continue;
        }
        const std::string name = encode_display_name(list[at].name, column);
        const auto last_line = name.rfind('\n');
        const std::size_t used =
            last_line == name.npos ? column + name.size() : name.size() - last_line;
        out += name;
        out += used + list[at].address.size() + 4 > 78 ? "\r\n <" : " <";
        out += list[at].address + '>';
    }
    out += "\r\n";
}

/// Two mails of different ids have different boundaries; encoded text cannot hold "=_".
std::string boundary_of(std::string_view message_id) {
    std::array<unsigned char, 16> hash{};
    crypto_generichash(
        hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(message_id.data()),
        message_id.size(), nullptr, 0
    );
    std::string out = "=_porteur_";
    for (const auto byte : hash) out += fmt::format("{:02x}", byte);
    return out;
}

void put_readable(
    std::string& out, std::string_view type, std::string_view text, std::string_view before = {}
) {
    out += before;
    out += fmt::format(
        "Content-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", type
    );
    out += encode_quoted_printable(text);
}

/// The text, and beside it the same as HTML where there is such: the last that a reader can show is the
/// one that it shows (RFC 2046, 5.1.4).
void put_body(std::string& out, const OutgoingMail& mail) {
    if (mail.html.empty()) return put_readable(out, "text/plain", mail.text);
    const std::string boundary = boundary_of("alternative " + mail.message_id);
    out += "Content-Type: multipart/alternative;\r\n boundary=\"" + boundary + "\"\r\n\r\n";
    put_readable(out, "text/plain", mail.text, "--" + boundary + "\r\n");
    put_readable(out, "text/html", mail.html, "\r\n--" + boundary + "\r\n");
    out += "\r\n--" + boundary + "--\r\n";
}

}  // namespace

Result<std::string> render_mail(const OutgoingMail& mail, const MailLimits& limits) {
    if (auto checked = check_mail(mail, limits); !checked) return std::unexpected(checked.error());

    std::size_t size = 2000 + (mail.text.size() + mail.html.size()) * 2;
    for (const MailFile& file : mail.files) size += file.bytes.size() * 138 / 100 + 1500;
    std::string out;
    out.reserve(size);
    out += "Date: " + date_text(mail.date) + "\r\n";
    put_mailboxes(out, "From", {mail.from});
    put_mailboxes(out, "To", mail.to);
    if (!mail.reply_to.empty()) out += "Reply-To: " + mail.reply_to + "\r\n";
    // On a line of its own where it is long.
    out += "Message-ID:";
    out += mail.message_id.size() + 12 > 78 ? "\r\n " : " ";
    out += mail.message_id + "\r\n";
    if (!mail.in_reply_to.empty()) out += "In-Reply-To:\r\n " + mail.in_reply_to + "\r\n";
    if (!mail.references.empty()) {
        out += "References:";
        for (const std::string& reference : mail.references) out += "\r\n " + reference;
        out += "\r\n";
    }
    out += "Subject: " + encode_header_text(mail.subject, 9) + "\r\nMIME-Version: 1.0\r\n";

    if (mail.files.empty()) {
        put_body(out, mail);
        return out;
    }
    const std::string boundary = boundary_of(mail.message_id);
    out += "Content-Type: multipart/mixed;\r\n boundary=\"" + boundary + "\"\r\n\r\n";
    out += "--" + boundary + "\r\n";
    put_body(out, mail);
    for (const MailFile& file : mail.files) {
        out += "\r\n--" + boundary + "\r\nContent-Type: " + travelling_type(file.content_type) + "\r\n";
        out += "Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment;";
        out += encode_file_name("filename", file.name) + "\r\n\r\n";
        out += encode_base64_lines(file.bytes);
    }
    out += "\r\n--" + boundary + "--\r\n";
    return out;
}

}  // namespace porteur
