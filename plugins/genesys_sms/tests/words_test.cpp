// SPDX-License-Identifier: Apache-2.0
// Every word of the carrier's has a test: porteur/testkit/words.hpp says how that is known.
#include <gtest/gtest.h>

#include "codes.hpp"
#include "countries.hpp"
#include "genesys.hpp"

namespace porteur::testkit {
namespace {

/// What a country wants, as the file says that is shipped: "2 to 5 business days; address; document
/// (registration or id)".
std::string papers_of(const genesys::Country& country) {
    auto text = std::to_string(country.review_min) + " to " + std::to_string(country.review_max) +
                " business days" + (country.beta ? ", a beta" : "");
    if (country.wants.empty()) text += "; " + country.unknown;
    for (const auto& each : country.wants) {
        text += "; " + each.kind;
        for (std::size_t index = 0; index < each.types.size(); ++index)
            text += (index == 0 ? " (" : " or ") + each.types[index];
        text += each.types.empty() ? "" : ")";
        if (!each.required) text += " if there is one";
    }
    return text;
}

CarrierWords words() {
    auto all = genesys::carrier_words();
    add_requirements(
        all,
        Script(genesys(), "requirements", R"({"action":"purchase","country":"US"})", settings())
            .result<Requirements>()
    );
    const auto file_of_countries = parsed(file("countries.json"));
    const auto countries = genesys::Countries::from(file_of_countries);
    for (const auto& pair : file_of_countries.as_object())
        if (const auto* country = countries.find(std::string(pair.key())))
            all.push_back(
                {"papers of a country",
                 country->code,
                 papers_of(*country),
                 {{"input", "country", country->code, "validate"}}}
            );
    return all;
}

[[maybe_unused]] const auto* const check =
    ::testing::AddGlobalTestEnvironment(new WordsCheck(words, PORTEUR_WORDS));

}  // namespace
}  // namespace porteur::testkit
