// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <porteur/result.hpp>

#include "carriers/exchange.hpp"

namespace porteur {

/// A document of the store, as it goes to a carrier.
struct EffectDocument {
    std::string bytes;
    std::string name;        ///< file name in a multipart form; empty takes the document's id
    std::string media_type;  ///< "application/pdf"; empty is application/octet-stream
};

/// The key under which a carrier recognises a repeat of a KEYED effect.
struct IdempotencyKey {
    std::string at;  ///< "header:Idempotency-Key" or a JSON pointer, as the descriptor says
    std::string value;
};

/// What the host puts into a request and the plugin only names. Each is asked once for each use.
struct EffectResources {
    std::function<Result<std::string>(std::string_view name)> secret = {};
    std::function<Result<EffectDocument>(std::string_view id)> document = {};
    std::optional<IdempotencyKey> key = {};
};

/// Makes the request of an http effect: head (canonical JSON) and raw body as the plugin gave them.
///
/// Head, each key optional but `method` and one of `path` and `url`:
///
///     {"content":"application/json",
///     "documents":[{"as":"base64","at":"/Loa/Base64","id":"doc-1"}],
///      "headers":[["accept","application/json"]], "looks_up":"submit", "method":"POST",
///      "path":"/v2/orders", "query":[["npa","416"]], "secrets":[{"at":"/password","name":"pin"}],
///      "timeout_ms":30000}
///
/// - `path` is appended to the account's base URL; `url` is absolute, and the client refuses hosts
///   that are not the account's. `query` is percent-encoded and appended.
/// - `content` becomes Content-Type; without it a body has none.
/// - A document goes into a JSON body at a pointer ("as":"base64", the default), or into a form
///   ("as":"multipart" with "field"); then `content` is "multipart/form-data" and the body holds
///   the plain fields, form-urlencoded.
/// - A secret goes to a JSON pointer, "form:NAME" or "header:NAME". Only header places need no body
///   of a fitting `content`.
/// - `looks_up` is for the engine and only checked to be a text.
///
/// Without documents, secrets and a key in the body the body is passed on untouched. Otherwise a
/// JSON body is written anew: same members in the same order, without blanks.
///
/// @errors  invalid_input: the head is not as above (the message says where), a key it does not
///          know, a place that does not exist or already has a value; what `secret` and `document`
///          answer is passed on
/// @threads any
/// @source  PLUGIN_CONTRACT.md section 1, R6 and R7
Result<CarrierRequest> request_from_effect(
    std::string_view head, std::string body, const EffectResources& resources
);

/// The head of the completion of an answer: `{"headers":{...},"status":201}`, canonical JSON.
///
/// Of the headers only content-type, etag, inin-correlation-id, link, location, retry-after,
/// x-rate-limit-* and x-request-id reach the plugin; repeated ones are joined with ", ". Bytes over
/// 0x7F are read as Latin-1, so that the head is UTF-8 whatever the carrier sent.
///
/// @threads any
std::string completion_head(const HttpAnswer& answer);

}  // namespace porteur
