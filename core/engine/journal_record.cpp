// SPDX-License-Identifier: Apache-2.0
#include "engine/journal_record.hpp"

namespace porteur {
namespace {

void put_number(std::string& out, std::uint64_t value, int bytes) {
    for (int at = 0; at < bytes; ++at) out += static_cast<char>((value >> (8 * at)) & 0xFF);
}
void put_text(std::string& out, std::string_view text) {
    put_number(out, text.size(), 4);
    out += text;
}
void put_time(std::string& out, Instant at) {
    put_number(out, static_cast<std::uint64_t>(at.time_since_epoch().count()), 8);
}

/// Takes values off the front; `bad` once the bytes do not suffice.
struct Reader {
    std::string_view rest;
    bool bad = false;

    std::uint64_t number(std::size_t bytes) {
        if (rest.size() < bytes) {
            bad = true;
            rest = {};
            return 0;
        }
        std::uint64_t value = 0;
        for (std::size_t at = 0; at < bytes; ++at)
            value |= std::uint64_t(static_cast<unsigned char>(rest[at])) << (8 * at);
        rest.remove_prefix(bytes);
        return value;
    }
    std::string text() {
        const auto length = number(4);
        if (rest.size() < length) {
            bad = true;
            rest = {};
            return {};
        }
        std::string out(rest.substr(0, length));
        rest.remove_prefix(length);
        return out;
    }
    Instant time() { return Instant{std::chrono::milliseconds{static_cast<std::int64_t>(number(8))}}; }
};

struct Put {
    std::string& out;
    void operator()(const IntentRecord& record) const {
        out += 'I';
        put_number(out, record.effect.seq, 4);
        put_number(out, static_cast<std::uint64_t>(record.effect.kind), 1);
        put_number(out, static_cast<std::uint64_t>(record.effect.guarantee), 1);
        put_text(out, record.effect.step);
        put_text(out, record.effect.head);
        put_text(out, record.effect.body);
        put_time(out, record.at);
    }
    void operator()(const OutcomeRecord& record) const {
        out += 'O';
        put_number(out, record.completion.seq, 4);
        put_number(out, static_cast<std::uint64_t>(record.completion.kind), 1);
        put_text(out, record.completion.head);
        put_text(out, record.completion.body);
        put_time(out, record.at);
    }
    void operator()(const LostRecord& record) const {
        out += 'L';
        put_number(out, record.seq, 4);
        put_time(out, record.at);
    }
};

}  // namespace

void append_record(std::string& piece, const JournalRecord& record) { std::visit(Put{piece}, record); }

Result<std::vector<JournalRecord>> read_records(std::string_view piece) {
    std::vector<JournalRecord> out;
    Reader reader{piece};
    while (!reader.rest.empty() && !reader.bad) {
        const char letter = static_cast<char>(reader.number(1));
        if (letter == 'I') {
            IntentRecord record;
            record.effect.seq = static_cast<std::uint32_t>(reader.number(4));
            record.effect.kind = static_cast<EffectKind>(reader.number(1));
            record.effect.guarantee = static_cast<Guarantee>(reader.number(1));
            record.effect.step = reader.text();
            record.effect.head = reader.text();
            record.effect.body = reader.text();
            record.at = reader.time();
            out.emplace_back(std::move(record));
        } else if (letter == 'O') {
            OutcomeRecord record;
            record.completion.seq = static_cast<std::uint32_t>(reader.number(4));
            record.completion.kind = static_cast<ErrorKind>(reader.number(1));
            record.completion.head = reader.text();
            record.completion.body = reader.text();
            record.at = reader.time();
            out.emplace_back(std::move(record));
        } else if (letter == 'L') {
            LostRecord record;
            record.seq = static_cast<std::uint32_t>(reader.number(4));
            record.at = reader.time();
            out.emplace_back(record);
        } else {
            reader.bad = true;
        }
    }
    if (reader.bad) return failure(ErrorKind::internal, "a piece of the journal is damaged");
    return out;
}

}  // namespace porteur
