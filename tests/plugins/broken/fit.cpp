// SPDX-License-Identifier: Apache-2.0
// A small carrier plugin that every check finds well, or that has one fault: the one of
// fit_faults.h that its library was given. Each is one that an author might make.
// broken_plugins_test.cpp says which check must find it.
#include <atomic>
#include <cstdlib>
#include <cstring>

#include <porteur/sdk.hpp>

#include "fit_faults.h"

using namespace porteur;

namespace {

bool has(fit_fault one) { return fit_fault_of_this_library == one; }

std::atomic<int> shared_area{0};
std::atomic<bool> has_released{false}, purchase_under_way{false};
thread_local std::string_view lent;
char* volatile leaked = nullptr;

/// Longer than 50 ms on any machine, without a clock that the scan would find.
void compute() {
    volatile std::uint64_t sum = 0;
    for (std::uint64_t each = 0; each < 300'000'000; ++each) sum = sum + each;
}

ErrorKind kind_of(const Answer& answer) {
    try {
        answer.status();
    } catch (const Failure& failure) {
        return failure.error.kind;
    }
    return ErrorKind::none;
}

// ------------------------------------------------------------- their words -> ours

OrderState state_of(std::string_view word) {
    if (word == "new") return OrderState::submitted;
    if (word == "done") return OrderState::completed;
    if (word == "refused") return OrderState::rejected;
    // An answer without any word is another matter.
    if (has(fault_guesses_a_state) && !word.empty()) return OrderState::submitted;
    fail(
        ErrorKind::internal, Reason::none, std::string(word), "fit: unknown state " + quoted(word)
    );
}

template <class ProgressOf>
ProgressOf progress_of(const json::value& theirs) {
    ProgressOf ours;
    ours.carrier_id = text_at(theirs, "id");
    ours.carrier_word = text_at(theirs, "status");
    ours.state = state_of(ours.carrier_word);
    return ours;
}

/// What a look-up found, or nothing, which is a definite no.
std::optional<json::value> first_of(const Answer& found, std::string_view list) {
    found.json();
    // As whoever only looks whether its own member is there.
    if (has(fault_takes_a_member_of_another_type_for_a_no) && list == "/ports" &&
        found.at(list).is_int64())
        return std::nullopt;
    if (!found.at(list).is_array() && !has(fault_takes_a_strange_look_up_for_a_no)) {
        const auto kind = has(fault_takes_a_strange_look_up_for_a_refusal) ? ErrorKind::rejected
                                                                            : ErrorKind::in_doubt;
        fail(kind, Reason::none, "", "fit: the look-up answered without a list");
    }
    if (found.array(list).empty()) return std::nullopt;
    return found.array(list).front();
}

// ------------------------------------------------------------- the operations

HttpRequest account_request() {
    auto request = http().get("account", "/account").secret("header:X-Token", "api_token");
    if (has(fault_names_a_foreign_secret)) request.secret("header:X-Key", "somebodys_key");
    if (has(fault_keeps_what_was_lent)) request.query("trace", std::string(lent.substr(0, 9)));
    if (has(fault_remembers_a_release))
        if (has_released) request.query("fresh", "yes");
    if (has(fault_takes_the_time_zone)) request.query("since", std::to_string(fit_midnight()));
    // As a search for a day that the zone of Kiritimati does not have might.
    constexpr long kiritimati = 14 * 3600;
    while (has(fault_loops_elsewhere) && fit_east_of_utc() == kiritimati) continue;
    return request;
}

Op<AccountCheck> check_account(Nothing) {
    std::string kept;
    if (has(fault_holds_too_much)) kept.resize(5 << 20, 'x');
    if (has(fault_leaks)) leaked = new char[200];
    auto account = co_await account_request();
    if (has(fault_calls_a_timeout_a_defect))
        if (kind_of(account) == ErrorKind::unavailable)
            fail(ErrorKind::internal, Reason::none, "", "no answer");
    // Such as F11 gives, and no chance.
    if (has(fault_throws_at_half_an_answer))
        if (account.body().ends_with("\"comp")) throw std::runtime_error("cut");
    if (has(fault_throws_at_html))
        if (account.body().starts_with("<!doctype")) throw std::runtime_error("no JSON");
    if (has(fault_throws_at_nothing)) static_cast<void>(account.body().at(0));
    if (has(fault_asks_with_the_whole_answer))
        if (account.body().size() > 1 << 20)
            co_await http().get("report", "/report").query("said", account.body());
    if (has(fault_throws_at_another_type)) static_cast<void>(account.json().as_object());
    if (has(fault_trusts_an_index)) {
        static const std::vector<std::string> plans{"none", "small", "large"};
        if (const auto& plan = account.at("/plan"); plan.is_int64())
            static_cast<void>(plans.at(static_cast<std::size_t>(plan.get_int64())));
    }
    AccountCheck check;
    check.identity = text_at(account.json(), "name");
    if (check.identity.empty())
        check.problems.push_back(
            {.field = "", .message = "the account has no name" + kept.substr(0, 0)}
        );
    co_return check;
}

Op<std::vector<AvailableNumber>> search_numbers(NumberQuery query) {
    if (query.country != "US" && query.country != "CA")
        fail(ErrorKind::invalid_input, Reason::none, "", "fit sells numbers of the US and Canada");
    if (has(fault_shares_a_variable)) shared_area = std::atoi(query.area_code.c_str());
    std::vector<HttpRequest> requests;
    for (const auto* type : {"local", "tollfree"})
        requests.push_back(http()
                               .get(std::string("search-") + type, std::string("/numbers/") + type)
                               .query("npa", query.area_code)
                               .query("limit", query.quantity));
    if (has(fault_asks_too_much))
        for (int page = 1; page <= 401; ++page)
            requests.push_back(
                http().get("page-" + std::to_string(page), "/numbers/" + std::to_string(page))
            );
    std::vector<AvailableNumber> found;
    const auto take = [&](const Answer& page) {
        if (has(fault_calls_bad_credentials_a_refusal))
            if (kind_of(page) == ErrorKind::unauthorized)
                fail(ErrorKind::rejected, Reason::other, "", "fit says no");
        page.json();
        for (const auto& theirs : page.array("/numbers")) {
            const auto number = PhoneNumber::from_json_text(text_at(theirs, "number"));
            if (!number) continue;
            AvailableNumber ours;
            ours.number = *number;
            ours.country = query.country;
            if (has(fault_shares_a_variable)) ours.region = std::to_string(shared_area);
            found.push_back(std::move(ours));
        }
    };
    if (has(fault_asks_too_much))
        for (const auto& page : co_await in_turns(std::move(requests))) take(page);
    else
        for (const auto& page : co_await together(std::move(requests))) take(page);
    co_return found;
}

Findings validate(PortOrder order) {
    Findings out;
    if (order.account_number.empty())
        out.problems.push_back(
            {.field = "/account_number", .message = "the losing carrier asks for the account number"
            }
        );
    return out;
}

/// "(416) 555-0101"
std::string as_people_write(const PhoneNumber& number) {
    const auto digits = number.north_american().value_or(std::string(10, '0'));
    return "(" + digits.substr(0, 3) + ") " + digits.substr(3, 3) + "-" + digits.substr(6);
}

HttpRequest create_order(const PurchaseOrder& order) {
    if (has(fault_buys_with_a_get))
        return http().get("create-order", "/orders/buy").query("ref", order.reference);
    auto request = http().post("create-order", "/orders");
    request.field("numbers", order.numbers).field("ref", order.reference);
    if (has(fault_sends_a_purchase_as_safe)) return std::move(request).safe();
    return std::move(request).once();
}

Op<PurchaseProgress> buy(PurchaseOrder order) {
    if (order.numbers.empty())
        fail(ErrorKind::invalid_input, Reason::none, "", "name the numbers to buy");
    auto made = co_await create_order(order);
    if (made.in_doubt()) {
        if (has(fault_takes_a_lost_outcome_for_a_success)) co_return PurchaseProgress{};
        if (!has(fault_sends_again_without_a_look_up)) {
            auto found = co_await http()
                             .get("find-order", "/orders")
                             .query("ref", order.reference)
                             .looks_up("create-order");
            if (has(fault_takes_a_failed_look_up_for_a_no))
                if (kind_of(found) != ErrorKind::none)
                    fail(ErrorKind::unavailable, Reason::none, "", "nothing was bought");
            const bool is_refused = has(fault_takes_a_refused_look_up_for_a_no) &&
                                    kind_of(found) == ErrorKind::none && found.status() == 403;
            if (!is_refused)
                if (const auto theirs = first_of(found, "/orders"))
                    co_return progress_of<PurchaseProgress>(*theirs);
        }
        made = co_await create_order(order);
    }
    if (made.status() == 409) {
        std::string text = "another customer took a number";
        if (has(fault_tells_a_number)) text += ": " + order.numbers.front().text();
        if (has(fault_tells_a_number_as_people_write_it))
            text += ": " + as_people_write(order.numbers.front());
        fail(ErrorKind::rejected, Reason::number_taken, made.text("/code"), std::move(text));
    }
    auto progress = progress_of<PurchaseProgress>(made.json());
    if (has(fault_confirms_a_purchase_as_safe)) {
        auto confirmed = co_await http().patch("confirm-order", "/orders").safe();
        confirmed.json();
    }
    co_return progress;
}

Op<PurchaseProgress> purchase(PurchaseOrder order) {
    if (has(fault_trips_over_a_cut)) {
        if (purchase_under_way.exchange(true))
            fail(ErrorKind::throttled, Reason::none, "", "another purchase is under way");
        try {
            auto progress = co_await buy(std::move(order));
            purchase_under_way = false;
            co_return progress;
        } catch (...) {
            purchase_under_way = false;
            throw;
        }
    } else {
        co_return co_await buy(std::move(order));
    }
}

/// Asks again and again, whatever comes.
Op<void> ask_without_end() {
    for (int again = 2;; ++again)
        co_await http().get("poll-order-" + std::to_string(again), "/orders");
}

Op<PurchaseProgress> check_purchase(OrderReference reference) {
    auto state = co_await http().get("poll-order", "/orders/" + path_segment(reference.carrier_id));
    if (has(fault_goes_on_when_called_off))
        if (state.was_called_off()) co_await ask_without_end();
    const auto kind = kind_of(state);
    const int status = kind == ErrorKind::none ? state.status() : 0;
    if (has(fault_asks_a_busy_carrier_without_end))
        if (kind == ErrorKind::throttled) co_await ask_without_end();
    if (has(fault_calls_bad_credentials_a_defect))
        if (kind == ErrorKind::unauthorized)
            fail(ErrorKind::internal, Reason::none, "", "bad credentials");
    if (has(fault_calls_403_a_defect))
        if (status == 403) fail(ErrorKind::internal, Reason::none, "403", "forbidden");
    if (has(fault_waits_for_ever_at_404) || has(fault_waits_for_ever_at_409) ||
        has(fault_waits_for_ever_at_422)) {
        const int met = has(fault_waits_for_ever_at_404)   ? 404
                        : has(fault_waits_for_ever_at_409) ? 409
                                                           : 422;
        if (status == met) co_await ask_without_end();
    }
    co_return progress_of<PurchaseProgress>(state.json());
}

Op<ReleaseProgress> release_numbers(NumberList numbers) {
    if (has(fault_remembers_a_release)) has_released = true;
    if (has(fault_computes_too_long)) compute();
    if (has(fault_waits_by_itself)) fit_wait_80_ms();
    const std::string step = has(fault_names_a_step_as_it_likes) ? "Release numbers" : "release";
    auto released = co_await http().del(step, "/numbers").field("numbers", numbers.numbers).keyed();
    released.json();
    co_return ReleaseProgress{};
}

HttpRequest create_port(const PortOrder& order) {
    std::string path = "/ports";
    if (has(fault_addresses_by_account_number)) path += "/" + path_segment(order.account_number);
    auto request = http().post("create-port", std::move(path));
    if (has(fault_asks_by_account_number)) request.query("account", order.account_number);
    return std::move(request)
        .field("account", order.account_number)
        .field("numbers", order.numbers)
        .field("ref", order.reference)
        .once();
}

Op<PortProgress> submit_port(PortOrder order) {
    auto made = co_await create_port(order);
    if (made.in_doubt()) {
        auto found = co_await http()
                         .get("find-port", "/ports")
                         .query("ref", order.reference)
                         .looks_up("create-port");
        if (const auto theirs = first_of(found, "/ports"))
            co_return progress_of<PortProgress>(*theirs);
        made = co_await create_port(order);
    }
    co_return progress_of<PortProgress>(made.json());
}

// ------------------------------------------------------------- the boundary, by hand: faults have
// a place in it

constexpr auto operations = std::to_array<boundary::Operation>(
    {PORTEUR_OPERATION(check_account), PORTEUR_OPERATION(search_numbers),
     PORTEUR_OPERATION(validate), PORTEUR_OPERATION(purchase), PORTEUR_OPERATION(check_purchase),
     PORTEUR_OPERATION(release_numbers), PORTEUR_OPERATION(submit_port)}
);

std::int32_t op_begin(
    const porteur_host* host, porteur_view operation, porteur_view input, porteur_op** out,
    porteur_error* err
) noexcept {
    std::string line = "{\"begins\":\"" + std::string(boundary::text_of(operation)) + "\"}";
    if (has(fault_logs_an_account_number)) line = boundary::text_of(input);
    if (has(fault_logs_a_number_as_people_write_it)) {
        const auto order = parse_json(boundary::text_of(input));
        boost::system::error_code absent;
        const auto* first = order ? order->find_pointer("/input/numbers/0", absent) : nullptr;
        if (first != nullptr && first->is_string())
            if (const auto number = PhoneNumber::from_json_text(first->get_string()))
                line = "{\"number\":\"" + as_people_write(*number) + "\"}";
    }
    if (host != nullptr) host->log(host, {}, 1, boundary::view_of(line));
    if (has(fault_keeps_what_was_lent)) lent = boundary::text_of(input);
    return boundary::begin(operations, operation, input, out, err);
}

std::int32_t op_step(
    porteur_op* op, const porteur_completion* const* done, std::uint32_t count, porteur_turn* turn,
    porteur_error* err
) noexcept {
    if (has(fault_wants_answers_in_order)) {
        const auto open = op->context.open_effects();
        if (count > 0 && !open.empty() && done[0]->seq != open.front()) return PORTEUR_E_MISUSE;
    }
    const auto returned = boundary::step(op, done, count, turn, err);
    if (has(fault_writes_keys_in_any_order))
        for (auto& each : op->effects)
            if (boundary::text_of(each.step) == "account")
                each.head = boundary::view_of(R"({"path":"/account","method":"GET"})");
    return returned;
}

std::int32_t op_cancel(
    porteur_op* op, porteur_view why, porteur_turn* turn, porteur_error* err
) noexcept {
    if (has(fault_clears_the_turn_when_called_off)) {
        const auto size = turn->size;
        std::memset(turn, 0, size);
        turn->size = size;
    }
    return boundary::cancel(op, why, turn, err);
}

void op_end(porteur_op* op) noexcept {
    if (has(fault_cannot_be_ended_while_two_are_open))
        if (op->context.open_effects().size() == 2) std::abort();
    delete op;
}

constexpr porteur_plugin plugin{
    .size = sizeof(porteur_plugin),
    .abi_minor = 0,
    .id = {"fit", 3},
    .version = {"1.0.0", 5},
    .sdk = {"porteur-sdk-cpp/0.1", 19},
    .op_begin = op_begin,
    .op_step = op_step,
    .op_cancel = op_cancel,
    .op_end = op_end,
    .get_extension = [](const char*) noexcept -> const void* { return nullptr; },
};

}  // namespace

extern "C" PORTEUR_EXPORT const porteur_plugin* porteur_entry_v0(
    const porteur_host* host, porteur_error* err
) noexcept {
    if (host != nullptr) return &plugin;
    boundary::fill(err, {.kind = ErrorKind::unsupported, .message = "there is no host"});
    return nullptr;
}
