// SPDX-License-Identifier: Apache-2.0
#pragma once

// A plugin led through a conversation, and away from it: what the checks of groups D to Z stand on.

#include <functional>
#include <map>
#include <memory>
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

/// Of an answer; 0 where it has none.
std::int64_t status_of(const Completion& completion);

Completion answer(int status, std::string body, std::string_view content_type = "application/json");
Completion failure_of(ErrorKind kind, std::string_view message);

/// What an answer to a look-up tells of the step that it looks up.
enum class Telling {
    by_its_status,  ///< what the host makes of it, which reads no carrier's answers: 2xx, 404 and 410 are one
    nothing,        ///< whatever its status: nobody could understand it
};

class Play {
public:
    /// @param scrubbed  what the bytes lent to the plugin are overwritten with after each call
    Play(const Plugin& plugin, const Conversation& recorded, char scrubbed = 'X');

    /// Delivers what was recorded, up to `length` exchanges. @return what departed from it; empty: nothing
    std::string replay(std::size_t length);

    /// Delivers to the effect of this number what is given instead of what was recorded.
    void deliver(std::uint32_t seq, Completion given, Telling telling = Telling::by_its_status);
    /// Goes on until the end, as a carrier would that has recovered: what is asked for and was answered in the
    /// conversation is answered so, and what nobody knows of is unavailable.
    /// @param choose  may answer otherwise; a completion of seq 0 means: as usual
    /// @return        what is wrong with how it went; empty: it came to an end
    std::string go_on(const std::function<Completion(const Effect&)>& choose = {});

    /// It is called off. @return what is wrong with how it ended; empty: it came to an end
    std::string cancel();

    /// Whether the outcome of a ONCE step is lost, and no look-up has told it since.
    bool is_doubted(const std::string& step) const { return doubted_.contains(step); }

    const Turn& turn() const { return turn_; }
    const std::vector<Effect>& open() const { return open_; }
    /// Each effect that was asked for, in order.
    const std::vector<Effect>& asked() const { return asked_; }
private:
    void take(Turn turn);
    void settle(const Effect& effect, const Completion& given, Telling telling);
    Completion usual(const Effect& effect);
    std::string wrong() const;

    const Conversation& recorded_;
    std::size_t delivered_ = 0;
    std::unique_ptr<OneRun> run_;
    Turn turn_;
    std::vector<Effect> open_, asked_;
    std::map<std::string, std::vector<Completion>> answers_;  ///< by the step that they answer, the last first
    /// ONCE steps whose outcome is lost and not looked up, and whether somebody has tried to look.
    std::map<std::string, bool> doubted_;
    std::string broken_rule_;
};

}  // namespace porteur::conformance
