// SPDX-License-Identifier: Apache-2.0
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <gmock/gmock.h>
#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include "api/listening.hpp"
#include "api/standing_by_server.hpp"
#include "api_client.hpp"
#include "support/result_matchers.hpp"

namespace porteur::testing {
namespace {

namespace asio = boost::asio;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// A key and a certificate of its own in a folder that goes with it.
class SelfSigned {
public:
    explicit SelfSigned(const std::string& subject = "localhost")
        : folder_(
              std::filesystem::temp_directory_path() / ("porteur-api-" + subject + std::to_string(::getpid()))
          ) {
        std::filesystem::create_directories(folder_);
        EVP_PKEY* key = EVP_EC_gen("P-256");
        X509* certificate = X509_new();
        X509_set_version(certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
        X509_set_pubkey(certificate, key);
        auto* name = X509_get_subject_name(certificate);
        X509_NAME_add_entry_by_txt(
            name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(subject.c_str()), -1, -1, 0
        );
        X509_set_issuer_name(certificate, name);
        X509_sign(certificate, key, EVP_sha256());
        std::FILE* file = std::fopen(files().cert_file.c_str(), "w");
        PEM_write_X509(file, certificate);
        std::fclose(file);
        file = std::fopen(files().key_file.c_str(), "w");
        PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
        std::fclose(file);
        X509_free(certificate);
        EVP_PKEY_free(key);
    }
    ~SelfSigned() { std::filesystem::remove_all(folder_); }
    ListenTls files() const { return {folder_ / "cert.pem", folder_ / "key.pem"}; }

private:
    std::filesystem::path folder_;
};

std::string ask_over_tls(std::uint16_t port, const std::string& bytes, int version_max = 0) {
    asio::io_context io;
    asio::ssl::context tls(asio::ssl::context::tls_client);
    asio::ssl::stream<asio::ip::tcp::socket> stream(io, tls);
    if (version_max) SSL_set_max_proto_version(stream.native_handle(), version_max);
    stream.next_layer().connect({asio::ip::address_v4::loopback(), port});
    boost::system::error_code failed;
    stream.handshake(asio::ssl::stream_base::client, failed);
    if (failed) return "no session";
    asio::write(stream, asio::buffer(bytes));
    std::string answer;
    asio::read(stream, asio::dynamic_buffer(answer), failed);
    return answer;
}

constexpr const char* get_and_close =
    "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

TEST(Tls, ServesTheSameAndSaysToStayWithIt) {
    const SelfSigned own;
    Served served({}, own.files());
    EXPECT_THAT(
        ask_over_tls(served.port, get_and_close),
        AllOf(
            HasSubstr("HTTP/1.1 200 OK"), HasSubstr("Strict-Transport-Security: max-age="),
            HasSubstr("\"ok\":true")
        )
    );
    EXPECT_THAT(
        ask_over_tls(
            served.port, "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1 1\r\n\r\n"
        ),
        HasSubstr("HTTP/1.1 400 ")
    );
}

TEST(Tls, SpeaksNoOldVersion) {
    const SelfSigned own;
    Served served({}, own.files());
    EXPECT_THAT(ask_over_tls(served.port, get_and_close, TLS1_2_VERSION), HasSubstr("200 OK"));
    EXPECT_EQ(ask_over_tls(served.port, get_and_close, TLS1_1_VERSION), "no session");
}

TEST(Tls, TellsPlainHttpThatItIsTls) {
    const SelfSigned own;
    Served served({}, own.files());
    for (const std::string method : {"GET", "POST", "PATCH", "DELETE", "OPTIONS", "CONNECT"}) {
        Client plain = served.connect();
        plain.send(method + " /v1/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer never\r\n\r\n");
        const auto answer = plain.receive();
        EXPECT_EQ(answer.status, 400) << method;
        EXPECT_THAT(answer.body, HasSubstr("this port speaks TLS"));
        EXPECT_TRUE(plain.at_end());
    }
    EXPECT_TRUE(soon([&] { return served.server->connection_count() == 0; }));
}

TEST(Tls, LetsGoOfWhoNeverShakesHands) {
    const SelfSigned own;
    ApiLimits limits;
    limits.header_timeout = std::chrono::milliseconds(50);
    Served served(limits, own.files());
    Client silent = served.connect();
    EXPECT_TRUE(silent.at_end());
    Client strange = served.connect();
    strange.send("not TLS either\r\n\r\n");
    EXPECT_EQ(strange.receive().status, 0);
    EXPECT_TRUE(soon([&] { return served.server->connection_count() == 0; }));
}

/// A client that keeps its connection.
class TlsClient {
public:
    explicit TlsClient(std::uint16_t port) {
        stream_.next_layer().connect({asio::ip::address_v4::loopback(), port});
        stream_.handshake(asio::ssl::stream_base::client);
    }
    std::string subject() {
        X509* certificate = SSL_get1_peer_certificate(stream_.native_handle());
        char name[100] = {};
        X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
        X509_free(certificate);
        return name;
    }
    std::string ask_and_close() {
        boost::system::error_code ended;
        asio::write(stream_, asio::buffer(std::string(get_and_close)));
        std::string answer;
        asio::read(stream_, asio::dynamic_buffer(answer), ended);
        return answer;
    }

private:
    asio::io_context io_;
    asio::ssl::context tls_{asio::ssl::context::tls_client};
    asio::ssl::stream<asio::ip::tcp::socket> stream_{io_, tls_};
};

TEST(Tls, ShowsARenewedCertificateFromTheNextConnectionOn) {
    const SelfSigned own, renewed("renewed");
    Served served({}, own.files());
    TlsClient before(served.port);
    EXPECT_EQ(before.subject(), "localhost");
    const auto put = [&own](const ListenTls& files) {
        for (const auto& [from, to] : {std::pair(files.cert_file, own.files().cert_file), std::pair(files.key_file, own.files().key_file)})
            std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
    };
    put(renewed.files());
    served.server->take_certificate(make_tls(own.files()).value());
    EXPECT_EQ(TlsClient(served.port).subject(), "renewed");
    EXPECT_THAT(before.ask_and_close(), HasSubstr("200 OK")) << "whoever was there goes on";

    // Half of a renewal: the certificate alone.
    const SelfSigned other("other");
    std::filesystem::copy_file(other.files().cert_file, own.files().cert_file, std::filesystem::copy_options::overwrite_existing);
    EXPECT_THAT(make_tls(own.files()), FailsWith(ErrorKind::invalid_input, HasSubstr("key.pem")));
    served.server->take_certificate(nullptr);
    EXPECT_EQ(TlsClient(served.port).subject(), "renewed") << "TLS is not switched off";
}

TEST(Tls, OfANodeThatStandsByIsRenewedToo) {
    const SelfSigned own, renewed("renewed");
    const auto server = StandingByServer::start(ListenSettings{.port = 0, .tls = own.files(), .limits = {}, .log = {}}, [] { return std::string(); });
    ASSERT_TRUE(server) << server.error().message;
    EXPECT_EQ(TlsClient((*server)->port()).subject(), "localhost");
    (*server)->take_certificate(make_tls(renewed.files()).value());
    EXPECT_TRUE(soon([&] { return TlsClient((*server)->port()).subject() == "renewed"; }));
}

TEST(Tls, SaysWhichFileCannotBeUsed) {
    const SelfSigned own;
    boost::asio::io_context io;
    FakeHost host;
    auto files = own.files();
    files.key_file = "/nowhere/key.pem";
    ApiServer server(io, ListenSettings{.port = 0, .tls = files, .limits = {}, .log = {}}, host);
    const auto started = server.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().kind, ErrorKind::invalid_input);
    EXPECT_THAT(started.error().message, HasSubstr("/nowhere/key.pem"));
}

}  // namespace
}  // namespace porteur::testing
