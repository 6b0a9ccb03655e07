// SPDX-License-Identifier: Apache-2.0
#include "tree.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

namespace porteur::architecture {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> paths_from_git(const fs::path& root) {
    // safe.directory: the clone may belong to another user than the one who runs the tests.
    const std::string command = "git -c safe.directory='*' -C '" + root.string() +
                                "' ls-files -z --cached --others --exclude-standard 2>/dev/null";
    std::string names;
    if (FILE* pipe = popen(command.c_str(), "r")) {
        std::array<char, 4096> part{};
        for (std::size_t read = 0; (read = fread(part.data(), 1, part.size(), pipe)) > 0;)
            names.append(part.data(), read);
        if (pclose(pipe) != 0) names.clear();
    }
    std::set<std::string> paths;
    std::istringstream stream(names);
    for (std::string name; std::getline(stream, name, '\0');) paths.insert(name);
    return {paths.begin(), paths.end()};
}

std::vector<std::string> paths_from_folder(const fs::path& root) {
    static const std::set<std::string> skipped{"build", ".git", ".cache", "node_modules"};
    std::set<std::string> paths;
    std::error_code none;
    fs::recursive_directory_iterator entry(root, none);
    for (; entry != fs::recursive_directory_iterator(); ++entry) {
        if (entry->is_directory() && skipped.contains(entry->path().filename().string()))
            entry.disable_recursion_pending();
        else if (entry->is_regular_file())
            paths.insert(entry->path().lexically_relative(root).generic_string());
    }
    return {paths.begin(), paths.end()};
}

}  // namespace

std::string finding(const File& file, std::size_t index, std::string_view what) {
    return file.path + ":" + std::to_string(index + 1) + ": " + std::string(what);
}

File file_of(std::string path, std::string_view text) {
    File file{.path = std::move(path), .lines = {}};
    std::istringstream stream{std::string(text)};
    for (std::string line; std::getline(stream, line);) file.lines.push_back(line);
    return file;
}

Tree read_tree(const fs::path& root) {
    auto paths = paths_from_git(root);
    if (paths.empty()) paths = paths_from_folder(root);

    Tree tree;
    for (const auto& path : paths) {
        // A file deleted but not yet committed as such is still listed.
        if (!fs::is_regular_file(root / path)) continue;
        std::ifstream stream(root / path, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(stream), {}};
        if (text.find('\0') == text.npos) tree.push_back(file_of(path, text));
    }
    return tree;
}

const Tree& project() {
    static const Tree tree = read_tree(PORTEUR_SOURCE_DIR);
    return tree;
}

const File* find(const Tree& tree, std::string_view path) {
    const auto found = std::ranges::find(tree, path, &File::path);
    return found == tree.end() ? nullptr : &*found;
}

bool is_below(std::string_view path, std::string_view folder) { return path.starts_with(folder); }

std::string_view extension(std::string_view path) {
    const auto name = path.substr(path.rfind('/') + 1);
    const auto dot = name.rfind('.');
    return dot == name.npos || dot == 0 ? std::string_view{} : name.substr(dot + 1);
}

}  // namespace porteur::architecture
