// SPDX-License-Identifier: Apache-2.0
#include "app/doubt_watch.hpp"

namespace porteur {

std::size_t DoubtWatch::unsettled(const std::vector<OrderInDoubt>& now_in_doubt, Instant now) {
    const std::lock_guard lock(mutex_);
    std::map<Id, Instant> still;
    std::size_t count = 0;
    for (const auto& each : now_in_doubt) {
        const auto seen = since_.find(each.id);
        const auto since = seen == since_.end() ? each.changed : seen->second;
        still.emplace(each.id, since);
        if (!each.looked_up || now - since > doubt_settles_within) ++count;
    }
    since_ = std::move(still);
    return count;
}

}  // namespace porteur
