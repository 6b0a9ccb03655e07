// SPDX-License-Identifier: Apache-2.0
#include "paper/pdf_check.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>

#include <porteur/phrase.hpp>

// qpdf 11.3's JSON.hh does not compile in C++20 and later: a vector of a class that is not
// complete. Nothing here uses it; the other headers need only its name.
#define JSON_HH
class JSON;

#include <qpdf/Pipeline.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFExc.hh>
#include <qpdf/QPDFObjectHandle.hh>
#include <qpdf/QPDFXRefEntry.hh>

namespace porteur::paper {
namespace {

// What a file may unpack into before an object in it is looked at: it holds names and numbers only.
constexpr std::uint64_t object_stream_max_bytes = 32 << 20;
// No writer chains more; each more could blow a file up a thousandfold.
constexpr int filters_max = 3;

constexpr auto print_it = to_translate("print it into a new PDF and send that");

std::unexpected<Error> refused(std::string_view why) {
    return failure(ErrorKind::invalid_input, phrase("the PDF {1:text}", why));
}

struct Word {
    std::string_view name;
    std::string_view meaning;
};

// What the S of an action says. Those that only move within the document, or open a web page when
// somebody clicks, are not here. @source ISO 32000-1, table 198; 32000-2 for RichMediaExecute
constexpr auto actions = std::to_array<Word>({
    {"/JavaScript", to_translate("runs a script (JavaScript)")},
    {"/Launch", to_translate("starts a program (Launch)")},
    {"/GoToE", to_translate("opens a file inside it (GoToE)")},
    {"/GoToR", to_translate("opens another file (GoToR)")},
    {"/SubmitForm", to_translate("sends what is filled in to somebody (SubmitForm)")},
    {"/ImportData", to_translate("reads another file (ImportData)")},
    {"/Rendition", to_translate("plays sound or film (Rendition)")},
    {"/Movie", to_translate("plays a film (Movie)")},
    {"/Sound", to_translate("plays a sound (Sound)")},
    {"/RichMediaExecute", to_translate("runs a film (RichMedia)")},
});

// What Type or Subtype says. @source ISO 32000-1, table 169
constexpr auto kinds = std::to_array<Word>({
    {"/EmbeddedFile", to_translate("holds another file (EmbeddedFile)")},
    {"/FileAttachment", to_translate("holds another file (FileAttachment)")},
    {"/RichMedia", to_translate("holds sound or film (RichMedia)")},
    {"/Movie", to_translate("holds a film (Movie)")},
    {"/Sound", to_translate("holds a sound (Sound)")},
    {"/3D", to_translate("holds a scene (3D)")},
});

// Looked for in the bytes of a damaged file, where objects may lie about that nobody refers to.
constexpr auto loose_words = std::to_array<Word>({
    {"/JavaScript", to_translate("runs a script (JavaScript)")},
    {"/Launch", to_translate("starts a program (Launch)")},
    {"/EmbeddedFile", to_translate("holds another file (EmbeddedFile)")},
    {"/Encrypt", to_translate("is encrypted")},
});

/// What the library says, with its quotes of the file made harmless.
std::string plain(const std::string& text) {
    std::string out = text;
    for (char& letter : out)
        if (letter < ' ' || letter > '~') letter = '?';
    if (out.size() > 80) out = out.substr(0, 77) + "...";
    return quoted(out);
}

template <std::size_t Count>
std::optional<std::string_view> meaning_of(
    const std::array<Word, Count>& words, const std::string& name
) {
    const auto found = std::ranges::find(words, name, &Word::name);
    return found == words.end() ? std::nullopt : std::optional(found->meaning);
}

/// Ends the check from within a walk: caught in check_pdf.
struct Refusal {
    std::string why;
};

std::string name_at(QPDFObjectHandle& dictionary, const char* key) {
    auto value = dictionary.getKey(key);
    return value.isName() ? value.getName() : std::string();
}

/// Whether what happens at the opening is only that a page is shown.
bool only_shows_a_page(QPDFObjectHandle action) {
    if (action.isNull() || action.isArray() || action.isName() || action.isString()) return true;
    return action.isDictionary() && name_at(action, "/S") == "/GoTo" &&
           action.getKey("/Next").isNull();
}

bool holds_an_action(QPDFObjectHandle dictionary) {
    if (!dictionary.isDictionary()) return false;
    for (auto& [key, value] : dictionary.ditems())
        if (value.isDictionary() && value.hasKey("/S")) return true;
    return false;
}

void check_dictionary(QPDFObjectHandle dictionary) {
    const auto action = name_at(dictionary, "/S");
    if (const auto bad = meaning_of(actions, action)) throw Refusal{std::string(*bad)};
    for (const char* key : {"/Type", "/Subtype"})
        if (const auto bad = meaning_of(kinds, name_at(dictionary, key)))
            throw Refusal{std::string(*bad)};
    // A name like JS may also be a picture's in a list of resources, so the value counts as well.
    if (auto script = dictionary.getKey("/JS"); script.isString() || !action.empty())
        if (!script.isNull()) throw Refusal{phrase("runs a script (JS)")};
    if (dictionary.getKey("/JavaScript").isDictionary())
        throw Refusal{phrase("runs a script (JavaScript)")};
    if (auto opening = dictionary.getKey("/OpenAction"); !only_shows_a_page(opening)) {
        if (opening.isDictionary())
            if (const auto bad = meaning_of(actions, name_at(opening, "/S")))
                throw Refusal{std::string(*bad)};
        throw Refusal{phrase("acts when it is opened (OpenAction)")};
    }
    if (holds_an_action(dictionary.getKey("/AA")))
        throw Refusal{phrase("acts by itself (additional actions, AA)")};
    if (!dictionary.getKey("/EmbeddedFiles").isNull() || dictionary.getKey("/EF").isDictionary())
        throw Refusal{phrase("holds another file (EmbeddedFiles)")};
    if (!dictionary.getKey("/XFA").isNull()) throw Refusal{phrase("is a form with a program (XFA)")};
}

/// An object and what stands in it; what it refers to is an object of its own. The parser refuses
/// more than 500 levels, so this ends.
void check_object(QPDFObjectHandle object) {
    if (object.isStream()) object = object.getDict();
    if (object.isDictionary()) {
        check_dictionary(object);
        for (auto& [key, value] : object.ditems())
            if (!value.isIndirect()) check_object(value);
    } else if (object.isArray()) {
        for (auto value : object.aitems())
            if (!value.isIndirect()) check_object(value);
    }
}

/// Counts what a stream unpacks into, and stops it.
class Scales : public Pipeline {
public:
    explicit Scales(std::uint64_t size_max) : Pipeline("scales", nullptr), size_max_(size_max) {}
    void write(unsigned char const*, std::size_t size) override {
        size_ += size;
        if (size_ > size_max_) throw std::length_error("too much");
    }
    void finish() override {}
    std::uint64_t size() const { return size_; }
    bool too_much() const { return size_ > size_max_; }

private:
    std::uint64_t size_max_, size_ = 0;
};

/// @param left  of what all streams together may have
std::uint64_t weigh(QPDFObjectHandle& stream, std::uint64_t size_max, std::uint64_t left) {
    auto filter = stream.getDict().getKey("/Filter");
    if (filter.isArray() && filter.getArrayNItems() > filters_max)
        throw Refusal{phrase("packs a part of itself more than {1} times", filters_max)};
    Scales scales(std::min(size_max, left));
    // What cannot be unpacked (a JPEG, or a damaged stream) is as large as it is.
    stream.pipeStreamData(&scales, 0, qpdf_dl_generalized, true, false);
    if (scales.too_much())
        throw Refusal{
            left < size_max ? phrase("unpacks into too much in all; save it with smaller pictures")
                            : phrase("unpacks into more than {1} MiB; save it with smaller pictures", size_max >> 20U)
        };
    return scales.size();
}

void weigh_object_streams(QPDF& pdf) {
    std::set<int> holders;
    for (auto& [where, entry] : pdf.getXRefTable())
        if (entry.getType() == 2) holders.insert(entry.getObjStreamNumber());
    for (const int number : holders)
        if (auto holder = pdf.getObjectByID(number, 0); holder.isStream())
            weigh(holder, object_stream_max_bytes, object_stream_max_bytes);
}

Result<PdfFacts> checked(QPDF& pdf, std::string_view bytes, const PdfRules& rules) {
    pdf.setSuppressWarnings(true);
    pdf.processMemoryFile("document", bytes.data(), bytes.size());
    if (pdf.isEncrypted() || pdf.getTrailer().hasKey("/Encrypt"))
        throw Refusal{phrase("is encrypted; save it without a password and send it again")};
    weigh_object_streams(pdf);

    PdfFacts facts;
    const auto pages = pdf.getAllPages().size();
    if (pages == 0) throw Refusal{phrase("has no page")};
    if (pages > rules.pages_max)
        throw Refusal{
            phrase("has {1:n} pages; at most {2:n} are taken", pages, rules.pages_max)
        };
    facts.pages = static_cast<std::uint32_t>(pages);

    std::uint64_t left = rules.unpacked_max_bytes;
    check_object(pdf.getTrailer());
    for (auto& object : pdf.getAllObjects()) {
        check_object(object);
        if (object.isStream()) left -= weigh(object, rules.stream_max_bytes, left);
    }
    facts.repaired = pdf.anyWarnings();
    if (facts.repaired)
        for (const auto& word : loose_words)
            if (bytes.find(word.name) != bytes.npos)
                throw Refusal{phrase("is damaged and {1:text}", word.meaning)};
    return facts;
}

}  // namespace

Result<PdfFacts> check_pdf(std::string_view bytes, const PdfRules& rules) {
    try {
        QPDF pdf;
        return checked(pdf, bytes, rules);
    } catch (const Refusal& refusal) {
        // Some say themselves what to do.
        const bool advised =
            refusal.why.find(';') != std::string::npos || refusal.why == "has no page";
        return refused(refusal.why + (advised ? "" : "; " + std::string(print_it)));
    } catch (const QPDFExc& error) {
        if (error.getErrorCode() == qpdf_e_password ||
            error.getMessageDetail().find("ncrypt") != std::string::npos)
            return refused("is encrypted; save it without a password and send it again");
        return refused(phrase("is damaged: {1}", plain(error.getMessageDetail())) + "; " + std::string(print_it));
    } catch (const std::bad_alloc&) {
        return refused(phrase("needs too much memory to be read") + "; " + std::string(print_it));
    } catch (const std::exception& error) {
        return refused(phrase("is damaged: {1}", plain(error.what())) + "; " + std::string(print_it));
    }
}

}  // namespace porteur::paper
