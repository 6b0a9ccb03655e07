// SPDX-License-Identifier: Apache-2.0
// The end of the judged tests: how much of each plugin and of its carrier's API file was before the
// judge, or why nothing was. tools/test prints these lines even where all is well.
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>

#include "chain.hpp"

namespace porteur::testing {
namespace {

std::string coverage_of(const JudgedCarrier& carrier) {
    if (const auto why = why_left_out(carrier)) return *why;
    const auto answers = answers_judged(carrier.name);
    std::set<std::string> requests;
    for (const auto& each : answers) requests.insert(each.substr(0, each.rfind(' ')));
    return std::to_string(operations_judged(carrier.plugin).size()) + " of " +
           std::to_string(operations_of_descriptor(carrier.plugin).size()) +
           " operations of the plugin; of " + carrier.spec + " " + std::to_string(requests.size()) +
           " operations and " + std::to_string(answers.size()) + " kinds of answers";
}

/// Where tools/test looks for lines to print: beside the report of the cases.
std::string notes_file() {
    const auto report = GTEST_FLAG_GET(output);
    if (!report.starts_with("xml:") || !report.ends_with(".xml")) return {};
    return report.substr(4, report.size() - 8) + ".notes";
}

class Coverage : public ::testing::Environment {
public:
    void TearDown() override {
        const auto& run = *::testing::UnitTest::GetInstance();
        if (run.test_to_run_count() != run.total_test_count()) return;
        std::string lines;
        for (const auto& carrier : {ringcentral(), thinktel(), genesys()}) {
            lines += "judged: " + carrier.plugin + ": " + coverage_of(carrier) + "\n";
            if (!why_left_out(carrier))
                EXPECT_EQ(
                    operations_judged(carrier.plugin), operations_of_descriptor(carrier.plugin)
                ) << "an operation of "
                  << carrier.plugin << " never ran before the judge";
        }
        std::fputs(lines.c_str(), stdout);
        if (const auto file = notes_file(); !file.empty()) std::ofstream(file) << lines;
    }
};

[[maybe_unused]] const auto* const coverage = ::testing::AddGlobalTestEnvironment(new Coverage);

}  // namespace
}  // namespace porteur::testing
