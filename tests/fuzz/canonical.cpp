// SPDX-License-Identifier: Apache-2.0
// JSON comes from plugins (heads and results) and from carriers (answers); two readers judge it,
// and must agree.
#include <porteur/json.hpp>

#include "finding.hpp"
#include "plugins/canonical_check.hpp"

using namespace porteur;

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const bool is_canonical = check_canonical_json(text).has_value();
    const auto value = parse_json(text);
    // What the daemon takes from a plugin, the SDK writes the same way.
    if (is_canonical) {
        fuzz::must(value.has_value(), "the daemon takes JSON that the SDK cannot read");
        fuzz::must(
            canonical(*value) == text, "the daemon calls canonical what the SDK writes otherwise"
        );
    }
    static_cast<void>(quoted(text));
    fuzz::must(is_utf8(plain_text(text, 100)), "foreign text was not made fit for a message");
    return 0;
}
