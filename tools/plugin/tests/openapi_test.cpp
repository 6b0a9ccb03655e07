// SPDX-License-Identifier: Apache-2.0
#include "openapi.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>

#include "code_names.hpp"
#include "openapi_code.hpp"
#include "openapi_plugin.hpp"

namespace porteur::plugin_tool {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string sample(const std::string& name) {
    std::ifstream in(std::string(PORTEUR_OPENAPI_SAMPLES "/") + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

OpenApi api_in(const std::string& name, const ApiChoice& choice = {}) {
    const auto document = read_api_document(sample(name));
    EXPECT_TRUE(document) << document.error().message;
    if (!document) return {};
    auto api = read_api(*document, choice);
    EXPECT_TRUE(api) << api.error().message;
    return api ? *api : OpenApi{};
}

std::string refusal_of(const std::string& text, const ApiChoice& choice = {}) {
    const auto document = read_api_document(text);
    if (!document) return document.error().message;
    const auto api = read_api(*document, choice);
    return api ? "" : api.error().message;
}

const ApiRecord& record(const OpenApi& api, const std::string& name) {
    const auto found = std::ranges::find(api.records, name, &ApiRecord::name);
    if (found == api.records.end()) throw std::runtime_error("there is no " + name);
    return *found;
}
const ApiMember& member(const ApiRecord& from, const std::string& key) {
    const auto found = std::ranges::find(from.members, key, &ApiMember::key);
    if (found == from.members.end()) throw std::runtime_error("there is no " + key);
    return *found;
}
std::vector<std::string> operations(const OpenApi& api) {
    std::vector<std::string> out;
    for (const auto& each : api.operations) out.push_back(each.name);
    return out;
}

TEST(OpenApi, ReadsEachVersionAndItsAddress) {
    EXPECT_EQ(api_in("orders-2.0.json").base_url, "https://api.acme.example/v2");
    EXPECT_EQ(api_in("orders-3.0.json").base_url, "https://api.acme.example/v3") << "the first has a variable in it";
    EXPECT_EQ(api_in("orders-3.1.yaml").base_url, "https://api.acme.example/v4");
    EXPECT_EQ(api_in("orders-3.1.yaml").version, "3.1.0");
}

TEST(OpenApi, NamesFunctionsAsCppWouldWhateverTheDocumentCallsThem) {
    EXPECT_THAT(operations(api_in("orders-2.0.json")), ElementsAre("orders_list", "orders_create", "class_"));
    EXPECT_THAT(operations(api_in("orders-3.0.json")), ElementsAre("get_order", "change_order", "delete_orders_id", "put_scan", "token"));
}

TEST(OpenApi, TakesTheOperationsAndPathsThatAreChosen) {
    EXPECT_THAT(operations(api_in("orders-3.0.json", {{"getOrder"}, {}})), ElementsAre("get_order"));
    EXPECT_THAT(operations(api_in("orders-3.0.json", {{"DELETE /orders/{id}"}, {"/token"}})), ElementsAre("delete_orders_id", "token"));
    const auto narrow = api_in("orders-3.0.json", {{"token"}, {}});
    EXPECT_THAT(narrow.records, ::testing::SizeIs(1)) << "what nobody needs is not written";
    EXPECT_THAT(narrow.left_out, ::testing::IsEmpty());
}

TEST(OpenApi, SaysWhatThereIsWhereAChoiceIsUnknown) {
    EXPECT_EQ(
        refusal_of(sample("orders-3.0.json"), {{"getOrders"}, {}}),
        "the document has no operation \"getOrders\"; it has getOrder, changeOrder, DELETE /orders/{id}, putScan, token"
    );
    EXPECT_THAT(refusal_of(sample("orders-3.0.json"), {{}, {"/order"}}), HasSubstr("no operation at or below \"/order\""));
}

TEST(OpenApi, KnowsWhatIsRequiredAndWhatMayBeNull) {
    const auto api = api_in("orders-3.0.json");
    const auto& order = record(api, "Order");
    EXPECT_TRUE(member(order, "id").is_required);
    EXPECT_FALSE(member(order, "home").is_required);
    EXPECT_TRUE(member(order, "note").shape.nullable);
    const auto newer = api_in("orders-3.1.yaml");
    EXPECT_TRUE(member(record(newer, "ListOrdersAnswer"), "cursor").shape.nullable);
    EXPECT_TRUE(member(record(newer, "Order"), "status").shape.nullable);
    EXPECT_EQ(member(record(newer, "Order"), "status").shape.kind, Shape::Kind::text);
}

TEST(OpenApi, PutsThePartsOfAllOfTogether) {
    const auto api = api_in("orders-2.0.json");
    const auto& made = record(api, "NewOrder");
    EXPECT_TRUE(member(made, "Reference").is_required);
    EXPECT_TRUE(member(made, "Numbers").is_required);
}

TEST(OpenApi, LeavesOutWhatCppCannotSayAndTellsSo) {
    const auto api = api_in("orders-2.0.json");
    EXPECT_THAT(
        api.left_out,
        ElementsAre(
            R"(OrderData: its member "RJCT CODE" is no name of C++; read it with value_at)", R"(OrderData: its member "class" is no name of C++; read it with value_at)",
            R"(POST /orders/{order-id}/notes/{line}: its parameter "scan" in a file)", "HEAD /orders/{order-id}/notes/{line}: the SDK has no such request"
        )
    );
    EXPECT_THAT(
        api_in("orders-3.0.json").left_out,
        ElementsAre(R"(GET /orders/{id}: its parameter "session" in cookie)", "PUT /orders/{id}/scan: its body is multipart/form-data; give it with .xml(...) or .document(...)")
    );
}

TEST(OpenApi, EndsWhereAShapeHoldsItself) {
    const auto api = api_in("orders-2.0.json");
    EXPECT_EQ(member(record(api, "OrderData"), "Parent").shape.kind, Shape::Kind::any);
    // A chain of references without an end.
    EXPECT_EQ(refusal_of(R"({"swagger":"2.0","paths":{"/a":{"get":{"parameters":[{"$ref":"#/x"}],"responses":{}}}},"x":{"$ref":"#/x"}})"), "");
}

TEST(OpenApi, SaysWhatIsWrongWithADocument) {
    EXPECT_EQ(refusal_of(""), "the document is empty");
    EXPECT_THAT(refusal_of("{\"openapi\": \"3.0.0\","), HasSubstr("the document is not JSON at byte"));
    EXPECT_THAT(refusal_of("{} {}"), HasSubstr("the document is not JSON at byte"));
    EXPECT_THAT(refusal_of("a: [1\nb: 2"), HasSubstr("the document is neither JSON nor YAML: line"));
    EXPECT_EQ(refusal_of("a: \xFF"), "the document is not UTF-8 at byte 3");
    EXPECT_EQ(refusal_of("just words"), "the document says neither swagger nor openapi; it is none of OpenAPI 2.0, 3.0 and 3.1");
    EXPECT_EQ(refusal_of("swagger: '1.2'"), "the document is OpenAPI \"1.2\", and 2.0, 3.0 and 3.1 are read");
    EXPECT_EQ(refusal_of("openapi: 3.0.0"), "the document has no paths");
    EXPECT_EQ(refusal_of("openapi: 3.0.0\npaths: {}"), "the document has no operation");
    EXPECT_THAT(refusal_of(std::string(300, '[')), HasSubstr("the document"));
}

TEST(OpenApi, IsNotMadeLargeByAliases) {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int level = 1; level < 9; ++level) {
        text += "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [";
        for (int at = 0; at < 10; ++at) text += (at ? ", *a" : "*a") + std::to_string(level - 1);
        text += "]\n";
    }
    EXPECT_EQ(refusal_of(text), "the document is not taken: it has too many values");
}

TEST(OpenApi, IsNotMadeLargeByReferences) {
    // Each shape holds the next one twice: in full a sample would have a billion values.
    std::string text = R"({"openapi":"3.0.0","paths":{"/a":{"get":{"responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/s/0"}}}}}}}},"s":{)";
    for (int at = 0; at < 28; ++at) {
        const auto next = "{\"$ref\":\"#/s/" + std::to_string(at + 1) + "\"}";
        text += "\"" + std::to_string(at) + "\":{\"required\":[\"x\",\"y\"],\"properties\":{\"x\":" + next + ",\"y\":" + next + "},\"allOf\":[" + next + "," + next + "]},";
    }
    text += R"("28":{"type":"string"}}})";
    const auto document = read_api_document(text);
    ASSERT_TRUE(document) << document.error().message;
    const auto api = read_api(*document, {});
    ASSERT_TRUE(api) << api.error().message;
    EXPECT_LT(wire_test(*api).size(), 100'000U);
}

TEST(OpenApi, TakesWordsOfAnyKindWhereOthersAreExpected) {
    for (const auto* schema : {R"({"properties":[]})", R"({"properties":7,"type":"object"})", R"({"type":[]})", R"({"type":7})", R"({"required":"x","properties":{"x":7}})", R"({"allOf":7})",
                               R"({"allOf":[7,[]]})", R"({"enum":[7]})", R"({"items":[]})", R"({"type":"array"})", R"({"$ref":7})", R"({"$ref":"#"})", R"({"$ref":"#/%zz/%"})", "true", "7"}) {
        const auto document = read_api_document(std::string(R"({"openapi":"3.1.0","paths":{"/{a{b}/{c":{"get":{"parameters":[7,{"in":"path","name":"a"},{"in":"path","name":"a"}],"responses":
            {"200":{"content":{"application/json":{"schema":)") + schema + "}}}}}}}}");
        ASSERT_TRUE(document) << document.error().message;
        const auto api = read_api(*document, {});
        ASSERT_TRUE(api) << api.error().message;
        EXPECT_FALSE((wire_header(*api) + client_header(*api) + wire_test(*api)).empty());
    }
}

TEST(OpenApi, LetsNoWordOfTheDocumentBecomeCode) {
    const auto document = read_api_document(
        R"x({"openapi":"3.0.0","info":{"title":"x\n#error title\\"},"paths":{"/a\"+evil()+\"/{id}":{"get":{"summary":"s\n#error summary \\","responses":{"200":{"content":{"application/json":
           {"schema":{"properties":{"x":{"type":"string","description":"d\r\n#error member\\","enum":[")sample\" evil()"]}}}}}}}}}}})x"
    );
    ASSERT_TRUE(document) << document.error().message;
    const auto api = read_api(*document, {});
    ASSERT_TRUE(api) << api.error().message;
    for (const auto& text : {wire_header(*api), client_header(*api), wire_test(*api)}) {
        EXPECT_THAT(text, Not(HasSubstr("\n#error")));
        EXPECT_THAT(text, Not(HasSubstr("\\\n")));
    }
    EXPECT_THAT(wire_test(*api), Not(HasSubstr("evil()\"")));
    EXPECT_THAT(wire_test(*api), Not(HasSubstr(")sample\" evil")));
    EXPECT_THAT(client_header(*api), HasSubstr(R"(std::string("/a\"+evil()+\"/"))"));
}

TEST(OpenApi, WritesStructsThatSayWhatIsRequired) {
    const auto text = wire_header(api_in("orders-3.0.json"));
    EXPECT_THAT(
        text, AllOf(HasSubstr("struct Order {\n    std::string id;\n    porteur::json::value price;  ///< a number that may have a fraction, as the carrier writes it\n"
                              "    std::optional<std::string> note;\n"),
                    HasSubstr("    std::optional<wire::Address> home;\n"), HasSubstr("std::map<std::string, std::vector<std::int64_t>>"),
                    HasSubstr("BOOST_DESCRIBE_STRUCT(Wide, (WidePart1), (m41, m42, m43, m44, m45))"), HasSubstr("return std::to_array<std::string_view>({\"id\", \"price\", \"note\"});"))
    );
}

TEST(OpenApi, PutsItsFilesAndItsAddressIntoANewPlugin) {
    auto plugin = make_plugin({"acme_west", Api::rest, {"check_account"}});
    ASSERT_TRUE(plugin);
    const auto added = add_api(api_in("orders-3.1.yaml"), "acme_west", *plugin);
    ASSERT_TRUE(added) << added.error().message;
    EXPECT_THAT(plugin->files.at("CMakeLists.txt"), HasSubstr("TESTS tests/acme_west_test.cpp tests/wire_test.cpp"));
    EXPECT_THAT(plugin->files.at("descriptor.toml"), AllOf(HasSubstr("base_url = \"https://api.acme.example/v4\"\n"), HasSubstr("hosts = [\"api.acme.example\"]\n")));
    EXPECT_TRUE(plugin->files.contains("src/client.hpp"));
}

TEST(CodeNames, AreThoseOfCpp) {
    EXPECT_EQ(snake_name("getAPIKeys2"), "get_api_keys2");
    EXPECT_EQ(snake_name("page-size"), "page_size");
    EXPECT_EQ(snake_name("delete"), "delete_");
    EXPECT_EQ(snake_name("9 lives"), "n9_lives");
    EXPECT_EQ(snake_name("éé"), "n");
    EXPECT_EQ(title_name("Acme.Api.Order"), "Order");
    EXPECT_EQ(title_name("List[Acme.Order]"), "ListAcmeOrder");
    for (const auto* name : {"", "class", "a b", "1a", "a__b", "_A", "é", "NULL"}) EXPECT_FALSE(is_code_name(name)) << name;
    for (const auto* name : {"a", "_a", "Number2"}) EXPECT_TRUE(is_code_name(name)) << name;
    EXPECT_EQ(comment_text("  two\n lines \\ "), "two lines");
    EXPECT_EQ(code_text("a\"\\\n1"), R"("a\"\\\0121")");
}

}  // namespace
}  // namespace porteur::plugin_tool
