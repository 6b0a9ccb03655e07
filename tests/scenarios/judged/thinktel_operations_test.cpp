// SPDX-License-Identifier: Apache-2.0
// Every operation of the ThinkTel plugin before ThinkTel's own API file, in both directions: the
// nine procedures and one order with every field through porteurd, the rest in the small host. The
// last test counts what was covered.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>

#include "../../faults/http_client.hpp"
#include "../support/daemon_host.hpp"
#include "chain.hpp"
#include "small_host.hpp"
#include "support/look_again.hpp"

namespace porteur::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::SizeIs;

const std::string basic_login = "Authorization: Basic YWNtZTp0aGlua3RlbC1zZWNyZXQ=";

class JudgedThinkTel : public ::testing::Test {
protected:
    void SetUp() override {
        if (const auto why = why_left_out(thinktel())) GTEST_SKIP() << *why;
    }
};

/// The plugin's operations one by one.
class Operations {
public:
    explicit Operations(const Chain& chain, std::string account_more = {})
        : host_(
              folder_.path, plugin_file("thinktel"), thinktel_account(chain.url()) + account_more,
              thinktel_secrets
          ) {}
    json::value run(const std::string& operation, const json::value& input) {
        return host_.run(operation, input);
    }
    /// How it fails; a result is no failure.
    Error failure_of(const std::string& operation, const json::value& input) {
        const auto result = host_.try_run(operation, input);
        if (result) ADD_FAILURE() << operation << " did not fail: " << *result;
        return result ? Error{} : result.error();
    }
    void answer_tasks(std::string choice, std::string text = {}) {
        host_.answer_tasks(std::move(choice), std::move(text));
    }

private:
    Folder folder_;
    SmallHost host_;
};

json::object address() {
    return {{"house_number", "1"}, {"street", "King"}, {"street_type", "St"},
            {"city", "Toronto"},   {"region", "ON"},   {"postal_code", "M5V1A1"},
            {"country", "CA"}};
}

json::object request_for(const std::string& number, const json::object& target) {
    return {
        {"numbers", {number}},
        {"losing_carrier", "RingCentral Canada"},
        {"account_number", "4165550100"},
        {"end_user",
         {{"name", "Acme Inc"},
          {"authorized_person", {{"first_name", "Anna"}, {"last_name", "Roy"}}}}},
        {"service_address", address()},
        {"contact_email", "ports@porteur.example"},
        {"target", target}
    };
}

Words create(
    const DaemonHost& host, const std::string& reference, const json::object& request,
    const Words& more = {}
) {
    const json::object order{
        {"account", "thinktel"}, {"reference", reference}, {"request", request}
    };
    Words words{
        "port",
        "create",
        "--file",
        host.folder().write(reference + ".json", json::serialize(order)),
        "--loa",
        host.folder().paper("loa.pdf"),
        "--loa-signed-on",
        today(),
        "--invoice",
        host.folder().paper("statement.pdf"),
        "--invoice-issued-on",
        today(),
        "--document",
        "resporg=" + host.folder().paper("resporg.pdf").string(),
        "--submit"
    };
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

void start(DaemonHost& host, const Chain& chain, const std::string& settings = {}) {
    host.account(
        "thinktel", "thinktel", thinktel_account(chain.url()), thinktel_secrets,
        "[settings]\ncheck_every = \"1s\"\n" + settings
    );
    host.start();
    operations_judged("thinktel").insert({"validate", "submit_port", "check_port"});
}

std::string text(const json::value& from, const char* key) {
    return std::string(from.at(key).as_string());
}

TEST_F(JudgedThinkTel, EveryProcedureIsAsTheApiFileHasIt) {
    Chain chain(thinktel());
    DaemonHost host;
    start(host, chain);
    const auto offering = [](const char* id, json::object details, const char* parent = "") {
        return json::object{{"offering", id}, {"parent", parent}, {"details", std::move(details)}};
    };
    const json::object line{
        {"plan_id", "P-1"},      {"label", "Desk"},        {"caller_id", "+14165550101"},
        {"caller_name", "ACME"}, {"email", "a@b.example"}, {"forward_to", "+16475550100"},
        {"forward_delay", 20},   {"second_locale", 5}
    };
    auto business = line;
    business["extension"] = 101;
    business["account"] = 1234;
    const json::object forward{
        {"plan_id", "P-1"}, {"forward_to", "+16475550100"}, {"provisioning_instructions", "none"}
    };
    const std::pair<const char*, json::object> targets[] = {
        {"+14165550111",
         {{"trunk", "7005551212"},
          {"details",
           {{"label", "Desk"},
            {"additional_label", "2nd"},
            {"translated_number", "+14165559000"},
            {"surecall", "+16475550100"}}}}},
        {"+18885550112", {{"trunk", "7005551212"}}},
        {"+14165550113", offering("OFF-100", {})},
        {"+14165550114", offering("OFF-200", {}, "SUB-1")},
        {"+14165550115", offering("OFF-300", line)},
        {"+14165550116", offering("OFF-400", business, "SUB-2")},
        {"+14165550117", offering("OFF-500", forward)},
        {"+18885550118", offering("OFF-500", forward)},
        {"+14165550119", offering("OFF-600", {{"forward_to", "+16475550100"}}, "SUB-2")},
        {"+14165550120", offering("OFF-700", {{"fax_email", "fax@acme.example"}})},
    };
    std::vector<std::string> ids;
    for (const auto& [number, target] : targets)
        ids.push_back(text(
            host.told(create(host, "judged" + std::string(number), request_for(number, target))),
            "id"
        ));
    for (const auto& id : ids)
        EXPECT_EQ(text(host.told({"port", "watch", id, "--timeout", "50s"}), "state"), "completed");
    std::set<std::string> paths;
    for (const auto& each : chain.carried_out()) paths.insert(text(each.at("detail"), "path"));
    EXPECT_THAT(paths, SizeIs(10));
    EXPECT_THAT(chain.judge(), Contains("POST /NumberPorts/Inbound/VirtualFaxes"));
}

TEST_F(JudgedThinkTel, AnOfferingWhoseAnswerWasLostIsNotSubmittedTwice) {
    Chain chain(thinktel());
    DaemonHost host;
    start(host, chain);
    chain.lose_answer("POST", "/VirtualFaxes");
    const auto order = host.told(create(
        host, "judged-lost-fax",
        request_for(
            "+14165550121",
            {{"offering", "OFF-700"}, {"details", {{"fax_email", "fax@acme.example"}}}}
        ),
        {"--watch", "--timeout", "50s"}
    ));
    EXPECT_EQ(text(order, "state"), "completed");
    EXPECT_THAT(chain.carried_out(), SizeIs(1));
    chain.judge();
}

/// A working day of ThinkTel's, two weeks ahead.
std::string working_day(const Chain& chain) {
    using namespace std::chrono;
    const auto holidays = http(chain.port(), "GET", "/Holidays", {basic_login});
    auto day = floor<days>(system_clock::now()) + days{14};
    const auto closed = [&] {
        const weekday name{day};
        return name == Saturday || name == Sunday ||
               holidays.value().body.find(iso_date(day)) != std::string::npos;
    };
    while (closed()) day += days{1};
    return iso_date(day);
}

TEST_F(JudgedThinkTel, EveryFieldOfTheFormIsAsTheApiFileHasIt) {
    auto slow = thinktel();
    slow.simulator.back() = "1";  // its clock: a wished day must not be over
    Chain chain(slow);
    DaemonHost host;
    start(
        host, chain,
        "submitter_first_name = \"Anna\"\nsubmitter_last_name = \"Roy\"\n"
        "submitter_telephone = \"416-555-0199\"\n"
    );
    auto request = request_for(
        "+14165550122", {{"trunk", "7005551212"},
                         {"details",
                          {{"floor", "2"},
                           {"street_suffix", "A"},
                           {"additional_emails", {"b@porteur.example"}},
                           {"contact_me_blif", true},
                           {"contact_me_scheduling", false},
                           {"current_provider_not_mandatory", true},
                           {"comments_losing_carrier", "Main line last"},
                           {"extra_details", {{{"key", "Ring"}, {"value", "4 times"}}}},
                           {"pri_circuit", "PRI-77"},
                           {"pri_remains_active", true},
                           {"current_provider", 12}}}}
    );
    request["remaining"] = json::array{"+14165550123", "+14165550124"};
    request["disconnect"] = json::array{"+14165550125"};
    request["btn"] = "+14165550122";
    request["new_btn"] = "+14165550123";
    request["requested_date"] = working_day(chain);
    request["requested_time"] = "09:30";
    request["comment"] = "Lines of the reception";
    request["language"] = "fr";
    // The first check ends it: days do not pass here.
    chain.admin("script", json::object{{"number", 4165550122}, {"then", {"COMPLETED"}}});
    const auto order = host.told(create(
        host, "judged-form", request,
        {"--pin-file", host.folder().write("pin", "135790\n"), "--document",
         "blif=" + host.folder().write("Inscriptions 411.csv", "Numéro;Nom\n+14165550122;Zoé\n").string(),
         "--watch", "--timeout", "50s"}
    ));
    EXPECT_EQ(text(order, "state"), "completed");
    const auto carried = chain.carried_out();
    ASSERT_THAT(carried, SizeIs(1));
    EXPECT_THAT(carried.at(0).at("detail").at("unknown_fields").as_array(), SizeIs(0));
    // The spreadsheet of directory listings is where it belongs, as what it is.
    EXPECT_THAT(
        json::serialize(carried.at(0).at("detail").at("files")),
        AllOf(
            HasSubstr("FileBlifSpreadsheet"), HasSubstr("Inscriptions 411.csv"), HasSubstr("\"text/csv\"")
        )
    );
    EXPECT_THAT(
        chain.judge(), IsSupersetOf({"GET /Holidays", "POST /v2/NumberPorts/Inbound/DIDs"})
    );
}

/// Opens a ticket past the plugin. @return its id
std::string ticket_of(const Chain& chain, std::int64_t number) {
    json::object form{
        {"CustomerName", "Acme Inc"},
        {"CustomerAccountNumber", "A-1"},
        {"CustomerStreetNumber", "1"},
        {"CustomerStreetName", "King"},
        {"CustomerCity", "Toronto"},
        {"CustomerProvince", "ON"},
        {"CustomerPostalCode", "M5V1A1"},
        {"CustomerCountry", "CA"},
        {"EmailAddress", "ports@porteur.example"},
        {"CurrentProvider", 12},
        {"NumbersToPort", json::array{number}}
    };
    const json::object body{
        {"PilotNumber", 7005551212},
        {"DIDs", json::array{json::object{{"Number", number}}}},
        {"PortForm", form}
    };
    const auto reply = http(
        chain.port(), "POST", "/v2/NumberPorts/Inbound/DIDs", {basic_login}, json::serialize(body)
    );
    return text(json::parse(reply.value().body), "TicketMask");
}

json::object reference_of(const std::string& id, std::int64_t number) {
    return {
        {"reference", "po-1"},
        {"carrier_id", id},
        {"numbers", {"+1" + std::to_string(number)}},
        {"kept", {{"language", "fr"}}}
    };
}

TEST_F(JudgedThinkTel, EveryStatusIsReadAsTheApiFileHasIt) {
    Chain chain(thinktel());
    Operations plugin(chain);
    const std::pair<const char*, const char*> words[] = {
        {"PENDING", "submitted"},
        {"SUBMITTED", "submitted"},
        {"CONFIRMED", "confirmed"},
        {"CONFIRMEDwDATECHANGE", "confirmed"},
        {"CONFIRMEDwEXCEPTION", "confirmed"},
        {"COMPLETED", "completed"},
        {"REJECTED", "exception"},
        {"HOLD", "exception"},
        {"RESCHEDULED", "confirmed"},
        {"CANCELLATIONPENDING", "cancel_pending"},
        {"CANCELLED", "cancelled"},
        {"PARTIALCANCELLATION", "exception"},
        {"FULLCANCELLATION", "cancelled"},
        {"EXPIRED", "expired"},
    };
    std::int64_t number = 4165550130;
    for (const auto& [word, state] : words) {
        ++number;
        chain.admin("script", json::object{{"number", number}, {"then", json::array{word}}});
        const auto progress =
            plugin.run("check_port", reference_of(ticket_of(chain, number), number));
        EXPECT_EQ(text(progress, "state"), state) << word;
        EXPECT_EQ(text(progress, "carrier_word"), word);
    }
    chain.judge();
}

TEST_F(JudgedThinkTel, AnOrderIsFollowedByNumberAndByDashboard) {
    Chain chain(thinktel());
    Operations plugin(chain);
    constexpr std::int64_t number = 4165550150;
    chain.admin("script", json::object{{"number", number}, {"then", json::array{"SUBMITTED"}}});
    const auto id = ticket_of(chain, number);
    auto progress = plugin.run("check_port", reference_of("NONE-1", number));
    EXPECT_EQ(text(progress, "carrier_id"), id);
    chain.admin("script", json::object{{"late", {{"number", number}, {"times", 2}}}});
    progress = plugin.run("check_port", reference_of(id, number));
    EXPECT_EQ(text(progress, "carrier_word"), "Pending");
    EXPECT_THAT(
        chain.judge(),
        Contains("GET /v2/NumberPorts/Inbound/Dashboard/PortInInfo/OrdersByNumber/4165550150")
    );
}

TEST_F(JudgedThinkTel, ACorrectionAndACancellationGoOnWhenThePersonHasAnswered) {
    Chain chain(thinktel());
    Operations plugin(chain);
    constexpr std::int64_t number = 4165550151;
    chain.admin("script", json::object{{"number", number}, {"then", json::array{"REJECTED"}}});
    const auto id = ticket_of(chain, number);
    const json::object supplement{
        {"order", reference_of(id, number)},
        {"corrected", request_for("+14165550151", {{"trunk", "7005551212"}})},
        {"fields", {"/account_number"}}
    };
    EXPECT_EQ(text(plugin.run("supplement_port", supplement), "state"), "supplement_pending");
    plugin.answer_tasks("new_ticket", id);
    EXPECT_EQ(text(plugin.run("supplement_port", supplement), "state"), "supplement_pending");
    plugin.answer_tasks("done");
    EXPECT_EQ(text(plugin.run("cancel_port", reference_of(id, number)), "state"), "cancel_pending");
    plugin.answer_tasks("refused", "it ports today");
    EXPECT_NONFATAL_FAILURE(plugin.run("cancel_port", reference_of(id, number)), "it ports today");
    chain.judge();
}

TEST_F(JudgedThinkTel, WhatThereIsIsReadAsTheApiFileHasIt) {
    Chain chain(thinktel());
    Operations plugin(chain);
    EXPECT_FALSE(text(plugin.run("check_account", json::object{}), "identity").empty());
    EXPECT_GT(plugin.run("list_numbers", json::object{}).as_array().size(), 0u);
    EXPECT_THAT(plugin.run("list_targets", json::object{}).as_array(), SizeIs(9));
    const auto lists = plugin.run("discover", json::object{});
    EXPECT_THAT(lists.as_array(), SizeIs(4));
    for (const auto& each : lists.as_array())
        EXPECT_GT(each.at("rows").as_array().size(), 0u) << text(each, "name");
    for (const auto& [what, area] :
         {std::pair{"rate_centers", ""},
          {"rate_centers", "780"},
          {"rate_centers", "CA"},
          {"rate_centers", "CA-AB"},
          {"portable_rate_centers", ""}})
        EXPECT_GT(
            plugin.run("discover", json::object{{"what", what}, {"area", area}})
                .at(0)
                .at("rows")
                .as_array()
                .size(),
            0u
        ) << what
          << area;
    const auto portable = plugin.run(
        "check_portability",
        json::object{{"numbers", {"+14165550101", "+33123456789", "+19025550101"}}}
    );
    EXPECT_TRUE(portable.at(0).at("portable").as_bool());
    EXPECT_FALSE(portable.at(2).at("portable").as_bool());
    EXPECT_GT(
        plugin.run("requirements", json::object{{"action", "port_in"}})
            .at("items")
            .as_array()
            .size(),
        10u
    );
    EXPECT_THAT(
        plugin.run("split", json::object{{"numbers", {"+14165550101", "+18885550101"}}}).as_array(),
        SizeIs(2)
    );
    chain.judge();
}

json::object purchase_of(const json::array& numbers) {
    return {
        {"reference", "pu-1"},
        {"country", "CA"},
        {"numbers", numbers},
        {"target", {{"trunk", "7005551212"}}}
    };
}

json::object with_911(json::object order) {
    order["emergency_address"] = address();
    order["end_user"] = json::object{
        {"name", "Acme Inc"}, {"authorized_person", {{"first_name", "Anna"}, {"last_name", "Roy"}}}
    };
    return order;
}

TEST_F(JudgedThinkTel, NumbersAreSearchedBoughtAndGivenBackAsTheApiFileHasIt) {
    Chain chain(thinktel());
    Operations plugin(chain);
    for (const auto& query :
         {json::object{{"country", "CA"}, {"area_code", "780"}, {"quantity", 3}},
          json::object{{"country", "CA"}, {"region", "AB"}, {"city", "Edmonton"}, {"quantity", 3}},
          json::object{{"country", "US"}, {"quantity", 3}}})
        EXPECT_THAT(plugin.run("search_numbers", query).as_array(), SizeIs(3));

    const auto state = [&](const json::object& order) {
        return text(plugin.run("purchase", order), "state");
    };
    EXPECT_EQ(state(with_911(purchase_of({"+17805552001", "+17805552002"}))), "completed");
    EXPECT_EQ(state(purchase_of({"+17805552002", "+17805552003"})), "partial");
    json::array row;
    for (int index = 0; index < 10; ++index)
        row.push_back(json::string("+1416555201" + std::to_string(index)));
    EXPECT_EQ(state(purchase_of(row)), "completed");
    auto any = purchase_of({});
    any["area"] = "613";
    any["quantity"] = 2;
    EXPECT_EQ(state(any), "completed");
    chain.admin("script", json::object{{"order_reply", {{"number", 6045552001}, {"reply", 2}}}});
    const auto deferred = plugin.run("purchase", purchase_of({"+16045552001"}));
    EXPECT_EQ(text(deferred, "state"), "in_review");
    const json::object reference{
        {"reference", "pu-1"},
        {"carrier_id", deferred.at("carrier_id")},
        {"kept", deferred.at("keep")}
    };
    EXPECT_EQ(text(plugin.run("check_purchase", reference), "state"), "in_review");

    const auto unwanted = plugin.run("purchase", with_911(purchase_of({"+17805552007"})));
    const auto called_off = plugin.run(
        "cancel_purchase", json::object{
                               {"reference", "pu-1"},
                               {"carrier_id", unwanted.at("carrier_id")},
                               {"kept", unwanted.at("keep")}
                           }
    );
    EXPECT_EQ(text(called_off, "state"), "cancelled");
    EXPECT_EQ(text(called_off, "note"), "1 number was given back");

    const auto released = plugin.run(
        "release_numbers",
        json::object{{"numbers", {"+17805552001", "+17805552002", "+19025550100"}}}
    );
    for (const auto& each : released.at("numbers").as_array())
        EXPECT_EQ(text(each, "state"), "cancelled");
    EXPECT_THAT(
        chain.judge(), IsSupersetOf(
                           {"POST /SipTrunks/7005551212/Dids/Ranges",
                            "POST /SipTrunks/7005551212/Dids/NextAvailable", "POST /v2/V911s"}
                       )
    );
}

TEST_F(JudgedThinkTel, NoNumberIsBoughtTwiceWhenTheAnswerIsLost) {
    Chain chain(thinktel());
    Operations plugin(chain);
    const auto bought = [&] {
        std::multiset<std::string> numbers;
        for (const auto& each : chain.carried_out())
            if (text(each, "kind") == "purchase")
                for (const auto& number : each.at("numbers").as_array())
                    numbers.insert(std::string(number.as_string()));
        return numbers;
    };
    chain.lose_answer("POST", "/Dids");
    auto progress = plugin.run("purchase", purchase_of({"+17805552001", "+17805552002"}));
    EXPECT_EQ(text(progress, "state"), "completed");
    EXPECT_THAT(bought(), SizeIs(2));

    chain.lose_answer("POST", "/NextAvailable");
    auto any = purchase_of({});
    any["area"] = "Ottawa-Hull, ON";
    any["quantity"] = 2;
    // Which of the trunk's new numbers are ours is not told by their count: a person looks.
    EXPECT_THAT(plugin.failure_of("purchase", any).message, HasSubstr("the trunk has 2 new ones"));
    EXPECT_THAT(bought(), SizeIs(4)) << "and it was not ordered again";

    chain.lose_answer("POST", "/V911s");
    progress = plugin.run("purchase", with_911(purchase_of({"+17805552005"})));
    EXPECT_EQ(text(progress, "state"), "completed");
    chain.lose_answer("DELETE", "/Dids/");
    const auto released =
        plugin.run("release_numbers", json::object{{"numbers", {"+17805552005"}}});
    EXPECT_EQ(text(released.at("numbers").at(0), "state"), "cancelled");
    chain.judge();
}

TEST_F(JudgedThinkTel, ANumberWhose911RecordIsRefusedIsGivenBack) {
    Chain chain(thinktel());
    Operations plugin(chain);
    chain.admin(
        "script",
        json::object{
            {"v911_refuse",
             {{"number", 7805552001}, {"message", "Unknown street."}, {"city", "St. Albert"}}}
        }
    );
    const auto progress = plugin.run("purchase", with_911(purchase_of({"+17805552001"})));
    EXPECT_EQ(text(progress, "state"), "exception");
    const auto& rejection = progress.at("rejections").at(0);
    EXPECT_THAT(text(rejection, "text"), HasSubstr("given back"));
    EXPECT_EQ(text(rejection, "code"), "102");
    const auto carried = chain.carried_out();
    EXPECT_EQ(text(carried.back(), "kind"), "release");
    chain.judge();
}

// No calendar is installed here, so that days count as days of work only once ThinkTel's own are known.
TEST_F(JudgedThinkTel, TheDaysOnWhichItDoesNotWorkCountInTheListOfDueThings) {
    auto slow = thinktel();
    slow.simulator.back() = "1";
    Chain chain(slow);
    DaemonHost host;
    start(host, chain);
    host.told(create(
        host, "judged-due", request_for("+14165550181", {{"trunk", "7005551212"}})
    ));
    std::string due;
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{40};
    while (due.find("30 days of work") == due.npos && std::chrono::steady_clock::now() < until) {
        due = json::serialize(host.told({"due", "--what", "expected_answer"}));
        look_again_in(std::chrono::milliseconds{200});
    }
    EXPECT_THAT(due, HasSubstr("the carrier answers within 30 days of work at the worst"));
    EXPECT_THAT(chain.judge(), Contains("GET /Holidays"));
}

TEST_F(JudgedThinkTel, AnOrderWithoutATargetIsRefusedWithWhatThereIsToChooseFrom) {
    Chain chain(thinktel());
    DaemonHost host;
    start(host, chain);
    constexpr int refused = 1;
    const auto ended = host.porteur(create(host, "judged-nowhere", request_for("+14165550180", json::object{})));
    EXPECT_EQ(ended.status, refused) << ended.output;
    EXPECT_THAT(
        host.errors(), ::testing::AllOf(
                           HasSubstr("choose the SIP trunk or the offering"),
                           HasSubstr("(trunk …1212)"), HasSubstr("(offering \"OFF-100\")")
                       )
    );
    EXPECT_THAT(chain.carried_out(), SizeIs(0));
    // A person looks at the account by the same ways.
    EXPECT_EQ(host.porteur({"account", "check", "thinktel"}).status, 0) << host.errors();
    EXPECT_THAT(host.porteur({"account", "show", "thinktel", "--what", "providers"}).output, HasSubstr("RingCentral"));
    EXPECT_THAT(host.porteur({"account", "numbers", "thinktel"}).output, HasSubstr("+1"));
    chain.judge();
}

TEST_F(JudgedThinkTel, ACancellationIsATaskOfTheDaemonUntilSomebodyAnswers) {
    Chain chain(thinktel());
    DaemonHost host;
    start(host, chain);
    constexpr int waits_for_a_person = 7, ended_otherwise = 1;
    const auto goes_on_with = [&](const char* word) {
        chain.admin("script", json::object{{"number", 4165550170}, {"then", json::array{word}}});
    };
    goes_on_with("HOLD");
    const auto id = text(
        host.told(
            create(host, "judged-cancel", request_for("+14165550170", {{"trunk", "7005551212"}}))
        ),
        "id"
    );
    const Words patient{"--watch", "--timeout", "50s"};
    const auto runs = [&](Words words) {
        words.insert(words.end(), patient.begin(), patient.end());
        return host.porteur(words).status;
    };
    EXPECT_EQ(host.porteur({"port", "watch", id, "--timeout", "50s"}).status, waits_for_a_person);
    EXPECT_EQ(runs({"port", "cancel", id}), waits_for_a_person) << host.errors();
    EXPECT_THAT(host.porteur({"tasks"}).output, HasSubstr("cancelled"));
    goes_on_with("CANCELLED");
    EXPECT_EQ(runs({"port", "answer", id, "done"}), ended_otherwise) << host.errors();
    EXPECT_EQ(text(host.told({"port", "show", id}), "state"), "cancelled");
    chain.judge();
}

TEST_F(JudgedThinkTel, APurchaseWithA911RecordGoesThroughTheDaemon) {
    Chain chain(thinktel());
    DaemonHost host;
    start(host, chain);
    const json::object order{
        {"account", "thinktel"},
        {"reference", "judged-purchase"},
        {"request", with_911(
                        {{"country", "CA"},
                         {"number_type", "local"},
                         {"numbers", {"+17805552001", "+17805552002"}},
                         {"target", {{"trunk", "7005551212"}}}}
                    )}
    };
    chain.lose_answer("POST", "/Dids");
    const auto bought = host.told(
        {"purchase", "create", "--file",
         host.folder().write("purchase.json", json::serialize(order)), "--submit", "--watch",
         "--timeout", "50s"}
    );
    EXPECT_EQ(text(bought, "state"), "completed");
    std::vector<std::string> kinds;
    for (const auto& each : chain.carried_out()) kinds.push_back(text(each, "kind"));
    EXPECT_EQ(kinds, (std::vector<std::string>{"purchase", "v911", "v911"}));
    chain.judge();
}

TEST_F(JudgedThinkTel, RefusalsOfEveryReplyAreAsTheApiFileHasThem) {
    Chain chain(thinktel());
    DaemonHost host;
    start(host, chain);
    int last = 0;
    for (const auto* name : {"Rejected", "Deferred", "Conditional", "Error"}) {
        const int reply = last == 0 ? 0 : last;
        last = last == 0 ? 2 : last + 1;
        const auto number = std::to_string(4165550160 + last);
        chain.admin(
            "script",
            json::object{
                {"refuse",
                 {{"number", std::stoll(number)}, {"message", "Not today."}, {"reply", reply}}}
            }
        );
        const auto ended = host.porteur(create(
            host, "judged-" + std::string(name),
            request_for("+1" + number, {{"trunk", "7005551212"}}), {"--watch", "--timeout", "20s"}
        ));
        EXPECT_EQ(ended.status, 7) << name << ended.output << host.errors();
        EXPECT_THAT(ended.output, HasSubstr(name));
    }
    EXPECT_THAT(chain.carried_out(), SizeIs(0));
    chain.judge();
}

}  // namespace
}  // namespace porteur::testing
