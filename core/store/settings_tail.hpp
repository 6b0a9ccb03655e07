// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every operation is given its account's settings, and keeps them as they were when it began. They
// end its input, and may be a data file of many kilobytes, the same in thousands of operations:
// such a tail is stored once, by its hash, and the operation's row names it.

#include <optional>
#include <string>
#include <string_view>

namespace porteur {

/// The end of an operation's input that is worth a row of its own: its settings, where they are
/// long. Empty where they are not. @threads any
std::string_view settings_tail(std::string_view input) noexcept;

/// SHA-256 in hexadecimal digits. @threads any
std::string name_of_tail(std::string_view tail);

/// What stands in the operation's row in place of an input whose tail lies elsewhere. @threads any
std::string without_tail(std::string_view input, std::string_view tail, std::string_view name);

struct TailReference {
    std::string name;       ///< of the tail
    std::string beginning;  ///< what stands before it
};

/// Nothing of an input that is whole, which begins with '{'. @threads any
std::optional<TailReference> tail_reference(std::string_view stored);

}  // namespace porteur
