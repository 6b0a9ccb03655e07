// SPDX-License-Identifier: Apache-2.0
#include "carriers/http_effect.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "carriers/encoding.hpp"
#include "carriers/multipart.hpp"
#include "carriers/place.hpp"

namespace porteur {

using namespace carriers;

namespace {

namespace json = boost::json;

constexpr std::int64_t timeout_max_ms = 600'000;  // ten minutes; a longer wait is a poll

struct DocumentUse {
    std::string id, at, field;
};

struct SecretUse {
    std::string at, name;
};

/// The head, read; texts copied as the request needs them anyway.
struct Head {
    CarrierRequest request;
    std::string content;
    std::string query;
    std::vector<DocumentUse> documents;
    std::vector<SecretUse> secrets;
    bool has_path = false, has_url = false;
};

std::unexpected<Error> bad_head(std::string_view where, std::string_view why) {
    return failure(
        ErrorKind::invalid_input, "http effect: " + std::string(where) + " " + std::string(why)
    );
}

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

/// The text under a key of a small object, or an empty one.
std::string text_in(const json::object& object, std::string_view key) {
    const auto* found = object.if_contains(key);
    return found && found->is_string() ? std::string(view(found->get_string())) : std::string();
}

bool has_only(const json::object& object, std::initializer_list<std::string_view> keys) {
    return std::ranges::all_of(object, [&](const auto& member) {
        return std::ranges::find(keys, std::string_view(member.key())) != keys.end() &&
               member.value().is_string();
    });
}

/// `[["name","value"],...]`, as `query` and `headers` have it.
Result<HttpHeaders> read_pairs(std::string_view where, const json::value& value) {
    HttpHeaders pairs;
    const auto* list = value.if_array();
    if (!list) return bad_head(where, "is not a list");
    for (const auto& element : *list) {
        const auto* pair = element.if_array();
        if (!pair || pair->size() != 2 || !(*pair)[0].is_string() || !(*pair)[1].is_string()) {
            return bad_head(where, "has an element that is not a pair of texts");
        }
        pairs.emplace_back(view((*pair)[0].get_string()), view((*pair)[1].get_string()));
    }
    return pairs;
}

Result<void> read_headers(const json::value& value, Head& head) {
    auto pairs = read_pairs("headers", value);
    if (!pairs) return std::unexpected(pairs.error());
    for (const auto& [name, text] : *pairs) {
        if (!is_token(name) || is_framing_header(name) || same_word(name, "content-type") ||
            same_word(name, "authorization") || same_word(name, "cookie")) {
            return bad_head("header " + quoted(name), "may not be set by a plugin");
        }
        if (!is_field_value(text)) return bad_head("header " + quoted(name), "has a control byte");
    }
    head.request.headers = std::move(*pairs);
    return {};
}

Result<void> read_query(const json::value& value, Head& head) {
    const auto pairs = read_pairs("query", value);
    if (!pairs) return std::unexpected(pairs.error());
    for (const auto& [name, text] : *pairs) {
        if (!head.query.empty()) head.query += '&';
        head.query += percent_encoded(name) + "=" + percent_encoded(text);
    }
    return {};
}

Result<void> read_documents(const json::value& value, Head& head) {
    const auto* list = value.if_array();
    if (!list) return bad_head("documents", "is not a list");
    for (const auto& element : *list) {
        const auto* object = element.if_object();
        if (!object || !has_only(*object, {"as", "at", "field", "id"})) {
            return bad_head(
                "documents", "has an element that is not {as, at | field, id} of texts"
            );
        }
        const auto as = text_in(*object, "as");
        DocumentUse use{text_in(*object, "id"), text_in(*object, "at"), text_in(*object, "field")};
        const bool in_form = as == "multipart" && !use.field.empty() && use.at.empty();
        const bool in_json = (as.empty() || as == "base64") && use.field.empty() && !use.at.empty();
        if (use.id.empty() || !(in_form || in_json)) {
            return bad_head(
                "documents",
                "has an element that is neither base64 at a pointer nor multipart in a field"
            );
        }
        head.documents.push_back(std::move(use));
    }
    return {};
}

Result<void> read_secrets(const json::value& value, Head& head) {
    const auto* list = value.if_array();
    if (!list) return bad_head("secrets", "is not a list");
    for (const auto& element : *list) {
        const auto* object = element.if_object();
        if (!object || object->size() != 2 || !has_only(*object, {"at", "name"})) {
            return bad_head("secrets", "has an element that is not {at, name} of texts");
        }
        head.secrets.push_back({text_in(*object, "at"), text_in(*object, "name")});
    }
    return {};
}

Result<void> read_member(std::string_view key, const json::value& value, Head& head) {
    if (key == "documents") return read_documents(value, head);
    if (key == "headers") return read_headers(value, head);
    if (key == "query") return read_query(value, head);
    if (key == "secrets") return read_secrets(value, head);
    if (key == "timeout_ms") {
        const auto* count = value.if_int64();
        if (!count || *count < 1 || *count > timeout_max_ms) {
            return bad_head("timeout_ms", "is not a whole number from 1 to 600000");
        }
        head.request.timeout = std::chrono::milliseconds{*count};
        return {};
    }

    static constexpr std::array<std::string_view, 5> texts = {
        "content", "looks_up", "method", "path", "url"
    };
    if (std::ranges::find(texts, key) == texts.end()) {
        return bad_head("key " + quoted(key), "is not known");
    }
    const auto* text = value.if_string();
    if (!text) return bad_head(key, "is not a text");
    if (key == "content") head.content = view(*text);
    if (key == "method") head.request.method = view(*text);
    if (key == "path" || key == "url") {
        (key == "path" ? head.has_path : head.has_url) = true;
        head.request.url_or_path = view(*text);
    }
    return {};
}

Result<void> check(const Head& head) {
    const auto& method = head.request.method;
    const bool is_method = is_token(method) && std::ranges::all_of(method, [](char letter) {
                               return letter >= 'A' && letter <= 'Z';
                           });
    if (!is_method || method == "CONNECT" || method == "TRACE") {
        return bad_head("method " + quoted(method), "is none a carrier may be asked with");
    }
    if (head.has_path == head.has_url)
        return bad_head("head", "has not exactly one of path and url");
    if (head.has_path != head.request.url_or_path.starts_with('/')) {
        return bad_head(head.has_path ? "path" : "url", "is " + quoted(head.request.url_or_path));
    }
    if (!is_field_value(head.content)) return bad_head("content", "has a control byte");
    return {};
}

Result<Head> read_head(std::string_view text) {
    // A head is small: it is read without a single allocation of its own.
    std::array<unsigned char, 2048> scratch{};
    json::monotonic_resource memory(scratch.data(), scratch.size());
    boost::system::error_code error;
    const auto parsed = json::parse({text.data(), text.size()}, error, &memory);
    if (error || !parsed.is_object()) return bad_head("head", "is not a JSON object");

    Head head;
    head.request.method.clear();
    for (const auto& [key, value] : parsed.get_object()) {
        const auto read = read_member({key.data(), key.size()}, value, head);
        if (!read) return std::unexpected(read.error());
    }
    if (const auto checked = check(head); !checked) return std::unexpected(checked.error());

    if (!head.query.empty()) {
        auto& target = head.request.url_or_path;
        target += target.find('?') == target.npos ? '?' : '&';
        target += head.query;
    }
    return head;
}

/// Collects what goes into the body and writes it there in one pass.
class BodyBuilder {
public:
    BodyBuilder(std::string content, std::string body)
        : content_(std::move(content)), body_(std::move(body)) {}

    Result<void> put(const Place& place, std::string_view text) {
        if (place.kind == Place::Kind::pointer) return put_in_json(place.name, text);
        if (is("multipart/form-data")) {
            parts_.push_back({place.name, std::string(text), {}, {}});
            return {};
        }
        if (!is("application/x-www-form-urlencoded")) {
            return bad_head("place \"form:\"", "needs a form as content");
        }
        if (!body_.empty()) body_ += '&';
        body_ += percent_encoded(place.name) + "=" + percent_encoded(text);
        return {};
    }

    Result<void> put_file(FormPart part) {
        if (!is("multipart/form-data")) {
            return bad_head("documents", "as multipart need \"content\":\"multipart/form-data\"");
        }
        parts_.push_back(std::move(part));
        return {};
    }

    Result<void> write(CarrierRequest& request) {
        if (document_) {
            body_ = json::serialize(*document_);
        } else if (is("multipart/form-data")) {
            auto made = multipart_body(with_plain_fields());
            if (!made) return std::unexpected(made.error());
            content_ = std::move(made->content_type);
            body_ = std::move(made->body);
        }
        if (!content_.empty()) request.headers.emplace_back("Content-Type", std::move(content_));
        request.body = std::move(body_);
        return {};
    }

private:
    /// Compares the media type without its parameters.
    [[nodiscard]] bool is(std::string_view media_type) const {
        auto found = std::string_view(content_).substr(0, content_.find(';'));
        while (found.ends_with(' ')) found.remove_suffix(1);
        return same_word(found, media_type);
    }

    Result<void> put_in_json(std::string_view pointer, std::string_view text) {
        if (!document_) {
            boost::system::error_code error;
            auto parsed = json::parse(body_, error);
            if (error)
                return bad_head("body", "is not JSON, so nothing can be put at " + quoted(pointer));
            document_ = std::move(parsed);
        }
        return put_at(*document_, pointer, text);
    }

    /// The plugin's own fields, form-urlencoded in the body, come before the host's.
    std::vector<FormPart> with_plain_fields() {
        std::vector<FormPart> parts;
        std::string_view rest = body_;
        while (!rest.empty()) {
            const auto field = rest.substr(0, rest.find('&'));
            rest.remove_prefix(std::min(field.size() + 1, rest.size()));
            const auto equals = field.find('=');
            const auto text = equals == field.npos ? std::string_view{} : field.substr(equals + 1);
            parts.push_back({form_decoded(field.substr(0, equals)), form_decoded(text), {}, {}});
        }
        std::ranges::move(parts_, std::back_inserter(parts));
        return parts;
    }

    std::string content_, body_;
    std::optional<json::value> document_;
    std::vector<FormPart> parts_;
};

Result<void> put_documents(const Head& head, const EffectResources& resources, BodyBuilder& body) {
    for (const auto& use : head.documents) {
        if (!resources.document) return bad_head("documents", "are not offered here");
        auto found = resources.document(use.id);
        if (!found) return std::unexpected(found.error());
        const auto put = use.field.empty()
                             ? body.put({Place::Kind::pointer, use.at}, base64(found->bytes))
                             : body.put_file(
                                   {use.field, std::move(found->bytes),
                                    found->name.empty() ? use.id : std::move(found->name),
                                    std::move(found->media_type)}
                               );
        if (!put) return put;
    }
    return {};
}

Result<void> put_value(
    std::string_view at, std::string_view text, CarrierRequest& request, BodyBuilder& body
) {
    const auto place = parse_place(at);
    if (!place) return std::unexpected(place.error());
    if (place->kind != Place::Kind::header) return body.put(*place, text);
    if (!is_field_value(text)) {
        return bad_head("header " + quoted(place->name), "would get a value with a control byte");
    }
    request.headers.emplace_back(place->name, text);
    return {};
}

Result<void> put_secrets(
    const Head& head, const EffectResources& resources, CarrierRequest& request, BodyBuilder& body
) {
    for (const auto& use : head.secrets) {
        if (!resources.secret) return bad_head("secrets", "are not offered here");
        auto found = resources.secret(use.name);
        if (!found) return std::unexpected(found.error());
        const auto put = put_value(use.at, *found, request, body);
        request.secret_places.push_back(use.at);
        request.secrets.push_back(std::move(*found));
        if (!put) return put;
    }
    return {};
}

bool reaches_plugin(std::string_view header) {
    static constexpr std::array<std::string_view, 7> names = {
        "content-type", "etag",        "inin-correlation-id", "link",
        "location",     "retry-after", "x-request-id",
    };
    return header.starts_with("x-rate-limit-") || std::ranges::find(names, header) != names.end();
}

void append_json_text(std::string& out, std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    out += '"';
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (letter == '"' || letter == '\\') {
            out += {'\\', letter};
        } else if (letter == '\t') {
            out += "\\t";
        } else if (byte < 0x20) {
            out += {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
        } else if (byte < 0x80) {
            out += letter;
        } else {
            out += {static_cast<char>(0xC0 | (byte >> 6)), static_cast<char>(0x80 | (byte & 0x3F))};
        }
    }
    out += '"';
}

}  // namespace

Result<CarrierRequest> request_from_effect(
    std::string_view head_text, std::string body, const EffectResources& resources
) {
    auto head = read_head(head_text);
    if (!head) return std::unexpected(head.error());

    auto& request = head->request;
    BodyBuilder builder(std::move(head->content), std::move(body));
    if (const auto put = put_documents(*head, resources, builder); !put) {
        return std::unexpected(put.error());
    }
    if (const auto put = put_secrets(*head, resources, request, builder); !put) {
        return std::unexpected(put.error());
    }
    if (resources.key) {
        const auto put = put_value(resources.key->at, resources.key->value, request, builder);
        if (!put) return std::unexpected(put.error());
    }
    if (const auto written = builder.write(request); !written) {
        return std::unexpected(written.error());
    }
    return std::move(request);
}

std::string completion_head(const HttpAnswer& answer) {
    std::map<std::string_view, std::string> kept;
    for (const auto& [name, value] : answer.headers) {
        if (!reaches_plugin(name)) continue;
        const auto [at, is_new] = kept.try_emplace(name, value);
        if (!is_new) at->second += ", " + value;
    }

    std::string head = "{\"headers\":{";
    for (const auto& [name, value] : kept) {
        if (head.back() != '{') head += ',';
        append_json_text(head, name);
        head += ':';
        append_json_text(head, value);
    }
    head += "},\"status\":" + std::to_string(answer.status) + "}";
    return head;
}

}  // namespace porteur
