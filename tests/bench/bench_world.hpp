// SPDX-License-Identifier: Apache-2.0
#pragma once

// The daemon's own parts without its API: engine, store with sealing, accounts with the real plugin and
// the real client at the carrier. Everything happens on the thread that calls run().

#include <boost/asio/io_context.hpp>

#include "app/accounts.hpp"
#include "app/admin.hpp"
#include "app/performer.hpp"
#include "bench_processes.hpp"
#include "engine/engine.hpp"

namespace porteur::bench {

/// Counts what leaves, and when the first did.
class WatchedPerformer : public EffectPerformer {
public:
    explicit WatchedPerformer(EffectPerformer& inner) : inner_(inner) {}
    Async<Performed> perform(EffectContext context, Effect effect) override {
        if (count_++ == 0) first_ = std::chrono::steady_clock::now();
        return inner_.perform(std::move(context), std::move(effect));
    }
    Async<std::optional<Performed>> recall(EffectContext context, Effect effect) override {
        return inner_.recall(std::move(context), std::move(effect));
    }
    std::uint64_t count() const { return count_; }
    std::chrono::steady_clock::time_point first() const { return first_; }

private:
    EffectPerformer& inner_;
    std::uint64_t count_ = 0;
    std::chrono::steady_clock::time_point first_{};
};

struct HostSettings {
    std::string store;  ///< as StoreSettings::address
    Isolation isolation = Isolation::none;
    std::uint16_t carrier_port = 0;
    std::filesystem::path folder;
    std::optional<MailSection> mail = {};  ///< the account may write to desk@carrier.example
};

class Host {
public:
    /// Opens the store and loads the plugin "acme" with one account of that name; starts nothing.
    explicit Host(const HostSettings& settings);
    Host(const Host&) = delete;

    Engine& engine() { return *engine_; }
    Store& store() { return *store_; }
    WatchedPerformer& performer() { return *watched_; }
    SystemClock& clock() { return clock_; }
    boost::asio::io_context& io() { return io_; }
    MailPerformer& mail() { return *mail_; }
    const paper::DocumentFolder& documents() const { return documents_; }
    std::shared_ptr<const AccountView> account() { return accounts_.account("acme"); }

private:
    boost::asio::io_context io_{1};
    Settings settings_;
    MasterKey key_;
    StoreSeal seal_;
    SystemClock clock_{io_.get_executor()};
    SystemChance chance_;
    paper::DocumentFolder documents_;
    ConfiguredAccounts accounts_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<StoreForEngine> engine_store_;
    std::unique_ptr<HttpPerformer> http_;
    std::unique_ptr<MailPerformer> mail_;
    std::unique_ptr<Performer> performer_;
    std::unique_ptr<WatchedPerformer> watched_;
    std::unique_ptr<Engine> engine_;
};

/// The canonical request of a purchase of one number, read and checked as the API does.
std::string purchase_request(int number);

/// Runs `work` in a process of its own, so that memory and CPU are its alone. @return what it printed
/// to the given stream; ends the program when it failed
std::string in_child(const std::function<void(FILE* out)>& work);

}  // namespace porteur::bench
