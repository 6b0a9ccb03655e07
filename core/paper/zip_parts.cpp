// SPDX-License-Identifier: Apache-2.0
#include "paper/zip_parts.hpp"

#include <porteur/phrase.hpp>

#include <algorithm>
#include <array>
#include <set>

#include <zlib.h>

namespace porteur::paper {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t end_size = 22, entry_size = 46, head_size = 30, comment_max = 65'535;

std::unexpected<Error> refused(std::string message) {
    return failure(ErrorKind::invalid_input, std::move(message));
}

/// Reads little-endian numbers; what lies past the end is zero, and `good` is false from then on.
class Fields {
public:
    Fields(std::string_view bytes, std::size_t at) : bytes_(bytes), at_(at) {}
    std::uint32_t number(std::size_t offset, std::size_t width) {
        if (at_ > bytes_.size() || bytes_.size() - at_ < offset + width) {
            good = false;
            return 0;
        }
        std::uint32_t value = 0;
        for (std::size_t index = width; index > 0; --index)
            value = (value << 8U) | static_cast<unsigned char>(bytes_[at_ + offset + index - 1]);
        return value;
    }
    std::uint32_t u16(std::size_t offset) { return number(offset, 2); }
    std::uint32_t u32(std::size_t offset) { return number(offset, 4); }
    std::string_view text(std::size_t offset, std::size_t size) {
        if (at_ > bytes_.size() || bytes_.size() - at_ < offset ||
            bytes_.size() - at_ - offset < size) {
            good = false;
            return {};
        }
        return bytes_.substr(at_ + offset, size);
    }
    bool good = true;

private:
    std::string_view bytes_;
    std::size_t at_;
};

bool leads_elsewhere(std::string_view name) {
    return name.empty() || name.starts_with('/') || name.find('\\') != name.npos ||
           name.find(':') != name.npos || name.find('\0') != name.npos || name == ".." ||
           name.starts_with("../") || name.ends_with("/..") || name.find("/../") != name.npos;
}

/// One entry of the directory with the part that it leads to; `at` goes on to the next one.
Result<ZipPart> part_at(std::string_view bytes, std::size_t& at, const ZipRules& rules) {
    const auto damaged = [] {
        return refused("the spreadsheet is cut short or damaged; save it anew");
    };
    Fields entry(bytes, at);
    if (entry.text(0, 4) != "PK\1\2"sv) return damaged();
    const auto flags = entry.u16(8), method = entry.u16(10);
    ZipPart part{
        .name = entry.text(entry_size, entry.u16(28)),
        .packed = {},
        .deflated = method == 8,
        .size = entry.u32(24),
        .crc = entry.u32(16)
    };
    const auto packed_size = entry.u32(20);
    const std::size_t head_at = entry.u32(42);
    at += entry_size + entry.u16(28) + entry.u16(30) + entry.u16(32);
    if (!entry.good) return damaged();
    if ((flags & 1U) != 0)
        return refused("the spreadsheet is encrypted; save it without a password");
    if (method != 0 && method != 8)
        return refused("the spreadsheet is packed in a way that is not taken; save it anew");
    if (leads_elsewhere(part.name))
        return refused("the spreadsheet has a part whose name leads elsewhere; save it anew");
    if (part.size > rules.part_max_bytes)
        return refused(
            phrase("the spreadsheet unpacks into more than {1} MiB", rules.part_max_bytes >> 20U)
        );

    Fields head(bytes, head_at);
    const auto name = head.text(head_size, head.u16(26));
    const auto begin = head_at + head_size + head.u16(26) + head.u16(28);
    // The name and the packing decide what a reader sees; sizes may be left to the directory.
    if (!head.good || head.text(0, 4) != "PK\3\4"sv || name != part.name || head.u16(8) != method ||
        begin > bytes.size() || bytes.size() - begin < packed_size)
        return damaged();
    part.packed = bytes.substr(begin, packed_size);
    if (!part.deflated && part.packed.size() != part.size) return damaged();
    return part;
}

}  // namespace

Result<std::vector<ZipPart>> parts_of_zip(std::string_view bytes, const ZipRules& rules) {
    const auto tail = bytes.substr(bytes.size() - std::min(bytes.size(), end_size + comment_max));
    const auto found = tail.rfind("PK\5\6"sv);
    if (found == tail.npos)
        return refused("the spreadsheet has no end; it was cut short, or is none");
    const auto end_at = bytes.size() - tail.size() + found;
    Fields end(bytes, end_at);
    const std::size_t count = end.u16(10);
    std::size_t at = end.u32(16);
    if (!end.good || end.u16(4) != 0 || end.u16(8) != count || count == 0xFFFF || at > end_at ||
        end_at + end_size + end.u16(20) != bytes.size())
        return refused("the spreadsheet's directory is damaged; save it anew");
    if (count > rules.parts_max)
        return refused(
            phrase("the spreadsheet has {1} parts; at most {2} are taken", count, rules.parts_max)
        );

    std::vector<ZipPart> parts;
    std::set<std::string, std::less<>> names;
    std::uint64_t unpacked_size = 0;
    for (std::size_t index = 0; index < count; ++index) {
        auto part = part_at(bytes, at, rules);
        if (!part) return std::unexpected(std::move(part).error());
        unpacked_size += part->size;
        if (unpacked_size > rules.unpacked_max_bytes)
            return refused(
                phrase("the spreadsheet unpacks into more than {1} MiB", rules.unpacked_max_bytes >> 20U)
            );
        // Names are compared as Windows does, where the second one would go over the first.
        std::string plain(part->name);
        for (char& letter : plain)
            if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
        if (!names.insert(std::move(plain)).second)
            return refused("the spreadsheet has two parts of one name; save it anew");
        parts.push_back(*part);
    }
    if (at != end_at) return refused("the spreadsheet's directory is damaged; save it anew");
    return parts;
}

Result<void> unpack(const ZipPart& part, const std::function<void(std::string_view)>& take) {
    const auto damaged = [&] {
        return refused(
            phrase("a part of the spreadsheet, {1}, is damaged; save it anew", quoted(part.name, 60))
        );
    };
    auto sum = crc32(0, nullptr, 0);
    std::uint64_t size = 0;
    const auto pass_on = [&](std::string_view piece) {
        size += piece.size();
        sum = crc32(
            sum, reinterpret_cast<const Bytef*>(piece.data()), static_cast<uInt>(piece.size())
        );
        take(piece);
    };
    if (part.deflated) {
        z_stream stream{};
        if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
            return failure(ErrorKind::unavailable, phrase("documents: no memory to unpack"));
        // zlib takes a pointer that it does not write through.
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.packed.data()));
        stream.avail_in = static_cast<uInt>(part.packed.size());
        std::array<char, 65'536> buffer;
        int state = Z_OK;
        while (state == Z_OK && size <= part.size) {
            stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
            stream.avail_out = buffer.size();
            state = inflate(&stream, Z_NO_FLUSH);
            pass_on({buffer.data(), buffer.size() - stream.avail_out});
        }
        const bool whole = state == Z_STREAM_END && stream.avail_in == 0;
        inflateEnd(&stream);
        if (!whole) return damaged();
    } else {
        pass_on(part.packed);
    }
    if (size != part.size || sum != part.crc) return damaged();
    return {};
}

Result<std::string> unpacked(const ZipPart& part, std::size_t size_max) {
    if (part.size > size_max)
        return refused(
            phrase("a part of the spreadsheet, {1}, is larger than it has reason to be", quoted(part.name, 60))
        );
    std::string text;
    auto done = unpack(part, [&](std::string_view piece) { text += piece; });
    if (!done) return std::unexpected(std::move(done).error());
    return text;
}

}  // namespace porteur::paper
