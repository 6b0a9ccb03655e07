// SPDX-License-Identifier: Apache-2.0
#pragma once

// What one change writes to the store, all or nothing. The engine and the API make these; the store
// carries many of them in one transaction.

#include <functional>
#include <memory>

#include "domain/inbound.hpp"
#include "domain/order.hpp"
#include "domain/webhook.hpp"

namespace porteur {

/// A piece of an operation's journal, as the engine encoded it (engine/journal_record.hpp).
struct JournalPiece {
    Id operation = 0;
    std::int64_t tenant = 0;
    std::int64_t position = 0;  ///< 1, 2, 3.. within the operation
    std::string payload;        ///< raw bytes; sealed at rest
};

/// A value that belongs to an order and that nobody reads but the host: its PIN.
struct OrderSecret {
    Id order = 0;
    std::int64_t tenant = 0;
    std::string name;   ///< "pin"
    std::string value;
};

/// The answer to a request that came with an Idempotency-Key, kept for its repeats.
struct IdempotencyRecord {
    std::int64_t tenant = 0;
    std::string key;
    std::string fingerprint;  ///< of method, path and body: another payload under the same key is refused
    int status = 0;
    std::string body;
    Instant at{};
};

/// One e-mail from the moment it is certain to leave. Its bytes are frozen before the first try.
struct OutboxMail {
    Id operation = 0;
    std::int64_t seq = 0;         ///< of the effect
    std::int64_t tenant = 0;
    Id order = 0;
    std::string message_id;
    std::string phase;            ///< "ready", "connecting", "envelope", "data_sent", "accepted", "failed"
    std::string reply;            ///< the server's last line
    std::string recipients;       ///< JSON list
    std::string mime;             ///< sealed at rest
    std::string hash;             ///< SHA-256 of mime, lower-case hex
    std::int64_t tries = 0;
    Instant updated{};
    std::string reply_token;      ///< stands in the address that answers come back to; names the order
    std::string bounce;           ///< what a server said of a recipient that did not get it; empty if none
};

/// One mail that came in. The mailbox and the server's own name for the mail make it one: whatever dies
/// when, it is taken once.
struct InboxMail {
    Id id = 0;
    std::string mailbox;          ///< "user@host"
    std::string uid;              ///< the server's, unique in its mailbox for good
    std::int64_t tenant = 1;      ///< its order's; the system's where it belongs to none
    Instant received{};           ///< when it was taken
    std::string sender;           ///< the address in From; anybody can write it
    std::string subject;          ///< sealed at rest
    std::string message_id;
    Id order = 0;                 ///< 0 = none
    std::string matched_by;       ///< "address_token", "message_id", "subject_reference", ..., "person"
    std::string reason;           ///< how it was matched, one sentence
    std::string proposals = "[]"; ///< JSON list of the orders that it may belong to
    std::string reading = "{}";   ///< MailReading of the account's plugin; sealed at rest
    std::string raw;              ///< as the server gave it, sealed at rest; empty: left at the server
    std::string state;            ///< "taken", "matched", "waiting", "settled" (docs/vocabulary.md)
    Instant updated{};
};

struct Commit {
    std::vector<Order> new_orders;       ///< parts with their parent's change, all or none
    std::vector<Order> changed_orders;   ///< all but `request`
    std::vector<Order> moved_orders;     ///< all but `request` and `progress`: the carrier said nothing new
    std::vector<Order> amended_orders;   ///< `request` alone
    std::vector<Operation> new_operations;
    std::vector<Operation> changed_operations;
    std::vector<JournalPiece> journal;
    std::vector<TimelineEntry> entries;
    std::vector<OrderSecret> secrets;
    std::vector<IdempotencyRecord> keys;
    std::vector<OutboxMail> new_mails;
    std::vector<OutboxMail> changed_mails;  ///< phase, reply, tries alone
    std::vector<OutboxMail> bounced_mails;  ///< bounce alone
    std::vector<InboxMail> new_received;
    std::vector<InboxMail> changed_received;  ///< what became of it: never what it is
    std::vector<InboundEvent> new_events;
    std::vector<InboundEvent> taken_events;   ///< taken_by alone
    std::vector<AwaitedEvent> new_waits;
    /// Ended operations of which only a summary stays: input, journal, mails and waits go.
    std::vector<Id> compacted_operations;
    std::vector<Id> dropped_events;
    std::vector<Webhook> new_webhooks;
    std::vector<Webhook> changed_webhooks;  ///< all but the state
    std::vector<Webhook> moved_webhooks;    ///< the state alone
    std::vector<Id> dropped_webhooks;

    bool empty() const noexcept {
        return new_orders.empty() && changed_orders.empty() && moved_orders.empty() && amended_orders.empty() &&
               new_operations.empty() && changed_operations.empty() && journal.empty() &&
               entries.empty() && secrets.empty() && keys.empty() && new_mails.empty() &&
               changed_mails.empty() && bounced_mails.empty() && new_received.empty() &&
               changed_received.empty() && new_events.empty() && taken_events.empty() && new_waits.empty() &&
               compacted_operations.empty() && dropped_events.empty() && new_webhooks.empty() &&
               changed_webhooks.empty() && moved_webhooks.empty() && dropped_webhooks.empty();
    }
};

/// On its way to the disk: the writer's thread reads it while whoever may have to try again still holds it.
using SharedCommit = std::shared_ptr<const Commit>;

/// Called once, when the commit is durable or has failed as a whole.
using CommitDone = std::function<void(Result<void>)>;

/// An operation with its journal, in order.
struct StoredOperation {
    Operation operation;
    std::vector<JournalPiece> journal;
};

/// What the engine needs to know of every order that it must look at.
struct DueOrder {
    Id id = 0;
    Instant due{};
    std::string account;  ///< that carries the next operation out (the losing one for a preflight)
};

/// An operation that goes on when its order is due, or somebody has answered.
struct OpenOperation {
    Id id = 0;
    Id order = 0;
    std::string account;
    std::string build;  ///< SHA-256 of the library that it stands with
};

}  // namespace porteur
