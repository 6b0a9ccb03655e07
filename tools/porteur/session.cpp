// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <sys/stat.h>

#include <charconv>
#include <fstream>
#include <ostream>
#include <sstream>

#include <porteur/phrase.hpp>

namespace porteur::cli {
namespace {

constexpr const char* url_default = "http://127.0.0.1:8480";

bool others_may_read(const std::string& path) {
    struct stat about{};
    return ::stat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode) &&
           (about.st_mode & 077) != 0;
}

}  // namespace

Outcome<std::string> Session::find_token(bool& from_file) const {
    const auto in_file = [&](const std::string& path) -> Outcome<std::string> {
        from_file = true;
        auto text = read_whole(path, around_, 64 * 1024);
        if (!text) return text;
        const auto from = text->find_first_not_of(" \t\r\n");
        const auto to = text->find_last_not_of(" \t\r\n");
        if (from == text->npos)
            return trouble(ExitCode::usage, phrase("token file {1} is empty", quoted(path, 200)));
        return text->substr(from, to - from + 1);
    };
    if (const auto token = arguments.given("token")) return *token;
    if (const auto path = arguments.given("token-file")) return in_file(*path);
    if (const auto token = around_.environment("PORTEUR_TOKEN")) return *token;
    std::string folder;
    if (const auto config = around_.environment("XDG_CONFIG_HOME"))
        folder = *config;
    else if (const auto home = around_.environment("HOME"))
        folder = *home + "/.config";
    const auto path = folder + "/porteur/token";
    struct stat about{};
    if (folder.empty() || ::stat(path.c_str(), &about) != 0) return std::string();
    if (others_may_read(path))
        around_.err << "porteur: "
                    << printable(tongue().text(
                           phrase("{1} can be read by others; chmod 600 it and make a new token", quoted(path, 200))
                       ))
                    << "\n";
    return in_file(path);
}

Outcome<Client*> Session::client() {
    if (client_) return client_.get();
    auto text = arguments.given("url");
    if (!text) text = around_.environment("PORTEUR_URL");
    auto url = parse_server_url(text.value_or(url_default));
    if (!url) return passed_on(url);

    bool from_file = false;
    auto token = find_token(from_file);
    if (!token) return passed_on(token);
    for (const char letter : *token)
        if (letter <= ' ' || letter > '~')
            return trouble(
                ExitCode::usage,
                "the token has blanks or other characters that none has; give the "
                "token alone, as 'porteur token create' printed it"
            );
    if (!token->empty() && !url->tls && !url->is_local() && !arguments.has("plain-http"))
        return trouble(
            ExitCode::not_authorised,
            phrase(
                "the token would travel without encryption to {1}; use https://, or --plain-http if the way there is safe",
                url->text()
            )
        );
    client_ = std::make_unique<Client>(
        Server{
            .url = std::move(*url), .token = std::move(*token), .ca_file = arguments.text("ca-file"),
            // A script that reads JSON gets the same whatever the language of its user is.
            .language = wants_json() ? "" : std::string(code_of(tongue().language()))
        },
        around_
    );
    return client_.get();
}

bool Session::colours() const {
    return around_.out_is_terminal && !around_.environment("NO_COLOR") &&
           around_.environment("TERM").value_or("") != "dumb";
}

const Tongue& Session::tongue() const {
    return Tongue::of(language_wanted(arguments.text("lang"), around_));
}

std::string Session::word(std::string_view kind, const std::string& code) const {
    return is_french() ? tongue().word(kind, code) : code;
}

HeadingIn Session::said_in_headings() const {
    if (!is_french()) return {};
    return [this](const std::string& english) { return tongue().heading(english); };
}

Language language_wanted(std::string_view lang, const Surroundings& around) {
    if (!lang.empty()) return language_of_locale(lang);
    // POSIX.1-2017, section 8.2: the first that is set decides.
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
        if (const auto set = around.environment(name); set && !set->empty()) return language_of_locale(*set);
    return Language::english;
}

Change Session::change(std::string_view part) {
    if (key_.empty()) {
        key_ = arguments.given("idempotency-key").value_or("");
        if (key_.empty()) key_ = around_.new_key();
        say_more(std::string("Idempotency-Key: ") + key_);
    }
    return {.key = part.empty() ? key_ : key_ + "." + std::string(part), .if_match = {}};
}

void Session::write(const std::string& text) { around_.out << text << std::flush; }

void Session::print(const Section& section) {
    if (!section.title.empty()) write(section.title + "\n");
    for (const auto& line : section.lines) write(line + "\n");
}

void Session::print_line(std::string_view line, Colour colour) {
    write((colours() ? painted(printable(line), colour) : printable(line)) + "\n");
}

void Session::tell(std::string_view english, Colour colour) { print_line(tongue().text(english), colour); }

void Session::print_text(std::string_view text) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        print_line(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

void Session::say(std::string_view english) {
    around_.err << "porteur: " << printable(tongue().text(english)) << "\n" << std::flush;
}

void Session::say_more(std::string_view english) {
    if (arguments.has("verbose")) say(english);
}

Outcome<std::string> read_whole(
    const std::string& path, Surroundings& around, std::size_t size_max
) {
    std::ifstream file;
    struct stat about{};
    if (path != "-") {
        if (::stat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode))
            return trouble(ExitCode::usage, phrase("{1} is a folder; name a file", quoted(path, 200)));
        file.open(path, std::ios::binary);
        if (!file)
            return trouble(
                ExitCode::usage,
                phrase("{1} cannot be opened; is it there, and may you read it?", quoted(path, 200))
            );
    }
    std::istream& in = path == "-" ? around.in : file;
    std::string text;
    char piece[64 * 1024];
    while (in.read(piece, sizeof piece) || in.gcount() > 0) {
        text.append(piece, static_cast<std::size_t>(in.gcount()));
        if (text.size() > size_max)
            return trouble(
                ExitCode::usage,
                phrase("{1} is larger than {2} KiB; nothing was sent", quoted(path, 200), size_max / 1024)
            );
    }
    if (in.bad()) return trouble(ExitCode::usage, phrase("{1} cannot be read to its end", quoted(path, 200)));
    return text;
}

Outcome<std::chrono::seconds> parse_duration(const std::string& option, std::string_view text) {
    std::int64_t count = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
    const std::string_view unit(read.ptr, text.data() + text.size());
    const std::int64_t length = unit.empty() || unit == "s" ? 1
                                : unit == "m"               ? 60
                                : unit == "h"               ? 3600
                                : unit == "d"               ? 86400
                                                            : 0;
    constexpr std::int64_t count_max = 1'000'000'000;
    if (read.ec != std::errc{} || count <= 0 || count > count_max || length == 0)
        return trouble(
            ExitCode::usage,
            phrase(
                "{1} {2} is not a duration; write a whole number and s, m, h or d, as in \"5m\"", option, quoted(text)
            )
        );
    return std::chrono::seconds{count * length};
}

std::string member(const json::value& object, std::string_view name) {
    const auto* held = object.if_object();
    const auto* found = held ? held->if_contains(name) : nullptr;
    if (!found || found->is_null()) return {};
    if (found->is_string()) return std::string(found->get_string());
    if (found->is_structured()) return {};
    return json::serialize(*found);
}

std::string member_at(const json::value& object, std::initializer_list<std::string_view> path) {
    const json::value* at = &object;
    for (const auto* name = path.begin(); name + 1 < path.end(); ++name) {
        const auto* held = at->if_object();
        at = held ? held->if_contains(*name) : nullptr;
        if (!at) return {};
    }
    return member(*at, *(path.end() - 1));
}

const json::array& list_member(const json::value& object, std::string_view name) {
    static const json::array none;
    const auto* held = object.if_object();
    const auto* found = held ? held->if_contains(name) : nullptr;
    return found && found->is_array() ? found->get_array() : none;
}

std::string joined(const json::array& texts, std::string_view between) {
    std::string out;
    for (const auto& each : texts) {
        if (!out.empty()) out += between;
        if (each.is_string()) out += std::string_view(each.get_string());
    }
    return out;
}

}  // namespace porteur::cli
