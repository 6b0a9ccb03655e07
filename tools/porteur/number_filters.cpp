// SPDX-License-Identifier: Apache-2.0
#include "number_filters.hpp"

namespace porteur::cli {

std::vector<OptionSpec> with_filters(std::vector<OptionSpec> more) {
    std::vector<OptionSpec> out{
        {"--filter",
         ValueKind::choice,
         "",
         told("whether somebody uses them"),
         {"used", "available", "all"}},
        {"--status",
         ValueKind::choice,
         "",
         told("whether a call was received on them"),
         {"active", "pending"}},
        {"--state", ValueKind::list, "STATE",
         told("where they stand in their life, as in in_service")},
        {"--provider", ValueKind::list, "ACCOUNT", told("the carrier account that they are at")},
        {"--country", ValueKind::list, "COUNTRY", told("ISO 3166-1 code, as in FR")},
        {"--type", ValueKind::list, "TYPE",
         told("local, mobile, national, toll_free, shared_cost, short_code")},
        {"--use-type", ValueKind::list, "TYPE", told("user, service, group, none")},
        {"--tag", ValueKind::list, "TAG", told("that they have; several: all of them")},
        {"--tenant", ValueKind::text, "ID", told("what this account holds, and those below it")},
        {"--number", ValueKind::text, "DIGITS", told("digits in the number; with + it begins so")},
        {"--used-by", ValueKind::text, "TEXT", told("a part of the user's name")},
        {"--company", ValueKind::text, "TEXT", told("a part of the company's name")},
        {"--var", ValueKind::text, "TEXT", told("a part of the VAR's name")},
        {"--search", ValueKind::text, "TEXT", told("a part of the number or of the user's name")},
    };
    for (auto& each : more) out.push_back(std::move(each));
    return out;
}

std::vector<std::pair<std::string, std::string>> number_filters(const Arguments& said) {
    std::vector<std::pair<std::string, std::string>> out;
    const auto add = [&](const char* name, const char* option) {
        std::string values;
        for (const auto& each : said.list(option)) values += (values.empty() ? "" : ",") + each;
        out.emplace_back(name, values);
    };
    for (const auto* same :
         {"filter", "status", "state", "provider", "tenant", "tag", "country", "type", "number",
          "company", "var"})
        add(same, same);
    add("use_type", "use-type");
    add("used_by", "used-by");
    add("q", "search");
    return out;
}

}  // namespace porteur::cli
