// SPDX-License-Identifier: Apache-2.0
#include "plugins/elf_library.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <random>

#include <gmock/gmock.h>

#include "plugins/library_scan.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(ElfLibrary, ShowsWhatAPluginHasWithoutLoadingIt) {
    const auto bytes = bytes_of(PORTEUR_TEST_EXAMPLES "/porteur-plain_c.so");
    const auto library = read_elf_library(bytes, ".porteur_descriptor");
    ASSERT_TRUE(library) << library.error().message;
    ASSERT_TRUE(library->section);
    EXPECT_THAT(std::string(*library->section), HasSubstr("id = \"plain_c\""));
    EXPECT_THAT(library->exported, ElementsAre("porteur_entry_v0"));
    EXPECT_THAT(library->imported, Contains("free"));
    EXPECT_THAT(library->needed, Contains("libc.so.6"));
    EXPECT_TRUE(library->unique.empty());
    EXPECT_TRUE(library->run_path.empty());
    EXPECT_FALSE(library->text_relocations);
    EXPECT_FALSE(library->executable_stack);
}

TEST(ElfLibrary, SaysThatASectionIsAbsent) {
    const auto bytes = bytes_of(PORTEUR_TEST_EXAMPLES "/porteur-plain_c.so");
    const auto library = read_elf_library(bytes, ".not_there");
    ASSERT_TRUE(library);
    EXPECT_FALSE(library->section);
}

TEST(ElfLibrary, RefusesAProgram) {
    EXPECT_THAT(
        read_elf_library("", ".x"),
        FailsWith(ErrorKind::invalid_input, HasSubstr("is not an ELF file"))
    );
}

// A file from outside: no change of its headers may lead the reader astray.
TEST(ElfLibrary, ReadsDamagedFilesWithoutHarm) {
    const auto whole = bytes_of(PORTEUR_TEST_EXAMPLES "/porteur-plain_c.so");
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    std::size_t sections = 0;
    std::memcpy(&sections, whole.data() + 0x28, sizeof sections);
    for (int round = 0; round < 3000; ++round) {
        auto damaged = whole;
        for (int change = 0; change < 4; ++change) {
            // The header, the section headers, or the first pages, where the dynamic tables are.
            const std::size_t place = random() % 3 == 0 ? random() % 64
                                      : random() % 2 == 0
                                          ? sections + random() % (damaged.size() - sections)
                                          : random() % std::min<std::size_t>(8192, damaged.size());
            damaged[place] = static_cast<char>(random());
        }
        static_cast<void>(scan_library(damaged));
    }
    for (std::size_t length = 0; length < whole.size(); length += 97)
        EXPECT_FALSE(scan_library(std::string_view(whole).substr(0, length)).has_value()) << length;
}

TEST(ScanLine, IsReadBackAsItWasWritten) {
    const Checked<LibraryContent> good = LibraryContent{"id = \"é\"\n", {"clock: time"}};
    const auto read = read_scan_line(scan_line(good));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, good);
    const Checked<LibraryContent> bad =
        std::unexpected(LibraryRefusal{LibraryCheck::content, "a", "b", "c", "d"});
    const auto refused = read_scan_line(scan_line(bad));
    ASSERT_TRUE(refused);
    EXPECT_EQ(*refused, bad);
    for (const char* line :
         {"", "{}", "[]", R"({"descriptor":1})", R"({"descriptor":"x"})", "{\"field\":\"x\"}"})
        EXPECT_FALSE(read_scan_line(line)) << line;
}

// The scan child ends with a line that the daemon must be able to read, whatever a library calls its symbols.
TEST(ScanLine, IsReadWhateverALibraryCallsItsSymbols) {
    auto bytes = bytes_of(PORTEUR_TEST_EXAMPLES "/porteur-plain_c.so");
    for (auto at = bytes.find("porteur_entry_v0"); at != bytes.npos; at = bytes.find("porteur_entry_v0")) bytes[at] = '\xff';
    const auto scanned = scan_library(bytes);
    ASSERT_FALSE(scanned);
    EXPECT_THAT(scanned.error().found, HasSubstr("\\xfforteur_entry_v0"));
    const auto read = read_scan_line(scan_line(scanned));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, scanned);
}

}  // namespace
}  // namespace porteur
