// SPDX-License-Identifier: Apache-2.0
#include "domain/mail_rules.hpp"

#include <algorithm>

#include <porteur/phrase.hpp>

namespace porteur {
namespace {

std::string text_of_state(OrderState state) { return boost::describe::enum_to_string(state, ""); }

bool hurry(Order& order, Instant now) {
    if (order.stage != Stage::follow || order.open_operation != 0 || !order.due ||
        *order.due <= now)
        return false;
    order.due = now;
    return true;
}

json::object object_from(const std::string& text) {
    auto parsed = parse_json(text);
    return parsed && parsed->is_object() ? std::move(parsed->get_object()) : json::object{};
}

/// Whether the mail speaks of every number of the order, or of none by name.
bool about_the_whole(const Order& order, const MailReading& reading) {
    if (reading.numbers.empty()) return true;
    const auto request = object_from(order.request);
    const auto* numbers = request.if_contains("numbers");
    if (!numbers) return true;
    const auto ours = from_json<std::vector<PhoneNumber>>(*numbers);
    return ours && std::ranges::all_of(*ours, [&](const PhoneNumber& each) {
               return std::ranges::find(reading.numbers, each) != reading.numbers.end();
           });
}

/// The plugin's next check is told what the mail said, under "mail" in what it had kept: it decides whom to
/// remind, and which numbers to look for. That proves nothing by itself.
void keep_reading(json::object& progress, const MailReading& reading) {
    auto& keep = progress["keep"];
    if (!keep.is_object()) keep = json::object{};
    keep.get_object()["mail"] = json::object{
        {"alternates", to_json(reading.alternates)},
        {"numbers", to_json(reading.numbers)},
        {"state", text_of_state(*reading.state)}
    };
}

/// What the carrier would have said, had it been asked: the last progress with what the mail
/// changes.
std::string progress_from(const Order& order, const MailReading& reading) {
    auto progress = object_from(order.progress);
    progress["carrier_id"] = order.carrier_id;
    progress["state"] = text_of_state(*reading.state);
    progress["carrier_word"] =
        reading.rejections.empty() ? reading.note : reading.rejections.front().text;
    progress["note"] = reading.note;
    progress["rejections"] = to_json(reading.rejections);
    if (order.stage == Stage::follow && !progress.contains(word_before_mail_key))
        progress[word_before_mail_key] = text_of_state(order.state);
    if (order.kind == OrderKind::purchase) progress["alternates"] = to_json(reading.alternates);
    keep_reading(progress, reading);
    if (auto* numbers = progress.if_contains("numbers"); numbers && numbers->is_array())
        for (auto& each : numbers->get_array())
            if (each.is_object()) each.get_object()["state"] = text_of_state(*reading.state);
    return canonical(progress);
}

/// The carrier's word by mail, folded as the outcome of a check is.
OrderChange folded(
    const Order& order, const MailReading& reading, Instant now, const Rhythm& rhythm, const Known& known
) {
    auto asked = order;
    asked.stage = Stage::follow;
    return after_operation(
        asked,
        {.operation = "read_mail",
         .done = true,
         .output = progress_from(order, reading),
         .error = {}},
        now, 0, rhythm, known
    );
}

}  // namespace

MailOutcome after_mail(
    const Order& order, const MailNews& news, Instant now, const Rhythm& rhythm
) {
    MailOutcome outcome{.change = {.order = order, .entries = {}}, .waits_for_person = false};
    auto& entries = outcome.change.entries;
    const json::object data{
        {"mail", id_text(news.mail)},
        {"matched_by", news.matched_by},
        {"sender", news.sender},
        {"sender_expected", news.sender_expected}
    };
    if (!news.told_before)
        entries.push_back(entry(
            order, now, news.source, "mail.received",
            news.sender_expected
                ? phrase("a mail from {1} came in: {2:text}", quoted(news.sender, 100), news.reason)
                : phrase(
                      "a mail from {1}, which is no address of the carrier, came in: {2:text}", quoted(news.sender, 100),
                      news.reason
                  ),
            canonical(data)
        ));
    // The reading itself stays sealed with the mail: it may hold the mail's own words.
    const auto read = [&](std::string text) {
        entries.push_back(entry(
            order, now, order.account, "mail.read", std::move(text),
            canonical(json::object{{"mail", id_text(news.mail)}})
        ));
    };
    const auto finish = [&]() -> MailOutcome {
        auto& next = outcome.change.order;
        hurry(next, now);
        next.updated = now;
        ++next.version;
        return std::move(outcome);
    };
    if (is_end(order.state)) return finish();
    if (!news.unread.empty()) {
        read(phrase("the plugin could not read it: {1:text}", news.unread));
        outcome.waits_for_person = true;
        return finish();
    }
    if (!news.reading) {
        // Nobody reads it but a person, unless the carrier can be asked what it means.
        outcome.waits_for_person = !news.can_check && !news.from_machine;
        return finish();
    }
    const auto& reading = *news.reading;
    // What the plugin says of it stands at the end.
    const auto with_note = [&](std::string text) {
        return reading.note.empty() ? text : std::move(text) + "; " + reading.note;
    };
    if (!reading.about.empty() && reading.about != order.reference && !news.word_taken) {
        read(with_note(phrase("it names the order {1}, not this one; nothing of it was taken", quoted(reading.about, 80))));
        outcome.waits_for_person = true;
        return finish();
    }
    if (!reading.state) {
        read(with_note(phrase("the plugin makes nothing of it")));
        outcome.waits_for_person = !news.from_machine;
        return finish();
    }
    const auto said = text_of_state(*reading.state);
    if (*reading.state == order.state && reading.rejections.empty()) {
        read(with_note(phrase("it says {1:state}, as is known", said)));
        return finish();
    }
    if (is_end(*reading.state) && news.can_check && !news.word_taken) {
        read(with_note(phrase("it says {1:state}; the carrier's own records decide, and are asked", said)));
        if (news.sender_expected && order.stage == Stage::follow && order.open_operation == 0) {
            auto progress = object_from(order.progress);
            keep_reading(progress, reading);
            outcome.change.order.progress = canonical(progress);
        }
        return finish();
    }
    const bool trusted = news.word_taken || (reading.certain && news.sender_expected &&
                                             about_the_whole(order, reading));
    // While the order is on its way out, or being called off, what comes of that decides.
    const bool under_way =
        order.open_operation != 0 || (order.stage != Stage::follow && order.stage != Stage::none &&
                                      order.delivery != Delivery::in_doubt);
    if (!trusted || under_way) {
        read(with_note(
            under_way ? phrase("the plugin reads {1:state} in it; not taken while an operation is under way", said)
                      : phrase("the plugin reads {1:state} in it; a person decides", said)
        ));
        outcome.waits_for_person = true;
        return finish();
    }
    read(with_note(news.word_taken ? phrase("it says {1:state}, as {2} confirms", said, news.source) : phrase("it says {1:state}", said)));
    auto change = folded(order, reading, now, rhythm, news.known);
    std::ranges::move(change.entries, std::back_inserter(entries));
    outcome.change.order = std::move(change.order);
    return outcome;
}

OrderChange after_bounce(const Order& order, const BounceNews& news, Instant now) {
    OrderChange change{.order = order, .entries = {}};
    auto& next = change.order;
    next.updated = now;
    ++next.version;
    const auto text =
        news.diagnostic.empty()
            ? phrase("the mail to {1} did not arrive", quoted(news.recipient, 100))
            : phrase("the mail to {1} did not arrive: {2}", quoted(news.recipient, 100), quoted(news.diagnostic, 300));
    change.entries.push_back(entry(
        order, now, "mail", "mail.bounced", text,
        canonical(json::object{{"mail", id_text(news.mail)}, {"recipient", news.recipient}})
    ));
    if (!news.carried_order || order.open_operation != 0 || is_end(order.state)) return change;
    next.delivery = Delivery::waiting_for_person;
    next.due.reset();
    next.problem = text;
    const bool unheard = order.state == OrderState::draft || order.state == OrderState::submitted ||
                         order.state == OrderState::in_review;
    if (!unheard) return change;
    // The carrier never had it: mended and sent again, it is a new attempt.
    next.state = OrderState::exception;
    next.stage = Stage::none;
    change.entries.push_back(entry(
        order, now, "mail",
        boost::describe::enum_to_string(order.kind, "") + std::string(".state_changed"),
        phrase("{1:state} -> exception: it never reached the carrier", text_of_state(order.state)),
        canonical(json::object{
            {"carrier_id", order.carrier_id},
            {"carrier_word", ""},
            {"from", text_of_state(order.state)},
            {"to", "exception"}
        })
    ));
    return change;
}

}  // namespace porteur
