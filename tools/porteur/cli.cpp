// SPDX-License-Identifier: Apache-2.0
#include "cli.hpp"

#include <exception>
#include <ostream>

#include "parse.hpp"
#include "session.hpp"

namespace porteur::cli {

int run(const std::vector<std::string>& words, Surroundings& around) {
    const auto ended = [&](const Trouble& why) {
        around.err << "porteur: " << printable(why.message) << "\n";
        for (const auto& line : why.details) around.err << "  " << printable(line) << "\n";
        around.err << std::flush;
        return static_cast<int>(why.code);
    };
    try {
        const auto parsed = parse_command_line(words);
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
             std::string("a defect in porteur: ") + defect.what() + "; please report it",
             {}}
        );
    }
}

}  // namespace porteur::cli
