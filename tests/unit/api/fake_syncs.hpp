// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/sync_services.hpp"

namespace porteur::testing {

/// One comparison, of tenant 1.
class FakeSyncs final : public NumberSyncServices {
public:
    SyncShown made;
    std::vector<SyncRowShown> held;
    std::optional<Error> refuse;
    std::string last_account;
    int counted = 0;  ///< times that somebody asked for runs with their counts
    SyncRowsWanted last_wanted;
    SyncChoice last_choice;

    FakeSyncs() {
        made.sync.id = 9;
        made.sync.account = "acme";
        made.sync.by = "schedule";
        made.counts[SyncWhat::vanished] = {.all = 2, .open = 1};
    }
    Async<Result<SyncShown>> begin(Caller, std::string account, std::optional<AnswerKept<SyncShown>>) override {
        last_account = std::move(account);
        co_return refuse ? Result<SyncShown>(std::unexpected(*refuse)) : made;
    }
    Result<std::vector<SyncShown>> syncs(const Caller& caller, const std::string& account, Id, int) override {
        last_account = account;
        ++counted;
        return caller.tenant == 1 ? std::vector{made} : std::vector<SyncShown>();
    }
    Result<std::optional<SyncShown>> newest(const Caller& caller, const std::string&) override {
        if (caller.tenant != 1) return std::nullopt;
        auto bare = made;
        bare.counts.clear();
        return std::optional(std::move(bare));
    }
    Result<std::optional<SyncShown>> sync(const Caller& caller, Id id) override {
        ++counted;
        return caller.tenant == 1 && id == made.sync.id ? std::optional(made) : std::nullopt;
    }
    Result<std::optional<std::vector<SyncRowShown>>> rows(const Caller& caller, Id id, SyncRowsWanted wanted) override {
        last_wanted = wanted;
        return caller.tenant == 1 && id == made.sync.id ? std::optional(held) : std::nullopt;
    }
    Async<Result<SyncDecided>> decide(Caller, Id id, SyncChoice choice, std::optional<AnswerKept<SyncDecided>>) override {
        last_choice = std::move(choice);
        if (refuse) co_return std::unexpected(*refuse);
        co_return SyncDecided{.sync = id, .decided = 1, .refused = 1, .problems = {{*number_key("+15145550100"), "it was decided already"}}};
    }
    Async<Result<SyncShown>> apply(Caller, Id, std::optional<AnswerKept<SyncShown>>) override {
        co_return refuse ? Result<SyncShown>(std::unexpected(*refuse)) : made;
    }
};

}  // namespace porteur::testing
