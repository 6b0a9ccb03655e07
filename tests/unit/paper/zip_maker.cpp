// SPDX-License-Identifier: Apache-2.0
#include "zip_maker.hpp"

#include <zlib.h>

namespace porteur::paper::testing {
namespace {

void put(std::string& out, std::uint64_t value, int width) {
    for (int index = 0; index < width; ++index) out += static_cast<char>(value >> (8 * index));
}

std::string deflated(const std::string& bytes) {
    z_stream stream{};
    deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    std::string out(deflateBound(&stream, bytes.size()) + 16, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

/// The fields that a part's head and its directory entry share.
void put_shared(std::string& out, const MadePart& part, std::size_t packed_size) {
    put(out, 20, 2);
    put(out, part.flags, 2);
    put(out, part.deflate ? 8 : 0, 2);
    put(out, 0, 4);
    put(out,
        crc32(
            0, reinterpret_cast<const Bytef*>(part.bytes.data()),
            static_cast<uInt>(part.bytes.size())
        ) + part.crc_change,
        4);
    put(out, packed_size, 4);
    put(out, part.size_said >= 0 ? static_cast<std::uint64_t>(part.size_said) : part.bytes.size(),
        4);
}

}  // namespace

std::string zip_of(const std::vector<MadePart>& parts, const std::string& comment) {
    std::string out, directory;
    for (const auto& part : parts) {
        const auto packed = part.deflate ? deflated(part.bytes) : part.bytes;
        const auto& name_in_head = part.name_in_head.empty() ? part.name : part.name_in_head;
        directory += "PK\1\2";
        put(directory, 20, 2);
        put_shared(directory, part, packed.size());
        put(directory, part.name.size(), 2);
        put(directory, 0, 4);  // extra, comment
        put(directory, 0, 8);  // disk, attributes
        put(directory, out.size(), 4);
        directory += part.name;
        out += "PK\3\4";
        put_shared(out, part, packed.size());
        put(out, name_in_head.size(), 2);
        put(out, 0, 2);
        out += name_in_head + packed;
    }
    const auto at = out.size();
    out += directory + "PK\5\6";
    put(out, 0, 4);
    put(out, parts.size(), 2);
    put(out, parts.size(), 2);
    put(out, directory.size(), 4);
    put(out, at, 4);
    put(out, comment.size(), 2);
    return out + comment;
}

std::string xlsx_with(const std::vector<MadePart>& more, const std::string& more_types) {
    std::vector<MadePart> parts{
        {"[Content_Types].xml",
         R"(<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">)"
         R"(<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>)" +
             more_types + "</Types>"},
        {"_rels/.rels", "<Relationships/>"},
        {"xl/workbook.xml", "<workbook/>"},
        {"xl/worksheets/sheet1.xml", "<worksheet><sheetData/></worksheet>"},
        {"xl/charts/chart1.xml", "<chart/>"},
    };
    parts.insert(parts.end(), more.begin(), more.end());
    return zip_of(parts);
}

std::string ods_with(const std::vector<MadePart>& more, const std::string& more_manifest) {
    std::vector<MadePart> parts{
        {"mimetype", "application/vnd.oasis.opendocument.spreadsheet", false},
        {"META-INF/manifest.xml",
         R"(<?xml version="1.0" encoding="UTF-8"?><manifest:manifest>)"
         R"(<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>)" +
             more_manifest + "</manifest:manifest>"},
        {"content.xml", "<office:document-content/>"},
        {"Object 1/content.xml", "<chart/>"},
        {"Thumbnails/thumbnail.png", "\x89PNG", false},
    };
    parts.insert(parts.end(), more.begin(), more.end());
    return zip_of(parts);
}

}  // namespace porteur::paper::testing
