// SPDX-License-Identifier: Apache-2.0
// porteur calls import: a telephone system's call records make the numbers active that were called
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>

#include <porteur/calendar_text.hpp>
#include <porteur/phrase.hpp>

#include "commands/all.hpp"
#include "progress.hpp"
#include "session.hpp"
#include "tables/call_reader.hpp"

namespace porteur::cli {
namespace {

using namespace std::chrono_literals;

/// @source core/api/number_job_routes.cpp
constexpr std::size_t calls_at_once_max = 10'000;
constexpr std::size_t piece_size = 256 * 1024;
/// More bad rows than a person reads at once.
constexpr std::size_t rows_shown_max = 1'000;
/// A daemon that is started again or has too much to do is waited for so often, ever longer.
constexpr auto pauses = std::to_array<std::chrono::milliseconds>({1s, 2s, 4s, 8s, 15s});

/// "-05:00", "+0100", "Z".
Outcome<std::chrono::minutes> zone_of(const std::string& text) {
    if (text.empty() || text == "Z" || text == "UTC") return 0min;
    const auto colon = text.size() == 6 && text[3] == ':' ? 1U : 0U;
    const auto digits = text.size() == 5 + colon ? text.substr(1, 2) + text.substr(3 + colon) : "";
    const auto hours = digits.empty() || digits.find_first_not_of("0123456789") != digits.npos
                           ? 99
                           : std::atoi(digits.substr(0, 2).c_str());
    const auto minutes = hours > 14 ? 99 : std::atoi(digits.substr(2).c_str());
    if ((text[0] != '+' && text[0] != '-') || minutes > 59)
        return trouble(
            ExitCode::usage,
            phrase(
                "--zone {1} is no distance from UTC; write it as in --zone=-05:00", quoted(text, 40)
            )
        );
    return std::chrono::minutes((hours * 60 + minutes) * (text[0] == '-' ? -1 : 1));
}

/// One run over one file.
class CallImport {
public:
    CallImport(Session& session, tables::CallOptions options, std::size_t from_row)
        : session_(session),
          from_row_(from_row),
          is_dry_(session.arguments.has("dry-run")),
          reader_(
              std::move(options), [this](const tables::CallRecord& call) { return take(call); },
              [this](const tables::ImportFinding& finding) { return note(finding); }
          ) {}

    Outcome<ExitCode> run(const std::string& path);

private:
    Result<void> take(const tables::CallRecord& call);
    Result<void> note(const tables::ImportFinding& finding);
    Result<void> send();
    Outcome<void> read(std::istream& in, std::size_t size, const std::string& path);
    void tell();

    Session& session_;
    std::size_t from_row_;
    bool is_dry_;
    tables::CallReader reader_;
    json::array calls_;
    std::size_t first_row_ = 0, last_row_ = 0;  ///< of the calls that wait
    std::size_t sent_ = 0, before_ = 0;
    std::int64_t first_ = 0, known_ = 0, unknown_ = 0;
    std::vector<tables::ImportFinding> findings_;
    std::optional<Trouble> trouble_;  ///< why a batch did not arrive
};

Result<void> CallImport::take(const tables::CallRecord& call) {
    if (call.row < from_row_) {
        ++before_;
        return {};
    }
    if (calls_.empty()) first_row_ = call.row;
    last_row_ = call.row;
    if (is_dry_) return {};
    calls_.push_back(json::object{{"at", rfc3339(call.at)}, {"to", call.to.text()}}
    );
    return calls_.size() < calls_at_once_max ? Result<void>{} : send();
}

Result<void> CallImport::note(const tables::ImportFinding& finding) {
    if (session_.wants_json() || findings_.size() < rows_shown_max) findings_.push_back(finding);
    return {};
}

Result<void> CallImport::send() {
    if (calls_.empty()) return {};
    const json::value body = json::object{{"calls", std::move(calls_)}};
    calls_ = {};
    const auto client = session_.client();
    Outcome<Reply> reply = client ? Outcome<Reply>(Reply{}) : passed_on(client);
    // The same calls again change nothing, so they may be sent again whatever became of the first.
    for (std::size_t at = 0; client; ++at) {
        reply = (*client)->send("POST", "/v1/calls", body, {});
        if (reply || reply.error().code != ExitCode::not_reachable || at == pauses.size()) break;
        session_.around().pause(pauses[at]);
    }
    if (!reply) {
        trouble_ = reply.error();
        if (sent_ > 0 || from_row_ > 0)
            trouble_->details.push_back(phrase(
                "the rows before row {1} were taken; go on with --from-row {1}, or take the whole "
                "file again: nothing counts twice",
                std::to_string(first_row_)
            ));
        return failure(ErrorKind::cancelled, "ended");
    }
    sent_ += body.at("calls").as_array().size();
    const auto count = [&](const char* name) {
        return std::strtoll(member(reply->document, name).c_str(), nullptr, 10);
    };
    first_ += count("first");
    known_ += count("known");
    unknown_ += count("unknown");
    return {};
}

Outcome<void> CallImport::read(std::istream& in, std::size_t size, const std::string& path) {
    Progress progress(
        session_.around(), session_.tongue().text(phrase("reading {1}", printable(path)))
    );
    std::string piece(piece_size, '\0');
    std::size_t done = 0;
    const auto ended = [&](const Error& error) -> std::unexpected<Trouble> {
        if (trouble_) return std::unexpected(*trouble_);
        return trouble(ExitCode::usage, error.message);
    };
    while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0) {
        const auto count = static_cast<std::size_t>(in.gcount());
        if (auto taken = reader_.append(std::string_view(piece).substr(0, count)); !taken)
            return ended(taken.error());
        done += count;
        progress.update(std::min(done, size), size);
    }
    if (in.bad())
        return trouble(ExitCode::usage, phrase("{1} cannot be read to its end", quoted(path, 200)));
    if (auto taken = reader_.finish(); !taken) return ended(taken.error());
    if (auto sent = send(); !sent) return ended(sent.error());
    return {};
}

void CallImport::tell() {
    const auto& counts = reader_.counts();
    if (session_.wants_json()) {
        json::array findings;
        for (const auto& each : findings_)
            findings.push_back(json::object{
                {"column", each.column},
                {"problem", each.sentence},
                {"row", each.row},
                {"value", each.value}
            });
        session_.print_json(json::object{
            {"bad", counts.bad},
            {"before", before_},
            {"calls", counts.calls},
            {"dry_run", is_dry_},
            {"findings", std::move(findings)},
            {"first", first_},
            {"known", known_},
            {"last_row", last_row_},
            {"left_out", counts.left_out},
            {"no_number", counts.no_number},
            {"rows", counts.rows},
            {"sent", sent_},
            {"unknown", unknown_}
        });
        return;
    }
    Table table({heading("ROW"), heading("COLUMN"), heading("VALUE"), heading("WHY")});
    for (const auto& each : findings_)
        table.add(
            {std::to_string(each.row), each.column, each.value,
             session_.tongue().text(each.sentence)}
        );
    session_.print(table);
    if (counts.bad > findings_.size())
        session_.say(phrase(
            "wrong rows that are not shown: {1:n}; --json names all of them",
            counts.bad - findings_.size()
        ));
    session_.say(phrase("rows: {1:n}; calls to a number: {2:n}", counts.rows, counts.calls));
    if (counts.left_out > 0)
        session_.say(phrase("rows left out as no calls: {1:n}", counts.left_out));
    if (counts.no_number > 0)
        session_.say(phrase(
            "rows left out as calls to no telephone number, such as an extension: {1:n}",
            counts.no_number
        ));
    if (counts.bad > 0)
        session_.say(phrase("rows left out as they cannot be read: {1:n}", counts.bad));
    if (before_ > 0)
        session_.say(phrase("calls left out as they stand before --from-row: {1:n}", before_));
    if (is_dry_) {
        session_.say("nothing was sent");
        return;
    }
    session_.say(phrase(
        "numbers called for the first time: {1:n}; calls to numbers that are active already: "
        "{2:n}, to numbers that are not yours: {3:n}",
        first_, known_, unknown_
    ));
}

Outcome<ExitCode> CallImport::run(const std::string& path) {
    std::ifstream file;
    std::size_t size = 0;
    if (path != "-") {
        struct stat about{};
        if (::stat(path.c_str(), &about) == 0) {
            if (S_ISDIR(about.st_mode))
                return trouble(
                    ExitCode::usage, phrase("{1} is a folder; name a file", quoted(path, 200))
                );
            size = static_cast<std::size_t>(about.st_size);
        }
        file.open(path, std::ios::binary);
        if (!file)
            return trouble(
                ExitCode::usage,
                phrase("{1} cannot be opened; is it there, and may you read it?", quoted(path, 200))
            );
    }
    if (auto done = read(path == "-" ? session_.around().in : file, size, path); !done)
        return passed_on(done);
    tell();
    return reader_.counts().bad > 0 ? ExitCode::refused : ExitCode::done;
}

Outcome<ExitCode> import_calls(Session& session) {
    const auto& said = session.arguments;
    if (said.has("format") == said.has("columns"))
        return trouble(
            ExitCode::usage,
            "say what the columns are: by the program that wrote the file, --format asterisk, or "
            "with --columns id=17,from=2,to=3,at=10"
        );
    auto map = tables::call_map(said.has("format") ? said.text("format") : said.text("columns"));
    if (!map) return trouble(ExitCode::usage, map.error().message);
    const auto zone = zone_of(said.text("zone"));
    if (!zone) return passed_on(zone);
    // Without the token and the address nothing could be sent; that is better known before the file
    // is read.
    if (!said.has("dry-run"))
        if (const auto client = session.client(); !client) return passed_on(client);
    const auto from_row = std::strtoull(said.text("from-row").c_str(), nullptr, 10);
    CallImport import(
        session,
        {.map = std::move(*map), .region = said.text("region"), .utc_offset = *zone, .limits = {}},
        from_row
    );
    return import.run(said.words.front());
}

}  // namespace

std::vector<CommandSpec> call_commands() {
    return {
        {.path = "calls import",
         .help = told("have the call records of a telephone system make numbers active"),
         .words = {{"FILE", told("CSV; - for standard input")}},
         .options =
             {{"--format",
               ValueKind::choice,
               "",
               told("the program that wrote it"),
               {"asterisk", "freeswitch", "kamailio"}},
              {"--columns", ValueKind::text, "MAP",
               told("or what stands in which column, as in id=17,from=2,to=3,at=10")},
              {"--zone", ValueKind::text, "ZONE",
               told("of times without a zone, as in --zone=-05:00 (UTC)")},
              {"--region", ValueKind::text, "COUNTRY",
               told("of numbers without a country code, as in CA")},
              {"--from-row", ValueKind::count, "ROW",
               told("leave out the rows before this one, as they were taken already")},
              {"--dry-run", ValueKind::flag, "",
               told("read the file and say what is in it; nothing is sent")}},
         .run = import_calls,
         .footer = told(
             "The same file again changes nothing. The exit status is 1 if a row cannot be read."
         )},
    };
}

}  // namespace porteur::cli
