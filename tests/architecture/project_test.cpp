// SPDX-License-Identifier: Apache-2.0
// Holds the rules against this project as it stands.
#include <gmock/gmock.h>

#include "include_rules.hpp"
#include "text_rules.hpp"

namespace porteur::architecture {
namespace {

// One line for each finding, to be read in a terminal and clicked in an editor.
void expect_none(const Findings& findings) {
    for (const auto& each : findings) ADD_FAILURE() << each;
}

TEST(Project, IsReadWhole) {
    EXPECT_GT(project().size(), 20U);
    EXPECT_NE(find(project(), "CMakeLists.txt"), nullptr);
    EXPECT_NE(find(project(), "sdk/include/porteur/result.hpp"), nullptr);
}

TEST(Project, KeepsSiblingsOfCoreApart) { expect_none(wrong_includes_in_core(project())); }
TEST(Project, KeepsPluginsApart) { expect_none(wrong_includes_in_plugins(project())); }
TEST(Project, KeepsTheSdkAlone) { expect_none(wrong_includes_in_sdk(project())); }
TEST(Project, KeepsSimulatorsAlone) { expect_none(wrong_includes_in_simulators(project())); }
TEST(Project, KeepsTheCommandLineOutsideOfTheDaemon) {
    expect_none(wrong_includes_in_command_line(project()));
}
TEST(Project, KeepsHeavyHeadersInSources) { expect_none(heavy_includes_in_headers(project())); }
TEST(Project, KeepsBeastInFewSources) { expect_none(too_many_beast_sources(project())); }

TEST(Project, SaysItsLicenceInEverySource) { expect_none(without_licence(project())); }
TEST(Project, NamesNoMachineAndNoRegistry) { expect_none(machine_names(project())); }
TEST(Project, LocksPackagesWithoutAddresses) { expect_none(lock_file_addresses(project())); }
TEST(Project, DoesNotSleepInTests) { expect_none(sleeps_in_tests(project())); }
TEST(Project, HasAnIssueForWhatIsToBeDone) { expect_none(to_dos_without_issue(project())); }
TEST(Project, BuildsEverySource) { expect_none(sources_not_built(project())); }

}  // namespace
}  // namespace porteur::architecture
