// SPDX-License-Identifier: Apache-2.0
#pragma once

// The countries where Genesys sells SMS numbers by mail only, and what each wants: a file of the
// operator's (config/data/genesys_countries.toml), because Genesys' own list is only partly public.
// @source CARRIERS.md 2.5 (countries) and 2.6 (papers, with the grade of each)

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/json.hpp>
#include <porteur/model.hpp>

namespace genesys {

/// One thing that a country wants.
struct Wanted {
    std::string kind;                ///< "document", "address", "tax_id", ...; see the file's head
    std::vector<std::string> types;  ///< of a document: one of these will do
    std::string en, fr;
    std::string source, grade;
    bool required = true;
};

struct Country {
    std::string code;  ///< ISO 3166-1 alpha-2
    std::string name_en, name_fr;
    std::vector<Wanted> wants;
    int review_min = 2, review_max = 5;  ///< business days
    std::vector<std::string> holidays;   ///< "12-25", "easter + 1", "2027-02-06"
    bool beta = false;
    std::string unknown;  ///< why nothing is known; empty if something is
    std::string note_en, note_fr;
};

/// Whether a country's list has this day. @threads any
bool is_holiday(const Country& country, std::chrono::sys_days day);

class Countries {
public:
    /// Reads what the file says. What does not fit stands in problems(), with its place; the rest
    /// of the file is taken as far as it goes. @threads any
    static Countries from(const porteur::json::value& file);

    /// The country if it is served by mail; null for the others.
    const Country* find(std::string_view code) const;
    /// "Germany"; the code where the country is not in the file.
    std::string name(std::string_view code, std::string_view language) const;
    /// One line each: "countries: FR.wants[1]: kind is missing; ...".
    const std::vector<std::string>& problems() const { return problems_; }
    /// All of them in one; empty if there are none.
    std::string what_is_wrong() const;

private:
    std::vector<Country> all_;
    std::vector<std::string> problems_;
};

}  // namespace genesys
