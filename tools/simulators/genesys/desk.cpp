// SPDX-License-Identifier: Apache-2.0
#include "desk.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "kit/encoding.hpp"
#include "kit/fields.hpp"

namespace porteur::sim {
namespace {

constexpr int review_days_min = 2;
constexpr int review_days_max = 5;

std::vector<std::string> numbers_in(const std::string& text) {
    static const std::regex pattern(R"(\+[1-9][0-9 .()-]{6,18}[0-9])");
    std::vector<std::string> numbers;
    for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) {
        auto number = at->str();
        std::erase_if(number, [](char c) { return c != '+' && (c < '0' || c > '9'); });
        if (is_e164(number) && std::ranges::find(numbers, number) == numbers.end()) {
            numbers.push_back(number);
        }
    }
    return numbers;
}

std::string join(const std::vector<std::string>& words) {
    std::string joined;
    for (const auto& word : words) joined += (joined.empty() ? "" : ", ") + word;
    return joined;
}

}  // namespace

DeskReading read_request(const Mail& mail) {
    DeskReading reading;
    const auto text = mail.header("subject") + "\n" + mail.text;
    const auto lower = to_lower(text);
    std::size_t first = std::string::npos;
    for (const auto& country : sms_countries()) {
        const auto at = lower.find(to_lower(country.name));
        if (at < first) {
            first = at;
            reading.country = &country;
        }
    }
    reading.numbers = numbers_in(text);
    if (reading.country != nullptr) {
        // A telephone number in the signature is not one that they want to buy.
        std::erase_if(reading.numbers, [&](const std::string& number) {
            return !number.starts_with("+" + std::string(reading.country->dial));
        });
    }
    static const std::regex uuid(
        "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
    );
    if (std::smatch found; std::regex_search(text, found, uuid)) {
        reading.organisation_id = to_lower(found.str());
    }
    static const std::regex asks(
        R"(\b(ask|contact|check with|consult|confirm with)\b[^.]{0,40}\b(first|before|us)\b|do not (choose|select|substitute))"
    );
    static const std::regex allows(
        R"(\b(may|can|free to|please|feel free to)\b[^.]{0,40}\b(choose|select|pick|substitute|assign)\b|alternatives? (is|are) (fine|welcome|accepted|allowed))"
    );
    if (std::regex_search(lower, asks)) {
        reading.alternates = "ask_first";
    } else if (std::regex_search(lower, allows)) {
        reading.alternates = "may_choose";
    }
    return reading;
}

Desk::Desk(
    World world, SmsNumbers& numbers, std::string organisation_id, std::uint64_t seed,
    std::function<void(const DeskReply&)> send
)
    : world_(world),
      numbers_(numbers),
      organisation_id_(std::move(organisation_id)),
      seed_(seed),
      chance_(seed),
      send_(std::move(send)) {}

void Desk::reset() {
    cases_.clear();
    chance_.seed(seed_);
    review_time_ = std::chrono::seconds(0);
}

void Desk::collect(const std::filesystem::path& maildir) {
    std::error_code failed;
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(maildir / "new", failed)) {
        if (entry.is_regular_file(failed)) found.push_back(entry.path());
    }
    std::ranges::sort(found);
    for (const auto& path : found) {
        std::ifstream file(path, std::ios::binary);
        const std::string raw(std::istreambuf_iterator<char>(file), {});
        std::filesystem::create_directories(maildir / "cur", failed);
        // Moved before it is read: a mail that cannot be moved would be read again and again.
        std::filesystem::rename(
            path, maildir / "cur" / (path.filename().string() + ":2,S"), failed
        );
        if (!failed) receive(raw);
    }
}

void Desk::receive(std::string_view raw) {
    const auto mail = parse_mail(raw);
    auto message_id = mail.header("message-id");
    if (message_id.empty()) message_id = "<" + sha256_hex(raw).substr(0, 16) + "@no-message-id>";
    auto reading = read_request(mail);
    json::array attachments;
    for (const auto& attachment : mail.attachments) {
        attachments.push_back(
            {{"file_name", attachment.file_name},
             {"content_type", attachment.content_type},
             {"bytes", attachment.bytes.size()},
             {"sha256", sha256_hex(attachment.bytes)}}
        );
    }
    world_.ledger.carry_out(
        {.kind = "mail",
         .id = message_id,
         .reference = message_id,
         .numbers = reading.numbers,
         .detail =
             {{"from", mail.header("from")},
              {"to", mail.header("to")},
              {"reply_to", mail.header("reply-to")},
              {"subject", mail.header("subject")},
              {"country", reading.country != nullptr ? reading.country->code : ""},
              {"organisation_id", reading.organisation_id},
              {"alternates", reading.alternates},
              {"attachments", std::move(attachments)}},
         .at = {},
         .real_at = {}}
    );
    if (cases_.contains(message_id)) return;  // the same mail twice is one case

    auto& request = cases_[message_id];
    request.reading = std::move(reading);
    const auto reply_to = mail.header("reply-to");
    request.reply.to = address_of(reply_to.empty() ? mail.header("from") : reply_to);
    request.reply.subject = "Re: " + mail.header("subject");
    request.reply.in_reply_to = message_id;
    const auto earlier = mail.header("references");
    request.reply.references = earlier.empty() ? message_id : earlier + " " + message_id;

    std::vector<std::string> missing;
    const auto& read = request.reading;
    if (read.country == nullptr) missing.emplace_back("the country");
    if (read.numbers.empty()) missing.emplace_back("the chosen numbers");
    if (read.organisation_id != organisation_id_) missing.emplace_back("your organisation ID");
    if (read.alternates == "unstated") {
        missing.emplace_back("whether we may choose other numbers or shall ask you first");
    }
    if (mail.attachments.empty() && (read.country == nullptr || read.country->wants_documents)) {
        missing.emplace_back("the documents");
    }
    if (!missing.empty()) {
        return answer(
            request, "question", "We cannot start the review. Please send " + join(missing) + "."
        );
    }
    request.state = "in_review";
    const auto now = world_.clock.now();
    const auto day_count =
        review_days_min + static_cast<int>(chance_() % (review_days_max - review_days_min + 1));
    request.due = review_time_.count() > 0 ? now + review_time_ : add_business_days(now, day_count);
}

void Desk::answer(Case& request, std::string state, std::string text) {
    request.state = std::move(state);
    request.sent.push_back(text);
    auto reply = request.reply;
    reply.text = std::move(text);
    if (send_) send_(reply);
}

void Desk::review() {
    for (auto& [message_id, request] : cases_) {
        if (request.state == "in_review" && world_.clock.now() >= request.due) {
            decide(message_id, request);
        }
    }
}

void Desk::decide(const std::string& message_id, Case& request) {
    std::vector<std::string> gone;
    for (const auto& number : request.reading.numbers) {
        if (!numbers_.is_free(number)) gone.push_back(number);
    }
    if (!gone.empty() && request.reading.alternates == "ask_first") {
        return answer(
            request, "question",
            "These numbers are no longer available: " + join(gone) +
                ". Which other numbers would you like?"
        );
    }
    for (const auto& number : request.reading.numbers) {
        auto chosen = number;
        if (std::ranges::find(gone, number) != gone.end()) {
            chosen = numbers_.any_free(
                *request.reading.country, type_of_number(*request.reading.country, number)
            );
            if (chosen.empty()) continue;
        }
        numbers_.give(chosen, message_id);
        request.given.push_back(chosen);
    }
    answer(
        request, "approved",
        "Your documents were accepted. The following numbers are now in your inventory: " +
            join(request.given) + "."
    );
}

bool Desk::refuse(const std::string& number, const std::string& reason) {
    for (auto& [message_id, request] : cases_) {
        const auto& wanted = request.reading.numbers;
        if (request.state != "in_review" || std::ranges::find(wanted, number) == wanted.end())
            continue;
        answer(request, "refused", "Your request was declined: " + reason);
        return true;
    }
    return false;
}

void Desk::describe(const std::string& message_id, json::object& line) const {
    const auto found = cases_.find(message_id);
    if (found == cases_.end()) return;
    const auto& request = found->second;
    line["state"] = request.state;
    line["replies"] = to_array(request.sent);
    line["given"] = to_array(request.given);
    if (request.state == "in_review") line["due"] = to_iso8601(request.due);
}

}  // namespace porteur::sim
