// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "world.hpp"

namespace porteur::cli {
namespace {

const std::string found = R"({"numbers":[
{"number":"+33755500101","type":"mobile","country":"FR","region":"","city":"","features":["sms","voice"],
 "documents_needed":true,"monthly_price":"1.00 USD","account":"genesys"},
{"number":"+33155500102","type":"local","country":"FR","region":"IDF","city":"Île-de-Bréhat","features":["sms"],
 "documents_needed":false,"monthly_price":"","account":"acme"}],
"unanswered":[{"account":"slow","why":"no answer within 2 s"}]})";

TEST(NumbersSearch, ShowsNumbersOfAllSellersAndWhoDidNotAnswer) {
    World world;
    ScriptedServer server({
        {.expects = "GET "
                    "/v1/"
                    "available-numbers?country=FR&number_type=mobile&contains=555&quantity=5&"
                    "deadline_ms=2000",
         .body = found},
    });
    EXPECT_EQ(
        world.run(
            {"numbers", "search", "--country", "FR", "--number-type", "mobile", "--contains", "555",
             "--quantity", "5", "--deadline", "2s"},
            server
        ),
        (Ran{
            0,
            "NUMBER        ACCOUNT  TYPE    REGION  CITY           FEATURES   DOCUMENTS  A MONTH\n"
            "+33755500101  genesys  mobile                         sms voice  needed     1.00 USD\n"
            "+33155500102  acme     local   IDF     Île-de-Bréhat  sms        no\n",
            "porteur: 2 numbers found for --country FR --number-type mobile --contains 555 --quantity 5; none is "
            "held or bought. The same command searches again, other options change the criteria\n"
            "porteur: slow gave no numbers: no answer within 2 s\n"
        })
    );
}

TEST(NumbersSearch, SaysThatNobodyHasSuchANumber) {
    World world;
    ScriptedServer server({
        {.expects = "GET /v1/available-numbers?country=FR",
         .body = R"({"numbers":[],"unanswered":[]})"},
    });
    EXPECT_EQ(
        world.run({"numbers", "search", "--country", "FR"}, server),
        (Ran{0, "No seller has such a number.\n", ""})
    );
}

TEST(NumbersSearch, FailsWhenNoSellerAnswered) {
    World world;
    ScriptedServer server({
        {.expects = "GET /v1/available-numbers",
         .body = R"({"numbers":[],"unanswered":[{"account":"slow","why":"no answer within 20 s"}]})"
        },
    });
    EXPECT_EQ(
        world.run({"numbers", "search"}, server),
        (
            Ran{status_of(ExitCode::not_reachable), "",
                "porteur: slow gave no numbers: no answer within 20 s\n"}
        )
    );
}

TEST(PortabilityCheck, AnswersForEachNumber) {
    World world;
    ScriptedServer server({
        {.expects = "POST /v1/portability-checks",
         .body =
             R"({"items":[{"number":"+14165550101","portable":true,"reason":"","carrier_word":"Portable"},
                    {"number":"+14165550102","portable":false,"reason":"RATE_CENTER_NOT_COVERED","carrier_word":"No"}]})"
        },
    });
    EXPECT_EQ(
        world.run({"portability", "check", "tt", "+1 416 555-0101", "+14165550102"}, server),
        (
            Ran{status_of(ExitCode::refused),
                "NUMBER        PORTABLE  REASON                   CARRIER'S WORD\n"
                "+14165550101  yes                                Portable\n"
                "+14165550102  no        RATE_CENTER_NOT_COVERED  No\n",
                ""}
        )
    );
    EXPECT_EQ(
        server.seen().at(0).body, R"({"account":"tt","numbers":["+14165550101","+14165550102"]})"
    );
}

TEST(PortabilityCheck, SendsWhatIsNoNumberToo) {
    World world;
    ScriptedServer server({
        {.expects = "POST /v1/portability-checks",
         .body =
             R"({"items":[{"number":"4165550101","portable":false,"reason":"OTHER","carrier_word":"not asked"},
                    {"number":"+14165550102","portable":true,"reason":"","carrier_word":""}]})"
        },
    });
    EXPECT_EQ(
        world.run({"portability", "check", "tt", "4165550101", "+14165550102"}, server).status,
        status_of(ExitCode::refused)
    );
    EXPECT_EQ(
        server.seen().at(0).body, R"({"account":"tt","numbers":["4165550101","+14165550102"]})"
    );
}

TEST(PortabilityCheck, SucceedsWhenAllCanBePorted) {
    World world;
    const std::string all =
        R"({"items":[{"number":"+14165550101","portable":true,"reason":"","carrier_word":""}]})";
    ScriptedServer server({{.expects = "POST /v1/portability-checks", .body = all}});
    const auto ran = world.run({"portability", "check", "tt", "+14165550101", "--json"}, server);
    EXPECT_EQ(ran.status, 0);
    EXPECT_EQ(ran.out, all + "\n");
}

}  // namespace
}  // namespace porteur::cli
