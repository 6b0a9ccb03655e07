// SPDX-License-Identifier: Apache-2.0
#pragma once

// One operation of a plugin against a carrier, or its sandbox, or a simulator, without a daemon: each effect is carried out
// here, and shown.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <porteur/testkit/conversation.hpp>

#include "domain/descriptor.hpp"
#include "settings/account_settings.hpp"

namespace porteur::plugin_tool {

struct PlaygroundWish {
    std::string library, operation;
    std::string input = "{}";                      ///< JSON
    AccountSettings account;                       ///< base_url, secrets and settings
    std::map<std::string, std::string> documents;  ///< files, by the ids that the input names
    std::map<std::string, std::string> answers;    ///< of persons, by their step
    std::map<std::string, std::string> order_secrets;
    unsigned effects_max = 200;
};

/// What went wrong on this machine, or before anything left it: no answer of a carrier's, whatever the plugin makes of it.
struct LocalTrouble {
    std::string text;           ///< without a secret
    bool is_unreachable = false;  ///< nobody listens at the carrier's address; else a word or file of the caller's is wrong
};

struct Played {
    testkit::Conversation conversation;
    std::optional<LocalTrouble> trouble;  ///< the first
    bool was_answered = false;            ///< a carrier has answered some request
};

/// As each effect is asked for and carried out, for people.
using Trace = std::function<void(const std::string& line)>;

/// Runs it to its end.
///
/// Mails are shown and never leave; sleeps are skipped and said; nobody waits for an event. What a host does with answers (401,
/// 429, 5xx, a cut connection, one that cannot be read) is done here in the same way, without trying again. A secret that an
/// answer tells again is taken out before the plugin, the trace or the conversation has it ("[secret]").
///
/// @errors  invalid_input: the plugin does not load, the account does not fit it, the input is no JSON
/// @threads one; blocks
Result<Played> play(const PlaygroundWish& wish, const Descriptor& descriptor, const Trace& trace);

}  // namespace porteur::plugin_tool
