// SPDX-License-Identifier: Apache-2.0
#include "crash_world.hpp"

#include <atomic>
#include <cstdlib>
#include <new>
#include <set>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>

#include "domain/crash_point.hpp"
#include "engine/journal_record.hpp"
#include "support/engine_world.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;

constexpr int died = 86;
constexpr int stuck = 3;
constexpr int missing = 4;
constexpr int not_opened = 5;
constexpr auto late_by = 10s;
constexpr auto settle = 30s;

/// What outlives a process of ours: the carrier, and what our customer was told.
struct Outside {
    std::atomic<int> made = 0;  ///< orders at the carrier
    std::atomic<int> submissions = 0;
    std::atomic<int> lookups = 0;
    std::atomic<std::int64_t> late_at = 0;  ///< when it will carry out what it has; 0 = nothing
    std::atomic<std::int64_t> now = 0;      ///< time goes on through a death
    std::atomic<bool> acknowledged = false;
    std::atomic<int> points = 0;
};

/// In memory shared with the children.
class SharedOutside {
public:
    SharedOutside()
        : at_(new(mmap(
              nullptr, sizeof(Outside), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0
          )) Outside) {}
    SharedOutside(const SharedOutside&) = delete;
    SharedOutside& operator=(const SharedOutside&) = delete;
    ~SharedOutside() { munmap(at_, sizeof(Outside)); }
    Outside* operator->() const { return at_; }
    Outside& operator*() const { return *at_; }

private:
    Outside* at_;
};

// The crash hook is a plain function, so what it needs stands here; each child sets it for itself.
std::atomic<int>* points_passed = nullptr;
int die_at = 0;

void pass_point(std::string_view) {
    if (++*points_passed == die_at) _exit(died);
}

std::int64_t stamp(Instant at) { return at.time_since_epoch().count(); }

/// The carrier of the acme plugin, with its mishap.
Performed serve(Outside& outside, Mishap mishap, Instant now, const Effect& effect) {
    outside.now = stamp(now);
    if (outside.late_at != 0 && outside.late_at <= stamp(now)) {
        outside.late_at = 0;
        ++outside.made;
    }
    const std::string pending = R"({"id":"A-1","status":"pending"})";
    if (effect.step == "create-order") {
        if (++outside.submissions == 1 || mishap == Mishap::number_taken) switch (mishap) {
                case Mishap::none:
                    break;
                case Mishap::refused_connection:
                    return ScriptedPerformer::fails(effect.seq, ErrorKind::unavailable);
                case Mishap::lost_before:
                    return ScriptedPerformer::loses(effect.seq);
                case Mishap::lookup_unavailable:
                case Mishap::lookup_broken:
                case Mishap::lost_after:
                    ++outside.made;
                    return ScriptedPerformer::loses(effect.seq);
                case Mishap::carried_out_late:
                    outside.late_at = stamp(now + late_by);
                    return ScriptedPerformer::loses(effect.seq);
                case Mishap::number_taken:
                    return ScriptedPerformer::answers(
                        effect.seq, 409, R"({"code":"NUMBER_TAKEN"})"
                    );
            }
        ++outside.made;
        return ScriptedPerformer::answers(effect.seq, 201, pending);
    }
    if (effect.step == "find-order") {
        const bool is_early = ++outside.lookups <= 2;
        if (is_early && mishap == Mishap::lookup_unavailable)
            return ScriptedPerformer::fails(effect.seq, ErrorKind::unavailable);
        if (is_early && mishap == Mishap::lookup_broken)
            return ScriptedPerformer::answers(effect.seq, 500, "");
        return ScriptedPerformer::answers(
            effect.seq, 200,
            outside.made > 0 ? R"({"orders":[)" + pending + "]}" : R"({"orders":[]})"
        );
    }
    return ScriptedPerformer::answers(effect.seq, 200, R"({"id":"A-1","status":"completed"})");
}

/// Counts what is under way to the disk, so that time jumps only when nothing else can happen.
class CountingStore : public RealStore {
public:
    using RealStore::RealStore;
    void commit(Commit commit, CommitDone done) override {
        ++under_way;
        RealStore::commit(std::move(commit), [this, done = std::move(done)](Result<void> result) {
            --under_way;
            done(std::move(result));
        });
    }
    int under_way = 0;
};

Result<std::unique_ptr<Store>> open_store(
    const std::string& folder, const Seal& seal, std::function<void(std::function<void()>)> post
) {
    return Store::open({.address = "sqlite:" + folder + "/porteur.db"}, seal, std::move(post));
}

bool is_parked(const Order& order) { return !order.due && order.delivery != Delivery::idle; }
bool is_over(const Order& order) { return is_end(order.state) || is_parked(order); }

Order wanted(Instant now) {
    PurchaseOrder request;
    request.reference = "r1";
    request.numbers = {*PhoneNumber::from_json_text("+14165550101")};
    Order order;
    order.tenant = 1;
    order.kind = OrderKind::purchase;
    order.reference = "r1";
    order.account = "acme";
    order.request = to_text(request);
    order.stage = Stage::submit;
    order.delivery = Delivery::sending;
    order.due = now;
    return order;
}

Descriptor acme_descriptor() {
    Descriptor acme;
    acme.id = "acme";
    OperationSpec spec;
    spec.name = "purchase";
    spec.idempotency = Idempotency::query;
    spec.settle = settle;
    acme.operations.push_back(spec);
    acme.http.retry.first = 100ms;
    acme.http.retry.times = 3;
    return acme;
}

/// The life of one process of ours. @return its exit status, unless it dies before
int live(const CrashCase& each, Outside& outside, const std::string& folder) {
    boost::asio::io_context io(1);
    const auto work = boost::asio::make_work_guard(io);
    const HexSeal seal;
    auto store = open_store(folder, seal, [&io](std::function<void()> run) {
        boost::asio::post(io, std::move(run));
    });
    if (!store) return not_opened;
    CountingStore counting(**store);
    JumpingClock clock(io.get_executor());
    if (outside.now != 0) clock.set(Instant(std::chrono::milliseconds(outside.now)));
    SeededChance chance(1);
    static const porteur_host host{
        sizeof(porteur_host), 0, {"test", 4}, {"0", 1}, nullptr, nullptr
    };
    DirectRunner runner(porteur_entry_v0(&host, nullptr));
    const auto descriptor = acme_descriptor();
    OneAccount accounts;
    auto view = std::make_shared<AccountView>();
    view->runner = &runner;
    view->descriptor = &descriptor;
    view->in_flight_max = 8;
    accounts.all["acme"] = std::move(view);
    ScriptedPerformer performer;
    performer.carrier = [&](const EffectContext&, const Effect& effect) {
        return serve(outside, each.mishap, clock.now(), effect);
    };
    Engine engine(
        io.get_executor(), counting, accounts, performer, clock, chance,
        Rhythm{.first_retry = 1s, .longest_retry = 60s, .follow = 10s}
    );
    if (!engine.start()) return not_opened;

    const auto order = [&]() -> std::optional<Order> {
        return (*store)->order_by_reference(1, "r1").value();
    };
    if (!order()) {
        if (outside.acknowledged) return missing;
        boost::asio::co_spawn(
            io, engine.create(wanted(clock.now()), {}, {}),
            [&](std::exception_ptr, Result<Order> made) { outside.acknowledged = made.has_value(); }
        );
    }
    for (int jumps = 300; jumps > 0;) {
        if (io.poll() > 0) continue;
        if (counting.under_way > 0) {
            io.run_one();
            continue;
        }
        if (const auto now = order(); now && is_over(*now)) {
            engine.stop();
            store->reset();
            return 0;
        }
        if (!clock.jump()) break;
        --jumps;
    }
    return stuck;
}

int in_child(const CrashCase& each, int point, Outside& outside, const std::string& folder) {
    const pid_t pid = fork();
    if (pid == 0) {
        points_passed = &outside.points;
        outside.points = 0;
        die_at = point;
        crash_hook = pass_point;
        defect = each.defect;
        // Nothing of the parent may run twice: no destructors, no exit handlers.
        _exit(live(each, outside, folder));
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

void check_journal(Store& store, const Operation& operation, std::vector<std::string>& findings) {
    const auto stored = store.operation(operation.id).value().value();
    std::set<std::uint32_t> open;
    for (const auto& piece : stored.journal) {
        const auto records = read_records(piece.payload);
        if (!records) {
            findings.push_back("the journal cannot be read: " + records.error().message);
            continue;
        }
        for (const auto& record : *records) {
            if (const auto* intent = std::get_if<IntentRecord>(&record)) {
                if (!open.insert(intent->effect.seq).second)
                    findings.push_back("an intent is recorded twice");
            } else if (const auto* outcome = std::get_if<OutcomeRecord>(&record)) {
                if (open.erase(outcome->completion.seq) == 0)
                    findings.push_back("an outcome has no intent, or comes twice");
            }
        }
    }
    const bool is_closed =
        operation.state == Operation::State::done || operation.state == Operation::State::failed;
    if (is_closed && !open.empty())
        findings.push_back(operation.name + " has ended, but an intent has no outcome");
    if (operation.state == Operation::State::open)
        findings.push_back(operation.name + " is open after the order's end");
}

/// The step of the order's state that an entry tells of; nothing when it tells of none.
std::optional<std::pair<OrderState, OrderState>> step_of(
    const TimelineEntry& entry, OrderState before
) {
    if (entry.kind == "purchase.refused") return std::pair(before, OrderState::exception);
    if (entry.kind != "purchase.state_changed") return std::nullopt;
    const auto data = parse_json(entry.data).value();
    const auto state = [&](const char* key) {
        OrderState value{};
        boost::describe::enum_from_string(std::string(data.at(key).as_string()).c_str(), value);
        return value;
    };
    return std::pair(state("from"), state("to"));
}

void check_timeline(
    const std::vector<TimelineEntry>& entries, const Order& order,
    std::vector<std::string>& findings
) {
    auto state = OrderState::draft;
    const TimelineEntry* before = nullptr;
    for (const auto& entry : entries) {
        if (before && (entry.id <= before->id || entry.at < before->at))
            findings.push_back("the timeline goes back at " + entry.text);
        before = &entry;
        const auto step = step_of(entry, state);
        if (!step) continue;
        if (step->first != state || !may_follow(order.kind, state, step->second))
            findings.push_back("no legal step: " + entry.text);
        state = step->second;
    }
    if (state != order.state) findings.push_back("the timeline does not lead to the order's state");
}

void check(
    const CrashCase& each, const Outside& outside, const std::string& folder,
    std::vector<std::string>& findings
) {
    const HexSeal seal;
    auto store = open_store(folder, seal, [](const std::function<void()>&) {});
    if (!store) {
        findings.push_back("the store cannot be opened: " + store.error().message);
        return;
    }
    if (const auto fit = (*store)->integrity().value(); fit != "ok")
        findings.push_back("the store is damaged: " + fit);
    const auto orders = (*store)->orders({}, 0, 10).value();
    if (orders.size() != 1) {
        findings.push_back(std::to_string(orders.size()) + " orders in the store");
        return;
    }
    const auto& order = orders.front();
    const bool refused = each.mishap == Mishap::number_taken;
    const int made = outside.made + (outside.late_at != 0 ? 1 : 0);
    if (made > 1) findings.push_back("carried out " + std::to_string(made) + " times");
    if (made == 0 && !refused && !is_parked(order))
        findings.push_back("lost: the carrier never had it");
    const auto state = boost::describe::enum_to_string(order.state, "?");
    if (refused ? order.state != OrderState::exception || !is_parked(order)
                : order.state != OrderState::completed && !is_parked(order))
        findings.push_back(std::string("the order ended as ") + state);
    if (is_parked(order) && order.problem.empty())
        findings.push_back("it waits for a person and does not say why");
    check_timeline((*store)->timeline(order.id).value(), order, findings);
    for (const auto& operation : (*store)->operations_of(order.id).value())
        check_journal(**store, operation, findings);
}

}  // namespace

CrashRun run_through(const CrashCase& each, const std::string& folder) {
    CrashRun run;
    const SharedOutside outside;
    int status = 0;
    for (const int point : {each.die_at, each.die_again_at, 0}) {
        status = in_child(each, point, *outside, folder);
        if (run.points == 0) run.points = outside->points;
        run.later_points = outside->points;
        if (status == died) ++run.deaths;
        if (status != died) break;
    }
    if (status == missing)
        run.findings.push_back("acknowledged, but gone after the restart");
    else if (status == stuck)
        run.findings.push_back("it never ends");
    else if (status != 0)
        run.findings.push_back("the process ended with " + std::to_string(status));
    check(each, *outside, folder, run.findings);
    return run;
}

}  // namespace porteur::testing
