// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace porteur {

/// What a server said to a login, without the secrets that it was told: some give back what they did not like, and the
/// answer goes into the log and into what the API says of the mailbox.
/// @param secrets  as they were sent; what is shorter than four letters stays @threads any
inline std::string taken_out(std::string text, std::initializer_list<std::string_view> secrets) {
    constexpr std::string_view instead = "[secret]";
    for (const auto secret : secrets) {
        if (secret.size() < 4) continue;
        for (std::size_t at = 0; (at = text.find(secret, at)) != text.npos; at += instead.size())
            text.replace(at, secret.size(), instead);
    }
    return text;
}

}  // namespace porteur
