// SPDX-License-Identifier: Apache-2.0
#include "plugins/loaded_library.hpp"

#include <cstring>
#include <map>
#include <mutex>

#include <boost/dll/shared_library.hpp>

#include <porteur/result.hpp>

#include "plugins/canonical_check.hpp"

namespace porteur {
namespace {

constexpr std::string_view host_name = "porteurd";
constexpr std::string_view host_version = "0.1.0";

using Entry = const porteur_plugin*(const porteur_host*, porteur_error*) noexcept;

// Never destroyed: see the head of loaded_library.hpp.
struct Registry {
    std::mutex mutex;
    std::map<std::filesystem::path, boost::dll::shared_library> libraries;
    std::vector<const void*> faces;
};

Registry& registry() {
    static auto* const made = new Registry;
    return *made;
}

porteur_view view_of(std::string_view text) { return {text.data(), text.size()}; }

std::string shown(const porteur_view& view) {
    if (view.len == 0) return "empty";
    if (view.ptr == nullptr || view.len > 256) return "no text";
    return quoted(std::string_view(view.ptr, view.len));
}

bool same(const porteur_view& view, std::string_view text) {
    return view.len == text.size() && view.ptr != nullptr &&
           std::memcmp(view.ptr, text.data(), text.size()) == 0;
}

std::string message_of(const porteur_error& error) {
    const std::string_view text{error.message, strnlen(error.message, sizeof error.message)};
    return text.empty() ? "no message" : quoted(plain_text(text, 200), 200);
}

porteur_error empty_error() {
    porteur_error error{};
    error.size = sizeof error;
    return error;
}

Checked<Entry*> open_library(const std::filesystem::path& path) {
    auto& all = registry();
    const std::scoped_lock lock(all.mutex);
    auto& library = all.libraries[path];
    try {
        if (!library.is_loaded())
            library.load(
                path.string(), boost::dll::load_mode::rtld_now | boost::dll::load_mode::rtld_local
            );
    } catch (const std::exception& wrong) {
        return std::unexpected(LibraryRefusal{
            LibraryCheck::load, "the library", "one that loads", quoted(wrong.what(), 300),
            "link it with -Wl,-z,defs so that nothing is left unresolved"
        });
    }
    if (!library.has(PORTEUR_ENTRY_SYMBOL))
        return std::unexpected(LibraryRefusal{
            LibraryCheck::entry, "the entry symbol", PORTEUR_ENTRY_SYMBOL, "absent",
            "end the plugin's source with PORTEUR_PLUGIN(...) or export the function"
        });
    return &library.get<Entry>(PORTEUR_ENTRY_SYMBOL);
}

Checked<const porteur_plugin*> enter(
    Entry* entry, const LibraryExpectation& expected, const porteur_host* host
) {
    const auto refuse = [](std::string field, std::string wanted, std::string found,
                           std::string mend) {
        return std::unexpected(LibraryRefusal{
            LibraryCheck::version, std::move(field), std::move(wanted), std::move(found),
            std::move(mend)
        });
    };
    auto error = empty_error();
    const porteur_plugin* plugin = entry(host, &error);
    const auto newest = std::to_string(PORTEUR_ABI_MINOR);
    if (plugin == nullptr)
        return refuse(
            "the entry's answer", "the plugin's table", "a refusal: " + message_of(error),
            "load it with a host of the version it asks for; this one speaks ABI 0." + newest
        );
    if (plugin->size < sizeof(porteur_plugin))
        return refuse(
            "the size of porteur_plugin", "at least " + std::to_string(sizeof(porteur_plugin)),
            std::to_string(plugin->size), "build it with this ABI's plugin.h"
        );
    if (plugin->abi_minor > PORTEUR_ABI_MINOR)
        return refuse(
            "the ABI minor it needs", "at most " + newest, std::to_string(plugin->abi_minor),
            "update porteurd, or build it with PORTEUR_TARGET_MINOR=" + newest
        );
    if (!same(plugin->id, expected.id))
        return refuse(
            "the id in the code", "the descriptor's " + quoted(expected.id), shown(plugin->id),
            "write the same id in descriptor.toml and PORTEUR_PLUGIN"
        );
    if (!same(plugin->version, expected.version))
        return refuse(
            "the version in the code", "the descriptor's " + quoted(expected.version),
            shown(plugin->version), "write the same version in descriptor.toml and PORTEUR_PLUGIN"
        );
    if (!plugin->op_begin || !plugin->op_step || !plugin->op_cancel || !plugin->op_end)
        return refuse(
            "the table", "op_begin, op_step, op_cancel and op_end", "one without all of them",
            "fill every member"
        );
    return plugin;
}

Checked<void> begin_each(
    const porteur_plugin& plugin, const LibraryExpectation& expected, const porteur_host* host
) {
    const auto refuse = [](const std::string& operation, std::string found) {
        return std::unexpected(LibraryRefusal{
            LibraryCheck::operations, "the answer to op_begin of " + operation,
            "an operation, or a refusal of the empty input", std::move(found),
            "register the operation with PORTEUR_OPERATION, or take it out of descriptor.toml"
        });
    };
    for (const auto& operation : expected.operations) {
        auto error = empty_error();
        porteur_op* op = nullptr;
        const auto code = plugin.op_begin(host, view_of(operation), view_of("{}"), &op, &error);
        if (code == PORTEUR_OK && op == nullptr)
            return refuse(operation, "success without an operation");
        if (code == PORTEUR_OK) plugin.op_end(op);
        if (code == PORTEUR_E_UNSUPPORTED)
            return refuse(operation, "\"unsupported\": " + message_of(error));
        if (code != PORTEUR_OK && code != PORTEUR_E_FAILED)
            return refuse(operation, "code " + std::to_string(code) + ": " + message_of(error));
    }
    return {};
}

}  // namespace

struct HostFace::Kept {
    porteur_host abi{};  // first, so that the plugin's pointer leads back here
    std::mutex mutex;
    HostLog log;
};

HostFace::HostFace(HostLog log) : kept_(new Kept) {
    kept_->log = std::move(log);
    kept_->abi = {
        .size = sizeof(porteur_host),
        .abi_minor = PORTEUR_ABI_MINOR,
        .name = view_of(host_name),
        .version = view_of(host_version),
        .log =
            [](const porteur_host* host, porteur_view op, std::int32_t level,
               porteur_view json) noexcept {
                auto* const kept = reinterpret_cast<Kept*>(const_cast<porteur_host*>(host));
                const auto text = [](const porteur_view& view) {
                    return view.ptr == nullptr ? std::string_view()
                                               : std::string_view(view.ptr, view.len);
                };
                try {
                    const std::scoped_lock lock(kept->mutex);
                    if (kept->log) kept->log(level, text(op), text(json));
                } catch (...) {
                    // A line that cannot be logged is lost; the plugin must not see an exception
                    // (R5).
                }
            },
        .get_extension = [](const porteur_host*, const char*) noexcept -> const void* {
            return nullptr;
        },
    };
    auto& all = registry();
    const std::scoped_lock lock(all.mutex);
    all.faces.push_back(kept_);
}

HostFace::~HostFace() {
    const std::scoped_lock lock(kept_->mutex);
    kept_->log = nullptr;
}

const porteur_host* HostFace::abi() const { return &kept_->abi; }

Checked<const porteur_plugin*> load_library(
    const std::filesystem::path& path, const LibraryExpectation& expected, const HostFace& host,
    const std::function<void()>& between
) {
    auto entry = open_library(path);
    if (!entry) return std::unexpected(std::move(entry).error());
    if (between) between();
    auto plugin = enter(*entry, expected, host.abi());
    if (!plugin) return plugin;
    if (auto fits = begin_each(**plugin, expected, host.abi()); !fits)
        return std::unexpected(std::move(fits).error());
    return plugin;
}

}  // namespace porteur
