// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "engine/interfaces.hpp"

namespace porteur {

/// Carries out an effect that needs nobody but us: `now` and `random`. Nothing for any other kind.
/// @threads  the engine's
std::optional<Completion> carry_out_ourselves(const Effect& effect, Clock& clock, Chance& chance);

/// Whether the intent must be on the disk before the effect is begun (operation_run.hpp, rule 2). @threads any
bool must_be_durable(const Effect& effect);
/// Whether it is somebody else who carries it out: http, mail, sign. @threads any
bool leaves_us(const Effect& effect);

/// A whole number, or a text, of an effect's head; 0 or empty if it is not there. @threads any
std::int64_t number_in(const std::string& head, std::string_view key);
std::string text_in(const std::string& head, std::string_view key);

/// A completion that says why an effect was not carried out. @threads any
Completion failed(std::uint32_t seq, ErrorKind kind, std::string_view message);

}  // namespace porteur
