// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <boost/asio/ssl/context.hpp>

#include <porteur/result.hpp>

namespace porteur::carriers {

/// A TLS client context: verification on, TLS 1.2 or newer, ALPN http/1.1.
///
/// @param ca_file  PEM file of the authorities to trust and no others; empty takes the system's
/// store,
///                 which is read once and shared by all contexts of the process (reading it takes
///                 about 10 ms and holds about 1 MB)
/// @errors         invalid_input: the file cannot be read or holds no certificate
/// @threads        any
Result<boost::asio::ssl::context> make_tls_context(const std::string& ca_file);

/// Prepares a TLS session for one host: server name indication and the check that the certificate
/// is that host's (a name, or an IP address). @return false if OpenSSL refused, out of memory
/// @threads  any
bool expect_host(SSL* session, const std::string& host);

/// Why a handshake failed, in OpenSSL's words: "hostname mismatch", "unable to get local issuer
/// certificate". Empty when the certificate was not the reason. @threads any
std::string certificate_problem(SSL* session);

}  // namespace porteur::carriers
