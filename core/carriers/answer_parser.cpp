// SPDX-License-Identifier: Apache-2.0
#include "carriers/answer_parser.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include "carriers/encoding.hpp"

namespace porteur::carriers {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

/// Writes what it reads straight into an HttpAnswer: Beast's own message type would copy each field
/// into a node of its own first.
class Reader final : public http::basic_parser<false> {
public:
    Reader(HttpAnswer& answer, std::size_t body_size_max)
        : answer_(answer), body_size_max_(body_size_max) {}

private:
    void on_request_impl(http::verb, string_view, string_view, int, error_code&) override {}

    void on_response_impl(int code, string_view, int, error_code&) override {
        answer_.status = code;
    }

    void on_field_impl(http::field, string_view name, string_view value, error_code&) override {
        // After the body come trailers: they must not change what was decided on the headers.
        if (headers_read_) return;
        if (answer_.headers.empty()) answer_.headers.reserve(12);
        answer_.headers.emplace_back(
            lower({name.data(), name.size()}), std::string(value.data(), value.size())
        );
    }

    void on_header_impl(error_code&) override { headers_read_ = true; }

    void on_body_init_impl(const boost::optional<std::uint64_t>& content_length, error_code& error)
        override {
        if (!content_length) return;
        if (*content_length > body_size_max_) {
            error = http::error::body_limit;
            return;
        }
        answer_.body.reserve(static_cast<std::size_t>(*content_length));
    }

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
    std::size_t body_size_max_;
    bool headers_read_ = false;
};

}  // namespace

struct AnswerParser::Impl {
    std::size_t header_size_max, body_size_max;
    HttpAnswer answer;
    std::optional<Reader> reader;
    error_code error;
    bool to_head = false;

    void restart() {
        answer = {};
        reader.emplace(answer, body_size_max);
        reader->eager(true);
        reader->header_limit(static_cast<std::uint32_t>(header_size_max));
        reader->body_limit(body_size_max);
        if (to_head) reader->skip(true);
    }

    State failed() {
        if (error == http::error::body_limit || error == http::error::header_limit ||
            error == http::error::buffer_overflow) {
            return State::too_large;
        }
        return State::broken;
    }
};

AnswerParser::AnswerParser(std::size_t header_size_max, std::size_t body_size_max)
    : impl_(std::make_unique<Impl>(Impl{header_size_max, body_size_max, {}, {}, {}, false})) {}

AnswerParser::~AnswerParser() = default;

void AnswerParser::start(bool to_head) {
    impl_->to_head = to_head;
    impl_->restart();
}

AnswerParser::State AnswerParser::put(std::string_view bytes, std::size_t& consumed) {
    consumed = 0;
    while (consumed < bytes.size()) {
        impl_->error = {};
        consumed += impl_->reader->put(
            boost::asio::const_buffer(bytes.data() + consumed, bytes.size() - consumed),
            impl_->error
        );
        if (impl_->error == http::error::need_more) return State::more;
        if (impl_->error) return impl_->failed();
        if (!impl_->reader->is_done()) continue;

        const int status = impl_->answer.status;
        if (status >= 200) return State::complete;
        // We never ask to switch protocols, so nothing sensible can follow a 101.
        if (status == 101) {
            impl_->error = http::error::bad_status;
            return State::broken;
        }
        impl_->restart();
    }
    return State::more;
}

AnswerParser::State AnswerParser::finish() {
    impl_->error = {};
    if (!impl_->reader->is_header_done()) {
        impl_->error = http::error::partial_message;
        return State::broken;
    }
    impl_->reader->put_eof(impl_->error);
    if (impl_->error) return State::broken;
    return impl_->reader->is_done() ? State::complete : State::broken;
}

bool AnswerParser::keep_alive() const { return impl_->reader->keep_alive(); }

std::string AnswerParser::problem() const { return impl_->error.message(); }

HttpAnswer AnswerParser::take() { return std::move(impl_->answer); }

}  // namespace porteur::carriers
