// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include <porteur/result.hpp>

#include "domain/descriptor.hpp"

namespace porteur {

class TableReader;

/// Reads a plugin's descriptor, strictly: unknown keys and operations, names that lead nowhere and
/// guarantees that cannot be kept are errors.
///
/// @param toml   the descriptor's bytes; those of an ELF section may end in zeros
/// @param where  what a person calls it: "acme.so#descriptor"
/// @errors       invalid_input: every finding, one a line, "where:line:column: ..."
/// @threads      any; no state, no I/O
/// @source       PLUGIN_CONTRACT.md, section 3
Result<Descriptor> parse_descriptor(std::string_view toml, std::string_view where);

/// Names each key of a descriptor; toml_reader.hpp says how that is used.
void read_descriptor(TableReader& in, Descriptor& descriptor);

}  // namespace porteur
