// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "api/events.hpp"
#include "api_client.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// The ids of the events in a piece of the stream.
std::vector<Id> ids_in(const std::string& text) {
    std::vector<Id> ids;
    for (std::size_t at = text.find("id: "); at != text.npos; at = text.find("\nid: ", at))
        if (const auto id = id_from_text(text.substr(text.find(' ', at) + 1, 13))) {
            ids.push_back(*id);
            ++at;
        }
    return ids;
}

class Listening {
public:
    Listening(
        Served& served, std::string target, std::string last_id = "",
        std::string_view token = FakeHost::operator_token
    )
        : client_(served.connect()) {
        Sent sent{.target = std::move(target), .token = std::string(token)};
        if (!last_id.empty()) sent.fields.emplace_back("Last-Event-ID", last_id);
        client_.send(sent.bytes());
        head = client_.read_until("retry: 2000\n\n");
    }
    /// Reads on until this event has come whole. @return the ids since the last call
    std::vector<Id> until(Id last) {
        auto text = client_.read_until("id: " + id_text(last) + "\n");
        text += client_.read_until("\n\n");
        return ids_in(text);
    }
    std::string until_text(std::string_view wanted) { return client_.read_until(wanted); }
    bool at_end() { return client_.at_end(); }

    std::string head;

private:
    Client client_;
};

TEST(EventText, IsOneEventWhateverTheEntrySays) {
    TimelineEntry entry;
    entry.id = Id{1} << 40;
    entry.order = 7;
    entry.kind = "port.\nid: 1";
    entry.text = "one\n\ndata: two\r\n";
    entry.data = R"({"a":"b"})";
    const auto text = event_text(entry);
    EXPECT_THAT(text, StartsWith("id: " + id_text(entry.id) + "\nevent: port.id:1\ndata: {"));
    EXPECT_TRUE(text.ends_with("\n\n"));
    EXPECT_EQ(std::ranges::count(text, '\n'), 4);
    EXPECT_EQ(text.find('\r'), text.npos);
}

TEST(Events, AreAStreamThatNobodyKeeps) {
    Served served;
    Listening listening(served, "/v1/events");
    EXPECT_THAT(
        listening.head,
        AllOf(
            StartsWith("HTTP/1.1 200 OK"), HasSubstr("Content-Type: text/event-stream"),
            HasSubstr("Cache-Control: no-store"), HasSubstr("Connection: close"),
            Not(HasSubstr("Content-Length"))
        )
    );
}

TEST(Events, BeginWithWhatComesWhenNothingIsAsked) {
    Served served;
    served.host.add_entry("port.old");
    Listening listening(served, "/v1/events");
    const auto next = served.host.add_entry("port.new");
    EXPECT_THAT(listening.until(next), ElementsAreArray({next}));
}

TEST(Events, BeginAfterTheNamedOne) {
    Served served;
    std::vector<Id> made;
    for (int count = 0; count < 5; ++count) made.push_back(served.host.add_entry("port.x"));
    EXPECT_EQ(Listening(served, "/v1/events?after=0").until(made.back()), made);
    EXPECT_EQ(
        Listening(served, "/v1/events?after=" + id_text(made[1])).until(made.back()),
        (std::vector<Id>(made.begin() + 2, made.end()))
    );
    // The field of a browser that comes back is newer than its address.
    EXPECT_EQ(
        Listening(served, "/v1/events?after=0", id_text(made[3])).until(made.back()),
        (std::vector<Id>{made.back()})
    );
}

TEST(Events, RefuseAnIdThatIsNone) {
    Served served;
    EXPECT_EQ(served.get("/v1/events?after=x").text("field"), "after");
    const auto reply = served.ask({.target = "/v1/events", .fields = {{"Last-Event-ID", "17"}}});
    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.text("field"), "Last-Event-ID");
}

TEST(Events, AreOfOnesOwnTenantOnly) {
    Served served;
    Listening listening(served, "/v1/events?after=0");
    served.host.add_entry("port.foreign", 2);
    const auto mine = served.host.add_entry("port.mine");
    EXPECT_THAT(listening.until(mine), ElementsAreArray({mine}));
}

TEST(Events, HaveNoGapAndNoDoubleAcrossBrokenStreams) {
    Served served;
    std::vector<Id> made, seen;
    std::atomic<bool> done{false};
    std::thread writer([&] {
        for (int count = 0; count < 400; ++count) made.push_back(served.host.add_entry("port.x"));
        done = true;
    });
    std::string last = "0";
    // Each stream is broken off after some events, and the next begins after the last one that was
    // seen.
    for (int stream = 0; stream < 100 && seen.size() < 400; ++stream) {
        Client client = served.connect();
        client.send(Sent{.target = "/v1/events?after=" + last}.bytes());
        client.read_until("retry: 2000\n\n");
        for (int count = 0; count < 10 + stream * 3 && seen.size() < 400; ++count) {
            const auto ids = ids_in(client.read_until("\n\n"));
            if (ids.empty()) break;
            seen.insert(seen.end(), ids.begin(), ids.end());
            last = id_text(seen.back());
        }
    }
    writer.join();
    EXPECT_EQ(seen.size(), 400U);
    EXPECT_EQ(seen, made);
    EXPECT_TRUE(soon([&] {
        return served.host.listeners == 0 || (served.host.add_entry("port.x"), false);
    }));
}

TEST(Events, SayThatTheyAreStillThere) {
    ApiLimits limits;
    limits.event_keep_alive = 10ms;
    Served served(limits);
    Listening listening(served, "/v1/events");
    EXPECT_THAT(listening.until_text(": still here\n\n"), HasSubstr(": still here"));
    EXPECT_THAT(listening.until_text(": still here\n\n"), HasSubstr(": still here"));
    const auto next = served.host.add_entry("port.x");
    EXPECT_THAT(listening.until(next), ElementsAreArray({next}));
}

TEST(Events, EndWithTheTokensRevocation) {
    Served served;
    Listening listening(served, "/v1/events");
    served.host.revoke(FakeHost::operator_token);
    served.host.add_entry("port.secret");
    EXPECT_TRUE(listening.at_end());
    EXPECT_TRUE(soon([&] { return served.host.listeners == 0; }));
}

}  // namespace
}  // namespace porteur::testing
