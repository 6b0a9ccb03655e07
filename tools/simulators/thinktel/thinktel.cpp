// SPDX-License-Identifier: Apache-2.0
// The routes of uControl. Three habits of the service decide their shape: a request that cannot be
// read is an HTTP error with {"ID","Message"}; a business refusal is 200 with Reply 0; and nothing
// protects against the same request twice but the rule that a number has one open ticket.
#include "thinktel.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "kit/encoding.hpp"
#include "kit/fields.hpp"
#include "kit/router.hpp"
#include "network.hpp"
#include "port_form.hpp"
#include "tickets.hpp"

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
                       ticket of the number starts the words again. "reject":{"code":"8A",
                       "field":"ACCT","form":"EU","remarks":"...","disputing":true} fills RejectDetails
  {"then":[...],...}   the same for every number without a script of its own, from the next port on
  {"refuse":{"number":4165550101,"message":"...","times":1}}
                       the next submissions with this number get Reply 0 with this message
  {"portable":[416777]} {"not_portable":[416555]}   prefixes that can or cannot be ported
  {"v911_refuse":{"number":4165550101,"message":"...","city":"Toronto","province":"ON"}}
                       the next 911 record of this number is refused with this suggestion
)";

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

class Thinktel : public Carrier {
public:
    Thinktel(World world, const Options& options)
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

    Answer answer(const Request& request) override {
        auto answer = route(request);
        answer.content_type = content_type_;
        return answer;
    }

    Answer error(int status, std::int64_t) override {
        auto answer =
            fail(status, status == 429 ? "Too many requests." : "A general error occurred.");
        answer.content_type = content_type_;
        return answer;
    }

    json::value script(const json::value& order) override {
        if (const auto* refuse = member(order, "refuse")) {
            const auto number = whole_of(*refuse, "number");
            if (!number) throw ScriptError("refuse needs a number");
            refusals_[*number] = {
                text_of(*refuse, "message").value_or("The request was refused."),
                whole_of(*refuse, "times").value_or(1)
            };
            return {{"refuse", *number}};
        }
        if (const auto* refuse = member(order, "v911_refuse")) {
            const auto number = whole_of(*refuse, "number");
            if (!number) throw ScriptError("v911_refuse needs a number");
            v911_refusals_[*number] = *refuse;
            return {{"v911_refuse", *number}};
        }
        for (const auto& [name, portable] :
             {std::pair{"portable", true}, {"not_portable", false}}) {
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

    void describe(const Carried& carried, json::object& line) override {
        if (carried.kind != "port") return;
        auto* ticket = tickets_.find(carried.id);
        if (ticket == nullptr) return;
        const auto now = world_.clock.now();
        tickets_.settle(*ticket, now, network_);
        line["state"] = ticket->status(now);
        line["port_date"] = to_dashed(ticket->date_at(now));
    }

    void reset() override {
        network_.reset();
        tickets_.clear();
        refusals_.clear();
        v911_refusals_.clear();
        v911s_.clear();
    }

private:
    struct Refusal {
        std::string message;
        std::int64_t times;
    };

    static PortScript read_script(const json::value& order) {
        PortScript script;
        const auto words = texts_of(order, "then");
        if (!words || words->empty()) throw ScriptError("give then, refuse, ...; see --help");
        for (const auto& word : *words) {
            if (!is_port_status(word)) throw ScriptError(word + " is not a status of PortInStatus");
        }
        script.words = *words;
        script.by_poll = text_of(order, "by") == "poll";
        if (const auto step = whole_of(order, "step_s")) script.step = std::chrono::seconds(*step);
        if (const auto* reject = member(order, "reject")) {
            auto& rejection = script.rejection;
            rejection.code = text_of(*reject, "code").value_or(rejection.code);
            rejection.field = text_of(*reject, "field").value_or(rejection.field);
            rejection.form = text_of(*reject, "form").value_or(rejection.form);
            rejection.remarks = text_of(*reject, "remarks").value_or(rejection.remarks);
            rejection.disputing = flag_of(*reject, "disputing");
        }
        return script;
    }

    Answer route(const Request& request) {
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

    Answer fail(int status, const std::string& message) {
        return answer_json(
            status, {{"ID", "SIM-" + std::to_string(++failures_)}, {"Message", message}}
        );
    }

    /// Adds Reply and Message. An accepting answer has no message: the schema does not allow null,
    /// which public examples show all the same (--null-messages).
    void add_reply(json::object& object, int reply, const std::string& message) const {
        object["Reply"] = reply;
        if (!message.empty()) {
            object["Message"] = message;
        } else if (null_messages_) {
            object["Message"] = nullptr;
        }
    }

    json::object number_reply(Tn number, int reply, const std::string& message) const {
        json::object object = {{"Number", number}};
        add_reply(object, reply, message);
        return object;
    }

    void get(std::string_view pattern, Handler handler) {
        router_.add("GET", pattern, std::move(handler));
    }

    /// A route below /SipTrunks/{pilot}: 404 when the trunk is not the customer's.
    template <class Act>
    Handler on_trunk(Act act) {
        return [this, act](const Request& request, const Captures& path) {
            tickets_.settle(world_.clock.now(), network_);
            auto* trunk = network_.trunk(read_whole(path[0]).value_or(0));
            if (trunk == nullptr) return fail(404, "SIP trunk not found.");
            return act(request, path, *trunk);
        };
    }

    template <class Fits>
    Answer rate_centers(const Fits& fits) {
        json::array list;
        for (const auto& center : network_.rate_centers()) {
            if (!fits(center)) continue;
            list.push_back(
                {{"Name", center.name},
                 {"Country", center.country},
                 {"Available", network_.available(center)}}
            );
        }
        return answer_json(200, list);
    }

    /// A route below /RateCenters/{name}.
    template <class Act>
    Handler in_rate_center(Act act) {
        return [this, act](const Request&, const Captures& path) {
            const auto* center = network_.rate_center(path[0]);
            if (center == nullptr) return fail(404, "Rate center not found.");
            return answer_json(200, act(*center));
        };
    }

    static json::value terse(const ThinktelDid& did) {
        return {{"Number", did.number}, {"Label", did.label}};
    }

    static json::value full(const ThinktelDid& did) {
        json::object object = {
            {"Number", did.number},
            {"Label", did.label},
            {"AdditionalLabel", did.additional_label},
        };
        if (did.translated != 0) object["TranslatedNumber"] = did.translated;
        return object;
    }

    void add_discovery_routes() {
        get("/SipTrunks", [this](const Request&, const Captures&) {
            json::array list;
            for (const auto& [pilot, trunk] : network_.trunks()) {
                list.push_back({{"Number", pilot}, {"Label", trunk.label}});
            }
            return answer_json(200, list);
        });
        get("/SipTrunks/{pilot}", on_trunk([](const Request&, const Captures&, auto& trunk) {
                return answer_json(
                    200, {{"Number", trunk.pilot},
                          {"Account", trunk.account},
                          {"Enabled", true},
                          {"PlanID", "SIP-UNLIMITED"},
                          {"Locale", 2},
                          {"SecondLocale", 2},
                          {"MaxChannels", 23},
                          {"Label", trunk.label}}
                );
            }));
        get("/SipTrunks/{pilot}/Dids",
            on_trunk([](const Request& request, const Captures&, auto& trunk) {
                return list_dids(request, trunk);
            }));
        get("/SipTrunks/{pilot}/RateCenters",
            on_trunk([this](const Request&, const Captures&, auto&) {
                return rate_centers([&](const auto& center) {
                    return network_.available(center) > 0;
                });
            }));
        get("/Dids/{number}", [this](const Request&, const Captures& path) {
            tickets_.settle(world_.clock.now(), network_);
            const auto number = read_whole(path[0]).value_or(0);
            auto* trunk = network_.trunk_of_did(number);
            if (trunk == nullptr) return fail(404, "DID not found.");
            return answer_json(200, full(trunk->dids.at(number)));
        });
        get("/RateCenters", [this](const Request&, const Captures&) {
            return rate_centers([](const auto&) { return true; });
        });
        get("/RateCenters/NPA/{npa}", [this](const Request&, const Captures& path) {
            const auto npa = read_whole(path[0]).value_or(0);
            return rate_centers([&](const auto& center) {
                return std::ranges::any_of(center.prefixes, [&](auto prefix) {
                    return prefix / 1000 == npa;
                });
            });
        });
        get("/RateCenters/Country/{cc}", [this](const Request&, const Captures& path) {
            return rate_centers([&](const auto& center) { return center.country == path[0]; });
        });
        get("/RateCenters/Country/{cc}/Province/{pp}",
            [this](const Request&, const Captures& path) {
                return rate_centers([&](const auto& center) {
                    return center.country == path[0] && center.province == path[1];
                });
            });
        get("/RateCenters/Country/{cc}/Available/NPANXX",
            [this](const Request&, const Captures& path) {
                json::array prefixes;
                for (const auto& center : network_.rate_centers()) {
                    if (center.country != path[0] || network_.available(center) == 0) continue;
                    prefixes.emplace_back(center.first / 10'000);
                }
                return answer_json(200, prefixes);
            });
        get("/RateCenters/Country/{cc}/NPAs", [this](const Request&, const Captures& path) {
            std::set<std::int64_t> npas;
            for (const auto& center : network_.rate_centers()) {
                if (center.country == path[0]) npas.insert(center.first / 10'000'000);
            }
            return answer_json(200, json::array(npas.begin(), npas.end()));
        });
        get("/RateCenters/{name}", in_rate_center([this](const RateCenter& center) -> json::value {
                return {
                    {"Name", center.name},
                    {"Country", center.country},
                    {"Available", network_.available(center)},
                    {"Local", center.local},
                    {"OnNet", center.on_net}
                };
            }));
        get("/RateCenters/{name}/Blocks",
            in_rate_center([](const RateCenter& center) -> json::value {
                return json::array{{{"FirstNumber", center.first}, {"LastNumber", center.last}}};
            }));
        get("/RateCenters/{name}/Next10",
            in_rate_center([this](const RateCenter& center) -> json::value {
                json::array numbers;
                for (const auto number : network_.next_free(center, 10)) {
                    numbers.push_back({{"Number", number}});
                }
                return numbers;
            }));
        get("/NPAs/{npa}/NXXs/{nxx}/RateCenter", [this](const Request&, const Captures& path) {
            const auto* center = network_.rate_center_of(read_whole(path[0] + path[1]).value_or(0));
            if (center == nullptr) return fail(404, "Rate center not found.");
            return answer_json(200, lnp_line(*center));
        });
        get("/Users/Current/Account",
            [](const Request&, const Captures&) { return answer_json(200, 1234); });
        get("/Users/Current/Username", [this](const Request&, const Captures&) {
            return answer_json(200, json::string(user_));
        });
        get("/Holidays", [this](const Request&, const Captures&) { return holidays(); });
        get("/Products/TelephoneOfferings",
            [](const Request&, const Captures&) { return offerings(); });
        for (const auto& [name, code, text] :
             {std::tuple{"Exception", 500, "A general error occurred."},
              {"NotImplementedException", 501, "Not implemented."},
              {"ResourceNotFoundException", 404, "Resource not found."},
              {"SerializationException", 400, "The body could not be deserialized."},
              {"UnauthorizedAccessException", 403, "Unauthorized access."}}) {
            get("/Test/" + std::string(name),
                [this, status = code, message = text](const Request&, const Captures&) {
                    return fail(status, message);
                });
        }
    }

    static Answer list_dids(const Request& request, const ThinktelTrunk& trunk) {
        // PageFrom is the last DID of the page before, not a page number.
        const auto from = read_whole(request.asked("PageFrom").value_or("0")).value_or(0);
        const auto size = read_whole(request.asked("PageSize").value_or("1000000")).value_or(0);
        json::array list;
        for (auto did = trunk.dids.upper_bound(from);
             did != trunk.dids.end() && std::cmp_less(list.size(), size); ++did) {
            list.push_back(terse(did->second));
        }
        return answer_json(200, list);
    }

    static json::value lnp_line(const RateCenter& center) {
        return {
            {"Name", center.name},    {"Country", center.country},
            {"LNP", center.portable}, {"Local", center.local},
            {"OnNet", center.on_net}, {"NetworkType", center.on_net ? "OnNet" : "OffNet"},
        };
    }

    Answer holidays() {
        using namespace std::chrono;
        const sys_days first = day_of(world_.clock.now()).year() / January / 1;
        json::array list;
        for (auto day = first; day < first + years(2); day += days(1)) {
            const auto name = ThinktelNetwork::holiday_on(day);
            if (!name.empty()) list.push_back({{"Date", to_dashed(day)}, {"Name", name}});
        }
        return answer_json(200, list);
    }

    static Answer offerings() {
        json::array list;
        for (const auto& offering : port_offerings()) {
            const json::value name = {{"En", offering.english}, {"Fr", offering.french}};
            json::object line = {
                {"OfferingID", offering.id}, {"ProductName", name}, {"Type", offering.type}
            };
            if (!offering.parent.empty()) {
                line["PotentialParentSubscriptions"] = json::array{
                    {{"SubscriptionID", offering.parent},
                     {"Name", "4165559001"},
                     {"ProductName", name}}
                };
            }
            list.push_back(std::move(line));
        }
        return answer_json(200, list);
    }

    void add_ordering_routes() {
        const auto post = [this](std::string_view pattern, auto act) {
            router_.add("POST", pattern, on_trunk(act));
        };
        post(
            "/SipTrunks/{pilot}/Dids",
            [this](const Request& request, const Captures&, auto& trunk) {
                return order_list(request, trunk);
            }
        );
        post(
            "/SipTrunks/{pilot}/Dids/NextAvailable",
            [this](const Request& request, const Captures&, auto& trunk) {
                return order_next(request, trunk);
            }
        );
        post(
            "/SipTrunks/{pilot}/Dids/Ranges",
            [this](const Request& request, const Captures&, auto& trunk) {
                return order_ranges(request, trunk);
            }
        );
        get("/SipTrunks/{pilot}/Dids/{did}",
            on_trunk([this](const Request&, const Captures& path, auto& trunk) {
                const auto did = trunk.dids.find(read_whole(path[1]).value_or(0));
                if (did == trunk.dids.end()) return fail(404, "DID not found.");
                return answer_json(200, full(did->second));
            }));
        router_.add(
            "DELETE", "/SipTrunks/{pilot}/Dids/{did}",
            on_trunk([this](const Request&, const Captures& path, auto& trunk) {
                const auto did = read_whole(path[1]).value_or(0);
                if (!network_.remove_did(trunk.pilot, did)) {
                    return answer_json(200, number_reply(did, 0, "DID not found on this trunk."));
                }
                note("release", trunk.pilot, {did});
                return answer_json(200, number_reply(did, 1, ""));
            })
        );
    }

    void note(std::string kind, Tn pilot, const std::vector<Tn>& numbers) {
        if (numbers.empty()) return;
        world_.ledger.carry_out(
            {.kind = std::move(kind),
             .id = "",
             .reference = "",
             .numbers = as_texts(numbers),
             .detail = {{"pilot", pilot}},
             .at = {},
             .real_at = {}}
        );
    }

    Answer order_list(const Request& request, const ThinktelTrunk& trunk) {
        const auto body = *read_json(request.body);
        if (!body.is_array()) return fail(400, "The body could not be deserialized.");
        std::vector<Tn> ordered;
        json::array replies;
        for (const auto& each : body.get_array()) {
            const auto number = whole_of(each, "Number");
            if (!number) return fail(400, "Number is required.");
            replies.push_back(order_one(*number, trunk.pilot, ordered));
        }
        note("purchase", trunk.pilot, ordered);
        return answer_json(200, replies);
    }

    json::object order_one(Tn number, Tn pilot, std::vector<Tn>& ordered) {
        if (!network_.is_free(number)) return number_reply(number, 0, "Number is not available.");
        network_.add_did(pilot, {.number = number, .label = {}, .additional_label = {}});
        ordered.push_back(number);
        return number_reply(number, 1, "");
    }

    Answer order_next(const Request& request, const ThinktelTrunk& trunk) {
        const auto body = *read_json(request.body);
        if (!body.is_array()) return fail(400, "The body could not be deserialized.");
        std::vector<Tn> ordered;
        json::array replies;
        for (const auto& each : body.get_array()) {
            const auto name = text_of(each, "RateCenterName");
            const auto quantity = whole_of(each, "Quantity");
            if (!name || !quantity || *quantity < 1) {
                return fail(400, "RateCenterName and Quantity are required.");
            }
            const auto* center = network_.rate_center(*name);
            const auto wanted = static_cast<std::size_t>(*quantity);
            const auto free = center ? network_.next_free(*center, wanted) : std::vector<Tn>{};
            if (free.size() < wanted) {
                replies.push_back(number_reply(0, 0, "Not enough numbers in this rate center."));
                continue;
            }
            for (const auto number : free) {
                replies.push_back(order_one(number, trunk.pilot, ordered));
            }
        }
        note("purchase", trunk.pilot, ordered);
        return answer_json(200, replies);
    }

    Answer order_ranges(const Request& request, const ThinktelTrunk& trunk) {
        const auto body = *read_json(request.body);
        if (!body.is_array()) return fail(400, "The body could not be deserialized.");
        std::vector<Tn> ordered;
        json::array replies;
        for (const auto& each : body.get_array()) {
            const auto first = whole_of(each, "FirstNumber");
            const auto last = whole_of(each, "LastNumber");
            if (!first || !last) return fail(400, "FirstNumber and LastNumber are required.");
            json::object reply = {{"FirstNumber", *first}, {"LastNumber", *last}};
            bool free = *first <= *last && *last - *first < 10'000;
            for (Tn number = *first; free && number <= *last; ++number) {
                free = network_.is_free(number);
            }
            if (free) {
                for (Tn number = *first; number <= *last; ++number) {
                    order_one(number, trunk.pilot, ordered);
                }
            }
            add_reply(reply, free ? 1 : 0, free ? "" : "The range is not available.");
            replies.push_back(std::move(reply));
        }
        note("purchase", trunk.pilot, ordered);
        return answer_json(200, replies);
    }

    void add_port_routes() {
        for (const auto& procedure : port_procedures()) {
            router_.add(
                "POST", procedure.path,
                [this, &procedure](const Request& request, const Captures&) {
                    return submit(procedure, *read_json(request.body));
                }
            );
        }
        for (const auto* deprecated :
             {"DIDs", "BusinessLines", "ResidentialLines", "PermanentCallForwards"}) {
            router_.add(
                "POST", "/NumberPorts/Inbound/" + std::string(deprecated),
                [this](const Request&, const Captures&) {
                    return fail(501, "Deprecated; this simulator has the v2 form only.");
                }
            );
        }
        router_.add(
            "POST", "/NumberPorts/Inbound/AddPilotNumber",
            [this](const Request& request, const Captures&) {
                return add_pilot(*read_json(request.body));
            }
        );
        router_.add(
            "POST", "/NumberPorts/LNP/NPANXX/Check",
            [this](const Request& request, const Captures&) {
                return check_portable(*read_json(request.body));
            }
        );
        get("/NumberPorts/LNP/NPANXX", [this](const Request&, const Captures&) {
            const auto& prefixes = network_.portable_prefixes();
            return answer_json(200, json::array(prefixes.begin(), prefixes.end()));
        });
        get("/NumberPorts/LNP/RateCenters", [this](const Request&, const Captures&) {
            json::array list;
            for (const auto& center : network_.rate_centers()) list.push_back(lnp_line(center));
            return answer_json(200, list);
        });
        get("/NumberPorts/Providers", [](const Request&, const Captures&) {
            json::array list;
            for (const auto& [id, name] : ThinktelNetwork::providers()) {
                list.push_back({{"ID", id}, {"Name", name}});
            }
            return answer_json(200, list);
        });
        get("/v2/NumberPorts/Inbound/Tickets/{mask}/PortInStatus",
            [this](const Request&, const Captures& path) {
                return port_status(tickets_.find(path[0]));
            });
        get("/v2/NumberPorts/Inbound/Numbers/{tn}/PortInStatus",
            [this](const Request&, const Captures& path) {
                return port_status(tickets_.latest_of(read_whole(path[0]).value_or(0)));
            });
        add_dashboard_routes();
    }

    Answer ticket_reply(const std::string& mask, int reply, const std::string& message) const {
        json::object object = {{"TicketMask", mask}};
        add_reply(object, reply, message);
        return answer_json(200, object);
    }

    Answer submit(const PortProcedure& procedure, const json::value& body) {
        const auto now = world_.clock.now();
        const auto form = member(body, "PortForm");
        for (const auto number : form
                                     ? wholes_of(*form, "NumbersToPort").value_or(std::vector<Tn>{})
                                     : std::vector<Tn>{}) {
            if (auto* earlier = tickets_.latest_of(number))
                tickets_.settle(*earlier, now, network_);
        }
        const auto today = std::chrono::floor<std::chrono::days>(now);
        auto verdict = check_port(procedure, body, network_, today, needs_loa_);
        if (verdict.kind == PortVerdict::Kind::malformed) {
            world_.ledger.count("malformed");
            return fail(400, verdict.message);
        }
        if (verdict.kind == PortVerdict::Kind::taken)
            verdict.message = standing_refusal(verdict, now);
        if (!verdict.message.empty()) {
            world_.ledger.count("refused");
            return ticket_reply("", 0, verdict.message);
        }
        const auto& ticket = tickets_.open(std::move(verdict.request), now);
        world_.ledger.carry_out(
            {.kind = "port",
             .id = ticket.mask,
             .reference = ticket.request.reference,
             .numbers = as_texts(ticket.request.numbers),
             .detail = ticket.request.detail,
             .at = {},
             .real_at = {}}
        );
        return ticket_reply(ticket.mask, 1, "");
    }

    /// Why a faultless request is refused all the same; empty when it is not.
    std::string standing_refusal(const PortVerdict& verdict, Instant now) {
        for (const auto number : verdict.request.numbers) {
            const auto scripted = refusals_.find(number);
            if (scripted != refusals_.end() && scripted->second.times > 0) {
                --scripted->second.times;
                return scripted->second.message;
            }
            if (!takes_duplicates_ && tickets_.open_ticket_of(number, now) != nullptr) {
                world_.ledger.count("refused_open_ticket");
                return std::to_string(number) + " is already part of an open port-in request.";
            }
        }
        return {};
    }

    Answer add_pilot(const json::value& body) {
        const auto mask = text_of(body, "TicketMask");
        const auto current = whole_of(body, "CurrentPilotNumber");
        if (!mask || !current) return fail(400, "TicketMask and CurrentPilotNumber are required.");
        const auto* ticket = tickets_.find(*mask);
        if (ticket == nullptr) return ticket_reply(*mask, 0, "Ticket not found.");
        if (std::ranges::find(ticket->request.numbers, *current) == ticket->request.numbers.end()) {
            return ticket_reply(*mask, 0, "CurrentPilotNumber is not part of the request.");
        }
        return ticket_reply(*mask, 1, "");
    }

    Answer check_portable(const json::value& body) {
        if (!body.is_string()) return fail(400, "The body could not be deserialized.");
        const std::string_view text = body.get_string();
        const auto number = read_whole(text);
        if (!number || text.size() < 6 || text.size() > 10) {
            return fail(400, "The number must have 6 to 10 digits.");
        }
        const auto prefix = *read_whole(text.substr(0, 6));
        const bool portable = network_.is_portable(prefix * 10'000);
        return answer_json(
            200,
            number_reply(*number, portable ? 1 : 0, portable ? "" : "The number is not portable.")
        );
    }

    Answer port_status(PortTicket* ticket) {
        if (ticket == nullptr) return fail(404, "Port-in request not found.");
        const auto now = world_.clock.now();
        tickets_.settle(*ticket, now, network_);
        const auto answer = answer_json(200, status_line(*ticket, now));
        ++ticket->polled;
        return answer;
    }

    static json::value status_line(const PortTicket& ticket, Instant now) {
        const auto& status = ticket.status(now);
        const auto& request = ticket.request;
        json::object line = {
            {"Status", status},
            {"ValidationLSC", status != "PENDING"},
            {"TicketId", ticket.mask},
            {"NumbersToPort", to_array(request.numbers)},
            {"PortDate", to_compact(ticket.date_at(now))},
            {"AccountNumber", "1234"},
            {"EndUserName", request.end_user},
        };
        if (!request.reseller.empty()) line["Reseller"] = request.reseller;
        if (status != "REJECTED") return line;
        const auto& why = ticket.rejection;
        line["Disputing"] = why.disputing;
        line["RejectReason"] = why.remarks;
        line["RejectSummary"] = why.form + " " + why.field + " " + why.code + ": " + why.remarks;
        line["RejectDetails"] = json::array{{
            {"FORM", why.form},
            {"FLD ABBR", why.field},
            {"RJCT CODE", why.code},
            {"RJCT REMARKS", why.remarks},
            {"REMARKS", ""},
            {"PORTED #", std::to_string(request.numbers.front())},
            {"PORTED # RANGE", ""},
            {"DISC #", ""},
            {"DISC # RANGE", ""},
        }};
        return line;
    }

    void add_dashboard_routes() {
        constexpr std::string_view base = "/v2/NumberPorts/Inbound/Dashboard/PortInInfo";
        get(base, [this](const Request&, const Captures&) {
            json::array orders;
            for (const auto& [id, ticket] : tickets_.all()) orders.push_back(order_line(ticket));
            return answer_json(200, {{"Orders", std::move(orders)}});
        });
        get(std::string(base) + "/Orders/{id}", [this](const Request&, const Captures& path) {
            return dashboard(
                tickets_.find_order(static_cast<std::int32_t>(read_whole(path[0]).value_or(0)))
            );
        });
        get(std::string(base) + "/Orders/{id}/{request}",
            [this](const Request&, const Captures& path) {
                // A port made through the API has one request.
                if (path[1] != "1") return fail(404, "Order not found.");
                return dashboard(
                    tickets_.find_order(static_cast<std::int32_t>(read_whole(path[0]).value_or(0)))
                );
            });
        get(std::string(base) + "/OrdersByNumber/{tn}",
            [this](const Request&, const Captures& path) {
                return dashboard(tickets_.latest_of(read_whole(path[0]).value_or(0)));
            });
    }

    Answer dashboard(const PortTicket* ticket) {
        if (ticket == nullptr) return fail(404, "Order not found.");
        return answer_json(200, {{"Orders", json::array{order_line(*ticket)}}});
    }

    json::value order_line(const PortTicket& ticket) {
        const auto now = world_.clock.now();
        const auto& status = ticket.status(now);
        json::array numbers;
        for (const auto number : ticket.request.numbers) {
            numbers.push_back(
                {{"TnRange", std::to_string(number)},
                 {"ReadyToPort", status.starts_with("CONFIRMED")},
                 {"SvCondition", status == "COMPLETED" ? "Active" : "Pending"}}
            );
        }
        json::object request = {
            {"RequestIdx", 1},
            {"Assessment", is_closed_status(status) ? "Closed" : "Pending"},
            {"HappyFoxTicket", ticket.mask},
            {"NewService", "SIP trunk DID"},
            {"NumberToPort", std::move(numbers)},
        };
        if (ticket.request.pilot != 0) {
            request["ParentService"] = std::to_string(ticket.request.pilot);
        }
        return {{"OrderID", ticket.order_id}, {"Requests", json::array{std::move(request)}}};
    }

    void add_v911_routes() {
        for (const auto& [base, is_v2] :
             {std::pair{std::string("/V911s"), false}, {std::string("/v2/V911s"), true}}) {
            router_.add("POST", base, [this, v2 = is_v2](const Request& request, const Captures&) {
                return put_v911(*read_json(request.body), v2);
            });
            get(base, [this](const Request&, const Captures&) {
                json::array list;
                for (const auto& [number, record] : v911s_) list.push_back(record);
                return answer_json(200, list);
            });
            get(base + "/{number}", [this](const Request&, const Captures& path) {
                const auto found = v911s_.find(read_whole(path[0]).value_or(0));
                if (found == v911s_.end()) return fail(404, "911 record not found.");
                return answer_json(200, found->second);
            });
            router_.add("DELETE", base + "/{number}", [this](const Request&, const Captures& path) {
                const auto number = read_whole(path[0]).value_or(0);
                const bool erased = v911s_.erase(number) > 0;
                return answer_json(
                    200, number_reply(number, erased ? 1 : 0, erased ? "" : "911 record not found.")
                );
            });
        }
    }

    Answer put_v911(const json::value& body, bool is_v2) {
        const auto number = whole_of(body, "Number");
        if (!number) return fail(400, "Number is required.");
        for (const auto* name :
             {"FirstName", "LastName", "StreetNumber", "StreetName", "City", "ProvinceState",
              "PostalZip"}) {
            if (!text_of(body, name)) return fail(400, std::string(name) + " is required.");
        }
        tickets_.settle(world_.clock.now(), network_);
        std::string wrong;
        json::object error;
        const auto scripted = v911_refusals_.find(*number);
        if (scripted != v911_refusals_.end()) {
            wrong = text_of(scripted->second, "message").value_or("The address is not known.");
            error = {{"ErrorCode", 102}, {"ErrorMessage", wrong}};
            for (const auto& [ours, theirs] :
                 {std::pair{"city", "SuggestedCity"}, {"province", "SuggestedProvince"}}) {
                if (const auto text = text_of(scripted->second, ours)) error[theirs] = *text;
            }
            v911_refusals_.erase(scripted);
        } else if (!network_.is_on_a_trunk(*number) && !(is_v2 && flag_of(body, "PendingPort"))) {
            wrong = "The number is not one of your services.";
            error = {{"ErrorCode", 101}, {"ErrorMessage", wrong}};
        }
        if (wrong.empty()) {
            v911s_[*number] = body;
            world_.ledger.carry_out(
                {.kind = "v911",
                 .id = "",
                 .reference = "",
                 .numbers = {std::to_string(*number)},
                 .detail = {},
                 .at = {},
                 .real_at = {}}
            );
        }
        auto reply = number_reply(*number, wrong.empty() ? 1 : 0, wrong);
        if (is_v2) {
            json::array errors;
            if (!wrong.empty()) errors.push_back(std::move(error));
            reply["ResponseData"] = {{"Accepted", wrong.empty()}, {"Errors", std::move(errors)}};
        }
        return answer_json(200, reply);
    }

    World world_;
    std::string base_path_;
    std::string user_;
    std::string password_;
    std::string content_type_;
    bool null_messages_;
    bool needs_loa_;
    bool takes_duplicates_;
    std::uint64_t failures_ = 0;
    Router router_;
    ThinktelNetwork network_;
    PortTickets tickets_;
    std::map<Tn, Refusal> refusals_;
    std::map<Tn, json::value> v911_refusals_;
    std::map<Tn, json::value> v911s_;
};

}  // namespace

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
