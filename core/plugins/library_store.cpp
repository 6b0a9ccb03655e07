// SPDX-License-Identifier: Apache-2.0
#include "plugins/library_store.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include <porteur/result.hpp>

#include "plugins/host_process.hpp"

namespace porteur {
namespace {

std::unexpected<LibraryRefusal> refuse(
    LibraryCheck check, std::string field, std::string wanted, std::string found, std::string mend
) {
    return std::unexpected(LibraryRefusal{
        check, std::move(field), std::move(wanted), std::move(found), std::move(mend)
    });
}

std::unexpected<LibraryRefusal> cannot(LibraryCheck check, std::string field, int error) {
    return refuse(
        check, std::move(field), "one that can be used", quoted(system_text("an error", error)),
        "give porteurd's user the right, and see that the disk is not full"
    );
}

std::string octal(unsigned mode) {
    char text[16];
    std::snprintf(text, sizeof text, "0%o", mode & 07777);
    return text;
}

std::string hex_sha256(std::string_view bytes) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest;
    crypto_hash_sha256(
        digest.data(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()
    );
    std::string out(digest.size() * 2 + 1, '\0');
    sodium_bin2hex(out.data(), out.size(), digest.data(), digest.size());
    out.pop_back();
    return out;
}

// Fewer bytes than asked for mean that the file ended; nothing means an error.
std::optional<std::string> read_whole(int fd, std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t filled = 0;
    while (filled < size) {
        const auto got = ::read(fd, bytes.data() + filled, size - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::nullopt;
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    bytes.resize(filled);
    return bytes;
}

bool holds(const std::filesystem::path& path, std::string_view bytes) {
    const OwnedFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat about{};
    if (!file || ::fstat(file.get(), &about) != 0 || about.st_uid != ::geteuid() ||
        static_cast<std::size_t>(about.st_size) != bytes.size())
        return false;
    return read_whole(file.get(), bytes.size()) == bytes;
}

Checked<void> write_copy(const std::filesystem::path& to, std::string_view bytes) {
    auto name = to.string() + ".XXXXXX";
    const OwnedFd file(::mkostemp(name.data(), O_CLOEXEC));
    if (!file) return cannot(LibraryCheck::copy, "the copy " + to.string(), errno);
    std::size_t written = 0;
    while (written < bytes.size()) {
        const auto put = ::write(file.get(), bytes.data() + written, bytes.size() - written);
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) break;
        written += static_cast<std::size_t>(put);
    }
    // The name appears with the whole content or not at all; a copy that a power cut spoilt is
    // found by holds() and written again.
    if (written != bytes.size() || ::fchmod(file.get(), 0400) != 0 ||
        ::rename(name.c_str(), to.c_str()) != 0) {
        const int error = errno;
        ::unlink(name.c_str());
        return cannot(LibraryCheck::copy, "the copy " + to.string(), error);
    }
    return {};
}

Checked<void> prepare_store(const std::filesystem::path& store) {
    std::error_code wrong;
    std::filesystem::create_directories(store.parent_path(), wrong);
    if (::mkdir(store.c_str(), 0700) != 0 && errno != EEXIST)
        return cannot(LibraryCheck::copy, "the store " + store.string(), errno);
    struct stat about{};
    if (::lstat(store.c_str(), &about) != 0)
        return cannot(LibraryCheck::copy, "the store " + store.string(), errno);
    if (!S_ISDIR(about.st_mode) || about.st_uid != ::geteuid() || (about.st_mode & 077) != 0)
        return refuse(
            LibraryCheck::copy, "the store " + store.string(), "a folder of our own with mode 0700",
            "one with mode " + octal(about.st_mode) + " and owner " + std::to_string(about.st_uid),
            "remove it, or chown it to porteurd's user and chmod 0700"
        );
    return {};
}

}  // namespace

Checked<void> check_owner(
    const std::filesystem::path& path, std::string_view what, unsigned owner, unsigned mode,
    bool require_root_owned
) {
    const auto us = ::geteuid();
    if (owner != 0 && (require_root_owned || owner != us))
        return refuse(
            LibraryCheck::file, "the owner of " + std::string(what),
            require_root_owned ? "root" : "root or user " + std::to_string(us),
            "user " + std::to_string(owner), "chown root " + path.string()
        );
    if ((mode & (S_IWGRP | S_IWOTH)) != 0)
        return refuse(
            LibraryCheck::file, "the mode of " + std::string(what),
            "not writable by group or others", octal(mode), "chmod go-w " + path.string()
        );
    return {};
}

Checked<StoredLibrary> store_library(
    const std::filesystem::path& path, const std::filesystem::path& store, bool require_root_owned
) {
    std::error_code wrong;
    const auto folder = std::filesystem::canonical(path.parent_path(), wrong);
    if (wrong || folder / path.filename() != path)
        return refuse(
            LibraryCheck::file, "the path", "canonical and absolute", quoted(path.string(), 200),
            "name the folder without links, dots and double slashes"
        );

    // O_NONBLOCK: a pipe of that name would wait for a writer.
    const OwnedFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file && errno == ELOOP)
        return refuse(
            LibraryCheck::file, "the file", "a regular one", "a symbolic link",
            "copy the library into the folder"
        );
    if (!file) return cannot(LibraryCheck::file, "the file", errno);
    struct stat about{};
    if (::fstat(file.get(), &about) != 0) return cannot(LibraryCheck::file, "the file", errno);
    if (!S_ISREG(about.st_mode))
        return refuse(
            LibraryCheck::file, "the file", "a regular one", "a folder, pipe or device", "remove it"
        );
    if (auto fits = check_owner(path, "the file", about.st_uid, about.st_mode, require_root_owned);
        !fits)
        return std::unexpected(std::move(fits).error());
    if (about.st_size <= 0 || static_cast<std::size_t>(about.st_size) > library_size_max_bytes)
        return refuse(
            LibraryCheck::file, "the size",
            "1 to " + std::to_string(library_size_max_bytes) + " bytes",
            std::to_string(about.st_size), "copy it whole, and strip it"
        );

    const auto bytes = read_whole(file.get(), static_cast<std::size_t>(about.st_size));
    if (!bytes) return cannot(LibraryCheck::file, "the file", errno);
    StoredLibrary out{path, {}, hex_sha256(*bytes)};
    if (auto ready = prepare_store(store); !ready) return std::unexpected(std::move(ready).error());
    out.copy = std::filesystem::canonical(store, wrong) / (out.build + ".so");
    if (!holds(out.copy, *bytes))
        if (auto written = write_copy(out.copy, *bytes); !written)
            return std::unexpected(std::move(written).error());
    return out;
}

Checked<void> check_pin(const StoredLibrary& library, const std::string& wanted) {
    if (library.build == wanted) return {};
    return refuse(
        LibraryCheck::pin, "the SHA-256", "the pinned " + wanted, library.build,
        "install the pinned build, or change [plugins.sha256] if this one is right"
    );
}

}  // namespace porteur
