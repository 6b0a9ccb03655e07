// SPDX-License-Identifier: Apache-2.0
#include "outcome.hpp"

#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "codes.hpp"
#include "wire.hpp"

namespace thinktel {

using namespace porteur;

Outcome outcome_of(const Answer& answer) {
    Outcome ours;
    if (answer.in_doubt()) return {Outcome::Kind::lost, phrase("the answer was lost"), {}, false};
    try {
        if (answer.says_nothing()) return {Outcome::Kind::lost, phrase("the answer says nothing"), {}, false};
        ours.words = message_in(answer.body());
        if (!answer.ok()) {
            const bool refused = answer.status() == 400 || answer.status() == 404;
            ours.kind = refused ? Outcome::Kind::refused : Outcome::Kind::failed;
            if (ours.words.empty()) ours.words = std::to_string(answer.status());
            return ours;
        }
        ours.body = answer.json();
    } catch (const Failure& failure) {
        if (failure.error.kind == ErrorKind::cancelled) throw;
        return {Outcome::Kind::failed, failure.error.message, {}, false};
    }
    const auto reply = integer_at(ours.body, "Reply");
    if (!reply) return {Outcome::Kind::lost, phrase("the answer has no Reply"), ours.body, false};
    if (*reply == accepted_reply)
        ours.kind = Outcome::Kind::accepted;
    else
        ours.kind = *reply == rejected_reply ? Outcome::Kind::refused : Outcome::Kind::failed;
    if (ours.words.empty() && !ours.accepted()) ours.words = name_of_reply(*reply);
    return ours;
}

}  // namespace thinktel
