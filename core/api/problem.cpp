// SPDX-License-Identifier: Apache-2.0
#include "api/problem.hpp"

#include <porteur/json.hpp>

namespace porteur {
namespace {

std::string_view pointer_of(std::string_view message) {
    if (!message.starts_with('/')) return {};
    const auto colon = message.find(": ");
    const auto pointer = message.substr(0, colon);
    return colon == message.npos || pointer.find(' ') != pointer.npos ? std::string_view{}
                                                                      : pointer;
}

const ProblemKind& kind_of(const Error& error, bool of_state) {
    switch (error.kind) {
        case ErrorKind::invalid_input:
            if (error.code == not_found_code) return problems::not_found;
            if (error.code == version_code) return problems::version;
            if (error.code == conflict_code) return problems::conflict;
            if (error.code == too_large_code) return problems::too_large;
            if (error.code == media_type_code) return problems::media_type;
            return of_state ? problems::conflict : problems::invalid_input;
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
    return answer_with(kind, document_of(kind, detail, field));
}

Answer problem_answer(const Error& error, bool of_state) {
    const auto& kind = kind_of(error, of_state);
    auto document = document_of(kind, error.message, pointer_of(error.message));
    // What the carrier said, for those who know its words.
    if (error.reason != Reason::none) document["reason"] = text_of(error.reason);
    if (kind.status != 404 && error.kind != ErrorKind::invalid_input && !error.code.empty())
        document["carrier_code"] = error.code;
    auto answer = answer_with(kind, document);
    if (kind.status == 503)
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
