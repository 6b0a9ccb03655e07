// SPDX-License-Identifier: Apache-2.0
// openapi.json is the contract: what is served is in it, what is in it is served, and the answers
// are what it says they are.
#include <algorithm>
#include <map>
#include <set>

#include <gmock/gmock.h>

#include "api/contract.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "api_client.hpp"
#include "schema.hpp"

namespace porteur::testing {
namespace {

using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAreArray;

const json::value& contract() {
    static const json::value read =
        json::parse(json::string_view(openapi_json().data(), openapi_json().size()), {}, [] {
            json::parse_options options;
            options.max_depth = 64;
            return options;
        }());
    return read;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& letter : out)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return out;
}

const json::object& operation_of(const Route& route) {
    return contract().at("paths").at(route.path).at(lower(route.method)).as_object();
}

/// The parameters of an operation, with references followed.
std::vector<json::object> parameters_of(const json::object& operation) {
    std::vector<json::object> out;
    if (const auto* list = operation.if_contains("parameters"))
        for (const auto& each : list->as_array()) {
            const auto* reference = each.as_object().if_contains("$ref");
            out.push_back(
                (reference ? *referenced(contract(), reference->as_string()) : each).as_object()
            );
        }
    return out;
}

std::set<std::string> named_in(const json::object& operation, std::string_view place) {
    std::set<std::string> names;
    for (const auto& each : parameters_of(operation))
        if (each.at("in").as_string() == place) names.emplace(each.at("name").as_string());
    return names;
}

void find_references(const json::value& value, std::set<std::string>& into) {
    if (value.is_array())
        for (const auto& each : value.get_array()) find_references(each, into);
    if (!value.is_object()) return;
    for (const auto& pair : value.get_object()) {
        if (pair.key() == "$ref") into.emplace(pair.value().as_string());
        find_references(pair.value(), into);
    }
}

TEST(Contract, HasEveryRouteThatIsServedAndNoOther) {
    std::vector<std::string> served, promised;
    for (const auto& route : routes())
        served.push_back(std::string(route.method) + " " + std::string(route.path));
    for (const auto& path : contract().at("paths").as_object())
        for (const auto& operation : path.value().as_object()) {
            std::string method(operation.key());
            for (char& letter : method) letter = static_cast<char>(std::toupper(letter));
            promised.push_back(method + " " + std::string(path.key()));
        }
    EXPECT_THAT(served, UnorderedElementsAreArray(promised));
    EXPECT_GE(served.size(), 30U);
}

TEST(Contract, HasTheParametersThatARouteKnowsAndNoOther) {
    for (const auto& route : routes()) {
        const auto& operation = operation_of(route);
        std::set<std::string> known;
        std::istringstream words{std::string(route.query)};
        for (std::string word; words >> word;) known.insert(word);
        EXPECT_EQ(named_in(operation, "query"), known) << route.method << " " << route.path;
        EXPECT_EQ(
            named_in(operation, "path").size(), route.path.find('{') != route.path.npos ? 1U : 0U
        ) << route.path;
        for (const auto& each : parameters_of(operation))
            if (each.at("name").as_string() == "Idempotency-Key")
                EXPECT_EQ(each.contains("required"), route.key == KeyWanted::required)
                    << route.path;
        EXPECT_EQ(
            named_in(operation, "header").contains("Idempotency-Key"), route.key != KeyWanted::no
        ) << route.path;
    }
}

TEST(Contract, SaysWhoMayCallAndWhatBodyARouteTakes) {
    for (const auto& route : routes()) {
        const auto& operation = operation_of(route);
        const auto* security = operation.if_contains("security");
        const bool open = security && security->as_array().empty();
        EXPECT_EQ(open, route.permission.access == Access::open) << route.path;
        EXPECT_EQ(operation.contains("requestBody"), route.body != BodyWanted::none) << route.path;
        if (route.body == BodyWanted::json)
            EXPECT_TRUE(
                operation.at("requestBody").at("content").as_object().contains("application/json")
            );
    }
}

/// Whether some role has not the right, or a page of elsewhere may be refused.
bool may_be_forbidden(const Route& route) {
    const auto [access, right] = route.permission;
    if (access == Access::open) return route.method != "GET";
    if (access == Access::loopback || route.method != "GET") return true;
    return access == Access::by_right && std::ranges::any_of(all_roles(), [right](Role role) { return !may(role, right, Relation::own); });
}

TEST(Contract, HasProblemsForEveryOperation) {
    for (const auto& route : routes()) {
        const auto& responses = operation_of(route).at("responses").as_object();
        std::set<std::string> wanted{"400", "500", "default"};
        if (route.permission.access != Access::open) wanted.insert("401");
        if (may_be_forbidden(route)) wanted.insert("403");
        if (route.path.find("{id}") != route.path.npos) wanted.insert("404");
        if (route.body != BodyWanted::none) wanted.insert({"408", "413", "415"});
        if (route.key == KeyWanted::required) wanted.insert({"409", "422"});
        for (const auto& status : wanted) {
            const auto* found = responses.if_contains(status);
            ASSERT_TRUE(found) << route.method << " " << route.path << " " << status;
            const auto* reference = found->as_object().if_contains("$ref");
            ASSERT_TRUE(reference) << route.path << " " << status;
            const auto* problem = referenced(contract(), reference->as_string());
            ASSERT_TRUE(problem) << status;
            EXPECT_TRUE(problem->at("content").as_object().contains("application/problem+json"));
        }
    }
}

TEST(Contract, RefersToNothingThatIsNotThereAndHasNothingUnused) {
    std::set<std::string> references;
    find_references(contract(), references);
    EXPECT_GT(references.size(), 40U);
    for (const auto& each : references) EXPECT_TRUE(referenced(contract(), each)) << each;
    for (const char* part : {"schemas", "responses", "parameters"})
        for (const auto& pair : contract().at("components").at(part).as_object())
            EXPECT_TRUE(references.contains(
                "#/components/" + std::string(part) + "/" + std::string(pair.key())
            )) << pair.key()
               << " is used nowhere";
}

TEST(Contract, NamesEachOperationOnce) {
    std::set<std::string> ids;
    for (const auto& route : routes()) {
        const auto& operation = operation_of(route);
        EXPECT_TRUE(ids.emplace(operation.at("operationId").as_string()).second)
            << operation.at("operationId");
        EXPECT_FALSE(operation.at("summary").as_string().empty());
    }
}

template <class Enum>
std::vector<std::string> names_of_enum() {
    std::vector<std::string> names;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>([&](auto each) {
        names.emplace_back(each.name);
    });
    return names;
}

TEST(Contract, HasTheWordsOfTheCode) {
    const auto words = [](const char* schema) {
        std::vector<std::string> out;
        for (const auto& each :
             contract().at("components").at("schemas").at(schema).at("enum").as_array())
            out.emplace_back(each.as_string());
        return out;
    };
    EXPECT_THAT(words("OrderState"), ElementsAreArray(names_of_enum<OrderState>()));
    EXPECT_THAT(words("Delivery"), ElementsAreArray(names_of_enum<Delivery>()));
    EXPECT_THAT(words("NumberType"), ElementsAreArray(names_of_enum<NumberType>()));
}

/// The keys of a described struct.
template <class T>
std::set<std::string> keys_of() {
    std::set<std::string> keys;
    boost::mp11::mp_for_each<detail::Members<T>>([&](auto member) { keys.emplace(member.name); });
    return keys;
}

std::set<std::string> properties_of(const char* schema) {
    std::set<std::string> keys;
    for (const auto& pair :
         contract().at("components").at("schemas").at(schema).at("properties").as_object())
        keys.emplace(pair.key());
    return keys;
}

TEST(Contract, HasTheFieldsOfTheModel) {
    auto port = keys_of<PortOrder>();
    port.erase("reference");
    port.erase("attempt");
    EXPECT_EQ(properties_of("PortRequest"), port);
    EXPECT_EQ(properties_of("PortRequestInput"), port);
    auto purchase = keys_of<PurchaseOrder>();
    purchase.erase("reference");
    purchase.erase("attempt");
    EXPECT_EQ(properties_of("PurchaseRequest"), purchase);
    EXPECT_EQ(properties_of("PurchaseRequestInput"), purchase);
    EXPECT_EQ(properties_of("Address"), keys_of<Address>());
    EXPECT_EQ(properties_of("EndUser"), keys_of<EndUser>());
    EXPECT_EQ(properties_of("Person"), keys_of<Person>());
    EXPECT_EQ(properties_of("DocumentRef"), keys_of<DocumentRef>());
    EXPECT_EQ(properties_of("Requirement"), keys_of<Requirement>());
    EXPECT_EQ(properties_of("Requirements"), keys_of<Requirements>());
}

// ------------------------------------------------------------------ what is answered

const json::value& response_of(const Route& route, int status) {
    const auto& responses = operation_of(route).at("responses").as_object();
    const auto* found = responses.if_contains(std::to_string(status));
    if (!found) found = &responses.at("default");
    const auto* reference = found->as_object().if_contains("$ref");
    return reference ? *referenced(contract(), reference->as_string()) : *found;
}

void expect_as_promised(const Route& route, const Reply& reply) {
    const auto label = std::string(route.method) + " " + std::string(route.path) + " " +
                       std::to_string(reply.status);
    const auto* promised = response_of(route, reply.status).as_object().if_contains("content");
    if (!promised) {
        EXPECT_EQ(reply.body, "") << label;  // it sends a browser elsewhere
        return;
    }
    const auto& content = promised->as_object();
    auto type = reply.field("content-type");
    type = type.substr(0, type.find(';'));
    ASSERT_TRUE(content.contains(type)) << label << ": " << type << " is not promised";
    if (!type.ends_with("json")) return;
    EXPECT_THAT(breaches(contract(), content.at(type).at("schema"), reply.document()), IsEmpty())
        << label;
}

class Asked {
public:
    Reply operator()(
        const std::string& method, const std::string& path, std::string target,
        std::string body = "", std::string type = "application/json"
    ) {
        const auto match = match_route(method, path);
        EXPECT_TRUE(match.route) << method << " " << path;
        auto reply = served.ask(
            {.method = method,
             .target = std::move(target),
             .body = std::move(body),
             .key = method == "GET" ? "" : "key-" + std::to_string(++key_),
             .content_type = std::move(type)}
        );
        seen.insert(match.route);
        expect_as_promised(*match.route, reply);
        return reply;
    }
    Served served;
    std::set<const Route*> seen;

private:
    int key_ = 0;
};

/// One step of each kind, with a lost answer.
OrderTrace a_trace() {
    OrderTrace made{.now = Instant{std::chrono::hours(9)}, .operations = {{}}, .is_whole = false};
    auto& operation = made.operations.front();
    operation.operation.name = "submit_port";
    for (const auto kind : {EffectKind::http, EffectKind::mail, EffectKind::manual, EffectKind::event, EffectKind::sleep, EffectKind::sign}) {
        TraceStep step;
        step.exchange.sent.kind = kind;
        step.exchange.sent.head = R"({"method":"GET","path":"/x","title":"x","to":["desk@carrier.example"]})";
        step.exchange.ended = Instant{std::chrono::seconds(9)};
        step.exchange.answered = Completion{.seq = 1, .kind = ErrorKind::in_doubt, .head = R"({"message":"x","status":500})", .body = {}};
        step.lost = Instant{std::chrono::seconds(5)};
        step.left = {{.at = Instant{std::chrono::seconds(1)}, .took = std::chrono::seconds(4), .status = 0, .failed = "in_doubt"}};
        operation.steps.push_back(std::move(step));
    }
    return made;
}

TEST(Contract, IsKeptByTheAnswersOfEveryRoute) {
    Asked ask;
    ask.served.host.explained = {
        .why = {"it waits for a person"},
        .last = entry(Order{}, Instant{}, "engine", "port.parked", "x"),
        .next = {{.at = Instant{}, .who = "daemon", .text = "it is asked after again"}, {.at = std::nullopt, .who = "person", .text = "nothing"}},
        .ways = {{.what = "cancel", .text = "call it off", .command = "porteur port cancel X"}}
    };
    ask.served.host.on_ask = [](auto, auto operation, auto) -> Result<std::string> {
        if (operation == "requirements")
            return R"({"items":[{"code":"pin","age_days_max":30}],"notes_en":["x"]})";
        if (operation == "list_targets") return R"([{"kind":"trunk","id":"1"}])";
        if (operation == "check_account") return R"({"identity":"x","problems":[{"message":"y"}]})";
        if (operation == "discover")
            return R"([{"name":"providers","columns":["id"],"rows":[["12"]]}])";
        return R"([{"number":"+14165550101"}])";
    };
    for (const char* path : {"/healthz", "/readyz", "/metrics", "/v1/carriers"})
        ask("GET", path, path);
    ask("GET", "/v1/plugins", "/v1/plugins");
    EXPECT_EQ(ask("POST", "/v1/plugins/x/stage", "/v1/plugins/acme/stage").status, 200);
    EXPECT_EQ(ask("POST", "/v1/plugins/x/stage", "/v1/plugins/acne/stage").status, 404);
    const auto build = [](const std::string& sha256) { return R"({"build":")" + sha256 + R"("})"; };
    EXPECT_EQ(ask("POST", "/v1/plugins/x/activate", "/v1/plugins/acme/activate", build(FakePlugins::older)).status, 409);
    EXPECT_EQ(ask("POST", "/v1/plugins/x/activate", "/v1/plugins/acme/activate", build(FakePlugins::second)).status, 200);
    EXPECT_EQ(ask("POST", "/v1/plugins/x/retire", "/v1/plugins/acme/retire", build(FakePlugins::older)).status, 200);
    ask("GET", "/v1/requirements", "/v1/requirements?account=acme-1");
    ask("GET", "/v1/targets", "/v1/targets?account=acme-1");
    ask("GET", "/v1/available-numbers", "/v1/available-numbers?country=CA");
    for (const char* path : {"/v1/account-check", "/v1/account-numbers", "/v1/discovery"})
        ask("GET", path, std::string(path) + "?account=acme-1");
    ask("POST", "/v1/portability-checks", "/v1/portability-checks",
        R"({"account":"acme-1","numbers":["+14165550101"]})");
    const auto document =
        ask("POST", "/v1/documents", "/v1/documents?type=loa&name=a.pdf&signed_on=2026-12-01",
            "%PDF-", "application/pdf");
    ask("GET", "/v1/documents/x", "/v1/documents/" + document.text("id"));
    ask("GET", "/v1/documents/x/content", "/v1/documents/" + document.text("id") + "/content");
    ask("POST", "/v1/port-orders/x/loa",
        "/v1/port-orders/" + id_text(ask.served.order().id) + "/loa",
        R"({"language":"fr","date":"2026-12-01","signature":{"path":"M0 0L1 1"}})");
    for (const Id id : {Id{1} << 40, (Id{1} << 40) + 1}) {
        InboxMail mail;
        mail.id = id;
        mail.sender = "desk@carrier.example";
        mail.matched_by = "nothing";
        mail.reading = R"({"state":"in_review","note":"x"})";
        mail.raw = "text";
        mail.state = "waiting";
        ask.served.host.put(mail);
    }
    const auto assigned = id_text(ask.served.order().id);
    const auto mail = "/v1/mails/" + id_text(Id{1} << 40);
    ask("GET", "/v1/mails", "/v1/mails?state=waiting&limit=1");
    ask("GET", "/v1/mails/x", mail);
    ask("POST", "/v1/mails/x/assign", mail + "/assign", R"({"order":")" + assigned + R"("})");
    EXPECT_EQ(ask("POST", "/v1/mails/x/assign", mail + "/assign", R"({"order":")" + assigned + R"("})").status, 409);
    EXPECT_EQ(ask("POST", "/v1/mails/x/dismiss", "/v1/mails/" + id_text((Id{1} << 40) + 1) + "/dismiss").status, 200);
    for (const std::string base : {"/v1/port-orders", "/v1/purchase-orders"}) {
        const bool port = base == "/v1/port-orders";
        const auto made = ask(
            "POST", base, base,
            R"({"account":"acme-1","request":{"numbers":["+14165550101"],"documents":[")" +
                document.text("id") +
                (port ? R"("],"pin":"123456","btn":"+14165550101","requested_date":"2026-12-01"}})"
                      : R"("]}})")
        );
        ASSERT_EQ(made.status, 201) << made.body;
        const auto id = made.text("id");
        ask("GET", base, base);
        ask("GET", base, base + "?code=PIN_INVALID");
        ask("GET", base + "/x", base + "/" + id);
        ask("PATCH", base + "/x", base + "/" + id,
            R"({"request":{"contact_email":"desk@example.com"}})");
        ask("GET", base + "/x/timeline", base + "/" + id + "/timeline");
        ask("GET", base + "/x/operations", base + "/" + id + "/operations");
        ask("GET", base + "/x/explanation", base + "/" + id + "/explanation");
        ask("GET", base + "/x/exchanges", base + "/" + id + "/exchanges?operation=" + id_text(*id_from_text(id) + 2));
        ask.served.host.outgoing.made_trace = a_trace();
        ask("GET", base + "/x/trace", base + "/" + id + "/trace?limit=5");
        auto order = ask.served.host.get(*id_from_text(id));
        order.delivery = Delivery::in_doubt;
        order.submitted = order.due = order.created;
        order.progress =
            R"({"carrier_id":"T","state":"submitted","carrier_word":"New","numbers":[{"number":"+14165550101","state":"exception","reason":"PIN_INVALID","carrier_word":"Bad"}],"rejections":[],"note":"","keep":{"a":1}})";
        ask.served.host.put(order);
        EXPECT_EQ(
            ask("POST", base + "/x/settle", base + "/" + id + "/settle",
                R"({"verdict":"found_at_carrier","carrier_id":"T"})")
                .status,
            200
        );
        EXPECT_EQ(
            ask("POST", base + "/x/answer", base + "/" + id + "/answer", R"({"choice":"yes"})")
                .status,
            200
        );
        EXPECT_EQ(
            ask("POST", base + "/x/comments", base + "/" + id + "/comments",
                R"({"text":"away","private":true})")
                .status,
            200
        );
        EXPECT_EQ(ask("POST", base + "/x/submit", base + "/" + id + "/submit").status, 202);
        EXPECT_EQ(ask("POST", base + "/x/cancel", base + "/" + id + "/cancel").status, 202);
    }
    for (const auto* action : {"settle", "cancel"}) {
        auto given_back = ask.served.order(OrderKind::release);
        given_back.request = R"({"numbers":["+14165550101"]})";
        given_back.delivery = Delivery::in_doubt;
        ask.served.host.put(given_back);
        const std::string base = "/v1/release-orders";
        const auto id = id_text(given_back.id);
        ask("GET", base, base);
        EXPECT_EQ(ask("GET", base + "/x", base + "/" + id).status, 200);
        ask("GET", base + "/x/timeline", base + "/" + id + "/timeline");
        ask("GET", base + "/x/operations", base + "/" + id + "/operations");
        ask("GET", base + "/x/explanation", base + "/" + id + "/explanation");
        ask("GET", base + "/x/exchanges", base + "/" + id + "/exchanges?operation=" + id_text(given_back.id + 2));
        ask("GET", base + "/x/trace", base + "/" + id + "/trace");
        if (action == std::string("settle"))
            EXPECT_EQ(ask("POST", base + "/x/settle", base + "/" + id + "/settle", R"({"verdict":"not_carried_out"})").status, 200);
        else
            EXPECT_EQ(ask("POST", base + "/x/cancel", base + "/" + id + "/cancel").status, 202);
    }
    auto whole = ask.served.order();
    whole.losing_account = "oldtel-1";
    whole.stage = Stage::parts;
    ask.served.host.put(whole);
    auto part = ask.served.order();
    part.parent = whole.id;
    ask.served.host.put(part);
    const auto whole_path = "/v1/port-orders/" + id_text(whole.id);
    EXPECT_EQ(ask("GET", "/v1/port-orders/x", whole_path).document().at("parts").as_array().size(), 1U);
    ask.served.host.on_ask = [](auto, auto, auto) -> Result<std::string> {
        ReleasePacket packet;
        packet.cover_letter = "Dear carrier";
        packet.documents.emplace_back().id = "doc-1";
        packet.problems.emplace_back().message = "no statement";
        return to_text(packet);
    };
    EXPECT_EQ(ask("GET", "/v1/port-orders/x/packet", whole_path + "/packet").status, 200);
    OpenTask task;
    task.order = ask.served.host.next_id();
    task.account = "acme-1";
    task.choices = {"done"};
    ask.served.host.open_tasks = {task};
    ask("GET", "/v1/tasks", "/v1/tasks");
    EXPECT_EQ(
        ask("POST", "/v1/events/inbound", "/v1/events/inbound",
            R"({"account":"acme-1","source":"webhook","keys":{"ticket":"T"}})")
            .status,
        202
    );
    DueItem due;
    due.order = task.order;
    due.what = due_words::document_age;
    due.about = "doc-1";
    due.day = std::chrono::year{2026} / 12 / 1;
    due.who = "person";
    ask.served.host.outgoing.items = {due, due};
    ask.served.host.outgoing.items[1].day.reset();
    ask("GET", "/v1/due", "/v1/due");
    auto& figures = ask.served.host.outgoing.figures;
    figures.states = {{.kind = OrderKind::port, .state = OrderState::confirmed, .count = 3}};
    figures.losing_carriers = {
        {.account = "acme-1", .carrier = "Bell Canada", .confirmed = 3, .to_foc = DaysTaken{.count = 3, .median = 4.5, .ninth_tenth = 9}, .completed = 0, .to_completed = {}}
    };
    figures.refusals = {{.kind = OrderKind::port, .code = Reason::pin_invalid, .count = 2}};
    figures.weeks = {{.monday = std::chrono::year{2026} / 11 / 23, .ports_created = 3, .ports_completed = 0, .purchases_created = 0, .purchases_completed = 0}};
    ask("GET", "/v1/order-figures", "/v1/order-figures");
    ask("GET", "/v1/status", "/v1/status");
    ask("GET", "/v1/words", "/v1/words");
    NumberShown number;
    number.row.key = *number_key("+15145550100");
    number.row.cost = "1.50 CAD";
    number.row.order = 7;
    number.row.first_call = Instant{};
    number.company = 12;
    number.var = 3;
    ask.served.host.inventory.held[number.row.key] = number;
    ask.served.host.inventory.held[number.row.key + 16].row.key = number.row.key + 16;
    ask.served.host.inventory.events[number.row.key] = {NumberEvent{}};
    ask("GET", "/v1/numbers", "/v1/numbers");
    ask("GET", "/v1/numbers/x", "/v1/numbers/+15145550100");
    ask("GET", "/v1/numbers/x/history", "/v1/numbers/+15145550100/history");
    ask("GET", "/v1/number-facets", "/v1/number-facets");
    ask("POST", "/v1/numbers", "/v1/numbers", R"({"numbers":[{"number":"+15145550100","provider":"acme"}]})");
    ask("POST", "/v1/number-imports", "/v1/number-imports?region=CA&dry_run=true", "number\n5145550100\n", "text/csv");
    ask("POST", "/v1/number-changes", "/v1/number-changes",
        R"({"action":"assign","selection":{"query":{"state":"available"}},"to":{"tenant":12}})");
    const auto job = "/v1/number-jobs/" + id_text(ask.served.host.inventory.made.id);
    ask("GET", "/v1/number-jobs", "/v1/number-jobs");
    ask("GET", "/v1/number-jobs/x", job);
    ask("GET", "/v1/number-jobs/x/results", job + "/results");
    ask("POST", "/v1/number-jobs/x/undo", job + "/undo");
    ask("POST", "/v1/number-jobs/x/cancel", job + "/cancel");
    NumberSyncRow gone;
    gone.key = number.row.key;
    gone.what = SyncWhat::vanished;
    gone.holder = 12;
    gone.before = R"({"state":"in_service"})";
    gone.cause = MissingCause::ported_out;
    ask.served.host.inventory.compared.held = {{.row = gone, .holder = "Acme"}};
    ask("POST", "/v1/number-syncs", "/v1/number-syncs", R"({"account":"acme"})");
    ask("GET", "/v1/number-syncs", "/v1/number-syncs?account=acme");
    const auto sync = "/v1/number-syncs/" + id_text(ask.served.host.inventory.compared.made.sync.id);
    ask("GET", "/v1/number-syncs/x", sync);
    ask("GET", "/v1/number-syncs/x/rows", sync + "/rows?what=vanished&open=true");
    ask("POST", "/v1/number-syncs/x/decisions", sync + "/decisions", R"({"all":true,"decision":"confirm_missing","cause":"ported_out"})");
    ask("POST", "/v1/number-syncs/x/apply", sync + "/apply");
    ask("POST", "/v1/calls", "/v1/calls", R"({"calls":[{"to":"+15145550100","at":"2026-12-01T00:00:00Z"}]})");
    for (const std::string path : {"/v1/numbers/csv", "/v1/numbers/pdf"}) {
        EXPECT_EQ(ask("GET", path, path + "?sort=-number").status, 200);
        EXPECT_EQ(ask("POST", path, path, R"({"query":{"status":"active"},"ids":["+15145550100"]})").status, 200);
    }
    const auto hook = ask("POST", "/v1/webhooks", "/v1/webhooks", R"({"url":"https://hooks.example/","kinds":["port.*"]})");
    ASSERT_EQ(hook.status, 201) << hook.body;
    const auto hook_path = "/v1/webhooks/" + hook.text("id");
    ask("GET", "/v1/webhooks", "/v1/webhooks");
    ask("POST", "/v1/webhooks/x/secret", hook_path + "/secret", "{}");
    ask("GET", "/v1/webhooks/x", hook_path);
    ask("PATCH", "/v1/webhooks/x", hook_path, R"({"enabled":false})");
    ask("POST", "/v1/webhooks/x/test", hook_path + "/test");
    ask("POST", "/v1/webhooks/x/replay", hook_path + "/replay", R"({"after":"0"})");
    EXPECT_EQ(ask("DELETE", "/v1/webhooks/x", hook_path).status, 200);
    const auto user = id_text(ask.served.host.who.user_id());
    for (const auto& [method, path, target, body] : std::vector<std::array<std::string, 4>>{
             {"GET", "/v1/session", "/v1/session", ""},
             {"POST", "/v1/session", "/v1/session", R"({"login":"alice","password":"correct horse battery"})"},
             {"GET", "/v1/tenants", "/v1/tenants?limit=2", ""},
             {"POST", "/v1/tenants", "/v1/tenants", R"({"kind":"company","name":"Florist","parent":5})"},
             {"GET", "/v1/tenants/x", "/v1/tenants/5", ""},
             {"PATCH", "/v1/tenants/x", "/v1/tenants/5", R"({"name":"Northern"})"},
             {"GET", "/v1/users", "/v1/users?limit=2&q=a&tenant=6", ""},
             {"POST", "/v1/users", "/v1/users", R"({"login":"bob","name":"Bob","password":"correct horse","language":"fr"})"},
             {"GET", "/v1/users/x", "/v1/users/" + user, ""},
             {"PATCH", "/v1/users/x", "/v1/users/" + user, R"({"disabled":true})"},
             {"POST", "/v1/users/x/password", "/v1/users/" + user + "/password", R"({"password":"another horse"})"},
             {"DELETE", "/v1/users/x/second-factor", "/v1/users/" + user + "/second-factor", ""},
             {"GET", "/v1/members", "/v1/members?kind=service", ""},
             {"POST", "/v1/members", "/v1/members", R"({"kind":"service","name":"Reception","extension":"200"})"},
             {"GET", "/v1/members/x", "/v1/members/" + id_text(Id{1} << 51), ""},
             {"PATCH", "/v1/members/x", "/v1/members/" + id_text(Id{1} << 51), R"({"name":"Front desk"})"},
             {"DELETE", "/v1/members/x", "/v1/members/" + id_text(Id{1} << 51), ""},
             {"GET", "/v1/tokens", "/v1/tokens", ""},
             {"POST", "/v1/tokens", "/v1/tokens", R"({"name":"machine","scope":"read","expires":"2036-12-01T00:00:00Z"})"},
             {"DELETE", "/v1/tokens/x", "/v1/tokens/" + id_text(Id{1} << 52), ""},
             {"GET", "/v1/audit", "/v1/audit?who=@alice&since=2026-12-01T00:00:00Z", ""}
         }) {
        const auto reply = ask(method, path, target, body);
        EXPECT_LT(reply.status, 300) << method << " " << target << " " << reply.body;
    }
    ask("DELETE", "/v1/session", "/v1/session");  // a token has none
    for (const std::string path : {"/v1/session/second-factor", "/v1/session/second-factor/confirm", "/v1/session/second-factor/remove"})
        EXPECT_EQ(ask("POST", path, path, "{}").status, 400) << "nor has it a second factor";
    EXPECT_EQ(ask("GET", "/v1/session/phone", "/v1/session/phone").status, 200);
    EXPECT_EQ(ask("PATCH", "/v1/session/phone", "/v1/session/phone", R"({"sip_user":"101"})").status, 400) << "nor a telephone";
    EXPECT_EQ(ask("POST", "/v1/session/phone/credentials", "/v1/session/phone/credentials").status, 400);
    EXPECT_EQ(ask("POST", "/v1/session/call-backs", "/v1/session/call-backs", R"({"number":"+15145550100"})").status, 400);
    ask("GET", "/v1/session/providers", "/v1/session/providers");
    EXPECT_EQ(ask("GET", "/v1/session/oidc/x", "/v1/session/oidc/corp?to=/console/numbers").status, 302);
    EXPECT_EQ(ask("GET", "/v1/session/oidc/x/return", "/v1/session/oidc/corp/return?code=1&state=2").status, 302);
    EXPECT_EQ(ask("GET", "/v1/session/oidc/x", "/v1/session/oidc/nobody").status, 404);
    EXPECT_EQ(ask("POST", "/v1/session/oidc", "/v1/session/oidc", R"({"code":"123456"})").status, 401);
    EXPECT_EQ(
        ask("POST", "/v1/users/x/link", "/v1/users/" + user + "/link", R"({"provider":"corp","subject":"248289761001"})").text("login"), "alice"
    );
    EXPECT_EQ(ask("DELETE", "/v1/users/x/link", "/v1/users/" + user + "/link").status, 200);
    // Left out: the stream of events, and the contract itself, whose schema is "an object".
    EXPECT_EQ(ask.seen.size() + 2, routes().size());
}

TEST(Contract, IsKeptByEveryProblemThatARouteAnswers) {
    Served served;
    for (const auto& route : routes()) {
        std::string path(route.path);
        for (const std::string place : {"{id}", "{provider}"})
            if (const auto brace = path.find(place); brace != path.npos)
                path.replace(brace, place.size(), place == "{id}" ? "01JD9Y4V8K3ZQ" : "corp");
        Sent sent{.method = std::string(route.method), .target = path + "?unknown=1"};
        const auto reply = served.ask(sent);
        EXPECT_EQ(reply.status, route.takes_more ? 302 : 400) << path;
        expect_as_promised(route, reply);
        sent.token = "nobody";
        sent.target = path;
        const auto refused = served.ask(sent);
        if (refused.status >= 400) expect_as_promised(route, refused);
    }
}

TEST(Contract, SchemaCheckFindsWhatIsWrong) {
    const auto found = [](const char* schema, const char* value) {
        return breaches(
            contract(), contract().at("components").at("schemas").at(schema), json::parse(value)
        );
    };
    EXPECT_THAT(found("Number", "\"+14165550101\""), IsEmpty());
    EXPECT_THAT(found("Number", "\"14165550101\""), Not(IsEmpty()));
    EXPECT_THAT(found("Number", "7"), Not(IsEmpty()));
    EXPECT_THAT(found("OrderState", "\"lost\""), Not(IsEmpty()));
    EXPECT_THAT(found("NumberLine", R"({"number":"+14165550101"})"), Not(IsEmpty()));
    EXPECT_THAT(
        found("NumberLine", R"({"number":"+14165550101","state":"draft","x":1})"), Not(IsEmpty())
    );
    EXPECT_THAT(found("PortabilityQuestion", R"({"account":"a","numbers":[]})"), Not(IsEmpty()));
}

}  // namespace
}  // namespace porteur::testing
