// SPDX-License-Identifier: Apache-2.0
// The program porteur-paper as porteurd runs it: bounds, bombs, and what becomes of a crash.
#include "paper/paper_program.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>

#include <gmock/gmock.h>

#include "pdf_maker.hpp"
#include "support/result_matchers.hpp"
#include "zip_maker.hpp"

namespace porteur::paper {
namespace {

using namespace paper::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using ::porteur::testing::FailsWith;
using ::testing::HasSubstr;

const fs::path program = PORTEUR_PAPER_PROGRAM;

Result<PdfAnswer> checked(
    const std::string& pdf, const fs::path& by = program, PaperLimits limits = {}
) {
    auto file = PaperFile::make();
    if (!file) return std::unexpected(file.error());
    if (auto done = file->append(pdf); !done) return std::unexpected(done.error());
    return PaperProgram(by, limits).check_pdf(*file, 200);
}

class Script {
public:
    explicit Script(const std::string& text)
        : file(fs::path(::testing::TempDir()) / ("paper." + std::to_string(getpid()))) {
        std::ofstream(file) << "#!/bin/sh\n" << text << "\n";
        fs::permissions(file, fs::perms::owner_all);
    }
    ~Script() { fs::remove(file); }
    Script(const Script&) = delete;
    Script& operator=(const Script&) = delete;
    const fs::path file;
};

Result<SpreadsheetAnswer> checked_sheet(const std::string& sheet) {
    auto file = PaperFile::make();
    if (!file) return std::unexpected(file.error());
    if (auto done = file->append(sheet); !done) return std::unexpected(done.error());
    return PaperProgram(program).check_spreadsheet(*file);
}

TEST(PaperProgram, ReadsSpreadsheetsUnderTheSameLock) {
    const auto taken = checked_sheet(xlsx_with({{"xl/sharedStrings.xml", std::string(3 << 20, 'x')}}));
    ASSERT_TRUE(taken) << taken.error().message;
    EXPECT_THAT(taken->content_type, HasSubstr("spreadsheetml.sheet"));
    EXPECT_THAT(checked_sheet(ods_with())->content_type, HasSubstr("opendocument.spreadsheet"));
    EXPECT_THAT(
        checked_sheet(xlsx_with({{"xl/vbaProject.bin", "x"}})), FailsWith(ErrorKind::invalid_input, HasSubstr("has macros"))
    );
    // 200 MiB of zeros in 200 kB.
    EXPECT_THAT(
        checked_sheet(xlsx_with({{"xl/a.xml", std::string(200 << 20, '\0')}})),
        FailsWith(ErrorKind::invalid_input, HasSubstr("unpacks into more than 128 MiB"))
    );
}

TEST(PaperProgram, SaysWhatTheCheckSays) {
    const auto taken = checked(pages(3));
    ASSERT_TRUE(taken) << taken.error().message;
    EXPECT_EQ(taken->pages, 3);
    EXPECT_THAT(checked(pages(201)), FailsWith(ErrorKind::invalid_input, HasSubstr("201 pages")));
    EXPECT_THAT(
        checked(one_page("/OpenAction << /S /JavaScript /JS (x) >>")),
        FailsWith(ErrorKind::invalid_input, HasSubstr("runs a script"))
    );
    EXPECT_THAT(
        checked(encrypted(one_page(), "", "o")),
        FailsWith(ErrorKind::invalid_input, HasSubstr("encrypted"))
    );
}

TEST(PaperProgram, RefusesAGigabyteOfNothingAndTheDaemonDoesNotGrow) {
    const auto bomb = bomb_object(200);
    const auto pdf = one_page("", {bomb, bomb, bomb, bomb, bomb});
    const auto resident = [] {
        std::ifstream file("/proc/self/statm");
        std::uint64_t all = 0, here = 0;
        file >> all >> here;
        return here * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    };
    const auto before = resident();
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_THAT(
        checked(pdf), FailsWith(ErrorKind::invalid_input, HasSubstr("unpacks into more than 128"))
    );
    RecordProperty(
        "ms", static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                   std::chrono::steady_clock::now() - begun
              )
                                   .count())
    );
    EXPECT_LE(resident(), before + (32 << 20));
}

TEST(PaperProgram, RefusesADocumentThatMakesItCrash) {
    const Script crash("kill -SEGV $$");
    EXPECT_THAT(
        checked(one_page(), crash.file),
        FailsWith(ErrorKind::invalid_input, HasSubstr("the PDF cannot be read"))
    );
    const Script talk("echo nonsense");
    EXPECT_FALSE(checked(one_page(), talk.file));
    const Script quiet("exit 0");
    EXPECT_FALSE(checked(one_page(), quiet.file));
}

TEST(PaperProgram, EndsOneThatTakesTooLong) {
    const Script slow("while :; do :; done");
    EXPECT_THAT(
        checked(one_page(), slow.file, {.time_max = 100ms}),
        FailsWith(ErrorKind::invalid_input, HasSubstr("takes too long"))
    );
}

TEST(PaperProgram, ThatIsMissingIsNoFaultOfTheDocument) {
    EXPECT_THAT(
        checked(one_page(), "/nowhere/porteur-paper"),
        FailsWith(ErrorKind::unavailable, HasSubstr("/nowhere/porteur-paper does not start"))
    );
}

Letter letter() {
    Letter made;
    made.language = "en";
    made.paper = "letter";
    made.customer = "Acme";
    made.losing_carrier = "RingCentral";
    made.gaining_carrier = "ThinkTel";
    made.address = {"200 King St W", "Toronto ON M5H 3T4", "CA"};
    made.numbers = {"+1 416-555-0101"};
    made.person = "Ada Byron";
    return made;
}

TEST(PaperProgram, MakesALetterThatItsOwnCheckTakes) {
    const PaperProgram paper(program);
    const auto pdf = paper.write_letter(letter(), {}, PORTEUR_FONT_FOLDER);
    ASSERT_TRUE(pdf) << pdf.error().message;
    const auto found = checked(*pdf);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->pages, 1);
    EXPECT_FALSE(found->repaired);
}

TEST(PaperProgram, SaysThatAFontIsMissing) {
    EXPECT_THAT(
        PaperProgram(program).write_letter(letter(), {}, "/nowhere"),
        FailsWith(ErrorKind::unavailable, HasSubstr("install fonts-dejavu-core"))
    );
}

TEST(PaperProgram, RefusesAPictureThatIsNone) {
    auto wanted = letter();
    for (const std::string type : {"image/png", "image/jpeg"}) {
        wanted.picture = type;
        for (const std::string& bytes :
             {std::string("\x89PNG\r\n\x1a\n"), std::string("\xFF\xD8\xFF"), std::string(5000, 'x'),
              std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\10\6\0\0\0xxxx", 33),
              std::string("\xFF\xD8\xFF\xC0\0\x11\10\0\1\0\1\3", 12)})
            EXPECT_THAT(
                PaperProgram(program).write_letter(wanted, bytes, PORTEUR_FONT_FOLDER),
                FailsWith(ErrorKind::invalid_input, HasSubstr("the picture"))
            ) << type
              << " of " << bytes.size();
    }
}

// libharu 2.3 lets libpng abort the process on many a broken chunk: that is what the program is
// for.
TEST(PaperProgram, AnswersWhateverBecameOfAPicture) {
    std::mt19937 random(20261125);
    const auto good = small_png();
    auto wanted = letter();
    wanted.picture = "image/png";
    const PaperProgram paper(program);
    ASSERT_TRUE(paper.write_letter(wanted, good, PORTEUR_FONT_FOLDER));
    int refused = 0;
    for (int round = 0; round < 60; ++round) {
        auto picture = good;
        if (round % 3 == 0) picture.resize(1 + random() % (picture.size() - 1));
        for (int changes = 0; changes < 3; ++changes)
            picture[random() % picture.size()] = static_cast<char>(random());
        const auto made = paper.write_letter(wanted, picture, PORTEUR_FONT_FOLDER);
        if (made) continue;
        ++refused;
        EXPECT_EQ(made.error().kind, ErrorKind::invalid_input);
        EXPECT_THAT(made.error().message, HasSubstr("/signature: the picture"));
    }
    EXPECT_GT(refused, 20);
}

}  // namespace
}  // namespace porteur::paper
