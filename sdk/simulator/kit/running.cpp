// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "client.hpp"
#include "described_carrier.hpp"
#include "fields.hpp"
#include "server.hpp"
#include "simulation.hpp"

extern char** environ;

namespace porteur::sim {
namespace {

constexpr std::size_t log_size = 10'000;

/// A simulator in this process.
class Here {
public:
    explicit Here(const Simulator& description)
        : simulation_(
              [&](World world) { return std::make_unique<DescribedCarrier>(description, world); }, log_size
          ),
          server_(simulation_, 0) {
        simulation_.clock().set_speed(0);
        thread_ = std::thread([this] { server_.run(); });
    }
    ~Here() {
        server_.stop();
        thread_.join();
    }
    Here(const Here&) = delete;
    Here& operator=(const Here&) = delete;

    std::string url() const { return server_.url(); }

private:
    Simulation simulation_;
    Server server_;
    std::thread thread_;
};

/// A child process, and its first line.
class Child {
public:
    Child(const std::string& path, std::vector<std::string> arguments) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("there is no pipe for " + path);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        arguments.insert(arguments.begin(), path);
        std::vector<char*> pointers;
        for (auto& argument : arguments) pointers.push_back(argument.data());
        pointers.push_back(nullptr);
        const auto failed = posix_spawn(&id_, path.c_str(), &actions, nullptr, pointers.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        close(ends[1]);
        if (failed == 0) {
            char letter = 0;
            while (read(ends[0], &letter, 1) == 1 && letter != '\n') first_line_ += letter;
        } else {
            id_ = -1;
        }
        close(ends[0]);
    }
    ~Child() { stop(); }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    const std::string& first_line() const { return first_line_; }
    int stop() {
        if (id_ <= 0) return ended_;
        int status = 0;
        kill(id_, SIGTERM);
        while (waitpid(id_, &status, 0) < 0 && errno == EINTR) {
        }
        id_ = -1;
        ended_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
        return ended_;
    }

private:
    pid_t id_ = -1;
    int ended_ = 0;
    std::string first_line_;
};

}  // namespace

struct Running::Impl {
    std::unique_ptr<Here> here;
    std::unique_ptr<Child> child;
    std::string url;
    std::uint16_t port = 0;
};

Running::Running(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
    const auto& url = impl_->url;
    const auto colon = url.rfind(':');
    const bool is_plain = url.starts_with("http://127.0.0.1:");
    if (is_plain) std::from_chars(url.data() + colon + 1, url.data() + url.size(), impl_->port);
    if (impl_->port == 0) throw std::runtime_error("a simulator is asked over http, not at \"" + url + "\"");
}
Running::Running(Running&&) noexcept = default;
Running& Running::operator=(Running&&) noexcept = default;
Running::~Running() = default;

Running Running::here(Simulator simulator) {
    auto impl = std::make_unique<Impl>();
    impl->here = std::make_unique<Here>(simulator);
    impl->url = impl->here->url();
    return Running(std::move(impl));
}

Running Running::program(const std::string& path, std::vector<std::string> arguments) {
    auto impl = std::make_unique<Impl>();
    impl->child = std::make_unique<Child>(path, std::move(arguments));
    const auto line = read_json(impl->child->first_line());
    const auto url = line ? text_of(*line, "url") : std::nullopt;
    if (!url) {
        throw std::runtime_error(path + " does not say where it listens: \"" + impl->child->first_line() + "\"");
    }
    impl->url = *url;
    return Running(std::move(impl));
}

const std::string& Running::url() const { return impl_->url; }

Sent Running::send(
    const std::string& method, const std::string& target, const std::string& body, const Fields& headers,
    std::chrono::milliseconds timeout
) {
    return send_request(impl_->port, method, target, body, headers, timeout);
}

json::value Running::ask(const std::string& path) {
    const auto sent = send("GET", path);
    auto said = read_json(sent.answer.body);
    if (sent.how != Sent::How::answered || sent.answer.status != 200 || !said) {
        throw std::runtime_error("GET " + path + ": " + sent.answer.body);
    }
    return *std::move(said);
}

json::value Running::tell(const std::string& path, const json::value& what) {
    const auto sent = send("POST", path, json::serialize(what), {{"Content-Type", "application/json"}});
    auto said = read_json(sent.answer.body);
    if (sent.how != Sent::How::answered || sent.answer.status != 200 || !said) {
        throw std::runtime_error("POST " + path + ": " + sent.answer.body);
    }
    return *std::move(said);
}

void Running::fault(
    const std::string& fault, const std::string& method, const std::string& path_prefix, std::uint64_t times,
    json::object more
) {
    more["fault"] = fault;
    more["times"] = times;
    more["match"] = {{"method", method}, {"path_prefix", path_prefix}};
    tell("/_sim/faults", json::array{std::move(more)});
}

void Running::no_faults() { tell("/_sim/faults", json::array()); }

void Running::advance(std::chrono::seconds by) { tell("/_sim/clock", {{"advance_s", by.count()}}); }

Instant Running::now() {
    const auto said = ask("/_sim/clock");
    const auto now = from_iso8601(text_of(said, "now").value_or(""));
    if (!now) throw std::runtime_error("the simulator's clock says " + json::serialize(said));
    return *now;
}

void Running::set_state(const std::string& reference, const std::string& word) {
    tell("/_sim/script", {{"reference", reference}, {"state", word}});
}

std::vector<JournalLine> Running::journal() {
    const auto count = [](const json::value& line, std::string_view name) {
        return static_cast<std::uint64_t>(whole_of(line, name).value_or(0));
    };
    std::vector<JournalLine> lines;
    const auto said = ask("/_sim/journal");
    for (const auto& line : said.at("lines").as_array()) {
        lines.push_back(
            {text_of(line, "method").value_or(""), text_of(line, "path").value_or(""),
             text_of(line, "key").value_or(""), count(line, "requests"), count(line, "acted"),
             count(line, "faults")}
        );
    }
    return lines;
}

std::uint64_t Running::acted(std::string_view method, std::string_view path) {
    std::uint64_t count = 0;
    for (const auto& line : journal()) {
        if (line.method == method && (path.empty() || line.path == path)) count += line.acted;
    }
    return count;
}

std::uint64_t Running::asked(std::string_view method, std::string_view path) {
    std::uint64_t count = 0;
    for (const auto& line : journal()) {
        if (line.method == method && (path.empty() || line.path == path)) count += line.requests;
    }
    return count;
}

void Running::reset() {
    tell("/_sim/reset", json::object());
    if (impl_->here) tell("/_sim/clock", {{"speed", 0}});
}

int Running::stop() {
    impl_->here.reset();
    return impl_->child ? impl_->child->stop() : 0;
}

}  // namespace porteur::sim
