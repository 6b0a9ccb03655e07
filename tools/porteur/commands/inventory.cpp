// SPDX-License-Identifier: Apache-2.0
// porteur numbers list, show, export
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include <porteur/phrase.hpp>

#include "commands/all.hpp"
#include "number_filters.hpp"
#include "number_history.hpp"
#include "progress.hpp"
#include "session.hpp"

namespace porteur::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto file_silence_max = 120s;

/// What the list and the export are asked with.
std::vector<std::pair<std::string, std::string>> query_of(const Arguments& said) {
    auto out = number_filters(said);
    out.emplace_back("sort", said.text("sort"));
    return out;
}

std::string name_at(const json::value& number, const char* account) {
    return member_at(number, {account, "name"});
}

/// How many there are: "12", or "1000+" where that is all that is known.
std::string total_of(const json::value& page) {
    const auto count = member_at(page, {"total", "count"});
    return member_at(page, {"total", "exact"}) == "false" ? count + "+" : count;
}

Outcome<ExitCode> list_numbers(Session& session) {
    const auto& said = session.arguments;
    const auto client = session.client();
    if (!client) return passed_on(client);
    auto query = query_of(said);
    query.emplace_back("limit", said.text("limit"));
    query.emplace_back("cursor", said.text("cursor"));
    const auto reply = (*client)->get(with_query("/v1/numbers", query));
    if (!reply) return passed_on(reply);
    if (session.wants_json()) {
        session.print_json(reply->document);
        return ExitCode::done;
    }
    Table table(
        {heading("NUMBER"), heading("USED BY"), heading("USE TYPE"), heading("COMPANY"),
         heading("VAR"), heading("PROVIDER"), heading("STATUS"), heading("STATE"),
         heading("COUNTRY"), heading("TYPE"), heading("TAGS")}
    );
    for (const auto& number : list_member(reply->document, "numbers"))
        table.add({
            Cell(member(number, "number"), Colour::bold),
            member(number, "used_by"),
            member(number, "use_type"),
            name_at(number, "company"),
            name_at(number, "var"),
            member(number, "provider"),
            Cell(
                member(number, "status"),
                member(number, "status") == "active" ? Colour::green : Colour::none
            ),
            member(number, "state"),
            member(number, "country"),
            session.word("number_type", member(number, "type")),
            joined(list_member(number, "tags"), " "),
        });
    if (table.empty()) session.tell("No numbers.");
    session.print(table);
    if (const auto total = total_of(reply->document); !total.empty() && !table.empty())
        session.say(phrase("numbers that fit: {1}", total));
    if (const auto next = member(reply->document, "next_cursor"); !next.empty())
        session.say(phrase("there are more; go on with --cursor {1}", next));
    return ExitCode::done;
}

void print_history(Session& session, const json::value& history) {
    const auto table = history_table(history);
    if (!table.empty()) session.print_line("");
    session.print(table);
}

Outcome<ExitCode> show_number(Session& session) {
    const auto& number = session.arguments.words.front();
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto path = "/v1/numbers/" + encoded(number);
    const auto found = (*client)->get(path);
    if (!found) return passed_on(found);
    const auto history = (*client)->get(path + "/history");
    if (!history) return passed_on(history);
    if (session.wants_json()) {
        session.print_json(json::object{
            {"number", found->document}, {"events", list_member(history->document, "events")}
        });
        return ExitCode::done;
    }
    const auto& known = found->document;
    Facts facts;
    facts.line("Number", Cell(member(known, "number"), Colour::bold));
    facts.line("Used by", member(known, "used_by"));
    facts.line("Use type", member(known, "use_type"));
    facts.line("Company", name_at(known, "company"));
    facts.line("VAR", name_at(known, "var"));
    facts.line("Provider", member(known, "provider"));
    facts.line("Status", member(known, "status"));
    facts.line("State", member(known, "state"));
    facts.line("Country", member(known, "country"));
    facts.line("Type", session.word("number_type", member(known, "type")));
    facts.line("Features", joined(list_member(known, "features"), " "));
    facts.line("Tags", joined(list_member(known, "tags"), " "));
    const auto amount = member_at(known, {"cost", "amount"});
    facts.line(
        "Cost a month",
        amount.empty() ? amount : amount + " " + member_at(known, {"cost", "currency"})
    );
    facts.line("Order", member(known, "order"));
    facts.line("Note", member(known, "note"));
    facts.line("First call", local_time(member(known, "first_call")));
    facts.line("Updated", local_time(member(known, "updated")));
    session.print(facts);
    print_history(session, history->document);
    return ExitCode::done;
}

// ------------------------------------------------------------------ export

Trouble not_written(const std::string& path) {
    return {
        ExitCode::usage,
        phrase("{1} cannot be written: {2}", quoted(path, 200), std::strerror(errno)),
        {}
    };
}

/// A file that takes its name when it is whole; until then it has another, and it leaves nothing
/// behind.
class NewFile {
public:
    explicit NewFile(std::string path)
        : path_(std::move(path)),
          part_(path_ + ".part"),
          file_(std::fopen(part_.c_str(), "wbex")) {}
    ~NewFile() {
        if (!file_) return;
        std::fclose(file_);
        ::unlink(part_.c_str());
    }
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    bool is_open() const { return file_ != nullptr; }
    bool write(std::string_view bytes) {
        return std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size();
    }
    bool finish() {
        const bool is_closed = std::fclose(std::exchange(file_, nullptr)) == 0;
        if (is_closed && std::rename(part_.c_str(), path_.c_str()) == 0) return true;
        ::unlink(part_.c_str());
        return false;
    }

private:
    std::string path_, part_;
    std::FILE* file_;
};

/// How many rows are to come, if that is known exactly: for the bar.
std::size_t rows_to_come(Client& client, std::vector<std::pair<std::string, std::string>> query) {
    query.emplace_back("limit", "1");
    const auto page = client.get(with_query("/v1/numbers", query));
    if (!page || member_at(page->document, {"total", "exact"}) != "true") return 0;
    return std::strtoull(member_at(page->document, {"total", "count"}).c_str(), nullptr, 10);
}

Outcome<ExitCode> export_numbers(Session& session) {
    const auto& said = session.arguments;
    const std::string path = said.words.empty() ? "PhoneNumbers.csv" : said.words.front();
    const bool is_pdf = path.ends_with(".pdf");
    if (!is_pdf && !path.ends_with(".csv"))
        return trouble(
            ExitCode::usage, phrase(
                                 "{1} ends neither in .csv nor in .pdf; which of them it shall be "
                                 "is told by its name",
                                 quoted(path, 200)
                             )
        );
    const auto client = session.client();
    if (!client) return passed_on(client);
    auto query = query_of(said);
    const auto rows =
        is_pdf || !session.around().err_is_terminal ? 0 : rows_to_come(**client, query);
    std::string columns;
    for (const auto& each : said.list("column")) columns += (columns.empty() ? "" : ",") + each;
    query.emplace_back("columns", columns);
    if (!is_pdf && said.has("bom")) query.emplace_back("bom", "true");

    NewFile file(path);
    if (!file.is_open()) return std::unexpected(not_written(path + ".part"));
    std::size_t lines = 0, size = 0;
    bool is_written = true;
    const auto done = (*client)->download(
        with_query(is_pdf ? "/v1/numbers/pdf" : "/v1/numbers/csv", query),
        session.tongue().text(phrase("exporting to {1}", printable(path))), file_silence_max,
        [&](std::string_view bytes, Progress& progress) {
            size += bytes.size();
            if (!is_pdf) lines += static_cast<std::size_t>(std::ranges::count(bytes, '\n'));
            if (rows > 0)
                progress.update_count(std::min(lines, rows), rows);
            else
                progress.update();
            return is_written = file.write(bytes);
        }
    );
    if (!is_written) return std::unexpected(not_written(path));
    if (!done) return passed_on(done);
    if (!file.finish()) return std::unexpected(not_written(path));
    if (session.wants_json()) {
        session.print_json(json::object{{"file", path}, {"bytes", size}});
        return ExitCode::done;
    }
    session.say(phrase("{1} is written: {2}", path, size_text(size)));
    return ExitCode::done;
}

}  // namespace

std::vector<CommandSpec> inventory_commands() {
    const OptionSpec sort{
        "--sort", ValueKind::text, "COLUMN",
        told("number, used_by, company, ...; -COLUMN the other way round, as in --sort=-company")
    };
    return {
        {.path = "numbers list",
         .help = told("the numbers that we have, a page at a time"),
         .words = {},
         .options = with_filters(
             {sort,
              {"--limit", ValueKind::count, "COUNT", told("at most so many (100; 500 is the most)")
              },
              {"--cursor", ValueKind::text, "CURSOR", told("go on where an earlier list ended")}}
         ),
         .run = list_numbers},
        {.path = "numbers show",
         .help = told("all that is known of a number of ours, with its history"),
         .words = {{"NUMBER", told("in E.164 form, as in +14165550101")}},
         .options = {},
         .run = show_number},
        {.path = "numbers export",
         .help = told("write the numbers that we have into a file, CSV or PDF by its name"),
         .words =
             {{"FILE",
               told("ends in .csv or .pdf (PhoneNumbers.csv); what stood there is replaced when the new one is whole"),
               false,
               {},
               true}},
         .options = with_filters(
             {sort,
              {"--column", ValueKind::list, "COLUMN",
               told("which columns, in which order, as in number, used_by, custom.floor")},
              {"--bom", ValueKind::flag, "", told("three bytes in front by which Excel knows UTF-8")
              }}
         ),
         .run = export_numbers},
    };
}

}  // namespace porteur::cli
