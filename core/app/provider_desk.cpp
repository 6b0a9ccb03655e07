// SPDX-License-Identifier: Apache-2.0
#include "app/provider_desk.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

#include "access/password.hpp"
#include "access/token.hpp"
#include "api/network.hpp"
#include "app/desk_refusals.hpp"
#include "app/host_words.hpp"
#include "carriers/client.hpp"
#include "carriers/destination.hpp"
#include "settings/text_forms.hpp"

namespace porteur {
namespace asio = boost::asio;
namespace {

using host::coded;

constexpr std::string_view console = "/console/";
constexpr std::string_view place_of_kept = "session.oidc", place_of_step = "session.oidc.code";
constexpr std::chrono::minutes kept_for_most{10}, step_for_most{5};
constexpr std::size_t page_size_max = 1'000;
/// A state lives ten minutes; who comes back so often in that time has other plans.
constexpr std::size_t returned_max = 100'000;
/// Beginning is no attempt at anything, but it makes the provider work.
constexpr std::size_t begun_per_attempt = 6;

std::string secret_text() { return base64url(random_bytes(32)); }

std::int64_t milliseconds(Instant at) { return at.time_since_epoch().count(); }

std::string text_of(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number_of(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    return value && value->is_int64() ? value->get_int64() : 0;
}

/// A sealed object that still holds.
std::optional<json::object> opened(
    const Sealing& sealing, std::string_view sealed, std::string_view place, Instant now
) {
    const auto text = sealing.open(sealed, place);
    auto read = text ? parse_json(*text) : Result<json::value>(std::unexpected(text.error()));
    if (!read || !read->is_object() || number_of(read->get_object(), "until") <= milliseconds(now))
        return std::nullopt;
    return std::move(read->get_object());
}

/// The page of the console that says why nobody was signed in.
ProviderWay back_to(const std::string& page, std::string_view word, const std::string& provider) {
    const auto to = page.empty() ? std::string(console) : page;
    return {
        .location = to + (to.find('?') == to.npos ? "?" : "&") + "sign_in=" + std::string(word) +
                    "&provider=" + provider,
        .kept = {},
        .step = {},
        .session = {}
    };
}

/// "localhost:8480", "[::1]": whether whoever sent it is on this machine.
bool names_this_machine(std::string_view host) {
    if (host.starts_with('[')) return host.substr(0, host.find(']') + 1) == "[::1]";
    return is_loopback(host.substr(0, host.find(':')));
}

}  // namespace

bool is_console_page(std::string_view address) {
    const auto path = address.substr(0, address.find('?'));
    // To a browser "%2e" is a dot as well.
    if (path.contains("%2e") || path.contains("%2E")) return false;
    return address.starts_with(console) && address.size() <= page_size_max &&
           path.find("//") == path.npos && path.find("/.") == path.npos &&
           std::ranges::all_of(address, [](char letter) {
               return letter > ' ' && letter <= '~' && letter != '\\' && letter != '#';
           });
}

std::function<Async<Exchanged>(CarrierRequest)> provider_sender(
    asio::any_io_executor executor, const ProviderSettings& settings
) {
    struct Clients {
        std::map<std::string, CarrierClient> by_origin;
    };
    return [executor = std::move(executor), ca_file = settings.ca_file.string(),
            timeout = settings.timeout,
            clients = std::make_shared<Clients>()](CarrierRequest request) -> Async<Exchanged> {
        const auto unsendable = [](Error error) {
            return std::unexpected(
                ExchangeFailure{.error = std::move(error), .may_have_left = false}
            );
        };
        const auto url = carriers::parse_url(request.url_or_path);
        if (!url) co_return unsendable(url.error());
        const auto origin = url->origin.text();
        auto found = clients->by_origin.find(origin);
        if (found == clients->by_origin.end()) {
            ClientSettings to{
                .base_url = origin,
                .ca_file = ca_file,
                .private_addresses = true,  // many a company's provider is in its own network
                .connections_max = 8,
                .answer_size_max = 1024 * 1024,
                .timeout = timeout
            };
            auto made = CarrierClient::make(executor, std::move(to), [](std::string_view) {
                return Result<std::string>("");
            });
            if (!made) co_return unsendable(made.error());
            found = clients->by_origin.emplace(origin, std::move(*made)).first;
        }
        co_return co_await found->second.send(std::move(request));
    };
}

ProviderDesk::ProviderDesk(Parts parts, SignInSection settings)
    : parts_(std::move(parts)),
      begun_(parts_.attempts_per_minute * begun_per_attempt),
      failed_(parts_.attempts_per_minute) {
    take(std::move(settings));
}

void ProviderDesk::take(SignInSection settings) {
    auto fresh = std::make_shared<Book>();
    fresh->address = settings.address;
    for (auto& each : settings.oidc) {
        if (each.issuer.starts_with("http://"))
            parts_.warn(
                "sign_in: the provider " + each.name +
                " is asked without TLS, which is for trying things out on this machine alone"
            );
        ProviderClient::Parts with{
            .send = parts_.sender(each),
            .secret = [secret = each.client_secret] { return read_secret(secret); },
            .now = parts_.now,
            .uptime = parts_.uptime
        };
        const auto name = each.name;
        // Its connections end where they run.
        const auto leave = [executor = parts_.executor](ProviderClient* gone) {
            asio::post(executor, [owned = std::unique_ptr<ProviderClient>(gone)] {});
        };
        fresh->clients.emplace(
            name, Client(new ProviderClient(std::move(each), std::move(with)), leave)
        );
    }
    const std::lock_guard lock(mutex_);
    book_ = std::move(fresh);
}

std::shared_ptr<const ProviderDesk::Book> ProviderDesk::book() const {
    const std::lock_guard lock(mutex_);
    return book_;
}

Result<ProviderDesk::Client> ProviderDesk::client_of(const std::string& name) const {
    const auto now = book();
    const auto found = now->clients.find(name);
    if (found != now->clients.end()) return found->second;
    return std::unexpected(coded(
        ErrorKind::invalid_input, not_found_code,
        phrase("there is no provider {1}; GET /v1/session/providers lists them", quoted(name, 40))
    ));
}

std::vector<ProviderShown> ProviderDesk::providers() const {
    std::vector<ProviderShown> out;
    for (const auto& [name, client] : book()->clients)
        out.push_back({.name = name, .title = client->settings().title});
    return out;
}

std::optional<std::string> ProviderDesk::issuer_of(std::string_view provider) const {
    const auto now = book();
    const auto found = now->clients.find(provider);
    if (found == now->clients.end()) return std::nullopt;
    return found->second->settings().issuer;
}

std::string ProviderDesk::seal(const Kept& kept) const {
    return parts_.sealing.close(
        canonical(json::object{
            {"nonce", kept.secrets.nonce},
            {"provider", kept.provider},
            {"redirect_uri", kept.redirect_uri},
            {"state", kept.secrets.state},
            {"to", kept.to},
            {"until", milliseconds(parts_.now() + kept_for_most)},
            {"verifier", kept.secrets.verifier}
        }),
        place_of_kept
    );
}

std::optional<ProviderDesk::Kept> ProviderDesk::open(std::string_view sealed) const {
    const auto from = opened(parts_.sealing, sealed, place_of_kept, parts_.now());
    if (!from) return std::nullopt;
    return Kept{
        .provider = text_of(*from, "provider"),
        .to = text_of(*from, "to"),
        .redirect_uri = text_of(*from, "redirect_uri"),
        .secrets =
            {.state = text_of(*from, "state"),
             .nonce = text_of(*from, "nonce"),
             .verifier = text_of(*from, "verifier")}
    };
}

bool ProviderDesk::first_return(const std::string& state) {
    const auto now = parts_.now();
    const std::lock_guard lock(mutex_);
    while (!returned_order_.empty() && (returned_order_.front().first + kept_for_most < now ||
                                        returned_order_.size() > returned_max)) {
        returned_.erase(returned_order_.front().second);
        returned_order_.pop_front();
    }
    if (!returned_.insert(state).second) return false;
    returned_order_.emplace_back(now, state);
    return true;
}

std::string ProviderDesk::own_address(const Book& book, const std::string& host) const {
    if (!book.address.empty()) return book.address;
    const bool plain = !parts_.serves_tls && names_this_machine(host);
    return (plain ? "http://" : "https://") + host;
}

Async<Result<ProviderWay>> ProviderDesk::begin(ProviderBegin wish) {
    const auto client = client_of(wish.provider);
    if (!client) co_return std::unexpected(client.error());
    if (!wish.to.empty() && !is_console_page(wish.to))
        co_return failure(
            ErrorKind::invalid_input,
            phrase(
                "the parameter {1} is {2}; expected {3:text}", "to", quoted(wish.to, 80),
                phrase("the address of a page below /console/, without its host")
            )
        );
    if (begun_.begin(network_of(wish.address), parts_.uptime()).count() > 0)
        co_return back_to(wish.to, provider_words::too_many, wish.provider);
    const auto now = book();
    if (wish.host.empty() && now->address.empty())
        co_return failure(
            ErrorKind::invalid_input,
            phrase("the header field Host is missing, which says where to come back to")
        );
    const Kept kept{
        .provider = wish.provider,
        .to = wish.to,
        .redirect_uri =
            own_address(*now, wish.host) + "/v1/session/oidc/" + wish.provider + "/return",
        .secrets = {.state = secret_text(), .nonce = secret_text(), .verifier = secret_text()}
    };
    const auto there = co_await asio::co_spawn(
        parts_.executor,
        [](Client from, ProviderSecrets secrets, std::string uri) -> Async<Result<std::string>> {
            co_return co_await from->sign_in_address(std::move(secrets), std::move(uri));
        }(*client, kept.secrets, kept.redirect_uri),
        asio::use_awaitable
    );
    if (!there) {
        parts_.warn("sign_in: provider " + wish.provider + ": " + there.error().message);
        const auto word = there.error().kind == ErrorKind::unavailable
                              ? provider_words::unavailable
                              : provider_words::wrong_answer;
        co_return back_to(wish.to, word, wish.provider);
    }
    co_return ProviderWay{.location = *there, .kept = seal(kept), .step = {}, .session = {}};
}

Async<Result<ProviderWay>> ProviderDesk::finish(ProviderReturn wish) {
    const auto client = client_of(wish.provider);
    if (!client) co_return std::unexpected(client.error());
    // Whoever brings nothing of ours tries nothing: a page elsewhere that makes browsers come here does
    // not use up the attempts of their address.
    const auto kept = open(wish.kept);
    if (!kept) co_return back_to({}, provider_words::again, wish.provider);
    if (failed_.begin(network_of(wish.address), parts_.uptime()).count() > 0)
        co_return back_to({}, provider_words::too_many, wish.provider);
    const auto succeeded = [&] { failed_.succeeded(network_of(wish.address)); };

    // Only what this browser began here, at this provider, and once.
    if (kept->provider != wish.provider || wish.state.empty() ||
        !same_secret(kept->secrets.state, wish.state) || !first_return(wish.state))
        co_return back_to({}, provider_words::again, wish.provider);
    if (!wish.error.empty()) {
        if (wish.error == "access_denied" || wish.error == "login_required" ||
            wish.error == "interaction_required") {
            succeeded();
            co_return back_to(kept->to, provider_words::denied, wish.provider);
        }
        parts_.warn(
            "sign_in: provider " + wish.provider + ": it sent the browser back with " +
            quoted(wish.error, 60)
        );
        const bool passing =
            wish.error == "server_error" || wish.error == "temporarily_unavailable";
        co_return back_to(
            kept->to, passing ? provider_words::unavailable : provider_words::wrong_answer,
            wish.provider
        );
    }
    if (wish.code.empty()) {
        parts_.warn(
            "sign_in: provider " + wish.provider + ": it sent the browser back without a code"
        );
        co_return back_to(kept->to, provider_words::wrong_answer, wish.provider);
    }
    const auto person = co_await asio::co_spawn(
        parts_.executor,
        [](Client from, std::string code, Kept with,
           std::string issuer) -> Async<Result<IdTokenPerson>> {
            co_return co_await from->person_of(
                std::move(code), std::move(with.secrets), std::move(with.redirect_uri),
                std::move(issuer)
            );
        }(*client, wish.code, *kept, wish.issuer),
        asio::use_awaitable
    );
    if (!person) {
        parts_.warn("sign_in: provider " + wish.provider + ": " + person.error().message);
        if (person.error().kind == ErrorKind::unavailable) succeeded();
        const auto word = person.error().kind == ErrorKind::unavailable
                              ? provider_words::unavailable
                              : provider_words::wrong_answer;
        co_return back_to(kept->to, word, wish.provider);
    }
    const auto& settings = (*client)->settings();
    const bool by_email = settings.login_claim == ProviderSettings::Claim::email;
    const auto done = co_await parts_.sign_in(
        {.provider = settings.name,
         .issuer = settings.issuer,
         .subject = person->subject,
         .login = by_email ? person->email : person->preferred_username,
         .name = person->name,
         .unverified = by_email && !person->email.empty() && !person->email_verified,
         .may_link = settings.link == ProviderSettings::Link::login,
         .create_in = settings.create_in,
         .within = settings.within,
         .require_second_factor = settings.require_second_factor,
         .address = wish.address}
    );
    if (!done) co_return std::unexpected(done.error());
    if (!done->refused.empty()) co_return back_to(kept->to, done->refused, wish.provider);
    succeeded();
    if (done->owes_code) {
        auto way = back_to(kept->to, provider_words::code, wish.provider);
        way.step = parts_.sealing.close(
            canonical(json::object{
                {"provider", settings.name},
                {"until", milliseconds(parts_.now() + step_for_most)},
                {"user", done->owes_code->user},
                {"version", done->owes_code->version}
            }),
            place_of_step
        );
        co_return way;
    }
    co_return ProviderWay{
        .location = kept->to.empty() ? std::string(console) : kept->to,
        .kept = {},
        .step = {},
        .session = done->signed_in->cookie
    };
}

Async<Result<SignedIn>> ProviderDesk::finish_with_code(
    std::string step, std::string code, std::string address
) {
    const auto from = opened(parts_.sealing, step, place_of_step, parts_.now());
    if (!from)
        co_return std::unexpected(coded(
            ErrorKind::invalid_input, sign_in_code,
            phrase("the sign-in has taken too long; begin again")
        ));
    co_return co_await parts_.sign_in_with_code(
        {.user = number_of(*from, "user"), .version = number_of(*from, "version")},
        text_of(*from, "provider"), std::move(code), std::move(address)
    );
}

}  // namespace porteur
