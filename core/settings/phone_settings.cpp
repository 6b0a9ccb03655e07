// SPDX-License-Identifier: Apache-2.0
#include "settings/phone_settings.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "settings/toml_reader.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;

constexpr auto method_choices = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"GET", "GET"}, {"POST", "POST"}, {"PUT", "PUT"}}
);
constexpr auto type_choices = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"application/json", "application/json"},
     {"application/x-www-form-urlencoded", "application/x-www-form-urlencoded"}}
);

// It stands in the console's content security policy, where these would begin something else.
const TextForm websocket_address{
    [](std::string_view text) {
        return text.starts_with("ws") && web_address.fits("http" + std::string(text.substr(2))) &&
               !has_user("http" + std::string(text.substr(2))) &&
               text.find_first_of(";,'\"\\ ") == text.npos &&
               std::ranges::all_of(text, [](char letter) { return letter > ' ' && letter <= '~'; });
    },
    R"(is not the address of a web socket; write wss:// and a host, as in "wss://pbx.example.net/ws" (ws:// only to this machine))"
};

void read_call_back(TableReader& in, CallBackSettings& call_back) {
    in.need("url", R"("https://pbx.example.net:8089/ari/channels")");
    in.choice("method", call_back.method, method_choices);
    in.text("url", call_back.url, web_address);
    in.text("query", call_back.query);
    in.text("body", call_back.body);
    in.choice("content_type", call_back.content_type, type_choices);
    in.text("user", call_back.user);
    in.secret("password", call_back.password);
    in.texts("allow", call_back.allow, address_entry);
    in.path("ca_file", call_back.ca_file);
    in.duration("timeout", call_back.timeout, {100ms, 1min});
    in.integer("per_minute", call_back.per_minute, 1, 1000);
    const auto asked = call_back.query + call_back.body;
    for (const std::string_view each : {"{from}", "{to}"})
        if (!call_back.url.empty() && !asked.contains(each))
            in.complain(
                "url", fmt::format(
                           "neither query nor body has {}; write it where the telephone system "
                           "wants {}",
                           each, each == "{to}" ? "the number" : "the telephone that rings first"
                       )
            );
    if (call_back.method == "GET" && !call_back.body.empty())
        in.complain("body", "a GET has no body; write a query, or method = \"POST\"");
    if (call_back.query.contains('#') || call_back.query.starts_with('?'))
        in.complain("query", "a query stands without \"?\" in front and without \"#\"");
    if (!call_back.user.empty() && !call_back.password)
        in.complain("user", "user stands without a password; add it, or take the user out");
}

void read_phone(TableReader& in, PhoneSettings& phone) {
    in.need("tenant", "3");
    in.integer("tenant", phone.tenant, 1, std::numeric_limits<std::int64_t>::max());
    in.text("websocket", phone.websocket, websocket_address);
    in.text("domain", phone.domain, host_name);
    in.table("call_back", phone.call_back, read_call_back);
    if (!phone.websocket.empty() && phone.domain.empty()) in.need("domain", R"("pbx.example.net")");
    if (phone.tenant != 0 && phone.websocket.empty() && !phone.call_back)
        in.complain("tenant", "there is neither a websocket nor a call_back; write one of them");
}

}  // namespace

void read_phones(TableReader& in, std::vector<PhoneSettings>& phones) {
    in.named("phones", phones, read_phone);
    for (const auto& each : phones)
        if (each.tenant != 0 && std::ranges::count(phones, each.tenant, &PhoneSettings::tenant) > 1)
            return in.complain(
                "phones", fmt::format(
                              "two telephone systems are for the account {}; take one of them out",
                              each.tenant
                          )
            );
}

}  // namespace porteur
