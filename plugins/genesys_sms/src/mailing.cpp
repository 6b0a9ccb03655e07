// SPDX-License-Identifier: Apache-2.0
#include "mailing.hpp"

#include <porteur/calendar_text.hpp>
#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "codes.hpp"
#include "desk.hpp"

namespace genesys {

using namespace porteur;

namespace {

/// How long a person has who approves mails, before the timeline says again that one waits.
constexpr std::chrono::seconds approval_remind{86'400};

Op<std::string> organization_id(AccountSettings mine) {
    auto id = mine.text("organization_id");
    if (!id.empty()) co_return id;
    const auto answer = co_await http().get("organization", "/api/v2/organizations/me");
    require_ok(answer);
    id = text_at(answer.json(), "id");
    if (id.empty())
        fail(
            ErrorKind::internal, Reason::none, "",
            "genesys: " + phrase("organizations/me has no id; set organization_id")
        );
    co_return id;
}

/// The whole of a mail, for the eyes of who approves it, in its own language.
std::string shown(
    const std::string& to, const Letter& letter, const std::vector<DocumentRef>& files
) {
    const bool french = letter.language == "fr";
    auto out = (french ? "À : " : "To: ") + to + (french ? "\nObjet : " : "\nSubject: ") +
               letter.subject + "\n";
    for (const auto& each : files)
        out += (french ? "Pièce jointe : " : "Attached: ") + one_line(each.name) + " (" +
               one_line(each.type) + ", " + std::to_string(each.size) +
               (french ? " octets, document " : " bytes, document ") + each.id + ")\n";
    return out + "\n" + letter.text();
}

/// Has a person approve the mail, if the account wants that.
/// @errors invalid_input: it was refused, with what the person said
Op<void> approved(std::string step, std::string to, Letter letter, std::vector<DocumentRef> files) {
    const auto mine = co_await account_settings();
    if (!mine.flag("approve_mails")) co_return;
    const auto title =
        (letter.language == "fr" ? "Approuver le courriel à " : "Approve the mail to ") + to;
    auto task = manual(std::move(step), title, shown(to, letter, files));
    task.choice("send").choice("refuse").remind_every(approval_remind);
    const auto answer = co_await std::move(task);
    if (answer.choice != "send")
        fail(
            ErrorKind::invalid_input, Reason::none, "",
            "genesys: " + phrase("the mail to {1} was not approved", to) +
                (answer.text.empty() ? std::string() : ": " + quoted(answer.text, 200)) +
                "; " + phrase("nothing was sent. Change the order and submit it again")
        );
}

Op<MailSent> send(std::string step, std::string to, Letter letter, std::vector<DocumentRef> files) {
    auto message = mail(std::move(step));
    message.to(std::move(to)).subject(letter.subject).text(letter.text()).html(letter.html());
    for (const auto& each : files) message.attach(each);
    co_return co_await std::move(message);
}

}  // namespace

std::string desk_address(const AccountSettings& mine) {
    const auto set = mine.text("desk_address");
    return set.empty() ? "GenesysCloudSMS@genesys.com" : set;
}

Op<Asked> ask_desk(PurchaseOrder order, std::vector<PhoneNumber> numbers) {
    const auto mine = co_await account_settings();
    const auto countries = Countries::from(mine.data("countries"));
    const auto* country = countries.find(order.country);
    const auto to = desk_address(mine);
    Asked asked;
    auto& request = asked.review.request;
    request.reference = order.reference;
    request.country = order.country;
    request.language = language_of(order);
    request.organization_id = co_await organization_id(mine);
    request.numbers = std::move(numbers);
    request.may_choose = order.alternates == AlternatesPolicy::choose_for_us;
    const auto letter = request_letter(order, request.numbers, request.organization_id, countries);
    co_await approved("approve-mail", to, letter, order.documents);
    const auto sent = co_await send("ask-desk", to, letter, order.documents);
    if (sent.in_doubt)
        fail(
            ErrorKind::in_doubt, Reason::none, "",
            "genesys: " + phrase("the link broke while the mail to the desk was handed over; a "
                                 "person must find out whether it left")
        );
    const auto time = co_await now();
    asked.message_id = sent.message_id;
    request.asked_on = iso_date(std::chrono::floor<std::chrono::days>(time));
    asked.review.due =
        business_days_after(time, country == nullptr ? 5 : country->review_max, country);
    co_return asked;
}

Op<bool> call_off_at_desk(DeskRequest request) {
    const auto mine = co_await account_settings();
    const auto to = desk_address(mine);
    const auto letter = cancel_letter(request, Countries::from(mine.data("countries")));
    try {
        co_await approved("approve-cancel", to, letter, {});
        const auto sent = co_await send("cancel-desk", to, letter, {});
        co_return !sent.in_doubt;
    } catch (const Failure& failure) {
        if (failure.error.kind != ErrorKind::invalid_input) throw;
        // Not approved, or the account may not write there. The order goes on as it was, instead of waiting for a
        // correction.
        fail(ErrorKind::rejected, Reason::none, "", failure.error.message);
    }
}

Op<Reminded> remind_desk(DeskRequest request) {
    const auto mine = co_await account_settings();
    const auto countries = Countries::from(mine.data("countries"));
    const auto to = desk_address(mine);
    const auto letter = reminder_letter(request, countries);
    try {
        co_await approved("approve-reminder", to, letter, {});
        const auto sent = co_await send("remind-desk", to, letter, {});
        if (sent.in_doubt)
            co_return Reminded{
                Reminder::in_doubt,
                phrase("the desk may have been reminded: the link broke as the mail was handed over")
            };
        co_return Reminded{Reminder::sent, phrase("the desk was reminded")};
    } catch (const Failure& failure) {
        // Away for now: it certainly did not leave, and the next check does it.
        if (failure.error.kind == ErrorKind::unavailable ||
            failure.error.kind == ErrorKind::throttled ||
            failure.error.kind == ErrorKind::cancelled)
            throw;
        co_return Reminded{
            Reminder::not_sent, phrase("the desk was not reminded: {1:text}", failure.error.message)
        };
    }
}

}  // namespace genesys
