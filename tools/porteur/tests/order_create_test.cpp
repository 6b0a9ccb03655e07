// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <porteur/json.hpp>

#include "order_answers.hpp"
#include "world.hpp"

namespace porteur::cli {
namespace {

using ::testing::HasSubstr;

const std::string made = "01JD9Y4V8K3ZQ  draft\nnext: porteur port submit 01JD9Y4V8K3ZQ\n";

TEST(PortCreate, TakesEachFieldAsAnOption) {
    World world;
    ScriptedServer server(
        {{.expects = "POST /v1/port-orders", .status = 201, .body = order_answer({})}}
    );
    const auto pin = world.file("pin", "123456\n");
    EXPECT_EQ(
        world.run(
            {"port",
             "create",
             "--account",
             "tt",
             "--losing-account",
             "rc-main",
             "--reference",
             "R-1",
             "--number",
             "+1 (416) 555-0101",
             "--number",
             "+14165550102",
             "--remaining",
             "+14165550103",
             "--losing-carrier",
             "RingCentral",
             "--account-number",
             "4165550100",
             "--btn",
             "+14165550100",
             "--date",
             "2026-12-15",
             "--trunk",
             "4165559999",
             "--end-user",
             "Acme Inc.",
             "--end-user-kind",
             "business",
             "--registration-number",
             "123",
             "--tax-id",
             "9",
             "--person-first-name",
             "Anna",
             "--person-last-name",
             "Roy",
             "--person-title",
             "CFO",
             "--person-email",
             "anna@example.com",
             "--person-telephone",
             "+14165550104",
             "--house-number",
             "100",
             "--street",
             "King",
             "--street-type",
             "St",
             "--street-direction",
             "W",
             "--unit",
             "5",
             "--city",
             "Toronto",
             "--region",
             "ON",
             "--postal-code",
             "M5X 1A9",
             "--address-country",
             "CA",
             "--contact-email",
             "ports@example.com",
             "--pin-file",
             pin},
            server
        ),
        (Ran{0, made, ""})
    );
    EXPECT_EQ(
        server.seen().at(0).body,
        R"({"account":"tt","losing_account":"rc-main","reference":"R-1","request":{"account_number":"4165550100",)"
        R"("btn":"+14165550100","contact_email":"ports@example.com","end_user":{"authorized_person":)"
        R"({"email":"anna@example.com","first_name":"Anna","last_name":"Roy","telephone":"+14165550104","title":"CFO"},)"
        R"("kind":"business","name":"Acme Inc.","registration_number":"123","tax_id":"9"},)"
        R"("losing_carrier":"RingCentral","numbers":["+14165550101","+14165550102"],"pin":"123456",)"
        R"("remaining":["+14165550103"],"requested_date":"2026-12-15","service_address":{"city":"Toronto",)"
        R"("country":"CA","house_number":"100","postal_code":"M5X 1A9","region":"ON","street":"King",)"
        R"("street_direction":"W","street_type":"St","unit":"5"},"target":{"trunk":"4165559999"}}})"
    );
    EXPECT_EQ(server.seen().at(0).field("idempotency-key"), "key-1");
    EXPECT_EQ(server.seen().at(0).field("content-type"), "application/json");
}

TEST(PortCreate, PutsWhatANewServiceWantsIntoTheTarget) {
    World world;
    ScriptedServer server(
        {{.expects = "POST /v1/port-orders", .status = 201, .body = order_answer({})}}
    );
    world.run(
        {"port", "create", "--account", "tt", "--number", "+14165550101", "--offering", "OFF-7",
         "--parent", "SUB-1", "--detail", "fax_email=fax@acme.example", "--detail", "lines=2",
         "--detail", R"(extra=["a","b"])", "--disconnect", "+14165550109", "--new-btn",
         "+14165550103", "--date", "2026-12-15", "--time", "09:30", "--language", "fr"},
        server
    );
    const auto request = parse_json(server.seen().at(0).body)->at("request").as_object();
    EXPECT_EQ(
        canonical(request.at("target")),
        R"({"details":{"extra":["a","b"],"fax_email":"fax@acme.example","lines":2},"offering":"OFF-7","parent":"SUB-1"})"
    );
    EXPECT_EQ(canonical(request.at("disconnect")), R"(["+14165550109"])");
    EXPECT_EQ(request.at("new_btn"), "+14165550103");
    EXPECT_EQ(request.at("requested_time"), "09:30");
    EXPECT_EQ(request.at("language"), "fr");
}

TEST(PurchaseCreate, TakesAQuantityOfAnAreaInsteadOfNumbers) {
    World world;
    ScriptedServer server(
        {{.expects = "POST /v1/purchase-orders", .status = 201, .body = order_answer({})}}
    );
    world.run(
        {"purchase", "create", "--account", "tt", "--country", "CA", "--area", "Edmonton, AB",
         "--quantity", "2", "--trunk", "7005551212"},
        server
    );
    const auto request = parse_json(server.seen().at(0).body)->at("request").as_object();
    EXPECT_EQ(request.at("quantity"), 2);
    EXPECT_EQ(request.at("area"), "Edmonton, AB");
    EXPECT_EQ(canonical(request.at("target")), R"({"trunk":"7005551212"})");
}

TEST(PortCreate, TakesAFileAndLetsOptionsGoOverIt) {
    World world;
    ScriptedServer server(
        {{.expects = "POST /v1/port-orders", .status = 201, .body = order_answer({})}}
    );
    const auto file = world.file(
        "order.json", R"({"account":"other","losing_account":"rc-main","submit":true,
        "pin":"654321","request":{"account_number":"1","service_address":{"city":"Toronto","unit":"5"}}})"
    );
    EXPECT_EQ(
        world.run(
            {"port", "create", "--file", file, "--account", "tt", "--city", "Ottawa"}, server
        ),
        (Ran{0, made, ""})
    );
    EXPECT_EQ(
        server.seen().at(0).body,
        R"({"account":"tt","losing_account":"rc-main","request":{"account_number":"1","pin":"654321",)"
        R"("service_address":{"city":"Ottawa","unit":"5"}},"submit":true})"
    );
}

TEST(PortCreate, TakesARequestAloneFromStandardInput) {
    World world;
    world.input = R"({"account_number":"1"})";
    ScriptedServer server(
        {{.expects = "POST /v1/port-orders", .status = 201, .body = order_answer({})}}
    );
    world.run({"port", "create", "--file", "-", "--account", "tt"}, server);
    EXPECT_EQ(server.seen().at(0).body, R"({"account":"tt","request":{"account_number":"1"}})");
}

TEST(PortCreate, SendsDocumentsFirstAndNamesThemInTheOrder) {
    World world;
    ScriptedServer server({
        {.expects =
             "POST /v1/documents?type=loa&name=lettre%20sign%C3%A9e.pdf&signed_on=2026-11-20",
         .status = 201,
         .body = R"({"id":"D1","type":"loa"})"},
        {.expects = "POST /v1/documents?type=invoice&name=bill.png&issued_on=2026-11-01",
         .status = 201,
         .body = R"({"id":"D2","type":"invoice"})"},
        {.expects = "POST /v1/documents?type=id&name=id.jpg",
         .status = 201,
         .body = R"({"id":"D3","type":"id"})"},
        {.expects = "POST /v1/port-orders",
         .status = 201,
         .body = order_answer({.delivery = "sending"})},
    });
    const auto loa = world.file("lettre signée.pdf", "%PDF-1.7 loa");
    const auto bill = world.file("bill.png", "\x89PNG\r\n\x1a\n bill");
    const auto id = world.file("id.jpg", "\xFF\xD8\xFF id");
    EXPECT_EQ(
        world.run(
            {"port", "create", "--account", "tt", "--loa", loa, "--loa-signed-on", "2026-11-20",
             "--invoice", bill, "--invoice-issued-on", "2026-11-01", "--document", "id=" + id,
             "--document-id", "D0", "--submit"},
            server
        ),
        (Ran{0, "01JD9Y4V8K3ZQ  draft, sending\n", ""})
    );
    const auto seen = server.seen();
    ASSERT_EQ(seen.size(), 4U);
    EXPECT_EQ(seen[0].field("content-type"), "application/pdf");
    EXPECT_EQ(seen[0].body, "%PDF-1.7 loa");
    EXPECT_EQ(seen[1].field("content-type"), "image/png");
    EXPECT_EQ(seen[2].field("content-type"), "image/jpeg");
    EXPECT_EQ(
        seen[3].body,
        R"({"account":"tt","request":{"documents":["D0","D1","D2","D3"]},"submit":true})"
    );
    // One key for the run, kept apart for its parts.
    EXPECT_EQ(seen[0].field("idempotency-key"), "key-1.document-1");
    EXPECT_EQ(seen[2].field("idempotency-key"), "key-1.document-3");
    EXPECT_EQ(seen[3].field("idempotency-key"), "key-1");
}

TEST(PortCreate, SaysUntilWhenADocumentIsGood) {
    World world;
    ScriptedServer server({
        {.expects = "POST /v1/documents?type=id&name=id.jpg&expires_on=2027-01-31",
         .status = 201,
         .body = R"({"id":"D1","type":"id"})"},
        {.expects = "POST /v1/port-orders", .status = 201, .body = order_answer({})},
    });
    const auto id = world.file("id.jpg", "\xFF\xD8\xFF id");
    EXPECT_EQ(
        world.run(
            {"port", "create", "--account", "tt", "--document", "id=" + id, "--document-expires-on", "id=2027-01-31"}, server
        ).status,
        0
    );
    EXPECT_EQ(server.seen().size(), 2U);
    for (const auto* wrong : {"id", "id=", "id=31.1.2027", "poa=2027-01-31"}) {
        ScriptedServer none({});
        const auto ran =
            world.run({"port", "create", "--account", "tt", "--document", "id=" + id, "--document-expires-on", wrong}, none);
        EXPECT_EQ(ran.status, status_of(ExitCode::usage)) << wrong;
        EXPECT_THAT(ran.err, ::testing::HasSubstr("--document-expires-on")) << wrong;
        EXPECT_EQ(none.lines(), "") << wrong;
    }
}

TEST(PortCreate, ReadsEveryFileBeforeItSendsOne) {
    World world;
    ScriptedServer server({});
    const auto loa = world.file("loa.pdf", "%PDF-1.7");
    const auto ran = world.run(
        {"port", "create", "--account", "tt", "--loa", loa, "--invoice", "/nowhere.pdf"}, server
    );
    EXPECT_EQ(ran.status, status_of(ExitCode::usage));
    EXPECT_EQ(server.lines(), "");
}

TEST(PortCreate, ShowsAndRepeatsAnIdempotencyKey) {
    World world;
    ScriptedServer server({
        {.expects = "POST /v1/port-orders", .status = 201, .body = order_answer({})},
        {.expects = "POST /v1/port-orders", .status = 201, .body = order_answer({})},
    });
    EXPECT_EQ(
        world.run({"port", "create", "--account", "tt", "-v"}, server).err,
        "porteur: Idempotency-Key: key-1\n"
    );
    world.run({"port", "create", "--account", "tt", "--idempotency-key", "key-1"}, server);
    EXPECT_EQ(server.seen().at(1).field("idempotency-key"), "key-1");
}

TEST(PortCreate, NamesTheFieldAndTheOptionThatTheDaemonRefuses) {
    World world;
    ScriptedServer server({
        {.expects = "POST /v1/port-orders",
         .status = 400,
         .body =
             R"({"type":"urn:porteur:problem:invalid-input","title":"A value is not as it must be","status":400,)"
             R"("detail":"/request/pin: expected 6 to 10 digits, found 3","field":"/request/pin"})",
         .type = "application/problem+json"},
        {.expects = "POST /v1/port-orders",
         .status = 400,
         .body =
             R"({"type":"urn:porteur:problem:invalid-input","title":"A value is not as it must be","status":400,)"
             R"("detail":"the postal code is missing","field":"/request/service_address/postal_code"})",
         .type = "application/problem+json"},
    });
    EXPECT_EQ(
        world.run({"port", "create", "--account", "tt", "--pin", "123"}, server),
        (
            Ran{status_of(ExitCode::refused), "",
                "porteur: A value is not as it must be: /request/pin: expected 6 to 10 digits, "
                "found 3 (option "
                "--pin-file)\n"}
        )
    );
    EXPECT_EQ(
        world.run({"port", "create", "--account", "tt"}, server),
        (
            Ran{status_of(ExitCode::refused), "",
                "porteur: A value is not as it must be: the postal code is missing (field "
                "/request/service_address/postal_code, option --postal-code)\n"}
        )
    );
}

TEST(PurchaseCreate, TakesTheFieldsOfAPurchase) {
    World world;
    ScriptedServer server({
        {.expects = "POST /v1/documents?type=registration&name=kbis.pdf",
         .status = 201,
         .body = R"({"id":"D1"})"},
        {.expects = "POST /v1/purchase-orders", .status = 201, .body = order_answer({})},
    });
    const auto kbis = world.file("kbis.pdf", "%PDF-1.7");
    EXPECT_EQ(
        world.run(
            {"purchase",
             "create",
             "--account",
             "genesys",
             "--country",
             "FR",
             "--number-type",
             "mobile",
             "--number",
             "+33755500101,+33755500102",
             "--end-user",
             "Société Générique",
             "--street",
             "Rue de la Paix",
             "--city",
             "Paris",
             "--address-country",
             "FR",
             "--alternates",
             "contact_us",
             "--comment",
             "for alerts",
             "--document",
             "registration=" + kbis},
            server
        ),
        (Ran{0, "01JD9Y4V8K3ZQ  draft\nnext: porteur purchase submit 01JD9Y4V8K3ZQ\n", ""})
    );
    EXPECT_EQ(
        server.seen().at(1).body,
        R"({"account":"genesys","request":{"address":{"city":"Paris","country":"FR","street":"Rue de la Paix"},)"
        R"("alternates":"contact_us","comment":"for alerts","country":"FR","documents":["D1"],)"
        R"("end_user":{"name":"Société Générique"},"number_type":"mobile","numbers":["+33755500101","+33755500102"]}})"
    );
}

}  // namespace
}  // namespace porteur::cli
