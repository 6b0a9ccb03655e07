// SPDX-License-Identifier: Apache-2.0
#pragma once

// How orders and their timelines are shown, and what an order's standing means for the exit status.

#include <optional>
#include <string>

#include <porteur/json.hpp>

#include "outcome.hpp"
#include "session.hpp"

namespace porteur::cli {

/// "/v1/port-orders" for "port", "/v1/purchase-orders" for "purchase".
std::string path_of_orders(const std::string& group);
/// The path of one order. @param rest  "/submit"; empty for the order itself
std::string path_of_order(
    const std::string& group, const std::string& id, std::string_view rest = {}
);

/// How an order stands for whoever waits for it: done or refused where it has ended,
/// waits_for_person where nothing moves without one, nothing while it is under way. @threads any
std::optional<ExitCode> standing_of(const json::value& order);

/// What a person can do next about an order: one command line, empty where there is nothing to do.
std::string next_step(const std::string& group, const json::value& order);

/// "01JD9Y4V8K3ZQ  submitted, sending" and, where there is one, its problem and the next step.
void print_short(Session& session, const std::string& group, const json::value& order);
void print_order(Session& session, const std::string& group, const json::value& order);
/// "2026-12-01 10:30:00  thinktel  submitted -> confirmed"
/// @param part  the reference of the part that it is of, where several orders are shown together
void print_timeline_entry(Session& session, const json::value& entry, std::string_view part = {});

}  // namespace porteur::cli
