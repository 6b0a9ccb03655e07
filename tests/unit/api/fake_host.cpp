// SPDX-License-Identifier: Apache-2.0
#include "fake_host.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace porteur::testing {

namespace asio = boost::asio;

namespace {

/// Runs a function on another executor and comes back with its value.
template <class T>
Async<T> elsewhere(asio::thread_pool& pool, std::function<T()> work) {
    const auto run = [](std::function<T()> todo) -> Async<T> { co_return todo(); };
    co_return co_await asio::co_spawn(pool, run(std::move(work)), asio::use_awaitable);
}

Error absent() {
    return {
        .kind = ErrorKind::invalid_input,
        .message = "there is no such order",
        .code = std::string(not_found_code)
    };
}

}  // namespace

void FakeHost::put(Order order) {
    const std::lock_guard lock(mutex_);
    orders_[order.id] = std::move(order);
}

Order FakeHost::get(Id id) {
    const std::lock_guard lock(mutex_);
    return orders_.at(id);
}

NewOrder FakeHost::last_new_order() {
    const std::lock_guard lock(mutex_);
    return new_order_;
}

Amendment FakeHost::last_amendment() {
    const std::lock_guard lock(mutex_);
    return amendment_;
}

std::pair<PersonVerdict, std::string> FakeHost::last_verdict() {
    const std::lock_guard lock(mutex_);
    return verdict_;
}

std::pair<std::string, std::string> FakeHost::last_answer() {
    const std::lock_guard lock(mutex_);
    return answer_;
}

InboundEvent FakeHost::last_event() {
    const std::lock_guard lock(mutex_);
    return event_;
}

DocumentClaim FakeHost::last_claim() {
    const std::lock_guard lock(mutex_);
    return claim_;
}

Id FakeHost::next_id() {
    const std::lock_guard lock(mutex_);
    return ++last_id_;
}

void FakeHost::wake() {
    std::vector<std::function<void()>> wakes;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [number, each] : wakes_) wakes.push_back(each);
    }
    for (const auto& each : wakes) each();
}

Id FakeHost::add_entry(std::string kind, std::int64_t tenant) {
    Id id = 0;
    {
        const std::lock_guard lock(mutex_);
        id = ++last_id_;
        TimelineEntry entry;
        entry.id = id;
        entry.order = 1;
        entry.tenant = tenant;
        entry.source = "engine";
        entry.kind = std::move(kind);
        entry.text = "line one\nline two";
        entry.data = "{}";
        entries_.push_back(std::move(entry));
    }
    wake();
    return id;
}

void FakeHost::revoke(std::string_view token) {
    const std::lock_guard lock(mutex_);
    revoked_.emplace(token);
}

Result<std::optional<Caller>> FakeHost::authenticate(std::string_view token) {
    if (token == unreadable) return failure(ErrorKind::unavailable, "reading the store: gone");
    {
        const std::lock_guard lock(mutex_);
        if (revoked_.contains(token)) return std::nullopt;
    }
    if (token == operator_token) return Caller{1, "desk", "operator"};
    if (token == reader_token) return Caller{1, "wallboard", "read", Role::reader_token};
    if (token == foreign_token) return Caller{2, "others", "operator"};
    return std::nullopt;
}

Result<Order> FakeHost::create_now(
    const Caller& caller, NewOrder wanted, const std::optional<IdempotencyRequest>& idempotency
) {
    before_change();
    if (refuse_change) return std::unexpected(*refuse_change);
    const std::lock_guard lock(mutex_);
    Order order;
    order.id = ++last_id_;
    order.tenant = caller.tenant;
    order.kind = wanted.kind;
    order.account = wanted.account;
    order.losing_account = wanted.losing_account;
    order.reference = wanted.reference.empty() ? id_text(order.id) : wanted.reference;
    order.request = wanted.request;
    order.progress = "{}";
    if (wanted.submit) order.delivery = Delivery::sending;
    order.created = order.updated = Instant{std::chrono::milliseconds{1'764'579'600'123}};
    orders_[order.id] = order;
    if (idempotency) {
        const auto [status, body] = idempotency->answer(order);
        keys_[{caller.tenant, idempotency->key}] = {
            caller.tenant, idempotency->key, idempotency->fingerprint, status, body, order.created
        };
    }
    new_order_ = std::move(wanted);
    ++created;
    return order;
}

Async<Result<Order>> FakeHost::create(
    Caller caller, NewOrder wanted, std::optional<IdempotencyRequest> idempotency
) {
    co_return co_await elsewhere<Result<Order>>(thread_, [=, this] {
        return create_now(caller, wanted, idempotency);
    });
}

Result<Order> FakeHost::change_now(
    const Caller& caller, Id id, std::optional<std::int64_t> version, const Change& how,
    const std::optional<IdempotencyRequest>& idempotency
) {
    before_change();
    if (refuse_change) return std::unexpected(*refuse_change);
    const std::lock_guard lock(mutex_);
    const auto found = orders_.find(id);
    if (found == orders_.end() || found->second.tenant != caller.tenant)
        return std::unexpected(absent());
    auto& order = found->second;
    if (version && *version != order.version)
        return std::unexpected(Error{
            .kind = ErrorKind::invalid_input,
            .message = "the order has changed",
            .code = std::string(version_code)
        });
    if (auto done = how(order); !done) return std::unexpected(std::move(done).error());
    ++order.version;
    if (idempotency) {
        const auto [status, body] = idempotency->answer(order);
        keys_[{caller.tenant, idempotency->key}] = {
            caller.tenant, idempotency->key, idempotency->fingerprint, status, body, order.updated
        };
    }
    ++changed;
    return order;
}

Async<Result<Order>> FakeHost::change(
    Caller caller, Id id, std::optional<std::int64_t> version, Change how,
    std::optional<IdempotencyRequest> idempotency
) {
    co_return co_await elsewhere<Result<Order>>(thread_, [=, this] {
        return change_now(caller, id, version, how, idempotency);
    });
}

Async<Result<Order>> FakeHost::submit(
    Caller caller, Id id, std::optional<std::int64_t> version, SendAs as,
    std::optional<IdempotencyRequest> idempotency
) {
    return change(
        caller, id, version,
        [as, this](Order& order) -> Result<void> {
            sent_as_ = as;
            if (order.state != OrderState::draft && order.state != OrderState::exception)
                return failure(ErrorKind::invalid_input, "the order was submitted before");
            order.delivery = Delivery::sending;
            order.stage = Stage::submit;
            return {};
        },
        idempotency
    );
}

Async<Result<Order>> FakeHost::cancel(
    Caller caller, Id id, std::optional<std::int64_t> version,
    std::optional<IdempotencyRequest> idempotency
) {
    return change(
        caller, id, version,
        [](Order& order) -> Result<void> {
            order.state = OrderState::cancelled;
            return {};
        },
        idempotency
    );
}

Async<Result<Order>> FakeHost::amend(
    Caller caller, Id id, Amendment amendment, std::optional<IdempotencyRequest> idempotency
) {
    return change(
        caller, id, amendment.if_version,
        [amendment, this](Order& order) -> Result<void> {
            if (order.request != amendment.base_request)
                return std::unexpected(Error{
                    .kind = ErrorKind::invalid_input,
                    .message = "the order was corrected meanwhile",
                    .code = std::string(version_code)
                });
            if (auto may = may_be_corrected(order, {}); !may) return may;
            order.request = amendment.request;
            amendment_ = amendment;
            return {};
        },
        idempotency
    );
}

Async<Result<Order>> FakeHost::comment(
    Caller caller, Id id, std::string text, bool is_private,
    std::optional<IdempotencyRequest> idempotency
) {
    return change(
        caller, id, std::nullopt,
        [=, this](Order& order) -> Result<void> {
            auto made = comment_on(order, text, is_private, Instant{}, caller.token_name).entries.at(0);
            made.id = ++last_id_;
            made.tenant = caller.tenant;
            entries_.push_back(std::move(made));
            return {};
        },
        idempotency
    );
}

Result<std::vector<Order>> FakeHost::parts(const Caller& caller, Id order) {
    const std::lock_guard lock(mutex_);
    std::vector<Order> out;
    for (const auto& [id, each] : orders_)
        if (each.parent == order && each.tenant == caller.tenant) out.push_back(each);
    return out;
}

SendAs FakeHost::last_sent_as() {
    const std::lock_guard lock(mutex_);
    return sent_as_;
}

Async<Result<Order>> FakeHost::settle(
    Caller caller, Id id, PersonVerdict verdict, std::string carrier_id,
    std::optional<IdempotencyRequest> idempotency
) {
    return change(
        caller, id, std::nullopt,
        [=, this](Order& order) -> Result<void> {
            if (order.delivery != Delivery::in_doubt)
                return failure(ErrorKind::invalid_input, "the order is not in doubt");
            verdict_ = {verdict, carrier_id};
            order.carrier_id = carrier_id;
            order.delivery = Delivery::idle;
            return {};
        },
        idempotency
    );
}

Async<Result<Order>> FakeHost::answer(
    Caller caller, Id id, std::string choice, std::string text,
    std::optional<IdempotencyRequest> idempotency
) {
    return change(
        caller, id, std::nullopt,
        [=, this](Order&) -> Result<void> {
            answer_ = {choice, text};
            return {};
        },
        idempotency
    );
}

Async<Result<Id>> FakeHost::deliver(
    Caller caller, InboundEvent event, std::optional<EventIdempotency> idempotency
) {
    co_return co_await elsewhere<Result<Id>>(thread_, [=, this]() -> Result<Id> {
        before_change();
        if (refuse_change) return std::unexpected(*refuse_change);
        const std::lock_guard lock(mutex_);
        event_ = event;
        event_.id = ++last_id_;
        ++changed;
        if (idempotency) {
            const auto [status, body] = idempotency->answer(event_.id);
            keys_[{caller.tenant, idempotency->key}] = {
                caller.tenant, idempotency->key, idempotency->fingerprint, status, body, {}
            };
        }
        return event_.id;
    });
}

Result<std::vector<OpenTask>> FakeHost::tasks(const Caller& caller, int limit) {
    if (caller.tenant != 1) return std::vector<OpenTask>{};
    auto found = open_tasks;
    if (found.size() > static_cast<std::size_t>(limit)) found.resize(static_cast<std::size_t>(limit));
    return found;
}

Result<std::optional<Order>> FakeHost::order(const Caller& caller, Id id) {
    const std::lock_guard lock(mutex_);
    const auto found = orders_.find(id);
    if (found == orders_.end() || found->second.tenant != caller.tenant) return std::nullopt;
    return found->second;
}

Result<std::vector<Order>> FakeHost::orders(const Caller& caller, const OrderQuery& query) {
    const std::lock_guard lock(mutex_);
    std::vector<Order> out;
    for (auto each = orders_.rbegin(); each != orders_.rend(); ++each) {
        const auto& order = each->second;
        if (order.tenant != caller.tenant || order.kind != query.kind ||
            (query.before && order.id >= query.before) ||
            (query.state && order.state != *query.state) ||
            (query.delivery && order.delivery != *query.delivery))
            continue;
        out.push_back(order);
        if (static_cast<int>(out.size()) == query.limit) break;
    }
    return out;
}

Result<std::vector<TimelineEntry>> FakeHost::timeline(const Caller&, Id order) {
    TimelineEntry entry;
    entry.id = order + 1;
    entry.order = order;
    entry.source = "api";
    entry.kind = "port.created";
    entry.text = "made";
    entry.data = R"({"by":"desk"})";
    std::vector out{entry};
    const std::lock_guard lock(mutex_);
    for (const auto& each : entries_)
        if (each.order == order) out.push_back(each);
    return out;
}

Result<std::vector<Operation>> FakeHost::operations(const Caller&, Id order) {
    Operation operation;
    operation.id = order + 2;
    operation.order = order;
    operation.account = "acme-1";
    operation.name = "submit_port";
    operation.build = std::string(64, 'a');
    operation.input = "never shown";
    return std::vector{operation};
}

Result<std::vector<TimelineEntry>> FakeHost::entries_after(
    const Caller& caller, Id after, int limit
) {
    const std::lock_guard lock(mutex_);
    std::vector<TimelineEntry> out;
    for (const auto& each : entries_)
        if (each.id > after && each.tenant == caller.tenant && static_cast<int>(out.size()) < limit)
            out.push_back(each);
    return out;
}

Result<Id> FakeHost::newest_entry(const Caller&) {
    const std::lock_guard lock(mutex_);
    return last_id_;
}

class FakeHost::Listener final : public Subscription {
public:
    Listener(FakeHost& host, int number) : host_(host), number_(number) {}
    ~Listener() override {
        const std::lock_guard lock(host_.mutex_);
        host_.wakes_.erase(number_);
        --host_.listeners;
    }

private:
    FakeHost& host_;
    int number_;
};

std::unique_ptr<Subscription> FakeHost::subscribe(const Caller&, std::function<void()> listener) {
    const std::lock_guard lock(mutex_);
    wakes_[++next_listener_] = std::move(listener);
    ++listeners;
    return std::make_unique<Listener>(*this, next_listener_);
}

Result<std::optional<IdempotencyRecord>> FakeHost::remembered(
    const Caller& caller, const std::string& key
) {
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find({caller.tenant, key});
    if (found == keys_.end()) return std::nullopt;
    return found->second;
}

void FakeHost::put(InboxMail mail) {
    const std::lock_guard lock(mutex_);
    mails_[mail.id] = std::move(mail);
}

InboxMail FakeHost::get_mail(Id id) {
    const std::lock_guard lock(mutex_);
    return mails_.at(id);
}

Result<std::vector<InboxMail>> FakeHost::mails(const Caller& caller, const MailQuery& query) {
    const std::lock_guard lock(mutex_);
    std::vector<InboxMail> found;
    for (auto each = mails_.rbegin(); each != mails_.rend(); ++each) {
        const auto& mail = each->second;
        if (mail.tenant != caller.tenant || (query.before != 0 && mail.id >= query.before) ||
            (!query.state.empty() && mail.state != query.state) ||
            (query.order != 0 && mail.order != query.order))
            continue;
        if (found.size() < static_cast<std::size_t>(query.limit)) found.push_back(mail);
    }
    return found;
}

Result<std::optional<MailShown>> FakeHost::mail(const Caller& caller, Id id) {
    const std::lock_guard lock(mutex_);
    const auto found = mails_.find(id);
    if (found == mails_.end() || found->second.tenant != caller.tenant)
        return std::optional<MailShown>{};
    MailShown shown;
    shown.mail = found->second;
    shown.text = found->second.raw;
    shown.files.push_back({.name = "kbis.pdf", .content_type = "application/pdf", .size = 12});
    shown.defects.emplace_back("no Date");
    return std::optional(shown);
}

Result<InboxMail> FakeHost::change_mail(
    const Caller& caller, Id id, const std::function<void(InboxMail&)>& how,
    const std::optional<MailIdempotency>& idempotency
) {
    const std::lock_guard lock(mutex_);
    const auto found = mails_.find(id);
    if (found == mails_.end() || found->second.tenant != caller.tenant)
        return std::unexpected(absent());
    if (found->second.state != "waiting")
        return std::unexpected(Error{
            .kind = ErrorKind::invalid_input,
            .message = "it does not wait for a person",
            .code = std::string(conflict_code)
        });
    how(found->second);
    if (idempotency) {
        auto [status, body] = idempotency->answer(found->second);
        keys_[{caller.tenant, idempotency->key}] = {
            caller.tenant, idempotency->key, idempotency->fingerprint, status, body, {}
        };
    }
    return found->second;
}

Async<Result<InboxMail>> FakeHost::assign_mail(
    Caller caller, Id id, Id order, bool take_word, std::optional<MailIdempotency> idempotency
) {
    co_return co_await elsewhere<Result<InboxMail>>(thread_, [&]() -> Result<InboxMail> {
        return change_mail(
            caller, id,
            [&](InboxMail& mail) {
                mail.order = order;
                mail.matched_by = "person";
                mail.state = take_word ? "settled" : "matched";
            },
            idempotency
        );
    });
}

Async<Result<InboxMail>> FakeHost::dismiss_mail(
    Caller caller, Id id, std::optional<MailIdempotency> idempotency
) {
    co_return co_await elsewhere<Result<InboxMail>>(thread_, [&]() -> Result<InboxMail> {
        return change_mail(caller, id, [](InboxMail& mail) { mail.state = "settled"; }, idempotency);
    });
}

CarrierList FakeHost::carriers() {
    on_carriers();
    CarrierInfo gaining;
    gaining.account = "acme-1";
    gaining.plugin = "acme";
    gaining.name = "Acme Telecom";
    gaining.version = "1.2.0";
    gaining.build = std::string(64, 'a');
    gaining.isolation = "process";
    gaining.countries = {"CA", "US"};
    gaining.operations = {{"requirements", true, "pure"}, {"submit_port", false, "api"}};
    gaining.limitations = {{"No cancel after FOC", ""}};
    gaining.health = "ok";
    auto losing = gaining;
    losing.account = "oldtel-1";
    losing.health = "down";
    losing.last_error = "connection refused";
    losing.last_error_at = Instant{};
    losing.process_ends = {.count = 2, .last_reason = "was killed: a step took longer than 2000 ms", .operations = 3, .last = Instant{}};
    return {
        .accounts = {gaining, losing},
        .refused = {{"porteur-bad.so", "is of ABI 7; this host speaks 0"}}
    };
}

std::vector<std::string> FakeHost::sellers() { return seller_accounts; }

Async<Result<std::string>> FakeHost::ask(
    Caller, std::string account, std::string operation, std::string input, std::chrono::milliseconds
) {
    co_return co_await elsewhere<Result<std::string>>(thread_, [=, this] {
        return on_ask(account, operation, input);
    });
}

class FakeHost::Upload final : public DocumentUpload {
public:
    Upload(FakeHost& host, std::int64_t tenant, DocumentClaim claim)
        : host_(host), tenant_(tenant), claim_(std::move(claim)) {}

    Result<void> append(std::string_view bytes) override {
        if (size_ == 0 && !bytes.starts_with("%PDF-"))
            return std::unexpected(Error{
                .kind = ErrorKind::invalid_input,
                .message = "the bytes are not of a PDF",
                .code = std::string(media_type_code)
            });
        size_ += bytes.size();
        host_.upload_bytes += bytes.size();
        return {};
    }

    Async<Result<StoredDocument>> finish(std::optional<UploadIdempotency> idempotency) override {
        co_return co_await elsewhere<Result<StoredDocument>>(host_.thread_, [=, this] {
            return store(idempotency);
        });
    }

private:
    Result<StoredDocument> store(const std::optional<UploadIdempotency>& idempotency) {
        const std::lock_guard lock(host_.mutex_);
        StoredDocument stored;
        stored.about.id = id_text(++host_.last_id_);
        stored.about.type = claim_.type;
        stored.about.name = claim_.name;
        stored.about.content_type = "application/pdf";
        stored.about.size = static_cast<std::int64_t>(size_);
        stored.about.sha256 = std::string(64, '0');
        stored.about.issued_on = claim_.issued_on;
        stored.about.signed_on = claim_.signed_on;
        stored.about.expires_on = claim_.expires_on;
        host_.documents_[stored.about.id] = {tenant_, stored};
        if (idempotency) {
            const auto [status, body] = idempotency->answer(stored);
            host_.keys_[{tenant_, idempotency->key}] = {
                tenant_, idempotency->key, idempotency->fingerprint, status, body, {}
            };
        }
        ++host_.uploads_stored;
        return stored;
    }

    FakeHost& host_;
    std::int64_t tenant_;
    DocumentClaim claim_;
    std::size_t size_ = 0;
};

Result<std::unique_ptr<DocumentUpload>> FakeHost::begin_upload(
    const Caller& caller, DocumentClaim claim
) {
    const std::lock_guard lock(mutex_);
    ++uploads_begun;
    claim_ = claim;
    return std::make_unique<Upload>(*this, caller.tenant, std::move(claim));
}

Async<Result<DocumentContent>> FakeHost::document_content(Caller caller, std::string id) {
    auto found = document(caller, id);
    if (!found) co_return std::unexpected(found.error());
    if (!*found)
        co_return std::unexpected(Error{
            .kind = ErrorKind::invalid_input,
            .message = "there is no document " + quoted(id, 40) + " among yours",
            .code = std::string(not_found_code)
        });
    co_return DocumentContent{.document = **found, .bytes = content_of_documents};
}

Async<Result<LetterMade>> FakeHost::make_letter(
    Caller caller, Id id, LetterWish wish, std::optional<LetterIdempotency> idempotency
) {
    auto found = order(caller, id);
    if (!found) co_return std::unexpected(found.error());
    if (!*found)
        co_return std::unexpected(Error{
            .kind = ErrorKind::invalid_input,
            .message = "there is no port order " + id_text(id) + " among yours",
            .code = std::string(not_found_code)
        });
    if (refuse_letter) co_return std::unexpected(*refuse_letter);
    LetterMade made{.document = {}, .attached = true, .order = **found};
    made.document.about = {
        .id = "doc-letter", .type = "loa", .name = "letter.pdf", .content_type = "application/pdf",
        .size = 10, .sha256 = std::string(64, 'a'), .issued_on = wish.date, .signed_on = wish.date,
        .expires_on = {}
    };
    const std::lock_guard lock(mutex_);
    last_letter = std::move(wish);
    if (idempotency) {
        auto [status, body] = idempotency->answer(made);
        keys_[{caller.tenant, idempotency->key}] = {
            .tenant = caller.tenant, .key = idempotency->key,
            .fingerprint = idempotency->fingerprint, .status = status, .body = std::move(body)
        };
    }
    co_return made;
}

Result<std::optional<StoredDocument>> FakeHost::document(
    const Caller& caller, const std::string& id
) {
    const std::lock_guard lock(mutex_);
    const auto found = documents_.find(id);
    if (found == documents_.end() || found->second.first != caller.tenant) return std::nullopt;
    return found->second.second;
}

HealthReport FakeHost::health() {
    return {
        .live = true, .ready = ready, .checks = {{"store", ready, ready ? "" : "disk full on /var"}}
    };
}

std::string FakeHost::metrics() { return metrics_text; }

}  // namespace porteur::testing
