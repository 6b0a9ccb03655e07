// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <map>

#include "api/number_services.hpp"
#include "fake_syncs.hpp"

namespace porteur::testing {

/// The inventory as the API sees it, in memory: all of it is tenant 1's.
class FakeNumbers final : public NumberServices {
public:
    std::map<NumberKey, NumberShown> held;
    std::map<NumberKey, std::vector<NumberEvent>> events;
    InventoryQuery last_query;
    std::optional<Error> refuse;
    FakeSyncs compared;

    NumberSyncServices& syncs() override { return compared; }
    bool caller_is_customer = false;
    bool is_customer(const Caller&) const override { return caller_is_customer; }
    Async<Result<NumbersShown>> list(Caller caller, InventoryQuery query) override {
        last_query = std::move(query);
        if (refuse) co_return std::unexpected(*refuse);
        NumbersShown out;
        if (caller.tenant == 1)
            for (const auto& [key, each] : held) out.numbers.push_back(each);
        out.total = InventoryTotal{static_cast<std::int64_t>(out.numbers.size()), true};
        co_return out;
    }
    Result<std::optional<NumberShown>> number(const Caller& caller, NumberKey key) override {
        const auto found = held.find(key);
        if (found == held.end() || caller.tenant != 1) return std::nullopt;
        return found->second;
    }
    Result<std::optional<std::vector<NumberEvent>>> history(const Caller& caller, NumberKey key, int) override {
        if (!held.contains(key) || caller.tenant != 1) return std::nullopt;
        return std::optional(events[key]);
    }
    NumberChoice last_choice;  ///< of an export; read once it was answered
    int repeats = 1;           ///< how often each number stands in an export
    int break_after = -1;      ///< so many numbers of an export can be read
    std::atomic<int> read_in_all{0};
    std::filesystem::path font_folder = "/usr/share/fonts/truetype/dejavu";
    std::function<void()> on_pause = [] {};  ///< called on the export's thread

    Result<void> each_number(const Caller& caller, NumberChoice choice, const NumberReading& reading) override {
        last_choice = std::move(choice);
        if (refuse) return std::unexpected(*refuse);
        if (caller.tenant != 1) return {};
        int count = 0;
        for (int round = 0; round < repeats; ++round)
            for (const auto& [key, each] : held) {
                if (count == break_after) return failure(ErrorKind::unavailable, "the store went away");
                const NumberRead read{
                    .key = key, .used_by = each.row.used_by, .features = each.row.features, .tags = each.row.tags,
                    .custom = each.row.custom, .cost = each.row.cost, .order = each.row.order, .first_call = each.row.first_call,
                    .shared = &each.shared, .company = each.company_name, .var = each.var_name
                };
                ++read_in_all;
                if (!reading.take(read)) return {};
                if (++count % 1000 != 0) continue;
                on_pause();
                if (!reading.pause()) return {};
            }
        return {};
    }
    PaperNeeds paper() const override { return {.font_folder = font_folder, .now = Instant{std::chrono::milliseconds{1'790'000'000'123}}}; }
    Result<NumberFacets> facets(const Caller&, std::int64_t) override {
        if (refuse) return std::unexpected(*refuse);
        return NumberFacets{{"state", {{"in_service", 2}}}, {"use_type", {{"", 1}, {"user", 1}}}};
    }

    NumberSelection last_selection;
    NumberWish last_wish;
    std::vector<NumberGiven> last_given;
    ImportWish last_import;
    std::string import_bytes;
    std::vector<CallSeen> last_calls;
    NumberJob made{.id = 5, .tenant = 1, .by = "desk", .kind = "assign", .state = JobState::running, .dry_run = false, .request = "{}",
                   .total = 2, .done = 1, .changed = 1, .same = 0, .refused = 0, .undoes = 0, .undone_by = 0, .can_undo = false, .problem = {},
                   .began = Instant{}, .ended = {}};

    Async<Result<NumberJob>> change(
        Caller, NumberSelection selection, NumberWish wish, bool dry_run, std::string, std::optional<AnswerKept<NumberJob>>
    ) override {
        last_selection = std::move(selection);
        last_wish = std::move(wish);
        made.dry_run = dry_run;
        co_return refuse ? Result<NumberJob>(std::unexpected(*refuse)) : made;
    }
    Async<Result<NumberJob>> add(Caller, std::vector<NumberGiven> numbers, bool, std::string, std::optional<AnswerKept<NumberJob>>) override {
        last_given = std::move(numbers);
        co_return refuse ? Result<NumberJob>(std::unexpected(*refuse)) : made;
    }
    Result<std::unique_ptr<ImportUpload>> begin_import(const Caller&, ImportWish wish) override {
        last_import = std::move(wish);
        return std::make_unique<Upload>(*this);
    }
    Async<Result<NumberJob>> undo(Caller, Id, std::optional<AnswerKept<NumberJob>>) override {
        co_return refuse ? Result<NumberJob>(std::unexpected(*refuse)) : made;
    }
    Result<NumberJob> cancel(const Caller&, Id) override { return made; }
    Result<std::optional<NumberJob>> job(const Caller& caller, Id id) override {
        return caller.tenant == 1 && id == made.id ? std::optional(made) : std::nullopt;
    }
    Result<std::vector<NumberJob>> jobs(const Caller& caller, Id, int) override {
        return caller.tenant == 1 ? std::vector{made} : std::vector<NumberJob>();
    }
    Result<std::optional<std::vector<JobResult>>> job_results(const Caller& caller, Id id, std::int64_t, int) override {
        if (caller.tenant != 1 || id != made.id) return std::nullopt;
        return std::optional(std::vector{
            JobResult{.job = id, .seq = 1, .row = 7, .column = "A (Number)", .number = "x", .outcome = "refused", .problem = "no number"}
        });
    }
    Async<Result<CallsTaken>> take_calls(Caller, std::vector<CallSeen> calls) override {
        last_calls = std::move(calls);
        co_return CallsTaken{.first = 1, .known = 0, .unknown = 0};
    }

private:
    class Upload final : public ImportUpload {
    public:
        explicit Upload(FakeNumbers& numbers) : numbers_(numbers) { numbers_.import_bytes.clear(); }
        Result<void> append(std::string_view bytes) override {
            numbers_.import_bytes += bytes;
            return {};
        }
        Async<Result<NumberJob>> finish(std::optional<AnswerKept<NumberJob>>) override { co_return numbers_.made; }

    private:
        FakeNumbers& numbers_;
    };
};

}  // namespace porteur::testing
