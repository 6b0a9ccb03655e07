// SPDX-License-Identifier: Apache-2.0
#include "plugins/plugin_calls.hpp"

#include <string>

#include <porteur/json.hpp>

#include "plugins/plugin_runner.hpp"
#include "plugins/turn_check.hpp"

namespace porteur {
namespace {

porteur_view view_of(std::string_view text) { return {text.data(), text.size()}; }

porteur_error empty_error() {
    PORTEUR_UNINITIALIZED porteur_error error;
    // Not the 560 bytes: the callee fills the texts, and reads none.
    error.size = sizeof error;
    error.kind = 0;
    error.reserved = error.retry_after_s = 0;
    error.reason[0] = error.code[0] = error.message[0] = '\0';
    return error;
}

porteur_turn empty_turn() {
    porteur_turn turn{};
    turn.size = sizeof turn;
    return turn;
}

std::unexpected<Error> broke_contract(std::string message) {
    Error error;
    error.message = std::move(message);
    error.code = plugin_broke_contract_code;
    return std::unexpected(std::move(error));
}

std::string code_text(std::int32_t code) {
    switch (code) {
        case PORTEUR_E_UNSUPPORTED:
            return "\"unsupported\"";
        case PORTEUR_E_FAILED:
            return "\"failed\"";
        case PORTEUR_E_MISUSE:
            return "\"the host broke a precondition\"";
        case PORTEUR_E_BUG:
            return "a defect of its own";
        default:
            return "the unknown code " + std::to_string(code);
    }
}

}  // namespace

PluginCalls::~PluginCalls() {
    for (const auto& [number, op] : ops_) plugin_->op_end(op);
}

Result<Turn> PluginCalls::begin(
    std::uint64_t op, std::string_view operation, std::string_view input
) {
    auto error = empty_error();
    porteur_op* made = nullptr;
    const auto code = plugin_->op_begin(host_, view_of(operation), view_of(input), &made, &error);
    if (code == PORTEUR_E_FAILED || code == PORTEUR_E_UNSUPPORTED) {
        Turn failed;
        failed.state = Turn::State::failed;
        failed.error = copy_error(error);
        if (code == PORTEUR_E_UNSUPPORTED) failed.error.kind = ErrorKind::unsupported;
        return failed;
    }
    if (code != PORTEUR_OK)
        return broke_contract(
            "answered op_begin with " + code_text(code) + ": " + copy_error(error).message
        );
    if (made == nullptr) return broke_contract("answered op_begin with success and no operation");
    ops_.emplace(op, made);

    auto turn = empty_turn();
    const auto stepped = plugin_->op_step(made, nullptr, 0, &turn, &error);
    return finish(op, "op_step", stepped, turn, error);
}

Result<Turn> PluginCalls::step(std::uint64_t op, std::span<const Outcome> done) {
    const auto found = ops_.find(op);
    if (found == ops_.end()) return broke_contract("does not know the operation any more");
    done_.clear();
    done_list_.clear();
    for (const auto& each : done)
        done_.push_back(
            {sizeof(porteur_completion), each.seq, each.kind, 0, view_of(each.head),
             view_of(each.body)}
        );
    for (const auto& each : done_) done_list_.push_back(&each);

    auto error = empty_error();
    auto turn = empty_turn();
    const auto code = plugin_->op_step(
        found->second, done_list_.data(), static_cast<std::uint32_t>(done_list_.size()), &turn,
        &error
    );
    return finish(op, "op_step", code, turn, error);
}

Result<Turn> PluginCalls::cancel(std::uint64_t op, std::string_view why) {
    const auto found = ops_.find(op);
    if (found == ops_.end()) return broke_contract("does not know the operation any more");
    auto error = empty_error();
    auto turn = empty_turn();
    const auto code = plugin_->op_cancel(found->second, view_of(why), &turn, &error);
    return finish(op, "op_cancel", code, turn, error);
}

void PluginCalls::end(std::uint64_t op) {
    const auto found = ops_.find(op);
    if (found == ops_.end()) return;
    plugin_->op_end(found->second);
    ops_.erase(found);
}

Result<Turn> PluginCalls::finish(
    std::uint64_t op, const char* call, std::int32_t code, const porteur_turn& turn,
    const porteur_error& error
) {
    if (code != PORTEUR_OK) {
        auto wrong = broke_contract(
            "answered " + std::string(call) + " with " + code_text(code) + ": " +
            copy_error(error).message
        );
        end(op);
        return wrong;
    }
    auto copied = copy_turn(turn, error, turn_size_max_);
    if (!copied) {
        end(op);
        return broke_contract(std::move(copied.error().message));
    }
    return copied;
}

}  // namespace porteur
