// SPDX-License-Identifier: Apache-2.0
// The console's files as a browser gets them: types, tags, what may be kept, what a page may do.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "api/console_files.hpp"
#include "api_client.hpp"

namespace porteur::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A folder as the build of tools/console leaves one, gone at the end.
class BuiltConsole {
public:
    BuiltConsole() {
        std::string name = (fs::temp_directory_path() / "porteur-console-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
        fs::create_directory(folder_ / "assets");
        write("index.html", "<!doctype html><title>Porteur</title>");
        write("assets/index-1a2b.js", "console.log('plain')");
        write("assets/index-1a2b.js.gz", "packed");
        write("assets/index-1a2b.css", "body{}");
        write("secret.txt", "not a console's");
    }
    ~BuiltConsole() { fs::remove_all(folder_); }
    BuiltConsole(const BuiltConsole&) = delete;
    BuiltConsole& operator=(const BuiltConsole&) = delete;

    void write(const fs::path& name, std::string_view bytes) {
        std::ofstream(folder_ / name, std::ios::binary) << bytes;
    }
    const fs::path& folder() const { return folder_; }
    std::shared_ptr<const ConsoleFiles> read() const {
        return std::make_shared<const ConsoleFiles>(ConsoleFiles::read(folder_));
    }

private:
    fs::path folder_;
};

struct Browser {
    BuiltConsole built;
    Served served{{}, {}, built.read()};

    Reply get(std::string target, std::vector<std::pair<std::string, std::string>> fields = {}) {
        return served.ask({.target = std::move(target), .token = {}, .fields = std::move(fields)});
    }
};

TEST(Console, IsThereWithoutAToken) {
    Browser browser;
    const auto page = browser.get("/console/");
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.field("content-type"), "text/html; charset=utf-8");
    EXPECT_THAT(page.body, HasSubstr("<title>Porteur</title>"));
}

TEST(Console, IsWhereTheRootLeads) {
    Browser browser;
    for (const char* path : {"/", "/console"}) {
        const auto reply = browser.get(path);
        EXPECT_EQ(reply.status, 302) << path;
        EXPECT_EQ(reply.field("location"), "/console/") << path;
    }
}

TEST(Console, GivesItsPageForEveryAddressThatIsNoFile) {
    Browser browser;
    for (const char* path : {"/console/orders/01JD9Y4V8K3ZQ", "/console/numbers?filter=used"}) {
        const auto page = browser.get(path);
        EXPECT_EQ(page.status, 200) << path;
        EXPECT_EQ(page.field("content-type"), "text/html; charset=utf-8") << path;
    }
}

TEST(Console, NeverGivesAPageInPlaceOfAFileThatIsGone) {
    Browser browser;
    EXPECT_EQ(browser.get("/console/assets/index-0000.js").status, 404);
}

TEST(Console, LetsFilesWithAHashInTheirNameBeKeptAndThePageBeAskedForAgain) {
    Browser browser;
    EXPECT_EQ(
        browser.get("/console/assets/index-1a2b.js").field("cache-control"),
        "public, max-age=31536000, immutable"
    );
    EXPECT_EQ(browser.get("/console/").field("cache-control"), "no-cache");
}

TEST(Console, SendsThePackedFormToWhoTakesIt) {
    Browser browser;
    const auto packed =
        browser.get("/console/assets/index-1a2b.js", {{"Accept-Encoding", "br;q=1.0, gzip"}});
    EXPECT_EQ(packed.body, "packed");
    EXPECT_EQ(packed.field("content-encoding"), "gzip");
    EXPECT_EQ(packed.field("vary"), "Accept-Encoding");
    for (const char* none : {"br", "gzip;q=0", "gzip;q=0.0"}) {
        const auto plain =
            browser.get("/console/assets/index-1a2b.js", {{"Accept-Encoding", none}});
        EXPECT_EQ(plain.body, "console.log('plain')") << none;
        EXPECT_THAT(plain.field("content-encoding"), IsEmpty()) << none;
        EXPECT_NE(plain.field("etag"), packed.field("etag")) << none;
    }
}

TEST(Console, SendsNothingAgainThatTheBrowserHas) {
    Browser browser;
    const auto first = browser.get("/console/");
    const auto again = browser.get("/console/", {{"If-None-Match", first.field("etag")}});
    EXPECT_EQ(again.status, 304);
    EXPECT_THAT(again.body, IsEmpty());
    EXPECT_EQ(browser.get("/console/", {{"If-None-Match", "\"other\""}}).status, 200);
}

TEST(Console, RunsOnlyItsOwnScriptsAndStylesAndInNobodysFrame) {
    Browser browser;
    const auto page = browser.get("/console/");
    EXPECT_THAT(
        page.field("content-security-policy"),
        AllOf(
            HasSubstr("default-src 'none'"), HasSubstr("script-src 'self'"),
            HasSubstr("style-src 'self'"), HasSubstr("frame-ancestors 'none'"),
            Not(HasSubstr("unsafe")), Not(HasSubstr("http"))
        )
    );
    EXPECT_EQ(page.field("x-content-type-options"), "nosniff");
    EXPECT_EQ(page.field("referrer-policy"), "no-referrer");
}

TEST(Console, TellsHeadWhatGetWouldSend) {
    Browser browser;
    auto client = browser.served.connect();
    ASSERT_TRUE(client.send("HEAD /console/ HTTP/1.1\r\nHost: x\r\n\r\n"));
    const auto head = client.receive(true);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.field("content-length"), std::to_string(browser.get("/console/").body.size()));
    ASSERT_TRUE(client.send("GET /console/assets/index-1a2b.css HTTP/1.1\r\nHost: x\r\n\r\n"));
    EXPECT_EQ(client.receive().body, "body{}")
        << "a body that came after HEAD would be read as the next answer";
}

TEST(Console, TakesNoOtherMethod) {
    Browser browser;
    const auto reply =
        browser.served.ask({.method = "POST", .target = "/console/", .token = {}, .body = "{}"});
    EXPECT_EQ(reply.status, 405);
    EXPECT_EQ(reply.field("allow"), "GET, HEAD");
}

TEST(Console, GivesNoFileThatIsNoConsoles) {
    Browser browser;
    EXPECT_THAT(browser.get("/console/secret.txt").body, Not(HasSubstr("not a console's")));
    const auto above = browser.get("/console/../secret.txt");
    EXPECT_THAT(above.body, Not(HasSubstr("not a console's")));
}

TEST(Console, FollowsNoLinkOutOfItsFolder) {
    BuiltConsole elsewhere;
    elsewhere.write("key.json", "a secret");
    BuiltConsole built;
    fs::create_symlink(elsewhere.folder() / "key.json", built.folder() / "key.json");
    fs::create_directory_symlink(elsewhere.folder(), built.folder() / "more");
    Served served{{}, {}, built.read()};
    for (const char* path : {"/console/key.json", "/console/more/key.json"})
        EXPECT_THAT(served.ask({.target = path, .token = {}}).body, Not(HasSubstr("a secret")))
            << path;
}

TEST(Console, SaysHowToGetOneWhereItWasNotBuilt) {
    for (const fs::path folder : {"/nowhere/at/all", "/"}) {
        Served served{
            {},
            {},
            std::make_shared<const ConsoleFiles>(
                folder == "/" ? ConsoleFiles{} : ConsoleFiles::read(folder)
            )
        };
        const auto page = served.ask({.target = "/console/", .token = {}});
        EXPECT_EQ(page.status, 404);
        EXPECT_EQ(page.field("content-type"), "text/html; charset=utf-8");
        EXPECT_THAT(page.body, AllOf(HasSubstr("[api] console"), HasSubstr("lang=\"fr\"")));
    }
}

TEST(Console, LeavesTheApiAsItIs) {
    Browser browser;
    EXPECT_EQ(browser.get("/v1/carriers").status, 401);
    const auto health = browser.get("/healthz");
    EXPECT_EQ(health.field("cache-control"), "no-store");
    EXPECT_EQ(
        health.field("content-security-policy"), "default-src 'none'; frame-ancestors 'none'"
    );
}

TEST(Console, SpeaksToTheTelephoneSystemsOfTheSettingsAndHearsOnlyThen) {
    BuiltConsole built;
    auto console = std::make_shared<ConsoleFiles>(ConsoleFiles::read(built.folder()));
    Served served{{}, {}, console};
    const auto page = [&] { return served.ask({.target = "/console/", .token = {}}); };
    EXPECT_THAT(page().field("content-security-policy"), HasSubstr("connect-src 'self'; "));
    EXPECT_EQ(page().field("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    console->allow_websockets({"ws://127.0.0.1:8088", "wss://pbx.example.net/ws"});
    EXPECT_THAT(
        page().field("content-security-policy"),
        HasSubstr("connect-src 'self' ws://127.0.0.1:8088 wss://pbx.example.net/ws; manifest-src")
    );
    EXPECT_EQ(page().field("permissions-policy"), "camera=(), geolocation=(), microphone=(self)");
    console->allow_websockets({});
    EXPECT_EQ(page().field("permissions-policy"), "camera=(), geolocation=(), microphone=()");
}

}  // namespace
}  // namespace porteur::testing
