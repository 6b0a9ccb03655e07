// SPDX-License-Identifier: Apache-2.0
#include "mail/address.hpp"

#include <gmock/gmock.h>

#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using porteur::testing::FailsWith;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(CheckAddress, TakesOrdinaryOnes) {
    for (const char* address :
         {"a@b.example", "desk+abc234@porteur.example", "GenesysCloudSMS@genesys.com",
          "o'brien@x-y.example", "x@localhost"}) {
        EXPECT_TRUE(check_address(address, "to")) << address;
    }
}

TEST(CheckAddress, RefusesEverythingElseAndNamesTheField) {
    for (const char* address :
         {"", "a", "@b.example", "a@", "a@@b.example", "a b@c.example", ".a@b.example",
          "a..b@c.example", "a@b..example", "a@-b.example", "a@b-.example",
          "a@b.example\r\nBcc: c@d.example", "<a@b.example>", "\"a b\"@c.example", "a@[192.0.2.1]",
          "é@b.example", "a@é.example", "a@b.example,c@d.example"}) {
        EXPECT_THAT(
            check_address(address, "to[2].address"),
            FailsWith(ErrorKind::invalid_input, HasSubstr("to[2].address: "))
        ) << address;
    }
    EXPECT_FALSE(check_address(std::string(65, 'a') + "@b.example", "to"));
    EXPECT_FALSE(check_address("a@" + std::string(300, 'b') + ".example", "to"));
}

TEST(ReadMailboxes, UnderstandsNamesQuotesCommentsAndGroups) {
    EXPECT_THAT(
        read_mailboxes("Genesys <sms@genesys.com>, \"Doe, Jane\" <jane@x.example> (a, comment), "
                       "plain@y.example"),
        ElementsAre(
            Mailbox{"Genesys", "sms@genesys.com"}, Mailbox{"Doe, Jane", "jane@x.example"},
            Mailbox{"", "plain@y.example"}
        )
    );
    EXPECT_THAT(
        read_mailboxes("Team: a@b.example, =?utf-8?q?=C3=89t=C3=A9?= <c@d.example>;"),
        ElementsAre(Mailbox{"", "a@b.example"}, Mailbox{"Été", "c@d.example"})
    );
}

TEST(ReadMailboxes, LeavesOutWhatIsNoAddress) {
    for (const char* field :
         {"", ",,,", "undisclosed-recipients:;", "<>", "<<a>", "\"never closed", "(((", "a@b@"}) {
        EXPECT_THAT(read_mailboxes(field), IsEmpty()) << field;
    }
}

TEST(DomainOf, IsLowerCase) {
    EXPECT_EQ(domain_of("a@GENESYS.com"), "genesys.com");
    EXPECT_EQ(domain_of("a"), "");
}

}  // namespace
}  // namespace porteur
