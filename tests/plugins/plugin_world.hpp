// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the tests of plugins share: a folder of libraries, a catalog over it, and a runner of either
// kind.

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "plugins/in_daemon_runner.hpp"
#include "plugins/plugin_catalog.hpp"
#include "plugins/process_runner.hpp"

namespace porteur::testing {

#ifdef PORTEUR_SANITIZED
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

enum class Isolation { none, process };
std::string name_of_isolation(const ::testing::TestParamInfo<Isolation>& info);

/// A folder of mode 0700 that goes with its owner.
class TemporaryFolder {
public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// Libraries of the build copied into a folder as an operator would install them (mode 0644).
class PluginWorld {
public:
    PluginWorld();
    ~PluginWorld();

    /// An example of the SDK ("acme") or a library of the tests ("rogue").
    std::filesystem::path install(const std::string& name);
    const std::filesystem::path& folder() const { return folder_; }
    CatalogOptions catalog_options() const;
    /// The catalog over the folder as it stands.
    PluginCatalog scan();
    /// The library with this id; it must be there.
    CheckedLibrary library(const std::string& id);
    /// Checks 1 to 8 in the order in which they are met; the text of the refusal, empty if there is
    /// none.
    std::string refusal_of(const std::string& name, Isolation isolation);

    std::unique_ptr<PluginRunner> runner(const std::string& id, Isolation isolation);
    ProcessOptions process_options();

    template <class T>
    T run(boost::asio::awaitable<T> work) {
        std::optional<T> result;
        std::exception_ptr thrown;
        boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr wrong, T value) {
            thrown = wrong;
            if (!wrong) result.emplace(std::move(value));
        });
        run_until([&] { return result || thrown; });
        if (thrown) std::rethrow_exception(thrown);
        return std::move(*result);
    }
    void run_until(const std::function<bool()>& done);

    boost::asio::io_context io;
    std::vector<std::string> log;  ///< "level id: text"
    std::chrono::milliseconds step_timeout{20'000};
    std::chrono::milliseconds step_cpu_max{20'000};

private:
    TemporaryFolder root_;
    std::filesystem::path folder_;
};

/// The envelope that tells the rogue what to do.
std::string rogue_input(const std::string& what);
inline Completion carried_out(
    std::uint32_t seq, std::string head = R"({"status":200})", std::string body = {}
) {
    return {seq, ErrorKind::none, std::move(head), std::move(body)};
}

}  // namespace porteur::testing
