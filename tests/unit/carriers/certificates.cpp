// SPDX-License-Identifier: Apache-2.0
#include "certificates.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>

namespace porteur::test {
namespace {

struct Freed {
    void operator()(X509* certificate) const { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Certificate = std::unique_ptr<X509, Freed>;
using Key = std::unique_ptr<EVP_PKEY, Freed>;

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    if (!extension) throw std::runtime_error("extension " + value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

Certificate make(const std::string& name, EVP_PKEY* key, long serial) {
    Certificate made(X509_new());
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_set_pubkey(made.get(), key);
    X509_NAME_add_entry_by_txt(
        X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
        reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0
    );
    return made;
}

}  // namespace

struct Authority::Keys {
    Key key;
    Certificate certificate;
};

Authority::Authority(const std::string& name) : keys_(std::make_unique<Keys>()) {
    keys_->key.reset(EVP_EC_gen("P-256"));
    keys_->certificate = make(name, keys_->key.get(), 1);
    X509* own = keys_->certificate.get();
    X509_set_issuer_name(own, X509_get_subject_name(own));
    extend(own, own, NID_basic_constraints, "critical,CA:TRUE");
    extend(own, own, NID_subject_key_identifier, "hash");
    X509_sign(own, keys_->key.get(), EVP_sha256());

    file_ = "/tmp/porteur-test-ca-XXXXXX";
    const int number = ::mkstemp(file_.data());
    std::FILE* out = ::fdopen(number, "w");
    PEM_write_X509(out, own);
    std::fclose(out);
}

Authority::~Authority() { ::unlink(file_.c_str()); }

boost::asio::ssl::context Authority::server_for(const std::string& subject) const {
    Key key(EVP_EC_gen("P-256"));
    Certificate leaf = make("server", key.get(), 2);
    X509_set_issuer_name(leaf.get(), X509_get_subject_name(keys_->certificate.get()));
    extend(leaf.get(), keys_->certificate.get(), NID_subject_alt_name, subject);
    X509_sign(leaf.get(), keys_->key.get(), EVP_sha256());

    boost::asio::ssl::context context(boost::asio::ssl::context::tls_server);
    SSL_CTX_use_certificate(context.native_handle(), leaf.get());
    SSL_CTX_use_PrivateKey(context.native_handle(), key.get());
    return context;
}

}  // namespace porteur::test
