// SPDX-License-Identifier: Apache-2.0
#pragma once

// Another program that answers a list of numbers over HTTP, measured in turn with the daemon.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace porteur::bench {

class PostgresServer;

/// Where Node finds these packages and the scripts of the peers' folder `part`: below build/peers, where npm puts
/// what is not there yet. @return nothing, and says so on stderr, where they cannot be had
std::optional<std::filesystem::path> peers_folder(const std::string& part, const std::vector<std::string>& packages);

/// fastify over a table of numbers of its own, as many as ours, on the core that the daemon has in its turn; without
/// authorisation. Ends with the object.
class ListPeer {
public:
    /// @param server  where the store is PostgreSQL
    /// @return nothing where it cannot run here; stderr says why
    static std::unique_ptr<ListPeer> start(std::int64_t rows, const std::filesystem::path& work, const PostgresServer* server);
    ~ListPeer();
    ListPeer(const ListPeer&) = delete;

    const std::string& name() const { return name_; }
    std::uint16_t port() const { return port_; }
    pid_t process() const { return process_; }
    /// Whether it has a search, of the beginning of a number.
    bool can_search() const { return can_search_; }

private:
    ListPeer() = default;

    std::string name_;
    std::uint16_t port_ = 0;
    pid_t process_ = -1;
    bool can_search_ = false;
};

}  // namespace porteur::bench
