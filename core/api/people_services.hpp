// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the API needs of tenants, people, sessions, tokens and the audit log. Threads and errors as
// in services.hpp. What is of an account that the caller's role does not reach is answered like
// what does not exist; what it reaches and may not do there is refused with forbidden_code.

#include "api/services.hpp"
#include "domain/people.hpp"

namespace porteur {

/// As IdempotencyRequest, for anything else that is made.
template <class T>
struct AnswerKept {
    std::string key;
    std::string fingerprint;
    std::function<std::pair<int, std::string>(const T&)> answer;
};

/// Who a session's cookie belongs to.
struct SessionCaller {
    Caller caller;     ///< in their own account; address is not filled in
    std::string csrf;  ///< what requests that change something must say
    Instant expires{};
};

struct SignIn {
    std::string login, password, code;
    std::string address;
};

struct SignedIn {
    std::string cookie;  ///< shown this once
    SessionCaller session;
    User user;
};

/// What an authenticator is given.
struct SecondFactor {
    std::string secret;  ///< base 32
    std::string uri;     ///< the same as a QR code has it
};

/// A token as it is shown; the token itself is shown once, when it is made.
struct TokenShown {
    Id id = 0;
    std::int64_t tenant = 0;
    std::string name;
    std::string scope;
    Instant created{};
    std::optional<Instant> expires, revoked;
    std::string token;  ///< of a new one only
};

struct TenantWish {
    std::optional<std::int64_t> parent;
    std::optional<TenantKind> kind;  ///< of a new one only
    std::optional<std::string> name;
    std::optional<bool> disabled;
};

struct UserWish {
    std::optional<std::int64_t> tenant;
    std::optional<std::string> login;     ///< of a new one only
    std::optional<std::string> password;  ///< of a new one only
    std::optional<std::string> name, language;
    std::optional<bool> disabled;
};

struct MemberWish {
    std::optional<std::int64_t> tenant;  ///< of a new one only
    std::optional<MemberKind> kind;
    std::optional<std::string> name, extension;
};

struct TokenWish {
    std::optional<std::int64_t> tenant;
    std::string name;
    std::string scope;
    std::optional<Instant> expires;
};

/// What a list of people, members or tokens is asked for.
struct PeopleWanted {
    std::optional<std::int64_t>
        tenant;  ///< of this account alone; nothing: of all that the caller reaches
    std::string text, kind;
    Id after = 0;
    int limit = 100;
};

struct AuditWanted {
    std::optional<std::int64_t> tenant;
    std::string who, action, kind, object;
    std::optional<Instant> since, until;
    std::int64_t before = 0;
    int limit = 100;
};

class ProviderSignIn;
class PhoneServices;

class PeopleServices {
public:
    virtual ~PeopleServices() = default;

    /// The accounts as they are now.
    virtual std::shared_ptr<const TenantTree> tree() const = 0;

    // ---------------------------------------------------------------- sessions

    /// Whose session this cookie is; nothing for an unknown one, one that is over, and one of a
    /// person who was disabled. As cheap as authenticate().
    virtual Result<std::optional<SessionCaller>> by_cookie(std::string_view cookie) = 0;
    /// @errors  invalid_input: sign_in_code, second_factor_code, too_many_code
    virtual Async<Result<SignedIn>> sign_in(SignIn wish) = 0;
    virtual Async<Result<void>> sign_out(Caller caller, std::string cookie) = 0;
    /// A new secret for an authenticator, which counts once a code of it was seen
    /// (confirm_second_factor).
    /// @errors  invalid_input: forbidden_code: not their password
    virtual Async<Result<SecondFactor>> begin_second_factor(
        Caller caller, std::string password
    ) = 0;
    /// @return  codes for whoever loses it, shown this once
    virtual Async<Result<std::vector<std::string>>> confirm_second_factor(
        Caller caller, std::string code, std::string cookie
    ) = 0;
    virtual Async<Result<User>> drop_second_factor(Caller caller, Id id, std::string password) = 0;
    virtual Result<std::optional<User>> person(Id id) = 0;
    /// Signing in at providers of OpenID Connect (provider_services.hpp); null: not here.
    virtual ProviderSignIn* provider_sign_in() { return nullptr; }
    /// People's telephones (phone_services.hpp); null: not here.
    virtual PhoneServices* phones() { return nullptr; }
    /// Whom a person is at a provider. @param subject  "ISSUER SUBJECT"; empty: nobody any more
    /// @errors  invalid_input: conflict_code: they are somebody there already, or somebody else is this one
    virtual Async<Result<User>> link_user(Caller caller, Id id, std::string subject) = 0;

    // ---------------------------------------------------------------- accounts

    virtual Async<Result<Tenant>> add_tenant(
        Caller caller, TenantWish wish, std::optional<AnswerKept<Tenant>> kept
    ) = 0;
    virtual Async<Result<Tenant>> change_tenant(
        Caller caller, std::int64_t id, std::optional<std::int64_t> if_version, TenantWish wish,
        std::optional<AnswerKept<Tenant>> kept
    ) = 0;

    // ---------------------------------------------------------------- people, members, tokens

    virtual Result<std::vector<User>> users(const Caller& caller, const PeopleWanted& wanted) = 0;
    virtual Result<std::optional<User>> user(const Caller& caller, Id id) = 0;
    virtual Async<Result<User>> add_user(
        Caller caller, UserWish wish, std::optional<AnswerKept<User>> kept
    ) = 0;
    virtual Async<Result<User>> change_user(
        Caller caller, Id id, std::optional<std::int64_t> if_version, UserWish wish,
        std::optional<AnswerKept<User>> kept
    ) = 0;
    /// @param current  the password as it is, which somebody who changes their own must know
    /// @param cookie   of the session that goes on; the person's others end
    virtual Async<Result<User>> change_password(
        Caller caller, Id id, std::string password, std::string current, std::string cookie
    ) = 0;

    virtual Result<std::vector<Member>> members(
        const Caller& caller, const PeopleWanted& wanted
    ) = 0;
    virtual Result<std::optional<Member>> member(const Caller& caller, Id id) = 0;
    virtual Async<Result<Member>> add_member(
        Caller caller, MemberWish wish, std::optional<AnswerKept<Member>> kept
    ) = 0;
    virtual Async<Result<Member>> change_member(
        Caller caller, Id id, std::optional<std::int64_t> if_version, MemberWish wish,
        std::optional<AnswerKept<Member>> kept
    ) = 0;
    virtual Async<Result<void>> remove_member(Caller caller, Id id) = 0;

    virtual Result<std::vector<TokenShown>> tokens(
        const Caller& caller, const PeopleWanted& wanted
    ) = 0;
    virtual Async<Result<TokenShown>> add_token(
        Caller caller, TokenWish wish, std::optional<AnswerKept<TokenShown>> kept
    ) = 0;
    virtual Async<Result<TokenShown>> revoke_token(Caller caller, Id id) = 0;

    // ---------------------------------------------------------------- the audit log

    /// Newest first.
    virtual Result<std::vector<AuditRecord>> audit(
        const Caller& caller, const AuditWanted& wanted
    ) = 0;
};

}  // namespace porteur
