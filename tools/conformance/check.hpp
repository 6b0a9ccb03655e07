// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is asked of every plugin, one sentence at a time: docs/decisions/0025-how-a-plugin-is-judged.md.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/testkit/conversation.hpp>

#include "domain/descriptor.hpp"

namespace porteur::conformance {

using testkit::Conversation;

/// What is judged.
struct Subject {
    std::filesystem::path library;            ///< absolute
    std::string bytes;                        ///< of the library
    Descriptor descriptor;                    ///< empty where it could not be read: the static checks say why
    std::vector<Conversation> conversations;  ///< of all its operations
    std::filesystem::path program;            ///< this program, for a process that begins anew
    std::uint64_t seed = 1;                   ///< of whatever is drawn
    std::chrono::milliseconds fuzzing{5000};  ///< so long Z1 makes up answers
};

enum class Verdict {
    passed,
    failed,
    nothing,  ///< there is nothing to try it on, and the text says what is wanting
    failed_for_all,  ///< failed, and not in what the descriptor exempts
};

struct Outcome {
    Verdict verdict = Verdict::passed;
    std::string text;       ///< why it failed, what is wanting, or why it does not apply
    std::size_t tried = 0;  ///< how often it was tried: cuts, answers, conversations; 0: it does not apply
};

inline Outcome passed(std::size_t tried = 1) { return {Verdict::passed, {}, tried}; }
inline Outcome failed(std::string text) { return {Verdict::failed, std::move(text), 0}; }
inline Outcome failed_for_all(std::string text) { return {Verdict::failed_for_all, std::move(text), 0}; }
inline Outcome nothing(std::string text) { return {Verdict::nothing, std::move(text), 0}; }

/// Where no conversation meets what a check is about.
inline Outcome none_met(const Subject& subject, std::string why) {
    if (subject.conversations.empty()) return nothing("there is no conversation; write tests that play one, or record one");
    return {Verdict::passed, std::move(why), 0};
}

/// One sentence that is true of a good plugin.
struct Check {
    std::string_view id;        ///< "R2": the group's letter and a number that never changes
    std::string_view sentence;  ///< "goes on in the same way after a cut at any place"
    /// Runs in a process of its own, in which the plugin may do what it likes. What it throws is a failure.
    Outcome (*run)(const Subject& subject);
};

std::span<const Check> static_checks();    ///< L: reads the file, runs nothing of it
std::span<const Check> abi_checks();       ///< A: plugin.h, R1 to R6
std::span<const Check> conversation_checks();  ///< C: what the conversations show that it can
std::span<const Check> replay_checks();    ///< D, R: determinism and recovery
std::span<const Check> fault_checks();     ///< F: carriers that fail
std::span<const Check> secret_checks();    ///< S: what may not be told
std::span<const Check> budget_checks();    ///< B: time, effects, memory
std::span<const Check> proof_checks();     ///< P: what must have been shown of it
std::span<const Check> fuzz_checks();      ///< Z: answers that nobody thought of

/// All of them, in the order of the groups. @threads any
std::vector<Check> all_checks();

}  // namespace porteur::conformance
