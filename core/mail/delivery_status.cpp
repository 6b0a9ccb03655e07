// SPDX-License-Identifier: Apache-2.0
#include "mail/delivery_status.hpp"

#include <algorithm>

#include "mail/mime_part.hpp"
#include "mail/text_codec.hpp"

namespace porteur {
namespace {

constexpr std::size_t recipients_max = 200;

/// "rfc822; name@example.org" without its type.
std::string without_type(std::string_view value) {
    const auto mark = value.find(';');
    return std::string(trimmed(mark == value.npos ? value : value.substr(mark + 1)));
}

int hex_digit(char letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
    return -1;
}

std::string from_xtext(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '+' && at + 2 < text.size() && hex_digit(text[at + 1]) >= 0 &&
            hex_digit(text[at + 2]) >= 0) {
            out += static_cast<char>(hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2]));
            at += 2;
        } else {
            out += text[at];
        }
    }
    return out;
}

}  // namespace

bool DeliveryStatus::failed() const {
    return std::ranges::any_of(recipients, [](const RecipientStatus& recipient) {
        return recipient.action == "failed" ||
               (recipient.action.empty() && recipient.status.starts_with("5."));
    });
}

std::string DeliveryStatus::message_id() const {
    if (!original_message_id.empty() || original_envelope_id.empty()) return original_message_id;
    return "<" + original_envelope_id + ">";
}

DeliveryStatus read_delivery_status(std::string_view body) {
    DeliveryStatus status;
    std::vector<std::string> defects;
    bool first = true;
    while (!body.empty() && status.recipients.size() < recipients_max) {
        const auto fields = take_fields(body, {}, defects);
        if (fields.empty()) continue;
        RecipientStatus recipient;
        bool about_recipient = false;
        for (const auto& [name, value] : fields) {
            if (name == "original-envelope-id") {
                status.original_envelope_id = from_xtext(trimmed(value));
            } else if (name == "reporting-mta") {
                status.reporting_server = without_type(value);
            } else if (name == "final-recipient") {
                recipient.final_recipient = without_type(value);
                about_recipient = true;
            } else if (name == "original-recipient") {
                recipient.original_recipient = from_xtext(without_type(value));
                about_recipient = true;
            } else if (name == "action") {
                recipient.action = lower_ascii(trimmed(value));
                about_recipient = true;
            } else if (name == "status") {
                // "5.1.1 (user unknown)": the digits alone.
                recipient.status = value.substr(0, value.find_first_of(" \t("));
                about_recipient = true;
            } else if (name == "diagnostic-code") {
                recipient.diagnostic = to_utf8(without_type(value), "");
            }
        }
        // Some servers leave out the empty line after the first group.
        if (about_recipient || !first) status.recipients.push_back(std::move(recipient));
        first = false;
    }
    return status;
}

}  // namespace porteur
