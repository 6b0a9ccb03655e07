// SPDX-License-Identifier: Apache-2.0
#include "app/daemon_parts.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <pthread.h>

#include "api/order_json.hpp"
#include "app/admin.hpp"
#include "app/api_front.hpp"
#include "app/logging.hpp"
#include "domain/give_back.hpp"
#include "store/key_book.hpp"
#include "store/upkeep.hpp"

namespace porteur {
namespace asio = boost::asio;
namespace {

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

}  // namespace

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

Result<void> Daemon::Parts::open_store(std::shared_ptr<StoreLock> lock) {
    auto address = store_address(settings);
    if (!address) return std::unexpected(std::move(address).error());
    auto opened = Store::open({.address = *address, .holder = "porteurd", .beside = false, .seat = {}, .lock = std::move(lock)}, seal,
                              [this](std::function<void()> run) { asio::post(engine_io, std::move(run)); });
    if (!opened) return std::unexpected(std::move(opened).error());
    store = std::move(*opened);
    return ready_keys(*store, settings, seal.sealing(), &documents, true);
}

Result<void> Daemon::Parts::make_engine() {
    const auto key_of_replies = reply_key(*store);
    if (!key_of_replies) return std::unexpected(key_of_replies.error());
    engine_store = std::make_unique<StoreForEngine>(*store);
    http = std::make_unique<HttpPerformer>(*store, documents, clock);
    http->on_penalty([this](const std::string& account, Instant until) {
        asio::post(upkeep, [this, account, until] { write_penalty(account, until); });
    });
    mail = std::make_unique<MailPerformer>(*store, documents, clock, chance, settings.mail, *key_of_replies);
    performer = std::make_unique<Performer>(*http, *mail);
    Rhythm rhythm;
    rhythm.follow = settings.engine.check_interval;
    rhythm.release_stuck_after = settings.orders.release_stuck_after;
    engine = std::make_unique<Engine>(engine_io.get_executor(), *engine_store, accounts, *performer, clock, chance, rhythm);
    desk = std::make_unique<MailDesk>(MailDesk::Parts{.engine = *engine, .accounts = accounts, .performer = *performer,
                                                      .store = *store, .clock = clock, .chance = chance, .rhythm = rhythm});
    intake = std::make_unique<MailIntake>(MailIntake::Parts{.engine_thread = engine_io.get_executor(), .desk = *desk, .store = *store,
                                                            .key = *key_of_replies});
    auto made = Outward::make({.io = outward_io, .engine_thread = engine_io.get_executor(), .engine = *engine, .store = *store,
                               .on_entries = [this] { services->wake(); outward->wake(); }},
                              settings);
    if (!made) return std::unexpected(std::move(made).error());
    outward = std::move(*made);
    return {};
}

Result<void> Daemon::Parts::make_people() {
    papers = std::make_unique<DocumentDesk>(DocumentDesk::Parts{
        .store = *store, .folder = documents, .paper = paper::PaperProgram(paper::PaperProgram::beside_this_one()),
        .font_folder = settings.documents.font_folder, .size_max_bytes = settings.documents.size_max_bytes,
        .pages_max = settings.documents.pages_max});
    people = std::make_unique<PeopleDesk>(PeopleDesk::Parts{.store = *store, .settings = settings.sessions});
    if (auto read = people->start(); !read) return std::unexpected(std::move(read).error());
    providers = std::make_unique<ProviderDesk>(
        ProviderDesk::Parts{.executor = outward_io.get_executor(),
                            .sign_in = [this](ProvidedPerson who) { return people->sign_in_provided(std::move(who)); },
                            .sign_in_with_code = [this](OwesCode who, std::string provider, std::string code, std::string address) {
                                return people->sign_in_with_code(who, std::move(provider), std::move(code), std::move(address));
                            },
                            .sealing = seal.sealing(),
                            .serves_tls = settings.api.tls.has_value(), .attempts_per_minute = settings.sessions.attempts_per_minute,
                            .sender = [this](const ProviderSettings& provider) { return provider_sender(outward_io.get_executor(), provider); },
                            .warn = log_warning},
        settings.sign_in
    );
    people->take_providers(providers.get());
    if (auto checked = check_phones(settings.phones); !checked)
        return std::unexpected(std::move(checked).error());
    phones = std::make_unique<PhoneDesk>(
        PhoneDesk::Parts{.store = *store, .tenants = people->tenants(), .executor = outward_io.get_executor(),
                         .sender = [this](const CallBackSettings& to) { return call_back_sender(outward_io.get_executor(), to); },
                         .warn = log_warning},
        settings.phones
    );
    people->take_phones(phones.get());
    return {};
}

Result<void> Daemon::Parts::make_numbers() {
    numbers = std::make_unique<InventoryDesk>(InventoryDesk::Parts{
        .store = *store, .tenants = people->tenants(), .now = [this] { return clock.now(); },
        .accounts = [this] { return account_names(); },
        .spool = settings.documents.folder, .font_folder = settings.documents.font_folder,
        .door = {.catch_up = [this] { return following->catch_up(); },
                 .can = [this](const std::string& account) {
                     const auto known = services->carriers().accounts;
                     const auto found = std::ranges::find(known, account, &CarrierInfo::account);
                     return found != known.end() &&
                            std::ranges::find(found->operations, "release_numbers", &CarrierOperation::name) != found->operations.end();
                 },
                 .order = [this](const std::string& account, const std::vector<NumberKey>& chosen, const JobScope& scope) -> Result<Id> {
                     std::vector<PhoneNumber> given_back;
                     for (const auto key : chosen)
                         if (auto number = PhoneNumber::from_json_text(number_text(key))) given_back.push_back(std::move(*number));
                     auto made = release_of(scope.tenant, account, given_back, clock.now(), scope.by);
                     // On the thread of jobs, which may wait for the engine's.
                     auto taken = asio::co_spawn(engine_io, engine->create(std::move(made.order), std::move(made.entries), {}), asio::use_future).get();
                     if (!taken) return std::unexpected(std::move(taken).error());
                     return taken->id;
                 }}});
    if (auto loaded = numbers->start(); !loaded) return std::unexpected(std::move(loaded).error());
    plugins = std::make_unique<PluginDesk>(PluginDesk::Parts{
        .engine_thread = engine_io.get_executor(), .worker = upkeep.get_executor(), .accounts = accounts, .store = *store,
        .new_id = [this] { return engine->new_id(); },
        .on_change = [this] {
            services->take_snapshot();
            holidays->look_again();
            syncs->take_accounts(sync_accounts(accounts));
        }});
    services = std::make_unique<HostServices>(HostServices::Parts{
        .engine_thread = engine_io.get_executor(), .engine = *engine, .accounts = accounts, .performer = *performer,
        .store = *store, .papers = *papers, .clock = clock, .chance = chance,
        .desk = *desk, .intake = *intake, .outward = *outward, .numbers = *numbers, .people = *people, .plugins = *plugins,
        .ages = settings.documents.age_days_max});
    // On the thread of upkeep, of jobs or of comparisons, which may wait for the engine's.
    const auto tells = [this](TimelineEntry line) { return tell(std::move(line)); };
    syncs = std::make_unique<NumberSyncs>(NumberSyncs::Parts{
        .executor = engine_io.get_executor(), .store = *store, .inventory = numbers->inventory(),
        .directory = numbers->directory(), .tenants = people->tenants(), .now = [this] { return clock.now(); },
        .fraction = [this] { return chance.fraction(); },
        .ask = [this](std::string account) {
            constexpr std::chrono::minutes patience{10};  // some carriers give ten pages a minute
            return services->ask(Caller{}, std::move(account), "list_numbers", "{}", patience);
        },
        .catch_up = [this] { return following->catch_up(); },
        .tell = tells, .note = log_info, .retention = settings.engine.retention});
    numbers->serve(*syncs);
    if (auto opened = syncs->open(); !opened) return std::unexpected(std::move(opened).error());
    following = std::make_unique<OrderFollowing>(OrderFollowing::Parts{
        .store = *store, .inventory = numbers->inventory(), .tenants = people->tenants(),
        .accounts = [this] { return account_names(); },
        .now = [this] { return clock.now(); },
        .tell = tells});
    follower = std::make_unique<OrderFollower>(upkeep.get_executor(), *following);
    engine->on_entries([services = services.get(), outward = outward.get(), follower = follower.get()] {
        services->wake();
        outward->wake();
        follower->wake();
    });
    return {};
}

Result<void> Daemon::Parts::begin_work(bool took_over, const std::function<void()>& working) {
    // A plugin's process dies with the thread that started it, so the engine's own thread loads them.
    engine_thread = std::thread([this] {
        pthread_setname_np(pthread_self(), "engine");
        engine_io.run();
    });
    return on_engine([this, &working, took_over]() -> Result<void> {
        auto open = store->open_operations();
        if (!open) return std::unexpected(std::move(open).error());
        std::set<std::string> standing;
        for (auto& each : *open) standing.insert(std::move(each.build));
        accounts.load(standing);
        // What another sent a moment ago counts for the carrier.
        if (took_over) accounts.begin_used_up();
        syncs->take_accounts(sync_accounts(accounts));
        auto penalties = upkeep_of(*store).penalties();
        if (!penalties) return std::unexpected(std::move(penalties).error());
        accounts.keep_to(*penalties, clock.now());
        if (working) working();
        if (auto begun = engine->start(); !begun) return begun;
        every_second();
        return {};
    });
}

Result<void> Daemon::Parts::listen(int listener) {
    holidays = std::make_unique<CarrierHolidays>(holidays_parts(engine_io.get_executor(), *services, *outward));
    on_engine([this] {
        holidays->start();
        syncs->start();
    });
    intake->start(settings.mail);
    if (auto begun = outward->start(); !begun) return std::unexpected(std::move(begun).error());
    console = console_of(settings.api);
    console->allow_websockets(websockets_of(settings.phones));
    auto how = listen_settings(settings.api, settings.documents, console);
    how.listener = listener;
    api = std::make_unique<ApiServer>(api_io, std::move(how), *services);
    const auto bound = api->start();
    if (!bound) return std::unexpected(bound.error());
    port = *bound;
    return {};
}

void Daemon::Parts::begin_upkeep() {
    housekeeping = std::make_unique<Housekeeping>(
        upkeep.get_executor(), *store, [] { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); },
        HousekeepingSettings{
            .retention = settings.engine.retention, .more = [&desk = *numbers](Instant before) { return desk.tidy(before); }
        }
    );
    housekeeping_ended = housekeeping->start();
    audit = std::make_unique<AuditFollower>(upkeep.get_executor(), *people);
    audit_ended = audit->start();
    keys = std::make_unique<KeyFollower>(KeyFollower::Parts{.executor = upkeep.get_executor(), .store = *store, .settings = settings,
                                                            .sealing = seal.sealing(), .documents = documents, .note = log_info, .warn = log_warning});
    keys_ended = keys->start();
    follower_ended = follower->start();
}

std::set<std::string, std::less<>> Daemon::Parts::account_names() const {
    std::set<std::string, std::less<>> names;
    for (auto& each : services->carriers().accounts) names.insert(std::move(each.account));
    return names;
}

Result<void> Daemon::Parts::tell(TimelineEntry line) {
    Commit made;
    made.entries.push_back(std::move(line));
    return asio::co_spawn(engine_io, outward->writer().commit(std::move(made)), asio::use_future).get();
}

void Daemon::Parts::write_penalty(const std::string& account, Instant until) {
    if (auto kept = upkeep_of(*store).keep_penalty(account, until); kept)
        log_info("account " + account + ": its carrier wants to be left alone until " + time_text(until));
    else
        log_warning("account " + account + ": a restart will not know of its carrier's penalty: " + kept.error().message);
}

void Daemon::Parts::every_second() {
    services->take_snapshot();
    tick.expires_after(std::chrono::seconds(1));
    tick.async_wait([this](boost::system::error_code stopped) {
        if (!stopped) every_second();
    });
}

}  // namespace porteur
