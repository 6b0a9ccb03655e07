//@ SPDX-License-Identifier: Apache-2.0
// ------------------------------------------------------------- what a person looks up or does at the carrier
//@used ask(

/// A task for a person, which waits on the order's page, or on the account's, until somebody answers.
/// @errors rejected: the answer was "refused"
Op<std::string> ask(std::string step, std::string title, std::string text) {
    const auto answer = co_await manual(std::move(step), std::move(title), std::move(text))
                            .choice("done")
                            .choice("refused")
                            .remind_every(std::chrono::days{2});
    if (answer.choice == "refused")
        fail(ErrorKind::rejected, Reason::other, "", "@name@: refused: " + quoted(masked_numbers(answer.text), 200));
    co_return answer.text;
}
//@end

/// There is nobody to ask who would not cost a person's time: it says whose account it is.
// fill in: the_author_says_what_check_account_tells
Op<AccountCheck> check_account(Nothing) {
    const auto mine = co_await account_settings();
    AccountCheck check;
    check.identity = mine.text("customer");
    co_return check;
}
//@used numbers_in

/// The numbers that a person wrote: whatever begins with "+".
std::vector<PhoneNumber> numbers_in(std::string_view text) {
    std::vector<PhoneNumber> found;
    for (auto at = text.find('+'); at != text.npos; at = text.find('+', at + 1)) {
        const auto end = text.find_first_not_of("0123456789", at + 1);
        if (const auto number = PhoneNumber::from_json_text(text.substr(at, end - at))) found.push_back(*number);
    }
    return found;
}
//@end
//@used lines_of

std::string lines_of(const std::vector<PhoneNumber>& numbers) {
    std::string lines;
    for (const auto& number : numbers) lines += number.text() + "\n";
    return lines;
}
//@end
//@used is_among

bool is_among(const std::vector<PhoneNumber>& all, const PhoneNumber& number) {
    return std::ranges::find(all, number) != all.end();
}
//@end
//@used lines_in

/// What a person wrote, a line each.
std::vector<std::string> lines_in(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (end > 0) lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}
//@end
//@include common/pure.cpp
//@if list_numbers

// fill in: the_author_says_how_list_numbers_is_asked
Op<std::vector<CarrierNumber>> list_numbers(Nothing) {
    const auto text = co_await ask("list-numbers", "List the numbers of @Title@", "Write every number as in +14165550101.");
    std::vector<CarrierNumber> all;
    for (const auto& number : numbers_in(text)) {
        CarrierNumber ours;
        ours.number = number;
        all.push_back(std::move(ours));
    }
    co_return all;
}
//@end
//@if discover

// fill in: the_author_says_how_discover_is_asked
Op<std::vector<DiscoveryList>> discover(DiscoveryQuery) {
    const auto text = co_await ask("discover", "List the trunks of @Title@", "Write the name of each trunk on a line.");
    DiscoveryList trunks{"trunks", "Trunks", "Lignes", {"name"}, {}};
    for (const auto& line : lines_in(text)) trunks.rows.push_back({line});
    co_return std::vector{std::move(trunks)};
}
//@end
//@if preflight

/// As the losing carrier: a person compares the order with its records.
// fill in: the_author_says_how_preflight_is_asked
Op<Findings> preflight(PortOrder order) {
    const auto answer = co_await manual(
        "compare", "Compare order " + order.reference + " with the records of @Title@",
        "Account number " + order.account_number + ", name " + order.end_user.name + "\n" + lines_of(order.numbers)
    ).choice("agrees").choice("differs");
    Findings findings;
    if (answer.choice == "differs")
        findings.problems.push_back({"", Reason::other, "not as recorded: " + quoted(masked_numbers(answer.text), 200), true});
    co_return findings;
}
//@end
//@if release_packet

/// As the losing carrier: what the gaining side gets from us.
// fill in: the_author_says_what_release_packet_holds
ReleasePacket release_packet(PortOrder order) {
    ReleasePacket packet;
    packet.subject = "Port of " + std::to_string(order.numbers.size()) + " numbers";
    packet.cover_letter = "Please find the papers of order " + order.reference + ".\n";
    packet.documents = order.documents;
    return packet;
}
//@end
//@if check_release

/// As the losing carrier: which numbers are still here.
// fill in: the_author_says_how_check_release_is_asked
Op<ReleaseWatch> check_release(OrderReference order) {
    const auto text = co_await ask(
        "still-there", "Which numbers of order " + order.reference + " are still at @Title@?",
        "Write those that are, or nothing.\n" + lines_of(order.numbers)
    );
    const auto still_there = numbers_in(text);
    ReleaseWatch watch;
    for (const auto& number : order.numbers) watch.numbers.push_back({number, !is_among(still_there, number), {}});
    watch.check_again = std::chrono::days{1};
    co_return watch;
}
//@end
//@if check_portability

// fill in: the_author_says_how_check_portability_is_asked
Op<std::vector<Portability>> check_portability(NumberList list) {
    const auto text = co_await ask(
        "portable", "Which numbers can be ported to @Title@?", "Write those that can, or nothing.\n" + lines_of(list.numbers)
    );
    const auto portable = numbers_in(text);
    std::vector<Portability> all;
    for (const auto& number : list.numbers) {
        const bool can = is_among(portable, number);
        all.push_back({number, can, can ? Reason::none : Reason::not_portable, {}});
    }
    co_return all;
}
//@end
//@if list_targets

/// What a port can be aimed at.
// fill in: the_author_says_how_list_targets_is_asked
Op<std::vector<TargetChoice>> list_targets(Nothing) {
    const auto text = co_await ask("targets", "List the trunks of @Title@", "Write the name of each trunk on a line.");
    std::vector<TargetChoice> targets;
    for (const auto& line : lines_in(text)) targets.push_back({"trunk", line, line, line, {}, {}});
    co_return targets;
}
//@end
//@if search_numbers

// fill in: the_author_says_how_search_numbers_is_asked
Op<std::vector<AvailableNumber>> search_numbers(NumberQuery query) {
    const auto text = co_await ask(
        "search", "Which numbers does @Title@ offer in " + query.country + " " + query.area_code + "?",
        "Write up to " + std::to_string(query.quantity) + " of them as in +14165550101."
    );
    std::vector<AvailableNumber> found;
    for (const auto& number : numbers_in(text)) {
        AvailableNumber ours;
        ours.number = number;
        ours.country = query.country;
        found.push_back(std::move(ours));
    }
    co_return found;
}
//@end
//@if reserve_numbers

// fill in: the_author_says_how_reserve_numbers_is_asked
Op<std::vector<NumberProgress>> reserve_numbers(NumberList list) {
    co_await ask("reserve", "Have @Title@ hold these numbers", lines_of(list.numbers));
    std::vector<NumberProgress> all;
    for (const auto& number : list.numbers) all.push_back({number, OrderState::accepted, Reason::none, "done"});
    co_return all;
}
//@end
//@if release_numbers

/// Gives numbers back. An answer without numbers says that all of them went.
// fill in: the_author_says_how_release_numbers_is_asked
Op<ReleaseProgress> release_numbers(NumberList list) {
    co_await ask("release", "Give these numbers back to @Title@", lines_of(list.numbers));
    co_return ReleaseProgress{};
}
//@end
