// SPDX-License-Identifier: Apache-2.0
#include "simulation.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <stdexcept>

#include <boost/describe/enum_to_string.hpp>

#include "domain/crash_point.hpp"
#include "domain/order_rules.hpp"
#include "plugin_world.hpp"
#include "support/engine_world.hpp"

extern "C" const porteur_plugin* porteur_entry_of_acme(const porteur_host*, porteur_error*);
extern "C" const porteur_plugin* porteur_entry_of_trial(const porteur_host*, porteur_error*);

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr auto settle = 30s;
constexpr int steps_max = 60'000;

/// All of a run's chance.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    bool once_in(int times) { return engine_() % static_cast<std::uint64_t>(times) == 0; }
    int below(int most) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(most)); }
    milliseconds within(milliseconds most) { return milliseconds(below(static_cast<int>(most.count()) + 1)); }
    std::uint64_t seed() { return engine_(); }

private:
    std::mt19937_64 engine_;
};

// ------------------------------------------------------------------ the carriers

/// What a carrier has of one reference.
struct There {
    int made = 0, cancelled = 0;
    int polls_left = 2;
    bool refused = false;
};

/// Acts when it likes, whoever is alive to hear of it.
class Carriers {
public:
    explicit Carriers(Dice& dice) : dice_(dice) {}

    enum class Lot { carried_out, refused_connection, lost_before, lost_after, late, broken, throttled, said_no };

    /// What becomes of a request that changes something.
    Lot draw() {
        if (!dice_.once_in(4)) return Lot::carried_out;
        constexpr Lot lots[] = {Lot::refused_connection, Lot::lost_before, Lot::lost_after, Lot::lost_after, Lot::late, Lot::late, Lot::broken, Lot::throttled, Lot::said_no};
        return lots[dice_.below(std::size(lots))];
    }
    /// Carries it out at that time.
    void act_at(Instant when, const std::string& reference, const std::string& step) { pending_.emplace(when, std::pair(reference, step)); }
    void act(const std::string& reference, const std::string& step) {
        auto& there = all[reference];
        if (step == "cancel")
            ++there.cancelled;
        else if (step.starts_with("create-"))
            ++there.made;  // the others are KEYED: the carrier knows a repeat by its key
    }
    /// What is due by now has been done.
    void catch_up(Instant now) {
        while (!pending_.empty() && pending_.begin()->first <= now) {
            const auto [reference, step] = pending_.begin()->second;
            pending_.erase(pending_.begin());
            act(reference, step);
        }
    }
    bool is_pending(const std::string& reference) const {
        return std::ranges::any_of(pending_, [&](const auto& each) { return each.second.first == reference; });
    }
    std::string shown(const std::string& reference) {
        auto& there = all[reference];
        const bool is_done = --there.polls_left <= 0;
        return R"({"id":"A-)" + reference + R"(","status":")" + (there.cancelled > 0 ? "cancelled" : is_done ? "completed" : "pending") + "\"}";
    }

    std::map<std::string, There> all;

private:
    Dice& dice_;
    std::multimap<Instant, std::pair<std::string, std::string>> pending_;
};

class SimulatedPerformer : public EffectPerformer {
public:
    SimulatedPerformer(Carriers& carriers, Dice& dice, Clock& clock, SimulationRun& run) : carriers_(carriers), dice_(dice), clock_(clock), run_(run) {}

    Async<std::optional<Performed>> recall(EffectContext, Effect) override { co_return std::nullopt; }
    Async<Performed> perform(EffectContext context, Effect effect) override {
        if (effect.kind == EffectKind::sign) co_return Performed{.completion = {effect.seq, ErrorKind::none, R"({"signature":"s"})", {}}};
        const bool changes = effect.guarantee != Guarantee::safe;
        const auto reference = context.reference;
        const auto on_the_way = dice_.within(1500ms);
        if (!changes) {
            co_await clock_.sleep_until(clock_.now() + on_the_way);
            co_return look_up(effect, reference);
        }
        const auto lot = carriers_.draw();
        note(reference + " " + effect.step + " #" + std::to_string(context.step_attempt) + " lot " + std::to_string(static_cast<int>(lot)));
        const auto seq = effect.seq;
        // The carrier acts whether or not anybody here lives to hear of it.
        const auto acts_at = clock_.now() + dice_.within(on_the_way);
        const auto late_at = clock_.now() + 2s + dice_.within(20s);  // before anybody may ask, after nobody waits
        const bool acts = lot == Carriers::Lot::carried_out || lot == Carriers::Lot::lost_after || lot == Carriers::Lot::broken;
        if (acts) carriers_.act_at(acts_at, reference, effect.step);
        if (lot == Carriers::Lot::late) carriers_.act_at(late_at, reference, effect.step);
        co_await clock_.sleep_until(clock_.now() + on_the_way);
        carriers_.catch_up(clock_.now());
        switch (lot) {
            case Carriers::Lot::refused_connection: co_return ScriptedPerformer::fails(seq, ErrorKind::unavailable);
            case Carriers::Lot::throttled: co_return ScriptedPerformer::fails(seq, ErrorKind::throttled, 5s);
            case Carriers::Lot::late: ++run_.late; [[fallthrough]];
            case Carriers::Lot::lost_before:
            case Carriers::Lot::lost_after:
            case Carriers::Lot::broken:
                ++run_.lost;
                co_return ScriptedPerformer::loses(seq);
            case Carriers::Lot::said_no: {
                carriers_.all[reference].refused = true;
                const bool of_port = effect.step == "create-port";
                co_return of_port ? ScriptedPerformer::answers(seq, 422, R"({"code":"PIN_WRONG"})") : ScriptedPerformer::answers(seq, 409, R"({"code":"NO"})");
            }
            case Carriers::Lot::carried_out: break;
        }
        co_return ScriptedPerformer::answers(seq, effect.step == "cancel" ? 200 : 201, carriers_.shown(reference));
    }

private:
    void note(const std::string& what) { run_.trace += std::to_string(clock_.now().time_since_epoch().count() % 10'000'000) + " " + what + "\n"; }
    Performed look_up(const Effect& effect, const std::string& reference) {
        carriers_.catch_up(clock_.now());
        note(reference + " " + effect.step + ": made " + std::to_string(carriers_.all[reference].made));
        if (dice_.once_in(12)) return ScriptedPerformer::fails(effect.seq, ErrorKind::unavailable);
        if (dice_.once_in(20)) return ScriptedPerformer::answers(effect.seq, 500, "");
        if (dice_.once_in(25)) return ScriptedPerformer::answers(effect.seq, 200, "<html>soon back</html>");
        if (effect.step == "hold" || effect.step == "held") return ScriptedPerformer::answers(effect.seq, 200, "{}");
        if (effect.step == "records") return ScriptedPerformer::answers(effect.seq, 200, R"({"name":"Example Ltd"})");
        const bool lists = effect.head.find("\"query\":[[\"ref\"") != effect.head.npos;
        if (!lists) return ScriptedPerformer::answers(effect.seq, 200, carriers_.shown(reference));
        const std::string list = effect.step == "find-port" ? "ports" : "orders";
        const bool has_it = carriers_.all[reference].made > 0;
        return ScriptedPerformer::answers(effect.seq, 200, "{\"" + list + "\":[" + (has_it ? carriers_.shown(reference) : "") + "]}");
    }

    Carriers& carriers_;
    Dice& dice_;
    Clock& clock_;
    SimulationRun& run_;
};

// ------------------------------------------------------------------ the store

/// Commits wait in a queue until they are written, and then until they are told; a death forgets the first for ever, and of the
/// second that they happened.
class QueuedStore : public RealStore {
public:
    QueuedStore(Store& store, Dice& dice, SimulationRun& run) : RealStore(store), inner_(store), dice_(dice), run_(run) {}

    void commit(SharedCommit commit, CommitDone done) override { queue_.emplace_back(std::move(commit), std::move(done)); }
    bool has_queued() const { return !queue_.empty(); }
    bool has_told() const { return !told_.empty(); }

    /// Writes the first `count`, in one transaction perhaps; blocks until the disk has them.
    void write(std::size_t count) {
        std::size_t waits_for = 0;
        for (; count > 0 && !queue_.empty(); --count) {
            auto next = std::move(queue_.front());
            queue_.pop_front();
            if (dice_.once_in(150)) {
                ++run_.refused_commits;
                told_.emplace_back(std::move(next.second), failure(ErrorKind::unavailable, "simulated: the disk is full"));
                continue;
            }
            ++waits_for;
            inner_.commit(std::move(next.first), [this, done = std::move(next.second)](Result<void> result) mutable {
                told_.emplace_back(std::move(done), std::move(result));
                ++heard_;
            });
        }
        heard_ = 0;
        while (heard_ < waits_for) {
            std::unique_lock lock(mutex_);
            moved_.wait(lock, [this] { return !posted_.empty(); });
            auto next = std::move(posted_.front());
            posted_.pop_front();
            lock.unlock();
            next();
        }
    }
    void tell_one() {
        auto [done, result] = std::move(told_.front());
        told_.pop_front();
        done(std::move(result));
    }
    /// As the process dies: what was not written never will be.
    void forget() {
        queue_.clear();
        told_.clear();
    }
    /// For Store::open: what the writer's thread has to say. @threads any
    void post(std::function<void()> run) {
        {
            const std::lock_guard lock(mutex_);
            posted_.push_back(std::move(run));
        }
        moved_.notify_one();
    }

private:
    Store& inner_;
    Dice& dice_;
    SimulationRun& run_;
    std::deque<std::pair<SharedCommit, CommitDone>> queue_;
    std::deque<std::pair<CommitDone, Result<void>>> told_;
    std::size_t heard_ = 0;
    std::mutex mutex_;
    std::condition_variable moved_;
    std::deque<std::function<void()>> posted_;
};

// ------------------------------------------------------------------ what is wanted

enum class Kind { purchase, keyed, manual, event, sleep, unsettled, port, port_cancelled, preflight };
constexpr Kind kinds[] = {Kind::purchase, Kind::purchase, Kind::keyed, Kind::manual, Kind::event, Kind::sleep, Kind::unsettled, Kind::port, Kind::port_cancelled, Kind::preflight};

struct Wanted {
    std::string reference;
    Kind kind;
    Instant from;  ///< when the customer comes
    bool acknowledged = false;
    bool cancel_wanted = false, told = false, asking = false;
    Instant next_try{};
};

bool is_port(Kind kind) { return kind == Kind::port || kind == Kind::port_cancelled || kind == Kind::preflight; }

Order order_of(const Wanted& wanted, Instant now) {
    Order order;
    order.tenant = 1;
    order.reference = wanted.reference;
    order.stage = Stage::submit;
    order.delivery = Delivery::sending;
    order.due = now;
    if (is_port(wanted.kind)) {
        PortOrder request;
        request.reference = wanted.reference;
        request.numbers = {*PhoneNumber::from_json_text("+14165550101")};
        request.account_number = "4477";
        request.pin.given = true;
        order.kind = OrderKind::port;
        order.account = "acme";
        if (wanted.kind == Kind::preflight) {
            order.losing_account = "trial";
            order.stage = Stage::preflight;
        }
        order.request = to_text(request);
        return order;
    }
    PurchaseOrder request;
    request.reference = wanted.reference;
    request.numbers = {*PhoneNumber::from_json_text("+14165550101")};
    constexpr const char* comments[] = {"", "keyed", "manual", "event", "sleep", "unsettled"};
    request.comment = comments[static_cast<int>(wanted.kind)];
    order.kind = OrderKind::purchase;
    order.account = wanted.kind == Kind::purchase ? "acme" : "trial";
    order.request = to_text(request);
    return order;
}

Descriptor descriptor_of(const std::string& id) {
    if (id == "trial") return described(id, {"purchase", "submit_port", "split", "supplement_port"}, settle, 100ms);
    return described(id, {"purchase", "submit_port", "cancel_port"}, settle, 100ms);
}

bool rests(const Order& order) { return !order.due && order.delivery != Delivery::sending; }

// ------------------------------------------------------------------ one process after another

class Simulation {
public:
    explicit Simulation(const SimulationPlan& plan)
        : plan_(plan), dice_(plan.seed), carriers_(dice_), descriptors_{descriptor_of("acme"), descriptor_of("trial")} {}

    SimulationRun run() {
        begin_with_an_empty_store();
        defect = plan_.defect;
        const int orders = 3 + dice_.below(6);
        for (int at = 0; at < orders; ++at)
            wanted_.push_back({.reference = "r" + std::to_string(at), .kind = kinds[dice_.below(std::size(kinds))], .from = now_ + dice_.within(120s)});
        deaths_left_ = dice_.below(12);
        bool goes_on = open();
        while (goes_on && run_.steps < steps_max) goes_on = step();
        if (!over_) run_.invariants.finding("it came to no end within " + std::to_string(steps_max) + " steps");
        judge();
        close();
        defect = {};
        return std::move(run_);
    }

private:
    /// Made once: the migrations would take longer than the rest.
    void begin_with_an_empty_store() const {
        const auto model = plan_.folder + ".model";
        if (!std::filesystem::exists(model)) {
            std::filesystem::create_directories(model);
            auto made = Store::open({.address = "sqlite:" + model + "/porteur.db"}, seal_, [](const std::function<void()>&) {});
            if (!made) throw std::runtime_error(made.error().message);
        }
        std::filesystem::remove_all(plan_.folder);
        std::filesystem::copy(model, plan_.folder);
    }
    /// A new process on the same store. @return whether it could begin
    bool open() {
        io_ = std::make_unique<asio::io_context>(1);
        clock_ = std::make_unique<JumpingClock>(io_->get_executor());
        clock_->set(now_);
        auto opened = Store::open({.address = "sqlite:" + plan_.folder + "/porteur.db"}, seal_, [this](std::function<void()> run) { queue_->post(std::move(run)); });
        if (!opened) {
            run_.invariants.finding("the store does not open: " + opened.error().message);
            return false;
        }
        store_ = std::move(*opened);
        queue_ = std::make_unique<QueuedStore>(*store_, dice_, run_);
        performer_ = std::make_unique<SimulatedPerformer>(carriers_, dice_, *clock_, run_);
        chance_ = std::make_unique<SeededChance>(dice_.seed());
        runners_.clear();
        static const porteur_host host{sizeof(porteur_host), 0, {"test", 4}, {"0", 1}, nullptr, nullptr};
        const bool other_build = dice_.once_in(3);
        for (const std::size_t at : {0, 1}) {
            const auto* plugin = at == 0 ? porteur_entry_of_acme(&host, nullptr) : porteur_entry_of_trial(&host, nullptr);
            const std::string builds[] = {std::string(64, 'a'), std::string(64, 'b')};
            for (const bool is_current : {true, false}) {
                auto& runner = runners_.emplace_back(std::make_unique<DirectRunner>(plugin, builds[is_current == other_build]));
                runner->before_step = [this]() -> std::optional<Error> {
                    if (plugin_deaths_left_ == 0 || !dice_.once_in(60)) return std::nullopt;
                    --plugin_deaths_left_;
                    ++run_.plugin_deaths;
                    return Error{.kind = ErrorKind::internal, .message = "killed by signal 9", .code = std::string(plugin_died_code)};
                };
                auto view = std::make_shared<AccountView>();
                view->runner = runner.get();
                view->descriptor = &descriptors_[at];
                view->in_flight_max = 4;
                if (is_current)
                    accounts_.all[at == 0 ? "acme" : "trial"] = view;
                else
                    accounts_.earlier[runner->build()] = view;
            }
        }
        engine_ = std::make_unique<Engine>(io_->get_executor(), *queue_, accounts_, *performer_, *clock_, *chance_, Rhythm{.first_retry = 1s, .longest_retry = 60s, .follow = 10s});
        if (auto begun = engine_->start(); !begun) {
            run_.invariants.finding("the engine does not start: " + begun.error().message);
            return false;
        }
        return true;
    }
    void close() {
        if (engine_) engine_->stop();
        io_->stop();
        clock_->forget_sleepers();
        queue_->forget();
        // Coroutines under way are destroyed here, as a killed process would lose them.
        io_.reset();
        engine_.reset();
        performer_.reset();
        runners_.clear();
        store_.reset();
        queue_.reset();
        for (auto& each : wanted_) each.asking = false;
    }
    bool die() {
        ++run_.deaths;
        --deaths_left_;
        now_ = clock_->now();
        run_.trace += std::to_string(now_.time_since_epoch().count() % 10'000'000) + " dies\n";
        close();
        now_ += dice_.within(5s);
        if (dice_.once_in(6)) {
            ++run_.stopped_clocks;
            now_ += dice_.once_in(2) ? 1h : 26h;
        }
        return open();
    }

    /// One thing happens. @return whether the run goes on
    bool step() {
        ++run_.steps;
        if (deaths_left_ > 0 && dice_.once_in(120)) return die();
        io_->restart();
        if (dice_.once_in(20) && wish()) return true;  // somebody comes while all are at work
        const int lot = dice_.below(100);
        if (lot < 55 && io_->poll_one() > 0) return true;
        if (lot < 80 && queue_->has_queued()) {
            queue_->write(static_cast<std::size_t>(1 + dice_.below(4)));
            return true;
        }
        if (queue_->has_told()) {
            queue_->tell_one();
            return true;
        }
        if (io_->poll_one() > 0) return true;
        if (queue_->has_queued()) {
            queue_->write(1);
            return true;
        }
        // Nothing is at work. Somebody wants something, or time passes.
        if (wish()) return true;
        if (is_over()) {
            over_ = true;
            return false;
        }
        const auto next = next_customer();
        if (next && (!clock_jumps_before(*next))) {
            clock_->set(*next);
            return true;
        }
        if (clock_->jump()) return true;
        if (next) {
            clock_->set(*next);
            return true;
        }
        // No alarm, nobody wants anything: whatever does not rest now never will.
        over_ = true;
        return false;
    }

    std::optional<Instant> next_customer() const {
        std::optional<Instant> next;
        for (const auto& each : wanted_) {
            const auto when = !each.acknowledged && !each.asking ? std::max(each.from, each.next_try) : each.next_try;
            if (when <= clock_->now() || each.asking) continue;
            if (!next || when < *next) next = when;
        }
        return next;
    }
    /// Whether an alarm of ours is to come first. Who tries again in a second does so before days pass.
    bool clock_jumps_before(Instant customer) { return customer - clock_->now() > 2s && !dice_.once_in(3); }

    std::optional<Order> stored(const std::string& reference) {
        auto found = store_->order_by_reference(1, reference);
        return found && *found ? std::move(*found) : std::nullopt;
    }

    /// What a customer or an operator does now. @return whether anybody does
    bool wish() {
        for (auto& each : wanted_) {
            if (each.asking || each.from > clock_->now() || each.next_try > clock_->now()) continue;
            if (!each.acknowledged) {
                // The desk may speak before the order is there: it is kept for whoever asks later.
                if (each.kind == Kind::event && !each.told && dice_.once_in(2))
                    tell(each);
                else
                    put_in(each);
                return true;
            }
            const auto order = stored(each.reference);
            if (order && act(each, *order)) return true;
        }
        return false;
    }

    template <class Asked>
    void ask(Wanted& who, Asked asked, std::function<void(bool)> told) {
        who.asking = true;
        asio::co_spawn(*io_, std::move(asked), [this, at = &who, told = std::move(told)](std::exception_ptr, Result<Order> answer) {
            at->asking = false;
            at->next_try = clock_->now() + 1s;
            told(answer.has_value());
        });
    }

    void put_in(Wanted& each) {
        if (stored(each.reference)) {  // its answer was lost, and the API would say so
            each.acknowledged = true;
            return;
        }
        OrderWish wish;
        if (is_port(each.kind)) wish.secrets.push_back({0, 0, "pin", "7788"});
        ask(each, engine_->create(order_of(each, clock_->now()), {}, std::move(wish)), [&each](bool done) { each.acknowledged |= done; });
    }

    /// The carrier's desk speaks, until somebody says that it was heard. Heard twice, one is kept for nobody.
    void tell(Wanted& each) {
        InboundEvent told;
        told.tenant = 1;
        told.account = "trial";
        told.source = "webhook";
        told.keys["order"] = each.reference;
        told.body = "for it";
        each.asking = true;
        asio::co_spawn(*io_, engine_->deliver(std::move(told)), [this, at = &each](std::exception_ptr, Result<Id> kept) {
            at->asking = false;
            at->told |= kept.has_value();
            at->next_try = clock_->now() + 1s;
        });
    }

    bool act(Wanted& each, const Order& order) {
        switch (each.kind) {
            case Kind::port_cancelled: {
                const bool can = order.state == OrderState::submitted && order.delivery == Delivery::idle && !order.carrier_id.empty();
                if (!can || each.cancel_wanted) return false;
                OrderWish wish;
                wish.change = [this](const Order& now) { return cancel_order(now, true, clock_->now(), "api"); };
                ask(each, engine_->change(order.id, std::move(wish)), [&each](bool done) { each.cancel_wanted |= done; });
                return true;
            }
            case Kind::manual:
                if (order.delivery != Delivery::waiting_for_person || order.open_operation == 0 || each.told) return false;
                ask(each, engine_->answer(order.id, TaskAnswer{.choice = "go", .text = "for it", .by = "anna", .remember = {}}), [&each](bool done) { each.told |= done; });
                return true;
            case Kind::event:
                if (each.told) return false;
                tell(each);
                return true;
            case Kind::unsettled: {
                // A person looks at the carrier, an hour later, and says what is there.
                if (order.delivery != Delivery::in_doubt || order.due || order.open_operation != 0) return false;
                carriers_.catch_up(clock_->now() + 1h);
                const bool found = carriers_.all[each.reference].made > 0;
                OrderWish wish;
                wish.change = [this, found, id = "A-" + each.reference](const Order& stands) {
                    return settle_by_person(stands, found ? PersonVerdict::found_at_carrier : PersonVerdict::not_carried_out, found ? id : "", clock_->now(), "anna");
                };
                ask(each, engine_->change(order.id, std::move(wish)), [](bool) {});
                return true;
            }
            default: return false;
        }
    }

    bool is_over() {
        for (auto& each : wanted_) {
            if (!each.acknowledged || each.asking) return false;
            const auto order = stored(each.reference);
            if (!order) return true;  // judge() says it
            if (!is_end(order->state) && !rests(*order)) return false;
            if (order->delivery == Delivery::in_doubt && order->open_operation != 0) return false;
        }
        return true;
    }

    void judge() {
        auto& all = run_.invariants;
        run_.orders = static_cast<int>(wanted_.size());
        for (const auto& each : wanted_) {
            auto& there = carriers_.all[each.reference];
            carriers_.catch_up(clock_->now() + 24h);
            all.once(each.reference, there.made);
            all.once(each.reference + " cancelled", there.cancelled);
            const auto order = stored(each.reference);
            run_.acknowledged += each.acknowledged;
            if (each.acknowledged) all.acknowledged(each.reference, order.has_value());
            if (!order) {
                if (there.made > 0) all.finding(each.reference + " is at the carrier, and not here");
                continue;
            }
            all.order(*store_, *order);
            run_.parked += !is_end(order->state);
            if (over_ && !is_end(order->state) && !rests(*order))
                all.finding(each.reference + " neither ended nor waits for anybody: " + std::string(boost::describe::enum_to_string(order->state, "?")) + "/" + boost::describe::enum_to_string(order->delivery, "?"));
            if (order->state == OrderState::completed && there.made == 0) all.finding(each.reference + " is completed, and the carrier knows nothing of it");
            if ((order->state == OrderState::exception || order->state == OrderState::rejected) && !there.refused)
                all.finding(each.reference + " was refused, and by no carrier");
            if (each.kind == Kind::event && each.told && order->open_operation != 0)
                all.finding(each.reference + " still waits for what it was told: " + boost::describe::enum_to_string(order->state, "?") + "/" + boost::describe::enum_to_string(order->delivery, "?"));
            // What is there counts as taken on, or waits for a person in sight.
            if (there.made > 0 && order->state == OrderState::rejected && !there.refused) all.finding(each.reference + " is at the carrier, and rejected here");
        }
        if (auto dump = store_->dump()) run_.history = std::move(*dump);
    }

    const SimulationPlan plan_;
    Dice dice_;
    Carriers carriers_;
    Descriptor descriptors_[2];
    SimulationRun run_;
    Instant now_{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h};
    int deaths_left_ = 0, plugin_deaths_left_ = 2;
    bool over_ = false;
    std::deque<Wanted> wanted_;

    HexSeal seal_;
    std::unique_ptr<asio::io_context> io_;
    std::unique_ptr<JumpingClock> clock_;
    std::unique_ptr<QueuedStore> queue_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<SimulatedPerformer> performer_;
    std::unique_ptr<SeededChance> chance_;
    std::deque<std::unique_ptr<DirectRunner>> runners_;
    OneAccount accounts_;
    std::unique_ptr<Engine> engine_;
};

}  // namespace

SimulationRun simulate(const SimulationPlan& plan) { return Simulation(plan).run(); }

}  // namespace porteur::testing
