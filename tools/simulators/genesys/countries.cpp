// SPDX-License-Identifier: Apache-2.0
#include "countries.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace porteur::sim {
namespace {

struct Place {
    std::string_view country, area, region, city;
};

constexpr std::array<Place, 7> places = {{
    {"US", "317", "IN", "Indianapolis"},
    {"US", "212", "NY", "New York"},
    {"US", "415", "CA", "San Francisco"},
    {"CA", "416", "ON", "Toronto"},
    {"CA", "514", "QC", "Montreal"},
    {"CA", "604", "BC", "Vancouver"},
    {"CA", "780", "AB", "Edmonton"},
}};

char key_of(char letter) {
    // The letters on a telephone's keys.
    static constexpr std::string_view keys = "22233344455566677778889999";
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    if (letter < 'A' || letter > 'Z') return letter;
    return keys[static_cast<std::size_t>(letter - 'A')];
}

/// Whether the pattern occurs in the digits; `*` is one digit, a letter is its key.
bool contains_pattern(std::string_view digits, std::string_view pattern) {
    const auto found = std::ranges::search(digits, pattern, [](char digit, char wanted) {
        return wanted == '*' || digit == key_of(wanted);
    });
    return pattern.empty() || !found.empty();
}

void add_block(
    std::vector<SmsOffer>& offers, const SmsCountry& country, const std::string& prefix,
    const SmsSearch& search, const Place& place
) {
    for (int line = 0; line <= 9999; ++line) {
        char last[8];
        std::snprintf(last, sizeof last, "%04d", line);
        auto number = "+" + std::string(country.dial) + prefix + last;
        if (search.pattern &&
            !contains_pattern(std::string_view(number).substr(1), *search.pattern)) {
            continue;
        }
        offers.push_back({std::move(number), place.region, place.city});
    }
}

}  // namespace

const std::vector<SmsCountry>& sms_countries() {
    static const std::vector<SmsCountry> countries = {
        {"US", "United States", "1", false, false, "none", "317555", "", "888555"},
        {"CA", "Canada", "1", false, false, "none", "416555", "", "888555"},
        {"GB", "United Kingdom", "44", false, false, "any", "2079460", "770090", "8081570"},
        {"SE", "Sweden", "46", false, false, "none", "", "70174", ""},
        {"BR", "Brazil", "55", false, false, "local", "115555", "", ""},
        {"CL", "Chile", "56", false, true, "local", "22555", "955550", "", "Chili", true},
        {"AU", "Australia", "61", true, false, "local", "27010", "49157", "", "Australie"},
        {"AT", "Austria", "43", true, true, "local", "1555", "660555", "", "Autriche"},
        {"BE", "Belgium", "32", true, true, "local", "2555", "47055", "", "Belgique"},
        {"CZ", "Czech Republic", "420", true, true, "local", "25555", "60155", "",
         "République tchèque"},
        {"EE", "Estonia", "372", true, true, "local", "655", "5555", "", "Estonie"},
        {"FR", "France", "33", true, true, "local", "19900", "63998", ""},
        {"DE", "Germany", "49", true, true, "local", "3023125", "1525555", "", "Allemagne"},
        {"HK", "Hong Kong", "852", true, true, "local", "2555", "6555", ""},
        {"HU", "Hungary", "36", true, true, "local", "1555", "20555", "", "Hongrie"},
        {"IT", "Italy", "39", true, true, "local", "06555", "320555", "", "Italie"},
        {"LT", "Lithuania", "370", true, true, "local", "5255", "6015", "", "Lituanie"},
        {"MY", "Malaysia", "60", true, true, "local", "3555", "12555", "", "Malaisie"},
        {"PL", "Poland", "48", true, true, "local", "22555", "50155", "", "Pologne"},
        {"PT", "Portugal", "351", true, true, "local", "21155", "91155", "", "Portugal"},
        {"SG", "Singapore", "65", true, true, "local", "6555", "8555", "", "Singapour"},
        {"ES", "Spain", "34", true, true, "local", "91055", "60055", "", "Espagne"},
        {"CH", "Switzerland", "41", true, true, "local", "44555", "76555", "", "Suisse"},
    };
    return countries;
}

const SmsCountry* sms_country(std::string_view code) {
    const auto found = std::ranges::find(sms_countries(), code, &SmsCountry::code);
    return found == sms_countries().end() ? nullptr : &*found;
}

const SmsCountry* sms_country_of_number(std::string_view number) {
    if (!number.starts_with('+')) return nullptr;
    number.remove_prefix(1);
    const SmsCountry* best = nullptr;
    for (const auto& country : sms_countries()) {
        if (number.starts_with(country.dial) &&
            (best == nullptr || country.dial.size() > best->dial.size())) {
            best = &country;
        }
    }
    return best;
}

std::string_view type_of_number(const SmsCountry& country, std::string_view number) {
    const auto national = number.substr(std::min(number.size(), country.dial.size() + 1));
    if (country.dial == "1") {
        constexpr std::array<std::string_view, 7> free = {"800", "833", "844", "855",
                                                          "866", "877", "888"};
        return std::ranges::find(free, national.substr(0, 3)) != free.end() ? "tollfree" : "local";
    }
    if (!country.mobile.empty() && national.starts_with(country.mobile.substr(0, 2)))
        return "mobile";
    if (!country.toll_free.empty() && national.starts_with(country.toll_free)) return "tollfree";
    return "local";
}

std::vector<SmsOffer> fitting_numbers(const SmsCountry& country, const SmsSearch& search) {
    std::vector<SmsOffer> offers;
    const auto prefix = search.type == "mobile"     ? country.mobile
                        : search.type == "tollfree" ? country.toll_free
                                                    : country.local;
    if (prefix.empty()) return offers;
    if (country.dial != "1" || search.type == "tollfree") {
        if (search.region || search.city) return offers;
        if (search.area_code && !prefix.starts_with(*search.area_code)) return offers;
        add_block(offers, country, std::string(prefix), search, {});
        return offers;
    }
    for (const auto& place : places) {
        if (place.country != country.code) continue;
        if (search.region && *search.region != place.region) continue;
        if (search.city && *search.city != place.city) continue;
        if (search.area_code && *search.area_code != place.area) continue;
        add_block(offers, country, std::string(place.area) + "555", search, place);
    }
    return offers;
}

}  // namespace porteur::sim
