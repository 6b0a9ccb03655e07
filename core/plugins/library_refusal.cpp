// SPDX-License-Identifier: Apache-2.0
#include "plugins/library_refusal.hpp"

namespace porteur {

std::string_view name_of(LibraryCheck check) noexcept {
    switch (check) {
        case LibraryCheck::file:
            return "file";
        case LibraryCheck::pin:
            return "pin";
        case LibraryCheck::content:
            return "content";
        case LibraryCheck::copy:
            return "copy";
        case LibraryCheck::load:
            return "load";
        case LibraryCheck::entry:
            return "entry";
        case LibraryCheck::version:
            return "version";
        case LibraryCheck::operations:
            return "operations";
    }
    return "unknown";
}

std::string LibraryRefusal::text() const {
    return "check " + std::to_string(static_cast<int>(check)) + " (" + std::string(name_of(check)) +
           "): " + field + " is " + found + ", wanted " + wanted + "; " + mend;
}

}  // namespace porteur
