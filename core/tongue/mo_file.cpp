// SPDX-License-Identifier: Apache-2.0
#include "tongue/mo_file.hpp"

#include <cstdint>
#include <cstring>

namespace porteur {

std::vector<std::string_view> names_in(std::string_view catalog) {
    const auto number = [&](std::size_t at) {
        std::uint32_t read = 0;
        if (at + sizeof read <= catalog.size())
            std::memcpy(&read, catalog.data() + at, sizeof read);
        return std::size_t{read};
    };
    std::vector<std::string_view> names;
    if (number(0) != 0x950412de) return names;
    const auto count = number(8), table = number(12);
    if (table > catalog.size() || count > (catalog.size() - table) / 8) return names;
    for (std::size_t index = 0; index < count; ++index) {
        const auto size = number(table + index * 8), from = number(table + index * 8 + 4);
        if (from <= catalog.size() && size <= catalog.size() - from)
            names.push_back(catalog.substr(from, size));
    }
    return names;
}

}  // namespace porteur
