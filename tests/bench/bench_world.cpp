// SPDX-License-Identifier: Apache-2.0
#include "bench_world.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include <porteur/json.hpp>
#include <porteur/model.hpp>

#include "app/keys.hpp"
#include "app/logging.hpp"

namespace porteur::bench {
namespace {

Settings settings_of(const HostSettings& given) {
    ::setenv("PORTEUR_BENCH_SECRET", "bench", 1);
    Settings settings;
    settings.documents.folder = given.folder / "documents";
    settings.store.path = given.folder / "porteur.db";
    settings.plugins.folders = {std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path() / "plugins"};
    AccountSettings account;
    account.name = "acme";
    account.where = "bench";
    account.plugin = "acme";
    account.base_url = "http://127.0.0.1:" + std::to_string(given.carrier_port);
    account.isolation = given.isolation;
    // Nothing but the host's own work is to be waited for.
    account.rate = Rate{1'000'000, std::chrono::seconds(1)};
    account.check_interval = std::chrono::milliseconds(0);
    account.mail_to = {"desk@carrier.example"};
    const SecretRef secret{SecretRef::Source::env, "PORTEUR_BENCH_SECRET", "bench", {}};
    account.secrets = {{"account_sid", secret}, {"auth_token", secret}};
    settings.accounts.push_back(std::move(account));
    return settings;
}

paper::DocumentFolder documents_of(const Settings& settings, const MasterKey& key) {
    auto folder = paper::DocumentFolder::open(settings.documents.folder, DocumentKeys(key).get());
    if (!folder) stop(folder.error().message);
    return std::move(*folder);
}

}  // namespace

Host::Host(const HostSettings& given)
    : settings_(settings_of(given)), key_(std::string(MasterKey::size, 'k')), seal_(Sealing(key_)),
      documents_(documents_of(settings_, key_)), accounts_(io_.get_executor(), settings_) {
    start_logging({.level = LogLevel::warning});
    auto store = Store::open({.address = given.store, .holder = "bench"}, seal_,
                             [this](std::function<void()> run) { boost::asio::post(io_, std::move(run)); });
    if (!store) stop(store.error().message);
    store_ = std::move(*store);
    accounts_.load();
    if (!accounts_.account("acme")) stop("the account acme was left out; its reason stands above");
    engine_store_ = std::make_unique<StoreForEngine>(*store_);
    http_ = std::make_unique<HttpPerformer>(*store_, documents_, clock_);
    mail_ = std::make_unique<MailPerformer>(*store_, documents_, clock_, chance_, given.mail, ReplyKey{});
    performer_ = std::make_unique<Performer>(*http_, *mail_);
    watched_ = std::make_unique<WatchedPerformer>(*performer_);
    engine_ = std::make_unique<Engine>(io_.get_executor(), *engine_store_, accounts_, *watched_, clock_, chance_);
}

std::string purchase_request(int number) {
    // Whoever orders has made the text; only the number in it is another each time.
    static constexpr std::string_view number_of_first = "0000000";
    static const auto first = [] {
        const auto text = R"({"country":"CA","numbers":["+1416)" + std::string(number_of_first) +
                          R"("],"end_user":{"kind":"business","name":"Société Générale de Tests"}})";
        auto order = from_text<PurchaseOrder>(text);
        if (!order) stop("the order cannot be read: " + order.error().message);
        return to_brief_text(*order);
    }();
    static const auto at = first.find("+1416" + std::string(number_of_first)) + 5;
    char digits[16];
    std::snprintf(digits, sizeof digits, "%07d", number % 10'000'000);
    auto made = first;
    made.replace(at, number_of_first.size(), digits);
    return made;
}

std::string in_child(const std::function<void(FILE*)>& work) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) stop("no pipe to the child");
    const auto child = ::fork();
    if (child < 0) stop("no process for the measurement");
    if (child == 0) {
        ::close(ends[0]);
        FILE* out = ::fdopen(ends[1], "w");
        work(out);
        std::fflush(out);
        // As a killed daemon ends: what is under way is not wound up, the store has the truth.
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string said;
    char bytes[4096];
    for (ssize_t got; (got = ::read(ends[0], bytes, sizeof bytes)) > 0;) said.append(bytes, static_cast<std::size_t>(got));
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (status != 0) stop("the measurement's process failed");
    return said;
}

}  // namespace porteur::bench
