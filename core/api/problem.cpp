// SPDX-License-Identifier: Apache-2.0
#include "api/problem.hpp"

#include <porteur/json.hpp>

#include "api/number_services.hpp"
#include "api/phone_services.hpp"

namespace porteur {
namespace {

/// What a message blames: "/request/pin: ..." a place in the body, "the parameter limit is ..." a
/// parameter. Empty where it blames neither.
std::string_view field_of(std::string_view message) {
    if (message.starts_with('/')) {
        const auto colon = message.find(": ");
        const auto pointer = message.substr(0, colon);
        const bool is_pointer = colon != message.npos && pointer.find(' ') == pointer.npos;
        return is_pointer ? pointer : std::string_view{};
    }
    for (const std::string_view opening : {"the parameter ", "there is no parameter \""}) {
        if (!message.starts_with(opening)) continue;
        const auto name = message.substr(opening.size());
        return name.substr(0, name.find_first_of(" \""));
    }
    return {};
}

/// Each line of a message that blames one field a line; empty for any other message.
json::array errors_of(std::string_view message) {
    json::array errors;
    if (message.find('\n') == message.npos) return errors;
    for (std::size_t at = 0; at <= message.size();) {
        const auto end = std::min(message.find('\n', at), message.size());
        const auto line = message.substr(at, end - at);
        const auto field = field_of(line);
        if (field.empty()) return {};
        errors.push_back(json::object{{"detail", line.substr(field.size() + 2)}, {"field", field}});
        at = end + 1;
    }
    return errors;
}

const ProblemKind& kind_of(const Error& error, bool of_state) {
    switch (error.kind) {
        case ErrorKind::invalid_input:
            if (error.code == not_found_code) return problems::not_found;
            if (error.code == version_code) return problems::version;
            if (error.code == conflict_code) return problems::conflict;
            if (error.code == too_large_code) return problems::too_large;
            if (error.code == media_type_code) return problems::media_type;
            if (error.code == forbidden_code) return problems::forbidden;
            if (error.code == sign_in_code) return problems::unauthenticated;
            if (error.code == second_factor_code) return problems::second_factor;
            if (error.code == too_many_code) return problems::too_many_attempts;
            if (error.code == telephone_system_code) return problems::telephone_system;
            if (error.code == jobs_waiting_code) return problems::too_many_changes;
            // A field that is named is the caller's to mend, whatever the order's state.
            return of_state && field_of(error.message).empty() ? problems::conflict : problems::invalid_input;
        case ErrorKind::unsupported:
            return problems::unsupported;
        case ErrorKind::unauthorized:
            return problems::carrier_credentials;
        case ErrorKind::rejected:
            return problems::rejected;
        case ErrorKind::throttled:
            return problems::throttled;
        case ErrorKind::unavailable:
        case ErrorKind::cancelled:
            return problems::unavailable;
        case ErrorKind::in_doubt:
            return problems::in_doubt;
        case ErrorKind::none:
        case ErrorKind::internal:
            break;
    }
    return problems::internal;
}

json::object document_of(const ProblemKind& kind, std::string_view detail, std::string_view field) {
    json::object out{
        {"detail", detail},
        {"status", kind.status},
        {"title", kind.title},
        {"type", "urn:porteur:problem:" + std::string(kind.word)}
    };
    if (!field.empty()) out["field"] = field;
    return out;
}

Answer answer_with(const ProblemKind& kind, const json::object& document) {
    Answer answer;
    answer.status = kind.status;
    answer.content_type = "application/problem+json";
    answer.body = canonical(document);
    return answer;
}

}  // namespace

Answer problem_answer(const ProblemKind& kind, std::string_view detail, std::string_view field) {
    return answer_with(kind, document_of(kind, detail, field.empty() ? field_of(detail) : field));
}

Answer problem_answer(const Error& error, bool of_state) {
    const auto& kind = kind_of(error, of_state);
    auto document = document_of(kind, error.message, field_of(error.message));
    if (auto errors = errors_of(error.message); !errors.empty()) {
        std::string detail = error.message;
        for (auto at = detail.find('\n'); at != detail.npos; at = detail.find('\n', at))
            detail.replace(at, 1, "; ");
        document["detail"] = std::move(detail);
        document["errors"] = std::move(errors);
    }
    // What the carrier said, for those who know its words.
    if (error.reason != Reason::none) document["reason"] = text_of(error.reason);
    if (kind.status != 404 && error.kind != ErrorKind::invalid_input && !error.code.empty())
        document["carrier_code"] = error.code;
    auto answer = answer_with(kind, document);
    if (kind.status == 503 || kind.status == 429)
        answer.headers.emplace_back(
            "Retry-After", std::to_string(std::max<std::int64_t>(1, error.retry_after.count()))
        );
    return answer;
}

const ProblemKind& kind_of_status(int status) {
    switch (status) {
        case 408:
            return problems::too_slow;
        case 413:
            return problems::too_large;
        case 414:
            return problems::uri_too_long;
        case 415:
            return problems::media_type;
        case 417:
            return problems::expectation;
        case 431:
            return problems::header_too_large;
        case 501:
            return problems::not_spoken;
        case 505:
            return problems::http_version;
        default:
            return problems::bad_request;
    }
}

}  // namespace porteur
