// SPDX-License-Identifier: Apache-2.0
#include "countries.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>

#include <porteur/calendar_text.hpp>
#include <porteur/json_at.hpp>
#include <porteur/phrase.hpp>

namespace genesys {

using namespace porteur;

namespace {

using Names = std::initializer_list<std::string_view>;

constexpr Names country_keys{"name",    "name_fr", "review_days", "holidays", "beta",
                             "unknown", "note",    "note_fr",     "wants"};
constexpr Names wanted_keys{"kind", "types", "en", "fr", "source", "grade", "required"};
constexpr Names kinds{"document", "address",   "company", "tax_id", "registration_number",
                      "person",   "telephone", "comment"};
constexpr Names grades{"official", "analogue", "weak", "own"};
// The host's own; an order's document has one of them.
constexpr Names document_types{"loa", "invoice", "id",    "address_proof", "registration",
                               "poa", "tax",     "court", "other"};
constexpr std::int64_t review_days_max = 60;

std::string listed(Names names) {
    std::string out;
    for (const auto name : names) out += (out.empty() ? "" : ", ") + std::string(name);
    return out;
}
bool is_one_of(std::string_view name, Names names) {
    return std::ranges::find(names, name) != names.end();
}

/// One table of the file, which notes what does not fit.
class Table {
public:
    Table(const json::value& from, std::string place, std::vector<std::string>& problems)
        : from_(from), place_(std::move(place)), problems_(problems) {
        if (!from.is_object()) complain(phrase("is no table"));
    }
    void complain(const std::string& what) const {
        problems_.push_back("countries: " + place_ + ": " + what);
    }
    void knows_only(Names keys) const {
        if (!from_.is_object()) return;
        for (const auto& [key, value] : from_.get_object())
            if (!is_one_of(key, keys))
                complain(
                    phrase(
                    "{1} is no key of it; write one of {2}", quoted(std::string_view(key)),
                    listed(keys)
                )
                );
    }
    std::string text(std::string_view key, bool wanted) const {
        const auto& value = value_at(from_, key);
        const bool given = value.is_string() && !value.get_string().empty();
        if (!given && (wanted || !value.is_null()))
            complain(phrase("{1} is missing; write a text in double quotes", key));
        return given ? std::string(value.get_string()) : std::string();
    }
    std::string choice(std::string_view key, Names allowed) const {
        auto found = text(key, true);
        if (!found.empty() && !is_one_of(found, allowed))
            complain(phrase("{1} = {2:quoted} is none of {3}", key, quoted(found), listed(allowed)));
        return found;
    }
    bool flag(std::string_view key, bool otherwise) const {
        const auto& value = value_at(from_, key);
        if (value.is_bool()) return value.get_bool();
        if (!value.is_null()) complain(phrase("{1} is neither true nor false", key));
        return otherwise;
    }
    std::vector<std::string> texts(std::string_view key) const {
        std::vector<std::string> found;
        const auto& value = value_at(from_, key);
        if (!value.is_null() && !value.is_array()) complain(phrase("{1} is no list", key));
        for (const auto& each : list_at(from_, key))
            if (each.is_string())
                found.emplace_back(each.get_string());
            else
                complain(phrase("{1} has something in it that is no text", key));
        return found;
    }
    const json::value& operator[](std::string_view key) const { return value_at(from_, key); }

private:
    const json::value& from_;
    std::string place_;
    std::vector<std::string>& problems_;
};

Wanted wanted_from(const Table& in) {
    in.knows_only(wanted_keys);
    Wanted wanted;
    wanted.kind = in.choice("kind", kinds);
    wanted.types = in.texts("types");
    wanted.en = in.text("en", true);
    wanted.fr = in.text("fr", true);
    wanted.source = in.text("source", true);
    wanted.grade = in.choice("grade", grades);
    wanted.required = in.flag("required", true);
    if ((wanted.kind == "document") == wanted.types.empty())
        in.complain(
            wanted.types.empty() ? phrase("types is missing; say which documents will do")
                                 : phrase("types is for a document only")
        );
    for (const auto& each : wanted.types)
        if (!is_one_of(each, document_types))
            in.complain(
                phrase(
                    "types has {1:quoted}, which is none of {2}", quoted(each),
                    listed(document_types)
                )
            );
    return wanted;
}

bool is_month_and_day(std::string_view text) {
    const auto digits = [&](std::size_t at, int most) {
        const int value = (text[at] - '0') * 10 + (text[at + 1] - '0');
        return text[at] >= '0' && text[at] <= '9' && text[at + 1] >= '0' && text[at + 1] <= '9' &&
               value >= 1 && value <= most;
    };
    return text.size() == 5 && text[2] == '-' && digits(0, 12) && digits(3, 31);
}

/// Days after Easter Sunday: 1 of "easter + 1", -2 of "easter - 2"; nothing for any other form.
std::optional<int> days_after_easter(std::string_view text) {
    constexpr std::string_view word = "easter";
    if (!text.starts_with(word)) return std::nullopt;
    text.remove_prefix(word.size());
    if (text.empty()) return 0;
    const bool before = text.starts_with(" - ");
    if (!before && !text.starts_with(" + ")) return std::nullopt;
    text.remove_prefix(3);
    int count = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || count < 0 || count > 99)
        return std::nullopt;
    return before ? -count : count;
}

/// @source the "anonymous Gregorian" computus, Nature 1876
std::chrono::sys_days easter_sunday(int y) {
    const int a = y % 19, b = y / 100, c = y % 100;
    const int d = b / 4, e = b % 4, g = (b - (b + 8) / 25 + 1) / 3;
    const int h = (19 * a + b - d - g + 15) % 30;
    const int l = (32 + 2 * e + 2 * (c / 4) - h - c % 4) % 7;
    const int both = h + l - 7 * ((a + 11 * h + 22 * l) / 451) + 114;
    return std::chrono::year{y} / static_cast<unsigned>(both / 31) /
           static_cast<unsigned>(both % 31 + 1);
}

Country country_from(const std::string& code, const Table& in) {
    in.knows_only(country_keys);
    Country country;
    country.code = code;
    const bool is_code = code.size() == 2 && std::ranges::all_of(code, [](char letter) {
                             return letter >= 'A' && letter <= 'Z';
                         });
    if (!is_code) in.complain(phrase("is not a country's two capital letters"));
    country.name_en = in.text("name", true);
    country.name_fr = in.text("name_fr", true);
    country.beta = in.flag("beta", false);
    country.unknown = in.text("unknown", false);
    country.note_en = in.text("note", false);
    country.note_fr = in.text("note_fr", false);
    if (country.note_en.empty() != country.note_fr.empty())
        in.complain(phrase("note and note_fr go together"));
    country.holidays = in.texts("holidays");
    for (const auto& each : country.holidays)
        if (!is_month_and_day(each) && !days_after_easter(each) && !read_iso_date(each))
            in.complain(
                phrase(
                    "holidays has {1}; write month and day, as in \"12-25\", \"easter + 1\", or a "
                    "whole date",
                    quoted(each)
                )
            );
    return country;
}

void read_review_days(const Table& in, Country& country) {
    const auto& days = in["review_days"];
    if (days.is_array() && days.get_array().size() == 2 && days.get_array()[0].is_int64() &&
        days.get_array()[1].is_int64()) {
        const auto least = days.get_array()[0].get_int64(), most = days.get_array()[1].get_int64();
        if (least >= 1 && least <= most && most <= review_days_max) {
            country.review_min = static_cast<int>(least);
            country.review_max = static_cast<int>(most);
            return;
        }
    }
    in.complain(phrase("review_days is not shortest and longest, 1 to 60; write it as [2, 5]"));
}

}  // namespace

bool is_holiday(const Country& country, std::chrono::sys_days day) {
    using namespace std::chrono;
    const year_month_day date{day};
    const auto text = iso_date(date);
    const auto easter = easter_sunday(int{date.year()});
    return std::ranges::any_of(country.holidays, [&](const std::string& each) {
        const auto moved = days_after_easter(each);
        return moved ? day == easter + days{*moved} : each == text || each == text.substr(5);
    });
}

Countries Countries::from(const json::value& file) {
    Countries made;
    if (!file.is_object() || file.get_object().empty()) {
        made.problems_.push_back(
            "countries: " + phrase("the setting names no file with countries in it; "
                                   "config/data/genesys_countries.toml has them")
        );
        return made;
    }
    for (const auto& [key, value] : file.get_object()) {
        const std::string code(key);
        const Table in(value, code, made.problems_);
        if (!value.is_object()) continue;
        auto country = country_from(code, in);
        read_review_days(in, country);
        const auto& wants = in["wants"];
        if (!wants.is_null() && !wants.is_array())
            in.complain(phrase("wants is no list of tables; write [[{1}.wants]]", code));
        std::size_t at = 0;
        for (const auto& each : list_at(value, "wants"))
            country.wants.push_back(wanted_from(
                Table(each, code + ".wants[" + std::to_string(at++) + "]", made.problems_)
            ));
        if (country.wants.empty() == country.unknown.empty())
            in.complain(
                country.wants.empty() ? phrase("wants nothing and does not say why; add unknown")
                                      : phrase("unknown is for a country of which nothing is wanted")
            );
        made.all_.push_back(std::move(country));
    }
    return made;
}

const Country* Countries::find(std::string_view code) const {
    const auto found = std::ranges::find(all_, code, &Country::code);
    return found == all_.end() ? nullptr : &*found;
}

std::string Countries::name(std::string_view code, std::string_view language) const {
    const auto* country = find(code);
    if (!country) return std::string(code);
    return language == "fr" ? country->name_fr : country->name_en;
}

std::string Countries::what_is_wrong() const {
    std::string out;
    for (const auto& each : problems_) out += (out.empty() ? "" : "; ") + each;
    return out;
}

}  // namespace genesys
