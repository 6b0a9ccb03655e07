// SPDX-License-Identifier: Apache-2.0
// A port away from RingCentral to a carrier without a plugin: RingCentral is asked as its API file
// has it, everything else is a task for a person.
#include <gmock/gmock.h>

#include "../support/daemon_host.hpp"
#include "chain.hpp"
#include "small_host.hpp"

namespace porteur::testing {
namespace {

namespace fs = std::filesystem;

using ::testing::Contains;
using ::testing::HasSubstr;

/// Where the data file lies for an account in config/carriers below the folder.
void copy_data_file(const fs::path& config) {
    fs::create_directories(config / "data");
    fs::copy_file(
        fs::path(PORTEUR_SOURCE_DIR) / "config/data/other_carriers.toml",
        config / "data/other_carriers.toml"
    );
}

/// An order until it waits for somebody to do something.
class OrderByHand {
public:
    OrderByHand(const DaemonHost& host, std::string id) : host_(host), id_(std::move(id)) {}

    /// Waits for the next task. @return it, as `porteur tasks` shows it; null if none came
    json::value task() const {
        const auto ended = host_.porteur({"port", "watch", id_, "--timeout", "50s"});
        EXPECT_EQ(ended.status, 7) << ended.output << host_.errors();
        const auto tasks = host_.told({"tasks"});
        const auto& all = tasks.is_object() ? tasks.at("items").as_array() : tasks.as_array();
        EXPECT_EQ(all.size(), 1u);
        return all.empty() ? json::value() : all.front();
    }
    void answer(const std::string& choice, const std::string& text = {}) const {
        Words words{"port", "answer", id_, choice};
        if (!text.empty()) words.insert(words.end(), {"--text", text});
        host_.told(words);
    }
    json::value shown() const { return host_.told({"port", "show", id_}); }

private:
    const DaemonHost& host_;
    std::string id_;
};

TEST(OtherCarrier, TellsWhatTheShippedDataFileSays) {
    const Folder folder;
    copy_data_file(folder.path);
    SmallHost host(
        folder.path, plugin_file("other"),
        "plugin = \"other\"\n[settings]\ncarrier = \"openphone\"\n", {}
    );
    const auto check = host.run("check_account", json::object{});
    EXPECT_EQ(check.at("identity"), "OpenPhone");
    EXPECT_TRUE(check.at("problems").as_array().empty()) << json::serialize(check);
    EXPECT_GE(host.run("requirements", json::object{}).at("items").as_array().size(), 7u);
}

TEST(OtherCarrier, TakesNumbersInThatLeaveRingCentralEachStepByAPerson) {
    if (const auto why = why_left_out(ringcentral())) GTEST_SKIP() << *why;
    Chain from(ringcentral());
    DaemonHost host;
    host.account(
        "ringcentral", "ringcentral", ringcentral_account(from.url()), ringcentral_secrets
    );
    host.account(
        "openphone", "other", "plugin = \"other\"\n", {},
        "[settings]\ncarrier = \"openphone\"\ncheck_every = \"1s\"\n"
    );
    copy_data_file(host.folder().path / "config");
    host.start();

    const auto made = host.told(
        {"port",
         "create",
         "--account",
         "openphone",
         "--losing-account",
         "ringcentral",
         "--losing-carrier",
         "RingCentral",
         "--reference",
         "by-hand",
         "--number",
         "+14165550101",
         "--remaining",
         "+14165550100",
         "--account-number",
         "4165550100",
         "--pin-file",
         host.folder().write("pin", "135790\n"),
         "--end-user",
         "Acme Inc",
         "--house-number",
         "1",
         "--street",
         "King St W",
         "--city",
         "Toronto",
         "--region",
         "ON",
         "--postal-code",
         "M5V1A1",
         "--address-country",
         "CA",
         "--invoice",
         host.folder().paper("statement.pdf"),
         "--invoice-issued-on",
         today(),
         "--submit"}
    );
    const OrderByHand order(host, std::string(made.at("id").as_string()));

    const auto packet = order.task();
    EXPECT_EQ(packet.at("title"), "Hand order by-hand in at OpenPhone");
    EXPECT_THAT(std::string(packet.at("text").as_string()), HasSubstr("+14165550101"));
    EXPECT_THAT(std::string(packet.at("text").as_string()), ::testing::Not(HasSubstr("135790")));
    order.answer("submitted", "OP-4711");

    EXPECT_THAT(std::string(order.task().at("text").as_string()), HasSubstr("OP-4711"));
    order.answer("nothing_new");
    EXPECT_EQ(order.task().at("step"), "next-step");
    EXPECT_EQ(order.shown().at("state"), "submitted");
    order.answer("completed");

    const auto ended =
        host.porteur({"port", "watch", std::string(made.at("id").as_string()), "--timeout", "50s"});
    EXPECT_EQ(ended.status, 0) << ended.output << host.errors();
    EXPECT_EQ(order.shown().at("state"), "completed");
    const auto asked_for = host.told({"requirements", "openphone"});
    EXPECT_THAT(json::serialize(asked_for), HasSubstr("workspace_role"));
    EXPECT_THAT(from.judge(), Contains("GET /restapi/v1.0/account/~/phone-number"));
}

}  // namespace
}  // namespace porteur::testing
