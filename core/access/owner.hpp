// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace porteur {

/// Who owns a place, or the nearest folder above it that can be looked at. None: it is this process's user, or root.
/// @return a name; a number where there is none
/// @threads any
std::optional<std::string> other_owner_of(const std::filesystem::path& place);

/// What mends it where a place is another user's: "; it belongs to anna: run this as that user, with `runuser -u anna --`
/// before it". Of root's, how root gives it away. Empty where it is ours.
std::string run_as_owner(const std::filesystem::path& place);

}  // namespace porteur
