// SPDX-License-Identifier: Apache-2.0
#include "app/inspection.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <porteur/json.hpp>

namespace porteur {

bool Inspection::failed() const {
    return std::ranges::any_of(all_, [](const InspectionLine& each) { return each.verdict == Verdict::fail; });
}

std::string text_of(const Inspection& findings) {
    std::size_t widest = 0;
    for (const auto& each : findings.all()) widest = std::max(widest, each.what.size());
    std::string out;
    std::array<int, 3> count{};
    for (const auto& each : findings.all()) {
        ++count[static_cast<std::size_t>(each.verdict)];
        out += fmt::format("{:<4}  {:<{}}  {}\n", boost::describe::enum_to_string(each.verdict, ""), each.what, widest, each.text);
        if (!each.mend.empty()) out += fmt::format("{:<4}  {:<{}}  -> {}\n", "", "", widest, each.mend);
    }
    return out + fmt::format("{} ok, {} to look at, {} failed\n", count[0], count[1], count[2]);
}

std::string json_of(const Inspection& findings) {
    return canonical(json::object{{"failed", findings.failed()}, {"findings", to_json(findings.all())}}) + "\n";
}

}  // namespace porteur
