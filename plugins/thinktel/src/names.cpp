// SPDX-License-Identifier: Apache-2.0
#include "names.hpp"

#include <porteur/bare_letter.hpp>

namespace thinktel {

std::string folded(std::string_view name) {
    std::string out;
    for (std::size_t at = 0; at < name.size(); ++at) {
        const auto byte = static_cast<unsigned char>(name[at]);
        const auto next = static_cast<unsigned char>(at + 1 < name.size() ? name[at + 1] : 0);
        if (byte == 0xC3 && porteur::bare_letter(next) != 0) {
            out += porteur::bare_letter(next);
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
