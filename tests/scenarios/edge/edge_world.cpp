// SPDX-License-Identifier: Apache-2.0
#include "edge_world.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../faults/http_client.hpp"

namespace porteur::testing {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// ------------------------------------------------------------------ raw connections

namespace {

sockaddr_in place(const std::string& address, unsigned port) {
    sockaddr_in made{};
    made.sin_family = AF_INET;
    made.sin_port = htons(static_cast<std::uint16_t>(port));
    inet_pton(AF_INET, address.c_str(), &made.sin_addr);
    return made;
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char each) { return std::tolower(each); });
    return text;
}

/// The length of the chunked body at the front; npos: it is not there whole.
std::size_t chunked_size(std::string_view bytes) {
    std::size_t at = 0;
    for (;;) {
        std::size_t size = 0;
        const auto read = std::from_chars(bytes.data() + at, bytes.data() + bytes.size(), size, 16);
        if (read.ec != std::errc{}) return std::string_view::npos;
        at = static_cast<std::size_t>(read.ptr - bytes.data()) + 2 + size + 2;
        if (at > bytes.size()) return std::string_view::npos;
        if (size == 0) return at;
    }
}

}  // namespace

Raw::Raw(unsigned port, const std::string& from) {
    const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto here = place(from, 0), there = place("127.0.0.1", port);
    if (made < 0) return;
    if (bind(made, reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0 ||
        connect(made, reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0) {
        close(made);
        return;
    }
    fd_ = made;
}

Raw::~Raw() {
    if (fd_ >= 0) close(fd_);
}

bool Raw::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

void Raw::finish_sending() { shutdown(fd_, SHUT_WR); }

bool Raw::more(Clock::time_point until) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    pollfd wait{fd_, POLLIN, 0};
    if (ended_ || left.count() <= 0 || poll(&wait, 1, static_cast<int>(left.count())) <= 0) return false;
    char piece[16'384];
    const auto count = recv(fd_, piece, sizeof piece, 0);
    if (count <= 0) {
        ended_ = true;
        return false;
    }
    kept_.append(piece, static_cast<std::size_t>(count));
    return true;
}

std::vector<Heard::Each> take_answers(std::string& bytes) {
    std::vector<Heard::Each> out;
    for (;;) {
        const auto end = bytes.find("\r\n\r\n");
        if (end == bytes.npos || !bytes.starts_with("HTTP/1.")) return out;
        Heard::Each each;
        each.head = bytes.substr(0, end + 4);
        std::from_chars(bytes.data() + 9, bytes.data() + 12, each.status);
        std::size_t size = 0;
        const auto head = lower(each.head);
        if (const auto at = head.find("\r\ncontent-length: "); at != head.npos)
            std::from_chars(head.data() + at + 18, head.data() + head.size(), size);
        else if (head.find("\r\ntransfer-encoding: chunked") != head.npos)
            size = chunked_size(std::string_view(bytes).substr(end + 4));
        if (each.status == 100) size = 0;
        if (size == bytes.npos || bytes.size() - (end + 4) < size) return out;
        each.body = bytes.substr(end + 4, size);
        bytes.erase(0, end + 4 + size);
        out.push_back(std::move(each));
    }
}

Heard::Each Raw::answer(std::chrono::milliseconds most) {
    const auto until = Clock::now() + most;
    do {
        auto rest = kept_;
        auto all = take_answers(rest);
        if (all.empty()) continue;
        auto first = std::move(all.front());
        kept_.erase(0, first.head.size() + first.body.size());
        return first;
    } while (more(until));
    return {};
}

Heard Raw::rest(std::chrono::milliseconds most) {
    const auto until = Clock::now() + most;
    while (more(until)) {}
    Heard heard{.answers = {}, .bytes = kept_, .ended = ended_};
    for (auto& each : take_answers(kept_))
        if (each.status == 100)
            ++heard.continues;
        else
            heard.answers.push_back(std::move(each));
    kept_.clear();
    return heard;
}

// ------------------------------------------------------------------ the daemon

void Edge::account(
    const std::string& name, const std::string& plugin, const std::string& text,
    const std::map<std::string, std::string>& secrets
) {
    fs::create_directories(folder.path / "plugins");
    fs::copy_file(
        plugin_file(plugin), folder.path / "plugins" / ("porteur-" + plugin + ".so"),
        fs::copy_options::skip_existing
    );
    auto file = text + "[secrets]\n";
    for (const auto& [secret, where] : secrets) file += secret + " = " + where + "\n";
    folder.write("config/carriers/" + name + ".toml", file);
}

void Edge::start(const std::string& settings, const Words& environment) {
    fs::create_directories(folder.path / "plugins");
    folder.write(
        "config/porteur.toml",
        "store = \"sqlite:../data/porteur.db\"\nkey = { file = \"../data/porteur.key\" }\n"
        "[api]\nport = 0\n[documents]\nfolder = \"../data/documents\"\n"
        "[plugins]\nfolders = [\"../plugins\"]\nisolation = \"process\"\n" +
            settings
    );
    environment_ = environment;
    if (const auto made = porteurd("init"); made.status != 0) throw std::runtime_error(made.output);
    token = porteurd("token create --name anna").output;
    token.erase(token.find_last_not_of('\n') + 1);
    stop_and_start();
}

void Edge::stop_and_start() {
    daemon = Program();
    Words words{"/usr/bin/env"};
    words.insert(words.end(), environment_.begin(), environment_.end());
    words.insert(words.end(), {PORTEUR_DAEMON, "--config", folder.path / "config"});
    daemon = Program::serve(words, folder.path / "porteurd.log");
}

bool Edge::end() {
    ::kill(daemon.pid(), SIGTERM);
    return daemon.ended_within(std::chrono::seconds(30));
}

Ended Edge::porteurd(const std::string& words, const std::string& input) const {
    return run(
        {"/bin/sh", "-c",
         "printf '%s\\n' '" + input + "' | " PORTEUR_DAEMON " --config '" +
             (folder.path / "config").string() + "' " + words + " 2>&1"}
    );
}

json::value Edge::ask(
    const std::string& method, const std::string& target, const json::object& body,
    const std::vector<std::string>& headers
) {
    std::vector<std::string> lines{bearer()};
    if (method == "POST") lines.push_back("Idempotency-Key: key-" + std::to_string(++keys));
    lines.insert(lines.end(), headers.begin(), headers.end());
    const auto reply =
        http(port(), method, target, lines, body.empty() ? std::string() : json::serialize(body));
    if (!reply) throw std::runtime_error(method + " " + target + ": no answer");
    if (reply->status / 100 != 2)
        throw std::runtime_error(
            method + " " + target + ": " + std::to_string(reply->status) + " " + reply->body
        );
    return reply->body.empty() ? json::value() : json::parse(reply->body);
}

std::string Edge::draft() {
    const auto made =
        ask("POST", "/v1/port-orders", {{"account", "thinktel"}, {"request", json::object{}}});
    return std::string(made.at("id").as_string());
}

std::string Edge::log() const { return file_text(folder.path / "porteurd.log"); }

long Edge::memory(const std::string& name) const {
    std::ifstream status("/proc/" + std::to_string(daemon.pid()) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name + ":")) return std::stol(line.substr(name.size() + 1));
    return -1;
}

// ------------------------------------------------------------------ texts

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\' || at + 1 == text.size()) {
            out += text[at];
            continue;
        }
        switch (const char letter = text[++at]) {
            case 'r': out += '\r'; break;
            case 'n': out += '\n'; break;
            case 't': out += '\t'; break;
            case '0': out += '\0'; break;
            case 'x': {
                unsigned value = 0;
                std::from_chars(text.data() + at + 1, text.data() + std::min(at + 3, text.size()), value, 16);
                out += static_cast<char>(value);
                at += 2;
                break;
            }
            default: out += letter;
        }
    }
    return out;
}

std::string with(std::string text, const std::map<std::string, std::string>& words) {
    for (const auto& [name, value] : words)
        for (auto at = text.find("{" + name + "}"); at != text.npos;
             at = text.find("{" + name + "}", at + value.size()))
            text.replace(at, name.size() + 2, value);
    return text;
}

std::string file_text(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace porteur::testing
