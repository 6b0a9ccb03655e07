// SPDX-License-Identifier: Apache-2.0
#include "carriers/cassette.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "carriers/encoding.hpp"
#include "carriers/place.hpp"
#include "carriers/redact.hpp"

namespace porteur {

using namespace carriers;

namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 4> secret_headers = {
    "authorization", "proxy-authorization", "cookie", "set-cookie"
};
/// Members that hold a secret wherever they occur. @source RFC 6749 5.1, 6; RFC 7523; OpenID
/// Connect
constexpr std::array<std::string_view, 6> secret_members = {
    "access_token", "refresh_token", "id_token", "client_secret", "assertion", "client_assertion"
};

template <class Names>
bool names_it(const Names& names, std::string_view name) {
    return std::ranges::any_of(names, [&](const auto& known) { return same_word(known, name); });
}

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

/// Takes a redactor over every text of a document, names of members included, so that a secret is
/// also found where the text escapes it in a way of its own.
void redact_texts(json::value& value, const Redactor& redactor) {
    if (auto* text = value.if_string()) {
        *text = redactor.apply(view(*text));
    } else if (auto* array = value.if_array()) {
        for (auto& element : *array) redact_texts(element, redactor);
    } else if (auto* object = value.if_object()) {
        json::object kept;
        for (auto& [key, member] : *object) {
            const std::string_view name(key.data(), key.size());
            if (names_it(secret_members, name)) {
                member = json::string(redacted);
            } else {
                redact_texts(member, redactor);
            }
            kept.emplace(redactor.apply(name), std::move(member));
        }
        *object = std::move(kept);
    }
}

/// What to take out of one exchange.
struct Secrets {
    Redactor redactor;
    std::vector<Place> places;

    explicit Secrets(const CarrierRequest& sent) {
        for (const auto& secret : sent.secrets) redactor.add(secret);
        for (const auto& text : sent.secret_places) {
            // "Authorization" is a place of the client's own, which parse_place leaves to it.
            if (auto place = parse_place(text)) places.push_back(std::move(*place));
        }
    }

    [[nodiscard]] bool has(Place::Kind kind) const {
        return std::ranges::any_of(places, [&](const auto& place) { return place.kind == kind; });
    }

    [[nodiscard]] bool has(Place::Kind kind, std::string_view name) const {
        return std::ranges::any_of(places, [&](const auto& place) {
            return place.kind == kind && same_word(place.name, name);
        });
    }
};

std::optional<std::string> redacted_json(std::string_view body, const Secrets& secrets) {
    boost::system::error_code error;
    auto parsed = json::parse({body.data(), body.size()}, error);
    if (error || (!parsed.is_object() && !parsed.is_array())) return std::nullopt;
    for (const auto& place : secrets.places) {
        if (place.kind != Place::Kind::pointer) continue;
        boost::system::error_code absent;
        if (auto* found = parsed.find_pointer(place.name, absent)) *found = json::string(redacted);
    }
    redact_texts(parsed, secrets.redactor);
    return json::serialize(parsed);
}

std::string redacted_form(std::string_view body, const Secrets& secrets) {
    std::string out;
    while (!body.empty()) {
        const auto field = body.substr(0, body.find('&'));
        body.remove_prefix(std::min(field.size() + 1, body.size()));
        const auto name = form_decoded(field.substr(0, field.find('=')));
        if (!out.empty()) out += '&';
        if (secrets.has(Place::Kind::form, name) || names_it(secret_members, name)) {
            out += std::string(field.substr(0, field.find('='))) + "=" + std::string(redacted);
        } else {
            out += field;
        }
    }
    return out;
}

std::string redacted_body(
    std::string_view body, std::string_view content_type, const Secrets& secrets
) {
    if (content_type.starts_with("multipart/form-data") && secrets.has(Place::Kind::form)) {
        return "[multipart body with a secret]";
    }
    if (content_type.starts_with("application/x-www-form-urlencoded")) {
        return secrets.redactor.apply(redacted_form(body, secrets));
    }
    if (auto done = redacted_json(body, secrets)) return secrets.redactor.apply(*done);
    return secrets.redactor.apply(body);
}

json::array redacted_headers(const HttpHeaders& headers, const Secrets& secrets) {
    json::array list;
    for (const auto& [name, value] : headers) {
        const bool is_secret =
            names_it(secret_headers, name) || secrets.has(Place::Kind::header, name);
        auto text = is_secret ? std::string(redacted) : secrets.redactor.apply(value);
        // Foreign bytes would make a line that is not JSON.
        for (char& letter : text) {
            if (static_cast<unsigned char>(letter) >= 0x80) letter = '?';
        }
        list.push_back(json::array{name, std::move(text)});
    }
    return list;
}

std::string_view content_type_of(const HttpHeaders& headers) {
    const auto found = std::ranges::find_if(headers, [](const auto& header) {
        return same_word(header.first, "content-type");
    });
    return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

bool is_utf8(std::string_view text) {
    // Boost.JSON's parser checks it, given a text without quotes, escapes and control bytes.
    std::string plain(text);
    for (char& letter : plain) {
        const auto byte = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\' || byte < 0x20) letter = '.';
    }
    boost::system::error_code error;
    json::parse("\"" + plain + "\"", error);
    return !error;
}

void put_body(json::object& into, std::string body) {
    if (is_utf8(body)) {
        into["body"] = std::move(body);
    } else {
        into["body_base64"] = base64(body);
    }
}

}  // namespace

std::string cassette_line(const CarrierRequest& sent, const Exchanged& outcome) {
    const Secrets secrets(sent);

    // Members are put in the order of their names: the line is canonical JSON.
    json::object line;
    if (outcome) {
        json::object answer;
        put_body(answer, redacted_body(outcome->body, outcome->header("content-type"), secrets));
        answer["headers"] = redacted_headers(outcome->headers, secrets);
        answer["status"] = outcome->status;
        line["answer"] = std::move(answer);
    } else {
        const auto& failed = outcome.error();
        json::object failure_part;
        failure_part["kind"] = std::string(name_of(failed.error.kind));
        failure_part["may_have_left"] = failed.may_have_left;
        failure_part["message"] = secrets.redactor.apply(failed.error.message);
        line["failure"] = std::move(failure_part);
    }
    json::object request;
    put_body(request, redacted_body(sent.body, content_type_of(sent.headers), secrets));
    request["headers"] = redacted_headers(sent.headers, secrets);
    request["method"] = sent.method;
    request["url"] = secrets.redactor.apply(sent.url_or_path);
    line["request"] = std::move(request);
    return secrets.redactor.apply(json::serialize(line));
}

Result<ExchangeHook> record_to_file(const std::string& path) {
    const int opened = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (opened < 0) {
        return failure(
            ErrorKind::invalid_input,
            "cassette " + quoted(path, 200) + " cannot be written: " + std::strerror(errno)
        );
    }
    const std::shared_ptr<const int> file(new int(opened), [](const int* number) {
        ::close(*number);
        delete number;
    });
    return [file](const CarrierRequest& sent, const Exchanged& outcome) {
        const auto line = cassette_line(sent, outcome) + "\n";
        [[maybe_unused]] const auto written = ::write(*file, line.data(), line.size());
    };
}

}  // namespace porteur
