// SPDX-License-Identifier: Apache-2.0
#include "app/standing_by.hpp"

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>

#include "api/listening.hpp"
#include "api/standing_by_server.hpp"
#include "app/admin.hpp"
#include "app/api_front.hpp"
#include "app/logging.hpp"
#include "app/service_manager.hpp"
#include "store/store_lock.hpp"

namespace porteur {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds again{250};       // between two tries, where a try is answered at once
constexpr timespec look{0, 50'000'000};  // from signal to signal

/// Tries on a thread of its own, as the database may take its time, and a signal must not wait for that.
class Taking {
public:
    /// @param lock  was tried before, and knows who has it
    explicit Taking(StoreLock& lock) : lock_(lock), holder_(name_of(lock.holder())), thread_([this] { try_until_taken(); }) {}
    ~Taking() {
        stopped_ = true;
        thread_.join();
    }
    bool is_taken() const { return taken_; }
    std::string holder() const {
        const std::lock_guard guard(mutex_);
        return holder_;
    }

private:
    static std::string name_of(const Seat& seat) { return seat.address.empty() ? seat.node : seat.node + " at " + seat.address; }
    void try_until_taken() {
        std::string said;
        while (!stopped_) {
            const auto taken = lock_.take();
            if (taken && *taken) {
                taken_ = true;
                return;
            }
            const auto seat = lock_.holder();
            const auto name = name_of(seat);
            {
                const std::lock_guard guard(mutex_);
                holder_ = taken ? name : std::string();
            }
            const auto news = !taken ? "the store cannot be reached: " + taken.error().message : "standing by; " + (name.empty() ? "another porteurd" : name) + " holds the store";
            if (news != said) taken ? log_info(news) : log_warning(news);
            if (news != said) tell_status(news);
            said = news;
            // Else the try itself has waited.
            if (!taken || seat.node.empty()) std::this_thread::sleep_for(again);
        }
    }

    StoreLock& lock_;
    std::atomic<bool> stopped_ = false, taken_ = false;
    mutable std::mutex mutex_;
    std::string holder_;
    std::thread thread_;
};

}  // namespace

Result<StoodBy> stand_by(const Settings& settings, int listener, const sigset_t& signals) {
    if (!settings.cluster) return StoodBy{.lock = nullptr, .listener = listener};
    auto address = store_address(settings);
    if (!address) return std::unexpected(std::move(address).error());
    const auto& cluster = *settings.cluster;
    auto made = StoreLock::make({.address = *address, .holder = "porteurd", .beside = false,
                                 .seat = Seat{.node = cluster.node, .address = cluster.address, .lease = cluster.lease}});
    if (!made) return std::unexpected(std::move(made).error());
    std::shared_ptr<StoreLock> lock = std::move(*made);
    if (const auto taken = lock->take(); taken && *taken) return StoodBy{.lock = std::move(lock), .listener = listener, .took_over = true};

    ListenSettings listen;
    listen.address = settings.api.address;
    listen.port = settings.api.port;
    listen.listener = listener;
    listen.tls = listen_tls(settings.api);
    Taking taking(*lock);
    auto server = StandingByServer::start(listen, [&taking] { return taking.holder(); });
    if (!server) return std::unexpected(std::move(server).error());
    const auto url = std::string(settings.api.tls ? "https://" : "http://") + settings.api.address + ":" + std::to_string((*server)->port());
    std::printf("standing by on %s\n", url.c_str());
    std::fflush(stdout);
    tell_ready("standing by on " + url);
    while (!taking.is_taken()) {
        const int which = sigtimedwait(&signals, nullptr, &look);
        if (which == SIGHUP) {
            log_info("standing by: the settings are read when the store is taken over, the certificate now");
            if (auto renewed = make_tls(listen.tls); renewed)
                (*server)->take_certificate(std::move(*renewed));
            else
                log_error("the old certificate is kept: " + renewed.error().message);
        }
        // Nothing has begun that would have to end; the try under way may take as long as the network does.
        if (which == SIGTERM || which == SIGINT) {
            log_info("stopping; nothing was under way");
            tell_stopping();
            std::fflush(nullptr);
            std::_Exit(0);
        }
    }
    log_info("the store is ours; taking over");
    return StoodBy{.lock = std::move(lock), .listener = (*server)->give_listener(), .took_over = true};
}

}  // namespace porteur
