// SPDX-License-Identifier: Apache-2.0
// docs/api.md says what the API does: its routes, its problems, and examples that would be
// understood.
#include <fstream>
#include <regex>
#include <sstream>

#include <gmock/gmock.h>

#include <porteur/json.hpp>

#include "api/contract.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"

namespace porteur {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

std::string page() {
    std::ifstream file(PORTEUR_SOURCE_DIR "/docs/api.md");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::string permission_of(const Route& route) {
    const auto [access, right] = route.permission;
    switch (access) {
        case Access::nobody: return "nobody";
        case Access::open: return "everybody";
        case Access::loopback: return "everybody on this machine, else the system's own account";
        case Access::signed_in: return "whoever is known";
        case Access::by_right: return "`" + std::string(word_of(right)) + "`";
    }
    return {};
}

TEST(ApiPage, ListsEveryRouteWithItsRightAndWhatItDoes) {
    json::parse_options deep;
    deep.max_depth = 64;
    const auto contract = json::parse(std::string(openapi_json()), {}, deep);
    std::vector<std::string> expected;
    for (const auto& route : routes()) {
        if (route.path.starts_with("/v1/purchase-orders")) continue;
        std::string method(route.method);
        for (char& letter : method) letter = static_cast<char>(std::tolower(letter));
        const auto& operation = contract.at("paths").at(route.path).at(method);
        expected.push_back(
            "| `" + std::string(route.method) + " " + std::string(route.path) + "`" +
            (route.key == KeyWanted::required ? " *" : "") + " | " + permission_of(route) + " | " +
            std::string(operation.at("summary").as_string()) + " |"
        );
    }
    std::vector<std::string> listed;
    for (const auto& line : lines_of(page()))
        if (std::regex_search(line, std::regex("^\\| `(GET|POST|PATCH|PUT|DELETE) ")))
            listed.push_back(line);
    EXPECT_THAT(listed, ElementsAreArray(expected));
}

TEST(ApiPage, SaysThatPurchasesHaveTheRoutesOfPortsButForTheLetter) {
    EXPECT_THAT(page(), HasSubstr("under `/v1/purchase-orders`, but for `loa` and `packet`."));
    std::vector<std::string> ports, purchases;
    for (const auto& route : routes()) {
        std::string line(route.method);
        for (const auto& [start, list] :
             {std::pair{std::string_view("/v1/port-orders"), &ports},
              {std::string_view("/v1/purchase-orders"), &purchases}})
            if (route.path.starts_with(start))
                list->push_back(line + std::string(route.path.substr(start.size())));
    }
    // A purchase leaves no carrier, so nobody makes a packet or a letter for it.
    EXPECT_EQ(std::erase(ports, "GET/{id}/packet"), 1U);
    EXPECT_EQ(std::erase(ports, "POST/{id}/loa"), 1U);
    EXPECT_THAT(purchases, ElementsAreArray(ports));
}

/// The curl commands of the page, each on one line.
std::vector<std::string> calls() {
    const auto joined = std::regex_replace(page(), std::regex("\\\\\n +"), "");
    const std::regex call("^curl ((?:[^'\"\n]|'[^']*'|\"[^\"]*\")*)", std::regex::multiline);
    std::vector<std::string> found;
    for (std::sregex_iterator at(joined.begin(), joined.end(), call), end; at != end; ++at)
        found.push_back((*at)[1]);
    return found;
}

TEST(ApiPage, CallsOnlyWhatIsServedAndWithParametersThatAreKnown) {
    int count = 0;
    for (const auto& call : calls()) {
        std::smatch found;
        ASSERT_TRUE(std::regex_search(call, found, std::regex("\\$PORTEUR(/[^ \"?]*)(\\?[^ \"]*)?"))
        ) << call;
        std::smatch given;
        const bool has_body = std::regex_search(call, std::regex(" (-d|--data-binary) "));
        const auto method = std::regex_search(call, given, std::regex("X ?(POST|PATCH)"))
                                ? given[1].str()
                            : has_body ? "POST"
                                       : "GET";
        const auto match = match_route(method, found[1].str());
        ASSERT_NE(match.route, nullptr) << method << " " << found[1];
        if (match.route->key == KeyWanted::required)
            EXPECT_THAT(call, HasSubstr("Idempotency-Key")) << call;
        EXPECT_EQ(match.route->body != BodyWanted::none, has_body) << call;
        const std::string parameters = found[2];
        const std::regex name("[?&]([a-z_]+)=");
        for (std::sregex_iterator at(parameters.begin(), parameters.end(), name), end; at != end;
             ++at)
            EXPECT_THAT(
                " " + std::string(match.route->query) + " ", HasSubstr(" " + (*at)[1].str() + " ")
            ) << call;
        ++count;
    }
    EXPECT_GT(count, 12);
}

TEST(ApiPage, ShowsBodiesThatAreJson) {
    int count = 0;
    for (const auto& call : calls()) {
        std::smatch body;
        if (!std::regex_search(call, body, std::regex(" -d '([^']*)'"))) continue;
        boost::system::error_code wrong;
        json::parse(body[1].str(), wrong);
        EXPECT_FALSE(wrong) << body[1];
        ++count;
    }
    EXPECT_GT(count, 3);
}

TEST(ApiPage, ListsEveryProblem) {
    using namespace problems;
    const auto text = page();
    for (const auto& each :
         {bad_request,      invalid_input, key_missing, unauthenticated,     forbidden, not_found,
          wrong_method,     too_slow,      conflict,    under_way,           version,   too_large,
          uri_too_long,     media_type,    expectation, unsupported,         rejected,  key_reused,
          header_too_large, internal,      not_spoken,  carrier_credentials, in_doubt,  unavailable,
          throttled,        http_version})
        EXPECT_THAT(
            text,
            HasSubstr("| `" + std::string(each.word) + "` | " + std::to_string(each.status) + " |")
        );
}

}  // namespace
}  // namespace porteur
