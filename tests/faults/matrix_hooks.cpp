// SPDX-License-Identifier: Apache-2.0
// A process that sends its timeline to a web hook: Webhooks and the store are the real ones. Time is the system's, as
// that is what Webhooks waits by; the waits are short.
#include <algorithm>

#include "app/webhooks.hpp"
#include "matrix_process.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr auto longest_life = 20s;

int events_of(const MatrixCase& each) { return each.has_fault && each.fault == Fault::load ? matrix_load : 8; }

class HooksLife : private OutwardWriter {
public:
    HooksLife(const MatrixCase& each, FarEnd& far, const Surroundings& around)
        : each_(each), far_(far), around_(around), work_(io_.get_executor()), seal_(Sealing(MasterKey(std::string(32, 'k')))),
          server_(io_, far, each, [this] { return now().time_since_epoch().count(); }) {}

    int live() {
        auto opened = open_store(around_, seal_, false, [this](std::function<void()> run) { boost::asio::post(io_, std::move(run)); });
        if (!opened) return process_not_opened;
        store_ = std::move(*opened);
        last_id_ = std::max(store_->newest_id().value_or(0), first_id_at(now()));
        if (!write_the_beginning()) return far_.strikes > 0 ? process_gave_up : process_not_opened;
        WebhookSettings settings;
        settings.allow = {"127.0.0.1"};
        settings.timeout = 60ms;
        settings.ca_file = known_authority();
        settings.rhythm.waits.assign(40, 20ms);
        Webhooks hooks({.executor = io_.get_executor(), .writer = *this, .store = *store_, .now = [this] { return now(); }, .chance = [] { return 0.5; },
                        .warn = [](const std::string& said) { std::fprintf(stderr, "%s\n", said.c_str()); }},
                       settings);
        Strike::arm(true);
        if (auto started = hooks.start(); !started) return process_not_opened;
        // The fault of a client is put right when it has struck often enough.
        const auto end = std::chrono::steady_clock::now() + longest_life;
        while (std::chrono::steady_clock::now() < end) {
            io_.run_one_for(10ms);
            if (Strike::takes_clock_jump()) offset_ += jump_of(each_);
            mend(hooks);
            const auto hook = hooks.find(1, 1);
            if (hook && hook->state.cursor >= Id{far_.began_at} + events_of(each_) && !hook->state.retry_at) {
                hooks.stop();
                store_.reset();
                return process_done;
            }
        }
        return process_stuck;
    }

private:
    Instant now() const { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()) + offset_; }

    bool breaks_address() const {
        return each_.has_fault && (each_.fault == Fault::nothing_sent || (each_.fault == Fault::redirect && each_.way(4) == 3));
    }
    /// What the endpoint's address is at first, where the fault is an address that does not do.
    std::string url() const {
        if (breaks_address() && far_.stage == 0) return server_.broken_url(each_.fault == Fault::redirect ? 3 : each_.way(4)) + "/hook";
        return server_.url() + "/hook";
    }
    /// The other end is mended: the same endpoint, whose events are all there still.
    void mend(Webhooks& hooks) {
        if (!breaks_address() || far_.stage != 0 || hooks.counters().failed < 1u + static_cast<unsigned>(each_.way(2))) return;
        far_.stage = 1;
        ++far_.strikes;
        Caller anna;
        anna.tenant = 1;
        anna.token_name = "anna";
        WebhookWish wish;
        wish.url = url();
        boost::asio::co_spawn(
            io_, hooks.change(anna, 1, std::move(wish), std::nullopt),
            [](std::exception_ptr, const Result<Webhook>& changed) {
                if (!changed) std::fprintf(stderr, "%s\n", changed.error().message.c_str());
            }
        );
    }

    /// The endpoint, an order, and the lines of its timeline. Each life has other ports: it says where its server is.
    bool write_the_beginning() {
        const auto known = store_->webhooks();
        if (!known) return false;
        Commit made;
        Webhook hook = known->empty() ? Webhook{} : known->front();
        hook.url = url();
        if (known->empty()) {
            hook.id = 1;
            hook.tenant = 1;
            hook.secret = matrix_hook_secret;
            hook.created = hook.updated = now();
            made.new_webhooks.push_back(hook);
            Order order;
            order.id = ++last_id_;
            order.tenant = 1;
            order.reference = "r1";
            order.request = order.progress = "{}";
            made.new_orders.push_back(order);
            far_.began_at = last_id_;
            for (int at = 0; at < events_of(each_); ++at)
                made.entries.push_back({.id = ++last_id_, .order = order.id, .tenant = 1, .at = now(), .source = "engine", .kind = "port.commented", .text = "line " + std::to_string(at), .data = "{}"});
        } else {
            made.changed_webhooks.push_back(hook);
        }
        bool done = false, taken = false;
        store_->commit(std::move(made), [&](const Result<void>& result) { done = true, taken = result.has_value(); });
        while (!done) io_.run_one();
        return taken;
    }

    Async<Id> new_id() override { co_return ++last_id_; }
    Async<Result<void>> commit(Commit made) override {
        for (auto& each : made.entries) each.id = ++last_id_;
        co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Result<void>)>(
            [this](auto handler, Commit taken) {
                auto shared = std::make_shared<decltype(handler)>(std::move(handler));
                store_->commit(std::move(taken), [this, shared](Result<void> done) {
                    if (!done) ++far_.refused_calls;
                    std::move (*shared)(std::move(done));
                });
            },
            boost::asio::use_awaitable, std::move(made)
        );
    }

    const MatrixCase& each_;
    FarEnd& far_;
    const Surroundings& around_;
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    StoreSeal seal_;
    FarServer server_;
    milliseconds offset_{0};
    std::unique_ptr<Store> store_;
    Id last_id_ = 0;
};

}  // namespace

void live_with_hooks(const MatrixCase& each, FarEnd& far, const Surroundings& around) {
    HooksLife life(each, far, around);
    finish(life.live());
}

}  // namespace porteur::testing
