// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reading answers as strictly as the carrier's API document has them: what it calls required has to be there.
// from_json() takes a member that is not there as the struct makes it; here the struct names those that must be:
//
//   struct Order { std::string id; std::optional<std::string> note; };
//   BOOST_DESCRIBE_STRUCT(Order, (), (id, note))
//   inline auto required_members(const Order*) { return std::to_array<std::string_view>({"id"}); }
//
// `porteur plugin new --from-openapi` writes such structs.

#include <array>
#include <map>
#include <string>
#include <string_view>

#include <porteur/json.hpp>

namespace porteur {

namespace detail {

/// A struct that says which members must be there, in a function beside it.
template <class T>
concept NamesRequired = Described<T> && requires { required_members(static_cast<const T*>(nullptr)); };

/// The JSON pointer of the first required member that is not there; empty if none is wanting.
template <class T>
std::string first_missing(const json::value& from, const Place& place) {
    if constexpr (is_optional<T>) {
        return from.is_null() ? std::string() : first_missing<typename T::value_type>(from, place);
    } else if constexpr (is_vector<T>) {
        if (!from.is_array()) return {};
        for (std::size_t index = 0; index < from.get_array().size(); ++index)
            if (auto missing = first_missing<typename T::value_type>(from.get_array()[index], Place{&place, {}, index}); !missing.empty())
                return missing;
    } else if constexpr (is_text_map<T>) {
        if (!from.is_object()) return {};
        for (const auto& pair : from.get_object())
            if (auto missing = first_missing<typename T::mapped_type>(pair.value(), Place{&place, pair.key()}); !missing.empty())
                return missing;
    } else if constexpr (Described<T>) {
        if (!from.is_object()) return {};
        const auto& object = from.get_object();
        if constexpr (NamesRequired<T>)
            for (const std::string_view name : required_members(static_cast<const T*>(nullptr)))
                if (!object.contains(name)) return Place{&place, name}.pointer();
        std::string missing;
        boost::mp11::mp_for_each<Members<T>>([&](auto member) {
            if (!missing.empty()) return;
            using Field = std::remove_cvref_t<decltype(std::declval<T&>().*member.pointer)>;
            if (const auto* found = object.if_contains(member.name)) missing = first_missing<Field>(*found, Place{&place, member.name});
        });
        return missing;
    }
    return {};
}

}  // namespace detail

/// As from_json(), and everything that a struct calls required is there, however deep. A member that is null counts as
/// there: carriers write it for "none".
///
/// @errors   invalid_input: the message begins with the JSON pointer of what is wrong or missing, and holds no value of seven
///           digits and more
/// @threads  any
template <class T>
Result<T> read_required(const json::value& from, UnknownKeys unknown = UnknownKeys::ignore) {
    if (const auto missing = detail::first_missing<T>(from, detail::Place{}); !missing.empty())
        return failure(ErrorKind::invalid_input, missing + ": is missing");
    return from_json<T>(from, unknown);
}

}  // namespace porteur
