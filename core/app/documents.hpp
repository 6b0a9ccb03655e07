// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <porteur/result.hpp>

#include "access/sealing.hpp"

namespace porteur {

/// The documents folder: each document sealed in a file of its own, named by its id.
/// @threads  any
class DocumentFolder {
public:
    DocumentFolder(std::filesystem::path folder, const Sealing& sealing);

    /// Durable when it returns. @errors unavailable: no room, no right
    Result<void> keep(const std::string& id, std::string_view bytes) const;
    /// @errors  invalid_input: there is no such document; internal: it does not open
    Result<std::string> bytes(const std::string& id) const;
    const std::filesystem::path& folder() const { return folder_; }

private:
    Result<std::filesystem::path> place(const std::string& id) const;

    std::filesystem::path folder_;
    const Sealing& sealing_;
};

}  // namespace porteur
