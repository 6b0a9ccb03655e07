// SPDX-License-Identifier: Apache-2.0
// A process that reads the mailbox that carriers answer to: MailIntake, MailDesk, engine and store are the real ones,
// the POP3 server is a few lines whose mails are always the same.
#include <algorithm>
#include <future>
#include <thread>

#include <boost/asio/use_future.hpp>

#include "app/mail_intake.hpp"
#include "matrix_process.hpp"
#include "support/mail_servers.hpp"

extern "C" const porteur_plugin* porteur_entry_of_trial(const porteur_host* host, porteur_error* error) noexcept;

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;

const ReplyKey reply_key{7};
constexpr int visits_max = 14;

/// One account, as the mail desk asks for it.
class OneConfigured : public ConfiguredAccounts {
public:
    OneConfigured(boost::asio::any_io_executor executor, std::shared_ptr<const AccountView> view) : ConfiguredAccounts(std::move(executor), Settings{}), view_(std::move(view)) {}
    std::shared_ptr<const AccountView> find(const std::string& name) override { return name == "trial" ? view_ : nullptr; }

private:
    std::shared_ptr<const AccountView> view_;
};

class MailboxLife {
public:
    MailboxLife(const MatrixCase& each, FarEnd& far, const Surroundings& around, bool other_build)
        : each_(each), far_(far), around_(around), seal_(Sealing(MasterKey(std::string(32, 'k')))), clock_(io_.get_executor()),
          work_(io_.get_executor()), server_([this](const ScriptedServer::Peer& peer) { serve(peer); }), other_build_(other_build) {}

    /// The visits are made by the main thread; the engine has one of its own, as it has in the daemon.
    [[noreturn]] void live() {
        auto opened = open_store(around_, seal_, false, [this](std::function<void()> run) { boost::asio::post(io_, std::move(run)); });
        if (!opened) finish(process_not_opened);
        store_ = std::move(*opened);
        clock_.set(far_.now != 0 ? Instant(std::chrono::milliseconds(far_.now)) : beginning_of(each_));
        setenv("PORTEUR_TEST_POP3", "secret", 1);
        static const porteur_host host{sizeof(porteur_host), 0, {"test", 4}, {"0", 1}, nullptr, nullptr};
        descriptor_.id = "trial";
        OperationSpec reads;
        reads.name = "read_mail";
        descriptor_.operations.push_back(reads);
        runner_.emplace(porteur_entry_of_trial(&host, nullptr), std::string(64, other_build_ ? 'b' : 'a'));
        runner_->before_step = [this] { return trouble(); };
        runner_->changes = [this](Turn& turn) {
            if (each_.way(4) == 3 && plugin_strikes()) turn.output = R"({"note":7})";
        };
        auto view = std::make_shared<AccountView>();
        view->runner = &*runner_;
        view->descriptor = &descriptor_;
        accounts_.all["trial"] = view;
        RealStore real(*store_);
        ScriptedPerformer performer;
        SeededChance chance(each_.seed);
        Engine engine(io_.get_executor(), real, accounts_, performer, clock_, chance, {});
        engine_ = &engine;
        OneConfigured configured(io_.get_executor(), view);
        MailDesk desk({.engine = engine, .accounts = configured, .performer = performer, .store = *store_, .clock = clock_, .chance = chance, .rhythm = {}});
        MailIntake intake({.engine_thread = io_.get_executor(), .desk = desk, .store = *store_, .key = reply_key});
        thread_ = std::thread([this] { io_.run(); });
        if (!write_the_beginning()) finish(far_.points > 0 ? process_gave_up : process_not_opened);
        Strike::arm(true);
        for (visit_ = 0; visit_ < visits_max; ++visit_) {
            if (Strike::takes_clock_jump()) move_clock(jump_of(each_));
            const auto visited = intake.visit(section());
            far_.now = clock_.now().time_since_epoch().count();
            if (visited && !visited->more && has_all()) {
                Strike::arm(false);
                if (is_again_) finish(process_done);
                is_again_ = true;  // once more: nothing of it is new
                continue;
            }
            if (!visited) std::fprintf(stderr, "visit: %s\n", visited.error().message.c_str());
            move_clock(pause_after(60s, intake.status().failed_in_a_row));
        }
        finish(process_stuck);
    }

private:
    template <class T>
    T on_engine(Async<T> wanted) {
        return boost::asio::co_spawn(io_, std::move(wanted), boost::asio::use_future).get();
    }
    void move_clock(std::chrono::milliseconds by) {
        on_engine([](MatrixClock& clock, std::chrono::milliseconds step) -> Async<int> {
            clock.set(clock.now() + step);
            co_return 0;
        }(clock_, by));
    }
    int mails_wanted() const { return each_.has_fault && each_.fault == Fault::load ? matrix_load : 4; }
    bool has_all() const {
        const auto counts = store_->received_counts();
        if (!counts) return false;
        std::int64_t sum = 0;
        for (const auto& [state, count] : *counts) sum += state == "taken" ? 0 : count;
        return sum >= mails_wanted();
    }

    /// The order whose mail has left with its plus-address, in one commit.
    bool write_the_beginning() {
        auto known = store_->order_by_reference(1, "r1");
        if (!known) return false;
        if (!*known) {
            Order order;
            order.tenant = 1;
            order.kind = OrderKind::purchase;
            order.account = "trial";
            order.reference = "r1";
            order.state = OrderState::draft;
            order.request = "{}";
            OrderWish wish;
            wish.beside = [] { return Commit{}; };
            auto created = on_engine(engine_->create(std::move(order), {}, {}));
            if (!created) return false;
            known = std::optional(*created);
        }
        token_ = reply_token(id_text((*known)->id), reply_key);
        const auto by_token = store_->order_by_reply_token(token_);
        if (!by_token) return false;
        if (*by_token) return true;
        OutboxMail sent;
        sent.operation = sent.order = (*known)->id;
        sent.seq = 1;
        sent.tenant = 1;
        sent.message_id = "<" + id_text((*known)->id) + ".letter.1.aa@porteur.example>";
        sent.phase = "accepted";
        sent.recipients = "[\"desk@carrier.example\"]";
        sent.mime = "x";
        sent.reply_token = token_;
        Commit outbox;
        outbox.new_mails.push_back(sent);
        std::promise<Result<void>> written;
        store_->commit(std::move(outbox), [&](Result<void> done) { written.set_value(std::move(done)); });
        return written.get_future().get().has_value();
    }

    /// Uids are the server's; two of a doubled mail are two mails with one Message-ID. A forged one has a token that is
    /// not ours.
    std::pair<std::string, std::string> mail(int number) const {
        const bool is_events = each_.has_fault && each_.fault == Fault::events;
        const bool is_forged = is_events && number == 2;
        const int same_as = is_events && number == 3 ? 1 : number;
        const auto token = is_forged ? std::string(token_.size(), 'a') : token_;
        return {"uid-" + std::to_string(number),
                "From: desk@carrier.example\r\nTo: desk+" + token + "@porteur.example\r\nSubject: Re: order\r\nMessage-ID: <m" + std::to_string(same_as) +
                    "@carrier.example>\r\n\r\nHello " + std::to_string(same_as) + "\r\n"};
    }

    bool plugin_strikes() {
        const bool strikes = each_.has_fault && each_.fault == Fault::plugin && far_.strikes <= each_.other_way(6, 2);
        if (strikes) ++far_.strikes;
        return strikes;
    }
    std::optional<Error> trouble() {
        if (each_.way(4) == 3 || !plugin_strikes()) return std::nullopt;
        const auto code = each_.way(4) == 0 ? plugin_died_code : each_.way(4) == 1 ? plugin_lost_code : plugin_broke_contract_code;
        return Error{.kind = ErrorKind::internal, .message = "its process is gone, or it threw", .code = std::string(code)};
    }

    /// How the first visits go, as the cell wants it.
    bool strikes_now() {
        if (!each_.has_fault || far_.strikes > each_.other_way(6, 2)) return false;
        return each_.fault == Fault::closed_before || each_.fault == Fault::answer_lost || each_.fault == Fault::server_error || each_.fault == Fault::wrong_answer ||
               (each_.fault == Fault::redirect && each_.way(2) == 1);
    }

    void serve(const ScriptedServer::Peer& peer) {
        const bool strikes = strikes_now();
        const bool is_load = each_.has_fault && (each_.fault == Fault::load || each_.fault == Fault::events);
        if (strikes || is_load) ++far_.strikes;
        const auto says_error = strikes && each_.fault == Fault::server_error;
        if (strikes && each_.fault == Fault::closed_before && each_.way(2) == 0) return;
        if (strikes && each_.fault == Fault::wrong_answer && each_.way(5) < 2) {
            peer.say(each_.way(5) == 0 ? "<html>down for maintenance</html>\r\n" : std::string(200'000, 'x'));
            return;
        }
        peer.say(says_error && each_.way(3) == 0 ? "-ERR [SYS/TEMP] later\r\n" : "+OK\r\n");
        for (std::string line = peer.hear(); !line.empty(); line = peer.hear()) {
            std::string answer = "+OK\r\n";
            if (line.starts_with("CAPA")) answer = "-ERR\r\n";
            if (says_error && each_.way(3) == 1 && line.starts_with("PASS")) answer = "-ERR [IN-USE] later\r\n";
            if (says_error && each_.way(3) == 2 && line.starts_with("RETR")) {
                peer.say("-ERR later\r\n");
                continue;
            }
            if (strikes && each_.fault == Fault::redirect && line.starts_with("STLS")) answer = "-ERR no such thing\r\n";
            if (strikes && each_.fault == Fault::closed_before && line.starts_with("UIDL")) return;
            if (line.starts_with("UIDL") || line.starts_with("LIST")) {
                for (int at = 1; at <= mails_wanted(); ++at) {
                    // Reordered: another order with each visit.
                    const int number = each_.fault == Fault::events && visit_ % 2 == 1 ? mails_wanted() + 1 - at : at;
                    const auto [uid, bytes] = mail(number);
                    answer += std::to_string(number) + " " + (line[0] == 'U' ? uid : std::to_string(bytes.size())) + "\r\n";
                }
                answer += ".\r\n";
                if (strikes && each_.fault == Fault::wrong_answer && each_.way(5) == 2) answer = "+OK\r\nwhat is this\r\n\xff\xfe\r\n.\r\n";
            } else if (line.starts_with("RETR ")) {
                const auto bytes = mail(std::max(1, std::atoi(line.c_str() + 5))).second;
                if (strikes && each_.fault == Fault::answer_lost) {
                    peer.say("+OK\r\n" + bytes.substr(0, bytes.size() / static_cast<std::size_t>(1 + each_.way(3))));
                    return;
                }
                if (strikes && each_.fault == Fault::wrong_answer && each_.way(5) == 3) {
                    peer.say("+OK\r\n");
                    const std::string piece(65'536, 'x');
                    // A mail without an end; who reads it must stop by itself.
                    for (int kib = 0; kib < 40 * 1'024; kib += 64) peer.say(piece);
                    return;
                }
                answer += bytes + "\r\n.\r\n";
            }
            peer.say(answer);
            if (line.starts_with("QUIT")) return;
        }
    }

    MailSection section() {
        MailSection mail;
        mail.from = {.name = "Desk", .address = "desk@porteur.example"};
        Pop3Server pop3;
        pop3.host = "127.0.0.1";
        pop3.port = server_.port;
        pop3.security = MailSecurity::plaintext_loopback;
        pop3.user = "desk";
        pop3.timeout = 300ms;
        pop3.password.source = SecretRef::Source::env;
        pop3.password.name = "PORTEUR_TEST_POP3";
        const bool breaks = each_.has_fault && visit_ <= each_.other_way(6, 2);
        if (breaks && each_.fault == Fault::nothing_sent) {
            ++far_.strikes;
            if (each_.way(3) == 0)
                pop3.port = 1;
            else if (each_.way(3) == 1)
                pop3.host = std::string(70, 'x') + ".example";
            else
                pop3.security = MailSecurity::tls;
        }
        if (breaks && each_.fault == Fault::redirect) {  // a certificate of nobody we know, or no TLS where it must be
            ++far_.strikes;
            pop3.security = each_.way(2) == 0 ? MailSecurity::tls : MailSecurity::starttls;
        }
        mail.pop3 = pop3;
        return mail;
    }

    const MatrixCase& each_;
    FarEnd& far_;
    const Surroundings& around_;
    boost::asio::io_context io_{1};
    StoreSeal seal_;
    MatrixClock clock_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::unique_ptr<Store> store_;
    OneAccount accounts_;
    Descriptor descriptor_;
    std::optional<DirectRunner> runner_;
    Engine* engine_ = nullptr;
    std::string token_;
    std::atomic<int> visit_ = 0;
    bool is_again_ = false;
    std::thread thread_;
    ScriptedServer server_;
    const bool other_build_;
};

}  // namespace

void live_with_mailbox(const MatrixCase& each, FarEnd& far, const Surroundings& around, bool other_build) {
    MailboxLife life(each, far, around, other_build);
    life.live();
}

}  // namespace porteur::testing
