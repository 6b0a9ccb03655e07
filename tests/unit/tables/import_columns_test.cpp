// SPDX-License-Identifier: Apache-2.0
#include "tables/import_columns.hpp"

#include <gmock/gmock.h>

#include "support/result_matchers.hpp"

namespace porteur::tables {
namespace {

using porteur::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Rows = std::vector<std::vector<std::string>>;

std::vector<std::string> words_in(
    const Rows& rows, std::string_view map = "", std::string_view region = "CA"
) {
    const auto found = detect_columns(map, rows, region);
    if (!found) return {found.error().message};
    std::vector<std::string> out;
    for (const auto& column : found->columns)
        out.push_back(
            std::string(word_of(column.field)) + (column.custom.empty() ? "" : "." + column.custom)
        );
    return out;
}

TEST(ImportColumns, AreNamedByAHeaderInEnglishOrFrench) {
    EXPECT_THAT(
        words_in(
            {{"Number", "Used by", "Use type", "Company", "VAR", "Provider", "Country", "Type",
              "Tags", "State", "Cost"}}
        ),
        ElementsAre(
            "number", "used_by", "use_type", "company", "var", "provider", "country", "type",
            "tags", "state", "cost"
        )
    );
    EXPECT_THAT(
        words_in(
            {{"Numéro", "Utilisé par", "Type d'utilisation", "Entreprise", "Revendeur",
              "Fournisseur", "Pays", "Type de numéro", "Étiquettes", "État", "Coût", "Devise"}}
        ),
        ElementsAre(
            "number", "used_by", "use_type", "company", "var", "provider", "country", "type",
            "tags", "state", "cost", "currency"
        )
    );
    EXPECT_THAT(words_in({{"N° de téléphone", "NOM"}}), ElementsAre("number", "used_by"));
}

TEST(ImportColumns, KeepUnknownHeadersAsFieldsOfTheUsersOwnAndLeaveOutWhatTheSystemSays) {
    EXPECT_THAT(
        words_in(
            {{"Number", "Floor", "Status", "", "Features"},
             {"5145550100", "3", "active", "x", "voice"}}
        ),
        ElementsAre("number", "custom.Floor", "left_out", "left_out", "left_out")
    );
    EXPECT_THAT(
        words_in({{"Number", "Name", "User"}}), ElementsAre("number", "used_by", "custom.User")
    );
}

TEST(ImportColumns, MakeTwoFieldsOfAHeaderThatStandsTwice) {
    EXPECT_THAT(
        words_in({{"Number", "Floor", "Floor", "Floor"}}),
        ElementsAre("number", "custom.Floor", "custom.Floor 2", "custom.Floor 3")
    );
}

TEST(ImportColumns, AreToldByTheirContentsWithoutAHeader) {
    EXPECT_THAT(
        words_in(
            {{"Ann", "514 555 0100", "user", "CA", "local", "assigned"},
             {"Bob", "514 555 0101", "service", "US", "mobile", "aging"}}
        ),
        ElementsAre("left_out", "number", "use_type", "country", "type", "state")
    );
    EXPECT_THAT(words_in({{"5145550100"}}), ElementsAre("number"));
    EXPECT_THAT(
        words_in({{"Ligne principale", "Poste"}, {"5145550100", "12"}}),
        ElementsAre("number", "custom.Poste")
    ) << "a header that names no column of numbers";
}

TEST(ImportColumns, FollowTheUsersMapFirst) {
    EXPECT_THAT(
        words_in(
            {{"Number", "Old", "Name"}, {"5145550100", "5145550101", "Ann"}},
            "number=2, left_out=Number,custom.who=Name"
        ),
        ElementsAre("left_out", "number", "custom.who")
    );
    EXPECT_THAT(words_in({{"Ann", "5145550100"}}, "used_by=1"), ElementsAre("used_by", "number"));
}

TEST(ImportColumns, RefuseAMapThatNamesWhatIsNotThere) {
    const Rows rows = {{"Number", "Name"}};
    EXPECT_THAT(
        detect_columns("colour=1", rows, "CA"),
        FailsWith(ErrorKind::invalid_input, HasSubstr("\"colour\" is no field"))
    );
    EXPECT_THAT(
        detect_columns("number=3", rows, "CA"),
        FailsWith(ErrorKind::invalid_input, HasSubstr("no column \"3\""))
    );
    EXPECT_THAT(
        detect_columns("number=Phone", rows, "CA"),
        FailsWith(ErrorKind::invalid_input, HasSubstr("\"Phone\""))
    );
    EXPECT_THAT(
        detect_columns("number=1,used_by=1", rows, "CA"),
        FailsWith(ErrorKind::invalid_input, HasSubstr("named twice"))
    );
    EXPECT_THAT(
        detect_columns("custom=1", rows, "CA"),
        FailsWith(ErrorKind::invalid_input, HasSubstr("no field"))
    );
}

TEST(ImportColumns, RefuseMoreCustomFieldsThanANumberHasAndNamesThatAreTooLong) {
    std::vector<std::string> header{"Number"}, row{"+15145550100"};
    for (int at = 0; at < 31; ++at) {
        header.push_back("Field " + std::to_string(at));
        row.emplace_back("x");
    }
    const auto many = detect_columns("", {header, row}, "CA");
    ASSERT_FALSE(many);
    EXPECT_THAT(many.error().message, HasSubstr("left_out=5"));
    EXPECT_TRUE(detect_columns("left_out=32", {header, row}, "CA"));
    const auto longer = detect_columns("", {{"Number", std::string(41, 'f')}, {"+15145550100", "x"}}, "CA");
    ASSERT_FALSE(longer);
    EXPECT_THAT(longer.error().message, HasSubstr("custom.floor=5"));
}

TEST(ImportColumns, RefuseAFileWithoutNumbers) {
    EXPECT_THAT(
        detect_columns("", {}, "CA"), FailsWith(ErrorKind::invalid_input, HasSubstr("empty"))
    );
    EXPECT_THAT(
        detect_columns("", {{"a", "b"}}, "CA"),
        FailsWith(ErrorKind::invalid_input, HasSubstr("no column of telephone"))
    );
    EXPECT_THAT(
        detect_columns("", {{"514 555 0100"}}, ""),
        FailsWith(ErrorKind::invalid_input, HasSubstr("default country"))
    );
}

TEST(PlainHeader, HasNeitherAccentsNorCapitalsNorSigns) {
    EXPECT_EQ(plain_header("Utilisé par"), "utilisepar");
    EXPECT_EQ(plain_header("  N° de TÉLÉPHONE "), "nodetelephone");
    EXPECT_EQ(plain_header("Used_By"), "usedby");
    EXPECT_EQ(plain_header("ÀÇÉÎÔÛÿ"), "aceiouy");
}

}  // namespace
}  // namespace porteur::tables
