// SPDX-License-Identifier: Apache-2.0
#include "app/provider_client.hpp"

#include <algorithm>
#include <charconv>

#include <porteur/json.hpp>

#include "carriers/auth.hpp"
#include "carriers/encoding.hpp"

namespace porteur {
namespace {

using carriers::percent_encoded;
using std::chrono::seconds;

constexpr seconds kept_unless_said{3600}, kept_min{300}, kept_max{86'400};
constexpr seconds look_again_every{60};
/// So many people who press a button while the provider is down are one request.
constexpr seconds failed_for{5};

std::unexpected<Error> refused(std::string why) {
    return failure(ErrorKind::rejected, std::move(why));
}

std::string text_of(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string form(const std::vector<std::pair<std::string_view, std::string>>& fields) {
    std::string out;
    for (const auto& [name, value] : fields) {
        if (!out.empty()) out += '&';
        out += std::string(name) + "=" + percent_encoded(value);
    }
    return out;
}

/// What the provider says is wrong, in its own word. @source RFC 6749 5.2
std::string error_of(const std::string& body) {
    const auto read = parse_json(body);
    const auto word =
        read && read->is_object() ? text_of(read->get_object(), "error") : std::string();
    return word.empty() ? std::string() : ": " + quoted(word, 60);
}

}  // namespace

seconds kept_for(std::string_view cache_control) {
    const auto text = carriers::lower(cache_control);
    auto keep = kept_unless_said;
    if (text.find("no-store") != text.npos || text.find("no-cache") != text.npos) keep = kept_min;
    if (const auto at = text.find("max-age="); at != text.npos) {
        std::int64_t said = 0;
        const auto* from = text.data() + at + 8;
        if (std::from_chars(from, text.data() + text.size(), said).ec == std::errc{})
            keep = std::min(seconds{said}, keep == kept_min ? keep : kept_max);
    }
    return std::clamp(keep, kept_min, kept_max);
}

Async<Result<ProviderClient::Fetched>> ProviderClient::fetch(
    std::string address, std::string_view what
) {
    const std::string name(what);
    const auto answer =
        co_await parts_.send({.url_or_path = address, .headers = {{"accept", "application/json"}}});
    if (!answer)
        co_return failure(
            ErrorKind::unavailable, name + " cannot be had from " + quoted(address, 200) + ": " +
                                        answer.error().error.message
        );
    if (answer->status != 200)
        co_return failure(
            answer->status >= 500 || answer->status == 429 ? ErrorKind::unavailable
                                                           : ErrorKind::rejected,
            name + " cannot be had: " + quoted(address, 200) + " answered with " +
                std::to_string(answer->status)
        );
    co_return Fetched{.body = answer->body, .keep = kept_for(answer->header("cache-control"))};
}

Async<Result<ProviderPage>> ProviderClient::page() {
    if (page_ && parts_.uptime() < page_->until) co_return page_->value;
    if (failed_ && parts_.uptime() < failed_->second) co_return std::unexpected(failed_->first);
    const auto fetched = co_await fetch(
        address_of_provider_page(settings_.issuer), "what the provider says of itself"
    );
    auto read = fetched ? read_provider_page(fetched->body, settings_.issuer)
                        : Result<ProviderPage>(std::unexpected(fetched.error()));
    if (!read) {
        failed_.emplace(read.error(), parts_.uptime() + failed_for);
        co_return std::unexpected(read.error());
    }
    failed_.reset();
    // Where the keys stand may have changed with it.
    if (page_ && page_->value.keys != read->keys) keys_.reset();
    page_.emplace(*read, parts_.uptime() + fetched->keep);
    co_return *read;
}

Async<Result<ProviderKeys>> ProviderClient::keys(std::string address, TokenHead wanted) {
    const bool holds = keys_ && parts_.uptime() < keys_->until;
    if (holds && keys_->value.has(wanted)) co_return keys_->value;
    // A token with a key of nobody must not have the provider asked each time.
    const auto may_look = !looked_again_ || *looked_again_ + look_again_every <= parts_.uptime();
    if (holds && !may_look) co_return keys_->value;
    if (holds) looked_again_ = parts_.uptime();
    const auto fetched = co_await fetch(address, "the provider's keys");
    if (!fetched) co_return std::unexpected(fetched.error());
    auto read = ProviderKeys::parse(fetched->body);
    if (!read) co_return std::unexpected(std::move(read).error());
    keys_.emplace(*read, parts_.uptime() + fetched->keep);
    co_return std::move(*read);
}

Async<Result<std::string>> ProviderClient::sign_in_address(
    ProviderSecrets secrets, std::string redirect_uri
) {
    const auto known = co_await page();
    if (!known) co_return std::unexpected(known.error());
    std::string scope;
    for (const auto& each : settings_.scopes) scope += (scope.empty() ? "" : " ") + each;
    const auto& address = known->authorization_endpoint;
    co_return address + (address.find('?') == address.npos ? "?" : "&") +
        form(
            {{"response_type", "code"},
             {"client_id", settings_.client_id},
             {"redirect_uri", redirect_uri},
             {"scope", scope},
             {"state", secrets.state},
             {"nonce", secrets.nonce},
             {"code_challenge", pkce_challenge(secrets.verifier)},
             {"code_challenge_method", "S256"}}
        );
}

Async<Result<IdTokenPerson>> ProviderClient::person_of(
    std::string code, ProviderSecrets secrets, std::string redirect_uri, std::string issuer
) {
    const auto known = co_await page();
    if (!known) co_return std::unexpected(known.error());
    // Whoever sent the browser back must be the one it was sent to. @source RFC 9207, 2.4
    if (known->names_itself ? issuer != settings_.issuer
                            : !issuer.empty() && issuer != settings_.issuer)
        co_return refused(
            "the return names the issuer " + quoted(issuer, 200) + ", not " +
            quoted(settings_.issuer, 200)
        );

    std::vector<std::pair<std::string_view, std::string>> fields{
        {"grant_type", "authorization_code"},
        {"code", code},
        {"redirect_uri", redirect_uri},
        {"code_verifier", secrets.verifier}
    };
    CarrierRequest request{
        .method = "POST",
        .url_or_path = known->token_endpoint,
        .headers =
            {{"accept", "application/json"}, {"content-type", "application/x-www-form-urlencoded"}},
        .secrets = {code, secrets.verifier}
    };
    if (settings_.client_secret) {
        auto secret = parts_.secret();
        if (!secret) co_return std::unexpected(std::move(secret).error());
        request.secrets.push_back(*secret);
        if (known->takes_secret_in_body) {
            fields.emplace_back("client_id", settings_.client_id);
            fields.emplace_back("client_secret", *secret);
        } else {
            // @source RFC 6749 2.3.1: encoded as a form has it, before it is Basic
            request.headers.emplace_back(
                "authorization", carriers::basic_value(
                                     percent_encoded(settings_.client_id), percent_encoded(*secret)
                                 )
            );
        }
        carriers::wipe(*secret);
    } else {
        fields.emplace_back("client_id", settings_.client_id);
    }
    request.body = form(fields);
    const auto answer = co_await parts_.send(std::move(request));
    if (!answer)
        co_return failure(
            ErrorKind::unavailable,
            "the provider cannot be asked for tokens: " + answer.error().error.message
        );
    if (answer->status >= 500 || answer->status == 429)
        co_return failure(
            ErrorKind::unavailable, "the provider answered with " + std::to_string(answer->status) +
                                        " where it gives tokens"
        );
    if (answer->status != 200)
        co_return refused(
            "the provider gave no tokens for the code (" + std::to_string(answer->status) +
            error_of(answer->body) +
            "); \"invalid_client\" means that client_id or client_secret is wrong"
        );
    const auto read = parse_json(answer->body);
    if (!read || !read->is_object())
        co_return refused("what the provider gave for the code is no JSON object");
    const auto token = text_of(read->get_object(), "id_token"),
               access_token = text_of(read->get_object(), "access_token");
    if (token.empty())
        co_return refused(
            "the provider gave no ID token for the code; is \"openid\" among the scopes that it "
            "lets this client have?"
        );
    const auto head = head_of_token(token);
    if (!head) co_return std::unexpected(head.error());
    const auto published = co_await keys(known->keys, *head);
    if (!published) co_return std::unexpected(published.error());
    const auto payload = published->payload_of(token);
    if (!payload) co_return std::unexpected(payload.error());
    auto person = read_id_token(
        *payload, {.issuer = settings_.issuer,
                   .client_id = settings_.client_id,
                   .nonce = secrets.nonce,
                   .algorithm = head->algorithm,
                   .access_token = access_token,
                   .now = parts_.now()}
    );
    if (!person) co_return person;
    const bool by_email = settings_.login_claim == ProviderSettings::Claim::email;
    const bool wanted = settings_.link == ProviderSettings::Link::login || settings_.create_in != 0;
    if (wanted && (by_email ? person->email : person->preferred_username).empty() &&
        !access_token.empty() && !known->userinfo_endpoint.empty())
        if (auto asked = co_await ask_userinfo(known->userinfo_endpoint, access_token, *person);
            !asked)
            co_return std::unexpected(std::move(asked).error());
    co_return person;
}

Async<Result<void>> ProviderClient::ask_userinfo(
    std::string address, std::string access_token, IdTokenPerson& person
) {
    CarrierRequest request{
        .url_or_path = address,
        .headers = {{"accept", "application/json"}, {"authorization", "Bearer " + access_token}},
        .secrets = {access_token}
    };
    const auto answer = co_await parts_.send(std::move(request));
    if (!answer)
        co_return failure(
            ErrorKind::unavailable,
            "the provider cannot be asked who it is (userinfo): " + answer.error().error.message
        );
    if (answer->status != 200)
        co_return failure(
            answer->status >= 500 || answer->status == 429 ? ErrorKind::unavailable
                                                           : ErrorKind::rejected,
            "the provider does not say who it is (userinfo): it answered with " +
                std::to_string(answer->status)
        );
    co_return add_userinfo(person, answer->body);
}

}  // namespace porteur
