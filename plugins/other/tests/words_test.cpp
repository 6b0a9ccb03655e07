// SPDX-License-Identifier: Apache-2.0
// Every word of the carrier's has a test: porteur/testkit/words.hpp says how that is known.
#include "support.hpp"

namespace porteur::testkit {
namespace {

/// It has no words of a carrier's; what is asked for is the data file's as shipped.
CarrierWords words() {
    CarrierWords all;
    add_requirements(
        all, Script(other(), "requirements", R"({"action":"port_in"})", settings())
                 .result<Requirements>()
    );
    return all;
}

[[maybe_unused]] const auto* const check =
    ::testing::AddGlobalTestEnvironment(new WordsCheck(words, PORTEUR_WORDS));

}  // namespace
}  // namespace porteur::testkit
