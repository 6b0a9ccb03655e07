// SPDX-License-Identifier: Apache-2.0
// Each call starts one asynchronous action and runs the io_context in short pieces until it is
// done, so that time-outs hold and progress can be shown without a second thread.
#include "transport.hpp"

#include <openssl/ssl.h>

#include <optional>
#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <porteur/result.hpp>

namespace porteur::cli {
namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds tick_length{100};

bool expect_host(SSL* session, const std::string& host) {
    error_code not_an_address;
    asio::ip::make_address(host, not_an_address);
    if (!not_an_address)
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()) == 1;
    SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set_tlsext_host_name(session, const_cast<char*>(host.c_str())) == 1 &&
           SSL_set1_host(session, host.c_str()) == 1;
}

}  // namespace

struct Transport::Impl {
    Impl(ServerUrl address, Tick on_tick)
        : url(std::move(address)),
          tick(std::move(on_tick)),
          context(ssl::context::tls_client),
          socket(io) {}

    ServerUrl url;
    Tick tick;
    asio::io_context io;
    ssl::context context;
    tcp::socket socket;
    std::optional<ssl::stream<tcp::socket&>> tls;

    struct Waited {
        error_code error;
        std::size_t count = 0;
        bool called_off = false;
    };

    std::string where() const { return url.text(); }

    Waited finish(Waited& waited, bool& done, milliseconds timeout) {
        const auto until = steady_clock::now() + timeout;
        while (!done) {
            io.restart();
            io.run_for(tick_length);
            if (done) break;
            waited.called_off = tick && !tick();
            if (!waited.called_off && steady_clock::now() < until) continue;
            const bool called_off = waited.called_off;
            error_code ignored;
            socket.close(ignored);
            io.restart();
            // The closed socket completes what waits for it; a name look-up cannot be interrupted
            // and is left to the io_context's destructor.
            while (!done && io.run_for(tick_length) > 0) {
            }
            waited.called_off = called_off;
            waited.error = asio::error::timed_out;
            break;
        }
        return waited;
    }

    // The state is shared with the handler, which may outlive the waiting for it.
    template <class Start>
    Waited wait(milliseconds timeout, Start start) {
        struct State {
            Waited waited;
            bool done = false;
        };
        const auto state = std::make_shared<State>();
        start([state](error_code error, auto... counts) {
            state->waited.error = error;
            if constexpr (sizeof...(counts) == 1)
                ((state->waited.count = static_cast<std::size_t>(counts)), ...);
            state->done = true;
        });
        return finish(state->waited, state->done, timeout);
    }

    std::unexpected<Trouble> failed(const Waited& waited, const std::string& what) const {
        if (waited.called_off) return trouble(ExitCode::timed_out, phrase("{1:text}: called off", what));
        return trouble(
            ExitCode::not_reachable, waited.error == asio::error::timed_out
                                         ? phrase("{1:text}: took too long", what)
                                         : what + ": " + waited.error.message()
        );
    }

    Outcome<void> connect(milliseconds timeout) {
        tcp::resolver resolver(io);
        std::shared_ptr<tcp::resolver::results_type> found =
            std::make_shared<tcp::resolver::results_type>();
        auto waited = wait(timeout, [&](auto done) {
            resolver.async_resolve(
                url.host, url.port,
                [done, found](error_code error, tcp::resolver::results_type results) mutable {
                    *found = std::move(results);
                    done(error);
                }
            );
        });
        if (waited.error) return failed(waited, phrase("{1} cannot be looked up", where()));
        waited = wait(timeout, [&](auto done) {
            asio::async_connect(
                socket, *found,
                [done](error_code error, const tcp::endpoint&) mutable { done(error); }
            );
        });
        if (waited.error) return failed(waited, phrase("{1} cannot be connected to", where()));
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        return {};
    }

    Outcome<void> make_tls(const std::string& ca_file, milliseconds timeout) {
        SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
        error_code error;
        if (ca_file.empty())
            context.set_default_verify_paths(error);
        else
            context.load_verify_file(ca_file, error);
        if (error)
            return trouble(
                ExitCode::usage,
                phrase(
                    "--ca-file {1}: {2}; it must be a PEM file of certificates", quoted(ca_file, 200), error.message()
                )
            );
        context.set_verify_mode(ssl::verify_peer);
        tls.emplace(socket, context);
        if (!expect_host(tls->native_handle(), url.host))
            return trouble(
                ExitCode::not_reachable, phrase("{1}: TLS cannot be set up for this host", where())
            );
        const auto waited =
            wait(timeout, [&](auto done) { tls->async_handshake(ssl::stream_base::client, done); });
        if (!waited.error) return {};
        const long verdict = SSL_get_verify_result(tls->native_handle());
        if (verdict != X509_V_OK)
            return trouble(
                ExitCode::not_reachable,
                phrase(
                    "{1}: its certificate is not accepted: {2}; name its authority with --ca-file FILE", where(),
                    X509_verify_cert_error_string(verdict)
                )
            );
        return failed(waited, phrase("{1} does not speak TLS with us", where()));
    }
};

Transport::Transport(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Transport::~Transport() = default;

Outcome<std::unique_ptr<Transport>> Transport::open(
    const ServerUrl& url, const std::string& ca_file, milliseconds timeout, Tick tick
) {
    auto impl = std::make_unique<Impl>(url, std::move(tick));
    if (auto connected = impl->connect(timeout); !connected) return passed_on(connected);
    if (url.tls) {
        if (auto made = impl->make_tls(ca_file, timeout); !made) return passed_on(made);
    }
    return std::unique_ptr<Transport>(new Transport(std::move(impl)));
}

Outcome<void> Transport::write(std::string_view bytes, milliseconds timeout) {
    const auto waited = impl_->wait(timeout, [&](auto done) {
        const auto buffer = asio::buffer(bytes.data(), bytes.size());
        if (impl_->tls)
            asio::async_write(*impl_->tls, buffer, done);
        else
            asio::async_write(impl_->socket, buffer, done);
    });
    if (waited.error) return impl_->failed(waited, phrase("sending to {1}", impl_->where()));
    return {};
}

Outcome<std::size_t> Transport::read(std::span<char> into, milliseconds timeout) {
    const auto waited = impl_->wait(timeout, [&](auto done) {
        const auto buffer = asio::buffer(into.data(), into.size());
        if (impl_->tls)
            impl_->tls->async_read_some(buffer, done);
        else
            impl_->socket.async_read_some(buffer, done);
    });
    if (waited.error == asio::error::eof) return 0;
    if (waited.error) return impl_->failed(waited, phrase("the answer of {1}", impl_->where()));
    return waited.count;
}

bool Transport::has_answer() const {
    error_code ignored;
    return !impl_->tls && impl_->socket.available(ignored) > 0;
}

}  // namespace porteur::cli
