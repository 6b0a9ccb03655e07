// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "api/fingerprint.hpp"
#include "api/gate.hpp"
#include "api/number_query.hpp"
#include "api/number_services.hpp"
#include "api/people_handling.hpp"

namespace porteur::handlers {
namespace {

using namespace people_handling;

/// The sentence, with the place in the body that it is about.
std::unexpected<Error> wrong_at(std::string place, std::string_view sentence) {
    place += ": ";
    place += sentence;
    return failure(ErrorKind::invalid_input, std::move(place));
}
/// An error of a part of the body, as one of the body.
std::unexpected<Error> wrong_within(std::string place, const Error& error) {
    place += error.message;
    return failure(ErrorKind::invalid_input, std::move(place));
}

constexpr std::size_t numbers_max = 10'000;
constexpr std::size_t calls_max = 10'000;

json::object job_json(const NumberJob& job) {
    const auto id_or_null = [](Id id) { return id == 0 ? json::value(nullptr) : json::value(json::string(id_text(id))); };
    return {
        {"began", time_text(job.began)},
        {"by", job.by},
        {"can_undo", job.can_undo},
        {"changed", job.changed},
        {"done", job.done},
        {"dry_run", job.dry_run},
        {"ended", time_or_null(job.ended)},
        {"id", id_text(job.id)},
        {"kind", job.kind},
        {"problem", job.problem},
        {"refused", job.refused},
        {"same", job.same},
        {"state", word_of(job.state)},
        {"total", job.total},
        {"undoes", id_or_null(job.undoes)},
        {"undone_by", id_or_null(job.undone_by)}
    };
}

Answer job_answer(const Result<NumberJob>& job) {
    if (!job) return problem_answer(job.error());
    auto answer = answer_with(job_json(*job), 202);
    answer.headers.emplace_back("Location", "/v1/number-jobs/" + id_text(job->id));
    return answer;
}

std::optional<AnswerKept<NumberJob>> kept(const Request& request) { return kept_answer<NumberJob>(request, 202, job_json); }

Result<std::vector<std::string>> texts_of(const json::object& body, std::string_view key, std::size_t most) {
    std::vector<std::string> out;
    const auto* value = body.if_contains(key);
    if (!value || value->is_null()) return out;
    const auto pointer = "/" + std::string(key);
    if (!value->is_array()) return wrong_at(pointer, phrase("expected a list of texts"));
    if (value->get_array().size() > most) return wrong_at(pointer, phrase("has more than {1:n} entries", most));
    for (const auto& each : value->get_array()) {
        if (!each.is_string()) return wrong_at(pointer, phrase("expected a list of texts"));
        out.emplace_back(each.get_string());
    }
    return out;
}

Result<std::map<std::string, std::string>> fields_of(const json::object& body, std::string_view key) {
    std::map<std::string, std::string> out;
    const auto* value = body.if_contains(key);
    if (!value || value->is_null()) return out;
    const auto refused = wrong_at("/" + std::string(key), phrase("expected texts by name"));
    if (!value->is_object()) return refused;
    for (const auto& each : value->get_object()) {
        if (!each.value().is_string() && !each.value().is_null()) return refused;
        out[std::string(each.key())] = each.value().is_null() ? "" : std::string(each.value().get_string());
    }
    return out;
}

/// The words of a list's query, in a body.
Result<NumberFilter> filter_of(const json::value& query, const Request& request, bool is_customer) {
    if (!query.is_object()) return wrong_at("/selection/query", phrase("expected an object"));
    Request words;
    words.caller = request.caller;
    for (const auto& each : query.get_object()) {
        const std::string name(each.key());
        if (name.find(' ') != std::string::npos || (" " + std::string(number_filter_words) + " ").find(" " + name + " ") == std::string::npos)
            return wrong_at("/selection/query/" + name, phrase("there is no such word of a query; there are: {1}", number_filter_words));
        if (!each.value().is_string()) return wrong_at("/selection/query/" + name, phrase("expected text"));
        // What says nothing would mean all numbers.
        const std::string_view said = each.value().get_string();
        if (said.find_first_not_of(", +") == said.npos)
            return wrong_at("/selection/query/" + name, phrase("says nothing; leave it out if any will do"));
        words.query.emplace_back(name, std::string(said));
    }
    return read_number_filter(words, is_customer);
}

Result<NumberSelection> selection_of(const json::object& body, const Request& request, bool is_customer) {
    const auto* value = body.if_contains("selection");
    const auto expected = [] {
        return wrong_at("/selection", phrase("say which numbers are meant, by one of these: numbers, range, query"));
    };
    if (!value || !value->is_object() || value->get_object().size() != 1) return expected();
    const auto& given = value->get_object();
    NumberSelection selection;
    if (given.contains("numbers")) {
        auto numbers = texts_of(given, "numbers", numbers_max);
        if (!numbers) return wrong_within("/selection", numbers.error());
        if (numbers->empty()) return expected();
        selection.numbers = std::move(*numbers);
    } else if (const auto* range = given.if_contains("range")) {
        const auto ends = range->is_object() ? range->get_object() : json::object();
        const auto from = text_of(ends, "from"), to = text_of(ends, "to");
        if (!from || !to || !*from || !*to || ends.size() != 2)
            return wrong_at("/selection/range", phrase("a range goes from one number to a later one, both as +15145550100"));
        const auto first = number_key(**from), last = number_key(**to);
        if (!first || !last || *first > *last)
            return wrong_at("/selection/range", phrase("a range goes from one number to a later one, both as +15145550100"));
        selection.range = {**from, **to};
    } else if (const auto* query = given.if_contains("query")) {
        auto filter = filter_of(*query, request, is_customer);
        if (!filter) return std::unexpected(std::move(filter).error());
        selection.filter = std::move(*filter);
    } else {
        return expected();
    }
    return selection;
}

Result<std::string> feature_words(const std::vector<std::string>& features) {
    static constexpr std::array known{"voice", "sms", "mms", "fax", "e911"};
    std::string words;
    for (const auto& each : features) {
        if (std::ranges::find(known, each) == known.end()) return wrong_at("/features", phrase("expected some of {1}", "voice sms mms fax e911"));
        words += (words.empty() ? "" : " ") + each;
    }
    return words;
}

Result<NumberWish> wish_of(const json::object& body) {
    NumberWish wish;
    const auto word = text_of(body, "action");
    if (!word) return std::unexpected(word.error());
    const auto action = *word ? number_action_of(**word) : std::nullopt;
    if (!action) return wrong_at("/action", phrase("expected one of {1}", "assign unassign reserve unreserve options release"));
    wish.action = *action;
    if (const auto* to = body.if_contains("to"); to && !to->is_null()) {
        if (!to->is_object()) return wrong_at("/to", phrase("expected an object"));
        const auto& target = to->get_object();
        for (const auto& each : target)
            if (each.key() != "tenant" && each.key() != "use_type" && each.key() != "used_by")
                return wrong_at("/to/" + std::string(each.key()), phrase("there is no such field"));
        const auto tenant = account_of(target, "tenant");
        const auto use = text_of(target, "use_type"), name = text_of(target, "used_by");
        for (const auto* failed : {tenant ? nullptr : &tenant.error(), use ? nullptr : &use.error(), name ? nullptr : &name.error()})
            if (failed) return wrong_within("/to", *failed);
        wish.tenant = tenant->value_or(0);
        wish.used_by = name->value_or("");
        if (*use) {
            const auto read = use_type_of(**use);
            if (!read) return wrong_at("/to/use_type", phrase("expected user, service or group"));
            wish.use = *read;
        }
    }
    if (wish.action == NumberAction::assign && wish.tenant == 0 && wish.used_by.empty())
        return wrong_at("/to", phrase("say to whom: an account (tenant), or who uses the number (use_type, used_by)"));
    auto note = text_of(body, "note");
    auto added = texts_of(body, "tags", 50), removed = texts_of(body, "tags_removed", 50), features = texts_of(body, "features", 20);
    auto custom = fields_of(body, "custom");
    for (const auto* failed : {note ? nullptr : &note.error(), added ? nullptr : &added.error(), removed ? nullptr : &removed.error(),
                               features ? nullptr : &features.error(), custom ? nullptr : &custom.error()})
        if (failed) return std::unexpected(*failed);
    wish.note = note->value_or("");
    wish.tags_added = std::move(*added);
    wish.tags_removed = std::move(*removed);
    wish.custom = std::move(*custom);
    if (const auto* listed = body.if_contains("features"); listed && !listed->is_null()) {
        auto words = feature_words(*features);
        if (!words) return std::unexpected(std::move(words).error());
        wish.features = std::move(*words);
    }
    if (auto tags = tags_with("", wish.tags_added, {}); !tags) return wrong_at("/tags", tags.error().message);
    return wish;
}

Result<NumberGiven> given_of(const json::value& value) {
    if (!value.is_object()) return wrong_at("", phrase("expected an object"));
    const auto& body = value.get_object();
    static constexpr std::string_view known = " number provider country type used_by use_type features cost tenant tags custom ";
    for (const auto& each : body)
        if (known.find(" " + std::string(each.key()) + " ") == known.npos) return wrong_at("/" + std::string(each.key()), phrase("there is no such field"));
    NumberGiven given;
    for (auto [name, into] : {std::pair{"number", &given.number}, {"provider", &given.provider}, {"country", &given.country}, {"type", &given.type},
                              {"used_by", &given.used_by}, {"cost", &given.cost}}) {
        auto text = text_of(body, name);
        if (!text) return std::unexpected(std::move(text).error());
        *into = text->value_or("");
    }
    const auto use = text_of(body, "use_type");
    if (!use) return std::unexpected(use.error());
    if (*use) {
        const auto read = use_type_of(**use);
        if (!read) return wrong_at("/use_type", phrase("expected user, service or group"));
        given.use = *read;
    }
    const auto tenant = account_of(body, "tenant");
    if (!tenant) return std::unexpected(tenant.error());
    given.tenant = tenant->value_or(0);
    auto tags = texts_of(body, "tags", 50), features = texts_of(body, "features", 20);
    auto custom = fields_of(body, "custom");
    for (const auto* failed : {tags ? nullptr : &tags.error(), features ? nullptr : &features.error(), custom ? nullptr : &custom.error()})
        if (failed) return std::unexpected(*failed);
    given.tags = std::move(*tags);
    auto words = feature_words(*features);
    if (!words) return std::unexpected(std::move(words).error());
    given.features = std::move(*words);
    given.custom = std::move(*custom);
    return given;
}

Result<bool> dry_run_of(const json::object& body) {
    const auto flag = flag_of(body, "dry_run");
    if (!flag) return std::unexpected(flag.error());
    return flag->value_or(false);
}

Answer no_job(const Request& request) {
    return problem_answer(problems::not_found, phrase("there is no job {1} among yours", quoted(request.segments.front(), 40)));
}

}  // namespace

Async<Answer> change_numbers(Api& api, Request& request) {
    auto body = read_object(request.body, "action selection to note tags tags_removed custom features dry_run");
    if (!body) co_return problem_answer(body.error());
    auto selection = selection_of(*body, request, api.services.numbers().is_customer(request.caller));
    if (!selection) co_return problem_answer(selection.error());
    auto wish = wish_of(*body);
    if (!wish) co_return problem_answer(wish.error());
    const auto dry_run = dry_run_of(*body);
    if (!dry_run) co_return problem_answer(dry_run.error());
    co_return job_answer(
        co_await api.services.numbers().change(request.caller, std::move(*selection), std::move(*wish), *dry_run, canonical(*body), kept(request))
    );
}

Async<Answer> add_numbers(Api& api, Request& request) {
    auto body = read_object(request.body, "numbers dry_run");
    if (!body) co_return problem_answer(body.error());
    const auto* list = body->if_contains("numbers");
    if (!list || !list->is_array() || list->get_array().empty())
        co_return problem_answer(problems::invalid_input, phrase("say which numbers are added"), "/numbers");
    if (list->get_array().size() > numbers_max)
        co_return problem_answer(problems::invalid_input, phrase("has more than {1:n} entries", numbers_max), "/numbers");
    std::vector<NumberGiven> numbers;
    std::size_t at = 0;
    for (const auto& each : list->get_array()) {
        auto given = given_of(each);
        if (!given)
            co_return problem_answer(Error{.kind = ErrorKind::invalid_input, .message = "/numbers/" + std::to_string(at) + given.error().message, .code = {}});
        numbers.push_back(std::move(*given));
        ++at;
    }
    const auto dry_run = dry_run_of(*body);
    if (!dry_run) co_return problem_answer(dry_run.error());
    co_return job_answer(co_await api.services.numbers().add(request.caller, std::move(numbers), *dry_run, canonical(*body), kept(request)));
}

Async<Answer> import_numbers(Api& api, Request& request) {
    const auto* type = request.field("content-type");
    if (!type || !(type->starts_with("text/csv") || type->starts_with("text/plain")))
        co_return problem_answer(
            problems::media_type, type ? phrase("Content-Type is {1}; send text/csv", quoted(*type, 60)) : phrase("Content-Type is missing; send text/csv"),
            "Content-Type"
        );
    ImportWish wish;
    wish.region = request.parameter("region");
    wish.provider = request.parameter("provider");
    wish.columns = request.parameter("columns");
    if (const auto currency = request.parameter("currency"); !currency.empty()) wish.currency = currency;
    const auto dry_run = request.parameter("dry_run");
    if (!dry_run.empty() && dry_run != "true" && dry_run != "false")
        co_return problem_answer(problems::invalid_input, phrase("the parameter dry_run is {1}; expected true or false", quoted(dry_run, 20)), "dry_run");
    wish.dry_run = dry_run == "true";
    wish.request = canonical(json::object{{"columns", wish.columns}, {"currency", wish.currency}, {"dry_run", wish.dry_run},
                                          {"provider", wish.provider}, {"region", wish.region}});
    auto upload = api.services.numbers().begin_import(request.caller, std::move(wish));
    if (!upload) co_return problem_answer(upload.error());
    Fingerprint fingerprint;
    fingerprint.part(request.method);
    fingerprint.part(request.target);
    auto answered = co_await take_pieces(
        api, request, fingerprint, api.limits.table_size_max_bytes,
        phrase("the file has more than the {1:n} bytes that are taken; send it in parts", api.limits.table_size_max_bytes),
        [&upload](std::string_view piece) { return (*upload)->append(piece); }
    );
    if (answered) co_return std::move(*answered);
    co_return job_answer(co_await (*upload)->finish(kept(request)));
}

Async<Answer> list_number_jobs(Api& api, Request& request) {
    const auto limit = limit_parameter(request);
    if (!limit) co_return problem_answer(limit.error());
    const auto cursor = cursor_parameter(request);
    if (!cursor) co_return problem_answer(cursor.error());
    auto found = api.services.numbers().jobs(request.caller, *cursor, *limit + 1);
    if (!found) co_return problem_answer(found.error());
    co_return page_answer("jobs", std::move(*found), *limit, job_json, [](const NumberJob& job) { return id_text(job.id); });
}

Async<Answer> show_number_job(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id) co_return no_job(request);
    const auto found = api.services.numbers().job(request.caller, *id);
    if (!found) co_return problem_answer(found.error());
    if (!*found) co_return no_job(request);
    co_return answer_with(job_json(**found));
}

Async<Answer> show_number_job_results(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id) co_return no_job(request);
    const auto limit = limit_parameter(request);
    if (!limit) co_return problem_answer(limit.error());
    std::int64_t after = 0;
    if (const auto cursor = request.parameter("cursor"); !cursor.empty()) {
        const auto read = read_account(cursor);
        if (!read) co_return problem_answer(wrong_cursor(cursor).error());
        after = *read;
    }
    auto found = api.services.numbers().job_results(request.caller, *id, after, *limit + 1);
    if (!found) co_return problem_answer(found.error());
    if (!*found) co_return no_job(request);
    const auto result_json = [](const JobResult& each) {
        return json::object{{"column", each.column}, {"number", each.number}, {"outcome", each.outcome}, {"problem", each.problem},
                            {"row", each.row == 0 ? json::value(nullptr) : json::value(each.row)}};
    };
    co_return page_answer("results", std::move(**found), *limit, result_json, [](const JobResult& each) { return std::to_string(each.seq); });
}

Async<Answer> undo_number_job(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id) co_return no_job(request);
    co_return job_answer(co_await api.services.numbers().undo(request.caller, *id, kept(request)));
}

Async<Answer> cancel_number_job(Api& api, Request& request) {
    const auto id = id_from_text(request.segments.front());
    if (!id) co_return no_job(request);
    co_return job_answer(api.services.numbers().cancel(request.caller, *id));
}

Async<Answer> take_calls(Api& api, Request& request) {
    auto body = read_object(request.body, "calls");
    if (!body) co_return problem_answer(body.error());
    const auto* list = body->if_contains("calls");
    if (!list || !list->is_array() || list->get_array().size() > calls_max)
        co_return problem_answer(problems::invalid_input, phrase("expected a list of at most {1:n} calls, each with to and at", calls_max), "/calls");
    std::vector<CallSeen> calls;
    std::size_t at = 0;
    for (const auto& each : list->get_array()) {
        const auto place = "/calls/" + std::to_string(at++);
        const auto given = each.is_object() ? each.get_object() : json::object();
        const auto to = text_of(given, "to"), when = text_of(given, "at");
        const auto time = when && *when ? read_rfc3339(**when) : std::nullopt;
        if (!to || !*to || !number_key(**to))
            co_return problem_answer(wrong_at(std::string(place).append("/to"), phrase("expected a number as +15145550100")).error());
        if (!time)
            co_return problem_answer(wrong_at(std::string(place).append("/at"), phrase("expected a time as in 2026-12-01T00:00:00Z")).error());
        calls.push_back({**to, *time});
    }
    const auto taken = co_await api.services.numbers().take_calls(request.caller, std::move(calls));
    if (!taken) co_return problem_answer(taken.error());
    co_return answer_with({{"first", taken->first}, {"known", taken->known}, {"unknown", taken->unknown}});
}

}  // namespace porteur::handlers
