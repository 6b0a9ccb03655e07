// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace porteur::carriers {

/// What stands in place of a secret.
inline constexpr std::string_view redacted = "[secret]";

/// A secret shorter than this is not searched for, as it would be found everywhere: it is taken out
/// by its place only.
inline constexpr std::size_t secret_searched_min = 4;

/// Takes known secret values out of texts, in whatever dress they come: raw, percent-encoded
/// (either case, blanks as + or %20), as JSON or XML text, and in Base64 (standard or URL alphabet,
/// also inside a longer encoded text, and of the percent-encoded one).
///
/// @threads one at a time; apply() and apply_to_body() any
class Redactor {
public:
    /// @param instead  what is put there
    explicit Redactor(std::string_view instead = redacted) : instead_(instead) {}
    void add(std::string_view secret);
    [[nodiscard]] std::string apply(std::string_view text) const;
    /// The same for what may be a JSON object or list: it stays one, and a secret is also found in a key, in a number, and
    /// where a text escapes it in a way of its own. Nothing found: the very bytes. Something found: canonical JSON.
    [[nodiscard]] std::string apply_to_body(std::string_view body) const;

private:
    void add_form(std::string form);

    std::string instead_;
    std::vector<std::string> forms_;  // longest first, so that none hides the rest of another
};

}  // namespace porteur::carriers
