// SPDX-License-Identifier: Apache-2.0
// How the daemon is reached, and what is said when it is not.
#include <sys/stat.h>

#include <gmock/gmock.h>

#include "self_signed.hpp"
#include "world.hpp"

namespace porteur::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string nothing = R"({"items":[],"refused":[]})";

std::string url_where_nobody_listens() {
    // The server has gone when its address comes back.
    return ScriptedServer({}).url();
}

TEST(Connection, SaysThatNobodyListens) {
    World world;
    world.environment["PORTEUR_URL"] = url_where_nobody_listens();
    EXPECT_EQ(
        world.run({"carriers"}), (
                                     Ran{status_of(ExitCode::not_reachable), "",
                                         "porteur: " + world.environment["PORTEUR_URL"] +
                                             " cannot be connected to: Connection refused; is "
                                             "porteurd running, and is --url right?\n"}
                                 )
    );
}

TEST(Connection, VerifiesTheCertificate) {
    World world;
    const auto pem = (world.folder / "daemon.pem").string();
    write_self_signed(pem);
    ScriptedServer server({{.expects = "GET /v1/carriers", .body = nothing}}, pem);
    const auto ran = world.run({"carriers", "--json"}, server);
    EXPECT_EQ(ran.status, status_of(ExitCode::not_reachable));
    EXPECT_EQ(
        ran.err,
        "porteur: " + server.url() +
            ": its certificate is not accepted: self-signed certificate; name its authority with "
            "--ca-file FILE\n"
    );
}

TEST(Connection, TrustsTheAuthorityThatIsNamed) {
    World world;
    const auto pem = (world.folder / "daemon.pem").string();
    write_self_signed(pem);
    ScriptedServer server({{.expects = "GET /v1/carriers", .body = nothing}}, pem);
    EXPECT_EQ(
        world.run({"carriers", "--json", "--ca-file", pem}, server), (Ran{0, nothing + "\n", ""})
    );
}

TEST(Connection, RefusesACertificateForAnotherHost) {
    World world;
    const auto pem = (world.folder / "daemon.pem").string();
    write_self_signed(pem);
    ScriptedServer server({{.expects = "GET /v1/carriers", .body = nothing}}, pem);
    auto url = server.url();
    url.replace(url.find("127.0.0.1"), 9, "localhost");
    world.environment["PORTEUR_TOKEN"] = "prt_x";
    const auto ran = world.run({"carriers", "--url", url, "--ca-file", pem});
    EXPECT_EQ(ran.status, status_of(ExitCode::not_reachable));
    EXPECT_THAT(ran.err, HasSubstr("its certificate is not accepted: hostname mismatch"));
}

TEST(Connection, SaysThatTheCaFileIsNone) {
    World world;
    const auto pem = (world.folder / "daemon.pem").string();
    write_self_signed(pem);
    ScriptedServer server({}, pem);
    const auto ran = world.run({"carriers", "--ca-file", world.file("no.pem", "x")}, server);
    EXPECT_EQ(ran.status, status_of(ExitCode::usage));
    EXPECT_THAT(ran.err, HasSubstr("it must be a PEM file of certificates"));
}

TEST(Connection, SaysHowToRepeatWhatMayHaveBeenCarriedOut) {
    World world;
    ScriptedServer server({
        {.expects = "POST /v1/port-orders/X/submit", .body = {}, .end = Step::End::nothing},
        {.expects = "POST /v1/port-orders/X/submit",
         .body = R"({"id":"01JD9Y4V8K3ZQ"})",
         .end = Step::End::half},
    });
    EXPECT_EQ(
        world.run({"port", "submit", "X"}, server),
        (
            Ran{status_of(ExitCode::not_reachable), "",
                "porteur: " + server.url() +
                    ": the connection closed before the answer; whether it was carried out is not "
                    "known: repeat the same "
                    "command with --idempotency-key key-1\n"}
        )
    );
    EXPECT_EQ(
        world.run({"port", "submit", "X"}, server).err,
        "porteur: " + server.url() +
            ": the connection closed before the answer was complete; whether it was carried out is "
            "not known: repeat "
            "the same command with --idempotency-key key-2\n"
    );
}

TEST(Connection, KnowsAnAnswerThatIsNotTheDaemons) {
    World world;
    ScriptedServer server({
        {.expects = "GET /v1/carriers",
         .status = 502,
         .body = "<html>Bad gateway</html>",
         .type = "text/html"},
        {.expects = "GET /v1/carriers",
         .status = 200,
         .body = "<html>Welcome</html>",
         .type = "text/html"},
        {.expects = "GET /v1/carriers",
         .body = "220 mail.example ESMTP\r\n",
         .end = Step::End::garbage},
    });
    EXPECT_EQ(
        world.run({"carriers"}, server), (Ran{
                                             status_of(ExitCode::not_reachable), "",
                                             "porteur: " + server.url() +
                                                 " answered 502 with \"text/html\", which is no "
                                                 "answer of porteurd; is the address right?\n"
                                         })
    );
    const auto welcome = world.run({"carriers"}, server);
    EXPECT_EQ(welcome.status, status_of(ExitCode::failed));
    EXPECT_THAT(welcome.err, HasSubstr("gave an answer that is not JSON at byte 0"));
    const auto mail = world.run({"carriers"}, server);
    EXPECT_EQ(mail.status, status_of(ExitCode::failed));
    EXPECT_THAT(
        mail.err,
        HasSubstr("gave an answer that cannot be read: bad version; is the address right?")
    );
}

TEST(Connection, GivesEachKindOfAnswerItsExitStatus) {
    World world;
    for (const auto& [status, code] : std::initializer_list<std::pair<int, ExitCode>>{
             {400, ExitCode::refused},
             {401, ExitCode::not_authorised},
             {403, ExitCode::not_authorised},
             {404, ExitCode::not_found},
             {409, ExitCode::conflict},
             {412, ExitCode::conflict},
             {413, ExitCode::refused},
             {415, ExitCode::refused},
             {422, ExitCode::refused},
             {429, ExitCode::not_reachable},
             {500, ExitCode::failed},
             {501, ExitCode::failed},
             {503, ExitCode::not_reachable},
         }) {
        ScriptedServer server(
            {{.expects = "GET /v1/carriers", .status = status, .body = R"({"title":"No"})"}}
        );
        const auto ran = world.run({"carriers"}, server);
        EXPECT_EQ(ran.status, status_of(code)) << status;
        EXPECT_THAT(ran.err, StartsWith("porteur: No")) << status;
    }
}

TEST(Connection, SaysEachWrongFieldOnALineOfItsOwnByTheOptionThatSetsIt) {
    World world;
    ScriptedServer server({
        {.expects = "POST /v1/port-orders/1/submit",
         .status = 400,
         .body = R"({"title":"A value is not as it must be","field":"/request/end_user/name",)"
                 R"("detail":"/request/end_user/name: give it; /request/x: mend it","errors":[)"
                 R"({"field":"/request/end_user/name","detail":"give it"},)"
                 R"({"field":"/request/x","detail":"mend it"}]})"},
    });
    EXPECT_EQ(
        world.run({"port", "submit", "1"}, server),
        (Ran{
            status_of(ExitCode::refused), "",
            "porteur: A value is not as it must be:\n  --end-user: give it\n  /request/x: mend it\n"
        })
    );
}

TEST(Connection, GivesAReusedKeyTheStatusOfAConflict) {
    World world;
    ScriptedServer server({
        {.expects = "POST /v1/port-orders/X/submit",
         .status = 422,
         .body =
             R"({"type":"urn:porteur:problem:key-reused","title":"The key was used for another request"})"
        },
    });
    EXPECT_EQ(
        world.run({"port", "submit", "X", "--idempotency-key", "k"}, server),
        (Ran{status_of(ExitCode::conflict), "", "porteur: The key was used for another request\n"})
    );
}

TEST(Connection, PassesOnHowLongToWait) {
    World world;
    ScriptedServer server({
        {.expects = "GET /v1/carriers",
         .status = 503,
         .body = R"({"title":"Not possible at the moment"})",
         .fields = {{"Retry-After", "7"}}},
    });
    EXPECT_EQ(
        world.run({"carriers"}, server),
        (
            Ran{status_of(ExitCode::not_reachable), "",
                "porteur: Not possible at the moment; try again in 7 s\n"}
        )
    );
}

TEST(Connection, KeepsAnAnswerFromSteeringTheTerminal) {
    World world;
    ScriptedServer server({
        {.expects = "GET /v1/carriers", .status = 400, .body = R"({"title":"No\u001b[2J"})"},
    });
    EXPECT_EQ(world.run({"carriers"}, server).err, "porteur: No\\x1b[2J\n");
}

TEST(Token, IsTakenFromOptionFileOrEnvironmentInThisOrder) {
    World world;
    const Step step{.expects = "GET /v1/carriers", .body = nothing};
    ScriptedServer server({step, step, step, step, step});
    const auto file = world.file("token", "prt_of_the_file\n");
    world.environment["PORTEUR_TOKEN"] = "prt_of_the_environment";
    world.run({"carriers", "--token", "prt_of_the_option"}, server);
    world.run({"carriers", "--token-file", file}, server);
    world.run({"carriers"}, server);
    EXPECT_EQ(server.seen().at(0).field("authorization"), "Bearer prt_of_the_option");
    EXPECT_EQ(server.seen().at(1).field("authorization"), "Bearer prt_of_the_file");
    EXPECT_EQ(server.seen().at(2).field("authorization"), "Bearer prt_of_the_environment");

    std::filesystem::create_directories(world.folder / ".config/porteur");
    const auto usual = world.file(".config/porteur/token", "prt_of_the_home");
    ::chmod(usual.c_str(), 0600);
    world.environment["PORTEUR_TOKEN"] = "";
    world.environment["HOME"] = world.folder.string();
    EXPECT_EQ(world.run({"carriers"}, server).err, "");
    EXPECT_EQ(server.seen().at(3).field("authorization"), "Bearer prt_of_the_home");

    ::chmod(usual.c_str(), 0644);
    EXPECT_THAT(
        world.run({"carriers"}, server).err, HasSubstr("can be read by others; chmod 600 it")
    );
}

TEST(Token, IsAskedForWhereThereIsNone) {
    World world;
    world.environment["PORTEUR_TOKEN"] = "";
    ScriptedServer server({
        {.expects = "GET /v1/carriers",
         .status = 401,
         .body = R"({"title":"A valid token is needed"})"},
    });
    EXPECT_EQ(
        world.run({"carriers"}, server),
        (
            Ran{status_of(ExitCode::not_authorised), "",
                "porteur: no token was given: use --token-file or PORTEUR_TOKEN, and make one "
                "with 'porteur token create' on the daemon's machine\n"}
        )
    );
    EXPECT_EQ(server.seen().at(0).field("authorization"), "");
}

TEST(Token, DoesNotTravelUnencryptedToAnotherMachine) {
    World world;
    world.environment["PORTEUR_TOKEN"] = "prt_x";
    EXPECT_EQ(
        world.run({"carriers", "--url", "http://porteur.invalid:8480"}),
        (
            Ran{status_of(ExitCode::not_authorised), "",
                "porteur: the token would travel without encryption to "
                "http://porteur.invalid:8480; use https://, or "
                "--plain-http if the way there is safe\n"}
        )
    );
}

TEST(Token, WithALineBreakInItNeverReachesTheHeader) {
    World world;
    const auto ran = world.run({"carriers", "--token", "prt_x\r\nX-Evil: 1"});
    EXPECT_EQ(ran.status, status_of(ExitCode::usage));
    EXPECT_THAT(ran.err, ::testing::Not(HasSubstr("prt_x")));
}

}  // namespace
}  // namespace porteur::cli
