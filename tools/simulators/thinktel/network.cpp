// SPDX-License-Identifier: Apache-2.0
#include "network.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace porteur::sim {

using namespace std::chrono;

namespace {

constexpr std::array<std::int64_t, 7> toll_free_areas = {800, 833, 844, 855, 866, 877, 888};

/// Monday of or after a day, as Labour Day and Thanksgiving are counted.
sys_days nth_monday(year y, month m, unsigned n) { return sys_days{y / m / Monday[n]}; }

/// The Gregorian Easter Sunday. @source Meeus, Astronomical Algorithms, chapter 8
sys_days easter(year y) {
    const int year_number = static_cast<int>(y);
    const int a = year_number % 19, b = year_number / 100, c = year_number % 100;
    const int d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
    const int h = (19 * a + b - d - g + 15) % 30;
    const int i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7;
    const int m = (a + 11 * h + 22 * l) / 451;
    const int whole = h + l - 7 * m + 114;
    return y / month(static_cast<unsigned>(whole / 31)) /
           day(static_cast<unsigned>(whole % 31 + 1));
}

}  // namespace

bool is_tn(Tn number) {
    if (number < 2'000'000'000 || number > 9'999'999'999) return false;
    return number / 1'000'000 % 10 >= 2;  // neither area nor exchange begins with 0 or 1
}

bool is_toll_free(Tn number) {
    return std::ranges::find(toll_free_areas, number / 10'000'000) != toll_free_areas.end();
}

void ThinktelNetwork::reset() {
    trunks_.clear();
    homes_.clear();
    portable_.clear();
    trunks_[7'005'551'212] = {7'005'551'212, "HQ", 1234, {}};
    trunks_[4'165'559'000] = {4'165'559'000, "Branch", 1234, {}};
    for (Tn did = 4'165'559'001; did <= 4'165'559'005; ++did) {
        add_did(7'005'551'212, {.number = did, .label = "desk", .additional_label = {}});
    }
    for (const auto& center : rate_centers()) {
        if (!center.portable) continue;
        portable_.insert(center.prefixes.begin(), center.prefixes.end());
    }
}

ThinktelTrunk* ThinktelNetwork::trunk(Tn pilot) {
    const auto found = trunks_.find(pilot);
    return found == trunks_.end() ? nullptr : &found->second;
}

ThinktelTrunk* ThinktelNetwork::trunk_of_did(Tn did) {
    const auto found = homes_.find(did);
    return found == homes_.end() ? nullptr : trunk(found->second);
}

void ThinktelNetwork::add_did(Tn pilot, const ThinktelDid& did) {
    auto* home = trunk(pilot);
    if (home == nullptr) return;
    home->dids[did.number] = did;
    homes_[did.number] = pilot;
}

bool ThinktelNetwork::remove_did(Tn pilot, Tn did) {
    auto* home = trunk(pilot);
    if (home == nullptr || home->dids.erase(did) == 0) return false;
    homes_.erase(did);
    return true;
}

const std::vector<RateCenter>& ThinktelNetwork::rate_centers() const {
    static const std::vector<RateCenter> centers = {
        {"Toronto, ON",
         "CA",
         "ON",
         {416555, 416647, 647555},
         4165552000,
         4165552999,
         true,
         true,
         true},
        {"Ottawa-Hull, ON", "CA", "ON", {613555}, 6135552000, 6135552199, true, true, true},
        {"Montreal, QC", "CA", "QC", {514555, 438555}, 5145552000, 5145552499, true, true, true},
        {"Vancouver, BC", "CA", "BC", {604555}, 6045552000, 6045552099, true, true, true},
        {"Calgary, AB", "CA", "AB", {403555}, 4035552000, 4035552049, true, true, true},
        {"Edmonton, AB", "CA", "AB", {780555}, 7805552000, 7805552009, true, true, true},
        {"Alert, NU", "CA", "NU", {867555}, 8675552000, 8675552004, false, false, false},
        {"New York City Zone 01, NY",
         "US",
         "NY",
         {212555},
         2125552000,
         2125552049,
         false,
         true,
         true},
    };
    return centers;
}

const RateCenter* ThinktelNetwork::rate_center(std::string_view name) const {
    const auto found = std::ranges::find(rate_centers(), name, &RateCenter::name);
    return found == rate_centers().end() ? nullptr : &*found;
}

const RateCenter* ThinktelNetwork::rate_center_of(std::int64_t prefix) const {
    for (const auto& center : rate_centers()) {
        if (std::ranges::find(center.prefixes, prefix) != center.prefixes.end()) return &center;
    }
    return nullptr;
}

std::int64_t ThinktelNetwork::available(const RateCenter& center) const {
    const auto taken =
        std::distance(homes_.lower_bound(center.first), homes_.upper_bound(center.last));
    return center.last - center.first + 1 - taken;
}

std::vector<Tn> ThinktelNetwork::next_free(const RateCenter& center, std::size_t count) const {
    std::vector<Tn> numbers;
    for (Tn number = center.first; number <= center.last && numbers.size() < count; ++number) {
        if (!homes_.contains(number)) numbers.push_back(number);
    }
    return numbers;
}

bool ThinktelNetwork::is_free(Tn number) const {
    return !homes_.contains(number) && std::ranges::any_of(rate_centers(), [&](const auto& center) {
        return number >= center.first && number <= center.last;
    });
}

bool ThinktelNetwork::is_portable(Tn number) const {
    return is_toll_free(number) || portable_.contains(number / 10'000);
}

void ThinktelNetwork::set_portable(std::int64_t prefix, bool portable) {
    if (portable) {
        portable_.insert(prefix);
    } else {
        portable_.erase(prefix);
    }
}

const std::map<std::int32_t, std::string>& ThinktelNetwork::providers() {
    static const std::map<std::int32_t, std::string> providers = {
        {1, "Bell Canada"},         {2, "Rogers"}, {3, "TELUS"},      {7, "Videotron"},
        {12, "RingCentral Canada"}, {15, "Shaw"},  {21, "Allstream"},
    };
    return providers;
}

std::string ThinktelNetwork::holiday_on(year_month_day day) {
    const auto y = day.year();
    const sys_days date{day};
    if (date == sys_days{y / January / 1}) return "New Year's Day";
    if (date == nth_monday(y, February, 3)) return "Family Day";
    if (date == easter(y) - days{2}) return "Good Friday";
    // The Monday before 25 May.
    const sys_days before_may_25 = y / May / 24;
    if (date == before_may_25 - (weekday{before_may_25} - Monday)) return "Victoria Day";
    if (date == sys_days{y / July / 1}) return "Canada Day";
    if (date == nth_monday(y, August, 1)) return "Civic Holiday";
    if (date == nth_monday(y, September, 1)) return "Labour Day";
    if (date == nth_monday(y, October, 2)) return "Thanksgiving";
    if (date == sys_days{y / December / 25}) return "Christmas Day";
    if (date == sys_days{y / December / 26}) return "Boxing Day";
    return {};
}

}  // namespace porteur::sim
