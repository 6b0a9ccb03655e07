// SPDX-License-Identifier: Apache-2.0
#include "domain/sync_rules.hpp"

#include <gmock/gmock.h>

#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;

class SyncRules : public ::testing::Test {
protected:
    // 1 System; VARs 2 and 3; 10 a company of 2, 14 of 3.
    TenantTree tree = *TenantTree::make({{1, 0, TenantKind::system, "System"},
                                         {2, 1, TenantKind::var, "North"},
                                         {3, 1, TenantKind::var, "South"},
                                         {10, 2, TenantKind::company, "Acme"},
                                         {14, 3, TenantKind::company, "Far"},
                                         {15, 3, TenantKind::company, "Gone", true}});
    static inline const NumberKey key = *number_key("+15145550100");

    static NumberForm form(NumberState state, std::int64_t tenant = 10, std::string account = "thinktel") {
        NumberForm number;
        number.row.key = key;
        number.row.tenant = tenant;
        number.row.note = "for the fair";
        number.row.used_by = tenant == 10 ? "Reception" : "";
        number.row.tags = "vip";
        number.shared.state = state;
        number.shared.account = std::move(account);
        number.shared.type = "local";
        number.shared.use = tenant == 10 ? UseType::user : UseType::none;
        return number;
    }
    NumberSyncRow row(const std::optional<NumberForm>& now, bool is_listed, std::int64_t owner = 1, std::string_view before = {}) {
        std::vector<HeldNumber> held;
        if (now)
            held.push_back({key, now->row.tenant, now->shared.account, now->shared.state, now->shared.type, now->row.carrier_id});
        std::vector<ListedNumber> listed;
        if (is_listed) listed.push_back({key, "c-7", "toll_free", "Active", "Main"});
        const auto diff = carrier_diff("thinktel", held, listed);
        return row_of(diff.differences.at(0), now, before, owner, tree);
    }
    static SyncWish wish(SyncDecision decision, std::int64_t tenant = 1) {
        return {.decision = decision, .account = "thinktel", .tenant = tenant, .cause = {}};
    }
    static SyncWish confirm(std::optional<MissingCause> cause) {
        auto out = wish(SyncDecision::confirm_missing);
        out.cause = cause;
        return out;
    }
    void expect_refused(const SyncWish& wish, const NumberSyncRow& row, std::optional<NumberForm> number, const char* why) {
        const auto done = carry_out(wish, row, tree, number);
        EXPECT_THAT(done, FailsWith(ErrorKind::invalid_input, HasSubstr(why)));
    }
};

TEST_F(SyncRules, ARowTellsHowTheNumberIsHeldAndListed) {
    const auto gone = row(form(NumberState::reserved), false);
    EXPECT_EQ(gone.holder, 10);
    EXPECT_EQ(gone.before, R"({"carrier_id":"","note":"for the fair","provider":"thinktel","state":"reserved","type":"local"})");
    EXPECT_EQ(gone.after, "{}");
    EXPECT_EQ(gone.standing, "vanished");
    const auto found = row(std::nullopt, true);
    EXPECT_EQ(found.holder, 1);
    EXPECT_EQ(found.before, "{}");
    EXPECT_EQ(found.after, R"({"carrier_id":"c-7","label":"Main","type":"toll_free","word":"Active"})");
    EXPECT_EQ(listed_in(found), (ListedNumber{key, "c-7", "toll_free", "Active", "Main"}));
}

TEST_F(SyncRules, WhatNobodyHoldsIsOfWhoeverHasTheCarrierAccount) {
    EXPECT_EQ(row(std::nullopt, true, 2).holder, 2);
    EXPECT_EQ(row(form(NumberState::released, 14), true, 2).holder, 2);
}

TEST_F(SyncRules, WhoHasACarrierAccountIsNotToldWhatOthersHold) {
    EXPECT_EQ(row(form(NumberState::released, 14), true, 2).before, "{}") << "South gave it up";
    EXPECT_NE(row(form(NumberState::released, 10), true, 2).before, "{}") << "one of its own did";
    EXPECT_EQ(row(form(NumberState::in_service, 14, "genesys"), true, 2).holder, system_tenant) << "the system's to look into";
    EXPECT_EQ(row(form(NumberState::in_service, 10, "genesys"), true, 2).holder, 10);
    EXPECT_EQ(row(form(NumberState::in_service, 14, "genesys"), true, 1).holder, 14);
    EXPECT_EQ(row(form(NumberState::in_service, 14), false, 2).holder, 14) << "who holds a number is told that it vanished";
}

TEST_F(SyncRules, WhatVanishedIsMissingWithItsCauseAndComesBackAsItWas) {
    auto number = form(NumberState::reserved);
    const auto whole = number;
    auto gone = row(number, false);
    gone.cause = MissingCause::ported_out;
    EXPECT_TRUE(carry_out_by_itself(gone, "thinktel", tree, number));
    EXPECT_EQ(number.shared.state, NumberState::missing);
    EXPECT_EQ(number.row.note, "ported_out");
    EXPECT_EQ(number.row.used_by, "Reception") << "nothing else of it changes";
    EXPECT_FALSE(carry_out_by_itself(gone, "thinktel", tree, number)) << "once is enough";

    const auto back = row(number, true, 1, gone.before);
    EXPECT_EQ(back.what, SyncWhat::reappeared);
    EXPECT_TRUE(carry_out_by_itself(back, "thinktel", tree, number));
    EXPECT_EQ(number.row, whole.row);
    EXPECT_EQ(number.shared, whole.shared);
    EXPECT_FALSE(carry_out_by_itself(back, "thinktel", tree, number));
}

TEST_F(SyncRules, WhatChangedSinceTheListsWereComparedStaysAsItIs) {
    const auto gone = row(form(NumberState::in_service), false);
    auto ported = form(NumberState::in_service, 10, "genesys");
    EXPECT_FALSE(carry_out_by_itself(gone, "thinktel", tree, ported));
    for (const auto state : {NumberState::port_out_pending, NumberState::releasing, NumberState::released, NumberState::ported_out}) {
        auto number = form(state);
        EXPECT_FALSE(carry_out_by_itself(gone, "thinktel", tree, number)) << word_of(state);
        EXPECT_EQ(number.shared.state, state);
    }
    auto other = form(NumberState::in_service);
    EXPECT_FALSE(carry_out_by_itself(row(std::nullopt, true), "thinktel", tree, other));
}

TEST_F(SyncRules, WhereNobodyKnowsHowItWasItIsAsSuchANumberUsuallyIs) {
    for (const auto& [tenant, state] : {std::pair(10, NumberState::assigned), std::pair(2, NumberState::available)}) {
        auto number = form(NumberState::missing, tenant);
        EXPECT_TRUE(carry_out_by_itself(row(number, true), "thinktel", tree, number));
        EXPECT_EQ(number.shared.state, state);
    }
}

TEST_F(SyncRules, AdoptingAnUnknownNumberPutsItIntoThePoolOrGivesItToACompany) {
    for (const auto& [tenant, state] : {std::pair(1, NumberState::available), std::pair(2, NumberState::available), std::pair(10, NumberState::assigned)}) {
        std::optional<NumberForm> number;
        ASSERT_TRUE(carry_out(wish(SyncDecision::adopt, tenant), row(std::nullopt, true), tree, number));
        ASSERT_TRUE(number);
        EXPECT_EQ(number->row.key, key);
        EXPECT_EQ(number->row.tenant, tenant);
        EXPECT_EQ(number->row.source, "sync");
        EXPECT_EQ(number->row.carrier_id, "c-7");
        EXPECT_EQ(number->shared.account, "thinktel");
        EXPECT_EQ(number->shared.type, "toll_free");
        EXPECT_EQ(number->shared.state, state);
    }
}

TEST_F(SyncRules, AdoptingWhatWasGivenUpLeavesNothingOfWhoeverHadIt) {
    std::optional<NumberForm> number = form(NumberState::released, 10, "genesys");
    const auto found = row(number, true);
    ASSERT_TRUE(carry_out(wish(SyncDecision::adopt, 3), found, tree, number));
    EXPECT_EQ(number->row.tenant, 3);
    EXPECT_EQ(number->row.used_by + number->row.tags + number->row.note, "");
    EXPECT_EQ(number->shared.use, UseType::none);
    EXPECT_EQ(number->shared.account, "thinktel");
    EXPECT_EQ(number->shared.state, NumberState::available);
    expect_refused(wish(SyncDecision::adopt, 3), found, form(NumberState::port_in_pending), "changed since");
}

TEST_F(SyncRules, AdoptingWhatSomebodyHasAddedMeanwhileChangesNothing) {
    std::optional<NumberForm> number = form(NumberState::in_service);
    const auto before = *number;
    EXPECT_TRUE(carry_out(wish(SyncDecision::adopt), row(std::nullopt, true), tree, number));
    EXPECT_EQ(number->row, before.row);
    EXPECT_EQ(number->shared, before.shared);
    expect_refused(wish(SyncDecision::adopt), row(std::nullopt, true), form(NumberState::in_service, 10, "genesys"), "changed since");
    expect_refused(wish(SyncDecision::adopt, 15), row(std::nullopt, true), std::nullopt, "disabled");
}

TEST_F(SyncRules, AdoptingWhatTheCarrierTellsDifferentlyTakesItOver) {
    auto held = form(NumberState::in_service);
    held.row.carrier_id = "c-1";
    std::optional<NumberForm> number = held;
    const auto differing = row(held, true);
    ASSERT_EQ(differing.what, SyncWhat::differing);
    ASSERT_TRUE(carry_out(wish(SyncDecision::adopt), differing, tree, number));
    EXPECT_EQ(number->row.carrier_id, "c-7");
    EXPECT_EQ(number->shared.type, "toll_free");
    EXPECT_EQ(number->row.used_by, "Reception");
    number = held;
    ASSERT_TRUE(carry_out(wish(SyncDecision::keep), differing, tree, number));
    EXPECT_EQ(number->row, held.row);
    expect_refused(wish(SyncDecision::adopt), differing, std::nullopt, "changed since");
}

TEST_F(SyncRules, AdoptingWhatWeHoldElsewhereMovesItWithItsUse) {
    std::optional<NumberForm> number = form(NumberState::in_service, 10, "genesys");
    const auto there = row(number, true);
    ASSERT_EQ(there.what, SyncWhat::elsewhere);
    ASSERT_TRUE(carry_out(wish(SyncDecision::adopt), there, tree, number));
    EXPECT_EQ(number->shared.account, "thinktel");
    EXPECT_EQ(number->shared.state, NumberState::in_service);
    EXPECT_EQ(number->row.used_by, "Reception");
    EXPECT_EQ(number->row.carrier_id, "c-7");
    EXPECT_TRUE(carry_out(wish(SyncDecision::adopt), there, tree, number)) << "again changes nothing";
    expect_refused(wish(SyncDecision::adopt), there, form(NumberState::in_service, 10, "other"), "changed since");
    expect_refused(wish(SyncDecision::adopt), there, form(NumberState::releasing, 10, "genesys"), "changed since");
    std::optional<NumberForm> lost = form(NumberState::missing, 10, "genesys");
    ASSERT_TRUE(carry_out(wish(SyncDecision::adopt), row(lost, true), tree, lost));
    EXPECT_EQ(lost->shared.state, NumberState::assigned);
}

TEST_F(SyncRules, AConfirmedCauseLeadsToAStateAndAnUnknownOneLeavesItMissing) {
    auto gone = row(form(NumberState::in_service), false);
    gone.cause = MissingCause::ported_out;
    const auto confirmed = [&](std::optional<MissingCause> cause) {
        std::optional<NumberForm> number = form(NumberState::missing);
        EXPECT_TRUE(carry_out(confirm(cause), gone, tree, number));
        return *number;
    };
    const auto likely = confirmed(std::nullopt);
    EXPECT_EQ(likely.shared.state, NumberState::ported_out);
    EXPECT_EQ(likely.row.note, "ported_out");
    EXPECT_EQ(likely.row.used_by, "");
    EXPECT_EQ(confirmed(MissingCause::released).shared.state, NumberState::released);
    const auto unknown = confirmed(MissingCause::unknown);
    EXPECT_EQ(unknown.shared.state, NumberState::missing);
    EXPECT_EQ(unknown.row.used_by, "Reception") << "it may come back";
    EXPECT_TRUE(stands_after(confirm(MissingCause::unknown), gone));
    EXPECT_FALSE(stands_after(confirm(std::nullopt), gone));
    expect_refused(confirm(std::nullopt), gone, form(NumberState::in_service), "changed since");
    expect_refused(confirm(std::nullopt), gone, form(NumberState::missing, 10, "genesys"), "changed since");
}

TEST_F(SyncRules, WhatIsKeptIsAsItWasBefore) {
    const auto gone = row(form(NumberState::reserved), false);
    std::optional<NumberForm> number = form(NumberState::missing);
    number->row.note = "unknown";
    ASSERT_TRUE(carry_out(wish(SyncDecision::keep), gone, tree, number));
    EXPECT_EQ(number->shared.state, NumberState::reserved);
    EXPECT_EQ(number->row.note, "for the fair");
    EXPECT_TRUE(stands_after(wish(SyncDecision::keep), gone));
    expect_refused(wish(SyncDecision::keep), gone, std::nullopt, "changed since");
}

TEST_F(SyncRules, WhatIsIgnoredIsNotTouchedAndOtherDecisionsAreRefused) {
    std::optional<NumberForm> number;
    const auto found = row(std::nullopt, true);
    EXPECT_TRUE(carry_out(wish(SyncDecision::ignore), found, tree, number));
    EXPECT_FALSE(number);
    EXPECT_TRUE(stands_after(wish(SyncDecision::ignore), found));
    EXPECT_FALSE(stands_after(wish(SyncDecision::adopt), found));
    expect_refused(wish(SyncDecision::keep), found, std::nullopt, "no decision keep");
    expect_refused(confirm(std::nullopt), found, std::nullopt, "no decision confirm_missing");
    auto decided = found;
    decided.decision = SyncDecision::ignore;
    expect_refused(wish(SyncDecision::adopt), decided, std::nullopt, "decided already");
    decided.decision = SyncDecision::replaced;
    expect_refused(wish(SyncDecision::adopt), decided, std::nullopt, "later comparison");
}

}  // namespace
}  // namespace porteur
