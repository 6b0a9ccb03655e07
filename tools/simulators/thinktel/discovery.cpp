// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace porteur::sim {
namespace {

json::value terse(const ThinktelDid& did) { return {{"Number", did.number}, {"Label", did.label}}; }

Answer list_dids(const Request& request, const ThinktelTrunk& trunk) {
    // PageFrom is the last DID of the page before, not a page number.
    const auto from = read_whole(request.asked("PageFrom").value_or("0")).value_or(0);
    const auto size = read_whole(request.asked("PageSize").value_or("1000000")).value_or(0);
    json::array list;
    for (auto did = trunk.dids.upper_bound(from);
         did != trunk.dids.end() && std::cmp_less(list.size(), size); ++did) {
        list.push_back(terse(did->second));
    }
    return answer_json(200, list);
}

Answer offerings() {
    json::array list;
    for (const auto& offering : port_offerings()) {
        const json::value name = {{"En", offering.english}, {"Fr", offering.french}};
        json::object line = {
            {"OfferingID", offering.id}, {"ProductName", name}, {"Type", offering.type}
        };
        if (!offering.parent.empty()) {
            line["PotentialParentSubscriptions"] = json::array{
                {{"SubscriptionID", offering.parent}, {"Name", "4165559001"}, {"ProductName", name}}
            };
        }
        list.push_back(std::move(line));
    }
    return answer_json(200, list);
}

}  // namespace

json::value did_line(const ThinktelDid& did) {
    json::object object = {
        {"Number", did.number},
        {"Label", did.label},
        {"AdditionalLabel", did.additional_label},
    };
    if (did.translated != 0) object["TranslatedNumber"] = did.translated;
    return object;
}

json::value lnp_line(const RateCenter& center) {
    return {
        {"Name", center.name},    {"Country", center.country},
        {"LNP", center.portable}, {"Local", center.local},
        {"OnNet", center.on_net}, {"NetworkType", center.on_net ? "OnNet" : "OffNet"},
    };
}

template <class Fits>
Answer Thinktel::rate_centers(const Fits& fits) {
    json::array list;
    for (const auto& center : network_.rate_centers()) {
        if (!fits(center)) continue;
        list.push_back(
            {{"Name", center.name},
             {"Country", center.country},
             {"Available", network_.available(center)}}
        );
    }
    return answer_json(200, list);
}

/// A route below /RateCenters/{name}.
template <class Act>
Handler Thinktel::in_rate_center(Act act) {
    return [this, act](const Request&, const Captures& path) {
        const auto* center = network_.rate_center(path[0]);
        if (center == nullptr) return fail(404, "Rate center not found.");
        return answer_json(200, act(*center));
    };
}

void Thinktel::add_discovery_routes() {
    get("/SipTrunks", [this](const Request&, const Captures&) {
        json::array list;
        for (const auto& [pilot, trunk] : network_.trunks()) {
            list.push_back({{"Number", pilot}, {"Label", trunk.label}});
        }
        return answer_json(200, list);
    });
    get("/SipTrunks/{pilot}", on_trunk([](const Request&, const Captures&, auto& trunk) {
            return answer_json(
                200, {{"Number", trunk.pilot},
                      {"Account", trunk.account},
                      {"Enabled", true},
                      {"PlanID", "SIP-UNLIMITED"},
                      {"Locale", 2},
                      {"SecondLocale", 2},
                      {"MaxChannels", 23},
                      {"Label", trunk.label}}
            );
        }));
    get("/SipTrunks/{pilot}/Dids", on_trunk([](const Request& request, const Captures&,
                                               auto& trunk) { return list_dids(request, trunk); }));
    get("/SipTrunks/{pilot}/RateCenters", on_trunk([this](const Request&, const Captures&, auto&) {
            return rate_centers([&](const auto& center) { return network_.available(center) > 0; });
        }));
    get("/Dids/{number}", [this](const Request&, const Captures& path) {
        tickets_.settle(world_.clock.now(), network_);
        const auto number = read_whole(path[0]).value_or(0);
        auto* trunk = network_.trunk_of_did(number);
        if (trunk == nullptr) return fail(404, "DID not found.");
        return answer_json(200, did_line(trunk->dids.at(number)));
    });
    get("/RateCenters", [this](const Request&, const Captures&) {
        return rate_centers([](const auto&) { return true; });
    });
    get("/RateCenters/NPA/{npa}", [this](const Request&, const Captures& path) {
        const auto npa = read_whole(path[0]).value_or(0);
        return rate_centers([&](const auto& center) {
            return std::ranges::any_of(center.prefixes, [&](auto prefix) {
                return prefix / 1000 == npa;
            });
        });
    });
    get("/RateCenters/Country/{cc}", [this](const Request&, const Captures& path) {
        return rate_centers([&](const auto& center) { return center.country == path[0]; });
    });
    get("/RateCenters/Country/{cc}/Province/{pp}", [this](const Request&, const Captures& path) {
        return rate_centers([&](const auto& center) {
            return center.country == path[0] && center.province == path[1];
        });
    });
    get("/RateCenters/Country/{cc}/Available/NPANXX", [this](const Request&, const Captures& path) {
        json::array prefixes;
        for (const auto& center : network_.rate_centers()) {
            if (center.country != path[0] || network_.available(center) == 0) continue;
            prefixes.emplace_back(center.first / 10'000);
        }
        return answer_json(200, prefixes);
    });
    get("/RateCenters/Country/{cc}/NPAs", [this](const Request&, const Captures& path) {
        std::set<std::int64_t> npas;
        for (const auto& center : network_.rate_centers()) {
            if (center.country == path[0]) npas.insert(center.first / 10'000'000);
        }
        return answer_json(200, json::array(npas.begin(), npas.end()));
    });
    get("/RateCenters/{name}", in_rate_center([this](const RateCenter& center) -> json::value {
            return {
                {"Name", center.name},
                {"Country", center.country},
                {"Available", network_.available(center)},
                {"Local", center.local},
                {"OnNet", center.on_net}
            };
        }));
    get("/RateCenters/{name}/Blocks", in_rate_center([](const RateCenter& center) -> json::value {
            return json::array{{{"FirstNumber", center.first}, {"LastNumber", center.last}}};
        }));
    get("/RateCenters/{name}/Next10",
        in_rate_center([this](const RateCenter& center) -> json::value {
            json::array numbers;
            for (const auto number : network_.next_free(center, 10)) {
                numbers.push_back({{"Number", number}});
            }
            return numbers;
        }));
    get("/NPAs/{npa}/NXXs/{nxx}/RateCenter", [this](const Request&, const Captures& path) {
        const auto* center = network_.rate_center_of(read_whole(path[0] + path[1]).value_or(0));
        if (center == nullptr) return fail(404, "Rate center not found.");
        return answer_json(200, lnp_line(*center));
    });
    get("/Users/Current/Account",
        [](const Request&, const Captures&) { return answer_json(200, 1234); });
    get("/Users/Current/Username",
        [this](const Request&, const Captures&) { return answer_json(200, json::string(user_)); });
    get("/Holidays", [this](const Request&, const Captures&) { return holidays(); });
    get("/Products/TelephoneOfferings",
        [](const Request&, const Captures&) { return offerings(); });
    for (const auto& [name, code, text] :
         {std::tuple{"Exception", 500, "A general error occurred."},
          {"NotImplementedException", 501, "Not implemented."},
          {"ResourceNotFoundException", 404, "Resource not found."},
          {"SerializationException", 400, "The body could not be deserialized."},
          {"UnauthorizedAccessException", 403, "Unauthorized access."}}) {
        get("/Test/" + std::string(name),
            [this, status = code, message = text](const Request&, const Captures&) {
                return fail(status, message);
            });
    }
}

Answer Thinktel::holidays() {
    using namespace std::chrono;
    const sys_days first = day_of(world_.clock.now()).year() / January / 1;
    json::array list;
    for (auto day = first; day < first + years(2); day += days(1)) {
        const auto name = ThinktelNetwork::holiday_on(day);
        if (!name.empty()) list.push_back({{"Date", to_dashed(day)}, {"Name", name}});
    }
    return answer_json(200, list);
}

}  // namespace porteur::sim
