// SPDX-License-Identifier: Apache-2.0
#include "app/daemon.hpp"

#include <algorithm>
#include <future>
#include <set>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <pthread.h>

#include "access/sealing.hpp"
#include "api/order_json.hpp"
#include "api/server.hpp"
#include "app/admin.hpp"
#include "app/audit_follower.hpp"
#include "app/carrier_holidays.hpp"
#include "app/host_services.hpp"
#include "app/housekeeping.hpp"
#include "app/inventory_desk.hpp"
#include "app/keys.hpp"
#include "app/logging.hpp"
#include "app/mail_intake.hpp"
#include "app/number_syncs.hpp"
#include "app/order_following.hpp"
#include "app/outward.hpp"
#include "app/people_desk.hpp"
#include "app/plugin_desk.hpp"
#include "app/performer.hpp"
#include "app/phone_desk.hpp"
#include "app/provider_desk.hpp"
#include "app/service_manager.hpp"
#include "domain/give_back.hpp"
#include "engine/engine.hpp"
#include "store/key_book.hpp"
#include "store/upkeep.hpp"

namespace porteur {
namespace asio = boost::asio;
namespace {

using WorkGuard = asio::executor_work_guard<asio::io_context::executor_type>;

/// A path as the log shows it: ids whole, of a telephone number the last four digits.
std::string shown_path(std::string_view path) {
    constexpr std::string_view numbers = "/v1/numbers/";
    if (!path.starts_with(numbers)) return std::string(path);
    const auto end = std::min(path.find('/', numbers.size()), path.size());
    const auto number = path.substr(numbers.size(), end - numbers.size());
    if (number.find_first_of("0123456789") == number.npos) return std::string(path);
    return std::string(numbers) + "..." + std::string(number.substr(number.size() - std::min<std::size_t>(4, number.size()))) +
           std::string(path.substr(end));
}

/// What was asked of the API: every request at `debug`, what went wrong here always. Queries and bodies are left out.
void log_request(const AccessLine& line) {
    if (line.defect.empty() && line.status < 500 && !logs_debug()) return;
    const std::string text = "api: " + line.peer + " " + line.method + " " + shown_path(line.path) + " " + std::to_string(line.status) + " " +
                             std::to_string(line.took.count()) + " us";
    if (!line.defect.empty())
        log_error(text + ": " + line.defect);
    else if (line.status >= 500)
        log_warning(text);
    else
        log_debug(text);
}

/// The console that belongs to this porteurd: of a build folder its own, else the one of the settings.
std::filesystem::path console_folder(const ApiSection& from) {
    std::error_code failed;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
    const auto beside = program.parent_path().parent_path() / "share/porteur/console";
    const bool unset = from.console == ApiSection{}.console;
    return unset && !failed && std::filesystem::exists(beside / "index.html", failed) ? beside : from.console;
}

std::shared_ptr<ConsoleFiles> console_of(const ApiSection& from) {
    const auto folder = console_folder(from);
    auto console = std::make_shared<ConsoleFiles>(ConsoleFiles::read(folder));
    if (console->empty()) log_info("there is no built console in " + folder.string() + "; /console/ says so");
    return console;
}

ListenSettings listen_settings(const ApiSection& from, const DocumentsSection& documents, std::shared_ptr<const ConsoleFiles> console) {
    ListenSettings out;
    out.address = from.address;
    out.port = from.port;
    if (from.tls) out.tls = ListenTls{.cert_file = from.tls->cert_file, .key_file = from.tls->key_file};
    out.limits.header_size_max_bytes = from.limits.header_size_max_bytes;
    out.limits.header_count_max = from.limits.header_count_max;
    out.limits.url_size_max_bytes = from.limits.url_size_max_bytes;
    out.limits.body_size_max_bytes = from.limits.body_size_max_bytes;
    out.limits.json_depth_max = from.limits.json_depth_max;
    out.limits.upload_size_max_bytes = documents.size_max_bytes;
    out.limits.header_timeout = from.limits.header_timeout;
    out.limits.body_grace = from.limits.body_grace;
    out.limits.body_rate_min_bytes = from.limits.body_rate_min_bytes;
    out.limits.idle_timeout = from.limits.idle_timeout;
    out.limits.connections_per_address_max = from.limits.connections_per_address_max;
    out.limits.connections_max = from.limits.connections_max;
    out.console = std::move(console);
    out.log = log_request;
    return out;
}

/// The key of reply tokens hangs on the first master key of the store, which keeps it sealed: mails that have left carry
/// its tokens, so it must not change when the master key does.
Result<ReplyKey> reply_key(Store& store) {
    const auto hash = KeyBook(access_of(store)).kept(reply_tokens_key);
    if (!hash) return std::unexpected(hash.error());
    ReplyKey key{};
    if (!*hash || (*hash)->size() != 2 * key.size()) return failure(ErrorKind::internal, "the store has no key of reply tokens");
    for (std::size_t at = 0; at < key.size(); ++at)
        key[at] = static_cast<unsigned char>(std::stoi((*hash)->substr(2 * at, 2), nullptr, 16));
    return key;
}

/// The days on which carriers do not work, from `discover` to the list of due things.
CarrierHolidays::Parts holidays_parts(asio::any_io_executor engine_thread, HostServices& services, Outward& outward) {
    constexpr std::chrono::seconds patience{30};
    return {.executor = std::move(engine_thread),
            .accounts =
                [&services] {
                    std::vector<std::string> names;
                    for (const auto& each : services.carriers().accounts)
                        if (std::ranges::find(each.operations, "discover", &CarrierOperation::name) != each.operations.end())
                            names.push_back(each.account);
                    return names;
                },
            .ask = [&services, patience](std::string account, std::string input) {
                return services.ask(Caller{}, std::move(account), "discover", std::move(input), patience);
            },
            .take = [&outward](std::string account, HolidayList days) { outward.take_carrier_holidays(std::move(account), std::move(days)); },
            .note = log_info};
}

/// The carrier accounts, for the comparison with what their carriers list.
std::vector<SyncAccount> sync_accounts(const ConfiguredAccounts& accounts) {
    std::vector<SyncAccount> out;
    for (const auto& [name, account] : accounts.all()) {
        const auto& operations = account->descriptor->operations;
        out.push_back({.name = name, .tenant = account->configured.tenant,
                       .lists = std::ranges::any_of(operations, [](const auto& each) { return each.name == "list_numbers"; }),
                       .every = account->configured.sync_every, .hold_percent = static_cast<int>(account->configured.sync_hold_percent)});
    }
    return out;
}

}  // namespace

struct Daemon::Parts {
    Settings settings;
    StoreSeal seal;
    asio::io_context outward_io{1};  // first: what the engine's carries for it ends before it
    asio::io_context engine_io{1};
    asio::io_context api_io{1};
    WorkGuard engine_work{engine_io.get_executor()};
    WorkGuard api_work{api_io.get_executor()};
    SystemClock clock{engine_io.get_executor()};
    SystemChance chance;
    std::unique_ptr<Store> store;
    std::unique_ptr<StoreForEngine> engine_store;
    paper::DocumentFolder documents;
    ConfiguredAccounts accounts;
    std::unique_ptr<HttpPerformer> http;
    std::unique_ptr<MailPerformer> mail;
    std::unique_ptr<Performer> performer;
    std::unique_ptr<Engine> engine;
    std::unique_ptr<MailDesk> desk;
    std::unique_ptr<MailIntake> intake;
    std::unique_ptr<Outward> outward;
    std::unique_ptr<DocumentDesk> papers;
    std::unique_ptr<InventoryDesk> numbers;  // asks the people's tree
    std::unique_ptr<PeopleDesk> people;
    std::unique_ptr<ProviderDesk> providers;  // signs in whom the people's desk knows
    std::unique_ptr<PhoneDesk> phones;  // asks the people's tree
    std::unique_ptr<PluginDesk> plugins;
    std::unique_ptr<HostServices> services;
    std::unique_ptr<NumberSyncs> syncs;
    std::unique_ptr<CarrierHolidays> holidays;
    std::shared_ptr<ConsoleFiles> console;
    std::unique_ptr<ApiServer> api;
    asio::thread_pool upkeep{1};  // writes beside the store's own writer, and waits for it: nobody else's thread may
    std::unique_ptr<Housekeeping> housekeeping;  // on that thread, and gone before it
    std::future<void> housekeeping_ended;
    std::unique_ptr<AuditFollower> audit;  // likewise
    std::future<void> audit_ended;
    std::unique_ptr<KeyFollower> keys;  // likewise
    std::future<void> keys_ended;
    std::unique_ptr<OrderFollowing> following;
    std::unique_ptr<OrderFollower> follower;  // likewise
    std::future<void> follower_ended;
    asio::steady_timer tick{engine_io.get_executor()};
    std::uint16_t port = 0;
    std::thread engine_thread, api_thread;
    std::unique_ptr<Watchdog> watchdog;  // of the engine's thread, and gone before it

    Parts(Settings given, MasterKey master, paper::DocumentFolder folder)
        : settings(std::move(given)), seal(Sealing(master)), documents(std::move(folder)), accounts(engine_io.get_executor(), settings) {}

    void every_second() {
        services->take_snapshot();
        tick.expires_after(std::chrono::seconds(1));
        tick.async_wait([this](boost::system::error_code stopped) {
            if (!stopped) every_second();
        });
    }

    /// Runs a function on the engine's thread and waits for it.
    template <class F>
    auto on_engine(F run) {
        std::promise<decltype(run())> promise;
        auto outcome = promise.get_future();
        asio::post(engine_io, [&] {
            if constexpr (std::is_void_v<decltype(run())>) {
                run();
                promise.set_value();
            } else {
                promise.set_value(run());
            }
        });
        return outcome.get();
    }
};

Daemon::Daemon(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Daemon>> Daemon::start(Settings settings, StoodBy before, std::function<void()> working) {
    auto master = master_key_of(settings);
    if (!master) return std::unexpected(std::move(master).error());
    auto documents = paper::DocumentFolder::open(settings.documents.folder, DocumentKeys(*master).get());
    if (!documents) return std::unexpected(std::move(documents).error());
    auto parts = std::make_unique<Parts>(std::move(settings), *master, std::move(*documents));
    auto& p = *parts;
    auto address = store_address(p.settings);
    if (!address) return std::unexpected(std::move(address).error());
    auto store = Store::open({.address = *address, .holder = "porteurd", .beside = false, .seat = {}, .lock = std::move(before.lock)}, p.seal,
                             [&p](std::function<void()> run) { asio::post(p.engine_io, std::move(run)); });
    if (!store) return std::unexpected(std::move(store).error());
    p.store = std::move(*store);
    if (auto ready = ready_keys(*p.store, p.settings, p.seal.sealing(), &p.documents, true); !ready) return std::unexpected(std::move(ready).error());
    const auto key_of_replies = reply_key(*p.store);
    if (!key_of_replies) return std::unexpected(key_of_replies.error());
    p.engine_store = std::make_unique<StoreForEngine>(*p.store);
    p.http = std::make_unique<HttpPerformer>(*p.store, p.documents, p.clock);
    p.http->on_penalty([&p](const std::string& account, Instant until) {
        asio::post(p.upkeep, [&p, account, until] {
            if (auto kept = upkeep_of(*p.store).keep_penalty(account, until); kept)
                log_info("account " + account + ": its carrier wants to be left alone until " + time_text(until));
            else
                log_warning("account " + account + ": a restart will not know of its carrier's penalty: " + kept.error().message);
        });
    });
    p.mail = std::make_unique<MailPerformer>(*p.store, p.documents, p.clock, p.chance, p.settings.mail, *key_of_replies);
    p.performer = std::make_unique<Performer>(*p.http, *p.mail);
    Rhythm rhythm;
    rhythm.follow = p.settings.engine.check_interval;
    rhythm.release_stuck_after = p.settings.orders.release_stuck_after;
    p.engine = std::make_unique<Engine>(p.engine_io.get_executor(), *p.engine_store, p.accounts, *p.performer, p.clock, p.chance, rhythm);
    p.desk = std::make_unique<MailDesk>(MailDesk::Parts{.engine = *p.engine, .accounts = p.accounts, .performer = *p.performer,
                                                        .store = *p.store, .clock = p.clock, .chance = p.chance, .rhythm = rhythm});
    p.intake = std::make_unique<MailIntake>(MailIntake::Parts{.engine_thread = p.engine_io.get_executor(), .desk = *p.desk, .store = *p.store,
                                                              .key = *key_of_replies});
    auto outward = Outward::make({.io = p.outward_io, .engine_thread = p.engine_io.get_executor(), .engine = *p.engine, .store = *p.store,
                                  .on_entries = [&p] { p.services->wake(); p.outward->wake(); }},
                                 p.settings);
    if (!outward) return std::unexpected(std::move(outward).error());
    p.outward = std::move(*outward);
    p.papers = std::make_unique<DocumentDesk>(DocumentDesk::Parts{
        .store = *p.store, .folder = p.documents, .paper = paper::PaperProgram(paper::PaperProgram::beside_this_one()),
        .font_folder = p.settings.documents.font_folder, .size_max_bytes = p.settings.documents.size_max_bytes,
        .pages_max = p.settings.documents.pages_max});
    p.people = std::make_unique<PeopleDesk>(PeopleDesk::Parts{.store = *p.store, .settings = p.settings.sessions});
    if (auto read = p.people->start(); !read) return std::unexpected(std::move(read).error());
    p.providers = std::make_unique<ProviderDesk>(
        ProviderDesk::Parts{.executor = p.outward_io.get_executor(),
                            .sign_in = [&p](ProvidedPerson who) { return p.people->sign_in_provided(std::move(who)); },
                            .sign_in_with_code = [&p](OwesCode who, std::string provider, std::string code, std::string address) {
                                return p.people->sign_in_with_code(who, std::move(provider), std::move(code), std::move(address));
                            },
                            .sealing = p.seal.sealing(),
                            .serves_tls = p.settings.api.tls.has_value(), .attempts_per_minute = p.settings.sessions.attempts_per_minute,
                            .sender = [&p](const ProviderSettings& provider) { return provider_sender(p.outward_io.get_executor(), provider); },
                            .warn = log_warning},
        p.settings.sign_in
    );
    p.people->take_providers(p.providers.get());
    if (auto checked = check_phones(p.settings.phones); !checked)
        return std::unexpected(std::move(checked).error());
    p.phones = std::make_unique<PhoneDesk>(
        PhoneDesk::Parts{.store = *p.store, .tenants = p.people->tenants(), .executor = p.outward_io.get_executor(),
                         .sender = [&p](const CallBackSettings& to) { return call_back_sender(p.outward_io.get_executor(), to); },
                         .warn = log_warning},
        p.settings.phones
    );
    p.people->take_phones(p.phones.get());
    const auto account_names = [&p] {
        std::set<std::string, std::less<>> names;
        for (auto& each : p.services->carriers().accounts) names.insert(std::move(each.account));
        return names;
    };
    p.numbers = std::make_unique<InventoryDesk>(InventoryDesk::Parts{
        .store = *p.store, .tenants = p.people->tenants(), .now = [&p] { return p.clock.now(); },
        .accounts = account_names,
        .spool = p.settings.documents.folder, .font_folder = p.settings.documents.font_folder,
        .door = {.catch_up = [&p] { return p.following->catch_up(); },
                 .can = [&p](const std::string& account) {
                     const auto accounts = p.services->carriers().accounts;
                     const auto found = std::ranges::find(accounts, account, &CarrierInfo::account);
                     return found != accounts.end() &&
                            std::ranges::find(found->operations, "release_numbers", &CarrierOperation::name) != found->operations.end();
                 },
                 .order = [&p](const std::string& account, const std::vector<NumberKey>& keys, const JobScope& scope) -> Result<Id> {
                     std::vector<PhoneNumber> numbers;
                     for (const auto key : keys)
                         if (auto number = PhoneNumber::from_json_text(number_text(key))) numbers.push_back(std::move(*number));
                     auto made = release_of(scope.tenant, account, numbers, p.clock.now(), scope.by);
                     // On the thread of jobs, which may wait for the engine's.
                     auto taken = asio::co_spawn(p.engine_io, p.engine->create(std::move(made.order), std::move(made.entries), {}), asio::use_future).get();
                     if (!taken) return std::unexpected(std::move(taken).error());
                     return taken->id;
                 }}});
    if (auto loaded = p.numbers->start(); !loaded) return std::unexpected(std::move(loaded).error());
    p.plugins = std::make_unique<PluginDesk>(PluginDesk::Parts{
        .engine_thread = p.engine_io.get_executor(), .worker = p.upkeep.get_executor(), .accounts = p.accounts, .store = *p.store,
        .new_id = [&p] { return p.engine->new_id(); },
        .on_change = [&p] {
            p.services->take_snapshot();
            p.holidays->look_again();
            p.syncs->take_accounts(sync_accounts(p.accounts));
        }});
    p.services = std::make_unique<HostServices>(HostServices::Parts{
        .engine_thread = p.engine_io.get_executor(), .engine = *p.engine, .accounts = p.accounts, .performer = *p.performer,
        .store = *p.store, .papers = *p.papers, .clock = p.clock, .chance = p.chance,
        .desk = *p.desk, .intake = *p.intake, .outward = *p.outward, .numbers = *p.numbers, .people = *p.people, .plugins = *p.plugins,
        .ages = p.settings.documents.age_days_max});
    // On the thread of upkeep, of jobs or of comparisons, which may wait for the engine's.
    const auto tell = [&p](TimelineEntry line) {
        Commit made;
        made.entries.push_back(std::move(line));
        return asio::co_spawn(p.engine_io, p.outward->writer().commit(std::move(made)), asio::use_future).get();
    };
    p.syncs = std::make_unique<NumberSyncs>(NumberSyncs::Parts{
        .executor = p.engine_io.get_executor(), .store = *p.store, .inventory = p.numbers->inventory(),
        .directory = p.numbers->directory(), .tenants = p.people->tenants(), .now = [&p] { return p.clock.now(); },
        .fraction = [&p] { return p.chance.fraction(); },
        .ask = [&p](std::string account) {
            constexpr std::chrono::minutes patience{10};  // some carriers give ten pages a minute
            return p.services->ask(Caller{}, std::move(account), "list_numbers", "{}", patience);
        },
        .catch_up = [&p] { return p.following->catch_up(); },
        .tell = tell, .note = log_info, .retention = p.settings.engine.retention});
    p.numbers->serve(*p.syncs);
    if (auto opened = p.syncs->open(); !opened) return std::unexpected(std::move(opened).error());
    p.following = std::make_unique<OrderFollowing>(OrderFollowing::Parts{
        .store = *p.store, .inventory = p.numbers->inventory(), .tenants = p.people->tenants(), .accounts = account_names,
        .now = [&p] { return p.clock.now(); },
        .tell = tell});
    p.follower = std::make_unique<OrderFollower>(p.upkeep.get_executor(), *p.following);
    p.engine->on_entries([services = p.services.get(), outward = p.outward.get(), follower = p.follower.get()] {
        services->wake();
        outward->wake();
        follower->wake();
    });

    // A plugin's process dies with the thread that started it, so the engine's own thread loads them.
    p.engine_thread = std::thread([&p] {
        pthread_setname_np(pthread_self(), "engine");
        p.engine_io.run();
    });
    auto daemon = std::unique_ptr<Daemon>(new Daemon(std::move(parts)));
    auto started = p.on_engine([&p, &working, took_over = before.took_over]() -> Result<void> {
        auto open = p.store->open_operations();
        if (!open) return std::unexpected(std::move(open).error());
        std::set<std::string> standing;
        for (auto& each : *open) standing.insert(std::move(each.build));
        p.accounts.load(standing);
        // What another sent a moment ago counts for the carrier.
        if (took_over) p.accounts.begin_used_up();
        p.syncs->take_accounts(sync_accounts(p.accounts));
        auto penalties = upkeep_of(*p.store).penalties();
        if (!penalties) return std::unexpected(std::move(penalties).error());
        p.accounts.keep_to(*penalties, p.clock.now());
        if (working) working();
        if (auto begun = p.engine->start(); !begun) return begun;
        p.every_second();
        return {};
    });
    if (!started) return std::unexpected(std::move(started).error());
    p.holidays = std::make_unique<CarrierHolidays>(holidays_parts(p.engine_io.get_executor(), *p.services, *p.outward));
    p.on_engine([&p] {
        p.holidays->start();
        p.syncs->start();
    });
    p.intake->start(p.settings.mail);
    if (auto begun = p.outward->start(); !begun) return std::unexpected(std::move(begun).error());
    p.console = console_of(p.settings.api);
    p.console->allow_websockets(websockets_of(p.settings.phones));
    auto listen = listen_settings(p.settings.api, p.settings.documents, p.console);
    listen.listener = before.listener;
    p.api = std::make_unique<ApiServer>(p.api_io, std::move(listen), *p.services);
    auto port = p.api->start();
    if (!port) return std::unexpected(std::move(port).error());
    p.port = *port;
    p.housekeeping = std::make_unique<Housekeeping>(
        p.upkeep.get_executor(), *p.store, [] { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); },
        HousekeepingSettings{
            .retention = p.settings.engine.retention, .more = [&desk = *p.numbers](Instant before) { return desk.tidy(before); }
        }
    );
    p.housekeeping_ended = p.housekeeping->start();
    p.audit = std::make_unique<AuditFollower>(p.upkeep.get_executor(), *p.people);
    p.audit_ended = p.audit->start();
    p.keys = std::make_unique<KeyFollower>(KeyFollower::Parts{.executor = p.upkeep.get_executor(), .store = *p.store, .settings = p.settings,
                                                              .sealing = p.seal.sealing(), .documents = p.documents, .note = log_info, .warn = log_warning});
    p.keys_ended = p.keys->start();
    p.follower_ended = p.follower->start();
    p.api_thread = std::thread([&p] { p.api_io.run(); });
    if (const auto limit = watchdog_time(); limit.count() > 0)
        p.watchdog = std::make_unique<Watchdog>(p.engine_io.get_executor(), limit / 2, tell_alive);
    log_info("porteurd listens on " + p.settings.api.address + ":" + std::to_string(p.port));
    return daemon;
}

std::uint16_t Daemon::port() const { return parts_->port; }

Result<void> Daemon::reload(Settings settings) {
    const auto retention = settings.engine.retention;
    const auto sign_in = settings.sign_in;
    const auto phones = settings.phones;
    auto outward = Outward::prepare(settings);
    if (!outward) return std::unexpected(std::move(outward).error());
    if (auto checked = check_phones(phones); !checked) return checked;
    if (auto taken = parts_->api->take_certificate(); !taken) return taken;
    auto done = parts_->on_engine([&]() -> Result<void> {
        auto mail = settings.mail;
        if (auto done = parts_->accounts.reload(std::move(settings)); !done) return done;
        // An account may have been left out for a while; what the carrier said to it still holds.
        if (const auto penalties = upkeep_of(*parts_->store).penalties()) parts_->accounts.keep_to(*penalties, parts_->clock.now());
        parts_->intake->reload(mail);
        parts_->mail->reload(std::move(mail));
        parts_->services->take_snapshot();
        parts_->holidays->look_again();
        parts_->syncs->take_accounts(sync_accounts(parts_->accounts));
        return {};
    });
    if (done) parts_->outward->take(std::move(*outward));
    if (done && sign_in != parts_->settings.sign_in) parts_->providers->take(sign_in);
    if (done) parts_->settings.sign_in = sign_in;
    if (done && phones != parts_->settings.phones) {
        parts_->phones->take(phones);
        parts_->console->allow_websockets(websockets_of(phones));
        parts_->settings.phones = phones;
    }
    if (done) asio::post(parts_->upkeep, [p = parts_.get(), retention] { p->housekeeping->set_retention(retention); });
    return done;
}

void Daemon::stop() {
    auto& p = *parts_;
    if (p.numbers) p.numbers->cut_off();
    if (p.plugins) p.plugins->stop();
    if (p.api) p.api->stop();
    p.api_work.reset();
    if (p.api_thread.joinable()) p.api_thread.join();
    if (p.syncs) p.syncs->stop_writing();
    if (p.numbers) p.numbers->stop();
    if (p.people) p.people->stop();
    if (p.phones) p.phones->stop();
    // A batch under way ends first: the engine's thread, which tells it of its commit, still runs.
    if (p.housekeeping_ended.valid()) {
        asio::post(p.upkeep, [&p] { p.housekeeping->stop(); });
        p.housekeeping_ended.get();
    }
    if (p.audit_ended.valid()) {
        asio::post(p.upkeep, [&p] { p.audit->stop(); });
        p.audit_ended.get();
    }
    if (p.keys_ended.valid()) {
        asio::post(p.upkeep, [&p] { p.keys->stop(); });
        p.keys_ended.get();
    }
    if (p.follower_ended.valid()) {
        asio::post(p.upkeep, [&p] { p.follower->stop(); });
        p.follower_ended.get();
    }
    if (!p.engine_thread.joinable()) return;
    p.outward->stop();  // it waits for the engine's thread, too
    p.papers->stop();
    p.intake->stop();  // it waits for the engine's thread, which must still run
    p.on_engine([&p] {
        p.tick.cancel();
        if (p.holidays) p.holidays->stop();
        if (p.syncs) p.syncs->stop();
        p.engine->stop();
    });
    const auto deadline = std::chrono::steady_clock::now() + p.settings.engine.stop_timeout;
    while (std::chrono::steady_clock::now() < deadline && p.on_engine([&p] { return p.engine->counters().running; }) > 0)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    p.watchdog.reset();
    p.engine_work.reset();
    p.engine_io.stop();
    p.engine_thread.join();
    p.upkeep.join();
    p.mail.reset();   // waits for a mail under way
    p.store.reset();  // writes what is queued
}

Daemon::~Daemon() { stop(); }

}  // namespace porteur
