// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "clock.hpp"

namespace porteur::sim {

/// The tokens that a carrier has issued. @threads one
class Tokens {
public:
    enum class State { unknown, expired, valid };

    /// @param prefix  how every token begins, so that a refresh token is never an access token
    Tokens(const Clock& clock, std::string prefix) : clock_(clock), prefix_(std::move(prefix)) {}

    std::string issue(std::chrono::seconds lifetime);
    State state_of(std::string_view token) const;
    void revoke(std::string_view token) { expiries_.erase(std::string(token)); }
    /// Every token issued until now is expired.
    void expire_all();
    void clear() { expiries_.clear(); }

private:
    const Clock& clock_;
    std::string prefix_;
    std::uint64_t issued_ = 0;
    std::unordered_map<std::string, Instant> expiries_;
};

}  // namespace porteur::sim
