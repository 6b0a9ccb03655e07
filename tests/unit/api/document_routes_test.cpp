// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "api_client.hpp"

namespace porteur::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t mebibyte = 1 << 20;

std::string head_of_upload(
    std::string_view length_field, std::string_view key = "k",
    std::string_view query = "type=loa&name=loa.pdf"
) {
    return "POST /v1/documents?" + std::string(query) +
           " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer prt_operator\r\n" +
           "Idempotency-Key: " + std::string(key) + "\r\nContent-Type: application/pdf\r\n" +
           std::string(length_field) + "\r\n\r\n";
}

Sent upload(std::string bytes, std::string key = "k", std::string query = "type=loa&name=loa.pdf") {
    return {
        .method = "POST",
        .target = "/v1/documents?" + std::move(query),
        .body = std::move(bytes),
        .key = std::move(key),
        .content_type = "application/pdf"
    };
}

TEST(Upload, StoresADocumentAndSaysWhatIsKnownOfIt) {
    Served served;
    const auto reply = served.ask(upload(
        "%PDF-1.7 x", "k",
        "type=loa&name=Lettre%20d%27autorisation%20%C3%A9t%C3%A9.pdf&issued_on=2026-11-30&signed_"
        "on=2026-12-01&expires_on=2027-01-31"
    ));
    ASSERT_EQ(reply.status, 201) << reply.body;
    EXPECT_EQ(reply.field("location"), "/v1/documents/" + reply.text("id"));
    EXPECT_EQ(reply.text("name"), "Lettre d'autorisation été.pdf");
    EXPECT_EQ(reply.text("signed_on"), "2026-12-01");
    EXPECT_EQ(reply.text("expires_on"), "2027-01-31");
    EXPECT_EQ(reply.document().at("size"), 10);
    const auto claim = served.host.last_claim();
    EXPECT_EQ(claim.content_type, "application/pdf");
    EXPECT_EQ(claim.size, 10U);
    EXPECT_EQ(served.get(reply.field("location")).body, reply.body);
    EXPECT_EQ(served.get(reply.field("location"), FakeHost::foreign_token).status, 404);
    EXPECT_EQ(served.get("/v1/documents/nothing").status, 404);
}

TEST(Upload, StreamsTwentyMegabytes) {
    Served served;
    Client client = served.connect();
    ASSERT_TRUE(
        client.send(head_of_upload("Content-Length: " + std::to_string(20 * mebibyte)) + "%PDF-")
    );
    // The first bytes are with the host long before the last were sent.
    EXPECT_TRUE(soon([&] { return served.host.upload_bytes >= 5; }));
    const std::string piece(mebibyte, 'x');
    for (int count = 0; count < 19; ++count) ASSERT_TRUE(client.send(piece));
    ASSERT_TRUE(client.send(std::string(mebibyte - 5, 'x')));
    const auto reply = client.receive();
    EXPECT_EQ(reply.status, 201) << reply.body;
    EXPECT_EQ(reply.document().at("size"), 20 * mebibyte);
}

TEST(Upload, MayComeInChunks) {
    Served served;
    Client client = served.connect();
    client.send(
        head_of_upload("Transfer-Encoding: chunked") + "5\r\n%PDF-\r\n3\r\n1.7\r\n0\r\n\r\n"
    );
    const auto reply = client.receive();
    EXPECT_EQ(reply.status, 201) << reply.body;
    EXPECT_EQ(reply.document().at("size"), 8);
    EXPECT_EQ(served.host.last_claim().size, std::nullopt);
}

TEST(Upload, ThatSaysItIsTooLargeIsRefusedBeforeItIsSent) {
    Served served;
    Client client = served.connect();
    client.send(head_of_upload("Content-Length: " + std::to_string(20 * mebibyte + 1)));
    const auto reply = client.receive();
    EXPECT_EQ(reply.status, 413);
    EXPECT_EQ(reply.text("type"), "urn:porteur:problem:too-large");
    EXPECT_EQ(served.host.uploads_begun, 0);
}

TEST(Upload, ThatTurnsOutTooLargeIsRefusedBeforeAllIsRead) {
    ApiLimits limits;
    limits.upload_size_max_bytes = mebibyte;
    Served served(limits);
    Client client = served.connect();
    client.send(head_of_upload("Transfer-Encoding: chunked") + "5\r\n%PDF-\r\n");
    const std::string chunk = "100000\r\n" + std::string(mebibyte, 'x') + "\r\n";
    client.send(chunk);
    client.send(chunk);  // and no end: the answer comes without one
    const auto reply = client.receive();
    EXPECT_EQ(reply.status, 413);
    EXPECT_EQ(reply.field("connection"), "close");
    EXPECT_LE(served.host.upload_bytes, mebibyte);
    EXPECT_EQ(served.host.uploads_stored, 0);
}

TEST(Upload, OfAnotherTypeIsRefusedAtItsFirstBytes) {
    Served served;
    Client client = served.connect();
    client.send(
        head_of_upload("Content-Length: " + std::to_string(20 * mebibyte)) + "MZ-not-a-pdf"
    );
    const auto reply = client.receive();
    EXPECT_EQ(reply.status, 415);
    EXPECT_EQ(reply.text("detail"), "the bytes are not of a PDF");
    EXPECT_EQ(reply.field("connection"), "close");
}

TEST(Upload, NamesTheParameterThatIsWrong) {
    Served served;
    for (const auto& [query, word] :
         {std::pair{"name=a.pdf", "type is missing"},
          {"type=loa", "name is missing"},
          {"type=loa&name=a.pdf&issued_on=yesterday", "issued_on"},
          {"type=loa&name=a.pdf&signed_on=2026-02-30", "signed_on"},
          {"type=id&name=a.pdf&expires_on=31.1.2027", "expires_on"},
          {"type=id&name=a.pdf&issued_on=2026-12-01&expires_on=2026-11-30", "before the document's own date, 2026-12-01"},
          {"type=loa&name=a%00.pdf", "control byte"},
          {"type=loa&name=a%c0%ae.pdf", "not UTF-8"},
          {"type=loa&name=a.pdf&x=y", "no parameter"}}) {
        const auto reply = served.ask(upload("%PDF-", "k", query));
        EXPECT_EQ(reply.status, 400) << query;
        EXPECT_THAT(reply.text("detail"), HasSubstr(word));
    }
    auto untyped = upload("%PDF-");
    untyped.content_type.clear();
    EXPECT_EQ(served.ask(untyped).status, 415);
    EXPECT_EQ(served.host.uploads_begun, 0);
}

TEST(Upload, IsStoredOnceForOneKey) {
    Served served;
    const auto first = served.ask(upload("%PDF-1"));
    const auto again = served.ask(upload("%PDF-1"));
    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.field("location"), first.field("location"));
    EXPECT_EQ(again.field("idempotency-replayed"), "true");
    EXPECT_EQ(served.ask(upload("%PDF-2")).status, 422);
    EXPECT_EQ(served.ask(upload("%PDF-1", "k", "type=csr&name=loa.pdf")).status, 422);
    EXPECT_EQ(served.host.uploads_stored, 1);
}

TEST(Upload, ThatBreaksOffIsNotStored) {
    Served served;
    {
        Client client = served.connect();
        client.send(head_of_upload("Content-Length: 1000") + "%PDF-");
        ASSERT_TRUE(soon([&] { return served.host.upload_bytes == 5; }));
    }
    EXPECT_TRUE(soon([&] { return served.server->connection_count() == 0; }));
    EXPECT_EQ(served.host.uploads_stored, 0);
}

TEST(DocumentContent, IsGivenToBeSavedAndNeverToBeShown) {
    Served served;
    served.host.content_of_documents = std::string("%PDF-1.7\0\r\n\xFF", 12);
    const auto id = served
                        .ask(upload(
                            "%PDF-", "k", "type=loa&name=%C3%A9t%C3%A9%20%22;%201.pdf"
                        ))
                        .text("id");
    const auto reply = served.get("/v1/documents/" + id + "/content");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, served.host.content_of_documents);
    EXPECT_EQ(reply.field("content-type"), "application/pdf");
    EXPECT_EQ(
        reply.field("content-disposition"),
        "attachment; filename*=UTF-8''%C3%A9t%C3%A9%20%22%3B%201.pdf"
    );
    EXPECT_EQ(reply.field("x-content-type-options"), "nosniff");
    EXPECT_EQ(served.get("/v1/documents/nothing/content").status, 404);
    EXPECT_EQ(served.get("/v1/documents/" + id + "/content", FakeHost::foreign_token).status, 404);
    // A letter holds the account number, which readers do not see.
    EXPECT_EQ(served.get("/v1/documents/" + id + "/content", FakeHost::reader_token).status, 403);
}

Sent letter(const std::string& order, std::string wish, std::string key = "k") {
    return {
        .method = "POST",
        .target = "/v1/port-orders/" + order + "/loa",
        .body = std::move(wish),
        .key = std::move(key)
    };
}

TEST(LetterRoute, HandsOnWhatIsWished) {
    Served served;
    const auto order = id_text(served.order().id);
    const auto reply = served.ask(letter(
        order, R"({"language":"fr","date":"2026-12-01","signature":{"strokes":[[[0,0.5],[1,2]]]}})"
    ));
    ASSERT_EQ(reply.status, 201) << reply.body;
    EXPECT_EQ(reply.field("location"), "/v1/documents/doc-letter");
    EXPECT_EQ(reply.document().at("attached"), true);
    EXPECT_EQ(reply.document().at("order").at("id"), json::string(order));
    const auto wish = served.host.last_letter;
    EXPECT_EQ(wish.language, "fr");
    EXPECT_EQ(
        wish.date, std::chrono::year_month_day(
                       std::chrono::year{2026}, std::chrono::December, std::chrono::day{1}
                   )
    );
    EXPECT_EQ(wish.signature_strokes.as_array().size(), 1U);
    const auto again = served.ask(letter(
        order, R"({"language":"fr","date":"2026-12-01","signature":{"strokes":[[[0,0.5],[1,2]]]}})"
    ));
    EXPECT_EQ(again.body, reply.body);
    EXPECT_EQ(again.field("idempotency-replayed"), "true");
    EXPECT_EQ(served.ask(letter(order, "{}")).status, 422) << "the key was another request's";
    EXPECT_EQ(served.ask(letter(order, "{}", "k2")).status, 201) << "all of it may be left out";
}

TEST(LetterRoute, NamesTheFieldThatIsWrong) {
    Served served;
    const auto order = id_text(served.order().id);
    int key = 0;
    for (const auto& [wish, field] :
         {std::pair{R"({"language":"de"})", "/language"},
          {R"({"date":"tomorrow"})", "/date"},
          {R"({"date":5})", "/date"},
          {R"({"signature":"x"})", "/signature"},
          {R"({"signature":{}})", "/signature"},
          {R"({"signature":{"path":"M0 0","document":"d"}})", "/signature"},
          {R"({"signature":{"ink":"x"}})", "/signature"},
          {R"({"signature":{"path":""}})", "/signature/path"},
          {R"({"signature":{"document":7}})", "/signature/document"},
          {R"({"signature":{"strokes":"x"}})", "/signature/strokes"},
          {R"({"colour":"blue"})", "/colour"}}) {
        const auto reply = served.ask(letter(order, wish, "w" + std::to_string(++key)));
        EXPECT_EQ(reply.status, 400) << wish;
        EXPECT_EQ(reply.text("field"), field) << wish;
    }
    served.host.refuse_letter = Error{
        .kind = ErrorKind::invalid_input,
        .message = "/request/end_user/name: is missing\n/request/numbers: is missing"
    };
    const auto lacking = served.ask(letter(order, "{}", "lacking"));
    EXPECT_EQ(lacking.status, 400);
    EXPECT_EQ(lacking.document().at("errors").as_array().size(), 2U);
}

TEST(LetterRoute, IsForOperatorsAndTheirOwnOrders) {
    Served served;
    const auto order = id_text(served.order().id);
    auto sent = letter(order, "{}");
    sent.token = FakeHost::reader_token;
    EXPECT_EQ(served.ask(sent).status, 403);
    sent.token = FakeHost::foreign_token;
    EXPECT_EQ(served.ask(sent).status, 404);
    EXPECT_EQ(served.ask(letter("nothing", "{}")).status, 404);
    sent = letter(order, "{}", "v");
    sent.fields = {{"If-Match", "\"999\""}};
    EXPECT_EQ(served.ask(sent).status, 201) << "the host compares it";
    EXPECT_EQ(served.host.last_letter.if_version, 999);
    sent = letter(order, "{}", "v2");
    sent.fields = {{"If-Match", "x"}};
    EXPECT_EQ(served.ask(sent).status, 412);
}

}  // namespace
}  // namespace porteur::testing
