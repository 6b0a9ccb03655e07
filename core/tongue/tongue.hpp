// SPDX-License-Identifier: Apache-2.0
#pragma once

// What persons read, in their language: docs/translations.md. Everything is said in English and
// kept in English; at the edge, where the reader's language is known, a Tongue finds the sentence
// in its catalog again, takes the values out, and says it anew.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace porteur {

enum class Language : std::uint8_t { english, french };

/// "en", "fr". @threads any
std::string_view code_of(Language language) noexcept;

/// The language that an Accept-Language field likes best of those we have; English where it names
/// none.
/// @source RFC 9110 section 12.5.4; RFC 4647 section 3.4 ("fr-CA" is French)
/// @threads any
Language language_accepted(std::string_view field) noexcept;

/// The language of a POSIX locale's name: "fr_CA.UTF-8". English for any other than French.
/// @threads any
Language language_of_locale(std::string_view name) noexcept;

/// One language. Its functions give back what they got where they know no better.
/// @threads any
class Tongue {
public:
    /// The catalogs are in the program, so this never fails. The first call for a language reads
    /// its own.
    static const Tongue& of(Language language);

    Language language() const noexcept { return language_; }

    /// A text of one or more sentences, as phrase() made them: lines, and clauses with "; "
    /// between.
    std::string text(std::string_view english) const;

    /// A heading or the like, which must stand in the catalog as it is.
    std::string heading(std::string_view english) const;

    /// The label of a word of the API: ("state", "in_review") gives "à l'étude", in English "in
    /// review". The kinds are those of words.hpp. A word that is not known is given back.
    std::string word(std::string_view kind, std::string_view code) const;
    /// One sentence about the word; empty where there is none.
    std::string explanation(std::string_view kind, std::string_view code) const;

    /// A day as persons of the language write it: "2026-12-01" gives "1 décembre 2026". In English,
    /// and for another form, as it is.
    std::string date(std::string_view iso) const;
    /// A whole number with the language's groups: "12 500". In English, and for another form, as it
    /// is.
    std::string number(std::string_view digits) const;

    ~Tongue();
    Tongue(const Tongue&) = delete;
    Tongue& operator=(const Tongue&) = delete;

private:
    struct Catalog;
    explicit Tongue(Language language);

    Language language_;
    std::unique_ptr<const Catalog> catalog_;  // null: English
};

}  // namespace porteur
