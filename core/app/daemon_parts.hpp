// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a porteurd is made of, in the order in which it goes. Each step of its start makes what the next ones name.

#include <functional>
#include <future>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include "access/sealing.hpp"
#include "api/server.hpp"
#include "app/admin.hpp"
#include "app/audit_follower.hpp"
#include "app/carrier_holidays.hpp"
#include "app/daemon.hpp"
#include "app/host_services.hpp"
#include "app/housekeeping.hpp"
#include "app/inventory_desk.hpp"
#include "app/keys.hpp"
#include "app/mail_intake.hpp"
#include "app/number_syncs.hpp"
#include "app/order_following.hpp"
#include "app/outward.hpp"
#include "app/people_desk.hpp"
#include "app/performer.hpp"
#include "app/phone_desk.hpp"
#include "app/plugin_desk.hpp"
#include "app/provider_desk.hpp"
#include "app/service_manager.hpp"
#include "engine/engine.hpp"

namespace porteur {

/// The carrier accounts, for the comparison with what their carriers list. @threads the engine's
std::vector<SyncAccount> sync_accounts(const ConfiguredAccounts& accounts);

struct Daemon::Parts {
    Settings settings;
    StoreSeal seal;
    boost::asio::io_context outward_io{1};  // first: what the engine's carries for it ends before it
    boost::asio::io_context engine_io{1};
    boost::asio::io_context api_io{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> engine_work{engine_io.get_executor()};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> api_work{api_io.get_executor()};
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
    boost::asio::thread_pool upkeep{1};  // writes beside the store's own writer, and waits for it: nobody else's thread may
    std::unique_ptr<Housekeeping> housekeeping;  // on that thread, and gone before it
    std::future<void> housekeeping_ended;
    std::unique_ptr<AuditFollower> audit;  // likewise
    std::future<void> audit_ended;
    std::unique_ptr<KeyFollower> keys;  // likewise
    std::future<void> keys_ended;
    std::unique_ptr<OrderFollowing> following;
    std::unique_ptr<OrderFollower> follower;  // likewise
    std::future<void> follower_ended;
    boost::asio::steady_timer tick{engine_io.get_executor()};
    std::uint16_t port = 0;
    std::thread engine_thread, api_thread;
    std::unique_ptr<Watchdog> watchdog;  // of the engine's thread, and gone before it

    Parts(Settings given, MasterKey master, paper::DocumentFolder folder)
        : settings(std::move(given)), seal(Sealing(master)), documents(std::move(folder)), accounts(engine_io.get_executor(), settings) {}

    // The start, in this order; all on the caller's thread. What one could not do, its error says for the operator.

    /// The store, which was taken already or is taken now, and its keys.
    Result<void> open_store(std::shared_ptr<StoreLock> lock);
    /// What performs effects, the engine, and what comes by mail or goes out by web hook.
    Result<void> make_engine();
    /// Documents, and who may sign in, by which provider, with which telephone.
    Result<void> make_people();
    /// Numbers, plugins, what the API asks, and what keeps the inventory to the orders and to the carriers' lists.
    Result<void> make_numbers();
    /// The engine's thread: loads the plugins and goes on with what stands open.
    Result<void> begin_work(bool took_over, const std::function<void()>& working);
    /// Mail, web hooks and the API, which listens from here on.
    Result<void> listen(int listener);
    /// What writes beside the engine.
    void begin_upkeep();

    /// Names of the accounts that a number or an order may be of. @threads any
    std::set<std::string, std::less<>> account_names() const;
    /// Writes a line of a timeline; waits for the engine's thread, so not on that.
    Result<void> tell(TimelineEntry line);
    /// That an account's carrier wants to be left alone. @threads upkeep's
    void write_penalty(const std::string& account, Instant until);
    void every_second();

    /// Runs a function on the engine's thread and waits for it.
    template <class F>
    auto on_engine(F run) {
        std::promise<decltype(run())> promise;
        auto outcome = promise.get_future();
        boost::asio::post(engine_io, [&] {
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

}  // namespace porteur
