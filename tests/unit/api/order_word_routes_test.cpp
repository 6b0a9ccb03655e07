// SPDX-License-Identifier: Apache-2.0
// What persons say of an order: corrections that are sent at once, comments; its parts, its packet.
#include <gmock/gmock.h>

#include "api_client.hpp"

namespace porteur::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string path_of(const Order& order, std::string_view rest = "") {
    return "/v1/port-orders/" + id_text(order.id) + std::string(rest);
}

Reply patched(Served& served, const Order& order, std::string body) {
    return served.ask({.method = "PATCH", .target = path_of(order), .body = std::move(body)});
}

// ------------------------------------------------------------------ corrections

TEST(CorrectOrder, IsSentAtOnceWhenAskedAndAsNewOnlyWhenAsked) {
    Served served;
    const auto order = served.order();
    ASSERT_EQ(patched(served, order, R"({"request":{"account_number":"1"}})").status, 200);
    EXPECT_FALSE(served.host.last_amendment().submit);
    ASSERT_EQ(patched(served, order, R"({"request":{"account_number":"2"},"submit":true})").status, 200);
    EXPECT_TRUE(served.host.last_amendment().submit);
    EXPECT_EQ(served.host.last_amendment().as, SendAs::carrier_can);
    ASSERT_EQ(patched(served, order, R"({"request":{"account_number":"3"},"submit":true,"as_new":true})").status, 200);
    EXPECT_EQ(served.host.last_amendment().as, SendAs::new_request);
}

TEST(CorrectOrder, TakesOnlyYesAndNo) {
    Served served;
    const auto order = served.order();
    EXPECT_EQ(patched(served, order, R"({"request":{},"submit":"yes"})").text("field"), "/submit");
    EXPECT_EQ(patched(served, order, R"({"request":{},"as_new":1})").text("field"), "/as_new");
    EXPECT_EQ(patched(served, order, R"({"request":{"numbers":[]},"submit":true})").text("field"), "/request/numbers");
    EXPECT_EQ(served.host.changed, 0);
    const auto bad = served.post(path_of(order, "/submit?as_new=perhaps"), "");
    EXPECT_EQ(bad.status, 400);
    EXPECT_EQ(bad.text("field"), "as_new");
}

TEST(SubmitOrder, IsANewRequestWhenAsked) {
    Served served;
    const auto order = served.order();
    ASSERT_EQ(served.post(path_of(order, "/submit"), "").status, 202);
    EXPECT_EQ(served.host.last_sent_as(), SendAs::carrier_can);
    ASSERT_EQ(served.post(path_of(order, "/submit?as_new=true"), "").status, 202);
    EXPECT_EQ(served.host.last_sent_as(), SendAs::new_request);
}

TEST(ShowOrder, SaysWhatWasCorrectedAndKeepsWhatIsTheHostsOwn) {
    Served served;
    auto order = served.order();
    order.state = OrderState::exception;
    order.progress = R"({"correction":{"fields":["/pin"],"from":"exception"},"release":{"arrived":1},)"
                     R"("rejections":[{"code":"6P","fields":["/service_address/postal_code"],"reason":"POSTAL_CODE_MISMATCH","text":"zip?"}]})";
    served.host.put(order);
    const auto shown = served.get(path_of(order));
    ASSERT_EQ(shown.status, 200);
    EXPECT_EQ(shown.document().at("corrected_fields").at(0), "/pin");
    EXPECT_EQ(shown.document().at("progress").at("rejections").at(0).at("fields").at(0), "/service_address/postal_code");
    EXPECT_FALSE(shown.document().at("progress").as_object().contains("correction"));
    EXPECT_FALSE(shown.document().at("progress").as_object().contains("release"));
}

// ------------------------------------------------------------------ parts

TEST(ShowOrder, ShowsThePartsThatCarryItOut) {
    Served served;
    auto whole = served.order();
    EXPECT_TRUE(served.get(path_of(whole)).document().at("parent").is_null());
    EXPECT_FALSE(served.get(path_of(whole)).document().as_object().contains("parts"));
    whole.stage = Stage::parts;
    served.host.put(whole);
    for (const char* reference : {"r-1", "r-2"}) {
        auto part = served.order();
        part.reference = reference;
        part.parent = whole.id;
        served.host.put(part);
    }
    const auto shown = served.get(path_of(whole));
    ASSERT_EQ(shown.status, 200) << shown.body;
    const auto parts = shown.document().at("parts");
    ASSERT_EQ(parts.as_array().size(), 2U);
    EXPECT_EQ(parts.at(1).at("reference"), "r-2");
    EXPECT_EQ(std::string(parts.at(1).at("parent").as_string()), id_text(whole.id));
    EXPECT_EQ(shown.field("etag"), "\"1\"");
}

// ------------------------------------------------------------------ comments

TEST(CommentOrder, IsShownToReadersUnlessItIsPrivate) {
    Served served;
    const auto order = served.order();
    const auto made = served.post(path_of(order, "/comments"), R"({"text":"for all"})");
    ASSERT_EQ(made.status, 200) << made.body;
    EXPECT_EQ(made.field("etag"), "\"2\"");
    ASSERT_EQ(served.post(path_of(order, "/comments"), R"({"text":"for us","private":true})").status, 200);
    const auto ours = served.get(path_of(order, "/timeline"));
    EXPECT_THAT(ours.body, HasSubstr("for all"));
    EXPECT_THAT(ours.body, HasSubstr("for us"));
    const auto theirs = served.get(path_of(order, "/timeline"), FakeHost::reader_token);
    EXPECT_THAT(theirs.body, HasSubstr("for all"));
    EXPECT_THAT(theirs.body, Not(HasSubstr("for us")));
}

TEST(CommentOrder, IsAmongTheEventsOfThoseWhoMaySeeIt) {
    Served served;
    const auto order = served.order();
    ASSERT_EQ(served.post(path_of(order, "/comments"), R"({"text":"for us","private":true})").status, 200);
    ASSERT_EQ(served.post(path_of(order, "/comments"), R"({"text":"for all"})").status, 200);
    for (const auto& [token, sees] : {std::pair{FakeHost::reader_token, false}, {FakeHost::operator_token, true}}) {
        auto client = served.connect();
        ASSERT_TRUE(client.send(Sent{.target = "/v1/events?after=0", .token = std::string(token)}.bytes()));
        const auto heard = client.read_until("for all");
        EXPECT_THAT(heard, HasSubstr("for all"));
        EXPECT_EQ(heard.find("for us") != heard.npos, sees) << token;
    }
}

TEST(CommentOrder, WantsAWordAndAnOperator) {
    Served served;
    const auto order = served.order();
    for (const std::string body : {R"({"text":" "})", R"({})", R"({"text":7})"})
        EXPECT_EQ(served.post(path_of(order, "/comments"), body).text("field"), "/text") << body;
    EXPECT_EQ(served.post(path_of(order, "/comments"), R"({"text":")" + std::string(4001, 'x') + "\"}").status, 400);
    EXPECT_EQ(served.ask({.method = "POST", .target = path_of(order, "/comments"), .token = std::string(FakeHost::reader_token), .body = R"({"text":"x"})", .key = "k"}).status, 403);
    EXPECT_EQ(served.host.changed, 0);
}

// ------------------------------------------------------------------ the release packet

TEST(ShowPacket, IsMadeByTheLosingAccountsPluginOfTheWholeOrder) {
    Served served;
    auto order = served.order();
    order.losing_account = "oldtel-1";
    served.host.put(order);
    served.host.on_ask = [&](std::string account, std::string operation, std::string input) -> Result<std::string> {
        EXPECT_EQ(account, "oldtel-1");
        EXPECT_EQ(operation, "release_packet");
        EXPECT_THAT(input, HasSubstr(R"("reference":")"));
        ReleasePacket packet;
        packet.subject = "Port out";
        packet.problems.push_back({.field = "/documents", .reason = Reason::loa_required, .message = "no letter"});
        return to_text(packet);
    };
    const auto shown = served.get(path_of(order, "/packet"));
    ASSERT_EQ(shown.status, 200) << shown.body;
    EXPECT_EQ(shown.text("subject"), "Port out");
    EXPECT_EQ(shown.document().at("problems").at(0).at("reason"), "LOA_REQUIRED");
}

TEST(ShowPacket, IsAConflictWithoutALosingAccount) {
    Served served;
    auto order = served.order();
    order.losing_account.clear();
    served.host.put(order);
    EXPECT_EQ(served.get(path_of(order, "/packet")).status, 409);
}

}  // namespace
}  // namespace porteur::testing
