// SPDX-License-Identifier: Apache-2.0
#include "desk.hpp"

#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "codes.hpp"
#include "follow_up.hpp"
#include "message.hpp"
#include "wire.hpp"

namespace thinktel {

using namespace porteur;
using namespace std::chrono;

namespace {

constexpr auto remind_every = days{1};
/// How long a ticket may say nothing new after the porting team was told.
constexpr auto patience = days{5};

/// What an unmoved ticket looks like.
std::string standing_of(const PortProgress& progress) {
    return progress.carrier_id + "|" + progress.carrier_word + "|" + to_text(progress.rejections);
}

/// Whether the order has ended at ThinkTel, so that there is nothing to ask for any more.
bool has_ended(const PortProgress& progress) {
    const auto meaning = meaning_of(progress.carrier_word);
    return meaning && meaning->ended && progress.state != OrderState::exception;
}

struct Desk {
    DeskTask task;
    Reason refused;        ///< when they will not
    OrderState meanwhile;  ///< until the ticket says something new
};

/// Has a person tell the porting team, and reads the ticket afterwards.
Op<PortProgress> have_told(
    OrderReference reference, PortProgress before, Desk desk, seconds check_again
) {
    auto answer = co_await manual("desk", desk.task.title, desk.task.text)
                      .choice("done")
                      .choice("new_ticket")
                      .choice("refused")
                      .remind_every(remind_every);
    if (answer.choice == "refused")
        fail(
            ErrorKind::rejected, desk.refused, "refused",
            "thinktel: " + phrase("ThinkTel's porting team refused") +
                (answer.text.empty() ? std::string()
                                     : ": " + quoted(masked_numbers(answer.text), 200))
        );
    if (answer.choice == "new_ticket") {
        // The other answers need no text, so that none could be required of this one.
        if (answer.text.empty())
            answer =
                co_await manual(
                    "desk-ticket", desk.task.title,
                    phrase("The number of the new ticket is missing. Answer new_ticket once more, "
                           "with the number that ThinkTel's porting team gave as the text.")
                )
                    .choice("new_ticket")
                    .text_required()
                    .remind_every(remind_every);
        reference.carrier_id = answer.text;
    }
    reference.kept["told"] = json::object{
        {"at", rfc3339(co_await now())},
        {"standing", standing_of(before)},
        {"state", boost::describe::enum_to_string(desk.meanwhile, "")}
    };
    auto after = co_await follow(reference, "after-", check_again);
    co_return after_telling(std::move(after), co_await now());
}

DeskSubject subject_of(
    const OrderReference& reference, const PortProgress& before, const AccountSettings& mine
) {
    return {
        reference.carrier_id,
        reference.reference,
        reference.numbers,
        before.carrier_word,
        text_at(reference.kept, "language"),
        mine.text("porting_team")
    };
}

}  // namespace

json::object kept_of(const PortOrder& order, const std::set<std::string>& tickets_before) {
    // What was sent, without what the order says itself and without the PIN's shape.
    auto sent = parse_json(to_brief_text(order)).value_or(json::object{});
    for (const auto* key : {"documents", "numbers", "pin", "reference", "attempt"})
        sent.as_object().erase(key);
    json::object kept{{"language", order.language == "fr" ? "fr" : "en"}, {"sent", sent}};
    json::array before;
    for (const auto& each : tickets_before) before.push_back(json::string(each));
    if (!before.empty()) kept["tickets_before"] = std::move(before);
    if (order.requested_date)
        kept["requested_date"] = json::string(iso_date(*order.requested_date));
    return kept;
}

std::set<std::string> tickets_before(const json::object& kept) {
    std::set<std::string> ids;
    const json::value all(kept);
    for (const auto& each : list_at(all, "tickets_before"))
        if (each.is_string()) ids.emplace(each.get_string());
    return ids;
}

bool was_told(const json::object& kept) { return kept.contains("told"); }

PortProgress after_telling(PortProgress ours, sys_seconds now) {
    const json::value told = value_at(ours.keep, "told");
    if (text_at(told, "standing") != standing_of(ours)) {
        ours.keep.erase("told");
        return ours;
    }
    const auto at = read_rfc3339(text_at(told, "at")).value_or(now);
    const bool cancelling = text_at(told, "state") == "cancel_pending";
    if (now - at < patience) {
        ours.state = cancelling ? OrderState::cancel_pending : OrderState::supplement_pending;
        ours.rejections.clear();
        ours.note = phrase(
            "ThinkTel's porting team was told; the ticket says {1} as before",
            quoted(ours.carrier_word)
        );
        return ours;
    }
    ours.state = OrderState::exception;
    ours.note = phrase(
        "ThinkTel's porting team was told five days ago, and the ticket says {1} as before; ask "
        "them again",
        quoted(ours.carrier_word)
    );
    if (ours.rejections.empty())
        ours.rejections.push_back(
            {cancelling ? Reason::cannot_cancel_now : Reason::cannot_change_now,
             ours.carrier_word,
             ours.note,
             {},
             {}}
        );
    return ours;
}

Op<PortProgress> supplement_port(Supplement supplement) {
    const auto mine = co_await account_settings();
    const seconds check_again{mine.number("check_every", 3600)};
    auto& reference = supplement.order;
    const auto before = co_await follow(reference, "before-", check_again);
    if (has_ended(before)) co_return before;

    auto subject = subject_of(reference, before, mine);
    if (!supplement.corrected.language.empty()) subject.language = supplement.corrected.language;
    json::value sent = value_at(reference.kept, "sent");
    if (!sent.is_object()) sent = json::object{};
    sent.as_object()["numbers"] = to_json(reference.numbers);
    const Desk desk{
        correction_task(subject, sent, supplement.corrected, supplement.fields),
        Reason::cannot_change_now, OrderState::supplement_pending
    };
    // From now on the corrected order is what was sent.
    auto kept = kept_of(supplement.corrected, tickets_before(reference.kept));
    reference.kept = std::move(kept);
    co_return co_await have_told(reference, before, desk, check_again);
}

Op<PortProgress> cancel_port(OrderReference reference) {
    const auto mine = co_await account_settings();
    const seconds check_again{mine.number("check_every", 3600)};
    const auto before = co_await follow(reference, "before-", check_again);
    if (has_ended(before) || before.state == OrderState::cancel_pending) co_return before;
    const Desk desk{
        cancellation_task(subject_of(reference, before, mine)), Reason::cannot_cancel_now,
        OrderState::cancel_pending
    };
    co_return co_await have_told(reference, before, desk, check_again);
}

}  // namespace thinktel
