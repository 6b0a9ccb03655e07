// SPDX-License-Identifier: Apache-2.0
// A plugin over the SDK whose code throws what it should not.
#include <new>
#include <stdexcept>
#include <vector>

#include <porteur/sdk.hpp>

using namespace porteur;

namespace {

void throw_something() { throw std::runtime_error("thrown out of a noexcept function"); }
void throw_where_it_must_not() noexcept { throw_something(); }

Op<AccountCheck> check_account(Nothing) {
    co_await http().get("account", "/account");
    throw std::runtime_error("the author did not expect this");
}

Op<std::vector<AvailableNumber>> search_numbers(NumberQuery) {
    co_await http().get("search", "/numbers");
    throw_where_it_must_not();
    co_return std::vector<AvailableNumber>{};
}

Op<PurchaseProgress> check_purchase(OrderReference) {
    co_await http().get("poll", "/orders");
    std::vector<std::vector<char>> kept;
    while (true) kept.emplace_back(16 << 20, 'x');
}

Op<PortProgress> check_port(OrderReference) {
    throw 42;
    co_return PortProgress{};
}

}  // namespace

PORTEUR_PLUGIN(
    "throwing", "1.0.0", PORTEUR_OPERATION(check_account), PORTEUR_OPERATION(search_numbers),
    PORTEUR_OPERATION(check_purchase), PORTEUR_OPERATION(check_port)
)
