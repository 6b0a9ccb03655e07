// SPDX-License-Identifier: Apache-2.0
#include "plugin_world.hpp"

#include <stdlib.h>

#include "settings/descriptor_toml.hpp"

namespace porteur::testing {
namespace fs = std::filesystem;

std::string name_of_isolation(const ::testing::TestParamInfo<Isolation>& info) {
    return info.param == Isolation::none ? "InTheDaemon" : "InAProcess";
}

TemporaryFolder::TemporaryFolder() {
    auto name = (fs::temp_directory_path() / "porteur-plugins-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = fs::canonical(name);
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code none;
    fs::remove_all(path_, none);
}

PluginWorld::PluginWorld() : folder_(root_.path() / "plugins") {
    fs::create_directory(folder_);
    fs::permissions(folder_, fs::perms(0755));
}

PluginWorld::~PluginWorld() = default;

fs::path PluginWorld::install(const std::string& name) {
    const fs::path example = fs::path(PORTEUR_TEST_EXAMPLES) / ("porteur-" + name + ".so");
    const fs::path ours = fs::path(PORTEUR_TEST_LIBRARIES) / (name + ".so");
    const auto to = folder_ / (name + ".so");
    fs::copy_file(fs::exists(example) ? example : ours, to, fs::copy_options::overwrite_existing);
    fs::permissions(to, fs::perms(0644));
    return to;
}

CatalogOptions PluginWorld::catalog_options() const {
    return {
        .parse = parse_descriptor,
        .store = root_.path() / "store",
        .host_program = PORTEUR_TEST_HOST_PROGRAM,
        .require_root_owned = false,
        .sha256 = {},
        .scan_timeout = std::chrono::seconds(20)
    };
}

PluginCatalog PluginWorld::scan() {
    PluginCatalog catalog(catalog_options());
    catalog.scan({folder_});
    return catalog;
}

CheckedLibrary PluginWorld::library(const std::string& id) {
    const auto catalog = scan();
    const auto found = catalog.libraries().find(id);
    if (found == catalog.libraries().end()) {
        std::string text = "no library " + id;
        for (const auto& each : catalog.refusals()) text += "\n" + each.text();
        throw std::runtime_error(text);
    }
    return found->second;
}

ProcessOptions PluginWorld::process_options() {
    ProcessOptions options;
    options.host_program = PORTEUR_TEST_HOST_PROGRAM;
    options.step_timeout = step_timeout;
    options.step_cpu_max = step_cpu_max;
    options.start_timeout = std::chrono::seconds(20);
    options.log = [this](int level, std::string_view id, std::string_view text) {
        log.push_back(std::to_string(level) + " " + std::string(id) + ": " + std::string(text));
    };
    return options;
}

std::unique_ptr<PluginRunner> PluginWorld::runner(const std::string& id, Isolation isolation) {
    if (isolation == Isolation::process)
        return make_process_runner(io.get_executor(), library(id), process_options());
    auto made = make_in_daemon_runner(library(id), {.log = process_options().log});
    if (!made) throw std::runtime_error(made.error().text());
    return std::move(*made);
}

std::string PluginWorld::refusal_of(const std::string& name, Isolation isolation) {
    install(name);
    const auto catalog = scan();
    if (!catalog.refusals().empty()) return catalog.refusals().front().text();
    const auto& checked = catalog.libraries().begin()->second;
    if (isolation == Isolation::none) {
        const auto made = make_in_daemon_runner(checked, {});
        return made ? "" : made.error().text();
    }
    const auto made = make_process_runner(io.get_executor(), checked, process_options());
    const auto ready = run(made->ready());
    return ready ? "" : ready.error().message;
}

void PluginWorld::run_until(const std::function<bool()>& done) {
    io.restart();
    while (!done())
        if (io.run_one() == 0) throw std::runtime_error("nothing is left to wait for");
}

std::string rogue_input(const std::string& what) {
    return R"({"input":{"do":")" + what + R"("},"settings":{}})";
}

}  // namespace porteur::testing
