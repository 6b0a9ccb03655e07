// SPDX-License-Identifier: Apache-2.0
// Bad libraries: each is refused with its exact reason, and the rest of the catalog is taken.
#include <fstream>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin_world.hpp"
#include "plugins/library_store.hpp"
#include "plugins/scan_child.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Isolation;
using ::testing::Key;

class Catalog : public ::testing::Test {
protected:
    void SetUp() override {
        world.install("acme");
        world.install("plain_c");
    }
    // What was said about one library; the others must have been taken.
    std::string refusal(PluginCatalog catalog) {
        EXPECT_THAT(catalog.libraries(), ElementsAre(Key("acme"), Key("plain_c")));
        if (catalog.refusals().size() != 1)
            return "refusals: " + std::to_string(catalog.refusals().size());
        return catalog.refusals().front().text();
    }
    testing::PluginWorld world;
};

TEST_F(Catalog, TakesGoodLibrariesAndKnowsThemByTheirDescriptors) {
    const auto catalog = world.scan();
    EXPECT_THAT(catalog.refusals(), IsEmpty());
    EXPECT_THAT(catalog.libraries(), ElementsAre(Key("acme"), Key("plain_c")));
    const auto& acme = catalog.libraries().at("acme");
    EXPECT_EQ(acme.descriptor.name, "ACME Telecom");
    EXPECT_EQ(acme.origin, world.folder() / "acme.so");
    EXPECT_EQ(acme.copy.filename(), acme.build + ".so");
    struct stat about{};
    ASSERT_EQ(::stat(acme.copy.c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 07777, 0400u);
    ASSERT_EQ(::stat(acme.copy.parent_path().c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 07777, 0700u);
}

TEST_F(Catalog, HasBuildsOfEarlierTimesFromTheirCopiesAlsoThroughALink) {
    auto options = world.catalog_options();
    const testing::TemporaryFolder elsewhere;
    fs::create_directory_symlink(elsewhere.path(), world.folder() / "link");
    options.store = world.folder() / "link/store";
    PluginCatalog first(options);
    first.scan({world.folder()});
    const auto acme = first.libraries().at("acme");
    const std::string nobody(64, '0');
    PluginCatalog later(options);
    auto kept = later.kept({acme.build, nobody});
    ASSERT_TRUE(kept.at(acme.build)) << kept.at(acme.build).error().text();
    EXPECT_EQ(kept.at(acme.build)->descriptor.id, "acme");
    EXPECT_EQ(kept.at(acme.build)->copy, acme.copy);
    EXPECT_FALSE(kept.at(nobody));
    // A spoilt copy is none, whatever its name says.
    fs::permissions(acme.copy, fs::perms::owner_all);
    std::ofstream(acme.copy, std::ios::app) << "x";
    kept = later.kept({acme.build});
    ASSERT_FALSE(kept.at(acme.build));
    EXPECT_THAT(kept.at(acme.build).error().text(), HasSubstr("the SHA-256"));
}

struct Bad {
    const char *library, *check, *found;
};

TEST_F(Catalog, RefusesWhatALibraryShowsWithoutBeingLoaded) {
    const Bad cases[] = {
        {"no_section", "check 3 (content): the section .porteur_descriptor is absent",
         "porteur_add_plugin"},
        {"no_symbol", "the exported symbol is absent, wanted porteur_entry_v0", "PORTEUR_PLUGIN"},
        {"other_symbol", "the exported symbol is \"porteur_entry_v9\", wanted porteur_entry_v0",
         "ABI major 0"},
        {"two_symbols",
         "the count of exported symbols is 2 (\"porteur_another\", \"porteur_entry_v0\")",
         "plugin.version"},
        {"socket", "an import is \"socket\", wanted no sockets", "ask the host for an effect"},
        {"file", "an import is \"fopen\", wanted no files", "ask the host for an effect"},
        {"exec", "an import is \"system\", wanted no programs", "ask the host for an effect"},
        {"thread", "an import is \"pthread_create\", wanted no threads",
         "ask the host for an effect"},
        {"needs_a_library", "a library it needs is \"libseccomp.so.2\"", "link it statically"},
        {"run_path", "the run path is \"/tmp\", wanted none", "-rpath"},
        {"bad_descriptor",
         "the descriptor is one with errors, wanted a valid one; mend descriptor.toml: ",
         "bad_descriptor.so#descriptor:2:6: id = 7 is not a text"},
        {"not_utf8", "the descriptor is other bytes, wanted UTF-8 text",
         "save descriptor.toml as UTF-8"},
    };
    for (const auto& [library, check, mend] : cases) {
        const auto path = world.install(library);
        EXPECT_THAT(
            refusal(world.scan()), AllOf(
                                       HasSubstr(path.string() + ": check 3 (content): "),
                                       HasSubstr(check), HasSubstr(mend)
                                   )
        ) << library;
        fs::remove(path);
    }
}

TEST_F(Catalog, NamesImportsThatACarefulPluginMayHave) {
    world.install("clock");
    const auto catalog = world.scan();
    EXPECT_THAT(catalog.refusals(), IsEmpty());
    EXPECT_THAT(
        catalog.findings().at("clock"),
        ::testing::UnorderedElementsAre("clock: time", "chance: rand", "environment: getenv")
    );
}

TEST_F(Catalog, RefusesAFileThatOthersMayWrite) {
    const auto path = world.install("rogue");
    for (const unsigned mode : {0666u, 0664u}) {
        fs::permissions(path, fs::perms(mode));
        EXPECT_THAT(
            refusal(world.scan()), AllOf(
                                       HasSubstr("check 1 (file): the mode of the file is 0"),
                                       HasSubstr("chmod go-w " + path.string())
                                   )
        );
    }
}

TEST_F(Catalog, RefusesAFolderThatOthersMayWrite) {
    fs::permissions(world.folder(), fs::perms(0777));
    const auto catalog = world.scan();
    EXPECT_THAT(catalog.libraries(), IsEmpty());
    ASSERT_EQ(catalog.refusals().size(), 1u);
    EXPECT_THAT(catalog.refusals()[0].text(), HasSubstr("the mode of the folder is 0777"));
}

TEST_F(Catalog, GoesOnWithoutAFolderThatIsNotThere) {
    PluginCatalog catalog(world.catalog_options());
    catalog.scan({world.folder() / "nowhere", world.folder()});
    EXPECT_THAT(refusal(std::move(catalog)), HasSubstr("nowhere: check 1 (file): the folder is"));
}

TEST_F(Catalog, RefusesASymbolicLink) {
    fs::create_symlink(world.folder() / "acme.so", world.folder() / "link.so");
    EXPECT_THAT(
        refusal(world.scan()), HasSubstr("link.so: check 1 (file): the file is a symbolic link")
    );
}

TEST_F(Catalog, RefusesWhatIsNoFileWithoutWaitingForIt) {
    ASSERT_EQ(::mkfifo((world.folder() / "pipe.so").c_str(), 0600), 0);
    EXPECT_THAT(refusal(world.scan()), HasSubstr("the file is a folder, pipe or device"));
}

TEST_F(Catalog, RefusesAFileOfAnotherUser) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
    const auto path = world.install("rogue");
    ASSERT_EQ(::chown(path.c_str(), 12345, 12345), 0);
    EXPECT_THAT(
        refusal(world.scan()),
        HasSubstr("the owner of the file is user 12345, wanted root or user 0")
    );
}

TEST(LibraryOwner, IsRootWhereTheSettingsAskForIt) {
    const auto us = ::geteuid();
    EXPECT_TRUE(check_owner("/x", "the file", 0, 0644, true));
    EXPECT_TRUE(check_owner("/x", "the file", us, 0644, false));
    const auto other = check_owner("/x", "the file", 1000, 0644, true);
    ASSERT_FALSE(other);
    EXPECT_THAT(
        other.error().text(),
        HasSubstr("the owner of the file is user 1000, wanted root; chown root /x")
    );
}

TEST_F(Catalog, RefusesABuildThatIsNotThePinnedOne) {
    auto options = world.catalog_options();
    options.sha256["rogue"] = std::string(64, '0');
    world.install("rogue");
    PluginCatalog catalog(options);
    catalog.scan({world.folder()});
    EXPECT_THAT(
        refusal(std::move(catalog)),
        AllOf(HasSubstr("check 2 (pin): the SHA-256 is "), HasSubstr("wanted the pinned 000000"))
    );

    options.sha256["rogue"] = world.library("rogue").build;
    PluginCatalog pinned(options);
    pinned.scan({world.folder()});
    EXPECT_THAT(pinned.refusals(), IsEmpty());
    EXPECT_TRUE(pinned.libraries().contains("rogue"));
}

TEST_F(Catalog, RefusesTheSecondLibraryOfOneId) {
    fs::copy_file(world.folder() / "acme.so", world.folder() / "zweite.so");
    EXPECT_THAT(
        refusal(world.scan()),
        AllOf(
            HasSubstr("zweite.so: "),
            HasSubstr("the id acme is that of " + (world.folder() / "acme.so").string())
        )
    );
}

TEST_F(Catalog, LoadsWhatWasCheckedEvenIfTheFileIsSwappedAfterwards) {
    const auto checked = world.library("plain_c");
    fs::remove(world.folder() / "plain_c.so");
    fs::copy_file(world.folder() / "acme.so", world.folder() / "plain_c.so");
    const auto runner = make_in_daemon_runner(checked, {});
    ASSERT_TRUE(runner) << runner.error().text();
    EXPECT_EQ((*runner)->descriptor().id, "plain_c");
}

TEST_F(Catalog, WritesACopyAgainThatWasSpoilt) {
    const auto checked = world.library("acme");
    fs::permissions(checked.copy, fs::perms(0600));
    std::ofstream(checked.copy, std::ios::trunc) << "spoilt";
    const auto again = world.library("acme");
    EXPECT_EQ(again.copy, checked.copy);
    EXPECT_GT(fs::file_size(again.copy), 1000u);
}

TEST_F(Catalog, RefusesAStoreThatOthersCanReach) {
    const auto store = world.catalog_options().store;
    fs::create_directory(store);
    fs::permissions(store, fs::perms(0755));
    const auto catalog = world.scan();
    ASSERT_EQ(catalog.refusals().size(), 2u);
    EXPECT_THAT(
        catalog.refusals()[0].text(),
        AllOf(
            HasSubstr("check 4 (copy): the store"), HasSubstr("mode 0755"), HasSubstr("chmod 0700")
        )
    );
}

TEST_F(Catalog, ScansALibraryOnceAndRemembers) {
    PluginCatalog catalog(world.catalog_options());
    catalog.scan({world.folder()});
    EXPECT_EQ(catalog.scans_saved(), 0u);
    world.install("socket");
    catalog.scan({world.folder()});
    EXPECT_EQ(catalog.scans_saved(), 2u);
    catalog.scan({world.folder()});
    EXPECT_EQ(catalog.scans_saved(), 5u) << "a refusal is remembered too";
    EXPECT_EQ(catalog.refusal_counts().at(LibraryCheck::content), 2u);
}

TEST_F(Catalog, RefusesDamagedFilesWithoutHarm) {
    std::ifstream file(world.folder() / "plain_c.so", std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(file), {}};
    const auto put = [&](const std::string& name, std::string_view bytes) {
        std::ofstream(world.folder() / name, std::ios::binary) << bytes;
        fs::permissions(world.folder() / name, fs::perms(0644));
    };
    put("empty.so", "");
    put("text.so", "this is no library");
    put("half.so", std::string_view(whole).substr(0, whole.size() / 2));
    auto other = whole;
    other[18] = 40;  // e_machine: 32-bit ARM
    put("other.so", other);
    auto narrow = whole;
    narrow[4] = 1;  // 32-bit
    put("narrow.so", narrow);
    const auto catalog = world.scan();
    EXPECT_THAT(catalog.libraries(), ElementsAre(Key("acme"), Key("plain_c")));
    std::string all;
    for (const auto& each : catalog.refusals()) all += each.text() + "\n";
    EXPECT_THAT(
        all,
        AllOf(
            HasSubstr("empty.so: check 1 (file): the size is 0"),
            HasSubstr("text.so: check 3 (content): the file is one that is not an ELF file"),
            HasSubstr("half.so: check 3"), HasSubstr("one that is for machine 40, this one is"),
            HasSubstr("one that is not a 64-bit little-endian file")
        )
    );
}

TEST(ScanChild, IsReplacedWhenItDoesNotAnswer) {
    // Not our program: it prints nothing, and ends.
    const auto outcomes = scan_in_child("/bin/true", {"/a.so", "/b.so"}, std::chrono::seconds(5));
    ASSERT_EQ(outcomes.size(), 2u);
    for (const auto& outcome : outcomes) {
        ASSERT_FALSE(outcome);
        EXPECT_THAT(
            outcome.error().text(), HasSubstr("the scan is one that ended by itself with code 0")
        );
    }
    const auto missing =
        scan_in_child("/nowhere/porteur-plugin-host", {"/a.so"}, std::chrono::seconds(5));
    ASSERT_FALSE(missing[0]);
    EXPECT_THAT(
        missing[0].error().text(),
        HasSubstr("/nowhere/porteur-plugin-host: the plugin process does not start")
    );
}

// ------------------------------------------------------------------ checks 5 to 8, in both places

class Loading : public ::testing::TestWithParam<Isolation> {};
INSTANTIATE_TEST_SUITE_P(
    Both, Loading, ::testing::Values(Isolation::none, Isolation::process),
    testing::name_of_isolation
);

TEST_P(Loading, RefusesCodeThatDiffersFromItsDescriptor) {
    const Bad cases[] = {
        {"unresolved", "check 5 (load): the library is ", "a_function_that_nobody_has"},
        {"needs_minor_999", "check 7 (version): the ABI minor it needs is 999, wanted at most 0",
         "update porteurd"},
        {"refuses",
         "check 7 (version): the entry's answer is a refusal: \"the host is too old for me\"",
         "ABI 0.0"},
        {"lies_about_id", "check 7 (version): the id in the code is \"somebody_else\"",
         "the descriptor's \"broken\""},
        {"lies_about_version", "check 7 (version): the version in the code is \"2.0.0\"",
         "the descriptor's \"1.0.0\""},
        {"no_step", "check 7 (version): the table is one without all of them", "fill every member"},
        {"lies_about_operations",
         "check 8 (operations): the answer to op_begin of list_targets is \"unsupported\"",
         "PORTEUR_OPERATION"},
        {"begins_nothing",
         "check 8 (operations): the answer to op_begin of check_account is success without an "
         "operation",
         "descriptor.toml"},
    };
    for (const auto& [library, check, more] : cases) {
        testing::PluginWorld world;
        EXPECT_THAT(world.refusal_of(library, GetParam()), AllOf(HasSubstr(check), HasSubstr(more)))
            << library;
    }
}

}  // namespace
}  // namespace porteur
