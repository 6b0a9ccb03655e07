// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "api_client.hpp"

namespace porteur::testing {
namespace {

using ::testing::HasSubstr;

TEST(OrderFiguresRoute, ShowsTheFiguresOfTheCallersOrders) {
    Served served;
    auto& figures = served.host.outgoing.figures;
    figures.states = {{.kind = OrderKind::port, .state = OrderState::confirmed, .count = 3}};
    figures.losing_carriers = {
        {.account = "",
         .carrier = "Bell Canada",
         .confirmed = 3,
         .to_foc = DaysTaken{.count = 2, .median = 4.5, .ninth_tenth = 9},
         .completed = 0,
         .to_completed = {}}
    };
    figures.refusals = {{.kind = OrderKind::purchase, .code = Reason::other, .count = 2}};
    EXPECT_EQ(
        served.get("/v1/order-figures?since=2026-11-30T00:00:00Z").body,
        R"({"losing_carriers":[{"account":"","carrier":"Bell Canada","completed":0,"confirmed":3,"days_to_completed":null,)"
        R"("days_to_foc":{"count":2,"median":4.5E0,"ninth_tenth":9E0}}],"refusals":[{"code":"OTHER","count":2,"kind":"purchase"}],)"
        R"("since":"2026-11-30T00:00:00.000Z","states":[{"count":3,"kind":"port","state":"confirmed"}],)"
        R"("until":"2026-12-01T00:00:00.000Z","weeks":[]})"
    );
    EXPECT_THAT(
        served.get("/v1/order-figures", FakeHost::foreign_token).body, HasSubstr(R"("states":[])")
    );
}

TEST(OrderFiguresRoute, RefusesATimeThatIsNone) {
    Served served;
    EXPECT_EQ(served.get("/v1/order-figures?since=monday").text("field"), "since");
    EXPECT_EQ(served.get("/v1/order-figures?until=2026-13-01T00:00:00Z").text("field"), "until");
    for (const char* wrong : {"since=2027-01-01T00:00:00Z", "since=2020-01-01T00:00:00Z", "week=1"})
        EXPECT_EQ(served.get("/v1/order-figures?" + std::string(wrong)).status, 400) << wrong;
}

}  // namespace
}  // namespace porteur::testing
