// SPDX-License-Identifier: Apache-2.0
#include "engine/query.hpp"

#include <algorithm>

#include <porteur/json.hpp>

namespace porteur {
namespace {

std::string hex(std::string_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const char letter : bytes) {
        out += digits[static_cast<unsigned char>(letter) >> 4];
        out += digits[static_cast<unsigned char>(letter) & 15];
    }
    return out;
}

}  // namespace

Async<Result<std::string>> ask(
    std::shared_ptr<const AccountView> view, EffectPerformer& performer, Clock& clock, Chance& chance, Id id,
    std::string account, std::string operation, std::string input, Instant deadline
) {
    const auto& known = view->descriptor->operations;
    if (std::ranges::find(known, operation, &OperationSpec::name) == known.end())
        co_return failure(ErrorKind::unsupported, account + ": the plugin " + view->descriptor->id + " has no operation " + quoted(operation));
    struct Ender {
        OperationRunner* runner;
        Id op;
        ~Ender() { runner->end(op); }
    } const ender{view->runner, id};
    auto turn = co_await view->runner->begin(id, operation, "{\"input\":" + input + ",\"settings\":" + view->settings + "}");
    for (;;) {
        if (!turn) co_return std::unexpected(turn.error());
        if (turn->state == Turn::State::done) co_return turn->output;
        if (turn->state == Turn::State::failed) co_return std::unexpected(turn->error);
        if (turn->effects.size() != 1)
            co_return failure(ErrorKind::internal, account + ": " + operation + " waits for something else than one effect");
        const auto effect = turn->effects.front();
        Completion completion{effect.seq, ErrorKind::none, "{}", {}};
        if (effect.kind == EffectKind::now) {
            completion.head = "{\"at\":\"" + rfc3339(std::chrono::floor<std::chrono::seconds>(clock.now())) + "\"}";
        } else if (effect.kind == EffectKind::random) {
            completion.head = "{\"hex\":\"" + hex(chance.random_bytes(16)) + "\"}";
        } else if (effect.kind == EffectKind::http && effect.guarantee == Guarantee::safe) {
            if (clock.now() >= deadline) co_return failure(ErrorKind::unavailable, account + ": no answer in time");
            EffectContext context{.order = 0, .operation = id, .tenant = 0, .account = account, .operation_name = operation,
                                  .reference = {}, .attempt = 1, .step_attempt = 1, .intent_at = clock.now(), .view = view,
                                  .deadline = deadline};
            auto performed = co_await performer.perform(std::move(context), effect);
            completion = std::move(performed.completion);
            completion.seq = effect.seq;
        } else if (effect.kind != EffectKind::progress) {
            co_return failure(ErrorKind::unsupported, account + ": " + operation + " wants more than to ask (step " + quoted(effect.step) + ")");
        }
        std::vector<Completion> done;
        done.push_back(std::move(completion));
        turn = co_await view->runner->step(id, std::move(done));
    }
}

}  // namespace porteur
