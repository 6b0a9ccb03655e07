// SPDX-License-Identifier: Apache-2.0
#pragma once

// The reads, each over one connection. They throw what SOCI throws; store.cpp turns that into Errors.

#include "store/sqlite_statement.hpp"
#include "store/store.hpp"

namespace soci {
class session;
}

namespace porteur::queries {

std::vector<DueOrder> due_orders(soci::session& sql);
std::vector<OpenOperation> open_operations(soci::session& sql);
/// `where` is SQL of ours with one placeholder for each of the values, in order.
struct Values {
    std::vector<std::int64_t> numbers;
    std::vector<std::string> texts;
};
/// @param keep  of sqlite_statement.hpp; PostgreSQL is asked as ever
std::vector<Order> orders(soci::session& sql, const Seal& seal, const std::string& where, const Values& values, Keep keep = Keep::no);
/// Which orders a list shows, newest first: what comes behind "from orders".
struct Listed {
    std::string where;
    Values values;
};
Listed listed(const OrderFilter& filter, Id before, int limit);
std::vector<Operation> operations(soci::session& sql, const Seal& seal, const std::string& where, std::int64_t id);
std::vector<JournalPiece> journal(soci::session& sql, const Seal& seal, Id operation);
std::vector<TimelineEntry> entries(soci::session& sql, const std::string& where, const Values& values);
std::optional<std::string> order_secret(soci::session& sql, const Seal& seal, Id order, const std::string& name);
std::optional<IdempotencyRecord> idempotency(soci::session& sql, const Seal& seal, std::int64_t tenant, const std::string& key, Keep keep = Keep::no);
std::vector<OutboxMail> mails(soci::session& sql, const Seal& seal, const std::string& where, const Values& values);
/// A list of mails does without their bytes.
enum class MailBytes { read, left_out };
std::vector<InboxMail> received(soci::session& sql, const Seal& seal, MailBytes bytes, const std::string& where, const Values& values);
/// The first column of each row, a number.
std::vector<std::int64_t> numbers(soci::session& sql, const std::string& query, const Values& values);
std::vector<Id> open_parents(soci::session& sql);
std::map<std::string, std::int64_t> received_counts(soci::session& sql);
std::map<std::string, std::int64_t> order_counts(soci::session& sql);
std::vector<TokenRow> tokens(soci::session& sql, const std::string& where, const Values& values, Keep keep = Keep::no);
std::vector<AwaitedEvent> awaited_events(soci::session& sql, std::int64_t lookup);
/// Nobody's yet, oldest first.
std::vector<InboundEvent> inbound_events(soci::session& sql, const Seal& seal, const std::string& where, const Values& values);
std::vector<EventOffer> event_offers(soci::session& sql);
Compactable compactable(soci::session& sql, Id after, Id created_before, Instant ended_before, int limit);
std::vector<Id> events_before(soci::session& sql, Id before, int limit);
std::optional<DocumentRow> document(soci::session& sql, const std::string& id);
/// As Store::newest_id(). @param has  which tables the store of an older porteurd has; empty: all of them
Id newest_id(soci::session& sql, const std::function<bool(const std::string&)>& has = {});
std::string dump(soci::session& sql, const Seal& seal);

}  // namespace porteur::queries
