// SPDX-License-Identifier: Apache-2.0
#include "store/people_book.hpp"

#include <algorithm>
#include <array>

#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

#include "store/rows.hpp"

namespace porteur {
namespace {

using rows::Row;
using rows::Values;

Instant instant(long long stamp) { return Instant{std::chrono::milliseconds{stamp}}; }
long long stamp(Instant at) { return at.time_since_epoch().count(); }

std::unexpected<Error> refusal(std::string_view code, std::string text) {
    return std::unexpected(Error{
        .kind = ErrorKind::invalid_input, .message = std::move(text), .code = std::string(code)
    });
}

std::unexpected<Error> absent(std::string text) { return refusal("not-found", std::move(text)); }

Result<void> check_version(std::int64_t now, std::optional<std::int64_t> wanted) {
    if (wanted && *wanted != now)
        return refusal(
            "version",
            phrase("it has version {1} now, not {2}; read it again, and change that", now, *wanted)
        );
    return {};
}

/// Ends a transaction that is to leave nothing.
struct Refused : std::runtime_error {
    Refused() : std::runtime_error("refused") {}
};

/// Ids of ours, so they may stand in the text.
std::string list_of(const std::vector<std::int64_t>& ids) {
    std::string out = "(";
    for (const auto each : ids) out += std::to_string(each) + ",";
    out.back() = ids.empty() ? ' ' : ')';
    return ids.empty() ? "(0)" : out;
}

AuditEntry record(
    const ChangeBy& by, std::int64_t tenant, std::string_view action, std::string_view kind,
    std::string object, std::string before, std::string after
) {
    return {
        .at = by.at,
        .who = by.who,
        .person = by.person,
        .home = by.home,
        .tenant = tenant,
        .action = std::string(action),
        .kind = std::string(kind),
        .object = std::move(object),
        .before = std::move(before),
        .after = std::move(after),
        .address = by.address
    };
}

template <class T>
void keep_answer(soci::session& sql, const Seal& seal, const Remember<T>& remember, const T& made) {
    if (remember) porteur::keep_answer(sql, seal, remember(made));
}

// ------------------------------------------------------------------ rows

constexpr std::string_view user_columns =
    "id, tenant_id, login, name, language, disabled, version, created_at, updated_at, seen_at, "
    "password, totp, totp_step, recovery, subject";

std::string place_of_totp(Id user) { return "users.totp|" + std::to_string(user); }

std::vector<UserWithProof> read_users(
    soci::session& sql, const Seal& seal, const std::string& where, const Values& values
) {
    std::vector<UserWithProof> found;
    rows::read(
        sql, "select " + std::string(user_columns) + " from users " + where, "nntttnnnnnttntt",
        values,
        [&](const Row& row) {
            UserWithProof each;
            auto& user = each.user;
            user.id = row[0].number;
            user.tenant = row[1].number;
            user.login = row[2].text;
            user.name = row[3].text;
            user.language = row[4].text;
            user.disabled = row[5].number != 0;
            user.version = row[6].number;
            user.created = instant(row[7].number);
            user.updated = instant(row[8].number);
            if (!row[9].is_null()) user.seen = instant(row[9].number);
            user.second_factor = !row[11].text.empty();
            auto& proof = each.proof;
            proof.password = row[10].text;
            if (user.second_factor) {
                auto opened = seal.open(row[11].text, place_of_totp(user.id));
                if (!opened)
                    throw std::runtime_error(
                        "the second factor of a user: " + opened.error().message
                    );
                proof.totp = std::move(*opened);
            }
            proof.totp_step = row[12].number;
            std::string_view rest = row[13].text;
            while (!rest.empty()) {
                const auto end = std::min(rest.find(' '), rest.size());
                proof.recovery.emplace_back(rest.substr(0, end));
                rest.remove_prefix(std::min(end + 1, rest.size()));
            }
            proof.subject = user.subject = row[14].text;
            found.push_back(std::move(each));
        }
    );
    return found;
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& each : words) out += (out.empty() ? "" : " ") + each;
    return out;
}

std::string sealed_totp(const Seal& seal, Id user, const std::string& secret) {
    return secret.empty() ? std::string() : seal.close(secret, place_of_totp(user));
}

void write_user(soci::session& sql, const User& user) {
    rows::change(
        sql,
        "update users set tenant_id = :tenant, login = :login, name = :name, language = :language, "
        "disabled = :disabled, version = :version, updated_at = "
        ":updated where id = :id",
        Values()
            .number(user.tenant)
            .text(user.login)
            .text(user.name)
            .text(user.language)
            .number(user.disabled ? 1 : 0)
            .number(user.version)
            .number(stamp(user.updated))
            .number(user.id)
    );
}

void write_proof(soci::session& sql, const Seal& seal, Id user, const SignInProof& proof) {
    rows::change(
        sql,
        "update users set password = :password, totp = :totp, totp_step = :step, recovery = "
        ":recovery, subject = :subject where id = :id",
        Values()
            .text(proof.password)
            .text(sealed_totp(seal, user, proof.totp))
            .number(proof.totp_step)
            .text(joined(proof.recovery))
            .text(proof.subject)
            .number(user)
    );
}

std::vector<Member> read_members(
    soci::session& sql, const std::string& where, const Values& values
) {
    std::vector<Member> found;
    rows::read(
        sql,
        "select id, tenant_id, kind, name, extension, version, created_at, updated_at from "
        "members " +
            where,
        "nntttnnn", values,
        [&](const Row& row) {
            found.push_back(
                {.id = row[0].number,
                 .tenant = row[1].number,
                 .kind = member_kind_of(row[2].text).value_or(MemberKind::user),
                 .name = row[3].text,
                 .extension = row[4].text,
                 .version = row[5].number,
                 .created = instant(row[6].number),
                 .updated = instant(row[7].number)}
            );
        }
    );
    return found;
}

std::vector<TokenRow> read_tokens(
    soci::session& sql, const std::string& where, const Values& values
) {
    std::vector<TokenRow> found;
    rows::read(
        sql,
        "select id, tenant_id, name, hash, scope, created_at, expires_at, revoked_at from tokens " +
            where,
        "nntttnnn", values,
        [&](const Row& row) {
            TokenRow each{
                .id = row[0].number,
                .tenant = row[1].number,
                .name = row[2].text,
                .hash = row[3].text,
                .scope = row[4].text,
                .created = instant(row[5].number),
                .expires = {},
                .revoked = {}
            };
            if (!row[6].is_null()) each.expires = instant(row[6].number);
            if (!row[7].is_null()) each.revoked = instant(row[7].number);
            found.push_back(std::move(each));
        }
    );
    return found;
}

std::string token_json(const TokenRow& token) {
    return canonical(json::object{
        {"name", token.name},
        {"scope", token.scope},
        {"tenant", token.tenant},
        {"expires", token.expires ? json::value(stamp(*token.expires)) : json::value(nullptr)},
        {"revoked", token.revoked.has_value()}
    });
}

std::vector<Tenant> read_tenants(
    soci::session& sql, const std::string& where, const Values& values
) {
    std::vector<Tenant> found;
    rows::read(
        sql, "select id, coalesce(parent, 0), kind, name, disabled, version from tenants " + where,
        "nnttnn", values,
        [&](const Row& row) {
            const auto kind = tenant_kind_of(row[2].text);
            if (!kind)
                throw std::runtime_error(
                    "the store has the unknown kind of account " + quoted(row[2].text)
                );
            found.push_back(
                {.id = row[0].number,
                 .parent = row[1].number,
                 .kind = *kind,
                 .name = row[3].text,
                 .disabled = row[4].number != 0,
                 .version = row[5].number}
            );
        }
    );
    return found;
}

/// What a list's text looks for, with the signs that "like" would take for its own made plain.
std::string pattern_of(std::string_view text) {
    std::string out = "%";
    for (const char letter : folded_login(text)) {
        if (letter == '%' || letter == '_' || letter == '!') out += '!';
        out += letter;
    }
    return out + "%";
}

std::string page_of(
    const PeopleQuery& query, Values& values, std::initializer_list<std::string_view> searched,
    bool with_kind
) {
    std::string where = "where id > :after and tenant_id in " + list_of(query.tenants);
    values.number(query.after);
    if (!query.text.empty()) {
        where += " and (";
        int count = 0;
        for (const auto column : searched) {
            where += (count == 0 ? "lower(" : " or lower(") + std::string(column) + ") like :text" +
                     std::to_string(count) + " escape '!'";
            values.text(pattern_of(query.text));
            ++count;
        }
        where += ")";
    }
    if (with_kind && !query.kind.empty()) {
        where += " and kind = :kind";
        values.text(query.kind);
    }
    return where + " order by id limit " + std::to_string(query.limit);
}

template <class T>
std::optional<T> first(std::vector<T> found) {
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

void end_sessions(soci::session& sql, Id user, const std::string& kept = {}) {
    rows::change(
        sql, "delete from sessions where user_id = :id and hash <> :kept",
        Values().number(user).text(kept)
    );
}

Error no_user(Id id) {
    return absent(phrase("there is no user {1} among yours", id_text(id))).error();
}
Error no_member(Id id) {
    return absent(phrase("there is no member {1} among yours", id_text(id))).error();
}

}  // namespace

Result<void> PeopleBook::change(const std::function<Result<void>(soci::session&)>& apply) {
    std::optional<Error> refused;
    const auto run = [&](soci::session& sql) {
        // On SQLite whoever has read cannot write once somebody else has; so the right to write is
        // taken first. On PostgreSQL it keeps changes of people one after the other, which the
        // audit log does anyway.
        rows::change(sql, "update audit_head set count = count where id = 1");
        if (auto done = apply(sql); !done) {
            refused = std::move(done).error();
            throw Refused();
        }
    };
    auto done = beside_ ? access_.change_beside(run) : access_.change_with(run);
    if (refused) return std::unexpected(std::move(*refused));
    return done;
}

// ------------------------------------------------------------------ accounts

Result<std::vector<Tenant>> PeopleBook::tenants() {
    return asked<std::vector<Tenant>>(access_, [](soci::session& sql) {
        return read_tenants(sql, "order by id", {});
    });
}

Result<Tenant> PeopleBook::add_tenant(
    const ChangeBy& by, Tenant tenant, const Remember<Tenant>& remember
) {
    auto done = change([&](soci::session& sql) -> Result<void> {
        rows::read(
            sql, "select coalesce(max(id), 1) + 1 from tenants", "n", {},
            [&](const Row& row) { tenant.id = row[0].number; }
        );
        rows::change(
            sql,
            "insert into tenants (id, parent, kind, name, disabled, version, created_at, "
            "updated_at) values (:id, :parent, :kind, :name, 0, 1, :created, "
            ":updated)",
            Values()
                .number(tenant.id)
                .number(tenant.parent)
                .text(std::string(word_of(tenant.kind)))
                .text(tenant.name)
                .number(stamp(by.at))
                .number(stamp(by.at))
        );
        append_audit(
            sql, record(
                     by, tenant.parent, "tenant.created", "tenant", std::to_string(tenant.id), {},
                     audit_json(tenant)
                 )
        );
        keep_answer(sql, access_.seal(), remember, tenant);
        return {};
    });
    if (!done) return std::unexpected(std::move(done).error());
    return tenant;
}

Result<Tenant> PeopleBook::change_tenant(
    const ChangeBy& by, std::int64_t id, std::optional<std::int64_t> if_version,
    const std::function<Result<void>(Tenant&)>& apply, const std::vector<std::int64_t>& affected,
    const Remember<Tenant>& remember
) {
    Tenant changed;
    auto done = change([&](soci::session& sql) -> Result<void> {
        auto found = first(read_tenants(sql, "where id = :id", Values().number(id)));
        if (!found) return absent(phrase("there is no account {1} among yours", id));
        if (auto fits = check_version(found->version, if_version); !fits) return fits;
        changed = *found;
        if (auto fits = apply(changed); !fits) return fits;
        ++changed.version;
        rows::change(
            sql,
            "update tenants set parent = :parent, name = :name, disabled = :disabled, version = "
            ":version, updated_at = :updated where id = :id",
            Values()
                .number(
                    changed.parent == 0 ? std::optional<long long>()
                                        : std::optional<long long>(changed.parent)
                )
                .text(changed.name)
                .number(changed.disabled ? 1 : 0)
                .number(changed.version)
                .number(stamp(by.at))
                .number(id)
        );
        if ((changed.disabled && !found->disabled) || changed.parent != found->parent)
            rows::change(
                sql,
                "delete from sessions where user_id in (select id from users where tenant_id in " +
                    list_of(affected) + ")"
            );
        append_audit(
            sql, record(
                     by, id, "tenant.changed", "tenant", std::to_string(id), audit_json(*found),
                     audit_json(changed)
                 )
        );
        keep_answer(sql, access_.seal(), remember, changed);
        return {};
    });
    if (!done) return std::unexpected(std::move(done).error());
    return changed;
}

// ------------------------------------------------------------------ people

Result<std::vector<User>> PeopleBook::users(const PeopleQuery& query) {
    return asked<std::vector<User>>(access_, [&](soci::session& sql) {
        Values values;
        const auto where = page_of(query, values, {"login", "name"}, false);
        std::vector<User> out;
        for (auto& each : read_users(sql, access_.seal(), where, values))
            out.push_back(std::move(each.user));
        return out;
    });
}

Result<std::optional<UserWithProof>> PeopleBook::user(Id id) {
    return asked<std::optional<UserWithProof>>(access_, [&](soci::session& sql) {
        return first(read_users(sql, access_.seal(), "where id = :id", Values().number(id)));
    });
}

Result<std::optional<UserWithProof>> PeopleBook::user_by_login(const std::string& login) {
    return asked<std::optional<UserWithProof>>(access_, [&](soci::session& sql) {
        return first(read_users(sql, access_.seal(), "where login = :login", Values().text(login)));
    });
}

Result<std::optional<UserWithProof>> PeopleBook::user_by_subject(const std::string& subject) {
    return asked<std::optional<UserWithProof>>(access_, [&](soci::session& sql) {
        return first(read_users(
            sql, access_.seal(), "where subject = :subject and subject <> ''",
            Values().text(subject)
        ));
    });
}

Result<User> PeopleBook::add_user(
    const ChangeBy& by, const User& user, const SignInProof& proof, const Remember<User>& remember
) {
    auto done = change([&](soci::session& sql) -> Result<void> {
        if (first(read_users(sql, access_.seal(), "where login = :login", Values().text(user.login))
            ))
            return refusal(
                "conflict",
                phrase("/login: is {1}, and somebody has that one already", quoted(user.login, 100))
            );
        if (!first(read_tenants(sql, "where id = :id", Values().number(user.tenant))))
            return absent(phrase("there is no account {1} among yours", user.tenant));
        rows::change(
            sql,
            "insert into users (" + std::string(user_columns) +
                ") values (:id, :tenant, :login, :name, :language, :disabled, :version, :created, "
                ":updated, null, :password, :totp, :step, :recovery, :subject)",
            Values()
                .number(user.id)
                .number(user.tenant)
                .text(user.login)
                .text(user.name)
                .text(user.language)
                .number(user.disabled ? 1 : 0)
                .number(user.version)
                .number(stamp(user.created))
                .number(stamp(user.updated))
                .text(proof.password)
                .text(sealed_totp(access_.seal(), user.id, proof.totp))
                .number(proof.totp_step)
                .text(joined(proof.recovery))
                .text(proof.subject)
        );
        append_audit(
            sql,
            record(by, user.tenant, "user.created", "user", id_text(user.id), {}, audit_json(user))
        );
        keep_answer(sql, access_.seal(), remember, user);
        return {};
    });
    if (!done) return std::unexpected(std::move(done).error());
    return user;
}

Result<User> PeopleBook::change_user(
    const ChangeBy& by, Id id, std::optional<std::int64_t> if_version,
    const std::function<Result<void>(User&)>& apply, const Remember<User>& remember
) {
    User changed;
    auto done = change([&](soci::session& sql) -> Result<void> {
        auto found = first(read_users(sql, access_.seal(), "where id = :id", Values().number(id)));
        if (!found) return std::unexpected(no_user(id));
        if (auto fits = check_version(found->user.version, if_version); !fits) return fits;
        changed = found->user;
        if (auto fits = apply(changed); !fits) return fits;
        ++changed.version;
        changed.updated = by.at;
        write_user(sql, changed);
        if ((changed.disabled && !found->user.disabled) || changed.tenant != found->user.tenant)
            end_sessions(sql, id);
        append_audit(
            sql, record(
                     by, changed.tenant, "user.changed", "user", id_text(id),
                     audit_json(found->user), audit_json(changed)
                 )
        );
        keep_answer(sql, access_.seal(), remember, changed);
        return {};
    });
    if (!done) return std::unexpected(std::move(done).error());
    return changed;
}

Result<User> PeopleBook::change_proof(
    const ChangeBy& by, Id id, std::string_view action,
    const std::function<Result<void>(UserWithProof&)>& apply, const std::string& kept
) {
    User changed;
    auto done = change([&](soci::session& sql) -> Result<void> {
        auto found = first(read_users(sql, access_.seal(), "where id = :id", Values().number(id)));
        if (!found) return std::unexpected(no_user(id));
        const auto before = audit_json(found->user);
        if (auto fits = apply(*found); !fits) return fits;
        changed = found->user;
        changed.second_factor = !found->proof.totp.empty();
        ++changed.version;
        changed.updated = by.at;
        write_user(sql, changed);
        write_proof(sql, access_.seal(), id, found->proof);
        end_sessions(sql, id, kept);
        append_audit(
            sql,
            record(by, changed.tenant, action, "user", id_text(id), before, audit_json(changed))
        );
        return {};
    });
    if (!done) return std::unexpected(std::move(done).error());
    return changed;
}

namespace {
/// Not "ISSUER SUBJECT", as it has no blank, and no two have the same: subjects stand once.
std::string unlinked(Id id) { return "-" + id_text(id); }
}  // namespace

Result<User> PeopleBook::link(
    const ChangeBy& by, Id id, const std::string& subject, const std::string& said
) {
    User changed;
    auto done = change([&](soci::session& sql) -> Result<void> {
        auto found = first(read_users(sql, access_.seal(), "where id = :id", Values().number(id)));
        if (!found) return std::unexpected(no_user(id));
        changed = found->user;
        const bool is_linked = changed.subject.contains(' ');
        const auto kept = !subject.empty() ? subject : is_linked ? unlinked(id) : changed.subject;
        if (changed.subject == kept) return {};
        if (!subject.empty() && is_linked)
            return refusal(
                "conflict",
                phrase("the user {1} is linked to a provider already; unlink them first", quoted(changed.login, 100))
            );
        if (!subject.empty() &&
            first(read_users(
                sql, access_.seal(), "where subject = :subject", Values().text(subject)
            )))
            return refusal("conflict", phrase("somebody else is linked to this subject already"));
        changed.subject = found->proof.subject = kept;
        ++changed.version;
        changed.updated = by.at;
        write_user(sql, changed);
        write_proof(sql, access_.seal(), id, found->proof);
        append_audit(
            sql, record(
                     by, changed.tenant, subject.empty() ? "user.unlinked" : "user.linked", "user",
                     id_text(id), subject.empty() ? said : std::string(),
                     subject.empty() ? std::string() : said
                 )
        );
        return {};
    });
    if (!done) return std::unexpected(std::move(done).error());
    return changed;
}

Result<void> PeopleBook::use_proof(Id id, const std::function<Result<void>(SignInProof&)>& apply) {
    return change([&](soci::session& sql) -> Result<void> {
        auto found = first(read_users(sql, access_.seal(), "where id = :id", Values().number(id)));
        if (!found) return std::unexpected(no_user(id));
        if (auto fits = apply(found->proof); !fits) return fits;
        write_proof(sql, access_.seal(), id, found->proof);
        return {};
    });
}

// ------------------------------------------------------------------ sessions

Result<void> PeopleBook::begin_session(
    const ChangeBy& by, const Session& session, const User& user, const std::string& said
) {
    return change([&](soci::session& sql) -> Result<void> {
        // The password was looked at a moment ago; what was changed since then counts.
        auto now =
            first(read_users(sql, access_.seal(), "where id = :id", Values().number(user.id)));
        if (!now || now->user.disabled || now->user.version != user.version)
            return refusal(
                "conflict", phrase("the user was changed in the meantime; sign in again")
            );
        rows::change(
            sql,
            "insert into sessions (hash, user_id, address, created_at, seen_at, expires_at) values "
            "(:hash, :user, :address, :created, :seen, :expires)",
            Values()
                .text(session.hash)
                .number(session.user)
                .text(session.address)
                .number(stamp(session.created))
                .number(stamp(session.seen))
                .number(stamp(session.expires))
        );
        rows::change(
            sql, "update users set seen_at = :at where id = :id",
            Values().number(stamp(by.at)).number(user.id)
        );
        append_audit(
            sql, record(by, user.tenant, "session.began", "user", id_text(user.id), {}, said)
        );
        return {};
    });
}

Result<std::optional<std::pair<Session, User>>> PeopleBook::session(const std::string& hash) {
    using Found = std::optional<std::pair<Session, User>>;
    return asked<Found>(access_, [&](soci::session& sql) {
        Found out;
        rows::read(
            sql,
            "select s.user_id, s.address, s.created_at, s.seen_at, s.expires_at, u.tenant_id, "
            "u.login, u.name, u.language, u.disabled, u.version, u.totp from "
            "sessions s join users u on u.id = s.user_id where s.hash = :hash",
            "ntnnnntttnnt", Values().text(hash),
            [&](const Row& row) {
                Session session{
                    .hash = hash,
                    .user = row[0].number,
                    .address = row[1].text,
                    .created = instant(row[2].number),
                    .seen = instant(row[3].number),
                    .expires = instant(row[4].number)
                };
                User user;
                user.id = row[0].number;
                user.tenant = row[5].number;
                user.login = row[6].text;
                user.name = row[7].text;
                user.language = row[8].text;
                user.disabled = row[9].number != 0;
                user.version = row[10].number;
                user.second_factor = !row[11].text.empty();
                out.emplace(std::move(session), std::move(user));
            }
        );
        return out;
    });
}

Result<void> PeopleBook::touch_session(const std::string& hash, Instant seen) {
    const auto run = [&](soci::session& sql) {
        rows::change(
            sql, "update sessions set seen_at = :at where hash = :hash",
            Values().number(stamp(seen)).text(hash)
        );
    };
    return access_.change_with(run);
}

Result<void> PeopleBook::end_session(
    const ChangeBy& by, const std::string& hash, const User& user
) {
    return change([&](soci::session& sql) -> Result<void> {
        if (rows::change(sql, "delete from sessions where hash = :hash", Values().text(hash)) > 0)
            append_audit(
                sql, record(by, user.tenant, "session.ended", "user", id_text(user.id), {}, {})
            );
        return {};
    });
}

Result<int> PeopleBook::drop_sessions(Instant expired, Instant idle_since) {
    int dropped = 0;
    const auto run = [&](soci::session& sql) {
        dropped = static_cast<int>(rows::change(
            sql, "delete from sessions where expires_at <= :expired or seen_at <= :idle",
            Values().number(stamp(expired)).number(stamp(idle_since))
        ));
    };
    auto done = access_.change_with(run);
    if (!done) return std::unexpected(std::move(done).error());
    return dropped;
}

Result<void> PeopleBook::note(const AuditEntry& entry) {
    return change([&](soci::session& sql) -> Result<void> {
        append_audit(sql, entry);
        return {};
    });
}

// ------------------------------------------------------------------ members

Result<std::vector<Member>> PeopleBook::members(const PeopleQuery& query) {
    return asked<std::vector<Member>>(access_, [&](soci::session& sql) {
        Values values;
        const auto where = page_of(query, values, {"name", "extension"}, true);
        return read_members(sql, where, values);
    });
}

Result<std::optional<Member>> PeopleBook::member(Id id) {
    return asked<std::optional<Member>>(access_, [&](soci::session& sql) {
        return first(read_members(sql, "where id = :id", Values().number(id)));
    });
}

Result<Member> PeopleBook::add_member(
    const ChangeBy& by, const Member& member, const Remember<Member>& remember
) {
    auto done = change([&](soci::session& sql) -> Result<void> {
        rows::change(
            sql,
            "insert into members (id, tenant_id, kind, name, extension, version, created_at, "
            "updated_at) values (:id, :tenant, :kind, :name, :extension, "
            ":version, :created, :updated)",
            Values()
                .number(member.id)
                .number(member.tenant)
                .text(std::string(word_of(member.kind)))
                .text(member.name)
                .text(member.extension)
                .number(member.version)
                .number(stamp(member.created))
                .number(stamp(member.updated))
        );
        append_audit(
            sql, record(
                     by, member.tenant, "member.created", "member", id_text(member.id), {},
                     audit_json(member)
                 )
        );
        keep_answer(sql, access_.seal(), remember, member);
        return {};
    });
    if (!done) return std::unexpected(std::move(done).error());
    return member;
}

Result<Member> PeopleBook::change_member(
    const ChangeBy& by, Id id, std::optional<std::int64_t> if_version,
    const std::function<Result<void>(Member&)>& apply, const Remember<Member>& remember
) {
    Member changed;
    auto done = change([&](soci::session& sql) -> Result<void> {
        auto found = first(read_members(sql, "where id = :id", Values().number(id)));
        if (!found) return std::unexpected(no_member(id));
        if (auto fits = check_version(found->version, if_version); !fits) return fits;
        changed = *found;
        if (auto fits = apply(changed); !fits) return fits;
        ++changed.version;
        changed.updated = by.at;
        rows::change(
            sql,
            "update members set kind = :kind, name = :name, extension = :extension, version = "
            ":version, updated_at = :updated where id = :id",
            Values()
                .text(std::string(word_of(changed.kind)))
                .text(changed.name)
                .text(changed.extension)
                .number(changed.version)
                .number(stamp(changed.updated))
                .number(id)
        );
        append_audit(
            sql, record(
                     by, changed.tenant, "member.changed", "member", id_text(id),
                     audit_json(*found), audit_json(changed)
                 )
        );
        keep_answer(sql, access_.seal(), remember, changed);
        return {};
    });
    if (!done) return std::unexpected(std::move(done).error());
    return changed;
}

Result<void> PeopleBook::remove_member(const ChangeBy& by, Id id) {
    return change([&](soci::session& sql) -> Result<void> {
        auto found = first(read_members(sql, "where id = :id", Values().number(id)));
        if (!found) return std::unexpected(no_member(id));
        rows::change(sql, "delete from members where id = :id", Values().number(id));
        append_audit(
            sql,
            record(
                by, found->tenant, "member.removed", "member", id_text(id), audit_json(*found), {}
            )
        );
        return {};
    });
}

// ------------------------------------------------------------------ tokens

Result<std::vector<TokenRow>> PeopleBook::tokens(const PeopleQuery& query) {
    return asked<std::vector<TokenRow>>(access_, [&](soci::session& sql) {
        Values values;
        const auto where = page_of(query, values, {"name"}, false);
        return read_tokens(sql, where, values);
    });
}

Result<std::optional<TokenRow>> PeopleBook::token(Id id) {
    return asked<std::optional<TokenRow>>(access_, [&](soci::session& sql) {
        return first(read_tokens(sql, "where id = :id", Values().number(id)));
    });
}

Result<TokenRow> PeopleBook::add_token(
    const ChangeBy& by, const TokenRow& token, const Remember<TokenRow>& remember
) {
    auto done = change([&](soci::session& sql) -> Result<void> {
        if (!first(read_tenants(sql, "where id = :id", Values().number(token.tenant))))
            return absent(phrase("there is no account {1} among yours", token.tenant));
        rows::change(
            sql,
            "insert into tokens (id, tenant_id, name, hash, scope, created_at, expires_at) values "
            "(:id, :tenant, :name, :hash, :scope, :created, :expires)",
            Values()
                .number(token.id)
                .number(token.tenant)
                .text(token.name)
                .text(token.hash)
                .text(token.scope)
                .number(stamp(token.created))
                .number(
                    token.expires ? std::optional<long long>(stamp(*token.expires)) : std::nullopt
                )
        );
        append_audit(
            sql,
            record(
                by, token.tenant, "token.created", "token", id_text(token.id), {}, token_json(token)
            )
        );
        keep_answer(sql, access_.seal(), remember, token);
        return {};
    });
    if (!done) return std::unexpected(std::move(done).error());
    return token;
}

Result<void> PeopleBook::revoke_token(const ChangeBy& by, const TokenRow& token) {
    return change([&](soci::session& sql) -> Result<void> {
        if (rows::change(
                sql, "update tokens set revoked_at = :at where id = :id and revoked_at is null",
                Values().number(stamp(by.at)).number(token.id)
            ) == 0)
            return {};
        auto after = token;
        after.revoked = by.at;
        append_audit(
            sql, record(
                     by, token.tenant, "token.revoked", "token", id_text(token.id),
                     token_json(token), token_json(after)
                 )
        );
        return {};
    });
}

// ------------------------------------------------------------------ what is done to orders

std::optional<AuditEntry> audit_entry_of(const TimelineEntry& entry) {
    // What only a person or a program with a token does; of a draft that is called off before it
    // left, the timeline has the change of state alone.
    static constexpr std::array words{"created",  "submit_wanted",  "amended",
                                      "comment",  "cancel_wanted",  "settled_by_person",
                                      "answered", "document_added", "mail_assigned"};
    const auto dot = entry.kind.find('.');
    const auto word = entry.kind.substr(std::min(dot, entry.kind.size() - 1) + 1);
    const bool is_word =
        std::ranges::find(words, word) != words.end() ||
        (word == "state_changed" && entry.text.ends_with("-> cancelled, before it left"));
    if (dot == entry.kind.npos || !is_word || entry.source == "engine" ||
        entry.source == "porteurd")
        return std::nullopt;
    const auto [name, home] = read_who(entry.source);
    // What a comment says, or a correction corrects, stands in the order's timeline; the log says
    // who and when.
    return AuditEntry{
        .at = entry.at,
        .who = name,
        .person = 0,
        .home = home != 0 ? home : entry.tenant,
        .tenant = entry.tenant,
        .action = entry.kind,
        .kind = entry.kind.substr(0, dot),
        .object = id_text(entry.order),
        .before = {},
        .after = canonical(json::object{{"entry", id_text(entry.id)}}),
        .address = {}
    };
}

Result<int> PeopleBook::follow_timelines(int limit) {
    // Read first and beside: most entries are the engine's, and nobody waits for that.
    long long followed = 0, last = 0;
    std::vector<AuditEntry> made;
    int looked = 0;
    auto read = access_.read_with([&](soci::session& sql) {
        rows::read(
            sql, "select followed from audit_head where id = 1", "n", {},
            [&](const Row& row) { followed = row[0].number; }
        );
        last = followed;
        rows::read(
            sql,
            "select id, order_id, tenant_id, at, source, kind, text from timeline where id > "
            ":after order by id limit " +
                std::to_string(limit),
            "nnnnttt", Values().number(followed),
            [&](const Row& row) {
                ++looked;
                last = row[0].number;
                if (auto entry = audit_entry_of(
                        {.id = row[0].number,
                         .order = row[1].number,
                         .tenant = row[2].number,
                         .at = instant(row[3].number),
                         .source = row[4].text,
                         .kind = row[5].text,
                         .text = row[6].text,
                         .data = {}}
                    ))
                    made.push_back(std::move(*entry));
            }
        );
    });
    if (!read) return std::unexpected(std::move(read).error());
    if (looked == 0) return 0;
    auto done = change([&](soci::session& sql) -> Result<void> {
        // The place moves with the records or not at all, and only from where it was read: nothing
        // comes twice.
        if (rows::change(
                sql, "update audit_head set followed = :last where id = 1 and followed = :followed",
                Values().number(last).number(followed)
            ) == 0)
            return failure(ErrorKind::internal, "somebody else follows the timelines");
        for (auto& each : made)
            if (each.who.starts_with('@'))
                rows::read(
                    sql, "select id from users where login = :login", "n",
                    Values().text(each.who.substr(1)),
                    [&](const Row& row) { each.person = row[0].number; }
                );
        append_audit(sql, made);
        return {};
    });
    if (!done) return std::unexpected(std::move(done).error());
    return looked;
}

}  // namespace porteur
