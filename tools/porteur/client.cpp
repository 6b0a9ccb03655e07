// SPDX-License-Identifier: Apache-2.0
#include "client.hpp"

#include <porteur/phrase.hpp>

#include <utility>

#include "order_fields.hpp"
#include "progress.hpp"
#include "text.hpp"
#include "tongue/tongue.hpp"

namespace porteur::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto connect_timeout = 10s;

ExitCode code_of(int status) {
    switch (status) {
        case 401:
        case 403:
            return ExitCode::not_authorised;
        case 404:
        case 410:
            return ExitCode::not_found;
        case 409:
        case 412:
            return ExitCode::conflict;
        case 408:
        case 429:
        case 502:
        case 503:
        case 504:
            return ExitCode::not_reachable;
        default:
            return status >= 400 && status < 500 ? ExitCode::refused : ExitCode::failed;
    }
}

std::string what_to_do(int status, const HttpAnswer& answer) {
    const auto wait = printable(answer.field("retry-after"));
    switch (status) {
        case 401:
            return "; " + phrase("make a new token with 'porteur token create' on the daemon's machine");
        case 412:
            return "; " + phrase("look at it again ('show') and repeat what still holds");
        case 429:
        case 503:
            return "; " + (wait.empty() ? phrase("try again") : phrase("try again in {1} s", wait));
        case 500:
            return "; " + phrase("the daemon's log says more");
        default:
            return "";
    }
}

std::string text_member(const json::object& object, std::string_view name) {
    const auto* found = object.if_contains(name);
    return found && found->is_string() ? printable(found->get_string()) : std::string();
}

// Each wrong field, by the option that sets it where there is one.
std::vector<std::string> lines_of(const json::object& problem) {
    std::vector<std::string> lines;
    const auto* errors = problem.if_contains("errors");
    if (!errors || !errors->is_array()) return lines;
    for (const auto& each : errors->get_array()) {
        if (!each.is_object()) continue;
        const auto field = text_member(each.get_object(), "field");
        const auto option = option_of_pointer(field);
        lines.push_back(
            (option.empty() ? field : option) + ": " + text_member(each.get_object(), "detail")
        );
    }
    return lines;
}

// Of a problem document: "Invalid request: /request/pin: ... (field /request/pin)".
std::string said_by(const json::object& problem) {
    auto said = text_member(problem, "title");
    if (problem.contains("errors")) return (said.empty() ? std::string(to_translate("Several values are wrong")) : said) + ":";
    const auto detail = text_member(problem, "detail");
    if (!detail.empty())
        said = said.empty() || detail.starts_with(said) ? detail : said + ": " + detail;
    const auto field = text_member(problem, "field");
    const auto option = option_of_pointer(field);
    if (!field.empty() && said.find(field) == said.npos)
        said = option.empty() ? phrase("{1:text} (field {2})", said, field)
                              : phrase("{1:text} (field {2}, option {3})", said, field, option);
    else if (!option.empty())
        said = phrase("{1:text} (option {2})", said, option);
    return said;
}

}  // namespace

Trouble trouble_of(const HttpAnswer& answer, const Server& server) {
    if (answer.status == 401 && server.token.empty())
        return {
            ExitCode::not_authorised,
            phrase(
                "no token was given: use --token-file or PORTEUR_TOKEN, and make one with 'porteur "
                "token create' on the daemon's machine"
            ),
            {}
        };
    const auto document = parse_json(answer.body);
    std::string said;
    if (document && document->is_object()) said = said_by(document->get_object());
    if (said.empty()) {
        const auto type = answer.field("content-type");
        return {
            code_of(answer.status),
            type.empty() ? phrase(
                               "{1} answered {2} with an empty document, which is no answer of porteurd; is the address right?",
                               server.url.text(), answer.status
                           )
                         : phrase(
                               "{1} answered {2} with {3}, which is no answer of porteurd; is the address right?",
                               server.url.text(), answer.status, quoted(type, 40)
                           ),
            {}
        };
    }
    while (said.ends_with('.')) said.pop_back();
    auto lines = lines_of(document->get_object());
    const bool key_reused = document->is_object() &&
                            text_member(document->get_object(), "type").ends_with(":key-reused");
    return {
        key_reused ? ExitCode::conflict : code_of(answer.status),
        said + what_to_do(answer.status, answer), std::move(lines)
    };
}

std::string Client::in_language(const std::string& english) const {
    return Tongue::of(language_of_locale(server_.language)).text(english);
}

Fields Client::common_fields() const {
    Fields fields{{"Accept", "application/json"}, {"User-Agent", "porteur/" PORTEUR_VERSION}};
    if (!server_.language.empty() && server_.language != "en") fields.emplace_back("Accept-Language", server_.language);
    if (!server_.token.empty()) fields.emplace_back("Authorization", "Bearer " + server_.token);
    return fields;
}

Client::Exchanged Client::exchanged(HttpRequest request, ExchangeWishes wishes, std::string what) {
    Progress progress(around_, std::move(what));
    const auto size = request.body.size();
    std::size_t sent = 0;
    const bool shows_bytes = static_cast<bool>(wishes.sent);
    const auto show = [&] { progress.update(sent, shows_bytes && sent < size ? size : 0); };
    if (shows_bytes)
        wishes.sent = [&](std::size_t count) {
            sent = count;
            show();
        };
    auto transport = Transport::open(server_.url, server_.ca_file, connect_timeout, [&] {
        show();
        return true;
    });
    if (!transport) {
        auto why = std::move(transport).error();
        if (why.code == ExitCode::not_reachable && why.message.find(';') == std::string::npos)
            why.message += "; " + phrase("is porteurd running, and is --url right?");
        return {std::unexpected(std::move(why)), false};
    }
    return {exchange(**transport, server_.url, request, wishes), true};
}

Outcome<Reply> Client::understood(Exchanged exchanged, const Change& change) const {
    auto& answer = exchanged.answer;
    if (!answer) {
        auto why = std::move(answer).error();
        if (exchanged.may_have_left && !change.key.empty())
            why.message += "; " + phrase(
                                      "whether it was carried out is not known: repeat the same command with "
                                      "--idempotency-key {1}",
                                      change.key
                                  );
        return std::unexpected(std::move(why));
    }
    if (answer->status < 200 || answer->status > 299)
        return std::unexpected(trouble_of(*answer, server_));
    Reply reply{
        .status = answer->status, .etag = std::string(answer->field("etag")), .document = {}
    };
    if (answer->body.empty()) return reply;
    auto document = parse_json(answer->body);
    if (!document)
        return trouble(
            ExitCode::failed,
            phrase(
                "{1} gave an answer that is {2:text}; is the address right?", server_.url.text(), document.error().message
            )
        );
    reply.document = std::move(*document);
    return reply;
}

Outcome<Reply> Client::get(const std::string& target, std::chrono::milliseconds longest) {
    HttpRequest request{.method = "GET", .target = target, .fields = common_fields(), .body = {}};
    return understood(
        exchanged(std::move(request), {.timeout = longest}, in_language(phrase("waiting for {1}", server_.url.text()))), {}
    );
}

Outcome<HttpAnswer> Client::ask(const std::string& target) {
    HttpRequest request{.method = "GET", .target = target, .fields = common_fields(), .body = {}};
    return exchanged(std::move(request), {}, in_language(phrase("waiting for {1}", server_.url.text()))).answer;
}

Outcome<Reply> Client::send(
    const std::string& method, const std::string& target, const json::value& body,
    const Change& change, std::chrono::milliseconds longest
) {
    HttpRequest request{.method = method, .target = target, .fields = common_fields(), .body = {}};
    if (!body.is_null()) {
        request.body = canonical(body);
        request.fields.emplace_back("Content-Type", "application/json");
    }
    if (!change.key.empty()) request.fields.emplace_back("Idempotency-Key", change.key);
    if (!change.if_match.empty()) request.fields.emplace_back("If-Match", change.if_match);
    return understood(
        exchanged(std::move(request), {.timeout = longest}, in_language(phrase("waiting for {1}", server_.url.text()))),
        change
    );
}

Outcome<Reply> Client::upload(const std::string& target, Upload upload, const Change& change) {
    HttpRequest request{
        .method = "POST",
        .target = target,
        .fields = common_fields(),
        .body = std::move(upload.bytes)
    };
    request.fields.emplace_back("Content-Type", upload.content_type);
    if (!change.key.empty()) request.fields.emplace_back("Idempotency-Key", change.key);
    ExchangeWishes wishes;
    wishes.sent = [](std::size_t) {};
    return understood(
        exchanged(std::move(request), std::move(wishes), in_language(phrase("sending {1}", printable(upload.name)))),
        change
    );
}

Outcome<void> Client::download(
    const std::string& target, std::string what, std::chrono::milliseconds silence_max,
    const std::function<bool(std::string_view, Progress&)>& take
) {
    Progress progress(around_, std::move(what));
    bool has_begun = false;
    auto transport = Transport::open(server_.url, server_.ca_file, connect_timeout, [&] {
        if (!has_begun) progress.update();
        return true;
    });
    if (!transport) return passed_on(transport);
    HttpRequest request{.method = "GET", .target = target, .fields = common_fields(), .body = {}};
    request.fields.front() = {"Accept", "*/*"};
    bool is_ended = false;
    ExchangeWishes wishes{.timeout = silence_max};
    wishes.body = [&](std::string_view bytes) {
        has_begun = true;
        is_ended = !take(bytes, progress);
        return !is_ended;
    };
    const auto answer = exchange(**transport, server_.url, request, wishes);
    if (is_ended) return {};
    if (!answer) return passed_on(answer);
    if (answer->status != 200) return std::unexpected(trouble_of(*answer, server_));
    return {};
}

Outcome<void> Client::listen(
    const std::string& target, EventStream& stream, const Listening& listening
) {
    auto transport = Transport::open(server_.url, server_.ca_file, connect_timeout, listening.tick);
    if (!transport) return passed_on(transport);

    HttpRequest request{.method = "GET", .target = target, .fields = common_fields(), .body = {}};
    request.fields.front() = {"Accept", "text/event-stream"};
    stream.restart();
    if (!stream.last_id().empty()) request.fields.emplace_back("Last-Event-ID", stream.last_id());

    bool ended_by_us = false;
    ExchangeWishes wishes{.timeout = listening.silence_max};
    wishes.body = [&](std::string_view bytes) {
        for (const auto& event : stream.put(bytes)) {
            if (listening.on_event(event)) continue;
            ended_by_us = true;
            return false;
        }
        return true;
    };
    const auto answer = exchange(**transport, server_.url, request, wishes);
    if (ended_by_us) return {};
    if (!answer) return std::unexpected(answer.error());
    if (answer->status != 200) return std::unexpected(trouble_of(*answer, server_));
    return trouble(ExitCode::not_reachable, "the daemon closed the stream of events");
}

}  // namespace porteur::cli
