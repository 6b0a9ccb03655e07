// SPDX-License-Identifier: Apache-2.0
#include "search.hpp"

#include <algorithm>

#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "names.hpp"
#include "wire.hpp"

namespace thinktel {

using namespace porteur;

namespace {

/// How many rate centres a search looks into: each is a request.
constexpr std::size_t centres_max = 12;

std::string small(std::string_view text) {
    std::string out(text);
    for (auto& letter : out)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return out;
}

/// "AB" of "Edmonton, AB"; empty if the name has none.
std::string region_of(const std::string& centre) {
    const auto comma = centre.rfind(", ");
    return comma == std::string::npos ? std::string() : centre.substr(comma + 2);
}

std::string path_for(const NumberQuery& query) {
    if (!query.area_code.empty()) return "/RateCenters/NPA/" + path_segment(query.area_code);
    const auto country = "/RateCenters/Country/" + path_segment(query.country);
    if (query.region.empty()) return country;
    return country + "/Province/" + path_segment(query.region);
}

bool fits(const RateCentre& centre, const NumberQuery& query) {
    if (!query.region.empty() && !region_of(centre.name).empty() &&
        small(region_of(centre.name)) != small(query.region))
        return false;
    return folded(centre.name).contains(folded(query.city));
}

bool fits(const PhoneNumber& number, const NumberQuery& query) {
    const auto digits = number.north_american().value_or("");
    return digits.starts_with(query.area_code) && digits.find(query.contains) != std::string::npos;
}

}  // namespace

bool is_area_code(std::string_view area) {
    return area.size() == 3 &&
           std::ranges::all_of(area, [](char letter) { return letter >= '0' && letter <= '9'; });
}

Op<std::vector<RateCentre>> rate_centres(std::string step, std::string path) {
    const auto answer = co_await http().get(std::move(step), std::move(path));
    std::vector<RateCentre> found;
    if (answer.status() == 404) co_return found;
    require_ok(answer);
    answer.json();
    for (const auto& each : answer.array("")) {
        RateCentre centre{text_at(each, "Name"), integer_at(each, "Available").value_or(0)};
        if (!centre.name.empty() && centre.available > 0) found.push_back(std::move(centre));
    }
    co_return found;
}

Op<std::vector<AvailableNumber>> search_numbers(NumberQuery query) {
    std::vector<AvailableNumber> found;
    const bool sold = (query.country == "CA" || query.country == "US") &&
                      query.number_type.value_or(NumberType::local) == NumberType::local;
    if (!sold || query.quantity < 1) co_return found;
    if (!query.area_code.empty() && !is_area_code(query.area_code))
        fail(
            ErrorKind::invalid_input, Reason::none, "",
            "thinktel: /area_code: " + phrase("an area code of North America has three digits")
        );
    auto centres = co_await rate_centres("centres", path_for(query));
    std::erase_if(centres, [&](const auto& each) { return !fits(each, query); });
    const auto limit = static_cast<std::size_t>(query.quantity);
    for (std::size_t at = 0; at < std::min(centres.size(), centres_max); ++at) {
        if (found.size() >= limit) break;
        const auto& centre = centres[at];
        const auto answer = co_await http().get(
            step_of("next", at), "/RateCenters/" + path_segment(centre.name) + "/Next10"
        );
        if (answer.status() == 404) continue;  // sold out meanwhile
        require_ok(answer);
        answer.json();
        for (const auto& each : answer.array("")) {
            const auto number = number_from(value_at(each, "Number"));
            if (!number || !fits(*number, query) || found.size() >= limit) continue;
            found.push_back(
                {*number,
                 NumberType::local,
                 query.country,
                 region_of(centre.name),
                 centre.name,
                 {"voice", "e911"},
                 false,
                 ""}
            );
        }
    }
    co_return found;
}

}  // namespace thinktel
