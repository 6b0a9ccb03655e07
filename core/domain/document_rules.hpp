// SPDX-License-Identifier: Apache-2.0
#pragma once

// How old a document may be when an order goes out, and until when it is good by what it says itself.
// The ages are data: those of the settings, and where a carrier's requirements name one of their own, that.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <porteur/model/common.hpp>

namespace porteur {

/// Days, by type of document: {"loa": 30, "invoice": 45}.
using DocumentAges = std::map<std::string, std::int64_t>;

/// The type of document that a requirement of kind "document" asks for, from its code: "statement"
/// and "bill" are invoices, "letter_of_authorization" is a letter; any other code is a type itself.
/// @threads any
std::string document_type_of(const Requirement& requirement);

/// The ages with those put in that carriers ask for: what a requirement names goes over what is
/// there; of several carriers' the shortest counts.
/// @param asked  the requirements of each carrier that has a part in the order
/// @threads any
DocumentAges ages_with(DocumentAges ages, const std::vector<Requirements>& asked);

/// What is wrong with the dates of an order's documents.
///
/// A letter's age counts from its signature, any other document's from its issue; where that date
/// is not known, from the other one. Of several documents of a type the youngest counts. Too old
/// today, or dated after tomorrow (its day may have begun elsewhere): blocking. Young enough today,
/// but not on the day of the transfer: a warning, as some carriers look then. Without a date
/// nothing is said: not every carrier asks for one, and those that do have a rule of their own.
///
/// @param transfer  the day that is wished for; nothing: not known
/// @return          problems whose fields are "/documents/INDEX"
/// @threads         any; pure
std::vector<Problem> document_age_problems(
    const std::vector<DocumentRef>& documents, const DocumentAges& ages,
    std::chrono::year_month_day today, std::optional<std::chrono::year_month_day> transfer
);

/// What is wrong with the days that an order's documents themselves are good until (`expires_on`): one
/// that is over today, or before the day that is wished for, is blocking, as carriers refuse it then.
/// Each document is looked at, for each is sent; that day itself is a good one. One without such a
/// day is never over.
///
/// @param wished  the order's requested date; nothing: not known
/// @return        problems whose fields are "/documents/INDEX"
/// @threads       any; pure
std::vector<Problem> document_expiry_problems(
    const std::vector<DocumentRef>& documents, std::chrono::year_month_day today,
    std::optional<std::chrono::year_month_day> wished
);

}  // namespace porteur
