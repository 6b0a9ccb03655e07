// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "carriers/addresses.hpp"
#include "loopback.hpp"
#include "support/result_matchers.hpp"

namespace porteur::carriers {
namespace {

using porteur::testing::FailsWith;
using ::testing::HasSubstr;
namespace ip = boost::asio::ip;

AddressGuard guard_of(std::vector<std::string> allow) {
    auto made = AddressGuard::make(allow);
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
}

bool https(const AddressGuard& guard, const char* address, std::uint16_t port = 443) {
    return guard.allows(ip::make_address(address), port, true);
}
bool http(const AddressGuard& guard, const char* address, std::uint16_t port = 80) {
    return guard.allows(ip::make_address(address), port, false);
}

TEST(AddressGuard, AllowsHttpsToPublicAddressesAlone) {
    const auto guard = guard_of({});
    for (const char* address :
         {"8.8.8.8", "151.101.1.6", "2606:4700::1111", "2a00:1450:4001:81b::200e"}) {
        EXPECT_TRUE(https(guard, address)) << address;
        EXPECT_FALSE(http(guard, address)) << address;
        EXPECT_FALSE(https(guard, address, 8443)) << address;
    }
}

TEST(AddressGuard, RefusesEveryAddressThatIsNotOfTheInternet) {
    const auto guard = guard_of({});
    for (const char* address :
         {"0.0.0.0",
          "0.1.2.3",
          "10.0.0.1",
          "10.255.255.255",
          "100.64.0.1",
          "100.127.255.254",
          "127.0.0.1",
          "127.255.0.1",
          "169.254.0.1",
          "169.254.169.254",
          "172.16.0.1",
          "172.31.255.255",
          "192.0.0.1",
          "192.0.2.1",
          "192.88.99.1",
          "192.168.0.1",
          "198.18.0.1",
          "198.19.255.255",
          "198.51.100.1",
          "203.0.113.1",
          "224.0.0.1",
          "239.255.255.255",
          "240.0.0.1",
          "255.255.255.255",
          "::",
          "::1",
          "::127.0.0.1",
          "::ffff:127.0.0.1",
          "::ffff:10.0.0.1",
          "::ffff:169.254.169.254",
          "64:ff9b::10.0.0.1",
          "64:ff9b::7f00:1",
          "64:ff9b:1::1",
          "100::1",
          "2001::1",
          "2001:0:7f00:1::",
          "2001:2::1",
          "2001:10::1",
          "2001:db8::1",
          "2002:7f00:1::",
          "2002:a00:1::",
          "2002:a9fe:a9fe::1",
          "3fff::1",
          "fc00::1",
          "fd00:ec2::254",
          "fe80::1",
          "fec0::1",
          "ff02::1",
          "4000::1",
          "5f00::1"})
        EXPECT_FALSE(https(guard, address)) << address;
}

TEST(AddressGuard, AllowsWhatTheOperatorLists) {
    const auto guard =
        guard_of({"127.0.0.1", "10.1.0.0/16", "192.168.7.7:8080", "[fd00::7]:8443", "fd11::/16"});
    EXPECT_TRUE(http(guard, "127.0.0.1", 12345));
    EXPECT_TRUE(http(guard, "::ffff:127.0.0.1", 12345)) << "the same address in other words";
    EXPECT_FALSE(http(guard, "127.0.0.2"));
    EXPECT_TRUE(https(guard, "10.1.255.3", 8443));
    EXPECT_FALSE(https(guard, "10.2.0.1"));
    EXPECT_TRUE(http(guard, "192.168.7.7", 8080));
    EXPECT_FALSE(http(guard, "192.168.7.7", 8081));
    EXPECT_TRUE(http(guard, "fd00::7", 8443));
    EXPECT_FALSE(http(guard, "fd00::8", 8443));
    EXPECT_TRUE(http(guard, "fd11:1::9", 80));
    EXPECT_FALSE(http(guard, "8.8.8.8")) << "what is not listed is as it was";
}

TEST(AddressGuard, OpensAnotherPortOfThePublicInternetWhereListed) {
    const auto guard = guard_of({"8.8.8.0/24:8443"});
    EXPECT_TRUE(https(guard, "8.8.8.8", 8443));
    EXPECT_FALSE(https(guard, "9.9.9.9", 8443));
}

TEST(AddressGuard, RefusesEntriesThatAreNoAddresses) {
    for (const char* entry :
         {"", "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.1:", "10.0.0.1:0", "10.0.0.1:65536",
          "10.0.0.1:x", "[::1]", "[::1]:", "fd00::/129", "2130706433", "0x7f.1", "10.0.0",
          "1.2.3.4/8/8", "::ffff:10.0.0.0/104"}) {
        EXPECT_FALSE(is_address_entry(entry)) << entry;
        EXPECT_THAT(
            AddressGuard::make({entry}),
            FailsWith(ErrorKind::invalid_input, HasSubstr("is no address"))
        ) << entry;
    }
}

// Every way to write a local address that somebody has got past a check of the text with.
TEST(AddressGuard, LetsNoSpellingOfALocalAddressReachAListener) {
    test::Loopback inside(test::answers_always);
    const auto guard = std::make_shared<const AddressGuard>(guard_of({}));
    const std::string port = ":" + std::to_string(inside.port());
    int tried = 0;
    for (const char* scheme : {"http://", "https://"})
        for (const char* host :
             {"127.0.0.1",
              "localhost",
              "LOCALHOST",
              "localhost.",
              "127.1",
              "127.0.1",
              "2130706433",
              "0x7f000001",
              "0x7F.0.0.1",
              "0x7f.1",
              "0177.0.0.1",
              "017700000001",
              "127.0.0.1.",
              "127.000.000.001",
              "0",
              "0.0.0.0",
              "0x0",
              "00",
              "127.255.255.254",
              "[::1]",
              "[0:0:0:0:0:0:0:1]",
              "[::ffff:127.0.0.1]",
              "[::ffff:7f00:1]",
              "[::127.0.0.1]",
              "[::]",
              "[64:ff9b::7f00:1]",
              "[2002:7f00:1::]",
              "user@127.0.0.1",
              "user:word@127.0.0.1",
              "8.8.8.8@127.0.0.1",
              "127.0.0.1%00.example",
              "127.0.0.1%2fa",
              "%31%32%37.0.0.1",
              "127。0。0。1",
              "①②⑦.0.0.1",
              "ｌｏｃａｌｈｏｓｔ",
              "127.0.0.1#8.8.8.8",
              "ip6-localhost",
              "localhost.localdomain"}) {
            const std::string url = std::string(scheme) + host + port;
            ClientSettings settings{.base_url = url, .guard = guard};
            settings.timeout = std::chrono::seconds{5};
            ++tried;
            auto client = CarrierClient::make(inside.context.get_executor(), settings, {});
            if (!client) continue;  // no URL at all
            const auto outcome = inside.run(client->send(test::get("/")));
            ASSERT_FALSE(outcome) << url;
            EXPECT_FALSE(outcome.error().may_have_left) << url;
        }
    EXPECT_EQ(inside.connections, 0) << "of " << tried;
}

TEST(AddressGuard, DoesNotTellWhereANameLeads) {
    test::Loopback inside(test::answers_always);
    ClientSettings settings{
        .base_url = inside.url("localhost"),
        .guard = std::make_shared<const AddressGuard>(guard_of({}))
    };
    auto client = CarrierClient::make(inside.context.get_executor(), settings, {});
    ASSERT_TRUE(client);
    const auto outcome = inside.run(client->send(test::get("/")));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().error.message.find("127.0.0.1"), std::string::npos)
        << outcome.error().error.message;
}

TEST(AddressGuard, LetsARequestThroughToWhatIsListed) {
    test::Loopback inside(test::answers_always);
    for (const char* host : {"127.0.0.1", "localhost"}) {
        ClientSettings settings{
            .base_url = inside.url(host),
            .guard = std::make_shared<const AddressGuard>(
                guard_of({"127.0.0.1", "[::1]:" + std::to_string(inside.port())})
            )
        };
        auto client = CarrierClient::make(inside.context.get_executor(), settings, {});
        ASSERT_TRUE(client);
        const auto outcome = inside.run(client->send(test::get("/")));
        ASSERT_TRUE(outcome) << outcome.error().error.message;
    }
}

}  // namespace
}  // namespace porteur::carriers
