// SPDX-License-Identifier: Apache-2.0
#include "paper/document_intake.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <optional>

#include <porteur/phrase.hpp>

#include <openssl/evp.h>

#include "paper/csv_check.hpp"
#include "paper/document_type.hpp"

namespace porteur::paper {
namespace {

constexpr auto types = std::to_array<std::string_view>(
    {"loa", "invoice", "csr", "resporg", "id", "address_proof", "registration", "poa", "tax",
     "court", "signature", "blif", "other"}
);
// Where a carrier may ask for a spreadsheet. @source CARRIERS.md 3.4, FileBlifSpreadsheet
constexpr auto types_of_spreadsheets = std::to_array<std::string_view>({"blif", "other"});
// Excel's old files, and its new ones with a password. @source [MS-CFB] 2.2
constexpr std::string_view compound_file = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
constexpr std::size_t name_size_max = 255;
// Where a PDF may have its end mark. @source ISO 32000-1, implementation note 18 of annex H
constexpr std::size_t pdf_end_bytes = 1024;
constexpr std::string_view pdf_end = "%%EOF";
// Width and height of a PNG are the bytes 16 to 23. @source RFC 2083, section 4.1.1
constexpr std::size_t head_bytes = 24;

std::unexpected<Error> refused(std::string message, std::string_view code = {}) {
    return std::unexpected(Error{
        .kind = ErrorKind::invalid_input, .message = std::move(message), .code = std::string(code)
    });
}

Result<void> check_name(std::string_view name) {
    if (name.empty()) return refused("the file name is empty");
    if (name.size() > name_size_max)
        return refused(
            phrase("the file name has {1:n} bytes; at most 255 are taken", name.size())
        );
    for (const char letter : name)
        if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F || letter == '/' ||
            letter == '\\')
            return refused(
                phrase("the file name {1} has a slash, a backslash or a control byte; give the name alone", quoted(name, 60))
            );
    return {};
}

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t value = 0;
    for (const char byte : bytes.substr(0, 4))
        value = (value << 8U) | static_cast<unsigned char>(byte);
    return value;
}

}  // namespace

struct DocumentIntake::State {
    IntakeClaim claim;
    IntakeRules rules;
    std::string_view declared;
    EVP_MD_CTX* hash = EVP_MD_CTX_new();
    std::uint64_t size = 0;
    std::string head;  // the first bytes
    std::string tail;  // the last ones
    std::optional<std::string_view> found;
    CsvCheck csv;
    bool looked_at_head = false;

    State() {
        if (!hash || EVP_DigestInit_ex(hash, EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { EVP_MD_CTX_free(hash); }

    Result<void> look_at_head() {
        looked_at_head = true;
        found = type_of_bytes(head);
        if (head.starts_with(compound_file))
            return refused(
                phrase("the bytes are an old file of Excel or Word, or one with a password; save it without a "
                       "password as .xlsx, .ods or PDF"),
                media_type_code
            );
        if (!found && declared != csv_type)
            return refused(
                phrase("the bytes are of none of the types that are taken: PDF, PNG, JPEG, TIFF, and for some "
                       "documents XLSX, ODS, CSV"),
                media_type_code
            );
        if (!may_be(declared, head))
            return refused(
                phrase("the bytes are {1}, and Content-Type says {2}", *found, quoted(claim.content_type, 60)),
                media_type_code
            );
        found = declared;
        if (*found == "image/png" && head.size() >= head_bytes) {
            const auto width = big_endian(std::string_view(head).substr(16));
            const auto height = big_endian(std::string_view(head).substr(20));
            if (width > rules.image_side_max || height > rules.image_side_max)
                return refused(
                    phrase(
                        "the image has {1:n} by {2:n} pixels; at most {3:n} on a side are taken", width, height,
                        rules.image_side_max
                    )
                );
        }
        return {};
    }
};

DocumentIntake::DocumentIntake(std::unique_ptr<State> state) : state_(std::move(state)) {}
DocumentIntake::DocumentIntake(DocumentIntake&&) noexcept = default;
DocumentIntake& DocumentIntake::operator=(DocumentIntake&&) noexcept = default;
DocumentIntake::~DocumentIntake() = default;

Result<DocumentIntake> DocumentIntake::begin(IntakeClaim claim, IntakeRules rules) {
    if (std::ranges::find(types, claim.type) == types.end()) {
        std::string known;
        for (const auto each : types) known += (known.empty() ? "" : " ") + std::string(each);
        return refused(phrase("the type {1} is not one of {2}", quoted(claim.type, 40), known));
    }
    if (auto good = check_name(claim.name); !good) return std::unexpected(std::move(good).error());
    const auto declared = type_of_declaration(claim.content_type);
    if (!declared)
        return refused(
            phrase(
                "Content-Type {1} is not taken; send application/pdf, image/png, image/jpeg or image/tiff, or a "
                "spreadsheet where one is asked for: {2}, {3} or text/csv",
                quoted(claim.content_type, 60), xlsx_type, ods_type
            ),
            media_type_code
        );
    if (is_spreadsheet(*declared) &&
        std::ranges::find(types_of_spreadsheets, claim.type) == types_of_spreadsheets.end())
        return refused(
            phrase(
                "a document of the type {1} is a PDF or a picture; a spreadsheet is taken for directory listings "
                "(blif) and as other",
                claim.type
            ),
            media_type_code
        );
    claim.name = with_ending(claim.name, *declared);
    if (auto good = check_name(claim.name); !good) return std::unexpected(std::move(good).error());
    if (type_of_name(claim.name) != declared)
        return refused(
            phrase("the file name {1} does not end as {2} does", quoted(claim.name, 60), *declared)
        );
    auto state = std::make_unique<State>();
    state->claim = std::move(claim);
    state->rules = rules;
    state->declared = *declared;
    return DocumentIntake(std::move(state));
}

Result<void> DocumentIntake::append(std::string_view bytes) {
    auto& state = *state_;
    state.size += bytes.size();
    if (state.size > state.rules.size_max_bytes)
        return refused(
            phrase("the document has more than the {1:n} bytes that are taken", state.rules.size_max_bytes),
            too_large_code
        );
    if (!state.looked_at_head) {
        state.head += bytes.substr(0, head_bytes - state.head.size());
        // Refused as soon as the type is known to be wrong, looked at in full when the head is
        // there.
        if (state.head.size() >= type_bytes && !may_be(state.declared, state.head))
            return state.look_at_head();
        if (state.head.size() == head_bytes)
            if (auto good = state.look_at_head(); !good) return good;
    }
    if (state.declared == csv_type)
        if (auto good = state.csv.append(bytes); !good) return good;
    EVP_DigestUpdate(state.hash, bytes.data(), bytes.size());
    state.tail += bytes.size() > pdf_end_bytes ? bytes.substr(bytes.size() - pdf_end_bytes) : bytes;
    if (state.tail.size() > pdf_end_bytes) state.tail.erase(0, state.tail.size() - pdf_end_bytes);
    return {};
}

Result<Intaken> DocumentIntake::finish() {
    auto& state = *state_;
    if (state.size == 0) return refused("the document is empty");
    if (!state.looked_at_head)
        if (auto good = state.look_at_head(); !good)
            return std::unexpected(std::move(good).error());
    if (*state.found == "application/pdf" && state.tail.find(pdf_end) == state.tail.npos)
        return refused("the PDF has no end; it was cut short, or is none");
    if (*state.found == csv_type)
        if (auto good = state.csv.finish(); !good) return std::unexpected(std::move(good).error());
    static constexpr char digits[] = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash;
    unsigned int hash_size = 0;
    EVP_DigestFinal_ex(state.hash, hash.data(), &hash_size);
    Intaken intaken{.content_type = std::string(*state.found), .size = state.size, .sha256 = {}, .name = state.claim.name};
    for (unsigned int index = 0; index < hash_size; ++index) {
        intaken.sha256 += digits[hash[index] >> 4U];
        intaken.sha256 += digits[hash[index] & 15U];
    }
    return intaken;
}

}  // namespace porteur::paper
