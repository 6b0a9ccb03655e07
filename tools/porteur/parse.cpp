// SPDX-License-Identifier: Apache-2.0
// The only source that includes CLI11, which takes seconds to compile. It turns the table of
// commands into CLI11's objects, and what CLI11 found into Arguments.
#include "parse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <porteur/calendar_text.hpp>
#include <porteur/result.hpp>

#include "text.hpp"

namespace porteur::cli {
namespace {

/// What CLI11 itself says, for the catalogs.
[[maybe_unused]] constexpr const char* said_by_cli11[] = {
    told("{1} is required"), told("{1}: 1 required {2} missing"), told("The following argument was not expected: {1}"),
    told("The following arguments were not expected: {1}")
};

std::string footer_of_help(const Tongue& tongue) {
    std::string text = tongue.heading(told("Exit status:")) + "\n";
    for (const auto& [code, meaning] : exit_meanings)
        text += fmt::format("  {}  {}\n", static_cast<int>(code), tongue.heading(meaning));
    return text + "\n" +
           tongue.heading(told("'porteur COMMAND --help' has each command's options; docs/cli.md has examples."));
}

std::string path_of(const CLI::App* at) {
    std::string path;
    for (; at; at = at->get_parent()) path = at->get_name() + (path.empty() ? "" : " " + path);
    return path;
}

/// How many letters must be put in, taken out or changed to make one word of the other.
/// @source Wagner and Fischer, 1974
std::size_t distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    for (std::size_t at = 0; at <= to.size(); ++at) row[at] = at;
    for (std::size_t i = 0; i < from.size(); ++i) {
        auto corner = std::exchange(row[0], i + 1);
        for (std::size_t k = 0; k < to.size(); ++k) {
            const auto changed = corner + (from[i] == to[k] ? 0 : 1);
            corner = row[k + 1];
            row[k + 1] = std::min({changed, row[k] + 1, row[k + 1] + 1});
        }
    }
    return row.back();
}

/// "port", or nothing where no word is near.
std::string nearest(std::string_view word, const std::vector<std::string>& known) {
    std::string best;
    std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const auto& each : known)
        if (const auto far = distance(word, each); far < least) least = far, best = each;
    return best;
}

struct Reader {
    const Tongue& tongue;
    CLI::App app;
    std::map<std::string, CLI::App*> groups;
    std::map<const CLI::App*, const CommandSpec*> commands;
    // CLI11 keeps references to where it writes: a deque never moves what it holds.
    struct Place {
        const CLI::App* of;  // null: an option of every command
        const OptionSpec* option;
        const WordSpec* word;
        CLI::Option* read;
        std::vector<std::string> values;
        std::string value;  // where it may stand only once
        bool flag = false;
    };
    std::deque<Place> places;

    explicit Reader(const Tongue& reader_tongue)
        : tongue(reader_tongue),
          app(tongue.heading(told("Moves telephone numbers between carriers and buys new ones.")), "porteur") {
        for (const auto* word : {told("Usage"), told("Options"), told("Positionals"), told("REQUIRED"),
                                 told("OPTIONS"), told("SUBCOMMAND")})
            app.get_formatter()->label(word, tongue.heading(word));
        app.fallthrough();
        app.require_subcommand(1);
        app.set_help_flag("-h,--help", tongue.heading(told("print this help")));
        app.set_version_flag("--version", "porteur " PORTEUR_VERSION, tongue.heading(told("print the version")));
        app.footer(footer_of_help(tongue));
        for (const auto& option : common_options()) add(app, option, nullptr);
        for (const auto& command : all_commands()) add(command);
    }

    CLI::App& parent_of(const std::string& path) {
        const auto blank = path.find(' ');
        if (blank == path.npos) return app;
        const auto group = path.substr(0, blank);
        auto& made = groups[group];
        if (!made) {
            made = app.add_subcommand(group, tongue.heading(help_of_group(group)));
            made->require_subcommand(1);
            made->group(tongue.heading(told("Subcommands")));
        }
        return *made;
    }

    void add(const CommandSpec& command) {
        auto& parent = parent_of(command.path);
        auto* made =
            parent.add_subcommand(command.path.substr(command.path.rfind(' ') + 1), tongue.heading(command.help));
        made->group(tongue.heading(told("Subcommands")));
        commands[made] = &command;
        if (command.takes_rest) {
            return;  // what follows it never comes here; see parse_command_line
        }
        made->footer(
            (command.footer.empty() ? "" : tongue.heading(command.footer) + "\n\n") +
            tongue.heading(told("'porteur --help' has the options that every command takes."))
        );
        for (const auto& word : command.words) {
            auto& place =
                places.emplace_back(made, nullptr, &word, nullptr, std::vector<std::string>{});
            place.read = word.many ? made->add_option(word.name, place.values, tongue.heading(word.help))
                                   : made->add_option(word.name, place.value, tongue.heading(word.help));
            place.read->required(!word.optional)->type_name("");
            if (!word.choices.empty()) place.read->check(one_of(word.choices));
        }
        for (const auto& option : command.options) add(*made, option, made);
    }

    static CLI::Validator one_of(const std::vector<std::string>& choices) {
        return CLI::Validator(
            [choices](std::string& text) {
                if (std::ranges::find(choices, text) != choices.end()) return std::string();
                return phrase("{1} is none of {2}", porteur::quoted(text), fmt::format("{}", fmt::join(choices, ", ")));
            },
            ""
        );
    }

    void add(CLI::App& to, const OptionSpec& option, const CLI::App* of) {
        auto& place =
            places.emplace_back(of, &option, nullptr, nullptr, std::vector<std::string>{});
        if (option.kind == ValueKind::flag) {
            place.read = to.add_flag(option.name, place.flag, tongue.heading(option.help));
            return;
        }
        place.read = to.add_option(option.name, place.values, tongue.heading(option.help));
        place.read->type_name(
            option.choices.empty() ? option.value
                                   : fmt::format("{}", fmt::join(option.choices, "|"))
        );
        // One value each time it is given, so that what follows is the next word.
        place.read->allow_extra_args(false);
        // What is NAME=VALUE may have commas of its own.
        if (option.kind == ValueKind::list && !option.value.contains('='))
            place.read->delimiter(',');
        else if (option.kind != ValueKind::list)
            place.read->expected(1);
        if (!option.choices.empty()) place.read->check(one_of(option.choices));
        if (option.kind == ValueKind::date)
            place.read->check(CLI::Validator(
                [](std::string& text) {
                    return read_iso_date(text)
                               ? std::string()
                               : phrase("{1} is no date; write it as in 2026-12-01", porteur::quoted(text));
                },
                ""
            ));
        if (option.kind == ValueKind::count)
            place.read->check(CLI::Validator(
                [](std::string& text) {
                    const bool digits = !text.empty() && text.size() < 10 &&
                                        text.find_first_not_of("0123456789") == text.npos;
                    return digits ? std::string() : phrase("{1} is no whole number", porteur::quoted(text));
                },
                ""
            ));
    }

    /// One line about a command line that was not understood, with where the help is.
    std::string what_is_wrong(const CLI::ParseError& error, const std::vector<std::string>& words) {
        const auto* at = chosen();
        const auto help = path_of(at);
        const auto found = commands.find(at);
        if (found == commands.end()) {
            // The first word that is neither a command above, an option, nor an option's value.
            std::vector<std::string> known;
            for (const auto* each : at->get_subcommands([](const CLI::App*) { return true; }))
                known.push_back(each->get_name());
            const auto rest = at->remaining(true);
            const auto above = app.remaining(true);
            for (const auto& word : rest.empty() ? above : rest) {
                if (word.starts_with("-")) continue;
                const auto meant = nearest(word, known);
                return meant.empty() ? phrase("there is no command {1}; see '{2} --help'", porteur::quoted(word), help)
                                     : phrase(
                                           "there is no command {1}; did you mean {2}? See '{3} --help'", porteur::quoted(word),
                                           meant, help
                                       );
            }
            if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr)
                return phrase("a command is needed; see '{1} --help'", help);
        } else if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
            std::vector<std::string> known;
            for (const auto* options : {&found->second->options, &common_options()})
                for (const auto& option : *options) known.push_back("--" + option.key());
            for (const auto& word : words) {
                const auto name = word.substr(0, word.find('='));
                if (!name.starts_with("--") || std::ranges::find(known, name) != known.end())
                    continue;
                const auto meant = nearest(name, known);
                return meant.empty() ? phrase("there is no option {1}; see '{2} --help'", printable(name), help)
                                     : phrase(
                                           "there is no option {1}; did you mean {2}? See '{3} --help'", printable(name), meant, help
                                       );
            }
        }
        // CLI11's own words; what our checks say is among them.
        std::string why = error.what();
        while (why.ends_with('.') || why.ends_with('\n')) why.pop_back();
        return phrase("{1:text}; see '{2} --help'", why, help);
    }

    const CLI::App* chosen() const {
        const CLI::App* at = &app;
        while (true) {
            const auto next = at->get_subcommands();
            if (next.empty()) return at;
            at = next.front();
        }
    }

    Arguments arguments() const {
        Arguments out;
        const auto* from = chosen();
        out.command = commands.at(from)->path;
        for (const auto& place : places) {
            if (place.of != nullptr && place.of != from) continue;
            if (place.word && place.word->many)
                out.words.insert(out.words.end(), place.values.begin(), place.values.end());
            else if (place.word && (place.read->count() > 0 || !place.word->optional))
                out.words.push_back(place.value);
            else if (place.word)
                continue;
            else if (place.flag)
                out.values[place.option->key()] = {};
            else if (place.read->count() > 0)
                out.values[place.option->key()] = place.values;
        }
        return out;
    }
};

}  // namespace

Outcome<Parsed> parse_command_line(const std::vector<std::string>& words, const Tongue& tongue) {
    for (const auto& command : all_commands()) {
        if (!command.takes_rest) continue;
        // "backup" is one word, "token create" two.
        const auto blank = command.path.find(' ');
        const std::size_t length = blank == command.path.npos ? 1 : 2;
        if (words.size() < length || words[0] != command.path.substr(0, blank) ||
            (length == 2 && words[1] != command.path.substr(blank + 1)))
            continue;
        Parsed parsed{.command = &command, .arguments = {}, .text = {}};
        parsed.arguments.command = command.path;
        parsed.arguments.words.assign(words.begin() + static_cast<std::ptrdiff_t>(length), words.end());
        return parsed;
    }
    Reader reader(tongue);
    try {
        // CLI11 takes them in reverse.
        reader.app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    } catch (const CLI::CallForHelp&) {
        return Parsed{.command = nullptr, .arguments = {}, .text = reader.app.help()};
    } catch (const CLI::CallForAllHelp&) {
        return Parsed{.command = nullptr, .arguments = {}, .text = reader.app.help()};
    } catch (const CLI::CallForVersion& version) {
        return Parsed{
            .command = nullptr, .arguments = {}, .text = std::string(version.what()) + "\n"
        };
    } catch (const CLI::ParseError& error) {
        return trouble(ExitCode::usage, reader.what_is_wrong(error, words));
    }
    Parsed parsed;
    parsed.command = reader.commands.at(reader.chosen());
    parsed.arguments = reader.arguments();
    return parsed;
}

}  // namespace porteur::cli
