// SPDX-License-Identifier: Apache-2.0
#include "api/identity.hpp"

#include <algorithm>
#include <charconv>

#include <porteur/phrase.hpp>

#include "api/people_services.hpp"
#include "api/problem.hpp"
#include "domain/people.hpp"

namespace porteur {
namespace {

/// The token of "Bearer TOKEN"; empty for anything else.
std::string_view bearer_of(const Request& request) {
    const auto* field = request.field("authorization");
    if (!field || field->size() < 8) return {};
    const std::string_view scheme = std::string_view(*field).substr(0, 7);
    const bool bearer = std::ranges::equal(scheme, std::string_view("bearer "), [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    });
    return bearer ? std::string_view(*field).substr(7) : std::string_view{};
}

/// What the value of act_in is in a query; it is a number, so nothing in it is encoded.
std::string_view act_in_of_query(std::string_view target) {
    target.remove_prefix(std::min(target.find('?'), target.size()));
    while (!target.empty()) {
        target.remove_prefix(1);
        const auto end = std::min(target.find('&'), target.size());
        if (target.starts_with("act_in=")) return target.substr(7, end - 7);
        target.remove_prefix(end);
    }
    return {};
}

/// "https://example.net:8480" without its scheme; nothing for "null".
std::optional<std::string_view> host_of_origin(std::string_view origin) {
    const auto slashes = origin.find("://");
    if (slashes == origin.npos) return std::nullopt;
    return origin.substr(slashes + 3);
}

Answer refused(std::string_view why) { return problem_answer(problems::forbidden, why); }

}  // namespace

std::string_view cookie_of(const Request& request, std::string_view wanted) {
    for (const auto& [name, value] : request.fields) {
        if (name != "cookie") continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            const auto end = std::min(rest.find(';'), rest.size());
            auto pair = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            while (pair.starts_with(' ')) pair.remove_prefix(1);
            const auto equals = pair.find('=');
            if (equals != pair.npos && pair.substr(0, equals) == wanted)
                return pair.substr(equals + 1);
        }
    }
    return {};
}

std::optional<Answer> read_credentials(Request& request) {
    request.credentials.token = bearer_of(request);
    // Whoever says who they are means it, whatever cookies lie about.
    if (!request.field("authorization")) request.credentials.cookie = cookie_of(request, session_cookie);
    const auto* field = request.field("porteur-act-in");
    const auto wanted = field                     ? std::string_view(*field)
                        : request.method == "GET" ? act_in_of_query(request.target)
                                                  : std::string_view();
    if (wanted.empty()) return std::nullopt;
    auto& act_in = request.credentials.act_in;
    const auto read = std::from_chars(wanted.data(), wanted.data() + wanted.size(), act_in);
    if (read.ec != std::errc{} || read.ptr != wanted.data() + wanted.size() || act_in < 1)
        return problem_answer(
            problems::invalid_input,
            phrase(
                "the account to act in is {1}; expected its id, a whole number", quoted(wanted, 40)
            ),
            field ? "Porteur-Act-In" : "act_in"
        );
    return std::nullopt;
}

Result<std::optional<Identity>> identify(Api& api, const Credentials& credentials) {
    Identity known;
    if (!credentials.token.empty()) {
        auto caller = api.services.authenticate(credentials.token);
        if (!caller) return std::unexpected(std::move(caller).error());
        if (!*caller) return std::nullopt;
        known.caller = std::move(**caller);
    } else if (!credentials.cookie.empty()) {
        auto session = api.services.people().by_cookie(credentials.cookie);
        if (!session) return std::unexpected(std::move(session).error());
        if (!*session) return std::nullopt;
        known.caller = std::move((*session)->caller);
        known.csrf = std::move((*session)->csrf);
    } else {
        return std::nullopt;
    }
    auto& caller = known.caller;
    const auto tree = api.services.people().tree();
    const bool reads_only = caller.role == Role::reader_token;
    if (const auto* home = tree->find(caller.tenant);
        home && caller.role == Role::operator_token && home->kind != TenantKind::system)
        caller.role = administrator_of(home->kind);
    if (credentials.act_in != 0 && credentials.act_in != caller.tenant) {
        const auto* entered = tree->find(credentials.act_in);
        if (!entered || tree->relation(caller.tenant, entered->id) != Relation::below) {
            known.may_enter = false;
            return known;
        }
        caller.home = caller.tenant;
        caller.tenant = entered->id;
        caller.token_name = who_text(caller.token_name, caller.home);
        if (!reads_only) caller.role = administrator_of(entered->kind);
    }
    if (caller.person != 0)
        caller.scope = may(caller.role, Right::place_orders, Relation::own) ? "operator" : "read";
    return known;
}

std::optional<Answer> check_from_our_page(const Request& request, std::string_view csrf) {
    if (request.method == "GET" || request.method == "HEAD") return std::nullopt;
    const auto* site = request.field("sec-fetch-site");
    if (site && *site != "same-origin" && *site != "none")
        return refused("a page of another site sent this; it is not carried out");
    if (const auto* origin = request.field("origin")) {
        const auto* host = request.field("host");
        const auto from = host_of_origin(*origin);
        if (!from || !host || *from != *host)
            return refused(phrase(
                "a page of {1} sent this, which is not where this API is reached; behind a proxy, "
                "it must pass the header field Host on",
                quoted(*origin, 100)
            ));
    }
    if (csrf.empty()) return std::nullopt;
    const auto* said = request.field("porteur-csrf");
    if (!said || *said != csrf)
        return refused(
            "the header field Porteur-Csrf is missing or is not this session's; GET /v1/session "
            "says it"
        );
    return std::nullopt;
}

}  // namespace porteur
