// SPDX-License-Identifier: Apache-2.0
#include "support/mail_servers.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include "support/look_again.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

struct Output {
    int exit_code = -1;
    std::string text;
    std::map<std::string, std::string> values;  ///< of its KEY=VALUE lines
};

/// Runs tools/mail-servers with one or two words that need no quoting for the shell.
Output run_tool(const std::string& words) {
    Output output;
    const std::string line = fmt::format(
        "PORTEUR_MAIL_OWNER={} '{}/tools/mail-servers' {}", getpid(), PORTEUR_SOURCE_FOLDER, words
    );
    FILE* pipe = popen(line.c_str(), "r");
    if (pipe == nullptr) return output;
    char buffer[4096];
    while (std::fgets(buffer, sizeof buffer, pipe) != nullptr) {
        std::string text = buffer;
        output.text += text;
        if (text.ends_with('\n')) text.pop_back();
        if (const auto equals = text.find('='); equals != text.npos) {
            output.values[text.substr(0, equals)] = text.substr(equals + 1);
        }
    }
    const int status = pclose(pipe);
    output.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return output;
}

/// Where the programs are; unpacks them first where they are not there yet.
Output locate() {
    static const Output found = [] {
        Output output = run_tool("where");
        if (output.exit_code == 3 && run_tool("").exit_code == 0) output = run_tool("where");
        return output;
    }();
    return found;
}

std::vector<std::string> files_in(const fs::path& folder) {
    std::vector<fs::path> paths;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored)) paths.push_back(entry.path());
    std::ranges::sort(paths);
    std::vector<std::string> texts;
    for (const auto& path : paths) {
        std::ifstream file(path, std::ios::binary);
        texts.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return texts;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/// A listening socket on a port of the system's choice.
int listen_on_loopback(std::uint16_t& port) {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    bind(listener, reinterpret_cast<sockaddr*>(&address), length);
    listen(listener, 16);
    getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
    port = ntohs(address.sin_port);
    return listener;
}

bool answers(std::uint16_t port) {
    const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(port);
    const bool connected =
        connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(client);
    return connected;
}

}  // namespace

bool wait_until(const std::function<bool()>& reached, std::chrono::milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (!reached()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        look_again_in(std::chrono::milliseconds{10});
    }
    return true;
}

TemporaryFolder::TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "porteur-mail-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) std::abort();
    path_ = pattern;
    chmod(path_.c_str(), 0755);
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

Result<std::unique_ptr<MailServers>> MailServers::start() {
    if (const auto where = locate(); where.exit_code != 0) {
        return failure(
            ErrorKind::internal, "tools/mail-servers did not find or unpack the servers"
        );
    }
    std::unique_ptr<MailServers> servers(new MailServers);
    auto output = run_tool("start " + servers->folder_.path());
    if (output.exit_code == 4) {
        return failure(ErrorKind::unsupported, "Postfix needs root or sudo without a password");
    }
    if (output.exit_code != 0) {
        return failure(
            ErrorKind::internal,
            fmt::format("tools/mail-servers start ended with {}; see above", output.exit_code)
        );
    }
    const auto port = [&](const char* name) {
        return static_cast<std::uint16_t>(std::stoul(output.values[name]));
    };
    servers->smtp = port("smtp");
    servers->smtps = port("smtps");
    servers->pop3 = port("pop3");
    servers->pop3s = port("pop3s");
    servers->ca_file = output.values["ca"];
    servers->maildir = output.values["maildir"];
    servers->password = output.values["password"];
    servers->log = output.values["log"];
    return servers;
}

MailServers::~MailServers() { run_tool("stop " + folder_.path()); }

std::vector<std::string> MailServers::mails_in(std::string_view mailbox) const {
    auto mails = files_in(fs::path(maildir) / mailbox / "new");
    for (auto& mail : files_in(fs::path(maildir) / mailbox / "cur"))
        mails.push_back(std::move(mail));
    return mails;
}

bool MailServers::wait_for(std::string_view mailbox, std::size_t count) const {
    return wait_until([&] { return mails_in(mailbox).size() >= count; }, 20s);
}

void MailServers::clear() {
    std::error_code ignored;
    for (const auto& mailbox : fs::directory_iterator(maildir)) {
        for (const char* part : {"new", "cur"}) {
            for (const auto& mail : fs::directory_iterator(mailbox.path() / part, ignored)) {
                fs::remove(mail.path(), ignored);
            }
        }
    }
}

Result<std::unique_ptr<SmtpSink>> SmtpSink::start(
    const std::vector<std::string>& options, bool keeps
) {
    auto where = locate();
    if (where.exit_code != 0) {
        return failure(ErrorKind::internal, "smtp-sink is not there; run tools/mail-servers");
    }
    const std::string program = where.values["smtp_sink"];
    std::vector<std::string> environment{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"};
    if (const auto& path = where.values["library_path"]; !path.empty()) {
        environment.push_back("LD_LIBRARY_PATH=" + path);
    }
    // The port is free when it is chosen, and may be taken before smtp-sink has it: then another.
    for (int attempt = 0; attempt < 10; ++attempt) {
        std::unique_ptr<SmtpSink> sink(new SmtpSink);
        close(listen_on_loopback(sink->port));
        const std::string mails = sink->folder_.path() + "/mails";
        mkdir(mails.c_str(), 0755);
        chmod(mails.c_str(), 0777);
        std::vector<std::string> words{program};
        if (keeps) words.insert(words.end(), {"-d", mails + "/mail."});
        if (geteuid() == 0) words.insert(words.end(), {"-u", "nobody"});
        words.insert(words.end(), options.begin(), options.end());
        words.push_back(fmt::format("127.0.0.1:{}", sink->port));
        words.emplace_back("64");
        std::vector<char*> arguments;
        for (auto& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        std::vector<char*> variables;
        for (auto& variable : environment) variables.push_back(variable.data());
        variables.push_back(nullptr);
        if (posix_spawn(
                &sink->process_, program.c_str(), nullptr, nullptr, arguments.data(),
                variables.data()
            ) != 0) {
            return failure(ErrorKind::internal, program + " could not be started");
        }
        bool ended = false;
        wait_until(
            [&] {
                if (waitpid(sink->process_, nullptr, WNOHANG) == sink->process_) ended = true;
                return ended || answers(sink->port);
            },
            10s
        );
        if (!ended) return sink;
        sink->process_ = -1;
    }
    return failure(
        ErrorKind::internal, "smtp-sink ended at once, ten times; its message stands above"
    );
}

SmtpSink::~SmtpSink() {
    if (process_ <= 0) return;
    kill(process_, SIGTERM);
    waitpid(process_, nullptr, 0);
}

std::vector<std::string> SmtpSink::mails() const { return files_in(folder_.path() + "/mails"); }

void ScriptedServer::Peer::say(std::string_view bytes) const {
    while (!bytes.empty()) {
        const auto count = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

std::string ScriptedServer::Peer::hear() const {
    std::string line;
    char letter = 0;
    while (!line.ends_with('\n') && recv(socket_, &letter, 1, 0) == 1) line += letter;
    received_ += line;
    return line;
}

std::string ScriptedServer::Peer::hear_all() const {
    std::string all;
    for (std::string line = hear(); !line.empty(); line = hear()) all += line;
    return all;
}

ScriptedServer::ScriptedServer(std::function<void(const Peer&)> script)
    : script_(std::move(script)) {
    listener_ = listen_on_loopback(port);
    thread_ = std::jthread([this](const std::stop_token& stop) {
        for (;;) {
            const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0 || stop.stop_requested()) {
                if (client >= 0) close(client);
                return;
            }
            // A script that waits for a client for ever would hang the test.
            const timeval limit{.tv_sec = 20, .tv_usec = 0};
            setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
            script_(Peer(client, received_));
            close(client);
        }
    });
}

ScriptedServer::~ScriptedServer() { stop(); }

void ScriptedServer::stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
}

const std::string& ScriptedServer::received() {
    stop();
    return received_;
}

}  // namespace porteur::testing
