// SPDX-License-Identifier: Apache-2.0
// Orders of four kinds at once: ports, ports that are refused first and corrected, purchases by API
// and purchases by mail through a real MTA; the carriers lose answers, and porteurd is killed at
// random moments. Then the carriers' own lists and the mailbox are compared with ours.
//
// PORTEUR_SEED repeats a run's choices (the moments still depend on the machine).
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "../../faults/http_client.hpp"
#include "support/look_again.hpp"
#include "../support/daemon_host.hpp"
#include "support/mail_servers.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

std::uint64_t seed_of_run() {
    const char* said = std::getenv("PORTEUR_SEED");
    if (said != nullptr) return std::strtoull(said, nullptr, 10);
    return static_cast<std::uint64_t>(Steady::now().time_since_epoch().count()) % 1'000'000;
}

enum class Kind { port, refused_port, api_purchase, mail_purchase };
Kind kind_of(int order) { return static_cast<Kind>(order % 4); }
bool is_port(int order) { return order % 4 < 2; }

std::string number_of(int order) {
    char text[20];
    switch (kind_of(order)) {
        case Kind::port:
        case Kind::refused_port:
            std::snprintf(text, sizeof text, "+1416555%04d", 3'000 + order);
            break;
        case Kind::api_purchase:
            std::snprintf(text, sizeof text, "+1317555%04d", 3'000 + order);
            break;
        case Kind::mail_purchase:
            std::snprintf(text, sizeof text, "+3363998%04d", 3'000 + order);
            break;
    }
    return text;
}

std::string reference_of(int order) { return "mixed-" + std::to_string(order); }

struct Seen {
    std::string id, state, delivery, problem;
    bool due = false;
    bool is_parked() const {
        return delivery == "waiting_for_person" || (delivery == "in_doubt" && !due);
    }
    bool is_over() const { return state == "completed" || is_parked(); }
};

class Mixed : public ::testing::Test {
protected:
    void SetUp() override {
        servers_ = MailServers::start();
        if (!servers_ && servers_.error().kind == ErrorKind::unsupported)
            GTEST_SKIP() << "left out: " << servers_.error().message;
        ASSERT_TRUE(servers_) << servers_.error().message;
        auto& mail = **servers_;
        thinktel_ = Program::serve(
            {std::string(PORTEUR_SIMULATORS_DIR) + "/sim-thinktel", "--port", "0", "--clock-speed",
             "400000"},
            "/dev/stderr"
        );
        genesys_ = Program::serve(
            {std::string(PORTEUR_SIMULATORS_DIR) + "/sim-genesys", "--port", "0", "--clock-speed",
             "40000", "--rate", "0", "--maildir", mail.maildir + "/carrier", "--smtp-reply",
             "127.0.0.1:" + std::to_string(mail.smtp)},
            "/dev/stderr"
        );
        host_.account(
            "thinktel", "thinktel", thinktel_account(url(thinktel_) + "/rest.svc"),
            thinktel_secrets,
            "[settings]\nsubmitter_email = \"ports@porteur.example\"\ncheck_every = \"1s\"\n"
        );
        host_.account("genesys", "genesys_sms", genesys_account(url(genesys_)), genesys_secrets);
        host_.folder().write("config/secrets/mail", mail.password + "\n");
        host_.start(
            "[mail]\nfrom = { name = \"Desk\", address = \"desk@porteur.example\" }\n[mail.smtp]\n"
            "host = \"127.0.0.1\"\nsecurity = \"plaintext-loopback\"\nport = " +
            std::to_string(mail.smtp) +
            "\n[mail.pop3]\nhost = \"localhost\"\nport = " + std::to_string(mail.pop3) +
            "\nsecurity = \"starttls\"\nuser = \"desk\"\npassword = { file = \"secrets/mail\" "
            "}\nca_file = \"" +
            mail.ca_file + "\"\npoll_interval = \"1s\"\n"
        );
        port_ = host_.port();
        token_ = content_of(host_.folder().path / "token");
    }

    static std::string url(const Program& program) {
        return "http://127.0.0.1:" + std::to_string(program.port());
    }
    static std::string content_of(const std::filesystem::path& file) {
        std::ifstream in(file);
        std::string text;
        std::getline(in, text);
        return text;
    }

    std::optional<HttpReply> ask(
        const std::string& method, const std::string& target, std::vector<std::string> headers = {},
        const std::string& body = {}
    ) {
        headers.push_back("Authorization: Bearer " + token_);
        return http(port_, method, target, headers, body);
    }
    /// Asks until there is an answer that says something.
    HttpReply insist(
        const std::string& method, const std::string& target, const std::string& key,
        const std::string& body, const std::string& type = "application/json"
    ) {
        std::string last = "no answer";
        for (const auto end = Steady::now() + 90s; Steady::now() < end; look_again_in(20ms)) {
            std::vector<std::string> headers{"Idempotency-Key: " + key};
            if (!body.empty()) headers.push_back("Content-Type: " + type);
            const auto answer = ask(method, target, headers, body);
            if (answer && answer->status != 409 && answer->status != 412 && answer->status != 429 &&
                answer->status != 503)
                return *answer;
            if (answer) last = std::to_string(answer->status) + " " + answer->body;
        }
        throw std::runtime_error(method + " " + target + ": " + last);
    }
    std::string upload(const std::string& type) {
        const auto reply = insist(
            "POST",
            "/v1/documents?type=" + type + "&name=" + type + ".pdf&signed_on=" + today() +
                "&issued_on=" + today(),
            "upload-" + type, pdf_, "application/pdf"
        );
        if (reply.status != 201) throw std::runtime_error(reply.body);
        return std::string(json::parse(reply.body).at("id").as_string());
    }
    static void tell(const Program& carrier, const std::string& route, const json::value& what) {
        const auto done = http(carrier.port(), "POST", route, {}, json::serialize(what));
        if (!done || done->status >= 300)
            throw std::runtime_error(done ? done->body : "the carrier does not answer");
    }
    static json::value hear(const Program& carrier, const std::string& route) {
        const auto done = http(carrier.port(), "GET", route);
        if (!done) throw std::runtime_error("the carrier does not answer");
        return json::parse(done->body);
    }

    void put_in(int order, const std::string& loa, const std::string& kbis) {
        json::object end_user{
            {"kind", "business"},
            {"name", "Société Générale de Tests"},
            {"registration_number", "RCS 1"},
            {"authorized_person", {{"first_name", "Anna"}, {"last_name", "Roy"}}}
        };
        json::object address{{"house_number", "1"}, {"street", "King"}, {"street_type", "St"},
                             {"city", "Toronto"},   {"region", "ON"},   {"postal_code", "M5V1A1"},
                             {"country", "CA"}};
        json::object request;
        if (is_port(order)) {
            request = {
                {"numbers", {number_of(order)}},
                {"losing_carrier", "Bell Canada"},
                {"account_number", kind_of(order) == Kind::refused_port ? "BAD" : "4165550100"},
                {"end_user", end_user},
                {"service_address", address},
                {"target", {{"trunk", "7005551212"}}},
                {"documents", {loa}}
            };
        } else {
            const bool by_mail = kind_of(order) == Kind::mail_purchase;
            address["country"] = by_mail ? "FR" : "US";
            request = {
                {"numbers", {number_of(order)}},
                {"country", by_mail ? "FR" : "US"},
                {"number_type", by_mail ? "mobile" : "local"},
                {"end_user", end_user},
                {"address", address},
                {"alternates", "contact_us"},
                {"contact_email", "desk@porteur.example"}
            };
            if (by_mail) request["documents"] = json::array{kbis};
        }
        const auto reply = insist(
            "POST", is_port(order) ? "/v1/port-orders" : "/v1/purchase-orders",
            "order-" + std::to_string(order),
            json::serialize(json::object{
                {"account", is_port(order) ? "thinktel" : "genesys"},
                {"reference", reference_of(order)},
                {"submit", true},
                {"request", std::move(request)}
            })
        );
        EXPECT_EQ(reply.status, 201) << reply.body;
    }

    /// Every order by its reference; nothing when the daemon does not answer.
    std::optional<std::map<std::string, Seen>> orders() {
        std::map<std::string, Seen> all;
        for (const auto* route : {"/v1/port-orders?limit=200", "/v1/purchase-orders?limit=200"}) {
            const auto answer = ask("GET", route);
            if (!answer || answer->status != 200) return std::nullopt;
            const auto page = json::parse(answer->body);
            for (const auto& each : page.at("items").as_array())
                all[std::string(each.at("reference").as_string())] = {
                    .id = std::string(each.at("id").as_string()),
                    .state = std::string(each.at("state").as_string()),
                    .delivery = std::string(each.at("delivery").as_string()),
                    .problem = std::string(each.at("problem").as_string()),
                    .due = !each.at("due").is_null()
                };
        }
        return all;
    }

    /// The clerk: what was refused is corrected and sent as a new request, once.
    void correct_what_was_refused() {
        const auto all = orders();
        if (!all) return;
        for (const auto& [reference, order] : *all) {
            if (order.state != "exception" ||
                kind_of(std::stoi(reference.substr(6))) != Kind::refused_port)
                continue;
            if (corrected_.contains(reference)) continue;
            const auto reply = insist(
                "PATCH", "/v1/port-orders/" + order.id, "mend-" + reference,
                R"({"request":{"account_number":"4165550100"},"submit":true,"as_new":true})",
                "application/merge-patch+json"
            );
            EXPECT_LT(reply.status, 300) << reply.body;
            if (reply.status < 300) corrected_.insert(reference);
        }
    }

    /// The Message-ID of each mail that the desk got, by the order's id in it, and how often it
    /// came.
    std::map<std::string, std::map<std::string, int>> mails_at_the_desk() {
        std::map<std::string, std::map<std::string, int>> all;
        for (const auto& mail : (*servers_)->mails_in("carrier")) {
            const auto at = mail.find("\nMessage-ID: <");
            if (at == mail.npos) continue;
            const auto id = mail.substr(at + 14, mail.find('>', at) - at - 14);
            ++all[id.substr(0, id.find('.'))][id];
        }
        return all;
    }

    const std::string pdf_ =
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 "
        "R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 "
        "R>>\n%%EOF\n";
    Result<std::unique_ptr<MailServers>> servers_ = failure(ErrorKind::internal, "not started");
    Program thinktel_, genesys_;
    DaemonHost host_;
    std::atomic<unsigned> port_ = 0;
    std::string token_;
    std::set<std::string> corrected_;
};

TEST_F(Mixed, OrdersEndRightEachPortAndPurchaseOnceAndEachMailRecognisable) {
    constexpr int count = 200;
    constexpr int kills = 40;
    const auto seed = seed_of_run();
    std::printf("seed %llu (PORTEUR_SEED repeats it)\n", static_cast<unsigned long long>(seed));
    std::mt19937_64 chance(seed);
    const auto loa = upload("loa");
    const auto kbis = upload("registration");
    const auto rule = [&](const char* prefix, const char* fault, double probability,
                          std::uint64_t salt) {
        return json::object{
            {"match", {{"method", "POST"}, {"path_prefix", prefix}}},
            {"fault", fault},
            {"probability", probability},
            {"seed", seed + salt},
            {"delay_ms", 300}
        };
    };
    tell(
        thinktel_, "/_sim/faults",
        json::array{
            rule("/rest.svc/v2/NumberPorts/Inbound", "drop_after", 0.1, 1),
            rule("/rest.svc/v2/NumberPorts/Inbound", "500_after", 0.05, 2)
        }
    );
    tell(
        genesys_, "/_sim/faults",
        json::array{
            rule("/api/v2/routing/sms/phonenumbers", "drop_after", 0.1, 3),
            rule("/api/v2/routing/sms/phonenumbers", "500_after", 0.05, 4)
        }
    );

    std::atomic<bool> is_broken = false;
    std::vector<std::thread> customers;
    for (int worker = 0; worker < 2; ++worker)
        customers.emplace_back([&, worker] {
            try {
                for (int order = worker; order < count; order += 2) put_in(order, loa, kbis);
            } catch (const std::exception& wrong) {
                ADD_FAILURE() << wrong.what();
                is_broken = true;
            }
        });
    for (int kill = 0; kill < kills && !is_broken; ++kill) {
        EXPECT_FALSE(
            host_.ended_within(milliseconds(std::uniform_int_distribution<int>(100, 700)(chance)))
        );
        correct_what_was_refused();
        host_.kill_and_start();
        port_ = host_.port();
    }
    for (auto& each : customers) each.join();
    ASSERT_FALSE(is_broken);

    std::map<std::string, Seen> all;
    const auto are_over = [&] {
        correct_what_was_refused();
        if (auto now = orders()) all = std::move(*now);
        return std::ssize(all) == count && std::ranges::all_of(all, [&](const auto& each) {
                   const auto kind = kind_of(std::stoi(each.first.substr(6)));
                   const bool to_be_corrected = each.second.state == "exception" &&
                                                kind == Kind::refused_port &&
                                                !corrected_.contains(each.first);
                   return each.second.is_over() && !to_be_corrected;
               });
    };
    for (const auto end = Steady::now() + 180s; !are_over() && Steady::now() < end;)
        if (host_.ended_within(200ms)) {
            ADD_FAILURE() << "porteurd ended by itself";
            break;
        }

    std::map<std::string, std::vector<std::string>> tickets;
    const auto ported = hear(thinktel_, "/_sim/received?requests=0&limit=1000");
    for (const auto& each : ported.at("orders").as_array())
        for (const auto& number : each.at("numbers").as_array()) {
            const std::string digits(number.as_string());
            tickets[digits.substr(digits.size() - 10)].emplace_back(each.at("id").as_string());
        }
    std::map<std::string, int> bought;
    const auto sold = hear(genesys_, "/_sim/received?requests=0&limit=1000");
    for (const auto& each : sold.at("orders").as_array()) {
        if (each.at("kind") == "mail")
            continue;  // a request; what comes of it is an entry of its own
        for (const auto& number : each.at("numbers").as_array())
            ++bought[std::string(number.as_string())];
    }
    const auto mails = mails_at_the_desk();

    int completed = 0, parked = 0, doubled = 0, lost = 0, mails_twice = 0;
    for (int order = 0; order < count; ++order) {
        const auto found = all.find(reference_of(order));
        ASSERT_NE(found, all.end()) << reference_of(order);
        const auto& [reference, now] = *found;
        EXPECT_TRUE(now.is_over())
            << reference << " is still " << now.state << "/" << now.delivery << ": " << now.problem;
        completed += now.state == "completed";
        if (now.is_parked() && now.state != "completed") {
            ++parked;
            std::printf(
                "%s waits for a person: %s, %s\n", reference.c_str(), now.state.c_str(),
                now.problem.c_str()
            );
        }
        if (is_port(order)) {
            const auto& own = tickets[number_of(order).substr(2)];
            const std::size_t most =
                kind_of(order) == Kind::refused_port && corrected_.contains(reference) ? 2 : 1;
            EXPECT_LE(own.size(), most) << reference << " has too many tickets";
            doubled += own.size() > most;
            lost += own.empty() && !now.is_parked();
        } else {
            EXPECT_LE(bought[number_of(order)], 1) << reference << " was bought more than once";
            doubled += bought[number_of(order)] > 1;
            lost += bought[number_of(order)] == 0 && !now.is_parked();
        }
        if (kind_of(order) == Kind::mail_purchase) {
            const auto sent = mails.find(now.id);
            if (now.state == "completed")
                EXPECT_TRUE(sent != mails.end()) << reference << " was bought without a mail";
            if (sent == mails.end()) continue;
            // Twice only as the very same mail, which a mail program shows as one.
            EXPECT_EQ(sent->second.size(), 1u)
                << reference << " was asked for in two different mails";
            for (const auto& [id, times] : sent->second) mails_twice += times > 1;
        }
    }
    for (const auto* carrier : {&thinktel_, &genesys_})
        EXPECT_FALSE(hear(*carrier, "/_sim/stats?brief=1").at("faults").as_object().empty())
            << "nothing went wrong, so nothing is shown";
    EXPECT_EQ(lost, 0);
    EXPECT_EQ(doubled, 0);
    EXPECT_LE(
        parked, count / 4
    ) << "a doubt at ThinkTel is a person's, and one answer in seven is lost there";
    std::printf(
        "{\"orders\":%d,\"completed\":%d,\"parked\":%d,\"corrected\":%zu,\"kills\":%d,\"doubled\":%"
        "d,\"lost\":%d,"
        "\"mails_twice\":%d,\"seed\":%llu}\n",
        count, completed, parked, corrected_.size(), kills, doubled, lost, mails_twice,
        static_cast<unsigned long long>(seed)
    );
}

}  // namespace
}  // namespace porteur::testing
