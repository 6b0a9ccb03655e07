// SPDX-License-Identifier: Apache-2.0
#include "http.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <porteur/phrase.hpp>

namespace porteur::cli {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

constexpr std::size_t header_size_max = 64 * 1024;
constexpr std::size_t body_size_max = 64 * 1024 * 1024;
constexpr std::size_t piece_size = 64 * 1024;

std::string lower(string_view text) {
    std::string out(text.data(), text.size());
    std::ranges::transform(out, out.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return out;
}

class Reader final : public http::basic_parser<false> {
public:
    explicit Reader(HttpAnswer& answer) : answer_(answer) {
        eager(true);
        header_limit(header_size_max);
        body_limit(boost::none);
    }

private:
    void on_request_impl(http::verb, string_view, string_view, int, error_code&) override {}
    void on_response_impl(int code, string_view, int, error_code&) override {
        answer_.status = code;
    }
    void on_field_impl(http::field, string_view name, string_view value, error_code&) override {
        // After the body come trailers, which change nothing any more.
        if (!headers_read_)
            answer_.fields.emplace_back(lower(name), std::string(value.data(), value.size()));
    }
    void on_header_impl(error_code&) override { headers_read_ = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(string_view bytes, error_code&) override {
        answer_.body.append(bytes.data(), bytes.size());
        return bytes.size();
    }
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view bytes, error_code&) override {
        answer_.body.append(bytes.data(), bytes.size());
        return bytes.size();
    }
    void on_finish_impl(error_code&) override {}

    HttpAnswer& answer_;
    bool headers_read_ = false;
};

std::string head_of(const ServerUrl& url, const HttpRequest& request) {
    std::string head = request.method + " " + url.base + request.target +
                       " HTTP/1.1\r\nHost: " + url.authority() + "\r\nConnection: close\r\n";
    for (const auto& [name, value] : request.fields) head += name + ": " + value + "\r\n";
    if (!request.body.empty() || request.method == "POST" || request.method == "PATCH")
        head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
    return head + "\r\n";
}

Outcome<void> send(
    Transport& transport, const ServerUrl& url, const HttpRequest& request,
    const ExchangeWishes& wishes
) {
    if (auto sent = transport.write(head_of(url, request), wishes.timeout); !sent) return sent;
    const std::string_view body = request.body;
    for (std::size_t at = 0; at < body.size();) {
        // A daemon that refuses an upload says so before it has read all of it.
        if (transport.has_answer()) break;
        const auto piece = body.substr(at, piece_size);
        if (auto sent = transport.write(piece, wishes.timeout); !sent) return sent;
        at += piece.size();
        if (wishes.sent) wishes.sent(at);
    }
    return {};
}

}  // namespace

std::string_view HttpAnswer::field(std::string_view name) const {
    const auto found = std::ranges::find(fields, name, &Fields::value_type::first);
    return found == fields.end() ? std::string_view{} : std::string_view(found->second);
}

Outcome<HttpAnswer> exchange(
    Transport& transport, const ServerUrl& url, const HttpRequest& request,
    const ExchangeWishes& wishes
) {
    const auto no_http = [&](const std::string& why) {
        return trouble(
            ExitCode::failed,
            phrase("{1} gave an answer that cannot be read: {2:text}; is the address right?", url.text(), why)
        );
    };
    auto sent = send(transport, url, request, wishes);
    if (!sent && sent.error().code == ExitCode::timed_out) return passed_on(sent);

    HttpAnswer answer;
    std::optional<Reader> reader(std::in_place, answer);
    std::string input;
    std::array<char, piece_size> piece{};
    while (true) {
        auto count = transport.read(piece, wishes.timeout);
        // What broke first explains more: the answer is read only to find out why sending failed.
        if (!count) return sent ? passed_on(count) : passed_on(sent);
        error_code error;
        if (*count == 0) {
            if (!sent && !reader->is_header_done()) return passed_on(sent);
            if (!reader->got_some())
                return trouble(
                    ExitCode::not_reachable,
                    phrase("{1}: the connection closed before the answer", url.text())
                );
            reader->put_eof(error);
            if (error || !reader->is_done())
                return trouble(
                    ExitCode::not_reachable,
                    phrase("{1}: the connection closed before the answer was complete", url.text())
                );
            return answer;
        }
        input.append(piece.data(), *count);
        while (!input.empty() && !reader->is_done()) {
            const auto used = reader->put(boost::asio::buffer(input), error);
            input.erase(0, used);
            if (error == http::error::need_more) break;
            if (error) return no_http(error.message());
            // 100 Continue and its like come before the answer.
            if (reader->is_done() && answer.status < 200) {
                answer = {};
                reader.emplace(answer);
            }
        }
        if (answer.body.size() > body_size_max || input.size() > header_size_max + piece_size)
            return no_http(phrase("it is too large"));
        if (reader->is_header_done() && answer.status == 200 && wishes.body &&
            !answer.body.empty()) {
            const bool goes_on = wishes.body(std::exchange(answer.body, {}));
            if (!goes_on) return answer;
        }
        if (reader->is_done()) return answer;
    }
}

}  // namespace porteur::cli
