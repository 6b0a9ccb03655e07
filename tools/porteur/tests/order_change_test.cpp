// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "order_answers.hpp"
#include "world.hpp"

namespace porteur::cli {
namespace {

const std::string path = "/v1/port-orders/01JD9Y4V8K3ZQ";
const std::string id = "01JD9Y4V8K3ZQ";

TEST(PortSubmit, SendsNoBodyAndShowsWhereTheOrderStands) {
    World world;
    ScriptedServer server({
        {.expects = "POST " + path + "/submit",
         .status = 202,
         .body = order_answer({.delivery = "sending"})},
    });
    EXPECT_EQ(
        world.run({"port", "submit", id}, server), (Ran{0, "01JD9Y4V8K3ZQ  draft, sending\n", ""})
    );
    EXPECT_EQ(server.seen().at(0).body, "");
    EXPECT_EQ(server.seen().at(0).field("content-length"), "0");
    EXPECT_EQ(server.seen().at(0).field("content-type"), "");
    EXPECT_EQ(server.seen().at(0).field("idempotency-key"), "key-1");
}

TEST(PortSubmit, GivesAConflictAStatusOfItsOwn) {
    World world;
    ScriptedServer server({
        {.expects = "POST " + path + "/submit",
         .status = 409,
         .body =
             R"({"title":"The order's state does not allow this","status":409,)"
             R"("detail":"order 01JD9Y4V8K3ZQ is completed; only a draft or an exception can be submitted"})",
         .type = "application/problem+json"},
    });
    EXPECT_EQ(
        world.run({"port", "submit", id}, server),
        (
            Ran{status_of(ExitCode::conflict), "",
                "porteur: The order's state does not allow this: order 01JD9Y4V8K3ZQ is completed; "
                "only a draft or an "
                "exception can be submitted\n"}
        )
    );
}

TEST(PortSubmit, EncodesWhatWasGivenAsAnId) {
    World world;
    ScriptedServer server({
        {.expects = "POST /v1/port-orders/..%2F..%2Fx/submit",
         .status = 404,
         .body =
             R"({"title":"Not found","detail":"there is no order \"../../x\" among yours of this kind"})"
        },
    });
    EXPECT_EQ(
        world.run({"port", "submit", "../../x"}, server),
        (
            Ran{status_of(ExitCode::not_found), "",
                "porteur: Not found: there is no order \"../../x\" among yours of "
                "this kind\n"}
        )
    );
}

TEST(PortCancel, ShowsWhatAPersonHasToDo) {
    World world;
    ScriptedServer server({
        {.expects = "POST " + path + "/cancel",
         .status = 202,
         .body = order_answer(
             {.state = "cancel_pending",
              .delivery = "waiting_for_person",
              .problem = "ask its porting team to cancel it",
              .settle = R"(["found_at_carrier","not_carried_out","tried_again"])"}
         )},
    });
    EXPECT_EQ(
        world.run({"port", "cancel", id}, server),
        (
            Ran{0,
                "01JD9Y4V8K3ZQ  cancel_pending, waiting_for_person\n"
                "problem: ask its porting team to cancel it\n"
                "next: porteur port settle 01JD9Y4V8K3ZQ not_carried_out, once the carrier has called "
                "it off\n",
                ""}
        )
    );
}

TEST(PortCancel, OffersOnlyWhatCanBeSaidNow) {
    const auto next = [](const OrderParts& parts) {
        World world;
        ScriptedServer server({{.expects = "POST " + path + "/cancel", .body = order_answer(parts)}});
        const auto out = world.run({"port", "cancel", id}, server).out;
        const auto at = out.find("next: ");
        return at == out.npos ? std::string() : out.substr(at);
    };
    const std::string settle = "next: porteur port settle 01JD9Y4V8K3ZQ ";
    EXPECT_EQ(
        next({.state = "cancel_pending", .delivery = "waiting_for_person", .settle = R"(["tried_again"])"}),
        settle + "tried_again\n"
    );
    EXPECT_EQ(
        next({.state = "cancel_pending", .delivery = "in_doubt", .settle = R"(["found_at_carrier"])"}),
        "next: ask the carrier, then: porteur port settle 01JD9Y4V8K3ZQ found_at_carrier --carrier-id ID\n"
    );
    // A task waits, whatever the state: a draft whose mail is to be approved, say.
    for (const auto* state : {"cancel_pending", "draft", "submitted"})
        EXPECT_EQ(
            next({.state = state,
                  .delivery = "waiting_for_person",
                  .settle = R"(["tried_again"])",
                  .waiting_operation = "\"01JD9Y4V8K3ZR\""}),
            "next: porteur port answer 01JD9Y4V8K3ZQ CHOICE, or porteur port settle 01JD9Y4V8K3ZQ "
            "VERDICT\n"
        );
    EXPECT_EQ(
        next({.state = "accepted",
              .delivery = "waiting_for_person",
              .settle = R"(["found_at_carrier","tried_again"])"}),
        settle + "VERDICT (found_at_carrier, tried_again)\n"
    );
    EXPECT_EQ(next({.state = "accepted", .delivery = "waiting_for_person"}), "");
}

TEST(PortSettle, SendsTheVerdict) {
    World world;
    ScriptedServer server({
        {.expects = "POST " + path + "/settle",
         .body = order_answer({.state = "submitted", .due = "\"2026-12-01T09:31:00.000Z\""})},
        {.expects = "POST " + path + "/settle", .body = order_answer({.delivery = "sending"})},
    });
    EXPECT_EQ(
        world.run({"port", "settle", id, "found_at_carrier", "--carrier-id", "T-77"}, server),
        (Ran{0, "01JD9Y4V8K3ZQ  submitted\n", ""})
    );
    world.run({"port", "settle", id, "not_carried_out"}, server);
    EXPECT_EQ(server.seen().at(0).body, R"({"carrier_id":"T-77","verdict":"found_at_carrier"})");
    EXPECT_EQ(server.seen().at(1).body, R"({"verdict":"not_carried_out"})");
}

TEST(PurchaseAnswer, SendsChoiceAndText) {
    World world;
    ScriptedServer server({
        {.expects = "POST /v1/purchase-orders/" + id + "/answer",
         .body = order_answer({.state = "in_review", .due = "\"2026-12-01T09:31:00.000Z\""})},
    });
    EXPECT_EQ(
        world.run({"purchase", "answer", id, "take", "--text", "the first two"}, server),
        (Ran{0, "01JD9Y4V8K3ZQ  in_review\n", ""})
    );
    EXPECT_EQ(server.seen().at(0).body, R"({"choice":"take","text":"the first two"})");
}

TEST(PortAmend, ChangesOnlyWhatItSawAndOnlyWhatIsGiven) {
    World world;
    ScriptedServer server({
        {.expects = "GET " + path,
         .body = order_answer({.state = "exception"}),
         .fields = {{"ETag", "\"3\""}}},
        {.expects = "PATCH " + path,
         .body = order_answer(
             {.state = "exception", .delivery = "waiting_for_person", .problem = "PIN_INVALID"}
         )},
    });
    EXPECT_EQ(
        world.run(
            {"port", "amend", id, "--account-number", "4165550100", "--btn", "", "--city", "Ottawa"
            },
            server
        ),
        (Ran{
            0,
            "01JD9Y4V8K3ZQ  exception, waiting_for_person\n"
            "problem: PIN_INVALID\n"
            "next: porteur port fix 01JD9Y4V8K3ZQ ... --submit\n",
            ""
        })
    );
    EXPECT_EQ(server.seen().at(1).field("if-match"), "\"3\"");
    EXPECT_EQ(
        server.seen().at(1).body,
        R"({"request":{"account_number":"4165550100","btn":null,"service_address":{"city":"Ottawa"}}})"
    );
}

TEST(PortAmend, AddsDocumentsToThoseThatAreThere) {
    World world;
    auto order = order_answer({});
    order.replace(
        order.find(R"("request":{})"), 12, R"("request":{"documents":[{"id":"D1","type":"loa"}]})"
    );
    ScriptedServer server({
        {.expects = "GET " + path, .body = order, .fields = {{"ETag", "\"3\""}}},
        {.expects = "POST /v1/documents?type=invoice&name=bill.pdf",
         .status = 201,
         .body = R"({"id":"D2"})"},
        {.expects = "PATCH " + path, .body = order_answer({})},
    });
    const auto bill = world.file("bill.pdf", "%PDF-1.7");
    EXPECT_EQ(world.run({"port", "amend", id, "--invoice", bill}, server).status, 0);
    EXPECT_EQ(server.seen().at(2).body, R"({"request":{"documents":["D1","D2"]}})");
}

TEST(PortAmend, SaysWhenSomebodyElseWasFaster) {
    World world;
    ScriptedServer server({
        {.expects = "GET " + path, .body = order_answer({}), .fields = {{"ETag", "\"3\""}}},
        {.expects = "PATCH " + path,
         .status = 412,
         .body =
             R"({"title":"The order has changed in the meantime","detail":"the order's version is \"4\""})"
        },
        {.expects = "GET " + path,
         .body = R"({"id":"01JD9Y4V8K3ZQ","request":{"account_number":"7"}})",
         .fields = {{"ETag", "\"4\""}}},
    });
    EXPECT_EQ(
        world.run({"port", "amend", id, "--unit", "5"}, server),
        (
            Ran{status_of(ExitCode::conflict), "",
                "porteur: The order has changed in the meantime: the order's version is \"4\"; "
                "look at it again ('show') "
                "and repeat what still holds\n"}
        )
    );
}

TEST(PortAmend, IsMadeToTheNewerVersionWhenOnlyTheCarrierWasAskedMeanwhile) {
    World world;
    ScriptedServer server({
        {.expects = "GET " + path, .body = order_answer({}), .fields = {{"ETag", "\"3\""}}},
        {.expects = "PATCH " + path, .status = 412, .body = R"({"title":"The order has changed in the meantime"})"},
        {.expects = "GET " + path, .body = order_answer({.state = "exception"}), .fields = {{"ETag", "\"4\""}}},
        {.expects = "PATCH " + path, .body = order_answer({})},
    });
    EXPECT_EQ(world.run({"port", "amend", id, "--unit", "5"}, server).status, 0);
    EXPECT_EQ(server.seen().at(3).field("if-match"), "\"4\"");
    EXPECT_EQ(server.seen().at(3).body, server.seen().at(1).body);
}

TEST(PortAmend, NeedsSomethingToChange) {
    World world;
    ScriptedServer server({{.expects = "GET " + path, .body = order_answer({})}});
    const auto ran = world.run({"port", "amend", id}, server);
    EXPECT_EQ(ran.status, status_of(ExitCode::usage));
    EXPECT_EQ(
        ran.err,
        "porteur: there is nothing to change; give fields, as in --account-number 123, or --file\n"
    );
}

}  // namespace
}  // namespace porteur::cli
