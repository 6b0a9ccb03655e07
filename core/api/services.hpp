// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the API needs of the rest of the host, named by itself: core/app joins the engine, the
// store, the plugins and the documents folder to it, tests join a scripted one.
//
// Threads: everything is called on the API's io_context, from any thread that runs it, and so may
// be called by several connections at once. What returns a plain value may read the store but waits
// for nothing else. What returns Async is awaited on a connection's executor; an implementation
// that works on another thread says `co_return co_await asio::co_spawn(other, work(...),
// asio::use_awaitable)`, which comes back to the caller's executor by itself.
//
// Errors: the kind decides the status of the answer (api/problem.hpp has the table), the message is
// shown to the caller. Where the kind alone does not say enough, Error::code is one of the codes
// below. A message that begins with a JSON pointer ("/request/pin: ...") names that field in the
// answer.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include <porteur/json.hpp>

#include "domain/commit.hpp"
#include "domain/order.hpp"
#include "domain/order_rules.hpp"
#include "domain/roles.hpp"

namespace porteur {

class OutwardServices;  // api/outward_services.hpp
class NumberServices;   // api/number_services.hpp
class PluginServices;   // api/plugin_services.hpp
class PeopleServices;   // api/people_services.hpp

template <class T>
using Async = boost::asio::awaitable<T>;

// ------------------------------------------------------------------ codes of errors

/// There is no such order, document or account, or it is another tenant's: 404.
inline constexpr std::string_view not_found_code = "not-found";
/// The order's version is not the one that the caller asked to change: 412.
inline constexpr std::string_view version_code = "version";
/// The order is in a state in which this cannot be done, or its reference is taken: 409.
inline constexpr std::string_view conflict_code = "conflict";
/// Too many attempts to sign in; Error::retry_after says for how long: 429.
inline constexpr std::string_view too_many_code = "too-many-attempts";
/// Who signs in did not prove who they are: 401; with the second one, a code of their authenticator is missing.
inline constexpr std::string_view sign_in_code = "unauthenticated";
inline constexpr std::string_view second_factor_code = "second-factor";
/// Not with this role: 403.
inline constexpr std::string_view forbidden_code = "forbidden";
/// The upload is larger than what is kept: 413.
inline constexpr std::string_view too_large_code = "too-large";
/// The bytes are of a type that is not taken, or not of the type that they were said to be: 415.
inline constexpr std::string_view media_type_code = "media-type";

// ------------------------------------------------------------------ values

/// Who calls, and in whose account.
struct Caller {
    std::int64_t tenant = 0;  ///< in whose account: one's own, or one below it that was entered
    std::string token_name;   ///< the token's name, or what the person signs in with
    std::string scope;        ///< "operator", "read"
    Role role = Role::operator_token;  ///< in that account
    std::int64_t home = 0;    ///< one's own account where another was entered; else 0
    Id person = 0;            ///< 0: a token's
    std::string address = {}; ///< where the request came from
};

/// A checked wish for a new order.
struct NewOrder {
    OrderKind kind = OrderKind::port;
    std::string account;         ///< that carries it out; known to carriers()
    std::string losing_account;  ///< port only; empty = another carrier
    std::string reference;       ///< empty: the host makes one
    std::string request;         ///< canonical JSON of PortOrder or PurchaseOrder, without the PIN
    std::string pin;             ///< empty: none given
    bool submit = false;         ///< sent out at once
};

/// What an amendment changes.
struct Amendment {
    std::string request;             ///< the whole request as it shall be, canonical JSON
    std::optional<std::string> pin;  ///< a new one; empty text takes the old one away
    std::string base_request;        ///< that `request` was made from; another one by now: version_code
    std::optional<std::int64_t> if_version = {};  ///< that the caller wants changed, and no other
    bool submit = false;             ///< the corrected order is sent at once, in the same commit
    SendAs as = SendAs::carrier_can;
};

/// What is kept with a change, in the same commit, so that its repeats get the same answer.
struct IdempotencyRequest {
    std::string key;
    std::string fingerprint;  ///< lower-case hex
    /// Status and body of the answer, made from the changed order. Any thread, no state of the
    /// caller.
    std::function<std::pair<int, std::string>(const Order&)> answer;
};

struct OrderQuery {
    OrderKind kind = OrderKind::port;
    std::optional<OrderState> state;
    std::optional<Delivery> delivery;
    Id before = 0;   ///< 0 = from the newest
    int limit = 50;  ///< 1 to 200
};

struct CarrierOperation {
    std::string name;
    bool pure = false;
    std::string transport;  ///< "pure", "api", "mail", "person"; empty where not known
};

/// A configured account with the plugin behind it.
struct CarrierInfo {
    std::string account;
    std::string plugin;  ///< the plugin's id
    std::string name;    ///< the carrier's name
    std::string version;
    std::string build;      ///< SHA-256 of the library
    std::string isolation;  ///< "process", "none"
    std::vector<std::string> countries;
    std::vector<CarrierOperation> operations;
    std::vector<std::pair<std::string, std::string>>
        limitations;         ///< English, French (may be empty)
    std::string health;      ///< "ok", "degraded", "down", "stopped"
    std::string last_error;  ///< empty if none
    std::optional<Instant> last_error_at;
    /// How the plugin's process ended by itself or was ended, since the daemon started.
    struct ProcessEnds {
        std::uint64_t count = 0;
        std::string last_reason;  ///< "was killed: a step took longer than 2000 ms"
        std::size_t operations = 0;  ///< that were in it, and are replayed
        Instant last{};
    };
    std::optional<ProcessEnds> process_ends = {};  ///< none: it has not, or runs in the daemon
};

/// A library that was not taken.
struct RefusedPlugin {
    std::string file;  ///< its name without the folder
    std::string reason;
};

struct CarrierList {
    std::vector<CarrierInfo> accounts;
    std::vector<RefusedPlugin> refused;
};

/// A document as it is kept.
struct StoredDocument {
    DocumentRef about;
    Instant created{};
};

/// What a caller says of a document before its bytes come.
struct DocumentClaim {
    std::string type;          ///< "loa", "invoice", ...
    std::string name;          ///< file name; data only, never a path
    std::string content_type;  ///< as declared: "application/pdf"
    std::optional<std::chrono::year_month_day> issued_on;
    std::optional<std::chrono::year_month_day> signed_on;
    std::optional<std::chrono::year_month_day> expires_on = {};  ///< the last day on which it is good
    std::optional<std::uint64_t> size;  ///< Content-Length, where there was one
};

/// As IdempotencyRequest, for an upload.
struct UploadIdempotency {
    std::string key;
    std::string fingerprint;
    std::function<std::pair<int, std::string>(const StoredDocument&)> answer;
};

/// One upload under way. Destroyed without finish() having succeeded, it leaves nothing behind.
class DocumentUpload {
public:
    virtual ~DocumentUpload() = default;
    /// Takes the next bytes: to the disk, never all into memory.
    /// @errors  invalid_input, with too_large_code, media_type_code or none: the upload is over
    virtual Result<void> append(std::string_view bytes) = 0;
    /// Seals and stores it, durable when it returns.
    /// @errors  invalid_input: what the bytes are (encrypted, cut short, of another type);
    /// unavailable
    virtual Async<Result<StoredDocument>> finish(std::optional<UploadIdempotency> idempotency) = 0;
};

/// A document with its bytes.
struct DocumentContent {
    StoredDocument document;
    std::string bytes;
};

/// What a caller says of a letter of authorization. At most one kind of signature; none: a line to
/// sign by hand.
struct LetterWish {
    std::string language;                             ///< "en", "fr"; empty: the order's
    std::optional<std::chrono::year_month_day> date;  ///< of the signature; today unless given
    std::string signature_path;                       ///< drawn: the d of an SVG path
    json::value signature_strokes;                    ///< drawn: [[[x,y],...],...]; null if not
    std::string signature_document;                   ///< id of a PNG or JPEG
    std::optional<std::int64_t> if_version;           ///< of the order
};

/// A letter of authorization that was made.
struct LetterMade {
    StoredDocument document;
    bool attached = false;  ///< to the order; a letter that is still to be signed is not
    Order order;            ///< as it is now
};

/// As IdempotencyRequest, for a letter.
struct LetterIdempotency {
    std::string key;
    std::string fingerprint;
    std::function<std::pair<int, std::string>(const LetterMade&)> answer;
};

struct MailQuery {
    std::string state;  ///< empty: any
    Id order = 0;       ///< 0: any
    Id before = 0;      ///< 0 = from the newest
    int limit = 50;     ///< 1 to 200
};

/// A mail that came in, as a person reads it. All of it is what a stranger wrote.
struct MailShown {
    InboxMail mail;    ///< without its bytes
    std::string text;  ///< plain text, UTF-8
    struct File {
        std::string name;
        std::string content_type;
        std::uint64_t size = 0;
    };
    std::vector<File> files;
    bool from_machine = false;
    bool left_at_server = false;        ///< too large: its bytes are not here
    std::vector<std::string> defects;   ///< what was malformed
};

/// As IdempotencyRequest, for a mail.
struct MailIdempotency {
    std::string key;
    std::string fingerprint;
    std::function<std::pair<int, std::string>(const InboxMail&)> answer;
};

/// Work that waits for a person; the answer goes to the order's route.
struct OpenTask {
    Id order = 0;
    OrderKind kind = OrderKind::port;
    std::string account;
    std::string reference;
    std::string step;
    std::string title;
    std::string text;                  ///< what to do
    std::vector<std::string> choices;  ///< empty: any word
    bool text_required = false;
    Instant since{};
    std::optional<Instant> reminded_next;
};

/// As IdempotencyRequest, for an event from outside.
struct EventIdempotency {
    std::string key;
    std::string fingerprint;
    std::function<std::pair<int, std::string>(Id)> answer;
};

struct HealthCheck {
    std::string name;  ///< "store", "plugins", "mail"
    bool ok = true;
    std::string detail;  ///< shown to callers on this machine and with a token only
};

struct HealthReport {
    bool live = true;   ///< false: the process should be started again
    bool ready = true;  ///< false: send it no requests now
    std::vector<HealthCheck> checks;
};

/// Kept for as long as somebody listens; destroying it ends the calls (one may be under way then).
class Subscription {
public:
    virtual ~Subscription() = default;
};

// ------------------------------------------------------------------ the interface

class ApiServices {
public:
    virtual ~ApiServices() = default;

    /// Who holds this token; nothing for an unknown, expired or revoked one. A hashed look-up:
    /// cheap.
    /// @errors unavailable: it cannot be looked up now, which says nothing about the token
    virtual Result<std::optional<Caller>> authenticate(std::string_view bearer_token) = 0;

    // ---------------------------------------------------------------- changes; durable when they
    // return

    /// @errors  invalid_input (conflict_code: the reference is taken); unavailable
    virtual Async<Result<Order>> create(
        Caller caller, NewOrder order, std::optional<IdempotencyRequest> idempotency
    ) = 0;
    /// @param if_version  the change is refused with version_code if the order has another one
    /// @errors  invalid_input (not_found_code, version_code; conflict_code or none: its state
    /// forbids
    ///          it); unavailable: an operation is under way, or the store
    virtual Async<Result<Order>> submit(
        Caller caller, Id order, std::optional<std::int64_t> if_version, SendAs as,
        std::optional<IdempotencyRequest> idempotency
    ) = 0;
    virtual Async<Result<Order>> cancel(
        Caller caller, Id order, std::optional<std::int64_t> if_version,
        std::optional<IdempotencyRequest> idempotency
    ) = 0;
    /// A correction, and with it the wish to send it. The host checks that the order may be corrected
    /// (domain/order_rules.hpp), and that it is still `amendment.base_request`.
    virtual Async<Result<Order>> amend(
        Caller caller, Id order, Amendment amendment, std::optional<IdempotencyRequest> idempotency
    ) = 0;
    virtual Async<Result<Order>> settle(
        Caller caller, Id order, PersonVerdict verdict, std::string carrier_id,
        std::optional<IdempotencyRequest> idempotency
    ) = 0;
    /// A person answers a manual effect. @errors as submit; invalid_input: it waits for no such
    /// answer
    virtual Async<Result<Order>> answer(
        Caller caller, Id order, std::string choice, std::string text,
        std::optional<IdempotencyRequest> idempotency
    ) = 0;

    /// A line of a person in the order's timeline. @errors as submit
    virtual Async<Result<Order>> comment(
        Caller caller, Id order, std::string text, bool is_private,
        std::optional<IdempotencyRequest> idempotency
    ) = 0;

    /// Something came from outside that an order may wait for. @return its id
    /// @errors  invalid_input; unavailable: the store
    virtual Async<Result<Id>> deliver(
        Caller caller, InboundEvent event, std::optional<EventIdempotency> idempotency
    ) = 0;

    // ---------------------------------------------------------------- reads; only of the caller's
    // tenant

    virtual Result<std::optional<Order>> order(const Caller& caller, Id id) = 0;
    /// The parts of an order, in the order of their references; most orders have none.
    virtual Result<std::vector<Order>> parts(const Caller& caller, Id order) = 0;
    /// Newest first.
    virtual Result<std::vector<Order>> orders(const Caller& caller, const OrderQuery& query) = 0;
    /// The newest first.
    virtual Result<std::vector<OpenTask>> tasks(const Caller& caller, int limit) = 0;
    /// Oldest first. The API has seen that the order is the caller's.
    virtual Result<std::vector<TimelineEntry>> timeline(const Caller& caller, Id order) = 0;
    virtual Result<std::vector<Operation>> operations(const Caller& caller, Id order) = 0;
    /// Entries with an id greater than `after`, oldest first. Once an entry was given, none with a
    /// lower id appears any more: the events of /v1/events rely on it.
    virtual Result<std::vector<TimelineEntry>> entries_after(
        const Caller& caller, Id after, int limit
    ) = 0;
    /// An id that is at least the newest entry's and less than that of every later one.
    virtual Result<Id> newest_entry(const Caller& caller) = 0;
    /// Calls `wake` after entries have become durable, on any thread; too often does no harm.
    virtual std::unique_ptr<Subscription> subscribe(
        const Caller& caller, std::function<void()> wake
    ) = 0;
    virtual Result<std::optional<IdempotencyRecord>> remembered(
        const Caller& caller, const std::string& key
    ) = 0;

    // ---------------------------------------------------------------- carriers

    virtual CarrierList carriers() = 0;
    /// @return lives as long as this
    virtual PluginServices& plugins() = 0;
    /// Accounts whose plugin has search_numbers.
    virtual std::vector<std::string> sellers() = 0;
    /// Runs one pure or read-only operation now, without an order: requirements, validate,
    /// list_targets, check_portability, search_numbers, check_account.
    /// @return  the result's JSON
    /// @errors  unsupported: the plugin has no such operation; the plugin's own; unavailable: too
    /// late
    virtual Async<Result<std::string>> ask(
        Caller caller, std::string account, std::string operation, std::string input,
        std::chrono::milliseconds deadline
    ) = 0;

    // ---------------------------------------------------------------- documents

    /// @errors  invalid_input: what the claim says cannot be (type, name, date); unavailable: no
    /// room
    virtual Result<std::unique_ptr<DocumentUpload>> begin_upload(
        const Caller& caller, DocumentClaim claim
    ) = 0;
    virtual Result<std::optional<StoredDocument>> document(
        const Caller& caller, const std::string& id
    ) = 0;

    /// @errors  invalid_input (not_found_code: no such document, or another tenant's); internal: it
    ///          does not open; unavailable
    virtual Async<Result<DocumentContent>> document_content(Caller caller, std::string id) = 0;

    /// Makes a letter of authorization out of a port order and keeps it; a signed one is put among
    /// the order's documents, in place of one that was made before.
    /// @errors  invalid_input: what the order does not say yet, a line for each field; what is wrong
    ///          with the signature; not_found_code; version_code; conflict_code: the order's state
    ///          takes no document; unavailable: a font is missing, or the store
    virtual Async<Result<LetterMade>> make_letter(
        Caller caller, Id order, LetterWish wish, std::optional<LetterIdempotency> idempotency
    ) = 0;

    // ---------------------------------------------------------------- mails that came in

    /// Newest first.
    virtual Result<std::vector<InboxMail>> mails(const Caller& caller, const MailQuery& query) = 0;
    virtual Result<std::optional<MailShown>> mail(const Caller& caller, Id id) = 0;
    /// A person says which order a waiting mail belongs to.
    /// @param take_word  what the plugin reads in it is the carrier's word
    /// @errors  invalid_input (not_found_code; conflict_code: it does not wait for a person);
    ///          unavailable: an operation of the order is under way, or the store
    virtual Async<Result<InboxMail>> assign_mail(
        Caller caller, Id mail, Id order, bool take_word, std::optional<MailIdempotency> idempotency
    ) = 0;
    /// A person has seen a waiting mail; nothing comes of it. @errors as assign_mail
    virtual Async<Result<InboxMail>> dismiss_mail(
        Caller caller, Id mail, std::optional<MailIdempotency> idempotency
    ) = 0;

    // ---------------------------------------------------------------- what goes out by itself

    /// Web hooks and what is due. @return lives as long as this
    virtual OutwardServices& outward() = 0;

    // ---------------------------------------------------------------- numbers, and who there is

    /// @return both live as long as this
    virtual NumberServices& numbers() = 0;
    virtual PeopleServices& people() = 0;

    // ---------------------------------------------------------------- the host itself

    virtual HealthReport health() = 0;
    /// Prometheus text format, version 0.0.4.
    virtual std::string metrics() = 0;
};

}  // namespace porteur
