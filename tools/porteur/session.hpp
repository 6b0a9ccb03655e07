// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "client.hpp"
#include "command.hpp"
#include "screen.hpp"
#include "surroundings.hpp"
#include "table.hpp"
#include "tongue/tongue.hpp"

namespace porteur::cli {

/// One run of one command: what was said, how the daemon is reached, how answers are shown.
///
/// @threads one
class Session {
public:
    Session(const Arguments& said, Surroundings& around) : arguments(said), around_(around) {}

    const Arguments& arguments;
    Surroundings& around() { return around_; }

    /// The daemon's API; the same object each time.
    /// @errors usage: address or token file; not_authorised: a token must not go there
    Outcome<Client*> client();

    bool wants_json() const { return arguments.has("json"); }
    bool colours() const;
    /// Of what is printed for persons; with --json everything is as in English.
    const Tongue& tongue() const;
    bool is_french() const { return tongue().language() == Language::french; }
    /// A word of the API for persons: in English as the API has it, in French its label.
    std::string word(std::string_view kind, const std::string& code) const;

    /// Headers of a change. The key is random and stays the same for all changes of this run but
    /// for `part`, which keeps several of them apart.
    Change change(std::string_view part = {});

    /// A Table or Facts as they are printed.
    template <class Shown>
    std::string shown(const Shown& what) const {
        return what.text(colours(), said_in_headings());
    }
    void print(const Table& table) { write(shown(table)); }
    void print(const Facts& facts) { write(shown(facts)); }
    /// Title and lines, which are painted already where there are colours.
    void print(const Section& section);
    void print_json(const json::value& document) { write(json::serialize(document) + "\n"); }
    /// One line, made fit for a terminal.
    void print_line(std::string_view line, Colour colour = Colour::none);
    /// A sentence of ours, in the reader's language. @param english  a literal, or what phrase() gives
    void tell(std::string_view english, Colour colour = Colour::none);
    /// A text of several lines, each as print_line has it.
    void print_text(std::string_view text);
    /// "porteur: ..." on standard error, in the reader's language.
    /// @param english  a literal, or what phrase() gives
    void say(std::string_view english);
    /// As say(), only with --verbose.
    void say_more(std::string_view english);

private:
    void write(const std::string& text);
    HeadingIn said_in_headings() const;
    Outcome<std::string> find_token(bool& from_file) const;

    Surroundings& around_;
    std::unique_ptr<Client> client_;
    std::string key_;
};

/// The language of what is printed: --lang, else the environment's, as POSIX has it.
/// @param lang  what --lang says; empty: it was not given
Language language_wanted(std::string_view lang, const Surroundings& around);

/// The whole of a file; "-" reads standard input.
/// @errors usage: cannot be read, or larger than `size_max`
Outcome<std::string> read_whole(
    const std::string& path, Surroundings& around, std::size_t size_max = 64 * 1024 * 1024
);

/// "90", "90s", "5m", "2h", "1d". @errors usage: another form, or 0
Outcome<std::chrono::seconds> parse_duration(const std::string& option, std::string_view text);

/// A text of an answer's object; empty where it is absent or no text. Numbers are written out.
std::string member(const json::value& object, std::string_view name);
/// The same along a path of members: {"request", "end_user", "name"}.
std::string member_at(const json::value& object, std::initializer_list<std::string_view> path);
/// A list of an answer's object; empty where it is absent or no list.
const json::array& list_member(const json::value& object, std::string_view name);
/// Texts of a list, joined.
std::string joined(const json::array& texts, std::string_view between = ", ");

}  // namespace porteur::cli
