// SPDX-License-Identifier: Apache-2.0
#pragma once

// The inventory as the API sees it: whose numbers a caller is shown, and in which words.

#include "api/number_services.hpp"
#include "domain/tenant_tree.hpp"
#include "inventory/inventory_list.hpp"

namespace porteur {

/// @threads any
class InventoryDesk final : public NumberServices {
public:
    struct Parts {
        Store& store;
        const TenantsNow& tenants;
        std::filesystem::path font_folder = {};  ///< of lists as PDF
    };
    explicit InventoryDesk(Parts parts);
    /// Reads what is known of all numbers. Once, before anything else. @errors as the store
    Result<void> load() { return directory_.load(*book_); }

    Result<NumbersShown> numbers(const Caller& caller, InventoryQuery query) override;
    Result<std::optional<NumberShown>> number(const Caller& caller, NumberKey key) override;
    Result<std::optional<std::vector<NumberEvent>>> history(const Caller& caller, NumberKey key, int limit) override;
    Result<NumberFacets> facets(const Caller& caller, std::int64_t tenant) override;
    Result<void> each_number(const Caller& caller, NumberChoice choice, const NumberReading& reading) override;
    PaperNeeds paper() const override;

private:
    /// Restricts a filter to what the caller may see, or to an account of it.
    Result<void> restrict(const Caller& caller, const TenantTree& tree, NumberFilter& filter) const;
    NumberShown shown(const TenantTree& tree, NumberRow row) const;
    Result<void> each_chosen(const Caller& caller, const TenantTree& tree, NumberChoice choice, const NumberReading& reading) const;

    const TenantsNow& tenants_;
    std::unique_ptr<NumberBook> book_;
    NumberDirectory directory_;
    InventoryList list_;
    std::filesystem::path font_folder_;
};

}  // namespace porteur
