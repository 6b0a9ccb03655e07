// SPDX-License-Identifier: Apache-2.0
#pragma once

// The words in which both runners fail, written once.

#include <cstdint>
#include <string>
#include <string_view>

#include <porteur/phrase.hpp>

#include "plugins/plugin_runner.hpp"

namespace porteur {

inline std::unexpected<Error> broke_contract(std::string_view plugin, std::string_view what) {
    Error error;
    error.message = std::string(plugin) + ": the plugin " + std::string(what);
    error.code = plugin_broke_contract_code;
    return std::unexpected(std::move(error));
}

inline std::unexpected<Error> no_such_operation(
    std::string_view plugin, std::string_view operation
) {
    return failure(
        ErrorKind::unsupported,
        std::string(plugin) + ": " +
            phrase("the descriptor names no operation {1}", quoted(operation))
    );
}

inline std::unexpected<Error> number_in_use(std::string_view plugin, std::uint64_t op) {
    return failure(
        ErrorKind::internal,
        std::string(plugin) + ": " +
            phrase("operation {1} is already under way; end it before its number is used again", op)
    );
}

inline std::unexpected<Error> not_under_way(std::string_view plugin, std::uint64_t op) {
    return failure(
        ErrorKind::internal,
        std::string(plugin) + ": " + phrase("operation {1} is not under way; begin it first", op)
    );
}

}  // namespace porteur
