// SPDX-License-Identifier: Apache-2.0
#include "clerk.hpp"

#include <algorithm>
#include <utility>

#include <gtest/gtest.h>

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

/// As ThinkTel writes it: 4165553000.
std::string ten_digits(const std::string& number) { return number.substr(number.size() - 10); }

std::int64_t as_integer(const std::string& number) { return std::stoll(ten_digits(number)); }

/// Where the next word has a place in the plan; a plan that ran out is the test's own mistake.
template <class Value>
const Value* at_or_null(const std::deque<Value>& values, std::size_t place) {
    return place < values.size() ? &values[place] : nullptr;
}

std::size_t count_of(const std::vector<json::object>& orders, const std::string& number) {
    return static_cast<std::size_t>(std::ranges::count_if(orders, [&](const json::object& order) {
        const auto& numbers = order.at("numbers").as_array();
        return std::ranges::find(numbers, json::value(json::string(number))) != numbers.end();
    }));
}

}  // namespace

Clerk::Clerk(
    MixedWorld& world, const std::vector<Plan>& plans, std::map<std::string, std::string> papers
)
    : world_(world), plans_(plans), papers_(std::move(papers)), done_(plans.size()) {
    for (const auto& plan : plans_)
        done_[static_cast<std::size_t>(plan.order)].number = plan.number;
}

std::string Clerk::route_of(const Seen& order) const {
    const auto& plan = plans_[static_cast<std::size_t>(order_of(order.reference))];
    return (plan.is_port() ? "/v1/port-orders/" : "/v1/purchase-orders/") + order.id;
}

// ---------------------------------------------------------------- what the carriers do

void Clerk::script_refusal(const Plan& plan) {
    const auto number = as_integer(plan.number);
    if (plan.kind == Kind::trunk_purchase) {
        world_.script(
            world_.thinktel(), {{"v911_refuse",
                                 {{"number", number},
                                  {"message", "The address is not known."},
                                  {"city", "Toronto"},
                                  {"province", "ON"}}}}
        );
    } else if (plan.refused_at_once) {
        world_.script(
            world_.thinktel(),
            {{"refuse",
              {{"number", number},
               {"message", "The " + std::string(plan.wrong->remarks) + " does not match."},
               {"times", 1}}}}
        );
    } else {
        world_.script(
            world_.thinktel(), {{"number", number},
                                {"then", {"PENDING", "REJECTED"}},
                                {"reject",
                                 {{"code", plan.wrong->code},
                                  {"field", plan.wrong->field},
                                  {"form", "EU"},
                                  {"remarks", plan.wrong->remarks}}}}
        );
    }
}

void Clerk::script_success(const Plan& plan, bool reopen) {
    world_.script(
        world_.thinktel(), {{"number", as_integer(plan.number)},
                            {"then", {"PENDING", "SUBMITTED", "CONFIRMED", "COMPLETED"}},
                            {"reopen", reopen}}
    );
}

void Clerk::prepare(const Plan& plan) {
    if (plan.leaves()) world_.script(world_.ringcentral(), {{"add", {plan.number}}});
    if (plan.kind == Kind::api_purchase && !plan.fixes.empty())
        world_.script(world_.genesys(), {{"take", {plan.number}}});
    const bool refused_by_thinktel = plan.kind == Kind::trunk_purchase
                                         ? !plan.fixes.empty()
                                         : plan.wrong != nullptr && plan.kind != Kind::leaving_port;
    if (refused_by_thinktel) script_refusal(plan);
}

// ---------------------------------------------------------------- what a person does

std::optional<std::vector<Seen>> Clerk::look() {
    auto all = world_.orders();
    if (!all) return std::nullopt;
    const auto tasks = world_.tasks();
    if (!tasks) return std::nullopt;
    std::set<std::string> in_parts;
    for (const auto& each : *all) in_parts.insert(each.parent);
    for (const auto& order : *all)
        if (!in_parts.contains(order.id)) attend_to(order, *tasks);
    return all;
}

void Clerk::attend_to(const Seen& order, const std::vector<Task>& tasks) {
    const auto& plan = plans_[static_cast<std::size_t>(order_of(order.reference))];
    auto& done = done_[static_cast<std::size_t>(plan.order)];
    if (!order.is_in_doubt()) in_doubt_since_.erase(order.id);
    const auto task = std::ranges::find(tasks, order.id, &Task::order);
    if (task != tasks.end()) return answer(order, *task);
    if (order.version <= handled_[order.id]) return;
    if (order.is_in_doubt()) {
        // What is still on its way, a mail in a queue say, arrives.
        const auto [since, is_new] = in_doubt_since_.emplace(order.id, Steady::now());
        if (!is_new && Steady::now() - since->second > 2s) settle(order);
        return;
    }
    if (order.state == "completed" && plan.leaves() && !done.has_left && !order.is_over()) {
        world_.script(world_.ringcentral(), {{"leave", {plan.number}}});
        done.has_left = true;
        return;
    }
    if (!order.rests()) return;
    const bool found_wrong = order.state == "draft" && order.delivery == "waiting_for_person";
    if (plan.is_port() && (order.state == "exception" || found_wrong)) return correct_port(order);
    if (!plan.is_port() && order.state == "exception") return correct_purchase(order);
    if (order.state == "needs_documents") return send_papers(order);
    if (order.state == "alternates_offered") return choose_a_number(order);
}

void Clerk::answer(const Seen& order, const Task& task) {
    if (answered_.contains(task.order + task.step + task.since)) return;
    const auto& plan = plans_[static_cast<std::size_t>(order_of(order.reference))];
    auto& done = done_[static_cast<std::size_t>(plan.order)];
    std::string choice, text;
    if (task.step == "hand-in") {
        const bool refused = plan.by_hand == ByHand::refused_when_handed_in && done.fixes == 0;
        choice = refused ? "refused" : "submitted";
        text = refused ? "ACCOUNT_NUMBER_MISMATCH: they have another one"
                       : "OP-" + std::to_string(plan.order);
    } else if (task.step == "next-step") {
        choice = "completed";
        if (plan.by_hand == ByHand::nothing_new_first && done.fixes++ == 0) choice = "nothing_new";
        if (plan.by_hand == ByHand::refused_later && done.fixes == 0) {
            choice = "refused";
            text = "ACCOUNT_NUMBER_MISMATCH: they have another one";
        }
    } else if (task.step == "correct") {
        choice = "done";
    } else if (task.step == "desk") {
        const auto* fix = at_or_null(plan.fixes, done.fixes);
        ASSERT_TRUE(
            fix != nullptr && (*fix == Fix::right_supplement || *fix == Fix::refused_supplement)
        ) << order.reference
          << " has a task that nobody expected: " << task.text;
        if (plan.wrong->name == "account number")
            EXPECT_NE(task.text.find("4165550100"), task.text.npos)
                << "the message does not say what is right: " << task.text;
        choice = *fix == Fix::right_supplement ? "done" : "refused";
        if (choice == "done") script_success(plan, true);
        if (choice == "refused") text = "Please send a new request.";
    } else {
        ADD_FAILURE() << order.reference << " has a task that nobody expected: " << task.step
                      << ", " << task.text;
        answered_.insert(task.order + task.step + task.since);
        return;
    }
    const auto reply = world_.insist(
        "POST", route_of(order) + "/answer", "word-" + std::to_string(++words_),
        json::serialize(json::object{{"choice", choice}, {"text", text}})
    );
    answered_.insert(task.order + task.step + task.since);
    EXPECT_LT(reply.status, 300) << order.reference << ": " << reply.body;
    if (reply.status >= 300) return;
    ++answers_;
    if (task.step == "hand-in" && choice == "submitted") ++done.handed_in;
    if (task.step == "desk") ++done.fixes;
}

bool Clerk::change(const Seen& order, json::object request, bool as_new) {
    json::object body{{"request", std::move(request)}, {"submit", true}};
    if (as_new) body["as_new"] = true;
    const auto reply = world_.insist(
        "PATCH", route_of(order), "word-" + std::to_string(++words_), json::serialize(body),
        "application/merge-patch+json"
    );
    EXPECT_LT(reply.status, 300) << order.reference << ": " << reply.body;
    if (reply.status >= 300) {
        handled_[order.id] = order.version;
        return false;
    }
    handled_[order.id] = json::parse(reply.body).at("version").to_number<std::int64_t>();
    ++corrections_;
    return true;
}

const Fix* Clerk::next_fix(const Seen& order) {
    const auto place = static_cast<std::size_t>(order_of(order.reference));
    const auto* fix = at_or_null(plans_[place].fixes, done_[place].fixes);
    if (fix == nullptr) {
        ADD_FAILURE() << order.reference
                      << " was refused once more than its carrier was told to: " << order.problem;
        handled_[order.id] = order.version;
    }
    return fix;
}

void Clerk::correct_port(const Seen& order) {
    const auto& plan = plans_[static_cast<std::size_t>(order_of(order.reference))];
    auto& done = done_[static_cast<std::size_t>(plan.order)];
    if (plan.kind == Kind::by_hand) {
        if (change(order, {{"account_number", "4165550100"}})) ++done.fixes;
        return;
    }
    const auto* fix = next_fix(order);
    if (fix == nullptr) return;
    const bool new_request = *fix == Fix::wrong_new || *fix == Fix::right_new;
    if (plan.kind != Kind::leaving_port && new_request) {
        if (*fix == Fix::right_new)
            script_success(plan, false);
        else
            script_refusal(plan);
        if (!plan.refused_at_once) ++done.tickets_refused;
    }
    if (!change(
            order, *fix == Fix::wrong_new ? plan.wrong->wrong_again : plan.wrong->right, new_request
        ))
        return;
    // A supplement is done with when the porting team has said something.
    if (!new_request) return;
    ++done.fixes;
    ++done.new_requests;
    done.corrected = *fix == Fix::right_new;
}

void Clerk::correct_purchase(const Seen& order) {
    const auto& plan = plans_[static_cast<std::size_t>(order_of(order.reference))];
    auto& done = done_[static_cast<std::size_t>(plan.order)];
    const auto* fix = next_fix(order);
    if (fix == nullptr) return;
    const bool right = *fix == Fix::right_new;
    json::object request;
    if (plan.kind == Kind::trunk_purchase) {
        // Killed over the request, Porteur finds the number on the trunk and lets a person see to
        // it: by now it might be somebody else's. Ordered again, it is taken as it stands there.
        done.stayed += order.problem.find("could NOT be given back") != order.problem.npos;
        if (!right) script_refusal(plan);
        request = {{"emergency_address", {{"city", right ? "Toronto" : "Toronno"}}}};
    } else {
        // Wrong: one that is gone as well.
        const auto chosen = right ? plan.number_2 : "+1317556" + plan.number.substr(8);
        if (!right) world_.script(world_.genesys(), {{"take", {chosen}}});
        request = {{"numbers", {chosen}}};
        done.number = chosen;
    }
    if (!change(order, std::move(request))) return;
    ++done.fixes;
    ++done.new_requests;
}

void Clerk::send_papers(const Seen& order) {
    auto& done = done_[static_cast<std::size_t>(order_of(order.reference))];
    if (change(order, {{"documents", {papers_.at("registration"), papers_.at("id")}}}))
        ++done.new_requests;
}

void Clerk::choose_a_number(const Seen& order) {
    auto& done = done_[static_cast<std::size_t>(order_of(order.reference))];
    const auto whole = world_.get(route_of(order));
    if (!whole) return;
    const auto& alternates = whole->at("progress").at("alternates").as_array();
    ASSERT_FALSE(alternates.empty()) << order.reference;
    done.number = alternates.front().as_string();
    if (change(order, {{"numbers", {done.number}}})) ++done.new_requests;
}

// ---------------------------------------------------------------- doubts

/// The truth, from the carrier's own list, and what a person says who has seen it. Where the
/// carrier's API shows what became of a request, Porteur has to find it without a person.
std::pair<std::string, std::string> Clerk::verdict_on(const Seen& order) {
    const auto& plan = plans_[static_cast<std::size_t>(order_of(order.reference))];
    auto& done = done_[static_cast<std::size_t>(plan.order)];
    if (plan.by_mail()) {
        // No API tells what became of a mail. Its Message-ID begins with its order.
        const auto mails = world_.mails_at_the_desk();
        const auto found = mails.find(order.id);
        const auto count = found == mails.end() ? 0U : found->second.size();
        if (count <= static_cast<std::size_t>(done.new_requests))
            return {"not_carried_out", "the mail never came to the desk"};
        return {"found_at_carrier", "the mail is in the desk's mailbox"};
    }
    if (plan.kind == Kind::leaving_port || plan.kind == Kind::port ||
        plan.kind == Kind::refused_port || plan.kind == Kind::split_port) {
        const auto number = order.numbers.front();
        const auto tickets =
            count_of(world_.carried_out(world_.thinktel(), "port"), ten_digits(number));
        const auto known =
            number == plan.number ? static_cast<std::size_t>(done.tickets_refused) : 0U;
        if (tickets == known)
            return {"not_carried_out", "ThinkTel has no ticket of it, which its API cannot prove"};
        ADD_FAILURE() << order.reference
                      << " waits for a person, and ThinkTel has its ticket: " << order.problem;
        return {"tried_again", "ThinkTel has its ticket"};
    }
    // The carrier's list tells of a number, and what it lacks is ordered again, but not for ever.
    const auto number =
        plan.kind == Kind::trunk_purchase ? ten_digits(plan.number) : order.numbers.front();
    const auto& seller = plan.kind == Kind::trunk_purchase ? world_.thinktel() : world_.genesys();
    const auto bought = count_of(world_.carried_out(seller, "purchase"), number);
    const auto released = count_of(world_.carried_out(seller, "release"), number);
    if (bought == released && order.problem.find("lost three times") != order.problem.npos)
        return {"not_carried_out", "the carrier does not have it, and three answers were lost"};
    ADD_FAILURE() << order.reference
                  << " waits for a person, and its carrier's list tells what became of it: "
                  << order.problem;
    return {
        bought == released ? "not_carried_out" : "found_at_carrier", "the carrier's list tells"
    };
}

void Clerk::settle(const Seen& order) {
    const auto& plan = plans_[static_cast<std::size_t>(order_of(order.reference))];
    const auto [verdict, evidence] = verdict_on(order);
    json::object body{{"verdict", verdict}};
    if (verdict == "found_at_carrier") {
        body["carrier_id"] = ten_digits(plan.number);
        if (plan.by_mail()) {
            const auto mails = world_.mails_at_the_desk();
            body["carrier_id"] = "<" + mails.at(order.id).begin()->first + ">";
        }
    }
    const auto reply = world_.insist(
        "POST", route_of(order) + "/settle", "word-" + std::to_string(++words_),
        json::serialize(body)
    );
    EXPECT_LT(reply.status, 300) << order.reference << ": " << reply.body;
    handled_[order.id] = reply.status < 300
                             ? json::parse(reply.body).at("version").to_number<std::int64_t>()
                             : order.version;
    in_doubt_since_.erase(order.id);
    doubts_.push_back({order.reference, order.problem, evidence, verdict});
}

}  // namespace porteur::testing
