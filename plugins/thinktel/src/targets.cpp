// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include <algorithm>

#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "details.hpp"
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
        ours.parent_ids.push_back(id_text(each, "SubscriptionID"));
        auto text = ours.parent_ids.back() + ": " + id_text(each, "Name");
        const auto product = text_at(value_at(each, "ProductName"), "En");
        if (!product.empty()) text += " (" + product + ")";
        ours.choice.parents.push_back(std::move(text));
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

/// Letters and digits only, small: "Bell Canada Inc." and "bell canada inc" are the same.
std::string folded(std::string_view name) {
    std::string out;
    for (const char letter : name) {
        if (letter >= 'A' && letter <= 'Z') out += static_cast<char>(letter - 'A' + 'a');
        // Bytes of accented letters stay as they are.
        if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
            static_cast<unsigned char>(letter) >= 0x80)
            out += letter;
    }
    return out;
}

Op<Destination> offering_destination(PortOrder order, bool toll_free) {
    const auto all = co_await offerings();
    const auto found = std::ranges::find_if(all, [&](const auto& each) {
        return each.choice.id == order.target.offering;
    });
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
    Destination destination{*service, toll_free, found->choice.id, found->parent_ids};
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
    return std::to_string(*digits_of(*pilot));
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
        if (folded(text_at(each, "Name")) == folded(name))
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
