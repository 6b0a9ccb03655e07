// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/sealing.hpp"
#include "access/token.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using testing::FailsWith;
using testing::Gives;
using ::testing::HasSubstr;

const MasterKey key(std::string(32, 'k'));

TEST(Sealing, OpensWhatItClosedAtTheSamePlaceOnly) {
    const Sealing sealing(key);
    for (const std::string plain : {"", "a", "ab", "abc", "1234567890 é"}) {
        const auto sealed = sealing.close(plain, "orders|1");
        EXPECT_THAT(sealing.open(sealed, "orders|1"), Gives(plain));
        EXPECT_FALSE(sealing.open(sealed, "orders|2"));
    }
}

TEST(Sealing, RefusesEveryChangedByte) {
    const Sealing sealing(key);
    // Of every length, so that base 64 ends in every way it can.
    for (const std::string plain : {"account 4165550100", "account 41655501000", "account 416555010000"}) {
        const auto sealed = sealing.close(plain, "place");
        for (std::size_t at = 0; at < sealed.size(); ++at) {
            auto changed = sealed;
            changed[at] = changed[at] == 'A' ? 'B' : 'A';
            EXPECT_FALSE(sealing.open(changed, "place")) << at;
        }
    }
    EXPECT_FALSE(Sealing(MasterKey(std::string(32, 'x'))).open(sealing.close("a", "place"), "place"));
}

// Made by the version before: the master key itself sealed it.
TEST(Sealing, OpensWhatWasSealedBeforeRowsHadAKeyOfTheirOwn) {
    EXPECT_THAT(Sealing(key).open("1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXpJah7GvYmbPgJdH5ik+NLGp/3K1l/n2sD4NWOifmmg==", "orders.request|17"), Gives(std::string("sealed long ago")));
    EXPECT_FALSE(Sealing(key).open("1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXpJah7GvYmbPgJdH5ik+NLGp/3K1l/n2sD4NWOifmmg==", "orders.request|18"));
}

TEST(Sealing, SealsByAKeyThatIsNotTheMasterKey) {
    const auto sealed = Sealing(key).close("a", "place");
    EXPECT_TRUE(sealed.starts_with("2:"));
    EXPECT_FALSE(Sealing(key).open("1:" + sealed.substr(2), "place"));
    EXPECT_NE(std::string_view(reinterpret_cast<const char*>(derived_key(key, KeyUse::documents).data()), MasterKey::size),
              std::string_view(reinterpret_cast<const char*>(derived_key(key, KeyUse::rows).data()), MasterKey::size));
}

TEST(MasterKey, IsMadeOnceAndReadOnlyWhenNobodyElseMay) {
    const std::string file = ::testing::TempDir() + "porteur.key." + std::to_string(getpid());
    ASSERT_TRUE(make_master_key(file));
    EXPECT_FALSE(make_master_key(file)) << "an existing key was overwritten";
    EXPECT_TRUE(read_master_key(file));
    chmod(file.c_str(), 0440);
    EXPECT_THAT(read_master_key(file), FailsWith(ErrorKind::invalid_input, HasSubstr("chmod 0400")));
    unlink(file.c_str());
}

TEST(Token, HasAPrefixAndIsKeptAsItsHash) {
    const auto token = make_token();
    EXPECT_TRUE(token.starts_with("prt_"));
    EXPECT_EQ(token.size(), 68u);
    EXPECT_NE(token, make_token());
    EXPECT_EQ(hash_of_token("porteur").size(), 64u);
}

}  // namespace
}  // namespace porteur
