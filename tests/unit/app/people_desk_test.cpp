// SPDX-License-Identifier: Apache-2.0
// Who is signed in, who is not, and what is written down of it. The store is real, the time is the
// test's.
#include "app/people_desk.hpp"

#include <unistd.h>

#include <filesystem>

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "access/password.hpp"
#include "api/provider_services.hpp"
#include "support/engine_world.hpp"

namespace porteur {
namespace {

using ::testing::HasSubstr;

const std::string right_password = "correct horse battery";

class PeopleDeskTest : public ::testing::Test {
protected:
    void SetUp() override {
        static int count = 0;
        folder = std::filesystem::path(::testing::TempDir()) /
                 ("people_" + std::to_string(getpid()) + "_" + std::to_string(++count));
        std::filesystem::create_directories(folder);
        auto opened = Store::open(
            {.address = "sqlite:" + (folder / "porteur.db").string(),
             .holder = "test",
             .beside = false},
            seal, [](std::function<void()> run) { run(); }
        );
        ASSERT_TRUE(opened) << opened.error().message;
        store = std::move(*opened);
        open(50);
    }
    void TearDown() override {
        desk.reset();
        store.reset();
        std::filesystem::remove_all(folder);
    }
    void open(std::size_t passwords_inside_max) {
        desk.reset();
        desk = std::make_unique<PeopleDesk>(PeopleDesk::Parts{
            .store = *store,
            .settings = {},
            .now = [this] { return now; },
            .uptime = [this] { return FailedAttempts::Time(now.time_since_epoch()); },
            .passwords_inside_max = passwords_inside_max
        });
        ASSERT_TRUE(desk->start());
    }
    template <class T>
    T run(Async<T> work) {
        boost::asio::io_context io;
        std::optional<T> out;
        boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr thrown, T done) {
            if (thrown) std::rethrow_exception(thrown);
            out.emplace(std::move(done));
        });
        io.run();
        return std::move(*out);
    }
    Result<SignedIn> sign_in(
        const std::string& login, const std::string& password, const std::string& code = {}
    ) {
        return run(desk->sign_in(
            {.login = login, .password = password, .code = code, .address = "192.0.2.1"}
        ));
    }
    User person(const std::string& login, SignInProof proof = {}) {
        User user;
        user.id = first_id_at(now) + ++made;
        user.tenant = system_tenant;
        user.login = user.name = login;
        user.created = user.updated = now;
        if (proof.password.empty()) proof.password = hash_of_password(right_password);
        auto done =
            PeopleBook(access_of(*store))
                .add_user(
                    {.at = now, .who = "test", .person = 0, .home = system_tenant, .address = {}},
                    user, proof, {}
                );
        EXPECT_TRUE(done) << done.error().message;
        return user;
    }
    /// All that was done, once it is written.
    std::vector<AuditRecord> refusals() {
        desk->stop();
        auto found = AuditLog(access_of(*store)).records({.action = "session.refused"});
        EXPECT_TRUE(found);
        return *found;
    }

    testing::HexSeal seal;
    Instant now{std::chrono::seconds(1'800'000'000)};
    std::filesystem::path folder;
    std::unique_ptr<Store> store;
    std::unique_ptr<PeopleDesk> desk;
    Id made = 0;
};

TEST_F(PeopleDeskTest, WhatCannotBeALoginIsCountedTogetherWhateverItIs) {
    person("alice");
    const std::size_t most = SessionsSection{}.attempts_per_minute;
    for (std::size_t each = 0; each < most; ++each) {
        // From addresses of their own, which have a limit too.
        const auto refused = run(desk->sign_in(
            {.login = "no login " + std::to_string(each),
             .password = "x",
             .code = {},
             .address = std::to_string(each)}
        ));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, sign_in_code);
    }
    EXPECT_EQ(sign_in("another: no login", "x").error().code, too_many_code);
    EXPECT_TRUE(sign_in("alice", right_password)) << "who has a login is not put off by that";
}

TEST_F(PeopleDeskTest, WhoeverComesWhenTooManyPasswordsWaitIsToldToComeAgain) {
    person("alice");
    open(0);
    for (int each = 0; each < 20; ++each) {
        const auto refused = sign_in("alice", right_password);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().kind, ErrorKind::unavailable)
            << "no attempt: nobody has looked at it";
        EXPECT_GT(refused.error().retry_after.count(), 0);
        EXPECT_THAT(refused.error().message, HasSubstr("too many passwords"));
    }
    open(1);
    for (int each = 0; each < 3; ++each) EXPECT_TRUE(sign_in("alice", right_password)) << each;
}

TEST_F(PeopleDeskTest, AWrongCodeIsWrittenDownWhicheverWayOnePassedBefore) {
    const auto user = person("alice", {.totp = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"});
    EXPECT_EQ(sign_in("alice", right_password, "no code").error().code, second_factor_code);
    EXPECT_EQ(
        run(desk->sign_in_with_code({.user = user.id, .version = 1}, "firm", "no code", "192.0.2.1")
        )
            .error()
            .code,
        second_factor_code
    );
    EXPECT_EQ(sign_in("alice", right_password).error().code, second_factor_code)
        << "asked for one, which is no refusal";
    const auto found = refusals();
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].entry.object, id_text(user.id));
    std::vector<std::string> said{found[0].entry.after, found[1].entry.after};
    EXPECT_THAT(
        said, ::testing::UnorderedElementsAre(
                  R"({"reason":"code"})", R"({"provider":"firm","reason":"code"})"
              )
    );
}

/// Alice at a provider whose claims say the login.
ProvidedPerson alice_there() {
    return {
        .provider = "firm",
        .issuer = "https://firm.example",
        .subject = "a1",
        .login = "alice",
        .name = "Alice",
        .may_link = true,
        .address = "192.0.2.1"
    };
}

TEST_F(PeopleDeskTest, AClaimLinksNobodyAgainWhoWasUnlinked) {
    const auto user = person("alice");
    ASSERT_TRUE(run(desk->sign_in_provided(alice_there()))->signed_in) << "linked by the claim";
    Caller desk_token;
    desk_token.tenant = system_tenant;
    desk_token.token_name = "installation";
    const auto link = [&](const std::string& subject) {
        return run(desk->link_user(desk_token, user.id, subject));
    };
    ASSERT_TRUE(link({}));
    EXPECT_EQ(run(desk->sign_in_provided(alice_there()))->refused, provider_words::unknown_person);
    const auto again = link({});
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->version, 3) << "unlinked once: the second time nothing changes";
    ASSERT_TRUE(link("https://firm.example a1")) << "somebody says so";
    EXPECT_TRUE(run(desk->sign_in_provided(alice_there()))->signed_in);
}

TEST_F(PeopleDeskTest, AProviderOfOneAccountSignsInItsOwnPeopleAlone) {
    Caller desk_token;
    desk_token.tenant = system_tenant;
    desk_token.token_name = "installation";
    const auto made_firm = run(desk->add_tenant(
        desk_token, {.parent = system_tenant, .kind = TenantKind::company, .name = "Firm", .disabled = {}}, {}
    ));
    ASSERT_TRUE(made_firm) << made_firm.error().message;
    const auto& firm = *made_firm;
    person("alice");
    auto there = alice_there();
    there.within = firm.id;
    EXPECT_EQ(run(desk->sign_in_provided(there))->refused, provider_words::unknown_person) << "by the claim, which asks who there is";
    there.within = system_tenant;
    EXPECT_TRUE(run(desk->sign_in_provided(there))->signed_in) << "linked now";
    there.within = firm.id;
    EXPECT_EQ(run(desk->sign_in_provided(there))->refused, provider_words::not_allowed) << "by the link";
    auto newcomer = alice_there();
    newcomer.login = newcomer.subject = "newcomer";
    newcomer.create_in = firm.id;
    newcomer.within = firm.id + 1;
    EXPECT_EQ(run(desk->sign_in_provided(newcomer))->refused, provider_words::not_allowed) << "there is no such account";
    newcomer.within = firm.id;
    EXPECT_TRUE(run(desk->sign_in_provided(newcomer))->signed_in);
}

TEST_F(PeopleDeskTest, TwoPeopleMayBeUnlinked) {
    Caller desk_token;
    desk_token.tenant = system_tenant;
    desk_token.token_name = "installation";
    for (const std::string login : {"alice", "bob"}) {
        const auto user = person(login);
        ASSERT_TRUE(run(desk->link_user(desk_token, user.id, "https://firm.example " + login)));
        const auto done = run(desk->link_user(desk_token, user.id, {}));
        EXPECT_TRUE(done) << done.error().message;
    }
}

TEST_F(PeopleDeskTest, AClaimLinksNobodyWhoHasASecondFactor) {
    person("alice", {.totp = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"});
    const auto done = run(desk->sign_in_provided(alice_there()));
    ASSERT_TRUE(done);
    EXPECT_EQ(done->refused, provider_words::unknown_person);
    EXPECT_EQ(refusals().size(), 1U);
}

}  // namespace
}  // namespace porteur
