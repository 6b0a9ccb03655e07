// SPDX-License-Identifier: Apache-2.0
#include "store/writer.hpp"

#include <stdexcept>

#include <porteur/json.hpp>

#include "store/at_rest.hpp"
#include "store/row_shapes.hpp"
#include "store/settings_tail.hpp"

namespace porteur {
namespace {

std::int64_t stamp(Instant at) { return at.time_since_epoch().count(); }
std::optional<std::int64_t> stamp(const std::optional<Instant>& at) {
    if (!at) return std::nullopt;
    return stamp(*at);
}

template <class E>
std::string_view enum_text(E value) {
    return boost::describe::enum_to_string(value, "");
}

}  // namespace

Writer::Writer(const BulkMaker& make, const Seal& seal)
    : seal_(seal), expected_(which_count, -1), used_(which_count, false) {
    for (auto& shape : row_shapes()) {
        if (shape.verb == BulkShape::Verb::update) expected_[bulks_.size()] = 0;
        bulks_.push_back(make(std::move(shape)));
    }
    expected_[compacted_mail] = -1;  // an operation may have sent none, or several
}

/// A text as it lies in the store. An empty object has nothing to hide, and stands there as it is.
std::string Writer::sealed(const std::string& plain, std::string_view place, Id id) const {
    if (plain == "{}") return plain;
    return seal_.close(plain, std::string(place) + std::to_string(id));
}

/// An operation's input as its row has it: long settings are written once, into a row of their own.
std::string Writer::kept_input(const std::string& input) {
    const auto tail = settings_tail(input);
    if (tail.empty()) return input;
    const auto name = name_of_tail(tail);
    if (tails_.insert(name).second) {
        fresh_tails_.push_back(name);
        auto& row = bulk(operation_settings);
        row.text(name);
        row.text(seal_.close(tail, "operation_settings|" + name));
        row.end_row();
        used_[operation_settings] = true;
    }
    return without_tail(input, tail, name);
}

void Writer::put_order(const RowChanges::OrderRow& change) {
    if (change.made == nullptr) return change_order(change);
    const auto& order = *change.last;
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
    row.text(sealed(change.made->request, "orders.request|", order.id));
    row.text(sealed(change.progress->progress, "orders.progress|", order.id));
    row.text(order.problem);
    row.number(at_rest::number_of(order));
    row.number(order.parent);
    row.end_row();
    used_[new_order] = true;
}

void Writer::change_order(const RowChanges::OrderRow& change) {
    const auto& order = *change.last;
    auto& row = bulk(changed_order);
    row.number(order.id);
    row.number(change.seen);
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
    if (change.progress == nullptr)
        row.null();
    else
        row.text(sealed(change.progress->progress, "orders.progress|", order.id));
    row.text(order.problem);
    row.number(at_rest::number_of(order));
    row.end_row();
    ++expected_[changed_order];
    used_[changed_order] = true;
}

void Writer::put_operation(const RowChanges::OperationRow& change) {
    const auto& operation = *change.last;
    if (!change.is_new) return change_operation(operation);
    auto& row = bulk(new_operation);
    row.number(operation.id);
    row.number(operation.order);
    row.number(operation.tenant);
    row.number(operation.shard);
    row.text(operation.account);
    row.text(operation.name);
    row.text(operation.build);
    row.text(name_of(operation.state));
    row.text(sealed(kept_input(operation.input), "operations.input|", operation.id));
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
    row.text(operation.build);
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

/// What an endpoint is, as it lies in the store.
void Writer::put_settings_of(Bulk& row, const Webhook& webhook) {
    json::array kinds;
    for (const auto& each : webhook.kinds) kinds.push_back(json::string(each));
    json::object settings{{"url", webhook.url}, {"description", webhook.description}, {"kinds", std::move(kinds)},
                          {"secret", webhook.secret}, {"old_secret", webhook.old_secret}};
    if (webhook.old_until) settings["old_until"] = stamp(*webhook.old_until);
    row.text(seal_.close(canonical(settings), "webhooks.settings|" + std::to_string(webhook.id)));
}

void Writer::put_state_of(Bulk& row, const WebhookState& state) {
    row.number(state.cursor);
    row.text(state.off);
    row.number(state.tries);
    row.optional_number(stamp(state.retry_at));
    row.optional_number(stamp(state.failing_since));
    row.optional_number(stamp(state.delivered_at));
    row.number(state.status);
    row.text(state.problem);
    row.end_row();
}

void Writer::put_webhooks(const Commit& commit) {
    for (const auto& each : commit.new_webhooks) {
        auto& row = bulk(new_webhook);
        row.number(each.id);
        row.number(each.tenant);
        put_settings_of(row, each);
        row.number(stamp(each.created));
        row.number(stamp(each.updated));
        put_state_of(row, each.state);
        used_[new_webhook] = true;
    }
    for (const auto& each : commit.changed_webhooks) {
        auto& row = bulk(changed_webhook);
        row.number(each.id);
        put_settings_of(row, each);
        row.number(stamp(each.updated));
        row.end_row();
        ++expected_[changed_webhook];
        used_[changed_webhook] = true;
    }
    for (const auto& each : commit.moved_webhooks) {
        auto& row = bulk(moved_webhook);
        row.number(each.id);
        put_state_of(row, each.state);
        ++expected_[moved_webhook];
        used_[moved_webhook] = true;
    }
    for (const auto each : commit.dropped_webhooks) put_id(erased_webhook, each);
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
    rows_.add(commit);
    commits_.push_back(&commit);
}

void Writer::put_rest(const Commit& commit) {
    for (const auto& each : commit.amended_orders) {
        auto& row = bulk(amended_order);
        row.number(each.id);
        row.text(seal_.close(each.request, "orders.request|" + std::to_string(each.id)));
        row.end_row();
        ++expected_[amended_order];
        used_[amended_order] = true;
    }
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
    put_webhooks(commit);
}

void Writer::send() {
    fresh_tails_.clear();  // the transaction before has gone through, or clear() was called
    for (const auto& each : rows_.orders()) put_order(each);
    for (const auto& each : rows_.operations()) put_operation(each);
    for (const auto* each : commits_) put_rest(*each);
    forget_commits();
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

void Writer::forget_commits() {
    rows_.clear();
    commits_.clear();
}

void Writer::clear() {
    forget_commits();
    for (const auto& each : fresh_tails_) tails_.erase(each);
    fresh_tails_.clear();
    for (std::size_t which = 0; which < which_count; ++which) {
        bulk(which).clear();
        used_[which] = false;
        if (expected_[which] > 0) expected_[which] = 0;
    }
}

}  // namespace porteur
