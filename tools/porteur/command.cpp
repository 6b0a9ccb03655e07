// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"

#include "commands/all.hpp"

namespace porteur::cli {

std::string OptionSpec::key() const { return name.substr(name.rfind("--") + 2); }

std::optional<std::string> Arguments::given(const std::string& key) const {
    const auto found = values.find(key);
    if (found == values.end() || found->second.empty()) return std::nullopt;
    return found->second.back();
}

std::string Arguments::text(const std::string& key) const { return given(key).value_or(""); }

std::vector<std::string> Arguments::list(const std::string& key) const {
    const auto found = values.find(key);
    return found == values.end() ? std::vector<std::string>{} : found->second;
}

std::string Arguments::group() const { return command.substr(0, command.find(' ')); }

const std::vector<CommandSpec>& all_commands() {
    static const std::vector<CommandSpec> commands = [] {
        std::vector<CommandSpec> all;
        const auto add = [&](std::vector<CommandSpec> some) {
            for (auto& each : some) all.push_back(std::move(each));
        };
        add(carrier_commands());
        add(account_commands());
        add(order_commands("port"));
        add(letter_commands());
        add(order_commands("purchase"));
        add(release_commands());
        add(inventory_commands());
        add(number_change_commands());
        add(number_job_commands());
        add(comparison_commands());
        add(number_commands());
        add(call_commands());
        add(document_commands());
        add(mail_commands());
        add(task_commands());
        add(due_commands());
        add(explain_commands());
        add(webhook_commands());
        add(people_commands());
        add(status_commands());
        add(plugin_build_commands());
        add(machine_commands());
        return all;
    }();
    return commands;
}

const std::vector<OptionSpec>& common_options() {
    static const std::vector<OptionSpec> options{
        {"--url", ValueKind::text, "URL",
         told("where the daemon listens (PORTEUR_URL; else http://127.0.0.1:8480)")},
        {"--token-file", ValueKind::file, "FILE",
         told("file with the token (else PORTEUR_TOKEN, else ~/.config/porteur/token)")},
        {"--token", ValueKind::text, "TOKEN",
         told("the token itself; others on this machine can see it, so prefer the two above")},
        {"--ca-file", ValueKind::file, "FILE", told("PEM certificates to trust instead of the system's")},
        {"--plain-http", ValueKind::flag, "", told("send the token without encryption to another machine")},
        {"--json", ValueKind::flag, "", told("print the API's answer as one JSON document")},
        {"--lang", ValueKind::choice, "LANG", told("language of what is printed for persons (else LC_ALL, LC_MESSAGES, LANG)"), {"en", "fr"}},
        {"-v,--verbose", ValueKind::flag, "",
         told("say more, such as the Idempotency-Key, on standard error")},
    };
    return options;
}

std::string help_of_group(const std::string& group) {
    if (group == "port") return told("port orders: move numbers from one carrier to another");
    if (group == "purchase") return told("purchase orders: buy numbers");
    if (group == "release") return told("release orders: numbers that are given back to their carriers (numbers release)");
    if (group == "numbers") return told("numbers that we have; search: numbers that can be bought");
    if (group == "calls") return told("calls that were received, which make numbers active");
    if (group == "portability") return told("whether numbers can be ported");
    if (group == "documents") return told("letters of authorization, invoices and other papers");
    if (group == "mail") return told("mails that came in");
    if (group == "webhook") return told("addresses that hear of what happens");
    if (group == "tenant") return told("accounts: VARs, companies, professionals");
    if (group == "user") return told("people who sign in");
    if (group == "member") return told("users, services and groups of an account");
    if (group == "audit") return told("who did what");
    if (group == "token") return told("tokens for the API");
    if (group == "account") return told("an account at its carrier: what it has there, and what it lacks");
    if (group == "key") return told("the key that seals the store");
    if (group == "plugin") return told("what the carriers' plugins are and do");
    return "";
}

}  // namespace porteur::cli
