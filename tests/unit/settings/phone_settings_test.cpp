// SPDX-License-Identifier: Apache-2.0
// [phones.NAME]: what an operator may say of a telephone system, and what is held against them.
#include <gmock/gmock.h>

#include "settings/settings.hpp"
#include "temporary_folder.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using porteur::testing::TemporaryFolder;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string complaint_about(const std::string& toml) {
    const TemporaryFolder folder;
    folder.write("porteur.toml", toml);
    const auto read = load_settings(folder.path());
    return read ? std::string("taken") : read.error().message;
}

TEST(PhoneSettings, AreReadWithAllTheirKeys) {
    const TemporaryFolder folder;
    folder.write("porteur.toml", R"([phones.office]
tenant = 3
websocket = "wss://pbx.example.net:8089/ws"
domain = "pbx.example.net"
[phones.office.call_back]
url = "https://pbx.example.net:8089/ari/channels"
method = "PUT"
query = "endpoint=PJSIP/{from}"
body = "extension={to}"
content_type = "application/x-www-form-urlencoded"
user = "porteur"
password = { env = "PBX" }
allow = ["10.1.0.7:8089"]
timeout = "3s"
per_minute = 2
[phones.home]
tenant = 4
websocket = "ws://127.0.0.1:8088"
domain = "home.example.net"
)");
    const auto read = load_settings(folder.path());
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->phones.size(), 2U);
    const auto& home = read->phones[read->phones[0].name == "home" ? 0 : 1];
    const auto& office = read->phones[read->phones[0].name == "home" ? 1 : 0];
    EXPECT_EQ(office.name, "office");
    EXPECT_EQ(office.tenant, 3);
    EXPECT_EQ(office.websocket, "wss://pbx.example.net:8089/ws");
    ASSERT_TRUE(office.call_back);
    EXPECT_EQ(office.call_back->method, "PUT");
    EXPECT_EQ(office.call_back->password.name, "PBX");
    EXPECT_THAT(office.call_back->allow, ElementsAre("10.1.0.7:8089"));
    EXPECT_EQ(office.call_back->timeout, 3s);
    EXPECT_EQ(office.call_back->per_minute, 2U);
    EXPECT_EQ(home.websocket, "ws://127.0.0.1:8088");
    EXPECT_FALSE(home.call_back);
}

TEST(PhoneSettings, MakeAWebSocketSafeOrOfThisMachine) {
    const auto with = [](const std::string& address) {
        return complaint_about(
            "[phones.office]\ntenant = 3\ndomain = \"a.example\"\nwebsocket = \"" + address + "\"\n"
        );
    };
    EXPECT_EQ(with("wss://pbx.example.net/ws"), "taken");
    EXPECT_EQ(with("ws://localhost:5066"), "taken");
    // What stands there is written into the policy of every page.
    for (const auto* wrong :
         {"ws://pbx.example.net", "https://pbx.example.net", "wss://pbx.example.net/a;script-src",
          "wss://pbx.example.net/a b", "wss://pbx.example.net/a,b",
          "wss://me:secret@pbx.example.net", "wss://*", "w", "wss://pbx.example.net/'x'"})
        EXPECT_THAT(with(wrong), HasSubstr("porteur.toml:4:13: websocket = ")) << wrong;
}

TEST(PhoneSettings, NameWhatIsMissing) {
    EXPECT_THAT(
        complaint_about("[phones.office]\nwebsocket = \"wss://a.example\"\n"),
        AllOf(HasSubstr("tenant"), HasSubstr("domain"))
    );
    EXPECT_THAT(
        complaint_about("[phones.office]\ntenant = 3\n"),
        HasSubstr("neither a websocket nor a call_back")
    );
    EXPECT_THAT(
        complaint_about(
            "[phones.office]\ntenant = 3\n[phones.office.call_back]\nbody = \"{from}\"\n"
        ),
        HasSubstr("url")
    );
    EXPECT_THAT(
        complaint_about("[phones.office]\ntenant = 3\n[phones.office.call_back]\nurl = "
                        "\"https://a.example\"\nbody = \"{from}\"\n"),
        HasSubstr("neither query nor body has {to}")
    );
}

TEST(PhoneSettings, RefuseWhatContradictsItself) {
    const auto with = [](const std::string& more) {
        return complaint_about(
            "[phones.office]\ntenant = 3\n[phones.office.call_back]\nurl = \"https://a.example\"\n"
            "query = \"{from}{to}\"\n" +
            more
        );
    };
    EXPECT_EQ(with(""), "taken");
    EXPECT_THAT(with("method = \"GET\"\nbody = \"x\"\n"), HasSubstr("a GET has no body"));
    EXPECT_EQ(with("password = { env = \"A\" }\n"), "taken") << "a token";
    EXPECT_THAT(with("user = \"me\"\n"), HasSubstr("user stands without a password"));
    EXPECT_THAT(with("allow = [\"pbx.example\"]\n"), HasSubstr("is no address"));
    EXPECT_THAT(
        complaint_about(
            "[phones.a]\ntenant = 3\nwebsocket = \"wss://a.example\"\ndomain = \"a.example\"\n"
            "[phones.b]\ntenant = 3\nwebsocket = \"wss://b.example\"\ndomain = \"b.example\"\n"
        ),
        HasSubstr("two telephone systems are for the account 3")
    );
}

}  // namespace
}  // namespace porteur
