// SPDX-License-Identifier: Apache-2.0
// Fifty secrets go into the real porteurd by every door: files, the environment and systemd's credentials, the command line, the
// API, and requests that go wrong. It works with them, before carriers, a mail server and a provider that give back
// all that they are told. Then each secret is looked for, in every form, wherever it has no business.
#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/logging.hpp"
#include "app/privacy.hpp"
#include "canary_search.hpp"
#include "echo_server.hpp"
#include "edge_world.hpp"

namespace porteur::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// ------------------------------------------------------------------ the search itself

TEST(CanarySearch, FindsASecretInEveryForm) {
    Canaries canaries;
    const auto secret = canaries.add("one", R"(p+w/"x>y12)");
    int forms = 0;
    for (const std::string text :
         {R"(p+w/"x>y12)", R"(p+w/\"x>y12)", R"(p+w\/\"x>y12)", "p\\u002bw\\u002f\\u0022x\\u003ey12", "p%2Bw%2F%22x%3Ey12",
          "p%2bw%2f%22x%3ey12", "p%252Bw%252F%2522x%253Ey12", "702b772f22783e793132", "702B772F22783E793132",
          "cCt3LyJ4Pnkx", "XAr dy8ieD55M ZHArdy8ieD55MTI=", "Authorization: Basic YTpwK3cvIng+eTEy",
          "\\x70\\x2b\\x77\\x2f\\x22\\x78\\x3e\\x79\\x31\\x32", R"({\"a\":\"p+w/\\\"x>y12\"})"}) {
        EXPECT_EQ(canaries.found_in("before " + text + " behind").empty(), false) << text;
        ++forms;
    }
    std::string wide;
    for (const char each : secret) (wide += each) += '\0';
    EXPECT_FALSE(canaries.found_in(wide).empty());
    EXPECT_GE(forms, 14);
    EXPECT_THAT(canaries.found_in(R"(p+w/"x>y1 p+w/"x>y13 702b772f)"), IsEmpty());
}

// ------------------------------------------------------------------ what the process keeps to itself

TEST(Privacy, LeavesNoCoreNoTracerAndNoEnvironmentToOthers) {
    setenv("EDGE_PRIVATE", "cAn-in-the-environment", 1);
    const pid_t child = fork();
    if (child == 0) {
        // What was handed over at the start of this program stands in /proc/self/environ, what setenv() made does not: so the look
        // is for PATH, which every test is started with.
        const auto shown = [] { return file_text("/proc/self/environ"); };
        const std::string path = getenv("PATH") != nullptr ? getenv("PATH") : "";
        if (path.empty() || shown().find(path) == std::string::npos) _exit(10);
        keep_memory_private();
        if (shown().find(path) != std::string::npos) _exit(11);
        if (path != getenv("PATH") || std::string("cAn-in-the-environment") != getenv("EDGE_PRIVATE")) _exit(12);
        setenv("EDGE_LATER", "x", 1);
        if (std::string("x") != getenv("EDGE_LATER")) _exit(13);
        rlimit core{1, 1};
        getrlimit(RLIMIT_CORE, &core);
        if (core.rlim_cur != 0 || core.rlim_max != 0) _exit(14);
        if (prctl(PR_GET_DUMPABLE) != 0) _exit(15);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    unsetenv("EDGE_PRIVATE");
}

TEST(LogForPeople, ShowsWhatWouldSteerATerminalOrForgeALine) {
    ::testing::internal::CaptureStderr();
    start_logging({.level = LogLevel::debug, .format = LogFormat::human});
    log_warning("a\r\nb\x1b[31m\x7f \xc2\x9b" "31m \xc2\x85 \xe2\x80\xae \xe2\x80\xa8 \xe2\x81\xa6 caf\xc3\xa9 \xc2\xa0\xe2\x80\xa6\xe2\x82\xac");
    const auto said = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(said, HasSubstr("a\\x0d\\x0ab\\x1b[31m\\x7f \\xc2\\x9b31m \\xc2\\x85 \\xe2\\x80\\xae "));
    EXPECT_EQ(std::ranges::count(said, '\n'), 1);
    for (const char* steering : {"\xc2\x9b", "\xc2\x85", "\xe2\x80\xae", "\xe2\x80\xa8", "\xe2\x81\xa6", "\x1b", "\r"})
        EXPECT_EQ(said.find(steering), said.npos) << steering;
    EXPECT_THAT(said, HasSubstr("caf\xc3\xa9 \xc2\xa0\xe2\x80\xa6\xe2\x82\xac")) << "letters, blanks and signs stay";
}

// ------------------------------------------------------------------ a daemon that works with secrets

/// Who calls, and how they show it.
struct As {
    std::string name, line;
};

class Secrets : public ::testing::Test {
protected:
    std::string fresh(const std::string& name, bool shown = false) {
        return canaries.add(name, Canaries::make(++number), shown);
    }
    /// The right side of a secret's setting, by one of the three doors in turn.
    std::string door(const std::string& name) {
        const auto secret = fresh(name);
        const auto word = "EDGE_" + std::to_string(number);
        switch (number % 3) {
            case 0: edge.folder.write("config/secrets/" + word, secret + "\n"); return "{ file = \"secrets/" + word + "\" }";
            case 1: environment.push_back(word + "=" + secret); return "{ env = \"" + word + "\" }";
            default: edge.folder.write("credentials/" + word, secret); return "{ credential = \"" + word + "\" }";
        }
    }
    void start(const std::string& format) {
        const auto far = "http://127.0.0.1:" + std::to_string(echo.port);
        environment = {"CREDENTIALS_DIRECTORY=" + (edge.folder.path / "credentials").string()};
        const auto at_echo = [&](const std::string& plugin) {
            return "plugin = \"" + plugin + "\"\nbase_url = \"" + far + "\"\nrate = \"1000/s\"\n";
        };
        edge.account(
            "thinktel", "thinktel", at_echo("thinktel"),
            {{"user", door("thinktel user")}, {"password", door("thinktel password")}}
        );
        for (const auto& [name, auth] : {std::pair{"ringcentral", "/restapi/oauth/token"}, {"genesys_sms", "/oauth/token"}}) {
            std::map<std::string, std::string> secrets{
                {"client_id", door(name + std::string(" id"))},
                {"client_secret", door(name + std::string(" secret"))}
            };
            if (name == std::string("ringcentral")) secrets["jwt"] = door("ringcentral jwt");
            auto text = at_echo(name) + "auth_url = \"" + far + auth + "\"\n";
            edge.account(name, name, text, secrets);
            if (name == std::string("genesys_sms"))
                edge.folder.write(
                    "config/carriers/genesys_sms.toml",
                    file_text(edge.folder.path / "config/carriers/genesys_sms.toml") + "[settings]\ncountries = \"" PORTEUR_SOURCE_DIR
                    "/config/data/genesys_countries.toml\"\n"
                );
        }
        const auto mail = [&](const std::string& table, unsigned port, const std::string& name) {
            return "[mail." + table + "]\nhost = \"127.0.0.1\"\nport = " + std::to_string(port) +
                   "\nsecurity = \"plaintext-loopback\"\nuser = \"desk\"\npassword = " + door(name) + "\n";
        };
        edge.start(
            "[log]\nlevel = \"trace\"\nformat = \"" + format + "\"\n[api.limits]\nconnections_per_address_max = 500\n" +
                "[mail]\nfrom = { name = \"Desk\", address = \"desk@porteur.example\" }\narchive = \"archive@porteur.example\"\n" +
                mail("smtp", pop3.port, "SMTP password") + mail("pop3", pop3.port, "POP3 password") +
                mail("archive_pop3", pop3.port, "archive password") + "[sign_in.oidc.edge]\nissuer = \"" + far +
                "\"\nclient_id = \"porteur\"\nclient_secret = " + door("OIDC client secret") +
                "\n[phones.office]\ntenant = 1\nwebsocket = \"wss://pbx.example.net:8089/ws\"\ndomain = \"pbx.example.net\"\n" +
                "[phones.office.call_back]\nurl = \"" + far + "/call\"\nquery = \"from={from}&to={to}\"\nuser = \"porteur\"\npassword = " +
                door("PBX password") + "\nallow = [\"127.0.0.1\"]\n[webhooks]\nallow = [\"127.0.0.1\"]\nretry = [\"10ms\", \"10ms\"]\n",
            environment
        );
        canaries.add("token of the installation", edge.token);
        auto key = file_text(edge.folder.path / "data/porteur.key").substr(0, 64);
        std::string bytes;
        for (std::size_t at = 0; at < key.size(); at += 2) bytes += static_cast<char>(std::stoi(key.substr(at, 2), nullptr, 16));
        canaries.add("master key", bytes);
    }

    Heard::Each say(const std::string& method, const std::string& target, const std::string& who, const std::string& body = {},
                    const std::string& more = {}) {
        Raw raw(edge.port());
        std::string text = method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + more;
        if (!who.empty()) text += who + "\r\n";
        if (!body.empty()) text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
        raw.send(text + "\r\n" + body);
        return raw.answer();
    }
    /// A change by the installation's token, or by who is named.
    json::value made(const std::string& method, const std::string& target, const json::object& body, const std::string& who = {}) {
        const auto reply = say(
            method, target, who.empty() ? edge.bearer() : who, body.empty() ? std::string() : json::serialize(body),
            "Idempotency-Key: made-" + std::to_string(++edge.keys) + "\r\n"
        );
        EXPECT_EQ(reply.status / 100, 2) << method << " " << target << " " << reply.status << " " << reply.body;
        const auto read = parse_json(reply.body);
        return read ? *read : json::value();
    }
    static std::string id_of(const json::value& of) {
        const auto& id = of.at("id");
        return id.is_string() ? std::string(id.as_string()) : std::to_string(id.as_int64());
    }
    /// Signs in. @return the line with the cookie; its value is a canary
    std::string signed_in(const std::string& login, const std::string& password) {
        const auto reply =
            say("POST", "/v1/session", "", json::serialize(json::object{{"login", login}, {"password", password}}));
        EXPECT_EQ(reply.status, 200) << login << " " << reply.body;
        const auto at = reply.head.find("porteur_session=");
        const auto cookie = reply.head.substr(at + 16, reply.head.find(';', at) - at - 16);
        canaries.add("cookie of " + login, cookie);
        csrf = std::string(json::parse(reply.body).at("csrf").as_string());
        return "Cookie: porteur_session=" + cookie + "\r\nPorteur-Csrf: " + csrf;
    }

    void put_people_in() {
        const auto root = fresh("root's password");
        ASSERT_EQ(edge.porteurd("user create root --name Root", root).status, 0);
        north = made("POST", "/v1/tenants", {{"kind", "var"}, {"name", "North"}, {"parent", 1}}).at("id").as_int64();
        const auto bakery =
            made("POST", "/v1/tenants", {{"kind", "company"}, {"name", "Bakery"}, {"parent", north}}).at("id").as_int64();
        const auto dentist =
            made("POST", "/v1/tenants", {{"kind", "professional"}, {"name", "Dentist"}, {"parent", north}}).at("id").as_int64();
        callers = {{"nobody", ""}, {"installation", edge.bearer()}, {"root", signed_in("root", root)}};
        const auto root_line = callers.back().line;
        for (const auto& [login, tenant] : {std::pair{"north", north}, {"bakery", bakery}, {"dentist", dentist}}) {
            const auto password = fresh(login + std::string("'s password"));
            user = id_of(made("POST", "/v1/users", {{"login", login}, {"name", login}, {"password", password}, {"tenant", tenant}}));
            callers.push_back({login, signed_in(login, password)});
        }
        made("POST", "/v1/users/" + user + "/password", {{"password", fresh("a new password")}});
        for (const char* scope : {"read", "operator"}) {
            const auto token = made("POST", "/v1/tokens", {{"name", scope}, {"scope", scope}, {"tenant", scope[0] == 'r' ? 1 : north}});
            canaries.add(std::string("token of scope ") + scope, std::string(token.at("token").as_string()));
            callers.push_back({scope, "Authorization: Bearer " + std::string(token.at("token").as_string())});
            token_id = id_of(token);
        }
        const auto gone = made("POST", "/v1/tokens", {{"name", "gone"}, {"scope", "read"}, {"tenant", 1}});
        canaries.add("revoked token", std::string(gone.at("token").as_string()));
        made("DELETE", "/v1/tokens/" + id_of(gone), {});
        const auto secret = made("POST", "/v1/session/second-factor", {{"password", canaries.all()[root_at()].secret}}, root_line);
        canaries.add("secret of the authenticator", std::string(secret.at("secret").as_string()));
        made("PATCH", "/v1/session/phone", {{"sip_user", "100"}, {"password", fresh("password of the extension")}, {"call_back", "+15145550199"}}, root_line);
        say("POST", "/v1/session/call-backs", root_line, R"({"to":"+15145550100"})", "Idempotency-Key: call\r\n");
    }
    std::size_t root_at() const {
        return static_cast<std::size_t>(
            std::ranges::find(canaries.all(), std::string("root's password"), &Canary::name) - canaries.all().begin()
        );
    }

    void put_orders_in() {
        const auto far = "http://127.0.0.1:" + std::to_string(echo.port);
        const auto hook = made("POST", "/v1/webhooks", {{"url", far + "/hook/" + fresh_word("key in a web hook's address", true)}});
        canaries.add("secret of a web hook", std::string(hook.at("secret").as_string()));
        hook_id = id_of(hook);
        const auto again = made("POST", "/v1/webhooks/" + hook_id + "/secret", {{"overlap_hours", 1}});
        canaries.add("new secret of a web hook", std::string(again.at("secret").as_string()));
        made("POST", "/v1/webhooks/" + hook_id + "/test", {});
        const auto paper = say(
            "POST", "/v1/documents?type=invoice&name=invoice.pdf&issued_on=" + today(), edge.bearer(), "",
            "Idempotency-Key: paper\r\nContent-Type: application/pdf\r\nContent-Length: " +
                std::to_string(file_text(edge.folder.paper("p.pdf")).size()) + "\r\n\r\n" + file_text(edge.folder.path / "p.pdf")
        );
        document = paper.status / 100 == 2 ? id_of(json::parse(paper.body)) : std::string("doc-0");
        for (int at = 0; at < 3; ++at) {
            json::object request{
                {"numbers", json::array{"+1416555010" + std::to_string(at)}},
                {"account_number", fresh_digits("account number", true)},
                {"pin", fresh("PIN")},
                {"end_user", {{"name", "Acme Bakery Inc."}, {"authorized_person", {{"first_name", "Jane"}, {"last_name", "Doe"}}}}},
                {"service_address",
                 {{"house_number", "100"}, {"street", "King"}, {"street_type", "St"}, {"street_direction", "W"}, {"city", "Toronto"},
                  {"region", "ON"}, {"postal_code", "M5X 1A9"}, {"country", "CA"}}},
                {"target", {{"trunk", "4165550000"}}}
            };
            order = id_of(made("POST", "/v1/port-orders", {{"account", "thinktel"}, {"request", request}}));
            say("POST", "/v1/port-orders/" + order + "/submit", edge.bearer(), "", "Idempotency-Key: go-" + std::to_string(at) + "\r\n");
        }
        made("PATCH", "/v1/port-orders/" + order, {{"request", {{"pin", fresh("corrected PIN")}}}});
        for (const char* account : {"thinktel", "ringcentral", "genesys_sms"})
            for (const char* route : {"account-check", "account-numbers", "discovery", "targets", "requirements"})
                say("GET", "/v1/" + std::string(route) + "?account=" + account, edge.bearer());
        say("GET", "/v1/available-numbers?country=CA", edge.bearer());
        say("POST", "/v1/portability-checks", edge.bearer(), R"({"account":"ringcentral","numbers":["+14165550101"]})");
    }
    /// Letters and digits alone, for what has to be such.
    std::string fresh_word(const std::string& name, bool shown = false) {
        return canaries.add(name, "cAnWord" + std::to_string(91'000'000 + ++number), shown);
    }
    std::string fresh_digits(const std::string& name, bool shown) {
        return canaries.add(name, std::to_string(7'301'940'000 + ++number), shown);
    }

    /// Secrets where they are not wanted.
    void put_mistakes_in() {
        say("GET", "/v1/port-orders?token=" + percent(fresh("token in an address")), "");
        say("GET", "/v1/port-orders", "Authorization: Bearer " + fresh("wrong token"));
        say("GET", "/v1/port-orders", "Authorization: Basic " + fresh("credentials of another scheme"));
        say("GET", "/v1/port-orders", "Cookie: porteur_session=" + fresh_word("wrong cookie"));
        say("GET", "/v1/port-orders", edge.bearer(), "", "X-Api-Key: " + fresh("key in a field of nobody's") + "\r\n");
        const auto login = [&](const std::string& who, const std::string& word) {
            say("POST", "/v1/session", "", json::serialize(json::object{{"login", who}, {"password", word}}));
        };
        login("root", fresh("wrong password"));
        login(fresh("password typed as login"), "x");
        const auto post = [&](const std::string& target, const std::string& body) {
            say("POST", target, edge.bearer(), body, "Idempotency-Key: wrong-" + std::to_string(++edge.keys) + "\r\n");
        };
        post("/v1/port-orders", json::serialize(json::object{{"account", fresh("PIN as account")}, {"request", json::object{}}}));
        post("/v1/port-orders", json::serialize(json::object{{"account", "thinktel"}, {"request", {{"pn", fresh("PIN in a wrong field")}}}}));
        post("/v1/port-orders", json::serialize(json::object{{"account", "thinktel"}, {"request", {{"numbers", fresh("PIN as number")}}}}));
        post("/v1/port-orders", "{\"account\":\"thinktel\",\"request\":{\"pin\":\"" + fresh_word("PIN in broken JSON"));
        post("/v1/port-orders", json::serialize(json::object{{"account", "thinktel"}, {"request", {{"pin", json::array{fresh("PIN of a wrong type")}}}}}));
        post("/v1/nowhere", json::serialize(json::object{{"pin", fresh("PIN to nowhere")}}));
        const auto state = fresh_word("state of a sign-in");
        say("GET", "/v1/session/oidc/edge", "");
        say("GET", "/v1/session/oidc/edge/return?state=" + state + "&code=" + fresh_word("code of a sign-in"), "Cookie: porteur_oidc=" + state);
    }
    static std::string percent(const std::string& text) {
        std::string out;
        static constexpr char digits[] = "0123456789ABCDEF";
        for (const char each : text) ((out += '%') += digits[static_cast<unsigned char>(each) >> 4]) += digits[each & 15];
        return out;
    }

    void expect_none(std::string_view bytes, const std::string& where, bool by_api = false) {
        ++places;
        const auto found = canaries.found_in(bytes, by_api);
        EXPECT_THAT(found, IsEmpty()) << "in " << where;
    }
    /// Every GET route as everybody.
    void expect_none_in_answers() {
        const auto document_of_api = json::parse(say("GET", "/openapi.json", "").body);
        for (const auto& [path, methods] : document_of_api.at("paths").as_object()) {
            if (!methods.as_object().contains("get")) continue;
            auto target = std::string(path);
            const auto id = target.starts_with("/v1/tenants")     ? std::to_string(north)
                            : target.starts_with("/v1/users")     ? user
                            : target.starts_with("/v1/tokens")    ? token_id
                            : target.starts_with("/v1/webhooks")  ? hook_id
                            : target.starts_with("/v1/documents") ? document
                                                                  : order;
            target = with(target, {{"id", id}, {"number", "+14165550100"}, {"provider", "edge"}, {"plugin", "thinktel"}});
            std::vector<std::string> targets{target};
            if (target.ends_with("/exchanges")) {
                targets.clear();
                const auto operations = made("GET", "/v1/port-orders/" + order + "/operations", {});
                for (const auto& each : operations.at("items").as_array())
                    targets.push_back(target + "?operation=" + std::string(each.at("id").as_string()));
                ++exchanges;
            } else if (target.ends_with("/account-check") || target.ends_with("/discovery") || target.ends_with("/targets") ||
                       target.ends_with("/requirements") || target.ends_with("/account-numbers")) {
                targets = {target + "?account=thinktel", target + "?account=ringcentral", target + "?account=genesys_sms"};
            }
            for (const auto& each : targets)
                for (const auto& who : callers) {
                    Raw raw(edge.port());
                    raw.send(
                        "GET " + each + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" +
                        (who.line.empty() ? "" : who.line + "\r\n") + "\r\n"
                    );
                    const auto heard = raw.rest(each == "/v1/events" ? 500ms : 20'000ms);
                    EXPECT_NE(heard.bytes.find("HTTP/1.1 "), std::string::npos) << each << " as " << who.name;
                    const auto status = heard.bytes.substr(9, 3);
                    ++answers;
                    if (status == "200") ++answers_with_something;
                    expect_none(heard.bytes, each + " as " + who.name, true);
                }
        }
    }
    void expect_none_on_disk() {
        for (const auto& each : fs::recursive_directory_iterator(edge.folder.path)) {
            if (!each.is_regular_file()) continue;
            const auto name = fs::relative(each.path(), edge.folder.path).string();
            // Where they were put in.
            if (name.starts_with("config/") || name.starts_with("credentials/") || name.starts_with("plugins/") || name == "data/porteur.key")
                continue;
            expect_none(file_text(each.path()), name);
        }
    }
    void expect_none_in_processes() {
        std::vector<pid_t> all{edge.daemon.pid()};
        for (const char* name : {"porteur-plugin-host", "porteur-paper"})
            for (const auto each : edge.daemon.children(name)) all.push_back(each);
        EXPECT_GE(all.size(), 2U) << "plugins run in processes of their own";
        for (const auto each : all)
            for (const char* file : {"environ", "cmdline", "comm", "maps"})
                expect_none(file_text("/proc/" + std::to_string(each) + "/" + file), "/proc/" + std::to_string(each) + "/" + file);
        EXPECT_THAT(
            file_text("/proc/" + std::to_string(edge.daemon.pid()) + "/limits"),
            ::testing::ContainsRegex("Max core file size +0 +0 ")
        );
    }
    /// 10,000 requests with secrets in their fields, queries and bodies, and bytes that would forge a line.
    int fuzz(unsigned seed) {
        std::mt19937 chance(seed);
        const auto any = [&](std::size_t below) { return static_cast<std::size_t>(chance() % below); };
        static constexpr std::array targets{"/v1/port-orders", "/v1/session", "/v1/users", "/v1/tokens", "/v1/tenants", "/v1/webhooks",
                                            "/v1/calls", "/v1/numbers", "/v1/number-changes", "/v1/events/inbound", "/healthz",
                                            "/v1/session/phone", "/v1/documents", "/v1/members", "/nowhere"};
        static constexpr std::array methods{"GET", "POST", "POST", "POST", "PATCH", "DELETE", "PUT"};
        static constexpr std::array keys{"pin", "password", "token", "secret", "login", "name", "account", "request", "url", "text", "numbers", "kind"};
        const std::array<std::string, 6> forged{"\r\n2026-01-01 00:00:00.000 error forged", "\x1b[2J", "\xc2\x9b" "2J", "\"}\n{\"at\":\"x", "\xff\xfe", "\xe2\x80\xae"};
        int answered = 0;
        std::optional<Raw> raw;
        for (int at = 0; at < 10'000; ++at) {
            const auto& secret = canaries.all()[any(canaries.all().size())].secret;
            std::string printable;
            for (const char each : secret) printable += each > ' ' && each <= '~' ? each : '.';
            const auto& method = methods[any(methods.size())];
            std::string target = targets[any(targets.size())];
            if (any(3) == 0) target += "?" + std::string(keys[any(keys.size())]) + "=" + percent(secret + forged[any(forged.size())]);
            std::string text = std::string(method) + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
            text += any(2) == 0 ? edge.bearer() + "\r\n" : any(2) == 0 ? "Authorization: Bearer " + printable + "\r\n" : "Cookie: porteur_session=" + printable + "\r\n";
            if (any(4) == 0) text += "X-" + std::string(keys[any(keys.size())]) + ": " + printable + "\r\n";
            text += "Idempotency-Key: " + (any(8) == 0 ? printable.substr(0, 5) + "-" : std::string()) + "fuzz-" + std::to_string(at) + "\r\n";
            std::string body;
            if (method != std::string("GET")) {
                json::object object;
                for (std::size_t each = 0; each < 1 + any(3); ++each)
                    object[keys[any(keys.size())]] = any(3) == 0 ? json::value(json::array{printable}) : json::value(printable + "\n\x1b[31m" + std::to_string(at));
                object[any(4) == 0 ? printable : std::string("account")] = "thinktel";
                body = json::serialize(object);
                if (any(5) == 0) body = body.substr(0, body.size() - any(body.size()));
                if (any(8) == 0) body += forged[any(forged.size())];
                text += "Content-Type: " + std::string(any(9) == 0 ? "text/" + printable : "application/json") + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
            }
            if (!raw) raw.emplace(edge.port());
            raw->send(text + "\r\n" + body);
            const auto reply = raw->answer();
            if (reply.status != 0) ++answered;
            if (reply.status >= 500 && reply.status != 503) ADD_FAILURE() << reply.status << " to " << text << body;
            if (reply.status == 0 || reply.head.find("Connection: close") != std::string::npos) raw.reset();
        }
        return answered;
    }

    EchoServer echo{EchoServer::Speaks::http}, pop3{EchoServer::Speaks::pop3};
    Edge edge;
    Canaries canaries;
    Words environment;
    std::vector<As> callers;
    std::string order, user, token_id, hook_id, document, csrf;
    std::int64_t north = 0;
    int number = 0, places = 0, answers = 0, answers_with_something = 0, exchanges = 0;
};

/// A line of the log that is no line of ours, and bytes that steer a terminal.
void expect_clean(const std::string& log, bool as_json) {
    std::size_t lines = 0, begin = 0;
    for (auto end = log.find('\n'); end != log.npos; begin = end + 1, end = log.find('\n', begin), ++lines) {
        const std::string_view line(log.data() + begin, end - begin);
        for (const char each : line)
            ASSERT_TRUE(static_cast<unsigned char>(each) >= 0x20 && each != 0x7F) << "a control byte in " << lines << ": " << line;
        if (as_json) {
            const auto read = parse_json(line);
            ASSERT_TRUE(read && read->is_object()) << line;
            ASSERT_EQ(read->as_object().size(), 3U) << line;
            ASSERT_TRUE(read->at("text").is_string());
        } else {
            ASSERT_TRUE(line.size() > 24 && line.starts_with("20") && line[10] == ' ' && line[23] == ' ') << line;
            ASSERT_FALSE(line.substr(20).find("\n20") != line.npos) << line;
            ASSERT_EQ(line.find("\xc2\x9b"), line.npos) << line;
            ASSERT_EQ(line.find("\xe2\x80\xae"), line.npos) << line;
        }
    }
    EXPECT_GT(lines, 1000U);
}

TEST_F(Secrets, AreFoundNowhereWhereTheyHaveNoBusiness) {
    start("json");
    put_people_in();
    put_orders_in();
    put_mistakes_in();
    EXPECT_GE(canaries.all().size(), 50U);
    const auto seed = static_cast<unsigned>(std::random_device{}());
    const auto answered = fuzz(seed);
    EXPECT_GT(answered, 9000) << "seed " << seed;
    expect_none_in_answers();
    expect_none(say("GET", "/metrics", "").body, "/metrics");
    expect_none_in_processes();
    // The carriers were really told: without that, nothing was looked for where it could have leaked.
    EXPECT_THAT(canaries.found_in(echo.told()), Contains(HasSubstr("thinktel password")));
    EXPECT_THAT(canaries.found_in(echo.told()), Contains(HasSubstr("ringcentral secret")));
    EXPECT_THAT(canaries.found_in(pop3.told()), Contains(HasSubstr("POP3 password")));
    EXPECT_TRUE(edge.end());
    expect_none_on_disk();
    expect_clean(edge.log(), true);
    EXPECT_GT(exchanges, 0);
    EXPECT_GT(answers_with_something, 100);
    // And it can fail: one that is planted is found, on disk and in the log.
    edge.folder.write("data/planted", "x" + canaries.all()[5].secret + "y");
    EXPECT_FALSE(canaries.found_in(file_text(edge.folder.path / "data/planted")).empty());
    std::printf(
        "edge: canaries: %zu, looked for in %d places (%d answers of the API, %d with something in them), %d fuzzed requests answered; seed %u\n",
        canaries.all().size(), places, answers, answers_with_something, answered, seed
    );
}

TEST_F(Secrets, StandInNoLineForPeopleEitherAndNothingForgesOne) {
    start("human");
    put_people_in();
    put_orders_in();
    put_mistakes_in();
    fuzz(4711);
    EXPECT_TRUE(edge.end());
    expect_none(edge.log(), "the log");
    expect_clean(edge.log(), false);
}

}  // namespace
}  // namespace porteur::testing
