// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace porteur {

/// What is kept of a password: Argon2id with its own salt and costs, as libsodium writes it
/// ("$argon2id$..."). Takes about 60 ms of one core and 64 MiB, on purpose: never on a thread that
/// others wait for.
/// @threads any
std::string hash_of_password(std::string_view password);

/// Whether a password is the one of a hash. Takes as long whether it is or not, and as long for an
/// empty hash, which is nobody's: so the time does not tell whether a login exists. @threads any
bool is_password(std::string_view password, const std::string& hash);

/// Compares in a time that does not tell where two texts differ. @threads any
bool same_secret(std::string_view one, std::string_view other);

}  // namespace porteur
