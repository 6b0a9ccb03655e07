// SPDX-License-Identifier: Apache-2.0
#include "settings/settings.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <sstream>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "settings/toml_reader.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto security_choices = std::to_array<std::pair<std::string_view, MailSecurity>>({
    {"starttls", MailSecurity::starttls},
    {"tls", MailSecurity::tls},
    {"plaintext-loopback", MailSecurity::plaintext_loopback},
});
constexpr auto level_choices = std::to_array<std::pair<std::string_view, LogLevel>>({
    {"trace", LogLevel::trace},
    {"debug", LogLevel::debug},
    {"info", LogLevel::info},
    {"warning", LogLevel::warning},
    {"error", LogLevel::error},
});
constexpr auto link_choices = std::to_array<std::pair<std::string_view, ProviderSettings::Link>>({
    {"subject", ProviderSettings::Link::subject},
    {"login", ProviderSettings::Link::login},
});
constexpr auto claim_choices = std::to_array<std::pair<std::string_view, ProviderSettings::Claim>>({
    {"email", ProviderSettings::Claim::email},
    {"preferred_username", ProviderSettings::Claim::preferred_username},
});
constexpr auto format_choices = std::to_array<std::pair<std::string_view, LogFormat>>(
    {{"human", LogFormat::human}, {"json", LogFormat::json}}
);

// A settings file is written by a person; what is larger is the wrong file.
constexpr std::uintmax_t file_size_max_bytes = 1 << 20;

void read_tls(TableReader& in, TlsFiles& tls) {
    in.need("cert_file", R"("tls/api.crt")");
    in.need("key_file", R"("tls/api.key")");
    in.path("cert_file", tls.cert_file);
    in.path("key_file", tls.key_file);
}

void read_limits(TableReader& in, HttpLimits& limits) {
    in.size("header_size_max", limits.header_size_max_bytes, {1 << 10, 1 << 20});
    in.integer("header_count_max", limits.header_count_max, 10, 10'000);
    in.size("url_size_max", limits.url_size_max_bytes, {256, 64 << 10});
    in.size("body_size_max", limits.body_size_max_bytes, {1 << 10, 1 << 30});
    in.integer("json_depth_max", limits.json_depth_max, 4, 32);
    in.duration("header_timeout", limits.header_timeout, {100ms, 10min});
    in.duration("body_grace", limits.body_grace, {100ms, 10min});
    in.size("body_rate_min", limits.body_rate_min_bytes, {1, 1 << 30});
    in.duration("idle_timeout", limits.idle_timeout, {1s, 24h});
    in.integer("connections_per_address_max", limits.connections_per_address_max, 1, 100'000);
    in.integer("connections_max", limits.connections_max, 1, 100'000);
}

void read_api(TableReader& in, ApiSection& api) {
    in.text("address", api.address, host_name);
    in.integer("port", api.port, 0, 65535);
    in.path("console", api.console);
    in.table("tls", api.tls, read_tls);
    in.table("limits", api.limits, read_limits);
}

void read_documents(TableReader& in, DocumentsSection& documents) {
    in.path("folder", documents.folder);
    in.size("size_max", documents.size_max_bytes, {1 << 10, 1 << 30});
    in.integer("pages_max", documents.pages_max, 1, 10'000);
    in.free("age_days_max", [&](TableReader& table, std::string_view type) {
        std::uint32_t days = 0;
        table.integer(type, days, 1, 3650);
        documents.age_days_max[std::string{type}] = days;
    });
    in.path("font_folder", documents.font_folder);
}

void read_plugins(TableReader& in, PluginsSection& plugins) {
    in.paths("folders", plugins.folders);
    in.choice("isolation", plugins.isolation, isolation_choices);
    in.boolean("require_root_owned", plugins.require_root_owned);
    in.size("memory_max", plugins.memory_max_bytes, {16 << 20, 64ULL << 30});
    in.duration("step_timeout", plugins.step_timeout, {50ms, 10min});
    in.duration("step_cpu_max", plugins.step_cpu_max, {50ms, 10min});
    in.size("message_size_max", plugins.message_size_max_bytes, {64 << 10, 1 << 30});
    in.free("sha256", [&](TableReader& table, std::string_view name) {
        table.text(name, plugins.sha256[std::string{name}], sha256);
    });
}

void read_orders(TableReader& in, OrdersSection& orders) {
    in.duration("release_stuck_after", orders.release_stuck_after, {1min, 24h * 365});
}

void read_sessions(TableReader& in, SessionsSection& sessions) {
    in.duration("idle_timeout", sessions.idle_timeout, {1min, 24h * 30});
    in.duration("lifetime", sessions.lifetime, {1min, 24h * 365});
    in.integer("attempts_per_minute", sessions.attempts_per_minute, 1, 10'000);
}

const TextForm scope_token{
    [](std::string_view text) {
        return !text.empty() && std::ranges::all_of(text, [](char letter) {
            return letter > ' ' && letter <= '~' && letter != '"' && letter != '\\';
        });
    },
    R"(is no scope; write one word, as in "openid")"
};

void read_provider(TableReader& in, ProviderSettings& provider) {
    in.need("issuer", R"("https://login.example.net")");
    in.need("client_id", R"("porteur")");
    in.text("title", provider.title);
    in.text("issuer", provider.issuer, web_address);
    in.text("client_id", provider.client_id);
    in.secret("client_secret", provider.client_secret);
    in.texts("scopes", provider.scopes, scope_token);
    in.choice("link", provider.link, link_choices);
    in.choice("login_claim", provider.login_claim, claim_choices);
    in.integer("create_in", provider.create_in, 1, std::numeric_limits<std::int64_t>::max());
    in.integer("within", provider.within, 1, std::numeric_limits<std::int64_t>::max());
    in.boolean("require_second_factor", provider.require_second_factor);
    in.path("ca_file", provider.ca_file);
    in.duration("timeout", provider.timeout, {100ms, 1min});
    if (provider.title.empty()) provider.title = provider.name;
    if (std::ranges::find(provider.scopes, "openid") == provider.scopes.end())
        in.complain("scopes", "scopes lacks \"openid\", without which nobody says who has signed in; add it");
    // Accounts are no matter of settings, but the first one is the system's in every installation.
    if (provider.create_in == 1)
        in.complain(
            "create_in",
            "create_in = 1 is the system's own account, so whoever the provider signs in would be an administrator of everything; name "
            "another account, and make administrators of the system by hand (porteurd user create)"
        );
    if (provider.create_in != 0 && provider.require_second_factor)
        in.complain(
            "create_in",
            "create_in stands with require_second_factor = true, which lets nobody in who was just made; take one of them out"
        );
}

void read_sign_in(TableReader& in, SignInSection& sign_in) {
    in.text("address", sign_in.address, web_address);
    in.named("oidc", sign_in.oidc, read_provider);
    while (sign_in.address.ends_with('/')) sign_in.address.pop_back();
    for (const auto& each : sign_in.oidc)
        if (std::ranges::count(sign_in.oidc, each.issuer, &ProviderSettings::issuer) > 1)
            return in.complain(
                "oidc", fmt::format("two providers have the issuer {}; each issuer may stand once", porteur::quoted(each.issuer))
            );
}

void read_engine(TableReader& in, EngineSection& engine) {
    in.integer("in_flight_max", engine.in_flight_max, 1, 100'000);
    in.duration("timeout", engine.timeout, {100ms, 1h});
    in.duration("connect_timeout", engine.connect_timeout, {100ms, 10min});
    in.duration("operation_timeout", engine.operation_timeout, {1s, 24h});
    in.duration("settle", engine.settle, {0ms, 24h});
    in.duration("check_interval", engine.check_interval, {1s, 24h * 30});
    in.duration("retention", engine.retention, {1h});
    in.duration("stop_timeout", engine.stop_timeout, {0ms, 10min});
}

void read_cluster(TableReader& in, ClusterSection& cluster) {
    in.need("node", R"("porteur-1")");
    in.text("node", cluster.node, account_name);
    in.text("address", cluster.address);
    in.duration("lease", cluster.lease, {1s, 1min});
}

// What both mail servers have.
template <class Server>
void read_mail_server(TableReader& in, Server& server) {
    in.need("host", R"("mail.example.net")");
    in.text("host", server.host, host_name);
    in.integer("port", server.port, 1, 65535);
    in.choice("security", server.security, security_choices);
    in.text("user", server.user);
    in.secret("password", server.password);
    in.path("ca_file", server.ca_file);
    in.duration("timeout", server.timeout, {1s, 1h});

    if (server.security == MailSecurity::plaintext_loopback && !is_loopback(server.host))
        in.complain(
            "security",
            fmt::format(
                R"(security = "plaintext-loopback" is only for a server on this machine, and {} is not; )"
                R"(write "starttls" or "tls")",
                porteur::quoted(server.host)
            )
        );
    if (in.has("user") != in.has("password"))
        in.complain(
            in.has("user") ? "user" : "password",
            fmt::format(
                "{} stands without {} {}; give both, or neither",
                in.has("user") ? "user" : "password", in.has("user") ? "password" : "user",
                in.spot()
            )
        );
}

void read_smtp(TableReader& in, SmtpServer& server) { read_mail_server(in, server); }

void read_archive_pop3(TableReader& in, Pop3Server& server) {
    in.need("user", R"("porteur")");
    in.need("password", R"({ credential = "porteur-pop3" })");
    read_mail_server(in, server);
    in.duration("poll_interval", server.poll_interval, {1s, 24h});
}

void read_pop3(TableReader& in, Pop3Server& server) {
    read_archive_pop3(in, server);
    in.boolean("delete_taken", server.delete_taken);
}

void read_sender(TableReader& in, MailSender& sender) {
    in.need("address", R"("porteur@example.net")");
    in.text("name", sender.name);
    in.text("address", sender.address, mail_address);
}

void read_mail(TableReader& in, MailSection& mail) {
    in.need("from", R"({ name = "Porteur", address = "porteur@example.net" })");
    in.need("smtp", R"({ host = "mail.example.net" }, or a table [mail.smtp])");
    in.table("from", mail.from, read_sender);
    in.text("domain", mail.domain, host_name);
    in.text("archive", mail.archive, mail_address);
    in.table("smtp", mail.smtp, read_smtp);
    in.table("pop3", mail.pop3, read_pop3);
    in.table("archive_pop3", mail.archive_pop3, read_archive_pop3);
    if (mail.archive_pop3 && mail.archive.empty())
        in.complain(
            "archive_pop3",
            fmt::format(
                "archive_pop3 stands without archive {}; give the address that the copies go to, too", in.spot()
            )
        );
    if (mail.domain.empty())
        mail.domain = mail.from.address.substr(mail.from.address.find('@') + 1);
}

void read_webhooks(TableReader& in, WebhooksSection& webhooks) {
    in.texts("allow", webhooks.allow, address_entry);
    in.path("ca_file", webhooks.ca_file);
    in.duration("timeout", webhooks.timeout, {100ms, 1min});
    in.durations("retry", webhooks.retry, {1ms, 24h * 30});
    in.integer("per_tenant_max", webhooks.per_tenant_max, 1, 10'000);
}

void read_deadlines(TableReader& in, DeadlinesSection& deadlines) {
    in.duration("draft", deadlines.draft, {1s});
    in.duration("task", deadlines.task, {1s});
    in.path("holidays", deadlines.holidays);
}

void read_log(TableReader& in, LogSection& log) {
    in.choice("level", log.level, level_choices);
    in.choice("format", log.format, format_choices);
}

// One line says which database: "sqlite:/path" or "postgresql://user@host/name".
void read_store(TableReader& in, StoreSection& store) {
    std::string address;
    const TextForm form{
        [](std::string_view text) {
            // A password in the address is told apart below, where the address is not shown.
            return (text.starts_with("sqlite:") && text.size() > 7) ||
                   text.starts_with("postgresql:");
        },
        R"(is no database; write "sqlite:porteur.db" or "postgresql://user@host/name")"
    };
    in.text("store", address, form);
    in.secret("store_password", store.password);
    in.secret("key", store.key);
    in.boolean("backup_before_upgrade", store.backup_before_upgrade);

    if (address.starts_with("sqlite:"))
        store.path = (in.reading().folder() / address.substr(7)).lexically_normal();
    if (address.starts_with("postgresql:")) {
        store.backend = StoreSection::Backend::postgresql;
        store.path.clear();
        store.url = address;
        const auto user = address.substr(0, address.find('@'));
        if (!address.starts_with("postgresql://"))
            in.complain(
                "store", R"(store is no address of PostgreSQL; write "postgresql://user@host/name")"
            );
        else if ((address.contains('@') && user.find(':', 13) != user.npos) ||
                 address.contains("password="))
            in.complain(
                "store",
                "store holds a password (not shown); take it out of the address and add "
                R"(store_password = { file = "..." }, { env = "..." } or { credential = "..." })"
            );
    }
    if (store.password && store.backend == StoreSection::Backend::sqlite)
        in.complain("store_password", "store_password is only for PostgreSQL; take it out");
}

Result<std::string> read_file(const fs::path& file) {
    const auto refused = [&](std::string_view why) {
        return failure(ErrorKind::invalid_input, fmt::format("{}: {}", file.string(), why));
    };
    std::error_code error;
    const auto size = fs::file_size(file, error);
    if (error) return refused("cannot be read: " + error.message());
    if (size > file_size_max_bytes) return refused("is larger than 1 MiB; is it the right file?");
    std::ifstream stream{file, std::ios::binary};
    std::ostringstream content;
    content << stream.rdbuf();
    if (!stream) return refused(fmt::format("cannot be read: {}", std::strerror(errno)));
    return content.str();
}

// Adds the findings of one file; gives back whether it could be read at all.
template <class T>
void load_file(
    const fs::path& file, T& target, TableReader::Read<T> read, const fs::path& folder,
    std::vector<std::string>& findings
) {
    const auto content = read_file(file);
    if (!content) return findings.push_back(content.error().message);
    TomlReading reading{file.string(), folder};
    read_document(*content, reading, target, read);
    std::ranges::copy(reading.findings(), std::back_inserter(findings));
}

std::vector<fs::path> account_files(const fs::path& folder, std::vector<std::string>& findings) {
    std::vector<fs::path> files;
    std::error_code error;
    // A daemon without carriers is one that has just been installed.
    if (!fs::exists(folder, error)) return files;
    for (fs::directory_iterator each{folder, error}, end; !error && each != end;
         each.increment(error))
        if (each->path().extension() == ".toml") files.push_back(each->path());
    if (error)
        findings.push_back(fmt::format("{}: cannot be listed: {}", folder.string(), error.message())
        );
    std::ranges::sort(files);
    return files;
}

}  // namespace

void read_settings(TableReader& in, Settings& settings) {
    read_store(in, settings.store);
    in.table("api", settings.api, read_api);
    in.table("documents", settings.documents, read_documents);
    in.table("plugins", settings.plugins, read_plugins);
    in.table("sessions", settings.sessions, read_sessions);
    in.table("sign_in", settings.sign_in, read_sign_in);
    in.table("engine", settings.engine, read_engine);
    in.table("orders", settings.orders, read_orders);
    in.table("cluster", settings.cluster, read_cluster);
    in.table("mail", settings.mail, read_mail);
    in.table("webhooks", settings.webhooks, read_webhooks);
    in.table("deadlines", settings.deadlines, read_deadlines);
    read_phones(in, settings.phones);
    in.table("log", settings.log, read_log);
}

Result<Settings> load_settings(const fs::path& file) {
    std::error_code ignored;
    Settings settings;
    settings.file = fs::is_directory(file, ignored) ? file / "porteur.toml" : file;
    const auto folder = settings.file.parent_path();
    std::vector<std::string> findings;
    load_file(settings.file, settings, read_settings, folder, findings);

    for (const auto& each : account_files(folder / "carriers", findings)) {
        AccountSettings account;
        account.name = each.stem().string();
        account.where = each.string();
        load_file(each, account, read_account, folder, findings);
        const auto* same = find_named(settings.accounts, account.name);
        if (same != nullptr)
            findings.push_back(fmt::format(
                "{}:1:1: the account {} is already in {}; give one of them another name",
                account.where, porteur::quoted(account.name), same->where
            ));
        if (!account_name.fits(account.name))
            findings.push_back(fmt::format(
                "{}:1:1: name = {} {}", account.where, porteur::quoted(account.name),
                account_name.complaint
            ));
        settings.accounts.push_back(std::move(account));
    }
    std::ranges::sort(settings.accounts, {}, &AccountSettings::name);
    if (!findings.empty())
        return failure(ErrorKind::invalid_input, fmt::format("{}", fmt::join(findings, "\n")));
    return settings;
}

}  // namespace porteur
