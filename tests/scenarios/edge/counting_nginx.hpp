// SPDX-License-Identifier: Apache-2.0
#pragma once

// A real nginx, as Debian ships it, before a back end that writes down what it is asked.

#include <mutex>
#include <thread>

#include "edge_world.hpp"

namespace porteur::testing {

struct SeenRequest {
    std::string method, target, body;
};

/// @errors  std::runtime_error when there is no nginx, or it does not start
class CountingNginx {
public:
    explicit CountingNginx(const Folder& folder);
    ~CountingNginx();
    CountingNginx(const CountingNginx&) = delete;
    CountingNginx& operator=(const CountingNginx&) = delete;

    unsigned port() const { return nginx_.port(); }
    /// What came since it was last asked.
    std::vector<SeenRequest> take();

private:
    void serve();

    int back_end_ = -1;
    std::mutex mutex_;
    std::vector<SeenRequest> seen_;
    std::thread thread_;
    Program nginx_;
};

}  // namespace porteur::testing
