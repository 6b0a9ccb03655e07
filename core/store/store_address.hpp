// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where the store is, and how its database is spoken to.

#include <memory>
#include <string>

#include <porteur/result.hpp>

#include "store/dialect.hpp"

namespace soci {
class session;
}

namespace porteur {

struct StoreAddress {
    Dialect dialect;
    std::string rest;  ///< a path, or what libpq takes
};

/// @param text  as StoreSettings::address
/// @errors  invalid_input: it is neither
Result<StoreAddress> read_store_address(const std::string& text);

/// Whether either end that is gone without a word (its cable was pulled, its process was stopped) is to be noticed within
/// seconds: as a daemon's sessions, but not those that wait in a transaction while another program reads.
enum class Silence { is_waited_out, ends_the_session };

/// Throws what SOCI throws. Each session is one thread's at a time.
std::unique_ptr<soci::session> connect_sqlite(const StoreAddress& address);

/// Throws what SOCI throws.
std::unique_ptr<soci::session> connect_postgresql(const StoreAddress& address, Silence silence = Silence::is_waited_out);

}  // namespace porteur
