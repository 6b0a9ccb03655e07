// SPDX-License-Identifier: Apache-2.0
// The list of numbers as a file: which rows, which columns, in whose language, under which name.
#include <gmock/gmock.h>

#include "api_client.hpp"
#include "support/pdf_words.hpp"
#include "tables/import_reader.hpp"

namespace porteur::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

NumberShown one(const char* number, std::string used_by) {
    NumberShown shown;
    shown.row.key = *number_key(number);
    shown.row.tenant = 1;
    shown.row.used_by = std::move(used_by);
    shown.row.features = "voice sms";
    shown.row.tags = "night vip";
    shown.row.custom = R"({"floor":"2"})";
    shown.row.cost = "1.50 CAD";
    shown.row.order = 77;
    shown.row.first_call = Instant{std::chrono::milliseconds{1'790'000'000'123}};
    shown.shared = {
        .account = "thinktel",
        .country = "CA",
        .type = "local",
        .state = NumberState::in_service,
        .use = UseType::user,
        .active = true
    };
    shown.company = 12;
    shown.company_name = "Hôtel du Nord, Inc.";
    shown.var = 3;
    shown.var_name = "North";
    return shown;
}

class NumberExport : public ::testing::Test {
protected:
    NumberExport() {
        for (const auto& [number, name] :
             {std::pair{"+15145550100", "Réception"}, {"+15145550101", "=HYPERLINK(\"x\")"}})
            served.host.inventory.held.emplace(*number_key(number), one(number, name));
    }
    const InventoryQuery& query() const { return served.host.inventory.last_choice.query; }
    Reply post(std::string_view path, std::string body) {
        return served.ask({.method = "POST", .target = std::string(path), .body = std::move(body)});
    }

    Served served;
};

TEST_F(NumberExport, has_the_usual_columns_and_no_formula) {
    const auto reply = served.get("/v1/numbers/csv");
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(
        reply.body,
        "Number,Used by,Use type,Company,VAR,Provider,Status,State,Country,Type,Features,Tags\r\n"
        "+15145550100,Réception,user,\"Hôtel du Nord, "
        "Inc.\",North,thinktel,active,in_service,CA,local,voice sms,night vip\r\n"
        "+15145550101,\"'=HYPERLINK(\"\"x\"\")\",user,\"Hôtel du Nord, "
        "Inc.\",North,thinktel,active,in_service,CA,local,voice sms,night vip\r\n"
    );
    EXPECT_EQ(reply.field("content-type"), "text/csv; charset=utf-8; header=present");
    EXPECT_EQ(reply.field("content-disposition"), "attachment; filename=\"PhoneNumbers.csv\"");
    EXPECT_EQ(reply.field("cache-control"), "no-store");
}

TEST_F(NumberExport, has_the_columns_that_are_asked_for_in_their_order) {
    const auto reply = served.get(
        "/v1/numbers/csv?columns=cost,currency,custom.floor,custom.none,first_call,order,number"
    );
    EXPECT_THAT(
        reply.body, HasSubstr(
                        "Cost,Currency,floor,none,First "
                        "call,Order,Number\r\n1.50,CAD,2,,2026-09-21T14:13:20.123Z," +
                        id_text(77) + ",+15145550100\r\n"
                    )
    );
}

TEST_F(NumberExport, asks_the_inventory_for_what_a_list_would_show) {
    const auto reply = served.get(
        "/v1/numbers/"
        "csv?filter=available&status=pending&tag=vip,night&number=+1514&used_by=R%C3%A9&tenant=12&"
        "sort=-provider"
    );
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(query().filter.given, false);
    EXPECT_EQ(query().filter.active, false);
    EXPECT_THAT(query().filter.tags, ElementsAre("vip", "night"));
    EXPECT_EQ(query().filter.number, "+1514");
    EXPECT_EQ(query().filter.used_by, "Ré");
    EXPECT_EQ(query().filter.tenant, 12);
    EXPECT_EQ(query().sort, NumberSort::account);
    EXPECT_TRUE(query().descending);
    EXPECT_THAT(served.host.inventory.last_choice.only, IsEmpty());
}

TEST_F(NumberExport, takes_a_long_choice_as_a_body) {
    const auto reply = post(
        "/v1/numbers/csv",
        R"({"query":{"status":"active","tag":["vip","night"],"tenant":12,"sort":"-used_by"},"ids":["+15145550101","+15145550100"],)"
        R"("columns":["used_by","number"],"filename":"choix.csv","bom":true})"
    );
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(query().filter.active, true);
    EXPECT_THAT(query().filter.tags, ElementsAre("vip", "night"));
    EXPECT_EQ(query().filter.tenant, 12);
    EXPECT_EQ(query().sort, NumberSort::used_by);
    EXPECT_THAT(
        served.host.inventory.last_choice.only,
        ElementsAre(*number_key("+15145550101"), *number_key("+15145550100"))
    );
    EXPECT_THAT(reply.body, StartsWith("\xEF\xBB\xBFUsed by,Number\r\n"));
    EXPECT_EQ(reply.field("content-disposition"), "attachment; filename=\"choix.csv\"");
}

TEST_F(NumberExport, takes_chosen_numbers_with_and_without_their_plus) {
    ASSERT_EQ(
        served.get("/v1/numbers/csv?ids=+15145550100,15145550101,%2B15145550102").status, 200
    );
    EXPECT_THAT(
        served.host.inventory.last_choice.only,
        ElementsAre(
            *number_key("+15145550100"), *number_key("+15145550101"), *number_key("+15145550102")
        )
    );
}

TEST_F(NumberExport, names_a_wrong_word_with_what_would_be_right) {
    for (const auto& [words, field] : std::map<std::string, std::string>{
             {"columns=number,colour", "columns"},
             {"columns=custom.", "columns"},
             {"ids=reception", "ids"},
             {"bom=yes", "bom"},
             {"language=de", "language"},
             {"filename=a.pdf", "filename"},
             {"filename=../a.csv", "filename"},
             {"filename=.csv", "filename"},
             {"filename=a%22.csv", "filename"},
             {"status=on", "status"},
             {"sort=colour", "sort"}
         }) {
        const auto reply = served.get("/v1/numbers/csv?" + words);
        EXPECT_EQ(reply.status, 400) << words;
        EXPECT_EQ(reply.text("field"), field) << reply.body;
    }
    EXPECT_EQ(served.get("/v1/numbers/csv?limit=5").status, 400) << "a file has no pages";
    for (const auto& [body, field] : std::map<std::string, std::string>{
             {R"({"query":{"limit":5}})", "/query/limit"},
             {R"({"query":{"status":{}}})", "/query/status"},
             {R"({"query":5})", "/query"},
             {R"({"bom":"true"})", "/bom"},
             {R"({"colour":1})", "/colour"}
         }) {
        const auto reply = post("/v1/numbers/csv", body);
        EXPECT_EQ(reply.status, 400) << body;
        EXPECT_EQ(reply.text("field"), field) << reply.body;
    }
}

TEST_F(NumberExport, is_in_the_language_of_its_address_whatever_the_browser_speaks) {
    const auto french = served.get("/v1/numbers/csv?columns=number,used_by&language=fr");
    EXPECT_THAT(french.body, StartsWith("Numéro,Utilisé par\r\n"));
    EXPECT_EQ(french.field("content-language"), "fr");
    const auto english = served.get("/v1/numbers/csv?columns=number,used_by&language=en");
    EXPECT_THAT(english.body, StartsWith("Number,Used by\r\n"));
}

TEST_F(NumberExport, has_a_name_in_any_language) {
    const auto reply = served.get("/v1/numbers/csv?filename=Num%C3%A9ros%2050%25.csv");
    EXPECT_EQ(
        reply.field("content-disposition"),
        "attachment; filename=\"Num_ros 50%.csv\"; filename*=UTF-8''Num%C3%A9ros%2050%25.csv"
    );
}

TEST_F(NumberExport, shows_nothing_of_somebody_else) {
    const auto reply = served.get("/v1/numbers/csv", FakeHost::foreign_token);
    EXPECT_EQ(reply.status, 200);
    EXPECT_THAT(reply.body, Not(HasSubstr("+1514")));
    EXPECT_EQ(served.get("/v1/numbers/csv", "").status, 401);
}

TEST_F(NumberExport, is_read_back_by_our_own_import_in_each_language) {
    for (const std::string language : {"en", "fr"}) {
        const auto reply = served.ask(
            {.target = "/v1/numbers/"
                       "csv?columns=number,used_by,use_type,company,var,provider,status,state,"
                       "country,type,features,tags,cost,currency,order,"
                       "first_call,custom.floor",
             .fields = {{"Accept-Language", language}}}
        );
        ASSERT_EQ(reply.status, 200) << reply.body;
        EXPECT_EQ(reply.field("content-language"), language);
        EXPECT_THAT(reply.body, HasSubstr(language == "fr" ? "Utilisé par" : "Used by"));
        struct Read {
            std::string number, used_by, company, provider;
            std::size_t custom;
        };
        std::vector<Read> rows;
        std::vector<std::string> findings;
        tables::ImportReader reader(
            {.region = "CA"},
            [&](std::span<const tables::ImportRow> good) -> Result<void> {
                for (const auto& row : good)
                    rows.push_back(
                        {std::string(row.number.text()), std::string(row.used_by),
                         std::string(row.company), std::string(row.provider), row.custom.size()}
                    );
                return {};
            },
            [&](const tables::ImportFinding& finding) -> Result<void> {
                findings.push_back(finding.sentence);
                return {};
            }
        );
        ASSERT_TRUE(reader.append(reply.body));
        ASSERT_TRUE(reader.finish());
        EXPECT_THAT(findings, IsEmpty());
        ASSERT_EQ(rows.size(), 2U) << reply.body;
        EXPECT_EQ(rows[0].number, "+15145550100");
        EXPECT_EQ(rows[1].used_by, "=HYPERLINK(\"x\")");
        EXPECT_EQ(rows[0].company, "Hôtel du Nord, Inc.");
        EXPECT_EQ(rows[0].provider, "thinktel");
        EXPECT_EQ(rows[0].custom, 1U)
            << "what the system says itself of a number is no field of one's own";
    }
}

TEST_F(NumberExport, as_pdf_is_shown_in_place) {
    const auto reply = served.get("/v1/numbers/pdf?status=active");
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_THAT(reply.body, StartsWith("%PDF-"));
    EXPECT_EQ(reply.field("content-type"), "application/pdf");
    EXPECT_EQ(reply.field("content-disposition"), "inline; filename=\"PhoneNumbers.pdf\"");
    EXPECT_EQ(served.get("/v1/numbers/pdf?filename=a.csv").status, 400);
    EXPECT_EQ(
        served.get("/v1/numbers/pdf?filename=a.pdf").field("content-disposition"),
        "inline; filename=\"a.pdf\""
    );
}

TEST_F(NumberExport, as_pdf_says_in_words_what_was_chosen) {
    const auto text = [&](std::string target, const char* language) {
        const auto reply =
            served.ask({.target = std::move(target), .fields = {{"Accept-Language", language}}});
        EXPECT_EQ(reply.status, 200) << reply.body;
        return words_of_pdf(reply.body);
    };
    const auto english = text("/v1/numbers/pdf?status=active&number=514", "en");
    EXPECT_THAT(english, HasSubstr("Phone numbers"));
    EXPECT_THAT(english, HasSubstr("Status: active; Number: …514…"));
    EXPECT_THAT(english, HasSubstr("2026-09-21"));
    EXPECT_THAT(english, HasSubstr("Page 1 of 1"));
    EXPECT_THAT(english, HasSubstr("+15145550100"));
    const auto french = text("/v1/numbers/pdf?filter=used&q=514", "fr");
    EXPECT_THAT(french, HasSubstr("Numéros de téléphone"));
    EXPECT_THAT(french, HasSubstr("21 septembre 2026"));
    EXPECT_THAT(french, HasSubstr("Page 1 sur 1"));
}

TEST_F(NumberExport, as_pdf_is_refused_where_it_would_be_too_long) {
    Served small({.pdf_rows_max = 3});
    small.host.inventory.held = served.host.inventory.held;
    EXPECT_EQ(small.get("/v1/numbers/pdf").status, 200);
    small.host.inventory.repeats = 2;
    const auto reply = small.get("/v1/numbers/pdf");
    EXPECT_EQ(reply.status, 400);
    EXPECT_THAT(reply.text("detail"), HasSubstr("at most 3 numbers"));
}

TEST_F(NumberExport, as_pdf_without_its_font_says_what_to_install) {
    served.host.inventory.font_folder = "/nowhere";
    const auto reply = served.get("/v1/numbers/pdf");
    EXPECT_EQ(reply.status, 503);
    EXPECT_THAT(reply.text("detail"), HasSubstr("fonts-dejavu-core"));
}

}  // namespace
}  // namespace porteur::testing
