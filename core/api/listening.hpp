// SPDX-License-Identifier: Apache-2.0
#pragma once

// The socket that the API listens on, and its TLS.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "api/server.hpp"

namespace porteur {

/// Reads certificate and key.
/// @return  null where no files are named
/// @errors  invalid_input: they cannot be used
Result<std::shared_ptr<boost::asio::ssl::context>> make_tls(const std::optional<ListenTls>& files);

/// @errors  invalid_input: the address is none; unavailable: the port is taken or may not be used
Result<boost::asio::ip::tcp::acceptor> listen_on(boost::asio::any_io_executor executor, const std::string& address, std::uint16_t port);

/// @param socket  listens already; it is owned from here on
/// @errors  unavailable
Result<boost::asio::ip::tcp::acceptor> listen_with(boost::asio::any_io_executor executor, int socket);

}  // namespace porteur
