// SPDX-License-Identifier: Apache-2.0
#include "domain/audit.hpp"

#include <charconv>

namespace porteur {
namespace {

void append_number(std::string& out, std::int64_t number) {
    char digits[20];
    const auto written = std::to_chars(digits, digits + sizeof digits, number);
    out.append(digits, written.ptr);
}

/// As canonical() writes texts: `"`, `\` and control bytes are escaped, all else stands as it is.
void append_text(std::string& out, std::string_view text) {
    out += '"';
    std::size_t plain = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
        out.append(text, plain, at - plain);
        plain = at + 1;
        switch (byte) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\b':
                out += "\\b";
                break;
            case '\f':
                out += "\\f";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default: {
                static constexpr char hex[] = "0123456789abcdef";
                out += "\\u00";
                out += hex[byte >> 4];
                out += hex[byte & 15];
            }
        }
    }
    out.append(text, plain);
    out += '"';
}

void append_value(std::string& out, std::string_view json) {
    out += json.empty() ? std::string_view("null") : json;
}

}  // namespace

void append_audit_text(std::string& out, std::int64_t position, const AuditEntry& entry) {
    out += "{\"action\":";
    append_text(out, entry.action);
    out += ",\"address\":";
    append_text(out, entry.address);
    out += ",\"after\":";
    append_value(out, entry.after);
    out += ",\"at\":";
    append_number(out, entry.at.time_since_epoch().count());
    out += ",\"before\":";
    append_value(out, entry.before);
    out += ",\"home\":";
    append_number(out, entry.home);
    out += ",\"kind\":";
    append_text(out, entry.kind);
    out += ",\"n\":";
    append_number(out, position);
    out += ",\"object\":";
    append_text(out, entry.object);
    out += ",\"person\":";
    append_number(out, entry.person);
    out += ",\"tenant\":";
    append_number(out, entry.tenant);
    out += ",\"who\":";
    append_text(out, entry.who);
    out += '}';
}

std::string audit_text(std::int64_t position, const AuditEntry& entry) {
    std::string out;
    append_audit_text(out, position, entry);
    return out;
}

}  // namespace porteur
