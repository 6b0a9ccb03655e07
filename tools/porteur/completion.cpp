// SPDX-License-Identifier: Apache-2.0
#include "completion.hpp"

#include <set>

namespace porteur::cli {
namespace {

// Text between single quotes of a shell.
std::string in_quotes(const std::string& text) {
    std::string out = "'";
    for (const char letter : text) out += letter == '\'' ? "'\\''" : std::string(1, letter);
    return out + "'";
}

std::vector<std::string> forms_of(const OptionSpec& option) {
    const auto comma = option.name.find(',');
    if (comma == option.name.npos) return {option.name};
    return {option.name.substr(0, comma), option.name.substr(comma + 1)};
}

std::string joined(const std::vector<std::string>& words, const std::string& between = " ") {
    std::string out;
    for (const auto& word : words) out += (out.empty() ? "" : between) + word;
    return out;
}

std::vector<OptionSpec> options_of(const CommandSpec& command) {
    auto all = command.options;
    if (command.takes_rest) return all;
    for (const auto& option : common_options()) all.push_back(option);
    all.push_back({"--help", ValueKind::flag, "", "print help"});
    return all;
}

/// What may stand after nothing, and after the first word of each group.
std::vector<std::string> words_after(const std::string& group) {
    std::vector<std::string> words;
    std::set<std::string> seen;
    for (const auto& command : all_commands()) {
        const auto blank = command.path.find(' ');
        const auto first = command.path.substr(0, blank);
        if (group.empty()) {
            if (seen.insert(first).second) words.push_back(first);
        } else if (first == group && blank != command.path.npos) {
            words.push_back(command.path.substr(blank + 1));
        }
    }
    return words;
}

std::vector<std::string> groups() {
    std::vector<std::string> out;
    for (const auto& word : words_after(""))
        if (!words_after(word).empty()) out.push_back(word);
    return out;
}

std::string bash_script() {
    std::string out =
        "# bash completion of porteur. Put it into "
        "~/.local/share/bash-completion/completions/porteur\n"
        "_porteur() {\n"
        "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
        "    local path= each words=\n"
        "    for each in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
        "        case \"$path/$each\" in\n";
    for (const auto& word : words_after(""))
        out += "            /" + word + ") path=" + word + " ;;\n";
    for (const auto& command : all_commands()) {
        const auto blank = command.path.find(' ');
        if (blank == command.path.npos) continue;
        const auto group = command.path.substr(0, blank);
        out += "            " + group + "/" + command.path.substr(blank + 1) + ") path='" +
               command.path + "' ;;\n";
    }
    out += "        esac\n    done\n    COMPREPLY=()\n    case \"$path $before\" in\n";
    // Values of options come first: they say what may stand here, whatever the command.
    std::set<std::string> files;
    for (const auto& command : all_commands())
        for (const auto& option : options_of(command)) {
            if (option.kind == ValueKind::file)
                for (const auto& form : forms_of(option)) files.insert(form);
            if (!option.choices.empty())
                out += "        '" + command.path + " " + option.name + "') words='" +
                       joined(option.choices) + "' ;;\n";
        }
    std::string file_patterns;
    for (const auto& form : files)
        file_patterns += (file_patterns.empty() ? "*' " : " | *' ") + form + "'";
    out += "        " + file_patterns +
           ") COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n    esac\n";
    out += "    if [[ -z $words ]]; then\n        case \"$path\" in\n";
    out += "            '') words='" + joined(words_after("")) + "' ;;\n";
    for (const auto& group : groups())
        out += "            '" + group + "') words='" + joined(words_after(group)) + "' ;;\n";
    for (const auto& command : all_commands()) {
        std::vector<std::string> words;
        for (const auto& word : command.words)
            for (const auto& choice : word.choices) words.push_back(choice);
        for (const auto& option : options_of(command)) words.push_back(forms_of(option).back());
        out += "            '" + command.path + "') words='" + joined(words) + "' ;;\n";
    }
    return out +
           "        esac\n    fi\n"
           "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
           "}\n"
           "complete -o default -F _porteur porteur\n";
}

std::string fish_script() {
    std::string out =
        "# fish completion of porteur. Put it into ~/.config/fish/completions/porteur.fish\n"
        "function __porteur_path\n"
        "    set -l words (commandline -opc)[2..-1]\n"
        "    set -l path\n"
        "    for word in $words\n"
        "        string match -q -- '-*' $word; and continue\n"
        "        set -l next (string trim \"$path $word\")\n"
        "        contains -- $next $__porteur_paths; and set path $next\n"
        "    end\n"
        "    echo $path\n"
        "end\n";
    std::string paths;
    for (const auto& word : words_after("")) paths += " '" + word + "'";
    for (const auto& command : all_commands())
        if (command.path.find(' ') != command.path.npos) paths += " '" + command.path + "'";
    out += "set -g __porteur_paths" + paths + "\n";
    const auto at = [](const std::string& path) {
        return "complete -c porteur -n " + in_quotes("test (__porteur_path) = \"" + path + "\"") +
               " ";
    };
    for (const auto& command : all_commands()) {
        const auto blank = command.path.rfind(' ');
        const auto group = blank == command.path.npos ? "" : command.path.substr(0, blank);
        out += at(group) + "-f -a " + command.path.substr(blank + 1) + " -d " +
               in_quotes(command.help) + "\n";
    }
    for (const auto& group : groups())
        out += at("") + "-f -a " + group + " -d " + in_quotes(help_of_group(group)) + "\n";
    for (const auto& command : all_commands()) {
        for (const auto& word : command.words)
            if (!word.choices.empty())
                out += at(command.path) + "-f -a " + in_quotes(joined(word.choices)) + "\n";
        for (const auto& option : options_of(command)) {
            out += at(command.path);
            for (const auto& form : forms_of(option))
                out += form.starts_with("--") ? "-l " + form.substr(2) + " "
                                              : "-s " + form.substr(1) + " ";
            if (option.kind != ValueKind::flag)
                out += option.kind == ValueKind::file ? "-r -F " : "-x ";
            if (!option.choices.empty()) out += "-a " + in_quotes(joined(option.choices)) + " ";
            out += "-d " + in_quotes(option.help) + "\n";
        }
    }
    return out;
}

// In a specification of zsh's _arguments a colon and brackets have meanings.
std::string for_zsh(const std::string& text) {
    std::string out;
    for (const char letter : text) {
        if (letter == ':' || letter == '[' || letter == ']' || letter == '\\') out += '\\';
        out += letter;
    }
    return out;
}

std::string zsh_script() {
    std::string out =
        "#compdef porteur\n"
        "# zsh completion of porteur. Put it as _porteur into a folder of $fpath\n"
        "_porteur() {\n"
        "    local path=${words[2]}\n"
        "    case \"$path\" in\n        ";
    out += joined(groups(), "|") +
           ") (( CURRENT > 3 )) && path=\"$path ${words[3]}\" ;;\n    esac\n"
           "    (( CURRENT == 2 )) && path=\n"
           "    case \"$path\" in\n";
    const auto described = [&](const std::string& path, const std::string& group) {
        out += "        '" + path + "')\n            local -a all=(\n";
        for (const auto& word : words_after(group)) {
            std::string help = help_of_group(word);
            for (const auto& command : all_commands())
                if (command.path == (group.empty() ? word : group + " " + word))
                    help = command.help;
            out += "                " + in_quotes(for_zsh(word) + ":" + help) + "\n";
        }
        out += "            )\n            _describe command all ;;\n";
    };
    described("", "");
    for (const auto& group : groups()) described(group, group);
    for (const auto& command : all_commands()) {
        out += "        '" + command.path + "')\n            _arguments \\\n";
        for (const auto& option : options_of(command)) {
            const bool again = option.kind == ValueKind::list;
            auto spec = std::string(again ? "*" : "") + forms_of(option).back() + "[" +
                        for_zsh(option.help) + "]";
            if (option.kind != ValueKind::flag) {
                spec += ":" + for_zsh(option.value.empty() ? "value" : option.value) + ":";
                if (option.kind == ValueKind::file) spec += "_files";
                if (!option.choices.empty()) spec += "(" + joined(option.choices) + ")";
            }
            out += "                " + in_quotes(spec) + " \\\n";
        }
        std::vector<std::string> choices;
        bool takes_file = false;
        for (const auto& word : command.words) {
            for (const auto& choice : word.choices) choices.push_back(choice);
            takes_file = takes_file || word.name == "FILE";
        }
        out += "                '*:word:" +
               (takes_file ? std::string("_files") : "(" + joined(choices) + ")") + "' ;;\n";
    }
    return out + "    esac\n}\n_porteur \"$@\"\n";
}

}  // namespace

std::string completion_script(const std::string& shell) {
    if (shell == "zsh") return zsh_script();
    return shell == "fish" ? fish_script() : bash_script();
}

}  // namespace porteur::cli
