// SPDX-License-Identifier: Apache-2.0
#include <future>
#include <mutex>

#include <gmock/gmock.h>

#include "api_client.hpp"

namespace porteur::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string number_list(std::string_view number) {
    AvailableNumber found;
    found.number = *PhoneNumber::from_json_text(number);
    found.country = "FR";
    return to_text(std::vector{found});
}

TEST(Carriers, AreShownWithTheirHealthAndTheRefusedPlugins) {
    Served served;
    const auto list = served.get("/v1/carriers", FakeHost::reader_token).document();
    EXPECT_EQ(list.at("items").at(0).at("account"), "acme-1");
    EXPECT_EQ(list.at("items").at(0).at("operations").at(1).at("transport"), "api");
    EXPECT_EQ(list.at("items").at(1).at("health").at("last_error"), "connection refused");
    EXPECT_EQ(list.at("refused").at(0).at("reason"), "is of ABI 7; this host speaks 0");
}

CarrierStanding busy(Id own_order) {
    CarrierStanding standing;
    standing.at = Instant{std::chrono::seconds(1'795'000'000)};
    standing.since = standing.seen_since = standing.at - std::chrono::hours(1);
    standing.rate = {.count = 10, .per = std::chrono::seconds(60), .used = 4, .waiting = 0};
    standing.breaker = CarrierStanding::Breaker::open;
    standing.breaker_since = standing.at - std::chrono::seconds(2);
    standing.next_try = standing.at + std::chrono::seconds(3);
    standing.failures = 5;
    CarrierRequestSeen mine{.at = standing.at, .took = std::chrono::milliseconds(12), .tenant = 1, .order = own_order, .run = own_order + 2,
                            .operation = "submit_port", .step = "submit", .status = 503, .failed = "unavailable", .message = "the carrier answered 503; sent again later"};
    CarrierRequestSeen of_others = mine;
    of_others.tenant = 2;
    CarrierRequestSeen asked = mine;
    asked.tenant = 0;
    asked.order = asked.run = 0;
    asked.status = 200;
    asked.failed.clear();
    standing.faults = {mine, of_others};
    standing.requests = {asked, mine, of_others};
    return standing;
}

TEST(Carriers, TellTheirRateTheirBreakerAndTheirLastFaultsToTheSystem) {
    Served served;
    const auto order = served.order();
    served.host.outgoing.made_standings["acme-1"] = busy(order.id);
    const auto items = served.get("/v1/carriers").document().at("items");
    const auto& acme = items.at(0);
    EXPECT_EQ(acme.at("rate").at("limit").at("used"), 4);
    EXPECT_EQ(acme.at("rate").at("left_alone_until"), nullptr);
    EXPECT_EQ(acme.at("breaker").at("state"), "open");
    EXPECT_EQ(acme.at("breaker").at("failures"), 5);
    EXPECT_EQ(acme.at("breaker").at("next_try"), "2026-11-18T11:06:43.000Z");
    EXPECT_EQ(acme.at("last_sync").at("state"), "running");
    EXPECT_EQ(served.host.inventory.compared.counted, 0) << "rows are not counted for a word of them";
    ASSERT_EQ(acme.at("faults").at("items").as_array().size(), 2U);
    const auto& own = acme.at("faults").at("items").at(0);
    EXPECT_EQ(own.at("order").at("id").as_string(), id_text(order.id));
    EXPECT_EQ(own.at("order").at("kind"), "port");
    EXPECT_EQ(own.at("run").as_string(), id_text(order.id + 2));
    EXPECT_EQ(own.at("failed"), "unavailable");
    EXPECT_EQ(acme.at("faults").at("items").at(1).at("order"), nullptr) << "another account's order";
    EXPECT_EQ(acme.at("faults").at("items").at(1).at("run"), nullptr);
    EXPECT_EQ(acme.at("requests").at("items").as_array().size(), 3U);
    EXPECT_EQ(items.at(1).at("breaker"), nullptr) << "nothing is known of it";
}

TEST(Carriers, TellAnotherAccountOnlyTheFaultsOfItsOwnOrders) {
    Served served;
    const auto order = served.order();
    served.host.outgoing.made_standings["acme-1"] = busy(order.id);
    const auto reply = served.get("/v1/carriers", FakeHost::foreign_token);
    const auto acme = reply.document().at("items").at(0);
    EXPECT_EQ(acme.at("faults").at("items").as_array().size(), 1U);
    EXPECT_EQ(acme.at("requests"), nullptr);
    EXPECT_EQ(acme.at("last_sync"), nullptr);
    EXPECT_EQ(reply.body.find(id_text(order.id)), reply.body.npos);
}

TEST(Carriers, TellAnotherAccountTheLastErrorOfItsOwnOrdersAlone) {
    Served served;
    auto& faults = (served.host.outgoing.made_standings["oldtel-1"] = busy(served.order().id)).faults;
    const auto health = [&](std::string_view token) {
        return served.get("/v1/carriers", token).document().at("items").at(1).at("health");
    };
    faults[0].message = "the system's";
    faults[1].message = "their own";
    EXPECT_EQ(health(FakeHost::reader_token).at("last_error"), "connection refused") << "anybody's";
    EXPECT_EQ(health(FakeHost::reader_token).at("process_ended").at("reason"), "was killed: a step took longer than 2000 ms");
    EXPECT_EQ(health(FakeHost::foreign_token).at("process_ended"), nullptr) << "what runs here is the system's";
    EXPECT_EQ(health(FakeHost::foreign_token).at("last_error"), "their own");
    EXPECT_EQ(health(FakeHost::foreign_token).at("last_error_at"), "2026-11-18T11:06:40.000Z");
    faults.pop_back();
    EXPECT_EQ(health(FakeHost::foreign_token).at("last_error"), "") << "another's is none of theirs";
    EXPECT_EQ(health(FakeHost::foreign_token).at("last_error_at"), nullptr);
    served.host.outgoing.made_standings.clear();
    EXPECT_EQ(health(FakeHost::foreign_token).at("last_error"), "");
}

TEST(Requirements, AskTheAccountsPlugin) {
    Served served;
    std::string asked;
    served.host.on_ask = [&](auto account, auto operation, auto input) -> Result<std::string> {
        asked = account + " " + operation + " " + input;
        return R"({"items":[{"code":"pin","kind":"text","label_en":"PIN"}],"notes_en":["slow"],"notes_fr":[]})";
    };
    const auto reply = served.get(
        "/v1/"
        "requirements?account=oldtel-1&country=CA&number_type=local&end_user=business&action=port_"
        "out"
    );
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(
        asked,
        R"(oldtel-1 requirements {"action":"port_out","country":"CA","end_user":"business","number_type":"local"})"
    );
    EXPECT_EQ(reply.document().at("items").at(0).at("code"), "pin");
    EXPECT_EQ(reply.document().at("items").at(0).at("required"), true);
}

TEST(Requirements, NameTheParameterThatIsWrong) {
    Served served;
    for (const auto& [query, field] :
         {std::pair{"", "account"},
          {"account=x", "account"},
          {"account=acme-1&country=Canada", "country"},
          {"account=acme-1&country=ca", "country"},
          {"account=acme-1&number_type=landline", "number_type"},
          {"account=acme-1&end_user=robot", "end_user"},
          {"account=acme-1&action=steal", "action"}}) {
        const auto reply = served.get(std::string("/v1/requirements?") + query);
        EXPECT_EQ(reply.status, 400) << query;
        EXPECT_EQ(reply.text("field"), field) << query;
    }
}

TEST(Questions, TurnEveryKindOfErrorIntoItsProblem) {
    Served served;
    struct Case {
        ErrorKind kind;
        int status;
        const char* type;
    };
    for (const auto& [kind, status, type] :
         {Case{ErrorKind::invalid_input, 400, "invalid-input"},
          Case{ErrorKind::unsupported, 422, "unsupported"},
          Case{ErrorKind::unauthorized, 502, "carrier-credentials"},
          Case{ErrorKind::rejected, 422, "rejected"}, Case{ErrorKind::throttled, 503, "throttled"},
          Case{ErrorKind::unavailable, 503, "unavailable"},
          Case{ErrorKind::in_doubt, 502, "in-doubt"},
          Case{ErrorKind::cancelled, 503, "unavailable"},
          Case{ErrorKind::internal, 500, "internal"}}) {
        served.host.on_ask = [&, asked = kind](auto, auto, auto) {
            return std::unexpected(Error{
                .kind = asked,
                .message = "acme: no",
                .reason = Reason::not_portable,
                .code = "E7",
                .retry_after = std::chrono::seconds(9)
            });
        };
        const auto reply = served.get("/v1/targets?account=acme-1");
        EXPECT_EQ(reply.status, status);
        EXPECT_EQ(reply.text("type"), std::string("urn:porteur:problem:") + type);
        EXPECT_EQ(reply.text("detail"), "acme: no");
        EXPECT_EQ(reply.text("reason"), "NOT_PORTABLE");
        EXPECT_EQ(reply.field("retry-after"), status == 503 ? "9" : "");
        if (kind != ErrorKind::invalid_input) EXPECT_EQ(reply.text("carrier_code"), "E7");
    }
}

TEST(Questions, SayWhenAPluginsResultCannotBeRead) {
    Served served;
    served.host.on_ask = [](auto, auto, auto) -> Result<std::string> {
        return R"({"kind":"trunk"})";
    };
    const auto reply = served.get("/v1/targets?account=acme-1");
    EXPECT_EQ(reply.status, 500);
    EXPECT_THAT(
        reply.text("detail"), HasSubstr("acme-1: list_targets gave a result that cannot be read")
    );
}

TEST(Targets, AreAList) {
    Served served;
    served.host.on_ask = [](auto, auto, auto) -> Result<std::string> {
        return R"([{"kind":"trunk","id":"4165550000","label_en":"Main","label_fr":""}])";
    };
    EXPECT_EQ(
        served.get("/v1/targets?account=acme-1").document().at("items").at(0).at("id"), "4165550000"
    );
    EXPECT_EQ(served.get("/v1/targets").text("field"), "account");
}

TEST(PortabilityChecks, AnswerEachNumber) {
    Served served;
    std::string asked;
    served.host.on_ask = [&](auto, auto operation, auto input) -> Result<std::string> {
        asked = operation + " " + input;
        return R"([{"number":"+14165550101","portable":false,"reason":"NOT_PORTABLE","carrier_word":"No"}])";
    };
    const auto reply = served.ask(
        {.method = "POST",
         .target = "/v1/portability-checks",
         .token = std::string(FakeHost::reader_token),
         .body = R"({"account":"acme-1","numbers":["+14165550101"]})"}
    );
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(asked, R"(check_portability {"numbers":["+14165550101"],"reason":""})");
    EXPECT_EQ(reply.document().at("items").at(0).at("reason"), "NOT_PORTABLE");
}

TEST(PortabilityChecks, AreNotHinderedByWhatIsNoNumber) {
    Served served;
    std::string asked;
    served.host.on_ask = [&](auto, auto, auto input) -> Result<std::string> {
        asked = input;
        return R"([{"number":"+14165550101","portable":true},{"number":"+14165550102","portable":true}])";
    };
    const auto numbers_of = [&](const char* body) {
        const auto reply = served.post("/v1/portability-checks", body);
        EXPECT_EQ(reply.status, 200) << reply.body;
        std::vector<std::string> out;
        for (const auto& each : reply.document().at("items").as_array())
            out.push_back(
                std::string(each.at("number").as_string()) +
                (each.at("portable").as_bool() ? " yes" : " no")
            );
        return out;
    };
    EXPECT_THAT(
        numbers_of(R"({"account":"acme-1","numbers":["","+14165550101","4165550199","+14165550102","x"]})"),
        ::testing::ElementsAre(" no", "+14165550101 yes", "4165550199 no", "+14165550102 yes", "x no")
    );
    EXPECT_EQ(asked, R"({"numbers":["+14165550101","+14165550102"],"reason":""})");
    asked.clear();
    EXPECT_THAT(
        numbers_of(R"({"account":"acme-1","numbers":["x"]})"), ::testing::ElementsAre("x no")
    );
    EXPECT_EQ(asked, "") << "nothing is left to be asked";
}

TEST(Accounts, AreCheckedListedAndLookedInto) {
    Served served;
    std::string asked;
    served.host.on_ask = [&](auto account, auto operation, auto input) -> Result<std::string> {
        asked = account + " " + operation + " " + input;
        if (operation == "check_account")
            return R"({"identity":"Acme","problems":[{"message":"no","blocking":true}]})";
        if (operation == "list_numbers") return R"([{"number":"+14165550101"}])";
        return R"([{"name":"providers","columns":["id"],"rows":[["12"]]}])";
    };
    EXPECT_EQ(served.get("/v1/account-check?account=acme-1").text("identity"), "Acme");
    EXPECT_EQ(asked, "acme-1 check_account {}");
    EXPECT_EQ(
        served.get("/v1/account-numbers?account=acme-1").document().at("items").at(0).at("number"),
        "+14165550101"
    );
    EXPECT_EQ(
        served.get("/v1/discovery?account=acme-1&what=providers&area=CA")
            .document()
            .at("lists")
            .at(0)
            .at("name"),
        "providers"
    );
    EXPECT_EQ(asked, R"(acme-1 discover {"area":"CA","what":"providers"})");
    for (const char* path : {"/v1/account-check", "/v1/account-numbers", "/v1/discovery"})
        EXPECT_EQ(served.get(path).text("field"), "account");
}

TEST(PortabilityChecks, NameTheFieldThatIsWrong) {
    Served served;
    for (const auto& [body, field] :
         {std::pair{R"({"numbers":["+14165550101"]})", "/account"},
          {R"({"account":7,"numbers":["+14165550101"]})", "/account"},
          {R"({"account":"acme-1"})", "/numbers"},
          {R"({"account":"acme-1","numbers":[]})", "/numbers"},
          {R"({"account":"acme-1","numbers":[12]})", "/numbers/0"},
          {R"({"account":"acme-1","numbers":["+14165550101"],"x":1})", "/x"}}) {
        const auto reply = served.post("/v1/portability-checks", body);
        EXPECT_EQ(reply.status, 400) << body;
        EXPECT_EQ(reply.text("field"), field) << reply.body;
    }
}

// ------------------------------------------------------------------ all sellers at once

TEST(AvailableNumbers, ComeFromAllSellersAtOnce) {
    Served served;
    std::vector<std::string> asked;
    std::mutex mutex;
    served.host.on_ask = [&](auto account, auto operation, auto input) -> Result<std::string> {
        const std::lock_guard lock(mutex);
        asked.push_back(account + " " + operation + " " + input);
        return number_list(account == "shop-1" ? "+33612345671" : "+33612345672");
    };
    const auto reply = served.get(
        "/v1/available-numbers?country=FR&number_type=mobile&contains=12&quantity=5&city=Paris"
    );
    ASSERT_EQ(reply.status, 200) << reply.body;
    const auto numbers = reply.document().at("numbers").as_array();
    ASSERT_EQ(numbers.size(), 2U);
    EXPECT_EQ(numbers[0].at("account"), "shop-1");
    EXPECT_EQ(numbers[0].at("number"), "+33612345671");
    EXPECT_EQ(numbers[1].at("account"), "shop-2");
    EXPECT_THAT(reply.document().at("unanswered").as_array(), IsEmpty());
    ASSERT_EQ(asked.size(), 2U);
    EXPECT_THAT(
        asked[0], AllOf(
                      HasSubstr(" search_numbers "), HasSubstr(R"("contains":"12")"),
                      HasSubstr(R"("quantity":5)")
                  )
    );
}

TEST(AvailableNumbers, SayWhoDidNotAnswerAndWhy) {
    Served served;
    served.host.seller_accounts = {"broken", "garbled", "good", "thrown"};
    served.host.on_ask = [&](auto account, auto, auto) -> Result<std::string> {
        if (account == "broken")
            return failure(ErrorKind::unavailable, "broken: connection refused");
        if (account == "garbled") return "[{\"number\":7}]";
        if (account == "thrown") throw std::runtime_error("secret");
        return number_list("+33612345671");
    };
    const auto reply = served.get("/v1/available-numbers?country=FR");
    ASSERT_EQ(reply.status, 200);
    EXPECT_EQ(reply.document().at("numbers").as_array().size(), 1U);
    const auto unanswered = reply.document().at("unanswered").as_array();
    ASSERT_EQ(unanswered.size(), 3U);
    EXPECT_EQ(unanswered[0].at("why"), "broken: connection refused");
    EXPECT_EQ(unanswered[1].at("account"), "garbled");
    EXPECT_EQ(unanswered[2].at("account"), "thrown");
    EXPECT_THAT(reply.body, Not(HasSubstr("secret")));
}

TEST(AvailableNumbers, DoNotWaitForTheSlowestBeyondTheDeadline) {
    std::promise<void> go_on;
    Served served;
    served.host.seller_accounts = {"a-quick", "z-slow"};
    auto gate = go_on.get_future().share();
    served.host.on_ask = [&](auto account, auto, auto) -> Result<std::string> {
        if (account == "z-slow") gate.wait();
        return number_list("+33612345671");
    };
    const auto reply = served.get("/v1/available-numbers?country=FR&deadline_ms=1000");
    ASSERT_EQ(reply.status, 200);
    EXPECT_EQ(reply.document().at("numbers").as_array().size(), 1U);
    EXPECT_EQ(
        json::serialize(reply.document().at("unanswered")),
        R"([{"account":"z-slow","why":"no answer within 1000 ms"}])"
    );
    go_on.set_value();  // the late answer finds nobody, and does no harm
    EXPECT_EQ(
        served.get("/v1/available-numbers?country=FR").document().at("numbers").as_array().size(),
        2U
    );
}

TEST(AvailableNumbers, OfNobodyAreNone) {
    Served served;
    served.host.seller_accounts.clear();
    EXPECT_EQ(served.get("/v1/available-numbers").body, R"({"numbers":[],"unanswered":[]})");
}

TEST(AvailableNumbers, SayWhichParameterIsWrong) {
    Served served;
    for (const char* query :
         {"country=France", "number_type=x", "area_code=4a", "contains=+1", "quantity=0",
          "quantity=101", "quantity=ten", "deadline_ms=0", "deadline_ms=60001", "price=1"}) {
        const auto reply = served.get(std::string("/v1/available-numbers?") + query);
        EXPECT_EQ(reply.status, 400) << query;
        EXPECT_THAT(reply.text("detail"), Not(IsEmpty()));
    }
}

// ------------------------------------------------------------------ the host itself

TEST(Health, SaysWhetherRequestsShouldComeHere) {
    Served served;
    EXPECT_EQ(
        served.get("/healthz", "").body,
        R"({"checks":[{"detail":"","name":"store","ok":true}],"ok":true})"
    );
    served.host.ready = false;
    EXPECT_EQ(served.get("/healthz", "").status, 200);
    const auto reply = served.get("/readyz", "");
    EXPECT_EQ(reply.status, 503);
    EXPECT_THAT(reply.body, HasSubstr("disk full"));  // the caller is on this machine
}

TEST(Metrics, AreTextOfPrometheus) {
    Served served;
    const auto reply = served.get("/metrics", "");
    EXPECT_EQ(reply.field("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_THAT(reply.body, HasSubstr("porteur_orders 3\n"));
}

}  // namespace
}  // namespace porteur::testing
