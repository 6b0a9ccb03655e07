// SPDX-License-Identifier: Apache-2.0
#include "small_host.hpp"

#include <fstream>
#include <stdexcept>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "app/admin.hpp"
#include "app/http_performer.hpp"
#include "app/keys.hpp"
#include "app/system_world.hpp"
#include "chain.hpp"

namespace porteur::testing {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

template <class T>
T value_of(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

fs::path write(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
    fs::permissions(file, fs::perms(0600));
    return file;
}

Settings settings_in(
    const fs::path& folder, const std::string& plugin_file, std::string account,
    const std::map<std::string, std::string>& secrets
) {
    fs::create_directories(folder / "plugins");
    fs::copy_file(plugin_file, folder / "plugins" / fs::path(plugin_file).filename());
    write(
        folder / "porteur.toml",
        "store = \"sqlite:data/porteur.db\"\nkey = { file = \"data/porteur.key\" }\n"
        "[documents]\nfolder = \"data/documents\"\n"
        "[plugins]\nfolders = [\"plugins\"]\nisolation = \"none\"\n"
    );
    account += "[secrets]\n";
    for (const auto& [name, value] : secrets) {
        write(folder / "secrets" / name, value + "\n");
        account += name + " = { file = \"secrets/" + name + "\" }\n";
    }
    write(folder / "carriers/carrier.toml", account);
    auto settings = value_of(load_settings(folder));
    value_of(init(settings));
    return settings;
}

}  // namespace

struct SmallHost::Parts {
    explicit Parts(Settings given)
        : settings(std::move(given)),
          key(value_of(master_key_of(settings))),
          seal(Sealing(key)),
          documents(value_of(paper::DocumentFolder::open(settings.documents.folder, DocumentKeys(key).get()))),
          store(value_of(Store::open(
              {.address = value_of(store_address(settings)), .holder = "small host"}, seal,
              [this](std::function<void()> run) { asio::post(io, std::move(run)); }
          ))),
          accounts(io.get_executor(), settings) {
        accounts.load();
        if (accounts.all().empty())
            throw std::runtime_error(
                accounts.findings().empty() ? "no account" : accounts.findings().front()
            );
    }

    Async<Completion> perform(
        const std::shared_ptr<const AccountView> view, const std::string operation,
        const Effect effect
    ) {
        Completion completion{effect.seq, ErrorKind::none, "{}", {}};
        if (effect.kind == EffectKind::now) {
            completion.head = R"({"at":")" +
                              rfc3339(std::chrono::floor<std::chrono::seconds>(clock.now())) +
                              R"("})";
        } else if (effect.kind == EffectKind::manual) {
            completion.head = canonical(json::object{{"choice", task_choice}, {"text", task_text}});
        } else if (effect.kind == EffectKind::http) {
            EffectContext context;
            context.order = 1;
            context.operation = last_op;
            context.account = "carrier";
            context.operation_name = operation;
            context.reference = "small-host";
            context.intent_at = clock.now();
            context.view = view;
            completion = (co_await http.perform(std::move(context), effect)).completion;
            completion.seq = effect.seq;
        } else if (effect.kind != EffectKind::progress && effect.kind != EffectKind::sleep) {
            throw std::runtime_error("the small host performs no such effect: " + effect.step);
        }
        co_return completion;
    }

    Async<Result<std::string>> run(const std::string operation, const std::string input) {
        const auto view = accounts.find("carrier");
        operations_judged(view->descriptor->id).insert(operation);
        auto& runner = *view->runner;
        const Id op = ++last_op;
        auto turn = co_await runner.begin(
            op, operation, "{\"input\":" + input + ",\"settings\":" + view->settings + "}"
        );
        while (turn && turn->state == Turn::State::waiting) {
            std::vector<Completion> done;
            for (const auto& effect : turn->effects)
                done.push_back(co_await perform(view, operation, effect));
            turn = co_await runner.step(op, std::move(done));
        }
        runner.end(op);
        if (!turn) co_return std::unexpected(turn.error());
        if (turn->state == Turn::State::failed) co_return std::unexpected(turn->error);
        co_return turn->output;
    }

    Settings settings;
    MasterKey key;
    StoreSeal seal;
    asio::io_context io{1};
    paper::DocumentFolder documents;
    std::unique_ptr<Store> store;
    ConfiguredAccounts accounts;
    SystemClock clock{io.get_executor()};
    HttpPerformer http{*store, documents, clock};
    Id last_op = 0;
    std::string task_choice = "done", task_text;
};

SmallHost::SmallHost(
    fs::path folder, const std::string& plugin_file, const std::string& account,
    const std::map<std::string, std::string>& secrets
)
    : parts_(std::make_unique<Parts>(settings_in(folder, plugin_file, account, secrets))) {}

SmallHost::~SmallHost() = default;

void SmallHost::answer_tasks(std::string choice, std::string text) {
    parts_->task_choice = std::move(choice);
    parts_->task_text = std::move(text);
}

Result<std::string> SmallHost::try_run(const std::string& operation, const json::value& input) {
    auto outcome =
        asio::co_spawn(parts_->io, parts_->run(operation, canonical(input)), asio::use_future);
    parts_->io.restart();
    while (outcome.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
        if (parts_->io.run_one() == 0) break;
    return outcome.get();
}

json::value SmallHost::run(const std::string& operation, const json::value& input) {
    const auto result = try_run(operation, input);
    if (result) return json::parse(*result);
    ADD_FAILURE() << operation << ": " << result.error().message;
    return {};
}

}  // namespace porteur::testing
