// SPDX-License-Identifier: Apache-2.0
#include "tables/call_reader.hpp"

#include <gmock/gmock.h>

#include "support/result_matchers.hpp"

namespace porteur::tables {
namespace {

using namespace std::chrono;
using porteur::testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr sys_seconds noon = sys_days{2026y / November / 26} + 12h;

struct Read {
    Result<void> result;
    CallCounts counts;
    std::vector<std::string> calls, findings, ids;
};

Read read(std::string_view map, std::string_view text, minutes utc_offset = minutes(0)) {
    Read out;
    CallReader reader(
        {.map = call_map(map).value(), .region = "CA", .utc_offset = utc_offset},
        [&](const CallRecord& call) {
            out.ids.emplace_back(call.id);
            out.calls.push_back(
                std::string(call.id) + " " + std::string(call.from) + " > " +
                std::string(call.to.text()) + " at " + std::to_string((call.at - noon).count())
            );
            return Result<void>{};
        },
        [&](const ImportFinding& finding) {
            out.findings.push_back(
                std::to_string(finding.row) + finding.column + " " + finding.value + ": " +
                finding.sentence
            );
            return Result<void>{};
        }
    );
    out.result = reader.append(text);
    if (out.result) out.result = reader.finish();
    out.counts = reader.counts();
    return out;
}

TEST(CallReader, ReadsMasterCsvOfAsterisk) {
    const auto found = read(
        "asterisk",
        R"("","4165550199","5145550100","from-trunk","""Ann"" <4165550199>","PJSIP/trunk-1","PJSIP/100-2","Dial","PJSIP/100,30","2026-11-26 12:00:00","2026-11-26 12:00:05","2026-11-26 12:01:00",60,55,"ANSWERED","DOCUMENTATION","1764158400.1",""
"","100","101","internal","100","PJSIP/100-3","PJSIP/101-4","Dial","PJSIP/101","2026-11-26 12:00:10",,"2026-11-26 12:00:20",10,0,"NO ANSWER","DOCUMENTATION","1764158410.3",""
)"
    );
    ASSERT_TRUE(found.result);
    EXPECT_THAT(found.calls, ElementsAre("1764158400.1 4165550199 > +15145550100 at 0"));
    EXPECT_EQ(found.counts.rows, 2U);
    EXPECT_EQ(found.counts.no_number, 1U) << "a call to an extension";
}

TEST(CallReader, MakesTheSameIdForTheSameRowWhereTheFileHasNone) {
    const std::string_view text =
        R"("","4165550199","5145550100","d","c","ch","","Dial","x","2026-11-26 12:00:00","","",60,55,"ANSWERED","DOCUMENTATION"
"","4165550199","5145550100","d","c","ch","","Dial","x","2026-11-26 12:00:01","","",60,55,"ANSWERED","DOCUMENTATION"
)";
    const auto first = read("asterisk", text), second = read("asterisk", text);
    ASSERT_THAT(first.ids, SizeIs(2));
    EXPECT_EQ(first.ids, second.ids);
    EXPECT_NE(first.ids[0], first.ids[1]);
}

TEST(CallReader, ReadsTheExampleTemplateOfFreeSwitch) {
    const auto found = read(
        "freeswitch",
        R"("Ann","4165550199","15145550100","public","2026-11-26 07:00:00","2026-11-26 07:00:02","2026-11-26 07:01:00","60","58","NORMAL_CLEARING","a1b2","c3d4","","PCMU","PCMU"
)",
        -5h
    );
    EXPECT_THAT(found.calls, ElementsAre("a1b2 4165550199 > +15145550100 at 0"));
}

TEST(CallReader, ReadsTheAccTableOfKamailioByItsHeader) {
    const auto found = read(
        "kamailio",
        "id,method,from_tag,to_tag,callid,sip_code,sip_reason,time,src_user,src_domain,dst_ouser,"
        "dst_user,dst_domain\n"
        "1,INVITE,a,b,call-1@x,200,OK,2026-11-26 12:00:30,4165550199,x,+15145550100,100,y\n"
        "2,BYE,a,b,call-1@x,200,OK,2026-11-26 12:01:30,4165550199,x,+15145550100,100,y\n"
        "3,INVITE,a,b,call-2@x,200,OK,2026-11-26 "
        "12:02:00,4165550199,x,sip:+15145550101@y;user=phone,101,y\n"
    );
    ASSERT_TRUE(found.result);
    EXPECT_THAT(
        found.calls,
        ElementsAre(
            "call-1@x 4165550199 > +15145550100 at 30", "call-2@x 4165550199 > +15145550101 at 120"
        )
    );
    EXPECT_EQ(found.counts.left_out, 1U);
    EXPECT_THAT(
        read("kamailio", "id,method,callid,time\n1,INVITE,x,2026-11-26 12:00:30\n").result,
        FailsWith(
            ErrorKind::invalid_input, HasSubstr("no column \"dst_ouser|dst_user|to_user|dst_uri\"")
        )
    );
}

TEST(CallReader, ReadsAnyColumnsThatAreNamed) {
    EXPECT_THAT(
        read("to=Called,at=When", "When,Called\n2026-11-26T12:00:00Z,514-555-0100\n").calls,
        ElementsAre(HasSubstr("> +15145550100 at 0"))
    );
    EXPECT_THAT(
        read("to=2,at=1", "when,called\n1795694400,5145550100\n").calls,
        ElementsAre(HasSubstr("> +15145550100 at 0"))
    ) << "a first row without digits where the time stands is a header";
    EXPECT_THAT(
        call_map("nortel"),
        FailsWith(ErrorKind::invalid_input, HasSubstr("no program is called \"nortel\""))
    );
    EXPECT_THAT(
        call_map("to=1,colour=2"), FailsWith(ErrorKind::invalid_input, HasSubstr("\"colour=2\""))
    );
    EXPECT_THAT(
        call_map("to=1"), FailsWith(ErrorKind::invalid_input, HasSubstr("at least to and at"))
    );
}

TEST(CallReader, NamesRowsWhoseTimeItCannotRead) {
    const auto found = read(
        "to=2,at=1",
        "2026-11-26 12:00:00,5145550100\nyesterday 5,5145550100\n2026-02-30 12:00:00,5145550100\n"
    );
    EXPECT_THAT(
        found.findings,
        ElementsAre(
            "2A yesterday 5: this is no time; expected one as in 2026-11-26 14:05:00",
            "3A 2026-02-30 12:00:00: this is no time; expected one as in 2026-11-26 14:05:00"
        )
    );
    EXPECT_EQ(found.counts.bad, 2U);
    EXPECT_THAT(found.calls, SizeIs(1));
}

TEST(ReadCallTime, KnowsZonesFractionsAndSecondsSince1970) {
    EXPECT_EQ(read_call_time("2026-11-26 12:00:00", 0min), noon);
    EXPECT_EQ(read_call_time("2026-11-26 07:00:00", -300min), noon);
    EXPECT_EQ(read_call_time("2026-11-26T12:00:00.123Z", -300min), noon);
    EXPECT_EQ(read_call_time("2026-11-26T13:00:00+01:00", 0min), noon);
    EXPECT_EQ(read_call_time("2026-11-26 06:30:00-0530", 0min), noon);
    EXPECT_EQ(read_call_time("1795694400", 0min), noon);
    for (const char* text :
         {"", "noon", "2026-11-26", "2026-13-26 12:00:00", "2026-11-26 25:00:00",
          "2026-11-26 12:00:00+1"})
        EXPECT_EQ(read_call_time(text, 0min), std::nullopt) << text;
}

}  // namespace
}  // namespace porteur::tables
