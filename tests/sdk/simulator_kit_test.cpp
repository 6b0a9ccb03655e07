// SPDX-License-Identifier: Apache-2.0
// The simulator kit of the SDK as an author meets it: a described carrier over loopback, its faults, clock, keys and
// journal. That a plugin runs against one is shown by sdk/examples/acme.
#include <stdlib.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>

#include <porteur/simulator.hpp>

namespace porteur::sim {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using How = Sent::How;

struct Depot {
    int visits = 0;
};

/// Orders that take a day, and a key that stands where the test says.
FarEnd<Depot> depot() {
    FarEnd<Depot> depot("depot", "takes orders");
    depot.passes("order", {{"sent", 24h}, {"taken", 0s}});
    depot.get("/visits", [](Depot& state, Call&) { return answer_json(200, {{"visits", ++state.visits}}); });
    depot.post("/orders", [](Depot&, Call& call) {
             if (call.text("ref").empty()) return answer_json(400, {{"error", "ref"}});
             const auto order = call.carry_out("order", call.text("ref"), call.texts("numbers"));
             return answer_json(201, {{"id", order.id}, {"state", order.state}});
         }).once_per_key();
    depot.get("/orders/{id}/{field}", [](Depot&, Call& call) {
        const auto order = call.order("order", call.part("id"));
        if (!order) return answer_json(404, {{"error", "unknown"}});
        return answer_json(200, {{call.part("field"), order->state}});
    });
    depot.get("/broken", [](Depot&, Call& call) -> Answer { return answer_json(200, {{"x", call.part("nowhere")}}); });
    return depot;
}

constexpr auto order = R"({"ref":"r-1","numbers":["+14165550100"]})";

std::string state_of(Running& running, const std::string& id = "1") {
    return running.send("GET", "/orders/" + id + "/state").answer.body;
}

TEST(DescribedCarrier, FindsTheRouteAndItsParts) {
    auto running = Running::here(depot());
    EXPECT_EQ(running.send("POST", "/orders", order).answer.status, 201);
    EXPECT_EQ(running.send("GET", "/orders/1/word").answer.body, R"({"word":"taken"})");
    EXPECT_EQ(running.send("GET", "/orders/2/word").answer.status, 404);
    EXPECT_EQ(running.send("GET", "/elsewhere").answer.status, 404);
    EXPECT_EQ(running.send("PATCH", "/orders").answer.status, 404);
}

TEST(DescribedCarrier, AnswersADefectOfItsDescriptionWithItsText) {
    auto running = Running::here(depot());
    const auto sent = running.send("GET", "/broken");
    EXPECT_EQ(sent.answer.status, 500);
    EXPECT_THAT(sent.answer.body, HasSubstr("the route has no {nowhere}"));
    EXPECT_EQ(running.send("GET", "/visits").answer.status, 200) << "it goes on";
}

TEST(DescribedCarrier, LetsNobodyInWithoutItsLogin) {
    auto far = depot();
    far.bearer("token");
    far.error_body([](int status) -> json::value { return {{"code", status}}; });
    auto running = Running::here(far);
    EXPECT_EQ(running.send("GET", "/visits", "", {{"Authorization", "Bearer token"}}).answer.status, 200);
    for (const auto* value : {"Bearer other", "Bearer token2", "bearer token", ""}) {
        const auto sent = running.send("GET", "/visits", "", {{"Authorization", value}});
        EXPECT_EQ(sent.answer.status, 401) << value;
        EXPECT_EQ(sent.answer.body, R"({"code":401})");
    }
    EXPECT_EQ(running.acted("GET", "/visits"), 1u);
}

TEST(DescribedCarrier, HasAnOrderPassItsWordsByTheCarriersClock) {
    auto running = Running::here(depot());
    running.send("POST", "/orders", order);
    EXPECT_EQ(state_of(running), R"({"state":"taken"})");
    running.advance(24h - 1s);
    EXPECT_EQ(state_of(running), R"({"state":"taken"})");
    running.advance(1s);
    EXPECT_EQ(state_of(running), R"({"state":"sent"})");
}

TEST(DescribedCarrier, HasAnOrderSayWhatTheScriptSaysUntilItIsGivenBack) {
    auto running = Running::here(depot());
    running.send("POST", "/orders", order);
    running.set_state("r-1", "lost");
    running.advance(48h);
    EXPECT_EQ(state_of(running), R"({"state":"lost"})");
    running.tell("/_sim/script", {{"id", "1"}, {"state", ""}});
    EXPECT_EQ(state_of(running), R"({"state":"sent"})");
    EXPECT_THROW(running.set_state("r-2", "lost"), std::runtime_error);
    EXPECT_THROW(running.tell("/_sim/script", {{"rain", true}}), std::runtime_error);
}

TEST(DescribedCarrier, TakesARepeatUnderTheSameKeyForTheSameRequest) {
    auto running = Running::here(depot());
    const Fields key{{"Idempotency-Key", "k-1"}};
    const auto first = running.send("POST", "/orders", order, key), second = running.send("POST", "/orders", order, key);
    EXPECT_EQ(first.answer.body, second.answer.body);
    EXPECT_EQ(running.send("POST", "/orders", R"({"ref":"r-2"})", key).answer.status, 422);
    EXPECT_EQ(running.send("POST", "/orders", order, {{"Idempotency-Key", "k-2"}}).answer.status, 201);
    const auto lines = running.journal();
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_EQ(lines[0].key, "k-1");
    EXPECT_EQ(lines[0].requests, 3u);
    EXPECT_EQ(lines[0].acted, 1u);
    EXPECT_EQ(lines[1].key, "k-2");
    EXPECT_EQ(lines[1].acted, 1u);
    EXPECT_EQ(running.ask("/_sim/stats").at("duplicates").to_number<int>(), 1) << "two keys, one reference";
}

TEST(DescribedCarrier, ReadsTheKeyWhereTheCarrierHasIt) {
    auto by_header = depot();
    by_header.key_header("X-Request-Id");
    auto running = Running::here(by_header);
    running.send("POST", "/orders", order, {{"X-Request-Id", "k"}});
    running.send("POST", "/orders", order, {{"X-Request-Id", "k"}});
    EXPECT_EQ(running.acted("POST", "/orders"), 1u);

    auto by_field = depot();
    by_field.key_field("ref");
    running = Running::here(by_field);
    running.send("POST", "/orders", order);
    running.send("POST", "/orders", order);
    EXPECT_EQ(running.acted("POST", "/orders"), 1u);
    EXPECT_EQ(running.journal().at(0).key, "r-1");
}

struct FaultCase {
    const char* fault;
    How how;
    int status;
    std::uint64_t acted;
};

TEST(Faults, AreWhatTheirNamesSayToTheClientAndToTheJournal) {
    auto running = Running::here(depot());
    const FaultCase cases[] = {
        {"drop_before", How::lost, 0, 0},     {"drop_after", How::lost, 0, 1},      {"500_before", How::answered, 500, 0},
        {"500_after", How::answered, 500, 1}, {"429", How::answered, 429, 0},       {"half_answer", How::lost, 0, 1},
        {"garbage", How::answered, 200, 1},   {"html", How::answered, 502, 0},      {"delay", How::answered, 201, 1},
        {"slow_body", How::answered, 201, 1}, {"none", How::answered, 201, 1},
    };
    for (const auto& each : cases) {
        SCOPED_TRACE(each.fault);
        running.reset();
        running.fault(each.fault, "POST", "/orders", 1, {{"delay_ms", 1}, {"retry_after_s", 7}});
        const auto sent = running.send("POST", "/orders", order);
        EXPECT_EQ(sent.how, each.how);
        if (each.how == How::answered) EXPECT_EQ(sent.answer.status, each.status);
        EXPECT_EQ(running.acted("POST", "/orders"), each.acted);
        EXPECT_EQ(running.asked("POST", "/orders"), 1u);
        EXPECT_EQ(running.send("POST", "/orders", order).answer.status, 201) << "once is enough";
        running.no_faults();
    }
}

TEST(Faults, OfTooManyRequestsSayWhenToComeAgain) {
    auto running = Running::here(depot());
    running.fault("429", "", "", 1, {{"retry_after_s", 7}});
    const auto sent = running.send("GET", "/visits");
    EXPECT_THAT(sent.answer.headers, ::testing::Contains(::testing::Pair("retry-after", "7")));
}

TEST(Faults, HaveABodyComeInPieces) {
    auto running = Running::here(depot());
    const auto whole = running.send("POST", "/orders", order).answer.body;
    running.reset();
    running.fault("slow_body", "", "", 1, {{"delay_ms", 20}});
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(running.send("POST", "/orders", order).answer.body, whole);
    EXPECT_GE(std::chrono::steady_clock::now() - began, 140ms) << "eight pieces have seven pauses";
}

TEST(Faults, AreKeptByWhomeverTheyDoNotMatch) {
    auto running = Running::here(depot());
    running.fault("drop_before", "POST", "/orders");
    EXPECT_EQ(running.send("GET", "/visits").how, How::answered);
    EXPECT_EQ(running.send("POST", "/orders", order).how, How::lost);
    EXPECT_THROW(running.fault("rain"), std::runtime_error);
}

TEST(RunningSimulator, ForgetsEverythingAtAReset) {
    auto running = Running::here(depot());
    running.send("POST", "/orders", order);
    running.send("GET", "/visits");
    running.reset();
    EXPECT_TRUE(running.journal().empty());
    EXPECT_EQ(running.send("GET", "/visits").answer.body, R"({"visits":1})");
    EXPECT_EQ(state_of(running), R"({"error":"unknown"})");
    const auto now = running.now();
    EXPECT_EQ(running.now(), now) << "its clock stands still again";
}

TEST(RunningSimulator, SaysThatNobodyListensOnceItHasStopped) {
    auto running = Running::here(depot());
    running.stop();
    EXPECT_EQ(running.send("GET", "/visits").how, How::not_sent);
}

TEST(RunningProgram, PrintsItsAddressFirstAndStopsOnATermSignal) {
    auto running = Running::program(PORTEUR_SIMULATOR_PROGRAM);
    EXPECT_EQ(running.send("GET", "/_sim/stats").answer.status, 200);
    EXPECT_EQ(running.stop(), 0);
}

TEST(RunningProgram, SaysWhatItSaidWhereThatIsNoAddress) {
    try {
        Running::program(PORTEUR_SIMULATOR_PROGRAM, {"--rain"});
        FAIL() << "it started";
    } catch (const std::runtime_error& wrong) {
        EXPECT_THAT(wrong.what(), HasSubstr("does not say where it listens"));
    }
    EXPECT_THROW(Running::program("/nowhere/sim"), std::runtime_error);
}

// The client of the kit speaks no TLS; curl does, and checks the certificate.
constexpr auto tls_script = R"(
set -eu
cd "$2"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out certificate.pem 2>/dev/null
mkfifo line
"$1" --tls-certificate certificate.pem --tls-key key.pem > line &
trap "kill $!" EXIT
read -r said < line
url=${said#*'"url":"'}
url=${url%'"'*}
case $url in https://127.0.0.1:*) ;; *) echo "it said $said"; exit 3 ;; esac
curl --silent --fail --cacert certificate.pem "$url/_sim/stats" > stats
if curl --silent --fail "http${url#https}/_sim/stats" > /dev/null; then echo "it speaks HTTP as well"; exit 4; fi
)";

TEST(RunningProgram, SpeaksTlsWhereItIsGivenACertificate) {
    std::string folder = std::filesystem::temp_directory_path() / "simulator-tls-XXXXXX";
    ASSERT_NE(::mkdtemp(folder.data()), nullptr);
    ::setenv("TLS_SCRIPT", tls_script, 1);
    const auto ended = std::system(("bash -c \"$TLS_SCRIPT\" bash " PORTEUR_SIMULATOR_PROGRAM " " + folder).c_str());
    EXPECT_EQ(ended, 0);
    EXPECT_TRUE(std::filesystem::exists(folder + "/stats"));
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace porteur::sim
