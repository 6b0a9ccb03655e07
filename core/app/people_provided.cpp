// SPDX-License-Identifier: Apache-2.0
// People whom a provider of OpenID Connect has signed in: who they are here, and what links them.
#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

#include "api/provider_services.hpp"
#include "app/desk_refusals.hpp"
#include "app/desk_work.hpp"
#include "app/host_words.hpp"
#include "app/people_desk.hpp"

namespace porteur {

using desk::check_reach;
using desk::no_user;
using desk::too_many;
using host::coded;

namespace {

/// What the audit log says of it.
std::string said_by(const std::string& provider) {
    return canonical(json::object{{"provider", provider}});
}

std::string said_of(const ProvidedPerson& who) {
    return canonical(
        json::object{{"issuer", who.issuer}, {"provider", who.provider}, {"subject", who.subject}}
    );
}

std::string linked_to(const ProvidedPerson& who) { return who.issuer + " " + who.subject; }

Error gone_meanwhile() {
    return coded(
        ErrorKind::invalid_input, sign_in_code,
        phrase("the sign-in has taken too long; begin again")
    );
}

}  // namespace

void PeopleDesk::note_refused(
    const ProvidedPerson& who, const std::optional<User>& user, std::string_view word
) {
    (void)book_.note(
        {.at = parts_.now(),
         .who = user ? "@" + user->login : std::string("porteurd"),
         .person = user ? user->id : Id{0},
         .home = user ? user->tenant : system_tenant,
         .tenant = user ? user->tenant : system_tenant,
         .action = "session.refused",
         .kind = "user",
         .object = user ? id_text(user->id) : std::string(),
         .before = {},
         .after = canonical(json::object{
             {"issuer", who.issuer},
             {"provider", who.provider},
             {"reason", word},
             {"subject", who.subject}
         }),
         .address = who.address}
    );
}

bool PeopleDesk::is_within(const ProvidedPerson& who, std::int64_t home) const {
    return who.within == 0 || tree()->relation(who.within, home) != Relation::other;
}

Result<std::pair<std::optional<User>, std::string_view>> PeopleDesk::user_provided(
    const ProvidedPerson& who
) {
    using Found = std::pair<std::optional<User>, std::string_view>;
    const ChangeBy by{
        .at = parts_.now(),
        .who = "porteurd",
        .person = 0,
        .home = system_tenant,
        .address = who.address
    };
    auto linked = book_.user_by_subject(linked_to(who));
    if (!linked) return std::unexpected(std::move(linked).error());
    if (*linked) return Found((*linked)->user, {});
    if (!who.may_link && who.create_in == 0)
        return Found(std::nullopt, provider_words::unknown_person);
    if (who.unverified) return Found(std::nullopt, provider_words::unverified);
    const auto login = folded_login(who.login);
    if (!check_login(login)) return Found(std::nullopt, provider_words::unknown_person);
    auto known = book_.user_by_login(login);
    if (!known) return std::unexpected(std::move(known).error());
    if (*known) {
        const auto& user = (*known)->user;
        // Whoever is somebody at a provider already is not made another one by a claim, nor linked
        // again after somebody has unlinked them. Nor is a second factor worth less than a claim.
        // A provider of one account does not learn who there is elsewhere.
        if (!is_within(who, user.tenant)) return Found(std::nullopt, provider_words::unknown_person);
        if (!who.may_link || !user.subject.empty() || user.second_factor)
            return Found(user, provider_words::unknown_person);
        if (user.disabled || tree()->is_disabled(user.tenant))
            return Found(user, provider_words::not_allowed);
        auto made = book_.link(by, user.id, linked_to(who), said_of(who));
        if (!made && made.error().kind == ErrorKind::unavailable)
            return std::unexpected(made.error());
        if (!made) return Found(user, provider_words::unknown_person);
        return Found(*made, {});
    }
    if (who.create_in == 0) return Found(std::nullopt, provider_words::unknown_person);
    if (!tree()->find(who.create_in) || tree()->is_disabled(who.create_in) || !is_within(who, who.create_in))
        return Found(std::nullopt, provider_words::not_allowed);
    User user;
    user.login = login;
    user.name = check_name(who.name) ? who.name : login;
    user.tenant = who.create_in;
    user.created = user.updated = by.at;
    user.id = desk::new_id(by.at);
    const auto made = book_.add_user(by, user, {.subject = linked_to(who)}, {});
    if (!made) return std::unexpected(made.error());
    return Found(*made, {});
}

Result<ProvidedSession> PeopleDesk::sign_in_provided_now(const ProvidedPerson& who) {
    auto found = user_provided(who);
    if (!found) return std::unexpected(std::move(found).error());
    auto [user, word] = *found;
    if (word.empty() && (user->disabled || tree()->is_disabled(user->tenant) || !is_within(who, user->tenant)))
        word = provider_words::not_allowed;
    if (word.empty() && who.require_second_factor && !user->second_factor)
        word = provider_words::no_second_factor;
    if (!word.empty()) {
        note_refused(who, user, word);
        return ProvidedSession{.refused = std::string(word), .signed_in = {}, .owes_code = {}};
    }
    if (who.require_second_factor)
        return ProvidedSession{
            .refused = {},
            .signed_in = {},
            .owes_code = OwesCode{.user = user->id, .version = user->version}
        };
    auto made = begin_session_now(*user, who.address, said_by(who.provider));
    if (!made && made.error().kind == ErrorKind::unavailable) return std::unexpected(made.error());
    if (!made)
        return ProvidedSession{
            .refused = std::string(provider_words::not_allowed), .signed_in = {}, .owes_code = {}
        };
    return ProvidedSession{.refused = {}, .signed_in = std::move(*made), .owes_code = {}};
}

Async<Result<ProvidedSession>> PeopleDesk::sign_in_provided(ProvidedPerson who) {
    co_return co_await desk::on<Result<ProvidedSession>>(changes_, [this, who] {
        return sign_in_provided_now(who);
    });
}

Async<Result<SignedIn>> PeopleDesk::sign_in_with_code(
    OwesCode who, std::string provider, std::string code, std::string address
) {
    // Counted as passwords are: who holds a provider's account still tries no more than a few
    // codes.
    const auto key = "code|" + id_text(who.user);
    if (const auto wait = by_login_.begin(key, parts_.uptime()); wait.count() > 0)
        co_return std::unexpected(too_many(wait));
    auto done = co_await desk::on<Result<SignedIn>>(
        changes_,
        [this, who, provider, code, address]() -> Result<SignedIn> {
            const auto found = book_.user(who.user);
            if (!found) return std::unexpected(found.error());
            if (!*found || (*found)->user.version != who.version || !(*found)->user.second_factor ||
                (*found)->user.disabled || tree()->is_disabled((*found)->user.tenant))
                return std::unexpected(gone_meanwhile());
            if (auto used = use_code(**found, code); !used) {
                if (used.error().code == second_factor_code)
                    note_wrong_code((*found)->user, address, provider);
                return std::unexpected(std::move(used).error());
            }
            return begin_session_now((*found)->user, address, said_by(provider));
        }
    );
    if (done || done.error().kind == ErrorKind::unavailable) by_login_.succeeded(key);
    co_return done;
}

Async<Result<User>> PeopleDesk::link_user(Caller caller, Id id, std::string subject) {
    co_return co_await desk::on<Result<User>>(
        changes_,
        [this, caller, id, subject]() -> Result<User> {
            const auto found = book_.user(id);
            if (!found) return std::unexpected(found.error());
            if (!*found) return std::unexpected(no_user(id));
            const auto& user = (*found)->user;
            if (auto fits =
                    check_reach(*tree(), caller, Right::manage_people, user.tenant, no_user(id));
                !fits)
                return std::unexpected(fits.error());
            // A page that was left open would else be enough to stay for ever.
            if (caller.person == id && !subject.empty())
                return std::unexpected(coded(
                    ErrorKind::invalid_input, forbidden_code,
                    phrase("one's own link is made by somebody else, or by a token")
                ));
            const auto& named = subject.empty() ? user.subject : subject;
            const auto blank = std::min(named.find(' '), named.size());
            const auto said = canonical(json::object{
                {"issuer", named.substr(0, blank)},
                {"subject", named.substr(std::min(blank + 1, named.size()))}
            });
            return book_.link(desk::change_by(caller, parts_.now()), id, subject, said);
        }
    );
}

}  // namespace porteur
