// SPDX-License-Identifier: Apache-2.0
// Lists without a store or a network: numbers checked, CSV written and read, an import read whole,
// a PDF made. Each measurement runs in a child of its own, so that its peak of memory is its own.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "numbering/checked_number.hpp"
#include "tables/csv_reader.hpp"
#include "tables/csv_writer.hpp"
#include "tables/import_reader.hpp"
#include "tables/table_pdf.hpp"

namespace {

using namespace porteur;
using namespace porteur::tables;

[[noreturn]] void stop(const std::string& why) {
    std::fprintf(stderr, "bench_tables: %s\n", why.c_str());
    std::exit(1);
}

template <class T>
T value_of(Result<T> result) {
    if (!result) stop(result.error().message);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// A row as the inventory has them, of twelve cells and 84 bytes or so.
class Rows {
public:
    const std::vector<std::string_view>& make(std::size_t index) {
        static constexpr std::string_view companies[] = {
            "Acme Inc.", "Boulangerie Noël", "Hôtel du Nord", "Smith, Jones & Co."
        };
        number_ = "+1514" + std::to_string(2000000 + index % 7000000);
        if (index >= 7000000) number_[3] = '3';
        used_by_ = "Person " + std::to_string(index);
        cells_ = {number_, used_by_,   "user",       companies[index % 4],
                  "North", "thinktel", "active",     "in_service",
                  "CA",    "local",    "2026-11-26", "1.50"};
        return cells_;
    }

private:
    std::string number_, used_by_;
    std::vector<std::string_view> cells_;
};

std::vector<Column> columns() {
    std::vector<Column> out;
    for (const char* title :
         {"Number", "Used by", "Use type", "Company", "VAR", "Provider", "Status", "State",
          "Country", "Type", "Updated", "Cost"})
        out.push_back({.word = title, .title = title, .width = 1, .kind = ColumnKind::text});
    out.front().kind = ColumnKind::number;
    out.back().kind = ColumnKind::amount;
    return out;
}

struct Done {
    double seconds = 0;
    std::size_t bytes = 0;
};

template <class Work>
double timed(Work work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

Done write_csv(std::size_t count) {
    std::size_t bytes = 0;
    // A thousand rows again and again: making texts is not what is measured.
    std::vector<std::vector<std::string>> kept;
    Rows rows;
    for (std::size_t index = 0; index < 1000; ++index) {
        const auto& row = rows.make(index);
        kept.emplace_back(row.begin(), row.end());
    }
    std::vector<std::vector<std::string_view>> views;
    for (const auto& row : kept) views.emplace_back(row.begin(), row.end());
    const auto seconds = timed([&] {
        CsvWriter writer(columns(), {}, [&](std::string_view piece) {
            bytes += piece.size();
            return Result<void>{};
        });
        value_of(writer.header());
        for (std::size_t index = 0; index < count; ++index)
            value_of(writer.row(views[index % views.size()]));
        value_of(writer.finish());
    });
    return {seconds, bytes};
}

/// The file is made piece by piece between what is timed, so that it never lies in memory as a
/// whole.
template <class Reader>
Done feed(Reader& reader, std::size_t count) {
    Done out;
    std::string piece;
    std::vector<std::string> pieces;
    CsvWriter writer(columns(), {}, [&](std::string_view bytes) {
        piece = bytes;
        out.bytes += bytes.size();
        out.seconds += timed([&] { value_of(reader.append(piece)); });
        return Result<void>{};
    });
    Rows rows;
    value_of(writer.header());
    for (std::size_t index = 0; index < count; ++index) value_of(writer.row(rows.make(index)));
    value_of(writer.finish());
    out.seconds += timed([&] { value_of(reader.finish()); });
    return out;
}

Done read_csv(std::size_t count) {
    std::size_t rows = 0;
    CsvReader reader([&](const CsvRow&) {
        ++rows;
        return Result<void>{};
    });
    const auto done = feed(reader, count);
    if (rows != count + 1) stop("rows were lost");
    return done;
}

Done read_import(std::size_t count) {
    std::size_t rows = 0;
    ImportReader reader(
        {.region = "CA"},
        [&](std::span<const ImportRow> good) {
            rows += good.size();
            return Result<void>{};
        },
        [](const ImportFinding& finding) -> Result<void> { stop(finding.sentence); }
    );
    const auto done = feed(reader, count);
    if (rows != count) stop("rows were lost");
    return done;
}

/// @param strange  written so that the library has to be asked about each
Done check_numbers(std::size_t count, unsigned threads, bool strange) {
    std::vector<std::string> written;
    Rows rows;
    for (std::size_t index = 0; index < count; ++index)
        written.push_back((strange ? "tel:" : "") + std::string(rows.make(index)[0]));
    const std::vector<std::string_view> texts(written.begin(), written.end());
    std::vector<numbering::CheckedNumber> out(count);
    static_cast<void>(numbering::check("+15145550100", ""));
    return {timed([&] { numbering::check_all(texts, "CA", threads, out); }), 0};
}

Done make_pdf(std::size_t count) {
    TableDocument about{
        .title = "Phone numbers",
        .filter = "All",
        .date = "2026-11-26",
        .page = "Page {page} of {pages}",
        .columns = columns(),
        .font_folder = "/usr/share/fonts/truetype/dejavu"
    };
    about.columns.resize(8);
    Done out;
    Rows rows;
    std::size_t index = 0;
    out.seconds = timed([&] {
        value_of(table_pdf(
            about,
            [&](std::vector<std::string_view>& row) -> Result<bool> {
                if (index == count) return false;
                const auto& made = rows.make(index++);
                row.assign(made.begin(), made.begin() + 8);
                return true;
            },
            [&](std::string_view bytes) {
                out.bytes += bytes.size();
                return Result<void>{};
            }
        ));
    });
    return out;
}

void measure(const char* op, std::size_t rows, const std::function<Done()>& work) {
    int ends[2];
    if (::pipe(ends) != 0) stop("no pipe");
    const auto child = ::fork();
    if (child == 0) {
        const auto done = work();
        if (::write(ends[1], &done, sizeof done) != sizeof done) std::_Exit(1);
        std::_Exit(0);
    }
    ::close(ends[1]);
    Done done;
    const bool got = ::read(ends[0], &done, sizeof done) == sizeof done;
    ::close(ends[0]);
    int status = 0;
    rusage usage{};
    ::wait4(child, &status, 0, &usage);
    if (!got || status != 0) stop(std::string(op) + " failed");
    std::printf(
        "{\"bench\":\"tables\",\"op\":\"%s\",\"rows\":%zu,\"value\":%.3f,\"unit\":\"s\",\"rows_per_"
        "second\":%.0f,\"bytes\":%zu,"
        "\"peak_rss_mb\":%.1f}\n",
        op, rows, done.seconds, static_cast<double>(rows) / done.seconds, done.bytes,
        static_cast<double>(usage.ru_maxrss) / 1024
    );
    std::fflush(stdout);
}

}  // namespace

int main(int count, char** words) {
    const std::string_view only = count > 1 ? words[1] : "";
    const auto run = [&](const char* op, std::size_t rows, const std::function<Done()>& work) {
        if (only.empty() || only == op) measure(op, rows, work);
    };
    constexpr std::size_t million = 1'000'000;
    run("check", million, [] { return check_numbers(million, 1, false); });
    run("check_by_library", 20'000, [] { return check_numbers(20'000, 1, true); });
    run("check_by_library_two_threads", 20'000, [] { return check_numbers(20'000, 2, true); });
    run("csv_write", million, [] { return write_csv(million); });
    run("csv_read", million, [] { return read_csv(million); });
    run("import_read", million, [] { return read_import(million); });
    run("pdf", 100'000, [] { return make_pdf(100'000); });
}
