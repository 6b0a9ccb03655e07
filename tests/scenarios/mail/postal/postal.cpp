// SPDX-License-Identifier: Apache-2.0
// An invented seller that takes orders by mail alone. Its answers say "status: STATE", certainly,
// or "perhaps: STATE", where a person must decide.
#include <porteur/sdk.hpp>

using namespace porteur;

namespace {

/// What stands after a mark at the start of a line.
std::string after(std::string_view text, std::string_view mark) {
    const auto at = text.find(mark);
    if (at == text.npos) return {};
    const auto from = at + mark.size();
    return std::string(text.substr(from, text.find_first_of(" \r\n", from) - from));
}

PurchaseProgress in_review(std::string carrier_id) {
    PurchaseProgress progress;
    progress.carrier_id = std::move(carrier_id);
    progress.state = OrderState::in_review;
    progress.carrier_word = "mailed";
    progress.check_again = std::chrono::hours{1};
    return progress;
}

Op<PurchaseProgress> purchase(PurchaseOrder order) {
    auto letter = mail("letter");
    letter.to(order.contact_email)
        .subject("Order " + order.reference)
        .text("Please sell us these numbers.\n");
    const auto sent = co_await std::move(letter);
    if (sent.in_doubt)
        fail(ErrorKind::in_doubt, Reason::none, "", "postal: nobody knows whether the letter left");
    co_return in_review(sent.message_id);
}

Op<PurchaseProgress> check_purchase(OrderReference reference) {
    co_return in_review(reference.carrier_id);
}

Op<MailReading> read_mail(MailText mail) {
    MailReading reading;
    const auto sure = after(mail.text, "status: ");
    const auto word = sure.empty() ? after(mail.text, "perhaps: ") : sure;
    reading.certain = !sure.empty();
    reading.note = word.empty() ? "no word of ours" : "the desk writes " + word;
    OrderState state{};
    if (boost::describe::enum_from_string(word.c_str(), state)) reading.state = state;
    co_return reading;
}

}  // namespace

PORTEUR_PLUGIN(
    "postal", "1.0.0", PORTEUR_OPERATION(read_mail), PORTEUR_OPERATION(purchase),
    PORTEUR_OPERATION(check_purchase)
)
