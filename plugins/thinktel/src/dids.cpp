// SPDX-License-Identifier: Apache-2.0
#include "dids.hpp"

#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "wire.hpp"

namespace thinktel {

using namespace porteur;

Op<std::vector<Did>> dids_of(std::string step, std::string pilot, std::string looks_up) {
    static constexpr std::int64_t page_size = 1000;
    std::vector<Did> found;
    std::int64_t from = 0;  // the last number of the page before
    for (std::size_t page = 0;; ++page) {
        auto request = http().get(step_of(step, page), "/SipTrunks/" + pilot + "/Dids");
        request.query("PageFrom", from).query("PageSize", page_size);
        if (!looks_up.empty()) request.looks_up(looks_up);
        const auto answer = co_await std::move(request);
        require_ok(answer);
        // A look-up decides whether numbers are bought again: one that cannot be understood decides nothing.
        const auto must_hold = [&](bool holds) {
            if (!holds && !looks_up.empty())
                fail(
                    ErrorKind::in_doubt, Reason::none, "",
                    "thinktel: " + phrase("the list of the trunk's numbers cannot be understood; a person must look at the trunk")
                );
        };
        must_hold(answer.json().is_array());
        const auto& rows = answer.array("");
        const auto before = from;
        for (const auto& each : rows) {
            const auto digits = integer_at(each, "Number");
            const auto number = number_from(value_at(each, "Number"));
            must_hold(digits && number);
            if (!digits || !number) continue;
            from = *digits;
            found.push_back({*number, text_at(each, "Label")});
        }
        if (std::ssize(rows) < page_size || from == before) break;
    }
    co_return found;
}

Op<std::set<PhoneNumber>> numbers_on(std::string step, std::string pilot, std::string looks_up) {
    std::set<PhoneNumber> numbers;
    for (const auto& each : co_await dids_of(step, pilot, looks_up)) numbers.insert(each.number);
    co_return numbers;
}

std::string did_path(const std::string& pilot, const PhoneNumber& number) {
    return "/SipTrunks/" + pilot + "/Dids/" + std::to_string(their_digits(number));
}

}  // namespace thinktel
