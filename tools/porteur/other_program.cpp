// SPDX-License-Identifier: Apache-2.0
#include "other_program.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>

#include <porteur/result.hpp>

namespace porteur::cli {
namespace {

bool is_program(const std::string& path) {
    struct stat about{};
    return ::stat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode) &&
           ::access(path.c_str(), X_OK) == 0;
}

}  // namespace

Outcome<std::string> find_program(const std::string& name, const std::string& beside, const std::string& path) {
    for (const auto* folder : {"/", "/../libexec/porteur/"})
        if (const auto here = beside + folder + name; is_program(here)) return here;
    for (std::string_view rest = path; !rest.empty();) {
        const auto colon = std::min(rest.find(':'), rest.size());
        const auto folder = rest.substr(0, colon);
        rest.remove_prefix(std::min(colon + 1, rest.size()));
        // An empty entry means the current folder, where a stranger may have put something.
        if (folder.empty()) continue;
        if (const auto there = std::string(folder) + "/" + name; is_program(there)) return there;
    }
    const auto where = quoted(beside, 200);
    if (name == "porteurd")
        return trouble(
            ExitCode::not_found,
            phrase("porteurd is neither in {1} nor on PATH; run this on the daemon's machine", where)
        );
    return trouble(
        ExitCode::not_found,
        phrase("{1} is neither in {2} nor on PATH; the SDK for authors of plugins brings it", name, where)
    );
}

Outcome<int> become_program(const std::string& name, const std::vector<std::string>& arguments) {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    const char* path = std::getenv("PATH");
    const auto program = find_program(name, self.parent_path().string(), path ? path : "");
    if (!program) return passed_on(program);
    std::vector<std::string> words{*program};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (auto& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    ::execv(program->c_str(), pointers.data());
    return trouble(ExitCode::failed, phrase("{1} cannot be run: {2}", *program, std::strerror(errno)));
}

}  // namespace porteur::cli
