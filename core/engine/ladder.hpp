// SPDX-License-Identifier: Apache-2.0
#pragma once

// The resume ladder: what the host may do about a ONCE step, decided by what stands in the journal and
// by what the descriptor says that the carrier offers. A step may leave a second time only after its
// outcome was lost and a look-up, marked with the step's name, has been answered since.

#include <map>
#include <string>

#include "domain/contract.hpp"
#include "domain/descriptor.hpp"

namespace porteur {

class Ladder {
public:
    /// Called for each effect of the operation, replayed or live, in the order of its seq.
    /// @return   which attempt of its step it is, counted from 1
    /// @errors   internal: the step may not leave again; the message says why
    Result<std::int64_t> emitted(const Effect& effect);
    /// Called for each completion, in the order in which the plugin is told.
    void completed(const Effect& effect, const Completion& completion);

    /// Whether the carrier may have acted on this operation: a ONCE step was answered, or lost. Then
    /// the operation may not simply be begun again.
    bool acted() const;
    /// Whether a ONCE step is in doubt, and no look-up has said anything definite since.
    bool unresolved() const;

private:
    struct Step {
        std::int64_t attempts = 0;
        bool in_doubt = false;
        bool looked_up = false;
        bool acted = false;
    };
    std::map<std::string, Step, std::less<>> steps_;
};

/// The step that a look-up asks about; empty for any other effect. @threads any
std::string looked_up_step(const Effect& effect);

/// Whether a look-up's answer says something definite: it was carried out, and its status is neither a
/// server's failure nor a refusal to answer.
bool is_definite(const Completion& completion);

}  // namespace porteur
