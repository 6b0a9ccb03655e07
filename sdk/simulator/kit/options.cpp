// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace porteur::sim {

Options Options::parse(const std::vector<Option>& known, const std::vector<std::string>& given) {
    Options options;
    for (const auto& option : known) options.values_[option.name] = option.otherwise;
    for (std::size_t at = 0; at < given.size(); ++at) {
        const auto equals = given[at].find('=');
        const auto name = given[at].substr(0, equals);
        const auto found = std::ranges::find(known, name, &Option::name);
        if (found == known.end()) {
            throw std::invalid_argument(given[at] + " is not known; --help lists the options");
        }
        if (found->value_name.empty()) {
            options.values_[name] = "on";
        } else if (equals != std::string::npos) {
            options.values_[name] = given[at].substr(equals + 1);
        } else if (at + 1 < given.size()) {
            options.values_[name] = given[++at];
        } else {
            throw std::invalid_argument(name + " needs a value: " + name + " " + found->value_name);
        }
    }
    return options;
}

const std::string& Options::text(std::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) throw std::logic_error(std::string(name) + " was not declared");
    return found->second;
}

std::uint64_t Options::whole(std::string_view name) const {
    const auto& value = text(name);
    std::uint64_t number = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
    if (read.ec != std::errc{} || read.ptr != value.data() + value.size()) {
        throw std::invalid_argument(
            std::string(name) + " " + value + " is not a whole number of 0 or more"
        );
    }
    return number;
}

double Options::number(std::string_view name) const {
    const auto& value = text(name);
    double number = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
    if (read.ec != std::errc{} || read.ptr != value.data() + value.size() || !(number >= 0)) {
        throw std::invalid_argument(
            std::string(name) + " " + value + " is not a number of 0 or more"
        );
    }
    return number;
}

}  // namespace porteur::sim
