// SPDX-License-Identifier: Apache-2.0
#include "plugins/in_daemon_runner.hpp"

#include <optional>

#include <boost/unordered/unordered_flat_map.hpp>

#include "plugins/canonical_check.hpp"
#include "plugins/plugin_calls.hpp"
#include "plugins/runner_errors.hpp"
#include "plugins/turn_check.hpp"

namespace porteur {
namespace {

constexpr std::size_t log_line_size_max_bytes = 4096;

class InDaemonRunner final : public PluginRunner {
public:
    InDaemonRunner(CheckedLibrary library, InDaemonOptions options)
        : library_(std::move(library)),
          options_(std::move(options)),
          face_([this](int level, std::string_view, std::string_view json) {
              if (options_.log)
                  options_.log(
                      level, library_.descriptor.id, plain_text(json, log_line_size_max_bytes)
                  );
          }) {}

    Checked<void> load() {
        auto plugin = load_library(library_.copy, expectation_of(library_.descriptor), face_);
        if (!plugin) return std::unexpected(std::move(plugin).error());
        calls_.emplace(*plugin, face_.abi(), options_.turn_size_max_bytes);
        return {};
    }

    boost::asio::awaitable<Result<void>> ready() override { co_return Result<void>{}; }

    boost::asio::awaitable<Result<Turn>> begin(
        std::uint64_t op, std::string operation, std::string input
    ) override {
        const auto* spec = find_named(library_.descriptor.operations, operation);
        if (spec == nullptr) co_return no_such_operation(library_.descriptor.id, operation);
        if (!ops_.try_emplace(op, spec->pure).second)
            co_return number_in_use(library_.descriptor.id, op);
        co_return checked(op, calls_->begin(op, operation, input));
    }

    boost::asio::awaitable<Result<Turn>> step(std::uint64_t op, std::vector<Completion> done)
        override {
        const auto found = ops_.find(op);
        if (found == ops_.end()) co_return not_under_way(library_.descriptor.id, op);
        found->second.delivered(done.size());
        outcomes_.clear();
        for (const auto& each : done)
            outcomes_.push_back(
                {each.seq, static_cast<std::int32_t>(each.kind), each.head, each.body}
            );
        co_return checked(op, calls_->step(op, outcomes_));
    }

    boost::asio::awaitable<Result<Turn>> cancel(std::uint64_t op, std::string why) override {
        const auto found = ops_.find(op);
        if (found == ops_.end()) co_return not_under_way(library_.descriptor.id, op);
        found->second.cancelled();
        co_return checked(op, calls_->cancel(op, why));
    }

    void end(std::uint64_t op) override {
        calls_->end(op);
        ops_.erase(op);
    }

    const Descriptor& descriptor() const override { return library_.descriptor; }
    const std::string& build() const override { return library_.build; }
    RunnerStats stats() const override {
        return {.steps = steps_, .restarts = 0, .last_death = {}};
    }
    void on_death(std::function<void(const PluginDeath&)>) override {}

private:
    Result<Turn> checked(std::uint64_t op, Result<Turn>&& turn) {
        ++steps_;
        if (!turn) {
            turn = broke_contract(library_.descriptor.id, turn.error().message);
        } else if (auto fits = ops_.find(op)->second.check(*turn); !fits) {
            turn = broke_contract(library_.descriptor.id, fits.error().message);
            calls_->end(op);
        }
        return std::move(turn);
    }

    CheckedLibrary library_;
    InDaemonOptions options_;
    HostFace face_;
    std::optional<PluginCalls> calls_;
    boost::unordered_flat_map<std::uint64_t, TurnSequence> ops_;
    std::vector<PluginCalls::Outcome> outcomes_;
    std::uint64_t steps_ = 0;
};

}  // namespace

Checked<std::unique_ptr<PluginRunner>> make_in_daemon_runner(
    CheckedLibrary library, InDaemonOptions options
) {
    auto runner = std::make_unique<InDaemonRunner>(std::move(library), std::move(options));
    if (auto loaded = runner->load(); !loaded) return std::unexpected(std::move(loaded).error());
    return runner;
}

}  // namespace porteur
