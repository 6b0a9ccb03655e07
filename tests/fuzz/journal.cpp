// SPDX-License-Identifier: Apache-2.0
// A piece of an operation's journal comes from the store: from a disk, a backup, or a person with a
// database tool.
#include "engine/journal_record.hpp"
#include "finding.hpp"

using namespace porteur;

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view piece(reinterpret_cast<const char*>(data), size);
    const auto read = read_records(piece);
    if (!read) return 0;
    // Every byte says something: what was read is written as it stood there, or it was not
    // understood.
    std::string written;
    for (const auto& each : *read) append_record(written, each);
    fuzz::must(written == piece, "what was read from a journal is not written as it stood there");
    return 0;
}
