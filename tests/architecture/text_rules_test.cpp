// SPDX-License-Identifier: Apache-2.0
#include "text_rules.hpp"

#include <gmock/gmock.h>

namespace porteur::architecture {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// What the rules look for is written in two pieces, so that this file passes them itself.

TEST(TextRules, WantALicenceLineInSourcesAndScripts) {
    const Tree tree{
        file_of("core/a.cpp", "// SPDX-License-Identifier: Apache-2.0\n"),
        file_of("tools/run", "#!/usr/bin/env bash\n# SPDX-License-Identifier: Apache-2.0\n"),
        file_of("README.md", "# Text\n"), file_of("core/b.hpp", "#pragma once\n"),
        file_of("tools/bare", "#!/bin/sh\ntrue\n")
    };
    EXPECT_THAT(
        without_licence(tree), ElementsAre(HasSubstr("core/b.hpp:1: "), HasSubstr("tools/bare:1: "))
    );
}

TEST(TextRules, FindTheNamesOfMachinesAndRegistries) {
    const Tree tree{
        file_of(
            "docs/a.md",
            "fine\nsee /wo"
            "rk/notes\n"
        ),
        file_of(
            "tools/b",
            "npm --registry https://registry.npm"
            "js.org\n"
        ),
        file_of("docs/c.md", "working/directory\n")
    };
    EXPECT_THAT(
        machine_names(tree), ElementsAre(HasSubstr("docs/a.md:2: "), HasSubstr("tools/b:1: "))
    );
}

TEST(TextRules, RefuseAddressesInLockFiles) {
    const std::string with = "{\n\"resolved\": \"https://registry.example/a.tgz\"\n}";
    const Tree tree{
        file_of("tools/console/package-lock.json", with), file_of("docs/example.json", with),
        file_of("tests/package-lock.json", "{\"resolved\": \"../sdk\", \"link\": true}")
    };
    EXPECT_THAT(lock_file_addresses(tree), ElementsAre(HasSubstr("package-lock.json:2: ")));
}

TEST(TextRules, RefuseSleepsInTestsOnly) {
    const Tree tree{
        file_of(
            "tests/a_test.cpp",
            "\nstd::this_thread::sleep"
            "_for(1s);\n"
        ),
        file_of(
            "plugins/acme/tests/b_test.cpp",
            "u"
            "sleep (5);\n"
        ),
        file_of(
            "tests/scenarios/run.sh",
            "#!/bin/sh\n  sl"
            "eep 1\n"
        ),
        file_of("tests/c.cpp", "co_await sleep(5s);  // an effect, not a wait\n"),
        file_of("tests/d.hpp", "co_await clock.sleep_until(noon);  // a test clock\n"),
        file_of(
            "tests/e.cpp",
            "std::this_thread::sleep"
            "_until(noon);\n"
        ),
        file_of(
            "core/app/main.cpp",
            "std::this_thread::sleep"
            "_for(1s);\n"
        )
    };
    EXPECT_THAT(sleeps_in_tests(tree), SizeIs(4));
}

TEST(TextRules, WantAnIssueForWhatIsToBeDone) {
    const Tree tree{
        file_of(
            "core/a.cpp",
            "// TO"
            "DO: later\n// TO"
            "DO(#12): later\n"
        ),
        file_of(
            "README.md",
            "TO"
            "DO\n"
        )
    };
    EXPECT_THAT(to_dos_without_issue(tree), ElementsAre(HasSubstr("core/a.cpp:1: ")));
}

TEST(TextRules, WantEverySourceInABuildFileBesideOrAboveIt) {
    const Tree tree{
        file_of("core/CMakeLists.txt", "add_library(x mail/smtp.cpp)\n"),
        file_of("core/mail/smtp.cpp", ""),
        file_of("core/mail/forgotten.cpp", ""),
        file_of("tests/CMakeLists.txt", "forgotten.cpp\n"),
        file_of("tests/part_test.cpp", ""),
        file_of("tests/unit/CMakeLists.txt", "another_part_test.cpp\n")
    };
    EXPECT_THAT(
        sources_not_built(tree),
        ElementsAre(HasSubstr("core/mail/forgotten.cpp"), HasSubstr("tests/part_test.cpp"))
    );
}

TEST(TextRules, ReadTheWordsOfOneSection) {
    const auto document = file_of(
        "docs/a.md",
        "## One\n\n| code | it |\n|---|---|\n| `A` | x |\n| `B` | `C` |\n### Deeper\n| `D` | x |\n"
        "## Two\n| `E` | x |\n"
    );
    EXPECT_THAT(words_under(document, "## One"), ElementsAre("A", "B", "D"));
    EXPECT_THAT(words_under(document, "## Three"), IsEmpty());
}

}  // namespace
}  // namespace porteur::architecture
