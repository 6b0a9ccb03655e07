// SPDX-License-Identifier: Apache-2.0
#include "daemon_host.hpp"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include <gtest/gtest.h>
#include <unistd.h>
#include <porteur/calendar_text.hpp>

namespace porteur::testing {

namespace fs = std::filesystem;

const std::map<std::string, std::string> ringcentral_secrets{
    {"client_id", "ringcentral-client"},
    {"client_secret", "ringcentral-secret"},
    {"jwt", "ringcentral-jwt"}
};
const std::map<std::string, std::string> thinktel_secrets{
    {"user", "acme"}, {"password", "thinktel-secret"}
};
const std::map<std::string, std::string> genesys_secrets{
    {"client_id", "genesys-client"}, {"client_secret", "genesys-secret"}
};

Folder::Folder()
    : path(
          fs::path(::testing::TempDir()) /
          ("scenario." + std::to_string(getpid()) + "." +
           ::testing::UnitTest::GetInstance()->current_test_info()->name())
      ) {
    fs::create_directories(path);
}

Folder::~Folder() {
    if (::testing::Test::HasFailure())
        std::printf("settings, store and logs are kept in %s\n", path.c_str());
    else
        fs::remove_all(path);
}

fs::path Folder::write(const std::string& name, const std::string& text) const {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name) << text;
    fs::permissions(path / name, fs::perms(0600));
    return path / name;
}

fs::path Folder::paper(const std::string& name) const {
    return write(
        name,
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 "
        "R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 "
        "842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    );
}

void DaemonHost::account(
    const std::string& name, const std::string& plugin, const std::string& text,
    const std::map<std::string, std::string>& secrets, const std::string& more
) {
    fs::create_directories(folder_.path / "plugins");
    fs::copy_file(plugin_file(plugin), folder_.path / "plugins" / ("porteur-" + plugin + ".so"));
    auto file = text + "[secrets]\n";
    for (const auto& [secret, value] : secrets) {
        folder_.write("config/secrets/" + name + "_" + secret, value + "\n");
        file += secret + " = { file = \"secrets/" + name + "_" + secret + "\" }\n";
    }
    folder_.write("config/carriers/" + name + ".toml", file + more);
}

void DaemonHost::start(const std::string& mail) {
    folder_.write(
        "config/porteur.toml",
        "store = \"sqlite:../data/porteur.db\"\nkey = { file = \"../data/porteur.key\" }\n"
        "[api]\nport = 0\n[documents]\nfolder = \"../data/documents\"\n"
        "[plugins]\nfolders = [\"../plugins\"]\nisolation = \"process\"\n" +
            mail
    );
    const std::string config = folder_.path / "config";
    output_of({PORTEUR_DAEMON, "--config", config, "init"});
    folder_.write(
        "token",
        output_of({PORTEUR_DAEMON, "--config", config, "token", "create", "--name", "anna"})
    );
    daemon_ = Program::serve({PORTEUR_DAEMON, "--config", config}, folder_.path / "porteurd.log");
}

void DaemonHost::kill_and_start() {
    daemon_.kill();
    daemon_ = Program::serve(
        {PORTEUR_DAEMON, "--config", folder_.path / "config"}, folder_.path / "porteurd.log"
    );
}

Ended DaemonHost::porteur(const Words& words) const {
    Words all{
        PORTEUR_PROGRAM,
        "--url",
        "http://127.0.0.1:" + std::to_string(daemon_.port()),
        "--token-file",
        folder_.path / "token",
        "--json"
    };
    all.insert(all.end(), words.begin(), words.end());
    std::ofstream(folder_.path / "porteur.errors");
    return run(all, folder_.path / "porteur.errors");
}

std::string DaemonHost::errors() const {
    std::ifstream file(folder_.path / "porteur.errors");
    return {std::istreambuf_iterator<char>(file), {}};
}

json::value DaemonHost::told(const Words& words) const {
    const auto ended = porteur(words);
    if (ended.status == 0) return json::parse(ended.output);
    throw std::runtime_error(
        "porteur " + words[0] + " " + words[1] + " ended with " + std::to_string(ended.status) +
        ": " + ended.output + errors()
    );
}

Ended DaemonHost::shell(const std::string& command) const {
    const auto programs = fs::path(PORTEUR_PROGRAM).parent_path().string();
    return run(
        {"/bin/sh", "-c",
         "cd '" + folder_.path.string() + "' && PATH='" + programs + "':$PATH && export PATH " +
             "PORTEUR_URL=http://127.0.0.1:" + std::to_string(daemon_.port()) +
             " PORTEUR_TOKEN=\"$(cat token)\" && " + command + " 2>&1"}
    );
}

std::string plugin_file(const std::string& id) {
    return std::string(PORTEUR_PLUGINS_DIR) + "/porteur-" + id + ".so";
}

std::string today() {
    return iso_date(std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now()));
}

std::string ringcentral_account(const std::string& url) {
    return "plugin = \"ringcentral\"\nbase_url = \"" + url + "\"\nauth_url = \"" + url +
           "/restapi/oauth/token\"\nrate = \"1000/s\"\n";
}

std::string thinktel_account(const std::string& url) {
    return "plugin = \"thinktel\"\nbase_url = \"" + url +
           "\"\nrate = \"1000/s\"\nsettle = \"1s\"\ncheck_interval = \"1s\"\n";
}

std::string genesys_account(const std::string& url) {
    return "plugin = \"genesys_sms\"\nbase_url = \"" + url + "\"\nauth_url = \"" + url +
           "/oauth/token\"\nrate = \"1000/s\"\nsettle = \"1s\"\ncheck_interval = \"1s\"\n"
           "[settings]\ncountries = \"" PORTEUR_SOURCE_DIR "/config/data/genesys_countries.toml\"\n";
}

std::string mail_settings(unsigned smtp_port) {
    return "[mail]\nfrom = { name = \"Desk\", address = \"desk@porteur.example\" }\n"
           "[mail.smtp]\nhost = \"127.0.0.1\"\nport = " +
           std::to_string(smtp_port) + "\nsecurity = \"plaintext-loopback\"\n";
}

std::string message_in(const std::string& smtp_dialogue) {
    const auto begin = smtp_dialogue.find("\nDATA\r\n");
    if (begin == smtp_dialogue.npos) return {};
    auto message = smtp_dialogue.substr(begin + 7);
    message.resize(message.find("\r\n.\r\n") + 2);
    for (auto at = message.find("\r\n.."); at != message.npos; at = message.find("\r\n..", at + 3))
        message.erase(at + 2, 1);
    return message;
}

}  // namespace porteur::testing
