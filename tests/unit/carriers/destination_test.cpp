// SPDX-License-Identifier: Apache-2.0
#include "carriers/destination.hpp"

#include <gtest/gtest.h>

#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using namespace carriers;

using ::testing::_;
using ::testing::AllOf;
using testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::Not;

Destinations acme() {
    return *Destinations::make(
        "https://API.acme.example/v2/",
        {"media.acme.example", "files.acme.example:8443", "http://127.0.0.1:8080"}
    );
}

TEST(Destinations, AppendPathsToTheBaseUrl) {
    const auto found = acme().find("/orders?npa=416");
    ASSERT_TRUE(found);
    EXPECT_EQ(*found->origin, (Origin{true, "api.acme.example", 443}));
    EXPECT_EQ(found->target, "/v2/orders?npa=416");
}

TEST(Destinations, TakeAbsoluteUrlsOfListedHosts) {
    EXPECT_EQ(acme().find("https://media.acme.example/a")->origin->host, "media.acme.example");
    EXPECT_EQ(acme().find("https://FILES.acme.example:8443/a?b#c")->target, "/a?b");
    EXPECT_EQ(acme().find("http://127.0.0.1:8080")->target, "/");
    EXPECT_EQ(acme().find("https://api.acme.example:443/x")->target, "/x");
}

TEST(Destinations, GiveOneObjectForEachOrigin) {
    const auto list = acme();
    EXPECT_EQ(list.find("/a")->origin, list.find("https://api.acme.example/b")->origin);
}

TEST(Destinations, RefuseEveryOtherHostPortAndScheme) {
    const auto list = acme();
    for (const char* url :
         {"https://evil.example/",
          "http://api.acme.example/",
          "https://api.acme.example:444/",
          "https://media.acme.example.evil.example/",
          "https://api.acme.example./",
          "https://evil.example/https://api.acme.example/",
          "http://127.0.0.1/",
          "http://127.0.0.1:80800/",
          "http://2130706433:8080/",
          "http://0x7f000001:8080/",
          "http://0177.0.0.1:8080/",
          "http://127.1:8080/",
          "http://[::ffff:127.0.0.1]:8080/",
          "http://[::1]:8080/",
          "https://api.acme.example@evil.example/",
          "https://user:pin@api.acme.example/",
          "https://%61pi.acme.example/",
          "https://api.acme.example\\@evil.example/",
          "ftp://api.acme.example/",
          "file:///etc/passwd",
          "//evil.example/",
          "https:api.acme.example",
          "",
          "orders",
          "https:///a",
          "https://\xE2\x93\x90pi.acme.example/"}) {
        const auto found = list.find(url);
        // "//evil.example/" is a path: it stays under the base URL.
        if (std::string_view(url) == "//evil.example/") {
            EXPECT_EQ(found->origin->host, "api.acme.example");
            continue;
        }
        EXPECT_THAT(found, FailsWith(ErrorKind::invalid_input, _)) << url;
    }
}

TEST(Destinations, RefuseTargetsThatWouldBreakOutOfTheRequestLine) {
    for (const char* path : {"/a b", "/a\r\nX: y", "/a\tb", "/a#b", "/\xC3\xA9"}) {
        EXPECT_THAT(acme().find(path), FailsWith(ErrorKind::invalid_input, HasSubstr("blanks")))
            << path;
    }
}

TEST(Destinations, DoNotRepeatAQueryInAnError) {
    EXPECT_THAT(
        acme().find("ftp://api.acme.example/a?pin=canary"),
        FailsWith(ErrorKind::invalid_input, Not(HasSubstr("canary")))
    );
}

TEST(Destinations, RefuseSettingsThatCannotBeRead) {
    EXPECT_THAT(Destinations::make("acme.example", {}), FailsWith(ErrorKind::invalid_input, _));
    EXPECT_THAT(
        Destinations::make("https://acme.example", {"media.acme.example/path"}),
        FailsWith(ErrorKind::invalid_input, HasSubstr("names a host"))
    );
    EXPECT_THAT(
        Destinations::make("https://acme.example/?a=b", {}),
        FailsWith(ErrorKind::invalid_input, HasSubstr("query"))
    );
}

TEST(Origin, WritesThePortOnlyWhenTheSchemeDoesNotImplyIt) {
    EXPECT_EQ((Origin{true, "a.example", 443}).text(), "https://a.example");
    EXPECT_EQ((Origin{false, "a.example", 8080}).text(), "http://a.example:8080");
    EXPECT_EQ((Origin{false, "::1", 80}).text(), "http://[::1]");
}

}  // namespace
}  // namespace porteur
