// SPDX-License-Identifier: Apache-2.0
// What a mail effect becomes in the outbox, where no mail server is configured; and what is known of a mail that a server took.
#include "app/mail_performer.hpp"

#include <gmock/gmock.h>

#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_future.hpp>

#include "support/engine_world.hpp"
#include "support/mail_servers.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr Id order = 7;

class MailPerformed : public ::testing::Test {
protected:
    MailPerformed() {
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
        store = Store::open(
                    {.address = "sqlite:" + (folder / "porteur.db").string()}, seal,
                    [this](std::function<void()> run) { boost::asio::post(io, std::move(run)); }
        ).value();
        std::array<unsigned char, 32> key{};
        documents.emplace(paper::DocumentFolder::open(folder / "documents", {.id = "a-key-id", .key = key, .old_key = key}).value());
        MailSection section;
        section.from = {.name = "Desk", .address = "desk@porteur.example"};
        performer.emplace(*store, *documents, clock, chance, section, ReplyKey{});
        descriptor.mail.addresses = {"orders@carrier.example"};
        account->descriptor = &descriptor;
    }
    ~MailPerformed() override {
        performer.reset();
        store.reset();
        std::filesystem::remove_all(folder);
    }
    template <class T>
    T done(std::future<T> outcome) {
        while (outcome.wait_for(0s) != std::future_status::ready) io.run_one();
        return outcome.get();
    }
    void commit(Commit made) {
        std::promise<void> written;
        auto outcome = written.get_future();
        store->commit(std::move(made), [&](const Result<void>& stored) {
            EXPECT_TRUE(stored) << stored.error().message;
            written.set_value();
        });
        done(std::move(outcome));
    }
    /// An operation of the order that wrote this mail, which left.
    void wrote(Id operation, const std::string& message_id, const std::string& to) {
        Commit made;
        Operation row;
        row.id = operation;
        row.order = order;
        row.name = "purchase";
        made.new_operations.push_back(std::move(row));
        OutboxMail mail;
        mail.operation = operation;
        mail.seq = 1;
        mail.order = order;
        mail.message_id = message_id;
        mail.phase = "accepted";
        mail.recipients = "[\"" + to + "\"]";
        mail.updated = clock.now();
        made.new_mails.push_back(std::move(mail));
        commit(std::move(made));
    }
    void answered(Id id, const std::string& message_id, const std::string& sender) {
        Commit made;
        InboxMail mail;
        mail.id = id;
        mail.mailbox = "desk@localhost";
        mail.uid = message_id;
        mail.received = mail.updated = clock.now() + 1h;
        mail.sender = sender;
        mail.message_id = message_id;
        mail.order = order;
        mail.state = "matched";
        made.new_received.push_back(std::move(mail));
        commit(std::move(made));
    }
    void has_operation(Id operation) {
        Commit made;
        Operation row;
        row.id = operation;
        row.order = order;
        row.name = "check_purchase";
        made.new_operations.push_back(std::move(row));
        commit(std::move(made));
    }
    EffectContext context_of(Id operation) const {
        EffectContext context;
        context.order = order;
        context.operation = operation;
        context.tenant = 1;
        context.view = account;
        return context;
    }
    static Effect reminder(const std::string& more = "") {
        Effect effect;
        effect.seq = 1;
        effect.kind = EffectKind::mail;
        effect.guarantee = Guarantee::once;
        effect.step = "remind";
        effect.head = R"({"documents":[],)" + more +
                      R"("subject":"Re: Numbers","to":["orders@carrier.example"]})";
        effect.body = "Any news?\n";
        return effect;
    }
    Performed performed(Id operation, const std::string& more = "") {
        return done(boost::asio::co_spawn(io, performer->perform(context_of(operation), reminder(more)), boost::asio::use_future));
    }
    std::string written_by(Id operation, const std::string& more = "") {
        has_operation(operation);
        (void)performed(operation, more);
        const auto row_written = store->mail(operation, 1);
        return row_written && *row_written ? (*row_written)->mime : std::string();
    }

    std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) /
                                   ("mail_performer." + std::to_string(getpid()));
    testing::HexSeal seal;
    boost::asio::io_context io{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()
    };
    testing::JumpingClock clock{io.get_executor()};
    testing::SeededChance chance{1};
    Descriptor descriptor;
    std::shared_ptr<Account> account = std::make_shared<Account>();
    std::unique_ptr<Store> store;
    std::optional<paper::DocumentFolder> documents;
    std::optional<MailPerformer> performer;
};

TEST_F(MailPerformed, IsAThreadOfItsOwnWhenItIsTheFirstOfItsOrder) {
    EXPECT_THAT(
        written_by(11), AllOf(
                            HasSubstr("Subject: Re: Numbers"), Not(HasSubstr("In-Reply-To")),
                            Not(HasSubstr("References"))
                        )
    );
}

TEST_F(MailPerformed, JoinsTheThreadOfItsOrderWithTheSamePeople) {
    wrote(11, "<first@porteur.example>", "orders@carrier.example");
    wrote(12, "<elsewhere@porteur.example>", "orders@another.example");
    answered(21, "<question@carrier.example>", "anna@carrier.example");
    answered(22, "<stranger@other.example>", "eve@other.example");
    answered(23, "no message id at all\r\n", "anna@carrier.example");
    EXPECT_THAT(
        written_by(31),
        AllOf(
            HasSubstr("In-Reply-To:\r\n <question@carrier.example>\r\n"),
            HasSubstr(
                "References:\r\n <first@porteur.example>\r\n <question@carrier.example>\r\nSubject"
            )
        )
    );
}

/// With a mail server, and a store that can be made to refuse one line.
class MailTaken : public MailPerformed {
protected:
    MailTaken() {
        MailSection section;
        section.from = {.name = "Desk", .address = "desk@porteur.example"};
        section.smtp = SmtpServer{.host = "127.0.0.1", .port = sink->port, .security = MailSecurity::plaintext_loopback, .user = {}, .password = {}, .ca_file = {}, .timeout = 10s};
        performer->reload(section);
    }
    /// The disk is full whenever a mail's acceptance is to be written.
    void refuse_acceptances(bool refuses) {
        sqlite3* db = nullptr;
        ASSERT_EQ(sqlite3_open((folder / "porteur.db").c_str(), &db), SQLITE_OK);
        const char* const sql = refuses ? "create trigger refuse before update on outbox when new.phase = 'accepted' begin select raise(abort, 'the disk is full'); end"
                                        : "drop trigger refuse";
        EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
        sqlite3_close(db);
    }
    std::string phase_of(Id operation) const { return store->mail(operation, 1).value().value().phase; }

    std::unique_ptr<testing::SmtpSink> sink = testing::SmtpSink::start({}).value();
};

TEST_F(MailTaken, IsNoDoubtThoughTheStoreRefusedToWriteThat) {
    has_operation(11);
    refuse_acceptances(true);
    const auto first = performed(11);
    EXPECT_EQ(first.completion.kind, ErrorKind::none) << first.completion.head;
    EXPECT_FALSE(first.lost);
    EXPECT_EQ(phase_of(11), "data_sent");

    // The engine could not write the outcome either, and asks again.
    const auto recalled = done(boost::asio::co_spawn(io, performer->recall(context_of(11), reminder()), boost::asio::use_future));
    ASSERT_TRUE(recalled) << "its outcome counts as lost";
    EXPECT_EQ(recalled->completion.head, first.completion.head);
    EXPECT_EQ(phase_of(11), "data_sent") << "the store refuses still";
    refuse_acceptances(false);
    EXPECT_TRUE(done(boost::asio::co_spawn(io, performer->recall(context_of(11), reminder()), boost::asio::use_future)));
    EXPECT_EQ(phase_of(11), "accepted");
    EXPECT_EQ(sink->mails().size(), 1U) << "it was sent twice";
}

TEST_F(MailTaken, IsWrittenDownBeforeTheNextMailLeaves) {
    has_operation(11);
    refuse_acceptances(true);
    (void)performed(11);
    refuse_acceptances(false);
    has_operation(12);
    EXPECT_EQ(performed(12).completion.kind, ErrorKind::none);
    EXPECT_EQ(phase_of(11), "accepted");
    EXPECT_EQ(phase_of(12), "accepted");
}

TEST_F(MailPerformed, HasTheHtmlThatThePluginGave) {
    EXPECT_THAT(
        written_by(11, R"("html":"<p>Any news?</p>",)"),
        AllOf(HasSubstr("multipart/alternative"), HasSubstr("<p>Any news?</p>"))
    );
}

}  // namespace
}  // namespace porteur
