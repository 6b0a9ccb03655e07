// SPDX-License-Identifier: Apache-2.0
#include "app/mail_performer.hpp"

#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <porteur/phrase.hpp>
#include <porteur/json.hpp>

#include "access/token.hpp"
#include "app/archive_look.hpp"
#include "app/logging.hpp"
#include "domain/crash_point.hpp"
#include "mail/address.hpp"
#include "settings/secret.hpp"

namespace porteur {
namespace {

namespace asio = boost::asio;

Performed failed(std::uint32_t seq, const Error& error) {
    return {.completion = {seq, error.kind, canonical(json::object{{"code", error.code}, {"message", error.message}}), {}},
            .lost = error.kind == ErrorKind::in_doubt, .retry_after = error.retry_after};
}

Performed sent(std::uint32_t seq, const OutboxMail& mail) {
    return {.completion = {seq, ErrorKind::none,
                           canonical(json::object{{"message_id", mail.message_id}, {"reply", mail.reply}}), {}}};
}

/// A bounce of the copy to the archive says nothing about the carrier.
bool bounced_at_carrier(const OutboxMail& mail) {
    const auto address = mail.bounce.substr(0, mail.bounce.find(": "));
    const auto written_to = from_text<std::vector<std::string>>(mail.recipients);
    return !mail.bounce.empty() && written_to && std::ranges::find(*written_to, address) != written_to->end();
}

bool is_mail_of(const OutboxMail& mail, Id operation, std::int64_t seq) { return mail.operation == operation && mail.seq == seq; }

bool may_write_to(const Account& account, const std::string& address) {
    const auto& allowed = account.descriptor->mail;
    const auto at = address.rfind('@');
    const auto domain = at == address.npos ? std::string() : address.substr(at + 1);
    const auto has = [](const std::vector<std::string>& list, const std::string& one) {
        return std::ranges::find(list, one) != list.end();
    };
    return has(allowed.addresses, address) || has(allowed.domains, domain) || has(account.configured.mail_to, address);
}

}  // namespace

MailPerformer::MailPerformer(Store& store, const paper::DocumentFolder& documents, Clock& clock, Chance& chance,
                             std::optional<MailSection> settings, ReplyKey key)
    : store_(store), documents_(documents), clock_(clock), chance_(chance), settings_(std::move(settings)), key_(key) {}

MailPerformer::~MailPerformer() {
    stop_.request_stop();
    sender_.join();
}

Async<Result<void>> MailPerformer::commit(Commit made) {
    return asio::async_initiate<const asio::use_awaitable_t<>, void(Result<void>)>(
        [this](auto handler, Commit taken) {
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            store_.commit(std::move(taken), [shared](Result<void> done) { std::move (*shared)(std::move(done)); });
        },
        asio::use_awaitable, std::move(made)
    );
}

Result<SmtpSettings> MailPerformer::smtp() const {
    if (!settings_ || !settings_->smtp)
        return failure(ErrorKind::unavailable, "no mail server is configured; add [mail.smtp] to porteur.toml");
    const auto& from = *settings_->smtp;
    SmtpSettings out;
    out.server = {.host = from.host, .port = from.port, .security = from.security, .ca_file = from.ca_file.string()};
    out.user = from.user;
    if (from.password) {
        auto password = read_secret(from.password);
        if (!password) return std::unexpected(std::move(password).error());
        out.password = std::move(*password);
    }
    out.client_name = settings_->domain.empty() ? "localhost" : settings_->domain;
    return out;
}

/// Puts the mail into the thread that its order has with the same people: their program, and they, then
/// see it below what was written before. What cannot be read of that is left out: a mail without it is
/// still the right mail.
void MailPerformer::join_thread(const EffectContext& context, std::uint32_t seq, OutgoingMail& mail) {
    static constexpr std::size_t kept_max = 20;
    static constexpr int answers_max = 50;
    // Most mails are their order's first, and those ask the store as little as possible.
    const auto operations = store_.operations_of(context.order);
    const bool first_operation = operations && operations->size() <= 1;
    bool wrote_before = !first_operation;
    for (std::uint32_t before = 1; before < seq && !wrote_before; ++before)
        wrote_before = store_.mail(context.operation, before).value_or(std::nullopt).has_value();
    if (!wrote_before) return;
    std::vector<std::pair<Instant, std::string>> thread;
    const auto is_written_to = [&](std::string_view address) {
        return std::ranges::any_of(mail.to, [&](const Mailbox& to) { return to.address == address; });
    };
    if (const auto ours = store_.mails_of(context.order))
        for (const auto& each : *ours) {
            const auto to = from_text<std::vector<std::string>>(each.recipients);
            const bool left = each.phase == "data_sent" || each.phase == "accepted";
            if (left && to && !bounced_at_carrier(each) && std::ranges::any_of(*to, is_written_to))
                thread.emplace_back(each.updated, each.message_id);
        }
    if (thread.empty()) return;
    if (const auto theirs = store_.received_mails({.tenant = context.tenant, .state = {}, .order = context.order}, 0, answers_max))
        for (const auto& each : *theirs) {
            const auto is_from_there = [&](const Mailbox& to) { return domain_of(to.address) == domain_of(each.sender); };
            // Foreign text: what is no message id would keep our mail from being written at all.
            if (std::ranges::any_of(mail.to, is_from_there) && check_message_id(each.message_id, "message_id"))
                thread.emplace_back(each.received, each.message_id);
        }
    std::ranges::sort(thread);
    for (std::size_t at = thread.size() > kept_max ? thread.size() - kept_max : 0; at < thread.size(); ++at)
        mail.references.push_back(thread[at].second);
    mail.in_reply_to = thread.back().second;
}

/// Renders the mail, once and for all.
Result<OutboxMail> MailPerformer::write(const EffectContext& context, const Effect& effect) {
    if (!settings_) return failure(ErrorKind::unavailable, "no mail is configured; add [mail] to porteur.toml");
    const auto& account = static_cast<const Account&>(*context.view);
    auto head = parse_json(effect.head);
    if (!head) return std::unexpected(std::move(head).error());
    struct Attached {
        std::string id, name;
    };
    OutgoingMail mail;
    json::array recipients;
    try {
        const auto& object = head->as_object();
        for (const auto& each : object.at("to").as_array()) {
            const std::string address(each.as_string());
            if (!may_write_to(account, address))
                return failure(ErrorKind::invalid_input, phrase("the plugin may not write to {1}; add it to mail_to of the account if it should",
                                                               quoted(address)));
            mail.to.push_back({.name = {}, .address = address});
            recipients.push_back(each);
        }
        mail.subject = object.at("subject").as_string();
        if (const auto* html = object.if_contains("html")) mail.html = html->as_string();
        if (const auto* files = object.if_contains("documents"))
            for (const auto& each : files->as_array()) {
                const std::string id(each.at("id").as_string());
                auto found = read_document(store_, documents_, id);
                if (!found) return std::unexpected(std::move(found).error());
                std::string name(each.at("name").as_string());
                mail.files.push_back({.name = name.empty() ? found->about.name : std::move(name),
                                      .content_type = found->about.content_type, .bytes = std::move(found->bytes)});
            }
    } catch (const std::exception& wrong) {
        return failure(ErrorKind::invalid_input, phrase("the mail's head is not as agreed: {1}", wrong.what()));
    }
    std::uint64_t random = 0;
    for (const char byte : chance_.random_bytes(8)) random = random << 8 | static_cast<unsigned char>(byte);
    const auto domain = settings_->domain.empty() ? settings_->from.address.substr(settings_->from.address.rfind('@') + 1)
                                                  : settings_->domain;
    auto id = make_message_id({.order = id_text(context.order), .step = effect.step,
                               .epoch = static_cast<std::uint32_t>(context.attempt), .random = random, .domain = domain});
    if (!id) return std::unexpected(std::move(id).error());
    mail.message_id = *id;
    mail.date = std::chrono::floor<std::chrono::seconds>(clock_.now());
    mail.from = {.name = settings_->from.name, .address = settings_->from.address};
    mail.text = effect.body;
    const auto token = reply_token(id_text(context.order), key_);
    if (auto reply = reply_address(settings_->from.address, token)) mail.reply_to = *reply;
    join_thread(context, effect.seq, mail);
    auto mime = render_mail(mail);
    if (!mime) return std::unexpected(std::move(mime).error());
    OutboxMail out;
    out.operation = context.operation;
    out.seq = effect.seq;
    out.tenant = context.tenant;
    out.order = context.order;
    out.message_id = mail.message_id;
    out.phase = "ready";
    out.recipients = canonical(recipients);
    out.hash = blake2b_hex(*mime);
    out.mime = std::move(*mime);
    out.updated = clock_.now();
    out.reply_token = token;
    return out;
}

/// What the store refused to write about mails that their servers have is written now, if it takes it.
Async<void> MailPerformer::note_taken() {
    if (taken_unnoted_.empty()) co_return;
    // Others may come to it while the store writes these.
    const auto written = taken_unnoted_;
    Commit owed;
    owed.changed_mails = written;
    if (!co_await commit(std::move(owed))) co_return;
    for (const auto& each : written)
        std::erase_if(taken_unnoted_, [&](const OutboxMail& one) { return is_mail_of(one, each.operation, each.seq); });
}

Async<Performed> MailPerformer::perform(EffectContext context, Effect effect) {
    co_await note_taken();
    auto known = store_.mail(context.operation, effect.seq);
    if (!known) co_return failed(effect.seq, known.error());
    if (!*known) {
        auto made = write(context, effect);
        if (!made) co_return failed(effect.seq, made.error());
        Commit outbox;
        outbox.new_mails.push_back(*made);
        PORTEUR_CRASH_POINT("outbox.before_row");
        if (auto done = co_await commit(std::move(outbox)); !done)
            co_return failed(effect.seq, {.kind = ErrorKind::unavailable, .message = done.error().message});
        *known = std::move(*made);
        PORTEUR_CRASH_POINT("outbox.row_written");
    }
    if ((*known)->phase == "accepted") co_return sent(effect.seq, **known);
    co_return co_await send(std::move(**known), effect.seq);
}

Async<Performed> MailPerformer::send(OutboxMail mail, std::uint32_t seq) {
    auto server = smtp();
    if (!server) co_return failed(seq, server.error());
    ::porteur::Envelope envelope;
    envelope.from = settings_->from.address;
    const auto recipients = from_text<std::vector<std::string>>(mail.recipients);
    if (!recipients) co_return failed(seq, recipients.error());
    envelope.to = *recipients;
    envelope.archive_copy = settings_->archive;
    envelope.envid = envelope_id_of(mail.message_id);
    ++mail.tries;

    // The sender's thread writes the phases itself and waits for each: data_sent must be on the disk
    // before the mail's first byte leaves.
    auto report = co_await asio::co_spawn(
        sender_,
        [](Store& store, SmtpPool& links, OutboxMail sending, SmtpSettings to, Envelope with, std::stop_token stop) -> Async<SmtpReport> {
            const auto observer = [&](SmtpPhase phase, std::string_view reply) -> Result<void> {
                PORTEUR_CRASH_POINT("outbox.before_phase");
                if (phase != SmtpPhase::data_sent && phase != SmtpPhase::accepted) return {};
                if (phase == SmtpPhase::data_sent && PORTEUR_HAS_DEFECT("data_sent_unrecorded")) return {};
                sending.phase = std::string(name_of(phase));
                sending.reply = std::string(reply);
                Commit made;
                made.changed_mails.push_back(sending);
                auto written = std::make_shared<std::promise<Result<void>>>();
                auto outcome = written->get_future();
                store.commit(std::move(made), [written](Result<void> done) { written->set_value(std::move(done)); });
                auto recorded = outcome.get();
                PORTEUR_CRASH_POINT("outbox.after_phase");
                if (recorded && phase == SmtpPhase::data_sent && !store.is_ours())
                    return failure(ErrorKind::unavailable, "it was not sent: another porteurd may hold the store by now");
                return recorded;
            };
            auto link = links.take();
            auto report = send_mail(to, with, sending.mime, observer, stop, link);
            links.give_back(std::move(link));
            co_return report;
        }(store_, links_, mail, std::move(*server), std::move(envelope), stop_.get_token()),
        asio::use_awaitable
    );
    mail.reply = report.reply;
    if (report.accepted()) {
        if (report.reached != SmtpPhase::accepted) {
            mail.phase = name_of(SmtpPhase::accepted);
            taken_unnoted_.push_back(mail);
        }
        log_info("mail of order " + id_text(mail.order) + " accepted: " + mail.reply);
        co_return sent(seq, mail);
    }
    co_return failed(seq, *report.error);
}

Async<Proof> MailPerformer::prove(EffectContext context, Effect effect) {
    constexpr int looks_max = 3;
    auto known = store_.mail(context.operation, effect.seq);
    if (!known || !*known) co_return Proof{};
    auto& mail = **known;
    if (bounced_at_carrier(mail))
        co_return Proof{.completion = failed(effect.seq, {.kind = ErrorKind::rejected, .message = phrase("the mail did not arrive: {1:text}", mail.bounce)}).completion,
                        .told = phrase("a bounce came back, so it did not arrive: {1:text}", mail.bounce)};
    if (!settings_ || settings_->archive.empty() || !settings_->archive_pop3) co_return Proof{};
    const auto archive = *settings_->archive_pop3;
    std::string trouble;
    for (int look = 1; look <= looks_max; ++look) {
        if (look > 1) co_await clock_.sleep_until(clock_.now() + archive.poll_interval);
        auto found = co_await asio::co_spawn(
            sender_,
            [](Pop3Server server, std::string message_id, std::stop_token stop) -> Async<Result<bool>> {
                co_return is_in_archive(server, message_id, stop);
            }(archive, mail.message_id, stop_.get_token()),
            asio::use_awaitable
        );
        if (!found) {
            trouble = found.error().message;
            continue;
        }
        if (!*found) {
            trouble.clear();
            continue;
        }
        mail.phase = "accepted";
        mail.reply = phrase("its copy is in the archive {1} (look {2} of {3})", settings_->archive, look, looks_max);
        Commit made;
        made.changed_mails.push_back(mail);
        if (auto done = co_await commit(std::move(made)); !done) co_return Proof{.completion = {}, .told = done.error().message};
        co_return Proof{.completion = sent(effect.seq, mail).completion, .told = phrase("{1:text}, so the server accepted it", mail.reply)};
    }
    co_return Proof{.completion = {}, .told = trouble.empty() ? phrase("its copy is not in the archive after {1} looks; that proves nothing", looks_max)
                                                              : phrase("the archive could not be read: {1:text}", trouble)};
}

Async<std::optional<Performed>> MailPerformer::recall(EffectContext context, Effect effect) {
    const auto is_its = [&](const OutboxMail& mail) { return is_mail_of(mail, context.operation, effect.seq); };
    if (const auto taken = std::ranges::find_if(taken_unnoted_, is_its); taken != taken_unnoted_.end()) {
        auto done = sent(effect.seq, *taken);
        co_await note_taken();
        co_return done;
    }
    auto known = store_.mail(context.operation, effect.seq);
    if (!known) co_return std::nullopt;
    // No row: it was never written, so it never left. Before data_sent: likewise. It is sent now.
    if (!*known || ((*known)->phase != "data_sent" && (*known)->phase != "accepted"))
        co_return co_await perform(std::move(context), std::move(effect));
    if ((*known)->phase == "accepted") co_return sent(effect.seq, **known);
    co_return std::nullopt;
}

}  // namespace porteur
