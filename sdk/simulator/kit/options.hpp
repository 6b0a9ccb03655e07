// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace porteur::sim {

/// One command-line option, and its line in --help.
struct Option {
    std::string name;        ///< "--port"
    std::string value_name;  ///< "PORT"; empty for a switch
    std::string otherwise;   ///< the value when it is not given
    std::string help;
};

/// The options as given, or their defaults.
class Options {
public:
    /// @errors  throws std::invalid_argument with a sentence for the person who typed it
    static Options parse(const std::vector<Option>& known, const std::vector<std::string>& given);

    const std::string& text(std::string_view name) const;
    bool is_on(std::string_view name) const { return text(name) == "on"; }
    /// @errors  throws std::invalid_argument when it is no whole number of 0 or more
    std::uint64_t whole(std::string_view name) const;
    /// @errors  throws std::invalid_argument when it is no number of 0 or more
    double number(std::string_view name) const;

private:
    std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace porteur::sim
