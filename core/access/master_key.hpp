// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <porteur/result.hpp>

namespace porteur {

/// The key that everything sealed at rest hangs on: 32 random bytes. Wiped when it goes.
class MasterKey {
public:
    static constexpr std::size_t size = 32;

    MasterKey() = default;
    explicit MasterKey(std::string_view bytes);
    MasterKey(const MasterKey&) = default;
    MasterKey& operator=(const MasterKey&) = default;
    ~MasterKey();

    const unsigned char* data() const noexcept { return bytes_.data(); }

private:
    std::array<unsigned char, size> bytes_{};
};

/// What a key of its own is derived for. The numbers are for ever.
enum class KeyUse : std::uint64_t { rows = 1, documents = 2, backups = 3 };

/// The key of one use: who learns it learns neither the master key nor that of another use.
/// @threads any
/// @source  libsodium's crypto_kdf_derive_from_key (BLAKE2b, keyed), context "porteur_"
MasterKey derived_key(const MasterKey& master, KeyUse use);

/// Reads a key as `porteurd init` wrote it: 64 hexadecimal digits.
/// @errors  invalid_input: of another form
/// @threads any
Result<MasterKey> parse_master_key(std::string_view text);

/// Reads a key file.
/// @errors  invalid_input: it may be read by others (the message says which chmod mends it), belongs to
///          somebody else, or is of another form; unavailable: it cannot be read
Result<MasterKey> read_master_key(const std::filesystem::path& file);

/// The key as its file has it: 64 hexadecimal digits. @threads any
std::string text_of(const MasterKey& key);

/// Makes a new key file, mode 0400. An existing file is never overwritten.
/// @errors  invalid_input: the file exists; unavailable: it cannot be written
Result<void> make_master_key(const std::filesystem::path& file);

}  // namespace porteur
