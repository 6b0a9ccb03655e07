// SPDX-License-Identifier: Apache-2.0
// porteur in French: --lang fr, or the environment's language.
#include <gmock/gmock.h>

#include "world.hpp"

namespace porteur::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

#define NB "\u00a0"

const std::string order =
    R"({"id":"01JD9Y4V8K3ZQ","kind":"port","reference":"ACME-1","account":"thinktel","losing_account":"",)"
    R"("state":"needs_documents","delivery":"waiting_for_person","attempt":1,"carrier_id":"","version":3,)"
    R"("problem":"un problème","created":"","updated":"","submitted":null,"due":null,"parent":null,)"
    R"("numbers":[{"number":"+14165550101","state":"needs_documents","reason":"DOCUMENTS_REQUIRED",)"
    R"("carrier_word":"Docs"}],"request":{},"progress":{"foc":"2026-12-01"}})";

Step shown() { return {.expects = "GET /v1/port-orders/01JD9Y4V8K3ZQ", .body = order}; }
Step timeline() {
    return {.expects = "GET /v1/port-orders/01JD9Y4V8K3ZQ/timeline", .body = R"({"items":[]})"};
}

TEST(French, ShowsAnOrder) {
    World world;
    ScriptedServer server({shown(), timeline()});
    const auto ran = world.run({"port", "show", "01JD9Y4V8K3ZQ", "--lang", "fr"}, server);
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("Commande               01JD9Y4V8K3ZQ\n"));
    EXPECT_THAT(ran.out, HasSubstr("État                   documents requis\n"));
    EXPECT_THAT(ran.out, HasSubstr("Acheminement           attend une personne\n"));
    EXPECT_THAT(ran.out, HasSubstr("Problème               un problème\n"));
    EXPECT_THAT(ran.out, HasSubstr("Date de bascule (FOC)  1 décembre 2026\n"));
    EXPECT_THAT(
        ran.out, HasSubstr("NUMÉRO        ÉTAT              MOTIF             MOT DE L'OPÉRATEUR\n")
    );
    EXPECT_THAT(ran.out, HasSubstr("+14165550101  documents requis  documents requis  Docs\n"));
}

TEST(French, AsksTheDaemonForFrench) {
    World world;
    ScriptedServer server(
        {{.expects = "GET /v1/due", .body = R"({"items":[]})"},
         {.expects = "GET /v1/due", .body = R"({"items":[]})"}}
    );
    EXPECT_EQ(world.run({"due", "--lang", "fr"}, server), (Ran{0, "Aucune échéance.\n", ""}));
    EXPECT_EQ(server.seen().at(0).field("accept-language"), "fr");
    EXPECT_EQ(world.run({"due", "--lang", "en"}, server), (Ran{0, "Nothing is due.\n", ""}));
    EXPECT_EQ(server.seen().at(1).field("accept-language"), "");
}

TEST(French, FollowsTheEnvironmentAsPosixHasIt) {
    struct Case {
        std::map<std::string, std::string> environment;
        const char* out;
    };
    for (const auto& [environment, out] : std::initializer_list<Case>{
             {{{"LANG", "fr_CA.UTF-8"}}, "Aucune échéance.\n"},
             {{{"LANG", "en_CA.UTF-8"}, {"LC_MESSAGES", "fr_FR.UTF-8"}}, "Aucune échéance.\n"},
             {{{"LANG", "fr_CA.UTF-8"}, {"LC_ALL", "C"}}, "Nothing is due.\n"},
             {{{"LANG", "fr_CA.UTF-8"}, {"LC_MESSAGES", "en_CA.UTF-8"}}, "Nothing is due.\n"},
             {{}, "Nothing is due.\n"},
         }) {
        World world;
        world.environment.insert(environment.begin(), environment.end());
        ScriptedServer server({{.expects = "GET /v1/due", .body = R"({"items":[]})"}});
        EXPECT_EQ(world.run({"due"}, server).out, out);
    }
}

TEST(French, ChangesNothingOfJson) {
    World world;
    ScriptedServer server({shown(), shown()});
    const auto english = world.run({"port", "show", "01JD9Y4V8K3ZQ", "--json"}, server);
    const auto french =
        world.run({"port", "show", "01JD9Y4V8K3ZQ", "--json", "--lang", "fr"}, server);
    EXPECT_EQ(french.out, english.out);
    EXPECT_EQ(server.seen().at(1).field("accept-language"), "");
}

TEST(French, SaysWhatIsWrongWithACommandLine) {
    World world;
    EXPECT_EQ(
        world.run({"--lang", "fr", "prot"}),
        (
            Ran{2, "",
                "porteur: il n'y a pas de commande \"prot\"" NB "; vouliez-vous dire port" NB
                "? Voyez 'porteur --help'\n"}
        )
    );
    EXPECT_EQ(
        world.run({"port", "create", "--lang=fr"}).err,
        "porteur: quel compte doit exécuter la commande" NB "? Nommez-le avec --account" NB
        "; 'porteur carriers' en donne la liste\n"
    );
    EXPECT_THAT(
        world.run({"due", "--lang", "fr", "--url", "http://127.0.0.1:1"}).err,
        HasSubstr("connexion impossible")
    );
}

TEST(French, ShowsTheHelp) {
    World world;
    const auto ran = world.run({"--lang", "fr", "port", "show", "--help"});
    EXPECT_EQ(ran.status, 0);
    EXPECT_THAT(
        ran.out, HasSubstr("une commande avec ses numéros, ses documents et son historique")
    );
    EXPECT_THAT(ran.out, HasSubstr("l'identifiant de la commande"));
    EXPECT_THAT(ran.out, HasSubstr("Utilisation:"));
    EXPECT_THAT(ran.out, Not(HasSubstr("Usage")));
}

}  // namespace
}  // namespace porteur::cli
