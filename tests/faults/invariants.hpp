// SPDX-License-Identifier: Apache-2.0
#pragma once

// What must hold after every run, whatever died in it: the invariants I1 to I12 of
// docs/reliability.md, checked by a program. Each finding is a sentence; each check is counted, so
// that one which looks at nothing is seen.

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace porteur::testing {

/// A mail as the far end took it: CRLF, dots undone.
struct SinkMail {
    std::string bytes;
};

class Invariants {
public:
    /// I1: the carrier has carried `what` out at most once.
    void once(const std::string& what, int times);
    /// I2: what was acknowledged is there.
    void acknowledged(const std::string& what, bool is_there);
    /// I3: each intent has exactly one outcome, or its operation is open or parked.
    void journal(const StoredOperation& stored);
    /// I4: the order's states are a path of the state machine, and times never go back.
    /// I9: its timeline and its operations, replayed, give the order as it stands.
    void history(
        const Order& order, const std::vector<TimelineEntry>& entries,
        const std::vector<Operation>& operations
    );
    /// I5: each mail of the sink has its row and its bytes; each row "accepted" is in the sink; two
    /// with one Message-ID only where the row counts more than one try.
    /// I6: the one document that each carries is the document that is stored.
    /// @param rows      as Message-ID says
    /// @param document  the bytes; empty: the mails carry none
    void mails(
        const std::vector<SinkMail>& sink, const std::vector<OutboxMail>& rows,
        const std::string& document
    );
    /// I6: a document at the carrier.
    void document(const std::string& hash_there, const std::string& hash_here);
    /// I7: the audit log's chain holds, from its first record to its last. @param broken  what its check complained of; empty: nothing
    void audited(std::int64_t records, const std::string& broken);
    /// I8: none of the secrets stands in these bytes.
    void no_secret(
        std::string_view bytes, const std::string& where, const std::vector<std::string>& secrets
    );
    /// I10: "ok" from the database's own check.
    void sound(const std::string& said);
    /// I11: what a process or a test has left behind.
    void nothing_left(const std::string& what, std::size_t there, std::size_t expected);
    /// I12: the same seed gives the same history.
    void same(const std::string& first, const std::string& second);

    /// Anything that only one run can know.
    void finding(std::string text) { findings_.push_back(std::move(text)); }
    const std::vector<std::string>& findings() const { return findings_; }

    /// All of an order that stands in the store: I3, I4, I9.
    void order(Store& store, const Order& order);

    /// How often each has been looked at.
    std::map<std::string, long> checks;
    void count_with(const Invariants& other);
    /// One line of JSON; names what is not checked, and why.
    std::string summary() const;

private:
    void expect(const char* which, bool holds, const std::string& text) {
        ++checks[which];
        if (!holds) findings_.push_back(std::string(which) + ": " + text);
    }
    std::vector<std::string> findings_;
};

/// The Message-ID of a mail. Empty if it has none.
std::string message_id_of(const std::string& mail);

}  // namespace porteur::testing
