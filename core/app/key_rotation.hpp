// SPDX-License-Identifier: Apache-2.0
#pragma once

// `porteurd key`: changing the master key while porteurd runs. Each step can be the last one of this process: the same
// command again goes on from there, and until it has come to its end both keys are needed by nobody but it.
//
//  1. A new key is made beside the first one: FILE.next. Nothing depends on it yet.
//  2. The store is told: from now on it is sealed with the new key. The old one lies in it, sealed by the new one, so
//     whoever has the new one reads everything, and whoever begins with the old one alone is refused and told why.
//  3. The porteurd that works sees it, takes FILE.next, and says in the store that all it wrote before is on the disk.
//  4. Rows and documents are sealed anew, a piece at a time.
//  5. Nothing is left: the store forgets the old key.
//  6. FILE becomes FILE.before-ID, and FILE.next becomes FILE.

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include <porteur/result.hpp>

#include "settings/settings.hpp"

namespace porteur {

struct KeyRotationWish {
    bool leave_unreadable = false;  ///< come to the end although something opens with no key
    std::chrono::milliseconds patience{30'000};  ///< with a porteurd that works, until it has taken the new key
    std::function<void(std::string_view what, std::uint64_t done, std::uint64_t all)> told = {};
    std::function<void(std::string_view step)> after = {};  ///< for tests that die there
};

/// @return  what was done and what is to be done now, in lines
/// @errors  with what mends it; what was begun stays begun
Result<std::string> rotate_key(const Settings& settings, const KeyRotationWish& wish);

/// Which keys this machine has, and which the store wants.
struct KeyStanding {
    std::string first, next;  ///< ids; empty: there is none
    std::string wanted;       ///< by the store; empty: it knows none yet
    std::string before;       ///< of the key that is being left; empty: none is
    std::int64_t left = 0;    ///< so many rows are still sealed by another than `wanted`
    bool fits() const { return wanted.empty() || first == wanted || next == wanted; }
};
Result<KeyStanding> key_standing(const Settings& settings);

}  // namespace porteur
