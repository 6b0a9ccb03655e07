// SPDX-License-Identifier: Apache-2.0
#include "mail/pop3.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include <porteur/phrase.hpp>

#include "mail/taken_out.hpp"
#include "mail/text_codec.hpp"

namespace porteur {
namespace {

using namespace std::chrono;

// A mailbox of more than this many mails is read from its oldest ones.
constexpr std::size_t listing_lines_max = 200'000;

/// "12 rest" taken apart.
struct Numbered {
    std::size_t number = 0;
    std::string rest;
};

std::optional<Numbered> read_numbered(std::string_view line) {
    Numbered out;
    const auto read = std::from_chars(line.data(), line.data() + line.size(), out.number);
    const auto blank = static_cast<std::size_t>(read.ptr - line.data());
    if (read.ec != std::errc{} || blank >= line.size() || line[blank] != ' ') return std::nullopt;
    const auto rest = trimmed(line.substr(blank));
    out.rest = std::string(rest.substr(0, rest.find(' ')));
    if (out.rest.empty()) return std::nullopt;
    return out;
}

class Visit {
public:
    Visit(const Pop3Settings& settings, MailConnection connection)
        : settings_(settings), connection_(std::move(connection)) {}

    Result<void> begin() {
        if (auto greeting = read_answer("greeting"); !greeting) return greeting;
        if (settings_.server.security == MailSecurity::starttls) {
            if (auto done = command("STLS"); !done) {
                if (done.error().kind != ErrorKind::rejected) return done;
                return failure(
                    ErrorKind::unavailable,
                    at_server(phrase("does not offer TLS (STLS), so no password was sent; if it "
                                     "never does, use tls"))
                );
            }
            if (auto done = connection_.start_tls(); !done) return done;
        }
        return log_in();
    }

    Result<std::map<std::size_t, std::string>> list(const std::string& verb) {
        if (auto done = command(verb); !done) return std::unexpected(done.error());
        const auto deadline = steady_clock::now() + settings_.transfer_timeout;
        std::map<std::size_t, std::string> found;
        for (std::size_t count = 0; count < listing_lines_max; ++count) {
            auto line = read_line(deadline);
            if (!line) return std::unexpected(line.error());
            if (*line == ".") return found;
            if (const auto entry = read_numbered(*line)) found[entry->number] = entry->rest;
        }
        return failure(
            ErrorKind::unavailable, at_server(phrase("the list of mails does not end"))
        );
    }

    Result<std::string> retrieve(std::size_t number, std::size_t bytes_max) {
        const auto verb = settings_.headers_only ? fmt::format("TOP {} 0", number)
                                                 : fmt::format("RETR {}", number);
        if (auto done = command(verb); !done) return std::unexpected(done.error());
        const auto deadline = steady_clock::now() + settings_.transfer_timeout;
        std::string bytes;
        for (;;) {
            auto line = read_line(deadline);
            if (!line) return std::unexpected(line.error());
            if (*line == ".") return bytes;
            bytes.append(*line, line->starts_with('.') ? 1 : 0);
            bytes += "\r\n";
            // The size in the list is the server's word; this one is counted.
            if (bytes.size() > bytes_max) {
                return failure(
                    ErrorKind::unavailable,
                    at_server(phrase("mail {1} is larger than the server had said", number))
                );
            }
        }
    }

    Result<void> command(const std::string& line) {
        const auto deadline = steady_clock::now() + settings_.command_timeout;
        if (auto sent = connection_.write(line + "\r\n", deadline); !sent) {
            return lost(sent.error());
        }
        return read_answer(line.starts_with("PASS ") || line.starts_with("USER ") ? "login" : line);
    }

private:
    /// What the link says names the server already.
    static std::unexpected<Error> lost(const Error& of_link) {
        Error error{.kind = ErrorKind::unavailable, .message = "pop3 " + of_link.message};
        return std::unexpected(std::move(error));
    }

    std::string at_server(std::string_view text) const {
        const auto where = fmt::format("{}:{}", settings_.server.host, settings_.server.port);
        return phrase("pop3 {1}: {2:text}", where, text);
    }

    Result<std::string> read_line(MailConnection::Deadline deadline) {
        auto line = connection_.read_line(deadline);
        if (!line) return lost(line.error());
        return line;
    }

    Result<void> log_in() {
        for (const std::string* word : {&settings_.user, &settings_.password}) {
            if (find_control(*word)) {
                return failure(
                    ErrorKind::invalid_input,
                    at_server(phrase("user or password holds a control character"))
                );
            }
        }
        auto done = command("USER " + settings_.user);
        if (done) done = command("PASS " + settings_.password);
        if (!done && done.error().kind == ErrorKind::rejected) {
            // RFC 3206 and 2449: the mailbox is busy or the server is, which is no wrong password.
            const auto& text = done.error().message;
            const bool busy = text.find("[IN-USE]") != text.npos ||
                              text.find("[SYS/TEMP]") != text.npos ||
                              text.find("[LOGIN-DELAY]") != text.npos;
            done.error().kind = busy ? ErrorKind::unavailable : ErrorKind::unauthorized;
        }
        return done;
    }

    Result<void> read_answer(std::string_view what) {
        auto line = read_line(steady_clock::now() + settings_.command_timeout);
        if (!line) return std::unexpected(line.error());
        if (*line == "+OK" || line->starts_with("+OK ")) return {};
        const bool refused = line->starts_with("-ERR");
        return failure(
            refused ? ErrorKind::rejected : ErrorKind::unavailable,
            at_server(phrase("{1} was answered {2:quoted}", what, quoted(taken_out(*line, {settings_.password}), 200)))
        );
    }

    const Pop3Settings& settings_;
    MailConnection connection_;
};

/// A refusal in the middle of a visit is the server's trouble, which passes.
std::unexpected<Error> as_trouble(Error error) {
    if (error.kind == ErrorKind::rejected) error.kind = ErrorKind::unavailable;
    return std::unexpected(std::move(error));
}

}  // namespace

Result<Pop3Summary> fetch_new_mail(
    const Pop3Settings& settings, const SeenBefore& seen_before, const TakeMail& take,
    std::stop_token stop
) {
    auto connection = MailConnection::open(settings.server, std::move(stop));
    if (!connection) {
        connection.error().message.insert(0, "pop3 ");
        return std::unexpected(connection.error());
    }
    Visit visit(settings, std::move(*connection));
    if (auto begun = visit.begin(); !begun) return as_trouble(begun.error());

    const auto uids = visit.list("UIDL");
    if (!uids) {
        auto error = uids.error();
        if (error.kind == ErrorKind::rejected) error.kind = ErrorKind::unsupported;
        return std::unexpected(std::move(error));
    }
    const auto sizes = visit.list("LIST");
    if (!sizes) return as_trouble(sizes.error());

    std::vector<std::pair<std::size_t, std::string>> in_order(uids->begin(), uids->end());
    if (settings.newest_first) std::ranges::reverse(in_order);
    Pop3Summary summary;
    for (const auto& [number, uid] : in_order) {
        if (seen_before(uid)) {
            ++summary.seen_before;
            if (settings.delete_taken) {
                if (auto done = visit.command(fmt::format("DELE {}", number)); !done) {
                    return as_trouble(done.error());
                }
            }
            continue;
        }
        if (summary.taken >= settings.mail_count_max) {
            summary.more = true;
            break;
        }
        std::size_t size = 0;
        if (const auto found = sizes->find(number); found != sizes->end()) {
            const auto& text = found->second;
            std::from_chars(text.data(), text.data() + text.size(), size);
        }
        if (!settings.headers_only && size > settings.mail_bytes_max) {
            summary.too_large.push_back(uid);
            continue;
        }
        // Some servers count LF where they send CRLF: twice the size is still an honest mail.
        auto bytes = visit.retrieve(number, settings.mail_bytes_max * 2 + 4096);
        if (!bytes) return as_trouble(bytes.error());
        if (auto taken = take({.uid = uid, .bytes = std::move(*bytes)}); !taken) {
            return std::unexpected(taken.error());
        }
        ++summary.taken;
        if (settings.delete_taken) {
            if (auto done = visit.command(fmt::format("DELE {}", number)); !done) {
                return as_trouble(done.error());
            }
        }
    }
    // Deletions count only now (RFC 1939, section 6). A lost QUIT is no failure: the mails come
    // again as seen before, and are deleted then.
    (void)visit.command("QUIT");
    return summary;
}

}  // namespace porteur
