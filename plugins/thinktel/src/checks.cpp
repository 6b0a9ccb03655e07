// SPDX-License-Identifier: Apache-2.0
#include "checks.hpp"

#include <algorithm>
#include <iterator>

#include <porteur/north_america.hpp>
#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "details.hpp"
#include "purchase.hpp"
#include "wire.hpp"

namespace thinktel {

using namespace porteur;

namespace {

bool has_document(const PortOrder& order, std::string_view type) {
    return std::ranges::any_of(order.documents, [&](const auto& each) {
        return each.type == type;
    });
}

bool is_undated_letter(const DocumentRef& document) {
    return document.type == "loa" && !document.signed_on;
}

class Collector {
public:
    void need(bool there, std::string field, Reason reason, std::string message) {
        if (!there) found_.push_back({std::move(field), reason, std::move(message), true});
    }
    void advise(bool there, std::string field, Reason reason, std::string message) {
        if (!there) found_.push_back({std::move(field), reason, std::move(message), false});
    }
    std::vector<Problem> take() { return std::move(found_); }

private:
    std::vector<Problem> found_;
};

bool has(const std::vector<PhoneNumber>& numbers, const PhoneNumber& number) {
    return std::ranges::find(numbers, number) != numbers.end();
}

bool repeats(std::vector<PhoneNumber> numbers) {
    std::ranges::sort(numbers);
    return std::ranges::adjacent_find(numbers) != numbers.end();
}

/// The numbers of the account that are not ported.
void check_rest_of_account(const PortOrder& order, Collector& problems) {
    const auto apart = [&](const std::vector<PhoneNumber>& others) {
        return std::ranges::none_of(others, [&](const auto& each) {
            return has(order.numbers, each);
        });
    };
    problems.need(
        apart(order.remaining), "/remaining", Reason::none,
        "a number cannot be ported and also remain; take it out of one of the lists"
    );
    problems.need(
        apart(order.disconnect), "/disconnect", Reason::none,
        "a number cannot be ported and also be disconnected; take it out of one of the lists"
    );
    const bool main_leaves =
        order.btn && !order.remaining.empty() && has(order.numbers, *order.btn);
    problems.need(
        !main_leaves || order.new_btn.has_value(), "/new_btn", Reason::btn_porting_with_remainder,
        "the billing number leaves while other numbers stay; say which of these becomes the new one"
    );
    problems.need(
        !order.new_btn || has(order.remaining, *order.new_btn), "/new_btn", Reason::none,
        "the new billing number has to be one of the numbers that remain"
    );
    const auto& details = order.target.details;
    problems.need(
        details.contains("pri_circuit") || !details.contains("pri_remains_active"),
        "/target/details/pri_circuit", Reason::special_feature,
        "name the PRI or Megalink circuit, or take out whether it remains active"
    );
}

bool is_time_of_day(std::string_view text) {
    const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
    return text.size() == 5 && digit(0) && digit(1) && text[2] == ':' && digit(3) && digit(4) &&
           text.substr(0, 2) < "24" && text[3] < '6';
}

void check_schedule(const PortOrder& order, Collector& problems) {
    using namespace std::chrono;
    if (order.requested_date) {
        const weekday day{sys_days{*order.requested_date}};
        problems.need(
            day != Saturday && day != Sunday, "/requested_date", Reason::due_date_unmet,
            "ThinkTel ports on working days; choose one from Monday to Friday"
        );
    }
    if (order.requested_time.empty()) return;
    problems.need(
        order.requested_date.has_value(), "/requested_time", Reason::none,
        "a time needs a requested date"
    );
    problems.need(
        is_time_of_day(order.requested_time), "/requested_time", Reason::none,
        "write it as HH:MM, 24 hours, Eastern time"
    );
}

void check_losing_side(const PortOrder& order, const Submitter& submitter, Collector& problems) {
    const auto side = losing_side_of(order, submitter);
    problems.need(
        !order.losing_carrier.empty() || side.provider > 0 || !side.reseller.empty() ||
            side.not_mandatory,
        "/losing_carrier", Reason::none, "name the losing carrier or reseller"
    );
}

std::string why_not_portable(const PhoneNumber& number) {
    const auto area = foreign_area_of(number);
    if (area.empty())
        return phrase("{1} is not North American; ThinkTel ports Canadian, US and toll-free numbers", number.masked());
    return phrase(
        "{1} has the area code {2}; ThinkTel ports Canadian, US and toll-free numbers", number.masked(), area
    );
}

void check_numbers(const PortOrder& order, Collector& problems) {
    problems.need(
        !order.numbers.empty(), "/numbers", Reason::none, "name the numbers to be ported"
    );
    std::size_t toll_free = 0;
    for (std::size_t index = 0; index < order.numbers.size(); ++index) {
        const auto& number = order.numbers[index];
        toll_free += is_toll_free(number);
        problems.need(
            is_us_or_canadian(number), "/numbers/" + std::to_string(index),
            Reason::unsupported_by_gaining, why_not_portable(number)
        );
    }
    problems.need(
        toll_free == 0 || toll_free == order.numbers.size(), "/numbers", Reason::split_required,
        "toll-free and standard numbers may not share one request; make two orders"
    );
    problems.need(!repeats(order.numbers), "/numbers", Reason::none, "a number stands there twice");
    if (toll_free > 0)
        problems.advise(
            order.remaining.empty() && order.disconnect.empty() && !order.new_btn, "/remaining",
            Reason::none, "the form of toll-free numbers has no field for other numbers; not sent"
        );
    else
        check_rest_of_account(order, problems);
}

void check_address(const Address& at, Collector& problems) {
    constexpr auto wanted = Reason::address_required;
    const std::string in = "/service_address/";
    problems.need(
        !at.house_number.empty(), in + "house_number", wanted, "give the house number, as on the losing carrier's records"
    );
    problems.need(!at.street.empty(), in + "street", wanted, "give the street's name, as on the losing carrier's records");
    problems.need(!at.city.empty(), in + "city", wanted, "give the city, as on the losing carrier's records");
    problems.need(!at.region.empty(), in + "region", wanted, "give the province or state, as on the losing carrier's records");
    problems.need(!at.postal_code.empty(), in + "postal_code", wanted, "give the postal code, as on the losing carrier's records");
    problems.need(
        at.country == "CA" || at.country == "US", in + "country", wanted,
        "the country has to be CA or US; ThinkTel takes no other"
    );
}

void check_documents(const PortOrder& order, Collector& problems) {
    const bool toll_free = !order.numbers.empty() && is_toll_free(order.numbers.front());
    if (toll_free)
        problems.need(
            has_document(order, "resporg"), "/documents", Reason::tollfree_resporg,
            "attach the signed RespOrg transfer form"
        );
    else
        problems.need(
            has_document(order, "loa"), "/documents", Reason::loa_required,
            "attach the signed letter of authorization"
        );
    // A letter without its day would go out at any age.
    problems.need(
        toll_free || std::ranges::none_of(order.documents, is_undated_letter), "/documents", Reason::loa_required,
        "say on which day the letter of authorization was signed"
    );
    problems.advise(
        has_document(order, "invoice"), "/documents", Reason::documents_required,
        "without the losing carrier's latest invoice ThinkTel may ask back"
    );
}

}  // namespace

std::vector<Problem> problems_of(const PortOrder& order, const Submitter& submitter) {
    Collector problems;
    check_numbers(order, problems);
    problems.need(
        !order.end_user.name.empty(), "/end_user/name", Reason::name_mismatch,
        "give the customer's name, as on the losing carrier's records"
    );
    problems.need(
        !order.account_number.empty(), "/account_number", Reason::account_number_required,
        "give the account number at the losing carrier"
    );
    check_address(order.service_address, problems);
    check_losing_side(order, submitter, problems);
    check_schedule(order, problems);
    problems.need(
        !order.contact_email.empty() || !submitter.email.empty(), "/contact_email", Reason::none,
        "give an address for ThinkTel's questions"
    );
    check_documents(order, problems);
    auto all = problems.take();
    std::ranges::move(problems_of_details(order), std::back_inserter(all));
    return all;
}

namespace {

std::vector<Problem> problems_of_target(const PortOrder& order, const std::string& own_trunk) {
    const auto& target = order.target;
    if (!target.trunk.empty() && !target.offering.empty())
        return {{"/target", Reason::none, phrase("name a trunk or an offering, not both"), true}};
    // Which service an offering is only ThinkTel tells: submit_port checks that before it sends.
    if (!target.offering.empty()) return {};
    if (target.trunk.empty() && own_trunk.empty())
        return {
            {"/target", Reason::none, phrase("choose the SIP trunk or the offering that the numbers go to"),
             true}
        };
    if (order.numbers.empty()) return {};
    return problems_of_service(
        order, {Service::trunk, is_toll_free(order.numbers.front()), "", {}}
    );
}

/// Both kinds of orders are validated under the one name, and nothing but the fields tells which.
bool is_purchase(const json::object& order) {
    constexpr std::string_view only_there[] = {
        "country", "number_type", "quantity", "area", "emergency_address", "address", "alternates"
    };
    return std::ranges::any_of(only_there, [&](auto key) { return order.contains(key); });
}

template <class Order>
Order read(const json::object& given) {
    auto order = from_json<Order>(given);
    if (!order) fail(std::move(order).error());
    return std::move(*order);
}

}  // namespace

Op<Findings> validate(json::object given) {
    const auto mine = co_await account_settings();
    Findings findings;
    if (is_purchase(given)) {
        const auto order = read<PurchaseOrder>(given);
        findings.problems = problems_of(order);
        if (order.target.trunk.empty() && mine.text("trunk").empty())
            findings.problems.push_back(
                {"/target/trunk", Reason::none, phrase("choose the SIP trunk that the numbers go to"), true}
            );
        co_return findings;
    }
    const auto order = read<PortOrder>(given);
    findings.problems = problems_of(order, submitter_of(mine));
    std::ranges::move(
        problems_of_target(order, mine.text("trunk")), std::back_inserter(findings.problems)
    );
    co_return findings;
}

std::vector<NumberGroup> split(NumberList list) {
    NumberGroup standard, toll_free;
    standard.note_en = "standard numbers";
    standard.note_fr = "numéros standard";
    toll_free.note_en = "toll-free numbers";
    toll_free.note_fr = "numéros sans frais";
    for (const auto& each : list.numbers)
        (is_toll_free(each) ? toll_free : standard).numbers.push_back(each);
    std::vector<NumberGroup> groups;
    if (!standard.numbers.empty()) groups.push_back(std::move(standard));
    if (!toll_free.numbers.empty()) groups.push_back(std::move(toll_free));
    return groups;
}

}  // namespace thinktel
