// SPDX-License-Identifier: Apache-2.0
// Each recipe against what a carrier answers when all goes well, and when it does not.
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

const Plugin cookbook = Plugin::linked();
constexpr auto order = R"({"reference":"po-1","numbers":["+12025550101"]})";

TEST(RefusalOn200, IsToldAsWhatItsCodeMeans) {
    Script(cookbook, "check_account", "{}").expects_http("GET", "/me").answers(200, R"({"success":true,"name":"Acme"})").ends_with(R"({"identity":"Acme"})");
    Script(cookbook, "check_account", "{}")
        .expects_http("GET", "/me")
        .answers(200, R"({"success":false,"error":{"code":"E01","text":"bad key"}})")
        .fails_with(ErrorKind::unauthorized)
        .coded("E01");
    Script(cookbook, "check_account", "{}")
        .expects_http("GET", "/me")
        .answers(200, R"({"success":false,"error":{"code":"E99","text":"odd"}})")
        .fails_with(ErrorKind::internal)
        .coded("E99");
}

TEST(Paging, GoesOnUntilThereIsNoNextPage) {
    Script script(cookbook, "list_numbers", "{}");
    script.expects_http("GET", "/numbers")
        .named("list-1")
        .with_query({{"limit", "500"}})
        .answers(200, R"({"success":true,"numbers":[{"number":"+12025550101"}],"next":"t2"})")
        .expects_http("GET", "/numbers")
        .named("list-2")
        .with_query({{"after", "t2"}, {"limit", "500"}})
        .answers(200, R"({"success":true,"numbers":[{"number":"+12025550102"}]})")
        .ends_with(R"([{"number":"+12025550101"},{"number":"+12025550102"}])");
    cut_everywhere(script);
}

TEST(InDoubt, LooksBeforeItSendsAgain) {
    Script script(cookbook, "purchase", order);
    script.expects_http("POST", "/jobs")
        .named("create-job")
        .once()
        .in_doubt()
        .expects_http("GET", "/jobs")
        .looking_up("create-job")
        .answers(200, R"({"success":true,"jobs":[]})")
        .expects_http("POST", "/jobs")
        .named("create-job")
        .answers(200, R"({"success":true,"job":{"id":"j-1","state":"queued"}})")
        .ends_with(R"({"carrier_id":"j-1","state":"submitted","check_again":300})");
    cut_everywhere(script);
}

TEST(InDoubt, TakesWhatTheLookUpFound) {
    Script(cookbook, "purchase", order)
        .expects_http("POST", "/jobs")
        .in_doubt()
        .expects_http("GET", "/jobs")
        .answers(200, R"({"success":true,"jobs":[{"id":"j-7","state":"active"}]})")
        .ends_with(R"({"carrier_id":"j-7","state":"completed"})");
}

TEST(Asynchronous, AsksAgainWhenItIsDueAndGuessesNoWord) {
    const auto check = [](const char* job) {
        Script script(cookbook, "check_purchase", R"({"carrier_id":"j-1"})");
        script.expects_http("GET", "/jobs/j-1").answers(200, std::string(R"({"success":true,"job":)") + job + "}");
        return script;
    };
    check(R"({"id":"j-1","state":"working"})").ends_with(R"({"state":"submitted","check_again":300})");
    check(R"({"id":"j-1","state":"active"})").ends_with(R"({"state":"completed"})");
    check(R"({"id":"j-1","state":"refused","why":"GONE","text":"gone"})").ends_with(R"({"state":"rejected","rejections":[{"code":"GONE"}]})");
    check(R"({"id":"j-1","state":"sideways"})").fails_with(ErrorKind::internal).coded("sideways");
}

TEST(PartialSuccess, SaysOfEachNumberWhetherItWent) {
    Script(cookbook, "release_numbers", R"({"numbers":["+12025550101","+12025550102"]})")
        .expects_http("POST", "/release")
        .keyed()
        .with_text("numbers=%2B12025550101%2C%2B12025550102&confirm=yes")
        .answers(200, R"({"success":true,"results":[{"number":"+12025550101","result":"released"},{"number":"+12025550102","result":"locked"}]})")
        .ends_with(R"({"numbers":[{"number":"+12025550101","state":"cancelled"},{"number":"+12025550102","state":"exception"}]})");
}

TEST(Xml, IsWrittenAndRead) {
    Script script(cookbook, "search_numbers", R"({"area_code":"202","quantity":2})");
    script.expects_http("POST", "/search.xml")
        .safe()
        .answers(200, "<Result><Number><Did>12025550101</Did><City>Washington &amp; more</City></Number></Result>", {{"content-type", "application/xml"}})
        .ends_with(R"([{"number":"+12025550101","city":"Washington & more"}])");
    Script(cookbook, "search_numbers", "{}").expects_http("POST", "/search.xml").answers(200, "<Result>").fails_with(ErrorKind::unavailable);
}

TEST(MailCarrier, AsksAPersonWhereNobodyKnowsWhetherTheMailLeft) {
    const std::string port = R"({"reference":"r-1","numbers":["+12025550101"]})";
    Script(cookbook, "submit_port", port).expects_mail("porting@desk.cookbook.example").once().is_taken("<1@x>").ends_with(R"({"carrier_id":"r-1","state":"submitted"})");
    Script(cookbook, "submit_port", port).expects_mail("porting@desk.cookbook.example").in_doubt().expects_manual().is_answered("it left").ends_with(R"({"state":"submitted"})");
    Script(cookbook, "submit_port", port).expects_mail("porting@desk.cookbook.example").in_doubt().expects_manual().is_answered("it did not").fails_with(ErrorKind::in_doubt);
}

}  // namespace
}  // namespace porteur::testkit
