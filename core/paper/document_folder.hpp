// SPDX-License-Identifier: Apache-2.0
#pragma once

// Documents at rest: one sealed file each, named after the SHA-256 of what is in it. A file is
// written beside its place, synced and then moved there, so that a name never stands for half a
// document.
//
// The form of a file: "PRTD3\n", the eight letters of its key's id, the header of a libsodium secret stream (XChaCha20-Poly1305),
// frames of 64 KiB of text each, the last one marked as such. A frame that is missing, moved or
// changed does not open; a file that stands under another's name is found by its hash. "PRTD2\n"
// has no id, and "PRTD1\n" is the same under the key of before; both are still read.

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

namespace porteur::paper {

inline constexpr std::size_t document_key_size = 32;
inline constexpr std::size_t document_key_id_size = 8;

/// What documents are sealed with. The bytes are the caller's; they are copied, and wiped at the end.
struct DocumentKey {
    std::string id;  ///< eight letters
    std::span<const unsigned char, document_key_size> key;
    std::span<const unsigned char, document_key_size> old_key;  ///< of files that begin with PRTD1
};

/// What sealing the documents anew came to.
struct DocumentsResealed {
    std::size_t done = 0, all = 0;
    std::vector<std::string> closed;  ///< that no key opens
};

class DocumentFolder {
public:
    /// Is given a document piece by piece; an error stops the reading.
    using Take = std::function<Result<void>(std::string_view)>;

    /// A document that is being written. Destroyed before keep() has succeeded, it leaves nothing.
    /// @threads one at a time
    class Writer {
    public:
        ~Writer();
        Writer(const Writer&) = delete;
        Writer& operator=(const Writer&) = delete;
        /// @errors unavailable: the disk is full or broken
        Result<void> append(std::string_view bytes);
        /// Gives back what was appended, from the file; nothing can be appended any more.
        /// @errors unavailable: as append; internal: the file was changed; what `take` says
        Result<void> read(const Take& take);
        /// Durable when it returns; waits for the disk. Another document with the same hash is the
        /// same.
        /// @param sha256  of all that was appended, lower-case hex
        /// @errors        unavailable: as append; internal: `sha256` is no hash
        Result<void> keep(const std::string& sha256);

    private:
        friend class DocumentFolder;
        struct State;
        explicit Writer(std::unique_ptr<State> state);
        std::unique_ptr<State> state_;
    };

    /// Makes the folder (mode 0700) where it is missing, and removes what a crash left half
    /// written.
    /// @errors     unavailable: the folder cannot be made or read
    static Result<DocumentFolder> open(std::filesystem::path folder, const DocumentKey& key);
    /// The same folder for a program beside the daemon: removes nothing, as the daemon may be writing.
    static Result<DocumentFolder> open_beside(std::filesystem::path folder, const DocumentKey& key);

    DocumentFolder(DocumentFolder&&) noexcept;
    DocumentFolder& operator=(DocumentFolder&&) noexcept;
    ~DocumentFolder();

    /// From now on seals by this key; what the others have sealed is still read. @threads any
    void take(const DocumentKey& key) const;
    /// Reads what this key has sealed, too. @threads any
    void take_old(const DocumentKey& key) const;

    /// @errors unavailable @threads any
    Result<std::unique_ptr<Writer>> write() const;

    /// Seals each document anew that the key that seals now has not sealed, and puts it in the place of
    /// the other; whoever reads that one reads it to its end.
    /// @param told   how many of how many are done; when it says no, the rest is left
    /// @errors       unavailable: the folder cannot be read or written @threads any
    Result<DocumentsResealed> seal_anew(const std::function<bool(std::size_t, std::size_t)>& told) const;

    /// Gives the bytes of a document, piece by piece. What was given before an error must not be
    /// used.
    /// @errors      unavailable: there is no such document, or it cannot be read; internal: it was
    /// sealed
    ///              by another key, or changed since; what `take` says
    /// @threads     any
    Result<void> read(const std::string& sha256, const Take& take) const;

private:
    struct State;
    explicit DocumentFolder(std::shared_ptr<const State> state);
    std::shared_ptr<const State> state_;
};

}  // namespace porteur::paper
