// SPDX-License-Identifier: Apache-2.0
#pragma once

// porteurd, put together: one thread for the engine, one for the API, the store's writer, and threads
// for mail. main.cpp is its command line.

#include <functional>
#include <memory>

#include <porteur/result.hpp>

#include "app/standing_by.hpp"
#include "settings/settings.hpp"

namespace porteur {

class Daemon {
public:
    /// Opens store and key, loads the plugins, starts to listen and to work.
    /// @errors  what hinders it, in words for the operator
    /// @param before   the store's lock, where it was taken already, and a socket that listens for the API
    /// @param working  called before the first thing is begun that ends only by stop(): until then the process may end at any place
    static Result<std::unique_ptr<Daemon>> start(Settings settings, StoodBy before = {}, std::function<void()> working = {});
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    std::uint16_t port() const;
    /// Takes new settings of accounts, mail, web hooks, sign-in and telephones, and the API's certificate; what is under way
    /// ends under the old ones.
    /// @errors  invalid_input: nothing was changed
    Result<void> reload(Settings settings);
    /// Listens no more and begins no operation; returns when what was under way has ended, or after the
    /// settings' stop_timeout (the journal has the rest).
    void stop();

private:
    struct Parts;
    explicit Daemon(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace porteur
