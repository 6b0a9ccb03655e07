// SPDX-License-Identifier: Apache-2.0
// porteurd doctor, on an installation that is well and on some that are not.
#include <sys/stat.h>

#include <gmock/gmock.h>

#include "daemon_world.hpp"

namespace porteur::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Doctor : public DaemonWorld {
protected:
    Doctor() {
        host_settings("level = \"info\"\n");
        account("acme", first);
        chmod((folder / "data").c_str(), 0700);
        output_of({PORTEUR_TEST_DAEMON, "--config", folder / "config", "init"});
    }
    json::value examined(int status) const {
        const auto ended = run({PORTEUR_TEST_DAEMON, "--config", folder / "config", "doctor", "--json"});
        EXPECT_EQ(ended.status, status) << ended.output;
        return json::parse(ended.output.empty() ? R"({"findings":[]})" : ended.output);
    }
    /// "fail: text -> mend" of each line about a thing.
    static std::string said_of(const json::value& found, std::string_view what) {
        std::string out;
        for (const auto& each : found.at("findings").as_array())
            if (each.at("what") == json::value(what))
                out += std::string(each.at("verdict").as_string()) + ": " + std::string(each.at("text").as_string()) + " -> " +
                       std::string(each.at("mend").as_string()) + "\n";
        return out;
    }
};

TEST_F(Doctor, FindsAWellOneWellWithoutADaemon) {
    const auto found = examined(0);
    EXPECT_EQ(found.at("failed"), json::value(false));
    for (const char* what : {"settings", "permissions", "carrier acme", "store", "disk", "versions", "plugin"})
        EXPECT_THAT(said_of(found, what), HasSubstr("ok: ")) << json::serialize(found);
    EXPECT_THAT(said_of(found, "carrier acme"), HasSubstr("without TLS"));
    EXPECT_EQ(first.asked("HEAD /"), 1u);
    for (const auto& asked : first.asked()) EXPECT_EQ(asked, "HEAD /") << "nothing else is asked of a carrier";
}

TEST_F(Doctor, SaysWhatIsWrongAndWhatMendsIt) {
    chmod((folder / "data").c_str(), 0755);
    write("config/carriers/gone.toml", "plugin = \"acme\"\nbase_url = \"http://127.0.0.1:1\"\n[secrets]\naccount_sid = { file = \"secrets/user\" }\n"
                                       "auth_token = { file = \"secrets/nothing\" }\n");
    const auto found = examined(1);
    EXPECT_THAT(said_of(found, "permissions"), AllOf(HasSubstr("warn: "), HasSubstr("-> chmod go-rwx")));
    EXPECT_THAT(said_of(found, "settings"), AllOf(HasSubstr("fail: "), HasSubstr("nothing")));
    EXPECT_THAT(said_of(found, "carrier gone"), AllOf(HasSubstr("fail: "), HasSubstr("does not answer")));
    EXPECT_THAT(said_of(found, "carrier acme"), HasSubstr("ok: "));

    write("config/porteur.toml", "store = 7\n");
    EXPECT_THAT(said_of(examined(1), "settings"), AllOf(HasSubstr("fail: "), HasSubstr("porteur.toml:1")));
}

}  // namespace
}  // namespace porteur::testing
