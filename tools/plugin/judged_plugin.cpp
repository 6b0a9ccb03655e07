// SPDX-License-Identifier: Apache-2.0
#include "judged_plugin.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include <porteur/plugin.h>

#include "conformance/child_process.hpp"
#include "conformance/conversation_file.hpp"
#include "passing_folder.hpp"
#include "plugins/elf_library.hpp"
#include "settings/descriptor_toml.hpp"

namespace porteur::plugin_tool {
namespace {

namespace fs = std::filesystem;

/// The last that tests said, which is where they failed.
std::string end_of(const fs::path& log) {
    constexpr std::size_t shown_max_bytes = 20'000;
    std::ifstream in(log, std::ios::binary);
    std::string said{std::istreambuf_iterator<char>(in), {}};
    if (said.size() > shown_max_bytes) said.replace(0, said.size() - shown_max_bytes, "...\n");
    return said;
}

/// Runs the plugin's tests; what they say is shown where they fail.
Result<void> have_them_written(const fs::path& program, const fs::path& folder, std::chrono::seconds limit) {
    std::error_code trouble;
    if (!fs::is_regular_file(program, trouble) || ::access(program.c_str(), X_OK) != 0)
        return failure(ErrorKind::invalid_input, program.string() + " is no program: --tests names the plugin's own test program, as build/tests/acme_contract_test");
    const auto log = folder / "tests.log";
    const pid_t child = ::fork();
    if (child < 0) return failure(ErrorKind::unavailable, std::string("cannot start a process: ") + std::strerror(errno));
    if (child == 0) {
        conformance::end_with_parent();
        // What it starts itself ends with it.
        ::setpgid(0, 0);
        const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        const int nowhere = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        ::dup2(nowhere, STDIN_FILENO);
        ::dup2(out, STDOUT_FILENO);
        ::dup2(out, STDERR_FILENO);
        ::setenv("PORTEUR_CONVERSATIONS", folder.c_str(), 1);
        // Where this runs as a test itself, its report is no place for the reports of others.
        ::unsetenv("GTEST_OUTPUT");
        ::execl(program.c_str(), program.c_str(), "--gtest_brief=1", nullptr);
        constexpr int not_started = 127;
        ::_exit(not_started);
    }
    const auto ended = conformance::hear_out(child, -1, limit);
    if (!ended.in_time)
        return failure(ErrorKind::invalid_input, "the plugin's own tests do not end in " + std::to_string(limit.count()) + " s (" + program.string() + "): mend them first, or give them more with --tests-limit\n" + end_of(log));
    if (ended.status == 0) return {};
    const auto said = end_of(log);
    if (said.empty() && WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == 127)
        return failure(ErrorKind::invalid_input, program.string() + " cannot be started: is it a program of this machine, and are its libraries there?");
    return failure(ErrorKind::invalid_input, "the plugin's own tests " + conformance::told_of_status(ended.status) + " (" + program.string() + "): mend them first\n" + said);
}

/// build/plugins/porteur-acme.so has its tests in build/tests/acme_contract_test.
fs::path tests_beside(const fs::path& library, const std::string& id) {
    const auto program = library.parent_path().parent_path() / "tests" / (id + "_contract_test");
    std::error_code trouble;
    return fs::is_regular_file(program, trouble) ? program : fs::path();
}

/// The descriptor, where there is one to read: a check says what is wrong with it otherwise.
Descriptor descriptor_of(const std::string& bytes) {
    const auto library = read_elf_library(bytes, PORTEUR_DESCRIPTOR_SECTION);
    if (!library || !library->section) return {};
    return parse_descriptor(*library->section, "descriptor.toml").value_or(Descriptor{});
}

}  // namespace

void add_judge_options(CLI::App& app, JudgeWish& wish) {
    wish.checks.at_once = std::max(std::thread::hardware_concurrency(), 1U);
    app.add_option("LIBRARY", wish.library, "the plugin: build/plugins/porteur-acme.so")->type_name("");
    app.add_option("--tests", wish.tests, "its own test program, which plays the conversations; the one beside the library unless given")->type_name("PROGRAM");
    app.add_option_function<int>("--tests-limit", [&wish](int seconds) { wish.tests_limit = std::chrono::seconds{seconds}; }, "seconds for that program; 120 unless given")->check(CLI::PositiveNumber)->type_name("SECONDS");
    app.add_option("--conversations", wish.conversations, "a folder of conversations that were recorded; may be given again")->allow_extra_args(false)->type_name("FOLDER");
    app.add_option("--jobs", wish.checks.at_once, "so many checks at once")->capture_default_str()->type_name("COUNT");
    app.add_option_function<int>("--limit", [&wish](int seconds) { wish.checks.limit = std::chrono::seconds{seconds}; }, "seconds for one check; 45 unless given")->check(CLI::PositiveNumber)->type_name("SECONDS");
}

Result<conformance::Report> judge(const JudgeWish& wish) {
    if (wish.library.empty()) return failure(ErrorKind::invalid_input, "name the plugin's library: build/plugins/porteur-acme.so");
    conformance::Subject subject;
    subject.seed = wish.seed;
    subject.program = fs::read_symlink("/proc/self/exe");
    std::error_code trouble;
    subject.library = fs::absolute(wish.library, trouble).lexically_normal();
    std::ifstream in(subject.library, std::ios::binary);
    if (!in || !fs::is_regular_file(subject.library, trouble)) return failure(ErrorKind::invalid_input, "there is no library " + subject.library.string());
    subject.bytes.resize(fs::file_size(subject.library));
    if (!in.read(subject.bytes.data(), static_cast<std::streamsize>(subject.bytes.size())))
        return failure(ErrorKind::invalid_input, "cannot read " + subject.library.string());
    subject.descriptor = descriptor_of(subject.bytes);

    const PassingFolder written("porteur-conversations");
    const auto tests = wish.tests.empty() ? tests_beside(subject.library, subject.descriptor.id) : fs::absolute(wish.tests, trouble);
    std::vector<fs::path> folders(wish.conversations.begin(), wish.conversations.end());
    if (!tests.empty()) {
        if (auto done = have_them_written(tests, written.path(), wish.tests_limit); !done) return std::unexpected(std::move(done).error());
        folders.push_back(written.path());
    }
    for (const auto& folder : folders) {
        // Where the descriptor cannot be read the plugin has no id, and L4 says why: that must be heard.
        auto read = conformance::read_conversations(folder, subject.descriptor.id);
        if (!read) return std::unexpected(std::move(read).error());
        std::ranges::move(*read, std::back_inserter(subject.conversations));
    }
    return conformance::run_checks(subject, wish.checks);
}

}  // namespace porteur::plugin_tool
