// SPDX-License-Identifier: Apache-2.0
#include "tongue/sdk_sentences.hpp"

#include <array>

#include <porteur/phrase.hpp>

namespace porteur {
namespace {

constexpr auto sentences = std::to_array<std::string_view>({
    to_translate("expected {1:text}, found {2}"),
    to_translate("the document: expected {1:text}, found {2}"),
    to_translate("there is no such field"),
    to_translate("not JSON at byte {1}: {2}"),
    to_translate("the answer is {1:text}"),
    to_translate("the carrier answered {1:n}"),
    to_translate("cancelled before it began"),
    to_translate("an object"),
    to_translate("true or false"),
    to_translate("a canonical reason"),
    to_translate("a whole number"),
    to_translate("whole seconds"),
    to_translate("a time as in 2026-12-01T09:30:00Z"),
    to_translate("a date as in 2026-12-01"),
    to_translate("one of {1}"),
    to_translate("a list"),
    to_translate("text"),
    to_translate("a number in E.164 form as in +14165550101"),
});

}  // namespace

std::span<const std::string_view> sdk_sentences() noexcept { return sentences; }

}  // namespace porteur
