// SPDX-License-Identifier: Apache-2.0
#include "crash_world.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <new>
#include <optional>
#include <shared_mutex>
#include <sstream>

#include <fcntl.h>
#include <openssl/sha.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>

#include "access/sealing.hpp"
#include "access/signing.hpp"
#include "app/admin.hpp"
#include "app/mail_performer.hpp"
#include "domain/crash_point.hpp"
#include "domain/order_parts.hpp"
#include "after_fork.hpp"
#include "support/look_again.hpp"
#include "plugin_world.hpp"
#include "postgres_admin.hpp"
#include "support/engine_world.hpp"

extern "C" const porteur_plugin* porteur_entry_of_acme(
    const porteur_host* host, porteur_error* error
) noexcept;
extern "C" const porteur_plugin* porteur_entry_of_trial(
    const porteur_host* host, porteur_error* error
) noexcept;

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;

constexpr int died = 86;
constexpr int gave_up = 70;  // what the store ends with when the disk cannot be believed
constexpr int stuck = 3;
constexpr int missing = 4;
constexpr int not_opened = 5;
constexpr auto late_by = 10s;
constexpr auto settle = 30s;
constexpr auto cool_off = 72h;
const std::string pin = "pin-canary-4471";
const std::string account_number = "account-canary-9035";
const std::string document_bytes = "%PDF-1.7 the letter of authorization, document-canary-6610\n";
const std::string signing_secret = "signing-canary-5150";
const std::vector<std::string> secrets{pin, account_number, "document-canary-6610", signing_secret};

/// What outlives a process of ours: the carrier, and what our customer was told.
struct Outside {
    std::atomic<int> made = 0;       ///< orders at the carrier
    std::atomic<int> cancelled = 0;  ///< cancellations carried out
    std::atomic<int> filed = 0;      ///< KEYED requests carried out
    std::atomic<int> made_second = 0;    ///< orders for the second part
    std::atomic<int> supplemented = 0;   ///< corrections carried out
    std::atomic<bool> late_is_second = false;
    std::atomic<bool> corrected = false;  ///< the customer was told that the correction is taken on
    std::atomic<int> submissions = 0;
    std::atomic<int> lookups = 0;
    std::atomic<bool> refused = false;
    std::atomic<std::int64_t> late_at = 0;  ///< when it will carry out what it has; 0 = nothing
    std::atomic<std::int64_t> held_at = 0;
    std::atomic<std::int64_t> woke_at = 0;
    std::atomic<std::int64_t> now = 0;  ///< time goes on through a death
    std::atomic<bool> acknowledged = false;
    std::atomic<bool> answered = false;
    std::atomic<bool> approved = false;  ///< the carrier has seen the person's answer
    std::atomic<bool> cancel_acknowledged = false;
    std::atomic<bool> settled = false;
    std::atomic<bool> key_changed = false;
    std::atomic<bool> leaked = false;
    std::atomic<bool> forged = false;  ///< a signature that is not that of what came with it
    std::atomic<int> signatures = 0;   ///< right ones that the carrier has seen
    std::atomic<int> points = 0;
    std::atomic<int> named = 0;
    char names[200][32] = {};
    char key[64] = {};
    std::size_t keyed_bytes = 0;
    DiskCounts disk;
};

// The crash hook is a plain function, so what it needs stands here; each child sets it for itself.
Outside* seen = nullptr;
int die_at = 0;
bool loses_power = false;

void pass_point(std::string_view name) {
    const int point = ++seen->points;
    if (const int at = seen->named; at < 200) {
        std::memcpy(seen->names[at], name.data(), std::min<std::size_t>(31, name.size()));
        seen->named = at + 1;
    }
    if (point != die_at) return;
    if (loses_power) lose_power();
    _exit(died);
}

std::int64_t stamp(Instant at) { return at.time_since_epoch().count(); }

/// The step that the scenario's mishap befalls.
std::string_view target_of(Scenario scenario) {
    switch (scenario) {
        case Scenario::port:
        case Scenario::preflight:
        case Scenario::cancel_under_way:
            return "create-port";
        case Scenario::cancel:
            return "cancel";
        case Scenario::keyed:
            return "open-file";
        case Scenario::supplement:
            return "supplement";
        case Scenario::parts:
            return "create-port";
        default:
            return "create-order";
    }
}

bool is_port(Scenario scenario) {
    return scenario == Scenario::port || scenario == Scenario::preflight ||
           scenario == Scenario::cancel || scenario == Scenario::cancel_under_way ||
           scenario == Scenario::supplement || scenario == Scenario::parts;
}

/// The carriers, with their mishap.
class Carrier {
public:
    Carrier(Outside& outside, const CrashCase& each) : outside_(outside), each_(each) {}

    Performed serve(const EffectContext& context, const Effect& effect, Instant now) {
        carry_out_what_is_late(now);
        if (effect.head.find(pin) != effect.head.npos || effect.body.find(pin) != effect.body.npos)
            outside_.leaked = true;
        if (effect.guarantee == Guarantee::keyed) note_key(context, effect);
        if (effect.body.find(signing_secret) != effect.body.npos) outside_.leaked = true;
        if (effect.body.find("go for it") != effect.body.npos) outside_.approved = true;
        if (each_.scenario == Scenario::sign && effect.step == "create-order") check_signature(effect);
        const auto& step = effect.step;
        is_second_ = context.reference == "r1-2";
        const bool is_target = step == target_of(each_.scenario);
        const auto mishap =
            is_target && (++outside_.submissions == 1 || each_.mishap == Mishap::refused)
                ? each_.mishap
                : Mishap::none;
        switch (mishap) {
            case Mishap::refused_connection:
                return ScriptedPerformer::fails(effect.seq, ErrorKind::unavailable);
            case Mishap::lost_before:
                return ScriptedPerformer::loses(effect.seq);
            case Mishap::lost_after:
            case Mishap::lookup_unavailable:
            case Mishap::lookup_broken:
                carry_out(step);
                return ScriptedPerformer::loses(effect.seq);
            case Mishap::carried_out_late:
                outside_.late_at = stamp(now + late_by);
                outside_.late_is_second = is_second_;
                return ScriptedPerformer::loses(effect.seq);
            case Mishap::refused:
                outside_.refused = true;
                return is_port(each_.scenario) && step != "cancel"
                           ? ScriptedPerformer::answers(effect.seq, 422, R"({"code":"PIN_WRONG"})")
                           : ScriptedPerformer::answers(effect.seq, 409, R"({"code":"NO"})");
            case Mishap::none:
                break;
        }
        if (step == "create-order" || step == "create-port" || step == "cancel" ||
            step == "open-file" || step == "supplement") {
            carry_out(step);
            return ScriptedPerformer::answers(effect.seq, step == "cancel" ? 200 : 201, order());
        }
        if (step == "find-order" || step == "find-port" || step == "find-supplement")
            return look_up(effect);
        if (step == "hold" && outside_.held_at == 0) outside_.held_at = stamp(now);
        if (step == "held") outside_.woke_at = stamp(now);
        if (step == "records" || step == "hold" || step == "held")
            return ScriptedPerformer::answers(effect.seq, 200, R"({"name":"Example Ltd"})");
        return ScriptedPerformer::answers(effect.seq, 200, order());
    }

private:
    /// "nonce signature", as the plugin puts them into the request.
    void check_signature(const Effect& effect) {
        const auto body = parse_json(effect.body);
        const std::string approval(body->at("approval").as_string());
        const auto blank = approval.find(' ');
        const auto right = signature_of("hmac-sha256", "hex", signing_secret, approval.substr(0, blank));
        if (blank != approval.npos && blank > 0 && right && approval.substr(blank + 1) == *right)
            ++outside_.signatures;
        else
            outside_.forged = true;
    }
    void carry_out_what_is_late(Instant now) {
        if (outside_.late_at == 0 || outside_.late_at > stamp(now)) return;
        outside_.late_at = 0;
        const bool asks_now = std::exchange(is_second_, outside_.late_is_second.load());
        carry_out(target_of(each_.scenario));
        is_second_ = asks_now;
    }
    void carry_out(std::string_view step) {
        if (step == "cancel")
            ++outside_.cancelled;
        else if (step == "supplement")
            ++outside_.supplemented;
        else if (is_second_)
            ++outside_.made_second;
        else if (step == "open-file")
            outside_.filed = outside_.filed + (outside_.filed == 0 || outside_.key_changed ? 1 : 0);
        else
            ++outside_.made;
    }
    /// As the host makes a key: tenant, reference, order, operation, step, attempt, seq.
    void note_key(const EffectContext& context, const Effect& effect) {
        std::string key = context.reference + "|" + std::to_string(context.order % 100'000) + "|" +
                          context.operation_name + "|" + effect.step + "|" +
                          std::to_string(context.attempt) + "|" + std::to_string(effect.seq);
        key.resize(std::min<std::size_t>(key.size(), sizeof outside_.key - 1));
        const auto bytes = std::hash<std::string>()(effect.head + effect.body);
        if (outside_.key[0] == 0) {
            std::memcpy(outside_.key, key.data(), key.size());
            outside_.keyed_bytes = bytes;
        }
        if (key != outside_.key || bytes != outside_.keyed_bytes) outside_.key_changed = true;
    }
    Performed look_up(const Effect& effect) {
        const bool is_early = ++outside_.lookups <= 2;
        if (is_early && each_.mishap == Mishap::lookup_unavailable)
            return ScriptedPerformer::fails(effect.seq, ErrorKind::unavailable);
        if (is_early && each_.mishap == Mishap::lookup_broken)
            return ScriptedPerformer::answers(effect.seq, 500, "");
        if (effect.head.find("/ports/") != effect.head.npos)
            return ScriptedPerformer::answers(effect.seq, 200, order());
        const std::string list = effect.step == "find-port" ? "ports" : "orders";
        return ScriptedPerformer::answers(
            effect.seq, 200, "{\"" + list + "\":[" + (has_it() ? order() : "") + "]}"
        );
    }
    bool has_it() const { return (is_second_ ? outside_.made_second : outside_.made) > 0; }
    std::string order() const {
        const bool refuses = each_.scenario == Scenario::supplement && outside_.supplemented == 0;
        const bool waits =
            each_.scenario == Scenario::cancel || each_.scenario == Scenario::cancel_under_way;
        const char* word = outside_.cancelled > 0       ? "cancelled"
                           : refuses                    ? "exception"
                           : waits && !outside_.refused ? "pending"
                           : polled_once()              ? "completed"
                                                        : "pending";
        return std::string(R"({"id":"A-1","status":")") + word + "\"}";
    }
    bool polled_once() const { return ++polls_ > 1; }

    Outside& outside_;
    const CrashCase& each_;
    mutable int polls_ = 0;
    bool is_second_ = false;  ///< who asks now is the second part
};

class CountingPerformer : public EffectPerformer {
public:
    CountingPerformer(Carrier& carrier, Clock& clock, MailPerformer* mail, int& under_way)
        : carrier_(carrier), clock_(clock), mail_(mail), under_way_(under_way) {}
    std::function<void(const Effect&)> before_effect = [](const Effect&) {};

    Async<Performed> perform(EffectContext context, Effect effect) override {
        before_effect(effect);
        if (effect.kind == EffectKind::sign) {
            const auto made = signature_of("hmac-sha256", "hex", signing_secret, effect.body);
            co_return Performed{
                .completion = {effect.seq, ErrorKind::none, canonical(json::object{{"signature", made.value()}}), {}}
            };
        }
        if (effect.kind != EffectKind::mail)
            co_return carrier_.serve(context, effect, clock_.now());
        ++under_way_;
        auto performed = co_await mail_->perform(std::move(context), std::move(effect));
        --under_way_;
        co_return performed;
    }
    Async<std::optional<Performed>> recall(EffectContext context, Effect effect) override {
        if (effect.kind != EffectKind::mail) co_return std::nullopt;
        ++under_way_;
        auto known = co_await mail_->recall(std::move(context), std::move(effect));
        --under_way_;
        co_return known;
    }

private:
    Carrier& carrier_;
    Clock& clock_;
    MailPerformer* mail_;
    int& under_way_;
};

bool is_parked(const Order& order) { return !order.due && order.delivery != Delivery::idle; }

/// A refused supplement is followed on: the carrier may mend it by itself.
bool is_refused_again(const CrashCase& each, const Outside& outside, const Order& order) {
    return each.scenario == Scenario::supplement && outside.refused &&
           order.state == OrderState::exception &&
           order.delivery == Delivery::waiting_for_person && order.open_operation == 0;
}

Order wanted(Scenario scenario, const std::optional<DocumentRef>& document, Instant now) {
    Order order;
    order.tenant = 1;
    order.reference = "r1";
    order.stage = Stage::submit;
    order.delivery = Delivery::sending;
    order.due = now;
    if (is_port(scenario)) {
        PortOrder request;
        request.reference = "r1";
        request.numbers = {*PhoneNumber::from_json_text("+14165550101")};
        request.account_number = account_number;
        request.pin.given = true;
        order.kind = OrderKind::port;
        order.account = "acme";
        if (scenario == Scenario::supplement || scenario == Scenario::parts) order.account = "trial";
        if (scenario == Scenario::parts) {
            request.numbers.push_back(*PhoneNumber::from_json_text("+18005550101"));
            order.stage = Stage::split;
        }
        order.request = to_text(request);
        if (scenario == Scenario::preflight) {
            order.losing_account = "trial";
            order.stage = Stage::preflight;
        }
        return order;
    }
    PurchaseOrder request;
    request.reference = "r1";
    request.numbers = {*PhoneNumber::from_json_text("+14165550101")};
    request.contact_email = account_number + "@customer.example";
    if (document) request.documents = {*document};
    request.comment = scenario == Scenario::person        ? "unsettled"
                      : scenario == Scenario::event_early ? "event"
                                                          : name_of(scenario);
    order.kind = OrderKind::purchase;
    order.account = scenario == Scenario::purchase ? "acme" : "trial";
    order.request = to_text(request);
    return order;
}

Descriptor descriptor_of(const std::string& id) {
    if (id == "trial") return described(id, {"purchase", "submit_port", "split", "supplement_port"}, settle, 100ms);
    return described(id, {"purchase", "submit_port", "cancel_port"}, settle, 100ms);
}

struct Surroundings {
    std::string folder;
    std::string store;
    std::uint16_t mail_port;
    bool is_postgres;
};

Result<std::unique_ptr<Store>> open_store(
    const Surroundings& around, const Seal& seal, bool beside,
    std::function<void(std::function<void()>)> post
) {
    for (int tried = 1;; ++tried) {
        auto store = Store::open(
            {.address = around.store, .holder = "faults", .beside = beside}, seal, post
        );
        // The server may not have noticed yet that the process before is dead.
        if (store || !around.is_postgres || tried == 500 ||
            store.error().message.find("holds the store") == std::string::npos)
            return store;
        look_again_in(std::chrono::milliseconds(2));
    }
}

/// One process of ours, from its start to its end.
class Life {
public:
    Life(const CrashCase& each, Outside& outside, const Surroundings& around)
        : each_(each),
          outside_(outside),
          around_(around),
          work_(io_.get_executor()),
          seal_(Sealing(MasterKey(std::string(32, 'k')))),
          clock_(io_.get_executor()) {}

    /// @return its exit status, unless it dies before
    int live() {
        auto opened = open_store(around_, seal_, false, [this](std::function<void()> run) {
            boost::asio::post(io_, std::move(run));
        });
        if (!opened) return not_opened;
        store_ = std::move(*opened);
        if (outside_.now != 0) clock_.set(Instant(std::chrono::milliseconds(outside_.now)));
        CountingStore counting(*store_, under_way_);
        if (each_.scenario == Scenario::mail && !make_mail()) return not_opened;
        Carrier carrier(outside_, each_);
        CountingPerformer performer(carrier, clock_, mail_ ? &*mail_ : nullptr, under_way_);
        performer.before_effect = [this](const Effect& effect) {
            if (each_.scenario == Scenario::cancel_under_way && effect.step == "create-port")
                cancel();
        };
        make_accounts();
        SeededChance chance(1);
        Engine engine(
            io_.get_executor(), counting, accounts_, performer, clock_, chance,
            Rhythm{.first_retry = 1s, .longest_retry = 60s, .follow = 10s}
        );
        engine_ = &engine;
        if (!engine.start()) return not_opened;
        if (const auto there = order(); there && !*there && outside_.acknowledged) return missing;
        return follow();
    }

private:
    Result<std::optional<Order>> order() const { return store_->order_by_reference(1, "r1"); }

    int follow() {
        for (int jumps = 400; jumps > 0;) {
            outside_.now = stamp(clock_.now());
            if (io_.poll() > 0) continue;
            if (under_way_ > 0) {
                io_.run_one();
                continue;
            }
            const auto now = order();
            if (now && !*now && !asking_ && tries_ < 8) {
                if (each_.scenario == Scenario::event_early && !outside_.answered)
                    deliver();
                else
                    create();
                continue;
            }
            if (now && *now && !asking_) {
                if (act(**now)) continue;
                if (is_over(**now)) {
                    engine_->stop();
                    mail_.reset();
                    store_.reset();
                    return 0;
                }
            }
            if (!clock_.jump()) break;
            --jumps;
        }
        return stuck;
    }

    bool is_over(const Order& order) const {
        if (each_.scenario != Scenario::parts)
            return is_end(order.state) || is_parked(order) || is_refused_again(each_, outside_, order);
        const auto parts = store_->parts_of(order.id);
        // Parked before it was split, or each part has come to rest and the whole is made of that.
        if (!parts) return false;
        if (!is_in_parts(order)) return is_parked(order);
        return parts->size() == 2 &&
               std::ranges::all_of(*parts, [](const Order& each) { return is_end(each.state) || is_parked(each); }) &&
               !after_parts(order, *parts, order.updated);
    }

    template <class Asked>
    void ask(Asked asked, std::function<void(bool)> told) {
        asking_ = true;
        boost::asio::co_spawn(
            io_, std::move(asked),
            [this, told = std::move(told)](std::exception_ptr, Result<Order> answer) {
                asking_ = false;
                told(answer.has_value());
            }
        );
    }

    void create() {
        ++tries_;
        OrderWish wish;
        if (is_port(each_.scenario)) wish.secrets.push_back({0, 0, "pin", pin});
        ask(engine_->create(wanted(each_.scenario, document_, clock_.now()), {}, std::move(wish)),
            [this](bool done) {
                if (done)
                    outside_.acknowledged = true;
                else
                    clock_.set(clock_.now() + 1s);
            });
    }

    /// What customer and operator do about the order now. @return whether anything
    bool act(const Order& order) {
        if (given_up_) return false;
        switch (each_.scenario) {
            case Scenario::cancel:
            case Scenario::cancel_under_way: {
                const bool can = order.state == OrderState::submitted &&
                                 order.delivery == Delivery::idle && !order.carrier_id.empty();
                if (!can || outside_.refused) return false;
                cancel();
                return true;
            }
            case Scenario::manual: {
                if (order.delivery != Delivery::waiting_for_person || order.open_operation == 0)
                    return false;
                ask(engine_->answer(
                        order.id,
                        TaskAnswer{.choice = "go", .text = "for it", .by = "anna", .remember = {}}
                    ),
                    [this](bool done) {
                        if (done)
                            outside_.answered = true;
                        else
                            given_up_ = true;
                    });
                return true;
            }
            case Scenario::person: {
                if (order.delivery != Delivery::in_doubt || order.due) return false;
                clock_.set(clock_.now() + 1h);
                const bool found = outside_.made > 0 || outside_.late_at != 0;
                OrderWish wish;
                wish.change = [this, found](const Order& stands) {
                    return settle_by_person(
                        stands,
                        found ? PersonVerdict::found_at_carrier : PersonVerdict::not_carried_out,
                        found ? "A-1" : "", clock_.now(), "person"
                    );
                };
                ask(engine_->change(order.id, std::move(wish)), [this](bool done) {
                    if (done)
                        outside_.settled = true;
                    else
                        given_up_ = true;
                });
                return true;
            }
            case Scenario::supplement: {
                const bool wants = order.state == OrderState::exception && order.open_operation == 0 &&
                                   order.stage == Stage::follow && !outside_.refused;
                if (!wants || outside_.supplemented > 0) return false;
                correct(order.id);
                return true;
            }
            case Scenario::event: {
                if (outside_.answered || order.state != OrderState::draft) return false;
                // Where nothing befalls the rest, the event and the wait for it come at the same time.
                if (each_.mishap != Mishap::none && !is_awaited()) return false;
                deliver();
                return true;
            }
            default:
                return false;
        }
    }

    void correct(Id id) {
        OrderWish wish;
        wish.amends_request = true;
        wish.change = [this](const Order& stands) -> Result<OrderChange> {
            auto request = from_text<PortOrder>(stands.request).value();
            request.service_address.postal_code = "M5V1A2";
            auto change = correct_order(stands, to_text(request), false, clock_.now(), "anna", engine_->known());
            if (!change) return change;
            auto sent = submit_order(change->order, clock_.now(), "anna", engine_->known());
            if (sent) sent->order.version = change->order.version;
            return sent;
        };
        ask(engine_->change(id, std::move(wish)), [this](bool done) {
            if (done)
                outside_.corrected = true;
            else
                clock_.set(clock_.now() + 1s);
        });
    }

    bool is_awaited() const {
        const auto waits = store_->awaited_events(event_lookup(1, "trial", "webhook", "order", "r1"));
        return waits && !waits->empty();
    }

    /// The carrier's desk speaks, again until somebody has said that it was heard; always under the same key, so that
    /// what was heard is not heard twice.
    void deliver() {
        const auto heard = store_->idempotency(1, "hook-1");
        if (heard && *heard) {
            outside_.answered = true;
            return;
        }
        InboundEvent told;
        told.tenant = 1;
        told.account = "trial";
        told.source = "webhook";
        told.keys["order"] = "r1";
        told.body = "for it";
        asking_ = true;
        boost::asio::co_spawn(
            io_,
            engine_->deliver(
                std::move(told),
                [this](Id id) {
                    return IdempotencyRecord{
                        .tenant = 1, .key = "hook-1", .fingerprint = "f", .status = 201, .body = id_text(id), .at = clock_.now()
                    };
                }
            ),
            [this](std::exception_ptr, Result<Id> kept) {
                asking_ = false;
                if (kept)
                    outside_.answered = true;
                else
                    clock_.set(clock_.now() + 1s);
            }
        );
    }

    void cancel() {
        if (asking_) return;
        const auto stands = order();
        if (!stands || !*stands) return;
        OrderWish wish;
        wish.change = [this](const Order& now) {
            return cancel_order(now, true, clock_.now(), "api");
        };
        ask(engine_->change((*stands)->id, std::move(wish)), [this](bool done) {
            if (done) outside_.cancel_acknowledged = true;
        });
    }

    bool make_mail() {
        static constexpr std::array<unsigned char, paper::document_key_size> key{1, 2, 3};
        auto folder = paper::DocumentFolder::open(around_.folder + "/documents", {.id = "a-key-id", .key = key, .old_key = key});
        if (!folder) return false;
        documents_.emplace(std::move(*folder));
        auto known = store_->document("doc-1");
        if (known && !*known && !write_document()) return false;
        known = store_->document("doc-1");
        if (!known || !*known) return false;
        document_ = (*known)->about;
        MailSection settings;
        settings.from = {.name = "Porteur", .address = "desk@porteur.example"};
        settings.domain = "porteur.example";
        settings.smtp = SmtpServer{
            .host = "127.0.0.1",
            .port = around_.mail_port,
            .security = MailSecurity::plaintext_loopback,
            .user = {},
            .password = {},
            .ca_file = {}
        };
        mail_.emplace(*store_, *documents_, clock_, mail_chance_, std::move(settings), ReplyKey{7});
        return true;
    }
    bool write_document() {
        unsigned char digest[SHA256_DIGEST_LENGTH];
        SHA256(
            reinterpret_cast<const unsigned char*>(document_bytes.data()), document_bytes.size(),
            digest
        );
        std::string hash;
        for (const unsigned char byte : digest)
            for (const int shift : {4, 0}) hash += "0123456789abcdef"[byte >> shift & 15];
        auto writer = documents_->write();
        if (!writer || !(*writer)->append(document_bytes) || !(*writer)->keep(hash)) return false;
        DocumentRow row;
        row.id = "doc-1";
        row.tenant = 1;
        row.about = {
            .id = "doc-1",
            .type = "loa",
            .name = "letter é.pdf",
            .content_type = "application/pdf",
            .size = static_cast<std::int64_t>(document_bytes.size()),
            .sha256 = hash,
            .issued_on = {},
            .signed_on = {},
            .expires_on = {}
        };
        row.created = clock_.now();
        return store_->add_document(row).has_value();
    }

    void make_accounts() {
        static const porteur_host host{
            sizeof(porteur_host), 0, {"test", 4}, {"0", 1}, nullptr, nullptr
        };
        runners_.emplace_back(porteur_entry_of_acme(&host, nullptr));
        runners_.emplace_back(porteur_entry_of_trial(&host, nullptr));
        for (const std::size_t at : {0, 1}) {
            const std::string name = at == 0 ? "acme" : "trial";
            descriptors_[at] = descriptor_of(name);
            auto view = std::make_shared<Account>();
            view->runner = &runners_[at];
            view->descriptor = &descriptors_[at];
            view->in_flight_max = 8;
            // Asked again at once, so that an operation's end has the next one right behind it.
            if (each_.scenario == Scenario::purchase) view->check_interval = std::chrono::milliseconds(0);
            accounts_.all[name] = std::move(view);
        }
    }

    const CrashCase& each_;
    Outside& outside_;
    const Surroundings& around_;
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    StoreSeal seal_;
    JumpingClock clock_;
    SeededChance mail_chance_{2};
    int under_way_ = 0;
    std::unique_ptr<Store> store_;
    std::optional<paper::DocumentFolder> documents_;
    std::optional<DocumentRef> document_;
    std::optional<MailPerformer> mail_;
    std::deque<DirectRunner> runners_;
    Descriptor descriptors_[2];
    OneAccount accounts_;
    Engine* engine_ = nullptr;
    bool asking_ = false;
    bool given_up_ = false;
    int tries_ = 0;
};

std::string content_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

}  // namespace

const char* name_of(Scenario scenario) {
    static constexpr const char* names[] = {
        "purchase", "port",  "preflight", "cancel", "cancel_under_way", "mail", "keyed",
        "manual",   "event", "sleep",     "person", "supplement", "parts", "sign", "event_early"
    };
    return names[static_cast<int>(scenario)];
}

const char* name_of(Mishap mishap) {
    static constexpr const char* names[] = {
        "none",
        "refused_connection",
        "lost_before",
        "lost_after",
        "carried_out_late",
        "lookup_unavailable",
        "lookup_broken",
        "refused"
    };
    return names[static_cast<int>(mishap)];
}

std::vector<Mishap> mishaps_of(Scenario scenario) {
    using enum Mishap;
    switch (scenario) {
        case Scenario::mail:
        case Scenario::person:
            return {none, refused_connection, lost_before, lost_after, refused};
        case Scenario::keyed:
            return {none, refused_connection, lost_before, lost_after};
        default:
            return {
                none,
                refused_connection,
                lost_before,
                lost_after,
                carried_out_late,
                lookup_unavailable,
                lookup_broken,
                refused
            };
    }
}

std::string words_of(const CrashCase& each) {
    std::string text = std::string(name_of(each.scenario)) + ", " + name_of(each.mishap);
    if (each.die_at > 0) text += ", died at " + std::to_string(each.die_at);
    if (each.die_again_at > 0) text += " and at " + std::to_string(each.die_again_at);
    if (each.disk.is_used())
        text += ", disk: seed " + std::to_string(each.disk.seed) + " dies at " +
                std::to_string(each.disk.dies_at) + " fault " +
                std::to_string(static_cast<int>(each.disk.fault)) + " at " +
                std::to_string(each.disk.fault_at);
    return text;
}

struct CrashWorld::Parts {
    Surroundings around;
    std::optional<PostgresAdmin> admin;
    std::string empty_store;  ///< a database file with its tables
    MailSink sink;
    Outside* outside = nullptr;
};

CrashWorld::CrashWorld(std::string folder, std::string database) : parts_(new Parts) {
    auto& p = *parts_;
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    p.around = {
        folder, database.empty() ? "sqlite:" + folder + "/run/porteur.db" : database, p.sink.port(),
        !database.empty()
    };
    auto* const memory =
        mmap(nullptr, sizeof(Outside), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    p.outside = new (memory) Outside;
    // What PostgreSQL remarks on is nobody's news here.
    setenv("PGOPTIONS", "-c client_min_messages=warning", 1);
    // The tables are made once: thousands of runs begin with them.
    const StoreSeal seal{Sealing(MasterKey(std::string(32, 'k')))};
    p.empty_store = folder + "/empty.db";
    const auto address = p.around.is_postgres ? database : "sqlite:" + p.empty_store;
    if (auto made = Store::open(
            {.address = address, .holder = ""}, seal, [](const std::function<void()>&) {}
        );
        !made)
        throw std::runtime_error(made.error().message);
    if (!p.around.is_postgres) return;
    p.admin.emplace(database);
}

CrashWorld::~CrashWorld() {
    munmap(parts_->outside, sizeof(Outside));
    std::error_code ignored;
    std::filesystem::remove_all(parts_->around.folder, ignored);
}

namespace {

MailSink::Mishap mail_mishap(Mishap mishap) {
    switch (mishap) {
        case Mishap::refused_connection:
            return MailSink::Mishap::closes_at_once;
        case Mishap::lost_before:
            return MailSink::Mishap::closes_without_mail;
        case Mishap::lost_after:
            return MailSink::Mishap::closes_with_mail;
        case Mishap::refused:
            return MailSink::Mishap::refuses;
        default:
            return MailSink::Mishap::none;
    }
}

/// A child must not inherit a lock that another thread of ours holds within SQLite or libpq: nobody
/// uses them while somebody forks.
std::shared_mutex forking;

int in_child(
    const CrashCase& each, int point, bool with_disk, Outside& outside, const Surroundings& around
) {
    outside.points = 0;
    outside.named = 0;
    std::unique_lock alone(forking);
    const pid_t pid = fork();
    if (pid == 0) {
        after_fork();
        alarm(60);  // a process that hangs is a finding, not a test that hangs
        const int log =
            open((around.folder + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        dup2(log, STDOUT_FILENO);
        dup2(log, STDERR_FILENO);
        seen = &outside;
        die_at = point;
        crash_hook = pass_point;
        defect = each.defect;
        if (with_disk && each.disk.is_used()) {
            loses_power = each.disk.loses_power;
            install_disk(each.disk, outside.disk, died);
        }
        int status = stuck;
        try {
            status = Life(each, outside, around).live();
        } catch (const std::exception& wrong) {
            std::fprintf(stderr, "uncaught: %s\n", wrong.what());
            status = 99;
        }
        std::fflush(stdout);
        // Nothing of the parent may run twice: no destructors, no exit handlers.
        _exit(status);
    }
    alone.unlock();
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool is_called_off(Scenario scenario) {
    return scenario == Scenario::cancel || scenario == Scenario::cancel_under_way;
}

void check_outcome(
    const CrashCase& each, const Outside& outside, const Order& order, int mails, int deaths,
    Invariants& all
) {
    const bool late_is_made = outside.late_at != 0 && target_of(each.scenario) != "cancel" &&
                              target_of(each.scenario) != "open-file" &&
                              target_of(each.scenario) != "supplement" && !outside.late_is_second;
    const int made = outside.made + (late_is_made ? 1 : 0) + mails;
    const bool refused =
        outside.refused || (each.scenario == Scenario::mail && each.mishap == Mishap::refused);
    all.once("the order", made);
    const bool late_is_supplement = outside.late_at != 0 && each.scenario == Scenario::supplement;
    const int supplemented = outside.supplemented + (late_is_supplement ? 1 : 0);
    const int second = outside.made_second + (outside.late_at != 0 && outside.late_is_second ? 1 : 0);
    all.once("the second part", second);
    all.once("the correction", supplemented);
    all.once("the cancellation", outside.cancelled);
    all.once("the KEYED request", outside.filed);
    const bool parked = is_parked(order) || is_refused_again(each, outside, order);
    const bool called_off = order.state == OrderState::cancelled;
    const bool refusal_stands =
        refused && each.mishap == Mishap::refused && each.scenario != Scenario::cancel;
    // Called off before it left: then the carrier has nothing, whether the customer heard of it or
    // not.
    const bool never_left = called_off && made == 0;
    if (never_left && !is_called_off(each.scenario))
        all.finding("called off, and nobody wished it");
    if (made == 0 && !refusal_stands && !parked && !called_off)
        all.finding("lost: the carrier never had it");
    if (each.scenario == Scenario::parts && second == 0 && !refusal_stands && !parked)
        all.finding("lost: the carrier never had the second part");
    if (each.scenario == Scenario::supplement && !refusal_stands && !parked)
        all.acknowledged("the correction", !outside.corrected || supplemented > 0);
    if (called_off && made > 0 && outside.cancelled == 0)
        all.finding("called off here, and alive at the carrier");
    const auto state = std::string(boost::describe::enum_to_string(order.state, "?"));
    const auto expected = never_left                                        ? OrderState::cancelled
                          : refusal_stands                                  ? OrderState::exception
                          : outside.cancelled > 0                           ? OrderState::cancelled
                          : outside.cancel_acknowledged && !outside.refused ? OrderState::cancelled
                                                                            : OrderState::completed;
    if (order.state != expected && !(parked && !refusal_stands))
        all.finding("the order ended as " + state);
    if (refusal_stands && !parked && !called_off) all.finding("refused, and nobody is asked");
    if (parked && order.problem.empty()) all.finding("it waits for a person and does not say why");
    // A doubt is for mail and for a carrier that cannot be asked; everywhere else the ladder
    // settles the first one. A plugin may leave a second one, after a death, to a person.
    const bool may_park = refused || each.scenario == Scenario::mail ||
                          each.mishap == Mishap::lookup_broken ||
                          (deaths > 0 && order.delivery == Delivery::in_doubt);
    if (parked && !may_park) all.finding("it waits for a person, and need not: " + order.problem);
    const bool from_outside = each.scenario == Scenario::manual || each.scenario == Scenario::event ||
                              each.scenario == Scenario::event_early;
    if (from_outside && !parked)
        all.acknowledged("the answer from outside", !outside.answered || outside.approved);
    if (outside.key_changed)
        all.finding("a KEYED request was repeated with another key or other bytes");
    if (outside.leaked) all.finding("I8: the PIN, or what is signed with, stands in an effect");
    if (outside.forged) all.finding("what came with a signature is not what was signed");
    if (each.scenario == Scenario::sign && outside.made > 0 && outside.signatures == 0)
        all.finding("an order was carried out that nobody had signed");
    if (outside.held_at != 0 && outside.woke_at != 0) {
        const auto slept = std::chrono::milliseconds(outside.woke_at - outside.held_at);
        if (slept < cool_off) all.finding("it woke early");
        if (slept > cool_off + 5s) all.finding("it woke late");
    }
}

void check_store(
    const CrashCase& each, const Outside& outside, const Surroundings& around,
    std::optional<PostgresAdmin>& admin, MailSink& sink, CrashRun& run
) {
    auto& all = run.invariants;
    const StoreSeal seal{Sealing(MasterKey(std::string(32, 'k')))};
    auto store = open_store(around, seal, true, [](const std::function<void()>&) {});
    if (!store) {
        all.finding("the store cannot be opened: " + store.error().message);
        return;
    }
    const auto fit = (*store)->integrity();
    all.sound(fit ? *fit : fit.error().message);
    auto orders = (*store)->orders({}, 0, 10);
    if (orders && each.scenario == Scenario::parts) {
        // The whole is the oldest. Its parts are there together, and as the whole says.
        std::ranges::reverse(*orders);
        std::vector<Order> parts(orders->empty() ? orders->end() : orders->begin() + 1, orders->end());
        if (!parts.empty() && parts.size() != 2) all.finding(std::to_string(parts.size()) + " parts in the store");
        for (const auto& part : parts) {
            if (part.parent != orders->front().id) all.finding("a part of nothing");
            all.order(**store, part);
            const auto kept = (*store)->order_secret(part.id, "pin");
            if (!kept || *kept != pin) all.finding("the PIN of a part is not as it was given");
        }
        if (!parts.empty() && after_parts(orders->front(), parts, orders->front().updated))
            all.finding("the whole is not what its parts are");
        if (!orders->empty()) orders->resize(1);
    }
    if (!orders || orders->size() != 1) {
        all.finding(
            orders ? std::to_string(orders->size()) + " orders in the store"
                   : orders.error().message
        );
        return;
    }
    const auto& order = orders->front();
    all.acknowledged("the order", !outside.acknowledged || order.reference == "r1");
    const auto mails = sink.mails();
    check_outcome(
        each, outside, order, static_cast<int>(mails.size()), run.deaths + run.gave_up, all
    );
    all.order(**store, order);
    if (each.scenario == Scenario::mail) {
        std::vector<OutboxMail> rows;
        for (const auto& operation : (*store)->operations_of(order.id).value())
            for (int seq = 1; seq <= 4; ++seq)
                if (auto row = (*store)->mail(operation.id, seq); row && *row)
                    rows.push_back(std::move(**row));
        all.mails(mails, rows, document_bytes);
    }
    if (is_port(each.scenario)) {
        const auto kept = (*store)->order_secret(order.id, "pin");
        if (!kept || *kept != pin) all.finding("the PIN is not as it was given");
    }
    run.history = (*store)->dump().value_or("");
    for (const auto& entry : (*store)->timeline(order.id).value()) {
        run.history += std::to_string(stamp(entry.at)) + "\n";
        all.no_secret(entry.text + entry.data, "the timeline", secrets);
    }
    // The mail server has another port in every world.
    const auto mail_port = ":" + std::to_string(around.mail_port);
    for (std::size_t at; (at = run.history.find(mail_port)) != run.history.npos;)
        run.history.replace(at, mail_port.size(), " PORT");
    all.no_secret(content_of(around.folder + "/log"), "the log", secrets);
    if (admin) {
        all.no_secret(admin->everything(), "the rows of the database", secrets);
    } else {
        for (const auto& file : std::filesystem::recursive_directory_iterator(around.folder))
            if (file.is_regular_file())
                all.no_secret(content_of(file.path()), file.path().filename(), secrets);
        for (const auto& file : std::filesystem::directory_iterator(around.folder + "/run"))
            if (const auto name = file.path().filename().string(); !name.starts_with("porteur.db"))
                all.finding("I11: " + name + " is left behind");
    }
}

}  // namespace

CrashRun CrashWorld::run(const CrashCase& each) {
    auto& p = *parts_;
    std::shared_lock not_forking(forking);
    std::filesystem::remove_all(p.around.folder + "/run");
    std::filesystem::remove_all(p.around.folder + "/documents");
    std::filesystem::remove(p.around.folder + "/log");
    std::filesystem::create_directories(p.around.folder + "/run");
    if (p.admin) {
        p.admin->end_others();
        p.admin->forget_everything();
    } else {
        std::filesystem::copy_file(p.empty_store, p.around.folder + "/run/porteur.db");
    }
    p.sink.begin(
        each.scenario == Scenario::mail ? mail_mishap(each.mishap) : MailSink::Mishap::none
    );
    new (p.outside) Outside;
    not_forking.unlock();

    CrashRun run;
    int status = 0;
    int process = 0;
    for (const int point : {each.die_at, each.die_again_at, 0}) {
        status = in_child(each, point, process == 0, *p.outside, p.around);
        if (++process == 1) {
            run.points = p.outside->points;
            for (int at = 0; at < p.outside->named; ++at)
                run.point_names.emplace_back(p.outside->names[at]);
        }
        if (status == died) ++run.deaths;
        if (status == gave_up) ++run.gave_up;
        // A store that cannot be opened on a broken disk is opened again, as the service manager
        // would.
        const bool goes_on = status == died || status == gave_up ||
                             (status == not_opened && process == 1 && each.disk.is_used());
        if (!goes_on) break;
    }
    run.disk = p.outside->disk;
    auto& all = run.invariants;
    if (status == missing)
        all.acknowledged("the order", false);
    else if (status == stuck)
        all.finding("it never ends");
    else if (status != 0)
        all.finding(
            "the process ended with " + std::to_string(status) + ": " +
            content_of(p.around.folder + "/log")
        );
    not_forking.lock();
    check_store(each, *p.outside, p.around, p.admin, p.sink, run);
    return run;
}

}  // namespace porteur::testing
