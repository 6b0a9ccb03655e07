// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/provider_services.hpp"

namespace porteur::testing {

/// One provider, "corp", which signs in whoever brings the state "right" and the cookie "kept".
class FakeProviders final : public ProviderSignIn {
public:
    std::vector<ProviderShown> providers() const override {
        return {{.name = "corp", .title = "Corp"}};
    }
    std::optional<std::string> issuer_of(std::string_view provider) const override {
        if (provider != "corp") return std::nullopt;
        return "https://login.example.net";
    }
    Async<Result<ProviderWay>> begin(ProviderBegin wish) override {
        if (wish.provider != "corp") co_return absent();
        begun = wish;
        co_return ProviderWay{
            .location = "https://login.example.net/auth?state=right",
            .kept = "kept",
            .step = {},
            .session = {}
        };
    }
    Async<Result<ProviderWay>> finish(ProviderReturn wish) override {
        if (wish.provider != "corp") co_return absent();
        finished = wish;
        if (wish.state != "right" || wish.kept != "kept")
            co_return ProviderWay{
                .location = "/console/?sign_in=again&provider=corp",
                .kept = {},
                .step = {},
                .session = {}
            };
        if (wish.code == "owes")
            co_return ProviderWay{
                .location = "/console/?sign_in=code&provider=corp",
                .kept = {},
                .step = "step",
                .session = {}
            };
        co_return ProviderWay{
            .location = "/console/numbers", .kept = {}, .step = {}, .session = "company"
        };
    }
    Async<Result<SignedIn>> finish_with_code(std::string step, std::string code, std::string)
        override {
        if (step != "step" || code != "123456")
            co_return std::unexpected(Error{
                .kind = ErrorKind::invalid_input,
                .message = "begin again",
                .code = std::string(sign_in_code)
            });
        SignedIn made;
        made.cookie = "company";
        made.session.caller.tenant = 6;
        made.session.caller.role = Role::company_administrator;
        made.session.caller.person = made.user.id = Id{1} << 50;
        made.session.caller.scope = "operator";
        made.user.login = "alice";
        made.session.csrf = "csrf-of-the-session";
        co_return made;
    }

    ProviderBegin begun;
    ProviderReturn finished;

private:
    static std::unexpected<Error> absent() {
        return std::unexpected(Error{
            .kind = ErrorKind::invalid_input,
            .message = "there is no provider",
            .code = std::string(not_found_code)
        });
    }
};

}  // namespace porteur::testing
