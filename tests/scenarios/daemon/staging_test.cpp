// SPDX-License-Identifier: Apache-2.0
// A changed build of a plugin under 500 open operations: it is tried, takes over, and the one before is
// retired. Of the operations some can go on with the new build and some cannot; every order is bought once.
#include <gmock/gmock.h>

#include <map>

#include "daemon_world.hpp"

namespace porteur::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t all = 500;
/// So many have had their event, and wait for a person, whom the new build would ask otherwise.
constexpr std::size_t asked_a_person = 100;

class Staging : public DaemonWorld {
protected:
    void begin(const std::string& isolation) {
        host_settings("level = \"info\"\n");
        account("acme", first, "rate = \"10000/s\"\nisolation = \"" + isolation + "\"", "patient");
        start();
    }
    /// The library of a plugin folder is replaced as a package does it: another file gets its name.
    void install_next() const {
        std::filesystem::copy_file(PORTEUR_TEST_PATIENT_NEXT, folder / "plugins/new");
        std::filesystem::rename(folder / "plugins/new", folder / "plugins/porteur-patient.so");
    }
    json::value plugin() const {
        for (const auto& each : get("/v1/plugins").at("items").as_array())
            if (each.at("plugin") == "patient") return each;
        return nullptr;
    }
    /// state -> open operations
    std::map<std::string, std::int64_t> builds() const {
        std::map<std::string, std::int64_t> out;
        for (const auto& each : plugin().at("builds").as_array())
            out[std::string(each.at("state").as_string())] = each.at("open_operations").as_int64();
        return out;
    }
    std::string build_in(std::string_view state) const {
        for (const auto& each : plugin().at("builds").as_array())
            if (each.at("state") == json::value(json::string(state))) return std::string(each.at("build").as_string());
        return {};
    }
    HttpReply post(const std::string& target, const json::value& body = nullptr) const { return ask("POST", target, "", body); }
    /// Each ends one wait, the oldest.
    void tell(std::size_t count) {
        for (std::size_t at = 0; at < count; ++at) {
            const json::object event{{"account", "acme"}, {"source", "webhook"}, {"keys", {{"ticket", "A-1"}}}, {"body", "invoice"}};
            ASSERT_EQ(ask("POST", "/v1/events/inbound", "event-" + std::to_string(++told_), event).status, 202);
        }
    }
    std::string cli(std::vector<std::string> words) const {
        words.insert(words.begin(), PORTEUR_TEST_CLI);
        words.insert(words.end(), {"--url", "http://127.0.0.1:" + std::to_string(daemon.port()), "--token-file", (folder / "token").string()});
        return output_of(words);
    }
    std::size_t waiting_for_a_person() const {
        const auto metrics = ask("GET", "/metrics").body;
        std::size_t found = 0;
        for (std::size_t at = metrics.find("porteur_orders{"); at != metrics.npos; at = metrics.find("porteur_orders{", at + 1)) {
            const auto text = metrics.substr(at, metrics.find('\n', at) - at);
            if (text.find("waiting_for_person") != text.npos) found += std::stoul(text.substr(text.rfind(' ')));
        }
        return found;
    }

private:
    int told_ = 0;
};

TEST_F(Staging, OfAChangedBuildUnder500OpenOperationsLosesNoneAndDoublesNone) {
    begin("process");
    std::vector<std::string> orders;
    for (std::size_t at = 0; at < all; ++at) orders.push_back(buy("r-" + std::to_string(at)));
    ASSERT_TRUE(soon([&] { return builds()["active"] == static_cast<std::int64_t>(all); })) << log();
    ASSERT_TRUE(soon([&] { return first.asked("POST /orders") == 3 * all; })) << log();
    tell(asked_a_person);
    ASSERT_TRUE(soon([&] { return waiting_for_a_person() == asked_a_person; })) << log();

    // Nothing else lies in the folder yet.
    EXPECT_EQ(post("/v1/plugins/patient/stage").status, 409);
    install_next();
    const auto staged = post("/v1/plugins/patient/stage");
    ASSERT_EQ(staged.status, 200) << staged.body << log();
    const auto report = json::parse(staged.body);
    // Those whose reference ends with a 7 bought otherwise: 50, ten of them among the first hundred.
    EXPECT_EQ(report.at("operations"), (json::value{{"continue", 360}, {"not_tried", 0}, {"open", 500}, {"stay", 140}})) << staged.body;
    ASSERT_EQ(report.at("departures").as_array().size(), 2U) << staged.body;
    EXPECT_EQ(report.at("departures").at(0).at("step"), "check");
    EXPECT_EQ(report.at("departures").at(0).at("operations"), 90);
    EXPECT_EQ(report.at("departures").at(1).at("step"), "buy-2");
    EXPECT_EQ(report.at("departures").at(1).at("operations"), 50);
    EXPECT_EQ(first.asked("POST /orders"), 3 * all) << "a trial performs nothing";
    std::printf("staged: 500 operations open, 360 continue on 1.1.0, 140 stay on 1.0.0 (90 differ at check, 50 at buy-2)\n");

    EXPECT_EQ(post("/v1/plugins/patient/activate", json::object{{"build", std::string(64, '0')}}).status, 409);
    const auto activated = post("/v1/plugins/patient/activate", json::object{{"build", build_in("staged")}});
    ASSERT_EQ(activated.status, 200) << activated.body;
    EXPECT_EQ(post("/v1/plugins/patient/retire", json::object{{"build", build_in("draining")}}).status, 409) << "operations stand with it";

    // The first half goes on in this process; then the daemon is killed, and the rest in another.
    tell(150);
    ASSERT_TRUE(soon([&] { return waiting_for_a_person() == asked_a_person + 150; })) << log();
    start_again();
    tell(all - asked_a_person - 150);
    ASSERT_TRUE(soon([&] { return waiting_for_a_person() == all; })) << log();
    const auto open = builds();
    EXPECT_EQ(open.at("active"), 360);
    EXPECT_EQ(open.at("draining"), 140);

    for (const auto& order : orders) {
        const auto answered = ask("POST", "/v1/purchase-orders/" + order + "/answer", "answer-" + order, json::object{{"choice", "right"}, {"text", "paid"}});
        ASSERT_EQ(answered.status, 200) << answered.body;
    }
    std::size_t taken_over = 0, completed = 0;
    for (const auto& order : orders) {
        completed += completes(order);
        const auto lines = ask("GET", "/v1/purchase-orders/" + order + "/timeline").body;
        taken_over += lines.find("build_changed") != lines.npos;
    }
    EXPECT_EQ(completed, all) << "none is lost";
    EXPECT_EQ(taken_over, 360U);
    EXPECT_EQ(first.asked("POST /orders"), 3 * all) << "none is doubled";
    std::printf("ended: %zu of 500 orders completed, %zu of them on the new build; %zu purchases at the carrier, 3 each\n", completed, taken_over,
                first.asked("POST /orders"));

    // Nothing stands with the first build any more.
    const auto before = build_in("draining");
    ASSERT_FALSE(before.empty());
    EXPECT_TRUE(std::filesystem::exists(folder / "data/plugins" / (before + ".so")));
    const auto retired = post("/v1/plugins/patient/retire", json::object{{"build", before}});
    EXPECT_EQ(retired.status, 200) << retired.body;
    EXPECT_FALSE(std::filesystem::exists(folder / "data/plugins" / (before + ".so")));
    EXPECT_EQ(builds().size(), 1U);
}

TEST_F(Staging, IsWhatTheCommandLineSays) {
    begin("none");
    write("token", token + "\n");
    const auto order = buy("r-7");
    ASSERT_TRUE(soon([&] { return builds()["active"] == 1; })) << log();
    install_next();
    const auto staged = cli({"plugin", "stage", "patient"});
    EXPECT_THAT(staged, HasSubstr("1 operations are open: 0 continue on the new build, 1 stay"));
    EXPECT_THAT(staged, HasSubstr("1 differ at step \"buy-2\"; orders " + order));
    EXPECT_THAT(staged, HasSubstr("porteur plugin activate patient"));
    EXPECT_THAT(cli({"plugin", "list"}), HasSubstr("staged"));
    EXPECT_THAT(cli({"plugin", "activate", "patient"}), HasSubstr("draining"));
    tell(1);
    ASSERT_TRUE(soon([&] { return waiting_for_a_person() == 1; })) << log();
    EXPECT_EQ(get("/v1/tasks").at("items").at(0).at("text"), "It came with invoice.") << "the build before it asks";
    EXPECT_EQ(ask("POST", "/v1/purchase-orders/" + order + "/answer", "answer", json::object{{"choice", "right"}, {"text", "paid"}}).status, 200);
    ASSERT_TRUE(completes(order)) << log();
    const auto retired = cli({"plugin", "retire", "patient"});
    EXPECT_THAT(retired, HasSubstr("1.1.0"));
    EXPECT_THAT(retired, ::testing::Not(HasSubstr("1.0.0")));
    // The next order begins on the new build.
    buy("r-8");
    tell(1);
    ASSERT_TRUE(soon([&] { return waiting_for_a_person() == 1; })) << log();
    EXPECT_EQ(get("/v1/tasks").at("items").at(0).at("text"), "The carrier sent invoice.");
}

TEST_F(Staging, OfALibraryThatIsNoneSaysWhyAndChangesNothing) {
    begin("process");
    write("plugins/porteur-patient.so", "no library");
    const auto staged = post("/v1/plugins/patient/stage");
    EXPECT_EQ(staged.status, 422) << staged.body;
    EXPECT_THAT(staged.body, HasSubstr("porteur-patient.so: check"));
    EXPECT_EQ(post("/v1/plugins/nobody/stage").status, 404);
    const auto order = buy("r-1");
    EXPECT_TRUE(soon([&] { return builds()["active"] == 1; })) << log();
}

}  // namespace
}  // namespace porteur::testing
