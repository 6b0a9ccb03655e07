// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "command.hpp"

namespace porteur::cli {

/// carriers, requirements, targets
std::vector<CommandSpec> carrier_commands();
/// account check, show, numbers
std::vector<CommandSpec> account_commands();
/// create, submit, show, list, cancel, watch, settle, answer, amend. @param group  "port",
/// "purchase"
std::vector<CommandSpec> order_commands(const std::string& group);
/// release show, list, cancel, watch, settle
std::vector<CommandSpec> release_commands();
/// port loa
std::vector<CommandSpec> letter_commands();
/// numbers search, portability check
std::vector<CommandSpec> number_commands();
/// numbers list, show, export
std::vector<CommandSpec> inventory_commands();
/// numbers add, assign, unassign, reserve, unreserve, options, release, import
std::vector<CommandSpec> number_change_commands();
/// numbers history, jobs, job, cancel, undo
std::vector<CommandSpec> number_job_commands();
/// calls import
std::vector<CommandSpec> call_commands();
/// numbers sync, syncs
std::vector<CommandSpec> comparison_commands();
/// documents add, get
std::vector<CommandSpec> document_commands();
/// mail list, show, assign, dismiss
std::vector<CommandSpec> mail_commands();
/// tasks
std::vector<CommandSpec> task_commands();
/// due
std::vector<CommandSpec> due_commands();
/// webhook add, list, show, change, rotate, test, replay, remove
std::vector<CommandSpec> webhook_commands();
/// tenant, user, member, audit list
std::vector<CommandSpec> people_commands();
/// status
std::vector<CommandSpec> status_commands();
/// plugin list, stage, activate, retire: the builds that a running daemon has to do with
std::vector<CommandSpec> plugin_build_commands();
/// token create, completion: what needs no API
std::vector<CommandSpec> machine_commands();

}  // namespace porteur::cli
