// SPDX-License-Identifier: Apache-2.0
#include "domain/number_sync.hpp"

#include <gmock/gmock.h>

#include <array>

namespace porteur {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::array all_states{
    NumberState::discovered,
    NumberState::available,
    NumberState::reserved,
    NumberState::ordering,
    NumberState::awaiting_requirements,
    NumberState::assigned,
    NumberState::in_service,
    NumberState::suspended,
    NumberState::port_in_pending,
    NumberState::port_out_pending,
    NumberState::ported_out,
    NumberState::releasing,
    NumberState::aging,
    NumberState::released,
    NumberState::missing,
    NumberState::failed,
};

NumberKey key(int last) { return *number_key("+1514555" + std::to_string(1000 + last)); }

HeldNumber held(
    int last, NumberState state = NumberState::in_service, std::string account = "thinktel"
) {
    return {
        .key = key(last),
        .tenant = 10,
        .account = std::move(account),
        .state = state,
        .type = "local",
        .carrier_id = ""
    };
}
ListedNumber listed(int last) {
    return {.key = key(last), .carrier_id = "", .type = "local", .word = "Active", .label = ""};
}

CarrierDiff diff(std::vector<HeldNumber> ours, std::vector<ListedNumber> theirs) {
    return carrier_diff("thinktel", ours, theirs);
}

/// What is told of one number; nothing where nothing is.
std::optional<SyncWhat> told(NumberState state, const std::string& account, bool is_listed) {
    const auto found = diff(
        {held(1, state, account)}, is_listed ? std::vector{listed(1)} : std::vector<ListedNumber>()
    );
    EXPECT_LE(found.differences.size(), 1u);
    if (found.differences.empty()) return std::nullopt;
    EXPECT_EQ(found.differences.front().key, key(1));
    EXPECT_EQ(found.differences.front().held.has_value(), true);
    EXPECT_EQ(found.differences.front().listed.has_value(), is_listed);
    return found.differences.front().what;
}

TEST(CarrierDiff, TellsOfEachStateWhatItMustHereAndElsewhereListedAndNot) {
    for (const auto state : all_states) {
        SCOPED_TRACE(word_of(state));
        std::optional<SyncWhat> here_listed, here_absent, elsewhere_listed;
        switch (state) {
            case NumberState::available:
            case NumberState::reserved:
            case NumberState::assigned:
            case NumberState::in_service:
            case NumberState::suspended:
                here_absent = SyncWhat::vanished;
                elsewhere_listed = SyncWhat::elsewhere;
                break;
            case NumberState::missing:
                here_listed = SyncWhat::reappeared;
                here_absent = SyncWhat::vanished;
                elsewhere_listed = SyncWhat::elsewhere;
                break;
            case NumberState::discovered:
            case NumberState::ported_out:
            case NumberState::released:
            case NumberState::failed:
                here_listed = SyncWhat::unknown;
                elsewhere_listed = SyncWhat::unknown;
                break;
            case NumberState::ordering:
            case NumberState::awaiting_requirements:
            case NumberState::port_in_pending:
            case NumberState::port_out_pending:
            case NumberState::releasing:
            case NumberState::aging:
                break;  // left alone
        }
        EXPECT_EQ(told(state, "thinktel", true), here_listed);
        EXPECT_EQ(told(state, "thinktel", false), here_absent);
        EXPECT_EQ(told(state, "genesys", true), elsewhere_listed);
        EXPECT_EQ(told(state, "genesys", false), std::nullopt);
    }
}

TEST(CarrierDiff, TellsWhatWeDoNotHold) {
    const auto found = diff({}, {listed(1)});
    ASSERT_THAT(found.differences, SizeIs(1));
    EXPECT_EQ(
        found.differences.front(),
        (SyncDifference{key(1), SyncWhat::unknown, std::nullopt, listed(1)})
    );
}

TEST(CarrierDiff, CountsEachNumberOnceWhateverTheOrder) {
    auto again = listed(3);
    again.word = "second";
    const auto found = diff(
        {held(5), held(2, NumberState::port_out_pending), held(1), held(4, NumberState::missing),
         held(9)},
        {listed(9), listed(3), listed(4), again, listed(1), listed(3)}
    );
    EXPECT_EQ(found.listed, 4);
    EXPECT_EQ(found.expected, 3);
    EXPECT_EQ(found.same, 2);
    EXPECT_EQ(found.left_alone, 1);
    EXPECT_EQ(found.vanishing, 1);
    ASSERT_THAT(found.differences, SizeIs(3));
    EXPECT_EQ(
        found.differences[0], (SyncDifference{key(3), SyncWhat::unknown, std::nullopt, listed(3)})
    ) << "the first entry counts";
    EXPECT_EQ(found.differences[1].what, SyncWhat::reappeared);
    EXPECT_EQ(found.differences[2].what, SyncWhat::vanished);
    EXPECT_THAT(diff({}, {}).differences, IsEmpty());
}

TEST(CarrierDiff, TellsAnotherIdOnlyWhereBothAreKnown) {
    const auto told = [](std::string ours, std::string theirs) {
        auto number = held(1);
        auto entry = listed(1);
        number.carrier_id = std::move(ours);
        entry.carrier_id = std::move(theirs);
        return !diff({number}, {entry}).differences.empty();
    };
    EXPECT_TRUE(told("a", "b"));
    EXPECT_FALSE(told("a", "a"));
    EXPECT_FALSE(told("", "b"));
    EXPECT_FALSE(told("a", ""));
}

TEST(CarrierDiff, TellsAnotherTypeOnlyWhereOneOfThemIsOfItsOwnKind) {
    constexpr std::array types{"",          "local",       "mobile",     "national",
                               "toll_free", "shared_cost", "short_code", "unknown"};
    constexpr auto is_own = [](std::string_view type) {
        return type == "toll_free" || type == "shared_cost" || type == "short_code";
    };
    constexpr auto is_known = [](std::string_view type) {
        return !type.empty() && type != "unknown";
    };
    for (const std::string_view ours : types)
        for (const std::string_view theirs : types) {
            auto number = held(1);
            auto entry = listed(1);
            number.type = ours;
            entry.type = theirs;
            const bool wanted = ours != theirs && is_known(ours) && is_known(theirs) &&
                                (is_own(ours) || is_own(theirs));
            const auto found = diff({number}, {entry});
            EXPECT_EQ(found.differences.size(), wanted ? 1u : 0u) << ours << " and " << theirs;
            EXPECT_EQ(found.same, wanted ? 0 : 1);
        }
}

TEST(MustBeHeld, IsForMoreThanTheShareAndMoreThanTen) {
    const auto held_back = [](std::int64_t vanishing, std::int64_t expected,
                              std::int64_t listed = 1, int share = 20) {
        CarrierDiff found;
        found.vanishing = vanishing;
        found.expected = expected;
        found.listed = listed;
        return must_be_held(found, share);
    };
    EXPECT_FALSE(held_back(0, 0, 0)) << "nothing is ours, nothing is there";
    EXPECT_FALSE(held_back(10, 11)) << "ten may always vanish";
    EXPECT_TRUE(held_back(11, 12));
    EXPECT_FALSE(held_back(20, 100)) << "exactly the share";
    EXPECT_TRUE(held_back(21, 100));
    EXPECT_FALSE(held_back(11, 55));
    EXPECT_TRUE(held_back(11, 54));
    EXPECT_TRUE(held_back(1, 1, 0)) << "a list with nothing on it";
    EXPECT_FALSE(held_back(5, 5, 1));
    EXPECT_FALSE(held_back(1000, 1000, 1, 100)) << "nobody wants to be asked";
    EXPECT_TRUE(held_back(11, 1000, 1, 0));
}

TEST(DecidedBefore, IsNotToldAgainWhileItStays) {
    auto found = diff({held(1), held(2, NumberState::missing), held(3)}, {listed(3), listed(4)});
    ASSERT_THAT(found.differences, SizeIs(3));
    const auto over = take_out_decided(
        found, {{key(1), "vanished"},
                {key(2), "vanished"},
                {key(3), "vanished"},
                {key(4), "unknown"},
                {key(5), "unknown"}}
    );
    EXPECT_THAT(found.differences, IsEmpty());
    EXPECT_EQ(
        found.vanishing, 0
    ) << "what is kept though it is not listed is nothing that the run would change";
    EXPECT_THAT(over, ElementsAre(key(3), key(5))) << "3 is listed again, 5 not any more";
}

TEST(DecidedBefore, IsToldAgainWhenItIsAnotherThing) {
    auto number = held(1);
    number.carrier_id = "a";
    auto entry = listed(1);
    entry.carrier_id = "b";
    const auto decided = standing_of(diff({number}, {entry}).differences.front());
    auto again = diff({number}, {entry});
    EXPECT_THAT(take_out_decided(again, {{key(1), decided}}), IsEmpty());
    EXPECT_THAT(again.differences, IsEmpty());
    entry.carrier_id = "c";
    auto other = diff({number}, {entry});
    EXPECT_THAT(take_out_decided(other, {{key(1), decided}}), ElementsAre(key(1)));
    EXPECT_THAT(other.differences, SizeIs(1));
}

TEST(Standing, TellsDifferencesApart) {
    const auto standing = [](std::vector<HeldNumber> ours, std::vector<ListedNumber> theirs) {
        return standing_of(diff(std::move(ours), std::move(theirs)).differences.at(0));
    };
    EXPECT_EQ(standing({}, {listed(1)}), "unknown");
    EXPECT_EQ(standing({held(1, NumberState::released)}, {listed(1)}), "unknown released");
    EXPECT_EQ(standing({held(1)}, {}), "vanished");
    EXPECT_EQ(standing({held(1, NumberState::missing)}, {listed(1)}), "reappeared");
    EXPECT_EQ(
        standing({held(1, NumberState::available, "genesys")}, {listed(1)}), "elsewhere genesys"
    );
}

TEST(Causes, LeadToAStateAndAreNeverGuessedAsReleased) {
    EXPECT_EQ(likely_cause(key(1), {key(1)}), MissingCause::ported_out);
    EXPECT_EQ(likely_cause(key(2), {key(1)}), MissingCause::unknown);
    EXPECT_EQ(state_after(MissingCause::unknown), NumberState::missing);
    EXPECT_EQ(state_after(MissingCause::ported_out), NumberState::ported_out);
    EXPECT_EQ(state_after(MissingCause::released), NumberState::released);
}

TEST(NextSync, IsAPeriodAfterTheLastAndAnHourAfterAFailure) {
    const Instant noon{std::chrono::milliseconds{1'790'000'000'000}};
    NumberSync last;
    last.began = noon;
    last.state = SyncState::done;
    using std::chrono::hours, std::chrono::minutes;
    EXPECT_EQ(next_sync_at(std::nullopt, hours(24), noon), noon);
    EXPECT_EQ(next_sync_at(last, hours(24), noon), noon + hours(24));
    EXPECT_EQ(next_sync_at(last, hours(24), noon + hours(30)), noon + hours(30))
        << "not before it may";
    last.state = SyncState::held;
    EXPECT_EQ(next_sync_at(last, hours(24), noon), noon + hours(24));
    last.state = SyncState::failed;
    EXPECT_EQ(next_sync_at(last, hours(24), noon), noon + hours(1));
    EXPECT_EQ(next_sync_at(last, minutes(10), noon), noon + minutes(10));
}

TEST(SyncWords, AreReadBackAsTheyAreWritten) {
    using enum SyncDecision;
    for (const auto each :
         {SyncState::running, SyncState::done, SyncState::held, SyncState::failed,
          SyncState::replaced})
        EXPECT_EQ(sync_state_of(word_of(each)), each);
    for (const auto each :
         {SyncWhat::unknown, SyncWhat::vanished, SyncWhat::reappeared, SyncWhat::differing,
          SyncWhat::elsewhere}) {
        EXPECT_EQ(sync_what_of(word_of(each)), each);
        for (const auto decision : decisions_for(each))
            EXPECT_TRUE(decision != open && decision != by_itself && decision != replaced);
    }
    for (const auto each : {open, adopt, ignore, confirm_missing, keep, by_itself, replaced})
        EXPECT_EQ(sync_decision_of(word_of(each)), each);
    for (const auto each :
         {MissingCause::unknown, MissingCause::ported_out, MissingCause::released})
        EXPECT_EQ(missing_cause_of(word_of(each)), each);
    EXPECT_EQ(sync_state_of("away"), std::nullopt);
    EXPECT_THAT(decisions_for(SyncWhat::reappeared), IsEmpty());
}

}  // namespace
}  // namespace porteur
