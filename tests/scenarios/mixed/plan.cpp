// SPDX-License-Identifier: Apache-2.0
#include "plan.hpp"

#include <array>
#include <cstdio>
#include <random>

namespace porteur::testing {
namespace {

constexpr int kinds = 10;

// Each kind has numbers of its own, where its carrier takes them.
struct Numbers {
    std::string_view name, first, second;
};
constexpr std::array<Numbers, kinds> numbers{{
    {"port", "+1416555", ""},
    {"refused_port", "+1416647", ""},
    {"split_port", "+1647555", "+1800555"},
    {"by_hand", "+1613555", ""},
    {"leaving_port", "+1514555", ""},
    {"api_purchase", "+1317555", "+1317555"},
    {"mail_purchase", "+3363998", ""},
    {"papers_purchase", "+491525555", ""},
    {"offered_purchase", "+43660555", ""},
    {"trunk_purchase", "+1416555", ""},
}};

std::string numbered(std::string_view first, int last) {
    char text[8];
    std::snprintf(text, sizeof text, "%04d", last);
    return std::string(first) + text;
}

class Dice {
public:
    explicit Dice(std::uint64_t seed) : chance_(seed) {}
    bool in_two() { return of(2) == 0; }
    std::size_t of(std::size_t sides) {
        return std::uniform_int_distribution<std::size_t>(0, sides - 1)(chance_);
    }

private:
    std::mt19937_64 chance_;
};

/// One mistake more in one case of three, then one of the ways that lead to the end.
void add_fixes(Plan& plan, Dice& dice, bool may_supplement) {
    if (dice.of(3) == 0) plan.fixes.push_back(Fix::wrong_new);
    const auto way = may_supplement ? dice.of(3) : 0;
    if (way == 1) plan.fixes.push_back(Fix::right_supplement);
    if (way == 2) plan.fixes.push_back(Fix::refused_supplement);
    if (way != 1) plan.fixes.push_back(Fix::right_new);
}

json::object address(std::string_view field, std::string_view text) {
    return {{"service_address", {{field, text}}}};
}

}  // namespace

std::string_view name_of(Kind kind) { return numbers[static_cast<std::size_t>(kind)].name; }

std::string Plan::country() const {
    switch (kind) {
        case Kind::api_purchase:
            return "US";
        case Kind::mail_purchase:
            return "FR";
        case Kind::papers_purchase:
            return "DE";
        case Kind::offered_purchase:
            return "AT";
        default:
            return "CA";
    }
}

std::vector<WrongField> wrong_fields_of_ports(const std::map<std::string, std::string>& papers) {
    const auto letter = [&](const char* which) {
        return json::object{{"documents", {papers.at(which)}}};
    };
    return {
        {"account number",
         {{"account_number", "4165550199"}},
         {{"account_number", "4165550100"}},
         {{"account_number", "4165550198"}},
         "8A",
         "AN",
         "ACCOUNT NUMBER"},
        {"postal code", address("postal_code", "M5V9Z9"), address("postal_code", "M5V1A1"),
         address("postal_code", "M5V1B1"), "8D", "ZIP", "POSTAL CODE"},
        {"name",
         {{"end_user", {{"name", "Acme Limited"}}}},
         {{"end_user", {{"name", "Acme Inc"}}}},
         {{"end_user", {{"name", "Acme"}}}},
         "8E",
         "EU NAME",
         "NAME MISMATCH"},
        {"PIN",
         {{"pin", "000000"}},
         {{"pin", "135790"}},
         {{"pin", "111111"}},
         "8C",
         "PIN",
         "PIN INVALID"},
        {"letter", letter("loa-blurred"), letter("loa"), letter("loa-unsigned"), "6C", "AGAUTH",
         "LETTER OF AUTHORIZATION"},
    };
}

std::vector<WrongField> wrong_fields_of_ringcentral() {
    return {
        {"postal code", address("postal_code", "H2Y1C6"), address("postal_code", "M5V1A1"),
         address("postal_code", "M5V1A9"), "", "", ""},
        {"house number", address("house_number", "11"), address("house_number", "1"),
         address("house_number", "10"), "", "", ""},
        {"city", address("city", "Montreal"), address("city", "Toronto"), address("city", "Oshawa"),
         "", "", ""},
        {"name",
         {{"end_user", {{"name", "Bolt Limited"}}}},
         {{"end_user", {{"name", "Acme Inc"}}}},
         {{"end_user", {{"name", "Bakery"}}}},
         "",
         "",
         ""},
    };
}

std::vector<Plan> plans_of(
    int count, std::uint64_t seed, const std::vector<WrongField>& fields,
    const std::vector<WrongField>& records
) {
    Dice dice(seed);
    std::vector<Plan> plans;
    for (int order = 0; order < count; ++order) {
        Plan plan;
        plan.order = order;
        plan.kind = static_cast<Kind>(order % kinds);
        const auto& of_kind = numbers[static_cast<std::size_t>(plan.kind)];
        plan.number =
            numbered(of_kind.first, (plan.kind == Kind::trunk_purchase ? 2'000 : 3'000) + order);
        if (!of_kind.second.empty())
            plan.number_2 =
                numbered(of_kind.second, (plan.kind == Kind::api_purchase ? 7'000 : 3'000) + order);
        switch (plan.kind) {
            case Kind::split_port:
                if (!dice.in_two()) break;
                [[fallthrough]];
            case Kind::refused_port:
                // The last is a letter: the parts of a split port share their papers.
                plan.wrong =
                    &fields[dice.of(fields.size() - (plan.kind == Kind::split_port ? 1 : 0))];
                plan.refused_at_once = plan.kind == Kind::refused_port && dice.of(4) == 0;
                add_fixes(plan, dice, !plan.refused_at_once);
                break;
            case Kind::leaving_port:
                if (!dice.in_two()) break;
                plan.wrong = &records[dice.of(records.size())];
                add_fixes(plan, dice, false);
                break;
            case Kind::by_hand:
                plan.by_hand = static_cast<ByHand>(dice.of(4));
                break;
            case Kind::api_purchase:
            case Kind::trunk_purchase:
                if (dice.in_two()) add_fixes(plan, dice, false);
                break;
            default:
                break;
        }
        plans.push_back(std::move(plan));
    }
    return plans;
}

json::object request_of(const Plan& plan, const std::map<std::string, std::string>& papers) {
    json::object end_user{
        {"kind", "business"},
        {"name", plan.is_port() ? "Acme Inc" : "Société Générale de Tests"},
        {"registration_number", "RCS 1"},
        {"authorized_person", {{"first_name", "Anna"}, {"last_name", "Roy"}}}
    };
    json::object at{{"house_number", "1"},     {"street", "King"},  {"street_type", "St"},
                    {"street_direction", "W"}, {"city", "Toronto"}, {"region", "ON"},
                    {"postal_code", "M5V1A1"}, {"country", "CA"}};
    json::object request{
        {"numbers", {plan.number}},
        {"end_user", std::move(end_user)},
        {"contact_email", "desk@porteur.example"}
    };
    if (plan.is_port()) {
        request["account_number"] = "4165550100";
        request["service_address"] = std::move(at);
        request["pin"] = "135790";
        json::array documents{json::string(papers.at("loa"))};
        if (plan.leaves()) {
            request["remaining"] = json::array{"+14165550100"};
            documents.emplace_back(papers.at("invoice"));
        } else {
            request["losing_carrier"] = "Bell Canada";
        }
        if (plan.kind == Kind::split_port) {
            request["numbers"] =
                json::array{json::string(plan.number), json::string(plan.number_2)};
            documents.emplace_back(papers.at("resporg"));
        }
        if (plan.kind != Kind::by_hand) request["target"] = json::object{{"trunk", "7005551212"}};
        request["documents"] = std::move(documents);
        if (plan.by_hand == ByHand::refused_when_handed_in || plan.by_hand == ByHand::refused_later)
            request["account_number"] = "4165550199";
    } else {
        at["country"] = plan.country();
        request["country"] = plan.country();
        request["number_type"] = plan.by_mail() ? "mobile" : "local";
        request["alternates"] = "contact_us";
        if (plan.by_mail())
            request["documents"] = json::array{json::string(papers.at("registration"))};
        if (plan.kind == Kind::trunk_purchase) {
            request["target"] = json::object{{"trunk", "7005551212"}};
            request["emergency_address"] = at;
            if (!plan.fixes.empty())
                merge(request, {{"emergency_address", {{"city", "Torronto"}}}});
        } else {
            request["address"] = std::move(at);
        }
    }
    if (plan.wrong != nullptr) merge(request, plan.wrong->wrong);
    return request;
}

void merge(json::object& into, const json::object& patch) {
    for (const auto& each : patch) {
        auto& place = into[each.key()];
        if (each.value().is_object() && place.is_object())
            merge(place.get_object(), each.value().get_object());
        else
            place = each.value();
    }
}

}  // namespace porteur::testing
