// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace porteur {

/// A bearer token: "prt_" and 256 random bits as 64 hexadecimal digits, so that scanners of secrets
/// find one that has strayed. @threads any
std::string make_token();

/// What is kept of a token: BLAKE2b-256 of it, lower-case hex. @threads any
std::string hash_of_token(std::string_view token);

/// BLAKE2b-256 of any bytes, lower-case hex. @threads any
std::string blake2b_hex(std::string_view bytes);

/// `count` random bytes from the system. @threads any
std::string random_bytes(std::size_t count);

}  // namespace porteur
