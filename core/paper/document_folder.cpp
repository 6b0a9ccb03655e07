// SPDX-License-Identifier: Apache-2.0
#include "paper/document_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include <sodium.h>

namespace porteur::paper {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "PRTD3\n";
constexpr std::string_view magic_2 = "PRTD2\n";
constexpr std::string_view magic_1 = "PRTD1\n";
static_assert(magic.size() == magic_1.size() && magic.size() == magic_2.size());
constexpr std::string_view unfinished = "incoming-";
constexpr std::size_t frame_size = 64 * 1024;
constexpr std::size_t seal_size = crypto_secretstream_xchacha20poly1305_ABYTES;
constexpr std::size_t header_size = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
static_assert(document_key_size == crypto_secretstream_xchacha20poly1305_KEYBYTES);

class File {
public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    File(File&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    File& operator=(File&&) = delete;
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    int get() const { return descriptor_; }

private:
    int descriptor_;
};

std::unexpected<Error> broken(const fs::path& file, std::string_view what) {
    return failure(
        ErrorKind::unavailable,
        "documents: " + file.string() + ": " + std::string(what) + ": " + std::strerror(errno)
    );
}

Result<void> write_all(const File& file, const fs::path& name, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::write(file.get(), bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return broken(name, "cannot be written");
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

/// Reads until `into` is full or the file ends. @return how much came
Result<std::size_t> read_full(
    const File& file, const fs::path& name, std::span<unsigned char> into
) {
    std::size_t size = 0;
    while (size < into.size()) {
        const auto count = ::read(file.get(), into.data() + size, into.size() - size);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return broken(name, "cannot be read");
        if (count == 0) break;
        size += static_cast<std::size_t>(count);
    }
    return size;
}

bool is_hash(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

std::string hex(std::span<const unsigned char> bytes) {
    std::string out(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(out.data(), out.size(), bytes.data(), bytes.size());
    out.pop_back();
    return out;
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

Result<void> seal_one_anew(const DocumentFolder& folder, const std::string& sha256) {
    auto writer = folder.write();
    if (!writer) return std::unexpected(std::move(writer).error());
    const auto copy = [&](std::string_view bytes) { return (*writer)->append(bytes); };
    if (auto copied = folder.read(sha256, copy); !copied) return copied;
    return (*writer)->keep(sha256);
}

}  // namespace

struct DocumentFolder::State {
    struct Key {
        std::string id;
        std::array<unsigned char, document_key_size> key{}, old_key{};
        explicit Key(const DocumentKey& given) : id(given.id) {
            id.resize(document_key_id_size, '-');
            std::ranges::copy(given.key, key.begin());
            std::ranges::copy(given.old_key, old_key.begin());
        }
        Key(const Key&) = delete;
        Key& operator=(const Key&) = delete;
        ~Key() {
            sodium_memzero(key.data(), key.size());
            sodium_memzero(old_key.data(), old_key.size());
        }
    };
    using Keys = std::vector<std::shared_ptr<const Key>>;

    fs::path folder;

    State(fs::path where, const DocumentKey& key)
        : folder(std::move(where)), keys_{std::make_shared<const Key>(key)} {}

    /// The one that seals is the first.
    Keys keys() const {
        const std::lock_guard lock(mutex_);
        return keys_;
    }
    void take(const DocumentKey& given, bool seals) const {
        auto key = std::make_shared<const Key>(given);
        const std::lock_guard lock(mutex_);
        std::erase_if(keys_, [&](const auto& each) { return each->id == key->id && (seals || each != keys_.front()); });
        if (seals || keys_.empty())
            keys_.insert(keys_.begin(), std::move(key));
        else if (keys_.front()->id != key->id)
            keys_.push_back(std::move(key));
    }

    /// @param sha256  of what is in it; empty while that is not known
    Result<void> read(const fs::path& name, const std::string& sha256, const Take& take) const;
    /// Whether the key that seals now has sealed a file.
    bool is_of(const fs::path& name, const Key& key) const;

    static std::unexpected<Error> damaged(const fs::path& name) {
        return failure(
            ErrorKind::internal,
            "documents: " + name.string() +
                " does not open: it was sealed by another key, or changed since"
        );
    }

private:
    mutable std::mutex mutex_;
    mutable Keys keys_;
};

bool DocumentFolder::State::is_of(const fs::path& name, const Key& key) const {
    const File file(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file.get() < 0) return false;
    std::array<unsigned char, magic.size() + document_key_id_size> first{};
    const auto came = read_full(file, name, first);
    return came && *came == first.size() &&
           std::string_view(reinterpret_cast<const char*>(first.data()), first.size()) == std::string(magic) + key.id;
}

Result<void> DocumentFolder::State::read(
    const fs::path& name, const std::string& sha256, const Take& take
) const {
    const File file(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file.get() < 0) return broken(name, "cannot be opened");

    const auto next = [&](std::span<unsigned char> into) -> Result<bool> {
        const auto came = read_full(file, name, into);
        if (!came) return std::unexpected(came.error());
        return *came == into.size();
    };
    std::array<unsigned char, magic.size()> form{};
    std::array<unsigned char, document_key_id_size> id{};
    std::array<unsigned char, header_size> header{};
    auto whole = next(form);
    if (!whole) return std::unexpected(std::move(whole).error());
    const auto is = [&](std::string_view which) { return std::memcmp(form.data(), which.data(), which.size()) == 0; };
    if (!*whole || (!is(magic) && !is(magic_2) && !is(magic_1))) return damaged(name);
    if (is(magic)) whole = next(id);
    if (whole && *whole) whole = next(header);
    if (!whole) return std::unexpected(std::move(whole).error());
    if (!*whole) return damaged(name);

    std::vector<unsigned char> sealed(frame_size + seal_size), plain(frame_size);
    auto came = read_full(file, name, sealed);
    if (!came) return std::unexpected(std::move(came).error());
    // Where no id says which key it is, the first frame does.
    crypto_secretstream_xchacha20poly1305_state seal;
    unsigned long long size = 0;
    unsigned char tag = 0;
    const auto pull = [&] {
        return *came >= seal_size &&
               crypto_secretstream_xchacha20poly1305_pull(
                   &seal, plain.data(), &size, &tag, sealed.data(), *came, nullptr, 0
               ) == 0;
    };
    bool opens = false;
    for (const auto& each : keys()) {
        if (is(magic) && std::memcmp(id.data(), each->id.data(), id.size()) != 0) continue;
        opens = crypto_secretstream_xchacha20poly1305_init_pull(
                    &seal, header.data(), (is(magic_1) ? each->old_key : each->key).data()
                ) == 0 &&
                pull();
        if (opens) break;
    }
    if (!opens) return damaged(name);

    crypto_hash_sha256_state hash;
    crypto_hash_sha256_init(&hash);
    for (;;) {
        const bool last = tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL;
        // Nothing may follow the last frame, and no other may be short.
        if (!last && *came < sealed.size()) return damaged(name);
        crypto_hash_sha256_update(&hash, plain.data(), size);
        if (size > 0)
            if (auto done = take(
                    {reinterpret_cast<const char*>(plain.data()), static_cast<std::size_t>(size)}
                );
                !done)
                return done;
        if (last) break;
        came = read_full(file, name, sealed);
        if (!came) return std::unexpected(std::move(came).error());
        if (!pull()) return damaged(name);
    }
    unsigned char more = 0;
    came = read_full(file, name, {&more, 1});
    if (!came) return std::unexpected(std::move(came).error());
    std::array<unsigned char, crypto_hash_sha256_BYTES> found;
    crypto_hash_sha256_final(&hash, found.data());
    if (*came != 0 || (!sha256.empty() && hex(found) != sha256)) return damaged(name);
    return {};
}

struct DocumentFolder::Writer::State {
    std::shared_ptr<const DocumentFolder::State> folder;
    fs::path name;
    File file{-1};
    std::string key_id = {};
    crypto_secretstream_xchacha20poly1305_state seal{};
    std::string frame;  // not sealed yet; the last one must be known as such
    bool sealed = false;
    bool broken_off = false;
    bool kept = false;

    State(std::shared_ptr<const DocumentFolder::State> of, fs::path named, File opened)
        : folder(std::move(of)), name(std::move(named)), file(std::move(opened)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        sodium_memzero(&seal, sizeof seal);
        sodium_memzero(frame.data(), frame.size());
        if (!kept) ::unlink(name.c_str());
    }

    Result<void> write_frame(unsigned char tag) {
        std::string closed(frame.size() + seal_size, '\0');
        crypto_secretstream_xchacha20poly1305_push(
            &seal, reinterpret_cast<unsigned char*>(closed.data()), nullptr, bytes_of(frame),
            frame.size(), nullptr, 0, tag
        );
        frame.clear();
        return write_all(file, name, closed);
    }

    Result<void> end() {
        if (!std::exchange(sealed, true))
            if (auto done = write_frame(crypto_secretstream_xchacha20poly1305_TAG_FINAL); !done) {
                broken_off = true;
                return done;
            }
        if (broken_off)
            return failure(ErrorKind::unavailable, "documents: it was not written whole");
        return {};
    }
};

DocumentFolder::Writer::Writer(std::unique_ptr<State> state) : state_(std::move(state)) {}
DocumentFolder::Writer::~Writer() = default;

Result<void> DocumentFolder::Writer::append(std::string_view bytes) {
    auto& state = *state_;
    if (state.sealed) return failure(ErrorKind::internal, "documents: a whole one was added to");
    while (!bytes.empty()) {
        // A full frame goes out only when more follows: it might be the last.
        if (state.frame.size() == frame_size)
            if (auto done = state.write_frame(0); !done) return done;
        const auto part = bytes.substr(0, frame_size - state.frame.size());
        state.frame += part;
        bytes.remove_prefix(part.size());
    }
    return {};
}

Result<void> DocumentFolder::Writer::keep(const std::string& sha256) {
    auto& state = *state_;
    if (!is_hash(sha256))
        return failure(ErrorKind::internal, "documents: " + quoted(sha256) + " is no SHA-256");
    if (auto done = state.end(); !done) return done;
    if (::fsync(state.file.get()) != 0) return broken(state.name, "cannot be synced");
    const auto place = state.folder->folder / sha256;
    if (::rename(state.name.c_str(), place.c_str()) != 0)
        return broken(place, "cannot be put in its place");
    state.kept = true;
    const File folder(::open(state.folder->folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0 || ::fsync(folder.get()) != 0)
        return broken(state.folder->folder, "cannot be synced");
    // The key was changed while it was written, and whoever sealed the others anew may have passed its place.
    if (state.key_id == state.folder->keys().front()->id) return {};
    return seal_one_anew(DocumentFolder(state.folder), sha256);
}

DocumentFolder::DocumentFolder(std::shared_ptr<const State> state) : state_(std::move(state)) {}
DocumentFolder::DocumentFolder(DocumentFolder&&) noexcept = default;
DocumentFolder& DocumentFolder::operator=(DocumentFolder&&) noexcept = default;
DocumentFolder::~DocumentFolder() = default;

Result<DocumentFolder> DocumentFolder::open_beside(fs::path folder, const DocumentKey& key) {
    if (sodium_init() < 0)
        return failure(ErrorKind::internal, "documents: libsodium does not start");
    std::error_code failed;
    if (!fs::is_directory(folder, failed)) {
        fs::create_directories(folder.parent_path(), failed);
        if (::mkdir(folder.c_str(), 0700) != 0) return broken(folder, "cannot be made");
    }
    return DocumentFolder(std::make_shared<const State>(std::move(folder), key));
}

Result<DocumentFolder> DocumentFolder::open(fs::path folder, const DocumentKey& key) {
    auto out = open_beside(std::move(folder), key);
    if (!out) return out;
    std::error_code failed;
    const auto& there = out->state_->folder;
    for (const auto& each : fs::directory_iterator(there, failed))
        if (each.path().filename().string().starts_with(unfinished)) ::unlink(each.path().c_str());
    if (failed)
        return failure(
            ErrorKind::unavailable,
            "documents: " + there.string() + ": cannot be read: " + failed.message()
        );
    return out;
}

void DocumentFolder::take(const DocumentKey& key) const { state_->take(key, true); }
void DocumentFolder::take_old(const DocumentKey& key) const { state_->take(key, false); }

Result<DocumentsResealed> DocumentFolder::seal_anew(
    const std::function<bool(std::size_t, std::size_t)>& told
) const {
    const auto key = state_->keys().front();
    std::vector<std::string> names;
    std::error_code failed;
    for (const auto& each : fs::directory_iterator(state_->folder, failed))
        if (auto name = each.path().filename().string(); is_hash(name)) names.push_back(std::move(name));
    if (failed)
        return failure(
            ErrorKind::unavailable,
            "documents: " + state_->folder.string() + ": cannot be read: " + failed.message()
        );
    DocumentsResealed out;
    out.all = names.size();
    for (const auto& name : names) {
        if (!state_->is_of(state_->folder / name, *key)) {
            // A daemon that starts meanwhile takes what is unfinished for a rest of its own: once more, then.
            constexpr int tries_max = 3;
            auto done = seal_one_anew(*this, name);
            for (int tries = 1; tries < tries_max && !done && done.error().kind == ErrorKind::unavailable; ++tries)
                done = seal_one_anew(*this, name);
            if (!done && done.error().kind == ErrorKind::unavailable) return std::unexpected(std::move(done).error());
            if (!done) out.closed.push_back(name);
        }
        if (!told(++out.done, out.all)) break;
    }
    return out;
}

Result<std::unique_ptr<DocumentFolder::Writer>> DocumentFolder::write() const {
    std::array<unsigned char, 16> random;
    randombytes_buf(random.data(), random.size());
    auto name = state_->folder / (std::string(unfinished) + hex(random));
    File file(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.get() < 0) return broken(name, "cannot be made");
    auto made = std::make_unique<Writer::State>(state_, std::move(name), std::move(file));
    std::array<unsigned char, header_size> header;
    const auto key = state_->keys().front();
    made->key_id = key->id;
    crypto_secretstream_xchacha20poly1305_init_push(&made->seal, header.data(), key->key.data());
    const std::string first =
        std::string(magic) + key->id +
        std::string(reinterpret_cast<const char*>(header.data()), header.size());
    if (auto done = write_all(made->file, made->name, first); !done)
        return std::unexpected(std::move(done).error());
    return std::unique_ptr<Writer>(new Writer(std::move(made)));
}

Result<void> DocumentFolder::Writer::read(const Take& take) {
    if (auto done = state_->end(); !done) return done;
    return state_->folder->read(state_->name, {}, take);
}

Result<void> DocumentFolder::read(const std::string& sha256, const Take& take) const {
    if (!is_hash(sha256))
        return failure(ErrorKind::internal, "documents: " + quoted(sha256) + " is no SHA-256");
    return state_->read(state_->folder / sha256, sha256, take);
}

}  // namespace porteur::paper
