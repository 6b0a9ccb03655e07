// SPDX-License-Identifier: Apache-2.0
#include "cli.hpp"

#include <exception>
#include <ostream>

#include <porteur/phrase.hpp>

#include "parse.hpp"
#include "session.hpp"

namespace porteur::cli {

int run(const std::vector<std::string>& words, Surroundings& around) {
    // A command line that was not understood may say the language all the same.
    std::string_view lang;
    for (std::size_t at = 0; at < words.size(); ++at) {
        if (words[at] == "--lang" && at + 1 < words.size()) lang = words[at + 1];
        if (words[at].starts_with("--lang=")) lang = std::string_view(words[at]).substr(7);
    }
    const auto& tongue = Tongue::of(language_wanted(lang, around));
    const auto ended = [&](const Trouble& why) {
        around.err << "porteur: " << printable(tongue.text(why.message)) << "\n";
        for (const auto& line : why.details) around.err << "  " << printable(tongue.text(line)) << "\n";
        around.err << std::flush;
        return static_cast<int>(why.code);
    };
    try {
        const auto parsed = parse_command_line(words, tongue);
        if (!parsed) return ended(parsed.error());
        if (!parsed->command) {
            around.out << parsed->text << std::flush;
            return 0;
        }
        Session session(parsed->arguments, around);
        const auto done = parsed->command->run(session);
        return done ? static_cast<int>(*done) : ended(done.error());
    } catch (const std::exception& defect) {
        return ended(
            {ExitCode::failed,
             phrase("a defect in porteur: {1}; please report it", defect.what()),
             {}}
        );
    }
}

}  // namespace porteur::cli
