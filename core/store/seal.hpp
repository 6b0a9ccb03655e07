// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <porteur/result.hpp>

namespace porteur {

/// What the store needs in order to keep a text that nobody may read from the disk. access/ has the
/// real one; the store's own tests have a plain one.
class Seal {
public:
    virtual ~Seal() = default;
    /// @param place  where the text stands ("orders.request|17"): a sealed text moved elsewhere does not open
    /// @return       printable ASCII
    /// @threads      any
    virtual std::string close(std::string_view plain, std::string_view place) const = 0;
    /// @errors   internal: not sealed by this key, for this place, or changed since
    /// @threads  any
    virtual Result<std::string> open(std::string_view sealed, std::string_view place) const = 0;
};

}  // namespace porteur
