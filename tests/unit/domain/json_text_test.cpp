// SPDX-License-Identifier: Apache-2.0
// Text as JSON, written without a document in between, beside what the library writes.
#include "domain/json_text.hpp"

#include <gtest/gtest.h>

#include <random>

#include <porteur/json.hpp>

namespace porteur {
namespace {

TEST(JsonText, is_what_the_library_writes) {
    std::mt19937_64 chance(20261126);
    for (int round = 0; round < 20'000; ++round) {
        std::string text(chance() % 20, 'x');
        for (auto& byte : text) {
            // Most texts have nothing to escape; any byte of ASCII, in any of eight places, may be the one that has.
            if (chance() % 24 == 0) byte = static_cast<char>(chance() % 0x80);
        }
        std::string written = "before ";
        append_json_text(written, text);
        ASSERT_EQ(written, "before " + json::serialize(json::value(text)));
    }
}

TEST(JsonText, leaves_letters_of_every_language_as_they_are) {
    for (const std::string text : {"Épicerie Métro", "…\"…", "日本語", "a\\é"}) {
        std::string written;
        append_json_text(written, text);
        EXPECT_EQ(written, json::serialize(json::value(text)));
    }
}

}  // namespace
}  // namespace porteur
