// SPDX-License-Identifier: Apache-2.0
// Each request of smuggling.txt goes to the real porteurd, and to a real nginx before a back end that counts.
// porteurd may take nothing that nginx refuses as malformed, and where both take it they must see the same
// requests: as many, with the same methods, targets and bodies. What porteurd saw is read from its log and, for
// bodies, from the comments that they have become.
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gmock/gmock.h>

#include "counting_nginx.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;

struct Case {
    std::string name, verdict, reason, bytes;
};

std::vector<Case> cases() {
    std::vector<Case> out;
    std::ifstream file(PORTEUR_EDGE_FOLDER "/smuggling.txt");
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.starts_with('#')) continue;
        Case made;
        std::istringstream words(line);
        std::getline(words, made.name, '|');
        std::getline(words, made.verdict, '|');
        std::getline(words, made.reason);
        for (auto* each : {&made.name, &made.verdict, &made.reason}) {
            each->erase(0, each->find_first_not_of(' '));
            each->erase(each->find_last_not_of(' ') + 1);
        }
        std::getline(file, made.bytes);
        out.push_back(std::move(made));
    }
    return out;
}

class Smuggling : public ::testing::Test {
protected:
    void SetUp() override {
        edge.folder.write("config/user", "acme\n");
        edge.account(
            "thinktel", "thinktel", "plugin = \"thinktel\"\n",
            {{"user", "{ file = \"../user\" }"}, {"password", "{ file = \"../user\" }"}}
        );
        edge.start("[log]\nlevel = \"debug\"\n[api.limits]\nconnections_per_address_max = 1000\n");
        order = edge.draft();
    }
    /// 21 letters, so that the body of a comment has 32.
    static std::string comment(int number) {
        const auto text = std::to_string(number);
        return "edge-" + std::string(4 - text.size(), '0') + text + "-of-smuggled";
    }
    std::string bytes_of(const Case& each, int number) const {
        const auto path = "/v1/port-orders/" + order;
        const std::string auth = edge.bearer() + "\\r\\n", body = "{\"text\":\"" + comment(number) + "\"}";
        const std::string smuggled = "GET /v1/smuggled HTTP/1.1\\r\\nHost: edge\\r\\n" + auth + "\\r\\n";
        std::map<std::string, std::string> words{
            {"post", "POST {comments} HTTP/1.1\\r\\n"},
            {"get", "GET {path} HTTP/1.1\\r\\n"},
            {"common", "Host: edge\\r\\n" + auth + "Content-Type: application/json\\r\\nIdempotency-Key: smuggling-" +
                           std::to_string(number) + "\\r\\n"},
            {"smuggled", smuggled},
            {"smuggled:size", std::to_string(unescaped(smuggled).size())},
            {"auth", auth},
            {"auth:lf", edge.bearer() + "\\n"},
            {"body:0:1", body.substr(0, 1)},
            {"body:1", body.substr(1)},
            {"body:0:31", body.substr(0, 31)},
            {"body:31", body.substr(31)},
            {"body", body},
        };
        auto text = with(each.bytes, words);
        return unescaped(with(text, {{"path", path}, {"comments", path + "/comments"}}));
    }
    Heard say(unsigned port, const std::string& bytes) {
        Raw raw(port);
        raw.send(bytes);
        raw.finish_sending();
        return raw.rest(15s);
    }
    /// What porteurd has read as a request since it was last asked. A refusal of the head or of the framing is none.
    std::vector<SeenRequest> seen() {
        std::ifstream log(edge.folder.path / "porteurd.log");
        log.seekg(static_cast<std::streamoff>(read));
        std::vector<SeenRequest> out;
        std::string line;
        while (std::getline(log, line)) {
            read += line.size() + 1;
            const auto at = line.find(" api: 127.0.0.1 ");
            if (at == line.npos) continue;
            std::istringstream words(line.substr(at + 16));
            SeenRequest made;
            int status = 0;
            words >> made.method >> made.target >> status;
            static const std::set<int> framing{400, 408, 411, 413, 414, 415, 417, 431, 499, 501, 505};
            if (made.method != "-" && !framing.contains(status)) out.push_back(made);
        }
        return out;
    }
    std::map<std::string, int> comments() {
        std::map<std::string, int> out;
        const auto timeline = edge.ask("GET", "/v1/port-orders/" + order + "/timeline");
        for (const auto& each : timeline.at("items").as_array()) ++out[std::string(each.at("text").as_string())];
        return out;
    }
    static std::string shown(const std::vector<SeenRequest>& all) {
        std::string out = std::to_string(all.size());
        for (const auto& each : all) out += "; " + each.method + " " + each.target.substr(0, 60) + " " + each.body;
        return out;
    }

    Edge edge;
    std::string order;
    std::size_t read = 0;
};

TEST_F(Smuggling, FindsNoRequestThatPorteurdTakesOtherwiseThanNginx) {
    CountingNginx nginx(edge.folder);
    const auto all = cases();
    ASSERT_GE(all.size(), 150U);
    std::map<std::string, int> counts;
    std::map<std::string, int> comments_wanted;
    int number = 0;
    seen();
    for (const auto& each : all) {
        const auto bytes = bytes_of(each, ++number);
        ASSERT_EQ(bytes.find("{body"), bytes.npos) << each.name;
        const auto theirs_said = say(nginx.port(), bytes);
        const auto theirs = nginx.take();
        const auto ours_said = say(edge.port(), bytes);
        auto ours = seen();
        EXPECT_TRUE(ours_said.ended) << each.name << ": the connection goes on";
        std::string verdict = !theirs.empty() && !ours.empty() ? "both"
                              : theirs.empty() && ours.empty() ? "neither"
                              : ours.empty()                   ? "stricter"
                                                               : "looser";
        const auto told = each.name + "\n  nginx    " + std::to_string(theirs_said.status()) + " saw " + shown(theirs) +
                          "\n  porteurd " + std::to_string(ours_said.status()) + " saw " + shown(ours) + "\n  " +
                          ours_said.bytes.substr(0, 12);
        ++counts[verdict];
        EXPECT_EQ(verdict, each.verdict) << told;
        if (each.verdict == "stricter" || each.verdict == "looser")
            EXPECT_FALSE(each.reason.empty()) << each.name << ": wants a reason";
        if (verdict == "looser") EXPECT_GE(ours_said.status(), 400) << told;
        if (verdict != "both") continue;
        ASSERT_EQ(ours.size(), theirs.size()) << told;
        for (std::size_t at = 0; at < ours.size(); ++at) {
            EXPECT_EQ(ours[at].method, theirs[at].method) << told;
            EXPECT_EQ(ours[at].target, theirs[at].target.substr(0, theirs[at].target.find('?'))) << told;
            if (theirs[at].method != "POST") continue;
            const auto body = parse_json(theirs[at].body);
            ASSERT_TRUE(body && body->is_object()) << told;
            ++comments_wanted[std::string(body->at("text").as_string())];
        }
    }
    // Every body that nginx passed on has become one comment, letter for letter, and there is none besides.
    std::map<std::string, int> comments_made;
    for (const auto& [text, count] : comments())
        if (text.find("-of-smuggled") != text.npos) comments_made[text] = count;
    EXPECT_EQ(comments_made, comments_wanted);
    std::printf(
        "edge: smuggling: %zu requests; both take %d, neither %d, porteurd is stricter in %d, looser in %d\n", all.size(),
        counts["both"], counts["neither"], counts["stricter"], counts["looser"]
    );
    RecordProperty("cases", static_cast<int>(all.size()));
}

// The judge itself: what it counts is what was sent, and a body that differs is seen.
TEST_F(Smuggling, IsJudgedByWhatNginxPassesOn) {
    CountingNginx nginx(edge.folder);
    EXPECT_EQ(say(nginx.port(), "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n").answers.size(), 2U);
    say(nginx.port(), "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
    const auto seen = nginx.take();
    ASSERT_EQ(seen.size(), 3U);
    EXPECT_EQ(seen[1].target, "/b");
    EXPECT_EQ(seen[2].method, "POST");
    EXPECT_EQ(seen[2].body, "abc");
    EXPECT_EQ(say(nginx.port(), "GET / HTTP/1.1\r\nHost: x\r\nX : y\r\n\r\n").status(), 400);
    EXPECT_TRUE(nginx.take().empty());
}

}  // namespace
}  // namespace porteur::testing
