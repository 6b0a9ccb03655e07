// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "kit/message.hpp"

namespace porteur::sim {

/// One number of the account, with what both versions of the API say about it.
struct RingcentralNumber {
    std::int64_t id = 0;
    std::string number;  ///< "+14165550100"
    std::string usage;   ///< as v2 says it: "Inventory"; v1 says "NumberPool" for that
    std::string payment = "Local";
    std::string type = "VoiceFax";
    std::string status = "Normal";
    std::string extension;       ///< "101"; empty when it belongs to none
    std::int64_t temporary = 0;  ///< id of the number that stands in while this one is Pending

    bool is_toll_free() const { return payment == "TollFree"; }
    /// v2 lists leave conferencing and emergency location numbers out.
    bool is_in_v2() const { return usage != "ConferencingNumber" && usage != "ELIN"; }
    std::string usage_v1() const;
};

/// The numbers of the account. @threads one
class RingcentralInventory {
public:
    RingcentralInventory() { reset(); }

    /// The default account: 108 numbers from +14165550100, of mixed use, and 12 toll-free ones from
    /// +18885550100; the first is the main number.
    void reset();

    std::map<std::int64_t, RingcentralNumber>& all() { return numbers_; }
    RingcentralNumber* find(std::int64_t id);
    RingcentralNumber* find(std::string_view number);
    RingcentralNumber& add(RingcentralNumber number);  ///< gives it its id
    bool remove(std::string_view number);

    json::object line_v1(const RingcentralNumber& number, const std::string& account_uri);
    static json::object line_v2(const RingcentralNumber& number);

private:
    std::map<std::int64_t, RingcentralNumber> numbers_;
    std::int64_t next_id_ = 0;
};

}  // namespace porteur::sim
