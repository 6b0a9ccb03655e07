// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

typedef struct pg_conn PGconn;

namespace porteur::testing {

/// A session beside the store's, for what only an administrator does.
class PostgresAdmin {
public:
    /// @param database  as the store's settings have it: "postgresql:host=... dbname=..." or an URL
    /// @errors throws std::runtime_error, as do the others
    explicit PostgresAdmin(const std::string& database);
    ~PostgresAdmin();
    PostgresAdmin(const PostgresAdmin&) = delete;
    PostgresAdmin& operator=(const PostgresAdmin&) = delete;

    /// Runs statements. @return the first field of the first row of the last; empty if there is
    /// none
    std::string ask(const std::string& sql);
    /// Ends every other session of the database. @return how many there were
    int end_others();
    /// Every row of every table as text, and nothing opened.
    std::string everything();
    /// Empties every table but those that the migrations fill.
    void forget_everything();
    /// "ok", or what amcheck finds in tables and indexes.
    std::string checked();

private:
    std::vector<std::string> tables();

    PGconn* connection_;
};

}  // namespace porteur::testing
