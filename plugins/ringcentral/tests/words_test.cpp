// SPDX-License-Identifier: Apache-2.0
// Every word of the carrier's has a test: porteur/testkit/words.hpp says how that is known.
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

#include "codes.hpp"

namespace porteur::testkit {
namespace {

CarrierWords words() {
    auto all = ringcentral::carrier_words();
    add_requirements(
        all,
        Script(Plugin::linked(), "requirements", R"({"action":"port_out"})").result<Requirements>()
    );
    return all;
}

[[maybe_unused]] const auto* const check =
    ::testing::AddGlobalTestEnvironment(new WordsCheck(words, PORTEUR_WORDS));

}  // namespace
}  // namespace porteur::testkit
