// SPDX-License-Identifier: Apache-2.0
// libphonenumber spends its time on regular expressions: a dozen for each number. The expressions
// are in its metadata, and as tables (digit_pattern.hpp) they cost a look for each digit. What
// stands here follows its PhoneNumberUtil::ParseHelper and GetNumberTypeHelper for the plain cases:
// digits with the usual signs between them, of a country whose expressions became tables, where it
// is certain which digits are a prefix. In every other case check() says false, and the library is
// asked.
// @source libphonenumber 8.12.57, cpp/src/phonenumbers/phonenumberutil.cc; checked by
// plans_test.cpp, which compares the two over numbers of every country.
#include "numbering/plans.hpp"

#include <phonenumbers/phonemetadata.pb.h>
#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <array>
#include <bit>
#include <deque>
#include <list>
#include <mutex>
#include <string>
#include <vector>

#include "numbering/digit_pattern.hpp"
#include "numbering/library_types.hpp"

namespace i18n::phonenumbers {
// Exported by the library, in none of its installed headers (metadata.h of its sources).
int metadata_size();
const void* metadata_get();
}  // namespace i18n::phonenumbers

namespace porteur::numbering {
namespace {

using i18n::phonenumbers::PhoneMetadata;
using i18n::phonenumbers::PhoneMetadataCollection;
using i18n::phonenumbers::PhoneNumberDesc;
using Util = i18n::phonenumbers::PhoneNumberUtil;

constexpr std::size_t digits_max = 17;

/// An expression of the metadata with the lengths that it is for.
struct Shape {
    bool exists = false;
    DigitPattern pattern;
    std::uint32_t lengths = 0;  // bit n for n digits; 0: any

    bool matches(std::string_view digits) const {
        return exists && (lengths == 0 || (lengths >> digits.size() & 1U) != 0) &&
               pattern.matches(digits);
    }
};

/// False if the expression is not understood.
bool compile(const std::string& expression, std::optional<DigitPattern>& out) {
    out = DigitPattern::compile(expression);
    return out.has_value();
}

bool compile(const PhoneNumberDesc& from, Shape& out) {
    if (from.national_number_pattern().empty()) return true;
    bool possible = from.possible_length_size() == 0;
    for (const int length : from.possible_length())
        if (length > 0 && length <= static_cast<int>(digits_max)) {
            out.lengths |= 1U << static_cast<unsigned>(length);
            possible = true;
        }
    // The library marks what a country does not have by the length -1.
    if (!possible) return true;
    auto pattern = DigitPattern::compile(from.national_number_pattern());
    if (!pattern) return false;
    out.pattern = std::move(*pattern);
    out.exists = true;
    return true;
}

std::size_t index_of(std::string_view region) {
    const auto letter = [](char each) {
        return each >= 'A' && each <= 'Z' ? static_cast<std::size_t>(each - 'A') : 26;
    };
    return region.size() == 2 ? letter(region[0]) * 27 + letter(region[1]) : std::size_t{26} * 27;
}

}  // namespace

/// One country's plan. Its tables are made when the first number asks for them.
struct Plans::Plan {
    explicit Plan(const PhoneMetadata& from) : metadata(from) {}

    const PhoneMetadata& metadata;
    mutable std::once_flag made;
    mutable bool complete = false, prefixes_known = false;
    mutable Shape general;
    mutable std::optional<DigitPattern> prefix, foreign_prefix, leading;
    struct Type {
        Util::PhoneNumberType type;
        Shape shape;
    };
    mutable std::vector<Type> types;  // in the library's order
    mutable Shape line, mobile;

    void make() const {
        const auto with = [this](const PhoneNumberDesc& from, Util::PhoneNumberType type) {
            Shape shape;
            if (!compile(from, shape)) return false;
            if (shape.exists) types.push_back({type, std::move(shape)});
            return true;
        };
        const auto& from = metadata;
        // A few small countries have `$` in theirs: their numbers are decided only beside those of
        // a larger one.
        prefixes_known = (from.national_prefix_for_parsing().empty() ||
                          compile(from.national_prefix_for_parsing(), prefix)) &&
                         (from.international_prefix().empty() ||
                          compile(from.international_prefix(), foreign_prefix));
        complete = compile(from.general_desc(), general) && general.exists &&
                   general.lengths != 0 &&
                   (!from.has_leading_digits() || compile(from.leading_digits(), leading)) &&
                   with(from.premium_rate(), Util::PREMIUM_RATE) &&
                   with(from.toll_free(), Util::TOLL_FREE) &&
                   with(from.shared_cost(), Util::SHARED_COST) && with(from.voip(), Util::VOIP) &&
                   with(from.personal_number(), Util::PERSONAL_NUMBER) &&
                   with(from.pager(), Util::PAGER) && with(from.uan(), Util::UAN) &&
                   with(from.voicemail(), Util::VOICEMAIL) && compile(from.fixed_line(), line) &&
                   compile(from.mobile(), mobile);
    }
    bool ready() const {
        std::call_once(made, [this] { make(); });
        return complete;
    }

    Util::PhoneNumberType type_of(std::string_view national) const {
        if (!general.matches(national)) return Util::UNKNOWN;
        for (const auto& each : types)
            if (each.shape.matches(national)) return each.type;
        if (line.matches(national)) {
            if (metadata.same_mobile_and_fixed_line_pattern() || mobile.matches(national))
                return Util::FIXED_LINE_OR_MOBILE;
            return Util::FIXED_LINE;
        }
        if (!metadata.same_mobile_and_fixed_line_pattern() && mobile.matches(national))
            return Util::MOBILE;
        return Util::UNKNOWN;
    }

    /// True if these digits are surely left as they are by the search for a national prefix.
    bool keeps(std::string_view national) const {
        if (!prefixes_known) return false;
        const auto lengths = prefix ? prefix->beginnings(national) : 0U;
        if (lengths <= 1) return true;
        if (!general.pattern.matches(national) ||
            !metadata.national_prefix_transform_rule().empty())
            return false;
        for (std::size_t length = 1; length <= national.size(); ++length)
            if ((lengths >> length & 1U) != 0 && general.pattern.matches(national.substr(length)))
                return false;
        return true;
    }
    /// The digits without their national prefix, where that is certain; nothing where the library
    /// has to be asked.
    std::optional<std::string_view> without_prefix(std::string_view digits) const {
        if (keeps(digits)) return digits;
        if (!prefixes_known || general.pattern.matches(digits) ||
            !metadata.national_prefix_transform_rule().empty())
            return std::nullopt;
        const auto lengths = prefix->beginnings(digits);
        // More than one way to strip it: the expression's own preferences would decide.
        if ((lengths & (lengths - 1)) != 0) return std::nullopt;
        const auto national = digits.substr(static_cast<std::size_t>(std::countr_zero(lengths)));
        return is_possible(national) ? std::optional(national) : std::nullopt;
    }
    /// PhoneNumberUtil::TestNumberLength for a number that is not valid.
    NumberFault fault_of(std::size_t size) const {
        const auto& lengths = metadata.general_desc().possible_length();
        const auto& local = metadata.general_desc().possible_length_local_only();
        const auto is = [size](int length) { return length == static_cast<int>(size); };
        if (std::ranges::any_of(local, is)) return NumberFault::too_short;
        if (std::ranges::any_of(lengths, is)) return NumberFault::not_in_use;
        if (static_cast<int>(size) < *lengths.begin()) return NumberFault::too_short;
        return static_cast<int>(size) > *(lengths.end() - 1) ? NumberFault::too_long
                                                             : NumberFault::wrong_length;
    }
    bool is_possible(std::string_view national) const {
        return national.size() <= digits_max && (general.lengths >> national.size() & 1U) != 0;
    }
};

/// What shares a country calling code: the main country first.
struct Plans::Country {
    int code = 0;
    std::string digits;
    std::vector<const Plan*> plans;
};

struct Plans::Tables {
    PhoneMetadataCollection metadata;
    std::deque<Plan> plans;
    std::array<const Plan*, std::size_t{27} * 27> by_region{};
    std::array<std::unique_ptr<Country>, 1000> by_code;

    const Country* country_of(std::string_view digits) const {
        std::size_t code = 0;
        for (std::size_t size = 1; size <= 3 && size <= digits.size(); ++size) {
            code = code * 10 + static_cast<std::size_t>(digits[size - 1] - '0');
            if (code == 0) return nullptr;
            if (by_code[code]) return by_code[code].get();
        }
        return nullptr;
    }
};

Plans::Plans() : tables_(std::make_unique<Tables>()) {
    auto& tables = *tables_;
    // A library whose metadata does not read is another one than we know: then every number goes to
    // it.
    if (!tables.metadata.ParseFromArray(
            i18n::phonenumbers::metadata_get(), i18n::phonenumbers::metadata_size()
        ))
        return;
    const auto& library = *Util::GetInstance();
    std::array<const Plan*, 1000> without_country{};
    for (const auto& each : tables.metadata.metadata()) {
        const auto& plan = tables.plans.emplace_back(each);
        if (each.id() == "001")
            without_country[static_cast<std::size_t>(each.country_code() % 1000)] = &plan;
        else
            tables.by_region[index_of(each.id())] = &plan;
    }
    for (int code = 1; code < 1000; ++code) {
        std::list<std::string> regions;
        library.GetRegionCodesForCountryCallingCode(code, &regions);
        if (regions.empty()) continue;
        auto country = std::make_unique<Country>();
        country->code = code;
        country->digits = std::to_string(code);
        for (const auto& region : regions) {
            const auto* plan = region == "001" ? without_country[static_cast<std::size_t>(code)]
                                               : tables.by_region[index_of(region)];
            if (plan) country->plans.push_back(plan);
        }
        if (country->plans.size() == regions.size())
            tables.by_code[static_cast<std::size_t>(code)] = std::move(country);
    }
}

Plans::~Plans() = default;

const Plans& Plans::instance() {
    static const Plans plans;
    return plans;
}

bool Plans::check(std::string_view text, std::string_view region, CheckedNumber& out) const {
    std::array<char, digits_max + 3> written;
    std::size_t size = 0;
    const bool has_plus = text.starts_with('+');
    for (const char letter : text.substr(has_plus ? 1 : 0)) {
        if (letter >= '0' && letter <= '9') {
            if (size == written.size()) return false;
            written[size++] = letter;
        } else if (letter != ' ' && letter != '-' && letter != '.' && letter != '(' &&
                   letter != ')') {
            return false;
        }
    }
    const std::string_view digits(written.data(), size);
    if (size < 5) return false;

    const Country* country = nullptr;
    std::string_view national = digits;
    bool stripped = false;
    if (has_plus) {
        country = tables_->country_of(digits);
        if (!country) return false;
        national.remove_prefix(country->digits.size());
    } else {
        const auto* plan = tables_->by_region[index_of(region)];
        if (!plan || !plan->ready() || !plan->prefixes_known || !plan->foreign_prefix) return false;
        // Could begin with what is dialled before a foreign country's code.
        if (plan->foreign_prefix->beginnings(digits) != 0) return false;
        country = tables_->by_code[static_cast<std::size_t>(plan->metadata.country_code())].get();
        if (!country) return false;
        if (!digits.starts_with(country->digits)) {
            const auto kept = plan->without_prefix(digits);
            if (!kept) return false;
            national = *kept;
            stripped = true;
        } else if (plan->general.pattern.matches(digits)) {
            if (!plan->is_possible(digits) || !plan->keeps(digits)) return false;
            stripped = true;
        } else {
            // The country's own code in front, without a plus.
            national.remove_prefix(country->digits.size());
            if (!plan->general.pattern.matches(national) || !plan->keeps(national)) return false;
        }
    }
    const auto& main = *country->plans.front();
    if (national.size() < 2 || national.size() > digits_max) return false;
    if (!main.ready() || (!stripped && !main.keeps(national))) return false;

    const Plan* found = country->plans.size() == 1 ? &main : nullptr;
    for (const auto* each : country->plans) {
        if (found) break;
        if (!each->ready()) return false;
        if (each->leading ? each->leading->beginnings(national) != 0
                          : each->type_of(national) != Util::UNKNOWN)
            found = each;
    }
    const auto type = found ? found->type_of(national) : Util::UNKNOWN;
    out = CheckedNumber{};
    if (type == Util::UNKNOWN) {
        const auto* own = tables_->by_region[index_of(region)];
        const auto& measure = own && own->metadata.country_code() == country->code ? *own : main;
        if (measure.metadata.id().size() == 2)
            std::ranges::copy(measure.metadata.id(), out.region.begin());
        out.fault = main.fault_of(national.size());
        return true;
    }
    // A few plans have numbers outside of E.164.
    const auto total = country->digits.size() + national.size();
    if (total < 7 || total > 15) return false;
    out.fault = NumberFault::none;
    out.digits[0] = '+';
    auto* end = std::ranges::copy(country->digits, out.digits.begin() + 1).out;
    end = std::ranges::copy(national, end).out;
    out.size = static_cast<std::uint8_t>(end - out.digits.begin());
    if (found->metadata.id().size() == 2)
        std::ranges::copy(found->metadata.id(), out.region.begin());
    out.type = numbering::type_of(type);
    return true;
}

}  // namespace porteur::numbering
