// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include <porteur/result.hpp>

namespace porteur::carriers {

/// Where the host puts a value that the plugin only names.
struct Place {
    enum class Kind { pointer, form, header };
    Kind kind = Kind::pointer;
    std::string name;  ///< the pointer with its slashes, the form field, or the header's name
};

/// Reads "/PortForm/Pin" (JSON pointer, RFC 6901), "form:pin" or "header:x-key".
///
/// @errors   invalid_input: another form; a header's name that is none or that frames the message
/// @threads  any
Result<Place> parse_place(std::string_view text);

/// Whether a header frames or routes the message and is therefore the client's alone (Host,
/// Content-Length, Transfer-Encoding, Connection and their like). @threads any
bool is_framing_header(std::string_view name) noexcept;

/// The tokens of a JSON pointer with ~0 and ~1 undone.
/// @errors invalid_input: no leading slash, or a ~ that is neither @threads any
Result<std::vector<std::string>> pointer_tokens(std::string_view pointer);

/// Puts a text into a JSON document at a pointer.
///
/// What stands there must be a mere placeholder: nothing (a new key of an object that exists, or
/// the next element of an array), null, or an empty text. So a value of the plugin's own is never
/// overwritten silently.
///
/// @errors   invalid_input: no such parent, or something stands there; the message names the
/// pointer
/// @threads  any
Result<void> put_at(boost::json::value& document, std::string_view pointer, std::string_view text);

}  // namespace porteur::carriers
