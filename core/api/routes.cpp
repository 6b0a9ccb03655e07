// SPDX-License-Identifier: Apache-2.0
#include "api/routes.hpp"

#include <array>

namespace porteur {
namespace {

using enum Access;
constexpr auto no_body = BodyWanted::none;
constexpr auto json_body = BodyWanted::json;
constexpr auto upload = BodyWanted::upload;
constexpr auto no_key = KeyWanted::no;
constexpr auto may_key = KeyWanted::optional;
constexpr auto must_key = KeyWanted::required;
constexpr auto port = OrderKind::port;
constexpr auto purchase = OrderKind::purchase;

// clang-format off
constexpr auto table = std::to_array<Route>({
    {"GET",   "/healthz",                             open,     no_body,   no_key,   "", handlers::show_health},
    {"GET",   "/readyz",                              open,     no_body,   no_key,   "", handlers::show_readiness, port, "problem"},
    {"GET",   "/metrics",                             loopback, no_body,   no_key,   "", handlers::show_metrics},
    {"GET",   "/openapi.json",                        open,     no_body,   no_key,   "", handlers::show_openapi},

    {"GET",   "/v1/carriers",                         read,     no_body,   no_key,   "", handlers::list_carriers, port, "last_error reason"},
    {"GET",   "/v1/requirements",                     read,     no_body,   no_key,   "account country number_type end_user action", handlers::show_requirements},
    {"GET",   "/v1/targets",                          read,     no_body,   no_key,   "account", handlers::list_targets},
    {"GET",   "/v1/account-check",                    read,     no_body,   no_key,   "account", handlers::check_account, port, "message"},
    {"GET",   "/v1/account-numbers",                  read,     no_body,   no_key,   "account", handlers::list_account_numbers},
    {"GET",   "/v1/discovery",                        read,     no_body,   no_key,   "account what area", handlers::discover},
    {"GET",   "/v1/available-numbers",                read,     no_body,   no_key,   "country number_type area_code region city contains quantity deadline_ms", handlers::search_available_numbers, port, "why"},
    {"POST",  "/v1/portability-checks",               read,     json_body, no_key,   "", handlers::check_portability, port, "note message carrier_word"},
    {"GET",   "/v1/events",                           read,     no_body,   no_key,   "after", handlers::follow_events},
    {"POST",  "/v1/events/inbound",                   change,   json_body, must_key, "", handlers::take_event},
    {"GET",   "/v1/tasks",                            read,     no_body,   no_key,   "limit", handlers::list_tasks, port, "title text"},
    {"GET",   "/v1/due",                              read,     no_body,   no_key,   "until what overdue limit", handlers::list_due, port, "text"},

    {"GET",   "/v1/words",                            read,     no_body,   no_key,   "kind", handlers::list_words},

    {"POST",  "/v1/webhooks",                         change,   json_body, must_key, "", handlers::create_webhook, port, "problem"},
    {"GET",   "/v1/webhooks",                         read,     no_body,   no_key,   "", handlers::list_webhooks, port, "problem"},
    {"GET",   "/v1/webhooks/{id}",                    read,     no_body,   no_key,   "", handlers::show_webhook, port, "problem"},
    {"PATCH", "/v1/webhooks/{id}",                    change,   json_body, may_key,  "", handlers::change_webhook, port, "problem"},
    {"DELETE","/v1/webhooks/{id}",                    change,   no_body,   no_key,   "", handlers::remove_webhook},
    {"POST",  "/v1/webhooks/{id}/secret",             change,   json_body, must_key, "", handlers::rotate_webhook},
    {"POST",  "/v1/webhooks/{id}/test",               change,   no_body,   no_key,   "", handlers::test_webhook},
    {"POST",  "/v1/webhooks/{id}/replay",             change,   json_body, must_key, "", handlers::replay_webhook},

    {"POST",  "/v1/documents",                        change,   upload,    must_key, "type name issued_on signed_on expires_on", handlers::upload_document},
    {"GET",   "/v1/documents/{id}",                   read,     no_body,   no_key,   "", handlers::show_document},
    {"GET",   "/v1/documents/{id}/content",           change,   no_body,   no_key,   "", handlers::read_document},

    {"GET",   "/v1/mails",                            read,     no_body,   no_key,   "state order limit cursor", handlers::list_mails, port, "reason"},
    {"GET",   "/v1/mails/{id}",                       change,   no_body,   no_key,   "", handlers::show_mail},
    {"POST",  "/v1/mails/{id}/assign",                change,   json_body, must_key, "", handlers::assign_mail},
    {"POST",  "/v1/mails/{id}/dismiss",               change,   no_body,   must_key, "", handlers::dismiss_mail},

    {"GET",   "/v1/numbers",                          read,     no_body,   no_key,   "filter status state provider tenant tag country type use_type number used_by company var provider_has q sort limit cursor", handlers::list_numbers},
    {"GET",   "/v1/numbers/csv",                      read,     no_body,   no_key,   "filter status state provider tenant tag country type use_type number used_by company var provider_has q sort columns ids filename bom", handlers::export_numbers_csv},
    {"POST",  "/v1/numbers/csv",                      read,     json_body, no_key,   "", handlers::export_numbers_csv},
    {"GET",   "/v1/numbers/pdf",                      read,     no_body,   no_key,   "filter status state provider tenant tag country type use_type number used_by company var provider_has q sort columns ids filename", handlers::export_numbers_pdf},
    {"POST",  "/v1/numbers/pdf",                      read,     json_body, no_key,   "", handlers::export_numbers_pdf},
    {"GET",   "/v1/numbers/{number}",                 read,     no_body,   no_key,   "", handlers::show_number},
    {"GET",   "/v1/numbers/{number}/history",         read,     no_body,   no_key,   "", handlers::show_number_history},
    {"GET",   "/v1/number-facets",                    read,     no_body,   no_key,   "tenant", handlers::show_number_facets},

    {"POST",  "/v1/port-orders",                      change,   json_body, must_key, "", handlers::create_order, port, "problem carrier_word"},
    {"GET",   "/v1/port-orders",                      read,     no_body,   no_key,   "state delivery limit cursor", handlers::list_orders, port, "problem carrier_word"},
    {"GET",   "/v1/port-orders/{id}",                 read,     no_body,   no_key,   "", handlers::show_order, port, "problem carrier_word"},
    {"PATCH", "/v1/port-orders/{id}",                 change,   json_body, may_key,  "", handlers::amend_order, port, "problem carrier_word"},
    {"POST",  "/v1/port-orders/{id}/submit",          change,   no_body,   must_key, "as_new", handlers::submit_order, port, "problem carrier_word"},
    {"POST",  "/v1/port-orders/{id}/cancel",          change,   no_body,   must_key, "", handlers::cancel_order, port, "problem carrier_word"},
    {"POST",  "/v1/port-orders/{id}/settle",          change,   json_body, must_key, "", handlers::settle_order, port, "problem carrier_word"},
    {"POST",  "/v1/port-orders/{id}/answer",          change,   json_body, must_key, "", handlers::answer_order, port, "problem carrier_word"},
    {"POST",  "/v1/port-orders/{id}/comments",        change,   json_body, must_key, "", handlers::comment_order, port, "problem carrier_word"},
    {"GET",   "/v1/port-orders/{id}/packet",          change,   no_body,   no_key,   "", handlers::show_packet, port},
    {"POST",  "/v1/port-orders/{id}/loa",             change,   json_body, must_key, "", handlers::make_letter, port},
    {"GET",   "/v1/port-orders/{id}/timeline",        read,     no_body,   no_key,   "", handlers::show_timeline, port, "text"},
    {"GET",   "/v1/port-orders/{id}/operations",      read,     no_body,   no_key,   "", handlers::show_operations, port},

    {"POST",  "/v1/purchase-orders",                  change,   json_body, must_key, "", handlers::create_order, purchase, "problem carrier_word"},
    {"GET",   "/v1/purchase-orders",                  read,     no_body,   no_key,   "state delivery limit cursor", handlers::list_orders, purchase, "problem carrier_word"},
    {"GET",   "/v1/purchase-orders/{id}",             read,     no_body,   no_key,   "", handlers::show_order, purchase, "problem carrier_word"},
    {"PATCH", "/v1/purchase-orders/{id}",             change,   json_body, may_key,  "", handlers::amend_order, purchase, "problem carrier_word"},
    {"POST",  "/v1/purchase-orders/{id}/submit",      change,   no_body,   must_key, "", handlers::submit_order, purchase, "problem carrier_word"},
    {"POST",  "/v1/purchase-orders/{id}/cancel",      change,   no_body,   must_key, "", handlers::cancel_order, purchase, "problem carrier_word"},
    {"POST",  "/v1/purchase-orders/{id}/settle",      change,   json_body, must_key, "", handlers::settle_order, purchase, "problem carrier_word"},
    {"POST",  "/v1/purchase-orders/{id}/answer",      change,   json_body, must_key, "", handlers::answer_order, purchase, "problem carrier_word"},
    {"POST",  "/v1/purchase-orders/{id}/comments",    change,   json_body, must_key, "", handlers::comment_order, purchase, "problem carrier_word"},
    {"GET",   "/v1/purchase-orders/{id}/timeline",    read,     no_body,   no_key,   "", handlers::show_timeline, purchase, "text"},
    {"GET",   "/v1/purchase-orders/{id}/operations",  read,     no_body,   no_key,   "", handlers::show_operations, purchase},
});
// clang-format on

/// Whether a path is of a pattern; what stands for {...} goes into `segments`.
bool fits(std::string_view pattern, std::string_view path, std::vector<std::string>& segments) {
    segments.clear();
    while (true) {
        const auto brace = pattern.find('{');
        if (brace == pattern.npos) return pattern == path;
        if (path.size() < brace || path.substr(0, brace) != pattern.substr(0, brace)) return false;
        path.remove_prefix(brace);
        pattern.remove_prefix(pattern.find('}') + 1);
        const auto end = std::min(path.find('/'), path.size());
        if (end == 0) return false;
        segments.emplace_back(path.substr(0, end));
        path.remove_prefix(end);
    }
}

}  // namespace

std::span<const Route> routes() { return table; }

RouteMatch match_route(std::string_view method, std::string_view path) {
    RouteMatch match;
    std::vector<std::string> segments;
    for (const auto& route : table) {
        if (!fits(route.path, path, segments)) continue;
        if (route.method == method) {
            match.route = &route;
            match.segments = segments;
            return match;
        }
        if (!match.allow.empty()) match.allow += ", ";
        match.allow += route.method;
    }
    return match;
}

}  // namespace porteur
