// SPDX-License-Identifier: Apache-2.0
// porteur port loa, porteur documents get: what is asked of the daemon and what lands in a file.
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "signature_file.hpp"
#include "world.hpp"

namespace porteur::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string read_back(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string drawn(std::string_view text) {
    const auto read = drawn_signature(text);
    return read ? json::serialize(*read) : "trouble: " + read.error().message;
}

TEST(DrawnSignature, IsAPathAnSvgPictureOrStrokes) {
    EXPECT_EQ(drawn(" M0 0L1 1\n"), R"({"path":"M0 0L1 1"})");
    EXPECT_EQ(
        drawn(
            "<?xml version='1.0'?>\n<svg><path id=\"a\" d=\"M0 0L1 1\"/><path d='m2 2l3 3'/></svg>"
        ),
        R"({"path":"M0 0L1 1 m2 2l3 3"})"
    );
    EXPECT_EQ(drawn("[[[0,0],[1,2]]]"), R"({"strokes":[[[0,0],[1,2]]]})");
    EXPECT_EQ(drawn(R"({"strokes":[[[0,0],[1,2]]],"width":5})"), R"({"strokes":[[[0,0],[1,2]]]})");
    for (const auto* text : {"", "  ", "hello", "{}", "[", "<svg></svg>", "%PDF-1.7"})
        EXPECT_THAT(drawn(text), HasSubstr("trouble: the signature is ")) << text;
}

constexpr auto made =
    R"({"attached":true,"document":{"id":"D1","type":"loa","name":"letter.pdf",)"
    R"("content_type":"application/pdf","size":8,"sha256":"ab","signed_on":"2026-12-01"},)"
    R"("order":{"id":"O1"}})";

TEST(PortLoa, SendsADrawnSignatureAndSavesTheLetterForItsOwnerAlone) {
    World world;
    ScriptedServer server({
        {.expects = "POST /v1/port-orders/O1/loa", .status = 201, .body = made},
        {.expects = "GET /v1/documents/D1/content",
         .body = std::string("%PDF-1\0\r\n", 9),
         .type = "application/pdf"},
    });
    const auto signature = world.file("zoe.svg", "<svg><path d=\"M0 0L1 1\"/></svg>");
    const auto output = world.file("letter.pdf", "an older and much longer one");
    const auto ran = world.run(
        {"port", "loa", "O1", "--signature", signature, "--language", "fr", "--date", "2026-12-01",
         "--output", output},
        server
    );
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_THAT(
        ran.out,
        AllOf(HasSubstr("Document   D1\n"), HasSubstr("Signed on  2026-12-01\n"), HasSubstr(output))
    );
    EXPECT_EQ(
        server.seen().at(0).body,
        R"({"date":"2026-12-01","language":"fr","signature":{"path":"M0 0L1 1"}})"
    );
    EXPECT_EQ(read_back(output), std::string("%PDF-1\0\r\n", 9));
}

TEST(PortLoa, StoresAPictureOfASignatureFirst) {
    World world;
    ScriptedServer server({
        {.expects = "POST /v1/documents?type=signature&name=zoe.png",
         .status = 201,
         .body = R"({"id":"S1"})"},
        {.expects = "POST /v1/port-orders/O1/loa", .status = 201, .body = made},
    });
    const auto picture = world.file("zoe.png", "\x89PNG\r\n\x1a\n and so on");
    const auto ran = world.run({"port", "loa", "O1", "--signature", picture, "--json"}, server);
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_EQ(json::parse(ran.out), json::parse(made));
    EXPECT_EQ(server.seen().at(1).body, R"({"signature":{"document":"S1"}})");
    EXPECT_NE(
        server.seen().at(0).field("idempotency-key"), server.seen().at(1).field("idempotency-key")
    );
}

TEST(PortLoa, SaysWhatToDoWithALetterThatIsStillToBeSigned) {
    World world;
    ScriptedServer server({
        {.expects = "POST /v1/port-orders/O1/loa",
         .status = 201,
         .body = R"({"attached":false,"document":{"id":"D1","name":"l.pdf"},"order":{"id":"O1"}})"},
        {.expects = "GET /v1/documents/D1/content", .body = "%PDF-1", .type = "application/pdf"},
    });
    const auto output = world.file("none", "") + ".pdf";
    const auto ran = world.run({"port", "loa", "O1", "--output", output}, server);
    EXPECT_EQ(ran.status, 0);
    EXPECT_THAT(ran.err, HasSubstr("porteur port amend O1 --loa FILE --loa-signed-on DATE"));
    EXPECT_EQ(server.seen().at(0).body, "{}");
    struct stat about{};
    ASSERT_EQ(::stat(output.c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0600U);
}

TEST(PortLoa, SendsNothingWhenTheSignatureIsNone) {
    World world;
    ScriptedServer server({});
    const auto ran = world.run(
        {"port", "loa", "O1", "--signature", world.file("letter.txt", "Yours, Zoe")}, server
    );
    EXPECT_EQ(ran.status, status_of(ExitCode::usage));
    EXPECT_THAT(ran.err, HasSubstr("neither a PNG or JPEG, nor an SVG path"));
}

TEST(DocumentsGet, WritesTheBytesAndNothingElseToStandardOutput) {
    World world;
    ScriptedServer server({
        {.expects = "GET /v1/documents/D1/content",
         .body = std::string("%PDF\0\xFF\n", 7),
         .type = "application/pdf"},
    });
    EXPECT_EQ(
        world.run({"documents", "get", "D1", "--output", "-"}, server),
        (Ran{0, std::string("%PDF\0\xFF\n", 7), ""})
    );
}

TEST(DocumentsGet, ShowsWhatIsKnownAndHearsARefusal) {
    World world;
    ScriptedServer server({
        {.expects = "GET /v1/documents/D1",
         .body = R"({"id":"D1","type":"loa","name":"a.pdf","content_type":"application/pdf",)"
                 R"("size":2000,"sha256":"ab"})"},
        {.expects = "GET /v1/documents/D2/content",
         .status = 404,
         .body = R"({"title":"Not found","detail":"there is no document \"D2\" among yours"})",
         .type = "application/problem+json"},
    });
    EXPECT_THAT(
        world.run({"documents", "get", "D1"}, server).out,
        HasSubstr("Content   application/pdf, 2.0 kB\n")
    );
    const auto ran = world.run({"documents", "get", "D2", "--output", "/nowhere/x"}, server);
    EXPECT_EQ(ran.status, status_of(ExitCode::not_found));
}

}  // namespace
}  // namespace porteur::cli
