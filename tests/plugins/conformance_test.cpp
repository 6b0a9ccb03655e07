// SPDX-License-Identifier: Apache-2.0
// What judges plugins is judged: conversations survive being written, exemptions are looked at, a
// grade is counted, and a plugin that ends its process ends one check alone. That each check finds
// its own fault is tried by broken_plugins_test.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "conformance/conversation_file.hpp"
#include "conformance/grade.hpp"
#include "conformance/play.hpp"
#include "conformance/report.hpp"

namespace porteur::conformance {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Conversation conversation() {
    Conversation out{"Purchase.a_number_is_gone", "purchase", R"({"quantity":1})", "{}", {}, {}};
    out.first.effects.push_back(
        {1, PORTEUR_FX_HTTP, PORTEUR_ONCE, "create-order", R"({"method":"POST","path":"/orders"})",
         std::string("\xff\x00\xfe", 3)}
    );
    testkit::Turn last;
    last.state = PORTEUR_FAILED;
    last.error = {
        .kind = ErrorKind::rejected,
        .message = "gone",
        .reason = Reason::number_taken,
        .code = "E7",
        .retry_after = std::chrono::seconds{30}
    };
    out.exchanges.push_back({{{1, ErrorKind::none, R"({"status":409})", "h\xc3\xa9las"}}, last});
    return out;
}

TEST(ConversationFile, says_again_what_was_written_byte_for_byte) {
    const auto written = conversation();
    const auto read = read_conversation(text_of(written, "acme"));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->name, written.name);
    EXPECT_EQ(read->operation, written.operation);
    EXPECT_EQ(read->input, written.input);
    EXPECT_EQ(read->first, written.first);
    ASSERT_EQ(read->exchanges.size(), 1U);
    EXPECT_EQ(read->exchanges.front().turn, written.exchanges.front().turn);
    EXPECT_EQ(read->exchanges.front().done.front().body, "h\xc3\xa9las");
    EXPECT_EQ(text_of(*read, "acme"), text_of(written, "acme"));
}

TEST(ConversationFile, keeps_words_that_are_no_utf_8_wherever_they_stand) {
    auto written = conversation();
    const std::string latin = "refus\xe9";
    written.input = "{\"note\":\"" + latin + "\"}";
    written.first.effects.front().step = latin;
    written.exchanges.front().turn.error.message = latin + ", says the carrier";
    written.exchanges.front().turn.error.code = latin;
    const auto read = read_conversation(text_of(written, "acme"));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->input, written.input);
    EXPECT_EQ(read->first, written.first);
    EXPECT_EQ(read->exchanges.front().turn, written.exchanges.front().turn);
}

TEST(ConversationFile, tells_what_is_wrong_with_a_text_that_is_none) {
    for (const auto* text :
         {"", "[]", "{}", R"({"conversation":2})",
          R"({"conversation":1,"input":"{}","name":"n","operation":"o","plugin":"p","settings":"{}","turns":[]})",
          R"({"conversation":1,"input":"{}","name":"n","operation":"o","plugin":"p","settings":"{}","turns":[{"state":0,"effects":[{"kind":"telepathy"}]}]})"
         }) {
        const auto read = read_conversation(text);
        ASSERT_FALSE(read) << text;
        EXPECT_THAT(read.error().message, HasSubstr("no conversation: "));
    }
}

Report report_where(const std::set<std::string>& failed_ones) {
    Report out{"acme", "1.0.0", {}, 1, 1};
    for (const auto& each : all_checks())
        out.entries.push_back(
            {std::string(each.id),
             std::string(each.sentence),
             failed_ones.contains(std::string(each.id)) ? Ending::failed : Ending::passed,
             {},
             1,
             {}}
        );
    return out;
}

TEST(Grade, is_the_highest_letter_all_of_whose_checks_hold) {
    EXPECT_EQ(grade_of(report_where({})).letter, 'B');
    EXPECT_EQ(grade_of(report_where({"Z1"})).letter, 'B') << "fuzzing belongs to a grade above";
    const auto without_recovery = grade_of(report_where({"R1", "F17"}));
    EXPECT_EQ(without_recovery.letter, 'C');
    EXPECT_THAT(without_recovery.wanting, ElementsAre("R1", "F17"));
    EXPECT_EQ(grade_of(report_where({"C1", "R1"})).letter, 'D');
    EXPECT_EQ(grade_of(report_where({"A9", "C1"})).letter, 'E');
    EXPECT_EQ(grade_of(report_where({"L5"})).letter, 'F') << "what is not even listed has none";
}

TEST(Grade, counts_what_was_not_run_as_wanting) {
    auto report = report_where({});
    std::erase_if(report.entries, [](const Entry& each) { return each.id == "D1"; });
    EXPECT_THAT(grade_of(report).wanting, ElementsAre("D1"));
    report.entries.push_back({"D1", {}, Ending::exempt, "why", 0, {}});
    EXPECT_EQ(grade_of(report).letter, 'B');
    report.entries.back().ending = Ending::nothing;
    EXPECT_EQ(grade_of(report).letter, 'C');
}

TEST(Checks, have_names_of_their_own_and_sentences) {
    std::set<std::string> names;
    for (const auto& each : all_checks()) {
        EXPECT_TRUE(names.insert(std::string(each.id)).second) << each.id;
        EXPECT_GT(each.sentence.size(), 10U) << each.id;
        EXPECT_NE(letter_of(each.id), 'F');
    }
}

Subject subject_of(const std::string& name) {
    Subject out;
    out.library = std::filesystem::path(name);
    std::ifstream in(name, std::ios::binary);
    out.bytes.assign(std::istreambuf_iterator<char>(in), {});
    return out;
}

std::string library(const std::string& name) {
    return std::string(PORTEUR_TEST_LIBRARIES) + "/" + name + ".so";
}

TEST(Report, names_a_check_that_there_is_not) {
    const auto report = run_checks({}, {.only = {"R1", "Q7"}});
    ASSERT_FALSE(report);
    EXPECT_THAT(report.error().message, HasSubstr("there is no check \"Q7\""));
}

TEST(Report, goes_on_after_a_plugin_that_ends_its_process) {
    const auto report =
        run_checks(subject_of(library("crashes_when_loaded")), {.only = {"L5", "A1", "A2", "L6"}});
    ASSERT_TRUE(report) << report.error().message;
    ASSERT_EQ(report->entries.size(), 4U);
    for (const auto& each : report->entries) {
        EXPECT_EQ(each.ending, each.id.front() == 'L' ? Ending::passed : Ending::failed)
            << each.id << ": " << each.text;
        if (each.id.front() == 'A')
            EXPECT_THAT(each.text, HasSubstr("the plugin ended the process: Aborted"));
    }
}

TEST(Report, ends_a_check_that_does_not_end) {
    auto subject = subject_of(library("rogue"));
    subject.descriptor.operations.emplace_back().name = "check_account";
    subject.conversations.push_back(
        {"loop", "check_account", R"({"do":"loop-in-begin"})", "{}", {}, {}}
    );
    const auto report =
        run_checks(subject, {.only = {"A12", "L1"}, .limit = std::chrono::seconds{1}});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->count(Ending::passed), 1U);
    const auto late = std::ranges::find(report->entries, "A12", &Entry::id);
    EXPECT_EQ(late->text, "it did not end in 1 s; it was in loop, after 0 outcomes");
}

/// Ends its process where it is given the answer to its first request.
Subject crashing_at_an_answer() {
    auto subject = subject_of(library("rogue"));
    Conversation one{"crash", "check_account", R"({"do":"crash"})", "{}", {}, {}};
    one.first.effects.push_back(
        {1, PORTEUR_FX_HTTP, PORTEUR_SAFE, "ask", R"({"method":"GET","path":"/"})", ""}
    );
    testkit::Turn last;
    last.state = PORTEUR_DONE;
    one.exchanges.push_back({{{1, ErrorKind::none, R"({"headers":{},"status":200})", "{}"}}, last});
    subject.conversations.push_back(std::move(one));
    return subject;
}

TEST(Report, says_in_which_conversation_a_plugin_ended_its_process_and_which_seed_was_drawn) {
    auto subject = crashing_at_an_answer();
    subject.seed = 17;
    const auto report = run_checks(subject, {.only = {"A14", "B4", "Z1"}});
    ASSERT_TRUE(report) << report.error().message;
    for (const auto& each : report->entries) {
        EXPECT_EQ(each.ending, Ending::failed) << each.id;
        EXPECT_THAT(each.text, HasSubstr("the plugin ended the process"));
        EXPECT_THAT(each.text, HasSubstr("; it was in crash, after 1 outcomes"));
        if (each.id == "Z1")
            EXPECT_THAT(each.text, HasSubstr(" (--reproduce 17)"));
        else
            EXPECT_THAT(each.text, Not(HasSubstr("--reproduce")));
    }
}

TEST(Report, takes_an_exemption_with_its_reason_and_refuses_one_that_is_not_needed) {
    auto subject = subject_of(library("crashes_when_loaded"));
    subject.descriptor.exemptions = {
        {"C2", "it never refuses anything"}, {"C4", "the carrier wants it so"}
    };
    const auto report = run_checks(subject, {.only = {"C2", "C4"}});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->entries[0].ending, Ending::failed);
    EXPECT_THAT(report->entries[0].text, HasSubstr("take [[exempt]] rule = \"C2\" away"));
    EXPECT_EQ(report->entries[1].ending, Ending::exempt);
    EXPECT_EQ(report->entries[1].text, "the carrier wants it so");
}

/// A purchase that ends well after a SAFE POST, and after a ONCE one where that is wished.
Subject buying_as_safe(bool is_once_as_well) {
    auto subject = subject_of(library("well"));
    OperationSpec purchase;
    purchase.name = "purchase";
    subject.descriptor.operations = {purchase};
    auto one = conversation();
    one.first.effects.front().guarantee = PORTEUR_SAFE;
    one.first.effects.front().step = "confirm-2";
    if (is_once_as_well) {
        one.first.effects.push_back(one.first.effects.front());
        one.first.effects.back() = {2, PORTEUR_FX_HTTP, PORTEUR_ONCE, "create-order", R"({"method":"POST","path":"/orders"})", ""};
    }
    one.exchanges.front().turn.state = PORTEUR_DONE;
    subject.conversations = {one};
    return subject;
}

Entry judged_by_p4(const Subject& subject) {
    const auto report = run_checks(subject, {.only = {"P4"}});
    return report ? report->entries.at(0) : Entry{};
}

TEST(Report, exempts_from_p4_those_steps_alone_that_its_reason_names) {
    for (const bool is_once_as_well : {false, true}) {
        auto subject = buying_as_safe(is_once_as_well);
        EXPECT_EQ(judged_by_p4(subject).ending, Ending::failed);
        EXPECT_THAT(judged_by_p4(subject).text, HasSubstr("name purchase/confirm in the reason of an [[exempt]] rule = \"P4\""));
        for (const auto* reason : {"the carrier knows a repeat by itself, clause 7", "purchase/confirms does no harm twice", "purchase/confirm-all does no harm twice", "release_purchase/confirm does no harm"}) {
            subject.descriptor.exemptions = {{"P4", reason}};
            EXPECT_EQ(judged_by_p4(subject).ending, Ending::failed) << reason;
        }
        subject.descriptor.exemptions = {{"P4", "purchase/confirm: a second one changes nothing, clause 7 of the API"}};
        EXPECT_EQ(judged_by_p4(subject).ending, Ending::exempt) << judged_by_p4(subject).text;
    }
    // Where a look-up or a key is promised, a ONCE step is wanted all the same.
    auto subject = buying_as_safe(false);
    subject.descriptor.exemptions = {{"P4", "purchase/confirm: a second one changes nothing, clause 7 of the API"}};
    for (const auto promised : {Idempotency::query, Idempotency::list, Idempotency::key}) {
        subject.descriptor.operations.front().idempotency = promised;
        EXPECT_EQ(judged_by_p4(subject).ending, Ending::failed);
        EXPECT_THAT(judged_by_p4(subject).text, HasSubstr("purchase ends well in its conversations, and in none of them after a "));
    }
}

TEST(Report, wants_of_each_operation_what_its_table_promises) {
    auto subject = buying_as_safe(true);
    auto& effects = subject.conversations.front().first.effects;
    effects.erase(effects.begin());
    auto& promised = subject.descriptor.operations.front().idempotency;
    for (const auto each : {Idempotency::none, Idempotency::query, Idempotency::list, Idempotency::key}) {
        promised = each;
        EXPECT_EQ(judged_by_p4(subject).ending, Ending::passed) << judged_by_p4(subject).text;
    }
    effects.front().guarantee = PORTEUR_KEYED;
    EXPECT_EQ(judged_by_p4(subject).ending, Ending::passed);
    promised = Idempotency::query;
    EXPECT_EQ(judged_by_p4(subject).ending, Ending::failed);
    effects.front().kind = PORTEUR_FX_MANUAL;
    EXPECT_EQ(judged_by_p4(subject).ending, Ending::failed) << "a person looks nothing up";
    promised = Idempotency::none;
    EXPECT_EQ(judged_by_p4(subject).ending, Ending::passed) << "a person does it";
    subject.conversations.front().operation = "check_purchase";
    EXPECT_EQ(judged_by_p4(subject).ending, Ending::passed) << "C1 says that it never ends well";
}

TEST(Report, refuses_an_exemption_from_what_holds_for_every_carrier) {
    for (const auto* rule : {"L7", "A13", "F17", "F18", "S2"}) {
        Subject subject;
        subject.descriptor.exemptions = {{rule, "our carrier wants it so, clause 7"}};
        const auto report = run_checks(subject, {.only = {"L1"}});
        ASSERT_FALSE(report) << rule;
        EXPECT_THAT(report.error().message, HasSubstr("the descriptor exempts " + std::string(rule) + ", and"));
    }
    Subject subject;
    subject.descriptor.exemptions = {{"F16", "its login never ends, annex 2"}};
    EXPECT_TRUE(run_checks(subject, {.only = {"L1"}}));
}

TEST(Report, refuses_an_exemption_that_gives_no_reason) {
    for (const auto* reason : {"", "   ", "n/a", "not needed"}) {
        Subject subject;
        subject.descriptor.exemptions = {{"C4", reason}};
        const auto report = run_checks(subject, {.only = {"L1"}});
        ASSERT_FALSE(report) << reason;
        EXPECT_THAT(report.error().message, HasSubstr("the descriptor exempts C4 with the reason"));
    }
}

TEST(Report, names_an_exemption_from_a_check_that_there_is_not) {
    Subject subject;
    subject.descriptor.exemptions = {{"c4", "misspelt"}};
    const auto report = run_checks(subject, {.only = {"L1"}});
    ASSERT_FALSE(report);
    EXPECT_THAT(report.error().message, HasSubstr("the descriptor exempts \"c4\""));
}

TEST(Report, says_of_a_file_what_nobody_has_looked_at) {
    const auto report = run_checks(subject_of(library("two_symbols")), {.only = {"L7", "L9", "D2"}});
    ASSERT_TRUE(report);
    EXPECT_EQ(report->count(Ending::nothing), 3U);
    const auto text = as_text(*report, false);
    EXPECT_THAT(text, HasSubstr("wanting L7   takes no sockets"));
    EXPECT_THAT(text, HasSubstr("not looked at, as the scan stopped before: "));
    EXPECT_THAT(text, HasSubstr("wanting  D2\n             there is no conversation"));
}

TEST(Report, is_written_for_people_programs_and_ci) {
    auto report = report_where({"R1"});
    report.entries[2].ending = Ending::exempt;
    for (auto& each : report.entries)
        if (each.id == "R1") each.text = "after <b> \"it\" & goes otherwise";
    EXPECT_THAT(
        as_text(report, false),
        HasSubstr(
            "FAILED  R1   goes on in the same way after a cut at any place\n             after <b>"
        )
    );
    EXPECT_THAT(as_text(report, false), HasSubstr(" 1 failed, 1 exempt, 0 with nothing to try\n"));
    EXPECT_THAT(as_json(report), HasSubstr(R"("exempt":1,"failed":1,)"));
    EXPECT_THAT(
        as_junit(report),
        HasSubstr("<failure message=\"after &lt;b&gt; &quot;it&quot; &amp; goes otherwise\"/>")
    );
    EXPECT_THAT(as_junit(report), HasSubstr("failures=\"1\" skipped=\"1\""));
}

// ---------------------------------------------------------------- what conversations show

Entry tried(const Subject& subject, const std::string& id) {
    const auto report = run_checks(subject, {.only = {id}, .in_process = true});
    EXPECT_TRUE(report);
    return report ? report->entries.at(0) : Entry{};
}

/// An operation that asks nothing and ends so.
Conversation done_with(std::string operation, std::string output) {
    Conversation out{operation, operation, "{}", "{}", {}, {}};
    out.first.state = PORTEUR_DONE;
    out.first.output = std::move(output);
    return out;
}
Conversation failed_as(std::string operation, ErrorKind kind) {
    Conversation out{operation, operation, "{}", "{}", {}, {}};
    out.first.state = PORTEUR_FAILED;
    out.first.error.kind = kind;
    return out;
}
Subject showing(std::vector<std::string> operations, std::vector<Conversation> conversations) {
    Subject out;
    for (auto& each : operations) out.descriptor.operations.emplace_back().name = std::move(each);
    out.conversations = std::move(conversations);
    return out;
}

TEST(Refusals, are_what_blocks_an_order_and_no_warning) {
    const auto found = [](const std::string& output) {
        return tried(showing({"validate"}, {done_with("validate", output)}), "C2").ending;
    };
    EXPECT_EQ(found(R"({"problems":[{"blocking":true,"field":"/pin"}]})"), Ending::passed);
    EXPECT_EQ(found(R"({"problems":[{"blocking":false,"field":"/pin"}]})"), Ending::failed);
    EXPECT_EQ(found(R"({"problems":[]})"), Ending::failed);
}

TEST(Refusals, are_numbers_that_stay_and_none_that_were_given_back) {
    const auto found = [](const std::string& state) {
        return tried(
                   showing(
                       {"release_numbers"},
                       {done_with("release_numbers", R"({"numbers":[{"state":")" + state + R"("}]})")}
                   ),
                   "C2"
        )
            .ending;
    };
    EXPECT_EQ(found("exception"), Ending::passed);
    EXPECT_EQ(found("cancelled"), Ending::failed);
}

TEST(BadCredentials, are_not_asked_of_a_plugin_that_has_none) {
    auto subject = showing({"check_account"}, {done_with("check_account", "{}")});
    EXPECT_EQ(tried(subject, "C3").ending, Ending::passed);
    subject.descriptor.secrets.emplace_back().name = "token";
    EXPECT_EQ(tried(subject, "C3").ending, Ending::failed);
    subject.conversations.push_back(failed_as("check_account", ErrorKind::unauthorized));
    EXPECT_EQ(tried(subject, "C3").ending, Ending::passed);
}

TEST(Progress, is_refused_by_a_state_or_by_a_failure_that_says_so) {
    auto subject = showing(
        {"check_purchase"}, {done_with("check_purchase", R"({"state":"submitted"})"),
                             done_with("check_purchase", R"({"state":"completed"})")}
    );
    EXPECT_THAT(tried(subject, "P3").text, HasSubstr("check_purchase: refused"));
    subject.conversations.push_back(failed_as("check_purchase", ErrorKind::unavailable));
    EXPECT_EQ(tried(subject, "P3").ending, Ending::failed);
    subject.conversations.push_back(failed_as("check_purchase", ErrorKind::rejected));
    EXPECT_EQ(tried(subject, "P3").ending, Ending::passed);
}

TEST(Messages, hold_no_number_in_full_but_the_example_of_the_form) {
    const auto found = [](const std::string& message) {
        auto failed = failed_as("purchase", ErrorKind::invalid_input);
        failed.input = R"({"numbers":["4165550101"]})";
        failed.first.error.message = message;
        return tried(showing({"purchase"}, {failed}), "S2").ending;
    };
    EXPECT_EQ(found("expected a number in E.164 form as in +14165550101, found xxxxxxxx01"), Ending::passed);
    EXPECT_EQ(found("4165550101 is taken"), Ending::failed);
    EXPECT_EQ(found("expected a number in E.164 form as in +14165550101, found 4165550101"), Ending::failed);
}

TEST(Messages, hold_no_number_in_whatever_way_people_write_it) {
    const auto found = [](const std::string& message) {
        auto failed = failed_as("purchase", ErrorKind::rejected);
        failed.input = R"({"numbers":["+14165550101"],"reference":"20261201","order_id":"99416555"})";
        failed.first.error.message = message;
        return tried(showing({"purchase"}, {failed}), "S2").ending;
    };
    for (const auto* told :
         {"+14165550101", "14165550101 is gone", "4165550101", "(416) 555-0101 is gone",
          "it has 416-555-0101", "416.555.0101", "1 416 555 0101"})
        EXPECT_EQ(found(told), Ending::failed) << told;
    // Another order's number, a day, a longer run of digits, and what is masked.
    for (const auto* told :
         {"order 20261201 of 99416555", "job 994165550101", "416555010177", "+*******0101",
          "416-555", "(416) 555-0102"})
        EXPECT_EQ(found(told), Ending::passed) << told;
}

/// One GET with this head.
Conversation asking(std::string input, std::string head) {
    Conversation out{"asking", "submit_port", std::move(input), "{}", {}, {}};
    out.first.effects.push_back({1, PORTEUR_FX_HTTP, PORTEUR_SAFE, "ask", std::move(head), ""});
    return out;
}

TEST(Addresses, hold_no_account_number_in_path_or_query_unless_it_is_the_telephone_number) {
    const auto found = [](const std::string& account, const std::string& head) {
        const auto input =
            R"({"numbers":["+14165550101"],"account_number":")" + account + R"("})";
        return tried(showing({"submit_port"}, {asking(input, head)}), "S3").ending;
    };
    EXPECT_EQ(found("77001234", R"({"path":"/ports/77001234"})"), Ending::failed);
    EXPECT_EQ(found("77001234", R"({"path":"/ports","query":[["account","77001234"]]})"), Ending::failed);
    EXPECT_EQ(found("77001234", R"({"path":"/ports","query":[["ref","po-1"]]})"), Ending::passed);
    EXPECT_EQ(found("4165550101", R"({"path":"/ports/4165550101"})"), Ending::passed);
}

/// One request after the other, in these steps.
Conversation loop(const std::vector<std::string>& steps, ErrorKind outcome_of_the_first) {
    Conversation out{"loop", "purchase", "{}", "{}", {}, {}};
    for (std::uint32_t seq = 1; const auto& step : steps) {
        testkit::Turn turn;
        turn.effects.push_back({seq, PORTEUR_FX_HTTP, PORTEUR_ONCE, step, "{}", ""});
        if (seq == 1)
            out.first = turn;
        else
            out.exchanges.push_back(
                {{{seq - 1, seq == 2 ? outcome_of_the_first : ErrorKind::none, "{}", ""}}, turn}
            );
        ++seq;
    }
    testkit::Turn last;
    last.state = PORTEUR_DONE;
    out.exchanges.push_back({{{static_cast<std::uint32_t>(steps.size()), ErrorKind::none, "{}", ""}}, last});
    return out;
}

TEST(LostOutcomes, are_those_of_each_step_but_not_of_each_turn_of_a_loop) {
    const auto found = [](const std::vector<std::string>& steps) {
        return tried(showing({"purchase"}, {loop(steps, ErrorKind::in_doubt)}), "P2");
    };
    EXPECT_EQ(found({"buy", "buy-2", "buy-30"}).ending, Ending::passed);
    EXPECT_THAT(found({"buy", "buy-2", "buy-again"}).text, HasSubstr("lost of purchase/buy-again"));
}

TEST(Places, are_all_but_of_a_loop_its_first_two_and_its_last) {
    EXPECT_THAT(
        places_of(loop({"list", "buy", "buy-2", "buy-3", "buy-4", "now"}, ErrorKind::none)),
        ElementsAre(0, 1, 2, 4, 5)
    );
    EXPECT_THAT(places_of(loop({"v911"}, ErrorKind::none)), ElementsAre(0));
}

// ---------------------------------------------------------------- the page

TEST(GradesPage, ListsEachCheckAsTheProgramDoes) {
    std::ifstream file(PORTEUR_SOURCE_DIR "/docs/plugins/grades.md");
    std::vector<std::string> found, wanted;
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("| `")) found.push_back(line);
    for (const auto& each : all_checks())
        wanted.push_back(
            "| `" + std::string(each.id) + "` | " + letter_of(each.id) + " | " + std::string(each.sentence) + " |"
        );
    EXPECT_THAT(found, ::testing::ElementsAreArray(wanted)) << "as porteur plugin validate --list says them";
}

}  // namespace
}  // namespace porteur::conformance
