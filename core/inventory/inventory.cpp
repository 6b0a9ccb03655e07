// SPDX-License-Identifier: Apache-2.0
#include "inventory/inventory.hpp"

#include <porteur/json.hpp>

namespace porteur {
namespace {

json::object object_of(const NumberForm& number) {
    const auto& [row, shared] = number;
    const auto custom = parse_json(row.custom);
    return {
        {"account", row.tenant},
        {"cost", row.cost},
        {"country", shared.country},
        {"custom", custom ? *custom : json::value(json::object())},
        {"features", row.features},
        {"note", row.note},
        {"provider", shared.account},
        {"state", word_of(shared.state)},
        {"status", shared.active ? "active" : "pending"},
        {"tags", row.tags},
        {"type", shared.type},
        {"use_type", word_of(shared.use)},
        {"used_by", row.used_by}
    };
}

/// Each field that is another than before: "state": ["available", "assigned"].
std::string difference(const std::optional<NumberForm>& before, const std::optional<NumberForm>& after, const std::string& why) {
    const auto was = before ? object_of(*before) : json::object(), is = after ? object_of(*after) : json::object();
    json::object out;
    for (const auto& each : after ? is : was) {
        const auto* old = was.if_contains(each.key());
        const auto* now = is.if_contains(each.key());
        if (old && now && *old == *now) continue;
        out[each.key()] = json::array{old ? *old : json::value(nullptr), now ? *now : json::value(nullptr)};
    }
    if (!why.empty()) out["why"] = why;
    return canonical(out);
}

}  // namespace

std::string fields_of(const NumberForm& number) {
    const auto& row = number.row;
    auto out = object_of(number);
    out["source"] = row.source;
    if (!row.carrier_id.empty()) out["carrier_id"] = row.carrier_id;
    if (row.order != 0) out["order"] = row.order;
    if (row.first_call) out["first_call"] = row.first_call->time_since_epoch().count();
    return canonical(out);
}

Result<void> put_back(std::string_view fields, NumberForm& number) {
    const auto parsed = parse_json(fields);
    if (!parsed || !parsed->is_object()) return failure(ErrorKind::internal, "what a number was before cannot be read");
    const auto& object = parsed->get_object();
    const auto text = [&object](std::string_view name) {
        const auto* value = object.if_contains(name);
        return value && value->is_string() ? std::string(value->get_string()) : std::string();
    };
    auto& [row, shared] = number;
    if (const auto* account = object.if_contains("account"); account && account->is_int64()) row.tenant = account->get_int64();
    row.cost = text("cost");
    if (const auto* custom = object.if_contains("custom")) row.custom = canonical(*custom);
    row.features = text("features");
    row.note = text("note");
    row.tags = text("tags");
    row.used_by = text("used_by");
    shared.account = text("provider");
    shared.country = text("country");
    shared.type = text("type");
    shared.use = use_type_of(text("use_type")).value_or(UseType::none);
    if (const auto state = number_state_of(text("state"))) shared.state = *state;
    // An older porteurd kept none of what follows, as a person changes none of it; but a number that was given up
    // and is added again has nothing of its former life.
    if (!object.contains("source")) return {};
    const auto number_in = [&object](std::string_view name) {
        const auto* value = object.if_contains(name);
        return value && value->is_int64() ? std::optional(value->get_int64()) : std::nullopt;
    };
    row.source = text("source");
    row.carrier_id = text("carrier_id");
    row.order = number_in("order").value_or(0);
    row.first_call.reset();
    if (const auto called = number_in("first_call")) row.first_call = Instant{std::chrono::milliseconds{*called}};
    shared.active = text("status") == "active";
    return {};
}

std::vector<NumberKey> Inventory::there(const std::vector<NumberKey>& keys) const {
    std::vector<NumberKey> out;
    for (const auto& each : directory_.find(keys)) out.push_back(each.key);
    return out;
}

Result<std::vector<NumberForm>> Inventory::forms(const std::vector<NumberKey>& keys) const {
    auto rows = book_.rows(keys);
    if (!rows) return std::unexpected(std::move(rows).error());
    std::vector<NumberForm> out;
    out.reserve(rows->size());
    for (auto& row : *rows) {
        auto shared = directory_.shared(row.class_id);
        out.push_back({std::move(row), std::move(shared)});
    }
    return out;
}

Result<void> Inventory::write(std::vector<NumberChange> changes, const ChangeMark& mark, NumberChanges extra) {
    CountChanges counts;
    extra.rows.reserve(changes.size());
    for (auto& change : changes) {
        std::optional<NumberRow> before;
        if (change.before) {
            before = change.before->row;
            counts.add(before->class_id, before->tenant, -1);
        }
        if (mark.undoable)
            extra.befores.push_back(
                {.job = mark.job,
                 .key = change.after ? change.after->row.key : before->key,
                 .before = change.before ? fields_of(*change.before) : std::string(),
                 .version_after = change.after ? (before ? before->version + 1 : 1) : 0}
            );
        // Of a number that a file brings its row says who made it and when; each later change is told.
        if (change.before || !change.by.empty())
            extra.history.push_back(
                {.key = before ? before->key : change.after->row.key, .holder = before ? before->tenant : change.after->row.tenant, .at = mark.at,
                 .job = mark.job, .by = change.by.empty() ? mark.by : change.by, .what = change.what,
                 .data = difference(change.before, change.after, change.why)}
            );
        if (!change.after) {
            extra.removed.push_back(*before);
            continue;
        }
        auto& row = change.after->row;
        row.class_id = directory_.id_of(change.after->shared, extra.new_classes);
        row.version = before ? before->version + 1 : 1;
        row.updated = mark.at;
        if (!before) row.created = mark.at;
        counts.add(row.class_id, row.tenant, 1);
        extra.rows.push_back({std::move(before), std::move(row)});
    }
    extra.counts = directory_.after(counts);
    if (auto written = book_.write(extra); !written) {
        directory_.forget(extra.new_classes);
        return written;
    }
    directory_.take(extra);
    return {};
}

}  // namespace porteur
