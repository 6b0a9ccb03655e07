// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "kit/carrier.hpp"
#include "mime.hpp"
#include "sms_numbers.hpp"

namespace porteur::sim {

/// What a person reads in a request: the chosen numbers and what must stand beside them.
struct DeskReading {
    std::vector<std::string> numbers;
    const SmsCountry* country = nullptr;
    std::string organisation_id;
    std::string alternates = "unstated";  ///< may_choose | ask_first | unstated
};
DeskReading read_request(const Mail& mail);

/// A mail that the desk sends back.
struct DeskReply {
    std::string to, subject, in_reply_to, references, text;
};

/// The people behind GenesysCloudSMS@genesys.com: they read requests, review them for 2 to 5
/// business days, and put the numbers into the inventory. A request that lacks something is
/// questioned and nothing else happens. @threads one
class Desk {
public:
    /// @param send  sends a reply; empty = replies only stand in /_sim/received
    Desk(
        World world, SmsNumbers& numbers, std::string organisation_id, std::uint64_t seed,
        std::function<void(const DeskReply&)> send
    );

    /// Reads every new mail of a Maildir, each once, and moves it to cur.
    void collect(const std::filesystem::path& maildir);
    void receive(std::string_view raw);
    /// Finishes the reviews whose time has come.
    void review();

    /// Refuses the open request that has the number. @return whether there was one
    bool refuse(const std::string& number, const std::string& reason);
    void set_review_time(std::chrono::seconds time) { review_time_ = time; }
    void describe(const std::string& message_id, json::object& line) const;
    void reset();

private:
    struct Case {
        std::string state;  ///< in_review | approved | question | refused
        DeskReading reading;
        Instant due;
        DeskReply reply;  ///< its frame; the text is filled in when it is sent
        std::vector<std::string> given;
        std::vector<std::string> sent;  ///< texts of the replies
    };
    void answer(Case& request, std::string state, std::string text);
    void decide(const std::string& message_id, Case& request);

    World world_;
    SmsNumbers& numbers_;
    std::string organisation_id_;
    std::uint64_t seed_;
    std::mt19937_64 chance_;
    std::function<void(const DeskReply&)> send_;
    std::chrono::seconds review_time_{0};  ///< 0 = 2 to 5 business days
    std::map<std::string, Case> cases_;    ///< by Message-ID
};

}  // namespace porteur::sim
