// SPDX-License-Identifier: Apache-2.0
#include "api/people_handling.hpp"

namespace porteur::handlers {
namespace {

using namespace people_handling;

json::value json_or_null(const std::string& text) {
    if (text.empty()) return nullptr;
    auto read = parse_json(text);
    return read ? std::move(*read) : json::value(json::string(text));
}

json::object record_json(const AuditRecord& record) {
    const auto& entry = record.entry;
    return {
        {"n", record.position},
        {"at", time_text(entry.at)},
        {"who", entry.who},
        {"person", entry.person == 0 ? json::value(nullptr)
                                     : json::value(json::string(id_text(entry.person)))},
        {"home", entry.home},
        {"tenant", entry.tenant},
        {"action", entry.action},
        {"kind", entry.kind},
        {"object", entry.object},
        {"before", json_or_null(entry.before)},
        {"after", json_or_null(entry.after)},
        {"address", entry.address},
        {"hash", record.hash}
    };
}

Result<std::optional<Instant>> time_parameter(const Request& request, std::string_view name) {
    const auto text = request.parameter(name);
    if (text.empty()) return std::optional<Instant>();
    const auto time = read_rfc3339(text);
    if (!time)
        return wrong(phrase(
            "the parameter {1} is {2}; expected {3:text}", name, quoted(text, 40),
            "a time as in 2026-12-01T00:00:00Z"
        ));
    return std::optional<Instant>(*time);
}

}  // namespace

Async<Answer> list_audit(Api& api, Request& request) {
    AuditWanted wanted;
    auto tenant = account_parameter(request, "tenant");
    if (!tenant) co_return problem_answer(tenant.error());
    wanted.tenant = *tenant;
    auto limit = limit_parameter(request);
    if (!limit) co_return problem_answer(limit.error());
    wanted.limit = *limit + 1;
    for (const auto& [name, into] :
         {std::pair<std::string_view, std::optional<Instant>*>{"since", &wanted.since},
          {"until", &wanted.until}}) {
        auto time = time_parameter(request, name);
        if (!time) co_return problem_answer(time.error());
        *into = *time;
    }
    wanted.who = request.parameter("who");
    wanted.action = request.parameter("action");
    wanted.kind = request.parameter("kind");
    wanted.object = request.parameter("object");
    if (const auto cursor = request.parameter("cursor"); !cursor.empty()) {
        const auto position = read_account(cursor);
        if (!position) co_return problem_answer(wrong_cursor(cursor).error());
        wanted.before = *position;
    }
    auto found = api.services.people().audit(request.caller, wanted);
    if (!found) co_return problem_answer(found.error());
    co_return page_answer(
        "records", std::move(*found), *limit, record_json,
        [](const AuditRecord& last) { return std::to_string(last.position); }
    );
}

}  // namespace porteur::handlers
