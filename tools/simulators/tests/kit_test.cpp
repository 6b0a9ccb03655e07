// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "genesys/mime.hpp"
#include "kit/clock.hpp"
#include "kit/encoding.hpp"
#include "kit/faults.hpp"
#include "kit/fields.hpp"
#include "kit/options.hpp"
#include "kit/router.hpp"

namespace porteur::sim {
namespace {

using namespace std::chrono;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr Instant noon = sys_days(2026y / November / 20) + 12h;  // a Friday

TEST(Sha256, GivesThePublishedDigests) {
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(
        sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    EXPECT_EQ(
        sha256_hex(std::string(1'000'000, 'a')),
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    );
}

TEST(Base64, ReadsWhatItWrites) {
    const std::string texts[] = {"", "f", "fo", "foo", "foob", std::string("\0\xff\x80", 3)};
    for (const auto& text : texts) {
        EXPECT_EQ(decode_base64(encode_base64(text)), text);
    }
    EXPECT_EQ(decode_base64("Zm9v\r\nYmFy"), "foobar");
}

TEST(Base64, RefusesWhatIsNone) {
    for (const char* text : {"Z", "Zm9", "Zm9v!", "Zg==Zg==", "=AAA"}) {
        EXPECT_EQ(decode_base64(text), std::nullopt) << text;
    }
}

TEST(Query, IsDecodedAndKeepsRepeatedNames) {
    Request request;
    set_target(request, "/a%20b?x=1&x=%2B2&y=a+b");
    EXPECT_EQ(request.path, "/a%20b");
    EXPECT_THAT(request.query, ElementsAre(Pair("x", "1"), Pair("x", "+2"), Pair("y", "a b")));
}

TEST(CarrierClock, RunsAtItsSpeedAndCanBeAdvancedAndStopped) {
    auto real = noon;
    Clock clock([&] { return real; });
    clock.set_speed(1000);
    real += 1s;
    EXPECT_EQ(clock.now(), noon + 1000s);
    clock.advance(24h);
    EXPECT_EQ(clock.now(), noon + 1000s + 24h);
    clock.set_speed(0);
    real += 1h;
    EXPECT_EQ(clock.now(), noon + 1000s + 24h);
    EXPECT_EQ(clock.unhurried_now(), noon + 1s + 1h + 24h);
}

TEST(CarrierClock, NeverGoesBack) {
    Clock clock([] { return noon; });
    EXPECT_FALSE(clock.set(noon - 1s));
    EXPECT_EQ(clock.now(), noon);
    EXPECT_TRUE(clock.set(noon + 1s));
    EXPECT_EQ(clock.now(), noon + 1s);
}

TEST(BusinessDays, SkipTheWeekend) {
    EXPECT_EQ(add_business_days(noon, 1), noon + days(3));
    EXPECT_EQ(add_business_days(noon, 6), noon + days(10));
}

TEST(Dates, AreReadOnlyWhenTheyExist) {
    EXPECT_EQ(from_dashed("2026-12-01"), year_month_day(2026y / December / 1));
    for (const char* text : {"2026-02-30", "20261201", "2026-13-01", "2026-1-001", ""}) {
        EXPECT_EQ(from_dashed(text), std::nullopt) << text;
    }
    EXPECT_EQ(to_compact(2026y / December / 1), "20261201");
}

Request post_to(const std::string& path) {
    Request request;
    request.method = "POST";
    set_target(request, path);
    return request;
}

TEST(FaultRules, FireOnEveryNthMatchingRequestUpToTheirTimes) {
    Faults faults;
    ASSERT_EQ(
        faults.set(*read_json(
            R"([{"match":{"method":"POST","path_prefix":"/orders"},"fault":"drop_after","every":2,"times":2}])"
        )),
        ""
    );
    std::string fired;
    for (int at = 0; at < 8; ++at) {
        EXPECT_EQ(faults.next(post_to("/numbers")).kind, FaultKind::none);
        fired += faults.next(post_to("/orders/1")).kind == FaultKind::drop_after ? 'x' : '.';
    }
    EXPECT_EQ(fired, ".x.x....");
}

TEST(FaultRules, DrawTheSameChanceFromTheSameSeed) {
    const auto draw = [](int seed) {
        Faults faults;
        EXPECT_EQ(
            faults.set(json::array{{{"fault", "429"}, {"probability", 0.2}, {"seed", seed}}}), ""
        );
        std::string fired;
        for (int at = 0; at < 1000; ++at) {
            fired += faults.next(post_to("/")).kind == FaultKind::throttle ? 'x' : '.';
        }
        return fired;
    };
    EXPECT_EQ(draw(7), draw(7));
    EXPECT_NE(draw(7), draw(8));
    const auto hits = std::ranges::count(draw(7), 'x');
    EXPECT_GT(hits, 150);
    EXPECT_LT(hits, 250);
}

TEST(FaultRules, RefuseWhatTheyDoNotKnowAndNameTheRule) {
    Faults faults;
    EXPECT_THAT(faults.set(json::object{}), HasSubstr("list"));
    EXPECT_THAT(
        faults.set(*read_json(R"([{"fault":"none"},{"fault":"explode"}])")),
        testing::AllOf(HasSubstr("rule 2"), HasSubstr("explode"))
    );
    EXPECT_THAT(
        faults.set(*read_json(R"([{"fault":"429","probability":2}])")), HasSubstr("probability")
    );
}

TEST(Routes, PreferTheOneAddedFirstAndDecodeTheirParts) {
    Router router;
    router.add("GET", "/a/fixed", [](const Request&, const Captures&) {
        return answer_json(200, "fixed");
    });
    router.add("GET", "/a/{name}", [](const Request&, const Captures& parts) {
        return answer_json(200, json::string(parts[0]));
    });
    Request request;
    request.method = "GET";
    EXPECT_EQ(router.route(request, "/a/fixed")->body, R"("fixed")");
    EXPECT_EQ(router.route(request, "/a/x%2C%20y")->body, R"("x, y")");
    EXPECT_FALSE(router.route(request, "/a"));
    EXPECT_FALSE(router.route(request, "/a/"));
    request.method = "POST";
    EXPECT_FALSE(router.route(request, "/a/fixed"));
}

TEST(CommandLine, TakesBothSpellingsAndRefusesTheUnknown) {
    const std::vector<Option> known = {{"--port", "PORT", "0", ""}, {"--sync", "", "", ""}};
    const auto options = Options::parse(known, {"--port=80", "--sync"});
    EXPECT_EQ(options.whole("--port"), 80U);
    EXPECT_TRUE(options.is_on("--sync"));
    EXPECT_EQ(Options::parse(known, {"--port", "81"}).whole("--port"), 81U);
    EXPECT_FALSE(Options::parse(known, {}).is_on("--sync"));
    EXPECT_THROW(Options::parse(known, {"--prot", "80"}), std::invalid_argument);
    EXPECT_THROW(Options::parse(known, {"--port"}), std::invalid_argument);
    EXPECT_THROW(Options::parse(known, {"--port", "-1"}).whole("--port"), std::invalid_argument);
}

constexpr const char* nested_mail =
    "From: =?utf-8?Q?Jos=C3=A9?= <jose@acme.example>\r\n"
    "Subject: =?utf-8?B?UmVxdcOqdGU=?=\r\n"
    "  =?utf-8?Q?_de_num=C3=A9ro?=\r\n"
    "Content-Type: multipart/mixed; boundary=\"outer\"\r\n"
    "\r\n"
    "preamble\r\n"
    "--outer\r\n"
    "Content-Type: multipart/alternative; boundary=inner\r\n"
    "\r\n"
    "--inner\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: quoted-printable\r\n"
    "\r\n"
    "num=C3=A9ro =\r\n"
    "+33 6 39 98 00 01\r\n"
    "--inner\r\n"
    "Content-Type: text/html\r\n"
    "\r\n"
    "<p>other</p>\r\n"
    "--inner--\r\n"
    "--outer\r\n"
    "Content-Type: application/pdf\r\n"
    "Content-Transfer-Encoding: base64\r\n"
    "Content-Disposition: attachment; filename*=utf-8''proof%20of%20address.pdf\r\n"
    "\r\n"
    "JVBE\r\n"
    "Rg==\r\n"
    "--outer--\r\n";

TEST(MailReader, FindsTextAndAttachmentsInNestedParts) {
    const auto mail = parse_mail(nested_mail);
    EXPECT_EQ(address_of(mail.header("from")), "jose@acme.example");
    EXPECT_EQ(mail.header("subject"), "Requête de numéro");
    EXPECT_EQ(mail.text, "numéro +33 6 39 98 00 01");
    ASSERT_EQ(mail.attachments.size(), 1U);
    EXPECT_EQ(mail.attachments[0].file_name, "proof of address.pdf");
    EXPECT_EQ(mail.attachments[0].bytes, "%PDF");
}

TEST(MailReader, SurvivesEveryCutOfAMail) {
    const std::string whole = nested_mail;
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        EXPECT_LE(parse_mail(whole.substr(0, length)).attachments.size(), 2U) << length;
    }
}

}  // namespace
}  // namespace porteur::sim
