// SPDX-License-Identifier: Apache-2.0
#pragma once

// Port orders between "old" and "acme", both of porting_plugin(); the carriers are a map of what each
// path answers.

#include "engine_fixture.hpp"
#include "porting_plugin.hpp"

namespace porteur::testing {

class PortingFixture : public EngineFixture {
protected:
    PortingFixture() : EngineFixture(porting_plugin()) {
        descriptor.operations.clear();
        for (const char* name : {"split", "preflight", "submit_port", "check_port", "supplement_port", "cancel_port", "check_release"}) {
            OperationSpec spec;
            spec.name = name;
            spec.pure = spec.name == "split";
            spec.settle = 30s;
            descriptor.operations.push_back(spec);
        }
        descriptor.name = "Acme";
        descriptor.base_url = "https://acme.example";
        performer.carrier = [this](const auto&, const auto& effect) { return serve(effect); };
        said["/records/2"] = said["/records/1"] = said["/records/3"] = "{}";
        old_descriptor = descriptor;
        old_descriptor.name = "Old Telephone";
        join_old();
    }
    void join_old() {
        auto view = std::make_shared<AccountView>(*accounts.all["acme"]);
        view->runner = runner.get();
        view->descriptor = &old_descriptor;
        accounts.all["old"] = std::move(view);
    }
    void restart() {
        close();
        open();
        join_old();
        settle_down();
    }

    Performed serve(const Effect& effect) {
        const auto head = parse_json(effect.head).value();
        const std::string method(head.at("method").as_string()), path(head.at("path").as_string());
        calls.push_back(method + " " + path + (effect.body.empty() ? "" : " " + effect.body));
        if (method == "POST" && path == "/ports") {
            const auto reference = std::string(parse_json(effect.body).value().at("ref").as_string());
            const auto id = "A-" + reference.substr(0, reference.find('/'));
            if (refuses_new) return ScriptedPerformer::answers(effect.seq, 422, "{}");
            return ScriptedPerformer::answers(effect.seq, 201, R"({"carrier_id":")" + id + R"(","state":"submitted"})");
        }
        const auto found = said.find(method == "GET" ? path : method + " " + path);
        if (found == said.end()) return ScriptedPerformer::answers(effect.seq, 422, "{}");
        if (found->second == "lost") return ScriptedPerformer::loses(effect.seq);
        return ScriptedPerformer::answers(effect.seq, 200, found->second);
    }
    std::ptrdiff_t count(const std::string& call) const {
        return std::ranges::count_if(calls, [&](const std::string& each) { return each.starts_with(call); });
    }

    template <class T>
    Result<T> get(Async<Result<T>> work) {
        std::optional<Result<T>> got;
        boost::asio::co_spawn(*io, std::move(work), [&](std::exception_ptr, Result<T> result) { got = std::move(result); });
        EXPECT_TRUE(run_until([&] { return got.has_value(); }));
        return got ? std::move(*got) : failure(ErrorKind::internal, "nothing came");
    }

    Order port(const std::string& reference, const std::vector<std::string>& numbers, PortOrder request = {}) {
        for (const auto& each : numbers) request.numbers.push_back(*PhoneNumber::from_json_text(each));
        Order order;
        order.tenant = 1;
        order.kind = OrderKind::port;
        order.reference = reference;
        order.account = "acme";
        order.losing_account = "old";
        order.progress = "{}";
        order.request = to_brief_text(request);
        auto change = submit_order(order, clock->now(), "ann", engine->known());
        EXPECT_TRUE(change) << change.error().message;
        change->order.version = 1;
        OrderWish wish;
        wish.secrets.push_back({.order = 0, .tenant = 1, .name = "pin", .value = "123456"});
        auto made = get(engine->create(std::move(change->order), {}, std::move(wish)));
        EXPECT_TRUE(made) << made.error().message;
        return *made;
    }
    bool becomes(Id id, OrderState state, int jumps = 200) {
        return run_until([&] { return stored(id).state == state && real->pending() == 0; }, jumps);
    }
    Result<Order> change(Id id, std::function<Result<OrderChange>(const Order&)> how, bool amends = false) {
        OrderWish wish;
        wish.change = std::move(how);
        wish.amends_request = amends;
        return get(engine->change(id, std::move(wish)));
    }
    Result<Order> correct_and_send(Id id, const std::string& postal_code, SendAs as = SendAs::carrier_can) {
        return change(id, [&](const Order& order) -> Result<OrderChange> {
            auto request = from_text<PortOrder>(order.request).value();
            request.service_address.postal_code = postal_code;
            auto corrected = correct_order(order, to_brief_text(request), false, clock->now(), "ann", engine->known());
            if (!corrected) return corrected;
            auto sent = submit_order(corrected->order, clock->now(), "ann", engine->known(), as);
            if (!sent) return sent;
            sent->order.version = order.version + 1;
            return sent;
        }, true);
    }
    Result<Order> cancel(Id id) {
        OrderWish wish;
        wish.change = [&](const Order& order) { return cancel_order(order, true, clock->now(), "ann"); };
        wish.of_part = [&](const Order& part) -> std::optional<Result<OrderChange>> {
            if (is_end(part.state)) return std::nullopt;
            return cancel_order(part, true, clock->now(), "ann");
        };
        return get(engine->change(id, std::move(wish)));
    }
    std::vector<Order> parts(Id id) { return store->parts_of(id).value(); }

    Descriptor old_descriptor;
    bool refuses_new = false;
    std::map<std::string, std::string> said;
    std::vector<std::string> calls;
};

}  // namespace porteur::testing
