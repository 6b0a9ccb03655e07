// SPDX-License-Identifier: Apache-2.0
// What there is at ThinkTel that an order may name: each list is read as it is asked for, as they
// are long and change.
#include "discovery.hpp"

#include <algorithm>
#include <array>

#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "search.hpp"
#include "services.hpp"
#include "targets.hpp"
#include "wire.hpp"

namespace thinktel {

using namespace porteur;

namespace {

/// How many trunks are looked at one by one.
constexpr std::size_t trunks_shown_max = 32;

struct ListRow {
    std::string_view name, label_en, label_fr;
    bool is_short;  ///< told where no list is named
};
constexpr auto known_lists = std::to_array<ListRow>({
    {"trunks", "SIP trunks", "Liaisons SIP", true},
    {"offerings", "Offerings", "Offres", true},
    {"providers", "Losing providers that the form knows by ID",
     "Fournisseurs actuels que le formulaire connaît par ID", true},
    {"holidays", "Days on which ThinkTel does not work", "Jours où ThinkTel ne travaille pas", true
    },
    {"rate_centers", "Rate centers, with the numbers for sale",
     "Circonscriptions, avec les numéros en vente", false},
    {"portable_rate_centers", "Rate centers whose numbers can be ported in",
     "Circonscriptions dont les numéros peuvent être transférés", false},
});

DiscoveryList empty_list(const ListRow& row, std::vector<std::string> columns) {
    DiscoveryList made;
    made.name = row.name;
    made.label_en = row.label_en;
    made.label_fr = row.label_fr;
    made.columns = std::move(columns);
    return made;
}

/// A cell, whatever ThinkTel writes there; nothing for null and for what is not there.
std::string cell(const json::value& row, std::string_view key) {
    const auto& found = value_at(row, key);
    if (found.is_null()) return {};
    if (found.is_string()) return std::string(found.get_string());
    if (found.is_bool()) return found.get_bool() ? "yes" : "no";
    return canonical(found);
}

std::string joined(const std::vector<std::string>& pieces) {
    std::string out;
    for (const auto& each : pieces) out += (out.empty() ? "" : ", ") + each;
    return out;
}

Op<DiscoveryList> trunks_in_detail(ListRow row) {
    constexpr std::array keys{"Account",     "Enabled", "PlanID",
                              "MaxChannels", "Locale",  "SecondLocale"};
    auto list = empty_list(
        row,
        {"pilot", "label", "account", "enabled", "plan", "channels_max", "locale", "second_locale"}
    );
    const auto all = co_await trunks();
    std::vector<HttpRequest> requests;
    for (std::size_t index = 0; index < std::min(all.size(), trunks_shown_max); ++index)
        requests.push_back(http().get(step_of("trunk", index), "/SipTrunks/" + all[index].id));
    const auto answers = co_await in_turns(std::move(requests));
    for (std::size_t index = 0; index < all.size(); ++index) {
        std::vector<std::string> cells{all[index].id, all[index].label_en};
        // One that cannot be read is told all the same, without its details.
        json::value body;
        if (index < answers.size() && answers[index].ok())
            body = parse_json(answers[index].body()).value_or(json::value());
        for (const auto* key : keys) cells.push_back(cell(body, key));
        list.rows.push_back(std::move(cells));
    }
    co_return list;
}

Op<DiscoveryList> offerings_by_both_names(ListRow row) {
    auto list =
        empty_list(row, {"offering", "name_en", "name_fr", "service", "parents", "details"});
    const auto answer = co_await http().get("offerings", "/Products/TelephoneOfferings");
    require_ok(answer);
    answer.json();
    for (const auto& each : answer.array("")) {
        const auto offering = offering_from(each);
        const auto service = service_of_type(offering.type);
        const auto& choice = offering.choice;
        list.rows.push_back(
            {choice.id, choice.label_en, choice.label_fr,
             std::to_string(offering.type) + ": " +
                 (service ? std::string(name_of(*service)) : "not known"),
             joined(choice.parents), joined(choice.details)}
        );
    }
    co_return list;
}

/// Rows of an array answer as they are, cell by cell.
Op<DiscoveryList> plain_rows(DiscoveryList list, std::string path, std::vector<std::string> keys) {
    auto step = list.name;
    std::ranges::replace(step, '_', '-');  // as names of steps are written
    const auto answer = co_await http().get(std::move(step), std::move(path));
    if (answer.status() == 404) co_return list;
    require_ok(answer);
    answer.json();
    for (const auto& each : answer.array("")) {
        std::vector<std::string> cells;
        for (const auto& key : keys) cells.push_back(cell(each, key));
        list.rows.push_back(std::move(cells));
    }
    co_return list;
}

Op<DiscoveryList> closed_days(ListRow row) {
    auto list =
        co_await plain_rows(empty_list(row, {"date", "name"}), "/Holidays", {"Date", "Name"});
    for (auto& each : list.rows)
        if (const auto date = read_any_date(each[0])) each[0] = iso_date(*date);
    std::ranges::sort(list.rows);
    co_return list;
}

/// "416", "CA", "CA-AB"; empty: all of them. @errors invalid_input
std::string rate_centers_path(const std::string& area) {
    if (area.empty()) return "/RateCenters";
    if (is_area_code(area)) return "/RateCenters/NPA/" + area;
    const auto letters = [](std::string_view text) {
        return text.size() == 2 &&
               std::ranges::all_of(text, [](char each) { return each >= 'A' && each <= 'Z'; });
    };
    const auto country = area.substr(0, 2);
    const auto path = "/RateCenters/Country/" + country;
    if (letters(area)) return path;
    if (area.size() == 5 && letters(country) && area[2] == '-' && letters(area.substr(3)))
        return path + "/Province/" + area.substr(3);
    fail(
        ErrorKind::invalid_input, Reason::none, "",
        "thinktel: " + phrase(
                           "the area {1} is neither an area code (416), a country (CA) nor a "
                           "province or state (CA-AB)",
                           quoted(area, 20)
                       )
    );
}

Op<DiscoveryList> list_of(ListRow row, std::string area) {
    if (row.name == "trunks") co_return co_await trunks_in_detail(row);
    if (row.name == "offerings") co_return co_await offerings_by_both_names(row);
    if (row.name == "providers")
        co_return co_await plain_rows(
            empty_list(row, {"id", "name"}), "/NumberPorts/Providers", {"ID", "Name"}
        );
    if (row.name == "holidays") co_return co_await closed_days(row);
    if (row.name == "rate_centers")
        co_return co_await plain_rows(
            empty_list(row, {"name", "country", "available"}), rate_centers_path(area),
            {"Name", "Country", "Available"}
        );
    co_return co_await plain_rows(
        empty_list(row, {"name", "country", "portable", "local", "network"}),
        "/NumberPorts/LNP/RateCenters", {"Name", "Country", "LNP", "Local", "NetworkType"}
    );
}

}  // namespace

Op<std::vector<DiscoveryList>> discover(DiscoveryQuery query) {
    std::vector<DiscoveryList> found;
    std::string known;
    for (const auto& row : known_lists) {
        known += (known.empty() ? "" : ", ") + std::string(row.name);
        if (query.what.empty() ? row.is_short : row.name == query.what)
            found.push_back(co_await list_of(row, query.area));
    }
    if (found.empty())
        fail(
            ErrorKind::invalid_input, Reason::none, "",
            "thinktel: " + phrase("there is no list {1}; there are {2}", quoted(query.what, 40), known)
        );
    co_return found;
}

}  // namespace thinktel
