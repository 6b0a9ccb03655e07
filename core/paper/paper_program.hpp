// SPDX-License-Identifier: Apache-2.0
#pragma once

// The daemon's side of porteur-paper: what strangers send is read in a process of its own, with 256
// MiB, ten seconds of processor time, and no way to files or network. A document that makes it
// crash is refused, and nothing else happens.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include <porteur/result.hpp>

#include "paper/letter.hpp"
#include "paper/paper_work.hpp"

namespace porteur::paper {

/// Bytes for the program: a file in memory, which has no name.
class PaperFile {
public:
    /// @errors unavailable: the system's reason
    static Result<PaperFile> make();
    PaperFile(PaperFile&& other) noexcept;
    PaperFile& operator=(PaperFile&&) = delete;
    ~PaperFile();

    /// @errors unavailable: there is no memory
    Result<void> append(std::string_view bytes);
    std::uint64_t size() const { return size_; }
    int descriptor() const { return descriptor_; }

private:
    explicit PaperFile(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
    std::uint64_t size_ = 0;
};

struct PaperLimits {
    std::uint64_t memory_max_bytes = 256 << 20;  ///< besides the document itself
    std::chrono::milliseconds time_max{15'000};  ///< on the clock; of processor time it has ten
};

class PaperProgram {
public:
    /// @param program  porteur-paper
    explicit PaperProgram(std::filesystem::path program, PaperLimits limits = {});

    /// Where the program is installed and built: beside the running one.
    static std::filesystem::path beside_this_one();
    const std::filesystem::path& file() const { return program_; }

    /// Reads a PDF through; pdf_check.hpp says what is refused.
    /// @errors  invalid_input: why it is not taken; a PDF that crashed the program or took it too
    /// long
    ///          is not taken either; unavailable: the program does not start
    /// @threads any; blocks
    Result<PdfAnswer> check_pdf(const PaperFile& pdf, std::uint32_t pages_max) const;

    /// Reads a spreadsheet through; spreadsheet_check.hpp says what is refused.
    /// @errors  as check_pdf
    /// @threads any; blocks
    Result<SpreadsheetAnswer> check_spreadsheet(const PaperFile& sheet) const;

    /// Makes a letter of authorization. @param picture of the signature; empty if none
    /// @errors  as check_pdf; unavailable: a font is missing
    /// @threads any; blocks
    Result<std::string> write_letter(
        const Letter& letter, std::string_view picture, const std::filesystem::path& font_folder
    ) const;

private:
    /// @param blamed  what a crash is laid to: "the PDF", and what to do about it
    Result<std::string> run(
        std::string_view work, const std::string& rules, const PaperFile& bytes,
        std::string_view blamed, std::string_view advice
    ) const;

    std::filesystem::path program_;
    PaperLimits limits_;
};

}  // namespace porteur::paper
