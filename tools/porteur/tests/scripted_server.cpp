// SPDX-License-Identifier: Apache-2.0
#include "scripted_server.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <mutex>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

namespace porteur::cli {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::string answer_of(const Step& step) {
    using End = Step::End;
    if (step.end == End::garbage) return step.body;
    auto head = fmt::format("HTTP/1.1 {} Scripted\r\nContent-Type: {}\r\n", step.status, step.type);
    for (const auto& [name, value] : step.fields) head += name + ": " + value + "\r\n";
    if (step.end == End::stays_open || step.end == End::breaks_off)
        return head + "Transfer-Encoding: chunked\r\n\r\n" +
               (step.body.empty() ? "" : fmt::format("{:x}\r\n{}\r\n", step.body.size(), step.body)
               );
    head += fmt::format("Content-Length: {}\r\nConnection: close\r\n\r\n", step.body.size());
    return head + (step.end == End::half ? step.body.substr(0, step.body.size() / 2) : step.body);
}

template <class Stream>
Seen read_request(Stream& stream, bool with_body) {
    Seen seen;
    std::string input;
    error_code error;
    const auto end = asio::read_until(stream, asio::dynamic_buffer(input), "\r\n\r\n", error);
    if (error) return seen;
    auto head = input.substr(0, end);
    seen.body = input.substr(end);
    std::size_t size = 0;
    bool first = true;
    while (head.find("\r\n") > 0 && head.find("\r\n") != head.npos) {
        const auto line = head.substr(0, head.find("\r\n"));
        head.erase(0, line.size() + 2);
        if (std::exchange(first, false)) {
            seen.line = line.substr(0, line.rfind(' '));
            continue;
        }
        const auto colon = line.find(':');
        auto name = line.substr(0, colon);
        std::ranges::transform(name, name.begin(), [](unsigned char letter) {
            return static_cast<char>(std::tolower(letter));
        });
        seen.fields.emplace_back(name, line.substr(colon + 2));
        if (name == "content-length") size = std::stoul(line.substr(colon + 2));
    }
    if (with_body && seen.body.size() < size) {
        const auto has = seen.body.size();
        seen.body.resize(size);
        asio::read(stream, asio::buffer(seen.body.data() + has, size - has), error);
    }
    return seen;
}

}  // namespace

std::string Seen::field(const std::string& name) const {
    for (const auto& [each, value] : fields)
        if (each == name) return value;
    return {};
}

struct ScriptedServer::Impl {
    explicit Impl(std::vector<Step> all, const std::string& tls_pem)
        : steps(std::move(all)), context(asio::ssl::context::tls_server), tls(!tls_pem.empty()) {
        if (!tls) return;
        context.use_certificate_chain_file(tls_pem);
        context.use_private_key_file(tls_pem, asio::ssl::context::pem);
    }

    std::vector<Step> steps;
    asio::io_context io;
    asio::ssl::context context;
    bool tls;
    tcp::acceptor acceptor{io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    std::mutex mutex;
    std::vector<Seen> seen;
    std::vector<tcp::socket> kept;
    std::jthread thread;

    template <class Stream>
    void serve(Stream& stream, const Step& step) {
        auto request = read_request(stream, step.end != Step::End::before_body);
        const bool expected = request.line == step.expects;
        {
            const std::lock_guard lock(mutex);
            seen.push_back(std::move(request));
        }
        error_code ignored;
        if (!expected) {
            const Step unexpected{
                .expects = {}, .status = 599, .body = R"({"title":"not what the test expects"})"
            };
            asio::write(stream, asio::buffer(answer_of(unexpected)), ignored);
        } else if (step.end != Step::End::nothing) {
            asio::write(stream, asio::buffer(answer_of(step)), ignored);
        }
    }

    void run() {
        for (std::size_t index = 0;; ++index) {
            error_code error;
            tcp::socket socket(io);
            acceptor.accept(socket, error);
            if (error) return;
            const auto step = index < steps.size() ? steps[index] : Step{.expects = {}, .body = {}};
            if (tls) {
                asio::ssl::stream<tcp::socket&> stream(socket, context);
                stream.handshake(asio::ssl::stream_base::server, error);
                if (!error) {
                    serve(stream, step);
                    stream.shutdown(error);
                }
            } else {
                serve(socket, step);
            }
            if (step.end == Step::End::before_body) {
                // Closing with unread bytes would reset the connection and lose the answer.
                socket.shutdown(tcp::socket::shutdown_send, error);
                char piece[4096];
                while (!error) socket.read_some(asio::buffer(piece), error);
            }
            if (step.end == Step::End::stays_open) kept.push_back(std::move(socket));
        }
    }
};

ScriptedServer::ScriptedServer(std::vector<Step> steps, const std::string& tls_pem)
    : impl_(std::make_unique<Impl>(std::move(steps), tls_pem)) {
    impl_->thread = std::jthread([impl = impl_.get()] { impl->run(); });
}

ScriptedServer::~ScriptedServer() {
    // Ends a blocking accept, which closing would not.
    ::shutdown(impl_->acceptor.native_handle(), SHUT_RDWR);
    impl_->thread.join();
}

std::string ScriptedServer::url() const {
    return fmt::format(
        "{}://127.0.0.1:{}", impl_->tls ? "https" : "http", impl_->acceptor.local_endpoint().port()
    );
}

std::vector<Seen> ScriptedServer::seen() {
    const std::lock_guard lock(impl_->mutex);
    return impl_->seen;
}

std::string ScriptedServer::lines() {
    std::string out;
    for (const auto& each : seen()) out += (out.empty() ? "" : " | ") + each.line;
    return out;
}

}  // namespace porteur::cli
