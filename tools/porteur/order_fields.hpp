// SPDX-License-Identifier: Apache-2.0
#pragma once

// The fields of an order as options: one table that says for each option where its value goes in
// the order's request. Parser, help, completion and the messages about wrong fields read it.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/json.hpp>

#include "command.hpp"

namespace porteur::cli {

class Session;

struct OrderField {
    std::string_view option;   ///< "--account-number"
    std::string_view pointer;  ///< into the request: "/account_number"
    ValueKind kind = ValueKind::text;
    std::string_view value;
    std::string_view help;
    bool of_port = true;
    bool of_purchase = true;
    bool numbers = false;           ///< its values are telephone numbers
    std::string_view choices = {};  ///< with blanks between
};

/// @threads any
std::span<const OrderField> order_fields();

/// The options of `create` and `amend` for "port" or "purchase": every field, and the documents.
std::vector<OptionSpec> options_of_fields(const std::string& group);

/// The parts of an order's request that the options give, with --pin and --pin-file, without
/// documents.
/// @errors usage: a number of another form, a PIN file that cannot be read
Outcome<json::object> request_of_options(Session& session);

/// What --file holds: the body of the API's POST, or its request alone. Empty without --file.
/// @errors usage: cannot be read, is no JSON object
Outcome<json::object> body_of_file(Session& session);

/// Uploads the documents that --loa, --invoice, --csr and --document name, and gives their ids
/// after those of --document-id.
/// @errors usage: a file; those of the API
Outcome<json::array> uploaded_documents(Session& session);

/// Puts `changes` into `into`: objects into objects, everything else in place of what was there.
void merge(json::object& into, const json::object& changes);

/// A number in E.164 form; blanks, points, hyphens and brackets are taken out.
/// @errors usage: another form
Outcome<std::string> e164(std::string_view option, std::string_view text);

/// The option for a field of an order, by the API's pointer "/request/account_number"; empty if
/// none.
std::string option_of_pointer(std::string_view pointer);

}  // namespace porteur::cli
