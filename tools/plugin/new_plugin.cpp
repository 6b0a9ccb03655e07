// SPDX-License-Identifier: Apache-2.0
#include "new_plugin.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <set>
#include <utility>

#include "domain/descriptor.hpp"
#include "templates.hpp"

namespace porteur::plugin_tool {
namespace {

constexpr std::size_t name_length_max = 64;

constexpr std::string_view folder_of(Api api) {
    switch (api) {
        case Api::rest:
            return "rest";
        case Api::mail:
            return "mail";
        case Api::portal:
            return "portal";
    }
    return {};
}

struct Need {
    std::string_view operation, needs, why;
};

// An order that is begun has to be followed, and only one that was begun can be followed or
// changed.
constexpr auto needs = std::to_array<Need>({
    {"submit_port", "check_port", "follows what it submits"},
    {"check_port", "submit_port", "submits what it follows"},
    {"supplement_port", "submit_port", "submits what it corrects"},
    {"cancel_port", "submit_port", "submits what it calls off"},
    {"activate_port", "submit_port", "submits what it activates"},
    {"purchase", "check_purchase", "follows what it orders"},
    {"check_purchase", "purchase", "orders what it follows"},
    {"cancel_purchase", "purchase", "orders what it calls off"},
});

// The interface has them; nothing in core/ asks for them so far.
constexpr auto not_called_yet =
    std::to_array<std::string_view>({"activate_port", "read_webhook", "reserve_numbers"});

struct FileOfPlugin {
    std::string_view from, to;  ///< "*" is the folder of the api, and the plugin's name
    std::optional<Api> only = std::nullopt;
};

constexpr auto files_of_plugin = std::to_array<FileOfPlugin>({
    {"*/descriptor.toml", "descriptor.toml"},
    {"*/plugin.cpp", "src/*.cpp"},
    {"*/plugin_test.cpp", "tests/*_test.cpp"},
    {"*/simulator.cpp", "simulator/*.cpp", Api::rest},
    {"*/simulator_test.cpp", "tests/*_simulator_test.cpp", Api::rest},
    {"common/CMakeLists.txt", "CMakeLists.txt"},
    {"common/README.md", "README.md"},
    {"common/gitignore", ".gitignore"},
    {"common/ci.yml", ".github/workflows/ci.yml"},
});

std::string with(std::string_view text, std::string_view star) {
    std::string out(text);
    if (const auto at = out.find('*'); at != out.npos) out.replace(at, 1, star);
    return out;
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
    std::string out;
    for (const auto& each : words) out += (out.empty() ? "" : std::string(between)) + each;
    return out;
}

/// "AcmeWest" of "acme_west".
std::string title_of(std::string_view name) {
    std::string title;
    bool begins = true;
    for (const char letter : name) {
        if (letter == '_') {
            begins = true;
            continue;
        }
        title += begins && letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A')
                                                          : letter;
        begins = false;
    }
    return title;
}

/// A name that may stand in a host's: "acme-west" of "acme_west".
std::string host_of(std::string name) {
    std::ranges::replace(name, '_', '-');
    while (name.ends_with('-')) name.pop_back();
    return name;
}

Result<void> check_name(const std::string& name) {
    const auto is_small = [](char letter) { return letter >= 'a' && letter <= 'z'; };
    const auto fits = [&](char letter) {
        return is_small(letter) || letter == '_' || (letter >= '0' && letter <= '9');
    };
    if (!name.empty() && name.size() <= name_length_max && is_small(name.front()) &&
        std::ranges::all_of(name, fits))
        return {};
    // What was probably meant: letters made small, everything else an underscore.
    std::string meant;
    for (const char letter : name) {
        const char small =
            letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
        if (meant.empty() ? is_small(small) : fits(small))
            meant += small;
        else if (!meant.empty() && meant.back() != '_')
            meant += '_';
    }
    while (meant.ends_with('_')) meant.pop_back();
    meant.resize(std::min(meant.size(), name_length_max));
    std::string message =
        quoted(name) +
        " is no name of a plugin; a small letter comes first, then small letters, digits "
        "and underscores, 64 at most";
    if (!meant.empty()) message += ", as in " + meant;
    return failure(ErrorKind::invalid_input, std::move(message));
}

/// Those asked for and those that they need, in the order of the interface.
Result<void> choose_operations(const NewPlugin& wanted, WrittenPlugin& plugin) {
    std::set<std::string, std::less<>> chosen;
    const auto all = known_operations();
    std::vector<std::string> unknown;
    for (const auto& each : wanted.operations) {
        if (std::ranges::find(all, each) == all.end())
            unknown.push_back(quoted(each));
        else
            chosen.insert(each);
    }
    if (!unknown.empty())
        return failure(
            ErrorKind::invalid_input,
            joined(unknown, ", ") +
                (unknown.size() == 1 ? " is no operation" : " are no operations") +
                " of the interface, which has: " + joined(all, ", ")
        );
    const auto add = [&](std::string_view operation, std::string_view why) {
        if (chosen.emplace(operation).second)
            plugin.added.push_back(std::string(operation) + ", as " + std::string(why));
    };
    add("check_account", "every plugin tells whether its account works");
    for (bool more = true; more;) {
        const auto before = chosen.size();
        for (const auto& need : needs)
            if (chosen.contains(need.operation))
                add(need.needs,
                    "it " + std::string(need.why) + " (" + std::string(need.operation) + ")");
        if (wanted.api == Api::mail &&
            (chosen.contains("submit_port") || chosen.contains("purchase")))
            add("read_mail", "the desk answers by mail");
        more = chosen.size() != before;
    }
    for (const auto& each : all) {
        if (!chosen.contains(each)) continue;
        plugin.operations.push_back(each);
        if (std::ranges::find(not_called_yet, each) != not_called_yet.end())
            plugin.not_called.push_back(each);
    }
    return {};
}

/// The names in lines "fill in: NAME", each once.
void collect_left(const std::string& text, std::vector<std::string>& left) {
    static constexpr std::string_view mark = "fill in: ";
    for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at + 1)) {
        const auto begin = at + mark.size();
        const auto name = text.substr(begin, text.find('\n', begin) - begin);
        // In a sentence about them the name is in quotes or dots.
        const bool is_name = name.starts_with("the_author_says_");
        if (is_name && std::ranges::find(left, name) == left.end()) left.push_back(name);
    }
}

Error cannot_write(const std::filesystem::path& path, const std::error_code& why) {
    return {
        .kind = ErrorKind::unavailable,
        .message = quoted(path.string(), 200) + " cannot be written: " + why.message()
    };
}

Result<void> write_files(const WrittenPlugin& plugin, const std::filesystem::path& folder) {
    for (const auto& [name, text] : plugin.files) {
        const auto path = folder / name;
        std::error_code error;
        std::filesystem::create_directories(path.parent_path(), error);
        if (error) return std::unexpected(cannot_write(path.parent_path(), error));
        std::ofstream out(path, std::ios::binary);
        out << text;
        out.close();
        if (!out) return std::unexpected(cannot_write(path, {errno, std::generic_category()}));
    }
    return {};
}

}  // namespace

std::vector<std::string> known_operations() {
    std::vector<std::string> names;
    for (const auto& each : interface_operations) names.emplace_back(each.name);
    return names;
}

Result<WrittenPlugin> make_plugin(const NewPlugin& wanted) {
    if (auto fits = check_name(wanted.name); !fits) return std::unexpected(fits.error());
    WrittenPlugin plugin;
    if (auto chosen = choose_operations(wanted, plugin); !chosen)
        return std::unexpected(chosen.error());

    TemplateValues values;
    values.chosen.insert(plugin.operations.begin(), plugin.operations.end());
    const auto api = std::string(folder_of(wanted.api));
    values.chosen.insert(api);
    std::vector<std::string> lines;
    for (const auto& each : plugin.operations) lines.push_back("PORTEUR_OPERATION(" + each + ")");
    values.texts = {
        {"name", wanted.name},
        {"Title", title_of(wanted.name)},
        {"host", host_of(wanted.name)},
        {"sdk", PORTEUR_VERSION},
        {"operations", joined(lines, ",\n")},
    };
    // The tests come last: they name what the other files leave open.
    for (const bool tests : {false, true})
        for (const auto& file : files_of_plugin) {
            if (file.only && *file.only != wanted.api) continue;
            if (file.to.starts_with("tests/") != tests) continue;
            const auto to = with(file.to, wanted.name);
            if (tests) {
                std::vector<std::string> left;
                for (const auto& each : plugin.left)
                    left.push_back("TEST(LeftToFillIn, " + each + ") { expect_filled_in(); }");
                values.texts["left_to_fill_in"] = joined(left, "\n");
            }
            plugin.files[to] = filled_in(template_files(), with(file.from, api), values);
            if (to == "descriptor.toml" || to.starts_with("src/"))
                collect_left(plugin.files[to], plugin.left);
        }
    return plugin;
}

Result<void> write_plugin(const WrittenPlugin& plugin, const std::filesystem::path& folder) {
    namespace fs = std::filesystem;
    std::error_code error;
    const auto there = fs::symlink_status(folder, error);
    if (fs::exists(there) && !fs::is_directory(there))
        return failure(
            ErrorKind::invalid_input,
            quoted(folder.string(), 200) + " is there and no folder; name another with --folder"
        );
    if (fs::exists(there) && !fs::is_empty(folder, error))
        return failure(
            ErrorKind::invalid_input,
            error
                ? quoted(folder.string(), 200) + " cannot be read: " + error.message()
                : quoted(folder.string(), 200) +
                      " is not empty, and nothing in it is overwritten; name another with --folder"
        );
    // Beside it first: a folder half written is never seen under its name.
    auto target = fs::absolute(folder, error);
    if (!target.has_filename()) target = target.parent_path();
    const auto beside = target.parent_path() /
                        ("." + target.filename().string() + ".new-" + std::to_string(::getpid()));
    auto written = write_files(plugin, beside);
    if (written) {
        // Takes the place of an empty folder as well.
        fs::rename(beside, target, error);
        if (error) written = std::unexpected(cannot_write(folder, error));
    }
    if (!written) fs::remove_all(beside, error);
    return written;
}

}  // namespace porteur::plugin_tool
