// SPDX-License-Identifier: Apache-2.0
// A process whose engine carries out orders: engine, rules, store, HTTP client and mail are the real ones, time and
// chance are the run's.
#include <algorithm>
#include <deque>
#include <set>

#include <openssl/sha.h>

#include "app/http_performer.hpp"
#include "app/mail_performer.hpp"
#include "app/performer.hpp"
#include "domain/order_rules.hpp"
#include "matrix_process.hpp"
#include "plugin_world.hpp"

extern "C" const porteur_plugin* porteur_entry_of_acme(const porteur_host* host, porteur_error* error) noexcept;
extern "C" const porteur_plugin* porteur_entry_of_trial(const porteur_host* host, porteur_error* error) noexcept;

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr auto settle = 30s;

/// Which operations of a plugin a column means.
bool is_of(Column column, const std::string& operation) {
    switch (column) {
        case Column::validate:
            return operation == "preflight" || operation == "split";
        case Column::submit:
            return operation == "submit_port" || operation == "purchase";
        case Column::poll:
            return operation == "check_port" || operation == "check_purchase";
        case Column::change:
            return operation == "cancel_port" || operation == "supplement_port";
        case Column::document:
        case Column::mail:
        case Column::timer:
        case Column::hook_in:
            return operation == "purchase";
        default:
            return false;
    }
}

/// A plugin whose calls tell when the cell's operation is at work, and fail as the cell wants it.
class AimedRunner : public DirectRunner {
public:
    AimedRunner(const porteur_plugin* plugin, std::string build, const MatrixCase& each, FarEnd& far)
        : DirectRunner(plugin, std::move(build)), each_(each), far_(far) {
        before_step = [this] { return trouble(); };
        changes = [this](Turn& turn) { spoil(turn); };
    }
    Async<Result<Turn>> begin(Id op, std::string operation, std::string input) override {
        // What a column does not name ends its turn; the engine's own next steps belong to it still.
        // Where an order was split, its parts' last word is part of that: their whole is told it.
        const bool ends_part = each_.column == Column::validate && each_.way(2) == 1 && operation == "check_port" && input.contains("A-r1-");
        const bool is_its = ends_part || (is_of(each_.column, operation) && !input.contains("\"r2\""));
        if (is_its) aimed_at_.insert(op);
        now_at_ = op;
        if (each_.column != Column::accept) Strike::arm(is_its);
        return DirectRunner::begin(op, std::move(operation), std::move(input));
    }

    Async<Result<Turn>> step(Id op, std::vector<Completion> done) override {
        now_at_ = op;
        return DirectRunner::step(op, std::move(done));
    }

private:
    bool strikes() {
        if (!each_.has_fault || each_.fault != Fault::plugin || !aimed_at_.contains(now_at_) || far_.strikes > each_.other_way(6, 2)) return false;
        // Also in the middle of an operation: after one step, or two.
        return ++steps_ > (each_.column == Column::validate ? 0 : each_.other_way(3, 2));
    }
    std::optional<Error> trouble() {
        if (each_.way(5) == 4 || !strikes()) return std::nullopt;
        ++far_.strikes;
        switch (each_.way(5)) {
            case 0:
                return Error{.kind = ErrorKind::internal, .message = "killed by signal 11", .code = std::string(plugin_died_code)};
            case 1:
                return Error{.kind = ErrorKind::internal, .message = "was killed: a step took longer than 2000 ms", .code = std::string(plugin_died_code)};
            case 2:
                return Error{.kind = ErrorKind::internal, .message = "it threw: a bad day", .code = std::string(plugin_broke_contract_code)};
            default:
                return Error{.kind = ErrorKind::internal, .message = "its process ended at another's work", .code = std::string(plugin_lost_code)};
        }
    }
    void spoil(Turn& turn) {
        if (each_.way(5) != 4 || turn.state != Turn::State::done || !strikes()) return;
        ++far_.strikes;
        turn.output = R"({"state":"no such state","carrier_id":7})";
    }

    const MatrixCase& each_;
    FarEnd& far_;
    std::set<Id> aimed_at_;
    Id now_at_ = 0;
    int steps_ = 0;
};

/// The daemon's performer, with the mishaps that are on our side of the wire: a name that does not exist, TLS that is none.
class AimedPerformer : public EffectPerformer {
public:
    AimedPerformer(const MatrixCase& each, FarEnd& far, Clock& clock, Performer& inner, int& under_way)
        : each_(each), far_(far), clock_(clock), inner_(inner), under_way_(under_way) {}

    std::map<std::string, std::shared_ptr<const AccountView>> broken;  ///< by account
    std::function<void(bool)> break_mail = [](bool) {};

    Async<std::optional<Performed>> admit(EffectContext context, Effect effect) override { return inner_.admit(std::move(context), std::move(effect)); }
    Async<std::optional<Performed>> recall(EffectContext context, Effect effect) override {
        const UnderWay counted(under_way_);
        co_return co_await inner_.recall(std::move(context), std::move(effect));
    }
    Async<Proof> prove(EffectContext context, Effect effect) override {
        const UnderWay counted(under_way_);
        co_return co_await inner_.prove(std::move(context), std::move(effect));
    }
    Async<Performed> perform(EffectContext context, Effect effect) override {
        const bool is_main = context.reference == "r1" && is_aimed_at(each_.column, effect.step);
        const bool is_broken = is_main && each_.has_fault && far_.strikes <= each_.other_way(6, 2) && is_ours();
        far_.in_air_most = std::max<int>(far_.in_air_most, ++in_air_[context.account]);
        if (each_.has_fault && each_.fault == Fault::load && effect.step != "held") {
            ++far_.strikes;
            co_await clock_.sleep_until(clock_.now() + 200ms);  // a slow carrier
        }
        if (is_broken) {
            ++far_.strikes;
            if (effect.kind == EffectKind::mail)
                break_mail(true);
            else
                context.view = broken.at(context.account);
        }
        const UnderWay counted(under_way_);
        const auto account = context.account;
        auto performed = co_await inner_.perform(std::move(context), std::move(effect));
        if (is_broken) break_mail(false);
        --in_air_[account];
        co_return performed;
    }

private:
    /// Whether the fault is one that happens before anything of the request is at the far end.
    bool is_ours() const {
        const bool is_mail = each_.column == Column::mail;
        return each_.fault == Fault::nothing_sent || (each_.fault == Fault::redirect && (is_mail || each_.way(4) == 3));
    }

    const MatrixCase& each_;
    FarEnd& far_;
    Clock& clock_;
    Performer& inner_;
    int& under_way_;
    std::map<std::string, int> in_air_;
};

Descriptor descriptor_of(const std::string& id) {
    if (id == "trial") return described(id, {"purchase", "submit_port", "split", "supplement_port", "preflight", "check_port", "check_purchase"}, settle, 1s);
    return described(id, {"purchase", "submit_port", "cancel_port", "check_port", "check_purchase"}, settle, 1s);
}

/// One order that somebody wants.
struct Wanted {
    int number = 1;
    std::string account = "acme";
    std::string comment = {};  ///< what the trial plugin makes of it
    bool is_port = false, checks_first = false, splits_first = false;
    bool is_asking = false, tried = false, has_ended = false;
    int asked = 0;
    std::string reference() const { return "r" + std::to_string(number); }
};

std::vector<Wanted> wanted_of(const MatrixCase& each) {
    Wanted main;
    switch (each.column) {
        case Column::validate:
            main.is_port = true;
            (each.way(2) == 0 ? main.checks_first : main.splits_first) = true;
            main.account = each.way(2) == 0 ? "acme" : "trial";
            break;
        case Column::submit:
            main.is_port = each.way(3) > 0;
            main.account = each.way(3) == 2 ? "trial" : "acme";
            break;
        case Column::poll:
            main.is_port = each.way(2) == 1 || each.fault == Fault::events;
            break;
        case Column::change:
            main.is_port = true;
            main.account = each.way(2) == 0 ? "acme" : "trial";
            break;
        case Column::document:
            main.account = "trial", main.comment = "upload";
            break;
        case Column::mail:
            main.account = "trial", main.comment = "mail";
            break;
        case Column::hook_in:
            main.account = "trial", main.comment = "event";
            break;
        case Column::timer:
            main.account = "trial", main.comment = "sleep";
            break;
        default:
            break;
    }
    std::vector<Wanted> all{main};
    if (each.column == Column::accept)
        for (const int number : {2, 3}) {
            all.push_back(main);
            all.back().number = number;
        }
    const bool is_load = each.has_fault && each.fault == Fault::load;
    if (is_load)
        for (int number = 3; number < matrix_load + 2; ++number) {
            all.push_back(main);
            all.back().number = number;
        }
    // Somebody else's order, which another's fault must not touch; under load one whose sleep must end in time.
    if (is_load || (each.has_fault && each.fault == Fault::plugin)) {
        all.push_back({.number = 2, .account = is_load || main.account == "acme" ? "trial" : "acme", .comment = is_load ? "sleep" : ""});
    }
    return all;
}

class OrdersLife {
public:
    OrdersLife(const MatrixCase& each, FarEnd& far, const Surroundings& around, bool other_build)
        : each_(each), far_(far), around_(around), other_build_(other_build), work_(io_.get_executor()), seal_(Sealing(MasterKey(std::string(32, 'k')))),
          clock_(io_.get_executor()), server_(io_, far, each, [this] { return clock_.now().time_since_epoch().count(); }) {}

    int live() {
        auto opened = open_store(around_, seal_, false, [this](std::function<void()> run) { boost::asio::post(io_, std::move(run)); });
        if (!opened) {
            std::fprintf(stderr, "%s\n", opened.error().message.c_str());
            return process_not_opened;
        }
        store_ = std::move(*opened);
        clock_.set(far_.now != 0 ? Instant(milliseconds(far_.now)) : beginning_of(each_));
        CountingStore counted(*store_, under_way_);
        if (!make_documents()) return process_not_opened;
        HttpPerformer http(*store_, *documents_, clock_);
        MailPerformer mail(*store_, *documents_, clock_, mail_chance_, mail_section(), ReplyKey{7});
        Performer performer(http, mail);
        AimedPerformer aimed(each_, far_, clock_, performer, under_way_);
        aimed.break_mail = [&](bool is_broken) { mail.reload(is_broken ? broken_mail_section() : mail_section()); };
        if (!make_accounts(aimed)) return process_not_opened;
        SeededChance chance(each_.seed);
        Engine engine(io_.get_executor(), counted, accounts_, aimed, clock_, chance, Rhythm{.first_retry = 5s, .longest_retry = 60s, .follow = 10s});
        engine_ = &engine;
        if (!engine.start()) return process_not_opened;
        wanted_ = wanted_of(each_);
        for (const auto& each : wanted_)
            if (const auto there = stored(each); !there && far_.thing(each.reference()).created_keys > 0) return process_missing;
        const int status = follow();
        store_.reset();
        return status;
    }

private:
    std::optional<Order> stored(const Wanted& each) {
        auto found = store_->order_by_reference(1, each.reference());
        return found && *found ? std::move(*found) : std::nullopt;
    }

    std::map<std::string, Order> stored_all() {
        std::map<std::string, Order> all;
        if (wanted_.size() < 10) {
            for (const auto& each : wanted_)
                if (auto order = stored(each)) all.emplace(each.reference(), std::move(*order));
            return all;
        }
        if (auto orders = store_->orders({}, 0, 500))
            for (auto& order : *orders)
                if (order.parent == 0) all.emplace(order.reference, std::move(order));
        return all;
    }

    int follow() {
        bool must_look = false;
        for (int jumps = each_.fault == Fault::load ? 6'000 : 800; jumps > 0;) {
            far_.now = clock_.now().time_since_epoch().count();
            if (Strike::takes_clock_jump()) clock_.set_by_hand(jump_of(each_));
            if (io_.poll() > 0) continue;
            if (under_way_ > 0) {
                io_.run_one();
                continue;
            }
            bool is_over = true, somebody = false;
            // To ask for each of many orders takes longer than all else: seldom, and never again for one that has ended.
            const bool looks = wanted_.size() < 10 || jumps % 8 == 0 || must_look;
            must_look = false;
            if (!looks) is_over = false;
            const auto all = looks ? stored_all() : std::map<std::string, Order>{};
            for (auto& each : wanted_) {
                if (!looks || each.has_ended) continue;
                if (each.is_asking) {
                    is_over = false;
                    continue;
                }
                const auto found = all.find(each.reference());
                const auto order = found == all.end() ? std::nullopt : std::optional(found->second);
                if (wish(each, order)) somebody = true;
                each.has_ended = wanted_.size() >= 10 && !each.is_asking && order && is_end(order->state);
                is_over = is_over && order && rests(*order) && !each.is_asking;
            }
            if (somebody) continue;
            if (is_over) {
                engine_->stop();
                return process_done;
            }
            if (!clock_.jump()) {
                if (looks) break;
                must_look = true;
            }
            --jumps;
        }
        for (auto& each : wanted_)
            if (const auto order = stored(each))
                std::fprintf(stderr, "%s stands at %s/%s, due %d: %s\n", each.reference().c_str(), boost::describe::enum_to_string(order->state, "?"),
                             boost::describe::enum_to_string(order->delivery, "?"), order->due.has_value(), order->problem.c_str());
        return process_stuck;
    }

    static bool rests(const Order& order) { return is_end(order.state) || (!order.due && order.delivery != Delivery::sending && order.stage != Stage::parts) ; }

    /// What a customer or the carrier's desk wants of an order now. @return whether anything
    bool wish(Wanted& each, const std::optional<Order>& order) {
        if (each.asked > 12) return false;
        if (each_.column == Column::accept) return accept(each);
        if (!order) {
            if (each.comment == "event" && each_.has_fault && each_.fault == Fault::events && !each.tried && each_.way(4) != 0) {
                each.tried = true;
                return deliver(each, each_.way(4) == 3);  // before its order; or somebody else's
            }
            create(each);
            return true;
        }
        if (each.comment == "event") return tell(each, *order);
        if (each_.column == Column::change && each.number != 2) return change(each, *order);
        return false;
    }

    template <class Asked>
    void ask(Wanted& who, Asked asked, std::function<void(bool)> told) {
        who.is_asking = true;
        ++asking_;
        boost::asio::co_spawn(io_, std::move(asked), [this, at = &who, told = std::move(told)](std::exception_ptr, Result<Order> answer) {
            at->is_asking = false;
            if (--asking_ == 0 && each_.column == Column::accept) Strike::arm(false);
            if (!answer) {
                ++far_.refused_calls;
                clock_.set(clock_.now() + 1s);
            }
            told(answer.has_value());
        });
    }

    void create(Wanted& each) {
        ++each.asked;
        OrderWish wish;
        if (each.is_port) wish.secrets.push_back({0, 0, "pin", matrix_pin});
        ask(each, engine_->create(order_of(each), {}, std::move(wish)), [this, &each](bool done) {
            if (done) far_.thing(each.reference()).created_keys = 1;
        });
    }

    /// As the API does it: what stands under the key is the answer; else the order, with the answer for later.
    /// Each caller asks until it was told twice, and hears the same both times; some ask twice at once.
    bool accept(Wanted& each) {
        auto& thing = far_.thing(each.reference());
        if (thing.created_keys >= 2) return false;
        const auto key = "key-" + each.reference();
        const auto known = store_->idempotency(1, key);
        if (!known) return false;
        if (*known) {
            const std::int64_t id = std::atoll((*known)->body.c_str());
            if (thing.told_id != 0 && thing.told_id != id) far_.key_changed = true;
            thing.told_id = id;
            ++thing.created_keys;
            return true;
        }
        ++each.asked;
        Strike::arm(true);
        const bool is_doubled = each_.has_fault && each_.fault == Fault::events;
        if (is_doubled) ++far_.strikes;
        for (int copy = 0; copy < (is_doubled ? 2 : 1); ++copy) {
            OrderWish wish;
            wish.remember = [this, key](const Order& order) {
                return IdempotencyRecord{.tenant = 1, .key = key, .fingerprint = "f", .status = 201, .body = std::to_string(order.id), .at = clock_.now()};
            };
            ask(each, engine_->create(order_of(each), {}, std::move(wish)), [this, &thing, key](bool done) {
                if (!done) return;
                const auto now_known = store_->idempotency(1, key);
                ++thing.created_keys;
                if (now_known && *now_known) thing.told_id = std::atoll((*now_known)->body.c_str());
            });
        }
        return true;
    }

    bool tell(Wanted& each, const Order& order) {
        auto& thing = far_.thing(each.reference());
        const bool is_events = each_.has_fault && each_.fault == Fault::events;
        if (is_events && each_.way(4) == 2 && is_end(order.state) && thing.told_id == 1) {
            thing.told_id = 2;  // the same once more, when all is over
            return deliver(each, false);
        }
        if (thing.told_id != 0) return false;
        if (order.state != OrderState::draft || order.open_operation == 0) return false;
        return deliver(each, false);
    }

    /// The carrier's desk speaks until somebody says that it was heard, always under the same key. A forgery names our
    /// order, and comes from another tenant.
    bool deliver(Wanted& each, bool is_forged) {
        auto& thing = far_.thing(each.reference());
        const auto key = (is_forged ? "forged-" : "hook-") + each.reference();
        const auto heard = store_->idempotency(is_forged ? 2 : 1, key);
        if (!heard) return false;
        if (*heard && thing.told_id != 2) {
            thing.told_id = 1;
            return true;
        }
        if (each_.has_fault && each_.fault == Fault::events) ++far_.strikes;
        Strike::arm(true);
        ++each.asked;
        const int copies = each_.has_fault && each_.fault == Fault::events && each_.way(4) == 0 ? 2 : 1;
        for (int copy = 0; copy < copies; ++copy) {
            InboundEvent told;
            told.tenant = is_forged ? 2 : 1;
            told.account = "trial";
            told.source = "webhook";
            told.keys["order"] = each.reference();
            told.body = is_forged ? "forged" : "for it";
            each.is_asking = true;
            ++asking_;
            boost::asio::co_spawn(
                io_,
                engine_->deliver(std::move(told), [this, key, tenant = is_forged ? 2 : 1](Id id) {
                    return IdempotencyRecord{.tenant = tenant, .key = key, .fingerprint = "f", .status = 201, .body = id_text(id), .at = clock_.now()};
                }),
                [this, at = &each, &thing, is_forged](std::exception_ptr, Result<Id> kept) {
                    --asking_;
                    at->is_asking = false;
                    if (kept && !is_forged && thing.told_id == 0) thing.told_id = 1;
                    if (kept) return;
                    ++far_.refused_calls;
                    clock_.set(clock_.now() + 1s);
                }
            );
        }
        return true;
    }

    bool change(Wanted& each, const Order& order) {
        auto& thing = far_.thing(each.reference());
        OrderWish wish;
        if (each_.way(2) == 0) {
            const bool can = order.state == OrderState::submitted && order.delivery == Delivery::idle && !order.carrier_id.empty() && order.stage == Stage::follow;
            if (!can || thing.cancelled > 0) return false;
            wish.change = [this](const Order& now) { return cancel_order(now, true, clock_.now(), "api"); };
        } else {
            const bool wants = order.state == OrderState::exception && order.open_operation == 0 && order.stage == Stage::follow;
            if (!wants || thing.supplemented > 0) return false;
            wish.amends_request = true;
            wish.change = [this](const Order& stands) -> Result<OrderChange> {
                auto request = from_text<PortOrder>(stands.request).value();
                request.service_address.postal_code = "M5V1A" + std::to_string(++corrections_ % 10);
                auto change = correct_order(stands, to_text(request), false, clock_.now(), "anna", engine_->known());
                if (!change) return change;
                auto sent = submit_order(change->order, clock_.now(), "anna", engine_->known());
                if (sent) sent->order.version = change->order.version;
                return sent;
            };
        }
        ++each.asked;
        ask(each, engine_->change(order.id, std::move(wish)), [&thing](bool done) {
            if (done) thing.told_id = 1;
        });
        return true;
    }

    Order order_of(const Wanted& each) {
        Order order;
        order.tenant = 1;
        order.reference = each.reference();
        order.account = each.account;
        order.stage = Stage::submit;
        order.delivery = Delivery::sending;
        order.due = clock_.now();
        const auto number = PhoneNumber::from_json_text("+1416555" + std::to_string(1000 + each.number));
        if (each.is_port) {
            PortOrder request;
            request.reference = each.reference();
            request.numbers = {*number};
            request.account_number = matrix_account_number;
            request.pin.given = true;
            order.kind = OrderKind::port;
            if (each.checks_first) {
                order.losing_account = "trial";
                order.stage = Stage::preflight;
            }
            if (each.splits_first) {
                order.stage = Stage::split;
                if (each.number == 1) request.numbers.push_back(*PhoneNumber::from_json_text("+14165552001"));
            }
            order.request = to_text(request);
            return order;
        }
        PurchaseOrder request;
        request.reference = each.reference();
        request.numbers = {*number};
        request.comment = each.comment;
        request.contact_email = matrix_account_number + "@customer.example";
        if (each.comment == "upload" || each.comment == "mail") request.documents = {document_};
        order.kind = OrderKind::purchase;
        order.request = to_text(request);
        return order;
    }

    bool make_documents() {
        static constexpr std::array<unsigned char, paper::document_key_size> key{1, 2, 3};
        auto folder = paper::DocumentFolder::open(around_.folder + "/documents", {.id = "a-key-id", .key = key, .old_key = key});
        if (!folder) return false;
        documents_.emplace(std::move(*folder));
        if (each_.column != Column::document && each_.column != Column::mail) return true;
        unsigned char digest[SHA256_DIGEST_LENGTH];
        SHA256(reinterpret_cast<const unsigned char*>(matrix_document.data()), matrix_document.size(), digest);
        std::string hash;
        for (const unsigned char byte : digest)
            for (const int shift : {4, 0}) hash += "0123456789abcdef"[byte >> shift & 15];
        document_ = {.id = "doc-1", .type = "loa", .name = "letter é.pdf", .content_type = "application/pdf", .size = static_cast<std::int64_t>(matrix_document.size()),
                     .sha256 = hash, .issued_on = {}, .signed_on = {}, .expires_on = {}};
        const auto known = store_->document("doc-1");
        if (!known || *known) return known.has_value();
        auto writer = documents_->write();
        if (!writer || !(*writer)->append(matrix_document) || !(*writer)->keep(hash)) return false;
        return store_->add_document({.id = "doc-1", .tenant = 1, .about = document_, .created = clock_.now()}).has_value();
    }

    MailSection mail_section() const {
        MailSection settings;
        settings.from = {.name = "Porteur", .address = "desk@porteur.example"};
        settings.domain = "porteur.example";
        settings.smtp = SmtpServer{.host = "127.0.0.1", .port = around_.mail_port, .security = MailSecurity::plaintext_loopback, .user = {}, .password = {}, .ca_file = {}, .timeout = 300ms};
        return settings;
    }
    MailSection broken_mail_section() const {
        auto settings = mail_section();
        const auto port_of = [](const std::string& url) { return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))); };
        // Without STARTTLS nothing is said to a server that ought to have it.
        if (each_.fault == Fault::redirect)
            settings.smtp->security = MailSecurity::starttls;
        else if (each_.way(3) == 0)
            settings.smtp->port = port_of(server_.broken_url(0));
        else if (each_.way(3) == 1)
            settings.smtp->host = std::string(70, 'x') + ".example";
        else
            settings.smtp->security = MailSecurity::tls, settings.smtp->port = port_of(server_.broken_url(2));
        return settings;
    }

    bool make_accounts(AimedPerformer& aimed) {
        static const porteur_host host{sizeof(porteur_host), 0, {"test", 4}, {"0", 1}, nullptr, nullptr};
        const std::string builds[] = {std::string(64, 'a'), std::string(64, 'b')};
        for (const std::size_t at : {0, 1}) {
            const std::string name = at == 0 ? "acme" : "trial";
            const auto* plugin = at == 0 ? porteur_entry_of_acme(&host, nullptr) : porteur_entry_of_trial(&host, nullptr);
            descriptors_[at] = descriptor_of(name);
            for (const bool is_current : {true, false}) {
                auto& runner = runners_.emplace_back(std::make_unique<AimedRunner>(plugin, builds[is_current == other_build_], each_, far_));
                auto view = account(name, at, *runner, server_.url());
                if (!view) return false;
                if (is_current)
                    accounts_.all[name] = view;
                else
                    accounts_.earlier[runner->build()] = view;
                const bool breaks = each_.has_fault && (each_.fault == Fault::nothing_sent || each_.fault == Fault::redirect);
                if (is_current && breaks) {
                    const int way = each_.fault == Fault::redirect ? 3 : each_.way(4);
                    auto broken = account(name, at, *runner, server_.broken_url(way));
                    if (!broken) return false;
                    aimed.broken[name] = broken;
                }
            }
        }
        return true;
    }
    std::shared_ptr<Account> account(const std::string& name, std::size_t at, OperationRunner& runner, const std::string& url) {
        auto view = std::make_shared<Account>();
        view->runner = &runner;
        view->descriptor = &descriptors_[at];
        view->in_flight_max = matrix_in_flight_max;
        view->configured.name = name;
        view->timeout = 60ms;
        view->limit = limits_[at];
        auto client = CarrierClient::make(io_.get_executor(), {.base_url = url, .ca_file = known_authority(), .answer_size_max = 256 * 1024, .timeout = 60ms, .connect_timeout = 1s}, {});
        if (!client) {
            std::fprintf(stderr, "%s: %s\n", url.c_str(), client.error().message.c_str());
            return nullptr;
        }
        view->client.emplace(std::move(*client));
        return view;
    }

    const MatrixCase& each_;
    FarEnd& far_;
    const Surroundings& around_;
    const bool other_build_;
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    StoreSeal seal_;
    MatrixClock clock_;
    FarServer server_;
    SeededChance mail_chance_{2};
    int under_way_ = 0;
    std::unique_ptr<Store> store_;
    std::optional<paper::DocumentFolder> documents_;
    DocumentRef document_;
    std::deque<std::unique_ptr<AimedRunner>> runners_;
    Descriptor descriptors_[2];
    /// No rate of its own: it keeps to what the carrier asks for.
    std::shared_ptr<RateLimit> limits_[2] = {std::make_shared<RateLimit>(RequestRate{10'000, 1s}, 10'000), std::make_shared<RateLimit>(RequestRate{10'000, 1s}, 10'000)};
    OneAccount accounts_;
    Engine* engine_ = nullptr;
    std::vector<Wanted> wanted_;
    int asking_ = 0, corrections_ = 0;
};

}  // namespace

void live_with_orders(const MatrixCase& each, FarEnd& far, const Surroundings& around, bool other_build) {
    OrdersLife life(each, far, around, other_build);
    finish(life.live());
}

std::vector<int> orders_of(const MatrixCase& each) {
    std::vector<int> numbers;
    for (const auto& wanted : wanted_of(each)) numbers.push_back(wanted.number);
    return numbers;
}

}  // namespace porteur::testing
