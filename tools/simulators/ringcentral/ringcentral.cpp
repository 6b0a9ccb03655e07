// SPDX-License-Identifier: Apache-2.0
// What RingCentral shows of an account that numbers leave. A port-out has no route here: the
// winning carrier asks for it elsewhere, and the numbers then vanish from the lists (script
// "leave").
#include "ringcentral.hpp"

#include <charconv>
#include <set>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "account_records.hpp"
#include "departures.hpp"
#include "kit/encoding.hpp"
#include "kit/fields.hpp"
#include "kit/router.hpp"
#include "kit/tokens.hpp"
#include "numbers_api.hpp"
#include "rate_limits.hpp"

namespace porteur::sim {
namespace {

constexpr const char* about =
    "RingCentral (account, business address, service, number inventory)\n\n"
    "POST /restapi/oauth/token with Basic client id and secret: JWT bearer (--jwt) or "
    "refresh_token.\n"
    "Account 159048008 \"Acme Inc\", main number +14165550100 (mainNumber without plus, as "
    "RingCentral\n"
    "writes it), 1 King St W, Toronto ON M5V1A1, CA. 120 numbers: +14165550100 main, 0101 to 0179 "
    "direct\n"
    "numbers of extensions 101 to 179, 0180 to 0189 company, 0190 to 0191 fax, 0192 to 0195 "
    "inventory, 0196\n"
    "forwarded from outside (External), 0197 conferencing and 0198 ELIN (v1 only), 0199 Pending "
    "with 0200\n"
    "standing in, 0201 PortedIn, 0202 to 0207 contact center, +18885550100 to 0111 toll-free. Rate "
    "limits by\n"
    "group count real seconds; a request during the penalty minute begins it again.\n"
    "Not simulated: sites, regional settings, number parser, extension routes, v2 account.";

constexpr const char* script_help =
    R"(  {"leave":["+14165550101"]}              the winning carrier has these numbers: they are gone from the
                                          account after --leave-after, or after "after_s"
  {"add":["+14165550300"]}                the account has these direct numbers too
  {"number":"+14165550101","status":"Pending"}
                                          Normal, Pending, PortedIn, Temporary or Unknown
  {"account_status":"Disabled","reason":"SuspendedInvoluntarily"}
                                          Initial, Unconfirmed, Confirmed, Disabled; reason may be absent
  {"billing":"Suspended"}                 billingPlan.type
  {"expire_tokens":true}                  every token issued so far is expired
  {"forbid":true}                         reading numbers answers 403 CMN-401; false allows it again
)";

constexpr std::int64_t access_ttl_default = 3600;
constexpr std::int64_t refresh_ttl_default = 604'800;
constexpr std::int64_t refresh_ttl_max = 2'592'000;

class Ringcentral : public Carrier {
public:
    Ringcentral(World world, const Options& options)
        : world_(world),
          client_id_(options.text("--client-id")),
          client_secret_(options.text("--client-secret")),
          jwt_(options.text("--jwt")),
          limits_(
              world.clock, {{"light", options.whole("--light")},
                            {"medium", options.whole("--medium")},
                            {"heavy", options.whole("--heavy")},
                            {"auth", options.whole("--auth")}}
          ),
          access_tokens_(world.clock, "ACC"),
          refresh_tokens_(world.clock, "REF"),
          numbers_(world),
          departures_(world, numbers_.inventory()),
          leave_after_(options.whole("--leave-after")) {
        reset();
        add_account_routes();
        add_number_routes();
    }

    Answer answer(const Request& request) override {
        departures_.carry_out();
        if (request.path == "/restapi/oauth/token" && request.method == "POST") {
            return limited("auth", [&] { return token(request); });
        }
        if (auto routed = router_.route(request, request.path)) return *std::move(routed);
        return ringcentral_error(404, "CMN-120", "Invalid URI");
    }

    Answer error(int status, std::int64_t) override {
        return status == 429 ? ringcentral_error(429, "CMN-301", "Request rate exceeded")
                             : ringcentral_error(status, "CMN-203", "Internal Error");
    }

    json::value script(const json::value& order) override {
        if (const auto leaving = texts_of(order, "leave")) {
            const auto wait = std::chrono::seconds(
                whole_of(order, "after_s").value_or(static_cast<std::int64_t>(leave_after_))
            );
            std::size_t left = 0;
            for (const auto& number : *leaving) {
                if (departures_.begin(number, wait)) ++left;
            }
            return {{"left", left}};
        }
        if (const auto added = texts_of(order, "add")) {
            for (const auto& number : *added) {
                RingcentralNumber made;
                made.number = number;
                made.usage = "DirectNumber";
                made.extension = "101";
                numbers_.inventory().add(std::move(made));
            }
            return {{"added", added->size()}};
        }
        if (const auto text = text_of(order, "number")) {
            auto* number = numbers_.inventory().find(*text);
            const auto status = text_of(order, "status").value_or("");
            static const std::set<std::string> statuses = {
                "Normal", "Pending", "PortedIn", "Temporary", "Unknown"
            };
            if (number == nullptr) throw ScriptError("the account has no such number");
            if (!statuses.contains(status)) throw ScriptError("status is not one of a number");
            number->status = status;
            return {{"status", status}};
        }
        if (const auto status = text_of(order, "account_status")) {
            records_.set_status(*status, text_of(order, "reason").value_or(""));
            return {{"account_status", *status}};
        }
        if (const auto billing = text_of(order, "billing")) {
            records_.set_billing(*billing);
            return {{"billing", *billing}};
        }
        if (flag_of(order, "expire_tokens")) {
            access_tokens_.expire_all();
            return {{"expired", true}};
        }
        if (member(order, "forbid") != nullptr) {
            forbids_numbers_ = flag_of(order, "forbid");
            return {{"forbid", forbids_numbers_}};
        }
        throw ScriptError("give leave, add, number, account_status, ...; see --help");
    }

    void describe(const Carried&, json::object&) override {}
    void tick() override { departures_.carry_out(); }

    void reset() override {
        limits_.clear();
        access_tokens_.clear();
        refresh_tokens_.clear();
        numbers_.reset();
        departures_.clear();
        records_ = {};
        forbids_numbers_ = false;
    }

private:
    /// Counts against the group's limit, then acts.
    template <class Act>
    Answer limited(const std::string& group, const Act& act) {
        const auto decision = limits_.count(group);
        auto answer = decision.allowed ? act() : error(429, 0);
        if (!decision.allowed) {
            world_.ledger.count("throttled_" + group);
            answer.headers.emplace_back(
                "Retry-After", std::to_string(decision.retry_after.count())
            );
        }
        answer.headers.insert(
            answer.headers.end(), decision.headers.begin(), decision.headers.end()
        );
        return answer;
    }

    static Answer refuse_grant(
        std::string_view error, std::string_view code, const std::string& message
    ) {
        return answer_json(
            400, {{"error", error},
                  {"error_description", message},
                  {"errors", json::array{{{"errorCode", code}, {"message", message}}}}}
        );
    }

    static std::string form_text(const Fields& form, std::string_view name) {
        for (const auto& [key, value] : form) {
            if (key == name) return value;
        }
        return {};
    }

    static std::int64_t form_whole(
        const Fields& form, std::string_view name, std::int64_t otherwise
    ) {
        const auto text = form_text(form, name);
        std::int64_t number = otherwise;
        std::from_chars(text.data(), text.data() + text.size(), number);
        return number;
    }

    Answer token(const Request& request) {
        const auto type = to_lower(request.header("content-type"));
        if (!type.starts_with("application/x-www-form-urlencoded")) {
            return ringcentral_error(415, "CMN-103", "Unsupported media type");
        }
        if (!has_basic_login(request, client_id_, client_secret_)) {
            return refuse_grant("invalid_client", "OAU-146", "Client credentials are invalid");
        }
        const auto form = decode_form(request.body);
        const auto grant = form_text(form, "grant_type");
        if (grant == "urn:ietf:params:oauth:grant-type:jwt-bearer") {
            if (form_text(form, "assertion") != jwt_) {
                return refuse_grant(
                    "invalid_grant", "OAU-140", "Invalid resource owner credentials"
                );
            }
        } else if (grant == "refresh_token") {
            const auto refresh = form_text(form, "refresh_token");
            if (refresh_tokens_.state_of(refresh) != Tokens::State::valid) {
                return refuse_grant("invalid_grant", "OAU-128", "Refresh token is expired");
            }
            refresh_tokens_.revoke(refresh);  // each is good once
        } else {
            return refuse_grant("unsupported_grant_type", "CMN-101", "Unsupported grant type");
        }
        const auto access_ttl = form_whole(form, "access_token_ttl", access_ttl_default);
        const auto refresh_ttl = form_whole(form, "refresh_token_ttl", refresh_ttl_default);
        if (access_ttl < 600 || access_ttl > 3600 || refresh_ttl > refresh_ttl_max) {
            return refuse_grant("invalid_request", "CMN-101", "A token lifetime is out of range");
        }
        return answer_json(
            200, {{"access_token", access_tokens_.issue(std::chrono::seconds(access_ttl))},
                  {"token_type", "bearer"},
                  {"expires_in", access_ttl},
                  {"refresh_token", refresh_tokens_.issue(std::chrono::seconds(refresh_ttl))},
                  {"refresh_token_expires_in", refresh_ttl},
                  {"scope", "AccountInfo EditAccounts ReadAccounts"},
                  {"owner_id", "256440016"},
                  {"endpoint_id", "8zXq0000000000000000"},
                  {"session_id", "session-1"}}
        );
    }

    /// A route of the account: rate limit, login, account id, then the act.
    template <class Act>
    void add(
        const std::string& method, const std::string& pattern, const std::string& group, Act act
    ) {
        router_.add(
            method, pattern,
            [this, group, act](const Request& request, const Captures& path) {
                return limited(group, [&] {
                    switch (access_tokens_.state_of(bearer_of(request))) {
                        case Tokens::State::valid:
                            break;
                        case Tokens::State::expired:
                            return ringcentral_error(401, "OAU-128", "Access token expired");
                        case Tokens::State::unknown:
                            return request.header("authorization").empty()
                                       ? ringcentral_error(
                                             401, "OAU-123", "Authorization header is not specified"
                                         )
                                       : ringcentral_error(
                                             401, "OAU-129", "Access token corrupted"
                                         );
                    }
                    if (path[0] != "~" && path[0] != std::to_string(AccountRecords::id)) {
                        return ringcentral_error(
                            404, "CMN-102", "Resource for parameter [accountId] is not found"
                        );
                    }
                    return act(request, path);
                });
            }
        );
    }

    /// The same for a route whose body is JSON.
    template <class Act>
    void add_with_body(
        const std::string& method, const std::string& pattern, const std::string& group, Act act
    ) {
        add(method, pattern, group, [act](const Request& request, const Captures& path) {
            const auto body = read_json(request.body);
            if (!body) return ringcentral_error(400, "CMN-103", "JSON cannot be parsed");
            return act(*body, path);
        });
    }

    static std::string account_uri(const Request& request) {
        // Links lead back to where the request came to, so that a client may follow them.
        return "http://" + std::string(request.header("host")) + "/restapi/v1.0/account/" +
               std::to_string(AccountRecords::id);
    }

    void add_account_routes() {
        const std::string account = "/restapi/v1.0/account/{account}";
        add("GET", account, "light", [this](const Request& request, const Captures&) {
            return records_.account(account_uri(request));
        });
        add("GET", account + "/business-address", "light",
            [this](const Request& request, const Captures&) {
                return records_.business_address(account_uri(request));
            });
        add("PUT", account + "/business-address", "medium",
            [this](const Request& request, const Captures&) {
                const auto body = read_json(request.body);
                if (!body) return ringcentral_error(400, "CMN-103", "JSON cannot be parsed");
                records_.change_address(*body);
                return records_.business_address(account_uri(request));
            });
        add("GET", account + "/service-info", "light",
            [this](const Request& request, const Captures&) {
                return records_.service_info(account_uri(request));
            });
    }

    void add_number_routes() {
        const std::string v1 = "/restapi/v1.0/account/{account}/phone-number";
        const std::string v2 = "/restapi/v2/accounts/{account}/phone-numbers";
        const auto allowed = [this](auto act) {
            return [this, act](const Request& request, const Captures& path) {
                if (forbids_numbers_) {
                    return ringcentral_error(
                        403, "CMN-401",
                        "In order to call this API endpoint, application needs to have "
                        "[ReadAccounts] permission"
                    );
                }
                return act(request, path);
            };
        };
        add("GET", v1, "heavy", allowed([this](const Request& request, const Captures&) {
                return numbers_.list_v1(request, account_uri(request));
            }));
        add("GET", v1 + "/{id}", "light",
            allowed([this](const Request& request, const Captures& path) {
                return numbers_.one_v1(path[1], account_uri(request));
            }));
        add("GET", v2, "heavy", allowed([this](const Request& request, const Captures&) {
                return numbers_.list_v2(request);
            }));
        add_with_body("DELETE", v2, "medium", [this](const json::value& body, const Captures&) {
            return numbers_.remove(body);
        });
        add_with_body(
            "POST", v2 + "/bulk-add", "heavy",
            [this](const json::value& body, const Captures&) { return numbers_.bulk_add(body); }
        );
        add("GET", v2 + "/bulk-add/{task}", "heavy", [this](const Request&, const Captures& path) {
            return numbers_.bulk_add_task(path[1]);
        });
        add_with_body(
            "PATCH", v2 + "/{id}", "medium",
            [this](const json::value& body, const Captures& path) {
                return numbers_.assign(path[1], body);
            }
        );
        add_with_body(
            "POST", v2 + "/{id}/replace", "medium",
            [this](const json::value& body, const Captures& path) {
                return numbers_.replace(path[1], body);
            }
        );
    }

    World world_;
    std::string client_id_;
    std::string client_secret_;
    std::string jwt_;
    RateLimits limits_;
    Tokens access_tokens_;
    Tokens refresh_tokens_;
    NumbersApi numbers_;
    Departures departures_;
    std::uint64_t leave_after_;  ///< seconds of the carrier's clock
    Router router_;
    AccountRecords records_;
    bool forbids_numbers_ = false;
};

}  // namespace

Program ringcentral_program() {
    return {
        .name = "sim-ringcentral",
        .about = about,
        .options =
            {{"--client-id", "ID", "ringcentral-client", "of the OAuth application"},
             {"--client-secret", "SECRET", "ringcentral-secret", "of the OAuth application"},
             {"--jwt", "JWT", "ringcentral-jwt", "the assertion that buys a token"},
             {"--light", "COUNT", "50", "requests a minute of the group; 0 = no limit"},
             {"--medium", "COUNT", "40", "the same"},
             {"--heavy", "COUNT", "10", "the same"},
             {"--auth", "COUNT", "5", "the same"},
             {"--leave-after", "SECONDS", "0",
              "by the carrier's clock: how long a number that was ported away stays on the account"}},
        .script_help = script_help,
        .make = [](World world, const Options& options) -> std::unique_ptr<Carrier> {
            return std::make_unique<Ringcentral>(world, options);
        },
    };
}

}  // namespace porteur::sim
