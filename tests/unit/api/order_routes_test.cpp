// SPDX-License-Identifier: Apache-2.0
#include <mutex>

#include <gmock/gmock.h>

#include "api_client.hpp"

namespace porteur::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* new_port = R"({
  "account": "acme-1", "losing_account": "oldtel-1", "reference": "ACME-7",
  "request": {"numbers": ["+14165550101", "+14165550102"], "account_number": "9876543210", "pin": "493817",
              "end_user": {"name": "Acme Bakery"}, "target": {"trunk": "4165550000"}}
})";

std::string path_of(const Order& order, std::string_view rest = "") {
    return (order.kind == OrderKind::port ? "/v1/port-orders/" : "/v1/purchase-orders/") +
           id_text(order.id) + std::string(rest);
}

Sent patch(const Order& order, std::string body, std::string if_match = "") {
    Sent sent{.method = "PATCH", .target = path_of(order), .body = std::move(body)};
    if (!if_match.empty()) sent.fields.emplace_back("If-Match", if_match);
    return sent;
}

// ------------------------------------------------------------------ creating

TEST(CreateOrder, MakesADraftAndSaysWhereItIs) {
    Served served;
    const auto reply = served.post("/v1/port-orders", new_port);
    ASSERT_EQ(reply.status, 201) << reply.body;
    EXPECT_EQ(reply.field("content-type"), "application/json");
    EXPECT_EQ(reply.field("etag"), "\"1\"");
    EXPECT_EQ(reply.field("location"), "/v1/port-orders/" + reply.text("id"));
    EXPECT_EQ(reply.text("kind"), "port");
    EXPECT_EQ(reply.text("state"), "draft");
    EXPECT_EQ(reply.text("reference"), "ACME-7");
    EXPECT_EQ(reply.text("created"), "2025-12-01T09:00:00.123Z");
    const auto made = served.host.last_new_order();
    EXPECT_EQ(made.account, "acme-1");
    EXPECT_EQ(made.losing_account, "oldtel-1");
    EXPECT_FALSE(made.submit);
    EXPECT_EQ(served.get(reply.field("location")).body, reply.body);
}

TEST(CreateOrder, TakesThePinOutOfTheRequestAndNeverShowsIt) {
    Served served;
    const auto reply = served.post("/v1/port-orders", new_port);
    ASSERT_EQ(reply.status, 201) << reply.body;
    const auto made = served.host.last_new_order();
    EXPECT_EQ(made.pin, "493817");
    EXPECT_THAT(made.request, Not(HasSubstr("493817")));
    EXPECT_THAT(made.request, HasSubstr(R"("pin":{"digits_only":true,"given":true,"length":6})"));
    EXPECT_THAT(reply.body, Not(HasSubstr("493817")));
}

TEST(CreateOrder, NeverRepeatsAPinOfAWrongForm) {
    Served served;
    for (const char* pin : {"493817", R"(["493817"])", R"("\u0001493817")", R"({"is":"493817"})"}) {
        const auto reply = served.post(
            "/v1/port-orders", std::string(R"({"account":"acme-1","request":{"pin":)") + pin + "}}"
        );
        EXPECT_EQ(reply.status, 400) << pin;
        EXPECT_EQ(reply.text("field"), "/request/pin");
        EXPECT_THAT(reply.body, Not(HasSubstr("493817")));
    }
    const auto purchase =
        served.post("/v1/purchase-orders", R"({"account":"acme-1","request":{"pin":"493817"}})");
    EXPECT_EQ(purchase.text("field"), "/request/pin");
    EXPECT_THAT(purchase.body, Not(HasSubstr("493817")));
}

TEST(CreateOrder, SubmitsAtOnceWhenAsked) {
    Served served;
    const auto reply = served.post(
        "/v1/port-orders",
        R"({"account":"acme-1","submit":true,"request":{"numbers":["+14165550101"]}})"
    );
    ASSERT_EQ(reply.status, 201) << reply.body;
    EXPECT_TRUE(served.host.last_new_order().submit);
    EXPECT_EQ(reply.text("delivery"), "sending");
}

TEST(CreateOrder, MakesPurchasesOfTheirOwnShape) {
    Served served;
    const auto reply = served.post(
        "/v1/purchase-orders",
        R"({"account":"acme-1","request":{"country":"FR","number_type":"mobile","numbers":["+33612345678"]}})"
    );
    ASSERT_EQ(reply.status, 201) << reply.body;
    EXPECT_EQ(reply.text("kind"), "purchase");
    EXPECT_EQ(reply.field("location"), "/v1/purchase-orders/" + reply.text("id"));
    EXPECT_FALSE(reply.document().as_object().contains("losing_account"));
}

TEST(CreateOrder, NamesTheFieldThatIsWrong) {
    Served served;
    struct Case {
        const char* body;
        const char* field;
        const char* detail;
    };
    for (const auto& [body, field, detail] : {
             Case{R"({"request":{}})", "/account", "is missing"},
             Case{R"({"account":7,"request":{}})", "/account", "expected text"},
             Case{
                 R"({"account":"acme-2","request":{}})", "/account",
                 R"(no account "acme-2"; there are: acme-1, oldtel-1)"
             },
             Case{
                 R"({"account":"acme-1","losing_account":"x","request":{}})", "/losing_account",
                 "no account"
             },
             Case{R"({"account":"acme-1"})", "/request", "expected an object"},
             Case{
                 R"({"account":"acme-1","request":{},"colour":"red"})", "/colour", "no such field"
             },
             Case{
                 R"({"account":"acme-1","request":{"colour":"red"}})", "/request/colour",
                 "no such field"
             },
             Case{
                 R"({"account":"acme-1","request":{"end_user":{"nom":"x"}}})",
                 "/request/end_user/nom", "no such field"
             },
             Case{
                 R"({"account":"acme-1","request":{"numbers":["+14165550101","4165550102"]}})",
                 "/request/numbers/1", "E.164"
             },
             Case{
                 R"({"account":"acme-1","request":{"numbers":["+14165550101","+14165550101"]}})",
                 "/request/numbers/1", "+*******0101"
             },
             Case{
                 R"({"account":"acme-1","request":{"requested_date":"tomorrow"}})",
                 "/request/requested_date", "a date as in"
             },
             Case{
                 R"({"account":"acme-1","request":{"reference":"x"}})", "/request/reference",
                 "leave it out"
             },
             Case{
                 R"({"account":"acme-1","request":{"attempt":2}})", "/request/attempt",
                 "leave it out"
             },
             Case{
                 R"({"account":"acme-1","request":{"documents":"x"}})", "/request/documents",
                 "a list"
             },
             Case{
                 R"({"account":"acme-1","request":{"documents":["X1"]}})", "/request/documents/0",
                 R"(no document "X1")"
             },
             Case{
                 R"({"account":"acme-1","request":{"documents":[{"id":"X1","x":1}]}})",
                 "/request/documents/0/x", "no such field"
             },
             Case{
                 R"({"account":"acme-1","reference":"a b","request":{}})", "/reference",
                 "without blanks"
             },
             Case{
                 R"({"account":"acme-1","submit":"yes","request":{}})", "/submit", "true or false"
             },
             Case{
                 R"({"account":"acme-1","submit":true,"request":{}})", "/request/numbers",
                 "without numbers"
             },
         }) {
        const auto reply = served.post("/v1/port-orders", body);
        EXPECT_EQ(reply.status, 400) << body;
        EXPECT_EQ(reply.field("content-type"), "application/problem+json");
        EXPECT_EQ(reply.text("type"), "urn:porteur:problem:invalid-input") << body;
        EXPECT_EQ(reply.text("field"), field) << reply.body;
        EXPECT_THAT(reply.text("detail"), HasSubstr(detail)) << body;
    }
    EXPECT_EQ(served.host.created, 0);
}

TEST(CreateOrder, RefusesWhatIsNoJsonObject) {
    Served served;
    EXPECT_THAT(
        served.post("/v1/port-orders", "{\"account\":").text("detail"),
        HasSubstr("not JSON at byte")
    );
    EXPECT_THAT(
        served.post("/v1/port-orders", "[1]").text("detail"), HasSubstr("not a JSON object")
    );
    EXPECT_THAT(served.post("/v1/port-orders", "\"\xFF\"").text("detail"), HasSubstr("not JSON"));
    const std::string deep(40, '[');
    EXPECT_EQ(served.post("/v1/port-orders", "{\"request\":" + deep).status, 400);
}

TEST(CreateOrder, PutsTheWholeOfADocumentWhereItsIdStood) {
    Served served;
    const auto stored = served.ask(
        {.method = "POST",
         .target = "/v1/documents?type=loa&name=loa.pdf",
         .body = "%PDF-1.7",
         .key = "d",
         .content_type = "application/pdf"}
    );
    ASSERT_EQ(stored.status, 201) << stored.body;
    const auto id = stored.text("id");
    for (const auto& form : {"\"" + id + "\"", "{\"id\":\"" + id + "\"}"}) {
        const auto reply = served.post(
            "/v1/port-orders", R"({"account":"acme-1","request":{"documents":[)" + form + "]}}"
        );
        ASSERT_EQ(reply.status, 201) << reply.body;
        EXPECT_THAT(
            served.host.last_new_order().request,
            AllOf(HasSubstr(R"("content_type":"application/pdf")"), HasSubstr(R"("type":"loa")"))
        );
    }
}

TEST(CreateOrder, PassesOnWhyTheHostRefused) {
    Served served;
    served.host.refuse_change = Error{
        .kind = ErrorKind::invalid_input,
        .message = "the reference ACME-7 is taken",
        .code = std::string(conflict_code)
    };
    EXPECT_EQ(served.post("/v1/port-orders", new_port).status, 409);
    served.host.refuse_change = Error{
        .kind = ErrorKind::unavailable,
        .message = "the store is full",
        .retry_after = std::chrono::seconds(7)
    };
    const auto reply = served.post("/v1/port-orders", new_port);
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.field("retry-after"), "7");
    EXPECT_EQ(reply.text("detail"), "the store is full");
}

// ------------------------------------------------------------------ reading

TEST(ShowOrder, MasksTheAccountNumberForReaders) {
    Served served;
    const auto order = served.order();
    EXPECT_THAT(served.get(path_of(order)).body, HasSubstr("9876543210"));
    const auto seen = served.get(path_of(order), FakeHost::reader_token);
    EXPECT_EQ(seen.status, 200);
    EXPECT_THAT(seen.body, AllOf(HasSubstr("******3210"), Not(HasSubstr("9876543210"))));
}

TEST(ShowOrder, GivesEachNumberItsOwnState) {
    Served served;
    auto order = served.order();
    order.state = OrderState::submitted;
    order.request = R"({"numbers":["+14165550101","+14165550102"]})";
    order.progress =
        R"({"numbers":[{"number":"+14165550102","state":"completed","reason":"","carrier_word":"Done"}],"keep":{"cursor":"x"},"carrier_id":"T-9"})";
    served.host.put(order);
    const auto shown = served.get(path_of(order)).document();
    EXPECT_EQ(
        json::serialize(shown.at("numbers").at(0)),
        R"({"number":"+14165550101","state":"submitted"})"
    );
    EXPECT_EQ(shown.at("numbers").at(1).at("state"), "completed");
    EXPECT_EQ(shown.at("progress").at("carrier_id"), "T-9");
    EXPECT_FALSE(shown.at("progress").as_object().contains("keep"));
}

TEST(ShowOrder, AnswersForeignOrdersAndOtherKindsAsIfTheyWereNotThere) {
    Served served;
    const auto order = served.order();
    const auto id = id_text(order.id);
    auto absent = served.get("/v1/port-orders/0000000000001");
    auto foreign = served.get("/v1/port-orders/" + id, FakeHost::foreign_token);
    EXPECT_EQ(absent.status, 404);
    EXPECT_EQ(foreign.status, 404);
    EXPECT_EQ(served.get("/v1/purchase-orders/" + id).status, 404);
    EXPECT_EQ(served.get("/v1/port-orders/not-an-id").status, 404);
    EXPECT_EQ(
        served.get("/v1/port-orders/" + id + "/timeline", FakeHost::foreign_token).status, 404
    );
    EXPECT_EQ(
        served.get("/v1/port-orders/" + id + "/operations", FakeHost::foreign_token).status, 404
    );
}

TEST(ListOrders, GoesThroughAllPagesByCursor) {
    Served served;
    std::vector<std::string> made;
    for (int count = 0; count < 5; ++count) made.push_back(id_text(served.order().id));
    served.order(OrderKind::purchase);
    std::vector<std::string> seen;
    std::string next = "/v1/port-orders?limit=2";
    for (int page = 0; page < 3; ++page) {
        const auto reply = served.get(next);
        ASSERT_EQ(reply.status, 200) << reply.body;
        const auto list = reply.document();
        for (const auto& each : list.at("items").as_array()) {
            seen.insert(seen.begin(), std::string(each.at("id").as_string()));
            EXPECT_FALSE(each.as_object().contains("request"));
        }
        EXPECT_EQ(list.at("next_cursor").is_null(), page == 2);
        if (page < 2)
            next =
                "/v1/port-orders?limit=2&cursor=" + std::string(list.at("next_cursor").as_string());
    }
    EXPECT_EQ(seen, made);
}

TEST(ListOrders, FiltersByStateAndDelivery) {
    Served served;
    served.order();
    auto doubtful = served.order();
    doubtful.delivery = Delivery::in_doubt;
    served.host.put(doubtful);
    const auto list = served.get("/v1/port-orders?state=draft&delivery=in_doubt").document();
    ASSERT_EQ(list.at("items").as_array().size(), 1U);
    EXPECT_EQ(list.at("items").at(0).at("id"), json::string(id_text(doubtful.id)));
    EXPECT_TRUE(
        served.get("/v1/port-orders?state=completed").document().at("items").as_array().empty()
    );
}

TEST(ListOrders, SaysWhichParameterIsWrong) {
    Served served;
    for (const char* query :
         {"limit=0", "limit=201", "limit=x", "limit=5x", "cursor=x", "cursor=0000000000000",
          "state=lost", "delivery=gone", "page=2", "limit=2&limit=3", "state=%zz", "state=%01",
          "state=%ff", "state=%"}) {
        const auto reply = served.get(std::string("/v1/port-orders?") + query);
        EXPECT_EQ(reply.status, 400) << query;
        EXPECT_THAT(reply.text("detail"), Not(::testing::IsEmpty())) << query;
    }
}

TEST(Timeline, ShowsEntriesAndOperationsWithoutTheirInput) {
    Served served;
    const auto order = served.order();
    const auto timeline = served.get(path_of(order, "/timeline"));
    ASSERT_EQ(timeline.status, 200);
    EXPECT_EQ(timeline.document().at("items").at(0).at("data").at("by"), "desk");
    const auto operations = served.get(path_of(order, "/operations"));
    ASSERT_EQ(operations.status, 200);
    EXPECT_EQ(operations.document().at("items").at(0).at("name"), "submit_port");
    EXPECT_THAT(operations.body, Not(HasSubstr("never shown")));
}

TEST(Exchanges, AreShownWithoutWhatNobodyNeedsToSee) {
    Served served;
    const auto order = served.order();
    Exchange asked;
    asked.sent.step = "submit";
    asked.sent.guarantee = Guarantee::once;
    asked.sent.head = R"({"method":"POST","path":"/ports","query":[["access_token","t-1"]]})";
    asked.sent.body = R"({"accountNumber":"4165550100","pin":"135790","nested":[{"Password":"p"}],"name":"Acme"})";
    asked.answered = Completion{.seq = 1, .kind = ErrorKind::none, .head = R"({"status":201})", .body = R"({"id":"P-1","token":"t-2"})"};
    asked.ended = asked.at;
    served.host.outgoing.made_exchanges = {asked};
    const auto path = path_of(order, "/exchanges?operation=" + id_text(order.id + 2));
    const auto reply = served.get(path);
    ASSERT_EQ(reply.status, 200) << reply.body;
    const auto document = reply.document();
    const auto& shown = document.at("items").at(0);
    EXPECT_EQ(shown.at("sent"), R"({"accountNumber":"•••0100","name":"Acme","nested":[{"Password":"•••"}],"pin":"•••"})");
    EXPECT_EQ(shown.at("answer"), R"({"id":"P-1","token":"•••"})");
    EXPECT_EQ(shown.at("status"), 201);
    EXPECT_EQ(shown.at("guarantee"), "ONCE");
    EXPECT_EQ(shown.at("address"), "/ports");
    for (const auto* secret : {"135790", "t-1", "t-2"}) EXPECT_THAT(reply.body, Not(HasSubstr(secret)));
    EXPECT_EQ(served.get(path_of(order, "/exchanges")).text("field"), "operation");
    EXPECT_EQ(served.get(path_of(order, "/exchanges?operation=" + id_text(order.id))).status, 400);
}

TEST(Exchanges, AreShownInTheSystemsOwnAccountAloneAsAnAnswerMayListWhatOtherCustomersHave) {
    Served served;
    auto order = served.order();
    order.tenant = 2;
    served.host.put(order);
    const auto path = path_of(order, "/exchanges?operation=" + id_text(order.id + 2));
    const auto reply = served.get(path, FakeHost::foreign_token);
    EXPECT_EQ(reply.status, 403) << "an operator, and the order is its account's";
    EXPECT_THAT(reply.body, HasSubstr("view_carrier_lists"));
}

TEST(Exchanges, MaskSecretsOfEveryKindUnderEveryNameThatTheyHave) {
    Served served;
    const auto order = served.order();
    Exchange asked;
    asked.sent.head = R"({"method":"GET","url":"https://carrier.example/a?passwd=hush1&x=1","query":[["account_number","4165550100"],["pwd","hush2"]]})";
    asked.sent.body = R"({"pinNumber":135790,"passwd":["hush3"],"secrets":{"a":"hush4"},"ssn":"hush5","Set-Cookie":"hush6","account_number":4165550100,"account":{"id":7},"accountNumbers":["4165550101"],"city":"Toronto","shipping":"fast"})";
    asked.answered = Completion{.seq = 1, .kind = ErrorKind::none, .head = R"({"status":200})", .body = "grant=x&client_secret=hush7&pin%5Fcode=hush8&account_no=4165550100"};
    Exchange xml;
    xml.sent.head = R"({"method":"POST","path":"/soap","content":"text/xml; charset=utf-8"})";
    xml.sent.body = "<a><pin>hush9</pin></a>";
    xml.answered = Completion{.seq = 2, .kind = ErrorKind::none, .head = R"({"headers":{"content-type":"text/plain"},"status":200})", .body = "hush10 is the code"};
    served.host.outgoing.made_exchanges = {asked, xml};
    const auto reply = served.get(path_of(order, "/exchanges?operation=" + id_text(order.id + 2)));
    ASSERT_EQ(reply.status, 200) << reply.body;
    for (const auto* secret : {"hush", "135790", "4165550100", "4165550101"}) EXPECT_THAT(reply.body, Not(HasSubstr(secret)));
    const auto document = reply.document();
    const auto& shown = document.at("items").at(0);
    EXPECT_EQ(shown.at("address"), "https://carrier.example/a?passwd=•••&x=1");
    EXPECT_EQ(shown.at("query").at(0).at(1), "•••0100");
    EXPECT_EQ(
        shown.at("sent"),
        R"({"Set-Cookie":"•••","account":{"id":7},"accountNumbers":["•••0101"],"account_number":"•••0100","city":"Toronto","passwd":"•••","pinNumber":"•••","secrets":"•••","shipping":"fast","ssn":"•••"})"
    );
    EXPECT_EQ(shown.at("answer"), "grant=x&client_secret=•••&pin%5Fcode=•••&account_no=•••0100");
    EXPECT_EQ(document.at("items").at(1).at("sent"), R"(…[23 "text/xml"])");
    EXPECT_EQ(document.at("items").at(1).at("answer"), R"(…[18 "text/plain"])");
}

// ------------------------------------------------------------------ changing

TEST(SubmitOrder, IsTakenOnAndNotYetDone) {
    Served served;
    const auto order = served.order();
    const auto reply = served.post(path_of(order, "/submit"), "");
    EXPECT_EQ(reply.status, 202) << reply.body;
    EXPECT_EQ(reply.field("etag"), "\"2\"");
    EXPECT_EQ(reply.text("delivery"), "sending");
}

TEST(SubmitOrder, IsAConflictWhenTheStateForbidsIt) {
    Served served;
    auto order = served.order();
    order.state = OrderState::completed;
    served.host.put(order);
    const auto reply = served.post(path_of(order, "/submit"), "");
    EXPECT_EQ(reply.status, 409);
    EXPECT_EQ(reply.text("type"), "urn:porteur:problem:conflict");
    EXPECT_EQ(reply.text("detail"), "the order was submitted before");
}

TEST(SubmitOrder, NamesTheFieldThatIsWrongAsCreatingDoes) {
    Served served;
    const auto order = served.order();
    served.host.refuse_change = Error{
        .kind = ErrorKind::invalid_input, .message = "/request/documents/0: signed 31 days ago"
    };
    const auto reply = served.ask({.method = "POST", .target = path_of(order, "/submit"), .key = "k1"});
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.text("field"), "/request/documents/0");
}

TEST(SubmitOrder, WantsNumbers) {
    Served served;
    auto order = served.order();
    order.request = "{}";
    served.host.put(order);
    const auto reply = served.post(path_of(order, "/submit"), "");
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.text("field"), "/request/numbers");
    EXPECT_EQ(served.host.changed, 0);
}

TEST(CancelOrder, IsTakenOn) {
    Served served;
    const auto order = served.order(OrderKind::purchase);
    const auto reply = served.post(path_of(order, "/cancel"), "");
    EXPECT_EQ(reply.status, 202);
    EXPECT_EQ(reply.text("state"), "cancelled");
}

TEST(ChangesOfAnOrder, AreNotMadeToAnotherVersionThanTheCallerSaw) {
    Served served;
    const auto order = served.order();
    for (const char* route : {"/submit", "/cancel", "/settle", "/answer"}) {
        Sent sent{
            .method = "POST",
            .target = path_of(order, route),
            .key = std::string("k") + route,
            .fields = {{"If-Match", "\"7\""}}
        };
        if (route == std::string("/settle")) sent.body = R"({"verdict":"tried_again"})";
        if (route == std::string("/answer")) sent.body = R"({"choice":"yes"})";
        const auto reply = served.ask(sent);
        EXPECT_EQ(reply.status, 412) << route;
        EXPECT_THAT(reply.text("detail"), HasSubstr("version is \"1\""));
        EXPECT_EQ(reply.text("field"), "If-Match");
    }
    EXPECT_EQ(
        served.ask(patch(order, R"({"request":{"losing_carrier":"x"}})", "W/\"1\"")).status, 412
    );
    EXPECT_EQ(served.host.changed, 0);
    EXPECT_EQ(
        served.ask(patch(order, R"({"request":{"losing_carrier":"x"}})", "\"9\", \"1\"")).status,
        200
    );
    EXPECT_EQ(served.ask(patch(order, R"({"request":{"losing_carrier":"y"}})", "*")).status, 200);
}

TEST(AmendOrder, MergesIntoTheRequestAndKeepsThePin) {
    Served served;
    const auto order = served.order();
    const auto reply = served.ask(patch(
        order,
        R"({"request":{"service_address":{"city":"Toronto"},"account_number":null,"btn":"+14165550101"}})",
        "\"1\""
    ));
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.field("etag"), "\"2\"");
    const auto request = reply.document().at("request");
    EXPECT_EQ(request.at("service_address").at("city"), "Toronto");
    EXPECT_EQ(request.at("account_number"), "");
    EXPECT_EQ(request.at("btn"), "+14165550101");
    EXPECT_EQ(request.at("numbers").at(0), "+14165550101");
    EXPECT_EQ(request.at("pin").at("length"), 6);
    EXPECT_EQ(served.host.last_amendment().pin, std::nullopt);
    EXPECT_EQ(served.host.last_amendment().if_version, 1);
}

TEST(AmendOrder, ReplacesOrTakesAwayThePin) {
    Served served;
    const auto order = served.order();
    const auto changed = served.ask(patch(order, R"({"request":{"pin":"12345678"}})"));
    ASSERT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(served.host.last_amendment().pin, "12345678");
    EXPECT_EQ(changed.document().at("request").at("pin").at("length"), 8);
    const auto taken = served.ask(patch(order, R"({"request":{"pin":null}})"));
    ASSERT_EQ(taken.status, 200) << taken.body;
    EXPECT_EQ(served.host.last_amendment().pin, "");
    EXPECT_EQ(taken.document().at("request").at("pin").at("given"), false);
}

TEST(AmendOrder, IsPossibleOnlyInADraftOrAnException) {
    Served served;
    auto order = served.order();
    for (const auto state : {OrderState::submitted, OrderState::confirmed, OrderState::completed}) {
        order.state = state;
        served.host.put(order);
        EXPECT_EQ(served.ask(patch(order, R"({"request":{}})")).status, 409);
    }
    order.state = OrderState::exception;
    served.host.put(order);
    EXPECT_EQ(served.ask(patch(order, R"({"request":{}})")).status, 200);
}

/// Somebody else changes the order once, between the reading of it and the change.
void once_meanwhile(Served& served, Id id, std::function<void(Order&)> how) {
    served.host.before_change = [&served, id, how = std::move(how), once = std::make_shared<std::once_flag>()] {
        std::call_once(*once, [&] {
            auto order = served.host.get(id);
            how(order);
            ++order.version;
            served.host.put(order);
        });
    };
}

TEST(AmendOrder, IsMadeToTheNewestVersionWhenTheCallerNamedNone) {
    Served served;
    const auto order = served.order();
    once_meanwhile(served, order.id, [](Order& now) { now.problem = "a check came in between"; });
    EXPECT_EQ(served.ask(patch(order, R"({"request":{"losing_carrier":"x"}})")).status, 200);

    once_meanwhile(served, order.id, [](Order& now) {
        now.request.replace(now.request.find("9876543210"), 10, "5556667778");
    });
    const auto both = served.ask(patch(order, R"({"request":{"losing_carrier":"y"}})"));
    ASSERT_EQ(both.status, 200) << both.body;
    EXPECT_EQ(both.document().at("request").at("losing_carrier"), "y");
    EXPECT_EQ(both.document().at("request").at("account_number"), "5556667778") << "what the other had changed is lost";

    const auto version = "\"" + std::to_string(served.host.get(order.id).version) + "\"";
    once_meanwhile(served, order.id, [](Order&) {});
    EXPECT_EQ(served.ask(patch(order, R"({"request":{"losing_carrier":"z"}})", version)).status, 412);
}

TEST(AmendOrder, NamesTheFieldThatIsWrong) {
    Served served;
    const auto order = served.order();
    for (const auto& [body, field] :
         {std::pair{R"({"state":"completed"})", "/state"},
          {R"({"request":{"colour":"red"}})", "/request/colour"},
          {R"({"request":{"attempt":9}})", "/request/attempt"},
          {R"({"request":7})", "/request"},
          {R"({"request":{"pin":{"given":true}}})", "/request/pin"}}) {
        const auto reply = served.ask(patch(order, body));
        EXPECT_EQ(reply.status, 400) << body;
        EXPECT_EQ(reply.text("field"), field) << reply.body;
    }
}

TEST(SettleOrder, TakesAPersonsVerdict) {
    Served served;
    auto order = served.order();
    order.delivery = Delivery::in_doubt;
    served.host.put(order);
    const auto reply = served.post(
        path_of(order, "/settle"), R"({"verdict":"found_at_carrier","carrier_id":"T-77"})"
    );
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.text("carrier_id"), "T-77");
    EXPECT_EQ(
        served.host.last_verdict(),
        (std::pair(PersonVerdict::found_at_carrier, std::string("T-77")))
    );
    EXPECT_EQ(
        served.post(path_of(order, "/settle"), R"({"verdict":"not_carried_out"})").status, 409
    );
}

TEST(SettleOrder, IsOfferedWithTheVerdictsThatAreTaken) {
    Served served;
    auto order = served.order();
    const auto shown = [&](const char* member) {
        served.host.put(order);
        return served.get(path_of(order)).document().at(member);
    };
    EXPECT_EQ(shown("settle"), json::array());
    EXPECT_EQ(shown("waiting_operation"), nullptr);
    order.state = OrderState::cancel_pending;
    order.stage = Stage::follow;
    order.carrier_id = "T-7";
    order.delivery = Delivery::waiting_for_person;
    EXPECT_EQ(shown("settle"), (json::array{"found_at_carrier", "not_carried_out", "tried_again"}));
    EXPECT_EQ(shown("waiting_operation"), nullptr);
    order.stage = Stage::cancel;
    EXPECT_EQ(shown("settle"), (json::array{"found_at_carrier", "tried_again"})) << "the carrier has it";
    order.open_operation = order.id;
    EXPECT_EQ(shown("waiting_operation"), id_text(order.id).c_str());
    order.state = OrderState::completed;
    order.stage = Stage::release;
    order.open_operation = 0;
    EXPECT_EQ(shown("settle"), (json::array{"tried_again", "left"}));
}

TEST(SettleOrder, NamesTheFieldThatIsWrong) {
    Served served;
    const auto order = served.order();
    for (const auto& [body, field] :
         {std::pair{R"({})", "/verdict"},
          {R"({"verdict":"maybe"})", "/verdict"},
          {R"({"verdict":"found_at_carrier"})", "/carrier_id"},
          {R"({"verdict":"tried_again","carrier_id":7})", "/carrier_id"},
          {R"({"verdict":"tried_again","x":7})", "/x"}}) {
        const auto reply = served.post(path_of(order, "/settle"), body);
        EXPECT_EQ(reply.status, 400) << body;
        EXPECT_EQ(reply.text("field"), field) << reply.body;
    }
}

TEST(AnswerOrder, PassesThePersonsChoiceOn) {
    Served served;
    const auto order = served.order(OrderKind::purchase);
    EXPECT_EQ(
        served.post(path_of(order, "/answer"), R"({"choice":"done","text":"ticket 5"})").status, 200
    );
    EXPECT_EQ(served.host.last_answer(), (std::pair(std::string("done"), std::string("ticket 5"))));
    EXPECT_EQ(served.post(path_of(order, "/answer"), R"({"text":"x"})").text("field"), "/choice");
}

TEST(RefusedOrders, AreListedByTheReasonThatTheyWereRefusedFor) {
    Served served;
    served.host.outgoing.refused = {served.order(), served.order()};
    const auto reply = served.get("/v1/port-orders?code=PIN_INVALID&state=exception&limit=1");
    ASSERT_EQ(reply.status, 200) << reply.body;
    const auto& [query, code] = served.host.outgoing.last_refused;
    EXPECT_EQ(code, Reason::pin_invalid);
    EXPECT_EQ(query.kind, OrderKind::port);
    EXPECT_EQ(query.state, OrderState::exception);
    EXPECT_EQ(query.limit, 2) << "one more says whether there is a next page";
    EXPECT_EQ(reply.document().at("items").as_array().size(), 1U);
    EXPECT_NE(reply.document().at("next_cursor"), nullptr);
    for (const auto* wrong : {"NO_SUCH", "pin_invalid", "NONE"}) {
        const auto refused = served.get(std::string("/v1/port-orders?code=") + wrong);
        EXPECT_EQ(refused.status, 400) << wrong;
        EXPECT_EQ(refused.text("field"), "code") << wrong;
    }
    EXPECT_EQ(served.get("/v1/release-orders?code=PIN_INVALID").status, 400) << "what a carrier keeps is no refusal that is counted";
}

}  // namespace
}  // namespace porteur::testing
