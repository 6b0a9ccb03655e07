// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

namespace porteur::testkit {
namespace {

using ::testing::HasSubstr;

constexpr auto now = "2026-11-24T09:00:00Z";

std::string reference(const std::string& numbers) {
    return R"({"reference":"pu-7","carrier_id":"OP-9","numbers":)" + numbers +
           R"(,"kept":{"language":"en"}})";
}
Script asking(const std::string& numbers = R"(["+14165550101"])") {
    Script script(other(), "check_purchase", reference(numbers), settings());
    script.asks_time(now).expects_manual().named("next-step");
    return script;
}

TEST(Purchase, HasAPersonBuy) {
    Script script(
        other(), "purchase",
        R"({"reference":"pu-7","country":"CA","number_type":"toll_free","quantity":2,"area":"Toronto",
            "end_user":{"name":"Acme Inc"},"documents":[{"id":"doc-1","type":"id","name":"id.pdf"}]})",
        settings()
    );
    const auto body = script.recording().first.effects.at(0).body;
    for (const auto* words :
         {"Buy numbers at OpenPhone.", "  Kind: toll_free\n", "  How many: 2\n",
          "  Area: Toronto\n", "  id id.pdf (doc-1)\n"})
        EXPECT_THAT(body, HasSubstr(words));
    script.expects_manual()
        .named("buy")
        .with_head(R"({"title":"Buy the numbers of order pu-7 at OpenPhone","text":"required"})")
        .is_answered("submitted", "OP-9")
        .asks_time(now)
        .ends_with(R"({"carrier_id":"OP-9","state":"submitted","check_again":86400})");
    cut_everywhere(script);
}

TEST(Purchase, EndsAsRefusedInThePersonsWords) {
    Script(
        other(), "purchase", R"({"reference":"pu-7","numbers":["+14165550101"],"language":"fr"})",
        settings()
    )
        .expects_manual()
        .is_answered("refused", "NUMBER_TAKEN: gone")
        .fails_with(ErrorKind::rejected, Reason::number_taken, HasSubstr("gone"));
}

TEST(CheckPurchase, CompletesTheNumbersOfTheOrder) {
    asking()
        .is_answered("completed")
        .asks_time(now)
        .ends_with(
            R"({"state":"completed","numbers":[{"number":"+14165550101","state":"completed"}]})"
        );
}

TEST(CheckPurchase, TakesTheNumbersThatThePersonNames) {
    asking("[]")
        .is_answered("completed", "they gave +1 (416) 555-0101, and +14165550102.")
        .asks_time(now)
        .ends_with(R"({"numbers":[{"number":"+14165550101"},{"number":"+14165550102"}]})");
}

TEST(CheckPurchase, AsksForTheNumbersUntilTheyCanBeRead) {
    auto script = asking("[]");
    script.is_answered("completed", "two of them")
        .asks_time(now)
        .expects_manual()
        .named("numbers-1")
        .is_answered("numbers", "+1416")
        .expects_manual()
        .named("numbers-2")
        .is_answered("numbers", "+14165550101")
        .ends_with(R"({"state":"completed","numbers":[{"number":"+14165550101"}]})");
    cut_everywhere(script);
}

TEST(CheckPurchase, WaitsEndsAndIsRefusedAsThePersonSays) {
    asking()
        .is_answered("nothing_new")
        .asks_time(now)
        .ends_with(R"({"state":"submitted","check_again":86400})");
    asking().is_answered("cancelled").asks_time(now).ends_with(R"({"state":"cancelled"})");
    asking()
        .is_answered("refused", "no")
        .asks_time(now)
        .fails_with(ErrorKind::rejected, Reason::other);
    Script(
        other(), "check_purchase",
        R"({"reference":"pu-7","carrier_id":"OP-9","kept":{"ask_after":"2026-11-24T09:30:00Z"}})",
        settings()
    )
        .asks_time(now)
        .ends_with(R"({"state":"submitted","check_again":1800})");
}

TEST(CancelPurchase, HasAPersonCancelIt) {
    Script script(other(), "cancel_purchase", reference("[]"), settings());
    script.expects_manual()
        .named("cancel")
        .is_answered("cancelled")
        .asks_time(now)
        .ends_with(R"({"state":"cancelled"})");
    cut_everywhere(script);
    Script(other(), "cancel_purchase", reference("[]"), settings())
        .expects_manual()
        .is_answered("refused", "too late")
        .fails_with(ErrorKind::rejected, Reason::cannot_cancel_now);
}

}  // namespace
}  // namespace porteur::testkit
