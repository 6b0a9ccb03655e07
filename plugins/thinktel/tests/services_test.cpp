// SPDX-License-Identifier: Apache-2.0
// The nine procedures: which one it is, what each wants, and what stands beside the form.
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

const Plugin& thinktel() {
    static const Plugin plugin = Plugin::linked();
    return plugin;
}

constexpr auto settings = R"({"current_reseller":"RingCentral"})";

/// An order of two numbers for an offering, without a date, so that only the offering is asked for.
json::object order_for(const char* offering, const char* details = "{}", const char* parent = "") {
    auto order = parsed(file("order.json")).as_object();
    order.erase("requested_date");
    order["target"] =
        json::object{{"offering", offering}, {"parent", parent}, {"details", parsed(details)}};
    return order;
}

json::object toll_free(json::object order) {
    order["numbers"] = json::array{"+18005550101"};
    order["documents"] = parsed(file("order-toll-free.json")).at("documents");
    return order;
}

Script submit(const json::object& order) {
    Script script(thinktel(), "submit_port", canonical(order), settings);
    script.expects_http("GET", "/Products/TelephoneOfferings")
        .named("offerings")
        .safe()
        .answers_file(200, "offerings.json");
    return script;
}

Script& has_no_tickets(Script& script) {
    for (const auto* number : {"4165550101", "4165550102"})
        script
            .expects_http(
                "GET", std::string("/v2/NumberPorts/Inbound/Numbers/") + number + "/PortInStatus"
            )
            .answers_file(404, "error-not-found.json");
    return script;
}

/// The request's body: what stands beside the form, and the form of all of them.
std::string body(const char* beside) {
    auto all = parsed(beside).as_object();
    all["PortForm"] = parsed(file("submit-request.json")).at("PortForm");
    all["PortForm"].as_object().erase("RequestedPortDate");
    return canonical(all);
}

Script& is_accepted(Script& script, const char* path, const char* beside) {
    script.expects_http("POST", path)
        .named("submit")
        .once()
        .with_body(body(beside))
        .answers_file(200, "submit-accepted.json")
        .ends_with(R"({"carrier_id":"ABC-123-45678","state":"submitted"})");
    return script;
}

TEST(Services, AGeneralProductWantsItsOfferingOnly) {
    auto script = submit(order_for("OFF-1"));
    is_accepted(
        has_no_tickets(script), "/NumberPorts/Inbound/GeneralProducts", R"({"OfferingID":"OFF-1"})"
    );
    cut_everywhere(script);
}

TEST(Services, AGeneralChildProductWantsItsParent) {
    auto script = submit(order_for("OFF-2", "{}", "SUB-2"));
    is_accepted(
        has_no_tickets(script), "/NumberPorts/Inbound/GeneralChildProducts",
        R"({"OfferingID":"OFF-2","ParentSubscriptionID":"SUB-2"})"
    );
    cut_everywhere(script);
}

TEST(Services, AnOfferingAndItsParentAreFoundByTheirNamesInEitherLanguage) {
    for (const auto* name : {"OFF-6", "Business call forward", "renvoi d’appel pour entreprises",
                             "RENVOI D'APPEL POUR ENTREPRISES"})
        for (const auto* parent : {"GRP-1", "grp-1", "416-555-9003", "Business Group", "groupe d'affaires"}) {
            auto script = submit(order_for(name, R"({"forward_to":"+16475550100"})", parent));
            is_accepted(
                has_no_tickets(script), "/NumberPorts/Inbound/BusinessPermanentCallForwards",
                R"({"OfferingID":"OFF-6","BusinessGroupSubscriptionID":"GRP-1","ForwardingInstructions":[
                    {"TN":4165550101,"ForwardingTN":6475550100},
                    {"TN":4165550102,"ForwardingTN":6475550100}]})"
            );
        }
    auto second = submit(order_for("poste heberge", "{}", "4165559002"));
    is_accepted(
        has_no_tickets(second), "/NumberPorts/Inbound/GeneralChildProducts",
        R"({"OfferingID":"OFF-2","ParentSubscriptionID":"SUB-2"})"
    );
}

TEST(Services, AResidentialLineTakesTheUsersAccountAndTheOrdersLanguage) {
    auto order =
        order_for("OFF-3", R"({"plan_id":"RES-1","numbers":[{"number":"+14165550102","account":99,
            "locale":0,"second_locale":5,"label":"Den","caller_id":"+14165550102",
            "caller_name":"ROY","email":"a@acme.example","forward_to":"+16475550100",
            "forward_delay":20,"enabled":false}]})");
    order["language"] = "fr";
    auto script = submit(order);
    script.expects_http("GET", "/Users/Current/Account").named("account").answers(200, "1234");
    is_accepted(has_no_tickets(script), "/v2/NumberPorts/Inbound/ResidentialLines", R"({"Lines":[
        {"Number":{"Number":4165550101},"Account":1234,"PlanID":"RES-1","Enabled":true,"Locale":5,
         "SecondLocale":9},
        {"Number":{"Number":4165550102},"Account":99,"PlanID":"RES-1","Enabled":false,"Locale":0,
         "SecondLocale":5,"Label":"Den","CallerID":4165550102,"CallerName":"ROY",
         "Email":"a@acme.example","CallForwardingNumber":6475550100,"CallForwardingDelay":20}]})");
    cut_everywhere(script);
}

TEST(Services, ABusinessLineWantsItsGroup) {
    auto script =
        submit(order_for("OFF-4", R"({"plan_id":"BUS-1","account":1234,"business_group_id":"GRP-1",
            "numbers":[{"number":"+14165550101","extension":101}]})"));
    is_accepted(has_no_tickets(script), "/v2/NumberPorts/Inbound/BusinessLines", R"({"Lines":[
        {"Number":{"Number":4165550101},"Account":1234,"PlanID":"BUS-1","BusinessGroupID":"GRP-1",
         "Enabled":true,"Locale":2,"SecondLocale":9,"Extension":101},
        {"Number":{"Number":4165550102},"Account":1234,"PlanID":"BUS-1","BusinessGroupID":"GRP-1",
         "Enabled":true,"Locale":2,"SecondLocale":9}]})");
    cut_everywhere(script);
}

TEST(Services, ABusinessLineTakesTheTargetsParentForItsGroup) {
    auto script = submit(order_for("OFF-4", R"({"plan_id":"BUS-1","account":1})", "GRP-7"));
    is_accepted(has_no_tickets(script), "/v2/NumberPorts/Inbound/BusinessLines", R"({"Lines":[
        {"Number":{"Number":4165550101},"Account":1,"PlanID":"BUS-1","BusinessGroupID":"GRP-7",
         "Enabled":true,"Locale":2,"SecondLocale":9},
        {"Number":{"Number":4165550102},"Account":1,"PlanID":"BUS-1","BusinessGroupID":"GRP-7",
         "Enabled":true,"Locale":2,"SecondLocale":9}]})");
}

constexpr auto forward_details = R"({"plan_id":"PCF-1","account":1234,"forward_to":"+16475550100",
    "provisioning_instructions":"two channels"})";

TEST(Services, APermanentCallForwardWantsWhereCallsGo) {
    auto script = submit(order_for("OFF-5", forward_details));
    is_accepted(
        has_no_tickets(script), "/v2/NumberPorts/Inbound/PermanentCallForwards", R"({"Forwards":[
        {"Number":{"Number":4165550101},"Account":1234,"PlanID":"PCF-1","Enabled":true,
         "CallForwardingNumber":6475550100,"PCFProvisioningInstructions":"two channels"},
        {"Number":{"Number":4165550102},"Account":1234,"PlanID":"PCF-1","Enabled":true,
         "CallForwardingNumber":6475550100,"PCFProvisioningInstructions":"two channels"}]})"
    );
    cut_everywhere(script);
}

TEST(Services, ATollFreeCallForwardHasAProcedureOfItsOwn) {
    auto script = submit(toll_free(order_for("OFF-5", forward_details)));
    script.expects_http("GET", "/v2/NumberPorts/Inbound/Numbers/8005550101/PortInStatus")
        .answers_file(404, "error-not-found.json")
        .expects_http("POST", "/v2/NumberPorts/Inbound/TollFree/PermanentCallForwards")
        .once()
        .answers_file(200, "submit-accepted.json")
        .ends_with(R"({"state":"submitted"})");
}

TEST(Services, ABusinessCallForwardWantsItsGroupAndWhereCallsGo) {
    auto script = submit(order_for(
        "OFF-6",
        R"({"forward_to":"+16475550100",
            "numbers":[{"number":"+14165550102","forward_to":"+16475550102"}]})",
        "GRP-1"
    ));
    is_accepted(
        has_no_tickets(script), "/NumberPorts/Inbound/BusinessPermanentCallForwards",
        R"({"OfferingID":"OFF-6","BusinessGroupSubscriptionID":"GRP-1","ForwardingInstructions":[
            {"TN":4165550101,"ForwardingTN":6475550100},
            {"TN":4165550102,"ForwardingTN":6475550102}]})"
    );
    cut_everywhere(script);
}

TEST(Services, AVirtualFaxWantsItsAddress) {
    auto script = submit(order_for("OFF-7", R"({"fax_email":"fax@acme.example"})"));
    is_accepted(
        has_no_tickets(script), "/NumberPorts/Inbound/VirtualFaxes",
        R"({"OfferingID":"OFF-7","FaxEmail":"fax@acme.example"})"
    );
    cut_everywhere(script);
}

TEST(Services, EachSaysWhatItMissesBeforeAnythingIsSent) {
    struct Case {
        const char *offering, *details, *parent, *field, *words;
    };
    const Case cases[] = {
        {"OFF-2", "{}", "", "/target/parent", "it can be \"SUB-1\", \"SUB-2\""},
        {"OFF-2", "{}", "SUB-9", "/target/parent", "cannot belong to \"SUB-9\""},
        {"OFF-2", "{}", "PBX heberge", "/target/parent", "more than one subscription"},
        {"OFF-3", R"({"account":1})", "", "/target/details/plan_id", "a residential line"},
        {"OFF-4", R"({"account":1,"plan_id":"B"})", "", "/target/details/business_group_id", "group"
        },
        {"OFF-4",
         R"({"account":1,"business_group_id":"G","numbers":[{"number":"+14165550101","plan_id":"A"},
             {"number":"+14165550102","plan_id":"B"}]})",
         "", "/target/details/plan_id", "the same for all business lines"},
        {"OFF-5", R"({"account":1,"plan_id":"P","provisioning_instructions":"x"})", "",
         "/target/details/forward_to", "a permanent call forward"},
        {"OFF-5", R"({"account":1,"plan_id":"P","forward_to":"+16475550100"})", "",
         "/target/details/provisioning_instructions", "set up"},
        {"OFF-6", R"({"forward_to":"+16475550100"})", "", "/target/parent", "GRP-1"},
        {"OFF-6", R"({"numbers":[{"number":"+14165550101","forward_to":"+16475550100"}]})", "GRP-1",
         "/target/details/forward_to", "*******0102 has none"},
        {"OFF-7", "{}", "", "/target/details/fax_email", "e-mail address that faxes go to"},
        {"OFF-7", R"({"fax_email":"nobody"})", "", "/target/details/fax_email", "e-mail address"},
        {"OFF-7", R"({"fax_email":"a@b.example","label":"x"})", "", "/target/details/label",
         "has no such detail"},
        {"OFF-99", "{}", "", "", "\"Virtual fax\" (offering \"OFF-7\")"},
    };
    for (const auto& each : cases) {
        auto script = submit(order_for(each.offering, each.details, each.parent));
        const bool split = std::string_view(each.words).starts_with("the same");
        script.fails_with(
            ErrorKind::invalid_input, split ? Reason::split_required : Reason::none,
            AllOf(HasSubstr(each.field), HasSubstr(each.words))
        );
        cut_everywhere(script);
    }
}

TEST(Services, TollFreeNumbersGoToTrunksAndCallForwardsOnly) {
    for (const auto* offering : {"OFF-1", "OFF-2", "OFF-3", "OFF-4", "OFF-6", "OFF-7"}) {
        auto order = toll_free(order_for(offering, R"({"account":1})"));
        submit(order).fails_with(
            ErrorKind::invalid_input, Reason::unsupported_by_gaining,
            HasSubstr("SIP trunks and permanent call forwards")
        );
    }
}

TEST(Services, ATypeThatIsNotDocumentedGoesToAPerson) {
    submit(order_for("OFF-8"))
        .fails_with(
            ErrorKind::unsupported, Reason::unsupported_by_gaining, HasSubstr("of the type 8")
        )
        .coded("8");
}

TEST(Services, NoneIsEverSubmittedTwice) {
    const std::tuple<const char*, const char*, const char*, const char*> all[] = {
        {"OFF-1", "{}", "", "/NumberPorts/Inbound/GeneralProducts"},
        {"OFF-2", "{}", "SUB-1", "/NumberPorts/Inbound/GeneralChildProducts"},
        {"OFF-3", R"({"account":1,"plan_id":"R"})", "", "/v2/NumberPorts/Inbound/ResidentialLines"},
        {"OFF-4", R"({"account":1,"plan_id":"B"})", "G", "/v2/NumberPorts/Inbound/BusinessLines"},
        {"OFF-5", forward_details, "", "/v2/NumberPorts/Inbound/PermanentCallForwards"},
        {"OFF-6", R"({"forward_to":"+16475550100"})", "GRP-1",
         "/NumberPorts/Inbound/BusinessPermanentCallForwards"},
        {"OFF-7", R"({"fax_email":"a@b.example"})", "", "/NumberPorts/Inbound/VirtualFaxes"},
    };
    for (const auto& [offering, details, parent, path] : all) {
        auto script = submit(order_for(offering, details, parent));
        has_no_tickets(script).expects_http("POST", path).named("submit").once().in_doubt();
        for (const auto* number : {"4165550101", "4165550102"})
            script
                .expects_http(
                    "GET",
                    std::string("/v2/NumberPorts/Inbound/Numbers/") + number + "/PortInStatus"
                )
                .looking_up("submit")
                .answers_file(404, "error-not-found.json");
        script
            .expects_http(
                "GET", "/v2/NumberPorts/Inbound/Dashboard/PortInInfo/OrdersByNumber/4165550101"
            )
            .looking_up("submit")
            .answers_file(404, "error-not-found.json")
            .fails_with(ErrorKind::in_doubt);
        cut_everywhere(script);
    }
}

}  // namespace
}  // namespace porteur::testkit
