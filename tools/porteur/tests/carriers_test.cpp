// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "world.hpp"

namespace porteur::cli {
namespace {

const std::string carriers = R"({"items":[
{"account":"rc-main","plugin":"ringcentral","name":"RingCentral","version":"1.0.0","countries":["US","CA"],
 "operations":[{"name":"preflight","pure":false,"transport":"api"},{"name":"requirements","pure":true,"transport":"pure"}],
 "health":{"state":"ok","last_error":"","last_error_at":null}},
{"account":"tt","plugin":"thinktel","name":"ThinkTel","version":"1.0.0","countries":["CA"],"operations":[],
 "health":{"state":"degraded","last_error":"503 for 2 minutes","last_error_at":"2026-12-01T09:30:00.000Z"}}],
"refused":[{"file":"old.so","reason":"it was built for ABI 1, and this daemon speaks ABI 0"}]})";

TEST(Carriers, AreATableWithRefusedPluginsBeneath) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/carriers", .body = carriers}});
    EXPECT_EQ(
        world.run({"carriers"}, server),
        (
            Ran{0,
                "ACCOUNT  CARRIER      PLUGIN             HEALTH    COUNTRIES  LAST ERROR\n"
                "rc-main  RingCentral  ringcentral 1.0.0  ok        US CA\n"
                "tt       ThinkTel     thinktel 1.0.0     degraded  CA         503 for 2 minutes\n",
                "porteur: the plugin \"old.so\" was refused: it was built for ABI 1, and this "
                "daemon speaks ABI 0\n"}
        )
    );
    EXPECT_EQ(server.seen().at(0).field("authorization"), "Bearer prt_of_the_test");
}

const std::string busy = R"({"items":[
{"account":"rc-main","plugin":"ringcentral","name":"RingCentral","version":"1.0.0","countries":["CA"],"operations":[],
 "health":{"state":"down","last_error":"","last_error_at":null},
 "rate":{"at":"2026-12-01T09:30:00.000Z","left_alone_until":null,"limit":{"count":10,"per_seconds":60,"used":10,"waiting":2}},
 "breaker":{"state":"open","since":"2026-12-01T09:29:58.000Z","next_try":"2026-12-01T09:30:03.000Z","failures":5,"counted_since":"2026-12-01T08:00:00.000Z"},
 "faults":{"since":"2026-12-01T08:00:00.000Z","items":[{"at":"2026-12-01T09:29:58.000Z","took_ms":12,"operation":"submit_port","step":"submit","status":503,
  "failed":"unavailable","message":"the carrier answered 503; sent again later","order":{"id":"01JD9Y4V8K3ZQ","kind":"port","reference":"acme-1"},"run":"01JD9Y4V8K3ZR"}]},
 "requests":null,"last_sync":{"id":"01JD9Y4V8K3ZS","state":"done","began":"2026-12-01T04:00:00.000Z","ended":null,"problem":""}},
{"account":"tt","plugin":"thinktel","name":"ThinkTel","version":"1.0.0","countries":["CA"],"operations":[],
 "health":{"state":"ok","last_error":"","last_error_at":null},
 "rate":{"at":"2026-12-01T09:30:00.000Z","left_alone_until":"2026-12-01T09:31:00.000Z","limit":null},
 "breaker":{"state":"closed","since":null,"next_try":null,"failures":0,"counted_since":"2026-12-01T08:00:00.000Z"},
 "faults":{"since":"2026-12-01T08:00:00.000Z","items":[]},"requests":null,"last_sync":null}],"refused":[]})";

TEST(Carriers, SayWhatIsUsedOfTheirRateAndHowTheirBreakerStands) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/carriers", .body = busy}});
    const auto out = world.run({"carriers"}, server).out;
    EXPECT_THAT(out, ::testing::ContainsRegex("COUNTRIES +RATE +BREAKER +LIST COMPARED\n"));
    EXPECT_THAT(out, ::testing::ContainsRegex("10 of 10 in 60 s, 2 wait +open since 2026-12-01 10:29:58, tried again at 2026-12-01 10:30:03 +2026-12-01 05:00 done\n"));
    EXPECT_THAT(out, ::testing::ContainsRegex("left alone until 2026-12-01 10:31:00 +closed\n"));
}

TEST(Carriers, ListTheirLastFaultsWithTheDaemonsStart) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/carriers", .body = busy}, {.expects = "GET /v1/carriers", .body = busy}});
    const auto faults = world.run({"carriers", "--faults"}, server);
    EXPECT_THAT(faults.out, ::testing::HasSubstr("2026-12-01 10:29:58  rc-main  submit_port  submit  503     01JD9Y4V8K3ZQ  acme-1     the carrier answered 503; sent again later\n"));
    EXPECT_THAT(faults.out, ::testing::HasSubstr("Since 2026-12-01 09:00:00, when the daemon started:"));
    EXPECT_THAT(world.run({"carriers", "--requests"}, server).out, ::testing::HasSubstr("system's own account"));
}

TEST(Carriers, ListWhatTheyDoWhenAsked) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/carriers", .body = carriers}});
    EXPECT_THAT(
        world.run({"carriers", "--operations"}, server).out,
        ::testing::HasSubstr("preflight requirements")
    );
}

TEST(Carriers, AreColouredOnATerminalUnlessNoColorIsSet) {
    World world;
    world.is_terminal = true;
    ScriptedServer server({
        {.expects = "GET /v1/carriers", .body = carriers},
        {.expects = "GET /v1/carriers", .body = carriers},
        {.expects = "GET /v1/carriers", .body = carriers},
    });
    EXPECT_THAT(world.run({"carriers"}, server).out, ::testing::HasSubstr("\x1b[32mok\x1b[0m "));
    world.environment["NO_COLOR"] = "1";
    EXPECT_THAT(world.run({"carriers"}, server).out, ::testing::Not(::testing::HasSubstr("\x1b")));
    world.environment["NO_COLOR"] = "";
    world.environment["TERM"] = "dumb";
    EXPECT_THAT(world.run({"carriers"}, server).out, ::testing::Not(::testing::HasSubstr("\x1b")));
}

TEST(Carriers, AreTheApisDocumentWithJson) {
    World world;
    ScriptedServer server(
        {{.expects = "GET /v1/carriers", .body = R"({ "items": [], "refused": [] })"}}
    );
    EXPECT_EQ(
        world.run({"carriers", "--json"}, server), (Ran{0, "{\"items\":[],\"refused\":[]}\n", ""})
    );
}

const std::string requirements = R"({"items":[
{"code":"pin","field":"/pin","kind":"text","label_en":"Voicemail PIN","label_fr":"Code PIN de messagerie vocale",
 "help_en":"RingCentral app, settings, phone","help_fr":"Application RingCentral, paramètres, téléphone",
 "pattern":"[0-9]{6,10}","required":true},
{"code":"invoice","field":"/documents","kind":"document","label_en":"Billing statement","label_fr":"Relevé de facturation",
 "help_en":"","help_fr":"","pattern":"","age_days_max":45,"required":false}],
"notes_en":["Do not cancel your service before the port is done."],
"notes_fr":["N'annulez pas votre service avant la fin du portage."]})";

TEST(Requirements, AreShownInEnglish) {
    World world;
    ScriptedServer server({
        {.expects = "GET /v1/carriers", .body = carriers},
        {.expects = "GET /v1/requirements?account=rc-main&action=port_out", .body = requirements},
    });
    EXPECT_EQ(
        world.run({"requirements", "rc-main", "--action", "port_out"}, server),
        (
            Ran{0,
                "          REQUIREMENT        KIND      FIELD       RULE                 WHERE TO "
                "FIND IT\n"
                "required  Voicemail PIN      text      /pin        [0-9]{6,10}          "
                "RingCentral app, settings, phone\n"
                "optional  Billing statement  document  /documents  at most 45 days old\n"
                "\n"
                "- Do not cancel your service before the port is done.\n",
                ""}
        )
    );
}

TEST(Requirements, AreShownInFrenchByOptionOrEnvironment) {
    World world;
    const std::string french =
        "             EXIGENCE                       GENRE     CHAMP       RÈGLE                OÙ "
        "LA TROUVER\n"
        "requis       Code PIN de messagerie vocale  texte     /pin        [0-9]{6,10}          "
        "Application "
        "RingCentral, paramètres, téléphone\n"
        "si possible  Relevé de facturation          document  /documents  de 45 jours au plus\n"
        "\n"
        "- N'annulez pas votre service avant la fin du portage.\n";
    ScriptedServer server({
        {.expects = "GET /v1/carriers", .body = carriers},
        {.expects = "GET /v1/requirements?account=rc-main", .body = requirements},
        {.expects = "GET /v1/carriers", .body = carriers},
        {.expects = "GET /v1/requirements?account=rc-main", .body = requirements},
    });
    EXPECT_EQ(world.run({"requirements", "rc-main", "--lang", "fr"}, server), (Ran{0, french, ""}));
    world.environment["LANG"] = "fr_CA.UTF-8";
    EXPECT_EQ(world.run({"requirements", "rc-main"}, server), (Ran{0, french, ""}));
}

TEST(Requirements, AreFoundByTheKindOfCarrier) {
    World world;
    ScriptedServer server({
        {.expects = "GET /v1/carriers", .body = carriers},
        {.expects =
             "GET /v1/requirements?account=tt&country=CA&number_type=local&end_user=business",
         .body = R"({"items":[],"notes_en":[],"notes_fr":[]})"},
    });
    EXPECT_EQ(
        world.run(
            {"requirements", "thinktel", "--country", "CA", "--number-type", "local",
             "--end-user-kind", "business", "-v"},
            server
        ),
        (Ran{0, "Nothing is required.\n", "porteur: account tt is of the kind thinktel\n"})
    );
}

TEST(Requirements, NameWhatThereIsForAnUnknownAccount) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/carriers", .body = carriers}});
    EXPECT_EQ(
        world.run({"requirements", "acme"}, server),
        (
            Ran{status_of(ExitCode::not_found), "",
                "porteur: there is neither an account nor a kind of carrier \"acme\"; there are "
                "rc-main (ringcentral), "
                "tt (thinktel)\n"}
        )
    );
}

TEST(Targets, AreATable) {
    World world;
    ScriptedServer server({
        {.expects = "GET /v1/targets?account=tt",
         .body =
             R"({"items":[{"kind":"trunk","id":"4165550100","label_en":"Trunk Toronto","label_fr":"Liaison Toronto"},
                    {"kind":"offering","id":"12","label_en":"Business line","label_fr":"Ligne d'affaires",
                     "parents":["SUB-1: 4165559001"],"details":["plan_id","label"]}]})"
        },
    });
    EXPECT_EQ(
        world.run({"targets", "tt", "--lang", "fr"}, server),
        (
            Ran{0,
                "GENRE        ID          CE QUE C'EST      PARENT, L'UN DE    DÉTAILS QU'IL FAUT\n"
                "liaison SIP  4165550100  Liaison Toronto\n"
                "offre        12          Ligne d'affaires  SUB-1: 4165559001  plan_id label\n",
                ""}
        )
    );
}

TEST(AccountCheck, SaysWhatMustBeMendedAndFails) {
    World world;
    ScriptedServer server({
        {.expects = "GET /v1/account-check?account=gen",
         .body =
             R"({"identity":"Acme, org-1","problems":[{"field":"","reason":"","message":"sms:phoneNumber:add is missing","blocking":true},
                    {"field":"","reason":"","message":"a trunk is off","blocking":false}]})"
        },
        {.expects = "GET /v1/account-check?account=gen",
         .body = R"({"identity":"","problems":[]})"},
    });
    EXPECT_EQ(
        world.run({"account", "check", "gen"}, server),
        (
            Ran{status_of(ExitCode::refused),
                "The carrier knows the account as Acme, org-1.\n"
                "must be mended: sms:phoneNumber:add is missing\n"
                "note: a trunk is off\n",
                ""}
        )
    );
    EXPECT_EQ(
        world.run({"account", "check", "gen"}, server),
        (Ran{0, "The carrier knows the account.\nNothing stands against orders.\n", ""})
    );
}

TEST(AccountShow, PrintsEachListAsATable) {
    World world;
    ScriptedServer server({
        {.expects = "GET /v1/discovery?account=tt&area=CA-AB",
         .body =
             R"({"lists":[{"name":"providers","label_en":"Providers","label_fr":"Fournisseurs","columns":["id","name"],
                    "rows":[["12","Bell Canada"]]},
                   {"name":"holidays","label_en":"Holidays","label_fr":"Jours","columns":["date","name"],"rows":[]}]})"
        },
    });
    EXPECT_EQ(
        world.run({"account", "show", "tt", "--area", "CA-AB", "--lang", "fr"}, server),
        (
            Ran{0,
                "Fournisseurs (providers): 1\n"
                "ID  NOM\n"
                "12  Bell Canada\n"
                "\n"
                "Jours (holidays): 0\n",
                ""}
        )
    );
}

TEST(AccountNumbers, AreATable) {
    World world;
    ScriptedServer server({
        {.expects = "GET /v1/account-numbers?account=rc",
         .body =
             R"({"items":[{"number":"+14165550100","carrier_id":"7","type":"local","carrier_word":"Normal","label":"Main","main_number":true}]})"
        },
    });
    EXPECT_EQ(
        world.run({"account", "numbers", "rc"}, server),
        (
            Ran{0,
                "NUMBER        TYPE   STATUS  LABEL  MAIN NUMBER\n"
                "+14165550100  local  Normal  Main   yes\n",
                ""}
        )
    );
}

}  // namespace
}  // namespace porteur::cli
