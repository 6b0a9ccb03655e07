// SPDX-License-Identifier: Apache-2.0
#include "app/backup_manifest.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include <porteur/json.hpp>

namespace porteur {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> broken(const fs::path& file, std::string_view what) {
    return failure(ErrorKind::unavailable, porteur::quoted(file.string(), 300) + " " + std::string(what) + ": " + std::strerror(errno));
}

class File {
public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    int get() const { return descriptor_; }

private:
    int descriptor_;
};

bool write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::write(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

/// Reads a file to its end, and writes what it read to another one where that is open.
Result<BackupFile> read_through(const fs::path& from, const File* into, const fs::path& to, std::string name) {
    const File in(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (in.get() < 0) return broken(from, "cannot be opened");
    BackupFile out{.name = std::move(name), .size = 0, .sha256 = {}};
    crypto_hash_sha256_state hash;
    crypto_hash_sha256_init(&hash);
    std::string piece(1 << 20, '\0');
    for (;;) {
        const auto count = ::read(in.get(), piece.data(), piece.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return broken(from, "cannot be read");
        if (count == 0) break;
        const std::string_view bytes(piece.data(), static_cast<std::size_t>(count));
        crypto_hash_sha256_update(&hash, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
        if (into && !write_all(into->get(), bytes)) return broken(to, "cannot be written");
        out.size += count;
    }
    std::array<unsigned char, crypto_hash_sha256_BYTES> found;
    crypto_hash_sha256_final(&hash, found.data());
    out.sha256.resize(2 * found.size() + 1);
    sodium_bin2hex(out.sha256.data(), out.sha256.size(), found.data(), found.size());
    out.sha256.pop_back();
    return out;
}

int new_file(const fs::path& file) { return ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600); }

}  // namespace

std::string proved_text(BackupManifest manifest) {
    manifest.proof.clear();
    return to_text(manifest);
}

Result<BackupManifest> read_manifest(const fs::path& folder) {
    const auto file = folder / backup_manifest_name;
    std::ifstream in(file, std::ios::binary);
    if (!in) return failure(ErrorKind::unavailable, porteur::quoted(file.string(), 300) + " cannot be read: " + std::strerror(errno) + "; it is what says that a folder is a backup");
    std::string text{std::istreambuf_iterator<char>(in), {}};
    while (text.ends_with('\n')) text.pop_back();
    auto manifest = from_text<BackupManifest>(text);
    if (!manifest || to_text(*manifest) != text)
        return failure(ErrorKind::invalid_input, porteur::quoted(file.string(), 300) + " is damaged, or was changed" + (manifest ? "" : ": " + manifest.error().message));
    if (manifest->format != backup_format)
        return failure(ErrorKind::unsupported, porteur::quoted(file.string(), 300) + " has form " + std::to_string(manifest->format) + ", this porteurd knows " +
                                                   std::to_string(backup_format) + "; use the porteurd that made it (" + porteur::quoted(manifest->porteur) + ")");
    return manifest;
}

Result<BackupFile> file_as_it_is(const fs::path& file, std::string name) { return read_through(file, nullptr, {}, std::move(name)); }

Result<BackupFile> copy_file_to(const fs::path& from, const fs::path& to, std::string name) {
    if (::access(from.c_str(), F_OK) != 0) return broken(from, "cannot be opened");
    const File out(new_file(to));
    if (out.get() < 0) return broken(to, "cannot be made");
    return read_through(from, &out, to, std::move(name));
}

Result<void> write_new_file(const fs::path& file, std::string_view text) {
    const File out(new_file(file));
    if (out.get() < 0) return broken(file, "cannot be made");
    if (!write_all(out.get(), text)) return broken(file, "cannot be written");
    return {};
}

Result<void> sync_all(const fs::path& folder) {
    const File at(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (at.get() < 0 || ::syncfs(at.get()) != 0) return broken(folder, "cannot be synced");
    return {};
}

}  // namespace porteur
