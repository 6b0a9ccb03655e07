// SPDX-License-Identifier: Apache-2.0
#include "desk.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "kit/encoding.hpp"
#include "kit/fields.hpp"

namespace porteur::sim {
namespace {

constexpr int review_days_min = 2;
constexpr int review_days_max = 5;
constexpr std::size_t offered_max = 2;

/// A mail's text below the answer to it, as mail programs put it there.
std::string quoted(const Mail& mail) {
    std::string below = "On " + mail.header("date") + ", " + mail.header("from") + " wrote:\r\n";
    std::istringstream lines(mail.text);
    for (std::string line; std::getline(lines, line);) {
        if (line.ends_with('\r')) line.pop_back();
        below += "> " + line + "\r\n";
    }
    return below;
}

}  // namespace

Desk::Desk(
    World world, SmsNumbers& numbers, std::string organisation_id, std::uint64_t seed,
    Manners manners, std::function<void(const DeskReply&)> send
)
    : world_(world),
      numbers_(numbers),
      organisation_id_(std::move(organisation_id)),
      seed_(seed),
      chance_(seed),
      manners_(std::move(manners)),
      usual_manners_(manners_),
      send_(std::move(send)) {}

void Desk::reset() {
    cases_.clear();
    later_mails_.clear();
    manners_ = usual_manners_;
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
    if (const auto known = case_of(message_id, mail)) {
        if (known->first) follow_up(*known->second, mail, std::move(reading));
        return;
    }
    auto& request = cases_[message_id];
    request.manner = manners_.of(reading.country != nullptr ? reading.country->code : "");
    request.reading = std::move(reading);
    take_in(request, mail);
    begin(request);
}

/// The case that a mail belongs to; `first` is false for a mail that was read before.
std::optional<std::pair<bool, Desk::Case*>> Desk::case_of(
    const std::string& message_id, const Mail& mail
) {
    // The same mail twice is one case.
    if (const auto same = cases_.find(message_id); same != cases_.end())
        return std::pair{false, &same->second};
    if (const auto same = later_mails_.find(message_id); same != later_mails_.end())
        return std::pair{false, &cases_.at(same->second)};
    std::istringstream earlier(mail.header("references") + " " + mail.header("in-reply-to"));
    for (std::string id; earlier >> id;) {
        const auto later = later_mails_.find(id);
        const auto found = cases_.find(later == later_mails_.end() ? id : later->second);
        if (found == cases_.end()) continue;
        later_mails_[message_id] = found->first;
        return std::pair{true, &found->second};
    }
    return std::nullopt;
}

/// What an answer is addressed to, and the papers that came with the mail.
void Desk::take_in(Case& request, const Mail& mail) {
    for (const auto& attachment : mail.attachments)
        request.papers.insert(sha256_hex(attachment.bytes));
    const auto message_id = mail.header("message-id");
    const auto reply_to = mail.header("reply-to");
    const auto subject = mail.header("subject");
    request.reply.to = address_of(reply_to.empty() ? mail.header("from") : reply_to);
    request.reply.subject = subject.starts_with("Re: ") ? subject : "Re: " + subject;
    request.reply.in_reply_to = message_id;
    const auto earlier = mail.header("references");
    request.reply.references = earlier.empty() ? message_id : earlier + " " + message_id;
    request.reply.quoted = quoted(mail);
}

/// Asks back what a request lacks, or takes it into review.
void Desk::begin(Case& request) {
    const auto& read = request.reading;
    std::vector<std::string> missing;
    const auto lacks = [&](bool it_does, std::string_view what) {
        if (it_does) missing.push_back(says::name_of_lack(what, read.french));
    };
    lacks(read.country == nullptr, "country");
    lacks(read.numbers.empty(), "numbers");
    lacks(read.organisation_id != organisation_id_, "organisation");
    lacks(read.alternates == "unstated", "wish");
    lacks(
        request.papers.empty() && (read.country == nullptr || read.country->wants_documents),
        "documents"
    );
    if (request.manner == Manner::silent || request.manner == Manner::sleepy) {
        request.state = request.manner == Manner::silent ? "silent" : "asleep";
        return;
    }
    if (!missing.empty()) return answer(request, "question", says::lacks(missing, read.french));
    if (request.papers.size() < request.papers_wanted)
        return answer(request, "question", says::wants_one_more_paper(read.french));
    request.state = "in_review";
    const auto now = world_.clock.now();
    const auto day_count =
        review_days_min + static_cast<int>(chance_() % (review_days_max - review_days_min + 1));
    request.due = review_time_.count() > 0 ? now + review_time_ : add_business_days(now, day_count);
}

/// A second mail about a request: what was asked for, another choice, or a reminder.
void Desk::follow_up(Case& request, const Mail& mail, DeskReading reading) {
    take_in(request, mail);
    if (request.manner == Manner::silent || request.manner == Manner::puzzle) return;
    const bool asked = request.state == "question";
    if (asked) {
        // What the mail does not say again stands.
        auto& read = request.reading;
        if (reading.country != nullptr) read.country = reading.country;
        if (!reading.numbers.empty()) read.numbers = std::move(reading.numbers);
        if (!reading.organisation_id.empty())
            read.organisation_id = std::move(reading.organisation_id);
        if (reading.alternates != "unstated") read.alternates = std::move(reading.alternates);
    }
    if (request.manner == Manner::sleepy) request.manner = Manner::usual;
    if (asked || request.state == "asleep") return begin(request);
    const bool french = request.reading.french;
    if (request.state == "in_review")
        return answer(request, "in_review", says::still_at_it(french));
    if (request.state == "approved")
        answer(request, "approved", says::approved(request.given, french));
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

/// What a manner has the desk say before it would approve. @return whether it said something
bool Desk::has_its_manner(Case& request) {
    const auto& read = request.reading;
    const auto manner = std::exchange(request.manner, Manner::usual);
    if (manner == Manner::papers) {
        request.papers_wanted = request.papers.size() + 1;
        answer(request, "question", says::wants_one_more_paper(read.french));
    } else if (manner == Manner::puzzle) {
        request.manner = manner;
        answer(request, "puzzled", says::nonsense());
    } else if (manner == Manner::offers) {
        const auto& wish = read.numbers.front();
        numbers_.take(wish);
        std::vector<std::string> others;
        while (others.size() < offered_max) {
            auto other = numbers_.any_free(*read.country, type_of_number(*read.country, wish));
            if (other.empty()) break;
            if (std::ranges::find(others, other) == others.end())
                others.push_back(std::move(other));
        }
        answer(request, "question", says::gone_and_offers(wish, others, read.french));
    } else {
        return false;
    }
    return true;
}

void Desk::decide(const std::string& message_id, Case& request) {
    if (has_its_manner(request)) return;
    const bool french = request.reading.french;
    std::vector<std::string> gone;
    for (const auto& number : request.reading.numbers) {
        if (!numbers_.is_free(number)) gone.push_back(number);
    }
    if (!gone.empty() && request.reading.alternates == "ask_first") {
        return answer(request, "question", says::gone(gone, french));
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
    answer(request, "approved", says::approved(request.given, french));
}

bool Desk::refuse(const std::string& number, const std::string& reason) {
    for (auto& [message_id, request] : cases_) {
        const auto& wanted = request.reading.numbers;
        if (request.state != "in_review" || std::ranges::find(wanted, number) == wanted.end())
            continue;
        answer(request, "refused", says::declined(reason, request.reading.french));
        return true;
    }
    return false;
}

void Desk::describe(const std::string& message_id, json::object& line) const {
    const auto later = later_mails_.find(message_id);
    const auto found = cases_.find(later == later_mails_.end() ? message_id : later->second);
    if (found == cases_.end()) return;
    const auto& request = found->second;
    if (later != later_mails_.end()) line["follows"] = later->second;
    line["state"] = request.state;
    line["replies"] = to_array(request.sent);
    line["given"] = to_array(request.given);
    if (request.state == "in_review") line["due"] = to_iso8601(request.due);
}

}  // namespace porteur::sim
