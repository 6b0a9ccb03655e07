// SPDX-License-Identifier: Apache-2.0
#pragma once

// Accounts, people, sessions, members and tokens in the store. Each change writes its record of the
// audit log and, where the request had a key, its answer in the same transaction. What may be done
// by whom is decided before, by whoever calls.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/people.hpp"
#include "store/audit_chain.hpp"
#include "store/store_access.hpp"

namespace porteur {

/// Who makes a change, when and from where: what an AuditEntry says of it.
struct ChangeBy {
    Instant at{};
    std::string who;
    Id person = 0;
    std::int64_t home = 0;
    std::string address;
};

/// The answer that is kept with a change under the request's key; null: there was none.
template <class T>
using Remember = std::function<IdempotencyRecord(const T&)>;

/// What a page of a list is asked for.
struct PeopleQuery {
    std::vector<std::int64_t> tenants = {};  ///< of one of these
    std::string text = {};  ///< in the login or the name, capitals aside; empty: any
    std::string kind = {};  ///< of members; empty: any
    Id after = 0;
    int limit = 100;
};

/// What is kept of how somebody proves who they are.
struct SignInProof {
    std::string password = {};               ///< its Argon2id hash; empty: no sign-in by password
    std::string totp = {};                   ///< the authenticator's secret, base 32; empty: none
    std::int64_t totp_step = 0;              ///< the last one that was used: none twice
    std::vector<std::string> recovery = {};  ///< hashes of codes that are left
    std::string subject = {};                ///< as in User
};

struct UserWithProof {
    User user;
    SignInProof proof;
};

/// @threads any; blocks
/// @errors  invalid_input with the code "not-found", "version" or "conflict"; unavailable: the
/// store
class PeopleBook {
public:
    /// @param beside  for a program beside the daemon
    explicit PeopleBook(StoreAccess& access, bool beside = false)
        : access_(access), beside_(beside) {}

    // ---------------------------------------------------------------- accounts

    Result<std::vector<Tenant>> tenants();
    /// Its id is the next one.
    Result<Tenant> add_tenant(const ChangeBy& by, Tenant tenant, const Remember<Tenant>& remember);
    /// Sessions of those that may not be there any more end.
    /// @param change    of the account as it is now
    /// @param affected  the account and all below it
    Result<Tenant> change_tenant(
        const ChangeBy& by, std::int64_t id, std::optional<std::int64_t> if_version,
        const std::function<Result<void>(Tenant&)>& change,
        const std::vector<std::int64_t>& affected, const Remember<Tenant>& remember
    );

    // ---------------------------------------------------------------- people

    Result<std::vector<User>> users(const PeopleQuery& query);
    Result<std::optional<UserWithProof>> user(Id id);
    Result<std::optional<UserWithProof>> user_by_login(const std::string& login);
    Result<std::optional<UserWithProof>> user_by_subject(const std::string& subject);
    Result<User> add_user(
        const ChangeBy& by, const User& user, const SignInProof& proof,
        const Remember<User>& remember
    );
    /// Ends the person's sessions where they are disabled or belong to another account now.
    Result<User> change_user(
        const ChangeBy& by, Id id, std::optional<std::int64_t> if_version,
        const std::function<Result<void>(User&)>& change, const Remember<User>& remember
    );
    /// Ends the person's other sessions.
    /// @param action  the word of the audit log
    /// @param kept    hash of a session that goes on; empty: none
    Result<User> change_proof(
        const ChangeBy& by, Id id, std::string_view action,
        const std::function<Result<void>(UserWithProof&)>& change, const std::string& kept
    );
    /// Whom the person is at a provider of OpenID Connect; sessions go on.
    /// @param subject  "ISSUER SUBJECT"; empty: nobody any more, which User::subject goes on saying
    /// @param said     canonical JSON for the record
    /// @errors  conflict: they are somebody there already, or somebody else is this one
    Result<User> link(const ChangeBy& by, Id id, const std::string& subject, const std::string& said);
    /// The same without a record and without ending anything: what was used up at a sign-in.
    Result<void> use_proof(Id id, const std::function<Result<void>(SignInProof&)>& change);

    // ---------------------------------------------------------------- sessions

    /// @param said  canonical JSON for the record: by which provider; empty: by a password
    Result<void> begin_session(
        const ChangeBy& by, const Session& session, const User& user, const std::string& said = {}
    );
    Result<std::optional<std::pair<Session, User>>> session(const std::string& hash);
    Result<void> touch_session(const std::string& hash, Instant seen);
    Result<void> end_session(const ChangeBy& by, const std::string& hash, const User& user);
    /// Takes out what is over. @return how many
    Result<int> drop_sessions(Instant expired, Instant idle_since);
    /// A record of the log alone: a sign-in that failed, a change that is kept elsewhere.
    Result<void> note(const AuditEntry& entry);

    // ---------------------------------------------------------------- members

    Result<std::vector<Member>> members(const PeopleQuery& query);
    Result<std::optional<Member>> member(Id id);
    Result<Member> add_member(
        const ChangeBy& by, const Member& member, const Remember<Member>& remember
    );
    Result<Member> change_member(
        const ChangeBy& by, Id id, std::optional<std::int64_t> if_version,
        const std::function<Result<void>(Member&)>& change, const Remember<Member>& remember
    );
    Result<void> remove_member(const ChangeBy& by, Id id);

    // ---------------------------------------------------------------- tokens

    /// Oldest first.
    Result<std::vector<TokenRow>> tokens(const PeopleQuery& query);
    Result<std::optional<TokenRow>> token(Id id);
    Result<TokenRow> add_token(
        const ChangeBy& by, const TokenRow& token, const Remember<TokenRow>& remember
    );
    /// Again: it stays revoked as of the first time.
    Result<void> revoke_token(const ChangeBy& by, const TokenRow& token);

    // ---------------------------------------------------------------- what is done to orders

    /// Chains what people and tokens did to orders, as far as their timelines tell it and the log
    /// does not have it yet: at most `limit` entries of the timelines are looked at.
    /// @return how many were looked at
    Result<int> follow_timelines(int limit);

private:
    Result<void> change(const std::function<Result<void>(soci::session&)>& apply);

    StoreAccess& access_;
    bool beside_;
};

/// The record of the audit log that an entry of a timeline makes; nothing where no person or token
/// did it.
/// @threads any
std::optional<AuditEntry> audit_entry_of(const TimelineEntry& entry);

}  // namespace porteur
