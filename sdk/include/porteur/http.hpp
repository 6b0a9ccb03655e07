// SPDX-License-Identifier: Apache-2.0
#pragma once

// One request to the carrier, written as it is read:
//   auto made = co_await http().post("create-order", "/orders").field("ref", order.reference).once();
// The base URL, the hosts and the credentials are the host's: descriptor and account.

#include <algorithm>
#include <charconv>
#include <optional>

#include <porteur/effects.hpp>

namespace porteur {

/// What came back. Looking at the status or the body of an outcome in doubt ends the operation as
/// in_doubt, so that forgetting to ask parks it and never guesses. A look-up that fails, in whatever way,
/// leaves the doubt it was to settle: it ends the operation as in_doubt too, or the host would take
/// "unavailable" for "certainly not carried out" and begin anew. @threads [op]
class Answer {
public:
    /// What a failure to read the answer means.
    enum class Of { reading, once, look_up };

    Answer(std::string step, RawOutcome outcome, Of of = Of::reading)
        : step_(std::move(step)), outcome_(std::move(outcome)), of_(of) {}

    /// True when the request may have been carried out but its answer was lost. The carrier's settle
    /// time has passed already.
    bool in_doubt() const noexcept { return outcome_.kind == ErrorKind::in_doubt; }
    /// True when the operation was called off before the answer came: nothing but what undoes may follow.
    bool was_called_off() const noexcept { return outcome_.kind == ErrorKind::cancelled; }

    /// The HTTP status. @errors in_doubt, or what the exchange failed as
    int status() const {
        refuse_failure();
        if (const int ended = status_at_the_end(outcome_.head)) return ended;
        const auto& head = this->head();
        const auto* found = head.is_object() ? head.get_object().if_contains("status") : nullptr;
        if (!found || !found->is_int64()) fail(ErrorKind::internal, Reason::none, "", step_ + ": no status");
        return static_cast<int>(found->get_int64());
    }
    bool ok() const { return status() >= 200 && status() < 300; }

    /// True when there is an answer that tells neither yes nor no: 408, 425, a 5xx, or a 2xx without JSON
    /// (a proxy's page, half a document). To a ONCE step this is a lost outcome as well; unlike
    /// in_doubt() the settle time has NOT passed.
    bool says_nothing() const {
        const int status = this->status();
        if (status >= 500 || status == 408 || status == 425) return true;
        return status >= 200 && status < 300 && !parse_json(outcome_.body);
    }

    /// Ends the operation, unless the status is 2xx, as what the status means to the host. `reason`,
    /// `code` and `text` are for a refusal; a plugin that knows the carrier's codes fills them in.
    void require_ok(Reason reason = Reason::other, std::string code = {}, std::string text = {}) const {
        const int status = this->status();
        if (status >= 200 && status < 300) return;
        if (code.empty()) code = std::to_string(status);
        std::string message = step_ + ": the carrier answered " + std::to_string(status);
        if (!text.empty()) message += ": " + text;
        end({.kind = kind_of(status),
             .message = std::move(message),
             .reason = reason,
             .code = std::move(code)});
    }

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

    /// The body of a 2xx answer.
    /// @errors unauthorized for 401 and 403, throttled for 429, unavailable for 5xx (in_doubt of a ONCE
    ///         step), rejected for the rest; internal if it is not JSON (in_doubt of a ONCE step)
    const json::value& json() const {
        require_ok();
        return any_json();
    }
    /// The body whatever the status. @errors internal if it is not JSON (in_doubt of a ONCE step)
    const json::value& any_json() const {
        refuse_failure();
        if (!json_) {
            auto parsed = parse_json(outcome_.body);
            if (!parsed)
                end({.kind = of_ == Of::once ? ErrorKind::in_doubt : ErrorKind::internal,
                     .message = step_ + ": the answer is " + parsed.error().message,
                     .code = std::to_string(status())});
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
    [[noreturn]] void end(Error error) const {
        if (of_ == Of::look_up) error.kind = ErrorKind::in_doubt;
        if (error.kind != ErrorKind::rejected) error.reason = Reason::none;
        fail(std::move(error));
    }
    ErrorKind kind_of(int status) const {
        if (status == 401 || status == 403) return ErrorKind::unauthorized;
        if (status == 429) return ErrorKind::throttled;
        if (status < 500 && status != 408 && status != 425) return ErrorKind::rejected;
        return of_ == Of::once ? ErrorKind::in_doubt : ErrorKind::unavailable;
    }
    void refuse_failure() const {
        if (outcome_.kind == ErrorKind::none) return;
        std::string text = step_ + ": " + std::string(name_of(outcome_.kind));
        auto parsed = parse_json(outcome_.head.empty() ? "{}" : outcome_.head);
        if (parsed && parsed->is_object())
            if (const auto* message = parsed->get_object().if_contains("message"))
                if (message->is_string()) text = step_ + ": " + std::string(message->get_string());
        end({.kind = outcome_.kind, .message = std::move(text)});
    }
    /// The host writes a head's keys in order, so that it ends in `"status":201}`: then nothing needs to be parsed for it.
    /// Inside a text these quotes would have a backslash before them, and in an object below the head a second brace behind.
    /// @return 0: it does not end so
    static int status_at_the_end(std::string_view head) noexcept {
        constexpr std::string_view before = "\"status\":";
        constexpr std::size_t digits = 3, length = 1 + before.size() + digits + 1;
        if (head.size() < length || head.back() != '}') return 0;
        const auto end = head.substr(head.size() - length);
        if ((end.front() != '{' && end.front() != ',') || end.substr(1, before.size()) != before) return 0;
        int status = 0;
        const auto read = std::from_chars(end.data() + 1 + before.size(), end.data() + length - 1, status);
        return read.ec == std::errc() && read.ptr == end.data() + length - 1 ? status : 0;
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
    Of of_ = Of::reading;
    mutable std::optional<json::value> head_;
    mutable std::optional<json::value> json_;
};

namespace detail {

inline void append_encoded(std::string& out, std::string_view text) {
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

}  // namespace detail

/// A text made fit to stand in a path, between two slashes. @threads any
inline std::string path_segment(std::string_view text) {
    std::string out;
    detail::append_encoded(out, text);
    return out;
}

/// A request under construction. Made by Http; sent by `co_await`.
class HttpRequest : public OneEffect {
public:
    HttpRequest(std::string step, std::string method, std::string path)
        : OneEffect(PORTEUR_FX_HTTP, std::move(step)), method_(std::move(method)), path_(std::move(path)) {}

    /// Adds `name=value` to the query; empty values are left out.
    template <class Self>
    Self&& query(this Self&& self, std::string name, std::string value) {
        if (!value.empty()) self.query_.emplace_back(std::move(name), std::move(value));
        return std::forward<Self>(self);
    }
    template <class Self>
    Self&& query(this Self&& self, std::string name, std::int64_t value) {
        return std::forward<Self>(self).query(std::move(name), std::to_string(value));
    }
    /// Sets one key of a JSON body.
    template <class Self, class T>
    Self&& field(this Self&& self, std::string_view name, const T& value) {
        const auto found = std::ranges::find(self.fields_, name, &Pair::first);
        auto& text = found != self.fields_.end() ? found->second : self.fields_.emplace_back(name, "").second;
        text = to_text(value);
        self.content_ = "application/json";
        return std::forward<Self>(self);
    }
    /// The whole JSON body: a value or a struct of the model.
    template <class Self, class T>
    Self&& json(this Self&& self, const T& value) {
        self.body_ = to_text(value);
        self.content_ = "application/json";
        return std::forward<Self>(self);
    }
    /// Adds one pair to a form-encoded body.
    template <class Self>
    Self&& form(this Self&& self, std::string_view name, std::string_view value) {
        if (!self.body_.empty()) self.body_ += '&';
        detail::append_encoded(self.body_, name);
        self.body_ += '=';
        detail::append_encoded(self.body_, value);
        self.content_ = "application/x-www-form-urlencoded";
        return std::forward<Self>(self);
    }
    template <class Self>
    Self&& xml(this Self&& self, std::string text) {
        self.body_ = std::move(text);
        self.content_ = "application/xml";
        return std::forward<Self>(self);
    }
    template <class Self>
    Self&& header(this Self&& self, std::string name, std::string value) {
        self.headers_.emplace_back(std::move(name), std::move(value));
        return std::forward<Self>(self);
    }
    template <class Self>
    Self&& timeout(this Self&& self, std::chrono::milliseconds limit) {
        self.timeout_ms_ = limit.count();
        return std::forward<Self>(self);
    }
    /// The host puts a stored document's bytes, base64, where `pointer` leads in the JSON body.
    template <class Self>
    Self&& document(this Self&& self, std::string pointer, std::string id) {
        self.documents_.push_back(json::object{{"as", "base64"}, {"at", std::move(pointer)}, {"id", std::move(id)}});
        return std::forward<Self>(self);
    }
    /// The host puts a named secret's value where `place` leads: a JSON pointer, "form:NAME" or "header:NAME".
    template <class Self>
    Self&& secret(this Self&& self, std::string place, std::string name) {
        self.secrets_.push_back(json::object{{"at", std::move(place)}, {"name", std::move(name)}});
        return std::forward<Self>(self);
    }

    /// Read-only; the default for GET. May be sent again at will.
    template <class Self>
    Self&& safe(this Self&& self) { self.guarantee_ = PORTEUR_SAFE; return std::forward<Self>(self); }
    /// The carrier recognises a repeat by the host's idempotency key.
    template <class Self>
    Self&& keyed(this Self&& self) { self.guarantee_ = PORTEUR_KEYED; return std::forward<Self>(self); }
    /// Never sent again by the host: a lost outcome comes back in doubt; the default for all but GET.
    template <class Self>
    Self&& once(this Self&& self) { self.guarantee_ = PORTEUR_ONCE; return std::forward<Self>(self); }
    /// Marks a look-up: its answer tells whether the ONCE step of this name was carried out.
    template <class Self>
    Self&& looks_up(this Self&& self, std::string step) {
        self.looks_up_ = std::move(step);
        return std::forward<Self>(self);
    }

    void await_suspend(std::coroutine_handle<> leaf) {
        const auto seq = emit(*context_);
        context_->wait_for({{seq, &outcome_}}, leaf);
    }
    Answer await_resume() {
        const auto of = !looks_up_.empty()             ? Answer::Of::look_up
                        : guarantee_ == PORTEUR_ONCE ? Answer::Of::once
                                                       : Answer::Of::reading;
        return Answer(step_, std::move(outcome_), of);
    }

    /// Default guarantee: SAFE for GET, ONCE for the rest.
    void default_guarantee() { guarantee_ = method_ == "GET" ? PORTEUR_SAFE : PORTEUR_ONCE; }

private:
    friend class Together;
    using Pair = std::pair<std::string, std::string>;

    std::uint32_t emit(OpContext& context) {
        if (!fields_.empty()) body_ = fields_text();
        return context.emit(kind_, guarantee_, step_, head_text(), std::move(body_));
    }
    /// The JSON body of the fields, in key order.
    std::string fields_text() {
        std::ranges::sort(fields_, {}, &Pair::first);
        std::size_t size = 2;
        for (const auto& [name, text] : fields_) size += name.size() + text.size() + 4;
        std::string out;
        out.reserve(size);
        out += '{';
        for (const auto& [name, text] : fields_) {
            if (out.size() > 1) out += ',';
            detail::write_text(out, name);
            out += ':';
            out += text;
        }
        out += '}';
        return out;
    }
    static void write_pairs(std::string& out, const std::vector<Pair>& pairs) {
        char before = '[';
        for (const auto& [name, value] : pairs) {
            out += std::exchange(before, ',');
            out += '[';
            detail::write_text(out, name);
            out += ',';
            detail::write_text(out, value);
            out += ']';
        }
        out += ']';
    }
    // Written directly in key order: this is the hottest text of a plugin.
    std::string head_text() const {
        std::string out;
        out.reserve(128 + path_.size());
        out += '{';
        const auto key = [&](std::string_view name) {
            if (out.size() > 1) out += ',';
            detail::write_text(out, name);
            out += ':';
        };
        if (!content_.empty()) { key("content"); detail::write_text(out, content_); }
        if (!documents_.empty()) { key("documents"); write_canonical(out, documents_); }
        if (!headers_.empty()) { key("headers"); write_pairs(out, headers_); }
        if (!looks_up_.empty()) { key("looks_up"); detail::write_text(out, looks_up_); }
        key("method");
        detail::write_text(out, method_);
        key("path");
        detail::write_text(out, path_);
        if (!query_.empty()) { key("query"); write_pairs(out, query_); }
        if (!secrets_.empty()) { key("secrets"); write_canonical(out, secrets_); }
        if (timeout_ms_ > 0) { key("timeout_ms"); out += std::to_string(timeout_ms_); }
        out += '}';
        return out;
    }

    std::string method_, path_, content_, body_, looks_up_;
    std::vector<Pair> fields_;  ///< names, and values as canonical JSON
    std::vector<Pair> query_, headers_;
    json::array documents_, secrets_;
    std::int64_t timeout_ms_ = 0;
};

/// Several requests at once; the answers stand in the order of the requests, whichever came first.
/// `const auto answers = co_await together(std::move(requests));`
class Together {
public:
    explicit Together(std::vector<HttpRequest> requests) : requests_(std::move(requests)) {}
    void bind(OpContext& context) { context_ = &context; }
    bool await_ready() const noexcept { return requests_.empty(); }
    void await_suspend(std::coroutine_handle<> leaf) {
        std::vector<std::pair<std::uint32_t, RawOutcome*>> wanted;
        for (auto& each : requests_) wanted.emplace_back(each.emit(*context_), &each.outcome_);
        context_->wait_for(std::move(wanted), leaf);
    }
    std::vector<Answer> await_resume() {
        std::vector<Answer> answers;
        for (auto& each : requests_) answers.push_back(each.await_resume());
        return answers;
    }

private:
    OpContext* context_ = nullptr;
    std::vector<HttpRequest> requests_;
};
inline Together together(std::vector<HttpRequest> requests) { return Together(std::move(requests)); }

/// As together(), for any number of requests: some at a time, as a turn holds 64 effects at most.
inline Op<std::vector<Answer>> in_turns(std::vector<HttpRequest> requests) {
    static constexpr std::size_t turn_max = 32;
    std::vector<Answer> answers;
    for (std::size_t from = 0; from < requests.size(); from += turn_max) {
        const auto end = std::min(from + turn_max, requests.size());
        std::vector<HttpRequest> some;
        for (auto at = from; at < end; ++at) some.push_back(std::move(requests[at]));
        for (auto& each : co_await together(std::move(some))) answers.push_back(std::move(each));
        // Whoever was called off begins nothing more.
        if (answers.back().was_called_off()) fail({.kind = ErrorKind::cancelled, .message = "called off"});
    }
    co_return answers;
}

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
