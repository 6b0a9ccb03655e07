// SPDX-License-Identifier: Apache-2.0
#include "app/people_desk.hpp"

#include <algorithm>

#include <boost/asio/post.hpp>

#include <porteur/phrase.hpp>

#include "access/password.hpp"
#include "access/token.hpp"
#include "app/desk_work.hpp"
#include "app/host_words.hpp"
#include "app/desk_refusals.hpp"

namespace porteur {

namespace asio = boost::asio;

namespace {

using desk::check_reach;
using desk::hash_of_cookie;
using desk::no_account;
using desk::no_user;
using desk::refused;
using desk::too_many;
using host::coded;

/// Entries of timelines looked at in one batch, which is one commit beside those of the orders.
constexpr int followed_at_once = 1000;
constexpr std::chrono::minutes drop_every{10};

Error no_member(Id id) {
    return coded(
        ErrorKind::invalid_input, not_found_code,
        phrase("there is no member {1} among yours", id_text(id))
    );
}
Error no_token(Id id) {
    return coded(
        ErrorKind::invalid_input, not_found_code,
        phrase("there is no token {1} among yours", id_text(id))
    );
}

TokenShown shown(const TokenRow& row, std::string token = {}) {
    return {
        .id = row.id,
        .tenant = row.tenant,
        .name = row.name,
        .scope = row.scope,
        .created = row.created,
        .expires = row.expires,
        .revoked = row.revoked,
        .token = std::move(token)
    };
}

}  // namespace

PeopleDesk::PeopleDesk(Parts parts)
    : parts_(std::move(parts)),
      book_(access_of(parts_.store)),
      log_(access_of(parts_.store)),
      by_login_(parts_.settings.attempts_per_minute),
      by_address_(parts_.settings.attempts_per_minute),
      passwords_(parts_.passwords_inside_max) {}

Result<void> PeopleDesk::start() { return read_tree(); }

void PeopleDesk::stop() {
    passwords_.join();  // first: what they found out is written by the other
    changes_.join();
}

Result<void> PeopleDesk::read_tree() {
    auto all = book_.tenants();
    if (!all) return std::unexpected(std::move(all).error());
    auto tree = TenantTree::make(std::move(*all));
    if (!tree) return std::unexpected(std::move(tree).error());
    tenants_.take(std::move(*tree));
    return {};
}

Result<bool> PeopleDesk::follow() {
    const auto now = parts_.now();
    if (now - dropped_ >= drop_every) {
        if (auto done = book_.drop_sessions(now, now - parts_.settings.idle_timeout); !done)
            return std::unexpected(std::move(done).error());
        dropped_ = now;
    }
    const auto looked = book_.follow_timelines(followed_at_once);
    if (!looked) return std::unexpected(looked.error());
    return *looked == followed_at_once;
}

Result<std::vector<std::int64_t>> PeopleDesk::accounts_of(
    const Caller& caller, Right right, std::optional<std::int64_t> wanted
) const {
    const auto known = tree();
    if (wanted) {
        if (!may(caller.role, right, known->relation(caller.tenant, *wanted)))
            return std::unexpected(no_account(*wanted));
        return std::vector{*wanted};
    }
    std::vector<std::int64_t> all{caller.tenant};
    if (may(caller.role, right, Relation::below))
        std::ranges::move(known->below(caller.tenant), std::back_inserter(all));
    return all;
}

Result<PeopleQuery> PeopleDesk::query_of(const Caller& caller, const PeopleWanted& wanted) const {
    auto accounts = accounts_of(caller, Right::view_people, wanted.tenant);
    if (!accounts) return std::unexpected(std::move(accounts).error());
    return PeopleQuery{
        .tenants = std::move(*accounts),
        .text = wanted.text,
        .kind = wanted.kind,
        .after = wanted.after,
        .limit = wanted.limit
    };
}

// ------------------------------------------------------------------ people

Result<std::vector<User>> PeopleDesk::users(const Caller& caller, const PeopleWanted& wanted) {
    const auto query = query_of(caller, wanted);
    if (!query) return std::unexpected(query.error());
    return book_.users(*query);
}

Result<std::optional<User>> PeopleDesk::user(const Caller& caller, Id id) {
    auto found = person(id);
    if (found && *found &&
        !may(caller.role, Right::view_people, tree()->relation(caller.tenant, (*found)->tenant)))
        return std::optional<User>();
    return found;
}

Async<Result<User>> PeopleDesk::add_user(
    Caller caller, UserWish wish, std::optional<AnswerKept<User>> kept
) {
    std::string hash;
    if (wish.password) {
        auto hashed = co_await passwords_.run<std::string>([wish] {
            return Result<std::string>(hash_of_password(*wish.password));
        });
        if (!hashed) co_return std::unexpected(std::move(hashed).error());
        hash = std::move(*hashed);
    }
    co_return co_await desk::on<Result<User>>(changes_, [this, caller, wish, hash, kept] {
        return add_user_now(caller, wish, hash, kept);
    });
}

Result<User> PeopleDesk::add_user_now(
    const Caller& caller, const UserWish& wish, const std::string& hash,
    const std::optional<AnswerKept<User>>& kept
) {
    const auto tenant = wish.tenant.value_or(caller.tenant);
    if (auto fits = check_reach(*tree(), caller, Right::manage_people, tenant, no_account(tenant));
        !fits)
        return std::unexpected(fits.error());
    User user;
    user.id = desk::new_id(parts_.now());
    user.tenant = tenant;
    user.login = *wish.login;
    user.name = *wish.name;
    user.language = wish.language.value_or("en");
    user.created = user.updated = parts_.now();
    return book_.add_user(
        desk::change_by(caller, parts_.now()), user,
        {.password = hash, .totp = {}, .totp_step = 0, .recovery = {}, .subject = {}},
        desk::remembered(caller, kept, parts_.now)
    );
}

Async<Result<User>> PeopleDesk::change_user(
    Caller caller, Id id, std::optional<std::int64_t> if_version, UserWish wish,
    std::optional<AnswerKept<User>> kept
) {
    co_return co_await desk::on<Result<User>>(changes_, [this, caller, id, if_version, wish, kept] {
        return change_user_now(caller, id, if_version, wish, kept);
    });
}

Result<User> PeopleDesk::change_user_now(
    const Caller& caller, Id id, std::optional<std::int64_t> if_version, const UserWish& wish,
    const std::optional<AnswerKept<User>>& kept
) {
    const auto known = tree();
    if (wish.tenant)
        if (auto fits = check_reach(
                *known, caller, Right::manage_people, *wish.tenant, no_account(*wish.tenant)
            );
            !fits)
            return std::unexpected(fits.error());
    const auto changed = [&](User& user) -> Result<void> {
        if (auto fits = check_reach(*known, caller, Right::manage_people, user.tenant, no_user(id));
            !fits)
            return fits;
        if (wish.name) user.name = *wish.name;
        if (wish.language) user.language = *wish.language;
        if (wish.tenant) user.tenant = *wish.tenant;
        if (wish.disabled) {
            if (*wish.disabled && id == caller.person)
                return refused("/disabled: " + phrase("nobody disables themselves"));
            user.disabled = *wish.disabled;
        }
        return {};
    };
    return book_.change_user(desk::change_by(caller, parts_.now()), id, if_version, changed, desk::remembered(caller, kept, parts_.now));
}

Async<Result<User>> PeopleDesk::change_password(
    Caller caller, Id id, std::string password, std::string current, std::string cookie
) {
    // Who changes their own says what it is now, and may try that no more often than to sign in.
    const bool is_own = caller.person == id;
    const auto login = is_own ? read_who(caller.token_name).first.substr(1) : std::string();
    if (is_own)
        if (const auto wait = by_login_.begin(login, parts_.uptime()); wait.count() > 0)
            co_return std::unexpected(too_many(wait));
    auto changed =
        co_await passwords_.run<User>([this, caller, id, password, current, cookie] {
            return change_password_now(caller, id, password, current, cookie);
        });
    if (is_own && (changed || changed.error().code.empty())) by_login_.succeeded(login);
    co_return changed;
}

Result<User> PeopleDesk::change_password_now(
    const Caller& caller, Id id, const std::string& password, const std::string& current,
    const std::string& cookie
) {
    const auto found = book_.user(id);
    if (!found) return std::unexpected(found.error());
    if (!*found) return std::unexpected(no_user(id));
    const auto& user = (*found)->user;
    if (auto fits = check_reach(*tree(), caller, Right::manage_people, user.tenant, no_user(id));
        !fits)
        return std::unexpected(fits.error());
    if (auto fits = check_password(password, user.login); !fits)
        return std::unexpected(fits.error());
    if (caller.person == id && !is_password(current, (*found)->proof.password))
        return std::unexpected(coded(
            ErrorKind::invalid_input, forbidden_code, "/current: " + phrase("is not the password")
        ));
    const auto hash = hash_of_password(password);
    const auto kept =
        caller.person == id && !cookie.empty() ? hash_of_cookie(cookie) : std::string();
    return book_.change_proof(
        desk::change_by(caller, parts_.now()), id, "user.password_changed",
        [&](UserWithProof& now) -> Result<void> {
            if (auto fits = check_reach(
                    *tree(), caller, Right::manage_people, now.user.tenant, no_user(id)
                );
                !fits)
                return fits;
            now.proof.password = hash;
            return {};
        },
        kept
    );
}

// ------------------------------------------------------------------ members

Result<std::vector<Member>> PeopleDesk::members(const Caller& caller, const PeopleWanted& wanted) {
    const auto query = query_of(caller, wanted);
    if (!query) return std::unexpected(query.error());
    return book_.members(*query);
}

Result<std::optional<Member>> PeopleDesk::member(const Caller& caller, Id id) {
    auto found = book_.member(id);
    if (found && *found &&
        !may(caller.role, Right::view_people, tree()->relation(caller.tenant, (*found)->tenant)))
        return std::optional<Member>();
    return found;
}

Async<Result<Member>> PeopleDesk::add_member(
    Caller caller, MemberWish wish, std::optional<AnswerKept<Member>> kept
) {
    co_return co_await desk::on<Result<Member>>(changes_, [this, caller, wish, kept]() -> Result<Member> {
        const auto tenant = wish.tenant.value_or(caller.tenant);
        if (auto fits =
                check_reach(*tree(), caller, Right::manage_people, tenant, no_account(tenant));
            !fits)
            return std::unexpected(fits.error());
        const auto now = parts_.now();
        return book_.add_member(
            desk::change_by(caller, parts_.now()),
            {.id = desk::new_id(parts_.now()),
             .tenant = tenant,
             .kind = *wish.kind,
             .name = *wish.name,
             .extension = wish.extension.value_or(""),
             .version = 1,
             .created = now,
             .updated = now},
            desk::remembered(caller, kept, parts_.now)
        );
    });
}

Async<Result<Member>> PeopleDesk::change_member(
    Caller caller, Id id, std::optional<std::int64_t> if_version, MemberWish wish,
    std::optional<AnswerKept<Member>> kept
) {
    co_return co_await desk::on<Result<Member>>(changes_, [this, caller, id, if_version, wish, kept] {
        const auto changed = [&](Member& member) -> Result<void> {
            if (auto fits = check_reach(
                    *tree(), caller, Right::manage_people, member.tenant, no_member(id)
                );
                !fits)
                return fits;
            if (wish.kind) member.kind = *wish.kind;
            if (wish.name) member.name = *wish.name;
            if (wish.extension) member.extension = *wish.extension;
            return {};
        };
        return book_.change_member(desk::change_by(caller, parts_.now()), id, if_version, changed, desk::remembered(caller, kept, parts_.now));
    });
}

Async<Result<void>> PeopleDesk::remove_member(Caller caller, Id id) {
    co_return co_await desk::on<Result<void>>(changes_, [this, caller, id]() -> Result<void> {
        const auto found = book_.member(id);
        if (!found) return std::unexpected(found.error());
        if (!*found) return std::unexpected(no_member(id));
        if (auto fits =
                check_reach(*tree(), caller, Right::manage_people, (*found)->tenant, no_member(id));
            !fits)
            return fits;
        return book_.remove_member(desk::change_by(caller, parts_.now()), id);
    });
}

// ------------------------------------------------------------------ tokens

Result<std::vector<TokenShown>> PeopleDesk::tokens(
    const Caller& caller, const PeopleWanted& wanted
) {
    const auto query = query_of(caller, wanted);
    if (!query) return std::unexpected(query.error());
    const auto found = book_.tokens(*query);
    if (!found) return std::unexpected(found.error());
    std::vector<TokenShown> out;
    for (const auto& each : *found) out.push_back(shown(each));
    return out;
}

Async<Result<TokenShown>> PeopleDesk::add_token(
    Caller caller, TokenWish wish, std::optional<AnswerKept<TokenShown>> kept
) {
    co_return co_await desk::on<Result<TokenShown>>(
        changes_,
        [this, caller, wish, kept]() -> Result<TokenShown> {
            const auto tenant = wish.tenant.value_or(caller.tenant);
            if (auto fits =
                    check_reach(*tree(), caller, Right::manage_people, tenant, no_account(tenant));
                !fits)
                return std::unexpected(fits.error());
            const auto now = parts_.now();
            if (wish.expires && *wish.expires <= now)
                return refused("/expires: " + phrase("is past"));
            const auto token = make_token();
            const TokenRow row{
                .id = desk::new_id(parts_.now()),
                .tenant = tenant,
                .name = wish.name,
                .hash = hash_of_token(token),
                .scope = wish.scope,
                .created = now,
                .expires = wish.expires,
                .revoked = {}
            };
            Remember<TokenRow> keep;
            if (auto answer = desk::remembered(caller, kept, parts_.now))
                keep = [answer, token](const TokenRow& made) { return answer(shown(made, token)); };
            const auto made = book_.add_token(desk::change_by(caller, parts_.now()), row, keep);
            if (!made) return std::unexpected(made.error());
            return shown(*made, token);
        }
    );
}

Async<Result<TokenShown>> PeopleDesk::revoke_token(Caller caller, Id id) {
    co_return co_await desk::on<Result<TokenShown>>(changes_, [this, caller, id]() -> Result<TokenShown> {
        auto found = book_.token(id);
        if (!found) return std::unexpected(found.error());
        if (!*found) return std::unexpected(no_token(id));
        if (auto fits =
                check_reach(*tree(), caller, Right::manage_people, (*found)->tenant, no_token(id));
            !fits)
            return std::unexpected(fits.error());
        if (auto done = book_.revoke_token(desk::change_by(caller, parts_.now()), **found); !done)
            return std::unexpected(std::move(done).error());
        found = book_.token(id);
        if (!found) return std::unexpected(found.error());
        return shown(**found);
    });
}

// ------------------------------------------------------------------ the audit log

Result<std::vector<AuditRecord>> PeopleDesk::audit(
    const Caller& caller, const AuditWanted& wanted
) {
    AuditQuery query;
    query.who = wanted.who;
    query.action = wanted.action;
    query.kind = wanted.kind;
    query.object = wanted.object;
    query.since = wanted.since;
    query.until = wanted.until;
    query.before = wanted.before;
    query.limit = wanted.limit;
    auto accounts = accounts_of(caller, Right::view_audit, wanted.tenant);
    if (!accounts) return std::unexpected(std::move(accounts).error());
    const bool all = !wanted.tenant && caller.tenant == system_tenant &&
                     may(caller.role, Right::view_audit, Relation::below);
    if (!all) query.tenants = std::move(*accounts);
    return log_.records(query);
}

}  // namespace porteur
