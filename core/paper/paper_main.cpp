// SPDX-License-Identifier: Apache-2.0
// porteur-paper: reads PDFs and spreadsheets of strangers, and makes letters with pictures of strangers in them, in
// a process that can do nothing else. porteurd starts it for each piece of work; paper_work.hpp
// says how they speak.

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <string_view>

#include <porteur/json.hpp>

#include "paper/letter_pdf.hpp"
#include "paper/paper_lock.hpp"
#include "paper/paper_work.hpp"
#include "paper/pdf_check.hpp"
#include "paper/spreadsheet_check.hpp"

namespace porteur::paper {
namespace {

/// The document, mapped: no second copy in this process.
Result<std::string_view> document() {
    struct stat about{};
    if (::fstat(0, &about) != 0 || about.st_size <= 0)
        return failure(ErrorKind::internal, "porteur-paper was given no document");
    const auto size = static_cast<std::size_t>(about.st_size);
    const void* at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, 0, 0);
    if (at == MAP_FAILED) return failure(ErrorKind::internal, "the document cannot be mapped");
    return std::string_view(static_cast<const char*>(at), size);
}

void say(char mark, std::string_view rest) {
    std::string all(1, mark);
    all += rest;
    std::string_view left = all;
    while (!left.empty()) {
        const auto count = ::write(1, left.data(), left.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return;
        left.remove_prefix(static_cast<std::size_t>(count));
    }
}

/// The document, read whole; from here on this program can open nothing and has no more memory than that.
auto document_behind_lock(std::int64_t memory_max_bytes) {
    auto bytes = document();
    if (!bytes) return bytes;
    if (auto done = limit_paper(static_cast<std::uint64_t>(memory_max_bytes)); !done)
        return decltype(bytes)(std::unexpected(done.error()));
    if (auto done = lock_paper(); !done) return decltype(bytes)(std::unexpected(done.error()));
    return bytes;
}

Result<std::string> check(std::string_view rules_text) {
    const auto rules = from_text<CheckWork>(rules_text);
    if (!rules) return std::unexpected(rules.error());
    const auto bytes = document_behind_lock(rules->memory_max_bytes);
    if (!bytes) return std::unexpected(bytes.error());
    const auto facts =
        check_pdf(*bytes, {.pages_max = static_cast<std::uint32_t>(rules->pages_max)});
    if (!facts) return std::unexpected(facts.error());
    return to_text(PdfAnswer{.pages = facts->pages, .repaired = facts->repaired});
}

Result<std::string> check_sheet(std::string_view rules_text) {
    const auto rules = from_text<SpreadsheetWork>(rules_text);
    if (!rules) return std::unexpected(rules.error());
    const auto bytes = document_behind_lock(rules->memory_max_bytes);
    if (!bytes) return std::unexpected(bytes.error());
    const auto facts = check_spreadsheet(*bytes);
    if (!facts) return std::unexpected(facts.error());
    return to_text(SpreadsheetAnswer{.content_type = std::string(facts->content_type)});
}

Result<std::string> write_letter(std::string_view rules_text) {
    const auto rules = from_text<LetterWork>(rules_text);
    if (!rules) return std::unexpected(rules.error());
    const auto bytes = document();
    if (!bytes) return std::unexpected(bytes.error());
    const auto line_end = bytes->find('\n');
    if (line_end == bytes->npos) return failure(ErrorKind::internal, "the letter has no end");
    const auto letter = from_text<Letter>(bytes->substr(0, line_end));
    if (!letter) return std::unexpected(letter.error());
    if (auto done = limit_paper(static_cast<std::uint64_t>(rules->memory_max_bytes)); !done)
        return std::unexpected(done.error());
    // The fonts are files, so they are opened before the lock.
    return letter_pdf(*letter, bytes->substr(line_end + 1), rules->font_folder, lock_paper);
}

int run(std::string_view work, std::string_view rules) {
    auto made = work == check_work         ? check(rules)
                : work == spreadsheet_work ? check_sheet(rules)
                : work == letter_work      ? write_letter(rules)
                                           : failure(ErrorKind::internal, "there is no such work");
    if (made)
        say(made_mark, *made);
    else
        say(refused_mark,
            to_text(PaperRefusal{
                .kind = std::string(name_of(made.error().kind)), .message = made.error().message
            }));
    return 0;
}

}  // namespace
}  // namespace porteur::paper

int main(int count, char** words) {
    if (count != 3) {
        std::fputs("porteur-paper is started by porteurd; it is of no use by hand\n", stderr);
        return 2;
    }
    // Not by return: what runs at a program's end needs calls that are closed by now.
    ::_exit(porteur::paper::run(words[1], words[2]));
}
