// SPDX-License-Identifier: Apache-2.0
// The jobs of the inventory's desk, and the calls that make numbers active.
#include <boost/asio/post.hpp>

#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

#include "app/desk_refusals.hpp"
#include "app/desk_work.hpp"
#include "app/host_words.hpp"
#include "app/inventory_desk.hpp"

namespace porteur {

namespace asio = boost::asio;
using host::coded;

// ------------------------------------------------------------------ beginning and ending

Result<void> InventoryDesk::check_right(const Caller& caller, const TenantTree& tree, Right right, std::int64_t tenant) {
    return desk::check_reach(tree, caller, right, tenant, desk::no_account(tenant), Right::view_numbers);
}

NumberJob InventoryDesk::new_job(const Caller& caller, std::string kind, bool dry_run, std::string request) const {
    NumberJob job;
    job.began = parts_.now();
    job.id = desk::new_id(job.began);
    job.tenant = caller.tenant;
    job.by = caller.token_name;
    job.kind = std::move(kind);
    job.dry_run = dry_run;
    job.request = std::move(request);
    return job;
}

Result<std::shared_ptr<WaitingRoom::Place>> InventoryDesk::place_for(const Caller& caller, std::size_t bytes) {
    auto place = waiting_.enter(caller.tenant);
    if (!place) return place;
    if (auto grown = (*place)->grow(bytes); !grown) return std::unexpected(std::move(grown).error());
    return place;
}

Result<NumberJob> InventoryDesk::begin(
    const Caller& caller, NumberJob job, const std::optional<AnswerKept<NumberJob>>& kept, std::shared_ptr<WaitingRoom::Place> place, Work work
) {
    auto begun = job_book_.begin(
        desk::change_by(caller, job.began), job, "numbers." + job.kind, desk::remembered(caller, kept, parts_.now)
    );
    if (!begun) return std::unexpected(std::move(begun).error());
    auto signal = std::make_shared<std::atomic<JobSignal>>(JobSignal::go_on);
    {
        const std::lock_guard lock(under_way_mutex_);
        under_way_[job.id] = signal;
        if (stopping_) *signal = JobSignal::stop;
    }
    asio::post(jobs_, [this, job, signal, place = std::move(place), work = std::move(work)] {
        JobUnderWay under_way{.job = job, .signal = *signal};
        try {
            if (under_way.is_cut_off())
                runner_.end_cut_off(under_way);
            else
                work(under_way);
        } catch (const std::exception& wrong) {
            runner_.end(under_way, JobState::failed, wrong.what());
        }
        const std::lock_guard lock(under_way_mutex_);
        under_way_.erase(job.id);
    });
    return job;
}

Result<NumberJob> InventoryDesk::cancel(const Caller& caller, Id id) {
    auto found = job(caller, id);
    if (!found) return std::unexpected(std::move(found).error());
    if (!*found)
        return std::unexpected(coded(ErrorKind::invalid_input, not_found_code, phrase("there is no job {1} among yours", id_text(id))));
    const std::lock_guard lock(under_way_mutex_);
    const auto under_way = under_way_.find(id);
    if (under_way == under_way_.end())
        return std::unexpected(coded(ErrorKind::invalid_input, conflict_code, phrase("the job has ended already")));
    // What the daemon's end cuts off is told as that.
    auto told = JobSignal::go_on;
    under_way->second->compare_exchange_strong(told, JobSignal::cancel);
    return **found;
}

// ------------------------------------------------------------------ looking

std::vector<std::int64_t> InventoryDesk::accounts_seen(const Caller& caller) const {
    std::vector<std::int64_t> all{caller.tenant};
    if (may(caller.role, Right::view_numbers, Relation::below))
        for (const auto each : parts_.tenants.tree()->below(caller.tenant)) all.push_back(each);
    return all;
}

Result<std::optional<NumberJob>> InventoryDesk::job(const Caller& caller, Id id) {
    auto found = job_book_.job(id);
    if (!found || !*found) return found;
    if (!may(caller.role, Right::view_numbers, parts_.tenants.tree()->relation(caller.tenant, (*found)->tenant))) return std::nullopt;
    return found;
}

Result<std::vector<NumberJob>> InventoryDesk::jobs(const Caller& caller, Id before, int limit) {
    return job_book_.jobs({.tenants = accounts_seen(caller), .before = before, .limit = limit});
}

Result<std::optional<std::vector<JobResult>>> InventoryDesk::job_results(const Caller& caller, Id id, std::int64_t after, int limit) {
    const auto known = job(caller, id);
    if (!known) return std::unexpected(known.error());
    if (!*known) return std::nullopt;
    auto results = job_book_.results(id, after, limit);
    if (!results) return std::unexpected(std::move(results).error());
    return std::optional(std::move(*results));
}

// ------------------------------------------------------------------ wishes

Async<Result<NumberJob>> InventoryDesk::change(
    Caller caller, NumberSelection selection, NumberWish wish, bool dry_run, std::string request, std::optional<AnswerKept<NumberJob>> kept
) {
    co_return co_await desk::on<Result<NumberJob>>(writes_, [&, this]() -> Result<NumberJob> {
        const auto tree = parts_.tenants.tree();
        const auto right = right_of(wish.action);
        if (auto granted = check_right(caller, *tree, right, wish.tenant == 0 ? caller.tenant : wish.tenant); !granted)
            return std::unexpected(std::move(granted).error());
        if (selection.filter)
            if (auto restricted = restrict(caller, *tree, *selection.filter); !restricted) return std::unexpected(std::move(restricted).error());
        auto place = place_for(caller, request.size() + selection.numbers.size() * sizeof(std::string));
        if (!place) return std::unexpected(std::move(place).error());
        return begin(caller, new_job(caller, std::string(word_of(wish.action)), dry_run, request), kept, std::move(*place),
                     [this, selection, wish, scope = scope_of(caller)](JobUnderWay& under_way) {
                         if (wish.action == NumberAction::release)
                             runner_.release(under_way, selection, scope);
                         else
                             runner_.change(under_way, selection, wish, scope);
                     });
    });
}

Async<Result<NumberJob>> InventoryDesk::undo(Caller caller, Id id, std::optional<AnswerKept<NumberJob>> kept) {
    co_return co_await desk::on<Result<NumberJob>>(writes_, [&, this]() -> Result<NumberJob> {
        auto known = job(caller, id);
        if (!known) return std::unexpected(std::move(known).error());
        if (!*known)
            return std::unexpected(coded(ErrorKind::invalid_input, not_found_code, phrase("there is no job {1} among yours", id_text(id))));
        const auto& done = **known;
        const auto tree = parts_.tenants.tree();
        const auto action = number_action_of(done.kind);
        if (auto granted = check_right(caller, *tree, action ? right_of(*action) : Right::add_numbers, done.tenant); !granted)
            return std::unexpected(std::move(granted).error());
        if (!done.can_undo)
            return std::unexpected(coded(
                ErrorKind::invalid_input, conflict_code,
                done.state == JobState::running ? phrase("the job is under way; cancel it first")
                : action == NumberAction::release
                    ? phrase("numbers that are given back to their carrier cannot be taken back: order them anew")
                                                : phrase("there is nothing that could be taken back, or it was taken back already")
            ));
        auto wanted = new_job(caller, "undo", false, canonical(json::object{{"job", id_text(id)}}));
        wanted.undoes = id;
        auto place = place_for(caller, 0);
        if (!place) return std::unexpected(std::move(place).error());
        return begin(caller, std::move(wanted), kept, std::move(*place), [this, done, scope = scope_of(caller)](JobUnderWay& under_way) {
            runner_.undo(under_way, done, scope);
        });
    });
}

// ------------------------------------------------------------------ calls

Async<Result<CallsTaken>> InventoryDesk::take_calls(Caller caller, std::vector<CallSeen> calls) {
    co_return co_await desk::on<Result<CallsTaken>>(writes_, [&, this] { return taken(caller, calls); });
}

Result<CallsTaken> InventoryDesk::taken(const Caller& caller, const std::vector<CallSeen>& calls) {
    const auto tree = parts_.tenants.tree();
    std::map<NumberKey, Instant> first;  // of each number, the earliest call that is told
    std::map<NumberKey, std::int64_t> how_many;
    for (const auto& each : calls) {
        const auto key = number_key(each.to);
        if (!key) return failure(ErrorKind::invalid_input, phrase("{1} is no number", quoted(each.to, 40)));
        const auto [place, is_new] = first.try_emplace(*key, each.at);
        if (!is_new) place->second = std::min(place->second, each.at);
        ++how_many[*key];
    }
    std::vector<NumberKey> keys;
    for (const auto& [key, at] : first) keys.push_back(key);
    const auto held = inventory_.hold();
    const auto forms = inventory_.forms(keys);
    if (!forms) return std::unexpected(forms.error());
    CallsTaken out;
    std::vector<NumberChange> changes;
    for (const auto& each : *forms) {
        const auto& row = each.row;
        if (!may(caller.role, Right::report_calls, tree->relation(caller.tenant, row.tenant))) continue;
        const auto count = std::exchange(how_many[row.key], 0);
        const auto at = first[row.key];
        if (each.shared.active && row.first_call && *row.first_call <= at) {
            out.known += count;
            continue;
        }
        if (!each.shared.active) ++out.first;
        out.known += count - (each.shared.active ? 0 : 1);
        auto after = each;
        after.shared.active = true;
        after.row.first_call = at;
        changes.push_back({each, std::move(after), "first_call"});
    }
    for (const auto& [key, count] : how_many) out.unknown += count;
    if (changes.empty()) return out;
    if (auto written = inventory_.write(std::move(changes), {.at = parts_.now(), .by = caller.token_name, .job = 0, .undoable = false}); !written)
        return std::unexpected(std::move(written).error());
    return out;
}

}  // namespace porteur
