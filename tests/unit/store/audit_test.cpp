// SPDX-License-Identifier: Apache-2.0
// The audit log keeps what was written, and shows what somebody did to it. On SQLite and on
// PostgreSQL.
#include "store/audit_chain.hpp"

#include <gmock/gmock.h>

#include <random>
#include <thread>

#include <porteur/json.hpp>

#include "store_place.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;

const Instant noon{std::chrono::milliseconds{1'790'000'000'000}};
const std::string zeros(64, '0');

AuditEntry entry(int number) {
    return {
        .at = noon + std::chrono::milliseconds(number),
        .who = number % 2 ? "@émilie" : "machine \"7\"",
        .person = number % 2 ? 5 : 0,
        .home = 1,
        .tenant = 1 + number % 3,
        .action = "user.changed",
        .kind = "user",
        .object = "u" + std::to_string(number),
        .before = number % 4 ? R"({"name":"a\\b"})" : "",
        .after = R"({"name":"c"})",
        .address = "127.0.0.1"
    };
}

class AuditTest : public testing::StorePlace {
protected:
    void append(int count, int first = 1) {
        std::vector<AuditEntry> entries;
        for (int number = first; number < first + count; ++number) entries.push_back(entry(number));
        const auto done =
            access().change_with([&](soci::session& sql) { append_audit(sql, entries); });
        ASSERT_TRUE(done) << done.error().message;
    }
};

std::string exported(AuditLog& log) {
    std::string out;
    EXPECT_TRUE(log.write([&](std::string_view piece) {
        out += piece;
        return true;
    }));
    return out;
}

Result<AuditHead> checked(
    std::string_view text, std::optional<AuditHead> noted = {}, std::size_t piece = 4096
) {
    AuditExportCheck check(std::move(noted));
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size())))
        if (auto fine = check.take(text.substr(0, piece)); !fine)
            return std::unexpected(fine.error());
    return check.finish();
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::string text_of_lines(const std::vector<std::string>& lines) {
    std::string out;
    for (const auto& each : lines) out += each + "\n";
    return out;
}

TEST(AuditText, is_canonical_JSON) {
    for (int number = 0; number < 8; ++number) {
        auto each = entry(number);
        each.object = "tab\t, bell\a, \"quoted\", \\, é, \x7f";
        const auto text = audit_text(number, each);
        const auto read = parse_json(text);
        ASSERT_TRUE(read) << text;
        EXPECT_EQ(canonical(*read), text);
        EXPECT_EQ(read->at("n").as_int64(), number);
        EXPECT_EQ(read->at("object").as_string(), each.object);
    }
}

TEST_P(AuditTest, begins_empty_and_whole) {
    AuditLog log(access());
    EXPECT_EQ(log.verify({}).value(), (AuditHead{0, zeros}));
    EXPECT_EQ(checked(exported(log)).value(), (AuditHead{0, zeros}));
}

TEST_P(AuditTest, gives_back_what_was_written_the_newest_first) {
    append(5);
    AuditLog log(access());
    const auto found = log.records({.limit = 2}).value();
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].position, 5);
    EXPECT_EQ(found[0].entry, entry(5));
    EXPECT_EQ(found[1].entry, entry(4));
    const auto rest = log.records({.before = 4}).value();
    ASSERT_EQ(rest.size(), 3u);
    EXPECT_EQ(rest[0].entry, entry(3));
}

TEST_P(AuditTest, finds_records_by_account_person_object_and_time) {
    append(9);
    AuditLog log(access());
    const auto positions = [&](const AuditQuery& query) {
        std::vector<std::int64_t> out;
        for (const auto& each : log.records(query).value()) out.push_back(each.position);
        return out;
    };
    EXPECT_THAT(positions({.tenants = std::vector<std::int64_t>{1}}), ElementsAre(9, 6, 3));
    EXPECT_THAT(positions({.tenants = std::vector<std::int64_t>{}}), ElementsAre());
    EXPECT_THAT(
        positions(
            {.who = "@émilie",
             .since = noon + std::chrono::milliseconds(3),
             .until = noon + std::chrono::milliseconds(7)}
        ),
        ElementsAre(5, 3)
    );
    EXPECT_THAT(positions({.object = "u4"}), ElementsAre(4));
    EXPECT_THAT(positions({.action = "user.changed", .kind = "token"}), ElementsAre());
}

TEST_P(AuditTest, keeps_nothing_of_a_change_that_failed) {
    append(1);
    EXPECT_FALSE(access().change_with([&](soci::session& sql) {
        append_audit(sql, entry(2));
        throw std::runtime_error("the change itself failed");
    }));
    AuditLog log(access());
    EXPECT_EQ(log.verify({}).value().count, 1);
}

TEST_P(AuditTest, is_one_chain_when_many_write_at_once) {
    std::vector<std::thread> writers;
    std::atomic<int> failed = 0;
    for (int writer = 0; writer < 4; ++writer)
        writers.emplace_back([&, writer] {
            for (int number = 0; number < 25; ++number)
                if (!access().change_with([&](soci::session& sql) {
                        append_audit(sql, entry(writer * 100 + number));
                    }))
                    ++failed;
        });
    for (auto& each : writers) each.join();
    EXPECT_EQ(failed, 0);
    AuditLog log(access());
    const auto head = log.verify({});
    ASSERT_TRUE(head) << head.error().message;
    EXPECT_EQ(head->count, 100);
}

TEST_P(AuditTest, shows_an_edit_of_any_column_of_any_record) {
    append(60);
    AuditLog log(access());
    const auto noted = log.head().value();
    std::mt19937 chance(7);
    for (const char* change :
         {"at = at + 1", "who = 'x'", "person_id = person_id + 1", "home_id = home_id + 1",
          "tenant_id = tenant_id + 1", "action = 'x'", "kind = 'x'", "object = 'x'",
          "before = 'null'", "after = '{}'", "address = 'x'"}) {
        const auto place = 1 + chance() % 60;
        meddle("create table kept as select * from audit where id = " + std::to_string(place));
        meddle("update audit set " + std::string(change) + " where id = " + std::to_string(place));
        const bool was_null = std::string(change) == "before = 'null'" && place % 4 == 0;
        if (!was_null)
            EXPECT_THAT(
                log.verify({}),
                FailsWith(ErrorKind::rejected, HasSubstr("record " + std::to_string(place) + " "))
            ) << change;
        meddle("delete from audit where id = " + std::to_string(place));
        meddle("insert into audit select * from kept");
        meddle("drop table kept");
    }
    EXPECT_EQ(log.verify(noted).value(), noted);
}

TEST_P(AuditTest, shows_a_record_taken_out_swapped_or_cut_off) {
    append(60);
    AuditLog log(access());
    const auto noted = log.head().value();
    meddle("create table kept as select * from audit");
    const auto mend = [&] {
        meddle("delete from audit");
        meddle("insert into audit select * from kept");
    };
    meddle("delete from audit where id = 30");
    EXPECT_THAT(log.verify({}), FailsWith(ErrorKind::rejected, HasSubstr("record 30 ")));
    meddle("update audit set id = -id where id > 30");
    meddle("update audit set id = -id - 1 where id < 0");
    EXPECT_THAT(log.verify({}), FailsWith(ErrorKind::rejected, HasSubstr("record 30 ")));
    mend();
    meddle("update audit set id = 1000 where id = 10");
    meddle("update audit set id = 10 where id = 11");
    meddle("update audit set id = 11 where id = 1000");
    EXPECT_THAT(log.verify({}), FailsWith(ErrorKind::rejected, HasSubstr("record 10 ")));
    mend();
    meddle("delete from audit where id = 60");
    EXPECT_THAT(log.verify({}), FailsWith(ErrorKind::rejected, HasSubstr("cut off")));
    // With the head put back to match, only one that was noted elsewhere tells.
    meddle("update audit_head set count = 59, hash = (select hash from audit where id = 59)");
    EXPECT_TRUE(log.verify({}));
    EXPECT_THAT(log.verify(noted), FailsWith(ErrorKind::rejected, HasSubstr("noted")));
    mend();
    meddle("update audit_head set count = 60, hash = (select hash from audit where id = 60)");
    append(3, 61);
    EXPECT_TRUE(log.verify(noted)) << "a log that has grown still holds its old head";
}

TEST_P(AuditTest, shows_a_change_anywhere_in_a_log_that_several_look_at_at_once) {
    for (int part = 0; part < 5; ++part) append(9000, part * 9000 + 1);
    AuditLog log(access());
    const auto noted = log.head().value();
    EXPECT_EQ(log.verify(noted).value(), noted);
    std::mt19937 chance(3);
    // Where the stretches of one to four threads meet, at the ends, and anywhere.
    std::vector<unsigned> places{1, 11250, 15001, 22500, 22501, 30000, 33751, 45000};
    for (int count = 0; count < 2; ++count) places.push_back(1 + chance() % 45000);
    for (const auto place : places) {
        const auto where = " where id = " + std::to_string(place);
        for (const char* column : {"object", "hash"}) {
            meddle(std::string("update audit set ") + column + " = " + column + " || 'x'" + where);
            EXPECT_FALSE(log.verify(noted)) << column << " of " << place;
            meddle(
                std::string("update audit set ") + column + " = substr(" + column + ", 1, length(" +
                column + ") - 1)" + where
            );
        }
    }
    EXPECT_EQ(log.verify(noted).value(), noted);
    meddle("delete from audit where id > 44990");
    EXPECT_THAT(log.verify({}), FailsWith(ErrorKind::rejected, HasSubstr("cut off")));
}

TEST_P(AuditTest, exports_what_anybody_can_check_without_the_store) {
    append(2500);
    AuditLog log(access());
    const auto text = exported(log);
    const auto head = log.head().value();
    for (const std::size_t piece : {1u, 7u, 4096u, 10'000'000u})
        EXPECT_EQ(checked(text, head, piece).value(), head) << piece;
    const auto lines = lines_of(text);
    ASSERT_EQ(lines.size(), 2501u);
    EXPECT_EQ(parse_json(lines[41])->at("record").at("object").as_string(), "u42");
}

TEST_P(AuditTest, exports_show_any_edit_deletion_swap_and_cut_at_every_place) {
    append(100);
    AuditLog log(access());
    const auto text = exported(log);
    const auto noted = log.head().value();
    std::mt19937 chance(11);
    int tried = 0;
    for (std::size_t at = 0; at + 1 < text.size(); at += 1 + chance() % 5, ++tried) {  // a byte
        auto wrong = text;
        wrong[at] = static_cast<char>(wrong[at] ^ (1 << chance() % 7));
        ASSERT_FALSE(checked(wrong, noted)) << "byte " << at;
    }
    const auto lines = lines_of(text);
    for (std::size_t at = 0; at < lines.size(); ++at, tried += 3) {
        auto deleted = lines;
        deleted.erase(deleted.begin() + static_cast<std::ptrdiff_t>(at));
        EXPECT_FALSE(checked(text_of_lines(deleted), noted)) << "line " << at;
        if (at + 1 < lines.size()) {
            auto swapped = lines;
            std::swap(swapped[at], swapped[at + 1]);
            EXPECT_FALSE(checked(text_of_lines(swapped), noted)) << "line " << at;
        }
        auto twice = lines;
        twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(at), lines[at]);
        EXPECT_FALSE(checked(text_of_lines(twice), noted)) << "line " << at;
        auto cut = lines;
        cut.resize(at);
        EXPECT_FALSE(checked(text_of_lines(cut))) << "an export that ends early, line " << at;
    }
    EXPECT_GT(tried, 5000);
}

TEST(AuditHead, is_noted_as_a_text_and_read_again) {
    const AuditHead head{12, std::string(64, 'a')};
    EXPECT_EQ(read_audit_head(text_of(head)).value(), head);
    for (const char* wrong : {"", "12", "12:", "x:aaaa", "-1:aaaa", "12:zz"})
        EXPECT_FALSE(read_audit_head(wrong)) << wrong;
}

INSTANTIATE_TEST_SUITE_P(
    Both, AuditTest, ::testing::Values("sqlite", "postgresql"),
    [](const auto& it) { return std::string(it.param); }
);

}  // namespace
}  // namespace porteur
