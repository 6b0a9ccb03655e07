// SPDX-License-Identifier: Apache-2.0
#pragma once

// Secrets that a test has put somewhere, and the look for them in whatever may have leaked them: as they are, and as
// JSON, URLs, Base64, hexadecimal and UTF-16 write them.

#include <string>
#include <string_view>
#include <vector>

namespace porteur::testing {

struct Canary {
    std::string name, secret;
    bool shown = false;  ///< the API shows it to those whose it is
};

/// Every form in which a secret is looked for.
std::vector<std::string> forms_of(const std::string& secret);

class Canaries {
public:
    /// @param shown  the API may show it; nothing else may
    /// @return       the secret
    std::string add(std::string name, std::string secret, bool shown = false);
    /// Names and forms of those that stand in these bytes.
    /// @param by_api  leaves out those that the API shows
    std::vector<std::string> found_in(std::string_view bytes, bool by_api = false) const;
    const std::vector<Canary>& all() const { return all_; }
    /// A secret of so many letters that JSON, URLs and Base64 write in different ways.
    static std::string make(int number);

private:
    struct Looked {
        std::size_t canary;
        std::string form;
    };
    std::vector<Canary> all_;
    std::vector<Looked> looked_;
};

}  // namespace porteur::testing
