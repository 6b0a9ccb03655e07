// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "api/number_services.hpp"
#include "api/people_handling.hpp"
#include "api/sync_services.hpp"

namespace porteur::handlers {
namespace {

using namespace people_handling;

constexpr std::size_t numbers_max = 10'000;

std::unexpected<Error> wrong_at(std::string place, std::string_view sentence) {
    place += ": ";
    place += sentence;
    return failure(ErrorKind::invalid_input, std::move(place));
}

json::object sync_json(const SyncShown& shown) {
    const auto& [sync, whole, rows] = shown;
    const auto of_all = [&](std::int64_t count) { return whole ? json::value(count) : json::value(nullptr); };
    json::object counts{{"decided", of_all(sync.counts.decided)},
                        {"expected", of_all(sync.counts.expected)},
                        {"left_alone", of_all(sync.counts.left_alone)},
                        {"listed", of_all(sync.counts.listed)},
                        {"same", of_all(sync.counts.same)}};
    std::int64_t open = 0;
    for (const auto what : {SyncWhat::unknown, SyncWhat::vanished, SyncWhat::reappeared, SyncWhat::differing, SyncWhat::elsewhere}) {
        const auto found = rows.find(what);
        counts[word_of(what)] = found == rows.end() ? 0 : found->second.all;
        if (found != rows.end()) open += found->second.open;
    }
    counts["open"] = open;
    return {{"account", sync.account},
            {"began", time_text(sync.began)},
            {"by", sync.by},
            {"counts", std::move(counts)},
            {"ended", time_or_null(sync.ended)},
            {"id", id_text(sync.id)},
            {"problem", sync.problem},
            {"state", word_of(sync.state)},
            {"whole", whole}};
}

json::value object_or_null(std::string_view text) {
    auto parsed = parse_json(text);
    if (!parsed || !parsed->is_object() || parsed->get_object().empty()) return nullptr;
    return std::move(*parsed);
}

json::object row_json(const SyncRowShown& shown) {
    const auto& row = shown.row;
    const auto word_or_null = [](std::string_view word) { return word.empty() ? json::value(nullptr) : json::value(json::string(word)); };
    return {{"after", object_or_null(row.after)},
            {"at", time_or_null(row.at)},
            {"before", object_or_null(row.before)},
            {"by", row.by},
            {"cause", row.cause ? word_or_null(word_of(*row.cause)) : json::value(nullptr)},
            {"decision", word_or_null(word_of(row.decision))},
            {"holder", json::object{{"id", row.holder}, {"name", shown.holder}}},
            {"number", number_text(row.key)},
            {"what", word_of(row.what)}};
}

json::object decided_json(const SyncDecided& decided) {
    json::array problems;
    for (const auto& [key, problem] : decided.problems) problems.push_back(json::object{{"number", number_text(key)}, {"problem", problem}});
    return {{"decided", decided.decided}, {"problems", std::move(problems)}, {"refused", decided.refused}, {"sync", id_text(decided.sync)}};
}

Answer no_sync(const Request& request) {
    return absent(phrase("there is no comparison {1} among yours", quoted(request.segments.front(), 40)));
}

Answer sync_answer(const Result<SyncShown>& sync, int status) {
    if (!sync) return problem_answer(sync.error());
    auto answer = answer_with(sync_json(*sync), status);
    answer.headers.emplace_back("Location", "/v1/number-syncs/" + id_text(sync->sync.id));
    return answer;
}

/// The word of a body, or of a parameter, among those that there are.
template <class T, class Read>
Result<std::optional<T>> chosen_in(const json::object& body, std::string_view key, Read read, std::string_view known) {
    const auto text = text_of(body, key);
    if (!text) return std::unexpected(text.error());
    if (!*text) return std::optional<T>();
    const auto value = read(**text);
    if (!value) return wrong_at("/" + std::string(key), phrase("expected one of {1}", known));
    return std::optional<T>(*value);
}

constexpr std::string_view decisions_known = "adopt, ignore, confirm_missing, keep";
constexpr std::string_view whats_known = "unknown, vanished, reappeared, differing, elsewhere";
constexpr std::string_view causes_known = "unknown, ported_out, released";

std::optional<SyncDecision> decision_to_make(std::string_view word) {
    const auto decision = sync_decision_of(word);
    using enum SyncDecision;
    return decision == adopt || decision == ignore || decision == confirm_missing || decision == keep ? decision : std::nullopt;
}

Result<SyncChoice> choice_of(const json::object& body) {
    SyncChoice choice;
    const auto decision = chosen_in<SyncDecision>(body, "decision", decision_to_make, decisions_known);
    if (!decision) return std::unexpected(decision.error());
    if (!*decision) return wrong_at("/decision", phrase("expected one of {1}", decisions_known));
    choice.decision = **decision;
    const auto all = flag_of(body, "all");
    if (!all) return std::unexpected(all.error());
    choice.all = all->value_or(false);
    const auto* numbers = body.if_contains("numbers");
    if (choice.all == (numbers != nullptr)) return wrong_at("/numbers", phrase("say which numbers are meant, by one of these: {1}", "numbers, all"));
    if (numbers) {
        if (!numbers->is_array() || numbers->get_array().empty() || numbers->get_array().size() > numbers_max)
            return wrong_at("/numbers", phrase("expected a list of 1 to {1:n} numbers", numbers_max));
        std::size_t at = 0;
        for (const auto& each : numbers->get_array()) {
            const auto key = each.is_string() ? number_key(std::string_view(each.get_string())) : std::nullopt;
            if (!key) return wrong_at("/numbers/" + std::to_string(at), phrase("expected a number as +15145550100"));
            choice.numbers.push_back(*key);
            ++at;
        }
    }
    const auto what = chosen_in<SyncWhat>(body, "what", sync_what_of, whats_known);
    if (!what) return std::unexpected(what.error());
    choice.what = *what;
    const auto cause = chosen_in<MissingCause>(body, "cause", missing_cause_of, causes_known);
    if (!cause) return std::unexpected(cause.error());
    choice.cause = *cause;
    if (choice.cause && choice.decision != SyncDecision::confirm_missing)
        return wrong_at("/cause", phrase("belongs to the decision {1} alone", "confirm_missing"));
    const auto tenant = account_of(body, "tenant");
    if (!tenant) return std::unexpected(tenant.error());
    choice.tenant = tenant->value_or(0);
    if (choice.tenant != 0 && choice.decision != SyncDecision::adopt)
        return wrong_at("/tenant", phrase("belongs to the decision {1} alone", "adopt"));
    choice.request = canonical(body);
    return choice;
}

}  // namespace

Async<Answer> begin_number_sync(Api& api, Request& request) {
    auto body = read_object(request.body, "account");
    if (!body) co_return problem_answer(body.error());
    const auto account = text_of(*body, "account");
    if (!account) co_return problem_answer(account.error());
    if (!*account || (*account)->empty()) co_return problem_answer(wrong_at("/account", phrase("expected text")).error());
    co_return sync_answer(
        co_await api.services.numbers().syncs().begin(request.caller, **account, kept_answer<SyncShown>(request, 202, sync_json)), 202
    );
}

Async<Answer> list_number_syncs(Api& api, Request& request) {
    const auto limit = limit_parameter(request);
    if (!limit) co_return problem_answer(limit.error());
    const auto cursor = cursor_parameter(request);
    if (!cursor) co_return problem_answer(cursor.error());
    auto found = api.services.numbers().syncs().syncs(request.caller, std::string(request.parameter("account")), *cursor, *limit + 1);
    if (!found) co_return problem_answer(found.error());
    co_return page_answer("syncs", std::move(*found), *limit, sync_json, [](const SyncShown& each) { return id_text(each.sync.id); });
}

Async<Answer> show_number_sync(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id) co_return no_sync(request);
    const auto found = api.services.numbers().syncs().sync(request.caller, *id);
    if (!found) co_return problem_answer(found.error());
    if (!*found) co_return no_sync(request);
    co_return answer_with(sync_json(**found));
}

Async<Answer> list_number_sync_rows(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id) co_return no_sync(request);
    const auto limit = limit_parameter(request);
    if (!limit) co_return problem_answer(limit.error());
    SyncRowsWanted wanted;
    wanted.limit = *limit + 1;
    if (const auto text = request.parameter("what"); !text.empty()) {
        wanted.what = sync_what_of(text);
        if (!wanted.what)
            co_return problem_answer(
                problems::invalid_input, phrase("the parameter {1} is {2}; expected {3:text}", "what", quoted(text, 40), whats_known), "what"
            );
    }
    if (const auto text = request.parameter("open"); !text.empty()) {
        if (text != "true" && text != "false")
            co_return problem_answer(
                problems::invalid_input, phrase("the parameter {1} is {2}; expected {3:text}", "open", quoted(text, 40), phrase("true or false")), "open"
            );
        wanted.open = text == "true";
    }
    if (const auto cursor = request.parameter("cursor"); !cursor.empty()) {
        const auto read = number_key("+" + std::string(cursor));
        if (!read) co_return problem_answer(wrong_cursor(cursor).error());
        wanted.after = *read;
    }
    auto found = api.services.numbers().syncs().rows(request.caller, *id, wanted);
    if (!found) co_return problem_answer(found.error());
    if (!*found) co_return no_sync(request);
    co_return page_answer("rows", std::move(**found), *limit, row_json, [](const SyncRowShown& each) { return number_text(each.row.key).substr(1); });
}

Async<Answer> decide_number_sync(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id) co_return no_sync(request);
    auto body = read_object(request.body, "numbers all what decision tenant cause");
    if (!body) co_return problem_answer(body.error());
    auto choice = choice_of(*body);
    if (!choice) co_return problem_answer(choice.error());
    const auto decided = co_await api.services.numbers().syncs().decide(
        request.caller, *id, std::move(*choice), kept_answer<SyncDecided>(request, 200, decided_json)
    );
    if (!decided) co_return problem_answer(decided.error());
    co_return answer_with(decided_json(*decided));
}

Async<Answer> apply_number_sync(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id) co_return no_sync(request);
    co_return sync_answer(
        co_await api.services.numbers().syncs().apply(request.caller, *id, kept_answer<SyncShown>(request, 200, sync_json)), 200
    );
}

}  // namespace porteur::handlers
