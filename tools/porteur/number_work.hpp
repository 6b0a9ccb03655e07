// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <porteur/json.hpp>

#include "session.hpp"

namespace porteur::cli {

/// Follows a job on numbers until it has ended: a bar on a terminal, else a line every ten seconds.
/// A daemon that does not answer is asked again for a minute.
/// @param job      as the API gave it when it began
/// @param timeout  none: as long as it takes
/// @return         the job as it ended
/// @errors         timed_out: it goes on; not_reachable: it may go on; as Client
Outcome<json::value> ended_job(
    Session& session, json::value job, std::optional<std::chrono::seconds> timeout
);

/// How long --timeout lets a job be waited for; none: as long as it takes.
/// @errors usage: it is no duration
Outcome<std::optional<std::chrono::seconds>> timeout_of(const Arguments& said);

/// Waits for a job as the options say (--no-wait, --timeout), then says what became of it, with
/// each row that was refused.
/// @return  refused if a row was, or if the job could not be carried out to its end; conflict if it
/// was cancelled
Outcome<ExitCode> followed_job(Session& session, const json::value& job);

/// What a job did, and the first `rows_max` of what it refused; with --json all of them.
Outcome<ExitCode> told_job(Session& session, const json::value& job, std::size_t rows_max);

}  // namespace porteur::cli
