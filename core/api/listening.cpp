// SPDX-License-Identifier: Apache-2.0
#include "api/listening.hpp"

#include <sys/socket.h>

#include <openssl/ssl.h>

#include <boost/asio/ssl.hpp>

namespace porteur {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

Result<std::shared_ptr<asio::ssl::context>> make_tls(const std::optional<ListenTls>& files) {
    if (!files) return nullptr;
    const auto made = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
    auto& tls = *made;
    error_code failed;
    // TLS 1.2 or newer; compression and renegotiation stay off, as OpenSSL 3 has them.
    tls.set_options(
        asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
            asio::ssl::context::no_tlsv1_1 | SSL_OP_NO_RENEGOTIATION,
        failed
    );
    tls.use_certificate_chain_file(files->cert_file.string(), failed);
    if (failed)
        return failure(
            ErrorKind::invalid_input, "api.tls: the certificate " + files->cert_file.string() +
                                          " cannot be used: " + failed.message()
        );
    tls.use_private_key_file(files->key_file.string(), asio::ssl::context::pem, failed);
    if (failed)
        return failure(
            ErrorKind::invalid_input,
            "api.tls: the key " + files->key_file.string() + " cannot be used: " + failed.message()
        );
    if (SSL_CTX_check_private_key(tls.native_handle()) != 1)
        return failure(
            ErrorKind::invalid_input, "api.tls: the key " + files->key_file.string() +
                                          " does not belong to " + files->cert_file.string()
        );
    return made;
}

Result<tcp::acceptor> listen_with(asio::any_io_executor executor, int socket) {
    sockaddr bound{};
    socklen_t size = sizeof bound;
    const bool known = ::getsockname(socket, &bound, &size) == 0;
    tcp::acceptor acceptor(std::move(executor));
    error_code failed;
    acceptor.assign(known && bound.sa_family == AF_INET6 ? tcp::v6() : tcp::v4(), socket, failed);
    if (failed)
        return failure(ErrorKind::unavailable, "api: cannot take over the socket that it was given: " + failed.message());
    return acceptor;
}

Result<tcp::acceptor> listen_on(asio::any_io_executor executor, const std::string& where, std::uint16_t port) {
    error_code failed;
    const auto address = asio::ip::make_address(where, failed);
    if (failed)
        return failure(ErrorKind::invalid_input, "api: " + porteur::quoted(where) + " is not an IP address; write one, as in \"127.0.0.1\"");
    const tcp::endpoint endpoint(address, port);
    tcp::acceptor acceptor(std::move(executor));
    acceptor.open(endpoint.protocol(), failed);
    if (!failed) acceptor.set_option(asio::socket_base::reuse_address(true), failed);
    if (!failed) acceptor.bind(endpoint, failed);
    if (!failed) acceptor.listen(asio::socket_base::max_listen_connections, failed);
    if (failed)
        return failure(
            ErrorKind::unavailable, "api: cannot listen on " + where + " port " + std::to_string(port) + ": " + failed.message()
        );
    return acceptor;
}

}  // namespace porteur
