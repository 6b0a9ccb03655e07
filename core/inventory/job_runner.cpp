// SPDX-License-Identifier: Apache-2.0
#include "inventory/job_runner.hpp"

#include <algorithm>
#include <unordered_map>

#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

#include "domain/number_limits.hpp"

namespace porteur {
namespace {

constexpr std::size_t piece = 1'000;
constexpr std::size_t selected_max = 2'000'000;
/// So many numbers that are new can be taken away again; of more, the file is the better list.
constexpr std::int64_t undoable_max = 100'000;

std::string done_word(NumberAction action) {
    switch (action) {
        case NumberAction::assign: return "assigned";
        case NumberAction::unassign: return "unassigned";
        case NumberAction::reserve: return "reserved";
        case NumberAction::unreserve: return "unreserved";
        case NumberAction::release:
        case NumberAction::options: break;
    }
    return "options set";
}

/// What has left for a carrier is not taken back by anybody.
bool may_be_undone(const NumberJob& job) { return !job.dry_run && job.kind != "undo" && job.kind != word_of(NumberAction::release); }

/// Whoever had it has it no more.
bool is_gone(NumberState state) {
    return state == NumberState::released || state == NumberState::ported_out || state == NumberState::failed || state == NumberState::discovered;
}

std::string not_there() { return phrase("there is no such number among yours"); }

/// Why nothing is put into an account, or given to it, as it stands now; nothing: it may be.
std::optional<std::string> why_not(const TenantTree& tree, const JobScope& scope, Right right, std::int64_t tenant) {
    if (tree.is_disabled(scope.tenant)) return phrase("{1}, for which this was wished, is disabled", quoted(tree.name_of(scope.tenant), 60));
    if (!may(scope.role, right, tree.relation(scope.tenant, tenant)))
        return phrase("account {1} is not among yours any more", std::to_string(tenant));
    if (tree.is_disabled(tenant)) return phrase("{1} is disabled; enable it, or choose another account", quoted(tree.name_of(tenant), 60));
    return std::nullopt;
}

/// The fields of one JSON object over those of another, which keeps what the first does not name.
std::string fields_over(std::string_view below, std::string_view above) {
    auto all = parse_json(below), more = parse_json(above);
    if (!all || !all->is_object() || !more || !more->is_object()) return std::string(above);
    for (auto& each : more->get_object()) all->get_object()[each.key()] = each.value();
    return canonical(*all);
}

}  // namespace

void JobRunner::refuse(JobUnderWay& under_way, std::vector<JobResult>& results, std::string number, std::string why) const {
    ++under_way.job.refused;
    results.push_back({.job = under_way.job.id, .seq = ++under_way.last_seq, .row = 0, .column = {}, .number = std::move(number), .outcome = "refused",
                       .problem = std::move(why)});
}

Result<void> JobRunner::write(JobUnderWay& under_way, Changes changes, std::vector<JobResult> results, std::vector<NumberFollow> follows) {
    auto& job = under_way.job;
    const auto undoable = may_be_undone(job) && job.done <= undoable_max;
    if (!undoable) job.can_undo = false;
    if (job.dry_run) changes.clear();
    NumberChanges extra;
    extra.job = job;
    extra.results = std::move(results);
    extra.follows = std::move(follows);
    return parts_.inventory.write(std::move(changes), {.at = parts_.now(), .by = job.by, .job = job.id, .undoable = undoable}, std::move(extra));
}

void JobRunner::end(JobUnderWay& under_way, JobState state, std::string problem) {
    auto& job = under_way.job;
    job.state = state;
    job.problem = std::move(problem);
    job.ended = parts_.now();
    job.total = std::max(job.total, job.done);
    job.can_undo = may_be_undone(job) && job.changed > 0 && job.done <= undoable_max;
    NumberChanges extra;
    extra.job = job;
    auto held = parts_.inventory.hold();
    // Where that fails, too, the next start finds the job running and ends it.
    static_cast<void>(parts_.inventory.write({}, {.at = *job.ended, .by = job.by, .job = job.id, .undoable = false}, std::move(extra)));
    if (job.undoes == 0 || state == JobState::done) return;
    held.unlock();
    static_cast<void>(mark_undone(job, 0));  // what is left can be taken back by another
}

std::string JobRunner::stopped_problem() {
    return phrase("porteurd was stopped while it was under way; what was done is done. Wish it again: what is as wished already does not change");
}

void JobRunner::end_cut_off(JobUnderWay& under_way) {
    if (under_way.signal == JobSignal::stop) return end(under_way, JobState::failed, stopped_problem());
    end(under_way, JobState::cancelled);
}

Result<void> JobRunner::keep_up() {
    if (!is_behind_) return {};
    if (parts_.door.catch_up)
        if (auto known = parts_.door.catch_up(); !known) return known;
    is_behind_ = false;
    return {};
}

Result<std::vector<NumberKey>> JobRunner::keys_of(
    JobUnderWay& under_way, const NumberSelection& selection, const JobScope& scope, const TenantTree& tree
) {
    std::vector<NumberKey> keys;
    if (selection.filter) {
        InventoryQuery query;
        query.filter = *selection.filter;
        auto read = parts_.list.each(query, tree, [&](const NumberLine& line) {
            keys.push_back(line.key);
            return keys.size() <= selected_max;
        });
        if (!read) return std::unexpected(std::move(read).error());
        if (keys.size() > selected_max)
            return failure(
                ErrorKind::invalid_input, phrase("more than {1:n} numbers are meant; wish it of fewer at a time, as by provider or by prefix", selected_max)
            );
        return keys;
    }
    if (selection.range) {
        const auto from = number_key(selection.range->first), to = number_key(selection.range->second);
        if (!from || !to || *from > *to)
            return failure(ErrorKind::invalid_input, "a range goes from one number to a later one, both as +15145550100");
        InventoryQuery query;
        query.filter.tenant = scope.tenant;
        query.filter.whose = scope.tenant == system_tenant                                  ? NumberFilter::Whose::all
                             : tree.find(scope.tenant)->kind == TenantKind::var ? NumberFilter::Whose::var
                                                                                            : NumberFilter::Whose::tenant;
        auto read = parts_.list.each(query, tree, [&](const NumberLine& line) {
            if (line.key >= *from && line.key <= *to) keys.push_back(line.key);
            return line.key < *to && keys.size() <= selected_max;
        });
        if (!read) return std::unexpected(std::move(read).error());
        if (keys.size() > selected_max)
            return failure(ErrorKind::invalid_input, phrase("more than {1:n} numbers are meant; wish it of fewer at a time, as by provider or by prefix", selected_max));
        return keys;
    }
    std::vector<JobResult> results;
    for (const auto& each : selection.numbers) {
        if (const auto key = number_key(each)) {
            keys.push_back(*key);
        } else {
            ++under_way.job.done;
            refuse(under_way, results, each, phrase("this is no number; write it as +15145550100"));
        }
    }
    std::ranges::sort(keys);
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    if (!results.empty()) {
        const auto held = parts_.inventory.hold();
        if (auto written = write(under_way, {}, std::move(results)); !written) return std::unexpected(std::move(written).error());
    }
    return keys;
}

void JobRunner::change(
    JobUnderWay& under_way, const NumberSelection& selection, const NumberWish& wish, const JobScope& scope
) {
    auto& job = under_way.job;
    const auto right = right_of(wish.action);
    const auto keys = keys_of(under_way, selection, scope, *parts_.tenants.tree());
    if (!keys) return end(under_way, JobState::failed, keys.error().message);
    job.total = job.done + static_cast<std::int64_t>(keys->size());
    for (std::size_t from = 0; from < keys->size(); from += piece) {
        if (under_way.is_cut_off()) return end_cut_off(under_way);
        const std::vector<NumberKey> some(keys->begin() + static_cast<std::ptrdiff_t>(from),
                                          keys->begin() + static_cast<std::ptrdiff_t>(std::min(from + piece, keys->size())));
        if (auto known = keep_up(); !known) return end(under_way, JobState::failed, known.error().message);
        const auto held = parts_.inventory.hold();
        const auto so_far = job;
        const auto forms = parts_.inventory.forms(some);
        if (!forms) return end(under_way, JobState::failed, forms.error().message);
        Changes changes;
        std::vector<JobResult> results;
        const auto now = parts_.tenants.tree();
        const auto& tree = *now;
        const auto barred = why_not(tree, scope, right, wish.tenant == 0 ? scope.tenant : wish.tenant);
        std::size_t at = 0;
        for (const auto key : some) {
            ++job.done;
            const auto relation = at < forms->size() && (*forms)[at].row.key == key ? tree.relation(scope.tenant, (*forms)[at].row.tenant)
                                                                                    : Relation::other;
            if (at >= forms->size() || (*forms)[at].row.key != key) {
                refuse(under_way, results, number_text(key), not_there());
                continue;
            }
            const auto& before = (*forms)[at++];
            if (!may(scope.role, Right::view_numbers, relation)) {
                refuse(under_way, results, number_text(key), not_there());
                continue;
            }
            if (!may(scope.role, right, relation)) {
                refuse(under_way, results, number_text(key), phrase("the right {1} is missing there", word_of(right)));
                continue;
            }
            if (barred) {
                refuse(under_way, results, number_text(key), *barred);
                continue;
            }
            auto after = before;
            const auto is_another = carry_out(wish, relation == Relation::below, tree, after);
            if (!is_another)
                refuse(under_way, results, number_text(key), is_another.error().message);
            else if (*is_another) {
                ++job.changed;
                changes.push_back({before, std::move(after), done_word(wish.action)});
            } else {
                ++job.same;
            }
        }
        if (auto written = write(under_way, std::move(changes), std::move(results)); !written) {
            job = so_far;  // nothing of this piece was done
            return end(under_way, JobState::failed, written.error().message);
        }
    }
    end(under_way, JobState::done);
}

void JobRunner::undo(JobUnderWay& under_way, const NumberJob& done, const JobScope& scope) {
    auto& job = under_way.job;
    job.total = done.changed;
    // Before anything is put back: of two who wish it at once, one does it.
    if (auto marked = mark_undone(job, job.id); !marked) {
        job.undoes = 0;
        return end(under_way, JobState::failed, marked.error().message);
    }
    NumberKey after = 0;
    for (;;) {
        if (under_way.is_cut_off()) return end_cut_off(under_way);
        const auto befores = parts_.jobs.befores(done.id, after, piece);
        if (!befores) return end(under_way, JobState::failed, befores.error().message);
        if (befores->empty()) break;
        after = befores->back().key;
        if (auto known = keep_up(); !known) return end(under_way, JobState::failed, known.error().message);
        const auto held = parts_.inventory.hold();
        const auto so_far = job;
        std::vector<NumberKey> keys;
        for (const auto& each : *befores) keys.push_back(each.key);
        auto forms = parts_.inventory.forms(keys);
        if (!forms) return end(under_way, JobState::failed, forms.error().message);
        const auto tree_now = parts_.tenants.tree();
        const auto& tree = *tree_now;
        std::unordered_map<NumberKey, NumberForm*> now;
        for (auto& each : *forms) now.emplace(each.row.key, &each);
        Changes changes;
        std::vector<JobResult> results;
        for (const auto& each : *befores) {
            ++job.done;
            const auto found = now.find(each.key);
            if (found == now.end() || found->second->row.version != each.version_after ||
                !may(scope.role, Right::view_numbers, tree.relation(scope.tenant, found->second->row.tenant))) {
                refuse(under_way, results, number_text(each.key), phrase("it has changed since; change it by itself"));
                continue;
            }
            ++job.changed;
            if (each.before.empty()) {
                changes.push_back({*found->second, std::nullopt, "taken away"});
                continue;
            }
            auto form = *found->second;
            if (auto back = put_back(each.before, form); !back) {
                --job.changed;
                refuse(under_way, results, number_text(each.key), back.error().message);
                continue;
            }
            if (!tree.find(form.row.tenant) || tree.is_disabled(form.row.tenant) || !may(scope.role, Right::assign_numbers, tree.relation(scope.tenant, form.row.tenant)) ||
                tree.var_of(form.row.tenant) != tree.var_of(found->second->row.tenant)) {
                --job.changed;
                refuse(under_way, results, number_text(each.key), phrase("who held it before is not an account of yours any more"));
                continue;
            }
            changes.push_back({*found->second, std::move(form), "put back"});
        }
        if (auto written = write(under_way, std::move(changes), std::move(results)); !written) {
            job = so_far;  // nothing of this piece was done
            return end(under_way, JobState::failed, written.error().message);
        }
    }
    end(under_way, JobState::done);
}

Result<void> JobRunner::mark_undone(const NumberJob& undo, Id undone_by) {
    auto undone = parts_.jobs.job(undo.undoes);
    if (!undone) return std::unexpected(std::move(undone).error());
    if (!*undone || (undone_by != 0 && !(*undone)->can_undo))
        return failure(ErrorKind::invalid_input, phrase("there is nothing that could be taken back, or it was taken back already"));
    if (undone_by == 0 && (*undone)->undone_by != undo.id) return {};  // another's mark
    (*undone)->undone_by = undone_by;
    (*undone)->can_undo = undone_by == 0;
    NumberChanges extra;
    extra.job = std::move(**undone);
    const auto held = parts_.inventory.hold();
    return parts_.inventory.write({}, {.at = parts_.now(), .by = undo.by, .job = undo.id, .undoable = false}, std::move(extra));
}

void JobRunner::add(
    JobUnderWay& under_way, std::vector<NewNumber> numbers, std::vector<JobResult> refused, const JobScope& scope, JobTally tally
) {
    auto& job = under_way.job;
    if (auto known = keep_up(); !known) return end(under_way, JobState::failed, known.error().message);
    const auto so_far = job;
    job.done += tally.done;
    job.same += tally.same;
    job.refused += tally.refused;
    const auto key_of = [](const NewNumber& each) { return each.form.row.key; };
    std::ranges::sort(numbers, {}, [](const NewNumber& each) { return std::pair(each.form.row.key, each.row); });
    const auto repeated = std::ranges::unique(numbers, {}, key_of);
    job.done += std::ranges::ssize(repeated);
    job.same += std::ranges::ssize(repeated);
    numbers.erase(repeated.begin(), repeated.end());
    for (auto& each : refused) {
        each.job = job.id;
        each.seq = ++under_way.last_seq;
    }
    const auto held = parts_.inventory.hold();
    std::unordered_map<NumberKey, const NumberForm*> there;
    std::vector<NumberForm> forms;
    std::vector<NumberKey> keys;
    for (const auto& each : numbers) keys.push_back(each.form.row.key);
    if (keys = parts_.inventory.there(keys); !keys.empty()) {
        auto read = parts_.inventory.forms(keys);
        if (!read) return end(under_way, JobState::failed, read.error().message);
        forms = std::move(*read);
        for (const auto& each : forms) there.emplace(each.row.key, &each);
    }
    Changes changes;
    changes.reserve(numbers.size());
    const auto now = parts_.tenants.tree();
    const auto& tree = *now;
    std::unordered_map<std::int64_t, std::optional<std::string>> barred;  // by account
    for (auto& each : numbers) {
        ++job.done;
        const auto found = there.find(each.form.row.key);
        const auto say = [&](std::string why) {
            ++job.refused;
            refused.push_back({.job = job.id, .seq = ++under_way.last_seq, .row = each.row, .column = {}, .number = number_text(each.form.row.key),
                               .outcome = "refused", .problem = std::move(why)});
        };
        const auto account = each.form.row.tenant;
        auto known = barred.find(account);
        if (known == barred.end()) known = barred.emplace(account, why_not(tree, scope, Right::add_numbers, account)).first;
        if (known->second) {
            say(*known->second);
            continue;
        }
        if (each.var != 0 && tree.var_of(account) != each.var) {
            say(phrase("{1} is not below {2} any more; correct one of the two", quoted(tree.name_of(account), 60), quoted(tree.name_of(each.var), 60)));
            continue;
        }
        if (found == there.end()) {
            ++job.changed;
            changes.push_back({std::nullopt, std::move(each.form), "added"});
            continue;
        }
        const auto& before = *found->second;
        if (!may(scope.role, Right::view_numbers, tree.relation(scope.tenant, before.row.tenant))) {
            // Neither that it is here nor with whom: that is not theirs to know.
            say(phrase("it cannot be put into your inventory; ask whoever runs this system"));
            continue;
        }
        if (is_gone(before.shared.state)) {
            // It is ours again, as a number that comes anew: nothing of its former life is for whoever gets it.
            if (!may(scope.role, Right::add_numbers, tree.relation(scope.tenant, before.row.tenant))) {
                say(phrase("it cannot be put into your inventory; ask whoever runs this system"));
                continue;
            }
            auto form = std::move(each.form);
            form.row.version = before.row.version;
            form.row.created = before.row.created;
            ++job.changed;
            changes.push_back({before, std::move(form), "added"});
            continue;
        }
        if (!each.form.shared.account.empty() && each.form.shared.account != before.shared.account) {
            say(phrase("it is provisioned at {1}; a number's provider changes by porting it alone", quoted(before.shared.account, 60)));
            continue;
        }
        if (each.form.row.tenant != before.row.tenant) {
            say(phrase("{1} holds it; unassign and assign it, a file does not move it", quoted(tree.name_of(before.row.tenant), 60)));
            continue;
        }
        auto after = before;
        if (each.has_use) {
            after.row.used_by = each.form.row.used_by;
            after.shared.use = each.form.shared.use;
        }
        if (!each.form.row.tags.empty()) after.row.tags = each.form.row.tags;
        // A column that the file does not have says nothing of its field.
        if (each.form.row.custom != "{}" && each.form.row.custom != before.row.custom) {
            after.row.custom = fields_over(before.row.custom, each.form.row.custom);
            if (const auto fields = parse_json(after.row.custom); fields && fields->is_object() && fields->get_object().size() > fields_max) {
                say(phrase("there would be more than {1} fields", fields_max));
                continue;
            }
        }
        if (!each.form.row.cost.empty()) after.row.cost = each.form.row.cost;
        if (after.row == before.row && after.shared == before.shared) {
            ++job.same;
            continue;
        }
        ++job.changed;
        changes.push_back({before, std::move(after), "changed"});
    }
    if (auto written = write(under_way, std::move(changes), std::move(refused)); !written) {
        job = so_far;  // nothing of this piece was done
        end(under_way, JobState::failed, written.error().message);
    }
}

}  // namespace porteur
