// SPDX-License-Identifier: Apache-2.0
#pragma once

// A world for engine tests: a clock that jumps to the next alarm, chance from a seed, a carrier that is
// a function, and a plugin called directly through its C ABI. The store is the real one.

#include <deque>
#include <functional>
#include <map>
#include <random>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <porteur/json.hpp>

#include "engine/engine.hpp"
#include "store/restore_book.hpp"
#include "store/store.hpp"

namespace porteur::testing {

namespace asio = boost::asio;

/// Sealing that hides nothing, so that a test sees what is stored.
class PlainSeal : public Seal {
public:
    std::string close(std::string_view plain, std::string_view) const override { return std::string(plain); }
    Result<std::string> open(std::string_view sealed, std::string_view) const override { return std::string(sealed); }
};

/// Journal pieces are bytes; a plain seal must still make text of them.
class HexSeal : public Seal {
public:
    std::string close(std::string_view plain, std::string_view) const override {
        static constexpr char digits[] = "0123456789abcdef";
        std::string out;
        out.reserve(2 * plain.size());
        for (const char letter : plain) {
            out += digits[static_cast<unsigned char>(letter) >> 4];
            out += digits[static_cast<unsigned char>(letter) & 15];
        }
        return out;
    }
    Result<std::string> open(std::string_view sealed, std::string_view) const override {
        const auto value = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
        std::string out;
        for (std::size_t at = 0; at + 1 < sealed.size(); at += 2)
            out += static_cast<char>(value(sealed[at]) * 16 + value(sealed[at + 1]));
        return out;
    }
};

/// Stands still but for jumps: when nothing else can happen, run_until() moves it to the next alarm.
class JumpingClock : public Clock {
public:
    explicit JumpingClock(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    Instant now() override { return now_; }
    Steady steady() override { return Steady((now_ - set_by_hand_).time_since_epoch()); }
    Async<void> sleep_until(Instant until) override {
        if (until <= now_) co_return;
        co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(
            [this, until](auto handler) {
                auto shared = std::make_shared<decltype(handler)>(std::move(handler));
                alarms_.emplace(until, [shared] { std::move (*shared)(); });
            },
            asio::use_awaitable
        );
    }
    void alarm_at(Instant when, std::function<void()> wake) override {
        alarm_ = std::pair(when, std::move(wake));
    }
    /// Moves to the next alarm and posts it. @return false if there is none
    bool jump() {
        std::optional<Instant> next;
        if (!alarms_.empty()) next = alarms_.begin()->first;
        if (alarm_ && (!next || alarm_->first < *next)) next = alarm_->first;
        if (!next) return false;
        now_ = std::max(now_, *next);
        while (!alarms_.empty() && alarms_.begin()->first <= now_) {
            asio::post(executor_, std::move(alarms_.begin()->second));
            alarms_.erase(alarms_.begin());
        }
        if (alarm_ && alarm_->first <= now_) {
            auto wake = std::move(alarm_->second);
            alarm_.reset();
            asio::post(executor_, std::move(wake));
        }
        return true;
    }
    void set(Instant now) { now_ = now; }
    /// Somebody sets the clock: less time has passed, or more, than it shows.
    void set_by_hand(std::chrono::milliseconds by) {
        now_ += by;
        set_by_hand_ += by;
    }
    /// Whoever sleeps is destroyed, as a killed process would lose it; before its executor goes.
    void forget_sleepers() {
        alarms_.clear();
        alarm_.reset();
    }

private:
    asio::any_io_executor executor_;
    Instant now_{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours{12}};
    std::chrono::milliseconds set_by_hand_{0};
    std::multimap<Instant, std::function<void()>> alarms_;
    std::optional<std::pair<Instant, std::function<void()>>> alarm_;
};

class SeededChance : public Chance {
public:
    explicit SeededChance(std::uint64_t seed) : engine_(seed) {}
    double fraction() override { return std::uniform_real_distribution<double>(0, 1)(engine_); }
    std::string random_bytes(std::size_t count) override {
        std::string out;
        while (out.size() < count) out += static_cast<char>(engine_() & 0xFF);
        return out;
    }

private:
    std::mt19937_64 engine_;
};

/// Calls a plugin's functions directly.
class DirectRunner : public OperationRunner {
public:
    explicit DirectRunner(const porteur_plugin* plugin, std::string build = std::string(64, 'a'))
        : plugin_(plugin), build_(std::move(build)) {}
    ~DirectRunner() override {
        for (auto& [id, op] : ops_) plugin_->op_end(op);
    }

    Async<Result<Turn>> begin(Id op, std::string operation, std::string input) override {
        if (auto wrong = before_step()) co_return std::unexpected(*wrong);
        porteur_op* made = nullptr;
        porteur_error error{};
        error.size = sizeof error;
        const auto code = plugin_->op_begin(nullptr, view(operation), view(input), &made, &error);
        if (code != PORTEUR_OK) co_return failed_turn(error);
        ops_[op] = made;
        co_return stepped(op, {});
    }
    Async<Result<Turn>> step(Id op, std::vector<Completion> done) override {
        if (auto wrong = before_step()) co_return std::unexpected(*wrong);
        co_return stepped(op, done);
    }
    void end(Id op) override {
        if (const auto found = ops_.find(op); found != ops_.end()) {
            plugin_->op_end(found->second);
            ops_.erase(found);
        }
    }
    const std::string& build() const override { return build_; }

    /// Lets a test make calls fail as a dying plugin process would.
    std::function<std::optional<Error>()> before_step = [] { return std::nullopt; };
    /// Makes of the plugin's turns those of another build.
    std::function<void(Turn&)> changes = [](Turn&) {};
    std::size_t living() const { return ops_.size(); }

private:
    static porteur_view view(const std::string& text) { return {text.data(), text.size()}; }
    static std::string text(porteur_view view) { return std::string(view.ptr ? view.ptr : "", view.len); }
    static Turn failed_turn(const porteur_error& error) {
        Turn turn;
        turn.state = Turn::State::failed;
        turn.error = {.kind = static_cast<ErrorKind>(error.kind), .message = error.message,
                      .reason = reason_from(error.reason).value_or(Reason::other), .code = error.code,
                      .retry_after = std::chrono::seconds(error.retry_after_s)};
        return turn;
    }
    Result<Turn> stepped(Id op, const std::vector<Completion>& done) {
        std::vector<porteur_completion> theirs;
        std::vector<const porteur_completion*> list;
        for (const auto& each : done)
            theirs.push_back({sizeof(porteur_completion), each.seq, static_cast<std::int32_t>(each.kind), 0,
                              view(each.head), view(each.body)});
        for (const auto& each : theirs) list.push_back(&each);
        porteur_turn turn{};
        turn.size = sizeof turn;
        porteur_error error{};
        error.size = sizeof error;
        const auto code = plugin_->op_step(ops_.at(op), list.data(), static_cast<std::uint32_t>(list.size()), &turn, &error);
        if (code != PORTEUR_OK)
            return std::unexpected(Error{.kind = ErrorKind::internal, .message = error.message, .code = std::string(plugin_broke_contract_code)});
        if (turn.state == PORTEUR_FAILED) return failed_turn(error);
        Turn ours;
        ours.state = turn.state == PORTEUR_DONE ? Turn::State::done : Turn::State::waiting;
        ours.output = text(turn.output);
        for (std::uint32_t at = 0; at < turn.effect_count; ++at) {
            const auto& each = *turn.effects[at];
            ours.effects.push_back({each.seq, static_cast<EffectKind>(each.kind), static_cast<Guarantee>(each.guarantee),
                                    text(each.step), text(each.head), text(each.body)});
        }
        changes(ours);
        return ours;
    }

    const porteur_plugin* plugin_;
    std::string build_;
    std::map<Id, porteur_op*> ops_;
};

/// The far end as a function of the effect.
class ScriptedPerformer : public EffectPerformer {
public:
    std::function<Performed(const EffectContext&, const Effect&)> carrier;
    /// How long the far end takes, if it takes time.
    std::function<Async<void>(const Effect&)> takes;
    std::vector<Effect> performed;
    std::function<Proof(const Effect&)> proof = [](const Effect&) { return Proof{}; };
    std::size_t in_air = 0, in_air_most = 0;

    Async<Proof> prove(EffectContext, Effect effect) override { co_return proof(effect); }
    Async<Performed> perform(EffectContext context, Effect effect) override {
        performed.push_back(effect);
        in_air_most = std::max(in_air_most, ++in_air);
        if (takes) co_await takes(effect);
        --in_air;
        co_return carrier(context, effect);
    }
    Async<std::optional<Performed>> recall(EffectContext, Effect) override { co_return std::nullopt; }

    static Performed answers(std::uint32_t seq, int status, std::string body) {
        return {.completion = {seq, ErrorKind::none, "{\"headers\":{},\"status\":" + std::to_string(status) + "}", std::move(body)}};
    }
    static Performed fails(std::uint32_t seq, ErrorKind kind, std::chrono::seconds wait = {}) {
        return {.completion = {seq, kind, "{\"message\":\"scripted\"}", {}}, .lost = false, .retry_after = wait};
    }
    static Performed loses(std::uint32_t seq) {
        return {.completion = {seq, ErrorKind::in_doubt, "{\"message\":\"scripted\"}", {}}, .lost = true};
    }
};

class OneAccount : public Accounts {
public:
    std::map<std::string, std::shared_ptr<AccountView>> all;
    std::map<std::string, std::shared_ptr<AccountView>> earlier;  ///< by build
    Result<std::shared_ptr<const AccountView>> as_of(const std::string&, const std::string& build) override {
        const auto found = earlier.find(build);
        if (found == earlier.end()) return failure(ErrorKind::unavailable, "scripted: no copy of it is kept");
        return found->second;
    }
    std::shared_ptr<const AccountView> find(const std::string& account) override {
        const auto found = all.find(account);
        return found == all.end() ? nullptr : found->second;
    }
};

/// The real store, called by the engine.
class RealStore : public EngineStore {
public:
    explicit RealStore(Store& store) : store_(store) {}
    /// Commits that never come to the store, as if its disk were full at that moment.
    std::function<bool(const Commit&)> refuses;
    /// Commits that are on their way until release().
    std::function<bool(const Commit&)> holds;
    void release() {
        holds = nullptr;
        for (auto& [held, done] : std::exchange(held_, {})) commit(std::move(held), std::move(done));
    }
    void commit(SharedCommit commit, CommitDone done) override {
        if (holds && holds(*commit)) {
            held_.emplace_back(std::move(commit), std::move(done));
            return;
        }
        if (refuses && refuses(*commit)) {
            done(failure(ErrorKind::unavailable, "scripted: the store takes nothing now"));
            return;
        }
        ++pending_;
        store_.commit(std::move(commit), [this, done = std::move(done)](Result<void> result) {
            --pending_;
            done(std::move(result));
        });
    }
    /// As if the session at the server had ended, and nobody had asked it anything since.
    bool is_uncertain = false;
    bool is_ours() const noexcept override { return !is_uncertain && store_.is_ours(); }
    /// Commits whose end nobody has heard of yet: time may not jump while there are any.
    int pending() const { return pending_; }
    Result<std::vector<DueOrder>> due_orders() override { return store_.due_orders(); }
    Result<std::optional<Order>> order(Id id) override { return store_.order(id); }
    Result<std::optional<Order>> order_by_reference(std::int64_t tenant, const std::string& reference) override {
        return store_.order_by_reference(tenant, reference);
    }
    Result<std::vector<Order>> parts_of(Id order) override { return store_.parts_of(order); }
    Result<std::vector<Id>> open_parents() override { return store_.open_parents(); }
    Result<std::optional<std::string>> order_secret(Id order, const std::string& name) override { return store_.order_secret(order, name); }
    Result<std::optional<StoredOperation>> operation(Id id) override { return store_.operation(id); }
    Result<Id> newest_id() override { return store_.newest_id(); }
    Result<std::vector<AwaitedEvent>> awaited_events(std::int64_t lookup) override { return store_.awaited_events(lookup); }
    Result<std::vector<InboundEvent>> free_events(std::int64_t lookup) override { return store_.free_events(lookup); }
    Result<std::optional<InboundEvent>> event(Id id) override { return store_.event(id); }
    Result<std::vector<EventOffer>> event_offers() override { return store_.event_offers(); }
    Result<std::optional<RestoreMark>> last_restore() override { return RestoreBook(access_of(store_)).last(); }
    Result<bool> is_let_go(Id order, Instant since) override { return RestoreBook(access_of(store_)).is_let_go(order, since); }

private:
    std::vector<std::pair<SharedCommit, CommitDone>> held_;
    Store& store_;
    int pending_ = 0;
};

}  // namespace porteur::testing
