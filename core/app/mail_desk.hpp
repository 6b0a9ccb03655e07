// SPDX-License-Identifier: Apache-2.0
#pragma once

// What becomes of a mail that came in: its row, the line on its order's timeline and the order's
// next look become durable in one commit. Orders are touched through the engine alone.

#include <map>
#include <set>

#include "app/accounts.hpp"
#include "domain/mail_rules.hpp"
#include "engine/engine.hpp"
#include "mail/reading.hpp"
#include "mail/threading.hpp"

namespace porteur {

/// Which domains the carrier of each account mails from: those of its plugin and of its mail_to.
using CarrierDomains = std::map<std::string, std::set<std::string>>;

/// The answer that is kept for repeats of a request, made from the mail as the request left it; may
/// be empty.
using RememberMail = std::function<std::optional<IdempotencyRecord>(const InboxMail&)>;

/// @threads  the engine's
class MailDesk {
public:
    struct Parts {
        Engine& engine;
        ConfiguredAccounts& accounts;
        EffectPerformer& performer;
        Store& store;
        Clock& clock;
        Chance& chance;
        Rhythm rhythm;
    };
    explicit MailDesk(Parts parts) : parts_(std::move(parts)) {}

    CarrierDomains carrier_domains() const;

    /// Makes a mail durable that has no row yet, and tells its order if it has one. An order at
    /// work is told later (tell_taken); the mail is safe then.
    /// @errors  unavailable: the store did not take it; nothing is left of it
    Async<Result<InboxMail>> take(InboxMail mail);
    /// Tells the orders whose mails are safe, but which were at work when those came.
    Async<void> tell_taken();

    /// A person says which order a waiting mail belongs to, or that what the plugin reads in it is
    /// the carrier's word (`take_word`).
    /// @errors  invalid_input, with not_found_code or conflict_code of api/services.hpp;
    /// unavailable: the
    ///          order is at work
    Async<Result<InboxMail>> assign(
        Id mail, std::int64_t tenant, Id order, bool take_word, std::string by,
        RememberMail remember
    );
    /// A person has seen a waiting mail; nothing comes of it.
    Async<Result<InboxMail>> dismiss(
        Id mail, std::int64_t tenant, std::string by, RememberMail remember
    );

private:
    struct Telling {
        InboxMail mail;
        bool is_new = false;  ///< has no row yet
        bool take_word = false;
        bool told_before = false;
        std::string by;  ///< a person; empty: matched automatically
        RememberMail remember;
    };
    Async<Result<InboxMail>> tell(Telling telling);
    Async<Result<InboxMail>> tell_once(Telling telling);
    Async<void> read_by_plugin(const Order& order, const ReceivedMail& read, MailNews& news);
    Result<std::optional<OutboxMail>> bounced(
        const Order& order, const ReceivedMail& read, BounceNews& news
    );
    std::optional<OutboxMail> bounced_now(const InboxMail& mail);
    Result<InboxMail> waiting(Id mail, std::int64_t tenant);
    Async<Result<void>> commit(Commit made);

    Parts parts_;
    std::set<Id> at_work_;  ///< mails
};

}  // namespace porteur
