// SPDX-License-Identifier: Apache-2.0
// What check_account says of accounts that do not fit stands in malformed/checked_*.
#include "settings/account_check.hpp"

#include "acme_descriptor.hpp"
#include "settings/settings.hpp"
#include "support/result_matchers.hpp"
#include "temporary_folder.hpp"

namespace porteur {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace porteur::testing;

AccountSettings account_of(std::string_view toml) {
    const TemporaryFolder folder;
    folder.write("porteur.toml", "");
    folder.write("carriers/acme.toml", toml);
    auto settings = load_settings(folder.path());
    if (!settings) throw std::runtime_error{settings.error().message};
    auto account = settings->accounts.at(0);
    account.where = "config/carriers/acme.toml";
    return account;
}

constexpr auto fitting = R"(plugin = "acme"
[secrets]
account_sid = { env = "ACME_SID" }
auth_token = { env = "ACME_TOKEN" }
)";

TEST(CheckAccount, FindsNothingInAnAccountThatFits) {
    EXPECT_THAT(check_account(account_of(fitting), acme()), IsEmpty());
    const auto full = std::string{fitting} + R"(webhook_key = { env = "ACME_WEBHOOK" }
[settings]
region = "eu-west_1"
quantity = 30
test = false
patience = "1h"
language = "fr"
trunks = ["sms", "voice"]
)";
    EXPECT_THAT(check_account(account_of(full), acme()), IsEmpty());
}

TEST(CheckAccount, WantsASettingThatAnAddressNeedsAndNothingGives) {
    auto descriptor = acme();
    descriptor.settings.at(0).fallback.reset();
    EXPECT_THAT(
        check_account(account_of(fitting), descriptor),
        ElementsAre(
            R"(config/carriers/acme.toml:1:1: region is missing; the address "api.{region}.acme.example" needs it)"
        )
    );
}

TEST(ResolvedSettings, FillInTheDefaultsAndLeaveOutWhatHasNone) {
    EXPECT_EQ(
        resolved_settings_json(account_of(fitting), acme()),
        R"({"patience":60,"quantity":10,"region":"us"})"
    );
}

TEST(ResolvedSettings, AreCanonicalJson) {
    const auto toml = std::string{fitting} + R"([settings]
trunks = ["voice", "sms"]
test = true
region = "a\"b\\c\u0001é/"
patience = "2m"
quantity = 7
)";
    EXPECT_EQ(
        resolved_settings_json(account_of(toml), acme()),
        R"({"patience":120,"quantity":7,"region":"a\"b\\c\u0001é/","test":true,"trunks":["voice","sms"]})"
    );
}

TEST(ResolvedSettings, AreAnEmptyObjectWhereThereAreNone) {
    auto descriptor = acme();
    descriptor.settings.clear();
    EXPECT_EQ(resolved_settings_json(account_of(fitting), descriptor), "{}");
}

}  // namespace
}  // namespace porteur
