// SPDX-License-Identifier: Apache-2.0
// Exits 0 when a struct built inside a co_await statement is destroyed exactly once.
#include <coroutine>
#include <expected>
#include <utility>

static int alive = 0;

struct Counted {
    Counted() { ++alive; }
    Counted(const Counted&) { ++alive; }
    Counted(Counted&&) noexcept { ++alive; }
    Counted& operator=(const Counted&) = default;
    ~Counted() { --alive; }
};

struct Argument {
    Counted counted;
    int value;
};

struct Task {
    struct promise_type {
        int result = 0;
        Task get_return_object() {
            return Task{std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_value(int value) { result = value; }
        void unhandled_exception() {}
    };
    explicit Task(std::coroutine_handle<promise_type> made) : handle(made) {}
    Task(Task&& other) noexcept : handle(std::exchange(other.handle, {})) {}
    Task& operator=(Task&&) = delete;
    ~Task() {
        if (handle) handle.destroy();
    }
    bool await_ready() { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<>) {
        handle.resume();
        return std::noop_coroutine();
    }
    int await_resume() { return handle.promise().result; }
    std::coroutine_handle<promise_type> handle;
};

static Task inner(Argument argument) { co_return argument.value; }
static Task outer() { co_return co_await inner(Argument{.counted = {}, .value = 7}); }

int main() {
    {
        auto task = outer();
        task.handle.resume();
        task.handle.resume();
        if (std::expected<int, int>{task.handle.promise().result} != 7) return 1;
    }
    return alive == 0 ? 0 : 2;
}
