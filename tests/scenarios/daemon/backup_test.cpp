// SPDX-License-Identifier: Apache-2.0
// A backup of a running porteurd: taken, looked at, put back in another place, and gone on with there.
#include <fstream>
#include <iterator>
#include <map>

#include <gmock/gmock.h>

#include "../../unit/paper/pdf_maker.hpp"
#include "daemon_world.hpp"

namespace porteur::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

std::string bytes_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::map<std::string, std::string> everything_in(const fs::path& folder) {
    std::map<std::string, std::string> out;
    for (const auto& each : fs::recursive_directory_iterator(folder))
        if (each.is_regular_file()) out[each.path().lexically_relative(folder).string()] = bytes_of(each.path());
    return out;
}

class Backup : public DaemonWorld {
protected:
    Backup() {
        host_settings("level = \"info\"\n");
        account("acme", first, "settle = \"100ms\"");
        start();
    }

    Ended run_daemon(const std::vector<std::string>& words, const fs::path& config) const {
        std::vector<std::string> all{PORTEUR_TEST_DAEMON, "--config", config};
        all.insert(all.end(), words.begin(), words.end());
        return run(all, folder / "said");
    }
    Ended porteurd(const std::vector<std::string>& words) const { return run_daemon(words, folder / "config"); }
    std::string said() const { return bytes_of(folder / "said"); }

    void back_up() const {
        const auto made = porteurd({"backup", backup, "--json"});
        ASSERT_EQ(made.status, 0) << said();
    }
    json::value checked(int status, const std::vector<std::string>& more = {}) const {
        std::vector<std::string> words{"restore", backup, "--check", "--json"};
        words.insert(words.end(), more.begin(), more.end());
        const auto found = porteurd(words);
        EXPECT_EQ(found.status, status) << found.output << said();
        return json::parse(found.output.empty() ? "{}" : found.output);
    }
    /// What the check says of a thing: "fail: text".
    static std::string said_of(const json::value& found, std::string_view what) {
        std::string out;
        for (const auto& each : found.at("findings").as_array())
            if (each.at("what") == json::value(what))
                out += std::string(each.at("verdict").as_string()) + ": " + std::string(each.at("text").as_string()) + "\n";
        return out;
    }
    /// Another root: the same settings and key, and nothing else.
    fs::path other_root() const {
        const auto root = folder / "elsewhere";
        fs::create_directories(root / "data");
        fs::copy(folder / "config", root / "config", fs::copy_options::recursive);
        fs::copy(folder / "plugins", root / "plugins", fs::copy_options::recursive);
        fs::copy_file(folder / "data/porteur.key", root / "data/porteur.key");
        return root;
    }
    /// The porteurd of before dies, and one goes on elsewhere with the backup.
    void go_on_elsewhere() {
        daemon.kill();
        const auto root = other_root();
        const auto put_back = run_daemon({"restore", backup}, root / "config");
        ASSERT_EQ(put_back.status, 0) << said();
        EXPECT_THAT(put_back.output, AllOf(HasSubstr("never runs again"), HasSubstr("unknown here")));
        daemon = Program::serve({PORTEUR_TEST_DAEMON, "--config", root / "config"}, folder / "porteurd.log");
    }
    std::string upload(const std::string& pdf) const {
        const auto reply = http(daemon.port(), "POST", "/v1/documents?type=loa&name=loa.pdf",
                                {"Authorization: Bearer " + token, "Content-Type: application/pdf", "Idempotency-Key: upload"}, pdf);
        EXPECT_TRUE(reply && reply->status == 201);
        return reply && reply->status == 201 ? std::string(json::parse(reply->body).at("id").as_string()) : "";
    }

    const fs::path backup = folder / "backup";
};

TEST_F(Backup, HoldsWhatIsThereAndNoKey) {
    const auto pdf = paper::testing::one_page();
    const auto document = upload(pdf);
    const auto order = buy("kept");
    ASSERT_TRUE(completes(order)) << log();
    back_up();

    using fs::perms;
    EXPECT_EQ(fs::status(backup).permissions(), perms(0700));
    for (const auto& each : fs::recursive_directory_iterator(backup))
        EXPECT_EQ(each.status().permissions(), each.is_directory() ? perms(0700) : perms(0600)) << each.path();
    auto key = bytes_of(folder / "data/porteur.key");
    key.erase(key.find_last_not_of("\r\n") + 1);
    ASSERT_EQ(key.size(), 64u);
    for (const auto& [name, bytes] : everything_in(backup))
        EXPECT_THAT(bytes, AllOf(Not(HasSubstr(key)), Not(HasSubstr("acme-secret")), Not(HasSubstr(token)))) << name;
    for (const auto& each : fs::directory_iterator(folder)) EXPECT_THAT(each.path().filename(), Not(HasSubstr("partial")));

    const auto before = everything_in(backup);
    EXPECT_EQ(checked(0).at("failed"), json::value(false));
    EXPECT_EQ(everything_in(backup), before) << "a look changes nothing";

    go_on_elsewhere();
    EXPECT_EQ(get("/v1/purchase-orders/" + order).at("state"), "completed");
    EXPECT_EQ(ask("GET", "/v1/documents/" + document + "/content").body, pdf);
    const auto audit = output_of({PORTEUR_TEST_DAEMON, "--config", folder / "elsewhere/config", "audit", "export"});
    EXPECT_THAT(audit, HasSubstr("store.restored"));
}

TEST_F(Backup, WhatWasBoughtAfterItIsFoundAndNotBoughtAgain) {
    first.remember();
    first.throttle(7);
    const auto order = buy("later");
    ASSERT_TRUE(soon([&] { return get("/v1/purchase-orders/" + order).at("delivery") == "retry_at"; })) << log();
    back_up();
    first.throttle(0);
    ASSERT_TRUE(completes(order)) << log();
    const auto bought = first.asked("POST /orders");

    go_on_elsewhere();
    ASSERT_TRUE(completes(order)) << log() << json::serialize(get("/v1/purchase-orders/" + order));
    EXPECT_EQ(first.asked("POST /orders"), bought);
    EXPECT_GE(first.asked("GET /orders"), 1u);
}

TEST_F(Backup, WhatIsNotFoundWaitsForAPersonWhoLetsItGo) {
    first.throttle(7);
    const auto order = buy("later");
    const auto path = "/v1/purchase-orders/" + order;
    ASSERT_TRUE(soon([&] { return get(path).at("delivery") == "retry_at"; })) << log();
    back_up();
    first.throttle(0);
    const auto before = first.asked("POST /orders");

    go_on_elsewhere();
    ASSERT_TRUE(soon([&] { return get(path).at("delivery") == "in_doubt" && get(path).at("due").is_null(); })) << log();
    EXPECT_THAT(std::string(get(path).at("problem").as_string()), HasSubstr("put back from a backup"));
    EXPECT_EQ(first.asked("POST /orders"), before) << "nothing leaves by itself";
    EXPECT_EQ(first.asked("GET /orders"), 1u) << "it was looked up";
    EXPECT_EQ(ask("POST", path + "/settle", "again", json::object{{"verdict", "tried_again"}}).status, 409)
        << "to try again says nothing of what the carrier has";
    EXPECT_EQ(ask("POST", path + "/settle", "go", json::object{{"verdict", "not_carried_out"}}).status, 200);
    ASSERT_TRUE(completes(order)) << log() << json::serialize(get(path));
    EXPECT_EQ(first.asked("POST /orders"), before + 1);

    const auto fresh = buy("new");
    ASSERT_TRUE(completes(fresh)) << "an order of after the restore is as any other: " << log();
    EXPECT_EQ(first.asked("POST /orders"), before + 2);
}

TEST_F(Backup, NeedsTheKeyOfItsTimeWhenTheKeyWasChangedUnderTheRunningPorteurd) {
    const auto pdf = paper::testing::one_page();
    const auto document = upload(pdf);
    const auto order = buy("before");
    ASSERT_TRUE(completes(order)) << log();
    back_up();
    const auto standing = [&] { return json::parse(porteurd({"key", "show", "--json"}).output); };
    const std::string old(standing().at("wanted").as_string());

    const auto changed = porteurd({"key", "rotate"});
    ASSERT_EQ(changed.status, 0) << changed.output << said();
    EXPECT_THAT(changed.output, AllOf(HasSubstr("need key " + old), HasSubstr("1 documents")));
    EXPECT_THAT(log(), HasSubstr("from now on"));
    EXPECT_EQ(standing().at("wanted"), standing().at("here"));
    EXPECT_NE(standing().at("wanted"), json::string(old));
    const auto later = buy("after");
    ASSERT_TRUE(completes(later)) << log();
    const auto reads_all = [&] {
        EXPECT_EQ(get("/v1/purchase-orders/" + order).at("state"), "completed");
        EXPECT_EQ(get("/v1/purchase-orders/" + later).at("state"), "completed");
        EXPECT_EQ(ask("GET", "/v1/documents/" + document + "/content").body, pdf);
    };
    reads_all();
    start_again();
    reads_all();

    EXPECT_THAT(said_of(checked(1), "key"), AllOf(HasSubstr("fail: "), HasSubstr("sealed with key " + old)));
    EXPECT_EQ(checked(0, {"--key", folder / ("data/porteur.key.before-" + old)}).at("failed"), json::value(false));
    fs::remove_all(backup);
    back_up();
    EXPECT_EQ(checked(0).at("failed"), json::value(false));
}

TEST_F(Backup, IsNotPutBackBelowARunningPorteurd) {
    back_up();
    EXPECT_EQ(porteurd({"restore", backup}).status, 1);
    EXPECT_THAT(said(), HasSubstr("a porteurd holds this store: stop it first"));
}

TEST_F(Backup, ThatIsDamagedIsRefusedWithAClearWord) {
    upload(paper::testing::one_page());
    buy("kept");
    back_up();
    const auto whole = everything_in(backup);
    ASSERT_EQ(whole.size(), 3u) << "manifest, store, one document";
    for (const auto& [name, bytes] : whole) {
        auto flipped = bytes;
        flipped[flipped.size() / 2] ^= 1;
        std::ofstream(backup / name, std::ios::binary) << flipped;
        const auto found = checked(1);
        EXPECT_THAT(json::serialize(found), name == "manifest.json" ? HasSubstr("manifest") : HasSubstr("damaged")) << name;
        const auto root = other_root();
        const auto refused = run_daemon({"restore", backup}, root / "config");
        EXPECT_EQ(refused.status, 1) << name;
        EXPECT_THAT(said(), HasSubstr("nothing was put back")) << name;
        EXPECT_FALSE(fs::exists(root / "data/porteur.db")) << name;
        fs::remove_all(root);
        std::ofstream(backup / name, std::ios::binary) << bytes;
    }
    EXPECT_EQ(checked(0).at("failed"), json::value(false)) << "it is whole again";

    const auto* document = &whole.begin()->first;
    ASSERT_THAT(*document, HasSubstr("documents/"));
    fs::rename(backup / *document, folder / "taken-away");
    EXPECT_THAT(said_of(checked(1), "files"), AllOf(HasSubstr("missing"), HasSubstr(*document)));
    fs::rename(folder / "taken-away", backup / *document);

    // Each manifest whose JSON is sound and whose words are others.
    auto lying = whole.at("manifest.json");
    const auto at = lying.find("\"taken_at\":1");
    ASSERT_NE(at, lying.npos);
    lying[at + 11] = '2';
    std::ofstream(backup / "manifest.json", std::ios::binary) << lying;
    EXPECT_THAT(said_of(checked(1), "manifest"), HasSubstr("was changed since it was written"));
    std::ofstream(backup / "manifest.json", std::ios::binary) << whole.at("manifest.json");

    write("other.key", std::string(64, 'a') + "\n");
    EXPECT_THAT(said_of(checked(1, {"--key", folder / "other.key"}), "key"), HasSubstr("another key"));
}

TEST_F(Backup, IsPutBackOnlyWhereNothingIs) {
    upload(paper::testing::one_page());
    back_up();
    EXPECT_EQ(porteurd({"backup", backup}).status, 1) << "it is there already";
    daemon.kill();
    EXPECT_EQ(porteurd({"restore", backup}).status, 1);
    EXPECT_THAT(said(), HasSubstr("is there already; a backup is put back only where nothing is"));
    const auto root = other_root();
    fs::create_directories(root / "data/documents");
    std::ofstream(root / "data/documents/other") << "x";
    EXPECT_EQ(run_daemon({"restore", backup}, root / "config").status, 1);
    EXPECT_FALSE(fs::exists(root / "data/porteur.db"));
}

}  // namespace
}  // namespace porteur::testing
