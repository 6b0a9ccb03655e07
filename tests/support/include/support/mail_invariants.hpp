// SPDX-License-Identifier: Apache-2.0
#pragma once

// Invariant I5: every mail in the sink has an outbox row; every row that was sent is in the sink;
// one Message-ID comes twice only where the row says that it was tried twice.

#include <map>
#include <string>
#include <vector>

#include "mail/reading.hpp"
#include "store/store.hpp"

namespace porteur::testing {

/// Compares what a carrier's mailbox or an smtp-sink took with the store's outbox.
///
/// @param sink  the mails as they lie there, of ours alone; each once for each recipient
/// @param recipient  only rows written to this address must be in the sink; empty: all
/// @return what is wrong, a line each; empty: the invariant holds
/// @threads any; reads every order of the store
inline std::vector<std::string> breaches_of_outbox(
    Store& store, const std::vector<std::string>& sink, const std::string& recipient = {}
) {
    std::vector<std::string> wrong;
    std::map<std::string, int> taken;
    for (const auto& bytes : sink) {
        const auto read = read_mail(bytes);
        if (!read) {
            wrong.push_back("a mail in the sink cannot be read: " + read.error().message);
            continue;
        }
        ++taken[read->message_id];
        const auto row = store.mail_by_message_id(read->message_id);
        if (!row) wrong.push_back(row.error().message);
        if (row && !*row)
            wrong.push_back(read->message_id + " is in the sink and in no row of the outbox");
    }
    for (Id before = 0;;) {
        const auto page = store.orders({}, before, 200);
        if (!page) {
            wrong.push_back(page.error().message);
            return wrong;
        }
        for (const auto& order : *page) {
            const auto rows = store.mails_of(order.id);
            if (!rows) wrong.push_back(rows.error().message);
            if (!rows) continue;
            for (const auto& row : *rows) {
                if (!recipient.empty() &&
                    row.recipients.find("\"" + recipient + "\"") == row.recipients.npos)
                    continue;
                const int count = taken[row.message_id];
                if (row.phase == "accepted" && count == 0)
                    wrong.push_back(row.message_id + " was accepted, but is not in the sink");
                if (count > 1 && row.tries < 2)
                    wrong.push_back(
                        row.message_id + " is in the sink " + std::to_string(count) +
                        " times, but was tried once"
                    );
            }
        }
        if (page->size() < 200) return wrong;
        before = page->back().id;
    }
}

}  // namespace porteur::testing
