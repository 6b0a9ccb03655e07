// SPDX-License-Identifier: Apache-2.0
#include "described_carrier.hpp"

#include <exception>
#include <utility>

#include <boost/json/object.hpp>

#include "fields.hpp"

namespace porteur::sim {
namespace {

constexpr const char* script_help =
    R"(  {"id":"7","state":"refused"}            the order says this word, whatever the clock says; "reference"
                                          in place of "id" means all orders under it; an empty word
                                          gives it back to the clock
  anything else                           what this carrier takes besides; its source says what
)";

/// {"id", "part"} of "/orders/{id}/{part}".
std::vector<std::string> names_in(std::string_view pattern) {
    std::vector<std::string> names;
    for (auto open = pattern.find("/{"); open != pattern.npos; open = pattern.find("/{", open + 1)) {
        const auto close = std::min(pattern.find('}', open), pattern.size());
        names.emplace_back(pattern.substr(open + 2, close - open - 2));
    }
    return names;
}

}  // namespace

DescribedCarrier::DescribedCarrier(Simulator description, World world)
    : description_(std::move(description)), world_(world), orders_(world) {
    for (const auto& [kind, stages] : description_.passages_) orders_.set_passage(kind, stages);
    for (const auto& way : description_.routes_) {
        router_.add(way.method, way.pattern, [this, &way](const Request& request, const Captures& captures) {
            return way.once_per_key ? once_per_key(way, request, captures) : act(way, request, captures);
        });
    }
    state_ = description_.make_state_();
}

Answer DescribedCarrier::answer(const Request& request) {
    const auto& login = description_.login_;
    if (login && request.header(login->header) != login->value) return error(401, 0);
    if (auto routed = router_.route(request, request.path)) return *std::move(routed);
    return error(404, 0);
}

Answer DescribedCarrier::error(int status, std::int64_t) {
    if (description_.error_body_) return answer_json(status, description_.error_body_(status));
    return answer_json(status, {{"error", status}});
}

Answer DescribedCarrier::act(const Simulator::Way& way, const Request& request, const Captures& captures) {
    Call::Parts parts;
    const auto names = names_in(way.pattern);
    for (std::size_t at = 0; at < names.size() && at < captures.size(); ++at) {
        parts.emplace_back(names[at], captures[at]);
    }
    Call call(orders_, request, std::move(parts));
    try {
        return way.handler(state_.get(), call);
    } catch (const std::exception& defect) {
        // Of the description, not of the client: it is told, and the simulator goes on.
        return answer_json(500, {{"simulator", way.method + " " + way.pattern + ": " + defect.what()}});
    }
}

Answer DescribedCarrier::once_per_key(const Simulator::Way& way, const Request& request, const Captures& captures) {
    const auto key = key_of(request);
    if (key.empty()) return act(way, request, captures);
    const auto whole_key = request.method + " " + request.path + " " + key;
    if (const auto kept = kept_answers_.find(whole_key); kept != kept_answers_.end()) {
        if (kept->second.body != request.body) return error(422, 0);
        world_.ledger.count("answered_by_key");
        auto answer = kept->second.answer;
        answer.headers.emplace_back("Idempotency-Replayed", "true");
        return answer;
    }
    auto answer = act(way, request, captures);
    kept_answers_[whole_key] = {request.body, answer};
    return answer;
}

std::string DescribedCarrier::key_of(const Request& request) {
    if (description_.key_field_.empty()) return std::string(request.header(description_.key_header_));
    const auto body = read_json(request.body);
    return body ? text_of(*body, description_.key_field_).value_or("") : std::string();
}

json::value DescribedCarrier::script(const json::value& order) {
    const auto word = text_of(order, "state");
    if (const auto id = text_of(order, "id"); id && word) {
        if (!orders_.set_state(*id, *word)) throw ScriptError("there is no order " + *id);
        return {{"orders", 1}};
    }
    if (const auto reference = text_of(order, "reference"); reference && word) {
        const auto count = orders_.set_states(*reference, *word);
        if (count == 0) throw ScriptError("there is no order under " + *reference);
        return {{"orders", count}};
    }
    if (!description_.on_script_) throw ScriptError("give id or reference, and state");
    try {
        return description_.on_script_(state_.get(), order);
    } catch (const std::exception& wrong) {
        throw ScriptError(wrong.what());
    }
}

void DescribedCarrier::describe(const Carried& order, json::object& line) {
    line["state"] = orders_.state_of(order.id);
}

void DescribedCarrier::reset() {
    orders_.reset();
    kept_answers_.clear();
    state_ = description_.make_state_();
}

Program SimulatorProgram::of(const Simulator& description) {
    return {
        .name = description.name_,
        .about = description.about_,
        .options = {},
        .script_help = script_help,
        .opens_with_json = true,
        .make = [description](World world, const Options&) -> std::unique_ptr<Carrier> {
            return std::make_unique<DescribedCarrier>(description, world);
        },
    };
}

}  // namespace porteur::sim
