// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "server_url.hpp"

namespace porteur::cli {

/// Called about ten times a second while something is waited for; false ends the waiting.
using Tick = std::function<bool()>;

/// One connection to the daemon, plain or TLS with its certificate verified.
///
/// @threads one
class Transport {
public:
    /// @param ca_file  PEM file of the certificates to trust; empty = the system's
    /// @errors  not_reachable: no such host, refused, no TLS; usage: the CA file; timed_out: by
    /// tick
    static Outcome<std::unique_ptr<Transport>> open(
        const ServerUrl& url, const std::string& ca_file, std::chrono::milliseconds timeout,
        Tick tick
    );
    ~Transport();

    /// Writes all of the bytes. @errors not_reachable; timed_out: by tick
    Outcome<void> write(std::string_view bytes, std::chrono::milliseconds timeout);
    /// Reads what comes next; 0 at the orderly end of the stream. @errors as write
    Outcome<std::size_t> read(std::span<char> into, std::chrono::milliseconds timeout);
    /// Whether an answer has begun to arrive while a request is still being sent. False with TLS,
    /// where bytes on the socket may be no part of an answer.
    bool has_answer() const;

private:
    struct Impl;
    explicit Transport(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace porteur::cli
