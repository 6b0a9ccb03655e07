// SPDX-License-Identifier: Apache-2.0
#include "sms_numbers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "kit/encoding.hpp"
#include "kit/fields.hpp"

namespace porteur::sim {
namespace {

constexpr std::size_t offers_max = 30;
// How long provisioning takes, by the carrier's clock; INITIATED for the first third.
constexpr auto provisioning_takes = std::chrono::seconds(30);

constexpr std::array<std::string_view, 3> searched_types = {"local", "mobile", "tollfree"};

Answer bad(std::string_view code, const std::string& message) {
    return genesys_error(400, code, message);
}

std::int64_t asked_whole(const Request& request, std::string_view name, std::int64_t otherwise) {
    const auto text = request.asked(name);
    std::int64_t number = otherwise;
    if (text) std::from_chars(text->data(), text->data() + text->size(), number);
    return std::max<std::int64_t>(1, number);
}

bool is_wanted(const std::vector<std::string>& wanted, std::string_view value) {
    return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

bool contains_number(std::string_view number, std::string_view wanted) {
    const auto found = std::ranges::search(number, wanted, [](char digit, char pattern) {
        return pattern == '*' || digit == pattern;
    });
    return wanted.empty() || !found.empty();
}

/// PENDING_CANCELLATION in a body is pending-cancellation in the query.
std::string as_filter(std::string_view status) {
    auto word = to_lower(status);
    std::ranges::replace(word, '_', '-');
    return word;
}

}  // namespace

Answer genesys_error(int status, std::string_view code, const std::string& message) {
    return answer_json(
        status, {{"message", message},
                 {"code", code},
                 {"status", status},
                 {"contextId", uuid_of(code, 1)},
                 {"details", json::array{}},
                 {"errors", json::array{}}}
    );
}

std::string uuid_of(std::string_view kind, std::uint64_t count) {
    auto hex = sha256_hex(std::string(kind) + "/" + std::to_string(count)).substr(0, 32);
    hex[12] = '4';
    hex[16] = 'a';
    for (const std::size_t at : {8U, 13U, 18U, 23U}) hex.insert(at, "-");
    return hex;
}

SmsNumbers::SmsNumbers(World world, std::uint64_t seed, std::uint64_t polls, bool answers_200)
    : world_(world), seed_(seed), polls_(polls), answers_200_(answers_200), chance_(seed) {}

void SmsNumbers::reset() {
    chance_.seed(seed_);
    numbers_.clear();
    addresses_.clear();
    taken_.clear();
    failing_.clear();
    made_ = 0;
}

const SmsNumber* SmsNumbers::find_number(std::string_view number) const {
    const auto found = std::ranges::find(numbers_, number, &SmsNumber::number);
    return found == numbers_.end() ? nullptr : &*found;
}

SmsNumber* SmsNumbers::find(const std::string& id) {
    settle();
    const auto found = std::ranges::find(numbers_, id, &SmsNumber::id);
    return found == numbers_.end() ? nullptr : &*found;
}

bool SmsNumbers::is_free(const std::string& number) const {
    return !taken_.contains(number) && find_number(number) == nullptr;
}

Answer SmsNumbers::search(const Request& request) {
    const auto code = request.asked("countryCode");
    SmsSearch search;
    search.type = request.asked("phoneNumberType").value_or("");
    if (!code || search.type.empty()) {
        return bad("bad.request", "countryCode and phoneNumberType are required");
    }
    const auto* country = sms_country(*code);
    if (country == nullptr) return bad("invalid.value", "countryCode is not supported");
    if (std::ranges::find(searched_types, search.type) == searched_types.end()) {
        return bad("invalid.value", "phoneNumberType is not local, mobile or tollfree");
    }
    search.region = request.asked("region");
    search.city = request.asked("city");
    search.area_code = request.asked("areaCode");
    search.pattern = request.asked("pattern");
    std::vector<SmsOffer> offers;
    if (request.asked("addressRequirement").value_or(std::string(country->address_needed)) ==
        country->address_needed) {
        offers = fitting_numbers(*country, search);
    }
    json::array entities;
    // A shuffle of the first places only: each free number that fits is as likely as another.
    for (std::size_t at = 0; at < offers.size() && entities.size() < offers_max; ++at) {
        std::swap(offers[at], offers[at + chance_() % (offers.size() - at)]);
        const auto& offer = offers[at];
        if (!is_free(offer.number)) continue;
        json::object line = {
            {"id", uuid_of(offer.number, 0)}, {"phoneNumber", offer.number},
            {"countryCode", country->code},   {"capabilities", json::array{"sms", "voice"}},
            {"phoneNumberType", search.type}, {"addressRequirement", country->address_needed},
        };
        if (!offer.region.empty()) line["region"] = offer.region;
        if (!offer.city.empty()) line["city"] = offer.city;
        entities.push_back(std::move(line));
    }
    return answer_json(200, {{"entities", std::move(entities)}});
}

std::string SmsNumbers::any_free(const SmsCountry& country, std::string_view type) {
    SmsSearch search;
    search.type = type;
    auto offers = fitting_numbers(country, search);
    while (!offers.empty()) {
        const auto at = chance_() % offers.size();
        if (is_free(offers[at].number)) return offers[at].number;
        offers.erase(offers.begin() + static_cast<std::ptrdiff_t>(at));
    }
    return {};
}

SmsNumbers::Progress SmsNumbers::progress_of(const SmsNumber& number) const {
    if (number.by_desk && number.action == "Create") return Progress::done;
    const bool fails = number.action == "Create" && failing_.contains(number.number);
    const auto end = fails ? Progress::failed : Progress::done;
    if (answers_200_) return end;
    if (polls_ > 0) {
        if (number.polls >= polls_) return end;
        return number.polls > 0 ? Progress::half : Progress::started;
    }
    const auto passed = world_.clock.now() - number.since;
    if (passed >= provisioning_takes) return end;
    return passed >= provisioning_takes / 3 ? Progress::half : Progress::started;
}

std::string SmsNumbers::status_of(const SmsNumber& number) const {
    if (number.action == "Delete") return "PENDING_CANCELLATION";
    switch (progress_of(number)) {
        case Progress::started:
            return "INITIATED";
        case Progress::half:
            return "PENDING";
        case Progress::done:
            return "ACTIVE";
        case Progress::failed:
            return "INVALID";
    }
    return "INVALID";
}

std::optional<std::string> SmsNumbers::status_of(const std::string& number) {
    settle();
    const auto* found = find_number(number);
    if (found == nullptr) return std::nullopt;
    return status_of(*found);
}

json::object SmsNumbers::to_line(const SmsNumber& number) const {
    const auto progress = progress_of(number);
    const auto* country = sms_country(number.country);
    json::object provisioning = {
        {"action", number.action},
        {"version", number.version},
        {"state", progress == Progress::done     ? "Completed"
                  : progress == Progress::failed ? "Failed"
                                                 : "Running"},
    };
    if (progress == Progress::failed) {
        const auto& code = failing_.at(number.number);
        provisioning["error"] = {
            {"message", "The phone number could not be provisioned"},
            {"code", code},
            {"status", 400},
            {"details", json::array{}},
            {"errors", json::array{}},
        };
    }
    json::object line = {
        {"id", number.id},
        {"phoneNumber", number.number},
        {"version", number.version},
        {"phoneNumberType", number.type},
        {"phoneNumberStatus", status_of(number)},
        {"provisionedThroughPureCloud", true},
        {"countryCode", number.country},
        {"country", country != nullptr ? country->name : ""},
        {"capabilities", json::array{"sms"}},
        {"supportsSms", true},
        {"supportsMms", false},
        {"supportsVoice", false},
        {"dateCreated", to_iso8601(number.created)},
        {"dateModified", to_iso8601(number.since)},
        {"provisioningStatus", std::move(provisioning)},
        {"selfUri", base_ + "/api/v2/routing/sms/phonenumbers/" + number.id},
    };
    if (!number.name.empty()) line["name"] = number.name;
    if (const auto address = addresses_.find(number.address_id); address != addresses_.end()) {
        line["addressId"] = to_line(address->second);
    }
    return line;
}

Answer SmsNumbers::page_of(const std::vector<json::object>& lines, const Request& request) const {
    const auto size = asked_whole(request, "pageSize", 25);
    const auto page = asked_whole(request, "pageNumber", 1);
    const auto total = static_cast<std::int64_t>(lines.size());
    const auto pages = (total + size - 1) / size;
    json::array entities;
    for (auto at = (page - 1) * size; at < std::min(total, page * size); ++at) {
        entities.push_back(lines[static_cast<std::size_t>(at)]);
    }
    const auto link = [&](std::int64_t to) {
        return base_ + request.path + "?pageSize=" + std::to_string(size) +
               "&pageNumber=" + std::to_string(to);
    };
    json::object listing = {
        {"entities", std::move(entities)},
        {"pageSize", size},
        {"pageNumber", page},
        {"total", total},
        {"pageCount", pages},
        {"firstUri", link(1)},
        {"lastUri", link(std::max<std::int64_t>(1, pages))},
        {"selfUri", link(page)},
    };
    if (page < pages) listing["nextUri"] = link(page + 1);
    if (page > 1) listing["previousUri"] = link(page - 1);
    return answer_json(200, listing);
}

json::object SmsNumbers::to_line(const json::object& address) const {
    auto line = address;
    line["selfUri"] = base_ + "/api/v2/routing/sms/addresses/" +
                      std::string(std::string_view(address.at("id").get_string()));
    return line;
}

void SmsNumbers::settle() {
    std::erase_if(numbers_, [this](const SmsNumber& number) {
        return number.action == "Delete" && progress_of(number) == Progress::done;
    });
}

Answer SmsNumbers::list(const Request& request) {
    settle();
    const auto wanted = request.asked("phoneNumber").value_or("");
    const auto types = request.asked_all("phoneNumberType");
    const auto statuses = request.asked_all("phoneNumberStatus");
    const auto countries = request.asked_all("countryCode");
    std::vector<json::object> lines;
    for (const auto& number : numbers_) {
        if (contains_number(number.number, wanted) && is_wanted(types, number.type) &&
            is_wanted(statuses, as_filter(status_of(number))) &&
            is_wanted(countries, number.country)) {
            lines.push_back(to_line(number));
        }
    }
    if (request.asked("sortBy") == "phoneNumber") {
        std::ranges::sort(lines, {}, [](const auto& line) {
            return std::string(std::string_view(line.at("phoneNumber").get_string()));
        });
    }
    if (to_lower(request.asked("sortOrder").value_or("")).starts_with("desc")) {
        std::ranges::reverse(lines);
    }
    return page_of(lines, request);
}

/// Why a purchase is refused; nothing when it is not. The order of the checks is ours.
std::optional<Answer> SmsNumbers::refusal_of(const json::value& body) const {
    const auto number = text_of(body, "phoneNumber");
    const auto type = text_of(body, "phoneNumberType");
    const auto code = text_of(body, "countryCode");
    if (!number || !type || !code) {
        return bad(
            "constraint.validation", "phoneNumber, phoneNumberType and countryCode are needed"
        );
    }
    if (*type == "shortcode") {
        return bad("invalid.short.code.operation", "short codes cannot be bought here");
    }
    if (!is_e164(*number)) return bad("invalid.e164.number", "phoneNumber is not an E.164 number");
    const auto* country = sms_country(*code);
    if (country == nullptr || !number->starts_with("+" + std::string(country->dial))) {
        return bad("unexpected.country.code", "countryCode does not belong to the number");
    }
    if (*type != type_of_number(*country, *number)) {
        return bad("unexpected.phone.number.type", "phoneNumberType does not belong to the number");
    }
    if (find_number(*number) != nullptr) {
        return bad("phone.number.duplicate", "the organisation has this number already");
    }
    if (country->regulated) {
        return bad(
            "requires.verified.identity.document",
            "the number requires a verified identity document, which is not supported"
        );
    }
    if (country->bundle) {
        return bad(
            "phone.number.requires.a.bundle",
            "the number requires a regulatory bundle, which is not supported"
        );
    }
    if (taken_.contains(*number)) return bad("phone.number.unavailable", "the number is gone");
    const auto address_id = text_of(body, "addressId").value_or("");
    const auto address = addresses_.find(address_id);
    if (!address_id.empty() && address == addresses_.end()) {
        return bad("invalid.property", "addressId is not one of the organisation");
    }
    if (country->address_needed != "none" && address_id.empty()) {
        return bad("requires.an.address", "the number requires an address");
    }
    if (country->address_needed == "local" &&
        text_of(address->second, "countryCode") != std::string(country->code)) {
        return bad("requires.local.address", "the number requires an address in its country");
    }
    return std::nullopt;
}

Answer SmsNumbers::buy(const json::value& body) {
    settle();
    if (auto refused = refusal_of(body)) {
        world_.ledger.count("refused");
        return *std::move(refused);
    }
    SmsNumber made;
    made.id = uuid_of("number", ++made_);
    made.number = *text_of(body, "phoneNumber");
    made.type = *text_of(body, "phoneNumberType");
    made.country = *text_of(body, "countryCode");
    made.name = text_of(body, "name").value_or("");
    made.address_id = text_of(body, "addressId").value_or("");
    made.created = made.since = world_.clock.now();
    world_.ledger.carry_out(
        {.kind = "purchase",
         .id = made.id,
         .reference = made.name,
         .numbers = {made.number},
         .detail = {},
         .at = {},
         .real_at = {}}
    );
    numbers_.push_back(std::move(made));
    return answer_json(answers_200_ ? 200 : 202, to_line(numbers_.back()));
}

void SmsNumbers::give(const std::string& number, const std::string& reference) {
    const auto* country = sms_country_of_number(number);
    if (country == nullptr || find_number(number) != nullptr) return;
    SmsNumber made;
    made.id = uuid_of("number", ++made_);
    made.number = number;
    made.type = type_of_number(*country, number);
    made.country = country->code;
    made.by_desk = true;
    made.created = made.since = world_.clock.now();
    world_.ledger.carry_out(
        {.kind = "manual_purchase",
         .id = made.id,
         .reference = reference,
         .numbers = {number},
         .detail = {},
         .at = {},
         .real_at = {}}
    );
    numbers_.push_back(std::move(made));
}

Answer SmsNumbers::one(const std::string& id) {
    auto* number = find(id);
    if (number == nullptr) return genesys_error(404, "not.found", "no such phone number");
    ++number->polls;
    return answer_json(200, to_line(*number));
}

Answer SmsNumbers::patch(const std::string& id) {
    auto* number = find(id);
    if (number == nullptr) return genesys_error(404, "not.found", "no such phone number");
    if (to_line(*number).at("provisioningStatus").at("state") == "Running") {
        return genesys_error(409, "provisioning.action.in.progress", "provisioning is under way");
    }
    ++number->version;
    return answer_json(200, to_line(*number));
}

Answer SmsNumbers::remove(const std::string& id) {
    auto* number = find(id);
    if (number == nullptr) return genesys_error(404, "not.found", "no such phone number");
    const auto progress = progress_of(*number);
    if (progress != Progress::done && progress != Progress::failed) {
        return genesys_error(409, "provisioning.action.in.progress", "provisioning is under way");
    }
    number->action = "Delete";
    number->since = world_.clock.now();
    number->polls = 0;
    ++number->version;
    world_.ledger.carry_out(
        {.kind = "release",
         .id = number->id,
         .reference = "",
         .numbers = {number->number},
         .detail = {},
         .at = {},
         .real_at = {}}
    );
    return answer_json(202, to_line(*number));
}

}  // namespace porteur::sim
