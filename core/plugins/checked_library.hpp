// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "domain/descriptor.hpp"
#include "plugins/library_refusal.hpp"
#include "plugins/loaded_library.hpp"

namespace porteur {

/// A library that has passed checks 1 to 4: its private copy, and what its descriptor says.
struct CheckedLibrary {
    std::filesystem::path origin;  ///< where it was found
    std::filesystem::path copy;    ///< absolute; what is loaded
    std::string build;             ///< SHA-256, 64 lower-case digits
    Descriptor descriptor;
};

/// What the loaded code must agree with.
inline LibraryExpectation expectation_of(const Descriptor& descriptor) {
    LibraryExpectation expected{descriptor.id, descriptor.version, {}};
    for (const auto& operation : descriptor.operations)
        expected.operations.push_back(operation.name);
    return expected;
}

}  // namespace porteur
