// SPDX-License-Identifier: Apache-2.0
#include <condition_variable>
#include <mutex>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "app/service_manager.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;

/// Counts the words of a watchdog.
class Words {
public:
    std::function<void()> listen() {
        return [this] {
            const std::lock_guard lock(mutex_);
            ++count_;
            heard_.notify_all();
        };
    }
    /// Whether there are so many within so long.
    bool reach(int wanted, std::chrono::milliseconds most) {
        std::unique_lock lock(mutex_);
        return heard_.wait_for(lock, most, [&] { return count_ >= wanted; });
    }

private:
    std::mutex mutex_;
    std::condition_variable heard_;
    int count_ = 0;
};

TEST(Watchdog, SaysNothingForAThreadThatDoesNotAnswerAndSpeaksAsSoonAsItDoes) {
    Words words;
    boost::asio::io_context watched;  // nobody runs it yet: a thread that hangs
    const auto waits = boost::asio::make_work_guard(watched);
    const Watchdog watchdog(watched.get_executor(), 1ms, words.listen());
    EXPECT_FALSE(words.reach(1, 100ms));
    watched.run_one();
    EXPECT_TRUE(words.reach(1, 30s));
    EXPECT_FALSE(words.reach(2, 100ms)) << "one answer is good for one word";
    watched.run_one();
    EXPECT_TRUE(words.reach(2, 30s));
}

TEST(Watchdog, WaitsItsTimeBetweenTwoWordsHoweverSoonItIsAnswered) {
    Words words;
    boost::asio::io_context watched;
    const auto waits = boost::asio::make_work_guard(watched);
    const Watchdog watchdog(watched.get_executor(), 24h, words.listen());
    watched.run_one();
    EXPECT_FALSE(words.reach(1, 100ms));
}

TEST(Watchdog, EndsAtOnceThoughItsThreadHangsAndTakesAnAnswerThatComesAfterIt) {
    Words words;
    boost::asio::io_context watched;
    { const Watchdog watchdog(watched.get_executor(), 24h, words.listen()); }
    watched.poll();
    EXPECT_FALSE(words.reach(1, 0ms));
}

}  // namespace
}  // namespace porteur
