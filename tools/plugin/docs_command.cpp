// SPDX-License-Identifier: Apache-2.0
#include "docs_command.hpp"

#include <fstream>
#include <iostream>
#include <memory>

#include <CLI/App.hpp>
#include <fmt/format.h>

#include "plugin_pages.hpp"

namespace porteur::plugin_tool {
namespace {

struct Words {
    std::vector<std::string> libraries;
    std::string page, folder;
    bool checks = false, matrix = false;
};

ExitStatus complain(const Error& error) {
    std::cerr << "porteur plugin docs: " << error.message << '\n';
    return error.kind == ErrorKind::invalid_input ? ExitStatus::usage : ExitStatus::failed;
}

ExitStatus tell(const std::vector<StalePage>& stale, const std::string& mend) {
    for (const auto& each : stale) fmt::print("{}: stale\n{}", each.path.string(), each.difference);
    if (stale.empty()) return ExitStatus::done;
    fmt::print("{} page{} stale; make {} anew: {}\n", stale.size(), stale.size() == 1 ? " is" : "s are", stale.size() == 1 ? "it" : "them", mend);
    return ExitStatus::found_wrong;
}

/// The command line that makes the pages anew.
std::string mend_of(const Words& words) {
    std::string out = "porteur plugin docs";
    for (const auto& each : words.libraries) out += " " + each;
    return out + (words.page.empty() ? " --to " + words.folder : " --page " + words.page);
}

ExitStatus one_page(const Words& words, const std::vector<PluginFile>& plugins) {
    if (plugins.size() != 1)
        return complain({ErrorKind::invalid_input, "--page takes one plugin, and these are " + std::to_string(plugins.size()) + "; write --to FOLDER"});
    const auto& plugin = plugins.front();
    if (words.checks) {
        const auto stale = stale_page(plugin.path, words.page);
        if (!stale) return complain(stale.error());
        return tell(*stale ? std::vector{**stale} : std::vector<StalePage>{}, mend_of(words));
    }
    std::ofstream file(words.page, std::ios::binary);
    file << page_of(plugin);
    if (!file.flush()) return complain({ErrorKind::unavailable, quoted(words.page, 300) + " cannot be written"});
    fmt::print("{}\n", words.page);
    return ExitStatus::done;
}

ExitStatus run(const Words& words) {
    if (words.checks && words.page.empty() && words.folder.empty())
        return complain({ErrorKind::invalid_input, "--check compares with what is there; say where it stands with --to FOLDER or --page FILE"});
    const auto libraries = libraries_of(words.libraries);
    if (!libraries) return complain(libraries.error());
    std::vector<PluginFile> plugins;
    for (const auto& each : *libraries) {
        auto plugin = read_plugin_file(each);
        if (!plugin) return complain(plugin.error());
        for (const auto& before : plugins)
            if (before.about.id == plugin->about.id)
                return complain({ErrorKind::invalid_input, "two libraries are of the plugin " + before.about.id + ": " + before.path.string() + ", " + each.string()});
        plugins.push_back(std::move(*plugin));
    }
    if (!words.page.empty()) return one_page(words, plugins);
    if (words.folder.empty()) {
        if (words.matrix || plugins.size() > 1) std::cout << matrix_of(plugins);
        if (!words.matrix)
            for (const auto& each : plugins) std::cout << (plugins.size() > 1 ? "\n" : "") << page_of(each);
        std::cout << std::flush;
        return ExitStatus::done;
    }
    if (words.checks) return tell(stale_pages(plugins, words.folder), mend_of(words));
    const auto written = write_pages(plugins, words.folder);
    if (!written) return complain(written.error());
    for (const auto& each : *written) fmt::print("{}\n", each.string());
    return ExitStatus::done;
}

std::function<ExitStatus()> prepare(CLI::App& app) {
    auto words = std::make_shared<Words>();
    app.add_option("LIBRARY", words->libraries, "plugins' libraries, or folders of them; none of their code runs")->required()->type_name("");
    auto* to = app.add_option("--to", words->folder, "write matrix.md and carriers/ID.md below this folder")->type_name("FOLDER");
    auto* page = app.add_option("--page", words->page, "write the page of the one plugin here")->type_name("FILE")->excludes(to);
    app.add_flag("--check", words->checks, "write nothing; fail, and show the difference, where a page is not what it should be");
    app.add_flag("--matrix", words->matrix, "print only what each of them can do, side by side")->excludes(to)->excludes(page);
    app.footer(
        "Without --to and --page everything is printed. 'porteur plugin docs ID', with the id of an installed plugin, prints its\n"
        "page on the daemon's machine, with what it asks for ('porteurd plugin docs')."
    );
    return [words] { return run(*words); };
}

}  // namespace

Command docs_command() { return {"docs", "write pages about plugins from what they say of themselves, or find those that are stale", prepare}; }

}  // namespace porteur::plugin_tool
