// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every migration of the store, in their order; migrations.cpp runs them.

#include <span>
#include <string_view>

namespace porteur {

// Forward only, never edited once released: a mistake is mended by the next one. Statements are
// separated by ";\n". BIGINT and TEXT are all that both databases need. Sealed columns hold
// printable text. Instants are milliseconds since 1970, UTC.
//
// What each database needs is told to it in its own words (in_words_of). On SQLite a "bigint primary key" is
// the row's own number, so that no second tree is kept for it, and a table marked "-- by key" is stored in the
// order of its key: each tree fewer is a page fewer in every commit. On PostgreSQL a table marked "-- with room"
// leaves half of each page free, so that a row's next version lies beside it and no index hears of the change:
// that holds for a change of columns which stand in no index, nor in an index's condition. "-- and the key" ends an
// index's columns with the row's key, so that what it leads to comes in that order.
struct Migration {
    int number;
    std::string_view name;
    std::string_view sql;
};

/// By number; not every number has one. @threads any
std::span<const Migration> all_migrations() noexcept;

/// The version of the porteurd that these are the migrations of. @threads any
std::string_view migrations_of() noexcept;

}  // namespace porteur
