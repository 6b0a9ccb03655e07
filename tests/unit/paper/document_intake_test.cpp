// SPDX-License-Identifier: Apache-2.0
#include "paper/document_intake.hpp"

#include <unistd.h>

#include <array>
#include <filesystem>

#include <gmock/gmock.h>

#include "paper/document_folder.hpp"
#include "paper/document_type.hpp"
#include "support/result_matchers.hpp"

namespace porteur::paper {
namespace {

using namespace std::string_literals;
using ::porteur::testing::FailsWith;
using ::testing::HasSubstr;

const std::string pdf =
    "%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n";
const std::string jpeg = "\xFF\xD8\xFF\xE0 and so on";
const std::string tiff = "II*\0 and so on"s;

std::string png(std::uint32_t width, std::uint32_t height) {
    std::string out = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s;
    for (const auto side : {width, height})
        for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(side >> shift);
    return out + "and so on";
}

/// Takes a document in, in pieces of one size.
Result<Intaken> taken(
    std::string_view bytes, std::string type = "application/pdf", std::string name = "loa.pdf",
    std::size_t piece = 1000, IntakeRules rules = {}
) {
    auto intake = DocumentIntake::begin(
        {.type = "loa", .name = std::move(name), .content_type = std::move(type)}, rules
    );
    if (!intake) return std::unexpected(intake.error());
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
        if (auto done = intake->append(bytes.substr(0, piece)); !done)
            return std::unexpected(done.error());
    return intake->finish();
}

TEST(Intake, TakesEachTypeThatItsBytesShow) {
    for (const auto& [bytes, type, name] :
         {std::tuple{pdf, "application/pdf", "a.pdf"},
          {png(800, 600), "image/png", "a.png"},
          {jpeg, "image/jpeg", "a.jpg"},
          {jpeg, "image/jpg", "a.JPEG"},
          {tiff, "image/tiff", "a.tif"},
          {"MM\0*x"s, "IMAGE/TIFF; x=y", "été 1.2.tiff"}}) {
        const auto document = taken(bytes, type, name);
        ASSERT_TRUE(document) << name << ": " << document.error().message;
        EXPECT_EQ(document->size, bytes.size());
        EXPECT_EQ(document->content_type, *type_of_declaration(type));
    }
}

Result<Intaken> taken_as(
    std::string type, std::string_view bytes, std::string content_type, std::string name, std::size_t piece = 1000
) {
    auto intake = DocumentIntake::begin({.type = std::move(type), .name = std::move(name), .content_type = std::move(content_type)});
    if (!intake) return std::unexpected(intake.error());
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
        if (auto done = intake->append(bytes.substr(0, piece)); !done) return std::unexpected(done.error());
    return intake->finish();
}

TEST(Intake, TakesASpreadsheetWhereACarrierMayAskForOne) {
    const std::string zip = "PK\3\4 and so on, which the sandboxed program reads", csv = "Numéro;Nom\n+1 416 555-0101;Zoé\n";
    for (const auto* type : {"blif", "other"}) {
        EXPECT_TRUE(taken_as(type, zip, std::string(xlsx_type), "Inscriptions 411.xlsx"));
        EXPECT_TRUE(taken_as(type, zip, std::string(ods_type), "a.ods"));
        EXPECT_TRUE(taken_as(type, csv, "text/csv; charset=utf-8", "a.CSV"));
        EXPECT_TRUE(taken_as(type, pdf, "application/pdf", "a.pdf"));
    }
    for (const auto* type : {"loa", "invoice", "resporg", "id"}) {
        const auto done = taken_as(type, zip, std::string(xlsx_type), "a.xlsx");
        EXPECT_THAT(done, FailsWith(ErrorKind::invalid_input, HasSubstr("is a PDF or a picture")));
        EXPECT_EQ(done.error().code, media_type_code);
    }
}

TEST(Intake, RefusesWhatOnlyCallsItselfASpreadsheet) {
    const std::string sheet(xlsx_type);
    EXPECT_THAT(taken_as("blif", pdf, sheet, "a.xlsx"), FailsWith(ErrorKind::invalid_input, HasSubstr("the bytes are application/pdf")));
    EXPECT_THAT(taken_as("blif", "a,b\n1,2\n and so on", sheet, "a.xlsx"), FailsWith(ErrorKind::invalid_input, HasSubstr("none of the types")));
    EXPECT_THAT(
        taken_as("blif", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and so on, an old one", sheet, "a.xlsx"),
        FailsWith(ErrorKind::invalid_input, HasSubstr("old file of Excel"))
    );
    EXPECT_FALSE(taken_as("blif", pdf, "text/csv", "a.csv"));
    EXPECT_FALSE(taken_as("blif", "PK\3\4 and so on, more", "text/csv", "a.csv"));
    EXPECT_EQ(DocumentIntake::begin({.type = "blif", .name = "a.xls", .content_type = "application/vnd.ms-excel"}).error().code, media_type_code);
    EXPECT_EQ(
        DocumentIntake::begin({.type = "blif", .name = "a.xlsm", .content_type = "application/vnd.ms-excel.sheet.macroEnabled.12"}).error().code,
        media_type_code
    );
}

TEST(Intake, RefusesACsvFileWithFormulasOrOtherBytesThanText) {
    const auto csv = [](const std::string& bytes, std::size_t piece) { return taken_as("blif", bytes, "text/csv", "a.csv", piece); };
    for (const std::size_t piece : {1U, 5U, 1000U}) {
        for (const auto* good : {"a,b\n-1,+1 (416) 555-0101\n", "a;b\r\nx;y=z\r\n", "\"a;b\";c\n\"say \"\"=1\"\"\";d\n", "a\tb\n1\t2",
                                 "Num\xE9ro;Pr\xE9nom\n1;2\n"})
            EXPECT_TRUE(csv(good, piece)) << good;
        for (const auto* formula : {"a,b\n=1+1,2\n", "a,b\n1,\"=cmd|' /C calc'!A0\"\n", "a;b\n1; =1\n", "@SUM(1),b\n", "a,b\n+cmd|'/C x'!A0,2\n",
                                    "a,b\n-2+3+cmd|'/C x'!A0,2\n"})
            EXPECT_THAT(csv(formula, piece), FailsWith(ErrorKind::invalid_input, HasSubstr("has a formula"))) << formula;
        EXPECT_THAT(csv("a,b\n1,2\0\n"s, piece), FailsWith(ErrorKind::invalid_input, HasSubstr("line 2")));
        EXPECT_THAT(csv("only one column\nand, here two\n", piece), FailsWith(ErrorKind::invalid_input, HasSubstr("one column")));
    }
}

TEST(Intake, KnowsTheHashWhateverThePieces) {
    // echo -n %PDF-%%EOF | sha256sum
    constexpr const char* hash = "bfa46a6395a5ff9b24b500aa7b859b9cf7c2d1eaca67a66ef03f3355276a5f6e";
    std::string first;
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 100U}) {
        const auto document = taken("%PDF-%%EOF", "application/pdf", "a.pdf", piece);
        ASSERT_TRUE(document) << piece;
        EXPECT_EQ(document->sha256, hash) << piece;
    }
}

TEST(Intake, RefusesBytesOfAnotherTypeAtOnce) {
    auto intake =
        DocumentIntake::begin({.type = "loa", .name = "a.pdf", .content_type = "application/pdf"});
    ASSERT_TRUE(intake);
    const auto done = intake->append("MZ\x90\0\3\0\0\0"s);
    EXPECT_THAT(done, FailsWith(ErrorKind::invalid_input, HasSubstr("PDF, PNG, JPEG, TIFF")));
    EXPECT_EQ(done.error().code, media_type_code);
    EXPECT_THAT(
        taken(jpeg), FailsWith(ErrorKind::invalid_input, HasSubstr("the bytes are image/jpeg"))
    );
    for (const auto& bytes :
         {"<html>..."s, "PK\3\4...."s, "\x89PNG...."s, " %PDF-1.7"s, "%!PS-Adobe"s, "%PD"s, ""s})
        EXPECT_FALSE(taken(bytes)) << bytes;
}

TEST(Intake, RefusesAPdfThatWasCutShort) {
    EXPECT_THAT(
        taken(pdf.substr(0, pdf.size() - 4)),
        FailsWith(ErrorKind::invalid_input, HasSubstr("cut short"))
    );
    EXPECT_TRUE(taken(pdf + std::string(900, '\n')));
    EXPECT_FALSE(taken(pdf + std::string(2000, '\n')));
}

TEST(Intake, RefusesWhatIsTooLargeWhileItReads) {
    auto intake = DocumentIntake::begin(
        {.type = "loa", .name = "a.pdf", .content_type = "application/pdf"}, {.size_max_bytes = 100}
    );
    ASSERT_TRUE(intake);
    EXPECT_TRUE(intake->append("%PDF-" + std::string(95, ' ')));
    const auto done = intake->append("x");
    EXPECT_THAT(done, FailsWith(ErrorKind::invalid_input, HasSubstr("more than the 100 bytes")));
    EXPECT_EQ(done.error().code, too_large_code);
}

TEST(Intake, RefusesAnImageThatWouldUnpackIntoGigabytes) {
    EXPECT_TRUE(taken(png(20'000, 20'000), "image/png", "a.png", 5));
    EXPECT_THAT(
        taken(png(50'000, 50'000), "image/png", "a.png", 5),
        FailsWith(ErrorKind::invalid_input, HasSubstr("50000 by 50000 pixels"))
    );
    EXPECT_FALSE(taken(png(10, 0xFFFFFFFF), "image/png", "a.png"));
}

TEST(Intake, RefusesAClaimThatCannotBe) {
    const auto begun = [](std::string type, std::string name, std::string content_type) {
        return DocumentIntake::begin(
            {.type = std::move(type),
             .name = std::move(name),
             .content_type = std::move(content_type)}
        );
    };
    EXPECT_FALSE(begun("letter", "a.pdf", "application/pdf"));
    EXPECT_FALSE(begun("", "a.pdf", "application/pdf"));
    EXPECT_EQ(begun("loa", "a.svg", "image/svg+xml").error().code, media_type_code);
    EXPECT_FALSE(begun("loa", "a.png", "application/pdf"));
    EXPECT_FALSE(begun("loa", "a.docx", "application/pdf"));
    EXPECT_FALSE(begun("loa", "a.pdf.exe", "application/pdf"));
    EXPECT_FALSE(begun("loa", ".pdf", "application/pdf"));
    for (const auto& name :
         {""s, "../a.pdf"s, "/etc/a.pdf"s, "a\\b.pdf"s, "a\nb.pdf"s, "a\0b.pdf"s, "a\x7F.pdf"s,
          std::string(256, 'a') + ".pdf"})
        EXPECT_THAT(begun("loa", name, "application/pdf").error().message, HasSubstr("file name"))
            << name;
    EXPECT_TRUE(begun("loa", "..pdf", "application/pdf"));
    EXPECT_TRUE(begun("loa", std::string(251, 'a'), "application/pdf"));
    EXPECT_THAT(begun("loa", std::string(252, 'a'), "application/pdf").error().message, HasSubstr("256 bytes")) << "with its ending";
}

TEST(Intake, GivesANameWithoutAnEndingThatOfItsType) {
    for (const auto& [bytes, type, name, kept] :
         {std::tuple{pdf, "application/pdf", "kbis", "kbis.pdf"},
          {pdf, "application/pdf", "kbis.", "kbis.pdf"},
          {pdf, "application/pdf", "Extrait du 12.11.2026", "Extrait du 12.11.2026.pdf"},
          {pdf, "application/pdf", "Statuts S.A. Roy", "Statuts S.A. Roy.pdf"},
          {pdf, "application/pdf", "société.générale", "société.générale.pdf"},
          {pdf, "application/pdf", "loa.PDF", "loa.PDF"},
          {png(8, 6), "image/png", "scan 1", "scan 1.png"},
          {jpeg, "image/jpg", "photo", "photo.jpg"},
          {tiff, "image/tiff", "fax", "fax.tif"}}) {
        const auto document = taken(bytes, type, name);
        ASSERT_TRUE(document) << name << ": " << document.error().message;
        EXPECT_EQ(document->name, kept);
    }
    const auto sheet = taken_as("blif", "a,b\n1,2\n", "text/csv", "inscriptions");
    ASSERT_TRUE(sheet) << sheet.error().message;
    EXPECT_EQ(sheet->name, "inscriptions.csv");
    EXPECT_THAT(taken(pdf, "image/png", "scan"), FailsWith(ErrorKind::invalid_input, HasSubstr("the bytes are application/pdf")))
        << "a name that says nothing does not make the bytes another thing";
}


/// Names that lead elsewhere when they are made part of a path, in the spellings that have worked
/// somewhere.
std::vector<std::string> hostile_names() {
    const std::vector<std::string> ups = {
        "../",        "..\\",      "./../",      "....//",      "..;/",         "/",
        "//",         "\\\\",      "C:\\",       "C:/",         "file:///",     "~/",
        "..%2f",      "..%5c",      "%2e%2e/",    "%2e%2e%2f",   "..%252f",      "..%c0%af",
        "\xc0\xae\xc0\xae/", "\xc0\xae\xc0\xae\xc0\xaf", "\xe0\x80\xae./", "..\xef\xbc\x8f",
        "..\xe2\x88\x95", "../../../../../../", "..\\..\\..\\", "/proc/self/", "\\\\?\\C:\\",
        "\\\\server\\share\\", "x/../../",  "documents/../../"
    };
    const std::vector<std::string> ends = {
        "a.pdf", "etc/passwd.pdf", "a.pdf\0.pdf", "con.pdf", "NUL.pdf", "a.pdf:stream.pdf",
        "a.pdf ", "a.pdf.", ".pdf", "\xe2\x80\xae" "fdp.exe.pdf", "incoming-x.pdf",
        std::string(64, '0') + ".pdf"
    };
    std::vector<std::string> names;
    for (const auto& up : ups)
        for (const auto& end : ends) names.push_back(up + end);
    names.push_back("a\0/../../b.pdf"s);
    return names;
}

TEST(Intake, GivesNoPlaceOutsideTheFolderToAnyName) {
    namespace fs = std::filesystem;
    const fs::path root = fs::path(::testing::TempDir()) / ("names." + std::to_string(getpid()));
    const std::array<unsigned char, document_key_size> key{};
    auto folder = DocumentFolder::open(root / "in" / "documents", {.id = "a-key-id", .key = key, .old_key = key});
    ASSERT_TRUE(folder);
    const auto names = hostile_names();
    ASSERT_GE(names.size(), 300U);
    std::size_t taken_in = 0;
    for (const auto& name : names) {
        auto intake = DocumentIntake::begin(
            {.type = "loa", .name = name, .content_type = "application/pdf"}
        );
        if (!intake) {
            EXPECT_EQ(intake.error().kind, ErrorKind::invalid_input);
            continue;
        }
        // Whatever is taken is data: what is written is named by its hash.
        auto bytes = pdf + "%" + std::to_string(++taken_in) + "\n%%EOF";
        ASSERT_TRUE(intake->append(bytes));
        const auto found = intake->finish();
        auto writer = folder->write();
        ASSERT_TRUE(found && writer);
        ASSERT_TRUE((*writer)->append(bytes) && (*writer)->keep(found->sha256));
    }
    EXPECT_GT(taken_in, 0U);
    std::size_t files = 0;
    for (const auto& each : fs::recursive_directory_iterator(root)) {
        if (each.is_directory()) continue;
        ++files;
        EXPECT_EQ(each.path().parent_path(), root / "in" / "documents");
        EXPECT_EQ(each.path().filename().string().size(), 64U);
    }
    EXPECT_EQ(files, taken_in);
    fs::remove_all(root);
}

}  // namespace
}  // namespace porteur::paper
