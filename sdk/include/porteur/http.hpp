// SPDX-License-Identifier: Apache-2.0
#pragma once

// One request to the carrier, written as it is read:
//   auto made = co_await http().post("create-order", "/orders").field("ref", order.reference).once();
// The base URL, the hosts and the credentials are the host's: descriptor and account.

#include <optional>

#include <porteur/effects.hpp>

namespace porteur {

/// What came back. Looking at the status or the body of an outcome in doubt ends the operation as
/// in_doubt, so that forgetting to ask parks it and never guesses. @threads [op]
class Answer {
public:
    Answer(std::string step, RawOutcome outcome) : step_(std::move(step)), outcome_(std::move(outcome)) {}

    /// True when the request may have been carried out but its answer was lost. The carrier's settle
    /// time has passed already.
    bool in_doubt() const noexcept { return outcome_.kind == ErrorKind::in_doubt; }

    /// The HTTP status. @errors in_doubt, or what the exchange failed as
    int status() const {
        const auto& head = this->head();
        const auto* found = head.is_object() ? head.get_object().if_contains("status") : nullptr;
        if (!found || !found->is_int64()) fail(ErrorKind::internal, Reason::none, "", step_ + ": no status");
        return static_cast<int>(found->get_int64());
    }
    bool ok() const { return status() >= 200 && status() < 300; }

    /// A response header by its lower-case name; empty if the carrier did not send it.
    std::string header(std::string_view name) const {
        const auto& head = this->head();
        const auto* headers = head.is_object() ? head.get_object().if_contains("headers") : nullptr;
        const auto* found =
            headers && headers->is_object() ? headers->get_object().if_contains(name) : nullptr;
        return found && found->is_string() ? std::string(found->get_string()) : std::string();
    }
    const std::string& body() const {
        refuse_failure();
        return outcome_.body;
    }

    /// The body of a 2xx answer. @errors rejected for another status, internal if it is not JSON
    const json::value& json() const {
        if (!ok())
            fail(ErrorKind::rejected, Reason::other, std::to_string(status()),
                 step_ + ": the carrier answered " + std::to_string(status()));
        return any_json();
    }
    /// The body whatever the status. @errors internal if it is not JSON
    const json::value& any_json() const {
        refuse_failure();
        if (!json_) {
            auto parsed = parse_json(outcome_.body);
            if (!parsed)
                fail(ErrorKind::internal, Reason::none, std::to_string(status()),
                     step_ + ": the answer is " + parsed.error().message);
            json_ = std::move(*parsed);
        }
        return *json_;
    }
    /// The value at a JSON pointer of the body, null if absent.
    const json::value& at(std::string_view pointer) const {
        static const json::value absent;
        boost::system::error_code none;
        const auto* found = any_json().find_pointer(pointer, none);
        return found ? *found : absent;
    }
    /// The text at a JSON pointer of the body, whatever the status; empty if it is absent or no text.
    std::string text(std::string_view pointer) const {
        const auto& found = at(pointer);
        return found.is_string() ? std::string(found.get_string()) : std::string();
    }
    /// The list at a JSON pointer of the body; empty if it is absent or no list.
    const json::array& array(std::string_view pointer) const {
        static const json::array none;
        const auto& found = at(pointer);
        return found.is_array() ? found.get_array() : none;
    }

private:
    void refuse_failure() const {
        if (outcome_.kind == ErrorKind::none) return;
        std::string text = step_ + ": " + std::string(name_of(outcome_.kind));
        auto parsed = parse_json(outcome_.head.empty() ? "{}" : outcome_.head);
        if (parsed && parsed->is_object())
            if (const auto* message = parsed->get_object().if_contains("message"))
                if (message->is_string()) text = step_ + ": " + std::string(message->get_string());
        fail(outcome_.kind, Reason::none, "", std::move(text));
    }
    const json::value& head() const {
        refuse_failure();
        if (!head_) {
            auto parsed = parse_json(outcome_.head);
            if (!parsed) fail(std::move(parsed).error());
            head_ = std::move(*parsed);
        }
        return *head_;
    }

    std::string step_;
    RawOutcome outcome_;
    mutable std::optional<json::value> head_;
    mutable std::optional<json::value> json_;
};

/// A request under construction. Made by Http; sent by `co_await`.
class HttpRequest : public OneEffect {
public:
    HttpRequest(std::string step, std::string method, std::string path)
        : OneEffect(PORTEUR_FX_HTTP, std::move(step)), method_(std::move(method)), path_(std::move(path)) {}

    /// Adds `name=value` to the query; empty values are left out.
    HttpRequest& query(std::string name, std::string value) {
        if (!value.empty()) query_.push_back(json::array{std::move(name), std::move(value)});
        return *this;
    }
    HttpRequest& query(std::string name, std::int64_t value) {
        return query(std::move(name), std::to_string(value));
    }
    /// Sets one key of a JSON body.
    template <class T>
    HttpRequest& field(std::string_view name, const T& value) {
        if constexpr (std::is_convertible_v<const T&, std::string_view>)
            fields_[name] = json::string(std::string_view(value));
        else
            fields_[name] = to_json(value);
        content_ = "application/json";
        has_fields_ = true;
        return *this;
    }
    /// The whole JSON body: a value or a struct of the model.
    template <class T>
    HttpRequest& json(const T& value) {
        body_ = to_text(value);
        content_ = "application/json";
        return *this;
    }
    /// Adds one pair to a form-encoded body.
    HttpRequest& form(std::string_view name, std::string_view value) {
        if (!body_.empty()) body_ += '&';
        append_encoded(body_, name);
        body_ += '=';
        append_encoded(body_, value);
        content_ = "application/x-www-form-urlencoded";
        return *this;
    }
    HttpRequest& xml(std::string text) {
        body_ = std::move(text);
        content_ = "application/xml";
        return *this;
    }
    HttpRequest& header(std::string name, std::string value) {
        headers_.push_back(json::array{std::move(name), std::move(value)});
        return *this;
    }
    HttpRequest& timeout(std::chrono::milliseconds limit) {
        timeout_ms_ = limit.count();
        return *this;
    }
    /// The host puts a stored document's bytes, base64, where `pointer` leads in the JSON body.
    HttpRequest& document(std::string pointer, std::string id) {
        documents_.push_back(json::object{{"as", "base64"}, {"at", std::move(pointer)}, {"id", std::move(id)}});
        return *this;
    }
    /// The host puts a named secret's value where `place` leads: a JSON pointer, "form:NAME" or "header:NAME".
    HttpRequest& secret(std::string place, std::string name) {
        secrets_.push_back(json::object{{"at", std::move(place)}, {"name", std::move(name)}});
        return *this;
    }

    /// Read-only; the default for GET. May be sent again at will.
    HttpRequest& safe() { guarantee_ = PORTEUR_SAFE; return *this; }
    /// The carrier recognises a repeat by the host's idempotency key.
    HttpRequest& keyed() { guarantee_ = PORTEUR_KEYED; return *this; }
    /// Never sent again by the host: a lost outcome comes back in doubt; the default for all but GET.
    HttpRequest& once() { guarantee_ = PORTEUR_ONCE; return *this; }
    /// Marks a look-up: its answer tells whether the ONCE step of this name was carried out.
    HttpRequest& looks_up(std::string step) { looks_up_ = std::move(step); return *this; }

    void await_suspend(std::coroutine_handle<> leaf) {
        if (has_fields_) body_ = canonical(fields_);
        emit_and_wait(head_text(), std::move(body_), leaf);
    }
    Answer await_resume() { return Answer(step_, std::move(outcome_)); }

    /// Default guarantee: SAFE for GET, ONCE for the rest.
    void default_guarantee() { guarantee_ = method_ == "GET" ? PORTEUR_SAFE : PORTEUR_ONCE; }

private:
    static void append_encoded(std::string& out, std::string_view text) {
        static constexpr char digits[] = "0123456789ABCDEF";
        for (const char letter : text) {
            const auto byte = static_cast<unsigned char>(letter);
            if ((byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '_' || byte == '.' || byte == '~') {
                out += letter;
            } else {
                out += '%';
                out += digits[byte >> 4];
                out += digits[byte & 15];
            }
        }
    }
    // Written directly in key order: this is the hottest text of a plugin.
    std::string head_text() const {
        std::string out = "{";
        const auto key = [&](std::string_view name) {
            if (out.size() > 1) out += ',';
            detail::write_text(out, name);
            out += ':';
        };
        if (!content_.empty()) { key("content"); detail::write_text(out, content_); }
        if (!documents_.empty()) { key("documents"); write_canonical(out, documents_); }
        if (!headers_.empty()) { key("headers"); write_canonical(out, headers_); }
        if (!looks_up_.empty()) { key("looks_up"); detail::write_text(out, looks_up_); }
        key("method");
        detail::write_text(out, method_);
        key("path");
        detail::write_text(out, path_);
        if (!query_.empty()) { key("query"); write_canonical(out, query_); }
        if (!secrets_.empty()) { key("secrets"); write_canonical(out, secrets_); }
        if (timeout_ms_ > 0) { key("timeout_ms"); out += std::to_string(timeout_ms_); }
        out += '}';
        return out;
    }

    std::string method_, path_, content_, body_, looks_up_;
    json::object fields_;
    bool has_fields_ = false;
    json::array query_, headers_, documents_, secrets_;
    std::int64_t timeout_ms_ = 0;
};

/// The carrier's API: `http().get("step", "/path")`. Step names are stable and unique in an operation.
class Http {
public:
    HttpRequest get(std::string step, std::string path) const { return made(std::move(step), "GET", std::move(path)); }
    HttpRequest post(std::string step, std::string path) const { return made(std::move(step), "POST", std::move(path)); }
    HttpRequest put(std::string step, std::string path) const { return made(std::move(step), "PUT", std::move(path)); }
    HttpRequest patch(std::string step, std::string path) const { return made(std::move(step), "PATCH", std::move(path)); }
    HttpRequest del(std::string step, std::string path) const { return made(std::move(step), "DELETE", std::move(path)); }

private:
    static HttpRequest made(std::string step, std::string method, std::string path) {
        HttpRequest request(std::move(step), std::move(method), std::move(path));
        request.default_guarantee();
        return request;
    }
};
inline Http http() { return {}; }

}  // namespace porteur
