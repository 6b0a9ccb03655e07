// SPDX-License-Identifier: Apache-2.0
#include "app/doctor_reach.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>

#include "app/pop3_settings.hpp"
#include "mail/connection.hpp"
#include "mail/pop3.hpp"
#include "mail/smtp.hpp"
#include "settings/secret.hpp"

namespace porteur {
namespace {

constexpr int patience_ms = 10'000;
constexpr auto patience = std::chrono::milliseconds(patience_ms);
constexpr int days_left_min = 14;
const std::string way_out = "look at the name service, the firewall and any proxy between here and there";

struct Place {
    bool tls = true;
    std::string host, port;
};

/// "https://api.example:8443/v2" -> host and port.
std::optional<Place> place_of(const std::string& url) {
    Place out;
    const auto scheme = url.find("://");
    if (scheme == url.npos) return std::nullopt;
    out.tls = url.starts_with("https");
    auto rest = url.substr(scheme + 3);
    rest = rest.substr(0, rest.find_first_of("/?"));
    const auto closing = rest.starts_with('[') ? rest.find(']') : rest.npos;
    const auto colon = rest.find(':', closing == rest.npos ? 0 : closing);
    out.host = closing == rest.npos ? rest.substr(0, colon) : rest.substr(1, closing - 1);
    out.port = colon == rest.npos ? (out.tls ? "443" : "80") : rest.substr(colon + 1);
    return out;
}

struct FreeAddresses {
    void operator()(addrinfo* first) const { freeaddrinfo(first); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

class Socket {
public:
    Socket() = default;
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() { drop(); }
    bool connect(const addrinfo& to) {
        drop();
        descriptor_ = ::socket(to.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (descriptor_ < 0) return false;
        if (::connect(descriptor_, to.ai_addr, to.ai_addrlen) != 0) {
            pollfd wait{.fd = descriptor_, .events = POLLOUT, .revents = 0};
            int error = ETIMEDOUT;
            socklen_t size = sizeof error;
            if (errno == EINPROGRESS && ::poll(&wait, 1, patience_ms) == 1) getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
            if (error != 0) {
                errno = error;
                return false;
            }
        }
        ::fcntl(descriptor_, F_SETFL, ::fcntl(descriptor_, F_GETFL) & ~O_NONBLOCK);
        const timeval limit{.tv_sec = patience_ms / 1000, .tv_usec = 0};
        setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        return true;
    }
    int get() const { return descriptor_; }

private:
    void drop() {
        if (descriptor_ >= 0) ::close(descriptor_);
        descriptor_ = -1;
    }
    int descriptor_ = -1;
};

struct FreeTls {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* tls) const { SSL_free(tls); }
};

std::string last_tls_error(const SSL* tls) {
    if (const auto verdict = SSL_get_verify_result(tls); verdict != X509_V_OK) return X509_verify_cert_error_string(verdict);
    const auto code = ERR_get_error();
    return code == 0 ? "the connection closed" : ERR_error_string(code, nullptr);
}

/// Makes TLS over a connection, as the daemon would. @return it, or why not
Result<std::unique_ptr<SSL, FreeTls>> tls_over(const Socket& socket, const Place& place, const std::filesystem::path& ca_file) {
    const std::unique_ptr<SSL_CTX, FreeTls> context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    const bool known = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context.get()) == 1
                                       : SSL_CTX_load_verify_locations(context.get(), ca_file.c_str(), nullptr) == 1;
    if (!known) return failure(ErrorKind::unavailable, "the authorities cannot be read");
    std::unique_ptr<SSL, FreeTls> tls(SSL_new(context.get()));
    SSL_set_fd(tls.get(), socket.get());
    SSL_set_tlsext_host_name(tls.get(), place.host.c_str());
    // An address is compared with those of the certificate, a name with its names.
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls.get()), place.host.c_str()) != 1) SSL_set1_host(tls.get(), place.host.c_str());
    if (SSL_connect(tls.get()) != 1) return failure(ErrorKind::unavailable, last_tls_error(tls.get()));
    return tls;
}

int days_left(const X509* certificate) {
    int days = 0, seconds = 0;
    ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate));
    return days;
}

/// The Date field of the answer to a request for the first page.
std::optional<std::chrono::seconds> clock_ahead(const Socket& socket, SSL* tls, const Place& place) {
    const auto request = "HEAD / HTTP/1.1\r\nHost: " + place.host + "\r\nUser-Agent: porteurd-doctor\r\nConnection: close\r\n\r\n";
    const auto sent = tls ? SSL_write(tls, request.data(), static_cast<int>(request.size()))
                          : static_cast<int>(::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL));
    if (sent <= 0) return std::nullopt;
    std::string head;
    char piece[2048];
    while (head.size() < 16'384 && head.find("\r\n\r\n") == head.npos) {
        const auto count = tls ? SSL_read(tls, piece, sizeof piece) : static_cast<int>(::recv(socket.get(), piece, sizeof piece, 0));
        if (count <= 0) break;
        head.append(piece, static_cast<std::size_t>(count));
    }
    auto at = head.find("\r\nDate: ");
    if (at == head.npos) at = head.find("\r\ndate: ");
    if (at == head.npos) return std::nullopt;
    std::tm time{};
    if (strptime(head.c_str() + at + 8, "%a, %d %b %Y %H:%M:%S GMT", &time) == nullptr) return std::nullopt;
    return std::chrono::seconds(timegm(&time) - std::time(nullptr));
}

}  // namespace

std::optional<std::chrono::seconds> examine_carrier(const ReachedCarrier& carrier, Inspection& found) {
    const auto what = "carrier " + carrier.account;
    const auto place = place_of(carrier.url);
    if (!place) {
        found.fail(what, porteur::quoted(carrier.url, 200) + " is no address", "mend base_url in the account's file");
        return std::nullopt;
    }
    const addrinfo hints{.ai_flags = AI_ADDRCONFIG, .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_protocol = 0, .ai_addrlen = 0,
                         .ai_addr = nullptr, .ai_canonname = nullptr, .ai_next = nullptr};
    addrinfo* first = nullptr;
    if (const int wrong = getaddrinfo(place->host.c_str(), place->port.c_str(), &hints, &first); wrong != 0) {
        found.fail(what, place->host + " has no address: " + gai_strerror(wrong), way_out);
        return std::nullopt;
    }
    const Addresses addresses(first);
    Socket socket;
    bool connected = false;
    for (const auto* each = first; each && !connected; each = each->ai_next) connected = socket.connect(*each);
    if (!connected) {
        found.fail(what, place->host + " port " + place->port + " does not answer: " + std::strerror(errno), way_out);
        return std::nullopt;
    }
    if (!place->tls) {
        const auto ahead = clock_ahead(socket, nullptr, *place);
        found.ok(what, place->host + " port " + place->port + " answers, without TLS");
        return ahead;
    }
    const auto tls = tls_over(socket, *place, carrier.ca_file);
    if (!tls) {
        found.fail(what, place->host + ": no TLS: " + tls.error().message, "install ca-certificates, or name the carrier's authority with ca_file in the account's file");
        return std::nullopt;
    }
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(tls->get()), X509_free);
    const int days = certificate ? days_left(certificate.get()) : 0;
    const auto seen = place->host + ", " + SSL_get_version(tls->get()) + ", its certificate ends in " + std::to_string(days) + " days";
    if (days < days_left_min)
        found.warn(what, seen, "tell the carrier");
    else
        found.ok(what, seen);
    return clock_ahead(socket, tls->get(), *place);
}

void examine_own_certificate(const std::filesystem::path& file, Inspection& found) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> in(BIO_new_file(file.c_str(), "r"), BIO_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(in ? PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr) : nullptr, X509_free);
    if (!certificate) return;
    const bool is_over = X509_cmp_current_time(X509_get0_notAfter(certificate.get())) <= 0;
    const int days = days_left(certificate.get());
    std::tm end{};
    ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end);
    char day[16] = {};
    std::strftime(day, sizeof day, "%Y-%m-%d", &end);
    const auto text = "the certificate " + file.string() + (is_over ? " ended on " + std::string(day) : " ends on " + std::string(day) + ", in " + std::to_string(days) + " days");
    const std::string mend = "renew it, then systemctl reload porteurd: docs/operating/tls.md";
    if (is_over)
        found.fail("api", text, mend);
    else if (days < days_left_min)
        found.warn("api", text, mend);
    else
        found.ok("api", text);
}

void examine_smtp(const MailSection& mail, Inspection& found) {
    const auto& to = *mail.smtp;
    const auto there = to.host + " port " + std::to_string(to.port);
    const auto wrong = [&](const std::string& why) { found.fail("smtp", there + ": " + why, "mend [mail.smtp] in porteur.toml, or the server"); };
    auto connection = MailConnection::open({.host = to.host, .port = to.port, .security = to.security, .ca_file = to.ca_file.string(), .connect_timeout = patience}, {});
    if (!connection) return wrong(connection.error().message);
    const auto until = std::chrono::steady_clock::now() + patience;
    /// The last line of a reply. @param code  what it has to begin with
    const auto reply = [&](std::string_view code, std::string* all) -> Result<void> {
        for (;;) {
            const auto line = connection->read_line(until);
            if (!line) return std::unexpected(line.error());
            if (!line->starts_with(code)) return failure(ErrorKind::unavailable, "it says " + porteur::quoted(*line, 200));
            if (all) *all += *line + "\n";
            if (line->size() < 4 || (*line)[3] != '-') return {};
        }
    };
    const auto ask = [&](const std::string& line, std::string_view code, std::string* all) -> Result<void> {
        if (auto written = connection->write(line + "\r\n", until); !written) return written;
        return reply(code, all);
    };
    const auto hello = "EHLO " + (mail.domain.empty() ? std::string("localhost") : mail.domain);
    std::string offers;
    if (const auto greeted = reply("220", nullptr); !greeted) return wrong(greeted.error().message);
    if (const auto heard = ask(hello, "250", &offers); !heard) return wrong(heard.error().message);
    if (to.security == MailSecurity::starttls) {
        if (offers.find("STARTTLS") == offers.npos) return wrong("it offers no STARTTLS, and the settings want it");
        if (const auto ready = ask("STARTTLS", "220", nullptr); !ready) return wrong(ready.error().message);
        if (const auto made = connection->start_tls(); !made) return wrong(made.error().message);
        if (const auto heard = ask(hello, "250", nullptr); !heard) return wrong(heard.error().message);
    }
    if (const auto left = ask("QUIT", "221", nullptr); !left) return wrong(left.error().message);
    if (!to.user.empty()) {
        SmtpSettings as;
        as.server = {.host = to.host, .port = to.port, .security = to.security, .ca_file = to.ca_file.string(), .connect_timeout = patience};
        as.user = to.user;
        as.client_name = mail.domain.empty() ? "localhost" : mail.domain;
        as.command_timeout = patience;
        auto password = read_secret(to.password);
        if (!password) return wrong(password.error().message);
        as.password = std::move(*password);
        if (const auto logged_in = try_log_in(as); !logged_in) return wrong(logged_in.error().message);
    }
    found.ok("smtp", there + " takes mail, " + std::string(name_of(to.security)) + (to.user.empty() ? "" : ", and user and password"));
}

void examine_pop3(const std::string& what, const Pop3Server& server, Inspection& found) {
    const auto there = server.host + " port " + std::to_string(server.port);
    auto settings = pop3_settings(server);
    auto visited = Result<Pop3Summary>();
    if (settings) {
        settings->delete_taken = false;
        settings->command_timeout = patience;
        settings->server.connect_timeout = patience;
        visited = fetch_new_mail(*settings, [](std::string_view) { return true; }, [](const FetchedMail&) -> Result<void> { return {}; });
    }
    if (!settings || !visited)
        return found.fail(what, there + ": " + (settings ? visited.error() : settings.error()).message, "mend it in [mail] of porteur.toml, or at the server");
    found.ok(what, there + " lets us in; " + std::to_string(visited->seen_before) + " mails lie there");
}

}  // namespace porteur
