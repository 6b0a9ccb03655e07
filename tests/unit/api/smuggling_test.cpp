// SPDX-License-Identifier: Apache-2.0
// Requests that two readers could take in two ways. None of them may be carried out, and after none
// of them may the connection go on: what follows would be read as a second request by one reader
// only.
#include <gmock/gmock.h>

#include "api/strict_head.hpp"
#include "api_client.hpp"

namespace porteur::testing {
namespace {

using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::Not;

constexpr const char* line = "POST /v1/port-orders HTTP/1.1\r\n";
constexpr const char* common =
    "Host: x\r\nAuthorization: Bearer prt_operator\r\nIdempotency-Key: k\r\nContent-Type: "
    "application/json\r\n";
constexpr const char* smuggled =
    "GET /v1/carriers HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer prt_operator\r\n\r\n";
constexpr const char* body = R"({"account":"acme-1","request":{}})";  // 33 bytes, 21 in hex

struct Case {
    const char* name;
    std::string bytes;
};

std::string post(std::string fields, std::string rest = body) {
    return std::string(line) + common + fields + "\r\n" + rest;
}
std::string chunked(std::string rest, std::string field = "Transfer-Encoding: chunked\r\n") {
    return post(std::move(field), std::move(rest));
}
std::string get(std::string fields) {
    return "GET /v1/carriers HTTP/1.1\r\nAuthorization: Bearer prt_operator\r\n" + fields + "\r\n";
}

std::vector<Case> cases() {
    const std::string nul(1, '\0');
    const std::string good = "21\r\n" + std::string(body) + "\r\n0\r\n\r\n";
    const std::string host = "Host: x\r\n";
    return {
        {"both lengths", post("Content-Length: 33\r\nTransfer-Encoding: chunked\r\n", good)},
        {"both lengths, other order",
         post("Transfer-Encoding: chunked\r\nContent-Length: 33\r\n", good)},
        {"both lengths, length 0", post("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", good)
        },
        {"two lengths", post("Content-Length: 33\r\nContent-Length: 0\r\n")},
        {"two lengths alike", post("Content-Length: 33\r\nContent-Length: 33\r\n")},
        {"a list of lengths", post("Content-Length: 33, 33\r\n")},
        {"a signed length", post("Content-Length: +33\r\n")},
        {"a negative length", post("Content-Length: -33\r\n")},
        {"a length in hex", post("Content-Length: 0x21\r\n")},
        {"a length with a fraction", post("Content-Length: 33.0\r\n")},
        {"a length with a blank", post("Content-Length: 3 3\r\n")},
        {"an empty length", post("Content-Length:\r\n")},
        {"a length beyond 64 bits", post("Content-Length: 18446744073709551649\r\n")},
        {"a length in quotes", post("Content-Length: \"33\"\r\n")},
        {"a length before a colon with a blank", post("Content-Length : 33\r\n")},
        {"a length before a colon with a tab", post("Content-Length\t: 33\r\n")},
        {"a length with an underscore", post("Content_Length: 33\r\n")},
        {"a chunked with a blank before the colon", chunked(good, "Transfer-Encoding : chunked\r\n")
        },
        {"a folded chunked", chunked(good, "Transfer-Encoding:\r\n chunked\r\n")},
        {"a chunked on a folded line", chunked(good, "X: y\r\n Transfer-Encoding: chunked\r\n")},
        {"a chunked behind a vertical tab", chunked(
                                                good,
                                                "Transfer-Encoding: \x0b"
                                                "chunked\r\n"
                                            )},
        {"a chunked with NUL", chunked(good, "Transfer-Encoding: chunked" + nul + "\r\n")},
        {"two encodings", chunked(good, "Transfer-Encoding: gzip, chunked\r\n")},
        {"two encodings in two fields",
         chunked(good, "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n")},
        {"chunked twice", chunked(good, "Transfer-Encoding: chunked, chunked\r\n")},
        {"chunked first", chunked(good, "Transfer-Encoding: chunked, gzip\r\n")},
        {"identity", chunked(good, "Transfer-Encoding: identity\r\n")},
        {"xchunked", chunked(good, "Transfer-Encoding: xchunked\r\n")},
        {"chunked with a parameter", chunked(good, "Transfer-Encoding: chunked;q=1\r\n")},
        {"chunked in quotes", chunked(good, "Transfer-Encoding: \"chunked\"\r\n")},
        {"an empty encoding", chunked(good, "Transfer-Encoding:\r\n")},
        {"chunked between tabs", chunked(good, "Transfer-Encoding:\tchunked\t\r\n")},
        {"a length between tabs", post("Content-Length:\t33\r\n")},
        {"a chunk size of 64 bits", chunked("ffffffffffffffff\r\n" + std::string(body) + "\r\n0\r\n\r\n")},
        {"chunked in HTTP/1.0", "POST /v1/port-orders HTTP/1.0\r\n" + std::string(common) +
                                    "Transfer-Encoding: chunked\r\n\r\n" + good},
        {"a chunk size with 0x", chunked("0x21\r\n" + std::string(body) + "\r\n0\r\n\r\n")},
        {"a signed chunk size", chunked("+21\r\n" + std::string(body) + "\r\n0\r\n\r\n")},
        {"a negative chunk size", chunked("-21\r\n" + std::string(body) + "\r\n0\r\n\r\n")},
        {"an empty chunk size", chunked("\r\n" + std::string(body) + "\r\n0\r\n\r\n")},
        {"a chunk size beyond 64 bits",
         chunked("10000000000000021\r\n" + std::string(body) + "\r\n0\r\n\r\n")},
        {"a chunk extension", chunked("21;x=y\r\n" + std::string(body) + "\r\n0\r\n\r\n")},
        {"a chunk extension with a line feed",
         chunked("21;x\n\r\n" + std::string(body) + "\r\n0\r\n\r\n")},
        {"a chunk that ends with a line feed", chunked("21\n" + std::string(body) + "\r\n0\r\n\r\n")
        },
        {"a chunk without its end", chunked("21\r\n" + std::string(body) + "0\r\n\r\n")},
        {"a chunk longer than it says", chunked("20\r\n" + std::string(body) + "\r\n0\r\n\r\n")},
        {"a trailer", chunked("21\r\n" + std::string(body) + "\r\n0\r\nContent-Length: 5\r\n\r\n")},
        {"a bare line feed after the request line", "POST /v1/port-orders HTTP/1.1\n" +
                                                        std::string(common) +
                                                        "Content-Length: 33\r\n\r\n" + body},
        {"bare line feeds throughout", "GET /v1/carriers HTTP/1.1\nHost: x\n\n\r\n\r\n"},
        {"a bare carriage return in a field", get(host + "X: a\rTransfer-Encoding: chunked\r\n")},
        {"a line feed in a field", get(host + "X: a\nTransfer-Encoding: chunked\r\n")},
        {"NUL in a field", get(host + "X: a" + nul + "b\r\n")},
        {"NUL in a name", get(host + "X" + nul + ": b\r\n")},
        {"a field without a name", get(host + ": x\r\n")},
        {"a field without a colon", get(host + "Content-Length\r\n")},
        {"a field that begins with a blank", "GET /v1/carriers HTTP/1.1\r\n Host: x\r\n\r\n"},
        {"a blank name", get(host + "X Y: z\r\n")},
        {"no host", get("X: y\r\n")},
        {"an empty host", get("Host:\r\n")},
        {"two hosts", get("Host: x\r\nHost: y\r\n")},
        {"two hosts in two cases", get("Host: x\r\nhOST: y\r\n")},
        {"a list of hosts", get("Host: x, y\r\n")},
        {"a host with a user", get("Host: a@x\r\n")},
        {"a host with a path", get("Host: x/y\r\n")},
        {"two tokens", get(host + "Authorization: Bearer prt_reader\r\n")},
        {"two keys", post("Idempotency-Key: l\r\nContent-Length: 33\r\n")},
        {"two content types", post("Content-Type: text/plain\r\nContent-Length: 33\r\n")},
        {"a compressed body", post("Content-Encoding: gzip\r\nContent-Length: 33\r\n")},
        {"an unknown expectation", post("Expect: 200-ok\r\nContent-Length: 33\r\n")},
        {"two blanks in the request line", "GET  /v1/carriers HTTP/1.1\r\n" + host + "\r\n"},
        {"a tab in the request line", "GET\t/v1/carriers HTTP/1.1\r\n" + host + "\r\n"},
        {"a blank after the version", "GET /v1/carriers HTTP/1.1 \r\n" + host + "\r\n"},
        {"a blank in the target", "GET /v1/carriers x HTTP/1.1\r\n" + host + "\r\n"},
        {"no target", "GET HTTP/1.1\r\n" + host + "\r\n"},
        {"no version", "GET /v1/carriers\r\n" + host + "\r\n"},
        {"HTTP/0.9", "GET /v1/carriers HTTP/0.9\r\n" + host + "\r\n"},
        {"HTTP/1.2", "GET /v1/carriers HTTP/1.2\r\n" + host + "\r\n"},
        {"HTTP/2.0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
        {"http in small letters", "GET /v1/carriers http/1.1\r\n" + host + "\r\n"},
        {"a version with two digits", "GET /v1/carriers HTTP/1.10\r\n" + host + "\r\n"},
        {"an absolute target", "GET http://x/v1/carriers HTTP/1.1\r\n" + host + "\r\n"},
        {"a target with two slashes", "GET //x/v1/carriers HTTP/1.1\r\n" + host + "\r\n"},
        {"a target with a fragment", "GET /v1/carriers#x HTTP/1.1\r\n" + host + "\r\n"},
        {"a target with a backslash", "GET /v1\\carriers HTTP/1.1\r\n" + host + "\r\n"},
        {"a target with a raw byte", "GET /v1/carriers\xff HTTP/1.1\r\n" + host + "\r\n"},
        {"a star", "OPTIONS * HTTP/1.1\r\n" + host + "\r\n"},
        {"a method that is none", "G@T /v1/carriers HTTP/1.1\r\n" + host + "\r\n"},
        {"an empty line first", "\r\nGET /v1/carriers HTTP/1.1\r\n" + host + "\r\n"},
        {"a blank first", " GET /v1/carriers HTTP/1.1\r\n" + host + "\r\n"},
        {"a body of a GET", get(host + "Content-Length: 5\r\n") + "abcde"},
        {"a chunked body of a GET", get(host + "Transfer-Encoding: chunked\r\n") + "0\r\n\r\n"},
        {"TLS", "\x16\x03\x01\x02\x01\r\n\r\n"},
    };
}

TEST(Smuggling, CarriesNothingOutThatCouldBeReadInTwoWays) {
    Served served;
    const auto all = cases();
    EXPECT_GE(all.size(), 80U);
    for (const auto& [name, bytes] : all) {
        Client client = served.connect();
        client.send(bytes + smuggled);
        client.finish_sending();
        const auto reply = client.receive();
        EXPECT_THAT(reply.status, AnyOf(400, 405, 408, 415, 417, 501, 505)) << name;
        EXPECT_EQ(reply.field("connection"), "close") << name;
        EXPECT_TRUE(client.at_end()) << name << ": the connection went on";
        EXPECT_EQ(served.host.created, 0) << name;
    }
}

TEST(Smuggling, IsNotSeenWhereThereIsNone) {
    Served served;
    const std::string good = "21\r\n" + std::string(body) + "\r\n0\r\n\r\n";
    int key = 0;
    for (const auto& [name, bytes] : {
             Case{"a plain body", post("Content-Length: 33\r\n")},
             Case{"a length with zeros before it", post("Content-Length: 0033\r\n")},
             Case{"a body in one chunk", chunked(good)},
             Case{
                 "chunks of one byte and of the rest",
                 chunked("1\r\n{\r\n20\r\n" + std::string(body).substr(1) + "\r\n0\r\n\r\n")
             },
             Case{"CHUNKED", chunked(good, "transfer-encoding: CHUNKED\r\n")},
             Case{"blanks around a value", chunked(good, "Transfer-Encoding:   chunked  \r\n")},
             Case{"not compressed", post("Content-Encoding: identity\r\nContent-Length: 33\r\n")},
             Case{
                 "fields that are nobody's",
                 post("X-Forwarded-For: 1.2.3.4\r\nCookie: a=b\r\nContent-Length: 33\r\n")
             },
         }) {
        auto sent = bytes;
        sent.replace(sent.find("Key: k"), 6, "Key: k" + std::to_string(++key));
        Client client = served.connect();
        client.send(sent);
        EXPECT_EQ(client.receive().status, 201) << name;
        client.send(smuggled);
        EXPECT_EQ(client.receive().status, 200) << name << ": the connection did not go on";
    }
}

TEST(Pipelining, IsRefusedBeforeTheFirstRequestIsCarriedOut) {
    Served served;
    for (const auto& first :
         {post("Content-Length: 33\r\n"), post("Content-Length: 32\r\n"),
          chunked("21\r\n" + std::string(body) + "\r\n0\r\n\r\n"), std::string(smuggled)}) {
        Client client = served.connect();
        client.send(first + smuggled);
        const auto reply = client.receive();
        EXPECT_EQ(reply.status, 400);
        EXPECT_THAT(reply.text("detail"), ::testing::HasSubstr("one request at a time"));
        EXPECT_TRUE(client.at_end());
    }
    EXPECT_EQ(served.host.created, 0);
}

TEST(CheckHead, NamesWhatItRefuses) {
    const ApiLimits limits;
    EXPECT_EQ(check_head("GET / HTTP/1.1\r\nHost: x\r\n\r\n", limits), std::nullopt);
    const auto refused =
        check_head("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5 5\r\n\r\n", limits);
    ASSERT_TRUE(refused);
    EXPECT_THAT(refused->detail, ::testing::HasSubstr("Content-Length \"5 5\""));
}

TEST(CheckHead, NeverReadsBeyondItsEnd) {
    const ApiLimits limits;
    const std::string head =
        "POST /v1/x?y=z HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: "
        "100-continue\r\n\r\n";
    for (std::size_t size = 0; size < head.size(); ++size) {
        const std::string cut = head.substr(0, size);  // a copy, so that the sanitizer sees its end
        const auto problem = check_head(cut, limits);
        // Whole lines may pass; the caller gives whole heads only.
        if (!cut.ends_with("\r\n")) EXPECT_TRUE(problem) << size;
    }
}

}  // namespace
}  // namespace porteur::testing
