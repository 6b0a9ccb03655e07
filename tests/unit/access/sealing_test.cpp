// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/key_proof.hpp"
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
    const auto beginning = Sealing::beginning(key_id_of(key));
    ASSERT_TRUE(sealed.starts_with(beginning));
    EXPECT_FALSE(Sealing(key).open("1:" + sealed.substr(beginning.size()), "place"));
    EXPECT_THAT(Sealing(key).open("2:" + sealed.substr(beginning.size()), "place"), Gives(std::string("a"))) << "as it was before keys had ids";
    EXPECT_NE(std::string_view(reinterpret_cast<const char*>(derived_key(key, KeyUse::documents).data()), MasterKey::size),
              std::string_view(reinterpret_cast<const char*>(derived_key(key, KeyUse::rows).data()), MasterKey::size));
}

TEST(Sealing, WithANewKeyOpensWhatTheOldOneSealedForAsLongAsItKnowsIt) {
    const MasterKey other(std::string(32, 'o'));
    Sealing sealing(key);
    const auto copy = sealing;
    const auto before = sealing.close("a", "place");
    const auto older = "2:" + before.substr(Sealing::beginning(key_id_of(key)).size());
    sealing.take(other);
    EXPECT_EQ(copy.id(), key_id_of(other)) << "copies share their keys";
    const auto after = sealing.close("b", "place");
    EXPECT_TRUE(after.starts_with(Sealing::beginning(key_id_of(other))));
    for (const auto& each : {before, older, after}) EXPECT_TRUE(sealing.open(each, "place")) << each;
    EXPECT_FALSE(Sealing(key).open(after, "place"));
    EXPECT_FALSE(Sealing(other).open(before, "place"));
    Sealing begun_anew(other);
    begun_anew.take_old(key);
    EXPECT_EQ(begun_anew.id(), key_id_of(other));
    for (const auto& each : {before, older, after}) EXPECT_TRUE(begun_anew.open(each, "place")) << each;
    EXPECT_EQ(key_id_of(key).find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_EQ(key_id_of(key).size(), 8u);
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
