// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the API needs, from the engine (on its own thread), the store (on the caller's), the plugins and
// the documents folder.

#include <map>
#include <mutex>
#include <set>

#include "api/services.hpp"
#include "app/accounts.hpp"
#include "app/documents.hpp"
#include "app/doubt_watch.hpp"
#include "app/mail_intake.hpp"
#include "domain/document_rules.hpp"
#include "engine/engine.hpp"

namespace porteur {

/// A picture of what lives on the engine's thread, renewed every second.
struct HostSnapshot {
    CarrierList carriers;
    std::vector<std::string> sellers;
    EngineCounters engine;
    std::uint64_t process_ends = 0;  ///< of plugins
    std::vector<std::string> findings;
    /// By account: the contact on its orders, for those that name none.
    std::map<std::string, std::string> contacts;
};

class InventoryDesk;
class Outward;
class PeopleDesk;
class PluginDesk;

class HostServices : public ApiServices {
public:
    struct Parts {
        boost::asio::any_io_executor engine_thread;
        Engine& engine;
        ConfiguredAccounts& accounts;
        EffectPerformer& performer;
        Store& store;
        DocumentDesk& papers;
        Clock& clock;
        Chance& chance;
        MailDesk& desk;
        const MailIntake& intake;
        Outward& outward;
        InventoryDesk& numbers;
        PeopleDesk& people;
        PluginDesk& plugins;
        DocumentAges ages;  ///< of the settings
    };
    explicit HostServices(Parts parts) : parts_(std::move(parts)) {}

    /// Renews the picture. @threads the engine's
    void take_snapshot();
    /// Wakes all subscriptions. @threads any
    void wake();

    Result<std::optional<Caller>> authenticate(std::string_view bearer_token) override;
    Async<Result<Order>> create(Caller, NewOrder, std::optional<IdempotencyRequest>) override;
    Async<Result<Order>> submit(Caller, Id, std::optional<std::int64_t>, SendAs, std::optional<IdempotencyRequest>) override;
    Async<Result<Order>> cancel(Caller, Id, std::optional<std::int64_t>, std::optional<IdempotencyRequest>) override;
    Async<Result<Order>> amend(Caller, Id, Amendment, std::optional<IdempotencyRequest>) override;
    Async<Result<Order>> settle(Caller, Id, PersonVerdict, std::string, std::optional<IdempotencyRequest>) override;
    Async<Result<Order>> answer(Caller, Id, std::string, std::string, std::optional<IdempotencyRequest>) override;
    Async<Result<Order>> comment(Caller, Id, std::string, bool, std::optional<IdempotencyRequest>) override;
    Async<Result<Id>> deliver(Caller, InboundEvent, std::optional<EventIdempotency>) override;
    Result<std::vector<OpenTask>> tasks(const Caller&, int limit) override;
    Result<std::optional<Order>> order(const Caller&, Id) override;
    Result<std::vector<Order>> parts(const Caller&, Id) override;
    Result<std::vector<Order>> orders(const Caller&, const OrderQuery&) override;
    Result<std::vector<TimelineEntry>> timeline(const Caller&, Id) override;
    Result<std::vector<Operation>> operations(const Caller&, Id) override;
    Async<Result<Explanation>> explanation(Caller, Id) override;
    Result<std::vector<TimelineEntry>> entries_after(const Caller&, Id, int) override;
    Result<Id> newest_entry(const Caller&) override;
    std::unique_ptr<Subscription> subscribe(const Caller&, std::function<void()>) override;
    Result<std::optional<IdempotencyRecord>> remembered(const Caller&, const std::string&) override;
    CarrierList carriers() override;
    std::vector<std::string> sellers() override;
    Async<Result<std::string>> ask(Caller, std::string, std::string, std::string, std::chrono::milliseconds) override;
    Result<std::unique_ptr<DocumentUpload>> begin_upload(const Caller&, DocumentClaim) override;
    Result<std::optional<StoredDocument>> document(const Caller&, const std::string&) override;
    Async<Result<DocumentContent>> document_content(Caller, std::string) override;
    Async<Result<LetterMade>> make_letter(Caller, Id, LetterWish, std::optional<LetterIdempotency>) override;
    Result<std::vector<InboxMail>> mails(const Caller&, const MailQuery&) override;
    Result<std::optional<MailShown>> mail(const Caller&, Id) override;
    Async<Result<InboxMail>> assign_mail(Caller, Id, Id, bool, std::optional<MailIdempotency>) override;
    Async<Result<InboxMail>> dismiss_mail(Caller, Id, std::optional<MailIdempotency>) override;
    OutwardServices& outward() override;
    NumberServices& numbers() override;
    PeopleServices& people() override;
    PluginServices& plugins() override;
    HealthReport health() override;
    std::string metrics() override;

private:
    friend class HostSubscription;
    Result<Explanation> explained(const Caller& caller, Id id);
    HostSnapshot snapshot() const;
    /// An order's request with what its accounts say where it says nothing: the losing carrier's name, the
    /// contact.
    std::string filled_in(const NewOrder& wanted) const;
    /// What does not stand against an order that is sent, for its timeline.
    struct Warning {
        bool of_plugin = false;  ///< else of a document's age
        std::string text;
        std::string data = "{}";
    };
    static void add_warnings(std::vector<TimelineEntry>& entries, const Order& order, const std::vector<Warning>& warnings, Instant now);
    /// Asks the plugins' own `validate`, where they have one; a blocking problem is an Error.
    /// @param may_split  numbers that may not share a request are not its problem: they travel in parts
    /// @return           the problems that do not block
    Async<Result<std::vector<Warning>>> validated(Caller caller, std::string account, std::string losing, std::string request, bool may_split);
    /// Both: what the plugins find and how old the documents are. @return warnings, for the timeline
    Async<Result<std::vector<Warning>>> fit_to_send(Caller caller, std::string account, std::string losing, std::string request,
                                                    bool may_split);
    /// Whether the account's plugin has the operation, as of the last picture. @threads any
    bool offers(std::string_view account, std::string_view operation) const;
    /// What the rules ask about the accounts, as of the last picture. @threads any
    Known known_by_picture() const;
    /// Asks how old the carriers take documents, where there are any with a date. A document that is too
    /// old is an Error. @return warnings, for the timeline
    Async<Result<std::vector<std::string>>> documents_fit(Caller caller, std::string account, std::string losing, std::string request);
    Async<Result<std::string>> ask_on_engine(std::string account, std::string operation, std::string input,
                                             std::chrono::milliseconds deadline);
    Async<Result<Order>> changed(Caller caller, Id id, std::optional<std::int64_t> if_version,
                                 std::optional<IdempotencyRequest> idempotency,
                                 std::function<Result<OrderChange>(const Order&)> change, OrderWish wish = {});

    Parts parts_;
    mutable std::mutex mutex_;
    HostSnapshot snapshot_;
    std::mutex listeners_mutex_;
    std::map<std::uint64_t, std::shared_ptr<std::function<void()>>> listeners_;
    std::uint64_t last_listener_ = 0;
    DoubtWatch doubts_;
};

}  // namespace porteur
