// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "app/performer.hpp"
#include "support/engine_world.hpp"

namespace porteur {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SignPerformed : public ::testing::Test {
protected:
    SignPerformed() {
        std::filesystem::create_directories(folder);
        store = Store::open({.address = "sqlite:" + (folder / "porteur.db").string()}, seal, [](std::function<void()> run) { run(); }).value();
        std::array<unsigned char, 32> key{};
        documents.emplace(paper::DocumentFolder::open(folder / "documents", {.id = "a-key-id", .key = key, .old_key = key}).value());
        setenv("PORTEUR_TEST_API_SECRET", "Jefe", 1);
        account->configured.name = "acme";
        account->configured.secrets["api_secret"] = {SecretRef::Source::env, "PORTEUR_TEST_API_SECRET", "test", {}};
        account->configured.secrets["gone"] = {SecretRef::Source::env, "PORTEUR_TEST_NO_SUCH_SECRET", "test", {}};
        http.emplace(*store, *documents, clock);
        mail.emplace(*store, *documents, clock, chance, std::nullopt, ReplyKey{});
        performer.emplace(*http, *mail);
    }
    ~SignPerformed() override {
        performer.reset();
        mail.reset();
        store.reset();
        std::filesystem::remove_all(folder);
    }
    Completion signing(std::string head) {
        EffectContext context;
        context.account = "acme";
        context.view = account;
        Completion got;
        boost::asio::co_spawn(
            io, performer->perform(std::move(context), {.seq = 3, .kind = EffectKind::sign, .guarantee = Guarantee::safe, .step = "sign",
                                                        .head = std::move(head), .body = "what do ya want for nothing?"}),
            [&](std::exception_ptr, Performed performed) { got = std::move(performed.completion); }
        );
        io.restart();
        io.run();
        return got;
    }

    std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / ("performer." + std::to_string(getpid()));
    testing::HexSeal seal;
    boost::asio::io_context io{1};
    testing::JumpingClock clock{io.get_executor()};
    testing::SeededChance chance{1};
    std::shared_ptr<Account> account = std::make_shared<Account>();
    std::unique_ptr<Store> store;
    std::optional<paper::DocumentFolder> documents;
    std::optional<HttpPerformer> http;
    std::optional<MailPerformer> mail;
    std::optional<Performer> performer;
};

TEST_F(SignPerformed, GivesTheSignatureAndNothingOfTheSecret) {
    const auto done = signing(R"({"algorithm":"hmac-sha256","encoding":"hex","secret":"api_secret"})");
    EXPECT_EQ(done.seq, 3u);
    EXPECT_EQ(done.kind, ErrorKind::none);
    EXPECT_EQ(done.head, R"({"signature":"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"})");
    EXPECT_THAT(done.body, Not(HasSubstr("Jefe")));
}

TEST_F(SignPerformed, SaysWhichSecretIsMissing) {
    const auto unknown = signing(R"({"algorithm":"hmac-sha256","encoding":"hex","secret":"other"})");
    EXPECT_EQ(unknown.kind, ErrorKind::unauthorized);
    EXPECT_THAT(unknown.head, HasSubstr("other"));
    EXPECT_NE(signing(R"({"algorithm":"hmac-sha256","encoding":"hex","secret":"gone"})").kind, ErrorKind::none);
}

TEST_F(SignPerformed, SignsNothingWithASecretOfTheOrder) {
    const auto refused = signing(R"({"algorithm":"hmac-sha256","encoding":"hex","secret":"order.pin"})");
    EXPECT_EQ(refused.kind, ErrorKind::invalid_input);
}

TEST_F(SignPerformed, AsksNothingByHttpWhereTheCarrierHasNoAddress) {
    EffectContext context;
    context.account = "acme";
    context.view = account;
    Completion got;
    boost::asio::co_spawn(
        io, performer->perform(std::move(context), {.seq = 4, .kind = EffectKind::http, .guarantee = Guarantee::safe, .step = "look",
                                                    .head = R"({"method":"GET","path":"/"})", .body = {}}),
        [&](std::exception_ptr, Performed performed) { got = std::move(performed.completion); }
    );
    io.run();
    EXPECT_EQ(got.kind, ErrorKind::invalid_input);
    EXPECT_THAT(got.head, HasSubstr("base_url"));
}

TEST_F(SignPerformed, TakesNoPlaceInTheLineOfAnAccountForARequestThatWillNotWaitForIt) {
    account->client.emplace(CarrierClient::make(io.get_executor(), {.base_url = "http://127.0.0.1:1"}, {}).value());
    account->limit = std::make_shared<RateLimit>(RequestRate{1, std::chrono::minutes(1)}, 1);
    const auto begun = clock.steady();
    account->limit->reserve(begun);
    const auto next = account->limit->next_place(begun);
    for (int at = 0; at < 3; ++at) {
        EffectContext context;
        context.account = "acme";
        context.view = account;
        Performed got;
        boost::asio::co_spawn(
            io, performer->perform(std::move(context), {.seq = 5, .kind = EffectKind::http, .guarantee = Guarantee::safe, .step = "look",
                                                        .head = R"({"method":"GET","path":"/"})", .body = {}}),
            [&](std::exception_ptr, Performed performed) { got = std::move(performed); }
        );
        io.restart();
        io.run();
        EXPECT_EQ(got.completion.kind, ErrorKind::throttled);
        EXPECT_LE(got.retry_after.count(), 60);
    }
    EXPECT_EQ(account->limit->next_place(begun), next) << "who waits behind them would wait for nobody";
}

TEST_F(SignPerformed, RefusesAnAlgorithmThatItDoesNotKnow) {
    EXPECT_EQ(signing(R"({"algorithm":"md5","encoding":"hex","secret":"api_secret"})").kind, ErrorKind::unsupported);
}

}  // namespace
}  // namespace porteur
