// SPDX-License-Identifier: Apache-2.0
#pragma once

// Script: one operation, step by step. Each expects_* takes the next effect that the plugin asks
// for; the calls after it say what must stand in it; the outcome is delivered at once. The first
// thing that does not fit fails the test and the rest of the script is skipped.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <source_location>

#include <gmock/gmock.h>

#include <porteur/calendar_text.hpp>
#include <porteur/testkit/compare.hpp>
#include <porteur/testkit/conversation.hpp>
#include <porteur/testkit/heard.hpp>
#include <porteur/testkit/plugin.hpp>
#include <porteur/turn_limits.hpp>

namespace porteur::testkit {

/// Keeps it where PORTEUR_CONVERSATIONS names a folder; named by the test that runs.
inline void keep(Conversation conversation, std::string_view plugin) {
    const char* folder = std::getenv("PORTEUR_CONVERSATIONS");
    if (folder == nullptr || *folder == '\0') return;
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    if (test == nullptr || test->result()->Failed()) return;
    conversation.name = std::string(test->test_suite_name()) + "." + test->name();
    auto file = conversation.name;
    for (char& letter : file)
        if (letter == '/') letter = '-';
    static std::map<std::string, int> kept;
    file += "-" + std::to_string(++kept[file]) + ".json";
    std::ofstream out(std::filesystem::path(folder) / file);
    out << text_of(conversation, plugin) << '\n';
    EXPECT_TRUE(out.good()) << "cannot write " << file << " to " << folder;
}

/// What cut_everywhere() repeats.
struct Recording : Conversation {
    Plugin plugin;
};

class Script {
public:
    using Where = std::source_location;

    /// Begins the operation. `input` and `settings` are JSON texts.
    Script(
        const Plugin& plugin, std::string operation, std::string input, std::string settings = "{}",
        Where where = Where::current()
    )
        : recorded_{{{}, operation, input, settings, {}, {}}, plugin},
          run_(std::make_unique<OneRun>(plugin, operation, input, settings)) {
        hear("input", input);
        recorded_.first = run_->first();
        take(recorded_.first, where);
    }

    // ---- the next effect

    /// An HTTP request; `path` without the query.
    Script& expects_http(
        std::string_view method, std::string_view path, Where where = Where::current()
    ) {
        if (!next(PORTEUR_FX_HTTP, where)) return *this;
        check(
            head_text("method") == method && head_text("path") == path, where,
            "wanted " + std::string(method) + " " + std::string(path) + ", the plugin asks " +
                described()
        );
        return *this;
    }
    /// A mail to this one address.
    Script& expects_mail(std::string_view to, Where where = Where::current()) {
        if (!next(PORTEUR_FX_MAIL, where)) return *this;
        return with_head("{\"to\":[" + canonical(json::value(json::string(to))) + "]}", where);
    }
    Script& expects_sleep(std::chrono::seconds length, Where where = Where::current()) {
        if (!next(PORTEUR_FX_SLEEP, where)) return *this;
        return with_head("{\"seconds\":" + std::to_string(length.count()) + "}", where);
    }
    Script& expects_manual(Where where = Where::current()) {
        next(PORTEUR_FX_MANUAL, where);
        return *this;
    }
    /// A wait for an event of this source with at least these keys.
    Script& expects_event(
        std::string_view source, const std::map<std::string, std::string>& keys, Where where = Where::current()
    ) {
        if (!next(PORTEUR_FX_EVENT, where)) return *this;
        json::object match;
        for (const auto& [name, text] : keys) match[name] = text;
        return with_head(canonical(json::object{{"match", match}, {"source", source}}), where);
    }
    /// A signature with this secret of the account, over a text that with_text() may check.
    Script& expects_sign(
        std::string_view algorithm, std::string_view secret, Where where = Where::current()
    ) {
        if (!next(PORTEUR_FX_SIGN, where)) return *this;
        return with_head(canonical(json::object{{"algorithm", algorithm}, {"secret", secret}}), where);
    }
    /// The time is asked and given: "2026-11-22T09:00:00Z".
    Script& asks_time(std::string_view now, Where where = Where::current()) {
        if (!next(PORTEUR_FX_NOW, where)) return *this;
        return complete({0, ErrorKind::none, "{\"at\":\"" + std::string(now) + "\"}", {}}, where);
    }

    // ---- what must stand in it

    Script& named(std::string_view step, Where where = Where::current()) {
        if (running())
            check(
                current_->step == step, where,
                "wanted the step " + std::string(step) + ", found " + current_->step
            );
        return *this;
    }
    Script& safe(Where where = Where::current()) { return guaranteed(PORTEUR_SAFE, where); }
    Script& keyed(Where where = Where::current()) { return guaranteed(PORTEUR_KEYED, where); }
    Script& once(Where where = Where::current()) { return guaranteed(PORTEUR_ONCE, where); }
    /// Marked as the look-up of that ONCE step.
    Script& looking_up(std::string_view step, Where where = Where::current()) {
        if (running())
            check(
                head_text("looks_up") == step, where,
                "not marked as the look-up of " + std::string(step) + ": " + current_->head
            );
        return safe(where);
    }
    /// The body is this JSON, key for key.
    Script& with_body(std::string_view wanted, Where where = Where::current()) {
        if (!running()) return *this;
        const auto text = canonical(parsed(wanted));
        check(current_->body == text, where, "body\nwanted " + text + "\nfound  " + current_->body);
        return *this;
    }
    Script& with_body_file(const std::string& name, Where where = Where::current()) {
        return with_body(file(name), where);
    }
    Script& without_body(Where where = Where::current()) {
        if (running()) check(current_->body.empty(), where, "found a body: " + current_->body);
        return *this;
    }
    /// The body is this text, byte for byte: mails, forms.
    Script& with_text(std::string_view wanted, Where where = Where::current()) {
        if (running())
            check(
                current_->body == wanted, where,
                "body\nwanted " + std::string(wanted) + "\nfound  " + current_->body
            );
        return *this;
    }
    /// The query, in order: `with_query({{"npa","416"}})`.
    Script& with_query(
        const std::vector<std::pair<std::string, std::string>>& wanted,
        Where where = Where::current()
    ) {
        json::array pairs;
        for (const auto& [name, value] : wanted) pairs.push_back(json::array{name, value});
        if (running()) {
            const auto text = canonical(pairs), found = canonical(head_value("query"));
            check(
                found == text || (wanted.empty() && found == "null"), where,
                "query\nwanted " + text + "\nfound  " + found
            );
        }
        return *this;
    }
    /// The head has at least this.
    Script& with_head(std::string_view wanted, Where where = Where::current()) {
        if (!running()) return *this;
        const auto difference = lacking(parsed(wanted), parsed(current_->head));
        check(difference.empty(), where, "head " + difference);
        return *this;
    }

    // ---- how it ends

    /// An answer of the carrier. Header names in lower case.
    Script& answers(
        int status, std::string body = {}, std::map<std::string, std::string> headers = {},
        Where where = Where::current()
    ) {
        json::object fields;
        for (const auto& [name, value] : headers) fields[name] = value;
        return complete(
            {0, ErrorKind::none, canonical(json::object{{"headers", fields}, {"status", status}}),
             std::move(body)},
            where
        );
    }
    Script& answers_file(int status, const std::string& name, Where where = Where::current()) {
        return answers(status, file(name), {{"content-type", "application/json"}}, where);
    }
    /// The outcome was lost and the settle time has passed.
    Script& in_doubt(Where where = Where::current()) {
        return fails(ErrorKind::in_doubt, "the connection closed before the answer", where);
    }
    Script& fails(
        ErrorKind kind, std::string message = "scripted", Where where = Where::current()
    ) {
        return complete({0, kind, canonical(json::object{{"message", message}}), {}}, where);
    }
    /// A sleep, progress or event that is simply over, or a mail that was taken.
    Script& is_done(std::string head = "{}", Where where = Where::current()) {
        return complete({0, ErrorKind::none, canonical(parsed(head)), {}}, where);
    }
    /// The event came.
    Script& comes(
        const std::map<std::string, std::string>& keys, std::string body = {},
        std::string_view at = "2026-11-22T09:00:00Z", Where where = Where::current()
    ) {
        if (!running()) return *this;
        json::object all;
        for (const auto& [name, text] : keys) all[name] = text;
        const json::object head{{"at", at}, {"keys", all}, {"source", head_text("source")}};
        return complete({0, ErrorKind::none, canonical(head), std::move(body)}, where);
    }
    /// No such event came in time.
    Script& times_out(Where where = Where::current()) {
        return complete(
            {0, ErrorKind::unavailable, R"({"code":"timed_out","message":"no such event came in time"})", {}}, where
        );
    }
    Script& is_signed(std::string_view signature, Where where = Where::current()) {
        return is_done(canonical(json::object{{"signature", signature}}), where);
    }
    /// A person answered.
    Script& is_answered(std::string_view choice, std::string_view text = {}, Where where = Where::current()) {
        return is_done(canonical(json::object{{"choice", choice}, {"text", text}}), where);
    }
    Script& is_taken(std::string message_id, Where where = Where::current()) {
        return is_done("{\"message_id\":\"" + message_id + "\",\"reply\":\"250 2.0.0 Ok\"}", where);
    }

    // ---- the end of the operation

    /// It is done, and its result has at least this.
    Script& ends_with(std::string_view wanted, Where where = Where::current()) {
        if (!ended(PORTEUR_DONE, where)) return *this;
        const auto difference = lacking(parsed(wanted), parsed(last_.output));
        check(difference.empty(), where, "result " + difference);
        count_heard();
        return *this;
    }
    /// It is done, and its result is exactly this.
    Script& ends_exactly(std::string_view wanted, Where where = Where::current()) {
        if (!ended(PORTEUR_DONE, where)) return *this;
        const auto text = canonical(parsed(wanted));
        check(last_.output == text, where, "result\nwanted " + text + "\nfound  " + last_.output);
        count_heard();
        return *this;
    }
    Script& fails_with(
        ErrorKind kind, Reason reason = Reason::none,
        ::testing::Matcher<const std::string&> message = ::testing::_,
        Where where = Where::current()
    ) {
        if (!ended(PORTEUR_FAILED, where)) return *this;
        const auto& error = last_.error;
        check(
            error.kind == kind && error.reason == reason, where,
            "wanted " + std::string(name_of(kind)) + " " + std::string(text_of(reason)) +
                ", found " + failure_text()
        );
        check(message.Matches(error.message), where, "the message is " + error.message);
        count_heard();
        return *this;
    }
    /// The carrier's own code of the failure.
    Script& coded(std::string_view code, Where where = Where::current()) {
        if (!broken_)
            check(
                last_.error.code == code, where,
                "wanted the code " + std::string(code) + ", found " + last_.error.code
            );
        return *this;
    }
    /// The result as a type of the model.
    template <class T>
    T result(Where where = Where::current()) {
        if (!ended(PORTEUR_DONE, where)) return T{};
        auto value = from_text<T>(last_.output);
        check(value.has_value(), where, value ? "" : value.error().message);
        count_heard();
        return value ? std::move(*value) : T{};
    }

    const Recording& recording() const { return recorded_; }

private:
    void hear(std::string_view source, std::string_view text) {
        if (const auto value = parse_json(text)) 
            collect_heard(*value, {recorded_.operation, std::string(source), {}, {}}, heard_);
    }
    /// The operation ended as the test wants: what was said on the way was understood.
    void count_heard() {
        if (broken_) return;
        if (last_.state == PORTEUR_DONE) hear("result", last_.output);
        have_heard(heard_);
        heard_.clear();
        if (!std::exchange(is_kept_, true)) keep(recorded_, {recorded_.plugin.table().id.ptr, recorded_.plugin.table().id.len});
    }

    bool running() const { return !broken_ && current_; }

    void check(bool holds, Where where, const std::string& text) {
        if (holds || broken_) return;
        broken_ = true;
        GTEST_MESSAGE_AT_(
            where.file_name(), static_cast<int>(where.line()),
            (recorded_.operation + ": " + text).c_str(), ::testing::TestPartResult::kNonFatalFailure
        );
    }

    bool next(std::uint32_t kind, Where where) {
        if (broken_) return false;
        check(
            !current_, where,
            "the effect before has no outcome yet: " + (current_ ? described() : "")
        );
        check(
            !waiting_.empty(), where,
            "wanted a " + std::string(name_of_effect(kind)) + " effect; " + standing()
        );
        if (broken_) return false;
        current_ = waiting_.front();
        waiting_.erase(waiting_.begin());
        check(
            current_->kind == kind, where,
            "wanted a " + std::string(name_of_effect(kind)) + " effect; the plugin asks " +
                described()
        );
        return !broken_;
    }

    Script& guaranteed(std::uint32_t guarantee, Where where) {
        static constexpr std::string_view names[] = {"SAFE", "KEYED", "ONCE"};
        if (running())
            check(
                current_->guarantee == guarantee, where,
                current_->step + ": wanted " + std::string(names[guarantee]) + ", found " +
                    std::string(names[current_->guarantee % 3])
            );
        return *this;
    }

    Script& complete(Completion completion, Where where) {
        if (broken_) return *this;
        check(current_.has_value(), where, "there is no effect to complete");
        if (broken_) return *this;
        completion.seq = current_->seq;
        if (completion.kind == ErrorKind::none) {
            hear("answer", completion.head);
            hear("answer", completion.body);
        }
        if (current_->guarantee == PORTEUR_ONCE && completion.kind == ErrorKind::in_doubt)
            doubted_.insert(current_->step);
        if (current_->guarantee == PORTEUR_SAFE && completion.kind == ErrorKind::none)
            doubted_.erase(head_text("looks_up"));
        current_.reset();
        auto turn = run_->step({completion});
        recorded_.exchanges.push_back({{completion}, turn});
        take(std::move(turn), where);
        return *this;
    }

    /// What holds for every turn, whatever the plugin.
    void take(Turn turn, Where where) {
        check(
            turn.returned == PORTEUR_OK, where,
            "the plugin returned " + std::to_string(turn.returned) + ": " + turn.error.message
        );
        // Said in the host's own words, which refuses the same.
        const auto host_takes = [&](const std::string& wrong) { check(wrong.empty(), where, "the plugin " + wrong); };
        host_takes(wrong_effect_count(turn.effects.size()));
        host_takes(wrong_output_size(turn.output.size()));
        for (const auto& each : turn.effects) {
            ++last_seq_;
            host_takes(wrong_step_name(each.seq, each.step));
            host_takes(wrong_effect_size(each.seq, each.head.size(), each.body.size()));
            const auto in = "step " + each.step + ": ";
            check(
                each.seq == last_seq_, where,
                in + "has the number " + std::to_string(each.seq) + ", wanted " +
                    std::to_string(last_seq_)
            );
            const auto head = parse_json(each.head);
            check(head.has_value(), where, in + "its head is not JSON: " + each.head);
            if (!head) return;
            check(
                canonical(*head) == each.head, where, in + "its head is not canonical: " + each.head
            );
            check(!has_fraction(*head), where, in + "its head has a fraction: " + each.head);
            check_name(each, where);
            waiting_.push_back(each);
        }
        last_ = std::move(turn);
    }

    /// Names are unique, but for the second try of a ONCE step after its look-up.
    void check_name(const Effect& effect, Where where) {
        if (effect.kind == PORTEUR_FX_NOW || effect.kind == PORTEUR_FX_RANDOM ||
            effect.kind == PORTEUR_FX_PROGRESS)
            return;
        if (names_.insert(effect.step).second) return;
        check(
            effect.guarantee == PORTEUR_ONCE, where,
            "the step name " + effect.step + " stands for two effects"
        );
        check(
            !doubted_.contains(effect.step), where,
            "the ONCE step " + effect.step + " is sent again without a look-up that was answered"
        );
    }

    bool ended(std::uint32_t state, Where where) {
        if (broken_) return false;
        check(
            last_.state == state, where,
            std::string("wanted ") + (state == PORTEUR_DONE ? "a result" : "a failure") + "; " +
                standing()
        );
        return !broken_;
    }

    std::string standing() const {
        if (current_) return "the plugin waits for " + described();
        if (!waiting_.empty())
            return "the plugin waits for " + waiting_.front().step + " " + waiting_.front().head;
        if (last_.state == PORTEUR_DONE) return "the plugin is done: " + last_.output;
        return "the plugin failed: " + failure_text();
    }
    std::string failure_text() const {
        return std::string(name_of(last_.error.kind)) + " " +
               std::string(text_of(last_.error.reason)) + " (" + last_.error.code + ") " +
               last_.error.message;
    }
    std::string described() const {
        return std::string(name_of_effect(current_->kind)) + " \"" + current_->step + "\" " +
               current_->head;
    }
    json::value head_value(std::string_view key) const {
        const auto head = parsed(current_->head);
        const auto* found = head.as_object().if_contains(key);
        return found ? *found : json::value();
    }
    std::string head_text(std::string_view key) const {
        const auto found = head_value(key);
        return found.is_string() ? std::string(found.get_string()) : std::string();
    }

    Recording recorded_;
    std::unique_ptr<OneRun> run_;
    std::uint32_t last_seq_ = 0;
    std::vector<Effect> waiting_;
    std::optional<Effect> current_;
    std::set<std::string, std::less<>> names_, doubted_;
    std::vector<Heard> heard_;
    Turn last_;
    bool broken_ = false, is_kept_ = false;
};

}  // namespace porteur::testkit
