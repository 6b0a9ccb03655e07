// SPDX-License-Identifier: Apache-2.0
#include "mail/reading.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "mail/header_text.hpp"
#include "mail/text_codec.hpp"

namespace porteur {
namespace {

/// Every <...@...> of a header, or the bare word where brackets were forgotten. RFC 5322,
/// section 3.6.4.
std::vector<std::string> read_message_ids(std::string_view field) {
    constexpr std::size_t ids_max = 200;
    constexpr std::size_t id_bytes_max = 1000;
    std::vector<std::string> ids;
    std::size_t at = 0;
    while (ids.size() < ids_max) {
        const auto start = field.find('<', at);
        const auto end = start == field.npos ? field.npos : field.find('>', start);
        if (end == field.npos) break;
        std::string id;
        for (const char letter : field.substr(start, end + 1 - start)) {
            if (letter != ' ' && letter != '\t' && letter != '\r' && letter != '\n') id += letter;
        }
        if (id.size() > 2 && id.size() <= id_bytes_max) ids.push_back(std::move(id));
        at = end + 1;
    }
    return ids;
}

std::string with_line_feeds(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\r') {
            if (at + 1 < text.size() && text[at + 1] == '\n') ++at;
            out += '\n';
        } else {
            out += text[at];
        }
    }
    return out;
}

std::string text_of(const MimePart& part) {
    return with_line_feeds(to_utf8(part.decoded_body(), part.content_type.parameter("charset")));
}

/// Walks the parts of a mail once and puts each where it belongs.
class Sorting {
public:
    Sorting(ReceivedMail& mail, const ReadingLimits& limits) : mail_(mail), limits_(limits) {}

    void take(const MimePart& part) {
        const std::string& type = part.content_type.value;
        if (!part.parts.empty()) {
            for (const MimePart& child : part.parts) take(child);
        } else if (type == "message/delivery-status" || type == "message/global-delivery-status") {
            auto status = read_delivery_status(part.decoded_body());
            if (mail_.delivery_status) {
                status.original_message_id = mail_.delivery_status->original_message_id;
            }
            mail_.delivery_status = std::move(status);
        } else if (in_report_ && (type == "message/rfc822" || type == "text/rfc822-headers" ||
                                  type == "message/global" || type == "message/global-headers")) {
            take_returned(part);
        } else if (is_text(part)) {
            add_text(part);
        } else if (!part.raw_body.empty() || !part.file_name().empty()) {
            add_file(part);
        }
    }

    void finish() {
        // The HTML form says the same as the plain one, where there is one.
        if (trimmed(mail_.text).empty() && !html_.empty()) mail_.text = html_to_text(html_);
        if (!returned_id_.empty() && mail_.delivery_status) {
            mail_.delivery_status->original_message_id = returned_id_;
        }
        if (mail_.text.size() > limits_.text_bytes_max) {
            std::size_t end = limits_.text_bytes_max;
            while (end > 0 && (static_cast<unsigned char>(mail_.text[end]) & 0xC0) == 0x80) --end;
            mail_.text.resize(end);
            mail_.defects.push_back(
                fmt::format("a text longer than {} bytes was cut", limits_.text_bytes_max)
            );
        }
    }

    void in_report() { in_report_ = true; }

private:
    static bool is_text(const MimePart& part) {
        const std::string& type = part.content_type.value;
        return (type == "text/plain" || type == "text/html") &&
               part.disposition.value != "attachment" && part.file_name().empty();
    }

    void add_text(const MimePart& part) {
        std::string text = text_of(part);
        std::string& target = part.content_type.value == "text/html" ? html_ : mail_.text;
        if (!target.empty() && !target.ends_with('\n')) target += '\n';
        target += text;
    }

    void add_file(const MimePart& part) {
        std::string name = part.file_name();
        if (name.empty()) {
            name = part.content_type.value == "message/rfc822"
                       ? "message.eml"
                       : fmt::format("part-{}", mail_.files.size() + 1);
        }
        mail_.files.push_back(
            {.name = std::move(name),
             .content_type = part.content_type.value,
             .bytes = part.decoded_body()}
        );
    }

    void take_returned(const MimePart& part) {
        const std::string body = part.decoded_body();
        std::string_view left = body;
        std::vector<std::string> ignored;
        for (const auto& [name, value] : take_fields(left, limits_.mime, ignored)) {
            if (name != "message-id") continue;
            if (auto ids = read_message_ids(value); !ids.empty()) returned_id_ = ids.front();
        }
    }

    ReceivedMail& mail_;
    const ReadingLimits& limits_;
    std::string html_ = {};
    std::string returned_id_ = {};
    bool in_report_ = false;
};

void read_header(ReceivedMail& mail, const MimePart& part) {
    for (const auto& [name, value] : part.fields) {
        if (name == "message-id" && mail.message_id.empty()) {
            if (auto ids = read_message_ids(value); !ids.empty()) mail.message_id = ids.front();
        } else if (name == "in-reply-to" && mail.in_reply_to.empty()) {
            mail.in_reply_to = read_message_ids(value);
        } else if (name == "references" && mail.references.empty()) {
            mail.references = read_message_ids(value);
        } else if (name == "from" && mail.from.address.empty()) {
            if (auto list = read_mailboxes(value); !list.empty()) mail.from = list.front();
        } else if (name == "to" || name == "cc" || name == "delivered-to" ||
                   name == "x-original-to" || name == "envelope-to") {
            constexpr std::size_t to_max = 2000;
            for (auto& mailbox : read_mailboxes(value)) {
                if (mail.to.size() < to_max) mail.to.push_back(std::move(mailbox));
            }
        } else if (name == "subject" && mail.subject.empty()) {
            mail.subject = decode_header_text(value);
        } else if (name == "return-path") {
            mail.null_return_path = mail.null_return_path || trimmed(value) == "<>";
        } else if (name == "auto-submitted" && mail.auto_submitted.empty()) {
            // "auto-replied (vacation)"; parameters may follow.
            const std::string word = lower_ascii(value.substr(0, value.find_first_of(" \t;(")));
            if (word != "no") mail.auto_submitted = word;
        } else if (name == "x-autoreply" || name == "x-autorespond") {
            if (mail.auto_submitted.empty() && !equal_ascii_case(trimmed(value), "no")) {
                mail.auto_submitted = "auto-replied";
            }
        } else if (name == "precedence" && mail.precedence.empty()) {
            mail.precedence = lower_ascii(trimmed(value));
        } else if (name == "list-id" && mail.precedence.empty()) {
            mail.precedence = "list";
        } else if (name == "authentication-results") {
            mail.authentication_results.push_back(to_utf8(value, ""));
        }
    }
}

/// The bounces of servers that do not write reports: qmail, old Exim, and who else forgot.
bool looks_like_bounce(const ReceivedMail& mail, const MimePart& part) {
    if (part.field("x-failed-recipients") != nullptr) return true;
    const std::string local = lower_ascii(mail.from.address.substr(0, mail.from.address.find('@')));
    if (local == "mailer-daemon") return true;
    return mail.null_return_path && (local == "postmaster" || mail.from.address.empty());
}

struct Entity {
    std::string_view name;
    std::string_view text;
};
constexpr std::array entities{
    Entity{"amp", "&"},        Entity{"lt", "<"},         Entity{"gt", ">"},
    Entity{"quot", "\""},      Entity{"apos", "'"},       Entity{"nbsp", " "},
    Entity{"eacute", "é"},     Entity{"egrave", "è"},     Entity{"agrave", "à"},
    Entity{"ccedil", "ç"},     Entity{"ecirc", "ê"},      Entity{"ugrave", "ù"},
    Entity{"rsquo", "\u2019"}, Entity{"laquo", "\u00AB"}, Entity{"raquo", "\u00BB"}
};

void put_utf8(std::string& out, std::uint32_t letter) {
    if (letter < 0x80) {
        out += static_cast<char>(letter);
    } else if (letter < 0x800) {
        out += static_cast<char>(0xC0 | letter >> 6);
        out += static_cast<char>(0x80 | (letter & 0x3F));
    } else if (letter < 0x10000) {
        out += static_cast<char>(0xE0 | letter >> 12);
        out += static_cast<char>(0x80 | (letter >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (letter & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | letter >> 18);
        out += static_cast<char>(0x80 | (letter >> 12 & 0x3F));
        out += static_cast<char>(0x80 | (letter >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (letter & 0x3F));
    }
}

/// The character that "&...;" at the start of `html` stands for, taken off; '&' itself where it is
/// none.
void take_entity(std::string_view& html, std::string& out) {
    const auto end = html.substr(0, 12).find(';');
    const auto name = end == html.npos ? std::string_view() : html.substr(1, end - 1);
    if (name.starts_with('#')) {
        const bool hexadecimal = name.size() > 1 && (name[1] == 'x' || name[1] == 'X');
        const auto digits = name.substr(hexadecimal ? 2 : 1);
        std::uint32_t value = 0;
        const auto read = std::from_chars(
            digits.data(), digits.data() + digits.size(), value, hexadecimal ? 16 : 10
        );
        if (read.ec == std::errc{} && value >= 0x20 && value <= 0x10FFFF &&
            (value < 0xD800 || value > 0xDFFF)) {
            put_utf8(out, value);
            html.remove_prefix(end + 1);
            return;
        }
    }
    for (const auto& entity : entities) {
        if (entity.name == name) {
            out += entity.text;
            html.remove_prefix(end + 1);
            return;
        }
    }
    out += '&';
    html.remove_prefix(1);
}

}  // namespace

bool ReceivedMail::from_machine() const {
    return null_return_path || bounce || !auto_submitted.empty() || precedence == "bulk" ||
           precedence == "junk" || precedence == "list" || precedence == "auto_reply";
}

Result<ReceivedMail> read_mail(std::string_view bytes, const ReadingLimits& limits) {
    if (bytes.size() > limits.mail_bytes_max) {
        return failure(
            ErrorKind::invalid_input,
            fmt::format(
                "received mail: {} bytes is more than {}; a person looks at it", bytes.size(),
                limits.mail_bytes_max
            )
        );
    }
    ReceivedMail mail;
    const MimePart part = read_mime(bytes, limits.mime, mail.defects);
    if (part.fields.empty()) {
        return failure(
            ErrorKind::invalid_input,
            "received mail: " + quoted(bytes) + " does not begin with headers"
        );
    }
    read_header(mail, part);

    Sorting sorting(mail, limits);
    const bool report = part.content_type.value == "multipart/report";
    const auto report_type = lower_ascii(part.content_type.parameter("report-type"));
    if (report) sorting.in_report();
    sorting.take(part);
    sorting.finish();
    mail.bounce = (report && (report_type == "delivery-status" || mail.delivery_status)) ||
                  mail.delivery_status || looks_like_bounce(mail, part);
    return mail;
}

std::string html_to_text(std::string_view html) {
    std::string out;
    while (!html.empty()) {
        if (html[0] == '&') {
            take_entity(html, out);
            continue;
        }
        if (html[0] != '<') {
            const auto end = html.find_first_of("<&");
            for (const char letter : html.substr(0, end)) {
                // Line ends in HTML are blanks.
                const bool blank =
                    letter == ' ' || letter == '\n' || letter == '\r' || letter == '\t';
                if (!blank)
                    out += letter;
                else if (!out.empty() && out.back() != ' ' && out.back() != '\n')
                    out += ' ';
            }
            html.remove_prefix(end == html.npos ? html.size() : end);
            continue;
        }
        const auto end = html.find('>');
        const auto tag_end = html.find_first_of(" \t\r\n/>", 2);
        const std::string tag = lower_ascii(
            html.substr(1, (tag_end == html.npos ? html.size() : tag_end) - 1).substr(0, 12)
        );
        html.remove_prefix(end == html.npos ? html.size() : end + 1);
        if (tag == "script" || tag == "style") {
            const auto closing = html.find("</");
            html.remove_prefix(closing == html.npos ? html.size() : closing);
        } else if (tag == "br" || tag == "p" || tag == "/p" || tag == "div" || tag == "/div" ||
                   tag == "tr" || tag == "/tr" || tag == "li" || tag == "/table") {
            while (out.ends_with(' ')) out.pop_back();
            if (!out.empty() && !out.ends_with("\n\n") && (tag == "br" || !out.ends_with('\n')))
                out += '\n';
        }
    }
    return out;
}

}  // namespace porteur
