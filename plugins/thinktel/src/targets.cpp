// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include <algorithm>

#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "details.hpp"
#include "names.hpp"
#include "wire.hpp"

namespace thinktel {

using namespace porteur;
using namespace std::chrono;

namespace {

std::string id_text(const json::value& theirs, std::string_view key) {
    if (const auto number = integer_at(theirs, key)) return std::to_string(*number);
    return text_at(theirs, key);
}

}  // namespace

Offering offering_from(const json::value& theirs) {
    const auto& name = value_at(theirs, "ProductName");
    Offering ours;
    ours.type = integer_at(theirs, "Type").value_or(0);
    ours.choice.kind = "offering";
    ours.choice.id = text_at(theirs, "OfferingID");
    ours.choice.label_en = text_at(name, "En");
    ours.choice.label_fr = text_at(name, "Fr");
    for (const auto& each : list_at(theirs, "PotentialParentSubscriptions")) {
        const auto& product = value_at(each, "ProductName");
        const auto& parent = ours.parents.emplace_back(
            id_text(each, "SubscriptionID"), id_text(each, "Name"), text_at(product, "En"),
            text_at(product, "Fr")
        );
        auto kind = parent.product_en;
        if (!parent.product_fr.empty() && parent.product_fr != kind)
            kind += (kind.empty() ? "" : " / ") + parent.product_fr;
        ours.choice.parents.push_back(
            parent.id + ": " + parent.name + (kind.empty() ? "" : " (" + kind + ")")
        );
    }
    if (const auto service = service_of_type(ours.type))
        for (const auto& detail : all_details())
            if (wants(*service, detail)) ours.choice.details.emplace_back(detail.name);
    return ours;
}

std::optional<year_month_day> read_any_date(const std::string& text) {
    if (const auto compact = read_compact_date(text)) return compact;
    return read_iso_date(text.substr(0, 10));  // a time of day may follow
}

namespace {

Op<std::vector<Offering>> offerings() {
    const auto answer = co_await http().get("offerings", "/Products/TelephoneOfferings");
    require_ok(answer);
    answer.json();
    std::vector<Offering> found;
    for (const auto& each : answer.array("")) found.push_back(offering_from(each));
    co_return found;
}

/// The offering with this id, else the only one that has this name in English or in French.
std::vector<Offering>::const_iterator named(
    const std::vector<Offering>& all, const std::string& wanted
) {
    const auto by_id =
        std::ranges::find_if(all, [&](const auto& each) { return each.choice.id == wanted; });
    if (by_id != all.end()) return by_id;
    const auto called_so = [&](const auto& each) {
        return same_name(each.choice.label_en, wanted) || same_name(each.choice.label_fr, wanted);
    };
    if (std::ranges::count_if(all, called_so) > 1) return all.end();
    return std::ranges::find_if(all, called_so);
}

Op<Destination> offering_destination(PortOrder order, bool toll_free) {
    const auto all = co_await offerings();
    const auto found = named(all, order.target.offering);
    if (found == all.end()) {
        std::vector<TargetChoice> choices;
        for (const auto& each : all) choices.push_back(each.choice);
        refuse_without_target(
            choices, phrase("the account has no offering {1}", quoted(order.target.offering))
        );
    }
    const auto service = service_of_type(found->type);
    if (!service)
        fail(
            ErrorKind::unsupported, Reason::unsupported_by_gaining, std::to_string(found->type),
            "thinktel: " + phrase(
                               "the offering {1} is of the type {2}, for which no port-in "
                               "procedure is known; a person must ask ThinkTel",
                               quoted(order.target.offering), found->type
                           )
        );
    Destination destination{*service, toll_free, found->choice.id, found->parents};
    const bool of_account = *service == Service::residential_line ||
                            *service == Service::business_line ||
                            *service == Service::permanent_call_forward;
    if (of_account && !order.target.details.contains("account")) {
        const auto answer = co_await http().get("account", "/Users/Current/Account");
        require_ok(answer);
        const auto& account = answer.json();
        if (account.is_int64()) destination.account = account.get_int64();
        if (account.is_string())
            destination.account = integer_at(json::object{{"account", account}}, "account");
    }
    co_return destination;
}

}  // namespace

Op<std::vector<TargetChoice>> trunks() {
    const auto answer = co_await http().get("trunks", "/SipTrunks");
    require_ok(answer);
    answer.json();
    std::vector<TargetChoice> found;
    for (const auto& each : answer.array("")) {
        const auto pilot = integer_at(each, "Number");
        if (!pilot) continue;
        const auto label = text_at(each, "Label");
        found.push_back({"trunk", std::to_string(*pilot), label, label, {}, {}});
    }
    co_return found;
}

Op<std::vector<TargetChoice>> list_targets(Nothing) {
    auto targets = co_await trunks();
    for (auto& each : co_await offerings()) targets.push_back(std::move(each.choice));
    co_return targets;
}

void refuse_without_target(const std::vector<TargetChoice>& choices, std::string_view what) {
    std::string list;
    for (const auto& each : choices) {
        if (!list.empty()) list += ", ";
        const auto label = quoted(each.label_en);
        const auto end = each.id.substr(each.id.size() - std::min<std::size_t>(4, each.id.size()));
        list += each.kind == "trunk"
                    ? phrase("{1:quoted} (pilot number ending in {2})", label, end)
                    : phrase("{1:quoted} (offering {2:quoted})", label, quoted(each.id));
    }
    fail(
        ErrorKind::invalid_input, Reason::none, "",
        "thinktel: " + std::string(what) + "; " +
            (list.empty() ? phrase("the account has none, ask ThinkTel for one")
                          : phrase("choose one of {1:list}", list))
    );
}

std::string pilot_of(const std::string& trunk) {
    const auto pilot = number_from(json::value(json::string(trunk)));
    if (!pilot)
        fail(
            ErrorKind::invalid_input, Reason::none, "",
            "thinktel: " + phrase("the target trunk is not a pilot number of ten digits; "
                                  "list_targets shows them")
        );
    return std::to_string(their_digits(*pilot));
}

Op<Destination> destination_of(PortOrder order, std::string trunk_of_account) {
    const bool toll_free = is_toll_free(order.numbers.front());
    if (!order.target.offering.empty()) co_return co_await offering_destination(order, toll_free);
    const auto trunk = order.target.trunk.empty() ? trunk_of_account : order.target.trunk;
    if (trunk.empty())
        refuse_without_target(
            co_await list_targets({}),
            phrase("the order has no target trunk and no target offering")
        );
    co_return Destination{Service::trunk, toll_free, pilot_of(trunk), {}};
}

Op<std::int64_t> provider_named(std::string name) {
    const auto answer = co_await http().get("providers", "/NumberPorts/Providers");
    if (!answer.ok()) co_return 0;
    answer.json();
    for (const auto& each : answer.array(""))
        if (same_name(text_at(each, "Name"), name))
            co_return integer_at(each, "ID").value_or(0);
    co_return 0;
}

Op<void> refuse_closed_day(year_month_day wished) {
    const auto refuse = [&](const std::string& why) {
        fail(
            ErrorKind::invalid_input, Reason::due_date_unmet, "",
            "thinktel: /requested_date: " + why
        );
    };
    // Eastern Prevailing Time; an hour more or less in summer makes no other day of office hours.
    const auto today = floor<days>(co_await now() - 5h);
    if (sys_days{wished} <= today) refuse(phrase(
            "{1:date} is not after today, choose a later day; nothing was sent", iso_date(wished)
        ));
    const auto answer = co_await http().get("holidays", "/Holidays");
    if (!answer.ok()) co_return;
    answer.json();
    for (const auto& each : answer.array(""))
        if (read_any_date(text_at(each, "Date")) == wished)
            refuse(phrase(
                "{1:date} is a holiday of ThinkTel's ({2:quoted}), choose another day; nothing was "
                "sent",
                iso_date(wished), quoted(text_at(each, "Name"))
            ));
}

}  // namespace thinktel
