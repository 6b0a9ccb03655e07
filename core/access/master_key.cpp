// SPDX-License-Identifier: Apache-2.0
#include "access/master_key.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "access/owner.hpp"

namespace porteur {

MasterKey::MasterKey(std::string_view bytes) {
    std::memcpy(bytes_.data(), bytes.data(), std::min(bytes.size(), size));
}

MasterKey::~MasterKey() { sodium_memzero(bytes_.data(), bytes_.size()); }

MasterKey derived_key(const MasterKey& master, KeyUse use) {
    static_assert(MasterKey::size == crypto_kdf_KEYBYTES);
    if (sodium_init() < 0) std::abort();
    unsigned char bytes[MasterKey::size];
    crypto_kdf_derive_from_key(bytes, sizeof bytes, static_cast<std::uint64_t>(use), "porteur_", master.data());
    MasterKey key(std::string_view(reinterpret_cast<const char*>(bytes), sizeof bytes));
    sodium_memzero(bytes, sizeof bytes);
    return key;
}

Result<MasterKey> parse_master_key(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
    unsigned char bytes[MasterKey::size];
    std::size_t length = 0;
    if (text.size() != 2 * MasterKey::size ||
        sodium_hex2bin(bytes, sizeof bytes, text.data(), text.size(), nullptr, &length, nullptr) != 0 ||
        length != MasterKey::size)
        return failure(ErrorKind::invalid_input, "the key is not 64 hexadecimal digits; `porteurd init` makes one");
    MasterKey key(std::string_view(reinterpret_cast<const char*>(bytes), sizeof bytes));
    sodium_memzero(bytes, sizeof bytes);
    return key;
}

std::string text_of(const MasterKey& key) {
    std::string text(2 * MasterKey::size + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), key.data(), MasterKey::size);
    text.pop_back();
    return text;
}

Result<MasterKey> read_master_key(const std::filesystem::path& file) {
    const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) {
        const int why = errno;
        return failure(ErrorKind::unavailable, "the key file " + quoted(file.string()) + " cannot be read: " + std::strerror(why) +
                                                   (why == ENOENT ? "; `porteurd init` makes one" : run_as_owner(file)));
    }
    struct stat about {};
    std::string text(200, '\0');
    const bool known = fstat(descriptor, &about) == 0;
    const auto got = read(descriptor, text.data(), text.size());
    close(descriptor);
    if (!known || got < 0) return failure(ErrorKind::unavailable, "the key file " + quoted(file.string()) + " cannot be read");
    if ((about.st_mode & 077) != 0)
        return failure(ErrorKind::invalid_input, "the key file " + quoted(file.string()) +
                                                     " may be read by others; run `chmod 0400 " + file.string() + "`");
    if (about.st_uid != geteuid() && about.st_uid != 0)
        return failure(ErrorKind::invalid_input, "the key file " + quoted(file.string()) + " is another user's" + run_as_owner(file));
    text.resize(static_cast<std::size_t>(got));
    auto key = parse_master_key(text);
    sodium_memzero(text.data(), text.size());
    return key;
}

Result<void> make_master_key(const std::filesystem::path& file) {
    if (sodium_init() < 0) return failure(ErrorKind::internal, "libsodium does not start");
    const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
    if (descriptor < 0) {
        const int why = errno;
        return failure(why == EEXIST ? ErrorKind::invalid_input : ErrorKind::unavailable,
                       "the key file " + quoted(file.string()) + " cannot be made: " + std::strerror(why) +
                           (why == EEXIST ? std::string() : run_as_owner(file.parent_path())));
    }
    unsigned char bytes[MasterKey::size];
    char text[2 * MasterKey::size + 1];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(text, sizeof text, bytes, sizeof bytes);
    text[2 * MasterKey::size] = '\n';
    const bool written = write(descriptor, text, sizeof text) == static_cast<ssize_t>(sizeof text) && fsync(descriptor) == 0;
    close(descriptor);
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(text, sizeof text);
    if (written) return {};
    unlink(file.c_str());
    return failure(ErrorKind::unavailable, "the key file " + quoted(file.string()) + " cannot be written");
}

}  // namespace porteur
