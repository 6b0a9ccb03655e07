// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "kit/fields.hpp"

namespace porteur::sim {

void Thinktel::add_v911_routes() {
    for (const auto& [base, is_v2] :
         {std::pair{std::string("/V911s"), false}, {std::string("/v2/V911s"), true}}) {
        router_.add("POST", base, [this, v2 = is_v2](const Request& request, const Captures&) {
            return put_v911(*read_json(request.body), v2);
        });
        get(base, [this](const Request&, const Captures&) {
            json::array list;
            for (const auto& [number, record] : v911s_) list.push_back(record);
            return answer_json(200, list);
        });
        get(base + "/{number}", [this](const Request&, const Captures& path) {
            const auto found = v911s_.find(read_whole(path[0]).value_or(0));
            if (found == v911s_.end()) return fail(404, "911 record not found.");
            return answer_json(200, found->second);
        });
        router_.add("DELETE", base + "/{number}", [this](const Request&, const Captures& path) {
            const auto number = read_whole(path[0]).value_or(0);
            const bool erased = v911s_.erase(number) > 0;
            return answer_json(
                200, number_reply(number, erased ? 1 : 0, erased ? "" : "911 record not found.")
            );
        });
    }
}

Answer Thinktel::put_v911(const json::value& body, bool is_v2) {
    const auto number = whole_of(body, "Number");
    if (!number) return fail(400, "Number is required.");
    for (const auto* name :
         {"FirstName", "LastName", "StreetNumber", "StreetName", "City", "ProvinceState",
          "PostalZip"}) {
        if (!text_of(body, name)) return fail(400, std::string(name) + " is required.");
    }
    tickets_.settle(world_.clock.now(), network_);
    std::string wrong;
    json::object error;
    const auto scripted = v911_refusals_.find(*number);
    if (scripted != v911_refusals_.end()) {
        wrong = text_of(scripted->second, "message").value_or("The address is not known.");
        error = {{"ErrorCode", 102}, {"ErrorMessage", wrong}};
        for (const auto& [ours, theirs] :
             {std::pair{"city", "SuggestedCity"}, {"province", "SuggestedProvince"}}) {
            if (const auto text = text_of(scripted->second, ours)) error[theirs] = *text;
        }
        v911_refusals_.erase(scripted);
    } else if (!network_.is_on_a_trunk(*number) && !(is_v2 && flag_of(body, "PendingPort"))) {
        wrong = "The number is not one of your services.";
        error = {{"ErrorCode", 101}, {"ErrorMessage", wrong}};
    }
    if (wrong.empty()) {
        v911s_[*number] = body;
        world_.ledger.carry_out(
            {.kind = "v911",
             .id = "",
             .reference = "",
             .numbers = {std::to_string(*number)},
             .detail = {},
             .at = {},
             .real_at = {}}
        );
    }
    auto reply = number_reply(*number, wrong.empty() ? 1 : 0, wrong);
    if (is_v2) {
        json::array errors;
        if (!wrong.empty()) errors.push_back(std::move(error));
        reply["ResponseData"] = {{"Accepted", wrong.empty()}, {"Errors", std::move(errors)}};
    }
    return answer_json(200, reply);
}

}  // namespace porteur::sim
