// SPDX-License-Identifier: Apache-2.0
// A later porteurd takes over the store of this one, and this one goes on again with the backup that was taken before.
#include <csignal>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>

#include "../../unit/paper/pdf_maker.hpp"
#include "daemon_world.hpp"
#include "support/postgres_server.hpp"

namespace porteur::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

PostgresServer& server() {
    static PostgresServer made;
    return made;
}

class Upgrade : public DaemonWorld, public ::testing::WithParamInterface<const char*> {
protected:
    void SetUp() override {
        if (is_postgresql() && !server().trouble().empty()) GTEST_SKIP() << server().trouble();
        settings(fresh_store());
        account("acme", first, "settle = \"100ms\"");
        start();
    }
    bool is_postgresql() const { return GetParam() == std::string("postgresql"); }

    std::string fresh_store() {
        if (!is_postgresql()) return "sqlite:../data/porteur.db";
        const auto database = server().fresh_database("upgraded_" + std::to_string(++databases_));
        const auto field = [&](const std::string& key) {
            const auto at = database.find(key + "=") + key.size() + 1;
            return database.substr(at, database.find(' ', at) - at);
        };
        return "postgresql://" + field("user") + "@" + field("host") + ":" + field("port") + "/" + field("dbname");
    }
    void settings(const std::string& store, const std::string& more = "") {
        store_ = store;
        write("config/porteur.toml", "store = \"" + store + "\"\nkey = { file = \"../data/porteur.key\" }\n" + more +
                                         "[api]\nport = 0\n[documents]\nfolder = \"../data/documents\"\n[plugins]\nfolders = [\"../plugins\"]\n");
    }
    void stop() {
        kill(daemon.pid(), SIGTERM);
        ASSERT_TRUE(daemon.ended_within(std::chrono::seconds(30)));
        daemon.kill();
    }
    void go_on_with(const char* program) {
        daemon.kill();
        daemon = Program::serve({program, "--config", folder / "config"}, folder / "porteurd.log");
    }
    Ended run_as(const char* program, std::vector<std::string> words) {
        words.insert(words.begin(), {program, "--config", folder / "config"});
        std::ofstream(folder / "said");
        return run(words, folder / "said");
    }
    std::string said() const {
        std::ifstream in(folder / "said");
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::vector<fs::path> backups() const {
        std::vector<fs::path> out;
        std::error_code none;
        for (const auto& each : fs::directory_iterator(folder / "data/before-upgrade", none)) out.push_back(each.path());
        return out;
    }
    Ended check(const fs::path& backup, const char* program) {
        std::vector<std::string> words{"restore", backup, "--check"};
        if (is_postgresql()) words.insert(words.end(), {"--server", store_});
        return run_as(program, words);
    }
    bool waits(const std::string& order) {
        return soon([&] { return get("/v1/purchase-orders/" + order).at("delivery") == "retry_at"; });
    }
    void upload() {
        const auto reply = http(daemon.port(), "POST", "/v1/documents?type=loa&name=loa.pdf",
                                {"Authorization: Bearer " + token, "Content-Type: application/pdf", "Idempotency-Key: upload"}, paper::testing::one_page());
        ASSERT_TRUE(reply && reply->status == 201);
    }

    std::string store_;
    static inline int databases_ = 0;
};

TEST_P(Upgrade, TakesABackupFirstAndOpenOrdersGoOn) {
    first.remember();
    upload();
    const auto done = buy("done");
    ASSERT_TRUE(completes(done)) << log();
    const auto before = first.asked("POST /orders");
    first.hold();
    const auto open = buy("open");
    ASSERT_TRUE(soon([&] { return first.asked("POST /orders") == before + 1; })) << log();
    daemon.kill();  // its request has arrived, and the answer is not here
    first.let_go();

    go_on_with(PORTEUR_TEST_NEXT);
    ASSERT_EQ(backups().size(), 1u) << log();
    const auto backup = backups().front();
    EXPECT_THAT(backup.filename().string(), ::testing::MatchesRegex("before-[0-9.]+\\+next-from-[0-9]+-[0-9]{8}T[0-9]{6}Z"));
    EXPECT_THAT(log(), AllOf(HasSubstr("a backup was taken before it is brought to this one's form: " + backup.string()), HasSubstr("+next, has 1000)")));
    EXPECT_EQ(get("/v1/purchase-orders/" + done).at("state"), "completed");
    ASSERT_TRUE(completes(open)) << log();
    EXPECT_EQ(first.asked("POST /orders"), before + 1) << "it was looked up, and not bought again";

    // The backup is of before, whole, and opens in the porteurd that made the store.
    const auto checked = check(backup, PORTEUR_TEST_DAEMON);
    EXPECT_EQ(checked.status, 0) << checked.output;
    EXPECT_THAT(checked.output, AllOf(HasSubstr("2, of which 1 have an open operation"), HasSubstr("1, each opens and is what its name says")));

    // The next start has nothing to bring anywhere.
    stop();
    go_on_with(PORTEUR_TEST_NEXT);
    EXPECT_EQ(backups().size(), 1u);
}

TEST_P(Upgrade, IsGoneBackFromWithThatBackupAndNothingIsBoughtTwice) {
    first.remember();
    upload();
    first.throttle(3);
    const auto open = buy("open");
    ASSERT_TRUE(waits(open)) << log();
    stop();
    first.throttle(0);
    go_on_with(PORTEUR_TEST_NEXT);
    ASSERT_TRUE(completes(open)) << log();
    const auto bought = first.asked("POST /orders");
    stop();
    ASSERT_EQ(backups().size(), 1u);

    // The porteurd of before says what is wrong, whatever it is asked.
    for (const auto& words : std::vector<std::vector<std::string>>{{}, {"token", "list"}, {"init"}}) {
        EXPECT_EQ(run_as(PORTEUR_TEST_DAEMON, words).status, 1);
        EXPECT_THAT(said(), AllOf(HasSubstr("the store is of a newer porteurd ("), HasSubstr("+next\", migration 1000), and this one is "),
                                  HasSubstr("install the newer one again, or go back to the backup"), HasSubstr("docs/operating/upgrade.md")));
    }
    EXPECT_THAT(run_as(PORTEUR_TEST_DAEMON, {"doctor"}).output, HasSubstr("it is of a newer porteurd: migration 1000"));

    // As docs/operating/upgrade.md says.
    fs::create_directories(folder / "data/after-upgrade");
    for (const char* each : {"documents", "porteur.db", "porteur.db-wal", "porteur.db-shm"})
        if (fs::exists(folder / "data" / each)) fs::rename(folder / "data" / each, folder / "data/after-upgrade" / each);
    if (is_postgresql()) settings(fresh_store());
    const auto put_back = run_as(PORTEUR_TEST_DAEMON, {"restore", backups().front()});
    ASSERT_EQ(put_back.status, 0) << put_back.output << said();
    go_on_with(PORTEUR_TEST_DAEMON);
    ASSERT_TRUE(completes(open)) << log();
    EXPECT_EQ(first.asked("POST /orders"), bought) << "it was looked up, and not bought again";

    // And forward again, from the store that was put back.
    stop();
    go_on_with(PORTEUR_TEST_NEXT);
    EXPECT_EQ(get("/v1/purchase-orders/" + open).at("state"), "completed");
    EXPECT_EQ(backups().size(), 1u) << "of several tries at one upgrade the last stays";
}

TEST_P(Upgrade, IsRefusedWhereNoBackupCanBeTakenAndTheStoreIsAsItWas) {
    const auto order = buy("kept");
    ASSERT_TRUE(completes(order)) << log();
    stop();
    write("data/before-upgrade", "somebody's file\n");
    for (const auto& words : std::vector<std::vector<std::string>>{{}, {"token", "list"}, {"key", "show"}, {"key", "rotate"}}) {
        EXPECT_EQ(run_as(PORTEUR_TEST_NEXT, words).status, 1);
        EXPECT_THAT(said(), AllOf(HasSubstr("nothing of it was changed, as no backup of it could be taken first"), HasSubstr("before-upgrade"),
                                  HasSubstr("mend that and start porteurd again"), HasSubstr("backup_before_upgrade = false")));
    }
    go_on_with(PORTEUR_TEST_DAEMON);
    EXPECT_EQ(get("/v1/purchase-orders/" + order).at("state"), "completed") << "the former one opens it as ever";
}

TEST_P(Upgrade, TakesNoBackupWhereTheSettingsSaySo) {
    stop();
    settings(store_, "backup_before_upgrade = false\n");
    go_on_with(PORTEUR_TEST_NEXT);
    EXPECT_THAT(log(), HasSubstr("without a backup, as backup_before_upgrade says"));
    EXPECT_TRUE(backups().empty());
}

TEST_P(Upgrade, IsDoneByACommandTooAndKeepsTheBackupsOfTheLastThree) {
    stop();
    int hours_ago = 100;
    for (const char* each : {"elsewhere-0.0.1", "before-0.0.1-from-3-a", "before-0.0.2-from-5-b", "before-0.0.3-from-7-c"}) {
        fs::create_directories(folder / "data/before-upgrade" / each);
        const auto manifest = "data/before-upgrade/" + std::string(each) + "/manifest.json";
        write(manifest, "{}");
        fs::last_write_time(folder / manifest, fs::file_time_type::clock::now() - std::chrono::hours(hours_ago--));
    }
    fs::create_directories(folder / "data/before-upgrade/.before-0.0.4-from-9-d.partial-abc/documents");
    EXPECT_THAT(run_as(PORTEUR_TEST_NEXT, {"token", "list"}).output, HasSubstr("scenario"));
    EXPECT_THAT(said(), HasSubstr("a backup was taken before it is brought to this one's form"));
    std::vector<std::string> names;
    for (const auto& each : backups()) names.push_back(each.filename().string());
    EXPECT_THAT(names, ::testing::UnorderedElementsAre("before-0.0.2-from-5-b", "before-0.0.3-from-7-c", "elsewhere-0.0.1", HasSubstr("+next-from-")));
    go_on_with(PORTEUR_TEST_NEXT);
    EXPECT_EQ(backups().size(), 4u);
}

INSTANTIATE_TEST_SUITE_P(Both, Upgrade, ::testing::Values("sqlite", "postgresql"), [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace porteur::testing
