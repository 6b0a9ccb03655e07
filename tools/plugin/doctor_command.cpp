// SPDX-License-Identifier: Apache-2.0
#include "doctor_command.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <CLI/App.hpp>
#include <CLI/Validators.hpp>

#include <porteur/json.hpp>

#include "conformance/child_process.hpp"
#include "passing_folder.hpp"
#include "plugins/checked_library.hpp"
#include "plugins/library_scan.hpp"
#include "plugins/library_store.hpp"
#include "plugins/loaded_library.hpp"
#include "settings/descriptor_toml.hpp"

namespace porteur::plugin_tool {
namespace {

namespace fs = std::filesystem;

struct Words {
    std::string library, pin;
    bool as_json = false, root_owned = false;
    unsigned limit_s = 20;  ///< far above what any library needs, on a busy machine under the sanitizers too
};

/// How far a library came.
struct Way {
    std::vector<std::pair<LibraryCheck, std::string>> passed;  ///< with what was seen
    std::optional<LibraryRefusal> stopped;
    std::vector<std::string> findings;
};

/// Checks 5 to 8 run code of the plugin: in a process that may end as it likes.
std::optional<LibraryRefusal> load_elsewhere(const CheckedLibrary& library, std::chrono::seconds limit) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error(std::strerror(errno));
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error(std::strerror(errno));
    if (child == 0) {
        conformance::end_with_parent();
        const HostFace host([](int, std::string_view, std::string_view) {});
        const auto loaded = load_library(library.copy, expectation_of(library.descriptor), host);
        json::object told;
        if (!loaded) {
            const auto& refusal = loaded.error();
            told = {
                {"check", static_cast<int>(refusal.check)},
                {"field", refusal.field},
                {"found", refusal.found},
                {"mend", refusal.mend},
                {"wanted", refusal.wanted}
            };
        }
        const auto line = json::serialize(told);
        static_cast<void>(!::write(ends[1], line.data(), line.size()));
        ::_exit(0);
    }
    ::close(ends[1]);
    const auto ended = conformance::hear_out(child, ends[0], limit);
    ::close(ends[0]);
    if (!ended.in_time)
        return LibraryRefusal{
            LibraryCheck::load, "the process that loads it",
            "done in " + std::to_string(limit.count()) + " s", "still at it then",
            "look for a loop in its constructors, in porteur_entry_v0 and in op_begin"
        };
    const auto status = ended.status;
    if (WIFSIGNALED(status))
        return LibraryRefusal{
            LibraryCheck::load, "the process that loads it", "alive",
            "ended by " + std::string(::strsignal(WTERMSIG(status))),
            "look at its constructors and at op_begin: gdb --args porteur-plugin validate "
            "--in-process LIBRARY"
        };
    const auto told = parse_json(ended.told);
    if (!told || !told->is_object())
        return LibraryRefusal{
            LibraryCheck::load, "the process that loads it", "alive",
            "ended with status " + std::to_string(WEXITSTATUS(status)),
            "look for exit() in its code"
        };
    const auto& object = told->get_object();
    if (object.empty()) return std::nullopt;
    const auto text = [&object](std::string_view key) {
        return std::string(object.at(key).as_string());
    };
    return LibraryRefusal{
        static_cast<LibraryCheck>(object.at("check").to_number<int>()), text("field"),
        text("wanted"), text("found"), text("mend")
    };
}

Way go(const Words& words) {
    Way out;
    const PassingFolder store("porteur-doctor");
    std::error_code trouble;
    const auto path = fs::absolute(words.library, trouble).lexically_normal();
    const auto stored = store_library(path, store.path() / "libraries", words.root_owned);
    if (!stored) {
        out.stopped = stored.error();
        if (stored.error().check == LibraryCheck::copy)
            out.passed.emplace_back(LibraryCheck::file, path.string());
        return out;
    }
    out.passed.emplace_back(LibraryCheck::file, stored->origin.string());
    if (!words.pin.empty()) {
        if (const auto fits = check_pin(*stored, words.pin); !fits) {
            out.stopped = fits.error();
            return out;
        }
    }
    out.passed.emplace_back(
        LibraryCheck::pin,
        words.pin.empty() ? "none is given; this build is sha256 " + stored->build : stored->build
    );
    std::ifstream in(stored->copy, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    auto content = scan_library(bytes);
    if (!content) {
        out.stopped = content.error();
        return out;
    }
    auto descriptor = parse_descriptor(content->descriptor, "descriptor.toml");
    if (!descriptor) {
        out.stopped = LibraryRefusal{
            LibraryCheck::content, "the descriptor", "as docs/plugins/README.md has it",
            descriptor.error().message, "mend descriptor.toml, and build again"
        };
        return out;
    }
    out.findings = content->findings;
    out.passed.emplace_back(
        LibraryCheck::content, fmt::format(
                                   "{} {}, {} operations", descriptor->id, descriptor->version,
                                   descriptor->operations.size()
                               )
    );
    out.passed.emplace_back(LibraryCheck::copy, "kept under its hash");
    const CheckedLibrary library{
        stored->origin, stored->copy, stored->build, std::move(*descriptor)
    };
    out.stopped = load_elsewhere(library, std::chrono::seconds{words.limit_s});
    const std::array later{
        std::pair(LibraryCheck::load, "every symbol is found"),
        std::pair(LibraryCheck::entry, PORTEUR_ENTRY_SYMBOL),
        std::pair(LibraryCheck::version, "id, version and ABI agree"),
        std::pair(LibraryCheck::operations, "each declared operation begins")
    };
    for (const auto& [check, seen] : later)
        if (!out.stopped || check < out.stopped->check) out.passed.emplace_back(check, seen);
    return out;
}

ExitStatus run(const Words& words) {
    const auto way = go(words);
    if (words.as_json) {
        json::array passed, findings(way.findings.begin(), way.findings.end());
        for (const auto& [check, seen] : way.passed)
            passed.push_back(json::object{
                {"check", static_cast<int>(check)}, {"name", name_of(check)}, {"seen", seen}
            });
        json::object out{
            {"findings", std::move(findings)},
            {"loads", !way.stopped},
            {"passed", std::move(passed)}
        };
        if (way.stopped)
            out["stopped"] = json::object{
                {"check", static_cast<int>(way.stopped->check)},
                {"field", way.stopped->field},
                {"found", way.stopped->found},
                {"mend", way.stopped->mend},
                {"name", name_of(way.stopped->check)},
                {"wanted", way.stopped->wanted}
            };
        std::cout << canonical(out) << '\n';
    } else {
        for (const auto& [check, seen] : way.passed)
            fmt::print("ok      {} {:<11}{}\n", static_cast<int>(check), name_of(check), seen);
        if (way.stopped)
            fmt::print(
                "FAILED  {} {:<11}{} is {}\n{:21}wanted: {}\n{:21}to mend it: {}\n",
                static_cast<int>(way.stopped->check), name_of(way.stopped->check),
                way.stopped->field, way.stopped->found, "", way.stopped->wanted, "",
                way.stopped->mend
            );
        for (const auto& each : way.findings)
            fmt::print("note    it imports {}: a replay may find it otherwise\n", each);
        if (!way.stopped) fmt::print("\nIt loads. 'porteur plugin validate' tries what it does.\n");
    }
    return way.stopped ? ExitStatus::found_wrong : ExitStatus::done;
}

std::function<ExitStatus()> prepare(CLI::App& app) {
    auto words = std::make_shared<Words>();
    app.add_option("LIBRARY", words->library, "the plugin: build/plugins/porteur-acme.so")
        ->required()
        ->type_name("");
    app.add_option(
           "--sha256", words->pin, "the only build that may be: as [plugins] sha256 in the settings"
    )
        ->type_name("HASH");
    app.add_flag(
        "--root-owned", words->root_owned, "as a daemon whose settings want root to own its plugins"
    );
    app.add_option("--limit", words->limit_s, "seconds that it may take to load")
        ->capture_default_str()
        ->check(CLI::PositiveNumber)
        ->type_name("SECONDS");
    app.add_flag("--json", words->as_json, "for programs");
    return [words] { return run(*words); };
}

}  // namespace

Command doctor_command() {
    return {"doctor", "say why a plugin does not load, and what mends it", prepare};
}

}  // namespace porteur::plugin_tool
