// SPDX-License-Identifier: Apache-2.0
#include "carriers/token_source.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <porteur/phrase.hpp>

#include "carriers/classify.hpp"
#include "carriers/encoding.hpp"
#include "carriers/retry_after.hpp"

namespace porteur::carriers {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::chrono::seconds life_unknown = 300s;  // RFC 6749 5.1 lets expires_in be left out
constexpr std::chrono::seconds renew_ahead_max = 300s;
constexpr std::chrono::seconds margin_max = 5s;  // a token must outlive the way to the carrier
constexpr std::chrono::seconds renew_again_after = 30s;
constexpr std::chrono::seconds drop_again_after = 10s;

/// Some servers write the number as a text.
std::chrono::seconds life_of(const json::object& answer) {
    const auto* value = answer.if_contains("expires_in");
    std::int64_t count = 0;
    if (value && value->is_int64()) {
        count = value->get_int64();
    } else if (value && value->is_string()) {
        const auto& text = value->get_string();
        std::from_chars(text.data(), text.data() + text.size(), count);
    }
    return count > 0 ? std::chrono::seconds{std::min<std::int64_t>(count, 366 * 86400)}
                     : life_unknown;
}

/// The endpoint's `error` word, if it is one: anything longer might repeat what we sent.
std::string error_word(std::string_view body) {
    boost::system::error_code error;
    const auto parsed = json::parse({body.data(), body.size()}, error);
    const auto* object = error ? nullptr : parsed.if_object();
    const auto* value = object ? object->if_contains("error") : nullptr;
    if (!value || !value->is_string()) return {};
    const auto& word = value->get_string();
    const bool is_word = word.size() <= 40 && std::ranges::all_of(word, [](char letter) {
                             return (letter >= 'a' && letter <= 'z') || letter == '_';
                         });
    return is_word ? std::string(word.data(), word.size()) : std::string();
}

}  // namespace

struct TokenSource::Waiter {
    asio::steady_timer timer;
    bool woken = false;
};

TokenSource::TokenSource(
    asio::any_io_executor executor, AuthSettings auth, SecretReader secrets, ClientClock clock,
    Send send
)
    : executor_(std::move(executor)),
      auth_(std::move(auth)),
      secrets_(std::move(secrets)),
      clock_(std::move(clock)),
      send_(std::move(send)) {}

std::optional<TokenSource::Token> TokenSource::at_hand() {
    const Time now = clock_.steady();
    if (token_.empty() || now >= serves_until_) return std::nullopt;
    if (now >= renew_at_ && now >= not_before_ && !fetching_) start_fetch();
    return Token{token_, number_, true};
}

asio::awaitable<Result<TokenSource::Token>> TokenSource::get(Time until) {
    if (auto token = at_hand()) co_return std::move(*token);
    // Said by the endpoint: asking during its wait would only lengthen it.
    const Time now = clock_.steady();
    if (!fetching_ && now < not_before_) {
        Error error = last_error_;
        error.retry_after = std::chrono::ceil<std::chrono::seconds>(not_before_ - now);
        co_return std::unexpected(std::move(error));
    }
    if (!fetching_) start_fetch();

    if (fetching_) {
        Waiter waiter{asio::steady_timer(executor_, until)};
        const auto at = waiting_.insert(waiting_.end(), &waiter);
        struct Leaver {
            std::list<Waiter*>& line;
            Waiter& waiter;
            std::list<Waiter*>::iterator at;
            ~Leaver() {
                if (!waiter.woken) line.erase(at);
            }
        } leaver{waiting_, waiter, at};
        boost::system::error_code rung;
        co_await waiter.timer.async_wait(asio::redirect_error(asio::use_awaitable, rung));
        if (!waiter.woken && rung) {
            co_return failure(ErrorKind::cancelled, "called off while it waited for a token");
        }
        if (!waiter.woken) {
            co_return failure(
                ErrorKind::unavailable, "no access token came in time; nothing was sent"
            );
        }
    }
    if (token_.empty() || clock_.steady() >= serves_until_) co_return std::unexpected(last_error_);
    co_return Token{token_, number_, false};
}

bool TokenSource::refused(std::uint64_t number) {
    if (number != number_ || token_.empty()) return true;  // a newer one is there or on its way
    const Time now = clock_.steady();
    if (dropped_at_ && now - *dropped_at_ < drop_again_after) return false;
    dropped_at_ = now;
    wipe(token_);
    return true;
}

void TokenSource::forget() {
    wipe(token_);
    refused_fingerprint_.clear();
    not_before_ = {};
    dropped_at_.reset();
}

void TokenSource::start_fetch() {
    fetching_ = true;
    asio::co_spawn(executor_, fetch(shared_from_this()), asio::detached);
}

asio::awaitable<void> TokenSource::fetch(std::shared_ptr<TokenSource> self) {
    struct Ender {
        TokenSource& source;
        ~Ender() {
            source.fetching_ = false;
            source.wake_all();
        }
    } ender{*self};

    self->last_error_ = {.kind = ErrorKind::internal, .message = phrase("the token request ended early")};
    auto request = self->make_request();
    if (!request) {
        self->last_error_ = std::move(request.error());
        co_return;
    }
    auto outcome = co_await self->send_(std::move(*request));
    self->take_in(outcome);
    if (outcome) wipe(outcome->body);
}

Result<CarrierRequest> TokenSource::make_request() {
    std::vector<std::string> values;
    for (const auto* name : {&auth_.client_id, &auth_.client_secret, &auth_.assertion}) {
        if (name->empty()) continue;
        auto value = secrets_(*name);
        if (!value) return std::unexpected(value.error());
        while (value->ends_with('\n') || value->ends_with('\r')) value->pop_back();
        values.push_back(std::move(*value));
    }
    std::vector<std::string_view> pieces(values.begin(), values.end());
    asked_fingerprint_ = fingerprint(pieces);
    if (asked_fingerprint_ == refused_fingerprint_ && clock_.steady() < refused_until_) {
        return failure(
            ErrorKind::unauthorized,
            "the token endpoint refused these credentials a short while ago; mend them, or wait"
        );
    }

    CarrierRequest request{
        .method = "POST", .url_or_path = auth_.token_url, .headers = {}, .body = {}
    };
    request.headers = {
        {"Authorization", basic_value(percent_encoded(values[0]), percent_encoded(values[1]))},
        {"Accept", "application/json"},
        {"Content-Type", "application/x-www-form-urlencoded"},
    };
    if (auth_.scheme == AuthScheme::oauth2_jwt_bearer) {
        request.body =
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" +
            percent_encoded(values[2]);
        request.secret_places.emplace_back("form:assertion");
    } else {
        request.body = "grant_type=client_credentials";
    }
    if (!auth_.scope.empty()) request.body += "&scope=" + percent_encoded(auth_.scope);
    request.secrets = std::move(values);
    return request;
}

void TokenSource::take_in(const Exchanged& outcome) {
    const Time now = clock_.steady();
    if (!outcome) {
        // Whatever became of it: the carrier's business is untouched, and asking again is harmless.
        last_error_ = outcome.error().error;
        if (last_error_.kind == ErrorKind::in_doubt) last_error_.kind = ErrorKind::unavailable;
        last_error_.message = phrase("asking for an access token: {1:text}", last_error_.message);
        renew_at_ = now + renew_again_after;
        return;
    }
    boost::system::error_code error;
    const auto parsed = outcome->status == 200 ? json::parse(outcome->body, error) : json::value();
    const auto* object = error ? nullptr : parsed.if_object();
    const auto* text = object ? object->if_contains("access_token") : nullptr;
    if (!text || !text->is_string() || text->get_string().empty() ||
        !is_field_value({text->get_string().data(), text->get_string().size()})) {
        last_error_ = error_of(*outcome);
        renew_at_ = now + renew_again_after;
        return;
    }

    const auto life = life_of(*object);
    wipe(token_);
    token_.assign(text->get_string().data(), text->get_string().size());
    ++number_;
    serves_until_ = now + life - std::min(margin_max, life / 20);
    renew_at_ = now + life - std::min(renew_ahead_max, life / 10);
    refused_fingerprint_.clear();
    not_before_ = {};
}

Error TokenSource::error_of(const HttpAnswer& answer) {
    const Time now = clock_.steady();
    const auto word = error_word(answer.body);
    const auto said =
        word.empty() ? phrase("the token endpoint answered {1:n}", answer.status)
                     : phrase("the token endpoint answered {1:n} ({2})", answer.status, word);
    if (answer.status == 400 || answer.status == 401 || answer.status == 403) {
        refused_fingerprint_ = asked_fingerprint_;
        refused_until_ = now + token_refused_for;
        return {
            .kind = ErrorKind::unauthorized,
            .message = said + ": " +
                       phrase("it does not accept the account's credentials; check them"),
            .code = word
        };
    }
    if (auto verdict = classify(answer, Repeat::harmless, clock_.utc())) {
        not_before_ = now + verdict->retry_after;
        verdict->message = said + "; " + phrase("no token");
        return *verdict;
    }
    return {
        .kind = ErrorKind::unavailable,
        .message = phrase("{1:text} without a token that can be read", said),
        .code = word
    };
}

void TokenSource::wake_all() {
    for (Waiter* waiter : waiting_) {
        waiter->woken = true;
        waiter->timer.cancel();
    }
    waiting_.clear();
}

}  // namespace porteur::carriers
