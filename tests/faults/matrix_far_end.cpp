// SPDX-License-Identifier: Apache-2.0
#include "matrix_far_end.hpp"

#include <algorithm>
#include <new>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <porteur/json.hpp>

#include "app/webhook_message.hpp"
#include "carriers/encoding.hpp"
#include "matrix_process.hpp"

namespace porteur::testing {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

void FarEnd::reset() { new (this) FarEnd{}; }

FarThing& FarEnd::thing(const std::string& reference) {
    const auto digits = reference.find_first_of("0123456789");
    const auto dash = reference.find('-');
    if (dash != reference.npos) return things[std::clamp(first_part + std::atoi(reference.c_str() + dash + 1), first_part, things_max - 1)];
    const int number = digits == reference.npos ? 0 : std::atoi(reference.c_str() + digits);
    return things[std::clamp(number, 0, first_part - 1)];
}

void FarEnd::catch_up(FarThing& thing) const {
    if (thing.acts == 0 || thing.acts_at > now) return;
    const int acts = thing.acts.exchange(0);
    const auto times = [acts](int act) { return (acts / act) & 0xff; };
    thing.made += times(act_make);
    thing.cancelled += times(act_cancel);
    thing.supplemented += times(act_supplement);
    thing.uploaded += times(act_upload);
}

bool is_aimed_at(Column column, std::string_view step) {
    switch (column) {
        case Column::submit:
            return step == "create-port" || step == "create-order";
        case Column::poll:
            return step == "poll-port" || step == "poll-order";
        case Column::change:
            return step == "cancel" || step == "supplement";
        case Column::document:
            return step == "upload";
        case Column::mail:
            return step == "order-mail";
        case Column::hook_out:
            return step == "hook";
        default:
            return false;
    }
}

FarServer::FarServer(asio::io_context& io, FarEnd& far, const MatrixCase& each, std::function<std::int64_t()> clock)
    : io_(io), far_(far), each_(each), clock_(std::move(clock)), acceptor_(io), other_(io), plain_(io), strange_(io), closed_(io) {
    const tcp::endpoint anywhere(asio::ip::address_v4::loopback(), 0);
    // Bound, so that nobody else gets its port, and never listening.
    closed_.open(anywhere.protocol());
    closed_.bind(anywhere);
    int kind = 0;
    for (auto* const each_acceptor : {&acceptor_, &other_, &plain_, &strange_}) {
        *each_acceptor = tcp::acceptor(io, anywhere);
        asio::co_spawn(io, accept(*each_acceptor, kind++), asio::detached);
    }
}

std::string FarServer::url() const { return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }
std::string FarServer::url_of_other_host() const { return "http://127.0.0.1:" + std::to_string(other_.local_endpoint().port()); }

std::string FarServer::broken_url(int way) const {
    switch (way) {
        case 0:
            return "http://127.0.0.1:" + std::to_string(closed_.local_endpoint().port());
        case 1:  // longer than a name may be: no server is asked, so it fails without a network
            return "http://" + std::string(70, 'x') + ".example";
        case 2:
            return "https://127.0.0.1:" + std::to_string(plain_.local_endpoint().port());
        default:
            return "https://127.0.0.1:" + std::to_string(strange_.local_endpoint().port());
    }
}

asio::awaitable<void> FarServer::accept(tcp::acceptor& acceptor, int kind) {
    for (;;) {
        auto socket = co_await acceptor.async_accept(asio::use_awaitable);
        socket.set_option(tcp::no_delay(true));
        asio::co_spawn(io_, serve(std::move(socket), kind), asio::detached);
    }
}

asio::awaitable<void> FarServer::serve(tcp::socket socket, int kind) {
    Peer peer(std::move(socket));
    if (kind == 2) {  // speaks, but no TLS
        co_await peer.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        co_await peer.until_closed();
        co_return;
    }
    if (kind == 3 && !co_await peer.accept_tls(strange_tls())) co_return;
    for (;;) {
        auto request = co_await peer.read();
        if (!request) co_return;
        if (kind != 0) {
            ++far_.elsewhere;
            co_await peer.answer(200, "{}");
            continue;
        }
        if (!co_await answer(peer, *request)) {
            peer.close();
            co_return;
        }
    }
}

namespace {

/// "POST /ports/A-r1/cancel HTTP/1.1" -> its parts.
struct Target {
    std::string method, path, reference;
};
Target target_of(const porteur::test::Received& request) {
    Target target;
    const auto line = request.line();
    const auto blank = line.find(' ');
    target.method = line.substr(0, blank);
    target.path = line.substr(blank + 1, line.find(' ', blank + 1) - blank - 1);
    if (const auto at = target.path.find("A-r"); at != target.path.npos)
        target.reference = target.path.substr(at + 2, target.path.find('/', at) - at - 2);
    else if (const auto ref = target.path.find("ref="); ref != target.path.npos)
        target.reference = target.path.substr(ref + 4);
    else if (const auto body = parse_json(request.body); body && body->is_object() && body->get_object().contains("ref"))
        target.reference = std::string(body->at("ref").as_string());
    return target;
}

std::string step_of(const Target& target) {
    const bool is_post = target.method == "POST";
    const auto& path = target.path;
    if (path.ends_with("/cancel")) return "cancel";
    if (path.ends_with("/supplements")) return "supplement";
    const bool lists = path.contains("?ref=");
    if (path.starts_with("/documents")) return is_post ? "upload" : "find-upload";
    if (path.starts_with("/orders")) return is_post ? "create-order" : lists ? "find-order" : "poll-order";
    if (path.starts_with("/ports")) return is_post ? "create-port" : lists ? "find-port" : "poll-port";
    if (path.starts_with("/hook")) return "hook";
    if (path.starts_with("/holds")) return is_post ? "hold" : "held";
    return path;
}

int act_of(const std::string& step) {
    if (step == "cancel") return act_cancel;
    if (step == "supplement") return act_supplement;
    if (step == "upload") return act_upload;
    return step.starts_with("create-") ? act_make : 0;
}

}  // namespace

void FarServer::act(FarThing& thing, const std::string& step, std::int64_t at) {
    const int what = act_of(step);
    if (what == 0) return;
    far_.catch_up(thing);
    // What is done at once does not hasten what is still to come, and each request counts for itself.
    const int later = at > far_.now ? 0 : thing.acts.exchange(0);
    const std::int64_t later_at = thing.acts_at;
    thing.acts_at = at;
    thing.acts += what;
    far_.catch_up(thing);
    if (later == 0) return;
    thing.acts_at = later_at;
    thing.acts = later;
}

/// The order as the carrier shows it. What waits for our cancellation or correction waits for it, but not for ever.
std::string FarServer::shown(FarThing& thing, const std::string& reference, bool counts) {
    if (counts) ++thing.polls;
    const bool is_change = each_.column == Column::change && reference != "r2";
    const bool corrects = is_change && each_.way(2) == 1;
    const char* word = thing.polls > (is_change ? 8 : 1) ? "completed" : "pending";
    // Each word twice, and older ones again after newer ones.
    if (each_.has_fault && each_.fault == Fault::events && each_.column == Column::poll) {
        constexpr const char* words[] = {"pending", "agreed", "agreed", "foc", "agreed", "pending", "foc", "moving", "foc", "completed"};
        word = words[std::min<int>(thing.polls, std::size(words) - 1)];
        if (thing.polls >= 2) ++far_.strikes;
    }
    if (corrects) word = thing.supplemented > 0 ? (thing.polls > 2 ? "completed" : "pending") : "exception";
    if (thing.cancelled > 0) word = "cancelled";
    if (std::string_view(word) == "completed") thing.completed = true;
    return R"({"id":"A-)" + reference + R"(","status":")" + word + "\"}";
}

std::string FarServer::good_answer(const std::string& step, FarThing& thing, const std::string& reference) {
    if (step == "find-order" || step == "find-port")
        return "{\"" + std::string(step == "find-port" ? "ports" : "orders") + "\":[" + (thing.made > 0 ? shown(thing, reference, false) : "") + "]}";
    if (step == "find-upload") return thing.uploaded > 0 ? R"({"documents":[{"id":"D-1"}]})" : R"({"documents":[]})";
    if (step == "upload") return R"({"id":"D-1"})";
    if (step.starts_with("/") || step.starts_with("h")) return R"({"name":"Example Ltd"})";
    return shown(thing, reference, step.starts_with("poll-"));
}

asio::awaitable<bool> FarServer::answer(Peer& peer, const Received& request) {
    const auto target = target_of(request);
    const auto step = step_of(target);
    if (step == "hook") co_return co_await answer_hook(peer, request);
    reference_ = target.reference;
    auto& thing = far_.thing(target.reference);
    const auto now = clock_();
    far_.now = now;
    far_.catch_up(thing);
    if (request.body.contains("go for it")) far_.approved = true;
    if (request.body.contains("forged")) ++far_.forged_taken;
    if (step == "hold" && thing.sleeps_from == 0) thing.sleeps_from = now;
    if (step == "held") thing.woke_at = now;
    if (step == "upload") {
        const auto body = parse_json(request.body);
        const auto* content = body && body->is_object() ? body->get_object().if_contains("content") : nullptr;
        if (!content || !content->is_string() || std::string(content->get_string()) != carriers::base64(matrix_document)) thing.wrong_document = true;
    }
    if (is_aimed_at(each_.column, step)) {
        if (now < thing.not_before) ++far_.early;
        if (thing.tried_at != 0 && now - thing.tried_at < 1'000 && act_of(step) != 0) ++far_.hasty;
        thing.tried_at = now;
        if (each_.has_fault && far_.strikes < 1 + each_.other_way(6, 2) && target.reference == "r1")
            if (const auto after = co_await strike(peer, step, thing); after != After::goes_on) co_return after == After::answered;
    }
    act(thing, step, now);
    co_await peer.answer(act_of(step) == act_make ? 201 : 200, good_answer(step, thing, target.reference), "Content-Type: application/json\r\n");
    co_return true;
}

asio::awaitable<void> FarServer::never_answer(Peer& peer) { co_await peer.until_closed(); }

/// The cell's fault befalls this request.
asio::awaitable<FarServer::After> FarServer::strike(Peer& peer, const std::string& step, FarThing& thing) {
    const auto now = clock_();
    const auto count = [this] { ++far_.strikes; };
    switch (each_.fault) {
        case Fault::closed_before:
            count();
            if (each_.way(2) == 0) peer.reset();
            co_return After::closes;
        case Fault::answer_lost: {
            count();
            act(thing, step, now);
            const auto good = good_answer(step, thing, reference_);
            switch (each_.way(3)) {
                case 0:
                    break;
                case 1:
                    co_await peer.write("HTTP/1.1 201 Made\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(good.size()) + "\r\n\r\n" + good.substr(0, good.size() / 2));
                    break;
                default:
                    co_await never_answer(peer);
            }
            co_return After::closes;
        }
        case Fault::late:
            count();
            // After nobody waits any more, before anybody may ask.
            act(thing, step, now + 2'000 + 1'000 * each_.way(23));
            if (each_.way(2) == 0) co_await never_answer(peer);
            co_return After::closes;
        case Fault::server_error: {
            count();
            thing.tried_at = now;
            switch (each_.way(4)) {
                case 0:
                    co_await peer.answer(500, "");
                    break;
                case 1:
                    act(thing, step, now);
                    co_await peer.answer(502, "<html>soon</html>", "Content-Type: text/html\r\n");
                    break;
                default: {
                    const int wait = 3 + each_.way(60);
                    thing.not_before = now + 1'000 * wait;
                    co_await peer.answer(each_.way(4) == 2 ? 429 : 503, "{}", "Content-Type: application/json\r\nRetry-After: " + std::to_string(wait) + "\r\n");
                }
            }
            co_return After::answered;
        }
        case Fault::wrong_answer:
            count();
            if (each_.other_way(5, 2) == 0) act(thing, step, now);
            co_return co_await answer_wrongly(peer, each_.way(5), good_answer(step, thing, reference_));
        case Fault::redirect:
            if (each_.way(4) == 3) co_return After::goes_on;  // the other certificate: the client's side has it
            count();
            co_await peer.answer(each_.way(4) == 0 ? 302 : each_.way(4) == 1 ? 307 : 308, "", "Location: " + url_of_other_host() + "/steal\r\n");
            co_return After::answered;
        default:
            co_return After::goes_on;
    }
}

asio::awaitable<FarServer::After> FarServer::answer_wrongly(Peer& peer, int way, const std::string& good) {
    switch (way) {
        case 0:
            co_await peer.answer(200, "<html>down for maintenance</html>", "Content-Type: text/html\r\n");
            co_return After::answered;
        case 1:
            co_await peer.answer(200, R"({"error":null,"result":[1,2,3]})", "Content-Type: application/json\r\n");
            co_return After::answered;
        case 2:
            co_await peer.answer(200, good.substr(0, good.size() - 3), "Content-Type: application/json\r\n");
            co_return After::answered;
        case 3: {
            co_await peer.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n");
            const std::string piece(65'536, 'x');
            for (int kib = 0; kib < 1'048'576 && peer.is_open(); kib += 64) {
                co_await peer.write(piece);
                far_.swallowed = std::max<int>(far_.swallowed, kib);
            }
            co_return After::closes;
        }
        default: {
            co_await peer.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n");
            asio::steady_timer drip(io_);
            for (int drops = 0; drops < 4'000 && peer.is_open(); ++drops) {
                drip.expires_after(4ms);
                co_await drip.async_wait(asio::use_awaitable);
                co_await peer.write(" ");
            }
            co_return After::closes;
        }
    }
}

/// The receiver of our web hooks: keeps which events came, in which order, and whether they were signed.
asio::awaitable<bool> FarServer::answer_hook(Peer& peer, const Received& request) {
    const auto name = request.header("webhook-id");
    const auto id = id_from_text(name.starts_with("evt_") ? name.substr(4) : "").value_or(0);
    const auto at = std::atoll(request.header("webhook-timestamp").c_str());
    const auto right = webhook_headers(name, std::chrono::sys_seconds(std::chrono::seconds(at)), request.body, {matrix_hook_secret});
    if (!right || request.header("webhook-signature") != (*right)[2].second) ++far_.hooks_unsigned;
    const auto take = [&] {
        if (const int place = far_.hooks; place < hooks_max) {
            far_.hook_ids[place] = id;
            far_.hooks = place + 1;
        }
    };
    auto& thing = far_.things[0];
    const auto now = clock_();
    if (now < thing.not_before) ++far_.early;
    if (each_.has_fault && far_.strikes < 1 + each_.other_way(6, 3) && far_.hooks > each_.way(5)) {
        switch (each_.fault) {
            case Fault::answer_lost:
            case Fault::late:
                take();
                break;
            case Fault::wrong_answer:  // what a receiver says beside its status is nobody's business
                if (each_.way(5) < 3) take();
                break;
            default:
                break;
        }
        if (each_.fault == Fault::server_error && each_.way(4) >= 2) {
            ++far_.strikes;
            thing.not_before = now + 1'000;
            co_await peer.answer(each_.way(4) == 2 ? 429 : 503, "", "Retry-After: 1\r\n");
            co_return true;
        }
        if (each_.fault == Fault::late) {
            ++far_.strikes;
            co_await never_answer(peer);
            co_return false;
        }
        if (const auto after = co_await strike(peer, "hook", thing); after != After::goes_on) co_return after == After::answered;
    }
    if (each_.has_fault && each_.fault == Fault::load) ++far_.strikes;
    // Time for the cursor to be written behind each event, not once for all.
    asio::steady_timer slow(io_, 5ms);
    co_await slow.async_wait(asio::use_awaitable);
    take();
    co_await peer.answer(200, "");
    co_return true;
}

}  // namespace porteur::testing
