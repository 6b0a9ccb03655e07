// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "http_client.hpp"

namespace porteur::testing {

/// The customers: they put purchases in as fast as they are let, each again under its key until it is acknowledged.
class Customers {
public:
    /// POST /v1/purchase-orders under an Idempotency-Key. @threads any
    using Ask = std::function<std::optional<HttpReply>(const std::string& key, const std::string& body)>;

    Customers(Ask ask, int orders, std::uint64_t seed);
    ~Customers();
    Customers(const Customers&) = delete;
    Customers& operator=(const Customers&) = delete;

    void let(int orders);
    bool all_acknowledged_within(std::chrono::milliseconds most);
    /// Waits until one more is acknowledged.
    void wait_for_one(std::chrono::milliseconds most);
    /// Their references.
    std::set<std::string> acknowledged();

private:
    void run();
    std::optional<HttpReply> put_in(int order) const;

    const Ask ask_;
    const int orders_;
    std::mutex mutex_;
    std::condition_variable moved_;
    std::mt19937_64 chance_;
    int allowed_ = 0;
    int next_ = 0;
    bool stopping_ = false;
    std::set<std::string> acknowledged_;
    std::vector<std::thread> threads_;
};

}  // namespace porteur::testing
