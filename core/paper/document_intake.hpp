// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <porteur/result.hpp>

namespace porteur::paper {

/// Codes of the errors here, besides none: as the API's, so that they reach its answers (413, 415).
inline constexpr std::string_view too_large_code = "too-large";
inline constexpr std::string_view media_type_code = "media-type";

/// What is said of a document before its bytes come.
struct IntakeClaim {
    std::string type;  ///< "loa", "invoice", "csr", "resporg", "id", "address_proof", "registration", "poa",
                       ///< "tax", "court", "signature", "blif" (directory listings), "other"
    std::string name;  ///< file name; data only, never part of a path
    std::string content_type;  ///< as declared
};

struct IntakeRules {
    std::uint64_t size_max_bytes = 20 << 20;
    std::uint32_t image_side_max =
        20'000;  ///< pixels of a PNG: a small file may unpack into gigabytes
};

/// What the bytes were.
struct Intaken {
    std::string content_type;  ///< found in the bytes
    std::uint64_t size = 0;
    std::string sha256;  ///< lower-case hex
    std::string name;    ///< as it was said, with the ending of the type if it had none
};

/// Looks at a document while it streams by and keeps nothing of it: its type by its bytes, which
/// must be what it was said to be and what its name ends in, if it has an ending; its size; whether a PDF was cut short;
/// whether a CSV file is text without formulas. What is in a PDF is read by pdf_check.hpp, what is in
/// another spreadsheet by spreadsheet_check.hpp, once it is whole. After an error it is over.
///
/// @threads one at a time
/// @source  RELIABILITY.md 4.7
class DocumentIntake {
public:
    /// @errors invalid_input: the type is not known; the name is empty, longer than 255 bytes, has
    /// a
    ///         slash, a backslash or a control byte, or ends as another type does; media_type_code:
    ///         the content type is not taken, or not of this type of document: a spreadsheet is taken for
    ///         "blif" and "other" alone
    static Result<DocumentIntake> begin(IntakeClaim claim, IntakeRules rules = {});

    DocumentIntake(DocumentIntake&&) noexcept;
    DocumentIntake& operator=(DocumentIntake&&) noexcept;
    ~DocumentIntake();

    /// @errors invalid_input: too_large_code, media_type_code, or none for an image of too many
    /// pixels
    Result<void> append(std::string_view bytes);

    /// @errors invalid_input: it is empty, or a PDF without its end
    Result<Intaken> finish();

private:
    struct State;
    explicit DocumentIntake(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace porteur::paper
