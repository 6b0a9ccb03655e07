// SPDX-License-Identifier: Apache-2.0
#include "carriers/http_effect.hpp"

#include <gtest/gtest.h>

#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using ::testing::_;
using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

EffectResources resources() {
    return {
        .secret = [](std::string_view name) -> Result<std::string> {
            if (name == "pin") return "s3cr3t&\"pin";
            return failure(ErrorKind::invalid_input, "no secret " + quoted(name));
        },
        .document = [](std::string_view id) -> Result<EffectDocument> {
            if (id == "doc-1") return EffectDocument{"%PDF-1.4", "loa.pdf", "application/pdf"};
            return failure(ErrorKind::invalid_input, "no document " + quoted(id));
        }
    };
}

Result<CarrierRequest> made(std::string_view head, std::string body = {}) {
    return request_from_effect(head, std::move(body), resources());
}

TEST(RequestFromEffect, PassesABodyOnUntouchedWhenNothingGoesIntoIt) {
    const std::string body = "{ \"price\": 1.10 ,\n\"big\":123456789012345678901234567890}";
    const auto request = made(
        R"({"content":"application/json","headers":[["accept","text/json"]],"looks_up":"submit",)"
        R"("method":"POST","path":"/v2/orders","query":[["npa","416"],["q","a b&c"]],"timeout_ms":2500})",
        body
    );
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->method, "POST");
    EXPECT_EQ(request->url_or_path, "/v2/orders?npa=416&q=a%20b%26c");
    EXPECT_EQ(request->body, body);
    EXPECT_EQ(request->timeout, std::chrono::milliseconds{2500});
    EXPECT_THAT(
        request->headers,
        ElementsAre(Pair("accept", "text/json"), Pair("Content-Type", "application/json"))
    );
    EXPECT_TRUE(request->secrets.empty());
}

TEST(RequestFromEffect, AddsTheQueryToOneThatIsThere) {
    EXPECT_EQ(
        made(R"({"method":"GET","query":[["b","2"]],"url":"https://a.example/x?a=1"})")
            ->url_or_path,
        "https://a.example/x?a=1&b=2"
    );
}

TEST(RequestFromEffect, PutsADocumentAsBase64WhereThePluginLeftRoom) {
    const auto request = made(
        R"({"content":"application/json","documents":[{"as":"base64","at":"/Form/Loa/0/Content","id":"doc-1"},)"
        R"({"at":"/Form/Extra","id":"doc-1"}],"method":"POST","path":"/ports"})",
        R"({"Form":{"Loa":[{"Content":"","Name":"loa.pdf"}],"Number":4165550101}})"
    );
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(
        request->body,
        R"({"Form":{"Loa":[{"Content":"JVBERi0xLjQ=","Name":"loa.pdf"}],"Number":4165550101,"Extra":"JVBERi0xLjQ="}})"
    );
}

TEST(RequestFromEffect, NeverOverwritesAValueOfThePlugins) {
    const std::string_view head =
        R"({"content":"application/json","method":"POST","path":"/","secrets":[{"at":"/a/pin","name":"pin"}]})";
    EXPECT_THAT(
        made(head, R"({"a":{"pin":"0000"}})"),
        FailsWith(ErrorKind::invalid_input, HasSubstr("already"))
    );
    EXPECT_THAT(
        made(head, R"({"b":{}})"), FailsWith(ErrorKind::invalid_input, HasSubstr("nothing to put"))
    );
    EXPECT_THAT(made(head, "<xml/>"), FailsWith(ErrorKind::invalid_input, HasSubstr("not JSON")));
}

TEST(RequestFromEffect, PutsSecretsWhereTheHeadSaysAndOnlyThere) {
    const auto in_json = made(
        R"({"content":"application/json","method":"POST","path":"/","secrets":[{"at":"/pin","name":"pin"}]})",
        R"({"pin":null,"note":"{pin}"})"
    );
    EXPECT_EQ(in_json->body, R"({"pin":"s3cr3t&\"pin","note":"{pin}"})");
    EXPECT_THAT(in_json->secrets, ElementsAre("s3cr3t&\"pin"));
    EXPECT_THAT(in_json->secret_places, ElementsAre("/pin"));

    const auto in_form = made(
        R"({"content":"application/x-www-form-urlencoded","method":"POST","path":"/","secrets":[{"at":"form:pin","name":"pin"}]})",
        "a=1"
    );
    EXPECT_EQ(in_form->body, "a=1&pin=s3cr3t%26%22pin");

    const auto in_header =
        made(R"({"method":"GET","path":"/","secrets":[{"at":"header:x-key","name":"pin"}]})");
    EXPECT_THAT(in_header->headers, ElementsAre(Pair("x-key", "s3cr3t&\"pin")));
}

TEST(RequestFromEffect, BuildsAFormWithFilesAndThePluginsFields) {
    const auto request = made(
        R"({"content":"multipart/form-data","documents":[{"as":"multipart","field":"file","id":"doc-1"}],)"
        R"("method":"POST","path":"/upload","secrets":[{"at":"form:pin","name":"pin"}]})",
        "kind=LOA&note=a+b"
    );
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_THAT(
        request->headers, ElementsAre(Pair("Content-Type", HasSubstr("boundary=porteur-")))
    );
    EXPECT_THAT(request->body, HasSubstr("name=\"note\"\r\n\r\na b\r\n"));
    EXPECT_THAT(request->body, HasSubstr("name=\"pin\"\r\n\r\ns3cr3t&\"pin\r\n"));
    EXPECT_THAT(
        request->body,
        HasSubstr("name=\"file\"; filename=\"loa.pdf\"\r\nContent-Type: application/pdf"
                  "\r\n\r\n%PDF-1.4\r\n")
    );
}

TEST(RequestFromEffect, PutsTheIdempotencyKeyIntoHeaderOrBody) {
    auto with_key = resources();
    with_key.key = IdempotencyKey{"header:Idempotency-Key", "k-1"};
    const std::string_view head = R"({"content":"application/json","method":"POST","path":"/"})";
    const auto in_header = request_from_effect(head, "{\"a\": 1}", with_key);
    EXPECT_EQ(in_header->body, "{\"a\": 1}");
    EXPECT_THAT(
        in_header->headers,
        ElementsAre(Pair("Idempotency-Key", "k-1"), Pair("Content-Type", "application/json"))
    );
    with_key.key = IdempotencyKey{"/ref", "k-1"};
    EXPECT_EQ(request_from_effect(head, R"({"a":1})", with_key)->body, R"({"a":1,"ref":"k-1"})");
}

TEST(RequestFromEffect, RefusesHeadsItDoesNotUnderstand) {
    for (const char* head :
         {"",
          "[]",
          "{",
          R"({"path":"/"})",
          R"({"method":"GET"})",
          R"({"method":"GET","path":"/","url":"https://a.example/"})",
          R"({"method":"GET","path":"/","verify":false})",
          R"({"method":"get","path":"/"})",
          R"({"method":"CONNECT","path":"/"})",
          R"({"method":"GET /x","path":"/"})",
          R"({"method":"GET","path":"orders"})",
          R"({"method":"GET","url":"/orders"})",
          R"({"method":"GET","path":7})",
          R"({"method":"GET","path":"/","timeout_ms":0})",
          R"({"method":"GET","path":"/","timeout_ms":"5s"})",
          R"({"method":"GET","path":"/","query":[["a"]]})",
          R"({"method":"GET","path":"/","query":{"a":"b"}})",
          R"({"method":"GET","path":"/","headers":[["Host","evil.example"]]})",
          R"({"method":"GET","path":"/","headers":[["content-LENGTH","1"]]})",
          R"({"method":"GET","path":"/","headers":[["authorization","x"]]})",
          R"({"method":"GET","path":"/","headers":[["a b","x"]]})",
          R"({"method":"GET","path":"/","headers":[["a","x\r\ny: z"]]})",
          R"({"content":"a\r\nb: c","method":"GET","path":"/"})",
          R"({"documents":[{"id":"doc-1"}],"method":"GET","path":"/"})",
          R"({"documents":[{"as":"raw","at":"/a","id":"doc-1"}],"method":"GET","path":"/"})",
          R"({"documents":[{"as":"multipart","field":"f","id":"doc-1"}],"method":"GET","path":"/"})",
          R"({"method":"GET","path":"/","secrets":[{"at":"body","name":"pin"}]})",
          R"({"method":"GET","path":"/","secrets":[{"at":"header:host","name":"pin"}]})",
          R"({"method":"GET","path":"/","secrets":[{"at":"form:pin","name":"pin"}]})",
          R"({"method":"GET","path":"/","secrets":[{"at":"/pin","name":"pin","raw":true}]})",
          R"({"method":"GET","path":"/","secrets":[{"at":"header:x","name":"other"}]})"}) {
        EXPECT_THAT(made(head, ""), FailsWith(ErrorKind::invalid_input, Not(HasSubstr("s3cr3t"))))
            << head;
    }
}

TEST(CompletionHead, IsCanonicalAndHoldsOnlyWhatThePluginMaySee) {
    const HttpAnswer answer{
        201,
        {{"x-request-id", "r1"},
         {"set-cookie", "s=1"},
         {"location", "/o/\"7\""},
         {"link", "<a>"},
         {"authorization", "x"},
         {"link", "<b>"},
         {"x-rate-limit-limit", "5"},
         {"server", "nginx"},
         {"etag", "\xE9\t"},
         {"retry-after", "1"},
         {"inin-correlation-id", "c"},
         {"content-type", "application/json"}},
        "{}"
    };
    EXPECT_EQ(
        completion_head(answer),
        "{\"headers\":{\"content-type\":\"application/"
        "json\",\"etag\":\"é\\t\",\"inin-correlation-id\":\"c\","
        "\"link\":\"<a>, <b>\",\"location\":\"/o/\\\"7\\\"\",\"retry-after\":\"1\","
        "\"x-rate-limit-limit\":\"5\",\"x-request-id\":\"r1\"},\"status\":201}"
    );
    EXPECT_EQ(completion_head({204, {}, {}}), R"({"headers":{},"status":204})");
}

}  // namespace
}  // namespace porteur
