// SPDX-License-Identifier: Apache-2.0
// How people sign in, by what they prove who they are, and how long that counts.
#include <algorithm>

#include <boost/asio/post.hpp>

#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

#include "access/password.hpp"
#include "access/token.hpp"
#include "access/totp.hpp"
#include "api/network.hpp"
#include "app/desk_work.hpp"
#include "app/host_words.hpp"
#include "app/people_desk.hpp"
#include "app/desk_refusals.hpp"

namespace porteur {

namespace asio = boost::asio;
namespace {

using desk::check_reach;
using desk::hash_of_cookie;
using desk::no_user;
using desk::refused;
using desk::too_many;
using host::coded;

/// A session says at most so often that it is used: each time is a commit.
constexpr std::chrono::seconds touch_every{60};
constexpr std::size_t touched_max = 10'000;
/// How long a new secret waits for its first code.
constexpr std::chrono::minutes offered_for{15};

/// Under which all attempts with what cannot be a login are counted; it can be none either.
const std::string no_login = "?";

std::string csrf_of(std::string_view cookie) { return blake2b_hex("csrf|" + std::string(cookie)); }

std::string new_cookie() {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const char byte : random_bytes(32))
        out += {digits[static_cast<unsigned char>(byte) >> 4], digits[byte & 15]};
    return out;
}

Error wrong_sign_in() {
    // One answer for all that can be wrong: which of them it is is nobody's business.
    return coded(
        ErrorKind::invalid_input, sign_in_code,
        phrase("the login or the password is wrong, or nobody may sign in with them")
    );
}

/// A sign-in of somebody who is known that was refused.
AuditEntry refused_entry(const User& user, const std::string& address, Instant now, std::string after) {
    return {
        .at = now,
        .who = "@" + user.login,
        .person = user.id,
        .home = user.tenant,
        .tenant = user.tenant,
        .action = "session.refused",
        .kind = "user",
        .object = id_text(user.id),
        .before = {},
        .after = std::move(after),
        .address = address
    };
}

}  // namespace

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
    // Refused before a thread is taken: whoever floods costs nothing. What cannot be a login is
    // counted as one, whatever it is: nothing that a stranger writes is kept.
    auto login = folded_login(wish.login);
    const bool may_be_login = check_login(login).has_value();
    if (!may_be_login) login = no_login;
    const auto uptime = parts_.uptime();
    if (const auto wait = by_address_.begin(network_of(wish.address), uptime); wait.count() > 0)
        co_return std::unexpected(too_many(wait));
    if (const auto wait = by_login_.begin(login, uptime); wait.count() > 0)
        co_return std::unexpected(too_many(wait));
    if (!may_be_login) co_return std::unexpected(wrong_sign_in());
    auto signed_in =
        co_await passwords_.run<SignedIn>([this, wish] { return sign_in_now(wish); });
    // A right password without a code is no failure: that is how a page learns that one is asked
    // for.
    const bool asked_for_code =
        !signed_in && wish.code.empty() && signed_in.error().code == second_factor_code;
    if (signed_in || asked_for_code || signed_in.error().kind == ErrorKind::unavailable) {
        by_address_.succeeded(network_of(wish.address));
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
                (void)book_.note(refused_entry(user, address, now, {}));
            });
        return std::unexpected(wrong_sign_in());
    }
    if ((*found)->user.second_factor) {
        if (wish.code.empty())
            return std::unexpected(coded(
                ErrorKind::invalid_input, second_factor_code,
                "/code: " + phrase("is missing; send the six digits that the authenticator shows")
            ));
        if (auto used = use_code(**found, wish.code); !used) {
            if (used.error().code == second_factor_code)
                asio::post(changes_, [this, user = (*found)->user, address = wish.address] {
                    note_wrong_code(user, address, {});
                });
            return std::unexpected(std::move(used).error());
        }
    }
    return begin_session_now((*found)->user, wish.address, {});
}

Result<SignedIn> PeopleDesk::begin_session_now(
    const User& user, const std::string& address, const std::string& said
) {
    const auto now = parts_.now();
    SignedIn made;
    made.cookie = new_cookie();
    made.user = user;
    const Session session{
        .hash = hash_of_cookie(made.cookie),
        .user = user.id,
        .address = address,
        .created = now,
        .seen = now,
        .expires = now + parts_.settings.lifetime
    };
    const ChangeBy who{
        .at = now,
        .who = "@" + user.login,
        .person = user.id,
        .home = user.tenant,
        .address = address
    };
    if (auto begun = book_.begin_session(who, session, user, said); !begun) {
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

void PeopleDesk::note_wrong_code(
    const User& user, const std::string& address, const std::string& provider
) {
    json::object said{{"reason", "code"}};
    if (!provider.empty()) said["provider"] = provider;
    (void)book_.note(refused_entry(user, address, parts_.now(), canonical(said)));
}

Async<Result<SecondFactor>> PeopleDesk::begin_second_factor(Caller caller, std::string password) {
    const auto login = read_who(caller.token_name).first.substr(1);
    if (const auto wait = by_login_.begin(login, parts_.uptime()); wait.count() > 0)
        co_return std::unexpected(too_many(wait));
    auto made = co_await passwords_.run<SecondFactor>(
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
    co_return co_await desk::on<Codes>(changes_, [this, caller, code, cookie] {
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
        desk::change_by(caller, parts_.now()), caller.person, "user.second_factor_set",
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
    auto done = co_await passwords_.run<User>([this, caller, id, password] {
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
        desk::change_by(caller, parts_.now()), id, "user.second_factor_dropped",
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
    co_return co_await desk::on<Result<void>>(changes_, [this, caller, cookie]() -> Result<void> {
        const auto hash = hash_of_cookie(cookie);
        const auto found = book_.session(hash);
        if (!found) return std::unexpected(found.error());
        if (!*found) return {};
        return book_.end_session(desk::change_by(caller, parts_.now()), hash, (*found)->second);
    });
}

Result<std::optional<User>> PeopleDesk::person(Id id) {
    auto found = book_.user(id);
    if (!found) return std::unexpected(std::move(found).error());
    if (!*found) return std::optional<User>();
    return std::optional((*found)->user);
}

}  // namespace porteur
