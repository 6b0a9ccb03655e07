// SPDX-License-Identifier: Apache-2.0
// Numbers are refused by the losing carrier, the orders are corrected and submitted again, while
// answers are lost and porteurd dies. ThinkTel gives no reference back: a number tells its newest
// ticket and nothing else. An old ticket must never be taken for the new one, no number may get
// two, and a doubt that cannot be settled must be in the list for a person.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <random>
#include <thread>

#include <porteur/calendar_text.hpp>

#include "host_world.hpp"
#include "support/look_again.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

const std::string route = "/v1/port-orders";
const std::string pin = "8842190055";
const std::string password = "thinktel-secret";

WorldPlan plan() {
    WorldPlan made;
    made.name = "resubmission";
    // A business day of the carrier passes in a quarter of a second.
    made.simulator = {PORTEUR_TEST_SIMULATOR_THINKTEL, "--clock-speed", "400000"};
    made.plugin = PORTEUR_TEST_PLUGIN_THINKTEL;
    made.base_path = "/rest.svc";
    made.user = "user";
    made.password = "password";
    made.password_value = password;
    made.account_lines = "[settings]\nsubmitter_email = \"ports@porteur.example\"\n";
    return made;
}

std::string number_of(int order) {
    char text[16];
    std::snprintf(text, sizeof text, "+1416555%04d", 2'000 + order);
    return text;
}
std::string reference_of(int order) { return "again-" + std::to_string(order); }

std::string today() {
    return iso_date(std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
}

std::string upload(World& world, const std::string& type) {
    const std::string pdf =
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
        "trailer<</Root 1 0 R>>\n%%EOF\n";
    const auto reply = world.insist(
        "POST",
        "/v1/documents?type=" + type + "&name=" + type + ".pdf&signed_on=" + today() +
            "&issued_on=" + today(),
        "upload-" + type, pdf, "application/pdf"
    );
    if (reply.status != 201) throw std::runtime_error(reply.body);
    return std::string(json::parse(reply.body).at("id").as_string());
}

json::object request_of(int order, const json::array& documents) {
    return {
        {"numbers", {number_of(order)}},
        {"losing_carrier", "RingCentral"},
        {"account_number", "BAD"},  // the simulated losing carrier refuses it
        {"pin", pin},
        {"end_user",
         {{"name", "Acme Inc"},
          {"authorized_person", {{"first_name", "Anna"}, {"last_name", "Roy"}}}}},
        {"service_address",
         {{"house_number", "1"},
          {"street", "King"},
          {"street_type", "St"},
          {"street_direction", "W"},
          {"city", "Toronto"},
          {"region", "ON"},
          {"postal_code", "M5V1A1"},
          {"country", "CA"}}},
        {"target", {{"trunk", "7005551212"}}},
        {"documents", documents}
    };
}

/// The tickets of each number, oldest first.
std::map<std::string, std::vector<std::string>> tickets(World& world) {
    std::map<std::string, std::vector<std::string>> all;
    const auto list = world.carrier_says("/_sim/received?requests=0");
    for (const auto& each : list.at("orders").as_array())
        for (const auto& number : each.at("numbers").as_array()) {
            std::string digits(number.as_string());
            all[digits.substr(digits.size() - 10)].emplace_back(each.at("id").as_string());
        }
    return all;
}

template <class Done>
bool wait_for(World& world, milliseconds most, const Done& done) {
    const auto end = Steady::now() + most;
    while (Steady::now() < end) {
        if (done()) return true;
        if (world.daemon.ended_within(50ms)) return false;
    }
    return false;
}

TEST(Resubmissions, NeverTakeTheOldTicketForTheNewOneAndListEveryDoubt) {
    const int count = is_full_run() ? 120 : 30;
    const int kills = is_full_run() ? 40 : 8;
    const auto seed = seed_of_run();
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    std::mt19937_64 chance(seed);
    World world(plan());
    world.start();
    const auto upload_of = [&](const char* type) { return upload(world, type); };
    json::array documents;
    for (const char* type : {"loa", "invoice"}) documents.emplace_back(upload_of(type));

    for (int order = 0; order < count; ++order) {
        const auto reply = world.insist(
            "POST", route, "create-" + std::to_string(order),
            json::serialize(json::object{
                {"account", "thinktel"},
                {"reference", reference_of(order)},
                {"submit", true},
                {"request", request_of(order, documents)}
            })
        );
        ASSERT_EQ(reply.status, 201) << reply.body;
    }
    std::map<std::string, Listed> orders;
    const auto list = [&](const std::string& filter) {
        auto now = world.orders(route + "?limit=200" + filter);
        if (now) orders = std::move(*now);
        return now.has_value();
    };
    ASSERT_TRUE(wait_for(world, 60s, [&] {
        return list("") && std::ranges::all_of(orders, [](const auto& each) {
                   return each.second.state == "exception";
               });
    })) << "not every order was refused";
    const auto refused = orders;
    const auto old_tickets = tickets(world);

    // Half of the answers are lost after ThinkTel has acted, a fifth of the requests before.
    const auto rule = [&](std::string_view fault, double probability, std::uint64_t salt) {
        return json::object{
            {"match", {{"method", "POST"}, {"path_prefix", "/rest.svc/v2/NumberPorts"}}},
            {"fault", fault},
            {"probability", probability},
            {"seed", seed + salt},
            {"delay_ms", 300}
        };
    };
    world.set_faults(
        {rule("drop_after", 0.4, 1), rule("act_late", 0.2, 2), rule("drop_before", 0.3, 3)}
    );

    // The customers correct their orders and submit them again, however often the daemon dies.
    std::atomic<bool> is_broken = false;
    std::atomic<int> kills_made = 0;
    std::vector<std::thread> customers;
    for (int worker = 0; worker < 3; ++worker)
        customers.emplace_back([&, worker] {
            try {
                for (int order = worker; order < count; order += 3) {
                    // Spread over the kills, so that each may meet one.
                    while (!is_broken && kills_made * count < order * kills) look_again_in(milliseconds(5));
                    const auto& at = refused.at(reference_of(order));
                    const auto mended = world.insist(
                        "PATCH", route + "/" + at.id, "mend-" + std::to_string(order),
                        R"({"request":{"account_number":"4165550100"}})",
                        "application/merge-patch+json"
                    );
                    EXPECT_EQ(mended.status, 200) << mended.body;
                    // As a new request: the plugin would else have a person ask for a correction.
                    const auto sent = world.insist(
                        "POST", route + "/" + at.id + "/submit?as_new=true",
                        "again-" + std::to_string(order), ""
                    );
                    EXPECT_EQ(sent.status, 202) << sent.body;
                }
            } catch (const std::exception& wrong) {
                ADD_FAILURE() << wrong.what();
                is_broken = true;
            }
        });
    for (int kill = 0; kill < kills && !is_broken; ++kill) {
        ASSERT_FALSE(world.daemon.ended_within(
            milliseconds(std::uniform_int_distribution<int>(0, 400)(chance))
        ));
        world.daemon.kill();
        world.start();
        ++kills_made;
    }
    for (auto& each : customers) each.join();
    ASSERT_FALSE(is_broken);

    // One more death, now that all has been wished: within 5 s of its resume every doubt that
    // ThinkTel cannot settle is in the list.
    world.daemon.kill();
    world.start();
    const auto resumed = Steady::now();
    std::set<std::string> in_truth;
    std::set<std::string> listed;
    const auto are_listed = [&] {
        const auto now = tickets(world);
        in_truth.clear();
        for (int order = 0; order < count; ++order)
            if (now.at(number_of(order).substr(2)).size() < 2) in_truth.insert(reference_of(order));
        const auto shown = world.orders(route + "?limit=200&delivery=in_doubt");
        if (!shown) return false;
        listed.clear();
        for (const auto& [reference, order] : *shown)
            if (!order.due) listed.insert(reference);
        return std::ranges::includes(listed, in_truth);
    };
    EXPECT_TRUE(wait_for(world, 5s, are_listed))
        << in_truth.size() << " doubts that cannot be settled, " << listed.size() << " listed";
    const auto took = std::chrono::duration_cast<milliseconds>(Steady::now() - resumed).count();

    ASSERT_TRUE(wait_for(world, 60s, [&] {
        return list("") &&
               std::ranges::all_of(orders, [](const auto& each) { return each.second.is_over(); });
    })) << "not every order came to its end";

    Invariants all;
    int followed = 0, doubled = 0, wrong = 0, parked = 0;
    const auto now = tickets(world);
    for (int order = 0; order < count; ++order) {
        const auto& number = number_of(order).substr(2);
        const auto& mine = now.at(number);
        const auto& stands = orders.at(reference_of(order));
        const auto& old_ticket = old_tickets.at(number).at(0);
        ASSERT_EQ(old_tickets.at(number).size(), 1u);
        all.acknowledged(reference_of(order), orders.contains(reference_of(order)));
        all.once("the second submission of " + number, static_cast<int>(mine.size()) - 1);
        doubled += mine.size() > 2 ? 1 : 0;
        EXPECT_EQ(stands.attempt, 2) << reference_of(order);
        wrong += stands.carrier_id == old_ticket ? 1 : 0;
        EXPECT_NE(stands.carrier_id, old_ticket)
            << reference_of(order) << " follows the ticket that was refused";
        if (stands.is_parked()) {
            ++parked;
            EXPECT_EQ(stands.delivery, "in_doubt") << stands.problem;
        } else {
            ++followed;
            EXPECT_EQ(stands.state, "completed") << reference_of(order);
            EXPECT_EQ(mine.size(), 2u) << reference_of(order) << " is completed without a ticket";
            EXPECT_EQ(stands.carrier_id, mine.back()) << reference_of(order);
        }
    }
    EXPECT_GT(followed, 0);
    EXPECT_GT(parked, 0) << "no doubt came up, so nothing was shown";
    const auto stats = world.carrier_says("/_sim/stats?brief=1");
    const auto* counts = stats.as_object().if_contains("counts");
    if (counts)
        if (const auto* open = counts->as_object().if_contains("refused_open_ticket"))
            EXPECT_EQ(open->as_int64(), 0) << "a port was submitted while its ticket was open";
    world.check(all, {pin, password, world.token});
    for (const auto& finding : all.findings()) ADD_FAILURE() << finding;
    std::printf(
        "{\"resubmitted\":%d,\"kills\":%d,\"followed\":%d,\"doubled\":%d,\"old_ticket_taken\":%d,"
        "\"parked\":%d,\"listed_after_ms\":%lld,\"seed\":%llu}\n%s\n",
        count, kills + 1, followed, doubled, wrong, parked, static_cast<long long>(took),
        static_cast<unsigned long long>(seed), all.summary().c_str()
    );
}

}  // namespace
}  // namespace porteur::testing
