// SPDX-License-Identifier: Apache-2.0
// The job that gives numbers back to their carriers.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <porteur/phrase.hpp>

#include "domain/give_back.hpp"
#include "inventory/job_runner.hpp"

namespace porteur {
namespace {

/// Nobody else changes a number while so many are looked at and ordered.
constexpr std::size_t piece = 1'000;

std::string disabled_for(const TenantTree& tree, const JobScope& scope) {
    return phrase(
        "{1}, for which this was wished, is disabled", quoted(tree.name_of(scope.tenant), 60)
    );
}

}  // namespace

void JobRunner::release(
    JobUnderWay& under_way, const NumberSelection& selection, const JobScope& scope
) {
    auto& job = under_way.job;
    const auto& door = parts_.door;
    if (!door.can || !door.order)
        return end(under_way, JobState::failed, phrase("numbers cannot be given back here"));
    const auto keys = keys_of(under_way, selection, scope, *parts_.tenants.tree());
    if (!keys) return end(under_way, JobState::failed, keys.error().message);
    job.total = job.done + static_cast<std::int64_t>(keys->size());
    std::map<std::string, bool> asked;
    const auto can = [&](const std::string& account) {
        const auto [known, is_new] = asked.try_emplace(account, false);
        if (is_new) known->second = door.can(account);
        return known->second;
    };
    for (std::size_t from = 0; from < keys->size(); from += piece) {
        if (under_way.is_cut_off()) return end_cut_off(under_way);
        const std::vector<NumberKey> some(
            keys->begin() + static_cast<std::ptrdiff_t>(from),
            keys->begin() + static_cast<std::ptrdiff_t>(std::min(from + piece, keys->size()))
        );
        // A number that an order waits for, or that was given back a moment ago, is known as such.
        is_behind_ = true;
        if (auto known = keep_up(); !known)
            return end(under_way, JobState::failed, known.error().message);
        const auto held = parts_.inventory.hold();
        const auto now = parts_.tenants.tree();
        const auto& tree = *now;
        const bool is_barred = tree.is_disabled(scope.tenant);
        auto forms = parts_.inventory.forms(some);
        if (!forms) return end(under_way, JobState::failed, forms.error().message);
        const auto so_far = job;
        std::vector<JobResult> results;
        std::map<std::string, std::vector<NumberForm>> by_account;
        std::size_t at = 0;
        for (const auto key : some) {
            const bool is_there = at < forms->size() && (*forms)[at].row.key == key;
            const auto relation =
                is_there ? tree.relation(scope.tenant, (*forms)[at].row.tenant) : Relation::other;
            if (!is_there || !may(scope.role, Right::view_numbers, relation)) {
                ++job.done;
                refuse(
                    under_way, results, number_text(key),
                    phrase("there is no such number among yours")
                );
                if (is_there) ++at;
                continue;
            }
            auto& form = (*forms)[at++];
            if (is_barred) {
                ++job.done;
                refuse(
                    under_way, results, number_text(key),
                    disabled_for(tree, scope)
                );
                continue;
            }
            const auto may_go =
                may(scope.role, Right::release_numbers, relation)
                    ? may_be_released(form)
                    : failure(
                          ErrorKind::invalid_input,
                          phrase("the right {1} is missing there", word_of(Right::release_numbers))
                      );
            if (!may_go) {
                ++job.done;
                refuse(under_way, results, number_text(key), may_go.error().message);
            } else if (!*may_go) {
                ++job.done;
                ++job.same;
            } else if (!can(form.shared.account)) {
                ++job.done;
                refuse(
                    under_way, results, number_text(key),
                    phrase(
                        "{1} gives no numbers back by its plugin: give it back at the carrier by "
                        "hand; when the carrier's list shows it no more, "
                        "it is missing here, and you say that it was released",
                        quoted(form.shared.account, 60)
                    )
                );
            } else {
                by_account[form.shared.account].push_back(std::move(form));
            }
        }
        if (!results.empty())
            if (auto written = write(under_way, {}, std::exchange(results, {})); !written) {
                job = so_far;
                return end(under_way, JobState::failed, written.error().message);
            }
        // What is ordered cannot be taken back, so this is asked before each order. Once it is too
        // late, it is for all that is left of the piece: nothing comes between a refusal and the
        // write that tells of it.
        std::optional<std::string> why_too_late;
        std::vector<JobResult> too_late;
        auto in_time = job;
        for (auto& [account, numbers] : by_account)
            for (std::size_t first = 0; first < numbers.size(); first += numbers_of_a_release_max) {
                const auto last = std::min(first + numbers_of_a_release_max, numbers.size());
                if (!why_too_late) {
                    if (under_way.is_cut_off()) return end_cut_off(under_way);
                    if (const auto newest = parts_.tenants.tree(); newest->is_disabled(scope.tenant)) {
                        why_too_late = disabled_for(*newest, scope);
                        in_time = job;
                    }
                }
                if (why_too_late) {
                    for (auto which = first; which < last; ++which) {
                        ++job.done;
                        refuse(under_way, too_late, number_text(numbers[which].row.key), *why_too_late);
                    }
                    continue;
                }
                const auto before_these = job;
                job.done += static_cast<std::int64_t>(last - first);
                job.changed += static_cast<std::int64_t>(last - first);
                std::vector<NumberKey> given;
                for (auto which = first; which < last; ++which)
                    given.push_back(numbers[which].row.key);
                Id order = 0;
                if (!job.dry_run) {
                    auto taken = door.order(account, given, scope);
                    if (!taken) {
                        is_behind_ = true;  // the store may have it all the same
                        job = before_these;
                        return end(under_way, JobState::failed, taken.error().message);
                    }
                    order = *taken;
                }
                // Whatever dies from here on, the order is there, and who follows it marks its
                // numbers before another job may change them.
                Changes changes;
                std::vector<NumberFollow> follows;
                for (auto which = first; which < last && !job.dry_run; ++which) {
                    auto& form = numbers[which];
                    follows.push_back(
                        {.order = order,
                         .key = form.row.key,
                         .step = NumberStep::under_way,
                         .is_marked = true,
                         .before = std::string(word_of(form.shared.state))}
                    );
                    auto after = form;
                    after.shared.state = NumberState::releasing;
                    changes.push_back(
                        {.before = std::move(form),
                         .after = std::move(after),
                         .what = "release under way",
                         .by = by_order(order)}
                    );
                }
                if (auto written = write(under_way, std::move(changes), {}, std::move(follows));
                    !written) {
                    is_behind_ = true;
                    job = before_these;
                    return end(under_way, JobState::failed, written.error().message);
                }
            }
        if (!too_late.empty())
            if (auto written = write(under_way, {}, std::move(too_late)); !written) {
                job = in_time;
                return end(under_way, JobState::failed, written.error().message);
            }
    }
    end(under_way, JobState::done);
}

}  // namespace porteur
