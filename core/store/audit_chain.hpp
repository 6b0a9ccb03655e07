// SPDX-License-Identifier: Apache-2.0
#pragma once

// The audit log as a chain: the hash of a record is BLAKE2b-256 over the hash of the one before (32
// bytes; zeros before the first) and the record's text (domain/audit.hpp). How many there are and
// the last one's hash, the head, stand in a table of their own; noted elsewhere, it also shows that
// the end of the log was cut off and the head with it.
//
// An export is a text of one line for each record,
//   {"hash":"<64 hexadecimal digits>","record":<the text that the hash covers>}
// and a last one, {"head":{"count":N,"hash":"..."}}: what is hashed stands there byte for byte, so
// that checking it needs no JSON reader.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

#include "domain/audit.hpp"
#include "store/store_access.hpp"

namespace porteur {

/// Which record is the last.
struct AuditHead {
    std::int64_t count = 0;
    std::string hash;  ///< lower-case hex; of an empty log zeros
    friend bool operator==(const AuditHead&, const AuditHead&) = default;
};

/// "12:9f3a...", to be noted where nobody who can change the log can. @threads any
std::string text_of(const AuditHead& head);
/// @errors invalid_input
Result<AuditHead> read_audit_head(std::string_view text);

/// Puts entries at the end of the log, in the transaction under way. Call it before anything is
/// read in that transaction, or after something was written in it: on SQLite a reader cannot become
/// a writer once somebody else has written. Entries of others wait until the transaction has ended,
/// so nothing slow may follow. Throws what SOCI throws. @threads the session's
void append_audit(soci::session& sql, std::span<const AuditEntry> entries);
inline void append_audit(soci::session& sql, const AuditEntry& entry) {
    append_audit(sql, std::span(&entry, 1));
}

/// Which records are asked for. Texts match as a whole; empty: any.
struct AuditQuery {
    std::optional<std::vector<std::int64_t>> tenants = {
    };  ///< done in one of these; nothing: in any
    std::string who = {}, action = {}, kind = {}, object = {};
    std::optional<Instant> since = {}, until = {};  ///< from, and before
    std::int64_t before = 0;                        ///< position; 0 = from the newest
    int limit = 100;
};

/// Reads the log of a store. @threads any; blocks @errors unavailable: the store
class AuditLog {
public:
    explicit AuditLog(StoreAccess& access) : access_(access) {}

    /// Newest first.
    Result<std::vector<AuditRecord>> records(const AuditQuery& query);
    Result<AuditHead> head();
    /// Looks at every record.
    /// @param noted  a head that was noted before: the log must still hold it
    /// @return       the head
    /// @errors       rejected: the log was changed; the message says where
    Result<AuditHead> verify(const std::optional<AuditHead>& noted);
    /// Gives the export a piece at a time. @param take  false: enough
    Result<void> write(const std::function<bool(std::string_view)>& take);

private:
    StoreAccess& access_;
};

/// Checks an export as it is read. @threads one at a time
class AuditExportCheck {
public:
    explicit AuditExportCheck(std::optional<AuditHead> noted) : noted_(std::move(noted)) {}

    /// The next bytes, cut anywhere.
    /// @errors  rejected: the log was changed, or this is no export; the message says where
    Result<void> take(std::string_view bytes);
    /// @errors  as take(); the end of the file is missing, or it does not hold the noted head
    Result<AuditHead> finish();

private:
    using Hash = std::array<unsigned char, 32>;
    Result<void> line(std::string_view text);

    std::optional<AuditHead> noted_;
    std::string rest_;  ///< of a line that was cut
    std::int64_t count_ = 0;
    Hash last_{};
    bool noted_seen_ = false, ended_ = false;
};

}  // namespace porteur
