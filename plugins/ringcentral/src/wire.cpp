// SPDX-License-Identifier: Apache-2.0
#include "wire.hpp"

#include <algorithm>
#include <charconv>

#include <porteur/json_at.hpp>

namespace ringcentral {

using namespace porteur;

namespace {

constexpr auto account_path = "/restapi/v1.0/account/~";
// @source CARRIERS.md 1.9: limits are counted over a sliding minute
constexpr std::chrono::seconds window_usual{60}, window_max{600};

/// v1 shows a number with or without "+".
std::optional<PhoneNumber> number_from(std::string_view theirs) {
    auto digits = digits_in(theirs);
    if (digits.size() == 10) digits.insert(0, 1, '1');
    return PhoneNumber::from_json_text("+" + digits);
}

/// A whole number in v1, a text in v2.
std::string id_from(const json::value& record) {
    const auto& id = value_at(record, "id");
    if (id.is_string()) return std::string(id.get_string());
    const auto number = integer_at(record, "id");
    return number ? std::to_string(*number) : std::string();
}

}  // namespace

Account account_from(const json::value& body) {
    return {
        id_from(body), text_at(body, "mainNumber"), text_at(body, "status"),
        text_at(value_at(body, "statusInfo"), "reason")
    };
}

BusinessAddress business_address_from(const json::value& body) {
    const auto& at = value_at(body, "businessAddress");
    return {text_at(body, "company"), text_at(at, "street"), text_at(at, "city"),
            text_at(at, "state"),     text_at(at, "zip"),    text_at(at, "country")};
}

std::string billing_plan_type_from(const json::value& body) {
    return text_at(value_at(body, "billingPlan"), "type");
}

HttpRequest get_account(std::string step) { return http().get(std::move(step), account_path); }
HttpRequest get_business_address(std::string step) {
    return http().get(std::move(step), std::string(account_path) + "/business-address");
}
HttpRequest get_service_info(std::string step) {
    return http().get(std::move(step), std::string(account_path) + "/service-info");
}
HttpRequest get_numbers(std::string step, std::int64_t page, std::int64_t page_size) {
    return http()
        .get(std::move(step), std::string(account_path) + "/phone-number")
        .query("page", page)
        .query("perPage", page_size);
}

NumberPage add_page(const json::value& body, std::int64_t page, std::vector<OwnedNumber>& numbers) {
    const auto& records = list_at(body, "records");
    const auto& paging = value_at(body, "paging");
    NumberPage read{
        .records = static_cast<std::int64_t>(records.size()),
        .total = integer_at(paging, "totalElements")
    };
    for (const auto& each : records) {
        const auto number = number_from(text_at(each, "phoneNumber"));
        if (!number) continue;
        numbers.push_back(
            {*number, id_from(each), text_at(each, "status"), text_at(each, "paymentType"),
             text_at(each, "usageType"), text_at(each, "label"), text_at(each, "activationStatus"),
             flag_at(each, "primary")}
        );
    }
    if (records.empty()) return read;
    // The count of pages can be left out; the link to the next one then tells.
    const auto pages = integer_at(paging, "totalPages");
    read.more =
        pages ? page < *pages : value_at(value_at(body, "navigation"), "nextPage").is_object();
    return read;
}

std::optional<std::chrono::seconds> wait_after(const Answer& answer) {
    if (answer.header("x-rate-limit-remaining") != "0") return std::nullopt;
    std::int64_t window = 0;
    const auto text = answer.header("x-rate-limit-window");
    std::from_chars(text.data(), text.data() + text.size(), window);
    return std::clamp(std::chrono::seconds{window}, window_usual, window_max);
}

std::string digits_in(std::string_view text) {
    std::string digits;
    for (const char letter : text)
        if (letter >= '0' && letter <= '9') digits += letter;
    return digits;
}

bool same_number(std::string_view left, std::string_view right) {
    const auto a = digits_in(left), b = digits_in(right);
    return a.size() >= 10 && b.size() >= 10 && a.substr(a.size() - 10) == b.substr(b.size() - 10);
}

}  // namespace ringcentral
