// SPDX-License-Identifier: Apache-2.0
#include "names.hpp"

namespace thinktel {

namespace {

/// The letter under an accent of French, by the second byte of its UTF-8 form after 0xC3.
char bare(unsigned char second) {
    if (second >= 0xA0) second = static_cast<unsigned char>(second - 0x20);  // small to capital
    if (second >= 0x80 && second <= 0x85) return 'a';
    if (second == 0x87) return 'c';
    if (second >= 0x88 && second <= 0x8B) return 'e';
    if (second >= 0x8C && second <= 0x8F) return 'i';
    if (second >= 0x92 && second <= 0x96) return 'o';
    if (second >= 0x99 && second <= 0x9C) return 'u';
    return 0;
}

}  // namespace

std::string folded(std::string_view name) {
    std::string out;
    for (std::size_t at = 0; at < name.size(); ++at) {
        const auto byte = static_cast<unsigned char>(name[at]);
        const auto next = static_cast<unsigned char>(at + 1 < name.size() ? name[at + 1] : 0);
        if (byte == 0xC3 && bare(next) != 0) {
            out += bare(next);
            ++at;
        } else if (byte == 0xC5 && (next == 0x92 || next == 0x93)) {
            out += "oe";
            ++at;
        } else if (byte == 0xE2 && next == 0x80) {
            at += 2;  // dashes and curled quotes: punctuation, too
        } else if (byte == 0xC2 && next == 0xA0) {
            ++at;  // a no-break space
        } else if (byte >= 'A' && byte <= 'Z') {
            out += static_cast<char>(byte - 'A' + 'a');
        } else if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte >= 0x80) {
            out += name[at];
        }
    }
    return out;
}

bool same_name(std::string_view left, std::string_view right) {
    const auto plain = folded(left);
    return !plain.empty() && plain == folded(right);
}

}  // namespace thinktel
