// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the tests of buying share: a trunk with numbers, orders, and the script up to the order.

#include <porteur/testkit.hpp>

namespace porteur::testkit {

inline const Plugin& thinktel() {
    static const Plugin plugin = Plugin::linked();
    return plugin;
}

inline constexpr auto settings = R"({"trunk":"7005551212"})";
inline constexpr auto dids = "/SipTrunks/7005551212/Dids";
inline constexpr auto next_available = "/SipTrunks/7005551212/Dids/NextAvailable";
inline constexpr auto records = "/v2/V911s";

/// A trunk with these numbers.
inline std::string trunk(const std::vector<std::int64_t>& numbers) {
    json::array rows;
    for (const auto each : numbers) rows.push_back(json::object{{"Number", each}, {"Label", ""}});
    return canonical(rows);
}

inline std::string replies(const std::vector<std::tuple<std::int64_t, int, const char*>>& all) {
    json::array rows;
    for (const auto& [number, reply, message] : all) {
        json::object row{{"Number", number}, {"Reply", reply}};
        if (*message != 0) row["Message"] = message;
        rows.push_back(row);
    }
    return canonical(rows);
}

inline json::object order(const json::array& numbers = {"+17805552001", "+17805552002"}) {
    return {{"reference", "pu-7"}, {"country", "CA"}, {"numbers", numbers}};
}
inline json::object order_by_area(const char* area, int quantity) {
    return {{"reference", "pu-7"}, {"country", "CA"}, {"area", area}, {"quantity", quantity}};
}
inline json::object with_911(json::object given) {
    given["emergency_address"] =
        json::object{{"house_number", "1"}, {"street", "King"},        {"street_type", "St"},
                     {"unit", "5"},         {"city", "Edmonton"},      {"region", "AB"},
                     {"country", "CA"},     {"postal_code", "T5J 1A1"}};
    given["end_user"] = json::object{
        {"name", "Acme Inc"}, {"authorized_person", {{"first_name", "Anna"}, {"last_name", "Roy"}}}
    };
    return given;
}

/// As far as the order, with one other number on the trunk; a rate centre is looked up by its name.
inline Script about_to_buy(const json::object& given) {
    Script script(thinktel(), "purchase", canonical(given), settings);
    script.expects_http("GET", dids)
        .named("baseline")
        .safe()
        .with_query({{"PageFrom", "0"}, {"PageSize", "1000"}})
        .answers(200, trunk({4165559001}));
    const auto* area = given.if_contains("area");
    if (area && area->as_string().size() > 3)
        script.expects_http("GET", "/RateCenters/Country/CA")
            .named("centres")
            .safe()
            .answers(
                200, R"([{"Name":"Edmonton, AB","Available":10},{"Name":"Québec, QC","Available":2},
                         {"Name":"St. John's, NL"},{"Name":"St-Johns, NL"}])"
            );
    return script;
}

inline Script& sees(Script& script, const char* step, const std::vector<std::int64_t>& numbers) {
    return script.expects_http("GET", dids)
        .named(step)
        .looking_up("buy")
        .answers(200, trunk(numbers));
}

}  // namespace porteur::testkit
