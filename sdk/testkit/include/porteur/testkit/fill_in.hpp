// SPDX-License-Identifier: Apache-2.0
#pragma once

// What `porteur plugin new` could not know. It marks each such place in the plugin with a line
// "fill in: NAME" and writes a test of that name, which fails until the line is gone.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace porteur::testkit {

/// Fails the running test at each line "fill in: NAME" that names it, in the plugin's descriptor
/// and in the sources below src beside it.
inline void expect_filled_in(const std::filesystem::path& descriptor) {
    std::vector<std::filesystem::path> files{descriptor};
    const auto sources = descriptor.parent_path() / "src";
    if (std::filesystem::exists(sources))
        for (const auto& each : std::filesystem::recursive_directory_iterator(sources))
            if (each.is_regular_file()) files.push_back(each.path());
    std::sort(files.begin() + 1, files.end());
    const std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    for (const auto& path : files) {
        std::ifstream in(path);
        std::string line;
        for (int number = 1; std::getline(in, line); ++number) {
            const auto mark = line.find("fill in: ");
            if (mark == line.npos || line.substr(mark + 9) != name) continue;
            ADD_FAILURE_AT(path.c_str(), number)
                << "put the carrier's own here, and delete the line \"fill in: " << name << "\"";
        }
    }
}

#ifdef PORTEUR_DESCRIPTOR
/// Likewise, for the plugin that porteur_add_plugin() made this program for.
inline void expect_filled_in() { expect_filled_in(PORTEUR_DESCRIPTOR); }
#endif

}  // namespace porteur::testkit
