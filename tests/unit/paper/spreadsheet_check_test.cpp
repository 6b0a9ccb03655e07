// SPDX-License-Identifier: Apache-2.0
// Which spreadsheets are taken, by what is in them.
#include "paper/spreadsheet_check.hpp"

#include <gmock/gmock.h>

#include "paper/document_type.hpp"
#include "support/result_matchers.hpp"
#include "zip_maker.hpp"

namespace porteur::paper {
namespace {

using namespace paper::testing;
using namespace std::string_literals;
using ::porteur::testing::FailsWith;
using ::testing::HasSubstr;

auto refused(const std::string& because) {
    return FailsWith(ErrorKind::invalid_input, HasSubstr(because));
}

TEST(Spreadsheet, IsKnownByWhatIsInIt) {
    const auto xlsx = check_spreadsheet(xlsx_with());
    ASSERT_TRUE(xlsx) << xlsx.error().message;
    EXPECT_EQ(xlsx->content_type, xlsx_type);
    EXPECT_EQ(xlsx->parts, 5U);
    const auto ods = check_spreadsheet(ods_with());
    ASSERT_TRUE(ods) << ods.error().message;
    EXPECT_EQ(ods->content_type, ods_type);
    // A container of anything else, and an ODS that says it is a text.
    EXPECT_THAT(check_spreadsheet(zip_of({{"a.txt", "a"}})), refused("no spreadsheet"));
    EXPECT_THAT(
        check_spreadsheet(
            zip_of({{"[Content_Types].xml", "<Types/>"}, {"word/document.xml", "<d/>"}})
        ),
        refused("no spreadsheet")
    );
    EXPECT_THAT(
        check_spreadsheet(zip_of(
            {{"mimetype", "application/vnd.oasis.opendocument.text", false},
             {"META-INF/manifest.xml", "<m/>"}}
        )),
        refused("opendocument.text")
    );
}

TEST(Spreadsheet, WithMacrosIsRefusedWhateverTheyAreCalled) {
    for (const auto* name :
         {"xl/vbaProject.bin", "xl/VBAPROJECT.BIN", "customUI/vbaProject.bin",
          "xl/macrosheets/sheet1.xml", "xl/dialogsheets/sheet1.xml"})
        EXPECT_THAT(check_spreadsheet(xlsx_with({{name, "x"}})), refused("has macros")) << name;
    EXPECT_THAT(
        check_spreadsheet(xlsx_with(
            {{"xl/theme.bin", "x"}},
            R"(<Override PartName="/xl/theme.bin" ContentType="application/vnd.ms-office.vbaProject"/>)"
        )),
        refused("has macros")
    );
    EXPECT_THAT(
        check_spreadsheet(xlsx_with(
            {},
            R"(<Default Extension="xml" ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/>)"
        )),
        refused("has macros")
    );
    for (const auto* name :
         {"Basic/Standard/Module1.xml", "Scripts/python/a.py", "Dialogs/Standard/dialog.xml"})
        EXPECT_THAT(check_spreadsheet(ods_with({{name, "x"}})), refused("has macros")) << name;
}

TEST(Spreadsheet, WithOtherFilesOrDataFromElsewhereIsRefused) {
    EXPECT_THAT(
        check_spreadsheet(xlsx_with({{"xl/embeddings/oleObject1.bin", "x"}})),
        refused("objects or files")
    );
    EXPECT_THAT(
        check_spreadsheet(xlsx_with({{"xl/activeX/activeX1.xml", "x"}})),
        refused("objects or files")
    );
    EXPECT_THAT(
        check_spreadsheet(xlsx_with({{"xl/externalLinks/externalLink1.xml", "x"}})),
        refused("fetches data")
    );
    EXPECT_THAT(
        check_spreadsheet(xlsx_with({{"xl/connections.xml", "x"}})), refused("fetches data")
    );
    EXPECT_THAT(
        check_spreadsheet(ods_with(
            {{"Object 2", "x"}},
            R"(<manifest:file-entry manifest:media-type="application/vnd.sun.star.oleobject"/>)"
        )),
        refused("objects or files")
    );
}

TEST(Spreadsheet, WithAPasswordIsRefused) {
    EXPECT_THAT(
        check_spreadsheet(xlsx_with({{.name = "xl/a.xml", .bytes = "x", .flags = 1}})),
        refused("without a password")
    );
    EXPECT_THAT(
        check_spreadsheet(ods_with({}, "<manifest:encryption-data/>")),
        refused("without a password")
    );
}

TEST(Spreadsheet, ThatHidesItsListInAnotherEncodingIsRefused) {
    EXPECT_THAT(
        check_spreadsheet(
            zip_of({{"[Content_Types].xml", "\xFF\xFE<\0T\0"s}, {"xl/workbook.xml", "<w/>"}})
        ),
        refused("UTF-8")
    );
}

TEST(Spreadsheet, ThatTwoReadersWouldSeeDifferentlyIsRefused) {
    EXPECT_THAT(
        check_spreadsheet(
            xlsx_with({{.name = "xl/a.xml", .bytes = "x", .name_in_head = "xl/vbaProject.bin"}})
        ),
        refused("damaged")
    );
    EXPECT_THAT(
        check_spreadsheet(xlsx_with({{"xl/workbook.xml", "<other/>"}})),
        refused("two parts of one name")
    );
    EXPECT_THAT(
        check_spreadsheet(xlsx_with({{"XL/Workbook.xml", "<other/>"}})),
        refused("two parts of one name")
    );
    EXPECT_THAT(check_spreadsheet(xlsx_with() + "PK\3\4more"), refused("damaged"));
    for (const auto* name :
         {"../a.xml", "/etc/a.xml", "xl/../../a.xml", "xl\\a.xml", "C:a.xml", ".."})
        EXPECT_THAT(check_spreadsheet(xlsx_with({{name, "x"}})), refused("leads elsewhere"))
            << name;
}

TEST(Spreadsheet, ThatUnpacksIntoMuchMoreIsRefused) {
    const ZipRules small{.parts_max = 6, .part_max_bytes = 1000, .unpacked_max_bytes = 1500};
    EXPECT_TRUE(check_spreadsheet(xlsx_with(), small));
    EXPECT_THAT(
        check_spreadsheet(xlsx_with({{"xl/a.xml", std::string(2000, 'x')}}), small),
        refused("unpacks into more")
    );
    EXPECT_THAT(
        check_spreadsheet(
            xlsx_with({{"xl/a.xml", std::string(999, 'x')}, {"xl/b.xml", ""}}), small
        ),
        refused("7 parts")
    );
    EXPECT_THAT(
        check_spreadsheet(
            zip_of({{"[Content_Types].xml", std::string(900, 'x')}, {"xl/a", std::string(900, 'x')}}
            ),
            small
        ),
        refused("unpacks into more")
    );
    // One that says less than it is.
    EXPECT_THAT(
        check_spreadsheet(
            xlsx_with({{.name = "xl/a.xml", .bytes = std::string(1 << 20, 'x'), .size_said = 10}}),
            small
        ),
        refused("damaged")
    );
}

TEST(Spreadsheet, ThatIsDamagedIsRefusedAtEveryPlaceAndNeverReadBeyond) {
    EXPECT_THAT(
        check_spreadsheet(xlsx_with({{.name = "xl/a.xml", .bytes = "x", .crc_change = 1}})),
        refused("damaged")
    );
    const auto whole = xlsx_with();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        // A copy of its own, so that the address checks see a read past its end.
        const std::string cut(whole.data(), size);
        EXPECT_FALSE(check_spreadsheet(cut)) << size;
    }
    for (std::size_t at = 0; at < whole.size(); ++at)
        for (const char change : {'\x01', '\x80', '\xFF'}) {
            auto changed = whole;
            changed[at] = static_cast<char>(changed[at] ^ change);
            (void)check_spreadsheet(changed);  // taken or not: it ends, and stays within its bytes
        }
}

}  // namespace
}  // namespace porteur::paper
