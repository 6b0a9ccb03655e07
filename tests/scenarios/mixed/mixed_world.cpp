// SPDX-License-Identifier: Apache-2.0
#include "mixed_world.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "support/look_again.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

std::string url(const Program& program) {
    return "http://127.0.0.1:" + std::to_string(program.port());
}

Program simulator(const std::string& name, std::vector<std::string> options) {
    std::vector<std::string> words{std::string(PORTEUR_SIMULATORS_DIR) + "/" + name, "--port", "0"};
    words.insert(words.end(), options.begin(), options.end());
    return Program::serve(words, "/dev/stderr");
}

std::string text_at(const json::object& from, std::string_view key) {
    const auto* found = from.if_contains(key);
    return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                  : std::string();
}

}  // namespace

MixedWorld::MixedWorld(MailServers& mail, std::uint64_t seed)
    : mail_(mail),
      thinktel_(simulator("sim-thinktel", {"--clock-speed", "400000"})),
      genesys_(simulator(
          "sim-genesys", {"--clock-speed", "40000", "--rate", "0", "--maildir",
                          mail.maildir + "/carrier", "--smtp-reply",
                          "127.0.0.1:" + std::to_string(mail.smtp), "--desk", "DE=papers,AT=offers"}
      )),
      ringcentral_(simulator("sim-ringcentral", {"--heavy", "0", "--light", "0", "--auth", "0"})) {
    script(genesys_, {{"review_s", 40'000}});
    host_.account(
        "thinktel", "thinktel", thinktel_account(url(thinktel_) + "/rest.svc"), thinktel_secrets,
        "[settings]\nsubmitter_email = \"ports@porteur.example\"\ncheck_every = \"1s\"\n"
    );
    host_.account(
        "genesys", "genesys_sms",
        genesys_account(url(genesys_)) +
            "follow_desk_mails = true\ncheck_every = \"1s\"\nreview_check_every = \"1s\"\n",
        genesys_secrets
    );
    host_.account(
        "ringcentral", "ringcentral", ringcentral_account(url(ringcentral_)), ringcentral_secrets,
        "[settings]\npage_size = 1000\naddress_difference = \"block\"\ncheck_release_every = "
        "\"1s\"\n"
    );
    host_.account(
        "openphone", "other", "plugin = \"other\"\n", {},
        "[settings]\ncarrier = \"openphone\"\ncheck_every = \"1s\"\n"
    );
    host_.folder().write("config/secrets/mail", mail.password + "\n");
    std::filesystem::create_directories(host_.folder().path / "config/data");
    std::filesystem::copy_file(
        std::filesystem::path(PORTEUR_SOURCE_DIR) / "config/data/other_carriers.toml",
        host_.folder().path / "config/data/other_carriers.toml"
    );
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
    std::ifstream token(host_.folder().path / "token");
    std::getline(token, token_);
    switch_faults_on(seed);
}

void MixedWorld::switch_faults_on(std::uint64_t seed) {
    std::uint64_t salt = 0;
    const auto rule = [&](const char* method, const char* prefix, const char* fault,
                          double probability) {
        return json::object{
            {"match", {{"method", method}, {"path_prefix", prefix}}},
            {"fault", fault},
            {"probability", probability},
            {"seed", seed + ++salt},
            {"delay_ms", 300}
        };
    };
    tell(
        thinktel_, "/_sim/faults",
        json::array{
            rule("POST", "/rest.svc/v2/NumberPorts/Inbound", "drop_after", 0.08),
            rule("POST", "/rest.svc/v2/NumberPorts/Inbound", "500_after", 0.05),
            rule("POST", "/rest.svc/v2/NumberPorts/Inbound", "act_late", 0.05),
            // Never carried out, which ThinkTel's API cannot prove.
            rule("POST", "/rest.svc/v2/NumberPorts/Inbound", "drop_before", 0.04),
            rule("POST", "/rest.svc/SipTrunks", "drop_after", 0.1),
            rule("POST", "/rest.svc/SipTrunks", "500_after", 0.05),
            rule("DELETE", "/rest.svc/SipTrunks", "drop_after", 0.1),
            rule("POST", "/rest.svc/v2/V911s", "drop_after", 0.08)
        }
    );
    tell(
        genesys_, "/_sim/faults",
        json::array{
            rule("POST", "/api/v2/routing/sms/phonenumbers", "drop_after", 0.1),
            rule("POST", "/api/v2/routing/sms/phonenumbers", "500_after", 0.05),
            rule("POST", "/api/v2/routing/sms/phonenumbers", "drop_before", 0.05)
        }
    );
}

void MixedWorld::kill_and_start() {
    host_.kill_and_start();
    port_ = host_.port();
}

std::optional<HttpReply> MixedWorld::ask(
    const std::string& method, const std::string& target, std::vector<std::string> headers,
    const std::string& body
) {
    headers.push_back("Authorization: Bearer " + token_);
    return http(port_, method, target, headers, body);
}

HttpReply MixedWorld::insist(
    const std::string& method, const std::string& target, const std::string& key,
    const std::string& body, const std::string& type
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

std::string MixedWorld::upload(const std::string& type, const std::string& name) {
    // Each paper is another one: the desk looks for bytes that it has not seen.
    const auto pdf = "%PDF-1.4\n% " + name +
                     "\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 "
                     "R]/Count 1>>endobj\n"
                     "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 "
                     "842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";
    const auto reply = insist(
        "POST",
        "/v1/documents?type=" + type + "&name=" + name + ".pdf&signed_on=" + today() +
            "&issued_on=" + today(),
        "upload-" + name, pdf, "application/pdf"
    );
    if (reply.status != 201) throw std::runtime_error(reply.body);
    return text_at(json::parse(reply.body).as_object(), "id");
}

std::optional<json::value> MixedWorld::get(const std::string& target) {
    const auto answer = ask("GET", target);
    if (!answer || answer->status != 200) return std::nullopt;
    return json::parse(answer->body);
}

std::optional<std::vector<Seen>> MixedWorld::orders() {
    std::vector<Seen> all;
    for (const std::string route : {"/v1/port-orders?limit=200", "/v1/purchase-orders?limit=200"})
        for (std::string cursor;;) {
            const auto page = get(route + (cursor.empty() ? "" : "&cursor=" + cursor));
            if (!page) return std::nullopt;
            for (const auto& each : page->at("items").as_array()) {
                const auto& order = each.as_object();
                Seen seen{
                    .id = text_at(order, "id"),
                    .reference = text_at(order, "reference"),
                    .parent = text_at(order, "parent"),
                    .state = text_at(order, "state"),
                    .delivery = text_at(order, "delivery"),
                    .problem = text_at(order, "problem"),
                    .carrier_id = text_at(order, "carrier_id"),
                    .numbers = {},
                    .version = order.at("version").to_number<std::int64_t>(),
                    .due = !order.at("due").is_null()
                };
                for (const auto& number : order.at("numbers").as_array())
                    seen.numbers.push_back(text_at(number.as_object(), "number"));
                all.push_back(std::move(seen));
            }
            cursor = text_at(page->as_object(), "next_cursor");
            if (cursor.empty()) break;
        }
    return all;
}

std::optional<std::vector<Task>> MixedWorld::tasks() {
    const auto list = get("/v1/tasks");
    if (!list) return std::nullopt;
    std::vector<Task> all;
    for (const auto& each : list->at("items").as_array()) {
        const auto& task = each.as_object();
        all.push_back(
            {text_at(task, "order"), text_at(task, "step"), text_at(task, "since"),
             text_at(task, "text")}
        );
    }
    return all;
}

void MixedWorld::tell(const Program& carrier, const std::string& route, const json::value& what) {
    const auto done = http(carrier.port(), "POST", route, {}, json::serialize(what));
    if (!done || done->status >= 300)
        throw std::runtime_error(done ? done->body : "the carrier does not answer");
}

json::value MixedWorld::hear(const Program& carrier, const std::string& route) {
    const auto done = http(carrier.port(), "GET", route);
    if (!done) throw std::runtime_error("the carrier does not answer");
    return json::parse(done->body);
}

std::vector<json::object> MixedWorld::carried_out(const Program& carrier, std::string_view kind) {
    std::vector<json::object> all;
    const auto heard = hear(carrier, "/_sim/received?requests=0&limit=5000");
    for (const auto& each : heard.at("orders").as_array())
        if (text_at(each.as_object(), "kind") == kind) all.push_back(each.as_object());
    return all;
}

std::map<std::string, std::map<std::string, int>> MixedWorld::mails_at_the_desk() const {
    std::map<std::string, std::map<std::string, int>> all;
    for (const auto& mail : mail_.mails_in("carrier")) {
        const auto at = mail.find("\nMessage-ID: <");
        if (at == mail.npos) continue;
        const auto id = mail.substr(at + 14, mail.find('>', at) - at - 14);
        ++all[id.substr(0, id.find('.'))][id];
    }
    return all;
}

}  // namespace porteur::testing
