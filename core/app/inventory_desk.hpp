// SPDX-License-Identifier: Apache-2.0
#pragma once

// The inventory as the API sees it: whose numbers a caller is shown and may change, and the jobs that
// change many of them one after another on a thread of their own.

#include <atomic>
#include <filesystem>
#include <map>
#include <set>

#include <boost/asio/thread_pool.hpp>

#include "api/number_services.hpp"
#include "app/waiting_room.hpp"
#include "domain/tenant_tree.hpp"
#include "inventory/inventory_list.hpp"
#include "inventory/job_runner.hpp"
#include "store/job_book.hpp"

namespace porteur {

/// @threads any
class InventoryDesk final : public NumberServices {
public:
    struct Parts {
        Store& store;
        const TenantsNow& tenants;
        std::function<Instant()> now;
        std::function<std::set<std::string, std::less<>>()> accounts;  ///< names of the carrier accounts
        std::filesystem::path spool;                        ///< a folder where a file waits to be read
        std::filesystem::path font_folder = {};  ///< of lists as PDF
        WaitingRoom::Limits waiting = {};
        ReleaseDoor door = {};
        std::int64_t bad_rows_max = 200'000;  ///< refused or repeated ones of a file, before it fails
    };
    explicit InventoryDesk(Parts parts);
    ~InventoryDesk() override { stop(); }
    /// Reads what is known of all numbers, and ends jobs that the last daemon did not. Once, before anything
    /// else. @errors as the store
    Result<void> start();
    /// Has every job end after the piece that it is at, and those that wait not begin: each tells why.
    void cut_off();
    /// The same, and waits for it.
    void stop();
    /// Takes away what was told row by row of jobs that ended before an instant, and what was there before
    /// them: they can be taken back no more. A few at a time, on the caller's thread.
    /// @return whether there are more @errors unavailable
    Result<bool> tidy(Instant before);
    /// What else changes numbers does it there.
    Inventory& inventory() { return inventory_; }

    const NumberDirectory& directory() const noexcept { return directory_; }
    /// Once, before the first request. @param syncs  outlives the requests
    void serve(NumberSyncServices& syncs) noexcept { syncs_ = &syncs; }
    NumberSyncServices& syncs() override { return *syncs_; }

    bool is_customer(const Caller& caller) const override { return parts_.tenants.tree()->customer_of(caller.tenant).has_value(); }
    Async<Result<NumbersShown>> list(Caller caller, InventoryQuery query) override;
    /// The same, on the caller's thread.
    Result<NumbersShown> numbers(const Caller& caller, InventoryQuery query);
    Result<std::optional<NumberShown>> number(const Caller& caller, NumberKey key) override;
    Result<std::optional<std::vector<NumberEvent>>> history(const Caller& caller, NumberKey key, int limit) override;
    Result<NumberFacets> facets(const Caller& caller, std::int64_t tenant) override;
    Result<void> each_number(const Caller& caller, NumberChoice choice, const NumberReading& reading) override;
    PaperNeeds paper() const override;

    Async<Result<NumberJob>> change(
        Caller caller, NumberSelection selection, NumberWish wish, bool dry_run, std::string request, std::optional<AnswerKept<NumberJob>> kept
    ) override;
    Async<Result<NumberJob>> add(
        Caller caller, std::vector<NumberGiven> numbers, bool dry_run, std::string request, std::optional<AnswerKept<NumberJob>> kept
    ) override;
    Result<std::unique_ptr<ImportUpload>> begin_import(const Caller& caller, ImportWish wish) override;
    Async<Result<NumberJob>> undo(Caller caller, Id job, std::optional<AnswerKept<NumberJob>> kept) override;
    Result<NumberJob> cancel(const Caller& caller, Id job) override;
    Result<std::optional<NumberJob>> job(const Caller& caller, Id job) override;
    Result<std::vector<NumberJob>> jobs(const Caller& caller, Id before, int limit) override;
    Result<std::optional<std::vector<JobResult>>> job_results(const Caller& caller, Id job, std::int64_t after, int limit) override;
    Async<Result<CallsTaken>> take_calls(Caller caller, std::vector<CallSeen> calls) override;

private:
    class Upload;
    using Work = std::function<void(JobUnderWay&)>;

    /// Restricts a filter to what the caller may see, or to an account of it.
    Result<void> restrict(const Caller& caller, const TenantTree& tree, NumberFilter& filter) const;
    /// Whether the caller has the right in the account, or the error that says why not.
    static Result<void> check_right(const Caller& caller, const TenantTree& tree, Right right, std::int64_t tenant);
    /// Keeps the job and gives it to the thread of jobs. @errors unavailable
    /// @param place  held until the job is through
    Result<NumberJob> begin(
        const Caller& caller, NumberJob job, const std::optional<AnswerKept<NumberJob>>& kept, std::shared_ptr<WaitingRoom::Place> place, Work work
    );
    /// The place of one that holds so many bytes. @errors as the room
    Result<std::shared_ptr<WaitingRoom::Place>> place_for(const Caller& caller, std::size_t bytes);
    NumberJob new_job(const Caller& caller, std::string kind, bool dry_run, std::string request) const;
    void import_file(JobUnderWay& under_way, int file, const ImportWish& wish, const JobScope& scope);
    /// A number that a file or a person gives, as the inventory keeps it. @errors invalid_input: a sentence
    using Names = std::set<std::string, std::less<>>;
    static Result<void> place(NumberForm& form, const Caller& caller, const TenantTree& tree, const Names& accounts);
    Result<CallsTaken> taken(const Caller& caller, const std::vector<CallSeen>& calls);
    std::vector<std::int64_t> accounts_seen(const Caller& caller) const;
    static JobScope scope_of(const Caller& caller) { return {.tenant = caller.tenant, .role = caller.role, .by = caller.token_name}; }
    Result<void> each_chosen(const Caller& caller, const TenantTree& tree, NumberChoice choice, const NumberReading& reading) const;

    Parts parts_;
    NumberSyncServices* syncs_ = nullptr;
    std::unique_ptr<NumberBook> book_;
    NumberDirectory directory_;
    InventoryList list_;
    JobBook job_book_;
    Inventory inventory_;
    JobRunner runner_;
    std::mutex under_way_mutex_;
    std::map<Id, std::shared_ptr<std::atomic<JobSignal>>> under_way_;
    WaitingRoom waiting_;
    std::atomic<bool> stopping_ = false;
    boost::asio::thread_pool reads_{3};   ///< what would hold up the API's only thread
    boost::asio::thread_pool writes_{1};  ///< what a request waits for
    boost::asio::thread_pool jobs_{1};    ///< what goes on by itself
};

}  // namespace porteur
