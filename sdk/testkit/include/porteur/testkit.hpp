// SPDX-License-Identifier: Apache-2.0
#pragma once

// Scripts a plugin without a network: expect this effect, give this outcome.
//
//   Script(acme, "purchase", file("purchase-order.json"))
//       .expects_http("POST", "/orders").named("create-order").once()
//       .with_body(file("create-order-request.json"))
//       .in_doubt()
//       .expects_http("GET", "/orders").looking_up("create-order")
//       .answers(200, file("orders-one.json"))
//       .ends_with(R"({"carrier_id":"o-7","state":"submitted"})");
//
// Every effect is checked besides for what the contract says of all effects: canonical head, running
// number, unique step. cut_everywhere() replays each beginning of what a script recorded.

#include <porteur/testkit/cut.hpp>
#include <porteur/testkit/plugin.hpp>
#include <porteur/testkit/script.hpp>
#include <porteur/testkit/words.hpp>
