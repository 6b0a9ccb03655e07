// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

using namespace std::chrono_literals;

constexpr auto numbers = "/api/v2/routing/sms/phonenumbers";
constexpr auto first = "/api/v2/routing/sms/phonenumbers/n-1";

const Plugin& genesys() {
    static const Plugin plugin = Plugin::linked();
    return plugin;
}
Script release(const char* list = R"({"numbers":["+13175550101"]})") {
    Script script(genesys(), "release_numbers", list);
    script.expects_http("GET", numbers)
        .named("inventory")
        .answers_file(200, "inventory-active.json");
    script.expects_http("DELETE", first).named("release").once().without_body();
    return script;
}

TEST(ReleaseNumbers, GivesANumberBack) {
    auto script = release();
    script.answers(202).ends_with(
        R"({"numbers":[{"number":"+13175550101","state":"cancel_pending"}]})"
    );
    EXPECT_EQ(cut_everywhere(script), 3u);
}

TEST(ReleaseNumbers, TakesANumberThatIsGoneForGivenBack) {
    release().answers(404, "{}").ends_with(R"({"numbers":[{"state":"cancelled"}]})");
    Script(genesys(), "release_numbers", R"({"numbers":["+13175550101"]})")
        .expects_http("GET", numbers)
        .answers_file(200, "inventory-none.json")
        .ends_with(R"({"numbers":[{"state":"cancelled","reason":"NUMBER_NOT_ON_ACCOUNT"}]})");
}

TEST(ReleaseNumbers, TellsWhyANumberStaysAndGoesOnWithTheNext) {
    for (const auto& [status, name, code] :
         {std::tuple{400, "error-flow.json", "recipient.has.flow"},
          std::tuple{409, "error-in-progress.json", "provisioning.action.in.progress"}}) {
        auto script = release(R"({"numbers":["+13175550101","+13175550102"]})");
        script.answers_file(status, name);
        script.expects_http("GET", numbers)
            .named("inventory-2")
            .answers_file(200, "inventory-second-active.json");
        script.expects_http("DELETE", "/api/v2/routing/sms/phonenumbers/n-2")
            .named("release-2")
            .answers(202);
        script.ends_with(canonical(json::object{
            {"numbers",
             json::array{
                 json::object{
                     {"state", "exception"}, {"reason", "CANNOT_CHANGE_NOW"}, {"carrier_word", code}
                 },
                 json::object{{"state", "cancel_pending"}}
             }}
        }));
        cut_everywhere(script);
    }
}

TEST(ReleaseNumbers, LooksWhatBecameOfALostAnswer) {
    const std::pair<const char*, const char*> rows[] = {
        {"inventory-none.json", "cancelled"},
        {"inventory-deleting.json", "cancel_pending"},
        {"inventory-active.json", "exception"}
    };
    for (const auto& [name, state] : rows) {
        auto script = release();
        script.in_doubt()
            .expects_http("GET", numbers)
            .named("find")
            .looking_up("release")
            .answers_file(200, name);
        script.ends_with(
            canonical(json::object{{"numbers", json::array{json::object{{"state", state}}}}})
        );
        cut_everywhere(script);
    }
}

TEST(ReleaseNumbers, StaysInDoubtWhenNobodyCanTell) {
    auto script = release();
    script.in_doubt()
        .expects_http("GET", numbers)
        .fails(ErrorKind::unavailable)
        .fails_with(ErrorKind::in_doubt);
    auto server = release();
    server.answers_file(500, "error-server.json").expects_sleep(30s).is_done();
    server.expects_http("GET", numbers)
        .looking_up("release")
        .answers_file(200, "inventory-none.json")
        .ends_with(R"({"numbers":[{"state":"cancelled"}]})");
}

TEST(ReleaseNumbers, StopsWithoutThePermission) {
    release().answers_file(403, "error-permission.json").fails_with(ErrorKind::unauthorized);
}

}  // namespace
}  // namespace porteur::testkit
