// SPDX-License-Identifier: Apache-2.0
#include "paper/document_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <openssl/evp.h>

#include "support/result_matchers.hpp"

namespace porteur::paper {
namespace {

namespace fs = std::filesystem;
using ::porteur::testing::FailsWith;
using ::testing::HasSubstr;

std::string sha256_of(const std::string& bytes) {
    std::array<unsigned char, 32> hash;
    EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, EVP_sha256(), nullptr);
    std::string out;
    for (const auto byte : hash) {
        out += "0123456789abcdef"[byte >> 4U];
        out += "0123456789abcdef"[byte & 15U];
    }
    return out;
}

DocumentKey key_of(
    unsigned char byte, const std::array<unsigned char, document_key_size>& key,
    const std::array<unsigned char, document_key_size>& old_key
) {
    return {.id = "key0000" + std::to_string(byte), .key = key, .old_key = old_key};
}

class Folder : public ::testing::Test {
protected:
    Folder() {
        std::string name = (fs::temp_directory_path() / "porteur-paper-XXXXXX").string();
        place = fs::path(::mkdtemp(name.data())) / "documents";
    }
    ~Folder() override { fs::remove_all(place.parent_path()); }

    DocumentFolder opened(unsigned char key_byte = 7) {
        std::array<unsigned char, document_key_size> key;
        key.fill(key_byte);
        std::array<unsigned char, document_key_size> old_key;
        old_key.fill(key_byte == 7 ? 8 : 9);
        auto folder = DocumentFolder::open(place, key_of(key_byte, key, old_key));
        if (!folder) throw std::runtime_error(folder.error().message);
        return std::move(*folder);
    }
    static std::string put(
        const DocumentFolder& folder, const std::string& bytes, std::size_t piece = 100'000
    ) {
        auto writer = folder.write();
        EXPECT_TRUE(writer);
        for (std::size_t at = 0; at < bytes.size(); at += piece)
            EXPECT_TRUE((*writer)->append(bytes.substr(at, piece)));
        const auto hash = sha256_of(bytes);
        EXPECT_TRUE((*writer)->keep(hash));
        return hash;
    }
    static Result<std::string> got(const DocumentFolder& folder, const std::string& hash) {
        std::string out;
        auto done = folder.read(hash, [&](std::string_view bytes) -> Result<void> {
            out += bytes;
            return {};
        });
        if (!done) return std::unexpected(done.error());
        return out;
    }
    std::string raw(const std::string& name) const {
        std::ostringstream out;
        out << std::ifstream(place / name, std::ios::binary).rdbuf();
        return out.str();
    }
    void put_raw(const std::string& name, const std::string& bytes) const {
        std::ofstream(place / name, std::ios::binary | std::ios::trunc) << bytes;
    }
    std::size_t file_count() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(place), {}));
    }

    fs::path place;
};

TEST_F(Folder, GivesBackWhatItWasGivenWhateverItsSize) {
    const auto folder = opened();
    for (const std::size_t size : {0U, 1U, 65535U, 65536U, 65537U, 131072U, 300'000U}) {
        std::string bytes(size, 'x');
        for (std::size_t at = 0; at < size; ++at) bytes[at] = static_cast<char>(at * 31 + at / 251);
        const auto hash = put(folder, bytes, 9973);
        EXPECT_EQ(got(folder, hash), Result<std::string>(bytes)) << size;
    }
}

TEST_F(Folder, IsReadBackAfterARestart) {
    const auto hash = put(opened(), "%PDF- the letter %%EOF");
    EXPECT_EQ(got(opened(), hash), Result<std::string>("%PDF- the letter %%EOF"));
}

TEST_F(Folder, HasNothingReadableOnTheDiskAndNobodyElseMayLook) {
    const auto hash = put(opened(), "%PDF- signed by Jane Doe %%EOF");
    EXPECT_EQ(raw(hash).find("Jane"), std::string::npos);
    struct stat about{};
    ASSERT_EQ(::stat((place / hash).c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0600U);
    ASSERT_EQ(::stat(place.c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0700U);
}

TEST_F(Folder, KeepsNothingOfADocumentThatWasNotKept) {
    const auto folder = opened();
    {
        auto writer = folder.write();
        ASSERT_TRUE(writer);
        EXPECT_TRUE((*writer)->append(std::string(200'000, 'x')));
        EXPECT_EQ(file_count(), 1U);
    }
    EXPECT_EQ(file_count(), 0U);
}

TEST_F(Folder, RemovesWhatACrashLeft) {
    put(opened(), "kept");
    put_raw("incoming-00ff", "half a document");
    opened();
    EXPECT_EQ(file_count(), 1U);
}

TEST_F(Folder, HasTheSameDocumentOnce) {
    const auto folder = opened();
    EXPECT_EQ(put(folder, "same"), put(folder, "same"));
    EXPECT_EQ(file_count(), 1U);
}

TEST_F(Folder, OpensNothingThatWasChangedCutLengthenedOrMoved) {
    const auto folder = opened();
    const std::string bytes(150'000, 'x');
    const auto hash = put(folder, bytes);
    const auto sealed = raw(hash);
    const auto refuses = [&](const std::string& changed) {
        put_raw(hash, changed);
        const auto read = got(folder, hash);
        return !read && read.error().kind == ErrorKind::internal;
    };
    // A byte of the mark, the header, each frame, each seal; a cut at each border and near it.
    for (const std::size_t at :
         {0UL, 5UL, 6UL, 29UL, 30UL, 31UL, 65583UL, 65600UL, 131136UL, sealed.size() - 1}) {
        auto changed = sealed;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        EXPECT_TRUE(refuses(changed)) << at;
    }
    constexpr std::size_t frame = 65536 + 17;
    for (const std::size_t size :
         {0UL, 5UL, 29UL, 30UL, 31UL, 30 + frame, 30 + 2 * frame, sealed.size() - 1})
        EXPECT_TRUE(refuses(sealed.substr(0, size))) << size;
    EXPECT_TRUE(refuses(sealed + "x"));
    EXPECT_TRUE(refuses(
        sealed.substr(0, 30) + sealed.substr(30 + frame, frame) + sealed.substr(30, frame) +
        sealed.substr(30 + 2 * frame)
    ));
    put_raw(hash, sealed);
    EXPECT_TRUE(got(folder, hash));

    const auto other = put(folder, "another document");
    EXPECT_TRUE(refuses(raw(other)));
}

TEST_F(Folder, OpensNothingOfAnotherKey) {
    const auto hash = put(opened(7), "secret");
    EXPECT_THAT(got(opened(8), hash), FailsWith(ErrorKind::internal, HasSubstr("another key")));
}

TEST_F(Folder, ReadsNothingButDocuments) {
    const auto folder = opened();
    EXPECT_THAT(
        got(folder, std::string(64, 'a')),
        FailsWith(ErrorKind::unavailable, HasSubstr("cannot be opened"))
    );
    for (const char* name : {"", "../documents", "/etc/passwd", "incoming-00"})
        EXPECT_THAT(got(folder, name), FailsWith(ErrorKind::internal, HasSubstr("no SHA-256")));
    ASSERT_EQ(::symlink("/etc/passwd", (place / std::string(64, 'b')).c_str()), 0);
    EXPECT_THAT(
        got(folder, std::string(64, 'b')),
        FailsWith(ErrorKind::unavailable, HasSubstr("cannot be opened"))
    );
}

TEST_F(Folder, StopsWhenTheTakerHasHadEnough) {
    const auto folder = opened();
    const auto hash = put(folder, std::string(300'000, 'x'));
    int pieces = 0;
    const auto done = folder.read(hash, [&](std::string_view) -> Result<void> {
        ++pieces;
        return failure(ErrorKind::cancelled, "enough");
    });
    EXPECT_THAT(done, FailsWith(ErrorKind::cancelled, HasSubstr("enough")));
    EXPECT_EQ(pieces, 1);
}

// The forms of before: the same stream without an id, and before that under the key that everything hung on.
TEST_F(Folder, ReadsWhatWasSealedBeforeKeysHadIds) {
    const auto hash = put(opened(8), "an invoice");
    const auto begins_with = [&](const std::string& magic) {
        std::ifstream in(place / hash, std::ios::binary);
        std::string bytes{std::istreambuf_iterator<char>(in), {}};
        ASSERT_TRUE(bytes.starts_with("PRTD3\nkey00008"));
        std::ofstream(place / hash, std::ios::binary) << magic << bytes.substr(14);
    };
    begins_with("PRTD2\n");
    EXPECT_EQ(got(opened(8), hash).value_or("nothing"), "an invoice");
    EXPECT_FALSE(got(opened(7), hash));
    put(opened(8), "an invoice");
    begins_with("PRTD1\n");
    EXPECT_EQ(got(opened(7), hash).value_or("nothing"), "an invoice") << "8 is the old key of 7";
    EXPECT_FALSE(got(opened(8), hash)) << "what is sealed by the key of now does not pass as old";
}

TEST_F(Folder, SealsAnewUnderAnotherKeyWhileItIsRead) {
    const std::string text(200'000, 'x');
    const auto one = put(opened(5), text), two = put(opened(5), "short");
    {
        std::ofstream(place / std::string(64, 'a')) << "PRTD3\nno document at all";
        std::ofstream(place / "notes.txt") << "not ours";
    }
    const auto folder = opened(5);
    std::array<unsigned char, document_key_size> key;
    key.fill(6);
    folder.take(key_of(6, key, key));
    std::string all;
    bool sealed = false;
    ASSERT_TRUE(folder.read(one, [&](std::string_view bytes) -> Result<void> {
        all += bytes;
        if (!std::exchange(sealed, true)) {
            const auto done = folder.seal_anew([](std::size_t, std::size_t) { return true; });
            EXPECT_TRUE(done);
            EXPECT_EQ(done->all, 3u);
            EXPECT_THAT(done->closed, ::testing::ElementsAre(std::string(64, 'a')));
        }
        return {};
    }));
    EXPECT_EQ(all, text) << "what was begun to be read is read to its end";
    EXPECT_EQ(got(opened(6), one).value_or("nothing"), text);
    EXPECT_EQ(got(opened(6), two).value_or("nothing"), "short");
    EXPECT_FALSE(got(opened(5), one)) << "the old key opens nothing any more";
    EXPECT_EQ(put(folder, "later"), sha256_of("later"));
    EXPECT_EQ(got(opened(6), sha256_of("later")).value_or("nothing"), "later");
    EXPECT_EQ(std::distance(fs::directory_iterator(place), {}), 5) << "nothing lies about";
}

TEST_F(Folder, WhatWasBegunUnderTheOldKeyIsKeptUnderTheNew) {
    const auto folder = opened(5);
    auto writer = folder.write();
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->append("a slow upload"));
    std::array<unsigned char, document_key_size> key;
    key.fill(6);
    folder.take(key_of(6, key, key));
    ASSERT_TRUE(folder.seal_anew([](std::size_t, std::size_t) { return true; })) << "it has not passed what is not there yet";
    const auto hash = sha256_of("a slow upload");
    ASSERT_TRUE((*writer)->keep(hash));
    EXPECT_EQ(got(opened(6), hash).value_or("nothing"), "a slow upload");
    EXPECT_FALSE(got(opened(5), hash));
}

TEST_F(Folder, SaysWhyItCannotBe) {
    std::array<unsigned char, document_key_size> key{};
    std::ofstream(place) << "a file";
    EXPECT_THAT(
        DocumentFolder::open(place, key_of(7, key, key)),
        FailsWith(ErrorKind::unavailable, HasSubstr("cannot be made"))
    );
}

TEST_F(Folder, GivesADocumentBackBeforeItIsKept) {
    const auto folder = opened();
    std::string bytes;
    for (int index = 0; index < 200'000; ++index) bytes += static_cast<char>(index * 7);
    auto writer = folder.write();
    ASSERT_TRUE(writer && (*writer)->append(bytes));
    for (int time = 0; time < 2; ++time) {
        std::string back;
        ASSERT_TRUE((*writer)->read([&](std::string_view piece) -> Result<void> {
            back += piece;
            return {};
        }));
        EXPECT_EQ(back, bytes);
    }
    EXPECT_THAT((*writer)->append("more"), FailsWith(ErrorKind::internal, HasSubstr("whole")));
    EXPECT_THAT(
        (*writer)->read([](std::string_view) -> Result<void> {
            return failure(ErrorKind::invalid_input, "enough");
        }),
        FailsWith(ErrorKind::invalid_input, HasSubstr("enough"))
    );
    const auto hash = sha256_of(bytes);
    ASSERT_TRUE((*writer)->keep(hash));
    std::size_t size = 0;
    EXPECT_TRUE(folder.read(hash, [&](std::string_view piece) -> Result<void> {
        size += piece.size();
        return {};
    }));
    EXPECT_EQ(size, bytes.size());
}

}  // namespace
}  // namespace porteur::paper
