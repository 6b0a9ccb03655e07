// SPDX-License-Identifier: Apache-2.0
#include "carriers/client.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <porteur/phrase.hpp>

#include "carriers/destination.hpp"
#include "carriers/encoding.hpp"
#include "carriers/place.hpp"
#include "carriers/pool.hpp"
#include "carriers/redact.hpp"
#include "carriers/tls.hpp"
#include "carriers/token_source.hpp"

namespace porteur {

using namespace carriers;

namespace {

namespace asio = boost::asio;
using Time = Connection::Time;

/// A body up to this goes out behind its head in one buffer: one write, and one TLS record.
constexpr std::size_t joined_body_max = 16 * 1024;

Exchanged not_sent(Error error) {
    // Nothing left, so nothing can be in doubt, whoever made the error.
    if (error.kind == ErrorKind::in_doubt) error.kind = ErrorKind::unavailable;
    return std::unexpected(ExchangeFailure{.error = std::move(error), .may_have_left = false});
}

Result<void> check(const CarrierRequest& request) {
    if (!is_token(request.method)) {
        return failure(ErrorKind::invalid_input, phrase("method {1} is none", quoted(request.method)));
    }
    for (const auto& [name, value] : request.headers) {
        if (!is_token(name) || is_framing_header(name)) {
            return failure(
                ErrorKind::invalid_input, phrase("header {1} is not one a request may set", quoted(name))
            );
        }
        if (!is_field_value(value)) {
            return failure(
                ErrorKind::invalid_input,
                phrase("header {1} has a control byte in its value", quoted(name))
            );
        }
    }
    return {};
}

/// The bytes of the head. Its buffer is wiped by whoever holds it.
std::string head_of(
    const CarrierRequest& request, const Destinations::Target& target, std::string_view user_agent,
    const Credentials& credentials
) {
    std::string head;
    head.reserve(
        256 + target.target.size() + credentials.value.size() + 64 * request.headers.size() +
        (request.body.size() <= joined_body_max ? request.body.size() : 0)
    );
    const auto line = [&head](std::string_view name, std::string_view value) {
        head.append(name).append(": ").append(value).append("\r\n");
    };
    head.append(request.method).append(" ").append(target.target).append(" HTTP/1.1\r\n");
    line("Host", target.origin->authority());
    if (!user_agent.empty()) line("User-Agent", user_agent);
    if (!credentials.header.empty()) line(credentials.header, credentials.value);
    for (const auto& [name, value] : request.headers) line(name, value);
    const bool has_length = !request.body.empty() || request.method == "POST" ||
                            request.method == "PUT" || request.method == "PATCH";
    if (has_length) line("Content-Length", std::to_string(request.body.size()));
    head.append("\r\n");
    return head;
}

/// A carrier, or a proxy before it, may give back the request that it did not like; a plugin quotes that, and the words go to
/// the log and to whoever reads the order. So what proves who we are is taken out before anybody sees the answer. Large
/// answers that are no refusals are lists, which would take long to look through.
void take_credentials_out(
    HttpAnswer& answer, const CarrierRequest& request, const Credentials& credentials, AuthScheme scheme
) {
    constexpr std::size_t secret_size_min = 8, list_size_min = 64 * 1024;
    const bool is_refusal = answer.status >= 400;
    if ((credentials.header.empty() && !is_refusal) || (!is_refusal && answer.body.size() > list_size_min)) return;
    Redactor redactor;
    const auto add = [&](std::string_view secret) {
        // A shorter one may be a word of any answer.
        if (secret.size() >= secret_size_min) redactor.add(secret);
    };
    const std::string_view value = credentials.value;
    add(value.substr(value.find(' ') + 1));
    // The first of two is the user, whom answers may name.
    for (std::size_t at = scheme == AuthScheme::basic ? 1 : 0; at < credentials.secrets.size(); ++at) add(credentials.secrets[at]);
    if (is_refusal)
        for (const auto& secret : request.secrets) add(secret);
    answer.body = is_refusal ? redactor.apply_to_body(answer.body) : redactor.apply(answer.body);
    for (auto& [name, text] : answer.headers) text = redactor.apply(text);
}

/// A buffer that held secrets and is wiped however the coroutine ends.
struct Wiped {
    std::string text;
    ~Wiped() { wipe(text); }
};

struct WipedSecrets {
    CarrierRequest& request;
    ~WipedSecrets() {
        if (request.secrets.empty()) return;
        wipe(request.body);
        wipe(request.url_or_path);
        for (auto& secret : request.secrets) wipe(secret);
        for (auto& header : request.headers) wipe(header.second);
    }
};

}  // namespace

struct CarrierClient::Impl : std::enable_shared_from_this<Impl> {
    ClientSettings settings;
    SecretReader secrets;
    asio::ssl::context tls;
    Destinations destinations;
    std::optional<Destinations> token_destination;
    std::shared_ptr<Pool> pool;
    std::shared_ptr<Pool> token_pool;  // of its own, so that a token never waits behind its users
    std::shared_ptr<TokenSource> tokens;

    Impl(ClientSettings given, SecretReader reader, asio::ssl::context context, Destinations found)
        : settings(std::move(given)),
          secrets(std::move(reader)),
          tls(std::move(context)),
          destinations(std::move(found)) {}

    std::shared_ptr<Pool> make_pool(asio::any_io_executor executor, std::size_t connections_max) {
        return std::make_shared<Pool>(
            std::move(executor), tls,
            PoolSettings{
                connections_max,
                settings.waiting_max,
                settings.connect_timeout,
                settings.idle_max,
                {settings.header_size_max, settings.answer_size_max, settings.private_addresses,
                 settings.guard}
            }
        );
    }

    void set_up(asio::any_io_executor executor, ClientClock clock) {
        pool = make_pool(executor, std::max<std::size_t>(settings.connections_max, 1));
        if (!token_destination) return;
        token_pool = make_pool(executor, 1);
        tokens = std::make_shared<TokenSource>(
            executor, settings.auth, secrets, std::move(clock),
            [weak = weak_from_this()](CarrierRequest request) {
                return send_token_request(weak.lock(), std::move(request));
            }
        );
    }

    Time deadline_of(const CarrierRequest& request) const {
        const auto timeout = request.timeout.count() > 0 ? request.timeout : settings.timeout;
        return std::chrono::steady_clock::now() + timeout;
    }

    void show(
        const CarrierRequest& request, const Destinations::Target& target,
        const Credentials& credentials, const Exchanged& outcome
    ) const {
        CarrierRequest seen = request;
        seen.url_or_path = target.origin->text() + target.target;
        if (!credentials.header.empty()) {
            seen.headers.emplace(seen.headers.begin(), credentials.header, credentials.value);
            seen.secret_places.push_back("header:" + credentials.header);
        }
        seen.secrets.insert(
            seen.secrets.end(), credentials.secrets.begin(), credentials.secrets.end()
        );
        const WipedSecrets wiped{seen};
        settings.hook(seen, outcome);
    }

    static asio::awaitable<Exchanged> send_token_request(
        std::shared_ptr<Impl> self, CarrierRequest request
    );
    static asio::awaitable<Exchanged> send(std::shared_ptr<Impl> self, CarrierRequest request);

    /// The arguments are the caller's, which waits for the end.
    asio::awaitable<Exchanged> exchange(
        Pool& from, const CarrierRequest& request, const Destinations::Target& target,
        const Credentials& credentials, Time until
    );
};

asio::awaitable<Exchanged> CarrierClient::Impl::exchange(
    Pool& from, const CarrierRequest& request, const Destinations::Target& target,
    const Credentials& credentials, Time until
) {
    static const std::string nothing;
    const bool joined = request.body.size() <= joined_body_max;
    Wiped head{head_of(request, target, settings.user_agent, credentials)};
    if (joined) head.text += request.body;

    for (;;) {
        auto lease = from.take_at_once(target.origin.get(), until);
        if (!lease) {
            auto acquired = co_await from.acquire(target.origin, until);
            if (!acquired) co_return not_sent(std::move(acquired.error()));
            lease.emplace(std::move(*acquired));
        }
        if (request.may_leave && !request.may_leave())
            co_return not_sent({.kind = ErrorKind::unavailable, .message = phrase("it was not sent: another porteurd may hold the store by now")});
        const bool was_used = (*lease)->used;
        auto outcome = co_await (*lease)->exchange(
            head.text, joined ? nothing : request.body, request.method == "HEAD", request.may_leave
        );
        // An old connection that died under our hands before it took a byte: the next one may live.
        if (!outcome && !outcome.error().may_have_left && was_used) continue;
        co_return outcome;
    }
}

asio::awaitable<Exchanged> CarrierClient::Impl::send_token_request(
    std::shared_ptr<Impl> self, CarrierRequest request
) {
    if (!self) {
        co_return not_sent({.kind = ErrorKind::unavailable, .message = phrase("the account was closed")});
    }
    const WipedSecrets wiped{request};
    const auto target = self->token_destination->find(request.url_or_path);
    if (!target) co_return not_sent(target.error());
    const Credentials in_headers;
    auto outcome = co_await self->exchange(
        *self->token_pool, request, *target, in_headers, self->deadline_of(request)
    );
    if (self->settings.hook) self->show(request, *target, in_headers, outcome);
    co_return outcome;
}

asio::awaitable<Exchanged> CarrierClient::Impl::send(
    std::shared_ptr<Impl> self, CarrierRequest request
) {
    const WipedSecrets wiped{request};
    const Time until = self->deadline_of(request);
    if (const auto checked = check(request); !checked) co_return not_sent(checked.error());
    const auto target = self->destinations.find(request.url_or_path);
    if (!target) co_return not_sent(target.error());

    for (bool first = true;; first = false) {
        Credentials credentials;
        TokenSource::Token token;
        if (self->tokens) {
            if (auto at_hand = self->tokens->at_hand()) {
                token = std::move(*at_hand);
            } else {
                auto fetched = co_await self->tokens->get(until);
                if (!fetched) co_return not_sent(std::move(fetched.error()));
                token = std::move(*fetched);
            }
            credentials.header = "Authorization";
            credentials.value = "Bearer " + token.text;
            credentials.secrets.push_back(std::move(token.text));
        } else if (self->settings.auth.scheme != AuthScheme::none) {
            auto made = fixed_credentials(self->settings.auth, self->secrets);
            if (!made) co_return not_sent(std::move(made.error()));
            credentials = std::move(*made);
        }

        auto outcome = co_await self->exchange(*self->pool, request, *target, credentials, until);
        if (self->settings.hook) self->show(request, *target, credentials, outcome);
        if (outcome) take_credentials_out(*outcome, request, credentials, self->settings.auth.scheme);
        const bool is_stale_token = outcome && outcome->status == 401 && token.from_cache;
        if (!is_stale_token) co_return outcome;
        const bool worth_a_try = self->tokens->refused(token.number);
        if (!first || !worth_a_try || !request.retry_on_401) co_return outcome;
    }
}

Result<CarrierClient> CarrierClient::make(
    asio::any_io_executor executor, ClientSettings settings, SecretReader secrets, ClientClock clock
) {
    if (const auto checked = porteur::check(settings.auth); !checked) {
        return std::unexpected(checked.error());
    }
    if (!is_field_value(settings.user_agent)) {
        return failure(ErrorKind::invalid_input, "user_agent has a control byte in it");
    }
    auto destinations = Destinations::make(settings.base_url, settings.hosts);
    if (!destinations) return std::unexpected(destinations.error());
    auto context = make_tls_context(settings.ca_file);
    if (!context) return std::unexpected(context.error());

    std::optional<Destinations> token_destination;
    if (uses_tokens(settings.auth.scheme)) {
        const auto url = parse_url(settings.auth.token_url);
        if (!url) return std::unexpected(url.error());
        auto made = Destinations::make(url->origin.text(), {});
        if (!made) return std::unexpected(made.error());
        token_destination = std::move(*made);
    }

    auto impl = std::make_shared<Impl>(
        std::move(settings), std::move(secrets), std::move(*context), std::move(*destinations)
    );
    impl->token_destination = std::move(token_destination);
    impl->set_up(std::move(executor), std::move(clock));
    return CarrierClient(std::move(impl));
}

CarrierClient::CarrierClient(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
CarrierClient::CarrierClient(CarrierClient&&) noexcept = default;
CarrierClient& CarrierClient::operator=(CarrierClient&&) noexcept = default;
CarrierClient::~CarrierClient() = default;

asio::awaitable<Exchanged> CarrierClient::send(CarrierRequest request) {
    return Impl::send(impl_, std::move(request));
}

void CarrierClient::forget_token() {
    if (impl_->tokens) impl_->tokens->forget();
}

std::size_t CarrierClient::open_connections() const { return impl_->pool->open_count(); }

std::size_t CarrierClient::waiting_requests() const { return impl_->pool->waiting_count(); }

}  // namespace porteur
