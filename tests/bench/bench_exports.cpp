// SPDX-License-Identifier: Apache-2.0
#include "bench_exports.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <vector>

#include "bench_list_peers.hpp"

namespace porteur::bench {
namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

constexpr int rounds = 3;
constexpr std::int64_t pdf_rows = 100'000;

double seconds_since(Steady::time_point began) {
    return std::chrono::duration<double>(Steady::now() - began).count();
}

void say(const std::string& text) { fmt::print(stderr, "bench: {}\n", text); }


/// The highest that a process's memory gets from here on.
void forget_peak(pid_t process) { std::ofstream(fmt::format("/proc/{}/clear_refs", process)) << 5; }

/// Takes chunks apart.
class Body {
public:
    /// @return whether this was the end
    bool take(std::string_view bytes) {
        while (!bytes.empty()) {
            if (left_ == 0) {
                const auto end = bytes.find('\n');
                line_ += bytes.substr(0, end);
                if (end == bytes.npos) return false;
                bytes.remove_prefix(end + 1);
                if (line_ == "\r") {  // after a chunk
                    line_.clear();
                    continue;
                }
                left_ = std::strtoul(line_.c_str(), nullptr, 16);
                line_.clear();
                if (left_ == 0) return true;
                continue;
            }
            const auto part = bytes.substr(0, left_);
            if (size_ == 0) begins_ = part.substr(0, 8);
            size_ += part.size();
            lines_ += std::ranges::count(part, '\n');
            left_ -= part.size();
            bytes.remove_prefix(part.size());
        }
        return false;
    }
    std::size_t size() const { return size_; }
    std::int64_t lines() const { return lines_; }
    const std::string& begins() const { return begins_; }

private:
    std::string line_, begins_;
    std::size_t left_ = 0, size_ = 0;
    std::int64_t lines_ = 0;
};

struct Got {
    double seconds = 0;
    Body body;
};

Got get(const ExportRun& run, const std::string& target) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(run.port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
        stop("porteurd takes no connection");
    const auto request = "GET " + target + " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " +
                         run.token + "\r\n\r\n";
    Got out;
    const auto began = Steady::now();
    if (::write(socket, request.data(), request.size()) != static_cast<ssize_t>(request.size()))
        stop("a request was cut off");
    std::vector<char> bytes(256 << 10);
    std::string head;
    bool is_in_body = false, is_whole = false;
    while (!is_whole) {
        const auto got = ::read(socket, bytes.data(), bytes.size());
        if (got <= 0) stop(target + " was cut off");
        std::string_view piece(bytes.data(), static_cast<std::size_t>(got));
        if (!is_in_body) {
            head += piece;
            const auto end = head.find("\r\n\r\n");
            if (end == head.npos) continue;
            if (!head.starts_with("HTTP/1.1 200")) stop(target + " answers " + head.substr(0, 600));
            is_in_body = true;
            piece.remove_prefix(piece.size() - (head.size() - end - 4));
        }
        is_whole = out.body.take(piece);
    }
    out.seconds = seconds_since(began);
    ::close(socket);
    return out;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

/// Seconds of a shell command; nothing: it failed.
std::optional<double> timed(const std::string& command) {
    const auto began = Steady::now();
    if (std::system(command.c_str()) != 0) return std::nullopt;
    return seconds_since(began);
}

/// A program that does the same, measured in turn with us.
struct Peer {
    std::string name;
    std::string command;
};

void measure(
    const ExportRun& run, const std::string& op, std::int64_t rows, const std::string& target,
    const std::optional<Peer>& peer
) {
    std::vector<double> ours, theirs;
    double peak = 0, more = 0;
    std::size_t size = 0;
    const auto before = status_mb(run.daemon, "VmRSS");
    get(run, target
    );  // what is read from the disk once, and what is allocated once, belongs to no round
    for (int round = 0; round < rounds; ++round) {
        forget_peak(run.daemon);
        const auto got = get(run, target);
        ours.push_back(got.seconds);
        size = got.body.size();
        if (op == "csv" && got.body.lines() != rows + 1)
            stop(fmt::format("the CSV has {} lines", got.body.lines()));
        if (op == "pdf" && !got.body.begins().starts_with("%PDF-")) stop("the PDF is none");
        const auto now = status_mb(run.daemon, "VmHWM");
        peak = std::max(peak, now);
        more = std::max(more, now - before);
        if (!peer) continue;
        const auto took = timed(peer->command);
        if (!took) {
            say(peer->name + " is left out: it fails");
            theirs.clear();
            break;
        }
        theirs.push_back(*took);
    }
    const auto value = median(ours);
    fmt::print(
        R"({{"op":"{}","rows":{},"store":"{}","value":{:.3f},"unit":"s","peer":{},"ratio":{},"rows_per_s":{:.0f},"rss_mb":{:.1f},"rss_more_mb":{:.1f},"mb":{:.1f}{}}})"
        "\n",
        op, rows, run.store_name, value, theirs.empty() ? "null" : '"' + peer->name + '"',
        theirs.empty() ? "null" : fmt::format("{:.2f}", median(theirs) / value),
        static_cast<double>(rows) / value, peak, more, static_cast<double>(size) / 1e6,
        theirs.empty() ? "" : fmt::format(R"(,"peer_value":{:.3f})", median(theirs))
    );
    std::fflush(stdout);
}

constexpr const char* flat_rows =
    "select n.number, n.used_by, c.use_type, cast(n.tenant_id as text) as company, '' as var, "
    "c.account as provider, "
    "case when c.is_active = 1 then 'active' else 'pending' end as status, c.state, c.country, "
    "c.type, n.features, n.tags "
    "from numbers n join number_classes c on c.id = n.class_id order by n.id";

/// The same rows and columns as one table, so that no peer pays for what we join.
std::optional<Peer> csv_peer(const ExportRun& run) {
    const auto file = run.work / "peer.csv";
    if (run.server) {
        auto address = run.server->address() + "porteur";
        if (!timed(
                "psql -q '" + address + "' -c \"create table if not exists peer as " + flat_rows +
                "\" >&2"
            )) {
            say("psql \\copy is left out: its table cannot be made");
            return std::nullopt;
        }
        return Peer{
            "psql \\\\copy",
            "psql -q '" + address + "' -c \"\\copy peer to '" + file.string() + "' csv header\" >&2"
        };
    }
    if (std::system("command -v sqlite3 >/dev/null") != 0) {
        say("sqlite3 -csv is left out: there is no program sqlite3");
        return std::nullopt;
    }
    const auto flat = run.work / "peer.db";
    if (!timed(
            "sqlite3 '" + flat.string() + "' \"attach 'file:" + run.sqlite_file.string() +
            "?mode=ro' as s; create table if not exists peer as " + std::string(flat_rows) +
            "\" >&2"
        )) {
        say("sqlite3 -csv is left out: its table cannot be made");
        return std::nullopt;
    }
    return Peer{
        "sqlite3 -csv", "sqlite3 -csv -header -readonly '" + flat.string() +
                            "' 'select * from peer' > '" + file.string() + "'"
    };
}

std::optional<Peer> pdf_peer(const ExportRun& run) {
    const auto folder = peers_folder("data", {"better-sqlite3", "pdfkit"});
    if (!folder) return std::nullopt;
    const auto flat = run.work / "pdfkit.db";
    const std::string make =
        "create table if not exists numbers as with recursive n(id) as (select 1 union all select "
        "id + 1 from n where id < 100000) "
        "select id, '+1514' || (2000000 + id) as e164, 'Company ' || (id % 500) as tenant, "
        "'active' as status, 'local' as type, 'CA' as country, "
        "'Reception ' || id as city, 'voice sms' as ref from n";
    if (!timed("sqlite3 '" + flat.string() + "' \"" + make + "\" >&2")) return std::nullopt;
    return Peer{
        "pdfkit", "node '" + (*folder / "pdf_pdfkit.cjs").string() + "' '" + flat.string() + "' '" +
                      (run.work / "peer.pdf").string() + "' >&2"
    };
}

}  // namespace

void measure_csv(const ExportRun& run) {
    measure(run, "csv", run.rows, "/v1/numbers/csv", run.with_peers ? csv_peer(run) : std::nullopt);
}

void measure_pdf(const ExportRun& run) {
    auto rows = run.rows;
    std::string target = "/v1/numbers/pdf";
    if (rows > pdf_rows) {
        // A tenth of the bench's numbers.
        rows = run.rows / 10;
        target += "?state=assigned&status=active";
        if (rows > pdf_rows) {
            say(fmt::format(
                "pdf is left out: there is no choice of {} numbers among {}", pdf_rows, run.rows
            ));
            return;
        }
    }
    measure(run, "pdf", rows, target, run.with_peers ? pdf_peer(run) : std::nullopt);
}

}  // namespace porteur::bench
