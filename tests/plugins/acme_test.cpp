// SPDX-License-Identifier: Apache-2.0
// placeholder of the first slice; grows into the tests over both runners
#include <fstream>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "plugins/in_daemon_runner.hpp"
#include "settings/descriptor_toml.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

template <class T>
T run(boost::asio::io_context& io, boost::asio::awaitable<T> work) {
    auto future = boost::asio::co_spawn(io, std::move(work), boost::asio::use_future);
    io.restart();
    io.run();
    return future.get();
}

TEST(InDaemonRunner, RunsAcme) {
    std::ifstream file(PORTEUR_TEST_DESCRIPTOR);
    std::string toml{std::istreambuf_iterator<char>(file), {}};
    auto descriptor = parse_descriptor(toml, "acme");
    ASSERT_TRUE(descriptor) << descriptor.error().message;
    auto runner = make_in_daemon_runner(
        {.origin = {},
         .copy = PORTEUR_TEST_PLUGIN_FOLDER "/porteur-acme.so",
         .build = "x",
         .descriptor = *descriptor},
        {}
    );
    ASSERT_TRUE(runner) << runner.error().text();
    boost::asio::io_context io;
    auto turn =
        run(io,
            (*runner)->begin(
                1, "check_purchase", R"({"input":{"carrier_id":"7","reference":"r"},"settings":{}})"
            ));
    ASSERT_TRUE(turn) << turn.error().message;
    ASSERT_EQ(turn->effects.size(), 1u);
    EXPECT_EQ(turn->effects[0].head, R"({"method":"GET","path":"/orders/7"})");
    turn =
        run(io,
            (*runner)->step(
                1, {{1, ErrorKind::none, R"({"status":200})", R"({"id":"7","status":"completed"})"}}
            ));
    ASSERT_TRUE(turn) << turn.error().message;
    EXPECT_THAT(turn->output, ::testing::HasSubstr(R"("state":"completed")"));
    (*runner)->end(1);
}

}  // namespace
}  // namespace porteur
