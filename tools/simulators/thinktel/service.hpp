// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kit/program.hpp"
#include "kit/router.hpp"
#include "network.hpp"
#include "port_form.hpp"
#include "tickets.hpp"

namespace porteur::sim {

/// A whole number from a path or query; nothing when the text is none.
std::optional<std::int64_t> read_whole(std::string_view text);

std::vector<std::string> as_texts(const std::vector<Tn>& numbers);

/// A DID with all that is known of it.
json::value did_line(const ThinktelDid& did);

/// A rate center as the LNP routes show it.
json::value lnp_line(const RateCenter& center);

/// The service. Its routes stand in discovery.cpp (what there is), ordering.cpp (DIDs), porting.cpp
/// (port-in requests) and emergency.cpp (911 records). @threads one
class Thinktel : public Carrier {
public:
    Thinktel(World world, const Options& options);

    Answer answer(const Request& request) override;
    Answer error(int status, std::int64_t retry_after_s) override;
    json::value script(const json::value& order) override;
    void describe(const Carried& carried, json::object& line) override;
    void reset() override;

private:
    struct Refusal {
        std::string message;
        std::int64_t times;
        int reply = 0;
    };

    Answer route(const Request& request);
    void get(std::string_view pattern, Handler handler);
    Answer fail(int status, const std::string& message);
    /// Adds Reply and Message. An accepting answer has no message: the schema does not allow null,
    /// which public examples show all the same (--null-messages).
    void add_reply(json::object& object, int reply, const std::string& message) const;
    json::object number_reply(Tn number, int reply, const std::string& message) const;

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

    void add_discovery_routes();
    template <class Fits>
    Answer rate_centers(const Fits& fits);
    template <class Act>
    Handler in_rate_center(Act act);
    Answer holidays();

    void add_ordering_routes();
    void note(std::string kind, Tn pilot, const std::vector<Tn>& numbers);
    Answer order_list(const Request& request, const ThinktelTrunk& trunk);
    json::object order_one(Tn number, Tn pilot, std::vector<Tn>& ordered);
    Answer order_next(const Request& request, const ThinktelTrunk& trunk);
    Answer order_ranges(const Request& request, const ThinktelTrunk& trunk);

    void add_port_routes();
    Answer ticket_reply(const std::string& mask, int reply, const std::string& message) const;
    Answer submit(const PortProcedure& procedure, const json::value& body);
    /// Why a faultless request is refused all the same; empty when it is not.
    std::string standing_refusal(PortVerdict& verdict, Instant now);
    Answer add_pilot(const json::value& body);
    Answer check_portable(const json::value& body);
    Answer port_status(PortTicket* ticket);
    void add_dashboard_routes();
    Answer dashboard(const PortTicket* ticket);
    json::value order_line(const PortTicket& ticket);

    void add_v911_routes();
    Answer put_v911(const json::value& body, bool is_v2);

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
    std::map<Tn, Refusal> order_replies_;   ///< for orders of DIDs
    std::map<Tn, std::int64_t> late_;       ///< look-ups that PortInStatus does not know yet
    std::map<Tn, json::value> v911_refusals_;
    std::map<Tn, json::value> v911s_;
};

}  // namespace porteur::sim
