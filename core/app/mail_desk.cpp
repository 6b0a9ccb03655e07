// SPDX-License-Identifier: Apache-2.0
#include "app/mail_desk.hpp"

#include <algorithm>

#include <boost/asio/use_awaitable.hpp>

#include <porteur/phrase.hpp>
#include <porteur/json.hpp>

#include "api/services.hpp"
#include "app/logging.hpp"
#include "engine/query.hpp"

namespace porteur {
namespace {

namespace asio = boost::asio;

std::unexpected<Error> coded(std::string_view code, std::string message) {
    return std::unexpected(Error{
        .kind = ErrorKind::invalid_input, .message = std::move(message), .code = std::string(code)
    });
}

bool has_operation(const AccountView& view, std::string_view name) {
    return std::ranges::find(view.descriptor->operations, name, &OperationSpec::name) !=
           view.descriptor->operations.end();
}

MailText text_for_plugin(const ReceivedMail& read) {
    MailText text;
    text.from = read.from.address;
    text.subject = read.subject;
    text.text = read.text;
    if (!read.in_reply_to.empty()) text.in_reply_to = read.in_reply_to.front();
    for (const auto& file : read.files) {
        DocumentRef about;
        about.name = file.name;
        about.content_type = file.content_type;
        about.size = static_cast<std::int64_t>(file.bytes.size());
        text.attachments.push_back(std::move(about));
    }
    return text;
}

}  // namespace

CarrierDomains MailDesk::carrier_domains() const {
    CarrierDomains out;
    for (const auto& [name, account] : parts_.accounts.all()) {
        auto& domains = out[name];
        const auto& spec = account->descriptor->mail;
        domains.insert(spec.domains.begin(), spec.domains.end());
        for (const auto& address : spec.addresses) domains.insert(domain_of(address));
        for (const auto& address : account->configured.mail_to) domains.insert(domain_of(address));
    }
    return out;
}

Async<Result<void>> MailDesk::commit(Commit made) {
    return asio::async_initiate<const asio::use_awaitable_t<>, void(Result<void>)>(
        [this](auto handler, Commit taken) {
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            parts_.store.commit(std::move(taken), [shared](Result<void> done) {
                std::move (*shared)(std::move(done));
            });
        },
        asio::use_awaitable, std::move(made)
    );
}

Async<Result<InboxMail>> MailDesk::take(InboxMail mail) {
    mail.id = parts_.engine.new_id();
    mail.received = mail.updated = parts_.clock.now();
    if (mail.order != 0) {
        auto told = co_await tell({.mail = mail, .is_new = true, .by = {}, .remember = {}});
        if (told) co_return told;
        const bool later = told.error().kind == ErrorKind::unavailable;
        mail.state = later ? "taken" : "waiting";
        if (!later) {
            mail.order = 0;
            mail.reason = told.error().message;
        }
    } else {
        mail.state = "waiting";
    }
    Commit made;
    made.new_received.push_back(mail);
    // An order at work may be asking just now what became of its mail: a bounce is the answer.
    if (auto ours = bounced_now(mail)) made.bounced_mails.push_back(std::move(*ours));
    if (auto done = co_await commit(std::move(made)); !done)
        co_return std::unexpected(std::move(done).error());
    co_return mail;
}

Async<void> MailDesk::tell_taken() {
    const auto taken =
        parts_.store.received_mails({.tenant = {}, .state = "taken", .order = 0}, 0, 100);
    if (!taken) co_return;
    for (const auto& each : *taken) {
        auto whole = parts_.store.received_mail(each.id);
        if (!whole || !*whole) continue;
        (void)co_await tell({.mail = std::move(**whole), .is_new = false, .by = {}, .remember = {}}
        );
    }
}

Async<Result<InboxMail>> MailDesk::tell(Telling telling) {
    const Id id = telling.mail.id;
    if (!at_work_.insert(id).second)
        co_return failure(
            ErrorKind::unavailable,
            phrase("mail {1} is being worked on; try again in a moment", id_text(id))
        );
    struct Release {
        std::set<Id>& at_work;
        Id id;
        ~Release() { at_work.erase(id); }
    } const release{at_work_, id};
    co_return co_await tell_once(std::move(telling));
}

/// What the account's plugin reads in the mail.
Async<void> MailDesk::read_by_plugin(const Order& order, const ReceivedMail& read, MailNews& news) {
    const auto view = parts_.accounts.find(order.account);
    if (!view) co_return;
    news.can_check =
        has_operation(*view, order.kind == OrderKind::port ? "check_port" : "check_purchase");
    news.plugin_reads = has_operation(*view, "read_mail") && !read.bounce;
    if (!news.plugin_reads) co_return;
    auto said = co_await ask(
        view, parts_.performer, parts_.clock, parts_.chance, parts_.engine.new_id(), order.account,
        "read_mail", to_text(text_for_plugin(read)), parts_.clock.now() + std::chrono::seconds(10)
    );
    if (!said) {
        news.unread = said.error().message;
        co_return;
    }
    auto reading = from_text<MailReading>(*said);
    if (reading)
        news.reading = std::move(*reading);
    else
        news.unread = reading.error().message;
}

/// The mail of ours that did not arrive, if that is what this one tells.
Result<std::optional<OutboxMail>> MailDesk::bounced(
    const Order& order, const ReceivedMail& read, BounceNews& news
) {
    if (!read.bounce || !read.delivery_status || !read.delivery_status->failed())
        return std::optional<OutboxMail>{};
    auto ours = parts_.store.mail_by_message_id(read.delivery_status->message_id());
    if (!ours || !*ours || (*ours)->order != order.id)
        return ours ? std::optional<OutboxMail>{} : ours;
    const auto written_to = from_text<std::vector<std::string>>((*ours)->recipients)
                                .value_or(std::vector<std::string>{});
    const auto is_carrier = [&](const std::string& address) {
        return std::ranges::find(written_to, address) != written_to.end();
    };
    bool to_carrier = false;
    for (const auto& each : read.delivery_status->recipients) {
        if (each.action != "failed" || to_carrier) continue;
        to_carrier = is_carrier(each.original_recipient) || is_carrier(each.final_recipient);
        news.recipient = is_carrier(each.original_recipient) || each.final_recipient.empty()
                             ? each.original_recipient
                             : each.final_recipient;
        news.diagnostic = each.status + (each.diagnostic.empty() ? "" : " " + each.diagnostic);
    }
    // Only the mail by which the present attempt left: an older one's bounce comes too late to
    // matter.
    const auto operations = parts_.store.operations_of(order.id);
    if (!operations) return std::unexpected(operations.error());
    Id newest = 0;
    for (const auto& each : *operations)
        if (each.name == "submit_port" || each.name == "purchase") newest = each.id;
    news.carried_order = to_carrier && newest == (*ours)->operation;
    (*ours)->bounce = news.recipient + ": " + news.diagnostic;
    return ours;
}

/// The same for a mail whose order is told later; nothing where that cannot be said now.
std::optional<OutboxMail> MailDesk::bounced_now(const InboxMail& mail) {
    if (mail.state != "taken") return std::nullopt;
    const auto read = read_mail(mail.raw);
    const auto order = parts_.store.order(mail.order);
    if (!read || !order || !*order) return std::nullopt;
    BounceNews news;
    auto ours = bounced(**order, *read, news);
    return ours ? std::move(*ours) : std::nullopt;
}

Async<Result<InboxMail>> MailDesk::tell_once(Telling telling) {
    auto found = parts_.store.order(telling.mail.order);
    if (!found) co_return std::unexpected(std::move(found).error());
    if (!*found)
        co_return coded(not_found_code, phrase("there is no order {1}", id_text(telling.mail.order)));
    const auto& order = **found;

    // Bytes that cannot be read stay with a person; what can be said of them stands in the row.
    const auto read = read_mail(telling.mail.raw);
    const auto domains = carrier_domains();
    const auto domain = domain_of(telling.mail.sender);
    const auto mails_from = [&](const std::string& account) {
        const auto at = domains.find(account);
        return at != domains.end() && at->second.contains(domain);
    };
    MailNews news;
    news.mail = telling.mail.id;
    news.sender = telling.mail.sender;
    news.matched_by = telling.mail.matched_by;
    news.reason = telling.mail.reason;
    news.sender_expected = mails_from(order.account) || mails_from(order.losing_account);
    news.word_taken = telling.take_word;
    news.told_before = telling.told_before;
    news.known = parts_.engine.known();
    if (!telling.by.empty()) news.source = telling.by;
    BounceNews bounce{
        .mail = telling.mail.id, .recipient = {}, .diagnostic = {}, .carried_order = false
    };
    std::optional<OutboxMail> ours;
    if (read) {
        news.from_machine = read->from_machine();
        auto failed = bounced(order, *read, bounce);
        if (!failed) co_return std::unexpected(std::move(failed).error());
        ours = std::move(*failed);
        if (!ours) co_await read_by_plugin(order, *read, news);
    }

    const auto shared = std::make_shared<InboxMail>(std::move(telling.mail));
    if (news.reading) shared->reading = to_text(*news.reading);
    OrderWish wish;
    wish.by_person = false;
    wish.change = [this, shared, news, bounce, is_bounce = ours.has_value(),
                   by = telling.by](const Order& now_order) -> Result<OrderChange> {
        const auto now = parts_.clock.now();
        shared->tenant = now_order.tenant;
        shared->updated = now;
        if (is_bounce) {
            shared->state = by.empty() ? "matched" : "settled";
            return after_bounce(now_order, bounce, now);
        }
        auto outcome = after_mail(now_order, news, now, parts_.rhythm);
        // A person who assigned it has read it; what the plugin reads in it is still theirs to
        // decide.
        const bool undecided =
            outcome.waits_for_person &&
            (by.empty() || (news.reading && news.reading->state && !news.told_before));
        shared->state = undecided ? "waiting" : by.empty() ? "matched" : "settled";
        return std::move(outcome.change);
    };
    wish.beside = [shared, ours, is_new = telling.is_new, remember = telling.remember] {
        Commit made;
        (is_new ? made.new_received : made.changed_received).push_back(*shared);
        if (ours) made.bounced_mails.push_back(*ours);
        if (remember)
            if (auto record = remember(*shared)) made.keys.push_back(std::move(*record));
        return made;
    };
    auto done = co_await parts_.engine.change(order.id, std::move(wish));
    if (!done) co_return std::unexpected(std::move(done).error());
    co_return std::move(*shared);
}

Result<InboxMail> MailDesk::waiting(Id id, std::int64_t tenant) {
    auto found = parts_.store.received_mail(id);
    if (!found) return std::unexpected(std::move(found).error());
    if (!*found || (*found)->tenant != tenant)
        return coded(not_found_code, phrase("there is no mail {1}", id_text(id)));
    if ((*found)->state != "waiting")
        return coded(
            conflict_code,
            phrase("mail {1} is {2:mail_state}; it does not wait for a person", id_text(id), (*found)->state)
        );
    return std::move(**found);
}

Async<Result<InboxMail>> MailDesk::assign(
    Id id, std::int64_t tenant, Id order, bool take_word, std::string by, RememberMail remember
) {
    auto mail = waiting(id, tenant);
    if (!mail) co_return mail;
    if (mail->raw.empty())
        co_return coded(
            conflict_code,
            phrase(
                "mail {1} was left at the server, so nobody here can read it; look there, then dismiss it", id_text(id)
            )
        );
    const auto found = parts_.store.order(order);
    if (!found) co_return std::unexpected(found.error());
    if (!*found || (*found)->tenant != tenant)
        co_return coded(not_found_code, "/order: " + phrase("there is no order {1}", id_text(order)));
    const bool told_before = mail->order == order;
    if (!told_before) {
        mail->order = order;
        mail->matched_by = "person";
        mail->reason = phrase("{1} assigned it", by);
    }
    co_return co_await tell(
        {.mail = std::move(*mail),
         .is_new = false,
         .take_word = take_word,
         .told_before = told_before,
         .by = std::move(by),
         .remember = std::move(remember)}
    );
}

Async<Result<InboxMail>> MailDesk::dismiss(
    Id id, std::int64_t tenant, std::string by, RememberMail remember
) {
    auto mail = waiting(id, tenant);
    if (!mail) co_return mail;
    if (at_work_.contains(id))
        co_return failure(
            ErrorKind::unavailable,
            phrase("mail {1} is being worked on; try again in a moment", id_text(id))
        );
    mail->state = "settled";
    mail->updated = parts_.clock.now();
    const auto beside = [mail = *mail, remember] {
        Commit made;
        made.changed_received.push_back(mail);
        if (remember)
            if (auto record = remember(mail)) made.keys.push_back(std::move(*record));
        return made;
    };
    if (mail->order == 0) {
        if (auto done = co_await commit(beside()); !done)
            co_return std::unexpected(std::move(done).error());
        co_return mail;
    }
    OrderWish wish;
    wish.by_person = false;
    wish.change = [this, id, by](const Order& order) -> Result<OrderChange> {
        OrderChange change{.order = order, .entries = {}};
        ++change.order.version;
        change.entries.push_back(entry(
            order, parts_.clock.now(), by, "mail.dismissed",
            phrase("{1} has read the mail; nothing was taken from it", by),
            canonical(json::object{{"mail", id_text(id)}})
        ));
        return change;
    };
    wish.beside = beside;
    if (auto done = co_await parts_.engine.change(mail->order, std::move(wish)); !done)
        co_return std::unexpected(std::move(done).error());
    co_return mail;
}

}  // namespace porteur
