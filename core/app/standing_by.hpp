// SPDX-License-Identifier: Apache-2.0
#pragma once

// The time before a porteurd of several has the store.

#include <csignal>
#include <memory>

#include <porteur/result.hpp>

#include "settings/settings.hpp"

namespace porteur {

class StoreLock;

/// What standing by ended with.
struct StoodBy {
    std::shared_ptr<StoreLock> lock;  ///< the store is ours; null: nobody stands by here
    int listener = -1;                ///< the API's socket, which listens already; -1: none was opened
    bool took_over = false;           ///< another of the cluster may have had it a moment ago
};

/// Takes the store, or answers that it stands by until it can. Without [cluster] it does neither: the store says then
/// that another has it.
///
/// @param listener  as Daemon::start()
/// @param signals   blocked in all threads; SIGTERM and SIGINT end the process, in which nothing has begun
/// @errors  the socket or the store's address cannot be used; that the database is away is waited out
Result<StoodBy> stand_by(const Settings& settings, int listener, const sigset_t& signals);

}  // namespace porteur
