// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a plugin may give back in one turn. The same checks stand between the daemon and a plugin in
// its own process and between it and one behind a process boundary, so that both are refused in the
// same words.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <porteur/turn_limits.hpp>

#include "domain/contract.hpp"

namespace porteur {

/// Heads, bodies and output of one turn together, where the settings say nothing.
inline constexpr std::size_t turn_size_max_bytes = 16 << 20;

/// Copies a turn out of a plugin's memory. Counts and lengths are checked before the bytes behind
/// them are touched.
///
/// @param turn      as op_step or op_cancel filled it, having returned PORTEUR_OK
/// @param error     as the call filled it, for a turn that failed
/// @param size_max  of all bytes of the turn
/// @errors          internal: "asks for 70 effects in one turn; at most 64 are taken"
/// @threads         [op]
Result<Turn> copy_turn(const porteur_turn& turn, const porteur_error& error, std::size_t size_max);

/// A porteur_error as the host's own: unknown kinds become internal, unknown reasons OTHER, control
/// bytes '?'. @threads any
Error copy_error(const porteur_error& error);

/// Where one operation stands, as far as its turns must fit together. @threads [op]
class TurnSequence {
public:
    /// @param pure  the descriptor says that it asks for no effects
    explicit TurnSequence(bool pure) : pure_(pure) {}

    /// Call before each step with the number of completions that it delivers.
    void delivered(std::size_t count) { open_ = count > open_ ? 0 : open_ - count; }
    /// Call before a cancel: the plugin completes what is open by itself.
    void cancelled() { open_ = 0; }

    /// Whether the turn may follow the ones before: numbers, kinds, guarantees, step names, JSON.
    /// @errors  internal: what is wrong; the operation cannot go on
    Result<void> check(const Turn& turn);

private:
    Result<void> check_effect(const Effect& effect) const;

    bool pure_;
    std::uint32_t last_seq_ = 0;
    std::size_t open_ = 0;
};

}  // namespace porteur
