// SPDX-License-Identifier: Apache-2.0
#include "settings/settings.hpp"

#include "support/result_matchers.hpp"
#include "temporary_folder.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace porteur::testing;

Settings loaded(const TemporaryFolder& folder) {
    auto settings = load_settings(folder.path() / "porteur.toml");
    if (!settings) throw std::runtime_error{settings.error().message};
    return *settings;
}

TEST(LoadSettings, TakesAnEmptyFileAsAllDefaults) {
    const TemporaryFolder folder;
    Settings defaults;
    defaults.file = folder.write("porteur.toml", "");
    EXPECT_EQ(loaded(folder), defaults);
}

TEST(LoadSettings, TakesTheFolderForTheFileInIt) {
    const TemporaryFolder folder;
    folder.write("porteur.toml", "[api]\nport = 1\n");
    const auto settings = load_settings(folder.path());
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->api.port, 1);
}

TEST(LoadSettings, JoinsRelativePathsWithTheFolderOfTheFile) {
    const TemporaryFolder folder;
    folder.write("porteur.toml", R"(store = "sqlite:data/../porteur.db"
key = { file = "porteur.key" }
[api.tls]
cert_file = "tls/api.crt"
key_file = "/etc/ssl/api.key"
[plugins]
folders = ["plugins", "/usr/lib/porteur/plugins"]
)");
    folder.write("carriers/acme.toml", R"(plugin = "acme"
ca_file = "tls/acme.pem"
[secrets]
token = { file = "secrets/acme" }
)");
    const auto settings = loaded(folder);
    EXPECT_EQ(settings.store.path, folder.path() / "porteur.db");
    EXPECT_EQ(settings.store.key.name, folder.path() / "porteur.key");
    EXPECT_EQ(settings.api.tls->cert_file, folder.path() / "tls/api.crt");
    EXPECT_EQ(settings.api.tls->key_file, "/etc/ssl/api.key");
    EXPECT_THAT(
        settings.plugins.folders, ElementsAre(folder.path() / "plugins", "/usr/lib/porteur/plugins")
    );
    EXPECT_EQ(settings.accounts.at(0).ca_file, folder.path() / "tls/acme.pem");
    EXPECT_EQ(settings.accounts.at(0).secrets.at("token").name, folder.path() / "secrets/acme");
}

TEST(LoadSettings, ReadsPostgresqlFromOneLine) {
    const TemporaryFolder folder;
    folder.write("porteur.toml", R"(store = "postgresql://porteur@[::1]:5432/porteur"
store_password = { env = "PORTEUR_DATABASE_PASSWORD" }
)");
    const auto store = loaded(folder).store;
    EXPECT_EQ(store.backend, StoreSection::Backend::postgresql);
    EXPECT_EQ(store.url, "postgresql://porteur@[::1]:5432/porteur");
    EXPECT_EQ(store.password.source, SecretRef::Source::env);
    EXPECT_EQ(store.password.name, "PORTEUR_DATABASE_PASSWORD");
    EXPECT_EQ(store.path, "");
}

TEST(LoadSettings, ReadsACluster) {
    const TemporaryFolder folder;
    folder.write("porteur.toml", R"([cluster]
node = "porteur-2"
address = "https://porteur-2.example.net"
lease = "5s"
)");
    const auto cluster = loaded(folder).cluster;
    ASSERT_TRUE(cluster);
    EXPECT_EQ(cluster->node, "porteur-2");
    EXPECT_EQ(cluster->address, "https://porteur-2.example.net");
    EXPECT_EQ(cluster->lease, 5s);
}

TEST(LoadSettings, ReadsMail) {
    const TemporaryFolder folder;
    folder.write("porteur.toml", R"([mail]
from = { address = "porteur@example.net" }
archive = "archive@example.net"
[mail.smtp]
host = "127.0.0.1"
port = 2525
security = "plaintext-loopback"
[mail.pop3]
host = "mail.example.net"
user = "porteur"
password = { credential = "porteur-pop3" }
poll_interval = "5s"
delete_taken = true
[mail.archive_pop3]
host = "mail.example.net"
user = "archive"
password = { credential = "porteur-archive" }
)");
    const auto mail = loaded(folder).mail;
    ASSERT_TRUE(mail && mail->smtp && mail->pop3);
    EXPECT_EQ(mail->domain, "example.net");
    EXPECT_EQ(mail->smtp->security, MailSecurity::plaintext_loopback);
    EXPECT_EQ(mail->smtp->port, 2525);
    EXPECT_EQ(mail->pop3->security, MailSecurity::tls);
    EXPECT_EQ(mail->pop3->poll_interval, 5s);
    EXPECT_EQ(mail->pop3->password.name, "porteur-pop3");
    EXPECT_TRUE(mail->pop3->delete_taken);
    ASSERT_TRUE(mail->archive_pop3);
    EXPECT_EQ(mail->archive_pop3->user, "archive");
    EXPECT_FALSE(mail->archive_pop3->delete_taken);
}

TEST(LoadSettings, ReadsEveryKeyOfAnAccount) {
    const TemporaryFolder folder;
    folder.write("porteur.toml", "");
    folder.write("carriers/west.toml", R"(plugin = "acme"
name = "acme-west"
enabled = false
tenant = "example"
contact_email = "ports@example.net"
base_url = "http://127.0.0.1:4099/v2"
auth_url = "https://login.acme.example/token"
hosts = ["files.acme.example"]
mail_to = ["ports@acme.example"]
isolation = "none"
sha256 = "00000000000000000000000000000000000000000000000000000000000000ff"
rate = "300/m"
in_flight_max = 8
timeout = "5s"
connect_timeout = "1s"
operation_timeout = "1m"
settle = "0s"
check_interval = "1h"
sync_every = "0s"
sync_hold_percent = 35
[secrets]
token = { env = "ACME_TOKEN" }
[settings]
region = "us"
quantity = 5
test = true
trunks = ["a", "b"]
)");
    const auto account = loaded(folder).accounts.at(0);
    EXPECT_EQ(account.name, "acme-west");
    EXPECT_EQ(account.plugin, "acme");
    EXPECT_FALSE(account.enabled);
    EXPECT_EQ(account.tenant, "example");
    EXPECT_EQ(account.contact_email, "ports@example.net");
    EXPECT_EQ(account.base_url, "http://127.0.0.1:4099/v2");
    EXPECT_EQ(account.auth_url, "https://login.acme.example/token");
    EXPECT_THAT(account.hosts, ElementsAre("files.acme.example"));
    EXPECT_THAT(account.mail_to, ElementsAre("ports@acme.example"));
    EXPECT_EQ(account.isolation, Isolation::none);
    EXPECT_EQ(account.sha256.substr(62), "ff");
    EXPECT_EQ(account.rate, (Rate{300, 60s}));
    EXPECT_EQ(account.in_flight_max, 8u);
    EXPECT_EQ(account.timeout, 5s);
    EXPECT_EQ(account.connect_timeout, 1s);
    EXPECT_EQ(account.operation_timeout, 1min);
    EXPECT_EQ(account.settle, 0s);
    EXPECT_EQ(account.check_interval, 1h);
    EXPECT_EQ(account.sync_every, 0s);
    EXPECT_EQ(account.sync_hold_percent, 35u);
    EXPECT_EQ(
        account.secrets.at("token").where,
        (folder.path() / "carriers/west.toml").string() + ":22:9: token"
    );
    ASSERT_EQ(account.settings.size(), 4u);
    EXPECT_EQ(account.settings[0].name, "region");
    EXPECT_EQ(account.settings[0].value, SettingValue{"us"});
    EXPECT_EQ(account.settings[0].at, (Position{24, 10}));
    EXPECT_EQ(account.settings[1].value, SettingValue{std::int64_t{5}});
    EXPECT_EQ(account.settings[2].value, SettingValue{true});
    EXPECT_EQ(account.settings[3].value, (SettingValue{std::vector<std::string>{"a", "b"}}));
}

TEST(LoadSettings, NamesAccountsAfterTheirFilesAndSortsThem) {
    const TemporaryFolder folder;
    folder.write("porteur.toml", "");
    folder.write("carriers/b.toml", "plugin = \"acme\"\n");
    folder.write("carriers/a.toml", "plugin = \"acme\"\nname = \"c\"\n");
    folder.write("carriers/acme.toml.example", "this is not read");
    const auto settings = loaded(folder);
    ASSERT_EQ(settings.accounts.size(), 2u);
    EXPECT_EQ(settings.accounts[0].name, "b");
    EXPECT_EQ(settings.accounts[1].name, "c");
}

TEST(LoadSettings, ReportsEveryFileAndEveryFindingAtOnce) {
    const TemporaryFolder folder;
    const auto file = folder.write("porteur.toml", "[api]\nport = -1\nprot = 1\n").string();
    const auto a = folder.write("carriers/a.toml", "plugin = acme\n").string();
    const auto b = folder.write("carriers/b.toml", "enabled = 1\n").string();
    EXPECT_THAT(
        load_settings(file),
        FailsWith(
            ErrorKind::invalid_input,
            file + ":2:8: port = -1 is out of range; write 0 to 65535\n" + file +
                R"(:3:1: unknown key "prot" in [api]; did you mean "port"?)" + "\n" + a +
                ":1:10: not TOML: error while parsing value: could not determine value type; a "
                "text "
                "stands in double quotes\n" +
                b +
                R"(:1:1: plugin is missing at the top level; add plugin = "...", the id of the )"
                "carrier's plugin\n" +
                b + ":1:11: enabled = 1 is neither true nor false; write one of them without quotes"
        )
    );
}

TEST(LoadSettings, RefusesTwoAccountsOfOneName) {
    const TemporaryFolder folder;
    folder.write("porteur.toml", "");
    const auto a = folder.write("carriers/a.toml", "plugin = \"acme\"\n").string();
    const auto b = folder.write("carriers/b.toml", "plugin = \"acme\"\nname = \"a\"\n").string();
    EXPECT_THAT(
        load_settings(folder.path()),
        FailsWith(
            ErrorKind::invalid_input,
            b + R"(:1:1: the account "a" is already in )" + a + "; give one of them another name"
        )
    );
}

TEST(LoadSettings, RefusesAFileWhoseNameIsNoAccount) {
    const TemporaryFolder folder;
    folder.write("porteur.toml", "");
    folder.write("carriers/Acme West.toml", "plugin = \"acme\"\n");
    EXPECT_THAT(
        load_settings(folder.path()),
        FailsWith(
            ErrorKind::invalid_input, HasSubstr(R"("Acme West" is not the name of an account)")
        )
    );
}

TEST(LoadSettings, SaysWhyAFileCannotBeRead) {
    const TemporaryFolder folder;
    EXPECT_THAT(
        load_settings(folder.path() / "porteur.toml"),
        FailsWith(
            ErrorKind::invalid_input,
            AllOf(HasSubstr("porteur.toml: cannot be read: No such file or directory"))
        )
    );
    folder.write("porteur.toml", std::string(2 << 20, '#'));
    EXPECT_THAT(
        load_settings(folder.path()),
        FailsWith(ErrorKind::invalid_input, HasSubstr("is larger than 1 MiB"))
    );
}

}  // namespace
}  // namespace porteur
