// SPDX-License-Identifier: Apache-2.0
#include "settings/told_descriptor.hpp"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "settings/units.hpp"

namespace porteur {

std::string_view name_of(SettingType type) {
    switch (type) {
        case SettingType::text: return "text";
        case SettingType::integer: return "integer";
        case SettingType::boolean: return "boolean";
        case SettingType::duration: return "duration";
        case SettingType::list: return "list";
        case SettingType::choice: return "choice";
        case SettingType::data: return "data";
    }
    return {};
}

std::string_view name_of(Idempotency offered) {
    switch (offered) {
        case Idempotency::none: return "none";
        case Idempotency::key: return "key";
        case Idempotency::query: return "query";
        case Idempotency::list: return "list";
    }
    return {};
}

std::string_view name_of(AuthScheme scheme) {
    switch (scheme) {
        case AuthScheme::none: return "none";
        case AuthScheme::basic: return "basic";
        case AuthScheme::bearer: return "bearer";
        case AuthScheme::header: return "header";
        case AuthScheme::oauth2_client_credentials: return "oauth2_client_credentials";
        case AuthScheme::oauth2_jwt_bearer: return "oauth2_jwt_bearer";
    }
    return {};
}

std::string default_text(const SettingSpec& setting) {
    if (setting.required) return "required";
    if (!setting.fallback) return "no default";
    if (setting.type == SettingType::duration)
        return duration_text(std::chrono::seconds(std::get<std::int64_t>(*setting.fallback)));
    return std::visit(
        []<class T>(const T& value) -> std::string {
            if constexpr (std::is_same_v<T, std::string>)
                return "\"" + value + "\"";
            else if constexpr (std::is_same_v<T, bool>)
                return value ? "true" : "false";
            else if constexpr (std::is_same_v<T, std::int64_t>)
                return std::to_string(value);
            else
                return fmt::format("[{}]", fmt::join(value, ", "));
        },
        *setting.fallback
    );
}

bool changes_something(std::string_view operation) {
    static constexpr auto names = std::to_array<std::string_view>(
        {"submit_port", "supplement_port", "cancel_port", "activate_port", "reserve_numbers", "purchase", "cancel_purchase",
         "release_numbers"}
    );
    return std::ranges::find(names, operation) != names.end();
}

std::string guarantee_text(const OperationSpec& operation) {
    if (operation.pure) return "asks nobody: the same answer to the same question";
    switch (operation.idempotency) {
        case Idempotency::key:
            return "sent again under the same key, which the carrier honours for " +
                   duration_text(operation.window.value_or(std::chrono::milliseconds{0}));
        case Idempotency::query:
        case Idempotency::list:
            return "once; after a lost answer" + (operation.settle ? " and " + duration_text(*operation.settle) : std::string()) +
                   " it is looked up (" + operation.lookup_step + "), and sent again only where it certainly is not there";
        case Idempotency::none: break;
    }
    return changes_something(operation.name) ? "once; after a lost answer a person is asked, and nothing is sent again"
                                             : "only asks, as often as it takes";
}

}  // namespace porteur
