// SPDX-License-Identifier: Apache-2.0
// Every role against every route, in one's own account, below, above, beside and where there is
// none, on the real daemon: what happens is what docs/roles.md says (a test of its own compares
// that page with may()). And sessions: cookies, pages of elsewhere, what ends them; and the audit
// log, which names who did it all.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <unistd.h>

#include "../../faults/program.hpp"
#include "../../unit/api/api_client.hpp"
#include "access/totp.hpp"
#include "api/routes.hpp"
#include "domain/tenant_tree.hpp"

namespace porteur::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* draft = R"({"account":"thinktel","request":{}})";
constexpr const char* password = "correct horse battery";

/// porteurd with a carrier that nobody calls, and with accounts at every place of the tree.
class House {
public:
    House() {
        fs::create_directories(folder);
        fs::create_directories(folder / "libraries");
        fs::create_directories(folder / "carriers");
        fs::copy_file(
            fs::path(PORTEUR_PLUGINS_DIR) / "porteur-thinktel.so",
            folder / "libraries/porteur-thinktel.so"
        );
        write(
            "porteur.toml",
            "store = \"sqlite:porteur.db\"\nkey = { file = \"porteur.key\" }\n[api]\nport = 0\n"
            "[api.limits]\nconnections_per_address_max = 1000\n[documents]\nfolder = "
            "\"documents\"\n"
            "[plugins]\nfolders = [\"libraries\"]\n[log]\nlevel = \"error\"\n"
        );
        // Orders stay drafts, so nobody is called.
        write(
            "carriers/thinktel.toml",
            "plugin = \"thinktel\"\n[secrets]\nuser = { file = \"user\" }\npassword = { file = "
            "\"password\" }\n"
        );
        write("user", "acme\n");
        write("password", "secret\n");
        EXPECT_EQ(porteurd("init").status, 0);
        installation = token("token create --name installation");
        wallboard = token("token create --name wallboard --scope read");
        EXPECT_EQ(porteurd("user create root --name Root", std::string(password)).status, 0);
        start();
    }
    ~House() { fs::remove_all(folder); }
    House(const House&) = delete;
    House& operator=(const House&) = delete;

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder / name) << text;
        fs::permissions(folder / name, fs::perms(0600));
    }
    void start() {
        daemon = Program::serve({PORTEUR_DAEMON, "--config", folder.string()}, folder / "log");
    }
    void kill_and_start() {
        daemon = Program();
        start();
    }
    Ended porteurd(const std::string& words, const std::string& input = {}) const {
        return run(
            {"/bin/sh", "-c",
             "printf '%s\\n' '" + input + "' | " PORTEUR_DAEMON " --config " + folder.string() +
                 " " + words + " 2>&1"}
        );
    }
    std::string token(const std::string& words) const {
        auto out = porteurd(words).output;
        while (out.ends_with('\n')) out.pop_back();
        return out;
    }
    Reply ask(const Sent& sent) const {
        Client client(static_cast<std::uint16_t>(daemon.port()));
        client.send(sent.bytes());
        return client.receive();
    }
    Reply post(
        const std::string& target, const std::string& body,
        std::vector<std::pair<std::string, std::string>> fields = {}
    ) {
        return ask(
            {.method = "POST",
             .target = target,
             .token = installation,
             .body = body,
             .key = "key-" + std::to_string(++key),
             .fields = std::move(fields)}
        );
    }

    const fs::path folder = fs::path(::testing::TempDir()) / ("access." + std::to_string(getpid()));
    Program daemon;
    std::string installation, wallboard;
    int key = 0;
};

/// As whom a request is sent.
struct As {
    std::string name;
    Role role;
    std::int64_t home = system_tenant;
    std::string token = {};
    std::string cookie = {}, csrf = {};

    Sent request(std::string method, std::string target) const {
        Sent sent{.method = std::move(method), .target = std::move(target), .token = token};
        if (!cookie.empty())
            sent.fields = {{"Cookie", "porteur_session=" + cookie}, {"Porteur-Csrf", csrf}};
        return sent;
    }
};

As signed_in(
    const House& house, const std::string& login, Role role, std::int64_t home,
    const std::string& word = password
) {
    const auto reply = house.ask(
        {.method = "POST",
         .target = "/v1/session",
         .token = "",
         .body = R"({"login":")" + login + R"(","password":")" + word + R"("})"}
    );
    EXPECT_EQ(reply.status, 200) << login << " " << reply.body;
    auto cookie = reply.field("set-cookie");
    cookie = cookie.substr(cookie.find('=') + 1, 64);
    return {
        .name = "@" + login,
        .role = role,
        .home = home,
        .token = "",
        .cookie = cookie,
        .csrf = reply.text("csrf")
    };
}

/// The house with its accounts, people, tokens and things to look at.
class Matrix : public ::testing::Test {
protected:
    void SetUp() override {
        north = account("var", "North", system_tenant);
        south = account("var", "South", system_tenant);
        bakery = account("company", "Bakery", north);
        dentist = account("professional", "Dentist", north);
        florist = account("company", "Florist", south);
        direct = account("company", "Direct", system_tenant);
        tree =
            TenantTree::make(
                {{.id = 1, .parent = 0, .kind = TenantKind::system, .name = "System"},
                 {.id = north, .parent = 1, .kind = TenantKind::var, .name = "North"},
                 {.id = south, .parent = 1, .kind = TenantKind::var, .name = "South"},
                 {.id = bakery, .parent = north, .kind = TenantKind::company, .name = "Bakery"},
                 {.id = dentist,
                  .parent = north,
                  .kind = TenantKind::professional,
                  .name = "Dentist"},
                 {.id = florist, .parent = south, .kind = TenantKind::company, .name = "Florist"},
                 {.id = direct, .parent = 1, .kind = TenantKind::company, .name = "Direct"}}
            )
                .value();
        for (const auto& [id, login] :
             {std::pair{north, "north"},
              {bakery, "bakery"},
              {dentist, "dentist"},
              {florist, "florist"}})
            made(
                "/v1/users", R"({"login":")" + std::string(login) + R"(","name":"N","password":")" +
                                 password + R"(","tenant":)" + std::to_string(id) + "}"
            );
        callers = {
            signed_in(house, "root", Role::system_administrator, system_tenant),
            signed_in(house, "north", Role::var_administrator, north),
            signed_in(house, "bakery", Role::company_administrator, bakery),
            signed_in(house, "dentist", Role::professional, dentist),
            {.name = "installation",
             .role = Role::operator_token,
             .home = system_tenant,
             .token = house.installation},
            {.name = "wallboard",
             .role = Role::reader_token,
             .home = system_tenant,
             .token = house.wallboard},
            {.name = "north's machine",
             .role = Role::var_administrator,
             .home = north,
             .token = new_token(north, "operator")},
            {.name = "bakery's wallboard",
             .role = Role::reader_token,
             .home = bakery,
             .token = new_token(bakery, "read")}
        };
    }
    std::int64_t account(const std::string& kind, const std::string& name, std::int64_t parent) {
        return made(
                   "/v1/tenants", R"({"kind":")" + kind + R"(","name":")" + name +
                                      R"(","parent":)" + std::to_string(parent) + "}"
        )
            .at("id")
            .as_int64();
    }
    json::object made(const std::string& target, const std::string& body, std::int64_t in = 0) {
        std::vector<std::pair<std::string, std::string>> fields;
        if (in > system_tenant) fields.emplace_back("Porteur-Act-In", std::to_string(in));
        const auto reply = house.post(target, body, fields);
        EXPECT_EQ(reply.status, 201) << target << " " << body << " " << reply.body;
        return reply.status == 201 ? reply.document().as_object() : json::object{};
    }
    std::string new_token(std::int64_t of, const std::string& scope) {
        const auto token = made(
            "/v1/tokens",
            R"({"name":"machine","scope":")" + scope + R"(","tenant":)" + std::to_string(of) + "}"
        );
        return std::string(token.at("token").as_string());
    }
    /// The role of a caller in an account that they reach.
    Role role_in(const As& as, std::int64_t account_) const {
        if (account_ == as.home || as.role == Role::reader_token) return as.role;
        return administrator_of(tree.find(account_)->kind);
    }
    void judge(bool right, const std::string& cell, const Reply& reply) {
        ++cells;
        if (right) return;
        ++wrong;
        ADD_FAILURE() << cell << ": " << reply.status << " " << reply.body.substr(0, 200);
    }
    void TearDown() override {
        if (cells == 0) return;
        std::printf("access: %d cells, %d wrong\n", cells, wrong);
        RecordProperty("cells", cells);
    }

    House house;
    std::int64_t north = 0, south = 0, bakery = 0, dentist = 0, florist = 0, direct = 0;
    TenantTree tree;
    std::vector<As> callers;
    int cells = 0, wrong = 0;
};

/// A request that passes the gate where it may, and changes nothing: its ids are nobody's, its
/// bodies say nothing.
Sent harmless(const As& as, const Route& route) {
    std::string path(route.path);
    if (const auto brace = path.find("{id}"); brace != path.npos)
        path.replace(brace, 4, path.starts_with("/v1/tenants") ? "99999" : "01JD9Y4V8K3ZQ");
    if (path == "/v1/events") path += "?after=x";  // else it never ends
    auto sent = as.request(std::string(route.method), path);
    if (route.body != BodyWanted::none) sent.body = "{}";
    if (route.key != KeyWanted::no) sent.key = "never";
    return sent;
}

TEST_F(Matrix, EveryRouteInEveryAccountForEveryRole) {
    const std::vector<std::int64_t> accounts{system_tenant, north,   south,  bakery,
                                             dentist,       florist, direct, 99999};
    for (const auto& as : callers)
        for (const auto& route : routes()) {
            const auto [access, right] = route.permission;
            if (access == Access::open || access == Access::loopback ||
                (route.method == "DELETE" && route.path == "/v1/session"))
                continue;
            for (const auto target : accounts) {
                auto sent = harmless(as, route);
                sent.fields.emplace_back("Porteur-Act-In", std::to_string(target));
                const auto reply = house.ask(sent);
                const auto relation = tree.relation(as.home, target);
                const bool hidden =
                    reply.status == 404 && reply.text("detail") == "there is no account " +
                                                                       std::to_string(target) +
                                                                       " among yours";
                const auto cell = as.name + " " + std::string(route.method) + " " +
                                  std::string(route.path) + " in " + std::to_string(target);
                if (relation == Relation::other) {
                    judge(hidden, cell + " is hidden", reply);
                    continue;
                }
                const bool lists_of_carriers =
                    (right == Right::view_carrier_lists || right == Right::manage_plugins) && target != system_tenant;
                const bool allowed =
                    access == Access::signed_in ||
                    (!lists_of_carriers && may(role_in(as, target), right, Relation::own));
                judge(
                    allowed ? !hidden && reply.status != 401 && reply.status != 403
                            : reply.status == 403,
                    cell + (allowed ? " is allowed" : " is forbidden"), reply
                );
            }
        }
    EXPECT_GE(cells, 2000);
    EXPECT_EQ(wrong, 0);
}

TEST_F(Matrix, EveryThingOfEveryAccountForEveryRoleAndThatOfOthersIsAsOneThatIsNot) {
    struct Thing {
        std::string path, id, absent;
        std::int64_t account;
        Right view, change;
        bool reaches_below;  ///< without entering
        std::string change_method, change_body;
    };
    std::vector<Thing> things;
    const auto id_in = [](const json::object& made) {
        return std::string(made.at("id").as_string());
    };
    const std::string nobody = "01JD9Y4V8K3ZQ";
    for (const auto account : {std::int64_t{1}, north, south, bakery, dentist, florist, direct}) {
        const auto of = R"(,"tenant":)" + std::to_string(account) + "}";
        const auto user = id_in(
            made("/v1/users", R"({"login":"u)" + std::to_string(account) + R"(","name":"N")" + of)
        );
        const auto member = id_in(made("/v1/members", R"({"kind":"user","name":"N")" + of));
        const auto token = id_in(made("/v1/tokens", R"({"name":"t","scope":"read")" + of));
        things.push_back(
            {"/v1/tenants/", std::to_string(account), "99999", account, Right::view_people,
             Right::manage_tenants, true, "PATCH", "{}"}
        );
        things.push_back(
            {"/v1/users/", user, nobody, account, Right::view_people, Right::manage_people, true,
             "PATCH", "{}"}
        );
        things.push_back(
            {"/v1/members/", member, nobody, account, Right::view_people, Right::manage_people,
             true, "PATCH", "{}"}
        );
        things.push_back(
            {"/v1/tokens/", token, nobody, account, Right::view_people, Right::manage_people, true,
             "DELETE", ""}
        );
        const auto order = id_in(made("/v1/port-orders", draft, account));
        things.push_back(
            {"/v1/port-orders/", order, nobody, account, Right::view_orders, Right::place_orders,
             false, "PATCH", R"({"request":{}})"}
        );
        const auto hook =
            id_in(made("/v1/webhooks", R"({"url":"https://hooks.example/"})", account));
        things.push_back(
            {"/v1/webhooks/", hook, nobody, account, Right::view_webhooks, Right::manage_webhooks,
             false, "PATCH", "{}"}
        );
    }
    for (const auto& as : callers)
        for (const auto& thing : things) {
            const auto relation = tree.relation(as.home, thing.account);
            const bool reached = thing.reaches_below || relation == Relation::own;
            for (const bool changing : {false, true}) {
                if (!changing && thing.path == "/v1/tokens/") continue;  // one token is not shown
                const auto right = changing ? thing.change : thing.view;
                auto sent =
                    as.request(changing ? thing.change_method : "GET", thing.path + thing.id);
                if (changing) sent.body = thing.change_body;
                const auto reply = house.ask(sent);
                const auto cell = as.name + " " + sent.method + " " + sent.target + " of " +
                                  std::to_string(thing.account);
                if (!may(as.role, right, Relation::own)) {
                    judge(reply.status == 403, cell + " is forbidden", reply);
                } else if (!reached || !may(as.role, Right::view_people, relation) ||
                           relation == Relation::other) {
                    if (thing.reaches_below || relation != Relation::own) {
                        sent.target = thing.path + thing.absent;
                        auto said = house.ask(sent).body;
                        for (auto at = said.find(thing.absent); at != said.npos;
                             at = said.find(thing.absent, at + thing.id.size()))
                            said.replace(at, thing.absent.size(), thing.id);
                        judge(
                            reply.status == 404 && reply.body == said, cell + " is as absent", reply
                        );
                    } else {
                        judge(reply.status == 200, cell + " is one's own", reply);
                    }
                } else {
                    judge(reply.status == (may(as.role, right, relation) ? 200 : 403), cell, reply);
                }
            }
        }
    EXPECT_GE(cells, 500);
    EXPECT_EQ(wrong, 0);
}

TEST_F(Matrix, ListsShowOnesOwnAndWhatIsBelow) {
    const auto names = [&](const As& as) {
        std::vector<std::string> out;
        const auto reply = house.ask(as.request("GET", "/v1/tenants"));
        if (reply.status != 200) return out;
        for (const auto& each : reply.document().at("tenants").as_array())
            out.emplace_back(each.at("name").as_string());
        return out;
    };
    EXPECT_THAT(
        names(callers[0]),
        ::testing::ElementsAre("System", "North", "South", "Bakery", "Dentist", "Florist", "Direct")
    );
    EXPECT_THAT(names(callers[1]), ::testing::ElementsAre("North", "Bakery", "Dentist"));
    EXPECT_THAT(names(callers[2]), ::testing::ElementsAre("Bakery"));
    EXPECT_TRUE(house.ask(callers[1].request("GET", "/v1/tenants/" + std::to_string(north)))
                    .document()
                    .at("parent")
                    .is_null()
    ) << "above one's own there is nothing";
    const auto foreign =
        house.ask(callers[1].request("GET", "/v1/users?tenant=" + std::to_string(florist)));
    EXPECT_EQ(foreign.status, 404);
}

TEST_F(Matrix, AnAccountIsEnteredVisibly) {
    auto sent = callers[0].request("POST", "/v1/members");
    sent.body = R"({"kind":"group","name":"Sales"})";
    sent.key = "enter";
    sent.fields.emplace_back("Porteur-Act-In", std::to_string(bakery));
    ASSERT_EQ(house.ask(sent).status, 201);
    const auto log = house.ask(callers[2].request("GET", "/v1/audit?action=member.created"))
                         .document()
                         .at("records")
                         .as_array();
    ASSERT_EQ(log.size(), 1u);
    EXPECT_EQ(log[0].at("who").as_string(), "@root");
    EXPECT_EQ(log[0].at("home").as_int64(), system_tenant);
    EXPECT_EQ(log[0].at("tenant").as_int64(), bakery);
    EXPECT_EQ(
        house.ask(callers[3].request("GET", "/v1/audit?action=member.created"))
            .document()
            .at("records")
            .as_array()
            .size(),
        0u
    );
}

TEST_F(Matrix, WhatIsDoneToOrdersIsInTheLogOnceWhateverIsKilled) {
    // Each order is made, and the daemon dies before or after it has looked at the timelines, as
    // chance has it.
    for (int turn = 0; turn < 4; ++turn) {
        auto sent = callers[0].request("POST", "/v1/port-orders");
        sent.body = draft;
        sent.key = "order-" + std::to_string(turn);
        sent.fields.emplace_back("Porteur-Act-In", std::to_string(bakery));
        const auto reply = house.ask(sent);
        ASSERT_EQ(reply.status, 201) << reply.body;
        const auto line = house.ask([&] {
            auto look = callers[0].request(
                "GET",
                "/v1/port-orders/" + reply.text("id") + "/timeline?act_in=" + std::to_string(bakery)
            );
            return look;
        }());
        EXPECT_THAT(line.body, HasSubstr("@root (from account 1)"));
        house.kill_and_start();
    }
    const auto found = [&] {
        return house.ask(callers[2].request("GET", "/v1/audit?action=port.created"))
            .document()
            .at("records")
            .as_array();
    };
    EXPECT_TRUE(soon([&] { return found().size() >= 4; }));
    house.kill_and_start();
    const auto records = found();
    ASSERT_EQ(records.size(), 4u);
    std::set<std::string> orders;
    for (const auto& each : records) {
        orders.emplace(each.at("object").as_string());
        EXPECT_EQ(each.at("who").as_string(), "@root");
        EXPECT_EQ(each.at("home").as_int64(), system_tenant);
        EXPECT_EQ(each.at("tenant").as_int64(), bakery);
        EXPECT_FALSE(each.at("person").is_null());
    }
    EXPECT_EQ(orders.size(), 4u);
    EXPECT_EQ(house.porteurd("audit verify").status, 0);
}

TEST_F(Matrix, TheLogIsWholeAfterKills) {
    // Without carriers an order cannot be made; web hooks and people are enough to fill the log,
    // and the store's own test follows timelines. Here the daemon dies between the change and
    // whatever comes after.
    for (int turn = 0; turn < 3; ++turn) {
        made("/v1/members", R"({"kind":"user","name":"N"})");
        house.kill_and_start();
    }
    const auto whole = house.porteurd("audit verify");
    EXPECT_EQ(whole.status, 0);
    EXPECT_THAT(whole.output, StartsWith("whole: "));
    const auto found = house.ask(callers[4].request("GET", "/v1/audit?action=member.created"))
                           .document()
                           .at("records")
                           .as_array();
    EXPECT_EQ(found.size(), 3u);
}

// ------------------------------------------------------------------ sessions

class Sessions : public Matrix {
protected:
    int status_of(const As& as) const { return house.ask(as.request("GET", "/v1/session")).status; }
    std::string id_of(const As& as) const {
        return std::string(
            house.ask(as.request("GET", "/v1/session")).document().at("person").at("id").as_string()
        );
    }
    Reply change(const std::string& path, const std::string& body) {
        auto sent = callers[4].request("PATCH", path);
        sent.body = body;
        return house.ask(sent);
    }
};

TEST_F(Sessions, LastOverARestartAndEndWithSigningOut) {
    auto& as = callers[2];
    house.kill_and_start();
    EXPECT_EQ(status_of(as), 200);
    const auto out = house.ask(as.request("DELETE", "/v1/session"));
    EXPECT_EQ(out.status, 200);
    EXPECT_THAT(
        out.field("set-cookie"), AllOf(HasSubstr("porteur_session=;"), HasSubstr("Max-Age=0"))
    );
    EXPECT_EQ(status_of(as), 401);
}

TEST_F(Sessions, EndAtOnceWithTheAccountThePersonOrThePassword) {
    const auto bakery_path = "/v1/users/" + id_of(callers[2]),
               dentist_path = "/v1/users/" + id_of(callers[3]);
    ASSERT_EQ(change(bakery_path, R"({"disabled":true})").status, 200);
    EXPECT_EQ(status_of(callers[2]), 401);
    auto sent = callers[4].request("POST", dentist_path + "/password");
    sent.body = R"({"password":"another long one"})";
    ASSERT_EQ(house.ask(sent).status, 200);
    EXPECT_EQ(status_of(callers[3]), 401);
    EXPECT_EQ(
        status_of(signed_in(house, "dentist", Role::professional, dentist, "another long one")), 200
    );
    EXPECT_EQ(status_of(callers[1]), 200);
    EXPECT_EQ(house.ask(callers[7].request("GET", "/v1/session")).status, 200);
    ASSERT_EQ(change("/v1/tenants/" + std::to_string(north), R"({"disabled":true})").status, 200);
    EXPECT_EQ(status_of(callers[1]), 401);
    EXPECT_EQ(house.ask(callers[7].request("GET", "/v1/session")).status, 401)
        << "a token of an account below the disabled one";
}

TEST_F(Sessions, OnesOwnPasswordIsChangedByWhoKnowsItAndTheOthersEnd) {
    const auto other = signed_in(house, "bakery", Role::company_administrator, bakery);
    auto sent = callers[2].request("POST", "/v1/users/" + id_of(callers[2]) + "/password");
    sent.body = R"({"password":"another long one","current":"wrong"})";
    EXPECT_EQ(house.ask(sent).status, 403);
    sent.body = R"({"password":"short","current":"correct horse battery"})";
    EXPECT_EQ(house.ask(sent).status, 400);
    sent.body = R"({"password":"another long one","current":"correct horse battery"})";
    EXPECT_EQ(house.ask(sent).status, 200);
    EXPECT_EQ(status_of(callers[2]), 200);
    EXPECT_EQ(status_of(other), 401);
}

TEST_F(Sessions, AreRefusedAfterTenFailuresInAMinuteForThatLoginAlone) {
    const auto attempt = [&](const std::string& login, const std::string& word) {
        return house.ask(
            {.method = "POST",
             .target = "/v1/session",
             .token = "",
             .body = R"({"login":")" + login + R"(","password":")" + word + R"("})"}
        );
    };
    for (int turn = 0; turn < 3; ++turn)
        EXPECT_EQ(attempt("florist", password).status, 200) << "one that succeeds does not count";
    std::string said;
    for (int turn = 0; turn < 10; ++turn) {
        const auto reply = attempt(turn % 2 ? "florist" : "nobody", "wrong");
        EXPECT_EQ(reply.status, 401);
        if (said.empty()) said = reply.body;
        EXPECT_EQ(reply.body, said) << "whether there is such a login is not told";
    }
    const auto late = attempt("florist", password);
    EXPECT_EQ(late.status, 429) << "from one address, too";
    EXPECT_FALSE(late.field("retry-after").empty());
    // Refusals are written down behind the answer, by the thread that makes changes: after a change they are there.
    made("/v1/members", R"({"kind":"user","name":"N"})");
    const auto log = house.ask(callers[4].request("GET", "/v1/audit?action=session.refused"))
                         .document()
                         .at("records")
                         .as_array();
    EXPECT_EQ(log.size(), 5u) << "of those that there are";
}

TEST_F(Sessions, CookiesAreNotSentByOtherSitesNorReadByScripts) {
    const auto reply = house.ask(
        {.method = "POST",
         .target = "/v1/session",
         .token = "",
         .body = R"({"login":"root","password":"correct horse battery"})"}
    );
    EXPECT_THAT(
        reply.field("set-cookie"),
        AllOf(
            HasSubstr("; Secure"), HasSubstr("; HttpOnly"), HasSubstr("; SameSite=Strict"),
            HasSubstr("; Path=/"), Not(HasSubstr("Domain"))
        )
    );
    std::string store;
    for (const char* file : {"porteur.db", "porteur.db-wal"}) {
        std::ifstream in(house.folder / file, std::ios::binary);
        store.append(std::istreambuf_iterator<char>(in), {});
    }
    auto cookie = reply.field("set-cookie");
    cookie = cookie.substr(cookie.find('=') + 1, 64);
    EXPECT_THAT(store, Not(HasSubstr(cookie)));
    EXPECT_THAT(store, Not(HasSubstr(password)));
    EXPECT_THAT(store, Not(HasSubstr(house.installation)));
}

TEST_F(Sessions, NeedTheWordOfOurPagesForEveryChange) {
    int tried = 0;
    for (const auto& route : routes()) {
        if (route.method == "GET" || route.permission.access == Access::open) continue;
        auto sent = harmless(callers[2], route);
        for (auto& [name, value] : sent.fields)
            if (name == "Porteur-Csrf") value = "0000";
        EXPECT_EQ(house.ask(sent).status, 403) << route.method << " " << route.path;
        sent = harmless(callers[2], route);
        sent.fields.emplace_back("Origin", "https://evil.example");
        EXPECT_EQ(house.ask(sent).status, 403) << route.method << " " << route.path;
        ++tried;
    }
    EXPECT_GE(tried, 35);
    EXPECT_EQ(status_of(callers[2]), 200) << "nothing was carried out, not even signing out";
}

TEST_F(Sessions, TokensAreDeadFromTheMomentTheyAreRevoked) {
    const auto token = made("/v1/tokens", R"({"name":"short","scope":"read"})");
    const As holder{
        .name = "short",
        .role = Role::reader_token,
        .token = std::string(token.at("token").as_string())
    };
    EXPECT_EQ(status_of(holder), 200);
    EXPECT_EQ(
        house
            .ask(callers[4].request(
                "DELETE", "/v1/tokens/" + std::string(token.at("id").as_string())
            ))
            .status,
        200
    );
    EXPECT_EQ(status_of(holder), 401);
}

TEST_F(Sessions, AreBegunWithACodeOfTheAuthenticatorWhereThereIsOneAndNoneTwice) {
    auto& as = callers[2];
    const auto send = [&](const std::string& path, const std::string& body) {
        auto sent = as.request("POST", path);
        sent.body = body;
        return house.ask(sent);
    };
    const auto sign_in = [&](const std::string& code) {
        return house.ask(
            {.method = "POST",
             .target = "/v1/session",
             .token = "",
             .body = R"({"login":"bakery","password":"correct horse battery")" +
                     (code.empty() ? "" : R"(,"code":")" + code + "\"") + "}"}
        );
    };
    const auto now = [] {
        return totp_step_at(
            std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())
        );
    };
    EXPECT_EQ(send("/v1/session/second-factor", R"({"password":"wrong"})").status, 403);
    EXPECT_EQ(send("/v1/session/second-factor/confirm", R"({"code":"000000"})").status, 409)
        << "nothing was begun";
    const auto begun = send("/v1/session/second-factor", R"({"password":"correct horse battery"})");
    ASSERT_EQ(begun.status, 200) << begun.body;
    const auto secret = begun.text("secret");
    EXPECT_EQ(sign_in("").status, 200) << "it counts once a code was seen";
    EXPECT_EQ(send("/v1/session/second-factor/confirm", R"({"code":"12345"})").status, 400);
    const auto step = now();
    const auto confirmed = send(
        "/v1/session/second-factor/confirm", R"({"code":")" + totp_code(secret, step - 1) + R"("})"
    );
    ASSERT_EQ(confirmed.status, 200) << confirmed.body;
    EXPECT_EQ(status_of(as), 200);

    const auto asked = sign_in("");
    EXPECT_EQ(asked.status, 401);
    EXPECT_EQ(asked.text("type"), "urn:porteur:problem:second-factor");
    EXPECT_EQ(sign_in(totp_code(secret, step - 1)).status, 401) << "used at the confirmation";
    const auto code = totp_code(secret, now());
    EXPECT_EQ(sign_in(code).status, 200);
    EXPECT_EQ(sign_in(code).status, 401) << "a code that somebody has seen over a shoulder";
    const std::string recovery(confirmed.document().at("recovery").as_array().front().as_string());
    EXPECT_EQ(sign_in(recovery).status, 200);
    EXPECT_EQ(sign_in(recovery).status, 401) << "each of them once";

    EXPECT_EQ(
        house.ask(callers[1].request("DELETE", "/v1/users/" + id_of(as) + "/second-factor")).status,
        200
    ) << "who is above helps who has lost it";
    EXPECT_EQ(status_of(as), 401);
    EXPECT_EQ(sign_in("").status, 200);
    std::string store;
    for (const char* file : {"porteur.db", "porteur.db-wal"}) {
        std::ifstream in(house.folder / file, std::ios::binary);
        store.append(std::istreambuf_iterator<char>(in), {});
    }
    EXPECT_THAT(store, Not(HasSubstr(secret)));
}

TEST_F(Sessions, AreRefusedAfterTenWrongCodesToo) {
    auto sent = callers[2].request("POST", "/v1/session/second-factor");
    sent.body = R"({"password":"correct horse battery"})";
    const auto secret = house.ask(sent).text("secret");
    sent = callers[2].request("POST", "/v1/session/second-factor/confirm");
    sent.body = R"({"code":")" +
                totp_code(
                    secret, totp_step_at(std::chrono::floor<std::chrono::milliseconds>(
                                std::chrono::system_clock::now()
                            ))
                ) +
                R"("})";
    ASSERT_EQ(house.ask(sent).status, 200);
    std::vector<int> statuses;
    for (int turn = 0; turn < 11; ++turn)
        statuses.push_back(
            house
                .ask(
                    {.method = "POST",
                     .target = "/v1/session",
                     .token = "",
                     .body = R"({"login":"bakery","password":"correct horse battery","code":"x"})"}
                )
                .status
        );
    EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 401), 10);
    EXPECT_EQ(statuses.back(), 429);
}

TEST_F(Sessions, TheAuditLogIsCheckedBesideTheStoreAndFromAnExportAndShowsAChange) {
    const auto head = house.token("audit head");
    const auto file = (house.folder / "audit.jsonl").string();
    ASSERT_EQ(house.porteurd("audit export " + file).status, 0);
    EXPECT_THAT(house.porteurd("audit verify --head " + head).output, HasSubstr(head));
    const auto offline = run({PORTEUR_DAEMON, "audit", "verify", file, "--head", head});
    EXPECT_EQ(offline.status, 0) << offline.output;
    EXPECT_THAT(offline.output, HasSubstr(head));
    std::stringstream text;
    text << std::ifstream(file).rdbuf();
    auto changed = text.str();
    changed.replace(changed.find("@root"), 5, "@boot");
    std::ofstream(file) << changed;
    const auto seen = run({"/bin/sh", "-c", PORTEUR_DAEMON " audit verify " + file + " 2>&1"});
    EXPECT_EQ(seen.status, 1);
    EXPECT_THAT(seen.output, HasSubstr("is not what was written"));
}

}  // namespace
}  // namespace porteur::testing
