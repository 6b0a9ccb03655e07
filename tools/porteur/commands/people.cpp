// SPDX-License-Identifier: Apache-2.0
// porteur tenant ..., user ..., member ..., audit list: who there is, and who did what
#include <algorithm>
#include <charconv>
#include <istream>

#include <termios.h>
#include <unistd.h>

#include <porteur/phrase.hpp>

#include "commands/all.hpp"
#include "session.hpp"
#include "text.hpp"

namespace porteur::cli {
namespace {

Outcome<ExitCode> shown(
    Session& session, const Outcome<Reply>& reply, void (*print)(Session&, const json::value&)
) {
    if (!reply) return passed_on(reply);
    if (session.wants_json())
        session.print_json(reply->document);
    else
        print(session, reply->document);
    return ExitCode::done;
}

/// "?q=...&limit=..." of the options that were given; the values are made fit for an address.
std::string query_of(
    const Arguments& said, std::initializer_list<std::pair<const char*, const char*>> options
) {
    std::string out;
    for (const auto& [option, parameter] : options) {
        const auto value = said.given(option);
        if (!value) continue;
        out += (out.empty() ? "?" : "&") + std::string(parameter) + "=";
        for (const char letter : *value) {
            static constexpr char digits[] = "0123456789ABCDEF";
            const auto byte = static_cast<unsigned char>(letter);
            const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                               (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '.' ||
                               byte == '_';
            if (plain)
                out += letter;
            else
                out += {'%', digits[byte >> 4], digits[byte & 15]};
        }
    }
    return out;
}

Outcome<ExitCode> listed(
    Session& session, const std::string& target, void (*print)(Session&, const json::value&)
) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->get(target);
    if (reply && !session.wants_json() && !member(reply->document, "next_cursor").empty())
        session.say(
            "there are more; narrow the list with --find or --tenant, or ask with --json and its "
            "next_cursor"
        );
    return shown(session, reply, print);
}

/// A number of the command line, or its text where it is none: the API then says what is wrong with
/// it.
json::value account_id(const std::string& text) {
    std::int64_t id = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return json::string(text);
    return id;
}

Cell standing(const Session& session, const json::value& object) {
    if (member(object, "disabled") != "true") return "";
    return {session.tongue().heading(told("disabled")), Colour::red};
}

// ------------------------------------------------------------------ accounts

void print_tenant(Session& session, const json::value& tenant) {
    Facts facts;
    facts.line("Account", member(tenant, "id"));
    facts.line("Name", member(tenant, "name"));
    facts.line("Kind", member(tenant, "kind"));
    facts.line("Below", member(tenant, "parent"));
    facts.line("State", standing(session, tenant));
    session.print(facts);
}

void print_tenants(Session& session, const json::value& page) {
    Table table(
        {heading("ID"), heading("BELOW"), heading("KIND"), heading("NAME"), heading("STATE")}
    );
    for (const auto& each : list_member(page, "tenants"))
        table.add(
            {member(each, "id"), member(each, "parent"), member(each, "kind"), member(each, "name"),
             standing(session, each)}
        );
    session.print(table);
}

Outcome<ExitCode> list_tenants(Session& session) {
    return listed(
        session,
        "/v1/tenants" +
            query_of(
                session.arguments,
                {{"below", "parent"}, {"kind", "kind"}, {"find", "q"}, {"limit", "limit"}}
            ),
        print_tenants
    );
}

Outcome<ExitCode> create_tenant(Session& session) {
    const auto& said = session.arguments;
    const auto client = session.client();
    if (!client) return passed_on(client);
    json::object body{{"kind", said.text("kind")}, {"name", said.words.front()}};
    if (const auto below = said.given("below")) body["parent"] = account_id(*below);
    return shown(
        session, (*client)->send("POST", "/v1/tenants", body, session.change()), print_tenant
    );
}

Outcome<ExitCode> change_tenant(Session& session) {
    const auto& said = session.arguments;
    const auto client = session.client();
    if (!client) return passed_on(client);
    json::object body;
    if (said.has("name")) body["name"] = said.text("name");
    if (const auto below = said.given("below")) body["parent"] = account_id(*below);
    if (said.has("disable")) body["disabled"] = true;
    if (said.has("enable")) body["disabled"] = false;
    return shown(
        session,
        (*client)->send("PATCH", "/v1/tenants/" + said.words.front(), body, session.change()),
        print_tenant
    );
}

// ------------------------------------------------------------------ people

void print_user(Session& session, const json::value& user) {
    Facts facts;
    facts.line("Person", member(user, "id"));
    facts.line("Login", member(user, "login"));
    facts.line("Name", member(user, "name"));
    facts.line("Account", member(user, "tenant"));
    facts.line("Language", member(user, "language"));
    facts.line("State", standing(session, user));
    if (const auto* linked = user.is_object() ? user.get_object().if_contains("linked") : nullptr; linked && linked->is_object())
        facts.line("Signs in at", member(*linked, "issuer") + ", as " + member(*linked, "subject"));
    facts.line("Signed in last", local_time(member(user, "seen")));
    session.print(facts);
}

void print_users(Session& session, const json::value& page) {
    Table table(
        {heading("ID"), heading("LOGIN"), heading("NAME"), heading("ACCOUNT"), heading("STATE"),
         heading("SIGNED IN LAST")}
    );
    for (const auto& each : list_member(page, "users"))
        table.add(
            {member(each, "id"), member(each, "login"), member(each, "name"),
             member(each, "tenant"), standing(session, each), local_time(member(each, "seen"))}
        );
    if (table.empty()) session.tell("There is nobody.");
    session.print(table);
}

/// What is typed at a terminal is not shown, for as long as this lives.
class Unseen {
public:
    Unseen() : is_terminal_(isatty(STDIN_FILENO) != 0 && tcgetattr(STDIN_FILENO, &before_) == 0) {
        if (!is_terminal_) return;
        auto silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    Unseen(const Unseen&) = delete;
    Unseen& operator=(const Unseen&) = delete;
    ~Unseen() {
        if (is_terminal_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    bool is_terminal() const { return is_terminal_; }

private:
    termios before_{};
    bool is_terminal_;
};

/// A line of a file, or of standard input: never a word of the command line, where everybody on the
/// machine reads it.
Outcome<std::string> password_of(Session& session) {
    if (!session.arguments.has("password-file")) {
        const Unseen unseen;
        if (unseen.is_terminal()) {
            session.say("type the password, and Enter");
            std::string line;
            std::getline(session.around().in, line);
            return line;
        }
    }
    auto text =
        read_whole(session.arguments.given("password-file").value_or("-"), session.around(), 4096);
    if (!text) return text;
    text->resize(std::min(text->find('\n'), text->size()));
    if (text->ends_with('\r')) text->pop_back();
    return text;
}

Outcome<ExitCode> list_users(Session& session) {
    return listed(
        session,
        "/v1/users" +
            query_of(session.arguments, {{"tenant", "tenant"}, {"find", "q"}, {"limit", "limit"}}),
        print_users
    );
}

Outcome<ExitCode> show_user(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    return shown(
        session, (*client)->get("/v1/users/" + session.arguments.words.front()), print_user
    );
}

Outcome<ExitCode> create_user(Session& session) {
    const auto& said = session.arguments;
    const auto client = session.client();
    if (!client) return passed_on(client);
    json::object body{
        {"login", said.words.front()}, {"name", said.given("name").value_or(said.words.front())}
    };
    if (const auto tenant = said.given("tenant")) body["tenant"] = account_id(*tenant);
    if (said.has("language")) body["language"] = said.text("language");
    if (!said.has("no-password")) {
        const auto password = password_of(session);
        if (!password) return passed_on(password);
        body["password"] = *password;
    }
    return shown(session, (*client)->send("POST", "/v1/users", body, session.change()), print_user);
}

Outcome<ExitCode> change_user(Session& session) {
    const auto& said = session.arguments;
    const auto client = session.client();
    if (!client) return passed_on(client);
    json::object body;
    if (said.has("name")) body["name"] = said.text("name");
    if (said.has("language")) body["language"] = said.text("language");
    if (const auto tenant = said.given("tenant")) body["tenant"] = account_id(*tenant);
    return shown(
        session,
        (*client)->send("PATCH", "/v1/users/" + said.words.front(), body, session.change()),
        print_user
    );
}

Outcome<ExitCode> set_disabled(Session& session, bool disabled) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    return shown(
        session,
        (*client)->send(
            "PATCH", "/v1/users/" + session.arguments.words.front(),
            json::object{{"disabled", disabled}}, session.change()
        ),
        print_user
    );
}
Outcome<ExitCode> disable_user(Session& session) { return set_disabled(session, true); }
Outcome<ExitCode> enable_user(Session& session) { return set_disabled(session, false); }

Outcome<ExitCode> change_password(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto password = password_of(session);
    if (!password) return passed_on(password);
    return shown(
        session,
        (*client)->send(
            "POST", "/v1/users/" + session.arguments.words.front() + "/password",
            json::object{{"password", *password}}, {}
        ),
        print_user
    );
}

Outcome<ExitCode> link_user(Session& session) {
    const auto& said = session.arguments;
    const auto client = session.client();
    if (!client) return passed_on(client);
    return shown(
        session,
        (*client)->send(
            "POST", "/v1/users/" + said.words.front() + "/link",
            json::object{{"provider", said.text("provider")}, {"subject", said.text("subject")}}, {}
        ),
        print_user
    );
}

Outcome<ExitCode> unlink_user(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    return shown(
        session, (*client)->send("DELETE", "/v1/users/" + session.arguments.words.front() + "/link", {}, {}),
        print_user
    );
}

// ------------------------------------------------------------------ members

void print_member(Session& session, const json::value& each) {
    Facts facts;
    facts.line("Member", member(each, "id"));
    facts.line("Kind", member(each, "kind"));
    facts.line("Name", member(each, "name"));
    facts.line("Extension", member(each, "extension"));
    facts.line("Account", member(each, "tenant"));
    session.print(facts);
}

void print_members(Session& session, const json::value& page) {
    Table table(
        {heading("ID"), heading("KIND"), heading("NAME"), heading("EXTENSION"), heading("ACCOUNT")}
    );
    for (const auto& each : list_member(page, "members"))
        table.add(
            {member(each, "id"), member(each, "kind"), member(each, "name"),
             member(each, "extension"), member(each, "tenant")}
        );
    if (table.empty()) session.tell("There is nobody.");
    session.print(table);
}

Outcome<ExitCode> list_members(Session& session) {
    return listed(
        session,
        "/v1/members" +
            query_of(
                session.arguments,
                {{"tenant", "tenant"}, {"kind", "kind"}, {"find", "q"}, {"limit", "limit"}}
            ),
        print_members
    );
}

Outcome<ExitCode> create_member(Session& session) {
    const auto& said = session.arguments;
    const auto client = session.client();
    if (!client) return passed_on(client);
    json::object body{{"kind", said.text("kind")}, {"name", said.words.front()}};
    if (const auto tenant = said.given("tenant")) body["tenant"] = account_id(*tenant);
    if (said.has("extension")) body["extension"] = said.text("extension");
    return shown(
        session, (*client)->send("POST", "/v1/members", body, session.change()), print_member
    );
}

Outcome<ExitCode> change_member(Session& session) {
    const auto& said = session.arguments;
    const auto client = session.client();
    if (!client) return passed_on(client);
    json::object body;
    for (const char* key : {"kind", "name", "extension"})
        if (said.has(key)) body[key] = said.text(key);
    return shown(
        session,
        (*client)->send("PATCH", "/v1/members/" + said.words.front(), body, session.change()),
        print_member
    );
}

Outcome<ExitCode> remove_member(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply =
        (*client)->send("DELETE", "/v1/members/" + session.arguments.words.front(), nullptr, {});
    if (!reply) return passed_on(reply);
    if (session.wants_json())
        session.print_json(reply->document);
    else
        session.tell(phrase("member {1} is removed", member(reply->document, "id")));
    return ExitCode::done;
}

// ------------------------------------------------------------------ the audit log

void print_audit(Session& session, const json::value& page) {
    Table table(
        {heading("WHEN"), heading("WHO"), heading("OF"), heading("IN"), heading("WHAT"),
         heading("OBJECT"), heading("FROM")}
    );
    for (const auto& each : list_member(page, "records")) {
        const auto home = member(each, "home"), in = member(each, "tenant");
        table.add(
            {local_time(member(each, "at")), member(each, "who"), home, home == in ? "" : in,
             member(each, "action"), member(each, "object"), member(each, "address")}
        );
    }
    if (table.empty()) session.tell("There is no record.");
    session.print(table);
}

Outcome<ExitCode> list_audit(Session& session) {
    return listed(
        session,
        "/v1/audit" + query_of(
                          session.arguments, {{"tenant", "tenant"},
                                              {"who", "who"},
                                              {"action", "action"},
                                              {"object", "object"},
                                              {"since", "since"},
                                              {"until", "until"},
                                              {"limit", "limit"}}
                      ),
        print_audit
    );
}

}  // namespace

std::vector<CommandSpec> people_commands() {
    const WordSpec account{"ACCOUNT", told("the account's id, a number")};
    const WordSpec person{"ID", told("the person's id")};
    const WordSpec one{"ID", told("the member's id")};
    const OptionSpec tenant{"--tenant", ValueKind::text, "ID", told("of this account")};
    const OptionSpec find{
        "--find", ValueKind::text, "TEXT", told("with this in the name or login")
    };
    const OptionSpec limit{"--limit", ValueKind::count, "COUNT", told("how many (100)")};
    const OptionSpec name{"--name", ValueKind::text, "NAME", told("as others read it")};
    const OptionSpec language{
        "--language", ValueKind::choice, "WORD", told("of what they read"), {"en", "fr"}
    };
    const OptionSpec password{
        "--password-file", ValueKind::file, "FILE",
        told("the password, a line; otherwise it is read from standard input")
    };
    const OptionSpec key{
        "--idempotency-key", ValueKind::text, "KEY",
        told("repeat an earlier run without doing it twice")
    };
    const OptionSpec member_kind{
        "--kind",
        ValueKind::choice,
        "KIND",
        told("user, service or group"),
        {"user", "service", "group"}
    };
    const OptionSpec extension{
        "--extension", ValueKind::text, "DIGITS", told("at which it is rung")
    };
    return {
        {.path = "tenant list",
         .help = told("your account and those below it"),
         .words = {},
         .options =
             {{"--below", ValueKind::text, "ACCOUNT", told("directly below this one")},
              {"--kind",
               ValueKind::choice,
               "KIND",
               told("var, company or professional"),
               {"system", "var", "company", "professional"}},
              find,
              limit},
         .run = list_tenants},
        {.path = "tenant create",
         .help = told("make an account below yours"),
         .words = {{"NAME", told("as others read it")}},
         .options =
             {{"--kind",
               ValueKind::choice,
               "KIND",
               told("var, company or professional"),
               {"var", "company", "professional"}},
              {"--below", ValueKind::text, "ACCOUNT", told("below this one, instead of yours")},
              key},
         .run = create_tenant},
        {.path = "tenant change",
         .help = told("rename an account, move it, or disable it and all below it"),
         .words = {account},
         .options =
             {name,
              {"--below", ValueKind::text, "ACCOUNT", told("move it below this one")},
              {"--disable", ValueKind::flag, "", told("nobody signs in any more; what it has stays")
              },
              {"--enable", ValueKind::flag, "", told("they sign in again")},
              key},
         .run = change_tenant},
        {.path = "user list",
         .help = told("people who sign in, of your account and those below it"),
         .words = {},
         .options = {tenant, find, limit},
         .run = list_users},
        {.path = "user show",
         .help = told("one person"),
         .words = {person},
         .options = {},
         .run = show_user},
        {.path = "user create",
         .help = told("make somebody who signs in; the password is a line of standard input"),
         .words = {{"LOGIN", told("what they sign in with")}},
         .options =
             {name,
              tenant,
              language,
              password,
              {"--no-password", ValueKind::flag, "", told("they sign in another way")},
              key},
         .run = create_user,
         .footer = told("The first person is made beside the store: porteurd user create LOGIN")},
        {.path = "user change",
         .help = told("rename a person, or move them to another account"),
         .words = {person},
         .options = {name, language, tenant, key},
         .run = change_user},
        {.path = "user password",
         .help = told("give a person another password; their sessions end"),
         .words = {person},
         .options = {password},
         .run = change_password},
        {.path = "user link",
         .help = told("say whom a person is at a provider of OpenID Connect, so that they sign in there"),
         .words = {person},
         .options =
             {{"--provider", ValueKind::text, "NAME", told("its name in the settings of porteurd")},
              {"--subject", ValueKind::text, "ID", told("what the provider calls the person (sub)")}},
         .run = link_user},
        {.path = "user unlink",
         .help = told("let a person sign in at no provider any more"),
         .words = {person},
         .options = {},
         .run = unlink_user},
        {.path = "user disable",
         .help = told("let a person in no more; their sessions end"),
         .words = {person},
         .options = {key},
         .run = disable_user},
        {.path = "user enable",
         .help = told("let a person in again"),
         .words = {person},
         .options = {key},
         .run = enable_user},
        {.path = "member list",
         .help = told("users, services and groups that numbers are used by"),
         .words = {},
         .options = {tenant, member_kind, find, limit},
         .run = list_members},
        {.path = "member create",
         .help = told("make a user, a service or a group of an account"),
         .words = {{"NAME", told("as others read it")}},
         .options = {member_kind, tenant, extension, key},
         .run = create_member},
        {.path = "member change",
         .help = told("change a member"),
         .words = {one},
         .options = {member_kind, name, extension, key},
         .run = change_member},
        {.path = "member remove",
         .help = told("take a member out; numbers keep the name that they are used by"),
         .words = {one},
         .options = {},
         .run = remove_member},
        {.path = "audit list",
         .help = told("who did what, the newest first"),
         .words = {},
         .options =
             {tenant,
              {"--who", ValueKind::text, "NAME", told("@alice, or a token's name")},
              {"--action", ValueKind::text, "WORD", told("user.changed")},
              {"--object", ValueKind::text, "ID", told("to this order, person or number")},
              {"--since", ValueKind::text, "TIME", told("from then on: 2026-12-01T00:00:00Z")},
              {"--until", ValueKind::text, "TIME", told("before then")},
              limit},
         .run = list_audit},
    };
}

}  // namespace porteur::cli
