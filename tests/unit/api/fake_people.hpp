// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>

#include "api/people_services.hpp"
#include "fake_phones.hpp"
#include "fake_providers.hpp"

namespace porteur::testing {

/// Tenants and people as the API sees them, in memory, touched between requests only. It does what
/// it is told and asks nobody's role: that is core/app/people_desk.hpp's to do.
class FakePeople final : public PeopleServices {
public:
    static constexpr std::int64_t var = 5, company = 6, beside = 2;
    static constexpr std::string_view password = "correct horse battery";
    /// Cookies of sessions that there are: "company" stands in the company, "system" at the top.
    static constexpr std::string_view csrf = "csrf-of-the-session";

    FakeProviders providers;
    FakePhones telephones;

    FakePeople() {
        tenants_.take(
            TenantTree::make(
                {{.id = system_tenant, .parent = 0, .kind = TenantKind::system, .name = "System"},
                 {.id = beside,
                  .parent = system_tenant,
                  .kind = TenantKind::company,
                  .name = "Others"},
                 {.id = var, .parent = system_tenant, .kind = TenantKind::var, .name = "North"},
                 {.id = company, .parent = var, .kind = TenantKind::company, .name = "Bakery"}}
            )
                .value()
        );
        user_.id = Id{1} << 50;
        user_.tenant = company;
        user_.login = "alice";
        user_.name = "Alice";
    }

    std::shared_ptr<const TenantTree> tree() const override { return tenants_.tree(); }
    Result<std::optional<SessionCaller>> by_cookie(std::string_view cookie) override {
        if (cookie != "company" && cookie != "system") return std::nullopt;
        SessionCaller out;
        out.caller.tenant = cookie == "system" ? system_tenant : company;
        out.caller.token_name = "@alice";
        out.caller.role =
            cookie == "system" ? Role::system_administrator : Role::company_administrator;
        out.caller.person = user_.id;
        out.caller.scope = cookie == "system" ? "read" : "operator";
        out.csrf = csrf;
        return out;
    }
    Async<Result<SignedIn>> sign_in(SignIn wish) override {
        if (refuse_sign_in) co_return std::unexpected(*refuse_sign_in);
        if (wish.login != user_.login || wish.password != password)
            co_return coded(
                sign_in_code, "the login or the password is wrong, or nobody may sign in with them"
            );
        co_return SignedIn{
            .cookie = "company", .session = by_cookie("company")->value(), .user = user_
        };
    }
    Async<Result<void>> sign_out(Caller, std::string) override { co_return Result<void>{}; }
    Async<Result<SecondFactor>> begin_second_factor(Caller, std::string) override {
        co_return SecondFactor{.secret = "ABC", .uri = "otpauth://totp/x"};
    }
    Async<Result<std::vector<std::string>>> confirm_second_factor(Caller, std::string, std::string)
        override {
        co_return std::vector<std::string>{"f3k9-2mxp-7qwd"};
    }
    Async<Result<User>> drop_second_factor(Caller, Id, std::string) override { co_return user_; }
    Result<std::optional<User>> person(Id) override { return user_; }
    Async<Result<User>> link_user(Caller, Id id, std::string subject) override {
        if (id != user_.id) co_return coded(not_found_code, "there is no user");
        user_.subject = std::move(subject);
        co_return user_;
    }
    ProviderSignIn* provider_sign_in() override { return &providers; }
    PhoneServices* phones() override { return &telephones; }

    Async<Result<Tenant>>
    add_tenant(Caller caller, TenantWish wish, std::optional<AnswerKept<Tenant>>) override {
        co_return Tenant{
            .id = 9,
            .parent = wish.parent.value_or(caller.tenant),
            .kind = *wish.kind,
            .name = *wish.name
        };
    }
    Async<Result<Tenant>>
    change_tenant(Caller, std::int64_t id, std::optional<std::int64_t> version, TenantWish wish, std::optional<AnswerKept<Tenant>>)
        override {
        const auto known = tree();
        const auto* found = known->find(id);
        if (!found) co_return coded(not_found_code, "there is no account");
        if (version && *version != found->version)
            co_return coded(version_code, "it has another version");
        auto changed = *found;
        ++changed.version;
        if (wish.name) changed.name = *wish.name;
        co_return changed;
    }
    Result<std::vector<User>> users(const Caller&, const PeopleWanted& wanted) override {
        last_wanted = wanted;
        return std::vector(static_cast<std::size_t>(std::min(wanted.limit, 3)), user_);
    }
    Result<std::optional<User>> user(const Caller&, Id id) override {
        return id == user_.id ? std::optional(user_) : std::nullopt;
    }
    Async<Result<User>> add_user(Caller caller, UserWish wish, std::optional<AnswerKept<User>>)
        override {
        auto made = user_;
        made.tenant = wish.tenant.value_or(caller.tenant);
        made.login = *wish.login;
        co_return made;
    }
    Async<Result<User>>
    change_user(Caller, Id id, std::optional<std::int64_t>, UserWish, std::optional<AnswerKept<User>>)
        override {
        if (id != user_.id) co_return coded(not_found_code, "there is no user");
        co_return user_;
    }
    Async<Result<User>> change_password(Caller, Id, std::string, std::string, std::string)
        override {
        co_return user_;
    }
    Result<std::vector<Member>> members(const Caller&, const PeopleWanted& wanted) override {
        last_wanted = wanted;
        return std::vector{member_};
    }
    Result<std::optional<Member>> member(const Caller&, Id id) override {
        return id == member_.id ? std::optional(member_) : std::nullopt;
    }
    Async<Result<Member>> add_member(Caller, MemberWish, std::optional<AnswerKept<Member>>)
        override {
        co_return member_;
    }
    Async<Result<Member>>
    change_member(Caller, Id, std::optional<std::int64_t>, MemberWish, std::optional<AnswerKept<Member>>)
        override {
        co_return member_;
    }
    Async<Result<void>> remove_member(Caller, Id) override { co_return Result<void>{}; }
    Result<std::vector<TokenShown>> tokens(const Caller&, const PeopleWanted&) override {
        return std::vector{token_};
    }
    Async<Result<TokenShown>>
    add_token(Caller, TokenWish wish, std::optional<AnswerKept<TokenShown>>) override {
        auto made = token_;
        made.name = wish.name;
        made.token = "prt_new";
        co_return made;
    }
    Async<Result<TokenShown>> revoke_token(Caller, Id) override { co_return token_; }
    Result<std::vector<AuditRecord>> audit(const Caller&, const AuditWanted&) override {
        AuditRecord record{.position = 7, .entry = {}, .hash = std::string(64, 'a')};
        record.entry.who = "@alice";
        record.entry.person = user_.id;
        record.entry.home = record.entry.tenant = company;
        record.entry.action = "user.changed";
        record.entry.kind = "user";
        record.entry.object = id_text(user_.id);
        record.entry.after = R"({"name":"Alice"})";
        return std::vector{record};
    }

    Id user_id() const { return user_.id; }
    std::optional<Error> refuse_sign_in;
    PeopleWanted last_wanted;

private:
    static std::unexpected<Error> coded(std::string_view code, std::string message) {
        return std::unexpected(Error{
            .kind = ErrorKind::invalid_input,
            .message = std::move(message),
            .code = std::string(code)
        });
    }

    TenantsNow tenants_;
    User user_;
    Member member_{
        .id = Id{1} << 51,
        .tenant = company,
        .kind = MemberKind::service,
        .name = "Reception",
        .extension = "200",
        .version = 1,
        .created = {},
        .updated = {}
    };
    TokenShown token_{
        .id = Id{1} << 52,
        .tenant = company,
        .name = "machine",
        .scope = "read",
        .created = {},
        .expires = {},
        .revoked = {},
        .token = {}
    };
};

}  // namespace porteur::testing
