// SPDX-License-Identifier: Apache-2.0
// porteurd doctor, on an installation that is well and on some that are not.
#include <sys/stat.h>

#include <fstream>

#include <gmock/gmock.h>

#include "daemon_world.hpp"

namespace porteur::testing {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Doctor : public DaemonWorld {
protected:
    Doctor() {
        host_settings("level = \"info\"\n");
        account("acme", first);
        chmod((folder / "data").c_str(), 0700);
        output_of({PORTEUR_TEST_DAEMON, "--config", folder / "config", "init"});
    }
    json::value examined(int status) const {
        const auto ended = run({PORTEUR_TEST_DAEMON, "--config", folder / "config", "doctor", "--json"});
        EXPECT_EQ(ended.status, status) << ended.output;
        return json::parse(ended.output.empty() ? R"({"findings":[]})" : ended.output);
    }
    /// "fail: text -> mend" of each line about a thing.
    static std::string said_of(const json::value& found, std::string_view what) {
        std::string out;
        for (const auto& each : found.at("findings").as_array())
            if (each.at("what") == json::value(what))
                out += std::string(each.at("verdict").as_string()) + ": " + std::string(each.at("text").as_string()) + " -> " +
                       std::string(each.at("mend").as_string()) + "\n";
        return out;
    }
};

TEST_F(Doctor, FindsAWellOneWellWithoutADaemon) {
    const auto found = examined(0);
    EXPECT_EQ(found.at("failed"), json::value(false));
    for (const char* what : {"settings", "permissions", "carrier acme", "store", "disk", "versions", "plugin"})
        EXPECT_THAT(said_of(found, what), HasSubstr("ok: ")) << json::serialize(found);
    EXPECT_THAT(said_of(found, "carrier acme"), HasSubstr("without TLS"));
    EXPECT_EQ(first.asked("HEAD /"), 1u);
    for (const auto& asked : first.asked()) EXPECT_EQ(asked, "HEAD /") << "nothing else is asked of a carrier";
}

TEST_F(Doctor, SaysWhatIsWrongAndWhatMendsIt) {
    chmod((folder / "data").c_str(), 0755);
    write("config/carriers/gone.toml", "plugin = \"acme\"\nbase_url = \"http://127.0.0.1:1\"\n[secrets]\naccount_sid = { file = \"secrets/user\" }\n"
                                       "auth_token = { file = \"secrets/nothing\" }\n");
    const auto found = examined(1);
    EXPECT_THAT(said_of(found, "permissions"), AllOf(HasSubstr("warn: "), HasSubstr("-> chmod go-rwx")));
    EXPECT_THAT(said_of(found, "settings"), AllOf(HasSubstr("fail: "), HasSubstr("nothing")));
    EXPECT_THAT(said_of(found, "carrier gone"), AllOf(HasSubstr("fail: "), HasSubstr("does not answer")));
    EXPECT_THAT(said_of(found, "carrier acme"), HasSubstr("ok: "));

    write("config/porteur.toml", "store = 7\n");
    EXPECT_THAT(said_of(examined(1), "settings"), AllOf(HasSubstr("fail: "), HasSubstr("porteur.toml:1")));
}

TEST_F(Doctor, SaysWhenTheCertificateOfTheApiEnds) {
    const auto lasting = [&](const std::string& more) {
        output_of({"/usr/bin/openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-keyout", folder / "api.key", "-out",
                   folder / "api.csr"});
        output_of({"/usr/bin/openssl", "x509", "-req", "-in", folder / "api.csr", "-signkey", folder / "api.key", "-days", more, "-out", folder / "api.crt"});
        host_settings("level = \"info\"\n[api.tls]\ncert_file = \"../api.crt\"\nkey_file = \"../api.key\"\n");
    };
    lasting("90");
    EXPECT_THAT(said_of(examined(0), "api"), AllOf(HasSubstr("ok: "), AnyOf(HasSubstr(", in 89 days"), HasSubstr(", in 90 days")), HasSubstr("api.crt")));
    lasting("5");
    EXPECT_THAT(said_of(examined(0), "api"), AllOf(HasSubstr("warn: "), HasSubstr("systemctl reload porteurd")));
    lasting("-1");
    EXPECT_THAT(said_of(examined(1), "api"), AllOf(HasSubstr("fail: "), HasSubstr(" ended on 2")));
}

// A carrier over TLS with nine days left, a mail server that wants STARTTLS, and a mailbox, each a few lines of Python.
TEST_F(Doctor, GreetsCarriersAndMailServersAsTheyAreSet) {
    const auto servers = Program::serve({"/usr/bin/python3", PORTEUR_TEST_DOCTOR_SERVERS, folder}, folder / "servers.log");
    const auto port_in = [&](const char* name) {
        std::ifstream in(folder / name);
        std::string port;
        in >> port;
        return port;
    };
    write("config/secrets/mailbox", "secret\n");
    host_settings("level = \"info\"\n[mail]\nfrom = { name = \"P\", address = \"p@x.example\" }\n[mail.smtp]\nhost = \"localhost\"\nport = " + port_in("smtp.port") +
                  "\nca_file = \"../cert.pem\"\nuser = \"u\"\npassword = { file = \"secrets/mailbox\" }\n[mail.pop3]\nhost = \"127.0.0.1\"\nport = " + port_in("pop3.port") +
                  "\nsecurity = \"plaintext-loopback\"\nuser = \"u\"\npassword = { file = \"secrets/mailbox\" }\n");
    const auto carrier = [&](const std::string& name, const std::string& url, const std::string& more) {
        write("config/carriers/" + name + ".toml", "plugin = \"acme\"\nbase_url = \"" + url + "\"\n" + more +
                                                       "[secrets]\naccount_sid = { file = \"secrets/user\" }\nauth_token = { file = \"secrets/password\" }\n");
    };
    const auto https = "https://localhost:" + std::to_string(servers.port());
    carrier("trusted", https, "ca_file = \"../cert.pem\"\n");
    carrier("untrusted", https, "");
    carrier("nowhere", "https://nowhere.invalid", "");
    const auto found = examined(1);
    // Whole days are counted: nine of them only within the second in which the certificate was made.
    const auto left = AnyOf(HasSubstr("its certificate ends in 8 days"), HasSubstr("its certificate ends in 9 days"));
    EXPECT_THAT(said_of(found, "carrier trusted"), AllOf(HasSubstr("warn: "), left)) << json::serialize(found);
    EXPECT_THAT(said_of(found, "carrier untrusted"), AllOf(HasSubstr("fail: "), HasSubstr("no TLS: self-signed")));
    EXPECT_THAT(said_of(found, "carrier nowhere"), AllOf(HasSubstr("fail: "), HasSubstr("has no address")));
    // The trusted one's clock is an hour ahead.
    EXPECT_THAT(said_of(found, "clock"), AllOf(HasSubstr("fail: "), HasSubstr("behind"), HasSubstr("trusted")));
    EXPECT_THAT(said_of(found, "smtp"), AllOf(HasSubstr("ok: "), HasSubstr("starttls, and user and password")));
    EXPECT_THAT(said_of(found, "mailbox"), AllOf(HasSubstr("ok: "), HasSubstr("2 mails lie there")));

    write("config/secrets/mailbox", "wrong\n");
    const auto refused = examined(1);
    EXPECT_THAT(said_of(refused, "mailbox"), HasSubstr("fail: "));
    EXPECT_THAT(said_of(refused, "smtp"), AllOf(HasSubstr("fail: "), HasSubstr("535"), Not(HasSubstr("wrong"))));
}

}  // namespace
}  // namespace porteur::testing
