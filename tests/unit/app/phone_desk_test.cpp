// SPDX-License-Identifier: Apache-2.0
// Whose telephone system it is, what people say of their telephones, and how one is asked to ring.
// The store is real; the telephone system is a function of the test's own.
#include "app/phone_desk.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <soci/soci.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <porteur/json.hpp>

#include "support/engine_world.hpp"

namespace porteur {
namespace {

namespace asio = boost::asio;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

constexpr std::int64_t north = 2, bakery = 3, beside = 4;

PhoneSettings system_for(std::string name, std::int64_t tenant) {
    PhoneSettings out{
        .name = std::move(name),
        .tenant = tenant,
        .websocket = {},
        .domain = "pbx.example.net",
        .call_back = CallBackSettings{}
    };
    out.websocket = "wss://" + out.name + ".example.net/ws";
    out.call_back->url = "https://pbx.example.net/rpc";
    out.call_back->body =
        R"({"method":"dlg.bridge_dlg","params":["sip:{from}@pbx","sip:{to}@pbx"]})";
    out.call_back->per_minute = 2;
    return out;
}

class PhoneDeskTest : public ::testing::Test {
protected:
    void SetUp() override {
        static int count = 0;
        folder = std::filesystem::path(::testing::TempDir()) /
                 ("phones_" + std::to_string(getpid()) + "_" + std::to_string(++count));
        std::filesystem::create_directories(folder);
        auto opened = Store::open(
            {.address = "sqlite:" + (folder / "porteur.db").string(),
             .holder = "test",
             .beside = false},
            seal, [](std::function<void()> run) { run(); }
        );
        ASSERT_TRUE(opened) << opened.error().message;
        store = std::move(*opened);
        tenants.take(
            TenantTree::make(
                {{.id = system_tenant, .parent = 0, .kind = TenantKind::system, .name = "System"},
                 {.id = north, .parent = system_tenant, .kind = TenantKind::var, .name = "North"},
                 {.id = bakery, .parent = north, .kind = TenantKind::company, .name = "Bakery"},
                 {.id = beside,
                  .parent = system_tenant,
                  .kind = TenantKind::company,
                  .name = "Beside"}}
            )
                .value()
        );
        desk = std::make_unique<PhoneDesk>(
            PhoneDesk::Parts{
                .store = *store,
                .tenants = tenants,
                .executor = io.get_executor(),
                .sender =
                    [this](const CallBackSettings&) {
                        return [this](CarrierRequest sent) -> Async<Exchanged> {
                            asked.push_back(std::move(sent));
                            if (while_it_rings) while_it_rings();
                            co_return answer;
                        };
                    },
                .secret = [this](const SecretRef&) { return secret; },
                .warn = [this](std::string text) { warned.push_back(std::move(text)); },
                .now = [this] { return now; },
                .uptime = [this] { return FailedAttempts::Time(now.time_since_epoch()); }
            },
            std::vector{system_for("office", north)}
        );
    }
    void TearDown() override {
        desk.reset();
        io.restart();
        io.run();
        store.reset();
        std::filesystem::remove_all(folder);
    }
    template <class T>
    T run(Async<T> work) {
        std::optional<T> out;
        asio::co_spawn(io, std::move(work), [&](std::exception_ptr thrown, T done) {
            if (thrown) std::rethrow_exception(thrown);
            out.emplace(std::move(done));
        });
        io.restart();
        const auto guard = asio::make_work_guard(io);
        while (!out) io.run_one();
        return std::move(*out);
    }
    static Caller carl(std::int64_t tenant = bakery, Id person = 77) {
        Caller out;
        out.tenant = tenant;
        out.person = person;
        out.token_name = "@carl";
        return out;
    }
    Result<PhoneShown> say(PhoneWish wish, const Caller& who = carl()) {
        return run(desk->change_phone(who, std::move(wish)));
    }
    Result<CallBack> ring(
        const std::string& number, const Caller& who = carl(),
        std::optional<AnswerKept<Result<CallBack>>> kept = {}
    ) {
        return run(desk->call_back(who, number, std::move(kept)));
    }
    static AnswerKept<Result<CallBack>> kept_as(std::string key) {
        return {
            .key = std::move(key),
            .fingerprint = "f",
            .answer =
                [](const Result<CallBack>& made) {
                    return made ? std::pair(202, made->to) : std::pair(502, made.error().message);
                }
        };
    }
    /// Status and body of what is kept under a key; empty: nothing.
    std::string held(const std::string& key) {
        const auto found = store->idempotency(bakery, key);
        return found && *found ? std::to_string((*found)->status) + " " + (*found)->body : "";
    }
    /// From now on nothing can be written to the audit.
    void break_audit() {
        const auto done = access_of(*store).change_with([](soci::session& sql) {
            sql << "create trigger broken before insert on audit begin select raise(abort, "
                   "'broken'); end";
        });
        ASSERT_TRUE(done) << done.error().message;
    }
    std::vector<std::pair<std::string, std::string>> log() {
        std::vector<std::pair<std::string, std::string>> out;
        const auto found = AuditLog(access_of(*store)).records({});
        for (const auto& each : *found) out.emplace_back(each.entry.action, each.entry.after);
        return out;
    }

    testing::HexSeal seal;
    Instant now{std::chrono::seconds(1'800'000'000)};
    std::filesystem::path folder;
    std::unique_ptr<Store> store;
    TenantsNow tenants;
    asio::io_context io;
    std::vector<CarrierRequest> asked;
    std::function<void()> while_it_rings;
    std::vector<std::string> warned;
    Result<std::string> secret = "of PBX";
    Exchanged answer = HttpAnswer{.status = 200, .headers = {}, .body = R"({"result":{}})"};
    std::unique_ptr<PhoneDesk> desk;
};

TEST_F(PhoneDeskTest, TheNearestSystemAboveIsAnAccountsOwn) {
    EXPECT_EQ(desk->phone(carl())->phone, "office");
    EXPECT_EQ(desk->phone(carl(north))->phone, "office");
    EXPECT_EQ(desk->phone(carl(beside))->phone, "") << "nor of an account beside";
    desk->take(
        {system_for("office", north), system_for("all", system_tenant), system_for("ovens", bakery)}
    );
    EXPECT_EQ(desk->phone(carl())->phone, "ovens");
    EXPECT_EQ(desk->phone(carl(north))->phone, "office");
    EXPECT_EQ(desk->phone(carl(beside))->phone, "all");
    auto inside = carl(beside);
    inside.home = north;
    EXPECT_EQ(desk->phone(inside)->phone, "office")
        << "at home, whichever account they have entered";
}

TEST_F(PhoneDeskTest, KeepsAPasswordSealedAndShowsItToItsOwnerAlone) {
    const auto said = say({.sip_user = "101", .password = "s3cret", .call_back = {}});
    ASSERT_TRUE(said) << said.error().message;
    EXPECT_TRUE(said->has_password);
    const auto given = desk->credentials(carl());
    ASSERT_TRUE(given) << given.error().message;
    EXPECT_EQ(given->password, "s3cret");
    EXPECT_EQ(given->websocket, "wss://office.example.net/ws");
    EXPECT_EQ(desk->credentials(carl(bakery, 78)).error().code, conflict_code) << "nobody else's";
    EXPECT_THAT(log(), ElementsAre(Pair("user.phone_changed", Not(HasSubstr("s3cret")))));
    const auto raw = [this] {
        std::string all;
        for (const auto& each : std::filesystem::directory_iterator(folder)) {
            std::ifstream in(each.path(), std::ios::binary);
            all.append(std::istreambuf_iterator<char>(in), {});
        }
        return all;
    }();
    EXPECT_THAT(raw, HasSubstr("phone_lines"));
    EXPECT_THAT(raw, Not(HasSubstr("s3cret")));
}

TEST_F(PhoneDeskTest, APasswordGoesWithItsExtensionAndStaysWithItsSystem) {
    ASSERT_TRUE(say({.sip_user = "101", .password = "s3cret", .call_back = {}}));
    EXPECT_TRUE(say({.sip_user = "101", .password = {}, .call_back = "+15145550100"})->has_password
    );
    EXPECT_FALSE(say({.sip_user = "102", .password = {}, .call_back = {}})->has_password);
    ASSERT_TRUE(say({.sip_user = "101", .password = "s3cret", .call_back = {}}));
    desk->take({system_for("elsewhere", north)});
    EXPECT_EQ(desk->phone(carl())->sip_user, "");
    EXPECT_EQ(desk->credentials(carl()).error().code, conflict_code)
        << "another system is shown no password of this one";
}

TEST_F(PhoneDeskTest, RefusesWhatWouldBeMoreThanAWordInARequest) {
    for (const auto* wrong : {"101@elsewhere", "101;ext", "a b", "\"", "{to}", "1\n2"})
        EXPECT_THAT(
            say({.sip_user = wrong, .password = {}, .call_back = {}}).error().message,
            HasSubstr("/sip_user: ")
        ) << wrong;
    EXPECT_THAT(
        say({.sip_user = {}, .password = {}, .call_back = "+1999"}).error().message,
        HasSubstr("/call_back: ")
    );
    EXPECT_EQ(
        say({.sip_user = {}, .password = {}, .call_back = "+1 (514) 555-0100"})->call_back,
        "+15145550100"
    );
    EXPECT_EQ(say({.sip_user = {}, .password = {}, .call_back = ""})->call_back, "");
}

TEST_F(PhoneDeskTest, AsksTheSystemToRingThePersonFirst) {
    ASSERT_TRUE(say({.sip_user = "101", .password = {}, .call_back = {}}));
    const auto made = ring("+1 514-555-0100");
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(made->from, "101");
    EXPECT_EQ(made->to, "+15145550100");
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(
        asked[0].body,
        R"({"method":"dlg.bridge_dlg","params":["sip:101@pbx","sip:+15145550100@pbx"]})"
    );
    EXPECT_THAT(
        log().front(),
        Pair("user.call_back_wanted", R"({"from":"101","outcome":"taken","to":"+15145550100"})")
    );
    ASSERT_TRUE(say({.sip_user = {}, .password = {}, .call_back = "+15145550199"}));
    EXPECT_EQ(ring("+15145550100")->from, "+15145550199");
}

TEST_F(PhoneDeskTest, ProvesWhoItIsAsTheSettingsSay) {
    auto office = system_for("office", north);
    office.call_back->password.source = SecretRef::Source::env;
    office.call_back->password.name = "PBX";
    desk->take({office});
    ASSERT_TRUE(say({.sip_user = "101", .password = {}, .call_back = {}}));
    ASSERT_TRUE(ring("+15145550100"));
    EXPECT_THAT(asked.back().headers, Contains(Pair("authorization", "Bearer of PBX")));
    EXPECT_THAT(asked.back().secrets, ElementsAre("of PBX"));
    office.call_back->user = "me";
    desk->take({office});
    ASSERT_TRUE(ring("+15145550100"));
    now += std::chrono::minutes(1);
    secret = std::unexpected(Error{.kind = ErrorKind::unauthorized, .message = "no /etc/pbx"});
    const auto without = ring("+15145550100");
    ASSERT_FALSE(without);
    EXPECT_THAT(without.error().message, Not(HasSubstr("/etc/pbx")));
    EXPECT_THAT(warned, ElementsAre("phones: office: no /etc/pbx"));
    EXPECT_THAT(log().front(), Pair("user.call_back_wanted", HasSubstr(R"("outcome":"not_sent")")));
    EXPECT_THAT(asked.back().headers, Contains(Pair("authorization", "Basic bWU6b2YgUEJY")));
}

TEST_F(PhoneDeskTest, RingsForNoNumberThatIsNoneAndNotForWhoeverHasNoTelephone) {
    EXPECT_EQ(ring("+15145550100").error().code, conflict_code);
    EXPECT_EQ(ring("+15145550100", carl(beside)).error().kind, ErrorKind::unsupported);
    ASSERT_TRUE(say({.sip_user = "101", .password = {}, .call_back = {}}));
    for (const auto* wrong : {"911", "", "5145550100", "+1", "+19995550100", "sip:101@pbx"})
        EXPECT_THAT(ring(wrong).error().message, HasSubstr("/number: ")) << wrong;
    EXPECT_THAT(asked, IsEmpty());
}

TEST_F(PhoneDeskTest, RingsOnlySoOftenForOnePerson) {
    for (const Id person : {77, 78})
        ASSERT_TRUE(say({.sip_user = "101", .password = {}, .call_back = {}}, carl(bakery, person))
        );
    EXPECT_TRUE(ring("+15145550100"));
    EXPECT_TRUE(ring("+15145550100"));
    const auto refused = ring("+15145550100");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, too_many_code);
    EXPECT_GT(refused.error().retry_after.count(), 0);
    EXPECT_TRUE(ring("+15145550100", carl(bakery, 78)));
    now += std::chrono::minutes(1);
    EXPECT_TRUE(ring("+15145550100"));
}

TEST_F(PhoneDeskTest, TellsARefusalFromADoubtAndWritesBothDown) {
    ASSERT_TRUE(say({.sip_user = "101", .password = {}, .call_back = {}}));
    const auto outcome = [this](Exchanged said) {
        answer = std::move(said);
        now += std::chrono::minutes(1);
        const auto made = ring("+15145550100");
        EXPECT_FALSE(made);
        EXPECT_EQ(made.error().code, telephone_system_code);
        return log().front().second + made.error().message;
    };
    EXPECT_THAT(
        outcome(HttpAnswer{.status = 404, .headers = {}, .body = {}}),
        HasSubstr(R"("outcome":"refused")")
    );
    EXPECT_THAT(
        outcome(HttpAnswer{.status = 200, .headers = {}, .body = R"({"error":{"code":500}})"}),
        HasSubstr(R"("outcome":"refused")")
    );
    const Error lost{.kind = ErrorKind::in_doubt, .message = "no answer"};
    EXPECT_THAT(
        outcome(std::unexpected(ExchangeFailure{.error = lost, .may_have_left = true})),
        HasSubstr("perhaps it rings all the same")
    );
    EXPECT_THAT(
        outcome(std::unexpected(ExchangeFailure{.error = lost, .may_have_left = false})),
        AllOf(HasSubstr(R"("outcome":"not_sent")"), Not(HasSubstr("no answer")))
    );
    EXPECT_EQ(warned.back(), "phones: office: no answer") << "where it stands is the operator's";
}

TEST_F(PhoneDeskTest, ACallBackIsOnRecordUnderItsKeyBeforeItRings) {
    ASSERT_TRUE(say({.sip_user = "101", .password = {}, .call_back = {}}));
    while_it_rings = [this] {
        EXPECT_THAT(held("k"), HasSubstr("502 what became of this call-back is not known"));
        EXPECT_THAT(
            log().front(), Pair("user.call_back_wanted", HasSubstr(R"("outcome":"asked")"))
        );
    };
    EXPECT_TRUE(ring("+15145550100", carl(), kept_as("k")));
    EXPECT_EQ(asked.size(), 1U);
    EXPECT_EQ(held("k"), "202 +15145550100") << "and then what came stands in its place";
    EXPECT_THAT(log().front(), Pair("user.call_back_wanted", HasSubstr(R"("outcome":"taken")")));
    while_it_rings = nullptr;
    answer = HttpAnswer{.status = 500, .headers = {}, .body = {}};
    EXPECT_FALSE(ring("+15145550100", carl(), kept_as("l")));
    EXPECT_THAT(held("l"), HasSubstr("502 the telephone system answered 500"));
}

TEST_F(PhoneDeskTest, ACallBackThatCannotBeWrittenDownDoesNotRing) {
    ASSERT_TRUE(say({.sip_user = "101", .password = {}, .call_back = {}}));
    break_audit();
    const auto made = ring("+15145550100", carl(), kept_as("k"));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, ErrorKind::unavailable);
    EXPECT_THAT(asked, IsEmpty());
}

TEST_F(PhoneDeskTest, WhatWasTakenIsSaidSoEvenWhereThatCannotBeWrittenDown) {
    ASSERT_TRUE(say({.sip_user = "101", .password = {}, .call_back = {}}));
    while_it_rings = [this] { break_audit(); };
    EXPECT_TRUE(ring("+15145550100", carl(), kept_as("k")));
    EXPECT_THAT(warned, ElementsAre(HasSubstr("a call-back is not on record as taken: ")));
    EXPECT_THAT(held("k"), HasSubstr("502 what became")) << "a repeat rings nobody";
}

TEST_F(PhoneDeskTest, AnExceptionWhileAskingIsADoubtAndWrittenDown) {
    ASSERT_TRUE(say({.sip_user = "101", .password = {}, .call_back = {}}));
    while_it_rings = [] { throw std::runtime_error("out of it"); };
    const auto made = ring("+15145550100", carl(), kept_as("k"));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, telephone_system_code);
    EXPECT_THAT(made.error().message, Not(HasSubstr("out of it")));
    EXPECT_THAT(warned, ElementsAre("phones: office: out of it"));
    EXPECT_THAT(log().front(), Pair("user.call_back_wanted", HasSubstr(R"("outcome":"in_doubt")")));
    EXPECT_THAT(held("k"), HasSubstr("502 what became"));
}

TEST(CallBackRequest, EncodesEachValueAsItsPlaceWants) {
    CallBackSettings settings;
    settings.url = "https://pbx.example.net/ari/channels";
    settings.query = "endpoint=PJSIP/{from}&extension={to}&x={other}";
    settings.body = R"({"caller":"{to}"})";
    auto made = call_back_request(settings, "a.b", "+15145550100");
    EXPECT_EQ(made.method, "POST");
    EXPECT_EQ(
        made.url_or_path,
        "https://pbx.example.net/ari/channels?endpoint=PJSIP/a.b&extension=%2B15145550100&x={other}"
    );
    EXPECT_EQ(made.body, R"({"caller":"+15145550100"})");
    EXPECT_THAT(made.headers, ElementsAre(Pair("content-type", "application/json")));
    settings.content_type = "application/x-www-form-urlencoded";
    settings.body = "to={to}";
    EXPECT_EQ(call_back_request(settings, "a", "+15145550100").body, "to=%2B15145550100");
    settings.method = "GET";
    EXPECT_EQ(call_back_request(settings, "a", "+15145550100").body, "");
}

TEST(CheckPhones, FindsBeforeTheFirstCallWhatNoCallBackCouldBeSentWith) {
    auto office = system_for("office", north);
    office.call_back->allow = {"10.1.0.7:8089"};
    const auto wrong = [&] {
        const auto checked = check_phones({system_for("all", system_tenant), office});
        return checked ? std::string() : checked.error().message;
    };
    EXPECT_EQ(wrong(), "");
    office.call_back->allow = {"10.1.0.7/99"};
    EXPECT_THAT(
        wrong(), AllOf(HasSubstr("[phones.office.call_back]: allow: "), HasSubstr("10.1.0.7/99"))
    );
    office.call_back->allow = {};
    office.call_back->ca_file = "/nowhere/authorities.pem";
    EXPECT_THAT(
        wrong(),
        AllOf(HasSubstr("[phones.office.call_back]: "), HasSubstr("/nowhere/authorities.pem"))
    );
    office.call_back.reset();
    EXPECT_EQ(wrong(), "");
}

TEST(CallBackSender, GoesToNoAddressThatTheSettingsDoNotAllow) {
    asio::io_context io;
    CallBackSettings settings;
    settings.url = "http://127.0.0.1:9";
    std::optional<Exchanged> out;
    const auto send = call_back_sender(io.get_executor(), settings);
    asio::co_spawn(
        io, send({.method = "POST", .url_or_path = settings.url}),
        [&](std::exception_ptr thrown, Exchanged done) {
            if (thrown) std::rethrow_exception(thrown);
            out.emplace(std::move(done));
        }
    );
    while (!out) io.run_one();  // not until its timers have run out
    ASSERT_FALSE(*out);
    EXPECT_FALSE(out->error().may_have_left);
    EXPECT_THAT(out->error().error.message, HasSubstr("requests may not go to"));
}

}  // namespace
}  // namespace porteur
