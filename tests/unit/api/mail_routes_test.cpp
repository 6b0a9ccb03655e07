// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "api_client.hpp"

namespace porteur::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

InboxMail waiting(Id id) {
    InboxMail mail;
    mail.id = id;
    mail.received = Instant{std::chrono::milliseconds{1'790'000'000'000}};
    mail.sender = "desk@carrier.example";
    mail.subject = "Your request";
    mail.matched_by = "carrier_domain";
    mail.reason = "it came from the carrier's domain, without saying about which order";
    mail.raw = "Hello";
    mail.state = "waiting";
    return mail;
}

constexpr Id first = Id{1} << 40;

TEST(Mails, AreListedNewestFirstByStateAndOrder) {
    Served served;
    for (Id id = first; id < first + 3; ++id) served.host.put(waiting(id));
    auto settled = waiting(first + 3);
    settled.state = "settled";
    settled.order = 77;
    served.host.put(settled);
    const auto page = served.get("/v1/mails?state=waiting&limit=2").document();
    ASSERT_EQ(page.at("items").as_array().size(), 2U);
    EXPECT_EQ(page.at("items").at(0).at("id").as_string(), id_text(first + 2));
    const auto rest = served
                          .get(
                              "/v1/mails?state=waiting&limit=2&cursor=" +
                              std::string(page.at("next_cursor").as_string())
                          )
                          .document();
    EXPECT_EQ(rest.at("items").as_array().size(), 1U);
    EXPECT_TRUE(rest.at("next_cursor").is_null());
    EXPECT_EQ(
        served.get("/v1/mails?order=" + id_text(77)).document().at("items").as_array().size(), 1U
    );
    EXPECT_EQ(served.get("/v1/mails?state=lost").status, 400);
    EXPECT_EQ(served.get("/v1/mails?order=0").status, 400);
}

TEST(Mails, AreReadByOperatorsOfTheirTenantOnly) {
    Served served;
    served.host.put(waiting(first));
    const auto path = "/v1/mails/" + id_text(first);
    const auto shown = served.get(path);
    EXPECT_EQ(shown.text("text"), "Hello");
    EXPECT_EQ(shown.document().at("files").at(0).at("name").as_string(), "kbis.pdf");
    EXPECT_EQ(served.get(path, FakeHost::reader_token).status, 403) << "a mail may hold anything";
    EXPECT_EQ(served.get(path, FakeHost::foreign_token).status, 404);
    EXPECT_EQ(
        served.get("/v1/mails", FakeHost::foreign_token).document().at("items").as_array().size(),
        0U
    );
    EXPECT_EQ(served.get("/v1/mails/nothing").status, 404);
}

TEST(Mails, ShowTheOrdersThatAPersonChoosesFrom) {
    Served served;
    const auto order = served.order(OrderKind::purchase);
    auto mail = waiting(first);
    mail.proposals = R"([")" + id_text(order.id) + R"("])";
    served.host.put(mail);
    const auto shown = served.get("/v1/mails/" + id_text(first)).document();
    ASSERT_EQ(shown.at("candidates").as_array().size(), 1U);
    EXPECT_EQ(shown.at("candidates").at(0).at("kind").as_string(), "purchase");
    EXPECT_EQ(shown.at("candidates").at(0).at("reference").as_string(), order.reference);
}

TEST(AssignMail, GivesTheMailToAnOrderOnce) {
    Served served;
    const auto order = served.order();
    served.host.put(waiting(first));
    const auto path = "/v1/mails/" + id_text(first) + "/assign";
    const auto body = R"({"order":")" + id_text(order.id) + R"(","take_word":true})";
    const auto assigned = served.post(path, body, "key-1");
    EXPECT_EQ(assigned.status, 200) << assigned.body;
    EXPECT_EQ(assigned.text("order"), id_text(order.id));
    EXPECT_EQ(assigned.text("state"), "settled") << "take_word was not passed on";
    const auto again = served.post(path, body, "key-1");
    EXPECT_EQ(again.body, assigned.body);
    EXPECT_EQ(again.field("idempotency-replayed"), "true");
    EXPECT_EQ(served.post(path, body, "key-2").status, 409);
}

TEST(AssignMail, SaysWhatIsWrong) {
    Served served;
    served.host.put(waiting(first));
    const auto path = "/v1/mails/" + id_text(first) + "/assign";
    EXPECT_EQ(served.post(path, "{}").text("field"), "/order");
    EXPECT_EQ(served.post(path, R"({"order":"not an id"})").text("field"), "/order");
    EXPECT_EQ(
        served.post(path, R"({"order":")" + id_text(7) + R"(","take_word":1})").text("field"),
        "/take_word"
    );
    EXPECT_EQ(served.post(path, R"({"order":")" + id_text(7) + R"(","by":"me"})").status, 400);
    EXPECT_EQ(served.host.get_mail(first).state, "waiting");
}

TEST(DismissMail, SettlesTheMailAlone) {
    Served served;
    served.host.put(waiting(first));
    const auto path = "/v1/mails/" + id_text(first) + "/dismiss";
    EXPECT_EQ(served.post(path, "").text("state"), "settled");
    EXPECT_EQ(served.post(path, "").status, 409);
    EXPECT_EQ(
        served
            .ask(
                {.method = "POST",
                 .target = path,
                 .token = std::string(FakeHost::reader_token),
                 .key = "k"}
            )
            .status,
        403
    );
}

}  // namespace
}  // namespace porteur::testing
