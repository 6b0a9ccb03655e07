// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/phone_services.hpp"

namespace porteur::testing {

/// One person's telephone at the system "office".
class FakePhones final : public PhoneServices {
public:
    PhoneShown shown{
        .phone = "office",
        .soft_phone = true,
        .can_call_back = true,
        .domain = "pbx.example.net",
        .sip_user = {},
        .has_password = false,
        .call_back = {}
    };
    std::string password;
    int rung = 0;
    std::optional<Error> refusal;                     ///< of a call-back
    std::optional<std::pair<int, std::string>> kept;  ///< the last one's answer, under its key

    Result<PhoneShown> phone(const Caller&) override { return shown; }
    Async<Result<PhoneShown>> change_phone(Caller, PhoneWish wish) override {
        if (wish.sip_user) shown.sip_user = *wish.sip_user;
        if (wish.password) password = *wish.password;
        if (wish.call_back) shown.call_back = *wish.call_back;
        shown.has_password = !password.empty();
        co_return shown;
    }
    Result<PhoneCredentials> credentials(const Caller&) override {
        return PhoneCredentials{
            .websocket = "wss://pbx.example.net/ws",
            .domain = shown.domain,
            .sip_user = shown.sip_user,
            .password = password
        };
    }
    Async<Result<CallBack>> call_back(
        Caller, std::string number, std::optional<AnswerKept<Result<CallBack>>> given
    ) override {
        Result<CallBack> result = CallBack{.from = shown.sip_user, .to = std::move(number)};
        if (refusal)
            result = std::unexpected(*refusal);
        else
            ++rung;
        if (given) kept = given->answer(result);
        co_return result;
    }
};

}  // namespace porteur::testing
