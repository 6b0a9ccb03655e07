// SPDX-License-Identifier: Apache-2.0
#include "tokens.hpp"

#include "encoding.hpp"

namespace porteur::sim {

std::string Tokens::issue(std::chrono::seconds lifetime) {
    // Looks like a real one and cannot be taken for another; it guards nothing.
    const auto number = std::to_string(++issued_);
    auto token = prefix_ + number + "-" + sha256_hex(prefix_ + number).substr(0, 32);
    expiries_[token] = clock_.unhurried_now() + lifetime;
    return token;
}

Tokens::State Tokens::state_of(std::string_view token) const {
    const auto found = expiries_.find(std::string(token));
    if (found == expiries_.end()) return State::unknown;
    return clock_.unhurried_now() < found->second ? State::valid : State::expired;
}

void Tokens::expire_all() {
    for (auto& [token, expiry] : expiries_) expiry = Instant{};
}

}  // namespace porteur::sim
