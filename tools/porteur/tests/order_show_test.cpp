// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "order_answers.hpp"
#include "world.hpp"

namespace porteur::cli {
namespace {

const std::string order =
    R"({"account":"tt","attempt":2,"carrier_id":"T-77","created":"2026-12-01T09:00:00.000Z",
"delivery":"waiting_for_person","due":"2026-12-01T09:45:00.000Z","id":"01JD9Y4V8K3ZQ","kind":"port",
"losing_account":"rc-main","numbers":[
{"number":"+14165550101","state":"exception","reason":"PIN_INVALID","carrier_word":"Rejected"},
{"number":"+14165550102","state":"confirmed","reason":"","carrier_word":"FOC"}],
"problem":"PIN_INVALID (carrier code 8C): wrong PIN",
"progress":{"carrier_word":"Rejected","foc":"2026-12-15"},"reference":"R-1",
"request":{"end_user":{"name":"Café Montréal","authorized_person":{"first_name":"Anna","last_name":"Roy"}},
"requested_date":"2026-12-14","documents":[{"id":"D1","type":"loa","name":"loa.pdf","signed_on":"2026-11-20"}]},
"state":"exception","submitted":null,"updated":"2026-12-01T09:30:00.000Z","version":3})";

TEST(PortShow, PrintsTheOrderItsNumbersDocumentsAndTimeline) {
    World world;
    ScriptedServer server({
        {.expects = "GET /v1/port-orders/01JD9Y4V8K3ZQ", .body = order},
        {.expects = "GET /v1/port-orders/01JD9Y4V8K3ZQ/timeline",
         .body = timeline_answer(
             entry_json("01JD9Y4V8K3ZR", "00", "draft -> submitted") + "," +
             entry_json("01JD9Y4V8K3ZS", "09", "submitted -> exception (carrier: \\\"Rejected\\\")")
         )},
    });
    EXPECT_EQ(
        world.run({"port", "show", "01JD9Y4V8K3ZQ"}, server),
        (Ran{
            0,
            "Order           01JD9Y4V8K3ZQ\n"
            "Reference       R-1\n"
            "Account         rc-main -> tt\n"
            "State           exception\n"
            "Delivery        waiting_for_person\n"
            "Problem         PIN_INVALID (carrier code 8C): wrong PIN\n"
            "Next step       porteur port fix 01JD9Y4V8K3ZQ ... --submit\n"
            "Carrier's id    T-77\n"
            "Carrier's word  Rejected\n"
            "FOC date        2026-12-15\n"
            "Wished date     2026-12-14\n"
            "End user        Café Montréal\n"
            "Signed by       Anna Roy\n"
            "Attempt         2\n"
            "Created         2026-12-01 10:00:00\n"
            "Updated         2026-12-01 10:30:00\n"
            "Looked at       2026-12-01 10:45:00\n"
            "\n"
            "NUMBER        STATE      REASON       CARRIER'S WORD\n"
            "+14165550101  exception  PIN_INVALID  Rejected\n"
            "+14165550102  confirmed               FOC\n"
            "\n"
            "DOCUMENT  TYPE  NAME     SIGNED\n"
            "D1        loa   loa.pdf  2026-11-20\n"
            "\n"
            "2026-12-01 10:30:00  tt            draft -> submitted\n"
            "2026-12-01 10:30:09  tt            submitted -> exception (carrier: \"Rejected\")\n",
            ""
        })
    );
}

TEST(Release, IsShownWithWhatAPersonCanSayOfIt) {
    World world;
    ScriptedServer server({
        {.expects = "GET /v1/release-orders/01JD9Y4V8K3ZQ",
         .body = order_answer({.delivery = "waiting_for_person", .settle = R"(["found_at_carrier","not_carried_out"])"})},
        {.expects = "GET /v1/release-orders/01JD9Y4V8K3ZQ/timeline", .body = timeline_answer("")},
    });
    EXPECT_THAT(
        world.run({"release", "show", "01JD9Y4V8K3ZQ"}, server).out,
        ::testing::HasSubstr("porteur release settle 01JD9Y4V8K3ZQ VERDICT (found_at_carrier, not_carried_out)\n")
    );
}

TEST(Release, IsListedSettledAndCalledOffButNeverMadeOrCorrected) {
    World world;
    ScriptedServer server({
        {.expects = "GET /v1/release-orders?delivery=in_doubt", .body = R"({"items":[],"next_cursor":null})"},
        {.expects = "POST /v1/release-orders/01JD9Y4V8K3ZQ/settle", .body = order_answer({.state = "completed"})},
        {.expects = "POST /v1/release-orders/01JD9Y4V8K3ZQ/cancel", .status = 202, .body = order_answer({.state = "cancelled"})},
    });
    EXPECT_EQ(world.run({"release", "list", "--delivery", "in_doubt"}, server).out, "No orders.\n");
    EXPECT_EQ(world.run({"release", "settle", "01JD9Y4V8K3ZQ", "found_at_carrier", "--carrier-id", "77"}, server).status, 0);
    EXPECT_EQ(server.seen().at(1).body, R"({"carrier_id":"77","verdict":"found_at_carrier"})");
    EXPECT_EQ(world.run({"release", "cancel", "01JD9Y4V8K3ZQ"}, server).status, 0);
    for (const auto* verb : {"create", "fix", "answer", "submit"}) EXPECT_EQ(world.run({"release", verb, "01JD9Y4V8K3ZQ"}, server).status, 2) << verb;
}

TEST(PortList, CanBeOfARefusalsReason) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/port-orders?code=PIN_INVALID", .body = R"({"items":[],"next_cursor":null})"}});
    EXPECT_EQ(world.run({"port", "list", "--code", "PIN_INVALID"}, server).status, 0);
}

TEST(PurchaseShow, SaysHowToChooseAnotherNumberOrSendOneMoreDocument) {
    for (const auto& [state, next] :
         {std::pair{"alternates_offered", "fix 01JD9Y4V8K3ZQ --number NUMBER --submit"},
          {"needs_documents", "fix 01JD9Y4V8K3ZQ --document TYPE=FILE --submit"}}) {
        World world;
        ScriptedServer server({
            {.expects = "GET /v1/purchase-orders/01JD9Y4V8K3ZQ",
             .body = order_answer({.state = state, .delivery = "waiting_for_person"})},
            {.expects = "GET /v1/purchase-orders/01JD9Y4V8K3ZQ/timeline", .body = timeline_answer("")},
        });
        EXPECT_THAT(
            world.run({"purchase", "show", "01JD9Y4V8K3ZQ"}, server).out,
            ::testing::HasSubstr(std::string("Next step  porteur purchase ") + next)
        );
    }
}

TEST(PortShow, PrintsTheApisDocumentWithJson) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/port-orders/X", .body = R"({"id":"X"})"}});
    EXPECT_EQ(world.run({"port", "show", "X", "--json"}, server), (Ran{0, "{\"id\":\"X\"}\n", ""}));
    EXPECT_EQ(server.lines(), "GET /v1/port-orders/X");
}

TEST(PortList, IsATableAndSaysHowToGoOn) {
    World world;
    ScriptedServer server({
        {.expects =
             "GET /v1/port-orders?state=exception&delivery=waiting_for_person&limit=2&cursor=C1",
         .body =
             R"({"items":[{"account":"tt","delivery":"waiting_for_person","id":"01JD9Y4V8K3ZQ","losing_account":"rc-main",
            "numbers":[{"number":"+14165550101"},{"number":"+14165550102"}],"problem":"PIN_INVALID","reference":"R-1",
            "state":"exception","updated":"2026-12-01T09:30:00.000Z"},
            {"account":"tt","delivery":"waiting_for_person","id":"01JD9Y4V8K3ZP","losing_account":"",
            "numbers":[{"number":"+14165550109"}],"problem":"","reference":"Réf-2","state":"exception",
            "updated":"2026-12-01T09:29:00.000Z"}],"next_cursor":"C2"})"},
    });
    EXPECT_EQ(
        world.run(
            {"port", "list", "--state", "exception", "--delivery", "waiting_for_person", "--limit",
             "2", "--cursor", "C1"},
            server
        ),
        (
            Ran{0,
                "ORDER          REFERENCE  FROM     ACCOUNT  STATE      DELIVERY            "
                "NUMBERS          UPDATED           "
                "   PROBLEM\n"
                "01JD9Y4V8K3ZQ  R-1        rc-main  tt       exception  waiting_for_person  "
                "+14165550101 +1  2026-12-01 "
                "10:30:00  PIN_INVALID\n"
                "01JD9Y4V8K3ZP  Réf-2               tt       exception  waiting_for_person  "
                "+14165550109     2026-12-01 "
                "10:29:00\n",
                "porteur: there are more; go on with --cursor C2\n"}
        )
    );
}

TEST(PurchaseList, SaysWhenThereIsNone) {
    World world;
    ScriptedServer server(
        {{.expects = "GET /v1/purchase-orders", .body = R"({"items":[],"next_cursor":null})"}}
    );
    EXPECT_EQ(world.run({"purchase", "list"}, server), (Ran{0, "No orders.\n", ""}));
}

}  // namespace
}  // namespace porteur::cli
