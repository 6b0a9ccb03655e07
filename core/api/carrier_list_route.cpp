// SPDX-License-Identifier: Apache-2.0
// GET /v1/carriers: what the configured accounts are and can, and how they stand with their
// carriers just now.
#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include <porteur/json.hpp>

#include "api/number_services.hpp"
#include "api/order_json.hpp"
#include "api/outward_services.hpp"
#include "api/people_handling.hpp"
#include "api/status_route.hpp"
#include "api/sync_services.hpp"

namespace porteur {
namespace {

using people_handling::time_or_null;

/// The account's last fault, as far as the caller is shown it.
struct LastFault {
    std::string message;
    std::optional<Instant> at;
};

json::object carrier_json(const CarrierInfo& info, const LastFault& last, bool sees_all) {
    json::array operations;
    for (const auto& each : info.operations)
        operations.push_back(
            json::object{{"name", each.name}, {"pure", each.pure}, {"transport", each.transport}}
        );
    json::array limitations;
    for (const auto& [english, french] : info.limitations)
        limitations.push_back(json::object{{"text", english}, {"text_fr", french}});
    json::value ended = nullptr;
    if (info.process_ends && sees_all)
        ended = json::object{
            {"at", time_text(info.process_ends->last)},
            {"count", info.process_ends->count},
            {"operations", info.process_ends->operations},
            {"reason", info.process_ends->last_reason}
        };
    json::object health{
        {"state", info.health},
        {"last_error", last.message},
        {"last_error_at", time_or_null(last.at)},
        {"process_ended", std::move(ended)}
    };
    return {
        {"account", info.account},
        {"plugin", info.plugin},
        {"name", info.name},
        {"version", info.version},
        {"build", info.build},
        {"isolation", info.isolation},
        {"countries", to_json(info.countries)},
        {"operations", std::move(operations)},
        {"limitations", std::move(limitations)},
        {"health", std::move(health)},
    };
}

/// What of the requests of all a caller may see, and the orders that they were for.
class Onlooker {
public:
    Onlooker(ApiServices& services, const Caller& caller) : services_(services), caller_(caller) {
        const auto where = caller.tenant == system_tenant ? Relation::own : Relation::other;
        sees_all_ = may(caller.role, Right::view_carrier_lists, where);
    }

    bool sees_all() const { return sees_all_; }

    json::object shown(Instant since, const std::vector<CarrierRequestSeen>& all) {
        json::array items;
        for (const auto& each : all)
            if (sees_all_ || is_own(each)) items.push_back(shown(each));
        return {{"items", std::move(items)}, {"since", time_text(since)}};
    }

    /// Of whoever does not see all: the newest fault of their own orders.
    /// @param standing  null: nothing is known of it
    LastFault last_fault(const CarrierInfo& info, const CarrierStanding* standing) const {
        if (sees_all_) return {.message = info.last_error, .at = info.last_error_at};
        if (!standing) return {};
        const auto own = std::ranges::find_if(standing->faults, [&](const auto& each) {
            return is_own(each);
        });
        if (own == standing->faults.end()) return {};
        return {.message = own->message, .at = own->at};
    }

private:
    json::object shown(const CarrierRequestSeen& each) {
        const auto* order = order_of(each);
        json::value named = nullptr;
        if (order)
            named = json::object{
                {"id", id_text(order->id)},
                {"kind", boost::describe::enum_to_string(order->kind, "")},
                {"reference", order->reference}
            };
        return {
            {"at", time_text(each.at)},
            {"failed", each.failed},
            {"message", each.message},
            {"operation", each.operation},
            {"order", std::move(named)},
            {"run", order ? json::value(json::string(id_text(each.run))) : json::value(nullptr)},
            {"status", each.status == 0 ? json::value(nullptr) : json::value(each.status)},
            {"step", each.step},
            {"took_ms", each.took.count()}
        };
    }

    bool is_own(const CarrierRequestSeen& each) const {
        return each.order != 0 && each.tenant == caller_.tenant;
    }

    /// The order where it is the caller's own.
    const Order* order_of(const CarrierRequestSeen& each) {
        if (!is_own(each)) return nullptr;
        auto [place, is_new] = orders_.try_emplace(each.order);
        if (is_new)
            if (auto found = services_.order(caller_, each.order))
                place->second = std::move(*found);
        return place->second ? &*place->second : nullptr;
    }

    ApiServices& services_;
    const Caller& caller_;
    bool sees_all_ = false;
    std::map<Id, std::optional<Order>> orders_;
};

std::string_view word_of(CarrierStanding::Breaker state) {
    switch (state) {
        case CarrierStanding::Breaker::open:
            return "open";
        case CarrierStanding::Breaker::half_open:
            return "half_open";
        case CarrierStanding::Breaker::closed:
            break;
    }
    return "closed";
}

void add_standing(json::object& carrier, const CarrierStanding& standing, Onlooker& onlooker) {
    json::value rate = nullptr;
    if (standing.rate)
        rate = json::object{
            {"count", standing.rate->count},
            {"per_seconds", standing.rate->per.count()},
            {"used", standing.rate->used},
            {"waiting", standing.rate->waiting}
        };
    carrier["rate"] = json::object{
        {"at", time_text(standing.at)},
        {"left_alone_until", time_or_null(standing.left_alone_until)},
        {"limit", std::move(rate)}
    };
    carrier["breaker"] = json::object{
        {"counted_since", time_text(standing.since)},
        {"failures", standing.failures},
        {"next_try", time_or_null(standing.next_try)},
        {"since", time_or_null(standing.breaker_since)},
        {"state", word_of(standing.breaker)}
    };
    carrier["faults"] = onlooker.shown(standing.seen_since, standing.faults);
    if (onlooker.sees_all())
        carrier["requests"] = onlooker.shown(standing.seen_since, standing.requests);
}

json::value last_sync(ApiServices& services, const Caller& caller, const std::string& account) {
    const auto found = services.numbers().syncs().newest(caller, account);
    if (!found || !*found) return nullptr;
    const auto& sync = (*found)->sync;
    return json::object{
        {"began", time_text(sync.began)},
        {"ended", time_or_null(sync.ended)},
        {"id", id_text(sync.id)},
        {"problem", sync.problem},
        {"state", porteur::word_of(sync.state)}
    };
}

}  // namespace

json::object carriers_json(ApiServices& services, const Caller& caller) {
    const auto list = services.carriers();
    const auto standings = services.outward().standings();
    Onlooker onlooker(services, caller);
    json::array items;
    for (const auto& each : list.accounts) {
        const auto found = standings.find(each.account);
        const auto* standing = found == standings.end() ? nullptr : &found->second;
        auto shown = carrier_json(each, onlooker.last_fault(each, standing), onlooker.sees_all());
        shown["last_sync"] = last_sync(services, caller, each.account);
        shown["rate"] = shown["breaker"] = shown["faults"] = shown["requests"] = nullptr;
        if (standing) add_standing(shown, *standing, onlooker);
        items.push_back(std::move(shown));
    }
    json::array refused;
    for (const auto& each : list.refused)
        refused.push_back(json::object{{"file", each.file}, {"reason", each.reason}});
    return {{"items", std::move(items)}, {"refused", std::move(refused)}};
}

namespace handlers {

Async<Answer> list_carriers(Api& api, Request& request) {
    Answer answer;
    answer.body = canonical(carriers_json(api.services, request.caller));
    co_return answer;
}

}  // namespace handlers
}  // namespace porteur
