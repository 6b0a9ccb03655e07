// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <porteur/result.hpp>

namespace porteur::host {

/// An error with one of the codes of api/services.hpp.
inline Error coded(ErrorKind kind, std::string_view code, std::string message) {
    return {.kind = kind, .message = std::move(message), .code = std::string(code)};
}

}  // namespace porteur::host
