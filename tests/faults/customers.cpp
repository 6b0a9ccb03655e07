// SPDX-License-Identifier: Apache-2.0
#include "customers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include <porteur/json.hpp>

namespace porteur::testing {

using std::chrono::milliseconds;

namespace {

std::string reference_of(int order) { return "kill-" + std::to_string(order); }

}  // namespace

Customers::Customers(Ask ask, int orders, std::uint64_t seed) : ask_(std::move(ask)), orders_(orders), chance_(seed) {
    for (int at = 0; at < 4; ++at) threads_.emplace_back([this] { run(); });
}

Customers::~Customers() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    moved_.notify_all();
    for (auto& each : threads_) each.join();
}

void Customers::let(int orders) {
    {
        const std::lock_guard lock(mutex_);
        allowed_ = std::min(orders_, allowed_ + orders);
    }
    moved_.notify_all();
}

bool Customers::all_acknowledged_within(milliseconds most) {
    std::unique_lock lock(mutex_);
    return moved_.wait_for(lock, most, [&] {
        return static_cast<int>(acknowledged_.size()) == orders_;
    });
}

void Customers::wait_for_one(milliseconds most) {
    std::unique_lock lock(mutex_);
    const auto before = acknowledged_.size();
    moved_.wait_for(lock, most, [&] { return acknowledged_.size() > before; });
}

std::set<std::string> Customers::acknowledged() {
    const std::lock_guard lock(mutex_);
    return acknowledged_;
}

void Customers::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        moved_.wait(lock, [&] { return stopping_ || next_ < allowed_; });
        if (stopping_) return;
        const int order = next_++;
        // Spread over the life of the daemon, so that some meet its death.
        const milliseconds pause(std::uniform_int_distribution<int>(0, 120)(chance_));
        while (!moved_.wait_for(lock, pause, [&] { return stopping_; })) {
            lock.unlock();
            const auto answer = put_in(order);
            lock.lock();
            if (!answer || answer->status == 503 || answer->status == 409 ||
                answer->status == 429)
                continue;
            EXPECT_EQ(answer->status, 201) << answer->body;
            if (answer->status != 201) break;
            acknowledged_.insert(reference_of(order));
            break;
        }
        moved_.notify_all();
        if (stopping_) return;
    }
}

std::optional<HttpReply> Customers::put_in(int order) const {
    char number[16];
    std::snprintf(number, sizeof number, "+1416%07d", 5'550'000 + order);
    return ask_("key-" + std::to_string(order), json::serialize(json::object{
        {"account", "acme"}, {"reference", reference_of(order)}, {"submit", true}, {"request", {{"numbers", {number}}}}
    }));
}

}  // namespace porteur::testing
