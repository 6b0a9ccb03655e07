// SPDX-License-Identifier: Apache-2.0
#pragma once

// One loaded plugin's operations by their numbers, and the C calls on them: what both runners
// share.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "domain/contract.hpp"
#include "plugins/loaded_library.hpp"

namespace porteur {

/// Turns calls of ours into those of the C ABI and its answers into Turns. Checks what must be
/// checked before the bytes are copied; TurnSequence checks the rest. @threads one at a time
class PluginCalls {
public:
    /// A completion as it stands in a frame or in a Completion; borrowed for the call.
    struct Outcome {
        std::uint32_t seq = 0;
        std::int32_t kind = 0;
        std::string_view head, body;
    };

    PluginCalls(const porteur_plugin* plugin, const porteur_host* host, std::size_t turn_size_max)
        : plugin_(plugin), host_(host), turn_size_max_(turn_size_max) {}
    PluginCalls(const PluginCalls&) = delete;
    PluginCalls& operator=(const PluginCalls&) = delete;
    /// Ends every operation that is left.
    ~PluginCalls();

    /// op_begin and the first step. A failure that the plugin itself reports is a failed Turn.
    /// @errors  internal, code plugin-contract; the operation is then ended
    Result<Turn> begin(std::uint64_t op, std::string_view operation, std::string_view input);
    /// @errors  as begin
    Result<Turn> step(std::uint64_t op, std::span<const Outcome> done);
    /// @errors  as begin
    Result<Turn> cancel(std::uint64_t op, std::string_view why);
    void end(std::uint64_t op);

private:
    Result<Turn> finish(
        std::uint64_t op, const char* call, std::int32_t code, const porteur_turn& turn,
        const porteur_error& error
    );

    const porteur_plugin* plugin_;
    const porteur_host* host_;
    std::size_t turn_size_max_;
    boost::unordered_flat_map<std::uint64_t, porteur_op*> ops_;
    std::vector<porteur_completion> done_;  // kept between steps for their memory
    std::vector<const porteur_completion*> done_list_;
};

}  // namespace porteur
