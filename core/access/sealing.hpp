// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "access/master_key.hpp"

namespace porteur {

/// Seals texts at rest: XChaCha20-Poly1305 with a random nonce, the place as associated data, so that a
/// sealed text does not open anywhere else; base 64 behind "3:", the id of the key and a colon. It is sealed by
/// the key that is derived for rows. "2:", of stores from before, is the same without an id, and "1:" was sealed
/// by the master key itself; both still open.
///
/// While the master key is changed there are two: one that seals and opens, and one that only opens. Copies
/// share their keys.
/// @threads any
class Sealing {
public:
    explicit Sealing(const MasterKey& key);

    std::string close(std::string_view plain, std::string_view place) const;
    /// @errors internal: sealed by another key, for another place, or changed since
    Result<std::string> open(std::string_view sealed, std::string_view place) const;

    /// From now on seals by this key. What the others have sealed still opens.
    void take(const MasterKey& key);
    /// Opens what this key has sealed, too, and seals nothing by it.
    void take_old(const MasterKey& key);
    /// Of the key that seals; as key_id_of().
    std::string id() const;

    /// How everything begins that the key of an id has sealed: "3:9f3a01bc:".
    static std::string beginning(std::string_view id);

private:
    struct Key;
    struct Keys;
    std::shared_ptr<Keys> keys_;
};

}  // namespace porteur
