// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>

namespace porteur {

/// Plugins are copied before they are read; the copies of a mere look are gone with it.
class PassingFolder {
public:
    PassingFolder() {
        std::error_code none;
        auto name = (std::filesystem::temp_directory_path(none) / "porteur-check-XXXXXX").string();
        if (mkdtemp(name.data()) != nullptr) path = name;
    }
    ~PassingFolder() {
        std::error_code none;
        if (!path.empty()) std::filesystem::remove_all(path, none);
    }
    PassingFolder(const PassingFolder&) = delete;
    PassingFolder& operator=(const PassingFolder&) = delete;

    std::filesystem::path path;
};

}  // namespace porteur
