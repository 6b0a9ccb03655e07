// SPDX-License-Identifier: Apache-2.0
// What ACME does with what the plugin asks: orders and ports that know no key, so that a request which comes twice is
// carried out twice; numbers are given back under a key.
#include <set>

#include <porteur/simulator.hpp>

using namespace porteur::sim;
using namespace std::chrono_literals;

namespace {

struct Acme {
    std::set<std::string> taken;
};

Answer refuse(int status, const char* code) { return answer_json(status, {{"code", code}}); }

json::value line_of(const Order& order) { return {{"id", order.id}, {"status", order.state}}; }

json::array lines_of(const std::vector<Order>& orders) {
    json::array lines;
    for (const auto& each : orders) lines.push_back(line_of(each));
    return lines;
}

Answer one(const std::optional<Order>& order) {
    return order ? answer_json(200, line_of(*order)) : refuse(404, "NOT_FOUND");
}

}  // namespace

Simulator porteur_simulator() {
    FarEnd<Acme> acme("acme_example", "ACME Telecom: numbers, orders and ports");
    acme.basic("acme", "acme-secret");
    acme.error_body([](int status) -> json::value { return {{"code", "HTTP_" + std::to_string(status)}}; });
    acme.passes("purchase", {{"pending", 0s}, {"completed", 1h}});
    acme.passes("port", {{"submitted", 0s}, {"foc", 24h}, {"completed", 7 * 24h}});

    acme.get("/account", [](Acme&, Call&) { return answer_json(200, {{"id", "acme-1"}, {"name", "Acme Inc"}}); });
    acme.get("/numbers", [](Acme& state, Call& call) {
        json::array numbers;
        for (const auto* last : {"5550100", "5550101", "5550102"}) {
            const auto number = "+1" + call.query("npa") + last;
            if (!state.taken.contains(number)) numbers.push_back({{"number", number}, {"city", "Toronto"}});
        }
        return answer_json(200, {{"numbers", std::move(numbers)}});
    });
    acme.del("/numbers", [](Acme& state, Call& call) {
          for (const auto& number : call.texts("numbers")) state.taken.erase(number);
          call.carry_out("release", "", call.texts("numbers"));
          return answer_json(200, {{"released", call.body().at("numbers")}});
      }).once_per_key();
    acme.post("/orders", [](Acme& state, Call& call) {
        for (const auto& number : call.texts("numbers"))
            if (!state.taken.insert(number).second) return refuse(409, "NUMBER_TAKEN");
        return answer_json(201, line_of(call.carry_out("purchase", call.text("ref"), call.texts("numbers"))));
    });
    acme.get("/orders", [](Acme&, Call& call) {
        return answer_json(200, {{"orders", lines_of(call.orders("purchase", call.query("ref")))}});
    });
    acme.get("/orders/{id}", [](Acme&, Call& call) { return one(call.order("purchase", call.part("id"))); });
    acme.post("/ports", [](Acme&, Call& call) {
        if (call.text("pin") == "0000") return refuse(422, "PIN_WRONG");
        return answer_json(201, line_of(call.carry_out("port", call.text("ref"), call.texts("numbers"))));
    });
    acme.get("/ports", [](Acme&, Call& call) {
        return answer_json(200, {{"ports", lines_of(call.orders("port", call.query("ref")))}});
    });
    acme.get("/ports/{id}", [](Acme&, Call& call) { return one(call.order("port", call.part("id"))); });
    acme.post("/ports/{id}/cancel", [](Acme&, Call& call) {
        const auto port = call.order("port", call.part("id"));
        if (!port) return refuse(404, "NOT_FOUND");
        if (port->state == "completed") return refuse(409, "TOO_LATE");
        call.set_state(port->id, "cancelled");
        return one(call.order("port", port->id));
    });
    acme.on_script([](Acme& state, const json::value& order) -> json::value {
        state.taken.insert(std::string(order.at("take").as_string()));
        return {{"taken", state.taken.size()}};
    });
    return acme;
}
