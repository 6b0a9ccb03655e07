// SPDX-License-Identifier: Apache-2.0
#include "thinktel/thinktel.hpp"

#include <gmock/gmock.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "loopback.hpp"
#include "thinktel/port_form.hpp"
#include "thinktel/tickets.hpp"

namespace porteur::sim::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string base = "/rest.svc";

json::object port_form(std::int64_t number) {
    return {
        {"CustomerName", "Acme Inc"},
        {"CustomerAccountNumber", "A-1"},
        {"CustomerStreetNumber", "1"},
        {"CustomerStreetName", "King"},
        {"CustomerCity", "Toronto"},
        {"CustomerProvince", "ON"},
        {"CustomerPostalCode", "M5V1A1"},
        {"CustomerCountry", "CA"},
        {"EmailAddress", "ports@acme.example"},
        {"CurrentProvider", 12},
        {"CustomerReferenceNumber", "ref-1"},
        {"NumbersToPort", json::array{number}},
        {"FileLetterOfAuthorization",
         json::array{
             {{"FileName", "loa.pdf"},
              {"ContentType", "application/pdf"},
              {"Base64Contents", "JVBERg=="}}
         }},
    };
}

json::object did_port(std::int64_t number) {
    return {
        {"PilotNumber", 7'005'551'212},
        {"DIDs", json::array{{{"Number", number}, {"Label", "reception"}}}},
        {"PortForm", port_form(number)},
    };
}

struct ThinktelSim {
    explicit ThinktelSim(const std::vector<std::string>& options = {})
        : running(thinktel_program(), options) {
        client().authorization = basic("acme", "thinktel-secret");
    }
    Client& client() { return running.client(); }
    Reply get(const std::string& path) { return client().get(base + path); }
    Reply post(const std::string& path, const json::value& body) {
        return client().post(base + path, body);
    }
    Reply submit(const json::value& body) { return post("/v2/NumberPorts/Inbound/DIDs", body); }
    std::string status(std::int64_t number) {
        const auto path =
            "/v2/NumberPorts/Inbound/Numbers/" + std::to_string(number) + "/PortInStatus";
        return get(path).json().at("Status").as_string().c_str();
    }
    bool is_on_trunk(std::int64_t number) {
        return get("/Dids/" + std::to_string(number)).status == 200;
    }

    Running running;
};

TEST(ThinktelSimulator, RefusesAWrongPasswordWithItsOwnErrorBody) {
    ThinktelSim sim;
    sim.client().authorization = basic("acme", "wrong");
    const auto reply = sim.get("/SipTrunks");
    EXPECT_EQ(reply.status, 401);
    EXPECT_TRUE(reply.json().as_object().contains("ID"));
    EXPECT_TRUE(reply.json().as_object().contains("Message"));
}

TEST(ThinktelSimulator, PagesDidsByTheLastNumberSeen) {
    ThinktelSim sim;
    const auto first = sim.get("/SipTrunks/7005551212/Dids?PageFrom=0&PageSize=3").json();
    ASSERT_EQ(first.as_array().size(), 3U);
    const auto last = first.at(2).at("Number").as_int64();
    const auto second =
        sim.get("/SipTrunks/7005551212/Dids?PageSize=3&PageFrom=" + std::to_string(last)).json();
    ASSERT_EQ(second.as_array().size(), 2U);
    EXPECT_GT(second.at(0).at("Number").as_int64(), last);
}

TEST(ThinktelSimulator, SellsTheNumbersOfARateCenterOnce) {
    ThinktelSim sim;
    const auto free = sim.get("/RateCenters/Edmonton%2C%20AB/Next10").json();
    ASSERT_EQ(free.as_array().size(), 10U);
    const json::array order = {free.at(0)};
    EXPECT_EQ(sim.post("/SipTrunks/4165559000/Dids", order).json().at(0).at("Reply"), 1);
    EXPECT_EQ(sim.post("/SipTrunks/4165559000/Dids", order).json().at(0).at("Reply"), 0);
    EXPECT_EQ(sim.get("/RateCenters/Edmonton%2C%20AB").json().at("Available"), 9);
    const auto more = sim.post(
        "/SipTrunks/4165559000/Dids/NextAvailable",
        json::array{{{"RateCenterName", "Edmonton, AB"}, {"Quantity", 10}}}
    );
    EXPECT_EQ(more.json().at(0).at("Reply"), 0) << "only nine are left";
    const auto number = free.at(0).at("Number").as_int64();
    const auto did = base + "/SipTrunks/4165559000/Dids/" + std::to_string(number);
    EXPECT_EQ(sim.client().send("DELETE", did).json().at("Reply"), 1);
    EXPECT_FALSE(sim.is_on_trunk(number));
}

TEST(ThinktelSimulator, ChecksPortabilityByPrefix) {
    ThinktelSim sim;
    const auto check = [&](const char* number) {
        return sim.post("/NumberPorts/LNP/NPANXX/Check", json::string(number)).json().at("Reply");
    };
    EXPECT_EQ(check("4165550101"), 1);
    EXPECT_EQ(check("416555"), 1);
    EXPECT_EQ(check("8885550100"), 1);
    EXPECT_EQ(check("9025550100"), 0);
    sim.client().script({{"not_portable", json::array{416'555}}});
    EXPECT_EQ(check("4165550101"), 0);
}

TEST(ThinktelSimulator, CarriesAPortFromTicketToTrunk) {
    ThinktelSim sim;
    auto form = did_port(4'165'550'101);
    form["PortForm"].as_object()["RequestedPortDate"] = "2026-12-01";
    const auto reply = sim.submit(form).json();
    ASSERT_EQ(reply.at("Reply"), 1);
    const std::string mask = reply.at("TicketMask").as_string().c_str();
    const auto path = "/v2/NumberPorts/Inbound/Tickets/" + mask + "/PortInStatus";
    EXPECT_EQ(sim.get(path).json().at("Status"), "PENDING");
    sim.client().clock({{"advance_s", 4 * 3600}});
    EXPECT_EQ(sim.get(path).json().at("Status"), "SUBMITTED");
    sim.client().clock({{"advance_s", 20 * 3600}});
    EXPECT_EQ(sim.get(path).json().at("Status"), "CONFIRMED");
    EXPECT_FALSE(sim.is_on_trunk(4'165'550'101));
    sim.client().clock({{"now", "2026-12-01T17:00:00Z"}});
    const auto done = sim.get(path).json();
    EXPECT_EQ(done.at("Status"), "COMPLETED");
    EXPECT_EQ(done.at("PortDate"), "20261201") << "the request has dashes, the status has none";
    EXPECT_EQ(sim.get("/Dids/4165550101").json().at("Label"), "reception");

    const auto order = sim.client().received().at("orders").at(0);
    EXPECT_EQ(order.at("reference"), "ref-1");
    EXPECT_EQ(order.at("state"), "COMPLETED");
    const auto file = order.at("detail").at("files").at(0);
    EXPECT_EQ(file.at("file_name"), "loa.pdf");
    EXPECT_EQ(
        file.at("sha256"), "315d429b7714cedb6ad04ac31240145257692630457f3c88253c5beceac76027"
    );
}

TEST(ThinktelSimulator, PutsADidOnTheTrunkWhenNobodyAskedForTheStatus) {
    ThinktelSim sim;
    sim.submit(did_port(4'165'550'101));
    sim.client().clock({{"advance_s", 14 * 86'400}});
    EXPECT_TRUE(sim.is_on_trunk(4'165'550'101));
    EXPECT_THAT(
        sim.submit(did_port(4'165'550'101)).json().at("Message").as_string().c_str(),
        HasSubstr("already with us")
    );
}

TEST(ThinktelSimulator, TakesANumberAgainOnlyWhenItsTicketIsClosed) {
    ThinktelSim sim;
    auto bad = did_port(4'165'550'101);
    bad["PortForm"].as_object()["CustomerAccountNumber"] = "BAD";
    const auto first = sim.submit(bad).json();
    ASSERT_EQ(first.at("Reply"), 1);
    const auto open = sim.submit(did_port(4'165'550'101)).json();
    EXPECT_EQ(open.at("Reply"), 0);
    EXPECT_THAT(open.at("Message").as_string().c_str(), HasSubstr("open port-in request"));
    EXPECT_EQ(sim.client().stats().at("counts").at("refused_open_ticket"), 1);

    sim.client().clock({{"advance_s", 86'400}});
    EXPECT_EQ(sim.status(4'165'550'101), "REJECTED");
    const auto second = sim.submit(did_port(4'165'550'101)).json();
    EXPECT_EQ(second.at("Reply"), 1);
    EXPECT_NE(second.at("TicketMask"), first.at("TicketMask"));
    EXPECT_EQ(sim.status(4'165'550'101), "PENDING") << "by number, the latest ticket is shown";
}

TEST(ThinktelSimulator, ExplainsARejectionInTheServicesOwnKeys) {
    ThinktelSim sim;
    sim.client().script(
        {{"number", 4'165'550'101},
         {"then", json::array{"PENDING", "REJECTED"}},
         {"by", "poll"},
         {"reject", {{"code", "8C"}, {"field", "PIN"}, {"disputing", true}}}}
    );
    sim.submit(did_port(4'165'550'101));
    EXPECT_EQ(sim.status(4'165'550'101), "PENDING");
    const auto status = sim.get("/v2/NumberPorts/Inbound/Numbers/4165550101/PortInStatus").json();
    EXPECT_EQ(status.at("Status"), "REJECTED");
    EXPECT_EQ(status.at("Disputing"), true);
    const auto& detail = status.at("RejectDetails").at(0);
    EXPECT_EQ(detail.at("RJCT CODE"), "8C");
    EXPECT_EQ(detail.at("FLD ABBR"), "PIN");
    EXPECT_EQ(detail.at("PORTED #"), "416-555-0101");
}

TEST(ThinktelSimulator, SaysEveryScriptedWordAndMovesTheDateWithTheWordThatMovesIt) {
    ThinktelSim sim;
    EXPECT_EQ(
        sim.client()
            .post("/_sim/script", {{"number", 4'165'550'101}, {"then", json::array{"DONE"}}})
            .status,
        400
    );
    sim.client().script(
        {{"number", 4'165'550'101},
         {"then", json::array{"PENDING", "CONFIRMED", "CONFIRMEDwDATECHANGE", "COMPLETED"}},
         {"step_s", 60}}
    );
    sim.submit(did_port(4'165'550'101));
    std::string said;
    for (int at = 0; at < 4; ++at) {
        const auto line = sim.get("/v2/NumberPorts/Inbound/Numbers/4165550101/PortInStatus").json();
        said += std::string(line.at("Status").as_string()) + " " +
                std::string(line.at("PortDate").as_string()) + "\n";
        sim.client().clock({{"advance_s", 60}});
    }
    EXPECT_EQ(
        said,
        "PENDING 20261130\nCONFIRMED 20261130\nCONFIRMEDwDATECHANGE 20261202\nCOMPLETED 20261202\n"
    );
}

TEST(ThinktelSimulator, TellsAMissingFieldFromABrokenRule) {
    ThinktelSim sim;
    auto missing = did_port(4'165'550'101);
    missing["PortForm"].as_object().erase("CustomerCity");
    EXPECT_EQ(sim.submit(missing).status, 400);
    auto wrong_type = did_port(4'165'550'101);
    wrong_type["PortForm"].as_object()["NumbersToPort"] = json::array{"4165550101"};
    EXPECT_EQ(sim.submit(wrong_type).status, 400);
    EXPECT_EQ(sim.client().post_text(base + "/v2/NumberPorts/Inbound/DIDs", "{").status, 400);

    struct Broken {
        const char* field;
        json::value value;
        const char* message;
    };
    const Broken broken[] = {
        {"CustomerCountry", "FR", "CA or US"},
        {"CurrentProvider", 99, "known provider"},
        {"CurrentProvider", nullptr, "CurrentReseller is required"},
        {"NumbersToPort", json::array{}, "NumbersToPort"},
        {"NumbersToPort", json::array{9'025'550'100}, "not portable"},
        {"NumbersToPort", json::array{8'885'550'100}, "toll-free"},
        {"NumbersToPort", json::array{123}, "not a telephone number"},
        {"NumbersToPort", json::array{4'165'550'101, 4'165'550'101}, "twice"},
        {"NumbersToPort", json::array{4'165'550'109}, "not one of NumbersToPort"},
        {"NumbersToPort", json::array{4'165'550'101, 4'165'550'109}, "not one of DIDs"},
        {"NumbersToRemain", json::array{4'165'550'101}, "kept or disconnected"},
        {"NewPilotNumber", 4'165'550'102, "requires ChangePilotNumber"},
        {"CurrentReseller", "RingCentral", "exclude each other"},
        {"RequestedPortDate", "20261201", "YYYY-MM-DD"},
        {"RequestedPortDate", "2026-11-23", "future"},
        {"RequestedPortDate", "2026-11-28", "business day"},
        {"RequestedPortDate", "2026-12-25", "business day"},
        {"RequestedPortTime", "10:00", "requires RequestedPortDate"},
        {"FileLetterOfAuthorization",
         json::array{{{"FileName", "a"}, {"ContentType", "b"}, {"Base64Contents", "%%%"}}},
         "base64"},
    };
    for (const auto& each : broken) {
        auto form = did_port(4'165'550'101);
        form["PortForm"].as_object()[each.field] = each.value;
        const auto reply = sim.submit(form);
        EXPECT_EQ(reply.status, 200) << each.message;
        EXPECT_EQ(reply.json().at("Reply"), 0) << each.message;
        EXPECT_THAT(reply.json().at("Message").as_string().c_str(), HasSubstr(each.message));
    }
    EXPECT_EQ(sim.client().stats().at("carried_out"), 0);
}

TEST(ThinktelSimulator, HasARouteForEveryProcedure) {
    const auto line = [](std::int64_t number) -> json::object {
        return {
            {"Account", 1234},
            {"PlanID", "P"},
            {"Locale", 2},
            {"SecondLocale", 2},
            {"Enabled", true},
            {"Number", {{"Number", number}}},
            {"BusinessGroupID", "G"}
        };
    };
    const auto forward = [](std::int64_t number) -> json::object {
        return {{"Account", 1234}, {"CallForwardingNumber", 4'165'559'999},
                {"Enabled", true}, {"Number", {{"Number", number}}},
                {"PlanID", "P"},   {"PCFProvisioningInstructions", "none"}};
    };
    ThinktelSim sim;
    std::int64_t number = 4'165'550'100;
    for (const auto& procedure : port_procedures()) {
        ++number;
        const auto tn = procedure.toll_free ? number + 4'720'000'000 : number;  // 888555...
        auto form = port_form(tn);
        json::object body = {{"PortForm", form}};
        if (procedure.list == "DIDs") {
            body["PilotNumber"] = 7'005'551'212;
            body["DIDs"] = json::array{{{"Number", tn}}};
        } else if (procedure.list == "Lines") {
            body["Lines"] = json::array{line(tn)};
        } else if (procedure.list == "Forwards") {
            body["Forwards"] = json::array{forward(tn)};
        } else if (procedure.list == "ForwardingInstructions") {
            body["ForwardingInstructions"] =
                json::array{{{"TN", tn}, {"ForwardingTN", 4'165'559'999}}};
        }
        if (procedure.offering_type != 0) {
            body["OfferingID"] = "OFF-" + std::to_string(procedure.offering_type) + "00";
            body["FaxEmail"] = "fax@acme.example";
            body["ParentSubscriptionID"] = procedure.offering_type == 2 ? "SUB-1" : "";
            body["BusinessGroupSubscriptionID"] = procedure.offering_type == 6 ? "SUB-2" : "";
        }
        const auto reply = sim.post(std::string(procedure.path), body);
        EXPECT_EQ(reply.status, 200) << procedure.path << reply.body;
        EXPECT_EQ(reply.json().at("Reply"), 1) << procedure.path << reply.body;
    }
    EXPECT_EQ(sim.client().stats().at("carried_out"), 10);
    const auto dashboard = sim.get("/v2/NumberPorts/Inbound/Dashboard/PortInInfo").json();
    EXPECT_EQ(dashboard.at("Orders").as_array().size(), 10U);
}

TEST(ThinktelSimulator, ReadsTheEntriesOfAProcedureStrictly) {
    struct Wrong {
        const char* field;
        json::value value;
        int status;
        const char* message;
    };
    const Wrong wrong[] = {
        {"Enabled", nullptr, 400, "Enabled is required"},
        {"Enabled", "yes", 400, "Enabled is required"},
        {"PlanID", 1, 400, "PlanID is required"},
        {"CallForwardingNumber", "4165559999", 400, "CallForwardingNumber is required"},
        {"Label", 7, 400, "Label has the wrong type"},
        {"Number", json::object{}, 400, "Number has the wrong type"},
        {"Account", 99, 200, "Account is not one of yours"},
        {"CallForwardingNumber", 12, 200, "not a telephone number"},
        {"Number", {{"Number", 4'165'550'102}}, 200, "not one of NumbersToPort"},
    };
    ThinktelSim sim;
    for (const auto& each : wrong) {
        json::object forward = {
            {"Account", 1234}, {"CallForwardingNumber", 4'165'559'999},
            {"Enabled", true}, {"Number", {{"Number", 4'165'550'101}}},
            {"PlanID", "P"},   {"PCFProvisioningInstructions", "none"}
        };
        forward[each.field] = each.value;
        const auto reply = sim.post(
            "/v2/NumberPorts/Inbound/PermanentCallForwards",
            {{"Forwards", json::array{forward}}, {"PortForm", port_form(4'165'550'101)}}
        );
        EXPECT_EQ(reply.status, each.status) << each.message;
        EXPECT_THAT(reply.body, HasSubstr(each.message));
    }
}

TEST(ThinktelSimulator, SaysTheReplyThatItWasTold) {
    ThinktelSim sim;
    sim.client().script(
        {{"refuse", {{"number", 4'165'550'101}, {"message", "Wait."}, {"reply", 2}}}}
    );
    EXPECT_EQ(sim.submit(did_port(4'165'550'101)).json().at("Reply"), 2);
    EXPECT_EQ(sim.submit(did_port(4'165'550'101)).json().at("Reply"), 1);

    sim.client().script({{"order_reply", {{"number", 7'805'552'001}, {"reply", 3}}}});
    const json::array order = {{{"Number", 7'805'552'001}}};
    EXPECT_EQ(sim.post("/SipTrunks/4165559000/Dids", order).json().at(0).at("Reply"), 3);
    EXPECT_FALSE(sim.is_on_trunk(7'805'552'001));
    EXPECT_EQ(sim.post("/SipTrunks/4165559000/Dids", order).json().at(0).at("Reply"), 1);
}

TEST(ThinktelSimulator, ShowsATicketOnTheDashboardBeforePortInStatusKnowsIt) {
    ThinktelSim sim;
    const auto mask = sim.submit(did_port(4'165'550'101)).json().at("TicketMask");
    sim.client().script({{"late", {{"number", 4'165'550'101}, {"times", 2}}}});
    const std::string path = "/v2/NumberPorts/Inbound/";
    const auto by_ticket =
        path + "Tickets/" + std::string(mask.as_string()) + "/PortInStatus";
    EXPECT_EQ(sim.get(by_ticket).status, 404);
    EXPECT_EQ(sim.get(path + "Numbers/4165550101/PortInStatus").status, 404);
    const auto assessment = [&] {
        return sim.get(path + "Dashboard/PortInInfo/OrdersByNumber/4165550101")
            .json()
            .at("Orders")
            .at(0)
            .at("Requests")
            .at(0)
            .at("Assessment");
    };
    EXPECT_EQ(assessment(), "Pending");
    EXPECT_EQ(sim.get(by_ticket).json().at("Status"), "PENDING");
    sim.client().clock({{"advance_s", 86'400}});
    EXPECT_EQ(assessment(), "Click-To-Port");
    sim.client().clock({{"advance_s", 14 * 86'400}});
    EXPECT_EQ(assessment(), "Closed");
}

TEST(ThinktelSimulator, LabelsItsAnswersAsToldAndTakesBothLabels) {
    ThinktelSim sim({"--text-json"});
    EXPECT_THAT(sim.get("/SipTrunks").header("content-type"), StartsWith("text/json"));
    sim.client().content_type = "text/json";
    EXPECT_EQ(sim.submit(did_port(4'165'550'101)).json().at("Reply"), 1);
    sim.client().content_type = "application/xml";
    EXPECT_EQ(sim.submit(did_port(4'165'550'102)).status, 400);
}

TEST(ThinktelSimulator, RefusesOnRequestAndThenNoMore) {
    ThinktelSim sim;
    sim.client().script({{"refuse", {{"number", 4'165'550'101}, {"message", "Not today."}}}});
    const auto refused = sim.submit(did_port(4'165'550'101)).json();
    EXPECT_EQ(refused.at("Reply"), 0);
    EXPECT_EQ(refused.at("Message"), "Not today.");
    EXPECT_EQ(sim.submit(did_port(4'165'550'101)).json().at("Reply"), 1);
}

TEST(ThinktelSimulator, Keeps911RecordsForItsOwnAndForPendingNumbers) {
    ThinktelSim sim;
    json::object record = {
        {"Number", 4'165'550'101}, {"FirstName", "A"},      {"LastName", "B"},
        {"StreetNumber", "1"},     {"StreetName", "King"},  {"City", "Toronto"},
        {"ProvinceState", "ON"},   {"PostalZip", "M5V1A1"},
    };
    const auto refused = sim.post("/v2/V911s", record).json();
    EXPECT_EQ(refused.at("Reply"), 0);
    EXPECT_EQ(refused.at("ResponseData").at("Accepted"), false);
    record["PendingPort"] = true;
    EXPECT_EQ(sim.post("/v2/V911s", record).json().at("ResponseData").at("Accepted"), true);
    EXPECT_EQ(sim.get("/V911s/4165550101").json().at("City"), "Toronto");
    record.erase("City");
    EXPECT_EQ(sim.post("/v2/V911s", record).status, 400);
}

TEST(ThinktelSimulator, KnowsItsHolidays) {
    EXPECT_EQ(ThinktelNetwork::holiday_on(std::chrono::year(2027) / 3 / 26), "Good Friday");
    EXPECT_EQ(ThinktelNetwork::holiday_on(std::chrono::year(2026) / 5 / 18), "Victoria Day");
    EXPECT_EQ(ThinktelNetwork::holiday_on(std::chrono::year(2026) / 5 / 25), "");
    EXPECT_EQ(ThinktelNetwork::holiday_on(std::chrono::year(2026) / 10 / 12), "Thanksgiving");
}

}  // namespace
}  // namespace porteur::sim::test
