// SPDX-License-Identifier: Apache-2.0
#pragma once

// The effects other than HTTP. docs/effects.md has the JSON of every head and completion.

#include <chrono>
#include <optional>
#include <span>

#include <porteur/model/common.hpp>
#include <porteur/op.hpp>

namespace porteur {

/// Base of everything that waits for one effect: emits when awaited, keeps the outcome.
class OneEffect {
public:
    OneEffect(const OneEffect&) = default;
    OneEffect(OneEffect&&) = default;
    OneEffect& operator=(const OneEffect&) = default;
    OneEffect& operator=(OneEffect&&) = default;
    ~OneEffect() = default;

    void bind(OpContext& context) { context_ = &context; }
    bool await_ready() const noexcept { return false; }

protected:
    OneEffect(std::uint32_t kind, std::string step) : kind_(kind), step_(std::move(step)) {}

    void emit_and_wait(std::string head, std::string body, std::coroutine_handle<> leaf) {
        const auto seq = context_->emit(kind_, guarantee_, step_, std::move(head), std::move(body));
        context_->wait_for({{seq, &outcome_}}, leaf);
    }
    /// The outcome's head as JSON, or the end of the operation if the effect failed.
    json::value head_or_fail() const {
        auto head = parse_json(outcome_.head.empty() ? "{}" : outcome_.head);
        if (outcome_.kind != ErrorKind::none) {
            std::string text = step_ + ": " + std::string(name_of(outcome_.kind));
            if (head && head->is_object())
                if (const auto* message = head->get_object().if_contains("message"))
                    if (message->is_string()) text = step_ + ": " + std::string(message->get_string());
            fail(outcome_.kind, Reason::none, "", std::move(text));
        }
        if (!head) fail(std::move(head).error());
        return std::move(*head);
    }

    OpContext* context_ = nullptr;
    std::uint32_t kind_;
    std::uint32_t guarantee_ = PORTEUR_SAFE;
    std::string step_;
    RawOutcome outcome_;
};

/// Waits. The host keeps the time; after a crash only the rest is waited.
class SleepFor : public OneEffect {
public:
    SleepFor(std::string step, std::chrono::seconds length)
        : OneEffect(PORTEUR_FX_SLEEP, std::move(step)), length_(length) {}
    void await_suspend(std::coroutine_handle<> leaf) {
        emit_and_wait("{\"seconds\":" + std::to_string(length_.count()) + "}", {}, leaf);
    }
    void await_resume() const { head_or_fail(); }

private:
    std::chrono::seconds length_;
};
inline SleepFor sleep_for(std::string step, std::chrono::seconds length) {
    return {std::move(step), length};
}

/// The time, UTC, whole seconds; the same on every replay.
class Now : public OneEffect {
public:
    Now() : OneEffect(PORTEUR_FX_NOW, "now") {}
    void await_suspend(std::coroutine_handle<> leaf) { emit_and_wait("{}", {}, leaf); }
    std::chrono::sys_seconds await_resume() const {
        const auto head = head_or_fail();
        const auto* at = head.is_object() ? head.get_object().if_contains("at") : nullptr;
        const auto time = at && at->is_string() ? read_rfc3339(at->get_string()) : std::nullopt;
        if (!time) fail(ErrorKind::internal, Reason::none, "", "now: the host gave no time");
        return *time;
    }
};
inline Now now() { return {}; }

/// Random bytes as lower-case hex, the same on every replay.
class RandomHex : public OneEffect {
public:
    explicit RandomHex(std::size_t bytes) : OneEffect(PORTEUR_FX_RANDOM, "random"), bytes_(bytes) {}
    void await_suspend(std::coroutine_handle<> leaf) {
        emit_and_wait("{\"bytes\":" + std::to_string(bytes_) + "}", {}, leaf);
    }
    std::string await_resume() const {
        const auto head = head_or_fail();
        const auto* hex = head.is_object() ? head.get_object().if_contains("hex") : nullptr;
        if (!hex || !hex->is_string()) fail(ErrorKind::internal, Reason::none, "", "random: no bytes");
        return std::string(hex->get_string());
    }

private:
    std::size_t bytes_;
};
inline RandomHex random_hex(std::size_t bytes) { return RandomHex(bytes); }

/// How a mail left: its Message-ID, by which a reply finds the order.
struct MailSent {
    bool in_doubt = false;   ///< the link broke where both sides may own the mail
    std::string message_id;
    std::string reply;       ///< the mail server's last line
};

/// One e-mail. `once()` is the only guarantee that SMTP can give: see RELIABILITY.md 3.1.
class Mail : public OneEffect {
public:
    explicit Mail(std::string step) : OneEffect(PORTEUR_FX_MAIL, std::move(step)) {
        guarantee_ = PORTEUR_ONCE;
    }
    Mail& to(std::string address) { to_.push_back(json::string(std::move(address))); return *this; }
    Mail& subject(std::string text) { subject_ = std::move(text); return *this; }
    Mail& text(std::string body) { text_ = std::move(body); return *this; }
    /// The same as a page of HTML, for readers that show it; the text stays what counts.
    Mail& html(std::string page) { html_ = std::move(page); return *this; }
    /// Attaches a stored document; `name` as the recipient sees it.
    Mail& attach(const DocumentRef& document) {
        documents_.push_back(json::object{{"id", document.id}, {"name", document.name}});
        return *this;
    }
    void await_suspend(std::coroutine_handle<> leaf) {
        json::object head{{"documents", documents_}, {"subject", subject_}, {"to", to_}};
        if (!html_.empty()) head["html"] = html_;
        emit_and_wait(canonical(head), text_, leaf);
    }
    MailSent await_resume() const {
        if (outcome_.kind == ErrorKind::in_doubt) return {.in_doubt = true, .message_id = {}, .reply = {}};
        const auto head = head_or_fail();
        MailSent sent;
        if (const auto* id = head.as_object().if_contains("message_id")) sent.message_id = id->as_string();
        if (const auto* reply = head.as_object().if_contains("reply")) sent.reply = reply->as_string();
        return sent;
    }

private:
    json::array to_, documents_;
    std::string subject_, text_, html_;
};
inline Mail mail(std::string step) { return Mail(std::move(step)); }

/// What a person answered.
struct ManualAnswer {
    std::string choice;
    std::string text;
};

/// A person does it: the order waits, with this task on its page, until somebody chooses.
class Manual : public OneEffect {
public:
    Manual(std::string step, std::string title, std::string text)
        : OneEffect(PORTEUR_FX_MANUAL, std::move(step)), title_(std::move(title)), text_(std::move(text)) {}
    Manual& choice(std::string name) { choices_.push_back(json::string(std::move(name))); return *this; }
    /// An answer without a text is refused: "the ticket number that ThinkTel gave you".
    Manual& text_required() { text_required_ = true; return *this; }
    /// Says so on the timeline again and again until somebody has answered.
    Manual& remind_every(std::chrono::seconds wait) { remind_ = wait; return *this; }
    void await_suspend(std::coroutine_handle<> leaf) {
        json::object head{{"choices", choices_}, {"title", title_}};
        if (text_required_) head["text"] = "required";
        if (remind_.count() > 0) head["remind_seconds"] = remind_.count();
        emit_and_wait(canonical(head), text_, leaf);
    }
    ManualAnswer await_resume() const {
        const auto head = head_or_fail();
        ManualAnswer answer;
        if (const auto* choice = head.as_object().if_contains("choice")) answer.choice = choice->as_string();
        if (const auto* text = head.as_object().if_contains("text")) answer.text = text->as_string();
        return answer;
    }

private:
    std::string title_, text_;
    json::array choices_;
    bool text_required_ = false;
    std::chrono::seconds remind_{0};
};
inline Manual manual(std::string step, std::string title, std::string text) {
    return {std::move(step), std::move(title), std::move(text)};
}

/// Something that came from outside: a webhook, a mail, an operator's word.
struct ReceivedEvent {
    std::string source;
    std::chrono::sys_seconds at{};
    json::object keys;  ///< texts
    std::string body;   ///< as it came

    /// A key's text; empty if the event has no such key.
    std::string key(std::string_view name) const {
        const auto* found = keys.if_contains(name);
        return found && found->is_string() ? std::string(found->get_string()) : std::string();
    }
};

/// Waits for an event of a source whose keys include these; at most as long as given. Gives nothing when
/// the time has passed: a push only hurries, so whoever waited asks the carrier then.
/// `const auto told = co_await event("answer", "webhook", std::chrono::hours(24)).where("ticket", id);`
class Event : public OneEffect {
public:
    Event(std::string step, std::string source, std::chrono::seconds until)
        : OneEffect(PORTEUR_FX_EVENT, std::move(step)), source_(std::move(source)), until_(until) {}
    /// The event must have this key, with this very text. At least one is needed.
    Event& where(std::string_view key, std::string_view text) {
        match_[key] = json::string(text);
        return *this;
    }
    void await_suspend(std::coroutine_handle<> leaf) {
        emit_and_wait(canonical(json::object{{"match", match_}, {"source", source_}, {"until", until_.count()}}), {}, leaf);
    }
    std::optional<ReceivedEvent> await_resume() const {
        if (outcome_.kind == ErrorKind::unavailable) {
            const auto head = parse_json(outcome_.head);
            const auto* code = head && head->is_object() ? head->get_object().if_contains("code") : nullptr;
            if (code && code->is_string() && code->get_string() == "timed_out") return std::nullopt;
        }
        const auto head = head_or_fail();
        ReceivedEvent event;
        event.body = outcome_.body;
        if (const auto* source = head.as_object().if_contains("source")) event.source = source->as_string();
        if (const auto* keys = head.as_object().if_contains("keys")) event.keys = keys->as_object();
        if (const auto* at = head.as_object().if_contains("at"))
            if (const auto time = read_rfc3339(at->as_string())) event.at = *time;
        return event;
    }

private:
    std::string source_;
    std::chrono::seconds until_;
    json::object match_;
};
inline Event event(std::string step, std::string source, std::chrono::seconds until) {
    return {std::move(step), std::move(source), until};
}

/// How a text is signed with a secret that the plugin only names.
enum class Signing { hmac_sha256, hmac_sha1, rsa_sha256 };
/// How the signature is written.
enum class SignatureText { hex, base64, base64url };

/// A signature over `text`; the secret stays with the host. `co_await sign("sign", Signing::hmac_sha256, "api_secret", text)`
class Sign : public OneEffect {
public:
    Sign(std::string step, Signing how, std::string secret, std::string text)
        : OneEffect(PORTEUR_FX_SIGN, std::move(step)), how_(how), secret_(std::move(secret)), text_(std::move(text)) {}
    Sign& as(SignatureText written) { written_ = written; return *this; }
    void await_suspend(std::coroutine_handle<> leaf) {
        static constexpr std::string_view algorithms[] = {"hmac-sha256", "hmac-sha1", "rsa-sha256"};
        static constexpr std::string_view encodings[] = {"hex", "base64", "base64url"};
        json::object head{{"algorithm", algorithms[static_cast<std::size_t>(how_)]},
                          {"encoding", encodings[static_cast<std::size_t>(written_)]},
                          {"secret", secret_}};
        emit_and_wait(canonical(head), text_, leaf);
    }
    std::string await_resume() const {
        const auto head = head_or_fail();
        const auto* signature = head.is_object() ? head.get_object().if_contains("signature") : nullptr;
        if (!signature || !signature->is_string()) fail(ErrorKind::internal, Reason::none, "", step_ + ": no signature");
        return std::string(signature->get_string());
    }

private:
    Signing how_;
    SignatureText written_ = SignatureText::hex;
    std::string secret_, text_;
};
inline Sign sign(std::string step, Signing how, std::string secret, std::string text) {
    return {std::move(step), how, std::move(secret), std::move(text)};
}

/// Tells the caller how far it is; completes at once.
class Progress : public OneEffect {
public:
    explicit Progress(std::string text) : OneEffect(PORTEUR_FX_PROGRESS, "progress"), text_(std::move(text)) {}
    void await_suspend(std::coroutine_handle<> leaf) {
        emit_and_wait(canonical(json::object{{"text", text_}}), {}, leaf);
    }
    void await_resume() const {}

private:
    std::string text_;
};
inline Progress progress(std::string text) { return Progress(std::move(text)); }

}  // namespace porteur
