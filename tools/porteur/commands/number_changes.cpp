// SPDX-License-Identifier: Apache-2.0
// porteur numbers add, assign, unassign, reserve, unreserve, options, release, import: what changes numbers,
// each as a job that is followed to its end
#include <algorithm>
#include <charconv>
#include <cstdlib>

#include <porteur/phrase.hpp>

#include "commands/all.hpp"
#include "number_filters.hpp"
#include "number_work.hpp"
#include "order_fields.hpp"
#include "session.hpp"

namespace porteur::cli {
namespace {

using namespace std::chrono_literals;

/// What changes more numbers than this wants --yes.
constexpr std::size_t many = 100;
/// @source core/api/number_job_routes.cpp
constexpr std::size_t numbers_max = 10'000;
constexpr std::size_t file_size_max = std::size_t{256} << 20;

json::value account_id(const std::string& text) {
    std::int64_t id = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return json::string(text);
    return id;
}

json::array texts(const std::vector<std::string>& list) {
    json::array out;
    for (const auto& each : list) out.emplace_back(each);
    return out;
}

/// --set floor=5: the custom fields by name.
Outcome<json::object> fields_of(const Arguments& said) {
    json::object out;
    for (const auto& each : said.list("set")) {
        const auto equals = each.find('=');
        if (equals == 0 || equals == each.npos)
            return trouble(
                ExitCode::usage,
                phrase("--set {1} names no field; write it as in --set floor=5", quoted(each))
            );
        out[each.substr(0, equals)] = each.substr(equals + 1);
    }
    return out;
}

/// Who uses the numbers, of --to-user, --to-service and --to-group.
Outcome<void> put_use(const Arguments& said, json::object& into) {
    for (const auto* use : {"user", "service", "group"}) {
        const auto name = said.given("to-" + std::string(use));
        if (!name) continue;
        if (into.contains("use_type"))
            return trouble(
                ExitCode::usage, "only one of --to-user, --to-service and --to-group fits"
            );
        into["use_type"] = use;
        into["used_by"] = *name;
    }
    return {};
}

/// "+15145550100..+15145550199": the first and the last.
Outcome<std::pair<std::string, std::string>> range_of(const std::string& text) {
    const auto dots = text.find("..");
    if (dots != text.npos) {
        const auto from = e164("--range", text.substr(0, dots));
        const auto to = e164("--range", text.substr(dots + 2));
        if (from && to) return std::pair(*from, *to);
    }
    return trouble(
        ExitCode::usage, phrase(
                             "--range {1} is no range; write the first and the last number, as in "
                             "+15145550100..+15145550199",
                             quoted(text, 60)
                         )
    );
}

// ------------------------------------------------------------------ which numbers

struct Meant {
    json::object selection;
    bool is_list = false;
    std::size_t count = 0;  ///< of a list
};

/// The numbers as words, a range, or what the filters say: one of the three.
Outcome<Meant> meant(const Arguments& said) {
    json::object query;
    for (const auto& [name, value] : number_filters(said))
        if (!value.empty()) query[name] = value;
    const bool all = said.has("all"), range = said.has("range");
    if ((said.words.empty() ? 0 : 1) + (range ? 1 : 0) + (query.empty() && !all ? 0 : 1) != 1)
        return trouble(
            ExitCode::usage,
            "say which numbers are meant in one way: as words, with --range, with filters such as "
            "--provider, or with --all"
        );
    Meant out;
    if (!said.words.empty()) {
        if (said.words.size() > numbers_max)
            return trouble(
                ExitCode::usage,
                phrase(
                    "more than {1:n} numbers; use --range, filters, or numbers import", numbers_max
                )
            );
        json::array numbers;
        for (const auto& word : said.words) {
            const auto number = e164("NUMBER", word);
            // What is no number is refused by itself, and keeps no other from being changed.
            numbers.emplace_back(number ? *number : word);
        }
        out.is_list = true;
        out.count = numbers.size();
        out.selection["numbers"] = std::move(numbers);
    } else if (range) {
        const auto ends = range_of(said.text("range"));
        if (!ends) return passed_on(ends);
        out.selection["range"] = json::object{{"from", ends->first}, {"to", ends->second}};
    } else {
        out.selection["query"] = std::move(query);
    }
    return out;
}

Trouble wants_yes(std::size_t count) {
    return {
        ExitCode::usage,
        phrase(
            "{1:n} numbers would be changed; say --yes to have it so, or --dry-run to see more",
            count
        ),
        {}
    };
}

/// What changes many numbers is said twice. How many a range or filters mean is found by a dry run.
Outcome<void> agreed(
    Session& session, Client& client, const Meant& which, const json::object& body
) {
    const auto& said = session.arguments;
    if (said.has("yes") || said.has("dry-run")) return {};
    if (which.is_list) {
        if (which.count > many) return std::unexpected(wants_yes(which.count));
        return {};
    }
    auto look = body;
    look["dry_run"] = true;
    const auto begun = client.send("POST", "/v1/number-changes", look, session.change("look"));
    if (!begun) return passed_on(begun);
    const auto ended = ended_job(session, begun->document, std::nullopt);
    if (!ended) return passed_on(ended);
    const auto count = std::strtoull(member(*ended, "changed").c_str(), nullptr, 10);
    if (count > many) return std::unexpected(wants_yes(count));
    return {};
}

Outcome<ExitCode> change(Session& session, json::object body) {
    const auto& said = session.arguments;
    if (const auto timeout = timeout_of(said); !timeout) return passed_on(timeout);
    const auto which = meant(said);
    if (!which) return passed_on(which);
    body["selection"] = which->selection;
    const auto client = session.client();
    if (!client) return passed_on(client);
    if (const auto yes = agreed(session, **client, *which, body); !yes) return passed_on(yes);
    if (said.has("dry-run")) body["dry_run"] = true;
    const auto begun = (*client)->send("POST", "/v1/number-changes", body, session.change());
    if (!begun) return passed_on(begun);
    return followed_job(session, begun->document);
}

Outcome<ExitCode> assign(Session& session) {
    const auto& said = session.arguments;
    json::object to;
    if (const auto account = said.given("to-account")) to["tenant"] = account_id(*account);
    if (const auto used = put_use(said, to); !used) return passed_on(used);
    if (to.empty())
        return trouble(
            ExitCode::usage,
            "say to whom: --to-account, or within the account --to-user, --to-service or --to-group"
        );
    return change(session, {{"action", "assign"}, {"to", std::move(to)}});
}

Outcome<ExitCode> unassign(Session& session) { return change(session, {{"action", "unassign"}}); }

Outcome<ExitCode> reserve(Session& session) {
    json::object body{{"action", "reserve"}};
    if (const auto note = session.arguments.given("note")) body["note"] = *note;
    return change(session, std::move(body));
}

Outcome<ExitCode> unreserve(Session& session) { return change(session, {{"action", "unreserve"}}); }

Outcome<ExitCode> release(Session& session) {
    const auto& said = session.arguments;
    if (!said.has("yes") && !said.has("dry-run"))
        return trouble(
            ExitCode::usage,
            "what is given back to its carrier cannot be taken back; say --yes to have it so, or --dry-run to see what would become of each"
        );
    return change(session, {{"action", "release"}});
}

Outcome<ExitCode> set_options(Session& session) {
    const auto& said = session.arguments;
    auto custom = fields_of(said);
    if (!custom) return passed_on(custom);
    json::object body{{"action", "options"}};
    if (said.has("add-tag")) body["tags"] = texts(said.list("add-tag"));
    if (said.has("remove-tag")) body["tags_removed"] = texts(said.list("remove-tag"));
    if (said.has("feature")) body["features"] = texts(said.list("feature"));
    if (!custom->empty()) body["custom"] = std::move(*custom);
    if (body.size() == 1)
        return trouble(
            ExitCode::usage, "say what shall change: --add-tag, --remove-tag, --set or --feature"
        );
    return change(session, std::move(body));
}

// ------------------------------------------------------------------ new numbers

/// Every number of a range, the last one included.
Outcome<std::vector<std::string>> numbers_of(const std::string& range) {
    const auto ends = range_of(range);
    if (!ends) return passed_on(ends);
    const auto& [from, to] = *ends;
    const auto first = std::strtoull(from.c_str() + 1, nullptr, 10),
               last = std::strtoull(to.c_str() + 1, nullptr, 10);
    if (from.size() != to.size() || first > last || last - first >= numbers_max)
        return trouble(
            ExitCode::usage,
            phrase(
                "--range {1} is no range of at most {2:n} numbers that are all as long",
                quoted(range, 60), numbers_max
            )
        );
    std::vector<std::string> out;
    for (auto each = first; each <= last; ++each) out.push_back("+" + std::to_string(each));
    return out;
}

Outcome<ExitCode> add(Session& session) {
    const auto& said = session.arguments;
    if (const auto timeout = timeout_of(said); !timeout) return passed_on(timeout);
    auto custom = fields_of(said);
    if (!custom) return passed_on(custom);
    auto given = said.words;
    if (const auto range = said.given("range")) {
        auto all = numbers_of(*range);
        if (!all) return passed_on(all);
        given.insert(given.end(), all->begin(), all->end());
    }
    if (given.empty() || !said.has("provider"))
        return trouble(
            ExitCode::usage,
            "say which numbers are added, as words or with --range, and with --provider where they "
            "are provisioned"
        );
    if (given.size() > many && !said.has("yes") && !said.has("dry-run"))
        return std::unexpected(wants_yes(given.size()));
    json::object same{{"provider", said.text("provider")}};
    for (const auto* name : {"country", "type", "cost"})
        if (const auto text = said.given(name)) same[name] = *text;
    if (const auto account = said.given("tenant")) same["tenant"] = account_id(*account);
    if (const auto used = put_use(said, same); !used) return passed_on(used);
    if (said.has("add-tag")) same["tags"] = texts(said.list("add-tag"));
    if (said.has("feature")) same["features"] = texts(said.list("feature"));
    if (!custom->empty()) same["custom"] = std::move(*custom);
    json::array numbers;
    for (const auto& each : given) {
        auto number = same;
        number["number"] = each;
        numbers.push_back(std::move(number));
    }
    json::object body{{"numbers", std::move(numbers)}};
    if (said.has("dry-run")) body["dry_run"] = true;
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto begun = (*client)->send("POST", "/v1/numbers", body, session.change());
    if (!begun) return passed_on(begun);
    return followed_job(session, begun->document);
}

Outcome<ExitCode> import_numbers(Session& session) {
    const auto& said = session.arguments;
    const auto& path = said.words.front();
    if (const auto timeout = timeout_of(said); !timeout) return passed_on(timeout);
    auto bytes = read_whole(path, session.around(), file_size_max);
    if (!bytes) return passed_on(bytes);
    if (bytes->empty())
        return trouble(
            ExitCode::usage, phrase("{1} is empty; nothing was sent", quoted(path, 200))
        );
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto begun = (*client)->upload(
        with_query(
            "/v1/number-imports", {{"dry_run", said.has("dry-run") ? "true" : ""},
                                   {"region", said.text("region")},
                                   {"provider", said.text("provider")},
                                   {"columns", said.text("columns")},
                                   {"currency", said.text("currency")}}
        ),
        {.content_type = "text/csv", .bytes = std::move(*bytes), .name = path}, session.change()
    );
    if (!begun) return passed_on(begun);
    return followed_job(session, begun->document);
}

// ------------------------------------------------------------------ the table

const OptionSpec dry_run{
    "--dry-run", ValueKind::flag, "", told("say what would become of each, and change nothing")
};
const OptionSpec yes{
    "--yes", ValueKind::flag, "", told("also if it changes more than 100 numbers")
};
const OptionSpec no_wait{
    "--no-wait", ValueKind::flag, "", told("come back as soon as the job has begun")
};
const OptionSpec timeout{
    "--timeout", ValueKind::duration, "TIME", told("wait for the job so long at most, as in 10m")
};
const OptionSpec key{
    "--idempotency-key", ValueKind::text, "KEY",
    told("repeat an earlier run without doing it twice")
};
const OptionSpec range{
    "--range", ValueKind::text, "FIRST..LAST",
    told("from one number to another, as in +15145550100..+15145550199")
};
const OptionSpec set_field{
    "--set", ValueKind::list, "FIELD=TEXT", told("a custom field; an empty text takes it away")
};
const OptionSpec feature{
    "--feature", ValueKind::list, "FEATURE", told("voice, sms, mms, fax, e911")
};

std::vector<OptionSpec> with_selection(std::vector<OptionSpec> first) {
    for (auto& each : with_filters(
             {range,
              {"--all", ValueKind::flag, "", told("all that you have")},
              dry_run,
              yes,
              no_wait,
              timeout,
              key}
         ))
        first.push_back(std::move(each));
    return first;
}

}  // namespace

std::vector<CommandSpec> number_change_commands() {
    const std::vector<WordSpec> some{
        {"NUMBER",
         told("in E.164 form, as in +14165550101; without any, the options say which"),
         true,
         {},
         true}
    };
    const std::string status =
        told("The exit status is 1 if a number was refused; each of them is named with the reason."
        );
    const OptionSpec to_user{
        "--to-user", ValueKind::text, "NAME", told("who uses it within the account")
    };
    const OptionSpec to_service{
        "--to-service", ValueKind::text, "NAME", told("or the service that uses it")
    };
    const OptionSpec to_group{
        "--to-group", ValueKind::text, "NAME", told("or the group that uses it")
    };
    return {
        {.path = "numbers add",
         .help = told("put numbers into the inventory"),
         .words = some,
         .options =
             {{"--provider", ValueKind::text, "ACCOUNT",
               told("the carrier account where they are provisioned")},
              {"--tenant", ValueKind::text, "ID",
               told("the account that holds them, instead of yours")},
              {"--country", ValueKind::text, "COUNTRY",
               told("of numbers without a country code, as in CA")},
              {"--type", ValueKind::text, "TYPE",
               told("local, mobile, national, toll_free, shared_cost")},
              {"--cost", ValueKind::text, "COST", told("a month, as in '1.50 CAD'")},
              to_user,
              to_service,
              to_group,
              {"--add-tag", ValueKind::list, "TAG", told("a tag; several are possible")},
              set_field,
              feature,
              range,
              dry_run,
              yes,
              no_wait,
              timeout,
              key},
         .run = add,
         .footer = status},
        {.path = "numbers assign",
         .help = told("give numbers to an account, or to who uses them there"),
         .words = some,
         .options = with_selection(
             {{"--to-account", ValueKind::text, "ID",
               told("the company or professional that shall hold it")},
              to_user,
              to_service,
              to_group}
         ),
         .run = assign,
         .footer = status},
        {.path = "numbers unassign",
         .help = told("take numbers back from who uses them, from above into the pool"),
         .words = some,
         .options = with_selection({}),
         .run = unassign,
         .footer = status},
        {.path = "numbers reserve",
         .help = told("keep available numbers for somebody"),
         .words = some,
         .options = with_selection({{"--note", ValueKind::text, "TEXT", told("for whom")}}),
         .run = reserve,
         .footer = status},
        {.path = "numbers unreserve",
         .help = told("keep numbers no longer"),
         .words = some,
         .options = with_selection({}),
         .run = unreserve,
         .footer = status},
        {.path = "numbers options",
         .help = told("set tags, custom fields and features of numbers"),
         .words = some,
         .options = with_selection(
             {{"--add-tag", ValueKind::list, "TAG", told("a tag; several are possible")},
              {"--remove-tag", ValueKind::list, "TAG", told("take a tag away")},
              set_field,
              feature}
         ),
         .run = set_options,
         .footer = status},
        {.path = "numbers release",
         .help = told("give numbers back to their carriers, which cannot be taken back"),
         .words = some,
         .options = with_selection({}),
         .run = release,
         .footer = status},
        {.path = "numbers import",
         .help = told("take the numbers of a CSV file in"),
         .words = {{"FILE", told("CSV; - for standard input")}},
         .options =
             {{"--provider", ValueKind::text, "ACCOUNT",
               told("of rows that name none: the carrier account")},
              {"--region", ValueKind::text, "COUNTRY",
               told("of numbers without a country code, as in CA")},
              {"--columns", ValueKind::text, "MAP",
               told("what stands in which column, as in number=2,used_by=Name")},
              {"--currency", ValueKind::text, "CODE", told("of costs that name none (USD)")},
              dry_run,
              no_wait,
              timeout,
              key},
         .run = import_numbers,
         .footer = told(
             "The exit status is 1 if a row was refused; each bad cell is named by row and column. "
             "The\nsame file again changes nothing more."
         )},
    };
}

}  // namespace porteur::cli
