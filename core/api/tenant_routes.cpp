// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "api/people_handling.hpp"

namespace porteur::handlers {
namespace {

using namespace people_handling;

json::object tenant_json(const Tenant& tenant) {
    return {
        {"id", tenant.id},
        {"parent", tenant.parent == 0 ? json::value(nullptr) : json::value(tenant.parent)},
        {"kind", word_of(tenant.kind)},
        {"name", tenant.name},
        {"disabled", tenant.disabled},
        {"version", tenant.version}
    };
}

Answer no_account(std::string_view text) {
    return absent(phrase("there is no account {1} among yours", quoted(text, 40)));
}

Result<TenantWish> wish_of(const json::object& body) {
    TenantWish wish;
    auto parent = account_of(body, "parent");
    if (!parent) return std::unexpected(std::move(parent).error());
    wish.parent = *parent;
    auto kind = text_of(body, "kind");
    if (!kind) return std::unexpected(std::move(kind).error());
    if (*kind) {
        wish.kind = tenant_kind_of(**kind);
        if (!wish.kind || *wish.kind == TenantKind::system)
            return wrong(
                "/kind: " +
                phrase(
                    "is {1}; expected one of {2}", quoted(**kind, 40), "var company professional"
                )
            );
    }
    auto name = text_of(body, "name");
    if (!name) return std::unexpected(std::move(name).error());
    wish.name = std::move(*name);
    if (wish.name)
        if (auto fits = check_name(*wish.name); !fits)
            return std::unexpected(std::move(fits).error());
    auto disabled = flag_of(body, "disabled");
    if (!disabled) return std::unexpected(std::move(disabled).error());
    wish.disabled = *disabled;
    return wish;
}

bool is_found_in(std::string_view name, std::string_view text) {
    const auto same = [](char a, char b) {
        const auto lower = [](char letter) {
            return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
        };
        return lower(a) == lower(b);
    };
    return text.empty() || std::ranges::search(name, text, same).begin() != name.end();
}

}  // namespace

Async<Answer> list_tenants(Api& api, Request& request) {
    const auto parent = account_parameter(request, "parent");
    if (!parent) co_return problem_answer(parent.error());
    const auto limit = limit_parameter(request);
    if (!limit) co_return problem_answer(limit.error());
    std::optional<TenantKind> kind;
    if (const auto word = request.parameter("kind"); !word.empty()) {
        kind = tenant_kind_of(word);
        if (!kind)
            co_return problem_answer(
                problems::invalid_input,
                phrase(
                    "the parameter {1} is {2}; expected {3:text}", "kind", quoted(word, 40),
                    phrase("one of {1}", "system var company professional")
                )
            );
    }
    std::int64_t after = 0;
    if (const auto cursor = request.parameter("cursor"); !cursor.empty()) {
        const auto id = read_account(cursor);
        if (!id) co_return problem_answer(wrong_cursor(cursor).error());
        after = *id;
    }
    const auto tree = api.services.people().tree();
    const auto home = request.caller.tenant;
    const auto role = request.caller.role;
    std::vector<Tenant> found;
    for (const auto& each : tree->all()) {  // by id
        if (each.id <= after || (*parent && each.parent != **parent) ||
            (kind && each.kind != *kind) || !is_found_in(each.name, request.parameter("q")))
            continue;
        if (!may(role, Right::view_people, tree->relation(home, each.id))) continue;
        found.push_back(each);
        // Above one's own account there is nothing, so one's own is the root of what one sees.
        if (found.back().id == home) found.back().parent = 0;
        if (found.size() > static_cast<std::size_t>(*limit)) break;
    }
    co_return page_answer("tenants", std::move(found), *limit, tenant_json, [](const Tenant& last) {
        return std::to_string(last.id);
    });
}

Async<Answer> show_tenant(Api& api, Request& request) {
    const auto& text = request.segments.front();
    const auto id = read_account(text);
    const auto tree = api.services.people().tree();
    const auto* found = id ? tree->find(*id) : nullptr;
    if (!found ||
        !may(request.caller.role, Right::view_people, tree->relation(request.caller.tenant, *id)))
        co_return no_account(text);
    auto shown = *found;
    if (shown.id == request.caller.tenant) shown.parent = 0;
    auto answer = answer_with(tenant_json(shown));
    add_etag(answer, shown.version);
    co_return answer;
}

Async<Answer> create_tenant(Api& api, Request& request) {
    auto body = read_object(request.body, "parent kind name");
    if (!body) co_return problem_answer(body.error());
    auto wish = wish_of(*body);
    if (!wish) co_return problem_answer(wish.error());
    for (const auto& [key, there] :
         {std::pair{"kind", wish->kind.has_value()}, std::pair{"name", wish->name.has_value()}})
        if (!there)
            co_return problem_answer(
                problems::invalid_input, "/" + std::string(key) + ": " + phrase("is missing")
            );
    const auto made = co_await api.services.people().add_tenant(
        request.caller, std::move(*wish), kept_answer<Tenant>(request, 201, tenant_json)
    );
    auto answer = changed_answer(made, 201, tenant_json);
    if (made) answer.headers.emplace_back("Location", "/v1/tenants/" + std::to_string(made->id));
    co_return answer;
}

Async<Answer> change_tenant(Api& api, Request& request) {
    const auto id = read_account(request.segments.front());
    if (!id) co_return no_account(request.segments.front());
    auto body = read_object(request.body, "parent name disabled");
    if (!body) co_return problem_answer(body.error());
    auto wish = wish_of(*body);
    if (!wish) co_return problem_answer(wish.error());
    const auto version = version_of(request);
    if (!version) co_return problem_answer(version.error());
    co_return changed_answer(
        co_await api.services.people().change_tenant(
            request.caller, *id, *version, std::move(*wish),
            kept_answer<Tenant>(request, 200, tenant_json)
        ),
        200, tenant_json
    );
}

}  // namespace porteur::handlers
