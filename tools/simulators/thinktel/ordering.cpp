// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "kit/fields.hpp"

namespace porteur::sim {

void Thinktel::add_ordering_routes() {
    const auto post = [this](std::string_view pattern, auto act) {
        router_.add("POST", pattern, on_trunk(act));
    };
    post("/SipTrunks/{pilot}/Dids", [this](const Request& request, const Captures&, auto& trunk) {
        return order_list(request, trunk);
    });
    post(
        "/SipTrunks/{pilot}/Dids/NextAvailable",
        [this](const Request& request, const Captures&, auto& trunk) {
            return order_next(request, trunk);
        }
    );
    post(
        "/SipTrunks/{pilot}/Dids/Ranges",
        [this](const Request& request, const Captures&, auto& trunk) {
            return order_ranges(request, trunk);
        }
    );
    get("/SipTrunks/{pilot}/Dids/{did}",
        on_trunk([this](const Request&, const Captures& path, auto& trunk) {
            const auto did = trunk.dids.find(read_whole(path[1]).value_or(0));
            if (did == trunk.dids.end()) return fail(404, "DID not found.");
            return answer_json(200, did_line(did->second));
        }));
    router_.add(
        "DELETE", "/SipTrunks/{pilot}/Dids/{did}",
        on_trunk([this](const Request&, const Captures& path, auto& trunk) {
            const auto did = read_whole(path[1]).value_or(0);
            if (!network_.remove_did(trunk.pilot, did)) {
                return answer_json(200, number_reply(did, 0, "DID not found on this trunk."));
            }
            note("release", trunk.pilot, {did});
            return answer_json(200, number_reply(did, 1, ""));
        })
    );
}

void Thinktel::note(std::string kind, Tn pilot, const std::vector<Tn>& numbers) {
    if (numbers.empty()) return;
    world_.ledger.carry_out(
        {.kind = std::move(kind),
         .id = "",
         .reference = "",
         .numbers = as_texts(numbers),
         .detail = {{"pilot", pilot}},
         .at = {},
         .real_at = {}}
    );
}

Answer Thinktel::order_list(const Request& request, const ThinktelTrunk& trunk) {
    const auto body = *read_json(request.body);
    if (!body.is_array()) return fail(400, "The body could not be deserialized.");
    std::vector<Tn> ordered;
    json::array replies;
    for (const auto& each : body.get_array()) {
        const auto number = whole_of(each, "Number");
        if (!number) return fail(400, "Number is required.");
        replies.push_back(order_one(*number, trunk.pilot, ordered));
    }
    note("purchase", trunk.pilot, ordered);
    return answer_json(200, replies);
}

json::object Thinktel::order_one(Tn number, Tn pilot, std::vector<Tn>& ordered) {
    if (const auto scripted = order_replies_.find(number);
        scripted != order_replies_.end() && scripted->second.times > 0) {
        --scripted->second.times;
        return number_reply(number, scripted->second.reply, scripted->second.message);
    }
    if (!network_.is_free(number)) return number_reply(number, 0, "Number is not available.");
    network_.add_did(pilot, {.number = number, .label = {}, .additional_label = {}});
    ordered.push_back(number);
    return number_reply(number, 1, "");
}

Answer Thinktel::order_next(const Request& request, const ThinktelTrunk& trunk) {
    const auto body = *read_json(request.body);
    if (!body.is_array()) return fail(400, "The body could not be deserialized.");
    std::vector<Tn> ordered;
    json::array replies;
    for (const auto& each : body.get_array()) {
        const auto name = text_of(each, "RateCenterName");
        const auto quantity = whole_of(each, "Quantity");
        if (!name || !quantity || *quantity < 1) {
            return fail(400, "RateCenterName and Quantity are required.");
        }
        const auto* center = network_.rate_center(*name);
        const auto wanted = static_cast<std::size_t>(*quantity);
        const auto free = center ? network_.next_free(*center, wanted) : std::vector<Tn>{};
        if (free.size() < wanted) {
            replies.push_back(number_reply(0, 0, "Not enough numbers in this rate center."));
            continue;
        }
        for (const auto number : free) {
            replies.push_back(order_one(number, trunk.pilot, ordered));
        }
    }
    note("purchase", trunk.pilot, ordered);
    return answer_json(200, replies);
}

Answer Thinktel::order_ranges(const Request& request, const ThinktelTrunk& trunk) {
    const auto body = *read_json(request.body);
    if (!body.is_array()) return fail(400, "The body could not be deserialized.");
    std::vector<Tn> ordered;
    json::array replies;
    for (const auto& each : body.get_array()) {
        const auto first = whole_of(each, "FirstNumber");
        const auto last = whole_of(each, "LastNumber");
        if (!first || !last) return fail(400, "FirstNumber and LastNumber are required.");
        json::object reply = {{"FirstNumber", *first}, {"LastNumber", *last}};
        bool free = *first <= *last && *last - *first < 10'000;
        for (Tn number = *first; free && number <= *last; ++number) {
            free = network_.is_free(number);
        }
        if (free) {
            for (Tn number = *first; number <= *last; ++number) {
                order_one(number, trunk.pilot, ordered);
            }
        }
        add_reply(reply, free ? 1 : 0, free ? "" : "The range is not available.");
        replies.push_back(std::move(reply));
    }
    note("purchase", trunk.pilot, ordered);
    return answer_json(200, replies);
}

}  // namespace porteur::sim
