// SPDX-License-Identifier: Apache-2.0
// Plugins with one fault each, before all the checks: the check that is there for the fault finds
// it and says so, and no other check fails but those named here, with the reason why they rightly
// see it too.
#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "conformance/conversation_file.hpp"
#include "conformance/grade.hpp"
#include "conformance/replay_program.hpp"
#include "conformance/report.hpp"
#include "plugins/elf_library.hpp"
#include "settings/descriptor_toml.hpp"

namespace porteur::conformance {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testkit::Completion;
using testkit::Effect;
using testkit::OneRun;
using testkit::Plugin;
using testkit::Turn;

// ------------------------------------------------------------------ the subjects

/// Goes when this does.
class PassingFolder {
public:
    PassingFolder() {
        auto name = (fs::temp_directory_path() / "broken-plugins-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder in " + name);
        path_ = name;
    }
    PassingFolder(const PassingFolder&) = delete;
    ~PassingFolder() {
        std::error_code gone;
        fs::remove_all(path_, gone);
    }
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

fs::path library(const std::string& name) {
    return fs::path(PORTEUR_TEST_LIBRARIES) / (name + ".so");
}

Subject subject_at(const fs::path& file) {
    Subject out;
    out.library = file;
    out.program = fs::read_symlink("/proc/self/exe");
    // Enough to find what is wrong with many answers; the fault that only chance finds gets more.
    out.fuzzing = std::chrono::milliseconds{300};
    std::ifstream in(file, std::ios::binary);
    out.bytes.resize(fs::file_size(file));
    in.read(out.bytes.data(), static_cast<std::streamsize>(out.bytes.size()));
    if (const auto elf = read_elf_library(out.bytes, PORTEUR_DESCRIPTOR_SECTION);
        elf && elf->section)
        out.descriptor = parse_descriptor(*elf->section, "descriptor.toml").value_or(Descriptor{});
    return out;
}

/// What fit's own tests play.
const std::vector<Conversation>& conversations_of_fit() {
    static const auto all = [] {
        const PassingFolder folder;
        const pid_t child = ::fork();
        if (child == 0) {
            ::setenv("PORTEUR_CONVERSATIONS", folder.path().c_str(), 1);
            ::unsetenv("GTEST_OUTPUT");
            ::execl(PORTEUR_FIT_TESTS, PORTEUR_FIT_TESTS, "--gtest_brief=1", nullptr);
            ::_exit(127);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        if (status != 0) throw std::runtime_error("fit's own tests fail: " PORTEUR_FIT_TESTS);
        return read_conversations(folder.path(), "fit").value();
    }();
    return all;
}

/// The conversation that a plugin's own author would have: the carrier answers as in the one of
/// fit. None where the testkit would have failed the author's test.
std::optional<Conversation> played(const Plugin& plugin, const Conversation& model) {
    constexpr std::size_t together_max = 8, exchanges_max = 64;
    std::map<std::string, std::deque<Completion>> answers;
    std::map<std::uint32_t, std::string> steps;  // of the model
    const auto note = [&](const Turn& turn) {
        for (const auto& each : turn.effects) steps[each.seq] = each.step;
    };
    note(model.first);
    for (const auto& [done, turn] : model.exchanges) {
        for (const auto& each : done) answers[steps[each.seq]].push_back(each);
        note(turn);
    }

    Conversation out{model.name, model.operation, model.input, model.settings, {}, {}};
    OneRun run(plugin, model.operation, model.input, model.settings);
    out.first = run.first();
    std::deque<Effect> open(out.first.effects.begin(), out.first.effects.end());
    std::set<std::string> doubted;
    while (!open.empty() && out.exchanges.size() < exchanges_max) {
        std::vector<Completion> done;
        // So many at once that one after the other would take all day are delivered at once.
        const auto count = open.size() > together_max ? open.size() : 1;
        for (std::size_t each = 0; each < count; ++each) {
            const auto effect = open.front();
            open.pop_front();
            if (effect.guarantee == PORTEUR_ONCE && doubted.contains(effect.step))
                return std::nullopt;
            Completion given{
                effect.seq, ErrorKind::none, R"({"headers":{},"status":200})", R"({"numbers":[]})"
            };
            // A step that is called otherwise is answered as the one in its place.
            const bool is_known = answers.contains(effect.step);
            const auto& step =
                is_known || !steps.contains(effect.seq) ? effect.step : steps[effect.seq];
            if (auto& left = answers[step]; !left.empty()) {
                given = left.front();
                given.seq = effect.seq;
                left.pop_front();
            }
            if (given.kind == ErrorKind::in_doubt) doubted.insert(effect.step);
            if (given.kind == ErrorKind::none && effect.head.find("looks_up") != std::string::npos)
                doubted.clear();
            done.push_back(std::move(given));
        }
        auto turn = run.step(done);
        open.insert(open.end(), turn.effects.begin(), turn.effects.end());
        out.exchanges.push_back({std::move(done), std::move(turn)});
    }
    return out;
}

/// In a process of its own, so that what the plugin leaves behind is gone.
std::vector<Conversation> played_by(const fs::path& file) {
    const auto& models = conversations_of_fit();
    const int told = ::memfd_create("conversations", MFD_CLOEXEC);
    const pid_t child = ::fork();
    if (child == 0) {
        std::string text;
        const auto plugin = Plugin::at(file.string());
        for (const auto& each : models)
            if (const auto one = played(plugin, each)) text += text_of(*one, "fit") + '\n';
        ::_exit(
            ::write(told, text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 1
        );
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0) << file << " ends the process that plays with it";
    std::ifstream in("/proc/self/fd/" + std::to_string(told));
    std::vector<Conversation> out;
    for (std::string line; std::getline(in, line);) out.push_back(read_conversation(line).value());
    ::close(told);
    return out;
}

// ------------------------------------------------------------------ what is tried, and what must
// be found

struct Also {
    std::string check, reason;
};

struct Broken {
    std::string name;  ///< of the fault, and of the library unless `make` says otherwise
    std::string check;
    std::string says;
    std::vector<Also> also = {};
    std::vector<std::string> run = {};  ///< groups or checks; empty: those that its kind has
    /// Makes the subject; none: the library as it is.
    Subject (*make)(const fs::path& folder) = nullptr;
    /// A machine that does other things as well is no fault of a plugin's.
    std::chrono::seconds limit{200};
};

std::ostream& operator<<(std::ostream& out, const Broken& one) { return out << one.name; }

std::size_t tried_count = 0, caught_count = 0, wrongly_count = 0;

/// @param only  groups or checks; none: all
Result<Report> checked(
    const Subject& subject, const std::vector<std::string>& only,
    std::chrono::seconds limit = Broken{}.limit
) {
    Wish wish;
    wish.only = only;
    wish.limit = limit;
    return run_checks(subject, wish);
}

void is_caught(const Broken& one, const Subject& subject, const std::vector<std::string>& groups) {
    const auto report = checked(subject, one.run.empty() ? groups : one.run, one.limit);
    ASSERT_TRUE(report) << report.error().message;
    ++tried_count;
    for (const auto& each : report->entries) {
        if (each.id == one.check) {
            EXPECT_EQ(each.ending, Ending::failed) << each.id << " has not found it";
            EXPECT_THAT(each.text, HasSubstr(one.says)) << each.id;
            if (each.ending == Ending::failed && each.text.find(one.says) != std::string::npos)
                ++caught_count;
        } else if (std::ranges::find(one.also, each.id, &Also::check) != one.also.end()) {
            // Whether Z1 meets it is chance.
            if (each.id != "Z1")
                EXPECT_NE(each.ending, Ending::passed) << each.id << " is said to see it too";
        } else if (each.ending == Ending::failed ||
                   (each.ending == Ending::nothing && !subject.conversations.empty())) {
            ++wrongly_count;
            ADD_FAILURE() << each.id << " must not mind it: " << word_of(each.ending) << ": "
                          << each.text;
        }
    }
    EXPECT_NE(std::ranges::find(report->entries, one.check, &Entry::id), report->entries.end())
        << "not run";
}

/// Tells at the end how many there were.
class Count : public ::testing::Environment {
public:
    void TearDown() override {
        std::cout << tried_count << " broken plugins, " << caught_count << " caught, "
                  << wrongly_count << " caught wrongly\n";
    }
};

std::string test_name(const ::testing::TestParamInfo<Broken>& info) { return info.param.name; }

// ------------------------------------------------------------------ L and A: files, and plain C

/// A copy of the plugin that is well, for what is done to a file.
Subject copy_of_well(const fs::path& folder, void (*change)(const fs::path&)) {
    const auto file = folder / "plugin.so";
    fs::copy_file(library("well"), file, fs::copy_options::overwrite_existing);
    change(file);
    return subject_at(file);
}

Subject for_all_to_write(const fs::path& folder) {
    return copy_of_well(folder, [](const fs::path& file) { ::chmod(file.c_str(), 0666); });
}
Subject a_link(const fs::path& folder) {
    fs::create_symlink(library("well"), folder / "plugin.so");
    return subject_at(folder / "plugin.so");
}
Subject no_library(const fs::path& folder) {
    return copy_of_well(folder, [](const fs::path& file) {
        std::ofstream(file) << std::string(4096, '#');
    });
}
Subject too_large(const fs::path& folder) {
    return copy_of_well(folder, [](const fs::path& file) {
        fs::resize_file(file, (64U << 20U) + 1);
    });
}

const std::vector<std::string> file_alone{"L"}, file_and_calls{"L", "A"};
constexpr auto unread = "nothing of it can be read";
constexpr auto no_descriptor = "there is no descriptor";

/// The scan names the first that is wrong; what it has not come to is not looked at.
std::vector<Also> scan_stops_at(const std::string& what, std::vector<Also> more = {}) {
    const auto reason = "the scan stops at the " + what;
    for (const auto* each : {"L7", "L8", "L9"}) more.push_back({each, reason});
    return more;
}
/// As it looks at the libraries first.
std::vector<Also> scan_stops_behind_the_libraries_at(const std::string& what) {
    const auto reason = "the scan stops at the " + what;
    return {{"L7", reason}, {"L8", reason}};
}

const std::vector<Broken> files{
    {"for_all_to_write", "L1", "the mode of the file", {}, {}, for_all_to_write},
    {"a_link", "L1", "it is a symbolic link", {}, {}, a_link},
    {"no_library",
     "L2",
     "is not an ELF file",
     scan_stops_at(
         "file",
         {{"L3", unread},
          {"L4", unread},
          {"L5", unread},
          {"L6", unread},
          {"L10", unread},
          {"L11", unread},
          {"L12", unread}}
     ),
     file_alone,
     no_library},
    {"no_section",
     "L3",
     "there is no section .porteur_descriptor",
     scan_stops_at("descriptor", {{"L4", no_descriptor}}),
     file_alone},
    {"bad_descriptor", "L4", "id", {}, file_alone},
    {"not_utf8", "L4", "invalid utf-8", scan_stops_at("descriptor"), file_alone},
    {"fit_without_help", "L4", "help is missing in [secrets.api_token]", {}, file_alone},
    {"two_symbols", "L5", "it exports porteur_", scan_stops_at("symbols")},
    {"no_symbol", "L5", "it exports nothing", scan_stops_at("symbols"), file_alone},
    {"other_symbol", "L5", "wanted porteur_entry_v0 alone", scan_stops_at("symbols"), file_alone},
    {"unique_symbol",
     "L6",
     "porteur_kept would keep it from unloading",
     scan_stops_at("symbols", {{"L5", "it is exported, or it would keep nothing"}})},
    {"socket", "L7", "no sockets", {{"L8", "the scan stops at the import"}}},
    {"file", "L7", "no files", {{"L8", "the scan stops at the import"}}},
    {"exec", "L7", "no programs", {{"L8", "the scan stops at the import"}}},
    {"thread", "L7", "no threads", {{"L8", "the scan stops at the import"}}},
    {"clock", "L8", "clock: time"},
    {"time_zone", "L8", "clock: mktime"},
    {"waits", "L8", "wait: "},
    {"needs_a_library", "L9", "libseccomp.so.2", scan_stops_behind_the_libraries_at("library")},
    {"run_path",
     "L10",
     "it looks for libraries in /tmp",
     scan_stops_behind_the_libraries_at("path")},
    {"text_relocation",
     "L11",
     "compile with -fPIC",
     scan_stops_behind_the_libraries_at("relocations"),
     file_alone},
    {"executable_stack",
     "L12",
     "-z,noexecstack",
     scan_stops_behind_the_libraries_at("stack"),
     file_alone},
    {"too_large", "L13", "at most 64 are taken", {}, {}, too_large},

    {"slow_entry", "A1", " ms", {}, {"L", "A1", "A2", "A3", "A4"}},
    {"two_tables", "A2", "the second call gave another table"},
    {"short_table", "A3", "the table is 16 bytes long"},
    {"lies_about_id", "A4", "its id is \"somebody_else\""},
    {"lies_about_version", "A4", "its version is \"2.0.0\""},
    {"needs_minor_999", "A5", "it needs a host of minor 999, and of 0 in the descriptor"},
    {"refuses_the_new", "A6", "it refuses a host of minor 999"},
    {"refuses_the_long", "A7", "it refuses a host whose structs are longer"},
    {"clears_the_turn", "A7", "op_step writes beyond the porteur_turn that it knows"},
    {"clears_the_error", "A7", "op_begin writes beyond the porteur_error that it knows"},
    {"knows_everything", "A8", "it has an extension \"\""},
    {"takes_prefixes", "A9", "it answers 0 to the operation \"\""},
    {"lies_about_operations", "A10", "it declares list_targets, and has it not"},
    {"undeclared", "A11", "it has list_numbers, and does not declare it"},
    {"reads_nothing", "A13", "the plugin ended the process: Aborted"},
    {"half_error", "A15", "message is not ended by a zero"},
};

class BrokenFile : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenFile, is_caught) {
    const auto& one = GetParam();
    const PassingFolder folder;
    is_caught(
        one, one.make != nullptr ? one.make(folder.path()) : subject_at(library(one.name)),
        file_and_calls
    );
}

INSTANTIATE_TEST_SUITE_P(All, BrokenFile, ::testing::ValuesIn(files), test_name);

// ------------------------------------------------------------------ the rest: over the SDK, with
// conversations

/// All but the one that only measures patience: ten megabytes at each answer.
std::vector<std::string> checks_but(std::string_view left_out) {
    std::vector<std::string> out;
    for (const auto& each : all_checks())
        if (each.id != left_out) out.emplace_back(each.id);
    return out;
}

Subject fit_with(const std::string& name) {
    auto out = subject_at(library(name));
    out.conversations = played_by(out.library);
    return out;
}

template <class Gone>
Subject fit_but(Gone gone) {
    auto out = fit_with("fit");
    const auto count = std::erase_if(out.conversations, gone);
    EXPECT_GT(count, 0U) << "nothing was taken away";
    return out;
}

bool ends_as(const Conversation& one, ErrorKind kind) {
    return one.last().state == PORTEUR_FAILED && one.last().error.kind == kind;
}

/// As an author has it who sends no ONCE step: no test loses its outcome.
Subject without_lost_purchases(const std::string& name) {
    auto out = fit_with(name);
    std::erase_if(out.conversations, [](const Conversation& one) {
        return one.operation == "purchase" && one.exchanges.size() > 1;
    });
    return out;
}

const std::vector<Broken> over_the_sdk{
    {"without_settle", "L14", "[operations.purchase] says no settle"},
    {"cannot_be_ended_while_two_are_open",
     "A12",
     "the plugin ended the process: Aborted",
     {{"R1", "a cut ends it there"}}},
    {"clears_the_turn_when_called_off", "A7",
     "op_cancel writes beyond the porteur_turn that it knows"},
    {"keeps_what_was_lent", "A14", "it begins otherwise"},
    {"shares_a_variable", "A16", "it goes otherwise"},
    {"names_a_step_as_it_likes", "A17",
     "which a host refuses: effect 1 has the step name \"Release numbers\""},
    {"writes_keys_in_any_order", "A17",
     "which a host refuses: effect 1 has a head that is not canonical JSON"},
    {"without_limitation", "C4", "says no [[limitation]]"},
    {"takes_the_time_zone", "D1", "with TZ=", {{"L8", "mktime is found among its imports"}}},
    {.name = "loops_elsewhere",
     .check = "D1",
     .says = "with TZ=Pacific/Kiritimati in /: it did not end; it was in FitAccount.",
     .run = {"D1"},
     .limit = std::chrono::seconds{4}},
    {"remembers_a_release",
     "D2",
     "after all others: it begins otherwise",
     {{"A16", "64 operations at once come after others too"},
      {"Z1", "so do those that are drawn by chance"}}},
    {"trips_over_a_cut",
     "R1",
     "begun anew after a cut after 0 outcomes: it begins otherwise",
     {{"A12", "it begins anew after each end as well"},
      {"A16", "another purchase is under way there, and well so"},
      {"R3", "it leaves operations that have no two answers on their way"}}},
    {"goes_on_when_called_off", "R2", "it asks for more than 16 effects to undo"},
    {"wants_answers_in_order", "R3", "answered before 1: returned -3"},
    {"calls_a_timeout_a_defect",
     "F1",
     "that is the carrier's trouble and no defect",
     {{"F2", "a connection that closes is told in the same way"}, {"F9", "so is a 500"}}},
    {"calls_bad_credentials_a_defect",
     "F3",
     "that is the carrier's trouble and no defect",
     {{"F16", "for good is once as well"}}},
    {"calls_403_a_defect", "F4", "that is the carrier's trouble and no defect"},
    {"waits_for_ever_at_404", "F5", "effects, and does not end"},
    {"waits_for_ever_at_409", "F6", "effects, and does not end"},
    {"waits_for_ever_at_422", "F7", "effects, and does not end"},
    {"asks_a_busy_carrier_without_end",
     "F10",
     "effects, and does not end",
     {{"F8", "a 429 is told in the same way"}}},
    {"throws_at_half_an_answer", "F11", "the plugin threw"},
    {"throws_at_html", "F12", "the plugin threw"},
    {"throws_at_nothing", "F13", "the plugin threw"},
    {"asks_with_the_whole_answer", "F14", "is too large", {}, {"F14", "R", "Z"}},
    {"throws_at_another_type",
     "F15",
     "the plugin threw",
     {{"Z1", "such an answer is made up as well"}}},
    {"calls_bad_credentials_a_refusal", "F16", "wanted unauthorized"},
    {"sends_again_without_a_look_up",
     "F17",
     "is sent again, and nobody has looked whether it was carried out",
     {{"F1", "the outcome is lost there as well"},
      {"F2", "the outcome is lost there as well"},
      {"F9", "the outcome is lost there as well"},
      {"F10", "the outcome is lost there as well"},
      {"F18", "there is no look-up to be answered"},
      {"P2", "the testkit fails a test that plays it"}}},
    {"takes_a_lost_outcome_for_a_success",
     "F17",
     "has not looked whether it was carried out, and tells of no doubt",
     {{"F18", "there is no look-up to be answered"}}},
    {"takes_a_failed_look_up_for_a_no",
     "F18",
     "the look-up was not answered, and it failed as unavailable",
     {{"F16", "a look-up that is refused is not answered either"}}},
    {"takes_a_refused_look_up_for_a_no", "F4",
     "is sent again, and the look-up was answered with nothing that says that it was not carried "
     "out"},
    {"takes_a_strange_look_up_for_a_no", "F15",
     "is sent again, and the look-up was answered with nothing that says that it was not carried "
     "out"},
    {"takes_a_strange_look_up_for_a_refusal", "F15",
     "the look-up was answered with nothing that can be understood, and it failed as rejected"},
    {"takes_a_member_of_another_type_for_a_no", "F15",
     "answered with 5 for ports: create-port (POST /ports) is sent again, and the look-up was "
     "answered with nothing that says that it was not carried out"},
    {"guesses_a_state", "F19",
     "with an unknown word at /status: it says submitted of a word that it cannot know"},
    {"names_a_foreign_secret", "S1", "it names the secret \"somebodys_key\""},
    {"tells_a_number", "S2", "fails with a telephone number in full"},
    {"tells_a_number_as_people_write_it", "S2",
     "fails with a telephone number in full: another customer took a number: (416) 555-0101"},
    {"addresses_by_account_number", "S3", "the account number stands in the address"},
    {"asks_by_account_number", "S3", "the account number stands in the address"},
    {"logs_an_account_number", "S4", "logs a telephone or account number in full"},
    {"logs_a_number_as_people_write_it", "S4", "logs a telephone or account number in full"},
    {"computes_too_long", "B1", "took", {}, {"A", "B1", "B2", "B3", "S", "D1", "P"}},
    {"waits_by_itself", "B1", "took", {}, {"A", "B1", "B2", "B3", "S", "D1", "P"}},
    {"asks_too_much",
     "B2",
     "effects, at most 400 are well",
     {},
     {"L", "C", "D", "S", "B1", "B2", "B3", "P"}},
    {"holds_too_much", "B3", "kB after step 1"},
    {"leaks", "B4", "bytes stay behind of each run"},
    {"trusts_an_index",
     "Z1",
     "the plugin threw",
     {},
     {"A", "D", "R", "F15", "Z"},
     [](const fs::path&) {
         // Of what is drawn by chance, enough must be drawn.
         auto out = fit_with("fit_trusts_an_index");
         std::erase_if(out.conversations, [](const Conversation& each) {
             return each.operation != "check_account";
         });
         return out;
     }},

    {"never_succeeds_at_a_search",
     "C1",
     "in which it succeeds: search_numbers",
     {},
     {"C", "P"},
     [](const fs::path&) {
         return fit_but([](const Conversation& one) {
             return one.operation == "search_numbers" && one.last().state == PORTEUR_DONE;
         });
     }},
    {"never_refused_a_release",
     "C2",
     "says no: release_numbers",
     {},
     {"C", "P"},
     [](const fs::path&) {
         return fit_but([](const Conversation& one) {
             return one.operation == "release_numbers" && one.last().state == PORTEUR_FAILED;
         });
     }},
    {"never_saw_bad_credentials",
     "C3",
     "no conversation in which check_account fails as unauthorized",
     {{"P1", "no other operation shows them"}},
     {"C", "P"},
     [](const fs::path&) {
         return fit_but([](const Conversation& one) {
             return ends_as(one, ErrorKind::unauthorized);
         });
     }},
    {"never_saw_a_carrier_away",
     "P1",
     "no conversation ends as unavailable",
     {},
     {"C", "P"},
     [](const fs::path&) {
         return fit_but([](const Conversation& one) { return ends_as(one, ErrorKind::unavailable); }
         );
     }},
    {"never_lost_a_port",
     "P2",
     "the outcome is lost of submit_port/create-port",
     {},
     {"C", "P"},
     [](const fs::path&) {
         return fit_but([](const Conversation& one) {
             return one.operation == "submit_port" && one.exchanges.size() > 1;
         });
     }},
    {"sends_a_purchase_as_safe",
     "P4",
     "FitPurchase.buys: create-order (POST /orders) is sent SAFE, so that the host sends it again",
     {},
     {},
     [](const fs::path&) { return without_lost_purchases("fit_sends_a_purchase_as_safe"); }},
    {"confirms_a_purchase_as_safe",
     "P4",
     "confirm-order (PATCH /orders) is sent SAFE, so that the host sends it again"},
    {"buys_with_a_get",
     "P4",
     "purchase ends well in its conversations, and in none of them after a ONCE step",
     {},
     {},
     [](const fs::path&) { return without_lost_purchases("fit_buys_with_a_get"); }},
    {"never_saw_an_order_completed",
     "P3",
     "no conversation tells of check_purchase: completed",
     {},
     {"C", "P"},
     [](const fs::path&) {
         return fit_but([](const Conversation& one) {
             return one.last().output.find("completed") != std::string::npos;
         });
     }},
};

class BrokenPlugin : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenPlugin, is_caught) {
    const auto& one = GetParam();
    auto subject = one.make != nullptr ? one.make({}) : fit_with("fit_" + one.name);
    if (one.check == "Z1") subject.fuzzing = std::chrono::seconds{5};
    is_caught(one, subject, checks_but("F14"));
}

INSTANTIATE_TEST_SUITE_P(All, BrokenPlugin, ::testing::ValuesIn(over_the_sdk), test_name);

// ------------------------------------------------------------------ those that are well

TEST(HealthyPlugin, fails_nothing_and_has_grade_b) {
    auto subject = fit_with("fit");
    subject.fuzzing = std::chrono::seconds{5};
    const auto report = checked(subject, {});
    ASSERT_TRUE(report) << report.error().message;
    for (const auto& each : report->entries) {
        EXPECT_EQ(each.ending, Ending::passed)
            << each.id << " " << each.sentence << ": " << each.text;
        EXPECT_GT(each.tried, 0U) << each.id << " has found nothing to be tried on: " << each.text;
    }
    EXPECT_EQ(grade_of(*report).letter, 'B');
    EXPECT_THAT(grade_of(*report).wanting, IsEmpty());
}

TEST(HealthyPlugin, is_well_in_plain_c_as_far_as_no_conversation_is_needed) {
    const auto report = checked(subject_at(library("well")), file_and_calls);
    ASSERT_TRUE(report) << report.error().message;
    for (const auto& each : report->entries)
        EXPECT_NE(each.ending, Ending::failed) << each.id << ": " << each.text;
}

TEST(Checks, are_each_shown_to_find_something) {
    std::set<std::string> shown;
    for (const auto& list : {files, over_the_sdk})
        for (const auto& each : list) shown.insert(each.check);
    std::vector<std::string> wanting;
    for (const auto& each : all_checks())
        if (!shown.contains(std::string(each.id))) wanting.emplace_back(each.id);
    // F2, F8 and F9 deliver what F1 and F10 deliver, in other words.
    EXPECT_THAT(wanting, ::testing::ElementsAre("F2", "F8", "F9"));
}

}  // namespace
}  // namespace porteur::conformance

int main(int count, char** words) {
    using namespace porteur::conformance;
    // A check has this program replay what it gives it, in a process that begins anew.
    if (count == 4 && words[1] == std::string_view(replay_command)) {
        std::cout << replay_here(words[2], words[3]) << std::flush;
        ::_exit(0);  // what a plugin leaked is B4's to find
    }
    ::testing::InitGoogleMock(&count, words);
    ::testing::AddGlobalTestEnvironment(new Count);
    return RUN_ALL_TESTS();
}
