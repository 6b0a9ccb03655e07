// SPDX-License-Identifier: Apache-2.0
#pragma once

// The rules of an order's life, pure: what may follow what, which operation comes next, and what the
// end of an operation changes. The engine calls them and writes down what they give; nothing else
// changes an order.
//
//   port:      draft -> [preflight at the losing carrier] -> [split] -> submit_port -> check_port ... -> an end
//              completed -> [check_release at the losing carrier ...]
//   corrected: exception -> supplement_port, where the carrier has it, or submit_port as a new attempt
//   in parts:  each part is an order; the parent's state is rolled up from theirs (order_parts.hpp)
//   purchase:  draft -> purchase -> check_purchase ... -> an end
//
// Transport failure is never a refusal: an operation that failed as throttled, unavailable, in_doubt,
// unauthorized or internal moves the delivery axis alone; only the carrier's own word moves the state.

#include <functional>

#include "domain/order.hpp"

namespace porteur {

/// Ends of an order: nothing follows them.
bool is_end(OrderState state) noexcept;

/// States that only a person moves on: an exception, offered numbers, a purchase whose seller wants documents.
bool waits_for_correction(OrderKind kind, OrderState state) noexcept;

/// Whether an order of this kind may go from one state to another. Staying is always allowed.
/// @source DESIGN.md section 6
bool may_follow(OrderKind kind, OrderState from, OrderState to) noexcept;

/// An order's state rolled up from its numbers: all ended alike gives that end, ended differently
/// gives partial; while one is open the least advanced open state stands. `whole` if there are none, and
/// `partial` where the carrier says so although all that it lists are completed: it may list fewer.
OrderState rolled_up(const std::vector<NumberProgress>& numbers, OrderState whole) noexcept;

/// What the rules ask about the configured accounts. Empty functions: nothing is offered, and a carrier has no name
/// but its account's.
struct Known {
    std::function<bool(std::string_view account, std::string_view operation)> offers = {};
    std::function<std::string(std::string_view account)> carrier = {};

    bool can(std::string_view account, std::string_view operation) const { return offers && !account.empty() && offers(account, operation); }
    /// Whether the account is configured, and its plugin has no such operation. Of an unknown account nothing is known.
    bool lacks(std::string_view account, std::string_view operation) const;
    std::string name_of(std::string_view account) const;
};

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
    std::chrono::milliseconds release_stuck_after{std::chrono::hours(120)};  ///< arrived, but still at the losing carrier
};

/// An order after a change, with the lines that the change adds to its timeline. Ids are left 0: the
/// engine gives them.
struct OrderChange {
    Order order;
    std::vector<TimelineEntry> entries;
    /// Orders that the change makes of this one; the engine gives them their ids. All or nothing with it.
    struct Part {
        Order order;
        std::vector<TimelineEntry> entries;
    };
    std::vector<Part> parts = {};
};

/// Folds the end of an operation into the order. `jitter` is between 0 and 1.
OrderChange after_operation(const Order& order, const OperationEnd& end, Instant now, double jitter,
                            const Rhythm& rhythm, const Known& known = {});

/// How a corrected order goes out: as the carrier can (a supplement where the order is there and its plugin has
/// `supplement_port`, else a new request), or as a new request whatever it can.
enum class SendAs { carrier_can, new_request };

/// A person or the API sends a draft, or a corrected order, out.
/// @errors  invalid_input: the order cannot be sent in its state; the message says why
Result<OrderChange> submit_order(const Order& order, Instant now, std::string_view source, const Known& known = {},
                                 SendAs as = SendAs::carrier_can);

/// Whether the order's request may be changed: a draft, an exception, a purchase whose seller wants documents or another
/// choice of numbers, or an open order whose carrier takes supplements. Never a purchase by quantity of which numbers came
/// or may still come: sent again it would buy the whole quantity once more.
/// @errors  invalid_input: why not
Result<void> may_be_corrected(const Order& order, const Known& known);

/// Which fields of a request differ, as JSON pointers, sorted. A list counts as one field. @threads any
std::vector<std::string> changed_fields(std::string_view before, std::string_view after);

/// A person or the API corrects an order's request. What changed is kept with the order until it was sent.
/// @param pin_given  the PIN is another one; it stands in no request
/// @errors  invalid_input: as may_be_corrected
Result<OrderChange> correct_order(const Order& order, std::string request, bool pin_given, Instant now, std::string_view source,
                                  const Known& known = {});

/// The fields corrected since the order was last sent. @threads any
std::vector<std::string> corrected_fields(const Order& order);

/// A line of a person in the timeline. A private one is for those who may change the order.
OrderChange comment_on(const Order& order, std::string text, bool is_private, Instant now, std::string_view source);

/// A person or the API calls the order off. Before it left it is cancelled at once; later the plugin
/// is asked, if it can; otherwise a person has to.
/// @param plugin_cancels  whether the account's plugin has the operation
/// @errors  invalid_input when it has ended
Result<OrderChange> cancel_order(const Order& order, bool plugin_cancels, Instant now,
                                 std::string_view source);

/// A person settles what the engine could not: the order was found at the carrier (with its id there),
/// or it certainly was not carried out and may go out again.
/// `left`: the numbers of a completed port have left the losing carrier, whatever it says.
enum class PersonVerdict { found_at_carrier, not_carried_out, tried_again, left };
/// Whether an entry settled_by_person, by its data, says what became of the order at the carrier: anything but "try again".
bool tells_what_became_of_it(const std::string& data);
Result<OrderChange> settle_by_person(const Order& order, PersonVerdict verdict, std::string carrier_id,
                                     Instant now, std::string_view source);

/// Whether its parts carry the order out: it is sent nowhere itself.
inline bool is_in_parts(const Order& order) noexcept { return order.stage == Stage::parts; }

/// Marks the order as waiting for a person, with the reason.
OrderChange park(const Order& order, std::string problem, Instant now);

/// Key of an order's progress: what the last check had said when a mail moved the order. While the checks
/// go on saying that, they know less than the mail, and the order stays where it is.
inline constexpr std::string_view word_before_mail_key = "before_mail";

/// Keys of an order's progress that are the host's own, not the plugin's: what was corrected and not taken yet; since
/// when a completed port is watched at the losing carrier.
inline constexpr std::string_view correction_key = "correction";
inline constexpr std::string_view release_key = "release";

/// A line for the timeline of this order.
TimelineEntry entry(const Order& order, Instant now, std::string_view source, std::string kind,
                    std::string text, std::string data = "{}");

/// The shard of an account. @source FNV-1a, 64 bit, modulo shard_count; never to change
int shard_of(std::string_view account) noexcept;

}  // namespace porteur
