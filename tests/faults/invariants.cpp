// SPDX-License-Identifier: Apache-2.0
#include "invariants.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <porteur/json.hpp>

#include "domain/order_rules.hpp"
#include "engine/journal_record.hpp"

namespace porteur::testing {
namespace {

std::optional<OrderState> state_at(const json::value& data, const char* key) {
    const auto* text = data.as_object().if_contains(key);
    OrderState value{};
    if (!text || !text->is_string() ||
        !boost::describe::enum_from_string(std::string(text->get_string()).c_str(), value))
        return std::nullopt;
    return value;
}

std::string name_of_state(OrderState state) { return boost::describe::enum_to_string(state, "?"); }

/// The body of the first attachment, base64 undone.
std::string attachment_of(const std::string& mail) {
    auto at = mail.find("Content-Disposition: attachment");
    if (at == mail.npos) return {};
    at = mail.find("\r\n\r\n", at);
    if (at == mail.npos) return {};
    std::string out;
    unsigned bits = 0;
    int held = 0;
    for (at += 4; at < mail.size() && mail[at] != '-' && mail[at] != '='; ++at) {
        static constexpr std::string_view alphabet =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        const auto value = alphabet.find(mail[at]);
        if (value == alphabet.npos) continue;
        bits = bits << 6 | static_cast<unsigned>(value);
        if ((held += 6) >= 8) out += static_cast<char>(bits >> (held -= 8) & 0xFF);
    }
    return out;
}

/// Every line end as it travels.
std::string with_crlf(const std::string& text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n') continue;
        if (text[at] == '\r' || text[at] == '\n')
            out += "\r\n";
        else
            out += text[at];
    }
    if (!out.ends_with("\r\n")) out += "\r\n";
    return out;
}

/// Whether a result can be read: what cannot is told to a person, and the order stays as it was.
bool is_progress(OrderKind kind, const std::string& output) {
    return kind == OrderKind::port ? from_text<PortProgress>(output).has_value() : kind == OrderKind::purchase ? from_text<PurchaseProgress>(output).has_value() : true;
}

/// What was corrected and not taken yet is the host's own.
std::string without_correction(const std::string& progress) {
    auto parsed = parse_json(progress);
    if (!parsed || !parsed->is_object()) return progress;
    return parsed->get_object().erase(correction_key) > 0 ? canonical(*parsed) : progress;
}

}  // namespace

std::string message_id_of(const std::string& mail) {
    const auto at = mail.find("Message-ID: ");
    if (at == mail.npos) return {};
    return mail.substr(at + 12, mail.find("\r\n", at) - at - 12);
}

void Invariants::once(const std::string& what, int times) {
    expect("I1", times <= 1, what + " was carried out " + std::to_string(times) + " times");
}

void Invariants::acknowledged(const std::string& what, bool is_there) {
    expect("I2", is_there, what + " was acknowledged, but is gone");
}

void Invariants::journal(const StoredOperation& stored) {
    const auto& operation = stored.operation;
    std::set<std::uint32_t> seen;
    std::set<std::uint32_t> open;
    std::int64_t position = 0;
    for (const auto& piece : stored.journal) {
        expect(
            "I3", piece.position == ++position,
            operation.name + ": a piece of the journal is missing"
        );
        const auto records = read_records(piece.payload);
        if (!records) {
            finding("I3: the journal cannot be read: " + records.error().message);
            return;
        }
        for (const auto& record : *records) {
            if (const auto* intent = std::get_if<IntentRecord>(&record)) {
                expect(
                    "I3", seen.insert(intent->effect.seq).second,
                    operation.name + ": an intent is recorded twice"
                );
                open.insert(intent->effect.seq);
            } else if (const auto* outcome = std::get_if<OutcomeRecord>(&record)) {
                expect(
                    "I3", open.erase(outcome->completion.seq) == 1,
                    operation.name + ": an outcome has no intent, or comes twice"
                );
            }
        }
    }
    const bool is_closed =
        operation.state == Operation::State::done || operation.state == Operation::State::failed;
    expect(
        "I3", !is_closed || open.empty(),
        operation.name + " has ended, but an intent has no outcome"
    );
}

void Invariants::history(
    const Order& order, const std::vector<TimelineEntry>& entries,
    const std::vector<Operation>& operations
) {
    auto state = OrderState::draft;
    const TimelineEntry* before = nullptr;
    for (const auto& entry : entries) {
        expect(
            "I4", !before || (entry.id > before->id && entry.at >= before->at),
            "the timeline goes back at " + entry.text
        );
        before = &entry;
        const auto data = parse_json(entry.data);
        if (!data || !data->is_object()) {
            finding("I9: the data of an entry cannot be read: " + entry.text);
            continue;
        }
        const auto from = state_at(*data, "from");
        const auto to = state_at(*data, "to");
        if (!from || !to) continue;
        expect(
            "I4", *from == state && may_follow(order.kind, state, *to),
            "no legal step: " + entry.text
        );
        state = *to;
    }
    expect(
        "I9", state == order.state,
        "the timeline leads to " + name_of_state(state) + ", the order is " +
            name_of_state(order.state)
    );
    std::string progress = "{}";
    for (const auto& each : operations)
        if (each.state == Operation::State::done && each.name != "preflight" && each.name != "split" && is_progress(order.kind, each.output))
            progress = each.output;
    expect(
        "I9", is_in_parts(order) || without_correction(order.progress) == progress, "the order's progress is not what its last operation said"
    );
    const bool at_rest = is_end(order.state);
    for (const auto& each : operations)
        expect(
            "I3", !at_rest || each.state != Operation::State::open,
            each.name + " is open after the order's end"
        );
}

void Invariants::order(Store& store, const Order& order) {
    const auto entries = store.timeline(order.id);
    const auto operations = store.operations_of(order.id);
    if (!entries || !operations) {
        finding("I9: the store cannot be read");
        return;
    }
    history(order, *entries, *operations);
    for (const auto& each : *operations) {
        const auto stored = store.operation(each.id);
        if (stored && *stored)
            journal(**stored);
        else
            finding("I3: an operation cannot be read");
    }
}

void Invariants::mails(
    const std::vector<SinkMail>& sink, const std::vector<OutboxMail>& rows,
    const std::string& document
) {
    std::map<std::string, int> taken;
    for (const auto& mail : sink) {
        const auto id = message_id_of(mail.bytes);
        ++taken[id];
        const auto row = std::ranges::find(rows, id, &OutboxMail::message_id);
        expect("I5", row != rows.end(), "the mail " + id + " has no row in the outbox");
        if (row == rows.end()) continue;
        expect(
            "I5", with_crlf(row->mime) == mail.bytes, "the mail " + id + " is not as it was frozen"
        );
        if (!document.empty())
            expect(
                "I6", attachment_of(mail.bytes) == document,
                "the document in the mail " + id + " is not the stored one"
            );
    }
    for (const auto& row : rows) {
        const int times = taken[row.message_id];
        expect(
            "I5", row.phase != "accepted" || times > 0,
            "the outbox has " + row.message_id + " as accepted, the sink has it not"
        );
        expect(
            "I5", times <= 1 || row.tries > 1,
            "the mail " + row.message_id + " is doubled, and its row does not say so"
        );
    }
}

void Invariants::document(const std::string& hash_there, const std::string& hash_here) {
    expect("I6", hash_there == hash_here, "a document at the carrier is not the stored one");
}

void Invariants::audited(std::int64_t records, const std::string& broken) {
    expect("I7", broken.empty(), "the audit log: " + broken);
    expect("I7", records > 0, "the audit log is empty, although a token was made for this run");
}

void Invariants::no_secret(
    std::string_view bytes, const std::string& where, const std::vector<std::string>& secrets
) {
    for (const auto& secret : secrets)
        expect(
            "I8", bytes.find(secret) == bytes.npos,
            "the secret " + secret.substr(0, 6) + "... stands in " + where
        );
}

void Invariants::sound(const std::string& said) {
    expect("I10", said == "ok", "the database is damaged: " + said);
}

void Invariants::nothing_left(const std::string& what, std::size_t there, std::size_t expected) {
    expect(
        "I11", there <= expected,
        std::to_string(there) + " " + what + ", expected " + std::to_string(expected)
    );
}

void Invariants::same(const std::string& first, const std::string& second) {
    expect("I12", first == second, "the same seed gave another history");
}

void Invariants::count_with(const Invariants& other) {
    for (const auto& [which, count] : other.checks) checks[which] += count;
    findings_.insert(findings_.end(), other.findings_.begin(), other.findings_.end());
}

std::string Invariants::summary() const {
    json::object counts;
    for (int at = 1; at <= 12; ++at) {
        const auto which = "I" + std::to_string(at);
        const auto found = checks.find(which);
        counts[which] = found == checks.end() ? 0 : found->second;
    }
    return json::serialize(json::object{{"invariants", counts}});
}

}  // namespace porteur::testing
