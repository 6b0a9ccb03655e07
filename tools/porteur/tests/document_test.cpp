// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "document_file.hpp"
#include "world.hpp"

namespace porteur::cli {
namespace {

TEST(ContentType, IsFoundInTheFirstBytes) {
    EXPECT_EQ(content_type_of("%PDF-1.7"), "application/pdf");
    EXPECT_EQ(content_type_of("\x89PNG\r\n\x1a\n"), "image/png");
    EXPECT_EQ(content_type_of("\xFF\xD8\xFF\xE0"), "image/jpeg");
    EXPECT_EQ(content_type_of({"II*\0", 4}), "image/tiff");
    EXPECT_EQ(
        content_type_of("PK\3\4 ... [Content_Types].xml ... xl/workbook.xml"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    );
    EXPECT_EQ(
        content_type_of("PK\3\4 ... mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
        "application/vnd.oasis.opendocument.spreadsheet"
    );
    EXPECT_EQ(content_type_of("PK\3\4 ... word/document.xml"), "application/octet-stream");
    EXPECT_EQ(content_type_of("a;b", "listings.csv"), "text/csv");
    EXPECT_EQ(content_type_of("a;b", "listings.txt"), "application/octet-stream");
    EXPECT_EQ(content_type_of("%PDF-1.7", "listings.csv"), "application/pdf");
    EXPECT_EQ(content_type_of("<html>"), "application/octet-stream");
    EXPECT_EQ(content_type_of(""), "application/octet-stream");
}

TEST(DocumentsAdd, SendsTheBytesAndShowsTheId) {
    World world;
    ScriptedServer server({
        {.expects = "POST /v1/documents?type=loa&name=loa.pdf&signed_on=2026-11-20",
         .status = 201,
         .body =
             R"({"id":"D1","type":"loa","name":"loa.pdf","content_type":"application/pdf","size":200000,)"
             R"("sha256":"ab","signed_on":"2026-11-20","created":"2026-12-01T09:30:00.000Z"})"},
    });
    const auto bytes = "%PDF-1.7" + std::string(199'992, 'x');
    const auto file = world.file("loa.pdf", bytes);
    EXPECT_EQ(
        world.run({"documents", "add", file, "--type", "loa", "--signed-on", "2026-11-20"}, server),
        (
            Ran{0,
                "Document   D1\n"
                "Type       loa\n"
                "Name       loa.pdf\n"
                "Content    application/pdf, 200.0 kB\n"
                "Signed on  2026-11-20\n"
                "SHA-256    ab\n",
                ""}
        )
    );
    EXPECT_EQ(server.seen().at(0).body, bytes);
    EXPECT_EQ(server.seen().at(0).field("idempotency-key"), "key-1");
}

TEST(DocumentsAdd, SaysUntilWhenItIsGoodAndShowsTheNameThatItWasGiven) {
    World world;
    ScriptedServer server({
        {.expects = "POST /v1/documents?type=registration&name=kbis&issued_on=2026-10-31&expires_on=2027-01-31",
         .status = 201,
         .body = R"({"id":"D1","type":"registration","name":"kbis.pdf","content_type":"application/pdf","size":8,)"
                 R"("sha256":"ab","issued_on":"2026-10-31","expires_on":"2027-01-31","created":"2026-12-01T09:30:00.000Z"})"},
    });
    EXPECT_EQ(
        world.run(
            {"documents", "add", world.file("kbis", "%PDF-1.7"), "--type", "registration", "--issued-on", "2026-10-31", "--expires-on",
             "2027-01-31"},
            server
        ),
        (Ran{0,
             "Document    D1\n"
             "Type        registration\n"
             "Name        kbis.pdf\n"
             "Content     application/pdf, 8 B\n"
             "Issued on   2026-10-31\n"
             "Good until  2027-01-31\n"
             "SHA-256     ab\n",
             ""})
    );
}

TEST(DocumentsAdd, ShowsOnATerminalHowFarItIs) {
    World world;
    world.is_terminal = true;
    world.clock_step = std::chrono::milliseconds{600};
    ScriptedServer server({
        {.expects = "POST /v1/documents?type=loa&name=loa.pdf",
         .status = 201,
         .body = R"({"id":"D1"})"},
    });
    const auto file = world.file("loa.pdf", "%PDF-1.7" + std::string(199'992, 'x'));
    const auto ran = world.run({"documents", "add", file, "--type", "loa", "--json"}, server);
    EXPECT_EQ(ran.out, "{\"id\":\"D1\"}\n");
    EXPECT_THAT(
        ran.err,
        ::testing::HasSubstr("sending loa.pdf [=============>      ]  65 % 131.1 kB of 200.0 kB")
    );
    EXPECT_TRUE(ran.err.ends_with("\r\x1b[K"));
}

TEST(DocumentsAdd, HearsARefusalBeforeAllIsSent) {
    World world;
    ScriptedServer server({
        {.expects = "POST /v1/documents?type=loa&name=big.pdf",
         .status = 413,
         .body = R"({"title":"The body is too large","detail":"at most 20 MiB"})",
         .end = Step::End::before_body},
    });
    const auto file = world.file("big.pdf", "%PDF-1.7" + std::string(30 * 1024 * 1024, 'x'));
    EXPECT_EQ(
        world.run({"documents", "add", file, "--type", "loa"}, server),
        (Ran{status_of(ExitCode::refused), "", "porteur: The body is too large: at most 20 MiB\n"})
    );
}

TEST(DocumentsAdd, RefusesAFolder) {
    World world;
    EXPECT_EQ(
        world.run({"documents", "add", world.folder.string(), "--type", "loa"}),
        (
            Ran{status_of(ExitCode::usage), "",
                "porteur: \"" + world.folder.string() + "\" is a folder; name a file\n"}
        )
    );
}

}  // namespace
}  // namespace porteur::cli
