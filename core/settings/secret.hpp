// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <porteur/result.hpp>

#include "settings/toml_tree.hpp"

namespace porteur {

/// Where a secret stands; never the secret itself. In TOML exactly one of `{ file = "..." }`,
/// `{ env = "..." }`, `{ credential = "..." }` (a systemd credential).
struct SecretRef {
    enum class Source { none, file, env, credential };

    Source source = Source::none;  ///< none: not given
    std::string name;              ///< path, variable or credential
    std::string where;             ///< the place in the settings, for messages; "" for a default
    Position at;                   ///< the same place in its file

    explicit operator bool() const { return source != Source::none; }
    /// Two that lead to the same secret are equal, wherever they stand.
    friend bool operator==(const SecretRef& left, const SecretRef& right) {
        return left.source == right.source && left.name == right.name;
    }
};

/// How an environment variable is looked up; a test gives its own.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The variables of this process.
std::optional<std::string> process_environment(const std::string& name);

/// A secret file longer than this is a mistake.
inline constexpr std::size_t secret_size_max_bytes = 64 * 1024;

/// Reads a secret anew, so that rotating it needs no restart.
///
/// One line break at the end is taken off a file or credential, so a binary key is kept as
/// hexadecimal or base64.
///
/// @param environment  also says where systemd put its credentials (CREDENTIALS_DIRECTORY)
/// @errors   unauthorized: absent, empty, too long, or a file that others than its owner may read;
///           the message names place and file, never a byte of the secret
/// @threads  any; reads one file
/// @source   RELIABILITY.md 4.3
Result<std::string> read_secret(
    const SecretRef& secret, const Environment& environment = process_environment
);

}  // namespace porteur
