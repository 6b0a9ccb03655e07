// SPDX-License-Identifier: Apache-2.0
#include "document_file.hpp"

namespace porteur::cli {

using namespace std::string_view_literals;

std::string_view content_type_of(std::string_view bytes, std::string_view name) {
    if (bytes.starts_with("%PDF-"sv)) return "application/pdf";
    if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return "image/png";
    if (bytes.starts_with("\xFF\xD8\xFF"sv)) return "image/jpeg";
    if (bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv)) return "image/tiff";
    if (bytes.starts_with("PK\x03\x04"sv)) {
        constexpr auto ods = "application/vnd.oasis.opendocument.spreadsheet"sv;
        if (bytes.substr(0, 200).find(ods) != bytes.npos) return ods;
        if (bytes.find("xl/workbook.xml"sv) != bytes.npos)
            return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    }
    if ((name.ends_with(".csv") || name.ends_with(".CSV")) && bytes.find('\0') == bytes.npos) return "text/csv";
    return "application/octet-stream";
}

Outcome<ReadDocument> read_document(const DocumentFile& file, Surroundings& around) {
    auto bytes = read_whole(file.path, around);
    if (!bytes) return passed_on(bytes);
    if (bytes->empty())
        return trouble(ExitCode::usage, phrase("{1} is empty; nothing was sent", quoted(file.path, 200)));
    ReadDocument read{.about = file, .content_type = {}, .bytes = std::move(*bytes)};
    if (read.about.name.empty())
        read.about.name = file.path == "-" ? file.type : file.path.substr(file.path.rfind('/') + 1);
    read.content_type = content_type_of(read.bytes, read.about.name);
    return read;
}

Outcome<json::value> upload_document(
    Session& session, ReadDocument document, std::string_view part
) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto& about = document.about;
    const auto target = with_query(
        "/v1/documents", {{"type", about.type},
                          {"name", about.name},
                          {"issued_on", about.issued_on},
                          {"signed_on", about.signed_on},
                          {"expires_on", about.expires_on}}
    );
    auto reply = (*client)->upload(
        target,
        {.content_type = document.content_type,
         .bytes = std::move(document.bytes),
         .name = about.name},
        session.change(part)
    );
    if (!reply) return passed_on(reply);
    return std::move(reply->document);
}

}  // namespace porteur::cli
