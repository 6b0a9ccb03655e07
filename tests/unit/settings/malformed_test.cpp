// SPDX-License-Identifier: Apache-2.0
// Each malformed/NAME.toml has a NAME.expected beside it: what load_settings or check_account says,
// compared as a whole. "settings_" stands for config/porteur.toml, "account_" for
// config/carriers/acme.toml, "checked_" for an account that reads well and does not fit its plugin.
// PORTEUR_WRITE_EXPECTED=1 writes the files anew, to be read before they are committed.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include "acme_descriptor.hpp"
#include "settings/account_check.hpp"
#include "settings/settings.hpp"
#include "temporary_folder.hpp"

namespace porteur {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace porteur::testing;
namespace fs = std::filesystem;

// A plugin that can do nothing without being told.
constexpr std::string_view strict_toml = R"(schema = 1
id = "strict"
name = "Strict"
version = "1.0.0"
abi = "0.0"
[settings.pilot]
type = "text"
required = true
help = "Pilot number of the trunk"
[secrets.password]
help = "Password of the API user"
[operations.search_numbers]
)";

// Every secret in the malformed files.
constexpr const char* canary = "hunter2";

std::vector<fs::path> malformed_files() {
    std::vector<fs::path> files;
    for (const auto& each : fs::directory_iterator{PORTEUR_MALFORMED_FOLDER})
        if (each.path().extension() == ".toml") files.push_back(each.path());
    std::ranges::sort(files);
    return files;
}

std::string without(std::string text, const std::string& part) {
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at))
        text.erase(at, part.size());
    return text;
}

std::string message_for(const fs::path& file) {
    const TemporaryFolder folder;
    const bool whole = file.filename().string().starts_with("settings_");
    folder.write(whole ? "config/porteur.toml" : "config/carriers/acme.toml", content_of(file));
    if (!whole) folder.write("config/porteur.toml", "");

    const auto loaded = load_settings(folder.path() / "config/porteur.toml");
    std::string message;
    if (!loaded) {
        message = loaded.error().message;
    } else if (file.filename().string().starts_with("checked_")) {
        const auto& account = loaded->accounts.at(0);
        const auto descriptor = account.plugin == "strict" ? parsed(strict_toml) : acme();
        message = fmt::format("{}", fmt::join(check_account(account, descriptor), "\n"));
    }
    return without(message, folder.path().string() + "/");
}

class MalformedFile : public ::testing::TestWithParam<fs::path> {};

TEST_P(MalformedFile, IsRefusedWithExactlyTheExpectedMessage) {
    const auto message = message_for(GetParam());
    const auto expected = fs::path{GetParam()}.replace_extension(".expected");
    EXPECT_THAT(message, Not(HasSubstr(canary))) << "a secret in a message";
    if (std::getenv("PORTEUR_WRITE_EXPECTED") != nullptr)
        std::ofstream{expected, std::ios::binary} << message << "\n";
    EXPECT_NE(message, "") << "was accepted";
    EXPECT_EQ(message + "\n", content_of(expected));
}

INSTANTIATE_TEST_SUITE_P(
    All, MalformedFile, ::testing::ValuesIn(malformed_files()),
    [](const auto& file) { return file.param.stem().string(); }
);

TEST(MalformedFiles, AreThirtyOrMoreOfPorteurTomlAlone) {
    const auto files = malformed_files();
    EXPECT_GE(
        std::ranges::count_if(
            files, [](const auto& file) { return file.stem().string().starts_with("settings_"); }
        ),
        30
    );
}

}  // namespace
}  // namespace porteur
