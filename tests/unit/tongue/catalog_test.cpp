// SPDX-License-Identifier: Apache-2.0
// Every sentence of the catalog is found again in what is said with it, and no other is taken for
// it.
#include <algorithm>
#include <cctype>

#include <gmock/gmock.h>

#include <porteur/phrase.hpp>

#include "tongue/catalogs.hpp"
#include "tongue/mo_file.hpp"
#include "tongue/sentence.hpp"
#include "tongue/tongue.hpp"
#include "tongue/words.hpp"

namespace porteur {
namespace {

const Tongue& french() { return Tongue::of(Language::french); }

/// A value as the place may have it; each place another.
std::string sample(std::string_view kind, std::size_t index, bool quoted) {
    if (kind == "text" || kind == "list") return "the order waits for a person";
    if (kind == "date") return "2026-12-0" + std::to_string(index + 1);
    if (kind == "n") return std::to_string(index + 2);
    if (kind == "quoted") return "\"z; is missing\"";
    for (const auto& each : all_words())
        if (each.kind == kind) return std::string(each.code);
    return quoted ? "\"z" + std::to_string(index) + "; is missing\"" : "z" + std::to_string(index);
}

std::string turned(std::string_view kind, std::string_view value) {
    if (kind.empty() || kind == "quoted") return std::string(value);
    if (kind == "text" || kind == "list") return french().text(value);
    if (kind == "date") return french().date(value);
    if (kind == "n") return french().number(value);
    return french().word(kind, value);
}

struct Named {
    std::string one, many;
};

std::vector<Named> sentences() {
    std::vector<Named> out;
    for (const auto name : names_in(catalog_fr())) {
        if (name.empty() || name.find('\4') != name.npos) continue;
        const auto zero = std::min(name.find('\0'), name.size());
        out.push_back(
            {std::string(name.substr(0, zero)),
             std::string(name.substr(std::min(zero + 1, name.size())))}
        );
    }
    return out;
}

TEST(Catalog, IsRead) {
    EXPECT_GT(sentences().size(), 500U);
    EXPECT_THAT(names_in("no catalog"), ::testing::IsEmpty());
    EXPECT_THAT(names_in(catalog_fr().substr(0, 40)), ::testing::IsEmpty());
}

TEST(Catalog, HasEachSentenceFoundInWhatWasSaidWithIt) {
    std::size_t tried = 0;
    for (const auto& [one, many] : sentences()) {
        const Sentence sentence(one);
        if (!sentence.has_places() || !many.empty()) continue;
        for (const bool quoted : {false, true}) {
            PhraseValues values;
            std::size_t index = 0;
            // The kinds are told as the sentence is put together; what comes out is the English
            // text.
            const auto english =
                sentence.with(values, [&](std::string_view kind, std::string_view) {
                    return sample(kind, index++, quoted);
                });
            const auto kinds_fit = [](std::string_view kind, std::string_view value) {
                return kind == "text" || kind == "list" || value.starts_with('"') ||
                       find_word(kind, value) ||
                       value.find_first_not_of("0123456789-") == value.npos;
            };
            const auto found = sentence.values_in(english, kinds_fit);
            ASSERT_TRUE(found) << one;
            const auto expected = Sentence(french().heading(one)).with(*found, turned);
            EXPECT_EQ(french().text(english), expected) << one;
            ++tried;
        }
    }
    EXPECT_GT(tried, 300U);
}

TEST(Catalog, HasEachSentenceFoundBehindWhatIntroducesIt) {
    const std::pair<std::string, std::string> introductions[] = {
        {"must be mended: ", "à corriger\u00a0: "},
        {"waits for a person: ", "attend une personne\u00a0: "},
        {"submit_port: thinktel: ", "envoi de la demande de portabilité\u00a0: thinktel: "},
        {"/numbers/0: ", "/numbers/0: "},
    };
    const auto all = sentences();
    for (const auto& [one, many] : all) {
        // The command line has some with the name of a program or a server before them, which it
        // says alone.
        const bool of_program =
            one.starts_with("{1}: ") || one.ends_with("--help'") ||
            std::ranges::any_of(all, [&](const Named& each) {
                return each.one.starts_with("{1") && each.one.ends_with("}: " + one);
            });
        if (of_program) continue;
        std::size_t index = 0;
        const auto english = Sentence(one).with({}, [&](std::string_view kind, std::string_view) {
            return sample(kind, index++, false);
        });
        for (const auto& [before, french_before] : introductions)
            EXPECT_EQ(french().text(before + english), french_before + french().text(english))
                << one;
    }
}

TEST(Catalog, HasNoSentenceThatIsNothingButPlaces) {
    for (const auto& [one, many] : sentences()) {
        std::size_t letters = 0;
        for (const auto& each : {one, many}) {
            const auto fixed = Sentence(each).with({}, [](std::string_view kind, std::string_view) {
                // A kind that few texts are of makes a sentence as sure as words do.
                return std::string(
                    kind.empty() || kind == "text" || kind == "list" ? "" : "kind"
                );
            });
            for (const char letter : fixed)
                letters += std::isalnum(static_cast<unsigned char>(letter)) != 0 ? 1 : 0;
        }
        if (Sentence(one).has_places())
            EXPECT_GE(letters, 4U) << one << ": would be found in many a text that is not ours";
    }
}

}  // namespace
}  // namespace porteur
