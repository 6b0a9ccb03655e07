// SPDX-License-Identifier: Apache-2.0
// The routes of uControl. Three habits of the service decide their shape: a request that cannot be
// read is an HTTP error with {"ID","Message"}; a business refusal is 200 with Reply 0; and nothing
// protects against the same request twice but the rule that a number has one open ticket.
#include "thinktel.hpp"

#include "service.hpp"

#include <memory>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "kit/encoding.hpp"
#include "kit/fields.hpp"

namespace porteur::sim {
namespace {

constexpr const char* about =
    "ThinkTel / Distributel uControl (SIP trunks, DIDs, port-in requests)\n\n"
    "Basic login; base path /rest.svc. Numbers are ten-digit integers. A business refusal is HTTP "
    "200\n"
    "with Reply 0 and a Message. There is no idempotency and no cancel. Trunks: 7005551212 (HQ, "
    "five\n"
    "DIDs) and 4165559000 (Branch), account 1234. Portable prefixes: 416555 416647 647555 613555 "
    "514555\n"
    "438555 604555 403555 780555 212555, and toll-free numbers. A port is PENDING at once, "
    "SUBMITTED\n"
    "after 4 h, CONFIRMED after a business day, COMPLETED at noon Eastern of its date (requested, "
    "or 5\n"
    "business days), by the carrier's clock; its DIDs then stand on the trunk. The account number "
    "BAD is\n"
    "REJECTED after a business day. Only JSON is spoken, not XML; the deprecated unversioned "
    "forms\n"
    "(DIDs, BusinessLines, ResidentialLines, PermanentCallForwards) answer 501.";

constexpr const char* script_help =
    R"(  {"number":4165550101,"then":["PENDING","CONFIRMED","COMPLETED"]}
                       the words of this number's ports, 6 carrier hours apart; "step_s":3600 sets
                       another distance, "by":"poll" makes it one word per status look-up. An open
                       ticket of the number starts the words again, with "reopen":true also one
                       that is REJECTED, as when the porting team has mended it. "reject":{"code":"8A",
                       "field":"ACCT","form":"EU","remarks":"...","disputing":true} fills RejectDetails
  {"then":[...],...}   the same for every number without a script of its own, from the next port on
  {"refuse":{"number":4165550101,"message":"...","times":1}}
                       the next submissions with this number get Reply 0 with this message;
                       "reply":2 makes it Deferred, 3 Conditional, 4 Error
  {"order_reply":{"number":7805552001,"reply":2,"message":"...","times":1}}
                       the next orders of this number as a DID get this Reply and are not carried out
  {"late":{"number":4165550101,"times":2}}
                       the next look-ups of PortInStatus do not know the number's ticket yet; the
                       dashboard does
  {"portable":[416777]} {"not_portable":[416555]}   prefixes that can or cannot be ported
  {"v911_refuse":{"number":4165550101,"message":"...","city":"Toronto","province":"ON"}}
                       the next 911 record of this number is refused with this suggestion
)";

PortScript read_script(const json::value& order) {
    PortScript script;
    const auto words = texts_of(order, "then");
    if (!words || words->empty()) throw ScriptError("give then, refuse, ...; see --help");
    for (const auto& word : *words) {
        if (!is_port_status(word)) throw ScriptError(word + " is not a status of PortInStatus");
    }
    script.words = *words;
    script.by_poll = text_of(order, "by") == "poll";
    script.reopen = flag_of(order, "reopen");
    if (const auto step = whole_of(order, "step_s")) script.step = std::chrono::seconds(*step);
    if (const auto* reject = member(order, "reject")) {
        auto& rejection = script.rejection;
        rejection.code = text_of(*reject, "code").value_or(rejection.code);
        if (rejection.code.size() != 2) throw ScriptError("a reject code has two characters");
        rejection.field = text_of(*reject, "field").value_or(rejection.field);
        rejection.form = text_of(*reject, "form").value_or(rejection.form);
        rejection.remarks = text_of(*reject, "remarks").value_or(rejection.remarks);
        rejection.disputing = flag_of(*reject, "disputing");
    }
    return script;
}

}  // namespace

std::optional<std::int64_t> read_whole(std::string_view text) {
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
    return number;
}

std::vector<std::string> as_texts(const std::vector<Tn>& numbers) {
    std::vector<std::string> texts;
    for (const auto number : numbers) texts.push_back(std::to_string(number));
    return texts;
}

Thinktel::Thinktel(World world, const Options& options)
    : world_(world),
      base_path_(options.text("--base-path")),
      user_(options.text("--user")),
      password_(options.text("--password")),
      content_type_(
          options.is_on("--text-json") ? "text/json; charset=utf-8"
                                       : "application/json; charset=utf-8"
      ),
      null_messages_(options.is_on("--null-messages")),
      needs_loa_(options.is_on("--require-loa")),
      takes_duplicates_(options.is_on("--accept-duplicates")) {
    add_discovery_routes();
    add_ordering_routes();
    add_port_routes();
    add_v911_routes();
}

Answer Thinktel::answer(const Request& request) {
    auto answer = route(request);
    answer.content_type = content_type_;
    return answer;
}

Answer Thinktel::error(int status, std::int64_t) {
    auto answer = fail(status, status == 429 ? "Too many requests." : "A general error occurred.");
    answer.content_type = content_type_;
    return answer;
}

json::value Thinktel::script(const json::value& order) {
    if (const auto* refuse = member(order, "refuse")) {
        const auto number = whole_of(*refuse, "number");
        if (!number) throw ScriptError("refuse needs a number");
        refusals_[*number] = {
            text_of(*refuse, "message").value_or("The request was refused."),
            whole_of(*refuse, "times").value_or(1),
            static_cast<int>(whole_of(*refuse, "reply").value_or(0))
        };
        return {{"refuse", *number}};
    }
    if (const auto* reply = member(order, "order_reply")) {
        const auto number = whole_of(*reply, "number");
        if (!number) throw ScriptError("order_reply needs a number");
        order_replies_[*number] = {
            text_of(*reply, "message").value_or(""), whole_of(*reply, "times").value_or(1),
            static_cast<int>(whole_of(*reply, "reply").value_or(0))
        };
        return {{"order_reply", *number}};
    }
    if (const auto* late = member(order, "late")) {
        const auto number = whole_of(*late, "number");
        if (!number) throw ScriptError("late needs a number");
        late_[*number] = whole_of(*late, "times").value_or(1);
        return {{"late", *number}};
    }
    if (const auto* refuse = member(order, "v911_refuse")) {
        const auto number = whole_of(*refuse, "number");
        if (!number) throw ScriptError("v911_refuse needs a number");
        v911_refusals_[*number] = *refuse;
        return {{"v911_refuse", *number}};
    }
    for (const auto& [name, portable] : {std::pair{"portable", true}, {"not_portable", false}}) {
        const auto prefixes = wholes_of(order, name);
        if (!prefixes) continue;
        for (const auto prefix : *prefixes) network_.set_portable(prefix, portable);
        return {{name, prefixes->size()}};
    }
    const auto read = read_script(order);
    if (const auto number = whole_of(order, "number")) {
        tickets_.set_script(*number, read, world_.clock.now());
    } else {
        tickets_.set_default_script(read);
    }
    return {{"words", read.words.size()}};
}

void Thinktel::describe(const Carried& carried, json::object& line) {
    if (carried.kind != "port") return;
    auto* ticket = tickets_.find(carried.id);
    if (ticket == nullptr) return;
    const auto now = world_.clock.now();
    tickets_.settle(*ticket, now, network_);
    line["state"] = ticket->status(now);
    line["port_date"] = to_dashed(ticket->date_at(now));
}

void Thinktel::reset() {
    network_.reset();
    tickets_.clear();
    refusals_.clear();
    order_replies_.clear();
    late_.clear();
    v911_refusals_.clear();
    v911s_.clear();
}

Answer Thinktel::route(const Request& request) {
    if (!has_basic_login(request, user_, password_)) {
        auto refused = fail(401, "The user name or password is incorrect.");
        refused.headers.emplace_back("WWW-Authenticate", "Basic realm=\"uControl\"");
        return refused;
    }
    std::string_view path = request.path;
    if (!path.starts_with(base_path_)) return fail(404, "Resource not found.");
    path.remove_prefix(base_path_.size());
    if (request.method == "POST" || request.method == "PUT") {
        const auto type = to_lower(request.header("content-type"));
        if (!type.starts_with("application/json") && !type.starts_with("text/json")) {
            return fail(400, "The body is not of a known Content-Type.");
        }
        if (!read_json(request.body)) return fail(400, "The body could not be deserialized.");
    }
    if (auto routed = router_.route(request, path)) return *std::move(routed);
    return fail(404, "Resource not found.");
}

void Thinktel::get(std::string_view pattern, Handler handler) {
    router_.add("GET", pattern, std::move(handler));
}

Answer Thinktel::fail(int status, const std::string& message) {
    return answer_json(
        status, {{"ID", "SIM-" + std::to_string(++failures_)}, {"Message", message}}
    );
}

/// Adds Reply and Message. An accepting answer has no message: the schema does not allow null,
/// which public examples show all the same (--null-messages).
void Thinktel::add_reply(json::object& object, int reply, const std::string& message) const {
    object["Reply"] = reply;
    if (!message.empty()) {
        object["Message"] = message;
    } else if (null_messages_) {
        object["Message"] = nullptr;
    }
}

json::object Thinktel::number_reply(Tn number, int reply, const std::string& message) const {
    json::object object = {{"Number", number}};
    add_reply(object, reply, message);
    return object;
}

Program thinktel_program() {
    return {
        .name = "sim-thinktel",
        .about = about,
        .options =
            {{"--user", "NAME", "acme", "Basic login"},
             {"--password", "SECRET", "thinktel-secret", "Basic login"},
             {"--base-path", "PATH", "/rest.svc", "what stands before every route; may be empty"},
             {"--text-json", "", "", "answers say text/json"},
             {"--null-messages", "", "", "an accepting answer has \"Message\":null"},
             {"--require-loa", "", "", "a port without letter of authorization gets Reply 0"},
             {"--accept-duplicates", "", "", "a number may have two open tickets"}},
        .script_help = script_help,
        .make = [](World world, const Options& options) -> std::unique_ptr<Carrier> {
            return std::make_unique<Thinktel>(world, options);
        },
    };
}

}  // namespace porteur::sim
