// SPDX-License-Identifier: Apache-2.0
// Accept-Language: what persons read comes in their language, what programs read never changes.
#include <gmock/gmock.h>

#include "api/in_language.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "api_client.hpp"

namespace porteur::testing {
namespace {

#define NB "\u00a0"

Answer with_body(std::string body) {
    Answer answer;
    answer.body = std::move(body);
    return answer;
}

Sent in_french(std::string target) {
    return {
        .method = "GET",
        .target = std::move(target),
        .fields = {{"Accept-Language", "fr-CA, fr;q=0.9, en;q=0.8"}}
    };
}

TEST(AcceptLanguage, SaysAProblemInFrench) {
    Served served;
    const auto reply = served.ask(in_french("/v1/port-orders?limit=0"));
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.field("content-language"), "fr");
    EXPECT_EQ(reply.field("content-type"), "application/problem+json");
    EXPECT_EQ(reply.text("title"), "Une valeur n'est pas comme elle doit être");
    EXPECT_EQ(
        reply.text("detail"),
        "le paramètre limit vaut \"0\"" NB "; un nombre de 1 à 200 est attendu"
    );
    EXPECT_EQ(reply.text("type"), "urn:porteur:problem:invalid-input") << "words for programs stay";
    EXPECT_EQ(reply.text("field"), "limit");
}

TEST(AcceptLanguage, SaysEachWrongFieldInFrench) {
    auto answer = problem_answer(Error{
        .kind = ErrorKind::invalid_input,
        .message = "/request/pin: expected 1 to 64 characters\n/request/documents: expected a list "
                   "of document ids"
    });
    say_in(Language::french, nullptr, answer);
    const auto document = json::parse(answer.body).as_object();
    EXPECT_EQ(
        document.at("errors"),
        (json::array{
            {{"detail", "1 à 64 caractères sont attendus"}, {"field", "/request/pin"}},
            {{"detail", "une liste d'identifiants de documents est attendue"},
             {"field", "/request/documents"}},
        })
    );
    EXPECT_EQ(
        document.at("detail"),
        "/request/pin: 1 à 64 caractères sont attendus; /request/documents: une liste "
        "d'identifiants de documents est "
        "attendue"
    );
}

TEST(AcceptLanguage, SaysYesAndNoOfWhatAnAccountHasInFrench) {
    Served served;
    served.host.on_ask = [](auto, auto, auto) -> Result<std::string> {
        return R"([{"name":"trunks","columns":["label","enabled","note"],
                    "rows":[["no","yes",""],["HQ","no",""],["Laval","",""]]}])";
    };
    auto sent = in_french("/v1/discovery?account=acme-1");
    const auto reply = served.ask(sent);
    EXPECT_EQ(reply.field("content-language"), "fr");
    EXPECT_EQ(
        reply.document().at("lists").at(0).at("rows"),
        (json::array{{"no", "oui", ""}, {"HQ", "non", ""}, {"Laval", "", ""}})
    ) << "a trunk that is called so stays";
    sent.fields.clear();
    EXPECT_EQ(served.ask(sent).document().at("lists").at(0).at("rows").at(0).at(1), "yes");
}

TEST(AcceptLanguage, IsHeardBeforeARouteIsFound) {
    Served served;
    auto sent = in_french("/v1/nowhere");
    EXPECT_EQ(served.ask(sent).text("title"), "Introuvable");
    sent = in_french("/v1/tasks");
    sent.token.clear();
    EXPECT_EQ(served.ask(sent).text("title"), "Connectez-vous, ou envoyez un jeton valable");
}

TEST(AcceptLanguage, IsEnglishWithoutAWish) {
    Served served;
    const auto plain = served.get("/v1/port-orders?limit=0");
    EXPECT_EQ(plain.text("title"), "A value is not as it must be");
    EXPECT_EQ(plain.field("content-language"), "");
    auto german = in_french("/v1/port-orders?limit=0");
    german.fields = {{"Accept-Language", "de"}};
    EXPECT_EQ(served.ask(german).body, plain.body);
}

TEST(AcceptLanguage, ChangesNothingOfAnOrderButItsSentences) {
    Order order;
    order.problem = "the carrier refuses the account's credentials: check_port: no answer in time";
    order.request = R"({"comment":"its parts are called off"})";
    const auto target = "/v1/port-orders/" + id_text(order.id);
    const auto match = match_route("GET", target);
    auto answer = with_body(
        R"({"problem":")" + order.problem +
        R"(","request":{"problem":"tried again"},"state":"draft"})"
    );
    say_in(Language::french, match.route, answer);
    const auto document = json::parse(answer.body).as_object();
    EXPECT_EQ(
        document.at("problem"), "l'opérateur refuse les identifiants du compte" NB
                                ": suivi de la portabilité" NB ": pas de réponse à temps"
    );
    EXPECT_EQ(document.at("request").at("problem"), "tried again")
        << "what was asked for is not ours to translate";
    EXPECT_EQ(document.at("state"), "draft");
}

TEST(AcceptLanguage, LeavesACarriersWordAndTurnsWhatAPluginSaysInItsPlace) {
    const auto match = match_route("GET", "/v1/purchase-orders/01JD9Y4V8K3ZQ");
    auto answer = with_body(
        R"({"numbers":[{"carrier_word":"PIN_INVALID"},{"carrier_word":"found on the trunk"}],)"
        R"("progress":{"carrier_word":"Reply 3: \"no longer available\""}})"
    );
    say_in(Language::french, match.route, answer);
    const auto document = json::parse(answer.body).as_object();
    EXPECT_EQ(document.at("numbers").at(0).at("carrier_word"), "PIN_INVALID");
    EXPECT_EQ(document.at("numbers").at(1).at("carrier_word"), "trouvé sur la liaison");
    EXPECT_EQ(
        document.at("progress").at("carrier_word"), "Reply 3: \"no longer available\""
    );
}

TEST(AcceptLanguage, LeavesCommentsOfPersonsAlone) {
    const auto match = match_route("GET", "/v1/port-orders/01JD9Y4V8K3ZQ/timeline");
    ASSERT_NE(match.route, nullptr);
    auto answer = with_body(
        R"({"items":[{"data":{"text":"tried again"},"kind":"port.comment","text":"tried again"},)"
        R"({"data":{},"kind":"port.settled_by_person","text":"tried again"}]})"
    );
    say_in(Language::french, match.route, answer);
    const auto items = json::parse(answer.body).at("items").as_array();
    EXPECT_EQ(items.at(0).at("text"), "tried again");
    EXPECT_EQ(items.at(0).at("data").at("text"), "tried again");
    EXPECT_EQ(items.at(1).at("text"), "nouvel essai");
}

TEST(AcceptLanguage, LeavesAnswersWithoutSentencesAsTheyAre) {
    const auto match = match_route("GET", "/v1/mails/01JD9Y4V8K3ZQ");
    auto answer = with_body(R"({"text":"tried again"})");
    say_in(Language::french, match.route, answer);
    EXPECT_EQ(answer.body, R"({"text":"tried again"})");
}

TEST(Words, AreLabelledInTheReadersLanguage) {
    Served served;
    const auto french = served.ask(in_french("/v1/words?kind=state")).document();
    const auto english = served.get("/v1/words?kind=state").document();
    const auto& items = french.at("items").as_array();
    ASSERT_EQ(items.size(), english.at("items").as_array().size());
    ASSERT_EQ(items.size(), 16U);
    EXPECT_EQ(items.at(1).at("code"), "needs_documents");
    EXPECT_EQ(items.at(1).at("label"), "documents requis");
    EXPECT_EQ(items.at(1).at("explanation"), "un document manque ou a été refusé");
    EXPECT_EQ(english.at("items").at(1).at("label"), "needs documents");
    EXPECT_EQ(english.at("items").at(1).at("code"), "needs_documents");
    EXPECT_GT(served.get("/v1/words").document().at("items").as_array().size(), 150U);
}

}  // namespace
}  // namespace porteur::testing
