// SPDX-License-Identifier: Apache-2.0
#pragma once

// The reads of number_book.hpp, each over one connection. They throw std::runtime_error with the
// database's words.

#include <functional>

#include "store/dialect.hpp"
#include "store/number_book.hpp"

namespace soci {
class session;
}

namespace porteur::queries {

std::vector<StoredClass> number_classes(soci::session& sql, Dialect dialect);
std::vector<NumberCount> number_counts(soci::session& sql, Dialect dialect);
std::vector<NumberKey> number_keys(soci::session& sql, Dialect dialect, const KeyScan& scan);
std::vector<UsedPlace> numbers_by_user(
    soci::session& sql, Dialect dialect, const KeyScan& scan, const UsedPlace& after
);
/// @param sql  on SQLite one of StoreAccess::read_with(): the statements stay with it
std::vector<NumberRow> number_rows(
    soci::session& sql, Dialect dialect, const std::vector<NumberKey>& keys, bool lie_together
);
/// The rows of number_keys(), in one reading.
/// @param sql  as of number_rows()
std::vector<NumberRow> number_rows_along(soci::session& sql, Dialect dialect, const KeyScan& scan);
void each_number_place(soci::session& sql, Dialect dialect, const NumberBook::TakePlace& take);
void each_number_line(
    soci::session& sql, Dialect dialect, const KeyScan& scan,
    const std::function<bool(const NumberLine&)>& take
);
std::vector<NumberEvent> number_history(soci::session& sql, Dialect dialect, NumberKey key, int limit);

}  // namespace porteur::queries
