// SPDX-License-Identifier: Apache-2.0
#include "app/daemon.hpp"

#include "api/listening.hpp"
#include "app/admin.hpp"
#include "app/api_front.hpp"
#include "app/daemon_parts.hpp"
#include "app/logging.hpp"
#include "store/upkeep.hpp"

namespace porteur {

namespace asio = boost::asio;

Daemon::Daemon(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Daemon>> Daemon::start(Settings settings, StoodBy before, std::function<void()> working) {
    auto master = master_key_of(settings);
    if (!master) return std::unexpected(std::move(master).error());
    auto documents = paper::DocumentFolder::open(settings.documents.folder, DocumentKeys(*master).get());
    if (!documents) return std::unexpected(std::move(documents).error());
    auto parts = std::make_unique<Parts>(std::move(settings), *master, std::move(*documents));
    auto& p = *parts;
    if (auto done = p.open_store(std::move(before.lock)); !done) return std::unexpected(std::move(done).error());
    if (auto done = p.make_engine(); !done) return std::unexpected(std::move(done).error());
    if (auto done = p.make_people(); !done) return std::unexpected(std::move(done).error());
    if (auto done = p.make_numbers(); !done) return std::unexpected(std::move(done).error());
    // From here on there are threads, which its end waits for.
    auto daemon = std::unique_ptr<Daemon>(new Daemon(std::move(parts)));
    if (auto done = p.begin_work(before.took_over, working); !done) return std::unexpected(std::move(done).error());
    if (auto done = p.listen(before.listener); !done) return std::unexpected(std::move(done).error());
    p.begin_upkeep();
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
    auto certificate = make_tls(listen_tls(settings.api));
    if (!certificate) return std::unexpected(std::move(certificate).error());
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
    if (done) parts_->api->take_certificate(std::move(*certificate));
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
