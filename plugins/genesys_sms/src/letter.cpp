// SPDX-License-Identifier: Apache-2.0
#include "letter.hpp"

namespace genesys {

namespace {

std::string escaped(std::string_view text) {
    std::string out;
    for (const char letter : text) switch (letter) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += letter;
        }
    return out;
}

}  // namespace

std::string one_line(std::string_view text) {
    std::string out(text);
    for (char& letter : out)
        if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F) letter = ' ';
    return out;
}

void Letter::row(std::string_view label, std::string_view value) {
    if (!value.empty()) parts.back().rows.emplace_back(label, one_line(value));
}

std::string Letter::text() const {
    const std::string colon = language == "fr" ? " : " : ": ";
    std::string out;
    for (const auto& part : parts) {
        if (part.paragraph.empty() && part.rows.empty() && part.items.empty()) continue;
        if (!out.empty()) out += '\n';
        if (!part.paragraph.empty()) out += part.paragraph + "\n";
        for (const auto& [label, value] : part.rows) out += label + colon + value + "\n";
        for (const auto& each : part.items) out += "  " + each + "\n";
    }
    return out;
}

std::string Letter::html() const {
    const std::string colon = language == "fr" ? "&nbsp;:" : ":";
    std::string out = "<!DOCTYPE html>\n<html lang=\"" + language +
                      "\">\n<head><meta charset=\"utf-8\"><title>" + escaped(subject) +
                      "</title></head>\n<body>\n";
    for (const auto& part : parts) {
        if (!part.paragraph.empty()) out += "<p>" + escaped(part.paragraph) + "</p>\n";
        if (!part.rows.empty()) {
            out += "<table>\n";
            for (const auto& [label, value] : part.rows)
                out += "<tr><th align=\"left\">" + escaped(label) + colon + "</th><td>" +
                       escaped(value) + "</td></tr>\n";
            out += "</table>\n";
        }
        if (!part.items.empty()) {
            out += "<ul>\n";
            for (const auto& each : part.items) out += "<li>" + escaped(each) + "</li>\n";
            out += "</ul>\n";
        }
    }
    return out + "</body>\n</html>\n";
}

}  // namespace genesys
