// SPDX-License-Identifier: Apache-2.0
#pragma once

// Host: the smallest host there is. It runs an operation of a plugin and performs its effects against a simulator, as
// a daemon would, so that a test asks afterwards what was really done (docs/plugins/simulators.md).
//
//   auto carrier = sim::Running::here(porteur_simulator());
//   Host host(Plugin::linked(), carrier);
//   carrier.fault("drop_after", "POST", "/orders");
//   host.run("purchase", order).ends_with(R"({"state":"submitted"})");
//   EXPECT_EQ(carrier.acted("POST", "/orders"), 1u);
//
// Needs porteur::simulator: porteur_add_simulator(... TESTS ...) links it.

#include <chrono>
#include <deque>
#include <map>
#include <set>
#include <source_location>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <porteur/http.hpp>
#include <porteur/json_at.hpp>
#include <porteur/simulator.hpp>
#include <porteur/testkit/compare.hpp>
#include <porteur/testkit/plugin.hpp>

namespace porteur::testkit {

/// How an operation ended.
class Ended {
public:
    using Where = std::source_location;  ///< the line of the test

    /// @param last  the operation's last turn
    explicit Ended(Turn last) : last_(std::move(last)) {}

    /// Whether it ended well.
    bool is_done() const { return last_.returned == PORTEUR_OK && last_.state == PORTEUR_DONE; }
    /// Its result as canonical JSON, where it ended well.
    const std::string& result() const { return last_.output; }
    /// Why it did not.
    const Error& error() const { return last_.error; }

    /// It is done, and its result has at least this. @return whether that is so
    bool ends_with(std::string_view wanted, Where where = Where::current()) const {
        if (!is_done()) return check(false, where, "it did not end well: " + failure_text());
        const auto difference = lacking(parsed(wanted), parsed(last_.output));
        return check(difference.empty(), where, "result " + difference);
    }
    /// It failed so. @return whether that is so
    bool fails_with(ErrorKind kind, Reason reason = Reason::none, Where where = Where::current()) const {
        if (is_done()) return check(false, where, "it ended well: " + last_.output);
        return check(
            last_.error.kind == kind && last_.error.reason == reason, where,
            "wanted " + std::string(name_of(kind)) + " " + std::string(text_of(reason)) + ", found " + failure_text()
        );
    }

private:
    std::string failure_text() const {
        return std::string(name_of(last_.error.kind)) + " " + std::string(text_of(last_.error.reason)) + " " +
               last_.error.code + ": " + last_.error.message;
    }
    static bool check(bool holds, Where where, const std::string& text) {
        if (!holds)
            GTEST_MESSAGE_AT_(
                where.file_name(), static_cast<int>(where.line()), text.c_str(),
                ::testing::TestPartResult::kNonFatalFailure
            );
        return holds;
    }

    Turn last_;
};

/// Runs a plugin's operations against a simulator, as the host does.
class Host {
public:
    using Where = std::source_location;  ///< the line of the test

    /// @param carrier  outlives the host
    Host(Plugin plugin, sim::Running& carrier) : plugin_(std::move(plugin)), carrier_(carrier) {}

    /// Goes with every request: the credentials, as the descriptor's `auth` would put them there.
    Host& header(std::string name, std::string value) {
        headers_.emplace_back(std::move(name), std::move(value));
        return *this;
    }
    /// Where a KEYED request has its key, as the descriptor's `key` says. Idempotency-Key unless said otherwise.
    Host& key_header(std::string name) {
        key_header_ = std::move(name);
        return *this;
    }
    /// A secret that the plugin names: "order.pin".
    Host& secret(std::string name, std::string value) {
        secrets_[std::move(name)] = std::move(value);
        return *this;
    }
    /// What the account's file sets, as JSON.
    Host& settings(std::string json) {
        settings_ = std::move(json);
        return *this;
    }

    /// Runs an operation to its end. `input` is JSON. What breaks the contract fails the test.
    Ended run(const std::string& operation, const std::string& input, Where where = Where::current()) {
        where_ = where;
        looked_up_.clear();
        sent_once_.clear();
        ++run_count_;
        OneRun run(plugin_, operation, input, settings_);
        Turn last = run.first();
        std::deque<Effect> open(last.effects.begin(), last.effects.end());
        for (int count = 0; last.returned == PORTEUR_OK && last.state == PORTEUR_WAITING && !open.empty(); ++count) {
            if (count == effects_max) {
                breaks("it asks for more than " + std::to_string(effects_max) + " effects");
                break;
            }
            const auto effect = std::move(open.front());
            open.pop_front();
            auto done = perform(effect);
            done.seq = effect.seq;
            last = run.step({std::move(done)});
            open.insert(open.end(), last.effects.begin(), last.effects.end());
        }
        return Ended(std::move(last));
    }

private:
    static constexpr int effects_max = 1000;
    /// How often a SAFE or KEYED request is sent.
    static constexpr int tries_max = 3;
    /// What is waited before a second try, and as the settle time, by the carrier's clock.
    static constexpr std::chrono::seconds between_tries{1}, settle{30};

    Completion perform(const Effect& effect) {
        const auto head = parsed(effect.head);
        switch (effect.kind) {
            case PORTEUR_FX_HTTP:
                return exchange(effect, head);
            case PORTEUR_FX_SLEEP:
                carrier_.advance(std::chrono::seconds{head.at("seconds").as_int64()});
                return done("{}");
            case PORTEUR_FX_NOW:
                return done(canonical(json::object{{"at", time_text(carrier_.now())}}));
            case PORTEUR_FX_RANDOM:
                return done(canonical(json::object{{"hex", next_hex(head.at("bytes").as_int64())}}));
            case PORTEUR_FX_PROGRESS:
                return done("{}");
            default:
                breaks(
                    "this host does no " + std::string(name_of_effect(effect.kind)) + " (step " + effect.step +
                    "); play that in a Script"
                );
                return failed(ErrorKind::unsupported, "this host does no such thing");
        }
    }

    Completion exchange(const Effect& effect, const json::value& head) {
        const bool once = effect.guarantee == PORTEUR_ONCE;
        if (once && !sent_once_.insert(effect.step).second && !looked_up_.contains(effect.step)) {
            breaks("the step " + effect.step + " is ONCE and leaves again without a look-up");
            return failed(ErrorKind::internal, "sent again without a look-up");
        }
        if (once) looked_up_.erase(effect.step);
        auto fields = fields_of(effect, head);
        auto body = body_of(effect, head);
        const auto target = target_of(head);
        for (int tries = 1;; ++tries) {
            const auto sent = carrier_.send(text_at(head, "method"), target, body, fields);
            const int status = sent.answer.status;
            const bool answered = sent.how == sim::Sent::How::answered;
            if (once && (sent.how == sim::Sent::How::lost || (answered && status >= 500))) {
                carrier_.advance(settle);
                return failed(ErrorKind::in_doubt, "the outcome was lost");
            }
            const bool again = !answered || status == 429 || status >= 500;
            if (again && tries < tries_max) {
                carrier_.advance(between_tries);
                continue;
            }
            if (!answered || status >= 500) return failed(ErrorKind::unavailable, "nobody answers");
            if (status == 429) return failed(ErrorKind::throttled, "asked too often");
            if (status == 401) return failed(ErrorKind::unauthorized, "the credentials are refused");
            if (const auto step = text_at(head, "looks_up"); !step.empty() && is_answer(status)) looked_up_.insert(step);
            return answer_of(sent.answer);
        }
    }

    /// Whether a look-up with this status told something.
    static bool is_answer(int status) { return (status >= 200 && status < 300) || status == 404 || status == 410; }

    static Completion answer_of(const sim::Answer& answer) {
        json::object headers;
        if (!answer.content_type.empty()) headers["content-type"] = answer.content_type;
        Completion out = done(canonical(json::object{{"headers", headers}, {"status", answer.status}}));
        out.body = answer.body;
        return out;
    }

    sim::Fields fields_of(const Effect& effect, const json::value& head) const {
        auto fields = headers_;
        if (const auto content = text_at(head, "content"); !content.empty()) fields.emplace_back("Content-Type", content);
        for (auto& pair : pairs_of(head, "headers")) fields.push_back(std::move(pair));
        if (effect.guarantee == PORTEUR_KEYED)
            fields.emplace_back(key_header_, "test-" + std::to_string(run_count_) + "-" + effect.step);
        return fields;
    }

    /// With the secrets in their places.
    std::string body_of(const Effect& effect, const json::value& head) {
        if (head.as_object().contains("documents")) breaks("this host puts no documents in (step " + effect.step + ")");
        const auto* wanted = head.as_object().if_contains("secrets");
        if (wanted == nullptr || wanted->as_array().empty()) return effect.body;
        auto body = parsed(effect.body);
        for (const auto& each : wanted->as_array()) {
            const auto name = text_at(each, "name");
            const auto found = secrets_.find(name);
            boost::system::error_code none;
            auto* place = body.find_pointer(text_at(each, "at"), none);
            if (found == secrets_.end() || place == nullptr)
                breaks("the secret " + name + " is not given, or has no place at " + text_at(each, "at"));
            else
                *place = found->second;
        }
        return canonical(body);
    }

    std::string target_of(const json::value& head) {
        auto target = text_at(head, "path");
        if (target.empty()) {
            target = text_at(head, "url");
            if (!target.starts_with(carrier_.url() + "/")) {
                breaks("the plugin asks at " + target + ", which is not the simulator");
                return "/elsewhere";
            }
            target.erase(0, carrier_.url().size());
        }
        char between = target.find('?') == target.npos ? '?' : '&';
        for (const auto& [name, value] : pairs_of(head, "query")) {
            target += between + path_segment(name) + "=" + path_segment(value);
            between = '&';
        }
        return target;
    }

    static std::vector<std::pair<std::string, std::string>> pairs_of(const json::value& head, std::string_view name) {
        std::vector<std::pair<std::string, std::string>> pairs;
        if (const auto* list = head.as_object().if_contains(name))
            for (const auto& each : list->as_array())
                pairs.emplace_back(each.as_array().at(0).as_string(), each.as_array().at(1).as_string());
        return pairs;
    }

    static std::string time_text(sim::Instant at) {
        return sim::to_iso8601(std::chrono::floor<std::chrono::seconds>(at)).substr(0, 19) + "Z";
    }

    /// The same in each run of a test: 00, 01, 02, ...
    std::string next_hex(std::int64_t bytes) {
        static constexpr char digits[] = "0123456789abcdef";
        std::string hex;
        for (; bytes > 0; --bytes, ++random_) hex += {digits[random_ / 16 % 16], digits[random_ % 16]};
        return hex;
    }

    static Completion done(std::string head) { return {0, ErrorKind::none, std::move(head), {}}; }
    static Completion failed(ErrorKind kind, const std::string& message) {
        return {0, kind, canonical(json::object{{"message", message}}), {}};
    }
    void breaks(const std::string& text) const {
        GTEST_MESSAGE_AT_(
            where_.file_name(), static_cast<int>(where_.line()), text.c_str(),
            ::testing::TestPartResult::kNonFatalFailure
        );
    }

    Plugin plugin_;
    sim::Running& carrier_;
    sim::Fields headers_;
    std::string key_header_ = "Idempotency-Key";
    std::string settings_ = "{}";
    std::map<std::string, std::string> secrets_;
    std::set<std::string> looked_up_, sent_once_;
    int run_count_ = 0;
    unsigned random_ = 0;
    Where where_;
};

}  // namespace porteur::testkit
