// SPDX-License-Identifier: Apache-2.0
#pragma once

// One conversation with a plugin as bytes: what it is begun with, and what comes back for each
// effect. The form is one that libFuzzer's blind changes do not break: fields between record
// separators (0x1E), whatever stands in them.
//
//   operation  input  settings  then for each effect: how  head  body
//
// `how` is the kind of error (0: carried out), "@2" for the third of the effects that are open, "*"
// for an answer that is given again and again.

#include <porteur/testkit/plugin.hpp>

namespace porteur::fuzz {

/// With descriptor.toml, words.toml and tests/fixtures of the plugin that is linked into the
/// program.
extern const char* const plugin_folder;

struct Said {
    ErrorKind kind = ErrorKind::none;
    std::size_t which = 0;
    bool again = false;
    std::string head, body;
};

struct Talk {
    std::string operation, input, settings;
    std::vector<Said> said;
};

/// Never fails: what is missing is empty.
Talk read_talk(std::string_view bytes);
std::string write_talk(const Talk& talk);

/// What was said, in a form in which a host says it: the head has what docs/effects.md wants for
/// this kind of effect. The body is the carrier's own, whatever it is.
testkit::Completion fitted(const testkit::Effect& effect, const Said& said);

}  // namespace porteur::fuzz
