// SPDX-License-Identifier: Apache-2.0
#include "run_command.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include <fmt/format.h>
#include <CLI/App.hpp>
#include <boost/asio/ip/address.hpp>

#include <porteur/plugin.h>

#include "conformance/conversation_file.hpp"
#include "conformance/play.hpp"
#include "playground.hpp"
#include "plugins/elf_library.hpp"
#include "settings/descriptor_toml.hpp"
#include "settings/secret.hpp"

namespace porteur::plugin_tool {
namespace {

namespace fs = std::filesystem;

struct Words {
    std::string library, operation, input, url, auth_url, folder, name;
    std::vector<std::string> secrets, settings, documents, answers, order_secrets;
    unsigned effects_max = 200;
    bool as_json = false, is_live = false;
};

ExitStatus complain(const Error& error) {
    std::cerr << "porteur plugin: " << error.message << '\n';
    return error.kind == ErrorKind::invalid_input ? ExitStatus::usage : ExitStatus::failed;
}

/// "NAME=VALUE".
Result<std::pair<std::string, std::string>> pair_of(const std::string& text, const char* option) {
    const auto at = text.find('=');
    if (at == 0 || at == text.npos)
        return failure(
            ErrorKind::invalid_input,
            fmt::format("{} {} is not NAME=VALUE", option, porteur::quoted(text))
        );
    return std::pair(text.substr(0, at), text.substr(at + 1));
}
Result<std::map<std::string, std::string>> pairs_of(
    const std::vector<std::string>& texts, const char* option
) {
    std::map<std::string, std::string> out;
    for (const auto& each : texts) {
        auto pair = pair_of(each, option);
        if (!pair) return std::unexpected(std::move(pair).error());
        out[pair->first] = pair->second;
    }
    return out;
}

/// "file:PATH" or "env:NAME"; a secret itself would stand in the shell's history.
Result<SecretRef> secret_of(const std::string& option, const std::string& name, const std::string& place) {
    SecretRef out;
    out.where = option + " " + name;
    if (place.starts_with("file:")) {
        out.source = SecretRef::Source::file;
        out.name = place.substr(5);
    } else if (place.starts_with("env:")) {
        out.source = SecretRef::Source::env;
        out.name = place.substr(4);
    } else {
        return failure(
            ErrorKind::invalid_input,
            option + " " + name +
                " wants file:PATH or env:NAME: a secret itself would stay in the shell's history"
        );
    }
    return out;
}

Result<SettingValue> value_of(const SettingSpec& spec, const std::string& text) {
    switch (spec.type) {
        case SettingType::integer:
        case SettingType::duration: {
            std::int64_t number = 0;
            const auto [end, wrong] =
                std::from_chars(text.data(), text.data() + text.size(), number);
            if (wrong != std::errc() || end != text.data() + text.size())
                return failure(
                    ErrorKind::invalid_input,
                    "--setting " + spec.name + " wants a whole number" +
                        (spec.type == SettingType::duration ? " of seconds" : "")
                );
            return SettingValue(number);
        }
        case SettingType::boolean:
            return SettingValue(text == "true");
        case SettingType::list: {
            std::vector<std::string> out;
            for (std::size_t at = 0; at <= text.size() && !text.empty();) {
                const auto end = std::min(text.find(',', at), text.size());
                out.push_back(text.substr(at, end - at));
                at = end + 1;
            }
            return SettingValue(std::move(out));
        }
        case SettingType::text:
        case SettingType::choice:
        case SettingType::data:
            break;
    }
    return SettingValue(text);
}

/// Whether nobody's money can be spent there: this machine's own.
bool is_loopback(const std::string& url) {
    auto host = url.substr(std::min(url.find("://"), url.size()));
    host = host.size() > 3 ? host.substr(3) : std::string();
    if (host.starts_with('[')) return host.starts_with("[::1]");
    host = host.substr(0, host.find_first_of(":/?"));
    boost::system::error_code not_an_address;
    const auto address = boost::asio::ip::make_address(host, not_an_address);
    return host == "localhost" || (!not_an_address && address.is_loopback());
}

Result<std::string> input_of(const Words& words) {
    if (words.input.empty()) return std::string("{}");
    if (words.input.find_first_of('{') == 0) return words.input;
    std::ifstream file(words.input, std::ios::binary);
    auto& in = words.input == "-" ? static_cast<std::istream&>(std::cin) : file;
    if (!in) return failure(ErrorKind::invalid_input, "cannot read " + words.input);
    return std::string{std::istreambuf_iterator<char>(in), {}};
}

struct Ready {
    PlaygroundWish wish;
    Descriptor descriptor;
};

Result<Ready> make_ready(const Words& words) {
    Ready out;
    std::error_code trouble;
    out.wish.library = fs::absolute(words.library, trouble).lexically_normal().string();
    std::ifstream in(out.wish.library, std::ios::binary);
    if (!in) return failure(ErrorKind::invalid_input, "there is no library " + out.wish.library);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    const auto library = read_elf_library(bytes, PORTEUR_DESCRIPTOR_SECTION);
    if (!library || !library->section)
        return failure(
            ErrorKind::invalid_input,
            out.wish.library + " is no plugin; 'porteur plugin doctor' says why"
        );
    auto descriptor = parse_descriptor(*library->section, "descriptor.toml");
    if (!descriptor) return std::unexpected(std::move(descriptor).error());
    out.descriptor = std::move(*descriptor);
    out.wish.operation = words.operation;
    auto input = input_of(words);
    if (!input) return std::unexpected(std::move(input).error());
    out.wish.input = std::move(*input);
    out.wish.effects_max = words.effects_max;
    out.wish.account.name = out.wish.account.where = "the command line";
    out.wish.account.plugin = out.descriptor.id;
    out.wish.account.base_url = words.url;
    out.wish.account.auth_url = words.auth_url;
    for (const auto& each : words.secrets) {
        auto pair = pair_of(each, "--secret");
        if (!pair) return std::unexpected(std::move(pair).error());
        auto secret = secret_of("--secret", pair->first, pair->second);
        if (!secret) return std::unexpected(std::move(secret).error());
        out.wish.account.secrets[pair->first] = std::move(*secret);
    }
    for (const auto& each : words.settings) {
        auto pair = pair_of(each, "--setting");
        if (!pair) return std::unexpected(std::move(pair).error());
        const auto* spec = find_named(out.descriptor.settings, pair->first);
        if (!spec)
            return failure(
                ErrorKind::invalid_input,
                "the plugin has no setting " + porteur::quoted(pair->first)
            );
        auto value = value_of(*spec, pair->second);
        if (!value) return std::unexpected(std::move(value).error());
        AccountSetting setting;
        setting.name = pair->first;
        setting.value = std::move(*value);
        out.wish.account.settings.push_back(std::move(setting));
    }
    auto documents = pairs_of(words.documents, "--document"),
         answers = pairs_of(words.answers, "--answer"),
         order_secrets = pairs_of(words.order_secrets, "--order-secret");
    for (auto* each : {&documents, &answers, &order_secrets})
        if (!*each) return std::unexpected(std::move(*each).error());
    out.wish.documents = std::move(*documents);
    out.wish.answers = std::move(*answers);
    for (const auto& [name, place] : *order_secrets) {
        const auto secret = secret_of("--order-secret", name, place);
        if (!secret) return std::unexpected(secret.error());
        auto value = read_secret(*secret);
        if (!value) return std::unexpected(std::move(value).error());
        out.wish.order_secrets[name] = std::move(*value);
    }
    if (words.is_live) return out;
    const auto& url = words.url.empty() ? out.descriptor.base_url : words.url;
    if (!url.empty() && !is_loopback(url))
        return failure(
            ErrorKind::invalid_input,
            url + " may be a carrier that takes money: name a simulator or sandbox of this machine with --url, or say --live"
        );
    const auto& token_url = words.auth_url.empty() ? out.descriptor.auth.token_url : words.auth_url;
    if (!token_url.empty() && !is_loopback(token_url))
        return failure(
            ErrorKind::invalid_input,
            "the credentials would leave for " + token_url + ": name where a simulator gives tokens with --auth-url, or say --live"
        );
    // A simulator's answer may lead to the carrier itself.
    std::erase_if(out.descriptor.http.hosts, [](const std::string& host) { return !is_loopback("http://" + host); });
    return out;
}

std::string indented(const std::string& text) {
    const auto value = parse_json(text);
    return value ? canonical(*value) : text;
}

void tell_end(const testkit::Conversation& conversation) {
    const auto& last = conversation.last();
    if (last.state == PORTEUR_DONE)
        fmt::print("done: {}\n", indented(last.output));
    else
        fmt::print(
            "{}{}{}\n", conformance::told(last),
            last.error.reason == Reason::none ? ""
                                              : fmt::format(" ({})", text_of(last.error.reason)),
            last.error.code.empty() ? "" : fmt::format(", the carrier's code {}", last.error.code)
        );
}

/// A conversation that does not go the same way again is worth nothing. @return what departed;
/// empty: nothing
std::string replayed_three_times(
    const std::string& library, const testkit::Conversation& conversation
) {
    const auto plugin = testkit::Plugin::at(library);
    for (int time = 0; time < 3; ++time) {
        conformance::Play play(plugin, conversation);
        if (auto departed = play.replay(conversation.exchanges.size()); !departed.empty())
            return departed;
    }
    return {};
}

/// Where a conversation will be kept, made before anything is bought: for its maker alone, as answers may hold what they should not.
Result<int> new_file(const fs::path& file) {
    std::error_code trouble;
    if (!file.parent_path().empty()) fs::create_directories(file.parent_path(), trouble);
    const int made = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (made >= 0) return made;
    if (errno == EEXIST) return failure(ErrorKind::invalid_input, file.string() + " is there already; name another with --name");
    return failure(ErrorKind::invalid_input, "cannot write " + file.string() + ": " + std::strerror(errno));
}

bool write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(file, text.data(), text.size());
        if (written < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

/// What was done ends with: what went wrong here comes before what the plugin made of it.
ExitStatus status_of(const Played& played) {
    if (played.trouble) return played.trouble->is_unreachable ? ExitStatus::not_reachable : ExitStatus::usage;
    const auto& last = played.conversation.last();
    if (last.returned != PORTEUR_OK) return ExitStatus::found_wrong;
    return last.state == PORTEUR_DONE ? ExitStatus::done : ExitStatus::operation_failed;
}

Result<Played> play_and_tell(const Words& words, const Ready& ready) {
    const bool tells = !words.as_json;
    auto played = play(ready.wish, ready.descriptor, [tells](const std::string& line) {
        if (tells) fmt::print("{}\n", line);
        std::fflush(stdout);
    });
    if (!played) return played;
    if (!words.name.empty()) played->conversation.name = words.name;
    if (words.as_json)
        std::cout << testkit::text_of(played->conversation, ready.descriptor.id) << '\n';
    else
        tell_end(played->conversation);
    return played;
}

ExitStatus run(const Words& words) {
    const auto ready = make_ready(words);
    if (!ready) return complain(ready.error());
    const auto played = play_and_tell(words, *ready);
    if (!played) return complain(played.error());
    if (played->trouble) std::cerr << "porteur plugin: " << played->trouble->text << "; that is no answer of the carrier\n";
    return status_of(*played);
}

/// Nothing that went wrong here may count as what the carrier said.
ExitStatus refuse_to_keep(const Played& played, const fs::path& file, int made, const std::string& text) {
    std::error_code trouble;
    const auto why = "porteur plugin: " + played.trouble->text + "; that is no answer of the carrier, and ";
    if (!played.was_answered) {
        fs::remove(file, trouble);
        std::cerr << why << "nothing is kept\n";
        return status_of(played);
    }
    // What was bought was bought: it is kept under a name that no check reads.
    const auto aside = file.string() + ".unfinished";
    if (!write_all(made, text)) return complain({ErrorKind::unavailable, "cannot write " + file.string()});
    fs::rename(file, aside, trouble);
    std::cerr << why << "what came before it is kept as " << aside << " alone\n";
    return status_of(played);
}

ExitStatus record(const Words& words) {
    const auto ready = make_ready(words);
    if (!ready) return complain(ready.error());
    const auto file = fs::path(words.folder) / ((words.name.empty() ? "playground." + words.operation : words.name) + ".json");
    const auto made = new_file(file);
    if (!made) return complain(made.error());
    const auto played = play_and_tell(words, *ready);
    std::error_code trouble;
    if (!played) {
        ::close(*made);
        fs::remove(file, trouble);
        return complain(played.error());
    }
    const auto text = testkit::text_of(played->conversation, ready->descriptor.id) + "\n";
    if (played->trouble) {
        const auto status = refuse_to_keep(*played, file, *made, text);
        ::close(*made);
        return status;
    }
    const bool is_kept = write_all(*made, text);
    ::close(*made);
    if (!is_kept) return complain({ErrorKind::unavailable, "cannot write " + file.string()});
    if (const auto departed = replayed_three_times(ready->wish.library, played->conversation); !departed.empty()) {
        // What was bought was bought: it is kept under a name that no check reads.
        const auto aside = file.string() + ".departed";
        fs::rename(file, aside, trouble);
        std::cerr << "porteur plugin: it does not go the same way again, so it is kept as " << aside << " alone: " << departed << '\n';
        return ExitStatus::found_wrong;
    }
    std::cerr << "kept in " << file.string() << ", and replayed three times: read it before you give it away, its answers are as the carrier gave them but for the secrets\n";
    return status_of(*played);
}

std::shared_ptr<Words> add_words(CLI::App& app) {
    auto words = std::make_shared<Words>();
    app.add_option("LIBRARY", words->library, "the plugin: build/plugins/porteur-acme.so")
        ->required()
        ->type_name("");
    app.add_option("OPERATION", words->operation, "one that it has: search_numbers")
        ->required()
        ->type_name("");
    app.add_option(
           "INPUT", words->input, "JSON, or a file of it; -: standard input; {} unless given"
    )
        ->type_name("");
    app.add_option(
           "--url", words->url,
           "where the carrier's API is instead of the descriptor's base_url: a simulator's address"
    )
        ->type_name("URL");
    app.add_option(
           "--auth-url", words->auth_url,
           "where tokens are had, where the descriptor names a token_url"
    )
        ->type_name("URL");
    app.add_option(
           "--secret", words->secrets, "NAME=file:PATH or NAME=env:VARIABLE; may be given again"
    )
        ->allow_extra_args(false)
        ->type_name("NAME=PLACE");
    app.add_option(
           "--order-secret", words->order_secrets, "of the order: pin=file:PATH or pin=env:VARIABLE; may be given again"
    )
        ->allow_extra_args(false)
        ->type_name("NAME=PLACE");
    app.add_option("--setting", words->settings, "of the account; may be given again")
        ->allow_extra_args(false)
        ->type_name("NAME=VALUE");
    app.add_option(
           "--document", words->documents, "by the id that the input names; may be given again"
    )
        ->allow_extra_args(false)
        ->type_name("ID=FILE");
    app.add_option(
           "--answer", words->answers,
           "what a person would choose, by the step that asks; may be given again"
    )
        ->allow_extra_args(false)
        ->type_name("STEP=CHOICE");
    app.add_option("--effects-max", words->effects_max, "so many are carried out")
        ->capture_default_str()
        ->type_name("COUNT");
    app.add_flag(
        "--live", words->is_live,
        "the address is another machine's, and what happens there is meant"
    );
    return words;
}

constexpr auto exit_statuses =
    "Exit status: 0 the operation ended with a result; 1 it failed, as the carrier refused, say; 2 a word, secret or file is wrong here, and nothing of that left; "
    "3 nobody listens at the carrier's address; 9 it could not be run.";

std::function<ExitStatus()> prepare_run(CLI::App& app) {
    auto words = add_words(app);
    app.footer(exit_statuses);
    app.add_flag("--json", words->as_json, "print the conversation instead of the trace");
    return [words] { return run(*words); };
}
std::function<ExitStatus()> prepare_record(CLI::App& app) {
    auto words = add_words(app);
    app.footer(std::string(exit_statuses) + " What ends with 2 or 3 is kept as no conversation; what the carrier refused is.");
    words->folder = "conversations";
    app.add_option("--folder", words->folder, "where it is kept")
        ->capture_default_str()
        ->type_name("FOLDER");
    app.add_option("--name", words->name, "how it is called; playground.OPERATION unless given")
        ->type_name("NAME");
    return [words] { return record(*words); };
}

}  // namespace

Command run_command() {
    return {
        "run", "run one operation against a simulator or sandbox, and show each step", prepare_run
    };
}
Command record_command() {
    return {"record", "the same, kept as a conversation that validate replays", prepare_record};
}

}  // namespace porteur::plugin_tool
