// SPDX-License-Identifier: Apache-2.0
#pragma once

// porteurd as its packages have it, with the limits as shipped, and connections that say byte by byte what
// a test wants said.

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <porteur/json.hpp>

#include "../support/daemon_host.hpp"

namespace porteur::testing {

/// What came back on a connection, up to its end or for as long as was waited.
struct Heard {
    struct Each {
        int status = 0;
        std::string head, body;
    };
    std::vector<Each> answers;  ///< whole ones, without "100 Continue"
    int continues = 0;          ///< "100 Continue"
    std::string bytes;          ///< all of it
    bool ended = false;         ///< the other side has closed

    int status() const { return answers.empty() ? 0 : answers.front().status; }
};

/// A connection to 127.0.0.1, as raw as it gets. @threads one at a time
class Raw {
public:
    /// @param from  where it comes from: any address of 127.0.0.0/8
    explicit Raw(unsigned port, const std::string& from = "127.0.0.1");
    ~Raw();
    Raw(Raw&& other) noexcept : fd_(std::exchange(other.fd_, -1)), kept_(std::move(other.kept_)) {}
    Raw(const Raw&) = delete;
    Raw& operator=(const Raw&) = delete;

    bool is_open() const { return fd_ >= 0; }
    int descriptor() const { return fd_; }
    /// @return false: it was not taken whole
    bool send(std::string_view bytes);
    void finish_sending();
    /// Waits for one whole answer. @return its status; 0: none came
    Heard::Each answer(std::chrono::milliseconds most = std::chrono::seconds(20));
    /// Reads to the end, or for as long as is said.
    Heard rest(std::chrono::milliseconds most = std::chrono::seconds(20));

private:
    bool more(std::chrono::steady_clock::time_point until);

    int fd_ = -1;
    bool ended_ = false;
    std::string kept_;
};

/// Takes whole answers off the front of a text.
/// @param to  methods of the requests, for HEAD; may be empty
std::vector<Heard::Each> take_answers(std::string& bytes);

/// A daemon in a folder of its own.
class Edge {
public:
    /// Adds an account, before start(); as DaemonHost::account.
    /// @param secrets  the right side of each: { file = "..." }
    void account(
        const std::string& name, const std::string& plugin, const std::string& text,
        const std::map<std::string, std::string>& secrets
    );
    /// @param settings     what follows in porteur.toml, tables of its own
    /// @param environment  "NAME=value", for the daemon alone
    void start(const std::string& settings = {}, const Words& environment = {});
    void stop_and_start();
    /// Asks it to end (SIGTERM). @return whether it did within half a minute
    bool end();

    Ended porteurd(const std::string& words, const std::string& input = {}) const;
    /// @param body  empty: none
    /// @return the JSON of a 2xx answer
    /// @errors  std::runtime_error when it is another one
    json::value ask(
        const std::string& method, const std::string& target, const json::object& body = {},
        const std::vector<std::string>& headers = {}
    );
    /// A draft of a port. @return its id
    std::string draft();
    std::string log() const;
    /// A number of /proc/PID/status, in KiB. @param name "VmRSS"
    long memory(const std::string& name) const;

    unsigned port() const { return daemon.port(); }
    std::string bearer() const { return "Authorization: Bearer " + token; }

    Folder folder;
    Program daemon;
    std::string token;
    int keys = 0;

private:
    Words environment_;
};

/// "\r\n" and the like become bytes: \r \n \t \0 \\ and \xHH.
std::string unescaped(std::string_view text);
std::string with(std::string text, const std::map<std::string, std::string>& words);
std::string file_text(const std::filesystem::path& path);

}  // namespace porteur::testing
