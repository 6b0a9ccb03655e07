// SPDX-License-Identifier: Apache-2.0
// What a person at the desk reads in a request.
#include <algorithm>
#include <regex>

#include "desk.hpp"
#include "kit/encoding.hpp"
#include "kit/fields.hpp"

namespace porteur::sim {
namespace {

std::vector<std::string> numbers_in(const std::string& text) {
    static const std::regex pattern(R"(\+[1-9][0-9 .()-]{6,18}[0-9])");
    std::vector<std::string> numbers;
    for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) {
        auto number = at->str();
        std::erase_if(number, [](char c) { return c != '+' && (c < '0' || c > '9'); });
        if (is_e164(number) && std::ranges::find(numbers, number) == numbers.end()) {
            numbers.push_back(number);
        }
    }
    return numbers;
}

}  // namespace

DeskReading read_request(const Mail& mail) {
    DeskReading reading;
    const auto text = mail.header("subject") + "\n" + mail.text;
    const auto lower = to_lower(text);
    std::size_t first = std::string::npos;
    for (const auto& country : sms_countries()) {
        const auto at = std::min(
            lower.find(to_lower(country.name)),
            country.french.empty() ? lower.npos : lower.find(to_lower(country.french))
        );
        if (at < first) {
            first = at;
            reading.country = &country;
        }
    }
    reading.numbers = numbers_in(text);
    if (reading.country != nullptr) {
        // A telephone number in the signature is not one that they want to buy.
        std::erase_if(reading.numbers, [&](const std::string& number) {
            return !number.starts_with("+" + std::string(reading.country->dial));
        });
    }
    static const std::regex uuid(
        "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
    );
    if (std::smatch found; std::regex_search(text, found, uuid)) {
        reading.organisation_id = to_lower(found.str());
    }
    reading.french = lower.find("bonjour") != lower.npos;
    static const std::regex asks(
        R"(\b(ask|contact|check with|consult|confirm with)\b[^.]{0,40}\b(first|before|us)\b|do not (choose|select|substitute)|(nous|contactez|demandez)[^.]{0,20}(contacter|demander|nous|consulter)[^.]{0,30}(avant|d'abord))"
    );
    static const std::regex allows(
        R"(\b(may|can|free to|please|feel free to)\b[^.]{0,40}\b(choose|select|pick|substitute|assign)\b|alternatives? (is|are) (fine|welcome|accepted|allowed)|(pouvez|veuillez|libres? de)[^.]{0,30}(choisir|remplacer))"
    );
    if (std::regex_search(lower, asks)) {
        reading.alternates = "ask_first";
    } else if (std::regex_search(lower, allows)) {
        reading.alternates = "may_choose";
    }
    return reading;
}

}  // namespace porteur::sim
