// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cstdlib>
#include <ctime>

#include "world.hpp"

namespace porteur::cli {
namespace {

const std::string two =
    R"({"items":[{"order":"01JD9Y4V8K3ZR","kind":"port","account":"thinktel","reference":"r-1","what":"freeze",)"
    R"("about":"","at":"2026-11-30T23:30:00.000Z","day":null,"overdue":true,"who":"person","text":"nothing can be changed"},)"
    R"({"order":"01JD9Y4V8K3ZS","kind":"port","account":"thinktel","reference":"r-2","what":"foc",)"
    R"("about":"","at":"2026-12-02T00:00:00.000Z","day":"2026-12-01","overdue":false,"who":"carrier","text":"the numbers move"}]})";

class InZone {
public:
    explicit InZone(const char* zone) {
        if (const char* old = std::getenv("TZ")) before_ = old;
        set(zone);
    }
    ~InZone() { set(before_ ? before_->c_str() : nullptr); }

private:
    static void set(const char* zone) {
        if (zone)
            ::setenv("TZ", zone, 1);
        else
            ::unsetenv("TZ");
        ::tzset();
    }
    std::optional<std::string> before_;
};

TEST(Due, ShowsTimesInTheOperatorsZoneAndDaysAsTheyAre) {
    World world;
    const InZone zone("America/Toronto");
    ScriptedServer server({{.expects = "GET /v1/due", .body = two}});
    EXPECT_EQ(
        world.run({"due"}, server),
        (Ran{
            0,
            "WHEN              WHAT    WHO      ORDER          KIND  REFERENCE  ACCOUNT   MORE\n"
            "2026-11-30 18:30  freeze  person   01JD9Y4V8K3ZR  port  r-1        thinktel  nothing "
            "can be changed\n"
            "2026-12-01        foc     carrier  01JD9Y4V8K3ZS  port  r-2        thinktel  the "
            "numbers move\n",
            ""
        })
    );
}

TEST(Due, AsksForWhatIsWanted) {
    World world;
    ScriptedServer server(
        {{.expects = "GET /v1/due?what=foc&overdue=true&until=2026-12-01T00%3A00%3A00Z&limit=5",
          .body = R"({"items":[]})"}}
    );
    EXPECT_EQ(
        world.run(
            {"due", "--what", "foc", "--overdue", "--until", "2026-12-01", "--limit", "5"}, server
        ),
        (Ran{0, "Nothing is due.\n", ""})
    );
}

TEST(Due, IsPrintedAsItCameForAProgram) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/due", .body = two}});
    EXPECT_THAT(
        world.run({"due", "--json"}, server).out,
        ::testing::HasSubstr(R"("at":"2026-11-30T23:30:00.000Z")")
    );
}

}  // namespace
}  // namespace porteur::cli
