// SPDX-License-Identifier: Apache-2.0
// Every word of the carrier's has a test: porteur/testkit/words.hpp says how that is known.
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

#include "codes.hpp"

namespace porteur::testkit {
namespace {

CarrierWords words() {
    auto all = thinktel::carrier_words();
    for (const auto* query :
         {R"({"action":"port_in"})", R"({"action":"port_in","number_type":"toll_free"})",
          R"({"action":"purchase"})"})
        add_requirements(
            all, Script(Plugin::linked(), "requirements", query).result<Requirements>()
        );
    // What only one service wants is tried by an order that says it, for all numbers or for one.
    for (auto& word : all)
        if (word.word.starts_with("detail_"))
            for (const auto* place : {"details/", "details/numbers/"})
                word.places.push_back({"input", place + word.word.substr(7), "", "submit_port"});
    return all;
}

[[maybe_unused]] const auto* const check =
    ::testing::AddGlobalTestEnvironment(new WordsCheck(words, PORTEUR_WORDS));

}  // namespace
}  // namespace porteur::testkit
