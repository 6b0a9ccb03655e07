// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tenants, people, sessions and tokens as the API sees them: who may do what is asked of
// domain/roles.hpp, what is kept is kept by store/people_book.hpp. Changes run one after the other
// on a thread of their own, so that what was allowed is still so when it is written; passwords are
// looked at by two others, and only so many wait for these.

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <unordered_map>

#include <boost/asio/thread_pool.hpp>

#include "access/attempts.hpp"
#include "api/people_services.hpp"
#include "app/password_queue.hpp"
#include "app/provided_person.hpp"
#include "settings/settings.hpp"
#include "store/people_book.hpp"

namespace porteur {

/// @threads any
class PeopleDesk final : public PeopleServices {
public:
    struct Parts {
        Store& store;
        SessionsSection settings;
        std::function<Instant()> now = [] {
            return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
        };
        std::function<FailedAttempts::Time()> uptime = [] {
            return std::chrono::steady_clock::now();
        };
        std::size_t passwords_inside_max = 50;  ///< looked at, or waiting for it
    };
    explicit PeopleDesk(Parts parts);
    ~PeopleDesk() override { stop(); }

    /// Reads the accounts. @errors unavailable; internal: they are no tree
    Result<void> start();
    /// Waits for what is under way; nothing may be asked any more.
    void stop();

    /// Chains what was done to orders since the last time, and takes out sessions that are over.
    /// @return whether there is more to chain @threads the caller's; blocks
    Result<bool> follow();

    const TenantsNow& tenants() const { return tenants_; }
    std::shared_ptr<const TenantTree> tree() const override { return tenants_.tree(); }

    Result<std::optional<SessionCaller>> by_cookie(std::string_view cookie) override;
    Async<Result<SignedIn>> sign_in(SignIn wish) override;
    Async<Result<void>> sign_out(Caller caller, std::string cookie) override;
    Async<Result<SecondFactor>> begin_second_factor(Caller caller, std::string password) override;
    Async<Result<std::vector<std::string>>> confirm_second_factor(
        Caller caller, std::string code, std::string cookie
    ) override;
    Async<Result<User>> drop_second_factor(Caller caller, Id id, std::string password) override;
    Result<std::optional<User>> person(Id id) override;
    Async<Result<User>> link_user(Caller caller, Id id, std::string subject) override;

    /// Signs in whom a provider names. @errors unavailable: the store
    Async<Result<ProvidedSession>> sign_in_provided(ProvidedPerson who);
    /// The same once they have given a code.
    /// @errors  as sign_in
    Async<Result<SignedIn>> sign_in_with_code(OwesCode who, std::string provider, std::string code, std::string address);
    ProviderSignIn* provider_sign_in() override { return providers_; }
    PhoneServices* phones() override { return phones_; }
    /// @param phones  outlives every request; null: none
    void take_phones(PhoneServices* phones) { phones_ = phones; }
    /// @param providers  outlives every request; null: none
    void take_providers(ProviderSignIn* providers) { providers_ = providers; }

    Async<Result<Tenant>> add_tenant(
        Caller caller, TenantWish wish, std::optional<AnswerKept<Tenant>> kept
    ) override;
    Async<Result<Tenant>> change_tenant(
        Caller caller, std::int64_t id, std::optional<std::int64_t> if_version, TenantWish wish,
        std::optional<AnswerKept<Tenant>> kept
    ) override;

    Result<std::vector<User>> users(const Caller& caller, const PeopleWanted& wanted) override;
    Result<std::optional<User>> user(const Caller& caller, Id id) override;
    Async<Result<User>> add_user(Caller caller, UserWish wish, std::optional<AnswerKept<User>> kept)
        override;
    Async<Result<User>> change_user(
        Caller caller, Id id, std::optional<std::int64_t> if_version, UserWish wish,
        std::optional<AnswerKept<User>> kept
    ) override;
    Async<Result<User>> change_password(
        Caller caller, Id id, std::string password, std::string current, std::string cookie
    ) override;

    Result<std::vector<Member>> members(const Caller& caller, const PeopleWanted& wanted) override;
    Result<std::optional<Member>> member(const Caller& caller, Id id) override;
    Async<Result<Member>> add_member(
        Caller caller, MemberWish wish, std::optional<AnswerKept<Member>> kept
    ) override;
    Async<Result<Member>> change_member(
        Caller caller, Id id, std::optional<std::int64_t> if_version, MemberWish wish,
        std::optional<AnswerKept<Member>> kept
    ) override;
    Async<Result<void>> remove_member(Caller caller, Id id) override;

    Result<std::vector<TokenShown>> tokens(const Caller& caller, const PeopleWanted& wanted)
        override;
    Async<Result<TokenShown>> add_token(
        Caller caller, TokenWish wish, std::optional<AnswerKept<TokenShown>> kept
    ) override;
    Async<Result<TokenShown>> revoke_token(Caller caller, Id id) override;

    Result<std::vector<AuditRecord>> audit(const Caller& caller, const AuditWanted& wanted)
        override;

private:
    Result<SignedIn> sign_in_now(const SignIn& wish);
    /// A session for somebody who has proven who they are. @param said  for the audit log
    Result<SignedIn> begin_session_now(const User& user, const std::string& address, const std::string& said);
    Result<ProvidedSession> sign_in_provided_now(const ProvidedPerson& who);
    /// The person, linked or made where the settings allow it; the word of a refusal where they do not.
    Result<std::pair<std::optional<User>, std::string_view>> user_provided(const ProvidedPerson& who);
    /// Whether a provider may sign in somebody of this account.
    bool is_within(const ProvidedPerson& who, std::int64_t home) const;
    void note_refused(const ProvidedPerson& who, const std::optional<User>& user, std::string_view word);
    Result<Tenant> add_tenant_now(
        const Caller& caller, TenantWish wish, const std::optional<AnswerKept<Tenant>>& kept
    );
    Result<Tenant> change_tenant_now(
        const Caller& caller, std::int64_t id, std::optional<std::int64_t> if_version,
        const TenantWish& wish, const std::optional<AnswerKept<Tenant>>& kept
    );
    Result<User> add_user_now(
        const Caller& caller, const UserWish& wish, const std::string& hash,
        const std::optional<AnswerKept<User>>& kept
    );
    Result<User> change_user_now(
        const Caller& caller, Id id, std::optional<std::int64_t> if_version, const UserWish& wish,
        const std::optional<AnswerKept<User>>& kept
    );
    Result<User> change_password_now(
        const Caller& caller, Id id, const std::string& password, const std::string& current,
        const std::string& cookie
    );

    /// Whether a code of the authenticator, or one for who has lost it, fits; it is used up.
    Result<void> use_code(const UserWithProof& who, const std::string& code);
    /// Writes down that somebody who had the rest has sent a wrong code. @param provider  empty: a password
    void note_wrong_code(const User& user, const std::string& address, const std::string& provider);
    Result<std::vector<std::string>> confirm_now(
        const Caller& caller, const std::string& code, const std::string& cookie
    );
    Result<User> drop_second_factor_now(const Caller& caller, Id id, const std::string& password);

    /// The accounts that a list shows.
    Result<std::vector<std::int64_t>> accounts_of(
        const Caller& caller, Right right, std::optional<std::int64_t> wanted
    ) const;
    Result<PeopleQuery> query_of(const Caller& caller, const PeopleWanted& wanted) const;
    Result<void> read_tree();

    Parts parts_;
    PeopleBook book_;
    AuditLog log_;
    TenantsNow tenants_;
    FailedAttempts by_login_, by_address_;
    ProviderSignIn* providers_ = nullptr;
    PhoneServices* phones_ = nullptr;
    std::mutex touched_mutex_;
    std::unordered_map<std::string, Instant>
        touched_;  ///< by hash: when a session was last said to be used
    std::mutex offered_mutex_;
    std::map<Id, std::pair<std::string, Instant>>
        offered_;        ///< by person: a secret that no code was seen of yet, and since when
    Instant dropped_{};  ///< when sessions that are over were last taken out
    boost::asio::thread_pool changes_{1};
    PasswordQueue passwords_;
};

}  // namespace porteur
