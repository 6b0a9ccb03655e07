// SPDX-License-Identifier: Apache-2.0
// The words that the plugins know are those of the carriers' documents: every list of the page that
// this project was given about its carriers, where that page is at hand.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>

#include <gmock/gmock.h>

#include "settings/described_words.hpp"

namespace porteur {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::Not;
using ::testing::SizeIs;

std::string text_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// As the API files of the carriers are found, beside which it stands.
fs::path page_file() {
    const char* specs = std::getenv("PORTEUR_SPECS");
    return (specs ? fs::path(specs) : fs::path(PORTEUR_SOURCE_DIR) / "../shared/specs") /
           "../CARRIERS.md";
}

std::vector<DescribedWord> words_of(const std::string& plugin) {
    const auto file = fs::path(PORTEUR_SOURCE_DIR) / "plugins" / plugin / "words.toml";
    auto words = words_in_descriptor(text_of(file), file.string());
    if (!words) throw std::runtime_error(words.error().message);
    return std::move(*words);
}

std::set<std::string> words_of(const std::string& plugin, const std::string& kind) {
    std::set<std::string> found;
    for (const auto& each : words_of(plugin))
        if (each.kind == kind) found.insert(each.word);
    return found;
}

class CarrierWords : public ::testing::Test {
protected:
    void SetUp() override {
        page = text_of(page_file());
        if (page.empty())
            GTEST_SKIP() << "left out: the page about the carriers is not here; name the folder of "
                            "the API files, beside which "
                            "it stands, in PORTEUR_SPECS";
    }

    /// What the page says between two texts, and which words of it count.
    std::set<std::string> list(
        const std::string& from, const std::string& to, const char* word = "[A-Za-z]+"
    ) const {
        const auto begin = page.find(from);
        const auto end = begin == page.npos ? begin : page.find(to, begin + from.size());
        EXPECT_NE(end, page.npos) << "the page has no list between \"" << from << "\" and \"" << to
                                  << "\"";
        if (end == page.npos) return {};
        const auto text = page.substr(begin + from.size(), end - begin - from.size());
        const std::regex each(word);
        std::set<std::string> found;
        for (std::sregex_iterator at(text.begin(), text.end(), each), none; at != none; ++at)
            found.insert(at->size() > 1 ? (*at)[1].str() : at->str());
        return found;
    }
    static void expect_all(
        const std::string& plugin, const std::string& kind, const std::set<std::string>& wanted,
        std::size_t count
    ) {
        EXPECT_THAT(wanted, SizeIs(count))
            << plugin << " " << kind << ": the page's list is not as this test reads it";
        const auto known = words_of(plugin, kind);
        for (const auto& word : wanted) EXPECT_THAT(known, Contains(word)) << plugin << " " << kind;
    }

    std::string page;
};

TEST_F(CarrierWords, OfThinkTelAreAllKnown) {
    expect_all("thinktel", "Status", list("\n`Status`: ", ". Note"), 14);
    expect_all("thinktel", "Assessment", list("Assessment: ", "\n", "[A-Z][A-Za-z-]+"), 4);
    expect_all("thinktel", "Reply", list("**200 with `Reply`**: ", ", plus", "[0-9]"), 5);
    expect_all(
        "thinktel", "Type",
        list("| existing trunk | toll-free DID |", "Standard and toll-free", "\n\\| ([1-7]) \\|"), 7
    );
    // The files of a form are documents that are asked for.
    expect_all(
        "thinktel", "requirement",
        [&] {
            static const std::map<std::string, std::string> ours{
                {"FileLetterOfAuthorization", "loa"},
                {"FileLastInvoice", "invoice"},
                {"FileBlifSpreadsheet", "blif"},
                {"FileRespOrgForm", "resporg"}
            };
            std::set<std::string> wanted;
            for (const auto& file :
                 list("\n- Files, each an array", "(RespOrg transfer form)", "File[A-Z][A-Za-z]+"))
                if (file != "FileName") wanted.insert(ours.contains(file) ? ours.at(file) : file);
            return wanted;
        }(),
        4
    );
}

TEST_F(CarrierWords, OfGenesysAreAllKnown) {
    auto codes =
        list("| HTTP | code (purchase) |", "429 since November", "[a-z][a-z0-9]*(?:\\.[a-z0-9]+)+");
    expect_all("genesys_sms", "error code", codes, 35);
    expect_all(
        "genesys_sms", "phoneNumberStatus", list("body status is UPPER_CASE (", ")", "[A-Z_]+"), 6
    );
    expect_all(
        "genesys_sms", "provisioningStatus.state",
        list("`provisioningStatus.state` is ", " (`error`", "[A-Z][a-z]+"), 2
    );
    expect_all(
        "genesys_sms", "papers of a country",
        list("### 2.5 Manual purchase for 17 countries (brief)\n", ". Steps", "\\b[A-Z]{2}\\b"), 17
    );
    expect_all(
        "genesys_sms", "papers of a country",
        list("| country | analogue | grade |", "\"weak\" =", "\n\\| ([A-Z]{2}) \\|"), 17
    );
    const auto words = words_of("genesys_sms");
    for (const auto& each : words)
        if (each.word == "IT") EXPECT_THAT(each.means, ::testing::HasSubstr("a beta"));
}

TEST_F(CarrierWords, OfRingCentralAreAllKnown) {
    std::set<std::string> codes;
    // "CMN-301/302" is two of them.
    for (const auto& each : list(
             "- Codes worth simulating: ", "rate limited (429)", "[A-Z]{3}-[0-9]{3}(?:/[0-9]{3})*"
         )) {
        codes.insert(each.substr(0, 7));
        for (auto slash = each.find('/'); slash != each.npos; slash = each.find('/', slash + 1))
            codes.insert(each.substr(0, 4) + each.substr(slash + 1, 3));
    }
    expect_all("ringcentral", "errorCode", codes, 23);
    expect_all("ringcentral", "status of a number", list("\n- `status`: ", ". Normal"), 5);
    expect_all("ringcentral", "paymentType", list("\n- `paymentType` (v1): ", ". External"), 7);
    expect_all("ringcentral", "usageType", list("\n- `usageType` (v1): ", ". v2 drops"), 20);
    expect_all("ringcentral", "usageType", list("values and adds ", ". v2 lists"), 3);
    expect_all("ringcentral", "status of the account", list("\nAccount `status`: ", ";"), 4);
    expect_all("ringcentral", "statusInfo.reason", list("; `reason`: ", ";"), 4);
    expect_all(
        "ringcentral", "billingPlan.type",
        list("billingPlan.type: ", ". \"Active", "[A-Z][A-Za-z]+"), 6
    );
}

TEST_F(CarrierWords, RingCentralsPackageIsAskedForItemByItem) {
    const std::map<std::string, std::string> ours{
        {"voicemail PIN", "pin"},
        {"account number", "account_number"},
        {"billing address", "billing_address"},
        {"account status", "account_active"},
        {"billing statement", "statement"},
        {"number kinds", "numbers"},
        {"statement age", "statement"},
        {"who may port", "administrator"},
        {"PIN caveat", "pin"}
    };
    // What the page tells besides is said as a note: how long it takes, where RingCentral helps,
    // who may ask at OpenPhone.
    const std::set<std::string> notes{
        "duration", "help at RingCentral", "gaining side (OpenPhone)"
    };
    std::set<std::string> wanted;
    for (const auto& item :
         list("| item | rule | source |\n|---|---|---|", "\n\n", "\n\\| ([^|]+) \\|")) {
        if (notes.contains(item)) continue;
        EXPECT_TRUE(ours.contains(item))
            << "\"" << item << "\" is neither a requirement nor a note of the plugin";
        if (ours.contains(item)) wanted.insert(ours.at(item));
    }
    expect_all("ringcentral", "requirement", wanted, 7);
    for (const auto& each : words_of("ringcentral"))
        if (each.kind == "requirement" && each.word == "statement")
            EXPECT_THAT(each.means, ::testing::HasSubstr("at most 45 days old"));
}

TEST(WordsOfPlugins, EachHaveAMeaningAndATest) {
    for (const auto* plugin : {"thinktel", "genesys_sms", "ringcentral", "other"}) {
        const auto words = words_of(plugin);
        EXPECT_FALSE(words.empty()) << plugin;
        for (const auto& each : words) {
            EXPECT_FALSE(each.means.empty()) << plugin << " " << each.kind << " " << each.word;
            EXPECT_THAT(each.test, ::testing::MatchesRegex("[A-Za-z]+\\.[A-Za-z0-9]+"))
                << plugin << " " << each.kind << " " << each.word;
        }
    }
}

}  // namespace
}  // namespace porteur
