// SPDX-License-Identifier: Apache-2.0
#include "store/store_address.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

namespace porteur {
namespace {

/// With an option at its end, in the form that the address has.
std::string with(const std::string& address, const std::string& name, const std::string& value) {
    if (address.find(name + "=") != address.npos) return address;  // its owner knows better
    if (!address.starts_with("postgresql://")) return address + " " + name + "=" + value;
    return address + (address.find('?') == address.npos ? "?" : "&") + name + "=" + value;
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
