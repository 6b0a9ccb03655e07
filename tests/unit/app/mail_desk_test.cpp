// SPDX-License-Identifier: Apache-2.0
// What comes in, with the real store and engine and a POP3 server of a few lines.
#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_future.hpp>

#include "api/services.hpp"
#include "app/mail_intake.hpp"
#include "app/system_world.hpp"
#include "support/engine_world.hpp"
#include "support/mail_servers.hpp"
#include "support/result_matchers.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// One mailbox, as many visits as one likes.
class Mailbox {
public:
    struct Mail {
        std::string uid, bytes;
        std::size_t said_size = 0;  ///< 0: as it is
    };
    explicit Mailbox(std::vector<Mail> given)
        : mails(std::move(given)),
          server([this](const ScriptedServer::Peer& peer) { serve(peer); }) {}

    std::vector<Mail> mails;
    ScriptedServer server;

private:
    void serve(const ScriptedServer::Peer& peer) const {
        peer.say("+OK\r\n");
        for (std::string line = peer.hear(); !line.empty(); line = peer.hear()) {
            std::string answer = "+OK\r\n";
            if (line.starts_with("UIDL") || line.starts_with("LIST")) {
                for (std::size_t at = 0; at < mails.size(); ++at) {
                    const auto size =
                        mails[at].said_size == 0 ? mails[at].bytes.size() : mails[at].said_size;
                    answer += std::to_string(at + 1) + " " +
                              (line[0] == 'U' ? mails[at].uid : std::to_string(size)) + "\r\n";
                }
                answer += ".\r\n";
            } else if (line.starts_with("RETR ")) {
                answer += mails.at(std::stoul(line.substr(5)) - 1).bytes + "\r\n.\r\n";
            }
            peer.say(answer);
            if (line.starts_with("QUIT")) return;
        }
    }
};

/// A plugin's process that never answers: its order stays at work.
class SilentRunner : public OperationRunner {
public:
    Async<Result<Turn>> begin(Id, std::string, std::string) override {
        boost::asio::steady_timer never(co_await boost::asio::this_coro::executor, 1h);
        co_await never.async_wait(boost::asio::use_awaitable);
        co_return failure(ErrorKind::unavailable, "never");
    }
    Async<Result<Turn>> step(Id, std::vector<Completion>) override {
        co_return failure(ErrorKind::unavailable, "never");
    }
    void end(Id) override {}
    const std::string& build() const override { return build_; }

private:
    std::string build_ = std::string(64, 'a');
};

class MailDeskTest : public ::testing::Test {
protected:
    MailDeskTest() {
        folder = std::filesystem::path(::testing::TempDir()) / ("desk." + std::to_string(getpid()));
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
        store = *Store::open(
            {.address = "sqlite:" + (folder / "porteur.db").string()}, seal,
            [this](std::function<void()> run) { boost::asio::post(io, std::move(run)); }
        );
        real = std::make_unique<StoreForEngine>(*store);
        auto view = std::make_shared<AccountView>();
        view->runner = &silent;
        view->descriptor = &descriptor;
        of_engine.all["silent"] = std::move(view);
        ::setenv("PORTEUR_TEST_POP3", "secret", 1);
        engine_thread = std::thread([this] { io.run(); });
        make_engine();
    }
    ~MailDeskTest() override {
        intake->stop();
        boost::asio::post(io, [this] { engine->stop(); });
        work.reset();
        io.stop();
        engine_thread.join();
        store.reset();
        std::filesystem::remove_all(folder);
    }

    /// A new engine over the same store, as a start makes it; on its own thread.
    void make_engine() {
        std::promise<void> made;
        boost::asio::post(io, [&] {
            engine = std::make_unique<Engine>(
                io.get_executor(), *real, of_engine, performer, clock, chance
            );
            desk = std::make_unique<MailDesk>(MailDesk::Parts{
                .engine = *engine,
                .accounts = accounts,
                .performer = performer,
                .store = *store,
                .clock = clock,
                .chance = chance,
                .rhythm = {}
            });
            intake = std::make_unique<MailIntake>(MailIntake::Parts{
                .engine_thread = io.get_executor(), .desk = *desk, .store = *store, .key = key
            });
            made.set_value();
        });
        made.get_future().wait();
    }

    MailSection section(const Mailbox& mailbox, bool delete_taken = false) const {
        MailSection mail;
        mail.from = {.name = "Desk", .address = "desk@porteur.example"};
        Pop3Server pop3;
        pop3.host = "127.0.0.1";
        pop3.port = mailbox.server.port;
        pop3.security = MailSecurity::plaintext_loopback;
        pop3.user = "desk";
        pop3.password.source = SecretRef::Source::env;
        pop3.password.name = "PORTEUR_TEST_POP3";
        pop3.delete_taken = delete_taken;
        mail.pop3 = pop3;
        return mail;
    }
    template <class T>
    T on_engine(Async<T> wanted) {
        return boost::asio::co_spawn(io, std::move(wanted), boost::asio::use_future).get();
    }
    /// An order whose mail left with its plus-address.
    Order order(
        const std::string& account, Stage stage = Stage::none, std::optional<Instant> due = {}
    ) {
        Order made;
        made.tenant = 1;
        made.kind = OrderKind::purchase;
        made.account = account;
        made.state = OrderState::in_review;
        made.stage = stage;
        made.due = due;
        made.request = "{}";
        auto created = on_engine(engine->create(std::move(made), {}, {})).value();
        OutboxMail sent;
        sent.operation = created.id;
        sent.seq = 1;
        sent.tenant = 1;
        sent.order = created.id;
        sent.message_id = "<" + id_text(created.id) + ".letter.1.aa@porteur.example>";
        sent.phase = "accepted";
        sent.recipients = "[\"desk@carrier.example\"]";
        sent.mime = "x";
        sent.reply_token = reply_token(id_text(created.id), key);
        Commit outbox;
        outbox.new_mails.push_back(sent);
        std::promise<Result<void>> written;
        store->commit(std::move(outbox), [&](Result<void> done) {
            written.set_value(std::move(done));
        });
        EXPECT_TRUE(written.get_future().get());
        return created;
    }
    bool is_at_work() {
        return wait_until(
            [&] {
                std::promise<std::size_t> running;
                boost::asio::post(io, [&] { running.set_value(engine->counters().running); });
                return running.get_future().get() == 1;
            },
            10s
        );
    }
    std::string answer_to(const Order& to) {
        return "From: desk@carrier.example\r\nTo: desk+" + reply_token(id_text(to.id), key) +
               "@porteur.example\r\nSubject: Re: order\r\nMessage-ID: "
               "<a@carrier.example>\r\n\r\nHello\r\n";
    }
    std::vector<InboxMail> mails(std::string state = {}) {
        return store->received_mails({.tenant = {}, .state = std::move(state), .order = 0}, 0, 50)
            .value();
    }
    std::vector<std::string> kinds(Id id) {
        std::vector<std::string> out;
        for (const auto& each : store->timeline(id).value()) out.push_back(each.kind);
        return out;
    }

    std::filesystem::path folder;
    PlainSeal seal;
    ReplyKey key{1, 2, 3};
    boost::asio::io_context io{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()
    };
    SystemClock clock{io.get_executor()};
    SystemChance chance;
    SilentRunner silent;
    Descriptor descriptor;
    ScriptedPerformer performer;
    OneAccount of_engine;
    ConfiguredAccounts accounts{io.get_executor(), Settings{}};
    std::unique_ptr<Store> store;
    std::unique_ptr<StoreForEngine> real;
    std::unique_ptr<Engine> engine;
    std::unique_ptr<MailDesk> desk;
    std::unique_ptr<MailIntake> intake;
    std::thread engine_thread;
};

TEST_F(MailDeskTest, MatchesAnAnswerAndTakesItOnce) {
    const auto about = order("gone");
    Mailbox mailbox({{"uid-1", answer_to(about)}});
    const auto first = intake->visit(section(mailbox));
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_EQ(first->taken, 1U);
    const auto second = intake->visit(section(mailbox));
    ASSERT_TRUE(second) << second.error().message;
    EXPECT_EQ(second->taken, 0U);
    ASSERT_EQ(mails().size(), 1U);
    EXPECT_EQ(mails()[0].order, about.id);
    EXPECT_EQ(mails()[0].state, "waiting")
        << "nobody can check the order, so somebody must read it";
    EXPECT_THAT(kinds(about.id), ElementsAre("mail.received"));
}

TEST_F(MailDeskTest, KeepsTheMailOfAnOrderAtWorkAndTellsItLater) {
    const auto busy = order("silent", Stage::submit, clock.now());
    ASSERT_TRUE(is_at_work());
    Mailbox mailbox({{"uid-1", answer_to(busy)}});
    ASSERT_TRUE(intake->visit(section(mailbox)));
    ASSERT_EQ(mails("taken").size(), 1U) << "the mail waits for its order, at the server";
    EXPECT_THAT(kinds(busy.id), ElementsAre());
    EXPECT_EQ(intake->visit(section(mailbox))->seen_before, 1U);

    make_engine();  // the next start: the order is not at work any more
    ASSERT_TRUE(intake->visit(section(mailbox)));
    EXPECT_EQ(mails("taken").size(), 0U);
    EXPECT_THAT(kinds(busy.id), ElementsAre("mail.received"));
    ASSERT_TRUE(intake->visit(section(mailbox)));
    EXPECT_THAT(kinds(busy.id), ElementsAre("mail.received")) << "the order was told twice";
}

TEST_F(MailDeskTest, MarksTheMailOfAnOrderAtWorkThatBounced) {
    const auto busy = order("silent", Stage::submit, clock.now());
    ASSERT_TRUE(is_at_work());
    const auto ours = store->mails_of(busy.id)->at(0).message_id;
    Mailbox mailbox(
        {{"uid-1",
          "From: MAILER-DAEMON@mail.example\r\nTo: desk@porteur.example\r\nReturn-Path: <>\r\n"
          "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
          "--b\r\nContent-Type: text/plain\r\n\r\nSorry\r\n"
          "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; "
          "mail.example\r\n\r\n"
          "Final-Recipient: rfc822; desk@carrier.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
          "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: " +
              ours + "\r\n\r\n--b--"}}
    );
    ASSERT_TRUE(intake->visit(section(mailbox)));
    EXPECT_EQ(mails("taken").size(), 1U);
    EXPECT_THAT(store->mails_of(busy.id)->at(0).bounce, HasSubstr("desk@carrier.example: 5.1.1"));
    make_engine();
    ASSERT_TRUE(intake->visit(section(mailbox)));
    EXPECT_THAT(kinds(busy.id), ElementsAre("mail.bounced"));
}

TEST_F(MailDeskTest, ReportsAMailThatIsTooLargeOnceAndLeavesIt) {
    Mailbox mailbox({{"uid-1", "Subject: x\r\n\r\nx", 30'000'000}});
    ASSERT_TRUE(intake->visit(section(mailbox, true)));
    ASSERT_TRUE(intake->visit(section(mailbox, true)));
    ASSERT_EQ(mails().size(), 1U);
    EXPECT_EQ(mails()[0].state, "waiting");
    EXPECT_THAT(mails()[0].reason, HasSubstr("left at the server"));
    EXPECT_EQ(intake->status().too_large, 1U);
    EXPECT_THAT(
        on_engine(desk->assign(mails()[0].id, 1, 7, false, "anna", {})),
        FailsWith(ErrorKind::invalid_input, HasSubstr("left at the server"))
    );
    ASSERT_TRUE(on_engine(desk->dismiss(mails()[0].id, 1, "anna", {})));
    ASSERT_TRUE(intake->visit(section(mailbox, true)));
    EXPECT_EQ(mails("settled").size(), 1U);
    EXPECT_THAT(mailbox.server.received(), Not(HasSubstr("DELE")))
        << "it was deleted, and is nowhere now";
}

TEST_F(MailDeskTest, TakesWhatNobodyCanRead) {
    Mailbox mailbox({{"uid-1", ""}, {"uid-2", "no header at all"}});
    ASSERT_TRUE(intake->visit(section(mailbox, true)));
    ASSERT_EQ(mails("waiting").size(), 2U);
    ASSERT_TRUE(intake->visit(section(mailbox, true)));
    EXPECT_EQ(mails().size(), 2U);
    EXPECT_THAT(mailbox.server.received(), HasSubstr("DELE 2"));
}

TEST_F(MailDeskTest, AssignsAWaitingMailOnceAndOnlyWithinTheTenant) {
    const auto about = order("gone");
    Mailbox mailbox({{"uid-1", "From: a@b.example\r\nSubject: x\r\n\r\nHello\r\n"}});
    ASSERT_TRUE(intake->visit(section(mailbox)));
    const auto mail = mails("waiting").at(0).id;
    EXPECT_EQ(
        on_engine(desk->assign(mail, 2, about.id, false, "eve", {})).error().code, not_found_code
    );
    EXPECT_EQ(
        on_engine(desk->assign(mail, 1, about.id + 1, false, "anna", {})).error().code,
        not_found_code
    );
    ASSERT_TRUE(on_engine(desk->assign(mail, 1, about.id, false, "anna", {})));
    EXPECT_EQ(mails("settled").at(0).matched_by, "person");
    EXPECT_THAT(kinds(about.id), ElementsAre("mail.received"));
    EXPECT_EQ(
        on_engine(desk->assign(mail, 1, about.id, false, "anna", {})).error().code, conflict_code
    );
    EXPECT_EQ(on_engine(desk->dismiss(mail, 1, "anna", {})).error().code, conflict_code);
}

TEST(PauseAfter, GrowsToHalfAnHourAndNeverUnderTheInterval) {
    EXPECT_EQ(pause_after(60s, 0), 60s);
    EXPECT_EQ(pause_after(60s, 1), 120s);
    EXPECT_EQ(pause_after(60s, 40), 30min);
    EXPECT_EQ(pause_after(2h, 3), 2h);
}

}  // namespace
}  // namespace porteur::testing
