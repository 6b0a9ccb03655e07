// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>

#include <porteur/result.hpp>

#include "api/connection.hpp"
#include "api/limits.hpp"

namespace boost::asio::ssl {
class context;
}

namespace porteur {

/// Certificate and key of the API's own TLS, PEM.
struct ListenTls {
    std::filesystem::path cert_file, key_file;
};

struct ListenSettings {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8480;  ///< 0 = any free one
    int listener = -1;  ///< a listening TCP socket, which is taken over in place of address and port; -1: none
    std::optional<ListenTls> tls;
    ApiLimits limits;
    std::shared_ptr<const ConsoleFiles> console = {};  ///< null: none, not even a word that it is missing
    AccessLog log;  ///< called on the io_context's threads; may be empty
};

/// Serves the HTTP API. The io_context may be run by any number of threads; each connection has a
/// strand of its own.
///
/// The services must outlive every connection: stop(), then run the io_context to its end or
/// destroy it, then destroy the services.
class ApiServer {
public:
    ApiServer(boost::asio::io_context& io, ListenSettings settings, ApiServices& services);
    ~ApiServer();
    ApiServer(const ApiServer&) = delete;
    ApiServer& operator=(const ApiServer&) = delete;

    /// Listens and begins to accept.
    /// @return  the port
    /// @errors  invalid_input: the address is none, or certificate and key cannot be used;
    ///          unavailable: the port is taken or may not be used
    Result<std::uint16_t> start();

    /// What connections show that begin from now on (make_tls); those that there are keep theirs. Nothing where it listens
    /// without TLS. @threads any, after start()
    void take_certificate(std::shared_ptr<boost::asio::ssl::context> tls);

    /// Takes no connection any more and closes those that there are; a request whose handler is
    /// under way is brought to its end, without an answer. @threads any
    void stop();

    /// How many connections there are now. @threads any
    std::size_t connection_count() const;

private:
    struct State;
    /// @return  the port
    std::uint16_t accept();

    std::shared_ptr<State> state_;
};

}  // namespace porteur
