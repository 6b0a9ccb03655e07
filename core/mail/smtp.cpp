// SPDX-License-Identifier: Apache-2.0
#include "mail/smtp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include <porteur/phrase.hpp>

#include "mail/address.hpp"
#include "mail/smtp_text.hpp"
#include "mail/taken_out.hpp"
#include "mail/text_codec.hpp"

namespace porteur {
namespace {

using namespace std::chrono;

struct Reply {
    int code = 0;
    std::string text;  ///< all lines, codes included, joined by '\n'

    bool is(int hundred) const { return code / 100 == hundred; }
};

constexpr auto idle_max = 20s;
constexpr int mails_max = 100;

/// One sending: each step returns what went wrong, and send_mail() reads as the list of steps.
class Sending {
public:
    Sending(
        const SmtpSettings& settings, const Envelope& envelope, const PhaseObserver& observer,
        SmtpLink::State& link
    );

    SmtpReport report(Result<void> outcome) {
        if (!outcome) report_.error = outcome.error();
        return std::move(report_);
    }

    Result<void> check() const {
        if (!envelope_.from.empty()) {
            if (auto checked = check_address(envelope_.from, "envelope sender"); !checked)
                return checked;
        }
        if (envelope_.to.empty()) {
            return failure(ErrorKind::invalid_input, "envelope: no recipient; name at least one");
        }
        for (const auto& address : recipients()) {
            if (auto checked = check_address(address, "envelope recipient"); !checked)
                return checked;
        }
        if (to_xtext(envelope_.envid).size() > envelope_id_length_max ||
            find_control(envelope_.envid)) {
            return failure(
                ErrorKind::invalid_input,
                phrase(
                    "envelope id {1} is longer than 100 or holds controls", quoted(envelope_.envid)
                )
            );
        }
        return check_address("x@" + settings_.client_name, "client name");
    }

    Result<void> tell(SmtpPhase phase, std::string_view detail) {
        if (observer_) {
            if (auto told = observer_(phase, detail); !told) {
                return failure(
                    ErrorKind::unavailable,
                    at_server(phrase(
                        "stopped by the sender at {1}: {2:text}", name_of(phase), told.error().message
                    ))
                );
            }
        }
        report_.reached = phase;
        return {};
    }

    /// Ready for a mail, over the kept link if it still serves. A server that has closed it says so, or says nothing,
    /// when it is asked to forget what was before.
    Result<void> arrive(std::stop_token stop);

    /// Connected, greeted and secured. A 5xx up to here is about us or the server, not about this
    /// mail, and may be gone later: it never rejects the mail.
    Result<void> reach(std::stop_token stop) {
        auto done = connect(std::move(stop));
        if (done) done = secure();
        if (!done && done.error().kind == ErrorKind::rejected)
            done.error().kind = ErrorKind::unavailable;
        return done;
    }

    Result<void> log_in() {
        if (settings_.user.empty()) return {};
        if (!abilities_.auth_plain && !abilities_.auth_login) {
            return failure(
                ErrorKind::unauthorized,
                at_server(phrase("offers neither AUTH PLAIN nor LOGIN; take the user out of the "
                                 "settings or use another server"))
            );
        }
        // The commands are never part of a message: they hold the password.
        Result<Reply> reply;
        const auto password = base64_word(settings_.password);
        std::string both;
        if (abilities_.auth_plain) {
            std::string plain("\0", 1);
            plain += settings_.user + std::string("\0", 1) + settings_.password;
            both = base64_word(plain);
            reply = exchange("AUTH PLAIN " + both, settings_.command_timeout);
        } else {
            reply = exchange("AUTH LOGIN", settings_.command_timeout);
            for (const std::string* secret : {&settings_.user, &settings_.password}) {
                if (!reply || !reply->is(3)) break;
                reply = exchange(base64_word(*secret), settings_.command_timeout);
            }
        }
        if (!reply) return std::unexpected(reply.error());
        if (reply->is(2)) return {};
        reply->text = report_.reply = taken_out(std::move(reply->text), {both, password, settings_.password});
        auto error = refused(*reply, "AUTH");
        if (!reply->is(4)) error.error().kind = ErrorKind::unauthorized;
        return error;
    }

    Result<void> send_envelope(std::size_t size, bool eight_bit) {
        if (abilities_.size_max > 0 && size > abilities_.size_max) {
            auto error = Error{
                .kind = ErrorKind::rejected,
                .message = at_server(phrase(
                    "takes mails of {1} bytes and this one has {2}; send fewer or smaller files",
                    abilities_.size_max, size
                ))
            };
            error.code = "SIZE";
            return std::unexpected(std::move(error));
        }
        if (eight_bit && !abilities_.eight_bit) {
            return failure(
                ErrorKind::invalid_input,
                at_server(phrase("takes 7-bit mails only and this one is not"))
            );
        }
        std::string mail = "MAIL FROM:<" + envelope_.from + ">";
        if (abilities_.size_max > 0) mail += fmt::format(" SIZE={}", size);
        if (eight_bit) mail += " BODY=8BITMIME";
        if (abilities_.dsn) {
            mail += " RET=HDRS";
            if (!envelope_.envid.empty()) mail += " ENVID=" + to_xtext(envelope_.envid);
        }
        std::vector<std::string> commands{std::move(mail)};
        for (const auto& address : recipients()) {
            commands.push_back("RCPT TO:<" + address + ">");
            // A report then names the address that we wrote to, whatever the mail was forwarded to.
            if (abilities_.dsn)
                commands.back() += " NOTIFY=FAILURE,DELAY ORCPT=rfc822;" + to_xtext(address);
        }
        if (abilities_.pipelining) return send_together(commands);
        for (const auto& each : commands) {
            if (auto done = command(each, 2); !done) {
                quit();
                return std::unexpected(done.error());
            }
        }
        auto reply = exchange("DATA", settings_.data_timeout);
        if (!reply) return std::unexpected(reply.error());
        if (!reply->is(3)) return refused(*reply, "DATA");
        return {};
    }

    /// The envelope and DATA in one go (RFC 2920). The server may be ready for the mail although it refused a
    /// recipient, because it took another: then the connection ends before anything of the mail was said, so that
    /// the others do not get it either.
    Result<void> send_together(const std::vector<std::string>& commands) {
        std::string all;
        for (const auto& each : commands) all += each + "\r\n";
        all += "DATA\r\n";
        if (auto sent = connection_->write(all, steady_clock::now() + settings_.command_timeout); !sent)
            return lost(sent.error());
        Result<void> outcome;
        for (const auto& each : commands) {
            auto reply = read_reply(settings_.command_timeout);
            if (!reply) return std::unexpected(reply.error());
            if (!reply->is(2) && outcome) outcome = refused(*reply, each);
        }
        const auto said = report_.reply;
        auto reply = read_reply(settings_.data_timeout);
        if (!reply) return std::unexpected(reply.error());
        if (outcome && reply->is(3)) return {};
        if (outcome) return refused(*reply, "DATA");
        report_.reply = said;
        if (!reply->is(3)) quit();
        return outcome;
    }

    /// From here on every loss is a doubt.
    Result<void> send_body(std::string_view wire) {
        constexpr std::size_t block_bytes = 65536;
        connection_->take_back_at_close(true);
        while (!wire.empty()) {
            const auto block = wire.substr(0, block_bytes);
            if (auto sent = connection_->write(block, steady_clock::now() + settings_.data_timeout);
                !sent) {
                // Some servers refuse a mail in the middle and close; their reply settles it.
                const auto reply = read_reply(seconds(2));
                if (reply && (reply->is(4) || reply->is(5))) return refused(*reply, "mail");
                return doubt(sent.error());
            }
            wire.remove_prefix(block.size());
        }
        auto reply = read_reply(settings_.final_timeout);
        if (!reply) return doubt(reply.error());
        connection_->take_back_at_close(false);
        if (reply->is(4) || reply->is(5)) return refused(*reply, "mail");
        if (!reply->is(2)) {
            return doubt(Error{.message = at_server(phrase("answered {1:quoted}", quoted(reply->text)))});
        }
        return {};
    }

    /// Says good-bye without waiting for the answer: the mail's fate is settled.
    void quit() {
        if (connection_) (void)connection_->write("QUIT\r\n", steady_clock::now() + seconds(1));
        connection_.reset();
    }

    /// The link is left open for the next mail.
    void keep();

    const std::string& last_reply() const { return report_.reply; }

private:
    Result<void> connect(std::stop_token stop) {
        auto opened = MailConnection::open(settings_.server, std::move(stop));
        if (!opened) return std::unexpected(opened.error());
        connection_.emplace(std::move(*opened));
        auto greeting = read_reply(settings_.command_timeout);
        if (!greeting) return std::unexpected(greeting.error());
        if (!greeting->is(2)) return refused(*greeting, "greeting");
        return greet();
    }

    Result<void> secure() {
        if (settings_.server.security != MailSecurity::starttls) return {};
        if (!abilities_.starttls) {
            return failure(
                ErrorKind::unavailable,
                at_server(phrase("does not offer STARTTLS, so nothing was sent; if it never does, "
                                 "use tls"))
            );
        }
        if (auto done = command("STARTTLS", 2); !done) return std::unexpected(done.error());
        if (auto done = connection_->start_tls(); !done) return done;
        // What was offered in plain text does not count (RFC 3207, section 4.2).
        return greet();
    }

    /// What the link says names the server already.
    static std::unexpected<Error> lost(const Error& of_link) {
        Error error{.kind = ErrorKind::unavailable, .message = "smtp " + of_link.message};
        return std::unexpected(std::move(error));
    }

    std::string at_server(std::string_view text) const {
        const auto where = fmt::format("{}:{}", settings_.server.host, settings_.server.port);
        return phrase("smtp {1}: {2:text}", where, text);
    }

    std::vector<std::string> recipients() const {
        std::vector<std::string> all = envelope_.to;
        if (!envelope_.archive_copy.empty()) all.push_back(envelope_.archive_copy);
        return all;
    }

    Result<void> greet() {
        auto reply = exchange("EHLO " + settings_.client_name, settings_.command_timeout);
        if (!reply) return std::unexpected(reply.error());
        if (reply->is(2)) {
            abilities_ = read_smtp_abilities(reply->text);
            return {};
        }
        abilities_ = {};
        if (!reply->is(5)) return refused(*reply, "EHLO");
        if (auto done = command("HELO " + settings_.client_name, 2); !done) {
            return std::unexpected(done.error());
        }
        return {};
    }

    /// A reply in full: bounded in lines, in length and, as a whole, in time.
    Result<Reply> read_reply(milliseconds timeout) {
        constexpr int lines_max = 100;
        const auto deadline = steady_clock::now() + timeout;
        Reply reply;
        for (int count = 0; count < lines_max; ++count) {
            auto line = connection_->read_line(deadline);
            if (!line) {
                // A reply cut off in the middle says nothing.
                return lost(line.error());
            }
            int code = 0;
            const auto read = std::from_chars(
                line->data(), line->data() + std::min<std::size_t>(3, line->size()), code
            );
            const char mark = line->size() > 3 ? (*line)[3] : ' ';
            if (read.ptr != line->data() + 3 || code < 200 || code > 599 ||
                (mark != ' ' && mark != '-') || (count > 0 && code != reply.code)) {
                return failure(
                    ErrorKind::unavailable,
                    at_server(phrase("{1:quoted} is not an SMTP reply", quoted(*line)))
                );
            }
            reply.code = code;
            if (count > 0) reply.text += '\n';
            reply.text += *line;
            if (mark == ' ') {
                report_.reply = reply.text;
                return reply;
            }
        }
        return failure(
            ErrorKind::unavailable, at_server(phrase("sent a reply of more than 100 lines"))
        );
    }

    Result<Reply> exchange(const std::string& line, milliseconds timeout) {
        if (auto sent = connection_->write(line + "\r\n", steady_clock::now() + timeout); !sent) {
            return lost(sent.error());
        }
        return read_reply(timeout);
    }

    Result<Reply> command(const std::string& line, int expected) {
        auto reply = exchange(line, settings_.command_timeout);
        if (reply && !reply->is(expected)) return refused(*reply, line);
        return reply;
    }

    std::unexpected<Error> refused(const Reply& reply, std::string_view what) const {
        Error error{
            .kind = reply.is(5) ? ErrorKind::rejected : ErrorKind::unavailable,
            .message = at_server(phrase(
                "{1:quoted} was answered {2:quoted}; the mail was not taken", quoted(what, 120),
                quoted(reply.text, 200)
            ))
        };
        if (reply.code == 530) error.kind = ErrorKind::unauthorized;
        error.code = std::to_string(reply.code);
        return std::unexpected(std::move(error));
    }

    static std::unexpected<Error> doubt(const Error& cause) {
        return failure(
            ErrorKind::in_doubt,
            cause.message + "; " +
                phrase("the server may have the mail, so proof is looked for before it is sent again")
        );
    }

    const SmtpSettings& settings_;
    const Envelope& envelope_;
    const PhaseObserver& observer_;
    SmtpLink::State& link_;
    std::optional<MailConnection>& connection_;
    SmtpAbilities& abilities_;
    SmtpReport report_ = {};
};

/// What must be the same for a connection to serve the next mail, too.
bool is_same(const SmtpSettings& one, const SmtpSettings& other) {
    return one.server.host == other.server.host && one.server.port == other.server.port &&
           one.server.security == other.server.security &&
           one.server.ca_file == other.server.ca_file && one.user == other.user &&
           one.password == other.password && one.client_name == other.client_name;
}

}  // namespace

struct SmtpLink::State {
    SmtpSettings settings = {};
    std::optional<MailConnection> connection = {};
    SmtpAbilities abilities = {};
    int mails = 0;
    steady_clock::time_point used = {};
};

namespace {

Sending::Sending(
    const SmtpSettings& settings, const Envelope& envelope, const PhaseObserver& observer,
    SmtpLink::State& link
)
    : settings_(settings),
      envelope_(envelope),
      observer_(observer),
      link_(link),
      connection_(link.connection),
      abilities_(link.abilities) {}

Result<void> Sending::arrive(std::stop_token stop) {
    const bool serves = connection_ && link_.mails < mails_max &&
                        steady_clock::now() - link_.used < idle_max &&
                        is_same(link_.settings, settings_);
    if (serves && command("RSET", 2)) return {};
    quit();
    link_.mails = 0;
    link_.settings = settings_;
    auto done = reach(std::move(stop));
    if (done) done = log_in();
    return done;
}

void Sending::keep() {
    ++link_.mails;
    link_.used = steady_clock::now();
}

}  // namespace

SmtpLink::SmtpLink() : state_(std::make_unique<State>()) {}
SmtpLink::SmtpLink(SmtpLink&&) noexcept = default;
SmtpLink& SmtpLink::operator=(SmtpLink&&) noexcept = default;
SmtpLink::~SmtpLink() {
    if (state_ && state_->connection)
        (void)state_->connection->write("QUIT\r\n", steady_clock::now() + seconds(1));
}
bool SmtpLink::is_open() const noexcept { return state_->connection.has_value(); }

std::string_view name_of(SmtpPhase phase) noexcept {
    switch (phase) {
        case SmtpPhase::connecting:
            return "connecting";
        case SmtpPhase::envelope:
            return "envelope";
        case SmtpPhase::data_sent:
            return "data_sent";
        case SmtpPhase::accepted:
            return "accepted";
    }
    return "connecting";
}

SmtpReport send_mail(
    const SmtpSettings& settings, const Envelope& envelope, std::string_view mime,
    const PhaseObserver& observer, std::stop_token stop, SmtpLink& link
) {
    Sending sending(settings, envelope, observer, link.state());
    const auto wire = to_wire(mime);
    if (!wire) return sending.report(std::unexpected(wire.error()));
    const bool eight_bit =
        std::ranges::any_of(*wire, [](char letter) { return (letter & 0x80) != 0; });

    Result<void> done = sending.check();
    if (done) done = sending.tell(SmtpPhase::connecting, "");
    if (done) done = sending.arrive(std::move(stop));
    if (done) done = sending.tell(SmtpPhase::envelope, sending.last_reply());
    if (done) done = sending.send_envelope(wire->size(), eight_bit);
    if (done) done = sending.tell(SmtpPhase::data_sent, sending.last_reply());
    // An observer that stops here leaves a connection to be closed without the final dot: the
    // server then drops what it has, which is nothing (RFC 5321, section 4.1.1.4).
    if (done) done = sending.send_body(*wire);
    if (done) {
        (void)sending.tell(SmtpPhase::accepted, sending.last_reply());  // the report says whether it was recorded
        sending.keep();
    } else {
        link.state().connection.reset();
    }
    return sending.report(std::move(done));
}

SmtpReport send_mail(
    const SmtpSettings& settings, const Envelope& envelope, std::string_view mime,
    const PhaseObserver& observer, std::stop_token stop
) {
    SmtpLink link;
    return send_mail(settings, envelope, mime, observer, std::move(stop), link);
}

Result<void> try_log_in(const SmtpSettings& settings, std::stop_token stop) {
    SmtpLink link;
    const Envelope none;
    const PhaseObserver nobody;
    Sending sending(settings, none, nobody, link.state());
    auto done = sending.reach(std::move(stop));
    if (done) done = sending.log_in();
    return done;
}

}  // namespace porteur
