// SPDX-License-Identifier: Apache-2.0
#include "app/people_desk.hpp"

#include <algorithm>
#include <cstring>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <porteur/phrase.hpp>

#include "access/password.hpp"
#include "access/token.hpp"
#include "access/totp.hpp"
#include "app/host_words.hpp"

namespace porteur {

namespace asio = boost::asio;

namespace {

using host::coded;

/// A session says at most so often that it is used: each time is a commit.
constexpr std::chrono::seconds touch_every{60};
constexpr std::size_t touched_max = 10'000;
/// Entries of timelines looked at in one batch, which is one commit beside those of the orders.
constexpr int followed_at_once = 1000;
constexpr std::chrono::minutes drop_every{10};
/// How long a new secret waits for its first code.
constexpr std::chrono::minutes offered_for{15};

std::string hash_of_cookie(std::string_view cookie) {
    return blake2b_hex("session|" + std::string(cookie));
}
std::string csrf_of(std::string_view cookie) { return blake2b_hex("csrf|" + std::string(cookie)); }

std::string new_cookie() {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const char byte : random_bytes(32))
        out += {digits[static_cast<unsigned char>(byte) >> 4], digits[byte & 15]};
    return out;
}

std::unexpected<Error> refused(std::string text) {
    return failure(ErrorKind::invalid_input, std::move(text));
}

Error no_account(std::int64_t id) {
    return coded(
        ErrorKind::invalid_input, not_found_code, phrase("there is no account {1} among yours", id)
    );
}
Error no_user(Id id) {
    return coded(
        ErrorKind::invalid_input, not_found_code,
        phrase("there is no user {1} among yours", id_text(id))
    );
}
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

/// Whether the caller has a right over what is of an account. What they may not even see is absent.
Result<void> check_reach(
    const TenantTree& tree, const Caller& caller, Right right, std::int64_t tenant,
    const Error& absent
) {
    const auto relation = tree.relation(caller.tenant, tenant);
    if (may(caller.role, right, relation)) return {};
    if (!may(caller.role, Right::view_people, relation)) return std::unexpected(absent);
    return std::unexpected(coded(
        ErrorKind::invalid_input, forbidden_code,
        phrase(
            "{1} has not the right {2} there, as a {3}", quoted(caller.token_name, 60),
            word_of(right), word_of(caller.role)
        )
    ));
}

Error wrong_sign_in() {
    // One answer for all that can be wrong: which of them it is is nobody's business.
    return coded(
        ErrorKind::invalid_input, sign_in_code,
        phrase("the login or the password is wrong, or nobody may sign in with them")
    );
}

Error too_many(std::chrono::seconds wait) {
    auto error = coded(
        ErrorKind::throttled, too_many_code,
        phrase("too many attempts to sign in; try again in {1} seconds", wait.count())
    );
    error.kind = ErrorKind::invalid_input;
    error.retry_after = wait;
    return error;
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
      by_address_(parts_.settings.attempts_per_minute) {}

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

Id PeopleDesk::new_id() const {
    std::uint32_t chance = 0;
    const auto bytes = random_bytes(sizeof chance);
    std::memcpy(&chance, bytes.data(), sizeof chance);
    return first_id_at(parts_.now()) + static_cast<Id>(chance >> 12);
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

template <class T>
Async<T> PeopleDesk::on(asio::thread_pool& pool, std::function<T()> run) {
    co_return co_await asio::co_spawn(
        pool, [](std::function<T()> work) -> Async<T> { co_return work(); }(std::move(run)),
        asio::use_awaitable
    );
}

ChangeBy PeopleDesk::by(const Caller& caller) const {
    return {
        .at = parts_.now(),
        .who = read_who(caller.token_name).first,
        .person = caller.person,
        .home = caller.home != 0 ? caller.home : caller.tenant,
        .address = caller.address
    };
}

template <class T>
Remember<T> PeopleDesk::remember(const Caller& caller, const std::optional<AnswerKept<T>>& kept)
    const {
    if (!kept) return {};
    return [this, tenant = caller.tenant, request = *kept](const T& made) {
        auto [status, body] = request.answer(made);
        return IdempotencyRecord{
            .tenant = tenant,
            .key = request.key,
            .fingerprint = request.fingerprint,
            .status = status,
            .body = std::move(body),
            .at = parts_.now()
        };
    };
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

// ------------------------------------------------------------------ sessions

Result<std::optional<SessionCaller>> PeopleDesk::by_cookie(std::string_view cookie) {
    const auto hash = hash_of_cookie(cookie);
    auto found = book_.session(hash);
    if (!found) return std::unexpected(std::move(found).error());
    if (!*found) return std::nullopt;
    const auto& [session, user] = **found;
    const auto now = parts_.now();
    const auto known = tree();
    const auto* home = known->find(user.tenant);
    auto seen = session.seen;
    {
        const std::lock_guard lock(touched_mutex_);
        if (const auto said = touched_.find(hash); said != touched_.end())
            seen = std::max(seen, said->second);
        if (session.expires <= now || seen + parts_.settings.idle_timeout <= now || user.disabled ||
            !home || known->is_disabled(user.tenant))
            return std::nullopt;
        if (now - seen >= touch_every) {
            if (touched_.size() >= touched_max) touched_.clear();
            touched_[hash] = now;
            asio::post(changes_, [this, hash, now] { (void)book_.touch_session(hash, now); });
        }
    }
    SessionCaller out;
    out.caller.tenant = user.tenant;
    out.caller.token_name = "@" + user.login;
    out.caller.role = administrator_of(home->kind);
    out.caller.person = user.id;
    out.csrf = csrf_of(cookie);
    out.expires = session.expires;
    return out;
}

Async<Result<SignedIn>> PeopleDesk::sign_in(SignIn wish) {
    // Refused before a thread is taken: whoever floods costs nothing.
    const auto login = folded_login(wish.login);
    const auto uptime = parts_.uptime();
    if (const auto wait = by_address_.begin(wish.address, uptime); wait.count() > 0)
        co_return std::unexpected(too_many(wait));
    if (const auto wait = by_login_.begin(login, uptime); wait.count() > 0)
        co_return std::unexpected(too_many(wait));
    auto signed_in =
        co_await on<Result<SignedIn>>(passwords_, [this, wish] { return sign_in_now(wish); });
    // A right password without a code is no failure: that is how a page learns that one is asked
    // for.
    const bool asked_for_code =
        !signed_in && wish.code.empty() && signed_in.error().code == second_factor_code;
    if (signed_in || asked_for_code || signed_in.error().kind == ErrorKind::unavailable) {
        by_address_.succeeded(wish.address);
        by_login_.succeeded(login);
    }
    co_return signed_in;
}

Result<SignedIn> PeopleDesk::sign_in_now(const SignIn& wish) {
    auto found = book_.user_by_login(folded_login(wish.login));
    if (!found) return std::unexpected(std::move(found).error());
    const bool fits = is_password(wish.password, *found ? (*found)->proof.password : std::string());
    const auto known = tree();
    const bool may_sign_in =
        fits && !(*found)->user.disabled && !known->is_disabled((*found)->user.tenant);
    const auto now = parts_.now();
    if (!may_sign_in) {
        // Afterwards, so that the time it takes does not tell that there is such a login.
        if (*found)
            asio::post(changes_, [this, user = (*found)->user, address = wish.address, now] {
                (void)book_.note(
                    {.at = now,
                     .who = "@" + user.login,
                     .person = user.id,
                     .home = user.tenant,
                     .tenant = user.tenant,
                     .action = "session.refused",
                     .kind = "user",
                     .object = id_text(user.id),
                     .before = {},
                     .after = {},
                     .address = address}
                );
            });
        return std::unexpected(wrong_sign_in());
    }
    if ((*found)->user.second_factor) {
        if (wish.code.empty())
            return std::unexpected(coded(
                ErrorKind::invalid_input, second_factor_code,
                "/code: " + phrase("is missing; send the six digits that the authenticator shows")
            ));
        if (auto used = use_code(**found, wish.code); !used)
            return std::unexpected(std::move(used).error());
    }
    const auto& user = (*found)->user;
    SignedIn made;
    made.cookie = new_cookie();
    made.user = user;
    const Session session{
        .hash = hash_of_cookie(made.cookie),
        .user = user.id,
        .address = wish.address,
        .created = now,
        .seen = now,
        .expires = now + parts_.settings.lifetime
    };
    const ChangeBy who{
        .at = now,
        .who = "@" + user.login,
        .person = user.id,
        .home = user.tenant,
        .address = wish.address
    };
    if (auto begun = book_.begin_session(who, session, user); !begun) {
        if (begun.error().kind == ErrorKind::unavailable) return std::unexpected(begun.error());
        return std::unexpected(wrong_sign_in()
        );  // disabled, or given another password, a moment ago
    }
    auto caller = by_cookie(made.cookie);
    if (!caller) return std::unexpected(std::move(caller).error());
    if (!*caller) return std::unexpected(wrong_sign_in());
    made.session = std::move(**caller);
    made.session.caller.scope =
        may(made.session.caller.role, Right::place_orders, Relation::own) ? "operator" : "read";
    made.user.seen = now;
    return made;
}

Result<void> PeopleDesk::use_code(const UserWithProof& who, const std::string& code) {
    const auto now = totp_step_at(parts_.now());
    // Looked at again where it is written: of two who come with one code, one gets in.
    return book_.use_proof(who.user.id, [&](SignInProof& proof) -> Result<void> {
        if (const auto step = totp_step_of(code, proof.totp, now, proof.totp_step)) {
            proof.totp_step = *step;
            return {};
        }
        if (std::erase(proof.recovery, hash_of_recovery_code(code)) > 0) return {};
        return std::unexpected(coded(
            ErrorKind::invalid_input, second_factor_code,
            "/code: " + phrase("is not the one that the authenticator shows, or was used before")
        ));
    });
}

Async<Result<SecondFactor>> PeopleDesk::begin_second_factor(Caller caller, std::string password) {
    const auto login = read_who(caller.token_name).first.substr(1);
    if (const auto wait = by_login_.begin(login, parts_.uptime()); wait.count() > 0)
        co_return std::unexpected(too_many(wait));
    auto made = co_await on<Result<SecondFactor>>(
        passwords_,
        [this, caller, password]() -> Result<SecondFactor> {
            const auto found = book_.user(caller.person);
            if (!found) return std::unexpected(found.error());
            if (!*found) return std::unexpected(no_user(caller.person));
            if (!is_password(password, (*found)->proof.password))
                return std::unexpected(coded(
                    ErrorKind::invalid_input, forbidden_code,
                    "/password: " + phrase("is not the password")
                ));
            if ((*found)->user.second_factor)
                return std::unexpected(coded(
                    ErrorKind::invalid_input, conflict_code,
                    phrase("there is a second factor already; take it away first")
                ));
            const auto secret = make_totp_secret();
            const std::lock_guard lock(offered_mutex_);
            const auto now = parts_.now();
            std::erase_if(offered_, [now](const auto& each) {
                return each.second.second + offered_for <= now;
            });
            offered_[caller.person] = {secret, now};
            return SecondFactor{.secret = secret, .uri = totp_uri(secret, (*found)->user.login)};
        }
    );
    if (made || made.error().code != forbidden_code) by_login_.succeeded(login);
    co_return made;
}

Async<Result<std::vector<std::string>>> PeopleDesk::confirm_second_factor(
    Caller caller, std::string code, std::string cookie
) {
    using Codes = Result<std::vector<std::string>>;
    co_return co_await on<Codes>(changes_, [this, caller, code, cookie] {
        return confirm_now(caller, code, cookie);
    });
}

Result<std::vector<std::string>> PeopleDesk::confirm_now(
    const Caller& caller, const std::string& code, const std::string& cookie
) {
    std::string secret;
    {
        const std::lock_guard lock(offered_mutex_);
        const auto found = offered_.find(caller.person);
        if (found == offered_.end() || found->second.second + offered_for <= parts_.now())
            return std::unexpected(coded(
                ErrorKind::invalid_input, conflict_code,
                phrase("no second factor was begun, or too long ago; begin again")
            ));
        secret = found->second.first;
    }
    const auto step = totp_step_of(code, secret, totp_step_at(parts_.now()), 0);
    if (!step)
        return refused(
            "/code: " + phrase("is not the one that the authenticator shows, or was used before")
        );
    const auto codes = make_recovery_codes();
    auto done = book_.change_proof(
        by(caller), caller.person, "user.second_factor_set",
        [&](UserWithProof& who) -> Result<void> {
            who.proof.totp = secret;
            who.proof.totp_step = *step;
            who.proof.recovery.clear();
            for (const auto& each : codes)
                who.proof.recovery.push_back(hash_of_recovery_code(each));
            return {};
        },
        cookie.empty() ? std::string() : hash_of_cookie(cookie)
    );
    if (!done) return std::unexpected(std::move(done).error());
    const std::lock_guard lock(offered_mutex_);
    offered_.erase(caller.person);
    return codes;
}

Async<Result<User>> PeopleDesk::drop_second_factor(Caller caller, Id id, std::string password) {
    const bool is_own = caller.person == id;
    const auto login = is_own ? read_who(caller.token_name).first.substr(1) : std::string();
    if (is_own)
        if (const auto wait = by_login_.begin(login, parts_.uptime()); wait.count() > 0)
            co_return std::unexpected(too_many(wait));
    auto done = co_await on<Result<User>>(passwords_, [this, caller, id, password] {
        return drop_second_factor_now(caller, id, password);
    });
    if (is_own && (done || done.error().code != forbidden_code)) by_login_.succeeded(login);
    co_return done;
}

Result<User> PeopleDesk::drop_second_factor_now(
    const Caller& caller, Id id, const std::string& password
) {
    const auto found = book_.user(id);
    if (!found) return std::unexpected(found.error());
    if (!*found) return std::unexpected(no_user(id));
    const bool is_own = caller.person == id;
    if (!is_own)
        if (auto fits = check_reach(
                *tree(), caller, Right::manage_people, (*found)->user.tenant, no_user(id)
            );
            !fits)
            return std::unexpected(fits.error());
    if (is_own && !is_password(password, (*found)->proof.password))
        return std::unexpected(coded(
            ErrorKind::invalid_input, forbidden_code, "/password: " + phrase("is not the password")
        ));
    return book_.change_proof(
        by(caller), id, "user.second_factor_dropped",
        [](UserWithProof& who) -> Result<void> {
            who.proof.totp.clear();
            who.proof.totp_step = 0;
            who.proof.recovery.clear();
            return {};
        },
        {}
    );
}

Async<Result<void>> PeopleDesk::sign_out(Caller caller, std::string cookie) {
    co_return co_await on<Result<void>>(changes_, [this, caller, cookie]() -> Result<void> {
        const auto hash = hash_of_cookie(cookie);
        const auto found = book_.session(hash);
        if (!found) return std::unexpected(found.error());
        if (!*found) return {};
        return book_.end_session(by(caller), hash, (*found)->second);
    });
}

Result<std::optional<User>> PeopleDesk::person(Id id) {
    auto found = book_.user(id);
    if (!found) return std::unexpected(std::move(found).error());
    if (!*found) return std::optional<User>();
    return std::optional((*found)->user);
}

// ------------------------------------------------------------------ accounts

Async<Result<Tenant>> PeopleDesk::add_tenant(
    Caller caller, TenantWish wish, std::optional<AnswerKept<Tenant>> kept
) {
    co_return co_await on<Result<Tenant>>(changes_, [this, caller, wish, kept] {
        return add_tenant_now(caller, wish, kept);
    });
}

Result<Tenant> PeopleDesk::add_tenant_now(
    const Caller& caller, TenantWish wish, const std::optional<AnswerKept<Tenant>>& kept
) {
    const auto known = tree();
    const auto above = wish.parent.value_or(caller.tenant);
    if (auto fits = check_reach(*known, caller, Right::manage_tenants, above, no_account(above));
        !fits)
        return std::unexpected(fits.error());
    const auto parent_kind = known->find(above)->kind;
    if (!may_stand_below(parent_kind, *wish.kind))
        return refused(
            "/kind: " +
            phrase("a {1} cannot stand below a {2}", word_of(*wish.kind), word_of(parent_kind))
        );
    auto made = book_.add_tenant(
        by(caller),
        {.id = 0,
         .parent = above,
         .kind = *wish.kind,
         .name = std::move(*wish.name),
         .disabled = false,
         .version = 1},
        remember(caller, kept)
    );
    if (made)
        if (auto read = read_tree(); !read) return std::unexpected(std::move(read).error());
    return made;
}

Async<Result<Tenant>> PeopleDesk::change_tenant(
    Caller caller, std::int64_t id, std::optional<std::int64_t> if_version, TenantWish wish,
    std::optional<AnswerKept<Tenant>> kept
) {
    co_return co_await on<Result<Tenant>>(changes_, [this, caller, id, if_version, wish, kept] {
        return change_tenant_now(caller, id, if_version, wish, kept);
    });
}

Result<Tenant> PeopleDesk::change_tenant_now(
    const Caller& caller, std::int64_t id, std::optional<std::int64_t> if_version,
    const TenantWish& wish, const std::optional<AnswerKept<Tenant>>& kept
) {
    const auto known = tree();
    if (auto fits = check_reach(*known, caller, Right::manage_tenants, id, no_account(id)); !fits)
        return std::unexpected(fits.error());
    if (wish.parent)
        if (auto fits = check_reach(
                *known, caller, Right::manage_tenants, *wish.parent, no_account(*wish.parent)
            );
            !fits)
            return std::unexpected(fits.error());
    const bool is_own = id == caller.tenant;
    auto affected = known->below(id);
    affected.push_back(id);
    const auto changed = [&](Tenant& tenant) -> Result<void> {
        if (wish.name) tenant.name = *wish.name;
        if (wish.parent && *wish.parent != tenant.parent) {
            if (is_own)
                return refused(
                    "/parent: " + phrase("one's own account is moved by whoever is above it")
                );
            const auto kind = known->find(*wish.parent)->kind;
            if (!may_stand_below(kind, tenant.kind))
                return refused(
                    "/parent: " +
                    phrase("a {1} cannot stand below a {2}", word_of(tenant.kind), word_of(kind))
                );
            tenant.parent = *wish.parent;
        }
        if (wish.disabled && *wish.disabled != tenant.disabled) {
            if (is_own)
                return refused(
                    "/disabled: " + phrase("one's own account is disabled by whoever is above it")
                );
            tenant.disabled = *wish.disabled;
        }
        return {};
    };
    auto made =
        book_.change_tenant(by(caller), id, if_version, changed, affected, remember(caller, kept));
    if (made)
        if (auto read = read_tree(); !read) return std::unexpected(std::move(read).error());
    return made;
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
    if (wish.password)
        hash = co_await on<std::string>(passwords_, [wish] {
            return hash_of_password(*wish.password);
        });
    co_return co_await on<Result<User>>(changes_, [this, caller, wish, hash, kept] {
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
    user.id = new_id();
    user.tenant = tenant;
    user.login = *wish.login;
    user.name = *wish.name;
    user.language = wish.language.value_or("en");
    user.created = user.updated = parts_.now();
    return book_.add_user(
        by(caller), user,
        {.password = hash, .totp = {}, .totp_step = 0, .recovery = {}, .subject = {}},
        remember(caller, kept)
    );
}

Async<Result<User>> PeopleDesk::change_user(
    Caller caller, Id id, std::optional<std::int64_t> if_version, UserWish wish,
    std::optional<AnswerKept<User>> kept
) {
    co_return co_await on<Result<User>>(changes_, [this, caller, id, if_version, wish, kept] {
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
    return book_.change_user(by(caller), id, if_version, changed, remember(caller, kept));
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
        co_await on<Result<User>>(passwords_, [this, caller, id, password, current, cookie] {
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
        by(caller), id, "user.password_changed",
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
    co_return co_await on<Result<Member>>(changes_, [this, caller, wish, kept]() -> Result<Member> {
        const auto tenant = wish.tenant.value_or(caller.tenant);
        if (auto fits =
                check_reach(*tree(), caller, Right::manage_people, tenant, no_account(tenant));
            !fits)
            return std::unexpected(fits.error());
        const auto now = parts_.now();
        return book_.add_member(
            by(caller),
            {.id = new_id(),
             .tenant = tenant,
             .kind = *wish.kind,
             .name = *wish.name,
             .extension = wish.extension.value_or(""),
             .version = 1,
             .created = now,
             .updated = now},
            remember(caller, kept)
        );
    });
}

Async<Result<Member>> PeopleDesk::change_member(
    Caller caller, Id id, std::optional<std::int64_t> if_version, MemberWish wish,
    std::optional<AnswerKept<Member>> kept
) {
    co_return co_await on<Result<Member>>(changes_, [this, caller, id, if_version, wish, kept] {
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
        return book_.change_member(by(caller), id, if_version, changed, remember(caller, kept));
    });
}

Async<Result<void>> PeopleDesk::remove_member(Caller caller, Id id) {
    co_return co_await on<Result<void>>(changes_, [this, caller, id]() -> Result<void> {
        const auto found = book_.member(id);
        if (!found) return std::unexpected(found.error());
        if (!*found) return std::unexpected(no_member(id));
        if (auto fits =
                check_reach(*tree(), caller, Right::manage_people, (*found)->tenant, no_member(id));
            !fits)
            return fits;
        return book_.remove_member(by(caller), id);
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
    co_return co_await on<Result<TokenShown>>(
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
                .id = new_id(),
                .tenant = tenant,
                .name = wish.name,
                .hash = hash_of_token(token),
                .scope = wish.scope,
                .created = now,
                .expires = wish.expires,
                .revoked = {}
            };
            Remember<TokenRow> keep;
            if (auto answer = remember(caller, kept))
                keep = [answer, token](const TokenRow& made) { return answer(shown(made, token)); };
            const auto made = book_.add_token(by(caller), row, keep);
            if (!made) return std::unexpected(made.error());
            return shown(*made, token);
        }
    );
}

Async<Result<TokenShown>> PeopleDesk::revoke_token(Caller caller, Id id) {
    co_return co_await on<Result<TokenShown>>(changes_, [this, caller, id]() -> Result<TokenShown> {
        auto found = book_.token(id);
        if (!found) return std::unexpected(found.error());
        if (!*found) return std::unexpected(no_token(id));
        if (auto fits =
                check_reach(*tree(), caller, Right::manage_people, (*found)->tenant, no_token(id));
            !fits)
            return std::unexpected(fits.error());
        if (auto done = book_.revoke_token(by(caller), **found); !done)
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
