// SPDX-License-Identifier: Apache-2.0
#include "app/recent_requests.hpp"

namespace porteur {

std::string without_numbers(std::string_view text) {
    constexpr std::size_t digits_of_a_number = 7, shown = 4;
    const auto is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_digit(text[end])) ++end;
        if (end - at >= digits_of_a_number) {
            out += "…";
            at = end - shown;
        }
        out += text.substr(at, std::max<std::size_t>(end - at, 1));
        at = std::max(end, at + 1);
    }
    return out;
}

void RecentRequests::add(CarrierRequestSeen seen) {
    seen.message = without_numbers(seen.message);
    const auto put = [](std::deque<CarrierRequestSeen>& into, CarrierRequestSeen what) {
        if (into.size() == kept_max) into.pop_front();
        into.push_back(std::move(what));
    };
    if (!seen.failed.empty()) put(faults_, seen);
    put(requests_, std::move(seen));
}

void RecentRequests::show(CarrierStanding& standing) const {
    standing.seen_since = since_;
    standing.requests.assign(requests_.rbegin(), requests_.rend());
    standing.faults.assign(faults_.rbegin(), faults_.rend());
}

}  // namespace porteur
