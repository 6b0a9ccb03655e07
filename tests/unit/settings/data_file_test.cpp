// SPDX-License-Identifier: Apache-2.0
// A TOML file of the operator's that a plugin gets whole.
#include "settings/data_file.hpp"

#include <fstream>

#include <porteur/json.hpp>

#include "settings/account_check.hpp"
#include "settings/canonical_json.hpp"
#include "settings/descriptor_toml.hpp"
#include "settings/settings.hpp"
#include "settings/toml_tree.hpp"
#include "support/result_matchers.hpp"
#include "temporary_folder.hpp"

namespace porteur {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace porteur::testing;

Descriptor descriptor() {
    auto read = parse_descriptor(
        R"(schema = 1
id = "desk"
name = "A desk"
version = "1.0.0"
abi = "0.0"
[settings.countries]
type = "data"
default = "../data/countries.toml"
help = "What each country wants"
[operations.validate]
pure = true
)",
        "descriptor.toml"
    );
    if (!read) throw std::runtime_error{read.error().message};
    return std::move(*read);
}

class DataFile : public ::testing::Test {
protected:
    AccountSettings account(const std::string& settings = "") {
        folder_.write("porteur.toml", "");
        folder_.write("carriers/desk.toml", "plugin = \"desk\"\n[settings]\n" + settings);
        auto read = load_settings(folder_.path());
        if (!read) throw std::runtime_error{read.error().message};
        return read->accounts.at(0);
    }
    TemporaryFolder folder_;
};

TEST_F(DataFile, ComesToThePluginUnderItsSettingsName) {
    folder_.write("data/countries.toml", "[FR]\nname = \"France\"\npapers = [\"kbis\"]\n");
    auto ours = account();
    EXPECT_THAT(read_data_files(ours, descriptor()), IsEmpty());
    EXPECT_EQ(
        resolved_settings_json(ours, descriptor()),
        R"({"countries":{"FR":{"name":"France","papers":["kbis"]}}})"
    );
}

TEST_F(DataFile, MayBeAnotherThanTheDefault) {
    folder_.write("carriers/mine/other.txt", "days = 5\n");
    auto ours = account("countries = \"mine/other.txt\"\n");
    EXPECT_THAT(read_data_files(ours, descriptor()), IsEmpty());
    EXPECT_EQ(ours.data.at("countries"), R"({"days":5})");
}

TEST_F(DataFile, ThatIsNotThereIsNamedWithItsWholePath) {
    auto ours = account("countries = \"gone.toml\"\n");
    EXPECT_THAT(
        read_data_files(ours, descriptor()),
        ElementsAre(AllOf(
            HasSubstr("desk.toml:3:13: countries = \"gone.toml\" cannot be read: "),
            HasSubstr((folder_.path() / "carriers/gone.toml").string() + ": No such file")
        ))
    );
    EXPECT_EQ(resolved_settings_json(ours, descriptor()), "{}");
}

TEST_F(DataFile, ThatIsNoTomlOrHasFractionsIsRefusedWithThePlace) {
    folder_.write("data/countries.toml", "[FR\n");
    auto ours = account();
    EXPECT_THAT(read_data_files(ours, descriptor()), ElementsAre(HasSubstr("not TOML")));
    folder_.write("data/countries.toml", "[FR]\nprice = 1.5\nsince = 2026-01-01\n");
    EXPECT_THAT(
        read_data_files(ours, descriptor()),
        ElementsAre(
            HasSubstr("countries.toml:2:9: price = (a number with a fraction) is not allowed in data"),
            HasSubstr("countries.toml:3:9: since")
        )
    );
    EXPECT_THAT(ours.data, IsEmpty());
}

// A plugin's tests have no TOML: they read what the shipped file says from a fixture.
TEST(ShippedDataFiles, AreWhatThePluginsTestsTakeThemFor) {
    const std::filesystem::path config(PORTEUR_CONFIG_FOLDER), plugins(PORTEUR_PLUGINS_FOLDER);
    const auto text = [](const std::filesystem::path& file) {
        std::ifstream in(file, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    const auto tree = parse_toml(text(config / "data/genesys_countries.toml"), "genesys_countries.toml");
    ASSERT_TRUE(tree) << tree.error().message;
    const auto fixture = parse_json(text(plugins / "genesys_sms/tests/fixtures/countries.json"));
    ASSERT_TRUE(fixture) << fixture.error().message;
    EXPECT_EQ(canonical(*fixture), canonical_json(*tree))
        << "plugins/genesys_sms/tests/fixtures/countries.json is to be the second of these two";
}

TEST_F(DataFile, ThatIsLargerThanOneCallMayCarryIsRefused) {
    folder_.write("data/countries.toml", "a = \"" + std::string(data_file_size_max, 'x') + "\"\n");
    auto ours = account();
    EXPECT_THAT(read_data_files(ours, descriptor()), ElementsAre(HasSubstr("is too large")));
}

}  // namespace
}  // namespace porteur
