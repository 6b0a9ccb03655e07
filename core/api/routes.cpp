// SPDX-License-Identifier: Apache-2.0
#include "api/routes.hpp"

#include <array>

#include "api/exchange_routes.hpp"
#include "api/status_route.hpp"

namespace porteur {
namespace {

using enum Access;
using enum Right;
constexpr auto no_body = BodyWanted::none;
constexpr auto json_body = BodyWanted::json;
constexpr auto upload = BodyWanted::upload;
constexpr auto table_body = BodyWanted::table;
constexpr auto no_key = KeyWanted::no;
constexpr auto may_key = KeyWanted::optional;
constexpr auto must_key = KeyWanted::required;
constexpr auto port = OrderKind::port;
constexpr auto purchase = OrderKind::purchase;
constexpr auto release = OrderKind::release;

// clang-format off
constexpr auto table = std::to_array<Route>({
    {"GET",   "/healthz",                             open,           no_body,   no_key,   "", handlers::show_health},
    {"GET",   "/readyz",                              open,           no_body,   no_key,   "", handlers::show_readiness, port, "problem"},
    {"GET",   "/metrics",                             loopback,       no_body,   no_key,   "", handlers::show_metrics},
    {"GET",   "/openapi.json",                        open,           no_body,   no_key,   "", handlers::show_openapi},

    {"GET",   "/v1/carriers",                         view_carriers,  no_body,   no_key,   "", handlers::list_carriers, port, "last_error reason message problem"},
    {"GET",   "/v1/requirements",                     view_carriers,  no_body,   no_key,   "account country number_type end_user action", handlers::show_requirements},
    {"GET",   "/v1/targets",                          view_carriers,  no_body,   no_key,   "account", handlers::list_targets},
    {"GET",   "/v1/plugins",                          view_carrier_lists, no_body, no_key,   "", handlers::list_plugins},
    {"POST",  "/v1/plugins/{plugin}/stage",           manage_plugins, no_body,   no_key,   "", handlers::stage_plugin, port, "text"},
    {"POST",  "/v1/plugins/{plugin}/activate",        manage_plugins, json_body, no_key,   "", handlers::activate_plugin},
    {"POST",  "/v1/plugins/{plugin}/retire",          manage_plugins, json_body, no_key,   "", handlers::retire_plugin},
    {"GET",   "/v1/account-check",                    view_carriers,  no_body,   no_key,   "account", handlers::check_account, port, "message"},
    {"GET",   "/v1/account-numbers",                  view_carrier_lists, no_body,   no_key,   "account", handlers::list_account_numbers},
    {"GET",   "/v1/discovery",                        view_carrier_lists, no_body,   no_key,   "account what area", handlers::discover},
    {"GET",   "/v1/available-numbers",                view_carriers,  no_body,   no_key,   "country number_type area_code region city contains quantity deadline_ms", handlers::search_available_numbers, port, "why"},
    {"POST",  "/v1/portability-checks",               view_carriers,  json_body, no_key,   "", handlers::check_portability, port, "note message carrier_word"},
    {"GET",   "/v1/events",                           view_orders,    no_body,   no_key,   "after", handlers::follow_events},
    {"POST",  "/v1/events/inbound",                   place_orders,   json_body, must_key, "", handlers::take_event},
    {"GET",   "/v1/tasks",                            view_orders,    no_body,   no_key,   "limit", handlers::list_tasks, port, "title text"},
    {"GET",   "/v1/due",                              view_orders,    no_body,   no_key,   "until what overdue limit", handlers::list_due, port, "text"},
    {"GET",   "/v1/order-figures",                    view_orders,    no_body,   no_key,   "since until", handlers::show_order_figures},
    {"GET",   "/v1/status",                           view_orders,    no_body,   no_key,   "counts", handlers::show_status, port, "last_error reason message problem text"},

    {"GET",   "/v1/words",                            view_carriers,  no_body,   no_key,   "kind", handlers::list_words},

    {"POST",  "/v1/session",                          open,           json_body, no_key,   "", handlers::sign_in},
    {"GET",   "/v1/session",                          signed_in,      no_body,   no_key,   "", handlers::show_session},
    {"DELETE","/v1/session",                          signed_in,      no_body,   no_key,   "", handlers::sign_out},
    {"GET",   "/v1/session/providers",                open,           no_body,   no_key,   "", handlers::list_providers},
    {"GET",   "/v1/session/oidc/{provider}",          open,           no_body,   no_key,   "to", handlers::begin_at_provider},
    {"GET",   "/v1/session/oidc/{provider}/return",   open,           no_body,   no_key,   "code state iss error", handlers::return_from_provider, port, "", true},
    {"POST",  "/v1/session/oidc",                     open,           json_body, no_key,   "", handlers::finish_with_code},
    {"POST",  "/v1/session/second-factor",            signed_in,      json_body, no_key,   "", handlers::begin_second_factor},
    {"POST",  "/v1/session/second-factor/confirm",    signed_in,      json_body, no_key,   "", handlers::confirm_second_factor},
    {"POST",  "/v1/session/second-factor/remove",     signed_in,      json_body, no_key,   "", handlers::drop_own_second_factor},
    {"GET",   "/v1/session/phone",                    signed_in,      no_body,   no_key,   "", handlers::show_own_phone},
    {"PATCH", "/v1/session/phone",                    signed_in,      json_body, no_key,   "", handlers::change_own_phone},
    {"POST",  "/v1/session/phone/credentials",        signed_in,      no_body,   no_key,   "", handlers::give_phone_credentials},
    {"POST",  "/v1/session/call-backs",               signed_in,      json_body, must_key, "", handlers::call_back},

    {"GET",   "/v1/tenants",                          view_people,    no_body,   no_key,   "parent kind q limit cursor", handlers::list_tenants},
    {"POST",  "/v1/tenants",                          manage_tenants, json_body, must_key, "", handlers::create_tenant},
    {"GET",   "/v1/tenants/{id}",                     view_people,    no_body,   no_key,   "", handlers::show_tenant},
    {"PATCH", "/v1/tenants/{id}",                     manage_tenants, json_body, may_key,  "", handlers::change_tenant},

    {"GET",   "/v1/users",                            view_people,    no_body,   no_key,   "tenant q limit cursor", handlers::list_users},
    {"POST",  "/v1/users",                            manage_people,  json_body, must_key, "", handlers::create_user},
    {"GET",   "/v1/users/{id}",                       view_people,    no_body,   no_key,   "", handlers::show_user},
    {"PATCH", "/v1/users/{id}",                       manage_people,  json_body, may_key,  "", handlers::change_user},
    {"POST",  "/v1/users/{id}/password",              manage_people,  json_body, no_key,   "", handlers::change_password},
    {"POST",  "/v1/users/{id}/link",                  manage_people,  json_body, no_key,   "", handlers::link_user},
    {"DELETE","/v1/users/{id}/link",                  manage_people,  no_body,   no_key,   "", handlers::unlink_user},
    {"DELETE","/v1/users/{id}/second-factor",         manage_people,  no_body,   no_key,   "", handlers::drop_second_factor},

    {"GET",   "/v1/members",                          view_people,    no_body,   no_key,   "tenant kind q limit cursor", handlers::list_members},
    {"POST",  "/v1/members",                          manage_people,  json_body, must_key, "", handlers::create_member},
    {"GET",   "/v1/members/{id}",                     view_people,    no_body,   no_key,   "", handlers::show_member},
    {"PATCH", "/v1/members/{id}",                     manage_people,  json_body, may_key,  "", handlers::change_member},
    {"DELETE","/v1/members/{id}",                     manage_people,  no_body,   no_key,   "", handlers::remove_member},

    {"GET",   "/v1/tokens",                           view_people,    no_body,   no_key,   "tenant q limit cursor", handlers::list_tokens},
    {"POST",  "/v1/tokens",                           manage_people,  json_body, must_key, "", handlers::create_token},
    {"DELETE","/v1/tokens/{id}",                      manage_people,  no_body,   no_key,   "", handlers::revoke_token},

    {"GET",   "/v1/audit",                            view_audit,     no_body,   no_key,   "tenant who action kind object since until limit cursor", handlers::list_audit},

    {"POST",  "/v1/webhooks",                         manage_webhooks, json_body, must_key, "", handlers::create_webhook, port, "problem"},
    {"GET",   "/v1/webhooks",                         view_webhooks,  no_body,   no_key,   "", handlers::list_webhooks, port, "problem"},
    {"GET",   "/v1/webhooks/{id}",                    view_webhooks,  no_body,   no_key,   "", handlers::show_webhook, port, "problem"},
    {"PATCH", "/v1/webhooks/{id}",                    manage_webhooks, json_body, may_key,  "", handlers::change_webhook, port, "problem"},
    {"DELETE","/v1/webhooks/{id}",                    manage_webhooks, no_body,   no_key,   "", handlers::remove_webhook},
    {"POST",  "/v1/webhooks/{id}/secret",             manage_webhooks, json_body, must_key, "", handlers::rotate_webhook},
    {"POST",  "/v1/webhooks/{id}/test",               manage_webhooks, no_body,   no_key,   "", handlers::test_webhook},
    {"POST",  "/v1/webhooks/{id}/replay",             manage_webhooks, json_body, must_key, "", handlers::replay_webhook},

    {"POST",  "/v1/documents",                        place_orders,   upload,    must_key, "type name issued_on signed_on expires_on", handlers::upload_document},
    {"GET",   "/v1/documents/{id}",                   view_orders,    no_body,   no_key,   "", handlers::show_document},
    {"GET",   "/v1/documents/{id}/content",           place_orders,   no_body,   no_key,   "", handlers::read_document},

    {"GET",   "/v1/mails",                            view_orders,    no_body,   no_key,   "state order limit cursor", handlers::list_mails, port, "reason"},
    {"GET",   "/v1/mails/{id}",                       place_orders,   no_body,   no_key,   "", handlers::show_mail},
    {"POST",  "/v1/mails/{id}/assign",                place_orders,   json_body, must_key, "", handlers::assign_mail},
    {"POST",  "/v1/mails/{id}/dismiss",               place_orders,   no_body,   must_key, "", handlers::dismiss_mail},

    {"GET",   "/v1/numbers",                          view_numbers,   no_body,   no_key,   "filter status state provider tenant tag country type use_type number used_by company var provider_has q sort limit cursor", handlers::list_numbers},
    {"GET",   "/v1/numbers/csv",                      view_numbers,   no_body,   no_key,   "filter status state provider tenant tag country type use_type number used_by company var provider_has q sort columns ids filename bom language", handlers::export_numbers_csv},
    {"POST",  "/v1/numbers/csv",                      view_numbers,   json_body, no_key,   "", handlers::export_numbers_csv},
    {"GET",   "/v1/numbers/pdf",                      view_numbers,   no_body,   no_key,   "filter status state provider tenant tag country type use_type number used_by company var provider_has q sort columns ids filename language", handlers::export_numbers_pdf},
    {"POST",  "/v1/numbers/pdf",                      view_numbers,   json_body, no_key,   "", handlers::export_numbers_pdf},
    {"GET",   "/v1/numbers/{number}",                 view_numbers,   no_body,   no_key,   "", handlers::show_number},
    {"GET",   "/v1/numbers/{number}/history",         view_numbers,   no_body,   no_key,   "", handlers::show_number_history},
    {"POST",  "/v1/numbers",                          add_numbers,    json_body, must_key, "", handlers::add_numbers},
    {"POST",  "/v1/number-imports",                   add_numbers,    table_body, must_key, "dry_run region provider columns currency", handlers::import_numbers},
    {"POST",  "/v1/number-changes",                   set_options,    json_body, must_key, "", handlers::change_numbers},
    {"GET",   "/v1/number-jobs",                      view_numbers,   no_body,   no_key,   "limit cursor", handlers::list_number_jobs},
    {"GET",   "/v1/number-jobs/{id}",                 view_numbers,   no_body,   no_key,   "", handlers::show_number_job, port, "problem"},
    {"GET",   "/v1/number-jobs/{id}/results",         view_numbers,   no_body,   no_key,   "limit cursor", handlers::show_number_job_results, port, "problem"},
    {"POST",  "/v1/number-jobs/{id}/undo",            set_options,    no_body,   must_key, "", handlers::undo_number_job},
    {"POST",  "/v1/number-jobs/{id}/cancel",          set_options,    no_body,   no_key,   "", handlers::cancel_number_job},
    {"POST",  "/v1/number-syncs",                     add_numbers,    json_body, must_key, "", handlers::begin_number_sync, port, "problem"},
    {"GET",   "/v1/number-syncs",                     view_numbers,   no_body,   no_key,   "account limit cursor", handlers::list_number_syncs, port, "problem"},
    {"GET",   "/v1/number-syncs/{id}",                view_numbers,   no_body,   no_key,   "", handlers::show_number_sync, port, "problem"},
    {"GET",   "/v1/number-syncs/{id}/rows",           view_numbers,   no_body,   no_key,   "what open limit cursor", handlers::list_number_sync_rows},
    {"POST",  "/v1/number-syncs/{id}/decisions",      add_numbers,    json_body, must_key, "", handlers::decide_number_sync, port, "problem"},
    {"POST",  "/v1/number-syncs/{id}/apply",          add_numbers,    no_body,   must_key, "", handlers::apply_number_sync, port, "problem"},
    {"POST",  "/v1/calls",                            report_calls,   json_body, no_key,   "", handlers::take_calls},
    {"GET",   "/v1/number-facets",                    view_numbers,   no_body,   no_key,   "tenant", handlers::show_number_facets},

    {"POST",  "/v1/port-orders",                      place_orders,   json_body, must_key, "", handlers::create_order, port, "problem carrier_word"},
    {"GET",   "/v1/port-orders",                      view_orders,    no_body,   no_key,   "state delivery code limit cursor", handlers::list_orders, port, "problem carrier_word"},
    {"GET",   "/v1/port-orders/{id}",                 view_orders,    no_body,   no_key,   "", handlers::show_order, port, "problem carrier_word"},
    {"PATCH", "/v1/port-orders/{id}",                 place_orders,   json_body, may_key,  "", handlers::amend_order, port, "problem carrier_word"},
    {"POST",  "/v1/port-orders/{id}/submit",          place_orders,   no_body,   must_key, "as_new", handlers::submit_order, port, "problem carrier_word"},
    {"POST",  "/v1/port-orders/{id}/cancel",          place_orders,   no_body,   must_key, "", handlers::cancel_order, port, "problem carrier_word"},
    {"POST",  "/v1/port-orders/{id}/settle",          place_orders,   json_body, must_key, "", handlers::settle_order, port, "problem carrier_word"},
    {"POST",  "/v1/port-orders/{id}/answer",          place_orders,   json_body, must_key, "", handlers::answer_order, port, "problem carrier_word"},
    {"POST",  "/v1/port-orders/{id}/comments",        place_orders,   json_body, must_key, "", handlers::comment_order, port, "problem carrier_word"},
    {"GET",   "/v1/port-orders/{id}/packet",          place_orders,   no_body,   no_key,   "", handlers::show_packet, port},
    {"POST",  "/v1/port-orders/{id}/loa",             place_orders,   json_body, must_key, "", handlers::make_letter, port},
    {"GET",   "/v1/port-orders/{id}/timeline",        view_orders,    no_body,   no_key,   "", handlers::show_timeline, port, "text"},
    {"GET",   "/v1/port-orders/{id}/operations",      view_orders,    no_body,   no_key,   "", handlers::show_operations, port},
    {"GET",   "/v1/port-orders/{id}/explanation",        view_orders,    no_body,   no_key,   "", handlers::explain_order, port, "text"},
    {"GET",   "/v1/port-orders/{id}/exchanges",      view_carrier_lists, no_body,   no_key,   "operation", handlers::show_exchanges, port, "message"},
    {"GET",   "/v1/port-orders/{id}/trace",           view_orders,    no_body,   no_key,   "limit", handlers::trace_order, port, "message title"},

    {"POST",  "/v1/purchase-orders",                  place_orders,   json_body, must_key, "", handlers::create_order, purchase, "problem carrier_word"},
    {"GET",   "/v1/purchase-orders",                  view_orders,    no_body,   no_key,   "state delivery code limit cursor", handlers::list_orders, purchase, "problem carrier_word"},
    {"GET",   "/v1/purchase-orders/{id}",             view_orders,    no_body,   no_key,   "", handlers::show_order, purchase, "problem carrier_word"},
    {"PATCH", "/v1/purchase-orders/{id}",             place_orders,   json_body, may_key,  "", handlers::amend_order, purchase, "problem carrier_word"},
    {"POST",  "/v1/purchase-orders/{id}/submit",      place_orders,   no_body,   must_key, "", handlers::submit_order, purchase, "problem carrier_word"},
    {"POST",  "/v1/purchase-orders/{id}/cancel",      place_orders,   no_body,   must_key, "", handlers::cancel_order, purchase, "problem carrier_word"},
    {"POST",  "/v1/purchase-orders/{id}/settle",      place_orders,   json_body, must_key, "", handlers::settle_order, purchase, "problem carrier_word"},
    {"POST",  "/v1/purchase-orders/{id}/answer",      place_orders,   json_body, must_key, "", handlers::answer_order, purchase, "problem carrier_word"},
    {"POST",  "/v1/purchase-orders/{id}/comments",    place_orders,   json_body, must_key, "", handlers::comment_order, purchase, "problem carrier_word"},
    {"GET",   "/v1/purchase-orders/{id}/timeline",    view_orders,    no_body,   no_key,   "", handlers::show_timeline, purchase, "text"},
    {"GET",   "/v1/purchase-orders/{id}/operations",  view_orders,    no_body,   no_key,   "", handlers::show_operations, purchase},
    {"GET",   "/v1/purchase-orders/{id}/explanation",    view_orders,    no_body,   no_key,   "", handlers::explain_order, purchase, "text"},
    {"GET",   "/v1/purchase-orders/{id}/exchanges",  view_carrier_lists, no_body,   no_key,   "operation", handlers::show_exchanges, purchase, "message"},
    {"GET",   "/v1/purchase-orders/{id}/trace",       view_orders,    no_body,   no_key,   "limit", handlers::trace_order, purchase, "message title"},

    {"GET",   "/v1/release-orders",                   view_orders,    no_body,   no_key,   "state delivery limit cursor", handlers::list_orders, release, "problem carrier_word"},
    {"GET",   "/v1/release-orders/{id}",              view_orders,    no_body,   no_key,   "", handlers::show_order, release, "problem carrier_word"},
    {"POST",  "/v1/release-orders/{id}/cancel",       release_numbers, no_body,  must_key, "", handlers::cancel_order, release, "problem carrier_word"},
    {"POST",  "/v1/release-orders/{id}/settle",       release_numbers, json_body, must_key, "", handlers::settle_order, release, "problem carrier_word"},
    {"GET",   "/v1/release-orders/{id}/timeline",     view_orders,    no_body,   no_key,   "", handlers::show_timeline, release, "text"},
    {"GET",   "/v1/release-orders/{id}/operations",   view_orders,    no_body,   no_key,   "", handlers::show_operations, release},
    {"GET",   "/v1/release-orders/{id}/explanation",     view_orders,    no_body,   no_key,   "", handlers::explain_order, release, "text"},
    {"GET",   "/v1/release-orders/{id}/exchanges",   view_carrier_lists, no_body,   no_key,   "operation", handlers::show_exchanges, release, "message"},
    {"GET",   "/v1/release-orders/{id}/trace",        view_orders,    no_body,   no_key,   "limit", handlers::trace_order, release, "message title"},
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
