// SPDX-License-Identifier: Apache-2.0
#include "settings/url_template.hpp"

#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace porteur::testing;

TEST(Expand, PutsTheSettingsIn) {
    const SettingValues settings{{"region", "mypurecloud.com"}, {"port", std::int64_t{8443}}};
    EXPECT_THAT(
        expand("https://api.{region}/v2", settings), Gives("https://api.mypurecloud.com/v2")
    );
    EXPECT_THAT(expand("https://{region}:{port}", settings), Gives("https://mypurecloud.com:8443"));
    EXPECT_THAT(expand("https://api.example", settings), Gives("https://api.example"));
}

TEST(Expand, LetsNoValueLeadTheAddressElsewhere) {
    for (const char* value :
         {"evil.example/", "a@evil.example", "a:1", "a#", "a?b", "a b", "a\\b", "", ".", "a..b",
          "é", "{x}", "a%2f"})
        EXPECT_THAT(
            expand("https://api.{region}", {{"region", value}}),
            FailsWith(ErrorKind::invalid_input, HasSubstr("needs the setting region"))
        ) << value;
    EXPECT_THAT(
        expand("https://api.{region}", {{"region", true}}),
        FailsWith(ErrorKind::invalid_input, HasSubstr("may hold only letters"))
    );
}

TEST(Expand, RefusesASettingWithoutValue) {
    EXPECT_THAT(
        expand("https://api.{region}", {}),
        FailsWith(
            ErrorKind::invalid_input,
            R"(the address "https://api.{region}" needs the setting region, which has no value; give it under [settings])"
        )
    );
}

TEST(Expand, RefusesBracesThatNameNothing) {
    for (const char* pattern :
         {"https://{", "https://}", "https://{}", "https://{a{b}}", "https://{a", "https://{a b}",
          "https://a}{"})
        EXPECT_THAT(
            expand(pattern, {{"a", "x"}, {"b", "x"}}),
            FailsWith(ErrorKind::invalid_input, HasSubstr("has a brace that names no setting"))
        ) << pattern;
}

TEST(TemplateNames, NamesEachSettingOnce) {
    EXPECT_THAT(template_names("https://{b}.{a}/{b}"), Gives(ElementsAre("b", "a")));
    EXPECT_THAT(template_names("https://api.example"), Gives(IsEmpty()));
}

}  // namespace
}  // namespace porteur
