// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who there is: people who sign in, and the members of an account that numbers are used by. What a
// name, a login and a password may be stands here, so that the command line beside the store and
// the API say the same.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/audit.hpp"
#include "domain/tenant_tree.hpp"

namespace porteur {

/// Somebody who signs in, and is administrator of the account.
struct User {
    Id id = 0;
    std::int64_t tenant = 0;
    std::string login;            ///< unique in the installation; lower case
    std::string name;             ///< as others read it
    std::string language = "en";  ///< "en", "fr"
    bool disabled = false;
    bool second_factor = false;  ///< a code of an authenticator is asked for
    std::string subject;  ///< "ISSUER SUBJECT" of OpenID Connect, by which they sign in there; empty: none
    std::int64_t version = 1;
    Instant created{}, updated{};
    std::optional<Instant> seen;  ///< when they last signed in
};

/// A user, a service or a group of an account: what numbers are used by. Nobody signs in as one.
enum class MemberKind { user, service, group };

struct Member {
    Id id = 0;
    std::int64_t tenant = 0;
    MemberKind kind = MemberKind::user;
    std::string name;
    std::string extension;  ///< digits; empty: none
    std::int64_t version = 1;
    Instant created{}, updated{};
};

/// A person's stay: from signing in to signing out.
struct Session {
    std::string hash;  ///< of the cookie's value, which is not kept
    Id user = 0;
    std::string address;
    Instant created{}, seen{}, expires{};
};

/// @threads any
std::string_view word_of(MemberKind kind) noexcept;
std::optional<MemberKind> member_kind_of(std::string_view word) noexcept;

/// @errors  invalid_input; the message begins with the JSON pointer of the field
/// @threads any
Result<void> check_login(std::string_view login);
Result<void> check_name(std::string_view name);
Result<void> check_extension(std::string_view extension);
Result<void> check_language(std::string_view language);
/// @source  NIST SP 800-63B-4, 3.1.1.2: length counts, rules about kinds of characters do not
Result<void> check_password(std::string_view password, std::string_view login);
/// Of a token: it may not look like a person's, nor like one who has entered an account.
Result<void> check_token_name(std::string_view name);
/// Logins differ in more than capitals. @threads any
std::string folded_login(std::string_view login);

/// How somebody stands in a timeline and in the audit log: "@alice" for a person, the name alone
/// for a token; with " (from account 1)" behind it where it was done in an account that they
/// entered.
/// @threads any
std::string who_text(std::string_view name, std::int64_t home);
/// Takes it apart again. @return the name, and the account that it came from; 0: its own
std::pair<std::string, std::int64_t> read_who(std::string_view who);

/// What the audit log shows of them: canonical JSON, without secrets. @threads any
std::string audit_json(const Tenant& tenant);
std::string audit_json(const User& user);
std::string audit_json(const Member& member);

}  // namespace porteur
