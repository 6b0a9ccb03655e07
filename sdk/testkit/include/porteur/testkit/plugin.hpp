// SPDX-License-Identifier: Apache-2.0
#pragma once

// One plugin and one run of one of its operations, as a host sees them: the bytes that go in and
// come out, copied. What the host lends for a call is overwritten after it, so that a plugin which
// keeps a view (plugin.h, R3) is found out.

#include <dlfcn.h>

#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/plugin.h>
#include <porteur/model.hpp>

namespace porteur::testkit {

/// An effect as it left the plugin.
struct Effect {
    std::uint32_t seq = 0, kind = 0, guarantee = 0;
    std::string step, head, body;
    friend bool operator==(const Effect&, const Effect&) = default;
};

/// How an effect ended.
struct Completion {
    std::uint32_t seq = 0;
    ErrorKind kind = ErrorKind::none;
    std::string head, body;
};

/// What one step gave.
struct Turn {
    std::int32_t returned = PORTEUR_OK;  ///< PORTEUR_OK or PORTEUR_E_*
    std::uint32_t state = PORTEUR_WAITING;
    std::vector<Effect> effects;
    std::string output;
    Error error;  ///< PORTEUR_FAILED, or why it did not begin
    friend bool operator==(const Turn&, const Turn&) = default;
};

/// "http", "mail", ... @threads any
inline std::string_view name_of_effect(std::uint32_t kind) {
    static constexpr std::string_view names[] = {"?",      "http",  "mail",    "sleep",
                                                 "manual", "event", "now",     "random",
                                                 "sign",   "patch", "progress"};
    return kind < std::size(names) ? names[kind] : names[0];
}

/// A host that hears nothing of what a plugin logs. @threads any
inline const porteur_host& quiet_host() {
    static const porteur_host host{
        .size = sizeof(porteur_host),
        .abi_minor = PORTEUR_ABI_MINOR,
        .name = {"testkit", 7},
        .version = {"0.1", 3},
        .log = [](const porteur_host*, porteur_view, std::int32_t, porteur_view) noexcept {},
        .get_extension = [](const porteur_host*, const char*) noexcept -> const void* {
            return nullptr;
        }
    };
    return host;
}

/// The library under test. Copies share it.
class Plugin {
public:
    /// The plugin whose sources are linked into this program. @errors throws if it refuses the host
    static Plugin linked() { return Plugin(nullptr, &porteur_entry_v0, quiet_host()); }

    /// A library file, loaded as a host loads it. @param host  stays as long as the plugin
    /// @errors throws with dlerror's text
    static Plugin at(const std::string& path, const porteur_host& host = quiet_host()) {
        std::shared_ptr<void> library(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL), [](void* held) {
            if (held != nullptr) dlclose(held);
        });
        if (!library) throw std::runtime_error(dlerror());
        auto* entry =
            reinterpret_cast<decltype(&porteur_entry_v0)>(dlsym(library.get(), PORTEUR_ENTRY_SYMBOL)
            );
        if (entry == nullptr) throw std::runtime_error(path + " has no " PORTEUR_ENTRY_SYMBOL);
        return Plugin(std::move(library), entry, host);
    }

    const porteur_plugin& table() const { return *table_; }
    const porteur_host& host() const { return *host_; }

private:
    Plugin(
        std::shared_ptr<void> library, decltype(&porteur_entry_v0) entry, const porteur_host& host
    )
        : library_(std::move(library)), host_(&host) {
        porteur_error why{};
        why.size = sizeof why;
        table_ = entry(&host, &why);
        if (table_ == nullptr) throw std::runtime_error(why.message);
    }

    std::shared_ptr<void> library_;
    const porteur_host* host_;
    const porteur_plugin* table_ = nullptr;
};

/// One run of one operation. Move-only; ends the operation when it goes.
class OneRun {
public:
    /// Begins `operation`; `input` and `settings` are JSON texts. A refusal stands in
    /// first().error. @param scrubbed  what lent bytes are overwritten with
    OneRun(
        Plugin plugin, std::string_view operation, std::string_view input,
        std::string_view settings, char scrubbed = 'X'
    )
        : plugin_(std::move(plugin)), scrubbed_(scrubbed) {
        std::string name(operation);
        std::string envelope =
            "{\"input\":" + std::string(input) + ",\"settings\":" + std::string(settings) + "}";
        porteur_error why = empty_error();
        first_.returned =
            plugin_.table().op_begin(&plugin_.host(), view(name), view(envelope), &op_, &why);
        scrub(name);
        scrub(envelope);
        if (op_ != nullptr)
            first_ = step({});
        else
            first_.error = read(why);
    }
    OneRun(const OneRun&) = delete;
    OneRun& operator=(const OneRun&) = delete;
    ~OneRun() {
        if (op_ != nullptr) plugin_.table().op_end(op_);
    }

    const Turn& first() const { return first_; }

    Turn step(std::vector<Completion> done) {
        std::vector<porteur_completion> rows;
        rows.reserve(done.size());
        for (const auto& each : done)
            rows.push_back(
                {sizeof(porteur_completion), each.seq, static_cast<std::int32_t>(each.kind), 0,
                 view(each.head), view(each.body)}
            );
        std::vector<const porteur_completion*> list;
        for (const auto& each : rows) list.push_back(&each);
        return taken([&](porteur_turn* turn, porteur_error* why) {
            const auto returned = plugin_.table().op_step(
                op_, list.data(), static_cast<std::uint32_t>(list.size()), turn, why
            );
            for (auto& each : done) {
                scrub(each.head);
                scrub(each.body);
            }
            return returned;
        });
    }

    Turn cancel() {
        return taken([&](porteur_turn* turn, porteur_error* why) {
            return plugin_.table().op_cancel(op_, {"test", 4}, turn, why);
        });
    }

private:
    static porteur_view view(const std::string& text) { return {text.data(), text.size()}; }
    static std::string text(porteur_view view) {
        return view.len == 0 ? std::string() : std::string(view.ptr, view.len);
    }
    void scrub(std::string& text) const { std::memset(text.data(), scrubbed_, text.size()); }
    static porteur_error empty_error() {
        porteur_error why{};
        why.size = sizeof why;
        return why;
    }
    static Error read(const porteur_error& why) {
        return {
            .kind = static_cast<ErrorKind>(why.kind),
            .message = why.message,
            .reason = reason_from(why.reason).value_or(Reason::other),
            .code = why.code,
            .retry_after = std::chrono::seconds{why.retry_after_s}
        };
    }

    template <class Call>
    Turn taken(Call call) {
        porteur_turn theirs{};
        theirs.size = sizeof theirs;
        porteur_error why = empty_error();
        Turn ours;
        ours.returned = call(&theirs, &why);
        ours.state = theirs.state;
        for (std::uint32_t index = 0; index < theirs.effect_count; ++index) {
            const auto& each = *theirs.effects[index];
            ours.effects.push_back(
                {each.seq, each.kind, each.guarantee, text(each.step), text(each.head),
                 text(each.body)}
            );
        }
        ours.output = text(theirs.output);
        if (ours.returned != PORTEUR_OK || ours.state == PORTEUR_FAILED) ours.error = read(why);
        return ours;
    }

    Plugin plugin_;
    char scrubbed_;
    porteur_op* op_ = nullptr;
    Turn first_;
};

}  // namespace porteur::testkit
