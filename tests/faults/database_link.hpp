// SPDX-License-Identifier: Apache-2.0
#pragma once

// The way from one daemon to its database server, which the test holds in its hand: it flows, is slow, is cut without a
// word, or breaks. Nobody need be root for it.

#include <chrono>
#include <memory>

namespace porteur::testing {

class DatabaseLink {
public:
    /// Listens on a free loopback port, and leads to `server`, a loopback port too.
    explicit DatabaseLink(int server);
    ~DatabaseLink();
    DatabaseLink(const DatabaseLink&) = delete;
    DatabaseLink& operator=(const DatabaseLink&) = delete;

    int port() const;
    /// From now on nothing passes, either way, and nobody is told: as behind a pulled cable. @threads any, as all
    void cut();
    /// What was held back passes, and what follows.
    void heal();
    /// Everything passes so much later; 0: at once.
    void slow_down(std::chrono::milliseconds delay);
    /// Ends each connection that there is.
    void reset();

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace porteur::testing
