// SPDX-License-Identifier: Apache-2.0
// `porteur status` on a terminal of 80 by 24: the program itself, on a pseudo-terminal.
#include <pty.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

#include <gmock/gmock.h>

#include "text.hpp"
#include "world.hpp"

namespace porteur::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// The program on a terminal of its own. It is killed when the object goes.
class OnTerminal {
public:
    OnTerminal(const std::string& url, const std::string& term, winsize size) {
        pid_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
        if (pid_ != 0) return;
        ::setenv("PORTEUR_URL", url.c_str(), 1);
        ::setenv("PORTEUR_TOKEN", "prt_of_the_test", 1);
        ::setenv("TERM", term.c_str(), 1);
        ::setenv("LC_ALL", "C", 1);
        ::execl(PORTEUR_PROGRAM, "porteur", "status", nullptr);
        ::_exit(127);
    }
    ~OnTerminal() {
        ::close(terminal_);
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    OnTerminal(const OnTerminal&) = delete;
    OnTerminal& operator=(const OnTerminal&) = delete;

    /// Reads on until the text has come so many times, or for half a minute. @return all so far
    const std::string& until(const std::string& wanted, int times = 1) {
        const auto count = [&] {
            int found = 0;
            for (auto at = all_.find(wanted); at != all_.npos; at = all_.find(wanted, at + 1)) ++found;
            return found;
        };
        pollfd wait{terminal_, POLLIN, 0};
        const auto latest = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (count() < times && std::chrono::steady_clock::now() < latest && ::poll(&wait, 1, 30'000) == 1) {
            char piece[4096];
            const auto got = ::read(terminal_, piece, sizeof piece);
            if (got <= 0) break;  // EIO: the program has ended
            all_.append(piece, static_cast<std::size_t>(got));
        }
        return all_;
    }
    void type(const std::string& keys) const { EXPECT_EQ(::write(terminal_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size())); }
    /// Reads to the end. @return its exit status; -1: by a signal
    int end() {
        until("\x01never");
        int status = 0;
        ::waitpid(std::exchange(pid_, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

private:
    int terminal_ = -1;
    pid_t pid_ = -1;
    std::string all_;
};

/// A daemon with so many parked orders whose problems are longer than a line; one look's answer.
std::vector<Step> one_look(int parked, bool counts) {
    std::string orders;
    for (int at = 0; at < parked; ++at)
        orders += (orders.empty() ? "" : ",") + std::string(R"({"id":"P)") + std::to_string(at) + R"(","kind":"port","reference":"A-1","account":"thinktel","state":"exception","delivery":"waiting_for_person","problem":")" +
                  std::string(90, 'w') + "\"}";
    return {{.expects = counts ? "GET /v1/status" : "GET /v1/status?counts=false",
             .body = R"({"health":{"live":true,"ready":true,"checks":[{"name":"store","ok":true,"detail":""}]},"measures":null,"orders":null,"webhooks":[],"under_way":[],"due":[],)"
                     R"("carriers":{"items":[{"account":"thinktel","plugin":"thinktel","version":"1.2.0","health":{"state":"down"},"breaker":{"state":"open"}}],"refused":[]},"waiting":[)" +
                     orders + "]}"}};
}

/// The lines of the frame that came last, without colours and the codes that end a line.
std::vector<std::string> last_frame(const std::string& all) {
    const auto begin = all.rfind("\x1b[H", all.rfind("\x1b[J")) + 3;
    auto text = all.substr(begin, all.rfind("\x1b[J") - begin);
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text.substr(at, 2) == "\x1b[")
            at = text.find_first_of("mK", at);
        else if (text[at] != '\r')
            plain += text[at];
    }
    std::vector<std::string> lines(1);
    for (const char letter : plain) {
        if (letter == '\n')
            lines.emplace_back();
        else
            lines.back() += letter;
    }
    return lines;
}

const winsize small_screen{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};

TEST(StatusOnATerminal, FillsNoMoreThanTheScreenAndIsDrawnAnewEverySecondWithoutClearing) {
    auto steps = one_look(40, true);
    for (auto& each : one_look(1, false)) steps.push_back(std::move(each));
    ScriptedServer server(std::move(steps));
    OnTerminal terminal(server.url(), "xterm", small_screen);
    const auto first = terminal.until("\x1b[J");
    EXPECT_EQ(first.find("\x1b[?1049h"), 0u) << "the other screen comes first";
    auto lines = last_frame(first);
    EXPECT_EQ(lines.size(), 24u);
    for (const auto& line : lines) EXPECT_LE(display_width(line), 80u) << line;
    std::string shown;
    for (const auto& line : lines) shown += line + "\n";
    EXPECT_THAT(shown, HasSubstr("P0"));
    EXPECT_THAT(shown, HasSubstr("…"));
    EXPECT_THAT(shown, HasSubstr("thinktel"));

    const auto second = terminal.until("\x1b[J", 2);
    EXPECT_THAT(second, Not(HasSubstr("\x1b[2J"))) << "a screen that is cleared first flickers";
    shown.clear();
    for (const auto& line : last_frame(second)) shown += line + "\n";
    EXPECT_THAT(shown, HasSubstr("P0"));
    EXPECT_THAT(shown, Not(HasSubstr("P1")));
}

TEST(StatusOnATerminal, GivesTheScreenBackOnCtrlC) {
    ScriptedServer server(one_look(1, true));
    OnTerminal terminal(server.url(), "xterm", small_screen);
    terminal.until("\x1b[J");
    terminal.type("\x03");
    EXPECT_EQ(terminal.end(), 0);
    const auto all = terminal.until("");
    const auto left = all.rfind("\x1b[?1049l");
    ASSERT_NE(left, all.npos);
    EXPECT_THAT(all.substr(0, left), HasSubstr("\x1b[?25h")) << "with its cursor";
    EXPECT_EQ(all.find("\x1b[J", left), all.npos) << "nothing is drawn on the first screen";
}

TEST(StatusOnATerminal, SaysThatTheDaemonIsGoneAndKeepsWhatItKnew) {
    auto steps = one_look(1, true);
    for (int times = 0; times < 2; ++times) steps.push_back({.expects = "GET /v1/status?counts=false", .body = {}, .end = Step::End::nothing});
    ScriptedServer server(std::move(steps));
    OnTerminal terminal(server.url(), "xterm", small_screen);
    const auto all = terminal.until("No answer now: ");
    EXPECT_THAT(all, HasSubstr("No answer now: "));
    std::string shown;
    for (const auto& line : last_frame(terminal.until("\x1b[J", 2))) shown += line + "\n";
    EXPECT_THAT(shown, HasSubstr("P0"));
}

TEST(StatusOnATerminal, SaysWithinSecondsThatTheDaemonHangs) {
    auto steps = one_look(1, true);
    steps.push_back({.expects = "GET /v1/status?counts=false", .body = {}, .end = Step::End::stays_open});  // it says nothing more
    ScriptedServer server(std::move(steps));
    OnTerminal terminal(server.url(), "xterm", small_screen);
    EXPECT_THAT(terminal.until("No answer now: "), HasSubstr("No answer now: "));
}

TEST(StatusOnATerminal, IsPrintedOnceWhereNothingCanBeDrawnOver) {
    ScriptedServer server(one_look(1, true));
    OnTerminal terminal(server.url(), "dumb", small_screen);
    EXPECT_EQ(terminal.end(), 0);
    const auto all = terminal.until("");
    EXPECT_THAT(all, HasSubstr("P0"));
    EXPECT_THAT(all, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace porteur::cli
