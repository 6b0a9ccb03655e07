// SPDX-License-Identifier: Apache-2.0
// HTTP/1 on one connection. The head is collected up to its empty line and looked through by
// check_head() before Beast's parser reads it; so what Beast takes leniently never gets there. The
// body is read piece by piece, as the handler asks for it.
#include "api/connection.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/status.hpp>

#include "api/events.hpp"
#include "api/gate.hpp"
#include "api/http_date.hpp"
#include "api/problem.hpp"
#include "api/strict_head.hpp"

namespace porteur {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::beast::error_code;
using Text = boost::beast::string_view;
using Clock = std::chrono::steady_clock;

// A connection that says nothing yet holds no more than most heads need.
constexpr std::size_t head_size_usual = 1024, head_size_more = 4 * 1024;
// Of a body at once: as much as comes, so that one that comes in drops holds little.
constexpr std::size_t piece_size_min = 4 * 1024, piece_size_max = 64 * 1024;

/// Writes what it reads straight into a Request; of the body it keeps where the last piece stood.
class RequestParser final : public http::basic_parser<true> {
public:
    RequestParser(Request& request, const ApiLimits& limits) : request_(request), limits_(limits) {
        header_limit(1U << 31U);  // check_head() has bounded it
        body_limit(boost::none);  // the gate and the handlers do
    }

    bool is_1_1() const { return is_1_1_; }
    std::string_view take_piece() { return std::exchange(piece_, {}); }

private:
    void on_request_impl(http::verb, Text method, Text target, int version, error_code&) override {
        is_1_1_ = version >= 11;
        request_.method.assign(method.data(), method.size());
        request_.target.assign(target.data(), target.size());
    }
    void on_response_impl(int, Text, int, error_code&) override {}
    void on_field_impl(http::field, Text name, Text value, error_code& failed) override {
        if (head_read_) {
            // Trailers have no meaning here, and what is after the body must not change the head.
            failed = http::error::bad_field;
            return;
        }
        std::string lower(name.data(), name.size());
        for (char& letter : lower)
            if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
        request_.fields.emplace_back(std::move(lower), std::string(value.data(), value.size()));
    }
    void on_header_impl(error_code&) override { head_read_ = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(Text bytes, error_code&) override { return keep(bytes); }
    void on_chunk_header_impl(std::uint64_t size, Text extensions, error_code& failed) override {
        // Nobody needs them, and readers differ about where they end.
        if (!extensions.empty()) failed = http::error::bad_chunk_extension;
        // No body is as large: the sum that the gate and the handlers count would only be reached later, or wrap in another reader.
        if (size > limits_.table_size_max_bytes) failed = http::error::bad_chunk;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, error_code&) override {
        return keep(bytes);
    }
    void on_finish_impl(error_code&) override {}

    std::size_t keep(Text bytes) {
        piece_ = {bytes.data(), bytes.size()};
        return bytes.size();
    }

    Request& request_;
    const ApiLimits& limits_;  ///< the server's, which outlives every connection
    std::string_view piece_;
    bool head_read_ = false;
    bool is_1_1_ = false;
};

/// What has come and was not used yet.
class Input {
public:
    std::string_view bytes() const { return {buffer_.data() + begin_, end_ - begin_}; }
    void use(std::size_t count) {
        begin_ += count;
        if (begin_ == end_) begin_ = end_ = 0;
    }
    /// Where to read into, at least `count` bytes.
    std::span<char> room(std::size_t count) {
        if (begin_ > 0) {
            std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
            end_ -= std::exchange(begin_, 0);
        }
        if (buffer_.size() < end_ + count) buffer_.resize(end_ + count);
        return std::span(buffer_).subspan(end_);
    }
    void came(std::size_t count) { end_ += count; }
    /// Gives memory back that a large body needed.
    void shrink() {
        if (begin_ == end_ && buffer_.size() > 4 * 4096) buffer_ = {};
    }

private:
    std::vector<char> buffer_;
    std::size_t begin_ = 0, end_ = 0;
};

class Conversation final : public BodySource {
public:
    Conversation(
        std::shared_ptr<Api> api, std::shared_ptr<Wire> wire, Peer peer,
        std::shared_ptr<const AccessLog> log
    )
        : api_(std::move(api)),
          wire_(std::move(wire)),
          peer_(std::move(peer)),
          log_(std::move(log)) {}

    Async<void> run() {
        if (co_await wire_->handshake(Clock::now() + limits().header_timeout)) {
            bool first = true;
            while (co_await one_request(std::exchange(first, false)) && wire_->is_open())
                input_.shrink();
        } else if (wire_->spoke_plainly()) {
            const auto text = text_of(refusal({.status = 400, .detail = "this port speaks TLS: write https:// instead of http://"}), true, false);
            if (co_await wire_->write(text, Clock::now() + limits().body_grace))
                co_await wire_->linger(Clock::now() + limits().linger_timeout);
        }
        wire_->close();
    }

    Async<std::expected<std::string_view, BodyFault>> next() override {
        using What = BodyFault::What;
        if (std::exchange(expects_continue_, false) && input_.bytes().empty() &&
            !parser_->is_done()) {
            if (!co_await wire_->write(
                    "HTTP/1.1 100 Continue\r\n\r\n", Clock::now() + limits().body_grace
                ))
                co_return std::unexpected(BodyFault{What::closed, {}});
        }
        if (body_size_ == 0) body_began_ = Clock::now();
        while (!parser_->is_done()) {
            const auto bytes = input_.bytes();
            error_code failed;
            const auto used =
                bytes.empty()
                    ? 0
                    : parser_->put(asio::const_buffer(bytes.data(), bytes.size()), failed);
            const auto piece = parser_->take_piece();
            if (failed && failed != http::error::need_more) {
                broken_ = true;
                co_return std::unexpected(BodyFault{
                    What::malformed,
                    "the body is not framed as its header says: " + failed.message()
                });
            }
            input_.use(used);  // leaves the piece's bytes where they are until the next room()
            if (!piece.empty()) {
                body_size_ += piece.size();
                co_return piece;
            }
            if (used > 0) continue;
            if (bytes.size() > limits().header_size_max_bytes && failed == http::error::need_more) {
                broken_ = true;
                co_return std::unexpected(
                    BodyFault{What::malformed, "a chunk's first line is too long"}
                );
            }
            // However slowly it begins, later it must keep the least rate: the deadline moves with
            // what came.
            const auto until =
                body_began_ + limits().body_grace +
                std::chrono::milliseconds(body_size_ * 1000 / limits().body_rate_min_bytes);
            const auto room = input_.room(piece_size_);
            const auto count = co_await wire_->read(room, until);
            if (count == room.size()) piece_size_ = std::min(2 * piece_size_, piece_size_max);
            if (count == 0) {
                broken_ = true;
                if (!wire_->late()) co_return std::unexpected(BodyFault{What::closed, {}});
                co_return std::unexpected(BodyFault{
                    What::too_slow, "of the body only " + std::to_string(body_size_) +
                                        " bytes came in time; send at least " +
                                        std::to_string(limits().body_rate_min_bytes) +
                                        " bytes a second"
                });
            }
            input_.came(count);
        }
        if (!input_.bytes().empty())
            co_return std::unexpected(BodyFault{What::pipelined, std::string(pipelined)});
        co_return std::string_view{};
    }

private:
    static constexpr std::string_view pipelined =
        "more bytes came after the request, before its answer; send one request at a time, and a "
        "body as "
        "long as its header says";

    const ApiLimits& limits() const { return api_->limits; }

    /// @return whether the connection goes on
    Async<bool> one_request(bool first) {
        request_ = Request{};
        request_.body_source = this;
        request_.from_loopback = peer_.loopback;
        request_.address = peer_.address;
        parser_.emplace(request_, limits());
        expects_continue_ = broken_ = false;
        body_size_ = 0;
        piece_size_ = piece_size_min;

        const auto head = co_await read_head(first);
        if (!head) co_return false;
        const auto began = Clock::now();
        Answer answer;
        if (!head->empty()) {
            if (auto problem = check_head(*head, limits()))
                answer = refusal(*problem);
            else
                answer = co_await answer_head(*head);
        } else {
            answer = refusal(
                {.status = wire_->late() ? 408 : 431,
                 .detail = wire_->late()
                               ? "the head of the request did not come in time"
                               : "the request line and header fields have more than " +
                                     std::to_string(limits().header_size_max_bytes) + " bytes"}
            );
        }
        co_return co_await give(std::move(answer), began);
    }

    static Answer refusal(const HeadProblem& problem) {
        auto answer = problem_answer(kind_of_status(problem.status), problem.detail);
        answer.close = true;
        return answer;
    }

    /// Up to the empty line. An empty text: it is too long, or too slow; nothing: there is no
    /// request.
    Async<std::optional<std::string>> read_head(bool first) {
        const auto begun = Clock::now();
        auto until = begun + (first ? limits().header_timeout : limits().idle_timeout);
        bool started = false;
        while (true) {
            const auto bytes = input_.bytes();
            if (const auto end = bytes.find("\r\n\r\n"); end != bytes.npos)
                co_return std::string(bytes.substr(0, end + 4));
            if (bytes.size() > limits().header_size_max_bytes) co_return std::string();
            if (!bytes.empty() && !std::exchange(started, true) && !first)
                until = Clock::now() + limits().header_timeout;
            const auto count = co_await wire_->read(input_.room(bytes.empty() ? head_size_usual : head_size_more), until);
            if (count == 0) {
                // Nobody waits for an answer to a request that never began.
                if (!wire_->late() || input_.bytes().empty()) co_return std::nullopt;
                co_return std::string();
            }
            input_.came(count);
        }
    }

    Async<Answer> answer_head(std::string_view head) {
        error_code failed;
        const auto used = parser_->put(asio::const_buffer(head.data(), head.size()), failed);
        if (failed || used != head.size() || !parser_->is_header_done())
            co_return refusal({.status = 400, .detail = "the head is not HTTP: " + failed.message()}
            );
        input_.use(used);
        if (const auto length = parser_->content_length()) request_.content_length = *length;
        request_.has_body = parser_->chunked() || request_.content_length.value_or(0) > 0;
        if (!request_.has_body && !input_.bytes().empty())
            co_return refusal({.status = 400, .detail = std::string(pipelined)});
        expects_continue_ = request_.has_body && request_.field("expect") != nullptr;
        co_return co_await answer_request(*api_, request_);
    }

    /// Sends the answer. @return whether the connection goes on
    Async<bool> give(Answer answer, Clock::time_point began) {
        const bool body_left = broken_ || (request_.has_body && !parser_->is_done());
        const bool is_chunked = answer.stream && parser_->is_1_1();
        const bool close = answer.close || body_left || !parser_->is_header_done() ||
                           !parser_->keep_alive() || (answer.stream && !is_chunked);
        bool sent = false;
        if (answer.status != 499) {
            const auto text = text_of(answer, close, is_chunked);
            // Nobody may hold an answer's memory by reading slowly.
            const auto until =
                Clock::now() + limits().body_grace +
                std::chrono::milliseconds(text.size() * 1000 / limits().body_rate_min_bytes / 16);
            sent = co_await wire_->write(text, until);
        }
        if (sent && answer.feed) co_await send_events(*api_, wire_, std::move(*answer.feed));
        if (answer.stream) {
            if (sent) sent = co_await pass_on(answer, is_chunked);
            answer.stream->end();
            if (!sent) wire_->close();
        }
        say(answer, began);
        if (!sent || !close) co_return sent;
        co_await wire_->linger(Clock::now() + limits().linger_timeout);
        co_return false;
    }

    /// Sends what a stream gives, until its end. Not all of it: the connection ends so that the peer
    /// knows.
    Async<bool> pass_on(Answer& answer, bool is_chunked) {
        if (!is_chunked) wire_->end_is_error(true);
        wire_->on_close([weak = std::weak_ptr(answer.stream)] {
            if (const auto stream = weak.lock()) stream->end();
        });
        // What holds for a whole answer holds for all pieces together; how long they take to be made is
        // not the reader's fault.
        auto patience = std::chrono::duration_cast<Clock::duration>(limits().body_grace);
        auto piece = std::exchange(answer.body, {});
        bool is_end = false;
        while (!is_end) {
            if (piece.empty()) {
                auto next = co_await answer.stream->next();
                if (!next) {
                    answer.defect = next.error().message;
                    co_return false;
                }
                piece = std::move(*next);
                is_end = piece.empty();
            }
            if (is_chunked) piece = is_end ? "0\r\n\r\n" : chunk_of(piece);
            patience += std::chrono::milliseconds(piece.size() * 1000 / limits().body_rate_min_bytes / 16);
            const auto begun = Clock::now();
            if (!co_await wire_->write(piece, begun + patience)) co_return false;
            patience -= Clock::now() - begun;
            piece.clear();
        }
        if (!is_chunked) wire_->end_is_error(false);
        co_return true;
    }

    static std::string chunk_of(std::string_view bytes) {
        std::array<char, 16> digits;
        const auto end = std::to_chars(digits.begin(), digits.end(), bytes.size(), 16).ptr;
        std::string out(digits.begin(), end);
        out.reserve(out.size() + bytes.size() + 4);
        out += "\r\n";
        out += bytes;
        out += "\r\n";
        return out;
    }

    void say(const Answer& answer, Clock::time_point began) {
        if (!*log_) return;
        (*log_)(AccessLine{
            .peer = peer_.address,
            .method = request_.method.empty() ? "-" : request_.method,
            .path = request_.path.empty() ? "-" : request_.path,
            .status = answer.status,
            .took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - began),
            .defect = answer.defect
        });
    }

    std::string text_of(const Answer& answer, bool close, bool is_chunked) const;

    std::shared_ptr<Api> api_;
    std::shared_ptr<Wire> wire_;
    Peer peer_;
    std::shared_ptr<const AccessLog> log_;
    Input input_;
    Request request_;
    std::optional<RequestParser> parser_;
    bool expects_continue_ = false;
    bool broken_ = false;  // the framing of the body is lost
    std::uint64_t body_size_ = 0;
    std::size_t piece_size_ = piece_size_min;
    Clock::time_point body_began_{};
};

std::string Conversation::text_of(const Answer& answer, bool close, bool is_chunked) const {
    std::string out = "HTTP/1.1 " + std::to_string(answer.status) + " ";
    const auto reason = http::obsolete_reason(static_cast<http::status>(answer.status));
    out.append(reason.data(), reason.size());
    out += "\r\nDate: " + http_date(std::chrono::system_clock::now());
    out += "\r\nContent-Type: " + answer.content_type;
    if (is_chunked) out += "\r\nTransfer-Encoding: chunked";
    if (!answer.feed && !answer.stream && answer.status != 304) out += "\r\nContent-Length: " + std::to_string(answer.body.size());
    // The answers are nobody's to keep, to frame, to guess at or to run, but where one says otherwise of itself.
    const auto has = [&](std::string_view name) {
        return std::ranges::any_of(answer.headers, [&](const auto& each) { return each.first == name; });
    };
    if (!has("Cache-Control")) out += "\r\nCache-Control: no-store";
    if (!has("Content-Security-Policy"))
        out += "\r\nContent-Security-Policy: default-src 'none'; frame-ancestors 'none'";
    out +=
        "\r\nX-Content-Type-Options: nosniff"
        "\r\nReferrer-Policy: no-referrer"
        "\r\nCross-Origin-Resource-Policy: same-origin";
    if (wire_->secure()) out += "\r\nStrict-Transport-Security: max-age=31536000";
    for (const auto& [name, value] : answer.headers) out += "\r\n" + name + ": " + value;
    if (close) out += "\r\nConnection: close";
    out += "\r\n\r\n";
    // To HEAD only what the head would be. @source RFC 9110, section 9.3.2
    if (!answer.feed && !answer.stream && request_.method != "HEAD") out += answer.body;
    return out;
}

}  // namespace

Async<void> serve_connection(
    std::shared_ptr<Api> api, std::shared_ptr<Wire> wire, Peer peer,
    std::shared_ptr<const AccessLog> log
) {
    Conversation conversation(std::move(api), std::move(wire), std::move(peer), std::move(log));
    co_await conversation.run();
}

}  // namespace porteur
