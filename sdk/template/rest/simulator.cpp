//@ SPDX-License-Identifier: Apache-2.0
// The far end of @Title@: what the carrier does with what the plugin asks. Write it from the carrier's documents, not
// from the plugin. What is written here is the invented carrier.
#include <porteur/simulator.hpp>

using namespace porteur::sim;
//@used 0s 1h
using namespace std::chrono_literals;
//@end

namespace {
//@used line_of

json::value line_of(const Order& order) { return {{"id", order.id}, {"status", order.state}}; }
//@end
//@used found

Answer found(const std::vector<Order>& orders) {
    json::array items;
    for (const auto& each : orders) items.push_back(line_of(each));
    return answer_json(200, {{"items", std::move(items)}});
}
//@end
//@used one

Answer one(const std::optional<Order>& order) {
    return order ? answer_json(200, line_of(*order)) : answer_json(404, {{"code", "UNKNOWN"}});
}
//@end

}  // namespace

Simulator porteur_simulator() {
    FarEnd<Nothing> carrier("@name@", "the invented carrier");
    carrier.bearer("test-token");
    carrier.get("/account", [](Nothing&, Call&) {
        return answer_json(200, {{"name", "Bakery"}, {"number", "A-1"}});
    });
//@if search_numbers

    carrier.get("/available", [](Nothing&, Call& call) {
        json::array items;
        items.push_back({{"number", "+1" + call.query("area_code") + "5550101"}, {"city", "Toronto"}});
        return answer_json(200, {{"items", std::move(items)}});
    });
//@end
//@if purchase

    carrier.passes("order", {{"received", 0s}, {"completed", 1h}});
    carrier.post("/orders", [](Nothing&, Call& call) {
        return answer_json(201, line_of(call.carry_out("order", call.text("reference"), call.texts("numbers"))));
    });
    carrier.get("/orders", [](Nothing&, Call& call) { return found(call.orders("order", call.query("reference"))); });
    carrier.get("/orders/{id}", [](Nothing&, Call& call) { return one(call.order("order", call.part("id"))); });
//@end
//@if cancel_purchase
    carrier.post("/orders/{id}/cancel", [](Nothing&, Call& call) {
        const auto order = call.order("order", call.part("id"));
        if (order) call.set_state(order->id, "cancelled");
        return one(call.order("order", call.part("id")));
    });
//@end
//@if submit_port

    carrier.passes("port", {{"received", 0s}, {"confirmed", 24h}, {"completed", 7 * 24h}});
    carrier.post("/ports", [](Nothing&, Call& call) {
        return answer_json(201, line_of(call.carry_out("port", call.text("reference"), call.texts("numbers"))));
    });
    carrier.get("/ports", [](Nothing&, Call& call) { return found(call.orders("port", call.query("reference"))); });
    carrier.get("/ports/{id}", [](Nothing&, Call& call) { return one(call.order("port", call.part("id"))); });
//@end
//@if cancel_port
    carrier.post("/ports/{id}/cancel", [](Nothing&, Call& call) {
        const auto port = call.order("port", call.part("id"));
        if (port) call.set_state(port->id, "cancelled");
        return one(call.order("port", call.part("id")));
    });
//@end
//@if release_numbers

    carrier.post("/releases", [](Nothing&, Call& call) {
               call.carry_out("release", "", call.texts("numbers"));
               return answer_json(200, json::object());
           }).once_per_key();
//@end
    return carrier;
}
