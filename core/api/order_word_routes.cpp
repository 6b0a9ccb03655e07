// SPDX-License-Identifier: Apache-2.0
// What persons say of an order that is there: corrections, verdicts, answers, comments; and what they take along.
#include "api/order_handling.hpp"
#include "api/order_request.hpp"
#include "api/problem.hpp"

namespace porteur::handlers {
namespace {

using namespace order_handling;

constexpr std::size_t comment_size_max = 4000;

/// Makes the change of the order as it stands now. Nothing: somebody else has changed what is wanted meanwhile.
Async<std::optional<Answer>> amended_as_it_stands(Api& api, Request& request) {
    auto order = order_of(api, request);
    if (!order) co_return std::move(order).error();
    const auto version = asked_version(request, *order);
    if (!version) co_return version.error();
    const bool port = order->kind == OrderKind::port;
    auto body = read_object(request.body, port ? "request submit as_new" : "request submit");
    if (!body) co_return problem_answer(body.error());
    const auto submit = flag_of_key(*body, "submit"), as_new = flag_of_key(*body, "as_new");
    for (const auto* flag : {&submit, &as_new})
        if (!*flag) co_return problem_answer(flag->error());
    const auto* changes = body->if_contains("request");
    if (!changes || !changes->is_object())
        co_return problem_answer(
            problems::invalid_input, "/request: expected an object", "/request"
        );
    if (is_end(order->state))
        co_return problem_answer(
            problems::conflict,
            phrase(
                "the order is {1:state}; it has ended and cannot be changed",
                boost::describe::enum_to_string(order->state, "")
            )
        );
    auto merged = merge_order_request(api.services, request.caller, *order, changes->get_object());
    if (!merged) co_return problem_answer(merged.error());
    if (*submit && merged->number_count == 0)
        co_return problem_answer(
            problems::invalid_input,
            "/request/numbers: an order without numbers cannot be submitted", "/request/numbers"
        );
    auto changed = co_await api.services.amend(
        request.caller, order->id,
        Amendment{
            .request = std::move(merged->canonical),
            .pin = std::move(merged->pin),
            .base_request = std::move(order->request),
            .if_version = *version,
            .submit = *submit,
            .as = *as_new ? SendAs::new_request : SendAs::carrier_can
        },
        idempotency_of(request, 200)
    );
    if (!changed && changed.error().code == version_code && !*version) co_return std::nullopt;
    co_return changed_answer(changed, request, 200, true);
}

}  // namespace

Async<Answer> amend_order(Api& api, Request& request) {
    // Without If-Match the caller has named no version that the change is for, so it is made to the newest.
    constexpr int tries_max = 10;
    for (int tried = 0; tried < tries_max; ++tried)
        if (auto answer = co_await amended_as_it_stands(api, request)) co_return std::move(*answer);
    co_return problem_answer(
        problems::unavailable, "the order is being corrected by others all the time; try again in a moment"
    );
}

Async<Answer> settle_order(Api& api, Request& request) {
    auto order = order_of(api, request);
    if (!order) co_return std::move(order).error();
    if (auto version = asked_version(request, *order); !version)
        co_return std::move(version).error();
    auto body = read_object(request.body, "verdict carrier_id");
    if (!body) co_return problem_answer(body.error());
    auto word = text_of_key(*body, "verdict", true);
    if (!word) co_return problem_answer(word.error());
    auto carrier_id = text_of_key(*body, "carrier_id", *word == "found_at_carrier");
    if (!carrier_id) co_return problem_answer(carrier_id.error());
    PersonVerdict verdict{};
    if (*word == "found_at_carrier")
        verdict = PersonVerdict::found_at_carrier;
    else if (*word == "not_carried_out")
        verdict = PersonVerdict::not_carried_out;
    else if (*word == "tried_again")
        verdict = PersonVerdict::tried_again;
    else if (*word == "left" && order->kind == OrderKind::port)
        verdict = PersonVerdict::left;
    else
        co_return problem_answer(
            problems::invalid_input,
            "/verdict: " +
                phrase(
                    "expected found_at_carrier, not_carried_out, tried_again or (of a port) left, found {1}",
                    quoted(*word, 40)
                ),
            "/verdict"
        );
    auto changed = co_await api.services.settle(
        request.caller, order->id, verdict, std::move(*carrier_id), idempotency_of(request, 200)
    );
    co_return changed_answer(changed, request, 200, true);
}

Async<Answer> answer_order(Api& api, Request& request) {
    auto order = order_of(api, request);
    if (!order) co_return std::move(order).error();
    if (auto version = asked_version(request, *order); !version)
        co_return std::move(version).error();
    auto body = read_object(request.body, "choice text");
    if (!body) co_return problem_answer(body.error());
    auto choice = text_of_key(*body, "choice", true);
    if (!choice) co_return problem_answer(choice.error());
    auto text = text_of_key(*body, "text", false);
    if (!text) co_return problem_answer(text.error());
    auto changed = co_await api.services.answer(
        request.caller, order->id, std::move(*choice), std::move(*text),
        idempotency_of(request, 200)
    );
    co_return changed_answer(changed, request, 200, true);
}

Async<Answer> comment_order(Api& api, Request& request) {
    auto order = order_of(api, request);
    if (!order) co_return std::move(order).error();
    auto body = read_object(request.body, "text private");
    if (!body) co_return problem_answer(body.error());
    auto text = text_of_key(*body, "text", true);
    if (!text) co_return problem_answer(text.error());
    const auto is_private = flag_of_key(*body, "private");
    if (!is_private) co_return problem_answer(is_private.error());
    if (text->find_first_not_of(" \t\r\n") == text->npos || text->size() > comment_size_max)
        co_return problem_answer(
            problems::invalid_input,
            "/text: " + phrase("expected 1 to {1} bytes, not blanks alone", comment_size_max),
            "/text"
        );
    auto changed = co_await api.services.comment(
        request.caller, order->id, std::move(*text), *is_private, idempotency_of(request, 200)
    );
    co_return changed_answer(changed, request, 200, true);
}

/// What goes to the gaining side of a port away, as the losing account's plugin makes it.
Async<Answer> show_packet(Api& api, Request& request) {
    auto order = order_of(api, request);
    if (!order) co_return std::move(order).error();
    if (order->losing_account.empty())
        co_return problem_answer(
            problems::conflict,
            "the order names no losing account, so nobody here makes its release packet"
        );
    auto input = parse_json(order->request);
    if (!input || !input->is_object())
        co_return problem_answer(
            failure(ErrorKind::internal, "the order's request cannot be read").error()
        );
    input->get_object()["reference"] = order->reference;
    input->get_object()["attempt"] = order->attempt;
    auto made = co_await api.services.ask(
        request.caller, order->losing_account, "release_packet", canonical(*input),
        std::chrono::seconds(20)
    );
    if (!made) co_return problem_answer(made.error());
    const auto packet = from_text<ReleasePacket>(*made);
    if (!packet) co_return problem_answer(packet.error());
    Answer answer;
    answer.body = canonical(to_json(*packet));
    co_return answer;
}

}  // namespace porteur::handlers
