// SPDX-License-Identifier: Apache-2.0
#pragma once

// Described structs to JSON and back: about 150 lines, because Boost.JSON 1.81's own value_to fails on
// an absent optional or an extra key and does not say where. Rules:
//   - a struct is described with BOOST_DESCRIBE_STRUCT; its members' names are the keys
//   - an empty std::optional is an absent key; null reads as absent
//   - an enum is described with BOOST_DESCRIBE_ENUM and travels as its enumerator's name; a Reason as
//     its canonical text ("PIN_INVALID")
//   - std::chrono::seconds travel as whole seconds, sys_seconds as RFC 3339 UTC, year_month_day as
//     YYYY-MM-DD; there are no fractions (money is text)
//   - written keys are sorted, so that equal values are equal bytes
//   - a member that is not there is as the struct makes it, so that a brief text says the same as a whole one

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/mp11.hpp>

#include <porteur/calendar_text.hpp>
#include <porteur/result.hpp>

/// Room that is written before it is read: not cleared first, where a compiler is told to clear everything
/// (-ftrivial-auto-var-init).
#if defined(__has_attribute)
#if __has_attribute(uninitialized)
#define PORTEUR_UNINITIALIZED __attribute__((uninitialized))
#endif
#endif
#ifndef PORTEUR_UNINITIALIZED
#define PORTEUR_UNINITIALIZED
#endif

namespace porteur {

namespace json = boost::json;

/// What reading does about keys that the struct does not have.
enum class UnknownKeys { ignore, refuse };

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_text_map = false;
template <class T>
inline constexpr bool is_text_map<std::map<std::string, T>> = true;

template <class T>
concept Described = boost::describe::has_describe_members<T>::value && !std::is_union_v<T>;

/// A type of its own that travels as text: `std::string json_text() const` and
/// `static std::optional<T> from_json_text(std::string_view)`.
template <class T>
concept TextType = requires(const T value, std::string_view text) {
    { value.json_text() } -> std::convertible_to<std::string>;
    { T::from_json_text(text) } -> std::convertible_to<std::optional<T>>;
};

template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_any_access |
                                                         boost::describe::mod_inherited>;

inline std::string escaped_token(std::string_view key) {
    std::string out;
    for (const char letter : key) {
        if (letter == '~')
            out += "~0";
        else if (letter == '/')
            out += "~1";
        else
            out += letter;
    }
    return out;
}

/// Where a value stands in its document. It becomes text only when something is wrong there.
struct Place {
    const Place* above = nullptr;  ///< null for the document itself
    std::string_view key = {};     ///< of an object; empty: the index of a list
    std::size_t index = 0;

    std::string pointer() const {
        if (above == nullptr) return {};
        return above->pointer() + "/" + (key.data() == nullptr ? std::to_string(index) : escaped_token(key));
    }
};

/// Without what may be somebody's telephone or account number: of seven digits and more, two stay.
inline std::string without_numbers(std::string text) {
    const auto is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
    for (auto from = text.begin(); (from = std::ranges::find_if(from, text.end(), is_digit)) != text.end();) {
        const auto to = std::find_if_not(from, text.end(), is_digit);
        if (to - from >= 7) std::fill(from, to - 2, 'x');
        from = to;
    }
    return text;
}

inline std::unexpected<Error> at(const Place& place, std::string_view wanted,
                                 const json::value& found) {
    return failure(ErrorKind::invalid_input,
                   (place.above == nullptr ? std::string("the document") : place.pointer()) + ": expected " +
                       std::string(wanted) + ", found " + quoted(without_numbers(json::serialize(found)), 60));
}

/// How many bytes stand at the beginning that JSON text takes as they are. Eight are looked at together.
/// @param others  bits that a clean byte has not either
inline std::size_t clean_bytes(std::string_view text, unsigned char others = 0) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101, tops = ones * 0x80;
    // Bits of the first byte that is zero are right; above them a borrow may have set some.
    const auto has_zero = [](std::uint64_t bytes) { return (bytes - ones) & ~bytes & tops; };
    std::size_t at = 0;
    for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) {
        std::uint64_t bytes;
        std::memcpy(&bytes, text.data() + at, sizeof bytes);
        const auto below_blank = (bytes - ones * 0x20) & ~bytes & tops;
        const auto unclean = below_blank | has_zero(bytes ^ ones * '"') | has_zero(bytes ^ ones * '\\') | (bytes & ones * others);
        if (unclean == 0) continue;
        if constexpr (std::endian::native == std::endian::little) return at + static_cast<std::size_t>(std::countr_zero(unclean)) / 8;
        break;
    }
    for (; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte < 0x20 || byte == '"' || byte == '\\' || (byte & others) != 0) break;
    }
    return at;
}

inline void write_text(std::string& out, std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    out += '"';
    for (;;) {
        const auto clean = clean_bytes(text);
        out.append(text, 0, clean);
        if (clean == text.size()) break;
        const auto byte = static_cast<unsigned char>(text[clean]);
        text.remove_prefix(clean + 1);
        switch (byte) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            default:
                out += "\\u00";
                out += digits[byte >> 4];
                out += digits[byte & 15];
        }
    }
    out += '"';
}

}  // namespace detail

// ------------------------------------------------------------------ writing

/// Appends `value` as canonical JSON: sorted keys, no blanks. Fractions are written as they print, but
/// nothing of ours has any. @threads any
inline void write_canonical(std::string& out, const json::value& value);

/// The same for an object. @threads any
inline void write_canonical_object(std::string& out, const json::object& object) {
    const auto key_of = [](const json::key_value_pair& pair) { return std::string_view(pair.key()); };
    const auto write_pair = [&out](const json::key_value_pair& pair) {
        if (out.back() != '{') out += ',';
        detail::write_text(out, pair.key());
        out += ':';
        write_canonical(out, pair.value());
    };
    out += '{';
    // What we have written ourselves is sorted already.
    if (std::ranges::is_sorted(object, {}, key_of)) {
        for (const auto& pair : object) write_pair(pair);
    } else {
        std::vector<const json::key_value_pair*> pairs;
        pairs.reserve(object.size());
        for (const auto& pair : object) pairs.push_back(&pair);
        std::ranges::sort(pairs, {}, [&](const auto* pair) { return key_of(*pair); });
        for (const auto* pair : pairs) write_pair(*pair);
    }
    out += '}';
}

inline void write_canonical(std::string& out, const json::value& value) {
    switch (value.kind()) {
        case json::kind::string: detail::write_text(out, value.get_string()); return;
        case json::kind::array: {
            out += '[';
            bool first = true;
            for (const auto& each : value.get_array()) {
                if (!first) out += ',';
                first = false;
                write_canonical(out, each);
            }
            out += ']';
            return;
        }
        case json::kind::object: write_canonical_object(out, value.get_object()); return;
        default: out += json::serialize(value);
    }
}

/// Canonical JSON text of a value. @threads any
inline std::string canonical(const json::value& value) {
    std::string out;
    write_canonical(out, value);
    return out;
}

/// A value of the model as JSON. @threads any
template <class T>
json::value to_json(const T& value) {
    using namespace std::chrono;
    if constexpr (std::is_same_v<T, json::value>) {
        return value;
    } else if constexpr (std::is_same_v<T, json::object> || std::is_same_v<T, json::array>) {
        return value;
    } else if constexpr (std::is_same_v<T, bool>) {
        return value;
    } else if constexpr (std::is_same_v<T, Reason>) {
        return json::string(text_of(value));
    } else if constexpr (std::is_integral_v<T>) {
        return static_cast<std::int64_t>(value);
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
        return json::string(std::string_view(value));
    } else if constexpr (std::is_same_v<T, seconds>) {
        return static_cast<std::int64_t>(value.count());
    } else if constexpr (std::is_same_v<T, sys_seconds>) {
        return json::string(rfc3339(value));
    } else if constexpr (std::is_same_v<T, year_month_day>) {
        return json::string(iso_date(value));
    } else if constexpr (detail::TextType<T>) {
        return json::string(value.json_text());
    } else if constexpr (std::is_enum_v<T>) {
        return json::string(boost::describe::enum_to_string(value, ""));
    } else if constexpr (detail::is_optional<T>) {
        return value ? to_json(*value) : json::value(nullptr);
    } else if constexpr (detail::is_vector<T>) {
        json::array out;
        out.reserve(value.size());
        for (const auto& each : value) out.push_back(to_json(each));
        return out;
    } else if constexpr (detail::is_text_map<T>) {
        json::object out;
        for (const auto& [key, each] : value) out[key] = to_json(each);
        return out;
    } else {
        static_assert(detail::Described<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
        json::object out;
        boost::mp11::mp_for_each<detail::Members<T>>([&](auto member) {
            const auto& field = value.*member.pointer;
            using Field = std::remove_cvref_t<decltype(field)>;
            if constexpr (detail::is_optional<Field>) {
                if (!field) return;
            }
            out[member.name] = to_json(field);
        });
        return out;
    }
}

namespace detail {

/// Whether the text of a described struct names every member, or only those that are not as the struct
/// makes them: reading gives the same value from both.
enum class Extent { whole, brief };

template <Extent extent, class T>
void write_value(std::string& out, const T& value);

/// The members' places in the order of their names, as canonical text has them.
template <class T>
constexpr auto sorted_places() {
    constexpr std::size_t count = boost::mp11::mp_size<Members<T>>::value;
    std::array<std::string_view, count> names{};
    boost::mp11::mp_for_each<boost::mp11::mp_iota_c<count>>([&](auto place) {
        names[place] = boost::mp11::mp_at_c<Members<T>, place>::name;
    });
    std::array<std::size_t, count> places{};
    for (std::size_t at = 0; at < count; ++at) places[at] = at;
    std::ranges::sort(places, {}, [&](std::size_t place) { return names[place]; });
    return places;
}

/// The text of one member, by its sorted place, as the struct makes it.
template <class T, std::size_t place>
const std::string& text_as_made() {
    static const std::string text = [] {
        const T made{};
        std::string out;
        write_value<Extent::brief>(out, made.*boost::mp11::mp_at_c<Members<T>, place>::pointer);
        return out;
    }();
    return text;
}

template <Extent extent, class T>
void write_struct(std::string& out, const T& value) {
    static constexpr auto places = sorted_places<T>();
    out += '{';
    bool first = true;
    boost::mp11::mp_for_each<boost::mp11::mp_iota_c<places.size()>>([&](auto at) {
        using Member = boost::mp11::mp_at_c<Members<T>, places[at]>;
        const auto& field = value.*Member::pointer;
        if constexpr (is_optional<std::remove_cvref_t<decltype(field)>>)
            if (!field) return;
        const auto before = out.size();
        if (!first) out += ',';
        // A name of C++ needs no escape.
        out.append(1, '"').append(Member::name).append("\":");
        const auto begin = out.size();
        write_value<extent>(out, field);
        if constexpr (extent == Extent::brief) {
            if (std::string_view(out).substr(begin) == text_as_made<T, places[at]>()) {
                out.resize(before);
                return;
            }
        }
        first = false;
    });
    out += '}';
}

template <Extent extent, class T>
void write_value(std::string& out, const T& value) {
    using namespace std::chrono;
    if constexpr (std::is_same_v<T, json::value>) {
        write_canonical(out, value);
    } else if constexpr (std::is_same_v<T, json::object>) {
        write_canonical_object(out, value);
    } else if constexpr (std::is_same_v<T, bool>) {
        out += value ? "true" : "false";
    } else if constexpr (std::is_same_v<T, Reason>) {
        write_text(out, text_of(value));
    } else if constexpr (std::is_integral_v<T>) {
        out += std::to_string(static_cast<std::int64_t>(value));
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
        write_text(out, std::string_view(value));
    } else if constexpr (std::is_same_v<T, seconds>) {
        out += std::to_string(static_cast<std::int64_t>(value.count()));
    } else if constexpr (TextType<T>) {
        write_text(out, value.json_text());
    } else if constexpr (std::is_enum_v<T>) {
        write_text(out, boost::describe::enum_to_string(value, ""));
    } else if constexpr (is_optional<T>) {
        if (value)
            write_value<extent>(out, *value);
        else
            out += "null";
    } else if constexpr (is_vector<T>) {
        out += '[';
        bool first = true;
        for (const auto& each : value) {
            if (!first) out += ',';
            first = false;
            write_value<extent>(out, each);
        }
        out += ']';
    } else if constexpr (Described<T>) {
        write_struct<extent>(out, value);
    } else {
        write_canonical(out, to_json(value));
    }
}

}  // namespace detail

/// Canonical JSON text of a value of the model. @threads any
template <class T>
std::string to_text(const T& value) {
    std::string out;
    if constexpr (detail::Described<T>) out.reserve(256);  // grown to bit by bit otherwise
    detail::write_value<detail::Extent::whole>(out, value);
    return out;
}

/// The same without the members that are as the struct makes them: what is kept, and what goes to a
/// plugin. `from_text` gives the same value from both. @threads any
template <class T>
std::string to_brief_text(const T& value) {
    std::string out;
    detail::write_value<detail::Extent::brief>(out, value);
    return out;
}

// ------------------------------------------------------------------ reading

namespace detail {

template <class T>
Result<void> read(const json::value& from, T& into, UnknownKeys unknown, const Place& place);

template <class T>
Result<void> read_struct(const json::value& from, T& into, UnknownKeys unknown,
                         const Place& place) {
    if (!from.is_object()) return at(place, "an object", from);
    const auto& object = from.get_object();
    Result<void> outcome;
    std::size_t known = 0;
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
        // Brief objects name few members: when all of theirs are read, nothing is looked for any more.
        if (!outcome || known == object.size()) return;
        auto& field = into.*member.pointer;
        const auto* found = object.if_contains(member.name);
        if (found) ++known;
        // An absent key leaves the member as the struct makes it: optional and lists empty, the rest default.
        if (!found || found->is_null()) return;
        outcome = read(*found, field, unknown, Place{&place, member.name});
    });
    if (outcome && unknown == UnknownKeys::refuse && known != object.size()) {
        for (const auto& pair : object) {
            bool mine = false;
            boost::mp11::mp_for_each<Members<T>>([&](auto member) {
                mine = mine || pair.key() == std::string_view(member.name);
            });
            if (!mine)
                return failure(ErrorKind::invalid_input, Place{&place, pair.key()}.pointer() +
                                                             ": there is no such field");
        }
    }
    return outcome;
}

template <class T>
Result<void> read(const json::value& from, T& into, UnknownKeys unknown, const Place& place) {
    using namespace std::chrono;
    if constexpr (std::is_same_v<T, json::value>) {
        into = from;
    } else if constexpr (std::is_same_v<T, json::object>) {
        if (!from.is_object()) return at(place, "an object", from);
        into = from.get_object();
    } else if constexpr (std::is_same_v<T, bool>) {
        if (!from.is_bool()) return at(place, "true or false", from);
        into = from.get_bool();
    } else if constexpr (std::is_same_v<T, Reason>) {
        const auto reason = from.is_string() ? reason_from(from.get_string()) : std::nullopt;
        if (!reason) return at(place, "a canonical reason", from);
        into = *reason;
    } else if constexpr (std::is_integral_v<T>) {
        boost::system::error_code none;
        const auto number = from.to_number<T>(none);
        if (none) return at(place, "a whole number", from);
        into = number;
    } else if constexpr (std::is_same_v<T, std::string>) {
        if (!from.is_string()) return at(place, "text", from);
        into = from.get_string();
    } else if constexpr (std::is_same_v<T, seconds>) {
        boost::system::error_code none;
        const auto number = from.to_number<std::int64_t>(none);
        if (none) return at(place, "whole seconds", from);
        into = seconds{number};
    } else if constexpr (std::is_same_v<T, sys_seconds>) {
        const auto time = from.is_string() ? read_rfc3339(from.get_string()) : std::nullopt;
        if (!time) return at(place, "a time as in 2026-12-01T09:30:00Z", from);
        into = *time;
    } else if constexpr (std::is_same_v<T, year_month_day>) {
        const auto date = from.is_string() ? read_iso_date(from.get_string()) : std::nullopt;
        if (!date) return at(place, "a date as in 2026-12-01", from);
        into = *date;
    } else if constexpr (TextType<T>) {
        const auto made = from.is_string() ? T::from_json_text(from.get_string()) : std::nullopt;
        if (!made) return at(place, T::json_wanted, from);
        into = *made;
    } else if constexpr (std::is_enum_v<T>) {
        if (!from.is_string() ||
            !boost::describe::enum_from_string(std::string(from.get_string()).c_str(), into)) {
            std::string wanted = "one of";
            boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
                [&](auto each) { wanted += std::string(" ") + each.name; }
            );
            return at(place, wanted, from);
        }
    } else if constexpr (is_optional<T>) {
        if (from.is_null()) {
            into.reset();
            return {};
        }
        return read(from, into.emplace(), unknown, place);
    } else if constexpr (is_vector<T>) {
        if (!from.is_array()) return at(place, "a list", from);
        into.clear();
        into.reserve(from.get_array().size());
        for (const auto& each : from.get_array()) {
            const auto index = into.size();
            auto done = read(each, into.emplace_back(), unknown, Place{&place, {}, index});
            if (!done) return done;
        }
    } else if constexpr (is_text_map<T>) {
        if (!from.is_object()) return at(place, "an object", from);
        into.clear();
        for (const auto& pair : from.get_object()) {
            auto done = read(pair.value(), into[pair.key()], unknown, Place{&place, pair.key()});
            if (!done) return done;
        }
    } else {
        return read_struct(from, into, unknown, place);
    }
    return {};
}

}  // namespace detail

/// Reads a value of the model.
///
/// @param unknown  ignore for answers and operation inputs, refuse for API requests
/// @errors         invalid_input: the message begins with the JSON pointer of the field
/// @threads        any
template <class T>
Result<T> from_json(const json::value& from, UnknownKeys unknown = UnknownKeys::ignore) {
    T made{};
    if (auto done = detail::read(from, made, unknown, detail::Place{}); !done)
        return std::unexpected(std::move(done).error());
    return made;
}

/// Parses JSON text, at most 32 levels deep.
/// @errors   invalid_input, with the position where the text stops being JSON
/// @threads  any
/// @param storage  where the value's parts lie; it must outlive the value
inline Result<json::value> parse_json(std::string_view text, json::storage_ptr storage = {}) {
    boost::system::error_code wrong;
    json::parse_options options;
    options.max_depth = 32;
    // What the parser needs for itself lies here and not on the heap.
    PORTEUR_UNINITIALIZED unsigned char scratch[2048];
    json::parser parser(json::storage_ptr(), options, scratch, sizeof scratch);
    parser.reset(std::move(storage));  // the constructor's is not the value's
    const std::size_t used = parser.write_some(text, wrong);
    if (!wrong && used < text.size()) wrong = json::error::extra_data;
    if (wrong)
        return failure(ErrorKind::invalid_input, "not JSON at byte " + std::to_string(used) + ": " +
                                                     wrong.message());
    return parser.release();
}

/// Parses and reads in one go. @errors invalid_input @threads any
template <class T>
Result<T> from_text(std::string_view text, UnknownKeys unknown = UnknownKeys::ignore) {
    // Read and forgotten: the members copy what they keep.
    PORTEUR_UNINITIALIZED unsigned char scratch[4096];
    json::monotonic_resource memory(scratch, sizeof scratch);
    auto value = parse_json(text, &memory);
    if (!value) return std::unexpected(std::move(value).error());
    return from_json<T>(*value, unknown);
}

}  // namespace porteur
