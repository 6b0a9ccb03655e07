// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "desk_manners.hpp"
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
    bool french = false;
};
DeskReading read_request(const Mail& mail);

/// A mail that the desk sends back.
struct DeskReply {
    std::string to, subject, in_reply_to, references, text;
    std::string quoted;  ///< what is quoted below the text
};

/// The people behind GenesysCloudSMS@genesys.com: they read requests, review them for 2 to 5
/// business days, and put the numbers into the inventory. A request that lacks something is
/// questioned, and goes on when a mail in its thread brings it. Other manners are chosen for each
/// country. @threads one
class Desk {
public:
    /// @param manners  how it behaves, for each country
    /// @param send     sends a reply; empty = replies only stand in /_sim/received
    Desk(
        World world, SmsNumbers& numbers, std::string organisation_id, std::uint64_t seed,
        Manners manners, std::function<void(const DeskReply&)> send
    );

    /// Reads every new mail of a Maildir, each once, and moves it to cur.
    void collect(const std::filesystem::path& maildir);
    void receive(std::string_view raw);
    /// Finishes the reviews whose time has come.
    void review();

    /// Refuses the open request that has the number. @return whether there was one
    bool refuse(const std::string& number, const std::string& reason);
    /// Of the requests that come from now on.
    void set_manners(Manners manners) { manners_ = std::move(manners); }
    void set_review_time(std::chrono::seconds time) { review_time_ = time; }
    void describe(const std::string& message_id, json::object& line) const;
    void reset();

private:
    struct Case {
        std::string
            state;  ///< in_review | approved | question | refused | puzzled | silent | asleep
        Manner manner = Manner::usual;
        DeskReading reading;
        Instant due;
        DeskReply reply;                ///< its frame; the text is filled in when it is sent
        std::set<std::string> papers;   ///< SHA-256 of the documents that have come
        std::size_t papers_wanted = 0;  ///< so many must have come before it is reviewed again
        std::vector<std::string> given;
        std::vector<std::string> sent;  ///< texts of the replies
    };
    std::optional<std::pair<bool, Case*>> case_of(const std::string& message_id, const Mail& mail);
    void take_in(Case& request, const Mail& mail);
    void begin(Case& request);
    void follow_up(Case& request, const Mail& mail, DeskReading reading);
    bool has_its_manner(Case& request);
    void answer(Case& request, std::string state, std::string text);
    void decide(const std::string& message_id, Case& request);

    World world_;
    SmsNumbers& numbers_;
    std::string organisation_id_;
    std::uint64_t seed_;
    std::mt19937_64 chance_;
    Manners manners_, usual_manners_;
    std::function<void(const DeskReply&)> send_;
    std::chrono::seconds review_time_{0};             ///< 0 = 2 to 5 business days
    std::map<std::string, Case> cases_;               ///< by Message-ID
    std::map<std::string, std::string> later_mails_;  ///< Message-ID to that of its case
};

}  // namespace porteur::sim
