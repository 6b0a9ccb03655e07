// SPDX-License-Identifier: Apache-2.0
#include "genesys.hpp"

#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "desk.hpp"
#include "kit/encoding.hpp"
#include "kit/fields.hpp"
#include "kit/router.hpp"
#include "kit/tokens.hpp"
#include "sms_numbers.hpp"
#include "smtp_sender.hpp"

namespace porteur::sim {
namespace {

constexpr const char* about =
    "Genesys Cloud SMS numbers, login and API on one port\n\n"
    "POST /oauth/token (client_credentials). /api/v2/routing/sms/availablephonenumbers gives up to "
    "30\n"
    "random numbers of a seeded generator; phonenumbers (list, get, buy, patch, delete), "
    "addresses,\n"
    "organizations/me. A purchase answers 202; provisioning is Running, then Completed 30 carrier\n"
    "seconds later (INITIATED, PENDING, ACTIVE). The 17 regulated countries (AU AT BE CZ EE FR DE "
    "HK HU\n"
    "IT LT MY PL PT SG ES CH) answer 400 requires.verified.identity.document: they are bought by "
    "mail.\n"
    "With --maildir the simulator is also the desk of GenesysCloudSMS@genesys.com: it reads each "
    "mail,\n"
    "asks back when the country, numbers, organisation ID, documents or the wish about other "
    "numbers\n"
    "is missing, and after 2 to 5 business days puts the numbers into the inventory; a mail in "
    "the\n"
    "thread of a request brings what was asked for. --desk chooses other manners: papers (asks "
    "for\n"
    "one more document), puzzle (an answer without sense), offers (the first number is gone, two\n"
    "others are offered), silent (never answers), sleepy (answers only when reminded).\n"
    "GB wants any address, BR a local one; an address with postal code 00000 is invalid. CL "
    "answers\n"
    "400 phone.number.requires.a.bundle.\n"
    "Not simulated: phonenumbers/import, identity resolution, PUT organizations/me.";

constexpr const char* script_help =
    R"(  {"approve":["+33639980001"]}            these numbers appear in the inventory now
  {"take":["+33639980002"]}               another customer has these numbers
  {"fail":"+13175550100","code":"phone.number.unavailable"}
                                          provisioning of this number ends Failed with this code
  {"refuse":"+33639980001","reason":"..."}   the desk declines the open request with this number
  {"desk":"DE=papers,FR=offers"}          manners of the desk for the requests to come, as --desk
  {"permissions":"view,add"}              the client has only these of view, add, edit, delete
  {"review_s":3600}                       carrier seconds of the next reviews; 0 = 2 to 5 business days
  {"mail":"..."}                          the desk receives this raw message, as through --maildir
  {"expire_tokens":true}                  every token issued so far is expired
)";

constexpr auto token_lifetime = std::chrono::seconds(86'400);
constexpr auto rate_window = std::chrono::seconds(60);

class Genesys : public Carrier {
public:
    Genesys(World world, const Options& options)
        : world_(world),
          client_id_(options.text("--client-id")),
          client_secret_(options.text("--client-secret")),
          organisation_id_(options.text("--org-id")),
          rate_(options.whole("--rate")),
          maildir_(options.text("--maildir")),
          usual_permissions_(options.text("--permissions")),
          permissions_(usual_permissions_),
          tokens_(world.clock, "GEN"),
          numbers_(
              world, options.whole("--seed"), options.whole("--polls"), options.is_on("--sync")
          ),
          sender_(SmtpSender::to(options.text("--smtp-reply"))),
          desk_(
              world, numbers_, organisation_id_, options.whole("--seed"),
              Manners::from(options.text("--desk")),
              sender_ ? [this](const DeskReply& reply) { sender_->send(reply); }
                      : std::function<void(const DeskReply&)>{}
          ) {
        add_routes();
    }

    Answer answer(const Request& request) override {
        tick();
        if (request.method == "POST" && request.path == "/oauth/token") return token(request);
        if (const auto host = request.header("host"); !host.empty()) {
            numbers_.set_base("http://" + std::string(host));
        }
        auto answer = api(request);
        answer.headers.emplace_back("ININ-Correlation-Id", uuid_of("correlation", ++correlations_));
        return answer;
    }

    Answer error(int status, std::int64_t retry_after_s) override {
        if (status != 429) {
            return genesys_error(status, "internal.server.error", "An unexpected error occurred");
        }
        return genesys_error(
            429, "too.many.requests.retry.after",
            "Rate limit exceeded the maximum. Retry the request in [" +
                std::to_string(retry_after_s) + "] seconds"
        );
    }

    json::value script(const json::value& order) override {
        if (const auto approved = texts_of(order, "approve")) {
            for (const auto& number : *approved) numbers_.give(number, "(script)");
            return {{"approved", approved->size()}};
        }
        if (const auto taken = texts_of(order, "take")) {
            for (const auto& number : *taken) numbers_.take(number);
            return {{"taken", taken->size()}};
        }
        if (const auto number = text_of(order, "fail")) {
            numbers_.fail(*number, text_of(order, "code").value_or("phone.number.unavailable"));
            return {{"fail", *number}};
        }
        if (const auto number = text_of(order, "refuse")) {
            const auto reason = text_of(order, "reason").value_or("a document was not accepted");
            if (!desk_.refuse(*number, reason))
                throw ScriptError("no open request has this number");
            return {{"refused", *number}};
        }
        if (const auto manners = text_of(order, "desk")) {
            try {
                desk_.set_manners(Manners::from(*manners));
            } catch (const std::invalid_argument& wrong) {
                throw ScriptError(wrong.what());
            }
            return {{"desk", *manners}};
        }
        if (const auto permissions = text_of(order, "permissions")) {
            permissions_ = *permissions;
            return {{"permissions", *permissions}};
        }
        if (const auto time = whole_of(order, "review_s")) {
            desk_.set_review_time(std::chrono::seconds(*time));
            return {{"review_s", *time}};
        }
        if (const auto mail = text_of(order, "mail")) {
            desk_.receive(*mail);
            return {{"received", true}};
        }
        if (flag_of(order, "expire_tokens")) {
            tokens_.expire_all();
            return {{"expired", true}};
        }
        throw ScriptError("give approve, take, fail, refuse, ...; see --help");
    }

    void describe(const Carried& carried, json::object& line) override {
        tick();
        if (carried.kind == "mail") return desk_.describe(carried.id, line);
        if (carried.kind != "purchase" && carried.kind != "manual_purchase") return;
        line["state"] = numbers_.status_of(carried.numbers.front()).value_or("GONE");
    }

    void tick() override {
        if (!maildir_.empty()) desk_.collect(maildir_);
        desk_.review();
    }

    void reset() override {
        tokens_.clear();
        numbers_.reset();
        desk_.reset();
        permissions_ = usual_permissions_;
        window_count_ = 0;
    }

private:
    Answer token(const Request& request) {
        const auto refuse = [](const char* error, const char* description) {
            return answer_json(
                400,
                {{"error", error}, {"description", description}, {"error_description", description}}
            );
        };
        if (!has_basic_login(request, client_id_, client_secret_)) {
            return refuse("invalid_client", "client not found or wrong secret");
        }
        bool asks_for_credentials = false;
        for (const auto& [name, value] : decode_form(request.body)) {
            asks_for_credentials |= name == "grant_type" && value == "client_credentials";
        }
        if (!asks_for_credentials) {
            return refuse("unsupported_grant_type", "grant_type is not client_credentials");
        }
        return answer_json(
            200, {{"access_token", tokens_.issue(token_lifetime)},
                  {"token_type", "bearer"},
                  {"expires_in", token_lifetime.count()}}
        );
    }

    /// How long to wait when the minute's requests are used up; nothing when they are not.
    std::optional<std::int64_t> throttled() {
        const auto now = world_.clock.unhurried_now();
        if (window_count_ == 0 || now >= window_start_ + rate_window) {
            window_start_ = now;
            window_count_ = 0;
        }
        ++window_count_;
        if (rate_ == 0 || window_count_ <= rate_) return std::nullopt;
        return std::chrono::ceil<std::chrono::seconds>(window_start_ + rate_window - now).count();
    }

    /// sms:phoneNumber:add for a search and a purchase, :view, :edit and :delete for the rest.
    std::optional<Answer> without_permission(const Request& request) const {
        if (!request.path.starts_with("/api/v2/routing/sms/")) return std::nullopt;
        const bool search = request.path.ends_with("/availablephonenumbers");
        const std::string needed = search || request.method == "POST" ? "add"
                                   : request.method == "GET"          ? "view"
                                   : request.method == "PATCH"        ? "edit"
                                                                      : "delete";
        if (("," + permissions_ + ",").find("," + needed + ",") != std::string::npos) {
            return std::nullopt;
        }
        return genesys_error(
            403, "missing.any.permissions",
            "Unable to perform the requested action. You must have at least one of the following "
            "permissions assigned: [sms:phoneNumber:" +
                needed + "]"
        );
    }

    Answer api(const Request& request) {
        const auto token = bearer_of(request);
        if (token.empty()) {
            return genesys_error(401, "authentication.required", "No authentication bearer token");
        }
        if (tokens_.state_of(token) != Tokens::State::valid) {
            return genesys_error(401, "bad.credentials", "Invalid login credentials.");
        }
        if (const auto wait = throttled()) {
            world_.ledger.count("throttled");
            auto refused = error(429, *wait);
            refused.headers.emplace_back("Retry-After", std::to_string(*wait));
            return refused;
        }
        if (request.method == "POST" || request.method == "PATCH") {
            if (!to_lower(request.header("content-type")).starts_with("application/json")) {
                return genesys_error(415, "unsupported.media.type", "send application/json");
            }
            if (!read_json(request.body)) {
                return genesys_error(400, "bad.request", "the body is not JSON");
            }
        }
        if (auto refused = without_permission(request)) return *std::move(refused);
        if (auto routed = router_.route(request, request.path)) return *std::move(routed);
        return genesys_error(404, "not.found", "no such resource");
    }

    void add_routes() {
        const std::string sms = "/api/v2/routing/sms";
        const auto add = [this](const char* method, const std::string& pattern, auto act) {
            router_.add(method, pattern, [act](const Request& request, const Captures& path) {
                return act(request, path);
            });
        };
        add("GET", sms + "/availablephonenumbers",
            [this](const Request& request, const Captures&) { return numbers_.search(request); });
        add("GET", sms + "/phonenumbers",
            [this](const Request& request, const Captures&) { return numbers_.list(request); });
        add("POST", sms + "/phonenumbers", [this](const Request& request, const Captures&) {
            return numbers_.buy(*read_json(request.body));
        });
        add("GET", sms + "/phonenumbers/{id}",
            [this](const Request&, const Captures& path) { return numbers_.one(path[0]); });
        add("PATCH", sms + "/phonenumbers/{id}",
            [this](const Request&, const Captures& path) { return numbers_.patch(path[0]); });
        add("DELETE", sms + "/phonenumbers/{id}",
            [this](const Request&, const Captures& path) { return numbers_.remove(path[0]); });
        add("GET", sms + "/addresses", [this](const Request& request, const Captures&) {
            return numbers_.list_addresses(request);
        });
        add("POST", sms + "/addresses", [this](const Request& request, const Captures&) {
            return numbers_.add_address(*read_json(request.body));
        });
        add("GET", sms + "/addresses/{id}",
            [this](const Request&, const Captures& path) { return numbers_.one_address(path[0]); });
        add("DELETE", sms + "/addresses/{id}", [this](const Request&, const Captures& path) {
            return numbers_.remove_address(path[0]);
        });
        add("GET", "/api/v2/organizations/me", [this](const Request&, const Captures&) {
            return answer_json(
                200, {{"id", organisation_id_},
                      {"name", "Acme Inc"},
                      {"thirdPartyOrgName", "acme"},
                      {"domain", "acme.example"},
                      {"defaultLanguage", "en-us"},
                      {"defaultCountryCode", "US"},
                      {"version", 1},
                      {"state", "active"},
                      {"productPlatform", "GenesysCloud"}}
            );
        });
    }

    World world_;
    std::string client_id_;
    std::string client_secret_;
    std::string organisation_id_;
    std::uint64_t rate_;
    std::filesystem::path maildir_;
    std::string usual_permissions_;
    std::string permissions_;
    Tokens tokens_;
    SmsNumbers numbers_;
    std::unique_ptr<SmtpSender> sender_;
    Desk desk_;
    Router router_;
    std::uint64_t correlations_ = 0;
    Instant window_start_{};
    std::uint64_t window_count_ = 0;
};

}  // namespace

Program genesys_program() {
    return {
        .name = "sim-genesys",
        .about = about,
        .options =
            {{"--client-id", "ID", "genesys-client", "of the OAuth client"},
             {"--client-secret", "SECRET", "genesys-secret", "of the OAuth client"},
             {"--org-id", "UUID", "5f1c1d6e-7c1b-4e0b-9a70-0a1b2c3d4e5f", "organisation ID"},
             {"--seed", "NUMBER", "1", "of the search's chance and the desk's review times"},
             {"--rate", "COUNT", "300", "requests a minute, in real seconds; 0 = no limit"},
             {"--polls", "COUNT", "0",
              "look-ups after which provisioning is complete; 0 = by the clock"},
             {"--sync", "", "", "a purchase answers 200 and is complete at once"},
             {"--desk", "MANNERS", "", "manners of the desk: \"papers\", or \"DE=papers,IT=puzzle\""
             },
             {"--permissions", "WORDS", "view,add,edit,delete", "of the client, for SMS numbers"},
             {"--maildir", "DIR", "", "Maildir of the desk: new mail in DIR/new is read"},
             {"--smtp-reply", "HOST:PORT", "", "plain SMTP server for the desk's replies"}},
        .script_help = script_help,
        .make = [](World world, const Options& options) -> std::unique_ptr<Carrier> {
            return std::make_unique<Genesys>(world, options);
        },
    };
}

}  // namespace porteur::sim
