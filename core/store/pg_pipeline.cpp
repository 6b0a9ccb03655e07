// SPDX-License-Identifier: Apache-2.0
#include "store/pg_pipeline.hpp"

#include <libpq-fe.h>

#include <array>
#include <charconv>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace porteur {
namespace {

// Fixed for ever in PostgreSQL's catalog (pg_type.dat).
constexpr Oid int8_oid = 20, text_oid = 25, int8_array_oid = 1016, text_array_oid = 1009;
constexpr std::size_t array_header_size = 20;

using Reply = std::unique_ptr<PGresult, decltype([](PGresult* each) { PQclear(each); })>;

std::string without_line_end(std::string text) {
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

template <class Number>
void put(std::string& into, std::size_t at, Number value) {
    auto bytes = static_cast<std::make_unsigned_t<Number>>(value);
    for (auto place = at + sizeof bytes; place-- > at; bytes >>= 8)
        into[place] = static_cast<char>(bytes & 0xFF);
}

template <class Number>
void append(std::string& into, Number value) {
    into.resize(into.size() + sizeof value);
    put(into, into.size() - sizeof value, value);
}

}  // namespace

PgPipeline::PgPipeline(pg_conn* connection) : connection_(connection) {
    prepare("porteur_begin", "begin", {});
    prepare("porteur_commit", "commit", {});
    prepare("porteur_rollback", "rollback", {});
    check(PQenterPipelineMode(connection_));
}

PgPipeline::~PgPipeline() = default;

void PgPipeline::check(int ok) {
    if (ok != 1) throw std::runtime_error(without_line_end(PQerrorMessage(connection_)));
}

void PgPipeline::prepare(
    const std::string& name, const std::string& sql, std::span<const Parameter> parameters
) {
    std::vector<Oid> types;
    for (const auto each : parameters)
        types.push_back(
            each == Parameter::numbers ? int8_array_oid
            : each == Parameter::texts ? text_array_oid
                                       : text_oid
        );
    const auto count = static_cast<int>(types.size());
    const bool inside = PQpipelineStatus(connection_) == PQ_PIPELINE_ON;
    if (inside) check(PQexitPipelineMode(connection_));
    const Reply reply(PQprepare(connection_, name.c_str(), sql.c_str(), count, types.data()));
    if (PQresultStatus(reply.get()) != PGRES_COMMAND_OK)
        throw std::runtime_error(without_line_end(PQresultErrorMessage(reply.get())));
    if (inside) check(PQenterPipelineMode(connection_));
}

void PgPipeline::send(const std::string& name, std::span<const std::string> values) {
    std::array<const char*, 32> bytes{};
    std::array<int, 32> lengths{};
    std::array<int, 32> formats{};
    if (values.size() > bytes.size()) throw std::runtime_error("too many parameters for " + name);
    for (std::size_t at = 0; at < values.size(); ++at) {
        bytes[at] = values[at].data();
        lengths[at] = static_cast<int>(values[at].size());
        formats[at] = 1;
    }
    check(PQsendQueryPrepared(
        connection_, name.c_str(), static_cast<int>(values.size()), bytes.data(), lengths.data(),
        formats.data(), 0
    ));
    waiting_.push_back(name);
    pushed_ = false;
}

PgPipeline::Answer PgPipeline::receive() {
    if (!pushed_) {
        check(PQsendFlushRequest(connection_));
        if (PQflush(connection_) != 0) check(0);
        pushed_ = true;
    }
    const Reply reply(PQgetResult(connection_));
    const auto name = waiting_.empty() ? std::string("nothing") : waiting_.front();
    if (!reply) throw std::runtime_error("the server gave no answer to " + name);
    const auto status = PQresultStatus(reply.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        throw std::runtime_error(name + ": " + without_line_end(PQresultErrorMessage(reply.get())));
    waiting_.pop_front();
    Answer answer;
    const auto number = [](const char* text, long long& into) {
        std::from_chars(text, text + std::strlen(text), into);
    };
    number(PQcmdTuples(reply.get()), answer.rows);
    if (status == PGRES_TUPLES_OK && PQntuples(reply.get()) == 1 &&
        PQgetisnull(reply.get(), 0, 0) == 0)
        number(PQgetvalue(reply.get(), 0, 0), answer.value.emplace());
    // Each statement's results end with a null; that of this one has come with it.
    while (const Reply rest{PQgetResult(connection_)}) continue;
    return answer;
}

void PgPipeline::send_last(const std::string& name) {
    send(name, {});
    check(PQpipelineSync(connection_));
    pushed_ = true;
}

void PgPipeline::receive_last() {
    const auto name = waiting_.empty() ? std::string("nothing") : waiting_.front();
    receive();
    const Reply sync(PQgetResult(connection_));
    if (!sync || PQresultStatus(sync.get()) != PGRES_PIPELINE_SYNC)
        throw std::runtime_error("the server did not end its answers after " + name);
}

/// Reads to the next synchronisation point.
void PgPipeline::drain() {
    check(PQpipelineSync(connection_));
    for (int nothing = 0; nothing < 2;) {
        const Reply reply(PQgetResult(connection_));
        if (!reply) {
            if (PQstatus(connection_) != CONNECTION_OK) check(0);
            ++nothing;
            continue;
        }
        nothing = 0;
        if (PQresultStatus(reply.get()) == PGRES_PIPELINE_SYNC) break;
    }
    waiting_.clear();
    pushed_ = true;
}

void PgPipeline::roll_back() {
    drain();
    send_last("porteur_rollback");
    receive_last();
}

bool PgPipeline::is_cut_off() const noexcept { return PQstatus(connection_) != CONNECTION_OK; }

// ------------------------------------------------------------------ arrays

PgArray::PgArray(bool of_numbers) : of_numbers_(of_numbers) { clear(); }

void PgArray::length(std::size_t size) {
    append(bytes_, static_cast<std::int32_t>(size));
    ++count_;
}

void PgArray::number(long long value) {
    length(sizeof value);
    append(bytes_, value);
}

void PgArray::text(std::string_view value) {
    length(value.size());
    bytes_ += value;
}

void PgArray::null() {
    append(bytes_, std::int32_t{-1});
    ++count_;
    has_null_ = true;
}

void PgArray::clear() {
    bytes_.assign(array_header_size, '\0');
    count_ = 0;
    has_null_ = false;
}

const std::string& PgArray::bytes() {
    // One dimension, whether there are nulls, what the elements are, how many, counted from one.
    put(bytes_, 0, std::int32_t{1});
    put(bytes_, 4, std::int32_t{has_null_ ? 1 : 0});
    put(bytes_, 8, static_cast<std::int32_t>(of_numbers_ ? int8_oid : text_oid));
    put(bytes_, 12, count_);
    put(bytes_, 16, std::int32_t{1});
    return bytes_;
}

}  // namespace porteur
