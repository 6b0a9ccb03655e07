// SPDX-License-Identifier: Apache-2.0
// porteurd, a carrier that knows nothing but mail, a real Postfix and a real Dovecot: what comes in
// finds its order, waits for a person, or is taken again after a death, and is never taken twice.
#include <gmock/gmock.h>
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iostream>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <porteur/json.hpp>

#include "../../faults/http_client.hpp"
#include "../../faults/program.hpp"
#include "app/admin.hpp"
#include "mail/message.hpp"
#include "mail/smtp.hpp"
#include "settings/settings.hpp"
#include "support/mail_invariants.hpp"
#include "support/mail_servers.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* desk_of_carrier = "GenesysCloudSMS@genesys.com";

class MailIntakeOfADaemon : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        started_ = MailServers::start();
        if (!started_) std::cerr << "mail servers: " << started_.error().message << '\n';
    }
    static void TearDownTestSuite() { started_ = failure(ErrorKind::internal, "stopped"); }
    static MailServers& servers() { return **started_; }

    void SetUp() override {
        if (!started_ && started_.error().kind == ErrorKind::unsupported)
            GTEST_SKIP() << "left out: " << started_.error().message;
        ASSERT_TRUE(started_) << started_.error().message;
        servers().clear();
        static int count = 0;
        folder = std::filesystem::path(::testing::TempDir()) /
                 ("intake." + std::to_string(getpid()) + "." + std::to_string(++count));
        for (const char* part : {"config/carriers", "config/secrets", "data", "plugins"})
            std::filesystem::create_directories(folder / part);
        std::filesystem::copy_file(PORTEUR_TEST_PLUGIN, folder / "plugins/porteur-postal.so");
        write("config/secrets/mail", servers().password + "\n");
        write("config/carriers/postal.toml", "plugin = \"postal\"\n");
    }
    void TearDown() override {
        daemon.kill();
        if (HasFailure())
            std::cerr << "the store and the logs are kept in " << folder << '\n';
        else
            std::filesystem::remove_all(folder);
    }

    /// A mailbox as the settings name it.
    static std::string mailbox(const std::string& user, const std::string& more = "") {
        return "host = \"localhost\"\nport = " + std::to_string(servers().pop3) +
               "\nsecurity = \"starttls\"\nuser = \"" + user +
               "\"\npassword = { file = \"secrets/mail\" }\nca_file = \"" + servers().ca_file +
               "\"\npoll_interval = \"1s\"\n" + more;
    }
    void configure(const std::string& smtp, const std::string& pop3) {
        write(
            "config/porteur.toml",
            "store = \"sqlite:../data/porteur.db\"\nkey = { file = \"../data/porteur.key\" "
            "}\n[api]\nport = 0\n"
            "[documents]\nfolder = \"../data/documents\"\n[plugins]\nfolders = "
            "[\"../plugins\"]\n[log]\nlevel = \"info\"\n"
            "[mail]\nfrom = { name = \"Desk\", address = \"desk@porteur.example\" }\n" +
                smtp + pop3
        );
        if (token.empty()) {
            output_of({PORTEUR_TEST_DAEMON, "--config", folder / "config", "init"});
            token = output_of(
                {PORTEUR_TEST_DAEMON, "--config", folder / "config", "token", "create", "--name",
                 "anna"}
            );
            token.erase(token.find_last_not_of("\r\n") + 1);
        }
    }
    static std::string smtp() {
        return "[mail.smtp]\nhost = \"localhost\"\nport = " + std::to_string(servers().smtp) +
               "\nca_file = \"" + servers().ca_file + "\"\n";
    }
    void configure() { configure(smtp(), "[mail.pop3]\n" + mailbox("desk")); }
    void start() {
        daemon = Program::serve(
            {PORTEUR_TEST_DAEMON, "--config", folder / "config"}, folder / "porteurd.log"
        );
    }

    json::value ask(
        const std::string& method, const std::string& target, const std::string& body = {}
    ) {
        std::vector<std::string> headers{"Authorization: Bearer " + token};
        if (method != "GET") headers.push_back("Idempotency-Key: key-" + std::to_string(++keys));
        const auto reply = http(daemon.port(), method, target, headers, body);
        EXPECT_TRUE(reply) << method << " " << target << " was not answered";
        if (!reply) return nullptr;
        EXPECT_LT(reply->status, 300) << reply->body;
        return json::parse(reply->body);
    }
    /// Sends an order out. @return its id
    std::string order(const std::string& reference, const std::string& to = desk_of_carrier) {
        const auto made =
            ask("POST", "/v1/purchase-orders",
                json::serialize(json::object{
                    {"account", "postal"},
                    {"reference", reference},
                    {"submit", true},
                    {"request",
                     {{"country", "FR"}, {"numbers", {"+33644550101"}}, {"contact_email", to}}}
                }));
        return std::string(made.at("id").as_string());
    }
    json::value show(const std::string& id) { return ask("GET", "/v1/purchase-orders/" + id); }
    bool becomes(const std::string& id, const std::string& state) {
        return wait_until([&] { return show(id).at("state").as_string() == state; }, 30s);
    }
    bool is_at(const std::string& id, const std::string& delivery) {
        return wait_until([&] { return show(id).at("delivery").as_string() == delivery; }, 30s);
    }
    /// "mail.received/mail", "purchase.state_changed/postal": kind and source of each line.
    std::vector<std::string> lines(const std::string& id) {
        std::vector<std::string> out;
        const auto timeline = ask("GET", "/v1/purchase-orders/" + id + "/timeline");
        for (const auto& each : timeline.at("items").as_array())
            out.push_back(
                std::string(each.at("kind").as_string()) + "/" +
                std::string(each.at("source").as_string())
            );
        return out;
    }
    bool has_line(const std::string& id, const std::string& line) {
        const auto all = lines(id);
        return std::ranges::find(all, line) != all.end();
    }
    long count_of_operation(const std::string& id, const std::string& name) {
        const auto operations = ask("GET", "/v1/purchase-orders/" + id + "/operations");
        return std::ranges::count_if(
            operations.at("items").as_array(),
            [&](const json::value& each) { return each.at("name").as_string() == name; }
        );
    }
    json::array mails(const std::string& query) {
        return ask("GET", "/v1/mails" + query).at("items").as_array();
    }

    /// A mail of somebody to us, through the real Postfix.
    static void send(
        const std::string& from, const std::string& to, const std::string& subject,
        const std::string& text
    ) {
        static int count = 0;
        OutgoingMail mail;
        mail.message_id = "<answer-" + std::to_string(++count) + "@sender.example>";
        mail.from = {.name = "", .address = from};
        mail.to = {{.name = "", .address = to}};
        mail.subject = subject;
        mail.text = text;
        SmtpSettings settings;
        settings.server = {
            .host = servers().host,
            .port = servers().smtp,
            .security = MailSecurity::starttls,
            .ca_file = servers().ca_file
        };
        const auto report =
            send_mail(settings, {.from = from, .to = {to}}, render_mail(mail).value(), {});
        ASSERT_TRUE(report.accepted()) << report.error->message;
    }
    /// The address that the carrier answers to: Reply-To of the mail that it got.
    static std::string answer_to() {
        EXPECT_TRUE(servers().wait_for("carrier", 1));
        const auto mail = servers().mails_in("carrier").at(0);
        const auto from = mail.find("desk+");
        return mail.substr(from, mail.find_first_of(">\r\n ", from) - from);
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder / name) << text;
        std::filesystem::permissions(folder / name, std::filesystem::perms(0600));
    }
    std::filesystem::path folder;
    std::string token;
    int keys = 0;
    Program daemon;

private:
    static inline Result<std::unique_ptr<MailServers>> started_ =
        failure(ErrorKind::internal, "not started");
};

TEST_F(MailIntakeOfADaemon, BringsAnAnswerToItsOrderAndTheOrderFollows) {
    configure();
    start();
    const auto id = order("po-1");
    ASSERT_TRUE(becomes(id, "in_review"));
    const auto to = answer_to();
    ASSERT_THAT(to, HasSubstr("desk+"));
    const auto checks = count_of_operation(id, "check_purchase");

    send(desk_of_carrier, to, "Re: your order", "We had a look at it.");
    ASSERT_TRUE(wait_until([&] { return !mails("?order=" + id).empty(); }, 30s));
    EXPECT_TRUE(
        wait_until([&] { return count_of_operation(id, "check_purchase") == checks + 1; }, 30s)
    ) << "it was not hurried";
    EXPECT_THAT(lines(id), Contains("mail.received/mail"));
    EXPECT_EQ(mails("?order=" + id)[0].at("state").as_string(), "waiting")
        << "the plugin makes nothing of it, so somebody must";

    send(desk_of_carrier, to, "Re: your order", "status: needs_documents");
    ASSERT_TRUE(becomes(id, "needs_documents"));
    EXPECT_THAT(lines(id), Contains("mail.read/postal"));
    EXPECT_THAT(lines(id), Contains("purchase.state_changed/postal"));
    const auto answers = mails("?order=" + id);
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_EQ(answers[0].at("state").as_string(), "matched");
    EXPECT_EQ(answers[0].at("matched_by").as_string(), "address_token");
    EXPECT_EQ(answers[0].at("reading").at("state").as_string(), "needs_documents");

    daemon.kill();
    const auto settings = load_settings(folder / "config");
    ASSERT_TRUE(settings) << settings.error().message;
    const StoreSeal seal(Sealing(*master_key_of(*settings)));
    const auto store = Store::open(
        {.address = *store_address(*settings), .holder = "test", .beside = true}, seal,
        [](auto run) { run(); }
    );
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_THAT(
        breaches_of_outbox(**store, servers().mails_in("carrier"), desk_of_carrier), IsEmpty()
    );
    EXPECT_THAT(breaches_of_outbox(**store, {}, desk_of_carrier), Not(IsEmpty()))
        << "the check finds nothing";
    EXPECT_THAT(breaches_of_outbox(**store, servers().mails_in("desk"), "nobody"), Not(IsEmpty()))
        << "the check finds nothing";
}

TEST_F(MailIntakeOfADaemon, LeavesToAPersonWhatFitsNothingOrIsForged) {
    configure();
    start();
    const auto id = order("po-2");
    ASSERT_TRUE(becomes(id, "in_review"));
    const auto to = answer_to();
    send("stranger@elsewhere.example", "desk@porteur.example", "Hello", "perhaps: exception");
    send("stranger@elsewhere.example", to, "Re: your order", "status: exception");
    send(desk_of_carrier, "desk@porteur.example", "Your order po-2", "status: exception");
    ASSERT_TRUE(wait_until([&] { return mails("?state=waiting").size() == 3; }, 30s));
    EXPECT_EQ(show(id).at("state").as_string(), "in_review");

    const auto waiting = mails("?state=waiting");
    const auto find = [&](std::string_view by) {
        const auto found = std::ranges::find_if(waiting, [&](const json::value& each) {
            return each.at("matched_by").as_string() == by;
        });
        EXPECT_NE(found, waiting.end()) << by;
        return found == waiting.end() ? std::string() : std::string(found->at("id").as_string());
    };
    const auto shown = ask("GET", "/v1/mails/" + find("subject_reference"));
    EXPECT_EQ(shown.at("candidates").at(0).at("id").as_string(), id);
    EXPECT_THAT(std::string(shown.at("text").as_string()), HasSubstr("status: exception"));

    // A person assigns the stranger's, and is asked what its word is worth; then takes it back.
    const auto stranger = "/v1/mails/" + find("nothing");
    EXPECT_EQ(
        ask("POST", stranger + "/assign", R"({"order":")" + id + R"("})").at("state").as_string(),
        "waiting"
    );
    EXPECT_EQ(show(id).at("state").as_string(), "in_review");
    EXPECT_EQ(ask("POST", stranger + "/dismiss").at("state").as_string(), "settled");
    EXPECT_THAT(lines(id), Contains("mail.dismissed/anna"));

    // The forged one turns out to be true.
    const auto forged = "/v1/mails/" + find("address_token");
    EXPECT_EQ(
        ask("POST", forged + "/assign", R"({"take_word":true,"order":")" + id + R"("})")
            .at("state")
            .as_string(),
        "settled"
    );
    EXPECT_EQ(show(id).at("state").as_string(), "exception");
}

TEST_F(MailIntakeOfADaemon, MakesAnOrderWhoseMailBouncedAnException) {
    configure();
    start();
    const auto id = order("po-3", "nobody@undeliverable.example");
    ASSERT_TRUE(becomes(id, "exception"));
    const auto shown = show(id);
    EXPECT_EQ(shown.at("delivery").as_string(), "waiting_for_person");
    EXPECT_THAT(std::string(shown.at("problem").as_string()), HasSubstr("5.1.1"));
    EXPECT_THAT(lines(id), Contains("mail.bounced/mail"));
    EXPECT_EQ(mails("?state=waiting").size(), 0U);
    EXPECT_EQ(mails("?order=" + id)[0].at("matched_by").as_string(), "message_id");
    // Whatever of our mail a server brings back, its report names the order's mail and the address that we wrote to.
    const auto reported = servers().mails_in("desk").at(0);
    EXPECT_THAT(reported, HasSubstr("Original-Envelope-Id: " + id + "."));
    EXPECT_THAT(reported, HasSubstr("Original-Recipient: rfc822;nobody@undeliverable.example"));
}

/// Stands between porteurd and Dovecot, and counts the mails that went by.
class Relay {
public:
    explicit Relay(std::uint16_t to)
        : server([this, to](const ScriptedServer::Peer& peer) { carry(peer, to); }) {}

    std::atomic<int> fetched = 0;
    ScriptedServer server;

private:
    void carry(const ScriptedServer::Peer& peer, std::uint16_t to) {
        boost::asio::io_context io;
        boost::asio::ip::tcp::socket dovecot(io);
        boost::system::error_code failed;
        dovecot.connect({boost::asio::ip::address_v4::loopback(), to}, failed);
        std::string kept;
        const auto line = [&] {
            const auto size =
                boost::asio::read_until(dovecot, boost::asio::dynamic_buffer(kept), "\r\n", failed);
            auto text = kept.substr(0, size);
            kept.erase(0, size);
            return text;
        };
        peer.say(line());
        for (auto asked = peer.hear(); !asked.empty() && !failed; asked = peer.hear()) {
            boost::asio::write(dovecot, boost::asio::buffer(asked), failed);
            auto answer = line();
            const bool long_one =
                asked.starts_with("UIDL") || asked.starts_with("LIST") || asked.starts_with("RETR");
            if (long_one && answer.starts_with("+OK"))
                for (std::string more; more != ".\r\n" && !failed; answer += more) more = line();
            peer.say(answer);
            if (asked.starts_with("RETR")) ++fetched;
        }
    }
};

TEST_F(MailIntakeOfADaemon, TakesAMailAgainOnceWhenItDiesBeforeTheCommit) {
    Relay relay(servers().pop3);
    configure(
        smtp(), "[mail.pop3]\nhost = \"127.0.0.1\"\nport = " + std::to_string(relay.server.port) +
                    "\nsecurity = \"plaintext-loopback\"\nuser = \"desk\"\n"
                    "password = { file = \"secrets/mail\" }\npoll_interval = \"1s\"\n"
    );
    start();
    // Somebody else writes to the store's file: the mail is fetched, and cannot become durable.
    sqlite3* blocker = nullptr;
    ASSERT_EQ(sqlite3_open((folder / "data/porteur.db").c_str(), &blocker), SQLITE_OK);
    sqlite3_busy_timeout(blocker, 10'000);
    ASSERT_EQ(sqlite3_exec(blocker, "begin immediate", nullptr, nullptr, nullptr), SQLITE_OK);
    send("stranger@elsewhere.example", "desk@porteur.example", "Hello", "Anybody there?");
    ASSERT_TRUE(wait_until([&] { return relay.fetched == 1; }, 20s));
    daemon.kill();
    sqlite3_exec(blocker, "rollback", nullptr, nullptr, nullptr);
    sqlite3_close(blocker);

    start();
    ASSERT_TRUE(wait_until([&] { return mails("").size() == 1; }, 30s)) << "the mail was lost";
    EXPECT_EQ(relay.fetched, 2) << "it was durable before it was killed: nothing was shown";
    // A second mail shows that the mailbox was visited again since.
    send("stranger@elsewhere.example", "desk@porteur.example", "Hello again", "Still there?");
    ASSERT_TRUE(wait_until([&] { return mails("").size() >= 2; }, 30s));
    daemon.kill();
    start();
    send("stranger@elsewhere.example", "desk@porteur.example", "And again", "Still?");
    ASSERT_TRUE(wait_until([&] { return mails("").size() >= 3; }, 30s));
    EXPECT_EQ(mails("").size(), 3U) << "a mail was taken twice";
    EXPECT_EQ(relay.fetched, 4) << "a mail was fetched that was here";
    EXPECT_EQ(servers().mails_in("desk").size(), 3U)
        << "a mail was deleted at the server, which nobody had asked for";
}

TEST_F(MailIntakeOfADaemon, DeletesAtTheServerOnlyWhatIsSafeAndOnlyIfTold) {
    configure(smtp(), "[mail.pop3]\n" + mailbox("desk", "delete_taken = true\n"));
    start();
    send("stranger@elsewhere.example", "desk@porteur.example", "Hello", "Anybody there?");
    ASSERT_TRUE(wait_until([&] { return mails("").size() == 1; }, 30s));
    EXPECT_TRUE(wait_until([] { return servers().mails_in("desk").empty(); }, 30s));
}

TEST_F(MailIntakeOfADaemon, GoesOnWhileTheMailboxCannotBeRead) {
    configure();
    write("config/secrets/mail", "wrong\n");
    start();
    const auto not_ready = [&] {
        const auto ready = ask("GET", "/readyz");
        for (const auto& each : ready.at("checks").as_array())
            if (each.at("name").as_string() == "mail") {
                const auto ok = each.at("ok").as_bool();
                // Behind a proxy of this machine anybody may ask.
                EXPECT_EQ(std::string(each.at("detail").as_string()), ok ? "" : "the mailbox cannot be read; porteurd's log says why");
                return !ok;
            }
        return false;
    };
    EXPECT_TRUE(wait_until(not_ready, 30s));
    const auto id = order("po-4");
    EXPECT_TRUE(becomes(id, "in_review")) << "orders do not need the mailbox";
    write("config/secrets/mail", servers().password + "\n");
    EXPECT_TRUE(wait_until([&] { return !not_ready(); }, 60s)) << "it is not tried again";
    std::ifstream log(folder / "porteurd.log");
    const std::string text{std::istreambuf_iterator<char>(log), {}};
    std::size_t said = 0;
    for (auto at = text.find("cannot be read, tried again"); at != text.npos;
         at = text.find("cannot be read, tried again", at + 1))
        ++said;
    EXPECT_EQ(said, 1U) << text;
    EXPECT_THAT(text, HasSubstr("is read again"));
}

/// An SMTP server that takes a mail, may give the archive its copy, and is gone before it says so:
/// what `smtp-sink -q .` does, with the archive beside it.
class TakesTheMailAndDrops {
public:
    explicit TakesTheMailAndDrops(std::function<void(const std::string& mail)> taken)
        : server([taken = std::move(taken)](const ScriptedServer::Peer& peer) {
              peer.say("220 here\r\n");
              for (std::string line = peer.hear(); !line.empty(); line = peer.hear()) {
                  if (!line.starts_with("DATA")) {
                      peer.say("250 ok\r\n");
                      continue;
                  }
                  peer.say("354 go on\r\n");
                  std::string mail;
                  for (line = peer.hear(); !line.empty() && line != ".\r\n"; line = peer.hear())
                      mail += line.starts_with(".") ? line.substr(1) : line;
                  if (line == ".\r\n") taken(mail);
                  return;
              }
          }) {}
    ScriptedServer server;
    std::string settings() const {
        return "archive = \"archive@porteur.example\"\n[mail.smtp]\nhost = \"127.0.0.1\"\nport = " +
               std::to_string(server.port) + "\nsecurity = \"plaintext-loopback\"\n";
    }
};

TEST_F(MailIntakeOfADaemon, TakesTheCopyInTheArchiveForTheProofThatAMailWasSent) {
    std::atomic<int> count = 0;
    TakesTheMailAndDrops carrier([&](const std::string& mail) {
        ++count;
        SmtpSettings settings;
        settings.server = {
            .host = servers().host,
            .port = servers().smtp,
            .security = MailSecurity::starttls,
            .ca_file = servers().ca_file
        };
        const auto report = send_mail(
            settings, {.from = "desk@porteur.example", .to = {"archive@porteur.example"}}, mail, {}
        );
        EXPECT_TRUE(report.accepted());
    });
    // Older mails are in the archive, too.
    for (int each = 0; each < 3; ++each)
        send("desk@porteur.example", "archive@porteur.example", "An older one", "x");
    configure(carrier.settings(), "[mail.archive_pop3]\n" + mailbox("archive"));
    start();
    const auto id = order("po-5");
    ASSERT_TRUE(becomes(id, "in_review"));
    EXPECT_THAT(lines(id), Contains("purchase.outcome_lost/engine"));
    EXPECT_THAT(lines(id), Contains("purchase.outcome_proved/engine"));
    EXPECT_EQ(show(id).at("delivery").as_string(), "idle");
    EXPECT_EQ(count, 1) << "the mail was sent again";
    EXPECT_EQ(servers().mails_in("archive").size(), 4U) << "something was deleted in the archive";
}

TEST_F(MailIntakeOfADaemon, LeavesAMailInDoubtWhoseCopyIsNotInTheArchive) {
    std::atomic<int> count = 0;
    TakesTheMailAndDrops carrier([&](const std::string&) { ++count; });
    send("desk@porteur.example", "archive@porteur.example", "An older one", "x");
    configure(carrier.settings(), "[mail.archive_pop3]\n" + mailbox("archive"));
    start();
    const auto id = order("po-6");
    ASSERT_TRUE(wait_until(
        [&] {
            return has_line(id, "purchase.in_doubt/engine") ||
                   has_line(id, "purchase.in_doubt/postal");
        },
        60s
    ));
    EXPECT_EQ(show(id).at("delivery").as_string(), "in_doubt");
    EXPECT_THAT(lines(id), Contains("purchase.outcome_unproved/engine"));
    EXPECT_THAT(lines(id), Not(Contains("purchase.outcome_proved/engine")));
    EXPECT_EQ(count, 1) << "the mail was sent again";
}

TEST_F(MailIntakeOfADaemon, TakesABounceForTheProofThatAMailInDoubtDidNotArrive) {
    TakesTheMailAndDrops carrier([&](const std::string& mail) {
        SmtpSettings settings;
        settings.server = {
            .host = servers().host,
            .port = servers().smtp,
            .security = MailSecurity::starttls,
            .ca_file = servers().ca_file
        };
        const auto report = send_mail(
            settings, {.from = "desk@porteur.example", .to = {"nobody@undeliverable.example"}},
            mail, {}
        );
        EXPECT_TRUE(report.accepted());
    });
    write("config/carriers/postal.toml", "plugin = \"postal\"\nsettle = \"6s\"\n");
    configure(carrier.settings(), "[mail.pop3]\n" + mailbox("desk"));
    start();
    const auto id = order("po-7", "nobody@undeliverable.example");
    ASSERT_TRUE(becomes(id, "exception"));
    EXPECT_THAT(lines(id), Contains("mail.bounced/mail"));
    EXPECT_THAT(lines(id), Not(Contains("purchase.in_doubt/postal")));
    EXPECT_THAT(std::string(show(id).at("problem").as_string()), HasSubstr("5.1.1"));
}

}  // namespace
}  // namespace porteur::testing
