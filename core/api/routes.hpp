// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every route of the API, in one table. What holds for a route stands in its line, so that no
// handler can forget it: who may call, what body it takes, whether it needs an Idempotency-Key,
// which query parameters it knows. A test compares the table with openapi.json, both ways.

#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string_view>

#include "api/console_files.hpp"
#include "api/limits.hpp"
#include "api/request.hpp"
#include "api/streams.hpp"

namespace porteur {

/// Who may call a route.
enum class Access {
    nobody,     ///< what a route that does not say it gets
    open,       ///< everybody
    loopback,   ///< everybody on this machine; from elsewhere whoever stands in the system's own account
    signed_in,  ///< any person, any token
    by_right,   ///< whoever has the right in the account that they stand in (domain/roles.hpp)
};

/// Who may call a route, in its line of the table: a kind of access, or a right.
struct Permission {
    Access access = Access::nobody;
    Right right = Right::view_orders;  ///< of by_right

    constexpr Permission() = default;
    constexpr Permission(Access of) : access(of) {}                         // NOLINT: a table
    constexpr Permission(Right wanted) : access(Access::by_right), right(wanted) {}  // NOLINT: a table
};

/// `table`: a file of rows, which may be larger than a document.
enum class BodyWanted { none, json, upload, table };
enum class KeyWanted { no, optional, required };

/// Idempotency keys whose first request has not been answered yet. @threads any
class KeysUnderWay {
public:
    bool begin(std::int64_t tenant, const std::string& key) {
        const std::lock_guard lock(mutex_);
        return keys_.emplace(tenant, key).second;
    }
    void end(std::int64_t tenant, const std::string& key) {
        const std::lock_guard lock(mutex_);
        keys_.erase({tenant, key});
    }

private:
    std::mutex mutex_;
    std::set<std::pair<std::int64_t, std::string>> keys_;
};

/// What handlers work with; shared by all connections.
struct Api {
    ApiServices& services;  ///< outlives every connection
    ApiLimits limits;
    KeysUnderWay keys = {};
    std::shared_ptr<const ConsoleFiles> console = {};  ///< null: this server has no console
    Streams streams{limits.streams_at_once, limits.stream_ahead_bytes};
};

/// A handler reads the request, asks the services, makes an answer. It may throw only by a defect;
/// that becomes a problem of kind internal.
using Handler = Async<Answer> (*)(Api& api, Request& request);

struct Route {
    std::string_view method;
    std::string_view path;  ///< "/v1/port-orders/{id}"
    Permission permission = {};
    BodyWanted body = BodyWanted::none;
    KeyWanted key = KeyWanted::no;
    std::string_view query = {};  ///< the parameters that it knows, with blanks between
    Handler handle = nullptr;
    OrderKind kind = OrderKind::port;
    std::string_view sentences = {};  ///< the answer's members that are sentences, with blanks between
    bool takes_more = false;  ///< parameters that it does not know are left out and not refused
};

/// @threads any
std::span<const Route> routes();

struct RouteMatch {
    const Route* route = nullptr;       ///< null: no such path, or not with this method
    std::vector<std::string> segments;  ///< what stands for {...}
    std::string allow;  ///< the methods of the path, "GET, POST"; empty: no such path
};

/// @threads any
RouteMatch match_route(std::string_view method, std::string_view path);

// ------------------------------------------------------------------ handlers, by file

namespace handlers {

// order_routes.cpp
Async<Answer> create_order(Api& api, Request& request);
Async<Answer> list_orders(Api& api, Request& request);
Async<Answer> show_order(Api& api, Request& request);
Async<Answer> submit_order(Api& api, Request& request);
Async<Answer> cancel_order(Api& api, Request& request);
Async<Answer> show_timeline(Api& api, Request& request);
Async<Answer> show_operations(Api& api, Request& request);

// explanation_route.cpp
Async<Answer> explain_order(Api& api, Request& request);

// trace_route.cpp
Async<Answer> trace_order(Api& api, Request& request);

// order_word_routes.cpp
Async<Answer> amend_order(Api& api, Request& request);
Async<Answer> settle_order(Api& api, Request& request);
Async<Answer> answer_order(Api& api, Request& request);
Async<Answer> comment_order(Api& api, Request& request);
Async<Answer> show_packet(Api& api, Request& request);

// task_routes.cpp
Async<Answer> list_tasks(Api& api, Request& request);
Async<Answer> take_event(Api& api, Request& request);

// carrier_routes.cpp
Async<Answer> list_carriers(Api& api, Request& request);
Async<Answer> show_requirements(Api& api, Request& request);
Async<Answer> list_targets(Api& api, Request& request);
Async<Answer> check_portability(Api& api, Request& request);
Async<Answer> check_account(Api& api, Request& request);
Async<Answer> list_account_numbers(Api& api, Request& request);
Async<Answer> discover(Api& api, Request& request);

// plugin_routes.cpp
Async<Answer> list_plugins(Api& api, Request& request);
Async<Answer> stage_plugin(Api& api, Request& request);
Async<Answer> activate_plugin(Api& api, Request& request);
Async<Answer> retire_plugin(Api& api, Request& request);

// search_route.cpp
Async<Answer> search_available_numbers(Api& api, Request& request);

// document_routes.cpp
Async<Answer> upload_document(Api& api, Request& request);
Async<Answer> show_document(Api& api, Request& request);
Async<Answer> read_document(Api& api, Request& request);

// loa_route.cpp
Async<Answer> make_letter(Api& api, Request& request);

// mail_routes.cpp
Async<Answer> list_mails(Api& api, Request& request);
Async<Answer> show_mail(Api& api, Request& request);
Async<Answer> assign_mail(Api& api, Request& request);
Async<Answer> dismiss_mail(Api& api, Request& request);

// webhook_routes.cpp
Async<Answer> create_webhook(Api& api, Request& request);
Async<Answer> list_webhooks(Api& api, Request& request);
Async<Answer> show_webhook(Api& api, Request& request);
Async<Answer> change_webhook(Api& api, Request& request);
Async<Answer> remove_webhook(Api& api, Request& request);
Async<Answer> rotate_webhook(Api& api, Request& request);
Async<Answer> test_webhook(Api& api, Request& request);
Async<Answer> replay_webhook(Api& api, Request& request);

// number_routes.cpp
Async<Answer> list_numbers(Api& api, Request& request);
Async<Answer> show_number(Api& api, Request& request);
Async<Answer> show_number_history(Api& api, Request& request);
Async<Answer> show_number_facets(Api& api, Request& request);

// number_job_routes.cpp
Async<Answer> add_numbers(Api& api, Request& request);
Async<Answer> change_numbers(Api& api, Request& request);
Async<Answer> import_numbers(Api& api, Request& request);
Async<Answer> list_number_jobs(Api& api, Request& request);
Async<Answer> show_number_job(Api& api, Request& request);
Async<Answer> show_number_job_results(Api& api, Request& request);
Async<Answer> undo_number_job(Api& api, Request& request);
Async<Answer> cancel_number_job(Api& api, Request& request);
Async<Answer> take_calls(Api& api, Request& request);
// sync_routes.cpp
Async<Answer> begin_number_sync(Api& api, Request& request);
Async<Answer> list_number_syncs(Api& api, Request& request);
Async<Answer> show_number_sync(Api& api, Request& request);
Async<Answer> list_number_sync_rows(Api& api, Request& request);
Async<Answer> decide_number_sync(Api& api, Request& request);
Async<Answer> apply_number_sync(Api& api, Request& request);
// number_export.cpp
Async<Answer> export_numbers_csv(Api& api, Request& request);
Async<Answer> export_numbers_pdf(Api& api, Request& request);

// due_route.cpp, order_figures_route.cpp
Async<Answer> list_due(Api& api, Request& request);
Async<Answer> show_order_figures(Api& api, Request& request);

// session_routes.cpp
Async<Answer> sign_in(Api& api, Request& request);
Async<Answer> show_session(Api& api, Request& request);
Async<Answer> sign_out(Api& api, Request& request);
Async<Answer> begin_second_factor(Api& api, Request& request);
Async<Answer> confirm_second_factor(Api& api, Request& request);
Async<Answer> drop_own_second_factor(Api& api, Request& request);

// provider_routes.cpp
Async<Answer> list_providers(Api& api, Request& request);
Async<Answer> begin_at_provider(Api& api, Request& request);
Async<Answer> return_from_provider(Api& api, Request& request);
Async<Answer> finish_with_code(Api& api, Request& request);
Async<Answer> link_user(Api& api, Request& request);
Async<Answer> unlink_user(Api& api, Request& request);
Async<Answer> drop_second_factor(Api& api, Request& request);

// phone_routes.cpp
Async<Answer> show_own_phone(Api& api, Request& request);
Async<Answer> change_own_phone(Api& api, Request& request);
Async<Answer> give_phone_credentials(Api& api, Request& request);
Async<Answer> call_back(Api& api, Request& request);

// tenant_routes.cpp
Async<Answer> list_tenants(Api& api, Request& request);
Async<Answer> show_tenant(Api& api, Request& request);
Async<Answer> create_tenant(Api& api, Request& request);
Async<Answer> change_tenant(Api& api, Request& request);

// people_routes.cpp
Async<Answer> list_users(Api& api, Request& request);
Async<Answer> show_user(Api& api, Request& request);
Async<Answer> create_user(Api& api, Request& request);
Async<Answer> change_user(Api& api, Request& request);
Async<Answer> change_password(Api& api, Request& request);
Async<Answer> list_members(Api& api, Request& request);
Async<Answer> show_member(Api& api, Request& request);
Async<Answer> create_member(Api& api, Request& request);
Async<Answer> change_member(Api& api, Request& request);
Async<Answer> remove_member(Api& api, Request& request);
Async<Answer> list_tokens(Api& api, Request& request);
Async<Answer> create_token(Api& api, Request& request);
Async<Answer> revoke_token(Api& api, Request& request);

// audit_route.cpp
Async<Answer> list_audit(Api& api, Request& request);

// words_route.cpp
Async<Answer> list_words(Api& api, Request& request);

// host_routes.cpp
Async<Answer> follow_events(Api& api, Request& request);
Async<Answer> show_health(Api& api, Request& request);
Async<Answer> show_readiness(Api& api, Request& request);
Async<Answer> show_metrics(Api& api, Request& request);
Async<Answer> show_openapi(Api& api, Request& request);

}  // namespace handlers

}  // namespace porteur
