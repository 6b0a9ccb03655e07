// SPDX-License-Identifier: Apache-2.0
#include "store/store_address.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sqlite3.h>

#include <chrono>
#include <mutex>
#include <thread>

#include "domain/crash_point.hpp"

namespace porteur {
namespace {

/// With an option at its end, in the form that the address has.
std::string with(const std::string& address, const std::string& name, const std::string& value) {
    if (address.find(name + "=") != address.npos) return address;  // its owner knows better
    if (!address.starts_with("postgresql://")) return address + " " + name + "=" + value;
    return address + (address.find('?') == address.npos ? "?" : "&") + name + "=" + value;
}

/// Before SQLite's first use in this process: each connection is one thread's at a time here, so that none
/// needs a lock of its own (six in a hundred instructions of the writer), and nobody reads its memory counts.
void configure_sqlite() {
    static std::once_flag once;
    std::call_once(once, [] {
        sqlite_api::sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
        sqlite_api::sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    });
}

/// For whoever writes just now. SQLite's own waits grow to 100 ms, and one that writes without end leaves it free for
/// some microseconds at a time: beside it a change of the key took half a minute instead of half a second.
int wait_for_the_writer(void*, int tries) {
    constexpr std::chrono::microseconds wait{500};
    constexpr int tries_max = 20'000;  // ten seconds
    if (tries >= tries_max) return 0;
    std::this_thread::sleep_for(wait);
    return 1;
}

}  // namespace

Result<StoreAddress> read_store_address(const std::string& text) {
    if (text.starts_with("sqlite:")) return StoreAddress{Dialect::sqlite, text.substr(7)};
    // SOCI takes the text apart at blanks and at the first "=", and adds a "=" where it found none: the database
    // "porteur" would become "porteur=". With an option in the address there is one.
    if (text.starts_with("postgresql://")) return StoreAddress{Dialect::postgresql, text.find('=') != text.npos ? text : with(text, "application_name", "porteurd")};
    if (text.starts_with("postgresql:")) return StoreAddress{Dialect::postgresql, text.substr(11)};
    return failure(ErrorKind::invalid_input,
                   "store = " + quoted(text) + " is neither \"sqlite:PATH\" nor \"postgresql://...\"");
}

std::unique_ptr<soci::session> connect_sqlite(const StoreAddress& address) {
    configure_sqlite();
    auto session = std::make_unique<soci::session>(soci::sqlite3, "db=" + address.rest);
    sqlite_api::sqlite3_busy_handler(static_cast<soci::sqlite3_session_backend*>(session->get_backend())->conn_, wait_for_the_writer, nullptr);
    // FULL: a commit is on the disk before anybody hears of it. WAL: readers never wait for it.
    *session << "pragma journal_mode = wal";
    *session << (PORTEUR_HAS_DEFECT("sync_off") ? "pragma synchronous = off" : "pragma synchronous = full");
    *session << "pragma wal_autocheckpoint = 4000";
    *session << "pragma cache_size = -4000";
    *session << "pragma temp_store = memory";
    return session;
}

std::unique_ptr<soci::session> connect_postgresql(const StoreAddress& address, Silence silence) {
    auto text = address.rest;
    if (silence == Silence::ends_the_session) {
        text = with(text, "connect_timeout", "4");
        text = with(text, "tcp_user_timeout", "8000");
        text = with(text, "keepalives_idle", "2");
        text = with(text, "keepalives_interval", "1");
        text = with(text, "keepalives_count", "3");
    }
    auto session = std::make_unique<soci::session>(soci::postgresql, text);
    // "The table is there already" is no news to an operator.
    *session << "set client_min_messages = warning";
    // Nor may one that was stopped in a transaction keep its rows from whoever goes on.
    if (silence == Silence::ends_the_session) *session << "set idle_in_transaction_session_timeout = '15s'";
    return session;
}

}  // namespace porteur
