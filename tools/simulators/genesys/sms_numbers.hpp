// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "countries.hpp"
#include "kit/carrier.hpp"

namespace porteur::sim {

/// An error body as the Platform API has it; clients decide on `code`.
Answer genesys_error(int status, std::string_view code, const std::string& message);

/// An id that looks like those of Genesys, made from a word and a count.
std::string uuid_of(std::string_view kind, std::uint64_t count);

/// One number of the organisation, on its way in, there, or on its way out.
struct SmsNumber {
    std::string id, number, type, country, name, address_id;
    int version = 1;
    std::string action = "Create";  ///< of the provisioning: Create or Delete
    Instant since;                  ///< when that began
    Instant created;
    bool by_desk = false;  ///< bought by mail: complete from the start
    std::uint64_t polls = 0;
};

/// The numbers and addresses of the organisation, and what can be bought. @threads one
class SmsNumbers {
public:
    /// @param polls    look-ups after which provisioning is complete; 0 = by the clock
    /// @param answers_200  a purchase answers 200 and is complete at once
    SmsNumbers(World world, std::uint64_t seed, std::uint64_t polls, bool answers_200);

    Answer search(const Request& request);
    Answer list(const Request& request);
    Answer buy(const json::value& body);
    Answer one(const std::string& id);
    Answer patch(const std::string& id);
    Answer remove(const std::string& id);

    Answer add_address(const json::value& body);
    Answer list_addresses(const Request& request);
    Answer one_address(const std::string& id);
    Answer remove_address(const std::string& id);

    /// Where links lead: "http://127.0.0.1:8080". The API file wants whole URIs.
    void set_base(std::string base) { base_ = std::move(base); }

    bool is_free(const std::string& number) const;
    /// A free number of the country, as the desk would choose it; empty when there is none.
    std::string any_free(const SmsCountry& country, std::string_view type);
    /// Puts a number bought by mail into the inventory, at once usable.
    void give(const std::string& number, const std::string& reference);
    /// Another customer has the number now.
    void take(const std::string& number) { taken_.insert(number); }
    /// Provisioning of this number ends Failed with this code.
    void fail(const std::string& number, const std::string& code) { failing_[number] = code; }
    /// "ACTIVE" and the like; nothing when the number is not the organisation's.
    std::optional<std::string> status_of(const std::string& number);

    void reset();

private:
    enum class Progress { started, half, done, failed };
    Progress progress_of(const SmsNumber& number) const;
    std::string status_of(const SmsNumber& number) const;
    json::object to_line(const SmsNumber& number) const;
    json::object to_line(const json::object& address) const;
    Answer page_of(const std::vector<json::object>& lines, const Request& request) const;
    SmsNumber* find(const std::string& id);
    const SmsNumber* find_number(std::string_view number) const;
    /// Lets numbers whose deletion is complete vanish.
    void settle();
    std::optional<Answer> refusal_of(const json::value& body) const;

    World world_;
    std::uint64_t seed_;
    std::uint64_t polls_;
    bool answers_200_;
    std::mt19937_64 chance_;
    std::vector<SmsNumber> numbers_;
    std::map<std::string, json::object> addresses_;
    std::set<std::string> taken_;
    std::map<std::string, std::string> failing_;
    std::uint64_t made_ = 0;
    std::string base_ = "https://api.mypurecloud.com";
};

}  // namespace porteur::sim
