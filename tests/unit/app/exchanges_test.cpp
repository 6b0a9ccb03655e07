// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "app/exchanges.hpp"
#include "engine/journal_record.hpp"

namespace porteur {
namespace {

Instant at(int second) { return Instant{std::chrono::seconds(second)}; }

Effect effect(std::uint32_t seq, EffectKind kind, std::string step) {
    Effect made;
    made.seq = seq;
    made.kind = kind;
    made.step = std::move(step);
    return made;
}

TEST(ExchangesOf, PairsWhatLeftWithWhatCameBackWhateverStandsBetween) {
    StoredOperation stored;
    std::string first, second;
    append_record(first, IntentRecord{effect(1, EffectKind::now, "now"), at(1)});
    append_record(
        first,
        OutcomeRecord{
            Completion{.seq = 1, .kind = ErrorKind::none, .head = "{}", .body = {}}, at(1)
        }
    );
    append_record(first, IntentRecord{effect(2, EffectKind::http, "find"), at(2)});
    append_record(first, IntentRecord{effect(3, EffectKind::http, "submit"), at(2)});
    append_record(
        second,
        OutcomeRecord{
            Completion{.seq = 3, .kind = ErrorKind::rejected, .head = "{}", .body = "no"}, at(4)
        }
    );
    append_record(
        second,
        OutcomeRecord{
            Completion{.seq = 2, .kind = ErrorKind::none, .head = "{}", .body = "yes"}, at(5)
        }
    );
    append_record(second, IntentRecord{effect(4, EffectKind::mail, "ask-desk"), at(6)});
    append_record(second, LostRecord{4, at(7)});
    stored.journal = {
        {.operation = 7, .tenant = 1, .position = 1, .payload = first},
        {.operation = 7, .tenant = 1, .position = 2, .payload = second}
    };
    const auto found = exchanges_of(stored);
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_EQ(found->size(), 3U) << "the time is nobody's exchange";
    EXPECT_EQ((*found)[0].sent.step, "find");
    EXPECT_EQ((*found)[0].answered->body, "yes");
    EXPECT_EQ((*found)[0].ended, at(5));
    EXPECT_EQ((*found)[1].answered->kind, ErrorKind::rejected);
    EXPECT_FALSE((*found)[2].answered);
    EXPECT_TRUE((*found)[2].is_lost);
}

TEST(ExchangesOf, AJournalThatCannotBeReadIsNotShownInHalf) {
    StoredOperation stored;
    stored.journal = {{.operation = 7, .tenant = 1, .position = 1, .payload = "no record"}};
    EXPECT_FALSE(exchanges_of(stored));
}

TEST(ExchangesOf, DoNotShowTheOrdersOwnPinAndAccountNumberWhereverTheyStand) {
    Order order;
    order.request = R"({"account_number":"AC-77310042","numbers":["+14165550100"]})";
    Exchange each;
    each.sent = effect(1, EffectKind::http, "submit");
    each.sent.head = R"({"path":"/ports/AC-77310042"})";
    each.sent.body = R"({"note":"the PIN is 135790","code":135790,"name":"Acme"})";
    each.answered = Completion{.seq = 1, .kind = ErrorKind::rejected, .head = R"({"message":"AC-77310042 is closed"})",
                               .body = "<fault>135790 of AC-77310042</fault>"};
    std::vector<Exchange> all{each};
    hide_own_secrets(all, order, "135790");
    EXPECT_EQ(all[0].sent.head, R"({"path":"/ports/•••0042"})");
    EXPECT_EQ(all[0].sent.body, R"({"code":"[secret]","name":"Acme","note":"the PIN is [secret]"})");
    EXPECT_EQ(all[0].answered->head, R"({"message":"•••0042 is closed"})");
    EXPECT_EQ(all[0].answered->body, "<fault>[secret] of •••0042</fault>");
}

TEST(ExchangesOf, ShowTheNumbersOfTheOrderWhereOneIsTheAccountNumberToo) {
    Order order;
    order.request = R"({"account_number":"4165550100","numbers":["+14165550100"]})";
    Exchange each;
    each.sent = effect(1, EffectKind::http, "submit");
    each.sent.body = R"({"numbers":["4165550100"]})";
    std::vector<Exchange> all{each};
    hide_own_secrets(all, order, "");
    EXPECT_EQ(all[0].sent.body, each.sent.body);
}

}  // namespace
}  // namespace porteur
