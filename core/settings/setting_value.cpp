// SPDX-License-Identifier: Apache-2.0
#include "settings/setting_value.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include <porteur/result.hpp>

#include "settings/nearest.hpp"
#include "settings/toml_tree.hpp"
#include "settings/units.hpp"

namespace porteur {
namespace {

using Fitted = std::expected<SettingValue, std::string>;

Fitted complaint(std::string text) { return std::unexpected(std::move(text)); }

std::string bound(std::int64_t value, SettingType type) {
    return type == SettingType::duration
               ? fmt::format("\"{}\"", duration_text(std::chrono::seconds{value}))
               : std::to_string(value);
}

Fitted in_range(std::int64_t value, const SettingSpec& spec) {
    if (spec.min && value < *spec.min)
        return complaint(
            fmt::format("is out of range; write at least {}", bound(*spec.min, spec.type))
        );
    if (spec.max && value > *spec.max)
        return complaint(
            fmt::format("is out of range; write at most {}", bound(*spec.max, spec.type))
        );
    return value;
}

Fitted fitted_duration(const SettingValue& written, const SettingSpec& spec) {
    const auto* text = std::get_if<std::string>(&written);
    const auto value = text ? parse_duration(*text) : std::nullopt;
    if (!value)
        return complaint(R"(is not a duration; write a whole number and s, m, h or d, as in "5s")");
    if (*value % std::chrono::seconds{1} != std::chrono::milliseconds{0})
        return complaint(R"(is not a number of whole seconds; write one, as in "5s")");
    return in_range(std::chrono::duration_cast<std::chrono::seconds>(*value).count(), spec);
}

bool allowed(const std::string& text, const SettingSpec& spec) {
    return spec.allowed.empty() || std::ranges::find(spec.allowed, text) != spec.allowed.end();
}

}  // namespace

std::expected<SettingValue, std::string> fitted(
    const SettingValue& written, const SettingSpec& spec
) {
    switch (spec.type) {
        case SettingType::text:
            if (!std::holds_alternative<std::string>(written))
                return complaint("is not a text; write it in double quotes");
            return written;
        case SettingType::choice: {
            const auto* text = std::get_if<std::string>(&written);
            if (text == nullptr) return complaint("is not a text; write it in double quotes");
            if (!allowed(*text, spec))
                return complaint("is not allowed" + suggestion(*text, spec.allowed));
            return written;
        }
        case SettingType::data: {
            const auto* path = std::get_if<std::string>(&written);
            if (path == nullptr || path->empty())
                return complaint(R"(is no path; write one, as in "../data/countries.toml")");
            return written;
        }
        case SettingType::integer: {
            const auto* number = std::get_if<std::int64_t>(&written);
            if (number == nullptr)
                return complaint("is not a whole number; write one without quotes");
            return in_range(*number, spec);
        }
        case SettingType::boolean:
            if (!std::holds_alternative<bool>(written))
                return complaint("is neither true nor false; write one of them without quotes");
            return written;
        case SettingType::duration:
            return fitted_duration(written, spec);
        case SettingType::list: {
            const auto* texts = std::get_if<std::vector<std::string>>(&written);
            if (texts == nullptr)
                return complaint(R"(is not a list of texts; write one, as in ["a", "b"])");
            for (const auto& text : *texts)
                if (!allowed(text, spec))
                    return complaint(fmt::format(
                        "holds {}, which is not allowed{}", porteur::quoted(text),
                        suggestion(text, spec.allowed)
                    ));
            return written;
        }
    }
    return written;
}

std::string shown(const SettingValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return shown(std::string_view{*text});
    if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    return "[...]";
}

}  // namespace porteur
