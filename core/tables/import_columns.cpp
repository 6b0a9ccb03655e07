// SPDX-License-Identifier: Apache-2.0
#include "tables/import_columns.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <porteur/phrase.hpp>

#include "domain/inventory.hpp"
#include "domain/number_limits.hpp"
#include "numbering/checked_number.hpp"
#include "tables/csv_reader.hpp"
#include "tables/words.hpp"

namespace porteur::tables {
namespace {

constexpr std::array<std::pair<ImportField, std::string_view>, 14> words = {{
    {ImportField::number, "number"},
    {ImportField::used_by, "used_by"},
    {ImportField::use_type, "use_type"},
    {ImportField::company, "company"},
    {ImportField::var, "var"},
    {ImportField::provider, "provider"},
    {ImportField::country, "country"},
    {ImportField::type, "type"},
    {ImportField::tags, "tags"},
    {ImportField::state, "state"},
    {ImportField::cost, "cost"},
    {ImportField::currency, "currency"},
    {ImportField::custom, "custom"},
    {ImportField::left_out, "left_out"},
}};

// As plain_header() gives them.
using Header = std::pair<std::string_view, ImportField>;

constexpr auto headers = std::to_array<Header>({
    {"number", ImportField::number},
    {"numbers", ImportField::number},
    {"numero", ImportField::number},
    {"numeros", ImportField::number},
    {"no", ImportField::number},
    {"phone", ImportField::number},
    {"phonenumber", ImportField::number},
    {"phonenumbers", ImportField::number},
    {"telephone", ImportField::number},
    {"telephonenumber", ImportField::number},
    {"numerodetelephone", ImportField::number},
    {"nodetelephone", ImportField::number},
    {"tel", ImportField::number},
    {"tn", ImportField::number},
    {"did", ImportField::number},
    {"sda", ImportField::number},
    {"msisdn", ImportField::number},
    {"e164", ImportField::number},
    {"line", ImportField::number},
    {"ligne", ImportField::number},
    {"usedby", ImportField::used_by},
    {"user", ImportField::used_by},
    {"name", ImportField::used_by},
    {"assignedto", ImportField::used_by},
    {"assignee", ImportField::used_by},
    {"utilisepar", ImportField::used_by},
    {"utilisateur", ImportField::used_by},
    {"nom", ImportField::used_by},
    {"attribuea", ImportField::used_by},
    {"affectea", ImportField::used_by},
    {"assignea", ImportField::used_by},
    {"usetype", ImportField::use_type},
    {"usage", ImportField::use_type},
    {"usagetype", ImportField::use_type},
    {"typedutilisation", ImportField::use_type},
    {"typedusage", ImportField::use_type},
    {"company", ImportField::company},
    {"companyname", ImportField::company},
    {"customer", ImportField::company},
    {"client", ImportField::company},
    {"entreprise", ImportField::company},
    {"societe", ImportField::company},
    {"compagnie", ImportField::company},
    {"professional", ImportField::company},
    {"professionnel", ImportField::company},
    {"companyorprofessional", ImportField::company},
    {"entrepriseouprofessionnel", ImportField::company},
    {"var", ImportField::var},
    {"reseller", ImportField::var},
    {"revendeur", ImportField::var},
    {"rva", ImportField::var},
    {"provider", ImportField::provider},
    {"carrier", ImportField::provider},
    {"account", ImportField::provider},
    {"fournisseur", ImportField::provider},
    {"operateur", ImportField::provider},
    {"compte", ImportField::provider},
    {"country", ImportField::country},
    {"pays", ImportField::country},
    {"type", ImportField::type},
    {"numbertype", ImportField::type},
    {"typedenumero", ImportField::type},
    {"tag", ImportField::tags},
    {"tags", ImportField::tags},
    {"label", ImportField::tags},
    {"labels", ImportField::tags},
    {"etiquette", ImportField::tags},
    {"etiquettes", ImportField::tags},
    {"state", ImportField::state},
    {"etat", ImportField::state},
    {"cost", ImportField::cost},
    {"price", ImportField::cost},
    {"cout", ImportField::cost},
    {"prix", ImportField::cost},
    {"currency", ImportField::currency},
    {"devise", ImportField::currency},
    {"monnaie", ImportField::currency},
    // What the system says of a number is not taken from a file; an export that comes back has it.
    {"status", ImportField::left_out},
    {"statut", ImportField::left_out},
    {"features", ImportField::left_out},
    {"fonctions", ImportField::left_out},
    {"order", ImportField::left_out},
    {"commande", ImportField::left_out},
    {"updated", ImportField::left_out},
    {"misajour", ImportField::left_out},
    {"firstcall", ImportField::left_out},
    {"premierappel", ImportField::left_out},
});

std::optional<ImportField> field_of_word(std::string_view word) {
    const auto found =
        std::ranges::find(words, word, &std::pair<ImportField, std::string_view>::second);
    return found == words.end() ? std::nullopt : std::optional(found->first);
}

std::optional<ImportField> field_of_header(std::string_view header) {
    const auto plain = plain_header(header);
    const auto found = std::ranges::find(headers, plain, &Header::first);
    return found == headers.end() ? std::nullopt : std::optional(found->second);
}

std::unexpected<Error> refused(std::string message) {
    return failure(ErrorKind::invalid_input, std::move(message));
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    return begin == text.npos ? std::string_view{}
                              : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool is_number(std::string_view cell, std::string_view region) {
    return numbering::check(cell, region).is_valid();
}

/// A column's cells without the first row where that is a header.
class Samples {
public:
    Samples(const std::vector<std::vector<std::string>>& rows, bool has_header)
        : rows_(rows), first_(has_header ? 1 : 0) {}

    template <class Test>
    std::pair<std::size_t, std::size_t> count(std::size_t column, Test test) const {
        std::size_t filled = 0, fitting = 0;
        for (auto row = first_; row < rows_.size(); ++row) {
            if (column >= rows_[row].size() || rows_[row][column].empty()) continue;
            ++filled;
            fitting += test(rows_[row][column]) ? 1U : 0U;
        }
        return {filled, fitting};
    }
    template <class Test>
    bool all(std::size_t column, Test test) const {
        const auto [filled, fitting] = count(column, test);
        return filled > 0 && fitting == filled;
    }

private:
    const std::vector<std::vector<std::string>>& rows_;
    std::size_t first_;
};

struct Wish {
    std::string_view field, column;
};

std::vector<Wish> wishes_of(std::string_view map) {
    std::vector<Wish> out;
    while (!map.empty()) {
        const auto end = std::min(map.find(','), map.size());
        const auto one = trimmed(map.substr(0, end));
        map.remove_prefix(std::min(map.size(), end + 1));
        if (one.empty()) continue;
        const auto equals = one.find('=');
        out.push_back(
            equals == one.npos
                ? Wish{one, {}}
                : Wish{trimmed(one.substr(0, equals)), trimmed(one.substr(equals + 1))}
        );
    }
    return out;
}

std::optional<std::size_t> column_of(std::string_view said, const ImportColumns& columns) {
    std::size_t place = 0;
    const auto read = std::from_chars(said.data(), said.data() + said.size(), place);
    if (read.ec == std::errc{} && read.ptr == said.data() + said.size())
        return place >= 1 && place <= columns.columns.size() ? std::optional(place - 1)
                                                             : std::nullopt;
    if (!columns.has_header) return std::nullopt;
    const auto plain = plain_header(said);
    for (std::size_t column = 0; column < columns.columns.size(); ++column)
        if (columns.columns[column].name == said ||
            plain_header(columns.columns[column].name) == plain)
            return column;
    return std::nullopt;
}

Result<void> apply_map(std::string_view map, ImportColumns& out, std::vector<bool>& told) {
    for (const auto& wish : wishes_of(map)) {
        auto word = wish.field;
        std::string custom;
        if (word.starts_with("custom.")) {
            custom = word.substr(7);
            word = "custom";
        }
        const auto field = field_of_word(word);
        if (!field || (*field == ImportField::custom) == custom.empty())
            return refused(phrase(
                "columns: {1} is no field of a number; the fields are number, used_by, use_type, "
                "company, var, provider, "
                "country, type, tags, state, cost, currency, custom.NAME and left_out",
                quoted(wish.field)
            ));
        const auto column = column_of(wish.column, out);
        if (!column)
            return refused(phrase(
                "columns: the file has no column {1}; name it by its place from 1 to {2:n}, or by "
                "its header",
                quoted(wish.column), out.columns.size()
            ));
        if (told[*column])
            return refused(phrase(
                "columns: column {1} is named twice; each column is one field",
                column_letters(*column)
            ));
        told[*column] = true;
        out.columns[*column].field = *field;
        out.columns[*column].custom = std::move(custom);
    }
    return {};
}

/// The field that all cells of a column without a name fit.
std::optional<ImportField> field_of_content(const Samples& samples, std::size_t column) {
    const auto said = [](const auto& among) {
        return [&among](const std::string& cell) {
            return word_said(among, plain_header(cell)).has_value();
        };
    };
    if (samples.all(column, said(use_types))) return ImportField::use_type;
    if (samples.all(column, said(number_types))) return ImportField::type;
    if (samples.all(column, [](const std::string& cell) {
            return number_state_of(cell).has_value();
        }))
        return ImportField::state;
    if (samples.all(column, [](const std::string& cell) { return numbering::is_region(cell); }))
        return ImportField::country;
    return std::nullopt;
}

/// The column with most numbers among those that nobody named.
std::optional<std::size_t> column_of_numbers(
    const Samples& samples, const std::vector<bool>& told, std::string_view region
) {
    std::optional<std::size_t> best;
    std::size_t most = 0;
    for (std::size_t column = 0; column < told.size(); ++column) {
        if (told[column]) continue;
        const auto [filled, fitting] =
            samples.count(column, [&](const std::string& cell) { return is_number(cell, region); });
        if (fitting > most && fitting * 2 > filled) {
            most = fitting;
            best = column;
        }
    }
    return best;
}

}  // namespace

std::string_view word_of(ImportField field) {
    return std::ranges::find(words, field, &std::pair<ImportField, std::string_view>::first)
        ->second;
}

std::string plain_header(std::string_view header) {
    // The letters of U+00C0 to U+00FF without their accents; capitals come out small.
    static constexpr std::string_view bare =
        "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty";
    std::string out;
    for (std::size_t at = 0; at < header.size(); ++at) {
        const auto byte = static_cast<unsigned char>(header[at]);
        if (byte == 0xC3 && at + 1 < header.size()) {
            const char letter = bare[static_cast<unsigned char>(header[++at]) & 0x3FU];
            if (letter != ' ') out += letter;
        } else if (byte == 0xC2 && at + 1 < header.size()) {
            ++at;
            // "N°" is "No".
            if (header[at] == '\xB0') out += 'o';
        } else if (byte >= 'A' && byte <= 'Z') {
            out += static_cast<char>(byte + 32);
        } else if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte >= 0x80) {
            out += static_cast<char>(byte);
        }
    }
    return out;
}

Result<ImportColumns> detect_columns(
    std::string_view map, const std::vector<std::vector<std::string>>& sample,
    std::string_view region
) {
    ImportColumns out;
    if (sample.empty())
        return refused(phrase("the file is empty; it needs at least one row with a number"));
    std::size_t width = 0;
    for (const auto& row : sample) width = std::max(width, row.size());
    const auto& first = sample.front();
    // Numbers stand in rows of values; known words stand in headers.
    out.has_header =
        std::ranges::none_of(first, [&](const auto& cell) { return is_number(cell, region); }) &&
        (std::ranges::any_of(
             first, [](const auto& cell) { return field_of_header(cell).has_value(); }
         ) ||
         (sample.size() > 1 && std::ranges::any_of(sample[1], [&](const auto& cell) {
              return is_number(cell, region);
          })));
    // A cell beyond the header is nobody's, and said to be so.
    if (out.has_header) width = first.size();
    out.columns.resize(width);
    for (std::size_t column = 0; column < width; ++column) {
        const bool named =
            out.has_header && column < first.size() && !trimmed(first[column]).empty();
        out.columns[column].name = named ? std::string(trimmed(first[column]))
                                         : phrase("column {1}", column_letters(column));
    }

    std::vector<bool> told(width);
    if (auto done = apply_map(map, out, told); !done) return std::unexpected(done.error());
    const auto has = [&](ImportField field) {
        return holds(out.columns, field, &ImportColumn::field);
    };
    const Samples samples(sample, out.has_header);
    if (out.has_header)
        for (std::size_t column = 0; column < first.size(); ++column) {
            const auto field = field_of_header(first[column]);
            if (told[column] || !field) continue;
            // "Name" and "User" may both be there: the first is it, the other the user's own.
            if (*field != ImportField::left_out && has(*field)) continue;
            out.columns[column].field = *field;
            told[column] = true;
        }
    if (!has(ImportField::number))
        if (const auto found = column_of_numbers(samples, told, region)) {
            out.columns[*found].field = ImportField::number;
            told[*found] = true;
        }
    if (!has(ImportField::number))
        return refused(
            phrase("the file has no column of telephone numbers that could be told; name it, as in "
                   "columns=number=1, and give the "
                   "default country if the numbers have no + in front")
        );
    for (std::size_t column = 0; column < width; ++column) {
        if (told[column]) continue;
        auto& each = out.columns[column];
        if (out.has_header) {
            if (column >= first.size() || trimmed(first[column]).empty()) continue;
            // A header that stands twice is two fields: "Floor" and "Floor 2".
            auto name = each.name;
            for (int number = 2; holds(out.columns, name, &ImportColumn::custom); ++number)
                name = each.name + " " + std::to_string(number);
            each.field = ImportField::custom;
            each.custom = std::move(name);
        } else if (const auto field = field_of_content(samples, column); field && !has(*field)) {
            each.field = *field;
        }
    }
    std::size_t fields = 0;
    for (const auto& each : out.columns) {
        if (each.field != ImportField::custom) continue;
        ++fields;
        if (each.custom.size() > field_name_size_max)
            return refused(phrase(
                "columns: {1} is too long for the name of a custom field; give it one of at most {2:n} bytes, as in "
                "custom.floor=5, or leave it out, as in left_out=5",
                quoted(each.custom, 60), field_name_size_max
            ));
    }
    if (fields > fields_max)
        return refused(phrase(
            "columns: {1:n} columns would become custom fields, of which a number has {2:n} at most; leave some out, as in "
            "left_out=5",
            fields, fields_max
        ));
    return out;
}

}  // namespace porteur::tables
