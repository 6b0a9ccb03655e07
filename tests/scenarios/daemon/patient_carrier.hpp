// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace porteur::testing {

/// A carrier as the acme plugin knows it, on a free loopback port, that answers when it is let.
class PatientCarrier {
public:
    explicit PatientCarrier(std::string name);
    ~PatientCarrier();

    unsigned port() const { return port_; }
    /// Holds the answers to "POST /orders" back until let_go().
    void hold();
    void let_go();
    /// From now on it answers 429 and wishes this wait; 0 ends it.
    void throttle(int seconds);
    /// From now on whoever asks for its orders is told of those that it took.
    void remember();
    /// What was asked so far: "POST /orders", "GET /orders/A-1".
    std::vector<std::string> asked();
    std::size_t asked(const std::string& what);

private:
    struct Listener;
    void serve();
    void converse(std::shared_ptr<void> socket);
    std::string answer_to(const std::string& method, const std::string& path);

    std::string name_;
    std::unique_ptr<Listener> listener_;
    unsigned port_ = 0;
    std::mutex mutex_;
    std::condition_variable moved_;
    std::vector<std::string> asked_;
    bool held_ = false;
    int throttled_ = 0;
    bool remembers_ = false, took_ = false;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
    std::thread thread_;
};

}  // namespace porteur::testing
