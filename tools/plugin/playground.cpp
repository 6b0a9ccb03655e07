// SPDX-License-Identifier: Apache-2.0
#include "playground.hpp"

#include <chrono>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <porteur/calendar_text.hpp>

#include "carriers/classify.hpp"
#include "carriers/client.hpp"
#include "carriers/http_effect.hpp"
#include "carriers/redact.hpp"
#include "settings/account_check.hpp"
#include "settings/secret.hpp"
#include "settings/url_template.hpp"

namespace porteur::plugin_tool {
namespace {

using testkit::Completion;
using testkit::Effect;
using testkit::Turn;

constexpr std::size_t shown_of_a_body = 600;

Completion failed(const Error& error) {
    return {
        0, error.kind, canonical(json::object{{"code", error.code}, {"message", error.message}}), {}
    };
}

json::object head_of(const Effect& effect) {
    const auto head = parse_json(effect.head);
    return head && head->is_object() ? head->get_object() : json::object();
}
std::string text_at(const json::object& head, std::string_view key) {
    const auto* found = head.if_contains(key);
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

Result<std::string> file_at(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::string out{std::istreambuf_iterator<char>(in), {}};
    if (!in) return failure(ErrorKind::invalid_input, "cannot read " + path);
    return out;
}

std::string shortened(const std::string& body) {
    if (body.size() <= shown_of_a_body) return body;
    return body.substr(0, shown_of_a_body) + fmt::format("... ({} bytes in all)", body.size());
}

std::string word_of_guarantee(std::uint32_t guarantee) {
    return guarantee == PORTEUR_ONCE ? " ONCE" : guarantee == PORTEUR_KEYED ? " KEYED" : "";
}

/// Carries effects out.
class World {
public:
    World(const PlaygroundWish& wish, const Descriptor& descriptor, const Trace& trace)
        : wish_(wish), descriptor_(descriptor), trace_(trace) {}

    Result<void> open() {
        const auto values = resolve_settings(wish_.account, descriptor_);
        ClientSettings settings;
        auto base = expand(
            wish_.account.base_url.empty() ? descriptor_.base_url : wish_.account.base_url, values
        );
        if (!base) return std::unexpected(std::move(base).error());
        if (base->empty()) return {};
        auto token_url = expand(
            wish_.account.auth_url.empty() ? descriptor_.auth.token_url : wish_.account.auth_url,
            values
        );
        if (!token_url) return std::unexpected(std::move(token_url).error());
        settings.base_url = std::move(*base);
        for (const auto& host : descriptor_.http.hosts)
            if (auto expanded = expand(host, values))
                settings.hosts.push_back(std::move(*expanded));
        const auto& auth = descriptor_.auth;
        settings.auth = {
            .scheme = auth.scheme,
            .user = auth.user,
            .password = auth.password,
            .token = auth.token,
            .header = auth.header,
            .prefix = {},
            .client_id = auth.client_id,
            .client_secret = auth.client_secret,
            .assertion = auth.jwt,
            .token_url = std::move(*token_url),
            .scope = auth.scope
        };
        // Tokens too, which no setting names.
        settings.hook = [this](const CarrierRequest& sent, const Exchanged&) {
            for (const auto& each : sent.secrets) redactor_.add(each);
        };
        settings.timeout = descriptor_.http.timeout;
        settings.answer_size_max = descriptor_.http.response_size_max_bytes;
        auto client = CarrierClient::make(
            context_.get_executor(), std::move(settings),
            [this](std::string_view name) { return secret(name); }
        );
        if (!client) return std::unexpected(std::move(client).error());
        client_.emplace(std::move(*client));
        return {};
    }

    const std::optional<LocalTrouble>& trouble() const { return trouble_; }
    bool was_answered() const { return was_answered_; }

    Completion carry_out(const Effect& effect) {
        switch (effect.kind) {
            case PORTEUR_FX_HTTP:
                return exchange(effect);
            case PORTEUR_FX_MAIL:
                return mail(effect);
            case PORTEUR_FX_SLEEP:
                return slept(effect);
            case PORTEUR_FX_MANUAL:
                return person(effect);
            case PORTEUR_FX_NOW:
                return {0, ErrorKind::none, canonical(json::object{{"at", now()}}), {}};
            case PORTEUR_FX_RANDOM:
                return random(effect);
            case PORTEUR_FX_PROGRESS:
                trace_("    " + text_at(head_of(effect), "text"));
                return {0, ErrorKind::none, "{}", {}};
            case PORTEUR_FX_EVENT:
                trace_("    nobody waits here: no such event came in time");
                return {
                    0,
                    ErrorKind::unavailable,
                    R"({"code":"timed_out","message":"no such event came in time"})",
                    {}
                };
            default:
                return failed_here(
                    {.kind = ErrorKind::unsupported,
                     .message = "this is not carried out without a daemon"}
                );
        }
    }

private:
    void note(const Error& error, bool is_unreachable = false) {
        if (!trouble_) trouble_ = {redactor_.apply(error.message), is_unreachable};
    }
    Completion failed_here(const Error& error) {
        note(error);
        return failed(error);
    }
    Result<std::string> secret(std::string_view name) {
        auto value = secret_itself(name);
        if (value) redactor_.add(*value);
        else note(value.error());
        return value;
    }
    Result<std::string> secret_itself(std::string_view name) const {
        if (name.starts_with("order.")) {
            const auto given = wish_.order_secrets.find(std::string(name.substr(6)));
            if (given == wish_.order_secrets.end())
                return failure(
                    ErrorKind::invalid_input, "the order has no secret " + porteur::quoted(name) +
                                                  "; give it with --order-secret " +
                                                  std::string(name.substr(6)) + "=VALUE"
                );
            return given->second;
        }
        const auto place = wish_.account.secrets.find(std::string(name));
        if (place == wish_.account.secrets.end())
            return failure(
                ErrorKind::unauthorized, "no secret " + porteur::quoted(name) +
                                             "; give it with --secret " + std::string(name) +
                                             "=file:PATH or =env:NAME"
            );
        return read_secret(place->second);
    }

    Completion exchange(const Effect& effect) {
        if (!client_)
            return failed_here(
                {.kind = ErrorKind::invalid_input,
                 .message = "the plugin asks by HTTP, and there is no address; give one with --url"}
            );
        EffectResources resources;
        resources.secret = [this](std::string_view name) { return secret(name); };
        resources.document = [this](std::string_view id) -> Result<EffectDocument> {
            const auto given = wish_.documents.find(std::string(id));
            if (given == wish_.documents.end())
                return failure(
                    ErrorKind::invalid_input, "no document " + porteur::quoted(id) +
                                                  "; give it with --document " + std::string(id) +
                                                  "=FILE"
                );
            auto bytes = file_at(given->second);
            if (!bytes) return std::unexpected(std::move(bytes).error());
            return EffectDocument{
                std::move(*bytes), std::filesystem::path(given->second).filename().string(),
                "application/pdf"
            };
        };
        if (effect.guarantee == PORTEUR_KEYED) {
            const auto* spec = find_named(descriptor_.operations, wish_.operation);
            if (spec && !spec->key_header.empty())
                resources.key =
                    IdempotencyKey{"header:" + spec->key_header, "playground-" + effect.step};
            if (spec && !spec->key_json.empty())
                resources.key = IdempotencyKey{spec->key_json, "playground-" + effect.step};
        }
        auto request = request_from_effect(effect.head, effect.body, resources);
        if (!request) return failed_here(request.error());
        request->retry_on_401 = true;
        const auto began = std::chrono::steady_clock::now();
        auto exchanged = run(client_->send(std::move(*request)));
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - began
        );
        const auto repeat = effect.guarantee == PORTEUR_ONCE ? Repeat::forbidden : Repeat::harmless;
        if (!exchanged) {
            auto error = classify(exchanged.error(), repeat);
            error.message = redactor_.apply(error.message);
            // Where tokens are had, a carrier may have refused before the request itself left.
            const bool is_refusal = error.kind == ErrorKind::unauthorized || error.kind == ErrorKind::rejected || error.kind == ErrorKind::throttled;
            if (!exchanged.error().may_have_left && !is_refusal) note(error, error.kind == ErrorKind::unavailable);
            trace_(fmt::format(
                "    no answer after {} ms: {}: {}", took.count(), name_of(error.kind),
                error.message
            ));
            return failed(error);
        }
        was_answered_ = true;
        // Before anybody sees it, the plugin too: what it makes of an answer would hold the secret as well.
        exchanged->body = redactor_.apply_to_body(exchanged->body);
        for (auto& [name, value] : exchanged->headers) value = redactor_.apply(value);
        trace_(fmt::format(
            "    {} after {} ms {}", exchanged->status, took.count(), shortened(exchanged->body)
        ));
        if (const auto error = classify(
                *exchanged, repeat,
                std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())
            ))
            return failed(*error);
        return {0, ErrorKind::none, completion_head(*exchanged), std::move(exchanged->body)};
    }
    /// Until it is over, and not until a connection that is kept open has been idle for long
    /// enough.
    Exchanged run(boost::asio::awaitable<Exchanged> sending) {
        std::optional<Exchanged> out;
        std::exception_ptr thrown;
        boost::asio::co_spawn(
            context_, std::move(sending),
            [&](std::exception_ptr wrong, Exchanged exchanged) {
                thrown = wrong;
                out = std::move(exchanged);
            }
        );
        context_.restart();
        while (!out) context_.run_one();
        if (thrown) std::rethrow_exception(thrown);
        return std::move(*out);
    }
    Completion mail(const Effect& effect) {
        trace_(
            "    it would be sent to " + canonical(head_of(effect)["to"]) + "; it stays here:\n" +
            shortened(effect.body)
        );
        return {
            0,
            ErrorKind::none,
            R"({"message_id":"<playground@porteur.invalid>","reply":"250 not sent"})",
            {}
        };
    }
    Completion slept(const Effect& effect) {
        trace_("    skipped " + canonical(head_of(effect)["seconds"]) + " s");
        return {0, ErrorKind::none, "{}", {}};
    }
    Completion person(const Effect& effect) {
        const auto given = wish_.answers.find(effect.step);
        if (given == wish_.answers.end()) {
            trace_(
                "    a person would be asked: " + text_at(head_of(effect), "title") +
                "; answer with --answer " + effect.step + "=CHOICE"
            );
            return failed({.kind = ErrorKind::cancelled, .message = "nobody answered"});
        }
        return {
            0, ErrorKind::none, canonical(json::object{{"choice", given->second}, {"text", ""}}), {}
        };
    }
    static std::string now() {
        return fmt::format(
            "{:%FT%TZ}",
            fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()))
        );
    }
    static Completion random(const Effect& effect) {
        const auto head = head_of(effect);
        const auto* bytes = head.if_contains("bytes");
        std::random_device chance;
        std::string out;
        for (auto left = bytes && bytes->is_int64() ? bytes->get_int64() : 16; left > 0; --left)
            out += fmt::format("{:02x}", chance() & 0xFFU);
        return {0, ErrorKind::none, canonical(json::object{{"hex", out}}), {}};
    }

    const PlaygroundWish& wish_;
    const Descriptor& descriptor_;
    const Trace& trace_;
    carriers::Redactor redactor_;
    boost::asio::io_context context_{1};
    std::optional<CarrierClient> client_;
    std::optional<LocalTrouble> trouble_;
    bool was_answered_ = false;
};

std::string asked(const Effect& effect) {
    const auto head = head_of(effect);
    if (effect.kind == PORTEUR_FX_HTTP) {
        const auto path = text_at(head, "path");
        std::string query;
        if (const auto* pairs = head.if_contains("query"); pairs && !pairs->as_array().empty())
            query = " " + canonical(*pairs);
        const auto looks_up = text_at(head, "looks_up");
        return fmt::format(
            "{:>3} {}: {} {}{}{}{}{}", effect.seq, effect.step, text_at(head, "method"),
            path.empty() ? text_at(head, "url") : path, query, word_of_guarantee(effect.guarantee),
            looks_up.empty() ? "" : ", looks up " + looks_up,
            effect.body.empty() ? "" : "\n    " + shortened(effect.body)
        );
    }
    return fmt::format(
        "{:>3} {}: {} {}", effect.seq, effect.step, testkit::name_of_effect(effect.kind),
        effect.head
    );
}

}  // namespace

Result<Played> play(
    const PlaygroundWish& wish, const Descriptor& descriptor, const Trace& trace
) {
    if (!find_named(descriptor.operations, wish.operation)) {
        std::string known;
        for (const auto& each : descriptor.operations)
            known += (known.empty() ? "" : ", ") + each.name;
        return failure(
            ErrorKind::invalid_input,
            "it has no operation " + porteur::quoted(wish.operation) + "; there are: " + known
        );
    }
    if (const auto input = parse_json(wish.input); !input || !input->is_object())
        return failure(ErrorKind::invalid_input, "the input is no JSON object");
    auto wrong = check_account(wish.account, descriptor);
    // Secrets are wanted when one is used, and named then.
    std::erase_if(wrong, [](const std::string& each) {
        return each.find("secret") != std::string::npos;
    });
    if (!wrong.empty()) return failure(ErrorKind::invalid_input, wrong.front());
    World world(wish, descriptor, trace);
    if (auto opened = world.open(); !opened) return std::unexpected(std::move(opened).error());

    const auto plugin = testkit::Plugin::at(wish.library);
    testkit::Conversation out{
        "playground." + wish.operation,
        wish.operation,
        wish.input,
        resolved_settings_json(wish.account, descriptor),
        {},
        {}
    };
    testkit::OneRun run(plugin, out.operation, out.input, out.settings);
    out.first = run.first();
    std::vector<Effect> open = out.first.effects;
    unsigned carried_out = 0;
    while (out.last().returned == PORTEUR_OK && out.last().state == PORTEUR_WAITING && !open.empty()
    ) {
        if (++carried_out > wish.effects_max)
            return failure(
                ErrorKind::unavailable,
                fmt::format(
                    "it asks for more than {} effects; --effects-max lets it have more",
                    wish.effects_max
                )
            );
        const auto effect = open.front();
        open.erase(open.begin());
        trace(asked(effect));
        auto done = world.carry_out(effect);
        done.seq = effect.seq;
        auto turn = run.step({done});
        open.insert(open.end(), turn.effects.begin(), turn.effects.end());
        out.exchanges.push_back({{std::move(done)}, std::move(turn)});
    }
    return Played{std::move(out), world.trouble(), world.was_answered()};
}

}  // namespace porteur::plugin_tool
