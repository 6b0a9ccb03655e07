// SPDX-License-Identifier: Apache-2.0
#pragma once

// One start of a plugin process, from the daemon's side: frames out, frames in, its output, its
// end. It knows bytes and nothing of operations; process_runner.cpp does.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>

#include <porteur/result.hpp>

#include "plugins/plugin_frames.hpp"
#include "plugins/process_runner.hpp"

namespace porteur {

/// How a process ended.
struct ProcessEnd {
    std::string reason;            ///< "was killed: a step took longer than 2000 ms"
    std::uint64_t current_op = 0;  ///< as the process left it in the shared page; not to be trusted
};

/// @threads  the executor's
class PluginProcess {
public:
    struct Listener {
        /// A frame came in. False = it is not one that may come now; the process is killed.
        std::function<bool(const Frame&)> frame;
        /// All frames of one receive were told.
        std::function<void()> received;
        /// A line of its standard output or error.
        std::function<void(std::string_view line)> printed;
        /// It has ended; nothing is told after this. The process object may be destroyed in it.
        std::function<void(ProcessEnd)> ended;
    };

    /// Starts the process and tells it what to load.
    /// @errors  unavailable: no descriptors, no program
    static Result<std::shared_ptr<PluginProcess>> start(
        boost::asio::any_io_executor executor, const CheckedLibrary& library,
        const ProcessOptions& options, Listener listener
    );
    virtual ~PluginProcess() = default;

    /// Append frames here, then call flush(): what is appended before the executor's next turn
    /// leaves in one call.
    virtual std::string& out() = 0;
    virtual void flush() = 0;
    /// Sends at once what out() holds, for a caller that knows that nothing more comes with it.
    virtual void flush_now() = 0;
    /// Kills it; ended() follows, with "was killed: <why>".
    virtual void kill(std::string why) = 0;
    /// Bytes are waiting to be read.
    virtual bool has_unread() = 0;
    /// CPU time used so far.
    virtual std::chrono::nanoseconds cpu_time() = 0;
    /// Kills it without a word to the listener, and waits for its end.
    virtual void abandon() = 0;
};

}  // namespace porteur
