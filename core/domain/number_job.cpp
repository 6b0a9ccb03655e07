// SPDX-License-Identifier: Apache-2.0
#include "domain/number_job.hpp"

namespace porteur {

std::string_view word_of(JobState state) noexcept {
    switch (state) {
        case JobState::running: return "running";
        case JobState::done: return "done";
        case JobState::failed: return "failed";
        case JobState::cancelled: break;
    }
    return "cancelled";
}

std::optional<JobState> job_state_of(std::string_view word) noexcept {
    for (const auto state : {JobState::running, JobState::done, JobState::failed, JobState::cancelled})
        if (word_of(state) == word) return state;
    return std::nullopt;
}

}  // namespace porteur
