// SPDX-License-Identifier: Apache-2.0
#include "store/writer.hpp"

#include <stdexcept>

#include <porteur/json.hpp>

#include "domain/order_rules.hpp"

namespace porteur {
namespace {

using enum ColumnType;
using Verb = BulkShape::Verb;

// The order of the enumerators is the order in which PostgreSQL gets the batches.
enum Which : std::size_t {
    new_order, changed_order, amended_order, new_operation, changed_operation, journal_piece,
    timeline_entry, order_secret, idempotency_record, new_mail, changed_mail, bounced_mail,
    new_received, changed_received, new_event, new_event_key, taken_event, new_wait,
    compacted_operation, compacted_mail, erased_journal, erased_wait, erased_event_key, erased_event, which_count
};

std::vector<BulkShape> shapes() {
    std::vector<BulkShape> all(which_count);
    all[new_order] = {Verb::insert, "orders",
        {{"id", number}, {"tenant_id", number}, {"shard", number}, {"kind", text}, {"reference", text},
         {"account", text}, {"losing_account", text}, {"state", text}, {"delivery", text}, {"stage", text},
         {"due_at", number}, {"open_operation", number}, {"attempt", number}, {"tries", number},
         {"carrier_id", text}, {"version", number}, {"created_at", number}, {"updated_at", number},
         {"submitted_at", number}, {"request", text}, {"progress", text}, {"problem", text},
         {"at_rest", number}, {"parent_id", number}}, 0};
    all[changed_order] = {Verb::update, "orders",
        {{"id", number}, {"state", text}, {"delivery", text}, {"stage", text}, {"due_at", number},
         {"open_operation", number}, {"attempt", number}, {"tries", number}, {"carrier_id", text},
         {"version", number}, {"updated_at", number}, {"submitted_at", number}, {"progress", text, true},
         {"problem", text}, {"at_rest", number}}, 1, "version"};
    all[amended_order] = {Verb::update, "orders", {{"id", number}, {"request", text}}, 1};
    all[new_operation] = {Verb::insert, "operations",
        {{"id", number}, {"order_id", number}, {"tenant_id", number}, {"shard", number}, {"account", text},
         {"name", text}, {"build", text}, {"state", text}, {"input", text}, {"output", text},
         {"deaths", number}, {"began_at", number}, {"ended_at", number}}, 0};
    all[changed_operation] = {Verb::update, "operations",
        {{"id", number}, {"state", text}, {"output", text}, {"deaths", number}, {"ended_at", number}}, 1};
    all[journal_piece] = {Verb::insert, "journal",
        {{"operation_id", number}, {"position", number}, {"tenant_id", number}, {"payload", text}}, 0};
    all[timeline_entry] = {Verb::insert, "timeline",
        {{"id", number}, {"order_id", number}, {"tenant_id", number}, {"at", number}, {"source", text},
         {"kind", text}, {"text", text}, {"data", text}}, 0};
    all[order_secret] = {Verb::insert, "order_secrets",
        {{"order_id", number}, {"name", text}, {"tenant_id", number}, {"value", text}}, 2};
    all[idempotency_record] = {Verb::insert, "idempotency",
        {{"tenant_id", number}, {"idempotency_key", text}, {"fingerprint", text}, {"status", number},
         {"body", text}, {"at", number}}, 0};
    all[new_mail] = {Verb::insert, "outbox",
        {{"operation_id", number}, {"seq", number}, {"tenant_id", number}, {"order_id", number},
         {"message_id", text}, {"phase", text}, {"reply", text}, {"recipients", text}, {"mime", text},
         {"hash", text}, {"tries", number}, {"updated_at", number}, {"reply_token", text}}, 0};
    all[changed_mail] = {Verb::update, "outbox",
        {{"operation_id", number}, {"seq", number}, {"phase", text}, {"reply", text}, {"tries", number},
         {"updated_at", number}}, 2};
    all[bounced_mail] = {Verb::update, "outbox", {{"operation_id", number}, {"seq", number}, {"bounce", text}}, 2};
    all[new_received] = {Verb::insert, "inbox",
        {{"id", number}, {"mailbox", text}, {"uid", text}, {"tenant_id", number}, {"received_at", number},
         {"sender", text}, {"subject", text}, {"message_id", text}, {"order_id", number}, {"matched_by", text},
         {"reason", text}, {"proposals", text}, {"reading", text}, {"raw", text}, {"state", text},
         {"updated_at", number}}, 0};
    all[changed_received] = {Verb::update, "inbox",
        {{"id", number}, {"tenant_id", number}, {"order_id", number}, {"matched_by", text}, {"reason", text},
         {"proposals", text}, {"reading", text}, {"state", text}, {"updated_at", number}}, 1};
    all[new_event] = {Verb::insert, "inbound_events",
        {{"id", number}, {"tenant_id", number}, {"account", text}, {"source", text}, {"keys", text}, {"body", text},
         {"at", number}, {"taken_by", number}}, 0};
    all[new_event_key] = {Verb::insert, "inbound_event_keys", {{"event_id", number}, {"lookup", number}}, 0};
    all[taken_event] = {Verb::update, "inbound_events", {{"id", number}, {"taken_by", number}}, 1};
    all[new_wait] = {Verb::insert, "awaited_events",
        {{"operation_id", number}, {"seq", number}, {"order_id", number}, {"tenant_id", number}, {"lookup", number}}, 0};
    all[compacted_operation] = {Verb::update, "operations", {{"id", number}, {"input", text}}, 1};
    all[compacted_mail] = {Verb::update, "outbox", {{"operation_id", number}, {"mime", text}}, 1};
    all[erased_journal] = {Verb::erase, "journal", {{"operation_id", number}}, 1};
    all[erased_wait] = {Verb::erase, "awaited_events", {{"operation_id", number}}, 1};
    all[erased_event_key] = {Verb::erase, "inbound_event_keys", {{"event_id", number}}, 1};
    all[erased_event] = {Verb::erase, "inbound_events", {{"id", number}}, 1};
    return all;
}

std::int64_t stamp(Instant at) { return at.time_since_epoch().count(); }
std::optional<std::int64_t> stamp(const std::optional<Instant>& at) {
    if (!at) return std::nullopt;
    return stamp(*at);
}

/// 1 when nothing will happen to the order by itself and nobody needs to do anything: it changes once in an
/// order's life, so that an index may stand on it.
std::int64_t at_rest(const Order& order) { return is_end(order.state) && !order.due ? 1 : 0; }

template <class E>
std::string_view enum_text(E value) {
    return boost::describe::enum_to_string(value, "");
}

}  // namespace

Writer::Writer(const BulkMaker& make, const Seal& seal)
    : seal_(seal), expected_(which_count, -1), used_(which_count, false) {
    for (auto& shape : shapes()) {
        if (shape.verb == Verb::update) expected_[bulks_.size()] = 0;
        bulks_.push_back(make(std::move(shape)));
    }
    expected_[compacted_mail] = -1;  // an operation may have sent none, or several
}

/// A text as it lies in the store. An empty object has nothing to hide, and stands there as it is.
std::string Writer::sealed(const std::string& plain, std::string_view place, Id id) const {
    if (plain == "{}") return plain;
    return seal_.close(plain, std::string(place) + std::to_string(id));
}

void Writer::put_order(const Order& order) {
    auto& row = bulk(new_order);
    row.number(order.id);
    row.number(order.tenant);
    row.number(order.shard);
    row.text(enum_text(order.kind));
    row.text(order.reference);
    row.text(order.account);
    row.text(order.losing_account);
    row.text(enum_text(order.state));
    row.text(enum_text(order.delivery));
    row.text(enum_text(order.stage));
    row.optional_number(stamp(order.due));
    row.number(order.open_operation);
    row.number(order.attempt);
    row.number(order.tries);
    row.text(order.carrier_id);
    row.number(order.version);
    row.number(stamp(order.created));
    row.number(stamp(order.updated));
    row.optional_number(stamp(order.submitted));
    row.text(sealed(order.request, "orders.request|", order.id));
    row.text(sealed(order.progress, "orders.progress|", order.id));
    row.text(order.problem);
    row.number(at_rest(order));
    row.number(order.parent);
    row.end_row();
    used_[new_order] = true;
}

void Writer::change_order(const Order& order, bool moved_only) {
    auto& row = bulk(changed_order);
    row.number(order.id);
    row.text(enum_text(order.state));
    row.text(enum_text(order.delivery));
    row.text(enum_text(order.stage));
    row.optional_number(stamp(order.due));
    row.number(order.open_operation);
    row.number(order.attempt);
    row.number(order.tries);
    row.text(order.carrier_id);
    row.number(order.version);
    row.number(stamp(order.updated));
    row.optional_number(stamp(order.submitted));
    if (moved_only)
        row.null();
    else
        row.text(sealed(order.progress, "orders.progress|", order.id));
    row.text(order.problem);
    row.number(at_rest(order));
    row.end_row();
    ++expected_[changed_order];
    used_[changed_order] = true;
}

void Writer::put_operation(const Operation& operation) {
    auto& row = bulk(new_operation);
    row.number(operation.id);
    row.number(operation.order);
    row.number(operation.tenant);
    row.number(operation.shard);
    row.text(operation.account);
    row.text(operation.name);
    row.text(operation.build);
    row.text(name_of(operation.state));
    row.text(sealed(operation.input, "operations.input|", operation.id));
    row.text(sealed(operation.output, "operations.output|", operation.id));
    row.number(operation.deaths);
    row.number(stamp(operation.began));
    row.optional_number(stamp(operation.ended));
    row.end_row();
    used_[new_operation] = true;
}

void Writer::change_operation(const Operation& operation) {
    auto& row = bulk(changed_operation);
    row.number(operation.id);
    row.text(name_of(operation.state));
    row.text(sealed(operation.output, "operations.output|", operation.id));
    row.number(operation.deaths);
    row.optional_number(stamp(operation.ended));
    row.end_row();
    ++expected_[changed_operation];
    used_[changed_operation] = true;
}

void Writer::put_mail(const OutboxMail& mail) {
    auto& row = bulk(new_mail);
    row.number(mail.operation);
    row.number(mail.seq);
    row.number(mail.tenant);
    row.number(mail.order);
    row.text(mail.message_id);
    row.text(mail.phase);
    row.text(mail.reply);
    row.text(mail.recipients);
    row.text(seal_.close(mail.mime, "outbox.mime|" + mail.message_id));
    row.text(mail.hash);
    row.number(mail.tries);
    row.number(stamp(mail.updated));
    row.text(mail.reply_token);
    row.end_row();
    used_[new_mail] = true;
}

void Writer::put_received(const InboxMail& mail) {
    auto& row = bulk(new_received);
    const auto place = std::to_string(mail.id);
    row.number(mail.id);
    row.text(mail.mailbox);
    row.text(mail.uid);
    row.number(mail.tenant);
    row.number(stamp(mail.received));
    row.text(mail.sender);
    row.text(seal_.close(mail.subject, "inbox.subject|" + place));
    row.text(mail.message_id);
    row.number(mail.order);
    row.text(mail.matched_by);
    row.text(mail.reason);
    row.text(mail.proposals);
    row.text(sealed(mail.reading, "inbox.reading|", mail.id));
    row.text(mail.raw.empty() ? std::string() : seal_.close(mail.raw, "inbox.raw|" + place));
    row.text(mail.state);
    row.number(stamp(mail.updated));
    row.end_row();
    used_[new_received] = true;
}

void Writer::change_received(const InboxMail& mail) {
    auto& row = bulk(changed_received);
    row.number(mail.id);
    row.number(mail.tenant);
    row.number(mail.order);
    row.text(mail.matched_by);
    row.text(mail.reason);
    row.text(mail.proposals);
    row.text(sealed(mail.reading, "inbox.reading|", mail.id));
    row.text(mail.state);
    row.number(stamp(mail.updated));
    row.end_row();
    ++expected_[changed_received];
    used_[changed_received] = true;
}

void Writer::put_event(const InboundEvent& event) {
    json::object keys;
    for (const auto& [name, value] : event.keys) keys[name] = value;
    auto& row = bulk(new_event);
    row.number(event.id);
    row.number(event.tenant);
    row.text(event.account);
    row.text(event.source);
    row.text(seal_.close(canonical(keys), "inbound_events.keys|" + std::to_string(event.id)));
    row.text(seal_.close(event.body, "inbound_events.body|" + std::to_string(event.id)));
    row.number(stamp(event.at));
    row.number(event.taken_by);
    row.end_row();
    used_[new_event] = true;
    for (const auto& [name, value] : event.keys) {
        auto& key = bulk(new_event_key);
        key.number(event.id);
        key.number(event_lookup(event.tenant, event.account, event.source, name, value));
        key.end_row();
        used_[new_event_key] = true;
    }
}

/// One row with one number.
void Writer::put_id(std::size_t which, Id id) {
    auto& row = bulk(which);
    row.number(id);
    row.end_row();
    used_[which] = true;
}

void Writer::compact(Id operation) {
    for (const auto which : {compacted_operation, compacted_mail}) {
        auto& row = bulk(which);
        row.number(operation);
        row.text("");
        row.end_row();
        used_[which] = true;
    }
    ++expected_[compacted_operation];
    put_id(erased_journal, operation);
    put_id(erased_wait, operation);
}

void Writer::put(const Commit& commit) {
    for (const auto& each : commit.new_orders) put_order(each);
    for (const auto& each : commit.changed_orders) change_order(each, false);
    for (const auto& each : commit.moved_orders) change_order(each, true);
    for (const auto& each : commit.amended_orders) {
        auto& row = bulk(amended_order);
        row.number(each.id);
        row.text(seal_.close(each.request, "orders.request|" + std::to_string(each.id)));
        row.end_row();
        ++expected_[amended_order];
        used_[amended_order] = true;
    }
    for (const auto& each : commit.new_operations) put_operation(each);
    for (const auto& each : commit.changed_operations) change_operation(each);
    for (const auto& each : commit.journal) {
        auto& row = bulk(journal_piece);
        row.number(each.operation);
        row.number(each.position);
        row.number(each.tenant);
        row.text(seal_.close(each.payload, "journal|" + std::to_string(each.operation) + "|" + std::to_string(each.position)));
        row.end_row();
        used_[journal_piece] = true;
    }
    for (const auto& each : commit.entries) {
        auto& row = bulk(timeline_entry);
        row.number(each.id);
        row.number(each.order);
        row.number(each.tenant);
        row.number(stamp(each.at));
        row.text(each.source);
        row.text(each.kind);
        row.text(each.text);
        row.text(each.data);
        row.end_row();
        used_[timeline_entry] = true;
    }
    for (const auto& each : commit.secrets) {
        auto& row = bulk(order_secret);
        row.number(each.order);
        row.text(each.name);
        row.number(each.tenant);
        row.text(seal_.close(each.value, "order_secrets|" + std::to_string(each.order) + "|" + each.name));
        row.end_row();
        used_[order_secret] = true;
    }
    for (const auto& each : commit.keys) {
        auto& row = bulk(idempotency_record);
        row.number(each.tenant);
        row.text(each.key);
        row.text(each.fingerprint);
        row.number(each.status);
        row.text(seal_.close(each.body, "idempotency|" + each.key));
        row.number(stamp(each.at));
        row.end_row();
        used_[idempotency_record] = true;
    }
    for (const auto& each : commit.new_mails) put_mail(each);
    for (const auto& each : commit.changed_mails) {
        auto& row = bulk(changed_mail);
        row.number(each.operation);
        row.number(each.seq);
        row.text(each.phase);
        row.text(each.reply);
        row.number(each.tries);
        row.number(stamp(each.updated));
        row.end_row();
        ++expected_[changed_mail];
        used_[changed_mail] = true;
    }
    for (const auto& each : commit.bounced_mails) {
        auto& row = bulk(bounced_mail);
        row.number(each.operation);
        row.number(each.seq);
        row.text(each.bounce);
        row.end_row();
        ++expected_[bounced_mail];
        used_[bounced_mail] = true;
    }
    for (const auto& each : commit.new_received) put_received(each);
    for (const auto& each : commit.changed_received) change_received(each);
    for (const auto& each : commit.new_events) put_event(each);
    for (const auto& each : commit.taken_events) {
        auto& row = bulk(taken_event);
        row.number(each.id);
        row.number(each.taken_by);
        row.end_row();
        ++expected_[taken_event];
        used_[taken_event] = true;
    }
    for (const auto& each : commit.new_waits) {
        auto& row = bulk(new_wait);
        row.number(each.operation);
        row.number(each.seq);
        row.number(each.order);
        row.number(each.tenant);
        row.number(each.lookup);
        row.end_row();
        used_[new_wait] = true;
    }
    for (const auto each : commit.compacted_operations) compact(each);
    for (const auto each : commit.dropped_events) {
        put_id(erased_event_key, each);
        put_id(erased_event, each);
    }
}

void Writer::send() {
    for (std::size_t which = 0; which < which_count; ++which)
        if (used_[which]) bulk(which).send();
}

void Writer::check() {
    for (std::size_t which = 0; which < which_count; ++which) {
        if (!used_[which]) continue;
        used_[which] = false;
        const auto changed = bulk(which).changed();
        if (expected_[which] < 0) continue;
        const auto expected = std::exchange(expected_[which], 0);
        if (changed != expected)
            throw std::runtime_error("a row to be changed is not there, or not as it was (" + std::to_string(changed) + " of " +
                                     std::to_string(expected) + " in batch " + std::to_string(which) + ")");
    }
}

void Writer::clear() {
    for (std::size_t which = 0; which < which_count; ++which) {
        bulk(which).clear();
        used_[which] = false;
        if (expected_[which] > 0) expected_[which] = 0;
    }
}

}  // namespace porteur
