// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "domain/contract.hpp"
#include "domain/descriptor.hpp"

namespace porteur {

/// One end of a plugin process, or a start that came to nothing. @threads the runner's
struct PluginDeath {
    std::string reason;                     ///< "was killed: a step took longer than 2000 ms"
    std::uint64_t blamed = 0;               ///< the operation it worked on; 0 = none or not known
    std::vector<std::uint64_t> operations;  ///< all that were alive in it, ascending
};

struct RunnerStats {
    std::uint64_t steps = 0;     ///< calls answered, begins and cancels included
    std::uint64_t restarts = 0;  ///< starts after the first
    std::string last_death;      ///< empty = none yet
};

/// A line that the plugin logs, or that its process writes to its standard output.
/// level: 0 debug, 1 info, 2 warning, 3 error. The text is cut, and has no control bytes.
using PluginLog = std::function<void(int level, std::string_view plugin, std::string_view text)>;

/// Runs the operations of one plugin: in the daemon or behind a process boundary, with the same
/// bytes. Everything is called on the one thread (or strand) of the executor it was made with.
/// A Result with an error means that the plugin died or broke the contract; what the plugin itself
/// says, a failure too, is a Turn.
///
/// @cancel  a call is not cut short; it ends within the step's time limit. A coroutine that is
///          destroyed meanwhile is left alone.
class PluginRunner {
public:
    PluginRunner() = default;
    PluginRunner(const PluginRunner&) = delete;
    PluginRunner& operator=(const PluginRunner&) = delete;
    virtual ~PluginRunner() = default;

    /// Waits until the plugin is loaded and has passed the checks that need it loaded.
    /// @errors  unsupported: refused, with the check's text; unavailable: its process did not start
    virtual boost::asio::awaitable<Result<void>> ready() = 0;

    /// Starts an operation and gives its first turn.
    ///
    /// @param op         the caller's number for it, not 0, unique among those not yet ended
    /// @param operation  a name of the descriptor
    /// @param input      the envelope {"input":...,"settings":...} as canonical JSON
    /// @errors           internal with one of the codes above; unsupported: not in the descriptor;
    ///                   unavailable: the plugin's process is not up
    virtual boost::asio::awaitable<Result<Turn>> begin(
        std::uint64_t op, std::string operation, std::string input
    ) = 0;

    /// Delivers outcomes in journal order and gives the next turn. @errors as begin
    virtual boost::asio::awaitable<Result<Turn>> step(
        std::uint64_t op, std::vector<Completion> done
    ) = 0;

    /// Calls the operation off; it may ask for effects that undo. @errors as begin
    virtual boost::asio::awaitable<Result<Turn>> cancel(std::uint64_t op, std::string why) = 0;

    /// Frees the operation. Always called once per operation begun, whatever became of it;
    /// unknown numbers are ignored.
    virtual void end(std::uint64_t op) = 0;

    virtual const Descriptor& descriptor() const = 0;
    /// SHA-256 of the library, 64 lower-case digits.
    virtual const std::string& build() const = 0;
    virtual RunnerStats stats() const = 0;

    /// Told each time the plugin's process ends by itself or is killed, at work, idle or while it
    /// loads, and each time it could not be started: that is told later, too, as the first start is
    /// tried before anybody can listen. The listener may not destroy the runner. Those in the daemon
    /// never call it.
    virtual void on_death(std::function<void(const PluginDeath&)> listener) = 0;
};

}  // namespace porteur
