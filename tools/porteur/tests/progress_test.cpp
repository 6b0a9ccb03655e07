// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

#include <sstream>

#include <gmock/gmock.h>

namespace porteur::cli {
namespace {

using namespace std::chrono_literals;

struct Terminal {
    std::ostringstream out, err;
    std::istringstream in;
    std::chrono::steady_clock::time_point now{};
    Surroundings around{
        .out = out,
        .err = err,
        .in = in,
        .out_is_terminal = true,
        .err_is_terminal = true,
        .environment = {},
        .new_key = {},
        .now = [this] { return now; },
        .pause = {},
        .run_program = {}
    };
};

TEST(Progress, SaysNothingForASecond) {
    Terminal terminal;
    {
        Progress progress(terminal.around, "waiting for a");
        terminal.now += 999ms;
        progress.update();
    }
    EXPECT_EQ(terminal.err.str(), "");
}

TEST(Progress, SaysAfterASecondWhatIsWaitedForAndGoesAwayAtTheEnd) {
    Terminal terminal;
    {
        Progress progress(terminal.around, "waiting for a");
        terminal.now += 3s;
        progress.update();
    }
    EXPECT_EQ(terminal.err.str(), "\r\x1b[Kwaiting for a … 3 s\r\x1b[K");
}

TEST(Progress, ShowsABarWithBytes) {
    Terminal terminal;
    {
        Progress progress(terminal.around, "sending loa.pdf");
        terminal.now += 2s;
        progress.update(1'350'000, 3'000'000);
        progress.update(1'360'000, 3'000'000);  // too soon after the last
        terminal.now += 1s;
        progress.update(3'000'000, 3'000'000);
    }
    EXPECT_EQ(
        terminal.err.str(),
        "\r\x1b[Ksending loa.pdf [=========>          ]  45 % 1.4 MB of 3.0 MB"
        "\r\x1b[Ksending loa.pdf [====================] 100 % 3.0 MB of 3.0 MB"
        "\r\x1b[K"
    );
}

TEST(Progress, IsSilentWhereNobodyLooks) {
    Terminal terminal;
    terminal.around.err_is_terminal = false;
    {
        Progress progress(terminal.around, "waiting for a");
        terminal.now += 1h;
        progress.update();
    }
    EXPECT_EQ(terminal.err.str(), "");
}

TEST(SizeText, RoundsByThousands) {
    EXPECT_EQ(size_text(0), "0 B");
    EXPECT_EQ(size_text(999), "999 B");
    EXPECT_EQ(size_text(30'600), "30.6 kB");
    EXPECT_EQ(size_text(20'971'520), "21.0 MB");
}

}  // namespace
}  // namespace porteur::cli
