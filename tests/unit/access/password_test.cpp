// SPDX-License-Identifier: Apache-2.0
#include "access/password.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "access/attempts.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;

TEST(Password, is_known_again_by_its_hash_alone) {
    const auto hash = hash_of_password("correct horse battery");
    EXPECT_TRUE(hash.starts_with("$argon2id$")) << hash;
    EXPECT_TRUE(is_password("correct horse battery", hash));
    EXPECT_FALSE(is_password("correct horse batterz", hash));
    EXPECT_FALSE(is_password("", hash));
    EXPECT_NE(hash, hash_of_password("correct horse battery")) << "each has a salt of its own";
}

TEST(Password, of_nobody_fits_nothing_and_takes_as_long) {
    const auto hash = hash_of_password("correct horse battery");
    EXPECT_FALSE(is_password("", ""));
    EXPECT_FALSE(is_password("nobody signs in with this one", ""));
    const auto time = [](const std::string& kept) {
        auto best = 1h + 0ns;
        for (int at = 0; at < 3; ++at) {
            const auto began = std::chrono::steady_clock::now();
            EXPECT_FALSE(is_password("wrong", kept));
            best =
                std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - began);
        }
        return best;
    };
    const auto known = time(hash), unknown = time("");
    EXPECT_GT(unknown, known / 2);
    EXPECT_LT(unknown, known * 2);
}

TEST(FailedAttempts, stop_whoever_fails_too_often_until_a_minute_has_passed) {
    FailedAttempts attempts(3);
    const FailedAttempts::Time noon{};
    for (int at = 0; at < 3; ++at) EXPECT_EQ(attempts.begin("alice", noon + at * 10s), 0s);
    EXPECT_EQ(attempts.begin("alice", noon + 30s), 30s);
    EXPECT_EQ(attempts.begin("bob", noon + 30s), 0s);
    EXPECT_EQ(attempts.begin("alice", noon + 59s), 1s);
    EXPECT_EQ(attempts.begin("alice", noon + 60s), 0s);
    EXPECT_EQ(attempts.begin("alice", noon + 61s), 9s);
}

TEST(FailedAttempts, do_not_count_those_that_succeeded) {
    FailedAttempts attempts(3);
    const FailedAttempts::Time noon{};
    for (int at = 0; at < 100; ++at) {
        EXPECT_EQ(attempts.begin("alice", noon), 0s);
        attempts.succeeded("alice");
    }
    for (int at = 0; at < 3; ++at)
        EXPECT_EQ(attempts.begin("alice", noon), 0s) << "twenty at once are not twenty tries";
    EXPECT_GT(attempts.begin("alice", noon), 0s);
}

}  // namespace
}  // namespace porteur
