// SPDX-License-Identifier: Apache-2.0
#include "server_url.hpp"

#include <gmock/gmock.h>

namespace porteur::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ParseServerUrl, ReadsAddressesOfDaemons) {
    for (const auto& [text, shown] : std::initializer_list<std::pair<const char*, const char*>>{
             {"http://127.0.0.1:8480", "http://127.0.0.1:8480"},
             {"https://porteur.example", "https://porteur.example:443"},
             {"http://porteur.example/", "http://porteur.example:80"},
             {"https://example.net/telephony/", "https://example.net:443/telephony"},
             {"http://[::1]:8480", "http://[::1]:8480"},
         }) {
        const auto url = parse_server_url(text);
        ASSERT_TRUE(url) << text;
        EXPECT_EQ(url->text(), shown);
    }
}

TEST(ParseServerUrl, KnowsWhatStaysOnThisMachine) {
    for (const char* text : {"http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"})
        EXPECT_TRUE(parse_server_url(text)->is_local()) << text;
    EXPECT_FALSE(parse_server_url("http://192.0.2.1:1")->is_local());
    EXPECT_FALSE(parse_server_url("http://localhost.example:1")->is_local());
}

TEST(ParseServerUrl, RefusesAnythingElseAndShowsHow) {
    for (const char* text :
         {"", "127.0.0.1:8480", "ftp://a", "http://", "http://a?b", "http://a#b", "http://a b"}) {
        const auto url = parse_server_url(text);
        ASSERT_FALSE(url) << text;
        EXPECT_EQ(url.error().code, ExitCode::usage);
        EXPECT_THAT(url.error().message, HasSubstr("write it as in http://127.0.0.1:8480"));
    }
}

TEST(ParseServerUrl, DoesNotRepeatAPassword) {
    const auto url = parse_server_url("http://anna:secret@a");
    ASSERT_FALSE(url);
    EXPECT_THAT(url.error().message, Not(HasSubstr("secret")));
}

TEST(WithQuery, EncodesValuesAndLeavesOutEmptyOnes) {
    EXPECT_EQ(
        with_query("/v1/x", {{"a", "b c&d=+é"}, {"empty", ""}, {"e", "f"}}),
        "/v1/x?a=b%20c%26d%3D%2B%C3%A9&e=f"
    );
    EXPECT_EQ(with_query("/v1/x", {{"empty", ""}}), "/v1/x");
}

}  // namespace
}  // namespace porteur::cli
