// SPDX-License-Identifier: Apache-2.0
// Documents through a whole daemon: what is taken, what is refused and why, letters of
// authorization, ages, and what stands on the disk.
#include <fstream>

#include <gmock/gmock.h>
#include <porteur/calendar_text.hpp>

#include "../../unit/paper/pdf_maker.hpp"
#include "../../unit/paper/zip_maker.hpp"
#include "daemon_world.hpp"

namespace porteur::testing {
namespace {

using namespace paper::testing;
using namespace std::chrono;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string day(int from_today) {
    return iso_date(year_month_day{floor<days>(system_clock::now()) + days{from_today}});
}

class Documents : public DaemonWorld {
protected:
    Documents() {
        host_settings("level = \"info\"\n");
        account("acme", first);
        start();
    }

    HttpReply upload(
        const std::string& bytes, const std::string& query = "type=loa&name=loa.pdf", const std::string& type = "application/pdf",
        const std::string& key = ""
    ) {
        const auto reply = http(
            daemon.port(), "POST", "/v1/documents?" + query,
            {"Authorization: Bearer " + token, "Content-Type: " + type, "Idempotency-Key: " + (key.empty() ? "k" + std::to_string(++keys_) : key)}, bytes
        );
        return reply ? *reply : HttpReply{.status = 0, .body = "null"};
    }
    std::string uploaded(const std::string& bytes, const std::string& query = "type=loa&name=loa.pdf", const std::string& type = "application/pdf") {
        const auto reply = upload(bytes, query, type);
        EXPECT_EQ(reply.status, 201) << reply.body;
        return reply.status == 201 ? std::string(json::parse(reply.body).at("id").as_string()) : "";
    }
    json::object request() const {
        return {{"numbers", {"+14165550101", "+14165550102"}},
                {"losing_carrier", "RingCentral"},
                {"account_number", "4165550101"},
                {"end_user", {{"name", "Boulangerie Été Inc."}, {"authorized_person", {{"first_name", "Zoé"}, {"last_name", "Roy"}}}}},
                {"service_address",
                 {{"house_number", "100"}, {"street", "King"}, {"city", "Toronto"}, {"region", "ON"}, {"postal_code", "M5X 1A9"}, {"country", "CA"}}}};
    }
    HttpReply create(const json::object& of, bool submit = false) {
        return ask("POST", "/v1/port-orders", "o" + std::to_string(++keys_), json::object{{"account", "acme"}, {"submit", submit}, {"request", of}});
    }
    json::value made(const json::object& of) {
        const auto reply = create(of);
        EXPECT_EQ(reply.status, 201) << reply.body;
        return json::parse(reply.body);
    }
    HttpReply letter(const std::string& order, const json::value& wish, const std::string& key = "") {
        return ask("POST", "/v1/port-orders/" + order + "/loa", key.empty() ? "l" + std::to_string(++keys_) : key, wish);
    }
    std::string text_of(const std::string& pdf) const {
        write("letter.pdf", pdf);
        // Its warnings about a table of libharu's go to standard error.
        return output_of({"/bin/sh", "-c", "pdftotext -layout '" + (folder / "letter.pdf").string() + "' - 2>/dev/null"});
    }

private:
    int keys_ = 0;
};

TEST_F(Documents, AreTakenAndGivenBackByteForByteAndNothingOfThemStandsOpenOnTheDisk) {
    const auto pdf = one_page("/Title (canary-7741)", {stream_object("x")});
    const auto id = uploaded(pdf, "type=loa&name=Lettre%20d%27%C3%A9t%C3%A9.pdf");
    EXPECT_EQ(ask("GET", "/v1/documents/" + id + "/content").body, pdf);
    EXPECT_EQ(ask("GET", "/v1/documents/doc-none/content").status, 404);
    for (const auto& each : std::filesystem::recursive_directory_iterator(folder / "data")) {
        if (!each.is_regular_file()) continue;
        std::ifstream in(each.path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(in), {}};
        EXPECT_EQ(bytes.find("canary-7741"), bytes.npos) << each.path();
        EXPECT_EQ(bytes.find("%PDF-"), bytes.npos) << each.path();
    }
    start_again();
    EXPECT_EQ(ask("GET", "/v1/documents/" + id + "/content").body, pdf);
}

TEST_F(Documents, AreRefusedWithTheReasonAndLeaveNothing) {
    for (const auto& [pdf, reason] :
         {std::pair{encrypted(one_page(), "", "owner"), "the PDF is encrypted; save it without a password"},
          {in_object_streams(one_page("/OpenAction << /S /JavaScript /JS (app.alert(1)) >>")), "the PDF runs a script (JavaScript)"},
          {one_page("/Names << /EmbeddedFiles << /Names [] >> >>"), "the PDF holds another file"},
          {pages(201), "the PDF has 201 pages; at most 200 are taken"},
          {one_page("", {bomb_object(200)}), "the PDF unpacks into more than 128 MiB"},
          {std::string("%PDF-1.7 nothing\n%%EOF"), "the PDF is damaged"}}) {
        const auto reply = upload(pdf);
        EXPECT_EQ(reply.status, 400) << reason;
        EXPECT_THAT(std::string(json::parse(reply.body).at("detail").as_string()), HasSubstr(reason));
    }
    EXPECT_EQ(upload("MZ and so on", "type=loa&name=a.pdf").status, 415);
    EXPECT_TRUE(std::filesystem::is_empty(folder / "data/documents"));
}

TEST_F(Documents, MayBeSpreadsheetsWhereACarrierAsksForThem) {
    const std::string xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                      ods = "application/vnd.oasis.opendocument.spreadsheet";
    for (const auto& [bytes, name, type] :
         {std::tuple{xlsx_with(), "Inscriptions%20411.xlsx", xlsx}, {ods_with(), "a.ods", ods}, {std::string("a;b\n1;2\n"), "a.csv", std::string("text/csv")}}) {
        const auto id = uploaded(bytes, std::string("type=blif&name=") + name, type);
        EXPECT_EQ(ask("GET", "/v1/documents/" + id + "/content").body, bytes);
        EXPECT_EQ(json::parse(ask("GET", "/v1/documents/" + id).body).at("content_type"), json::string(type));
    }
    const auto refusal = [&](const std::string& bytes, const std::string& query, const std::string& type) {
        const auto reply = upload(bytes, query, type);
        return std::to_string(reply.status) + " " + std::string(json::parse(reply.body).at("detail").as_string());
    };
    EXPECT_THAT(refusal(xlsx_with({{"xl/vbaProject.bin", "x"}}), "type=blif&name=a.xlsx", xlsx), AllOf(HasSubstr("400"), HasSubstr("has macros")));
    EXPECT_THAT(refusal("a;b\n=cmd;2\n", "type=blif&name=a.csv", "text/csv"), AllOf(HasSubstr("400"), HasSubstr("has a formula")));
    EXPECT_THAT(refusal(xlsx_with(), "type=loa&name=a.xlsx", xlsx), AllOf(HasSubstr("415"), HasSubstr("is a PDF or a picture")));
    EXPECT_THAT(refusal(ods_with(), "type=blif&name=a.xlsx", xlsx), AllOf(HasSubstr("415"), HasSubstr("the bytes are " + ods)));
    EXPECT_THAT(refusal(zip_of({{"a.txt", "a"}}), "type=blif&name=a.xlsx", xlsx), AllOf(HasSubstr("400"), HasSubstr("no spreadsheet")));
}

TEST_F(Documents, AreStoredOnceForOneKeyAcrossARestart) {
    const auto first_reply = upload(one_page(), "type=loa&name=loa.pdf", "application/pdf", "same");
    ASSERT_EQ(first_reply.status, 201) << first_reply.body;
    EXPECT_EQ(upload(one_page(), "type=loa&name=loa.pdf", "application/pdf", "same").body, first_reply.body);
    start_again();
    EXPECT_EQ(upload(one_page(), "type=loa&name=loa.pdf", "application/pdf", "same").body, first_reply.body);
    EXPECT_EQ(upload(pages(2), "type=loa&name=loa.pdf", "application/pdf", "same").status, 422);
}

TEST_F(Documents, AreUsedByManyOrders) {
    const auto id = uploaded(one_page());
    auto of = request();
    of["documents"] = json::array{json::string(id)};
    for (int order = 0; order < 3; ++order) {
        const auto shown_order = made(of);
        const auto& documents = shown_order.at("request").at("documents").as_array();
        ASSERT_EQ(documents.size(), 1U);
        EXPECT_EQ(documents[0].at("id"), json::string(id));
    }
    std::size_t files = 0;
    for (const auto& each : std::filesystem::directory_iterator(folder / "data/documents")) files += each.is_regular_file() ? 1 : 0;
    EXPECT_EQ(files, 1U);
}

TEST_F(Documents, ThatAreTooOldKeepAnOrderFromGoingOut) {
    auto of = request();
    of["documents"] = json::array{json::string(uploaded(one_page(), "type=loa&name=old.pdf&signed_on=" + day(-31)))};
    const auto refused = create(of, true);
    EXPECT_EQ(refused.status, 400) << refused.body;
    const auto problem = json::parse(refused.body);
    EXPECT_EQ(problem.at("field"), "/request/documents/0");
    EXPECT_THAT(std::string(problem.at("detail").as_string()), HasSubstr("31 days ago; attach one of at most 30 days"));

    // A draft may hold it; it is refused when it is to go out.
    const auto id = std::string(made(of).at("id").as_string());
    const auto kept_back = ask("POST", "/v1/port-orders/" + id + "/submit", "submit-1");
    EXPECT_EQ(kept_back.status, 400) << "as when it is made: " << kept_back.body;
    EXPECT_EQ(json::parse(kept_back.body).at("field"), "/request/documents/0");
    EXPECT_THAT(kept_back.body, HasSubstr("31 days ago; attach one of at most 30 days"));
    const auto corrected = ask("PATCH", "/v1/port-orders/" + id, "fix-1", json::object{{"request", {{"comment", "now"}}}, {"submit", true}});
    EXPECT_EQ(corrected.status, 400) << corrected.body;
    EXPECT_EQ(json::parse(corrected.body).at("field"), "/request/documents/0");
    const auto fresh = uploaded(one_page(), "type=loa&name=new.pdf&signed_on=" + day(-10));
    EXPECT_EQ(ask("PATCH", "/v1/port-orders/" + id, "", json::object{{"request", {{"documents", {fresh}}, {"requested_date", day(25)}}}}).status, 200);
    const auto sent = ask("POST", "/v1/port-orders/" + id + "/submit", "submit-2");
    EXPECT_EQ(sent.status, 202) << sent.body;
    // Where nothing can be sent at all, that is told, and no field.
    const auto ended = std::string(made(of).at("id").as_string());
    EXPECT_EQ(ask("POST", "/v1/port-orders/" + ended + "/cancel", "cancel-1").status, 202);
    const auto too_late = ask("POST", "/v1/port-orders/" + ended + "/submit", "submit-3");
    EXPECT_EQ(too_late.status, 409) << too_late.body;
    EXPECT_THAT(too_late.body, HasSubstr("is cancelled"));
    EXPECT_THAT(
        ask("GET", "/v1/port-orders/" + id + "/timeline").body,
        AllOf(HasSubstr("port.document_expiring"), HasSubstr("will be 35 days old on the day of the transfer, " + day(25)))
    );
}

TEST_F(Documents, ThatAreOverByTheirOwnDateKeepAnOrderFromGoingOut) {
    auto of = request();
    const auto passport = [&](int last) { return uploaded(one_page(), "type=id&name=passport&expires_on=" + day(last)); };
    of["documents"] = json::array{json::string(passport(-1))};
    const auto over = create(of, true);
    EXPECT_EQ(over.status, 400) << over.body;
    EXPECT_EQ(json::parse(over.body).at("field"), "/request/documents/0");
    EXPECT_THAT(over.body, HasSubstr("expired on " + day(-1) + "; attach one that is still good"));

    of["documents"] = json::array{json::string(passport(9))};
    of["requested_date"] = day(10);
    const auto too_early = create(of, true);
    EXPECT_EQ(too_early.status, 400) << too_early.body;
    EXPECT_EQ(json::parse(too_early.body).at("field"), "/request/documents/0");
    EXPECT_THAT(too_early.body, HasSubstr("expires on " + day(9) + ", before the requested date " + day(10)));

    // A draft may hold it, and its last day is due.
    const auto draft = made(of);
    EXPECT_EQ(draft.at("request").at("documents").at(0).at("expires_on"), json::string(day(9)));
    EXPECT_EQ(draft.at("request").at("documents").at(0).at("name"), "passport.pdf");
    json::array due;
    ASSERT_TRUE(soon([&] {
        const auto all = get("/v1/due?what=document_expiry");
        const auto* items = all.is_object() ? all.get_object().if_contains("items") : nullptr;
        due = items ? items->as_array() : json::array{};  // none: the first look is not over
        return due.size() == 1;
    }));
    EXPECT_EQ(due[0].at("order"), draft.at("id"));
    EXPECT_EQ(due[0].at("day"), json::string(day(9)));
    EXPECT_EQ(due[0].at("overdue"), false);
    const auto id = std::string(draft.at("id").as_string());
    EXPECT_EQ(ask("POST", "/v1/port-orders/" + id + "/submit", "submit-1").status, 400);
    EXPECT_EQ(ask("PATCH", "/v1/port-orders/" + id, "", json::object{{"request", {{"requested_date", day(9)}}}}).status, 200);
    EXPECT_EQ(ask("POST", "/v1/port-orders/" + id + "/submit", "submit-2").status, 202) << "its last day is a good one";
}

TEST_F(Documents, MayBeAsOldAsTheirCarrierSays) {
    std::filesystem::copy_file(PORTEUR_TEST_RINGCENTRAL, folder / "plugins/porteur-ringcentral.so");
    for (const std::string age : {"45", "60"})
        write(
            "config/carriers/rc-" + age + ".toml",
            "plugin = \"ringcentral\"\nbase_url = \"http://127.0.0.1:" + std::to_string(first.port()) +
                "\"\n[secrets]\nclient_id = { file = \"secrets/user\" }\nclient_secret = { file = \"secrets/password\" }\n"
                "jwt = { file = \"secrets/password\" }\n[settings]\nstatement_age_days_max = " + age + "\n"
        );
    start_again();
    auto of = request();
    of["pin"] = "123456";
    of["documents"] = json::array{json::string(uploaded(one_page(), "type=invoice&name=bill.pdf&issued_on=" + day(-50)))};
    const auto sent = [&](const std::string& losing) {
        return ask("POST", "/v1/port-orders", losing, json::object{{"account", "acme"}, {"losing_account", losing}, {"submit", true}, {"request", of}});
    };
    const auto refused = sent("rc-45");
    EXPECT_EQ(refused.status, 400);
    EXPECT_THAT(refused.body, HasSubstr("50 days ago; attach one of at most 45 days"));
    const auto taken = sent("rc-60");
    EXPECT_EQ(taken.status, 201) << taken.body;
}

TEST_F(Documents, HoldALetterThatIsMadeOfAnOrder) {
    const auto id = std::string(made(request()).at("id").as_string());
    const json::object wish{{"date", "2026-11-20"}, {"language", "fr"}, {"signature", {{"path", "M0 0 C 10 0 20 10 30 10"}}}};
    const auto reply = letter(id, wish, "letter-1");
    ASSERT_EQ(reply.status, 201) << reply.body;
    const auto told = json::parse(reply.body);
    EXPECT_EQ(told.at("attached"), true);
    const auto& document = told.at("document");
    EXPECT_EQ(document.at("type"), "loa");
    EXPECT_EQ(document.at("signed_on"), "2026-11-20");
    EXPECT_THAT(std::string(document.at("name").as_string()), HasSubstr("lettre-d-autorisation-"));
    const auto& documents = told.at("order").at("request").at("documents").as_array();
    ASSERT_EQ(documents.size(), 1U);
    EXPECT_EQ(documents[0].at("sha256"), document.at("sha256"));
    EXPECT_EQ(get("/v1/port-orders/" + id).at("request").at("documents"), told.at("order").at("request").at("documents"));
    EXPECT_THAT(ask("GET", "/v1/port-orders/" + id + "/timeline").body, HasSubstr("port.document_added"));

    const auto pdf = ask("GET", "/v1/documents/" + std::string(document.at("id").as_string()) + "/content").body;
    EXPECT_THAT(
        text_of(pdf),
        AllOf(HasSubstr("Lettre d’autorisation"), HasSubstr("Boulangerie Été Inc."), HasSubstr("RingCentral"), HasSubstr("ACME Telecom"),
              HasSubstr("+1 416-555-0102"), HasSubstr("Zoé Roy"), HasSubstr("2026-11-20"), HasSubstr("4165550101"))
    );
    EXPECT_EQ(letter(id, wish, "letter-1").body, reply.body) << "a repeat gets the same answer";

    // The same order and date give the same bytes; the older letter makes way.
    const auto again = json::parse(letter(id, wish).body);
    EXPECT_EQ(again.at("document").at("sha256"), document.at("sha256"));
    EXPECT_EQ(again.at("order").at("request").at("documents").as_array().size(), 1U);
}

TEST_F(Documents, HoldALetterThatIsStillToBeSignedBesideTheOrder) {
    const auto order = made(request());
    const auto id = std::string(order.at("id").as_string());
    const auto reply = letter(id, json::object{});
    ASSERT_EQ(reply.status, 201) << reply.body;
    const auto told = json::parse(reply.body);
    EXPECT_EQ(told.at("attached"), false);
    EXPECT_EQ(told.at("document").at("type"), "other");
    EXPECT_EQ(get("/v1/port-orders/" + id).at("version"), order.at("version"));
    const auto pdf = ask("GET", "/v1/documents/" + std::string(told.at("document").at("id").as_string()) + "/content").body;
    EXPECT_THAT(text_of(pdf), AllOf(HasSubstr("To be signed and dated"), Not(HasSubstr("2026-"))));
}

TEST_F(Documents, HoldALetterWithAPictureOfASignature) {
    const auto id = std::string(made(request()).at("id").as_string());
    const auto picture = uploaded(small_png(), "type=signature&name=zoe.png", "image/png");
    const auto reply = letter(id, json::object{{"signature", {{"document", picture}}}});
    ASSERT_EQ(reply.status, 201) << reply.body;
    EXPECT_EQ(json::parse(reply.body).at("document").at("signed_on"), json::string(day(0)));
    const auto pdf = uploaded(one_page());
    for (const auto& [wish, field] :
         {std::pair{json::object{{"signature", {{"document", "doc-none"}}}}, "/signature/document"},
          {json::object{{"signature", {{"document", pdf}}}}, "/signature/document"},
          {json::object{{"signature", {{"path", "hello"}}}}, "/signature"},
          {json::object{{"signature", {{"strokes", {1}}}}}, "/signature"},
          {json::object{{"language", "de"}}, "/language"}}) {
        const auto refused = letter(id, wish);
        EXPECT_EQ(refused.status, 400) << refused.body;
        EXPECT_EQ(json::parse(refused.body).at("field"), field) << refused.body;
    }
}

TEST_F(Documents, HoldNoLetterOfAnOrderThatDoesNotSayEnough) {
    const auto id = std::string(made(json::object{{"numbers", {"+14165550101"}}}).at("id").as_string());
    const auto refused = letter(id, json::object{});
    EXPECT_EQ(refused.status, 400);
    EXPECT_THAT(refused.body, AllOf(HasSubstr("/request/end_user/name"), HasSubstr("/request/losing_carrier"), HasSubstr("/request/service_address")));
    EXPECT_EQ(letter("01JD9Y4V8K3ZQ", json::object{}).status, 404);
}

}  // namespace
}  // namespace porteur::testing
