// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/thread_pool.hpp>

#include "app/accounts.hpp"
#include "app/documents.hpp"
#include "engine/interfaces.hpp"
#include "mail/message.hpp"
#include "mail/message_id.hpp"
#include "mail/smtp_pool.hpp"

namespace porteur {

/// Performs mail effects. The mail's bytes are frozen in the outbox before the first try; its phases are
/// written there, so that after a crash it is known whether the mail may have left.
/// @threads  the engine's; the sending itself happens on threads of its own
class MailPerformer {
public:
    MailPerformer(Store& store, const paper::DocumentFolder& documents, Clock& clock, Chance& chance,
                  std::optional<MailSection> settings, ReplyKey key);
    ~MailPerformer();

    Async<Performed> perform(EffectContext context, Effect effect);
    /// What the outbox knows of a mail whose outcome is not in the journal.
    Async<std::optional<Performed>> recall(EffectContext context, Effect effect);
    /// Looks for the mail's copy in the archive, where one is configured.
    Async<Proof> prove(EffectContext context, Effect effect);
    void reload(std::optional<MailSection> settings) { settings_ = std::move(settings); }

private:
    /// So many mails are on their way at once: each waits for its phases to reach the disk, and together they
    /// share that wait.
    static constexpr std::size_t senders = 8;

    void join_thread(const EffectContext& context, std::uint32_t seq, OutgoingMail& mail);
    Result<OutboxMail> write(const EffectContext& context, const Effect& effect);
    Async<Result<void>> commit(Commit made);
    Async<Performed> send(OutboxMail mail, std::uint32_t seq);
    Async<void> note_taken();
    Result<SmtpSettings> smtp() const;

    Store& store_;
    const paper::DocumentFolder& documents_;
    Clock& clock_;
    Chance& chance_;
    std::optional<MailSection> settings_;
    ReplyKey key_;
    /// Mails that a server has, of which the store could not take that word: this process knows, whatever the outbox says.
    std::vector<OutboxMail> taken_unnoted_;
    std::stop_source stop_;
    SmtpPool links_;
    boost::asio::thread_pool sender_{senders};
};

}  // namespace porteur
