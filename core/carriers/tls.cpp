// SPDX-License-Identifier: Apache-2.0
#include "carriers/tls.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>

namespace porteur::carriers {

namespace ssl = boost::asio::ssl;

namespace {

/// The system's authorities; nothing if they cannot be read. Kept until the process ends.
X509_STORE* system_store() {
    static X509_STORE* const store = []() -> X509_STORE* {
        X509_STORE* made = X509_STORE_new();
        if (made && X509_STORE_set_default_paths(made) == 1) return made;
        X509_STORE_free(made);
        return nullptr;
    }();
    return store;
}

}  // namespace

Result<ssl::context> make_tls_context(const std::string& ca_file) {
    ssl::context context(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    static constexpr unsigned char protocols[] = "\x08http/1.1";
    SSL_CTX_set_alpn_protos(context.native_handle(), protocols, sizeof protocols - 1);

    boost::system::error_code error;
    if (ca_file.empty()) {
        X509_STORE* store = system_store();
        if (!store)
            return failure(ErrorKind::invalid_input, "the system's CA store cannot be read");
        SSL_CTX_set1_cert_store(context.native_handle(), store);
    } else {
        context.load_verify_file(ca_file, error);
        if (error) {
            return failure(
                ErrorKind::invalid_input,
                "ca_file " + quoted(ca_file, 200) + ": " + error.message() +
                    "; it must be a PEM file of certificates that this user may read"
            );
        }
    }
    context.set_verify_mode(ssl::verify_peer);
    return context;
}

bool expect_host(SSL* session, const std::string& host) {
    boost::system::error_code not_an_address;
    boost::asio::ip::make_address(host, not_an_address);
    if (!not_an_address) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()) == 1;
    }
    SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set_tlsext_host_name(session, const_cast<char*>(host.c_str())) == 1 &&
           SSL_set1_host(session, host.c_str()) == 1;
}

std::string certificate_problem(SSL* session) {
    const long verdict = SSL_get_verify_result(session);
    return verdict == X509_V_OK ? std::string() : X509_verify_cert_error_string(verdict);
}

}  // namespace porteur::carriers
