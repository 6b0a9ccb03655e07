// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a plugin process may still open while its library loads: itself and the system's libraries, to
// read. Between the two steps of sandbox.hpp the library's constructors run, and what they read they
// could put into a request; with this there is nothing of porteurd's that they can read.

#include <filesystem>

#include <porteur/result.hpp>

namespace porteur {

/// The version of Landlock that this kernel speaks; 0: none, so nothing is kept from constructors but
/// what sandbox.hpp keeps. @threads any
int landlock_version() noexcept;

/// For the whole process and for good. Nothing where the kernel has no Landlock.
/// @param library  its private copy
/// @errors         internal: the system's reason; the process must not go on
Result<void> keep_to_libraries(const std::filesystem::path& library);

}  // namespace porteur
