// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kit/message.hpp"

namespace porteur::sim {

struct MailAttachment {
    std::string file_name;
    std::string content_type;
    std::string bytes;
};

/// A mail as a person at the desk sees it.
struct Mail {
    Fields headers;    ///< names in lower case; unfolded; encoded words decoded
    std::string text;  ///< the plain text, or the HTML without its tags when there is no plain text
    std::vector<MailAttachment> attachments;

    std::string header(std::string_view name) const;
};

/// Reads a message; what is broken is read as well as it goes, as mail programs do.
/// @source  RFC 5322, RFC 2045 to 2047, RFC 2231 (file names)
Mail parse_mail(std::string_view raw);

/// The bare address of "Name <a@b>" or "a@b".
std::string address_of(std::string_view field);

}  // namespace porteur::sim
