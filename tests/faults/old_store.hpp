// SPDX-License-Identifier: Apache-2.0
#pragma once

// The store of an older porteurd, with rows in it, for whoever brings it to today's form.

#include <string>

namespace porteur::testing {

class OldStore {
public:
    /// @param address  of PostgreSQL, as the store's settings have it; empty: SQLite
    /// @param folder   of the database file; emptied with each store that is made
    OldStore(std::string address, std::string folder);

    const std::string& address() const { return address_; }
    bool is_postgres() const { return is_postgres_; }

    /// The store as a porteurd with so many migrations left it. @errors throws std::runtime_error
    void make(int migrations) const;
    /// One migration more than this build knows.
    void pretend_newer() const;
    /// The newest migration that it has.
    int migration() const;
    /// Tables, columns, indexes and numbers of migrations, and every row of an older porteurd's.
    std::string picture() const;

private:
    std::string address_, folder_;
    bool is_postgres_;
};

}  // namespace porteur::testing
