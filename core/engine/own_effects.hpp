// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "engine/interfaces.hpp"

namespace porteur {

/// Carries out an effect that needs nobody but us: `now` and `random`. Nothing for any other kind.
/// @threads  the engine's
std::optional<Completion> carry_out_ourselves(const Effect& effect, Clock& clock, Chance& chance);

/// A whole number, or a text, of an effect's head; 0 or empty if it is not there. @threads any
std::int64_t number_in(const std::string& head, std::string_view key);
std::string text_in(const std::string& head, std::string_view key);

/// A completion that says why an effect was not carried out. @threads any
Completion failed(std::uint32_t seq, ErrorKind kind, std::string_view message);

}  // namespace porteur
