// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/limits.hpp"

namespace porteur {

/// Why a request's head is not taken.
struct HeadProblem {
    int status = 400;
    std::string detail;
};

/// Looks for everything in a request's head that two readers could take in two ways, before the
/// parser proper reads it: whoever smuggles a request lives off such differences.
///
/// Refused are: line ends other than CR LF, control bytes, folded lines, blanks before a colon,
/// targets that do not begin with "/", none or several Host fields, several or signed
/// Content-Length, tabs around either, any Transfer-Encoding but a single "chunked", both of them together, one of
/// those on HTTP/1.0, a Content-Encoding, an Expect other than 100-continue, repeated fields of
/// which there can be one.
///
/// @param head  from the request line to the empty line, both included
/// @return      nothing when the head is taken
/// @threads     any
/// @source      RFC 9112, sections 2.2, 3, 5.1, 5.2, 6; RELIABILITY.md 4.6
std::optional<HeadProblem> check_head(std::string_view head, const ApiLimits& limits);

}  // namespace porteur
