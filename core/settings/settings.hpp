// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <porteur/result.hpp>

#include "domain/mail_security.hpp"
#include "settings/account_settings.hpp"
#include "settings/phone_settings.hpp"
#include "settings/secret.hpp"

namespace porteur {

// What porteur.toml says, checked. The initial values are the defaults; config/porteur.toml shows
// each of them, and a test compares the two. All paths are absolute or relative to the process:
// those of the file, which are relative to its folder, have been joined with it.

struct TlsFiles {
    std::filesystem::path cert_file, key_file;  ///< PEM
    friend bool operator==(const TlsFiles&, const TlsFiles&) = default;
};

/// What one caller of the API may cost. @source RELIABILITY.md 4.6
struct HttpLimits {
    std::uint64_t header_size_max_bytes = 8 << 10;
    std::uint32_t header_count_max = 100;
    std::uint64_t url_size_max_bytes = 4 << 10;
    std::uint64_t body_size_max_bytes = 1 << 20;  ///< JSON; uploads have Documents::size_max_bytes
    std::uint32_t json_depth_max = 32;  ///< parse_json() takes no more
    std::chrono::milliseconds header_timeout{10'000};
    std::chrono::milliseconds body_grace{10'000};  ///< after it a body must keep body_rate_min
    std::uint64_t body_rate_min_bytes = 500;       ///< a second
    std::chrono::milliseconds idle_timeout{60'000};
    std::uint32_t connections_per_address_max = 64;
    std::uint32_t connections_max = 2000;
    friend bool operator==(const HttpLimits&, const HttpLimits&) = default;
};

/// [api]
struct ApiSection {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8480;  ///< 0 = any free one
    std::optional<TlsFiles> tls;
    /// The built console; where it is this one and not there, the one beside the program.
    std::filesystem::path console = "/usr/share/porteur/console";
    HttpLimits limits;
    friend bool operator==(const ApiSection&, const ApiSection&) = default;
};

/// [sessions]: people who sign in
struct SessionsSection {
    std::chrono::milliseconds idle_timeout{std::chrono::hours{1}};
    std::chrono::milliseconds lifetime{std::chrono::hours{12}};  ///< then one signs in again, whatever one does
    std::uint32_t attempts_per_minute = 10;  ///< failed ones, of one login and of one address. @source RELIABILITY.md 4.5
    friend bool operator==(const SessionsSection&, const SessionsSection&) = default;
};

/// [sign_in.oidc.NAME]: a provider of OpenID Connect that people sign in at
struct ProviderSettings {
    enum class Link { subject, login };  ///< how a person is found who is not linked yet: not at all, or by their login
    enum class Claim { email, preferred_username };

    std::string name;  ///< in addresses, and in the audit log
    std::string title;  ///< on the button; the name unless given
    std::string issuer;
    std::string client_id;
    SecretRef client_secret;  ///< none: a public client, which PKCE alone protects
    std::vector<std::string> scopes{"openid", "email"};
    Link link = Link::subject;
    Claim login_claim = Claim::email;
    std::int64_t create_in = 0;  ///< account in which whoever is not known is made; 0: nobody is
    std::int64_t within = 0;  ///< account: nobody but its people, and those below it, sign in by this provider; 0: anybody
    bool require_second_factor = false;
    std::filesystem::path ca_file;  ///< empty: the system's authorities
    std::chrono::milliseconds timeout{10'000};
    friend bool operator==(const ProviderSettings&, const ProviderSettings&) = default;
};

/// [sign_in]
struct SignInSection {
    std::string address;  ///< where browsers reach this; empty: as the request says
    std::vector<ProviderSettings> oidc;
    friend bool operator==(const SignInSection&, const SignInSection&) = default;
};

/// store, store_password, key, backup_before_upgrade
struct StoreSection {
    enum class Backend { sqlite, postgresql };
    Backend backend = Backend::sqlite;
    std::filesystem::path path = "/var/lib/porteur/porteur.db";  ///< sqlite
    std::string url;                                             ///< postgresql; no password in it
    SecretRef password;                                          ///< postgresql; may be absent
    SecretRef key{
        SecretRef::Source::file, "/var/lib/porteur/porteur.key", "", {}
    };  ///< seals what is stored
    bool backup_before_upgrade = true;  ///< before the store of an older porteurd is brought to this one's form
    friend bool operator==(const StoreSection&, const StoreSection&) = default;
};

/// [documents]
struct DocumentsSection {
    std::filesystem::path folder = "/var/lib/porteur/documents";
    std::uint64_t size_max_bytes = 20 << 20;
    std::uint32_t pages_max = 200;
    /// By type of document; a type that is not here may have any age. A carrier's own rule goes over
    /// it. @source DESIGN.md section 6
    std::map<std::string, std::int64_t> age_days_max{{"invoice", 45}, {"loa", 30}};
    /// DejaVuSans.ttf and DejaVuSans-Bold.ttf, for letters that we make.
    std::filesystem::path font_folder = "/usr/share/fonts/truetype/dejavu";
    friend bool operator==(const DocumentsSection&, const DocumentsSection&) = default;
};

/// [plugins]
struct PluginsSection {
    std::vector<std::filesystem::path> folders{"/usr/lib/porteur/plugins"};
    Isolation isolation = Isolation::process;
    bool require_root_owned = false;
    std::map<std::string, std::string> sha256;     ///< plugin id -> the only build that is loaded
    std::uint64_t memory_max_bytes = 256 << 20;    ///< of one plugin process
    std::chrono::milliseconds step_timeout{2000};  ///< then the process is killed
    std::chrono::milliseconds step_cpu_max{1000};  ///< CPU time of one step, likewise
    std::uint64_t message_size_max_bytes = 16 << 20;  ///< what a plugin may return in one step
    friend bool operator==(const PluginsSection&, const PluginsSection&) = default;
};

/// [engine]. An account may set its own of those that AccountSettings has too.
struct EngineSection {
    static constexpr std::uint32_t shards = 64;  ///< not a setting: orders are stored by it
    std::uint32_t in_flight_max = 256;           ///< operations of one account at a time
    std::chrono::milliseconds timeout{30'000};
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds operation_timeout{300'000};
    std::chrono::milliseconds settle{60'000};           ///< where the descriptor says nothing
    std::chrono::milliseconds check_interval{900'000};  ///< until an open order is asked for again
    std::chrono::milliseconds retention{std::chrono::hours{24} * 90};  ///< of raw exchanges, after the end of their operation
    std::chrono::milliseconds stop_timeout{20'000
    };  ///< for operations under way, when told to stop
    friend bool operator==(const EngineSection&, const EngineSection&) = default;
};

/// [orders]
struct OrdersSection {
    /// A completed port whose numbers are still at the losing carrier waits for a person after this time.
    std::chrono::milliseconds release_stuck_after{std::chrono::hours{24} * 5};
    friend bool operator==(const OrdersSection&, const OrdersSection&) = default;
};

/// [mail.smtp]
struct SmtpServer {
    std::string host;
    std::uint16_t port = 587;
    MailSecurity security = MailSecurity::starttls;
    std::string user;  ///< empty: no authentication
    SecretRef password;
    std::filesystem::path ca_file;  ///< empty: the system's authorities
    std::chrono::milliseconds timeout{60'000};
    friend bool operator==(const SmtpServer&, const SmtpServer&) = default;
};

/// [mail.pop3] and [mail.archive_pop3]
struct Pop3Server {
    std::string host;
    std::uint16_t port = 995;
    MailSecurity security = MailSecurity::tls;
    std::string user;
    SecretRef password;
    std::filesystem::path ca_file;
    std::chrono::milliseconds timeout{60'000};
    std::chrono::milliseconds poll_interval{60'000};  ///< of the archive: between two looks
    bool delete_taken = false;  ///< mails are deleted at the server once they are in the store
    friend bool operator==(const Pop3Server&, const Pop3Server&) = default;
};

struct MailSender {
    std::string name = "Porteur";
    std::string address;
    friend bool operator==(const MailSender&, const MailSender&) = default;
};

/// [mail]
struct MailSection {
    MailSender from;
    std::string domain;   ///< of Message-ID; that of from.address unless given
    std::string archive;  ///< gets a copy of every mail; empty = none
    std::optional<SmtpServer> smtp;
    std::optional<Pop3Server> pop3;  ///< absent: replies are not read
    /// Where the copies of `archive` arrive: a mail in doubt that stands there was sent.
    std::optional<Pop3Server> archive_pop3;
    friend bool operator==(const MailSection&, const MailSection&) = default;
};

/// [webhooks]: what goes out to integrators
struct WebhooksSection {
    std::vector<std::string> allow;  ///< addresses that are not of the Internet, and other ports; AddressGuard has the form
    std::filesystem::path ca_file;   ///< empty: the system's authorities
    std::chrono::milliseconds timeout{15'000};
    /// Before the second try of an event, the third, and so on.
    std::vector<std::chrono::milliseconds> retry{
        std::chrono::seconds{5}, std::chrono::minutes{5}, std::chrono::minutes{30}, std::chrono::hours{2},
        std::chrono::hours{5},   std::chrono::hours{10},  std::chrono::hours{14},   std::chrono::hours{20},
        std::chrono::hours{24}
    };
    std::uint32_t per_tenant_max = 20;
    friend bool operator==(const WebhooksSection&, const WebhooksSection&) = default;
};

/// [deadlines]: how long things may take before they stand in the due list as overdue
struct DeadlinesSection {
    std::chrono::milliseconds draft{std::chrono::hours{24} * 30};
    std::chrono::milliseconds task{std::chrono::hours{24}};
    std::filesystem::path holidays;  ///< empty: data/holidays.toml beside porteur.toml, if it is there
    friend bool operator==(const DeadlinesSection&, const DeadlinesSection&) = default;
};

enum class LogLevel { trace, debug, info, warning, error };
enum class LogFormat { human, json };

/// [log]
struct LogSection {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::human;
    friend bool operator==(const LogSection&, const LogSection&) = default;
};

/// [cluster]: several porteurd on one store, of which one works and the others stand by.
struct ClusterSection {
    std::string node;     ///< this one's name among them
    std::string address;  ///< where its API is reached, for people; may be empty
    /// On PostgreSQL: how long a node that is stopped or cut off is waited for.
    std::chrono::milliseconds lease{3000};
    friend bool operator==(const ClusterSection&, const ClusterSection&) = default;
};

/// Everything an operator says; DESIGN.md section 10 says what happens to what does not fit.
struct Settings {
    std::filesystem::path file;  ///< porteur.toml
    ApiSection api;
    SessionsSection sessions;
    SignInSection sign_in;
    StoreSection store;
    DocumentsSection documents;
    PluginsSection plugins;
    EngineSection engine;
    OrdersSection orders;
    std::optional<ClusterSection> cluster;  ///< absent: the store is refused when another porteurd has it
    std::optional<MailSection> mail;  ///< absent: the daemon neither sends nor reads mail
    WebhooksSection webhooks;
    DeadlinesSection deadlines;
    std::vector<PhoneSettings> phones;
    LogSection log;
    std::vector<AccountSettings> accounts;  ///< by name
    friend bool operator==(const Settings&, const Settings&) = default;
};

/// Names each key of porteur.toml; toml_reader.hpp says how that is used.
void read_settings(TableReader& in, Settings& settings);

/// Reads porteur.toml and the files carriers/*.toml beside it. No secret is read.
///
/// @param file  porteur.toml, or the folder it is in
/// @errors      invalid_input: the message has every finding of every file, one a line,
///              "file:line:column: ..."
/// @threads     any; reads files
Result<Settings> load_settings(const std::filesystem::path& file);

}  // namespace porteur
