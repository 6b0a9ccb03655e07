// SPDX-License-Identifier: Apache-2.0
// The migrations of porteurd-next, which is this porteurd with one more: what a later version is to an upgrade and to the way back. All else
// is the same code, so that whatever happens to an order is the migration's doing. It touches each order.
#include <vector>

#include "store/migration_list.hpp"

// The released ones, under another name; as this file has the function, the linker does not take the library's.
#define all_migrations released_migrations
#include "store/migration_list.cpp"
#undef all_migrations

namespace porteur {

std::span<const Migration> all_migrations() noexcept {
    static const std::vector<Migration> all = [] {
        const auto released = released_migrations();
        std::vector<Migration> out(released.begin(), released.end());
        out.push_back({1000, "of the next version, for tests", R"(
alter table orders add column next_reference text not null default '';
update orders set next_reference = reference;
create index orders_next_reference on orders (next_reference)
)"});
        return out;
    }();
    return all;
}

}  // namespace porteur
