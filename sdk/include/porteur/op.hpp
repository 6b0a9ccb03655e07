// SPDX-License-Identifier: Apache-2.0
#pragma once

// Op<T>: straight-line code of a plugin that waits for effects. One operation is one chain of Ops with
// exactly one innermost coroutine, which waits for one effect or for a group of them. The OpContext
// belongs to the porteur_op; every Op of the chain knows it through its promise, so nothing is global
// and an operation may move between threads from one step to the next.

#include <coroutine>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <porteur/failure.hpp>
#include <porteur/json.hpp>
#include <porteur/plugin.h>

namespace porteur {

/// The bytes of an effect, owned by the operation until its next step.
struct EmittedEffect {
    std::uint32_t kind = 0;
    std::uint32_t seq = 0;
    std::uint32_t guarantee = PORTEUR_SAFE;
    std::string step;
    std::string head;
    std::string body;
};

/// How an effect ended, as the plugin's boundary got it.
struct RawOutcome {
    ErrorKind kind = ErrorKind::none;
    std::string head;
    std::string body;
};

/// What hangs off one run of one operation. @threads [op]
class OpContext {
public:
    explicit OpContext(json::object settings = {}) : settings_(std::move(settings)) {}
    OpContext(const OpContext&) = delete;
    OpContext& operator=(const OpContext&) = delete;

    /// Adds an effect to this turn; the returned number names it in waits.
    std::uint32_t emit(std::uint32_t kind, std::uint32_t guarantee, std::string step, std::string head,
                       std::string body) {
        const std::uint32_t seq = ++last_seq_;
        emitted_.push_back({kind, seq, guarantee, std::move(step), std::move(head), std::move(body)});
        return seq;
    }
    /// The innermost coroutine waits until every one of these has its outcome.
    void wait_for(std::vector<std::pair<std::uint32_t, RawOutcome*>> wanted, std::coroutine_handle<> leaf) {
        wanted_ = std::move(wanted);
        open_ = wanted_.size();
        leaf_ = leaf;
    }

    /// Hands an outcome in; false if no wait is open for that number.
    bool complete(std::uint32_t seq, RawOutcome outcome) {
        for (auto& [number, place] : wanted_) {
            if (number != seq || place == nullptr) continue;
            *place = std::move(outcome);
            place = nullptr;
            --open_;
            return true;
        }
        return false;
    }
    /// The open effects, for a cancel.
    std::vector<std::uint32_t> open_effects() const {
        std::vector<std::uint32_t> out;
        for (const auto& [number, place] : wanted_)
            if (place != nullptr) out.push_back(number);
        return out;
    }
    /// Goes on if everything waited for is there.
    void resume_if_ready() {
        if (open_ != 0 || !leaf_) return;
        wanted_.clear();
        std::exchange(leaf_, {}).resume();
    }

    std::vector<EmittedEffect>& emitted() { return emitted_; }
    const json::object& settings() const { return settings_; }
    void take_settings(json::object&& settings) { settings_ = std::move(settings); }

private:
    json::object settings_;
    std::uint32_t last_seq_ = 0;
    std::vector<EmittedEffect> emitted_;
    std::vector<std::pair<std::uint32_t, RawOutcome*>> wanted_;
    std::size_t open_ = 0;
    std::coroutine_handle<> leaf_;
};

/// Something that an Op can `co_await`: asks the context for effects, and gives a value afterwards.
template <class A>
concept Asks = requires(A asks, OpContext& given) { asks.bind(given); };

template <class T>
class Op;

namespace detail {

struct PromiseBase {
    OpContext* context = nullptr;
    std::coroutine_handle<> caller;
    std::exception_ptr thrown;

    std::suspend_always initial_suspend() noexcept { return {}; }

    struct Final {
        bool await_ready() noexcept { return false; }
        template <class Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) noexcept {
            const auto next = ended.promise().caller;
            return next ? next : std::noop_coroutine();
        }
        void await_resume() noexcept {}
    };
    Final final_suspend() noexcept { return {}; }
    void unhandled_exception() { thrown = std::current_exception(); }

    template <class T>
    Op<T>&& await_transform(Op<T>&& inner) {
        inner.handle_.promise().context = context;
        return std::move(inner);
    }
    template <Asks A>
    A&& await_transform(A&& asks) {
        asks.bind(*context);
        return std::forward<A>(asks);
    }
};

template <class T>
struct Promise : PromiseBase {
    std::optional<T> value;
    Op<T> get_return_object();
    template <class U>
    void return_value(U&& given) {
        value.emplace(std::forward<U>(given));
    }
    T take() {
        if (thrown) std::rethrow_exception(thrown);
        return std::move(*value);
    }
};

template <>
struct Promise<void> : PromiseBase {
    Op<void> get_return_object();
    void return_void() {}
    void take() {
        if (thrown) std::rethrow_exception(thrown);
    }
};

}  // namespace detail

/// A piece of an operation: a coroutine that starts when it is awaited. Move-only; destroying it ends it
/// wherever it stands.
template <class T>
class [[nodiscard]] Op {
public:
    using promise_type = detail::Promise<T>;
    using value_type = T;

    Op(Op&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    Op& operator=(Op&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Op() {
        if (handle_) handle_.destroy();
    }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) noexcept {
        handle_.promise().caller = caller;
        return handle_;
    }
    T await_resume() { return handle_.promise().take(); }

    /// For the boundary: runs the outermost Op until it first waits.
    void start(OpContext& context) {
        handle_.promise().context = &context;
        handle_.resume();
    }
    bool done() const noexcept { return handle_.done(); }
    T take() { return handle_.promise().take(); }

private:
    friend detail::PromiseBase;
    friend promise_type;
    explicit Op(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}
    std::coroutine_handle<promise_type> handle_;
};

template <class T>
Op<T> detail::Promise<T>::get_return_object() {
    return Op<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Op<void> detail::Promise<void>::get_return_object() {
    return Op<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

/// The settings of the account that the operation runs for, defaults filled in by the host.
/// `const auto mine = co_await account_settings();  mine.text("trunk")`
class AccountSettings {
public:
    void bind(OpContext& context) { values_ = &context.settings(); }
    bool await_ready() const noexcept { return true; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    AccountSettings await_resume() const noexcept { return *this; }

    /// Empty when the setting is absent or no text. @threads [op]
    std::string text(std::string_view name) const {
        const auto* found = values_->if_contains(name);
        return found && found->is_string() ? std::string(found->get_string()) : std::string();
    }
    /// `otherwise` when the setting is absent or no whole number.
    std::int64_t number(std::string_view name, std::int64_t otherwise) const {
        const auto* found = values_->if_contains(name);
        return found && found->is_int64() ? found->get_int64() : otherwise;
    }
    bool flag(std::string_view name) const {
        const auto* found = values_->if_contains(name);
        return found && found->is_bool() && found->get_bool();
    }
    /// What the file of a setting of type `data` says, as TOML has it: tables, lists, texts, whole numbers,
    /// booleans. Null when it is absent. Valid as long as the operation.
    const json::value& data(std::string_view name) const {
        static const json::value none;
        const auto* found = values_->if_contains(name);
        return found ? *found : none;
    }

private:
    const json::object* values_ = nullptr;
};

inline AccountSettings account_settings() { return {}; }

}  // namespace porteur
