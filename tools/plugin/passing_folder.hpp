// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace porteur::plugin_tool {

/// A folder for temporary files; it goes when this does.
class PassingFolder {
public:
    /// @errors throws std::runtime_error: there is no room for it
    explicit PassingFolder(const std::string& name) {
        auto path = (std::filesystem::temp_directory_path() / (name + "-XXXXXX")).string();
        if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("cannot make a folder in " + std::filesystem::temp_directory_path().string());
        path_ = path;
    }
    PassingFolder(const PassingFolder&) = delete;
    PassingFolder& operator=(const PassingFolder&) = delete;
    ~PassingFolder() {
        std::error_code gone;
        std::filesystem::remove_all(path_, gone);
    }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace porteur::plugin_tool
