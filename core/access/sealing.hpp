// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "access/master_key.hpp"

namespace porteur {

/// Seals texts at rest: XChaCha20-Poly1305 with a random nonce, the place as associated data, so that a
/// sealed text does not open anywhere else; base 64 with the version in front. "2:" is sealed by the key
/// that is derived for rows; "1:", of stores from before, by the master key itself, and still opens.
/// @threads any, after construction
class Sealing {
public:
    explicit Sealing(const MasterKey& key);

    std::string close(std::string_view plain, std::string_view place) const;
    /// @errors internal: sealed by another key, for another place, or changed since
    Result<std::string> open(std::string_view sealed, std::string_view place) const;

private:
    MasterKey key_, key_of_version_1_;
};

}  // namespace porteur
