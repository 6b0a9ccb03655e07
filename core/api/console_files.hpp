// SPDX-License-Identifier: Apache-2.0
#pragma once

// The console for browsers: what tools/console built, served below /console/ from memory.

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/request.hpp"

namespace porteur {

/// The files of a built console, each with its tag and, where the build made one, its compressed
/// form.
class ConsoleFiles {
public:
    /// Files of the folder that are no part of a console or too many are not read.
    static constexpr std::size_t file_size_max_bytes = 8 << 20;
    static constexpr std::size_t file_count_max = 1000;

    /// No console: every address below /console/ says so.
    ConsoleFiles();

    /// Reads a folder. One that is not there, or has no index.html, gives no console. Links are not
    /// followed.
    /// @threads any
    static ConsoleFiles read(const std::filesystem::path& folder);

    bool empty() const { return files_.empty(); }

    /// What a page may speak to beside us, and only then it may use the microphone: the telephone
    /// systems of the settings, as "wss://pbx.example.net/ws". From now on; none at first.
    /// @threads any
    void allow_websockets(const std::vector<std::string>& addresses);

    /// The answer to a request for `/` or something below `/console`; nothing for any other
    /// address. A page of the console that is no file gets index.html, as the console itself knows
    /// its pages.
    ///
    /// @param path  of the request's address, without the query
    /// @threads     any
    std::optional<Answer> answer(const Request& request, std::string_view path) const;

private:
    struct File {
        std::string content_type;
        std::string bytes, tag;  ///< tag: with its quotation marks
        std::string packed;      ///< gzip; empty: there is none
        bool lasting = false;    ///< its name changes with its bytes
    };

    std::map<std::string, File, std::less<>>
        files_;  ///< by path below the folder, "assets/index-1a2b.js"
    struct Policy;
    std::shared_ptr<Policy> policy_;
    void protect(Answer& answer) const;
};

}  // namespace porteur
