// SPDX-License-Identifier: Apache-2.0
#include "event_stream.hpp"

#include <gmock/gmock.h>

namespace porteur::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(EventStream, ReadsEventsWithIdTypeAndData) {
    EventStream stream;
    EXPECT_THAT(
        stream.put("id: 1\nevent: port.submitted\ndata: {\"a\":1}\n\nid: 2\ndata: x\ndata: y\n\n"),
        ElementsAre(
            ServerEvent{"1", "port.submitted", "{\"a\":1}"}, ServerEvent{"2", "message", "x\ny"}
        )
    );
    EXPECT_EQ(stream.last_id(), "2");
}

TEST(EventStream, IsTheSameInWhateverPiecesItComes) {
    const std::string text = "id: 1\r\ndata: a\r\n\r\n: comment\n\ndata:b\r\rretry: 1500\n";
    EventStream stream;
    std::vector<ServerEvent> events;
    for (const char letter : text)
        for (const auto& event : stream.put({&letter, 1})) events.push_back(event);
    EXPECT_THAT(
        events, ElementsAre(ServerEvent{"1", "message", "a"}, ServerEvent{"1", "message", "b"})
    );
    EXPECT_EQ(stream.retry(), std::chrono::milliseconds{1500});
}

TEST(EventStream, IgnoresCommentsAndEventsWithoutData) {
    EventStream stream;
    EXPECT_THAT(stream.put(": still here\n\nevent: x\n\nunknown: y\n\nretry: soon\n\n"), IsEmpty());
    EXPECT_EQ(stream.retry(), std::nullopt);
}

TEST(EventStream, ForgetsAnEventThatAConnectionLeftHalf) {
    EventStream stream;
    stream.put("id: 1\ndata: a\n\nid: 2\ndata: ha");
    EXPECT_EQ(stream.last_id(), "1");
    stream.restart();
    EXPECT_THAT(stream.put("data: b\n\n"), ElementsAre(ServerEvent{"1", "message", "b"}));
}

}  // namespace
}  // namespace porteur::cli
