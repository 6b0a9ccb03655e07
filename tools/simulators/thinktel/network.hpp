// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kit/clock.hpp"
#include "kit/message.hpp"

namespace porteur::sim {

/// A telephone number as uControl writes it: ten digits, no country code.
using Tn = std::int64_t;

bool is_tn(Tn number);         ///< ten digits of the North American plan
bool is_toll_free(Tn number);  ///< 800, 833, 844, 855, 866, 877, 888

struct RateCenter {
    std::string name, country, province;
    std::vector<std::int64_t> prefixes;  ///< NPA-NXX: 416555
    Tn first, last;                      ///< the carrier's own block in it
    bool local, on_net, portable;
};

struct ThinktelDid {
    Tn number = 0;
    std::string label, additional_label;
    Tn translated = 0;
};

struct ThinktelTrunk {
    Tn pilot;
    std::string label;
    std::int64_t account;
    std::map<Tn, ThinktelDid> dids;
};

/// What ThinkTel owns and reaches: trunks with their DIDs, rate centers, portable prefixes,
/// providers, holidays. @threads one
class ThinktelNetwork {
public:
    ThinktelNetwork() { reset(); }
    void reset();

    std::map<Tn, ThinktelTrunk>& trunks() { return trunks_; }
    ThinktelTrunk* trunk(Tn pilot);
    bool has_trunk(Tn pilot) const { return trunks_.contains(pilot); }
    ThinktelTrunk* trunk_of_did(Tn did);
    bool is_on_a_trunk(Tn did) const { return homes_.contains(did); }
    void add_did(Tn pilot, const ThinktelDid& did);
    bool remove_did(Tn pilot, Tn did);

    const std::vector<RateCenter>& rate_centers() const;
    const RateCenter* rate_center(std::string_view name) const;
    const RateCenter* rate_center_of(std::int64_t prefix) const;
    std::int64_t available(const RateCenter& center) const;
    std::vector<Tn> next_free(const RateCenter& center, std::size_t count) const;
    bool is_free(Tn number) const;  ///< in one of our blocks and on no trunk

    const std::set<std::int64_t>& portable_prefixes() const { return portable_; }
    /// Whether a number can be ported in; toll-free numbers always can.
    bool is_portable(Tn number) const;
    void set_portable(std::int64_t prefix, bool portable);

    static const std::map<std::int32_t, std::string>& providers();
    /// Name of the carrier's holiday on that day; empty for none.
    static std::string holiday_on(std::chrono::year_month_day day);

private:
    std::map<Tn, ThinktelTrunk> trunks_;
    std::map<Tn, Tn> homes_;  ///< DID to pilot
    std::set<std::int64_t> portable_;
};

}  // namespace porteur::sim
