// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "api/number_json.hpp"
#include "api/number_query.hpp"
#include "api/number_services.hpp"
#include "api/order_json.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"

namespace porteur::handlers {

std::unexpected<Error> wrong(std::string_view parameter, std::string_view seen, std::string_view expected) {
    return failure(
        ErrorKind::invalid_input,
        phrase("the parameter {1} is {2}; expected {3:text}", parameter, quoted(seen, 40), expected)
    );
}

namespace {

constexpr int limit_max = 500;
constexpr int history_max = 200;
constexpr std::size_t text_max = 60;
constexpr std::size_t values_max = 100;

std::unexpected<Error> no_vars() {
    return failure(ErrorKind::invalid_input, phrase("the parameter {1} says something that companies and professionals are not shown: the VAR", "var"));
}

/// The values of a parameter, which are joined by commas.
std::vector<std::string> values_of(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto end = std::min(text.find(','), text.size());
        if (end > 0) out.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

template <class Value, class Read>
Result<void> read_words(const Request& request, std::string_view name, std::vector<Value>& out, Read read, std::string_view expected) {
    for (const auto& word : values_of(request.parameter(name))) {
        const auto value = read(word);
        if (!value) return wrong(name, word, expected);
        out.push_back(*value);
    }
    return {};
}

Result<std::vector<std::string>> texts_of(const Request& request, std::string_view name) {
    auto out = values_of(request.parameter(name));
    if (out.size() > values_max) return wrong(name, request.parameter(name), phrase("at most {1} values", values_max));
    return out;
}

/// "used", "available", "all": at a company what its users have or have not, above it what customers hold.
Result<void> read_use(const Request& request, bool is_customer, NumberFilter& filter) {
    const auto word = request.parameter("filter");
    if (word.empty() || word == "all") return {};
    if (word != "used" && word != "available") return wrong("filter", word, "used, available or all");
    (is_customer ? filter.used : filter.given) = word == "used";
    return {};
}

Result<void> read_status(const Request& request, NumberFilter& filter) {
    const auto word = request.parameter("status");
    if (word.empty()) return {};
    if (word != "active" && word != "pending") return wrong("status", word, "active or pending");
    filter.active = word == "active";
    return {};
}

Result<std::int64_t> read_tenant(const Request& request) {
    const auto text = request.parameter("tenant");
    std::int64_t tenant = 0;
    if (text.empty()) return tenant;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), tenant);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || tenant < 1) return wrong("tenant", text, "the id of an account");
    return tenant;
}

}  // namespace

Result<NumberFilter> read_number_filter(const Request& request, bool is_customer) {
    NumberFilter filter;
    if (is_customer && !request.parameter("var").empty()) return no_vars();
    if (auto read = read_use(request, is_customer, filter); !read) return std::unexpected(std::move(read).error());
    if (auto read = read_status(request, filter); !read) return std::unexpected(std::move(read).error());
    if (auto read = read_words(request, "state", filter.states, number_state_of, phrase("states as available,in_service")); !read)
        return std::unexpected(std::move(read).error());
    const auto use_of = [](std::string_view word) { return word == "none" ? std::optional(UseType::none) : use_type_of(word); };
    if (auto read = read_words(request, "use_type", filter.uses, use_of, phrase("user, service, group or none")); !read)
        return std::unexpected(std::move(read).error());
    for (auto [name, into] : {std::pair{"provider", &filter.accounts}, {"country", &filter.countries}, {"type", &filter.types}, {"tag", &filter.tags}}) {
        auto texts = texts_of(request, name);
        if (!texts) return std::unexpected(std::move(texts).error());
        *into = std::move(*texts);
    }
    for (auto [name, into] : {std::pair{"number", &filter.number}, {"used_by", &filter.used_by}, {"company", &filter.company},
                              {"var", &filter.var}, {"provider_has", &filter.account}, {"q", &filter.any}}) {
        const auto text = request.parameter(name);
        if (text.size() > text_max) return wrong(name, text, phrase("at most {1} characters", text_max));
        *into = text;
    }
    // "+" means a blank in a query, and few write it as %2B.
    if (filter.number.starts_with(' ')) filter.number.front() = '+';
    auto tenant = read_tenant(request);
    if (!tenant) return std::unexpected(std::move(tenant).error());
    filter.tenant = *tenant;
    return filter;
}


namespace {

/// The number in the path; "+" may be left out.
std::optional<NumberKey> key_of(const Request& request) {
    const auto& text = request.segments.front();
    if (text.starts_with("%2B") || text.starts_with("%2b")) return number_key("+" + text.substr(3));
    return number_key(text.starts_with('+') ? text : "+" + text);
}

Answer missing(const Request& request) {
    return problem_answer(
        problems::not_found, phrase("there is no number {1} among yours", quoted(request.segments.front(), 40))
    );
}

}  // namespace

Result<InventoryQuery> read_list_query(const Request& request, bool is_customer) {
    InventoryQuery query;
    auto filter = read_number_filter(request, is_customer);
    if (!filter) return std::unexpected(std::move(filter).error());
    query.filter = std::move(*filter);
    auto sort = request.parameter("sort");
    if (sort.starts_with('-')) {
        query.descending = true;
        sort.remove_prefix(1);
    }
    if (!sort.empty()) {
        const auto by = number_sort_of(sort);
        if (!by)
            return wrong(
                "sort", request.parameter("sort"),
                "number, used_by, company, var, use_type, provider, status, state, country or type, with \"-\" before it for "
                "the other way round"
            );
        if (is_customer && *by == NumberSort::var) return no_vars();
        query.sort = *by;
    }
    if (const auto limit = request.parameter("limit"); !limit.empty()) {
        const auto read = std::from_chars(limit.data(), limit.data() + limit.size(), query.limit);
        if (read.ec != std::errc{} || read.ptr != limit.data() + limit.size() || query.limit < 1 || query.limit > limit_max)
            return wrong("limit", limit, "a number from 1 to 500");
    }
    query.cursor = request.parameter("cursor");
    return query;
}

Async<Answer> list_numbers(Api& api, Request& request) {
    const bool is_customer = api.services.numbers().is_customer(request.caller);
    auto query = read_list_query(request, is_customer);
    if (!query) co_return problem_answer(query.error());
    const auto found = co_await api.services.numbers().list(request.caller, std::move(*query));
    if (!found) co_return problem_answer(found.error());
    Answer answer;
    auto& out = answer.body;
    out.reserve(found->numbers.size() * 700 + 100);
    out = R"({"next_cursor":)";
    if (found->next_cursor.empty())
        out += "null";
    else
        out += '"' + found->next_cursor + '"';
    out += R"(,"numbers":[)";
    for (const auto& each : found->numbers) {
        if (out.back() != '[') out += ',';
        append_number(out, each, !is_customer);
    }
    out += R"(],"total":)";
    if (found->total)
        out += R"({"count":)" + std::to_string(found->total->count) + R"(,"exact":)" + (found->total->exact ? "true}" : "false}");
    else
        out += "null";
    out += '}';
    co_return answer;
}

Async<Answer> show_number(Api& api, Request& request) {
    const auto key = key_of(request);
    if (!key) co_return missing(request);
    const auto found = api.services.numbers().number(request.caller, *key);
    if (!found) co_return problem_answer(found.error());
    if (!*found) co_return missing(request);
    Answer answer;
    append_number(answer.body, **found, !api.services.numbers().is_customer(request.caller));
    answer.headers.emplace_back("ETag", '"' + std::to_string((*found)->row.version) + '"');
    co_return answer;
}

Async<Answer> show_number_history(Api& api, Request& request) {
    const auto key = key_of(request);
    if (!key) co_return missing(request);
    const auto found = api.services.numbers().history(request.caller, *key, history_max);
    if (!found) co_return problem_answer(found.error());
    if (!*found) co_return missing(request);
    json::array events;
    for (const auto& each : **found) {
        const auto data = parse_json(each.data);
        events.push_back(json::object{
            {"at", time_text(each.at)},
            {"by", each.by},
            {"job", each.job == 0 ? json::value(nullptr) : json::value(json::string(id_text(each.job)))},
            {"what", each.what},
            {"data", data ? *data : json::value(json::object{})}
        });
    }
    Answer answer;
    answer.body = canonical(json::object{{"events", std::move(events)}});
    co_return answer;
}

Async<Answer> show_number_facets(Api& api, Request& request) {
    const auto tenant = read_tenant(request);
    if (!tenant) co_return problem_answer(tenant.error());
    const auto found = api.services.numbers().facets(request.caller, *tenant);
    if (!found) co_return problem_answer(found.error());
    json::object facets;
    for (const auto& [column, values] : *found) {
        json::object counts;
        for (const auto& [value, count] : values) counts[value.empty() ? "none" : value] = count;
        facets[column] = std::move(counts);
    }
    Answer answer;
    answer.body = canonical(facets);
    co_return answer;
}

}  // namespace porteur::handlers
