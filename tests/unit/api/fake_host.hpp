// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>

#include <boost/asio/thread_pool.hpp>

#include "api/services.hpp"
#include "fake_numbers.hpp"
#include "fake_outward.hpp"
#include "fake_people.hpp"
#include "fake_plugins.hpp"

namespace porteur::testing {

/// The rest of the host as the API sees it, in memory. Changes happen on a thread of its own, as
/// they do in the daemon. Public members are set before the server starts, or are safe to touch at
/// any time.
class FakeHost final : public ApiServices {
public:
    ~FakeHost() override { thread_.join(); }

    static constexpr std::string_view operator_token = "prt_operator";
    static constexpr std::string_view reader_token = "prt_reader";
    static constexpr std::string_view foreign_token = "prt_foreign";  ///< an operator of tenant 2
    /// One that the store cannot look up now.
    static constexpr std::string_view unreadable = "prt_unreadable";

    /// Called on a thread of the host before a change is made.
    std::function<void()> before_change = [] {};
    /// Answers ask(); called on a thread of the host.
    std::function<
        Result<std::string>(std::string account, std::string operation, std::string input)>
        on_ask = [](auto, auto, auto) {
            return failure(ErrorKind::unsupported, "acme: has no such operation");
        };
    /// Given instead of carrying a change out.
    std::optional<Error> refuse_change;
    bool ready = true;
    std::string metrics_text = "# TYPE porteur_orders gauge\nporteur_orders 3\n";
    std::function<void()> on_carriers = [] {};  ///< may throw
    std::vector<std::string> seller_accounts{"shop-1", "shop-2"};

    std::atomic<int> created{0}, changed{0}, uploads_begun{0}, uploads_stored{0};
    std::atomic<int> listeners{0};
    std::atomic<std::size_t> upload_bytes{0};

    /// Puts an order there as it is, and wakes nobody.
    void put(Order order);
    Order get(Id id);
    NewOrder last_new_order();
    Amendment last_amendment();
    std::pair<PersonVerdict, std::string> last_verdict();
    std::pair<std::string, std::string> last_answer();
    SendAs last_sent_as();
    InboundEvent last_event();
    /// The bytes of every document.
    std::string content_of_documents = "%PDF-1.7 x";
    LetterWish last_letter;             ///< read once it was answered
    std::optional<Error> refuse_letter;
    std::vector<OpenTask> open_tasks;  ///< of tenant 1
    DocumentClaim last_claim();
    FakeOutward outgoing;  ///< touched between requests only
    FakeNumbers inventory;
    FakePeople who;
    FakePlugins builds;
    /// Adds an entry for tenant 1 and wakes whoever listens. @return its id
    Id add_entry(std::string kind, std::int64_t tenant = 1);
    void revoke(std::string_view token);
    Id next_id();

    Result<std::optional<Caller>> authenticate(std::string_view token) override;
    Async<Result<Order>> create(Caller, NewOrder, std::optional<IdempotencyRequest>) override;
    Async<Result<Order>>
        submit(Caller, Id, std::optional<std::int64_t>, SendAs, std::optional<IdempotencyRequest>) override;
    Async<Result<Order>>
        cancel(Caller, Id, std::optional<std::int64_t>, std::optional<IdempotencyRequest>) override;
    Async<Result<Order>> amend(Caller, Id, Amendment, std::optional<IdempotencyRequest>) override;
    Async<Result<Order>>
        settle(Caller, Id, PersonVerdict, std::string, std::optional<IdempotencyRequest>) override;
    Async<Result<Order>>
        answer(Caller, Id, std::string, std::string, std::optional<IdempotencyRequest>) override;
    Async<Result<Order>> comment(Caller, Id, std::string, bool, std::optional<IdempotencyRequest>) override;
    Async<Result<Id>> deliver(Caller, InboundEvent, std::optional<EventIdempotency>) override;
    Result<std::vector<OpenTask>> tasks(const Caller&, int) override;
    Result<std::optional<Order>> order(const Caller&, Id) override;
    Result<std::vector<Order>> parts(const Caller&, Id) override;
    Result<std::vector<Order>> orders(const Caller&, const OrderQuery&) override;
    Result<std::vector<TimelineEntry>> timeline(const Caller&, Id) override;
    Result<std::vector<Operation>> operations(const Caller&, Id) override;
    Result<std::vector<TimelineEntry>> entries_after(const Caller&, Id, int) override;
    Result<Id> newest_entry(const Caller&) override;
    std::unique_ptr<Subscription> subscribe(const Caller&, std::function<void()>) override;
    Result<std::optional<IdempotencyRecord>> remembered(const Caller&, const std::string&) override;
    CarrierList carriers() override;
    std::vector<std::string> sellers() override;
    Async<Result<std::string>> ask(
        Caller, std::string, std::string, std::string, std::chrono::milliseconds
    ) override;
    Result<std::unique_ptr<DocumentUpload>> begin_upload(const Caller&, DocumentClaim) override;
    Result<std::optional<StoredDocument>> document(const Caller&, const std::string&) override;
    Async<Result<DocumentContent>> document_content(Caller, std::string) override;
    Async<Result<LetterMade>> make_letter(Caller, Id, LetterWish, std::optional<LetterIdempotency>)
        override;
    Result<std::vector<InboxMail>> mails(const Caller&, const MailQuery&) override;
    Result<std::optional<MailShown>> mail(const Caller&, Id) override;
    Async<Result<InboxMail>> assign_mail(Caller, Id, Id, bool, std::optional<MailIdempotency>) override;
    Async<Result<InboxMail>> dismiss_mail(Caller, Id, std::optional<MailIdempotency>) override;
    OutwardServices& outward() override { return outgoing; }
    NumberServices& numbers() override { return inventory; }
    PeopleServices& people() override { return who; }
    PluginServices& plugins() override { return builds; }
    HealthReport health() override;
    std::string metrics() override;

    /// Puts a mail there as it is.
    void put(InboxMail mail);
    InboxMail get_mail(Id id);

private:
    Result<InboxMail> change_mail(
        const Caller& caller, Id id, const std::function<void(InboxMail&)>& how,
        const std::optional<MailIdempotency>& idempotency
    );
    class Upload;
    class Listener;
    using Change = std::function<Result<void>(Order&)>;

    Async<Result<Order>> change(
        Caller caller, Id id, std::optional<std::int64_t> version, Change how,
        std::optional<IdempotencyRequest> idempotency
    );
    Result<Order> change_now(
        const Caller& caller, Id id, std::optional<std::int64_t> version, const Change& how,
        const std::optional<IdempotencyRequest>& idempotency
    );
    Result<Order> create_now(
        const Caller& caller, NewOrder order, const std::optional<IdempotencyRequest>& idempotency
    );
    void wake();

    std::mutex mutex_;
    Id last_id_ = Id{1'700'000'000'000} << 20;
    std::map<Id, Order> orders_;
    std::map<Id, InboxMail> mails_;
    std::vector<TimelineEntry> entries_;
    std::map<std::pair<std::int64_t, std::string>, IdempotencyRecord> keys_;
    std::map<std::string, std::pair<std::int64_t, StoredDocument>> documents_;
    std::set<std::string, std::less<>> revoked_;
    std::map<int, std::function<void()>> wakes_;
    int next_listener_ = 0;
    NewOrder new_order_;
    Amendment amendment_;
    SendAs sent_as_ = SendAs::carrier_can;
    std::pair<PersonVerdict, std::string> verdict_;
    std::pair<std::string, std::string> answer_;
    InboundEvent event_;
    DocumentClaim claim_;
    boost::asio::thread_pool thread_{2};
};

}  // namespace porteur::testing
