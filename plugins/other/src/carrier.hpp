// SPDX-License-Identifier: Apache-2.0
#pragma once

// One carrier of the operator's data file (config/data/other_carriers.toml has its form).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <porteur/json.hpp>
#include <porteur/op.hpp>

namespace other {

/// A text in both languages; French falls back to English.
struct BothLanguages {
    std::string en, fr;
    const std::string& in(bool french) const { return french && !fr.empty() ? fr : en; }
};

/// One thing that the carrier asks for.
struct Item {
    std::string code, kind, field, document, pattern;
    BothLanguages label, help;
    std::optional<std::int64_t> age_days_max;
    bool required = true;
};

struct Carrier {
    std::string name;
    BothLanguages hand_in;
    std::vector<std::string> numbers_begin_with;
    std::vector<std::string> notes_en, notes_fr;
    std::vector<Item> items;
};

/// Reads an entry of the data file.
///
/// @param all    the whole file
/// @param key    the entry's name
/// @errors       invalid_input: no such entry (the message lists those that are there), a key that
/// is
///               not known or of another type, a kind that is none, a pattern that is no
///               expression; the message names the place, as in openphone.items[2].kind
/// @threads      any
porteur::Result<Carrier> carrier_from(const porteur::json::value& all, const std::string& key);

/// The carrier of the account, called as the account calls it.
/// @errors  ends the operation as carrier_from() says @threads [op]
Carrier carrier_of(const porteur::AccountSettings& mine);

}  // namespace other
