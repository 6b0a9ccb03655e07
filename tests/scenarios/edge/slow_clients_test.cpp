// SPDX-License-Identifier: Apache-2.0
// A thousand connections that crawl, and a flood of opens, beside a client that means well. The ratio of its
// 99th percentile under attack to the calm one is measured in turns; one round says little on a machine with
// other work on it, so it is told, and judged only in the long run (PORTEUR_FAULTS=full): the median of several, and
// nothing where the calm turns differ among themselves by more than the limit.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <thread>

#include <gmock/gmock.h>
#include <poll.h>

#include "edge_world.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int crawlers = 1000, opens = 10'000, honest_requests = 1500;
constexpr long memory_more_max_kib = 16 << 10, memory_kept_max_kib = 8 << 10;
constexpr double ratio_max = 2;
constexpr int rounds_min = 3, rounds_max = 7;

double median(std::vector<double> of) {
    std::ranges::sort(of);
    return of[of.size() / 2];
}

class SlowClients : public ::testing::Test {
protected:
    void SetUp() override {
        edge.folder.write("config/user", "acme\n");
        edge.account(
            "thinktel", "thinktel", "plugin = \"thinktel\"\n",
            {{"user", "{ file = \"../user\" }"}, {"password", "{ file = \"../user\" }"}}
        );
        edge.start("[log]\nlevel = \"warning\"\n");
        for (int at = 0; at < 20; ++at) edge.draft();
    }

    /// One request after the other on one connection. @return the 99th percentile, in microseconds
    double honest() {
        Raw raw(edge.port());
        const std::string request =
            "GET /v1/port-orders HTTP/1.1\r\nHost: x\r\n" + edge.bearer() + "\r\n\r\n";
        std::vector<double> took;
        for (int at = 0; at < honest_requests; ++at) {
            const auto begun = Clock::now();
            raw.send(request);
            const auto answer = raw.answer();
            took.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begun).count());
            if (answer.status != 200) ++refused;
        }
        std::ranges::sort(took);
        return took[took.size() * 99 / 100];
    }

    struct Crawler {
        Raw raw;
        bool gone = false;
    };

    /// What a crawler says at first; then it says one letter after the other.
    std::string first_words(int number) const {
        switch (number % 4) {
            case 0: return "GET /v1/port-orders HTTP/1.1\r\nHost: x\r\nX-Slow: ";
            case 1:
                return "POST /v1/port-orders HTTP/1.1\r\nHost: x\r\n" + edge.bearer() +
                       "\r\nContent-Type: application/json\r\nIdempotency-Key: slow-" + std::to_string(number) +
                       "\r\nContent-Length: 100000\r\n\r\n{";
            case 2: return "G";
            default: return "";
        }
    }

    static void look(std::vector<Crawler>& all) {
        std::vector<pollfd> wait;
        for (const auto& each : all) wait.push_back({each.gone ? -1 : each.raw.descriptor(), POLLIN, 0});
        poll(wait.data(), wait.size(), 0);
        for (std::size_t at = 0; at < all.size(); ++at)
            if (wait[at].revents != 0 && all[at].raw.rest(1ms).ended) all[at].gone = true;
    }

    struct Round {
        double calm = 0, attacked = 0, gone_after = 0;
        long memory = 0;  ///< KiB, at most
        int left = 0, opened = 0;
    };

    Round round() {
        Round made;
        made.calm = honest();
        const auto began = Clock::now();
        std::vector<Crawler> all;
        for (int at = 0; at < crawlers; ++at) {
            all.push_back({Raw(edge.port(), "127.0.1." + std::to_string(at / 50 + 1))});
            all.back().raw.send(first_words(at));
        }
        std::atomic<bool> measured = false;
        std::thread attack([&] {
            auto next = Clock::now();
            int opened = 0;
            // A few opens each millisecond, a letter of every crawler each second.
            for (int tick = 0; (!measured || opened < opens) && Clock::now() < began + 60s; ++tick) {
                for (int at = 0; at < 4 && opened < opens; ++at, ++opened)
                    Raw(edge.port(), "127.0.3." + std::to_string(opened % 200 + 1));
                if (tick % 1000 == 999)
                    for (auto& each : all)
                        if (!each.gone) each.raw.send("x");
                next += 1ms;
                const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
                if (left > 0) poll(nullptr, 0, static_cast<int>(left));
            }
            made.opened = opened;
        });
        made.memory = edge.memory("VmRSS");
        made.attacked = honest();
        made.memory = std::max(made.memory, edge.memory("VmRSS"));
        measured = true;
        attack.join();
        const auto gone = [&] {
            look(all);
            made.left = static_cast<int>(std::ranges::count_if(all, [](const auto& each) { return !each.gone; }));
            return made.left == 0;
        };
        auto next = Clock::now();
        while (!gone() && Clock::now() < began + 40s) {
            if (Clock::now() >= next) {
                for (auto& each : all)
                    if (!each.gone) each.raw.send("x");
                next += 1s;
            }
            poll(nullptr, 0, 20);  // the crawlers' rhythm, not the test's
        }
        made.gone_after = std::chrono::duration<double>(Clock::now() - began).count();
        return made;
    }

    Edge edge;
    int refused = 0;
};

TEST_F(SlowClients, HoldUpNobodyWhoMeansWellAndAreGoneInTime) {
    honest();  // caches are warm
    const auto memory = edge.memory("VmRSS");
    std::vector<double> ratios, calm;
    std::vector<long> more, kept;
    // A machine at other work says nothing of times: they are judged in the long run alone, and there only where the calm turns agree.
    const bool is_long = std::getenv("PORTEUR_FAULTS") != nullptr;
    const auto is_judged = [&] { return is_long && std::ranges::max(calm) <= ratio_max * std::ranges::min(calm); };
    for (int number = 1; number <= (is_long ? rounds_max : rounds_min); ++number) {
        const auto seen = round();
        kept.push_back(edge.memory("VmRSS") - memory);
        ratios.push_back(seen.attacked / seen.calm);
        calm.push_back(seen.calm);
        std::printf(
            "edge: round %d: p99 %.0f us calm, %.0f us among %d crawlers and %d opens: %.2f times; memory +%ld KiB; "
            "+%ld KiB when they were gone, after %.1f s\n",
            number, seen.calm, seen.attacked, crawlers, seen.opened, ratios.back(), seen.memory - memory, kept.back(), seen.gone_after
        );
        EXPECT_EQ(seen.left, 0) << "crawlers that are still there after 40 s";
        EXPECT_EQ(seen.opened, opens);
        more.push_back(seen.memory - memory);
        if (number >= rounds_min && median(ratios) <= ratio_max) break;
    }
    EXPECT_EQ(refused, 0) << "requests that mean well are answered, each of them";
    EXPECT_LE(more.front(), memory_more_max_kib) << "KiB more in memory, among the crawlers";
    // When a thousand are answered 408 at once the allocator takes more, and keeps it for the next time (measured: 21 MiB, the same after
    // each round). A leak would show from one round to the next.
    EXPECT_LE(std::ranges::max(kept), 2 * memory_more_max_kib) << "KiB are kept when all are gone";
    for (std::size_t at = 1; at < kept.size(); ++at)
        EXPECT_LE(kept[at], kept[at - 1] + memory_kept_max_kib) << "KiB more are kept after round " << at + 1;
    if (is_judged()) EXPECT_LE(median(ratios), ratio_max);
    std::printf(
        "edge: slow clients: p99 %.2f times the calm one, median of %zu rounds%s\n", median(ratios), ratios.size(),
        is_judged() ? "" : is_long ? "; not judged: the calm turns differ by more than that" : "; not judged (PORTEUR_FAULTS=full judges)"
    );
    EXPECT_EQ(edge.ask("GET", "/v1/port-orders").at("items").as_array().size(), 20U) << "none of the halves was carried out";
}

}  // namespace
}  // namespace porteur::testing
