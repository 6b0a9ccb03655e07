// SPDX-License-Identifier: Apache-2.0
// What HostServices does with the documents of orders: their ages and last days at submission, and letters of
// authorization for POST /v1/port-orders/{id}/loa.
#include <algorithm>

#include <porteur/phrase.hpp>
#include <porteur/json.hpp>

#include "app/host_services.hpp"
#include "paper/letter.hpp"
#include "paper/signature.hpp"

namespace porteur {
namespace {

// A photo of a signature has some hundred kB; it becomes a part of each letter, which is mailed.
constexpr std::int64_t picture_size_max_bytes = 2 << 20;

Error coded(std::string_view code, std::string message) {
    return {.kind = ErrorKind::invalid_input, .message = std::move(message), .code = std::string(code)};
}

bool takes_documents(const Order& order) { return order.state == OrderState::draft || order.state == OrderState::exception; }

Error takes_none(const Order& order) {
    return coded(conflict_code, phrase("the order is {1:state}; only a draft or an exception takes a letter",
                                       boost::describe::enum_to_string(order.state, "")));
}

Result<paper::Drawing> drawing_of(const LetterWish& wish) {
    return wish.signature_path.empty() ? paper::drawing_of_strokes(wish.signature_strokes) : paper::drawing_of_path(wish.signature_path);
}

/// The order's request with the letter among its documents, in place of one of the same name.
Result<std::string> with_letter(const std::string& request, const DocumentRef& letter) {
    auto read = parse_json(request);
    if (!read) return std::unexpected(std::move(read).error());
    auto& place = read->as_object()["documents"];
    json::array kept;
    if (place.is_array())
        for (auto& each : place.get_array()) {
            const auto about = from_json<DocumentRef>(each);
            if (!about || about->type != letter.type || about->name != letter.name) kept.push_back(std::move(each));
        }
    kept.push_back(to_json(letter));
    place = std::move(kept);
    return canonical(*read);
}

/// What an order says that age and last day of its documents hang on; ports and purchases have the same names.
struct DatedRequest {
    std::vector<DocumentRef> documents;
    std::optional<std::chrono::year_month_day> requested_date;
    std::vector<PhoneNumber> numbers;
    Address service_address;
    std::string country;
};
BOOST_DESCRIBE_STRUCT(DatedRequest, (), (documents, requested_date, numbers, service_address, country))

}  // namespace

Async<Result<std::vector<std::string>>> HostServices::documents_fit(Caller caller, std::string account, std::string losing,
                                                                    std::string request) {
    const auto dated = from_text<DatedRequest>(request);
    if (!dated) co_return std::unexpected(dated.error());
    const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(parts_.clock.now())};
    auto problems = document_expiry_problems(dated->documents, today, dated->requested_date);
    if (problems.empty() && std::ranges::none_of(dated->documents, [](const auto& each) { return each.issued_on || each.signed_on; }))
        co_return std::vector<std::string>{};
    std::vector<Requirements> asked;
    for (const auto& name : {losing, account}) {
        if (name.empty()) continue;
        RequirementsQuery query;
        query.country = dated->country.empty() ? dated->service_address.country : dated->country;
        query.action = name == losing ? "port_out" : dated->country.empty() ? "port_in" : "purchase";
        if (std::ranges::any_of(dated->numbers, is_toll_free)) query.number_type = NumberType::toll_free;
        auto found = co_await ask(caller, name, "requirements", to_text(query), std::chrono::seconds(5));
        // One that asks for nothing, or cannot say now, changes nothing: the settings' ages stand.
        if (!found) continue;
        if (auto list = from_text<Requirements>(*found)) asked.push_back(std::move(*list));
    }
    for (auto& each : document_age_problems(dated->documents, ages_with(parts_.ages, asked), today, dated->requested_date))
        problems.push_back(std::move(each));
    std::string wrong;
    std::vector<std::string> warnings;
    for (auto& problem : problems) {
        if (problem.blocking)
            wrong += (wrong.empty() ? "/request" : "\n/request") + problem.field + ": " + problem.message;
        else
            warnings.push_back(std::move(problem.message));
    }
    if (!wrong.empty()) co_return failure(ErrorKind::invalid_input, std::move(wrong));
    co_return warnings;
}

Async<Result<LetterMade>> HostServices::make_letter(Caller caller, Id id, LetterWish wish, std::optional<LetterIdempotency> idempotency) {
    auto found = parts_.store.order(id);
    if (!found) co_return std::unexpected(std::move(found).error());
    if (!*found || (*found)->tenant != caller.tenant || (*found)->kind != OrderKind::port)
        co_return std::unexpected(coded(not_found_code, phrase("there is no port order {1} among yours", id_text(id))));
    const Order order = std::move(**found);
    if (wish.if_version && *wish.if_version != order.version)
        co_return std::unexpected(coded(version_code, phrase("order {1} has changed meanwhile (version {2}); read it again",
                                                            id_text(id), order.version)));
    auto port = from_text<PortOrder>(order.request);
    if (!port) co_return std::unexpected(std::move(port).error());
    port->reference = order.reference;
    std::string gaining = order.account;
    for (const auto& account : snapshot().carriers.accounts) {
        if (account.account == order.account) gaining = account.name;
        if (account.account == order.losing_account && port->losing_carrier.empty()) port->losing_carrier = account.name;
    }
    const auto language = !wish.language.empty() ? wish.language : port->language == "fr" ? "fr" : "en";
    auto letter = paper::letter_of(*port, gaining, language);
    if (!letter) co_return std::unexpected(std::move(letter).error());

    std::string picture;
    if (!wish.signature_document.empty()) {
        auto signature = co_await parts_.papers.content(caller, wish.signature_document);
        if (!signature) {
            auto error = std::move(signature).error();
            if (error.code == not_found_code) error = {.kind = ErrorKind::invalid_input, .message = "/signature/document: " + error.message};
            co_return std::unexpected(std::move(error));
        }
        const auto& about = signature->document.about;
        if (about.content_type != "image/png" && about.content_type != "image/jpeg")
            co_return failure(ErrorKind::invalid_input, "/signature/document: " + phrase("is {1}; a signature is a PNG or a JPEG", about.content_type));
        if (about.size > picture_size_max_bytes)
            co_return failure(ErrorKind::invalid_input, "/signature/document: " + phrase("has {1:n} bytes; at most {2:n} are taken", about.size,
                                                                                             picture_size_max_bytes));
        letter->picture = about.content_type;
        picture = std::move(signature->bytes);
    } else if (!wish.signature_path.empty() || !wish.signature_strokes.is_null()) {
        auto drawing = drawing_of(wish);
        if (!drawing) co_return std::unexpected(std::move(drawing).error());
        letter->strokes = std::move(drawing->strokes);
        letter->drawing_width = drawing->width;
        letter->drawing_height = drawing->height;
    }
    const bool is_signed = letter->is_signed();
    if (is_signed && !takes_documents(order)) co_return std::unexpected(takes_none(order));
    const std::chrono::year_month_day today{std::chrono::floor<std::chrono::days>(parts_.clock.now())};
    if (is_signed) letter->date = wish.date.value_or(today);

    auto pdf = co_await parts_.papers.write_letter(*letter, std::move(picture));
    if (!pdf) co_return std::unexpected(std::move(pdf).error());
    DocumentClaim claim{.type = is_signed ? "loa" : "other", .name = paper::letter_name(*letter), .content_type = "application/pdf",
                        .issued_on = letter->date, .signed_on = letter->date, .size = {}};
    LetterMade made{.document = {}, .attached = is_signed, .order = order};
    if (!is_signed) {
        // The order is as it was, so the key goes with the document.
        std::optional<UploadIdempotency> with_document;
        if (idempotency)
            with_document = UploadIdempotency{.key = idempotency->key, .fingerprint = idempotency->fingerprint,
                                              .answer = [made, answer = idempotency->answer](const StoredDocument& document) {
                                                  auto whole = made;
                                                  whole.document = document;
                                                  return answer(whole);
                                              }};
        auto kept = co_await parts_.papers.keep(caller, std::move(claim), std::move(*pdf), std::move(with_document));
        if (!kept) co_return std::unexpected(std::move(kept).error());
        made.document = std::move(*kept);
        co_return made;
    }
    auto kept = co_await parts_.papers.keep(caller, std::move(claim), std::move(*pdf), std::nullopt);
    if (!kept) co_return std::unexpected(std::move(kept).error());
    made.document = *kept;

    std::optional<IdempotencyRequest> with_order;
    if (idempotency)
        with_order = IdempotencyRequest{.key = idempotency->key, .fingerprint = idempotency->fingerprint,
                                        .answer = [document = *kept, answer = idempotency->answer](const Order& changed_order) {
                                            return answer({.document = document, .attached = true, .order = changed_order});
                                        }};
    OrderWish amends;
    amends.amends_request = true;
    auto changed_order = co_await changed(
        caller, id, wish.if_version, std::move(with_order),
        [this, caller, letter_ref = kept->about](const Order& now) -> Result<OrderChange> {
            if (!takes_documents(now)) return std::unexpected(takes_none(now));
            auto request = with_letter(now.request, letter_ref);
            if (!request) return std::unexpected(std::move(request).error());
            // A letter for a carrier that has the order already is a correction, which goes out with the next supplement.
            auto change = correct_order(now, std::move(*request), false, parts_.clock.now(), caller.token_name, parts_.engine.known());
            if (!change) return change;
            change->entries.clear();
            change->entries.push_back(entry(now, parts_.clock.now(), caller.token_name, "port.document_added",
                                           phrase("a letter of authorization was made: {1}, SHA-256 {2}", letter_ref.name, letter_ref.sha256)));
            return change;
        },
        std::move(amends)
    );
    if (!changed_order) co_return std::unexpected(std::move(changed_order).error());
    made.order = std::move(*changed_order);
    co_return made;
}

}  // namespace porteur
