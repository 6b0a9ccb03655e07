// SPDX-License-Identifier: Apache-2.0
#include <porteur/simulator.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "described_carrier.hpp"
#include "encoding.hpp"
#include "fields.hpp"
#include "order_book.hpp"
#include "program.hpp"

namespace porteur::sim {

Call::Call(OrderBook& book, const Request& request, Parts parts)
    : book_(book), request_(request), parts_(std::move(parts)), body_(read_json(request.body).value_or(nullptr)) {}

const std::string& Call::part(std::string_view name) const {
    for (const auto& [each, value] : parts_) {
        if (each == name) return value;
    }
    throw std::logic_error("the route has no {" + std::string(name) + "}");
}

std::string Call::text(std::string_view name) const { return text_of(body_, name).value_or(""); }

std::vector<std::string> Call::texts(std::string_view name) const {
    return texts_of(body_, name).value_or(std::vector<std::string>{});
}

Instant Call::now() const { return book_.now(); }

Order Call::carry_out(
    const std::string& kind, const std::string& reference, const std::vector<std::string>& numbers
) {
    return book_.carry_out(kind, reference, numbers);
}

std::optional<Order> Call::order(std::string_view kind, std::string_view id) const { return book_.order(kind, id); }

std::vector<Order> Call::orders(std::string_view kind, std::string_view reference) const {
    return book_.orders(kind, reference);
}

void Call::set_state(std::string_view id, std::string word) {
    if (!book_.set_state(id, std::move(word))) throw std::logic_error("there is no order " + std::string(id));
}

Simulator::Simulator(std::string name, std::string about) : name_(std::move(name)), about_(std::move(about)) {}

void Simulator::basic(const std::string& user, const std::string& password) {
    login_header("Authorization", "Basic " + encode_base64(user + ":" + password));
}

void Simulator::login_header(std::string name, std::string value) {
    login_ = Login{to_lower(name), std::move(value)};
}

void Simulator::key_header(std::string name) {
    key_header_ = to_lower(name);
    key_field_.clear();
}

void Simulator::key_field(std::string name) { key_field_ = std::move(name); }

void Simulator::passes(std::string kind, std::vector<Stage> stages) {
    std::ranges::sort(stages, {}, &Stage::after);
    passages_.push_back({std::move(kind), std::move(stages)});
}

Simulator::Route Simulator::add(std::string method, std::string pattern, Handler handler) {
    routes_.push_back({std::move(method), std::move(pattern), std::move(handler)});
    return Route(*this, routes_.size() - 1);
}

int run_simulator(Simulator simulator, int argc, char** argv) {
    return run_program(SimulatorProgram::of(simulator), argc, argv);
}

}  // namespace porteur::sim
