// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace porteur {

/// What a text in a settings file must look like, and how a person is told.
struct TextForm {
    bool (*fits)(std::string_view text);
    std::string_view complaint;  ///< after `key = "value" `: "is not a name; write ..."
};

extern const TextForm any_text;      ///< no control bytes but line breaks and tabs
extern const TextForm identifier;    ///< "acme_ca": plugins, settings, secrets, operations
extern const TextForm account_name;  ///< "acme-west": also hyphens
extern const TextForm step_name;     ///< "find-order"
extern const TextForm host_name;     ///< "api.acme.example", "127.0.0.1", "::1"; no scheme, no port
extern const TextForm mail_address;  ///< "ports@acme.example"
extern const TextForm header_name;   ///< RFC 9110, section 5.6.2
extern const TextForm json_pointer;  ///< RFC 6901
extern const TextForm sha256;        ///< 64 lower-case hexadecimal digits
extern const TextForm country_code;  ///< ISO 3166-1 alpha-2
extern const TextForm version_text;  ///< "1.0.0", "1.0.0-rc1"
extern const TextForm environment_name;
extern const TextForm credential_name;

extern const TextForm address_entry;  ///< "10.1.0.0/16", "192.0.2.7:8080": for an AddressGuard

/// https://host[:port][/path], or http:// to a loopback address; no query, no user. @threads any
extern const TextForm web_address;

/// Is this host name an address of this machine only? "localhost", "127.x.y.z", "::1". @threads any
bool is_loopback(std::string_view host);

/// The host of an address that fits web_address, without port and brackets; empty if there is none.
std::string_view host_of(std::string_view address);

/// Does the address carry a user, and so perhaps a password?
bool has_user(std::string_view address);

/// Is it an address with a user or a password in it? Then no message may show it.
bool may_hold_password(std::string_view text);

}  // namespace porteur
