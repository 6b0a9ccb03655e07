// SPDX-License-Identifier: Apache-2.0
#pragma once

// The rules of an order's life, pure: what may follow what, which operation comes next, and what the
// end of an operation changes. The engine calls them and writes down what they give; nothing else
// changes an order.
//
//   port:      draft -> [preflight at the losing carrier] -> submit_port -> check_port ... -> an end
//   purchase:  draft -> purchase -> check_purchase ... -> an end
//
// Transport failure is never a refusal: an operation that failed as throttled, unavailable, in_doubt,
// unauthorized or internal moves the delivery axis alone; only the carrier's own word moves the state.

#include <functional>

#include "domain/order.hpp"

namespace porteur {

/// Ends of an order: nothing follows them.
bool is_end(OrderState state) noexcept;

/// States that only a person moves on: by mending the order, by a document, by a choice.
bool waits_for_correction(OrderState state) noexcept;

/// Whether the request may be changed and sent out (again) by submit_order: a draft, an exception, and a
/// purchase whose seller wants documents or another choice of numbers.
bool may_be_sent_again(const Order& order) noexcept;

/// Whether an order of this kind may go from one state to another. Staying is always allowed.
/// @source DESIGN.md section 6
bool may_follow(OrderKind kind, OrderState from, OrderState to) noexcept;

/// An order's state rolled up from its numbers: all ended alike gives that end, ended differently
/// gives partial; while one is open the least advanced open state stands. `whole` if there are none.
OrderState rolled_up(const std::vector<NumberProgress>& numbers, OrderState whole) noexcept;

/// An operation to start.
struct OperationPlan {
    std::string account;
    std::string name;
    std::string input;  ///< canonical JSON of the operation's input (without the envelope)
};

/// Which operation the order's stage asks for. Nothing when the stage is none.
std::optional<OperationPlan> next_operation(const Order& order);

/// How an operation ended.
struct OperationEnd {
    std::string operation;
    bool done = false;    ///< false: failed
    std::string output;   ///< done: the result's JSON
    Error error;          ///< failed
};

/// Times that the rules use; from the settings.
struct Rhythm {
    std::chrono::milliseconds first_retry{5'000};
    std::chrono::milliseconds longest_retry{15 * 60'000};
    std::chrono::milliseconds follow{60'000};  ///< next check when the plugin does not say
    std::int64_t attempts_of_unknown_max = 5;  ///< internal failures of a check before a person is asked
};

/// An order after a change, with the lines that the change adds to its timeline. Ids are left 0: the
/// engine gives them.
struct OrderChange {
    Order order;
    std::vector<TimelineEntry> entries;
};

/// Folds the end of an operation into the order. `jitter` is between 0 and 1.
OrderChange after_operation(const Order& order, const OperationEnd& end, Instant now, double jitter,
                            const Rhythm& rhythm);

/// A person or the API sends a draft, or a corrected order, out.
/// @errors  invalid_input: the order cannot be sent in its state; the message says why
Result<OrderChange> submit_order(const Order& order, Instant now, std::string_view source);

/// A person or the API calls the order off. Before it left it is cancelled at once; later the plugin
/// is asked, if it can; otherwise a person has to.
/// @param plugin_cancels  whether the account's plugin has the operation
/// @errors  invalid_input when it has ended
Result<OrderChange> cancel_order(const Order& order, bool plugin_cancels, Instant now,
                                 std::string_view source);

/// A person settles what the engine could not: the order was found at the carrier (with its id there),
/// or it certainly was not carried out and may go out again.
enum class PersonVerdict { found_at_carrier, not_carried_out, tried_again };
Result<OrderChange> settle_by_person(const Order& order, PersonVerdict verdict, std::string carrier_id,
                                     Instant now, std::string_view source);

/// Marks the order as waiting for a person, with the reason.
OrderChange park(const Order& order, std::string problem, Instant now);

/// Key of an order's progress: what the last check had said when a mail moved the order. While the checks
/// go on saying that, they know less than the mail, and the order stays where it is.
inline constexpr std::string_view word_before_mail_key = "before_mail";

/// A line for the timeline of this order.
TimelineEntry entry(const Order& order, Instant now, std::string_view source, std::string kind,
                    std::string text, std::string data = "{}");

/// The shard of an account. @source FNV-1a, 64 bit, modulo shard_count; never to change
int shard_of(std::string_view account) noexcept;

}  // namespace porteur
