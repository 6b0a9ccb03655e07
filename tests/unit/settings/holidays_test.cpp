// SPDX-License-Identifier: Apache-2.0
// The shipped holidays, against dates worked out by others: those on a day from Monday to Friday,
// as Debian's python3-holidays 0.10.1 gives them, where a comment does not say otherwise.
#include "settings/holidays_toml.hpp"

#include <fstream>

#include <gmock/gmock.h>

#include "support/result_matchers.hpp"
#include "temporary_folder.hpp"

namespace porteur {
namespace {

using namespace std::chrono;
using namespace porteur::testing;
using ::testing::HasSubstr;

const BusinessCalendars& shipped() {
    static const auto read =
        load_calendars(std::filesystem::path(PORTEUR_CONFIG_FOLDER) / "data/holidays.toml");
    EXPECT_TRUE(read) << read.error().message;
    static const BusinessCalendars none;
    return read ? *read : none;
}

/// "0101 0119": the holidays from Monday to Friday.
std::string days_of(std::string_view id, int in) {
    const auto* calendar = shipped().find(id);
    if (!calendar) return "there is no calendar";
    std::string out;
    for (const auto& [day, name] : holidays_in(*calendar, year{in})) {
        if (weekday(day) == Saturday || weekday(day) == Sunday) continue;
        const year_month_day date{day};
        char text[8];
        std::snprintf(text, sizeof text, "%02u%02u", unsigned{date.month()}, unsigned{date.day()});
        out += (out.empty() ? "" : " ") + std::string(text);
    }
    return out;
}

TEST(ShippedHolidays, AreThoseOfTheCountries) {
    struct Expected {
        const char* id;
        const char* in_2026;
        const char* in_2027;
    };
    for (const auto& each : std::initializer_list<Expected>{
             {"US",
              "0101 0119 0216 0525 0619 0703 0907 1012 1111 1126 1225",  // with Juneteenth, of 2021
              "0101 0118 0215 0531 0618 0705 0906 1011 1111 1125 1224 1231"},
             {"AT", "0101 0106 0406 0501 0514 0525 0604 1026 1208 1225",
              "0101 0106 0329 0506 0517 0527 1026 1101 1208"},
             {"BE", "0101 0406 0501 0514 0525 0721 1111 1225", "0101 0329 0506 0517 0721 1101 1111"
             },
             {"CZ", "0101 0403 0406 0501 0508 0706 0928 1028 1117 1224 1225",
              "0101 0326 0329 0705 0706 0928 1028 1117 1224"},
             {"EE", "0101 0224 0403 0501 0623 0624 0820 1224 1225",
              "0101 0224 0326 0623 0624 0820 1224"},
             {"FR", "0101 0406 0501 0508 0514 0525 0714 1111 1225",
              "0101 0329 0506 0517 0714 1101 1111"},
             {"DE", "0101 0403 0406 0501 0514 0525 1225", "0101 0326 0329 0506 0517"},
             {"HU", "0101 0102 0403 0406 0501 0525 0820 0821 1023 1224 1225",
              "0101 0315 0326 0329 0517 0820 1101"
             },  // without 24 December, for which no decree is known yet
             {"IT", "0101 0106 0406 0501 0602 1208 1225", "0101 0106 0329 0602 1004 1101 1208"
             },  // with San Francesco, of 2026
             {"LT", "0101 0216 0311 0406 0501 0624 0706 1102 1224 1225",
              "0101 0216 0311 0329 0624 0706 1101 1102 1224"},  // with 2 November, of 2020
             {"PL", "0101 0106 0406 0501 0604 1111 1224 1225",
              "0101 0106 0329 0503 0527 1101 1111 1224"},  // with 24 December, of 2025
             {"PT", "0101 0403 0501 0604 0610 1005 1201 1208 1225",
              "0101 0326 0527 0610 1005 1101 1201 1208"},
             {"ES", "0101 0106 0403 0501 1012 1208 1225", "0101 0106 0326 1012 1101 1206 1208"},
             {"CH", "0101 0403 0406 0514 0525 1225", "0101 0326 0329 0506 0517"},
             {"AU", "0101 0126 0403 0406 0608 1225 1228", "0101 0126 0326 0329 0614 1227 1228"
             },  // with the King's birthday
             {"HK", "0101 0217 0218 0219 0403 0406 0407 0501 0525 0619 0701 1001 1019 1225",
              "0101 0208 0209 0326 0329 0405 0513 0609 0701 0916 1001 1008 1227"},
             // By hand: that program lacks the days of the Islamic calendar.
             {"SG", "0101 0217 0218 0403 0501 0527 0601 0810 1109 1225",
              "0101 0208 0310 0326 0517 0520 0809 1028"},
             {"MY", "0101 0217 0218 0323 0501 0527 0601 0602 0617 0825 0831 0916 1109 1225",
              "0101 0208 0310 0311 0517 0520 0607 0608 0816 0831 0916 1028"},
             // By hand: the Canada Labour Code's days, where that program has those of a province.
             {"CA", "0101 0403 0518 0701 0907 0930 1012 1111 1225 1228",
              "0101 0326 0524 0701 0906 0930 1011 1111 1227 1228"},
             {"CA-ON", "0101 0216 0403 0518 0701 0803 0907 0930 1012 1111 1225 1228",
              "0101 0215 0326 0524 0701 0802 0906 0930 1011 1111 1227 1228"},
             {"CA-QC", "0101 0403 0518 0624 0701 0907 0930 1012 1111 1225 1228",
              "0101 0326 0524 0624 0701 0906 0930 1011 1111 1227 1228"},
         }) {
        EXPECT_EQ(days_of(each.id, 2026), each.in_2026) << each.id << " 2026";
        EXPECT_EQ(days_of(each.id, 2027), each.in_2027) << each.id << " 2027";
    }
}

TEST(ShippedHolidays, CoverTheCountriesOfTheCarriers) {
    for (const char* id :
         {"US", "CA", "AU", "AT", "BE", "CZ", "EE", "FR", "DE", "HK", "HU", "IT", "LT", "MY", "PL",
          "PT", "SG", "ES", "CH"})
        EXPECT_NE(shipped().find(id), nullptr) << id;
    for (const auto& [id, calendar] : shipped().all()) {
        EXPECT_GE(calendar.until, 2027) << id;
        EXPECT_FALSE(calendar.name.empty()) << id;
    }
}

TEST(ParseHoliday, ReadsEveryForm) {
    const auto fixed = parse_holiday("x", "07-04 + 1; observed nearest; from 2000; until 2030");
    ASSERT_TRUE(fixed) << fixed.error().message;
    EXPECT_EQ(fixed->month, 7u);
    EXPECT_EQ(fixed->day, 4u);
    EXPECT_EQ(fixed->offset, 1);
    EXPECT_EQ(fixed->observed, Observed::nearest);
    EXPECT_EQ(fixed->from, 2000);
    EXPECT_EQ(fixed->until, 2030);
    EXPECT_EQ(parse_holiday("x", "easter - 2")->offset, -2);
    EXPECT_EQ(parse_holiday("x", "last monday of 05")->nth, -1);
    EXPECT_EQ(parse_holiday("x", "monday before 05-25")->form, HolidayRule::Form::weekday_before);
    EXPECT_EQ(
        parse_holiday("x", "saturday from 06-20")->form, HolidayRule::Form::weekday_on_or_after
    );
    EXPECT_EQ(parse_holiday("x", "2026-02-17 2027-02-06")->dates.size(), 2u);
}

TEST(ParseHoliday, RefusesAnythingElseAndQuotesIt) {
    for (const char* text :
         {"", "13-01", "02-30", "1-1", "easter + ", "easter -2", "sixth monday of 02",
          "third monday of 13", "third moonday of 02", "monday 05-25", "2026-02-30",
          "2026-02-17 soon", "01-01; observed sometimes", "01-01; from 20", "01-01;",
          "01-01; for ever"})
        EXPECT_THAT(
            parse_holiday("x", text),
            FailsWith(ErrorKind::invalid_input, HasSubstr("write it as in"))
        ) << text;
}

TEST(LoadCalendars, NamesThePlaceOfWhatIsWrong) {
    const TemporaryFolder folder;
    const auto file = folder.write("holidays.toml", R"([calendars.XX]
title = "Nowhere"
base = "YY"
weekend = ["firday"]
[calendars.XX.holidays]
"Some day" = "32-01"
)");
    EXPECT_THAT(
        load_calendars(file),
        FailsWith(
            ErrorKind::invalid_input,
            ::testing::AllOf(
                HasSubstr("holidays.toml:6:"), HasSubstr("Some day"), HasSubstr("holidays.toml:4:"),
                HasSubstr("firday"), HasSubstr("YY")
            )
        )
    );
    EXPECT_THAT(
        load_calendars(folder.path() / "none.toml"),
        FailsWith(ErrorKind::invalid_input, HasSubstr("cannot be read"))
    );
}

TEST(LoadCalendars, TakesACalendarOfAnAccountWithAWeekendOfItsOwn) {
    const TemporaryFolder folder;
    const auto file = folder.write(
        "holidays.toml",
        "[calendars.my-carrier]\ntitle = \"My carrier\"\nweekend = [\"friday\", \"saturday\"]\n"
    );
    const auto read = load_calendars(file);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->find("my-carrier")->weekend, (std::vector{Friday, Saturday}));
}

}  // namespace
}  // namespace porteur
