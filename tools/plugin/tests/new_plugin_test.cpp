// SPDX-License-Identifier: Apache-2.0
#include "new_plugin.hpp"

#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <set>

#include <gmock/gmock.h>

#include "domain/descriptor.hpp"
#include "settings/descriptor_toml.hpp"

namespace porteur::plugin_tool {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Api apis[] = {Api::rest, Api::mail, Api::portal};

WrittenPlugin made(const NewPlugin& wanted) {
    auto plugin = make_plugin(wanted);
    EXPECT_TRUE(plugin) << plugin.error().message;
    return plugin ? *plugin : WrittenPlugin{};
}

std::string refusal_of(const NewPlugin& wanted) {
    const auto plugin = make_plugin(wanted);
    return plugin ? "" : plugin.error().message;
}

/// What the descriptor says, which the host reads as strictly as here.
Descriptor descriptor_of(const WrittenPlugin& plugin) {
    const auto read = parse_descriptor(plugin.files.at("descriptor.toml"), "descriptor.toml");
    EXPECT_TRUE(read) << read.error().message;
    return read ? *read : Descriptor{};
}

TEST(NewPlugin, RefusesNamesThatAreNoneAndSaysWhatWasMeant) {
    EXPECT_EQ(
        refusal_of({"Acme-West", Api::rest, {"purchase"}}),
        "\"Acme-West\" is no name of a plugin; a small letter comes first, then small letters, "
        "digits and underscores, 64 at "
        "most, as in acme_west"
    );
    EXPECT_THAT(refusal_of({"2acme", Api::rest, {"purchase"}}), HasSubstr("as in acme"));
    for (const auto& name :
         std::vector<std::string>{"", "9", "_", "é", "a/b", "../a", "a b", std::string(65, 'a')})
        EXPECT_THAT(
            refusal_of({name, Api::rest, {"purchase"}}), HasSubstr("is no name of a plugin")
        ) << name;
    EXPECT_EQ(refusal_of({std::string(64, 'a'), Api::rest, {"purchase"}}), "");
}

TEST(NewPlugin, NamesTheOperationsThereAreWhereOneIsUnknown) {
    EXPECT_THAT(
        refusal_of({"acme", Api::rest, {"purchase", "buy", ""}}),
        ::testing::AllOf(
            HasSubstr("\"buy\", \"\" are no operations of the interface, which has: requirements, "
                      "validate"),
            HasSubstr("release_numbers")
        )
    );
}

TEST(NewPlugin, AddsWhatAnOperationCannotBeWithout) {
    const auto plugin = made({"acme", Api::mail, {"cancel_port"}});
    EXPECT_THAT(
        plugin.operations,
        ElementsAre("read_mail", "check_account", "submit_port", "check_port", "cancel_port")
    );
    EXPECT_THAT(
        plugin.added, ElementsAre(
                          "check_account, as every plugin tells whether its account works",
                          "submit_port, as it submits what it calls off (cancel_port)",
                          "read_mail, as the desk answers by mail",
                          "check_port, as it follows what it submits (submit_port)"
                      )
    );
}

TEST(NewPlugin, SaysWhichOperationsTheHostDoesNotCall) {
    EXPECT_THAT(
        made({"acme", Api::rest, {"reserve_numbers", "purchase"}}).not_called,
        ElementsAre("reserve_numbers")
    );
}

TEST(NewPlugin, WritesADescriptorThatTheHostReadsForEachOperation) {
    for (const auto api : apis)
        for (const auto& operation : known_operations()) {
            SCOPED_TRACE(operation);
            const auto plugin = made({"acme", api, {operation}});
            const auto descriptor = descriptor_of(plugin);
            EXPECT_EQ(descriptor.id, "acme");
            std::set<std::string> described;
            for (const auto& each : descriptor.operations) described.insert(each.name);
            EXPECT_EQ(
                described, std::set<std::string>(plugin.operations.begin(), plugin.operations.end())
            );
            const auto& source = plugin.files.at("src/acme.cpp");
            for (const auto& each : plugin.operations) {
                EXPECT_THAT(source, HasSubstr("PORTEUR_OPERATION(" + each + ")"));
                EXPECT_THAT(source, HasSubstr(" " + each + "(")) << "there is no function";
            }
        }
}

TEST(NewPlugin, WritesATestForEachLineThatIsLeftToFillIn) {
    for (const auto api : apis) {
        const auto plugin = made({"acme_west", api, known_operations()});
        EXPECT_GT(plugin.left.size(), 10U);
        for (const auto& each : plugin.left) {
            EXPECT_THAT(
                plugin.files.at("tests/acme_west_test.cpp"),
                HasSubstr("TEST(LeftToFillIn, " + each + ")")
            );
            EXPECT_THAT(
                plugin.files.at("descriptor.toml") + plugin.files.at("src/acme_west.cpp"),
                HasSubstr("fill in: " + each + "\n")
            );
        }
    }
}

TEST(NewPlugin, LeavesNoMarkOfATemplate) {
    for (const auto api : apis)
        for (const auto& [name, text] : made({"acme", api, known_operations()}).files)
            for (const auto* mark :
                 {"//@", "#@", "<!--@", "@name@", "@Title@", "@sdk@", "@host@", "@operations@"})
                EXPECT_THAT(text, ::testing::Not(HasSubstr(mark))) << name;
}

TEST(NewPlugin, WritesASimulatorOfWhatWasChosenWhereTheCarrierHasAnApi) {
    const auto plugin = made({"acme", Api::rest, {"purchase"}});
    const auto& simulator = plugin.files.at("simulator/acme.cpp");
    EXPECT_THAT(simulator, HasSubstr("carrier.post(\"/orders\""));
    EXPECT_THAT(simulator, ::testing::Not(HasSubstr("/ports")));
    EXPECT_THAT(plugin.files.at("tests/acme_simulator_test.cpp"), HasSubstr("BuysOnceThoughTheAnswerWasLost"));
    EXPECT_THAT(plugin.files.at("CMakeLists.txt"), HasSubstr("porteur_add_simulator(acme "));
    for (const auto api : {Api::mail, Api::portal}) {
        const auto other = made({"acme", api, {"purchase"}});
        EXPECT_FALSE(other.files.contains("simulator/acme.cpp"));
        EXPECT_THAT(other.files.at("CMakeLists.txt"), ::testing::Not(HasSubstr("porteur_add_simulator")));
        EXPECT_THAT(other.files.at("README.md"), ::testing::Not(HasSubstr("simulator")));
    }
}

class Written : public ::testing::Test {
protected:
    Written() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "porteur-new-XXXXXX").string();
        folder_ = ::mkdtemp(pattern.data());
    }
    ~Written() override { std::filesystem::remove_all(folder_); }

    std::vector<std::string> here() const {
        std::vector<std::string> names;
        for (const auto& each : std::filesystem::directory_iterator(folder_))
            names.push_back(each.path().filename());
        std::ranges::sort(names);
        return names;
    }

    std::filesystem::path folder_;
    const WrittenPlugin plugin_ = made({"acme", Api::rest, {"purchase"}});
};

TEST_F(Written, StandsInItsFolderWhole) {
    ASSERT_TRUE(write_plugin(plugin_, folder_ / "acme"));
    EXPECT_THAT(here(), ElementsAre("acme"));
    for (const auto& [name, text] : plugin_.files) {
        std::ifstream in(folder_ / "acme" / name, std::ios::binary);
        EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), text) << name;
    }
}

TEST_F(Written, TakesAnEmptyFolderAndOneThatIsNamedWithASlash) {
    std::filesystem::create_directory(folder_ / "empty");
    EXPECT_TRUE(write_plugin(plugin_, (folder_ / "empty").string() + "/"));
    EXPECT_TRUE(std::filesystem::exists(folder_ / "empty/descriptor.toml"));
}

TEST_F(Written, OverwritesNothing) {
    std::filesystem::create_directory(folder_ / "acme");
    std::ofstream(folder_ / "acme/mine") << "mine";
    const auto written = write_plugin(plugin_, folder_ / "acme");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, ErrorKind::invalid_input);
    EXPECT_THAT(
        written.error().message, HasSubstr("is not empty, and nothing in it is overwritten")
    );
    const auto onto_a_file = write_plugin(plugin_, folder_ / "acme/mine");
    ASSERT_FALSE(onto_a_file);
    EXPECT_THAT(onto_a_file.error().message, HasSubstr("is there and no folder"));
    EXPECT_THAT(here(), ElementsAre("acme"));
}

TEST_F(Written, LeavesNothingBehindWhereItCannotBeWritten) {
    std::ofstream(folder_ / "file") << "no folder";
    const auto under_a_file = write_plugin(plugin_, folder_ / "file/acme");
    ASSERT_FALSE(under_a_file);
    EXPECT_EQ(under_a_file.error().kind, ErrorKind::unavailable);
    // A file of the plugin cannot be made: one of its folders has a name too long.
    auto broken = plugin_;
    broken.files["z" + std::string(300, 'z') + "/a"] = "a";
    EXPECT_FALSE(write_plugin(broken, folder_ / "acme"));
    EXPECT_THAT(here(), ElementsAre("file"));
}

}  // namespace
}  // namespace porteur::plugin_tool
