// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "access/master_key.hpp"

namespace porteur {

/// Tells one master key from another without telling anything of it: 32 hexadecimal digits. @threads any
std::string fingerprint_of(const MasterKey& key);

/// The first eight of them: names the key where it stands beside each thing that it sealed. @threads any
std::string key_id_of(const MasterKey& key);

/// What only the holder of the key can make of a text: 64 hexadecimal digits. @threads any
std::string proof_of(const MasterKey& key, std::string_view text);

}  // namespace porteur
