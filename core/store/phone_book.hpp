// SPDX-License-Identifier: Apache-2.0
#pragma once

// What people have said of their telephones, in the store. Each change writes its record of the
// audit log in the same transaction; a password is sealed and stands in no record.

#include "store/people_book.hpp"

namespace porteur {

/// How a person's telephone is reached at a telephone system of the settings.
struct PhoneLine {
    std::string phone;      ///< the system's name: what is said of one is shown to no other
    std::string sip_user;   ///< empty: none
    std::string password;   ///< of sip_user; empty: none
    std::string call_back;  ///< what rings first: an extension or a number; empty: sip_user
    friend bool operator==(const PhoneLine&, const PhoneLine&) = default;
};

/// @threads any; blocks @errors unavailable: the store
class PhoneBook {
public:
    explicit PhoneBook(StoreAccess& access) : access_(access) {}

    /// An empty one where nothing was said.
    Result<PhoneLine> line(Id user);
    Result<void> set_line(const ChangeBy& by, Id user, const PhoneLine& line);
    /// Before a telephone system is asked, so that a repeat finds the answer of one in doubt.
    /// @param said  canonical JSON of what is asked of the telephone system
    Result<void> note_call(
        const ChangeBy& by, Id user, const std::string& said,
        const std::optional<IdempotencyRecord>& answer
    );
    /// Afterwards: one more record, and this answer in place of the first one's.
    Result<void> note_outcome(
        const ChangeBy& by, Id user, const std::string& said,
        const std::optional<IdempotencyRecord>& answer
    );

private:
    StoreAccess& access_;
};

}  // namespace porteur
