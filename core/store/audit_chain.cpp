// SPDX-License-Identifier: Apache-2.0
#include "store/audit_chain.hpp"

#include <soci/soci.h>
#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <thread>

#include <porteur/phrase.hpp>

#include "store/rows.hpp"

namespace porteur {
namespace {

using Hash = std::array<unsigned char, 32>;
constexpr std::size_t hex_size = 64;

Hash next_hash(const Hash& before, std::string_view text) {
    crypto_generichash_state state;
    Hash out{};
    crypto_generichash_init(&state, nullptr, 0, out.size());
    crypto_generichash_update(&state, before.data(), before.size());
    crypto_generichash_update(
        &state, reinterpret_cast<const unsigned char*>(text.data()), text.size()
    );
    crypto_generichash_final(&state, out.data(), out.size());
    return out;
}

std::string hex(const Hash& hash) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    out.reserve(hex_size);
    for (const auto byte : hash) out += {digits[byte >> 4], digits[byte & 15]};
    return out;
}

int digit(char letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
    return -1;
}

std::optional<Hash> from_hex(std::string_view text) {
    if (text.size() != hex_size) return std::nullopt;
    Hash out{};
    for (std::size_t at = 0; at < out.size(); ++at) {
        const int high = digit(text[2 * at]), low = digit(text[2 * at + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out[at] = static_cast<unsigned char>(high * 16 + low);
    }
    return out;
}

std::unexpected<Error> changed(std::string text) {
    return failure(ErrorKind::rejected, std::move(text));
}

std::unexpected<Error> changed_at(std::int64_t position) {
    return changed(phrase(
        "record {1} of the audit log, or the one before it, is not what was written", position
    ));
}

std::unexpected<Error> other_head() {
    return changed(
        "the audit log does not hold the head that was noted: its end was cut off, or all of it "
        "was written anew"
    );
}

AuditHead head_in(soci::session& sql) {
    AuditHead head;
    rows::read(
        sql, "select count, hash from audit_head where id = 1", "nt", {},
        [&](const rows::Row& row) { head = {row[0].number, row[1].text}; }
    );
    return head;
}

constexpr std::string_view columns =
    "id, at, who, person_id, home_id, tenant_id, action, kind, object, before, after, address, "
    "hash";

/// Many records at a time: one call of the database's library for each row is most of what a read
/// costs.
class Batch {
public:
    static constexpr std::size_t rows_max = 1000;

    /// Reads those after a position, in order.
    void read(soci::session& sql, std::int64_t last) {
        for_each([](auto& column) { column.resize(rows_max); });
        long long from = last;
        soci::statement statement(sql);
        for_each([&](auto& column) { statement.exchange(soci::into(column)); });
        statement.exchange(soci::use(from));
        statement.alloc();
        statement.prepare(
            "select " + std::string(columns) + " from audit where id > :after order by id limit " +
            std::to_string(rows_max)
        );
        statement.define_and_bind();
        if (!statement.execute(true)) for_each([](auto& column) { column.clear(); });
        count_ = position.size();
    }
    std::size_t size() const { return count_; }
    AuditEntry entry(std::size_t at) {
        return {
            .at = Instant{std::chrono::milliseconds{time[at]}},
            .who = std::move(who[at]),
            .person = person[at],
            .home = home[at],
            .tenant = tenant[at],
            .action = std::move(action[at]),
            .kind = std::move(kind[at]),
            .object = std::move(object[at]),
            .before = std::move(before[at]),
            .after = std::move(after[at]),
            .address = std::move(address[at])
        };
    }

    std::vector<long long> position, time, person, home, tenant;
    std::vector<std::string> who, action, kind, object, before, after, address, hash;

private:
    template <class Do>
    void for_each(Do each) {
        each(position);
        each(time);
        each(who);
        each(person);
        each(home);
        each(tenant);
        each(action);
        each(kind);
        each(object);
        each(before);
        each(after);
        each(address);
        each(hash);
    }

    std::size_t count_ = 0;
};

void add(
    rows::Values& values, std::string& where, std::string_view column, const std::string& wanted
) {
    if (wanted.empty()) return;
    where += " and " + std::string(column) + " = :" + std::string(column);
    values.text(wanted);
}

}  // namespace

std::string text_of(const AuditHead& head) { return std::to_string(head.count) + ":" + head.hash; }

Result<AuditHead> read_audit_head(std::string_view text) {
    const auto colon = std::min(text.find(':'), text.size());
    AuditHead head;
    const auto read = std::from_chars(text.data(), text.data() + colon, head.count);
    const auto hash = text.substr(std::min(colon + 1, text.size()));
    if (read.ec != std::errc{} || read.ptr != text.data() + colon || head.count < 0 ||
        !from_hex(hash))
        return failure(
            ErrorKind::invalid_input,
            phrase("{1} is no head of an audit log; it has the form COUNT:HASH", quoted(text, 100))
        );
    head.hash = hash;
    return head;
}

void append_audit(soci::session& sql, std::span<const AuditEntry> entries) {
    if (entries.empty()) return;
    // Written first: whoever comes second waits here, and then reads what the first one left.
    rows::change(
        sql, "update audit_head set count = count + :more where id = 1",
        rows::Values().number(static_cast<long long>(entries.size()))
    );
    auto head = head_in(sql);
    auto last = from_hex(head.hash);
    if (!last) throw std::runtime_error("the head of the audit log is damaged");
    auto position = head.count - static_cast<std::int64_t>(entries.size());
    std::optional<rows::Prepared> insert;
    std::string text;
    for (const auto& each : entries) {
        text.clear();
        append_audit_text(text, ++position, each);
        last = next_hash(*last, text);
        const auto row = rows::Values()
                             .number(position)
                             .number(each.at.time_since_epoch().count())
                             .text(each.who)
                             .number(each.person)
                             .number(each.home)
                             .number(each.tenant)
                             .text(each.action)
                             .text(each.kind)
                             .text(each.object)
                             .text(each.before)
                             .text(each.after)
                             .text(each.address)
                             .text(hex(*last));
        if (!insert)
            insert.emplace(
                sql,
                "insert into audit (" + std::string(columns) +
                    ") values (:id, :at, :who, :person, :home, :tenant, :action, :kind, :object, "
                    ":before, :after, :address, :hash)",
                row
            );
        insert->run(row);
    }
    insert.reset();
    rows::change(
        sql, "update audit_head set hash = :hash where id = 1", rows::Values().text(hex(*last))
    );
}

Result<std::vector<AuditRecord>> AuditLog::records(const AuditQuery& query) {
    std::vector<AuditRecord> found;
    std::string where = "id < :before_id";
    rows::Values values;
    values.number(query.before == 0 ? INT64_MAX : query.before);
    if (query.tenants) {
        if (query.tenants->empty()) return found;
        // Ids of ours, so they may stand in the text: a list as long as an installation has
        // accounts.
        where += " and tenant_id in (";
        for (const auto each : *query.tenants) where += std::to_string(each) + ",";
        where.back() = ')';
    }
    add(values, where, "who", query.who);
    add(values, where, "action", query.action);
    add(values, where, "kind", query.kind);
    add(values, where, "object", query.object);
    if (query.since) {
        where += " and at >= :since";
        values.number(query.since->time_since_epoch().count());
    }
    if (query.until) {
        where += " and at < :until";
        values.number(query.until->time_since_epoch().count());
    }
    const auto text = "select " + std::string(columns) + " from audit where " + where +
                      " order by id desc limit " + std::to_string(query.limit);
    auto done = access_.read_with([&](soci::session& sql) {
        rows::read(sql, text, "nntnnnttttttt", values, [&](const rows::Row& row) {
            found.push_back(
                {.position = row[0].number,
                 .entry =
                     {.at = Instant{std::chrono::milliseconds{row[1].number}},
                      .who = row[2].text,
                      .person = row[3].number,
                      .home = row[4].number,
                      .tenant = row[5].number,
                      .action = row[6].text,
                      .kind = row[7].text,
                      .object = row[8].text,
                      .before = row[9].text,
                      .after = row[10].text,
                      .address = row[11].text},
                 .hash = row[12].text}
            );
        });
    });
    if (!done) return std::unexpected(std::move(done).error());
    return found;
}

Result<AuditHead> AuditLog::head() {
    AuditHead head;
    auto done = access_.read_with([&](soci::session& sql) { head = head_in(sql); });
    if (!done) return std::unexpected(std::move(done).error());
    return head;
}

namespace {

/// A part of the log, looked at by a thread of its own.
struct Stretch {
    std::int64_t from = 1, to = 0;  ///< positions, both within
    std::int64_t looked = 0;        ///< the last one that was there
    std::int64_t wrong = 0;         ///< the first one that is not what was written; 0: none
    bool noted_seen = false;
    Hash last{};
};

void look_at(soci::session& sql, Stretch& stretch, const std::optional<AuditHead>& noted) {
    stretch.looked = stretch.from - 1;
    if (stretch.from > 1) {
        // Whether this hash is right is for the stretch before to say.
        std::optional<Hash> before;
        rows::read(
            sql, "select hash from audit where id = :id", "t",
            rows::Values().number(stretch.from - 1),
            [&](const rows::Row& row) { before = from_hex(row[0].text); }
        );
        if (!before) {
            stretch.wrong = stretch.from;
            return;
        }
        stretch.last = *before;
    }
    Batch batch;
    std::string text;
    while (stretch.looked < stretch.to) {
        batch.read(sql, stretch.looked);
        if (batch.size() == 0) return;
        for (std::size_t at = 0; at < batch.size() && stretch.looked < stretch.to; ++at) {
            text.clear();
            append_audit_text(text, batch.position[at], batch.entry(at));
            stretch.last = next_hash(stretch.last, text);
            if (batch.position[at] != ++stretch.looked ||
                from_hex(batch.hash[at]) != stretch.last) {
                stretch.wrong = stretch.looked;
                return;
            }
            if (noted && noted->count == stretch.looked)
                stretch.noted_seen = noted->hash == batch.hash[at];
        }
    }
}

/// A log that is shorter is looked at by one thread.
constexpr std::int64_t stretch_min = 10'000;

}  // namespace

Result<AuditHead> AuditLog::verify(const std::optional<AuditHead>& noted) {
    // What is written meanwhile stands behind this head, and is not looked at.
    auto head = this->head();
    if (!head) return head;
    // Each stretch begins with the hash that the one before has to end with, so they can be looked
    // at side by side.
    const auto threads = std::clamp<std::int64_t>(
        head->count / stretch_min, 1, std::max(1U, std::thread::hardware_concurrency())
    );
    std::vector<Stretch> stretches(static_cast<std::size_t>(threads));
    std::vector<Result<void>> read(stretches.size());
    std::vector<std::thread> at_work;
    for (std::int64_t each = 0; each < threads; ++each) {
        const auto index = static_cast<std::size_t>(each);
        stretches[index].from = head->count * each / threads + 1;
        stretches[index].to = head->count * (each + 1) / threads;
        at_work.emplace_back([this, &stretch = stretches[index], &done = read[index], &noted] {
            done = access_.read_with([&](soci::session& sql) { look_at(sql, stretch, noted); });
        });
    }
    for (auto& each : at_work) each.join();
    bool noted_seen = !noted || (noted->count == 0 && noted->hash == hex(Hash{}));
    for (std::size_t index = 0; index < stretches.size(); ++index) {
        const auto& stretch = stretches[index];
        if (!read[index]) return std::unexpected(read[index].error());
        if (stretch.wrong != 0) return changed_at(stretch.wrong);
        if (stretch.looked != stretch.to)
            return changed(phrase(
                "the audit log has {1:n} records where {2:n} were written: its end was cut off",
                stretch.looked, head->count
            ));
        noted_seen = noted_seen || stretch.noted_seen;
    }
    if (hex(stretches.back().last) != head->hash)
        return changed("the head of the audit log is not that of its last record");
    if (!noted_seen) return other_head();
    return head;
}

Result<void> AuditLog::write(const std::function<bool(std::string_view)>& take) {
    const auto head = this->head();
    if (!head) return std::unexpected(head.error());
    std::int64_t position = 0;
    bool wanted = true;
    Batch batch;
    std::string out;
    while (wanted && position < head->count) {
        out.clear();
        auto done = access_.read_with([&](soci::session& sql) {
            batch.read(sql, position);
            for (std::size_t at = 0; at < batch.size() && batch.position[at] <= head->count; ++at) {
                position = batch.position[at];
                out += "{\"hash\":\"" + batch.hash[at] + "\",\"record\":";
                append_audit_text(out, position, batch.entry(at));
                out += "}\n";
            }
        });
        if (!done) return done;
        if (out.empty()) break;
        wanted = take(out);
    }
    if (wanted)
        take(
            "{\"head\":{\"count\":" + std::to_string(head->count) + ",\"hash\":\"" + head->hash +
            "\"}}\n"
        );
    return {};
}

Result<void> AuditExportCheck::line(std::string_view text) {
    static constexpr std::string_view opening = "{\"hash\":\"", middle = "\",\"record\":",
                                      head = "{\"head\":{\"count\":", head_middle = ",\"hash\":\"";
    const auto number = count_ + 1;
    const auto no_record = [number] {
        return changed(phrase(
            "line {1} is no record of an audit log; this is no export, or it was changed", number
        ));
    };
    if (ended_) return changed("there is more behind the end of the audit log");
    if (text.starts_with(head)) {
        AuditHead said;
        text.remove_prefix(head.size());
        const auto read = std::from_chars(text.data(), text.data() + text.size(), said.count);
        text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
        if (!text.starts_with(head_middle) || text.size() != head_middle.size() + hex_size + 3 ||
            !text.ends_with("\"}}"))
            return no_record();
        said.hash = text.substr(head_middle.size(), hex_size);
        if (said.count != count_ || said.hash != hex(last_))
            return changed(phrase(
                "the audit log has {1:n} records where {2:n} were written: its end was cut off",
                count_, said.count
            ));
        ended_ = true;
        return {};
    }
    if (text.size() < opening.size() + hex_size + middle.size() + 1 || !text.starts_with(opening) ||
        text.substr(opening.size() + hex_size, middle.size()) != middle || text.back() != '}')
        return no_record();
    const auto said = from_hex(text.substr(opening.size(), hex_size));
    auto record = text.substr(opening.size() + hex_size + middle.size());
    record.remove_suffix(1);
    last_ = next_hash(last_, record);
    ++count_;
    if (said != last_) return changed_at(count_);
    if (noted_ && noted_->count == count_) noted_seen_ = noted_->hash == hex(last_);
    return {};
}

Result<void> AuditExportCheck::take(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto end = bytes.find('\n');
        if (end == bytes.npos) {
            rest_ += bytes;
            return {};
        }
        auto text = bytes.substr(0, end);
        if (!rest_.empty()) {
            rest_ += text;
            text = rest_;
        }
        if (auto fine = line(text); !fine) return fine;
        rest_.clear();
        bytes.remove_prefix(end + 1);
    }
    return {};
}

Result<AuditHead> AuditExportCheck::finish() {
    if (!rest_.empty() || !ended_)
        return changed("the end of the audit log is missing from this export");
    if (noted_ && noted_->count == 0 && noted_->hash == hex(Hash{})) noted_seen_ = true;
    if (noted_ && !noted_seen_) return other_head();
    return AuditHead{count_, hex(last_)};
}

}  // namespace porteur
