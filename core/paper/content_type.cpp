// SPDX-License-Identifier: Apache-2.0
#include "paper/content_type.hpp"

namespace porteur {
namespace {

using namespace std::string_view_literals;

std::string found_type(std::string_view bytes) {
    if (bytes.starts_with("%PDF-"sv)) return "application/pdf";
    if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return "image/png";
    if (bytes.starts_with("\xFF\xD8\xFF"sv)) return "image/jpeg";
    if (bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv)) return "image/tiff";
    return {};
}

}  // namespace

Result<std::string> content_type_of(std::string_view bytes, std::string_view declared) {
    const auto type = found_type(bytes);
    if (type.empty())
        return failure(ErrorKind::invalid_input, "the bytes are neither PDF, PNG, JPEG nor TIFF; send one of these");
    const auto claimed = declared.substr(0, declared.find(';'));
    if (!claimed.empty() && claimed != "application/octet-stream" && claimed != type)
        return failure(ErrorKind::invalid_input, "the bytes are " + type + ", but " + quoted(claimed) + " was declared");
    if (type == "application/pdf") {
        // The end mark stands in the last kilobyte; without it the file was cut on the way.
        const auto tail = bytes.substr(bytes.size() > 1024 ? bytes.size() - 1024 : 0);
        if (tail.find("%%EOF"sv) == tail.npos)
            return failure(ErrorKind::invalid_input, "the PDF is cut short: it has no end mark; upload it again");
        if (bytes.find("/Encrypt"sv) != bytes.npos)
            return failure(ErrorKind::invalid_input, "the PDF is encrypted; save it without a password");
    }
    return type;
}

}  // namespace porteur
