// SPDX-License-Identifier: Apache-2.0
#pragma once

// An order as the host keeps it: what is wanted, where it stands at the carrier (state), what is under
// way between us and the carrier (delivery), and which operation comes next (stage). The same record
// for ports and purchases; `request` is the typed order of the SDK's model.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/describe.hpp>

#include <porteur/model.hpp>

namespace porteur {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

/// Orders, operations and events are named by one kind of number: milliseconds since 1970 in the upper
/// 44 bits, a counter in the lower 20; so they sort by age. Shown as 13 characters of Crockford's
/// base 32.
using Id = std::int64_t;

/// The least id that can have been given at this time or later.
constexpr Id first_id_at(Instant at) noexcept { return at.time_since_epoch().count() << 20; }

/// "01JD9Y4V8K3ZQ" and back; nothing for text of another form. @threads any
std::string id_text(Id id);
std::optional<Id> id_from_text(std::string_view text);

/// `release` gives numbers back to the carrier: decision 20.
BOOST_DEFINE_ENUM_CLASS(OrderKind, port, purchase, release)

/// What is under way between us and the carrier. Never mixed up with what the carrier decided.
BOOST_DEFINE_ENUM_CLASS(Delivery, idle, sending, in_doubt, retry_at, waiting_for_person)

/// Which operation the order wants next.
/// `split` asks which numbers may share a request; `parts` is that of an order which its parts carry out, for
/// good; `release` asks the losing carrier of a completed port whether the numbers have left it.
BOOST_DEFINE_ENUM_CLASS(Stage, none, preflight, split, submit, supplement, follow, cancel, parts, release)

/// Orders are spread over this many shards, by the account that carries them out.
inline constexpr int shard_count = 64;

struct Order {
    Id id = 0;
    std::int64_t tenant = 0;
    int shard = 0;
    OrderKind kind = OrderKind::port;
    std::string reference;  ///< the caller's, unique in the tenant; sent to the carrier
    std::string account;    ///< carries it out: gaining carrier or seller
    std::string losing_account;  ///< port only: checks before the order leaves; empty = another carrier
    OrderState state = OrderState::draft;
    Delivery delivery = Delivery::idle;
    Stage stage = Stage::none;
    std::optional<Instant> due;   ///< when the engine must look at it; none = only a person or a carrier can move it
    Id open_operation = 0;        ///< 0 = none
    std::int64_t attempt = 1;     ///< submissions so far, counted from 1
    std::int64_t tries = 0;       ///< failed runs of this stage in a row
    std::string carrier_id;
    std::int64_t version = 1;
    Instant created{};
    Instant updated{};
    std::optional<Instant> submitted;  ///< when the carrier first acknowledged this attempt
    std::string request;          ///< canonical JSON of PortOrder, PurchaseOrder or NumberList
    std::string progress;         ///< canonical JSON of the last PortProgress, PurchaseProgress or ReleaseProgress; "{}" before
    std::string problem;          ///< one line: why it waits; empty if it does not
    Id parent = 0;                ///< the order that this one is a part of; 0 = none
};

/// One line of an order's timeline, and one event for whoever listens.
struct TimelineEntry {
    Id id = 0;
    Id order = 0;
    std::int64_t tenant = 0;
    Instant at{};
    std::string source;   ///< "api", "engine", "person", an account's name
    std::string kind;     ///< "port.submitted", "purchase.state_changed", ... (docs/vocabulary.md)
    std::string text;     ///< one English line
    std::string data;     ///< canonical JSON with the details; "{}" if none
};

/// One run of one plugin call for one order.
struct Operation {
    enum class State { open, done, failed, parked };
    Id id = 0;
    Id order = 0;
    std::int64_t tenant = 0;
    int shard = 0;
    std::string account;
    std::string name;       ///< "submit_port"
    std::string build;      ///< SHA-256 of the library that began it
    State state = State::open;
    std::string input;      ///< the envelope given to the plugin
    std::string output;     ///< result JSON, or the error as JSON
    std::int64_t deaths = 0;  ///< plugin deaths on the same journal entry in a row
    Instant began{};
    std::optional<Instant> ended;
};

/// The text of an Operation::State: "open", "done", "failed", "parked".
std::string_view name_of(Operation::State state) noexcept;
std::optional<Operation::State> operation_state_from(std::string_view text) noexcept;

}  // namespace porteur
