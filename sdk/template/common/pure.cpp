//@ SPDX-License-Identifier: Apache-2.0
//@if requirements

/// What the carrier wants to know before an order can go out; shown as a form and a checklist.
// fill in: the_author_says_what_the_carrier_wants_to_know
Requirements requirements(RequirementsQuery query) {
    Requirements wanted;
    if (query.action == "purchase") return wanted;
    Requirement account;
    account.code = "account_number";
    account.field = "/account_number";
    account.kind = "text";
    account.label_en = "Account number at the losing carrier";
    account.label_fr = "Numéro de compte chez le fournisseur actuel";
    account.help_en = "On the latest invoice";
    account.help_fr = "Sur la dernière facture";
    wanted.items.push_back(std::move(account));
    return wanted;
}
//@end
//@if validate

/// What keeps an order from going out. It asks nobody: what the order itself shows.
// fill in: the_author_says_what_validate_refuses
Findings validate(PortOrder order) {
    Findings findings;
    if (order.account_number.empty())
        findings.problems.push_back(
            {"/account_number", Reason::account_number_required, "the account number is missing", true}
        );
    return findings;
}
//@end
//@if split

/// Numbers that may travel in one request, a group each.
// fill in: the_author_says_what_split_keeps_apart
std::vector<NumberGroup> split(NumberList list) {
    NumberGroup local{{}, "Local numbers", "Numéros locaux"}, toll_free{{}, "Toll-free numbers", "Numéros sans frais"};
    for (const auto& number : list.numbers) (is_toll_free(number) ? toll_free : local).numbers.push_back(number);
    std::vector<NumberGroup> groups;
    for (auto* group : {&local, &toll_free})
        if (!group->numbers.empty()) groups.push_back(std::move(*group));
    return groups;
}
//@end
//@if read_mail

/// What a mail of the carrier says of which order: a proposal, which a person confirms unless it is certain.
// fill in: the_author_says_what_read_mail_recognises
MailReading read_mail(MailText mail) {
    MailReading reading;
    const auto says = [&](std::string_view words) { return mail.text.find(words) != mail.text.npos; };
    const bool completed = says("has been completed"), refused = says("was refused");
    if (completed == refused) return reading;  // nothing, or two things at once: a person reads it
    reading.state = completed ? OrderState::completed : OrderState::exception;
    reading.note = completed ? "the carrier says that it is completed" : "the carrier says that it was refused";
    if (refused) reading.rejections.push_back({Reason::other, "", mail.subject, {}, {}});
    return reading;
}
//@end
//@if read_webhook

/// What a call of the carrier says of which order; `call` is its JSON.
// fill in: the_author_says_what_read_webhook_recognises
MailReading read_webhook(json::object call) {
    MailReading reading;
    reading.about = text_at(call, "reference");
    const auto word = text_at(call, "status");
    if (word == "completed") reading.state = OrderState::completed;
    if (word == "cancelled") reading.state = OrderState::cancelled;
    reading.note = "the carrier says " + quoted(word);
    return reading;
}
//@end
