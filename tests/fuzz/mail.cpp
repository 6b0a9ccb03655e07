// SPDX-License-Identifier: Apache-2.0
// A mail in the desk's mailbox comes from anybody who knows its address; a mail server's greeting
// comes from whatever answers there.
#include "finding.hpp"
#include "mail/message.hpp"
#include "mail/reading.hpp"
#include "mail/smtp_text.hpp"
#include "mail/text_codec.hpp"
#include "mail/threading.hpp"

using namespace porteur;

namespace {

void must_be_text(std::string_view text, std::string_view what) {
    fuzz::must(is_valid_utf8(text), std::string(what) + " of a received mail is not UTF-8");
}

// What a stranger wrote may come back into a mail of ours: it is refused there, or it is read as it
// was written.
void answer(const ReceivedMail& mail) {
    OutgoingMail out;
    out.message_id = "<answer@porteur.example>";
    out.from = {"Porteur", "desk@porteur.example"};
    out.to = {mail.from};
    out.subject = mail.subject;
    out.text = mail.text;
    out.files = mail.files;
    if (!mail.message_id.empty()) out.in_reply_to = mail.message_id;
    const auto bytes = render_mail(out);
    if (!bytes) return;
    fuzz::must(to_wire(*bytes).has_value(), "a mail of ours cannot travel");
    const auto read = read_mail(*bytes);
    fuzz::must(read.has_value(), "a mail of ours cannot be read");
    fuzz::must(
        read->defects.empty(),
        "a mail of ours has a defect: " + (read->defects.empty() ? "" : read->defects.front())
    );
    fuzz::must(
        read->from == out.from && read->to == out.to,
        "a value of a mail has changed who writes to whom"
    );
    fuzz::must(
        trimmed(read->subject) == trimmed(out.subject),
        "a subject is read otherwise than it was written: " + quoted(read->subject)
    );
    fuzz::must(read->in_reply_to.size() <= 1, "a value of a mail has added a header");
    fuzz::must(
        read->files.size() == out.files.size(),
        "a mail of ours has another number of files than was written"
    );
    for (std::size_t index = 0; index < out.files.size(); ++index)
        fuzz::must(
            read->files[index].bytes == out.files[index].bytes,
            "a file is read otherwise than it was written"
        );
}

void find_its_order(const ReceivedMail& mail) {
    ReplyLookups lookups;
    lookups.desk = "desk@porteur.example";
    lookups.key.fill(7);
    lookups.order_by_token = [](std::string_view token) {
        return std::optional("order-" + std::string(token));
    };
    lookups.order_by_message_id = [](std::string_view id) {
        return id.contains("porteur.example") ? std::optional<std::string>("order-by-id")
                                              : std::nullopt;
    };
    lookups.order_by_reference = [](std::string_view word) {
        return std::optional(std::string(word));
    };
    lookups.orders_of_domain = [](std::string_view domain) {
        return std::vector{std::string(domain)};
    };
    lookups.sender_expected = [](std::string_view, std::string_view) { return true; };
    const auto match = match_reply(mail, lookups);
    fuzz::must(
        match.by != MatchedBy::address_token, "a token that we did not make has led to an order"
    );
    fuzz::must(
        !match.automatic() || match.by == MatchedBy::message_id,
        "a mail went to an order by a proposal alone"
    );
}

}  // namespace

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    static_cast<void>(read_smtp_abilities(std::string(bytes)));
    const auto mail = read_mail(bytes);
    if (!mail) return 0;
    must_be_text(mail->subject, "the subject");
    must_be_text(mail->text, "the text");
    must_be_text(mail->from.name, "the sender's name");
    for (const auto& each : mail->files) {
        must_be_text(each.name, "a file's name");
        fuzz::must(!find_control(each.name), "a file's name holds a control character");
    }
    static_cast<void>(mail->from_machine());
    find_its_order(*mail);
    answer(*mail);
    return 0;
}
