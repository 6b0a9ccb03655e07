//@ SPDX-License-Identifier: Apache-2.0
// A conversation with the carrier for each operation: the plugin asks, the script answers. No network is needed.
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>
#include <porteur/testkit/fill_in.hpp>

namespace porteur::testkit {
namespace {

const Plugin plugin = Plugin::linked();
//@used port_order

constexpr auto port_order = R"({"reference":"po-1","numbers":["+14165550101"],"account_number":"A-1",)"
                            R"("end_user":{"name":"Bakery"},"pin":{"given":true,"length":4,"digits_only":true}})";
//@end
//@used order_at_carrier

constexpr auto order_at_carrier = R"({"reference":"po-1","carrier_id":"7","numbers":["+14165550101"]})";
//@end
//@used number_list

constexpr auto number_list = R"({"numbers":["+14165550101"]})";
//@end

TEST(CheckAccount, TellsWhoseItIs) {
    Script(plugin, "check_account", "{}")
        .expects_http("GET", "/account")
        .safe()
        .answers(200, R"({"name":"Bakery","number":"A-1"})")
        .ends_with(R"({"identity":"Bakery"})");
}

TEST(CheckAccount, FindsOutThatTheCredentialsAreWrong) {
    Script(plugin, "check_account", "{}")
        .expects_http("GET", "/account")
        .answers(401, "{}")
        .fails_with(ErrorKind::unauthorized);
}
//@include common/pure_test.cpp
//@if purchase

TEST(Purchase, IsRefusedWhereItNamesNoNumbers) {
    Script(plugin, "purchase", R"({"reference":"po-1","area":"416","quantity":2})").fails_with(ErrorKind::invalid_input);
}
//@end
//@if submit_port purchase

// ------------------------------------------------------------- what must not happen twice

struct OnceOperation {
    std::string name, input;
    std::string method, path, step;         // what is sent
    std::string look_path, look_step;       // what asks whether it was done
    std::string not_done, done;             // what the look-up answers
    std::string answer, state;              // what the carrier answers, and what that is to us
};

const OnceOperation once_operations[] = {
//@if submit_port
    {"submit_port", port_order, "POST", "/ports", "create-port", "/ports", "find-port", R"({"items":[]})",
     R"({"items":[{"id":"7","status":"received"}]})", R"({"id":"7","status":"received"})", "submitted"},
//@end
//@if supplement_port
    {"supplement_port",
     std::string(R"({"order":)") + order_at_carrier + R"(,"corrected":)" + port_order + R"(,"fields":["/account_number"]})",
     "POST", "/ports/7/changes", "change-port", "/ports/7/changes", "find-change", R"({"items":[]})",
     R"({"items":[{"id":"7","status":"received"}]})", R"({"id":"7","status":"received"})", "submitted"},
//@end
//@if cancel_port
    {"cancel_port", order_at_carrier, "POST", "/ports/7/cancel", "cancel-port", "/ports/7", "look-after-cancel",
     R"({"id":"7","status":"received"})", R"({"id":"7","status":"cancelled"})", R"({"id":"7","status":"cancelled"})",
     "cancelled"},
//@end
//@if activate_port
    {"activate_port", order_at_carrier, "POST", "/ports/7/activate", "activate-port", "/ports/7",
     "look-after-activate", R"({"id":"7","status":"confirmed"})", R"({"id":"7","status":"activating"})",
     R"({"id":"7","status":"activating"})", "activating"},
//@end
//@if purchase
    {"purchase", R"({"reference":"po-1","numbers":["+14165550101"]})", "POST", "/orders", "create-order", "/orders",
     "find-order", R"({"items":[]})", R"({"items":[{"id":"7","status":"received"}]})",
     R"({"id":"7","status":"received"})", "submitted"},
//@end
//@if cancel_purchase
    {"cancel_purchase", order_at_carrier, "POST", "/orders/7/cancel", "cancel-order", "/orders/7", "look-after-cancel",
     R"({"id":"7","status":"received"})", R"({"id":"7","status":"cancelled"})", R"({"id":"7","status":"cancelled"})",
     "cancelled"},
//@end
};

Script sent(const OnceOperation& each) {
    Script script(plugin, each.name, each.input);
    script.expects_http(each.method, each.path).named(each.step).once();
    return script;
}
Script& looked_up(Script& script, const OnceOperation& each) {
    return script.expects_http("GET", each.look_path).named(each.look_step).looking_up(each.step);
}
std::string result(const OnceOperation& each) { return R"({"carrier_id":"7","state":")" + each.state + R"("})"; }

TEST(OnceOperations, GiveWhatTheCarrierSays) {
    for (const auto& each : once_operations) {
        auto script = sent(each);
        script.answers(201, each.answer).ends_with(result(each));
        EXPECT_EQ(cut_everywhere(script), 2u) << each.name;
    }
}

TEST(OnceOperations, AreTakenFromTheLookUpWhenTheirAnswerWasLost) {
    for (const auto& each : once_operations) {
        auto script = sent(each);
        looked_up(script.in_doubt(), each).answers(200, each.done).ends_with(result(each));
        cut_everywhere(script);
    }
}

TEST(OnceOperations, AreSentAgainOnlyAfterALookUpThatFoundNothing) {
    for (const auto& each : once_operations) {
        auto script = sent(each);
        looked_up(script.in_doubt(), each).answers(200, each.not_done).expects_http(each.method, each.path);
        script.named(each.step).answers(201, each.answer).ends_with(result(each));
        cut_everywhere(script);
    }
}

TEST(OnceOperations, AreLookedUpAfterAnAnswerThatTellsNothing) {
    for (const auto& each : once_operations) {
        auto script = sent(each);
        script.answers(503, "<html>").expects_sleep(std::chrono::seconds{30}).is_done();
        looked_up(script, each).answers(200, each.done).ends_with(result(each));
        cut_everywhere(script);
    }
}

TEST(OnceOperations, StayInDoubtWhenTheLookUpTellsNothing) {
    for (const auto& each : once_operations)
        for (const int status : {403, 404, 500, 503}) {
            auto script = sent(each);
            looked_up(script.in_doubt(), each).answers(status, "{}").fails_with(ErrorKind::in_doubt);
        }
}

TEST(OnceOperations, TellWhyTheCarrierRefused) {
    for (const auto& each : once_operations) {
        auto script = sent(each);
        script.answers(422, R"({"code":"ACCOUNT_WRONG"})")
            .fails_with(ErrorKind::rejected, Reason::account_number_mismatch)
            .coded("ACCOUNT_WRONG");
    }
}
//@end
//@if submit_port purchase

struct FollowedOrder {
    std::string check, path;
};

const FollowedOrder followed_orders[] = {
//@if submit_port
    {"check_port", "/ports/7"},
//@end
//@if purchase
    {"check_purchase", "/orders/7"},
//@end
};

TEST(FollowedOrders, SayEachWordOfTheCarrierInOurs) {
    const std::pair<const char*, const char*> words[] = {
        {"received", "submitted"},  {"accepted", "accepted"},   {"confirmed", "confirmed"},
        {"activating", "activating"}, {"in_review", "in_review"}, {"papers_wanted", "needs_documents"},
        {"to_correct", "exception"}, {"completed", "completed"}, {"partly_completed", "partial"},
        {"cancelled", "cancelled"}, {"refused", "rejected"},    {"expired", "expired"},
    };
    for (const auto& [check, path] : followed_orders)
        for (const auto& [word, state] : words)
            Script(plugin, check, order_at_carrier)
                .expects_http("GET", path)
                .answers(200, std::string(R"({"id":"7","status":")") + word + R"("})")
                .ends_with(std::string(R"({"state":")") + state + R"("})");
}

TEST(FollowedOrders, GuessNothingOfAWordThatIsNotKnown) {
    for (const auto& [check, path] : followed_orders)
        Script(plugin, check, order_at_carrier)
            .expects_http("GET", path)
            .answers(200, R"({"id":"7","status":"sideways"})")
            .fails_with(ErrorKind::internal);
}
//@end
//@if list_numbers

TEST(ListNumbers, ReadsEveryPage) {
    Script(plugin, "list_numbers", "{}")
        .expects_http("GET", "/numbers")
        .answers(200, R"({"items":[{"id":"1","number":"+14165550101","status":"live"}],"next":"p2"})")
        .expects_http("GET", "/numbers")
        .with_query({{"after", "p2"}})
        .answers(200, R"({"items":[{"id":"2","number":"+14165550102","status":"live"}]})")
        .ends_with(R"([{"number":"+14165550101","carrier_word":"live"},{"number":"+14165550102"}])");
}
//@end
//@if discover

TEST(Discover, ListsTheTrunks) {
    Script(plugin, "discover", "{}")
        .expects_http("GET", "/trunks")
        .answers(200, R"({"items":[{"id":"t1","name":"Front desk"}]})")
        .ends_with(R"([{"name":"trunks","rows":[["t1","Front desk"]]}])");
}
//@end
//@if preflight

TEST(Preflight, FindsWhatIsNotAsTheRecordsHaveIt) {
    Script(plugin, "preflight", port_order)
        .expects_http("GET", "/account")
        .answers(200, R"({"name":"Bakery","number":"A-2"})")
        .expects_http("GET", "/numbers")
        .answers(200, R"({"items":[]})")
        .ends_with(R"({"problems":[{"field":"/account_number","reason":"ACCOUNT_NUMBER_MISMATCH"},)"
                   R"({"field":"/numbers","reason":"NUMBER_NOT_ON_ACCOUNT"}]})");
}
//@end
//@if release_packet

TEST(ReleasePacket, NamesTheOrder) {
    const auto packet = Script(plugin, "release_packet", port_order).result<porteur::ReleasePacket>();
    EXPECT_NE(packet.cover_letter.find("po-1"), std::string::npos);
}
//@end
//@if check_release

TEST(CheckRelease, SeesThatANumberHasLeft) {
    Script(plugin, "check_release", order_at_carrier)
        .expects_http("GET", "/numbers")
        .answers(200, R"({"items":[]})")
        .ends_with(R"({"numbers":[{"number":"+14165550101","left":true}]})");
}
//@end
//@if check_portability

TEST(CheckPortability, AnswersEachNumber) {
    Script(plugin, "check_portability", number_list)
        .expects_http("GET", "/portability/%2B14165550101")
        .answers(200, R"({"portable":false,"status":"foreign"})")
        .ends_with(R"([{"number":"+14165550101","portable":false,"reason":"NOT_PORTABLE"}])");
}
//@end
//@if list_targets

TEST(ListTargets, ListsTheTrunks) {
    Script(plugin, "list_targets", "{}")
        .expects_http("GET", "/trunks")
        .answers(200, R"({"items":[{"id":"t1","name":"Front desk"}]})")
        .ends_with(R"([{"kind":"trunk","id":"t1","label_en":"Front desk"}])");
}
//@end
//@if search_numbers

TEST(SearchNumbers, AsksWhatIsWanted) {
    Script(plugin, "search_numbers", R"({"country":"CA","area_code":"416","quantity":2})")
        .expects_http("GET", "/available")
        .with_query({{"country", "CA"}, {"area_code", "416"}, {"limit", "2"}})
        .answers(200, R"({"items":[{"number":"+14165550101","city":"Toronto"},{"number":"none"}]})")
        .ends_with(R"([{"number":"+14165550101","city":"Toronto","country":"CA"}])");
}
//@end
//@if reserve_numbers

TEST(ReserveNumbers, HoldsThem) {
    Script(plugin, "reserve_numbers", number_list)
        .expects_http("POST", "/reservations")
        .keyed()
        .with_body(number_list)
        .answers(201, R"({"status":"held"})")
        .ends_with(R"([{"number":"+14165550101","state":"accepted","carrier_word":"held"}])");
}

TEST(ReserveNumbers, TellsThatSomebodyElseTookANumber) {
    Script(plugin, "reserve_numbers", number_list)
        .expects_http("POST", "/reservations")
        .answers(409, R"({"code":"NUMBER_TAKEN"})")
        .fails_with(ErrorKind::rejected, Reason::number_taken)
        .coded("NUMBER_TAKEN");
}
//@end
//@if release_numbers

TEST(ReleaseNumbers, GivesThemBack) {
    Script(plugin, "release_numbers", number_list)
        .expects_http("POST", "/releases")
        .keyed()
        .with_body(number_list)
        .answers(200, "{}")
        .ends_with("{}");
}

TEST(ReleaseNumbers, TellsWhyTheCarrierRefused) {
    Script(plugin, "release_numbers", number_list)
        .expects_http("POST", "/releases")
        .answers(409, R"({"code":"NO_SUCH_NUMBER"})")
        .fails_with(ErrorKind::rejected, Reason::other)
        .coded("NO_SUCH_NUMBER");
}
//@end
//@include common/left_test.cpp
