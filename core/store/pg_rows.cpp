// SPDX-License-Identifier: Apache-2.0
#include "store/pg_rows.hpp"

#include <libpq-events.h>
#include <libpq-fe.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "store/pg_pipeline.hpp"

namespace porteur::queries {
namespace {

using Answer = std::unique_ptr<PGresult, void (*)(PGresult*)>;

[[noreturn]] void fail(PGconn* connection) { throw std::runtime_error(PQerrorMessage(connection)); }

std::string binary(const PgValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value)) {
        PgArray array(true);
        for (const auto each : *list) array.number(each);
        return array.bytes();
    }
    const auto number = static_cast<std::uint64_t>(std::get<std::int64_t>(value));
    std::string out(sizeof number, 0);
    for (std::size_t at = 0; at < out.size(); ++at)
        out[at] = static_cast<char>(number >> (8 * (out.size() - 1 - at)) & 0xFFU);
    return out;
}

// ------------------------------------------------------------------ what a connection has prepared

/// A statement's name, by its text. libpq keeps it with the connection and says when that ends or
/// begins anew.
class Prepared {
public:
    static Prepared& of(PGconn* connection) {
        if (auto* known = static_cast<Prepared*>(PQinstanceData(connection, heed))) return *known;
        auto made = std::make_unique<Prepared>();
        // A name of ours, as libpq wants one; it shows in its own errors alone.
        if (PQregisterEventProc(connection, heed, "porteur", nullptr) == 0 ||
            PQsetInstanceData(connection, heed, made.get()) == 0)
            throw std::runtime_error("libpq has no memory for what is prepared");
        return *made.release();
    }

    /// The name under which the connection has it prepared by now; good until the next call.
    const std::string& name_of(PGconn* connection, const std::string& text) {
        ++asked_;
        if (const auto found = kept_.find(text); found != kept_.end()) {
            found->second.used = asked_;
            return found->second.name;
        }
        // Texts differ by the way to ask and by how much is asked for; what was asked longest ago goes.
        if (kept_.size() == kept_max) put_out(connection, std::ranges::min_element(kept_, {}, [](const auto& each) { return each.second.used; }));
        auto name = "porteur_" + std::to_string(asked_);
        const Answer prepared(
            PQprepare(connection, name.c_str(), text.c_str(), 0, nullptr), PQclear
        );
        if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) fail(connection);
        return kept_.emplace(text, Kept{std::move(name), asked_}).first->second.name;
    }

private:
    static int heed(PGEventId event, void* what, void*) {
        if (event == PGEVT_CONNDESTROY)
            delete static_cast<Prepared*>(
                PQinstanceData(static_cast<PGEventConnDestroy*>(what)->conn, heed)
            );
        else if (event == PGEVT_CONNRESET)
            if (auto* known = static_cast<Prepared*>(
                    PQinstanceData(static_cast<PGEventConnReset*>(what)->conn, heed)
                ))
                known->kept_.clear();
        return 1;
    }

    struct Kept {
        std::string name;
        std::uint64_t used = 0;  ///< counted in questions
    };
    using All = std::unordered_map<std::string, Kept>;
    static constexpr std::size_t kept_max = 64;

    void put_out(PGconn* connection, All::iterator which) {
        const Answer done(PQexec(connection, ("deallocate " + which->second.name).c_str()), PQclear);
        if (PQresultStatus(done.get()) != PGRES_COMMAND_OK) fail(connection);
        kept_.erase(which);
    }

    All kept_;
    std::uint64_t asked_ = 0;
};

// ------------------------------------------------------------------ COPY

Answer next_answer(PGconn* connection) { return {PQgetResult(connection), PQclear}; }

std::string_view without_header(std::string_view message) {
    constexpr std::size_t fixed = 19;
    if (message.size() < fixed || !message.starts_with("PGCOPY\n"))
        throw std::runtime_error("COPY began with something else");
    const auto more = PgRow::big_endian(message.substr(15, 4));
    return message.substr(std::min<std::size_t>(fixed + more, message.size()));
}

std::string list_text(const std::vector<std::int64_t>& numbers) {
    std::string out = "'{";
    for (const auto each : numbers) {
        if (out.back() != '{') out += ',';
        out += std::to_string(each);
    }
    return out + "}'";
}

std::string literal(PGconn* connection, const PgValue& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value)) return list_text(*list);
    const auto& given = std::get<std::string>(value);
    const std::unique_ptr<char, void (*)(void*)> quoted(
        PQescapeLiteral(connection, given.data(), given.size()), PQfreemem
    );
    if (!quoted) fail(connection);
    return quoted.get();
}

/// COPY takes no values, so they stand in the statement.
std::string with_values(
    PGconn* connection, std::string_view text, const std::vector<PgValue>& values
) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '$') {
            out += text[at];
            continue;
        }
        std::size_t place = 0;
        const auto* const end =
            std::from_chars(text.data() + at + 1, text.data() + text.size(), place).ptr;
        out += literal(connection, values.at(place - 1));
        at = static_cast<std::size_t>(end - text.data()) - 1;
    }
    return out;
}

}  // namespace

bool PgRow::read_tuple(std::string_view bytes, int count) {
    fields_.clear();
    while (count-- > 0) {
        if (bytes.size() < 4) return false;
        const auto size = static_cast<std::int32_t>(big_endian(bytes.substr(0, 4)));
        bytes.remove_prefix(4);
        if (size < 0) {
            fields_.push_back({nullptr, 0});
            continue;
        }
        if (bytes.size() < static_cast<std::size_t>(size)) return false;
        fields_.push_back(bytes.substr(0, static_cast<std::size_t>(size)));
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return bytes.empty();
}

void PgRow::read_answer(const PGresult* answer, int row) {
    const auto columns = PQnfields(answer);
    fields_.clear();
    for (int each = 0; each < columns; ++each)
        fields_.push_back(
            PQgetisnull(answer, row, each)
                ? std::string_view(nullptr, 0)
                : std::string_view(
                      PQgetvalue(answer, row, each),
                      static_cast<std::size_t>(PQgetlength(answer, row, each))
                  )
        );
}

void each_prepared(
    PGconn* connection, const std::string& text, const std::vector<PgValue>& values,
    const TakePgRow& take
) {
    std::vector<std::string> bytes;
    bytes.reserve(values.size());
    for (const auto& each : values) bytes.push_back(binary(each));
    std::vector<const char*> starts;
    std::vector<int> sizes;
    for (const auto& each : bytes) {
        starts.push_back(each.data());
        sizes.push_back(static_cast<int>(each.size()));
    }
    const std::vector<int> formats(values.size(), 1);
    const auto count = static_cast<int>(values.size());
    const auto& name = Prepared::of(connection).name_of(connection, text);
    const Answer answer(
        PQexecPrepared(
            connection, name.c_str(), count, starts.data(), sizes.data(), formats.data(), 1
        ),
        PQclear
    );
    if (PQresultStatus(answer.get()) != PGRES_TUPLES_OK) fail(connection);
    PgRow row;
    for (int each = 0; each < PQntuples(answer.get()); ++each) {
        row.read_answer(answer.get(), each);
        if (!take(row)) return;
    }
}

void each_copied(
    PGconn* connection, const std::string& text, const std::vector<PgValue>& values,
    const TakePgRow& take
) {
    const auto statement =
        "copy (" + with_values(connection, text, values) + ") to stdout (format binary)";
    const Answer begun(PQexec(connection, statement.c_str()), PQclear);
    if (PQresultStatus(begun.get()) != PGRES_COPY_OUT) fail(connection);
    bool is_wanted = true, is_first = true;
    PgRow row;
    char* bytes = nullptr;
    int size = 0;
    while ((size = PQgetCopyData(connection, &bytes, 0)) > 0) {
        const std::unique_ptr<char, void (*)(void*)> held(bytes, PQfreemem);
        std::string_view message(bytes, static_cast<std::size_t>(size));
        if (std::exchange(is_first, false)) message = without_header(message);
        if (message.empty() || !is_wanted) continue;
        const auto count = static_cast<std::int16_t>(PgRow::big_endian(message.substr(0, 2)));
        if (count == -1) continue;  // the end
        if (message.size() < 2 || !row.read_tuple(message.substr(2), count))
            throw std::runtime_error("COPY gave no row");
        // What comes after the last row wanted is read, and dropped: the connection is used again.
        is_wanted = take(row);
    }
    if (size == -2) fail(connection);
    bool is_good = true;
    while (const auto end = next_answer(connection))
        is_good = is_good && PQresultStatus(end.get()) == PGRES_COMMAND_OK;
    if (!is_good) fail(connection);
}

}  // namespace porteur::queries
