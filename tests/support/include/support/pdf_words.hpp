// SPDX-License-Identifier: Apache-2.0
#pragma once

// What other programs read in a PDF that was made.

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>

namespace porteur::testing {

/// What a command prints about a PDF; "FILE" in it stands for the PDF's name.
inline std::string said_of_pdf(const std::string& command, const std::string& pdf) {
    const auto file = std::filesystem::path(::testing::TempDir()) / ("made." + std::to_string(getpid()) + ".pdf");
    std::ofstream(file, std::ios::binary) << pdf;
    auto line = command;
    line.replace(line.find("FILE"), 4, file.string());
    std::string out;
    // Its warnings about a table of libharu's go to standard error.
    if (auto* pipe = ::popen((line + " 2>/dev/null").c_str(), "r")) {
        std::array<char, 4096> buffer;
        while (const auto count = std::fread(buffer.data(), 1, buffer.size(), pipe)) out.append(buffer.data(), count);
        ::pclose(pipe);
    }
    std::filesystem::remove(file);
    return out;
}

/// What a person would read, with single blanks; pages stay apart by a form feed.
inline std::string words_of_pdf(const std::string& pdf) {
    return std::regex_replace(said_of_pdf("pdftotext -layout FILE -", pdf), std::regex("[ \\n]+"), " ");
}

}  // namespace porteur::testing
