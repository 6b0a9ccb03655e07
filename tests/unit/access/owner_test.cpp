// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <unistd.h>

#include <fstream>

#include "access/master_key.hpp"
#include "access/owner.hpp"

namespace porteur {
namespace {

using ::testing::HasSubstr;
constexpr uid_t nobody = 65534;

class Owners : public ::testing::Test {
protected:
    void SetUp() override { std::filesystem::create_directories(folder_); }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    std::filesystem::path folder_ = std::filesystem::path(::testing::TempDir()) / ("owners." + std::to_string(::getpid()));
};

TEST_F(Owners, WhatIsOursBelongsToNobodyElse) {
    EXPECT_EQ(other_owner_of(folder_), std::nullopt);
    EXPECT_EQ(other_owner_of(folder_ / "not/there"), std::nullopt);
    EXPECT_EQ(other_owner_of({}), std::nullopt);
    EXPECT_EQ(run_as_owner(folder_), "");
}

TEST_F(Owners, OfAnotherUsersPlaceTheMessageNamesWhoAndTheCommand) {
    if (::geteuid() != 0) GTEST_SKIP() << "left out: only root may give a folder away";
    ASSERT_EQ(::chown(folder_.c_str(), nobody, nobody), 0);
    EXPECT_EQ(other_owner_of(folder_ / "not/there"), "nobody");
    EXPECT_EQ(run_as_owner(folder_), "; it belongs to nobody: run this as that user, with `runuser -u nobody --` before it");
}

TEST_F(Owners, AKeyThatIsNotThereIsMadeByInitAndAnotherUsersIsNot) {
    const auto file = folder_ / "porteur.key";
    EXPECT_THAT(read_master_key(file).error().message, HasSubstr("No such file or directory; `porteurd init` makes one"));
    if (::geteuid() != 0) GTEST_SKIP() << "left out: only root may give a file away";
    ASSERT_TRUE(make_master_key(file));
    ASSERT_EQ(::chown(file.c_str(), nobody, nobody), 0);
    const auto told = read_master_key(file).error().message;
    EXPECT_THAT(told, HasSubstr("is another user's; it belongs to nobody: run this as that user"));
    EXPECT_THAT(told, ::testing::Not(HasSubstr("init")));
}

}  // namespace
}  // namespace porteur
