// SPDX-License-Identifier: Apache-2.0
#pragma once

// A plugin led through a conversation, and away from it: what the checks of groups D to Z stand on.

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <porteur/testkit/conversation.hpp>

namespace porteur::conformance {

using testkit::Completion;
using testkit::Conversation;
using testkit::Effect;
using testkit::OneRun;
using testkit::Plugin;
using testkit::Turn;

/// "GET /orders (find-order)": as a person finds it again.
std::string name_of(const Effect& effect);
/// What a head says under a key; empty where it is no text.
std::string head_text(const Effect& effect, std::string_view key);
/// "failed as unavailable: no route" or "is done with {...}".
std::string told(const Turn& turn);

/// "buy-2" is what "buy" is, for the next number: the name of a step without the count of its loop.
std::string without_count(std::string step);
/// The effect that an exchange of the conversation completes; null if nobody asked for it.
const Effect* completed_by(const Conversation& conversation, std::size_t exchange);
/// The exchanges at which a check that tries each place does so: all, but of the steps of a loop the first two and the
/// last, as what holds for "dids-2" holds for "dids-90".
std::vector<std::size_t> places_of(const Conversation& conversation);

Completion answer(int status, std::string body, std::string_view content_type = "application/json");
Completion failure_of(ErrorKind kind, std::string_view message);

class Play {
public:
    /// @param scrubbed  what the bytes lent to the plugin are overwritten with after each call
    Play(const Plugin& plugin, const Conversation& recorded, char scrubbed = 'X');

    /// Delivers what was recorded, up to `length` exchanges. @return what departed from it; empty: nothing
    std::string replay(std::size_t length);

    /// Delivers to the effect of this number what is given instead of what was recorded.
    void deliver(std::uint32_t seq, Completion given);
    /// Goes on until the end, as a carrier would that has recovered: what is asked for and was answered in the
    /// conversation is answered so, and what nobody knows of is unavailable.
    /// @param choose  may answer otherwise; a completion of seq 0 means: as usual
    /// @return        what is wrong with how it went; empty: it came to an end
    std::string go_on(const std::function<Completion(const Effect&)>& choose = {});

    /// It is called off. @return what is wrong with how it ended; empty: it came to an end
    std::string cancel();

    const Turn& turn() const { return turn_; }
    const std::vector<Effect>& open() const { return open_; }
    /// Each effect that was asked for, in order.
    const std::vector<Effect>& asked() const { return asked_; }
private:
    void take(Turn turn);
    Completion usual(const Effect& effect);
    std::string wrong() const;

    const Conversation& recorded_;
    std::unique_ptr<OneRun> run_;
    Turn turn_;
    std::vector<Effect> open_, asked_;
    std::map<std::string, std::vector<Completion>> answers_;  ///< by the step that they answer, the last first
    std::set<std::string> doubted_;                           ///< ONCE steps whose outcome is lost and not looked up
    std::string broken_rule_;
};

}  // namespace porteur::conformance
