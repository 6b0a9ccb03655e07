// SPDX-License-Identifier: Apache-2.0
// Accounts, people, sessions, members and tokens in the store, each change with its record. On
// SQLite and on PostgreSQL.
#include "store/people_book.hpp"

#include <gmock/gmock.h>

#include <future>
#include <thread>

#include "store_place.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Instant noon{std::chrono::milliseconds{1'790'000'000'000}};
const ChangeBy by{
    .at = noon, .who = "@root", .person = 7, .home = system_tenant, .address = "127.0.0.1"
};

class PeopleTest : public testing::StorePlace {
protected:
    void SetUp() override {
        testing::StorePlace::SetUp();
        if (store) book.emplace(access());
    }
    Tenant tenant(
        const std::string& name, std::int64_t parent = system_tenant,
        TenantKind kind = TenantKind::company
    ) {
        return book->add_tenant(by, {.id = 0, .parent = parent, .kind = kind, .name = name}, {})
            .value();
    }
    User user(const std::string& login, std::int64_t of = system_tenant) {
        User made;
        made.id = ++last_id;
        made.tenant = of;
        made.login = login;
        made.name = "Person " + login;
        made.created = made.updated = noon;
        return book->add_user(by, made, {.password = "$argon2id$x"}, {}).value();
    }
    void session(const std::string& hash, const User& of) {
        const Session begun{
            .hash = hash,
            .user = of.id,
            .address = "::1",
            .created = noon,
            .seen = noon,
            .expires = noon + std::chrono::hours(12)
        };
        const auto done = book->begin_session(by, begun, of);
        ASSERT_TRUE(done) << done.error().message;
    }
    bool there(const std::string& hash) { return book->session(hash).value().has_value(); }
    std::vector<std::string> actions() {
        AuditLog log(access());
        EXPECT_TRUE(log.verify({}));
        std::vector<std::string> out;
        for (const auto& each : log.records({.limit = 100}).value())
            out.insert(out.begin(), each.entry.action);
        return out;
    }

    std::optional<PeopleBook> book;
    Id last_id = Id{1} << 40;
};

TEST_P(PeopleTest, BeginsWithTheSystemAlone) {
    const auto all = book->tenants().value();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all.front().id, system_tenant);
    EXPECT_EQ(all.front().parent, 0);
}

TEST_P(PeopleTest, KeepsAccountsAsATreeAndSaysWhoMadeThem) {
    const auto north = tenant("North", system_tenant, TenantKind::var);
    const auto bakery = tenant("Bakery", north.id);
    EXPECT_EQ(north.id, 2);
    EXPECT_EQ(bakery.id, 3);
    const auto tree = TenantTree::make(book->tenants().value());
    ASSERT_TRUE(tree) << tree.error().message;
    EXPECT_EQ(tree->relation(north.id, bakery.id), Relation::below);
    AuditLog log(access());
    const auto record = log.records({.limit = 1}).value().front().entry;
    EXPECT_EQ(record.who, "@root");
    EXPECT_EQ(record.person, 7);
    EXPECT_EQ(record.tenant, north.id);
    EXPECT_EQ(record.after, R"({"disabled":false,"kind":"company","name":"Bakery","parent":2})");
}

TEST_P(PeopleTest, ChangesTheVersionThatIsMeantAndNoOther) {
    const auto bakery = tenant("Bakery");
    const auto rename = [&](std::optional<std::int64_t> version, const char* name) {
        return book->change_tenant(
            by, bakery.id, version,
            [&](Tenant& each) -> Result<void> {
                each.name = name;
                return {};
            },
            {bakery.id}, {}
        );
    };
    EXPECT_EQ(rename(1, "Baker").value().version, 2);
    const auto late = rename(1, "Brewery");
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, "version");
    EXPECT_EQ(rename({}, "Brewery").value().version, 3);
    EXPECT_EQ(
        book->change_tenant(by, 99, {}, [](Tenant&) -> Result<void> { return {}; }, {}, {})
            .error()
            .code,
        "not-found"
    );
    EXPECT_THAT(actions(), ElementsAre("tenant.created", "tenant.changed", "tenant.changed"));
}

TEST_P(PeopleTest, LeavesNothingOfAChangeThatIsRefused) {
    const auto bakery = tenant("Bakery");
    const auto refused = book->change_tenant(
        by, bakery.id, {},
        [](Tenant& each) -> Result<void> {
            each.name = "x";
            return failure(ErrorKind::invalid_input, "not this one");
        },
        {bakery.id}, {}
    );
    EXPECT_THAT(refused, FailsWith(ErrorKind::invalid_input, HasSubstr("not this one")));
    EXPECT_EQ(book->tenants().value().back().name, "Bakery");
    EXPECT_THAT(actions(), ElementsAre("tenant.created"));
}

TEST_P(PeopleTest, HasEachLoginOnce) {
    user("alice");
    User again;
    again.id = 1;
    again.tenant = system_tenant;
    again.login = "alice";
    again.name = "x";
    const auto refused = book->add_user(by, again, {}, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "conflict");
    again.login = "bob";
    again.tenant = 99;
    EXPECT_EQ(book->add_user(by, again, {}, {}).error().code, "not-found");
}

TEST_P(PeopleTest, FindsPeopleByAccountAndText) {
    const auto bakery = tenant("Bakery");
    user("alice");
    user("bob", bakery.id);
    user("50%_off", bakery.id);
    const auto logins = [&](std::vector<std::int64_t> tenants, std::string text, Id after = 0) {
        std::vector<std::string> out;
        for (const auto& each : book->users({.tenants = std::move(tenants),
                                             .text = std::move(text),
                                             .kind = {},
                                             .after = after})
                                    .value())
            out.push_back(each.login);
        return out;
    };
    EXPECT_THAT(logins({system_tenant, bakery.id}, ""), ElementsAre("alice", "bob", "50%_off"));
    EXPECT_THAT(logins({bakery.id}, "PERSON B"), ElementsAre("bob"));
    EXPECT_THAT(logins({bakery.id}, "%_"), ElementsAre("50%_off"));
    EXPECT_THAT(logins({}, ""), IsEmpty());
    EXPECT_THAT(
        logins({system_tenant, bakery.id}, "", (Id{1} << 40) + 1), ElementsAre("bob", "50%_off")
    );
}

TEST_P(PeopleTest, KnowsASessionByItsHashAndEndsIt) {
    const auto alice = user("alice");
    session("h1", alice);
    const auto found = book->session("h1").value();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->second.login, "alice");
    EXPECT_EQ(found->first.expires, noon + std::chrono::hours(12));
    ASSERT_TRUE(book->touch_session("h1", noon + std::chrono::minutes(5)));
    EXPECT_EQ(book->session("h1").value()->first.seen, noon + std::chrono::minutes(5));
    ASSERT_TRUE(book->end_session(by, "h1", alice));
    EXPECT_FALSE(there("h1"));
    EXPECT_THAT(actions(), ElementsAre("user.created", "session.began", "session.ended"));
}

TEST_P(PeopleTest, EndsTheSessionsOfWhoeverIsDisabledMovedOrGivenAnotherPassword) {
    const auto bakery = tenant("Bakery");
    const auto change = [&](Id id, const std::function<void(User&)>& how) {
        return book->change_user(
            by, id, {},
            [&](User& each) -> Result<void> {
                how(each);
                return {};
            },
            {}
        );
    };
    auto alice = user("alice");
    session("a", alice);
    alice = change(alice.id, [](User& each) { each.name = "Alice"; }).value();
    EXPECT_TRUE(there("a")) << "another name ends nothing";
    change(alice.id, [](User& each) { each.disabled = true; });
    EXPECT_FALSE(there("a"));
    auto bob = user("bob");
    session("b", bob);
    bob = change(bob.id, [&](User& each) { each.tenant = bakery.id; }).value();
    EXPECT_FALSE(there("b"));
    session("b1", bob);
    session("b2", bob);
    ASSERT_TRUE(book->change_proof(
        by, bob.id, "user.password_changed",
        [](UserWithProof& each) -> Result<void> {
            each.proof.password = "$argon2id$y";
            return {};
        },
        "b2"
    ));
    EXPECT_FALSE(there("b1"));
    EXPECT_TRUE(there("b2")) << "the one that changed it goes on";
    EXPECT_EQ(book->user(bob.id).value()->proof.password, "$argon2id$y");
}

TEST_P(PeopleTest, BeginsNoSessionForWhoWasChangedAMomentAgo) {
    const auto alice = user("alice");
    ASSERT_TRUE(book->change_proof(
        by, alice.id, "user.password_changed",
        [](UserWithProof& each) -> Result<void> {
            each.proof.password = "other";
            return {};
        },
        ""
    ));
    const Session begun{
        .hash = "h", .user = alice.id, .address = "", .created = noon, .seen = noon, .expires = noon
    };
    EXPECT_FALSE(book->begin_session(by, begun, alice))
        << "the password that was looked at is not theirs any more";
}

TEST_P(PeopleTest, LinksAPersonWithOneSubjectAndASubjectWithOnePerson) {
    const auto alice = user("alice"), bob = user("bob");
    session("of alice", alice);
    const std::string there_as = "https://login.example.net 24 8", said = R"({"subject":"24 8"})";
    EXPECT_FALSE(book->user_by_subject(there_as).value());
    const auto linked = book->link(by, alice.id, there_as, said).value();
    EXPECT_EQ(linked.subject, there_as);
    EXPECT_EQ(linked.version, alice.version + 1);
    EXPECT_EQ(book->user_by_subject(there_as).value()->user.login, "alice");
    EXPECT_TRUE(there("of alice"));
    EXPECT_EQ(book->link(by, alice.id, there_as, said).value().version, linked.version) << "a second time it is nothing";
    for (const auto& refused : {book->link(by, bob.id, there_as, said), book->link(by, alice.id, "https://login.example.net 249", said)})
        EXPECT_EQ(refused.error().code, "conflict");
    EXPECT_FALSE(book->user(bob.id).value()->user.subject.size());
    // Another change leaves it.
    ASSERT_TRUE(book->change_proof(
        by, alice.id, "user.password_changed",
        [](UserWithProof& who) -> Result<void> {
            who.proof.password = "$argon2id$y";
            return {};
        },
        {}
    ));
    EXPECT_EQ(book->user(alice.id).value()->user.subject, there_as);
    EXPECT_TRUE(book->link(by, alice.id, "", said).value().subject.starts_with("-")) << "unlinked, which no subject begins as";
    EXPECT_FALSE(book->user_by_subject(there_as).value());
    EXPECT_FALSE(book->user_by_subject("").value()) << "whoever has none is not found by none";
    EXPECT_TRUE(book->link(by, bob.id, there_as, said));
    EXPECT_THAT(
        actions(), ElementsAre(
                       "user.created", "user.created", "session.began", "user.linked",
                       "user.password_changed", "user.unlinked", "user.linked"
                   )
    );
}

TEST_P(PeopleTest, EndsAllSessionsBelowAnAccountThatIsDisabled) {
    const auto north = tenant("North", system_tenant, TenantKind::var);
    const auto bakery = tenant("Bakery", north.id);
    session("in", user("inside", bakery.id));
    session("out", user("outside"));
    ASSERT_TRUE(book->change_tenant(
        by, north.id, {},
        [](Tenant& each) -> Result<void> {
            each.disabled = true;
            return {};
        },
        {north.id, bakery.id}, {}
    ));
    EXPECT_FALSE(there("in"));
    EXPECT_TRUE(there("out"));
}

TEST_P(PeopleTest, DropsSessionsThatAreOver) {
    const auto alice = user("alice");
    session("old", alice);
    session("used", alice);
    ASSERT_TRUE(book->touch_session("used", noon + std::chrono::hours(2)));
    EXPECT_EQ(
        book->drop_sessions(noon + std::chrono::hours(2), noon + std::chrono::hours(1)).value(), 1
    );
    EXPECT_TRUE(there("used"));
    EXPECT_EQ(book->drop_sessions(noon + std::chrono::hours(12), noon).value(), 1);
}

TEST_P(PeopleTest, KeepsMembersOfAnAccount) {
    const auto bakery = tenant("Bakery");
    const Member reception{
        .id = 5,
        .tenant = bakery.id,
        .kind = MemberKind::service,
        .name = "Réception",
        .extension = "200",
        .version = 1,
        .created = noon,
        .updated = noon
    };
    ASSERT_TRUE(book->add_member(by, reception, {}));
    EXPECT_EQ(
        book->members({.tenants = {bakery.id}, .text = "20", .kind = "service"}).value().size(), 1u
    );
    EXPECT_EQ(
        book->members({.tenants = {bakery.id}, .text = "", .kind = "group"}).value().size(), 0u
    );
    ASSERT_TRUE(book->change_member(
        by, 5, 1,
        [](Member& each) -> Result<void> {
            each.extension = "201";
            return {};
        },
        {}
    ));
    EXPECT_EQ(book->member(5).value()->extension, "201");
    ASSERT_TRUE(book->remove_member(by, 5));
    EXPECT_FALSE(book->member(5).value());
    EXPECT_THAT(
        actions(),
        ElementsAre("tenant.created", "member.created", "member.changed", "member.removed")
    );
}

TEST_P(PeopleTest, KeepsATokensHashAndRevokesItOnce) {
    const TokenRow token{
        .id = 9,
        .tenant = system_tenant,
        .name = "machine",
        .hash = "abc",
        .scope = "read",
        .created = noon,
        .expires = noon,
        .revoked = {}
    };
    ASSERT_TRUE(book->add_token(by, token, {}));
    ASSERT_TRUE(book->revoke_token(by, token));
    ASSERT_TRUE(book->revoke_token(by, token));
    EXPECT_EQ(store->token_by_hash("abc").value()->revoked, noon);
    EXPECT_THAT(actions(), ElementsAre("token.created", "token.revoked"));
    AuditLog log(access());
    for (const auto& each : log.records({}).value())
        EXPECT_THAT(each.entry.after + each.entry.before, ::testing::Not(HasSubstr("abc")));
}

TEST_P(PeopleTest, KeepsTheAnswerUnderTheKeyWithTheChange) {
    const auto remember = [](const Tenant& made) {
        return IdempotencyRecord{
            .tenant = 1,
            .key = "k",
            .fingerprint = "f",
            .status = 201,
            .body = "made " + made.name,
            .at = noon
        };
    };
    ASSERT_TRUE(book->add_tenant(
        by, {.id = 0, .parent = 1, .kind = TenantKind::var, .name = "North"}, remember
    ));
    const auto kept = store->idempotency(1, "k").value();
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->body, "made North");
    EXPECT_FALSE(book->add_tenant(
        by, {.id = 0, .parent = 1, .kind = TenantKind::var, .name = "North"}, remember
    )) << "a key stands for one change";
    EXPECT_EQ(book->tenants().value().size(), 2u);
}

TEST_P(PeopleTest, SealsTheSecondFactor) {
    const auto alice = user("alice");
    ASSERT_TRUE(book->use_proof(alice.id, [](SignInProof& proof) -> Result<void> {
        proof.totp = "JBSWY3DPEHPK3PXP";
        proof.totp_step = 3;
        proof.recovery = {"aa", "bb"};
        return {};
    }));
    const auto found = book->user_by_login("alice").value();
    EXPECT_EQ(found->proof.totp, "JBSWY3DPEHPK3PXP");
    EXPECT_THAT(found->proof.recovery, ElementsAre("aa", "bb"));
    EXPECT_TRUE(found->user.second_factor);
    std::string kept;
    ASSERT_TRUE(access().read_with([&](soci::session& sql) {
        sql << "select totp from users", soci::into(kept);
    }));
    EXPECT_THAT(kept, ::testing::Not(HasSubstr("JBSWY3DP")));
}

// ------------------------------------------------------------------ what is done to orders

TimelineEntry line(Id id, std::string source, std::string kind, std::string text = "x") {
    return {
        .id = id,
        .order = 7,
        .tenant = 1,
        .at = noon,
        .source = std::move(source),
        .kind = std::move(kind),
        .text = std::move(text),
        .data = "{}"
    };
}

TEST(TimelineInAudit, TakesWhatPeopleAndTokensDoAndNothingElse) {
    for (const char* kind :
         {"port.created", "purchase.submit_wanted", "port.amended", "port.comment",
          "port.cancel_wanted", "port.settled_by_person", "purchase.answered",
          "port.document_added"}) {
        const auto made = audit_entry_of(line(5, "@alice (from account 1)", kind));
        ASSERT_TRUE(made) << kind;
        EXPECT_EQ(made->who, "@alice");
        EXPECT_EQ(made->home, 1);
        EXPECT_EQ(made->action, kind);
    }
    EXPECT_TRUE(
        audit_entry_of(line(5, "desk", "port.state_changed", "draft -> cancelled, before it left"))
    );
    for (const auto& [source, kind] :
         {std::pair{"engine", "port.created"},
          {"thinktel", "port.state_changed"},
          {"engine", "port.parked"},
          {"thinktel", "port.refused"},
          {"porteurd", "port.comment"},
          {"x", "created"},
          {"x", ""}})
        EXPECT_FALSE(audit_entry_of(line(5, source, kind))) << source << " " << kind;
}

TEST_P(PeopleTest, FollowsTimelinesOnceHoweverOftenItIsAsked) {
    const auto alice = user("alice");
    Commit made;
    for (Id id = 1; id <= 25; ++id)
        made.entries.push_back(
            id % 2 ? line(id, "@alice", "port.comment") : line(id, "engine", "port.state_changed")
        );
    std::promise<Result<void>> written;
    store->commit(std::move(made), [&](Result<void> result) {
        written.set_value(std::move(result));
    });
    ASSERT_TRUE(written.get_future().get());
    std::vector<int> looked;
    for (int count = 0; count < 5; ++count) looked.push_back(book->follow_timelines(10).value());
    EXPECT_THAT(looked, ElementsAre(10, 10, 5, 0, 0));
    AuditLog log(access());
    const auto found = log.records({.who = "@alice", .limit = 100}).value();
    ASSERT_EQ(found.size(), 13u);
    EXPECT_EQ(found.front().entry.person, alice.id);
    EXPECT_EQ(found.front().entry.object, id_text(7));
    EXPECT_TRUE(log.verify({}));
}

TEST_P(PeopleTest, FollowsTimelinesOnceWhenTwoDoItAtOnce) {
    Commit made;
    for (Id id = 1; id <= 200; ++id) made.entries.push_back(line(id, "desk", "port.comment"));
    std::promise<Result<void>> written;
    store->commit(std::move(made), [&](Result<void> result) {
        written.set_value(std::move(result));
    });
    ASSERT_TRUE(written.get_future().get());
    std::vector<std::thread> both;
    for (int each = 0; each < 2; ++each)
        both.emplace_back([&] {
            for (int turn = 0; turn < 60; ++turn) (void)book->follow_timelines(7);
        });
    for (auto& each : both) each.join();
    AuditLog log(access());
    EXPECT_EQ(log.verify({}).value().count, 200);
}

INSTANTIATE_TEST_SUITE_P(
    Both, PeopleTest, ::testing::Values("sqlite", "postgresql"),
    [](const auto& it) { return std::string(it.param); }
);

}  // namespace
}  // namespace porteur
