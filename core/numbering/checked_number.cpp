// SPDX-License-Identifier: Apache-2.0
#include "numbering/checked_number.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include <porteur/phrase.hpp>

#include "numbering/checker.hpp"
#include "numbering/plans.hpp"

namespace porteur::numbering {
namespace {

/// Texts that one thread takes at a time. One that the library is asked about costs 10 to 40
/// microseconds, about what it costs to start a thread; one that the tables decide a hundredth of
/// that.
constexpr std::size_t share = 64;

constexpr std::string_view blanks = " \t\r\n\v\f";

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(blanks);
    if (begin == text.npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

CheckedNumber faulty(NumberFault fault) {
    CheckedNumber out;
    out.fault = fault;
    return out;
}

/// "1.51455E+10", "1,51455E+10".
bool is_rounded(std::string_view text) {
    const auto exponent = text.find_first_of("eE");
    if (exponent == text.npos || exponent == 0 || exponent + 2 >= text.size() ||
        text[exponent + 1] != '+')
        return false;
    const auto are = [](std::string_view part, std::string_view of) {
        return part.find_first_not_of(of) == part.npos;
    };
    return are(text.substr(0, exponent), "0123456789.,") &&
           are(text.substr(exponent + 2), "0123456789");
}

/// What the tables do not decide.
CheckedNumber check_slowly(std::string_view text, std::string_view region) {
    if (text.empty()) return faulty(NumberFault::empty);
    if (is_rounded(text)) return faulty(NumberFault::rounded);
    return check_by_library(text, region);
}

}  // namespace

std::uint64_t CheckedNumber::key() const noexcept {
    std::uint64_t value = 0;
    for (std::size_t index = 1; index < size; ++index)
        value = value * 10 + static_cast<std::uint64_t>(digits[index] - '0');
    return value;
}

CheckedNumber check(std::string_view text, std::string_view region) {
    text = trimmed(text);
    CheckedNumber out;
    return Plans::instance().check(text, region, out) ? out : check_slowly(text, region);
}

void check_all(
    std::span<const std::string_view> texts, std::string_view region, unsigned threads,
    std::span<CheckedNumber> out
) {
    // What the tables decide is done before other threads would have begun. The rest is shared out.
    std::vector<std::size_t> left;
    const auto& plans = Plans::instance();
    for (std::size_t at = 0; at < texts.size(); ++at)
        if (!plans.check(trimmed(texts[at]), region, out[at])) left.push_back(at);

    if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
    const auto shares = (left.size() + share - 1) / share;
    threads = static_cast<unsigned>(std::min<std::size_t>(threads, shares));
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (auto mine = next++; mine < shares; mine = next++)
            for (auto index = mine * share; index < std::min(left.size(), (mine + 1) * share);
                 ++index)
                out[left[index]] = check_slowly(trimmed(texts[left[index]]), region);
    };
    std::vector<std::jthread> others;
    for (unsigned index = 1; index < threads; ++index) others.emplace_back(work);
    work();
}

std::string sentence_of(const CheckedNumber& number) {
    const std::string country = number.country().empty() ? "?" : std::string(number.country());
    switch (number.fault) {
        case NumberFault::none:
            return {};
        case NumberFault::empty:
            return phrase("there is no number; write one as in +15145550100");
        case NumberFault::not_a_number:
            return phrase("this is no telephone number; write one as in +15145550100");
        case NumberFault::rounded:
            return phrase(
                "a spreadsheet has rounded this number; give its column the format Text, and write "
                "the number again"
            );
        case NumberFault::has_extension:
            return phrase(
                "the number has an extension behind it; leave it out, or write it in a column of "
                "its own"
            );
        case NumberFault::no_region:
            return phrase(
                "the number has neither + with a country code nor a default country; write it as "
                "in +15145550100, or "
                "name the country"
            );
        case NumberFault::unknown_region:
            return phrase(
                "the default country is none that has numbers; name it by its two letters, as in CA"
            );
        case NumberFault::unknown_country_code:
            return phrase(
                "no country has the code that the number begins with; look at the digits behind "
                "the +"
            );
        case NumberFault::too_short:
            return phrase("the number is too short for {1}; look for a missing digit", country);
        case NumberFault::too_long:
            return phrase("the number is too long for {1}; look for a digit too many", country);
        case NumberFault::wrong_length:
            return phrase("no number of {1} is of this length; count its digits", country);
        case NumberFault::not_in_use:
            return phrase(
                "no number of {1} begins like this one; look for a mistyped digit", country
            );
    }
    return {};
}

Result<ParsedNumber> parse(std::string_view text, std::string_view region) {
    const auto checked = check(text, region);
    auto number = checked.is_valid() ? PhoneNumber::from_json_text(checked.text()) : std::nullopt;
    if (!number) return failure(ErrorKind::invalid_input, sentence_of(checked));
    return ParsedNumber{
        .number = std::move(*number),
        .country = std::string(checked.country()),
        .type = checked.type
    };
}

}  // namespace porteur::numbering
