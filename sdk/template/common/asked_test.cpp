//@ SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>
#include <porteur/testkit/fill_in.hpp>

namespace porteur::testkit {
namespace {

const Plugin plugin = Plugin::linked();
//@used port_order

constexpr auto port_order = R"({"reference":"po-1","numbers":["+14165550101"],"account_number":"A-1",)"
                            R"("end_user":{"name":"Bakery"}})";
//@end
//@used order_at_carrier

constexpr auto order_at_carrier = R"({"reference":"po-1","carrier_id":"7","numbers":["+14165550101"]})";
//@end
//@used number_list

constexpr auto number_list = R"({"numbers":["+14165550101"]})";
//@end

TEST(CheckAccount, TellsWhoseItIs) {
    Script(plugin, "check_account", "{}", R"({"customer":"C-1"})").ends_with(R"({"identity":"C-1"})");
}
//@include common/pure_test.cpp
//@if release_packet

TEST(ReleasePacket, NamesTheOrder) {
    const auto packet = Script(plugin, "release_packet", port_order).result<porteur::ReleasePacket>();
    EXPECT_NE(packet.cover_letter.find("po-1"), std::string::npos);
}
//@end
//@if list_numbers discover check_release check_portability list_targets search_numbers reserve_numbers release_numbers

// ------------------------------------------------------------- what a person looks up or does

struct AskedOperation {
    std::string name, input, step, answer, result;
};

const AskedOperation asked_operations[] = {
//@if list_numbers
    {"list_numbers", "{}", "list-numbers", "+14165550101, +14165550102",
     R"([{"number":"+14165550101"},{"number":"+14165550102"}])"},
//@end
//@if discover
    {"discover", "{}", "discover", "Front desk\nBack office", R"([{"rows":[["Front desk"],["Back office"]]}])"},
//@end
//@if check_release
    {"check_release", order_at_carrier, "still-there", "", R"({"numbers":[{"number":"+14165550101","left":true}]})"},
//@end
//@if check_portability
    {"check_portability", number_list, "portable", "+14165550101", R"([{"number":"+14165550101","portable":true}])"},
//@end
//@if list_targets
    {"list_targets", "{}", "targets", "Front desk", R"([{"kind":"trunk","id":"Front desk"}])"},
//@end
//@if search_numbers
    {"search_numbers", R"({"country":"CA","area_code":"416"})", "search", "+14165550101",
     R"([{"number":"+14165550101","country":"CA"}])"},
//@end
//@if reserve_numbers
    {"reserve_numbers", number_list, "reserve", "", R"([{"number":"+14165550101","state":"accepted"}])"},
//@end
//@if release_numbers
    {"release_numbers", number_list, "release", "", R"({"numbers":[]})"},
//@end
};

TEST(AskedOperations, TakeWhatAPersonAnswers) {
    for (const auto& each : asked_operations) {
        Script script(plugin, each.name, each.input);
        script.expects_manual().named(each.step).is_answered("done", each.answer).ends_with(each.result);
        cut_everywhere(script);
    }
}

TEST(AskedOperations, TellThatTheCarrierRefused) {
    for (const auto& each : asked_operations)
        Script(plugin, each.name, each.input)
            .expects_manual()
            .is_answered("refused", "closed today")
            .fails_with(ErrorKind::rejected, Reason::other, ::testing::HasSubstr("closed today"));
}
//@end
//@if preflight

TEST(Preflight, TakesWhatAPersonFound) {
    Script(plugin, "preflight", port_order).expects_manual().is_answered("agrees").ends_with(R"({"problems":[]})");
    Script(plugin, "preflight", port_order)
        .expects_manual()
        .is_answered("differs", "another name")
        .ends_with(R"({"problems":[{"reason":"OTHER"}]})");
}
//@end
