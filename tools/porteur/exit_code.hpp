// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

#include <porteur/phrase.hpp>

namespace porteur::cli {

/// What the program ends with, so that a script can tell what happened without reading text. The
/// numbers never change their meaning; docs/cli.md has the same list and a test compares the two.
enum class ExitCode : int {
    done = 0,
    refused = 1,
    usage = 2,
    not_reachable = 3,
    not_authorised = 4,
    not_found = 5,
    conflict = 6,
    waits_for_person = 7,
    timed_out = 8,
    failed = 9,
};

struct ExitMeaning {
    ExitCode code;
    std::string_view text;
};

inline constexpr auto exit_meanings = std::to_array<ExitMeaning>({
    {ExitCode::done, to_translate("done; an order that was watched is completed")},
    {ExitCode::refused, to_translate("refused: a field is wrong, or the order ended without all of its numbers")},
    {ExitCode::usage, to_translate("the command line or a local file is wrong; nothing was sent")},
    {ExitCode::not_reachable, to_translate("the daemon is not reachable, or not ready")},
    {ExitCode::not_authorised, to_translate("the token is missing, wrong, or may not do this")},
    {ExitCode::not_found, to_translate("there is no such order, account or document")},
    {ExitCode::conflict, to_translate("the order's state does not allow it, or it changed meanwhile")},
    {ExitCode::waits_for_person, to_translate("the order waits for a person")},
    {ExitCode::timed_out, to_translate("--timeout passed; the order is still under way")},
    {ExitCode::failed, to_translate("the daemon failed, or its answer makes no sense")},
});

}  // namespace porteur::cli
