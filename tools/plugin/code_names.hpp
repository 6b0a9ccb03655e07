// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace porteur::plugin_tool {

/// Whether a member of a struct may be called so: a name of C++ that is neither a keyword nor a usual macro.
bool is_code_name(std::string_view text);

/// "create_order" of "createOrder", "Orders_Create" or "create order!"; with an underscore behind it where it would be a
/// keyword.
std::string snake_name(std::string_view text);

/// "CreateOrder" of "create_order", "Thinktel.Api.CreateOrder" or "createOrder".
std::string title_name(std::string_view text);

/// A text in double quotes, as a source has it.
std::string code_text(std::string_view text);

/// One line for a comment: no line breaks, cut, and nothing at its end that would draw the next line in.
std::string comment_text(std::string_view text, std::size_t length_max = 110);

}  // namespace porteur::plugin_tool
