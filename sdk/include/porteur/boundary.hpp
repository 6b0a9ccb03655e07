// SPDX-License-Identifier: Apache-2.0
#pragma once

// From the author's functions to the C ABI: PORTEUR_PLUGIN makes the one exported symbol. No exception
// crosses; a Failure becomes a porteur_error, anything else PORTEUR_E_BUG.

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <typeinfo>

#include <porteur/http.hpp>
#include <porteur/model.hpp>

namespace porteur::boundary {

inline porteur_view view_of(std::string_view text) { return {text.data(), text.size()}; }
inline std::string_view text_of(porteur_view view) { return {view.ptr, view.len}; }

inline void copy_text(char* into, std::size_t room, std::string_view text) {
    std::size_t length = std::min(text.size(), room - 1);
    if (length < text.size())
        while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
    // An empty view may have no address at all, which memcpy must not be given.
    if (length > 0) std::memcpy(into, text.data(), length);
    into[length] = '\0';
}

inline void fill(porteur_error* into, const Error& error) {
    if (into == nullptr || into->size < sizeof(porteur_error)) return;
    into->kind = static_cast<std::int32_t>(error.kind);
    into->retry_after_s = static_cast<std::uint32_t>(error.retry_after.count());
    copy_text(into->reason, sizeof into->reason, porteur::text_of(error.reason));
    copy_text(into->code, sizeof into->code, error.code);
    copy_text(into->message, sizeof into->message, error.message);
}

inline Error as_error(std::exception_ptr thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const Failure& failure) {
        return failure.error;
    } catch (const std::exception& defect) {
        return {.kind = ErrorKind::internal,
                .message = std::string("the plugin threw ") + typeid(defect).name() + ": " + defect.what()};
    } catch (...) {
        return {.kind = ErrorKind::internal, .message = "the plugin threw something unknown"};
    }
}

template <class F>
struct Signature;
template <class R, class In>
struct Signature<R (*)(In)> {
    using Returned = R;
    using Input = std::remove_cvref_t<In>;
};

template <class T>
inline constexpr bool is_op = false;
template <class T>
inline constexpr bool is_op<Op<T>> = true;

/// @throws Failure: invalid_input
template <class Input>
Input read_input(const json::value& from) {
    Input made{};
    if (auto done = detail::read(from, made, UnknownKeys::ignore, detail::Place{}); !done) fail(std::move(done).error());
    return made;
}

/// Runs an author's function from JSON to JSON.
/// @param input  stays where it is until the function has ended
template <auto Function>
Op<std::string> run(const json::value* input) {
    using Traits = Signature<decltype(Function)>;
    using Input = typename Traits::Input;
    if constexpr (is_op<typename Traits::Returned>) {
        using Value = typename Traits::Returned::value_type;
        if constexpr (std::is_void_v<Value>) {
            co_await Function(read_input<Input>(*input));
            co_return "{}";
        } else {
            co_return to_text(co_await Function(read_input<Input>(*input)));
        }
    } else {
        co_return to_text(Function(read_input<Input>(*input)));
    }
}

struct Operation {
    std::string_view name;
    Op<std::string> (*run)(const json::value* input);
};

}  // namespace porteur::boundary

/// One run of one operation, as the C ABI sees it.
struct porteur_op {
    unsigned char scratch[2048];
    porteur::json::monotonic_resource memory{scratch, sizeof scratch};  ///< of what it was begun with
    porteur::json::value input = porteur::json::value(porteur::json::storage_ptr(&memory));
    porteur::OpContext context{porteur::json::object(porteur::json::storage_ptr(&memory))};
    std::optional<porteur::Op<std::string>> body;
    bool started = false;
    std::vector<porteur_effect> effects;
    std::vector<const porteur_effect*> effect_list;
    std::string output;
};

namespace porteur::boundary {

/// Writes what the step gave into the turn. The emitted effects stay until the next step (R3).
inline std::int32_t report(porteur_op& op, porteur_turn* turn, porteur_error* err) {
    turn->state = PORTEUR_WAITING;
    if (op.body->done()) {
        try {
            op.output = op.body->take();
            turn->state = PORTEUR_DONE;
            turn->output = view_of(op.output);
        } catch (...) {
            const auto error = as_error(std::current_exception());
            fill(err, error);
            turn->state = PORTEUR_FAILED;
        }
    }
    op.effects.clear();
    op.effect_list.clear();
    if (turn->state == PORTEUR_WAITING) {
        op.effects.reserve(op.context.emitted().size());
        op.effect_list.reserve(op.context.emitted().size());
        for (const auto& each : op.context.emitted())
            op.effects.push_back({sizeof(porteur_effect), each.kind, each.seq, each.guarantee,
                                  view_of(each.step), view_of(each.head), view_of(each.body)});
        for (const auto& each : op.effects) op.effect_list.push_back(&each);
        turn->effects = op.effect_list.data();
        turn->effect_count = static_cast<std::uint32_t>(op.effect_list.size());
    }
    return PORTEUR_OK;
}

inline std::int32_t begin(std::span<const Operation> table, porteur_view operation, porteur_view input,
                          porteur_op** out, porteur_error* err) noexcept {
    *out = nullptr;
    try {
        const auto found = std::ranges::find(table, text_of(operation), &Operation::name);
        if (found == table.end()) {
            fill(err, {.kind = ErrorKind::unsupported, .message = "the plugin has no such operation"});
            return PORTEUR_E_UNSUPPORTED;
        }
        auto op = std::make_unique_for_overwrite<porteur_op>();
        auto parsed = parse_json(text_of(input), &op->memory);
        if (!parsed || !parsed->is_object()) {
            fill(err, {.kind = ErrorKind::invalid_input,
                       .message = parsed ? "the input is not an object" : parsed.error().message});
            return PORTEUR_E_FAILED;
        }
        auto& envelope = parsed->get_object();
        if (auto* given = envelope.if_contains("settings"); given && given->is_object())
            op->context.take_settings(std::move(given->get_object()));
        if (auto* given = envelope.if_contains("input")) op->input = std::move(*given);
        op->body = found->run(&op->input);
        *out = op.release();
        return PORTEUR_OK;
    } catch (...) {
        fill(err, as_error(std::current_exception()));
        return PORTEUR_E_BUG;
    }
}

inline std::int32_t step(porteur_op* op, const porteur_completion* const* done, std::uint32_t count,
                         porteur_turn* turn, porteur_error* err) noexcept {
    try {
        op->context.emitted().clear();
        if (!op->started) {
            if (count != 0) return PORTEUR_E_MISUSE;
            op->started = true;
            op->body->start(op->context);
        } else {
            for (std::uint32_t index = 0; index < count; ++index) {
                const auto& each = *done[index];
                if (!op->context.complete(each.seq, {static_cast<ErrorKind>(each.kind),
                                                     std::string(text_of(each.head)),
                                                     std::string(text_of(each.body))}))
                    return PORTEUR_E_MISUSE;
            }
            op->context.resume_if_ready();
        }
        return report(*op, turn, err);
    } catch (...) {
        fill(err, as_error(std::current_exception()));
        return PORTEUR_E_BUG;
    }
}

inline std::int32_t cancel(porteur_op* op, porteur_view, porteur_turn* turn, porteur_error* err) noexcept {
    try {
        op->context.emitted().clear();
        if (!op->started) {
            fill(err, {.kind = ErrorKind::cancelled, .message = "cancelled before it began"});
            turn->state = PORTEUR_FAILED;
            return PORTEUR_OK;
        }
        for (const auto seq : op->context.open_effects())
            op->context.complete(seq, {ErrorKind::cancelled, "{\"message\":\"cancelled\"}", {}});
        op->context.resume_if_ready();
        return report(*op, turn, err);
    } catch (...) {
        fill(err, as_error(std::current_exception()));
        return PORTEUR_E_BUG;
    }
}

}  // namespace porteur::boundary

/// One line of the table in PORTEUR_PLUGIN: a free function `Op<Result> name(Input)`, or a pure one
/// `Result name(Input)`, registered under its own name.
#define PORTEUR_OPERATION(function) \
    ::porteur::boundary::Operation { #function, &::porteur::boundary::run<&function> }

/// Makes the library's one exported symbol. Id and version are those of the descriptor.
#define PORTEUR_PLUGIN(plugin_id, plugin_version, ...)                                                  \
    namespace {                                                                                         \
    const auto& porteur_operations() {                                                                  \
        static constexpr auto table = std::to_array<::porteur::boundary::Operation>({__VA_ARGS__});     \
        return table;                                                                                   \
    }                                                                                                   \
    constexpr porteur_plugin porteur_this_plugin{                                                       \
        .size = sizeof(porteur_plugin),                                                                 \
        .abi_minor = 0,                                                                                 \
        .id = {"" plugin_id, sizeof("" plugin_id) - 1},                       /* literals alone */     \
        .version = {"" plugin_version, sizeof("" plugin_version) - 1},                                  \
        .sdk = {"porteur-sdk-cpp/0.1", sizeof("porteur-sdk-cpp/0.1") - 1},                              \
        .op_begin = [](const porteur_host*, porteur_view operation, porteur_view input, porteur_op** out, \
                       porteur_error* err) noexcept -> std::int32_t {                                   \
            return ::porteur::boundary::begin(porteur_operations(), operation, input, out, err);        \
        },                                                                                              \
        .op_step = [](porteur_op* op, const porteur_completion* const* done, std::uint32_t count,       \
                      porteur_turn* turn, porteur_error* err) noexcept -> std::int32_t {                \
            return ::porteur::boundary::step(op, done, count, turn, err);                               \
        },                                                                                              \
        .op_cancel = [](porteur_op* op, porteur_view why, porteur_turn* turn,                           \
                        porteur_error* err) noexcept -> std::int32_t {                                  \
            return ::porteur::boundary::cancel(op, why, turn, err);                                     \
        },                                                                                              \
        .op_end = [](porteur_op* op) noexcept { delete op; },                                           \
        .get_extension = [](const char*) noexcept -> const void* { return nullptr; },                   \
    };                                                                                                  \
    }                                                                                                   \
    extern "C" PORTEUR_EXPORT const porteur_plugin* porteur_entry_v0(const porteur_host* host,          \
                                                                     porteur_error* err) noexcept {     \
        if (host == nullptr || host->abi_minor < porteur_this_plugin.abi_minor) {                       \
            ::porteur::boundary::fill(                                                                  \
                err, {.kind = ::porteur::ErrorKind::unsupported, .message = "the host is too old"}      \
            );                                                                                          \
            return nullptr;                                                                             \
        }                                                                                               \
        return &porteur_this_plugin;                                                                    \
    }
