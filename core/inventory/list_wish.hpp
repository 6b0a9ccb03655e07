// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a query of the inventory asks for, in the terms of what is known of all numbers: which classes,
// which tenants, how many numbers that are; and what the rows found must be.

#include <map>
#include <string>
#include <vector>

#include "domain/tenant_tree.hpp"
#include "inventory/number_directory.hpp"

namespace porteur {

/// Numbers of some classes that some tenants hold, with how many there are.
struct ListGroup {
    std::vector<std::int64_t> classes;  ///< empty: those of the whole list
    std::vector<std::int64_t> tenants;  ///< empty: those of the whole list
    std::int64_t count = 0;
};

/// @threads one
class ListWish {
public:
    /// All three outlive it.
    ListWish(const NumberDirectory& directory, const InventoryQuery& query, const TenantTree& tree);

    /// Nothing can fit.
    bool is_empty() const { return whole_.count == 0; }
    /// The search row asks for names.
    bool has_names() const { return has_used() || has_any(); }
    bool has_used() const { return !used_has_.empty() || !used_begins_.empty(); }
    bool has_any() const { return !any_has_.empty() || !any_begins_.empty(); }
    /// Something that the counts do not know is asked for.
    bool has_text() const { return has_names() || !digits_.empty() || !query_.filter.tags.empty(); }
    bool has_range() const { return from_ != 0 || to_ != 0; }

    /// All that fits but for text and range, and how many it is.
    const ListGroup& whole() const { return whole_; }
    /// Whose numbers alone are asked for; empty: everybody's.
    const std::vector<std::int64_t>& tenants() const { return whole_.tenants; }
    std::int64_t held_by_tenants() const { return held_; }  ///< whatever they are
    std::int64_t total() const { return total_; }          ///< of the whole inventory

    /// In the order of the sort, by its folded value; of used_by: "" and "used". None in the order of the numbers.
    const std::map<std::string, ListGroup>& groups() const { return groups_; }
    bool sorts_by_tenant() const { return query_.sort == NumberSort::company || query_.sort == NumberSort::var; }
    /// What a number is sorted by; of used_by its row says it.
    std::string value_of(const IndexHit& hit) const;
    std::string value_of(const NumberRow& row) const;

    IndexWish in_index(const ListGroup& group) const;
    /// Along the rows, with all that is asked for but names.
    KeyScan in_store(const ListGroup& group) const;

    /// What is asked for is true of this row, as it is now.
    bool fits(const NumberRow& row) const;
    bool fits(const NumberLine& line) const;  ///< but for names

private:
    void read_filter();
    void find_tenants();
    void find_classes();
    void group_by_class();
    void group_by_tenant();

    bool fits(const NumberClass& shared) const;
    bool fits(const Tenant& tenant) const;
    bool takes_any_class() const;
    bool takes_any_tenant() const;
    bool has_fitting(std::int64_t class_id, std::int64_t tenant, NumberKey key, std::string_view tags) const;

    std::string_view company_of(std::int64_t tenant) const;
    std::string_view var_of(std::int64_t tenant) const;
    std::string value_of_tenant(std::int64_t tenant) const;
    std::string value_of_class(const NumberClass& shared) const;

    const NumberDirectory& directory_;
    const InventoryQuery& query_;
    const TenantTree& tree_;

    // The search row.
    std::string digits_, used_has_, used_begins_, any_has_, any_begins_, any_digits_;
    NumberKey from_ = 0, to_ = 0;
    bool nothing_fits_ = false;

    bool any_class_ = true, any_tenant_ = true;
    ListGroup whole_;
    std::int64_t held_ = 0, total_ = 0;
    struct ClassCount {
        std::int64_t id;
        const NumberClass* shared;  ///< stays where it is: classes are never taken away while they have numbers
        std::int64_t count;
    };
    std::vector<ClassCount> counts_;
    std::map<std::string, ListGroup> groups_;
};

}  // namespace porteur
