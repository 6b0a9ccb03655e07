// SPDX-License-Identifier: Apache-2.0
// The invented carrier. What it offers was written for Porteur: an API as small carriers have it,
// with nothing that protects against a request that comes twice, unless --idempotent is given.
#include "acme.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "kit/encoding.hpp"
#include "kit/fields.hpp"
#include "kit/router.hpp"
#include "stock.hpp"

namespace porteur::sim {
namespace {

using namespace std::chrono_literals;

// How long acme takes for a port, by its own clock.
constexpr auto foc_after = std::chrono::hours(24);
constexpr int foc_business_days = 5;

constexpr const char* about =
    "the invented carrier acme (numbers, orders, ports)\n\n"
    "Basic login. GET /account; GET /numbers?npa=&limit=; POST /orders {\"numbers\",\"ref\"};\n"
    "GET /orders?ref=; GET /orders/{id}; DELETE /numbers {\"numbers\"} with Idempotency-Key;\n"
    "POST /ports {\"numbers\",\"ref\",\"account_number\",\"name\",\"pin\"}; GET /ports?ref=; GET "
    "/ports/{id};\n"
    "POST /ports/{id}/cancel. The same ref twice makes two orders, counted as a duplicate in\n"
    "/_sim/stats. A number ordered under another ref answers 409 NUMBER_TAKEN; the port PIN 0000\n"
    "answers 422 PIN_WRONG. An order completes after --polls look-ups; a port is submitted, then "
    "foc\n"
    "after 24 h, then completed at its foc_date, 5 business days later, by the carrier's clock.";

constexpr const char* script_help =
    R"(  {"take":["+14165550100"]}               another customer takes these numbers
  {"fail":["+14165550101"]}               an order with one of these ends failed
  {"number":"+14165550102","then":["submitted","foc","completed"]}
                                          the port or the order of this number says these words, one
                                          per look-up; the last one stays (also agreed, moving,
                                          papers_wanted, returned, in_part, cancelled, failed, expired)
)";

struct AcmeOrder {
    std::string id;
    std::string ref;
    std::vector<std::string> numbers;
    std::uint64_t polls_left = 0;
    bool fails = false;
    bool failed_seen = false;
    std::vector<std::string> script;  ///< words that replace the look-ups; used up front to back
    std::size_t script_at = 0;
};

struct AcmePort {
    std::string id;
    std::string ref;
    std::vector<std::string> numbers;
    Instant submitted;
    bool cancelled = false;
    std::vector<std::string> script;  ///< words that replace the clock; used up front to back
    std::size_t script_at = 0;
};

Answer refuse(int status, std::string_view code, const std::string& message) {
    return answer_json(status, {{"code", code}, {"message", message}});
}

class Acme : public Carrier {
public:
    Acme(World world, const Options& options)
        : world_(world),
          user_(options.text("--user")),
          password_(options.text("--password")),
          polls_(options.whole("--polls")),
          idempotent_(options.is_on("--idempotent")),
          checks_stock_(!options.is_on("--no-stock-check")) {
        add_routes();
    }

    Answer answer(const Request& request) override {
        if (!has_basic_login(request, user_, password_)) {
            auto refused = refuse(401, "UNAUTHORIZED", "wrong user or password");
            refused.headers.emplace_back("WWW-Authenticate", "Basic realm=\"acme\"");
            return refused;
        }
        if (auto routed = router_.route(request, request.path)) return *std::move(routed);
        return refuse(404, "NOT_FOUND", "no such resource");
    }

    Answer error(int status, std::int64_t) override {
        return status == 429 ? refuse(429, "TOO_MANY_REQUESTS", "slow down")
                             : refuse(status, "INTERNAL", "something went wrong");
    }

    json::value script(const json::value& order) override {
        if (const auto taken = texts_of(order, "take")) {
            for (const auto& number : *taken) stock_.take(number, "(another customer)");
            return {{"taken", taken->size()}};
        }
        if (const auto failing = texts_of(order, "fail")) {
            failing_.insert(failing->begin(), failing->end());
            return {{"failing", failing_.size()}};
        }
        const auto number = text_of(order, "number");
        const auto words = texts_of(order, "then");
        if (!number || !words || words->empty()) {
            throw ScriptError("give take, fail, or number and then; see --help");
        }
        scripts_[*number] = *words;
        return {{"number", *number}, {"words", words->size()}};
    }

    void describe(const Carried& carried, json::object& line) override {
        if (carried.kind == "purchase") {
            if (const auto* order = find(orders_, order_at_, carried.id)) {
                line["state"] = state_of(*order);
            }
        } else if (carried.kind == "port") {
            if (const auto* port = find(ports_, port_at_, carried.id)) {
                line["state"] = state_of(*port);
            }
        }
    }

    void reset() override {
        orders_.clear();
        order_at_.clear();
        orders_of_ref_.clear();
        ports_.clear();
        port_at_.clear();
        ports_of_ref_.clear();
        ports_of_number_.clear();
        kept_answers_.clear();
        scripts_.clear();
        failing_.clear();
        stock_.clear();
    }

private:
    struct KeptAnswer {
        std::string body;  ///< of the request, to notice a key used for something else
        Answer answer;
    };

    template <class T>
    static const T* find(
        const std::vector<T>& all, const std::unordered_map<std::string, std::size_t>& at,
        const std::string& id
    ) {
        const auto found = at.find(id);
        return found == at.end() ? nullptr : &all[found->second];
    }

    void add_routes() {
        router_.add("GET", "/account", [](const Request&, const Captures&) {
            return answer_json(200, {{"id", "acme-1"}, {"name", "Acme Inc"}});
        });
        router_.add("GET", "/numbers", [this](const Request& request, const Captures&) {
            return search(request);
        });
        router_.add("DELETE", "/numbers", [this](const Request& request, const Captures&) {
            return once_per_key(request, [&] { return release(request); });
        });
        router_.add("POST", "/orders", [this](const Request& request, const Captures&) {
            if (!idempotent_) return order(request);
            return once_per_key(request, [&] { return order(request); });
        });
        router_.add("GET", "/orders", [this](const Request& request, const Captures&) {
            return list_orders(request);
        });
        router_.add("GET", "/orders/{id}", [this](const Request&, const Captures& path) {
            const auto found = order_at_.find(path[0]);
            if (found == order_at_.end()) return refuse(404, "NOT_FOUND", "no such order");
            return poll(orders_[found->second]);
        });
        router_.add("POST", "/ports", [this](const Request& request, const Captures&) {
            if (!idempotent_) return submit_port(request);
            return once_per_key(request, [&] { return submit_port(request); });
        });
        router_.add("GET", "/ports", [this](const Request& request, const Captures&) {
            return list_ports(request);
        });
        router_.add("GET", "/ports/{id}", [this](const Request&, const Captures& path) {
            const auto found = port_at_.find(path[0]);
            if (found == port_at_.end()) return refuse(404, "NOT_FOUND", "no such port");
            auto& port = ports_[found->second];
            auto line = to_line(port);
            if (port.script_at + 1 < port.script.size()) ++port.script_at;
            return answer_json(200, line);
        });
        router_.add("POST", "/ports/{id}/cancel", [this](const Request&, const Captures& path) {
            const auto found = port_at_.find(path[0]);
            if (found == port_at_.end()) return refuse(404, "NOT_FOUND", "no such port");
            return cancel(ports_[found->second]);
        });
    }

    /// The same key with the same body is answered as before; with another body it is refused.
    template <class Act>
    Answer once_per_key(const Request& request, const Act& act) {
        const std::string key(request.header("idempotency-key"));
        if (key.empty()) return act();
        const auto whole_key = request.method + " " + request.path + " " + key;
        if (const auto kept = kept_answers_.find(whole_key); kept != kept_answers_.end()) {
            if (kept->second.body != request.body) {
                return refuse(422, "KEY_REUSED", "this Idempotency-Key came with another body");
            }
            world_.ledger.count("answered_by_key");
            auto answer = kept->second.answer;
            answer.headers.emplace_back("Idempotency-Replayed", "true");
            return answer;
        }
        auto answer = act();
        kept_answers_[whole_key] = {request.body, answer};
        return answer;
    }

    Answer search(const Request& request) {
        const auto npa = request.asked("npa").value_or("");
        if (npa.size() != 3) return refuse(400, "BAD_REQUEST", "npa is not three digits");
        std::size_t limit = 10;
        if (const auto text = request.asked("limit")) {
            const auto read = std::from_chars(text->data(), text->data() + text->size(), limit);
            if (read.ec != std::errc{}) return refuse(400, "BAD_REQUEST", "limit is no number");
        }
        limit = std::min<std::size_t>(limit, 100);
        return answer_json(200, {{"numbers", stock_.free_numbers(npa, limit)}});
    }

    /// What is wrong with the numbers and ref of an order or port; nothing when they are in order.
    static std::optional<Answer> wrong_basics(const std::optional<json::value>& body) {
        if (!body) return refuse(400, "BAD_REQUEST", "the body is not JSON");
        const auto numbers = texts_of(*body, "numbers");
        if (!numbers || numbers->empty() || !std::ranges::all_of(*numbers, is_e164)) {
            return refuse(400, "BAD_REQUEST", "numbers is not a list of numbers like +14165550100");
        }
        if (text_of(*body, "ref").value_or("").empty()) {
            return refuse(400, "BAD_REQUEST", "ref is missing");
        }
        return std::nullopt;
    }

    Answer order(const Request& request) {
        const auto body = read_json(request.body);
        if (auto wrong = wrong_basics(body)) return *std::move(wrong);
        AcmeOrder made;
        made.numbers = *texts_of(*body, "numbers");
        made.ref = *text_of(*body, "ref");
        for (const auto& number : made.numbers) {
            const auto owner = stock_.owner_of(number);
            if (checks_stock_ && !owner.empty() && owner != made.ref) {
                world_.ledger.count("refused_number_taken");
                return refuse(409, "NUMBER_TAKEN", "a number is no longer free");
            }
        }
        for (const auto& number : made.numbers) {
            stock_.take(number, made.ref);
            made.fails = made.fails || failing_.contains(number);
            if (const auto found = scripts_.find(number); found != scripts_.end())
                made.script = found->second;
        }
        made.id = "A-" + std::to_string(orders_.size() + 1);
        made.polls_left = polls_;
        const auto answer = answer_json(201, to_line(made));
        world_.ledger.carry_out(
            {.kind = "purchase",
             .id = made.id,
             .reference = made.ref,
             .numbers = made.numbers,
             .detail = {},
             .at = {},
             .real_at = {}}
        );
        order_at_[made.id] = orders_.size();
        orders_of_ref_[made.ref].push_back(orders_.size());
        orders_.push_back(std::move(made));
        return answer;
    }

    static std::string_view state_of(const AcmeOrder& order) {
        if (!order.script.empty()) return order.script[order.script_at];
        if (order.polls_left > 0) return "pending";
        return order.fails ? "failed" : "completed";
    }

    static json::value to_line(const AcmeOrder& order) {
        return {
            {"id", order.id},
            {"status", state_of(order)},
            {"numbers", to_array(order.numbers)},
            {"ref", order.ref},
        };
    }

    Answer poll(AcmeOrder& order) {
        if (!order.script.empty()) {
            auto line = to_line(order);
            if (order.script_at + 1 < order.script.size()) ++order.script_at;
            return answer_json(200, line);
        }
        if (order.polls_left > 0) --order.polls_left;
        if (order.polls_left == 0 && order.fails && !std::exchange(order.failed_seen, true)) {
            for (const auto& number : order.numbers) {
                if (stock_.owner_of(number) == order.ref) stock_.release(number);
            }
        }
        return answer_json(200, to_line(order));
    }

    Answer list_orders(const Request& request) {
        const auto ref = request.asked("ref");
        if (!ref) return refuse(400, "BAD_REQUEST", "ref is missing");
        json::array lines;
        if (const auto found = orders_of_ref_.find(*ref); found != orders_of_ref_.end()) {
            for (const auto at : found->second) lines.push_back(to_line(orders_[at]));
        }
        return answer_json(200, {{"orders", std::move(lines)}});
    }

    Answer release(const Request& request) {
        const auto body = read_json(request.body);
        const auto numbers = body ? texts_of(*body, "numbers") : std::nullopt;
        if (!numbers || numbers->empty()) {
            return refuse(400, "BAD_REQUEST", "numbers is not a list of numbers");
        }
        for (const auto& number : *numbers) {
            if (stock_.owner_of(number).empty()) {
                return refuse(404, "NUMBER_UNKNOWN", "a number is not on the account");
            }
        }
        for (const auto& number : *numbers) stock_.release(number);
        world_.ledger.carry_out(
            {.kind = "release",
             .id = "",
             .reference = std::string(request.header("idempotency-key")),
             .numbers = *numbers,
             .detail = {},
             .at = {},
             .real_at = {}}
        );
        return answer_json(200, {{"released", to_array(*numbers)}});
    }

    Answer submit_port(const Request& request) {
        const auto body = read_json(request.body);
        if (auto wrong = wrong_basics(body)) return *std::move(wrong);
        for (const auto* name : {"account_number", "name", "pin"}) {
            if (text_of(*body, name).value_or("").empty()) {
                return refuse(400, "BAD_REQUEST", std::string(name) + " is missing");
            }
        }
        if (*text_of(*body, "pin") == "0000") {
            world_.ledger.count("refused_pin");
            return refuse(422, "PIN_WRONG", "the losing carrier does not know this PIN");
        }
        AcmePort made;
        made.numbers = *texts_of(*body, "numbers");
        made.ref = *text_of(*body, "ref");
        for (const auto& number : made.numbers) {
            for (const auto at : ports_of_number_[number]) {
                const auto& port = ports_[at];
                if (port.ref == made.ref || is_closed(state_of(port))) continue;
                world_.ledger.count("refused_port_open");
                return refuse(409, "PORT_OPEN", "a number is already being ported");
            }
        }
        made.id = "P-" + std::to_string(ports_.size() + 1);
        made.submitted = world_.clock.now();
        for (const auto& number : made.numbers) {
            if (const auto found = scripts_.find(number); found != scripts_.end()) {
                made.script = found->second;
            }
        }
        world_.ledger.carry_out(
            {.kind = "port",
             .id = made.id,
             .reference = made.ref,
             .numbers = made.numbers,
             .detail =
                 {{"account_number", *text_of(*body, "account_number")},
                  {"name", *text_of(*body, "name")}},
             .at = {},
             .real_at = {}}
        );
        const auto answer = answer_json(201, to_line(made));
        port_at_[made.id] = ports_.size();
        ports_of_ref_[made.ref].push_back(ports_.size());
        for (const auto& number : made.numbers) ports_of_number_[number].push_back(ports_.size());
        ports_.push_back(std::move(made));
        return answer;
    }

    static bool is_closed(std::string_view state) {
        return state == "completed" || state == "in_part" || state == "cancelled" ||
               state == "failed" || state == "expired";
    }

    static Instant foc_of(const AcmePort& port) {
        return add_business_days(port.submitted, foc_business_days);
    }

    std::string state_of(const AcmePort& port) const {
        if (port.cancelled) return "cancelled";
        if (!port.script.empty()) return port.script[port.script_at];
        const auto now = world_.clock.now();
        if (now >= foc_of(port)) return "completed";
        return now >= port.submitted + foc_after ? "foc" : "submitted";
    }

    json::value to_line(const AcmePort& port) const {
        const auto state = state_of(port);
        json::object line = {
            {"id", port.id},
            {"status", state},
            {"numbers", to_array(port.numbers)},
            {"ref", port.ref},
        };
        if (state == "foc" || state == "completed")
            line["foc_date"] = to_dashed(day_of(foc_of(port)));
        return line;
    }

    Answer list_ports(const Request& request) {
        const auto ref = request.asked("ref");
        if (!ref) return refuse(400, "BAD_REQUEST", "ref is missing");
        json::array lines;
        if (const auto found = ports_of_ref_.find(*ref); found != ports_of_ref_.end()) {
            for (const auto at : found->second) lines.push_back(to_line(ports_[at]));
        }
        return answer_json(200, {{"ports", std::move(lines)}});
    }

    Answer cancel(AcmePort& port) {
        if (state_of(port) == "completed") {
            return refuse(409, "TOO_LATE", "the port is completed");
        }
        port.cancelled = true;
        return answer_json(200, to_line(port));
    }

    World world_;
    std::string user_;
    std::string password_;
    std::uint64_t polls_;
    bool idempotent_;
    bool checks_stock_;
    Router router_;
    AcmeStock stock_;
    std::vector<AcmeOrder> orders_;
    std::unordered_map<std::string, std::size_t> order_at_;
    std::unordered_map<std::string, std::vector<std::size_t>> orders_of_ref_;
    std::vector<AcmePort> ports_;
    std::unordered_map<std::string, std::size_t> port_at_;
    std::unordered_map<std::string, std::vector<std::size_t>> ports_of_ref_;
    std::unordered_map<std::string, std::vector<std::size_t>> ports_of_number_;
    std::unordered_map<std::string, KeptAnswer> kept_answers_;
    std::unordered_map<std::string, std::vector<std::string>> scripts_;
    std::set<std::string> failing_;
};

}  // namespace

Program acme_program() {
    return {
        .name = "sim-acme",
        .about = about,
        .options =
            {{"--user", "NAME", "acme", "Basic login"},
             {"--password", "SECRET", "acme-secret", "Basic login"},
             {"--polls", "COUNT", "1", "look-ups after which an order is completed"},
             {"--idempotent", "", "", "POST /orders and /ports honour Idempotency-Key too"},
             {"--no-stock-check", "", "", "a number may be ordered under many refs (for benches)"}},
        .script_help = script_help,
        .make = [](World world, const Options& options) -> std::unique_ptr<Carrier> {
            return std::make_unique<Acme>(world, options);
        },
    };
}

}  // namespace porteur::sim
