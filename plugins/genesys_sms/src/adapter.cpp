// SPDX-License-Identifier: Apache-2.0
// Genesys Cloud as a seller of SMS numbers: the operations other than buying (purchase.cpp).
#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include <algorithm>

#include "buying.hpp"
#include "codes.hpp"
#include "countries.hpp"
#include "mailing.hpp"
#include "needs.hpp"
#include "purchase.hpp"
#include "reading.hpp"
#include "wire.hpp"

namespace genesys {

using namespace porteur;

namespace {

constexpr auto numbers_path = "/api/v2/routing/sms/phonenumbers";
constexpr auto available_path = "/api/v2/routing/sms/availablephonenumbers";
/// A search gives up to 30 numbers at random; more calls find more, until they do not.
constexpr std::size_t searches_max = 5;

/// A refusal for want of a permission as a problem of the account.
/// @errors  as the answer says, for any other refusal
void note_permission(
    AccountCheck& check, const Answer& answer, std::string_view permission, std::string_view what
) {
    if (answer.status() != 403) return require_ok(answer);
    const auto code = code_in(answer);
    std::string told;
    if (code == "missing.permissions" || code == "missing.any.permissions" ||
        code == "not.authorized")
        told = phrase("the permission {1} is missing", permission);
    else if (code == "missing.division.permission")
        told = phrase("the permission {1} is missing in the numbers' division", permission);
    else if (code == "app.not.authorized.for.scope")
        told = phrase("the OAuth client's scope does not cover {1}", permission);
    else
        told = phrase("Genesys refuses with {1}", code.empty() ? "403" : quoted(code));
    check.problems.push_back(
        {"", Reason::none,
         phrase(
             "{1:text}, so that this account cannot {2:text}; give the role of the OAuth client "
             "SMS > Phone Number > All (sms:phoneNumber:*)",
             told, what
         ),
         true}
    );
}

AvailableNumber available_from(
    const json::value& theirs, const PhoneNumber& number, const Countries& countries
) {
    AvailableNumber ours;
    ours.number = number;
    ours.type = type_from(text_at(theirs, "phoneNumberType"));
    ours.country = text_at(theirs, "countryCode");
    ours.region = text_at(theirs, "region");
    ours.city = text_at(theirs, "city");
    for (const auto& each : list_at(theirs, "capabilities"))
        if (each.is_string()) ours.features.emplace_back(each.get_string());
    const auto address = text_at(theirs, "addressRequirement");
    ours.documents_needed =
        countries.find(ours.country) != nullptr || (!address.empty() && address != "none");
    return ours;
}

}  // namespace

Op<AccountCheck> check_account(Nothing) {
    const auto mine = co_await account_settings();
    const auto organization = co_await http().get("organization", "/api/v2/organizations/me");
    require_ok(organization);
    const auto id = text_at(organization.json(), "id");
    AccountCheck check;
    check.identity = text_at(organization.json(), "name") + " (" + id + ")";
    if (const auto set = mine.text("organization_id"); !set.empty() && set != id)
        check.problems.push_back(
            {"", Reason::none, phrase("the setting organization_id is not the ID of this organization"), true}
        );
    for (const auto& wrong : Countries::from(mine.data("countries")).problems())
        check.problems.push_back({"", Reason::none, wrong, true});
    // Each question needs one permission and changes nothing; a search buys nothing. What deletes
    // and edits cannot be asked without deleting and editing.
    note_permission(
        check, co_await http().get("numbers", numbers_path).query("pageSize", std::int64_t{1}),
        "sms:phoneNumber:view", to_translate("read the inventory, which proves a purchase")
    );
    note_permission(
        check,
        co_await http()
            .get("search", available_path)
            .query("countryCode", "US")
            .query("phoneNumberType", "local"),
        "sms:phoneNumber:add", to_translate("search and buy numbers")
    );
    co_return check;
}

Op<std::vector<CarrierNumber>> list_numbers(Nothing) {
    std::vector<CarrierNumber> found;
    for (std::int64_t page = 1;; ++page) {
        const auto answer = co_await http()
                                .get("numbers-" + std::to_string(page), numbers_path)
                                .query("pageSize", std::int64_t{25})
                                .query("pageNumber", page);
        require_ok(answer);
        for (const auto& each : owned_in(answer.json()))
            found.push_back(
                {each.number, each.id, type_from(each.type), each.status, each.name, false}
            );
        if (page >= integer_at(answer.json(), "pageCount").value_or(1)) co_return found;
    }
}

Op<std::vector<AvailableNumber>> search_numbers(NumberQuery query) {
    if (query.country.size() != 2)
        fail(
            ErrorKind::invalid_input, Reason::none, "",
            "genesys: /country: " + phrase("give the country's two letters")
        );
    const auto mine = co_await account_settings();
    const auto countries = Countries::from(mine.data("countries"));
    const auto type = type_text(query.number_type.value_or(NumberType::local));
    const auto wanted = static_cast<std::size_t>(std::max<std::int64_t>(query.quantity, 1));
    std::vector<AvailableNumber> found;
    for (std::size_t call = 0; call < searches_max && found.size() < wanted; ++call) {
        const auto answer = co_await http()
                                .get(step_of("search", call), available_path)
                                .query("countryCode", query.country)
                                .query("phoneNumberType", type)
                                .query("region", query.region)
                                .query("city", query.city)
                                .query("areaCode", query.area_code)
                                .query("pattern", query.contains);
        require_ok(answer);
        const auto before = found.size();
        for (const auto& each : list_at(answer.json(), "entities")) {
            const auto number = PhoneNumber::from_json_text(text_at(each, "phoneNumber"));
            if (!number || found.size() == wanted) continue;
            if (std::ranges::find(found, *number, &AvailableNumber::number) == found.end())
                found.push_back(available_from(each, *number, countries));
        }
        if (found.size() == before) break;
    }
    co_return found;
}

// Each number on its own: the inventory tells its id, the deletion is asked for once, and after a
// lost answer the inventory is read again.
Op<ReleaseProgress> release_numbers(NumberList list) {
    using namespace std::chrono_literals;
    ReleaseProgress released;
    for (std::size_t index = 0; index < list.numbers.size(); ++index) {
        const auto& number = list.numbers[index];
        const auto inventory = co_await find_number(step_of("inventory", index), number);
        require_ok(inventory);
        const auto owned = exactly(inventory.json(), number);
        if (!owned) {
            released.numbers.push_back(
                {number, OrderState::cancelled, Reason::number_not_on_account,
                 phrase("not in the inventory")}
            );
            continue;
        }
        const auto step = step_of("release", index);
        const auto asked = co_await http()
                               .del(step, std::string(numbers_path) + "/" + path_segment(owned->id))
                               .once();
        // 202 has no body, so that what tells nothing can only be seen by the status.
        if (asked.in_doubt() || asked.status() >= 500 || asked.status() == 408) {
            if (!asked.in_doubt())
                co_await sleep_for(step_of("settle", index), 30s);  // the descriptor's settle
            const auto found = co_await find_number(step_of("find", index), number).looks_up(step);
            const auto still = looked_up(found, number);
            const bool going = still && (still->provisioning_action == "Delete" ||
                                         still->status == "PENDING_CANCELLATION");
            if (still && !going)
                released.numbers.push_back(
                    {number, OrderState::exception, Reason::other,
                     phrase("still in the inventory: release it again")}
                );
            else
                released.numbers.push_back(
                    {number, going ? OrderState::cancel_pending : OrderState::cancelled,
                     Reason::none, still ? still->status : ""}
                );
            continue;
        }
        if (asked.status() == 400 || asked.status() == 409) {
            const auto code = code_in(asked);
            released.numbers.push_back({number, OrderState::exception, reason_of(code), code});
            continue;
        }
        if (asked.status() != 404) require_ok(asked);
        const auto state =
            asked.status() == 404 ? OrderState::cancelled : OrderState::cancel_pending;
        released.numbers.push_back({number, state, Reason::none, std::to_string(asked.status())});
    }
    co_return released;
}

Op<MailReading> read_mail(MailText mail) {
    const auto mine = co_await account_settings();
    co_return reading_of(
        mail, {.desk_address = desk_address(mine), .follow = mine.flag("follow_desk_mails")}
    );
}

Op<Requirements> requirements(RequirementsQuery query) {
    const auto mine = co_await account_settings();
    co_return requirements_in(Countries::from(mine.data("countries")), query);
}

Op<Findings> validate(PurchaseOrder order) {
    const auto mine = co_await account_settings();
    Findings findings;
    findings.problems = problems_of(Countries::from(mine.data("countries")), order);
    co_return findings;
}

PORTEUR_PLUGIN(
    "genesys_sms", "0.2.0", PORTEUR_OPERATION(requirements), PORTEUR_OPERATION(validate),
    PORTEUR_OPERATION(read_mail), PORTEUR_OPERATION(check_account), PORTEUR_OPERATION(list_numbers),
    PORTEUR_OPERATION(search_numbers), PORTEUR_OPERATION(purchase),
    PORTEUR_OPERATION(check_purchase), PORTEUR_OPERATION(cancel_purchase),
    PORTEUR_OPERATION(release_numbers)
)

}  // namespace genesys
