// SPDX-License-Identifier: Apache-2.0
// What one caller may cost, on the real porteurd with its limits as shipped. @source RELIABILITY.md 4.6
#include <fstream>

#include <gmock/gmock.h>
#include <poll.h>

#include "edge_world.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using Clock = std::chrono::steady_clock;

class Limits : public ::testing::Test {
protected:
    void start(const std::string& settings = {}) {
        edge.folder.write("config/user", "acme\n");
        edge.account(
            "thinktel", "thinktel", "plugin = \"thinktel\"\n",
            {{"user", "{ file = \"../user\" }"}, {"password", "{ file = \"../user\" }"}}
        );
        edge.start("[log]\nlevel = \"debug\"\n" + settings);
    }
    /// Sends it on a connection of its own. @return what comes until the daemon closes, or has said all
    Heard say(const std::string& bytes) {
        Raw raw(edge.port());
        raw.send(bytes);
        raw.finish_sending();
        return raw.rest();
    }
    std::string get(const std::string& target, const std::string& fields = {}) const {
        return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + edge.bearer() + "\r\n" + fields + "\r\n";
    }
    std::string post(const std::string& fields, const std::string& body) {
        return "POST /v1/port-orders HTTP/1.1\r\nHost: x\r\n" + edge.bearer() +
               "\r\nContent-Type: application/json\r\nIdempotency-Key: raw-" + std::to_string(++edge.keys) +
               "\r\n" + fields + "\r\n" + body;
    }
    std::string post(const std::string& body) {
        return post("Content-Length: " + std::to_string(body.size()) + "\r\n", body);
    }
    std::size_t orders() {
        return edge.ask("GET", "/v1/port-orders").at("items").as_array().size();
    }
    /// The daemon goes on, and a connection that was refused is not one that goes on.
    void expect_refused(const Heard& heard, int status, const std::string& what) {
        EXPECT_EQ(heard.status(), status) << what << ": " << heard.bytes.substr(0, 400);
        EXPECT_EQ(heard.answers.size(), 1U) << what;
        EXPECT_TRUE(heard.ended) << what;
    }

    Edge edge;
};

const std::string draft_body = R"({"account":"thinktel","request":{}})";

TEST_F(Limits, HoldForTheHead) {
    start();
    const std::string line = get("/v1/port-orders");
    const auto padded = [&](std::size_t size) {
        const std::string name = "X-Pad: ";
        return get("/v1/port-orders", name + std::string(size - line.size() - name.size() - 2, 'x') + "\r\n");
    };
    EXPECT_EQ(padded(8192).size(), 8192U);
    EXPECT_EQ(say(padded(8192)).status(), 200);
    // The block, the number of fields, the target.
    expect_refused(say(padded(8193 + 4096)), 431, "a head of 12 KiB");
    std::string endless = "GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(3 << 20, 'x');
    expect_refused(say(endless), 431, "a head that never ends");
    std::string fields;
    for (int at = 0; at < 98; ++at) fields += "X-" + std::to_string(at) + ": y\r\n";
    EXPECT_EQ(say(get("/v1/port-orders", fields)).status(), 200) << "100 fields";
    expect_refused(say(get("/v1/port-orders", fields + "Y: z\r\n")), 431, "101 fields");
    const auto target = [](std::size_t size) {
        return "/v1/port-orders?after=" + std::string(size - 22, '0');
    };
    EXPECT_NE(say(get(target(4096))).status(), 414);
    expect_refused(say(get(target(4097))), 414, "a target of 4097 bytes");
}

TEST_F(Limits, HoldForTheBody) {
    start();
    std::string large = R"({"account":"thinktel","request":{"losing_carrier":")";
    large += std::string((1 << 20) - large.size() - 3, 'x') + "\"}}";
    ASSERT_EQ(large.size(), 1U << 20U);
    EXPECT_NE(say(post(large)).status(), 413);
    const auto before = orders();
    expect_refused(say(post(large + " ")), 413, "a body of 1 MiB and a byte");
    std::string chunks;
    for (int at = 0; at < 17; ++at) chunks += "10000\r\n" + std::string(0x10000, ' ') + "\r\n";
    expect_refused(
        say(post("Transfer-Encoding: chunked\r\n", chunks + "0\r\n\r\n")), 413, "as much in chunks"
    );
    const auto nested = [](int depth) {
        const auto count = static_cast<std::size_t>(depth - 1);
        return R"({"account":"thinktel","request":)" + std::string(count, '[') + std::string(count, ']') + "}";
    };
    EXPECT_THAT(say(post(nested(32))).bytes, HasSubstr("expected an object"));
    EXPECT_THAT(say(post(nested(33))).bytes, HasSubstr("deeper than 32"));
    EXPECT_EQ(say(post(nested(300'000))).status(), 400);
    EXPECT_EQ(orders(), before);
}

TEST_F(Limits, AreThoseOfTheSettings) {
    start(
        "[api.limits]\nheader_size_max = \"1KiB\"\nheader_count_max = 10\nurl_size_max = \"256B\"\n"
        "body_size_max = \"2KiB\"\njson_depth_max = 6\nconnections_per_address_max = 3\n"
    );
    EXPECT_EQ(say(get("/v1/port-orders", "X: " + std::string(3000, 'x') + "\r\n")).status(), 431);
    std::string fields;
    for (int at = 0; at < 9; ++at) fields += "X: y\r\n";
    EXPECT_EQ(say(get("/v1/port-orders", fields)).status(), 431);
    EXPECT_EQ(say(get("/v1/port-orders?after=" + std::string(300, '0'))).status(), 414);
    EXPECT_EQ(say(post(std::string(2049, ' '))).status(), 413);
    EXPECT_THAT(
        say(post(R"({"account":"thinktel","request":[[[[[[]]]]]]})")).bytes, HasSubstr("deeper than 6")
    );
    std::vector<Raw> held;
    for (int at = 0; at < 3; ++at) {
        held.emplace_back(edge.port());
        held.back().send(get("/healthz"));
        EXPECT_EQ(held.back().answer().status, 200);
    }
    EXPECT_EQ(say(get("/healthz")).status(), 503);
}

TEST_F(Limits, HoldForConnectionsOfAnAddressAndInAll) {
    start();
    const auto full = [&](const std::string& from) {
        Raw raw(edge.port(), from);
        raw.send(get("/healthz"));
        return raw.answer().status == 503;
    };
    const auto hold = [&](const std::string& from, int count) {
        std::vector<Raw> held;
        for (int at = 0; at < count; ++at) held.emplace_back(edge.port(), from);
        for (auto& each : held) each.send(get("/healthz"));
        for (auto& each : held) EXPECT_EQ(each.answer().status, 200) << from;
        return held;
    };
    {
        auto held = hold("127.0.0.1", 64);
        EXPECT_TRUE(full("127.0.0.1"));
        EXPECT_FALSE(full("127.0.0.2")) << "of another address";
        held.pop_back();
        // One that goes makes room: as soon as the daemon has seen it go.
        bool room = false;
        for (const auto until = Clock::now() + 10s; !room && Clock::now() < until;) room = !full("127.0.0.1");
        EXPECT_TRUE(room);
    }
    const auto empty_again = [&] {
        const auto fds = [&] {
            std::size_t count = 0;
            for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator(
                     "/proc/" + std::to_string(edge.daemon.pid()) + "/fd"
                 ))
                ++count;
            return count;
        };
        for (const auto until = Clock::now() + 20s; Clock::now() < until;)
            if (fds() < 60) return true;
        return false;
    };
    EXPECT_TRUE(empty_again());
    std::vector<Raw> all;
    for (int at = 0; at < 32; ++at)
        for (auto& each : hold("127.0.1." + std::to_string(at + 1), at < 31 ? 64 : 16)) all.push_back(std::move(each));
    EXPECT_EQ(all.size(), 2000U);
    EXPECT_TRUE(full("127.0.2.1")) << "2,001 in all";
    all.clear();
    EXPECT_TRUE(empty_again());
    EXPECT_EQ(say(get("/healthz")).status(), 200);
}

// The defaults are 10 s for a head, 10 s and then 500 bytes a second for a body, 60 s between requests: all
// of them wait side by side.
TEST_F(Limits, EndTheSlowInTime) {
    start();
    struct Slow {
        std::string name;
        Raw raw;
        std::chrono::milliseconds least, most;
        int status;  ///< 0: let go without a word
        int creeps;  ///< bytes a second, beside what was sent at first
        std::optional<Clock::duration> ended = {};
        std::string heard = {};
    };
    std::vector<Slow> all;
    const auto add = [&](const std::string& name, const std::string& first, std::chrono::milliseconds least,
                         std::chrono::milliseconds most, int status, int creeps = 0) {
        all.push_back({name, Raw(edge.port()), least, most, status, creeps});
        all.back().raw.send(first);
    };
    const auto began = Clock::now();
    add("says nothing", "", 9s, 20s, 0);
    add("stops in its head", "GET / HTTP/1.1\r\nHost:", 9s, 20s, 408);
    add("creeps in its head", "GET / HTTP/1.1\r\nX: ", 9s, 20s, 408, 4);
    add("says empty lines", "\r\n", 0s, 20s, 408, 4);
    add("stops in its body", post("Content-Length: 5000\r\n", "{"), 9s, 20s, 408);
    // 4 bytes a second for 10 s earn another 80 ms.
    add("creeps in its body", post("Content-Length: 5000\r\n", "{"), 9s, 20s, 408, 4);
    add("creeps in its chunks", post("Transfer-Encoding: chunked\r\n", "1388\r\n"), 9s, 20s, 408, 4);
    // 1,000 bytes a second are more than enough: it is read to its end.
    add("is slow, but keeps the least rate",
        post("Content-Length: 15000\r\n", R"({"account":"thinktel","request":{)"), 13s, 40s, 400, 1000);
    add("is idle after an answer", get("/healthz"), 55s, 90s, 200);
    auto next_bytes = began + 250ms;
    while (std::ranges::any_of(all, [](const auto& each) { return !each.ended; }) && Clock::now() < began + 100s) {
        std::vector<pollfd> wait;
        for (const auto& each : all) wait.push_back({each.ended ? -1 : each.raw.descriptor(), POLLIN, 0});
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_bytes - Clock::now()).count();
        poll(wait.data(), wait.size(), static_cast<int>(std::max(left, std::int64_t{0})));
        for (std::size_t at = 0; at < all.size(); ++at) {
            if (wait[at].revents == 0) continue;
            const auto heard = all[at].raw.rest(1ms);
            all[at].heard += heard.bytes;
            if (heard.ended) all[at].ended = Clock::now() - began;
        }
        if (Clock::now() < next_bytes) continue;
        next_bytes += 250ms;
        for (auto& each : all)
            if (!each.ended && each.creeps > 0 && each.heard.empty())
                each.raw.send(std::string(static_cast<std::size_t>(each.creeps / 4), ' '));
    }
    for (const auto& each : all) {
        ASSERT_TRUE(each.ended) << each.name << " holds its connection";
        EXPECT_GE(*each.ended, each.least) << each.name;
        EXPECT_LE(*each.ended, each.most) << each.name;
        auto bytes = each.heard;
        const auto answers = take_answers(bytes);
        EXPECT_EQ(answers.empty() ? 0 : answers[0].status, each.status) << each.name << ": " << each.heard;
        std::printf(
            "edge: %-36s ended after %5.1f s with %d\n", each.name.c_str(),
            std::chrono::duration<double>(*each.ended).count(), each.status
        );
    }
    EXPECT_EQ(orders(), 0U);
}

TEST_F(Limits, LetNobodyPipelineOrCompressOrSendBothLengths) {
    start();
    expect_refused(say(get("/healthz") + get("/healthz")), 400, "two requests at once");
    expect_refused(
        say(post("Content-Length: 35\r\n", draft_body + get("/healthz"))), 400, "one behind a body"
    );
    expect_refused(
        say(post("Content-Length: 35\r\nTransfer-Encoding: chunked\r\n", "23\r\n" + draft_body + "\r\n0\r\n\r\n")),
        400, "both lengths"
    );
    for (const char* coding : {"gzip", "deflate", "br", "zstd", "x-gzip", "gzip, gzip"})
        expect_refused(
            say(post("Content-Encoding: " + std::string(coding) + "\r\nContent-Length: 35\r\n", draft_body)), 415,
            coding
        );
    EXPECT_EQ(orders(), 0U);
    EXPECT_EQ(say(post("Content-Length: 35\r\n", draft_body)).status(), 201);
}

TEST_F(Limits, SayContinueOnceAndOnlyToAGoodHead) {
    start();
    const std::string expect = "Expect: 100-continue\r\n";
    {
        Raw raw(edge.port());
        raw.send(post(expect + "Content-Length: 35\r\n", ""));
        EXPECT_EQ(raw.answer().status, 100);
        raw.send(draft_body);
        EXPECT_EQ(raw.answer().status, 201);
    }
    // Whoever is refused hears nothing of going on, however often they ask.
    const std::string stranger = "POST /v1/port-orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer no\r\n";
    for (const auto& head :
         {stranger + expect + "Content-Length: 35\r\n\r\n",
          post(expect + "Content-Length: 99999999\r\n", ""),
          post(expect + expect + "Content-Length: 35\r\n", ""),
          post("Expect: 100-continue, 100-continue\r\nContent-Length: 35\r\n", ""),
          post("Expect: 200-ok\r\nContent-Length: 35\r\n", ""), get("/healthz", expect)}) {
        const auto heard = say(head);
        EXPECT_EQ(heard.continues, 0) << head;
        EXPECT_EQ(heard.answers.size(), 1U) << head;
    }
    // An answer is never longer than a request by more than a page: nothing to make a flood with.
    Raw raw(edge.port());
    raw.send(post(expect + "Transfer-Encoding: chunked\r\n", ""));
    EXPECT_EQ(raw.answer().status, 100);
    raw.send("1\r\n{\r\n1\r\n \r\n");
    raw.finish_sending();
    EXPECT_EQ(raw.rest().continues, 0) << "once for each request";
}

TEST_F(Limits, HoldForUploadsThatNobodyKnowsTheSizeOf) {
    start("");
    const std::string head =
        "POST /v1/documents?type=invoice&name=x.pdf HTTP/1.1\r\nHost: x\r\n" + edge.bearer() +
        "\r\nContent-Type: application/pdf\r\nIdempotency-Key: up\r\n";
    expect_refused(say(head + "Content-Length: 20971521\r\n\r\n"), 413, "20 MiB and a byte, as it says");
    Raw raw(edge.port());
    raw.send(head + "Transfer-Encoding: chunked\r\n\r\n");
    const std::string mega = "100000\r\n%PDF-1.4\n" + std::string((1 << 20) - 9, ' ') + "\r\n";
    int sent = 0;
    for (; sent < 40 && raw.send(mega); ++sent) {}
    EXPECT_EQ(raw.rest().status(), 413);
    EXPECT_LT(edge.memory("VmHWM"), 200'000) << "it goes to the disk, not into memory";
}

}  // namespace
}  // namespace porteur::testing
