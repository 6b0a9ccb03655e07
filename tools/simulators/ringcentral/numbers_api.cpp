// SPDX-License-Identifier: Apache-2.0
#include "numbers_api.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "kit/encoding.hpp"
#include "kit/fields.hpp"

namespace porteur::sim {
namespace {

// More records than this are added in the background.
constexpr std::size_t bulk_at_once_max = 10;
constexpr auto bulk_takes = std::chrono::seconds(60);
constexpr std::int64_t per_page_max = 1000;

constexpr std::array<std::string_view, 5> inventory_usages = {
    "Inventory",
    "InventoryPartnerBusinessMobileNumber",
    "InventoryFmcBusinessMobileNumber",
    "PartnerBusinessMobileNumber",
    "InventoryMobileNumber",
};
constexpr std::array<std::string_view, 4> assigned_usages = {
    "MainCompanyNumber", "CompanyNumber", "DirectNumber", "ContactCenterNumber"
};
constexpr std::array<std::string_view, 3> deletable_usages = {
    "Inventory", "ForwardedNumber", "ForwardedCompanyNumber"
};

Answer bad_parameter(const std::string& name) {
    return ringcentral_error(400, "CMN-101", "Parameter [" + name + "] value is invalid");
}

Answer not_found(const std::string& id) {
    return ringcentral_error(404, "CMN-102", "Resource for parameter [" + id + "] is not found");
}

struct Page {
    std::int64_t page = 1;
    std::int64_t per_page = 100;
};

/// Nothing when page or perPage is no number of 1 or more; perPage is cut to the maximum.
std::optional<Page> read_page(const Request& request) {
    Page page;
    for (const auto& [name, value] : {std::pair{"page", &page.page}, {"perPage", &page.per_page}}) {
        const auto text = request.asked(name);
        if (!text) continue;
        const auto read = std::from_chars(text->data(), text->data() + text->size(), *value);
        if (read.ec != std::errc{} || read.ptr != text->data() + text->size() || *value < 1) {
            return std::nullopt;
        }
    }
    page.per_page = std::min(page.per_page, per_page_max);
    return page;
}

bool is_wanted(const std::vector<std::string>& wanted, std::string_view value) {
    return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

/// "+165012345**" against a number; `*` is one digit.
bool fits_pattern(std::string_view pattern, std::string_view number) {
    return std::ranges::equal(pattern, number, [](char wanted, char seen) {
        return wanted == '*' || wanted == seen;
    });
}

struct Slice {
    json::array records;
    json::object paging;
    std::int64_t page_count;
};

Slice slice(const std::vector<json::object>& lines, const Page& page) {
    const auto count = static_cast<std::int64_t>(lines.size());
    const auto page_count = std::max<std::int64_t>(1, (count + page.per_page - 1) / page.per_page);
    const auto first = (page.page - 1) * page.per_page;
    const auto last = std::min(count, first + page.per_page);
    Slice cut{.records = {}, .paging = {}, .page_count = page_count};
    for (auto at = first; at < last; ++at)
        cut.records.push_back(lines[static_cast<std::size_t>(at)]);
    cut.paging = {
        {"page", page.page},
        {"perPage", page.per_page},
        {"totalPages", page_count},
        {"totalElements", count},
    };
    if (first < last) {
        cut.paging["pageStart"] = first;
        cut.paging["pageEnd"] = last - 1;
    }
    return cut;
}

json::object failed_item(std::string_view code, const std::string& message) {
    return {
        {"bulkItemSuccessful", false},
        {"bulkItemErrors", json::array{{{"errorCode", code}, {"message", message}}}},
    };
}

/// The numbers of a block "+1416555020*"; the text itself when it has no wildcard.
std::vector<std::string> expand(const std::string& pattern) {
    const auto star = pattern.find('*');
    if (star == std::string::npos) return {pattern};
    std::vector<std::string> numbers;
    for (char digit = '0'; digit <= '9'; ++digit) {
        auto filled = pattern;
        filled[star] = digit;
        auto below = expand(filled);
        numbers.insert(numbers.end(), below.begin(), below.end());
    }
    return numbers;
}

}  // namespace

Answer ringcentral_error(int status, std::string_view code, const std::string& message) {
    return answer_json(
        status, {{"errorCode", code},
                 {"message", message},
                 {"errors", json::array{{{"errorCode", code}, {"message", message}}}}}
    );
}

RingcentralNumber* NumbersApi::find_by_text(const std::string& id) {
    std::int64_t number = 0;
    const auto read = std::from_chars(id.data(), id.data() + id.size(), number);
    return read.ec == std::errc{} ? inventory_.find(number) : nullptr;
}

void NumbersApi::reset() {
    inventory_.reset();
    tasks_.clear();
}

Answer NumbersApi::list_v1(const Request& request, const std::string& account_uri) {
    const auto page = read_page(request);
    if (!page) return bad_parameter("page");
    const auto usages = request.asked_all("usageType");
    const auto payments = request.asked_all("paymentType");
    const auto statuses = request.asked_all("status");
    std::vector<json::object> lines;
    for (const auto& [id, number] : inventory_.all()) {
        if (is_wanted(usages, number.usage_v1()) && is_wanted(payments, number.payment) &&
            is_wanted(statuses, number.status)) {
            lines.push_back(inventory_.line_v1(number, account_uri));
        }
    }
    auto cut = slice(lines, *page);
    const auto link = [&](std::int64_t to) -> json::value {
        return {
            {"uri", account_uri + "/phone-number?page=" + std::to_string(to) +
                        "&perPage=" + std::to_string(page->per_page)}
        };
    };
    json::object navigation = {{"firstPage", link(1)}, {"lastPage", link(cut.page_count)}};
    if (page->page < cut.page_count) navigation["nextPage"] = link(page->page + 1);
    if (page->page > 1) navigation["previousPage"] = link(page->page - 1);
    return answer_json(
        200, {{"uri", account_uri + "/phone-number"},
              {"records", std::move(cut.records)},
              {"paging", std::move(cut.paging)},
              {"navigation", std::move(navigation)}}
    );
}

Answer NumbersApi::one_v1(const std::string& id, const std::string& account_uri) {
    const auto* number = find_by_text(id);
    if (number == nullptr) return not_found("phoneNumberId");
    return answer_json(200, inventory_.line_v1(*number, account_uri));
}

Answer NumbersApi::list_v2(const Request& request) {
    const auto page = read_page(request);
    if (!page) return bad_parameter("page");
    const auto types = request.asked_all("type");
    const auto usages = request.asked_all("usageType");
    const auto statuses = request.asked_all("status");
    const auto tolls = request.asked_all("tollType");
    const auto pattern = request.asked("phoneNumber");
    std::vector<json::object> lines;
    for (const auto& [id, number] : inventory_.all()) {
        if (number.is_in_v2() && is_wanted(types, number.type) && is_wanted(usages, number.usage) &&
            is_wanted(statuses, number.status) &&
            is_wanted(tolls, number.is_toll_free() ? "TollFree" : "Toll") &&
            (!pattern || fits_pattern(*pattern, number.number))) {
            lines.push_back(RingcentralInventory::line_v2(number));
        }
    }
    auto cut = slice(lines, *page);
    return answer_json(
        200, {{"records", std::move(cut.records)}, {"paging", std::move(cut.paging)}}
    );
}

json::object NumbersApi::add_one(const std::string& number) {
    json::object line;
    if (!is_e164(number)) {
        line = failed_item("CMN-101", "Phone number is not valid");
    } else if (inventory_.find(number) != nullptr) {
        line = failed_item("CMN-1000", "Phone number is already in the inventory");
    } else {
        RingcentralNumber made;
        made.number = number;
        made.usage = "Inventory";
        line = {{"bulkItemSuccessful", true}, {"id", std::to_string(inventory_.add(made).id)}};
        world_.ledger.carry_out(
            {.kind = "inventory_add",
             .id = line["id"].as_string().c_str(),
             .reference = "",
             .numbers = {number},
             .detail = {},
             .at = {},
             .real_at = {}}
        );
    }
    line["phoneNumber"] = number;
    return line;
}

Answer NumbersApi::bulk_add(const json::value& body) {
    const auto* records = member(body, "records");
    if (records == nullptr || !records->is_array() || records->get_array().empty()) {
        return bad_parameter("records");
    }
    std::vector<std::string> numbers;
    for (const auto& record : records->get_array()) {
        const auto pattern = text_of(record, "phoneNumber");
        const auto usage = text_of(record, "usageType");
        if (!pattern) return bad_parameter("phoneNumber");
        if (!usage || std::ranges::find(inventory_usages, *usage) == inventory_usages.end()) {
            return bad_parameter("usageType");
        }
        const auto stars = std::ranges::count(*pattern, '*');
        if (stars > 3 || (stars > 0 && records->get_array().size() > 1)) {
            return bad_parameter("phoneNumber");
        }
        const auto block = expand(*pattern);
        numbers.insert(numbers.end(), block.begin(), block.end());
    }
    json::array lines;
    for (const auto& number : numbers) lines.push_back(add_one(number));
    const json::value result = {{"records", std::move(lines)}};
    if (numbers.size() <= bulk_at_once_max) return answer_json(200, result);

    const auto id = std::to_string(tasks_.size() + 1);
    tasks_[id] = {world_.clock.now(), result};
    return answer_json(
        202, {{"id", id}, {"creationTime", to_iso8601(world_.clock.now())}, {"status", "Accepted"}}
    );
}

Answer NumbersApi::bulk_add_task(const std::string& task_id) {
    const auto found = tasks_.find(task_id);
    if (found == tasks_.end()) return not_found("taskId");
    const auto& task = found->second;
    if (world_.clock.now() >= task.made + bulk_takes) return answer_json(200, task.result);
    return answer_json(
        200, {{"id", task_id}, {"creationTime", to_iso8601(task.made)}, {"status", "Accepted"}}
    );
}

Answer NumbersApi::assign(const std::string& id, const json::value& body) {
    auto* number = find_by_text(id);
    if (number == nullptr) return not_found("phoneNumberId");
    const auto usage = text_of(body, "usageType");
    if (!usage || std::ranges::find(assigned_usages, *usage) == assigned_usages.end()) {
        return bad_parameter("usageType");
    }
    const auto* extension = member(body, "extension");
    const auto extension_id = extension ? text_of(*extension, "id").value_or("") : std::string();
    if (*usage == "DirectNumber" && extension_id.empty()) return bad_parameter("extension.id");
    number->usage = *usage;
    if (const auto type = text_of(body, "type")) number->type = *type;
    // An extension's id ends in its number here: 1000101 is extension 101.
    number->extension = extension_id.size() > 3 ? extension_id.substr(extension_id.size() - 3) : "";
    return answer_json(200, RingcentralInventory::line_v2(*number));
}

Answer NumbersApi::replace(const std::string& id, const json::value& body) {
    auto* number = find_by_text(id);
    if (number == nullptr) return not_found("phoneNumberId");
    auto* target = find_by_text(text_of(body, "targetPhoneNumberId").value_or(""));
    if (target == nullptr || target->usage != "Inventory") {
        return bad_parameter("targetPhoneNumberId");
    }
    std::swap(number->usage, target->usage);
    std::swap(number->extension, target->extension);
    return answer_json(200, RingcentralInventory::line_v2(*target));
}

Answer NumbersApi::remove(const json::value& body) {
    const auto* records = member(body, "records");
    if (records == nullptr || !records->is_array()) return bad_parameter("records");
    json::array lines;
    for (const auto& record : records->get_array()) {
        const auto id = text_of(record, "id");
        const auto text = text_of(record, "phoneNumber");
        const auto* number = id ? find_by_text(*id) : inventory_.find(text.value_or(""));
        json::object line;
        if (number == nullptr) {
            line = failed_item("CMN-102", "Phone number is not found");
        } else if (std::ranges::find(deletable_usages, number->usage) == deletable_usages.end()) {
            line = failed_item("CMN-101", "Phone number is in use");
        } else {
            world_.ledger.carry_out(
                {.kind = "release",
                 .id = std::to_string(number->id),
                 .reference = "",
                 .numbers = {number->number},
                 .detail = {},
                 .at = {},
                 .real_at = {}}
            );
            inventory_.all().erase(number->id);
            line = {{"bulkItemSuccessful", true}};
        }
        if (id) line["id"] = *id;
        if (text) line["phoneNumber"] = *text;
        lines.push_back(std::move(line));
    }
    return answer_json(200, {{"records", std::move(lines)}});
}

}  // namespace porteur::sim
