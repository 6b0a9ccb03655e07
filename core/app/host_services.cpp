// SPDX-License-Identifier: Apache-2.0
#include "app/host_services.hpp"
#include "app/host_words.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <porteur/phrase.hpp>
#include <porteur/json.hpp>

#include "access/token.hpp"
#include "app/account_standing.hpp"
#include "app/inventory_desk.hpp"
#include "app/outward.hpp"
#include "app/people_desk.hpp"
#include "app/plugin_desk.hpp"
#include "engine/outside.hpp"
#include "engine/query.hpp"

namespace porteur {
namespace asio = boost::asio;
namespace {

using host::coded;

RememberMail remember_mail(const Caller& caller, std::optional<MailIdempotency> request, Clock& clock) {
    if (!request) return {};
    return [tenant = caller.tenant, request = std::move(*request), &clock](const InboxMail& mail) -> std::optional<IdempotencyRecord> {
        auto [status, body] = request.answer(mail);
        return IdempotencyRecord{.tenant = tenant, .key = request.key, .fingerprint = request.fingerprint,
                                 .status = status, .body = std::move(body), .at = clock.now()};
    };
}

}  // namespace

// ------------------------------------------------------------------ the picture

void HostServices::take_snapshot() {
    HostSnapshot made;
    made.engine = parts_.engine.counters();
    made.process_ends = parts_.accounts.process_ends();
    made.findings = parts_.accounts.findings();
    for (const auto& [name, account] : parts_.accounts.all()) {
        const auto& descriptor = *account->descriptor;
        CarrierInfo info{.account = name, .plugin = descriptor.id, .name = descriptor.name, .version = descriptor.version,
                         .build = account->runner->build(),
                         .isolation = account->plugin->isolation == Isolation::process ? "process" : "none",
                         .countries = descriptor.countries, .operations = {}, .limitations = {}, .health = "ok",
                         .last_error = last_error_of(*account), .last_error_at = account->trouble->at,
                         .process_ends = account->plugin->ends};
        for (const auto& operation : descriptor.operations) {
            info.operations.push_back({.name = operation.name, .pure = operation.pure, .transport = operation.pure ? "pure" : "api"});
            if (operation.name == "search_numbers") made.sellers.push_back(name);
        }
        for (const auto& limitation : descriptor.limitations) info.limitations.emplace_back(limitation.text, limitation.text_fr);
        const auto breaker = account->breaker->state(std::chrono::steady_clock::now());
        if (breaker == CircuitBreaker::State::open) info.health = "down";
        if (breaker == CircuitBreaker::State::half_open) info.health = "degraded";
        made.carriers.accounts.push_back(std::move(info));
        made.contacts[name] = account->configured.contact_email;
    }
    for (const auto& refused : parts_.accounts.refused())
        made.carriers.refused.push_back({.file = refused.path.filename().string(), .reason = refused.refusal.text()});
    parts_.outward.take_accounts(parts_.accounts);
    std::lock_guard lock(mutex_);
    snapshot_ = std::move(made);
}

HostSnapshot HostServices::snapshot() const {
    std::lock_guard lock(mutex_);
    return snapshot_;
}

CarrierList HostServices::carriers() { return snapshot().carriers; }
std::vector<std::string> HostServices::sellers() { return snapshot().sellers; }

HealthReport HostServices::health() {
    HealthReport report;
    const auto store = parts_.store.newest_entry();
    report.checks.push_back({.name = "store", .ok = store.has_value(), .detail = store ? "" : store.error().message});
    const auto picture = snapshot();
    report.checks.push_back({.name = "plugins", .ok = picture.findings.empty(),
                             .detail = picture.findings.empty() ? "" : picture.findings.front()});
    if (const auto mail = parts_.intake.status(); mail.configured)
        // Behind a proxy of this machine everybody comes from it: what the server said stands in the log.
        report.checks.push_back({.name = "mail", .ok = mail.trouble.empty(),
                                 .detail = mail.trouble.empty() ? "" : phrase("the mailbox cannot be read; porteurd's log says why")});
    report.ready = store.has_value();
    return report;
}

std::string HostServices::metrics() {
    using prometheus::ClientMetric;
    using prometheus::MetricFamily;
    using prometheus::MetricType;
    const auto picture = snapshot();
    std::vector<MetricFamily> families;
    const auto add = [&](std::string name, std::string help, MetricType type, double value, std::vector<ClientMetric::Label> labels = {}) {
        if (families.empty() || families.back().name != name) families.push_back({std::move(name), std::move(help), type, {}});
        ClientMetric metric;
        metric.label = std::move(labels);
        if (type == MetricType::Counter)
            metric.counter.value = value;
        else
            metric.gauge.value = value;
        families.back().metric.push_back(std::move(metric));
    };
    add("porteur_operations_total", "Plugin operations that ended", MetricType::Counter, double(picture.engine.operations));
    add("porteur_operations_parked_total", "Operations that wait for a person", MetricType::Counter, double(picture.engine.parked));
    add("porteur_plugin_deaths_total", "Ends of plugin processes, at work, idle or while they load, and starts that failed", MetricType::Counter, double(picture.process_ends));
    add("porteur_lost_outcomes_total", "Requests whose answer was lost, so that the carrier or a person is asked", MetricType::Counter,
        double(picture.engine.lost_outcomes));
    add("porteur_operations_running", "Operations under way", MetricType::Gauge, double(picture.engine.running));
    add("porteur_orders_waiting", "Orders that have a time of their next look", MetricType::Gauge, double(picture.engine.waiting));
    const auto counters = parts_.store.counters();
    add("porteur_standing_by", "1 while another porteurd holds the store", MetricType::Gauge, 0);
    add("porteur_store_transactions_total", "Durable transactions", MetricType::Counter, double(counters.transactions));
    add("porteur_store_commits_total", "Commits carried by them", MetricType::Counter, double(counters.commits));
    add("porteur_store_commits_failed_total", "Commits that the store refused: a full disk, or a change that does not fit", MetricType::Counter, double(counters.failed));
    add("porteur_store_backlog", "Commits that wait for the writer or with it for the disk", MetricType::Gauge, double(parts_.store.backlog()));
    if (const auto mail = parts_.intake.status(); mail.configured) {
        add("porteur_mailbox_up", "1 while the mailbox can be read", MetricType::Gauge, mail.trouble.empty() ? 1 : 0);
        add("porteur_mailbox_visits_total", "Visits of the mailbox that ended well", MetricType::Counter, double(mail.visits));
        add("porteur_mailbox_visits_failed_total", "Visits of the mailbox that failed", MetricType::Counter, double(mail.visits_failed));
        add("porteur_mails_taken_total", "Mails taken since the start", MetricType::Counter, double(mail.taken));
    }
    const auto hooks = parts_.outward.counters();
    add("porteur_webhook_tries_total", "Tries to deliver an event since the start, by what they came to", MetricType::Counter, double(hooks.delivered), {{"outcome", "delivered"}});
    add("porteur_webhook_tries_total", "", MetricType::Counter, double(hooks.failed), {{"outcome", "failed"}});
    add("porteur_webhooks", "Endpoints of web hooks", MetricType::Gauge, double(hooks.endpoints));
    add("porteur_webhooks_switched_off", "Endpoints that were switched off because they failed", MetricType::Gauge, double(hooks.off));
    if (const auto counts = parts_.store.received_counts())
        for (const auto& [state, count] : *counts)
            add("porteur_mails", "Mails that came in, by state", MetricType::Gauge, double(count), {{"state", state}});
    if (const auto counts = parts_.store.order_counts()) {
        for (const auto& [words, count] : *counts) {
            const auto first = words.find('/'), second = words.rfind('/');
            add("porteur_orders", "Orders by kind, state and delivery", MetricType::Gauge, double(count),
                {{"kind", words.substr(0, first)}, {"state", words.substr(first + 1, second - first - 1)}, {"delivery", words.substr(second + 1)}});
        }
    }
    if (const auto in_doubt = StandingBook(access_of(parts_.store)).in_doubt())
        add("porteur_orders_in_doubt_unsettled", "Orders in doubt that wait for a person, or have been in doubt for more than half an hour", MetricType::Gauge,
            double(doubts_.unsettled(*in_doubt, parts_.clock.now())));
    for (const auto& account : picture.carriers.accounts)
        add("porteur_account_up", "1 while the carrier answers; 0 from when it did not until it has again", MetricType::Gauge, account.health == "ok" ? 1 : 0, {{"account", account.account}});
    return prometheus::TextSerializer().Serialize(families);
}

// ------------------------------------------------------------------ who calls

Result<std::optional<Caller>> HostServices::authenticate(std::string_view bearer_token) {
    auto found = parts_.store.token_by_hash(hash_of_token(bearer_token));
    if (!found) return std::unexpected(std::move(found).error());
    if (!*found) return std::nullopt;
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    if ((*found)->revoked || ((*found)->expires && *(*found)->expires <= now)) return std::nullopt;
    if (parts_.people.tree()->is_disabled((*found)->tenant)) return std::nullopt;
    return Caller{.tenant = (*found)->tenant,
                  .token_name = (*found)->name,
                  .scope = (*found)->scope,
                  .role = (*found)->scope == "operator" ? Role::operator_token : Role::reader_token};
}

// ------------------------------------------------------------------ changes

Async<Result<std::string>> HostServices::ask_on_engine(std::string account, std::string operation, std::string input,
                                                       std::chrono::milliseconds deadline) {
    auto view = parts_.accounts.find(account);
    if (!view) co_return std::unexpected(coded(ErrorKind::invalid_input, not_found_code, phrase("there is no account {1}; GET /v1/carriers lists them", porteur::quoted(account))));
    // Nothing leaves while that is uncertain; a commit asks, and ends the process where it is another's.
    if (!parts_.store.is_ours())
        if (auto proven = co_await parts_.outward.writer().commit({}); !proven) co_return std::unexpected(std::move(proven).error());
    const Id id = parts_.engine.new_id();
    co_return co_await porteur::ask(std::move(view), parts_.performer, parts_.clock, parts_.chance, id, std::move(account),
                                    std::move(operation), std::move(input), parts_.clock.now() + deadline);
}

Async<Result<std::string>> HostServices::ask(Caller, std::string account, std::string operation, std::string input,
                                             std::chrono::milliseconds deadline) {
    co_return co_await asio::co_spawn(parts_.engine_thread,
                                      ask_on_engine(std::move(account), std::move(operation), std::move(input), deadline),
                                      asio::use_awaitable);
}

Async<Result<Id>> HostServices::deliver(Caller caller, InboundEvent event, std::optional<EventIdempotency> idempotency) {
    event.tenant = caller.tenant;
    std::function<IdempotencyRecord(Id)> remember;
    if (idempotency)
        remember = [tenant = caller.tenant, request = std::move(*idempotency), &clock = parts_.clock](Id id) {
            auto [status, body] = request.answer(id);
            return IdempotencyRecord{.tenant = tenant, .key = request.key, .fingerprint = request.fingerprint,
                                     .status = status, .body = std::move(body), .at = clock.now()};
        };
    co_return co_await asio::co_spawn(parts_.engine_thread, parts_.engine.deliver(std::move(event), std::move(remember)), asio::use_awaitable);
}

// ------------------------------------------------------------------ reads

namespace {

/// The manual tasks of an order's open operation.
Result<std::vector<OpenTask>> tasks_of(Store& store, const Order& order, Instant now) {
    std::vector<OpenTask> out;
    if (order.open_operation == 0) return out;
    auto stored = store.operation(order.open_operation);
    if (!stored) return std::unexpected(std::move(stored).error());
    if (!*stored || (*stored)->operation.state != Operation::State::open) return out;
    auto open = open_effects(**stored);
    if (!open) return std::unexpected(std::move(open).error());
    for (const auto& [seq, intent] : open->effects) {
        if (intent.effect.kind != EffectKind::manual) continue;
        auto task = task_of(intent);
        OpenTask made{.order = order.id, .kind = order.kind, .account = (*stored)->operation.account, .reference = order.reference,
                      .step = std::move(task.step), .title = std::move(task.title), .text = std::move(task.text),
                      .choices = std::move(task.choices), .text_required = task.text_required, .since = task.since, .reminded_next = {}};
        if (task.remind_every.count() > 0)
            made.reminded_next = task.since + ((now - task.since) / task.remind_every + 1) * task.remind_every;
        out.push_back(std::move(made));
    }
    return out;
}

}  // namespace

Result<std::vector<OpenTask>> HostServices::tasks(const Caller& caller, int limit) {
    constexpr int page = 200;
    constexpr int pages_max = 25;  // what waits for a person for another reason stands among them
    std::vector<OpenTask> out;
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    for (const auto kind : {OrderKind::port, OrderKind::purchase, OrderKind::release}) {
        Id before = 0;
        std::size_t found = 0;
        for (int at = 0; at < pages_max && found < static_cast<std::size_t>(limit); ++at) {
            auto waiting = parts_.store.orders(
                {.tenant = caller.tenant, .kind = kind, .state = {}, .delivery = Delivery::waiting_for_person}, before, page
            );
            if (!waiting) return std::unexpected(std::move(waiting).error());
            for (const auto& order : *waiting) {
                auto tasks = tasks_of(parts_.store, order, now);
                if (!tasks) return std::unexpected(std::move(tasks).error());
                found += tasks->size();
                std::ranges::move(*tasks, std::back_inserter(out));
            }
            if (waiting->size() < page) break;
            before = waiting->back().id;
        }
    }
    std::ranges::sort(out, std::greater<>(), &OpenTask::since);
    if (out.size() > static_cast<std::size_t>(limit)) out.resize(static_cast<std::size_t>(limit));
    return out;
}
Result<std::optional<Order>> HostServices::order(const Caller& caller, Id id) {
    auto found = parts_.store.order(id);
    if (found && *found && (*found)->tenant != caller.tenant) return std::optional<Order>{};
    return found;
}
Result<std::vector<Order>> HostServices::orders(const Caller& caller, const OrderQuery& query) {
    return parts_.store.orders({.tenant = caller.tenant, .kind = query.kind, .state = query.state, .delivery = query.delivery},
                               query.before, query.limit);
}
Result<std::vector<TimelineEntry>> HostServices::timeline(const Caller&, Id order) { return parts_.store.timeline(order); }
Result<std::vector<Operation>> HostServices::operations(const Caller&, Id order) { return parts_.store.operations_of(order); }
Result<std::vector<TimelineEntry>> HostServices::entries_after(const Caller& caller, Id after, int limit) {
    return parts_.store.entries_after(after, caller.tenant, limit);
}
Result<Id> HostServices::newest_entry(const Caller&) { return parts_.store.newest_entry(); }
Result<std::optional<IdempotencyRecord>> HostServices::remembered(const Caller& caller, const std::string& key) {
    return parts_.store.idempotency(caller.tenant, key);
}

class HostSubscription : public Subscription {
public:
    HostSubscription(HostServices& services, std::uint64_t id) : services_(services), id_(id) {}
    ~HostSubscription() override {
        std::lock_guard lock(services_.listeners_mutex_);
        services_.listeners_.erase(id_);
    }

private:
    HostServices& services_;
    std::uint64_t id_;
};

std::unique_ptr<Subscription> HostServices::subscribe(const Caller&, std::function<void()> wake) {
    std::lock_guard lock(listeners_mutex_);
    listeners_[++last_listener_] = std::make_shared<std::function<void()>>(std::move(wake));
    return std::make_unique<HostSubscription>(*this, last_listener_);
}

void HostServices::wake() {
    std::vector<std::shared_ptr<std::function<void()>>> all;
    {
        std::lock_guard lock(listeners_mutex_);
        if (listeners_.empty()) return;
        for (const auto& [id, each] : listeners_) all.push_back(each);
    }
    for (const auto& each : all) (*each)();
}

OutwardServices& HostServices::outward() { return parts_.outward; }
NumberServices& HostServices::numbers() { return parts_.numbers; }
PeopleServices& HostServices::people() { return parts_.people; }
PluginServices& HostServices::plugins() { return parts_.plugins; }

// ------------------------------------------------------------------ mails that came in

Result<std::vector<InboxMail>> HostServices::mails(const Caller& caller, const MailQuery& query) {
    return parts_.store.received_mails({.tenant = caller.tenant, .state = query.state, .order = query.order}, query.before, query.limit);
}

Result<std::optional<MailShown>> HostServices::mail(const Caller& caller, Id id) {
    auto found = parts_.store.received_mail(id);
    if (!found) return std::unexpected(std::move(found).error());
    if (!*found || (*found)->tenant != caller.tenant) return std::optional<MailShown>{};
    MailShown shown;
    shown.mail = std::move(**found);
    shown.left_at_server = shown.mail.raw.empty();
    if (!shown.left_at_server) {
        if (auto read = read_mail(shown.mail.raw)) {
            shown.text = std::move(read->text);
            shown.from_machine = read->from_machine();
            shown.defects = std::move(read->defects);
            for (auto& file : read->files)
                shown.files.push_back({.name = std::move(file.name), .content_type = std::move(file.content_type), .size = file.bytes.size()});
        } else {
            shown.defects.push_back(read.error().message);
        }
    }
    shown.mail.raw.clear();
    return std::optional(std::move(shown));
}

Async<Result<InboxMail>> HostServices::assign_mail(Caller caller, Id mail, Id order, bool take_word, std::optional<MailIdempotency> idempotency) {
    co_return co_await asio::co_spawn(parts_.engine_thread,
                                      parts_.desk.assign(mail, caller.tenant, order, take_word, caller.token_name,
                                                         remember_mail(caller, std::move(idempotency), parts_.clock)),
                                      asio::use_awaitable);
}

Async<Result<InboxMail>> HostServices::dismiss_mail(Caller caller, Id mail, std::optional<MailIdempotency> idempotency) {
    co_return co_await asio::co_spawn(parts_.engine_thread,
                                      parts_.desk.dismiss(mail, caller.tenant, caller.token_name,
                                                          remember_mail(caller, std::move(idempotency), parts_.clock)),
                                      asio::use_awaitable);
}

// ------------------------------------------------------------------ documents

Result<std::unique_ptr<DocumentUpload>> HostServices::begin_upload(const Caller& caller, DocumentClaim claim) {
    return parts_.papers.begin_upload(caller, std::move(claim));
}

Async<Result<DocumentContent>> HostServices::document_content(Caller caller, std::string id) {
    co_return co_await parts_.papers.content(std::move(caller), std::move(id));
}

Result<std::optional<StoredDocument>> HostServices::document(const Caller& caller, const std::string& id) {
    auto found = parts_.store.document(id);
    if (!found) return std::unexpected(std::move(found).error());
    if (!*found || (*found)->tenant != caller.tenant) return std::optional<StoredDocument>{};
    return std::optional(StoredDocument{.about = (*found)->about, .created = (*found)->created});
}

}  // namespace porteur
