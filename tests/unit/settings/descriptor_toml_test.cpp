// SPDX-License-Identifier: Apache-2.0
#include "settings/descriptor_toml.hpp"

#include <gmock/gmock.h>

#include "acme_descriptor.hpp"
#include "settings/described_words.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using namespace porteur::testing;

TEST(ParseDescriptor, ReadsEveryPart) {
    const auto acme = porteur::testing::acme();
    EXPECT_EQ(acme.id, "acme");
    EXPECT_EQ(acme.name, "ACME Telecom");
    EXPECT_EQ(acme.version, "1.0.0");
    EXPECT_EQ(acme.abi_major, 0);
    EXPECT_EQ(acme.abi_minor, 0);
    EXPECT_THAT(acme.countries, ElementsAre("US", "CA"));
    EXPECT_EQ(acme.links.at("api"), "https://acme.example/docs");
    EXPECT_EQ(acme.base_url, "https://api.{region}.acme.example/v2");
    EXPECT_EQ(acme.auth.scheme, AuthScheme::basic);
    EXPECT_EQ(acme.auth.user, "account_sid");
    EXPECT_EQ(acme.auth.password, "auth_token");
    EXPECT_THAT(acme.http.hosts, ElementsAre("api.{region}.acme.example"));
    EXPECT_EQ(acme.http.rate, (Rate{10, 1s}));
    EXPECT_EQ(acme.http.timeout, 20s);
    EXPECT_EQ(acme.http.retry, (RetrySpec{true, false, 3, 2s, 30s}));
    EXPECT_EQ(acme.http.response_size_max_bytes, 1u << 20);
    EXPECT_THAT(acme.mail.addresses, ElementsAre("ports@acme.example"));
    EXPECT_THAT(acme.mail.domains, ElementsAre("mail.acme.example"));
    EXPECT_EQ(acme.webhook, (WebhookSpec{"hmac-sha256", "X-Acme-Signature", "webhook_key"}));
    EXPECT_EQ(acme.limitations.at(0).since, "2026-03");
    EXPECT_EQ(acme.exemptions.at(0).rule, "sandbox");
    EXPECT_EQ(acme.data, R"({"documents":{"CA":[],"FR":["kbis"]}})");
    EXPECT_EQ(acme.requirements, "");
}

TEST(ParseDescriptor, ReadsSettingsOfEveryTypeInTheirOrder) {
    const auto settings = acme().settings;
    ASSERT_EQ(settings.size(), 6u);
    EXPECT_EQ(settings[0].name, "region");
    EXPECT_EQ(settings[0].fallback, SettingValue{"us"});
    EXPECT_EQ(settings[0].help_fr, "Région du compte");
    EXPECT_EQ(settings[1].type, SettingType::integer);
    EXPECT_EQ(settings[1].fallback, SettingValue{std::int64_t{10}});
    EXPECT_EQ(settings[1].min, 1);
    EXPECT_EQ(settings[1].max, 30);
    EXPECT_EQ(settings[2].type, SettingType::boolean);
    EXPECT_EQ(settings[2].fallback, std::nullopt);
    EXPECT_EQ(settings[3].fallback, SettingValue{std::int64_t{60}});
    EXPECT_EQ(settings[3].max, 3600);
    EXPECT_THAT(settings[4].allowed, ElementsAre("en", "fr"));
    EXPECT_EQ(settings[5].type, SettingType::list);
}

TEST(ParseDescriptor, ReadsTheGuaranteesOfOperations) {
    const auto acme = porteur::testing::acme();
    const auto* purchase = find_named(acme.operations, "purchase");
    ASSERT_TRUE(purchase);
    EXPECT_EQ(purchase->idempotency, Idempotency::query);
    EXPECT_EQ(purchase->settle, 30s);
    EXPECT_EQ(purchase->lookup_step, "find-order");
    EXPECT_EQ(purchase->typical, 30s);
    EXPECT_EQ(purchase->worst, 48h);
    const auto* release = find_named(acme.operations, "release_numbers");
    ASSERT_TRUE(release);
    EXPECT_EQ(release->idempotency, Idempotency::key);
    EXPECT_EQ(release->key_header, "Idempotency-Key");
    EXPECT_EQ(release->window, 24h);
    EXPECT_TRUE(find_named(acme.operations, "validate")->pure);
    EXPECT_EQ(find_named(acme.operations, "submit_port"), nullptr);
}

TEST(ParseDescriptor, TakesTheZerosAtTheEndOfASection) {
    EXPECT_TRUE(parse_descriptor(std::string{acme_toml} + std::string(7, '\0'), "acme.so"));
}

// The least that is a descriptor; what is under test is put before the operations or at the end.
constexpr std::string_view head = R"(schema = 1
id = "acme"
name = "ACME"
version = "1.0.0"
abi = "0.0"
)";
constexpr std::string_view tail = "[operations.search_numbers]\n";

struct Malformed {
    std::string toml;
    std::string message;  ///< without "acme.so:"
};

TEST(ParseDescriptor, TakesTheLeast) {
    EXPECT_EQ(parsed(std::string{head} + std::string{tail}).operations.size(), 1u);
}

std::string with(std::string_view text) {
    return std::string{head} + std::string{text} + "\n" + std::string{tail};
}
std::string operation(std::string_view text) {
    return std::string{head} + std::string{text} + "\n";
}

const Malformed malformed[] = {
    {"", R"(1:1: schema is missing at the top level; add schema = 1
acme.so:1:1: id is missing at the top level; add id = "acme"
acme.so:1:1: name is missing at the top level; add name = "ACME Telecom"
acme.so:1:1: version is missing at the top level; add version = "1.0.0"
acme.so:1:1: abi is missing at the top level; add abi = "0.0"
acme.so:1:1: operations is missing at the top level; add operations = {}, a table [operations.NAME] for each that the library has)"
    },
    {"schema = 2\nid = \"A\"\nname = \"A\"\nversion = \"1\"\nabi = "
     "\"zero\"\n[operations.split]\npure = true\n",
     R"(1:10: schema = 2 is out of range; write 1 to 1
acme.so:2:6: id = "A" is not an identifier; write lower-case letters, digits and _, as in "acme_ca"
acme.so:4:11: version = "1" is not a version; write three numbers, as in "1.0.0"
acme.so:5:7: abi = "zero" is not a version of the interface; write major and minor, as in "0.0")"},
    {with("vendor = \"x\""),
     R"(6:1: unknown key "vendor" at the top level; known are: schema, id, name, version, abi, countries, links, base_url, auth, settings, operations, secrets, http, mail, inbound, limitation, exempt, requirements, data, words)"
    },
    {with("countries = [\"US\", \"Canada\"]"),
     R"(6:20: countries[1] = "Canada" is not a country; write the two capital letters of ISO 3166-1, as in "CA")"
    },
    {with("auth = { scheme = \"baisc\" }"),
     R"(6:19: scheme = "baisc" is not allowed; write "none", "basic", "bearer", "header", "oauth2_client_credentials" or "oauth2_jwt_bearer")"
    },
    {with("auth = { scheme = \"basic\", user = \"sid\" }\n[secrets.sid]\nhelp = \"x\""),
     R"(6:8: password is missing in [auth]; add password = "auth_token", the name of a secret)"},
    {with("auth = { scheme = \"bearer\", token = \"tokn\", jwt = \"token\" "
          "}\n[secrets.token]\nhelp = \"x\""),
     R"(6:37: auth.token names the secret "tokn", which is not under [secrets]; did you mean "token"?
acme.so:6:51: jwt has no meaning for this scheme; take it out)"},
    {with("base_url = \"https://api.acme.example\""),
     R"(6:12: base_url leads to "api.acme.example", which is not among http.hosts; add it there)"},
    {with("base_url = \"https://api.{region}\"\nhttp = { hosts = [\"api.{region}\"] }"),
     R"(6:12: base_url names the setting "region", which is not under [settings]
acme.so:7:18: http.hosts names the setting "region", which is not under [settings])"},
    {with("base_url = \"https://me:hunter2@api.acme.example\"\nhttp = { hosts = [\"me\"] }"),
     "6:12: base_url holds a user or a password (not shown); take it out of the address"},
    {with("http = { hosts = [\"api.{region\"] }"),
     R"(6:18: http.hosts: the address "api.{region" has a brace that names no setting; write it as in "https://api.{region}")"
    },
    {with("http = { retry = { on = [\"safe\", \"once\"] } }"),
     R"(6:25: on = "once" is not allowed; write "safe" and "keyed": nothing else is sent again)"},
    {with("http = { rate = 10, timeout = \"1d\", response_size_max = \"1\" }"),
     R"(6:17: rate = 10 is not a rate; write a whole number, a slash and s, m or h, as in "10/s"
acme.so:6:31: timeout = "1d" is out of range; write "100ms" to "1h"
acme.so:6:57: response_size_max = "1" is not a size; write a whole number and B, kB, MB, GB, KiB, MiB or GiB, as in "10MB")"
    },
    {with("[settings.region]\ntype = \"string\"\nhelp = \"x\""),
     R"(7:8: type = "string" is not allowed; write "text", "integer", "boolean", "duration", "list", "choice" or "data")"
    },
    {with("[settings.Region]\ntype = \"text\"\nhelp = \"x\""),
     R"(6:11: "Region" is not an identifier; write lower-case letters, digits and _, as in "acme_ca")"
    },
    {with("[settings.language]\ntype = \"choice\"\nallowed = [\"en\", \"fr\"]\ndefault = "
          "\"de\"\nhelp = \"x\""),
     R"(9:11: default = "de" is not allowed; known are: en, fr)"},
    {with("[settings.quantity]\ntype = \"integer\"\nmin = 5\nmax = 1\ndefault = \"3\""),
     R"(6:1: help is missing in [settings.quantity]; add help = "...", one sentence for the operator
acme.so:8:7: min is more than max; exchange them
acme.so:10:11: default = "3" is not a whole number; write one without quotes)"},
    {with("[settings.pilot]\ntype = \"text\"\nhelp = \"x\"\nrequired = true\ndefault = \"1\"\nmax "
          "= 3"),
     R"(9:12: required = true has no meaning beside a default; take one of them out
acme.so:11:7: max has a meaning only for integer and duration; take it out)"},
    {with("[secrets.token]\noptional = \"yes\""),
     R"(6:1: help is missing in [secrets.token]; add help = "...", one sentence that says where the operator finds it
acme.so:7:12: optional = "yes" is neither true nor false; write one of them without quotes)"},
    {with("[inbound.webhook]\nverify = \"md5\"\nheader = \"X Signature\"\nsecret = \"key\""),
     R"(7:10: verify = "md5" is not allowed; write "hmac-sha256", "hmac-sha1" or "token"
acme.so:8:10: header = "X Signature" is not the name of a header; write letters, digits and -, as in "X-Api-Key"
acme.so:9:10: inbound.webhook.secret names the secret "key", which is not under [secrets]; nothing may stand here)"
    },
    {with("[data]\nfee = 1.5\nsince = [2026-03-01]"),
     R"(7:7: fee = (a number with a fraction) is not allowed in data; write it as a text
acme.so:8:10: since = (a date or time) is not allowed in data; write it as a text)"},
    {with("limitation = [\"slow\"]"),
     R"(6:15: limitation = "slow" is not a table; write [[limitation]] before each)"},
    {operation("[operations.submit_prot]"),
     R"(6:1: "submit_prot" is no operation of the interface; did you mean "submit_port"?)"},
    {operation("[operations.purchase]\nidempotency = \"query\""),
     R"(6:1: lookup_step is missing in [operations.purchase]; add lookup_step = "find-order", the step that asks after a lost outcome)"
    },
    {operation("[operations.purchase]\nidempotency = \"list\"\nlookup_step = \"find order\""),
     R"(8:15: lookup_step = "find order" is not the name of a step; write letters, digits, _, . and -, as in "find-order")"
    },
    {operation("[operations.purchase]\nidempotency = \"key\""),
     R"(6:1: key is missing in [operations.purchase]; add key = { header = "Idempotency-Key" }, where the carrier looks for it
acme.so:6:1: window is missing in [operations.purchase]; add window = "24h", how long the carrier honours a key)"
    },
    {operation("[operations.purchase]\nidempotency = \"key\"\nkey = { header = \"A\", json = "
               "\"/ref\" }\nwindow = \"24h\""),
     R"(8:7: key names where the carrier looks for it: write { header = "Idempotency-Key" } or { json = "/ref" })"
    },
    {operation("[operations.purchase]\nkey = { json = \"ref\" }\nwindow = \"1 day\""),
     R"(7:7: key has a meaning only beside idempotency = "key"
acme.so:7:16: json = "ref" is not a JSON pointer; begin with a slash, as in "/ref"
acme.so:8:10: window = "1 day" is not a duration; write a whole number and ms, s, m, h or d, as in "5s"
acme.so:8:10: window has a meaning only beside idempotency = "key")"},
    {operation("[operations.validate]\n[operations.purchase]\npure = true"),
     R"(6:1: validate may ask for no effects; write pure = true
acme.so:8:8: purchase has effects; take pure = true out)"},
    {operation("[operations.split]\npure = true\nsettle = \"1s\"\ntypical = \"2h\"\nworst = \"1h\""
     ),
     R"(8:10: settle has no meaning for a pure operation; take it out
acme.so:9:11: typical has no meaning for a pure operation; take it out
acme.so:9:11: typical is longer than worst; exchange them
acme.so:10:9: worst has no meaning for a pure operation; take it out)"},
    {operation("operations = [\"purchase\"]"),
     "6:14: operations = [...] is of the wrong type; write a table for each name"},
    {"id = acme",
     "1:6: not TOML: error while parsing value: could not determine value type; a text stands in "
     "double quotes"},
};

TEST(ParseDescriptor, RefusesEachMalformedOneWithItsMessage) {
    for (const auto& each : malformed) {
        const auto parsed = parse_descriptor(each.toml, "acme.so");
        ASSERT_FALSE(parsed) << each.toml;
        EXPECT_EQ(parsed.error().kind, ErrorKind::invalid_input);
        EXPECT_EQ(parsed.error().message, "acme.so:" + each.message) << each.toml;
    }
}

TEST(ParseDescriptor, TakesTheCarriersWordsBehindItInTheirOrder) {
    const std::string words = R"(
[words."Status"]
"PENDING" = { means = "submitted", test = "Follow.Words" }
"CONFIRMEDwEXCEPTION" = { means = "confirmed", test = "Follow.Words" }
[words."FLD ABBR"]
"PORTED #" = { means = "NUMBER_NOT_ON_ACCOUNT, to correct: /numbers", test = "Refusals.Fields" }
)";
    const auto whole = std::string(acme_toml) + words + std::string(3, '\0');
    const auto read = parse_descriptor(whole, "acme");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, acme());
    EXPECT_THAT(
        *words_in_descriptor(whole, "acme"),
        ElementsAre(
            DescribedWord{"Status", "PENDING", "submitted", "Follow.Words"},
            DescribedWord{"Status", "CONFIRMEDwEXCEPTION", "confirmed", "Follow.Words"},
            DescribedWord{"FLD ABBR", "PORTED #", "NUMBER_NOT_ON_ACCOUNT, to correct: /numbers", "Refusals.Fields"}
        )
    );
    EXPECT_TRUE(words_in_descriptor(acme_toml, "acme")->empty());
    EXPECT_THAT(
        parse_descriptor(std::string(acme_toml) + "[words.\"Status\"]\nPENDING = { means = \"submitted\" }\n", "acme"),
        FailsWith(ErrorKind::invalid_input, ::testing::HasSubstr("test"))
    );
}

}  // namespace
}  // namespace porteur
