// SPDX-License-Identifier: Apache-2.0
#include "app/outward.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "access/token.hpp"
#include "app/account_standing.hpp"
#include "app/desk_work.hpp"
#include "app/exchanges.hpp"
#include "app/logging.hpp"
#include "app/order_trace.hpp"
#include "app/recent_requests.hpp"
#include "carriers/addresses.hpp"
#include "settings/holidays_toml.hpp"
#include "store/order_marks.hpp"

namespace porteur {
namespace asio = boost::asio;
namespace {

/// How lines are taken in between looks: in small pieces with pauses, as the writer of orders waits for each.
constexpr std::int64_t lines_followed_at_once = OrderMarks::lines_at_once;
constexpr std::chrono::milliseconds follow_pause{100};
constexpr std::chrono::seconds follow_every{10};

Instant now_of_system() {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

double chance_of_system() {
    double value = 0;
    for (const char byte : random_bytes(4))
        value = (value + static_cast<unsigned char>(byte)) / 256.0;
    return value;
}

WebhookSettings webhook_settings(const WebhooksSection& from) {
    WebhookSettings out;
    out.allow = from.allow;
    out.ca_file = from.ca_file.string();
    out.timeout = from.timeout;
    out.rhythm.waits = from.retry;
    out.per_tenant_max = from.per_tenant_max;
    return out;
}

Result<std::shared_ptr<const BusinessCalendars>> calendars_of(const Settings& settings) {
    auto file = settings.deadlines.holidays;
    if (file.empty()) {
        file = settings.file.parent_path() / "data" / "holidays.toml";
        std::error_code ignored;
        // Without it every day from Monday to Friday counts as one of work.
        if (!std::filesystem::exists(file, ignored))
            return std::make_shared<const BusinessCalendars>();
    }
    auto read = load_calendars(file);
    if (!read) return std::unexpected(std::move(read).error());
    return std::make_shared<const BusinessCalendars>(std::move(*read));
}

std::chrono::milliseconds worst_of(const Descriptor& descriptor, std::string_view operation) {
    const auto* found = find_named(descriptor.operations, operation);
    return found && found->worst ? *found->worst : std::chrono::milliseconds{0};
}

}  // namespace

// ------------------------------------------------------------------ writing

Async<Id> Outward::Writer::new_id() {
    co_return co_await asio::co_spawn(
        parts_.engine_thread,
        [](Engine& engine) -> Async<Id> { co_return engine.new_id(); }(parts_.engine),
        asio::use_awaitable
    );
}

Async<Result<void>> Outward::Writer::commit_there(Commit made) {
    // From the id to the store's queue nothing else runs on this thread: so entries become durable
    // by their ids.
    for (auto& each : made.entries) each.id = parts_.engine.new_id();
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Result<void>)>(
        [this](auto handler, Commit taken) {
            auto shared = std::make_shared<decltype(handler)>(std::move(handler));
            parts_.store.commit(std::move(taken), [shared](Result<void> done) {
                std::move (*shared)(std::move(done));
            });
        },
        asio::use_awaitable, std::move(made)
    );
}

Async<Result<void>> Outward::Writer::commit(Commit made) {
    const bool tells = !made.entries.empty();
    auto done = co_await asio::co_spawn(
        parts_.engine_thread, commit_there(std::move(made)), asio::use_awaitable
    );
    if (done && tells) parts_.on_entries();
    co_return done;
}

// ------------------------------------------------------------------ beginning and end

Outward::Outward(Parts parts, Prepared prepared)
    : parts_(std::move(parts)),
      calendars_(std::move(prepared.calendars)),
      times_(prepared.times),
      ages_(prepared.ages),
      webhooks_(
          {.executor = parts_.io.get_executor(),
           .writer = writer_,
           .store = parts_.store,
           .now = now_of_system,
           .chance = chance_of_system,
           .warn = log_warning},
          std::move(prepared.webhooks)
      ),
      board_(
          {.executor = parts_.io.get_executor(),
           .writer = writer_,
           .store = parts_.store,
           .now = now_of_system,
           .rules = [this](const Order& order) { return rules_of(order); },
           .warn = log_warning}
      ),
      work_(parts_.io.get_executor()),
      marks_(access_of(parts_.store), log_warning) {}

Result<Outward::Prepared> Outward::prepare(const Settings& settings) {
    auto calendars = calendars_of(settings);
    if (!calendars) return std::unexpected(std::move(calendars).error());
    if (auto guard = carriers::AddressGuard::make(settings.webhooks.allow); !guard)
        return failure(
            ErrorKind::invalid_input,
            settings.file.string() + std::string(": [webhooks] allow: ") + guard.error().message
        );
    return Prepared{
        .calendars = std::move(*calendars),
        .webhooks = webhook_settings(settings.webhooks),
        .times = settings.deadlines,
        .ages = settings.documents.age_days_max
    };
}

Result<std::unique_ptr<Outward>> Outward::make(Parts parts, const Settings& settings) {
    auto prepared = prepare(settings);
    if (!prepared) return std::unexpected(std::move(prepared).error());
    return std::unique_ptr<Outward>(new Outward(std::move(parts), std::move(*prepared)));
}

Outward::~Outward() { stop(); }

Result<void> Outward::start() {
    if (auto started = webhooks_.start(); !started) return started;
    board_.start();
    follow_orders();
    thread_ = std::thread([this] { parts_.io.run(); });
    return {};
}

void Outward::stop() {
    marks_.stop();  // a long count ends after its piece
    if (!thread_.joinable()) return;
    asio::post(parts_.io, [this] {
        webhooks_.stop();
        board_.stop();
        // A delivery under way is cut off: its event stands behind the cursor, and is sent at the
        // next start.
        parts_.io.stop();
    });
    thread_.join();
    figures_.stop();
    figures_.join();  // what is read now is read to its end, while there is a store
}

void Outward::wake() {
    // Thousands of entries in a second ring once.
    if (rung_.exchange(true)) return;
    asio::post(parts_.io, [this] {
        rung_ = false;
        // Seldom: a look takes in what has come since by itself, and then has little to do.
        if (const auto now = std::chrono::steady_clock::now(); now >= followed_ + follow_every) {
            followed_ = now;
            follow_orders();
        }
        webhooks_.wake();
        board_.wake();
    });
}

void Outward::take(Prepared prepared) {
    asio::post(parts_.io, [this, prepared = std::move(prepared)]() mutable {
        if (auto taken = webhooks_.reload(std::move(prepared.webhooks)); !taken)
            log_warning("webhooks: " + taken.error().message);
        {
            std::lock_guard lock(mutex_);
            calendars_ = std::move(prepared.calendars);
            times_ = prepared.times;
            ages_ = prepared.ages;
            make_carrier_calendars();
        }
        board_.look_at_all();
    });
}

void Outward::take_accounts(const ConfiguredAccounts& accounts) {
    std::map<std::string, AccountTimes> times;
    CarrierStandings standings;
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto steady_now = std::chrono::steady_clock::now();
    for (const auto& [name, account] : accounts.all()) {
        standings.emplace(name, standing_of(*account, now, steady_now));
        const auto& descriptor = *account->descriptor;
        AccountTimes made{
            .freeze = account->configured.freeze.value_or(std::chrono::milliseconds{0}),
            .port_worst = worst_of(descriptor, "submit_port"),
            .purchase_worst = worst_of(descriptor, "purchase"),
            .calendar = account->configured.calendar
        };
        if (made.calendar.empty() && !descriptor.countries.empty())
            made.calendar = descriptor.countries.front();
        times[name] = std::move(made);
    }
    {
        std::lock_guard lock(mutex_);
        standings_ = std::move(standings);
        if (accounts_ == times) return;
        accounts_ = std::move(times);
        make_carrier_calendars();
    }
    asio::post(parts_.io, [this] { board_.look_at_all(); });
}

CarrierStandings Outward::standings() {
    std::lock_guard lock(mutex_);
    return standings_;
}

void Outward::take_carrier_holidays(std::string account, HolidayList days) {
    {
        std::lock_guard lock(mutex_);
        auto& known = carrier_holidays_[account];
        if (known == days) return;
        known = std::move(days);
        make_carrier_calendars();
    }
    asio::post(parts_.io, [this] { board_.look_at_all(); });
}

const BusinessCalendar* Outward::calendar_of(const std::string& account) const {
    if (const auto* own = calendars_->find(account)) return own;
    const auto times = accounts_.find(account);
    return times == accounts_.end() ? nullptr : calendars_->find(times->second.calendar);
}

void Outward::make_carrier_calendars() {
    carrier_calendars_.clear();
    for (const auto& [account, days] : carrier_holidays_) {
        if (days.empty()) continue;
        const auto* base = calendar_of(account);
        auto made = std::make_shared<BusinessCalendar>(base ? *base : BusinessCalendar{});
        for (const auto& [day, name] : days) {
            HolidayRule rule;
            rule.name = name;
            rule.form = HolidayRule::Form::dates;
            rule.dates = {day};
            made->holidays.push_back(std::move(rule));
        }
        carrier_calendars_[account] = std::move(made);
    }
}

DueRules Outward::rules_of(const Order& order) const {
    std::lock_guard lock(mutex_);
    DueRules rules;
    rules.draft = times_.draft;
    rules.task = times_.task;
    rules.ages = ages_;
    const auto account = accounts_.find(order.account);
    if (account == accounts_.end()) return rules;
    rules.freeze = account->second.freeze;
    rules.answer_worst =
        order.kind == OrderKind::port ? account->second.port_worst : account->second.purchase_worst;
    if (const auto own = carrier_calendars_.find(order.account); own != carrier_calendars_.end())
        rules.calendar = own->second;
    else if (const auto* calendar = calendar_of(order.account))
        rules.calendar = std::shared_ptr<const BusinessCalendar>(calendars_, calendar);
    return rules;
}

// ------------------------------------------------------------------ what the API asks

Async<Result<std::vector<Webhook>>> Outward::webhooks(Caller caller) {
    co_return co_await asio::co_spawn(
        parts_.io,
        [](Webhooks& all, Caller who) -> Async<Result<std::vector<Webhook>>> {
            co_return all.list(who.tenant);
        }(webhooks_, std::move(caller)),
        asio::use_awaitable
    );
}
Async<Result<std::optional<Webhook>>> Outward::webhook(Caller caller, Id id) {
    co_return co_await asio::co_spawn(
        parts_.io,
        [](Webhooks& all, Caller who, Id wanted) -> Async<Result<std::optional<Webhook>>> {
            co_return all.find(who.tenant, wanted);
        }(webhooks_, std::move(caller), id),
        asio::use_awaitable
    );
}
Async<Result<Webhook>> Outward::add_webhook(
    Caller caller, WebhookWish wish, std::optional<WebhookIdempotency> idempotency
) {
    co_return co_await asio::co_spawn(
        parts_.io, webhooks_.add(std::move(caller), std::move(wish), std::move(idempotency)),
        asio::use_awaitable
    );
}
Async<Result<Webhook>> Outward::change_webhook(
    Caller caller, Id id, WebhookWish wish, std::optional<WebhookIdempotency> idempotency
) {
    co_return co_await asio::co_spawn(
        parts_.io, webhooks_.change(std::move(caller), id, std::move(wish), std::move(idempotency)),
        asio::use_awaitable
    );
}
Async<Result<Webhook>> Outward::rotate_webhook(
    Caller caller, Id id, std::chrono::milliseconds old_for,
    std::optional<WebhookIdempotency> idempotency
) {
    co_return co_await asio::co_spawn(
        parts_.io, webhooks_.rotate(std::move(caller), id, old_for, std::move(idempotency)),
        asio::use_awaitable
    );
}
Async<Result<Webhook>> Outward::replay_webhook(
    Caller caller, Id id, Id after, std::optional<WebhookIdempotency> idempotency
) {
    co_return co_await asio::co_spawn(
        parts_.io, webhooks_.replay(std::move(caller), id, after, std::move(idempotency)),
        asio::use_awaitable
    );
}
Async<Result<void>> Outward::remove_webhook(Caller caller, Id id) {
    co_return co_await asio::co_spawn(
        parts_.io, webhooks_.remove(std::move(caller), id), asio::use_awaitable
    );
}
Async<Result<WebhookTestResult>> Outward::test_webhook(Caller caller, Id id) {
    co_return co_await asio::co_spawn(
        parts_.io, webhooks_.test(std::move(caller), id), asio::use_awaitable
    );
}
Result<std::vector<DueItem>> Outward::due(const Caller& caller, const DueQuery& query) {
    return board_.due(caller.tenant, query);
}

Async<Result<OrderFigures>> Outward::order_figures(
    Caller caller, std::optional<Instant> since, std::optional<Instant> until
) {
    const auto span = figures_span(since, until, now_of_system());
    if (!span) co_return std::unexpected(span.error());
    co_return co_await desk::on<Result<OrderFigures>>(figures_, [this, tenant = caller.tenant, span = *span] {
        return marks_.figures(tenant, span);
    });
}

Async<Result<std::vector<Order>>> Outward::refused_orders(Caller caller, OrderQuery query, Reason code) {
    co_return co_await desk::on<Result<std::vector<Order>>>(figures_, [this, tenant = caller.tenant, query, code] {
        return marks_.refused({.tenant = tenant, .kind = query.kind, .state = query.state, .delivery = query.delivery}, code, query.before,
                              query.limit);
    });
}

void Outward::follow_orders() {
    asio::post(figures_, [this] {
        const auto done = marks_.follow(lines_followed_at_once);
        if (!done) log_warning("orders in numbers: " + done.error().message);
        if (!done || *done) return;
        asio::post(parts_.io, [this] {
            pause_.expires_after(follow_pause);
            pause_.async_wait([this](boost::system::error_code wrong) {
                if (!wrong) follow_orders();
            });
        });
    });
}

Result<std::optional<std::vector<Exchange>>> Outward::exchanges(const Caller&, Id order, Id operation) {
    const auto stored = parts_.store.operation(operation);
    if (!stored) return std::unexpected(stored.error());
    if (!*stored || (*stored)->operation.order != order) return std::nullopt;
    auto found = exchanges_of(**stored);
    if (!found) return std::unexpected(std::move(found).error());
    const auto known = parts_.store.order(order);
    if (!known) return std::unexpected(known.error());
    const auto pin = parts_.store.order_secret(order, "pin");
    if (!pin) return std::unexpected(pin.error());
    if (*known) hide_own_secrets(*found, **known, pin->value_or(std::string()));
    return std::optional(std::move(*found));
}

Result<OrderTrace> Outward::trace(const Caller&, const Order& order, std::size_t limit) {
    auto operations = parts_.store.operations_of(order.id);
    if (!operations) return std::unexpected(std::move(operations).error());
    const auto pin = parts_.store.order_secret(order.id, "pin");
    if (!pin) return std::unexpected(pin.error());
    OrderTrace made{.now = now_of_system(), .operations = {}, .is_whole = operations->size() <= limit};
    const auto accounts = standings();
    const std::size_t skipped = made.is_whole ? 0 : operations->size() - limit;
    for (auto each = operations->begin() + static_cast<std::ptrdiff_t>(skipped); each != operations->end(); ++each) {
        const auto stored = parts_.store.operation(each->id);
        if (!stored) return std::unexpected(stored.error());
        if (!*stored) continue;
        auto steps = steps_of(**stored);
        if (!steps) return std::unexpected(std::move(steps).error());
        if (const auto account = accounts.find(each->account); account != accounts.end())
            add_times_left(*steps, each->id, account->second, RecentRequests::kept_max);
        hide_own_secrets(*steps, order, pin->value_or(std::string()));
        made.operations.push_back({.operation = std::move(*each), .steps = std::move(*steps)});
    }
    return made;
}

}  // namespace porteur
