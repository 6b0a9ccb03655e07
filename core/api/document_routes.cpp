// SPDX-License-Identifier: Apache-2.0
#include <porteur/phrase.hpp>
#include <porteur/json.hpp>

#include "api/fingerprint.hpp"
#include "api/gate.hpp"
#include "api/order_json.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"

namespace porteur {
namespace {

Result<std::optional<std::chrono::year_month_day>> read_date(
    const Request& request, std::string_view name
) {
    const auto text = request.parameter(name);
    if (text.empty()) return std::nullopt;
    if (const auto date = read_iso_date(text)) return *date;
    return failure(
        ErrorKind::invalid_input,
        phrase("the parameter {1} is {2}; expected a date, as in 2026-12-01", name, quoted(text, 20))
    );
}

Result<DocumentClaim> read_claim(const Request& request) {
    DocumentClaim claim;
    claim.type = request.parameter("type");
    claim.name = request.parameter("name");
    claim.size = request.content_length;
    const auto* type = request.field("content-type");
    if (!type)
        return std::unexpected(Error{
            .kind = ErrorKind::invalid_input,
            .message = phrase(
                "Content-Type is missing; send application/pdf, image/png, image/jpeg or image/tiff, or a "
                "spreadsheet's"
            ),
            .code = std::string(media_type_code)
        });
    claim.content_type = *type;
    for (const auto& [name, into] :
         {std::pair{"issued_on", &claim.issued_on},
          {"signed_on", &claim.signed_on},
          {"expires_on", &claim.expires_on}}) {
        auto date = read_date(request, name);
        if (!date) return std::unexpected(std::move(date).error());
        *into = *date;
    }
    const auto begun = claim.issued_on ? claim.issued_on : claim.signed_on;
    if (claim.expires_on && begun && std::chrono::sys_days{*claim.expires_on} < std::chrono::sys_days{*begun})
        return failure(
            ErrorKind::invalid_input,
            phrase("the parameter {1} is {2:date}, before the document's own date, {3:date}", "expires_on",
                   iso_date(*claim.expires_on), iso_date(*begun))
        );
    if (claim.type.empty())
        return failure(
            ErrorKind::invalid_input,
            "the parameter type is missing; say what it is, as in type=loa"
        );
    if (claim.name.empty())
        return failure(
            ErrorKind::invalid_input,
            "the parameter name is missing; give the file's name, as in name=loa.pdf"
        );
    return claim;
}

Answer document_answer(const StoredDocument& document, int status) {
    Answer answer;
    answer.status = status;
    answer.body = canonical(document_json(document));
    if (status == 201)
        answer.headers.emplace_back("Location", "/v1/documents/" + document.about.id);
    return answer;
}

/// A file name in a header field. @source RFC 6266, section 4.3; RFC 8187, section 3.2
std::string encoded_name(std::string_view name) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (const char letter : name) {
        const auto byte = static_cast<unsigned char>(letter);
        const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '.' ||
                           byte == '_';
        if (plain) {
            out += letter;
        } else {
            out += '%';
            out += digits[byte >> 4U];
            out += digits[byte & 15U];
        }
    }
    return out;
}

}  // namespace

namespace handlers {

Async<Answer> upload_document(Api& api, Request& request) {
    auto claim = read_claim(request);
    if (!claim) co_return problem_answer(claim.error());
    auto upload = api.services.begin_upload(request.caller, *claim);
    if (!upload) co_return problem_answer(upload.error());

    Fingerprint fingerprint;
    fingerprint.part(request.method);
    fingerprint.part(request.target);
    fingerprint.part(claim->content_type);
    auto answered = co_await take_pieces(
        api, request, fingerprint, api.limits.upload_size_max_bytes,
        phrase("the document has more than the {1:n} bytes that are taken", api.limits.upload_size_max_bytes),
        [&upload](std::string_view piece) { return (*upload)->append(piece); }
    );
    if (answered) co_return std::move(*answered);
    auto stored = co_await (*upload)->finish(UploadIdempotency{
        .key = request.key,
        .fingerprint = request.fingerprint,
        .answer = [](const StoredDocument& document
                  ) { return std::pair(201, canonical(document_json(document))); }
    });
    if (!stored) co_return problem_answer(stored.error());
    co_return document_answer(*stored, 201);
}

Async<Answer> show_document(Api& api, Request& request) {
    const auto& id = request.segments.front();
    auto found = api.services.document(request.caller, id);
    if (!found) co_return problem_answer(found.error());
    if (!*found)
        co_return problem_answer(
            problems::not_found, phrase("there is no document {1} among yours", quoted(id, 40))
        );
    co_return document_answer(**found, 200);
}

Async<Answer> read_document(Api& api, Request& request) {
    auto found =
        co_await api.services.document_content(request.caller, request.segments.front());
    if (!found) co_return problem_answer(found.error());
    const auto& about = found->document.about;
    Answer answer;
    answer.content_type = about.content_type;
    answer.body = std::move(found->bytes);
    // Never shown in place: it is a stranger's file, and the address is ours.
    answer.headers.emplace_back(
        "Content-Disposition", "attachment; filename*=UTF-8''" + encoded_name(about.name)
    );
    answer.headers.emplace_back("ETag", "\"" + about.sha256 + "\"");
    co_return answer;
}

}  // namespace handlers
}  // namespace porteur
