// SPDX-License-Identifier: Apache-2.0
// The only source that includes Boost.Locale.
#include "tongue/tongue.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <locale>
#include <optional>
#include <sstream>
#include <vector>

#include <boost/locale/date_time.hpp>
#include <boost/locale/formatting.hpp>
#include <boost/locale/generator.hpp>
#include <boost/locale/gnu_gettext.hpp>
#include <boost/locale/message.hpp>

#include "tongue/catalogs.hpp"
#include "tongue/mo_file.hpp"
#include "tongue/sentence.hpp"
#include "tongue/words.hpp"

namespace porteur {
namespace {

constexpr std::size_t clauses_max = 24;
// Sentences are short; what is longer is a stranger's text, which would cost time and give nothing.
constexpr std::size_t text_size_max = 2000;
constexpr std::size_t opening_size_max = 200;
// How many parts may stand before a sentence, each with a colon.
constexpr int openings_max = 4;

bool is_digits(std::string_view text) {
    return !text.empty() && text.size() < 19 && text.find_first_not_of("0123456789") == text.npos;
}

/// "2026-12-01" as days since 1970.
std::optional<std::chrono::sys_days> day_of(std::string_view iso) {
    if (iso.size() != 10 || iso[4] != '-' || iso[7] != '-') return std::nullopt;
    const auto year = iso.substr(0, 4), month = iso.substr(5, 2), day = iso.substr(8, 2);
    if (!is_digits(year) || !is_digits(month) || !is_digits(day)) return std::nullopt;
    const auto number = [](std::string_view text) {
        int read = 0;
        std::from_chars(text.data(), text.data() + text.size(), read);
        return read;
    };
    const std::chrono::year_month_day made{
        std::chrono::year{number(year)}, std::chrono::month{static_cast<unsigned>(number(month))},
        std::chrono::day{static_cast<unsigned>(number(day))}
    };
    return made.ok() ? std::optional(std::chrono::sys_days{made}) : std::nullopt;
}

/// A clause ends at a line's end or at "; ", outside of quotes.
struct Clause {
    std::string_view text;
    std::string_view end;  ///< what stood after it
};

std::vector<Clause> clauses_of(std::string_view text) {
    std::vector<Clause> clauses;
    bool in_quotes = false;
    std::size_t from = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && in_quotes)
            ++at;
        else if (text[at] == '"')
            in_quotes = !in_quotes;
        else if (const std::size_t size = text[at] == '\n'                           ? 1
                                          : !in_quotes && text.substr(at, 2) == "; " ? 2
                                                                                     : 0;
                 size > 0) {
            clauses.push_back({text.substr(from, at - from), text.substr(at, size)});
            in_quotes = false;
            from = at + size;
            at = from - 1;
        }
    }
    clauses.push_back({text.substr(from), {}});
    return clauses;
}

/// "POSTAL_CODE_MISMATCH: ...", "submit_port: ...", "/pin: ...": the part before the colon, if it
/// is one word.
std::string_view opening_of(std::string_view text) {
    const auto colon = text.find(": ");
    if (colon == text.npos || colon == 0 || colon > 80) return {};
    const auto opening = text.substr(0, colon);
    return opening.find_first_of(" \"") == opening.npos ? opening : std::string_view();
}

/// Where a list's first piece ends: at ", " outside of quotes.
std::size_t end_of_piece(std::string_view list) {
    bool in_quotes = false;
    for (std::size_t at = 0; at < list.size(); ++at)
        if (list[at] == '\\' && in_quotes)
            ++at;
        else if (list[at] == '"')
            in_quotes = !in_quotes;
        else if (!in_quotes && list.substr(at, 2) == ", ")
            return at;
    return list.size();
}

}  // namespace

struct Tongue::Catalog {
    struct Entry {
        std::string one;   ///< the English sentence, or its form for one
        std::string many;  ///< empty: it has one form
        Sentence found_by;
    };

    std::locale locale;
    std::vector<Entry> entries;  ///< those with values; introductions, then the surest first
    const Tongue* tongue = nullptr;

    bool fits(std::string_view kind, std::string_view value) const {
        if (kind == "text" || kind == "list") return true;
        if (kind == "date") return day_of(value).has_value();
        if (kind == "n") return is_digits(value);
        if (kind == "quoted")
            return value.size() > 1 && value.starts_with('"') && value.ends_with('"');
        return find_word(kind, value) != nullptr;
    }

    std::string turned(std::string_view kind, std::string_view value) const {
        if (kind.empty() || kind == "quoted") return std::string(value);
        if (kind == "text") return tongue->text(value);
        if (kind == "list") return list(value);
        if (kind == "date") return tongue->date(value);
        if (kind == "n") return tongue->number(value);
        return tongue->word(kind, value);
    }

    std::string list(std::string_view pieces) const {
        std::string out;
        while (!pieces.empty()) {
            const auto end = end_of_piece(pieces);
            out += (out.empty() ? "" : ", ") + tongue->text(pieces.substr(0, end));
            pieces.remove_prefix(std::min(end + 2, pieces.size()));
        }
        return out;
    }

    /// The catalog's sentence of the same name; nothing where it has none.
    std::optional<std::string> whole(std::string_view english) const {
        const std::string name(english);
        auto found = boost::locale::gettext(name.c_str(), locale);
        // An untranslated name is given back as it is; no entry of ours is the same in both
        // languages but by chance.
        if (found == name) return std::nullopt;
        return found;
    }

    std::optional<std::string> with_values(std::string_view english) const {
        const auto fit = [this](std::string_view kind, std::string_view value) {
            return fits(kind, value);
        };
        for (const auto& entry : entries) {
            const auto values = entry.found_by.values_in(english, fit);
            if (!values) continue;
            std::string sentence;
            if (entry.many.empty()) {
                sentence = boost::locale::gettext(entry.one.c_str(), locale);
            } else {
                const auto& digits = (*values)[entry.found_by.index_of_count().value_or(0)];
                int count = 0;
                std::from_chars(digits.data(), digits.data() + digits.size(), count);
                sentence =
                    boost::locale::ngettext(entry.one.c_str(), entry.many.c_str(), count, locale);
            }
            return Sentence(sentence).with(
                *values,
                [this](std::string_view kind, std::string_view value) {
                    return turned(kind, value);
                }
            );
        }
        return std::nullopt;
    }

    std::optional<std::string> sentence(std::string_view english) const {
        if (english.empty()) return std::nullopt;
        if (auto found = whole(english)) return found;
        return with_values(english);
    }

    std::string opening(std::string_view word) const {
        for (const auto kind : {"operation", "reason"})
            if (find_word(kind, word)) return tongue->word(kind, word) + "\u00a0: ";
        return std::string(word) + ": ";
    }

    /// A sentence of ours, perhaps with words or one more sentence before it, each with its colon:
    /// "submit_port: thinktel: /pin: is missing". It may have clauses, which are not yet apart here.
    std::optional<std::string> known(std::string_view english, int openings = 0) const {
        if (auto found = sentence(english)) return found;
        if (openings == openings_max) return std::nullopt;
        if (const auto word = opening_of(english); !word.empty()) {
            auto rest = known(english.substr(word.size() + 2), openings + 1);
            if (rest) return opening(word) + *rest;
        }
        const auto colon = english.find(": ");
        if (colon >= opening_size_max) return std::nullopt;
        auto rest = sentence(english.substr(colon + 2));
        if (!rest) return std::nullopt;
        auto head = sentence(english.substr(0, colon));
        if (!head) return std::nullopt;
        return *head + "\u00a0: " + *rest;
    }

    /// A clause that is no sentence of ours, perhaps with a word before it: "submit_port: the
    /// carrier is away".
    std::string clause(std::string_view english) const {
        if (find_word("reason", english)) return tongue->word("reason", english);
        if (const auto word = opening_of(english); !word.empty())
            return opening(word) + tongue->text(english.substr(word.size() + 2));
        // A sentence, and after it what somebody else said of it: "X cannot be connected to:
        // Connection refused".
        for (auto colon = english.find(": "); colon < opening_size_max;
             colon = english.find(": ", colon + 1))
            if (auto head = sentence(english.substr(0, colon)))
                return *head + "\u00a0: " + tongue->text(english.substr(colon + 2));
        return std::string(english);
    }
};

Tongue::Tongue(Language language) : language_(language) {
    if (language == Language::english) return;
    auto made = std::make_unique<Catalog>();
    boost::locale::gnu_gettext::messages_info about;
    about.language = code_of(language);
    about.encoding = "UTF-8";
    about.domains.emplace_back("porteur");
    about.paths = {""};
    about.callback = [](const std::string&, const std::string&) {
        const auto bytes = catalog_fr();
        return std::vector<char>(bytes.begin(), bytes.end());
    };
    const auto base = boost::locale::generator()("fr_CA.UTF-8");
    made->locale =
        std::locale(base, boost::locale::gnu_gettext::create_messages_facet<char>(about));
    made->tongue = this;
    for (const auto name : names_in(catalog_fr())) {
        // The header; and words, which have a context before them.
        if (name.empty() || name.find('\4') != name.npos) continue;
        const auto zero = std::min(name.find('\0'), name.size());
        const std::string one(name.substr(0, zero)),
            many(name.substr(std::min(zero + 1, name.size())));
        for (const auto& form : {one, many}) {
            Sentence sentence(form);
            if (sentence.has_places()) made->entries.push_back({one, many, std::move(sentence)});
        }
    }
    std::ranges::sort(made->entries, [](const Catalog::Entry& left, const Catalog::Entry& right) {
        const bool first = left.found_by.introduces(), second = right.found_by.introduces();
        if (first != second) return first;
        const auto a = left.found_by.fixed_size(), b = right.found_by.fixed_size();
        return a != b ? a > b : left.one < right.one;
    });
    catalog_ = std::move(made);
}

Tongue::~Tongue() = default;

const Tongue& Tongue::of(Language language) {
    static const Tongue english(Language::english);
    if (language == Language::english) return english;
    static const Tongue french(Language::french);
    return french;
}

std::string Tongue::text(std::string_view english) const {
    if (!catalog_ || english.empty() || english.size() > text_size_max) return std::string(english);
    // A place in a document is no part of what is said of it.
    if (const auto opening = opening_of(english); opening.starts_with('/'))
        return std::string(opening) + ": " + text(english.substr(opening.size() + 2));
    if (auto found = catalog_->known(english)) return std::move(*found);
    const auto clauses = clauses_of(english);
    if (clauses.size() == 1 || clauses.size() > clauses_max) return catalog_->clause(english);
    // A sentence may itself have several clauses, so the longest that is known is taken.
    std::string out;
    for (std::size_t from = 0; from < clauses.size();) {
        std::size_t to = clauses.size() - (from == 0 ? 1 : 0);  // the whole was looked for
        std::optional<std::string> found;
        for (; to > from; --to) {
            const auto& last = clauses[to - 1].text;
            const auto* begin = clauses[from].text.data();
            found = catalog_->known(
                {begin, static_cast<std::size_t>(last.data() + last.size() - begin)}
            );
            if (found) break;
        }
        if (!found) to = from + 1;
        out += found ? *found : catalog_->clause(clauses[from].text);
        out += clauses[to - 1].end;
        from = to;
    }
    return out;
}

std::string Tongue::heading(std::string_view english) const {
    if (!catalog_ || english.empty()) return std::string(english);
    return catalog_->whole(english).value_or(std::string(english));
}

std::string Tongue::word(std::string_view kind, std::string_view code) const {
    const auto* found = find_word(kind, code);
    if (!found) return std::string(code);
    if (!catalog_) return std::string(found->label);
    return boost::locale::pgettext(
        std::string(kind).c_str(), std::string(found->label).c_str(), catalog_->locale
    );
}

std::string Tongue::explanation(std::string_view kind, std::string_view code) const {
    const auto* found = find_word(kind, code);
    return found ? heading(found->explanation) : std::string();
}

std::string Tongue::date(std::string_view iso) const {
    const auto day = day_of(iso);
    if (!catalog_ || !day) return std::string(iso);
    std::ostringstream out;
    out.imbue(catalog_->locale);
    out << boost::locale::as::date << boost::locale::as::date_long << boost::locale::as::gmt
        << std::chrono::duration_cast<std::chrono::seconds>(day->time_since_epoch()).count();
    return out.str();
}

std::string Tongue::number(std::string_view digits) const {
    if (!catalog_ || !is_digits(digits)) return std::string(digits);
    long long number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    std::ostringstream out;
    out.imbue(catalog_->locale);
    out << boost::locale::as::number << number;
    return out.str();
}

}  // namespace porteur
