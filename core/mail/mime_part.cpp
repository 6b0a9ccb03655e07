// SPDX-License-Identifier: Apache-2.0
#include "mail/mime_part.hpp"

#include <utility>

#include "mail/text_codec.hpp"

namespace porteur {
namespace {

/// The next line without its end, taken off `bytes`.
std::string_view take_line(std::string_view& bytes) {
    const auto end = bytes.find('\n');
    std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end == bytes.npos ? bytes.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

void note(std::vector<std::string>& defects, std::string text) {
    constexpr std::size_t defects_max = 50;
    if (defects.size() < defects_max) defects.push_back(std::move(text));
}

class Reader {
public:
    Reader(const MimeLimits& limits, std::vector<std::string>& defects)
        : limits_(limits), defects_(defects) {}

    MimePart read(std::string_view bytes, std::size_t depth) {
        MimePart part;
        part.fields = take_fields(bytes, limits_, defects_);
        part.raw_body = bytes;
        if (const auto* type = part.field("content-type"))
            part.content_type = read_structured(*type);
        if (part.content_type.value.find('/') == std::string::npos) {
            part.content_type.value = "text/plain";
        }
        if (const auto* text = part.field("content-disposition")) {
            part.disposition = read_structured(*text);
        }
        if (part.content_type.value.starts_with("multipart/")) split(part, depth);
        return part;
    }

private:
    void split(MimePart& part, std::size_t depth) {
        const std::string boundary = "--" + std::string(part.content_type.parameter("boundary"));
        if (boundary.size() == 2) return note(defects_, "a multipart without a boundary");
        if (depth >= limits_.depth_max) {
            return note(defects_, "parts nested deeper than " + std::to_string(limits_.depth_max));
        }
        std::string_view left = part.raw_body;
        const char* start = nullptr;  // of the part being collected
        bool closed = false;
        while (!left.empty() && !closed) {
            const char* line_start = left.data();
            const auto line = take_line(left);
            if (!line.starts_with(boundary)) continue;
            const auto rest = trimmed(line.substr(boundary.size()));
            if (!rest.empty() && rest != "--") continue;  // a longer boundary, of an inner part
            closed = rest == "--";
            if (start != nullptr) add(part, start, line_start, depth);
            start = left.data();
        }
        if (!closed) {
            note(defects_, "a multipart that is not closed");
            if (start != nullptr) add(part, start, left.data() + left.size(), depth);
        }
    }

    void add(MimePart& part, const char* start, const char* end, std::size_t depth) {
        if (++part_count_ > limits_.part_count_max) {
            return note(defects_, "more than " + std::to_string(limits_.part_count_max) + " parts");
        }
        std::string_view bytes(start, static_cast<std::size_t>(end - start));
        // The line end before a boundary belongs to the boundary (RFC 2046, section 5.1.1).
        if (bytes.ends_with('\n')) bytes.remove_suffix(1);
        if (bytes.ends_with('\r')) bytes.remove_suffix(1);
        part.parts.push_back(read(bytes, depth + 1));
    }

    const MimeLimits& limits_;
    std::vector<std::string>& defects_;
    std::size_t part_count_ = 0;
};

}  // namespace

const std::string* MimePart::field(std::string_view name) const {
    for (const MimeField& found : fields) {
        if (found.name == name) return &found.value;
    }
    return nullptr;
}

std::string MimePart::decoded_body() const {
    const auto* encoding = field("content-transfer-encoding");
    const std::string name = encoding ? lower_ascii(trimmed(*encoding)) : "";
    if (name == "base64") return decode_base64(raw_body);
    if (name == "quoted-printable") return decode_quoted_printable(raw_body);
    return std::string(raw_body);
}

std::string MimePart::file_name() const {
    std::string_view name = disposition.parameter("filename");
    if (name.empty()) name = content_type.parameter("name");
    constexpr std::size_t bytes_max = 1000;
    std::string out;
    while (!name.empty() && out.size() < bytes_max) {
        const auto before = name;
        const auto letter = take_utf8(name);
        if (!letter) name.remove_prefix(1);
        const auto bytes = before.substr(0, before.size() - name.size());
        out += !letter || find_control(bytes) ? std::string_view("_") : bytes;
    }
    return out;
}

std::vector<MimeField> take_fields(
    std::string_view& bytes, const MimeLimits& limits, std::vector<std::string>& defects
) {
    std::vector<MimeField> fields;
    bool field_open = false;
    std::size_t total = 0;
    while (!bytes.empty()) {
        const auto line = take_line(bytes);
        if (line.empty()) break;
        total += line.size();
        if (total > limits.header_bytes_max) {
            note(
                defects,
                "a header longer than " + std::to_string(limits.header_bytes_max) + " bytes"
            );
            // The rest is skipped, up to the body.
            while (!bytes.empty() && !take_line(bytes).empty()) {
            }
            break;
        }
        if (line[0] == ' ' || line[0] == '\t') {
            if (!field_open) continue;
            std::string& value = fields.back().value;
            if (value.size() + line.size() <= limits.field_bytes_max) {
                value += ' ';
                value += trimmed(line);
            }
            continue;
        }
        const auto colon = line.find(':');
        const auto name = trimmed(line.substr(0, colon == line.npos ? 0 : colon));
        field_open = !name.empty() && name.find_first_of(" \t") == name.npos &&
                     fields.size() < limits.field_count_max;
        if (!field_open) {
            note(defects, "a header line that is none, or one too many");
            continue;
        }
        const auto value = trimmed(line.substr(colon + 1)).substr(0, limits.field_bytes_max);
        fields.push_back({.name = lower_ascii(name), .value = std::string(value)});
    }
    return fields;
}

MimePart read_mime(
    std::string_view bytes, const MimeLimits& limits, std::vector<std::string>& defects
) {
    return Reader(limits, defects).read(bytes, 0);
}

}  // namespace porteur
